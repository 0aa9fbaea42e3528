/* How flows end: taken back, out of time, given back, given up; and what the person who pressed is told. */

#include "lib/engine-rig.h"

#define MAKE "POST /api/guilds/7/channels "
#define LOOK "GET /api/guilds/7/channels "
#define SAY "POST /api/channels/70/messages "
#define WORDS "PATCH /api/webhooks/11/tok/messages/@original "
#define FORBIDDEN "{\"message\":\"Missing Permissions\",\"code\":50013}"
#define TOO_LATE "{\"message\":\"Unknown Webhook\",\"code\":10015}"
#define ID(flow) (unsigned long long) (flow).v

static void expect_words(Rig *rig, const char *content) {
        char json[64];

        (void) snprintf(json, sizeof(json), "{\"content\":\"%s\"}", content);
        assert_non_null(strstr(rig_request(rig, WORDS), json));
}

static long long n_steps(Rig *rig, FlowId flow, const char *step_state) {
        return rig_number(rig, "SELECT count(*) FROM flow.step WHERE flow_id = %llu AND state = '%s'", ID(flow), step_state);
}

/* Past the deadline, as the tick does it. */
static int expire(Rig *rig) {
        _got_ Got got = {};

        DO(rig->f, &got, store_expire(rig->f->store, got_ids, &got));
        assert_int_equal(got.outcome, 0);
        return (int) got.n;
}

/* ---- taken back ------------------------------------------------------------------------------------------------------------------- */

static void test_what_cannot_be_is_taken_back_in_reverse(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, rig_interaction(0), 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        rig_answer(rig, 201, "{\"id\":\"900\"}");
        (void) rig_request(rig, SAY);
        rig_answer(rig, 403, FORBIDDEN);
        (void) rig_request(rig, "DELETE /api/channels/900 ");
        assert_int_equal(rig_number(rig, "SELECT count(*) FROM flow.flow WHERE undo AND deadline IS NULL AND last_error = 'forbidden'"), 1);
        rig_answer(rig, 200, "{\"id\":\"900\"}");
        expect_words(rig, "forbidden");
        assert_int_equal(n_steps(rig, flow, "undone"), 2);
        rig_answer(rig, 200, "{}");
        rig_until(rig, flow, "state = 'refused' AND args = ''");
        assert_int_equal(rig_number(rig, "SELECT count(*) FROM flow.audit WHERE action = 'forgotten'"), 1);
}

static void test_walking_back_goes_on_after_a_crash(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, rig_interaction(0), 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        rig_answer(rig, 201, "{\"id\":\"900\"}");
        (void) rig_request(rig, SAY);
        rig_answer(rig, 403, FORBIDDEN);
        (void) rig_request(rig, "DELETE /api/channels/900 ");
        rig_crash(rig);
        rig_start(rig);
        (void) rig_request(rig, "DELETE /api/channels/900 ");
        rig_answer(rig, 404, "{\"message\":\"Unknown Channel\",\"code\":10003}");
        expect_words(rig, "forbidden");
        rig_answer(rig, 200, "{}");
        rig_until(rig, flow, "state = 'refused'");
}

/* A first request got lost and was not seen at once, the second was refused: the first may still appear, and is looked for again. */
static void test_an_intent_is_looked_for_before_it_is_taken_back(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);
        char marker[FLOW_MARKER_CHARS + 1], body[96];
        Usec begun;

        rig_start(rig);
        (void) snprintf(marker, sizeof(marker), "%s", strstr(rig_request(rig, MAKE), "\"topic\":\"") + 9);
        rig_answer(rig, 502, "");
        (void) rig_request(rig, LOOK);
        rig_answer(rig, 200, "[]");
        (void) rig_request(rig, MAKE);
        rig_answer(rig, 403, FORBIDDEN);
        begun = clock_boottime();
        (void) rig_request(rig, LOOK);
        assert_true(clock_boottime() - begun > RETRY_SETTLE - 300 * USEC_PER_MSEC);
        (void) snprintf(body, sizeof(body), "[{\"id\":\"902\",\"topic\":\"%s\"}]", marker);
        rig_answer(rig, 200, body);
        (void) rig_request(rig, "DELETE /api/channels/902 ");
        rig_answer(rig, 204, "");
        rig_until(rig, flow, "state = 'refused'");
}

