/*
 * What administrators set about recruitment: one flow, whatever the command. Subject: the guild, so that each change is made to what the one
 * before it has left. The arguments name the change; its row below knows the rest.
 *
 * A change says in its own step what it came to, because only there both the former and the new value are known.
 */

#include <errno.h>

#include "config.h"
#include "magikal/views-recruit.h"
#include "magikal/views.h"
#include "recruit.h"

void config_say(ConfigOutcome *o, TextId id, const TextArg *args) {
        text_put_line(&o->said, o->lang, id, args);
}

void config_say_change(ConfigOutcome *o, TextId setting, const TextArg *before, const TextArg *after) {
        _strbuf_ StrBuf from = {}, to = {};

        text_put_arg(&from, o->lang, before);
        text_put_arg(&to, o->lang, after);
        if (from.error < 0 || to.error < 0)
                o->said.error = -ENOMEM;
        else if (streq(strbuf_text(&from), strbuf_text(&to)))
                config_say(o, TEXT_SETTING_STAYS,
                           TEXT_ARGS(ARG_OURS("setting", text_lookup(o->lang, setting)), ARG_OURS("value", strbuf_text(&to))));
        else
                config_say(o, TEXT_SETTING_CHANGED,
                           TEXT_ARGS(ARG_OURS("setting", text_lookup(o->lang, setting)), ARG_OURS("before", strbuf_text(&from)),
                                     ARG_OURS("after", strbuf_text(&to))));
}

static void audit_ids(ConfigOutcome *o, uint64_t before, uint64_t after) {
        json_id(&o->audit, "before", before);
        json_id(&o->audit, "after", after);
}

static void audit_texts(ConfigOutcome *o, const char *before, const char *after) {
        json_string(&o->audit, "before", before);
        json_string(&o->audit, "after", after);
}

void config_audit_count(ConfigOutcome *o, size_t before, size_t after) {
        json_i64(&o->audit, "before", (int64_t) before);
        json_i64(&o->audit, "after", (int64_t) after);
}

static const RecruitSettings *settings_of(const StepContext *c) {
        return &c->facts->recruit->settings;
}

/* ---- record channel, access mode, nickname, organisation, roles ------------------------------------------------------------------------- */

static int set_record_channel(const StepContext *c, Batch *b, ConfigOutcome *o) {
        RecruitChange change = { .set_record_channel = true, .to.record_channel = { args_id(c, "channel") } };
        ChannelId before = settings_of(c)->record_channel;

        store_add_recruit_settings(b, c->guild, &change);
        config_say_change(o, TEXT_SETTING_RECORD_CHANNEL, &ARG_CHANNEL("channel", before), &ARG_CHANNEL("channel", change.to.record_channel));
        if (before.v && before.v != change.to.record_channel.v)
                config_say(o, TEXT_RECORDS_STAY, TEXT_ARGS());
        audit_ids(o, before.v, change.to.record_channel.v);
        return 0;
}

static TextId access_text(AccessMode mode) {
        return mode == ACCESS_HIDE ? TEXT_ACCESS_HIDE : mode == ACCESS_READ_ONLY ? TEXT_ACCESS_READ_ONLY : TEXT_ACCESS_KEEP;
}

static int set_access(const StepContext *c, Batch *b, ConfigOutcome *o) {
        const RecruitSettings *before = settings_of(c);
        RecruitChange change = { .set_access = true };

        if (!args_text(c, "mode") || access_mode_from_string(args_text(c, "mode"), &change.to.access) < 0)
                return -EBADMSG;
        if (recruit_hides_nothing(change.to.access, before->member_role, before->affiliate_role, c->facts->settings.recruitment_role)) {
                o->why = "hides_nothing";
                return 0;
        }
        store_add_recruit_settings(b, c->guild, &change);
        config_say_change(o, TEXT_SETTING_ACCESS, &ARG_OURS("value", text_lookup(o->lang, access_text(before->access))),
                          &ARG_OURS("value", text_lookup(o->lang, access_text(change.to.access))));
        audit_texts(o, access_mode_to_string(before->access), access_mode_to_string(change.to.access));
        return 0;
}

static const char *on_or_off(Lang lang, bool is_on) {
        return text_lookup(lang, is_on ? TEXT_SETTING_ON : TEXT_SETTING_OFF);
}

