#pragma once

/* From rows to what the views of recruitment show. */

#include "magikal/store.h"
#include "magikal/views-recruit.h"

/* An application with everything around it. Zero-initialise; it points into itself, so it is not to be moved. */
typedef struct Shown {
        ApplicationShown application;
        Citizen citizen;
        AnswerShown *answers;
} Shown;

/*
 * facts    with `recruit`; borrowed for as long as the result is used
 * lang     the guild's (facts->settings.lang) unless only one person reads it
 *
 * Stored answers are an array in the order of the questions, [{"id":<question's id>,"question":"<its label then>","answer":{…}}, …], an
 * answer as answer_write() makes it, and absent when none was given.
 *
 * 0, -ENODATA (there is no application), -ENOMEM. What is stored of RSI or of an answer and cannot be read is left out.
 */
int shown_of(const Facts *facts, Lang lang, Shown *ret);
void shown_done(Shown *shown);
#define _shown_ _cleanup_(shown_done)

/*
 * What the words of application_verdict_text() name: who was first and when, or a button. facts: may be without `recruit` for a verdict that
 * names nobody.
 */
#define VERDICT_ARGS 3
void verdict_args(const Facts *facts, int verdict, TextArg ret[static VERDICT_ARGS]);
