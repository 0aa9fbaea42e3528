/* Upkeep of the queue: who takes what from whom, what dies, what is told and what is forgotten. */

#include "store-fixture.h"

static const ClaimFilter normal = { .crashes_min = 0, .crashes_max = 1, .code_version = 1 };
static const ClaimFilter quarantine = { .crashes_min = 2, .crashes_max = 2, .code_version = 1 };

static void test_renew_names_what_is_still_ours(void **state) {
        StoreFixture *f = *state;
        _cleanup_(store_freep) Store *other = store_fixture_store(f, "machine:boot:2");
        FlowId mine = fixture_accept(f, "ix:1", "ticket:1", (UserId) { 1 }), theirs = fixture_accept(f, "ix:2", "ticket:2", (UserId) { 1 });
        FlowId all[3] = { mine, theirs, { 999 } };
        _got_ Got got = {};

        (void) fixture_claim_one(f, mine, NULL);
        DO(f, &got, store_claim_one(other, &normal, theirs, got_flows, &got));
        assert_int_equal(got.n, 1);
        (void) fixture_number(f, "UPDATE flow.flow SET lease_until = flow.now() RETURNING 1");
        DO(f, &got, store_renew(f->store, all, 3, got_ids, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.ids[0].v, mine.v);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE lease_until > flow.now() + interval '29 s'"), 1);
        DO(f, &got, store_renew(f->store, NULL, 0, got_ids, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(got.n, 0);
}

static void test_a_guilty_death_leads_to_quarantine_and_then_to_dead(void **state) {
        StoreFixture *f = *state;
        FlowId guilty = fixture_accept(f, "ix:1", "ticket:1", (UserId) { 9 }), bystander = fixture_accept(f, "ix:2", "ticket:2", (UserId) { 9 });
        _got_ Got got = {};

        for (int crash = 1; crash <= 3; crash++) {
                (void) fixture_number(f, "UPDATE flow.flow SET run_at = flow.now() RETURNING 1");
                DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
                assert_int_equal(got.n, crash <= 2 ? 2 : 1);
                if (crash == 3) {
                        DO(f, &got, store_claim(f->store, &quarantine, 5, got_flows, &got));
                        assert_int_equal(got.n, 1);
                }
                DO(f, &got, store_reap_owner(f->store, FIXTURE_OWNER, "SIGSEGV", guilty, got_reaped, &got));
                assert_int_equal(got.n, 2);
                for (size_t i = 0; i < got.n; i++)
                        assert_int_equal(got.reaped[i].is_dead, crash == 3 && got.reaped[i].flow.v == guilty.v);
        }
        assert_int_equal(fixture_number(f, "SELECT crashes FROM flow.flow WHERE flow_id = %llu", (unsigned long long) bystander.v), 0);

        /* the dead one keeps what was asked until its person was told, and a week more */
        DO(f, &got, store_dead_untold(f->store, 5, got_flows, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.flows[0].id.v, guilty.v);
        assert_int_equal(got.flows[0].actor_user.v, 9);
        assert_string_equal(got.flows[0].args, "{\"a\":1}");
        assert_string_equal(got.flows[0].last_error, "SIGSEGV");
        DO(f, &got, store_told(f->store, guilty, got_batch, &got));
        DO(f, &got, store_dead_untold(f->store, 5, got_flows, &got));
        assert_int_equal(got.n, 0);

        DO(f, &got, store_retention(f->store, got_count, &got));
        assert_int_equal(got.n_rows, 0);
        fixture_skew(f, "7 days 1 min");
        DO(f, &got, store_retention(f->store, got_count, &got));
        assert_int_equal(got.n_rows, 1);
        DO(f, &got, store_requeue(f->store, guilty, got_count, &got));
        assert_int_equal(got.n_rows, 0);        /* nothing left to do it with */
        fixture_skew(f, "31 days");
        DO(f, &got, store_retention(f->store, got_count, &got));
        assert_int_equal(got.n_rows, 1);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow"), 1);
}

static void test_a_death_without_culprit_blames_nobody(void **state) {
        StoreFixture *f = *state;
        FlowId flow = fixture_accept(f, "ix:1", "ticket:1", (UserId) { 9 });
        _got_ Got got = {};

        (void) fixture_number(f, "UPDATE flow.flow SET crashes = 2 RETURNING 1");
        for (int i = 0; i < 4; i++) {
                DO(f, &got, store_claim(f->store, &quarantine, 5, got_flows, &got));
                assert_int_equal(got.n, 1);
                DO(f, &got, store_reap_owner(f->store, FIXTURE_OWNER, "SIGKILL", (FlowId) {}, got_reaped, &got));
                assert_int_equal(got.n, 1);
                assert_int_equal(got.reaped[0].flow.v, flow.v);
                assert_false(got.reaped[0].is_dead);
        }
        /* a foreign owner's flows stay */
        DO(f, &got, store_claim(f->store, &quarantine, 5, got_flows, &got));
        DO(f, &got, store_reap_owner(f->store, "machine:boot:2", "SIGKILL", flow, got_reaped, &got));
        assert_int_equal(got.n, 0);
}

static void test_an_operator_requeues(void **state) {
        StoreFixture *f = *state;
        FlowId flow = fixture_accept(f, "ix:1", "ticket:1", (UserId) { 9 });
        FlowLease lease = fixture_claim_one(f, flow, NULL);
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        DO(f, &got, store_requeue(f->store, flow, got_count, &got));
        assert_int_equal(got.n_rows, 0);
        store_add_finish(b, &lease, "dead");
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_requeue(f->store, flow, got_count, &got));
        assert_int_equal(got.n_rows, 1);
        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 1);
        assert_string_equal(got.flows[0].args, "{\"a\":1}");
        assert_true(got.flows[0].deadline == USEC_INFINITY);
}

static void test_an_operator_ends_a_wait(void **state) {
        StoreFixture *f = *state;
        FlowId flow = fixture_accept(f, "ix:1", "ticket:1", (UserId) { 9 });
        FlowLease lease = fixture_claim_one(f, flow, NULL);
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        store_add_later(b, &lease, "not yet", 3600 * USEC_PER_SEC);
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 0);
        DO(f, &got, store_requeue(f->store, flow, got_count, &got));
        assert_int_equal(got.n_rows, 1);
        DO(f, &got, store_requeue(f->store, flow, got_count, &got));
        assert_int_equal(got.n_rows, 0);
        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 1);
        assert_false(got.flows[0].deadline == USEC_INFINITY);
}

