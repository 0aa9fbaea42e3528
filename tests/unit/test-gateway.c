/* The gateway session: every op, every close code, resuming, identifying, zombies, backoff, compression. Time is a number here. */

#include "magikal/gateway.h"

#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
#include <zlib.h>

#include "magikal/strbuf.h"

#define SEC USEC_PER_SEC
#define INTERVAL_MS 41250
#define INTERVAL (INTERVAL_MS * USEC_PER_MSEC)

#define HELLO "{\"op\":10,\"d\":{\"heartbeat_interval\":41250},\"s\":null,\"t\":null}"
#define ACK "{\"op\":11}"
#define READY(seq) "{\"op\":0,\"t\":\"READY\",\"s\":" #seq ",\"d\":{\"v\":10,\"session_id\":\"sess1\",\"resume_gateway_url\":\"wss:\\/\\/resume.example\",\"guilds\":[]}}"
#define RESUMED(seq) "{\"op\":0,\"t\":\"RESUMED\",\"s\":" #seq ",\"d\":{}}"
#define DISPATCH(seq) "{\"op\":0,\"t\":\"INTERACTION_CREATE\",\"s\":" #seq ",\"d\":{\"id\":\"5\",\"guild_id\":\"6\"}}"

#define NEW_URL "connect wss://gateway.example/?v=10&encoding=json"
#define RESUME_URL "connect wss://resume.example/?v=10&encoding=json"
#define IDENTIFY "send {\"op\":2,\"d\":{\"token\":\"tok.en\",\"intents\":33281,\"shard\":[0,1],\"properties\":{\"os\":\"linux\",\"browser\":\"magikal\",\"device\":\"magikal\"}}}"

/* A gateway, its clock, and what it asked for since the last look, one line each. */
typedef struct World {
        Gateway *g;
        Secret *token;
        Usec now, timer;
        StrBuf log;
        int n_sent, n_close;
} World;

static void on_connect(const char *url, void *userdata) {
        World *w = userdata;

        strbuf_appendf(&w->log, "connect %s\n", url);
}

static void on_send(const char *frame, size_t n_bytes, void *userdata) {
        World *w = userdata;

        assert_true(n_bytes <= GATEWAY_FRAME_MAX);
        strbuf_appendf(&w->log, "send %.*s\n", (int) n_bytes, frame);
        w->n_sent++;
}

static void on_close(int code, void *userdata) {
        World *w = userdata;

        strbuf_appendf(&w->log, "close %d\n", code);
        w->n_close++;
}

static void on_set_timer(Usec due, void *userdata) {
        World *w = userdata;

        assert_true(due >= w->now || due == USEC_INFINITY);
        w->timer = due;
}

static void on_identify_wanted(void *userdata) {
        strbuf_append(&((World *) userdata)->log, "identify?\n");
}

static void on_ready(const GatewaySession *session, bool is_new, void *userdata) {
        World *w = userdata;

        strbuf_appendf(&w->log, "ready %s %s %s\n", session->session_id, session->resume_url, is_new ? "new" : "resumed");
}

static void on_session_lost(void *userdata) {
        strbuf_append(&((World *) userdata)->log, "lost\n");
}

static void on_dispatch(const GatewayDispatch *d, void *userdata) {
        World *w = userdata;

        strbuf_appendf(&w->log, "dispatch %s %" PRIi64 "%s\n", d->event, d->seq, d->is_replay ? " replay" : "");
        if (streq(d->event, "INTERACTION_CREATE")) {
                assert_int_equal(d->id, 5);
                assert_int_equal(d->guild.v, 6);
                assert_int_equal(d->data.type, SKIM_OBJECT);
                assert_true(d->n_bytes > d->data.n_bytes);
        }
}

static void on_fatal(int code, const char *sentence, void *userdata) {
        assert_true(strlen(sentence) > 20);
        strbuf_appendf(&((World *) userdata)->log, "fatal %d\n", code);
}

static const GatewayOps ops = {
        .connect = on_connect,
        .send = on_send,
        .close = on_close,
        .set_timer = on_set_timer,
        .identify_wanted = on_identify_wanted,
        .ready = on_ready,
        .session_lost = on_session_lost,
        .dispatch = on_dispatch,
        .fatal = on_fatal,
};

