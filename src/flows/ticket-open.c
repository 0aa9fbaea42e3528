/*
 * A member sent the form of "Open Support Ticket", or pressed "Apply". Subject: the member, so that two presses queue behind each other.
 * Two rate-limited calls: the channel with name, topic and overwrites in one, and its one message.
 */

#include <errno.h>

#include "magikal/channel-name.h"
#include "magikal/permission.h"
#include "magikal/topic.h"
#include "magikal/views.h"
#include "overflow.h"
#include "recruit.h"

#define ROOM_WAIT USEC_PER_SEC          /* for another category, which takes two requests */
#define ROOM_TRIES 12
#define CHANNEL_PROBE_BACK (60 * USEC_PER_SEC)  /* a channel of this ticket cannot be older than its intent; clocks may differ */

enum { STEP_CHANNEL = 1 };      /* place in the table below */

/* ---- reserve: the row and the guild's next number; the index decides who is first ----------------------------------------------- */

static int ticket_reserve(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        TicketId replaced = { args_id(c, "replaces") };
        const char *name = args_text(c, "kind");
        TicketKind kind;

        (void) reply;
        if (!name || ticket_kind_from_string(name, &kind) < 0)
                return -EBADMSG;
        /* the press found that the channel of the member's older ticket is gone, which nobody had told us */
        if (replaced.v)
                store_add_ticket_vanished(checkpoint->batch, replaced);
        store_add_ticket_reserve(checkpoint->batch, &(TicketReserve) {
                .flow = c->flow, .guild = c->guild, .kind = kind, .opener = c->actor, .question = args_text(c, "question"),
                .opener_locale = json_text(json_path(c->args, "ix", "locale", NULL)),
                .cooldown_s = c->env->open_cooldown_s, .opens_per_day = c->env->opens_per_day,
        });
        return 0;
}

static int ticket_fail(const StepContext *c, Checkpoint *checkpoint) {
        store_add_ticket_failed(checkpoint->batch, c->flow, "could not be opened");
        return 0;
}

/* ---- channel ------------------------------------------------------------------------------------------------------------------------ */

static bool is_recruitment(const StepContext *c) {
        return c->facts->ticket.kind == TICKET_RECRUITMENT;
}

/* What was set may be deleted by now; then the ticket goes on without it. Noted in the step's cursor, and in its result for the steps behind. */
#define WITHOUT_CATEGORY "without_category"
#define WITHOUT_PING "without_ping"
/* Categories that have no room, or are gone; how often it was waited for another one; that administrators were told of a full guild. */
#define FULL "full"
#define WAITED "waited"
#define TOLD "told"

static bool is_noted(const Json *note, const char *what) {
        bool is = false;

        (void) json_get_bool(note, what, &is);  /* absent: no */
        return is;
}

static RoleId ping_role(const StepContext *c) {
        const Json *note = c->step_no == STEP_CHANNEL ? c->cursor : c->results[STEP_CHANNEL];

        if (is_noted(note, WITHOUT_PING))
                return (RoleId) { 0 };
        return is_recruitment(c) ? c->facts->settings.recruitment_role : c->facts->settings.support_role;
}

/* Deny everybody, allow the opener, ourselves and the ping role, all in the call that makes the channel: at no moment is it open or are we locked out. */
static void put_overwrites(JsonWriter *w, const StepContext *c, uint64_t held) {
        RoleId ping = ping_role(c);

        json_array(w, "permission_overwrites");
        (void) overwrite_put(w, &(Overwrite) { .id = c->guild.v, .type = OVERWRITE_ROLE, .deny = PERMISSION_VIEW_CHANNEL }, held);
        (void) overwrite_put(w, &(Overwrite) { .id = c->env->bot_user.v, .type = OVERWRITE_MEMBER, .allow = PERMISSION_TICKET }, held);
        (void) overwrite_put(w, &(Overwrite) { .id = c->actor_user.v, .type = OVERWRITE_MEMBER, .allow = PERMISSION_TICKET }, held);
        if (ping.v)
                (void) overwrite_put(w, &(Overwrite) { .id = ping.v, .type = OVERWRITE_ROLE, .allow = PERMISSION_TICKET }, held);
        json_close_array(w);
}

static ChannelId set_category(const StepContext *c) {
        if (is_noted(c->cursor, WITHOUT_CATEGORY))
                return (ChannelId) { 0 };
        return is_recruitment(c) ? c->facts->settings.recruitment_category : c->facts->settings.support_category;
}

static ChannelId category_now(const StepContext *c) {
        bool is_over;

        return overflow_category(&c->facts->settings, set_category(c), json_get(c->cursor, FULL), (ChannelId) { 0 }, &is_over);
}

