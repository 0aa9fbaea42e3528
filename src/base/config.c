/*
 * Reading magikald.conf. inih cuts lines into section, key and value; this file keeps the line numbers (Debian's build of inih passes
 * none to its handler), knows the table, and turns the first thing that is wrong into one sentence. What a value must look like is
 * in config-type.c. Nothing is half-loaded: a Config is complete or not given out.
 */

#include "magikal/config.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <sys/stat.h>

#include "config-type.h"
#include "magikal/json.h"

#define FILE_BYTES_MAX (256u * 1024)    /* a page of settings, not a database */

enum { START = false, LIVE = true };

static const Setting settings[] = {
#define SETTING(section_, key_, member_, type_, default_, min_, max_, when_, help_) \
        { #section_, #key_, offsetof(Config, member_), &setting_type_##type_, default_, min_, max_, when_, help_ },
#include "magikal/settings.def"
#undef SETTING
};

typedef struct Reader {
        const char *name;
        const char *rest, *end; /* what inih has not been given yet */
        int line;               /* of what it was given last; 1, 2, … */
        bool is_indented;       /* that line began with white space */
        Config *config;
        int set_at[ELEMENTSOF(settings)];       /* line of each key, 0: not in the file */
        StrBuf joined;          /* value of the last key that may go on in indented lines */
        const Setting *last;
        int error;              /* 0 or the first -errno */
        int error_line;
        StrBuf why;
} Reader;

static void *member_of(const Config *config, const Setting *s) {
        return (char *) config + s->offset;
}

/* Begins the sentence of the first error; later ones are not of interest. True when this is the first. */
static bool fail_at(Reader *r, int error, int line) {
        if (r->error != 0)
                return false;
        r->error = error;
        r->error_line = line;
        strbuf_appendf(&r->why, "%s:%d: ", r->name, line);
        return true;
}

static const Setting *setting_find(const char *section, const char *key, bool *ret_is_section) {
        *ret_is_section = false;
        for (size_t i = 0; i < ELEMENTSOF(settings); i++)
                if (streq(settings[i].section, section)) {
                        *ret_is_section = true;
                        if (streq(settings[i].key, key))
                                return &settings[i];
                }
        return NULL;
}

static void list_sections(StrBuf *out) {
        for (size_t i = 0; i < ELEMENTSOF(settings); i++)
                if (i == 0 || !streq(settings[i].section, settings[i - 1].section))
                        strbuf_appendf(out, " [%s]", settings[i].section);
}

static void list_keys(const char *section, StrBuf *out) {
        for (size_t i = 0; i < ELEMENTSOF(settings); i++)
                if (streq(settings[i].section, section))
                        strbuf_appendf(out, " %s", settings[i].key);
}

static void setting_assign(Reader *r, const Setting *s, const char *text, int line) {
        _strbuf_ StrBuf rest = {};
        int e;

        if (text[0] == '\0' && s->type->may_be_empty) {
                if (s->type->done)
                        s->type->done(member_of(r->config, s));
                return;
        }

        e = s->type->parse(s, text, member_of(r->config, s), &rest);
        if (e < 0 && fail_at(r, e, line))
                strbuf_appendf(&r->why, "[%s] %s %s.", s->section, s->key, e == -ENOMEM ? "does not fit into memory" : strbuf_text(&rest));
}

/* The value that was gathered over several lines is whole now. */
static void joined_flush(Reader *r) {
        const Setting *s = TAKE(r->last);

        if (s)
                setting_assign(r, s, strbuf_text(&r->joined), r->set_at[s - settings]);
        strbuf_clear(&r->joined);
}

/* A URI goes on without a gap, a keyword string with one. */
static void joined_append(Reader *r, const char *text) {
        if (r->joined.n_bytes > 0 && !strstr(strbuf_text(&r->joined), "://"))
                strbuf_append_char(&r->joined, ' ');
        strbuf_append(&r->joined, text);
}

static void take_line(Reader *r, const char *section, const char *key, const char *value) {
        const Setting *s;
        bool is_section;

        s = setting_find(section, key, &is_section);
        if (s && r->is_indented && r->set_at[s - settings] > 0) {
                /* How inih reports "indented line after a key": the key once more, the whole line as value */
                if (r->last == s)
                        joined_append(r, value);
                else if (fail_at(r, -EINVAL, r->line))
                        strbuf_appendf(&r->why, "the line is indented and would continue [%s] %s; begin it at the margin.", section, key);
                return;
        }
        joined_flush(r);

        if (!is_section && fail_at(r, -EINVAL, r->line)) {
                if (section[0] == '\0')
                        strbuf_appendf(&r->why, "\"%s\" stands before any section; put one of these above it:", key);
                else
                        strbuf_appendf(&r->why, "there is no section [%s]; known are", section);
                list_sections(&r->why);
                strbuf_append_char(&r->why, '.');
        } else if (!s && fail_at(r, -EINVAL, r->line)) {
                strbuf_appendf(&r->why, "section [%s] has no key \"%s\"; it has", section, key);
                list_keys(section, &r->why);
                strbuf_append_char(&r->why, '.');
        }
        if (!s)
                return;

        if (r->set_at[s - settings] > 0) {
                if (fail_at(r, -EINVAL, r->line))
                        strbuf_appendf(&r->why, "[%s] %s is already set in line %d; remove one of the two.", section, key,
                                       r->set_at[s - settings]);
                return;
        }
        r->set_at[s - settings] = r->line;
        if (s->type->may_continue) {
                r->last = s;
                strbuf_append(&r->joined, value);
        } else
                setting_assign(r, s, value, r->line);
}

static int on_value(void *userdata, const char *section, const char *key, const char *value) {
        take_line(userdata, section, key, value);
        return 1;
}

/* fgets() over the text; inih asks for each line with it. */
static char *on_line(char *to, int n_to, void *userdata) {
        Reader *r = userdata;
        const char *newline;
        size_t n_bytes;

        if (r->rest == r->end)
                return NULL;

        newline = memchr(r->rest, '\n', (size_t) (r->end - r->rest));
        n_bytes = (size_t) ((newline ? newline : r->end) - r->rest);
        r->line++;
        r->is_indented = n_bytes > 0 && (r->rest[0] == ' ' || r->rest[0] == '\t');

        if (n_bytes + 3 > (size_t) n_to) {
                /* inih would cut it in silence */
                if (fail_at(r, -EINVAL, r->line))
                        strbuf_appendf(&r->why, "the line has %zu bytes and may have %d; a DSN may go on in the next line if that is indented.",
                                       n_bytes, n_to - 3);
                n_bytes = 0;
        }
        copy_bytes(to, r->rest, n_bytes);
        to[n_bytes] = '\n';
        to[n_bytes + 1] = '\0';
        r->rest = newline ? newline + 1 : r->end;
        return to;
}

/* ${NAME} and ${NAME:-other} at the beginning of a default; an unset name without other makes the whole default "not set". */
static int default_expand(const char *text, char **ret_text) {
        _strbuf_ StrBuf out = {};
        char name[64];
        const char *close, *other, *value;
        size_t n_name;

        if (strncmp(text, "${", 2) != 0) {
                strbuf_append(&out, text);
                return strbuf_finish(&out, ret_text);
        }

        close = strchr(text, '}');
        if (!close)
                return -EINVAL;
        other = strstr(text, ":-");
        n_name = (size_t) ((other ? other : close) - text - 2);
        if (n_name >= sizeof(name))
                return -EINVAL;
        memcpy(name, text + 2, n_name);
        name[n_name] = '\0';

        value = secure_getenv(name);
        if (value && value[0] != '\0')
                strbuf_append(&out, value);
        else if (other)
                strbuf_append_bytes(&out, other + 2, (size_t) (close - other - 2));
        if (out.n_bytes > 0)
                strbuf_append(&out, close + 1);
        else
                strbuf_append(&out, "");
        return strbuf_finish(&out, ret_text);
}

static int defaults_assign(Config *config, StrBuf *why) {
        for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
                const Setting *s = &settings[i];
                _free_ char *text = NULL;
                int e;

                if (!s->default_text)
                        continue;
                e = default_expand(s->default_text, &text);
                if (e < 0)
                        return e;
                if (text[0] == '\0' && s->type->may_be_empty)
                        continue;

                strbuf_appendf(why, "the default of [%s] %s, %s, ", s->section, s->key, text);
                e = s->type->parse(s, text, member_of(config, s), why);
                if (e < 0) {
                        strbuf_append_char(why, '.');
                        return e;
                }
                strbuf_clear(why);
        }
        return 0;
}

