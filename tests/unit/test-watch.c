#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "magikal/rest.h"
#include "supervisor/watch.h"

/* The ring of events: what is kept for whom, how long, and what of children is believed. */

#define LIFE UINT64_C(1790000000000000)
#define NOW (1000 * USEC_PER_SEC)
#define REALTIME (LIFE + 5 * USEC_PER_SEC)

static Watch *open_watch(void) {
        Watch *watch = watch_new(LIFE);

        assert_non_null(watch);
        assert_int_equal(watch_ask(watch, NOW), 1);
        return watch;
}

static void tell(Watch *watch, uint64_t interaction) {
        watch_tell(watch, &(Travel) { .what = TRAVEL_DISPATCH, .interaction = { interaction }, .at = REALTIME, .name = "INTERACTION_CREATE" },
                   &(WatchPlace) { .shard = 1 });
}

static Json *answer(const Watch *watch, int64_t life, int64_t after) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        Json *json;

        json_open(&w);
        watch_put(watch, life, after, &w);
        json_close(&w);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        assert_int_equal(json_parse(text, strlen(text), &json), 0);
        return json;
}

static int64_t number(const Json *object, const char *key) {
        int64_t value = -1;

        (void) json_get_i64(object, key, &value);
        return value;
}

static const char *text(const Json *object, const char *key) {
        return json_text(json_get(object, key));
}

static void assert_answer(const Watch *watch, int64_t life, int64_t after, int n, int64_t first, int64_t last, int64_t n_missed) {
        _json_ Json *json = answer(watch, life, after);
        const Json *events = json_get(json, "events");

        assert_int_equal(json_array_size(events), n);
        if (n > 0)
                assert_int_equal(number(json_first(events), "n"), first);
        assert_int_equal(number(json, "last"), last);
        assert_int_equal(number(json, "missed"), n_missed);
}

/* ---- for whom, how long ---------------------------------------------------------------------------------------------------- */

static void test_closed_until_asked(_unused_ void **state) {
        _cleanup_(watch_freep) Watch *watch = watch_new(LIFE);

        assert_false(watch_is_open(watch, NOW));
        tell(watch, 1);
        assert_int_equal(watch_ask(watch, NOW), 1);
        assert_true(watch_is_open(watch, NOW));
        assert_answer(watch, 0, -1, 0, 0, 0, 0);
        tell(watch, 2);
        assert_answer(watch, LIFE, 0, 1, 1, 1, 0);
}

static void test_children_are_told_now_and_then(_unused_ void **state) {
        _cleanup_(watch_freep) Watch *watch = open_watch();

        assert_int_equal(watch_ask(watch, NOW + WATCH_RENEW - 1), 0);
        assert_int_equal(watch_ask(watch, NOW + WATCH_RENEW), 1);
        assert_int_equal(watch_ask(watch, NOW + WATCH_RENEW + 1), 0);
}

/* What is told in between is not kept; the numbers go on, so that nobody takes new events for old ones. */
static void test_closes_by_itself(_unused_ void **state) {
        _cleanup_(watch_freep) Watch *watch = open_watch();

        tell(watch, 1);
        watch_close_when_due(watch, NOW + WATCH_LAPSE - 1);
        assert_true(watch_is_open(watch, NOW + WATCH_LAPSE - 1));
        assert_false(watch_is_open(watch, NOW + WATCH_LAPSE));
        watch_close_when_due(watch, NOW + WATCH_LAPSE);
        tell(watch, 2);
        assert_int_equal(watch_ask(watch, NOW + 2 * WATCH_LAPSE), 1);
        assert_answer(watch, LIFE, 0, 0, 0, 1, 1);
        tell(watch, 3);
        assert_answer(watch, LIFE, 1, 1, 2, 2, 0);
}

