/* discord/ratelimit: what may leave when, also between processes that die at the worst moment. Time is an argument, nothing sleeps. */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "magikal/cleanup.h"
#include "magikal/fault.h"
#include "magikal/ratelimit.h"
#include "magikal/rest.h"

#define SEC USEC_PER_SEC
#define MSEC USEC_PER_MSEC
#define START (1000 * SEC)

typedef struct Fixture {
        Ratelimit *limits;
        int fd;
} Fixture;

static int set_up(void **state) {
        Fixture *f = new0(Fixture, 1);

        assert_non_null(f);
        assert_int_equal(ratelimit_create(1000, &f->fd, &f->limits), 0);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;

        (void) ratelimit_unmap(f->limits);
        (void) close(f->fd);
        free(f);
        return 0;
}

static void limits_of(void **state, Ratelimit **ret) {
        *ret = ((Fixture *) *state)->limits;
}

static Usec take(Ratelimit *l, int route, uint64_t major, Usec now) {
        return ratelimit_take(l, route, major, false, now);
}

static void learn(Ratelimit *l, int route, uint64_t major, const char *bucket, int limit, int remaining, Usec reset_after, Usec now) {
        RatelimitHeaders h = { .bucket = bucket, .limit = limit, .remaining = remaining, .reset_after = reset_after };

        ratelimit_learn(l, route, major, &h, 200, now);
}

static void learn_429(Ratelimit *l, int route, uint64_t major, RatelimitHeaders h, Usec now) {
        h.is_429 = true;
        ratelimit_learn(l, route, major, &h, 429, now);
}

static void an_unknown_route_is_guessed_cautiously(void **state) {
        Ratelimit *l;

        limits_of(state, &l);
        for (int i = 0; i < 5; i++)
                assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + (Usec) i * 2 * MSEC), 0);
        assert_true(take(l, ROUTE_MESSAGE_CREATE, 7, START + 20 * MSEC) > 4 * SEC);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 8, START + 20 * MSEC), 0);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + 6 * SEC), 0);
}

static void headers_teach_the_bucket_and_its_limit(void **state) {
        Ratelimit *l;

        limits_of(state, &l);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START), 0);
        learn(l, ROUTE_MESSAGE_CREATE, 7, "abc", 2, 1, 3 * SEC, START + 50 * MSEC);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + 60 * MSEC), 0);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + 70 * MSEC), 3 * SEC - 20 * MSEC);
        /* another channel starts with the limit that is known by now */
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 8, START + 100 * MSEC), 0);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 8, START + 110 * MSEC), 0);
        assert_true(take(l, ROUTE_MESSAGE_CREATE, 8, START + 120 * MSEC) > 2 * SEC);
        /* over the reset, the limit is there again */
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + 3050 * MSEC), 0);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + 3060 * MSEC), 0);
        assert_true(take(l, ROUTE_MESSAGE_CREATE, 7, START + 3070 * MSEC) > 0);
}

static void requests_under_way_are_not_forgotten_when_an_older_answer_comes(void **state) {
        Ratelimit *l;

        limits_of(state, &l);
        learn(l, ROUTE_MESSAGE_CREATE, 1, "abc", 5, 4, 5 * SEC, START - 20 * SEC);
        for (int i = 0; i < 4; i++)
                assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + (Usec) i * 2 * MSEC), 0);
        /* the first answer knows of one request only */
        learn(l, ROUTE_MESSAGE_CREATE, 7, "abc", 5, 4, 5 * SEC, START + 50 * MSEC);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + 60 * MSEC), 0);
        assert_true(take(l, ROUTE_MESSAGE_CREATE, 7, START + 70 * MSEC) > 0);
}

