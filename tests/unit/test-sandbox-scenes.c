/* What a bot shows of its insides, as whoever sends it and whoever looks at it meet it; and the requests that belong to a press. */

#include "sandbox-rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "sandbox/scenes.h"

#define SCENES "/sandbox/scenes"
#define SCENE(n) "{\"at_us\":179560364936942" #n ",\"what\":\"step\"}"
#define UPLOAD "POST " SCENES " HTTP/1.1\r\nHost: sandbox.test\r\nTransfer-Encoding: chunked\r\n\r\n"

static void send_chunk(Rig *rig, int fd, const char *text) {
        _strbuf_ StrBuf chunk = {};

        strbuf_appendf(&chunk, "%zx\r\n%s\r\n", strlen(text), text);
        rig_send(rig, fd, strbuf_text(&chunk));
}

static void send_end(Rig *rig, int fd) {
        rig_send(rig, fd, "0\r\n\r\n");
}

static int n_scenes(Rig *rig, const char *query) {
        _strbuf_ StrBuf path = {};
        _reply_ HttpReply r = {};

        strbuf_appendf(&path, SCENES "%s", query);
        rig_call(rig, "GET", strbuf_text(&path), NULL, &r);
        assert_int_equal(r.status, 200);
        return json_array_size(json_get(r.json, "scenes"));
}

/* They are there while the upload goes on, however it was cut. */
static void lines_are_taken_as_they_come(void **state) {
        Rig *rig = *state;
        _close_ int fd = rig_connect(rig);
        _reply_ HttpReply seen = {}, r = {};
        int64_t at;

        rig_send(rig, fd, UPLOAD);
        send_chunk(rig, fd, SCENE(1) "\n\n  \r\n{\"at_us\":17956036493694");
        rig_call(rig, "GET", SCENES "?wait=5000", NULL, &seen);
        assert_int_equal(json_array_size(json_get(seen.json, "scenes")), 1);
        send_chunk(rig, fd, "29,\"what\":\"call\",");
        send_chunk(rig, fd, "\"more\":{\"of\":[1]}}\n" SCENE(3));
        send_end(rig, fd);
        rig_receive(rig, fd, &r);
        assert_int_equal(r.status, 200);
        assert_string_equal(r.body, "{\"taken\":3}");

        http_reply_done(&seen);
        rig_call(rig, "GET", SCENES "?after=1&match=call", NULL, &seen);
        assert_int_equal(json_array_size(json_get(seen.json, "scenes")), 1);
        const Json *entry = json_first(json_get(seen.json, "scenes"));
        assert_string_equal(json_text(json_get(entry, "from")), "bot");
        assert_int_equal(json_get_i64(json_get(entry, "scene"), "at_us", &at), 0);
        assert_true(at == INT64_C(1795603649369429));
        assert_int_equal(json_array_size(json_path(entry, "scene", "more", "of", NULL)), 1);
}

static void pages_hear_of_them(void **state) {
        Rig *rig = *state;
        _client_ Client page = {};
        const Json *push;

        client_open(&page, rig, "/sandbox/events?as=1");
        rig_expect(rig, "PUT", SCENES, SCENE(1) "\n", 200);
        push = client_next(&page);
        assert_string_equal(json_text(json_get(push, "type")), "scene");
        assert_string_equal(json_text(json_path(push, "data", "scene", "what", NULL)), "step");
}

static void what_is_no_scene_is_told_by_its_line(void **state) {
        static const struct {
                const char *body, *sentence;
        } wrong[] = {
                { SCENE(1) "\nnope\n" SCENE(2) "\n", "line 2: this is no JSON" },
                { SCENE(1) "\n\n[1]\n", "line 3: this is no JSON object" },
                { "{\"what\":\"x\"}\n", "line 1: at_us is a whole number" },
                { "{\"at_us\":\"1\",\"what\":\"x\"}", "line 1: at_us is a whole number" },
                { "{\"at_us\":0,\"what\":\"x\"}", "line 1: at_us is a whole number" },
                { "{\"at_us\":1.5,\"what\":\"x\"}", "line 1: at_us is a whole number" },
                { "{\"at_us\":1e300,\"what\":\"x\"}", "line 1: at_us is a whole number" },
                { "{\"at_us\":1}", "line 1: what is a word" },
                { "{\"at_us\":1,\"what\":\"\"}", "line 1: what is a word" },
                { "{\"at_us\":1,\"what\":\"\xff\"}", "line 1: this is no JSON" },
                { SCENE(1) " " SCENE(2), "line 1: this is no JSON" },
        };
        Rig *rig = *state;

        for (size_t i = 0; i < ELEMENTSOF(wrong); i++) {
                _reply_ HttpReply r = {};

                rig_call(rig, "POST", SCENES, wrong[i].body, &r);
                assert_int_equal(r.status, 400);
                assert_non_null(strstr(r.body, wrong[i].sentence));
        }
        /* what stood before the wrong line counts, what stood behind it does not */
        assert_int_equal(n_scenes(rig, ""), 2);
}

/* Somebody who sends line after line would otherwise learn it at the end, which never comes. */
static void an_upload_is_refused_before_its_end(void **state) {
        Rig *rig = *state;
        _close_ int fd = rig_connect(rig);
        _reply_ HttpReply r = {};

        rig_send(rig, fd, UPLOAD);
        send_chunk(rig, fd, "{\"at_us\":1}\n");
        rig_receive(rig, fd, &r);
        assert_int_equal(r.status, 400);
        assert_string_equal(http_reply_header(&r, "Connection"), "close");
        assert_non_null(strstr(r.body, "line 1: what is a word"));
        send_chunk(rig, fd, SCENE(1) "\n");
        send_end(rig, fd);
        assert_int_equal(n_scenes(rig, "?wait=200"), 0);
        rig_expect(rig, "GET", "/sandbox/clock", NULL, 200);
}

