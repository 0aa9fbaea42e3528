/* Cleaning: blanks are refused, tricks disappear, what people meant stays. */

#include "magikal/text-clean.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void is(const char *text, const char *expected) {
        _free_ char *clean = NULL;

        assert_int_equal(text_clean(text, 1000, &clean), 0);
        assert_string_equal(clean, expected);
}

static void ordinary_text_stays(void **state) {
        is("Hello", "Hello");
        is("  Hello,  world \n", "Hello,  world");
        is("one\ntwo", "one\ntwo");
        is("one\r\ntwo\rthree", "one\ntwo\nthree");
        is("one\n\n\n\n\ntwo", "one\n\ntwo");
        is("one   \ntwo", "one\ntwo");
        is("a\tb", "a b");
        is("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80");
        is("@everyone **bold**", "@everyone **bold**");
        (void) state;
}

static void blanks_are_refused(void **state) {
        static const char *const texts[] = {
                "", " ", "\n\n", "\t", "\xC2\xA0", "\xE2\x80\x8B", "\xE2\x80\x8B \xE2\x80\x8F\xE2\x80\xAE", "\xE3\x85\xA4", "\xE2\xA0\x80",
                "\xEF\xB8\x8F", "\xE2\x80\x8D", "\x01\x02",
        };
        char *clean = NULL;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                assert_int_equal(text_clean(texts[i], 1000, &clean), TEXT_CLEAN_BLANK);
        assert_null(clean);
        (void) state;
}

static void tricks_disappear(void **state) {
        is("user\xE2\x80\xAE" "gpj.exe", "usergpj.exe");                        /* right-to-left override */
        is("a\xE2\x81\xA6" "b\xE2\x81\xA9", "ab");                              /* isolates */
        is("pass\xE2\x80\x8Bword", "password");                                 /* zero-width space */
        is("a\xF3\xA0\x81\x81\xF3\xA0\x81\x82" "b", "ab");                      /* tag characters: invisible letters */
        is("a\x07" "b\x1B[31m", "ab[31m");
        is("\xEF\xBB\xBFstart", "start");
        is("a\xE2\x80\x8D\xE2\x80\x8D\xE2\x80\x8D" "b", "a\xE2\x80\x8D" "b");   /* a row of joiners is one */
        is("end\xE2\x80\x8D", "end");
        is("a \xE2\x80\x8D b", "a  b");
        (void) state;
}

static void emoji_and_scripts_keep_their_joiners(void **state) {
        is("\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80");     /* woman astronaut */
        is("\xE2\x9D\xA4\xEF\xB8\x8F", "\xE2\x9D\xA4\xEF\xB8\x8F");                                             /* red heart */
        is("\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE", "\xD9\x85\xDB\x8C\xE2\x80\x8C\xD8\xAE");                     /* Persian "mi-kh" */
        (void) state;
}

static void lengths_are_kept(void **state) {
        _free_ char *clean = NULL;

        assert_int_equal(text_clean("  abc  ", 3, &clean), 0);
        assert_string_equal(clean, "abc");
        assert_int_equal(text_clean("abcd", 3, &clean), TEXT_CLEAN_LONG);
        assert_int_equal(text_clean("\xFF", 3, &clean), -EINVAL);
        (void) state;
}

static void a_line_has_no_breaks(void **state) {
        _free_ char *clean = NULL, *blank = NULL;

        assert_int_equal(text_clean_line("  one\r\n\ttwo \xE3\x80\x80 three\xE2\x80\x8B\n", 13, &clean), 0);
        assert_string_equal(clean, "one two three");
        assert_int_equal(text_clean_line("one\n two", 6, &blank), TEXT_CLEAN_LONG);
        assert_int_equal(text_clean_line(" \n\n ", 6, &blank), TEXT_CLEAN_BLANK);
        assert_null(blank);
        (void) state;
}

/* Cleaning what is clean changes nothing. */
static void twice_is_once(void **state) {
        const char *text = " a\xE2\x80\x8D\xE2\x80\x8B" "b \n\n\n c\xEF\xB8\x8F\xE3\x80\x80 d ";
        _free_ char *once = NULL, *twice = NULL;

        assert_int_equal(text_clean(text, 100, &once), 0);
        assert_int_equal(text_clean(once, 100, &twice), 0);
        assert_string_equal(once, twice);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ordinary_text_stays),
                cmocka_unit_test(blanks_are_refused),
                cmocka_unit_test(tricks_disappear),
                cmocka_unit_test(emoji_and_scripts_keep_their_joiners),
                cmocka_unit_test(lengths_are_kept),
                cmocka_unit_test(a_line_has_no_breaks),
                cmocka_unit_test(twice_is_once),
        };

        return cmocka_run_group_tests_name("text-clean", tests, NULL, NULL);
}
