/* "Apply" on the recruitment panel: no form, the press itself opens the ticket. */

#include "worker.h"

static void apply(Job *job, TicketId replaces) {
        _json_writer_ JsonWriter w = {};

        job_args_begin(job, &w);
        json_string(&w, "kind", ticket_kind_to_string(TICKET_RECRUITMENT));
        json_string(&w, "username", job->ix->username);
        json_id(&w, "held", job->ix->app_permissions);
        if (replaces.v)
                json_id(&w, "replaces", replaces.v);
        job_accept(job, &flow_recruit_open, "actor", job_args_end(&w));
}

static void older_is_gone(Job *job) {
        /* the new ticket takes its place at once; what else is to be done for the old one has a flow of its own */
        world_channel_gone(job->worker, job->ix->guild, job->facts->ticket.id, job->facts->ticket.channel);
        apply(job, job->facts->ticket.id);
}

void on_apply_press(Job *job) {
        const Ticket *older = &job->facts->ticket;

        if (!job->facts->settings.is_set_up)
                job_say(job, TEXT_RECRUIT_NOT_SET_UP, TEXT_ARGS());
        else if (older->id.v == 0)
                apply(job, (TicketId) { 0 });
        else if (older->channel.v == 0 || older->state == TICKET_OPENING)
                job_say(job, TEXT_TICKET_BEING_OPENED, TEXT_ARGS());
        else
                job_look_at_ticket(job, older_is_gone);
}
