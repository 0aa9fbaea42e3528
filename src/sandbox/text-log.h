#pragma once

/*
 * Texts in the order they came, numbered from 1; the oldest are forgotten first. Bounded in number and in bytes, and kept in large
 * blocks, so that adding a text and forgetting one cost no allocation each, and memory does not crumble over hours.
 */

#include <stddef.h>
#include <stdint.h>

#include "magikal/cleanup.h"

typedef struct TextLog TextLog;

/* n_max: texts, at least 1. n_bytes_max: of memory for them, kept to a block. NULL: no memory. */
TextLog *text_log_new(size_t n_max, size_t n_bytes_max);
TextLog *text_log_free(TextLog *log);           /* NULL is fine; returns NULL */
DEFINE_CLEANUP(TextLog *, text_log_free)

/*
 * Adds a copy (of NULL: what there was no memory to make) under the next number and returns it, borrowed until it is forgotten. NULL when there is no memory: the number is used up, and
 * everything is forgotten, so that there never is a gap.
 */
const char *text_log_add(TextLog *log, const char *text, size_t n_bytes);
/* NULL when it is not kept, or was never there. */
const char *text_log_get(const TextLog *log, uint64_t number);
/* The oldest that is kept; last + 1 when there is none. */
uint64_t text_log_first(const TextLog *log);
uint64_t text_log_last(const TextLog *log);     /* 0: there was none */
/* Bytes of all blocks. */
size_t text_log_n_bytes(const TextLog *log);
