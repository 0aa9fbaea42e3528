/* discord/rest: what goes over the wire, and what each kind of answer, or none, is called. Real sockets, a scripted server. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "lib/scripted-http.h"
#include "magikal/cleanup.h"
#include "magikal/rest.h"

#define TOKEN "test.token-not-a-real_one"
#define NO_CONTENT "HTTP/1.1 204 No Content\r\n\r\n"
#define PATIENCE (8 * USEC_PER_SEC)

typedef struct Fixture {
        sd_event *event;
        ScriptedHttp *server;
        Ratelimit *limits;
        Rest *rest;
        int fd;
} Fixture;

typedef struct Asked {
        bool is_done, was_sent;
        int n_done, outcome, status, code;
        Usec wait, at, date;
        bool is_global, has_body;
        uint64_t id;            /* body.id */
        char message[128];
} Asked;

static int set_up(void **state) {
        Fixture *f = new0(Fixture, 1);

        assert_non_null(f);
        assert_true(sd_event_new(&f->event) >= 0);
        assert_int_equal(scripted_http_new(f->event, &f->server), 0);
        assert_int_equal(ratelimit_create(1000, &f->fd, &f->limits), 0);
        assert_int_equal(rest_new(f->event, &(RestConfig) { .base_url = scripted_http_url(f->server), .token = TOKEN, .limits = f->limits },
                                  &f->rest), 0);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;

        (void) rest_free(f->rest);
        (void) scripted_http_free(f->server);
        (void) ratelimit_unmap(f->limits);
        (void) close(f->fd);
        (void) sd_event_unref(f->event);
        free(f);
        return 0;
}

static void on_sent(void *userdata) {
        Asked *a = userdata;

        assert_false(a->is_done);
        assert_false(a->was_sent);
        a->was_sent = true;
}

static void on_done(int outcome, const RestReply *reply, void *userdata) {
        Asked *a = userdata;

        a->is_done = true;
        a->n_done++;
        a->outcome = outcome;
        a->status = reply->status;
        a->code = reply->code;
        a->wait = reply->wait;
        a->date = reply->date;
        a->at = clock_boottime();
        a->is_global = reply->is_global;
        a->has_body = reply->body != NULL;
        (void) json_get_u64(reply->body, "id", &a->id);
        assert_true(outcome == 0 || reply->message);
        (void) snprintf(a->message, sizeof(a->message), "%s", reply->message ? reply->message : "");
}

static void turn_until(Fixture *f, const bool *is_done) {
        Usec end = clock_boottime() + PATIENCE;

        while (!*is_done) {
                assert_true(clock_boottime() < end);
                assert_true(sd_event_run(f->event, 100 * USEC_PER_MSEC) >= 0);
        }
}

static void send_it(Fixture *f, RestRequest q, Asked *a) {
        *a = (Asked) {};
        q.sent = on_sent;
        assert_int_equal(rest_send(f->rest, &q, on_done, a), 0);
        assert_false(a->is_done);
}

static Asked ask(Fixture *f, RestRequest q) {
        Asked a;

        send_it(f, q, &a);
        turn_until(f, &a.is_done);
        return a;
}

static const RestRequest create_channel = { .route = ROUTE_CHANNEL_CREATE, .ids = { 5 }, .body = "{\"name\":\"x\"}", .audit_reason = "Magikal: öffnet %1\n" };
static const RestRequest get_channel = { .route = ROUTE_CHANNEL_GET, .ids = { 6 } };
static const RestRequest callback = { .route = ROUTE_INTERACTION_CALLBACK, .ids = { 7 }, .token = "a.B-c_d/e", .body = "{\"type\":5}" };

