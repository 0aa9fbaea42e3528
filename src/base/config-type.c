/*
 * Kinds of settings: text in, checked value out, and back. A new kind is one row here and its C type in config.h. No kind keeps state;
 * what a value means to the program is not known here.
 */

#include "config-type.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "magikal/log.h"
#include "magikal/url.h"

typedef struct Word {
        const char *text;
        int value;
} Word;

/* ---- texts --------------------------------------------------------------------------------------------------------------------- */

static int text_set(const char *text, void *member) {
        char *copy = strdup(text);

        if (!copy)
                return -ENOMEM;
        free(*(char **) member);
        *(char **) member = copy;
        return 0;
}

static bool text_fits(const Setting *s, const char *text, StrBuf *why) {
        size_t n_bytes = strlen(text);

        if (n_bytes >= (size_t) s->min && n_bytes <= (size_t) s->max)
                return true;
        strbuf_appendf(why, "may have at most %" PRIi64 " bytes; it has %zu", s->max, n_bytes);
        return false;
}

static int path_parse(const Setting *s, const char *text, void *member, StrBuf *why) {
        if (!text_fits(s, text, why))
                return -EINVAL;
        if (text[0] != '/') {
                strbuf_append(why, "must be an absolute path, that is begin with /");
                return -EINVAL;
        }
        return text_set(text, member);
}

/* One word of what names are made of everywhere. */
static int name_parse(const Setting *s, const char *text, void *member, StrBuf *why) {
        if (!text_fits(s, text, why))
                return -EINVAL;
        if (text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0') {
                strbuf_append(why, "must be made of letters, digits, _ and -");
                return -EINVAL;
        }
        return text_set(text, member);
}

static int url_parse_setting(const Setting *s, const char *text, bool is_websocket, void *member, StrBuf *why) {
        const char *plain = is_websocket ? "ws" : "http";
        Url url;

        if (!text_fits(s, text, why))
                return -EINVAL;
        if (url_parse(text, &url) < 0 || url.is_websocket != is_websocket || strchr(url.target, '?')) {
                strbuf_appendf(why, "must be a URL like %ss://host/path, without user name and query", plain);
                return -EINVAL;
        }
        if (!url_is_acceptable(&url)) {
                strbuf_appendf(why, "is not encrypted; use %ss://, for %s:// is accepted for loopback addresses only", plain, plain);
                return -EINVAL;
        }
        return text_set(text, member);
}

static int http_url_parse(const Setting *s, const char *text, void *member, StrBuf *why) {
        int r = url_parse_setting(s, text, false, member, why);

        if (r < 0)
                return r;
        /* Request paths begin with /, so the base must not end in one */
        for (char *base = *(char **) member; base[0] && base[strlen(base) - 1] == '/';)
                base[strlen(base) - 1] = '\0';
        return 0;
}

static int ws_url_parse(const Setting *s, const char *text, void *member, StrBuf *why) {
        return url_parse_setting(s, text, true, member, why);
}

static int dsn_parse(const Setting *s, const char *text, void *member, StrBuf *why) {
        if (!text_fits(s, text, why))
                return -EINVAL;
        /* libpq 34.1.1: "keyword = value" pairs, or a URI of one of two schemes */
        if (strncmp(text, "postgresql://", 13) != 0 && strncmp(text, "postgres://", 11) != 0 && !strchr(text, '=')) {
                strbuf_append(why, "must be a URI like postgresql://user@host/database or a keyword string like \"host=… dbname=…\"");
                return -EINVAL;
        }
        return text_set(text, member);
}

static void text_print(const void *member, StrBuf *out) {
        const char *text = *(char *const *) member;

        strbuf_append(out, text ? text : "");
}

/* Appends the value of a password parameter as *** and returns what follows it. */
static const char *skip_password(const char *p, char separator, StrBuf *out) {
        bool is_quoted = *p == '\'';

        strbuf_append(out, "***");
        if (is_quoted)
                p++;
        while (*p && (is_quoted ? *p != '\'' : *p != separator))
                p += *p == '\\' && p[1] ? 2 : 1;
        return is_quoted && *p ? p + 1 : p;
}

