/*
 * The world moved, or a flow died on its way: bring ticket and Discord together again. Nobody waits for these, so they are tried until done.
 */

#include <errno.h>

#include "flows.h"

/* ---- channel.gone: somebody deleted the channel of a live ticket ---------------------------------------------------------------------- */

static int ticket_vanished(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        if (!ticket_may(c->facts->ticket.state, TICKET_EVENT_VANISHED, NULL))
                return 0;       /* closed by ourselves a moment ago, or seen twice */
        store_add_ticket_vanished(checkpoint->batch, c->facts->ticket.id);
        audit_add(c, checkpoint, "ticket.channel_gone", NULL);
        return 0;
}

/* clang-format off */
static const Step gone_steps[] = {
        /* stored name  kind     build  done already?  apply            take it back  tolerates */
        { "closed",     STEP_DB, NULL,  NULL,          ticket_vanished, NULL,         0 },
};
/* clang-format on */

const Flow flow_channel_gone = {
        .name = "channel.gone", .version = 1, .ttl_s = 0, .steps = gone_steps, .n_steps = ELEMENTSOF(gone_steps),
        .words_before = ELEMENTSOF(gone_steps),
};

/* ---- ticket.repair: a ticket on its way somewhere, and no flow that works on it --------------------------------------------------------- */

/*
 * Opening could not be finished: its channel goes. Gone already is fine, so it may be repeated. Closing was not finished either, and what
 * was to be logged went with its flow: as long as the channel stands, only a second closing can tell how the ticket ended. So look.
 */
static int repair_channel(const StepContext *c, StepRequest *ret) {
        const Ticket *ticket = &c->facts->ticket;

        if (ticket_may(ticket->state, TICKET_EVENT_FAILED, NULL))
                return channel_delete(ticket->channel, c, ret);
        if (!ticket_may(ticket->state, TICKET_EVENT_REOPEN, NULL) || ticket->channel.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_CHANNEL_GET, .ids = { ticket->channel.v } };
        return 0;
}

static int repair_settle(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const Ticket *ticket = &c->facts->ticket;

        (void) reply;
        if (ticket_may(ticket->state, TICKET_EVENT_REOPEN, NULL) && flow_result_id(c, &flow_ticket_repair, "channel") != 0) {
                store_add_ticket_reopened(checkpoint->batch, ticket->id);
                audit_add(c, checkpoint, "ticket.reopened", NULL);
        } else if (ticket_may(ticket->state, TICKET_EVENT_CLOSED, NULL)) {
                store_add_ticket_closed(checkpoint->batch, ticket->id);
                audit_add(c, checkpoint, "ticket.resolved", NULL);
        } else if (ticket_may(ticket->state, TICKET_EVENT_FAILED, NULL)) {
                store_add_ticket_failed(checkpoint->batch, ticket->open_flow, "could not be opened");
                audit_add(c, checkpoint, "ticket.failed", NULL);
        }
        return 0;
}

/* clang-format off */
static const Step repair_steps[] = {
        /* stored name  kind       build           done already?  apply          take it back  tolerates */
        { "channel",    STEP_REST, repair_channel, NULL,          NULL,          NULL,         TOLERATES(REST_GONE) },
        { "settle",     STEP_DB,   NULL,           NULL,          repair_settle, NULL,         0 },
};
/* clang-format on */

const Flow flow_ticket_repair = {
        .name = "ticket.repair", .version = 1, .ttl_s = 0, .steps = repair_steps, .n_steps = ELEMENTSOF(repair_steps),
        .words_before = ELEMENTSOF(repair_steps),
};
