/*
 * Discord's JSON error codes and HTTP statuses, and what each means here. Codes: Discord reference, "JSON Error Codes". Rows are read
 * downwards, first match wins; what is in no row is decided by its status alone, so a code that Discord adds tomorrow has an outcome too.
 */

#include "error-code.h"

#include <assert.h>

#include "magikal/cleanup.h"
#include "route.h"

#define ANY_ROUTE (-1)

/* clang-format off */
static const struct {
        int code;
        int route;              /* RouteId, or ANY_ROUTE */
        RestOutcome outcome;
} codes[] = {
        /* Deleting what is gone */
        { 10003,  ROUTE_CHANNEL_DELETE,       REST_ALREADY   },  /* Unknown Channel */
        { 10003,  ROUTE_MESSAGE_DELETE,       REST_ALREADY   },
        { 10008,  ROUTE_MESSAGE_DELETE,       REST_ALREADY   },  /* Unknown Message */
        /* A repeated nonce whose message was deleted meanwhile: it was posted, that is what was asked */
        { 10008,  ROUTE_MESSAGE_CREATE,       REST_ALREADY   },
        { 40060,  ROUTE_INTERACTION_CALLBACK, REST_ALREADY   },  /* already acknowledged: by our own lost request */

        { 10003,  ANY_ROUTE,                  REST_GONE      },  /* Unknown Channel */
        { 10004,  ANY_ROUTE,                  REST_GONE      },  /* Unknown Guild */
        { 10007,  ANY_ROUTE,                  REST_GONE      },  /* Unknown Member */
        { 10008,  ANY_ROUTE,                  REST_GONE      },  /* Unknown Message, or an ephemeral one */
        { 10009,  ANY_ROUTE,                  REST_GONE      },  /* Unknown permission overwrite */
        { 10011,  ANY_ROUTE,                  REST_GONE      },  /* Unknown Role */
        { 10013,  ANY_ROUTE,                  REST_GONE      },  /* Unknown User */

        { 10015,  ANY_ROUTE,                  REST_TOO_LATE  },  /* Unknown Webhook: also by race right after the callback */
        { 10062,  ANY_ROUTE,                  REST_TOO_LATE  },  /* Unknown Interaction: over three seconds old */
        { 50027,  ANY_ROUTE,                  REST_TOO_LATE  },  /* Invalid Webhook Token: over fifteen minutes old */

        { 50001,  ANY_ROUTE,                  REST_FORBIDDEN },  /* Missing Access */
        { 50007,  ANY_ROUTE,                  REST_FORBIDDEN },  /* Cannot send messages to this user */
        { 50013,  ANY_ROUTE,                  REST_FORBIDDEN },  /* Missing Permissions */
        { 50278,  ANY_ROUTE,                  REST_FORBIDDEN },  /* No mutual guild with this user */
        { 60003,  ANY_ROUTE,                  REST_FORBIDDEN },  /* Two factor is required for this operation */

        { 20028,  ANY_ROUTE,                  REST_LATER     },  /* write limit of the channel */
        { 20029,  ANY_ROUTE,                  REST_LATER     },  /* write limit of the guild */
        { 30046,  ANY_ROUTE,                  REST_LATER     },  /* too many edits of messages older than an hour */
        { 40003,  ANY_ROUTE,                  REST_LATER     },  /* opening DMs too fast */
        { 40062,  ANY_ROUTE,                  REST_LATER     },  /* service resource is rate limited */
        { 40333,  ANY_ROUTE,                  REST_LATER     },  /* blocked by Cloudflare, before Discord saw it */
        { 110000, ANY_ROUTE,                  REST_LATER     },  /* index not ready */

        { 30013,  ANY_ROUTE,                  REST_REFUSED   },  /* 500 channels in the guild */
        { 30060,  ANY_ROUTE,                  REST_REFUSED   },  /* 1000 overwrites on the channel */
        { 40001,  ANY_ROUTE,                  REST_REFUSED   },  /* Unauthorized */
        { 50005,  ANY_ROUTE,                  REST_REFUSED   },  /* another author's message */
        { 50014,  ANY_ROUTE,                  REST_REFUSED   },  /* Invalid authentication token */
        { 50035,  ANY_ROUTE,                  REST_REFUSED   },  /* Invalid Form Body; also a full category */
        { 50074,  ANY_ROUTE,                  REST_REFUSED   },  /* a channel that Community guilds must have */
        { 50083,  ANY_ROUTE,                  REST_REFUSED   },  /* archived thread */
};
/* clang-format on */

static int status_outcome(RouteId route, int status, bool has_json) {
        const Route *row = route_get(route);

        if (status >= 200 && status <= 299)
                return row->has_reply && !has_json ? REST_AMBIGUOUS : 0;
        /* 502, 504 and Cloudflare's 520–526 may have been executed behind the gateway that gave up; 500 and 503 have been seen after the effect */
        if (status >= 500 || status == 408 || status < 200)
                return REST_AMBIGUOUS;
        if (status == 429)
                return REST_LATER;
        /* Cloudflare's ban page: refused before Discord saw it */
        if (status == 403 && !has_json)
                return REST_LATER;
        if (status >= 400 && !has_json)
                return REST_AMBIGUOUS;
        if (status == 403)
                return REST_FORBIDDEN;
        return REST_REFUSED;
}

int error_code_outcome(RouteId route, int status, int code, bool has_json) {
        assert(route_get(route));

        /* A code is believed where errors are told: a message in a 200 may have any member called "code" */
        if (code != 0 && has_json && (status == 202 || (status >= 400 && status <= 499)))
                for (size_t i = 0; i < ELEMENTSOF(codes); i++)
                        if (codes[i].code == code && (codes[i].route == ANY_ROUTE || codes[i].route == (int) route))
                                return status == 429 ? REST_LATER : codes[i].outcome;

        return status_outcome(route, status, has_json);
}
