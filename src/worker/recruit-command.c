/* /recruit-config, /roles, /autoroles, and what of /tickets is about recruitment. What only asks is answered at once. */

#include <errno.h>

#include "magikal/component.h"
#include "magikal/text-clean.h"
#include "magikal/url.h"
#include "magikal/views.h"
#include "recruit.h"

/* ---- accepting a change ----------------------------------------------------------------------------------------------------------------- */

static void change_begin(Job *job, const char *change, JsonWriter *w) {
        job_args_begin(job, w);
        json_string(w, "change", change);
}

static void change_accept(Job *job, JsonWriter *w) {
        job_accept_for_guild(job, &flow_recruit_settings, w);
}

static void put_id(Job *job, const char *name, JsonWriter *w) {
        const InteractionOption *option = interaction_option(job->ix, name);

        if (option)
                json_id(w, name, option->id);
}

static void put_text(Job *job, const char *name, JsonWriter *w) {
        const InteractionOption *option = interaction_option(job->ix, name);

        if (option && option->text)
                json_string(w, name, option->text);
}

static void put_integer(Job *job, const char *name, JsonWriter *w) {
        const InteractionOption *option = interaction_option(job->ix, name);

        if (option)
                json_i64(w, name, option->integer);
}

static void put_boolean(Job *job, const char *name, JsonWriter *w) {
        const InteractionOption *option = interaction_option(job->ix, name);

        if (option)
                json_bool(w, name, option->boolean);
}

/* An option's text in one line; false when the person has been answered instead. The option is required. */
static bool option_line(Job *job, const char *name, size_t n_max, char **ret_text) {
        const InteractionOption *option = interaction_option(job->ix, name);
        int r = option && option->text ? text_clean_line(option->text, n_max, ret_text) : TEXT_CLEAN_BLANK;

        if (r == 0)
                return true;
        if (r == TEXT_CLEAN_LONG)
                job_say(job, TEXT_FIELD_LONG, TEXT_ARGS(ARG_NUMBER("limit", n_max)));
        else
                job_say(job, r < 0 ? TEXT_TRY_AGAIN : TEXT_FIELD_BLANK, TEXT_ARGS());
        return false;
}

/* ---- settings --------------------------------------------------------------------------------------------------------------------------- */

void on_set_log_channel(Job *job) {
        _json_writer_ JsonWriter w = {};

        change_begin(job, "record-channel", &w);
        put_id(job, "channel", &w);
        change_accept(job, &w);
}

void on_set_access_mode(Job *job) {
        _json_writer_ JsonWriter w = {};

        change_begin(job, "access-mode", &w);
        put_text(job, "mode", &w);
        change_accept(job, &w);
}

void on_set_nick_sync(Job *job) {
        _json_writer_ JsonWriter w = {};

        change_begin(job, "nick-sync", &w);
        put_boolean(job, "enabled", &w);
        change_accept(job, &w);
}

void on_set_retention(Job *job) {
        _json_writer_ JsonWriter w = {};

        change_begin(job, "keep-declined", &w);
        put_integer(job, "days", &w);
        change_accept(job, &w);
}

/* It is a link for applicants, and names the organisation whose members are looked up. */
static bool is_org_page(const char *text) {
        char sid[RSI_SID_MAX + 1];
        Url url;

        return url_parse(text, &url) == 0 && url.is_secure && !url.is_websocket && rsi_sid_from_text(text, sid) == 0;
}

void on_set_org(Job *job) {
        const InteractionOption *url = interaction_option(job->ix, "url"), *image = interaction_option(job->ix, "image_url");
        _json_writer_ JsonWriter w = {};
        Url parsed;

        if (!url || !is_org_page(url->text)) {
                job_say(job, TEXT_ORG_URL_WRONG, TEXT_ARGS());
                return;
        }
        /* a host without a dot is no public one: Discord would refuse the panel for it */
        if (image && (url_parse(image->text, &parsed) < 0 || !parsed.is_secure || parsed.is_websocket || !strchr(parsed.host, '.'))) {
                job_say(job, TEXT_IMAGE_URL_WRONG, TEXT_ARGS());
                return;
        }
        change_begin(job, "org", &w);
        put_text(job, "url", &w);
        put_text(job, "image_url", &w);
        change_accept(job, &w);
}

/* @everyone has the guild's id; a role of an integration cannot be given by anybody (Discord reference, "Role Object": managed). */
static bool said_not_givable(Job *job, const char *name) {
        const InteractionOption *option = interaction_option(job->ix, name);
        const Resolved *role = option ? interaction_resolved(job->ix, RESOLVED_ROLE, option->id) : NULL;

        if (!option || (option->id != job->ix->guild.v && !(role && role->is_managed)))
                return false;
        job_say(job, TEXT_ROLE_NOT_GIVABLE, TEXT_ARGS(ARG_ROLE("role", (RoleId) { option->id })));
        return true;
}

