/* Answers: read, shown, typed again and stored; each kind with what it refuses. */

#include "magikal/answer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "magikal/cleanup.h"

static char *stored(const Answer *answer) {
        _json_writer_ JsonWriter w = {};
        char *text = NULL;

        answer_write(&w, answer);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        return text;
}

static int restore(const char *text, Answer *ret) {
        _json_ Json *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json), 0);
        return answer_from_json(json, ret);
}

static void read_it(AnswerKind kind, const char *typed, Answer *ret) {
        AnswerProblem problem = {};
        int r = answer_read(kind, typed, ret, &problem);

        if (r != 0)
                fail_msg("%s: %d", typed, r);
}

/* What is shown, typed again and stored; storing what was restored gives the same. */
static void is(AnswerKind kind, const char *typed, const char *shown, const char *typed_again, const char *json) {
        _answer_ Answer answer = {}, again = {}, restored = {};
        _strbuf_ StrBuf show = {}, type = {};
        _free_ char *text = NULL, *text_again = NULL, *text_restored = NULL;

        read_it(kind, typed, &answer);
        answer_append_shown(&show, LANG_EN, &answer);
        answer_append_typed(&type, &answer);
        assert_string_equal(strbuf_text(&show), shown);
        assert_string_equal(strbuf_text(&type), typed_again);
        read_it(kind, strbuf_text(&type), &again);

        text = stored(&answer);
        text_again = stored(&again);
        assert_string_equal(text, json);
        assert_string_equal(text_again, json);
        assert_int_equal(restore(json, &restored), 0);
        text_restored = stored(&restored);
        assert_string_equal(text_restored, json);
}

static void is_refused(AnswerKind kind, const char *typed, AnswerRefusal reason, const char *piece) {
        Answer answer = { .is_yes = true };
        AnswerProblem problem = {};
        int r = answer_read(kind, typed, &answer, &problem);

        if (r != (int) reason || problem.reason != reason || !streq(problem.piece, piece))
                fail_msg("%s: %d because of \"%s\" instead of %d", typed, r, problem.piece, (int) reason);
        assert_true(answer.is_yes && answer.kind == ANSWER_KEYWORDS);
}

static void keywords_become_chips(void **state) {
        is(ANSWER_KEYWORDS, " Mining,salvage ; Medical\nbounty  hunting", "`Mining` `salvage` `Medical` `bounty hunting`",
           "Mining, salvage, Medical, bounty hunting", "{\"type\":\"keywords\",\"keywords\":[\"Mining\",\"salvage\",\"Medical\",\"bounty hunting\"]}");
        is(ANSWER_KEYWORDS, "one", "`one`", "one", "{\"type\":\"keywords\",\"keywords\":[\"one\"]}");
        is(ANSWER_KEYWORDS, ",a,,b, ,", "`a` `b`", "a, b", "{\"type\":\"keywords\",\"keywords\":[\"a\",\"b\"]}");
        is(ANSWER_KEYWORDS, "\xE6\x8E\xA1\xE6\x8E\x98\xE3\x80\x81\xE5\x8C\xBB\xE7\x99\x82", "`\xE6\x8E\xA1\xE6\x8E\x98` `\xE5\x8C\xBB\xE7\x99\x82`",
           "\xE6\x8E\xA1\xE6\x8E\x98, \xE5\x8C\xBB\xE7\x99\x82", "{\"type\":\"keywords\",\"keywords\":[\"\xE6\x8E\xA1\xE6\x8E\x98\",\"\xE5\x8C\xBB\xE7\x99\x82\"]}");
        (void) state;
}

static void a_keyword_counts_once(void **state) {
        is(ANSWER_KEYWORDS, "Mining, mining, MINING, min ing", "`Mining` `min ing`", "Mining, min ing",
           "{\"type\":\"keywords\",\"keywords\":[\"Mining\",\"min ing\"]}");
        is(ANSWER_KEYWORDS, "\xC3\x84pfel, \xC3\xA4pfel", "`\xC3\x84pfel`", "\xC3\x84pfel", "{\"type\":\"keywords\",\"keywords\":[\"\xC3\x84pfel\"]}");
        (void) state;
}

