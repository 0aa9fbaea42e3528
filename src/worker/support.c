/* What members and staff press around a support ticket. Questions are answered at once; what changes something is accepted as a flow. */

#include <errno.h>
#include <stdio.h>

#include "magikal/log.h"
#include "magikal/views.h"
#include "worker.h"

/* ---- open ------------------------------------------------------------------------------------------------------------------------- */

static void reply_form(Job *job, TicketId replaces) {
        char *data = NULL;

        if (view_support_modal(job->lang, job->worker->role.keys, job->ix->guild, replaces, &data) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
        else
                job_reply(job, CALLBACK_MODAL, data);
}

static void older_is_gone(Job *job) {
        reply_form(job, job->facts->ticket.id);
}

void on_support_press(Job *job) {
        const Ticket *older = &job->facts->ticket;

        if (!job->facts->settings.is_set_up)
                job_say(job, TEXT_SUPPORT_NOT_SET_UP, TEXT_ARGS());
        else if (older->id.v == 0)
                reply_form(job, (TicketId) { 0 });
        else if (older->channel.v == 0 || older->state == TICKET_OPENING)
                job_say(job, TEXT_TICKET_BEING_OPENED, TEXT_ARGS());
        else
                job_look_at_ticket(job, older_is_gone);
}

void on_support_form(Job *job) {
        _json_writer_ JsonWriter w = {};
        _free_ char *question = NULL;

        if (!job->facts->settings.is_set_up) {
                job_say(job, TEXT_SUPPORT_NOT_SET_UP, TEXT_ARGS());
                return;
        }
        if (!job_form_text(job, FIELD_QUESTION, FIELD_TEXT_MAX, &question))
                return;
        job_args_begin(job, &w);
        json_string(&w, "kind", ticket_kind_to_string(TICKET_SUPPORT));
        json_string(&w, "question", question);
        json_string(&w, "username", job->ix->username);
        json_id(&w, "held", job->ix->app_permissions);
        if (job->custom_id.ids[0])
                json_id(&w, "replaces", job->custom_id.ids[0]);
        job_accept(job, &flow_support_open, "actor", job_args_end(&w));
}

/* ---- resolve ------------------------------------------------------------------------------------------------------------------------ */

/* Rights are those of the channel where somebody presses, so that has to be the ticket's. True: it was not, and they have been told. */
static bool said_not_here(Job *job) {
        if (job->ix->channel.v == job->facts->ticket.channel.v)
                return false;
        job_say(job, TEXT_CONTROL_INVALID, TEXT_ARGS());
        return true;
}

void on_resolve_press(Job *job) {
        const GuildSettings *s = &job->facts->settings;
        char *data = NULL;

        if (job_said_not_open(job, job->facts->ticket.closer_user) || said_not_here(job))
                return;
        if (view_resolve_modal(job->lang, job->worker->role.keys, &job->facts->ticket, s->log_channel.v != 0, s->dm_on_close, &data) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
        else
                job_reply(job, CALLBACK_MODAL, data);
}

void on_resolve_form(Job *job) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        Subject subject;

        if (job_said_not_open(job, job->facts->ticket.closer_user) || said_not_here(job) || !job_form_text(job, FIELD_RESOLUTION, FIELD_TEXT_MAX, &text))
                return;
        subject = job_ticket_args_begin(job, &w);
        json_string(&w, "resolution", text);
        job_accept(job, &flow_support_resolve, subject.text, job_args_end(&w));
}
