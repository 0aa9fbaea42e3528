/* The client of the site: what is asked, what each kind of answer, or none, is called. Real sockets, a scripted server. */

#include "magikal/rsi.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "lib/scripted-http.h"
#include "magikal/strbuf.h"

#define PATIENCE (8 * USEC_PER_SEC)
#define TIMEOUT_MS 3000

#define PAGE(name)                                                                                                                \
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"                                                 \
        "<div id='public-profile'><p class='entry'><span class='label'>UEE Citizen Record</span><b class='value'>#7</b></p>"     \
        "<div class='profile left-col'><div class='info'><p class='entry'><strong class='value'>" name "</strong></p>"           \
        "<p class='entry'><span class='label'>Handle name</span><strong class='value'>Q-p</strong></p></div></div></div>"
#define NOT_FOUND "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
#define BROKEN "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"

typedef struct Fixture {
        sd_event *event;
        ScriptedHttp *server;
        Rsi *rsi;
        int64_t skew;
        StrBuf kept[8];         /* answers that had to be made */
        size_t n_kept;
} Fixture;

typedef struct Asked {
        bool is_done;
        int n_done;
        RsiResult result;
        RsiReason reason;
        int status;
        bool is_cached, is_listed, is_affiliate;
        Usec wait;
        char name[64], sid[RSI_SID_MAX + 1];
        size_t n_orgs;
} Asked;

static const RsiQuery citizen = { .kind = RSI_CITIZEN, .handle = "q-P" };

static void start(Fixture *f, RsiConfig config) {
        f->rsi = rsi_free(f->rsi);
        config.base_url = scripted_http_url(f->server);
        assert_int_equal(rsi_new(f->event, &config, &f->rsi), 0);
}

static int set_up(void **state) {
        Fixture *f = new0(Fixture, 1);

        assert_non_null(f);
        assert_true(sd_event_new(&f->event) >= 0);
        assert_int_equal(scripted_http_new(f->event, &f->server), 0);
        start(f, (RsiConfig) { .timeout_ms = TIMEOUT_MS, .requests_per_minute = 60 });
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;

        clock_set_skew(0);
        (void) rsi_free(f->rsi);
        (void) scripted_http_free(f->server);
        (void) sd_event_unref(f->event);
        for (size_t i = 0; i < f->n_kept; i++)
                strbuf_done(&f->kept[i]);
        free(f);
        return 0;
}

static void pass(Fixture *f, int seconds) {
        f->skew += (int64_t) seconds * (int64_t) USEC_PER_SEC;
        clock_set_skew(f->skew);
}

static void on_done(const RsiAnswer *answer, void *userdata) {
        Asked *a = userdata;

        a->is_done = true;
        a->n_done++;
        a->result = answer->result;
        a->reason = answer->reason;
        a->status = answer->status;
        a->is_cached = answer->is_cached;
        a->wait = answer->wait;
        assert_int_equal(answer->citizen || answer->org_list || answer->org_page || answer->membership, answer->result == RSI_FOUND);
        assert_int_equal(answer->reason != RSI_NONE_REASON, answer->result == RSI_UNKNOWN);
        if (answer->citizen)
                (void) snprintf(a->name, sizeof(a->name), "%s", answer->citizen->display_name);
        if (answer->org_page)
                (void) snprintf(a->sid, sizeof(a->sid), "%s", answer->org_page->sid);
        if (answer->org_list)
                a->n_orgs = answer->org_list->n_orgs;
        if (answer->membership) {
                a->is_listed = answer->membership->is_listed;
                a->is_affiliate = answer->membership->is_affiliate;
        }
}

static void begin(Fixture *f, RsiQuery query, Asked *a) {
        *a = (Asked) {};
        assert_int_equal(rsi_ask(f->rsi, &query, on_done, a), 0);
        assert_false(a->is_done);
}

