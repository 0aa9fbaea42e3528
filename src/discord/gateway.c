/*
 * The gateway session of one shard. Not for: sockets (gateway-conn.c), what events mean (supervisor/dispatch.c), saving the session
 * and the day's IDENTIFY budget (supervisor/shard.c).
 *
 *                     connected            Hello, no session          granted             READY
 *   ┌─▶ CONNECTING ───────────▶ HELLO ──────────────────▶ IDENTIFY ───────────▶ IDENTIFYING ───────▶ LIVE
 *   │                             │ Hello, session                                                    ▲
 *   │ time                        └────────────────────▶ RESUMING ────────────────────────────────────┘
 *   │                                                                          RESUMED
 * WAITING ◀──── any of them: closed, op 7, op 9, no ACK, no answer in time ──── or FATAL, see close-code.c
 *
 * Invariants: a session is given up only when Discord says so or resuming it has failed repeatedly, never because of our own network;
 * whatever is kept about a connection (ACK, inflate context, deadlines) is made anew with each; RESUME and heartbeats name the low-water
 * mark, so Discord is never told that we have what we could still lose.
 */

#include "magikal/gateway.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <syslog.h>

#include "close-code.h"
#include "gateway-session.h"
#include "magikal/strbuf.h"
#include "magikal/url.h"
#include "zlib-stream.h"

#define HELLO_TIMEOUT (20 * USEC_PER_SEC)       /* to connect, and again from there to Hello */
#define REPLY_TIMEOUT (60 * USEC_PER_SEC)       /* from IDENTIFY or RESUME to READY or RESUMED; a replay that moves on prolongs it */
#define STABLE_AFTER (5 * USEC_PER_SEC)         /* a connection that was live so long ends the backoff */
#define BACKOFF_MAX (600 * USEC_PER_SEC)        /* a cap of 120 s could burn more than 1000 IDENTIFY a day in a long outage; 600 s stays under 300 */
#define BACKOFF_LOUD 3                          /* close 4008: not before 8 s */

#define RESUME_TRIES 2          /* RESUMEs of one session that may end without RESUMED and without a reason */
#define UNREACHED_MAX 8         /* connections to the resume URL that may fail: with backoff over four minutes, as long as sessions live */

/* Discord reference, "Rate Limiting": 120 frames in 60 s, else close 4008. Answers to op 1 leave room for what we must send ourselves. */
#define FRAMES_WINDOW (60 * USEC_PER_SEC)
#define FRAMES_MAX 120
#define FRAMES_ORDINARY 115

typedef enum State {
        STOPPED,
        WAITING,
        CONNECTING,
        HELLO,
        IDENTIFY,
        IDENTIFYING,
        RESUMING,
        LIVE,
        FATAL,
} State;

enum {  /* Discord reference, "Gateway Opcodes" */
        OP_DISPATCH = 0,
        OP_HEARTBEAT = 1,
        OP_RECONNECT = 7,
        OP_INVALID_SESSION = 9,
        OP_HELLO = 10,
        OP_HEARTBEAT_ACK = 11,
};

struct Gateway {
        GatewayConfig config;           /* its url is ours */
        GatewayOps ops;
        void *userdata;
        uint64_t random;
        State state;
        Usec timer;                     /* as last wished from the owner */

        Session session;
        bool is_identify_asked, is_identify_granted;

        /* connection */
        Usec deadline;                  /* of CONNECTING, HELLO, IDENTIFYING, RESUMING */
        Usec live_since;
        Usec beat_interval, beat_due;   /* 0, USEC_INFINITY before Hello */
        Usec beat_sent, last_ack, round_trip;
        bool is_acked;                  /* since the last beat that was due */
        ZlibStream *zlib;

        /* between connections */
        Usec wait_until;
        int n_failed;                   /* exponent of the backoff */
        bool may_hurry;                 /* the next connection need not wait; used up by one, given back by a stable one */