static int set_nick_sync(const StepContext *c, Batch *b, ConfigOutcome *o) {
        RecruitChange change = { .set_nick_sync = true };

        if (json_get_bool(c->args, "enabled", &change.to.is_nick_sync) != 0)
                return -EBADMSG;
        store_add_recruit_settings(b, c->guild, &change);
        config_say_change(o, TEXT_SETTING_NICK_SYNC, &ARG_OURS("value", on_or_off(o->lang, settings_of(c)->is_nick_sync)),
                          &ARG_OURS("value", on_or_off(o->lang, change.to.is_nick_sync)));
        json_bool(&o->audit, "before", settings_of(c)->is_nick_sync);
        json_bool(&o->audit, "after", change.to.is_nick_sync);
        return 0;
}

/* "30 days", or that they stay */
static int days_text(Lang lang, int days, char **ret_text) {
        return days == 0 ? text_format(lang, TEXT_SETTING_FOR_EVER, NULL, ret_text)
                         : text_format(lang, TEXT_SETTING_DAYS, TEXT_ARGS(ARG_NUMBER("number", days)), ret_text);
}

static int set_keep_declined(const StepContext *c, Batch *b, ConfigOutcome *o) {
        _free_ char *from = NULL, *to = NULL;
        int before = settings_of(c)->keep_declined, r;
        RecruitChange change = { .set_keep_declined = true };
        int64_t days;

        if (json_get_i64(c->args, "days", &days) != 0 || days < 0 || days > RECRUIT_KEEP_DAYS_MAX)
                return -EBADMSG;
        change.to.keep_declined = (int) days;
        if ((r = days_text(o->lang, before, &from)) < 0 || (r = days_text(o->lang, (int) days, &to)) < 0)
                return r;
        store_add_recruit_settings(b, c->guild, &change);
        config_say_change(o, TEXT_SETTING_KEEP_DECLINED, &ARG_OURS("value", from), &ARG_OURS("value", to));
        config_audit_count(o, (size_t) before, (size_t) days);
        return 0;
}

static TextArg url_arg(Lang lang, const char *url) {
        return ARG_OURS("value", url ? url : text_lookup(lang, TEXT_SETTING_NONE));
}

static int set_org(const StepContext *c, Batch *b, ConfigOutcome *o) {
        const RecruitSettings *before = settings_of(c);
        RecruitChange change = { .to = { .org_url = args_text(c, "url"), .image_url = args_text(c, "image_url") } };
        TextArg from = url_arg(o->lang, before->org_url), to = url_arg(o->lang, change.to.org_url);

        if (!change.to.org_url)
                return -EBADMSG;
        change.set_org_url = true;
        config_say_change(o, TEXT_SETTING_ORG_URL, &from, &to);
        audit_texts(o, before->org_url, change.to.org_url);
        if (change.to.image_url) {
                change.set_image_url = true;
                from = url_arg(o->lang, before->image_url);
                to = url_arg(o->lang, change.to.image_url);
                config_say_change(o, TEXT_SETTING_ORG_IMAGE, &from, &to);
                json_object(&o->audit, "image");
                audit_texts(o, before->image_url, change.to.image_url);
                json_close(&o->audit);
        }
        store_add_recruit_settings(b, c->guild, &change);
        o->has_new_panel = true;
        return 0;
}

/* One of the two, if the command names it. */
static void set_autorole(const StepContext *c, ConfigOutcome *o, const char *name, TextId setting, bool *set, RoleId *role) {
        RoleId before = *role;

        if (!args_id(c, name))
                return;
        *set = true;
        *role = (RoleId) { args_id(c, name) };
        config_say_change(o, setting, &ARG_ROLE("role", before), &ARG_ROLE("role", *role));
        json_object(&o->audit, name);
        audit_ids(o, before.v, role->v);
        json_close(&o->audit);
}

