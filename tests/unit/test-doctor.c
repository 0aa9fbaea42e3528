/*
 * The doctor's checks, each on a world that is well but for one thing. A check without a row here is a failure, like one that finds something
 * in a world that is well, or says more than one thing of what one row breaks.
 */

#include "magikal/doctor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "magikal/limits.h"
#include "magikal/policy.h"

enum { GUILD = 100, BOT = 200, OPENER = 300, SIDE = 301 };
enum { ROLE_BOT = 11, ROLE_STAFF, ROLE_MEMBER, ROLE_AFFILIATE, ROLE_OTHER };
enum { CATEGORY = 21, PANEL, CATEGORY_APPLY, APPLY, LOG, RECORDS, TICKET, FILLER };

enum { N_ROLES = 6, N_CHANNELS = 7, N_CHANNELS_MAX = LIMIT_GUILD_CHANNELS, N_OVERWRITES = 4 };

/* Everything that a world points to, so that a row may change it. */
typedef struct World {
        DoctorWorld w;
        GuildSettings settings;
        RecruitSettings recruit;
        RecruitOption options[RECRUIT_OPTIONS_MAX + 1];
        QuestionList questions;
        DoctorRole roles[N_ROLES];
        DoctorChannel channels[N_CHANNELS_MAX];
        Overwrite overwrites[N_CHANNELS][N_OVERWRITES];
        RoleId bot_roles[1];
        DoctorCapable capable[1];
        DoctorTicket tickets[1];
        DoctorFlow flows[1];
        DoctorEdit edits[1];
} World;

/* ---- a world that is well -------------------------------------------------------------------------------------------------------------- */

#define EVERYONE_MAY (PERMISSION_VIEW_CHANNEL | PERMISSION_SEND_MESSAGES | PERMISSION_READ_MESSAGE_HISTORY | PERMISSION_EMBED_LINKS | PERMISSION_ATTACH_FILES)

static void put_roles(World *world) {
        const DoctorRole roles[N_ROLES] = {
                { .id = { GUILD }, .permissions = EVERYONE_MAY },
                { .id = { ROLE_BOT }, .position = 5, .permissions = PERMISSION_INVITE, .is_managed = true },
                { .id = { ROLE_STAFF }, .position = 4, .permissions = PERMISSION_MANAGE_CHANNELS },
                { .id = { ROLE_MEMBER }, .position = 2 },
                { .id = { ROLE_AFFILIATE }, .position = 1 },
                { .id = { ROLE_OTHER }, .position = 3, .is_mentionable = true },
        };

        memcpy(world->roles, roles, sizeof(roles));
        world->bot_roles[0].v = ROLE_BOT;
}

static void put_channel(World *world, size_t i, uint64_t id, uint64_t parent, bool is_staffs) {
        Overwrite *o = world->overwrites[i];

        o[0] = (Overwrite) { .id = GUILD, .type = OVERWRITE_ROLE, .deny = is_staffs ? PERMISSION_VIEW_CHANNEL : 0 };
        o[1] = (Overwrite) { .id = ROLE_STAFF, .type = OVERWRITE_ROLE, .allow = PERMISSION_VIEW_CHANNEL };
        o[2] = (Overwrite) { .id = BOT, .type = OVERWRITE_MEMBER, .allow = PERMISSION_TICKET };
        o[3] = (Overwrite) { .id = OPENER, .type = OVERWRITE_MEMBER, .allow = id == TICKET ? PERMISSION_TICKET : 0 };
        world->channels[i] = (DoctorChannel) { .id = { id }, .parent = { parent }, .is_category = parent == 0, .overwrites = o, .n_overwrites = N_OVERWRITES };
}

static void put_ticket(World *world) {
        DoctorTicket *t = &world->tickets[0];

        t->ticket = (Ticket) { .id = { 7 }, .guild = { GUILD }, .guild_no = 1, .kind = TICKET_RECRUITMENT, .state = TICKET_OPEN, .opener_user = { OPENER },
                               .channel = { TICKET }, .message = { 71 } };
        t->application = (Application) { .id = { 8 }, .ticket = { 7 }, .status = APPLICATION_PENDING, .requested = REQUESTED_MEMBER, .is_qna_open = true };
        t->message_look = DOCTOR_SEEN;
        t->has_qna_button = true;
        world->channels[6].topic = "TID:7 REQ:member APP:8 TZ:- OPENER:300";
}

