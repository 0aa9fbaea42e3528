/* Steps that wait for the editor: what ends the wait, and who may go away meanwhile. */

#include "lib/engine-rig.h"

#define SAY "POST /api/channels/70/messages "
#define RECORD ((ChannelId) { 80 })
#define MESSAGE ((MessageId) { 81 })

static bool noted(Rig *rig, const char *what) {
        return rig_number(rig, "SELECT count(*) FROM flow.audit WHERE action = '%s'", what) > 0;
}

static void until_waiting(Rig *rig) {
        Usec until = clock_boottime() + 20 * USEC_PER_SEC;
        bool is_waiting = false;

        while (!is_waiting) {
                assert_true(clock_boottime() < until);
                rig_turn(rig);
                for (int i = 0; i < RIG_PLACES; i++)
                        is_waiting |= rig->engine->runs[i] && rig->engine->runs[i]->timer && wait_is_for(rig->engine->runs[i], RECORD, MESSAGE);
        }
}

/* The editor takes what is wanted; a turn later it may answer. */
static void take(Rig *rig, Got *got) {
        DO(rig->f, got, store_edit_take(rig->f->store, 4, got_edits, got));
        assert_int_equal(got->outcome, 0);
        assert_int_equal(got->n, 1);
}

static void write_it(Rig *rig) {
        _got_ Got got = {}, answer = {};

        take(rig, &got);
        DO(rig->f, &answer, store_edit_done(rig->f->store, &got.edits[0], "hash", 0, got_batch, &answer));
        assert_int_equal(answer.outcome, 0);
}

static void end_it(Rig *rig, const char *state) {
        _got_ Got got = {}, answer = {};

        take(rig, &got);
        DO(rig->f, &answer, store_edit_end(rig->f->store, &got.edits[0], state, "because", got_batch, &answer));
        assert_int_equal(answer.outcome, 0);
}

static void test_nothing_goes_on_before_the_edit_is_written(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "await", NULL, 0, 0);

        rig_start(rig);
        until_waiting(rig);
        rig_quiet(rig, 400 * USEC_PER_MSEC);
        write_it(rig);
        (void) rig_request(rig, SAY);
        assert_true(noted(rig, "written"));
        rig_answer(rig, 200, "{\"id\":\"901\"}");
        rig_until(rig, flow, "state = 'done'");
}

static void test_the_editors_word_makes_it_look_at_once(void **state) {
        Rig *rig = *state;
        Usec begun;

        (void) rig_accept(rig, "await", NULL, 0, 0);
        rig_start(rig);
        until_waiting(rig);
        rig_quiet(rig, 2500 * USEC_PER_MSEC);   /* by now it looks every two seconds */
        until_waiting(rig);
        write_it(rig);
        begun = clock_boottime();
        engine_applied(rig->engine, RECORD, (MessageId) { 82 });        /* of somebody else */
        engine_applied(rig->engine, RECORD, MESSAGE);
        engine_applied(rig->engine, RECORD, MESSAGE);
        (void) rig_request(rig, SAY);
        assert_true(clock_boottime() - begun < USEC_PER_SEC);
}

static void test_a_message_that_is_gone_ends_the_wait(void **state) {
        Rig *rig = *state;

        (void) rig_accept(rig, "await", NULL, 0, 0);
        rig_start(rig);
        until_waiting(rig);
        end_it(rig, "gone");
        (void) rig_request(rig, SAY);
        assert_true(noted(rig, "gone"));
}

static void test_a_message_that_may_not_be_written_ends_the_wait(void **state) {
        Rig *rig = *state;

        (void) rig_accept(rig, "await", NULL, 0, 0);
        rig_start(rig);
        until_waiting(rig);
        end_it(rig, "blocked");
        (void) rig_request(rig, SAY);
        assert_true(noted(rig, "blocked"));
}

