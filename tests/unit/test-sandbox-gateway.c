/* The gateway as a client meets it: every frame of this test goes through a socket. */

#include "sandbox-rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <zlib.h>

#define IDENTIFY "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"intents\":33283,\"properties\":{}}}"
#define URL "/?v=10&encoding=json"

static int64_t seq_of(const Client *client) {
        int64_t s = -1;

        (void) json_get_i64(client->frame, "s", &s);
        return s;
}

static void resume(Client *client, Rig *rig, const char *session, int64_t seq) {
        _strbuf_ StrBuf text = {};

        client_open(client, rig, "/any/path" URL);
        (void) client_expect(client, 10, NULL);
        strbuf_appendf(&text, "{\"op\":6,\"d\":{\"token\":\"sandbox-token\",\"session_id\":\"%s\",\"seq\":%lld}}", session, (long long) seq);
        client_send(client, strbuf_text(&text));
}

static void login_brings_ready_and_the_guild(void **state) {
        _client_ Client c = {};
        const Json *d;
        int64_t interval;

        client_open(&c, *state, URL);
        d = client_expect(&c, 10, NULL);
        assert_int_equal(json_get_i64(d, "heartbeat_interval", &interval), 0);
        assert_int_equal(interval, 41250);
        /* Legal before Identify, and acknowledged. */
        client_send(&c, "{\"op\":1,\"d\":null}");
        (void) client_expect(&c, 11, NULL);
        client_send(&c, IDENTIFY);
        d = client_expect(&c, 0, "READY");
        assert_int_equal(seq_of(&c), 1);
        assert_string_equal(json_text(json_get(d, "resume_gateway_url")), "ws://sandbox.test");
        assert_non_null(json_text(json_get(d, "session_id")));
        assert_non_null(json_path(d, "application", "id", NULL));
        (void) client_expect(&c, 0, "GUILD_CREATE");
        assert_int_equal(seq_of(&c), 2);
}

static void intents_decide_what_is_sent(void **state) {
        Rig *rig = *state;
        _client_ Client content = {}, plain = {}, none = {};

        client_open(&content, rig, URL);
        (void) client_expect(&content, 10, NULL);
        client_send(&content, "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"intents\":33280,\"properties\":{}}}");
        (void) client_expect(&content, 0, "READY");     /* no GUILDS, so no GUILD_CREATE */
        client_open(&plain, rig, URL);
        (void) client_expect(&plain, 10, NULL);
        client_send(&plain, "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"intents\":512,\"properties\":{}}}");
        (void) client_expect(&plain, 0, "READY");
        client_open(&none, rig, URL);
        (void) client_expect(&none, 10, NULL);
        client_send(&none, "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"intents\":0,\"properties\":{}}}");
        (void) client_expect(&none, 0, "READY");

        rig_expect(rig, "POST", "/sandbox/world", "{}", 200);
        assert_string_equal(json_text(json_get(client_expect(&content, 0, "MESSAGE_CREATE"), "content")), "hello");
        assert_string_equal(json_text(json_get(client_expect(&plain, 0, "MESSAGE_CREATE"), "content")), "");
        client_send(&none, "{\"op\":1,\"d\":1}");
        (void) client_expect(&none, 11, NULL);          /* and nothing before it */
}

static void members_come_when_they_are_asked_for(void **state) {
        Rig *rig = *state;
        _client_ Client c = {};
        _strbuf_ StrBuf request = {};
        char session[64];

        client_login(&c, rig, session);
        strbuf_appendf(&request, "{\"op\":8,\"d\":{\"guild_id\":%llu,\"query\":\"\",\"limit\":0,\"nonce\":\"n1\"}}",
                       (unsigned long long) model_guild_id(rig->sandbox));
        client_send(&c, strbuf_text(&request));
        assert_string_equal(json_text(json_get(client_expect(&c, 0, "GUILD_MEMBERS_CHUNK"), "nonce")), "n1");
        client_send(&c, "{\"op\":8,\"d\":{\"guild_id\":\"1\",\"query\":\"\",\"limit\":0}}");       /* not of that guild */
        client_send(&c, "{\"op\":1,\"d\":3}");
        (void) client_expect(&c, 11, NULL);
}

