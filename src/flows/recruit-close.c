/*
 * Staff close an application without deciding on it, or the ticket of one that is approved and will not be finalised, or was removed since:
 * what was decided stays. Subject: the ticket. No DM.
 */

#include <errno.h>

#include "magikal/views.h"
#include "recruit.h"

enum { STEP_DECIDE, STEP_LOG, STEP_SHOW };

static int close_decide(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        if (!recruit_application(c)) {
                checkpoint->why = WHY_GONE;
                return STEP_TURN;
        }
        store_add_application_closed_undecided(checkpoint->batch, c->facts->ticket.id);
        store_add_ticket_closing(checkpoint->batch, c->facts->ticket.id, c->actor, "closed");
        return 0;
}

static int close_undecide(const StepContext *c, Checkpoint *checkpoint) {
        store_add_application_reopened(checkpoint->batch, c->facts->ticket.id);
        store_add_ticket_reopened(checkpoint->batch, c->facts->ticket.id);
        return 0;
}

static bool is_undecided(const StepContext *c) {
        return c->facts->recruit->application.is_closed_undecided;
}

static int log_post(const StepContext *c, StepRequest *ret) {
        return recruit_log_post(c, is_undecided(c) ? RECRUIT_LOG_CLOSED : RECRUIT_LOG_SHUT, c->facts->ticket.closer_user, ret);
}

static int close_show(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        if (is_undecided(c))
                audit_add(c, checkpoint, "application.closed", NULL);
        return recruit_show(c, reply, checkpoint);
}

static int close_words(const StepContext *c, const char *why, char **ret_body) {
        return recruit_end_words(c, APPLICATION_CLOSE, TEXT_CLOSED_UNDECIDED, why, ret_body);
}

/* clang-format off */
static const StepUndo decide_back = { NULL, close_undecide };

static const Step steps[] = {
        /* stored name        kind       build     done already?  apply            take it back   tolerates             needs          where */
        [STEP_DECIDE] = { "decide", STEP_DB,   NULL,     NULL,          close_decide,    &decide_back,  0,                    0,             NULL },
        [STEP_LOG]    = { "log",    STEP_REST, log_post, &find_in_log,  NULL,            &log_back,     TOLERATES(REST_GONE), NEEDS_TO_POST, log_channel },
        RECRUIT_TAIL(close_show),
        RECRUIT_END,
};
/* clang-format on */

const Flow flow_recruit_close = {
        .name = "recruit.close", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_SHOW, .words = close_words,
};