static World *world_free(World *w) {
        if (!w)
                return NULL;
        gateway_free(w->g);
        secret_free(w->token);
        strbuf_done(&w->log);
        free(w);
        return NULL;
}
DEFINE_CLEANUP(World *, world_free)
#define _world_ _cleanup_(world_freep)

static World *world_new(bool compress, uint64_t seed) {
        World *w = new0(World, 1);
        GatewayConfig config = { .shard = 0, .n_shards = 1, .intents = 33281, .compress = compress, .url = "wss://gateway.example" };

        assert_non_null(w);
        w->now = 1000 * SEC;
        w->timer = USEC_INFINITY;
        assert_int_equal(secret_new("tok.en", &w->token), 0);
        config.token = w->token;
        assert_int_equal(gateway_new(&config, &ops, w, seed, &w->g), 0);
        return w;
}

/* What was asked for since the last look. */
static void expect(World *w, const char *lines) {
        assert_string_equal(strbuf_text(&w->log), lines);
        strbuf_clear(&w->log);
}

static void text(World *w, const char *frame) {
        gateway_text(w->g, frame, strlen(frame), w->now);
}

/* Lets the time pass to the wished one. */
static Usec tick(World *w) {
        Usec passed = w->timer - w->now;

        assert_true(w->timer != USEC_INFINITY);
        w->now = w->timer;
        w->timer = USEC_INFINITY;
        gateway_timer(w->g, w->now);
        return passed;
}

static const char *state_of(World *w) {
        GatewayStatus status;

        gateway_status(w->g, &status);
        return status.state;
}

/* From nothing to a live session, seen and settled up to seq 1. */
static World *world_live(void) {
        World *w = world_new(false, 7);

        gateway_start(w->g, w->now);
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        gateway_identify_granted(w->g, w->now);
        text(w, READY(1));
        gateway_set_low_water(w->g, 1);
        assert_string_equal(state_of(w), "live");
        strbuf_clear(&w->log);
        return w;
}

/* Keeps a live session alive for a while, with heartbeats answered. */
static void live_on(World *w, Usec how_long) {
        Usec until = w->now + how_long;

        while (w->timer <= until) {
                (void) tick(w);
                text(w, ACK);
        }
        w->now = until;
        strbuf_clear(&w->log);
}

static void session_begins(void **state) {
        _world_ World *w = world_new(false, 1);
        GatewaySession session;
        GatewayStatus status;

        (void) state;
        assert_false(gateway_session(w->g, &session));
        gateway_start(w->g, w->now);
        expect(w, NEW_URL "\n");
        gateway_connected(w->g, w->now);
        expect(w, "");
        text(w, HELLO);
        expect(w, "identify?\n");
        assert_true(w->timer < w->now + INTERVAL);      /* it beats already */
        gateway_identify_granted(w->g, w->now);
        expect(w, IDENTIFY "\n");
        text(w, READY(1));
        expect(w, "ready sess1 wss://resume.example new\ndispatch READY 1\n");
        text(w, DISPATCH(2));
        expect(w, "dispatch INTERACTION_CREATE 2\n");
        assert_true(gateway_session(w->g, &session));
        assert_string_equal(session.session_id, "sess1");
        assert_int_equal(session.low_water, -1);
        gateway_status(w->g, &status);
        assert_true(status.is_live);
        assert_int_equal(status.seq, 2);
        assert_int_equal(status.n_identifies, 1);
        assert_int_equal(status.n_messages, 3);
}

static void heartbeats_name_the_low_water_mark(void **state) {
        _world_ World *w = world_live();

        (void) state;
        text(w, DISPATCH(2));
        text(w, DISPATCH(3));
        strbuf_clear(&w->log);
        (void) tick(w);
        expect(w, "send {\"op\":1,\"d\":1}\n");
        text(w, ACK);
        gateway_set_low_water(w->g, 3);
        gateway_set_low_water(w->g, 2);         /* back: ignored */
        gateway_set_low_water(w->g, 99);        /* never seen: ignored */
        assert_int_equal(tick(w), INTERVAL);
        expect(w, "send {\"op\":1,\"d\":3}\n");
}