        Usec sent[FRAMES_MAX];          /* when the last frames of this connection left; ring */
        unsigned n_sent;

        GatewayStatus counts;           /* only its counters */
};

/* ---- small tools --------------------------------------------------------------------------------------------------------------- */

/* what: the name of the number; NULL: there is none. */
static void note(const Gateway *g, int level, const char *event, const char *sentence, const char *what, int64_t number) {
        if (g->ops.note)
                g->ops.note(level, event, sentence, what, number, g->userdata);
}

/* splitmix64 (Steele, Lea, Flood 2014): jitter needs to differ, not to be secret. 0 ≤ result < n. */
static Usec random_below(Gateway *g, Usec n) {
        uint64_t z = (g->random += UINT64_C(0x9e3779b97f4a7c15));

        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        z ^= z >> 31;
        return n > 0 ? z % n : 0;
}

static bool is_connected(const Gateway *g) {
        return g->state >= HELLO && g->state <= LIVE;
}

static Usec timer_due(const Gateway *g) {
        switch (g->state) {
        case WAITING:
                return g->wait_until;
        case CONNECTING:
                return g->deadline;
        case HELLO:
        case IDENTIFYING:
        case RESUMING:
                return MIN(g->deadline, g->beat_due);
        case IDENTIFY:
        case LIVE:
                return g->beat_due;
        case STOPPED:
        case FATAL:
                break;
        }
        return USEC_INFINITY;
}

/* The last thing each input does. */
static void timer_update(Gateway *g) {
        Usec due = timer_due(g);

        if (due == g->timer)
                return;
        g->timer = due;
        g->ops.set_timer(due, g->userdata);
}

/* ---- frames that we send ------------------------------------------------------------------------------------------------------- */

static bool may_send(Gateway *g, unsigned n_max, Usec now) {
        unsigned n_recent = 0;

        for (unsigned i = 0; i < MIN(g->n_sent, (unsigned) FRAMES_MAX); i++)
                if (now - g->sent[i] < FRAMES_WINDOW)
                        n_recent++;
        return n_recent < n_max;
}

static void send_frame(Gateway *g, const char *frame, size_t n_bytes, Usec now) {
        g->sent[g->n_sent++ % FRAMES_MAX] = now;
        g->ops.send(frame, n_bytes, g->userdata);
}

/* d is the last sequence number, null before any; ours is the low-water mark. */
static void send_heartbeat(Gateway *g, Usec now) {
        char frame[64];
        int n;

        if (g->session.low_water > 0)
                n = snprintf(frame, sizeof(frame), "{\"op\":1,\"d\":%" PRIi64 "}", g->session.low_water);
        else
                n = snprintf(frame, sizeof(frame), "{\"op\":1,\"d\":null}");
        g->beat_sent = now;
        send_frame(g, frame, (size_t) n, now);
}

/* The token was checked in gateway_new() and the session id in session_set(): neither needs escapes, and both together fit. */
static void send_identify(Gateway *g, Usec now) {
        char frame[GATEWAY_FRAME_MAX + 1];
        int n;

        n = snprintf(frame, sizeof(frame),
                     "{\"op\":2,\"d\":{\"token\":\"%s\",\"intents\":%" PRIu32 ",\"shard\":[%d,%d],"
                     "\"properties\":{\"os\":\"linux\",\"browser\":\"magikal\",\"device\":\"magikal\"}}}",
                     secret_reveal(g->config.token), g->config.intents, g->config.shard, g->config.n_shards);
        g->is_identify_granted = false;
        g->counts.n_identifies++;
        g->state = IDENTIFYING;
        g->deadline = now + REPLY_TIMEOUT;
        send_frame(g, frame, (size_t) n, now);
        explicit_bzero(frame, sizeof(frame));
}

