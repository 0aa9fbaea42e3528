/* RSI has taken the applicant on, says somebody who may say so: the application is settled. Subject: the ticket. No DM. */

#include <errno.h>

#include "magikal/views.h"
#include "recruit.h"

enum { STEP_DECIDE, STEP_LOG, STEP_SHOW };

static int finalise_decide(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        if (!recruit_application(c)) {
                checkpoint->why = WHY_GONE;
                return STEP_TURN;
        }
        store_add_application_finalise(checkpoint->batch, c->facts->ticket.id, c->actor);
        store_add_ticket_closing(checkpoint->batch, c->facts->ticket.id, c->actor, "finalised");
        return 0;
}

static int finalise_undecide(const StepContext *c, Checkpoint *checkpoint) {
        store_add_application_unfinalise(checkpoint->batch, c->facts->ticket.id);
        store_add_ticket_reopened(checkpoint->batch, c->facts->ticket.id);
        return 0;
}

static int log_post(const StepContext *c, StepRequest *ret) {
        return recruit_log_post(c, RECRUIT_LOG_FINALISED, c->facts->recruit->finaliser_user, ret);
}

static int finalise_show(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        audit_add(c, checkpoint, "application.finalised", NULL);
        return recruit_show(c, reply, checkpoint);
}

static int finalise_words(const StepContext *c, const char *why, char **ret_body) {
        return recruit_end_words(c, APPLICATION_FINALISE, TEXT_FINALISED, why, ret_body);
}

/* clang-format off */
static const StepUndo decide_back = { NULL, finalise_undecide };

static const Step steps[] = {
        /* stored name        kind       build     done already?  apply            take it back   tolerates             needs          where */
        [STEP_DECIDE] = { "decide", STEP_DB,   NULL,     NULL,          finalise_decide, &decide_back,  0,                    0,             NULL },
        [STEP_LOG]    = { "log",    STEP_REST, log_post, &find_in_log,  NULL,            &log_back,     TOLERATES(REST_GONE), NEEDS_TO_POST, log_channel },
        RECRUIT_TAIL(finalise_show),
        RECRUIT_END,
};
/* clang-format on */

const Flow flow_recruit_finalise = {
        .name = "recruit.finalise", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_SHOW, .words = finalise_words,
};
