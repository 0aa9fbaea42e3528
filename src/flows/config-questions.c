/* What administrators do with the questions: the list itself is changed by domain/question; here are its arguments and what is said of it. */

#include <errno.h>

#include "config.h"
#include "magikal/question.h"

static const QuestionList *questions_of(const StepContext *c) {
        return c->facts->recruit->settings.questions;
}

static int args_int(const StepContext *c, const char *key) {
        int64_t value;

        return json_get_i64(c->args, key, &value) == 0 && value >= 0 && value <= QUESTIONS_MAX ? (int) value : 0;
}

/* What of a question is to be set; *kind and *is_required are where the change points to. */
static int read_change(const StepContext *c, QuestionChange *ret, AnswerKind *kind, bool *is_required) {
        const char *type = args_text(c, "type");

        *ret = (QuestionChange) { .label = args_text(c, "label"), .placeholder = args_text(c, "placeholder") };
        if (type) {
                if (answer_kind_from_string(type, kind) < 0)
                        return -EBADMSG;
                ret->kind = kind;
        }
        if (json_get_bool(c->args, "required", is_required) == 0)
                ret->is_required = is_required;
        return 0;
}

/* A refusal is a number; it has to get through the flow's one word. */
static const char *const whys[] = {
        [QUESTION_FULL] = "question_1",             [QUESTION_NO_SUCH] = "question_2",   [QUESTION_NO_PLACE] = "question_3",
        [QUESTION_LABEL_BLANK] = "question_4",      [QUESTION_LABEL_LONG] = "question_5", [QUESTION_LABEL_TAKEN] = "question_6",
        [QUESTION_PLACEHOLDER_LONG] = "question_7", [QUESTION_LAST] = "question_8",      [QUESTION_UNCHANGED] = "question_9",
};

int config_question_refusal(const char *why) {
        for (size_t i = 1; i < ELEMENTSOF(whys); i++)
                if (streq(whys[i], why))
                        return (int) i;
        return 0;
}

/* r: what domain/question said. 0: the list is changed and will be stored; 1: refused, and *o knows why. */
static int settle(const StepContext *c, int r, const QuestionList *list, Batch *b, ConfigOutcome *o) {
        if (r > 0 && (size_t) r < ELEMENTSOF(whys)) {
                o->why = whys[r];
                return 1;
        }
        if (r != 0)
                return r < 0 ? r : -EINVAL;
        store_add_questions(b, c->guild, list);
        return 0;
}

static void audit_question(ConfigOutcome *o, const Question *question, size_t before, size_t after) {
        json_i64(&o->audit, "question", question->id);
        config_audit_count(o, before, after);
}

int config_question_add(const StepContext *c, Batch *b, ConfigOutcome *o) {
        QuestionList list = *questions_of(c);
        int position = args_int(c, "position"), r;
        bool is_required = true;
        const Question *added;
        QuestionChange change;
        AnswerKind kind;

        r = read_change(c, &change, &kind, &is_required);
        if (r < 0)
                return r;
        change.is_required = &is_required;
        r = settle(c, question_add(&list, &change, position), &list, b, o);
        if (r != 0)
                return MIN(r, 0);
        added = &list.items[position > 0 ? (size_t) position - 1 : list.n - 1];
        config_say(o, TEXT_QUESTION_ADDED,
                   TEXT_ARGS(ARG_WORDS("name", added->label), ARG_NUMBER("number", added - list.items + 1), ARG_NUMBER("limit", list.n)));
        audit_question(o, added, list.n - 1, list.n);
        return 0;
}

static const char *yes_or_no(Lang lang, bool yes) {
        return text_lookup(lang, yes ? TEXT_SETTING_YES : TEXT_SETTING_NO);
}

static void say_hint(ConfigOutcome *o, const Question *before, const Question *after) {
        const TextArg none = ARG_OURS("value", text_lookup(o->lang, TEXT_SETTING_NONE));

        config_say_change(o, TEXT_QUESTION_HINT, before->placeholder[0] ? &ARG_WORDS("value", before->placeholder) : &none,
                          after->placeholder[0] ? &ARG_WORDS("value", after->placeholder) : &none);
}

