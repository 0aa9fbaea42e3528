/*
 * The gateway. A Connection is a socket, a Session what the bot logged in to; a connection has one session or none, a session
 * one connection or waits for a resume until it is too old.
 *
 *                 Hello
 *      socket ────────────▶ open ──── Identify ───▶ READY, GUILD_CREATE ───▶ session live
 *                            │                                                │     ▲
 *                            └─────── Resume ─────▶ missed, RESUMED ──────────┼─────┘
 *                                                                             │ socket lost or closed, not 1000/1001
 *      session gone ◀── too old, closed with 1000/1001, op 9 false ── session waits
 *
 * Close codes are those of the reference ("Gateway Close Event Codes"). A frame is counted and measured before it is parsed.
 */

#include "gateway.h"

#include <stdio.h>

#include "buckets.h"
#include "gateway-private.h"
#include "journal.h"
#include "pages.h"

#define WAITING_MAX 16          /* sessions that may be resumed */
#define FRAME_MAX 4096          /* Gateway reference, "Sending Events": larger payloads close with 4002 */

/* Bits 0-16, 20, 21, 24, 25 (Gateway reference, "List of Intents") */
#define INTENTS_KNOWN UINT32_C(0x0331ffff)

static void connection_receive(WebSocket *ws, const char *bytes, size_t n_bytes, void *userdata);
static void connection_closed(WebSocket *ws, unsigned code, void *userdata);

static const WebSocketHandler connection_handler = { .message = connection_receive, .closed = connection_closed };

/* ---- sessions -------------------------------------------------------------------------------------------------------- */

void gateway_tell_pages(Gateway *gateway) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;

        sbx_put_gateway(gateway->sandbox, &w);
        if (json_writer_finish(&w, &text) == 0)
                sbx_push(gateway->sandbox, 0, 0, "gateway", text);
}

void gateway_end_session(Gateway *gateway, Session *session) {
        for (Session **at = &gateway->sessions; *at; at = &(*at)->next)
                if (*at == session) {
                        *at = session->next;
                        break;
                }
        if (session->connection)
                session->connection->session = NULL;
        session_free(session);
}

static void gateway_expire_sessions(Gateway *g) {
        Usec now = clock_boottime();

        for (Session *s = g->sessions, *next; s; s = next) {
                next = s->next;
                if (!s->connection && now > s->lost_at && now - s->lost_at > g->sandbox->options->resume_ms * USEC_PER_MSEC)
                        gateway_end_session(g, s);
        }
}

/* Each keeps up to 32 MiB of events; a client that identifies anew instead of resuming must not fill the memory with them. */
static void gateway_end_oldest_waiting(Gateway *g) {
        Session *oldest = NULL;
        unsigned n = 0;

        for (Session *s = g->sessions; s; s = s->next)
                if (!s->connection) {
                        n++;
                        if (!oldest || s->lost_at < oldest->lost_at)
                                oldest = s;
                }
        if (n > WAITING_MAX)
                gateway_end_session(g, oldest);
}

static Session *gateway_find_session(Gateway *g, const char *id) {
        Session *s;

        gateway_expire_sessions(g);
        for (s = g->sessions; s && !streq(s->id, id); s = s->next)
                ;
        return s;
}

/* ---- one connection ---------------------------------------------------------------------------------------------------- */

static void connection_free(Connection *c) {
        Gateway *g = c->gateway;

        for (Connection **at = &g->connections; *at; at = &(*at)->next)
                if (*at == c) {
                        *at = c->next;
                        break;
                }
        if (c->session) {
                c->session->connection = NULL;
                c->session->lost_at = clock_boottime();
        }
        if (c->has_zlib)
                (void) deflateEnd(&c->zlib);
        sd_event_source_disable_unref(c->heartbeat);
        sd_event_source_disable_unref(c->bye);
        free(c->host);
        free(c);
}

void connection_close(Connection *c, unsigned code, const char *reason) {
        static const unsigned fatal[] = { 4003, 4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014 };
        Gateway *g = c->gateway;

        for (size_t i = 0; i < ELEMENTSOF(fatal); i++)
                if (fatal[i] == code && c->session)
                        gateway_end_session(g, c->session);
        websocket_close(c->ws, code, reason);
        connection_free(c);
        gateway_tell_pages(g);
}

void connection_drop(Connection *c) {
        Gateway *g = c->gateway;

        websocket_drop(c->ws);
        connection_free(c);
        gateway_tell_pages(g);
}

