/*
 * Strict reading over cJSON and sticky writing. cJSON keeps numbers as doubles, so 64-bit ids are only ever taken from strings, or from
 * numbers below 2^53 where a double is exact.
 */

#include "magikal/json.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>

#define JSON_INTEGER_MAX 9007199254740992.0     /* 2^53: largest range in which every integer is a double */

/* ---- UTF-8 ------------------------------------------------------------------------------------------------------------------ */

/* Length of the well-formed sequence at p (Unicode table 3-7), or 0. */
static size_t utf8_sequence(const unsigned char *p, size_t n) {
        unsigned char lowest = 0x80, highest = 0xBF;
        size_t length;

        if (p[0] < 0x80)
                return 1;
        if (p[0] >= 0xC2 && p[0] <= 0xDF)
                length = 2;
        else if (p[0] >= 0xE0 && p[0] <= 0xEF) {
                length = 3;
                if (p[0] == 0xE0)
                        lowest = 0xA0;
                if (p[0] == 0xED)
                        highest = 0x9F;
        } else if (p[0] >= 0xF0 && p[0] <= 0xF4) {
                length = 4;
                if (p[0] == 0xF0)
                        lowest = 0x90;
                if (p[0] == 0xF4)
                        highest = 0x8F;
        } else
                return 0;
        if (n < length || p[1] < lowest || p[1] > highest)
                return 0;
        for (size_t i = 2; i < length; i++)
                if (p[i] < 0x80 || p[i] > 0xBF)
                        return 0;
        return length;
}

