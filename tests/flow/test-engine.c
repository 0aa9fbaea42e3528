/* The engine on its way forward: what is written before and after an effect, and what happens to an effect whose answer is not known. */

#include "lib/engine-rig.h"

#define MAKE "POST /api/guilds/7/channels "
#define LOOK "GET /api/guilds/7/channels "
#define SAY "POST /api/channels/70/messages "
#define STEP(column, n) "SELECT " column " FROM flow.step WHERE flow_id = %llu AND step_no = " #n
#define ID(flow) (unsigned long long) (flow).v

/* The marker that a request carries: 24 characters behind the key. */
static void marker_of(const char *request, const char *key, char ret[FLOW_MARKER_CHARS + 1]) {
        const char *at = strstr(request, key);

        assert_non_null(at);
        (void) snprintf(ret, FLOW_MARKER_CHARS + 1, "%s", at + strlen(key));
}

static void answer_with_channel(Rig *rig, const char *id, const char *topic) {
        char body[128];

        (void) snprintf(body, sizeof(body), "[{\"id\":\"5\",\"topic\":null},{\"id\":\"%s\",\"topic\":\"%s\"}]", id, topic);
        rig_answer(rig, 200, body);
}

static void test_intent_before_the_effect_and_checkpoint_behind_it(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        assert_int_equal(rig_number(rig, STEP("(state = 'done')::integer", 0), ID(flow)), 1);
        assert_int_equal(rig_number(rig, STEP("(state = 'intent' AND sends = 1 AND result IS NULL)::integer", 1), ID(flow)), 1);
        rig_answer(rig, 201, "{\"id\":\"900\"}");

        (void) rig_request(rig, SAY);
        assert_int_equal(rig_number(rig, STEP("(state = 'done' AND result ->> 'id' = '900')::integer", 1), ID(flow)), 1);
        assert_int_equal(rig_number(rig, "SELECT next_step FROM flow.flow WHERE flow_id = %llu", ID(flow)), 2);
        rig_answer(rig, 200, "{\"id\":\"901\"}");

        rig_until(rig, flow, "state = 'done' AND args = '' AND lease_owner IS NULL");
        assert_int_equal(rig_number(rig, "SELECT count(*) FROM flow.audit"), 1);
        rig_quiet(rig, 500 * USEC_PER_MSEC);
}

static void test_a_found_effect_is_kept(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);
        char marker[FLOW_MARKER_CHARS + 1];

        rig_start(rig);
        marker_of(rig_request(rig, MAKE), "\"topic\":\"", marker);
        rig_crash(rig);
        rig_start(rig);
        (void) rig_request(rig, LOOK);
        answer_with_channel(rig, "777", marker);
        (void) rig_request(rig, SAY);
        assert_int_equal(rig_number(rig, STEP("(state = 'done' AND result ->> 'id' = '777' AND sends = 2)::integer", 1), ID(flow)), 1);
}

static void test_what_is_not_found_is_sent_again(void **state) {
        Rig *rig = *state;
        char marker[FLOW_MARKER_CHARS + 1], again[FLOW_MARKER_CHARS + 1];

        (void) rig_accept(rig, "full", NULL, 0, 600);
        rig_start(rig);
        marker_of(rig_request(rig, MAKE), "\"topic\":\"", marker);
        rig_crash(rig);
        rig_start(rig);
        (void) rig_request(rig, LOOK);
        answer_with_channel(rig, "777", "another");
        marker_of(rig_request(rig, MAKE), "\"topic\":\"", again);
        assert_string_equal(marker, again);
}

/* The dead owner may have sent long after it wrote the intent: its request waited for a bucket. What counts is when it surely was dead. */
static void test_an_adopted_step_settles_from_its_adoption(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);
        Usec begun;

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        rig_crash(rig);
        (void) rig_number(rig, "WITH u AS (UPDATE flow.step SET first_at = first_at - interval '9 s', last_at = last_at - interval '9 s'"
                               " WHERE flow_id = %llu AND step_no = 1 RETURNING 1) SELECT count(*) FROM u", ID(flow));
        begun = clock_boottime();
        rig_start(rig);
        (void) rig_request(rig, LOOK);
        assert_true(clock_boottime() - begun > RETRY_SETTLE - 200 * USEC_PER_MSEC);
}

static void test_a_nonce_is_enough_for_a_minute(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "parting", NULL, 0, 600);
        char marker[FLOW_MARKER_CHARS + 1], again[FLOW_MARKER_CHARS + 1];

        rig_start(rig);
        marker_of(rig_request(rig, SAY), "\"nonce\":\"", marker);
        rig_crash(rig);
        rig_start(rig);
        marker_of(rig_request(rig, SAY), "\"nonce\":\"", again);
        assert_string_equal(marker, again);

        rig_crash(rig);
        (void) rig_number(rig, "WITH u AS (UPDATE flow.step SET first_at = first_at - interval '61 s' WHERE flow_id = %llu RETURNING 1)"
                               " SELECT count(*) FROM u", ID(flow));
        rig_start(rig);
        (void) rig_request(rig, "GET /api/channels/70/messages?after=");
        rig_answer(rig, 200, "[]");
        (void) rig_request(rig, SAY);
}