static void the_guess_moves_along_when_the_first_answer_names_the_bucket(void **state) {
        Ratelimit *l;

        limits_of(state, &l);
        for (int i = 0; i < 3; i++)
                assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + (Usec) i * 2 * MSEC), 0);
        learn(l, ROUTE_MESSAGE_CREATE, 7, "abc", 5, 4, 5 * SEC, START + 50 * MSEC);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + 60 * MSEC), 0);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + 64 * MSEC), 0);
        assert_true(take(l, ROUTE_MESSAGE_CREATE, 7, START + 70 * MSEC) > 0);
}

static void routes_of_one_bucket_share_it_and_a_bucket_may_change(void **state) {
        Ratelimit *l;

        limits_of(state, &l);
        learn(l, ROUTE_MESSAGE_CREATE, 7, "abc", 3, 2, 5 * SEC, START);
        learn(l, ROUTE_MESSAGE_PATCH, 7, "abc", 3, 1, 5 * SEC, START + 10 * MSEC);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 7, START + 20 * MSEC), 0);
        assert_true(take(l, ROUTE_MESSAGE_PATCH, 7, START + 30 * MSEC) > 0);

        learn(l, ROUTE_MESSAGE_PATCH, 7, "xyz", 3, 2, 5 * SEC, START + 40 * MSEC);
        assert_int_equal(take(l, ROUTE_MESSAGE_PATCH, 7, START + 50 * MSEC), 0);
        assert_true(take(l, ROUTE_MESSAGE_CREATE, 7, START + 60 * MSEC) > 0);
}

static void a_route_without_headers_has_no_limit(void **state) {
        Ratelimit *l;

        limits_of(state, &l);
        assert_int_equal(take(l, ROUTE_GATEWAY_BOT, 0, START), 0);
        learn(l, ROUTE_GATEWAY_BOT, 0, NULL, -1, -1, 0, START + MSEC);
        for (int i = 0; i < 100; i++)
                assert_int_equal(take(l, ROUTE_GATEWAY_BOT, 0, START + (Usec) (i + 2) * MSEC), 0);
        /* and still obeys a 429 while it lasts */
        learn_429(l, ROUTE_GATEWAY_BOT, 0, (RatelimitHeaders) { .limit = -1, .remaining = -1, .retry_after = 2 * SEC }, START + SEC);
        assert_int_equal(take(l, ROUTE_GATEWAY_BOT, 0, START + 2 * SEC), SEC);
        assert_int_equal(take(l, ROUTE_GATEWAY_BOT, 0, START + 3 * SEC), 0);
}

static void each_scope_of_429_holds_back_what_it_concerns(void **state) {
        RatelimitHeaders user = { .bucket = "abc", .limit = 5, .remaining = 0, .reset_after = SEC, .retry_after = 1500 * MSEC };
        RatelimitHeaders sub = { .bucket = "abc", .limit = 5, .remaining = 4, .reset_after = SEC, .retry_after = 600 * SEC };
        RatelimitHeaders shared = { .bucket = "abc", .limit = 5, .remaining = 3, .reset_after = SEC, .retry_after = 4 * SEC, .is_shared = true };
        RatelimitHeaders global = { .limit = -1, .remaining = -1, .retry_after = 2500 * MSEC, .is_global = true };
        Ratelimit *l;

        limits_of(state, &l);
        learn_429(l, ROUTE_MESSAGE_CREATE, 1, user, START);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 1, START), 1500 * MSEC);
        assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, 2, START), 0);

        learn_429(l, ROUTE_CHANNEL_PATCH, 2, sub, START + 10 * MSEC);
        assert_int_equal(take(l, ROUTE_CHANNEL_PATCH, 2, START + 20 * MSEC), 0);

        learn_429(l, ROUTE_MESSAGE_PATCH, 3, shared, START + 30 * MSEC);
        assert_int_equal(take(l, ROUTE_MESSAGE_PATCH, 3, START + 30 * MSEC), 4 * SEC);

        learn_429(l, ROUTE_MESSAGE_CREATE, 4, global, START + 40 * MSEC);
        assert_int_equal(take(l, ROUTE_MESSAGES_GET, 9, START + 40 * MSEC), 2500 * MSEC);
        assert_int_equal(ratelimit_take(l, ROUTE_INTERACTION_CALLBACK, 9, true, START + 50 * MSEC), 0);

        /* shared ones are nobody's fault */
        assert_int_equal(ratelimit_state(l, START + SEC).n_invalid_10min, 3);
        assert_int_equal(ratelimit_state(l, START + SEC).n_429, 4);
}

