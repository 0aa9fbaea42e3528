/* Pages of answers, put together until all of them can be read. */

#include "magikal/qna.h"

#include <errno.h>
#include <stdio.h>

/* ---- the draft -------------------------------------------------------------------------------------------------------------------- */

typedef struct QnaKey { char text[3 * sizeof(int) + 1]; } QnaKey;

static QnaKey key_of(int question_id) {
        QnaKey key;

        (void) snprintf(key.text, sizeof(key.text), "%d", question_id);
        return key;
}

static const Json *entry_of(const Json *draft, int question_id) {
        QnaKey key = key_of(question_id);

        return json_get(draft, key.text);
}

const char *qna_typed(const Json *draft, int question_id) {
        return json_text(json_get(entry_of(draft, question_id), "typed"));
}

static uint64_t at_of(const Json *entry) {
        uint64_t at;

        return json_get_u64(entry, "at", &at) == 0 ? at : 0;
}

static void put_entry(JsonWriter *w, int question_id, const char *typed, uint64_t at) {
        QnaKey key = key_of(question_id);

        json_object(w, key.text);
        json_string(w, "typed", typed);
        json_id(w, "at", at);
        json_close(w);
}

int qna_merge(const QuestionList *questions, const Json *draft, const Json *fields, uint64_t at, Json **ret_draft) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        int r;

        json_open(&w);
        for (size_t i = 0; i < questions->n; i++) {
                int id = questions->items[i].id;
                const char *brought = json_text(entry_of(fields, id)), *typed = qna_typed(draft, id);
                uint64_t known_at = at_of(entry_of(draft, id));

                if (brought && (!typed || known_at <= at))
                        put_entry(&w, id, brought, at);
                else if (typed)
                        put_entry(&w, id, typed, known_at);
        }
        json_close(&w);
        r = json_writer_finish(&w, &text);
        return r < 0 ? r : json_parse(text, strlen(text), ret_draft);
}

/* ---- reading it ---------------------------------------------------------------------------------------------------------------------- */

/* 0 and an answer, NOT_GIVEN for an optional one that is blank, UNREADABLE and the problem, -ENOMEM. */
enum { NOT_GIVEN = 1, UNREADABLE = 2 };

static int read_answer(const Question *question, const Json *draft, Answer *ret_answer, AnswerProblem *ret_problem) {
        const char *typed = qna_typed(draft, question->id);
        int r;

        *ret_problem = (AnswerProblem) { .reason = ANSWER_BLANK };
        r = typed ? answer_read(question->kind, typed, ret_answer, ret_problem) : ANSWER_BLANK;
        if (r == 0)
                return 0;
        if (r == -ENOMEM)
                return r;
        if (r < 0)      /* no UTF-8: nothing that anybody could have read */
                ret_problem->reason = ANSWER_BLANK;
        return ret_problem->reason == ANSWER_BLANK && !question->is_required ? NOT_GIVEN : UNREADABLE;
}

/* 1: something on the page cannot be read. */
static int page_has_problems(const QuestionList *questions, const Json *draft, size_t page) {
        size_t n;
        const Question *items = question_page(questions, page, &n);

        for (size_t i = 0; i < n; i++) {
                _answer_ Answer answer = {};
                AnswerProblem problem;
                int r = read_answer(&items[i], draft, &answer, &problem);

                if (r < 0 || r == UNREADABLE)
                        return r < 0 ? r : 1;
        }
        return 0;
}

static bool page_is_filled_in(const QuestionList *questions, const Json *draft, size_t page) {
        size_t n;
        const Question *items = question_page(questions, page, &n);

        for (size_t i = 0; i < n; i++)
                if (!qna_typed(draft, items[i].id))
                        return false;
        return true;
}

int qna_next(const QuestionList *questions, const Json *draft, size_t page, QnaStep *ret_step, size_t *ret_page) {
        size_t n_pages = question_pages(questions), first = page < n_pages && page_is_filled_in(questions, draft, page) ? page : 0;
        int r;

        /* what was just sent is mended first; then come the pages that nobody has seen, in their order, beginning behind this one */
        for (size_t i = 0; i < n_pages; i++) {
                size_t at = (first + i) % n_pages;

                *ret_page = at;
                if (!page_is_filled_in(questions, draft, at)) {
                        *ret_step = QNA_CONTINUE;
                        return 0;
                }
                r = page_has_problems(questions, draft, at);
                if (r != 0) {
                        *ret_step = QNA_FIX;
                        return r < 0 ? r : 0;
                }
        }
        *ret_step = QNA_DONE;
        return 0;
}

void qna_append_problems(StrBuf *out, Lang lang, const QuestionList *questions, const Json *draft, size_t page) {
        size_t n, n_before = out->n_bytes;
        const Question *items = question_page(questions, page, &n);

        for (size_t i = 0; i < n; i++) {
                _strbuf_ StrBuf words = {};
                _answer_ Answer answer = {};
                AnswerProblem problem;

                if (read_answer(&items[i], draft, &answer, &problem) != UNREADABLE)
                        continue;
                answer_append_problem(&words, lang, &problem);
                if (words.error < 0)
                        out->error = words.error;
                if (out->n_bytes > n_before)
                        strbuf_append_char(out, '\n');
                text_put(out, lang, TEXT_QNA_PROBLEM, TEXT_ARGS(ARG_WORDS("name", items[i].label), ARG_OURS("value", strbuf_text(&words))));
        }
}

/* ---- the answers ------------------------------------------------------------------------------------------------------------------------ */

static int put_answer(JsonWriter *w, const Question *question, const Json *draft, const QnaClock *clock) {
        _answer_ Answer answer = {};
        AnswerProblem problem;
        int r = read_answer(question, draft, &answer, &problem);

        if (r < 0 || r == UNREADABLE)
                return r < 0 ? r : -EINVAL;
        json_open(w);
        json_i64(w, "id", question->id);
        json_string(w, "question", question->label);
        if (r == 0) {
                if (clock->name)
                        answer_add_uk(&answer, clock->name, clock->zone, clock->uk, clock->day);
                json_put_key(w, "answer");
                answer_write(w, &answer);
        }
        json_close(w);
        return 0;
}

int qna_answers(const QuestionList *questions, const Json *draft, const QnaClock *clock, char **ret_json) {
        _json_writer_ JsonWriter w = {};
        int r;

        json_open_array(&w);
        for (size_t i = 0; i < questions->n; i++) {
                r = put_answer(&w, &questions->items[i], draft, clock);
                if (r < 0)
                        return r;
        }
        json_close_array(&w);
        return json_writer_finish(&w, ret_json);
}
