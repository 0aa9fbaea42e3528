/*
 * Answers while they are typed: whatever a draft and a form hold, the draft after them keeps its rules, a later form is never overtaken by an
 * earlier one, and what is done can be stored and read again.
 */

#include "magikal/qna.h"

#include <errno.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

/* Answers as the views will read them. */
static void can_be_read_again(const char *text) {
        _json_ Json *json = NULL;

        must(json_parse(text, strlen(text), &json) == 0);
        JSON_FOREACH(item, json) {
                _answer_ Answer answer = {};
                const Json *stored = json_get(item, "answer");

                must(json_text(json_get(item, "question")) != NULL);
                must(!stored || answer_from_json(stored, &answer) == 0);
        }
}

static void follow(const QuestionList *questions, const Json *draft) {
        const QnaClock nowhere = {};
        _free_ char *answers = NULL;
        _strbuf_ StrBuf words = {};
        size_t page = 0, next;
        QnaStep step;
        int r;

        must(qna_next(questions, draft, page, &step, &next) == 0);
        must(step == QNA_DONE || next < question_pages(questions));
        if (step == QNA_FIX) {
                qna_append_problems(&words, LANG_EN, questions, draft, next);
                must(words.n_bytes > 0 && words.error == 0);
        }
        r = qna_answers(questions, draft, &nowhere, &answers);
        must((r == 0) == (step == QNA_DONE) || (r == 0 && step == QNA_CONTINUE));       /* optional ones need not be there to be right */
        if (r == 0)
                can_be_read_again(answers);
        else
                must(r == -EINVAL);
}

/* A byte for the questions' kinds, a draft and a form, the latter two JSON with a newline between them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        _json_ Json *draft = NULL, *form = NULL, *merged = NULL, *again = NULL;
        QuestionList questions = {};
        const uint8_t *end;

        if (n_bytes < 3 || !(end = memchr(data + 1, '\n', n_bytes - 1)))
                return 0;
        if (json_parse((const char *) data + 1, (size_t) (end - data - 1), &draft) < 0)
                draft = NULL;
        if (json_parse((const char *) end + 1, (size_t) (data + n_bytes - end - 1), &form) < 0)
                form = NULL;
        question_reset(&questions, LANG_EN);
        for (size_t i = 0; i < questions.n; i++) {
                questions.items[i].kind = (AnswerKind) ((data[0] + i) % _ANSWER_KIND_MAX);
                questions.items[i].is_required = (data[0] >> i) & 1;
        }
        must(qna_merge(&questions, draft, form, 5, &merged) == 0);
        must(qna_merge(&questions, merged, form, 4, &again) == 0);
        for (size_t i = 0; i < questions.n; i++)
                must(streq_ptr(qna_typed(merged, questions.items[i].id), qna_typed(again, questions.items[i].id)));
        follow(&questions, merged);
        return 0;
}