static void turn_until(Fixture *f, const bool *is_done) {
        Usec end = clock_boottime() + PATIENCE;

        while (!*is_done) {
                assert_true(clock_boottime() < end);
                assert_true(sd_event_run(f->event, 100 * USEC_PER_MSEC) >= 0);
        }
}

static Asked ask(Fixture *f, RsiQuery query) {
        Asked a;

        begin(f, query, &a);
        turn_until(f, &a.is_done);
        assert_int_equal(rsi_n_in_flight(f->rsi), 0);
        return a;
}

static void expect_unknown(Asked a, RsiReason reason) {
        assert_int_equal(a.result, RSI_UNKNOWN);
        assert_string_equal(rsi_reason_to_string(a.reason), rsi_reason_to_string(reason));
}

static void answer_text(Fixture *f, const char *format, ...) _printf_(2, 3);
static void answer_text(Fixture *f, const char *format, ...) {
        StrBuf *text = &f->kept[f->n_kept++];
        va_list ap;

        assert_true(f->n_kept <= ELEMENTSOF(f->kept));
        va_start(ap, format);
        strbuf_appendv(text, format, ap);
        va_end(ap);
        scripted_http_answer(f->server, strbuf_text(text), CLOSE_AFTER);
}

/* ---- asking ------------------------------------------------------------------------------------------------------------------ */

static void requests_say_who_asks_and_for_what(void **state) {
        Fixture *f = *state;
        const char *text;

        scripted_http_answer(f->server, PAGE("Quinn"), CLOSE_AFTER);
        assert_string_equal(ask(f, (RsiQuery) { .kind = RSI_CITIZEN, .handle = "https://robertsspaceindustries.com/citizens/q-P" }).name, "Quinn");
        text = scripted_http_request(f->server, 0);
        assert_memory_equal(text, "GET /api/citizens/q-P HTTP/1.1\r\n", 32);
        assert_non_null(strstr(text, "\r\nUser-Agent: magikal-tickets/"));
        assert_non_null(strstr(text, "\r\nAccept: text/html\r\n"));
        assert_non_null(strstr(text, "\r\nAccept-Language: en\r\n"));
        assert_null(strcasestr(text, "Cookie"));

        scripted_http_answer(f->server, PAGE("Quinn"), CLOSE_AFTER);
        assert_int_equal(ask(f, (RsiQuery) { .kind = RSI_ORG_LIST, .handle = "q-p" }).result, RSI_FOUND);
        assert_memory_equal(scripted_http_request(f->server, 1), "GET /api/citizens/q-p/organizations HTTP/1.1\r\n", 46);

        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\n\r\n<div id='organization'><h1>Lantern / LANTERN</h1></div>", CLOSE_AFTER);
        assert_string_equal(ask(f, (RsiQuery) { .kind = RSI_ORG_PAGE, .sid = "lantern" }).sid, "LANTERN");
        assert_memory_equal(scripted_http_request(f->server, 2), "GET /api/orgs/LANTERN HTTP/1.1\r\n", 32);

        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\n\r\n{\"success\":1,\"data\":{\"totalrows\":1,\"html\":\"<li class='member-item org-affiliate'>"
                                        "<a class='membercard' href='/citizens/Q-P'></a></li>\"}}", CLOSE_AFTER);
        assert_true(ask(f, (RsiQuery) { .kind = RSI_MEMBERSHIP, .handle = "q-p", .sid = "Lantern" }).is_listed);
        text = scripted_http_request(f->server, 3);
        assert_memory_equal(text, "POST /api/api/orgs/getOrgMembers HTTP/1.1\r\n", 43);
        assert_non_null(strstr(text, "\r\nContent-Type: application/json\r\n"));
        assert_non_null(strstr(text, "\r\n\r\n{\"symbol\":\"LANTERN\",\"search\":\"q-p\",\"page\":1,\"pagesize\":32}"));
}