static void test_the_newest_are_kept(_unused_ void **state) {
        _cleanup_(watch_freep) Watch *watch = open_watch();

        for (uint64_t i = 1; i <= WATCH_EVENTS_MAX + 10; i++)
                tell(watch, i);
        assert_answer(watch, LIFE, 0, WATCH_ANSWER_MAX, 11, 10 + WATCH_ANSWER_MAX, 10);
        assert_answer(watch, LIFE, 10, WATCH_ANSWER_MAX, 11, 10 + WATCH_ANSWER_MAX, 0);
        assert_answer(watch, LIFE, WATCH_EVENTS_MAX + 9, 1, WATCH_EVENTS_MAX + 10, WATCH_EVENTS_MAX + 10, 0);
        assert_answer(watch, LIFE, WATCH_EVENTS_MAX + 10, 0, 0, WATCH_EVENTS_MAX + 10, 0);
}

static void test_a_watcher_walks_through_all(_unused_ void **state) {
        _cleanup_(watch_freep) Watch *watch = open_watch();
        int64_t after = 0, n_seen = 0;
        bool has_more = true;

        for (uint64_t i = 1; i <= 1000; i++)
                tell(watch, i);
        while (has_more) {
                _json_ Json *json = answer(watch, LIFE, after);

                n_seen += json_array_size(json_get(json, "events"));
                after = number(json, "last");
                assert_int_equal(json_get_bool(json, "more", &has_more), 0);
        }
        assert_int_equal(n_seen, 1000);
}

/* The daemon was started anew: whatever the number was, it meant other events. And a number of the future is none. */
static void test_another_life(_unused_ void **state) {
        _cleanup_(watch_freep) Watch *watch = open_watch();

        tell(watch, 1);
        tell(watch, 2);
        assert_answer(watch, LIFE - 1, 1, 2, 1, 2, 0);
        assert_answer(watch, LIFE - 1, 5000, 2, 1, 2, 0);
        assert_answer(watch, LIFE, 5000, 0, 0, 2, 0);
        assert_answer(watch, LIFE, INT64_MAX, 0, 0, 2, 0);
}

/* ---- what is said of an event ------------------------------------------------------------------------------------------------ */

static void test_an_event_in_words(_unused_ void **state) {
        _cleanup_(watch_freep) Watch *watch = open_watch();
        const Json *event;
        _json_ Json *json = NULL;
        uint64_t id;

        watch_tell(watch,
                   &(Travel) { .what = TRAVEL_CALL, .outcome = TRAVEL_IS_UNCLEAR, .interaction = { UINT64_MAX }, .flow = { 7 },
                               .route = ROUTE_CHANNEL_CREATE + 1, .status = 502, .at = REALTIME, .took = 1234 },
                   &(WatchPlace) { .role = "worker", .slot = 2, .pid = 4711 });
        json = answer(watch, LIFE, 0);
        event = json_first(json_get(json, "events"));
        assert_string_equal(text(event, "what"), "call");
        assert_string_equal(text(event, "outcome"), "unclear");
        assert_string_equal(text(event, "method"), "POST");
        assert_string_equal(text(event, "route"), "/guilds/{guild}/channels");
        assert_string_equal(text(event, "role"), "worker");
        assert_int_equal(number(event, "status"), 502);
        assert_int_equal(number(event, "took_us"), 1234);
        assert_int_equal(number(event, "at_us"), REALTIME);
        assert_int_equal(number(event, "pid"), 4711);
        assert_int_equal(json_get_u64(event, "interaction", &id), 0);
        assert_true(id == UINT64_MAX);
        /* what does not apply is not there */
        assert_null(json_get(event, "channel"));
        assert_null(json_get(event, "shard"));
        assert_null(json_get(event, "name"));
}

/* ---- what children say ---------------------------------------------------------------------------------------------------------- */

static IpcMessage said(void) {
        return (IpcMessage) { .type = IPC_TRAVEL, .travel = {
                .what = TRAVEL_STEP, .outcome = TRAVEL_IS_OK, .at = REALTIME - 1, .took = 5, .flow = 3, .name = "channel", .why = "",
        } };
}

static int hear(Watch *watch, const IpcMessage *message) {
        return watch_hear(watch, message, &(WatchPlace) { .role = "worker", .pid = 1 }, REALTIME);
}

