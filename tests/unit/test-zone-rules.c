/* Local time and UTC: on ordinary days, on days of 23 and 25 hours, and where both zones change on different days. */

#include "magikal/zone-rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>

#include <cmocka.h>

#include "magikal/cleanup.h"

#define HOUR 3600

/* IANA, 2026: the European Union and the United Kingdom on 29 March and 25 October at 01:00 UTC, the United States on 8 March and
 * 1 November at 02:00 local time, Sydney on 5 April and 4 October at 03:00 and 02:00. */
static const ZoneTransition europe[] = { { 1774746000, 2 * HOUR }, { 1792890000, HOUR } };
static const ZoneTransition britain[] = { { 1774746000, HOUR }, { 1792890000, 0 } };
static const ZoneTransition eastern[] = { { 1772953200, -4 * HOUR }, { 1793512800, -5 * HOUR } };
static const ZoneTransition sydney[] = { { 1775318400, 10 * HOUR }, { 1791043200, 11 * HOUR } };

static const ZoneRules berlin = { HOUR, ELEMENTSOF(europe), europe };
static const ZoneRules london = { 0, ELEMENTSOF(britain), britain };
static const ZoneRules new_york = { -5 * HOUR, ELEMENTSOF(eastern), eastern };
static const ZoneRules sydney_rules = { 11 * HOUR, ELEMENTSOF(sydney), sydney };
static const ZoneRules kathmandu = { .offset = 5 * HOUR + 45 * 60 };
static const ZoneRules utc = {};

static int64_t at(int year, int month, int day, int hour, int minute) {
        struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute };

        return (int64_t) timegm(&tm);
}

static int64_t day_of(int month, int day) {
        return at(2026, month, day, 0, 0) / 86400;
}

static void the_tables_are_as_told(void **state) {
        assert_true(at(2026, 3, 29, 1, 0) == europe[0].at && at(2026, 10, 25, 1, 0) == europe[1].at);
        assert_true(at(2026, 3, 8, 7, 0) == eastern[0].at && at(2026, 11, 1, 6, 0) == eastern[1].at);
        assert_true(at(2026, 4, 4, 16, 0) == sydney[0].at && at(2026, 10, 3, 16, 0) == sydney[1].at);
        (void) state;
}

static void an_offset_holds_from_its_transition_on(void **state) {
        assert_int_equal(zone_offset_at(&berlin, europe[0].at - 1), HOUR);
        assert_int_equal(zone_offset_at(&berlin, europe[0].at), 2 * HOUR);
        assert_int_equal(zone_offset_at(&berlin, europe[1].at), HOUR);
        assert_int_equal(zone_offset_at(&utc, 0), 0);
        assert_int_equal(zone_offset_at(&kathmandu, INT64_MIN), 20700);
        (void) state;
}

static void local_time_leads_back(void **state) {
        static const ZoneRules *const zones[] = { &berlin, &london, &new_york, &sydney_rules, &kathmandu, &utc };

        for (size_t z = 0; z < ELEMENTSOF(zones); z++)
                for (int64_t t = at(2026, 1, 1, 0, 0); t < at(2027, 1, 1, 0, 0); t += 15 * 60) {
                        int64_t local = t + zone_offset_at(zones[z], t), back = zone_to_utc(zones[z], local);

                        /* itself, or the first of the two that have this local time */
                        assert_true(back == t || (back == t - HOUR && back + zone_offset_at(zones[z], back) == local));
                }
        (void) state;
}

/* Local order is kept over the whole year, minute by minute around the changes. */
static void order_is_kept(void **state) {
        int64_t before = INT64_MIN;

        for (int64_t local = at(2026, 3, 28, 0, 0); local < at(2026, 10, 27, 0, 0); local += 60) {
                int64_t now = zone_to_utc(&berlin, local);

                assert_true(now >= before);
                before = now;
        }
        (void) state;
}

static void a_skipped_time_is_the_moment_of_the_skip(void **state) {
        assert_true(zone_to_utc(&berlin, at(2026, 3, 29, 1, 59)) == at(2026, 3, 29, 0, 59));
        assert_true(zone_to_utc(&berlin, at(2026, 3, 29, 2, 0)) == europe[0].at);
        assert_true(zone_to_utc(&berlin, at(2026, 3, 29, 2, 30)) == europe[0].at);
        assert_true(zone_to_utc(&berlin, at(2026, 3, 29, 3, 0)) == europe[0].at);
        assert_true(zone_to_utc(&berlin, at(2026, 3, 29, 3, 1)) == europe[0].at + 60);
        (void) state;
}