static void test_an_earlier_life_is_reaped_by_prefix(void **state) {
        StoreFixture *f = *state;
        _cleanup_(store_freep) Store *before = store_fixture_store(f, "machine:boot:2"), *elsewhere = store_fixture_store(f, "machine2:boot:2");
        FlowId a = fixture_accept(f, "ix:1", "ticket:1", (UserId) { 1 }), b = fixture_accept(f, "ix:2", "ticket:2", (UserId) { 1 });
        FlowId c = fixture_accept(f, "ix:3", "ticket:3", (UserId) { 1 });
        _got_ Got got = {};

        DO(f, &got, store_claim_one(before, &normal, a, got_flows, &got));
        DO(f, &got, store_claim_one(elsewhere, &normal, b, got_flows, &got));
        (void) fixture_claim_one(f, c, NULL);
        DO(f, &got, store_reap_prefix(f->store, "machine:boot:", got_reaped, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.reaped[0].flow.v, a.v);
}

static void test_an_old_lease_is_reaped(void **state) {
        StoreFixture *f = *state;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "ticket:1", (UserId) { 1 }), NULL);
        _got_ Got got = {};
        Batch *b;

        fixture_skew(f, "39 s");
        DO(f, &got, store_reap_old(f->store, got_reaped, &got));
        assert_int_equal(got.n, 0);
        fixture_skew(f, "41 s");
        DO(f, &got, store_reap_old(f->store, got_reaped, &got));
        assert_int_equal(got.n, 1);
        assert_false(got.reaped[0].is_dead);
        b = batch_new(f->store);
        store_add_checkpoint(b, &lease, "late", NULL);
        assert_int_equal(fixture_send(f, b, NULL), STORE_LEASE_LOST);
}

