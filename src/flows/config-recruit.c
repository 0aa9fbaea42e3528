/*
 * What administrators set about recruitment: one flow, whatever the command. Subject: the guild, so that each change is made to what the one
 * before it has left. The arguments name the change; its row below knows the rest.
 *
 * A change says in its own step what it came to, because only there both the former and the new value are known.
 */

#include <errno.h>

#include "magikal/views-recruit.h"
#include "magikal/views.h"
#include "recruit.h"

/* What a change did: sentences for the administrator, and for the audit ids and words of ours. */
typedef struct Outcome {
        StrBuf said;            /* finished markdown */
        const char *why;        /* a refusal, for config_words(); NULL: done */
        bool has_new_panel;     /* the recruitment panel shows something else now */
} Outcome;

static void say_line(Outcome *o, TextId id, const TextArg *args) {
        if (o->said.n_bytes > 0)
                strbuf_append_char(&o->said, '\n');
        text_put(&o->said, id, args);
}

/* "**Setting**: before → after", or that it was like that already. */
static void say_change(Outcome *o, TextId setting, const TextArg *before, const TextArg *after) {
        _strbuf_ StrBuf from = {}, to = {};

        text_put_arg(&from, before);
        text_put_arg(&to, after);
        if (from.error < 0 || to.error < 0)
                o->said.error = -ENOMEM;
        else if (streq(strbuf_text(&from), strbuf_text(&to)))
                say_line(o, TEXT_SETTING_STAYS, TEXT_ARGS(ARG_OURS("setting", text_lookup(setting)), ARG_OURS("value", strbuf_text(&to))));
        else
                say_line(o, TEXT_SETTING_CHANGED,
                         TEXT_ARGS(ARG_OURS("setting", text_lookup(setting)), ARG_OURS("before", strbuf_text(&from)),
                                   ARG_OURS("after", strbuf_text(&to))));
}

static const RecruitSettings *settings_of(const StepContext *c) {
        return &c->facts->recruit->settings;
}

/* ---- record channel, access mode, nickname, organisation, roles ------------------------------------------------------------------------- */

static int set_record_channel(const StepContext *c, Batch *b, Outcome *o) {
        RecruitChange change = { .set_record_channel = true, .to.record_channel = { args_id(c, "channel") } };

        store_add_recruit_settings(b, c->guild, &change);
        say_change(o, TEXT_SETTING_RECORD_CHANNEL, &ARG_CHANNEL("channel", settings_of(c)->record_channel),
                   &ARG_CHANNEL("channel", change.to.record_channel));
        return 0;
}

static TextId access_text(AccessMode mode) {
        return mode == ACCESS_HIDE ? TEXT_ACCESS_HIDE : mode == ACCESS_READ_ONLY ? TEXT_ACCESS_READ_ONLY : TEXT_ACCESS_KEEP;
}

/* Whoever has the recruitment ping role sees every ticket, so hiding one from a member who gets that very role would hide nothing. */
static bool hides_nothing(const StepContext *c, AccessMode mode, RoleId member, RoleId affiliate) {
        RoleId ping = c->facts->settings.recruitment_role;

        return mode == ACCESS_HIDE && ping.v && (member.v == ping.v || affiliate.v == ping.v);
}

static int set_access(const StepContext *c, Batch *b, Outcome *o) {
        const RecruitSettings *before = settings_of(c);
        RecruitChange change = { .set_access = true };

        if (!args_text(c, "mode") || access_mode_from_string(args_text(c, "mode"), &change.to.access) < 0)
                return -EBADMSG;
        if (hides_nothing(c, change.to.access, before->member_role, before->affiliate_role)) {
                o->why = "hides_nothing";
                return 0;
        }
        store_add_recruit_settings(b, c->guild, &change);
        say_change(o, TEXT_SETTING_ACCESS, &ARG_OURS("value", text_lookup(access_text(before->access))),
                   &ARG_OURS("value", text_lookup(access_text(change.to.access))));
        return 0;
}

static const char *on_or_off(bool is_on) {
        return text_lookup(is_on ? TEXT_SETTING_ON : TEXT_SETTING_OFF);
}

