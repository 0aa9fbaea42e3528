#pragma once

/* The client's side of the WebSocket upgrade (RFC 6455, section 4), bytes in and out. Private to discord/. */

#include "magikal/url.h"

#define WEBSOCKET_KEY_CHARS 24          /* base64 of 16 bytes */
#define WEBSOCKET_ACCEPT_CHARS 28       /* base64 of 20 bytes */
#define WEBSOCKET_HEAD_MAX (16u * 1024)
#define WEBSOCKET_MORE 1                /* the head is not whole yet */

/* Appends the request. user_agent may be NULL. The URL's target is used as it stands, "/" when empty. */
void websocket_request(const Url *url, const char *key, const char *user_agent, StrBuf *out);

/*
 * Looks at what came so far. 0: upgraded, *ret_n_head bytes are the head, what follows are frames already; WEBSOCKET_MORE; -EPROTO with
 * a sentence appended to `why`.
 */
int websocket_response(const char *bytes, size_t n_bytes, const char *key, size_t *ret_n_head, StrBuf *why);

/* What a server answers to a key; NUL-terminated. */
void websocket_accept(const char *key, char ret[WEBSOCKET_ACCEPT_CHARS + 1]);
