/*
 * The world moved, or a flow died on its way: bring ticket and Discord together again. Nobody waits for these, so they are tried until done.
 */

#include <errno.h>

#include "recruit.h"

/* ---- channel.gone: somebody deleted the channel of a live ticket ---------------------------------------------------------------------- */

/* What nobody decided stays so, what was decided stays decided. */
static void application_over(const StepContext *c, Checkpoint *checkpoint) {
        if (!recruit_application(c))
                return;
        store_add_application_closed_undecided(checkpoint->batch, c->facts->ticket.id);
        store_add_application_over(checkpoint->batch, c->facts->ticket.id);
}

#define BY_HAND "deleted by hand"       /* the outcome that the database gives it */

/* Also when the member's next ticket has taken this one's place already; but not when it was closed by ourselves a moment ago. */
static int ticket_vanished(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const Ticket *ticket = &c->facts->ticket;

        (void) reply;
        if (ticket_may(ticket->state, TICKET_EVENT_VANISHED, NULL))
                store_add_ticket_vanished(checkpoint->batch, ticket->id);
        else if (!streq_ptr(ticket->outcome, BY_HAND))
                return 0;
        application_over(c, checkpoint);
        audit_add(c, checkpoint, "ticket.channel_gone", NULL);
        return 0;
}

static int vanished_log(const StepContext *c, StepRequest *ret) {
        return streq_ptr(c->facts->ticket.outcome, BY_HAND) ? recruit_log_post(c, RECRUIT_LOG_VANISHED, (UserId) { 0 }, ret) : STEP_SKIP;
}

/* clang-format off */
static const Step gone_steps[] = {
        /* stored name  kind       build         done already?  apply            take it back  tolerates      needs          where */
        { "closed",     STEP_DB,   NULL,         NULL,          ticket_vanished, NULL,         0,             0,             NULL },
        { "log",        STEP_REST, vanished_log, &find_in_log,  NULL,            NULL,         EVERY_REFUSAL, NEEDS_TO_POST, log_channel },
        RECRUIT_TAIL(recruit_show),
};
/* clang-format on */

const Flow flow_channel_gone = {
        .name = "channel.gone", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 0, .steps = gone_steps, .n_steps = ELEMENTSOF(gone_steps),
        .words_before = ELEMENTSOF(gone_steps),
};

/* ---- ticket.repair: a ticket on its way somewhere, and no flow that works on it --------------------------------------------------------- */

/* Its application is settled: nothing that staff could press would close the ticket a second time. */
static bool is_settled(const StepContext *c) {
        const Application *application = recruit_application(c);

        return application && !application_may(application->status, APPLICATION_CLOSE, NULL);
}

/*
 * Opening could not be finished: its channel goes. Gone already is fine, so it may be repeated. Closing was not finished either, and what
 * was to be logged went with its flow: as long as the channel stands, only a second closing can tell how the ticket ended. So look. But an
 * application that is declined or finalised has its end on the record, with who and why, and takes no second one: then the channel goes.
 */
static int repair_channel(const StepContext *c, StepRequest *ret) {
        const Ticket *ticket = &c->facts->ticket;

        if (ticket_may(ticket->state, TICKET_EVENT_FAILED, NULL) || (ticket_may(ticket->state, TICKET_EVENT_CLOSED, NULL) && is_settled(c)))
                return channel_delete(ticket->channel, c, ret);
        if (!ticket_may(ticket->state, TICKET_EVENT_REOPEN, NULL) || ticket->channel.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_CHANNEL_GET, .ids = { ticket->channel.v } };
        return 0;
}

/* The look found the channel. */
static bool is_there(const StepContext *c) {
        return !is_settled(c) && flow_result_id(c, "channel") != 0;
}

static int repair_settle(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const Ticket *ticket = &c->facts->ticket;

        (void) reply;
        if (ticket_may(ticket->state, TICKET_EVENT_REOPEN, NULL) && is_there(c)) {
                store_add_ticket_reopened(checkpoint->batch, ticket->id);
                if (recruit_application(c))
                        store_add_application_reopened(checkpoint->batch, ticket->id);
                audit_add(c, checkpoint, "ticket.reopened", NULL);
        } else if (ticket_may(ticket->state, TICKET_EVENT_CLOSED, NULL)) {
                store_add_ticket_closed(checkpoint->batch, ticket->id);
                application_over(c, checkpoint);
                audit_add(c, checkpoint, recruit_application(c) ? "ticket.closed" : "ticket.resolved", NULL);
        } else if (ticket_may(ticket->state, TICKET_EVENT_FAILED, NULL)) {
                store_add_ticket_failed(checkpoint->batch, ticket->open_flow, "could not be opened");
                application_over(c, checkpoint);
                audit_add(c, checkpoint, "ticket.failed", NULL);
        }
        return 0;
}

/* clang-format off */
static const Step repair_steps[] = {
        /* stored name  kind       build           done already?  apply          take it back  tolerates */
        { "channel",    STEP_REST, repair_channel, NULL,          NULL,          NULL,         TOLERATES(REST_GONE) },
        { "settle",     STEP_DB,   NULL,           NULL,          repair_settle, NULL,         0 },
        RECRUIT_TAIL(recruit_show),
};
/* clang-format on */

const Flow flow_ticket_repair = {
        .name = "ticket.repair", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 0, .steps = repair_steps, .n_steps = ELEMENTSOF(repair_steps),
        .words_before = ELEMENTSOF(repair_steps),
};
