/*
 * Embeds: limits of the Discord reference ("Embed Limits"), and the shape in which responses give them back.
 */

#include "model.h"

enum {
        EMBED_TITLE_MAX = 256,
        EMBED_DESCRIPTION_MAX = 4096,
        EMBED_FIELDS_MAX = 25,
        EMBED_FIELD_NAME_MAX = 256,
        EMBED_FIELD_VALUE_MAX = 1024,
        EMBED_FOOTER_MAX = 2048,
        EMBED_AUTHOR_MAX = 256,
        EMBED_URL_MAX = 2048,
        EMBEDS_TOTAL_MAX = 6000, /* over all embeds of the message */
};

/* One text of an embed: checked, counted, written. */
static bool embed_text(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                       size_t max, size_t *total, JsonWriter *w) {
        const char *text = NULL;

        if (!form_string(form, at, object, key, flags | FORM_TRIM, 0, max, &text))
                return false;
        *total += text_length(text);
        json_string(w, key, text);
        return true;
}

static void embed_url(Form *form, const FormPath *at, const Json *object, const char *key, bool may_attach,
                      JsonWriter *w) {
        const char *url = NULL;

        if (form_url(form, at, object, key, 0, EMBED_URL_MAX, may_attach, &url))
                json_string(w, key, url);
}

static void embed_picture(Form *form, const FormPath *at, const Json *embed, const char *key,
                          JsonWriter *w) {
        const Json *picture = NULL;
        const char *url = NULL;

        if (!form_object(form, at, embed, key, 0, &picture) ||
            !form_url(form, AT(at, key), picture, "url", 0, EMBED_URL_MAX, true, &url))
                return;
        json_object(w, key);
        json_string(w, "url", url);
        json_close(w);
}

static void embed_author(Form *form, const FormPath *at, const Json *embed, size_t *total, JsonWriter *w) {
        const Json *author = NULL;

        if (!form_object(form, at, embed, "author", 0, &author))
                return;
        at = AT(at, "author");
        json_object(w, "author");
        if (!embed_text(form, at, author, "name", 0, EMBED_AUTHOR_MAX, total, w))
                json_string(w, "name", "");
        embed_url(form, at, author, "url", false, w);
        embed_url(form, at, author, "icon_url", true, w);
        json_close(w);
}

static void embed_footer(Form *form, const FormPath *at, const Json *embed, size_t *total, JsonWriter *w) {
        const Json *footer = NULL;

        if (!form_object(form, at, embed, "footer", 0, &footer))
                return;
        at = AT(at, "footer");
        json_object(w, "footer");
        if (!embed_text(form, at, footer, "text", 0, EMBED_FOOTER_MAX, total, w))
                json_string(w, "text", "");
        embed_url(form, at, footer, "icon_url", true, w);
        json_close(w);
}

static void embed_fields(Form *form, const FormPath *at, const Json *embed, size_t *total, JsonWriter *w) {
        const Json *fields = NULL;
        size_t i = 0;

        if (!form_array(form, at, embed, "fields", 0, 0, EMBED_FIELDS_MAX, &fields) ||
            json_array_size(fields) == 0)
                return;

        json_array(w, "fields");
        JSON_FOREACH(field, fields) {
                const FormPath *here = AT_INDEX(AT(at, "fields"), i++);
                bool is_inline = false;

                if (!form_is_object(form, here, field))
                        continue;
                json_open(w);
                (void) embed_text(form, here, field, "name", FORM_REQUIRED, EMBED_FIELD_NAME_MAX, total, w);
                (void) embed_text(form, here, field, "value", FORM_REQUIRED, EMBED_FIELD_VALUE_MAX, total,
                                  w);
                (void) form_bool(form, here, field, "inline", 0, &is_inline);
                json_bool(w, "inline", is_inline);
                json_close(w);
        }
        json_close_array(w);
}

static void embed_timestamp(Form *form, const FormPath *at, const Json *embed, JsonWriter *w) {
        const char *text = NULL;
        Usec time;

        if (!form_string(form, at, embed, "timestamp", 0, 0, 64, &text))
                return;
        if (timestamp_parse(text, &time) < 0) {
                form_fault(form, AT(at, "timestamp"), "DATE_TIME_TYPE_PARSE",
                           "Could not parse %s. Should be ISO8601.", text);
                return;
        }
        put_time(w, "timestamp", time);
}

static void embed_read(Form *form, const FormPath *at, const Json *embed, size_t *total, JsonWriter *w) {
        int64_t color = 0;

        if (!form_is_object(form, at, embed))
                return;
        json_open(w);
        json_string(w, "type", "rich");
        (void) embed_text(form, at, embed, "title", 0, EMBED_TITLE_MAX, total, w);
        (void) embed_text(form, at, embed, "description", 0, EMBED_DESCRIPTION_MAX, total, w);
        embed_url(form, at, embed, "url", false, w);
        if (form_i64(form, at, embed, "color", 0, 0, 0xFFFFFF, &color))
                json_i64(w, "color", color);
        embed_timestamp(form, at, embed, w);
        embed_author(form, at, embed, total, w);
        embed_picture(form, at, embed, "image", w);
        embed_picture(form, at, embed, "thumbnail", w);
        embed_footer(form, at, embed, total, w);
        embed_fields(form, at, embed, total, w);
        json_close(w);
}

void embeds_read(Form *form, const FormPath *at, const Json *array, JsonWriter *w) {
        size_t i = 0, total = 0;

        json_open_array(w);
        JSON_FOREACH(embed, array)
                embed_read(form, AT_INDEX(at, i++), embed, &total, w);
        json_close_array(w);

        if (total > EMBEDS_TOTAL_MAX)
                form_fault(form, at, "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of %d",
                           EMBEDS_TOTAL_MAX);
}