static int set_nick_sync(const StepContext *c, Batch *b, Outcome *o) {
        RecruitChange change = { .set_nick_sync = true };

        if (json_get_bool(c->args, "enabled", &change.to.is_nick_sync) != 0)
                return -EBADMSG;
        store_add_recruit_settings(b, c->guild, &change);
        say_change(o, TEXT_SETTING_NICK_SYNC, &ARG_OURS("value", on_or_off(settings_of(c)->is_nick_sync)),
                   &ARG_OURS("value", on_or_off(change.to.is_nick_sync)));
        return 0;
}

static TextArg url_arg(const char *url) {
        return ARG_OURS("value", url ? url : text_lookup(TEXT_SETTING_NONE));
}

static int set_org(const StepContext *c, Batch *b, Outcome *o) {
        const RecruitSettings *before = settings_of(c);
        RecruitChange change = { .to = { .org_url = args_text(c, "url"), .image_url = args_text(c, "image_url") } };
        TextArg from = url_arg(before->org_url), to = url_arg(change.to.org_url);

        if (!change.to.org_url)
                return -EBADMSG;
        change.set_org_url = true;
        say_change(o, TEXT_SETTING_ORG_URL, &from, &to);
        if (change.to.image_url) {
                change.set_image_url = true;
                from = url_arg(before->image_url);
                to = url_arg(change.to.image_url);
                say_change(o, TEXT_SETTING_ORG_IMAGE, &from, &to);
        }
        store_add_recruit_settings(b, c->guild, &change);
        o->has_new_panel = true;
        return 0;
}

static int set_autoroles(const StepContext *c, Batch *b, Outcome *o) {
        const RecruitSettings *before = settings_of(c);
        RecruitChange change = { .to = { .member_role = before->member_role, .affiliate_role = before->affiliate_role } };

        if (args_id(c, "member")) {
                change.set_member_role = true;
                change.to.member_role = (RoleId) { args_id(c, "member") };
                say_change(o, TEXT_SETTING_MEMBER_ROLE, &ARG_ROLE("role", before->member_role), &ARG_ROLE("role", change.to.member_role));
        }
        if (args_id(c, "affiliate")) {
                change.set_affiliate_role = true;
                change.to.affiliate_role = (RoleId) { args_id(c, "affiliate") };
                say_change(o, TEXT_SETTING_AFFILIATE_ROLE, &ARG_ROLE("role", before->affiliate_role),
                           &ARG_ROLE("role", change.to.affiliate_role));
        }
        if (hides_nothing(c, before->access, change.to.member_role, change.to.affiliate_role))
                o->why = "hides_nothing";
        else
                store_add_recruit_settings(b, c->guild, &change);
        return 0;
}

/* ---- areas ------------------------------------------------------------------------------------------------------------------------------- */

static int option_add(const StepContext *c, Batch *b, Outcome *o) {
        RecruitOption option = { .name = args_text(c, "name"), .emoji = args_text(c, "emoji"), .ping_role = { args_id(c, "ping_role") } };

        if (!option.name)
                return -EBADMSG;
        store_add_option(b, c->guild, &option);
        say_line(o, TEXT_OPTION_ADDED, TEXT_ARGS(ARG_WORDS("name", option.name)));
        return 0;
}

static int option_remove(const StepContext *c, Batch *b, Outcome *o) {
        const char *name = args_text(c, "name");
        const RecruitOption *option;

        if (!name)
                return -EBADMSG;
        option = recruit_option_by_name(settings_of(c), name);
        store_add_option_remove(b, c->guild, name);
        say_line(o, TEXT_OPTION_REMOVED, TEXT_ARGS(ARG_WORDS("name", option ? option->name : name)));
        return 0;
}

/* ---- questions --------------------------------------------------------------------------------------------------------------------------- */

static int args_int(const StepContext *c, const char *key) {
        int64_t value;

        return json_get_i64(c->args, key, &value) == 0 && value >= 0 && value <= QUESTIONS_MAX ? (int) value : 0;
}