static int channel_create(const StepContext *c, StepRequest *ret) {
        const Ticket *ticket = &c->facts->ticket;
        const char *username = args_text(c, "username");
        _json_writer_ JsonWriter w = {};
        _strbuf_ StrBuf topic = {};
        _free_ char *name = NULL;
        ChannelId category = category_now(c);
        uint64_t held = args_id(c, "held");
        int r;

        if (ticket->id.v == 0 || c->actor_user.v == 0)
                return -ENODATA;        /* the row is gone, or the person was erased meanwhile */
        r = channel_name(ticket->kind, ticket->guild_no, username ? username : "", &name);
        if (r < 0)
                return r;
        topic_write(&topic, &(Topic) {
                .ticket = ticket->id, .opener = c->actor_user, .recruit = is_recruitment(c) ? c->facts->recruit->application.id : (RecruitId) { 0 },
        });

        json_open(&w);
        json_string(&w, "name", name);
        json_i64(&w, "type", 0);        /* GUILD_TEXT */
        json_string(&w, "topic", strbuf_text(&topic));
        if (category.v)
                json_id(&w, "parent_id", category.v);
        put_overwrites(&w, c, held ? held : PERMISSION_INVITE);
        json_close(&w);

        *ret = (StepRequest) { .route = ROUTE_CHANNEL_CREATE, .ids = { c->guild.v } };
        audit_reason(ret, "open", ticket);
        return json_writer_finish(&w, &ret->body);
}

static int channel_find_build(const StepContext *c, StepRequest *ret) {
        if (c->facts->ticket.id.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_GUILD_CHANNELS, .ids = { c->guild.v } };
        return 0;
}

/* The marker is born with the channel. Several can only be a request that Discord executed late: the first stays, the sweeper removes the rest. */
static uint64_t channel_find_match(const StepContext *c, const Json *body) {
        uint64_t found = 0;

        JSON_FOREACH(channel, body) {
                const char *topic = json_text(json_get(channel, "topic"));
                uint64_t id;

                if (json_get_u64(channel, "id", &id) == 0 && topic && topic_is_of(topic, c->facts->ticket.id) &&
                    snowflake_time(id) + CHANNEL_PROBE_BACK >= c->first_sent_at && (found == 0 || id < found))
                        found = id;
        }
        return found;
}

static int64_t n_waited(const StepContext *c) {
        int64_t n = 0;

        (void) json_get_i64(c->cursor, WAITED, &n);     /* absent: never */
        return n;
}

/* What is noted anew, beside what the cursor has. */
typedef struct Note {
        const char *what;               /* one of the flags; NULL: none */
        ChannelId full;                 /* a category */
        bool has_waited;
        uint64_t id;                    /* the channel is made */
} Note;

static void put_full(JsonWriter *w, const StepContext *c, ChannelId more) {
        json_array(w, FULL);
        JSON_FOREACH(item, json_get(c->cursor, FULL))
                json_put_value(w, item);
        if (more.v && !overflow_is_among(json_get(c->cursor, FULL), more))
                json_put_id(w, more.v);
        json_close_array(w);
}

static int note(const StepContext *c, const Note *n, Checkpoint *checkpoint) {
        static const char *const flags[] = { WITHOUT_CATEGORY, WITHOUT_PING, TOLD };
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        for (size_t i = 0; i < ELEMENTSOF(flags); i++)
                if (is_noted(c->cursor, flags[i]) || streq_ptr(n->what, flags[i]))
                        json_bool(&w, flags[i], true);
        if (n->id)
                json_id(&w, "id", n->id);
        else {
                put_full(&w, c, n->full);
                json_i64(&w, WAITED, n_waited(c) + n->has_waited);
        }
        json_close(&w);
        return json_writer_finish(&w, &checkpoint->result);
}

static int once_more(const StepContext *c, const Note *n, Checkpoint *checkpoint) {
        int r = note(c, n, checkpoint);

        return r < 0 ? r : STEP_AGAIN;
}

static int once_more_without(const StepContext *c, const char *what, Checkpoint *checkpoint) {

        checkpoint->event = "ticket.target_gone";
        checkpoint->sentence = streq(what, WITHOUT_PING) ?
                                       "The ping role that is set was deleted; the ticket is opened without it. Set another one with /tickets set-ping." :
                                       "The category that is set was deleted; the ticket is opened without it. Set another one with /tickets set-targets.";
        return once_more(c, &(Note) { .what = what }, checkpoint);
}

static int give_up(const char *why, Checkpoint *checkpoint) {
        checkpoint->why = why;
        return STEP_TURN;
}

static bool is_overflow(const StepContext *c) {
        return category_now(c).v != set_category(c).v;
}

/* The next one of ours; when none is left another one is being made, by a flow of its own, and is waited for. */
static int category_refused(const StepContext *c, Checkpoint *checkpoint) {
        ChannelId category = category_now(c);
        bool is_over;

        (void) overflow_category(&c->facts->settings, set_category(c), json_get(c->cursor, FULL), category, &is_over);
        if (!is_over)
                return once_more(c, &(Note) { .full = category }, checkpoint);
        if (n_waited(c) >= ROOM_TRIES)
                return give_up(WHY_CATEGORY_FULL, checkpoint);
        overflow_want(c, checkpoint, set_category(c));
        checkpoint->again_after = ROOM_WAIT;
        return once_more(c, &(Note) { .full = category, .has_waited = true }, checkpoint);
}

