#pragma once

/*
 * Structured events. A line is an event name ("ticket.opened"), a sentence for people and fields for machines. It goes to the
 * journal with native fields when standard error is the journal, else to standard error as key=value text behind time and event.
 *
 * The last stage is the redactor: token shapes, interaction URLs, and 17–20 digit runs that do not stand in a field named as a
 * guild, channel, message, role or ticket id, become "[redacted]". It works on every value of every line, so a careless call cannot leak.
 *
 * Log or return an error, never both.
 */

#include <stdint.h>
#include <syslog.h>     /* LOG_ERR … LOG_DEBUG */

#include "magikal/cleanup.h"

typedef struct LogField {
        const char *key;        /* lower case snake, e.g. "guild"; in the journal MAGIKAL_GUILD */
        enum { LOG_FIELD_TEXT, LOG_FIELD_U64, LOG_FIELD_I64, LOG_FIELD_ERRNO, LOG_FIELD_ID } kind;
        const char *text;
        uint64_t u64;
        int64_t i64;
} LogField;

/* What is not known is left out of the line: a text that is NULL, an error or id that is 0. */
#define LOG_TEXT(k, v) ((LogField) { .key = (k), .kind = LOG_FIELD_TEXT, .text = (v) })
#define LOG_U64(k, v) ((LogField) { .key = (k), .kind = LOG_FIELD_U64, .u64 = (uint64_t) (v) })
#define LOG_I64(k, v) ((LogField) { .key = (k), .kind = LOG_FIELD_I64, .i64 = (int64_t) (v) })
/* A negative errno; printed as its name and sentence under the key "error". */
#define LOG_ERRNO(r) ((LogField) { .key = "error", .kind = LOG_FIELD_ERRNO, .i64 = (int64_t) (r) })

/* Fields whose 17–20 digit values are let through by the redactor. */
#define LOG_ID(k, v) ((LogField) { .key = (k), .kind = LOG_FIELD_ID, .u64 = (uint64_t) (v) })
#define LOG_GUILD(id) LOG_ID("guild", (id))
#define LOG_CHANNEL(id) LOG_ID("channel", (id))
#define LOG_MESSAGE_FIELD(id) LOG_ID("message_id", (id))
#define LOG_TICKET(id) LOG_ID("ticket", (id))
#define LOG_FLOW(id) LOG_ID("flow", (id))

/*
 * level    syslog level
 * event    name from the event table of the documentation, "area.what_happened"
 * sentence one plain sentence without placeholders; the facts are in the fields
 */
#define log_event(level, event, sentence, ...)                                                                        \
        log_event_fields((level), (event), (sentence),                                                               \
                         (const LogField[]) { __VA_ARGS__ __VA_OPT__(, ) { .key = NULL } })
void log_event_fields(int level, const char *event, const char *sentence, const LogField *fields);

/* role is printed as the identifier ("supervisor", "worker"…); max_level drops lines above it. Call once at start; else stderr, info. */
void log_init(const char *role, int max_level);
int log_level_from_string(const char *name, int *ret_level);    /* "debug" "info" "notice" "warning" "err"; -EINVAL */

/* Redacts text as the last stage does; for tests and for what is kept for operators. To free(), NULL when out of memory. */
char *log_redact(const char *key, const char *text);