static void a_lost_session_resumes_with_what_it_missed(void **state) {
        Rig *rig = *state;
        _client_ Client c = {}, again = {};
        char session[64];

        client_login(&c, rig, session);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"cut\"}", 200);
        client_expect_close(&c, 0);
        rig_expect(rig, "POST", "/sandbox/world", "{}", 200);
        rig_expect(rig, "POST", "/sandbox/world", "{}", 200);

        resume(&again, rig, session, 2);
        (void) client_expect(&again, 0, "MESSAGE_CREATE");
        assert_int_equal(seq_of(&again), 3);
        (void) client_expect(&again, 0, "MESSAGE_CREATE");
        assert_int_equal(seq_of(&again), 4);
        assert_true(json_is_object(client_expect(&again, 0, "RESUMED")));
        assert_int_equal(seq_of(&again), 5);
        rig_expect(rig, "POST", "/sandbox/world", "{}", 200);
        (void) client_expect(&again, 0, "MESSAGE_CREATE");
        assert_int_equal(seq_of(&again), 6);
}

static void only_so_many_lost_sessions_wait(void **state) {
        enum { WAITING = 16, N = WAITING + 2 };        /* the last one makes the oldest go */
        Rig *rig = *state;
        _client_ Client first = {}, second = {};
        char sessions[N][64];

        for (unsigned i = 0; i < N; i++) {
                _client_ Client c = {};

                client_login(&c, rig, sessions[i]);
                rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"cut\"}", 200);
                client_expect_close(&c, 0);
        }
        resume(&first, rig, sessions[0], 2);
        (void) client_expect(&first, 9, NULL);
        resume(&second, rig, sessions[1], 2);
        assert_true(json_is_object(client_expect(&second, 0, "RESUMED")));
}

static void a_resume_takes_the_session_from_a_dead_socket(void **state) {
        _client_ Client c = {}, again = {};
        char session[64];

        client_login(&c, *state, session);
        resume(&again, *state, session, 2);
        (void) client_expect(&again, 0, "RESUMED");
        client_expect_close(&c, 0);
}

/* Closing with 1000 or 1001 ends the session, anything else keeps it. */
static void the_clients_close_code_decides(void **state) {
        static const struct {
                unsigned code;
                bool survives;
        } rows[] = { { 1000, false }, { 1001, false }, { 4000, true }, { 4200, true } };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _client_ Client c = {}, again = {};
                char session[64];

                client_login(&c, *state, session);
                client_close(&c, rows[i].code);
                client_expect_close(&c, rows[i].code);
                resume(&again, *state, session, 2);
                if (rows[i].survives)
                        (void) client_expect(&again, 0, "RESUMED");
                else
                        (void) client_expect(&again, 9, NULL);
        }
}

static void old_or_overrun_sessions_are_invalid(void **state) {
        Rig *rig = *state;
        _client_ Client c = {}, late = {}, aged = {};
        char session[64];

        rig_stop(rig);
        rig->options.resume_events = 4;
        rig_start(rig);
        client_login(&c, rig, session);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"cut\"}", 200);
        for (size_t i = 0; i < 5; i++)
                rig_expect(rig, "POST", "/sandbox/world", "{}", 200);
        resume(&late, rig, session, 2);                 /* 3 to 7 are missing, 4 to 7 are kept */
        (void) client_expect(&late, 9, NULL);
        client_send(&late, "{\"op\":6,\"d\":{\"token\":\"sandbox-token\",\"session_id\":\"nobody's\",\"seq\":3}}");
        (void) client_expect(&late, 9, NULL);
        /* One may log in on the same socket after op 9. */
        client_send(&late, IDENTIFY);
        (void) client_expect(&late, 0, "READY");

        rig_expect(rig, "POST", "/sandbox/clock", "{\"skew_ms\":301000}", 200);
        resume(&aged, rig, session, 7);
        (void) client_expect(&aged, 9, NULL);
}

