/*
 * Sentences, and how facts get into them. Placeholders are looked up by name in the sentence and in the arguments; kinds must agree with
 * placeholders.def, so that user text cannot slip in where it is not escaped.
 */

#include "magikal/text.h"

#include <errno.h>

static const char *const sentences[_LANG_MAX][_TEXT_MAX] = {
#define TEXT(id, sentence) [TEXT_##id] = sentence,
#define LANGUAGE(id, ...) [LANG_##id] = {
#define LANGUAGE_END },
#define COMMAND_TEXT(...)
#define COMMAND_CHOICE(...)
#include "magikal/languages.def"
#undef TEXT
#undef LANGUAGE
#undef LANGUAGE_END
#undef COMMAND_TEXT
#undef COMMAND_CHOICE
};

/* clang-format off */
static const struct {
        const char *name, *locales;
} languages[_LANG_MAX] = {
#define TEXT(...)
#define LANGUAGE(id, name, list) [LANG_##id] = { name, list },
#define LANGUAGE_END
#define COMMAND_TEXT(...)
#define COMMAND_CHOICE(...)
#include "magikal/languages.def"
#undef TEXT
#undef LANGUAGE
#undef LANGUAGE_END
#undef COMMAND_TEXT
#undef COMMAND_CHOICE
};
/* clang-format on */

/* clang-format off */
static const CommandLanguage command_languages[_LANG_MAX] = {
#define TEXT(...)
#define LANGUAGE(id, name, list) [LANG_##id] = { list, (const CommandText[]) {
#define COMMAND_TEXT(path, name, description) { path, name, description },
#define COMMAND_CHOICE(path, name) { path, name, NULL },
#define LANGUAGE_END { NULL, NULL, NULL } } },
#include "magikal/languages.def"
#undef TEXT
#undef LANGUAGE
#undef LANGUAGE_END
#undef COMMAND_TEXT
#undef COMMAND_CHOICE
};
/* clang-format on */

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

const char *lang_locales(Lang lang) {
        return (unsigned) lang < _LANG_MAX ? languages[lang].locales : "";
}