static int set_autoroles(const StepContext *c, Batch *b, ConfigOutcome *o) {
        const RecruitSettings *before = settings_of(c);
        RecruitChange change = { .to = { .member_role = before->member_role, .affiliate_role = before->affiliate_role } };

        set_autorole(c, o, "member", TEXT_SETTING_MEMBER_ROLE, &change.set_member_role, &change.to.member_role);
        set_autorole(c, o, "affiliate", TEXT_SETTING_AFFILIATE_ROLE, &change.set_affiliate_role, &change.to.affiliate_role);
        if (recruit_hides_nothing(before->access, change.to.member_role, change.to.affiliate_role, c->facts->settings.recruitment_role))
                o->why = "hides_nothing";
        else
                store_add_recruit_settings(b, c->guild, &change);
        return 0;
}

/* ---- areas ------------------------------------------------------------------------------------------------------------------------------- */

static int option_add(const StepContext *c, Batch *b, ConfigOutcome *o) {
        RecruitOption option = { .name = args_text(c, "name"), .emoji = args_text(c, "emoji"), .ping_role = { args_id(c, "ping_role") } };

        if (!option.name)
                return -EBADMSG;
        store_add_option(b, c->guild, &option);
        config_say(o, option.ping_role.v ? TEXT_OPTION_ADDED_ROLE : TEXT_OPTION_ADDED,
                   TEXT_ARGS(ARG_WORDS("name", option.name), ARG_ROLE("role", option.ping_role)));
        config_audit_count(o, settings_of(c)->n_options, settings_of(c)->n_options + 1);
        return 0;
}

static int option_remove(const StepContext *c, Batch *b, ConfigOutcome *o) {
        const char *name = args_text(c, "name");
        const RecruitOption *option;

        if (!name)
                return -EBADMSG;
        option = recruit_option_by_name(settings_of(c), name);
        store_add_option_remove(b, c->guild, name);
        config_say(o, TEXT_OPTION_REMOVED, TEXT_ARGS(ARG_WORDS("name", option ? option->name : name)));
        config_audit_count(o, settings_of(c)->n_options, settings_of(c)->n_options - 1);
        return 0;
}

/* ---- capabilities -------------------------------------------------------------------------------------------------------------------------- */

static int capability_set(const StepContext *c, Batch *b, ConfigOutcome *o) {
        const char *name = args_text(c, "capability");
        unsigned capability = name ? capability_from_string(name) : 0;
        RoleId role = { args_id(c, "role") };

        if (capability == 0 || role.v == 0)
                return -EBADMSG;
        store_add_capability(b, c->guild, role, capability);
        json_string(&o->audit, "capability", name);
        json_id(&o->audit, "role", role.v);
        json_bool(&o->audit, "before", false);
        json_bool(&o->audit, "after", true);
        config_say(o, TEXT_CAPABILITY_SET, TEXT_ARGS(ARG_ROLE("role", role), ARG_OURS("value", capability_to_string(capability))));
        return 0;
}

static int capability_cleared(const StepContext *c, Batch *b, ConfigOutcome *o) {
        const char *name = args_text(c, "capability");
        unsigned capability = name ? capability_from_string(name) : 0;
        RoleId role = { args_id(c, "role") };

        if (capability == 0)
                return -EBADMSG;
        store_add_capability_clear(b, c->guild, role, capability);
        json_string(&o->audit, "capability", name);
        if (role.v)
                json_id(&o->audit, "role", role.v);
        json_bool(&o->audit, "before", true);
        json_bool(&o->audit, "after", false);
        config_say(o, role.v ? TEXT_CAPABILITY_CLEARED : TEXT_CAPABILITY_CLEARED_ALL,
                 TEXT_ARGS(ARG_ROLE("role", role), ARG_OURS("value", capability_to_string(capability))));
        return 0;
}

/* ---- the step -------------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
        const char *name;               /* argument "change", and in the audit */
        int (*apply)(const StepContext *c, Batch *b, ConfigOutcome *outcome);
} changes[] = {
        { "record-channel",  set_record_channel },
        { "access-mode",     set_access         },
        { "nick-sync",       set_nick_sync      },
        { "keep-declined",   set_keep_declined  },
        { "org",             set_org            },
        { "autoroles",       set_autoroles      },
        { "option-add",      option_add         },
        { "option-remove",   option_remove      },
        { "question-add",    config_question_add    },
        { "question-edit",   config_question_edit   },
        { "question-move",   config_question_move   },
        { "question-remove", config_question_remove },
        { "questions-reset", config_questions_reset },
        { "capability-set",  capability_set     },
        { "capability-clear", capability_cleared },
};
/* clang-format on */