static void no_second_sees_more_than_fifty(void **state) {
        _close_ int fd = -1;
        Ratelimit *l;
        Usec sent[1000];
        size_t n = 0;

        (void) state;
        assert_int_equal(ratelimit_create(45, &fd, &l), 0);
        /* a crowd that asks again exactly when it was told to */
        for (Usec now = START; n < ELEMENTSOF(sent);) {
                Usec wait = take(l, ROUTE_MESSAGES_GET, n + 1, now);

                if (wait == 0)
                        sent[n++] = now;
                else
                        now += wait;
        }
        for (size_t i = 0; i + 50 < n; i++)
                assert_true(sent[i + 50] - sent[i] >= SEC);
        /* and the rate itself is reached: 1000 requests in about 22 seconds */
        assert_in_range(sent[n - 1] - sent[0], 22 * SEC - 500 * MSEC, 22 * SEC + 500 * MSEC);
        /* interactions stand beside it */
        for (uint64_t i = 1; i <= 500; i++)
                assert_int_equal(ratelimit_take(l, ROUTE_INTERACTION_CALLBACK, i, true, sent[n - 1]), 0);
        (void) ratelimit_unmap(l);
}

static void many_invalid_answers_leave_only_callbacks(void **state) {
        RatelimitHeaders none = { .limit = -1, .remaining = -1 };
        Ratelimit *l;

        limits_of(state, &l);
        for (int i = 0; i < RATELIMIT_INVALID_STOP; i++)
                ratelimit_learn(l, ROUTE_MEMBER_GET, 1, &none, i % 2 ? 403 : 401, START + (Usec) i * 50 * MSEC);
        assert_int_equal(ratelimit_state(l, START + 250 * SEC).n_invalid_10min, RATELIMIT_INVALID_STOP);
        assert_true(take(l, ROUTE_MEMBER_GET, 2, START + 251 * SEC) > 0);
        assert_true(ratelimit_take(l, ROUTE_ORIGINAL_PATCH, 2, true, START + 251 * SEC) > 0);
        assert_int_equal(ratelimit_take(l, ROUTE_INTERACTION_CALLBACK, 2, true, START + 251 * SEC), 0);
        /* ten minutes after the first of them room appears */
        assert_int_equal(take(l, ROUTE_MEMBER_GET, 3, START + 611 * SEC), 0);
        assert_int_equal(ratelimit_state(l, START + 900 * SEC).n_invalid_10min, 0);
}

