/* editor/edits against a real PostgreSQL and a scripted Discord: what is wanted gets written, once, also when the editor dies. */

#include "store-fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "editor/edits.h"
#include "lib/scripted-http.h"
#include "magikal/fault.h"

#define GUILD ((GuildId) { 7 })
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
#define PATIENCE (20 * USEC_PER_SEC)

typedef struct Desk {
        StoreFixture *f;
        ScriptedHttp *server;
        Ratelimit *limits;
        Rest *rest;
        Edits *edits;
        int fd, n_applied;
        uint64_t last_version;
        bool is_drained;
} Desk;

static void on_applied(_unused_ ChannelId channel, _unused_ MessageId message, uint64_t version, void *userdata) {
        Desk *d = userdata;

        d->n_applied++;
        d->last_version = version;
}

static void on_drained(void *userdata) {
        Desk *d = userdata;

        assert_false(d->is_drained);
        d->is_drained = true;
}

static void desk_open(Desk *d, Usec quiet) {
        assert_int_equal(rest_new(d->f->event, &(RestConfig) { .base_url = scripted_http_url(d->server), .token = "t", .limits = d->limits }, &d->rest), 0);
        assert_int_equal(edits_new(&(EditsConfig) { .event = d->f->event, .store = d->f->store, .rest = d->rest, .quiet = quiet,
                                                    .applied = on_applied, .drained = on_drained, .userdata = d }, &d->edits), 0);
}

static void desk_close(Desk *d) {
        d->edits = edits_free(d->edits);
        d->rest = rest_free(d->rest);
}

static void desk_begin(Desk *d, void **state) {
        *d = (Desk) { .f = *state };
        assert_int_equal(scripted_http_new(d->f->event, &d->server), 0);
        assert_int_equal(ratelimit_create(1000, &d->fd, &d->limits), 0);
}

static void desk_end(Desk *d) {
        desk_close(d);
        d->server = scripted_http_free(d->server);
        d->limits = ratelimit_unmap(d->limits);
        (void) close(d->fd);
}

static void turn(Desk *d) {
        assert_true(sd_event_run(d->f->event, 50 * USEC_PER_MSEC) >= 0);
}

#define TURN_UNTIL(d, condition)                                 \
        do {                                                     \
                Usec until_ = clock_boottime() + PATIENCE;       \
                while (!(condition)) {                           \
                        assert_true(clock_boottime() < until_);  \
                        turn(d);                                 \
                }                                                \
        } while (0)

static void want(Desk *d, uint64_t channel, uint64_t message, const char *body, Usec quiet, Usec most) {
        Batch *b = batch_new(d->f->store);

        store_add_want(b, GUILD, (ChannelId) { channel }, (MessageId) { message }, body, quiet, most);
        assert_int_equal(fixture_send(d->f, b, NULL), 0);
        if (d->edits)
                edits_hint(d->edits);
}

static long long n_rows(Desk *d, const char *where) {
        return fixture_number(d->f, "SELECT count(*) FROM flow.edit WHERE %s", where);
}

static void test_the_newest_body_is_written_once(void **state) {
        Desk d;

        desk_begin(&d, state);
        scripted_http_answer(d.server, OK, KEEP_OPEN);
        want(&d, 11, 22, "{\"content\":\"one\"}", 0, 0);
        want(&d, 11, 22, "{\"content\":\"two\"}", 0, 0);
        desk_open(&d, 0);
        TURN_UNTIL(&d, d.n_applied == 1);
        assert_int_equal(d.last_version, 2);
        assert_int_equal(scripted_http_n_requests(d.server), 1);
        assert_memory_equal(scripted_http_request(d.server, 0), "PATCH /api/channels/11/messages/22 HTTP/1.1\r\n", 45);
        assert_non_null(strstr(scripted_http_request(d.server, 0), "\r\n\r\n{\"content\":\"two\"}"));
        assert_int_equal(n_rows(&d, "have_ver = 2 AND want IS NULL AND lease_until IS NULL"), 1);

        /* the same body again costs no request */
        want(&d, 11, 22, "{\"content\":\"two\"}", 0, 0);
        TURN_UNTIL(&d, d.n_applied == 2);
        assert_int_equal(d.last_version, 3);
        assert_int_equal(scripted_http_n_requests(d.server), 1);
        assert_int_equal(edits_n_in_flight(d.edits), 0);
        assert_int_equal(edits_n_written(d.edits), 2);
        desk_end(&d);
}

static void test_many_changes_become_few_requests(void **state) {
        char body[64];
        Usec until;
        Desk d;
        int n = 0;

        desk_begin(&d, state);
        for (int i = 0; i < 50; i++)
                scripted_http_answer(d.server, OK, KEEP_OPEN);
        desk_open(&d, 100 * USEC_PER_MSEC);
        until = clock_boottime() + 1500 * USEC_PER_MSEC;
        while (clock_boottime() < until) {
                (void) snprintf(body, sizeof(body), "{\"content\":\"%d\"}", ++n);
                want(&d, 11, 22, body, 100 * USEC_PER_MSEC, 400 * USEC_PER_MSEC);
        }
        TURN_UNTIL(&d, d.last_version == (uint64_t) n);
        assert_true(n > 20);
        assert_in_range(scripted_http_n_requests(d.server), 2, 6);
        assert_non_null(strstr(scripted_http_request(d.server, scripted_http_n_requests(d.server) - 1), body));
        desk_end(&d);
}

