#pragma once

/* The WebSockets of people who look at the sandbox's page: GET /sandbox/events?as=USER. They only listen. */

#include "websocket.h"

Pages *pages_new(void);
Pages *pages_free(Pages *pages);

void pages_open(Pages *pages, uint64_t user, WebSocket *take_ws);