static void test_what_is_believed(_unused_ void **state) {
        _cleanup_(watch_freep) Watch *watch = open_watch();
        IpcMessage message = said();

        assert_int_equal(hear(watch, &message), 0);
        assert_answer(watch, LIFE, 0, 1, 1, 1, 0);

        /* only the supervisor knows of deaths and jobs */
        message.travel.what = TRAVEL_DIED;
        assert_int_equal(hear(watch, &message), -EBADMSG);
        message.travel.what = TRAVEL_JOB;
        assert_int_equal(hear(watch, &message), -EBADMSG);
        message = said();
        message.travel.route = _ROUTE_MAX + 1;
        assert_int_equal(hear(watch, &message), -EBADMSG);
        message = said();
        message.travel.name = "stra\xc3\x9f""e";
        assert_int_equal(hear(watch, &message), -EBADMSG);
        message = said();
        message.travel.why = "two\nlines";
        assert_int_equal(hear(watch, &message), -EBADMSG);
        assert_answer(watch, LIFE, 1, 0, 0, 1, 0);
}

static void test_impossible_times_are_ours(_unused_ void **state) {
        static const Usec impossible[] = { 1, REALTIME + 3600 * USEC_PER_SEC, UINT64_MAX };
        _cleanup_(watch_freep) Watch *watch = open_watch();

        for (size_t i = 0; i < ELEMENTSOF(impossible); i++) {
                IpcMessage message = said();
                _json_ Json *json = NULL;

                message.travel.at = impossible[i];
                message.travel.took = UINT64_MAX;
                assert_int_equal(hear(watch, &message), 0);
                json = answer(watch, LIFE, (int64_t) i);
                assert_int_equal(number(json_first(json_get(json, "events")), "at_us"), REALTIME);
                assert_null(json_get(json_first(json_get(json, "events")), "took_us"));
        }
}

static void test_what_was_lost_is_counted(_unused_ void **state) {
        _cleanup_(watch_freep) Watch *watch = open_watch();
        IpcMessage message = said();
        _json_ Json *json = NULL;

        message.travel.n_lost = 40;
        assert_int_equal(hear(watch, &message), 0);
        message.travel.name = "\x01";
        message.travel.n_lost = 1;
        assert_int_equal(hear(watch, &message), -EBADMSG);
        json = answer(watch, LIFE, 0);
        assert_int_equal(number(json, "lost"), 42);
}

/* ---- the tap ------------------------------------------------------------------------------------------------------------------------ */

static void count(const Travel *travel, void *userdata) {
        assert_true(travel->at > 0);
        ++*(int *) userdata;
}

static void test_a_tap_closes_by_itself(_unused_ void **state) {
        int n = 0;
        TravelTap tap = { .tell = count, .userdata = &n };
        const Travel travel = { .what = TRAVEL_STEP };

        travel_tell(NULL, &travel);
        travel_tell(&tap, &travel);
        assert_int_equal(travel_begin(&tap), 0);
        assert_int_equal(travel_took(0), 0);
        assert_int_equal(n, 0);

        tap.until = clock_boottime() + USEC_PER_SEC;
        travel_tell(&tap, &travel);
        assert_int_equal(n, 1);
        assert_true(travel_begin(&tap) > 0);
        clock_set_skew(2 * (int64_t) USEC_PER_SEC);
        travel_tell(&tap, &travel);
        assert_int_equal(n, 1);
        assert_int_equal(tap.until, 0);
        clock_set_skew(0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_closed_until_asked),        cmocka_unit_test(test_children_are_told_now_and_then),
                cmocka_unit_test(test_closes_by_itself),          cmocka_unit_test(test_the_newest_are_kept),
                cmocka_unit_test(test_a_watcher_walks_through_all), cmocka_unit_test(test_another_life),
                cmocka_unit_test(test_an_event_in_words),         cmocka_unit_test(test_what_is_believed),
                cmocka_unit_test(test_impossible_times_are_ours), cmocka_unit_test(test_what_was_lost_is_counted),
                cmocka_unit_test(test_a_tap_closes_by_itself),
        };

        cmocka_set_message_output(CM_OUTPUT_TAP);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