static void a_chip_has_no_power(void **state) {
        is(ANSWER_KEYWORDS, "`x`, **y**, <@1>", "`'x'` `**y**` `<@1>`", "`x`, **y**, <@1>",
           "{\"type\":\"keywords\",\"keywords\":[\"`x`\",\"**y**\",\"<@1>\"]}");
        (void) state;
}

#define FORTY "abcdefghijklmnopqrstuvwxyz-abcdefghijklm"

static void keywords_are_bounded(void **state) {
        _strbuf_ StrBuf twenty = {};
        _answer_ Answer answer = {};
        AnswerProblem problem = {};

        assert_int_equal(strlen(FORTY), ANSWER_KEYWORD_MAX);
        is_refused(ANSWER_KEYWORDS, "a, " FORTY "x, b", ANSWER_KEYWORD_LONG, FORTY);
        is_refused(ANSWER_KEYWORDS, " , ;\n,", ANSWER_BLANK, "");
        for (int i = 0; i < ANSWER_KEYWORDS_MAX; i++)
                strbuf_appendf(&twenty, "word %d,", i);
        read_it(ANSWER_KEYWORDS, strbuf_text(&twenty), &answer);
        assert_int_equal(answer.n_keywords, ANSWER_KEYWORDS_MAX);
        strbuf_append(&twenty, "WORD 3");
        answer_done(&answer);
        read_it(ANSWER_KEYWORDS, strbuf_text(&twenty), &answer);
        strbuf_append(&twenty, ",one more");
        answer_done(&answer);
        assert_int_equal(answer_read(ANSWER_KEYWORDS, strbuf_text(&twenty), &answer, &problem), ANSWER_KEYWORDS_MANY);
        assert_int_equal(problem.limit, ANSWER_KEYWORDS_MAX);
        (void) state;
}

/* Twenty words that fill the field leave no room for blanks behind commas. */
static void a_full_field_can_be_typed_again(void **state) {
        _strbuf_ StrBuf typed = {}, again = {};
        _answer_ Answer answer = {}, same = {};

        for (int i = 0; i < ANSWER_KEYWORDS_MAX; i++)
                strbuf_appendf(&typed, "%sa keyword of 19 %c..", i > 0 ? "," : "", 'a' + i);
        read_it(ANSWER_KEYWORDS, strbuf_text(&typed), &answer);
        answer_append_typed(&again, &answer);
        read_it(ANSWER_KEYWORDS, strbuf_text(&again), &same);
        assert_int_equal(same.n_keywords, ANSWER_KEYWORDS_MAX);
        (void) state;
}

static void times_are_kept_local(void **state) {
        is(ANSWER_TIME_RANGE, "6pm\xE2\x80\x93" "11pm and 22:00 to 2", "18:00\xE2\x80\x93" "23:00, 22:00\xE2\x80\x93" "02:00", "18:00-23:00, 22:00-02:00",
           "{\"type\":\"time_range\",\"local\":[[1080,1380],[1320,1560]]}");
        is(ANSWER_TIME_RANGE, "0-24", "00:00\xE2\x80\x93" "24:00", "00:00-24:00", "{\"type\":\"time_range\",\"local\":[[0,1440]]}");
        is_refused(ANSWER_TIME_RANGE, "18-20, evenings", ANSWER_TIME_WORDS, "evenings");
        is_refused(ANSWER_TIME_RANGE, "\xE2\x80\x8B", ANSWER_BLANK, "");
        (void) state;
}

static const ZoneRules london = {}, berlin = { .offset = 3600 }, sydney = { .offset = 11 * 3600 }, new_york = { .offset = -5 * 3600 };

static void shows_uk(const char *typed, const char *zone, const ZoneRules *rules, const char *shown, const char *json) {
        _answer_ Answer answer = {}, restored = {};
        _strbuf_ StrBuf out = {};
        _free_ char *text = NULL, *again = NULL;

        read_it(ANSWER_TIME_RANGE, typed, &answer);
        answer_add_uk(&answer, zone, rules, &london, 20463);
        answer_append_shown(&out, LANG_EN, &answer);
        assert_string_equal(strbuf_text(&out), shown);
        text = stored(&answer);
        assert_string_equal(text, json);
        assert_int_equal(restore(text, &restored), 0);
        again = stored(&restored);
        assert_string_equal(again, text);
}

