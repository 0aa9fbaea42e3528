/* Migrations: applied once, checked by content, refused from the future; the running role may not rewrite history. */

#include "store-fixture.h"

#include <errno.h>

static void refused(const char *dsn, const char *expected) {
        _free_ char *why = NULL, *why_too = NULL;

        assert_int_equal(store_check_schema(dsn, &why), -EPROTO);
        assert_non_null(why);
        assert_non_null(strstr(why, expected));
        assert_int_equal(store_migrate(dsn, true, &why_too), -EPROTO);
}

static void test_twice_is_once(void **state) {
        StoreFixture *f = *state;
        _free_ char *why = NULL;

        assert_int_equal(store_migrate(f->db.dsn, false, &why), 0);
        assert_null(why);
        assert_int_equal(store_check_schema(f->db.dsn, &why), 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.schema_migrations"), STORE_SCHEMA_VERSION);
}

static void test_an_empty_database_is_named(void **state) {
        StoreFixture *f = *state;
        char dsn[200];

        free(pg_test_query(store_fixture_cluster(), "CREATE DATABASE nothing TEMPLATE template0"));
        (void) snprintf(dsn, sizeof(dsn), "host=%s user=postgres dbname=nothing", f->db.dir);
        refused(dsn, "magikalctl migrate");
}

static void test_another_content_is_refused(void **state) {
        StoreFixture *f = *state;
        _free_ char *why = NULL;

        (void) fixture_number(f, "UPDATE flow.schema_migrations SET checksum = 'x' WHERE version = 1 RETURNING 1");
        refused(f->db.dsn, "other contents");
        assert_int_equal(store_migrate(f->db.dsn, false, &why), -EPROTO);
        assert_non_null(strstr(why, "other contents"));
}

static void test_one_ahead_is_fine_two_are_not(void **state) {
        StoreFixture *f = *state;
        _free_ char *why = NULL;

        (void) fixture_number(f, "INSERT INTO flow.schema_migrations (version, name, checksum) VALUES (%d, 'next.sql', 'c') RETURNING 1",
                              STORE_SCHEMA_VERSION + 1);
        assert_int_equal(store_check_schema(f->db.dsn, &why), 0);
        assert_int_equal(store_migrate(f->db.dsn, false, &why), 0);
        (void) fixture_number(f, "INSERT INTO flow.schema_migrations (version, name, checksum) VALUES (%d, 'after.sql', 'c') RETURNING 1",
                              STORE_SCHEMA_VERSION + 2);
        refused(f->db.dsn, "newer version of the program");
}

static void test_no_server(void **state) {
        _free_ char *why = NULL;

        (void) state;
        assert_int_equal(store_check_schema("host=/nonexistent dbname=x", &why), -ENOTCONN);
        assert_non_null(strstr(why, "cannot be reached"));
}

static void test_the_running_role(void **state) {
        StoreFixture *f = *state;
        _free_ char *why = NULL;
        char sqlstate[6], dsn[200];
        static const struct {
                const char *sql, *sqlstate;
        } rules[] = {
                { "SELECT count(*) FROM flow.audit", "00000" },
                { "INSERT INTO flow.audit (flow_id, step_no, guild_id, action, subject) VALUES (1, 1, 7, 'a', 's')", "00000" },
                { "UPDATE flow.audit SET action = 'b'", "42501" },
                { "DELETE FROM flow.audit", "42501" },
                { "TRUNCATE flow.audit", "42501" },
                { "INSERT INTO flow.audit_seal VALUES (1, 1, 1, 0, '', '')", "42501" },
                { "UPDATE flow.audit_seal SET chain = ''", "42501" },
                { "DELETE FROM flow.audit_seal", "42501" },
                { "SELECT o_no FROM flow.audit_seal()", "00000" },
                { "SELECT flow.audit_broken(NULL)", "00000" },
                { "SELECT count(*) FROM flow.audit_read", "00000" },
                { "DELETE FROM flow.schema_migrations", "42501" },
                { "UPDATE flow.installation SET id = 1", "42501" },
                { "CREATE TABLE flow.more (a integer)", "42501" },
                { "DROP TABLE cfg.tickets", "42501" },
                { "SELECT o_flow FROM flow.accept('k', 'kind', 1::smallint, 7, 'h', 's', 'actor', '', NULL)", "00000" },
                { "SELECT cfg.ticket_rebuild(40, 7, 3, 'support', (SELECT pid FROM flow.identity LIMIT 1), 1, 2, now(), NULL, NULL, NULL, NULL, NULL)", "00000" },
                { "SELECT setval('cfg.tickets_tid_seq', 50)", "42501" },
                { "SELECT flow.identify_take(0::smallint, 5)", "00000" },
                { "SELECT count(*) FROM cfg.ticket_read", "00000" },
                { "SELECT count(*) FROM cfg.application_read", "00000" },
                { "SELECT cfg.option_add(7, 'a', NULL, NULL, '{b}', 25)", "00000" },
                { "SELECT cfg.questions_replace(7, '[{\"id\":1,\"label\":\"l\",\"type\":\"short\",\"required\":true}]', 2)", "00000" },
                { "DROP TABLE cfg.recruit_applications", "42501" },
        };

        free(pg_test_query(&f->db, "CREATE ROLE magikal_runtime LOGIN"));
        assert_int_equal(store_migrate(f->db.dsn, false, &why), 0);
        (void) snprintf(dsn, sizeof(dsn), "host=%s user=magikal_runtime dbname=%s", f->db.dir, strstr(f->db.dsn, "dbname=") + 7);
        for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
                pg_test_sqlstate(dsn, rules[i].sql, sqlstate);
                assert_string_equal(sqlstate, rules[i].sqlstate);
        }
        assert_int_equal(store_check_schema(dsn, &why), 0);
}

static void test_the_running_role_can_do_the_work(void **state) {
        StoreFixture *f = *state;
        _free_ char *why = NULL;
        _got_ Got got = {};
        FlowLease lease;
        Batch *b;

        assert_int_equal(store_migrate(f->db.dsn, false, &why), 0);   /* the role of the test before */
        f->store = store_free(f->store);
        (void) snprintf(f->db.dsn + strlen(f->db.dsn), sizeof(f->db.dsn) - strlen(f->db.dsn), " user=magikal_runtime");
        f->store = store_fixture_store(f, FIXTURE_OWNER);
        lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", (UserId) { 5 }), NULL);
        b = batch_new(f->store);
        store_add_checkpoint(b, &lease, "reserve", NULL);
        store_add_audit(b, &(Audit) { .flow = lease.flow, .guild = { 7 }, .action = "a", .subject = "s" });
        store_add_want(b, (GuildId) { 7 }, (ChannelId) { 1 }, (MessageId) { 2 }, "{}", 0, 0);
        lease.step_no++;
        store_add_finish(b, &lease, "done");
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_retention(f->store, got_count, &got));
        assert_int_equal(got.outcome, 0);
        DO(f, &got, store_shard_take(f->store, 0, 1, NULL, got_shard, &got));
        assert_true(got.shard.is_ours);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
                T(test_twice_is_once),
                T(test_an_empty_database_is_named),
                T(test_another_content_is_refused),
                T(test_one_ahead_is_fine_two_are_not),
                T(test_no_server),
                T(test_the_running_role),
                T(test_the_running_role_can_do_the_work),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests(tests, NULL, NULL);
        store_fixture_end();
        return r;
}