static void first_heartbeat_is_jittered(void **state) {
        Usec least = USEC_INFINITY, most = 0;

        (void) state;
        for (uint64_t seed = 0; seed < 200; seed++) {
                _world_ World *w = world_new(false, seed);
                Usec first;

                gateway_start(w->g, w->now);
                gateway_connected(w->g, w->now);
                text(w, HELLO);
                strbuf_clear(&w->log);
                first = tick(w);
                expect(w, "send {\"op\":1,\"d\":null}\n");
                assert_true(first < INTERVAL);
                least = MIN(least, first);
                most = MAX(most, first);
        }
        assert_true(least < INTERVAL / 10);
        assert_true(most > INTERVAL * 9 / 10);
}

static void asked_heartbeat_is_answered_by_op_1(void **state) {
        _world_ World *w = world_live();
        Usec due = w->timer;

        (void) state;
        text(w, "{\"op\":1,\"d\":null}");
        expect(w, "send {\"op\":1,\"d\":1}\n");
        assert_int_equal(w->timer, due);        /* the timer is not moved by it */
        /* unanswered, but asked for: the next regular beat must not take the connection for dead */
        (void) tick(w);
        expect(w, "send {\"op\":1,\"d\":1}\n");
}

static void flood_of_heartbeat_requests_leaves_room(void **state) {
        _world_ World *w = world_live();

        (void) state;
        w->n_sent = 0;
        for (int i = 0; i < 1000; i++)
                text(w, "{\"op\":1,\"d\":null}");
        assert_true(w->n_sent <= 115);
        strbuf_clear(&w->log);
        (void) tick(w);                         /* our own beat still leaves */
        expect(w, "send {\"op\":1,\"d\":1}\n");
        text(w, ACK);
        live_on(w, 120 * SEC);
        text(w, "{\"op\":1,\"d\":null}");
        expect(w, "send {\"op\":1,\"d\":1}\n");
}

static void zombie_is_cut_and_resumed(void **state) {
        _world_ World *w = world_live();

        (void) state;
        live_on(w, 100 * SEC);
        (void) tick(w);
        expect(w, "send {\"op\":1,\"d\":1}\n");
        assert_int_equal(tick(w), INTERVAL);
        expect(w, "close 4000\n" RESUME_URL "\n");
        /* the new connection does not inherit the missing ACK */
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        expect(w, "send {\"op\":6,\"d\":{\"token\":\"tok.en\",\"session_id\":\"sess1\",\"seq\":1}}\n");
        text(w, RESUMED(2));
        strbuf_clear(&w->log);
        (void) tick(w);
        expect(w, "send {\"op\":1,\"d\":1}\n");
        text(w, ACK);
        (void) tick(w);
        expect(w, "send {\"op\":1,\"d\":1}\n");
}

static void resume_replays_from_low_water(void **state) {
        _world_ World *w = world_live();

        (void) state;
        live_on(w, 60 * SEC);
        text(w, DISPATCH(2));
        text(w, DISPATCH(3));
        strbuf_clear(&w->log);
        gateway_set_low_water(w->g, 2);
        gateway_closed(w->g, 0, w->now);
        expect(w, RESUME_URL "\n");
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        expect(w, "send {\"op\":6,\"d\":{\"token\":\"tok.en\",\"session_id\":\"sess1\",\"seq\":2}}\n");
        text(w, DISPATCH(3));
        text(w, DISPATCH(4));
        text(w, RESUMED(5));
        expect(w, "dispatch INTERACTION_CREATE 3 replay\ndispatch INTERACTION_CREATE 4\nready sess1 wss://resume.example resumed\ndispatch RESUMED 5\n");
}

static void op_7_closes_and_resumes(void **state) {
        _world_ World *w = world_live();

        (void) state;
        text(w, "{\"op\":7,\"d\":null,\"s\":null,\"t\":null}");
        expect(w, "close 4000\n" RESUME_URL "\n");
        /* instead of Hello: a pause this time */
        gateway_connected(w->g, w->now);
        text(w, "{\"op\":7,\"d\":null}");
        expect(w, "close 4000\n");
        assert_in_range(tick(w), SEC * 3 / 4, SEC * 5 / 4);
        expect(w, RESUME_URL "\n");
}