static void test_what_is_written_already_is_not_waited_for(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "await", NULL, 0, 0);

        /* between the wish and the wait the process died, and the editor was fast */
        rig_start(rig);
        until_waiting(rig);
        rig_crash(rig);
        write_it(rig);
        rig_start(rig);
        (void) rig_request(rig, SAY);
        assert_int_equal(rig_number(rig, "SELECT lease_epoch FROM flow.flow WHERE flow_id = %llu", (unsigned long long) flow.v), 2);
        assert_true(noted(rig, "written"));
}

static void test_nothing_wanted_is_nothing_to_wait_for(void **state) {
        Rig *rig = *state;

        (void) rig_accept(rig, "await", NULL, 0, 0);
        rig_start(rig);
        until_waiting(rig);
        (void) rig_number(rig, "WITH d AS (DELETE FROM flow.edit RETURNING 1) SELECT count(*) FROM d");
        (void) rig_request(rig, SAY);
        assert_true(noted(rig, "written"));
}

static void test_later_wishes_are_not_waited_for(void **state) {
        Rig *rig = *state;
        _got_ Got got = {}, answer = {};
        Batch *b;

        (void) rig_accept(rig, "await", NULL, 0, 0);
        rig_start(rig);
        until_waiting(rig);
        take(rig, &got);
        b = batch_new(rig->f->store);
        store_add_want(b, RIG_GUILD, RECORD, MESSAGE, "{}", 60 * USEC_PER_SEC, 60 * USEC_PER_SEC);
        assert_int_equal(fixture_send(rig->f, b, NULL), 0);
        DO(rig->f, &answer, store_edit_done(rig->f->store, &got.edits[0], "hash", 60 * USEC_PER_SEC, got_batch, &answer));
        (void) rig_request(rig, SAY);
        assert_int_equal(rig_number(rig, "SELECT want_ver - have_ver FROM flow.edit"), 1);
}

static void test_a_step_may_have_nothing_to_wait_for(void **state) {
        Rig *rig = *state;

        (void) rig_accept(rig, "await", "nothing", 0, 0);
        rig_start(rig);
        (void) rig_request(rig, SAY);
        assert_true(noted(rig, "skipped"));
}

/* Five minutes, then others may have their turn; nothing was lost. */
static void test_after_five_minutes_it_goes_back(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "await", NULL, 0, 0);

        rig_start(rig);
        until_waiting(rig);
        engine_applied(rig->engine, RECORD, MESSAGE);   /* a look is under way */
        clock_set_skew(301 * (int64_t) USEC_PER_SEC);
        rig_until(rig, flow, "state = 'ready' AND NOT undo AND next_step = 1 AND attempt = 1 AND run_at > now()");
        assert_false(noted(rig, "later"));
}

static void test_a_step_may_have_no_patience(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "glance", NULL, 0, 0);

        rig_start(rig);
        until_waiting(rig);
        clock_set_skew(301 * (int64_t) USEC_PER_SEC);
        rig_until(rig, flow, "state = 'done'");
        assert_true(noted(rig, "later"));
}

static void test_a_drain_does_not_wait_for_the_editor(void **state) {
        Rig *rig = *state;
        FlowId flow = rig_accept(rig, "await", NULL, 0, 0);

        rig_start(rig);
        until_waiting(rig);
        engine_drain(rig->engine);
        rig_until(rig, flow, "state = 'ready' AND next_step = 1 AND run_at <= now()");
        rig_until_free(rig);
        assert_true(rig->is_drained);
}

#define T(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                T(test_nothing_goes_on_before_the_edit_is_written),
                T(test_the_editors_word_makes_it_look_at_once),
                T(test_a_message_that_is_gone_ends_the_wait),
                T(test_a_message_that_may_not_be_written_ends_the_wait),
                T(test_what_is_written_already_is_not_waited_for),
                T(test_nothing_wanted_is_nothing_to_wait_for),
                T(test_later_wishes_are_not_waited_for),
                T(test_a_step_may_have_nothing_to_wait_for),
                T(test_after_five_minutes_it_goes_back),
                T(test_a_step_may_have_no_patience),
                T(test_a_drain_does_not_wait_for_the_editor),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests_name("engine-wait", tests, NULL, NULL);
        store_fixture_end();
        return r;
}