static void test_a_short_429_keeps_the_lease(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        rig_answer_429(rig, "0.2");
        (void) rig_request(rig, MAKE);
        assert_int_equal(rig_number(rig, STEP("sends", 1), ID(flow)), 1);
        assert_int_equal(rig_number(rig, "SELECT lease_epoch FROM flow.flow"), 1);

        rig_answer_429(rig, "30");
        rig_until(rig, flow, "state = 'ready' AND run_at > now() + interval '25 s' AND attempt = 1 AND NOT undo");
        assert_int_equal(rig_number(rig, STEP("(state = 'intent')::integer", 1), ID(flow)), 1);
}

static void test_a_lost_answer_is_looked_for(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);
        Usec begun;

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        rig_answer(rig, 502, "");
        begun = clock_boottime();
        (void) rig_request(rig, LOOK);
        assert_true(clock_boottime() - begun > RETRY_SETTLE - 200 * USEC_PER_MSEC);
        rig_answer(rig, 200, "[]");
        (void) rig_request(rig, MAKE);
        assert_int_equal(rig_number(rig, STEP("sends", 1), ID(flow)), 2);
        assert_int_equal(rig_number(rig, "SELECT lease_epoch FROM flow.flow"), 1);
}

static void test_a_lost_lease_stops_the_writer(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        (void) rig_number(rig, "WITH u AS (UPDATE flow.flow SET lease_epoch = lease_epoch + 1 RETURNING 1) SELECT count(*) FROM u");
        rig_answer(rig, 201, "{\"id\":\"900\"}");
        rig_until_free(rig);
        assert_int_equal(rig_number(rig, STEP("(state = 'intent')::integer", 1), ID(flow)), 1);
        assert_int_equal(rig_number(rig, "SELECT next_step FROM flow.flow"), 1);
        rig_quiet(rig, 300 * USEC_PER_MSEC);
}

static void test_a_frozen_process_does_not_send(void **state) {
        Rig *rig = *state;

        (void) rig_accept(rig, "full", NULL, 0, 600);
        rig_start(rig);
        (void) rig_request(rig, MAKE);
        rig_answer_429(rig, "0.6");
        rig_quiet(rig, 100 * USEC_PER_MSEC);
        clock_set_skew(20 * (int64_t) USEC_PER_SEC);    /* as if it had been stopped for so long */
        rig_quiet(rig, USEC_PER_SEC);
        assert_int_equal(engine_n_flows(rig->engine), 0);
}

/* The commit was done, its answer lost: who repeated it blindly would meet the fence and leave the flow to its lease. */
static void test_an_unknown_commit_is_resolved_by_reading(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        pg_test_freeze(store_fixture_cluster(), true);
        rig_answer(rig, 201, "{\"id\":\"900\"}");
        while (store_is_connected(rig->f->store))
                rig_turn(rig);
        pg_test_freeze(store_fixture_cluster(), false);
        (void) rig_request(rig, SAY);
        assert_int_equal(rig_number(rig, STEP("(state = 'done' AND result ->> 'id' = '900' AND sends = 1)::integer", 1), ID(flow)), 1);
        assert_int_equal(rig_number(rig, "SELECT lease_epoch FROM flow.flow"), 1);
}

/* The connection is lost under the write that gives the flow back; the write is made once more from what is still there. */
static void test_giving_back_survives_a_lost_connection(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        (void) rig_number(rig, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'test'");
        rig_answer_429(rig, "30");
        rig_until(rig, flow, "state = 'ready' AND run_at > now() + interval '20 s' AND last_error = 'Discord asks to wait'");
}

/* How often Discord failed says nothing about the database. */
static void test_a_database_is_not_waited_for_as_long_as_discord(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "wipe", NULL, 0, 0);

        (void) rig_number(rig, "WITH u AS (UPDATE flow.flow SET attempt = 12 RETURNING 1) SELECT count(*) FROM u");
        rig_start(rig);
        (void) rig_request(rig, "DELETE /api/channels/72/messages/1 ");
        (void) rig_number(rig, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'test'");
        rig_answer(rig, 204, "");
        (void) rig_request(rig, "DELETE /api/channels/72/messages/2 ");
        assert_int_equal(rig_number(rig, "SELECT attempt FROM flow.flow WHERE flow_id = %llu", ID(flow)), 0);
}

static void test_a_cursor_outlives_the_process(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "wipe", NULL, 0, 0);

        rig_start(rig);
        (void) rig_request(rig, "DELETE /api/channels/72/messages/1 ");
        rig_answer(rig, 204, "");
        (void) rig_request(rig, "DELETE /api/channels/72/messages/2 ");
        rig_crash(rig);
        rig_start(rig);
        (void) rig_request(rig, "DELETE /api/channels/72/messages/2 ");
        rig_answer(rig, 204, "");
        (void) rig_request(rig, "DELETE /api/channels/72/messages/3 ");
        rig_answer(rig, 204, "");
        rig_until(rig, flow, "state = 'done'");
}

