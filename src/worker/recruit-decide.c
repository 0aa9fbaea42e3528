/* What staff press in a recruitment ticket. Whoever comes second is told who was first, here or by the flow. */

#include <errno.h>

#include "magikal/text-clean.h"
#include "magikal/views.h"
#include "recruit.h"

/* ---- approve ---------------------------------------------------------------------------------------------------------------------------- */

static void accept(Job *job, const Flow *flow) {
        _json_writer_ JsonWriter w = {};
        Subject subject = job_ticket_args_begin(job, &w);

        json_id(&w, "held", job->ix->app_permissions);
        job_accept(job, flow, subject.text, job_args_end(&w));
}

static void ask(Job *job, RecruitAsk what, const char *words) {
        char *data = NULL;

        job_reply_view(job, CALLBACK_MESSAGE, view_recruit_ask(job->worker->role.keys, &job->facts->ticket, what, words, true, &data), &data);
}

void on_approve_press(Job *job) {
        if (recruit_said_no(job, APPLICATION_APPROVE, RECRUIT_STAFF))
                return;
        if (application_must_confirm(recruit_of(job), APPLICATION_APPROVE))
                ask(job, RECRUIT_ASK_APPROVE, NULL);
        else
                accept(job, &flow_recruit_approve);
}

void on_approve_sure(Job *job) {
        if (!recruit_said_no(job, APPLICATION_APPROVE, RECRUIT_STAFF))
                accept(job, &flow_recruit_approve);
}

/* ---- reject ------------------------------------------------------------------------------------------------------------------------------- */

void on_reject_press(Job *job) {
        char *data = NULL;

        if (!recruit_said_no(job, APPLICATION_REJECT, RECRUIT_STAFF))
                job_reply_view(job, CALLBACK_MODAL, view_reject_modal(job->worker->role.keys, &job->facts->ticket, &data), &data);
}

void on_reject_form(Job *job) {
        _json_writer_ JsonWriter w = {};
        _free_ char *reason = NULL;
        Subject subject;

        if (recruit_said_no(job, APPLICATION_REJECT, RECRUIT_STAFF) || !job_form_text(job, FIELD_REASON, FIELD_REASON_MAX, &reason))
                return;
        subject = job_ticket_args_begin(job, &w);
        json_string(&w, "reason", reason);
        job_accept(job, &flow_recruit_reject, subject.text, job_args_end(&w));
}

/* ---- close, finalise ------------------------------------------------------------------------------------------------------------------------ */

void on_close_press(Job *job) {
        if (!recruit_said_no(job, APPLICATION_CLOSE, RECRUIT_STAFF))
                ask(job, RECRUIT_ASK_CLOSE, NULL);
}

void on_close_sure(Job *job) {
        if (!recruit_said_no(job, APPLICATION_CLOSE, RECRUIT_STAFF))
                accept(job, &flow_recruit_close);
}

void on_finalise_press(Job *job) {
        const RecruitSettings *settings = job->facts->recruit ? &job->facts->recruit->settings : NULL;
        _free_ char *words = NULL;

        if (recruit_said_no(job, APPLICATION_FINALISE, RECRUIT_STAFF))
                return;
        if (view_membership(settings && settings->org_url ? MEMBERSHIP_NOT_TOLD : MEMBERSHIP_NO_ORG, recruit_of(job)->handle, NULL, 0, &words) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
        else
                ask(job, RECRUIT_ASK_FINALISE, words);
}

void on_finalise_sure(Job *job) {
        if (!recruit_said_no(job, APPLICATION_FINALISE, RECRUIT_STAFF))
                accept(job, &flow_recruit_finalise);
}