/* What of a question is to be set; *kind and *is_required are where the change points to. */
static int question_change(const StepContext *c, QuestionChange *ret, AnswerKind *kind, bool *is_required) {
        const char *type = args_text(c, "type");

        *ret = (QuestionChange) { .label = args_text(c, "label"), .placeholder = args_text(c, "placeholder") };
        if (type) {
                if (answer_kind_from_string(type, kind) < 0)
                        return -EBADMSG;
                ret->kind = kind;
        }
        if (json_get_bool(c->args, "required", is_required) == 0)
                ret->is_required = is_required;
        return 0;
}

static const char *label_of(const QuestionList *list, int number) {
        const Question *question = question_by_number(list, number);

        return question ? question->label : "";
}

typedef enum QuestionVerb { QUESTION_ADD, QUESTION_EDIT, QUESTION_MOVE, QUESTION_REMOVE, QUESTION_RESET } QuestionVerb;

static int questions_apply(const StepContext *c, QuestionVerb verb, QuestionList *list) {
        int number = args_int(c, "number");
        bool is_required = true;
        QuestionChange change;
        AnswerKind kind;
        int r;

        r = question_change(c, &change, &kind, &is_required);
        if (r < 0)
                return r;
        switch (verb) {
        case QUESTION_ADD:
                change.is_required = &is_required;
                return question_add(list, &change, args_int(c, "position"));
        case QUESTION_EDIT:
                return question_edit(list, number, &change);
        case QUESTION_MOVE:
                return question_move(list, number, args_int(c, "to"));
        case QUESTION_REMOVE:
                return question_remove(list, number);
        case QUESTION_RESET:
                question_reset(list);
                return 0;
        }
        return -EINVAL;
}

/* A refusal is a number; it has to get through the flow's one word. */
static const char *const question_whys[] = {
        [QUESTION_FULL] = "question_1",          [QUESTION_NO_SUCH] = "question_2",    [QUESTION_NO_PLACE] = "question_3",
        [QUESTION_LABEL_BLANK] = "question_4",   [QUESTION_LABEL_LONG] = "question_5", [QUESTION_LABEL_TAKEN] = "question_6",
        [QUESTION_PLACEHOLDER_LONG] = "question_7", [QUESTION_LAST] = "question_8",    [QUESTION_UNCHANGED] = "question_9",
};

static int questions_change(const StepContext *c, QuestionVerb verb, TextId done, Batch *b, Outcome *o) {
        const QuestionList *before = settings_of(c)->questions;
        QuestionList list = *before;
        int number = args_int(c, "number"), r;

        r = questions_apply(c, verb, &list);
        if (r > 0 && (size_t) r < ELEMENTSOF(question_whys)) {
                o->why = question_whys[r];
                return 0;
        }
        if (r != 0)
                return r < 0 ? r : -EINVAL;
        store_add_questions(b, c->guild, &list);
        say_line(o, done,
                 TEXT_ARGS(ARG_WORDS("name", verb == QUESTION_ADD ? args_text(c, "label") : label_of(before, number)),
                           ARG_NUMBER("number", verb == QUESTION_MOVE ? args_int(c, "to") : number)));
        return 0;
}

static int question_added(const StepContext *c, Batch *b, Outcome *o) {
        return questions_change(c, QUESTION_ADD, TEXT_QUESTION_ADDED, b, o);
}

static int question_edited(const StepContext *c, Batch *b, Outcome *o) {
        return questions_change(c, QUESTION_EDIT, TEXT_QUESTION_EDITED, b, o);
}

static int question_moved(const StepContext *c, Batch *b, Outcome *o) {
        return questions_change(c, QUESTION_MOVE, TEXT_QUESTION_MOVED, b, o);
}

static int question_removed(const StepContext *c, Batch *b, Outcome *o) {
        return questions_change(c, QUESTION_REMOVE, TEXT_QUESTION_REMOVED, b, o);
}

static int questions_reset(const StepContext *c, Batch *b, Outcome *o) {
        return questions_change(c, QUESTION_RESET, TEXT_QUESTIONS_RESET, b, o);
}

/* ---- capabilities -------------------------------------------------------------------------------------------------------------------------- */

