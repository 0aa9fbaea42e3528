/* Who may what in Discord: we ourselves, everybody, and the roles that are called to tickets; and which role stands above which. */

#include "doctor-check.h"

/* Without one of these no ticket can be opened; the others only narrow what can be denied, named or called. */
#define ESSENTIAL (PERMISSION_TICKET | PERMISSION_MANAGE_CHANNELS | PERMISSION_MANAGE_ROLES)

/* ---- ourselves, in the whole guild ------------------------------------------------------------------------------------------------------ */

static void find_lack(Examination *x, DoctorSeverity severity, uint64_t lacks) {
        if (lacks)
                doctor_find_as(x, severity, TEXT_DOCTOR_BOT_PERMISSIONS, TEXT_DOCTOR_BOT_PERMISSIONS_FIX,
                               TEXT_ARGS(ARG_PERMISSIONS("permission", lacks), ARG_ROLE("bot_role", x->bot_role)));
}

void check_bot_permissions(Examination *x) {
        uint64_t lacks = PERMISSION_INVITE & ~permission_base(&x->bot);

        if (x->guild->look != DOCTOR_SEEN)
                return;
        find_lack(x, DOCTOR_BROKEN, lacks & ESSENTIAL);
        find_lack(x, DOCTOR_WARNING, lacks & ~ESSENTIAL);
}

void check_administrator(Examination *x) {
        if (x->guild->look == DOCTOR_SEEN && permission_base(&x->bot) == PERMISSION_ALL)
                doctor_find(x, TEXT_ARGS(ARG_ROLE("bot_role", x->bot_role)));
}

void check_nicknames(Examination *x) {
        if (doctor_knows_guild(x) && x->guild->recruit->is_nick_sync && !permission_has(permission_base(&x->bot), PERMISSION_MANAGE_NICKNAMES))
                doctor_find(x, TEXT_ARGS(ARG_PERMISSIONS("permission", PERMISSION_MANAGE_NICKNAMES), ARG_ROLE("bot_role", x->bot_role)));
}

/* ---- ourselves, in a channel ------------------------------------------------------------------------------------------------------------ */

static void judge_channel(Examination *x, ChannelId id, uint64_t needed) {
        const DoctorChannel *channel = doctor_channel(x->guild, id);
        uint64_t lacks = channel ? doctor_lacks(x, channel, needed) : 0;

        if (lacks)
                doctor_find(x, TEXT_ARGS(ARG_CHANNEL("channel", id), ARG_PERMISSIONS("permission", lacks), ARG_ROLE("bot_role", x->bot_role)));
}

void check_panel_permissions(Examination *x) {
        const GuildSettings *s = x->guild->settings;

        if (!doctor_knows_guild(x))
                return;
        judge_channel(x, s->support_panel, DOCTOR_POSTS);
        if (s->recruitment_panel.v != s->support_panel.v)
                judge_channel(x, s->recruitment_panel, DOCTOR_POSTS);
}

void check_category_permissions(Examination *x) {
        const GuildSettings *s = x->guild->settings;

        if (!doctor_knows_guild(x))
                return;
        judge_channel(x, s->support_category, PERMISSION_VIEW_CHANNEL | PERMISSION_MANAGE_CHANNELS);
        if (s->recruitment_category.v != s->support_category.v)
                judge_channel(x, s->recruitment_category, PERMISSION_VIEW_CHANNEL | PERMISSION_MANAGE_CHANNELS);
}

void check_log_permissions(Examination *x) {
        if (doctor_knows_guild(x))
                judge_channel(x, x->guild->settings->log_channel, DOCTOR_POSTS);
}

void check_record_permissions(Examination *x) {
        if (doctor_knows_guild(x))
                judge_channel(x, x->guild->recruit->record_channel, DOCTOR_POSTS);
}

/* ---- roles that an approval gives -------------------------------------------------------------------------------------------------------- */

static bool is_below_ours(const Examination *x, const DoctorRole *role) {
        for (size_t i = 0; i < x->bot.n_roles; i++) {
                const DoctorRole *ours = doctor_role(x->guild, x->bot.roles[i].id);

                if (ours && permission_role_is_above(ours->position, ours->id, role->position, role->id))
                        return true;
        }
        return false;
}