static void op_9_resumable(void **state) {
        _world_ World *w = world_live();

        (void) state;
        text(w, "{\"op\":9,\"d\":true}");
        expect(w, "close 4000\n");
        assert_in_range(tick(w), SEC, 5 * SEC);
        expect(w, RESUME_URL "\n");
}

static void op_9_final(void **state) {
        _world_ World *w = world_live();
        GatewaySession session;

        (void) state;
        text(w, DISPATCH(7));
        strbuf_clear(&w->log);
        text(w, "{\"op\":9,\"d\":false}");
        expect(w, "close 4000\nlost\n");
        assert_false(gateway_session(w->g, &session));
        assert_in_range(tick(w), SEC, 5 * SEC);
        expect(w, NEW_URL "\n");
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        expect(w, "identify?\n");
        /* the sequence went with the session */
        (void) tick(w);
        expect(w, "send {\"op\":1,\"d\":null}\n");
}

static void identify_refused_for_haste_backs_off(void **state) {
        _world_ World *w = world_new(false, 3);
        Usec pause = 0;

        (void) state;
        gateway_start(w->g, w->now);
        for (int i = 0; i < 8; i++) {
                gateway_connected(w->g, w->now);
                text(w, HELLO);
                gateway_identify_granted(w->g, w->now);
                text(w, "{\"op\":9,\"d\":false}");
                pause = tick(w);
        }
        assert_true(pause >= 60 * SEC);
}

/* The table of the reference, from a session that has been live for a while. */
static void close_codes(void **state) {
        static const struct {
                int code;
                const char *lines;      /* at once */
                const char *later;      /* after the pause; NULL: no pause */
        } rows[] = {
                { 0, RESUME_URL "\n", NULL },           { 1000, RESUME_URL "\n", NULL },        { 1001, RESUME_URL "\n", NULL },
                { 4000, RESUME_URL "\n", NULL },        { 4001, RESUME_URL "\n", NULL },        { 4002, RESUME_URL "\n", NULL },
                { 4003, "lost\n", NEW_URL "\n" },       { 4005, "lost\n", NEW_URL "\n" },       { 4007, "lost\n", NEW_URL "\n" },
                { 4009, "lost\n", NEW_URL "\n" },       { 4008, "", RESUME_URL "\n" },          { 4242, "", RESUME_URL "\n" },
                { 4006, "", RESUME_URL "\n" },          { 1006, "", RESUME_URL "\n" },          { 4004, "fatal 4004\n", NULL },
                { 4010, "fatal 4010\n", NULL },         { 4011, "fatal 4011\n", NULL },         { 4012, "fatal 4012\n", NULL },
                { 4013, "fatal 4013\n", NULL },         { 4014, "fatal 4014\n", NULL },
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _world_ World *w = world_live();

                live_on(w, 60 * SEC);
                gateway_closed(w->g, rows[i].code, w->now);
                expect(w, rows[i].lines);
                if (rows[i].later) {
                        assert_string_equal(state_of(w), "waiting");
                        assert_true(tick(w) >= SEC * 3 / 4);
                        expect(w, rows[i].later);
                }
                assert_int_equal(w->n_close, 0);
                if (strncmp(rows[i].lines, "fatal", 5) == 0) {
                        assert_string_equal(state_of(w), "fatal");
                        assert_true(w->timer == USEC_INFINITY);
                        gateway_closed(w->g, 0, w->now);
                        gateway_start(w->g, w->now);
                        gateway_timer(w->g, w->now + 1000 * SEC);
                        expect(w, "");
                }
        }
}

static void too_many_frames_wait_longer(void **state) {
        _world_ World *w = world_live();

        (void) state;
        live_on(w, 60 * SEC);
        gateway_closed(w->g, 4008, w->now);
        assert_true(tick(w) >= 6 * SEC);
}

static void refused_resume_becomes_identify(void **state) {
        _world_ World *w = world_live();

        (void) state;
        gateway_closed(w->g, 1001, w->now);
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        strbuf_clear(&w->log);
        gateway_closed(w->g, 4000, w->now);     /* an answer to RESUME, whatever the code says */
        expect(w, "lost\n");
        (void) tick(w);
        expect(w, NEW_URL "\n");
}

