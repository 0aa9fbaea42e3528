/*
 * Staff ask an applicant the questions again, by /tickets reopen-qna or by writing !reopen_qna in the ticket. Subject: the ticket. Whoever
 * wrote a message is answered by one. At the end it looks whether the message with the button is still there, and posts it again if not.
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
        r = view_qna_reopened(c->facts->settings.lang, &c->facts->ticket, c->marker, &body);
        return r < 0 ? r : message_create(c->facts->ticket.channel, body, ret);
}

/* ---- the ticket's message, when somebody has deleted it: the button has to be somewhere --------------------------------------------------- */

/* The editor does not write what stands there already as far as it knows, so it would not notice: look. */
static int message_look(const StepContext *c, StepRequest *ret) {
        if (!recruit_application(c) || c->facts->ticket.message.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_MESSAGE_GET, .ids = { c->facts->ticket.channel.v, c->facts->ticket.message.v } };
        return 0;
}

static int message_seen(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) c;
        if (reply->outcome != REST_GONE)
                return 0;
        checkpoint->result = strdup("{\"gone\":true}");
        return checkpoint->result ? 0 : -ENOMEM;
}

static int message_post(const StepContext *c, StepRequest *ret) {
        bool is_gone = false;
        _shown_ Shown shown = {};
        char *body;
        int r;

        (void) json_get_bool(flow_result(c, "seen"), "gone", &is_gone);
        if (!is_gone || !recruit_application(c))
                return STEP_SKIP;
        r = shown_of(c->facts, c->facts->settings.lang, &shown);
        if (r == 0)
                r = view_recruit_ticket(c->env->keys, &shown.application, c->facts->settings.recruitment_role, c->marker, &body);
        return r < 0 ? r : message_create(c->facts->ticket.channel, body, ret);
}

static int message_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        if (reply->id)
                store_add_ticket_message(checkpoint->batch, c->facts->ticket.id, (MessageId) { reply->id });
        return 0;
}

static int reopen_words(const StepContext *c, const char *why, char **ret_body) {
        int r;

        if (!why)
                return say(c, ret_body, TEXT_QNA_REOPENED,
                           TEXT_ARGS(ARG_USER("opener", c->facts->ticket.opener_user),
                                     ARG_OURS("button", guild_label(c, TEXT_RECRUIT_QNA_BUTTON))));
        r = recruit_say_refused(c, why, APPLICATION_REOPEN_QNA, ret_body);
        if (r != 0)
                return r < 0 ? r : 0;
        return say_why(c, why, TEXT_DECISION_NOT_SAVED, ret_body);
}

/* clang-format off */
static const Step steps[] = {
        [STEP_STORE]  = { .name = "store", .kind = STEP_DB, .apply = reopen_store },
        [STEP_ANSWER] = { .name = "answer", .kind = STEP_REST, .build = answer_post, .probe = &find_in_ticket, .tolerates = EVERY_REFUSAL,
                          .needs = NEEDS_TO_POST, .where = ticket_channel },
        RECRUIT_TAIL(recruit_show),
                        { .name = "seen", .kind = STEP_REST, .build = message_look, .apply = message_seen, .tolerates = EVERY_REFUSAL },
                        { .name = "message", .kind = STEP_REST, .build = message_post, .probe = &find_in_ticket, .apply = message_known,
                          .tolerates = EVERY_REFUSAL, .needs = NEEDS_TO_POST, .where = ticket_channel },
};
/* clang-format on */

const Flow flow_recruit_reopen_qna = {
        .name = "recruit.reopen-qna", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_ANSWER, .words = reopen_words,
};