static void send_resume(Gateway *g, Usec now) {
        char frame[GATEWAY_FRAME_MAX + 1];
        int n;

        n = snprintf(frame, sizeof(frame), "{\"op\":6,\"d\":{\"token\":\"%s\",\"session_id\":\"%s\",\"seq\":%" PRIi64 "}}",
                     secret_reveal(g->config.token), g->session.id, MAX(g->session.low_water, (int64_t) 0));
        g->counts.n_resumes++;
        g->state = RESUMING;
        g->deadline = now + REPLY_TIMEOUT;
        send_frame(g, frame, (size_t) n, now);
        explicit_bzero(frame, sizeof(frame));
}

/* ---- session ------------------------------------------------------------------------------------------------------------------- */

static void session_drop(Gateway *g, const char *why) {
        if (!g->session.id)
                return;
        session_clear(&g->session);
        note(g, LOG_NOTICE, "gateway.session_lost", why, NULL, 0);
        g->ops.session_lost(g->userdata);
}

/* A connection ends that did not carry the session on: how often may that happen before we stop believing in it? */
static void session_doubt(Gateway *g, bool peer_said_no) {
        if (!g->session.id)
                return;
        if (g->state == RESUMING && (peer_said_no || ++g->session.n_tries >= RESUME_TRIES))
                session_drop(g, "Resuming was tried and failed, a new session will be made.");
        else if (g->state < RESUMING && ++g->session.n_unreached >= UNREACHED_MAX)
                session_drop(g, "The address for resuming cannot be reached, a new session will be made.");
}

/* ---- connections --------------------------------------------------------------------------------------------------------------- */

static void connection_forget(Gateway *g) {
        g->deadline = USEC_INFINITY;
        g->beat_due = USEC_INFINITY;
        g->beat_interval = g->beat_sent = g->last_ack = 0;
        g->live_since = 0;
        g->is_acked = true;
        g->n_sent = 0;
        if (g->zlib)
                zlib_stream_reset(g->zlib);
}

/* A session is resumed where READY said, a new one is made where GET /gateway/bot said; both with the same query. */
static void connect_now(Gateway *g, Usec now) {
        const char *base = g->session.id ? g->session.resume_url : g->config.url;
        _strbuf_ StrBuf url = {};
        Url parts;

        connection_forget(g);
        g->state = CONNECTING;
        g->deadline = now + HELLO_TIMEOUT;

        strbuf_append(&url, base);
        if (url_parse(base, &parts) == 0)
                strbuf_append(&url, parts.target[0] == '\0' ? "/?" : strchr(parts.target, '?') ? "&" : "?");
        strbuf_append(&url, "v=10&encoding=json");
        if (g->config.compress)
                strbuf_append(&url, "&compress=zlib-stream");
        if (url.error < 0)
                return;         /* no memory: the deadline brings us here again */
        note(g, LOG_DEBUG, "gateway.connecting", g->session.id ? "Connecting to resume." : "Connecting for a new session.", NULL, 0);
        g->ops.connect(strbuf_text(&url), g->userdata);
}

static void wait_for(Gateway *g, Usec delay, Usec now) {
        connection_forget(g);
        g->state = WAITING;
        g->wait_until = now + delay;
        note(g, LOG_INFO, "gateway.retry", "The gateway will be connected again after a pause.", "wait_ms", (int64_t) (delay / USEC_PER_MSEC));
}

/* 1 s doubling to 600 s, and a quarter more or less, so that many bots do not come back in step. */
static Usec backoff_next(Gateway *g) {
        Usec base = g->n_failed < 10 ? USEC_PER_SEC << g->n_failed : BACKOFF_MAX;
        Usec jittered = base - base / 4 + random_below(g, base / 2);

        g->n_failed++;
        return MIN(jittered, BACKOFF_MAX);
}

static void count_end(Gateway *g, Usec now) {
        g->counts.n_reconnects++;
        if (g->state == LIVE && now - g->live_since >= STABLE_AFTER) {
                g->n_failed = 0;
                g->may_hurry = true;
        }
}