static void silent_resume_is_tried_twice(void **state) {
        _world_ World *w = world_live();

        (void) state;
        gateway_closed(w->g, 0, w->now);
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        strbuf_clear(&w->log);
        gateway_closed(w->g, 0, w->now);
        expect(w, "");
        (void) tick(w);
        expect(w, RESUME_URL "\n");
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        strbuf_clear(&w->log);
        for (int i = 0; i < 3; i++) {           /* no answer at all, though it beats: 60 s */
                (void) tick(w);
                text(w, ACK);
                if (strstr(strbuf_text(&w->log), "lost"))
                        break;
        }
        assert_non_null(strstr(strbuf_text(&w->log), "close 4000\nlost\n"));
}

static void unreachable_resume_url_is_given_up_after_minutes(void **state) {
        _world_ World *w = world_live();
        Usec begin = w->now;
        int n_tries = 0;

        (void) state;
        gateway_closed(w->g, 0, w->now);
        while (!strstr(strbuf_text(&w->log), "lost")) {
                assert_true(++n_tries < 20);
                gateway_closed(w->g, 0, w->now);
                (void) tick(w);
        }
        assert_int_equal(n_tries, 8);
        assert_in_range(w->now - begin, 120 * SEC, 400 * SEC);
        assert_non_null(strstr(strbuf_text(&w->log), "lost\n" NEW_URL "\n"));
}

static void backoff_doubles_to_ten_minutes(void **state) {
        _world_ World *w = world_new(false, 11);
        Usec base = SEC;

        (void) state;
        gateway_start(w->g, w->now);
        for (int i = 0; i < 20; i++) {
                Usec pause;

                gateway_closed(w->g, 0, w->now);
                pause = tick(w);
                assert_in_range(pause, base * 3 / 4, MIN(base * 5 / 4, 600 * SEC));
                base = MIN(base * 2, 600 * SEC);
        }
}

static void flapping_connection_backs_off(void **state) {
        _world_ World *w = world_live();

        (void) state;
        gateway_closed(w->g, 0, w->now);
        expect(w, RESUME_URL "\n");             /* the first time at once */
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        text(w, RESUMED(2));
        strbuf_clear(&w->log);
        gateway_closed(w->g, 0, w->now);
        expect(w, "");                          /* then not */
        (void) tick(w);
        expect(w, RESUME_URL "\n");
}

static void silent_peers_time_out(void **state) {
        _world_ World *w = world_new(false, 5);

        (void) state;
        gateway_start(w->g, w->now);
        strbuf_clear(&w->log);
        assert_int_equal(tick(w), 20 * SEC);    /* nobody says whether it connected */
        expect(w, "close 0\n");
        (void) tick(w);
        expect(w, NEW_URL "\n");
        gateway_connected(w->g, w->now);
        assert_int_equal(tick(w), 20 * SEC);    /* no Hello */
        expect(w, "close 4000\n");
}

static void identify_waits_for_its_budget(void **state) {
        _world_ World *w = world_new(false, 9);
        int n_beats = 0;

        (void) state;
        gateway_start(w->g, w->now);
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        expect(w, NEW_URL "\nidentify?\n");
        for (int i = 0; i < 100; i++) {         /* an hour: it beats and waits */
                (void) tick(w);
                text(w, ACK);
                n_beats++;
        }
        assert_int_equal(w->n_sent, n_beats);
        strbuf_clear(&w->log);
        gateway_closed(w->g, 0, w->now);
        (void) tick(w);
        gateway_identify_granted(w->g, w->now); /* granted between connections: kept */
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        expect(w, NEW_URL "\n" IDENTIFY "\n");  /* and asked for only once */
}

