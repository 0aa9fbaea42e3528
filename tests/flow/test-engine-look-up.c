/* Steps that look somebody up: whatever comes of it is the result, and the flow goes on. */

#include "lib/engine-rig.h"

#define SAY "POST /api/channels/70/messages "

static bool noted(Rig *rig, const char *what) {
        return rig_number(rig, "SELECT count(*) FROM flow.audit WHERE action = '%s'", what) == 1;
}

static void test_each_result_is_kept_and_the_flow_goes_on(void **state) {
        static const struct {
                RsiResult result;
                const char *noted;
        } rows[] = { { RSI_FOUND, "found" }, { RSI_ABSENT, "absent" }, { RSI_UNKNOWN, "unknown" } };
        Rig *rig = *state;

        rig_start(rig);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                FlowId flow = rig_accept(rig, "ask", rows[i].noted, 0, 600);

                assert_int_equal(engine_accepted(rig->engine, flow, NULL), 0);
                rig_until_asked(rig);
                rig_quiet(rig, 100 * USEC_PER_MSEC);    /* nothing is said before it is known */
                rig_look_up(rig, rows[i].result);
                (void) rig_request(rig, SAY);
                assert_true(noted(rig, rows[i].noted));
                rig_answer(rig, 200, "{\"id\":\"901\"}");
                rig_until(rig, flow, "state = 'done'");
        }
        assert_int_equal(rig->n_asked, 3);
}

static void test_nobody_to_ask_is_unknown(void **state) {
        Rig *rig = *state;

        rig->is_nobody_to_ask = true;
        (void) rig_accept(rig, "ask", NULL, 0, 600);
        rig_start(rig);
        (void) rig_request(rig, SAY);
        assert_true(noted(rig, "unknown"));
}

static void test_a_step_may_have_nobody_to_look_up(void **state) {
        Rig *rig = *state;

        (void) rig_accept(rig, "ask", "nothing", 0, 600);
        rig_start(rig);
        (void) rig_request(rig, SAY);
        assert_true(noted(rig, "skipped"));
        assert_int_equal(rig->n_asked, 0);
}

static void test_a_dead_process_s_question_is_asked_again(void **state) {
        Rig *rig = *state;

        (void) rig_accept(rig, "ask", NULL, 0, 600);
        rig_start(rig);
        rig_until_asked(rig);
        rig->looked_up = NULL;          /* its client died with it */
        rig_crash(rig);
        rig_start(rig);
        rig_until_asked(rig);
        rig_look_up(rig, RSI_FOUND);
        (void) rig_request(rig, SAY);
        assert_int_equal(rig->n_asked, 2);
        assert_true(noted(rig, "found"));
}

static void test_an_answer_behind_a_lost_lease_is_not_written(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "ask", NULL, 0, 600);

        rig_start(rig);
        rig_until_asked(rig);
        (void) rig_number(rig, "WITH u AS (UPDATE flow.flow SET lease_epoch = lease_epoch + 1, lease_owner = 'somebody else' WHERE flow_id = %llu RETURNING 1)"
                               " SELECT count(*) FROM u", (unsigned long long) flow.v);
        rig_look_up(rig, RSI_FOUND);
        rig_until_free(rig);
        assert_false(noted(rig, "found"));
        assert_int_equal(rig_number(rig, "SELECT next_step FROM flow.flow WHERE flow_id = %llu", (unsigned long long) flow.v), 0);
}

static void test_a_drain_does_not_wait_for_the_answer(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "ask", NULL, 0, 600);

        rig_start(rig);
        rig_until_asked(rig);
        engine_drain(rig->engine);
        rig_until(rig, flow, "state = 'ready' AND next_step = 0");
        rig_until_free(rig);
        assert_true(rig->is_drained);
        rig_look_up(rig, RSI_ABSENT);           /* finds nobody */
        rig_quiet(rig, 100 * USEC_PER_MSEC);
        assert_false(noted(rig, "absent"));
}

static void test_an_engine_may_end_before_the_answer(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "ask", NULL, 0, 600);

        rig_start(rig);
        rig_until_asked(rig);
        engine_drain(rig->engine);
        rig_until(rig, flow, "state = 'ready' AND next_step = 0");
        rig->looked_up = NULL;          /* its client ends first, and nothing of the look-up is left when the engine ends */
}

#define T(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(test_each_result_is_kept_and_the_flow_goes_on),
                T(test_nobody_to_ask_is_unknown),
                T(test_a_step_may_have_nobody_to_look_up),
                T(test_a_dead_process_s_question_is_asked_again),
                T(test_an_answer_behind_a_lost_lease_is_not_written),
                T(test_a_drain_does_not_wait_for_the_answer),
                T(test_an_engine_may_end_before_the_answer),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests_name("engine-look-up", tests, NULL, NULL);
        store_fixture_end();
        return r;
}
