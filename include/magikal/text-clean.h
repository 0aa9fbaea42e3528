#pragma once

/* What people typed, made harmless for those who read it: trimmed, without invisible tricks. Markdown and mentions are text/'s matter. */

#include <stddef.h>

#include "magikal/cleanup.h"

enum {
        TEXT_CLEAN_BLANK = 1,           /* nothing that shows was left */
        TEXT_CLEAN_LONG = 2,            /* more than n_max characters were left */
};

/*
 * Drops control characters (but newline; CR LF and CR become newline, tab a space), bidirectional controls, zero-width characters (but
 * the joiners between two visible characters, which emoji and several scripts need) and other characters that show nothing; at most two
 * newlines follow each other; white space at both ends goes.
 *
 * text     valid UTF-8
 * n_max    most characters (code points) that may be left
 *
 * 0 and the text (to free()), TEXT_CLEAN_BLANK, TEXT_CLEAN_LONG, -EINVAL (no UTF-8), -ENOMEM.
 */
int text_clean(const char *text, size_t n_max, char **ret_text) _warn_unused_;
/* The same for what stands in one line: every run of white space, newlines too, becomes one blank. */
int text_clean_line(const char *text, size_t n_max, char **ret_text) _warn_unused_;
