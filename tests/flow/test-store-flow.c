/* The flow tables: accepted once, claimed in order, stepped under a fence, walked back, taken from the dead. */

#include "store-fixture.h"

#include <errno.h>

static const ClaimFilter normal = { .crashes_min = 0, .crashes_max = 1, .code_version = 1 };
static const ClaimFilter quarantine = { .crashes_min = 2, .crashes_max = 2, .code_version = 1 };

/* ---- intake ---------------------------------------------------------------------------------------------------------------- */

static void test_accept_once_per_key(void **state) {
        StoreFixture *f = *state;
        AcceptRequest request = { .idem_key = "ix:1", .kind = "support.open", .code_version = 1, .guild = { 7 }, .user = { 500 },
                                  .subject = "actor", .args = "{\"text\":\"…\"}", .ttl_s = 600 };
        _got_ Got got = {}, again = {};

        DO(f, &got, store_accept(f->store, &request, got_accept, &got));
        assert_int_equal(got.outcome, 0);
        assert_true(got.accepted.is_fresh);
        assert_int_equal(got.accepted.n_waiting, 0);
        assert_int_equal(strlen(got.accepted.actor.text), 36);

        DO(f, &again, store_accept(f->store, &request, got_accept, &again));
        assert_int_equal(again.outcome, 0);
        assert_false(again.accepted.is_fresh);
        assert_int_equal(again.accepted.flow.v, got.accepted.flow.v);
        assert_string_equal(again.accepted.actor.text, got.accepted.actor.text);

        /* nothing in clear, the same person in another guild is somebody else */
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE position('text'::bytea in args) > 0"), 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE subject = 'user:' || actor_pid"), 1);
        request.idem_key = "ix:2";
        request.guild.v = 8;
        DO(f, &again, store_accept(f->store, &request, got_accept, &again));
        assert_string_not_equal(again.accepted.actor.text, got.accepted.actor.text);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.identity"), 2);
}

static void test_accept_is_busy_at_twenty(void **state) {
        StoreFixture *f = *state;
        AcceptRequest request = { .kind = "k", .code_version = 1, .guild = { 7 }, .user = { 500 }, .subject = "guild:7", .args = "{}" };
        _got_ Got got = {};
        char key[16];

        for (int i = 0; i < 20; i++) {
                (void) snprintf(key, sizeof(key), "ix:%d", i);
                request.idem_key = key;
                DO(f, &got, store_accept(f->store, &request, got_accept, &got));
                assert_int_equal(got.accepted.n_waiting, i);
                assert_true(got.accepted.flow.v != 0);
        }
        request.idem_key = "ix:20";
        DO(f, &got, store_accept(f->store, &request, got_accept, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(got.accepted.flow.v, 0);
        assert_int_equal(got.accepted.n_waiting, 20);
        request.idem_key = "ix:3";      /* a replay of an accepted one still finds it */
        DO(f, &got, store_accept(f->store, &request, got_accept, &got));
        assert_true(got.accepted.flow.v != 0);
}

static void test_subject_of_three_dead_flows_rests(void **state) {
        StoreFixture *f = *state;
        AcceptRequest request = { .idem_key = "ix:9", .kind = "k", .code_version = 1, .guild = { 7 }, .subject = "guild:7", .args = "{}" };
        _got_ Got got = {};

        for (int i = 0; i < 3; i++) {
                char key[16];

                (void) snprintf(key, sizeof(key), "ix:%d", i);
                (void) fixture_accept(f, key, "guild:7", (UserId) { 1 });
        }
        (void) fixture_number(f, "UPDATE flow.flow SET state = 'dead', finished_at = flow.now() RETURNING 1");
        DO(f, &got, store_accept(f->store, &request, got_accept, &got));
        assert_int_equal(got.accepted.flow.v, 0);
        assert_int_equal(got.accepted.n_waiting, 0);
        (void) fixture_number(f, "UPDATE flow.flow SET finished_at = flow.now() - interval '61 min' RETURNING 1");
        DO(f, &got, store_accept(f->store, &request, got_accept, &got));
        assert_true(got.accepted.flow.v != 0);
}

static void test_two_processes_accept_one_click(void **state) {
        StoreFixture *f = *state;
        _cleanup_(store_freep) Store *other = store_fixture_store(f, "machine:boot:2");
        AcceptRequest request = { .idem_key = "ix:1", .kind = "k", .code_version = 1, .guild = { 7 }, .user = { 500 },
                                  .subject = "actor", .args = "{}" };
        _got_ Got a = {}, b = {};

        assert_int_equal(store_accept(f->store, &request, got_accept, &a), 0);
        assert_int_equal(store_accept(other, &request, got_accept, &b), 0);
        got_wait(f, &a);
        got_wait(f, &b);
        assert_int_equal(a.accepted.flow.v, b.accepted.flow.v);
        assert_int_equal(a.accepted.is_fresh + b.accepted.is_fresh, 1);
        assert_string_equal(a.accepted.actor.text, b.accepted.actor.text);
}

/* ---- claiming --------------------------------------------------------------------------------------------------------------- */

static void test_claim_gives_everything_back(void **state) {
        StoreFixture *f = *state;
        FlowId flow = fixture_accept(f, "ix:1", "actor", (UserId) { UINT64_C(987654321987654321) });
        _got_ Got got = {};

        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.flows[0].id.v, flow.v);
        assert_string_equal(got.flows[0].kind, "test.flow");
        assert_string_equal(got.flows[0].args, "{\"a\":1}");
        assert_int_equal(got.flows[0].guild.v, 7);
        assert_int_equal(got.flows[0].actor_user.v, UINT64_C(987654321987654321));
        assert_int_equal(got.flows[0].epoch, 1);
        assert_int_equal(got.flows[0].deadline - got.flows[0].created_at, 600 * USEC_PER_SEC);
        assert_false(got.flows[0].is_undo);
        assert_null(got.flows[0].last_error);
        assert_memory_equal(got.flows[0].subject, "user:", 5);
}

static void test_claim_is_in_order_of_subject(void **state) {
        StoreFixture *f = *state;
        FlowId a1 = fixture_accept(f, "ix:1", "ticket:1", (UserId) { 1 }), a2 = fixture_accept(f, "ix:2", "ticket:1", (UserId) { 2 });
        FlowId b1 = fixture_accept(f, "ix:3", "ticket:2", (UserId) { 1 });
        FlowLease lease;
        _got_ Got got = {};
        Batch *b;

        DO(f, &got, store_claim_one(f->store, &normal, a2, got_flows, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(got.n, 0);             /* a1 is before it */

        lease = fixture_claim_one(f, a1, NULL);
        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.flows[0].id.v, b1.v);
        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 0);

        b = batch_new(f->store);
        store_add_finish(b, &lease, "done");
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.flows[0].id.v, a2.v);
}

