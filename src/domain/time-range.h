#pragma once

/* Ranges of times of day as people type them. */

#include "magikal/answer.h"

/*
 * Appends the ranges of `typed`, each once, to spans[ANSWER_SPANS_MAX]. 0, or an AnswerRefusal and the problem.
 *
 * typed    as text_clean() leaves it
 */
int time_range_read(const char *typed, TimeSpan *spans, size_t *ret_n_spans, AnswerProblem *ret_problem);
/* "18:00", `dash`, "22:30": minutes of any day, but the end of a day is "24:00". */
void time_range_append(StrBuf *out, TimeSpan span, const char *dash);
/* Fills in the problem with the first characters of n_bytes of UTF-8; returns the reason. */
int answer_problem(AnswerProblem *problem, AnswerRefusal reason, const char *piece, size_t n_bytes);