static void judge_order(Examination *x, const DoctorRole *role) {
        if (role && !role->is_managed && !is_below_ours(x, role))
                doctor_find(x, TEXT_ARGS(ARG_ROLE("role", role->id), ARG_ROLE("bot_role", x->bot_role)));
}

void check_role_order(Examination *x) {
        const RecruitSettings *r = x->guild->recruit;

        if (!doctor_knows_guild(x))
                return;
        judge_order(x, doctor_role(x->guild, r->member_role));
        if (r->affiliate_role.v != r->member_role.v)
                judge_order(x, doctor_role(x->guild, r->affiliate_role));
}

static void judge_managed(Examination *x, RoleId id, TextId setting) {
        const DoctorRole *role = doctor_role(x->guild, id);

        if (!role || !role->is_managed)
                return;
        doctor_find(x, TEXT_ARGS(ARG_ROLE("role", id)));
        doctor_about(x, setting);
}

void check_role_managed(Examination *x) {
        if (!doctor_knows_guild(x))
                return;
        judge_managed(x, x->guild->recruit->member_role, TEXT_SETTING_MEMBER_ROLE);
        judge_managed(x, x->guild->recruit->affiliate_role, TEXT_SETTING_AFFILIATE_ROLE);
}

/* ---- everybody ---------------------------------------------------------------------------------------------------------------------------- */

static bool everybody_sees(const Examination *x, const DoctorChannel *channel) {
        return doctor_rights(&x->everyone, channel) & PERMISSION_VIEW_CHANNEL;
}

static void judge_hidden(Examination *x, ChannelId id) {
        const DoctorChannel *channel = doctor_channel(x->guild, id);

        if (channel && !everybody_sees(x, channel))
                doctor_find(x, TEXT_ARGS(ARG_CHANNEL("channel", id)));
}

void check_panel_hidden(Examination *x) {
        const GuildSettings *s = x->guild->settings;

        if (!doctor_knows_guild(x))
                return;
        judge_hidden(x, s->support_panel);
        if (s->recruitment_panel.v != s->support_panel.v)
                judge_hidden(x, s->recruitment_panel);
}

static void judge_open(Examination *x, ChannelId id) {
        const DoctorChannel *channel = doctor_channel(x->guild, id);

        if (channel && everybody_sees(x, channel))
                doctor_find(x, TEXT_ARGS(ARG_CHANNEL("channel", id)));
}

void check_staff_channel(Examination *x) {
        if (!doctor_knows_guild(x))
                return;
        judge_open(x, x->guild->settings->log_channel);
        if (x->guild->recruit->record_channel.v != x->guild->settings->log_channel.v)
                judge_open(x, x->guild->recruit->record_channel);
}

/* ---- the roles that are called ------------------------------------------------------------------------------------------------------------ */

typedef void (*PingCheck)(Examination *x, const DoctorRole *role);

/* Each role that is called once, however many kinds of ticket it is called to. */
static void each_ping_role(Examination *x, PingCheck check) {
        RoleId support, recruitment;
        const DoctorRole *role;

        if (!doctor_knows_guild(x))
                return;
        support = doctor_ping_role(x, TICKET_SUPPORT);
        recruitment = doctor_ping_role(x, TICKET_RECRUITMENT);
        role = doctor_role(x->guild, support);
        if (role)
                check(x, role);
        role = recruitment.v != support.v ? doctor_role(x->guild, recruitment) : NULL;
        if (role)
                check(x, role);
}

static void judge_mention(Examination *x, const DoctorRole *role) {
        if (!role->is_mentionable && !permission_has(permission_base(&x->bot), PERMISSION_MENTION_EVERYONE))
                doctor_find(x, TEXT_ARGS(ARG_ROLE("role", role->id)));
}

void check_ping_mention(Examination *x) {
        each_ping_role(x, judge_mention);
}

/* A ticket's channel takes no rules from its category, so only what holds everywhere makes somebody staff there. */
static void judge_click(Examination *x, const DoctorRole *role) {
        if (!permission_has(doctor_role_base(x, role->id), PERMISSION_MANAGE_CHANNELS))
                doctor_find(x, TEXT_ARGS(ARG_ROLE("role", role->id), ARG_PERMISSIONS("permission", PERMISSION_MANAGE_CHANNELS)));
}

void check_staff_click(Examination *x) {
        each_ping_role(x, judge_click);
}
