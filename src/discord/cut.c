/*
 * Text in Discord's measure. Texts are markdown in which user text is escaped by backslashes, so a cut must not fall between a
 * backslash and its character: the backslash left behind would take away the meaning of whatever comes next.
 */

#include "magikal/cut.h"

#include <ctype.h>
#include <stdio.h>

#include "magikal/unicode.h"

#define ELLIPSIS "\xE2\x80\xA6"
#define NOTE_MAX 96             /* bytes; sentences for cut text are tested to be shorter */

size_t utf16_length(const char *text) {
        size_t n = 0;

        for (; *text; text++)
                if (((unsigned char) *text & 0xC0) != 0x80)
                        n += (unsigned char) *text >= 0xF0 ? 2 : 1;
        return n;
}

bool text_is_blank(const char *text) {
        uint32_t c;

        for (size_t step; text && (step = utf8_next(text, &c)) > 0; text += step)
                if (!unicode_is_space(c) && !unicode_is_hidden(c))
                        return false;
        return true;
}

/* One unit that must stay whole: a code point, with the backslash that escapes it. Bytes; 0 at the end. */
static size_t next_whole(const char *text) {
        uint32_t c;

        if (text[0] == '\\' && ispunct((unsigned char) text[1]))
                return 2;
        return utf8_next(text, &c);
}

static size_t visible_length(const char *text) {
        size_t n = 0;

        for (size_t step; (step = next_whole(text)) > 0; text += step)
                n++;
        return n;
}

static size_t utf16_length_of(const char *text, size_t n_bytes) {
        size_t n = 0;

        for (size_t i = 0; i < n_bytes; i++)
                if (((unsigned char) text[i] & 0xC0) != 0x80)
                        n += (unsigned char) text[i] >= 0xF0 ? 2 : 1;
        return n;
}

size_t cut_fitting(const char *text, size_t n_max) {
        size_t n_bytes = 0, n_units = 0;

        for (size_t step; (step = next_whole(text + n_bytes)) > 0; n_bytes += step) {
                n_units += utf16_length_of(text + n_bytes, step);
                if (n_units > n_max)
                        break;
        }
        return n_bytes;
}

/* "{n}" in `more` becomes the number. */
static void write_note(char note[NOTE_MAX], const char *more, size_t n) {
        const char *at = strstr(more, "{n}");

        if (at)
                (void) snprintf(note, NOTE_MAX, "%.*s%zu%s", (int) MIN(at - more, (ptrdiff_t) NOTE_MAX), more, n, at + 3);
        else
                (void) snprintf(note, NOTE_MAX, "%s", more);
}

size_t cut_append(StrBuf *out, const char *text, size_t n_max, const char *more) {
        const char *used = more ? more : ELLIPSIS;
        size_t n_units = 0, n_bytes = 0, n_kept = 0, n_visible;
        char note[NOTE_MAX];

        if (utf16_length(text) <= n_max) {
                strbuf_append(out, text);
                return 0;
        }
        n_visible = visible_length(text);
        if (n_max < 1)
                return n_visible;
        write_note(note, used, n_visible);      /* the longest it can get */
        if (utf16_length(note) >= n_max) {
                used = ELLIPSIS;
                write_note(note, used, 0);
        }
        for (size_t step; (step = next_whole(text + n_bytes)) > 0; n_bytes += step) {
                n_units += utf16_length_of(text + n_bytes, step);
                if (n_units + utf16_length(note) > n_max)
                        break;
                n_kept++;
        }
        write_note(note, used, n_visible - n_kept);
        strbuf_append_bytes(out, text, n_bytes);
        strbuf_append(out, note);
        return n_visible - n_kept;
}
