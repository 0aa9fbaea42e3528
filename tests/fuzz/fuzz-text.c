/* What people typed: cleaned, escaped, cut, made a channel name and read as a topic. */

#include "magikal/channel-name.h"
#include "magikal/cut.h"
#include "magikal/json.h"
#include "magikal/limits.h"
#include "magikal/text-clean.h"
#include "magikal/text.h"
#include "magikal/topic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void cleaning_is_final(const char *text) {
        _free_ char *once = NULL, *twice = NULL;

        if (text_clean(text, SIZE_MAX, &once) != 0)
                return;
        must(!text_is_blank(once));
        must(text_clean(once, SIZE_MAX, &twice) == 0);
        must(streq(once, twice));
}

static void cuts_keep_their_length(const char *text, size_t n_max) {
        _strbuf_ StrBuf escaped = {}, cut = {};

        text_escape(&escaped, text);
        must(utf8_is_valid(strbuf_text(&escaped), escaped.n_bytes));
        (void) cut_append(&cut, strbuf_text(&escaped), n_max, "\xE2\x80\xA6 {n} more characters");
        must(utf8_is_valid(strbuf_text(&cut), cut.n_bytes));
        must(utf16_length(strbuf_text(&cut)) <= n_max);
}

static void names_are_names(const char *text) {
        _free_ char *name = NULL;

        must(channel_name(TICKET_SUPPORT, 7, text, &name) == 0);
        must(utf8_is_valid(name, strlen(name)) && utf16_length(name) <= LIMIT_CHANNEL_NAME);
        must(strncmp(name, "support-7", 9) == 0 && !strpbrk(name, " \n#@<>:/\\*`'\"") && name[strlen(name) - 1] != '-');
}

static void topics_are_read(const char *text) {
        Topic topic = topic_read(text);
        _strbuf_ StrBuf out = {};

        if (topic.ticket.v == 0 || topic.opener.v == 0)
                return;
        if (topic.recruit.v == 0) {     /* of a support ticket: no more is written */
                topic.requested = REQUESTED_NONE;
                topic.zone.text[0] = '\0';
        }
        topic_write(&out, &topic);
        must(topic_is_intact(strbuf_text(&out), &topic));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        _free_ char *text = malloc(n_bytes + 1);

        must(text != NULL);
        copy_bytes(text, data, n_bytes);
        text[n_bytes] = '\0';
        topics_are_read(text);
        if (!utf8_is_valid(text, strlen(text)))
                return 0;       /* everything else gets text from a parsed document */
        cleaning_is_final(text);
        cuts_keep_their_length(text, n_bytes > 0 ? data[0] : 0);
        names_are_names(text);
        return 0;
}