static int capability_set(const StepContext *c, Batch *b, Outcome *o) {
        const char *name = args_text(c, "capability");
        unsigned capability = name ? capability_from_string(name) : 0;
        RoleId role = { args_id(c, "role") };

        if (capability == 0 || role.v == 0)
                return -EBADMSG;
        store_add_capability(b, c->guild, role, capability);
        say_line(o, TEXT_CAPABILITY_SET, TEXT_ARGS(ARG_ROLE("role", role), ARG_OURS("value", capability_to_string(capability))));
        return 0;
}

static int capability_cleared(const StepContext *c, Batch *b, Outcome *o) {
        const char *name = args_text(c, "capability");
        unsigned capability = name ? capability_from_string(name) : 0;
        RoleId role = { args_id(c, "role") };

        if (capability == 0)
                return -EBADMSG;
        store_add_capability_clear(b, c->guild, role, capability);
        say_line(o, role.v ? TEXT_CAPABILITY_CLEARED : TEXT_CAPABILITY_CLEARED_ALL,
                 TEXT_ARGS(ARG_ROLE("role", role), ARG_OURS("value", capability_to_string(capability))));
        return 0;
}

/* ---- the step -------------------------------------------------------------------------------------------------------------------------------- */

/* clang-format off */
static const struct {
        const char *name;               /* argument "change", and in the audit */
        int (*apply)(const StepContext *c, Batch *b, Outcome *outcome);
} changes[] = {
        { "record-channel",  set_record_channel },
        { "access-mode",     set_access         },
        { "nick-sync",       set_nick_sync      },
        { "org",             set_org            },
        { "autoroles",       set_autoroles      },
        { "option-add",      option_add         },
        { "option-remove",   option_remove      },
        { "question-add",    question_added     },
        { "question-edit",   question_edited    },
        { "question-move",   question_moved     },
        { "question-remove", question_removed   },
        { "questions-reset", questions_reset    },
        { "capability-set",  capability_set     },
        { "capability-clear", capability_cleared },
};
/* clang-format on */

/* {"said":"…","panel":…}: settings are nobody's secret, and so is what is said about them. */
static int keep_outcome(const StepContext *c, const char *change, Outcome *o, Checkpoint *checkpoint) {
        _json_writer_ JsonWriter w = {}, detail = {};
        _free_ char *audit = NULL;
        int r;

        json_open(&w);
        json_string(&w, "said", strbuf_text(&o->said));
        json_bool(&w, "panel", o->has_new_panel);
        json_close(&w);
        json_open(&detail);
        json_string(&detail, "change", change);
        json_close(&detail);
        if ((r = json_writer_finish(&w, &checkpoint->result)) < 0 || (r = json_writer_finish(&detail, &audit)) < 0)
                return r;
        audit_add(c, checkpoint, "settings.changed", audit);
        return 0;
}

static int config_save(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const char *name = args_text(c, "change");
        Outcome o = {};
        int r = -EBADMSG;

        (void) reply;
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
                r = keep_outcome(c, name, &o, checkpoint);
        strbuf_done(&o.said);
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
        r = view_recruit_panel(c->env->keys, c->guild, settings_of(c)->org_url, settings_of(c)->image_url, NULL, &body);
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

        if (!why) {
                said = json_text(json_get(c->results[0], "said"));
                return said ? view_notice(said, false, ret_body) : say(ret_body, TEXT_SETTING_UNCHANGED, TEXT_ARGS());
        }
        for (size_t i = 0; i < ELEMENTSOF(refusals); i++)
                if (streq(refusals[i].why, why))
                        return say(ret_body, refusals[i].text, TEXT_ARGS(ARG_NUMBER("limit", RECRUIT_OPTIONS_MAX)));
        for (size_t i = 1; i < ELEMENTSOF(question_whys); i++)
                if (streq(question_whys[i], why))
                        return say(ret_body, question_refusal_text((int) i), TEXT_ARGS(ARG_NUMBER("limit", question_refusal_limit((int) i))));
        return say_why(c, &flow_recruit_settings, why, TEXT_TROUBLE, ret_body);
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