/* A DSN may hold a password, as user:password@ or as parameter. Better places for it: a pgpass file, or peer authentication. */
static void dsn_print(const void *member, StrBuf *out) {
        const char *text = *(char *const *) member, *authority, *p = text;
        bool is_uri;

        if (!text)
                return;

        authority = strstr(text, "://");
        is_uri = authority != NULL && !strchr(text, ' ');
        if (is_uri) {
                size_t n_authority = strcspn(authority + 3, "/?");
                const char *at = memrchr(authority + 3, '@', n_authority);
                const char *colon = at ? memchr(authority + 3, ':', (size_t) (at - authority - 3)) : NULL;

                if (colon) {
                        strbuf_append_bytes(out, text, (size_t) (colon - text));
                        strbuf_append(out, ":***");
                        p = at;
                }
        }

        while (*p) {
                static const char word[] = "password";
                size_t n_word = sizeof(word) - 1;

                if (strncmp(p, word, n_word) == 0) {
                        size_t n_blank = is_uri ? 0 : strspn(p + n_word, " ");

                        if (p[n_word + n_blank] == '=') {
                                n_word += n_blank + 1;
                                n_word += is_uri ? 0 : strspn(p + n_word, " ");
                                strbuf_append_bytes(out, p, n_word);
                                p = skip_password(p + n_word, is_uri ? '&' : ' ', out);
                                continue;
                        }
                }
                strbuf_append_char(out, *p++);
        }
}

static bool text_is_equal(const void *a, const void *b) {
        return streq_ptr(*(char *const *) a, *(char *const *) b);
}

static void text_done(void *member) {
        free(*(char **) member);
        *(char **) member = NULL;
}

/* ---- numbers ------------------------------------------------------------------------------------------------------------------- */

/* Only digits: strtoull alone would take signs and blanks. */
static int digits_parse(const char *text, uint64_t *ret) {
        unsigned long long value;

        if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
                return -EINVAL;
        errno = 0;
        value = strtoull(text, NULL, 10);
        if (errno != 0)
                return -errno;
        *ret = value;
        return 0;
}

static int snowflake_parse(const Setting *s, const char *text, void *member, StrBuf *why) {
        uint64_t id;

        (void) s;
        if (digits_parse(text, &id) < 0 || id == 0) {
                strbuf_append(why, "must be an id of Discord, 17 to 20 digits");
                return -EINVAL;
        }
        ((ApplicationId *) member)->v = id;
        return 0;
}

static void snowflake_print(const void *member, StrBuf *out) {
        strbuf_appendf(out, "%" PRIu64, ((const ApplicationId *) member)->v);
}

static bool snowflake_is_equal(const void *a, const void *b) {
        return ((const ApplicationId *) a)->v == ((const ApplicationId *) b)->v;
}

static int range_parse(const Setting *s, const char *text, const char *or_else, void *member, StrBuf *why) {
        uint64_t value;

        if (digits_parse(text, &value) < 0 || value > INT32_MAX || (int64_t) value < s->min || (int64_t) value > s->max) {
                strbuf_appendf(why, "must be a whole number from %" PRIi64 " to %" PRIi64 "%s", s->min, s->max, or_else);
                return -EINVAL;
        }
        *(int *) member = (int) value;
        return 0;
}

static int int_parse(const Setting *s, const char *text, void *member, StrBuf *why) {
        return range_parse(s, text, "", member, why);
}

static int auto_int_parse(const Setting *s, const char *text, void *member, StrBuf *why) {
        if (!streq(text, "auto"))
                return range_parse(s, text, ", or auto", member, why);
        *(int *) member = 0;
        return 0;
}

static void int_print(const void *member, StrBuf *out) {
        strbuf_appendf(out, "%d", *(const int *) member);
}

static void auto_int_print(const void *member, StrBuf *out) {
        if (*(const int *) member == 0)
                strbuf_append(out, "auto");
        else
                int_print(member, out);
}

static bool int_is_equal(const void *a, const void *b) {
        return *(const int *) a == *(const int *) b;
}

/* ---- words --------------------------------------------------------------------------------------------------------------------- */

