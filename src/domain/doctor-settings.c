/* What administrators have set, or have not: is it whole, is it still there, is there room? */

#include "doctor-check.h"

#include "magikal/limits.h"
#include "magikal/policy.h"

/* Below so many free places somebody should know: a day's worth of busy tickets. */
#define GUILD_ROOM_LOW 20

void check_guild(Examination *x) {
        if (x->guild->look == DOCTOR_UNSEEN)
                doctor_find(x, TEXT_ARGS(ARG_NUMBER("number", x->guild->status)));
}

/* ---- set or not ------------------------------------------------------------------------------------------------------------------------- */

static void find_half(Examination *x, TextId missing) {
        doctor_find_as(x, DOCTOR_WARNING, TEXT_DOCTOR_HALF_SET, TEXT_DOCTOR_HALF_SET_FIX, TEXT_ARGS());
        doctor_about(x, missing);
}

void check_set_up(Examination *x) {
        const GuildSettings *s = x->guild->settings;

        if (!s)
                return;
        if (!doctor_uses(x, TICKET_SUPPORT) && !doctor_uses(x, TICKET_RECRUITMENT)) {
                doctor_find(x, TEXT_ARGS());
                return;
        }
        if (s->support_panel.v && !s->support_category.v)
                find_half(x, TEXT_SETTING_SUPPORT_CATEGORY);
        if (!s->support_panel.v && s->support_category.v)
                find_half(x, TEXT_SETTING_SUPPORT_PANEL);
        if (s->recruitment_panel.v && !s->recruitment_category.v)
                find_half(x, TEXT_SETTING_RECRUITMENT_CATEGORY);
        if (!s->recruitment_panel.v && s->recruitment_category.v)
                find_half(x, TEXT_SETTING_RECRUITMENT_PANEL);
}

void check_log_unset(Examination *x) {
        const GuildSettings *s = x->guild->settings;

        if (s && !s->log_channel.v && (s->support_panel.v || s->recruitment_panel.v))
                doctor_find(x, TEXT_ARGS());
}

void check_ping_unset(Examination *x) {
        if (!x->guild->settings)
                return;
        if (doctor_uses(x, TICKET_SUPPORT) && !doctor_ping_role(x, TICKET_SUPPORT).v) {
                doctor_find(x, TEXT_ARGS());
                doctor_about(x, TEXT_SETTING_SUPPORT_ROLE);
        }
        if (doctor_uses(x, TICKET_RECRUITMENT) && !doctor_ping_role(x, TICKET_RECRUITMENT).v) {
                doctor_find_as(x, DOCTOR_WARNING, TEXT_DOCTOR_PING_UNSET_RECRUITMENT, TEXT_DOCTOR_PING_UNSET_FIX, TEXT_ARGS());
                doctor_about(x, TEXT_SETTING_RECRUITMENT_ROLE);
        }
}

void check_record_unset(Examination *x) {
        if (x->guild->settings && x->guild->recruit && doctor_uses(x, TICKET_RECRUITMENT) && !x->guild->recruit->record_channel.v)
                doctor_find(x, TEXT_ARGS());
}

void check_role_unset(Examination *x) {
        const RecruitSettings *r = x->guild->recruit;

        if (!x->guild->settings || !r || !doctor_uses(x, TICKET_RECRUITMENT))
                return;
        if (!r->member_role.v) {
                doctor_find(x, TEXT_ARGS());
                doctor_about(x, TEXT_SETTING_MEMBER_ROLE);
        }
        if (!r->affiliate_role.v) {
                doctor_find_as(x, DOCTOR_BROKEN, TEXT_DOCTOR_ROLE_UNSET_AFFILIATE, TEXT_DOCTOR_ROLE_UNSET_FIX, TEXT_ARGS());
                doctor_about(x, TEXT_SETTING_AFFILIATE_ROLE);
        }
}

void check_hides_nothing(Examination *x) {
        const RecruitSettings *r = x->guild->recruit;

        if (x->guild->settings && r && recruit_hides_nothing(r->access, r->member_role, r->affiliate_role, x->guild->settings->recruitment_role))
                doctor_find(x, TEXT_ARGS(ARG_ROLE("role", x->guild->settings->recruitment_role)));
}

/* ---- deleted in Discord ------------------------------------------------------------------------------------------------------------------ */

