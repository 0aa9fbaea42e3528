/* What the applicant presses and sends around Step 1. */

#include <errno.h>

#include "magikal/step1.h"
#include "magikal/text-clean.h"
#include "magikal/views.h"
#include "recruit.h"

/* First or once more: what the applicant may do, and which flow does it. */
static ApplicationAction action_of(const Job *job) {
        return recruit_of(job)->status == APPLICATION_DRAFT ? APPLICATION_STEP1 : APPLICATION_EDIT_STEP1;
}

static const Flow *flow_of(const Job *job) {
        return action_of(job) == APPLICATION_STEP1 ? &flow_recruit_step1 : &flow_recruit_edit_step1;
}

/* ---- the form ------------------------------------------------------------------------------------------------------------------------- */

/* A draft is newer than what the application says. */
static Step1Form former(const Job *job) {
        const RecruitFacts *recruit = job->facts->recruit;

        return recruit->step1_draft ? step1_form_read(recruit->step1_draft) : step1_form_of(&recruit->application);
}

static void reply_form_with(Job *job, const RecruitSettings *settings) {
        Step1Form form = former(job);
        Step1Values values = step1_form_values(&form);
        char *data = NULL;

        job_reply_view(job, CALLBACK_MODAL, view_step1_modal(job->lang, job->worker->role.keys, &job->facts->ticket, settings, &values, &data), &data);
}

/* Discord refuses a whole form for one emoji of a guild that we are not in, or that was deleted since. Applicants come before emoji. */
static void reply_plain_form(Job *job) {
        RecruitSettings settings = job->facts->recruit->settings;
        RecruitOption plain[RECRUIT_OPTIONS_MAX];

        settings.n_options = MIN(settings.n_options, ELEMENTSOF(plain));
        for (size_t i = 0; i < settings.n_options; i++) {
                plain[i] = settings.options[i];
                plain[i].emoji = NULL;
        }
        settings.options = plain;
        reply_form_with(job, &settings);
}

static void reply_form(Job *job) {
        const RecruitSettings *settings = &job->facts->recruit->settings;

        for (size_t i = 0; i < settings->n_options; i++)
                if (settings->options[i].emoji)
                        job->plainer = reply_plain_form;
        reply_form_with(job, settings);
}

void on_step1_press(Job *job) {
        if (!recruit_said_no(job, APPLICATION_STEP1, RECRUIT_APPLICANT))
                reply_form(job);
}

void on_step1_edit_press(Job *job) {
        if (!recruit_said_no(job, APPLICATION_EDIT_STEP1, RECRUIT_APPLICANT))
                reply_form(job);
}

void on_step1_fix_press(Job *job) {
        if (!recruit_said_no(job, action_of(job), RECRUIT_APPLICANT))
                reply_form(job);
}

static const char *chosen(const Job *job, const char *name) {
        const InteractionField *field = interaction_field(job->ix, name);

        return field && field->n_values > 0 ? field->values[0] : NULL;
}

static const char *typed(const Job *job, const char *name) {
        const InteractionField *field = interaction_field(job->ix, name);

        return field ? field->text : NULL;
}

void on_step1_form(Job *job) {
        Step1Form form = {
                .role = chosen(job, FIELD_ROLE), .area = chosen(job, FIELD_AREA), .zone = chosen(job, FIELD_ZONE),
                .handle = typed(job, FIELD_HANDLE), .notes = typed(job, FIELD_NOTES),
        };
        _json_writer_ JsonWriter w = {};
        Subject subject;

        if (recruit_said_no(job, action_of(job), RECRUIT_APPLICANT))
                return;
        subject = job_ticket_args_begin(job, &w);
        json_object(&w, "form");
        step1_form_write(&w, &form);
        json_close(&w);
        job_accept(job, flow_of(job), subject.text, job_args_end(&w));
}

/* ---- the time zone ----------------------------------------------------------------------------------------------------------------------- */

void on_zone_press(Job *job) {
        char *data = NULL;

        if (!recruit_said_no(job, action_of(job), RECRUIT_APPLICANT))
                job_reply_view(job, CALLBACK_MODAL, view_zone_modal(job->lang, job->worker->role.keys, &job->facts->ticket, NULL, &data), &data);
}

static void ask_again(Job *job, int refusal, const ZoneMatch *match) {
        _strbuf_ StrBuf words = {}, list = {};
        char *data = NULL;

        for (size_t i = 0; i < match->n_suggestions; i++)
                strbuf_appendf(&list, "%s`%s`", i > 0 ? ", " : "", match->suggestions[i].text);
        if (refusal == ZONE_UNKNOWN && match->n_suggestions > 0)
                text_put(&words, job->lang, TEXT_ZONE_SUGGESTIONS, TEXT_ARGS(ARG_OURS("value", strbuf_text(&list))));
        else
                text_put(&words, job->lang, timezone_refusal_text(refusal), TEXT_ARGS());
        job_reply_view(job, CALLBACK_MESSAGE,
                       words.error < 0 ? words.error :
                                         view_recruit_ask(job->lang, job->worker->role.keys, &job->facts->ticket, RECRUIT_ASK_ZONE, strbuf_text(&words), true, &data),
                       &data);
}

static void accept_zone(Job *job, const char *zone) {
        _json_writer_ JsonWriter w = {};
        Subject subject = job_ticket_args_begin(job, &w);

        json_string(&w, "zone", zone);
        job_accept(job, flow_of(job), subject.text, job_args_end(&w));
}

static void zone_looked_up(Job *job, const char *const *names, size_t n_names) {
        _free_ char *clean = NULL;
        ZoneMatch match = {};
        int r;

        if (!names) {
                job_say(job, TEXT_ZONE_NOT_THERE_YET, TEXT_ARGS());
                return;
        }
        r = text_clean_line(typed(job, FIELD_ZONE_TYPED), FIELD_ZONE_TYPED_MAX, &clean);
        if (r == 0)
                r = timezone_find(clean, names, n_names, &match);
        else if (r > 0)
                r = r == TEXT_CLEAN_BLANK ? ZONE_BLANK : ZONE_UNKNOWN;
        if (r < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
        else if (r > 0)
                ask_again(job, r, &match);
        else
                accept_zone(job, match.zone.text);
}

void on_zone_form(Job *job) {
        if (recruit_said_no(job, action_of(job), RECRUIT_APPLICANT))
                return;
        if (!typed(job, FIELD_ZONE_TYPED))
                job_say(job, TEXT_FORM_INVALID, TEXT_ARGS());
        else
                timezones_with(job, zone_looked_up);
}
