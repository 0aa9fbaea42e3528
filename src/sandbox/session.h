#pragma once

/* A gateway session: what outlives its connection. Sequence numbers and the bounded buffer of dispatches for a resume. */

#include "sandbox.h"
#include "text-log.h"

typedef struct Connection Connection;

typedef struct Session {
        char id[33];
        uint32_t intents;
        unsigned shard, n_shards;
        size_t large_threshold;         /* members up to which a guild comes with all of them */
        uint64_t seq;                   /* of the newest dispatch, 0: none yet */
        Connection *connection;         /* NULL: waits to be resumed */
        Usec lost_at;                   /* boot time at which it lost its connection */

        TextLog *frames;                /* whole, by their sequence numbers */
        StrBuf draft;                   /* of the newest, kept for its memory */
        struct Session *next;
} Session;

/* n_frames_max: at least 1. NULL: no memory. */
Session *session_new(size_t n_frames_max);
Session *session_free(Session *session);

/* Numbers, keeps and returns one dispatch frame, borrowed until the session forgets it. NULL: no memory (the number is used up). */
const char *session_add(Session *session, const char *event, const char *d);
/* The frame of a sequence number, or NULL when it is not kept. */
const char *session_frame(const Session *session, uint64_t seq);
/* True when everything after seq is still there. */
bool session_may_resume(const Session *session, uint64_t seq);
