/*
 * Cleaning of what people typed. Spaces and newlines are held back until something visible follows, which trims the end; joiners are kept
 * only between visible characters, where emoji and words of several scripts need them and nothing can be hidden by them.
 */

#include "magikal/text-clean.h"

#include <errno.h>

#include "magikal/json.h"
#include "magikal/unicode.h"

#define NEWLINES_MAX 2          /* one blank line */

typedef struct Cleaner {
        StrBuf out;
        bool is_line;
        size_t n_written;       /* code points */
        int n_newlines;         /* due before the next visible character … */
        size_t n_spaces;        /* … and spaces behind them */
        uint32_t joiner;        /* due; 0: none */
} Cleaner;

static void put(Cleaner *cleaner, uint32_t c) {
        strbuf_append_code_point(&cleaner->out, c);
        cleaner->n_written++;
}

/* A visible character: whatever was due before it is real now, but nothing comes before the first one. */
static void put_visible(Cleaner *cleaner, uint32_t c) {
        bool is_first = cleaner->n_written == 0;

        for (int i = 0; i < cleaner->n_newlines && !is_first; i++)
                put(cleaner, '\n');
        for (size_t i = 0; i < cleaner->n_spaces && !is_first; i++)
                put(cleaner, ' ');
        if (cleaner->joiner && !is_first && cleaner->n_newlines == 0 && cleaner->n_spaces == 0)
                put(cleaner, cleaner->joiner);
        cleaner->n_newlines = 0;
        cleaner->n_spaces = 0;
        cleaner->joiner = 0;
        put(cleaner, c);
}

static void put_space(Cleaner *cleaner, uint32_t c, bool is_newline) {
        cleaner->joiner = 0;
        if (cleaner->is_line)
                cleaner->n_spaces = 1;
        else if (is_newline) {
                cleaner->n_newlines = MIN(cleaner->n_newlines + 1, NEWLINES_MAX);
                cleaner->n_spaces = 0;
        } else
                cleaner->n_spaces += c == 0x3000 ? 2 : 1;       /* an ideographic space is as wide as two */
}

/* A variation selector belongs to the character before it and needs none behind: "❤️". */
static void put_joiner(Cleaner *cleaner, uint32_t c) {
        if (cleaner->n_written == 0 || cleaner->n_newlines > 0 || cleaner->n_spaces > 0 || cleaner->joiner)
                return;
        if (c >= 0xFE00)
                put(cleaner, c);
        else
                cleaner->joiner = c;
}

static int clean(const char *text, size_t n_max, bool is_line, char **ret_text) {
        _strbuf_ StrBuf out = {};
        Cleaner cleaner = { .is_line = is_line };
        uint32_t c;
        int r;

        if (!utf8_is_valid(text, strlen(text)))
                return -EINVAL;
        for (size_t step; (step = utf8_next(text, &c)) > 0; text += step) {
                bool is_crlf = c == '\r' && text[1] == '\n';

                if (is_crlf)
                        continue;       /* its newline comes next */
                if (unicode_is_space(c))
                        put_space(&cleaner, c, c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029);
                else if (unicode_is_joiner(c))
                        put_joiner(&cleaner, c);
                else if (!unicode_is_hidden(c))
                        put_visible(&cleaner, c);
        }
        out = cleaner.out;              /* frees it from here on */
        if (cleaner.n_written == 0)
                return out.error < 0 ? out.error : TEXT_CLEAN_BLANK;
        if (cleaner.n_written > n_max)
                return TEXT_CLEAN_LONG;
        r = strbuf_finish(&out, ret_text);
        return r;
}

int text_clean(const char *text, size_t n_max, char **ret_text) {
        return clean(text, n_max, false, ret_text);
}

int text_clean_line(const char *text, size_t n_max, char **ret_text) {
        return clean(text, n_max, true, ret_text);
}
