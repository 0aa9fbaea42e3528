/* The connection: order, re-entrance, and the ways to lose it. Nothing is called committed that is not, and every call is answered. */

#include "store-fixture.h"

#include <errno.h>
#include <libpq-fe.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "store/dsn.h"

/* Somebody else's transaction that holds a table. Both lanes are up before that: preparing looks at every table, too. */
static PGconn *lock(StoreFixture *f, const char *table) {
        PGconn *conn = PQconnectdb(f->db.dsn);
        _got_ Got got = {};
        char sql[128];

        DO(f, &got, store_facts(f->store, (GuildId) { 7 }, (TicketId) {}, (ChannelId) {}, got_facts, &got));
        DO(f, &got, store_kv_get(f->store, "x", got_text, &got));
        (void) snprintf(sql, sizeof(sql), "BEGIN; LOCK TABLE %s IN ACCESS EXCLUSIVE MODE", table);
        PQclear(PQexec(conn, sql));
        assert_int_equal(PQtransactionStatus(conn), PQTRANS_INTRANS);
        return conn;
}

/* Runs the loop once and asks, until the server says that so many statements wait for a lock. */
static void wait_for_lock_waiters(StoreFixture *f, int n) {
        while (fixture_number(f, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()") < n)
                assert_true(sd_event_run(f->event, 10 * USEC_PER_MSEC) >= 0);
}

typedef struct Watch {
        int n_up, n_down;
} Watch;

static void on_state(bool is_connected, void *userdata) {
        Watch *w = userdata;

        if (is_connected)
                w->n_up++;
        else
                w->n_down++;
}

static void wait_until(StoreFixture *f, const int *counter, int n) {
        Usec until = clock_boottime() + 20 * USEC_PER_SEC;

        while (*counter < n) {
                assert_true(clock_boottime() < until);
                assert_true(sd_event_run(f->event, 100 * USEC_PER_MSEC) >= 0);
        }
}

/* ---- order -------------------------------------------------------------------------------------------------------------------- */

typedef struct Chain {
        StoreFixture *f;
        int n_done, n_more;
        int last;
        bool is_inside;
} Chain;

typedef struct Link {
        Chain *chain;
        int number;
} Link;

static void link_done(int outcome, const StoreReply *reply, void *userdata) {
        Link *link = userdata;

        (void) reply;
        assert_int_equal(outcome, 0);
        assert_false(link->chain->is_inside);
        assert_int_equal(link->number, link->chain->last + 1);
        link->chain->last = link->number;
        link->chain->n_done++;
}

static void test_many_batches_keep_their_order(void **state) {
        StoreFixture *f = *state;
        Chain chain = { .f = f, .last = -1 };
        Link links[300];
        char text[16];

        for (int i = 0; i < (int) ELEMENTSOF(links); i++) {
                links[i] = (Link) { &chain, i };
                (void) snprintf(text, sizeof(text), "%d", i);
                chain.is_inside = true;         /* never answered from inside of the call */
                assert_int_equal(store_kv_put(f->store, "last", text, link_done, &links[i]), 0);
                chain.is_inside = false;
        }
        wait_until(f, &chain.n_done, ELEMENTSOF(links));
        assert_int_equal(fixture_number(f, "SELECT value::integer FROM flow.kv WHERE key = 'last'"), ELEMENTSOF(links) - 1);
}

static void ask_again(int outcome, const char *text, void *userdata) {
        Chain *chain = userdata;

        (void) text;
        assert_int_equal(outcome, 0);
        chain->n_done++;
        if (chain->n_more-- > 0)
                assert_int_equal(store_kv_get(chain->f->store, "x", ask_again, chain), 0);
}

static void test_a_done_may_ask_again(void **state) {
        StoreFixture *f = *state;
        Chain chain = { .f = f, .n_more = 50 };

        assert_int_equal(store_kv_get(f->store, "x", ask_again, &chain), 0);
        wait_until(f, &chain.n_done, 51);
}

static void test_an_error_leaves_the_neighbours_alone(void **state) {
        StoreFixture *f = *state;
        FlowLease nobody = { .flow = { 999 }, .epoch = 1 };
        _got_ Got before = {}, failed = {}, after = {};
        Batch *b = batch_new(f->store);

        store_add_finish(b, &nobody, "done");
        assert_int_equal(store_kv_put(f->store, "a", "1", got_batch, &before), 0);
        assert_int_equal(batch_send(f->store, STORE_FLOW, b, got_batch, &failed), 0);
        assert_int_equal(store_kv_put(f->store, "b", "2", got_batch, &after), 0);
        got_wait(f, &after);
        assert_int_equal(before.outcome, 0);
        assert_int_equal(failed.outcome, STORE_LEASE_LOST);
        assert_int_equal(after.outcome, 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.kv"), 2);
}

static void test_an_empty_batch_is_fine(void **state) {
        StoreFixture *f = *state;

        assert_int_equal(fixture_send(f, batch_new(f->store), NULL), 0);
}

/* ---- waiting for others ---------------------------------------------------------------------------------------------------------- */

static void test_a_question_does_not_wait_long_for_a_lock(void **state) {
        StoreFixture *f = *state;
        PGconn *holder = lock(f, "cfg.ticket_panel_config");
        _got_ Got got = {};
        Usec begun = clock_boottime();

        DO(f, &got, store_facts(f->store, (GuildId) { 7 }, (TicketId) {}, (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.outcome, STORE_LATER);
        assert_true(clock_boottime() - begun < 3 * USEC_PER_SEC);
        PQfinish(holder);
        DO(f, &got, store_facts(f->store, (GuildId) { 7 }, (TicketId) {}, (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.outcome, 0);
}

static void test_a_slow_flow_lane_does_not_hold_up_the_front(void **state) {
        StoreFixture *f = *state;
        PGconn *holder = lock(f, "flow.kv");
        _got_ Got slow = {}, got = {};

        assert_int_equal(store_kv_get(f->store, "x", got_text, &slow), 0);
        wait_for_lock_waiters(f, 1);
        DO(f, &got, store_facts(f->store, (GuildId) { 7 }, (TicketId) {}, (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.outcome, 0);
        assert_false(slow.is_done);
        PQfinish(holder);
        got_wait(f, &slow);
        assert_int_equal(slow.outcome, 0);
}

/* ---- losing it ---------------------------------------------------------------------------------------------------------------------- */

static void test_a_frozen_server_is_given_up_in_time(void **state) {
        StoreFixture *f = *state;
        _got_ Got warm = {}, sent = {}, waiting = {}, got = {};
        Usec begun;

        DO(f, &warm, store_facts(f->store, (GuildId) { 7 }, (TicketId) {}, (ChannelId) {}, got_facts, &warm));
        pg_test_freeze(store_fixture_cluster(), true);
        begun = clock_boottime();
        assert_int_equal(store_facts(f->store, (GuildId) { 7 }, (TicketId) {}, (ChannelId) {}, got_facts, &sent), 0);
        got_wait(f, &sent);
        assert_int_equal(sent.outcome, STORE_UNKNOWN);
        assert_true(clock_boottime() - begun < 2500 * USEC_PER_MSEC);

        assert_int_equal(store_facts(f->store, (GuildId) { 7 }, (TicketId) {}, (ChannelId) {}, got_facts, &waiting), 0);
        got_wait(f, &waiting);
        assert_int_equal(waiting.outcome, STORE_LATER);         /* never left us */
        assert_true(clock_boottime() - begun < 5 * USEC_PER_SEC);

        pg_test_freeze(store_fixture_cluster(), false);
        do {
                DO(f, &got, store_facts(f->store, (GuildId) { 7 }, (TicketId) {}, (ChannelId) {}, got_facts, &got));
                assert_true(got.outcome == 0 || got.outcome == STORE_LATER);
        } while (got.outcome != 0);
}

static void test_a_crash_in_the_middle(void **state) {
        StoreFixture *f = *state;
        PGconn *holder;
        Watch watch = {};
        _got_ Got sent = {}, behind = {}, unsent = {}, got = {};

        store_on_state(f->store, on_state, &watch);
        wait_until(f, &watch.n_up, 1);
        assert_true(store_is_connected(f->store));
        holder = lock(f, "flow.kv");
        assert_int_equal(store_kv_put(f->store, "a", "1", got_batch, &sent), 0);
        assert_int_equal(store_kv_put(f->store, "b", "2", got_batch, &behind), 0);
        wait_for_lock_waiters(f, 1);
        pg_test_crash(store_fixture_cluster());
        got_wait(f, &sent);
        got_wait(f, &behind);
        assert_int_equal(sent.outcome, STORE_UNKNOWN);
        assert_int_equal(behind.outcome, STORE_UNKNOWN);
        assert_int_equal(watch.n_down, 1);
        assert_false(store_is_connected(f->store));
        PQfinish(holder);

        /* what is asked while it is away waits, and is answered with later when its time is over */
        assert_int_equal(store_kv_put(f->store, "c", "3", got_batch, &unsent), 0);
        clock_set_skew(6 * (int64_t) USEC_PER_SEC);
        got_wait(f, &unsent);
        assert_int_equal(unsent.outcome, STORE_LATER);

        pg_test_restart(store_fixture_cluster());
        wait_until(f, &watch.n_up, 2);
        DO(f, &got, store_kv_put(f->store, "d", "4", got_batch, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.kv WHERE key IN ('a', 'b', 'c')"), 0);
}

static void test_a_killed_backend_says_that_nothing_was_done(void **state) {
        StoreFixture *f = *state;
        Watch watch = {};
        PGconn *holder;
        _got_ Got got = {};

        store_on_state(f->store, on_state, &watch);
        wait_until(f, &watch.n_up, 1);
        holder = lock(f, "flow.kv");
        assert_int_equal(store_kv_put(f->store, "a", "1", got_batch, &got), 0);
        wait_for_lock_waiters(f, 1);
        (void) fixture_number(f, "SELECT pg_terminate_backend(pid)::integer FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
        got_wait(f, &got);
        assert_int_equal(got.outcome, STORE_LATER);     /* 57P01 */
        assert_string_equal(got.sqlstate, "57P01");
        PQfinish(holder);

        wait_until(f, &watch.n_up, 2);
        DO(f, &got, store_kv_put(f->store, "a", "1", got_batch, &got));
        assert_int_equal(got.outcome, 0);

        /* idle this time */
        (void) fixture_number(f, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'test'");
        wait_until(f, &watch.n_down, 2);
        wait_until(f, &watch.n_up, 3);
}

static void test_a_cancelled_statement_comes_back_later(void **state) {
        StoreFixture *f = *state;
        PGconn *holder = lock(f, "flow.kv");
        _got_ Got got = {};

        assert_int_equal(store_kv_put(f->store, "a", "1", got_batch, &got), 0);
        wait_for_lock_waiters(f, 1);
        (void) fixture_number(f, "SELECT pg_cancel_backend(pid)::integer FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
        got_wait(f, &got);
        assert_int_equal(got.outcome, STORE_LATER);
        assert_string_equal(got.sqlstate, "57014");
        PQfinish(holder);
        DO(f, &got, store_kv_put(f->store, "a", "1", got_batch, &got));
        assert_int_equal(got.outcome, 0);
}

static void test_a_primary_that_became_a_standby(void **state) {
        StoreFixture *f = *state;
        Watch watch = {};
        _got_ Got got = {};
        PGconn *conn;

        store_on_state(f->store, on_state, &watch);
        wait_until(f, &watch.n_up, 1);
        free(pg_test_query(&f->db, "ALTER SYSTEM SET default_transaction_read_only = on"));
        free(pg_test_query(&f->db, "SELECT pg_reload_conf()"));
        do {
                /* the backend reads its configuration between two statements */
                DO(f, &got, store_kv_put(f->store, "a", "1", got_batch, &got));
        } while (got.outcome == 0);
        assert_int_equal(got.outcome, STORE_LATER);
        assert_string_equal(got.sqlstate, "25006");
        wait_until(f, &watch.n_down, 1);        /* the DSN may name another host by now */

        conn = PQconnectdb(f->db.dsn);
        PQclear(PQexec(conn, "SET default_transaction_read_only = off"));
        PQclear(PQexec(conn, "ALTER SYSTEM RESET default_transaction_read_only"));
        PQclear(PQexec(conn, "SELECT pg_reload_conf()"));
        PQfinish(conn);
        wait_until(f, &watch.n_up, 2);
}

/* ---- beginnings and ends ------------------------------------------------------------------------------------------------------------- */

static void test_a_database_without_schema_is_waited_for(void **state) {
        StoreFixture *f = *state;
        _free_ char *why = NULL;
        Watch watch = {};
        _got_ Got got = {};

        f->store = store_free(f->store);
        free(pg_test_query(store_fixture_cluster(), "CREATE DATABASE not_yet TEMPLATE template0"));
        (void) snprintf(f->db.dsn, sizeof(f->db.dsn), "host=%s user=postgres dbname=not_yet", f->db.dir);
        f->store = store_fixture_store(f, FIXTURE_OWNER);
        store_on_state(f->store, on_state, &watch);
        assert_int_equal(store_kv_get(f->store, "x", got_text, &got), 0);
        clock_set_skew(6 * (int64_t) USEC_PER_SEC);
        got_wait(f, &got);
        assert_int_equal(got.outcome, STORE_LATER);
        assert_false(store_is_connected(f->store));
        assert_int_equal(store_migrate(f->db.dsn, false, &why), 0);
        wait_until(f, &watch.n_up, 1);
}

static void test_the_users_options_win(void **state) {
        StoreFixture *f = *state;
        _cleanup_(store_freep) Store *store = NULL;
        char dsn[300];
        StoreConfig config = { .dsn = dsn, .name = "test", .owner = "o", .keys = NULL };
        _got_ Got ours = {}, theirs = {};

        (void) snprintf(dsn, sizeof(dsn), "postgresql:///%s?host=%s&user=postgres&options=-c%%20flow.skew%%3D1h",
                        strstr(f->db.dsn, "dbname=") + 7, f->db.dir);
        assert_int_equal(store_new(f->event, &config, &store), 0);
        DO(f, &ours, store_facts(f->store, (GuildId) { 7 }, (TicketId) {}, (ChannelId) {}, got_facts, &ours));
        DO(f, &theirs, store_facts(store, (GuildId) { 7 }, (TicketId) {}, (ChannelId) {}, got_facts, &theirs));
        assert_true(theirs.facts.now - ours.facts.now > 3599 * USEC_PER_SEC);
        assert_int_equal(theirs.facts.installation, ours.facts.installation);

        config.dsn = "host='unfinished";
        store = store_free(store);
        assert_int_equal(store_new(f->event, &config, &store), -EINVAL);
}

/* A host that takes connections and says nothing: what is left of a primary when its machine hangs. */
static int deaf_host(StoreFixture *f, char *ret_dir, size_t n_bytes) {
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

        (void) snprintf(ret_dir, n_bytes, "%s/deaf-XXXXXX", f->db.dir);
        assert_non_null(mkdtemp(ret_dir));
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/.s.PGSQL.5432", ret_dir);
        assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        assert_int_equal(listen(fd, 8), 0);
        return fd;
}

static void test_lists_are_turned(void **state) {
        static const struct {
                const char *list;
                unsigned n;
                const char *turned;
        } rows[] = {
                { "a", 0, "a" },     { "a", 7, "a" },         { "a,b,c", 0, "a,b,c" }, { "a,b,c", 1, "b,c,a" },
                { "a,b,c", 5, "c,a,b" }, { "a,,c", 1, ",c,a" },
        };
        char *turned = NULL;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                assert_int_equal(list_rotate(rows[i].list, rows[i].n, &turned), 0);
                assert_string_equal(turned, rows[i].turned);
                free(turned);
        }
        assert_int_equal(list_rotate(NULL, 3, &turned), 0);
        assert_null(turned);
}

static void test_a_deaf_host_is_not_asked_twice(void **state) {
        StoreFixture *f = *state;
        _cleanup_(store_freep) Store *store = NULL;
        char deaf[100], dsn[400];
        _unused_ _close_ int fd = deaf_host(f, deaf, sizeof(deaf));
        StoreConfig config = { .dsn = dsn, .name = "test", .owner = "o" };
        Watch watch = {};

        (void) snprintf(dsn, sizeof(dsn), "host=%s,%s user=postgres dbname=%s", deaf, f->db.dir, strstr(f->db.dsn, "dbname=") + 7);
        assert_int_equal(store_new(f->event, &config, &store), 0);
        store_on_state(store, on_state, &watch);
        wait_until(f, &watch.n_up, 1);
}

static void test_a_store_without_keys_seals_nothing(void **state) {
        StoreFixture *f = *state;
        _cleanup_(store_freep) Store *store = NULL;
        StoreConfig config = { .dsn = f->db.dsn, .name = "test", .owner = "o" };
        AcceptRequest request = { .idem_key = "ix:1", .kind = "k", .guild = { 7 }, .user = { 1 }, .subject = "actor", .args = "{}" };
        ClaimFilter filter = { .crashes_max = 1, .code_version = 1 };
        _got_ Got got = {};

        assert_int_equal(store_new(f->event, &config, &store), 0);
        assert_int_equal(store_accept(store, &request, got_accept, &got), -ENOKEY);
        assert_int_equal(store_ticket_of_member(store, (GuildId) { 7 }, (UserId) { 1 }, TICKET_SUPPORT, got_facts, &got), -ENOKEY);
        assert_false(got.is_done);
        (void) fixture_accept(f, "ix:1", "actor", (UserId) { 1 });
        DO(f, &got, store_claim(store, &filter, 5, got_flows, &got));
        assert_int_equal(got.n, 1);
        assert_null(got.flows[0].args);
}

static void test_freed_while_in_flight(void **state) {
        StoreFixture *f = *state;
        PGconn *holder;
        _got_ Got warm = {}, sent = {}, early = {};
        Store *store = store_fixture_store(f, "machine:boot:9");

        assert_int_equal(store_kv_get(store, "x", got_text, &early), 0);        /* not even connected */
        store = store_free(store);

        DO(f, &warm, store_kv_get(f->store, "x", got_text, &warm));
        holder = lock(f, "flow.kv");
        assert_int_equal(store_kv_get(f->store, "x", got_text, &sent), 0);
        f->store = store_free(f->store);
        assert_true(sd_event_run(f->event, 0) >= 0);
        assert_false(sent.is_done);
        assert_false(early.is_done);
        PQfinish(holder);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
                T(test_many_batches_keep_their_order),
                T(test_a_done_may_ask_again),
                T(test_an_error_leaves_the_neighbours_alone),
                T(test_an_empty_batch_is_fine),
                T(test_a_question_does_not_wait_long_for_a_lock),
                T(test_a_slow_flow_lane_does_not_hold_up_the_front),
                T(test_a_frozen_server_is_given_up_in_time),
                T(test_a_crash_in_the_middle),
                T(test_a_killed_backend_says_that_nothing_was_done),
                T(test_a_cancelled_statement_comes_back_later),
                T(test_a_primary_that_became_a_standby),
                T(test_a_database_without_schema_is_waited_for),
                T(test_the_users_options_win),
                cmocka_unit_test(test_lists_are_turned),
                T(test_a_deaf_host_is_not_asked_twice),
                T(test_a_store_without_keys_seals_nothing),
                T(test_freed_while_in_flight),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests(tests, NULL, NULL);
        store_fixture_end();
        return r;
}
