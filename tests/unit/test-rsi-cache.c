/* What is known about the site is told until it ends, and the table does not grow. */

#include "rsi/rsi-cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static RsiFound *new_found(void) {
        RsiFound *found = new0(RsiFound, 1);

        assert_non_null(found);
        *found = (RsiFound) { .n_refs = 1, .kind = RSI_MEMBERSHIP, .membership = new0(RsiMembership, 1) };
        assert_non_null(found->membership);
        return found;
}

static void entries_end(void **state _unused_) {
        _cleanup_(rsi_found_unrefp) RsiFound *one = new_found(), *two = new_found();
        RsiCache *cache = rsi_cache_new();
        RsiFound *found = NULL;

        assert_false(rsi_cache_get(cache, "a", 1, &found));
        rsi_cache_put(cache, "a", one, 100, 1);
        rsi_cache_put(cache, "b", NULL, 50, 1);
        assert_true(rsi_cache_get(cache, "a", 99, &found));
        assert_ptr_equal(found, one);
        assert_true(rsi_cache_get(cache, "b", 49, &found));
        assert_null(found);
        assert_false(rsi_cache_get(cache, "a", 100, &found));
        assert_false(rsi_cache_get(cache, "b", 50, &found));

        rsi_cache_put(cache, "a", two, 200, 60);        /* the newest holds */
        assert_true(rsi_cache_get(cache, "a", 100, &found));
        assert_ptr_equal(found, two);
        (void) rsi_cache_free(cache);
        assert_int_equal(one->n_refs, 1);
        assert_int_equal(two->n_refs, 1);
}

static void the_one_that_ends_first_makes_room(void **state _unused_) {
        RsiCache *cache = rsi_cache_new();
        RsiFound *found = NULL;
        char key[16];

        for (Usec i = 1; i <= 1000; i++) {
                _cleanup_(rsi_found_unrefp) RsiFound *one = new_found();

                (void) snprintf(key, sizeof(key), "%llu", (unsigned long long) i);
                rsi_cache_put(cache, key, one, 10000 + i, 1);
        }
        assert_false(rsi_cache_get(cache, "1", 1, &found));
        assert_false(rsi_cache_get(cache, "872", 1, &found));
        assert_true(rsi_cache_get(cache, "873", 1, &found));
        assert_true(rsi_cache_get(cache, "1000", 1, &found));
        (void) rsi_cache_free(cache);
        assert_null(rsi_cache_free(NULL));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(entries_end),
                cmocka_unit_test(the_one_that_ends_first_makes_room),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
