/*
 * The table of routes. Paths and success codes: Discord reference. Major parameters: "Rate Limits" there, which counts channel_id,
 * guild_id and webhook_id with its token. Everything that is known of a route in advance stands in its row; what is learnt while
 * running (bucket, limits) is in ratelimit.c.
 *
 * Timeouts: ten seconds, because a flow's lease lasts thirty and one request must fit with room to spare. A callback is worthless
 * three seconds after the press, so it gives up before.
 */

#include "route.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "magikal/cleanup.h"

/* clang-format off */
static const Route routes[_ROUTE_MAX] = {
        /* id                            method    path                                                  major ms     body              repeat             reply  interaction */
        [ROUTE_GATEWAY_BOT]          = { "GET",    "/gateway/bot",                                        -1, 10000, ROUTE_BODY_NONE,  REPEAT_READS,      true,  false },
        [ROUTE_APPLICATION_ME]       = { "GET",    "/applications/@me",                                   -1, 10000, ROUTE_BODY_NONE,  REPEAT_READS,      true,  false },
        [ROUTE_CHANNEL_GET]          = { "GET",    "/channels/{channel}",                                  0, 10000, ROUTE_BODY_NONE,  REPEAT_READS,      true,  false },
        [ROUTE_CHANNEL_PATCH]        = { "PATCH",  "/channels/{channel}",                                  0, 10000, ROUTE_BODY_JSON,  REPEAT_SETS_STATE, false, false },
        [ROUTE_CHANNEL_DELETE]       = { "DELETE", "/channels/{channel}",                                  0, 10000, ROUTE_BODY_NONE,  REPEAT_SETS_STATE, false, false },
        [ROUTE_OVERWRITE_PUT]        = { "PUT",    "/channels/{channel}/permissions/{target}",             0, 10000, ROUTE_BODY_JSON,  REPEAT_SETS_STATE, false, false },
        [ROUTE_GUILD_CHANNELS]       = { "GET",    "/guilds/{guild}/channels",                             0, 10000, ROUTE_BODY_NONE,  REPEAT_READS,      true,  false },
        /* No key recognises a second channel: its topic carries a marker to find the first by. */
        [ROUTE_CHANNEL_CREATE]       = { "POST",   "/guilds/{guild}/channels",                             0, 10000, ROUTE_BODY_JSON,  REPEAT_DUPLICATES, true,  false },
        [ROUTE_GUILD_ROLES]          = { "GET",    "/guilds/{guild}/roles",                                0, 10000, ROUTE_BODY_NONE,  REPEAT_READS,      true,  false },
        [ROUTE_MEMBER_GET]           = { "GET",    "/guilds/{guild}/members/{user}",                       0, 10000, ROUTE_BODY_NONE,  REPEAT_READS,      true,  false },
        [ROUTE_MEMBER_PATCH]         = { "PATCH",  "/guilds/{guild}/members/{user}",                       0, 10000, ROUTE_BODY_JSON,  REPEAT_SETS_STATE, false, false },
        [ROUTE_MEMBER_ROLE_PUT]      = { "PUT",    "/guilds/{guild}/members/{user}/roles/{role}",          0, 10000, ROUTE_BODY_NONE,  REPEAT_SETS_STATE, false, false },
        [ROUTE_MEMBER_ROLE_DELETE]   = { "DELETE", "/guilds/{guild}/members/{user}/roles/{role}",          0, 10000, ROUTE_BODY_NONE,  REPEAT_SETS_STATE, false, false },
        [ROUTE_MESSAGES_GET]         = { "GET",    "/channels/{channel}/messages",                         0, 10000, ROUTE_BODY_NONE,  REPEAT_READS,      true,  false },
        [ROUTE_MESSAGE_GET]          = { "GET",    "/channels/{channel}/messages/{message}",               0, 10000, ROUTE_BODY_NONE,  REPEAT_READS,      true,  false },
        /* enforce_nonce in the body: "the past few minutes" (Discord reference, "Create Message"). */
        [ROUTE_MESSAGE_CREATE]       = { "POST",   "/channels/{channel}/messages",                         0, 10000, ROUTE_BODY_JSON,  REPEAT_HAS_NONCE,  true,  false },
        [ROUTE_MESSAGE_PATCH]        = { "PATCH",  "/channels/{channel}/messages/{message}",               0, 10000, ROUTE_BODY_JSON,  REPEAT_SETS_STATE, false, false },
        [ROUTE_MESSAGE_DELETE]       = { "DELETE", "/channels/{channel}/messages/{message}",               0, 10000, ROUTE_BODY_NONE,  REPEAT_SETS_STATE, false, false },
        /* Answers with the channel that exists already. */
        [ROUTE_DM_CREATE]            = { "POST",   "/users/@me/channels",                                 -1, 10000, ROUTE_BODY_JSON,  REPEAT_SETS_STATE, true,  false },
        [ROUTE_COMMANDS_PUT]         = { "PUT",    "/applications/{application}/commands",                -1, 10000, ROUTE_BODY_JSON,  REPEAT_SETS_STATE, true,  false },
        [ROUTE_INTERACTION_CALLBACK] = { "POST",   "/interactions/{interaction}/<token>/callback",         0,  2500, ROUTE_BODY_JSON,  REPEAT_IS_REFUSED, false, true  },
        [ROUTE_ORIGINAL_PATCH]       = { "PATCH",  "/webhooks/{application}/<token>/messages/@original",   0, 10000, ROUTE_BODY_JSON,  REPEAT_SETS_STATE, false, true  },
};
/* clang-format on */

const Route *route_get(RouteId id) {
        if ((int) id < 0 || id >= _ROUTE_MAX)
                return NULL;
        return &routes[id];
}

bool rest_route_name(RouteId route, const char **ret_method, const char **ret_path) {
        const Route *row = route_get(route);

        if (!row)
                return false;
        *ret_method = row->method;
        *ret_path = row->path;
        return true;
}

int route_n_ids(const Route *route) {
        int n = 0;

        for (const char *p = route->path; *p; p++)
                n += *p == '{';
        assert(n <= ROUTE_IDS_MAX);
        return n;
}

bool route_has_token(const Route *route) {
        return strchr(route->path, '<') != NULL;
}

void route_append_path(const Route *route, const uint64_t *ids, const char *token, StrBuf *out) {
        for (const char *p = route->path; *p;) {
                size_t n = strcspn(p, "{<");

                strbuf_append_bytes(out, p, n);
                p += n;
                if (*p == '{') {
                        strbuf_appendf(out, "%" PRIu64, *ids++);
                        p = strchr(p, '}') + 1;
                } else if (*p == '<') {
                        strbuf_append_percent(out, token);
                        p = strchr(p, '>') + 1;
                }
        }
}

uint64_t route_major(const Route *route, const uint64_t *ids, const char *token) {
        uint64_t major;

        if (route->major < 0)
                return 0;

        major = ids[route->major];
        if (!token)
                return major;

        /* FNV-1a: one application answers through many tokens, and each has its own bucket */
        for (const char *p = token; *p; p++)
                major = (major ^ (unsigned char) *p) * UINT64_C(0x100000001b3);
        return major ? major : 1;
}
