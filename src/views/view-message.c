/* What all messages share. Nothing here knows what a message is about. */

#include "view-message.h"

#include <errno.h>

#include "magikal/cut.h"

static bool nonce_is_fine(const char *nonce) {
        return nonce && *nonce && strlen(nonce) <= LIMIT_NONCE;
}

/* The reference comes last: that is where a probe looks for it. */
static int write_footer(const Message *message, char **ret_footer) {
        _strbuf_ StrBuf out = {};

        if (message->reference)
                strbuf_append(&out, message->reference);
        if (message->nonce) {
                if (out.n_bytes > 0)
                        strbuf_append(&out, " \xC2\xB7 ");
                text_put(&out, message->lang, TEXT_REFERENCE, TEXT_ARGS(ARG_OURS("reference", message->nonce)));
        }
        return strbuf_finish(&out, ret_footer);
}

/* The row without its gaps. */
static size_t gather(const Button row[static LIMIT_ROW_BUTTONS], Button ret_buttons[static LIMIT_ROW_BUTTONS]) {
        size_t n = 0;

        for (size_t i = 0; i < LIMIT_ROW_BUTTONS; i++)
                if (row[i].label)
                        ret_buttons[n++] = row[i];
        return n;
}

void put_rows(JsonWriter *w, const Button rows[static MESSAGE_ROWS][LIMIT_ROW_BUTTONS], bool is_edit) {
        Button buttons[MESSAGE_ROWS][LIMIT_ROW_BUTTONS];
        size_t n[MESSAGE_ROWS], n_all = 0;

        for (size_t i = 0; i < MESSAGE_ROWS; i++)
                n_all += n[i] = gather(rows[i], buttons[i]);
        if (n_all == 0 && !is_edit)
                return;
        json_array(w, "components");
        for (size_t i = 0; i < MESSAGE_ROWS; i++)
                if (n[i] > 0)
                        component_buttons(w, buttons[i], n[i]);
        json_close_array(w);
}

int message_body(const Message *message, char **ret_body) {
        _json_writer_ JsonWriter w = {};
        _free_ char *footer = NULL;
        size_t budget = LIMIT_EMBED_SUM;
        Embed embed = message->embed;
        int r;

        if (!nonce_is_fine(message->nonce) && !(message->is_edit && !message->nonce))
                return -EINVAL;
        r = write_footer(message, &footer);
        if (r < 0)
                return r;
        embed.footer = footer;

        json_open(&w);
        if (message->content)
                json_string(&w, "content", message->content);
        json_array(&w, "embeds");
        r = embed_put(&w, &embed, text_lookup(message->lang, TEXT_MORE_CHARACTERS), &budget);
        if (r < 0)
                return r;
        json_close_array(&w);
        put_rows(&w, message->rows, message->is_edit);
        component_mentions(&w, &message->ping_user, 1, &message->ping_role, 1);
        if (!message->is_edit) {
                json_string(&w, "nonce", message->nonce);
                json_bool(&w, "enforce_nonce", true);   /* the same nonce within minutes answers with the first message; contract 5.6 */
        }
        json_close(&w);
        return json_writer_finish(&w, ret_body);
}

int embed_data(Lang lang, const Embed *embed, bool is_ephemeral, char **ret_data) {
        size_t budget = LIMIT_EMBED_SUM;
        _json_writer_ JsonWriter w = {};
        int r;

        json_open(&w);
        if (is_ephemeral)
                json_i64(&w, "flags", MESSAGE_EPHEMERAL);
        else
                json_string(&w, "content", "");
        json_array(&w, "embeds");
        r = embed_put(&w, embed, text_lookup(lang, TEXT_MORE_CHARACTERS), &budget);
        if (r < 0)
                return r;
        json_close_array(&w);
        component_no_mentions(&w);
        json_close(&w);
        return json_writer_finish(&w, ret_data);
}

int ask_data(Lang lang, const char *text, const Button *button, bool is_ephemeral, char **ret_data) {
        const Button rows[MESSAGE_ROWS][LIMIT_ROW_BUTTONS] = { { *button } };
        _json_writer_ JsonWriter w = {};
        _strbuf_ StrBuf content = {};

        (void) cut_append(&content, text, LIMIT_CONTENT, text_lookup(lang, TEXT_MORE_CHARACTERS));
        if (content.error < 0)
                return content.error;
        json_open(&w);
        json_string(&w, "content", strbuf_text(&content));
        if (is_ephemeral)
                json_i64(&w, "flags", MESSAGE_EPHEMERAL);
        else {
                json_array(&w, "embeds");
                json_close_array(&w);
        }
        put_rows(&w, rows, !is_ephemeral);
        component_no_mentions(&w);
        json_close(&w);
        return json_writer_finish(&w, ret_data);
}

const char *https_or_none(const char *url, size_t n_max) {
        return url && strncmp(url, "https://", 8) == 0 && url[8] && strlen(url) <= n_max ? url : NULL;
}

void put_words(StrBuf *out, Lang lang, const char *words, size_t n_max) {
        _strbuf_ StrBuf escaped = {};

        if (text_is_blank(words)) {
                strbuf_append(out, text_lookup(lang, TEXT_LOG_NOT_KEPT));
                return;
        }
        text_escape(&escaped, words);
        if (escaped.error < 0 && out->error == 0)
                out->error = escaped.error;
        (void) cut_append(out, strbuf_text(&escaped), n_max, text_lookup(lang, TEXT_MORE_CHARACTERS));
}

void put_section(StrBuf *out, Lang lang, TextId heading, const char *words) {
        if (out->n_bytes > 0)
                strbuf_append(out, "\n\n");
        strbuf_appendf(out, "**%s**\n", text_lookup(lang, heading));
        put_words(out, lang, words, PART_MAX);
}

int fact(Lang lang, const TextArg *arg, char **ret_text) {
        _strbuf_ StrBuf out = {};

        text_put_arg(&out, lang, arg);
        return strbuf_finish(&out, ret_text);
}
