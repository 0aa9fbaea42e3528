#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "magikal/cleanup.h"
#include "supervisor/restart-policy.h"

#define S USEC_PER_SEC
#define MS USEC_PER_MSEC

static void test_whose_fault(_unused_ void **state) {
        static const struct {
                Death death;
                Verdict verdict;
                const char *name;
        } table[] = {
                { { CLD_EXITED, 0, true, false }, VERDICT_PLANNED, "exit 0" },
                { { CLD_EXITED, 0, false, false }, VERDICT_INNOCENT, "exit 0" },
                { { CLD_EXITED, 1, true, false }, VERDICT_GUILTY, "exit 1" },
                { { CLD_EXITED, 78, false, false }, VERDICT_CONFIG, "exit 78" },
                { { CLD_KILLED, SIGKILL, false, false }, VERDICT_INNOCENT, "SIGKILL" },
                { { CLD_KILLED, SIGTERM, true, false }, VERDICT_PLANNED, "SIGTERM" },
                { { CLD_KILLED, SIGKILL, true, false }, VERDICT_PLANNED, "SIGKILL" },
                { { CLD_KILLED, SIGSEGV, true, false }, VERDICT_GUILTY, "SIGSEGV" },
                { { CLD_DUMPED, SIGABRT, false, false }, VERDICT_GUILTY, "SIGABRT" },
                { { CLD_KILLED, SIGBUS, false, false }, VERDICT_GUILTY, "SIGBUS" },
                { { CLD_KILLED, SIGFPE, false, false }, VERDICT_GUILTY, "SIGFPE" },
                { { CLD_KILLED, SIGILL, false, false }, VERDICT_GUILTY, "SIGILL" },
                { { CLD_KILLED, SIGSYS, false, false }, VERDICT_GUILTY, "SIGSYS" },
                { { CLD_KILLED, SIGABRT, false, true }, VERDICT_GUILTY, "hang" },
                { { CLD_KILLED, SIGKILL, false, true }, VERDICT_GUILTY, "hang" },
                { { CLD_KILLED, 63, false, false }, VERDICT_INNOCENT, "signal 63" },
        };

        for (size_t i = 0; i < ELEMENTSOF(table); i++) {
                char name[DEATH_NAME_MAX];

                assert_int_equal(death_judge(&table[i].death), table[i].verdict);
                death_name(&table[i].death, name);
                assert_string_equal(name, table[i].name);
        }
}

static void test_first_deaths_are_replaced_at_once(_unused_ void **state) {
        RestartClass class = {};

        for (int i = 0; i < 4; i++)
                assert_int_equal(restart_after_death(&class, (Usec) i * S), 0);
}

static void test_storm_is_slowed_down(_unused_ void **state) {
        static const Usec delays[] = { 250 * MS, 500 * MS, 1 * S, 2 * S, 4 * S, 8 * S, 16 * S, 30 * S, 30 * S };
        RestartClass class = {};
        Usec now = 100 * S;

        for (int i = 0; i < 4; i++)
                assert_int_equal(restart_after_death(&class, now), 0);
        for (size_t i = 0; i < ELEMENTSOF(delays); i++) {
                assert_int_equal(restart_after_death(&class, now), delays[i]);
                now += delays[i];
        }
}

static void test_one_finished_step_resets(_unused_ void **state) {
        RestartClass class = {};

        for (int i = 0; i < 7; i++)
                (void) restart_after_death(&class, 100 * S);
        assert_true(restart_is_hopeless(&class, 100 * S));
        restart_progress(&class);
        assert_false(restart_is_hopeless(&class, 100 * S));
        for (int i = 0; i < 4; i++)
                assert_int_equal(restart_after_death(&class, 101 * S), 0);
}

static void test_rare_deaths_do_not_add_up(_unused_ void **state) {
        RestartClass class = {};

        for (Usec i = 0; i < 100; i++) {
                assert_int_equal(restart_after_death(&class, i * 10 * S), 0);   /* three in any 30 s */
                assert_false(restart_is_hopeless(&class, i * 10 * S));
        }
}

static void test_hopeless_needs_more_than_five(_unused_ void **state) {
        RestartClass class = {};

        for (int i = 0; i < 5; i++)
                (void) restart_after_death(&class, 10 * S);
        assert_false(restart_is_hopeless(&class, 10 * S));
        (void) restart_after_death(&class, 11 * S);
        assert_true(restart_is_hopeless(&class, 11 * S));
        assert_false(restart_is_hopeless(&class, 50 * S));
}

static void test_recycling(_unused_ void **state) {
        const RecycleLimits limits = { .n_flows = 100000, .rss_kib = 128 * 1024, .age = 24 * 3600 * S };

        assert_false(recycle_is_due(&limits, 0, 0, 0, 0));
        assert_false(recycle_is_due(&limits, 79999, 0, 0, 0));
        assert_true(recycle_is_due(&limits, 80000, 0, 0, 0));
        assert_false(recycle_is_due(&limits, 119999, 0, 0, 1023));
        assert_true(recycle_is_due(&limits, 120000, 0, 0, 1023));
        assert_false(recycle_is_due(&limits, 0, 128 * 1024, 0, 0));
        assert_true(recycle_is_due(&limits, 0, 128 * 1024 + 1, 0, 0));
        assert_false(recycle_is_due(&limits, 0, 0, 22 * 3600 * S - 1, 0));
        assert_true(recycle_is_due(&limits, 0, 0, 22 * 3600 * S, 0));
        assert_true(recycle_is_due(&limits, 0, 0, 26 * 3600 * S, 1023));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_whose_fault),
                cmocka_unit_test(test_first_deaths_are_replaced_at_once),
                cmocka_unit_test(test_storm_is_slowed_down),
                cmocka_unit_test(test_one_finished_step_resets),
                cmocka_unit_test(test_rare_deaths_do_not_add_up),
                cmocka_unit_test(test_hopeless_needs_more_than_five),
                cmocka_unit_test(test_recycling),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
