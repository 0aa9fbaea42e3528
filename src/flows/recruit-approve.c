/*
 * Staff approved an application. Subject: the ticket.
 *
 * Only the role can take the approval back; whatever Discord refuses after it is told to staff and leaves the approval alone. Access comes
 * last of what the applicant notices, because it may end their reading.
 */

#include <errno.h>

#include "magikal/cut.h"
#include "magikal/views.h"
#include "recruit.h"

enum { STEP_DECIDE, STEP_ROLE, STEP_NICK, STEP_INSTRUCTIONS, STEP_DM_OPEN, STEP_DM, STEP_ACCESS, STEP_LOG };

#define WHY_ROLE_UNMAPPED "role_unmapped"

/* ---- decide: the first wins -------------------------------------------------------------------------------------------------------------- */

static RoleId role_for(const StepContext *c) {
        return recruit_role(&c->facts->recruit->settings, c->facts->recruit->application.requested == REQUESTED_AFFILIATE);
}

static int approve_decide(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        if (!recruit_application(c) || c->facts->ticket.opener_user.v == 0) {
                checkpoint->why = WHY_GONE;
                return STEP_TURN;
        }
        if (role_for(c).v == 0) {
                checkpoint->why = WHY_ROLE_UNMAPPED;
                return STEP_TURN;
        }
        store_add_application_decide(checkpoint->batch, c->facts->ticket.id, &(Decision) {
                .to = APPLICATION_APPROVED, .decider = c->actor, .access = c->facts->recruit->settings.access, .granted_role = role_for(c),
        });
        return 0;
}

static int approve_undecide(const StepContext *c, Checkpoint *checkpoint) {
        store_add_application_undecide(checkpoint->batch, c->facts->ticket.id);
        return 0;
}

/* ---- role, nickname: states, so that they may be set again --------------------------------------------------------------------------------- */

static int role_put(const StepContext *c, StepRequest *ret) {
        return opener_role(c, ROUTE_MEMBER_ROLE_PUT, c->facts->recruit->granted_role, "approve", ret);
}

static int role_undo(const StepContext *c, StepRequest *ret) {
        return opener_role(c, ROUTE_MEMBER_ROLE_DELETE, c->facts->recruit->granted_role, "take back approve", ret);
}

static int nick_patch(const StepContext *c, StepRequest *ret) {
        const RecruitFacts *recruit = c->facts->recruit;
        _json_writer_ JsonWriter w = {};
        char nick[LIMIT_NICK + 1] = {};

        if (!recruit->settings.is_nick_sync || !recruit->application.handle || c->facts->ticket.opener_user.v == 0)
                return STEP_SKIP;
        /* a handle is ASCII; of a longer one the beginning tells most */
        copy_bytes(nick, recruit->application.handle, MIN(strlen(recruit->application.handle), (size_t) LIMIT_NICK));
        *ret = (StepRequest) { .route = ROUTE_MEMBER_PATCH, .ids = { c->guild.v, c->facts->ticket.opener_user.v } };
        audit_reason(ret, "approve", &c->facts->ticket);
        json_open(&w);
        json_string(&w, "nick", nick);
        json_close(&w);
        return json_writer_finish(&w, &ret->body);
}

/* ---- what the applicant reads in the ticket, and by DM where it will be hidden --------------------------------------------------------------- */

static int instructions_post(const StepContext *c, StepRequest *ret) {
        _shown_ Shown shown = {};
        char *body;
        int r;

        r = shown_of(c->facts, c->facts->settings.lang, &shown);
        if (r == 0)
                r = view_rsi_instructions(&shown.application, c->facts->recruit->settings.org_url, c->marker, &body);
        return r < 0 ? r : message_create(c->facts->ticket.channel, body, ret);
}

static bool hides(const StepContext *c) {
        return c->facts->recruit->application.access == ACCESS_HIDE;
}

