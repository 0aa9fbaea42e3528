#pragma once

/*
 * HTTP over libmicrohttpd, single-threaded on the event loop. An Exchange is one request and its reply; between the two it may
 * be parked without holding anybody up.
 */

#include <microhttpd.h>

#include "request.h"
#include "websocket.h"

typedef struct Exchange Exchange;

/* Binds and listens. 0 or -errno. */
int http_new(Sandbox *sandbox, const char *listen, Http **ret_http);
Http *http_free(Http *http);            /* drops whatever is parked, and every WebSocket without telling its owner */
DEFINE_CLEANUP(Http *, http_free)
/* Where it listens: "127.0.0.1:8780" with the real port. */
const char *http_address(const Http *http);

Request *exchange_request(Exchange *x);
Request *exchange_take_request(Exchange *x);    /* the exchange must then be answered or dropped */
/* Something of the caller's that lives as long as the exchange. At most once. */
void exchange_set_data(Exchange *x, void *take_data, void (*free_data)(void *data));
void *exchange_data(Exchange *x);
/* What the client calls us: its Host header when that is harmless text, else http_address(). */
const char *exchange_host(Exchange *x);

/*
 * A body that is used while it comes and may never end: before its first byte. `take` gets its parts instead of the request; false: it wants no
 * more and has called exchange_refuse_early(). The request is handled as any other when the body is over.
 */
void exchange_stream(Exchange *x, bool (*take)(Exchange *x, const char *bytes, size_t n_bytes));
/* Answers while the body is still coming; the rest of it is read and forgotten, then the connection ends. json: borrowed. */
void exchange_refuse_early(Exchange *x, int status, const char *json);

/* Headers of the reply, by copy. Before exchange_answer(). */
void exchange_add_header(Exchange *x, const char *name, const char *value);
/* content_type NULL: none (204). Takes the body's bytes. */
void exchange_answer(Exchange *x, int status, const char *content_type, StrBuf *take_body);
/* Takes the descriptor of a regular file. */
void exchange_answer_file(Exchange *x, const char *content_type, int take_fd, uint64_t size);
/* Cuts the connection without a byte of reply. */
void exchange_drop(Exchange *x);

/* Goes on in `later` after ms of real time. */
void exchange_wait(Exchange *x, uint64_t ms, void (*later)(Sandbox *sandbox, Exchange *x));
/*
 * Long poll: calls `look` now, after every http_wake(), and once more when ms have passed (is_last). look() answers and returns
 * true, or returns false to go on waiting; with is_last it must answer.
 */
void exchange_poll(Exchange *x, uint64_t ms, bool (*look)(Sandbox *sandbox, Exchange *x, bool is_last));
/* Long polls look again, from the loop. */
void http_wake(Http *http);

/* True for a proper WebSocket handshake. */
bool exchange_is_upgrade(Exchange *x);
/* Answers 101; `opened` gets the WebSocket. `number` is handed through, as are the request's query and host. */
void exchange_upgrade(Exchange *x, uint64_t number,
                      void (*opened)(Sandbox *sandbox, uint64_t number, const char *query, const char *host, WebSocket *take_ws));

/* What the server's parts do with a request; http.c chooses by path. */
void rest_handle(Sandbox *sandbox, Exchange *x);                        /* /api/… */
void rest_done(Sandbox *sandbox);                                       /* at the end: forgets requests that would be applied late */
void control_handle(Sandbox *sandbox, Exchange *x);                     /* /sandbox/… */
void control_begin(Sandbox *sandbox, Exchange *x);                      /* the same before the body has come */
bool rsi_is_path(const char *path);
void rsi_handle(Sandbox *sandbox, Exchange *x);                         /* pages of the game's site */
void uploads_handle(Sandbox *sandbox, Exchange *x);                     /* /attachments/… */
void files_handle(Sandbox *sandbox, Exchange *x);                       /* the page */