static void bad_input_has_its_close_code(void **state) {
        static const struct {
                const char *frame;
                unsigned code;
        } rows[] = {
                { "{", 4002 },
                { "[]", 4002 },
                { "{\"op\":\"2\"}", 4002 },
                { "{\"op\":1,\"d\":\"x\"}", 4002 },
                { "{\"op\":11}", 4001 },
                { "{\"op\":99}", 4001 },
                { "{\"op\":3,\"d\":{}}", 4003 },
                { "{\"op\":8,\"d\":{}}", 4003 },
                { "{\"op\":2}", 4002 },
                { "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"intents\":1}}", 4002 },
                { "{\"op\":2,\"d\":{\"token\":\"other\",\"intents\":1,\"properties\":{}}}", 4004 },
                { "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"properties\":{}}}", 4013 },
                { "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"intents\":131072,\"properties\":{}}}", 4013 },
                { "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"intents\":-1,\"properties\":{}}}", 4013 },
                { "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"intents\":256,\"properties\":{}}}", 4014 },
                { "{\"op\":2,\"d\":{\"token\":\"sandbox-token\",\"intents\":1,\"properties\":{},\"shard\":[1,1]}}", 4010 },
                { "{\"op\":6,\"d\":{\"token\":\"other\",\"session_id\":\"x\",\"seq\":1}}", 4004 },
                { "{\"op\":6,\"d\":{\"token\":\"sandbox-token\",\"session_id\":\"x\"}}", 4002 },
        };
        Rig *rig = *state;

        rig->options.disallowed_intents = 256;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _client_ Client c = {};

                client_open(&c, rig, URL);
                (void) client_expect(&c, 10, NULL);
                client_send(&c, rows[i].frame);
                client_expect_close(&c, rows[i].code);
        }
}

static void size_version_repetition_and_seq_are_checked(void **state) {
        Rig *rig = *state;
        _client_ Client big = {}, old = {}, twice = {}, ahead = {}, after = {};
        char session[64], text[4097];

        client_open(&big, rig, URL);
        (void) client_expect(&big, 10, NULL);
        memset(text, ' ', sizeof(text));
        memcpy(text, "{\"op\":1}", 8);
        client_send_bytes(&big, 1, text, 4096);
        (void) client_expect(&big, 11, NULL);
        client_send_bytes(&big, 1, text, 4097);
        client_expect_close(&big, 4002);

        client_open(&old, rig, "/?v=9&encoding=json");
        client_expect_close(&old, 4012);

        client_login(&twice, rig, session);
        client_send(&twice, IDENTIFY);
        client_expect_close(&twice, 4005);
        resume(&ahead, rig, session, 50);
        client_expect_close(&ahead, 4007);
        resume(&after, rig, session, 2);                /* 4007 ended it */
        (void) client_expect(&after, 9, NULL);
}

static void the_121st_frame_of_a_minute_closes(void **state) {
        Rig *rig = *state;
        _client_ Client c = {};
        char session[64];

        client_login(&c, rig, session);
        for (size_t i = 0; i < 119; i++) {
                client_send(&c, "{\"op\":1,\"d\":2}");
                (void) client_expect(&c, 11, NULL);
        }
        client_send(&c, "{\"op\":1,\"d\":2}");
        client_expect_close(&c, 4008);
}

static void a_client_without_a_heartbeat_is_closed(void **state) {
        Rig *rig = *state;
        _client_ Client c = {};

        rig->options.heartbeat_ms = 10;
        client_open(&c, rig, URL);
        (void) client_expect(&c, 10, NULL);
        client_expect_close(&c, 4009);
}