/* What follows the end of a connection. One that had been live comes back at once, but not twice in a row; others after a pause. */
static void reconnect(Gateway *g, bool may_be_at_once, Usec now) {
        if (may_be_at_once && g->state == LIVE && g->may_hurry && g->n_failed == 0) {
                g->may_hurry = false;
                connect_now(g, now);
        } else
                wait_for(g, backoff_next(g), now);
}

/* We end the connection ourselves, with a code that lets the session live. */
static void close_and_reconnect(Gateway *g, bool may_be_at_once, Usec now) {
        g->ops.close(g->state == CONNECTING ? 0 : GATEWAY_CLOSE_RESUME, g->userdata);
        count_end(g, now);
        session_doubt(g, false);
        reconnect(g, may_be_at_once, now);
}

static void become_fatal(Gateway *g, const CloseCode *row) {
        connection_forget(g);
        g->state = FATAL;
        g->ops.fatal(row->code, row->meaning, g->userdata);
}

/* ---- what Discord sends -------------------------------------------------------------------------------------------------------- */

static void unreadable(Gateway *g, const char *what, size_t n_bytes) {
        g->counts.n_unreadable++;
        note(g, LOG_WARNING, "gateway.unreadable", what, n_bytes > 0 ? "n_bytes" : NULL, (int64_t) n_bytes);
}

static void want_identify(Gateway *g, Usec now) {
        if (g->is_identify_granted) {
                send_identify(g, now);
                return;
        }
        g->state = IDENTIFY;
        g->deadline = USEC_INFINITY;
        if (g->is_identify_asked)
                return;
        g->is_identify_asked = true;
        g->ops.identify_wanted(g->userdata);
}

static void take_hello(Gateway *g, const SkimEnvelope *e, Usec now) {
        static const char *const keys[] = { "heartbeat_interval" };
        SkimValue interval;
        int64_t ms;

        if (g->state != HELLO)
                return;
        if (skim_object(e->d.text, e->d.n_bytes, keys, &interval, 1) < 0 || skim_to_i64(&interval, &ms) < 0 || ms < 1 || ms > 3600000) {
                unreadable(g, "Hello came without a usable heartbeat interval.", 0);
                close_and_reconnect(g, false, now);
                return;
        }

        /* Discord reference, "Heartbeat Interval": the first one after interval × jitter, so that not all bots beat in step */
        g->beat_interval = (Usec) ms * USEC_PER_MSEC;
        g->beat_due = now + random_below(g, g->beat_interval);
        g->last_ack = now;
        if (g->session.id)
                send_resume(g, now);
        else
                want_identify(g, now);
}

static void become_live(Gateway *g, bool is_new, Usec now) {
        GatewaySession session;

        g->state = LIVE;
        g->live_since = now;
        g->deadline = USEC_INFINITY;
        g->session.n_tries = g->session.n_unreached = 0;
        if (gateway_session(g, &session))
                g->ops.ready(&session, is_new, g->userdata);
}

static int take_ready(Gateway *g, const SkimEnvelope *e, Usec now) {
        int r = session_from_ready(&g->session, &e->d, g->config.url);

        if (r < 0)
                return r;
        if (r == SESSION_READY_ELSEWHERE)
                unreadable(g, "READY came without a usable resume URL, the common one will be used.", 0);
        g->session.seq = e->seq;
        become_live(g, true, now);
        return 0;
}

static void take_dispatch(Gateway *g, const SkimEnvelope *e, const char *frame, size_t n_bytes, Usec now) {
        GatewayDispatch d = {
                .event = e->event,
                .seq = e->seq,
                .id = e->id,
                .guild.v = e->guild,
                .data = e->d,
                .frame = frame,
                .n_bytes = n_bytes,
        };

        if (e->seq < 0 || e->event[0] == '\0') {
                unreadable(g, "A dispatch came without name or sequence number.", 0);
                return;
        }

        if (g->state == IDENTIFYING && streq(e->event, "READY")) {
                if (take_ready(g, e, now) < 0) {
                        unreadable(g, "READY came without a usable session.", 0);
                        close_and_reconnect(g, false, now);
                        return;
                }
        } else {
                d.is_replay = e->seq <= g->session.seq;
                g->session.seq = MAX(g->session.seq, e->seq);
                if (g->state == RESUMING) {
                        g->deadline = now + REPLY_TIMEOUT;
                        if (streq(e->event, "RESUMED"))
                                become_live(g, false, now);
                }
        }
        g->ops.dispatch(&d, g->userdata);
}