static int hidden_dm_open(const StepContext *c, StepRequest *ret) {
        return hides(c) ? dm_open(c, ret) : STEP_SKIP;
}

static int hidden_dm_post(const StepContext *c, StepRequest *ret) {
        ChannelId dm = dm_channel(c);
        char *body;
        int r;

        if (dm.v == 0)
                return STEP_SKIP;
        r = view_approved_dm(opener_lang(c), c->facts->guild_name, c->facts->recruit->settings.org_url, c->marker, &body);
        return r < 0 ? r : message_create(dm, body, ret);
}

/* ---- access ------------------------------------------------------------------------------------------------------------------------------------ */

/* Whoever takes no DMs would not know what to do next: they may go on reading. */
static AccessMode access_of(const StepContext *c) {
        if (hides(c) && flow_result_id(c, "dm") == 0)
                return ACCESS_READ_ONLY;
        return c->facts->recruit->application.access;
}

/* What Discord lets us allow and deny: no more than we hold ourselves. */
static uint64_t held(const StepContext *c) {
        uint64_t permissions = args_id(c, "held");

        if (permission_has(permissions, PERMISSION_ADMINISTRATOR))
                return ~UINT64_C(0);
        return permissions ? permissions : PERMISSION_INVITE;
}

static int access_put(const StepContext *c, StepRequest *ret) {
        uint64_t allow, deny;

        if (c->facts->ticket.opener_user.v == 0 || !access_mode_overwrite(access_of(c), &allow, &deny))
                return STEP_SKIP;
        return opener_overwrite(c, allow & held(c), deny & held(c), "approve", ret);
}

/* ---- log, record ---------------------------------------------------------------------------------------------------------------------------------- */

static int log_post(const StepContext *c, StepRequest *ret) {
        return recruit_log_post(c, RECRUIT_LOG_APPROVED, c->facts->recruit->application.decider_user, ret);
}

static int approve_show(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        _json_writer_ JsonWriter w = {};
        _free_ char *detail = NULL;
        int r;

        json_open(&w);
        json_id(&w, "role", c->facts->recruit ? c->facts->recruit->granted_role.v : 0);
        json_close(&w);
        r = json_writer_finish(&w, &detail);
        if (r < 0)
                return r;
        audit_add(c, checkpoint, "application.approved", detail);
        return recruit_show(c, reply, checkpoint);
}

/* ---- what staff read -------------------------------------------------------------------------------------------------------------------------------- */

/* Discord refused the step; a step that was skipped or done has no code. */
static bool was_refused(const StepContext *c, int step) {
        return json_get(c->results[step], "code") != NULL;
}

static void put_access(const StepContext *c, StrBuf *out) {
        uint64_t allow, deny, missing;

        if (hides(c) && access_of(c) == ACCESS_READ_ONLY)
                text_put_line(out, person_lang(c), was_refused(c, STEP_ACCESS) ? TEXT_APPROVED_NO_DM : TEXT_APPROVED_DM_CLOSED, TEXT_ARGS());
        if (was_refused(c, STEP_ACCESS))
                text_put_line(out, person_lang(c), TEXT_APPROVED_ACCESS_REFUSED, TEXT_ARGS());
        else if (access_mode_overwrite(access_of(c), &allow, &deny)) {
                missing = (allow | deny) & ~held(c);
                if (missing != 0)
                        text_put_line(out, person_lang(c), TEXT_APPROVED_ACCESS_PARTLY, TEXT_ARGS(ARG_PERMISSIONS("permission", missing)));
        }
}

static int say_approved(const StepContext *c, char **ret_body) {
        const Ticket *ticket = &c->facts->ticket;
        _strbuf_ StrBuf out = {};

        text_put(&out, person_lang(c), TEXT_APPROVED,
                 TEXT_ARGS(ARG_NUMBER("number", ticket->guild_no), ARG_USER("opener", ticket->opener_user),
                           ARG_ROLE("role", c->facts->recruit->granted_role)));
        if (was_refused(c, STEP_NICK))
                text_put_line(&out, person_lang(c), TEXT_APPROVED_NICK_REFUSED, TEXT_ARGS());
        if (was_refused(c, STEP_INSTRUCTIONS))
                text_put_line(&out, person_lang(c), TEXT_APPROVED_NOT_TOLD, TEXT_ARGS());
        put_access(c, &out);
        return out.error < 0 ? out.error : view_notice(person_lang(c), strbuf_text(&out), false, ret_body);
}