/* What can only be said when everything has been read. */
static void check_whole(Reader *r) {
        for (size_t i = 0; i < ELEMENTSOF(settings) && r->error == 0; i++)
                if (!settings[i].default_text && r->set_at[i] == 0) {
                        r->error = -EINVAL;
                        strbuf_appendf(&r->why, "%s: [%s] %s is not set; add it. %s", r->name, settings[i].section, settings[i].key,
                                       settings[i].help);
                }

        if (r->error == 0 && !r->config->dsn) {
                r->error = -EINVAL;
                strbuf_appendf(&r->why, "%s: [database] dsn is empty; say how to reach PostgreSQL.", r->name);
        }
        if (r->error == 0 && r->config->edit_quiet_ms > r->config->edit_max_ms) {
                r->error = -EINVAL;
                strbuf_appendf(&r->why, "%s: [tickets] edit_quiet_ms is greater than edit_max_ms; make it smaller.", r->name);
        }
}

static void reader_done(Reader *r) {
        config_free(r->config);
        strbuf_done(&r->joined);
        strbuf_done(&r->why);
}

int config_parse(const char *name, const char *text, size_t n_bytes, Config **ret_config, char **ret_why) {
        _cleanup_(reader_done) Reader r = { .name = name, .rest = text, .end = text + n_bytes };
        int bad_line;

        r.config = new0(Config, 1);
        if (!r.config)
                return -ENOMEM;

        r.error = defaults_assign(r.config, &r.why);
        if (r.error == 0 && !utf8_is_valid(text, n_bytes)) {
                r.error = -EINVAL;
                strbuf_appendf(&r.why, "%s: is not text in UTF-8; save it as such.", name);
        }
        if (r.error == 0) {
                bad_line = ini_parse_stream(on_line, &r, on_value, &r);
                joined_flush(&r);
                /* inih goes on after an error; tell of whichever comes first */
                if (bad_line > 0 && (r.error == 0 || bad_line < r.error_line)) {
                        r.error = 0;
                        strbuf_clear(&r.why);
                        fail_at(&r, -EINVAL, bad_line);
                        strbuf_append(&r.why, "is neither [section] nor key = value; begin comments with # or ;.");
                }
                check_whole(&r);
        }

        if (r.error < 0) {
                int e = r.error;

                if (r.why.n_bytes == 0)
                        strbuf_appendf(&r.why, "%s: %s.", name, strerror(-e));
                if (strbuf_finish(&r.why, ret_why) < 0)
                        *ret_why = NULL;
                return e;
        }
        *ret_config = TAKE(r.config);
        return 0;
}

