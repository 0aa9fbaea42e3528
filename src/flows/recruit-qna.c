/*
 * The applicant sent a page of the questions. Subject: the ticket.
 *
 * Pages are kept in a draft until all of them are in and can be read; then the answers are stored at once. No direct call: the ticket's
 * message and the record are edited.
 */

#include <errno.h>

#include "magikal/qna.h"
#include "recruit.h"

enum { STEP_STORE, STEP_SHOW };

/* ---- store ---------------------------------------------------------------------------------------------------------------------------- */

static int64_t args_page(const StepContext *c) {
        int64_t page;

        return json_get_i64(c->args, "page", &page) == 0 && page >= 0 ? page : 0;
}

static QnaClock clock_of(const Facts *facts) {
        const RecruitFacts *recruit = facts->recruit;
        QnaClock clock = { .name = recruit->application.zone, .zone = &recruit->zone, .uk = &recruit->uk };

        if (!recruit->is_zone_known)
                clock.name = NULL;
        else
                clock.day = zone_day_at(&recruit->zone, facts->now / USEC_PER_SEC);
        return clock;
}

static int keep_draft(const StepContext *c, const Json *draft, Checkpoint *checkpoint) {
        _free_ char *text = NULL;
        int r = json_print(draft, &text);

        if (r < 0)
                return r;
        store_add_application_draft(checkpoint->batch, c->facts->ticket.id, FORM_QNA, text);
        return 0;
}

static int keep_answers(const StepContext *c, const Json *draft, Checkpoint *checkpoint) {
        const RecruitFacts *recruit = c->facts->recruit;
        QnaClock clock = clock_of(c->facts);
        _free_ char *answers = NULL;
        int r;

        r = qna_answers(recruit->settings.questions, draft, &clock, &answers);
        if (r < 0)
                return r;
        store_add_application_qna(checkpoint->batch, c->facts->ticket.id, answers);
        audit_add(c, checkpoint, "application.qna", NULL);
        return 0;
}

/* {"next":0|1|2,"page":…}: of QnaStep, for the words */
static int result_json(QnaStep step, size_t page, Checkpoint *checkpoint) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_i64(&w, "next", step);
        json_i64(&w, "page", (int64_t) page);
        json_close(&w);
        return json_writer_finish(&w, &checkpoint->result);
}

static int qna_store(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const RecruitFacts *recruit = c->facts->recruit;
        const Application *application = recruit_application(c);
        _json_ Json *draft = NULL;
        QnaStep step;
        size_t page;
        int r;

        (void) reply;
        if (!application || application_judge(application, APPLICATION_QNA) != 0) {
                checkpoint->why = application ? "application_qna_closed" : WHY_GONE;
                return STEP_TURN;
        }
        r = qna_merge(recruit->settings.questions, recruit->qna_draft, json_get(c->args, "fields"), args_id(c, "at"), &draft);
        if (r == 0)
                r = qna_next(recruit->settings.questions, draft, (size_t) args_page(c), &step, &page);
        if (r == 0)
                r = step == QNA_DONE ? keep_answers(c, draft, checkpoint) : keep_draft(c, draft, checkpoint);
        return r < 0 ? r : result_json(step, page, checkpoint);
}

/* What the store step came to. */
static QnaStep came_to(const StepContext *c, size_t *ret_page) {
        int64_t step = QNA_CONTINUE, page = 0;

        (void) json_get_i64(c->results[STEP_STORE], "next", &step);
        (void) json_get_i64(c->results[STEP_STORE], "page", &page);
        *ret_page = (size_t) page;
        return (QnaStep) step;
}

static int qna_show(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        size_t page;

        return came_to(c, &page) == QNA_DONE ? recruit_show(c, reply, checkpoint) : 0;
}

/* ---- what the applicant reads ----------------------------------------------------------------------------------------------------------- */

/* The questions may have changed since the draft was kept; then there is nothing wrong, and the page is just the next one. */
static int say_what_is_wrong(const StepContext *c, size_t page, char **ret_body) {
        const RecruitFacts *recruit = c->facts->recruit;
        _strbuf_ StrBuf words = {};

        qna_append_problems(&words, person_lang(c), recruit->settings.questions, recruit->qna_draft, page);
        if (words.error < 0)
                return words.error;
        if (words.n_bytes == 0)
                return view_qna_continue(person_lang(c), c->env->keys, &c->facts->ticket, recruit->settings.questions, page, false, ret_body);
        return view_qna_fix(person_lang(c), c->env->keys, &c->facts->ticket, page, strbuf_text(&words), false, ret_body);
}

static int qna_words(const StepContext *c, const char *why, char **ret_body) {
        size_t page;
        int r;

        if (why) {
                r = recruit_say_refused(c, why, APPLICATION_QNA, ret_body);
                if (r != 0)
                        return r < 0 ? r : 0;
                return say_why(c, why, TEXT_QNA_NOT_SAVED, ret_body);
        }
        if (!recruit_application(c))
                return say(c, ret_body, TEXT_APPLICATION_NONE, TEXT_ARGS());
        switch (came_to(c, &page)) {
        case QNA_FIX:
                r = say_what_is_wrong(c, page, ret_body);
                break;
        case QNA_CONTINUE:
                r = view_qna_continue(person_lang(c), c->env->keys, &c->facts->ticket, c->facts->recruit->settings.questions, page, false, ret_body);
                break;
        default:
                return say(c, ret_body, TEXT_QNA_DONE, TEXT_ARGS());
        }
        /* staff have shortened the list: there is no such page any more */
        return r == -EINVAL ? view_qna_continue(person_lang(c), c->env->keys, &c->facts->ticket, c->facts->recruit->settings.questions, 0, false, ret_body) : r;
}

/* clang-format off */
static const Step steps[] = {
        { .name = "store", .kind = STEP_DB, .apply = qna_store },
        RECRUIT_TAIL(qna_show),
};
/* clang-format on */

const Flow flow_recruit_qna = {
        .name = "recruit.qna", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_SHOW, .words = qna_words,
};