void on_autoroles_set(Job *job) {
        _json_writer_ JsonWriter w = {};

        if (job->ix->n_options == 0) {
                job_say(job, TEXT_OPTION_NEEDED, TEXT_ARGS());
                return;
        }
        if (said_not_givable(job, "member") || said_not_givable(job, "affiliate"))
                return;
        change_begin(job, "autoroles", &w);
        put_id(job, "member", &w);
        put_id(job, "affiliate", &w);
        change_accept(job, &w);
}

/* ---- areas -------------------------------------------------------------------------------------------------------------------------------- */

void on_add_option(Job *job) {
        const InteractionOption *emoji = interaction_option(job->ix, "emoji"), *role = interaction_option(job->ix, "ping_role");
        _json_writer_ JsonWriter w = {};
        _free_ char *name = NULL;

        if (!option_line(job, "name", RECRUIT_OPTION_NAME_MAX, &name))
                return;
        if (emoji && !component_emoji_is_fine(emoji->text)) {
                job_say(job, TEXT_OPTION_EMOJI_WRONG, TEXT_ARGS());
                return;
        }
        if (role && role->id == job->ix->guild.v) {
                job_say(job, TEXT_PING_EVERYONE, TEXT_ARGS());
                return;
        }
        change_begin(job, "option-add", &w);
        json_string(&w, "name", name);
        put_text(job, "emoji", &w);
        put_id(job, "ping_role", &w);
        change_accept(job, &w);
}

void on_remove_option(Job *job) {
        _json_writer_ JsonWriter w = {};
        _free_ char *name = NULL;

        if (!option_line(job, "name", RECRUIT_OPTION_NAME_MAX, &name))
                return;
        change_begin(job, "option-remove", &w);
        json_string(&w, "name", name);
        change_accept(job, &w);
}

/* ---- questions ----------------------------------------------------------------------------------------------------------------------------- */

static void question_change(Job *job, const char *change) {
        _json_writer_ JsonWriter w = {};

        change_begin(job, change, &w);
        put_integer(job, "number", &w);
        put_integer(job, "to", &w);
        put_integer(job, "position", &w);
        put_text(job, "label", &w);
        put_text(job, "type", &w);
        put_boolean(job, "required", &w);
        put_text(job, "placeholder", &w);
        change_accept(job, &w);
}

void on_qa_add(Job *job) {
        question_change(job, "question-add");
}

void on_qa_edit(Job *job) {
        if (job->ix->n_options < 2)     /* the number alone changes nothing */
                job_say(job, TEXT_OPTION_NEEDED, TEXT_ARGS());
        else
                question_change(job, "question-edit");
}

void on_qa_move(Job *job) {
        question_change(job, "question-move");
}

void on_qa_remove(Job *job) {
        question_change(job, "question-remove");
}

void on_qa_reset(Job *job) {
        char *data = NULL;

        job_reply_view(job, CALLBACK_MESSAGE, view_ask_reset(job->lang, job->worker->role.keys, job->ix->guild, &data), &data);
}

void on_qa_reset_sure(Job *job) {
        question_change(job, "questions-reset");
}

/* ---- capabilities ------------------------------------------------------------------------------------------------------------------------- */

static bool is_held(const RoleCapabilities *roles, size_t n_roles, RoleId role, unsigned capability) {
        for (size_t i = 0; i < n_roles; i++)
                if ((role.v == 0 || roles[i].role.v == role.v) && (roles[i].capabilities & capability))
                        return true;
        return false;
}

/* What would change nothing is said to; in between another administrator may make it so, which does no harm. */
static void capabilities_compared(int outcome, const RoleCapabilities *roles, size_t n_roles, void *userdata) {
        Job *job = userdata;
        const InteractionOption *option = interaction_option(job->ix, "role");
        const char *name = interaction_option(job->ix, "capability")->text;
        RoleId role = { option ? option->id : 0 };
        bool is_set = job->command == COMMAND_ROLES_SET;
        _json_writer_ JsonWriter w = {};

        if (outcome != 0) {
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
                return;
        }
        if (is_held(roles, n_roles, role, capability_from_string(name)) == is_set) {
                job_say(job, is_set ? TEXT_CAPABILITY_HELD : role.v ? TEXT_CAPABILITY_NOT_HELD : TEXT_CAPABILITY_NOBODY_HAS,
                        TEXT_ARGS(ARG_ROLE("role", role), ARG_OURS("value", name)));
                return;
        }
        change_begin(job, is_set ? "capability-set" : "capability-clear", &w);
        put_text(job, "capability", &w);
        put_id(job, "role", &w);
        change_accept(job, &w);
}