static void what_does_not_fit_is_refused_at_once(void **state) {
        Fixture *f = *state;
        static const RestRequest wrong[] = {
                { .route = _ROUTE_MAX },
                { .route = ROUTE_CHANNEL_GET },
                { .route = ROUTE_CHANNEL_GET, .ids = { 1, 2 } },
                { .route = ROUTE_CHANNEL_GET, .ids = { 1 }, .token = "t" },
                { .route = ROUTE_CHANNEL_GET, .ids = { 1 }, .body = "{}" },
                { .route = ROUTE_CHANNEL_GET, .ids = { 1 }, .query = "limit=1 HTTP/1.1" },
                { .route = ROUTE_MESSAGE_CREATE, .ids = { 1 } },
                { .route = ROUTE_MESSAGE_CREATE, .ids = { 1 }, .body = "" },
                { .route = ROUTE_INTERACTION_CALLBACK, .ids = { 1 }, .body = "{}" },
                { .route = ROUTE_INTERACTION_CALLBACK, .ids = { 1 }, .body = "{}", .token = "a\r\nb" },
                { .route = ROUTE_CHANNEL_DELETE, .ids = { 1 }, .audit_reason = "\xff" },
        };

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                assert_int_equal(rest_send(f->rest, &wrong[i], on_done, NULL), -EINVAL);
        assert_int_equal(rest_n_in_flight(f->rest), 0);
}

static void only_safe_places_are_talked_to(void **state) {
        Fixture *f = *state;
        static const char *const bad[] = { "http://discord.com/api", "http://127.evil.example/api", "http://10.0.0.1/", "ftp://127.0.0.1/", "discord.com",
                                           "https://user:pass@discord.com/", "https://discord.com/api?x=1", "https://discord.com/#x", "" };
        static const char *const good[] = { "https://discord.com/api/v10", "http://127.0.0.1:8780/api/v10/", "http://localhost:1", "http://[::1]:1/x" };
        Rest *rest;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(rest_new(f->event, &(RestConfig) { .base_url = bad[i], .token = "t", .limits = f->limits }, &rest), -EINVAL);
        for (size_t i = 0; i < ELEMENTSOF(good); i++) {
                assert_int_equal(rest_new(f->event, &(RestConfig) { .base_url = good[i], .token = "t", .limits = f->limits }, &rest), 0);
                (void) rest_free(rest);
        }
        assert_int_equal(rest_new(f->event, &(RestConfig) { .base_url = good[0], .token = "t\r\nx", .limits = f->limits }, &rest), -EINVAL);
        assert_int_equal(rest_new(f->event, &(RestConfig) { .base_url = good[0], .token = "", .limits = f->limits }, &rest), -EINVAL);
}

static void requests_look_as_discord_wants_them(void **state) {
        Fixture *f = *state;
        const char *text;

        scripted_http_answer(f->server, "HTTP/1.1 201 Created\r\nContent-Length: 12\r\n\r\n{\"id\":\"987\"}", KEEP_OPEN);
        scripted_http_answer(f->server, NO_CONTENT, KEEP_OPEN);
        scripted_http_answer(f->server, NO_CONTENT, KEEP_OPEN);
        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", KEEP_OPEN);

        assert_int_equal(ask(f, create_channel).id, 987);
        text = scripted_http_request(f->server, 0);
        assert_memory_equal(text, "POST /api/guilds/5/channels HTTP/1.1\r\n", 38);
        assert_non_null(strstr(text, "\r\nAuthorization: Bot " TOKEN "\r\n"));
        assert_non_null(strstr(text, "\r\nContent-Type: application/json\r\n"));
        assert_non_null(strstr(text, "\r\nX-Audit-Log-Reason: Magikal%3A%20%C3%B6ffnet%20%251%0A\r\n"));
        assert_non_null(strstr(text, "\r\nUser-Agent: DiscordBot (https://github.com/magikal-tickets/magikal-tickets, "));
        assert_non_null(strstr(text, "\r\n\r\n{\"name\":\"x\"}"));
        assert_null(strstr(text, "Expect"));

        assert_int_equal(ask(f, callback).outcome, 0);
        text = scripted_http_request(f->server, 1);
        assert_memory_equal(text, "POST /api/interactions/7/a.B-c_d%2Fe/callback HTTP/1.1\r\n", 56);
        assert_null(strcasestr(text, "Authorization"));
        assert_non_null(strstr(text, "\r\n\r\n{\"type\":5}"));

        assert_int_equal(ask(f, (RestRequest) { .route = ROUTE_MEMBER_ROLE_PUT, .ids = { 1, 2, 3 } }).outcome, 0);
        text = scripted_http_request(f->server, 2);
        assert_memory_equal(text, "PUT /api/guilds/1/members/2/roles/3 HTTP/1.1\r\n", 46);
        assert_non_null(strstr(text, "\r\nContent-Length: 0\r\n"));
        assert_null(strstr(text, "Content-Type"));

        assert_int_equal(ask(f, (RestRequest) { .route = ROUTE_MESSAGES_GET, .ids = { 1 }, .query = "limit=50&after=2" }).outcome, 0);
        assert_memory_equal(scripted_http_request(f->server, 3), "GET /api/channels/1/messages?limit=50&after=2 HTTP/1.1\r\n", 56);

        /* and all of them over one connection */
        assert_int_equal(scripted_http_n_connections(f->server), 1);
}

