/*
 * The applicant sent Step 1, or its change, or typed the time zone that it still lacked. Subject: the ticket.
 *
 * A form cannot answer a form, so one that cannot be taken as it is becomes a draft, and the answer carries the button that opens it again,
 * filled. One direct call, the record's first posting; one more where the chosen area has a role to be called.
 */

#include <errno.h>

#include "magikal/step1.h"
#include "recruit.h"

enum { STEP_STORE, STEP_RSI_LOOK_UP };

/* ---- store ---------------------------------------------------------------------------------------------------------------------------- */

/* What was sent, put together from the form, the draft it mends, and the zone that was typed. Borrowed from args and facts. */
static Step1Form gather(const StepContext *c) {
        const RecruitFacts *recruit = c->facts->recruit;
        const Json *sent = json_get(c->args, "form");
        Step1Form draft = step1_form_read(recruit->step1_draft), known = step1_form_of(&recruit->application);
        /* a zone that comes after the rest is in changes only that */
        Step1Form form = sent ? step1_form_read(sent) : recruit->step1_draft ? draft : known;
        const char *zone = args_text(c, "zone");

        if (zone)
                form.zone = zone;
        step1_form_keep_zone(&form, &draft);
        step1_form_keep_zone(&form, &known);
        return form;
}

static int keep_draft(const StepContext *c, const Step1Form *form, Checkpoint *checkpoint) {
        _json_writer_ JsonWriter w = {};
        _free_ char *draft = NULL;
        int r;

        json_open(&w);
        step1_form_write(&w, form);
        json_close(&w);
        r = json_writer_finish(&w, &draft);
        if (r < 0)
                return r;
        store_add_application_draft(checkpoint->batch, c->facts->ticket.id, FORM_STEP1, draft);
        return 0;
}

/* An area has a role of its own that is not in the ticket yet. */
static bool must_call(const StepContext *c, const char *area) {
        const RecruitFacts *recruit = c->facts->recruit;
        const RecruitOption *option = recruit_option_by_name(&recruit->settings, area);

        return option && option->ping_role.v && option->ping_role.v != c->facts->settings.recruitment_role.v &&
               !streq_ptr(recruit->application.area, option->name);
}

/* {"stored":true,"call":…}: what the later steps cannot see any more. */
static int result_json(bool must_be_called, Checkpoint *checkpoint) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_bool(&w, "stored", true);
        json_bool(&w, "call", must_be_called);
        json_close(&w);
        return json_writer_finish(&w, &checkpoint->result);
}

/* The first of two submits of one form may have been in before: then it is a change. */
static ApplicationAction action_of(const Application *application) {
        return application->status == APPLICATION_DRAFT ? APPLICATION_STEP1 : APPLICATION_EDIT_STEP1;
}

static int step1_store(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const RecruitFacts *recruit = c->facts->recruit;
        const Application *application = recruit_application(c);
        _step1_checked_ Step1Checked checked = {};
        Step1Form form;
        int r;

        (void) reply;
        /* decided while this waited for its turn: a form to mend would only be refused later */
        if (!application || application_judge(application, action_of(application)) != 0) {
                checkpoint->why = application ? "application_decided" : WHY_GONE;
                return STEP_TURN;
        }
        form = gather(c);
        r = step1_check(&form, &recruit->settings, person_lang(c), &checked);
        if (r == STEP1_WRONG)
                return keep_draft(c, &form, checkpoint);
        if (r == 0)
                r = result_json(must_call(c, checked.area), checkpoint);
        if (r < 0)
                return r;
        store_add_application_step1(checkpoint->batch, c->facts->ticket.id, &(Step1) {
                .requested = checked.requested, .area = checked.area, .zone = checked.zone, .handle = checked.handle.text,
                .notes = checked.notes, .asks = recruit->settings.questions->n > 0,
        });
        audit_add(c, checkpoint, action_of(application) == APPLICATION_STEP1 ? "application.step1" : "application.step1_edited", NULL);
        return 0;
}

