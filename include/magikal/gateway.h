#pragma once

/*
 * One gateway session of one shard as a state machine: what came in, what to do now. No socket, no clock, no randomness of its own;
 * gateway-conn.h is the socket. Times are CLOCK_BOOTTIME microseconds.
 *
 * The functions below call the operations given to gateway_new() before they return. From inside an operation only gateway_set_low_water(),
 * gateway_session() and gateway_status() may be called; frames and texts given to an operation are borrowed until it returns.
 *
 * Sources: Discord reference, "Gateway" (connection lifecycle, heartbeats, resuming, rate limiting) and "Opcodes and Status Codes".
 */

#include <stdbool.h>

#include "magikal/clock.h"
#include "magikal/secret.h"
#include "magikal/skim.h"
#include "magikal/snowflake.h"

typedef struct Gateway Gateway;

#define GATEWAY_FRAME_MAX 4096                  /* bytes of a frame that we send; more is answered by close 4002 */
#define GATEWAY_MESSAGE_MAX (64u << 20)         /* bytes of a message that we take: READY and GUILD_CREATE reach many MiB */
#define GATEWAY_CLOSE_RESUME 4000               /* our code when the session must live on; 1000 and 1001 would end it */
#define GATEWAY_CLOSE_END 1000

enum {  /* bits of GatewayConfig.intents; Discord reference, "List of Intents" */
        INTENT_GUILDS = 1 << 0,
        INTENT_GUILD_MEMBERS = 1 << 1,          /* privileged */
        INTENT_GUILD_MESSAGES = 1 << 9,
        INTENT_MESSAGE_CONTENT = 1 << 15,       /* privileged */
};

typedef struct GatewayConfig {
        const Secret *token;    /* borrowed as long as the gateway lives */
        int shard, n_shards;
        uint32_t intents;
        bool compress;          /* zlib-stream */
        const char *url;        /* for new sessions: what GET /gateway/bot answered, without query; copied */
} GatewayConfig;

typedef struct GatewaySession {
        const char *session_id;
        const char *resume_url; /* as READY said, without query */
        int64_t low_water;      /* last sequence number that needs no replay; -1: none */
} GatewaySession;

typedef struct GatewayDispatch {
        const char *event;      /* "INTERACTION_CREATE" */
        int64_t seq;
        bool is_replay;         /* not newer than what this session has shown before */
        uint64_t id;            /* d.id, 0: none */
        GuildId guild;          /* d.guild_id, 0: none; GUILD_* events about the guild itself carry it in d.id */
        SkimValue data;         /* d inside the frame */
        const char *frame;      /* the whole frame as received (inflated) */
        size_t n_bytes;
} GatewayDispatch;

typedef struct GatewayOps {
        /* Drop what is connected and connect to this URL; answer with gateway_connected() or gateway_closed(). */
        void (*connect)(const char *url, void *userdata);
        /* Send one text frame. It may hold the token: not to be logged. */
        void (*send)(const char *frame, size_t n_bytes, void *userdata);
        /* Close with this code, or drop the connection when 0. Nothing of it may be reported afterwards, not even its end. */
        void (*close)(int code, void *userdata);
        /* Call gateway_timer() at this time; replaces the earlier wish. USEC_INFINITY: never. */
        void (*set_timer)(Usec due, void *userdata);
        /* IDENTIFY needs one of the day's budget: answer, once, with gateway_identify_granted(), now or in hours. */
        void (*identify_wanted)(void *userdata);
        /* READY (is_new: sequence numbers begin anew, forget the old ones) or RESUMED: save the session. Comes before its dispatch. */
        void (*ready)(const GatewaySession *session, bool is_new, void *userdata);
        /* The session is gone: forget the saved one. */
        void (*session_lost)(void *userdata);
        /* Every dispatch, READY and RESUMED included, in order. */
        void (*dispatch)(const GatewayDispatch *dispatch, void *userdata);
        /* Discord will not have us, and trying again would only do harm: exit 78 with this sentence. Nothing follows. */
        void (*fatal)(int close_code, const char *sentence, void *userdata);
        /* Something worth a line in the journal: syslog level, event name, sentence; number is a close code, op or delay in ms, as the
         * event says; 0: none. May be NULL. */
        void (*note)(int level, const char *event, const char *sentence, const char *what, int64_t number, void *userdata);
} GatewayOps;

/* seed: anything random; jitter comes from it. -ENOMEM, -EINVAL (URL not acceptable, shard out of range). */
int gateway_new(const GatewayConfig *config, const GatewayOps *ops, void *userdata, uint64_t seed, Gateway **ret_gateway);
Gateway *gateway_free(Gateway *gateway);        /* NULL is fine; returns NULL. Calls no operation */
DEFINE_CLEANUP(Gateway *, gateway_free)

/* A saved session to resume, before gateway_start(). -EINVAL when it does not look like one (then a new session is made). */
int gateway_restore(Gateway *gateway, const char *session_id, const char *resume_url, int64_t low_water);
void gateway_start(Gateway *gateway, Usec now);
/* Ends it: closes with 4000 so that the session can be resumed, or with 1000 for good. Nothing follows. */
void gateway_stop(Gateway *gateway, bool keep_session);

void gateway_connected(Gateway *gateway, Usec now);
void gateway_text(Gateway *gateway, const char *bytes, size_t n_bytes, Usec now);
void gateway_binary(Gateway *gateway, const void *bytes, size_t n_bytes, Usec now);
void gateway_closed(Gateway *gateway, int code, Usec now);      /* code of Discord's close frame; 0: none came, or could not connect */
void gateway_timer(Gateway *gateway, Usec now);
void gateway_identify_granted(Gateway *gateway, Usec now);

/*
 * The last sequence number up to which nothing can be lost any more. Heartbeats and RESUME name it, never the highest one seen: Discord
 * replays from there. Ignored when it goes back or beyond the highest seen.
 */
void gateway_set_low_water(Gateway *gateway, int64_t seq);
/* A fresher answer of GET /gateway/bot. -EINVAL, -ENOMEM; then the old one stays. */
int gateway_set_url(Gateway *gateway, const char *url);

/* The session as it would be resumed; false when there is none. Borrowed until the next call that changes the gateway. */
bool gateway_session(const Gateway *gateway, GatewaySession *ret_session);

typedef struct GatewayStatus {
        const char *state;      /* one word: stopped, waiting, connecting, hello, identify, identifying, resuming, live, fatal */
        bool is_live;           /* READY or RESUMED came on this connection */
        Usec last_ack;          /* when the last heartbeat was answered or, before that, Hello came on this connection; 0: not connected */
        Usec beat_interval;     /* as Hello said; 0: not connected */
        Usec round_trip;        /* of the last heartbeat; 0: none yet */
        int n_failed;           /* connections in a row that did not hold */
        int64_t seq;            /* highest seen; -1: none */
        uint64_t n_messages, n_bytes, n_unreadable, n_reconnects, n_identifies, n_resumes;
} GatewayStatus;
void gateway_status(const Gateway *gateway, GatewayStatus *ret_status);
