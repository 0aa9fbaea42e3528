/* Questions: any row of changes leaves a list that keeps every rule, can be stored and is restored the same; no other text is. */

#include "magikal/question.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void restores(const QuestionList *list) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        _json_ Json *json = NULL;
        QuestionList again;

        question_write(&w, list);
        must(json_writer_finish(&w, &text) == 0);
        must(json_parse(text, strlen(text), &json) == 0);
        must(question_from_json(json, &again) == 0);
        must(again.n == list->n && again.next_id == list->next_id);
        for (size_t i = 0; i < list->n; i++)
                must(again.items[i].id == list->items[i].id && again.items[i].kind == list->items[i].kind &&
                     again.items[i].is_required == list->items[i].is_required && streq(again.items[i].label, list->items[i].label) &&
                     streq(again.items[i].placeholder, list->items[i].placeholder));
}

static void keeps_the_rules(const QuestionList *list) {
        size_t n_paged = 0, n;

        must(list->n >= 1 && list->n <= QUESTIONS_MAX);
        for (size_t i = 0; i < list->n; i++) {
                must(list->items[i].label[0] && list->items[i].id >= 1 && list->items[i].id < list->next_id);
                must(utf8_is_valid(list->items[i].label, strlen(list->items[i].label)));
                must(question_by_id(list, list->items[i].id) == &list->items[i]);
        }
        for (size_t page = 0; question_page(list, page, &n); page++)
                n_paged += n;
        must(n_paged == list->n);
        restores(list);
}

/* A letter for what to do, a number, and text up to the newline. */
static void change(QuestionList *list, char what, int number, char *text) {
        const AnswerKind kind = (AnswerKind) ((unsigned char) text[0] % _ANSWER_KIND_MAX);
        const bool is_required = number % 2;
        QuestionList before = *list;
        int r = 0;

        switch (what) {
        case 'a':
                r = question_add(list, &(QuestionChange) { .label = text, .kind = &kind }, number);
                break;
        case 'e':
                r = question_edit(list, number, &(QuestionChange) { .label = text, .kind = &kind, .is_required = &is_required });
                break;
        case 'p':
                r = question_edit(list, number, &(QuestionChange) { .placeholder = text });
                break;
        case 'm':
                r = question_move(list, number, (signed char) text[0]);
                break;
        case 'r':
                r = question_remove(list, number);
                break;
        case 'd':
                question_reset(list, LANG_EN);
                break;
        }
        must(r >= 0 && r <= QUESTION_UNCHANGED);
        must(r == 0 || memcmp(&before, list, sizeof(before)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        _free_ char *text = malloc(n_bytes + 1);
        _json_ Json *json = NULL;
        QuestionList list = {};

        must(text != NULL);
        copy_bytes(text, data, n_bytes);
        text[n_bytes] = '\0';
        if (json_parse(text, n_bytes, &json) == 0 && question_from_json(json, &list) == 0)
                keeps_the_rules(&list);

        list = (QuestionList) {};
        question_reset(&list, LANG_EN);
        for (char *at = text, *end; (end = strchr(at, '\n')); at = end + 1) {
                *end = '\0';
                if (end - at >= 2 && utf8_is_valid(at + 2, strlen(at + 2)))     /* else it cannot come from a parsed document */
                        change(&list, at[0], (signed char) at[1], at + 2);
        }
        keeps_the_rules(&list);
        return 0;
}
