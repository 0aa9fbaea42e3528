/*
 * The list of questions: every change is made on a copy that replaces the list when all of it was right. Storage is question-json.c.
 */

#include "magikal/question.h"

#include <errno.h>

#include "magikal/cleanup.h"
#include "magikal/text-clean.h"
#include "magikal/unicode.h"

/* clang-format off */
static const struct {
        TextId label, placeholder;
        AnswerKind kind;
        bool is_required;
} defaults[] = {
        { TEXT_QUESTION_STRENGTHS,    TEXT_QUESTION_STRENGTHS_HINT,    ANSWER_KEYWORDS,   true  },
        { TEXT_QUESTION_AVAILABILITY, TEXT_QUESTION_AVAILABILITY_HINT, ANSWER_TIME_RANGE, true  },
        { TEXT_QUESTION_VOICE,        TEXT_QUESTION_VOICE_HINT,        ANSWER_YES_NO,     true  },
        { TEXT_QUESTION_ELSE,         TEXT_QUESTION_ELSE_HINT,         ANSWER_PARAGRAPH,  false },
};

static const struct {
        TextId text;
        int limit;
} refusals[] = {
        [QUESTION_FULL]             = { TEXT_QUESTION_FULL,             QUESTIONS_MAX },
        [QUESTION_NO_SUCH]          = { TEXT_QUESTION_NO_SUCH,          0 },
        [QUESTION_NO_PLACE]         = { TEXT_QUESTION_NO_PLACE,         0 },
        [QUESTION_LABEL_BLANK]      = { TEXT_QUESTION_LABEL_BLANK,      0 },
        [QUESTION_LABEL_LONG]       = { TEXT_QUESTION_LABEL_LONG,       LIMIT_LABEL },
        [QUESTION_LABEL_TAKEN]      = { TEXT_QUESTION_LABEL_TAKEN,      0 },
        [QUESTION_PLACEHOLDER_LONG] = { TEXT_QUESTION_PLACEHOLDER_LONG, LIMIT_INPUT_PLACEHOLDER },
        [QUESTION_LAST]             = { TEXT_QUESTION_LAST,             0 },
        [QUESTION_UNCHANGED]        = { TEXT_QUESTION_UNCHANGED,        0 },
};
/* clang-format on */

static bool is_refusal(int refusal) {
        return refusal >= QUESTION_FULL && (size_t) refusal < ELEMENTSOF(refusals);
}

TextId question_refusal_text(int refusal) {
        return is_refusal(refusal) ? refusals[refusal].text : TEXT_QUESTION_NO_SUCH;
}

int question_refusal_limit(int refusal) {
        return is_refusal(refusal) ? refusals[refusal].limit : 0;
}

TextId question_kind_text(AnswerKind kind) {
        static const TextId texts[_ANSWER_KIND_MAX] = {
                [ANSWER_KEYWORDS] = TEXT_QUESTION_KIND_KEYWORDS, [ANSWER_TIME_RANGE] = TEXT_QUESTION_KIND_TIME_RANGE,
                [ANSWER_YES_NO] = TEXT_QUESTION_KIND_YES_NO,     [ANSWER_SHORT] = TEXT_QUESTION_KIND_SHORT,
                [ANSWER_PARAGRAPH] = TEXT_QUESTION_KIND_PARAGRAPH,
        };

        return texts[(unsigned) kind < _ANSWER_KIND_MAX ? kind : ANSWER_SHORT];
}

const Question *question_by_number(const QuestionList *list, int number) {
        return number >= 1 && (size_t) number <= list->n ? &list->items[number - 1] : NULL;
}

const Question *question_by_id(const QuestionList *list, int id) {
        for (size_t i = 0; i < list->n; i++)
                if (list->items[i].id == id)
                        return &list->items[i];
        return NULL;
}

/* ---- one question --------------------------------------------------------------------------------------------------------------- */

static size_t utf16_units(const char *text) {
        size_t n = 0;
        uint32_t c;

        for (size_t step; (step = utf8_next(text, &c)) > 0; text += step)
                n += c >= 0x10000 ? 2 : 1;
        return n;
}

/* One clean line into a field that holds n_max units. 0, TEXT_CLEAN_BLANK (the field is empty then), TEXT_CLEAN_LONG. */
static int set_line(char *field, size_t n_max, const char *text) {
        _free_ char *clean = NULL;
        int r;

        r = text_clean_line(text, n_max, &clean);
        if (r == TEXT_CLEAN_BLANK)
                field[0] = '\0';
        if (r != 0)
                return r;
        if (utf16_units(clean) > n_max)
                return TEXT_CLEAN_LONG;
        copy_bytes(field, clean, strlen(clean) + 1);    /* fits: n_max units are 3 * n_max bytes at most */
        return 0;
}

