/* How a recruitment ticket ends, whatever was decided. */

#include "recruit.h"

int recruit_closed(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        store_add_ticket_closed(checkpoint->batch, c->facts->ticket.id);
        store_add_application_over(checkpoint->batch, c->facts->ticket.id);
        audit_add(c, checkpoint, "ticket.closed", NULL);
        return 0;
}

static int say_waits(const StepContext *c, char **ret_body) {
        const Ticket *ticket = &c->facts->ticket;

        return say(c, ret_body, TEXT_RECRUIT_WAITS,
                   TEXT_ARGS(ARG_NUMBER("number", ticket->guild_no), ARG_CHANNEL("channel", ticket->channel),
                             ARG_PERMISSIONS("permission", PERMISSION_MANAGE_CHANNELS)));
}

/* Somebody else closed the ticket first, perhaps without deciding anything. */
static int say_closed(const StepContext *c, char **ret_body) {
        const Ticket *t = &c->facts->ticket;

        if (t->closer_user.v && ticket_judge(t, TICKET_EVENT_CLOSE) == TICKET_BEING_CLOSED)
                return say(c, ret_body, TEXT_TICKET_BEING_CLOSED_BY, TEXT_ARGS(ARG_USER("closer", t->closer_user), ARG_NUMBER("number", t->guild_no)));
        if (t->closer_user.v && t->closed_at)
                return say(c, ret_body, TEXT_TICKET_CLOSED_BY,
                           TEXT_ARGS(ARG_NUMBER("number", t->guild_no), ARG_USER("closer", t->closer_user), ARG_TIME("time", t->closed_at)));
        return say(c, ret_body, TEXT_TICKET_CLOSED, TEXT_ARGS());
}

int recruit_end_words(const StepContext *c, ApplicationAction action, TextId done, const char *why, char **ret_body) {
        int r;

        if (!why)
                return say(c, ret_body, done, TEXT_ARGS(ARG_NUMBER("number", c->facts->ticket.guild_no)));
        if (streq(why, WHY_FORBIDDEN) && flow_result(c, "show"))
                return say_waits(c, ret_body);
        r = recruit_say_refused(c, why, action, ret_body);
        if (r != 0)
                return r < 0 ? r : 0;
        if (streq(why, "ticket_not_open"))
                return say_closed(c, ret_body);
        return say_why(c, why, TEXT_DECISION_NOT_SAVED, ret_body);
}
