/* Questions answered page by page: what is kept, what comes next, and what is stored in the end. */

#include "magikal/qna.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* So many short, required questions with the ids 1, 2, …; then each test makes of them what it needs. */
static QuestionList questions(size_t n) {
        QuestionList list = { .next_id = (int) n + 1, .n = n };

        for (size_t i = 0; i < n; i++) {
                list.items[i] = (Question) { .id = (int) i + 1, .kind = ANSWER_SHORT, .is_required = true };
                (void) snprintf(list.items[i].label, sizeof(list.items[i].label), "Question %zu", i + 1);
        }
        return list;
}

static Json *parse(const char *text) {
        Json *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json), 0);
        return json;
}

/* The draft behind one more form. */
static void merge(const QuestionList *list, Json **draft, const char *fields, uint64_t at) {
        _json_ Json *form = parse(fields);
        Json *merged = NULL;

        assert_int_equal(qna_merge(list, *draft, form, at, &merged), 0);
        json_free(*draft);
        *draft = merged;
}

static void next_is(const QuestionList *list, const Json *draft, size_t page, QnaStep step, size_t next_page) {
        QnaStep got;
        size_t at;

        assert_int_equal(qna_next(list, draft, page, &got, &at), 0);
        assert_int_equal(got, step);
        if (step != QNA_DONE)
                assert_int_equal(at, next_page);
}

static void the_later_form_counts_whichever_comes_first(void **state) {
        QuestionList list = questions(2);
        _json_ Json *draft = NULL;

        (void) state;
        merge(&list, &draft, "{\"1\":\"new\",\"2\":\"b\"}", 20);
        merge(&list, &draft, "{\"1\":\"old\"}", 10);
        assert_string_equal(qna_typed(draft, 1), "new");
        assert_string_equal(qna_typed(draft, 2), "b");
        merge(&list, &draft, "{\"1\":\"newest\"}", 30);
        assert_string_equal(qna_typed(draft, 1), "newest");
        merge(&list, &draft, "{\"1\":\"again\"}", 30);         /* the same form once more, by a process that took over */
        assert_string_equal(qna_typed(draft, 1), "again");
}

static void only_questions_that_are_asked_are_kept(void **state) {
        QuestionList list = questions(2);
        _json_ Json *draft = NULL;

        (void) state;
        merge(&list, &draft, "{\"1\":\"a\",\"2\":\"b\",\"9\":\"c\",\"x\":\"d\",\"-1\":\"e\"}", 1);
        assert_null(qna_typed(draft, 9));
        list.n = 1;             /* staff have removed the second */
        merge(&list, &draft, "{}", 2);
        assert_string_equal(qna_typed(draft, 1), "a");
        assert_null(qna_typed(draft, 2));
        assert_int_equal(json_array_size(draft), 0);
}

static void what_is_no_text_is_nothing(void **state) {
        QuestionList list = questions(1);
        _json_ Json *draft = parse("{\"1\":7}");

        (void) state;
        assert_null(qna_typed(draft, 1));
        merge(&list, &draft, "{\"1\":[\"a\"]}", 1);
        assert_null(qna_typed(draft, 1));
        next_is(&list, draft, 0, QNA_CONTINUE, 0);
}

static void pages_follow_each_other(void **state) {
        QuestionList list = questions(12);      /* three pages */
        _json_ Json *draft = NULL;

        (void) state;
        merge(&list, &draft, "{\"1\":\"a\",\"2\":\"a\",\"3\":\"a\",\"4\":\"a\",\"5\":\"a\"}", 1);
        next_is(&list, draft, 0, QNA_CONTINUE, 1);
        merge(&list, &draft, "{\"11\":\"a\",\"12\":\"a\"}", 2);
        next_is(&list, draft, 2, QNA_CONTINUE, 1);
        merge(&list, &draft, "{\"6\":\"a\",\"7\":\"a\",\"8\":\"a\",\"9\":\"a\",\"10\":\"a\"}", 3);
        next_is(&list, draft, 1, QNA_DONE, 0);
}

static void what_was_sent_is_mended_before_the_next_page(void **state) {
        QuestionList list = questions(7);
        _json_ Json *draft = NULL;
        _strbuf_ StrBuf words = {};

        (void) state;
        list.items[1].kind = ANSWER_TIME_RANGE;
        merge(&list, &draft, "{\"1\":\"a\",\"2\":\"late\",\"3\":\" \",\"4\":\"a\",\"5\":\"a\"}", 1);
        next_is(&list, draft, 0, QNA_FIX, 0);
        qna_append_problems(&words, LANG_EN, &list, draft, 0);
        assert_non_null(strstr(strbuf_text(&words), "**Question 2**: \"late\""));
        assert_non_null(strstr(strbuf_text(&words), "**Question 3**"));
        assert_null(strstr(strbuf_text(&words), "**Question 1**"));
        merge(&list, &draft, "{\"2\":\"18:00-22:00\",\"3\":\"c\"}", 2);
        next_is(&list, draft, 0, QNA_CONTINUE, 1);
}

