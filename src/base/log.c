/*
 * Events with fields, to the journal or as key=value text. The redactor is the last stage: it sees every value that leaves.
 *
 * sd_journal_send succeeds silently when there is no journal, so the choice is made by asking whether standard error is connected to it
 * (JOURNAL_STREAM, systemd.exec(5)).
 */

#define SD_JOURNAL_SUPPRESS_LOCATION    /* the event name says where; file and line would only differ between builds */

#include "magikal/log.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <time.h>

#include "magikal/clock.h"
#include "magikal/strbuf.h"

#define LOG_FIELDS_MAX 24

/* The logger's target: one of the two exceptions to "no mutable globals"; set once by log_init(). */
static struct {
        const char *role;
        int max_level;
        bool is_journal;
} target = { "magikal", LOG_INFO, false };

static const struct {
        int level;
        const char *name;
} levels[] = {
        { LOG_ERR, "err" }, { LOG_WARNING, "warning" }, { LOG_NOTICE, "notice" }, { LOG_INFO, "info" }, { LOG_DEBUG, "debug" },
};

int log_level_from_string(const char *name, int *ret_level) {
        for (size_t i = 0; i < ELEMENTSOF(levels); i++)
                if (streq(levels[i].name, name)) {
                        *ret_level = levels[i].level;
                        return 0;
                }
        return -EINVAL;
}

static const char *level_name(int level) {
        for (size_t i = 0; i < ELEMENTSOF(levels); i++)
                if (levels[i].level == level)
                        return levels[i].name;
        return "err";
}

static bool stderr_is_journal(void) {
        const char *stream = getenv("JOURNAL_STREAM");
        unsigned long long device, inode;
        struct stat st;

        return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &st) == 0 &&
               st.st_dev == device && st.st_ino == inode;
}

void log_init(const char *role, int max_level) {
        target.role = role;
        target.max_level = max_level;
        target.is_journal = stderr_is_journal();
}

/* ---- redactor --------------------------------------------------------------------------------------------------------------- */

/* Fields in which a Discord id is what the operator needs, and names nobody. */
static bool key_may_hold_id(const char *key) {
        static const char *const keys[] = { "guild", "channel", "message_id", "role_id", "category", "ticket", "application",
                                            "subject" /* user:<PID>, ticket:<TID>, guild:<guild id> */ };

        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                if (streq_ptr(key, keys[i]))
                        return true;
        return false;
}

static bool is_token_char(char c) {
        return isalnum((unsigned char) c) || c == '-' || c == '_' || c == '.';
}

/*
 * A run of token characters is secret when it is shaped like a bot token (three dot-separated parts, the last of 27 or more), or is so
 * long that only interaction tokens and keys are (60; a UUID has 36, a hash in hexadecimal 64 is never logged).
 */
static bool run_is_token(const char *run, size_t n) {
        size_t n_dots = 0, n_last = 0;

        for (size_t i = 0; i < n; i++)
                if (run[i] == '.') {
                        n_dots++;
                        n_last = 0;
                } else
                        n_last++;
        return n >= 60 || (n_dots == 2 && n_last >= 27 && n >= 50);
}

static bool run_is_id(const char *run, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (!isdigit((unsigned char) run[i]))
                        return false;
        return n >= 17 && n <= 20;
}

/* An id may also hide inside a longer run ("user-700000000000000001"): look at every maximal run of digits in it. */
static void append_run(StrBuf *out, const char *run, size_t n, bool ids_are_fine) {
        if (run_is_token(run, n)) {
                strbuf_append(out, "[redacted]");
                return;
        }
        for (size_t i = 0; i < n;) {
                size_t n_digits = 0;

                while (i + n_digits < n && isdigit((unsigned char) run[i + n_digits]))
                        n_digits++;
                if (n_digits > 0) {
                        if (!ids_are_fine && run_is_id(run + i, n_digits))
                                strbuf_append(out, "[redacted]");
                        else
                                strbuf_append_bytes(out, run + i, n_digits);
                        i += n_digits;
                } else
                        strbuf_append_char(out, run[i++]);
        }
}

/* The path segment behind "/interactions/<id>/" and "/webhooks/<id>/" is an interaction token, whatever its shape. */
static size_t secret_path_length(const char *text) {
        static const char *const prefixes[] = { "/interactions/", "/webhooks/" };

        for (size_t i = 0; i < ELEMENTSOF(prefixes); i++) {
                size_t n = strlen(prefixes[i]);

                if (strncmp(text, prefixes[i], n) != 0)
                        continue;
                n += strspn(text + n, "0123456789");
                if (text[n] == '/')
                        return n + 1 + strcspn(text + n + 1, "/ \"?");
        }
        return 0;
}

static void redact(StrBuf *out, const char *key, const char *text) {
        bool ids_are_fine = key_may_hold_id(key);

        for (const char *p = text; *p;) {
                size_t n = secret_path_length(p);

                if (n > 0) {
                        strbuf_append(out, "/[redacted]");
                        p += n;
                        continue;
                }
                while (is_token_char(p[n]))
                        n++;
                if (n > 0) {
                        append_run(out, p, n, ids_are_fine);
                        p += n;
                } else
                        strbuf_append_char(out, *p++);
        }
}

char *log_redact(const char *key, const char *text) {
        _strbuf_ StrBuf out = {};
        char *clean;

        redact(&out, key, text);
        return strbuf_finish(&out, &clean) < 0 ? NULL : clean;
}

/* ---- output ----------------------------------------------------------------------------------------------------------------- */

static bool is_known(const LogField *f) {
        switch (f->kind) {
        case LOG_FIELD_TEXT:
                return f->text;
        case LOG_FIELD_ERRNO:
                return f->i64 != 0;
        case LOG_FIELD_ID:
                return f->u64 != 0;
        default:
                return true;
        }
}

