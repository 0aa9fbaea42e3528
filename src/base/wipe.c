/*
 * What is freed is wiped. Forms, answers and user ids pass through buffers of ours and of every library in the process; none of it is to be
 * found in memory that nobody uses any more. The C library lets a program put its own functions in place of its allocator's (glibc manual,
 * "Replacing malloc"); here they only wipe and hand over.
 *
 * Only in the daemon. Sanitizers have an allocator of their own, which these would hide; then there is nothing here.
 */

#include "config.h"     /* made by configure */

#if !defined(__SANITIZE_ADDRESS__)

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

/* glibc's own, under the names that it keeps for this purpose */
extern void __libc_free(void *memory);

#define SHRINK_FROM 4096        /* bytes; less is not worth moving for */

void free(void *memory) {
        int saved = errno;

        if (memory)
                explicit_bzero(memory, malloc_usable_size(memory));
        __libc_free(memory);
        errno = saved;
}

/* As glibc's, but what it moves away from is wiped. */
void *realloc(void *memory, size_t n_bytes) {
        size_t n_old = memory ? malloc_usable_size(memory) : 0;
        void *moved;

        if (n_bytes == 0 && memory) {
                free(memory);
                return NULL;
        }
        if (memory && n_bytes <= n_old && (n_bytes >= n_old / 2 || n_old < SHRINK_FROM))
                return memory;
        moved = malloc(n_bytes);
        if (moved && memory) {
                memcpy(moved, memory, n_old < n_bytes ? n_old : n_bytes);
                free(memory);
        }
        return moved;
}

#endif