static void the_breaker_opens_doubles_and_lets_one_try(void **state) {
        RatelimitHeaders none = { .limit = -1, .remaining = -1 };
        Ratelimit *l;
        Usec now = START, waits[] = { 5 * SEC, 10 * SEC, 20 * SEC, 40 * SEC, 60 * SEC, 60 * SEC };

        limits_of(state, &l);
        for (int i = 0; i < 4; i++)
                ratelimit_failed(l, now);
        ratelimit_learn(l, ROUTE_MESSAGE_GET, 1, &none, 404, now);      /* an answer is an answer */
        for (int i = 0; i < 4; i++)
                ratelimit_failed(l, now);
        assert_int_equal(take(l, ROUTE_MESSAGE_GET, 1, now), 0);
        ratelimit_failed(l, now);

        for (size_t i = 0; i < ELEMENTSOF(waits); i++) {
                assert_int_equal(take(l, ROUTE_MESSAGE_GET, 10 + i, now), waits[i]);
                assert_int_equal(ratelimit_state(l, now).breaker_until, now + waits[i]);
                assert_int_equal(ratelimit_take(l, ROUTE_INTERACTION_CALLBACK, 1 + i, true, now), 0);
                ratelimit_failed(l, now + SEC);         /* one that was under way changes nothing */
                now += waits[i];
                assert_int_equal(take(l, ROUTE_MESSAGE_GET, 20 + i, now), 0);
                assert_int_equal(take(l, ROUTE_MESSAGE_GET, 30 + i, now + 10 * MSEC), 250 * MSEC);
                now += 100 * MSEC;
                ratelimit_failed(l, now);
        }
        now += 60 * SEC;
        assert_int_equal(take(l, ROUTE_MESSAGE_GET, 1, now), 0);
        /* whoever tried has died: after its time the next may */
        assert_int_equal(take(l, ROUTE_MESSAGE_GET, 1, now + 10 * SEC), 0);
        ratelimit_learn(l, ROUTE_MESSAGE_GET, 1, &none, 200, now + 11 * SEC);
        assert_int_equal(take(l, ROUTE_MESSAGE_GET, 1, now + 11 * SEC), 0);
        assert_int_equal(take(l, ROUTE_MESSAGE_GET, 1, now + 11 * SEC + 10 * MSEC), 0);
        assert_int_equal(ratelimit_state(l, now).breaker_until, 0);
}

static void more_buckets_than_room_push_out_the_stalest(void **state) {
        Ratelimit *l;

        limits_of(state, &l);
        learn(l, ROUTE_MESSAGE_CREATE, 1, "abc", 5, 0, 1000 * SEC, START);
        for (uint64_t i = 2; i < 40000; i++)
                assert_int_equal(take(l, ROUTE_MESSAGE_CREATE, i << 22, START + i * 6 * SEC / 1000), 0);
        /* five tables later the one prohibition that is still in force has not been pushed out by mere counts */
        assert_true(take(l, ROUTE_MESSAGE_CREATE, 1, START + 240 * SEC) > 0);
}

static void only_our_own_memory_is_mapped(void **state) {
        Fixture *f = *state;
        Ratelimit *l;
        int fd;

        assert_int_equal(ratelimit_map(f->fd, &l), 0);
        (void) ratelimit_unmap(l);

        assert_true(ftruncate(f->fd, 10) < 0);
        assert_int_equal(errno, EPERM);

        fd = memfd_create("other", MFD_CLOEXEC);
        assert_true(fd >= 0);
        assert_int_equal(ratelimit_map(fd, &l), -EPROTO);
        (void) close(fd);
        assert_int_equal(ratelimit_map(fd, &l), -EBADF);
        assert_int_equal(ratelimit_create(0, &fd, &l), -EINVAL);
}

/* Runs `body` in a child with its own mapping; returns the wait status. */
static int in_child(Fixture *f, void (*body)(Ratelimit *l), const char *fault) {
        pid_t pid = fork();
        int status;

        assert_true(pid >= 0);
        if (pid == 0) {
                Ratelimit *l;

                if (fault) {
                        setenv("MAGIKAL_FAULT", fault, 1);
                        fault_init("worker");
                }
                if (ratelimit_map(f->fd, &l) < 0)
                        _exit(1);
                body(l);
                _exit(0);
        }
        assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
        if (WIFSTOPPED(status))
                return pid;
        return status;
}

static void take_three(Ratelimit *l) {
        for (int i = 0; i < 3; i++)
                if (take(l, ROUTE_MESSAGE_CREATE, 7, START + (Usec) i * 2 * MSEC) != 0)
                        _exit(1);
        ratelimit_slot_set(l, 4, (FlowId) { 99 });
}