static World *world_new(void) {
        World *world = new0(World, 1);
        DoctorGuild *g;

        assert_non_null(world);
        g = &world->w.guild;
        put_roles(world);
        put_channel(world, 0, CATEGORY, 0, false);
        put_channel(world, 1, PANEL, CATEGORY, false);
        put_channel(world, 2, CATEGORY_APPLY, 0, false);
        put_channel(world, 3, APPLY, CATEGORY_APPLY, false);
        put_channel(world, 4, LOG, CATEGORY, true);
        put_channel(world, 5, RECORDS, CATEGORY, true);
        put_channel(world, 6, TICKET, CATEGORY_APPLY, true);
        put_ticket(world);
        question_reset(&world->questions, LANG_EN);
        world->options[0].name = "racing";
        world->capable[0] = (DoctorCapable) { { ROLE_STAFF }, CAPABILITY_RECRUITMENT };
        world->settings = (GuildSettings) { .guild = { GUILD }, .support_panel = { PANEL }, .support_category = { CATEGORY }, .recruitment_panel = { APPLY },
                                            .recruitment_category = { CATEGORY_APPLY }, .log_channel = { LOG }, .support_role = { ROLE_STAFF },
                                            .recruitment_role = { ROLE_STAFF }, .is_set_up = true };
        world->recruit = (RecruitSettings) { .record_channel = { RECORDS }, .member_role = { ROLE_MEMBER }, .affiliate_role = { ROLE_AFFILIATE },
                                             .options = world->options, .n_options = 1, .questions = &world->questions };

        world->w.application = (DoctorApplication) { .look = DOCTOR_SEEN, .status = 200, .wanted = { 1 }, .found = { 1 }, .has_members = true,
                                                     .has_content = true, .is_clock_known = true };
        world->w.daemon = (DoctorDaemon) { .look = DOCTOR_SEEN, .is_ready = true, .status = "ready" };
        world->w.database = (DoctorDatabase) { .look = DOCTOR_SEEN, .schema = 4, .schema_min = 4, .schema_max = 5, .are_commands_known = true,
                                               .are_commands_registered = true };
        world->w.rsi.look = DOCTOR_SEEN;
        *g = (DoctorGuild) { .guild = { GUILD }, .look = DOCTOR_SEEN, .bot = { BOT }, .bot_roles = world->bot_roles, .n_bot_roles = 1,
                             .roles = world->roles, .n_roles = N_ROLES, .channels = world->channels, .n_channels = N_CHANNELS,
                             .settings = &world->settings, .recruit = &world->recruit, .capable = world->capable, .n_capable = 1,
                             .tickets = world->tickets, .n_tickets = 1, .flows = world->flows, .edits = world->edits,
                             .support_panel = { DOCTOR_SEEN, true, true, 0 }, .recruitment_panel = { DOCTOR_SEEN, true, true, 0 } };
        return world;
}

/* ---- what can be wrong with it ---------------------------------------------------------------------------------------------------------- */

static DoctorRole *role(World *w, uint64_t id) {
        for (size_t i = 0; i < N_ROLES; i++)
                if (w->roles[i].id.v == id)
                        return &w->roles[i];
        fail();
        return NULL;
}

/* The overwrite of whom in the channel. */
static Overwrite *overwrite(World *w, uint64_t channel, uint64_t id) {
        for (size_t i = 0; i < N_CHANNELS; i++)
                for (size_t k = 0; k < N_OVERWRITES; k++)
                        if (w->channels[i].id.v == channel && w->overwrites[i][k].id == id)
                                return &w->overwrites[i][k];
        fail();
        return NULL;
}

static void deny(World *w, uint64_t channel, uint64_t id, uint64_t bits) {
        Overwrite *o = overwrite(w, channel, id);

        o->allow &= ~bits;
        o->deny |= bits;
}

static void fill(World *w, uint64_t category, size_t n) {
        while (n-- > 0)
                w->channels[w->w.guild.n_channels++] = (DoctorChannel) { .id = { FILLER + w->w.guild.n_channels }, .parent = { category } };
}

