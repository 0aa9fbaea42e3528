/* When the site may be asked: never more than so many in any minute, and not at all while it fails. */

#include "rsi/rsi-pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define S USEC_PER_SEC

static void a_minute_never_holds_more(void **state) {
        RsiPace pace;
        Usec sent[300], now = 1000 * S;
        size_t n = 0;

        (void) state;
        rsi_pace_init(&pace, 30);
        /* as fast as it allows, for five minutes */
        while (now < 1300 * S) {
                Usec wait = rsi_pace_wait(&pace, now);

                if (wait > 0) {
                        now += wait;
                        continue;
                }
                rsi_pace_sent(&pace, now);
                sent[n++] = now;
                now += S / 10;
        }
        assert_int_equal(n, 150);
        for (size_t i = 30; i < n; i++)
                assert_true(sent[i] - sent[i - 30] >= 60 * S);
        assert_true(sent[29] - sent[0] < 3 * S);        /* but they may come together */
}

static void five_failures_begin_a_pause_that_doubles(void **state) {
        static const Usec pauses[] = { 5 * S, 10 * S, 20 * S, 40 * S, 80 * S, 160 * S, 320 * S, 600 * S, 600 * S };
        RsiPace pace;
        Usec now = 1000 * S;

        (void) state;
        rsi_pace_init(&pace, 60);
        for (int i = 0; i < 4; i++)
                rsi_pace_failed(&pace, 0, now);
        rsi_pace_went_well(&pace);
        for (int i = 0; i < 4; i++)
                rsi_pace_failed(&pace, 0, now);
        assert_int_equal(rsi_pace_held_back(&pace, now), 0);
        rsi_pace_failed(&pace, 0, now);

        for (size_t i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
                assert_int_equal(rsi_pace_held_back(&pace, now), pauses[i]);
                rsi_pace_failed(&pace, 0, now);         /* one that was under way: no matter */
                assert_int_equal(rsi_pace_held_back(&pace, now), pauses[i]);
                now += pauses[i];
                assert_int_equal(rsi_pace_held_back(&pace, now), 0);
                rsi_pace_sent(&pace, now);              /* the probe; the others wait for its end */
                assert_true(rsi_pace_held_back(&pace, now) > 0);
                rsi_pace_failed(&pace, 0, now);
        }

        now += 600 * S;
        rsi_pace_sent(&pace, now);
        rsi_pace_went_well(&pace);
        assert_int_equal(rsi_pace_held_back(&pace, now), 0);
        rsi_pace_failed(&pace, 0, now);
        assert_int_equal(rsi_pace_held_back(&pace, now), 0);
}

static void a_pause_that_is_asked_for_is_kept(void **state) {
        RsiPace pace;

        (void) state;
        rsi_pace_init(&pace, 60);
        rsi_pace_failed(&pace, 30 * S, 1000 * S);
        assert_int_equal(rsi_pace_held_back(&pace, 1000 * S), 30 * S);
        rsi_pace_failed(&pace, 40 * S, 1010 * S);       /* another that was under way */
        assert_int_equal(rsi_pace_held_back(&pace, 1010 * S), 40 * S);
        rsi_pace_failed(&pace, 1 * S, 1010 * S);
        assert_int_equal(rsi_pace_held_back(&pace, 1010 * S), 40 * S);

        rsi_pace_init(&pace, 60);
        rsi_pace_failed(&pace, 86400 * S, 1000 * S);
        assert_int_equal(rsi_pace_held_back(&pace, 1000 * S), 600 * S);
        rsi_pace_init(&pace, 60);
        rsi_pace_failed(&pace, 1, 1000 * S);
        assert_int_equal(rsi_pace_held_back(&pace, 1000 * S), 5 * S);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_minute_never_holds_more),
                cmocka_unit_test(five_failures_begin_a_pause_that_doubles),
                cmocka_unit_test(a_pause_that_is_asked_for_is_kept),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