static bool is_listed(const char *list, const char *locale) {
        size_t n = strlen(locale);

        for (const char *at = list; n > 0 && (at = strstr(at, locale)); at += n)
                if ((at == list || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
                        return true;
        return false;
}

Lang lang_from_locale(const char *locale) {
        for (size_t i = 0; locale && i < _LANG_MAX; i++)
                if (is_listed(languages[i].locales, locale))
                        return (Lang) i;
        return (Lang) 0;
}

const char *lang_to_string(Lang lang) {
        return (unsigned) lang < _LANG_MAX ? languages[lang].name : "";
}

const CommandLanguage *text_command_languages(size_t *ret_n) {
        *ret_n = _LANG_MAX - 1;
        return command_languages + 1;
}

bool text_is_there(Lang lang, TextId id) {
        return (unsigned) lang < _LANG_MAX && (unsigned) id < _TEXT_MAX && sentences[lang][id];
}

const char *text_lookup(Lang lang, TextId id) {
        if ((unsigned) id >= _TEXT_MAX)
                return "";
        return text_is_there(lang, id) ? sentences[lang][id] : sentences[0][id];
}

bool text_is_one_of(const char *words, TextId id) {
        for (size_t i = 0; i < _LANG_MAX; i++)
                if (streq(words, text_lookup((Lang) i, id)))
                        return true;
        return false;
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

void text_duration(StrBuf *out, Lang lang, Usec duration) {
        static const struct {
                unsigned long long seconds;
                TextId name;
        } units[] = { { 86400, TEXT_UNIT_DAYS }, { 3600, TEXT_UNIT_HOURS }, { 60, TEXT_UNIT_MINUTES }, { 1, TEXT_UNIT_SECONDS } };
        unsigned long long left = duration / USEC_PER_SEC;
        size_t i = 0;

        while (i + 1 < ELEMENTSOF(units) && left < units[i].seconds)
                i++;
        strbuf_appendf(out, "%llu %s", left / units[i].seconds, text_lookup(lang, units[i].name));
        left %= units[i].seconds;
        if (i + 1 < ELEMENTSOF(units) && left >= units[i + 1].seconds)
                strbuf_appendf(out, " %llu %s", left / units[i + 1].seconds, text_lookup(lang, units[i + 1].name));
}

/* An id of 0 is a fact too: nobody, or nothing set. */
static void put_id(StrBuf *out, const char *before, uint64_t id, const char *none) {
        if (id == 0)
                strbuf_append(out, none);
        else
                strbuf_appendf(out, "%s%llu>", before, (unsigned long long) id);
}

/* By the number of the bit; 47 is not assigned. */
static const TextId permissions[64] = {
        [0] = TEXT_PERMISSION_CREATE_INVITE,
        [1] = TEXT_PERMISSION_KICK_MEMBERS,
        [2] = TEXT_PERMISSION_BAN_MEMBERS,
        [3] = TEXT_PERMISSION_ADMINISTRATOR,
        [4] = TEXT_PERMISSION_MANAGE_CHANNELS,
        [5] = TEXT_PERMISSION_MANAGE_SERVER,
        [6] = TEXT_PERMISSION_ADD_REACTIONS,
        [7] = TEXT_PERMISSION_VIEW_AUDIT_LOG,
        [8] = TEXT_PERMISSION_PRIORITY_SPEAKER,
        [9] = TEXT_PERMISSION_VIDEO,
        [10] = TEXT_PERMISSION_VIEW_CHANNEL,
        [11] = TEXT_PERMISSION_SEND_MESSAGES,
        [12] = TEXT_PERMISSION_SEND_TTS_MESSAGES,
        [13] = TEXT_PERMISSION_MANAGE_MESSAGES,
        [14] = TEXT_PERMISSION_EMBED_LINKS,
        [15] = TEXT_PERMISSION_ATTACH_FILES,
        [16] = TEXT_PERMISSION_READ_MESSAGE_HISTORY,
        [17] = TEXT_PERMISSION_MENTION_EVERYONE,
        [18] = TEXT_PERMISSION_USE_EXTERNAL_EMOJI,
        [19] = TEXT_PERMISSION_VIEW_SERVER_INSIGHTS,
        [20] = TEXT_PERMISSION_CONNECT,
        [21] = TEXT_PERMISSION_SPEAK,
        [22] = TEXT_PERMISSION_MUTE_MEMBERS,
        [23] = TEXT_PERMISSION_DEAFEN_MEMBERS,
        [24] = TEXT_PERMISSION_MOVE_MEMBERS,
        [25] = TEXT_PERMISSION_USE_VOICE_ACTIVITY,
        [26] = TEXT_PERMISSION_CHANGE_NICKNAME,
        [27] = TEXT_PERMISSION_MANAGE_NICKNAMES,
        [28] = TEXT_PERMISSION_MANAGE_ROLES,
        [29] = TEXT_PERMISSION_MANAGE_WEBHOOKS,
        [30] = TEXT_PERMISSION_MANAGE_EXPRESSIONS,
        [31] = TEXT_PERMISSION_USE_APPLICATION_COMMANDS,
        [32] = TEXT_PERMISSION_REQUEST_TO_SPEAK,
        [33] = TEXT_PERMISSION_MANAGE_EVENTS,
        [34] = TEXT_PERMISSION_MANAGE_THREADS,
        [35] = TEXT_PERMISSION_CREATE_PUBLIC_THREADS,
        [36] = TEXT_PERMISSION_CREATE_PRIVATE_THREADS,
        [37] = TEXT_PERMISSION_USE_EXTERNAL_STICKERS,
        [38] = TEXT_PERMISSION_SEND_MESSAGES_IN_THREADS,
        [39] = TEXT_PERMISSION_USE_ACTIVITIES,
        [40] = TEXT_PERMISSION_TIMEOUT_MEMBERS,
        [41] = TEXT_PERMISSION_VIEW_SERVER_SUBSCRIPTION_INSIGHTS,
        [42] = TEXT_PERMISSION_USE_SOUNDBOARD,
        [43] = TEXT_PERMISSION_CREATE_EXPRESSIONS,
        [44] = TEXT_PERMISSION_CREATE_EVENTS,
        [45] = TEXT_PERMISSION_USE_EXTERNAL_SOUNDS,
        [46] = TEXT_PERMISSION_SEND_VOICE_MESSAGES,
        [48] = TEXT_PERMISSION_SET_VOICE_CHANNEL_STATUS,
        [49] = TEXT_PERMISSION_CREATE_POLLS,
        [50] = TEXT_PERMISSION_USE_EXTERNAL_APPS,
        [51] = TEXT_PERMISSION_PIN_MESSAGES,
        [52] = TEXT_PERMISSION_BYPASS_SLOWMODE,
};

/* The first sentence of all is no permission, so 0 says that a bit has no name. */
static void put_permissions(StrBuf *out, Lang lang, uint64_t bits) {
        bool is_first = true;

        for (unsigned i = 0; i < ELEMENTSOF(permissions); i++) {
                if (!(bits & (UINT64_C(1) << i)))
                        continue;
                if (!is_first)
                        strbuf_append(out, ", ");
                is_first = false;
                if (permissions[i] == (TextId) 0)
                        text_put(out, lang, TEXT_PERMISSION_UNNAMED, TEXT_ARGS(ARG_NUMBER("n", i)));
                else
                        strbuf_append(out, text_lookup(lang, permissions[i]));
        }
}

void text_put_arg(StrBuf *out, Lang lang, const TextArg *arg) {
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
                put_id(out, "<@", arg->number, text_lookup(lang, TEXT_LOG_FORGOTTEN));
                return;
        case TEXT_KIND_ROLE:
                put_id(out, "<@&", arg->number, text_lookup(lang, TEXT_SETTING_NONE));
                return;
        case TEXT_KIND_CHANNEL:
                put_id(out, "<#", arg->number, text_lookup(lang, TEXT_SETTING_NONE));
                return;
        case TEXT_KIND_TIME:
                strbuf_appendf(out, "<t:%llu:f>", (unsigned long long) (arg->number / USEC_PER_SEC));
                return;
        case TEXT_KIND_DURATION:
                text_duration(out, lang, arg->number);
                return;
        case TEXT_KIND_PERMISSIONS:
                put_permissions(out, lang, arg->number);
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

void text_put(StrBuf *out, Lang lang, TextId id, const TextArg *args) {
        const char *at = text_lookup(lang, id);

        for (const char *open; (open = strchr(at, '{')); ) {
                size_t n = strcspn(open + 1, "}");
                const TextArg *arg = find_arg(args, open + 1, n);

                strbuf_append_bytes(out, at, (size_t) (open - at));
                if (!arg || open[1 + n] != '}' || arg->kind != text_placeholder_kind(open + 1, n)) {
                        out->error = out->error ? out->error : -EINVAL;
                        return;
                }
                text_put_arg(out, lang, arg);
                at = open + 1 + n + 1;
        }
        strbuf_append(out, at);
}

void text_put_line(StrBuf *out, Lang lang, TextId id, const TextArg *args) {
        if (out->n_bytes > 0)
                strbuf_append_char(out, '\n');
        text_put(out, lang, id, args);
}

int text_format(Lang lang, TextId id, const TextArg *args, char **ret_text) {
        _strbuf_ StrBuf out = {};

        text_put(&out, lang, id, args);
        return strbuf_finish(&out, ret_text);
}