static void times_are_kept_in_uk_time_too(void **state) {
        shows_uk("18:00-22:30", "Europe/Berlin", &berlin, "18:00\xE2\x80\x93" "22:30 (UK time: 17:00\xE2\x80\x93" "21:30)",
                 "{\"type\":\"time_range\",\"local\":[[1080,1350]],\"zone\":\"Europe/Berlin\",\"day\":20463,\"uk\":[[1020,1290]]}");
        shows_uk("6-9, 20-22", "Australia/Sydney", &sydney,
                 "06:00\xE2\x80\x93" "09:00, 20:00\xE2\x80\x93" "22:00 (UK time: 19:00\xE2\x80\x93" "22:00 the day before, 09:00\xE2\x80\x93" "11:00)",
                 "{\"type\":\"time_range\",\"local\":[[360,540],[1200,1320]],\"zone\":\"Australia/Sydney\",\"day\":20463,"
                 "\"uk\":[[-300,-120],[540,660]]}");
        shows_uk("20-23", "UTC-5", &new_york, "20:00\xE2\x80\x93" "23:00 (UK time: 01:00\xE2\x80\x93" "04:00 the next day)",
                 "{\"type\":\"time_range\",\"local\":[[1200,1380]],\"zone\":\"UTC-5\",\"day\":20463,\"uk\":[[1500,1680]]}");
        shows_uk("20-23", ZONE_UK, &london, "20:00\xE2\x80\x93" "23:00",
                 "{\"type\":\"time_range\",\"local\":[[1200,1380]],\"zone\":\"Europe/London\",\"day\":20463,\"uk\":[[1200,1380]]}");
        (void) state;
}

static void only_times_have_uk_time(void **state) {
        _answer_ Answer answer = {};

        read_it(ANSWER_SHORT, "18-20", &answer);
        answer_add_uk(&answer, "Europe/Berlin", &berlin, &london, 0);
        assert_false(answer.has_uk);
        (void) state;
}

static void yes_or_no(void **state) {
        is(ANSWER_YES_NO, "yes", "Yes", "yes", "{\"type\":\"yes_no\",\"yes\":true}");
        is(ANSWER_YES_NO, " Y ", "Yes", "yes", "{\"type\":\"yes_no\",\"yes\":true}");
        is(ANSWER_YES_NO, "NO", "No", "no", "{\"type\":\"yes_no\",\"yes\":false}");
        is(ANSWER_YES_NO, "n", "No", "no", "{\"type\":\"yes_no\",\"yes\":false}");
        is_refused(ANSWER_YES_NO, "maybe", ANSWER_NOT_YES_NO, "maybe");
        is_refused(ANSWER_YES_NO, "", ANSWER_NOT_YES_NO, "");
        is_refused(ANSWER_YES_NO, "yes, but only in a room where nobody else is", ANSWER_NOT_YES_NO, "");
        (void) state;
}

static void text_is_cleaned_and_escaped(void **state) {
        is(ANSWER_SHORT, "  a *b*\xE2\x80\xAE  ", "a \\*b\\*", "a *b*", "{\"type\":\"short\",\"text\":\"a *b*\"}");
        is(ANSWER_PARAGRAPH, "one\r\n\n\n\ntwo \"x\"", "one\n\ntwo \"x\"", "one\n\ntwo \"x\"",
           "{\"type\":\"paragraph\",\"text\":\"one\\n\\ntwo \\\"x\\\"\"}");
        is_refused(ANSWER_SHORT, " \n ", ANSWER_BLANK, "");
        (void) state;
}

