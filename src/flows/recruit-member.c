/*
 * The applicant of an open ticket left the guild, or is back. Subject: the ticket. Nobody waits for these, so they are tried until done.
 *
 * Events come twice, in any order, or not at all, so what counts is what a look at the member finds; and only the flow that changes the
 * application tells of it.
 */

#include <errno.h>

#include "magikal/permission.h"
#include "recruit.h"

/* ---- is the applicant there? -------------------------------------------------------------------------------------------------------- */

static int member_look(const StepContext *c, StepRequest *ret) {
        const Ticket *ticket = &c->facts->ticket;

        if (!recruit_application(c) || ticket->opener_user.v == 0 || !ticket_may(ticket->state, TICKET_EVENT_CLOSE, NULL))
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_MEMBER_GET, .ids = { c->guild.v, ticket->opener_user.v } };
        return 0;
}

/* Stores what the look found, if it is what this flow is about and not known yet. */
static int member_found(const StepContext *c, const StepReply *reply, bool has_left, Checkpoint *checkpoint) {
        const Application *application = recruit_application(c);
        ApplicationAction action = has_left ? APPLICATION_MEMBER_LEFT : APPLICATION_MEMBER_BACK;

        if (reply->is_skipped || !application || (reply->outcome == REST_GONE) != has_left || application->has_left == has_left ||
            application_judge(application, action) != 0)
                return 0;
        store_add_application_left(checkpoint->batch, c->facts->ticket.id, has_left);
        audit_add(c, checkpoint, has_left ? "application.left" : "application.back", NULL);
        return note_changed(checkpoint);
}

static int member_gone(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        return member_found(c, reply, true, checkpoint);
}

static int member_there(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        return member_found(c, reply, false, checkpoint);
}

/* ---- access ------------------------------------------------------------------------------------------------------------------------- */

/*
 * The applicant's overwrite, as it was when they left: Discord keeps it, but somebody may have tidied up. It is a state, so it may be set
 * again. Where the approval hides the channel there is nothing to give back: without an overwrite it is as hidden.
 */
static int access_put(const StepContext *c, StepRequest *ret) {
        const Application *application = recruit_application(c);
        uint64_t allow = PERMISSION_TICKET, deny = 0;

        if (!was_changed(c, "look") || !application || c->facts->ticket.opener_user.v == 0)
                return STEP_SKIP;
        if (application->status == APPLICATION_APPROVED && application->access == ACCESS_HIDE)
                return STEP_SKIP;
        if (application->status == APPLICATION_APPROVED)
                (void) access_mode_overwrite(application->access, &allow, &deny);       /* it may be a mode that changes nothing */
        return opener_overwrite(c, allow, deny, "applicant is back,", ret);
}

static int access_given(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) c;
        if (reply->outcome == 0)
                return 0;
        checkpoint->event = "application.no_access";
        checkpoint->sentence = "An applicant is back, but could not be given access to the ticket; somebody with Manage Permissions can.";
        return 0;
}

/* ---- log ---------------------------------------------------------------------------------------------------------------------------- */

static int left_log(const StepContext *c, StepRequest *ret) {
        return was_changed(c, "look") ? recruit_log_post(c, RECRUIT_LOG_LEFT, (UserId) { 0 }, ret) : STEP_SKIP;
}

static int back_log(const StepContext *c, StepRequest *ret) {
        return was_changed(c, "look") ? recruit_log_post(c, RECRUIT_LOG_BACK, (UserId) { 0 }, ret) : STEP_SKIP;
}

/* clang-format off */

static const Step left_steps[] = {
        /* stored name  kind       build        done already?  apply         take it back  tolerates             needs                    where */
        { "look",       STEP_REST, member_look, NULL,          member_gone,  NULL,         TOLERATES(REST_GONE), 0,                       NULL },
        { "log",        STEP_REST, left_log,    &find_in_log,  NULL,         NULL,         EVERY_REFUSAL,        NEEDS_TO_POST,           log_channel },
        RECRUIT_TAIL(recruit_show),
};

static const Step back_steps[] = {
        { "look",       STEP_REST, member_look, NULL,          member_there, NULL,         TOLERATES(REST_GONE), 0,                       NULL },
        { "access",     STEP_REST, access_put,  NULL,          access_given, NULL,         EVERY_REFUSAL,        PERMISSION_MANAGE_ROLES, ticket_channel },
        { "log",        STEP_REST, back_log,    &find_in_log,  NULL,         NULL,         EVERY_REFUSAL,        NEEDS_TO_POST,           log_channel },
        RECRUIT_TAIL(recruit_show),
};
/* clang-format on */

const Flow flow_member_left = {
        .name = "member.left", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 0, .steps = left_steps, .n_steps = ELEMENTSOF(left_steps),
        .words_before = ELEMENTSOF(left_steps),
};

const Flow flow_member_back = {
        .name = "member.back", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 0, .steps = back_steps, .n_steps = ELEMENTSOF(back_steps),
        .words_before = ELEMENTSOF(back_steps),
};
