/*
 * Embeds within Discord's limits. The footer is served first, as it carries the reference by which a message is found again; then title,
 * description and fields in order, each with its own limit and what is left of the message's sum.
 */

#include "magikal/embed.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

#include "magikal/cut.h"

typedef struct Parts {
        JsonWriter *w;
        const char *more;
        size_t *budget;
        size_t n_missing;
} Parts;

/* The text as it may be written, "" when it is blank or nothing is left; to be freed. NULL: lack of memory, which sticks to the writer. */
static char *fit(Parts *parts, const char *text, size_t n_max) {
        _strbuf_ StrBuf out = {};
        char *fitted = NULL;
        int r;

        if (!text_is_blank(text)) {
                size_t n_missing = cut_append(&out, text, MIN(n_max, *parts->budget), parts->more);

                parts->n_missing += n_missing;
                *parts->budget -= MIN(utf16_length(strbuf_text(&out)), *parts->budget);
        }
        r = strbuf_finish(&out, &fitted);
        if (r < 0 && parts->w->out.error == 0)
                parts->w->out.error = r;
        return fitted;
}

static void put_timestamp(JsonWriter *w, Usec at) {
        time_t seconds = (time_t) (at / USEC_PER_SEC);
        char text[sizeof("2026-01-02T03:04:05Z") + 8];
        struct tm tm;

        if (!gmtime_r(&seconds, &tm) || strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
                return;         /* a year beyond what the calendar can say: no time is better than a wrong one */
        json_string(w, "timestamp", text);
}

static void put_picture(JsonWriter *w, const char *key, const char *url) {
        if (!url)
                return;
        json_object(w, key);
        json_string(w, "url", url);
        json_close(w);
}

/* A field is whole or not there: a name without value, or the other way round, is refused by Discord. */
static void put_field(Parts *parts, const EmbedField *field) {
        _free_ char *name = NULL, *value = NULL;

        if (text_is_blank(field->name) || text_is_blank(field->value))
                return;
        if (*parts->budget < utf16_length(field->name) + 2) {
                parts->n_missing += utf8_length(field->value);
                return;
        }
        name = fit(parts, field->name, LIMIT_EMBED_FIELD_NAME);
        value = fit(parts, field->value, LIMIT_EMBED_FIELD_VALUE);
        if (!name || !value)
                return;
        json_open(parts->w);
        json_string(parts->w, "name", name);
        json_string(parts->w, "value", value);
        if (field->is_inline)
                json_bool(parts->w, "inline", true);
        json_close(parts->w);
}

static bool shows_something(const Embed *embed) {
        if (!text_is_blank(embed->title) || !text_is_blank(embed->description) || !text_is_blank(embed->footer) || embed->image_url ||
            embed->thumbnail_url)
                return true;
        for (size_t i = 0; i < embed->n_fields; i++)
                if (!text_is_blank(embed->fields[i].name) && !text_is_blank(embed->fields[i].value))
                        return true;
        return false;
}

int embed_put(JsonWriter *w, const Embed *embed, const char *more, size_t *budget) {
        Parts parts = { .w = w, .more = more, .budget = budget };
        _free_ char *footer = NULL, *title = NULL, *description = NULL;

        if (!shows_something(embed) || embed->n_fields > LIMIT_EMBED_FIELDS)
                return -EINVAL;
        footer = fit(&parts, embed->footer, LIMIT_EMBED_FOOTER);
        title = fit(&parts, embed->title, LIMIT_EMBED_TITLE);
        description = fit(&parts, embed->description, LIMIT_EMBED_DESCRIPTION);
        if (!footer || !title || !description)
                return -ENOMEM;

        json_open(w);
        if (*title)
                json_string(w, "title", title);
        if (embed->url)
                json_string(w, "url", embed->url);
        if (*description)
                json_string(w, "description", description);
        if (embed->color > 0 && embed->color <= LIMIT_EMBED_COLOR)
                json_i64(w, "color", embed->color);
        if (embed->timestamp > 0)
                put_timestamp(w, embed->timestamp);
        put_picture(w, "image", embed->image_url);
        put_picture(w, "thumbnail", embed->thumbnail_url);
        if (embed->n_fields > 0) {
                json_array(w, "fields");
                for (size_t i = 0; i < embed->n_fields; i++)
                        put_field(&parts, &embed->fields[i]);
                json_close_array(w);
        }
        if (*footer) {
                json_object(w, "footer");
                json_string(w, "text", footer);
                json_close(w);
        }
        json_close(w);
        return (int) MIN(parts.n_missing, (size_t) INT_MAX);
}