static void text_is_bounded(void **state) {
        static const AnswerKind kinds[] = { ANSWER_KEYWORDS, ANSWER_TIME_RANGE, ANSWER_SHORT, ANSWER_PARAGRAPH };

        assert_int_equal(answer_kind_limit(ANSWER_SHORT), 200);
        assert_int_equal(answer_kind_limit(ANSWER_PARAGRAPH), 1500);
        assert_int_equal(answer_kind_limit(ANSWER_YES_NO), 0);
        assert_int_equal(answer_kind_limit((AnswerKind) 99), 0);
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++) {
                _strbuf_ StrBuf text = {};
                _answer_ Answer answer = {};
                AnswerProblem problem = {};

                for (size_t k = 0; k < answer_kind_limit(kinds[i]); k++)
                        strbuf_append(&text, "\xE2\x82\xAC");
                assert_int_not_equal(answer_read(kinds[i], strbuf_text(&text), &answer, &problem), ANSWER_LONG);
                strbuf_append_char(&text, 'x');
                answer_done(&answer);
                assert_int_equal(answer_read(kinds[i], strbuf_text(&text), &answer, &problem), ANSWER_LONG);
                assert_int_equal(problem.limit, answer_kind_limit(kinds[i]));
        }
        (void) state;
}

static void foreign_bytes_are_refused(void **state) {
        AnswerProblem problem = {};
        Answer answer = {};

        for (int kind = 0; kind < _ANSWER_KIND_MAX; kind++)
                assert_int_equal(answer_read((AnswerKind) kind, "\xFF", &answer, &problem), -EINVAL);
        assert_int_equal(answer_read((AnswerKind) 99, "x", &answer, &problem), -EINVAL);
        (void) state;
}

static void only_what_is_written_is_restored(void **state) {
        static const char *const bad[] = {
                "[]", "{}", "null", "{\"type\":\"number\",\"text\":\"x\"}", "{\"type\":null}",
                "{\"type\":\"short\"}", "{\"type\":\"short\",\"text\":null}", "{\"type\":\"short\",\"text\":\"\"}", "{\"type\":\"short\",\"text\":\" x\"}",
                "{\"type\":\"short\",\"text\":\"x\",\"more\":1}", "{\"type\":\"short\",\"text\":\"x\",\"text\":\"x\"}",
                "{\"type\":\"keywords\"}", "{\"type\":\"keywords\",\"keywords\":[]}", "{\"type\":\"keywords\",\"keywords\":[1]}",
                "{\"type\":\"keywords\",\"keywords\":[\"a\",\"A\"]}", "{\"type\":\"keywords\",\"keywords\":[\"a,b\"]}",
                "{\"type\":\"keywords\",\"keywords\":[\"a \"]}", "{\"type\":\"keywords\",\"keywords\":[\"\",\"a\"]}",
                "{\"type\":\"keywords\",\"keywords\":[\"a\"],\"yes\":true}", "{\"type\":\"keywords\",\"keywords\":{\"a\":\"a\"}}",
                "{\"type\":\"yes_no\"}", "{\"type\":\"yes_no\",\"yes\":\"yes\"}", "{\"type\":\"yes_no\",\"yes\":1}",
                "{\"type\":\"yes_no\",\"yes\":true,\"text\":\"\"}",
                "{\"type\":\"time_range\"}", "{\"type\":\"time_range\",\"local\":[]}", "{\"type\":\"time_range\",\"local\":[[1]]}",
                "{\"type\":\"time_range\",\"local\":[[1,2,3]]}", "{\"type\":\"time_range\",\"local\":[[2,1]]}",
                "{\"type\":\"time_range\",\"local\":[[1,1]]}", "{\"type\":\"time_range\",\"local\":[[-1,5]]}",
                "{\"type\":\"time_range\",\"local\":[[1440,1500]]}", "{\"type\":\"time_range\",\"local\":[[5,1446]]}",
                "{\"type\":\"time_range\",\"local\":[[5,1445]]}", "{\"type\":\"time_range\",\"local\":[[1,2],[1,2]]}",
                "{\"type\":\"time_range\",\"local\":[[1,\"2\"]]}", "{\"type\":\"time_range\",\"local\":[{\"a\":1,\"b\":2}]}",
                "{\"type\":\"time_range\",\"local\":[[1,2.5]]}",
                "{\"type\":\"time_range\",\"local\":[[1,2],[2,3],[3,4],[4,5],[5,6],[6,7],[7,8],[8,9],[9,10],[10,11],[11,12]]}",
                "{\"type\":\"time_range\",\"local\":[[1,2]],\"zone\":\"UTC\"}",
                "{\"type\":\"time_range\",\"local\":[[1,2]],\"zone\":\"UTC\",\"day\":1,\"uk\":[]}",
                "{\"type\":\"time_range\",\"local\":[[1,2]],\"zone\":\"U TC\",\"day\":1,\"uk\":[[1,2]]}",
                "{\"type\":\"time_range\",\"local\":[[1,2]],\"zone\":\"UTC\",\"day\":-1,\"uk\":[[1,2]]}",
                "{\"type\":\"time_range\",\"local\":[[1,2]],\"zone\":\"UTC\",\"day\":900000,\"uk\":[[1,2]]}",
                "{\"type\":\"time_range\",\"local\":[[1,2]],\"zone\":\"UTC\",\"day\":1,\"uk\":[[1,99999]]}",
                "{\"type\":\"time_range\",\"local\":[[1,2]],\"zone\":\"UTC\",\"day\":1,\"uk\":[[1,2]],\"more\":1}",
        };

        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _answer_ Answer answer = {};

                if (restore(bad[i], &answer) != -EBADMSG)
                        fail_msg("restored: %s", bad[i]);
        }
        (void) state;
}