static void test_claim_filters(void **state) {
        StoreFixture *f = *state;
        ClaimFilter old_code = { .crashes_min = 0, .crashes_max = 1, .code_version = 0 };
        FlowId flow = fixture_accept(f, "ix:1", "ticket:1", (UserId) { 1 });
        _got_ Got got = {};

        DO(f, &got, store_claim(f->store, &old_code, 5, got_flows, &got));
        assert_int_equal(got.n, 0);
        DO(f, &got, store_claim(f->store, &quarantine, 5, got_flows, &got));
        assert_int_equal(got.n, 0);
        (void) fixture_number(f, "UPDATE flow.flow SET crashes = 2 RETURNING 1");
        DO(f, &got, store_claim_one(f->store, &normal, flow, got_flows, &got));
        assert_int_equal(got.n, 0);
        (void) fixture_number(f, "UPDATE flow.flow SET run_at = flow.now() + interval '1 s' RETURNING 1");
        DO(f, &got, store_claim(f->store, &quarantine, 5, got_flows, &got));
        assert_int_equal(got.n, 0);
        (void) fixture_number(f, "UPDATE flow.flow SET run_at = flow.now() RETURNING 1");
        DO(f, &got, store_claim(f->store, &quarantine, 5, got_flows, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.flows[0].crashes, 2);
}

static void test_unreadable_args_are_no_args(void **state) {
        StoreFixture *f = *state;
        _got_ Got got = {};

        (void) fixture_accept(f, "ix:1", "ticket:1", (UserId) { 1 });
        (void) fixture_number(f, "UPDATE flow.flow SET args = set_byte(args, 40, get_byte(args, 40) # 1) RETURNING 1");
        (void) fixture_number(f, "UPDATE flow.identity SET id_sealed = '\\x3130' RETURNING 1");
        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 1);
        assert_null(got.flows[0].args);
        assert_int_equal(got.flows[0].actor_user.v, 0);
}

/* ---- steps ------------------------------------------------------------------------------------------------------------------- */