#define BREAK(name, ...) static void name(World *w) { __VA_ARGS__; }
BREAK(token_refused, w->w.application = ((DoctorApplication) { .look = DOCTOR_UNSEEN, .status = 401 }))
BREAK(token_unreadable, w->w.application.look = DOCTOR_NOT_LOOKED; w->w.files.token_why = "it is not there")
BREAK(discord_away, w->w.application = ((DoctorApplication) { .look = DOCTOR_UNSEEN, .status = 0 }))
BREAK(other_application, w->w.application.found.v = 2)
BREAK(interactions_url, w->w.application.has_interactions_url = true)
BREAK(no_members, w->w.application.has_members = false)
BREAK(no_content, w->w.application.has_content = false)
BREAK(no_keys, w->w.files.keys_why = "it is not there")
BREAK(no_daemon, w->w.daemon = ((DoctorDaemon) { .look = DOCTOR_UNSEEN }))
BREAK(daemon_not_ready, w->w.daemon.is_ready = false)
BREAK(no_database, w->w.database = ((DoctorDatabase) { .look = DOCTOR_UNSEEN }))
BREAK(database_refuses, w->w.database = ((DoctorDatabase) { .look = DOCTOR_UNSEEN, .why = "no such role" }))
BREAK(schema_old, w->w.database.schema = 3)
BREAK(schema_new, w->w.database.schema = 6)
BREAK(schema_wrong, w->w.database = ((DoctorDatabase) { .look = DOCTOR_UNSEEN, .is_schema_wrong = true, .why = "0002 was changed" }))
BREAK(out_of_time, w->w.is_incomplete = true)
BREAK(database_ahead, w->w.database.ahead_s = 11)
BREAK(database_behind, w->w.database.ahead_s = -3600)
BREAK(discord_ahead, w->w.application.ahead_s = 11)
BREAK(seal_broken, w->w.database.broken_seal = 9)
BREAK(unsealed, w->w.database.unsealed_s = 3 * 3600 + 1)
BREAK(other_commands, w->w.database.are_commands_registered = false)
BREAK(rsi_away, w->w.rsi.look = DOCTOR_UNSEEN; w->w.rsi.reason = "timeout")
BREAK(rsi_absent, w->w.rsi.is_absent = true)
BREAK(rsi_off, w->w.rsi = ((DoctorRsi) { .is_off = true }))
BREAK(rsi_untried, w->w.rsi = ((DoctorRsi) { .has_no_handle = true }))
BREAK(not_in_guild, w->w.guild.look = DOCTOR_UNSEEN; w->w.guild.status = 404)
BREAK(nothing_set, w->settings = ((GuildSettings) { .guild = { GUILD } }))
BREAK(no_category, w->settings.support_category.v = 0)
BREAK(no_panel, w->settings.recruitment_panel.v = 0)
BREAK(panel_deleted, w->settings.support_panel.v = 1)
BREAK(category_deleted, w->settings.recruitment_category.v = 1)
BREAK(records_deleted, w->recruit.record_channel.v = 1)
BREAK(ping_deleted, w->settings.support_role.v = 1)
BREAK(member_deleted, w->recruit.member_role.v = 1)
BREAK(area_deleted, w->options[0].ping_role.v = 1)
BREAK(no_log, w->settings.log_channel.v = 0)
BREAK(no_support_ping, w->settings.support_role.v = 0)
BREAK(no_recruitment_ping, w->settings.recruitment_role.v = 0)
BREAK(no_records, w->recruit.record_channel.v = 0)
BREAK(no_member, w->recruit.member_role.v = 0)
BREAK(no_affiliate, w->recruit.affiliate_role.v = 0)
BREAK(bot_lacks_roles, role(w, ROLE_BOT)->permissions &= ~PERMISSION_MANAGE_ROLES)
BREAK(bot_lacks_reactions, role(w, ROLE_BOT)->permissions &= ~PERMISSION_ADD_REACTIONS)
BREAK(bot_is_admin, role(w, ROLE_BOT)->permissions |= PERMISSION_ADMINISTRATOR)
BREAK(mute_in_panel, deny(w, PANEL, BOT, PERMISSION_EMBED_LINKS))
BREAK(no_channels_in_category, deny(w, CATEGORY, BOT, PERMISSION_MANAGE_CHANNELS))
BREAK(mute_in_log, deny(w, LOG, BOT, PERMISSION_SEND_MESSAGES))
BREAK(blind_in_records, deny(w, RECORDS, BOT, PERMISSION_VIEW_CHANNEL))
BREAK(member_above, role(w, ROLE_MEMBER)->position = 5; role(w, ROLE_MEMBER)->id.v = 10; w->recruit.member_role.v = 10)
BREAK(member_managed, role(w, ROLE_MEMBER)->is_managed = true)
BREAK(no_nicknames, w->recruit.is_nick_sync = true; role(w, ROLE_BOT)->permissions &= ~PERMISSION_MANAGE_NICKNAMES)
BREAK(category_full, fill(w, CATEGORY, 47))
BREAK(guild_filling, fill(w, 0, LIMIT_GUILD_CHANNELS - N_CHANNELS - 20))
BREAK(guild_full, fill(w, 0, LIMIT_GUILD_CHANNELS - N_CHANNELS))
BREAK(panel_gone, w->w.guild.support_panel.is_there = false)
BREAK(panel_dead, w->w.guild.recruitment_panel.can_be_pressed = false)
BREAK(panel_twice, w->w.guild.support_panel.n_older = 2)
BREAK(panel_hidden, deny(w, PANEL, GUILD, PERMISSION_VIEW_CHANNEL); overwrite(w, PANEL, BOT)->allow |= PERMISSION_VIEW_CHANNEL)
BREAK(log_open, overwrite(w, LOG, GUILD)->deny = 0)
BREAK(no_mention, role(w, ROLE_BOT)->permissions &= ~PERMISSION_MENTION_EVERYONE)
BREAK(staff_may_not, role(w, ROLE_STAFF)->permissions = 0)
BREAK(no_capability, w->w.guild.n_capable = 0)
BREAK(capable_deleted, w->capable[0].role.v = 1)
BREAK(no_areas, w->recruit.n_options = 0)
BREAK(too_many_areas, w->recruit.n_options = RECRUIT_OPTIONS_MAX + 1)
BREAK(question_long, memset(w->questions.items[0].label, 0x78, LIMIT_LABEL + 1))
BREAK(question_blank, strcpy(w->questions.items[2].label, " "))
BREAK(hides_nothing, w->recruit.access = ACCESS_HIDE; w->recruit.member_role.v = ROLE_STAFF)
BREAK(ticket_gone, w->tickets[0].ticket.channel.v = 1)
BREAK(opener_blind, *overwrite(w, TICKET, OPENER) = ((Overwrite) { .id = SIDE, .type = OVERWRITE_MEMBER }))
BREAK(opener_mute, deny(w, TICKET, OPENER, PERMISSION_SEND_MESSAGES))
BREAK(staff_blind, overwrite(w, TICKET, ROLE_STAFF)->allow = 0)
BREAK(mute_in_ticket, deny(w, TICKET, BOT, PERMISSION_SEND_MESSAGES))
BREAK(no_id, w->channels[6].topic = "hello")
BREAK(no_topic, w->channels[6].topic = NULL)
BREAK(no_wish, w->channels[6].topic = "TID:7 REQ:- APP:8 TZ:- OPENER:300")
BREAK(no_button, w->tickets[0].has_qna_button = false)
BREAK(no_message, w->tickets[0].has_qna_button = false; w->tickets[0].is_message_gone = true)
BREAK(not_asked, w->tickets[0].application.is_qna_open = false)
BREAK(flow_dead, w->flows[0] = ((DoctorFlow) { .id = { 5 }, .kind = "support.resolve", .is_dead = true }); w->w.guild.n_flows = 1)
BREAK(flow_forbidden, w->flows[0] = ((DoctorFlow) { .id = { 5 }, .kind = "support.resolve", .op = "log", .error = "forbidden" }); w->w.guild.n_flows = 1)
BREAK(flow_late, w->flows[0] = ((DoctorFlow) { .id = { 5 }, .kind = "support.resolve", .op = "log", .error = "later" }); w->w.guild.n_flows = 1)
BREAK(dm_late, w->flows[0] = ((DoctorFlow) { .id = { 5 }, .kind = "support.resolve", .op = "dm-open", .error = "later" }); w->w.guild.n_flows = 1)
BREAK(edit_blocked, w->edits[0] = ((DoctorEdit) { .channel = { LOG }, .is_blocked = true, .error = "50013" }); w->w.guild.n_edits = 1)
BREAK(edit_late, w->edits[0] = ((DoctorEdit) { .channel = { LOG }, .error = "500" }); w->w.guild.n_edits = 1)

