/*
 * The questions of an application as forms, a page each, and what stands between two pages. An input is named by its question's id, which
 * stays when staff move questions while somebody answers.
 */

#include "magikal/views-recruit.h"

#include <errno.h>
#include <stdio.h>

#include "magikal/cut.h"
#include "view-message.h"

#define YES "yes"               /* as answer_read() takes them */
#define NO "no"

/* An answer of two values is chosen; its hint stands below the label, as a select has no other place for one. */
static void put_choice(JsonWriter *w, Lang lang, const Question *question, const char *field, const char *typed) {
        const SelectOption options[] = {
                { .label = text_lookup(lang, TEXT_ANSWER_YES), .value = YES, .is_default = streq_ptr(typed, YES) },
                { .label = text_lookup(lang, TEXT_ANSWER_NO), .value = NO, .is_default = streq_ptr(typed, NO) },
        };

        component_label_select(w, question->label, question->placeholder,
                               &(StringSelect) {
                                       .custom_id = field,
                                       .options = options,
                                       .n_options = ELEMENTSOF(options),
                                       .is_optional = !question->is_required,
                               });
}

static void put_question(JsonWriter *w, Lang lang, const Question *question, const char *typed) {
        char field[sizeof(FIELD_ANSWER) + 3 * sizeof(int)];

        (void) snprintf(field, sizeof(field), FIELD_ANSWER, question->id);
        if (question->kind == ANSWER_YES_NO) {
                put_choice(w, lang, question, field, typed);
                return;
        }
        component_text_input(w, &(TextInput) {
                                        .custom_id = field,
                                        .label = question->label,
                                        .placeholder = question->placeholder,
                                        .value = typed,
                                        .max_length = (int) answer_kind_limit(question->kind),
                                        .is_paragraph = question->kind == ANSWER_PARAGRAPH,
                                        .is_optional = !question->is_required,
                                });
}

static int name_page(Lang lang, size_t page, size_t n_pages, char **ret_text) {
        return text_format(lang, n_pages > 1 ? TEXT_QNA_MODAL_TITLE_PAGE : TEXT_QNA_MODAL_TITLE,
                           TEXT_ARGS(ARG_NUMBER("number", page + 1), ARG_NUMBER("limit", n_pages)), ret_text);
}

static int write_id(const Keys *keys, const Ticket *ticket, const char *control, size_t page, char ret[static LIMIT_CUSTOM_ID + 1]) {
        if (ticket->id.v == 0)
                return -EINVAL;
        return custom_id_write(keys, ticket->guild, control, (const uint64_t[]) { ticket->id.v, page }, 2, ret);
}

int view_qna_modal(Lang lang, const Keys *keys, const Ticket *ticket, const QuestionList *questions, size_t page, const char *const *typed,
                   char **ret_data) {
        char custom_id[LIMIT_CUSTOM_ID + 1];
        _json_writer_ JsonWriter w = {};
        const Question *items;
        _free_ char *title = NULL;
        size_t n;
        int r;

        items = question_page(questions, page, &n);
        if (n == 0)
                return -EINVAL;
        if ((r = write_id(keys, ticket, CONTROL_RECRUIT_QNA_FORM, page, custom_id)) < 0 ||
            (r = name_page(lang, page, question_pages(questions), &title)) < 0)
                return r;
        component_modal(&w, custom_id, title);
        for (size_t i = 0; i < n; i++)
                put_question(&w, lang, &items[i], typed ? typed[i] : NULL);
        component_modal_end(&w);
        return json_writer_finish(&w, ret_data);
}

int view_qna_continue(Lang lang, const Keys *keys, const Ticket *ticket, const QuestionList *questions, size_t next_page, bool is_ephemeral,
                      char **ret_data) {
        size_t n_pages = question_pages(questions);
        const TextArg *args = TEXT_ARGS(ARG_NUMBER("number", next_page + 1), ARG_NUMBER("limit", n_pages));
        _free_ char *text = NULL, *label = NULL;
        char custom_id[LIMIT_CUSTOM_ID + 1];
        int r;

        if (next_page >= n_pages)
                return -EINVAL;
        if ((r = write_id(keys, ticket, CONTROL_RECRUIT_QNA_PAGE, next_page, custom_id)) < 0 ||
            (r = text_format(lang, TEXT_QNA_CONTINUE, args, &text)) < 0 || (r = text_format(lang, TEXT_RECRUIT_CONTINUE_BUTTON, args, &label)) < 0)
                return r;
        return ask_data(lang, text, &(Button) { .style = BUTTON_PRIMARY, .label = label, .custom_id = custom_id }, is_ephemeral, ret_data);
}

int view_qna_fix(Lang lang, const Keys *keys, const Ticket *ticket, size_t page, const char *words, bool is_ephemeral, char **ret_data) {
        char custom_id[LIMIT_CUSTOM_ID + 1];
        int r;

        if (text_is_blank(words))
                return -EINVAL;
        r = write_id(keys, ticket, CONTROL_RECRUIT_QNA_PAGE, page, custom_id);
        if (r < 0)
                return r;
        return ask_data(lang, words, &(Button) { .style = BUTTON_PRIMARY, .label = text_lookup(lang, TEXT_RECRUIT_FIX_BUTTON), .custom_id = custom_id },
                        is_ephemeral, ret_data);
}