static void what_cannot_be_asked_is_refused_at_once(void **state) {
        static const RsiQuery wrong[] = {
                { .kind = RSI_CITIZEN },
                { .kind = RSI_CITIZEN, .sid = "LANTERN" },
                { .kind = RSI_CITIZEN, .handle = "two words" },
                { .kind = RSI_CITIZEN, .handle = "../../orgs/x" },
                { .kind = RSI_ORG_PAGE, .handle = "q-p" },
                { .kind = RSI_MEMBERSHIP, .handle = "q-p" },
                { .kind = RSI_MEMBERSHIP, .sid = "LANTERN" },
                { .kind = _RSI_KIND_MAX, .handle = "q-p", .sid = "LANTERN" },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++)
                assert_int_equal(rsi_ask(f->rsi, &wrong[i], on_done, NULL), -EINVAL);
        assert_int_equal(rsi_n_in_flight(f->rsi), 0);
}

static void only_safe_places_are_asked(void **state) {
        static const RsiConfig bad[] = {
                { .base_url = "http://robertsspaceindustries.com", .timeout_ms = 1, .requests_per_minute = 1 },
                { .base_url = "wss://robertsspaceindustries.com", .timeout_ms = 1, .requests_per_minute = 1 },
                { .base_url = "https://user@robertsspaceindustries.com", .timeout_ms = 1, .requests_per_minute = 1 },
                { .base_url = "https://robertsspaceindustries.com/?x", .timeout_ms = 1, .requests_per_minute = 1 },
                { .base_url = "", .timeout_ms = 1, .requests_per_minute = 1 },
                { .base_url = NULL, .timeout_ms = 1, .requests_per_minute = 1 },
                { .base_url = "https://robertsspaceindustries.com", .timeout_ms = 0, .requests_per_minute = 1 },
                { .base_url = "https://robertsspaceindustries.com", .timeout_ms = 1, .requests_per_minute = 0 },
                { .base_url = "https://robertsspaceindustries.com", .timeout_ms = 1, .requests_per_minute = 61 },
        };
        Fixture *f = *state;
        Rsi *rsi = NULL;

        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(rsi_new(f->event, &bad[i], &rsi), -EINVAL);
        assert_int_equal(rsi_new(f->event, &(RsiConfig) { .base_url = "https://robertsspaceindustries.com/", .timeout_ms = 3000, .requests_per_minute = 30 },
                                 &rsi), 0);
        assert_null(rsi_free(rsi));
        assert_null(rsi_free(NULL));
}

static void switched_off_nothing_is_asked(void **state) {
        Fixture *f = *state;

        start(f, (RsiConfig) { .timeout_ms = TIMEOUT_MS, .requests_per_minute = 1, .is_off = true });
        expect_unknown(ask(f, citizen), RSI_OFF_REASON);
        assert_int_equal(scripted_http_n_connections(f->server), 0);
}

/* ---- what is known already ----------------------------------------------------------------------------------------------------- */

static void found_ones_are_kept_for_an_hour(void **state) {
        Fixture *f = *state;
        Asked a;

        scripted_http_answer(f->server, PAGE("Quinn"), CLOSE_AFTER);
        scripted_http_answer(f->server, PAGE("Quentin"), CLOSE_AFTER);
        assert_false(ask(f, citizen).is_cached);
        pass(f, 3590);
        a = ask(f, (RsiQuery) { .kind = RSI_CITIZEN, .handle = "Q-P" });
        assert_true(a.is_cached);
        assert_string_equal(a.name, "Quinn");
        assert_int_equal(scripted_http_n_requests(f->server), 1);
        pass(f, 20);
        a = ask(f, citizen);
        assert_false(a.is_cached);
        assert_string_equal(a.name, "Quentin");
}