static const Word bool_words[] = {
        { "yes", true }, { "no", false }, { "true", true }, { "false", false }, { "on", true }, { "off", false }, {},
};
static const Word auto_bool_words[] = {
        { "auto", AUTO_BOOL_AUTO }, { "yes", AUTO_BOOL_YES }, { "no", AUTO_BOOL_NO }, {},
};
static const Word compress_words[] = {
        { "zlib-stream", COMPRESSION_ZLIB_STREAM }, { "none", COMPRESSION_NONE }, {},
};
static const Word level_words[] = {
        { "debug", LOG_DEBUG }, { "info", LOG_INFO }, { "notice", LOG_NOTICE }, { "warning", LOG_WARNING }, { "err", LOG_ERR }, {},
};

static int word_parse(const Word *words, const char *text, int *ret_value, StrBuf *why) {
        for (const Word *w = words; w->text; w++)
                if (streq(w->text, text)) {
                        *ret_value = w->value;
                        return 0;
                }

        strbuf_append(why, "must be one of");
        for (const Word *w = words; w->text; w++)
                strbuf_appendf(why, "%s %s", w == words ? "" : ",", w->text);
        return -EINVAL;
}

static void word_print(const Word *words, int value, StrBuf *out) {
        for (const Word *w = words; w->text; w++)
                if (w->value == value) {
                        strbuf_append(out, w->text);
                        return;
                }
}

static int bool_parse(const Setting *s, const char *text, void *member, StrBuf *why) {
        int value, r = word_parse(bool_words, text, &value, why);

        (void) s;
        if (r == 0)
                *(bool *) member = value;
        return r;
}

static void bool_print(const void *member, StrBuf *out) {
        word_print(bool_words, *(const bool *) member, out);
}

static bool bool_is_equal(const void *a, const void *b) {
        return *(const bool *) a == *(const bool *) b;
}

#define DEFINE_WORD_TYPE(name, type, words)                                                          \
        static int name##_parse(const Setting *s, const char *text, void *member, StrBuf *why) {     \
                int value, r = word_parse((words), text, &value, why);                               \
                                                                                                     \
                (void) s;                                                                            \
                if (r == 0)                                                                          \
                        *(type *) member = (type) value;                                             \
                return r;                                                                            \
        }                                                                                            \
        static void name##_print(const void *member, StrBuf *out) {                                  \
                word_print((words), (int) *(const type *) member, out);                              \
        }                                                                                            \
        static bool name##_is_equal(const void *a, const void *b) {                                  \
                return *(const type *) a == *(const type *) b;                                       \
        }

DEFINE_WORD_TYPE(auto_bool, AutoBool, auto_bool_words)
DEFINE_WORD_TYPE(compress, Compression, compress_words)
DEFINE_WORD_TYPE(level, int, level_words)

/* ---- the kinds ----------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
/*                                        name         empty  goes on  parse            print            equal               free      */
const SettingType setting_type_SNOWFLAKE = { "id",      false, false,  snowflake_parse, snowflake_print, snowflake_is_equal, NULL      };
const SettingType setting_type_PATH      = { "path",    true,  false,  path_parse,      text_print,      text_is_equal,      text_done };
const SettingType setting_type_NAME      = { "name",    true,  false,  name_parse,      text_print,      text_is_equal,      text_done };
const SettingType setting_type_HTTP_URL  = { "URL",     true,  false,  http_url_parse,  text_print,      text_is_equal,      text_done };
const SettingType setting_type_WS_URL    = { "URL",     true,  false,  ws_url_parse,    text_print,      text_is_equal,      text_done };
const SettingType setting_type_DSN       = { "DSN",     true,  true,   dsn_parse,       dsn_print,       text_is_equal,      text_done };
const SettingType setting_type_INT       = { "number",  false, false,  int_parse,       int_print,       int_is_equal,       NULL      };
const SettingType setting_type_AUTO_INT  = { "number",  false, false,  auto_int_parse,  auto_int_print,  int_is_equal,       NULL      };
const SettingType setting_type_BOOL      = { "yes/no",  false, false,  bool_parse,      bool_print,      bool_is_equal,      NULL      };
const SettingType setting_type_AUTO_BOOL = { "yes/no",  false, false,  auto_bool_parse, auto_bool_print, auto_bool_is_equal, NULL      };
const SettingType setting_type_COMPRESS  = { "word",    false, false,  compress_parse,  compress_print,  compress_is_equal,  NULL      };
const SettingType setting_type_LEVEL     = { "level",   false, false,  level_parse,     level_print,     level_is_equal,     NULL      };
/* clang-format on */
