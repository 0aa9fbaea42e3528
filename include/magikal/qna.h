#pragma once

/*
 * The questions of an application while they are being answered. Pure.
 *
 * What was typed is kept in a draft until every page is in and every answer can be read:
 * {"<question's id>":{"typed":"…","at":"<id of the interaction that brought it>"}, …}. Interaction ids grow with time, so a form that was
 * sent earlier never takes the place of one that was sent later, whichever comes first.
 */

#include "magikal/answer.h"
#include "magikal/question.h"

/* What a form or draft says to a question; NULL: nothing. Borrowed from the draft. */
const char *qna_typed(const Json *draft, int question_id);

/*
 * Puts what one form brought into the draft.
 *
 * draft    as it was; NULL: there is none
 * fields   {"<question's id>":"<typed>"} of the form; ids that no question has any more are dropped, as are those of the draft
 * at       the interaction that brought it
 *
 * 0 and the new draft (to json_free()), -ENOMEM.
 */
int qna_merge(const QuestionList *questions, const Json *draft, const Json *fields, uint64_t at, Json **ret_draft) _warn_unused_;

typedef enum QnaStep {
        QNA_FIX,                        /* something on *ret_page cannot be read: see qna_append_problems() */
        QNA_CONTINUE,                   /* *ret_page has not been filled in yet */
        QNA_DONE,
} QnaStep;
/* What comes next after this page was sent. -ENOMEM. */
int qna_next(const QuestionList *questions, const Json *draft, size_t page, QnaStep *ret_step, size_t *ret_page) _warn_unused_;
/* Appends what is wrong on a page, a line each; nothing when all of it can be read. */
void qna_append_problems(StrBuf *out, Lang lang, const QuestionList *questions, const Json *draft, size_t page);

/* The zone of the one who answered; name NULL: not known, then there is no UK time. */
typedef struct QnaClock {
        const char *name;
        const ZoneRules *zone, *uk;
        int64_t day;                    /* there, as zone_day_at() counts */
} QnaClock;
/* The answers as they are stored (magikal/shown.h), to free(); for a draft that is QNA_DONE. -EINVAL when it is not, -ENOMEM. */
int qna_answers(const QuestionList *questions, const Json *draft, const QnaClock *clock, char **ret_json) _warn_unused_;