static void answers_have_their_outcome(void **state) {
        Fixture *f = *state;
        Asked a;

        scripted_http_answer(f->server, "HTTP/1.1 404 Not Found\r\nContent-Length: 44\r\n\r\n{\"message\": \"Unknown Channel\", \"code\": 10003}", KEEP_OPEN);
        a = ask(f, get_channel);
        assert_int_equal(a.outcome, REST_AMBIGUOUS);    /* cut one byte short: no JSON, no proof */

        scripted_http_answer(f->server, "HTTP/1.1 404 Not Found\r\nContent-Length: 45\r\n\r\n{\"message\": \"Unknown Channel\", \"code\": 10003}", CLOSE_AFTER);
        a = ask(f, get_channel);
        assert_int_equal(a.outcome, REST_GONE);
        assert_int_equal(a.status, 404);
        assert_int_equal(a.code, 10003);
        assert_string_equal(a.message, "Unknown Channel");
        assert_true(a.has_body && a.was_sent);

        scripted_http_answer(f->server, "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN);
        assert_int_equal(ask(f, create_channel).outcome, REST_AMBIGUOUS);
        scripted_http_answer(f->server, "HTTP/1.1 502 X\r\nContent-Length: 13\r\n\r\n<html></html>", KEEP_OPEN);
        a = ask(f, create_channel);
        assert_int_equal(a.outcome, REST_AMBIGUOUS);
        assert_false(a.has_body);
        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>", KEEP_OPEN);
        assert_int_equal(ask(f, create_channel).outcome, REST_AMBIGUOUS);
        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN);
        assert_int_equal(ask(f, create_channel).outcome, REST_AMBIGUOUS);
        scripted_http_answer(f->server, "HTTP/1.1 400 X\r\nContent-Length: 15\r\n\r\n{\"code\": 40060}", KEEP_OPEN);
        assert_int_equal(ask(f, callback).outcome, REST_ALREADY);
        scripted_http_answer(f->server, "HTTP/1.1 301 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN);
        assert_int_equal(ask(f, get_channel).outcome, REST_REFUSED);
}

static void whose_clock_it_is_is_told(void **state) {
        Fixture *f = *state;

        scripted_http_answer(f->server, "HTTP/1.1 200 X\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\n{}", KEEP_OPEN);
        assert_int_equal(ask(f, get_channel).date, UINT64_C(784111777) * USEC_PER_SEC);         /* the example of RFC 9110 */
        scripted_http_answer(f->server, "HTTP/1.1 403 X\r\nDate: yesterday\r\nContent-Length: 2\r\n\r\n{}", KEEP_OPEN);
        assert_int_equal(ask(f, get_channel).date, 0);
}

static void each_429_says_how_long(void **state) {
        Fixture *f = *state;
        Asked a;

        scripted_http_answer(f->server, "HTTP/1.1 429 X\r\nVia: 1.1 google\r\nRetry-After: 65\r\nX-RateLimit-Bucket: abc\r\nX-RateLimit-Limit: 5\r\nX-RateLimit-Remaining: 4\r\n"
                             "X-RateLimit-Reset-After: 3.0\r\nX-RateLimit-Scope: user\r\nContent-Length: 78\r\n\r\n"
                             "{\"message\":\"You are being rate limited.\", \"retry_after\":64.57, \"global\":false}", KEEP_OPEN);
        a = ask(f, get_channel);
        assert_int_equal(a.outcome, REST_LATER);
        assert_in_range(a.wait, 64570000, 64570001 + 250000);
        assert_false(a.is_global);
        assert_int_equal(ratelimit_take(f->limits, ROUTE_CHANNEL_GET, 6, false, clock_boottime()), 0);  /* Remaining 4: a sub-limit */

        scripted_http_answer(f->server, "HTTP/1.1 429 X\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN);
        a = ask(f, get_channel);
        assert_int_equal(a.outcome, REST_LATER);
        assert_in_range(a.wait, 3000000, 3250000);
        assert_true(a.is_global);                       /* no body of Discord's: Cloudflare means the address */
        assert_true(ratelimit_take(f->limits, ROUTE_CHANNEL_GET, 77, false, clock_boottime()) > 2 * USEC_PER_SEC);
}

static void a_429_that_says_nothing_is_no_tight_loop(void **state) {
        Fixture *f = *state;
        Asked a;

        scripted_http_answer(f->server, "HTTP/1.1 429 X\r\nContent-Length: 26\r\n\r\n<h1>You are blocked.</h1>\r\n", KEEP_OPEN);
        a = ask(f, get_channel);
        assert_int_equal(a.outcome, REST_LATER);
        assert_in_range(a.wait, USEC_PER_SEC, USEC_PER_SEC + 250000);
        assert_int_equal(ratelimit_state(f->limits, clock_boottime()).n_429, 1);
}

static void a_global_429_of_discord_is_one(void **state) {
        Fixture *f = *state;
        Asked a;

        scripted_http_answer(f->server, "HTTP/1.1 429 X\r\nX-RateLimit-Global: true\r\nX-RateLimit-Scope: global\r\nRetry-After: 1\r\nContent-Length: 33\r\n\r\n"
                             "{\"retry_after\":0.5,\"global\":true}", KEEP_OPEN);
        a = ask(f, get_channel);
        assert_true(a.is_global);
        assert_in_range(a.wait, 500000, 750001);
        /* an interaction goes on at once, another request waits and then goes by itself */
        scripted_http_answer(f->server, NO_CONTENT, KEEP_OPEN);
        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", KEEP_OPEN);
        {
                Asked slow, fast;

                send_it(f, get_channel, &slow);
                send_it(f, callback, &fast);
                turn_until(f, &fast.is_done);
                assert_int_equal(fast.outcome, 0);
                assert_false(slow.is_done);
                turn_until(f, &slow.is_done);
                assert_int_equal(slow.outcome, 0);
                assert_true(slow.at - a.at >= 490 * USEC_PER_MSEC);
        }
}

static void an_empty_bucket_is_waited_for_and_a_long_wait_is_handed_back(void **state) {
        Fixture *f = *state;
        Asked first, second, third, fourth;

        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\nX-RateLimit-Bucket: abc\r\nX-RateLimit-Limit: 1\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset-After: 0.300\r\n"
                             "Content-Length: 2\r\n\r\n{}", KEEP_OPEN);
        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\nX-RateLimit-Bucket: abc\r\nX-RateLimit-Limit: 1\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset-After: 11.5\r\n"
                             "Content-Length: 2\r\n\r\n{}", KEEP_OPEN);
        first = ask(f, get_channel);
        send_it(f, get_channel, &second);
        send_it(f, get_channel, &third);
        turn_until(f, &second.is_done);
        assert_int_equal(second.outcome, 0);
        assert_in_range(second.at - first.at, 295 * USEC_PER_MSEC, 800 * USEC_PER_MSEC);
        fourth = ask(f, get_channel);
        assert_int_equal(fourth.outcome, REST_LATER);
        assert_in_range(fourth.wait, 10 * USEC_PER_SEC, 11500 * USEC_PER_MSEC);
        assert_false(fourth.was_sent);
        turn_until(f, &third.is_done);
        assert_int_equal(third.outcome, REST_LATER);
        assert_int_equal(scripted_http_n_requests(f->server), 2);
}