/* clang-format off */
static const struct {
        void (*break_it)(World *world);
        DoctorCheckId check;
        DoctorSeverity severity;
        TextId said;
        const char *shows;              /* in the sentence or its remedy, in English; NULL: nothing in particular */
} rows[] = {
        { token_refused,           DOCTOR_CHECK_TOKEN,                DOCTOR_BROKEN,  TEXT_DOCTOR_TOKEN,                  "Reset Token" },
        { token_unreadable,        DOCTOR_CHECK_TOKEN,                DOCTOR_BROKEN,  TEXT_DOCTOR_TOKEN_WHY,              "it is not there" },
        { discord_away,            DOCTOR_CHECK_DISCORD,              DOCTOR_BROKEN,  TEXT_DOCTOR_DISCORD,                "status 0" },
        { other_application,       DOCTOR_CHECK_APPLICATION,          DOCTOR_BROKEN,  TEXT_DOCTOR_APPLICATION,            "application_id" },
        { interactions_url,        DOCTOR_CHECK_INTERACTIONS_URL,     DOCTOR_BROKEN,  TEXT_DOCTOR_INTERACTIONS_URL,       "General Information" },
        { no_members,              DOCTOR_CHECK_INTENT_MEMBERS,       DOCTOR_NOTE,    TEXT_DOCTOR_INTENT_MEMBERS,         "Server Members Intent" },
        { no_content,              DOCTOR_CHECK_INTENT_CONTENT,       DOCTOR_NOTE,    TEXT_DOCTOR_INTENT_CONTENT,         "!reopen_qna" },
        { no_keys,                 DOCTOR_CHECK_KEYS,                 DOCTOR_BROKEN,  TEXT_DOCTOR_KEYS,                   "it is not there" },
        { no_daemon,               DOCTOR_CHECK_DAEMON,               DOCTOR_BROKEN,  TEXT_DOCTOR_DAEMON,                 "systemctl start" },
        { daemon_not_ready,        DOCTOR_CHECK_DAEMON,               DOCTOR_BROKEN,  TEXT_DOCTOR_DAEMON_BUSY,            "ready" },
        { no_database,             DOCTOR_CHECK_DATABASE,             DOCTOR_BROKEN,  TEXT_DOCTOR_DATABASE,               "postgresql" },
        { database_refuses,        DOCTOR_CHECK_DATABASE,             DOCTOR_BROKEN,  TEXT_DOCTOR_DATABASE_WHY,           "no such role" },
        { schema_old,              DOCTOR_CHECK_SCHEMA,               DOCTOR_BROKEN,  TEXT_DOCTOR_SCHEMA,                 "version 3; this program needs 4" },
        { schema_new,              DOCTOR_CHECK_SCHEMA,               DOCTOR_BROKEN,  TEXT_DOCTOR_SCHEMA_NEW,             "5 at most" },
        { schema_wrong,            DOCTOR_CHECK_SCHEMA,               DOCTOR_BROKEN,  TEXT_DOCTOR_SCHEMA_WHY,             "0002 was changed" },
        { out_of_time,             DOCTOR_CHECK_COMPLETE,             DOCTOR_NOTE,    TEXT_DOCTOR_COMPLETE,               NULL },
        { database_ahead,          DOCTOR_CHECK_CLOCK_DATABASE,       DOCTOR_WARNING, TEXT_DOCTOR_CLOCK_DATABASE,         "11 s" },
        { database_behind,         DOCTOR_CHECK_CLOCK_DATABASE,       DOCTOR_WARNING, TEXT_DOCTOR_CLOCK_DATABASE,         "1 h" },
        { discord_ahead,           DOCTOR_CHECK_CLOCK_DISCORD,        DOCTOR_WARNING, TEXT_DOCTOR_CLOCK_DISCORD,          "timedatectl" },
        { seal_broken,             DOCTOR_CHECK_AUDIT,                DOCTOR_BROKEN,  TEXT_DOCTOR_AUDIT,                  "block 9" },
        { unsealed,                DOCTOR_CHECK_AUDIT,                DOCTOR_WARNING, TEXT_DOCTOR_AUDIT_LATE,             "3 h" },
        { other_commands,          DOCTOR_CHECK_COMMANDS,             DOCTOR_WARNING, TEXT_DOCTOR_COMMANDS,               "applications.commands" },
        { rsi_away,                DOCTOR_CHECK_RSI,                  DOCTOR_WARNING, TEXT_DOCTOR_RSI,                    "timeout" },
        { rsi_absent,              DOCTOR_CHECK_RSI,                  DOCTOR_WARNING, TEXT_DOCTOR_RSI_ABSENT,             "probe_handle" },
        { rsi_off,                 DOCTOR_CHECK_RSI,                  DOCTOR_NOTE,    TEXT_DOCTOR_RSI_OFF,                NULL },
        { rsi_untried,             DOCTOR_CHECK_RSI,                  DOCTOR_NOTE,    TEXT_DOCTOR_RSI_UNTRIED,            NULL },
        { not_in_guild,            DOCTOR_CHECK_GUILD,                DOCTOR_BROKEN,  TEXT_DOCTOR_GUILD,                  "status 404" },
        { nothing_set,             DOCTOR_CHECK_SET_UP,               DOCTOR_WARNING, TEXT_DOCTOR_SET_UP,                 "/tickets set-targets" },
        { no_category,             DOCTOR_CHECK_SET_UP,               DOCTOR_WARNING, TEXT_DOCTOR_HALF_SET,               "Support category" },
        { no_panel,                DOCTOR_CHECK_SET_UP,               DOCTOR_WARNING, TEXT_DOCTOR_HALF_SET,               "Recruitment panel" },
        { panel_deleted,           DOCTOR_CHECK_TARGET,               DOCTOR_BROKEN,  TEXT_TARGET_SUPPORT_PANEL,          "another one for *Support panel*" },
        { category_deleted,        DOCTOR_CHECK_TARGET,               DOCTOR_WARNING, TEXT_TARGET_RECRUITMENT_CATEGORY,   "/tickets set-targets" },
        { records_deleted,         DOCTOR_CHECK_TARGET,               DOCTOR_WARNING, TEXT_TARGET_RECORD_CHANNEL,         "/recruit-config set-log-channel" },
        { ping_deleted,            DOCTOR_CHECK_TARGET,               DOCTOR_WARNING, TEXT_TARGET_SUPPORT_ROLE,           "/tickets set-ping" },
        { member_deleted,          DOCTOR_CHECK_TARGET,               DOCTOR_BROKEN,  TEXT_TARGET_MEMBER_ROLE,            "/autoroles set" },
        { area_deleted,            DOCTOR_CHECK_TARGET,               DOCTOR_WARNING, TEXT_TARGET_AREA_ROLE,              "racing" },
        { no_log,                  DOCTOR_CHECK_LOG_UNSET,            DOCTOR_WARNING, TEXT_DOCTOR_LOG_UNSET,              NULL },
        { no_support_ping,         DOCTOR_CHECK_PING_UNSET,           DOCTOR_WARNING, TEXT_DOCTOR_PING_UNSET_SUPPORT,     "Support ping role" },
        { no_recruitment_ping,     DOCTOR_CHECK_PING_UNSET,           DOCTOR_WARNING, TEXT_DOCTOR_PING_UNSET_RECRUITMENT, "Recruitment ping role" },
        { no_records,              DOCTOR_CHECK_RECORD_UNSET,         DOCTOR_WARNING, TEXT_DOCTOR_RECORD_UNSET,           NULL },
        { no_member,               DOCTOR_CHECK_ROLE_UNSET,           DOCTOR_BROKEN,  TEXT_DOCTOR_ROLE_UNSET_MEMBER,      "Role of a Member" },
        { no_affiliate,            DOCTOR_CHECK_ROLE_UNSET,           DOCTOR_BROKEN,  TEXT_DOCTOR_ROLE_UNSET_AFFILIATE,   "Role of an Affiliate" },
        { bot_lacks_roles,         DOCTOR_CHECK_BOT_PERMISSIONS,      DOCTOR_BROKEN,  TEXT_DOCTOR_BOT_PERMISSIONS,        "I lack Manage Roles in" },
        { bot_lacks_reactions,     DOCTOR_CHECK_BOT_PERMISSIONS,      DOCTOR_WARNING, TEXT_DOCTOR_BOT_PERMISSIONS,        "<@&11> → Permissions → switch on Add Reactions" },
        { bot_is_admin,            DOCTOR_CHECK_ADMINISTRATOR,        DOCTOR_NOTE,    TEXT_DOCTOR_ADMINISTRATOR,          NULL },
        { mute_in_panel,           DOCTOR_CHECK_PANEL_PERMISSIONS,    DOCTOR_BROKEN,  TEXT_DOCTOR_CHANNEL_PERMISSIONS,    "I lack Embed Links in <#22>." },
        { no_channels_in_category, DOCTOR_CHECK_CATEGORY_PERMISSIONS, DOCTOR_BROKEN,  TEXT_DOCTOR_CATEGORY_PERMISSIONS,   "Manage Channels in the category <#21>" },
        { mute_in_log,             DOCTOR_CHECK_LOG_PERMISSIONS,      DOCTOR_WARNING, TEXT_DOCTOR_CHANNEL_PERMISSIONS,    "Send Messages, Embed Links" },
        { blind_in_records,        DOCTOR_CHECK_RECORD_PERMISSIONS,   DOCTOR_WARNING, TEXT_DOCTOR_CHANNEL_PERMISSIONS,    "View Channel" },
        { member_above,            DOCTOR_CHECK_ROLE_ORDER,           DOCTOR_BROKEN,  TEXT_DOCTOR_ROLE_ORDER,             "drag <@&11> above <@&10>" },
        { member_managed,          DOCTOR_CHECK_ROLE_MANAGED,         DOCTOR_BROKEN,  TEXT_DOCTOR_ROLE_MANAGED,           "Role of a Member" },
        { no_nicknames,            DOCTOR_CHECK_NICKNAMES,            DOCTOR_WARNING, TEXT_DOCTOR_NICKNAMES,              "Manage Nicknames" },
        { category_full,           DOCTOR_CHECK_CATEGORY_ROOM,        DOCTOR_NOTE,    TEXT_DOCTOR_CATEGORY_FULL,          "50 of 50" },
        { guild_filling,           DOCTOR_CHECK_GUILD_ROOM,           DOCTOR_WARNING, TEXT_DOCTOR_GUILD_FILLING,          "480 of 500" },
        { guild_full,              DOCTOR_CHECK_GUILD_ROOM,           DOCTOR_BROKEN,  TEXT_DOCTOR_GUILD_FULL,             "500 of 500" },
        { panel_gone,              DOCTOR_CHECK_PANEL,                DOCTOR_BROKEN,  TEXT_DOCTOR_PANEL_GONE,             "Support panel" },
        { panel_dead,              DOCTOR_CHECK_PANEL,                DOCTOR_BROKEN,  TEXT_DOCTOR_PANEL_DEAD,             "Recruitment panel" },
        { panel_twice,             DOCTOR_CHECK_PANEL_OLDER,          DOCTOR_NOTE,    TEXT_DOCTOR_PANEL_OLDER,            "<#22>: 2." },
        { panel_hidden,            DOCTOR_CHECK_PANEL_HIDDEN,         DOCTOR_WARNING, TEXT_DOCTOR_PANEL_HIDDEN,           "@everyone" },
        { log_open,                DOCTOR_CHECK_STAFF_CHANNEL,        DOCTOR_WARNING, TEXT_DOCTOR_STAFF_CHANNEL,          "Private Channel" },
        { no_mention,              DOCTOR_CHECK_PING_MENTION,         DOCTOR_WARNING, TEXT_DOCTOR_PING_MENTION,           "<@&12>" },
        { staff_may_not,           DOCTOR_CHECK_STAFF_CLICK,          DOCTOR_WARNING, TEXT_DOCTOR_STAFF_CLICK,            "it lacks Manage Channels" },
        { no_capability,           DOCTOR_CHECK_CAPABILITY,           DOCTOR_NOTE,    TEXT_DOCTOR_CAPABILITY,             NULL },
        { capable_deleted,         DOCTOR_CHECK_CAPABILITY,           DOCTOR_NOTE,    TEXT_DOCTOR_CAPABILITY_GONE,        "<@&1>" },
        { no_areas,                DOCTOR_CHECK_OPTIONS,              DOCTOR_BROKEN,  TEXT_DOCTOR_OPTIONS,                "There are 0" },
        { too_many_areas,          DOCTOR_CHECK_OPTIONS,              DOCTOR_BROKEN,  TEXT_DOCTOR_OPTIONS,                "There are 26" },
        { question_long,           DOCTOR_CHECK_QUESTIONS,            DOCTOR_BROKEN,  TEXT_DOCTOR_QUESTION,               "Question 1" },
        { question_blank,          DOCTOR_CHECK_QUESTIONS,            DOCTOR_BROKEN,  TEXT_DOCTOR_QUESTION,               "qa-edit number:3" },
        { hides_nothing,           DOCTOR_CHECK_HIDES_NOTHING,        DOCTOR_WARNING, TEXT_DOCTOR_HIDES_NOTHING,          "set-access-mode" },
        { ticket_gone,             DOCTOR_CHECK_TICKET_CHANNEL,       DOCTOR_WARNING, TEXT_DOCTOR_TICKET_CHANNEL,         "#1" },
        { opener_blind,            DOCTOR_CHECK_TICKET_OPENER,        DOCTOR_WARNING, TEXT_DOCTOR_TICKET_OPENER,          "<@300> opened ticket #1 and lacks View Channel" },
        { opener_mute,             DOCTOR_CHECK_TICKET_OPENER,        DOCTOR_WARNING, TEXT_DOCTOR_TICKET_OPENER,          "lacks Send Messages in <#27>" },
        { staff_blind,             DOCTOR_CHECK_TICKET_STAFF,         DOCTOR_WARNING, TEXT_DOCTOR_TICKET_STAFF,           "<@&12> does not see" },
        { mute_in_ticket,          DOCTOR_CHECK_TICKET_PERMISSIONS,   DOCTOR_BROKEN,  TEXT_DOCTOR_CHANNEL_PERMISSIONS,    "<#27>" },
        { no_id,                   DOCTOR_CHECK_TICKET_ID,            DOCTOR_WARNING, TEXT_DOCTOR_TICKET_ID,              "#1" },
        { no_topic,                DOCTOR_CHECK_TICKET_ID,            DOCTOR_WARNING, TEXT_DOCTOR_TICKET_ID,              NULL },
        { no_wish,                 DOCTOR_CHECK_REQUESTED_ROLE,       DOCTOR_WARNING, TEXT_DOCTOR_REQUESTED_MISSING,      NULL },
        { no_button,               DOCTOR_CHECK_QNA_BUTTON,           DOCTOR_WARNING, TEXT_DOCTOR_QNA_BUTTON,             "/tickets reopen-qna in <#27>" },
        { no_message,              DOCTOR_CHECK_QNA_BUTTON,           DOCTOR_WARNING, TEXT_DOCTOR_QNA_BUTTON,             NULL },
        { not_asked,               DOCTOR_CHECK_QNA_BUTTON,           DOCTOR_WARNING, TEXT_DOCTOR_QNA_BUTTON,             NULL },
        { flow_dead,               DOCTOR_CHECK_FLOW_DEAD,            DOCTOR_WARNING, TEXT_DOCTOR_FLOW_DEAD,              "requeue F-5" },
        { flow_forbidden,          DOCTOR_CHECK_FLOW_STUCK,           DOCTOR_WARNING, TEXT_DOCTOR_FLOW_FORBIDDEN,         "step log" },
        { flow_late,               DOCTOR_CHECK_FLOW_STUCK,           DOCTOR_WARNING, TEXT_DOCTOR_FLOW_LATE,              "later" },
        { dm_late,                 DOCTOR_CHECK_DM_STUCK,             DOCTOR_WARNING, TEXT_DOCTOR_DM_STUCK,               "F-5" },
        { edit_blocked,            DOCTOR_CHECK_EDIT_STUCK,           DOCTOR_WARNING, TEXT_DOCTOR_EDIT_BLOCKED,           "50013" },
        { edit_late,               DOCTOR_CHECK_EDIT_STUCK,           DOCTOR_WARNING, TEXT_DOCTOR_EDIT_LATE,              "500" },
};
/* clang-format on */

