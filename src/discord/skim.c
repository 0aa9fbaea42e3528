/*
 * Finding members in JSON text without a tree. One pass, no allocation, no recursion: nesting is a bit stack, so a frame of a million
 * brackets costs nothing but the reading. Only the levels that are looked at are checked for shape; see the header for what is not.
 */

#include "magikal/skim.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "magikal/cleanup.h"

typedef struct Cursor {
        const char *p, *end;
} Cursor;

static void skip_blank(Cursor *c) {
        while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' || *c->p == '\n' || *c->p == '\r'))
                c->p++;
}

static bool take_char(Cursor *c, char wanted) {
        skip_blank(c);
        if (c->p == c->end || *c->p != wanted)
                return false;
        c->p++;
        return true;
}

/* From the opening quote to behind the closing one: the next quote with an even number of backslashes before it. */
static int skip_string(Cursor *c) {
        const char *begin = c->p + 1;

        for (const char *quote = begin; (quote = memchr(quote, '"', (size_t) (c->end - quote))) != NULL; quote++) {
                const char *p = quote;

                while (p > begin && p[-1] == '\\')
                        p--;
                if ((quote - p) % 2 == 0) {
                        c->p = quote + 1;
                        return 0;
                }
        }
        return -EBADMSG;
}

/* From the opening bracket to behind its partner. */
static int skip_container(Cursor *c) {
        bool is_array[SKIM_DEPTH_MAX];
        int depth = 0;

        while (c->p < c->end)
                switch (*c->p) {
                case '"':
                        if (skip_string(c) < 0)
                                return -EBADMSG;
                        break;
                case '{':
                case '[':
                        if (depth == SKIM_DEPTH_MAX)
                                return -EBADMSG;
                        is_array[depth++] = *c->p++ == '[';
                        break;
                case '}':
                case ']':
                        if (is_array[--depth] != (*c->p++ == ']'))
                                return -EBADMSG;
                        if (depth == 0)
                                return 0;
                        break;
                default:
                        c->p++;
                }
        return -EBADMSG;
}

static bool is_word_char(char ch) {
        return (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') || ch == '-' || ch == '+' || ch == '.' || ch == 'E';
}

static int skip_word(Cursor *c, SkimType *ret_type) {
        const char *begin = c->p;
        size_t n;

        while (c->p < c->end && is_word_char(*c->p))
                c->p++;
        n = (size_t) (c->p - begin);
        if (n == 0)
                return -EBADMSG;

        if (*begin == '-' || (*begin >= '0' && *begin <= '9'))
                *ret_type = SKIM_NUMBER;
        else if (n == 4 && memcmp(begin, "null", 4) == 0)
                *ret_type = SKIM_NULL;
        else if ((n == 4 && memcmp(begin, "true", 4) == 0) || (n == 5 && memcmp(begin, "false", 5) == 0))
                *ret_type = SKIM_BOOL;
        else
                return -EBADMSG;
        return 0;
}

static int skip_value(Cursor *c, SkimValue *ret_value) {
        SkimValue value = {};
        int r;

        skip_blank(c);
        value.text = c->p;
        if (c->p == c->end)
                return -EBADMSG;

        switch (*c->p) {
        case '"':
                value.type = SKIM_STRING;
                r = skip_string(c);
                break;
        case '{':
                value.type = SKIM_OBJECT;
                r = skip_container(c);
                break;
        case '[':
                value.type = SKIM_ARRAY;
                r = skip_container(c);
                break;
        default:
                r = skip_word(c, &value.type);
        }
        if (r < 0)
                return r;

        value.n_bytes = (size_t) (c->p - value.text);
        *ret_value = value;
        return 0;
}

/*
 * Steps to the next member of an object whose opening bracket has been taken; the cursor then stands before the value. 1, 0 at the
 * end (closing bracket taken), or -EBADMSG. The key is given without its quotes.
 */
static int next_member(Cursor *c, bool *is_first, const char **ret_key, size_t *ret_n_key) {
        const char *key;

        if (take_char(c, '}'))
                return 0;
        if (!*is_first && !take_char(c, ','))
                return -EBADMSG;
        *is_first = false;

        skip_blank(c);
        if (c->p == c->end || *c->p != '"')
                return -EBADMSG;
        key = c->p + 1;
        if (skip_string(c) < 0)
                return -EBADMSG;
        *ret_key = key;
        *ret_n_key = (size_t) (c->p - 1 - key);
        return take_char(c, ':') ? 1 : -EBADMSG;
}

static bool key_is(const char *key, size_t n_key, const char *wanted) {
        return strlen(wanted) == n_key && memcmp(key, wanted, n_key) == 0;
}

/* Members of the object at the cursor, which ends behind it. */
static int walk_object(Cursor *c, const char *const *keys, SkimValue *ret_values, size_t n_keys) {
        bool is_first = true;
        const char *key;
        size_t n_key;
        int r;

        if (!take_char(c, '{'))
                return -EBADMSG;

        while ((r = next_member(c, &is_first, &key, &n_key)) > 0) {
                SkimValue value;

                if (skip_value(c, &value) < 0)
                        return -EBADMSG;
                for (size_t i = 0; i < n_keys; i++)
                        if (key_is(key, n_key, keys[i]))
                                ret_values[i] = value;
        }
        return r;
}

static bool is_at_end(Cursor *c) {
        skip_blank(c);
        return c->p == c->end;
}

int skim_object(const char *text, size_t n_bytes, const char *const *keys, SkimValue *ret_values, size_t n_keys) {
        Cursor c = { text, text ? text + n_bytes : NULL };     /* the text of a value that is missing is NULL */

        for (size_t i = 0; i < n_keys; i++)
                ret_values[i] = (SkimValue) {};
        if (walk_object(&c, keys, ret_values, n_keys) == 0 && is_at_end(&c))
                return 0;
        for (size_t i = 0; i < n_keys; i++)
                ret_values[i] = (SkimValue) {};
        return -EBADMSG;
}

/* Digits with at most 20 places; overflow is refused. */
static int digits_to_u64(const char *text, size_t n, uint64_t *ret) {
        uint64_t value = 0;

        if (n < 1 || n > 20)
                return -EBADMSG;
        for (size_t i = 0; i < n; i++) {
                if (text[i] < '0' || text[i] > '9')
                        return -EBADMSG;
                if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
                    __builtin_add_overflow(value, (uint64_t) (text[i] - '0'), &value))
                        return -EBADMSG;
        }
        *ret = value;
        return 0;
}