static void orders_are_followed(void **state) {
        Rig *rig = *state;
        _client_ Client c = {}, again = {};
        _reply_ HttpReply r = {};
        char session[64];

        client_login(&c, rig, session);
        rig_expect(rig, "POST", "/sandbox/world", "{}", 200);
        (void) client_expect(&c, 0, "MESSAGE_CREATE");
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"replay\",\"n\":1}", 200);
        (void) client_expect(&c, 0, "MESSAGE_CREATE");
        assert_int_equal(seq_of(&c), 4);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"heartbeat\"}", 200);
        (void) client_expect(&c, 1, NULL);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"reconnect\"}", 200);
        (void) client_expect(&c, 7, NULL);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"silence\"}", 200);
        client_send(&c, "{\"op\":1,\"d\":4}");
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"invalid_session\",\"resumable\":true}", 200);
        (void) client_expect(&c, 9, NULL);              /* no ACK came before it */
        resume(&again, rig, session, 4);
        (void) client_expect(&again, 0, "RESUMED");
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"close\",\"code\":4009}", 200);
        client_expect_close(&again, 4009);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"close\",\"code\":1005}", 400);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"dance\"}", 400);

        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"refuse\",\"ms\":60000}", 200);
        {
                _close_ int fd = rig_connect(rig);

                rig_send(rig, fd, "GET /?v=10 HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
                rig_receive(rig, fd, &r);
                assert_int_equal(r.status, 503);
        }
}

static void op_9_false_ends_the_session(void **state) {
        Rig *rig = *state;
        _client_ Client c = {};
        _strbuf_ StrBuf text = {};
        char session[64];

        client_login(&c, rig, session);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"invalid_session\",\"resumable\":false}", 200);
        (void) client_expect(&c, 9, NULL);
        strbuf_appendf(&text, "{\"op\":6,\"d\":{\"token\":\"sandbox-token\",\"session_id\":\"%s\",\"seq\":2}}", session);
        client_send(&c, strbuf_text(&text));
        (void) client_expect(&c, 9, NULL);
}

static void half_a_frame_is_followed_by_the_end(void **state) {
        Rig *rig = *state;
        _client_ Client c = {};
        char session[64];

        client_login(&c, rig, session);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"cut\",\"half\":true}", 200);
        assert_null(client_next(&c));
        assert_true(c.raw.n_bytes > 20);
}

static void identifies_are_paced_when_limits_are_on(void **state) {
        Rig *rig = *state;
        _client_ Client c = {}, d = {};
        char session[64];

        rig->options.has_rate_limits = true;
        client_login(&c, rig, session);
        client_open(&d, rig, URL);
        (void) client_expect(&d, 10, NULL);
        client_send(&d, IDENTIFY);
        (void) client_expect(&d, 9, NULL);
        rig_expect(rig, "POST", "/sandbox/clock", "{\"skew_ms\":5000}", 200);
        client_send(&d, IDENTIFY);
        (void) client_expect(&d, 0, "READY");
}

/* One stream for the whole connection, each message flushed. */
static void zlib_stream_is_one_stream(void **state) {
        Rig *rig = *state;
        _client_ Client c = {};
        z_stream z = {};
        char text[65536];
        static const char *const expected[] = { "\"op\":10", "READY", "GUILD_CREATE", "MESSAGE_CREATE" };

        assert_int_equal(inflateInit(&z), Z_OK);
        client_open(&c, rig, URL "&compress=zlib-stream");
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                if (i == 1)
                        client_send(&c, IDENTIFY);
                if (i == 3)
                        rig_expect(rig, "POST", "/sandbox/world", "{}", 200);
                (void) client_next(&c);
                assert_true(c.is_binary);
                assert_memory_equal(c.raw.text + c.raw.n_bytes - 4, "\0\0\377\377", 4);
                z.next_in = (unsigned char *) c.raw.text;
                z.avail_in = (uInt) c.raw.n_bytes;
                z.next_out = (unsigned char *) text;
                z.avail_out = sizeof(text) - 1;
                assert_int_equal(inflate(&z, Z_SYNC_FLUSH), Z_OK);
                text[sizeof(text) - 1 - z.avail_out] = '\0';
                assert_non_null(strstr(text, expected[i]));
        }
        assert_int_equal(inflateEnd(&z), Z_OK);
}

