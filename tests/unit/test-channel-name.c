/* Channel names: whatever people are called, Discord accepts it and nobody is surprised. */

#include "magikal/channel-name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "magikal/cut.h"
#include "magikal/limits.h"

static void is(const char *username, const char *expected) {
        _free_ char *name = NULL;

        assert_int_equal(channel_name(TICKET_SUPPORT, 7, username, &name), 0);
        assert_string_equal(name, expected);
}

static void names_are_cleaned(void **state) {
        is("kim", "support-7-kim");
        is("Kim Possible", "support-7-kim-possible");
        is("  kim  ", "support-7-kim");
        is("kim.the.great!", "support-7-kim-the-great");
        is("__kim__", "support-7-__kim__");
        is("--kim--", "support-7-kim");
        is("k#@/\\:i m", "support-7-k-i-m");
        is("\xC3\x84NNE \xC3\x98", "support-7-\xC3\xA4nne-\xC3\xB8");
        is("\xD0\x96\xD0\xB5\xD0\xBD\xD1\x8F", "support-7-\xD0\xB6\xD0\xB5\xD0\xBD\xD1\x8F");
        is("\xEA\xB9\x80", "support-7-\xEA\xB9\x80");
        is("k\xE2\x80\x8Bi\xE2\x80\xAEm", "support-7-kim");
        is("kim \xF0\x9F\x98\x80", "support-7-kim");
        (void) state;
}

static void nothing_left_is_left_out(void **state) {
        is(NULL, "support-7");
        is("", "support-7");
        is("\xF0\x9F\x98\x80\xF0\x9F\x98\x80", "support-7");
        is("...", "support-7");
        is("\xE2\x80\x8B", "support-7");
        (void) state;
}

static void the_longest_fits(void **state) {
        _strbuf_ StrBuf username = {};
        _free_ char *name = NULL, *wide = NULL;

        for (int i = 0; i < 200; i++)
                strbuf_append(&username, "ab ");
        assert_int_equal(channel_name(TICKET_RECRUITMENT, 2147483647, strbuf_text(&username), &name), 0);
        assert_memory_equal(name, "recruit-2147483647-ab-ab", 24);
        assert_true(utf16_length(name) <= LIMIT_CHANNEL_NAME && utf16_length(name) > LIMIT_CHANNEL_NAME - 3);
        assert_true(name[strlen(name) - 1] != '-');

        strbuf_clear(&username);
        for (int i = 0; i < 200; i++)
                strbuf_append(&username, "\xF0\xA0\x80\x80");   /* U+20000, a letter of two UTF-16 units */
        assert_int_equal(channel_name(TICKET_SUPPORT, 1, strbuf_text(&username), &wide), 0);
        assert_int_equal(utf16_length(wide), LIMIT_CHANNEL_NAME);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_are_cleaned),
                cmocka_unit_test(nothing_left_is_left_out),
                cmocka_unit_test(the_longest_fits),
        };

        return cmocka_run_group_tests_name("channel-name", tests, NULL, NULL);
}
