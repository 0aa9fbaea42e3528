#pragma once

/*
 * The seam of the sandbox. One half, the transport, moves bytes: HTTP, WebSockets, gateway sessions, rate limits, injected
 * faults, logs and timers. The other half, the model, is the guild: people, roles, channels, messages, interactions and
 * the REST handlers that change them. Everything either half knows of the other is in this file.
 *
 * There is one thread. A handler runs to its end and never waits; whoever waits (a slow reply, a long poll) is parked by the
 * transport. Nothing here may be called from another thread.
 */

#include <stdbool.h>
#include <stdint.h>

#include "magikal/clock.h"
#include "magikal/json.h"
#include "magikal/strbuf.h"

typedef struct Sandbox Sandbox;         /* the process; the transport's struct */
typedef struct SbxModel SbxModel;       /* the guild; the model's struct */
typedef struct SbxRoute SbxRoute;
typedef struct SbxTimer SbxTimer;

/* ---- One REST or control request ---------------------------------------------------------------------------------- */

#define SBX_ARGS_MAX 6

/* A file of a multipart body: "files[3]" has index 3. Bytes are borrowed from the request. */
typedef struct SbxFile {
        unsigned index;
        const char *filename;           /* "" when the part named none */
        const char *content_type;       /* "application/octet-stream" when the part named none */
        const char *bytes;
        size_t n_bytes;
} SbxFile;

/* Owns everything it points to, so that it can be applied after its connection is gone. */
typedef struct SbxRequest {
        const char *method;             /* "GET", … */
        const char *path;               /* below /api/v10, or the whole path of a control call; as sent, without the query */
        const char *query;              /* as sent, "" when there was none */
        const SbxRoute *route;          /* NULL in control calls */

        /* What stood in the template's {placeholders}, in order, percent-decoded. */
        size_t n_args;
        const char *args[SBX_ARGS_MAX];
        uint64_t ids[SBX_ARGS_MAX];     /* the same read as a snowflake, 0 when it is none */

        const Json *body;               /* parsed JSON, or a multipart body's payload_json; NULL when there was no body */
        const char *raw;                /* the body as sent */
        size_t n_raw;
        const SbxFile *files;
        size_t n_files;

        const struct Request *whole;    /* what it is a view of: parameters and headers; a copy with another body keeps it */

        bool has_bot_auth;              /* a valid "Authorization: Bot …" */
        const char *reason;             /* X-Audit-Log-Reason, percent-decoded; NULL when absent */
} SbxRequest;

/* First value of a query parameter, percent-decoded; NULL when absent. Borrowed from the request. */
const char *sbx_query(const SbxRequest *request, const char *key);
/* True/true/1 and False/false/0 (Discord reference, "Boolean Query Strings"); anything else is `otherwise`. */
bool sbx_query_bool(const SbxRequest *request, const char *key, bool otherwise);
/* A non-negative integer; `otherwise` when absent or no number. Serves for ids too. */
uint64_t sbx_query_u64(const SbxRequest *request, const char *key, uint64_t otherwise);
/* A header of the request by case-insensitive name, NULL when absent. */
const char *sbx_header(const SbxRequest *request, const char *name);

/* Zero-initialised before the handler is called; a handler that leaves status 0 is answered with 500. */
typedef struct SbxReply {
        int status;
        int code;                       /* Discord's JSON error code, for the request log; 0 when none */
        StrBuf body;                    /* JSON; empty for 204 */
} SbxReply;

void sbx_reply_done(SbxReply *reply);
/* Status and the writer's document; the writer is empty afterwards. A writer that failed makes a 500. */
void sbx_reply_json(SbxReply *reply, int status, JsonWriter *take_writer);
void sbx_reply_text(SbxReply *reply, int status, const char *json);
void sbx_reply_empty(SbxReply *reply);  /* 204 */
/* {"message":…,"code":…} */
void sbx_reply_error(SbxReply *reply, int status, int code, const char *message);
/* Control calls: {"error":"sentence"} */
void sbx_reply_refuse(SbxReply *reply, int status, const char *format, ...) _printf_(3, 4);

/* ---- Routes (routes.c belongs to the model) ------------------------------------------------------------------------ */

typedef void (*SbxHandler)(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply);

typedef enum SbxAuth {
        SBX_AUTH_NONE,                  /* the token is in the path (interactions, webhooks), or none is needed */
        SBX_AUTH_BOT,                   /* 401 without a valid bot token, 403 without a proper User-Agent */
} SbxAuth;

