#pragma once

/* Text in Discord's measure: how long it is, cutting it honestly, and whether it shows anything. */

#include <stdbool.h>
#include <stddef.h>

#include "magikal/strbuf.h"

/*
 * Text cut to n_max UTF-16 units, the note included; appended to `out`. The note's {n} counts the characters a reader misses: an escaping
 * backslash is none. Returns that number, 0 when nothing was cut.
 */
size_t cut_append(StrBuf *out, const char *text, size_t n_max, const char *more);
/* Bytes of the text's beginning that fit n_max UTF-16 units; ends between two characters, as a cut does. */
size_t cut_fitting(const char *text, size_t n_max);
/* UTF-16 units of valid UTF-8: what Discord's lengths are at most. */
size_t utf16_length(const char *text);
/* Nothing but white space and characters that show nothing. Discord trims and refuses such values. NULL is blank. */
bool text_is_blank(const char *text);