static int approve_words(const StepContext *c, const char *why, char **ret_body) {
        TextId role = requested_role_text(c->facts->recruit ? c->facts->recruit->application.requested : REQUESTED_NONE);
        int r;

        if (!why)
                return recruit_application(c) ? say_approved(c, ret_body) : say(c, ret_body, TEXT_APPLICATION_NONE, TEXT_ARGS());
        r = recruit_say_refused(c, why, APPLICATION_APPROVE, ret_body);
        if (r != 0)
                return r < 0 ? r : 0;
        if (streq(why, WHY_ROLE_UNMAPPED))
                return say(c, ret_body, TEXT_ROLE_UNMAPPED, TEXT_ARGS(ARG_OURS("value", text_lookup(person_lang(c), role))));
        if (streq(why, WHY_ROLE_GONE))
                return say(c, ret_body, TEXT_ROLE_DELETED, TEXT_ARGS(ARG_OURS("value", text_lookup(person_lang(c), role))));
        if (streq(why, WHY_MEMBER_GONE))
                return say(c, ret_body, TEXT_APPLICANT_GONE, TEXT_ARGS());
        if (streq(why, WHY_FORBIDDEN) && c->facts->recruit)
                return say(c, ret_body, TEXT_ROLE_REFUSED, TEXT_ARGS(ARG_ROLE("role", role_for(c))));
        return say_why(c, why, TEXT_DECISION_NOT_SAVED, ret_body);
}

/* clang-format off */
static const StepUndo decide_back = { NULL, approve_undecide };
static const StepUndo role_back = { role_undo, NULL };

static const Step steps[] = {
        /* stored name               kind       build              done already?        apply           take it back   tolerates      needs                        where */
        [STEP_DECIDE]       = { "decide",       STEP_DB,   NULL,              NULL,                approve_decide, &decide_back,  0,             0,                           NULL },
        [STEP_ROLE]         = { "role",         STEP_REST, role_put,          NULL,                NULL,           &role_back,    0,             PERMISSION_MANAGE_ROLES,     NULL },
        [STEP_NICK]         = { "nick",         STEP_REST, nick_patch,        NULL,                NULL,           NULL,          EVERY_REFUSAL, PERMISSION_MANAGE_NICKNAMES, NULL },
        [STEP_INSTRUCTIONS] = { "instructions", STEP_REST, instructions_post, &find_in_ticket,     NULL,           NULL,          EVERY_REFUSAL, NEEDS_TO_POST,               ticket_channel },
        [STEP_DM_OPEN]      = { "dm-open",      STEP_REST, hidden_dm_open,    NULL,                NULL,           NULL,          EVERY_REFUSAL, 0,                           NULL },
        [STEP_DM]           = { "dm",           STEP_REST, hidden_dm_post,    &find_in_dm,         NULL,           NULL,          EVERY_REFUSAL, 0,                           NULL },
        [STEP_ACCESS]       = { "access",       STEP_REST, access_put,        NULL,                NULL,           NULL,          EVERY_REFUSAL, PERMISSION_MANAGE_ROLES,     ticket_channel },
        [STEP_LOG]          = { "log",          STEP_REST, log_post,          &find_in_log,        NULL,           NULL,          EVERY_REFUSAL, NEEDS_TO_POST,               log_channel },
        RECRUIT_TAIL(approve_show),
};
/* clang-format on */

const Flow flow_recruit_approve = {
        .name = "recruit.approve", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_LOG, .words = approve_words,
};
