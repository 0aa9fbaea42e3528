/*
 * Facts that outlive the answer they came with. The same walk over everything that a pointer leads to is made twice: once to count, once
 * to copy, so that neither can forget what the other knows.
 */

#include <errno.h>

#include "magikal/store.h"

#define ALIGNMENT sizeof(uint64_t)      /* the widest that anything in it wants */

typedef struct Arena {
        char *at;               /* NULL while it is only counted */
        size_t n_bytes;
} Arena;

/* What *p points to is from now on the arena's. */
static void take_bytes(Arena *a, const void **p, size_t n_bytes) {
        size_t n_padded = (n_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

        if (!*p)
                return;
        if (a->at) {
                copy_bytes(a->at, *p, n_bytes);
                *p = a->at;
                a->at += n_padded;
        }
        a->n_bytes += n_padded;
}

static void take_text(Arena *a, const char **text) {
        const void *p = *text;

        take_bytes(a, &p, *text ? strlen(*text) + 1 : 0);
        *text = p;
}

static void walk(Arena *a, Facts *facts) {
        take_text(a, &facts->ticket.question);
        take_text(a, &facts->ticket.outcome);
}

int facts_copy(const Facts *facts, Facts **ret_facts) {
        Facts counted = *facts, *copy;
        Arena arena = {};

        walk(&arena, &counted);
        copy = malloc(sizeof(*copy) + arena.n_bytes);
        if (!copy)
                return -ENOMEM;
        *copy = *facts;
        arena = (Arena) { .at = (char *) (copy + 1) };
        walk(&arena, copy);
        *ret_facts = copy;
        return 0;
}

Facts *facts_free(Facts *facts) {
        free(facts);
        return NULL;
}