static void test_channels_run_side_by_side_and_a_message_alone(void **state) {
        Desk d;

        desk_begin(&d, state);
        for (uint64_t i = 1; i <= 20; i++)
                want(&d, i, i, "{\"content\":\"x\"}", 0, 0);
        desk_open(&d, 0);
        TURN_UNTIL(&d, scripted_http_n_requests(d.server) == 16);
        assert_int_equal(scripted_http_n_at_once(d.server), 16);
        want(&d, 1, 1, "{\"content\":\"y\"}", 0, 0);     /* while it is being written */
        scripted_http_release(d.server, OK);
        TURN_UNTIL(&d, scripted_http_n_requests(d.server) == 21);
        scripted_http_release(d.server, OK);
        TURN_UNTIL(&d, d.n_applied == 21);
        assert_int_equal(n_rows(&d, "have_ver = want_ver"), 20);
        desk_end(&d);
}

static void test_each_refusal_has_its_end(void **state) {
        static const char *const answers[] = {
                "HTTP/1.1 404 X\r\nContent-Length: 42\r\n\r\n{\"code\":10008,\"message\":\"Unknown Message\"}",
                "HTTP/1.1 403 X\r\nContent-Length: 46\r\n\r\n{\"code\":50013,\"message\":\"Missing Permissions\"}",
                "HTTP/1.1 400 X\r\nContent-Length: 44\r\n\r\n{\"code\":50035,\"message\":\"Invalid Form Body\"}",
                "HTTP/1.1 429 X\r\nX-RateLimit-Remaining: 3\r\nContent-Length: 34\r\n\r\n{\"code\":30046,\"retry_after\":120.5}",
                "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 401 X\r\nContent-Length: 40\r\n\r\n{\"code\":0,\"message\":\"401: Unauthorized\"}",
        };
        Desk d;

        desk_begin(&d, state);
        desk_open(&d, 0);
        for (size_t i = 0; i < ELEMENTSOF(answers); i++) {
                scripted_http_answer(d.server, answers[i], KEEP_OPEN);
                want(&d, i + 1, 1, "{\"content\":\"x\"}", 0, 0);
                TURN_UNTIL(&d, scripted_http_n_requests(d.server) == (int) i + 1 && edits_n_in_flight(d.edits) == 0);
        }
        assert_int_equal(n_rows(&d, "channel_id = 1 AND state = 'gone' AND want IS NULL"), 1);
        assert_int_equal(n_rows(&d, "channel_id = 2 AND state = 'blocked' AND want IS NOT NULL AND error LIKE '403/50013 Missing%'"), 1);
        assert_int_equal(n_rows(&d, "channel_id = 3 AND state = 'blocked' AND error LIKE '400/50035%'"), 1);
        assert_int_equal(n_rows(&d, "channel_id = 4 AND state = 'live' AND fails = 1 AND due_at > now() + interval '115 s'"), 1);
        assert_int_equal(n_rows(&d, "channel_id = 5 AND state = 'live' AND fails = 1 AND due_at < now() + interval '3 s'"), 1);
        assert_int_equal(n_rows(&d, "channel_id = 6 AND state = 'live' AND due_at > now() + interval '55 s'"), 1);
        assert_int_equal(d.n_applied, 3);

        /* a new wish does not make Discord's refusal forgotten */
        want(&d, 4, 1, "{\"content\":\"y\"}", 0, 0);
        TURN_UNTIL(&d, n_rows(&d, "channel_id = 4 AND fails = 2") == 1);
        assert_int_equal(n_rows(&d, "channel_id = 4 AND due_at > now() + interval '110 s'"), 1);
        /* and what failed without a reason is tried again by itself */
        scripted_http_answer(d.server, OK, KEEP_OPEN);
        TURN_UNTIL(&d, n_rows(&d, "channel_id = 5 AND have_ver = 1 AND fails = 0") == 1);
        desk_end(&d);
}

static void test_a_third_topic_waits(void **state) {
        char body[64];
        Desk d;

        desk_begin(&d, state);
        for (int i = 0; i < 3; i++)
                scripted_http_answer(d.server, OK, KEEP_OPEN);
        desk_open(&d, 0);
        for (int i = 1; i <= 2; i++) {
                (void) snprintf(body, sizeof(body), "{\"topic\":\"TID:1 %d\"}", i);
                want(&d, 11, 0, body, 0, 0);
                TURN_UNTIL(&d, d.n_applied == i);
        }
        assert_memory_equal(scripted_http_request(d.server, 0), "PATCH /api/channels/11 HTTP/1.1\r\n", 33);
        assert_non_null(strstr(scripted_http_request(d.server, 0), "X-Audit-Log-Reason"));
        want(&d, 11, 0, "{\"topic\":\"TID:1 3\"}", 0, 0);
        TURN_UNTIL(&d, n_rows(&d, "fails = 1 AND due_at > now() + interval '590 s'") == 1);
        want(&d, 12, 0, "{\"topic\":\"TID:2\"}", 0, 0);   /* another channel has its own */
        TURN_UNTIL(&d, d.n_applied == 3);
        assert_int_equal(scripted_http_n_requests(d.server), 3);
        desk_end(&d);
}