static void test_a_revoked_token_refuses_nobody(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        rig_answer(rig, 401, "{\"message\":\"401: Unauthorized\",\"code\":0}");
        rig_until(rig, flow, "state = 'ready' AND NOT undo AND run_at > now() + interval '20 s'");
}

static void test_a_flow_of_recruitment_gets_its_facts(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "recruit", NULL, rig_interaction(0), 600);

        rig_start(rig);
        (void) rig_request(rig, SAY);
        rig_answer(rig, 200, "{\"id\":\"901\"}");
        assert_non_null(strstr(rig_request(rig, "PATCH /api/webhooks/"), "with facts"));
        rig_answer(rig, 200, "{}");
        rig_until(rig, flow, "state = 'done'");
        assert_int_equal(rig_number(rig, "SELECT count(*) FROM flow.audit WHERE action = 'with facts'"), 2);
}

/* ---- the queue -------------------------------------------------------------------------------------------------------------------- */

static void test_no_more_is_claimed_than_there_are_places(void **state) {
        Rig *rig = *state;
        FlowId flows[RIG_PLACES * 2];
        char subject[16];

        for (size_t i = 0; i < ELEMENTSOF(flows); i++) {
                (void) snprintf(subject, sizeof(subject), "s:%zu", i);
                flows[i] = rig_accept(rig, "full", subject, 0, 600);
        }
        rig_start(rig);
        while (rig->engine->installation == 0)
                rig_turn(rig);
        for (size_t i = 0; i < ELEMENTSOF(flows); i++)
                assert_int_equal(engine_accepted(rig->engine, flows[i], NULL), 0);
        for (int i = 0; i < RIG_PLACES; i++)
                (void) rig_request(rig, MAKE);
        rig_turn(rig);
        assert_int_equal(rig_number(rig, "SELECT count(*) FROM flow.flow WHERE state = 'running'"), RIG_PLACES);

        /* and places that become free are taken */
        rig_answer(rig, 201, "{\"id\":\"900\"}");
        for (int i = 0; i < RIG_PLACES; i++)
                (void) rig_request(rig, SAY);
        rig_answer(rig, 201, "{\"id\":\"901\"}");
        for (int i = 0; i < RIG_PLACES; i++)
                (void) rig_request(rig, MAKE);
}

static void test_nothing_runs_before_our_own_id_is_known(void **state) {
        Rig *rig = *state;

        (void) rig_accept(rig, "full", NULL, 0, 600);
        rig_start(rig);
        engine_set_identity(rig->engine, RIG_APPLICATION, (UserId) { 0 });
        rig_quiet(rig, 700 * USEC_PER_MSEC);
        engine_set_identity(rig->engine, RIG_APPLICATION, RIG_BOT);
        (void) rig_request(rig, MAKE);
}

static void test_a_subject_is_served_in_order(void **state) {
        Rig *rig = *state;
        FlowId first = rig_accept(rig, "full", "s", 0, 600), second = rig_accept(rig, "note", "s", 0, 600);
        FlowId other = rig_accept(rig, "note", "t", 0, 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        rig_until(rig, other, "state = 'done'");
        rig_until(rig, second, "state = 'ready'");
        rig_answer(rig, 201, "{\"id\":\"900\"}");
        (void) rig_request(rig, SAY);
        rig_answer(rig, 201, "{\"id\":\"901\"}");
        rig_until(rig, first, "state = 'done'");
        rig_until(rig, second, "state = 'done'");
}

#define T(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(test_intent_before_the_effect_and_checkpoint_behind_it),
                T(test_a_found_effect_is_kept),
                T(test_what_is_not_found_is_sent_again),
                T(test_an_adopted_step_settles_from_its_adoption),
                T(test_a_nonce_is_enough_for_a_minute),
                T(test_a_short_429_keeps_the_lease),
                T(test_a_lost_answer_is_looked_for),
                T(test_a_lost_lease_stops_the_writer),
                T(test_a_frozen_process_does_not_send),
                T(test_an_unknown_commit_is_resolved_by_reading),
                T(test_giving_back_survives_a_lost_connection),
                T(test_a_database_is_not_waited_for_as_long_as_discord),
                T(test_a_cursor_outlives_the_process),
                T(test_a_revoked_token_refuses_nobody),
                T(test_a_flow_of_recruitment_gets_its_facts),
                T(test_no_more_is_claimed_than_there_are_places),
                T(test_nothing_runs_before_our_own_id_is_known),
                T(test_a_subject_is_served_in_order),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests_name("engine", tests, NULL, NULL);
        store_fixture_end();
        return r;
}