/* zlib-stream: one stream per connection, each message flushed so that it ends in 00 00 ff ff. False: no memory. */
static bool connection_deflate(Connection *c, const char *text, size_t n, StrBuf *out) {
        unsigned char chunk[16384];

        c->zlib.next_in = (unsigned char *) text;
        c->zlib.avail_in = (uInt) n;
        do {
                c->zlib.next_out = chunk;
                c->zlib.avail_out = sizeof(chunk);
                if (deflate(&c->zlib, Z_SYNC_FLUSH) == Z_STREAM_ERROR)
                        return false;
                strbuf_append_bytes(out, chunk, sizeof(chunk) - c->zlib.avail_out);
        } while (c->zlib.avail_out == 0);
        return out->error == 0;
}

static void connection_send(Connection *c, const char *text) {
        _strbuf_ StrBuf out = {};

        if (!c->has_zlib) {
                websocket_send(c->ws, false, text, strlen(text));
                return;
        }
        if (!connection_deflate(c, text, strlen(text), &out))
                return;
        for (size_t at = 0; at < out.n_bytes;) {
                size_t left = out.n_bytes - at, n = c->split_at > 0 ? MIN(c->split_at, left) : left;

                /* Clients look for the suffix in the last message alone, as the reference's own example does */
                if (left - n > 0 && left - n < ZLIB_SUFFIX_SIZE)
                        n = left - ZLIB_SUFFIX_SIZE;
                websocket_send(c->ws, true, out.text + at, n);
                at += n;
        }
}

void connection_send_op(Connection *c, int op, const char *d) {
        _free_ char *text = NULL;

        if (asprintf(&text, "{\"t\":null,\"s\":null,\"op\":%d,\"d\":%s}", op, d) < 0) {
                text = NULL;
                return;
        }
        connection_send(c, text);
}

/* Kept for a resume where nobody is connected now. */
static void session_dispatch(Sandbox *sandbox, Session *s, const char *event, const char *d) {
        const char *frame = session_add(s, event, d);

        if (!frame)
                return;
        journal_dispatch(sandbox->journal, sbx_now(sandbox), event, d);
        if (s->connection)
                connection_send(s->connection, frame);
}

void connection_dispatch(Connection *c, const char *event, const char *d) {
        session_dispatch(c->gateway->sandbox, c->session, event, d);
}

void connection_invalidate(Connection *c, bool is_resumable) {
        if (c->session && is_resumable) {
                c->session->connection = NULL;
                c->session->lost_at = clock_boottime();
                c->session = NULL;
        } else if (c->session)
                gateway_end_session(c->gateway, c->session);
        connection_send_op(c, 9, is_resumable ? "true" : "false");
        gateway_tell_pages(c->gateway);
}

/* ---- what clients send -------------------------------------------------------------------------------------------------- */

/* With or without the word that it has in HTTP: Oceanic.js sends it so, and is let in. */
static bool token_is_valid(Gateway *g, const Json *d) {
        const char *token = json_text(json_get(d, "token"));

        if (token && strncmp(token, "Bot ", 4) == 0)
                token += 4;
        return token && streq(token, g->sandbox->options->token);
}

static int heartbeat_missed(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        connection_close(userdata, 4009, "Session timed out.");
        return 0;
}

/* A client that lets two intervals pass without a beat is taken for dead. */
static void connection_expect_heartbeat(Connection *c) {
        (void) server_after(c->gateway->sandbox, 2 * c->gateway->sandbox->options->heartbeat_ms, heartbeat_missed, c, &c->heartbeat);
}

static void on_heartbeat(Connection *c, const Json *d) {
        int64_t seq;

        if (d && !json_is_null(d) && json_to_i64(d, &seq) < 0) {
                connection_close(c, 4002, "Error while decoding payload.");
                return;
        }
        connection_expect_heartbeat(c);
        if (!c->is_silent)
                connection_send_op(c, 11, "null");
}

/* shard is [id, number of shards]; absent means the only one. */
static bool read_shard(const Json *d, unsigned *ret_shard, unsigned *ret_n_shards) {
        const Json *shard = json_get(d, "shard"), *first = json_first(shard);
        int64_t id = 0, n = 1;

        if (shard && !json_is_null(shard) &&
            (json_array_size(shard) != 2 || json_to_i64(first, &id) < 0 || json_to_i64(json_next(first), &n) < 0))
                return false;
        if (n < 1 || n > 16384 || id < 0 || id >= n)
                return false;
        *ret_shard = (unsigned) id;
        *ret_n_shards = (unsigned) n;
        return true;
}

