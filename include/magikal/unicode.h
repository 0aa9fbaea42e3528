#pragma once

/* Code points of UTF-8 text, and the few classes of them that matter when foreign text is shown. No locale is involved. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "magikal/strbuf.h"

/* The code point at `text`, and its length in bytes; 0 at the end. The text must be valid UTF-8. */
size_t utf8_next(const char *text, uint32_t *ret_code_point);
void strbuf_append_code_point(StrBuf *b, uint32_t code_point);

/* White space of Unicode's White_Space property, and the blank of Braille, which looks like it. */
bool unicode_is_space(uint32_t c);
/* Shows nothing, or changes the direction of what is around it: controls, bidirectional marks, zero-width characters, fillers, tags. */
bool unicode_is_hidden(uint32_t c);
/* U+200C, U+200D and variation selectors: hidden, but part of emoji and of several scripts' words when something visible is before them. */
bool unicode_is_joiner(uint32_t c);
/* A letter or digit: exact for ASCII and Latin, generous elsewhere (everything but spaces, punctuation, symbols, emoji and what is hidden). */
bool unicode_is_word(uint32_t c);
/* Lower case of Latin, Greek, Cyrillic and Armenian letters; everything else as it is. */
uint32_t unicode_lower(uint32_t c);