/* Its one send was answered with a refusal: looking would cost a call, and the person two seconds. */
static void test_what_was_refused_is_not_looked_for(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);
        Usec begun;

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        begun = clock_boottime();
        rig_answer(rig, 403, FORBIDDEN);
        rig_until(rig, flow, "state = 'refused'");
        assert_true(clock_boottime() - begun < RETRY_SETTLE);
        assert_int_equal(n_steps(rig, flow, "undone"), 2);
}

/* What is missing decides what the person can do about it. */
static void test_what_is_missing_is_named(void **state) {
        static const struct {
                int status;
                const char *body, *why;
        } refusals[] = {
                { 404, "{\"message\":\"Unknown Member\",\"code\":10007}",  WHY_MEMBER_GONE },
                { 404, "{\"message\":\"Unknown Role\",\"code\":10011}",    WHY_ROLE_GONE   },
                { 404, "{\"message\":\"Unknown Channel\",\"code\":10003}", WHY_GONE        },
                { 403, FORBIDDEN,                                           WHY_FORBIDDEN   },
        };
        Rig *rig = *state;
        char done[64];

        rig_start(rig);
        for (size_t i = 0; i < ELEMENTSOF(refusals); i++) {
                FlowId flow = rig_accept(rig, "parting", NULL, 0, 600);

                (void) rig_request(rig, SAY);
                rig_answer(rig, refusals[i].status, refusals[i].body);
                (void) snprintf(done, sizeof(done), "state = 'refused' AND last_error = '%s'", refusals[i].why);
                rig_until(rig, flow, done);
        }
}

/* Its undo would do what nothing calls for: give back a role that this flow did not take. */
static void test_what_was_skipped_is_not_taken_back(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "spare", NULL, 0, 600);

        rig_start(rig);
        (void) rig_request(rig, SAY);
        rig_answer(rig, 403, FORBIDDEN);
        rig_until(rig, flow, "state = 'refused'");
        assert_int_equal(n_steps(rig, flow, "undone"), 1);
}

static void test_an_intent_is_looked_for_where_it_began(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "parting", NULL, 0, 600);
        unsigned long long after = 0;

        rig_start(rig);
        (void) rig_request(rig, SAY);
        rig_answer(rig, 502, "");
        (void) rig_request(rig, SAY);
        rig_answer(rig, 403, FORBIDDEN);
        assert_int_equal(sscanf(rig_request(rig, "GET /api/channels/70/messages?after="), "%*[^=]=%llu", &after), 1);
        assert_true(snowflake_time(after) + 30 * USEC_PER_SEC > clock_realtime());
        rig_answer(rig, 200, "[{\"id\":\"5\",\"nonce\":\"another\"}]");
        rig_until(rig, flow, "state = 'refused'");
}

/* ---- out of time ------------------------------------------------------------------------------------------------------------------ */

static void test_a_late_flow_is_not_begun(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);

        rig_skew(rig, "11 minutes");
        rig_start(rig);
        rig_until(rig, flow, "state = 'refused' AND last_error = 'deadline'");
        assert_int_equal(rig_number(rig, "SELECT count(*) FROM flow.audit"), 0);
        rig_quiet(rig, 100 * USEC_PER_MSEC);
}