/* Where one thing that is wrong makes another one wrong. */
static bool goes_with(DoctorCheckId check, DoctorCheckId other) {
        static const DoctorCheckId pairs[][2] = {
                { DOCTOR_CHECK_PANEL_HIDDEN, DOCTOR_CHECK_PANEL_PERMISSIONS },
                { DOCTOR_CHECK_NICKNAMES, DOCTOR_CHECK_BOT_PERMISSIONS },
                { DOCTOR_CHECK_PING_MENTION, DOCTOR_CHECK_BOT_PERMISSIONS },
                { DOCTOR_CHECK_CAPABILITY, DOCTOR_CHECK_CAPABILITY },   /* nobody else has it */
        };

        for (size_t i = 0; i < ELEMENTSOF(pairs); i++)
                if (pairs[i][0] == check && pairs[i][1] == other)
                        return true;
        return false;
}

/* ---- the tests ------------------------------------------------------------------------------------------------------------------------------ */

static char *both_sentences(const DoctorFinding *f, Lang lang) {
        TextArg args[DOCTOR_ARGS_MAX + 2];
        _strbuf_ StrBuf out = {};
        char *text;

        doctor_finding_args(f, lang, args);
        text_put(&out, lang, f->said, args);
        text_put_line(&out, lang, f->mended, args);
        if (strbuf_finish(&out, &text) < 0)
                fail_msg("%s: a placeholder of %s or %s has no argument", doctor_check_name(f->check), text_id_to_string(f->said), text_id_to_string(f->mended));
        return text;
}