static void saved_session_is_resumed_after_a_restart(void **state) {
        _world_ World *w = world_new(true, 2);

        (void) state;
        assert_int_equal(gateway_restore(w->g, "old", "ws://evil.example", 5), -EINVAL);
        assert_int_equal(gateway_restore(w->g, "o\"ld", "wss://resume.example", 5), -EINVAL);
        assert_int_equal(gateway_restore(w->g, "", "wss://resume.example", 5), -EINVAL);
        assert_int_equal(gateway_restore(w->g, "old", "wss://resume.example", -1), -EINVAL);
        assert_int_equal(gateway_restore(w->g, "old", "wss://resume.example/x?y=1", 5), 0);
        gateway_start(w->g, w->now);
        expect(w, "connect wss://resume.example/x?y=1&v=10&encoding=json&compress=zlib-stream\n");
        gateway_connected(w->g, w->now);
        text(w, HELLO);
        expect(w, "send {\"op\":6,\"d\":{\"token\":\"tok.en\",\"session_id\":\"old\",\"seq\":5}}\n");
        text(w, DISPATCH(6));
        text(w, RESUMED(7));
        expect(w, "dispatch INTERACTION_CREATE 6\nready old wss://resume.example/x?y=1 resumed\ndispatch RESUMED 7\n");
}

static void stop_keeps_or_ends_the_session(void **state) {
        (void) state;
        for (int keep = 0; keep <= 1; keep++) {
                _world_ World *w = world_live();
                GatewaySession session;

                gateway_stop(w->g, keep);
                expect(w, keep ? "close 4000\n" : "close 1000\n");
                assert_true(gateway_session(w->g, &session));
                assert_true(w->timer == USEC_INFINITY);
                gateway_closed(w->g, 1000, w->now);
                text(w, DISPATCH(9));
                expect(w, "");
        }
}

static void nonsense_is_counted_and_dropped(void **state) {
        static const char *const frames[] = {
                "", "{", "[]", "{\"op\":\"0\"}", "{\"op\":0,\"t\":\"X\",\"d\":{}}", "{\"op\":0,\"s\":4,\"d\":{}}", "\xff\xfe", "{\"op\":0,\"t\":\"X\",\"s\":2,\"d\":{]}}",
        };
        _world_ World *w = world_live();
        GatewayStatus status;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(frames); i++)
                text(w, frames[i]);
        text(w, "{\"op\":77,\"d\":{}}");        /* unknown, not nonsense */
        text(w, "{\"op\":11,\"s\":null}");      /* s: null resets nothing */
        text(w, HELLO);                         /* a second one */
        expect(w, "");
        gateway_status(w->g, &status);
        assert_int_equal(status.n_unreadable, ELEMENTSOF(frames));
        assert_int_equal(status.seq, 1);
        assert_true(status.is_live);
}

static void unusable_hello_and_ready(void **state) {
        static const char *const hellos[] = {
                "{\"op\":10}", "{\"op\":10,\"d\":{}}", "{\"op\":10,\"d\":{\"heartbeat_interval\":0}}", "{\"op\":10,\"d\":{\"heartbeat_interval\":-5}}",
                "{\"op\":10,\"d\":{\"heartbeat_interval\":99999999999}}", "{\"op\":10,\"d\":{\"heartbeat_interval\":\"41250\"}}",
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(hellos); i++) {
                _world_ World *w = world_new(false, i);

                gateway_start(w->g, w->now);
                gateway_connected(w->g, w->now);
                strbuf_clear(&w->log);
                text(w, hellos[i]);
                expect(w, "close 4000\n");
                assert_string_equal(state_of(w), "waiting");
        }

        for (int i = 0; i < 2; i++) {
                _world_ World *w = world_new(false, 1);

                gateway_start(w->g, w->now);
                gateway_connected(w->g, w->now);
                text(w, HELLO);
                gateway_identify_granted(w->g, w->now);
                strbuf_clear(&w->log);
                if (i == 0) {
                        text(w, "{\"op\":0,\"t\":\"READY\",\"s\":1,\"d\":{\"session_id\":\"a\\\"b\",\"resume_gateway_url\":\"wss://r.example\"}}");
                        expect(w, "close 4000\n");
                } else {
                        /* a resume URL that we would not speak to is replaced by the common one */
                        text(w, "{\"op\":0,\"t\":\"READY\",\"s\":1,\"d\":{\"session_id\":\"ab\",\"resume_gateway_url\":\"ws://r.example\"}}");
                        expect(w, "ready ab wss://gateway.example new\ndispatch READY 1\n");
                }
        }
}

/* ---- compression --------------------------------------------------------------------------------------------------------------- */

typedef struct Deflater {
        z_stream z;
        unsigned char out[65536];
        size_t n_out;
} Deflater;

