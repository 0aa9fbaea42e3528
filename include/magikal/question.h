#pragma once

/*
 * The questions of an application: a short list that staff keep in order. Numbers, as people use them, begin at 1 and follow the order;
 * ids stay with a question and are never given again, so that an answer knows its question after any move.
 */

#include "magikal/answer.h"
#include "magikal/json.h"
#include "magikal/limits.h"
#include "magikal/text.h"

#define QUESTIONS_MAX 20
#define QUESTIONS_PER_PAGE LIMIT_MODAL_COMPONENTS

typedef struct Question {
        int id;                                         /* 1 and up */
        AnswerKind kind;
        bool is_required;
        char label[LIMIT_LABEL * 3 + 1];                /* one line; a UTF-16 unit has three bytes of UTF-8 at most */
        char placeholder[LIMIT_INPUT_PLACEHOLDER * 3 + 1];      /* "": none */
} Question;

typedef struct QuestionList {
        int next_id;
        size_t n;                                       /* 1 to QUESTIONS_MAX */
        Question items[QUESTIONS_MAX];
} QuestionList;

typedef enum QuestionRefusal {
        QUESTION_FULL = 1,              /* there are QUESTIONS_MAX */
        QUESTION_NO_SUCH,               /* no question has that number */
        QUESTION_NO_PLACE,              /* no question can stand there */
        QUESTION_LABEL_BLANK,
        QUESTION_LABEL_LONG,            /* more than LIMIT_LABEL UTF-16 units */
        QUESTION_LABEL_TAKEN,           /* another question has it */
        QUESTION_PLACEHOLDER_LONG,      /* more than LIMIT_INPUT_PLACEHOLDER */
        QUESTION_LAST,                  /* one must remain */
        QUESTION_UNCHANGED,             /* it is like that already */
} QuestionRefusal;

/* What to set. An addition needs a label; its kind is keywords and it is optional unless told. */
typedef struct QuestionChange {
        const char *label;              /* NULL: as it is */
        const char *placeholder;        /* NULL: as it is; blank: none */
        const AnswerKind *kind;         /* NULL: as it is */
        const bool *is_required;        /* NULL: as it is */
} QuestionChange;

/*
 * Each leaves the list untouched unless it returns 0; otherwise a QuestionRefusal, -EINVAL (no UTF-8, no kind) or -ENOMEM.
 *
 * number, position, to     1 and up; position 0 is behind the last
 */
int question_add(QuestionList *list, const QuestionChange *question, int position) _warn_unused_;
int question_edit(QuestionList *list, int number, const QuestionChange *change) _warn_unused_;
int question_move(QuestionList *list, int number, int to) _warn_unused_;
int question_remove(QuestionList *list, int number) _warn_unused_;
/* Makes the list the default set; a list that is all 0 too. Ids go on where they were. */
void question_reset(QuestionList *list, Lang lang);
/* Why. Placeholder: {limit}, question_refusal_limit(). */
TextId question_refusal_text(int refusal);
int question_refusal_limit(int refusal);
/* What kind of answer is expected, as people read it. */
TextId question_kind_text(AnswerKind kind);

/* NULL: none has that number, that id. */
const Question *question_by_number(const QuestionList *list, int number);
const Question *question_by_id(const QuestionList *list, int id);

/* Pages of a form, QUESTIONS_PER_PAGE each; the first page is 0. A page that is none has no questions. */
size_t question_pages(const QuestionList *list);
const Question *question_page(const QuestionList *list, size_t page, size_t *ret_n);

/* Writes the list as one JSON object. */
void question_write(JsonWriter *w, const QuestionList *list);
/* 0 and the list, -EBADMSG (not what question_write() writes, the order of members aside), -ENOMEM. */
int question_from_json(const Json *json, QuestionList *ret_list) _warn_unused_;