/* Does the site answer? What is known already says nothing about that. */
static void a_fresh_look_asks_the_site(void **state) {
        RsiQuery fresh = { .kind = RSI_CITIZEN, .handle = "q-p", .is_fresh = true };
        Fixture *f = *state;

        scripted_http_answer(f->server, PAGE("Quinn"), CLOSE_AFTER);
        scripted_http_answer(f->server, "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN);
        assert_int_equal(ask(f, citizen).result, RSI_FOUND);
        expect_unknown(ask(f, fresh), RSI_SERVER_REASON);
        assert_true(ask(f, citizen).is_cached);
}

static void absent_ones_are_kept_for_five_minutes(void **state) {
        Fixture *f = *state;
        Asked a;

        scripted_http_answer(f->server, NOT_FOUND, KEEP_OPEN);
        scripted_http_answer(f->server, PAGE("Quinn"), CLOSE_AFTER);
        a = ask(f, citizen);
        assert_int_equal(a.result, RSI_ABSENT);
        assert_int_equal(a.status, 404);
        pass(f, 290);
        a = ask(f, citizen);
        assert_int_equal(a.result, RSI_ABSENT);
        assert_true(a.is_cached);
        pass(f, 20);
        assert_int_equal(ask(f, citizen).result, RSI_FOUND);
}

static void who_is_not_listed_is_soon_asked_for_again(void **state) {
        static const RsiQuery query = { .kind = RSI_MEMBERSHIP, .handle = "q-p", .sid = "LANTERN" };
        Fixture *f = *state;
        Asked a;

        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\n\r\n{\"success\":1,\"data\":{\"totalrows\":0,\"html\":\"\"}}", CLOSE_AFTER);
        scripted_http_answer(f->server, NOT_FOUND, KEEP_OPEN);
        a = ask(f, query);
        assert_int_equal(a.result, RSI_FOUND);
        assert_false(a.is_listed);
        assert_true(ask(f, query).is_cached);
        pass(f, 31);
        expect_unknown(ask(f, query), RSI_STATUS_REASON);       /* an interface that is gone says nothing of a person */
}

static void unknown_is_never_kept(void **state) {
        Fixture *f = *state;

        scripted_http_answer(f->server, "HTTP/1.1 200 OK\r\n\r\n<input type=password>", CLOSE_AFTER);
        scripted_http_answer(f->server, PAGE("Quinn"), CLOSE_AFTER);
        expect_unknown(ask(f, citizen), RSI_LOGIN_REASON);
        assert_string_equal(ask(f, citizen).name, "Quinn");
}

static void the_same_question_is_asked_once(void **state) {
        Fixture *f = *state;
        Asked a[5];

        begin(f, citizen, &a[0]);
        begin(f, (RsiQuery) { .kind = RSI_CITIZEN, .handle = "Q-P" }, &a[1]);
        begin(f, (RsiQuery) { .kind = RSI_ORG_LIST, .handle = "Q-P" }, &a[2]);
        while (scripted_http_n_requests(f->server) < 2)
                assert_true(sd_event_run(f->event, 100 * USEC_PER_MSEC) >= 0);
        begin(f, citizen, &a[3]);       /* while it is under way */
        begin(f, (RsiQuery) { .kind = RSI_CITIZEN, .handle = "other" }, &a[4]);
        assert_int_equal(rsi_n_in_flight(f->rsi), 5);
        while (scripted_http_n_requests(f->server) < 3)
                assert_true(sd_event_run(f->event, 100 * USEC_PER_MSEC) >= 0);
        scripted_http_release(f->server, NOT_FOUND);
        for (size_t i = 0; i < ELEMENTSOF(a); i++) {
                turn_until(f, &a[i].is_done);
                assert_int_equal(a[i].result, RSI_ABSENT);
        }
        assert_int_equal(scripted_http_n_requests(f->server), 3);
        for (size_t i = 0; i < ELEMENTSOF(a); i++)
                assert_int_equal(a[i].n_done, 1);
}

/* ---- redirects ----------------------------------------------------------------------------------------------------------------- */

static void redirects_stay_on_the_host(void **state) {
        Fixture *f = *state;
        Asked a;

        answer_text(f, "HTTP/1.1 301 Moved\r\nLocation: /api/en/citizens/q-P\r\nContent-Length: 0\r\n\r\n");
        answer_text(f, "HTTP/1.1 302 Found\r\nLocation: %s/en/citizens/Q-p?x=1\r\nContent-Length: 0\r\n\r\n", scripted_http_url(f->server));
        scripted_http_answer(f->server, PAGE("Quinn"), CLOSE_AFTER);
        a = ask(f, citizen);
        assert_string_equal(a.name, "Quinn");
        assert_int_equal(scripted_http_n_requests(f->server), 3);
        assert_memory_equal(scripted_http_request(f->server, 1), "GET /api/en/citizens/q-P HTTP", 29);
        assert_memory_equal(scripted_http_request(f->server, 2), "GET /api/en/citizens/Q-p?x=1 HTTP", 33);
}

static void redirects_lead_nowhere_else(void **state) {
        static const char *const to[] = { "http://127.0.0.1:1/citizens/q-p", "https://127.0.0.1/", "http://evil.example/", "file:///etc/passwd", "//evil.example/x", NULL };
        Fixture *f = *state;

        for (size_t i = 0; i < ELEMENTSOF(to); i++) {
                if (to[i])
                        answer_text(f, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", to[i]);
                else
                        answer_text(f, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
                expect_unknown(ask(f, citizen), RSI_ELSEWHERE_REASON);
        }
        assert_int_equal(scripted_http_n_requests(f->server), ELEMENTSOF(to));
}

static void redirects_end(void **state) {
        Fixture *f = *state;

        for (int i = 0; i < 4; i++)
                scripted_http_answer(f->server, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN);
        expect_unknown(ask(f, citizen), RSI_ELSEWHERE_REASON);
        assert_int_equal(scripted_http_n_requests(f->server), 4);

        scripted_http_answer(f->server, "HTTP/1.1 307 Temporary\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN);
        expect_unknown(ask(f, (RsiQuery) { .kind = RSI_MEMBERSHIP, .handle = "q-p", .sid = "LANTERN" }), RSI_ELSEWHERE_REASON);
        assert_int_equal(scripted_http_n_requests(f->server), 5);
}

/* ---- what goes wrong ------------------------------------------------------------------------------------------------------------- */

static void whatever_is_no_404_is_unknown(void **state) {
        static const struct {
                const char *answer;
                ScriptedEnd end;
                RsiReason reason;
                int status;
        } rows[] = {
                { "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN, RSI_BLOCKED_REASON, 403 },
                { "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN, RSI_STATUS_REASON, 410 },
                { BROKEN, KEEP_OPEN, RSI_SERVER_REASON, 500 },
                { "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN, RSI_SERVER_REASON, 503 },
                { "HTTP/1.1 204 No Content\r\n\r\n", KEEP_OPEN, RSI_STATUS_REASON, 204 },
                { "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN, RSI_MARKUP_REASON, 200 },
                { "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", CLOSE_AFTER, RSI_UNREACHABLE_REASON, 200 },
                { "nonsense", CLOSE_AFTER, RSI_UNREACHABLE_REASON, 0 },
                { "", CLOSE_AFTER, RSI_UNREACHABLE_REASON, 0 },
                { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nnot gzip", CLOSE_AFTER, RSI_UNREACHABLE_REASON, 200 },
                { "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN, RSI_LIMITED_REASON, 429 },
        };
        Fixture *f = *state;

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Asked a;

                scripted_http_answer(f->server, rows[i].answer, rows[i].end);
                a = ask(f, citizen);
                expect_unknown(a, rows[i].reason);
                assert_int_equal(a.status, rows[i].status);
        }
        expect_unknown(ask(f, citizen), RSI_HELD_BACK_REASON);  /* the 429 asked for a minute */
        assert_int_equal(scripted_http_n_requests(f->server), ELEMENTSOF(rows));
}

static void nobody_listens(void **state) {
        Fixture *f = *state;

        scripted_http_stop_listening(f->server);
        expect_unknown(ask(f, citizen), RSI_UNREACHABLE_REASON);
}

static void pages_have_a_limit(void **state) {
        Fixture *f = *state;

        scripted_http_answer_filled(f->server, "HTTP/1.1 200 OK\r\n\r\n", RSI_PAGE_MAX + 1);
        scripted_http_answer_filled(f->server, "HTTP/1.1 200 OK\r\n\r\n", RSI_PAGE_MAX);
        scripted_http_answer_filled(f->server, "HTTP/1.1 404 Not Found\r\n\r\n", RSI_PAGE_MAX + 1);
        expect_unknown(ask(f, citizen), RSI_TOO_LONG_REASON);
        expect_unknown(ask(f, citizen), RSI_MARKUP_REASON);
        assert_int_equal(ask(f, citizen).result, RSI_ABSENT);
}

static void nobody_waits_longer_than_allowed(void **state) {
        Usec before = clock_boottime();
        Fixture *f = *state;

        start(f, (RsiConfig) { .timeout_ms = 100, .requests_per_minute = 60 });
        expect_unknown(ask(f, citizen), RSI_TIMEOUT_REASON);
        assert_true(clock_boottime() - before >= 90 * USEC_PER_MSEC);
        assert_int_equal(scripted_http_n_requests(f->server), 1);
}

static void a_failing_site_is_left_alone(void **state) {
        Fixture *f = *state;
        Asked a;

        for (int i = 0; i < 5; i++) {
                scripted_http_answer(f->server, BROKEN, KEEP_OPEN);
                expect_unknown(ask(f, citizen), RSI_SERVER_REASON);
        }
        a = ask(f, citizen);
        expect_unknown(a, RSI_HELD_BACK_REASON);
        assert_true(a.wait > 4 * USEC_PER_SEC && a.wait <= 5 * USEC_PER_SEC);
        assert_int_equal(scripted_http_n_requests(f->server), 5);

        pass(f, 6);
        scripted_http_answer(f->server, BROKEN, KEEP_OPEN);
        expect_unknown(ask(f, citizen), RSI_SERVER_REASON);
        pass(f, 6);
        expect_unknown(ask(f, citizen), RSI_HELD_BACK_REASON);  /* ten seconds by now */
        pass(f, 6);
        scripted_http_answer(f->server, PAGE("Quinn"), CLOSE_AFTER);
        assert_int_equal(ask(f, citizen).result, RSI_FOUND);
        scripted_http_answer(f->server, NOT_FOUND, KEEP_OPEN);
        assert_int_equal(ask(f, (RsiQuery) { .kind = RSI_CITIZEN, .handle = "other" }).result, RSI_ABSENT);
}

static void what_is_known_is_told_while_the_site_fails(void **state) {
        Fixture *f = *state;

        scripted_http_answer(f->server, PAGE("Quinn"), CLOSE_AFTER);
        assert_int_equal(ask(f, citizen).result, RSI_FOUND);
        scripted_http_answer(f->server, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n", KEEP_OPEN);
        expect_unknown(ask(f, (RsiQuery) { .kind = RSI_CITIZEN, .handle = "other" }), RSI_LIMITED_REASON);
        assert_string_equal(ask(f, citizen).name, "Quinn");
}

static void a_minute_has_so_many_requests(void **state) {
        static const char *const handles[] = { "a", "b", "c", "d" };
        Fixture *f = *state;
        Asked a = {};

        start(f, (RsiConfig) { .timeout_ms = TIMEOUT_MS, .requests_per_minute = 3 });
        for (int i = 0; i < 4; i++)
                scripted_http_answer(f->server, NOT_FOUND, KEEP_OPEN);
        for (size_t i = 0; i < ELEMENTSOF(handles); i++)
                a = ask(f, (RsiQuery) { .kind = RSI_CITIZEN, .handle = handles[i] });
        expect_unknown(a, RSI_BUSY_REASON);
        assert_true(a.wait > 50 * USEC_PER_SEC && a.wait <= 60 * USEC_PER_SEC);
        pass(f, 59);
        /* what may go within its time waits for it */
        assert_int_equal(ask(f, (RsiQuery) { .kind = RSI_CITIZEN, .handle = "d" }).result, RSI_ABSENT);
        assert_int_equal(scripted_http_n_requests(f->server), 4);
}

static void few_requests_are_out_at_once(void **state) {
        Fixture *f = *state;
        Asked a[200];

        start(f, (RsiConfig) { .timeout_ms = 400, .requests_per_minute = 60 });
        for (size_t i = 0; i < ELEMENTSOF(a); i++) {
                char handle[8];

                (void) snprintf(handle, sizeof(handle), "h%zu", i);
                begin(f, (RsiQuery) { .kind = RSI_CITIZEN, .handle = handle }, &a[i]);
        }
        for (size_t i = 0; i < ELEMENTSOF(a); i++) {
                turn_until(f, &a[i].is_done);
                expect_unknown(a[i], i < 4 ? RSI_TIMEOUT_REASON : RSI_BUSY_REASON);
        }
        assert_int_equal(scripted_http_n_requests(f->server), 4);
        assert_int_equal(scripted_http_n_at_once(f->server), 4);
}

typedef struct Chain {
        Fixture *f;
        int n_left;
        bool is_done;
} Chain;

static void on_done_ask_again(const RsiAnswer *answer, void *userdata) {
        Chain *c = userdata;

        assert_int_equal(answer->result, RSI_ABSENT);
        if (--c->n_left == 0)
                c->is_done = true;
        else
                assert_int_equal(rsi_ask(c->f->rsi, &citizen, on_done_ask_again, c), 0);
}

static void an_answer_may_ask_the_next_question(void **state) {
        Chain c = { .f = *state, .n_left = 4 };

        scripted_http_answer(c.f->server, NOT_FOUND, KEEP_OPEN);
        assert_int_equal(rsi_ask(c.f->rsi, &citizen, on_done_ask_again, &c), 0);
        turn_until(c.f, &c.is_done);
        assert_int_equal(scripted_http_n_requests(c.f->server), 1);
}

static void the_end_tells_nobody(void **state) {
        Fixture *f = *state;
        Asked running, waiting, known;

        scripted_http_answer(f->server, NOT_FOUND, KEEP_OPEN);
        (void) ask(f, citizen);
        begin(f, (RsiQuery) { .kind = RSI_ORG_LIST, .handle = "q-p" }, &running);
        while (scripted_http_n_requests(f->server) < 2)
                assert_true(sd_event_run(f->event, 100 * USEC_PER_MSEC) >= 0);
        begin(f, citizen, &known);
        begin(f, (RsiQuery) { .kind = RSI_CITIZEN, .handle = "other" }, &waiting);
        f->rsi = rsi_free(f->rsi);
        assert_true(sd_event_run(f->event, 1000) >= 0);
        assert_int_equal(running.n_done + waiting.n_done + known.n_done, 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                test(requests_say_who_asks_and_for_what),
                test(what_cannot_be_asked_is_refused_at_once),
                test(only_safe_places_are_asked),
                test(switched_off_nothing_is_asked),
                test(found_ones_are_kept_for_an_hour),
                test(a_fresh_look_asks_the_site),
                test(absent_ones_are_kept_for_five_minutes),
                test(who_is_not_listed_is_soon_asked_for_again),
                test(unknown_is_never_kept),
                test(the_same_question_is_asked_once),
                test(redirects_stay_on_the_host),
                test(redirects_lead_nowhere_else),
                test(redirects_end),
                test(whatever_is_no_404_is_unknown),
                test(nobody_listens),
                test(pages_have_a_limit),
                test(nobody_waits_longer_than_allowed),
                test(a_failing_site_is_left_alone),
                test(what_is_known_is_told_while_the_site_fails),
                test(a_minute_has_so_many_requests),
                test(few_requests_are_out_at_once),
                test(an_answer_may_ask_the_next_question),
                test(the_end_tells_nobody),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
