/*
 * Staff sent the form of "Reject". Subject: the ticket. The reason is for staff, on the record; the applicant's DM never carries it.
 */

#include <errno.h>

#include "magikal/views.h"
#include "recruit.h"

enum { STEP_DECIDE, STEP_LOG, STEP_SHOW };

/* ---- decide: the first wins -------------------------------------------------------------------------------------------------------------- */

static int reject_decide(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        if (!recruit_application(c)) {
                checkpoint->why = WHY_GONE;
                return STEP_TURN;
        }
        store_add_application_decide(checkpoint->batch, c->facts->ticket.id, &(Decision) {
                .to = APPLICATION_DECLINED, .decider = c->actor, .reason = args_text(c, "reason"),
        });
        store_add_ticket_closing(checkpoint->batch, c->facts->ticket.id, c->actor, "rejected");
        return 0;
}

static int reject_undecide(const StepContext *c, Checkpoint *checkpoint) {
        store_add_application_undecide(checkpoint->batch, c->facts->ticket.id);
        store_add_ticket_reopened(checkpoint->batch, c->facts->ticket.id);
        return 0;
}

/* ---- log, record ---------------------------------------------------------------------------------------------------------------------------- */

static int log_post(const StepContext *c, StepRequest *ret) {
        return recruit_log_post(c, RECRUIT_LOG_REJECTED, c->facts->recruit->application.decider_user, ret);
}

static int reject_show(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        audit_add(c, checkpoint, "application.declined", NULL);
        return recruit_show(c, reply, checkpoint);
}

/* ---- DM ---------------------------------------------------------------------------------------------------------------------------------------- */

static int dm_post(const StepContext *c, StepRequest *ret) {
        ChannelId dm = dm_channel(c);
        char *body;
        int r;

        if (dm.v == 0)
                return STEP_SKIP;
        r = view_declined_dm(opener_lang(c), c->facts->guild_name, c->marker, &body);
        return r < 0 ? r : message_create(dm, body, ret);
}

static int reject_words(const StepContext *c, const char *why, char **ret_body) {
        return recruit_end_words(c, APPLICATION_REJECT, TEXT_REJECTED, why, ret_body);
}

/* clang-format off */
static const StepUndo decide_back = { NULL, reject_undecide };

static const Step steps[] = {
        /* stored name         kind       build     done already?  apply          take it back   tolerates             needs          where */
        [STEP_DECIDE] = { "decide",  STEP_DB,   NULL,     NULL,          reject_decide, &decide_back,  0,                    0,             NULL },
        [STEP_LOG]    = { "log",     STEP_REST, log_post, &find_in_log,  NULL,          &log_back,     TOLERATES(REST_GONE), NEEDS_TO_POST, log_channel },
        RECRUIT_TAIL(reject_show),
                        { "dm-open", STEP_REST, dm_open,  NULL,          NULL,          NULL,          EVERY_REFUSAL,        0,             NULL },
                        { "dm",      STEP_REST, dm_post,  &find_in_dm,   NULL,          NULL,          EVERY_REFUSAL,        0,             NULL },
        RECRUIT_END,
};
/* clang-format on */

const Flow flow_recruit_reject = {
        .name = "recruit.reject", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_SHOW, .words = reject_words,
};