static int file_read(const char *path, StrBuf *out) {
        _close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        struct stat st;

        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (S_ISDIR(st.st_mode))
                return -EISDIR;

        for (;;) {
                char chunk[4096];
                ssize_t n = read(fd, chunk, sizeof(chunk));

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        return out->error;
                strbuf_append_bytes(out, chunk, (size_t) n);
                if (out->n_bytes > FILE_BYTES_MAX)
                        return -EFBIG;
        }
}

int config_load(const char *path, Config **ret_config, char **ret_why) {
        _strbuf_ StrBuf text = {}, why = {};
        int r;

        r = file_read(path, &text);
        if (r == 0)
                return config_parse(path, strbuf_text(&text), text.n_bytes, ret_config, ret_why);

        strbuf_appendf(&why, "%s: cannot be read (%s); name another file with --config, or make this one readable.", path, strerror(-r));
        if (strbuf_finish(&why, ret_why) < 0)
                *ret_why = NULL;
        return r;
}

Config *config_free(Config *config) {
        if (!config)
                return NULL;
        for (size_t i = 0; i < ELEMENTSOF(settings); i++)
                if (settings[i].type->done)
                        settings[i].type->done(member_of(config, &settings[i]));
        free(config);
        return NULL;
}

void config_print(const Config *config, StrBuf *out) {
        const char *section = "";

        for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
                const Setting *s = &settings[i];

                if (!streq(section, s->section))
                        strbuf_appendf(out, "%s[%s]\n", i == 0 ? "" : "\n", s->section);
                section = s->section;

                strbuf_appendf(out, "# %s\n# Default: %s. %s\n", s->help,
                               !s->default_text ? "none, it must be set" : s->default_text[0] ? s->default_text : "none",
                               s->is_live ? "A reload is enough." : "Needs a restart.");
                strbuf_appendf(out, "%s = ", s->key);
                s->type->print(member_of(config, s), out);
                strbuf_append_char(out, '\n');
        }
}

void config_needs_restart(const Config *running, const Config *loaded, StrBuf *out) {
        for (size_t i = 0; i < ELEMENTSOF(settings); i++) {
                const Setting *s = &settings[i];

                if (s->is_live || s->type->is_equal(member_of(running, s), member_of(loaded, s)))
                        continue;
                strbuf_appendf(out, "%s[%s] %s", out->n_bytes > 0 ? ", " : "", s->section, s->key);
        }
}

int config_n_workers(const Config *config, int n_processors) {
        int n_wanted = MAX(n_processors, 2);

        return config->n_workers > 0 ? config->n_workers : MIN(n_wanted, 16);
}