static void compare_capabilities(Job *job) {
        if (store_role_capabilities(job->worker->store, job->ix->guild, capabilities_compared, job) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
}

/* Discord does not list @everyone, whose id is the guild's, among the roles of a member: it would have no effect. */
void on_roles_set(Job *job) {
        if (interaction_option(job->ix, "role")->id == job->ix->guild.v)
                job_say(job, TEXT_CAPABILITY_EVERYONE, TEXT_ARGS());
        else
                compare_capabilities(job);
}

void on_roles_clear(Job *job) {
        compare_capabilities(job);
}

static void capabilities_known(int outcome, const RoleCapabilities *roles, size_t n_roles, void *userdata) {
        _free_ CapableRole *list = NULL;
        Job *job = userdata;
        char *data = NULL;
        int r = outcome == 0 ? 0 : -EAGAIN;

        if (r == 0 && n_roles > 0) {
                list = new0(CapableRole, n_roles);
                if (!list)
                        r = -ENOMEM;
        }
        for (size_t i = 0; list && i < n_roles; i++)
                list[i] = (CapableRole) { roles[i].role, roles[i].capabilities };
        if (r == 0)
                r = view_capabilities(job->lang, list, n_roles, &data);
        job_reply_view(job, CALLBACK_MESSAGE, r, &data);
}

void on_roles_show(Job *job) {
        if (store_role_capabilities(job->worker->store, job->ix->guild, capabilities_known, job) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
}

/* ---- lists ---------------------------------------------------------------------------------------------------------------------------------- */

static void reply_settings(Job *job, int (*view)(Lang lang, const RecruitSettings *settings, char **ret_data)) {
        char *data = NULL;

        job_reply_view(job, CALLBACK_MESSAGE, view(job->lang, &job->facts->recruit->settings, &data), &data);
}

void on_list_options(Job *job) {
        reply_settings(job, view_options);
}

void on_show_org(Job *job) {
        reply_settings(job, view_org);
}

void on_autoroles_show(Job *job) {
        reply_settings(job, view_autoroles);
}

void on_qa_list(Job *job) {
        char *data = NULL;

        job_reply_view(job, CALLBACK_MESSAGE, view_questions(job->lang, job->facts->recruit->settings.questions, &data), &data);
}

/* ---- removing a member ------------------------------------------------------------------------------------------------------------------------ */

static void applicant_known(int outcome, const Facts *facts, void *userdata) {
        Job *job = userdata;
        UserId member = { interaction_option(job->ix, "member")->id };
        _json_writer_ JsonWriter w = {};
        _free_ char *reason = NULL;
        Subject subject;

        if (outcome != 0 || facts_copy(facts, &job->facts) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
        else if (application_judge(recruit_of(job), APPLICATION_REMOVE) == APPLICATION_IS_REMOVED)
                recruit_say_verdict(job, APPLICATION_IS_REMOVED);
        else if (application_judge(recruit_of(job), APPLICATION_REMOVE) != 0)
                job_say(job, TEXT_REMOVE_NOBODY, TEXT_ARGS(ARG_USER("opener", member)));
        else if (option_line(job, "reason", FIELD_REASON_MAX, &reason)) {
                subject = job_ticket_args_begin(job, &w);
                json_string(&w, "reason", reason);
                job_accept(job, &flow_recruit_remove, subject.text, job_args_end(&w));
        }
}

void on_remove_member(Job *job) {
        UserId member = { interaction_option(job->ix, "member")->id };

        if (store_recruit_of_applicant(job->worker->store, job->ix->guild, member, applicant_known, job) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
}

/* ---- completing what is typed ---------------------------------------------------------------------------------------------------------------- */

#define CHOICES_MAX LIMIT_COMMAND_CHOICES

static bool contains(const char *text, const char *part) {
        return part[0] == '\0' || strcasestr(text, part) != NULL;
}

static const char *typed_so_far(const Job *job) {
        const InteractionOption *focused = interaction_focused(job->ix);

        return focused && focused->text ? focused->text : "";
}

static void choices_end(Job *job, JsonWriter *w) {
        char *data = NULL;
        int r;

        json_close_array(w);
        json_close(w);
        r = json_writer_finish(w, &data);
        job_reply_view(job, CALLBACK_CHOICES, r, &data);
}

static void choices_begin(JsonWriter *w) {
        json_open(w);
        json_array(w, "choices");
}

void suggest_options(Job *job) {
        const RecruitSettings *settings = &job->facts->recruit->settings;
        _json_writer_ JsonWriter w = {};
        size_t n = 0;

        choices_begin(&w);
        for (size_t i = 0; i < settings->n_options && n < CHOICES_MAX; i++)
                if (contains(settings->options[i].name, typed_so_far(job))) {
                        json_open(&w);
                        json_string(&w, "name", settings->options[i].name);
                        json_string(&w, "value", settings->options[i].name);
                        json_close(&w);
                        n++;
                }
        choices_end(job, &w);
}

void suggest_questions(Job *job) {
        const QuestionList *list = job->facts->recruit->settings.questions;
        _json_writer_ JsonWriter w = {};
        size_t n = 0;

        choices_begin(&w);
        for (size_t i = 0; i < list->n && n < CHOICES_MAX; i++) {
                _strbuf_ StrBuf name = {};

                strbuf_appendf(&name, "%zu. %s", i + 1, list->items[i].label);
                if (!contains(strbuf_text(&name), typed_so_far(job)))
                        continue;
                json_open(&w);
                json_string(&w, "name", strbuf_text(&name));
                json_i64(&w, "value", (int64_t) i + 1);
                json_close(&w);
                n++;
        }
        choices_end(job, &w);
}
