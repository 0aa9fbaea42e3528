/*
 * A member who came by an application is removed: the role that the approval gave is taken away, and the record says so. Subject: the
 * ticket, which may be long over. The role goes first: where Discord does not let us take it, nothing changes.
 */

#include <errno.h>

#include "magikal/views.h"
#include "recruit.h"

enum { STEP_ROLE, STEP_DECIDE, STEP_LOG };

/* ---- role ----------------------------------------------------------------------------------------------------------------------------- */

/* Whoever is none by an application has no role of it; the next step says so. */
static int role_delete(const StepContext *c, StepRequest *ret) {
        const Application *application = recruit_application(c);

        if (!application || application_judge(application, APPLICATION_REMOVE) != 0)
                return STEP_SKIP;
        return opener_role(c, ROUTE_MEMBER_ROLE_DELETE, c->facts->recruit->granted_role, "remove", ret);
}

static int role_undo(const StepContext *c, StepRequest *ret) {
        return opener_role(c, ROUTE_MEMBER_ROLE_PUT, c->facts->recruit->granted_role, "take back remove", ret);
}

/* ---- decide: the first wins -------------------------------------------------------------------------------------------------------------- */

static int remove_decide(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        if (!recruit_application(c)) {
                checkpoint->why = WHY_GONE;
                return STEP_TURN;
        }
        store_add_application_remove(checkpoint->batch, c->facts->ticket.id, c->actor, args_text(c, "reason"));
        audit_add(c, checkpoint, "application.removed", NULL);
        return 0;
}

static int log_post(const StepContext *c, StepRequest *ret) {
        return recruit_log_post(c, RECRUIT_LOG_REMOVED, c->facts->recruit->application.remover_user, ret);
}

/* Without a role, or with one that is gone like perhaps its member, the request was left out or answered with a code. */
static bool was_role_taken(const StepContext *c) {
        return !json_get(c->results[STEP_ROLE], "skipped") && !json_get(c->results[STEP_ROLE], "code");
}

static int remove_words(const StepContext *c, const char *why, char **ret_body) {
        int r;

        if (!why && !was_role_taken(c))
                return say(c, ret_body, TEXT_REMOVED_WITHOUT_ROLE, TEXT_ARGS(ARG_USER("opener", c->facts->ticket.opener_user)));
        if (!why)
                return say(c, ret_body, TEXT_REMOVED,
                           TEXT_ARGS(ARG_USER("opener", c->facts->ticket.opener_user), ARG_ROLE("role", c->facts->recruit->granted_role)));
        r = recruit_say_refused(c, why, APPLICATION_REMOVE, ret_body);
        if (r != 0)
                return r < 0 ? r : 0;
        if (streq(why, WHY_FORBIDDEN) && c->facts->recruit)
                return say(c, ret_body, TEXT_ROLE_REFUSED, TEXT_ARGS(ARG_ROLE("role", c->facts->recruit->granted_role)));
        return say_why(c, why, TEXT_DECISION_NOT_SAVED, ret_body);
}

/* clang-format off */
static const StepUndo role_back = { role_undo, NULL };

static const Step steps[] = {
        /* stored name        kind       build        done already?  apply          take it back  tolerates             needs                    where */
        [STEP_ROLE]   = { "role",   STEP_REST, role_delete, NULL,          NULL,          &role_back,   TOLERATES(REST_GONE), PERMISSION_MANAGE_ROLES, NULL },
        [STEP_DECIDE] = { "decide", STEP_DB,   NULL,        NULL,          remove_decide, NULL,         0,                    0,                       NULL },
        [STEP_LOG]    = { "log",    STEP_REST, log_post,    &find_in_log,  NULL,          NULL,         EVERY_REFUSAL,        NEEDS_TO_POST,           log_channel },
        RECRUIT_TAIL(recruit_show),
};
/* clang-format on */

const Flow flow_recruit_remove = {
        .name = "recruit.remove", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_LOG, .words = remove_words,
};
