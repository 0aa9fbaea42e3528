/*
 * Growable string with a sticky error. Growth doubles, so that appending n bytes costs O(n) altogether.
 */

#include "magikal/strbuf.h"

#include <errno.h>
#include <stdio.h>

#define STRBUF_FIRST_BYTES ((size_t) 64)

void strbuf_done(StrBuf *b) {
        free(b->text);
        *b = (StrBuf) {};
}

void strbuf_clear(StrBuf *b) {
        b->n_bytes = 0;
        b->error = 0;
        if (b->text)
                b->text[0] = '\0';
}

static bool strbuf_grow(StrBuf *b, size_t n_more) {
        size_t wanted, n;
        char *grown;

        if (b->error < 0)
                return false;
        if (n_more > SIZE_MAX / 4 - b->n_bytes) {
                b->error = -EOVERFLOW;
                return false;
        }
        wanted = b->n_bytes + n_more + 1;
        n = MAX(b->n_allocated, STRBUF_FIRST_BYTES);
        while (n < wanted)
                n *= 2;
        grown = realloc(b->text, n);
        if (!grown) {
                b->error = -ENOMEM;
                return false;
        }
        b->text = grown;
        b->n_allocated = n;
        return true;
}

/* Room for n_more bytes and the final NUL; false sets the sticky error. Documents are made of small pieces, so there mostly is some. */
static inline bool strbuf_reserve(StrBuf *b, size_t n_more) {
        return (b->error == 0 && n_more < b->n_allocated - b->n_bytes) || strbuf_grow(b, n_more);
}

void strbuf_append_bytes(StrBuf *b, const void *bytes, size_t n_bytes) {
        if (!strbuf_reserve(b, n_bytes))
                return;
        copy_bytes(b->text + b->n_bytes, bytes, n_bytes);
        b->n_bytes += n_bytes;
        b->text[b->n_bytes] = '\0';
}

char *strbuf_extend(StrBuf *b, size_t n_bytes) {
        char *at;

        if (!strbuf_reserve(b, n_bytes))
                return NULL;
        at = b->text + b->n_bytes;
        at[n_bytes] = '\0';
        b->n_bytes += n_bytes;
        return at;
}

void strbuf_append(StrBuf *b, const char *text) {
        strbuf_append_bytes(b, text, strlen(text));
}

void strbuf_append_char(StrBuf *b, char c) {
        if (!strbuf_reserve(b, 1))
                return;
        b->text[b->n_bytes++] = c;
        b->text[b->n_bytes] = '\0';
}

void strbuf_appendv(StrBuf *b, const char *format, va_list ap) {
        va_list measure;
        int n;

        va_copy(measure, ap);
        n = vsnprintf(NULL, 0, format, measure);
        va_end(measure);
        if (n < 0) {
                b->error = b->error ? b->error : -EINVAL;
                return;
        }
        if (!strbuf_reserve(b, (size_t) n))
                return;
        (void) vsnprintf(b->text + b->n_bytes, (size_t) n + 1, format, ap);     /* measured above */
        b->n_bytes += (size_t) n;
}

void strbuf_appendf(StrBuf *b, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        strbuf_appendv(b, format, ap);
        va_end(ap);
}

void strbuf_append_percent(StrBuf *b, const char *text) {
        for (const unsigned char *p = (const unsigned char *) text; *p; p++)
                if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') ||
                    strchr("-._~", *p))
                        strbuf_append_char(b, (char) *p);
                else
                        strbuf_appendf(b, "%%%02X", *p);
}

const char *strbuf_text(const StrBuf *b) {
        return b->text && b->error == 0 ? b->text : "";
}

int strbuf_finish(StrBuf *b, char **ret_text) {
        int r;

        strbuf_append_bytes(b, "", 0);  /* an empty string is a string too */
        r = b->error;
        if (r == 0)
                *ret_text = TAKE(b->text);
        strbuf_done(b);
        return r;
}