static void test_intent_counts_sends(void **state) {
        StoreFixture *f = *state;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", (UserId) { 1 }), NULL), wrong = lease;
        GuildId guild = { 7 };
        _got_ Got got = {};
        Usec first_at;

        DO(f, &got, store_intent(f->store, &lease, "channel", "TID:1", guild, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        assert_int_equal(got.outcome, 0);
        assert_true(got.intent.is_owned);
        assert_int_equal(got.intent.n_sends, 1);
        assert_string_equal(got.intent.marker, "TID:1");
        assert_null(got.intent.cursor);
        assert_true(got.facts.installation != 0);
        assert_true(got.facts.now >= got.intent.first_at);
        assert_int_equal(got.facts.ticket.id.v, 0);
        assert_false(got.facts.settings.is_set_up);
        first_at = got.intent.first_at;

        DO(f, &got, store_intent(f->store, &lease, "channel", "TID:2", guild, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        assert_int_equal(got.intent.n_sends, 2);
        assert_string_equal(got.intent.marker, "TID:1");        /* the first marker is the one that may be out there */
        assert_int_equal(got.intent.first_at, first_at);
        assert_int_equal(got.intent.last_at, first_at);         /* the send before this one */
        DO(f, &got, store_intent(f->store, &lease, "channel", "TID:2", guild, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        assert_true(got.intent.last_at > first_at);

        wrong.epoch++;
        DO(f, &got, store_intent(f->store, &wrong, "channel", "TID:1", guild, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        assert_int_equal(got.outcome, 0);
        assert_false(got.intent.is_owned);
        wrong = lease;
        wrong.step_no++;
        DO(f, &got, store_intent(f->store, &wrong, "channel", "TID:1", guild, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        assert_false(got.intent.is_owned);
        DO(f, &got, store_intent(f->store, &lease, "another", "TID:1", guild, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        assert_false(got.intent.is_owned);
        assert_int_equal(fixture_number(f, "SELECT sends FROM flow.step"), 3);
}

static void test_checkpoint_moves_on(void **state) {
        StoreFixture *f = *state;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", (UserId) { 1 }), NULL);
        _got_ Got got = {};
        Batch *b;

        b = batch_new(f->store);
        store_add_checkpoint(b, &lease, "reserve", NULL);
        assert_int_equal(fixture_send(f, b, NULL), 0);
        lease.step_no++;
        DO(f, &got, store_intent(f->store, &lease, "channel", "TID:1", (GuildId) { 7 }, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        b = batch_new(f->store);
        store_add_checkpoint(b, &lease, "channel", "{\"channel\":\"77\"}");
        assert_int_equal(fixture_send(f, b, NULL), 0);

        DO(f, &got, store_steps(f->store, lease.flow, got_steps, &got));
        assert_int_equal(got.n, 2);
        assert_string_equal(got.steps[0].op, "reserve");
        assert_int_equal(got.steps[0].state, STEP_DONE);
        assert_null(got.steps[0].result);
        assert_string_equal(got.steps[1].marker, "TID:1");
        assert_string_equal((const char *) got.steps[1].result, "{\"channel\":\"77\"}");
        DO(f, &got, store_flow_read(f->store, lease.flow, got_flows, &got));
        assert_int_equal(got.flows[0].next_step, 2);
        DO(f, &got, store_flow_read(f->store, (FlowId) { 999 }, got_flows, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(got.n, 0);
}

static void test_a_lost_lease_aborts_the_whole_batch(void **state) {
        StoreFixture *f = *state;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", (UserId) { 1 }), NULL);
        Audit audit = { .flow = lease.flow, .guild = { 7 }, .action = "test", .subject = "s", .detail_json = "{\"a\":1}" };
        _got_ Got got = {};
        Batch *b;

        lease.epoch++;
        b = batch_new(f->store);
        store_add_audit(b, &audit);
        store_add_checkpoint(b, &lease, "reserve", NULL);       /* goes to the front */
        audit.action = "test.more";
        store_add_audit(b, &audit);
        DO(f, &got, batch_send(f->store, STORE_FLOW, b, got_batch, &got));
        assert_int_equal(got.outcome, STORE_LEASE_LOST);
        assert_string_equal(got.sqlstate, "MF001");
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.audit"), 0);

        /* the connection is in step afterwards */
        lease.epoch--;
        b = batch_new(f->store);
        store_add_checkpoint(b, &lease, "reserve", NULL);
        store_add_audit(b, &audit);
        assert_int_equal(fixture_send(f, b, NULL), 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.audit WHERE detail->>'a' = '1'"), 1);
}

static void test_again_keeps_a_cursor(void **state) {
        StoreFixture *f = *state;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", (UserId) { 1 }), NULL);
        _got_ Got got = {};
        Batch *b;

        DO(f, &got, store_intent(f->store, &lease, "page", "m", (GuildId) { 7 }, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        b = batch_new(f->store);
        store_add_again(b, &lease, "{\"after\":\"5\"}");
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_intent(f->store, &lease, "page", "m", (GuildId) { 7 }, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        assert_int_equal(got.intent.n_sends, 1);
        assert_string_equal((const char *) got.intent.cursor, "{\"after\":\"5\"}");
}

static void test_walking_back(void **state) {
        StoreFixture *f = *state;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", (UserId) { 1 }), NULL);
        _got_ Got got = {};
        Batch *b;

        for (int i = 0; i < 2; i++) {
                b = batch_new(f->store);
                store_add_checkpoint(b, &lease, i == 0 ? "reserve" : "channel", NULL);
                assert_int_equal(fixture_send(f, b, NULL), 0);
                lease.step_no++;
        }
        b = batch_new(f->store);
        store_add_turn(b, &lease, "no room");
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_flow_read(f->store, lease.flow, got_flows, &got));
        assert_true(got.flows[0].is_undo);
        assert_string_equal(got.flows[0].last_error, "no room");
        assert_true(got.flows[0].deadline == USEC_INFINITY);

        for (int k = 1; k >= 0; k--) {
                b = batch_new(f->store);
                store_add_undone(b, &lease, k);
                assert_int_equal(fixture_send(f, b, NULL), 0);
                lease.step_no = k;
        }
        DO(f, &got, store_steps(f->store, lease.flow, got_steps, &got));
        assert_int_equal(got.steps[0].state, STEP_UNDONE);
        assert_int_equal(got.steps[1].state, STEP_UNDONE);

        b = batch_new(f->store);
        store_add_finish(b, &lease, "refused");
        assert_int_equal(fixture_send(f, b, NULL), 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE state = 'refused' AND args = '' AND finished_at IS NOT NULL"), 1);
        b = batch_new(f->store);
        store_add_finish(b, &lease, "refused");
        assert_int_equal(fixture_send(f, b, NULL), STORE_LEASE_LOST);
}

static void test_checkpoint_and_finish_in_one_batch(void **state) {
        StoreFixture *f = *state;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", (UserId) { 1 }), NULL), last = lease;
        Batch *b = batch_new(f->store);

        last.step_no++;
        store_add_ticket_failed(b, lease.flow, "why");
        store_add_checkpoint(b, &lease, "only", NULL);
        store_add_finish(b, &last, "done");     /* behind the checkpoint, before the rest */
        assert_int_equal(fixture_send(f, b, NULL), 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE state = 'done'"), 1);
}

static void test_later_waits(void **state) {
        StoreFixture *f = *state;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", (UserId) { 1 }), NULL);
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        store_add_later(b, &lease, "busy", 60 * USEC_PER_SEC);
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 0);
        fixture_skew(f, "61 s");
        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.flows[0].attempt, 1);
        assert_int_equal(got.flows[0].epoch, 2);
        assert_string_equal(got.flows[0].last_error, "busy");
}

/* ---- errors --------------------------------------------------------------------------------------------------------------------- */

static void test_batch_errors_stick(void **state) {
        StoreFixture *f = *state;
        FlowLease lease = { .flow = { UINT64_MAX } };
        Batch *b = batch_new(f->store);
        _got_ Got got = {};

        store_add_turn(b, &lease, "x");
        store_add_turn(b, &lease, "x");
        assert_int_equal(batch_send(f->store, STORE_FLOW, b, got_batch, &got), -ERANGE);
        assert_int_equal(batch_send(f->store, STORE_FLOW, NULL, got_batch, &got), -ENOMEM);
        assert_false(got.is_done);
}

static void test_a_damaged_request_is_refused(void **state) {
        StoreFixture *f = *state;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", (UserId) { 1 }), NULL);
        Batch *b = batch_new(f->store);
        _got_ Got got = {};

        store_add_checkpoint(b, &lease, "reserve", "{not json");
        DO(f, &got, batch_send(f->store, STORE_FLOW, b, got_batch, &got));
        assert_int_equal(got.outcome, STORE_REFUSED);
        assert_string_equal(got.sqlstate, "22P02");
        b = batch_new(f->store);
        store_add_finish(b, &lease, "nonsense");
        DO(f, &got, batch_send(f->store, STORE_FLOW, b, got_batch, &got));
        assert_int_equal(got.outcome, STORE_CONFLICT);
        assert_string_equal(got.sqlstate, "23514");     /* a check; two of them say no, and either may be named */
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
                T(test_accept_once_per_key),
                T(test_accept_is_busy_at_twenty),
                T(test_subject_of_three_dead_flows_rests),
                T(test_two_processes_accept_one_click),
                T(test_claim_gives_everything_back),
                T(test_claim_is_in_order_of_subject),
                T(test_claim_filters),
                T(test_unreadable_args_are_no_args),
                T(test_intent_counts_sends),
                T(test_checkpoint_moves_on),
                T(test_a_lost_lease_aborts_the_whole_batch),
                T(test_again_keeps_a_cursor),
                T(test_walking_back),
                T(test_checkpoint_and_finish_in_one_batch),
                T(test_later_waits),
                T(test_batch_errors_stick),
                T(test_a_damaged_request_is_refused),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests(tests, NULL, NULL);
        store_fixture_end();
        return r;
}