/* 50 to 250, 50 where it is absent (Gateway reference, "Identify"). */
static size_t read_large_threshold(const Json *d) {
        int64_t threshold = 50;

        (void) json_get_i64(d, "large_threshold", &threshold);          /* odd: as if absent */
        return threshold < 50 ? 50 : threshold > 250 ? 250 : (size_t) threshold;
}

static bool shard_has_guild(const Session *s, uint64_t guild) {
        return guild == 0 ? s->shard == 0 : (guild >> 22) % s->n_shards == s->shard;
}

static bool session_wants(Sandbox *sandbox, const Session *s, int intent, uint64_t guild) {
        return (guild == 0 || model_has_bot(sandbox)) && (intent < 0 || (s->intents >> intent & 1) != 0) && shard_has_guild(s, guild);
}

static void put_ready(Sandbox *sandbox, const Session *s, JsonWriter *w) {
        _strbuf_ StrBuf url = {};

        strbuf_appendf(&url, "ws://%s", s->connection->host);
        json_open(w);
        json_i64(w, "v", 10);
        json_put_key(w, "user");
        model_put_self(sandbox, w);
        json_array(w, "guilds");
        if (shard_has_guild(s, model_guild_id(sandbox)) && model_has_bot(sandbox)) {
                json_open(w);
                json_id(w, "id", model_guild_id(sandbox));
                json_bool(w, "unavailable", true);
                json_close(w);
        }
        json_close_array(w);
        json_string(w, "session_id", s->id);
        json_string(w, "session_type", "normal");
        json_string(w, "resume_gateway_url", strbuf_text(&url));
        json_array(w, "shard");
        json_put_i64(w, s->shard);
        json_put_i64(w, s->n_shards);
        json_close_array(w);
        json_object(w, "application");
        json_id(w, "id", model_application_id(sandbox));
        json_i64(w, "flags", 565248);
        json_close(w);
        json_array(w, "private_channels");
        json_close_array(w);
        json_array(w, "presences");
        json_close_array(w);
        json_array(w, "relationships");
        json_close_array(w);
        json_object(w, "user_settings");
        json_close(w);
        json_raw(w, "_trace", "[\"magikal-sandbox\"]");
        json_close(w);
}

static void session_send_guild(Sandbox *sandbox, Session *s) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;

        if (!session_wants(sandbox, s, SBX_INTENT_GUILDS, model_guild_id(sandbox)))
                return;
        model_put_guild_create(sandbox, &w, s->intents, s->large_threshold);
        if (json_writer_finish(&w, &text) == 0)
                session_dispatch(sandbox, s, "GUILD_CREATE", text);
}

/* Takes the session, filled from Identify. */
static void connection_begin_session(Connection *c, Session *s) {
        Gateway *g = c->gateway;
        _json_writer_ JsonWriter w = {};
        _strbuf_ StrBuf id = {};
        _free_ char *text = NULL;

        sbx_random_text(g->sandbox, 24, &id);
        if (!s || id.error) {
                session_free(s);
                connection_close(c, 4000, "Unknown error.");
                return;
        }
        (void) snprintf(s->id, sizeof(s->id), "%s", strbuf_text(&id));
        s->connection = c;
        s->next = g->sessions;
        g->sessions = s;
        g->last_intents = s->intents;
        c->session = s;

        put_ready(g->sandbox, s, &w);
        if (json_writer_finish(&w, &text) < 0) {
                connection_close(c, 4000, "Unknown error.");
                return;
        }
        connection_dispatch(c, "READY", text);
        session_send_guild(g->sandbox, c->session);
        gateway_tell_pages(g);
}

static void on_identify(Connection *c, const Json *d) {
        Gateway *g = c->gateway;
        unsigned shard, n_shards;
        int64_t intents;

        if (c->session)
                connection_close(c, 4005, "Already authenticated.");
        else if (!json_is_object(d) || !json_is_object(json_get(d, "properties")) || !json_is_string(json_get(d, "token")))
                connection_close(c, 4002, "Error while decoding payload.");
        else if (!token_is_valid(g, d))
                connection_close(c, 4004, "Authentication failed.");
        else if (!read_shard(d, &shard, &n_shards))
                connection_close(c, 4010, "Invalid shard.");
        else if (json_get_i64(d, "intents", &intents) != 0 || intents < 0 || (intents & ~(int64_t) INTENTS_KNOWN) != 0)
                connection_close(c, 4013, "Invalid intent(s).");
        else if ((intents & g->sandbox->options->disallowed_intents) != 0)
                connection_close(c, 4014, "Disallowed intent(s).");
        else if (buckets_identify(g->sandbox->buckets, sbx_now(g->sandbox)) < 0)
                connection_invalidate(c, false);
        else {
                Session *s = session_new(g->sandbox->options->resume_events);

                gateway_expire_sessions(g);
                gateway_end_oldest_waiting(g);
                if (s) {
                        s->intents = (uint32_t) intents;
                        s->shard = shard;
                        s->n_shards = n_shards;
                        s->large_threshold = read_large_threshold(d);
                }
                connection_begin_session(c, s);
        }
}

