/* The list of questions: every rule of adding, editing, moving and removing, pages, and storage. */

#include "magikal/question.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "magikal/cleanup.h"

static const AnswerKind SHORT = ANSWER_SHORT;
static const bool YES = true;

static int add(QuestionList *list, const char *label, int position) {
        return question_add(list, &(QuestionChange) { .label = label, .kind = &SHORT, .is_required = &YES }, position);
}

/* The labels in order, separated by blanks. */
static void is(const QuestionList *list, const char *expected) {
        _strbuf_ StrBuf got = {};

        for (size_t i = 0; i < list->n; i++)
                strbuf_appendf(&got, "%s%s", i > 0 ? " " : "", list->items[i].label);
        assert_string_equal(strbuf_text(&got), expected);
}

static void make(QuestionList *list, const char *labels) {
        *list = (QuestionList) {};
        for (; *labels; labels++) {
                const char label[] = { *labels, '\0' };

                assert_int_equal(add(list, label, 0), 0);
        }
}

static void the_default_set(void **state) {
        QuestionList list = {};

        question_reset(&list, LANG_EN);
        assert_int_equal(list.n, 4);
        assert_string_equal(list.items[0].label, "Strengths");
        assert_int_equal(list.items[0].kind, ANSWER_KEYWORDS);
        assert_string_equal(list.items[1].label, "Availability");
        assert_int_equal(list.items[1].kind, ANSWER_TIME_RANGE);
        assert_string_equal(list.items[2].label, "Voice comms / mic ready");
        assert_int_equal(list.items[2].kind, ANSWER_YES_NO);
        assert_string_equal(list.items[3].label, "Anything else we should know");
        assert_int_equal(list.items[3].kind, ANSWER_PARAGRAPH);
        for (size_t i = 0; i < list.n; i++) {
                assert_int_equal(list.items[i].id, i + 1);
                assert_int_equal(list.items[i].is_required, i < 3);
        }
        (void) state;
}

static void ids_are_never_given_again(void **state) {
        QuestionList list = {};

        question_reset(&list, LANG_EN);
        assert_int_equal(question_remove(&list, 4), 0);
        assert_int_equal(add(&list, "new", 1), 0);
        assert_int_equal(list.items[0].id, 5);
        question_reset(&list, LANG_EN);
        assert_int_equal(list.items[0].id, 6);
        assert_null(question_by_id(&list, 1));
        assert_string_equal(question_by_id(&list, 7)->label, "Availability");
        (void) state;
}

static void additions_find_their_place(void **state) {
        QuestionList list;

        make(&list, "abc");
        assert_int_equal(add(&list, "x", 1), 0);
        is(&list, "x a b c");
        assert_int_equal(add(&list, "y", 3), 0);
        is(&list, "x a y b c");
        assert_int_equal(add(&list, "z", 6), 0);
        is(&list, "x a y b c z");
        assert_int_equal(add(&list, "!", 8), QUESTION_NO_PLACE);
        assert_int_equal(add(&list, "!", -1), QUESTION_NO_PLACE);
        is(&list, "x a y b c z");
        (void) state;
}

static void twenty_are_enough(void **state) {
        QuestionList list;

        make(&list, "abcdefghijklmnopqrst");
        assert_int_equal(add(&list, "u", 0), QUESTION_FULL);
        assert_int_equal(list.n, QUESTIONS_MAX);
        assert_int_equal(question_move(&list, 20, 1), 0);
        assert_int_equal(question_remove(&list, 2), 0);
        is(&list, "t b c d e f g h i j k l m n o p q r s");
        (void) state;
}

#define FORTY_FIVE "abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqr"

static void labels_have_one_line_and_a_limit(void **state) {
        QuestionList list = {};

        assert_int_equal(strlen(FORTY_FIVE), LIMIT_LABEL);
        assert_int_equal(add(&list, "", 0), QUESTION_LABEL_BLANK);
        assert_int_equal(add(&list, " \xE2\x80\x8B\n", 0), QUESTION_LABEL_BLANK);
        assert_int_equal(question_add(&list, &(QuestionChange) { .kind = &SHORT }, 0), QUESTION_LABEL_BLANK);
        assert_int_equal(add(&list, FORTY_FIVE "x", 0), QUESTION_LABEL_LONG);
        assert_int_equal(add(&list, "\xFF", 0), -EINVAL);
        assert_int_equal(list.n, 0);
        assert_int_equal(add(&list, FORTY_FIVE, 0), 0);
        assert_int_equal(add(&list, "  two\n lines ", 0), 0);
        assert_string_equal(list.items[1].label, "two lines");
        (void) state;
}

