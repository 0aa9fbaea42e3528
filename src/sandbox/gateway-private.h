#pragma once

/* Between gateway.c, which speaks with clients, and gateway-order.c, which makes it misbehave. */

#include <zlib.h>

#include "gateway.h"
#include "session.h"

#define FRAMES_PER_MINUTE 120   /* Gateway reference, "Rate Limiting" */
#define ZLIB_SUFFIX_SIZE  4     /* 00 00 ff ff: Gateway reference, "Transport Compression" */

struct Connection {
        Gateway *gateway;
        WebSocket *ws;
        char *host;                     /* how the client reached us, for resume_gateway_url */
        Session *session;
        bool is_silent;                 /* heartbeats are not acknowledged */
        bool has_zlib;
        z_stream zlib;
        size_t split_at;                /* compressed payloads go out in messages of at most so many bytes, no fewer than the suffix; 0: whole */
        Usec frame_times[FRAMES_PER_MINUTE];    /* ring, boot time */
        size_t n_frames;
        sd_event_source *heartbeat, *bye;
        Connection *next;
};

struct Gateway {
        Sandbox *sandbox;
        Connection *connections;
        Session *sessions;
        uint32_t last_intents;
        Usec refused_until;             /* boot time */
};

void gateway_tell_pages(Gateway *gateway);
/* Takes a session out of the list for good; its connection stays, as before Identify. */
void gateway_end_session(Gateway *gateway, Session *session);

/* After close and drop the connection is gone. close: the session waits to be resumed, unless the code says that it is over. */
void connection_close(Connection *c, unsigned code, const char *reason);
void connection_drop(Connection *c);
void connection_send_op(Connection *c, int op, const char *d);
/* Numbers and sends one event; the connection has a session. */
void connection_dispatch(Connection *c, const char *event, const char *d);
/* op 9 */
void connection_invalidate(Connection *c, bool is_resumable);