/* The clear value of a field, before redaction. */
static void field_value(StrBuf *out, const LogField *f) {
        switch (f->kind) {
        case LOG_FIELD_TEXT:
                strbuf_append(out, f->text);
                break;
        case LOG_FIELD_U64:
        case LOG_FIELD_ID:
                strbuf_appendf(out, "%" PRIu64, f->u64);
                break;
        case LOG_FIELD_I64:
                strbuf_appendf(out, "%" PRIi64, f->i64);
                break;
        case LOG_FIELD_ERRNO: {
                int number = (int) (f->i64 < 0 ? -f->i64 : f->i64);
                const char *name = strerrorname_np(number);

                strbuf_appendf(out, "%s (%s)", name ? name : "?", strerror(number));
                break;
        }
        }
}

static void append_redacted_field(StrBuf *out, const LogField *f) {
        _strbuf_ StrBuf clear = {};

        field_value(&clear, f);
        redact(out, f->key, strbuf_text(&clear));
}

/* MESSAGE_ID of the events that the journal's catalog explains; NULL for the others. */
static const char *message_id(const char *event) {
        static const struct {
                const char *event, *id;
        } rows[] = {
#define CATALOG(event_, id_) { event_, id_ },
#include "magikal/catalog.def"
#undef CATALOG
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (streq(rows[i].event, event))
                        return rows[i].id;
        return NULL;
}

static bool needs_quotes(const char *value) {
        if (*value == '\0')
                return true;
        for (; *value; value++)
                if (isspace((unsigned char) *value) || *value == '"' || *value == '=')
                        return true;
        return false;
}

static void append_text_value(StrBuf *line, const char *value) {
        if (!needs_quotes(value)) {
                strbuf_append(line, value);
                return;
        }
        strbuf_append_char(line, '"');
        for (; *value; value++)
                if (*value == '\n')
                        strbuf_append(line, "\\n");
                else if (*value == '"' || *value == '\\')
                        strbuf_appendf(line, "\\%c", *value);
                else
                        strbuf_append_char(line, *value);
        strbuf_append_char(line, '"');
}

/* " key=value" for each. */
static void append_fields(StrBuf *line, const LogField *fields) {
        _strbuf_ StrBuf value = {};

        for (const LogField *f = fields; f->key; f++) {
                if (!is_known(f))
                        continue;
                strbuf_clear(&value);
                append_redacted_field(&value, f);
                strbuf_appendf(line, " %s=", f->key);
                append_text_value(line, strbuf_text(&value));
        }
}

static void log_to_journal(int level, const char *event, const char *sentence, const LogField *fields) {
        StrBuf parts[LOG_FIELDS_MAX + 5] = {};
        struct iovec iov[LOG_FIELDS_MAX + 5];
        const char *id = message_id(event);
        int n = 0;

        /* "journalctl -u magikald" shows nothing but this, so it says everything */
        strbuf_appendf(&parts[n], "MESSAGE=%s: ", event);
        redact(&parts[n], NULL, sentence);
        append_fields(&parts[n++], fields);
        strbuf_appendf(&parts[n++], "PRIORITY=%d", level);
        strbuf_appendf(&parts[n++], "MAGIKAL_EVENT=%s", event);
        strbuf_appendf(&parts[n++], "MAGIKAL_ROLE=%s", target.role);
        if (id)
                strbuf_appendf(&parts[n++], "MESSAGE_ID=%s", id);
        for (const LogField *f = fields; f->key && n < LOG_FIELDS_MAX + 5; f++) {
                if (!is_known(f))
                        continue;
                strbuf_append(&parts[n], "MAGIKAL_");
                for (const char *p = f->key; *p; p++)
                        strbuf_append_char(&parts[n], (char) toupper((unsigned char) *p));
                strbuf_append_char(&parts[n], '=');
                append_redacted_field(&parts[n++], f);
        }
        for (int i = 0; i < n; i++)
                iov[i] = (struct iovec) { .iov_base = (void *) strbuf_text(&parts[i]), .iov_len = parts[i].n_bytes };
        (void) sd_journal_sendv(iov, n);        /* nowhere left to report a log line that could not be written */
        for (int i = 0; i < n; i++)
                strbuf_done(&parts[i]);
}

/* RFC 3339 in UTC; the journal has its own. */
static void append_time(StrBuf *line) {
        Usec now = clock_realtime();
        time_t seconds = (time_t) (now / USEC_PER_SEC);
        char text[32];
        struct tm tm;

        if (gmtime_r(&seconds, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm) > 0)
                strbuf_appendf(line, "%s.%03uZ ", text, (unsigned) (now % USEC_PER_SEC / USEC_PER_MSEC));
}

static void log_to_stderr(int level, const char *event, const char *sentence, const LogField *fields) {
        _strbuf_ StrBuf line = {}, value = {};

        append_time(&line);
        strbuf_appendf(&line, "%s level=%s role=%s pid=%d msg=", event, level_name(level), target.role, (int) getpid());
        redact(&value, NULL, sentence);
        append_text_value(&line, strbuf_text(&value));
        append_fields(&line, fields);
        strbuf_append_char(&line, '\n');
        if (write(STDERR_FILENO, strbuf_text(&line), line.n_bytes) < 0)
                return;         /* nowhere left to report it */
}

void log_event_fields(int level, const char *event, const char *sentence, const LogField *fields) {
        int saved = errno;

        if (level <= target.max_level) {
                if (target.is_journal)
                        log_to_journal(level, event, sentence, fields);
                else
                        log_to_stderr(level, event, sentence, fields);
        }
        errno = saved;
}