/* A payload in pieces has its 00 00 ff ff in the last of them only, and they make the same text. */
static void a_compressed_payload_comes_in_pieces(void **state) {
        Rig *rig = *state;
        _client_ Client c = {};
        z_stream z = {};
        char text[65536];
        size_t n_pieces = 0;

        assert_int_equal(inflateInit(&z), Z_OK);
        client_open(&c, rig, URL "&compress=zlib-stream");
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"split\"}", 400);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"split\",\"bytes\":3}", 400);
        rig_expect(rig, "POST", "/sandbox/gateway", "{\"do\":\"split\",\"bytes\":7}", 200);
        (void) client_next(&c);                 /* Hello was sent before */
        z.next_in = (unsigned char *) c.raw.text;
        z.avail_in = (uInt) c.raw.n_bytes;
        z.next_out = (unsigned char *) text;
        z.avail_out = sizeof(text) - 1;
        assert_int_equal(inflate(&z, Z_SYNC_FLUSH), Z_OK);
        client_send(&c, IDENTIFY);
        z.next_out = (unsigned char *) text;
        z.avail_out = sizeof(text) - 1;
        for (bool is_whole = false; !is_whole; n_pieces++) {
                (void) client_next(&c);
                assert_in_range(c.raw.n_bytes, 1, 7);
                is_whole = c.raw.n_bytes >= 4 && memcmp(c.raw.text + c.raw.n_bytes - 4, "\0\0\377\377", 4) == 0;
                z.next_in = (unsigned char *) c.raw.text;
                z.avail_in = (uInt) c.raw.n_bytes;
                assert_int_equal(inflate(&z, Z_SYNC_FLUSH), Z_OK);
        }
        text[sizeof(text) - 1 - z.avail_out] = '\0';
        assert_non_null(strstr(text, "\"t\":\"READY\""));
        assert_in_range(n_pieces, 20, 1000);
        assert_int_equal(inflateEnd(&z), Z_OK);
}

static void pages_hear_what_their_person_may_see(void **state) {
        Rig *rig = *state;
        _client_ Client one = {}, two = {}, bot = {};
        char session[64];

        client_open(&one, rig, "/sandbox/events?as=1");
        client_open(&two, rig, "/sandbox/events?as=2");
        rig_expect(rig, "POST", "/sandbox/world?channel=13", "{}", 200);
        rig_expect(rig, "POST", "/sandbox/world?channel=14", "{}", 200);
        assert_string_equal(json_text(json_get(client_next(&one), "type")), "message_create");
        assert_string_equal(json_text(json_get(client_next(&one), "type")), "message_create");
        assert_string_equal(json_text(json_get(client_next(&two), "type")), "message_create");
        client_login(&bot, rig, session);
        assert_string_equal(json_text(json_get(client_next(&two), "type")), "gateway");
        rig_expect(rig, "GET", "/sandbox/events?as=9", NULL, 426);
}

/* Bytes no client would send end the connection and nothing else. */
static void garbage_is_survived(void **state) {
        Rig *rig = *state;
        _client_ Client c = {}, d = {}, fine = {};
        char session[64];

        client_open(&c, rig, URL);
        rig_send(rig, c.fd, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
        while (client_next(&c))
                ;
        client_open(&d, rig, URL);
        (void) client_expect(&d, 10, NULL);
        client_send_bytes(&d, 1, "\xc3\x28", 2);        /* no UTF-8 */
        client_expect_close(&d, 1007);
        client_login(&fine, rig, session);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(login_brings_ready_and_the_guild, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(intents_decide_what_is_sent, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(members_come_when_they_are_asked_for, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(a_lost_session_resumes_with_what_it_missed, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(only_so_many_lost_sessions_wait, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(a_resume_takes_the_session_from_a_dead_socket, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(the_clients_close_code_decides, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(old_or_overrun_sessions_are_invalid, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(bad_input_has_its_close_code, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(size_version_repetition_and_seq_are_checked, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(the_121st_frame_of_a_minute_closes, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(a_client_without_a_heartbeat_is_closed, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(orders_are_followed, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(op_9_false_ends_the_session, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(half_a_frame_is_followed_by_the_end, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(identifies_are_paced_when_limits_are_on, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(zlib_stream_is_one_stream, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(a_compressed_payload_comes_in_pieces, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(pages_hear_what_their_person_may_see, rig_set_up, rig_tear_down),
                cmocka_unit_test_setup_teardown(garbage_is_survived, rig_set_up, rig_tear_down),
        };

        return cmocka_run_group_tests_name("sandbox gateway", tests, NULL, NULL);
}