static bool has_result(const StepContext *c, const char *key) {
        bool is_so = false;

        (void) json_get_bool(c->results[STEP_STORE], key, &is_so);
        return is_so;
}

/* ---- what follows: nothing for a draft ------------------------------------------------------------------------------------------------- */

static int step1_show(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        return has_result(c, "stored") ? recruit_show_topic(c, reply, checkpoint) : 0;
}

static int area_call(const StepContext *c, StepRequest *ret) {
        const Application *application = recruit_application(c);
        const RecruitOption *option =
                application && application->area ? recruit_option_by_name(&c->facts->recruit->settings, application->area) : NULL;
        _shown_ Shown shown = {};
        char *body;
        int r;

        if (!has_result(c, "call") || !option || option->ping_role.v == 0)
                return STEP_SKIP;
        r = shown_of(c->facts, c->facts->settings.lang, &shown);
        if (r == 0)
                r = view_recruit_area_call(&shown.application, option->ping_role, c->marker, &body);
        return r < 0 ? r : message_create(c->facts->ticket.channel, body, ret);
}

/* ---- what the applicant reads ----------------------------------------------------------------------------------------------------------- */

/* The draft that was kept tells what is wrong with it, also to whoever takes over from a dead process. */
static int say_what_is_wrong(const StepContext *c, char **ret_body) {
        const RecruitFacts *recruit = c->facts->recruit;
        Step1Form form = step1_form_read(recruit->step1_draft);
        _step1_checked_ Step1Checked checked = {};
        const char *words;
        int r;

        r = step1_check(&form, &recruit->settings, person_lang(c), &checked);
        if (r < 0)
                return r;
        words = checked.problems.n_bytes > 0 ? strbuf_text(&checked.problems) : text_lookup(person_lang(c), checked.needs_zone ? TEXT_STEP1_ZONE_NEEDED : TEXT_TRY_AGAIN);
        return view_recruit_ask(person_lang(c), c->env->keys, &c->facts->ticket,
                                checked.problems.n_bytes == 0 && checked.needs_zone ? RECRUIT_ASK_ZONE : RECRUIT_ASK_STEP1, words, false,
                                ret_body);
}

static int step1_words(const StepContext *c, const char *why, char **ret_body) {
        ApplicationAction action = c->definition == &flow_recruit_edit_step1 ? APPLICATION_EDIT_STEP1 : APPLICATION_STEP1;
        const Application *application = recruit_application(c);
        int r;

        if (why) {
                r = recruit_say_refused(c, why, action, ret_body);
                if (r != 0)
                        return r < 0 ? r : 0;
                return say_why(c, why, TEXT_STEP1_NOT_SAVED, ret_body);
        }
        if (!application)
                return say(c, ret_body, TEXT_APPLICATION_NONE, TEXT_ARGS());
        if (!has_result(c, "stored"))
                return say_what_is_wrong(c, ret_body);
        if (action == APPLICATION_EDIT_STEP1)
                return say(c, ret_body, TEXT_STEP1_CHANGED, TEXT_ARGS());
        return say(c, ret_body, application->is_qna_open ? TEXT_STEP1_DONE_QNA : TEXT_STEP1_DONE,
                   TEXT_ARGS(ARG_OURS("button", guild_label(c, TEXT_RECRUIT_QNA_BUTTON))));
}

/* clang-format off */
static const Step steps[] = {
        { .name = "store", .kind = STEP_DB, .apply = step1_store },
        RECRUIT_RSI,
        RECRUIT_TAIL(step1_show),
        { .name = "area-call", .kind = STEP_REST, .build = area_call, .probe = &find_in_ticket,
          .tolerates = EVERY_REFUSAL, .needs = NEEDS_TO_POST },
};
/* clang-format on */

const Flow flow_recruit_step1 = {
        .name = "recruit.step1", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_RSI_LOOK_UP, .words = step1_words,
};

const Flow flow_recruit_edit_step1 = {
        .name = "recruit.edit-step1", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_RSI_LOOK_UP, .words = step1_words,
};
