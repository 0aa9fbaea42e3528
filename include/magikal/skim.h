#pragma once

/*
 * Looking into JSON without building a tree: the supervisor reads envelopes of frames that may have megabytes, and only a worker
 * needs the rest. Brackets, strings and the shape of the levels looked at are checked; what is skipped is not, nor is UTF-8: whoever
 * uses a skipped value parses it with json_parse(). Escapes are not undone, so a key spelled with escapes is not found. No allocation.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SKIM_DEPTH_MAX 128

typedef enum SkimType {
        SKIM_MISSING,
        SKIM_NULL,
        SKIM_BOOL,
        SKIM_NUMBER,
        SKIM_STRING,
        SKIM_OBJECT,
        SKIM_ARRAY,
} SkimType;

typedef struct SkimValue {
        SkimType type;
        const char *text;       /* the value as it stands, a string with its quotes; borrowed */
        size_t n_bytes;
} SkimValue;

/*
 * Finds members of the one object that the text is, in one pass; the last of doubled keys counts. Values not found are SKIM_MISSING.
 * 0 or -EBADMSG (no object, cut, nested deeper than SKIM_DEPTH_MAX, bytes after it).
 */
int skim_object(const char *text, size_t n_bytes, const char *const *keys, SkimValue *ret_values, size_t n_keys);

/* 0, or -EBADMSG: an integer without fraction or exponent that fits. */
int skim_to_i64(const SkimValue *value, int64_t *ret);
/* 0, or -EBADMSG: an id, "1" to 20 digits as a string or a plain integer. */
int skim_to_u64(const SkimValue *value, uint64_t *ret);
bool skim_is_true(const SkimValue *value);
/* Does the string begin with these bytes? False for other types. `prefix` must need no escape in JSON. */
bool skim_begins_with(const SkimValue *value, const char *prefix);
/* 0 and a NUL-terminated copy of a string without escapes and control bytes, or -EBADMSG, -ENOBUFS. */
int skim_copy_plain(const SkimValue *value, char *ret, size_t n_bytes);

/* Discord reference, "Gateway Event Payload Structure": {"op","d","s","t"}, in any order. */
typedef struct SkimEnvelope {
        int64_t op;
        int64_t seq;            /* -1: null or missing */
        char event[64];         /* "" when null or missing */
        SkimValue d;
        uint64_t id;            /* d.id, 0: none */
        uint64_t guild;         /* d.guild_id, 0: none */
} SkimEnvelope;

/* One pass over the frame, `d` included. 0 or -EBADMSG; the output is untouched unless 0. */
int skim_envelope(const char *text, size_t n_bytes, SkimEnvelope *ret_envelope);
