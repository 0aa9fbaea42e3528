#pragma once

/*
 * An HTTP answer as it arrives: header lines and body bytes in, rate-limit facts and an outcome out. Knows no socket, so that any
 * bytes can be thrown at it.
 */

#include <stdbool.h>

#include "magikal/rest.h"
#include "magikal/strbuf.h"

#define REST_BODY_MAX (8 * 1024 * 1024) /* 500 channels of a guild are about 400 KiB */

typedef struct Reply {
        StrBuf body;
        StrBuf bucket;                  /* X-RateLimit-Bucket */
        StrBuf message;                 /* sentence for RestReply.message */
        Json *json;                     /* NULL: body is empty or no object or array */
        int status;
        int limit, remaining;           /* -1: no header */
        Usec reset_after, retry_after;  /* 0: no header */
        Usec date;                      /* 0: no header */
        bool is_global, is_shared;      /* X-RateLimit-Scope */
        bool is_too_long;
} Reply;

/* Puts a Reply into the state before its first byte; to be called once before anything else. */
void reply_init(Reply *reply);
void reply_done(Reply *reply);

/* One header line, with or without its line end. A status line begins a new answer (100 Continue comes before the real one). */
void reply_header(Reply *reply, const char *line, size_t n_bytes);
/* False: more than REST_BODY_MAX, or no memory; the transfer should be given up. */
bool reply_body(Reply *reply, const char *bytes, size_t n_bytes);

/*
 * Everything has come. Parses the body and says what it means: 0, a RestOutcome or -ENOMEM. ret_headers is for ratelimit_learn() and
 * ret_reply for whoever asked; both borrow from `reply`.
 */
int reply_finish(Reply *reply, RouteId route, RatelimitHeaders *ret_headers, RestReply *ret_reply);
