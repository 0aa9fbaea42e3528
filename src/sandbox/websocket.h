#pragma once

/* One server-side WebSocket (RFC 6455) over a connection that libmicrohttpd upgraded. */

#include "server.h"

typedef struct WebSocket WebSocket;

/*
 * message      one whole text or binary message; the bytes are borrowed, n may be 0
 * closed       the peer closed with this status code (0: none, or the connection was lost). The WebSocket is gone afterwards
 * Both may call any websocket function, on any WebSocket.
 */
typedef struct WebSocketHandler {
        void (*message)(WebSocket *ws, const char *bytes, size_t n_bytes, void *userdata);
        void (*closed)(WebSocket *ws, unsigned code, void *userdata);
} WebSocketHandler;

/* Sec-WebSocket-Accept for a client's key (RFC 6455, 4.2.2). ret_accept: 28 characters and NUL. */
void websocket_accept(const char *key, char ret_accept[static 29]);

/*
 * Takes over a socket. `release` is called exactly once, with the descriptor's owner, when the socket is no longer needed.
 *
 * list         where the WebSocket is listed until its end, for websocket_destroy_all()
 * early        bytes that came with the request's last packet; copied
 * 0 or -errno; on error release has been called.
 */
int websocket_new(sd_event *event, WebSocket **list, int fd, void (*release)(void *owner), void *owner, const void *early,
                  size_t n_early, WebSocket **ret_ws);
/* At the end of the process, when the loop runs no more: every socket is released without any handler being called. */
void websocket_destroy_all(WebSocket **list);
void websocket_set_handler(WebSocket *ws, const WebSocketHandler *handler, void *userdata);

/* Queues one message. A peer that does not read is dropped (and reported as closed) when 64 MiB wait. */
void websocket_send(WebSocket *ws, bool is_binary, const void *bytes, size_t n_bytes);
/* After either of these no handler is called any more and the pointer must be forgotten. close: says goodbye, waits a little. */
void websocket_close(WebSocket *ws, unsigned code, const char *reason);
void websocket_drop(WebSocket *ws);
/* Like drop, but the peer gets the first half of a frame before. */
void websocket_drop_inside_frame(WebSocket *ws, const char *text);