/* Whoever asked has a lease that is over by then: somebody else may have asked for the same. */
static void what_waited_through_a_standstill_is_not_sent(void **state) {
        Fixture *f = *state;
        Asked first, second;

        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\nX-RateLimit-Bucket: abc\r\nX-RateLimit-Limit: 1\r\nX-RateLimit-Remaining: 0\r\nX-RateLimit-Reset-After: 0.300\r\n"
                             "Content-Length: 2\r\n\r\n{}", KEEP_OPEN);
        first = ask(f, get_channel);
        assert_int_equal(first.outcome, 0);
        send_it(f, get_channel, &second);
        assert_true(sd_event_run(f->event, 20 * USEC_PER_MSEC) >= 0);
        clock_set_skew(20 * (int64_t) USEC_PER_SEC);
        while (!second.is_done)
                assert_true(sd_event_run(f->event, 100 * USEC_PER_MSEC) >= 0);
        clock_set_skew(0);
        assert_int_equal(second.outcome, REST_LATER);
        assert_int_equal(scripted_http_n_requests(f->server), 1);
}

static void a_connection_that_ends_without_an_answer_is_ambiguous_and_sent_once(void **state) {
        Fixture *f = *state;
        Asked a;

        /* on a fresh connection */
        scripted_http_answer(f->server, NULL, CLOSE_AFTER);
        a = ask(f, create_channel);
        assert_int_equal(a.outcome, REST_AMBIGUOUS);
        assert_true(a.was_sent);
        assert_int_equal(scripted_http_n_requests(f->server), 1);

        /* on a kept one, where libcurl likes to try again by itself */
        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", KEEP_OPEN);
        scripted_http_answer(f->server, NULL, CLOSE_AFTER);
        scripted_http_answer(f->server, "HTTP/1.1 201 OK\r\nContent-Length: 2\r\n\r\n{}", KEEP_OPEN);
        assert_int_equal(ask(f, get_channel).outcome, 0);
        a = ask(f, create_channel);
        assert_int_equal(a.outcome, REST_AMBIGUOUS);
        assert_int_equal(scripted_http_n_requests(f->server), 3);
        a = ask(f, (RestRequest) { .route = ROUTE_MESSAGE_CREATE, .ids = { 9 }, .body = "{\"content\":\"hello\"}" });
        assert_int_equal(a.outcome, 0);
        assert_non_null(strstr(scripted_http_request(f->server, 3), "\r\n\r\n{\"content\":\"hello\"}"));
}

