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

        job_reply_view(job, CALLBACK_MESSAGE, view_recruit_ask(job->lang, job->worker->role.keys, &job->facts->ticket, what, words, true, &data), &data);
}

/* Asked before anything is: whoever confirms should not be told only then. The flow asks again. */
static bool said_no_role(Job *job) {
        RequestedRole requested = recruit_of(job)->requested;

        if (recruit_role(&job->facts->recruit->settings, requested == REQUESTED_AFFILIATE).v)
                return false;
        job_say(job, TEXT_ROLE_UNMAPPED, TEXT_ARGS(ARG_OURS("value", text_lookup(job->lang, requested_role_text(requested)))));
        return true;
}

void on_approve_press(Job *job) {
        if (recruit_said_no(job, APPLICATION_APPROVE, RECRUIT_STAFF) || said_no_role(job))
                return;
        if (application_must_confirm(recruit_of(job), APPLICATION_APPROVE))
                ask(job, RECRUIT_ASK_APPROVE, NULL);
        else
                accept(job, &flow_recruit_approve);
}

void on_approve_sure(Job *job) {
        if (!recruit_said_no(job, APPLICATION_APPROVE, RECRUIT_STAFF) && !said_no_role(job))
                accept(job, &flow_recruit_approve);
}

/* ---- reject ------------------------------------------------------------------------------------------------------------------------------- */

void on_reject_press(Job *job) {
        char *data = NULL;

        if (!recruit_said_no(job, APPLICATION_REJECT, RECRUIT_STAFF))
                job_reply_view(job, CALLBACK_MODAL, view_reject_modal(job->lang, job->worker->role.keys, &job->facts->ticket, &data), &data);
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
                ask(job, recruit_of(job)->decided_at ? RECRUIT_ASK_CLOSE_DECIDED : RECRUIT_ASK_CLOSE, NULL);
}

void on_close_sure(Job *job) {
        if (!recruit_said_no(job, APPLICATION_CLOSE, RECRUIT_STAFF))
                accept(job, &flow_recruit_close);
}

/* What RSI says never decides: it stands above the question whether to finalise. */
static void finalise_ask(Job *job, MembershipResult result, const RsiMembership *membership) {
        _free_ char *words = NULL;
        char *data = NULL;
        int r;

        r = view_membership(job->lang, result, recruit_of(job)->handle, membership ? membership->rank : NULL, membership ? membership->n_stars : 0, &words);
        if (r == 0)
                r = view_recruit_ask(job->lang, job->worker->role.keys, &job->facts->ticket, RECRUIT_ASK_FINALISE, words, false, &data);
        job_edit(job, r < 0 ? NULL : data);
}

/* Being listed proves a membership; not being listed proves nothing, as members can hide. */
static void membership_known(const RsiAnswer *answer, void *userdata) {
        const RsiMembership *m = answer->membership;
        MembershipResult result = MEMBERSHIP_NOT_TOLD;

        if (answer->result == RSI_FOUND && m)
                result = !m->is_listed ? MEMBERSHIP_NOT_LISTED : m->is_affiliate ? MEMBERSHIP_AFFILIATE : MEMBERSHIP_MAIN;
        finalise_ask(userdata, result, m && m->is_listed ? m : NULL);
}

static void finalise_look_up(Job *job) {
        const char *org = job->facts->recruit->settings.org_url;
        char sid[RSI_SID_MAX + 1];

        if (!org || rsi_sid_from_text(org, sid) < 0 || !recruit_of(job)->handle)
                finalise_ask(job, MEMBERSHIP_NO_ORG, NULL);
        else if (rsi_ask(job->worker->rsi, &(RsiQuery) { .kind = RSI_MEMBERSHIP, .handle = recruit_of(job)->handle, .sid = sid }, membership_known,
                         job) < 0)
                finalise_ask(job, MEMBERSHIP_NOT_TOLD, NULL);
}

void on_finalise_press(Job *job) {
        if (!recruit_said_no(job, APPLICATION_FINALISE, RECRUIT_STAFF))
                job_defer(job, finalise_look_up);
}

void on_finalise_sure(Job *job) {
        if (!recruit_said_no(job, APPLICATION_FINALISE, RECRUIT_STAFF))
                accept(job, &flow_recruit_finalise);
}