static void a_page_that_became_wrong_is_mended_last(void **state) {
        QuestionList list = questions(7);
        _json_ Json *draft = NULL;

        (void) state;
        merge(&list, &draft, "{\"1\":\"a\",\"2\":\"a\",\"3\":\"a\",\"4\":\"a\",\"5\":\"a\"}", 1);
        list.items[0].kind = ANSWER_YES_NO;     /* staff have made another question of it */
        merge(&list, &draft, "{\"6\":\"a\",\"7\":\"a\"}", 2);
        next_is(&list, draft, 1, QNA_FIX, 0);
}

static void a_question_that_was_added_meanwhile_is_asked(void **state) {
        QuestionList list = questions(3), longer = questions(4);
        _json_ Json *draft = NULL;

        (void) state;
        merge(&list, &draft, "{\"1\":\"a\",\"2\":\"a\",\"3\":\"a\"}", 1);
        next_is(&list, draft, 0, QNA_DONE, 0);
        next_is(&longer, draft, 0, QNA_CONTINUE, 0);
}

static void a_question_that_was_moved_keeps_its_answer(void **state) {
        QuestionList list = questions(6);
        _json_ Json *draft = NULL;
        Question first = list.items[0];

        (void) state;
        merge(&list, &draft, "{\"1\":\"first\",\"2\":\"a\",\"3\":\"a\",\"4\":\"a\",\"5\":\"a\"}", 1);
        list.items[0] = list.items[5];          /* question 6 is on the first page now, 1 on the second */
        list.items[5] = first;
        next_is(&list, draft, 0, QNA_CONTINUE, 0);
        merge(&list, &draft, "{\"6\":\"a\"}", 2);
        next_is(&list, draft, 0, QNA_DONE, 0);
        assert_string_equal(qna_typed(draft, 1), "first");
}

static void optional_questions_may_be_left_blank(void **state) {
        const QnaClock nowhere = {};
        QuestionList list = questions(2);
        _json_ Json *draft = NULL, *answers = NULL;
        _free_ char *text = NULL;

        (void) state;
        list.items[1].is_required = false;
        merge(&list, &draft, "{\"1\":\"a\",\"2\":\"\"}", 1);
        next_is(&list, draft, 0, QNA_DONE, 0);
        assert_int_equal(qna_answers(&list, draft, &nowhere, &text), 0);
        assert_string_equal(text, "[{\"id\":1,\"question\":\"Question 1\",\"answer\":{\"type\":\"short\",\"text\":\"a\"}},"
                                  "{\"id\":2,\"question\":\"Question 2\"}]");
        /* but what is there has to be right */
        list.items[1].kind = ANSWER_TIME_RANGE;
        merge(&list, &draft, "{\"2\":\"whenever\"}", 2);
        next_is(&list, draft, 0, QNA_FIX, 0);
        free(TAKE(text));
        assert_int_equal(qna_answers(&list, draft, &nowhere, &text), -EINVAL);
}

/*
 * The clocks of Berlin and London are turned at the same moment (2026-10-25 01:00 UTC), those of New York a week later (2026-11-01 06:00
 * UTC): in between New York is four hours behind London instead of five. Source: tzdata.
 */
static void times_are_told_in_uk_time_too(void **state) {
        static const ZoneTransition uk_turns[] = { { 1792890000, 0 } }, york_turns[] = { { 1793512800, -18000 } };
        static const ZoneRules uk = { 3600, 1, uk_turns }, york = { -14400, 1, york_turns };
        static const struct {
                int64_t day;            /* 2026-10-24, -27, 2026-11-02 */
                const char *uk;
        } rows[] = {
                { 20750, "\"uk\":[[1380,1500]]" },
                { 20753, "\"uk\":[[1320,1440]]" },
                { 20759, "\"uk\":[[1380,1500]]" },
        };
        QuestionList list = questions(1);
        _json_ Json *draft = NULL;

        (void) state;
        list.items[0].kind = ANSWER_TIME_RANGE;
        merge(&list, &draft, "{\"1\":\"6pm-8pm\"}", 1);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                const QnaClock clock = { "America/New_York", &york, &uk, rows[i].day };
                _free_ char *text = NULL;

                assert_int_equal(qna_answers(&list, draft, &clock, &text), 0);
                if (!strstr(text, rows[i].uk))
                        fail_msg("day %lld: %s", (long long) rows[i].day, text);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_later_form_counts_whichever_comes_first),
                cmocka_unit_test(only_questions_that_are_asked_are_kept),
                cmocka_unit_test(what_is_no_text_is_nothing),
                cmocka_unit_test(pages_follow_each_other),
                cmocka_unit_test(what_was_sent_is_mended_before_the_next_page),
                cmocka_unit_test(a_page_that_became_wrong_is_mended_last),
                cmocka_unit_test(a_question_that_was_added_meanwhile_is_asked),
                cmocka_unit_test(a_question_that_was_moved_keeps_its_answer),
                cmocka_unit_test(optional_questions_may_be_left_blank),
                cmocka_unit_test(times_are_told_in_uk_time_too),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
