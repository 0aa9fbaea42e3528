/*
 * Sentences, and how facts get into them. Placeholders are looked up by name in the sentence and in the arguments; kinds must agree with
 * placeholders.def, so that user text cannot slip in where it is not escaped.
 */

#include "magikal/text.h"

#include <errno.h>

static const char *const sentences[_TEXT_MAX] = {
#define TEXT(id, sentence) [TEXT_##id] = sentence,
#include "text/en.def"
#undef TEXT
};

static const char *const ids[_TEXT_MAX] = {
#define TEXT(id, sentence) [TEXT_##id] = #id,
#include "text/en.def"
#undef TEXT
};

static const struct {
        const char *name;
        TextKind kind;
} placeholders[] = {
#define PLACEHOLDER(name, kind) { #name, TEXT_KIND_##kind },
#include "magikal/placeholders.def"
#undef PLACEHOLDER
};

const char *text_lookup(TextId id) {
        return (unsigned) id < _TEXT_MAX ? sentences[id] : "";
}

const char *text_id_to_string(TextId id) {
        return (unsigned) id < _TEXT_MAX ? ids[id] : "";
}

static bool is_name(const char *name, const char *text, size_t n_bytes) {
        return strlen(name) == n_bytes && memcmp(name, text, n_bytes) == 0;
}

TextKind text_placeholder_kind(const char *name, size_t n_bytes) {
        for (size_t i = 0; i < ELEMENTSOF(placeholders); i++)
                if (is_name(placeholders[i].name, name, n_bytes))
                        return placeholders[i].kind;
        return TEXT_KIND_END;
}

/* ---- escaping ---------------------------------------------------------------------------------------------------------------- */

/* Bytes of the web address that begins here; 0: none does. Discord ends one at white space or '<'. */
static size_t address_length(const char *text) {
        if (strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0)
                return 0;
        return strcspn(text, " \t\n<");
}

/* Discord's markdown: marks that mean something anywhere, in front of certain characters, or at the beginning of a line only. */
static bool is_mark(const char *at, bool is_line_start) {
        switch (*at) {
        case '\\':
        case '*':
        case '_':
        case '~':
        case '`':
        case '|':
        case '[':
                return true;
        case '<':               /* <@user> <#channel> </command> <:emoji:> <a:emoji:> <t:time> <id:place> */
                return at[1] && strchr("@#/:ati", at[1]);
        case '#':
        case '>':
                return is_line_start;
        case '-':
                return is_line_start && (at[1] == ' ' || at[1] == '#');
        default:
                return false;
        }
}

void text_escape(StrBuf *out, const char *words) {
        bool is_line_start = true;

        while (*words) {
                size_t n = address_length(words);

                if (n > 0) {
                        strbuf_append_bytes(out, words, n);
                        words += n;
                        is_line_start = false;
                        continue;
                }
                if (is_mark(words, is_line_start))
                        strbuf_append_char(out, '\\');
                is_line_start = *words == '\n' || (is_line_start && *words == ' ');
                strbuf_append_char(out, *words++);
        }
}

/* ---- filling in --------------------------------------------------------------------------------------------------------------- */

void text_duration(StrBuf *out, Usec duration) {
        static const struct {
                unsigned long long seconds;
                const char *name;
        } units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
        unsigned long long left = duration / USEC_PER_SEC;
        size_t i = 0;

        while (i + 1 < ELEMENTSOF(units) && left < units[i].seconds)
                i++;
        strbuf_appendf(out, "%llu %s", left / units[i].seconds, units[i].name);
        left %= units[i].seconds;
        if (i + 1 < ELEMENTSOF(units) && left >= units[i + 1].seconds)
                strbuf_appendf(out, " %llu %s", left / units[i + 1].seconds, units[i + 1].name);
}

/* An id of 0 is a fact too: nobody, or nothing set. */
static void put_id(StrBuf *out, const char *before, uint64_t id, TextId none) {
        if (id == 0)
                strbuf_append(out, text_lookup(none));
        else
                strbuf_appendf(out, "%s%llu>", before, (unsigned long long) id);
}

void text_put_arg(StrBuf *out, const TextArg *arg) {
        switch (arg->kind) {
        case TEXT_KIND_WORDS:
                text_escape(out, arg->text ? arg->text : "");
                return;
        case TEXT_KIND_OURS:
                strbuf_append(out, arg->text ? arg->text : "");
                return;
        case TEXT_KIND_NUMBER:
                strbuf_appendf(out, "%llu", (unsigned long long) arg->number);
                return;
        case TEXT_KIND_USER:
                put_id(out, "<@", arg->number, TEXT_LOG_FORGOTTEN);
                return;
        case TEXT_KIND_ROLE:
                put_id(out, "<@&", arg->number, TEXT_SETTING_NONE);
                return;
        case TEXT_KIND_CHANNEL:
                put_id(out, "<#", arg->number, TEXT_SETTING_NONE);
                return;
        case TEXT_KIND_TIME:
                strbuf_appendf(out, "<t:%llu:f>", (unsigned long long) (arg->number / USEC_PER_SEC));
                return;
        case TEXT_KIND_DURATION:
                text_duration(out, arg->number);
                return;
        case TEXT_KIND_END:
                break;
        }
        out->error = out->error ? out->error : -EINVAL;
}

static const TextArg *find_arg(const TextArg *args, const char *name, size_t n_bytes) {
        for (; args && args->kind != TEXT_KIND_END; args++)
                if (is_name(args->name, name, n_bytes))
                        return args;
        return NULL;
}

void text_put(StrBuf *out, TextId id, const TextArg *args) {
        const char *at = text_lookup(id);

        for (const char *open; (open = strchr(at, '{')); ) {
                size_t n = strcspn(open + 1, "}");
                const TextArg *arg = find_arg(args, open + 1, n);

                strbuf_append_bytes(out, at, (size_t) (open - at));
                if (!arg || open[1 + n] != '}' || arg->kind != text_placeholder_kind(open + 1, n)) {
                        out->error = out->error ? out->error : -EINVAL;
                        return;
                }
                text_put_arg(out, arg);
                at = open + 1 + n + 1;
        }
        strbuf_append(out, at);
}

void text_put_line(StrBuf *out, TextId id, const TextArg *args) {
        if (out->n_bytes > 0)
                strbuf_append_char(out, '\n');
        text_put(out, id, args);
}

int text_format(TextId id, const TextArg *args, char **ret_text) {
        _strbuf_ StrBuf out = {};

        text_put(&out, id, args);
        return strbuf_finish(&out, ret_text);
}
