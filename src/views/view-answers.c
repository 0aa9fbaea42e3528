/* All that was written in an application, whole, over as many pages as it takes: what the record had to cut. */

#include "magikal/views-recruit.h"

#include <errno.h>

#include "magikal/cut.h"
#include "view-application.h"
#include "view-message.h"

#define PAGE_MAX 3500           /* UTF-16 units; below LIMIT_EMBED_DESCRIPTION, so that a page can still be read on a telephone */

/* Everything, without limit; nothing was written: so says it. */
static int write_all(const ApplicationShown *shown, char **ret_text) {
        _strbuf_ StrBuf out = {};

        (void) sections_append(&out, shown, ON_RECORD, SIZE_MAX / 4);
        if (out.n_bytes == 0)
                strbuf_append(&out, text_lookup(shown->lang, TEXT_RECRUIT_NO_ANSWER));
        return strbuf_finish(&out, ret_text);
}

/* Bytes of the page that begins here: up to a line's end or a blank in its last third, else as much as fits. */
static size_t page_bytes(const char *text) {
        size_t n = cut_fitting(text, PAGE_MAX);

        if (text[n] == '\0')
                return n;
        for (const char *marks = "\n "; *marks; marks++)
                for (size_t i = n; i > n * 2 / 3; i--)
                        if (text[i - 1] == *marks)
                                return i;
        return n;
}

static size_t count_pages(const char *text) {
        size_t n = 0;

        for (; *text; text += page_bytes(text))
                n++;
        return n;
}

static int put_button(const Keys *keys, Lang lang, const Ticket *ticket, TextId label, size_t page, char custom_id[static LIMIT_CUSTOM_ID + 1],
                      Button *ret_button) {
        int r;

        r = custom_id_write(keys, ticket->guild, CONTROL_RECRUIT_ANSWERS, (const uint64_t[]) { ticket->id.v, page }, 2, custom_id);
        if (r < 0)
                return r;
        *ret_button = (Button) { .style = BUTTON_SECONDARY, .label = text_lookup(lang, label), .custom_id = custom_id };
        return 0;
}

int view_answers(const Keys *keys, const ApplicationShown *shown, size_t page, bool is_ephemeral, char **ret_data) {
        char back[LIMIT_CUSTOM_ID + 1], next[LIMIT_CUSTOM_ID + 1];
        _free_ char *text = NULL, *title = NULL, *footer = NULL;
        Button rows[MESSAGE_ROWS][LIMIT_ROW_BUTTONS] = {};
        _json_writer_ JsonWriter w = {};
        size_t budget = LIMIT_EMBED_SUM, n_pages;
        _strbuf_ StrBuf body = {};
        const char *at;
        int r;

        if (!is_shown(shown))
                return -EINVAL;
        r = write_all(shown, &text);
        if (r < 0)
                return r;
        n_pages = count_pages(text);
        page = MIN(page, n_pages - 1);
        at = text;
        for (size_t i = 0; i < page; i++)
                at += page_bytes(at);
        strbuf_append_bytes(&body, at, page_bytes(at));
        if (body.error < 0)
                return body.error;
        if ((r = text_format(shown->lang, TEXT_RECRUIT_TITLE, TEXT_ARGS(ARG_NUMBER("number", shown->ticket->guild_no)), &title)) < 0 ||
            (r = text_format(shown->lang, TEXT_ANSWERS_PAGE, TEXT_ARGS(ARG_NUMBER("number", page + 1), ARG_NUMBER("limit", n_pages)), &footer)) < 0 ||
            (page > 0 && (r = put_button(keys, shown->lang, shown->ticket, TEXT_RECRUIT_BACK_BUTTON, page - 1, back, &rows[0][0])) < 0) ||
            (page + 1 < n_pages && (r = put_button(keys, shown->lang, shown->ticket, TEXT_RECRUIT_NEXT_BUTTON, page + 1, next, &rows[0][1])) < 0))
                return r;

        json_open(&w);
        if (is_ephemeral)
                json_i64(&w, "flags", MESSAGE_EPHEMERAL);
        else
                json_string(&w, "content", "");
        json_array(&w, "embeds");
        r = embed_put(&w,
                      &(Embed) {
                              .title = title,
                              .description = strbuf_text(&body),
                              .footer = n_pages > 1 ? footer : NULL,
                              .color = (int) application_status_color(shown->application->status),
                      },
                      text_lookup(shown->lang, TEXT_MORE_CHARACTERS), &budget);
        if (r < 0)
                return r;
        json_close_array(&w);
        put_rows(&w, rows, !is_ephemeral);
        component_no_mentions(&w);
        json_close(&w);
        return json_writer_finish(&w, ret_data);
}