/* Eight bytes of ASCII and no NUL among them. */
static bool are_ascii(const unsigned char *p) {
        uint64_t v;

        memcpy(&v, p, sizeof(v));
        return ((v | (v - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) == 0;
}

bool utf8_is_valid(const char *text, size_t n_bytes) {
        const unsigned char *p = (const unsigned char *) text;

        for (size_t i = 0, step; i < n_bytes; i += step) {
                if (n_bytes - i >= 8 && are_ascii(p + i)) {
                        step = 8;
                        continue;
                }
                step = utf8_sequence(p + i, n_bytes - i);
                if (step == 0 || p[i] == 0)
                        return false;
        }
        return true;
}

size_t utf8_length(const char *text) {
        size_t n = 0;

        for (; *text; text++)
                if (((unsigned char) *text & 0xC0) != 0x80)
                        n++;
        return n;
}

/* ---- reading ---------------------------------------------------------------------------------------------------------------- */

/* cJSON recurses per level; this bounds its stack before it starts. Brackets inside strings are skipped. */
static bool json_depth_is_fine(const char *text, size_t n_bytes) {
        int depth = 0;
        bool in_string = false;

        for (size_t i = 0; i < n_bytes; i++) {
                char c = text[i];

                if (in_string) {
                        if (c == '\\')
                                i++;
                        else if (c == '"')
                                in_string = false;
                } else if (c == '"')
                        in_string = true;
                else if (c == '{' || c == '[') {
                        if (++depth > JSON_DEPTH_MAX)
                                return false;
                } else if (c == '}' || c == ']')
                        depth--;
        }
        return true;
}

int json_parse(const char *text, size_t n_bytes, Json **ret_json) {
        _json_ Json *json = NULL;
        const char *end = NULL;

        if (!utf8_is_valid(text, n_bytes) || !json_depth_is_fine(text, n_bytes))
                return -EBADMSG;
        json = cJSON_ParseWithLengthOpts(text, n_bytes, &end, false);
        if (!json)
                return -EBADMSG;        /* cJSON does not tell lack of memory from bad text; the caller treats both as unusable */
        for (; end < text + n_bytes; end++)
                if (!strchr(" \t\r\n", *end))
                        return -EBADMSG;
        *ret_json = TAKE(json);
        return 0;
}

Json *json_free(Json *json) {
        cJSON_Delete(json);
        return NULL;
}

bool json_is_object(const Json *json) {
        return cJSON_IsObject(json);
}

bool json_is_array(const Json *json) {
        return cJSON_IsArray(json);
}

bool json_is_string(const Json *json) {
        return cJSON_IsString(json);
}

bool json_is_null(const Json *json) {
        return cJSON_IsNull(json);
}

const Json *json_get(const Json *object, const char *key) {
        return cJSON_IsObject(object) ? cJSON_GetObjectItemCaseSensitive(object, key) : NULL;
}

const Json *json_path(const Json *object, ...) {
        va_list ap;

        va_start(ap, object);
        for (const char *key; object && (key = va_arg(ap, const char *));)
                object = json_get(object, key);
        va_end(ap);
        return object;
}

const char *json_text(const Json *value) {
        return cJSON_IsString(value) ? value->valuestring : NULL;
}

static int u64_from_digits(const char *text, uint64_t *ret) {
        uint64_t v = 0;
        size_t n = strlen(text);

        if (n == 0 || n > 20 || (n > 1 && text[0] == '0'))
                return -EBADMSG;
        for (size_t i = 0; i < n; i++) {
                unsigned digit = (unsigned char) text[i] - (unsigned) '0';

                if (digit > 9 || v > (UINT64_MAX - digit) / 10)
                        return -EBADMSG;
                v = v * 10 + digit;
        }
        *ret = v;
        return 0;
}

int json_to_u64(const Json *value, uint64_t *ret) {
        int64_t i;
        int r;

        if (cJSON_IsString(value))
                return u64_from_digits(value->valuestring, ret);
        r = json_to_i64(value, &i);
        if (r < 0)
                return r;
        if (i < 0)
                return -EBADMSG;
        *ret = (uint64_t) i;
        return 0;
}

int json_to_i64(const Json *value, int64_t *ret) {
        double d;

        if (!cJSON_IsNumber(value))
                return -EBADMSG;
        d = value->valuedouble;
        if (!(fabs(d) < JSON_INTEGER_MAX) || floor(d) < d)
                return -EBADMSG;
        *ret = (int64_t) d;
        return 0;
}

int json_to_double(const Json *value, double *ret) {
        if (!cJSON_IsNumber(value) || !isfinite(value->valuedouble))
                return -EBADMSG;
        *ret = value->valuedouble;
        return 0;
}

/* The three-way answer that all typed getters begin with: 0 = there is a value. */
static int json_member(const Json *object, const char *key, const Json **ret) {
        const Json *value = json_get(object, key);

        if (!value)
                return JSON_MISSING;
        if (cJSON_IsNull(value))
                return JSON_NULL;
        *ret = value;
        return 0;
}

int json_get_string(const Json *object, const char *key, const char **ret) {
        const Json *value;
        int r = json_member(object, key, &value);

        if (r != 0)
                return r;
        if (!cJSON_IsString(value))
                return -EBADMSG;
        *ret = value->valuestring;
        return 0;
}

int json_get_u64(const Json *object, const char *key, uint64_t *ret) {
        const Json *value;
        int r = json_member(object, key, &value);

        return r != 0 ? r : json_to_u64(value, ret);
}

int json_get_i64(const Json *object, const char *key, int64_t *ret) {
        const Json *value;
        int r = json_member(object, key, &value);

        return r != 0 ? r : json_to_i64(value, ret);
}

int json_get_bool(const Json *object, const char *key, bool *ret) {
        const Json *value;
        int r = json_member(object, key, &value);

        if (r != 0)
                return r;
        if (!cJSON_IsBool(value))
                return -EBADMSG;
        *ret = cJSON_IsTrue(value);
        return 0;
}

int json_get_array(const Json *object, const char *key, const Json **ret) {
        const Json *value;
        int r = json_member(object, key, &value);

        if (r != 0)
                return r;
        if (!cJSON_IsArray(value))
                return -EBADMSG;
        *ret = value;
        return 0;
}

int json_get_object(const Json *object, const char *key, const Json **ret) {
        const Json *value;
        int r = json_member(object, key, &value);

        if (r != 0)
                return r;
        if (!cJSON_IsObject(value))
                return -EBADMSG;
        *ret = value;
        return 0;
}

int json_array_size(const Json *array) {
        return cJSON_IsArray(array) ? cJSON_GetArraySize(array) : 0;
}

const Json *json_first(const Json *container) {
        return cJSON_IsArray(container) || cJSON_IsObject(container) ? container->child : NULL;
}

const Json *json_next(const Json *item) {
        return item ? item->next : NULL;
}

const char *json_key(const Json *item) {
        return item ? item->string : NULL;
}

Json *json_copy(const Json *value) {
        return cJSON_Duplicate(value, true);
}

int json_print(const Json *value, char **ret_text) {
        char *text = cJSON_PrintUnformatted(value);     /* allocated by malloc(): no hooks are installed in this program */

        if (!text)
                return -ENOMEM;
        *ret_text = text;
        return 0;
}

/* ---- writing ---------------------------------------------------------------------------------------------------------------- */

void json_writer_done(JsonWriter *w) {
        strbuf_done(&w->out);
        *w = (JsonWriter) {};
}

static void json_fail(JsonWriter *w) {
        if (w->out.error == 0)
                w->out.error = -EINVAL;
}

/* What comes before any value: nothing behind a key, a comma between items, an error for a bare value in an object. */
static void json_before_value(JsonWriter *w) {
        uint64_t level = UINT64_C(1) << (w->depth & 63);

        if (w->after_key) {
                w->after_key = false;
                return;
        }
        if (w->depth == 0) {
                if (w->out.n_bytes > 0)
                        json_fail(w);
                return;
        }
        if (!(w->is_array & level))
                json_fail(w);
        if (w->has_items & level)
                strbuf_append_char(&w->out, ',');
        w->has_items |= level;
}

static void json_begin(JsonWriter *w, bool is_array) {
        uint64_t level;

        json_before_value(w);
        if (w->depth + 1 >= JSON_DEPTH_MAX) {
                json_fail(w);
                return;
        }
        w->depth++;
        level = UINT64_C(1) << w->depth;
        w->is_array = is_array ? w->is_array | level : w->is_array & ~level;
        w->has_items &= ~level;
        strbuf_append_char(&w->out, is_array ? '[' : '{');
}

static void json_end(JsonWriter *w, bool is_array) {
        uint64_t level = UINT64_C(1) << w->depth;

        if (w->depth == 0 || w->after_key || !!(w->is_array & level) != is_array) {
                json_fail(w);
                return;
        }
        strbuf_append_char(&w->out, is_array ? ']' : '}');
        w->depth--;
}

void json_open(JsonWriter *w) {
        json_begin(w, false);
}

void json_close(JsonWriter *w) {
        json_end(w, false);
}

void json_open_array(JsonWriter *w) {
        json_begin(w, true);
}

void json_close_array(JsonWriter *w) {
        json_end(w, true);
}

/* Bytes that stand in a JSON string as they are; others are escaped, or belong to a UTF-8 sequence. */
static const bool json_is_plain[256] = {
        [0x20] = true, [0x21] = true, [0x23 ... 0x5B] = true, [0x5D ... 0x7F] = true,   /* not the quote, not the backslash */
};

/* The same for eight bytes at once: no byte is above 0x7F, below 0x20, a quote or a backslash (a borrow shows in a byte's highest bit). */
static bool json_are_plain(const unsigned char *p) {
        const uint64_t ones = UINT64_C(0x0101010101010101), highs = UINT64_C(0x8080808080808080);
        uint64_t v, quotes, backslashes;

        memcpy(&v, p, sizeof(v));
        quotes = v ^ ones * '"';
        backslashes = v ^ ones * '\\';
        return ((v | (v - ones * 0x20) | (quotes - ones) | (backslashes - ones)) & highs) == 0;
}

/* How many bytes at p may stand in a JSON string as they are. */
static size_t json_plain(const unsigned char *p, size_t n) {
        size_t i = 0;

        while (i < n) {
                size_t length;

                while (n - i >= 8 && json_are_plain(p + i))
                        i += 8;
                while (i < n && json_is_plain[p[i]])
                        i++;
                if (i == n || p[i] < 0x80)
                        break;
                length = utf8_sequence(p + i, n - i);
                if (length == 0)
                        break;
                i += length;
        }
        return i;
}

static void json_append_escaped(StrBuf *out, unsigned char c) {
        if (c >= 0x80)
                strbuf_append(out, "\xEF\xBF\xBD"); /* no UTF-8 */
        else if (c == '\n')
                strbuf_append(out, "\\n");
        else if (c < 0x20)
                strbuf_appendf(out, "\\u%04x", c);
        else {
                strbuf_append_char(out, '\\');
                strbuf_append_char(out, (char) c);
        }
}

/* "text", and `behind` after it unless that is NUL. Most texts have nothing to escape. */
static void json_append_quoted(JsonWriter *w, const char *text, char behind) {
        const unsigned char *p = (const unsigned char *) text;
        size_t n = strlen(text), n_plain = json_plain(p, n), n_behind = behind != '\0';

        if (n_plain == n) {
                char *at = strbuf_extend(&w->out, n + 2 + n_behind);

                if (!at)
                        return;
                at[0] = '"';
                copy_bytes(at + 1, text, n);
                at[n + 1] = '"';
                if (behind)
                        at[n + 2] = behind;
                return;
        }
        strbuf_append_char(&w->out, '"');
        for (size_t i = 0; i < n;) {
                n_plain = json_plain(p + i, n - i);
                strbuf_append_bytes(&w->out, p + i, n_plain);
                i += n_plain;
                if (i < n)
                        json_append_escaped(&w->out, p[i++]);
        }
        strbuf_append_bytes(&w->out, (const char[]) { '"', behind }, 1 + n_behind);
}

/* Decimal digits without printf: ids are half of what a document of Discord's consists of. */
static void json_append_u64(JsonWriter *w, uint64_t value) {
        char digits[20];        /* of 2^64 - 1 */
        size_t at = sizeof(digits);

        for (; value >= 100; value /= 100) {
                unsigned two = (unsigned) (value % 100);

                digits[--at] = (char) ('0' + two % 10);
                digits[--at] = (char) ('0' + two / 10);
        }
        digits[--at] = (char) ('0' + value % 10);
        if (value >= 10)
                digits[--at] = (char) ('0' + value / 10);
        strbuf_append_bytes(&w->out, digits + at, sizeof(digits) - at);
}

void json_put_key(JsonWriter *w, const char *key) {
        uint64_t level = UINT64_C(1) << w->depth;

        if (w->depth == 0 || w->after_key || (w->is_array & level)) {
                json_fail(w);
                return;
        }
        if (w->has_items & level)
                strbuf_append_char(&w->out, ',');
        w->has_items |= level;
        json_append_quoted(w, key, ':');
        w->after_key = true;
}

void json_put_raw(JsonWriter *w, const char *json) {
        json_before_value(w);
        strbuf_append(&w->out, json);
}

void json_put_string(JsonWriter *w, const char *text) {
        if (!text) {
                json_put_null(w);
                return;
        }
        json_before_value(w);
        json_append_quoted(w, text, '\0');
}

void json_put_i64(JsonWriter *w, int64_t value) {
        json_before_value(w);
        if (value < 0)
                strbuf_append_char(&w->out, '-');
        json_append_u64(w, value < 0 ? -(uint64_t) value : (uint64_t) value);
}

void json_put_id(JsonWriter *w, uint64_t id) {
        json_before_value(w);
        strbuf_append_char(&w->out, '"');
        json_append_u64(w, id);
        strbuf_append_char(&w->out, '"');
}

void json_put_bool(JsonWriter *w, bool value) {
        json_put_raw(w, value ? "true" : "false");
}

void json_put_null(JsonWriter *w) {
        json_put_raw(w, "null");
}

void json_put_double(JsonWriter *w, double value) {
        json_before_value(w);
        if (!isfinite(value)) {
                json_fail(w);
                return;
        }
        strbuf_appendf(&w->out, "%.6f", value);
}

void json_put_value(JsonWriter *w, const Json *value) {
        _free_ char *text = NULL;

        if (json_print(value, &text) < 0) {
                json_fail(w);
                return;
        }
        json_put_raw(w, text);
}

void json_string(JsonWriter *w, const char *key, const char *text) {
        json_put_key(w, key);
        json_put_string(w, text);
}

void json_i64(JsonWriter *w, const char *key, int64_t value) {
        json_put_key(w, key);
        json_put_i64(w, value);
}

void json_id(JsonWriter *w, const char *key, uint64_t id) {
        json_put_key(w, key);
        json_put_id(w, id);
}

void json_bool(JsonWriter *w, const char *key, bool value) {
        json_put_key(w, key);
        json_put_bool(w, value);
}

void json_null(JsonWriter *w, const char *key) {
        json_put_key(w, key);
        json_put_null(w);
}

void json_raw(JsonWriter *w, const char *key, const char *json) {
        json_put_key(w, key);
        json_put_raw(w, json);
}

void json_object(JsonWriter *w, const char *key) {
        json_put_key(w, key);
        json_open(w);
}

void json_array(JsonWriter *w, const char *key) {
        json_put_key(w, key);
        json_open_array(w);
}

int json_writer_finish(JsonWriter *w, char **ret_text) {
        int r;

        if (w->depth != 0 || w->after_key || w->out.n_bytes == 0)
                json_fail(w);
        r = strbuf_finish(&w->out, ret_text);
        *w = (JsonWriter) {};
        return r;
}