static void on_resume(Connection *c, const Json *d) {
        Gateway *g = c->gateway;
        const char *id = json_text(json_get(d, "session_id"));
        Session *s;
        int64_t seq;

        if (c->session) {
                connection_close(c, 4005, "Already authenticated.");
                return;
        }
        if (!json_is_object(d) || !id || json_get_i64(d, "seq", &seq) != 0 || seq < 0 || !json_is_string(json_get(d, "token"))) {
                connection_close(c, 4002, "Error while decoding payload.");
                return;
        }
        if (!token_is_valid(g, d)) {
                connection_close(c, 4004, "Authentication failed.");
                return;
        }
        s = gateway_find_session(g, id);
        if (s && (uint64_t) seq > s->seq) {
                /* A number never given out: the session cannot be the one the client means. */
                if (s->connection)
                        connection_drop(s->connection);
                gateway_end_session(g, s);
                connection_close(c, 4007, "Invalid seq.");
                return;
        }
        if (!s || !session_may_resume(s, (uint64_t) seq)) {
                connection_invalidate(c, false);
                return;
        }
        /* The client knows better than we that its old socket is dead. */
        if (s->connection)
                connection_drop(s->connection);
        s->connection = c;
        c->session = s;
        for (uint64_t n = (uint64_t) seq + 1; n <= s->seq; n++) {
                const char *frame = session_frame(s, n);

                if (frame)
                        connection_send(c, frame);
        }
        connection_dispatch(c, "RESUMED", "{\"_trace\":[\"magikal-sandbox\"]}");
        gateway_tell_pages(g);
}

static void send_members_chunk(void *userdata, const char *d) {
        connection_dispatch(userdata, "GUILD_MEMBERS_CHUNK", d);
}

static void on_request_members(Connection *c, const Json *d) {
        uint64_t guild;

        if (!c->session) {
                connection_close(c, 4003, "Not authenticated.");
                return;
        }
        if (json_get_u64(d, "guild_id", &guild) != 0 || guild != model_guild_id(c->gateway->sandbox))
                return;         /* Discord says nothing about guilds that one is not in */
        model_each_members_chunk(c->gateway->sandbox, d, send_members_chunk, c);
}

static bool connection_is_flooding(Connection *c) {
        Usec now = clock_boottime(), *at = &c->frame_times[c->n_frames % FRAMES_PER_MINUTE];
        bool is_full = c->n_frames >= FRAMES_PER_MINUTE;

        if (is_full && now - *at < 60 * USEC_PER_SEC)
                return true;
        *at = now;
        c->n_frames++;
        return false;
}

static void connection_receive(WebSocket *ws _unused_, const char *bytes, size_t n_bytes, void *userdata) {
        Connection *c = userdata;
        _json_ Json *frame = NULL;
        const Json *d;
        int64_t op;

        if (connection_is_flooding(c)) {
                connection_close(c, 4008, "You are being rate limited.");
                return;
        }
        if (n_bytes > FRAME_MAX || sbx_parse_json(bytes, n_bytes, &frame) < 0 || json_get_i64(frame, "op", &op) != 0) {
                connection_close(c, 4002, "Error while decoding payload.");
                return;
        }
        d = json_get(frame, "d");
        switch (op) {
        case 1:
                on_heartbeat(c, d);
                break;
        case 2:
                on_identify(c, d);
                break;
        case 6:
                on_resume(c, d);
                break;
        case 3:         /* presence */
        case 4:         /* voice state */
        case 31:        /* soundboard */
        case 43:        /* channel info */
                if (!c->session)
                        connection_close(c, 4003, "Not authenticated.");
                break;
        case 8:
                on_request_members(c, d);
                break;
        default:
                connection_close(c, 4001, "Unknown opcode.");
        }
}

static void connection_closed(WebSocket *ws _unused_, unsigned code, void *userdata) {
        Connection *c = userdata;
        Gateway *g = c->gateway;

        /* Gateway reference, "Initiating a Disconnect": 1000 and 1001 end the session. */
        if ((code == 1000 || code == 1001) && c->session)
                gateway_end_session(g, c->session);
        connection_free(c);
        gateway_tell_pages(g);
}

/* ---- the whole ---------------------------------------------------------------------------------------------------------- */

