/* Sentences to one person. */

#include "magikal/views.h"

#include <errno.h>

#include "magikal/component.h"
#include "magikal/cut.h"

static void put_empty_array(JsonWriter *w, const char *key) {
        json_array(w, key);
        json_close_array(w);
}

int view_notice(Lang lang, const char *text, bool is_ephemeral, char **ret_data) {
        _json_writer_ JsonWriter w = {};
        _strbuf_ StrBuf content = {};

        if (text_is_blank(text))
                return -EINVAL;
        (void) cut_append(&content, text, LIMIT_CONTENT, text_lookup(lang, TEXT_MORE_CHARACTERS));
        if (content.error < 0)
                return content.error;

        json_open(&w);
        json_string(&w, "content", strbuf_text(&content));
        if (is_ephemeral)
                json_i64(&w, "flags", MESSAGE_EPHEMERAL);
        else {
                put_empty_array(&w, "embeds");
                put_empty_array(&w, "components");
        }
        component_no_mentions(&w);
        json_close(&w);
        return json_writer_finish(&w, ret_data);
}

int view_say(char **ret_data, Lang lang, bool is_ephemeral, TextId id, const TextArg *args) {
        _free_ char *text = NULL;
        int r;

        r = text_format(lang, id, args, &text);
        return r < 0 ? r : view_notice(lang, text, is_ephemeral, ret_data);
}
