/* Code points: decoding and encoding agree, classes are right where it matters. */

#include "magikal/unicode.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "magikal/json.h"

static bool is_character(uint32_t c) {
        return c > 0 && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

static void every_character_goes_both_ways(void **state) {
        _strbuf_ StrBuf b = {};

        for (uint32_t c = 1; c <= 0x10FFFF; c++) {
                uint32_t back = 0;

                if (!is_character(c))
                        continue;
                strbuf_clear(&b);
                strbuf_append_code_point(&b, c);
                assert_true(utf8_is_valid(b.text, b.n_bytes));
                assert_int_equal(utf8_next(b.text, &back), b.n_bytes);
                assert_int_equal(back, c);
        }
        assert_int_equal(utf8_next("", &(uint32_t) { 0 }), 0);
        (void) state;
}

/* Classes exclude each other, and lower case is final and never shows less than what it stands for. */
static void classes_exclude_each_other(void **state) {
        for (uint32_t c = 1; c <= 0x10FFFF; c++) {
                uint32_t low = unicode_lower(c);

                if (unicode_is_space(c) + unicode_is_hidden(c) + unicode_is_word(c) > 1)
                        fail_msg("U+%04X is in two classes", c);
                if (unicode_is_joiner(c) && !unicode_is_hidden(c))
                        fail_msg("U+%04X joins and is not hidden", c);
                if (unicode_lower(low) != low || unicode_is_word(low) != unicode_is_word(c))
                        fail_msg("U+%04X has a strange lower case U+%04X", c, low);
        }
        (void) state;
}

static void what_matters_is_right(void **state) {
        static const uint32_t hidden[] = { 0x07, 0x1B, 0xAD, 0x061C, 0x200B, 0x200D, 0x200E, 0x202E, 0x2066, 0x2069, 0x3164, 0xFEFF, 0xFE0F,
                                           0xE0041, 0x1FFFE };
        static const uint32_t spaces[] = { ' ', '\t', '\n', 0xA0, 0x2003, 0x2028, 0x3000, 0x2800 };
        static const uint32_t words[] = { 'a', 'Z', '5', 0xE4, 0xDF, 0xAA, 0x410, 0x5D0, 0x627, 0x915, 0xAC00, 0x3042, 0x4E2D, 0x20000, 0x30FC };
        static const uint32_t neither[] = { '-', '_', '!', '@', 0xA7, 0xD7, 0x2013, 0x2019, 0x20AC, 0x2603, 0x3001, 0xFF01, 0x1F600 };

        for (size_t i = 0; i < ELEMENTSOF(hidden); i++)
                assert_true(unicode_is_hidden(hidden[i]));
        for (size_t i = 0; i < ELEMENTSOF(spaces); i++)
                assert_true(unicode_is_space(spaces[i]));
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                assert_true(unicode_is_word(words[i]));
        for (size_t i = 0; i < ELEMENTSOF(neither); i++)
                assert_false(unicode_is_word(neither[i]) || unicode_is_space(neither[i]) || unicode_is_hidden(neither[i]));
        assert_int_equal(unicode_lower('Q'), 'q');
        assert_int_equal(unicode_lower(0xC4), 0xE4);
        assert_int_equal(unicode_lower(0x141), 0x142);
        assert_int_equal(unicode_lower(0x416), 0x436);
        assert_int_equal(unicode_lower(0x3A9), 0x3C9);
        assert_int_equal(unicode_lower(0xDF), 0xDF);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_character_goes_both_ways),
                cmocka_unit_test(classes_exclude_each_other),
                cmocka_unit_test(what_matters_is_right),
        };

        return cmocka_run_group_tests_name("unicode", tests, NULL, NULL);
}