Gateway *gateway_new(Sandbox *sandbox) {
        Gateway *g = new0(Gateway, 1);

        if (g)
                g->sandbox = sandbox;
        return g;
}

Gateway *gateway_free(Gateway *gateway) {
        if (!gateway)
                return NULL;
        while (gateway->connections) {
                websocket_drop(gateway->connections->ws);
                connection_free(gateway->connections);
        }
        while (gateway->sessions)
                gateway_end_session(gateway, gateway->sessions);
        free(gateway);
        return NULL;
}

/* True when a raw query holds this "key=value". Gateway parameters need no decoding. */
static bool query_has(const char *query, const char *parameter) {
        size_t n = strlen(parameter);

        for (const char *at = query; (at = strstr(at, parameter)); at += n)
                if ((at == query || at[-1] == '&') && (at[n] == '\0' || at[n] == '&'))
                        return true;
        return false;
}

int gateway_may_open(Gateway *gateway, const SbxRequest *request) {
        const char *encoding = sbx_query(request, "encoding"), *compress = sbx_query(request, "compress");

        if (gateway->refused_until > clock_boottime())
                return 503;
        if ((encoding && !streq(encoding, "json")) || (compress && !streq(compress, "zlib-stream")))
                return 501;     /* etf and zstd exist at Discord; a client that gets text instead would only be confused */
        return 0;
}

void gateway_open(Gateway *gateway, const char *query, const char *host, WebSocket *take_ws) {
        Connection *c = new0(Connection, 1);
        char hello[64];

        if (c)
                c->host = strdup(host);
        if (!c || !c->host) {
                free(c);
                websocket_drop(take_ws);
                return;
        }
        c->gateway = gateway;
        c->ws = take_ws;
        c->next = gateway->connections;
        gateway->connections = c;
        if (!query_has(query, "v=10")) {
                connection_close(c, 4012, "Invalid API version.");
                return;
        }
        if (query_has(query, "compress=zlib-stream")) {
                if (deflateInit(&c->zlib, Z_DEFAULT_COMPRESSION) != Z_OK) {
                        connection_close(c, 4000, "Unknown error.");
                        return;
                }
                c->has_zlib = true;
        }
        websocket_set_handler(take_ws, &connection_handler, c);
        connection_expect_heartbeat(c);
        (void) snprintf(hello, sizeof(hello), "{\"heartbeat_interval\":%llu}", (unsigned long long) gateway->sandbox->options->heartbeat_ms);
        connection_send_op(c, 10, hello);
}

bool sbx_is_wanted(Sandbox *sandbox, int intent, uint64_t guild) {
        for (const Session *s = sandbox->gateway->sessions; s; s = s->next)
                if (session_wants(sandbox, s, intent, guild))
                        return true;
        return false;
}

unsigned sbx_dispatch(Sandbox *sandbox, const SbxDispatch *dispatch) {
        Gateway *g = sandbox->gateway;
        unsigned n_live = 0;

        gateway_expire_sessions(g);
        for (Session *s = g->sessions; s; s = s->next) {
                bool has_content = (s->intents >> SBX_INTENT_MESSAGE_CONTENT & 1) != 0;
                const char *d = dispatch->d_without_content && !has_content ? dispatch->d_without_content : dispatch->d, *frame;

                if (!session_wants(sandbox, s, dispatch->intent, dispatch->guild))
                        continue;
                frame = session_add(s, dispatch->event, d);
                if (frame)
                        journal_dispatch(sandbox->journal, sbx_now(sandbox), dispatch->event, d);
                if (!frame || !s->connection)
                        continue;
                connection_send(s->connection, frame);
                n_live++;
        }
        return n_live;
}

void gateway_announce_guild(Gateway *gateway) {
        for (Session *s = gateway->sessions; s; s = s->next)
                session_send_guild(gateway->sandbox, s);
}

void sbx_announce_guild(Sandbox *sandbox) {
        gateway_announce_guild(sandbox->gateway);
}

void sbx_put_gateway(Sandbox *sandbox, JsonWriter *w) {
        int64_t n_sessions = 0, n_live = 0;

        gateway_expire_sessions(sandbox->gateway);
        for (const Session *s = sandbox->gateway->sessions; s; s = s->next) {
                n_sessions++;
                n_live += s->connection != NULL;
        }
        json_open(w);
        json_bool(w, "connected", n_live > 0);
        json_i64(w, "sessions", n_sessions);
        json_i64(w, "live", n_live);
        json_close(w);
}

uint32_t sbx_intents(Sandbox *sandbox) {
        return sandbox->gateway->last_intents;
}