/* {"said":"…","panel":…}: settings are nobody's secret, and so is what is said about them. */
static int keep_outcome(const StepContext *c, ConfigOutcome *o, Checkpoint *checkpoint) {
        _json_writer_ JsonWriter w = {};
        _free_ char *audit = NULL;
        int r;

        json_open(&w);
        json_string(&w, "said", strbuf_text(&o->said));
        json_bool(&w, "panel", o->has_new_panel);
        json_close(&w);
        json_close(&o->audit);
        if ((r = json_writer_finish(&w, &checkpoint->result)) < 0 || (r = json_writer_finish(&o->audit, &audit)) < 0)
                return r;
        audit_add(c, checkpoint, "settings.changed", audit);
        return 0;
}

static int config_save(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const char *name = args_text(c, "change");
        ConfigOutcome o = { .lang = person_lang(c) };
        int r = -EBADMSG;

        (void) reply;
        json_open(&o.audit);
        json_string(&o.audit, "change", name);
        for (size_t i = 0; name && i < ELEMENTSOF(changes); i++)
                if (streq(changes[i].name, name))
                        r = changes[i].apply(c, checkpoint->batch, &o);
        if (r == 0 && o.why) {
                checkpoint->why = o.why;
                r = STEP_TURN;
        }
        if (r == 0)
                r = o.said.error;
        if (r == 0)
                r = keep_outcome(c, &o, checkpoint);
        strbuf_done(&o.said);
        json_writer_done(&o.audit);
        return r;
}

/* The recruitment panel shows the organisation's page and picture. */
static int config_panel(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const GuildSettings *settings = &c->facts->settings;
        bool has_new_panel = false;
        char *body;
        int r;

        (void) reply;
        (void) json_get_bool(c->results[0], "panel", &has_new_panel);
        if (!has_new_panel || settings->recruitment_panel.v == 0 || settings->recruitment_panel_message.v == 0)
                return 0;
        r = view_recruit_panel(c->facts->settings.lang, c->env->keys, c->guild, settings_of(c)->org_url, settings_of(c)->image_url, NULL, &body);
        return r < 0 ? r : want_edit(c, checkpoint, settings->recruitment_panel, settings->recruitment_panel_message, body);
}

/* ---- what the administrator reads ------------------------------------------------------------------------------------------------------------ */

static int config_words(const StepContext *c, const char *why, char **ret_body) {
        static const struct {
                const char *why;
                TextId text;
        } refusals[] = {
                { "option_name", TEXT_OPTION_TAKEN },
                { "option_full", TEXT_OPTION_FULL },
                { "option_none", TEXT_OPTION_NONE },
                { "option_last", TEXT_OPTION_LAST },
                { "hides_nothing", TEXT_HIDES_NOTHING },
        };
        const char *said;
        int refusal;

        if (!why) {
                said = json_text(json_get(c->results[0], "said"));
                return said ? view_notice(person_lang(c), said, false, ret_body) : say(c, ret_body, TEXT_SETTING_UNCHANGED, TEXT_ARGS());
        }
        for (size_t i = 0; i < ELEMENTSOF(refusals); i++)
                if (streq(refusals[i].why, why))
                        return say(c, ret_body, refusals[i].text, TEXT_ARGS(ARG_NUMBER("limit", RECRUIT_OPTIONS_MAX)));
        refusal = config_question_refusal(why);
        if (refusal > 0)
                return say(c, ret_body, question_refusal_text(refusal), TEXT_ARGS(ARG_NUMBER("limit", question_refusal_limit(refusal))));
        return say_why(c, why, TEXT_TROUBLE, ret_body);
}

/* clang-format off */
static const Step steps[] = {
        /* stored name  kind     build  done already?  apply         take it back  tolerates */
        { "save",       STEP_DB, NULL,  NULL,          config_save,  NULL,         0 },
        { "panel",      STEP_DB, NULL,  NULL,          config_panel, NULL,         0 },
};
/* clang-format on */

const Flow flow_recruit_settings = {
        .name = "recruit.settings", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = 1, .words = config_words,
};
