/*
 * Names of channels and commands. Discord documents the pattern of command names; how it rewrites channel
 * names is long-standing practice that it does not document.
 */

#include "model-name.h"

#include <errno.h>
#include <locale.h>
#include <stdint.h>
#include <wctype.h>

/* Decodes one code point and moves on; the text is valid UTF-8 (checked when its JSON was parsed). */
static uint32_t next_code_point(const char **text) {
        const unsigned char *p = (const unsigned char *) *text;
        unsigned n = *p >= 0xF0 ? 3 : *p >= 0xE0 ? 2 : *p >= 0xC0 ? 1 : 0;
        uint32_t c = n == 3 ? *p & 0x07U : n == 2 ? *p & 0x0FU : n == 1 ? *p & 0x1FU : *p;

        p++;
        for (; n > 0 && (*p & 0xC0) == 0x80; n--)
                c = c << 6 | (*p++ & 0x3FU);
        *text = (const char *) p;
        return c;
}

static void append_code_point(StrBuf *out, uint32_t c) {
        if (c < 0x80)
                strbuf_append_char(out, (char) c);
        else if (c < 0x800) {
                strbuf_append_char(out, (char) (0xC0 | c >> 6));
                strbuf_append_char(out, (char) (0x80 | (c & 0x3F)));
        } else if (c < 0x10000) {
                strbuf_append_char(out, (char) (0xE0 | c >> 12));
                strbuf_append_char(out, (char) (0x80 | (c >> 6 & 0x3F)));
                strbuf_append_char(out, (char) (0x80 | (c & 0x3F)));
        } else {
                strbuf_append_char(out, (char) (0xF0 | c >> 18));
                strbuf_append_char(out, (char) (0x80 | (c >> 12 & 0x3F)));
                strbuf_append_char(out, (char) (0x80 | (c >> 6 & 0x3F)));
                strbuf_append_char(out, (char) (0x80 | (c & 0x3F)));
        }
}

static void freelocalep(locale_t *locale) {
        if (*locale)
                freelocale(*locale);
}

void channel_name_normalise(const char *name, StrBuf *out) {
        _cleanup_(freelocalep) locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
        bool owes_dash = false, has_begun = false;

        if (!unicode) {
                out->error = -ENOMEM;
                return;
        }

        while (*name) {
                uint32_t c = next_code_point(&name);

                if (c == '-' || c == 0x00A0 || c == 0x3000 || iswspace_l((wint_t) c, unicode)) {
                        owes_dash = has_begun;
                        continue;
                }
                if (c < 0x20 || c == 0x7F || (c < 0x80 && c != '_' && !iswalnum_l((wint_t) c, unicode)))
                        continue;

                if (owes_dash)
                        strbuf_append_char(out, '-');
                owes_dash = false;
                has_begun = true;
                append_code_point(out, (uint32_t) towlower_l((wint_t) c, unicode));
        }
}

static bool is_devanagari_or_thai(uint32_t c) {
        return (c >= 0x0900 && c <= 0x097F) || (c >= 0xA8E0 && c <= 0xA8FF) || (c >= 0x0E01 && c <= 0x0E5B);
}

bool command_name_is_valid(const char *name) {
        _cleanup_(freelocalep) locale_t unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
        unsigned n = 0;

        if (!unicode)
                return false;

        for (; *name; n++) {
                uint32_t c = next_code_point(&name);

                if (c != '-' && c != '_' && c != '\'' && !iswalnum_l((wint_t) c, unicode) &&
                    !is_devanagari_or_thai(c))
                        return false;
                if ((uint32_t) towlower_l((wint_t) c, unicode) != c)
                        return false;
        }
        return n >= 1 && n <= 32;
}

bool locale_is_known(const char *locale) {
        static const char *const locales[] = {
                "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES",
                "fi", "fr", "he", "hi", "hr", "hu", "id", "it", "ja", "ko", "lt", "nl",
                "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk", "vi", "zh-CN",
                "zh-TW",
        };

        for (size_t i = 0; locale && i < ELEMENTSOF(locales); i++)
                if (streq(locales[i], locale))
                        return true;
        return false;
}