static void deflater_done(Deflater *d) {
        (void) deflateEnd(&d->z);
}

static void deflate_message(Deflater *d, const char *message) {
        d->z.next_in = (unsigned char *) message;
        d->z.avail_in = (unsigned) strlen(message);
        d->z.next_out = d->out;
        d->z.avail_out = sizeof(d->out);
        assert_int_equal(deflate(&d->z, Z_SYNC_FLUSH), Z_OK);
        d->n_out = sizeof(d->out) - d->z.avail_out;
}

static void compressed_frames_in_any_pieces(void **state) {
        (void) state;
        for (size_t piece = 1; piece < 200; piece += 7) {
                static const char *const messages[] = { READY(1), DISPATCH(2), DISPATCH(3) };
                _cleanup_(deflater_done) Deflater d = {};
                _world_ World *w = world_new(true, 4);

                assert_int_equal(deflateInit(&d.z, 6), Z_OK);
                gateway_start(w->g, w->now);
                gateway_connected(w->g, w->now);
                deflate_message(&d, HELLO);
                gateway_binary(w->g, d.out, d.n_out, w->now);
                gateway_identify_granted(w->g, w->now);
                strbuf_clear(&w->log);
                for (size_t i = 0; i < ELEMENTSOF(messages); i++) {
                        deflate_message(&d, messages[i]);
                        for (size_t at = 0; at < d.n_out; at += piece)
                                gateway_binary(w->g, d.out + at, MIN(piece, d.n_out - at), w->now);
                }
                expect(w, "ready sess1 wss://resume.example new\ndispatch READY 1\ndispatch INTERACTION_CREATE 2\ndispatch INTERACTION_CREATE 3\n");
        }
}

static void big_message_and_one_of_chunk_size(void **state) {
        _cleanup_(deflater_done) Deflater d = {};
        _world_ World *w = world_new(true, 4);

        (void) state;
        assert_int_equal(deflateInit(&d.z, 9), Z_OK);
        gateway_start(w->g, w->now);
        gateway_connected(w->g, w->now);
        deflate_message(&d, HELLO);
        gateway_binary(w->g, d.out, d.n_out, w->now);
        gateway_identify_granted(w->g, w->now);
        deflate_message(&d, READY(1));
        gateway_binary(w->g, d.out, d.n_out, w->now);
        strbuf_clear(&w->log);

        /* around multiples of the inflater's chunk, and 4 MiB */
        for (size_t i = 0; i < 5; i++) {
                size_t n_wanted = i < 4 ? 32 * 1024 - 1 + i : 4u << 20;
                _strbuf_ StrBuf message = {};

                strbuf_appendf(&message, "{\"op\":0,\"t\":\"GUILD_CREATE\",\"s\":%zu,\"d\":{\"x\":\"", i + 2);
                while (message.n_bytes < n_wanted - 3)
                        strbuf_append_char(&message, 'a');
                strbuf_append(&message, "\"}}");
                deflate_message(&d, strbuf_text(&message));
                gateway_binary(w->g, d.out, d.n_out, w->now);
        }
        expect(w, "dispatch GUILD_CREATE 2\ndispatch GUILD_CREATE 3\ndispatch GUILD_CREATE 4\ndispatch GUILD_CREATE 5\ndispatch GUILD_CREATE 6\n");
}

static void broken_stream_means_a_new_connection_and_context(void **state) {
        static const unsigned char garbage[] = { 0x07, 0x00, 0x00, 0xff, 0xff };        /* RFC 1951: block type 3 does not exist */
        _cleanup_(deflater_done) Deflater d = {}, d2 = {};
        _world_ World *w = world_new(true, 4);

        (void) state;
        assert_int_equal(deflateInit(&d.z, 6), Z_OK);
        assert_int_equal(deflateInit(&d2.z, 6), Z_OK);
        gateway_start(w->g, w->now);
        gateway_connected(w->g, w->now);
        deflate_message(&d, HELLO);
        gateway_binary(w->g, d.out, d.n_out, w->now);
        gateway_identify_granted(w->g, w->now);
        deflate_message(&d, READY(1));
        gateway_binary(w->g, d.out, d.n_out, w->now);
        strbuf_clear(&w->log);

        gateway_binary(w->g, garbage, sizeof(garbage), w->now);
        expect(w, "close 4000\n" RESUME_URL "&compress=zlib-stream\n");
        gateway_connected(w->g, w->now);
        deflate_message(&d, HELLO);
        gateway_binary(w->g, d.out, 3, w->now);         /* half a message is left in the buffer when this one is lost */
        gateway_closed(w->g, 0, w->now);
        (void) tick(w);
        expect(w, RESUME_URL "&compress=zlib-stream\n");
        gateway_connected(w->g, w->now);
        deflate_message(&d2, HELLO);
        gateway_binary(w->g, d2.out, d2.n_out, w->now);
        expect(w, "send {\"op\":6,\"d\":{\"token\":\"tok.en\",\"session_id\":\"sess1\",\"seq\":0}}\n");
}