/* PostgreSQL's jsonb keeps members in an order of its own. */
static void order_does_not_matter(void **state) {
        _answer_ Answer answer = {};

        assert_int_equal(restore("{\"uk\": [[1, 2]], \"day\": 1, \"type\": \"time_range\", \"zone\": \"UTC\", \"local\": [[1, 2]]}", &answer), 0);
        assert_true(answer.has_uk && answer.uk_spans[0].to_min == 2);
        (void) state;
}

static void every_problem_has_words(void **state) {
        for (int reason = 0; reason <= ANSWER_TIMES_MANY + 1; reason++) {
                AnswerProblem problem = { .reason = (AnswerRefusal) reason, .piece = "*evenings*", .limit = 7 };
                _strbuf_ StrBuf out = {};

                answer_append_problem(&out, LANG_EN, &problem);
                assert_int_equal(out.error, 0);
                assert_int_equal(strstr(strbuf_text(&out), "\\*evenings\\*") != NULL,
                                 reason == ANSWER_KEYWORD_LONG || (reason >= ANSWER_TIME_WORDS && reason <= ANSWER_TIME_EMPTY));
        }
        (void) state;
}

static void kinds_go_both_ways(void **state) {
        AnswerKind kind;

        for (int i = 0; i < _ANSWER_KIND_MAX; i++) {
                assert_int_equal(answer_kind_from_string(answer_kind_to_string((AnswerKind) i), &kind), 0);
                assert_int_equal(kind, i);
        }
        assert_null(answer_kind_to_string(_ANSWER_KIND_MAX));
        assert_int_equal(answer_kind_from_string("number", &kind), -EINVAL);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(keywords_become_chips),
                cmocka_unit_test(a_keyword_counts_once),
                cmocka_unit_test(a_chip_has_no_power),
                cmocka_unit_test(keywords_are_bounded),
                cmocka_unit_test(a_full_field_can_be_typed_again),
                cmocka_unit_test(times_are_kept_local),
                cmocka_unit_test(times_are_kept_in_uk_time_too),
                cmocka_unit_test(only_times_have_uk_time),
                cmocka_unit_test(yes_or_no),
                cmocka_unit_test(text_is_cleaned_and_escaped),
                cmocka_unit_test(text_is_bounded),
                cmocka_unit_test(foreign_bytes_are_refused),
                cmocka_unit_test(only_what_is_written_is_restored),
                cmocka_unit_test(order_does_not_matter),
                cmocka_unit_test(every_problem_has_words),
                cmocka_unit_test(kinds_go_both_ways),
        };

        return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