/* Discord may count UTF-16 units: 22 emoji and a letter are 45 of them, in as many bytes as a label can have but a few. */
static void emoji_count_twice(void **state) {
        QuestionList list = {};
        _strbuf_ StrBuf label = {}, wide = {};

        for (int i = 0; i < 22; i++)
                strbuf_append(&label, "\xF0\x9F\x9A\x80");
        strbuf_append(&label, "x");
        assert_int_equal(add(&list, strbuf_text(&label), 0), 0);
        assert_string_equal(list.items[0].label, strbuf_text(&label));
        strbuf_append(&label, "y");
        assert_int_equal(add(&list, strbuf_text(&label), 0), QUESTION_LABEL_LONG);
        for (int i = 0; i < LIMIT_LABEL; i++)
                strbuf_append(&wide, "\xE6\x8E\xA1");
        assert_int_equal(add(&list, strbuf_text(&wide), 0), 0);
        assert_string_equal(list.items[1].label, strbuf_text(&wide));
        (void) state;
}

static void labels_are_taken_once(void **state) {
        QuestionList list;

        make(&list, "ab");
        assert_int_equal(add(&list, " a ", 0), QUESTION_LABEL_TAKEN);
        assert_int_equal(question_edit(&list, 2, &(QuestionChange) { .label = "a" }), QUESTION_LABEL_TAKEN);
        assert_int_equal(question_edit(&list, 1, &(QuestionChange) { .label = "A" }), 0);
        is(&list, "A b");
        (void) state;
}

static void placeholders_have_a_limit_and_can_go(void **state) {
        QuestionList list;
        _strbuf_ StrBuf hundred = {};

        make(&list, "a");
        for (int i = 0; i < LIMIT_INPUT_PLACEHOLDER; i++)
                strbuf_append(&hundred, "\xE6\x8E\xA1");
        assert_int_equal(question_edit(&list, 1, &(QuestionChange) { .placeholder = strbuf_text(&hundred) }), 0);
        assert_string_equal(list.items[0].placeholder, strbuf_text(&hundred));
        strbuf_append(&hundred, "x");
        assert_int_equal(question_edit(&list, 1, &(QuestionChange) { .placeholder = strbuf_text(&hundred) }), QUESTION_PLACEHOLDER_LONG);
        assert_int_equal(question_edit(&list, 1, &(QuestionChange) { .placeholder = " " }), 0);
        assert_string_equal(list.items[0].placeholder, "");
        (void) state;
}

static void an_edit_changes_what_it_names(void **state) {
        const AnswerKind paragraph = ANSWER_PARAGRAPH, none = (AnswerKind) 99;
        const bool no = false;
        QuestionList list;

        make(&list, "ab");
        assert_int_equal(question_edit(&list, 2, &(QuestionChange) { .kind = &paragraph, .is_required = &no }), 0);
        assert_string_equal(list.items[1].label, "b");
        assert_int_equal(list.items[1].kind, ANSWER_PARAGRAPH);
        assert_false(list.items[1].is_required);
        assert_int_equal(list.items[1].id, 2);
        assert_int_equal(question_edit(&list, 2, &(QuestionChange) { .kind = &paragraph }), QUESTION_UNCHANGED);
        assert_int_equal(question_edit(&list, 2, &(QuestionChange) {}), QUESTION_UNCHANGED);
        assert_int_equal(question_edit(&list, 2, &(QuestionChange) { .label = "c", .kind = &none }), -EINVAL);
        assert_int_equal(question_edit(&list, 2, &(QuestionChange) { .label = " " }), QUESTION_LABEL_BLANK);
        assert_int_equal(question_edit(&list, 3, &(QuestionChange) { .label = "c" }), QUESTION_NO_SUCH);
        assert_int_equal(question_edit(&list, 0, &(QuestionChange) { .label = "c" }), QUESTION_NO_SUCH);
        is(&list, "a b");
        (void) state;
}