typedef struct Set {
        uint64_t id;
        bool is_role;
        DoctorSeverity severity;        /* of its loss */
        TextId setting, said, mended;
} Set;

static void look_for(Examination *x, const Set *set) {
        bool is_there = set->is_role ? doctor_role(x->guild, (RoleId) { set->id }) != NULL
                                     : doctor_channel(x->guild, (ChannelId) { set->id }) != NULL;

        if (set->id == 0 || is_there)
                return;
        doctor_find_as(x, set->severity, set->said, set->mended, TEXT_ARGS());
        doctor_about(x, set->setting);
}

#define SET(what, is_role, severity, name, mended) { what, is_role, severity, TEXT_SETTING_##name, TEXT_TARGET_##name, mended }

void check_target(Examination *x) {
        const GuildSettings *s = x->guild->settings;
        const RecruitSettings *r = x->guild->recruit;

        if (!doctor_knows_guild(x))
                return;
        /* clang-format off */
        const Set sets[] = {
                SET(s->support_panel.v,        false, DOCTOR_BROKEN,  SUPPORT_PANEL,        TEXT_DOCTOR_TARGET_FIX),
                SET(s->recruitment_panel.v,    false, DOCTOR_BROKEN,  RECRUITMENT_PANEL,    TEXT_DOCTOR_TARGET_FIX),
                SET(s->support_category.v,     false, DOCTOR_WARNING, SUPPORT_CATEGORY,     TEXT_DOCTOR_TARGET_FIX),
                SET(s->recruitment_category.v, false, DOCTOR_WARNING, RECRUITMENT_CATEGORY, TEXT_DOCTOR_TARGET_FIX),
                SET(s->log_channel.v,          false, DOCTOR_WARNING, LOG_CHANNEL,          TEXT_DOCTOR_TARGET_FIX),
                SET(r->record_channel.v,       false, DOCTOR_WARNING, RECORD_CHANNEL,       TEXT_DOCTOR_RECORD_UNSET_FIX),
                SET(s->support_role.v,         true,  DOCTOR_WARNING, SUPPORT_ROLE,         TEXT_DOCTOR_PING_UNSET_FIX),
                SET(s->recruitment_role.v,     true,  DOCTOR_WARNING, RECRUITMENT_ROLE,     TEXT_DOCTOR_PING_UNSET_FIX),
                SET(r->member_role.v,          true,  DOCTOR_BROKEN,  MEMBER_ROLE,          TEXT_DOCTOR_ROLE_UNSET_FIX),
                SET(r->affiliate_role.v,       true,  DOCTOR_BROKEN,  AFFILIATE_ROLE,       TEXT_DOCTOR_ROLE_UNSET_FIX),
        };
        /* clang-format on */

        for (size_t i = 0; i < ELEMENTSOF(sets); i++)
                look_for(x, &sets[i]);
        for (size_t i = 0; i < r->n_options; i++)
                if (r->options[i].ping_role.v && !doctor_role(x->guild, r->options[i].ping_role))
                        doctor_find_as(x, DOCTOR_WARNING, TEXT_TARGET_AREA_ROLE, TEXT_DOCTOR_AREA_FIX, TEXT_ARGS(ARG_WORDS("area", r->options[i].name)));
}

/* ---- room for channels ------------------------------------------------------------------------------------------------------------------- */

/* Tickets then go to another category beside it, so it is only worth a note. */
static void judge_category(Examination *x, ChannelId category) {
        size_t n = doctor_channels_in(x->guild, category);

        if (doctor_channel(x->guild, category) && n >= LIMIT_CATEGORY_CHANNELS)
                doctor_find(x, TEXT_ARGS(ARG_CHANNEL("channel", category), ARG_NUMBER("number", n), ARG_NUMBER("limit", LIMIT_CATEGORY_CHANNELS)));
}

void check_category_room(Examination *x) {
        const GuildSettings *s = x->guild->settings;

        if (!doctor_knows_guild(x))
                return;
        judge_category(x, s->support_category);
        if (s->recruitment_category.v != s->support_category.v)
                judge_category(x, s->recruitment_category);
}