static void a_time_that_comes_twice_is_the_first(void **state) {
        assert_true(zone_to_utc(&berlin, at(2026, 10, 25, 2, 30)) == at(2026, 10, 25, 0, 30));
        assert_true(zone_to_utc(&berlin, at(2026, 10, 25, 2, 59)) == at(2026, 10, 25, 0, 59));
        assert_true(zone_to_utc(&berlin, at(2026, 10, 25, 3, 0)) == at(2026, 10, 25, 2, 0));
        (void) state;
}

static void the_day_is_a_local_matter(void **state) {
        int64_t t = at(2026, 7, 1, 23, 30);

        assert_true(zone_day_at(&utc, t) == day_of(7, 1));
        assert_true(zone_day_at(&berlin, t) == day_of(7, 2));
        assert_true(zone_day_at(&new_york, t) == day_of(7, 1));
        assert_true(zone_day_at(&utc, -1) == -1);
        (void) state;
}

static void converts(const ZoneRules *from, int month, int day, int h, int m, int to_h, int to_m, int uk_from, int uk_to) {
        TimeSpan got = zone_convert(from, &london, day_of(month, day), (TimeSpan) { h * 60 + m, to_h * 60 + to_m });

        assert_int_equal(got.from_min, uk_from);
        assert_int_equal(got.to_min, uk_to);
}

static void evenings_in_uk_time(void **state) {
        converts(&berlin, 1, 10, 18, 0, 22, 30, 17 * 60, 21 * 60 + 30);
        converts(&berlin, 7, 10, 18, 0, 22, 30, 17 * 60, 21 * 60 + 30);
        converts(&new_york, 7, 10, 20, 0, 23, 0, 25 * 60, 28 * 60);             /* the next day over there */
        converts(&new_york, 3, 15, 18, 0, 23, 0, 22 * 60, 27 * 60);             /* America has changed, Britain not yet: four hours */
        converts(&new_york, 4, 15, 18, 0, 23, 0, 23 * 60, 28 * 60);             /* both have: five hours */
        converts(&new_york, 10, 28, 18, 0, 23, 0, 22 * 60, 27 * 60);            /* Britain is back, America is not */
        converts(&sydney_rules, 1, 10, 6, 0, 9, 0, -5 * 60, -2 * 60);           /* the day before */
        converts(&sydney_rules, 7, 10, 6, 0, 9, 0, -3 * 60, 0);
        converts(&kathmandu, 1, 10, 18, 0, 22, 0, 12 * 60 + 15, 16 * 60 + 15);
        converts(&kathmandu, 7, 10, 18, 0, 22, 0, 13 * 60 + 15, 17 * 60 + 15);
        converts(&utc, 7, 10, 0, 0, 24, 0, 60, 1500);
        (void) state;
}

static void days_of_23_and_25_hours(void **state) {
        converts(&berlin, 3, 29, 1, 30, 4, 0, 30, 3 * 60);                      /* both clocks jump at once */
        converts(&berlin, 3, 29, 2, 15, 2, 45, 2 * 60, 2 * 60);                 /* a span that never is */
        converts(&berlin, 3, 28, 22, 0, 27, 0, 21 * 60, 26 * 60);               /* past midnight, into the jump */
        converts(&berlin, 10, 25, 0, 0, 4, 0, -60, 3 * 60);
        converts(&berlin, 10, 25, 2, 15, 2, 45, 75, 105);
        converts(&utc, 3, 29, 0, 30, 1, 30, 30, 150);
        converts(&utc, 10, 25, 0, 30, 1, 15, 90, 75);                           /* the reader's clocks go back within it */
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_tables_are_as_told),
                cmocka_unit_test(an_offset_holds_from_its_transition_on),
                cmocka_unit_test(local_time_leads_back),
                cmocka_unit_test(order_is_kept),
                cmocka_unit_test(a_skipped_time_is_the_moment_of_the_skip),
                cmocka_unit_test(a_time_that_comes_twice_is_the_first),
                cmocka_unit_test(the_day_is_a_local_matter),
                cmocka_unit_test(evenings_in_uk_time),
                cmocka_unit_test(days_of_23_and_25_hours),
        };

        return cmocka_run_group_tests_name("zone-rules", tests, NULL, NULL);
}