static void what_is_well_is_not_complained_about(void **state) {
        _free_ World *w = world_new();
        DoctorReport report;

        (void) state;
        assert_int_equal(doctor_examine(&w->w, DOCTOR_OF_INSTALLATION | DOCTOR_OF_GUILD, &report), 0);
        for (size_t i = 0; i < report.n; i++)
                print_error("%s\n", doctor_check_name(report.findings[i].check));
        assert_int_equal(report.n, 0);
        doctor_report_done(&report);
}

static void what_is_not_known_is_not_complained_about(void **state) {
        DoctorWorld nothing = {};
        DoctorReport report;

        (void) state;
        assert_int_equal(doctor_examine(&nothing, DOCTOR_OF_INSTALLATION | DOCTOR_OF_GUILD, &report), 0);
        assert_int_equal(report.n, 0);
        doctor_report_done(&report);
}

static void expect_row(size_t i) {
        _free_ World *w = world_new();
        const DoctorFinding *found = NULL;
        DoctorReport report;

        rows[i].break_it(w);
        assert_int_equal(doctor_examine(&w->w, DOCTOR_OF_INSTALLATION | DOCTOR_OF_GUILD, &report), 0);
        for (size_t k = 0; k < report.n; k++) {
                const DoctorFinding *f = &report.findings[k];

                if (f->check == rows[i].check && f->said == rows[i].said && !found)
                        found = f;
                else if (!goes_with(rows[i].check, f->check))
                        fail_msg("row %zu (%s): %s is found too", i, text_id_to_string(rows[i].said), doctor_check_name(f->check));
        }
        if (!found)
                fail_msg("row %zu: %s is not found", i, text_id_to_string(rows[i].said));
        assert_int_equal(found->severity, rows[i].severity);
        for (Lang lang = 0; lang < _LANG_MAX; lang++) {
                _free_ char *text = both_sentences(found, lang);

                if (lang == LANG_EN && rows[i].shows && !strstr(text, rows[i].shows))
                        fail_msg("row %zu: \"%s\" does not show \"%s\"", i, text, rows[i].shows);
        }
        doctor_report_done(&report);
}