/*
 * Discord reference, "Resuming": d says whether the session can be resumed. In answer to IDENTIFY it means that we were too fast. Earlier
 * editions asked for 1–5 s before the next attempt; kept, and doubled when it goes on.
 */
static void take_invalid_session(Gateway *g, bool is_resumable, Usec now) {
        Usec pause = USEC_PER_SEC + random_below(g, 4 * USEC_PER_SEC);

        note(g, LOG_NOTICE, "gateway.session_invalid",
             is_resumable ? "Discord asks to resume the session anew." : "Discord has no such session any more, or we identified too fast.",
             NULL, 0);
        g->ops.close(GATEWAY_CLOSE_RESUME, g->userdata);
        if (!is_resumable)
                session_drop(g, "Discord has ended the session, a new one will be made.");
        else
                session_doubt(g, false);

        count_end(g, now);
        if (g->n_failed > 0) {
                Usec backoff = backoff_next(g);

                pause = MAX(pause, backoff);
        } else
                g->n_failed = 1;
        wait_for(g, pause, now);
}

/* Answered with op 1 at once; the timer and the watch for ACKs stay as they are. */
static void take_heartbeat(Gateway *g, Usec now) {
        if (!may_send(g, FRAMES_ORDINARY, now)) {
                note(g, LOG_WARNING, "gateway.loud", "Discord asks for heartbeats faster than it allows us to send them.", NULL, 0);
                return;
        }
        send_heartbeat(g, now);
}

static void take_ack(Gateway *g, Usec now) {
        if (g->beat_sent > 0)
                g->round_trip = now - g->beat_sent;
        g->is_acked = true;
        g->last_ack = now;
}

static void take_frame(Gateway *g, const char *text, size_t n_bytes, Usec now) {
        SkimEnvelope e;

        g->counts.n_messages++;
        g->counts.n_bytes += n_bytes;
        if (skim_envelope(text, n_bytes, &e) < 0) {
                /* Dropped, not fatal for the connection: closing would only bring it again in the replay */
                unreadable(g, "A frame from the gateway could not be read and was dropped.", n_bytes);
                return;
        }

        switch (e.op) {
        case OP_DISPATCH:
                take_dispatch(g, &e, text, n_bytes, now);
                break;
        case OP_HEARTBEAT:
                take_heartbeat(g, now);
                break;
        case OP_RECONNECT:
                note(g, LOG_INFO, "gateway.reconnect_asked", "Discord asks to connect anew.", NULL, 0);
                close_and_reconnect(g, true, now);
                break;
        case OP_INVALID_SESSION:
                take_invalid_session(g, skim_is_true(&e.d), now);
                break;
        case OP_HELLO:
                take_hello(g, &e, now);
                break;
        case OP_HEARTBEAT_ACK:
                take_ack(g, now);
                break;
        default:
                note(g, LOG_DEBUG, "gateway.unknown_op", "A frame with an unknown opcode was ignored.", "op", e.op);
        }
}

/* ---- inputs -------------------------------------------------------------------------------------------------------------------- */

void gateway_text(Gateway *g, const char *bytes, size_t n_bytes, Usec now) {
        if (!is_connected(g))
                return;
        take_frame(g, bytes, n_bytes, now);
        timer_update(g);
}