static void binary_without_compression_is_dropped(void **state) {
        _world_ World *w = world_live();

        (void) state;
        gateway_binary(w->g, "abc", 3, w->now);
        expect(w, "");
        assert_string_equal(state_of(w), "live");
}

static void bad_configuration_is_refused(void **state) {
        _cleanup_(secret_freep) Secret *token = NULL, *quoted = NULL;
        GatewayConfig good = { .n_shards = 1, .url = "wss://g.example" };
        Gateway *g = NULL;

        (void) state;
        assert_int_equal(secret_new("t", &token), 0);
        assert_int_equal(secret_new("t\"", &quoted), 0);
        good.token = token;
        for (int i = 0; i < 6; i++) {
                GatewayConfig bad = good;

                bad.shard = i == 0 ? 1 : i == 1 ? -1 : 0;
                bad.n_shards = i == 2 ? 0 : 1;
                bad.url = i == 3 ? "https://g.example" : i == 4 ? "ws://g.example" : good.url;
                bad.token = i == 5 ? quoted : token;
                assert_int_equal(gateway_new(&bad, &ops, NULL, 0, &g), -EINVAL);
        }
        assert_null(g);
        good.url = "ws://127.0.0.1:8780/";
        assert_int_equal(gateway_new(&good, &ops, NULL, 0, &g), 0);
        assert_int_equal(gateway_set_url(g, "ws://g.example"), -EINVAL);
        assert_int_equal(gateway_set_url(g, "wss://other.example"), 0);
        assert_null(gateway_free(g));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(session_begins),
                cmocka_unit_test(heartbeats_name_the_low_water_mark),
                cmocka_unit_test(first_heartbeat_is_jittered),
                cmocka_unit_test(asked_heartbeat_is_answered_by_op_1),
                cmocka_unit_test(flood_of_heartbeat_requests_leaves_room),
                cmocka_unit_test(zombie_is_cut_and_resumed),
                cmocka_unit_test(resume_replays_from_low_water),
                cmocka_unit_test(op_7_closes_and_resumes),
                cmocka_unit_test(op_9_resumable),
                cmocka_unit_test(op_9_final),
                cmocka_unit_test(identify_refused_for_haste_backs_off),
                cmocka_unit_test(close_codes),
                cmocka_unit_test(too_many_frames_wait_longer),
                cmocka_unit_test(refused_resume_becomes_identify),
                cmocka_unit_test(silent_resume_is_tried_twice),
                cmocka_unit_test(unreachable_resume_url_is_given_up_after_minutes),
                cmocka_unit_test(backoff_doubles_to_ten_minutes),
                cmocka_unit_test(flapping_connection_backs_off),
                cmocka_unit_test(silent_peers_time_out),
                cmocka_unit_test(identify_waits_for_its_budget),
                cmocka_unit_test(saved_session_is_resumed_after_a_restart),
                cmocka_unit_test(stop_keeps_or_ends_the_session),
                cmocka_unit_test(nonsense_is_counted_and_dropped),
                cmocka_unit_test(unusable_hello_and_ready),
                cmocka_unit_test(compressed_frames_in_any_pieces),
                cmocka_unit_test(big_message_and_one_of_chunk_size),
                cmocka_unit_test(broken_stream_means_a_new_connection_and_context),
                cmocka_unit_test(binary_without_compression_is_dropped),
                cmocka_unit_test(bad_configuration_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
