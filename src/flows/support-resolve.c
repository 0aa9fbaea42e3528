/*
 * Staff sent the form of "Resolve (Staff)". Subject: the ticket, so that the second of two people finds it closing.
 *
 * The channel goes last, and only when the log has the result or there is no log to have it: the result is never lost with the channel.
 * Two rate-limited calls, and two more for the DM.
 */

#include <errno.h>

#include "flows.h"
#include "magikal/views.h"

enum { STEP_DELETE = 4 };       /* place in the table below */

static const char *resolution(const StepContext *c) {
        const char *text = args_text(c, "resolution");

        return text ? text : "";
}

/* ---- closing: the first wins -------------------------------------------------------------------------------------------------------- */

static int ticket_closing(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        store_add_ticket_closing(checkpoint->batch, c->facts->ticket.id, c->actor, "resolved");
        return 0;
}

static int ticket_reopen(const StepContext *c, Checkpoint *checkpoint) {
        store_add_ticket_reopened(checkpoint->batch, c->facts->ticket.id);
        return 0;
}

/* ---- log ---------------------------------------------------------------------------------------------------------------------------- */

static int log_post(const StepContext *c, StepRequest *ret) {
        ChannelId log = c->facts->settings.log_channel;
        char *body;
        int r;

        if (log.v == 0)
                return STEP_SKIP;
        r = view_resolved_log(c->facts->settings.lang, &c->facts->ticket, resolution(c), c->facts->now, c->marker, &body);
        return r < 0 ? r : message_create(log, body, ret);
}

/* ---- DM ------------------------------------------------------------------------------------------------------------------------------ */

static int dm_begin(const StepContext *c, StepRequest *ret) {
        return c->facts->settings.dm_on_close ? dm_open(c, ret) : STEP_SKIP;
}

static int dm_post(const StepContext *c, StepRequest *ret) {
        ChannelId dm = dm_channel(c);
        char *body;
        int r;

        if (dm.v == 0)
                return STEP_SKIP;
        r = view_resolved_dm(opener_lang(c), c->facts->guild_name, &c->facts->ticket, resolution(c), c->marker, &body);
        return r < 0 ? r : message_create(dm, body, ret);
}

/* ---- the channel, and the end ------------------------------------------------------------------------------------------------------------ */

static int ticket_closed(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        store_add_ticket_closed(checkpoint->batch, c->facts->ticket.id);
        audit_add(c, checkpoint, "ticket.resolved", NULL);
        return 0;
}

/* The reason "ticket_not_open" may be a stranger's closing, or our own of a moment ago that is being taken back: look at the row. */
static int lost_words(const StepContext *c, char **ret_body) {
        const Ticket *t = &c->facts->ticket;

        switch (ticket_judge(t, TICKET_EVENT_CLOSE)) {
        case TICKET_BEING_CLOSED:
                if (t->closer_user.v)
                        return say(c, ret_body, TEXT_TICKET_BEING_CLOSED_BY,
                                   TEXT_ARGS(ARG_USER("closer", t->closer_user), ARG_NUMBER("number", t->guild_no)));
                return say(c, ret_body, TEXT_TICKET_BEING_CLOSED, TEXT_ARGS(ARG_NUMBER("number", t->guild_no)));
        case TICKET_IS_CLOSED:
                if (t->closer_user.v)
                        return say(c, ret_body, TEXT_TICKET_CLOSED_BY,
                                   TEXT_ARGS(ARG_NUMBER("number", t->guild_no), ARG_USER("closer", t->closer_user),
                                             ARG_TIME("time", t->closed_at)));
                return say(c, ret_body, TEXT_TICKET_CLOSED, TEXT_ARGS());
        case TICKET_NOT_YET:
                return say(c, ret_body, TEXT_TICKET_NOT_READY, TEXT_ARGS(ARG_NUMBER("number", t->guild_no)));
        default:
                return say(c, ret_body, TEXT_TICKET_NONE, TEXT_ARGS());
        }
}

static int resolve_words(const StepContext *c, const char *why, char **ret_body) {
        const Ticket *t = &c->facts->ticket;
        FlowReference reference = flow_reference(c->flow);

        if (!why)
                return say(c, ret_body, TEXT_TICKET_RESOLVING, TEXT_ARGS(ARG_NUMBER("number", t->guild_no)));
        if (streq(why, "ticket_not_open"))
                return lost_words(c, ret_body);
        if (streq(why, WHY_FORBIDDEN) && c->results[STEP_DELETE - 1])
                return say(c, ret_body, TEXT_TICKET_WAITS,
                           TEXT_ARGS(ARG_NUMBER("number", t->guild_no), ARG_PERMISSIONS("permission", PERMISSION_MANAGE_CHANNELS),
                                     ARG_CHANNEL("channel", t->channel)));
        if (streq(why, WHY_FORBIDDEN))
                return say_why(c, why, TEXT_TROUBLE, ret_body);
        if (t->id.v == 0)
                return say(c, ret_body, TEXT_TICKET_NONE, TEXT_ARGS());
        return say(c, ret_body, TEXT_TICKET_NOT_RESOLVED,
                   TEXT_ARGS(ARG_NUMBER("number", t->guild_no), ARG_OURS("reference", reference.text)));
}

/* clang-format off */
static const StepUndo closing_back = { NULL, ticket_reopen };

static const Step steps[] = {
        /* stored name  kind       build          done already?  apply           take it back    tolerates             needs                       where          waits */
        { "closing",    STEP_DB,   NULL,          NULL,          ticket_closing, &closing_back,  0,                    0,                          NULL },
        { "log",        STEP_REST, log_post,      &find_in_log,  NULL,           &log_back,      TOLERATES(REST_GONE), NEEDS_TO_POST,              log_channel },
        { "dm-open",    STEP_REST, dm_begin,      NULL,          NULL,           NULL,           EVERY_REFUSAL,        0,                          NULL },
        { "dm",         STEP_REST, dm_post,       &find_in_dm,   NULL,           NULL,           EVERY_REFUSAL,        0,                          NULL },
        { "delete",     STEP_REST, ticket_delete, NULL,          NULL,           NULL,           TOLERATES(REST_GONE), PERMISSION_MANAGE_CHANNELS, ticket_channel, ticket_delete_waits },
        { "closed",     STEP_DB,   NULL,          NULL,          ticket_closed,  NULL,           0,                    0,                          NULL },
};
/* clang-format on */

const Flow flow_support_resolve = {
        .name = "support.resolve", .version = 1, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_DELETE,    /* the answer lives in the channel that "delete" deletes */
        .words = resolve_words,
};