static void a_line_has_an_end(void **state) {
        Rig *rig = *state;
        _strbuf_ StrBuf line = {};
        _reply_ HttpReply r = {};

        strbuf_append(&line, "{\"at_us\":1,\"what\":\"x\",\"y\":\"");
        while (line.n_bytes < SCENE_LINE_MAX - 2)
                strbuf_append_char(&line, 'y');
        strbuf_append(&line, "\"}");
        rig_expect(rig, "POST", SCENES, strbuf_text(&line), 200);
        line.text[line.n_bytes - 2] = 'y';
        strbuf_append_char(&line, ' ');
        line.text[line.n_bytes - 2] = '"';
        line.text[line.n_bytes - 1] = '}';
        rig_call(rig, "POST", SCENES, strbuf_text(&line), &r);
        assert_int_equal(r.status, 400);
        assert_non_null(strstr(r.body, "line 1: this is longer than 4096 bytes"));
        assert_int_equal(n_scenes(rig, ""), 1);
}

static void the_newest_are_kept(void **state) {
        Rig *rig = *state;
        _strbuf_ StrBuf body = {};
        _reply_ HttpReply r = {};
        int64_t last;

        for (unsigned i = 1; i <= 20100; i++)
                strbuf_appendf(&body, "{\"at_us\":%u,\"what\":\"x\"}\n", i);
        rig_expect(rig, "POST", SCENES, strbuf_text(&body), 200);
        rig_call(rig, "GET", SCENES, NULL, &r);
        assert_int_equal(json_get_i64(r.json, "last", &last), 0);
        assert_int_equal(last, 20100);
        assert_int_equal(json_array_size(json_get(r.json, "scenes")), 20000);
}

static void other_places_may_not_send_them(void **state) {
        Rig *rig = *state;
        _close_ int fd = rig_connect(rig);
        _reply_ HttpReply r = {};

        rig_send(rig, fd, "POST " SCENES " HTTP/1.1\r\nHost: sandbox.test\r\nOrigin: http://elsewhere.test\r\nContent-Length: 40\r\n\r\n" SCENE(1) "  ");
        rig_receive(rig, fd, &r);
        assert_int_equal(r.status, 403);
        assert_int_equal(n_scenes(rig, ""), 0);
        rig_expect(rig, "DELETE", SCENES, NULL, 405);
}

/* A page puts them beside its own clock, which may be ahead. */
static void the_clock_is_told_with_them(void **state) {
        Rig *rig = *state;
        _reply_ HttpReply r = {};
        int64_t skew;

        rig_expect(rig, "POST", "/sandbox/clock", "{\"skew_ms\":900000}", 200);
        rig_expect(rig, "POST", SCENES, SCENE(1), 200);
        rig_call(rig, "GET", SCENES, NULL, &r);
        assert_int_equal(json_get_i64(json_first(json_get(r.json, "scenes")), "skew_ms", &skew), 0);
        assert_int_equal(skew, 900000);
}

/* What the sandbox itself knows of a request: whose it is, how long it took. */
static void requests_tell_whose_they_are(void **state) {
        Rig *rig = *state;
        _client_ Client page = {};
        const Json *push, *entry;
        _reply_ HttpReply r = {};
        int64_t took;
        uint64_t id;

        client_open(&page, rig, "/sandbox/events?as=1");
        rig_expect(rig, "POST", "/sandbox/fault", "{\"match\":{\"method\":\"POST\"},\"do\":\"slow\",\"ms\":30}", 200);
        rig_expect(rig, "POST", "/api/v10/interactions/840000000000000001/token/callback", "{}", 204);
        push = client_next(&page);
        assert_string_equal(json_text(json_get(push, "type")), "request");
        assert_int_equal(json_get_u64(json_get(push, "data"), "interaction", &id), 0);
        assert_true(id == UINT64_C(840000000000000001));
        assert_int_equal(json_get_i64(json_get(push, "data"), "took_us", &took), 0);
        assert_in_range(took, 29000, 5000000);

        rig_expect(rig, "PATCH", "/api/v10/channels/820000000000000011/messages/830000000000000001", "{}", 204);
        rig_call(rig, "GET", "/sandbox/requests?after=1", NULL, &r);
        entry = json_first(json_get(r.json, "requests"));
        assert_null(json_get(entry, "interaction"));
        assert_int_equal(json_get_u64(entry, "channel", &id), 0);
        assert_true(id == UINT64_C(820000000000000011));
        assert_int_equal(json_get_u64(entry, "message", &id), 0);
        assert_true(id == UINT64_C(830000000000000001));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                TEST(lines_are_taken_as_they_come),        TEST(pages_hear_of_them),    TEST(what_is_no_scene_is_told_by_its_line),
                TEST(an_upload_is_refused_before_its_end), TEST(a_line_has_an_end),     TEST(the_newest_are_kept),
                TEST(other_places_may_not_send_them),      TEST(the_clock_is_told_with_them), TEST(requests_tell_whose_they_are),
        };

        cmocka_set_message_output(CM_OUTPUT_TAP);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
