/*
 * Staff ask an applicant the questions again, by /tickets reopen-qna or by writing !reopen_qna in the ticket. Subject: the ticket. Whoever
 * wrote a message is answered by one; that is the one direct call there may be.
 */

#include <errno.h>

#include "magikal/views.h"
#include "recruit.h"

enum { STEP_STORE, STEP_ANSWER };

static int reopen_store(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        if (!recruit_application(c)) {
                checkpoint->why = WHY_GONE;
                return STEP_TURN;
        }
        store_add_application_qna_reopen(checkpoint->batch, c->facts->ticket.id);
        audit_add(c, checkpoint, "application.qna_reopened", NULL);
        return 0;
}

/* The argument "message" is there when it was one. */
static int answer_post(const StepContext *c, StepRequest *ret) {
        char *body;
        int r;

        if (args_id(c, "message") == 0)
                return STEP_SKIP;
        r = view_qna_reopened(&c->facts->ticket, c->marker, &body);
        return r < 0 ? r : message_create(c->facts->ticket.channel, body, ret);
}

static int answer_find_build(const StepContext *c, StepRequest *ret) {
        return message_find_build(c->facts->ticket.channel, c, ret);
}

static int reopen_words(const StepContext *c, const char *why, char **ret_body) {
        int r;

        if (!why)
                return say(ret_body, TEXT_QNA_REOPENED, TEXT_ARGS(ARG_USER("opener", c->facts->ticket.opener_user)));
        r = recruit_say_refused(c, why, APPLICATION_REOPEN_QNA, ret_body);
        if (r != 0)
                return r < 0 ? r : 0;
        return say_why(c, &flow_recruit_reopen_qna, why, TEXT_DECISION_NOT_SAVED, ret_body);
}

/* clang-format off */
static const StepProbe answer_find = { answer_find_build, message_find_match, true };

static const Step steps[] = {
        [STEP_STORE]  = { .name = "store", .kind = STEP_DB, .apply = reopen_store },
        [STEP_ANSWER] = { .name = "answer", .kind = STEP_REST, .build = answer_post, .probe = &answer_find, .tolerates = NO_LOG,
                          .needs = NEEDS_TO_POST, .where = ticket_channel },
        RECRUIT_TAIL(recruit_show),
};
/* clang-format on */

const Flow flow_recruit_reopen_qna = {
        .name = "recruit.reopen-qna", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_ANSWER, .words = reopen_words,
};
