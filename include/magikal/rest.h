#pragma once

/*
 * One request to Discord: route, ids and body in; one named outcome out. libcurl multi inside the event loop, one HTTP/2 connection a
 * process, rate limits shared with the other processes. Never blocks; nothing is retried here: whoever asked decides.
 */

#include <systemd/sd-event.h>

#include "magikal/json.h"
#include "magikal/ratelimit.h"
#include "magikal/snowflake.h"
#include "magikal/travel.h"

typedef struct Rest Rest;

/* Outcomes of one request (> 0). Which JSON error code means which: error-code.c. */
typedef enum RestOutcome {
        REST_ALREADY = 1,       /* the world is already as asked: treat as done. Also 10008 on ROUTE_MESSAGE_CREATE: a repeated nonce whose
                                   message was posted and deleted meanwhile; the body names no message then */
        REST_GONE,              /* the thing it concerns no longer exists */
        REST_LATER,             /* surely not executed; worth asking again after wait_usec (429, breaker open, connect refused, draining) */
        REST_AMBIGUOUS,         /* sent, no trustworthy answer: probe before sending again */
        REST_FORBIDDEN,         /* a permission is missing (50001, 50013, 60003) or a DM is closed (50007, 50278) */
        REST_REFUSED,           /* will not work however often we ask; see rest_is_token_revoked() */
        REST_TOO_LATE,          /* 10062, 50027, 10015: the interaction's token is dead or not yet alive */
} RestOutcome;

/* One row of route.c each; the ids a route needs, in order, are in the comment. */
typedef enum RouteId {
        ROUTE_GATEWAY_BOT,              /* GET    /gateway/bot */
        ROUTE_APPLICATION_ME,           /* GET    /applications/@me */
        ROUTE_CHANNEL_GET,              /* GET    /channels/{channel} */
        ROUTE_CHANNEL_PATCH,            /* PATCH  /channels/{channel} */
        ROUTE_CHANNEL_DELETE,           /* DELETE /channels/{channel} */
        ROUTE_OVERWRITE_PUT,            /* PUT    /channels/{channel}/permissions/{target} */
        ROUTE_GUILD_CHANNELS,           /* GET    /guilds/{guild}/channels */
        ROUTE_CHANNEL_CREATE,           /* POST   /guilds/{guild}/channels */
        ROUTE_GUILD_ROLES,              /* GET    /guilds/{guild}/roles */
        ROUTE_MEMBER_GET,               /* GET    /guilds/{guild}/members/{user} */
        ROUTE_MEMBER_PATCH,             /* PATCH  /guilds/{guild}/members/{user} */
        ROUTE_MEMBER_ROLE_PUT,          /* PUT    /guilds/{guild}/members/{user}/roles/{role} */
        ROUTE_MEMBER_ROLE_DELETE,       /* DELETE /guilds/{guild}/members/{user}/roles/{role} */
        ROUTE_MESSAGES_GET,             /* GET    /channels/{channel}/messages */
        ROUTE_MESSAGE_GET,              /* GET    /channels/{channel}/messages/{message} */
        ROUTE_MESSAGE_CREATE,           /* POST   /channels/{channel}/messages */
        ROUTE_MESSAGE_PATCH,            /* PATCH  /channels/{channel}/messages/{message} */
        ROUTE_MESSAGE_DELETE,           /* DELETE /channels/{channel}/messages/{message} */
        ROUTE_DM_CREATE,                /* POST   /users/@me/channels */
        ROUTE_COMMANDS_PUT,             /* PUT    /applications/{application}/commands */
        ROUTE_INTERACTION_CALLBACK,     /* POST   /interactions/{interaction}/<token>/callback */
        ROUTE_ORIGINAL_PATCH,           /* PATCH  /webhooks/{application}/<token>/messages/@original */
        _ROUTE_MAX
} RouteId;

typedef struct RestRequest {
        RouteId route;
        uint64_t ids[3];                /* in the order of the path template */
        const char *token;              /* interaction token where the route has one; copied */
        const char *query;              /* "limit=50&after=1"; copied; NULL: none */
        const char *body;               /* UTF-8 JSON object; copied; NULL: none */
        const char *audit_reason;       /* plain text ≤ 512 characters; percent-encoded here; NULL: none */
        void (*sent)(void *userdata);   /* optional: the whole request has been handed to the kernel; called at most once, before `done` */
        TravelOf of;                    /* whose work it is, for whoever watches; 0: nobody's */
} RestRequest;

typedef struct RestReply {
        int status;                     /* HTTP status; 0: none came */
        int code;                       /* Discord's JSON error code; 0: none */
        const Json *body;               /* parsed body, NULL when empty or no JSON; borrowed until `done` returns */
        const char *message;            /* Discord's sentence, or ours for transport errors; never NULL when outcome != 0 */
        Usec wait;                      /* with REST_LATER: how long to wait; 0: own backoff */
        bool is_global;                 /* a 429 of global scope */
        Usec date;                      /* when the answer was made, by the sender's clock, whole seconds; 0: it did not say */
} RestReply;

/* outcome: 0 or RestOutcome, or -ENOMEM/-ECANCELED */
typedef void (*RestDone)(int outcome, const RestReply *reply, void *userdata);

typedef struct RestConfig {
        const char *base_url;           /* "https://discord.com/api/v10"; http only for loopback */
        const char *ca_file;            /* NULL: system's */
        const char *token;              /* bot token; copied into locked memory */
        Ratelimit *limits;              /* shared table, borrowed */
        TravelTap *travels;             /* is told of requests that are somebody's work; borrowed, NULL: nobody is */
} RestConfig;

int rest_new(sd_event *event, const RestConfig *config, Rest **ret_rest);
Rest *rest_free(Rest *rest);            /* requests in flight are dropped without their `done`; not to be called inside one */
DEFINE_CLEANUP(Rest *, rest_free)

/*
 * Queue one request; `done` is called exactly once, later, from the event loop (never from inside this call). Does not block.
 * A request whose bucket is empty waits here up to 10 s, then answers REST_LATER; interaction routes never wait for the global limit.
 * Returns 0, -EINVAL (ids, token or body do not fit the row), -ENOMEM.
 */
int rest_send(Rest *rest, const RestRequest *request, RestDone done, void *userdata);
int rest_n_in_flight(const Rest *rest);
/* What we call ourselves, in the form that Discord prescribes; for the gateway too. */
const char *rest_user_agent(void);        /* waiting ones included */

/* The reply says that the bot's token is no longer accepted (401 on a route that carries it): stop asking, tell the operator. */
bool rest_is_token_revoked(RouteId route, const RestReply *reply);
/* Method and path template of a row, "GET" and "/channels/{channel}"; static. False: there is none of that number. */
bool rest_route_name(RouteId route, const char **ret_method, const char **ret_path);