/* Classes with their own limit per top-level resource; the numbers are the transport's (buckets.c). */
typedef enum SbxBucket {
        SBX_BUCKET_NONE,                /* no X-RateLimit headers, exempt from the global limit too (interaction callbacks) */
        SBX_BUCKET_DEFAULT,             /* everything without a row of its own */
        SBX_BUCKET_MESSAGE_CREATE,
        SBX_BUCKET_MESSAGE_EDIT,        /* also counts edits of messages older than an hour (30046) */
        SBX_BUCKET_MESSAGE_DELETE,
        SBX_BUCKET_MESSAGE_READ,
        SBX_BUCKET_CHANNEL_CREATE,
        SBX_BUCKET_CHANNEL_EDIT,        /* also counts changes of name and of topic, each 2 per 10 min per channel */
        SBX_BUCKET_CHANNEL_DELETE,
        SBX_BUCKET_OVERWRITE,
        SBX_BUCKET_MEMBER,
        SBX_BUCKET_ROLE,
        SBX_BUCKET_DM_OPEN,
        SBX_BUCKET_COMMANDS,
        SBX_BUCKET_WEBHOOK,             /* follow-ups and @original; exempt from the global limit */
        _SBX_BUCKET_MAX,
} SbxBucket;

/*
 * template   below /api/v10, e.g. "/channels/{channel_id}/messages/{message_id}"; a placeholder is a whole segment. The top-level
 *            resource of the bucket is the first {channel_id} or {guild_id}, or the {…}/{…} pair after /webhooks
 * Rows are tried in order: literal segments ("@me") stand before placeholders.
 */
struct SbxRoute {
        const char *method;
        const char *template;
        SbxAuth auth;
        SbxBucket bucket;
        SbxHandler handler;
};

extern const SbxRoute sbx_routes[];
extern const size_t sbx_n_routes;

/* The two handlers only the transport can give: GET /gateway and GET /gateway/bot. Rows for them stand in routes.c. */
void sbx_get_gateway(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply);
void sbx_get_gateway_bot(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply);

/* ---- What the transport offers the model ---------------------------------------------------------------------------- */

SbxModel *sbx_model(Sandbox *sandbox);

/* How many channels and members the ready-made guild shall have at least; 0: as few as its tables. */
typedef struct SbxGuildSize {
        size_t n_channels, n_members;
} SbxGuildSize;
SbxGuildSize sbx_guild_size(Sandbox *sandbox);

/* Microseconds since 1970, moved by POST /sandbox/clock. */
Usec sbx_now(Sandbox *sandbox);
/* A new id of the present; never the same twice, growing as long as the clock is not moved back. */
uint64_t sbx_snowflake(Sandbox *sandbox);
/* n_bytes random bytes as URL-safe text without padding (4 characters per 3 bytes) appended to `out`. */
void sbx_random_text(Sandbox *sandbox, size_t n_bytes, StrBuf *out);

/* Calls back once in sandbox time (moving the clock ahead makes it due). The timer is gone after the call or the cancel. NULL: no memory. */
SbxTimer *sbx_timer(Sandbox *sandbox, uint64_t ms, void (*callback)(Sandbox *sandbox, void *userdata), void *userdata);
void sbx_timer_cancel(Sandbox *sandbox, SbxTimer *timer);       /* NULL is fine */

/* Intents (Discord reference, "List of Intents"). */
enum {
        SBX_INTENT_ALWAYS = -1,         /* INTERACTION_CREATE and what concerns the bot itself */
        SBX_INTENT_GUILDS = 0,
        SBX_INTENT_GUILD_MEMBERS = 1,
        SBX_INTENT_GUILD_MODERATION = 2,
        SBX_INTENT_GUILD_WEBHOOKS = 5,
        SBX_INTENT_GUILD_MESSAGES = 9,
        SBX_INTENT_GUILD_MESSAGE_REACTIONS = 10,
        SBX_INTENT_GUILD_MESSAGE_TYPING = 11,
        SBX_INTENT_DIRECT_MESSAGES = 12,
        SBX_INTENT_DIRECT_MESSAGE_REACTIONS = 13,
        SBX_INTENT_DIRECT_MESSAGE_TYPING = 14,
        SBX_INTENT_MESSAGE_CONTENT = 15,
};

/*
 * Sends one event to every session, live or resumable, that has the intent. The model decides whether the bot may know at all
 * (VIEW_CHANNEL). Returns the number of live sessions that got it.
 *
 * d                    the event's data, a rendered JSON object
 * d_without_content    the same with content, embeds, attachments and components emptied, for sessions without the
 *                      MESSAGE_CONTENT intent; NULL: d for everybody
 */
typedef struct SbxDispatch {
        const char *event;              /* "CHANNEL_CREATE" */
        int intent;
        uint64_t guild;                 /* 0 in DMs: shard 0 */
        const char *d;
        const char *d_without_content;
} SbxDispatch;
unsigned sbx_dispatch(Sandbox *sandbox, const SbxDispatch *dispatch);
/* True when sbx_dispatch() would find a session for it: data that nobody gets need not be rendered. */
bool sbx_is_wanted(Sandbox *sandbox, int intent, uint64_t guild);
/* GUILD_CREATE to every session. */
void sbx_announce_guild(Sandbox *sandbox);

/*
 * Writes one entry of the effect log, at the moment the change is made; also pushed to pages as "effect" and wakes long polls.
 * Zero ids and NULL texts are left out.
 */
