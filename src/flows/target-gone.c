/*
 * Something that administrators have set was deleted. Subject: the guild. Tickets go on without it and the setting stays, so that it is seen
 * in what shows the settings; the action log, where there still is one, says what that means and how to mend it.
 */

#include "magikal/target.h"

#include <errno.h>

#include "magikal/views.h"
#include "recruit.h"

/* ---- what can be deleted ------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
enum { SUPPORT_PANEL, RECRUITMENT_PANEL, SUPPORT_CATEGORY, RECRUITMENT_CATEGORY, LOG_CHANNEL, RECORD_CHANNEL, SUPPORT_ROLE, RECRUITMENT_ROLE,
       MEMBER_ROLE, AFFILIATE_ROLE, AREA_ROLE };

static const struct {
        const char *name;
        bool is_role;
        TextId text;
} targets[] = {
        [SUPPORT_PANEL]        = { "support_panel",        false, TEXT_TARGET_SUPPORT_PANEL },
        [RECRUITMENT_PANEL]    = { "recruitment_panel",    false, TEXT_TARGET_RECRUITMENT_PANEL },
        [SUPPORT_CATEGORY]     = { "support_category",     false, TEXT_TARGET_SUPPORT_CATEGORY },
        [RECRUITMENT_CATEGORY] = { "recruitment_category", false, TEXT_TARGET_RECRUITMENT_CATEGORY },
        [LOG_CHANNEL]          = { "log_channel",          false, TEXT_TARGET_LOG_CHANNEL },
        [RECORD_CHANNEL]       = { "record_channel",       false, TEXT_TARGET_RECORD_CHANNEL },
        [SUPPORT_ROLE]         = { "support_role",         true,  TEXT_TARGET_SUPPORT_ROLE },
        [RECRUITMENT_ROLE]     = { "recruitment_role",     true,  TEXT_TARGET_RECRUITMENT_ROLE },
        [MEMBER_ROLE]          = { "member_role",          true,  TEXT_TARGET_MEMBER_ROLE },
        [AFFILIATE_ROLE]       = { "affiliate_role",       true,  TEXT_TARGET_AFFILIATE_ROLE },
        [AREA_ROLE]            = { "area_role",            true,  TEXT_TARGET_AREA_ROLE },
};
/* clang-format on */

static void put_target(Target *ret, size_t *n, size_t i, uint64_t id) {
        if (id)
                ret[(*n)++] = (Target) { targets[i].name, targets[i].is_role, id };
}

size_t targets_of(const Facts *facts, Target ret[static TARGETS_MAX]) {
        const GuildSettings *s = &facts->settings;
        const RecruitSettings *r = &facts->recruit->settings;
        const uint64_t ids[] = {
                [SUPPORT_PANEL] = s->support_panel.v,       [RECRUITMENT_PANEL] = s->recruitment_panel.v,
                [SUPPORT_CATEGORY] = s->support_category.v, [RECRUITMENT_CATEGORY] = s->recruitment_category.v,
                [LOG_CHANNEL] = s->log_channel.v,           [RECORD_CHANNEL] = r->record_channel.v,
                [SUPPORT_ROLE] = s->support_role.v,         [RECRUITMENT_ROLE] = s->recruitment_role.v,
                [MEMBER_ROLE] = r->member_role.v,           [AFFILIATE_ROLE] = r->affiliate_role.v,
        };
        size_t n = 0;

        for (size_t i = 0; i < ELEMENTSOF(ids); i++)
                put_target(ret, &n, i, ids[i]);
        for (size_t i = 0; i < r->n_options && i < RECRUIT_OPTIONS_MAX; i++)
                put_target(ret, &n, AREA_ROLE, r->options[i].ping_role.v);
        return n;
}

/* ---- the flow -------------------------------------------------------------------------------------------------------------------------- */

static ssize_t target_index(const StepContext *c) {
        const char *name = args_text(c, "target");

        for (size_t i = 0; i < ELEMENTSOF(targets); i++)
                if (streq_ptr(targets[i].name, name))
                        return (ssize_t) i;
        return -1;
}

/* Set differently by now: then it was on purpose. */
static bool is_set(const StepContext *c) {
        const char *name = args_text(c, "target");
        Target set[TARGETS_MAX];
        size_t n = targets_of(c->facts, set);

        for (size_t i = 0; i < n; i++)
                if (streq_ptr(set[i].name, name) && set[i].id == args_id(c, "id"))
                        return true;
        return false;
}

static int gone_log(const StepContext *c, StepRequest *ret) {
        ssize_t target = target_index(c);
        char *body;
        int r;

        if (target < 0 || target == LOG_CHANNEL || log_channel(c).v == 0 || !is_set(c))
                return STEP_SKIP;
        r = view_alert(c->facts->settings.lang, TEXT_TARGET_GONE, targets[target].text, c->marker, &body);
        return r < 0 ? r : message_create(log_channel(c), body, ret);
}

static int gone_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        _json_writer_ JsonWriter w = {};
        _free_ char *detail = NULL;
        ssize_t target = target_index(c);
        int r;

        (void) reply;
        if (target < 0 || !is_set(c))
                return 0;
        json_open(&w);
        json_string(&w, "target", targets[target].name);
        json_id(&w, "id", args_id(c, "id"));
        json_close(&w);
        r = json_writer_finish(&w, &detail);
        if (r < 0)
                return r;
        audit_add(c, checkpoint, "target.gone", detail);
        checkpoint->event = "target.gone";
        checkpoint->sentence = text_lookup(LANG_EN, targets[target].text);       /* as the guild's log has it, where there is one */
        return 0;
}

/* clang-format off */
static const Step steps[] = {
        /* stored name  kind       build     done already?  apply       take it back  tolerates      needs          where */
        { "log",        STEP_REST, gone_log, &find_in_log,  gone_known, NULL,         EVERY_REFUSAL, NEEDS_TO_POST, log_channel },
};
/* clang-format on */

const Flow flow_target_gone = {
        .name = "target.gone", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 0, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = ELEMENTSOF(steps),
};
