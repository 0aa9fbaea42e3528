/* engine/retry: 0.5 s doubling to 30 s while a person waits, to 15 minutes for clean-up, a quarter of jitter either way; 20 tries. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "magikal/engine.h"

static void expect_between(Usec wait, Usec nominal) {
        assert_true(wait >= nominal - nominal / 4);
        assert_true(wait <= nominal + nominal / 4);
}

static void waits_double_up_to_their_cap(void **state) {
        static const uint32_t randoms[] = { 0, 1u << 31, UINT32_MAX };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(randoms); i++) {
                expect_between(retry_wait(0, false, randoms[i]), USEC_PER_SEC / 2);
                expect_between(retry_wait(1, false, randoms[i]), USEC_PER_SEC);
                expect_between(retry_wait(4, false, randoms[i]), 8 * USEC_PER_SEC);
                expect_between(retry_wait(1000, false, randoms[i]), 30 * USEC_PER_SEC);
                expect_between(retry_wait(5, true, randoms[i]), 16 * USEC_PER_SEC);
                expect_between(retry_wait(1000, true, randoms[i]), 15 * 60 * USEC_PER_SEC);
        }
}

static void jitter_spreads(void **state) {
        (void) state;
        assert_true(retry_wait(3, false, 0) < retry_wait(3, false, UINT32_MAX));
}

static void only_cleanup_gives_up(void **state) {
        (void) state;
        assert_false(retry_is_over(19, true));
        assert_true(retry_is_over(20, true));
        assert_false(retry_is_over(1000, false));       /* a person's flow ends at its deadline instead */
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(waits_double_up_to_their_cap),
                cmocka_unit_test(jitter_spreads),
                cmocka_unit_test(only_cleanup_gives_up),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