typedef struct SbxEffect {
        const char *effect;             /* "channel.create" */
        uint64_t guild, channel, message, id;
        uint64_t by;                    /* a person's id; 0: the bot */
        const char *reason;
        const char *nonce;
        bool deduplicated;
        const Json *body;               /* the request's body; NULL → null */
} SbxEffect;
void sbx_effect(Sandbox *sandbox, const SbxEffect *effect);

/* Something of a press that only we know, for whoever looks at its way: an object with at_us, what and interaction. The writer is empty afterwards. */
void sbx_scene(Sandbox *sandbox, JsonWriter *take_writer);

/*
 * To the page WebSockets: data is a rendered JSON value. With user, only to pages of that person; else to everybody, and with
 * channel only to those for whom model_may_see() holds (so tell of a deletion before it is made).
 */
void sbx_push(Sandbox *sandbox, uint64_t user, uint64_t channel, const char *type, const char *data);

/* True when there is a page of this person, or with user 0 any page at all. */
bool sbx_is_watched(Sandbox *sandbox, uint64_t user);

/*
 * Keeps a file of a message under the attachment's id and appends the address where it can be read back. It is kept in memory, as
 * long as there are not too many newer ones.
 *
 * filename             with which the address ends
 * ret_content_type     what the name or the sender's word says it is; static
 *
 * 0 or -ENOMEM.
 */
int sbx_keep_file(Sandbox *sandbox, uint64_t id, const char *filename, const SbxFile *file, StrBuf *url, const char **ret_content_type);

/* Something a long poll on an interaction could wait for has changed. */
void sbx_wake(Sandbox *sandbox);
/* Something model_save() writes has changed: saved 200 ms later. */
void sbx_changed(Sandbox *sandbox);

/* State of the gateway as pages see it: {"connected":bool,"sessions":n}, for GET /sandbox/state. */
void sbx_put_gateway(Sandbox *sandbox, JsonWriter *w);
/* The intents of the bot's newest session, 0 when it never identified. */
uint32_t sbx_intents(Sandbox *sandbox);

/* ---- What the model offers the transport ---------------------------------------------------------------------------- */

/* The ready-made guild; NULL when there is no memory. `sandbox` outlives the model; its timers may be used at once. */
SbxModel *model_new(Sandbox *sandbox);
SbxModel *model_free(SbxModel *model);          /* NULL is fine; returns NULL */
DEFINE_CLEANUP(SbxModel *, model_free)

/* Back to the ready-made guild: cancels its timers, forgets interactions. 0 or -ENOMEM (then nothing has changed). */
int model_reset(Sandbox *sandbox);

/* Everything that survives a restart, as one JSON object; and back. load: 0, -EBADMSG (then nothing has changed), -ENOMEM. */
void model_save(Sandbox *sandbox, JsonWriter *w);
int model_load(Sandbox *sandbox, const Json *state);

uint64_t model_application_id(Sandbox *sandbox);        /* also the bot's user id */
uint64_t model_guild_id(Sandbox *sandbox);
bool model_has_bot(Sandbox *sandbox);                   /* false: it was removed from the guild */
/* Calls `send` for the data of each GUILD_MEMBERS_CHUNK; request: the data of opcode 8. */
void model_each_members_chunk(Sandbox *sandbox, const Json *request, void (*send)(void *userdata, const char *d), void *userdata);
/* exact-json.c: as json_parse(), but whole numbers of more than 15 digits become strings. */
int sbx_parse_json(const char *text, size_t n_bytes, Json **ret_json);
void model_put_self(Sandbox *sandbox, JsonWriter *w);   /* the bot's user object, one value */
/* d of GUILD_CREATE, one value; large_threshold: of Identify. */
void model_put_guild_create(Sandbox *sandbox, JsonWriter *w, uint32_t intents, size_t large_threshold);

/* True when the person sees the channel (a guild channel, or a DM they are in). */
bool model_may_see(Sandbox *sandbox, uint64_t user, uint64_t channel);
/* True when pages may be opened as this person. */
bool model_is_person(Sandbox *sandbox, uint64_t user);

/* The interaction that a request answers, by its path; 0: none. */
uint64_t model_interaction_of(Sandbox *sandbox, const SbxRequest *request);

/* Control calls of the model: `what` is the path below /sandbox/, here "state", "messages", "people", "act", "world". 404 for anything else. */
void model_control(Sandbox *sandbox, const char *what, const SbxRequest *request, SbxReply *reply);

/*
 * The person's view of an interaction, one JSON value. 0, or -ENOENT for an unknown id (nothing written).
 *
 * ret_acknowledged     it has left "pending"
 * ret_final            nothing more needs to be waited for (see GET /sandbox/interaction)
 */
int model_interaction_view(Sandbox *sandbox, uint64_t id, JsonWriter *w, bool *ret_acknowledged, bool *ret_final);