/* Each 429 is short enough to keep the lease; together they are not. */
static void test_patience_ends_in_the_middle_of_a_step(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 2);
        int n = 0;

        rig_start(rig);
        while (strncmp(rig_request(rig, ""), MAKE, strlen(MAKE)) == 0) {
                assert_true(n++ < 12);
                rig_answer_429(rig, "0.5");
        }
        rig_answer(rig, 200, "[]");     /* it was looked for, and is not there */
        rig_until(rig, flow, "state = 'refused' AND last_error = 'deadline'");
}

/* Everything is done but to say so. Taking it back now would take it from somebody who has it. */
static void test_what_is_done_stays_done(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, rig_interaction(0), 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        rig_answer(rig, 201, "{\"id\":\"900\"}");
        (void) rig_request(rig, SAY);
        rig_answer(rig, 201, "{\"id\":\"901\"}");
        expect_words(rig, "good");
        rig_crash(rig);
        rig_skew(rig, "11 minutes");
        assert_int_equal(expire(rig), 0);
        rig_start(rig);
        expect_words(rig, "good");
        rig_answer(rig, 200, "{}");
        rig_until(rig, flow, "state = 'done'");
}

/* The good news was told; what is left is clean-up, and nobody's patience ends it. */
static void test_there_is_no_way_back_from_the_good_news(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "parting", NULL, rig_interaction(0), 600);

        rig_start(rig);
        (void) rig_request(rig, SAY);
        rig_answer(rig, 201, "{\"id\":\"901\"}");
        expect_words(rig, "good");
        rig_answer(rig, 200, "{}");
        (void) rig_request(rig, "DELETE /api/channels/71 ");
        rig_crash(rig);
        rig_skew(rig, "11 minutes");
        assert_int_equal(expire(rig), 0);
        rig_start(rig);
        expect_words(rig, "good");
        rig_answer(rig, 200, "{}");
        (void) rig_request(rig, "DELETE /api/channels/71 ");
        rig_answer(rig, 204, "");
        rig_until(rig, flow, "state = 'done'");
}

/* ---- words ------------------------------------------------------------------------------------------------------------------------ */

static void test_words_come_before_the_step_that_ends_their_place(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "parting", NULL, rig_interaction(0), 600);

        rig_start(rig);
        (void) rig_request(rig, SAY);
        rig_answer(rig, 201, "{\"id\":\"901\"}");
        expect_words(rig, "good");
        rig_quiet(rig, 300 * USEC_PER_MSEC);    /* not deleted before it was said */
        rig_answer(rig, 200, "{}");
        (void) rig_request(rig, "DELETE /api/channels/71 ");
        rig_answer(rig, 204, "");
        rig_until(rig, flow, "state = 'done'");
}

static void test_an_adopted_flow_is_acknowledged_again(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "note", NULL, rig_interaction(0), 600);

        rig_start(rig);
        expect_words(rig, "good");
        assert_int_equal(rig->n_callbacks, 1);
        rig_answer(rig, 200, "{}");
        rig_until(rig, flow, "state = 'done'");
}

static void test_one_acknowledgement_is_enough(void **state) {
        Rig *rig = *state;
        uint64_t ix = rig_interaction(0);
        Acknowledgement a = { .interaction = { ix }, .token = "tok", .type = 5 };
        FlowId flow;

        rig_start(rig);
        while (rig->engine->installation == 0)
                rig_turn(rig);
        flow = rig_accept(rig, "full", NULL, ix, 600);
        if (!engine_find(rig->engine, flow))
                assert_int_equal(engine_accepted(rig->engine, flow, &a), 0);
        (void) rig_request(rig, MAKE);
        assert_int_equal(engine_accepted(rig->engine, flow, &a), 0);    /* the same press, heard twice */
        rig_answer(rig, 201, "{\"id\":\"900\"}");
        (void) rig_request(rig, SAY);
        rig_answer(rig, 201, "{\"id\":\"901\"}");
        expect_words(rig, "good");
        rig_answer(rig, 200, "{}");
        rig_until(rig, flow, "state = 'done'");
        rig_until_free(rig);
        assert_int_equal(rig->n_callbacks, 1);
        assert_null(rig->engine->acks);
}

