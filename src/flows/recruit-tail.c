/* What people see of an application follows what is stored: the ticket's message, the topic's markers, the permanent record. */

#include <errno.h>

#include "magikal/topic.h"
#include "magikal/views.h"
#include "recruit.h"

/* ---- wanted edits ----------------------------------------------------------------------------------------------------------------- */

int want_edit(const StepContext *c, Checkpoint *checkpoint, ChannelId channel, MessageId message, char *take_body) {
        _free_ char *body = take_body;

        if (!body)
                return -ENOMEM;
        store_add_want(checkpoint->batch, c->guild, channel, message, body, c->env->edit_quiet, c->env->edit_max);
        if (checkpoint->n_hints < FLOW_HINTS_MAX) {
                checkpoint->hints[checkpoint->n_hints].channel = channel;
                checkpoint->hints[checkpoint->n_hints++].message = message;
        }
        return 0;
}

static int want_ticket(const StepContext *c, const Shown *shown, Checkpoint *checkpoint) {
        const Ticket *ticket = &c->facts->ticket;
        char *body;
        int r;

        /* a ticket that is being closed loses its channel in a moment */
        if (!ticket_may(ticket->state, TICKET_EVENT_CLOSE, NULL) || ticket->message.v == 0)
                return 0;
        r = view_recruit_ticket(c->env->keys, &shown->application, c->facts->settings.recruitment_role, NULL, &body);
        return r < 0 ? r : want_edit(c, checkpoint, ticket->channel, ticket->message, body);
}

static int want_record(const StepContext *c, const Shown *shown, Checkpoint *checkpoint) {
        const Application *application = &c->facts->recruit->application;
        char *body;
        int r;

        if (application->record_message.v == 0)
                return 0;
        r = view_record(c->env->keys, &shown->application, NULL, &body);
        return r < 0 ? r : want_edit(c, checkpoint, application->record_channel, application->record_message, body);
}

static int want_topic(const StepContext *c, Checkpoint *checkpoint) {
        const Ticket *ticket = &c->facts->ticket;
        Topic topic = topic_of(ticket, &c->facts->recruit->application);
        _json_writer_ JsonWriter w = {};
        _strbuf_ StrBuf text = {};
        char *body;
        int r;

        if (!ticket_may(ticket->state, TICKET_EVENT_CLOSE, NULL) || ticket->opener_user.v == 0)
                return 0;
        topic_write(&text, &topic);
        json_open(&w);
        json_string(&w, "topic", strbuf_text(&text));
        json_close(&w);
        r = json_writer_finish(&w, &body);
        return r < 0 ? r : want_edit(c, checkpoint, ticket->channel, (MessageId) { 0 }, body);
}

int recruit_show(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        _shown_ Shown shown = {};
        int r = shown_of(c->facts, c->facts->settings.lang, &shown);

        (void) reply;
        if (r == -ENODATA)
                return 0;       /* the ticket is gone with everything: nothing is left to be seen */
        if (r == 0)
                r = want_ticket(c, &shown, checkpoint);
        return r < 0 ? r : want_record(c, &shown, checkpoint);
}

int recruit_show_topic(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        int r = recruit_show(c, reply, checkpoint);

        if (r < 0 || !recruit_application(c))
                return r;
        return want_topic(c, checkpoint);
}

/* ---- the record --------------------------------------------------------------------------------------------------------------------- */

const Application *recruit_application(const StepContext *c) {
        const RecruitFacts *recruit = c->facts->recruit;

        return recruit && recruit->application.id.v && c->facts->ticket.id.v ? &recruit->application : NULL;
}

int record_wait(const StepContext *c, ChannelId *ret_channel, MessageId *ret_message) {
        const Application *application = recruit_application(c);

        if (!application || application->record_message.v == 0)
                return STEP_SKIP;
        *ret_channel = application->record_channel;
        *ret_message = application->record_message;
        return 0;
}

int record_written(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        if (reply->outcome == REST_GONE)
                store_add_application_record(checkpoint->batch, c->facts->ticket.id, (ChannelId) { 0 }, (MessageId) { 0 });
        return 0;
}

ChannelId record_channel(const StepContext *c) {
        return c->facts->recruit ? c->facts->recruit->settings.record_channel : (ChannelId) { 0 };
}

int record_post(const StepContext *c, StepRequest *ret) {
        const Application *application = recruit_application(c);
        _shown_ Shown shown = {};
        char *body;
        int r;

        if (!application || application->status == APPLICATION_DRAFT || application->record_message.v || record_channel(c).v == 0)
                return STEP_SKIP;
        r = shown_of(c->facts, c->facts->settings.lang, &shown);
        if (r == 0)
                r = view_record(c->env->keys, &shown.application, c->marker, &body);
        return r < 0 ? r : message_create(record_channel(c), body, ret);
}

static int record_find_build(const StepContext *c, StepRequest *ret) {
        return message_find_build(record_channel(c), c, ret);
}

int record_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        if (reply->id)
                store_add_application_record(checkpoint->batch, c->facts->ticket.id, record_channel(c), (MessageId) { reply->id });
        return 0;
}

const StepProbe record_find = { record_find_build, message_find_match, true };

/* ---- the action log -------------------------------------------------------------------------------------------------------------------- */

int recruit_log_post(const StepContext *c, RecruitLog what, UserId by, StepRequest *ret) {
        ChannelId log = log_channel(c);
        _shown_ Shown shown = {};
        char *body;
        int r;

        if (log.v == 0)
                return STEP_SKIP;
        r = shown_of(c->facts, c->facts->settings.lang, &shown);
        if (r == -ENODATA)
                return STEP_SKIP;
        if (r == 0)
                r = view_recruit_log(what, &shown.application, by, c->facts->now, c->marker, &body);
        return r < 0 ? r : message_create(log, body, ret);
}

/* ---- who was first ----------------------------------------------------------------------------------------------------------------------- */

int recruit_say_refused(const StepContext *c, const char *why, ApplicationAction action, char **ret_body) {
        const Application *a = recruit_application(c);
        TextArg args[VERDICT_ARGS];
        int verdict, r;

        if (streq(why, "application_own"))
                r = say(c, ret_body, TEXT_REFUSED_OWN, TEXT_ARGS());
        else if (streq(why, "application_decided") || streq(why, "application_qna_closed") || streq(why, "application_not_approved")) {
                /* the row may be ours of a moment ago that is being taken back: then there is no verdict, and nothing to tell of others */
                verdict = a ? application_judge(a, action) : APPLICATION_NONE;
                if (verdict == 0)
                        return 0;
                verdict_args(c->facts, verdict, args);
                r = say(c, ret_body, application_verdict_text(verdict), args);
        } else
                return 0;
        return r < 0 ? r : 1;
}
