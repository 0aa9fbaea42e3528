#pragma once

/*
 * The socket under a gateway: TLS by libcurl, the upgrade by hand (HTTP/1.1, RFC 6455), frames by libwslay, all in an sd-event loop.
 * Connecting, resolving, reading and writing never block. One connection at a time; a new one replaces the old.
 */

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "magikal/cleanup.h"

typedef struct GatewayConn GatewayConn;

typedef struct GatewayConnConfig {
        const char *ca_file;            /* PEM; NULL: the system's. Copied */
        const char *user_agent;         /* "DiscordBot (url, version)"; copied; NULL: none sent */
} GatewayConnConfig;

/* Operations are called from the event loop, never from inside a function below, and may call all of these but gateway_conn_free(). */
typedef struct GatewayConnOps {
        void (*connected)(void *userdata);
        void (*text)(const char *bytes, size_t n_bytes, void *userdata);
        void (*binary)(const void *bytes, size_t n_bytes, void *userdata);
        /* It ended without our asking. code: of the peer's close frame, 0: none came. why: a sentence for the journal. */
        void (*closed)(int code, const char *why, void *userdata);
} GatewayConnOps;

int gateway_conn_new(sd_event *event, const GatewayConnConfig *config, const GatewayConnOps *ops, void *userdata, GatewayConn **ret_conn);
GatewayConn *gateway_conn_free(GatewayConn *conn);      /* NULL is fine; drops all sockets without a word */
DEFINE_CLEANUP(GatewayConn *, gateway_conn_free)

/*
 * Drops the connection there may be and begins a new one to a wss:// URL, or a ws:// one of a loopback address. Ends in `connected`, or in
 * `closed` after at most 15 s. -EINVAL (URL), -ENOMEM.
 */
int gateway_conn_connect(GatewayConn *conn, const char *url);
/* Queues one text frame; copied. -ENOTCONN before `connected` and after the end, -ENOMEM. */
int gateway_conn_send(GatewayConn *conn, const char *text, size_t n_bytes);
/*
 * Closes with a code, or drops the socket (0). `closed` is not called. The close frame is sent on in the background for up to 2 s, even
 * while the next connection is made; gateway_conn_is_closing() tells whether one still is.
 */
void gateway_conn_close(GatewayConn *conn, int code);
bool gateway_conn_is_closing(const GatewayConn *conn);
