/*
 * Channel names. Discord lower-cases text channel names, turns spaces into dashes and drops most punctuation without saying how; we send
 * what it would not change, so that the name in our log is the name people see.
 */

#include "magikal/channel-name.h"

#include "magikal/limits.h"
#include "magikal/strbuf.h"
#include "magikal/unicode.h"

/* UTF-16 units, the larger of the two counts that Discord may mean. */
static size_t units(uint32_t c) {
        return c >= 0x10000 ? 2 : 1;
}

/* Appends the name in lower case, a dash for every run of what is no letter, digit, '_' or '-'; none at the end. */
static void append_clean(StrBuf *out, const char *name, size_t n_room) {
        bool is_dash_due = false;       /* held back until something follows; the caller has written the first */
        uint32_t c;

        for (size_t step; (step = utf8_next(name, &c)) > 0; name += step) {
                size_t n;

                if (unicode_is_hidden(c))
                        continue;
                if (!unicode_is_word(c) && c != '_') {
                        is_dash_due = true;
                        continue;
                }
                c = unicode_lower(c);
                is_dash_due = is_dash_due && out->text[out->n_bytes - 1] != '-';
                n = units(c) + is_dash_due;
                if (n > n_room)
                        return;
                n_room -= n;
                if (is_dash_due)
                        strbuf_append_char(out, '-');
                is_dash_due = false;
                strbuf_append_code_point(out, c);
        }
}

int channel_name(TicketKind kind, int guild_no, const char *username, char **ret_name) {
        _strbuf_ StrBuf out = {};

        strbuf_appendf(&out, "%s-%d-", kind == TICKET_RECRUITMENT ? "recruit" : "support", guild_no);
        if (out.error == 0 && username)
                append_clean(&out, username, LIMIT_CHANNEL_NAME - out.n_bytes);
        if (out.error == 0 && out.text[out.n_bytes - 1] == '-')
                out.text[--out.n_bytes] = '\0'; /* nothing of the name was left */
        return strbuf_finish(&out, ret_name);
}
