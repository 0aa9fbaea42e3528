#pragma once

/*
 * Reading a request's body the way Discord does: every field is looked at, every fault is collected with its
 * path, and the answer is one tree
 * {"message":"Invalid Form Body","code":50035,"errors":{…}} (Discord reference, "Error Messages").
 *
 * Lengths are counted in UTF-16 units. Discord does not say which unit it counts; this one is never smaller
 * than code points, so what passes here passes there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "magikal/json.h"

#include "sandbox.h"

/* Where in the body: a list on the stack, innermost first. NULL is the body itself. */
typedef struct FormPath {
        const struct FormPath *up;
        const char *key; /* NULL: `index` of an array */
        size_t index;
} FormPath;

#define AT(parent, name)    (&(FormPath){ .up = (parent), .key = (name) })
#define AT_INDEX(parent, i) (&(FormPath){ .up = (parent), .index = (size_t) (i) })

typedef struct FormNode FormNode;

typedef struct Form {
        FormNode *root;
        bool is_refused; /* at least one fault */
        bool out_of_memory;
        char **kept; /* trimmed copies handed out by form_string() */
        size_t n_kept;
} Form;

void form_done(Form *form);
static inline void form_donep(Form *form) {
        form_done(form);
}
#define _form_ _cleanup_(form_donep)

/* One fault at a place; code is Discord's string code. */
void form_fault(Form *form, const FormPath *at, const char *code, const char *format, ...) _printf_(4, 5);

/* {"errors":…} as Discord nests it: the whole body of the answer. */
void form_write(const Form *form, JsonWriter *w);
/* True when there was a fault (answered with 400, 50035) or no memory (500): the handler returns. */
bool form_refuses(Form *form, SbxReply *reply);

enum {
        FORM_REQUIRED = 1 << 0, /* missing and null are faults */
        FORM_TRIM = 1 << 1,     /* white space around is cut; what is blank then counts as missing */
};

/*
 * One member of `object`, which stands at `at`. The output stays untouched when the member is missing, null
 * or faulty; true when it was set. Texts live as long as the form and the document.
 */
bool form_string(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                 size_t min, size_t max, const char **ret);
bool form_i64(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
              int64_t min, int64_t max, int64_t *ret);
bool form_bool(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
               bool *ret);
bool form_snowflake(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                    uint64_t *ret);
/* A bit set, as decimal text or number. */
bool form_bits(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
               uint64_t *ret);
bool form_array(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                size_t min, size_t max, const Json **ret);
bool form_object(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                 const Json **ret);
/* An http(s) address of at most `max` units; with may_attach also "attachment://name". */
bool form_url(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
              size_t max, bool may_attach, const char **ret);
/* One of `n` integers; the fault names them. */
bool form_choice(Form *form, const FormPath *at, const Json *object, const char *key, unsigned flags,
                 const int64_t *choices, size_t n, int64_t *ret);

/* True when the member is there, null or not. */
bool form_has(const Json *object, const char *key);
/* True when the value is an object; a MODEL_TYPE_CONVERT fault otherwise. */
bool form_is_object(Form *form, const FormPath *at, const Json *value);

/* UTF-16 units of valid UTF-8. */
size_t text_length(const char *text);