static void half_answers_and_nonsense_are_ambiguous(void **state) {
        Fixture *f = *state;
        Asked a;

        scripted_http_answer(f->server, "HTTP/1.1 201 Created\r\nContent-Length: 500\r\n\r\n{\"id\":", CLOSE_AFTER);
        a = ask(f, create_channel);
        assert_int_equal(a.outcome, REST_AMBIGUOUS);
        assert_int_equal(a.status, 201);
        scripted_http_answer(f->server, "HTTP/1.1 201 Crea", CLOSE_AFTER);
        assert_int_equal(ask(f, create_channel).outcome, REST_AMBIGUOUS);
        scripted_http_answer(f->server, "SSH-2.0-OpenSSH_9.2\r\n\x01\x02\x03\xff\r\n", CLOSE_AFTER);
        assert_int_equal(ask(f, create_channel).outcome, REST_AMBIGUOUS);
        scripted_http_answer_filled(f->server, "HTTP/1.1 200 OK\r\n\r\n{\"id\":\"", 9 * 1024 * 1024);
        a = ask(f, create_channel);
        assert_int_equal(a.outcome, REST_AMBIGUOUS);
        assert_string_equal(a.message, "The answer is too long");
        /* a 429 is a 429 with half a body, too */
        ratelimit_learn(f->limits, ROUTE_CHANNEL_CREATE, 5, &(RatelimitHeaders) { .limit = -1, .remaining = -1 }, 400, clock_boottime());
        scripted_http_answer(f->server, "HTTP/1.1 429 X\r\nRetry-After: 2\r\nContent-Length: 500\r\n\r\n{\"ret", CLOSE_AFTER);
        a = ask(f, create_channel);
        assert_int_equal(a.outcome, REST_LATER);
        assert_in_range(a.wait, 2000000, 2250000);
}

static void no_connection_is_surely_not_executed_and_opens_the_breaker(void **state) {
        Fixture *f = *state;
        Asked a;

        scripted_http_stop_listening(f->server);
        for (int i = 0; i < 5; i++) {
                a = ask(f, (RestRequest) { .route = ROUTE_MESSAGE_CREATE, .ids = { (uint64_t) i + 1 }, .body = "{}" });
                assert_int_equal(a.outcome, REST_LATER);
                assert_int_equal(a.wait, 0);
                assert_false(a.was_sent);
        }
        a = ask(f, create_channel);
        assert_int_equal(a.outcome, REST_LATER);
        assert_in_range(a.wait, 4 * USEC_PER_SEC, 5 * USEC_PER_SEC);
        assert_int_equal(a.status, 0);
}

