/* editor/debounce: times in, due time out. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "editor/debounce.h"

#define SEC USEC_PER_SEC
#define START (5000 * SEC)

static void two_topics_in_ten_minutes(void **state) {
        Debounce d = {};

        (void) state;
        assert_int_equal(debounce_due(&d, true, START), START);
        debounce_written(&d, START);
        assert_int_equal(debounce_due(&d, true, START + SEC), START + SEC);
        debounce_written(&d, START + 100 * SEC);
        assert_int_equal(debounce_due(&d, true, START + 101 * SEC), START + 600 * SEC);
        assert_int_equal(debounce_due(&d, true, START + 601 * SEC), START + 601 * SEC);
        debounce_written(&d, START + 601 * SEC);
        assert_int_equal(debounce_due(&d, true, START + 602 * SEC), START + 700 * SEC);
        /* messages know no such limit */
        assert_int_equal(debounce_due(&d, false, START + 602 * SEC), START + 602 * SEC);
}

static void no_ten_minutes_see_a_third_topic(void **state) {
        Debounce d = {};
        Usec written[50], now = START;

        (void) state;
        for (size_t i = 0; i < 50; i++) {
                now = debounce_due(&d, true, now + i * 7 % 300 * SEC);
                debounce_written(&d, now);
                written[i] = now;
        }
        for (size_t i = 2; i < 50; i++)
                assert_true(written[i] - written[i - 2] >= TOPIC_WINDOW);
}

static void failures_wait_longer_and_longer(void **state) {
        Debounce d = {};
        Usec last = 0;

        (void) state;
        for (unsigned n = 0; n < 40; n++) {
                Usec wait = debounce_put_off(&d, n, 0, 0, START);

                assert_true(wait >= last && wait >= SEC && wait <= 300 * SEC);
                assert_int_equal(debounce_due(&d, false, START), START + wait);
                last = wait;
        }
        assert_int_equal(last, 300 * SEC);
        debounce_written(&d, START + SEC);
        assert_int_equal(debounce_due(&d, false, START + SEC), START + SEC);
}

static void what_discord_asks_for_is_obeyed(void **state) {
        Debounce d = {};

        (void) state;
        for (uint32_t random = 0; random < 3000000; random += 99991) {
                Usec wait = debounce_put_off(&d, 0, 582 * SEC, random, START);

                assert_in_range(wait, 582 * SEC, 583 * SEC);
        }
}

static void nothing_is_remembered_for_ever(void **state) {
        Debounce d = {};

        (void) state;
        assert_true(debounce_is_over(&d, START));
        (void) debounce_put_off(&d, 0, 10 * SEC, 0, START);
        assert_false(debounce_is_over(&d, START + 9 * SEC));
        assert_true(debounce_is_over(&d, START + 10 * SEC));
        debounce_written(&d, START);
        assert_false(debounce_is_over(&d, START + 599 * SEC));
        assert_true(debounce_is_over(&d, START + 600 * SEC));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(two_topics_in_ten_minutes),
                cmocka_unit_test(no_ten_minutes_see_a_third_topic),
                cmocka_unit_test(failures_wait_longer_and_longer),
                cmocka_unit_test(what_discord_asks_for_is_obeyed),
                cmocka_unit_test(nothing_is_remembered_for_ever),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
