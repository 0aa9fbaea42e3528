#pragma once

/*
 * The calls we make to Discord, one row each: where they go, how long they may take, and what happens when one is repeated.
 */

#include <stdbool.h>
#include <stddef.h>

#include "magikal/rest.h"
#include "magikal/strbuf.h"

typedef enum RouteBody {
        ROUTE_BODY_NONE,
        ROUTE_BODY_MAYBE,
        ROUTE_BODY_JSON,
} RouteBody;

/* What a second request does after a first one whose answer was lost. */
typedef enum RouteRepeat {
        REPEAT_READS,           /* nothing changes */
        REPEAT_SETS_STATE,      /* the same state is set once more; deleting what is gone is "already so" */
        REPEAT_IS_REFUSED,      /* Discord recognises it: 40060 on a callback */
        REPEAT_HAS_NONCE,       /* for some minutes the nonce returns the first message; later it must be looked for */
        REPEAT_DUPLICATES,      /* a second one is made: look for the first before sending again */
} RouteRepeat;

#define ROUTE_IDS_MAX 3

typedef struct Route {
        const char *method;
        const char *path;       /* {name} is an id, in the order of RestRequest.ids; <token> the interaction's token */
        int major;              /* which id the bucket belongs to besides its hash; -1: none */
        int timeout_ms;         /* whole request, connection included */
        RouteBody body;
        RouteRepeat repeat;
        bool has_reply;         /* a success without a readable JSON body is worth nothing */
        bool is_interaction;    /* authorised by the token in the path, outside the global limit */
} Route;

/* The row; NULL when there is none of that number. */
const Route *route_get(RouteId id);

/* How many ids the path needs, and whether it needs a token. */
int route_n_ids(const Route *route);
bool route_has_token(const Route *route);

/* Appends "/channels/123/…". The caller has checked that ids and token are there; the token is percent-encoded. */
void route_append_path(const Route *route, const uint64_t *ids, const char *token, StrBuf *out);

/* What the bucket belongs to: the major id, joined with the token where the webhook's bucket is per token. 0: nothing. */
uint64_t route_major(const Route *route, const uint64_t *ids, const char *token);
