/*
 * JSON from clients. Discord takes ids as numbers too, and some libraries send them so: more digits than a double holds. Such numbers become
 * strings before anything reads them.
 */

#include "sandbox.h"

#define EXACT_DIGITS 15         /* more may be beyond 2^53 */

static bool is_digit(char c) {
        return c >= '0' && c <= '9';
}

static size_t n_digits_at(const char *text, size_t n_bytes, size_t i) {
        size_t n = 0;

        while (i + n < n_bytes && is_digit(text[i + n]))
                n++;
        return n;
}

static bool has_long_number(const char *text, size_t n_bytes) {
        for (size_t i = 0; i < n_bytes; i++) {
                size_t n = n_digits_at(text, n_bytes, i);

                if (n > EXACT_DIGITS)
                        return true;
                i += n;
        }
        return false;
}

/* A whole number that stands by itself: no sign before it, no fraction or exponent behind. */
static bool is_whole(const char *text, size_t n_bytes, size_t i, size_t n) {
        char before = i > 0 ? text[i - 1] : ' ', behind = i + n < n_bytes ? text[i + n] : ' ';

        return before != '-' && before != '.' && before != '+' && behind != '.' && behind != 'e' && behind != 'E';
}

int sbx_parse_json(const char *text, size_t n_bytes, Json **ret_json) {
        _strbuf_ StrBuf quoted = {};
        bool is_in_string = false;

        if (!has_long_number(text, n_bytes))
                return json_parse(text, n_bytes, ret_json);
        for (size_t i = 0, n; i < n_bytes; i += n) {
                n = is_in_string ? 0 : n_digits_at(text, n_bytes, i);
                if (n > EXACT_DIGITS && is_whole(text, n_bytes, i, n)) {
                        strbuf_append_char(&quoted, '"');
                        strbuf_append_bytes(&quoted, text + i, n);
                        strbuf_append_char(&quoted, '"');
                        continue;
                }
                if (n == 0)
                        n = is_in_string && text[i] == '\\' && i + 1 < n_bytes ? 2 : 1;
                if (text[i] == '"')
                        is_in_string = !is_in_string;
                strbuf_append_bytes(&quoted, text + i, n);
        }
        return quoted.error < 0 ? quoted.error : json_parse(strbuf_text(&quoted), quoted.n_bytes, ret_json);
}