/* Pressed while a claim is under way that will bring this flow: the run finds the acknowledgement that was sent for it. */
static void test_a_claim_under_way_finds_the_acknowledgement(void **state) {
        Rig *rig = *state;
        uint64_t ix = rig_interaction(0);
        Acknowledgement a = { .interaction = { ix }, .token = "tok", .type = 5 };
        FlowId flow;

        rig_start(rig);
        while (rig->engine->installation == 0)
                rig_turn(rig);
        engine_set_identity(rig->engine, RIG_APPLICATION, (UserId) { 0 });
        flow = rig_accept(rig, "note", NULL, ix, 600);
        pg_test_freeze(store_fixture_cluster(), true);
        engine_set_identity(rig->engine, RIG_APPLICATION, RIG_BOT);
        while (!rig->engine->is_claiming)
                rig_turn(rig);
        assert_int_equal(engine_accepted(rig->engine, flow, &a), 0);
        while (ack_is_travelling(rig->engine))
                rig_turn(rig);
        pg_test_freeze(store_fixture_cluster(), false);
        expect_words(rig, "good");
        rig_answer(rig, 200, "{}");
        rig_until(rig, flow, "state = 'done'");
        rig_until_free(rig);
        assert_int_equal(rig->n_callbacks, 1);
        assert_null(rig->engine->acks);
}

static void test_words_without_an_acknowledgement_bring_one(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "note", NULL, rig_interaction(0), 600);

        rig_start(rig);
        expect_words(rig, "good");
        rig_answer(rig, 404, TOO_LATE);
        expect_words(rig, "good");
        assert_int_equal(rig->n_callbacks, 2);
        rig_answer(rig, 404, TOO_LATE);
        rig_until(rig, flow, "state = 'done'");
        rig_quiet(rig, 300 * USEC_PER_MSEC);
}

static void test_a_dead_token_is_left_alone(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "note", NULL, rig_interaction(16 * 60 * USEC_PER_SEC), 600);

        rig_start(rig);
        rig_until(rig, flow, "state = 'done'");
        rig_quiet(rig, 200 * USEC_PER_MSEC);
        assert_int_equal(rig->n_callbacks, 0);
}

/* Somebody else may have told another end meanwhile. */
static void test_a_frozen_process_says_nothing(void **state) {
        Rig *rig = *state;

        (void) rig_accept(rig, "note", NULL, rig_interaction(0), 600);
        rig_start(rig);
        expect_words(rig, "good");
        rig_answer_429(rig, "0.6");
        rig_quiet(rig, 100 * USEC_PER_MSEC);
        clock_set_skew(20 * (int64_t) USEC_PER_SEC);
        rig_quiet(rig, 1200 * USEC_PER_MSEC);
        assert_int_equal(engine_n_flows(rig->engine), 0);
}

typedef struct Dead {
        Rig *rig;
        int n_told, outcome;
} Dead;

static void on_told(int outcome, FlowId flow, void *userdata) {
        Dead *dead = userdata;

        assert_true(flow.v != 0);
        dead->n_told++;
        dead->outcome = outcome;
}

static void on_dead(int outcome, const FlowRow *flows, size_t n_flows, void *userdata) {
        Dead *dead = userdata;

        assert_int_equal(outcome, 0);
        assert_int_equal(n_flows, 1);
        assert_int_equal(engine_tell_dead(dead->rig->engine, &flows[0], on_told, dead), 0);
}