static void test_a_deadline_turns_the_flow(void **state) {
        StoreFixture *f = *state;
        FlowId flow = fixture_accept(f, "ix:1", "ticket:1", (UserId) { 1 });
        FlowId second = fixture_accept(f, "ix:2", "ticket:1", (UserId) { 1 });
        _got_ Got got = {};

        DO(f, &got, store_expire(f->store, got_ids, &got));
        assert_int_equal(got.n, 0);
        (void) fixture_number(f, "UPDATE flow.flow SET attempt = 5, run_at = flow.now() + interval '1 h' WHERE flow_id = %llu RETURNING 1",
                              (unsigned long long) flow.v);
        fixture_skew(f, "601 s");
        DO(f, &got, store_expire(f->store, got_ids, &got));
        assert_int_equal(got.n, 2);
        DO(f, &got, store_claim(f->store, &normal, 5, got_flows, &got));
        assert_int_equal(got.n, 1);             /* in order, still */
        assert_int_equal(got.flows[0].id.v, flow.v);
        assert_true(got.flows[0].is_undo);
        assert_int_equal(got.flows[0].attempt, 0);
        assert_true(got.flows[0].deadline == USEC_INFINITY);
        assert_string_equal(got.flows[0].last_error, "deadline");
        assert_string_equal(got.flows[0].args, "{\"a\":1}");
        (void) second;
}

static void test_queue_state(void **state) {
        StoreFixture *f = *state;
        _got_ Got got = {};

        DO(f, &got, store_queue_state(f->store, got_queue, &got));
        assert_int_equal(got.queue.n_ready + got.queue.n_running + got.queue.n_dead, 0);
        assert_int_equal(got.queue.oldest_ready, 0);
        assert_int_equal(got.queue.schema_version, STORE_SCHEMA_VERSION);
        (void) fixture_claim_one(f, fixture_accept(f, "ix:1", "ticket:1", (UserId) { 1 }), NULL);
        (void) fixture_accept(f, "ix:2", "ticket:2", (UserId) { 1 });
        DO(f, &got, store_queue_state(f->store, got_queue, &got));
        assert_int_equal(got.queue.n_ready, 1);
        assert_int_equal(got.queue.n_running, 1);
        assert_true(got.queue.oldest_ready > 0 && got.queue.oldest_ready < 3600 * USEC_PER_SEC);       /* a time span, not a time */
}

static void test_kv(void **state) {
        StoreFixture *f = *state;
        _got_ Got got = {};

        DO(f, &got, store_kv_get(f->store, "commands hash", got_text, &got));
        assert_int_equal(got.outcome, 0);
        assert_null(got.text);
        DO(f, &got, store_kv_put(f->store, "commands hash", "a", got_batch, &got));
        DO(f, &got, store_kv_put(f->store, "commands hash", "b", got_batch, &got));
        DO(f, &got, store_kv_get(f->store, "commands hash", got_text, &got));
        assert_string_equal(got.text, "b");
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
                T(test_renew_names_what_is_still_ours),
                T(test_a_guilty_death_leads_to_quarantine_and_then_to_dead),
                T(test_a_death_without_culprit_blames_nobody),
                T(test_an_operator_requeues),
                T(test_an_operator_ends_a_wait),
                T(test_an_earlier_life_is_reaped_by_prefix),
                T(test_an_old_lease_is_reaped),
                T(test_a_deadline_turns_the_flow),
                T(test_queue_state),
                T(test_kv),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests(tests, NULL, NULL);
        store_fixture_end();
        return r;
}