void gateway_binary(Gateway *g, const void *bytes, size_t n_bytes, Usec now) {
        const char *text;
        size_t n_text;
        int r;

        if (!is_connected(g))
                return;
        if (!g->zlib) {
                unreadable(g, "A binary frame came although no compression was asked for.", n_bytes);
                return;
        }

        r = zlib_stream_feed(g->zlib, bytes, n_bytes, &text, &n_text);
        if (r == 0)
                take_frame(g, text, n_text, now);
        else if (r < 0) {
                /* The context is spoiled, nothing after it could be read. A replay begins with a new one; if that fails too the session goes. */
                unreadable(g, r == -EFBIG ? "A message from the gateway is over 64 MiB, the connection is made anew."
                                          : "The compressed stream of the gateway is broken, the connection is made anew.", n_bytes);
                if (r == -EFBIG)
                        session_drop(g, "Its replay would hold a message that is too large, a new session will be made.");
                close_and_reconnect(g, true, now);
        }
        timer_update(g);
}

void gateway_connected(Gateway *g, Usec now) {
        if (g->state != CONNECTING)
                return;
        g->state = HELLO;
        g->deadline = now + HELLO_TIMEOUT;
        timer_update(g);
}

void gateway_closed(Gateway *g, int code, Usec now) {
        const CloseCode *row = close_code_find(code);

        if (!is_connected(g) && g->state != CONNECTING)
                return;

        if (row->action == CLOSE_FATAL) {
                become_fatal(g, row);
                timer_update(g);
                return;
        }

        if (code != 0)          /* without a code the socket's own reason says more, and its owner has it */
                note(g, LOG_NOTICE, "gateway.closed", row->meaning, "code", code);
        count_end(g, now);
        if (row->action == CLOSE_NEW_SESSION)
                session_drop(g, "Discord has ended the session, a new one will be made.");
        else
                session_doubt(g, code != 0);
        if (row->action == CLOSE_RESUME_LATER)
                g->n_failed = MAX(g->n_failed, BACKOFF_LOUD);
        reconnect(g, row->action == CLOSE_RESUME, now);
        timer_update(g);
}

static void beat_or_cut(Gateway *g, Usec now) {
        if (!g->is_acked) {
                note(g, LOG_WARNING, "gateway.zombie", "No heartbeat was answered for a whole interval, the connection is made anew.",
                     "interval_ms", (int64_t) (g->beat_interval / USEC_PER_MSEC));
                close_and_reconnect(g, true, now);
                return;
        }
        g->is_acked = false;
        g->beat_due = MAX(g->beat_due + g->beat_interval, now + g->beat_interval / 2);  /* after a stall, do not catch up */
        if (may_send(g, FRAMES_MAX, now))
                send_heartbeat(g, now);
}

static const char *late_sentence(State state) {
        switch (state) {
        case CONNECTING:
                return "The gateway could not be connected in time.";
        case HELLO:
                return "The gateway did not say Hello in time.";
        case RESUMING:
                return "The gateway did not answer RESUME in time.";
        default:
                return "The gateway did not answer IDENTIFY in time.";
        }
}

void gateway_timer(Gateway *g, Usec now) {
        g->timer = USEC_INFINITY;               /* that wish is fulfilled */
        if (g->state == WAITING && now >= g->wait_until)
                connect_now(g, now);
        else if ((is_connected(g) || g->state == CONNECTING) && now >= g->deadline) {
                note(g, LOG_WARNING, "gateway.too_slow", late_sentence(g->state), NULL, 0);
                close_and_reconnect(g, false, now);
        } else if (is_connected(g) && now >= g->beat_due)
                beat_or_cut(g, now);
        timer_update(g);
}

void gateway_identify_granted(Gateway *g, Usec now) {
        g->is_identify_asked = false;
        g->is_identify_granted = true;
        if (g->state == IDENTIFY)
                send_identify(g, now);
        timer_update(g);
}

void gateway_set_low_water(Gateway *g, int64_t seq) {
        if (seq > g->session.low_water && seq <= g->session.seq)
                g->session.low_water = seq;
}

