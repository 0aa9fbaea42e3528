/*
 * Classes of code points by range. They are deliberately small tables: the C library's classes depend on an installed locale, and what
 * is needed here is "may it hide something" and "is it part of a name", not linguistics.
 */

#include "magikal/unicode.h"

typedef struct Range {
        uint32_t first, last;
} Range;

/* Unicode 15: categories Cc and Cf, Default_Ignorable_Code_Point, noncharacters; without what unicode_is_space() takes. In order. */
static const Range hidden[] = {
        { 0x0000, 0x0008 },   { 0x000E, 0x001F },   { 0x007F, 0x0084 },   { 0x0086, 0x009F },   { 0x00AD, 0x00AD },
        { 0x034F, 0x034F },   { 0x061C, 0x061C },   { 0x115F, 0x1160 },   { 0x17B4, 0x17B5 },   { 0x180B, 0x180F },
        { 0x200B, 0x200F },   { 0x202A, 0x202E },   { 0x2060, 0x206F },   { 0x3164, 0x3164 },   { 0xFDD0, 0xFDEF },
        { 0xFE00, 0xFE0F },   { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },   { 0xFFF0, 0xFFFB },   { 0xFFFE, 0xFFFF },
        { 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
};

static const Range spaces[] = {
        { 0x0009, 0x000D }, { 0x0020, 0x0020 }, { 0x0085, 0x0085 }, { 0x00A0, 0x00A0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200A },
        { 0x2028, 0x2029 }, { 0x202F, 0x202F }, { 0x205F, 0x205F }, { 0x2800, 0x2800 }, { 0x3000, 0x3000 },
};

/* Beyond ASCII: punctuation, symbols, emoji, private use. What is not here and not hidden is taken for a letter, mark or digit. */
static const Range symbols[] = {
        { 0x0080, 0x00A9 },   { 0x00AB, 0x00B1 },   { 0x00B4, 0x00B4 },   { 0x00B6, 0x00B8 },   { 0x00BB, 0x00BF },
        { 0x00D7, 0x00D7 },   { 0x00F7, 0x00F7 },   { 0x02C2, 0x02C5 },   { 0x02D2, 0x02DF },   { 0x037E, 0x037E },
        { 0x0387, 0x0387 },   { 0x055A, 0x055F },   { 0x0589, 0x058F },   { 0x0600, 0x060F },   { 0x061B, 0x061F },
        { 0x066A, 0x066D },   { 0x0964, 0x0965 },   { 0x0E3F, 0x0E3F },   { 0x2010, 0x203E },   { 0x2041, 0x2070 },
        { 0x207A, 0x207E },   { 0x208A, 0x208E },   { 0x20A0, 0x20CF },   { 0x2100, 0x2101 },   { 0x2190, 0x2BFF },
        { 0x2E00, 0x2E7F },   { 0x2FF0, 0x3004 },   { 0x3008, 0x3020 },   { 0x3030, 0x3030 },   { 0x303D, 0x303F },
        { 0x30FB, 0x30FB },   { 0x3200, 0x33FF },   { 0xE000, 0xF8FF },   { 0xFE10, 0xFE6F },   { 0xFF01, 0xFF0F },
        { 0xFF1A, 0xFF20 },   { 0xFF3B, 0xFF40 },   { 0xFF5B, 0xFF65 },   { 0xFFE0, 0xFFEF },   { 0x1D000, 0x1D3FF },
        { 0x1F000, 0x1FAFF }, { 0xF0000, 0x10FFFF },
};

static bool is_in(const Range *ranges, size_t n, uint32_t c) {
        for (size_t i = 0; i < n && ranges[i].first <= c; i++)
                if (c <= ranges[i].last)
                        return true;
        return false;
}

size_t utf8_next(const char *text, uint32_t *ret_code_point) {
        const unsigned char *p = (const unsigned char *) text;

        if (p[0] == 0)
                return 0;
        if (p[0] < 0x80) {
                *ret_code_point = p[0];
                return 1;
        }
        if (p[0] < 0xE0) {
                *ret_code_point = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
                return 2;
        }
        if (p[0] < 0xF0) {
                *ret_code_point = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
                return 3;
        }
        *ret_code_point = (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
        return 4;
}

void strbuf_append_code_point(StrBuf *b, uint32_t c) {
        char bytes[4];
        size_t n;

        if (c < 0x80) {
                bytes[0] = (char) c;
                n = 1;
        } else if (c < 0x800) {
                bytes[0] = (char) (0xC0 | c >> 6);
                bytes[1] = (char) (0x80 | (c & 0x3F));
                n = 2;
        } else if (c < 0x10000) {
                bytes[0] = (char) (0xE0 | c >> 12);
                bytes[1] = (char) (0x80 | (c >> 6 & 0x3F));
                bytes[2] = (char) (0x80 | (c & 0x3F));
                n = 3;
        } else {
                bytes[0] = (char) (0xF0 | c >> 18);
                bytes[1] = (char) (0x80 | (c >> 12 & 0x3F));
                bytes[2] = (char) (0x80 | (c >> 6 & 0x3F));
                bytes[3] = (char) (0x80 | (c & 0x3F));
                n = 4;
        }
        strbuf_append_bytes(b, bytes, n);
}

bool unicode_is_space(uint32_t c) {
        return is_in(spaces, ELEMENTSOF(spaces), c);
}

bool unicode_is_hidden(uint32_t c) {
        return is_in(hidden, ELEMENTSOF(hidden), c) || (c & 0xFFFE) == 0xFFFE;
}

bool unicode_is_joiner(uint32_t c) {
        return c == 0x200C || c == 0x200D || (c >= 0xFE00 && c <= 0xFE0F);
}

bool unicode_is_word(uint32_t c) {
        if (c < 0x80)
                return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return !unicode_is_hidden(c) && !unicode_is_space(c) && !is_in(symbols, ELEMENTSOF(symbols), c);
}

uint32_t unicode_lower(uint32_t c) {
        if ((c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7))
                return c + 0x20;
        if (c == 0x130)         /* İ: plain i, as a decomposed dot would be a mark of its own */
                return 'i';
        if (c == 0x178)
                return 0xFF;
        if ((c >= 0x100 && c <= 0x137) || (c >= 0x14A && c <= 0x177) || (c >= 0x1E00 && c <= 0x1E95) ||
            (c >= 0x1EA0 && c <= 0x1EFF) || (c >= 0x460 && c <= 0x481) || (c >= 0x48A && c <= 0x4BF) ||
            (c >= 0x4D0 && c <= 0x52F))
                return c | 1;   /* pairs, upper case even */
        if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17E))
                return c + (c & 1);     /* pairs, upper case odd */
        if (c >= 0x391 && c <= 0x3AB && c != 0x3A2)
                return c + 0x20;
        if (c >= 0x410 && c <= 0x42F)
                return c + 0x20;
        if (c >= 0x400 && c <= 0x40F)
                return c + 0x50;
        if (c >= 0x531 && c <= 0x556)
                return c + 0x30;
        return c;
}