static int guild_is_full(const StepContext *c, Checkpoint *checkpoint) {
        if (is_noted(c->cursor, TOLD))
                return give_up(WHY_GUILD_FULL, checkpoint);
        alert_add(c, checkpoint, ALERT_GUILD_FULL);
        return once_more(c, &(Note) { .what = TOLD }, checkpoint);
}

/* Nothing was made, so asking again is harmless. Codes: Discord reference, "JSON Error Codes"; a form's errors have names of their own. */
static int channel_refused(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const Json *errors = json_get(reply->body, "errors");
        const char *parent = json_text(json_get(json_first(json_path(errors, "parent_id", "_errors", NULL)), "code"));

        if (reply->code == 30013)
                return guild_is_full(c, checkpoint);
        if (streq_ptr(parent, "CHANNEL_PARENT_MAX_CHANNELS") || (parent && is_overflow(c)))
                return category_refused(c, checkpoint);
        if (parent && !is_noted(c->cursor, WITHOUT_CATEGORY))
                return once_more_without(c, WITHOUT_CATEGORY, checkpoint);
        if ((reply->code == 10009 || reply->code == 10011 || json_get(errors, "permission_overwrites")) && ping_role(c).v)
                return once_more_without(c, WITHOUT_PING, checkpoint);
        return give_up(reply->outcome == REST_GONE ? WHY_GONE : WHY_REFUSED, checkpoint);
}

static int channel_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        if (reply->outcome != 0)
                return channel_refused(c, reply, checkpoint);
        if (reply->id == 0)
                return -EBADMSG;        /* a success without an id is no success */
        store_add_ticket_channel(checkpoint->batch, c->flow, (ChannelId) { reply->id });
        return note(c, &(Note) { .id = reply->id }, checkpoint);
}

static int channel_undo(const StepContext *c, StepRequest *ret) {
        return channel_delete((ChannelId) { flow_result_id(c, "channel") }, c, ret);
}

/* ---- opening message ---------------------------------------------------------------------------------------------------------------- */

static int opening_post(const StepContext *c, StepRequest *ret) {
        const Ticket *ticket = &c->facts->ticket;
        _shown_ Shown shown = {};
        char *body;
        int r;

        if (!is_recruitment(c))
                r = view_ticket_opening(c->facts->settings.lang, c->env->keys, ticket, ping_role(c), c->marker, &body);
        else {
                r = shown_of(c->facts, c->facts->settings.lang, &shown);
                if (r == 0)
                        r = view_recruit_ticket(c->env->keys, &shown.application, ping_role(c), c->marker, &body);
        }
        return r < 0 ? r : message_create(ticket->channel, body, ret);
}

static int opening_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        store_add_ticket_opened(checkpoint->batch, c->flow, (MessageId) { reply->id });
        audit_add(c, checkpoint, "ticket.opened", NULL);
        return 0;
}

/* ---- what the member reads ------------------------------------------------------------------------------------------------------------ */

static int open_words(const StepContext *c, const char *why, char **ret_body) {
        ChannelId older = c->facts->actor_ticket_channel;

        if (!why)
                return say(c, ret_body, TEXT_TICKET_YOURS, TEXT_ARGS(ARG_CHANNEL("channel", c->facts->ticket.channel)));
        if (streq(why, "ticket_one") && older.v)
                return say(c, ret_body, c->definition == &flow_recruit_open ? TEXT_APPLICATION_ALREADY_OPEN : TEXT_TICKET_ALREADY_OPEN,
                           TEXT_ARGS(ARG_CHANNEL("channel", older)));
        if (streq(why, "ticket_one"))
                return say(c, ret_body, TEXT_TICKET_BEING_OPENED, TEXT_ARGS());
        if (streq(why, "ticket_cooldown"))
                return say(c, ret_body, TEXT_TICKET_COOLDOWN, TEXT_ARGS());
        if (streq(why, "ticket_per_day"))
                return say(c, ret_body, TEXT_TICKET_PER_DAY, TEXT_ARGS());
        return say_why(c, why, TEXT_TICKET_NOT_OPENED, ret_body);
}

/* clang-format off */
static const StepProbe channel_find = { channel_find_build, channel_find_match, false };
static const StepUndo reserve_back = { NULL, ticket_fail };
static const StepUndo channel_back = { channel_undo, NULL };

#define REFUSALS (TOLERATES(REST_GONE) | TOLERATES(REST_REFUSED))

static const Step steps[] = {
        /* stored name  kind       build           done already?    apply           take it back    tolerates  needs                       where */
        { "reserve",    STEP_DB,   NULL,           NULL,            ticket_reserve, &reserve_back,  0,         0,                          NULL },
        { "channel",    STEP_REST, channel_create, &channel_find,   channel_known,  &channel_back,  REFUSALS,  PERMISSION_MANAGE_CHANNELS, NULL },
        { "opening",    STEP_REST, opening_post,   &find_in_ticket, opening_known,  NULL,           0,         NEEDS_TO_POST,              NULL },
};
/* clang-format on */

const Flow flow_support_open = {
        .name = "support.open", .version = 1, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = ELEMENTSOF(steps), .words = open_words,
};

const Flow flow_recruit_open = {
        .name = "recruit.open", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = ELEMENTSOF(steps), .words = open_words,
};