int skim_to_i64(const SkimValue *value, int64_t *ret) {
        bool is_negative = value->type == SKIM_NUMBER && value->text[0] == '-';
        uint64_t magnitude;

        if (value->type != SKIM_NUMBER || digits_to_u64(value->text + is_negative, value->n_bytes - is_negative, &magnitude) < 0)
                return -EBADMSG;
        if (magnitude > INT64_MAX)
                return -EBADMSG;
        *ret = is_negative ? -(int64_t) magnitude : (int64_t) magnitude;
        return 0;
}

int skim_to_u64(const SkimValue *value, uint64_t *ret) {
        if (value->type == SKIM_STRING)
                return digits_to_u64(value->text + 1, value->n_bytes - 2, ret);
        return value->type == SKIM_NUMBER ? digits_to_u64(value->text, value->n_bytes, ret) : -EBADMSG;
}

bool skim_is_true(const SkimValue *value) {
        return value->type == SKIM_BOOL && value->text[0] == 't';
}

bool skim_begins_with(const SkimValue *value, const char *prefix) {
        size_t n = strlen(prefix);

        return value->type == SKIM_STRING && value->n_bytes - 2 >= n && memcmp(value->text + 1, prefix, n) == 0;
}

int skim_copy_plain(const SkimValue *value, char *ret, size_t n_bytes) {
        if (value->type != SKIM_STRING)
                return -EBADMSG;
        for (size_t i = 1; i < value->n_bytes - 1; i++)
                if ((unsigned char) value->text[i] < ' ' || value->text[i] == '\\' || value->text[i] == 0x7f)
                        return -EBADMSG;
        if (value->n_bytes - 2 >= n_bytes)
                return -ENOBUFS;
        memcpy(ret, value->text + 1, value->n_bytes - 2);
        ret[value->n_bytes - 2] = '\0';
        return 0;
}

/* Discord's event names are upper-case words; they become keys and journal fields, so nothing else is let in. */
static int event_name(const SkimValue *value, char *ret, size_t n_bytes) {
        if (value->type == SKIM_MISSING || value->type == SKIM_NULL) {
                ret[0] = '\0';
                return 0;
        }
        if (skim_copy_plain(value, ret, n_bytes) < 0 || ret[0] == '\0' || ret[strspn(ret, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")] != '\0')
                return -EBADMSG;
        return 0;
}

/* The value of "d": an object is looked into on the way, anything else is passed over. */
static int walk_data(Cursor *c, SkimValue *ret_d, SkimValue ids[2]) {
        static const char *const keys[] = { "id", "guild_id" };
        const char *begin;

        skip_blank(c);
        if (c->p == c->end || *c->p != '{')
                return skip_value(c, ret_d);

        begin = c->p;
        if (walk_object(c, keys, ids, ELEMENTSOF(keys)) < 0)
                return -EBADMSG;
        *ret_d = (SkimValue) { SKIM_OBJECT, begin, (size_t) (c->p - begin) };
        return 0;
}

int skim_envelope(const char *text, size_t n_bytes, SkimEnvelope *ret_envelope) {
        Cursor c = { text, text + n_bytes };
        SkimValue op = {}, seq = {}, event = {}, d = {}, ids[2] = {};
        SkimEnvelope e = { .seq = -1 };
        bool is_first = true;
        const char *key;
        size_t n_key;
        int r;

        if (!take_char(&c, '{'))
                return -EBADMSG;
        while ((r = next_member(&c, &is_first, &key, &n_key)) > 0) {
                SkimValue ignored, *to = key_is(key, n_key, "op")  ? &op :
                                         key_is(key, n_key, "s")   ? &seq :
                                         key_is(key, n_key, "t")   ? &event : &ignored;

                if ((key_is(key, n_key, "d") ? walk_data(&c, &d, ids) : skip_value(&c, to)) < 0)
                        return -EBADMSG;
        }
        if (r < 0 || !is_at_end(&c))
                return -EBADMSG;

        if (skim_to_i64(&op, &e.op) < 0 || event_name(&event, e.event, sizeof(e.event)) < 0)
                return -EBADMSG;
        if (seq.type != SKIM_MISSING && seq.type != SKIM_NULL && (skim_to_i64(&seq, &e.seq) < 0 || e.seq < 0))
                return -EBADMSG;
        e.d = d;
        (void) skim_to_u64(&ids[0], &e.id);             /* some events have other things under these names; then it is none */
        (void) skim_to_u64(&ids[1], &e.guild);
        *ret_envelope = e;
        return 0;
}