static void questions_move(void **state) {
        QuestionList list;

        make(&list, "abcd");
        assert_int_equal(question_move(&list, 1, 4), 0);
        is(&list, "b c d a");
        assert_int_equal(question_move(&list, 4, 1), 0);
        is(&list, "a b c d");
        assert_int_equal(question_move(&list, 2, 3), 0);
        is(&list, "a c b d");
        assert_int_equal(question_move(&list, 2, 2), QUESTION_UNCHANGED);
        assert_int_equal(question_move(&list, 5, 1), QUESTION_NO_SUCH);
        assert_int_equal(question_move(&list, 1, 5), QUESTION_NO_PLACE);
        assert_int_equal(question_move(&list, 1, 0), QUESTION_NO_PLACE);
        is(&list, "a c b d");
        assert_int_equal(list.items[2].id, 2);
        (void) state;
}

static void one_question_remains(void **state) {
        QuestionList list;

        make(&list, "abc");
        assert_int_equal(question_remove(&list, 2), 0);
        is(&list, "a c");
        assert_int_equal(question_remove(&list, 3), QUESTION_NO_SUCH);
        assert_int_equal(question_remove(&list, -1), QUESTION_NO_SUCH);
        assert_int_equal(question_remove(&list, 1), 0);
        assert_int_equal(question_remove(&list, 1), QUESTION_LAST);
        is(&list, "c");
        (void) state;
}

static void a_page_has_five(void **state) {
        static const struct {
                const char *labels;
                size_t n_pages, n_last;
        } cases[] = { { "a", 1, 1 }, { "abcde", 1, 5 }, { "abcdef", 2, 1 }, { "abcdefghij", 2, 5 }, { "abcdefghijklmnopqrst", 4, 5 } };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Question *page;
                QuestionList list;
                size_t n;

                make(&list, cases[i].labels);
                assert_int_equal(question_pages(&list), cases[i].n_pages);
                page = question_page(&list, cases[i].n_pages - 1, &n);
                assert_int_equal(n, cases[i].n_last);
                assert_ptr_equal(page, &list.items[(cases[i].n_pages - 1) * 5]);
                assert_null(question_page(&list, cases[i].n_pages, &n));
                assert_int_equal(n, 0);
                assert_null(question_page(&list, SIZE_MAX, &n));
        }
        (void) state;
}

static void stored(const QuestionList *list, char **ret) {
        _json_writer_ JsonWriter w = {};

        question_write(&w, list);
        assert_int_equal(json_writer_finish(&w, ret), 0);
}

static int restore(const char *text, QuestionList *ret) {
        _json_ Json *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json), 0);
        return question_from_json(json, ret);
}

static void what_is_stored_is_restored(void **state) {
        QuestionList list = {}, restored = {};
        _free_ char *text = NULL, *again = NULL;

        question_reset(&list, LANG_EN);
        assert_int_equal(question_move(&list, 4, 1), 0);
        stored(&list, &text);
        assert_int_equal(restore(text, &restored), 0);
        assert_memory_equal(&list, &restored, sizeof(list));
        stored(&restored, &again);
        assert_string_equal(text, again);
        assert_int_equal(restore("{\"questions\": [{\"type\": \"short\", \"id\": 3, \"placeholder\": \"\", \"label\": \"x\", \"required\": false}], \"next\": 4}",
                                 &restored),
                         0);
        assert_int_equal(restored.items[0].id, 3);
        (void) state;
}

#define Q(id, label) "{\"id\":" id ",\"label\":\"" label "\",\"type\":\"short\",\"required\":true,\"placeholder\":\"\"}"

