#pragma once

/* The bot's side of the gateway: connections, sessions, replay (contract of Discord's "Gateway" reference, version 10). */

#include "websocket.h"

Gateway *gateway_new(Sandbox *sandbox);
Gateway *gateway_free(Gateway *gateway);

/* What becomes of an upgrade request before there is a socket: 0, or the HTTP status to refuse it with. */
int gateway_may_open(Gateway *gateway, const SbxRequest *request);
/* A connection is there; takes the WebSocket. host: how the client reached us, "127.0.0.1:8780". */
void gateway_open(Gateway *gateway, const char *query, const char *host, WebSocket *take_ws);

/* GUILD_CREATE to every session, as after an outage. */
void gateway_announce_guild(Gateway *gateway);
/* POST /sandbox/gateway. 0, or -EINVAL with a sentence. */
int gateway_control(Gateway *gateway, const Json *order, const char **ret_why);
