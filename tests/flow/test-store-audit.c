/* The audit over a real database: who is found by what, in which order, and what a seal holds. */

#include "store-fixture.h"

#include "magikal/store-audit.h"

#define GUILD ((GuildId) { 7 })
#define SOMEBODY ((UserId) { 500 })

typedef struct Found {
        bool is_done;
        int outcome;
        size_t n;
        uint64_t ids[16];
        UserId actors[16];
        char actions[16][24];
        AuditSeal seal;
        char chain[65];
        AuditState state;
        AuditChecked checked;
} Found;

static void on_rows(int outcome, const AuditRow *rows, size_t n_rows, void *userdata) {
        Found *f = userdata;

        *f = (Found) { .is_done = true, .outcome = outcome, .n = n_rows };
        for (size_t i = 0; i < n_rows && i < ELEMENTSOF(f->ids); i++) {
                f->ids[i] = rows[i].id;
                f->actors[i] = rows[i].actor_user;
                (void) snprintf(f->actions[i], sizeof(f->actions[i]), "%s", rows[i].action);
        }
}

static void on_seal(int outcome, const AuditSeal *seal, void *userdata) {
        Found *f = userdata;

        *f = (Found) { .is_done = true, .outcome = outcome };
        if (outcome != 0)
                return;
        f->seal = *seal;
        (void) snprintf(f->chain, sizeof(f->chain), "%s", seal->chain ? seal->chain : "");
}

static void on_state(int outcome, const AuditState *state, void *userdata) {
        Found *f = userdata;

        *f = (Found) { .is_done = true, .outcome = outcome };
        if (outcome != 0)
                return;
        f->state = *state;
        (void) snprintf(f->chain, sizeof(f->chain), "%s", state->chain ? state->chain : "");
}

static void on_checked(int outcome, const AuditChecked *checked, void *userdata) {
        Found *f = userdata;

        *f = (Found) { .is_done = true, .outcome = outcome };
        if (outcome == 0)
                f->checked = *checked;
}

#define ASK(f, found, call)                                                     \
        do {                                                                    \
                (found)->is_done = false;                                       \
                assert_int_equal((call), 0);                                    \
                while (!(found)->is_done)                                       \
                        assert_true(sd_event_run((f)->event, 20 * USEC_PER_SEC) >= 0); \
                assert_int_equal((found)->outcome, 0);                          \
        } while (0)

/* What a flow of somebody does, one action after the other; the subject of the last one is a ticket of another person. */
static void act(StoreFixture *f) {
        Pseudonym who;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", SOMEBODY), &who);
        Batch *b = batch_new(f->store);

        store_add_checkpoint(b, &lease, "one", NULL);
        store_add_audit(b, &(Audit) { .flow = lease.flow, .guild = GUILD, .action = "first", .actor = who, .subject = "guild:7", .detail_json = "{\"a\":1}" });
        store_add_audit(b, &(Audit) { .flow = lease.flow, .guild = GUILD, .action = "second", .subject = "guild:7" });
        store_add_audit(b, &(Audit) { .flow = lease.flow, .guild = { 8 }, .action = "elsewhere", .subject = "guild:8" });
        assert_int_equal(fixture_send(f, b, NULL), 0);
}

static void rows_are_found(void **state) {
        StoreFixture *f = *state;
        Found found;

        act(f);
        ASK(f, &found, store_audit_newest(f->store, &(AuditQuery) { .guild = GUILD, .n_max = 5 }, on_rows, &found));
        assert_int_equal(found.n, 2);
        assert_string_equal(found.actions[0], "second");
        assert_int_equal(found.actors[0].v, 0);
        assert_int_equal(found.actors[1].v, SOMEBODY.v);
        ASK(f, &found, store_audit_newest(f->store, &(AuditQuery) { .guild = GUILD, .n_max = 1 }, on_rows, &found));
        assert_int_equal(found.n, 1);
        ASK(f, &found, store_audit_newest(f->store, &(AuditQuery) { .guild = GUILD, .member = SOMEBODY, .n_max = 5 }, on_rows, &found));
        assert_int_equal(found.n, 1);
        assert_string_equal(found.actions[0], "first");
        ASK(f, &found, store_audit_newest(f->store, &(AuditQuery) { .guild = GUILD, .member = { 501 }, .n_max = 5 }, on_rows, &found));
        assert_int_equal(found.n, 0);
        ASK(f, &found, store_audit_newest(f->store, &(AuditQuery) { .guild = GUILD, .ticket_no = 1, .n_max = 5 }, on_rows, &found));
        assert_int_equal(found.n, 0);

        ASK(f, &found, store_audit_after(f->store, (GuildId) { 0 }, 0, 0, 5, on_rows, &found));
        assert_int_equal(found.n, 3);
        assert_string_equal(found.actions[0], "first");
        ASK(f, &found, store_audit_after(f->store, GUILD, found.ids[0], 0, 5, on_rows, &found));
        assert_int_equal(found.n, 1);
        ASK(f, &found, store_audit_after(f->store, GUILD, 0, clock_realtime() + 60 * USEC_PER_SEC, 5, on_rows, &found));
        assert_int_equal(found.n, 0);
}

static void what_is_old_enough_is_sealed_once(void **state) {
        StoreFixture *f = *state;
        char chain[65];
        Found found;

        ASK(f, &found, store_audit_seal(f->store, on_seal, &found));
        assert_int_equal(found.seal.no, 0);
        act(f);
        ASK(f, &found, store_audit_seal(f->store, on_seal, &found));
        assert_int_equal(found.seal.no, 0);     /* a transaction may still be under way that has a lower number */
        fixture_skew(f, "11 min");
        ASK(f, &found, store_audit_seal(f->store, on_seal, &found));
        assert_int_equal(found.seal.no, 1);
        assert_int_equal(found.seal.n_rows, 3);
        assert_int_equal(strspn(found.chain, "0123456789abcdef"), 64);
        copy_bytes(chain, found.chain, sizeof(chain));
        ASK(f, &found, store_audit_seal(f->store, on_seal, &found));
        assert_int_equal(found.seal.no, 0);

        ASK(f, &found, store_audit_state(f->store, on_state, &found));
        assert_int_equal(found.state.n_seals, 1);
        assert_int_equal(found.state.broken, 0);
        assert_string_equal(found.chain, chain);
        ASK(f, &found, store_audit_check(f->store, 0, on_checked, &found));
        assert_int_equal(found.checked.last, 1);
        assert_int_equal(found.checked.broken, 0);
        ASK(f, &found, store_audit_check(f->store, 1, on_checked, &found));
        assert_int_equal(found.checked.last, 0);

        free(pg_test_query(&f->db, "UPDATE flow.audit SET subject = 'guild:9' WHERE action = 'second'"));
        ASK(f, &found, store_audit_check(f->store, 0, on_checked, &found));
        assert_int_equal(found.checked.broken, 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(rows_are_found, store_fixture_set_up, store_fixture_tear_down),
                cmocka_unit_test_setup_teardown(what_is_old_enough_is_sealed_once, store_fixture_set_up, store_fixture_tear_down),
        };
        int failed;

        if (!store_fixture_begin())
                return 0;
        failed = cmocka_run_group_tests_name("store-audit", tests, NULL, NULL);
        store_fixture_end();
        return failed;
}
