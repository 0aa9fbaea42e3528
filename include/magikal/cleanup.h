#pragma once

/*
 * Ownership in one visible word: a local that frees itself, and TAKE() to hand it over.
 * DEFINE_CLEANUP(Type *, free_func) makes `free_funcp`, the name that _cleanup_() wants.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((__cleanup__(f)))
#define _printf_(fmt, args) __attribute__((__format__(__printf__, fmt, args)))
#define _sentinel_ __attribute__((__sentinel__))
#define _unused_ __attribute__((__unused__))
#define _warn_unused_ __attribute__((__warn_unused_result__))

#define ELEMENTSOF(a) (sizeof(a) / sizeof((a)[0]))

/* Takes the value out of a variable and leaves NULL (or 0) behind. */
#define TAKE(p)                                 \
        ({                                      \
                __typeof__(p) *taken_ = &(p);   \
                __typeof__(p) value_ = *taken_; \
                *taken_ = (__typeof__(p)) 0;    \
                value_;                         \
        })

#define TAKE_FD(fd)                 \
        ({                          \
                int *taken_ = &(fd); \
                int value_ = *taken_; \
                *taken_ = -1;       \
                value_;             \
        })

#define DEFINE_CLEANUP(type, func)                          \
        static inline _unused_ void func##p(type *cleanup_p) { \
                if (*cleanup_p)                             \
                        (void) func(*cleanup_p);            \
        }

#define MIN(a, b)                        \
        ({                               \
                __typeof__(a) a_ = (a);  \
                __typeof__(b) b_ = (b);  \
                a_ < b_ ? a_ : b_;       \
        })
#define MAX(a, b)                        \
        ({                               \
                __typeof__(a) a_ = (a);  \
                __typeof__(b) b_ = (b);  \
                a_ > b_ ? a_ : b_;       \
        })

static inline _unused_ void freep(void *cleanup_p) {
        free(*(void **) cleanup_p);
}

static inline _unused_ void closep(int *fd) {
        if (*fd >= 0)
                (void) close(*fd);      /* nothing to be done about a failing close of something given up */
}

#define _free_ _cleanup_(freep)
#define _close_ _cleanup_(closep)

/* NULL-safe string tests: NULL equals only NULL. */
static inline int streq_ptr(const char *a, const char *b) {
        return a && b ? strcmp(a, b) == 0 : a == b;
}
#define streq(a, b) (strcmp((a), (b)) == 0)

/* memcpy() that may be given NULL when there is nothing to copy. */
static inline void copy_bytes(void *to, const void *from, size_t n) {
        if (n > 0)
                memcpy(to, from, n);
}

/* Zeroed memory for one object or an array; NULL when there is none. Overflow of n * size is refused by calloc. */
#define new0(type, n) ((type *) calloc((n), sizeof(type)))
