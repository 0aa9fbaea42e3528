/* Rows, read without trust: NULL, damage and a missing key all give the type's nothing. */

#include "db.h"

#include <errno.h>

const PGresult *batch_result(const Batch *b, size_t n_call) {
        return n_call < b->n_calls ? b->calls[n_call].result : NULL;
}

size_t batch_n_rows(const Batch *b, size_t n_call) {
        const PGresult *result = batch_result(b, n_call);

        return result ? (size_t) PQntuples(result) : 0;
}

int batch_n_changed(const Batch *b, size_t n_call) {
        const PGresult *result = batch_result(b, n_call);

        /* PQcmdTuples() only reads, but its argument is not const */
        return result ? atoi(PQcmdTuples((PGresult *) result)) : 0;
}

bool row_is_null(const PGresult *result, size_t row, int column) {
        return PQgetisnull(result, (int) row, column) != 0;
}

const char *row_text(const PGresult *result, size_t row, int column) {
        return row_is_null(result, row, column) ? NULL : PQgetvalue(result, (int) row, column);
}

bool row_is_empty_bytea(const PGresult *result, size_t row, int column) {
        const char *text = row_text(result, row, column);

        return !text || streq(text, "\\x");    /* how PostgreSQL writes a bytea of no bytes (bytea_output = hex) */
}

int64_t row_i64(const PGresult *result, size_t row, int column) {
        const char *text = row_text(result, row, column);
        char *end = NULL;
        long long value;

        if (!text || !*text)
                return 0;
        errno = 0;
        value = strtoll(text, &end, 10);
        return errno != 0 || *end ? 0 : value;
}

uint64_t row_u64(const PGresult *result, size_t row, int column) {
        int64_t value = row_i64(result, row, column);

        return value < 0 ? 0 : (uint64_t) value;
}

int row_int(const PGresult *result, size_t row, int column) {
        int64_t value = row_i64(result, row, column);

        return value < INT32_MIN || value > INT32_MAX ? 0 : (int) value;
}

bool row_bool(const PGresult *result, size_t row, int column) {
        const char *text = row_text(result, row, column);

        return text && text[0] == 't';
}

Pseudonym row_pseudonym(const PGresult *result, size_t row, int column) {
        const char *text = row_text(result, row, column);
        Pseudonym who = {};

        if (text && strlen(text) < sizeof(who.text))
                strcpy(who.text, text);
        return who;
}

static int hex_digit(char c) {
        return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* bytea as text: "\x" and lower-case hex digits (PostgreSQL manual 8.4.1; the session sets bytea_output=hex). */
static int bytes_from_hex(const char *text, uint8_t **ret_bytes, size_t *ret_n_bytes) {
        size_t n = strlen(text);
        uint8_t *bytes;

        if (n < 2 || n % 2 != 0 || text[0] != '\\' || text[1] != 'x')
                return -EBADMSG;
        n = n / 2 - 1;
        bytes = malloc(n + 1);
        if (!bytes)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                int high = hex_digit(text[2 + 2 * i]), low = hex_digit(text[3 + 2 * i]);

                if (high < 0 || low < 0) {
                        free(bytes);
                        return -EBADMSG;
                }
                bytes[i] = (uint8_t) (high * 16 + low);
        }
        *ret_bytes = bytes;
        *ret_n_bytes = n;
        return 0;
}

const char *row_opened(Batch *b, const PGresult *result, size_t row, int column) {
        const char *hex = row_text(result, row, column);
        _free_ uint8_t *sealed = NULL;
        _strbuf_ StrBuf clear = {};
        size_t n_sealed = 0;
        char *text = NULL;

        if (!hex || !store_keys(b->store) || bytes_from_hex(hex, &sealed, &n_sealed) < 0 || n_sealed == 0 ||
            keys_open(store_keys(b->store), sealed, n_sealed, &clear) < 0)
                return NULL;
        if (strbuf_finish(&clear, &text) < 0)
                return NULL;
        return batch_keep(b, text);
}

UserId row_user(Batch *b, const PGresult *result, size_t row, int column) {
        const char *text = row_opened(b, result, row, column);
        unsigned long long value;
        char *end = NULL;

        if (!text || text[0] < '1' || text[0] > '9')
                return (UserId) {};
        errno = 0;
        value = strtoull(text, &end, 10);
        return errno != 0 || *end ? (UserId) {} : (UserId) { value };
}

const Json *row_json(Batch *b, const PGresult *result, size_t row, int column) {
        const char *text = row_text(result, row, column);
        Json *json = NULL;

        if (!text || json_parse(text, strlen(text), &json) < 0)
                return NULL;
        return batch_keep_json(b, json);
}