/* ---- life ---------------------------------------------------------------------------------------------------------------------- */

int gateway_set_url(Gateway *g, const char *url) {
        char *copy;

        if (!url || !gateway_url_is_good(url))
                return -EINVAL;
        copy = strdup(url);
        if (!copy)
                return -ENOMEM;
        free((char *) g->config.url);
        g->config.url = copy;
        return 0;
}

static bool token_needs_no_escape(const char *token) {
        return token[strcspn(token, "\"\\")] == '\0' && strlen(token) <= SECRET_BYTES_MAX;
}

int gateway_new(const GatewayConfig *config, const GatewayOps *ops, void *userdata, uint64_t seed, Gateway **ret_gateway) {
        _cleanup_(gateway_freep) Gateway *g = NULL;
        int r;

        if (config->shard < 0 || config->n_shards < 1 || config->shard >= config->n_shards || !token_needs_no_escape(secret_reveal(config->token)))
                return -EINVAL;

        g = new0(Gateway, 1);
        if (!g)
                return -ENOMEM;
        g->config = *config;
        g->config.url = NULL;
        g->ops = *ops;
        g->userdata = userdata;
        g->random = seed;
        g->timer = USEC_INFINITY;
        g->session.seq = g->session.low_water = -1;
        g->may_hurry = true;
        r = gateway_set_url(g, config->url);
        if (r < 0)
                return r;
        if (config->compress) {
                r = zlib_stream_new(GATEWAY_MESSAGE_MAX, &g->zlib);
                if (r < 0)
                        return r;
        }
        connection_forget(g);

        *ret_gateway = TAKE(g);
        return 0;
}

Gateway *gateway_free(Gateway *g) {
        if (!g)
                return NULL;
        session_clear(&g->session);
        zlib_stream_free(g->zlib);
        free((char *) g->config.url);
        free(g);
        return NULL;
}

int gateway_restore(Gateway *g, const char *session_id, const char *resume_url, int64_t low_water) {
        int r;

        if (!session_id || !resume_url || low_water < 0)
                return -EINVAL;
        r = session_set(&g->session, session_id, resume_url);
        if (r < 0)
                return r;
        g->session.seq = g->session.low_water = low_water;
        return 0;
}

void gateway_start(Gateway *g, Usec now) {
        if (g->state != STOPPED)
                return;
        connect_now(g, now);
        timer_update(g);
}

void gateway_stop(Gateway *g, bool keep_session) {
        if (is_connected(g))
                g->ops.close(keep_session ? GATEWAY_CLOSE_RESUME : GATEWAY_CLOSE_END, g->userdata);
        else if (g->state == CONNECTING)
                g->ops.close(0, g->userdata);
        connection_forget(g);
        if (g->state != FATAL)
                g->state = STOPPED;
        timer_update(g);
}

bool gateway_session(const Gateway *g, GatewaySession *ret_session) {
        if (!g->session.id)
                return false;
        *ret_session = (GatewaySession) {
                .session_id = g->session.id,
                .resume_url = g->session.resume_url,
                .low_water = g->session.low_water,
        };
        return true;
}

void gateway_status(const Gateway *g, GatewayStatus *ret_status) {
        static const char *const names[] = {
                [STOPPED] = "stopped",   [WAITING] = "waiting",         [CONNECTING] = "connecting", [HELLO] = "hello", [IDENTIFY] = "identify",
                [IDENTIFYING] = "identifying", [RESUMING] = "resuming", [LIVE] = "live",             [FATAL] = "fatal",
        };

        *ret_status = g->counts;
        ret_status->state = names[g->state];
        ret_status->is_live = g->state == LIVE;
        ret_status->last_ack = g->last_ack;
        ret_status->beat_interval = g->beat_interval;
        ret_status->round_trip = g->round_trip;
        ret_status->n_failed = g->n_failed;
        ret_status->seq = g->session.seq;
}
