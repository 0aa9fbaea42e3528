#pragma once

/*
 * JSON as this program wants it: strict reading over cJSON, sticky writing into a StrBuf.
 *
 * Reading. A missing member, an explicit null and a member of another type are three different answers; getters say which.
 * Keys are compared case-sensitively. 64-bit ids travel as decimal strings and never through a double.
 */

#include <stdbool.h>
#include <stdint.h>

#include "magikal/strbuf.h"

typedef struct cJSON Json;

enum {
        JSON_MISSING = 1,       /* no such member */
        JSON_NULL = 2,          /* the member is null */
};

#define JSON_DEPTH_MAX 64       /* nesting accepted by json_parse(); Discord's deepest payloads need about 12 */

/* Parses exactly one document of n_bytes: valid UTF-8, no trailing bytes but white space, no duplicate check. -EBADMSG, -ENOMEM. */
int json_parse(const char *text, size_t n_bytes, Json **ret_json);
Json *json_free(Json *json);    /* NULL is fine; returns NULL */
DEFINE_CLEANUP(Json *, json_free)
#define _json_ _cleanup_(json_freep)

bool json_is_object(const Json *json);
bool json_is_array(const Json *json);
bool json_is_string(const Json *json);
bool json_is_null(const Json *json);

/* Member of an object or NULL (also when `object` is NULL or no object). Borrowed from the document. */
const Json *json_get(const Json *object, const char *key);
/* The same along a path of keys, NULL-terminated: json_path(d, "member", "user", NULL). */
const Json *json_path(const Json *object, ...) _sentinel_;
/* Text of a string value, or NULL when it is not a string. Borrowed. */
const char *json_text(const Json *value);
/* 0, or -EBADMSG: the value is a string (1 to 20 digits, no sign, ≤ UINT64_MAX, no leading zero) or a non-negative integer below 2^53. */
int json_to_u64(const Json *value, uint64_t *ret);
/* 0, or -EBADMSG: an integral number within ±2^53. */
int json_to_i64(const Json *value, int64_t *ret);
/* 0, or -EBADMSG: a finite number. For durations, never for ids. */
int json_to_double(const Json *value, double *ret);

/* 0, JSON_MISSING, JSON_NULL, or -EBADMSG (other type or out of range). The output is untouched unless 0. */
int json_get_string(const Json *object, const char *key, const char **ret);
int json_get_u64(const Json *object, const char *key, uint64_t *ret);
int json_get_i64(const Json *object, const char *key, int64_t *ret);
int json_get_bool(const Json *object, const char *key, bool *ret);
int json_get_array(const Json *object, const char *key, const Json **ret);
int json_get_object(const Json *object, const char *key, const Json **ret);

int json_array_size(const Json *array);                 /* 0 when it is no array */
const Json *json_first(const Json *array_or_object);    /* NULL when empty or no container */
const Json *json_next(const Json *item);
const char *json_key(const Json *item);                 /* key of a member, NULL in arrays */
#define JSON_FOREACH(item, container) for (const Json *item = json_first(container); item; item = json_next(item))

/* A deep copy, to json_free(); NULL when out of memory, or when `value` is NULL. */
Json *json_copy(const Json *value);

/* Renders a value without white space; to free(). */
int json_print(const Json *value, char **ret_text) _warn_unused_;

/* True when the n_bytes are well-formed UTF-8 without NUL. */
bool utf8_is_valid(const char *text, size_t n_bytes);
/* Number of code points; the text must be valid UTF-8. */
size_t utf8_length(const char *text);

/*
 * Writing. Calls follow the document's order; commas are put by the writer. A misuse (a value without key in an object) or
 * lack of memory sticks and is reported by json_writer_finish(). Text must be UTF-8; bytes that are not become U+FFFD.
 */
typedef struct JsonWriter {
        StrBuf out;
        uint64_t is_array;      /* one bit per level */
        uint64_t has_items;
        int depth;
        bool after_key;
} JsonWriter;

void json_writer_done(JsonWriter *w);
static inline void json_writer_donep(JsonWriter *w) {
        json_writer_done(w);
}
#define _json_writer_ _cleanup_(json_writer_donep)

void json_open(JsonWriter *w);                          /* { */
void json_close(JsonWriter *w);                         /* } */
void json_open_array(JsonWriter *w);                    /* [ */
void json_close_array(JsonWriter *w);                   /* ] */
void json_put_key(JsonWriter *w, const char *key);
void json_put_string(JsonWriter *w, const char *text);  /* NULL → null */
void json_put_i64(JsonWriter *w, int64_t value);
void json_put_id(JsonWriter *w, uint64_t id);           /* decimal string */
void json_put_bool(JsonWriter *w, bool value);
void json_put_null(JsonWriter *w);
void json_put_double(JsonWriter *w, double value);      /* finite, at most 6 decimals */
void json_put_raw(JsonWriter *w, const char *json);     /* an already rendered value, trusted to be JSON */
void json_put_value(JsonWriter *w, const Json *value);  /* a parsed value */

/* key and value in one call */
void json_string(JsonWriter *w, const char *key, const char *text);
void json_i64(JsonWriter *w, const char *key, int64_t value);
void json_id(JsonWriter *w, const char *key, uint64_t id);
void json_bool(JsonWriter *w, const char *key, bool value);
void json_null(JsonWriter *w, const char *key);
void json_raw(JsonWriter *w, const char *key, const char *json);
void json_object(JsonWriter *w, const char *key);       /* "key":{ ; end with json_close() */
void json_array(JsonWriter *w, const char *key);        /* "key":[ ; end with json_close_array() */

/* 0 and the document (to free()), -ENOMEM, or -EINVAL when the calls did not make one whole document. The writer is empty afterwards. */
int json_writer_finish(JsonWriter *w, char **ret_text) _warn_unused_;