/* Words of ours; how it is worded is what somebody typed. */
static void audit_kind(ConfigOutcome *o, const char *side, const Question *q) {
        json_object(&o->audit, side);
        json_string(&o->audit, "type", answer_kind_to_string(q->kind));
        json_bool(&o->audit, "required", q->is_required);
        json_close(&o->audit);
}

static void say_difference(ConfigOutcome *o, const Question *before, const Question *after) {
        config_say(o, TEXT_QUESTION_EDITED, TEXT_ARGS(ARG_WORDS("name", before->label)));
        if (!streq(before->label, after->label))
                config_say_change(o, TEXT_QUESTION_WORDING, &ARG_WORDS("value", before->label), &ARG_WORDS("value", after->label));
        if (before->kind != after->kind)
                config_say_change(o, TEXT_QUESTION_TYPE, &ARG_OURS("value", text_lookup(o->lang, question_kind_text(before->kind))),
                                  &ARG_OURS("value", text_lookup(o->lang, question_kind_text(after->kind))));
        if (before->is_required != after->is_required)
                config_say_change(o, TEXT_QUESTION_MUST, &ARG_OURS("value", yes_or_no(o->lang, before->is_required)),
                                  &ARG_OURS("value", yes_or_no(o->lang, after->is_required)));
        if (!streq(before->placeholder, after->placeholder))
                say_hint(o, before, after);
}

int config_question_edit(const StepContext *c, Batch *b, ConfigOutcome *o) {
        QuestionList list = *questions_of(c);
        int number = args_int(c, "number"), r;
        QuestionChange change;
        AnswerKind kind;
        bool is_required;

        r = read_change(c, &change, &kind, &is_required);
        if (r < 0)
                return r;
        r = settle(c, question_edit(&list, number, &change), &list, b, o);
        if (r != 0)
                return MIN(r, 0);
        say_difference(o, question_by_number(questions_of(c), number), question_by_number(&list, number));
        json_i64(&o->audit, "question", question_by_number(&list, number)->id);
        audit_kind(o, "before", question_by_number(questions_of(c), number));
        audit_kind(o, "after", question_by_number(&list, number));
        return 0;
}

int config_question_move(const StepContext *c, Batch *b, ConfigOutcome *o) {
        QuestionList list = *questions_of(c);
        int number = args_int(c, "number"), to = args_int(c, "to"), r;
        const Question *question;

        r = settle(c, question_move(&list, number, to), &list, b, o);
        if (r != 0)
                return MIN(r, 0);
        question = question_by_number(&list, to);
        config_say(o, TEXT_QUESTION_MOVED,
                   TEXT_ARGS(ARG_WORDS("name", question->label), ARG_NUMBER("number", to), ARG_NUMBER("limit", number)));
        audit_question(o, question, (size_t) number, (size_t) to);
        return 0;
}

int config_question_remove(const StepContext *c, Batch *b, ConfigOutcome *o) {
        QuestionList list = *questions_of(c);
        int number = args_int(c, "number"), r;
        const Question *question;

        r = settle(c, question_remove(&list, number), &list, b, o);
        if (r != 0)
                return MIN(r, 0);
        question = question_by_number(questions_of(c), number);
        config_say(o, TEXT_QUESTION_REMOVED, TEXT_ARGS(ARG_WORDS("name", question->label)));
        audit_question(o, question, list.n + 1, list.n);
        return 0;
}

int config_questions_reset(const StepContext *c, Batch *b, ConfigOutcome *o) {
        const QuestionList *before = questions_of(c);
        QuestionList list = *before;

        question_reset(&list, c->facts->settings.lang);
        store_add_questions(b, c->guild, &list);
        config_say(o, TEXT_QUESTIONS_RESET, TEXT_ARGS(ARG_NUMBER("limit", before->n), ARG_NUMBER("number", list.n)));
        config_audit_count(o, before->n, list.n);
        return 0;
}
