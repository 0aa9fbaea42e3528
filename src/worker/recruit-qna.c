/* What the applicant presses and sends around the questions. */

#include <errno.h>
#include <stdio.h>

#include "magikal/cut.h"
#include "magikal/qna.h"
#include "magikal/views.h"
#include "recruit.h"

/* ---- the form ------------------------------------------------------------------------------------------------------------------------- */

/* What was answered before, as it could be typed; to free(). NULL: nothing. */
static char *typed_before(const Json *answers, int question_id) {
        JSON_FOREACH(item, answers) {
                _answer_ Answer answer = {};
                _strbuf_ StrBuf out = {};
                char *text = NULL;
                int64_t id;

                if (json_get_i64(item, "id", &id) != 0 || id != question_id || answer_from_json(json_get(item, "answer"), &answer) != 0)
                        continue;
                answer_append_typed(&out, &answer);
                return strbuf_finish(&out, &text) < 0 ? NULL : text;
        }
        return NULL;
}

/* Staff may have made another kind of question of it meanwhile: Discord refuses a form whose input begins with more than it takes. */
static bool fits(const Question *question, const char *typed) {
        size_t limit = answer_kind_limit(question->kind);

        return typed && (limit == 0 || utf16_length(typed) <= limit);
}

/* A press on the ticket's button opens the first page, one on "Continue" and its like the page that it names. */
static void reply_page(Job *job, size_t page) {
        const RecruitFacts *recruit = job->facts->recruit;
        char *kept[QUESTIONS_PER_PAGE] = {}, *data = NULL;
        const char *typed[QUESTIONS_PER_PAGE] = {};
        const Question *items;
        size_t n;
        int r;

        items = question_page(recruit->settings.questions, page, &n);
        for (size_t i = 0; i < n; i++) {
                typed[i] = qna_typed(recruit->qna_draft, items[i].id);
                if (!typed[i])
                        typed[i] = kept[i] = typed_before(recruit->answers, items[i].id);
        }
        for (size_t i = 0; i < n; i++)
                if (!fits(&items[i], typed[i]))
                        typed[i] = NULL;
        r = view_qna_modal(job->lang, job->worker->role.keys, &job->facts->ticket, recruit->settings.questions, page, typed, &data);
        for (size_t i = 0; i < n; i++)
                free(kept[i]);
        job_reply_view(job, CALLBACK_MODAL, r, &data);
}

void on_qna_press(Job *job) {
        size_t page = (size_t) job->custom_id.ids[1];

        if (recruit_said_no(job, APPLICATION_QNA, RECRUIT_APPLICANT))
                return;
        /* staff may have shortened the list since the button was made */
        reply_page(job, page < question_pages(job->facts->recruit->settings.questions) ? page : 0);
}

/* {"<id>":"<typed>"}: what the form has of the questions, a choice by its value; a choice that was not made is blank. */
static void put_fields(const Job *job, JsonWriter *w) {
        const QuestionList *questions = job->facts->recruit->settings.questions;

        json_object(w, "fields");
        for (size_t i = 0; i < questions->n; i++) {
                char name[sizeof(FIELD_ANSWER) + 3 * sizeof(int)], key[3 * sizeof(int) + 1];
                const InteractionField *field;

                (void) snprintf(name, sizeof(name), FIELD_ANSWER, questions->items[i].id);
                (void) snprintf(key, sizeof(key), "%d", questions->items[i].id);
                field = interaction_field(job->ix, name);
                if (field)
                        json_string(w, key, field->text ? field->text : field->n_values > 0 ? field->values[0] : "");
        }
        json_close(w);
}

void on_qna_form(Job *job) {
        _json_writer_ JsonWriter w = {};
        Subject subject;

        if (recruit_said_no(job, APPLICATION_QNA, RECRUIT_APPLICANT))
                return;
        subject = job_ticket_args_begin(job, &w);
        json_i64(&w, "page", (int64_t) MIN(job->custom_id.ids[1], (uint64_t) QUESTIONS_MAX));
        json_id(&w, "at", job->ix->id.v);
        put_fields(job, &w);
        job_accept(job, &flow_recruit_qna, subject.text, job_args_end(&w));
}

/* ---- all answers, for staff ------------------------------------------------------------------------------------------------------------ */

/* Pressed on the record it is a new sentence to one person; its own buttons turn the page in place. */
void on_answers_press(Job *job) {
        const Application *application = recruit_of(job);
        bool is_on_record = job->ix->message.v == application->record_message.v;
        size_t page = (size_t) MIN(job->custom_id.ids[1], (uint64_t) QUESTIONS_MAX * 10);
        _shown_ Shown shown = {};
        char *data = NULL;
        int r;

        if (application->id.v == 0 || application->status == APPLICATION_DRAFT) {
                job_say(job, TEXT_APPLICATION_NONE, TEXT_ARGS());
                return;
        }
        r = shown_of(job->facts, job->lang, &shown);
        if (r == 0)
                r = view_answers(job->worker->role.keys, &shown.application, page, is_on_record, &data);
        job_reply_view(job, is_on_record ? CALLBACK_MESSAGE : CALLBACK_UPDATE, r, &data);
}

/* ---- asking again ------------------------------------------------------------------------------------------------------------------------- */

void on_reopen_qna(Job *job) {
        _json_writer_ JsonWriter w = {};
        Subject subject;

        if (job->facts->ticket.kind != TICKET_RECRUITMENT || recruit_of(job)->id.v == 0) {
                job_say(job, TEXT_NOT_A_RECRUIT_TICKET, TEXT_ARGS());
                return;
        }
        if (recruit_said_no(job, APPLICATION_REOPEN_QNA, RECRUIT_STAFF))
                return;
        subject = job_ticket_args_begin(job, &w);
        job_accept(job, &flow_recruit_reopen_qna, subject.text, job_args_end(&w));
}
