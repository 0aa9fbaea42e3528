#pragma once

/*
 * Answers to the questions of an application: from what was typed to a value, and from the value to storage, to a reader's eyes and back
 * into the form.
 */

#include <stdbool.h>

#include "magikal/json.h"
#include "magikal/text.h"
#include "magikal/timezone.h"
#include "magikal/zone-rules.h"

typedef enum AnswerKind {
        ANSWER_KEYWORDS,
        ANSWER_TIME_RANGE,
        ANSWER_YES_NO,
        ANSWER_SHORT,
        ANSWER_PARAGRAPH,
        _ANSWER_KIND_MAX
} AnswerKind;

#define ANSWER_KEYWORDS_MAX 20
#define ANSWER_KEYWORD_MAX 40           /* characters */
#define ANSWER_SPANS_MAX 10
#define ANSWER_PIECE_MAX 40             /* characters of a piece that are repeated to the person */

typedef struct Answer {
        AnswerKind kind;
        char *text;                                     /* short, paragraph */
        bool is_yes;                                    /* yes or no */
        size_t n_keywords;
        char *keywords[ANSWER_KEYWORDS_MAX];
        size_t n_spans;
        TimeSpan spans[ANSWER_SPANS_MAX];               /* local; begins on [0, 1440), lasts a day at most */
        bool has_uk;                                    /* answer_add_uk() filled in the rest */
        ZoneName zone;
        int64_t uk_day;                                 /* the day on which these are UK times */
        TimeSpan uk_spans[ANSWER_SPANS_MAX];
} Answer;

void answer_done(Answer *answer);
#define _answer_ _cleanup_(answer_done)

typedef enum AnswerRefusal {
        ANSWER_BLANK = 1,
        ANSWER_LONG,                    /* more than answer_kind_limit() */
        ANSWER_NOT_YES_NO,
        ANSWER_KEYWORD_LONG,
        ANSWER_KEYWORDS_MANY,
        ANSWER_TIME_WORDS,              /* something that is no time, or too much of it */
        ANSWER_TIME_ONE,                /* a time, and no second one */
        ANSWER_TIME_HOUR,
        ANSWER_TIME_MINUTE,
        ANSWER_TIME_EMPTY,              /* ends when it begins */
        ANSWER_TIMES_MANY,
} AnswerRefusal;

typedef struct AnswerProblem {
        AnswerRefusal reason;
        char piece[ANSWER_PIECE_MAX * 4 + 1];   /* what does not parse; "" where it is the whole */
        size_t limit;                           /* of a *_LONG or *_MANY */
} AnswerProblem;

/*
 * keywords     separated by commas, semicolons or newlines; trimmed, each kept once whatever its case
 * time range   "18:00-22:30", "6pm–11pm", "6:30 pm to 11", several separated by commas, "and" or newlines. Where only one end says am or pm,
 *              the other is taken so that the range lasts twelve hours at most. One that ends before it begins goes past midnight
 * yes or no    "yes", "y", "no", "n"
 *
 * typed        UTF-8
 *
 * 0 and the answer (to answer_done()), or an AnswerRefusal and the problem, -EINVAL (no UTF-8), -ENOMEM.
 */
int answer_read(AnswerKind kind, const char *typed, Answer *ret_answer, AnswerProblem *ret_problem) _warn_unused_;
/* Appends what is wrong, with the piece and an example. */
void answer_append_problem(StrBuf *out, Lang lang, const AnswerProblem *problem);
/* Most characters that may be typed; 0 for yes or no, which is chosen. */
size_t answer_kind_limit(AnswerKind kind);

/*
 * Adds UK time to a time range as it is on that day (zone_day_at()); nothing for other kinds.
 *
 * zone_name, zone      of the person who answered
 * uk                   of ZONE_UK
 */
void answer_add_uk(Answer *answer, const char *zone_name, const ZoneRules *zone, const ZoneRules *uk, int64_t day);

/* Appends the answer as people see it: keywords as chips, times with UK time, text escaped. */
void answer_append_shown(StrBuf *out, Lang lang, const Answer *answer);
/* Appends what could have been typed to give this answer: for a form that is opened again. */
void answer_append_typed(StrBuf *out, const Answer *answer);

/* Writes the answer as one JSON object. */
void answer_write(JsonWriter *w, const Answer *answer);
/* 0 and the answer, -EBADMSG (not what answer_write() writes, the order of members aside), -ENOMEM. */
int answer_from_json(const Json *json, Answer *ret_answer) _warn_unused_;

/* "time_range"; NULL for a number that is no kind. */
const char *answer_kind_to_string(AnswerKind kind);
int answer_kind_from_string(const char *text, AnswerKind *ret);         /* -EINVAL */