static void only_what_is_written_is_restored(void **state) {
        static const char *const bad[] = {
                "{}", "[]", "null", "{\"next\":2}", "{\"next\":1,\"questions\":[]}", "{\"next\":2,\"questions\":[" Q("1", "x") "],\"more\":1}",
                "{\"next\":1,\"questions\":[" Q("1", "x") "]}", "{\"next\":0,\"questions\":[" Q("1", "x") "]}",
                "{\"next\":9999999999,\"questions\":[" Q("1", "x") "]}", "{\"next\":2,\"questions\":[" Q("0", "x") "]}",
                "{\"next\":2,\"questions\":[" Q("-1", "x") "]}", "{\"next\":2,\"questions\":[" Q("\"1\"", "x") "]}",
                "{\"next\":3,\"questions\":[" Q("1", "x") "," Q("1", "y") "]}", "{\"next\":3,\"questions\":[" Q("1", "x") "," Q("2", "x") "]}",
                "{\"next\":2,\"questions\":[" Q("1", "") "]}", "{\"next\":2,\"questions\":[" Q("1", " x") "]}",
                "{\"next\":2,\"questions\":[" Q("1", FORTY_FIVE "x") "]}", "{\"next\":2,\"questions\":[1]}", "{\"next\":2,\"questions\":{}}",
                "{\"next\":2,\"questions\":[{\"id\":1,\"label\":\"x\",\"type\":\"number\",\"required\":true,\"placeholder\":\"\"}]}",
                "{\"next\":2,\"questions\":[{\"id\":1,\"label\":\"x\",\"type\":\"short\",\"required\":1,\"placeholder\":\"\"}]}",
                "{\"next\":2,\"questions\":[{\"id\":1,\"label\":\"x\",\"type\":\"short\",\"required\":true,\"placeholder\":null}]}",
                "{\"next\":2,\"questions\":[{\"id\":1,\"label\":\"x\",\"type\":\"short\",\"required\":true,\"placeholder\":\" x\"}]}",
                "{\"next\":2,\"questions\":[{\"id\":1,\"label\":\"x\",\"type\":\"short\",\"required\":true}]}",
                "{\"next\":2,\"questions\":[{\"id\":1,\"label\":\"x\",\"type\":\"short\",\"required\":true,\"placeholder\":\"\",\"more\":1}]}",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                QuestionList list;

                if (restore(bad[i], &list) != -EBADMSG)
                        fail_msg("restored: %s", bad[i]);
        }
        (void) state;
}

static void no_more_than_twenty_are_restored(void **state) {
        _strbuf_ StrBuf text = {};
        QuestionList list;

        strbuf_append(&text, "{\"next\":99,\"questions\":[" Q("1", "x"));
        for (int i = 2; i <= QUESTIONS_MAX; i++)
                strbuf_appendf(&text, "," Q("%d", "x%d"), i, i);
        strbuf_append(&text, "]}");
        assert_int_equal(restore(strbuf_text(&text), &list), 0);
        assert_int_equal(list.n, QUESTIONS_MAX);
        text.n_bytes -= 2;
        text.text[text.n_bytes] = '\0';
        strbuf_append(&text, "," Q("50", "y") "]}");
        assert_int_equal(restore(strbuf_text(&text), &list), -EBADMSG);
        (void) state;
}

static void every_refusal_has_words(void **state) {
        for (int r = QUESTION_FULL; r <= QUESTION_UNCHANGED; r++) {
                _free_ char *text = NULL;

                assert_int_equal(text_format(LANG_EN, question_refusal_text(r), TEXT_ARGS(ARG_NUMBER("limit", question_refusal_limit(r))), &text), 0);
                assert_null(strstr(text, " 0 "));
        }
        assert_int_equal(question_refusal_text(0), TEXT_QUESTION_NO_SUCH);
        assert_int_equal(question_refusal_text(99), TEXT_QUESTION_NO_SUCH);
        assert_int_equal(question_refusal_limit(99), 0);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_default_set),
                cmocka_unit_test(ids_are_never_given_again),
                cmocka_unit_test(additions_find_their_place),
                cmocka_unit_test(twenty_are_enough),
                cmocka_unit_test(labels_have_one_line_and_a_limit),
                cmocka_unit_test(emoji_count_twice),
                cmocka_unit_test(labels_are_taken_once),
                cmocka_unit_test(placeholders_have_a_limit_and_can_go),
                cmocka_unit_test(an_edit_changes_what_it_names),
                cmocka_unit_test(questions_move),
                cmocka_unit_test(one_question_remains),
                cmocka_unit_test(a_page_has_five),
                cmocka_unit_test(what_is_stored_is_restored),
                cmocka_unit_test(only_what_is_written_is_restored),
                cmocka_unit_test(no_more_than_twenty_are_restored),
                cmocka_unit_test(every_refusal_has_words),
        };

        return cmocka_run_group_tests_name("question", tests, NULL, NULL);
}