static void test_draining_finishes_what_was_begun(void **state) {
        Desk d;

        desk_begin(&d, state);
        want(&d, 1, 1, "{\"content\":\"x\"}", 0, 0);
        desk_open(&d, 0);
        TURN_UNTIL(&d, scripted_http_n_requests(d.server) == 1);
        edits_drain(d.edits);
        want(&d, 2, 2, "{\"content\":\"x\"}", 0, 0);
        assert_false(d.is_drained);
        scripted_http_release(d.server, OK);
        TURN_UNTIL(&d, d.is_drained);
        assert_int_equal(n_rows(&d, "channel_id = 1 AND have_ver = 1"), 1);
        assert_int_equal(scripted_http_n_requests(d.server), 1);
        desk_close(&d);

        d.is_drained = false;
        scripted_http_answer(d.server, OK, KEEP_OPEN);
        desk_open(&d, 0);
        TURN_UNTIL(&d, n_rows(&d, "have_ver = 1") == 2);
        edits_drain(d.edits);
        TURN_UNTIL(&d, d.is_drained);
        desk_end(&d);
}

/* A database that is away: the answer waits for it, the row is not written twice. */
static void test_an_answer_outlives_a_lost_connection(void **state) {
        Desk d;

        desk_begin(&d, state);
        want(&d, 1, 1, "{\"content\":\"x\"}", 0, 0);
        desk_open(&d, 0);
        TURN_UNTIL(&d, scripted_http_n_requests(d.server) == 1);
        free(pg_test_query(store_fixture_cluster(), "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'test'"));
        scripted_http_release(d.server, OK);
        TURN_UNTIL(&d, n_rows(&d, "have_ver = 1 AND lease_until IS NULL") == 1);
        assert_int_equal(scripted_http_n_requests(d.server), 1);
        desk_end(&d);
}

/* An editor of its own process, killed at the named point; false when it never came there. */
static void edit_in_a_child(Desk *d, const char *fault) {
        pid_t pid = fork();
        Usec until;
        int status;

        assert_true(pid >= 0);
        if (pid == 0) {
                StoreFixture f = *d->f;
                Desk child = { .f = &f, .server = d->server, .limits = d->limits };

                setenv("MAGIKAL_FAULT", fault, 1);
                fault_init("editor");
                if (sd_event_new(&f.event) < 0)
                        _exit(1);
                f.store = store_fixture_store(&f, "machine:boot:99");
                desk_open(&child, 0);
                until = clock_boottime() + PATIENCE;
                while (clock_boottime() < until && sd_event_run(f.event, 50 * USEC_PER_MSEC) >= 0)
                        ;
                _exit(2);
        }
        until = clock_boottime() + PATIENCE;
        while (waitpid(pid, &status, WNOHANG) == 0) {
                assert_true(clock_boottime() < until);
                turn(d);
        }
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void test_death_at_any_point_costs_one_request_at_most(void **state) {
        static const char *const points[] = { "editor/after-take", "editor/before-patch", "editor/after-patch", "editor/after-done" };
        Desk d;

        desk_begin(&d, state);
        for (size_t i = 0; i < 10; i++)
                scripted_http_answer(d.server, OK, KEEP_OPEN);
        for (size_t i = 0; i < ELEMENTSOF(points); i++) {
                int n = scripted_http_n_requests(d.server);
                _got_ Got got = {};

                want(&d, i + 1, 1, "{\"content\":\"final\"}", 0, 0);
                edit_in_a_child(&d, points[i]);
                DO(d.f, &got, store_reap_owner(d.f->store, "machine:boot:99", "SIGKILL", (FlowId) {}, got_reaped, &got));
                desk_open(&d, 0);
                TURN_UNTIL(&d, n_rows(&d, "have_ver = want_ver AND lease_until IS NULL AND want IS NULL") == (int) i + 1);
                edits_drain(d.edits);   /* the store lives on, and with it what was asked of it */
                TURN_UNTIL(&d, d.is_drained);
                d.is_drained = false;
                desk_close(&d);
                assert_in_range(scripted_http_n_requests(d.server), n + 1, n + 2);
        }
        desk_end(&d);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
                T(test_the_newest_body_is_written_once),
                T(test_many_changes_become_few_requests),
                T(test_channels_run_side_by_side_and_a_message_alone),
                T(test_each_refusal_has_its_end),
                T(test_a_third_topic_waits),
                T(test_draining_finishes_what_was_begun),
                T(test_an_answer_outlives_a_lost_connection),
                T(test_death_at_any_point_costs_one_request_at_most),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests(tests, NULL, NULL);
        store_fixture_end();
        return r;
}