static void two_processes_count_together(void **state) {
        Fixture *f = *state;

        assert_int_equal(in_child(f, take_three, NULL), 0);
        assert_int_equal(take(f->limits, ROUTE_MESSAGE_CREATE, 7, START + 10 * MSEC), 0);
        assert_int_equal(take(f->limits, ROUTE_MESSAGE_CREATE, 7, START + 12 * MSEC), 0);
        assert_true(take(f->limits, ROUTE_MESSAGE_CREATE, 7, START + 14 * MSEC) > 0);
        assert_int_equal(ratelimit_slot_get(f->limits, 4).v, 99);
        assert_int_equal(ratelimit_slot_get(f->limits, 5).v, 0);
}

static void the_dead_do_not_keep_the_lock(void **state) {
        Fixture *f = *state;
        int status;

        for (int i = 0; i < 3; i++) {
                status = in_child(f, take_three, i == 1 ? "ratelimit/half-made" : "ratelimit/locked");
                assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
                assert_int_equal(take(f->limits, ROUTE_MESSAGES_GET, (uint64_t) i + 1, START + (Usec) i * 10 * MSEC), 0);
        }
        assert_int_equal(in_child(f, take_three, NULL), 0);
        assert_true(take(f->limits, ROUTE_MESSAGE_CREATE, 7, START + 40 * MSEC) == 0);
}

static void the_frozen_do_not_stop_the_others(void **state) {
        Fixture *f = *state;
        pid_t pid = in_child(f, take_three, "ratelimit/locked:1:stop");
        int status;

        assert_true(take(f->limits, ROUTE_MESSAGES_GET, 1, START) > 0);
        assert_int_equal(kill(pid, SIGKILL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(take(f->limits, ROUTE_MESSAGES_GET, 1, START), 0);
}

static void hammer(Ratelimit *l, Usec from) {
        for (uint64_t i = 0;; i++) {
                Usec now = from + i * MSEC;

                (void) take(l, ROUTE_MESSAGE_CREATE, i % 20000, now);
                learn(l, ROUTE_MESSAGE_CREATE, i % 20000, i % 3 ? "abc" : "xyz", 5, 4, 5 * SEC, now);
        }
}

static void killing_at_any_moment_is_survived(void **state) {
        Fixture *f = *state;

        for (int i = 0; i < 100; i++) {
                Usec from = START + (Usec) i * 1000 * SEC;
                pid_t pid = fork();
                int status;

                assert_true(pid >= 0);
                if (pid == 0)
                        hammer(f->limits, from);
                /* until it is seen working; the moment of the kill is then anybody's guess */
                for (uint64_t n = ratelimit_state(f->limits, START).n_requests; ratelimit_state(f->limits, START).n_requests < n + 50;)
                        ;
                assert_int_equal(kill(pid, SIGKILL), 0);
                assert_int_equal(waitpid(pid, &status, 0), pid);
                assert_int_equal(take(f->limits, ROUTE_MESSAGES_GET, (uint64_t) i + 1, from + 900 * SEC), 0);
        }
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(an_unknown_route_is_guessed_cautiously),
                TEST(headers_teach_the_bucket_and_its_limit),
                TEST(requests_under_way_are_not_forgotten_when_an_older_answer_comes),
                TEST(the_guess_moves_along_when_the_first_answer_names_the_bucket),
                TEST(routes_of_one_bucket_share_it_and_a_bucket_may_change),
                TEST(a_route_without_headers_has_no_limit),
                TEST(each_scope_of_429_holds_back_what_it_concerns),
                TEST(no_second_sees_more_than_fifty),
                TEST(many_invalid_answers_leave_only_callbacks),
                TEST(the_breaker_opens_doubles_and_lets_one_try),
                TEST(more_buckets_than_room_push_out_the_stalest),
                TEST(only_our_own_memory_is_mapped),
                TEST(two_processes_count_together),
                TEST(the_dead_do_not_keep_the_lock),
                TEST(the_frozen_do_not_stop_the_others),
                TEST(killing_at_any_moment_is_survived),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