static void test_the_person_of_a_dead_flow_is_told(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, rig_interaction(0), 600);
        Dead dead = { .rig = rig };
        char words[32];

        (void) rig_number(rig, "WITH u AS (UPDATE flow.flow SET state = 'dead', finished_at = now(), crashes = 3 RETURNING 1) SELECT count(*) FROM u");
        rig_start(rig);
        (void) snprintf(words, sizeof(words), "dead %llu", ID(flow));
        for (int status = 503; status >= 0; status -= 303) {
                assert_int_equal(store_dead_untold(rig->f->store, 16, on_dead, &dead), 0);
                expect_words(rig, words);
                dead.n_told = 0;
                rig_answer(rig, status, "{}");
                while (dead.n_told == 0)
                        rig_turn(rig);
                assert_int_equal(dead.outcome == 0, status == 200);     /* else: tried again at the next tick */
        }
}

/* ---- given back -------------------------------------------------------------------------------------------------------------------- */

static void test_a_drained_step_is_finished_and_given_back(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        engine_drain(rig->engine);
        assert_false(rig->is_drained);
        rig_answer(rig, 201, "{\"id\":\"900\"}");
        rig_until(rig, flow, "state = 'ready' AND next_step = 2 AND run_at <= now()");
        rig_until_free(rig);
        assert_true(rig->is_drained);
        rig_quiet(rig, 300 * USEC_PER_MSEC);
}

static void test_a_drain_does_not_wait_for_the_next_try(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "full", NULL, 0, 600);
        Usec begun;

        rig_start(rig);
        (void) rig_request(rig, MAKE);
        rig_answer_429(rig, "8");
        rig_quiet(rig, 200 * USEC_PER_MSEC);
        begun = clock_boottime();
        engine_drain(rig->engine);
        rig_until(rig, flow, "state = 'ready'");
        rig_until_free(rig);
        assert_true(rig->is_drained);
        assert_true(clock_boottime() - begun < 6 * USEC_PER_SEC);
}

static void test_a_drain_waits_for_acknowledgements(void **state) {
        Rig *rig = *state;
        uint64_t ix = rig_interaction(0);
        Acknowledgement a = { .interaction = { ix }, .token = "tok", .type = 5 };
        FlowId flow = rig_accept(rig, "full", NULL, ix, 600);

        rig_start(rig);
        rig->engine->is_draining = true;        /* a job was accepted just before */
        assert_int_equal(engine_accepted(rig->engine, flow, &a), 0);
        engine_drain(rig->engine);
        assert_false(rig->is_drained);
        while (!rig->is_drained)
                rig_turn(rig);
        assert_null(rig->engine->acks);         /* nobody here will ask for it any more */
        rig_quiet(rig, 100 * USEC_PER_MSEC);
        assert_int_equal(rig->n_callbacks, 1);
}

#define T(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(test_what_cannot_be_is_taken_back_in_reverse),
                T(test_walking_back_goes_on_after_a_crash),
                T(test_an_intent_is_looked_for_before_it_is_taken_back),
                T(test_what_was_refused_is_not_looked_for),
                T(test_what_is_missing_is_named),
                T(test_what_was_skipped_is_not_taken_back),
                T(test_an_intent_is_looked_for_where_it_began),
                T(test_a_late_flow_is_not_begun),
                T(test_patience_ends_in_the_middle_of_a_step),
                T(test_what_is_done_stays_done),
                T(test_there_is_no_way_back_from_the_good_news),
                T(test_words_come_before_the_step_that_ends_their_place),
                T(test_an_adopted_flow_is_acknowledged_again),
                T(test_one_acknowledgement_is_enough),
                T(test_a_claim_under_way_finds_the_acknowledgement),
                T(test_words_without_an_acknowledgement_bring_one),
                T(test_a_dead_token_is_left_alone),
                T(test_a_frozen_process_says_nothing),
                T(test_the_person_of_a_dead_flow_is_told),
                T(test_a_drained_step_is_finished_and_given_back),
                T(test_a_drain_does_not_wait_for_the_next_try),
                T(test_a_drain_waits_for_acknowledgements),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests_name("engine-end", tests, NULL, NULL);
        store_fixture_end();
        return r;
}
