/* Who may press what in a recruitment ticket, and what the others are told. */

#include "recruit.h"

static const Application nothing = {};

const Application *recruit_of(const Job *job) {
        return job->facts->recruit && job->facts->ticket.id.v ? &job->facts->recruit->application : &nothing;
}

void recruit_say_verdict(Job *job, int verdict) {
        TextArg args[VERDICT_ARGS];

        verdict_args(job->facts, verdict, args);
        job_say(job, application_verdict_text(verdict), args);
}

/* What is wrong with the place: an older message of ours, a foreign channel, a ticket that is over. */
static bool said_no_ticket(Job *job, RecruitSide side) {
        const Ticket *ticket = &job->facts->ticket;

        /* who of the staff closes it is for staff to know */
        if (job_said_not_open(job, side == RECRUIT_STAFF ? ticket->closer_user : (UserId) { 0 }))
                return true;
        if (ticket->kind == TICKET_RECRUITMENT && job->ix->channel.v == ticket->channel.v)
                return false;
        job_say(job, TEXT_CONTROL_INVALID, TEXT_ARGS());
        return true;
}

bool recruit_said_no(Job *job, ApplicationAction action, RecruitSide side) {
        const Application *application = recruit_of(job);
        UserId opener = job->facts->ticket.opener_user;
        int verdict = application_judge(application, action);

        /* who decided says more than that the ticket is being closed */
        if (side == RECRUIT_STAFF && (verdict == APPLICATION_DECIDED || verdict == APPLICATION_IS_FINALISED)) {
                recruit_say_verdict(job, verdict);
                return true;
        }
        if (said_no_ticket(job, side))
                return true;
        if (side == RECRUIT_APPLICANT && !policy_is_own(job->ix->user, opener)) {
                job_say(job, TEXT_APPLICANT_ONLY, TEXT_ARGS());
                return true;
        }
        if (verdict != 0) {
                recruit_say_verdict(job, verdict);
                return true;
        }
        if (application_is_decision(action) && policy_is_own(job->ix->user, opener)) {
                job_say(job, TEXT_REFUSED_OWN, TEXT_ARGS());
                return true;
        }
        return false;
}

void job_reply_view(Job *job, CallbackType type, int r, char **take_data) {
        if (r < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
        else
                job_reply(job, type, TAKE(*take_data));
}