static void a_silent_server_runs_into_the_time_limit(void **state) {
        Fixture *f = *state;
        Usec begin = clock_boottime();
        Asked a = ask(f, callback);     /* the shortest limit there is */

        assert_int_equal(a.outcome, REST_AMBIGUOUS);
        assert_true(a.was_sent);
        assert_in_range(a.at - begin, 2400 * USEC_PER_MSEC, 4 * USEC_PER_SEC);
}

static void sent_is_told_while_the_answer_is_still_out(void **state) {
        Fixture *f = *state;
        Asked a;

        send_it(f, create_channel, &a);
        turn_until(f, &a.was_sent);
        assert_false(a.is_done);
        while (scripted_http_n_requests(f->server) == 0)
                assert_true(sd_event_run(f->event, USEC_PER_SEC) >= 0);
        scripted_http_release(f->server, "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{\"id\":\"4\"}");
        turn_until(f, &a.is_done);
        assert_int_equal(a.id, 4);
}

static void many_run_side_by_side(void **state) {
        Fixture *f = *state;
        Asked asked[64];
        Usec end = clock_boottime() + PATIENCE;

        for (size_t i = 0; i < ELEMENTSOF(asked); i++)
                send_it(f, (RestRequest) { .route = ROUTE_MESSAGE_CREATE, .ids = { i + 1 }, .body = "{\"content\":\"x\"}" }, &asked[i]);
        assert_int_equal(rest_n_in_flight(f->rest), 64);
        while (scripted_http_n_requests(f->server) < 64) {
                assert_true(clock_boottime() < end);
                assert_true(sd_event_run(f->event, USEC_PER_SEC) >= 0);
        }
        assert_int_equal(scripted_http_n_at_once(f->server), 64);
        scripted_http_release(f->server, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"id\":\"4\"}");
        for (size_t i = 0; i < ELEMENTSOF(asked); i++) {
                turn_until(f, &asked[i].is_done);
                assert_int_equal(asked[i].outcome, 0);
                assert_int_equal(asked[i].n_done, 1);
        }
        assert_int_equal(rest_n_in_flight(f->rest), 0);
}

static void on_done_ask_again(int outcome, const RestReply *reply, void *userdata) {
        Fixture *f = ((void **) userdata)[0];
        Asked *second = ((void **) userdata)[1];

        (void) reply;
        assert_int_equal(outcome, 0);
        send_it(f, get_channel, second);
}

static void a_done_may_send_the_next_and_freeing_tells_nobody(void **state) {
        Fixture *f = *state;
        Asked second = {}, never = {};
        void *both[] = { f, &second };

        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", KEEP_OPEN);
        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", KEEP_OPEN);
        assert_int_equal(rest_send(f->rest, &get_channel, on_done_ask_again, both), 0);
        turn_until(f, &second.is_done);

        send_it(f, create_channel, &never);
        turn_until(f, &never.was_sent);
        assert_int_equal(rest_send(f->rest, &get_channel, on_done, &never), 0);
        f->rest = rest_free(f->rest);
        assert_false(never.is_done);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        const struct CMUnitTest tests[] = {
                TEST(what_does_not_fit_is_refused_at_once),
                TEST(only_safe_places_are_talked_to),
                TEST(requests_look_as_discord_wants_them),
                TEST(answers_have_their_outcome),
                TEST(whose_clock_it_is_is_told),
                TEST(each_429_says_how_long),
                TEST(a_429_that_says_nothing_is_no_tight_loop),
                TEST(a_global_429_of_discord_is_one),
                TEST(an_empty_bucket_is_waited_for_and_a_long_wait_is_handed_back),
                TEST(what_waited_through_a_standstill_is_not_sent),
                TEST(a_connection_that_ends_without_an_answer_is_ambiguous_and_sent_once),
                TEST(half_answers_and_nonsense_are_ambiguous),
                TEST(no_connection_is_surely_not_executed_and_opens_the_breaker),
                TEST(a_silent_server_runs_into_the_time_limit),
                TEST(sent_is_told_while_the_answer_is_still_out),
                TEST(many_run_side_by_side),
                TEST(a_done_may_send_the_next_and_freeing_tells_nobody),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