void check_guild_room(Examination *x) {
        size_t n = doctor_channels_in(x->guild, (ChannelId) { 0 });
        const TextArg *args = TEXT_ARGS(ARG_NUMBER("number", n), ARG_NUMBER("limit", LIMIT_GUILD_CHANNELS));

        if (x->guild->look != DOCTOR_SEEN || n + GUILD_ROOM_LOW < LIMIT_GUILD_CHANNELS)
                return;
        if (n >= LIMIT_GUILD_CHANNELS)
                doctor_find(x, args);
        else
                doctor_find_as(x, DOCTOR_WARNING, TEXT_DOCTOR_GUILD_FILLING, TEXT_DOCTOR_GUILD_ROOM_FIX, args);
}

/* ---- panels ------------------------------------------------------------------------------------------------------------------------------- */

typedef void (*PanelCheck)(Examination *x, const DoctorPanel *panel, ChannelId channel, TextId setting);

static void each_panel(Examination *x, PanelCheck check) {
        const DoctorGuild *g = x->guild;

        if (!doctor_knows_guild(x))
                return;
        if (g->support_panel.look == DOCTOR_SEEN)
                check(x, &g->support_panel, g->settings->support_panel, TEXT_SETTING_SUPPORT_PANEL);
        if (g->recruitment_panel.look == DOCTOR_SEEN)
                check(x, &g->recruitment_panel, g->settings->recruitment_panel, TEXT_SETTING_RECRUITMENT_PANEL);
}

static void judge_panel(Examination *x, const DoctorPanel *panel, ChannelId channel, TextId setting) {
        if (panel->is_there && panel->can_be_pressed)
                return;
        doctor_find_as(x, DOCTOR_BROKEN, panel->is_there ? TEXT_DOCTOR_PANEL_DEAD : TEXT_DOCTOR_PANEL_GONE, TEXT_DOCTOR_PANEL_FIX,
                       TEXT_ARGS(ARG_CHANNEL("channel", channel)));
        doctor_about(x, setting);
}

void check_panel(Examination *x) {
        each_panel(x, judge_panel);
}

static void judge_panel_older(Examination *x, const DoctorPanel *panel, ChannelId channel, TextId setting) {
        if (panel->n_older == 0)
                return;
        doctor_find(x, TEXT_ARGS(ARG_CHANNEL("channel", channel), ARG_NUMBER("number", panel->n_older)));
        doctor_about(x, setting);
}

void check_panel_older(Examination *x) {
        each_panel(x, judge_panel_older);
}

/* ---- what applicants are asked ------------------------------------------------------------------------------------------------------------ */

void check_options(Examination *x) {
        const RecruitSettings *r = x->guild->recruit;

        if (r && (r->n_options == 0 || r->n_options > RECRUIT_OPTIONS_MAX))
                doctor_find(x, TEXT_ARGS(ARG_NUMBER("number", r->n_options), ARG_NUMBER("limit", RECRUIT_OPTIONS_MAX)));
}

/* Stored as it is, would it be taken today? The database counts characters, where Discord counts UTF-16 units. */
static bool is_taken(const QuestionList *list, size_t i) {
        const Question *q = &list->items[i];
        QuestionList copy = *list;
        int r = question_edit(&copy, (int) i + 1, &(QuestionChange) { .label = q->label, .placeholder = q->placeholder });

        return r <= 0 || r == QUESTION_UNCHANGED;
}

void check_questions(Examination *x) {
        const QuestionList *list = x->guild->recruit ? x->guild->recruit->questions : NULL;

        for (size_t i = 0; list && i < list->n; i++)
                if (!is_taken(list, i))
                        doctor_find(x, TEXT_ARGS(ARG_NUMBER("number", i + 1)));
}

/* ---- capabilities ------------------------------------------------------------------------------------------------------------------------- */

/* Who holds Manage Server may all of it, so this is only a note. */
void check_capability(Examination *x) {
        const DoctorGuild *g = x->guild;
        bool is_mapped = false;

        if (!doctor_knows_guild(x))
                return;
        for (size_t i = 0; i < g->n_capable; i++) {
                if (!doctor_role(g, g->capable[i].role))
                        doctor_find_as(x, DOCTOR_NOTE, TEXT_DOCTOR_CAPABILITY_GONE, TEXT_DOCTOR_CAPABILITY_GONE_FIX,
                                       TEXT_ARGS(ARG_ROLE("role", g->capable[i].role)));
                else if (g->capable[i].capabilities & CAPABILITY_RECRUITMENT)
                        is_mapped = true;
        }
        if (!is_mapped && doctor_uses(x, TICKET_RECRUITMENT))
                doctor_find(x, TEXT_ARGS());
}
