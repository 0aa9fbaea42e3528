#pragma once

/* What a change of recruitment's settings does, and who does it. Private to src/flows. */

#include "flows.h"

/* What came of a change. */
typedef struct ConfigOutcome {
        Lang lang;              /* the administrator's */
        StrBuf said;            /* what the administrator reads: finished markdown */
        JsonWriter audit;       /* an open object, {"change":"…"}; before and after: ids, numbers and words of ours, never what people typed */
        const char *why;        /* a refusal, for words(); static. NULL: done */
        bool has_new_panel;     /* the recruitment panel shows something else now */
} ConfigOutcome;

/* Appends a line. */
void config_say(ConfigOutcome *o, TextId id, const TextArg *args);
/* Appends "**Setting**: before → after", or that it was like that already. */
void config_say_change(ConfigOutcome *o, TextId setting, const TextArg *before, const TextArg *after);
/* A number for the audit, before and after. */
void config_audit_count(ConfigOutcome *o, size_t before, size_t after);

/* ---- config-questions.c: each changes the list that its own facts have, so that two administrators do not overwrite each other --------------- */

int config_question_add(const StepContext *c, Batch *b, ConfigOutcome *o);
int config_question_edit(const StepContext *c, Batch *b, ConfigOutcome *o);
int config_question_move(const StepContext *c, Batch *b, ConfigOutcome *o);
int config_question_remove(const StepContext *c, Batch *b, ConfigOutcome *o);
int config_questions_reset(const StepContext *c, Batch *b, ConfigOutcome *o);
/* The QuestionRefusal that one of them gave as its why; 0: it is none of theirs. */
int config_question_refusal(const char *why);
