/* The audit as administrators read it: an action a line, with what was before and what is after, where it is told. */

#include "magikal/views.h"

#include <errno.h>

#include "magikal/limits.h"
#include "view-message.h"

/* ---- one value ------------------------------------------------------------------------------------------------------------------------------ */

/* Whose id a text of digits is shows in the name of its member. */
static const char *mention_of(const char *key) {
        if (strstr(key, "role"))
                return "<@&";
        return strstr(key, "channel") || strstr(key, "panel") || strstr(key, "category") ? "<#" : NULL;
}

static void put_value(StrBuf *out, Lang lang, const char *key, const Json *value) {
        const char *text = json_text(value), *mention;
        int64_t number;
        uint64_t id;

        if (!text) {
                _free_ char *plain = NULL;

                if (json_to_i64(value, &number) >= 0)
                        strbuf_appendf(out, "%lld", (long long) number);
                else if (!value || json_is_null(value))
                        strbuf_append(out, text_lookup(lang, TEXT_SETTING_NONE));
                else if (json_print(value, &plain) >= 0)
                        strbuf_append(out, plain);      /* true, false, or more than one */
                return;
        }
        mention = json_to_u64(value, &id) >= 0 ? mention_of(key) : NULL;
        if (mention && id == 0)
                strbuf_append(out, text_lookup(lang, TEXT_SETTING_NONE));
        else if (mention)
                strbuf_appendf(out, "%s%llu>", mention, (unsigned long long) id);
        else
                text_escape(out, text);
}

/* ---- what a row tells besides ---------------------------------------------------------------------------------------------------------------- */

static void put_change(StrBuf *out, Lang lang, const char *key, const Json *before, const Json *after) {
        if (out->n_bytes > 0)
                strbuf_append(out, ", ");
        strbuf_appendf(out, "%s: ", key);
        put_value(out, lang, key, before);
        strbuf_append(out, " \xE2\x86\x92 ");
        put_value(out, lang, key, after);
}

/* {"before":{…},"after":{…}}, or one value of each, or another object that has them. */
static void put_sides(StrBuf *out, Lang lang, const char *name, const Json *before, const Json *after) {
        if (!json_is_object(after)) {
                put_change(out, lang, name, before, after);
                return;
        }
        JSON_FOREACH(value, after)
                put_change(out, lang, json_key(value), json_get(before, json_key(value)), value);
}

static void put_detail(StrBuf *out, Lang lang, const Json *detail) {
        const char *change = json_text(json_get(detail, "change"));

        if (json_get(detail, "after"))
                put_sides(out, lang, change ? change : "", json_get(detail, "before"), json_get(detail, "after"));
        JSON_FOREACH(value, detail) {
                const char *key = json_key(value);

                if (streq_ptr(key, "before") || streq_ptr(key, "after") || streq_ptr(key, "change"))
                        continue;
                if (json_get(value, "after")) {
                        put_sides(out, lang, key, json_get(value, "before"), json_get(value, "after"));
                        continue;
                }
                strbuf_appendf(out, "%s%s: ", out->n_bytes > 0 ? ", " : "", key);
                put_value(out, lang, key, value);
        }
}

static int put_line(StrBuf *out, Lang lang, const AuditShown *a) {
        _json_ Json *detail = NULL;
        _strbuf_ StrBuf told = {};

        if (a->detail && json_parse(a->detail, strlen(a->detail), &detail) == 0)
                put_detail(&told, lang, detail);
        if (told.error < 0)
                return told.error;
        text_put_line(out, lang, a->has_actor ? TEXT_AUDIT_LINE : TEXT_AUDIT_LINE_NOBODY,
                      TEXT_ARGS(ARG_TIME("time", a->at), ARG_USER("actor", a->actor), ARG_OURS("value", a->action), ARG_OURS("after", strbuf_text(&told))));
        return out->error;
}

int view_audit(Lang lang, const AuditShown *actions, size_t n_actions, char **ret_data) {
        _free_ char *title = NULL;
        _strbuf_ StrBuf out = {};
        int r = text_format(lang, TEXT_AUDIT_TITLE, TEXT_ARGS(ARG_NUMBER("number", n_actions)), &title);

        for (size_t i = 0; r >= 0 && i < n_actions; i++)
                r = put_line(&out, lang, &actions[i]);
        if (r < 0)
                return r;
        return embed_data(lang, &(Embed) { .title = title, .description = strbuf_text(&out) }, true, ret_data);
}