static int change_question(Question *question, const QuestionChange *change) {
        int r;

        if (change->label) {
                r = set_line(question->label, LIMIT_LABEL, change->label);
                if (r != 0)
                        return r == TEXT_CLEAN_BLANK ? QUESTION_LABEL_BLANK : r == TEXT_CLEAN_LONG ? QUESTION_LABEL_LONG : r;
        }
        if (change->placeholder) {
                r = set_line(question->placeholder, LIMIT_INPUT_PLACEHOLDER, change->placeholder);
                if (r != 0 && r != TEXT_CLEAN_BLANK)
                        return r == TEXT_CLEAN_LONG ? QUESTION_PLACEHOLDER_LONG : r;
        }
        if (change->kind) {
                if (!answer_kind_to_string(*change->kind))
                        return -EINVAL;
                question->kind = *change->kind;
        }
        if (change->is_required)
                question->is_required = *change->is_required;
        return 0;
}

static bool is_same(const Question *a, const Question *b) {
        return a->kind == b->kind && a->is_required == b->is_required && streq(a->label, b->label) &&
               streq(a->placeholder, b->placeholder);
}

/* Two questions of one name could not be told apart in a record. */
static bool is_taken(const QuestionList *list, const Question *question) {
        for (size_t i = 0; i < list->n; i++)
                if (list->items[i].id != question->id && streq(list->items[i].label, question->label))
                        return true;
        return false;
}

/* ---- the list ------------------------------------------------------------------------------------------------------------------- */

/* Makes room for one at an index, or closes the gap there. */
static void open_gap(QuestionList *list, size_t at) {
        memmove(&list->items[at + 1], &list->items[at], (list->n - at) * sizeof(*list->items));
        list->n++;
}

static void close_gap(QuestionList *list, size_t at) {
        list->n--;
        memmove(&list->items[at], &list->items[at + 1], (list->n - at) * sizeof(*list->items));
        list->items[list->n] = (Question) {};
}

int question_add(QuestionList *list, const QuestionChange *change, int position) {
        Question question = { .id = MAX(list->next_id, 1) };
        size_t at = position == 0 ? list->n : (size_t) position - 1;
        int r;

        if (list->n == QUESTIONS_MAX)
                return QUESTION_FULL;
        if (position < 0 || at > list->n)
                return QUESTION_NO_PLACE;
        r = change_question(&question, change);
        if (r != 0)
                return r;
        if (question.label[0] == '\0')
                return QUESTION_LABEL_BLANK;
        if (is_taken(list, &question))
                return QUESTION_LABEL_TAKEN;
        open_gap(list, at);
        list->items[at] = question;
        list->next_id = question.id + 1;
        return 0;
}

int question_edit(QuestionList *list, int number, const QuestionChange *change) {
        const Question *before = question_by_number(list, number);
        Question after;
        int r;

        if (!before)
                return QUESTION_NO_SUCH;
        after = *before;
        r = change_question(&after, change);
        if (r != 0)
                return r;
        if (is_same(before, &after))
                return QUESTION_UNCHANGED;
        if (is_taken(list, &after))
                return QUESTION_LABEL_TAKEN;
        list->items[number - 1] = after;
        return 0;
}

int question_move(QuestionList *list, int number, int to) {
        const Question *question = question_by_number(list, number);
        Question moved;

        if (!question)
                return QUESTION_NO_SUCH;
        if (!question_by_number(list, to))
                return QUESTION_NO_PLACE;
        if (number == to)
                return QUESTION_UNCHANGED;
        moved = *question;
        close_gap(list, (size_t) number - 1);
        open_gap(list, (size_t) to - 1);
        list->items[to - 1] = moved;
        return 0;
}

int question_remove(QuestionList *list, int number) {
        if (!question_by_number(list, number))
                return QUESTION_NO_SUCH;
        if (list->n == 1)
                return QUESTION_LAST;
        close_gap(list, (size_t) number - 1);
        return 0;
}

/* test-text keeps these sentences within their fields, so that nothing is cut. */
static void put_sentence(char *field, size_t size, Lang lang, TextId id) {
        const char *text = text_lookup(lang, id);

        copy_bytes(field, text, MIN(strlen(text), size - 1));
}

void question_reset(QuestionList *list, Lang lang) {
        QuestionList fresh = { .next_id = MAX(list->next_id, 1), .n = ELEMENTSOF(defaults) };

        for (size_t i = 0; i < ELEMENTSOF(defaults); i++) {
                Question *question = &fresh.items[i];

                question->id = fresh.next_id++;
                question->kind = defaults[i].kind;
                question->is_required = defaults[i].is_required;
                put_sentence(question->label, sizeof(question->label), lang, defaults[i].label);
                put_sentence(question->placeholder, sizeof(question->placeholder), lang, defaults[i].placeholder);
        }
        *list = fresh;
}

/* ---- pages ---------------------------------------------------------------------------------------------------------------------- */

size_t question_pages(const QuestionList *list) {
        return (list->n + QUESTIONS_PER_PAGE - 1) / QUESTIONS_PER_PAGE;
}

const Question *question_page(const QuestionList *list, size_t page, size_t *ret_n) {
        size_t first = page < question_pages(list) ? page * QUESTIONS_PER_PAGE : list->n;

        *ret_n = MIN(list->n - first, (size_t) QUESTIONS_PER_PAGE);
        return *ret_n > 0 ? &list->items[first] : NULL;
}