static void each_thing_that_is_broken_is_found(void **state) {
        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                expect_row(i);
}

static void each_check_has_a_row(void **state) {
        (void) state;
        for (int check = 0; check < _DOCTOR_CHECK_MAX; check++) {
                bool has_row = false;

                for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                        has_row |= rows[i].check == (DoctorCheckId) check;
                if (!has_row)
                        fail_msg("%s has no row", doctor_check_name((DoctorCheckId) check));
                assert_non_null(doctor_check_tests((DoctorCheckId) check));
        }
}

static void the_worst_comes_first(void **state) {
        static const DoctorCheckId order[] = { DOCTOR_CHECK_INTERACTIONS_URL, DOCTOR_CHECK_PANEL, DOCTOR_CHECK_LOG_UNSET, DOCTOR_CHECK_STAFF_CLICK,
                                               DOCTOR_CHECK_INTENT_MEMBERS };
        _free_ World *w = world_new();
        DoctorReport report;

        (void) state;
        no_members(w);
        staff_may_not(w);
        panel_gone(w);
        no_log(w);
        interactions_url(w);
        assert_int_equal(doctor_examine(&w->w, DOCTOR_OF_INSTALLATION | DOCTOR_OF_GUILD, &report), 0);
        assert_int_equal(report.n, ELEMENTSOF(order));
        for (size_t i = 0; i < report.n; i++)
                assert_int_equal(report.findings[i].check, order[i]);
        assert_int_equal(report.n_of[DOCTOR_BROKEN], 2);
        assert_int_equal(report.n_of[DOCTOR_WARNING], 2);
        assert_int_equal(report.n_of[DOCTOR_NOTE], 1);
        doctor_report_done(&report);
        assert_int_equal(doctor_examine(&w->w, DOCTOR_OF_GUILD, &report), 0);
        assert_int_equal(report.n, 3);
        doctor_report_done(&report);
        assert_int_equal(doctor_n_checks(DOCTOR_OF_GUILD) + doctor_n_checks(DOCTOR_OF_INSTALLATION), _DOCTOR_CHECK_MAX);
}

