/* REST and control calls as clients meet them: the order of checks, faults, limits, logs, long polls, files, state. */

#include "sandbox-rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

#include <cmocka.h>

#define MESSAGES "/api/v10/channels/820000000000000011/messages"
#define OLD_MESSAGE MESSAGES "/830000000000000001"
#define CALLBACK "/api/v10/interactions/840000000000000001/token/callback"

static int set_up_limited(void **state) {
        Rig *rig = new0(Rig, 1);

        assert_non_null(rig);
        rig_prepare(rig);
        rig->options.has_rate_limits = true;
        rig_start(rig);
        *state = rig;
        return 0;
}

static int64_t number(const HttpReply *reply, const char *key) {
        int64_t v = INT64_MIN;

        (void) json_get_i64(reply->json, key, &v);
        return v;
}

static void fault(Rig *rig, const char *rule) {
        rig_expect(rig, "POST", "/sandbox/fault", rule, 200);
}

/* Sends text as it stands and reads one reply. */
static void raw_call(Rig *rig, const char *text, HttpReply *ret_reply) {
        _close_ int fd = rig_connect(rig);

        rig_send(rig, fd, text);
        rig_receive(rig, fd, ret_reply);
}

static void refusals_come_in_discords_words(void **state) {
        static const struct {
                const char *request;
                int status, code;
        } rows[] = {
                { "GET /api/v10/users/@me HTTP/1.1\r\nHost: x\r\n\r\n", 401, 0 },
                { "GET /api/v10/users/@me HTTP/1.1\r\nHost: x\r\nAuthorization: Bot wrong\r\n\r\n", 401, 0 },
                { "GET /api/v10/users/@me HTTP/1.1\r\nHost: x\r\nAuthorization: sandbox-token\r\n\r\n", 401, 0 },
                { "GET /api/v10/users/@me HTTP/1.1\r\nHost: x\r\nAuthorization: Bot sandbox-token\r\nUser-Agent: Mozilla/5.0 (X11)\r\n\r\n", 403, 40333 },
                { "GET /api/v10/users/@me HTTP/1.1\r\nHost: x\r\nAuthorization: Bot sandbox-token\r\n\r\n", 403, 40333 },
                { "GET /api/v10/users/@me HTTP/1.1\r\nHost: x\r\nAuthorization: Bot sandbox-token\r\nUser-Agent: Oceanic/1 (x)\r\n\r\n", 204, 0 },
                { "GET /api/v10/users/%40me HTTP/1.1\r\nHost: x\r\nAuthorization: Bot sandbox-token\r\nUser-Agent: DiscordBot (x, 1)\r\n\r\n", 204, 0 },
                { "GET /api/v10/nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404, 0 },
                { "GET /api/v10/ HTTP/1.1\r\nHost: x\r\n\r\n", 404, 0 },
                { "DELETE /api/v10/users/@me HTTP/1.1\r\nHost: x\r\n\r\n", 405, 0 },
                { "GET /api/v9/users/@me HTTP/1.1\r\nHost: x\r\n\r\n", 400, 50041 },
                { "POST " CALLBACK " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1\r\n\r\n{", 400, 50109 },
                { "POST " CALLBACK " HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 400, 50035 },
                { "POST " CALLBACK " HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", 204, 0 },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _reply_ HttpReply r = {};

                raw_call(*state, rows[i].request, &r);
                assert_int_equal(r.status, rows[i].status);
                if (r.status == 204) {
                        assert_string_equal(http_reply_header(&r, "Content-Type"), "");
                        continue;
                }
                assert_string_equal(http_reply_header(&r, "Content-Type"), "application/json");
                assert_int_equal(number(&r, "code"), rows[i].code);
                assert_non_null(json_text(json_get(r.json, "message")));
        }
}

static void one_connection_serves_many_requests(void **state) {
        Rig *rig = *state;
        _close_ int fd = rig_connect(rig);
        _strbuf_ StrBuf two = {};

        rig_write_request(&two, "POST", MESSAGES, "{\"content\":\"a\"}");
        rig_write_request(&two, "POST", MESSAGES, "{\"content\":\"b\"}");
        for (size_t i = 0; i < 3; i++) {
                _reply_ HttpReply first = {}, second = {};

                rig_send(rig, fd, strbuf_text(&two));   /* both at once: pipelined */
                rig_receive(rig, fd, &first);
                rig_receive(rig, fd, &second);
                assert_int_equal(first.status, 200);
                assert_int_equal(second.status, 200);
                assert_string_not_equal(json_text(json_get(first.json, "id")), json_text(json_get(second.json, "id")));
        }
        assert_int_equal(rig_n_applied(rig), 6);
}

static void multipart_brings_its_json_and_files(void **state) {
        static const char body[] =
                "--frontier\r\nContent-Disposition: form-data; name=\"payload_json\"\r\nContent-Type: application/json\r\n\r\n"
                "{\"content\":\"x\"}\r\n"
                "--frontier\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"a.txt\"\r\n\r\n\r\n"
                "--frontier\r\nContent-Disposition: form-data; name=\"files[1]\"; filename=\"b.txt\"\r\nContent-Type: text/plain\r\n\r\n--front\r\n"
                "--frontier--\r\n";
        _strbuf_ StrBuf text = {};
        _reply_ HttpReply r = {}, bad = {};

        strbuf_appendf(&text, "POST " MESSAGES " HTTP/1.1\r\nHost: x\r\nAuthorization: Bot sandbox-token\r\nUser-Agent: DiscordBot (x, 1)\r\n"
                              "Content-Type: multipart/form-data; boundary=\"frontier\"\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
        raw_call(*state, strbuf_text(&text), &r);
        assert_int_equal(r.status, 200);
        assert_int_equal(number(&r, "files"), 2);

        strbuf_clear(&text);
        strbuf_appendf(&text, "POST " CALLBACK " HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=frontier\r\n"
                              "Content-Length: 12\r\n\r\n--frontier\r\n");
        raw_call(*state, strbuf_text(&text), &bad);
        assert_int_equal(bad.status, 400);
}

static void dropped_requests_are_applied_as_the_rule_says(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply r = {}, s = {}, t = {}, requests = {};
        const Json *last = NULL;

        fault(rig, "{\"match\":{\"method\":\"POST\",\"route\":\"/channels/{channel_id}/messages\"},\"do\":\"drop_after\"}");
        rig_call(rig, "POST", MESSAGES, "{\"content\":\"a\"}", &r);
        assert_int_equal(r.status, 0);
        assert_int_equal(rig_n_applied(rig), 1);
        rig_expect(rig, "POST", MESSAGES, "{\"content\":\"b\"}", 200);
        assert_int_equal(rig_n_applied(rig), 2);

        fault(rig, "{\"match\":{\"path\":\"/channels/*\"},\"do\":\"drop_before\",\"skip\":1}");
        rig_expect(rig, "POST", MESSAGES, "{\"content\":\"c\"}", 200);
        rig_call(rig, "POST", MESSAGES, "{\"content\":\"d\"}", &s);
        assert_int_equal(s.status, 0);
        assert_int_equal(rig_n_applied(rig), 3);

        fault(rig, "{\"do\":\"late\",\"ms\":30}");
        rig_call(rig, "POST", MESSAGES, "{\"content\":\"e\"}", &t);
        assert_int_equal(t.status, 0);
        assert_int_equal(rig_n_applied(rig), 3);
        while (rig_n_applied(rig) == 3)
                rig_turn(rig);
        assert_int_equal(rig_n_applied(rig), 4);

        rig_call(rig, "GET", "/sandbox/requests?after=4", NULL, &requests);
        JSON_FOREACH(entry, json_get(requests.json, "requests"))
                last = entry;
        assert_string_equal(json_text(json_get(last, "fault")), "late");
}

static void a_request_still_late_at_the_end_is_forgotten(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply r = {};

        fault(rig, "{\"do\":\"late\",\"ms\":60000}");
        rig_call(rig, "POST", MESSAGES, "{}", &r);
        rig_stop(rig);
        rig_start(rig);
        assert_int_equal(rig_n_applied(rig), 0);
}

static void slow_applies_after_and_hold_before_the_wait(void **state) {
        Rig *rig = *state;
        _close_ int slow = rig_connect(rig), held = rig_connect(rig);
        _strbuf_ StrBuf text = {};
        _reply_ HttpReply r = {}, s = {};

        rig_write_request(&text, "POST", MESSAGES, "{\"content\":\"a\"}");
        fault(rig, "{\"do\":\"hold\",\"ms\":50}");
        rig_send(rig, held, strbuf_text(&text));
        while (rig_n_applied(rig) == 0)
                rig_turn(rig);
        rig_receive(rig, held, &r);
        assert_int_equal(r.status, 200);

        fault(rig, "{\"do\":\"slow\",\"ms\":50}");
        rig_send(rig, slow, strbuf_text(&text));
        rig_expect(rig, "GET", "/api/v10/users/@me", NULL, 204);        /* others are served meanwhile */
        assert_int_equal(rig_n_applied(rig), 1);
        rig_receive(rig, slow, &s);
        assert_int_equal(s.status, 200);
        assert_int_equal(rig_n_applied(rig), 2);
}

static void refusals_by_rule_are_not_applied(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply html = {}, code = {}, user = {}, global = {}, shared = {}, cloudflare = {}, list = {};
        int64_t hits;

        fault(rig, "{\"do\":\"status\",\"status\":503}");
        rig_call(rig, "POST", MESSAGES, "{}", &html);
        assert_int_equal(html.status, 503);
        assert_string_equal(http_reply_header(&html, "Content-Type"), "text/html");

        fault(rig, "{\"do\":\"status\",\"code\":50013}");
        rig_call(rig, "POST", MESSAGES, "{}", &code);
        assert_int_equal(code.status, 403);
        assert_int_equal(number(&code, "code"), 50013);
        assert_string_equal(json_text(json_get(code.json, "message")), "Missing Permissions");

        fault(rig, "{\"do\":\"ratelimit\",\"retry_after\":1.5,\"scope\":\"user\"}");
        rig_call(rig, "POST", MESSAGES, "{}", &user);
        assert_int_equal(user.status, 429);
        assert_non_null(strstr(user.body, "\"retry_after\":1.5"));
        assert_string_equal(http_reply_header(&user, "Retry-After"), "2");
        assert_string_equal(http_reply_header(&user, "X-RateLimit-Scope"), "user");
        assert_string_equal(http_reply_header(&user, "X-RateLimit-Remaining"), "0");
        assert_string_equal(http_reply_header(&user, "Via"), "1.1 google");

        fault(rig, "{\"do\":\"ratelimit\",\"scope\":\"global\"}");
        rig_call(rig, "POST", MESSAGES, "{}", &global);
        assert_non_null(strstr(global.body, "\"global\":true"));
        assert_string_equal(http_reply_header(&global, "X-RateLimit-Global"), "true");
        assert_string_equal(http_reply_header(&global, "X-RateLimit-Limit"), "");

        fault(rig, "{\"do\":\"ratelimit\",\"scope\":\"shared\"}");
        rig_call(rig, "POST", MESSAGES, "{}", &shared);
        assert_string_equal(json_text(json_get(shared.json, "message")), "The resource is being rate limited.");

        fault(rig, "{\"do\":\"ratelimit\",\"scope\":\"cloudflare\",\"retry_after\":60}");
        rig_call(rig, "POST", MESSAGES, "{}", &cloudflare);
        assert_int_equal(cloudflare.status, 429);
        assert_string_equal(http_reply_header(&cloudflare, "Via"), "");
        assert_string_equal(http_reply_header(&cloudflare, "Retry-After"), "60");
        assert_null(cloudflare.json);
        assert_int_equal(rig_n_applied(rig), 0);

        rig_call(rig, "GET", "/sandbox/fault", NULL, &list);
        assert_int_equal(json_array_size(json_get(list.json, "rules")), 6);
        JSON_FOREACH(rule, json_get(list.json, "rules")) {
                assert_int_equal(json_get_i64(rule, "hits", &hits), 0);
                assert_int_equal(hits, 1);
        }
        rig_expect(rig, "DELETE", "/sandbox/fault", NULL, 200);
        rig_expect(rig, "POST", "/sandbox/fault", "{\"do\":\"explode\"}", 400);
        rig_expect(rig, "POST", "/sandbox/fault", "{\"do\":\"status\"}", 400);
        rig_expect(rig, "POST", "/sandbox/fault", "{\"do\":\"status\",\"code\":1}", 400);
        rig_expect(rig, "POST", "/sandbox/fault", "{\"do\":\"slow\",\"ms\":-1}", 400);
        rig_expect(rig, "POST", "/sandbox/fault", "{\"do\":\"slow\",\"count\":-2}", 400);
        rig_expect(rig, "POST", "/sandbox/fault", "[]", 400);
}

static void buckets_are_per_channel_and_told_in_headers(void **state) {
        Rig *rig = *state;
        char bucket[64] = "";

        for (int i = 4; i >= 0; i--) {
                _reply_ HttpReply r = {};
                char expected[8];

                rig_call(rig, "POST", MESSAGES, "{}", &r);
                assert_int_equal(r.status, 200);
                (void) snprintf(expected, sizeof(expected), "%d", i);
                assert_string_equal(http_reply_header(&r, "X-RateLimit-Remaining"), expected);
                assert_string_equal(http_reply_header(&r, "X-RateLimit-Limit"), "5");
                assert_string_not_equal(http_reply_header(&r, "X-RateLimit-Reset"), "");
                (void) snprintf(bucket, sizeof(bucket), "%s", http_reply_header(&r, "X-RateLimit-Bucket"));
        }
        {
                _reply_ HttpReply r = {}, other = {};

                rig_call(rig, "POST", MESSAGES, "{}", &r);
                assert_int_equal(r.status, 429);
                assert_true(json_get(r.json, "retry_after") != NULL);
                assert_string_equal(http_reply_header(&r, "X-RateLimit-Remaining"), "0");
                assert_string_equal(http_reply_header(&r, "X-RateLimit-Bucket"), bucket);
                rig_call(rig, "POST", "/api/v10/channels/5/messages", "{}", &other);
                assert_int_equal(other.status, 200);
                assert_string_equal(http_reply_header(&other, "X-RateLimit-Bucket"), bucket);
        }
        rig_expect(rig, "POST", "/sandbox/clock", "{\"skew_ms\":5000}", 200);
        rig_expect(rig, "POST", MESSAGES, "{}", 200);
        assert_int_equal(rig_n_applied(rig), 7);
}

static void the_date_is_that_of_our_clock(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply r = {};
        struct tm utc = {};

        rig_expect(rig, "POST", "/sandbox/clock", "{\"skew_ms\":86400000}", 200);
        rig_call(rig, "GET", "/api/v10/gateway", NULL, &r);
        assert_non_null(strptime(http_reply_header(&r, "Date"), "%a, %d %b %Y %H:%M:%S GMT", &utc));
        assert_in_range(timegm(&utc), time(NULL) + 86400 - 5, time(NULL) + 86400 + 5);
}

/* A client that has not learnt the bucket yet runs into it: that is no request whose answer could be lost. */
static void a_limit_does_not_use_up_a_fault(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply limited = {}, lost = {};

        do {
                http_reply_done(&limited);
                rig_call(rig, "POST", MESSAGES, "{\"content\":\"a\"}", &limited);
        } while (limited.status == 200);
        assert_int_equal(limited.status, 429);
        fault(rig, "{\"match\":{\"method\":\"POST\"},\"do\":\"drop_after\"}");
        http_reply_done(&limited);
        rig_call(rig, "POST", MESSAGES, "{\"content\":\"b\"}", &limited);
        assert_int_equal(limited.status, 429);
        rig_call(rig, "POST", CALLBACK, "{}", &lost);
        assert_int_equal(lost.status, 0);
}

static void hidden_limits_leave_something_remaining(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply r = {}, old = {};

        rig_expect(rig, "PATCH", "/api/v10/channels/5", "{\"topic\":\"a\"}", 204);
        rig_expect(rig, "PATCH", "/api/v10/channels/5", "{\"topic\":\"b\",\"name\":\"b\"}", 204);
        rig_expect(rig, "PATCH", "/api/v10/channels/5", "{\"name\":\"c\"}", 204);       /* counted apart */
        rig_call(rig, "PATCH", "/api/v10/channels/5", "{\"topic\":\"d\"}", &r);
        assert_int_equal(r.status, 429);
        assert_string_equal(http_reply_header(&r, "X-RateLimit-Remaining"), "1");
        assert_true(atoi(http_reply_header(&r, "Retry-After")) > 590);

        for (size_t i = 0; i < 30; i++) {
                _strbuf_ StrBuf clock = {};

                rig_expect(rig, "PATCH", OLD_MESSAGE, "{}", 204);
                strbuf_appendf(&clock, "{\"skew_ms\":%zu}", (i + 1) * 5000);
                rig_expect(rig, "POST", "/sandbox/clock", strbuf_text(&clock), 200);
        }
        rig_call(rig, "PATCH", OLD_MESSAGE, "{}", &old);
        assert_int_equal(old.status, 429);
        assert_int_equal(number(&old, "code"), 30046);
}

static void the_global_limit_spares_interactions(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply r = {};
        _strbuf_ StrBuf path = {};

        rig->options.global_limit = (LimitOption) { 10, 60000 };
        for (size_t i = 0; i < 10; i++) {
                strbuf_clear(&path);
                strbuf_appendf(&path, "/api/v10/channels/%zu/messages", i + 1);
                rig_expect(rig, "POST", strbuf_text(&path), "{}", 200);
        }
        rig_call(rig, "POST", MESSAGES, "{}", &r);
        assert_int_equal(r.status, 429);
        assert_string_equal(http_reply_header(&r, "X-RateLimit-Scope"), "global");
        rig_expect(rig, "POST", CALLBACK, "{}", 204);
        rig_expect(rig, "PATCH", "/api/v10/webhooks/9/token/messages/%40original", "{}", 204);
}

static void polls_wait_for_what_matches(void **state) {
        Rig *rig = *state;
        _close_ int fd = rig_connect(rig);
        _strbuf_ StrBuf text = {};
        _reply_ HttpReply r = {}, timeout = {};
        const Json *entry;

        rig_write_request(&text, "GET", "/sandbox/effects?after=0&wait=60000&match=needle", NULL);
        rig_send(rig, fd, strbuf_text(&text));
        rig_expect(rig, "POST", MESSAGES, "{\"content\":\"hay\"}", 200);
        rig_expect(rig, "POST", MESSAGES, "{\"content\":\"needle\"}", 200);
        rig_receive(rig, fd, &r);
        assert_int_equal(json_array_size(json_get(r.json, "effects")), 1);
        entry = json_first(json_get(r.json, "effects"));
        assert_string_equal(json_text(json_get(entry, "effect")), "message.create");
        assert_string_equal(json_text(json_get(entry, "by")), "bot");
        assert_string_equal(json_text(json_path(entry, "body", "content", NULL)), "needle");
        assert_int_equal(number(&r, "last"), 2);

        rig_call(rig, "GET", "/sandbox/effects?after=2&wait=20", NULL, &timeout);
        assert_int_equal(timeout.status, 200);
        assert_int_equal(json_array_size(json_get(timeout.json, "effects")), 0);
}

static void polls_on_interactions_follow_the_clock(void **state) {
        Rig *rig = *state;
        _close_ int fd = rig_connect(rig), parked = rig_connect(rig);
        _strbuf_ StrBuf text = {};
        _reply_ HttpReply r = {};

        rig_expect(rig, "GET", "/sandbox/interaction/8?wait=1000", NULL, 404);
        rig_write_request(&text, "GET", "/sandbox/interaction/7?wait=60000&until=acknowledged", NULL);
        rig_send(rig, fd, strbuf_text(&text));
        rig_expect(rig, "POST", "/sandbox/act", "{}", 200);
        rig_expect(rig, "POST", "/sandbox/clock", "{\"skew_ms\":2900}", 200);
        assert_false(rig_timer_ran(rig));
        rig_expect(rig, "POST", "/sandbox/clock", "{\"skew_ms\":3100}", 200);
        rig_receive(rig, fd, &r);
        assert_true(rig_timer_ran(rig));
        assert_string_equal(r.body, "{\"acknowledged\":true}");

        /* One that is never final is parked when the sandbox ends. */
        strbuf_clear(&text);
        rig_write_request(&text, "GET", "/sandbox/interaction/7?wait=60000&until=final", NULL);
        rig_send(rig, parked, strbuf_text(&text));
        rig_turn(rig);
}

static void reasons_are_decoded_once(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply r = {}, effects = {};

        raw_call(rig, "POST " MESSAGES " HTTP/1.1\r\nHost: x\r\nAuthorization: Bot sandbox-token\r\nUser-Agent: DiscordBot (x, 1)\r\n"
                      "X-Audit-Log-Reason: caf%C3%A9%2520\r\nContent-Length: 0\r\n\r\n", &r);
        assert_int_equal(r.status, 200);
        rig_call(rig, "GET", "/sandbox/effects?after=0", NULL, &effects);
        assert_string_equal(json_text(json_get(json_first(json_get(effects.json, "effects")), "reason")), "café%20");
}

static void traffic_is_written_line_by_line(void **state) {
        Rig *rig = *state;
        char line[4096];
        FILE *f;
        size_t n = 0;

        rig_expect(rig, "POST", MESSAGES "?wait=true", "{\"content\":\"a\"}", 200);
        rig_expect(rig, "GET", "/api/v10/nothing", NULL, 404);
        f = fopen(rig->traffic_file, "re");
        assert_non_null(f);
        while (fgets(line, sizeof(line), f)) {
                _json_ Json *json = NULL;

                assert_int_equal(json_parse(line, strlen(line), &json), 0);
                if (n++ == 0) {
                        assert_string_equal(json_text(json_get(json, "route")), "/channels/{channel_id}/messages");
                        assert_string_equal(json_text(json_get(json, "query")), "wait=true");
                        assert_string_equal(json_text(json_path(json, "request", "content", NULL)), "a");
                        assert_string_equal(json_text(json_path(json, "response", "channel", NULL)), "820000000000000011");
                        assert_string_equal(json_text(json_get(json, "auth")), "bot");
                } else
                        assert_true(json_is_null(json_get(json, "route")));
        }
        (void) fclose(f);
        assert_int_equal(n, 2);
}

static void state_survives_and_a_broken_file_is_kept(void **state) {
        Rig *rig = *state;
        Sandbox *sandbox;
        FILE *f;

        rig_expect(rig, "POST", MESSAGES, "{}", 200);
        rig_stop(rig);
        rig_start(rig);
        assert_int_equal(rig_n_applied(rig), 1);
        rig_expect(rig, "POST", "/sandbox/reset", NULL, 200);
        assert_int_equal(rig_n_applied(rig), 0);
        rig_stop(rig);

        f = fopen(rig->state_file, "we");
        assert_non_null(f);
        (void) fputs("{\"version\":1,\"model\":7}", f);
        (void) fclose(f);
        assert_true(sd_event_new(&rig->event) >= 0);
        assert_int_equal(sandbox_new(&rig->options, rig->event, &sandbox), -EBADMSG);
        f = fopen(rig->state_file, "re");
        assert_non_null(f);
        assert_int_equal(fgetc(f), '{');
        (void) fclose(f);
        rig->event = sd_event_unref(rig->event);
        (void) unlink(rig->state_file);
        rig_start(rig);
}

static void a_state_that_takes_long_is_written_beside(void **state) {
        Rig *rig = *state;
        char text[200] = "";
        FILE *f;

        rig->sandbox->save_took = USEC_PER_SEC;         /* as if the guild were large */
        rig_expect(rig, "POST", MESSAGES, "{}", 200);
        sbx_changed(rig->sandbox);
        while (rig->sandbox->saver == 0)
                rig_turn(rig);
        sbx_changed(rig->sandbox);
        rig_expect(rig, "POST", MESSAGES, "{}", 200);   /* nobody waits for it */
        while (rig->sandbox->saver > 0)
                rig_turn(rig);
        f = fopen(rig->state_file, "re");
        assert_non_null(f);
        assert_non_null(fgets(text, sizeof(text), f));
        (void) fclose(f);
        assert_non_null(strstr(text, "\"applied\":1"));

        /* What has changed since is written by the next one, which the end of the process waits for. */
        while (rig->sandbox->saver == 0)
                rig_turn(rig);
        rig_stop(rig);
        rig_start(rig);
        assert_int_equal(rig_n_applied(rig), 2);
}

static void files_come_from_the_directory_only(void **state) {
        static const char *const bad[] = { "/missing.js", "/../state", "/..%2fstate", "//etc/passwd", "/.hidden", "/" };
        Rig *rig = *state;
        _strbuf_ StrBuf path = {};
        _reply_ HttpReply r = {};
        FILE *f;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                rig_expect(rig, "GET", bad[i], NULL, 404);
        strbuf_appendf(&path, "%s/index.html", rig->dir);
        f = fopen(strbuf_text(&path), "we");
        assert_non_null(f);
        (void) fputs("<p>hello", f);
        (void) fclose(f);
        rig_call(rig, "GET", "/", NULL, &r);
        assert_int_equal(r.status, 200);
        assert_string_equal(r.body, "<p>hello");
        assert_string_equal(http_reply_header(&r, "Content-Type"), "text/html; charset=utf-8");
        rig_expect(rig, "POST", "/", "{}", 405);
}

static void other_origins_may_not_control(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply foreign = {}, own = {};

        raw_call(rig, "POST /sandbox/reset HTTP/1.1\r\nHost: 127.0.0.1:1\r\nOrigin: http://evil.test\r\nContent-Length: 0\r\n\r\n", &foreign);
        assert_int_equal(foreign.status, 403);
        raw_call(rig, "POST /sandbox/reset HTTP/1.1\r\nHost: 127.0.0.1:1\r\nOrigin: http://127.0.0.1:1\r\nContent-Length: 0\r\n\r\n", &own);
        assert_int_equal(own.status, 200);
        rig_expect(rig, "GET", "/sandbox/reset", NULL, 405);
        rig_expect(rig, "GET", "/sandbox/", NULL, 404);
        rig_expect(rig, "POST", "/sandbox/act", "{", 400);
        rig_expect(rig, "POST", "/sandbox/clock", "{\"skew_ms\":-1}", 400);
}

static void the_gateway_is_where_the_client_found_us(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply r = {};

        rig_call(rig, "GET", "/api/v10/gateway/bot", NULL, &r);
        assert_string_equal(json_text(json_get(r.json, "url")), "ws://sandbox.test/");
        assert_int_equal(number(&r, "shards"), 1);
}

/* Requests no client would send; what matters is that the next one is served. */
static void garbage_is_survived(void **state) {
        static const char *const requests[] = {
                "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "BREW /api/v10/users/@me HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/v10/channels/%/messages?%=%&&=&x HTTP/1.1\r\nHost: x\r\n\r\n", "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
                "POST " CALLBACK " HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
                "POST " CALLBACK " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n",
                "GET /api/v10/a/b/c/d/e/f/g/h/i/j/k/l HTTP/1.1\r\nHost: x\r\n\r\n",
        };
        Rig *rig = *state;

        for (size_t i = 0; i < ELEMENTSOF(requests); i++) {
                _close_ int fd = rig_connect(rig);

                rig_send(rig, fd, requests[i]);
                rig_turn(rig);
                (void) shutdown(fd, SHUT_WR);
                rig_turn(rig);
        }
        rig_expect(rig, "GET", "/api/v10/users/@me", NULL, 204);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(refusals_come_in_discords_words, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(one_connection_serves_many_requests, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(multipart_brings_its_json_and_files, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(dropped_requests_are_applied_as_the_rule_says, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(a_request_still_late_at_the_end_is_forgotten, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(slow_applies_after_and_hold_before_the_wait, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(refusals_by_rule_are_not_applied, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(buckets_are_per_channel_and_told_in_headers, set_up_limited, rig_tear_down),
                cmocka_unit_test_setup_teardown(the_date_is_that_of_our_clock, set_up_limited, rig_tear_down),
                cmocka_unit_test_setup_teardown(a_limit_does_not_use_up_a_fault, set_up_limited, rig_tear_down),
                cmocka_unit_test_setup_teardown(hidden_limits_leave_something_remaining, set_up_limited, rig_tear_down),
                cmocka_unit_test_setup_teardown(the_global_limit_spares_interactions, set_up_limited, rig_tear_down),
                cmocka_unit_test_setup_teardown(polls_wait_for_what_matches, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(polls_on_interactions_follow_the_clock, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(reasons_are_decoded_once, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(traffic_is_written_line_by_line, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(state_survives_and_a_broken_file_is_kept, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(a_state_that_takes_long_is_written_beside, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(files_come_from_the_directory_only, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(other_origins_may_not_control, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(the_gateway_is_where_the_client_found_us, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(garbage_is_survived, rig_set_up, rig_tear_down),
        };

        return cmocka_run_group_tests_name("sandbox http", tests, NULL, NULL);
}
