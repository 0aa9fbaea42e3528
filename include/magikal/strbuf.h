#pragma once

/*
 * Growable string with a sticky error: append freely, ask once at the end. The text is always NUL-terminated; embedded NUL
 * bytes are kept and counted. Zero-initialise ({}), free with strbuf_done().
 */

#include <stdbool.h>
#include <stdarg.h>

#include "magikal/cleanup.h"

typedef struct StrBuf {
        char *text;             /* NULL until something was appended */
        size_t n_bytes;         /* without the final NUL */
        size_t n_allocated;
        int error;              /* 0 or the first -errno; nothing is appended after it */
} StrBuf;

void strbuf_done(StrBuf *b);            /* frees; the buffer may be used again */
void strbuf_clear(StrBuf *b);           /* empties and forgets the error, keeps the memory */
void strbuf_append(StrBuf *b, const char *text);
void strbuf_append_bytes(StrBuf *b, const void *bytes, size_t n_bytes);
void strbuf_append_char(StrBuf *b, char c);
/* n more bytes for the caller to write at once; NULL when there is no room, and the error sticks. */
char *strbuf_extend(StrBuf *b, size_t n_bytes);
void strbuf_appendf(StrBuf *b, const char *format, ...) _printf_(2, 3);
void strbuf_appendv(StrBuf *b, const char *format, va_list ap) _printf_(2, 0);
/* Percent-encodes everything outside RFC 3986 "unreserved". */
void strbuf_append_percent(StrBuf *b, const char *text);

/* Text so far ("" when empty or failed); borrowed until the next change. */
const char *strbuf_text(const StrBuf *b);

/* Ends the building: 0 and the text (to free()), or the sticky error. The buffer is empty afterwards in both cases. */
int strbuf_finish(StrBuf *b, char **ret_text) _warn_unused_;

static inline void strbuf_donep(StrBuf *b) {
        strbuf_done(b);
}
#define _strbuf_ _cleanup_(strbuf_donep)