/* An approval takes access away on purpose, and whoever has left needs none. */
static void what_was_meant_is_not_complained_about(void **state) {
        static const struct {
                ApplicationStatus status;
                AccessMode access;
                bool has_left;
                size_t n;
        } cases[] = {
                { APPLICATION_APPROVED, ACCESS_HIDE, false, 0 },
                { APPLICATION_APPROVED, ACCESS_READ_ONLY, false, 1 },   /* not even reading */
                { APPLICATION_APPROVED, ACCESS_KEEP, true, 0 },
                { APPLICATION_PENDING, ACCESS_KEEP, false, 1 },
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _free_ World *w = world_new();
                DoctorReport report;

                opener_blind(w);
                w->tickets[0].application.status = cases[i].status;
                w->tickets[0].application.access = cases[i].access;
                w->tickets[0].application.has_left = cases[i].has_left;
                assert_int_equal(doctor_examine(&w->w, DOCTOR_OF_GUILD, &report), 0);
                assert_int_equal(report.n, cases[i].n);
                doctor_report_done(&report);
        }
}

/* What the editor is about to write is not missing, and who takes no applications needs no RSI. */
static void what_comes_by_itself_is_not_complained_about(void **state) {
        _free_ World *w = world_new(), *support = world_new();
        DoctorReport report;

        (void) state;
        no_wish(w);
        no_button(w);
        w->tickets[0].is_topic_due = w->tickets[0].is_message_due = true;
        assert_int_equal(doctor_examine(&w->w, DOCTOR_OF_GUILD, &report), 0);
        assert_int_equal(report.n, 0);
        doctor_report_done(&report);

        rsi_untried(support);
        support->settings.recruitment_panel.v = support->settings.recruitment_category.v = 0;
        assert_int_equal(doctor_examine(&support->w, DOCTOR_OF_INSTALLATION, &report), 0);
        assert_int_equal(report.n, 0);
        doctor_report_done(&report);
}

/* What is the same channel or role is said once. */
static void one_thing_is_said_once(void **state) {
        _free_ World *w = world_new();
        DoctorReport report;

        (void) state;
        w->settings.recruitment_panel.v = PANEL;
        w->settings.recruitment_category.v = CATEGORY;
        mute_in_panel(w);
        category_full(w);
        staff_may_not(w);
        assert_int_equal(doctor_examine(&w->w, DOCTOR_OF_GUILD, &report), 0);
        assert_int_equal(report.n, 3);
        doctor_report_done(&report);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_is_well_is_not_complained_about),
                cmocka_unit_test(what_is_not_known_is_not_complained_about),
                cmocka_unit_test(each_thing_that_is_broken_is_found),
                cmocka_unit_test(each_check_has_a_row),
                cmocka_unit_test(the_worst_comes_first),
                cmocka_unit_test(what_was_meant_is_not_complained_about),
                cmocka_unit_test(what_comes_by_itself_is_not_complained_about),
                cmocka_unit_test(one_thing_is_said_once),
        };

        return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
