/* Times of day as people type them: both clocks, every way to say "to", past midnight, several at once, and why something is refused. */

#include "domain/time-range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "magikal/cleanup.h"

/* Reading gives this, and reading what is written gives it again. */
static void is(const char *typed, const char *expected) {
        TimeSpan spans[ANSWER_SPANS_MAX];
        AnswerProblem problem = {};
        size_t n = 0;
        const char *texts[] = { typed, expected };

        for (size_t k = 0; k < ELEMENTSOF(texts); k++) {
                _strbuf_ StrBuf out = {};

                if (time_range_read(texts[k], spans, &n, &problem) != 0)
                        fail_msg("%s: refused for %d", texts[k], problem.reason);
                for (size_t i = 0; i < n; i++) {
                        strbuf_append(&out, i > 0 ? ", " : "");
                        time_range_append(&out, spans[i], "-");
                }
                if (!streq(strbuf_text(&out), expected)) {
                        print_error("%s: %s instead of %s\n", texts[k], strbuf_text(&out), expected);
                        fail();
                }
        }
}

static void is_refused(const char *typed, AnswerRefusal reason, const char *piece) {
        TimeSpan spans[ANSWER_SPANS_MAX];
        AnswerProblem problem = {};
        size_t n = 77;
        int r = time_range_read(typed, spans, &n, &problem);

        if (r != (int) reason || problem.reason != reason || !streq(problem.piece, piece) || n != 77)
                fail_msg("%s: %d because of \"%s\" instead of %d", typed, r, problem.piece, (int) reason);
}

static void twenty_four_hours(void **state) {
        is("18:00-22:30", "18:00-22:30");
        is("18-22", "18:00-22:00");
        is("6-11", "06:00-11:00");
        is("18.30 - 22.15", "18:30-22:15");
        is("1830-2215", "18:30-22:15");
        is("0600-0730", "06:00-07:30");
        is("18h-22h30", "18:00-22:30");
        is("18 h - 22 hrs", "18:00-22:00");
        is("9:05-9:06", "09:05-09:06");
        is("00:00-24:00", "00:00-24:00");
        is("24:00-02:00", "00:00-02:00");
        (void) state;
}

static void twelve_hours(void **state) {
        is("6pm-11pm", "18:00-23:00");
        is("6 PM \xE2\x80\x93 11 P.M.", "18:00-23:00");
        is("6:30 a.m. to 8 am", "06:30-08:00");
        is("6p-11p", "18:00-23:00");
        is("630pm-11pm", "18:30-23:00");
        is("12am-12pm", "00:00-12:00");
        is("12pm-12am", "12:00-24:00");
        is("12:30am-1am", "00:30-01:00");
        is("noon to midnight", "12:00-24:00");
        is("midnight-noon", "00:00-12:00");
        is("midnight to midnight", "00:00-24:00");
        (void) state;
}

static void the_missing_half_is_the_near_one(void **state) {
        is("6:30 pm to 11", "18:30-23:00");
        is("6-11pm", "18:00-23:00");
        is("11-2pm", "11:00-14:00");
        is("10pm-2", "22:00-02:00");
        is("9-5pm", "09:00-17:00");
        is("8am-8", "08:00-20:00");
        is("6pm-6", "18:00-06:00");
        is("12-6pm", "12:00-18:00");
        is("6pm-12", "18:00-24:00");
        is("11am-12", "11:00-12:00");
        is("8 to noon", "08:00-12:00");
        is("noon to 5", "12:00-17:00");
        is("6 to midnight", "18:00-24:00");
        is("18:00-11pm", "18:00-23:00");                /* a 24-hour clock leaves nothing open */
        is("06:00-11pm", "06:00-23:00");
        (void) state;
}

static void past_midnight(void **state) {
        is("22:00-02:00", "22:00-02:00");
        is("10pm-2am", "22:00-02:00");
        is("23:59-00:00", "23:59-24:00");
        is("20-00", "20:00-24:00");
        is("12:00-11:59", "12:00-11:59");
        (void) state;
}

static void every_way_to_say_to(void **state) {
        static const char *const texts[] = {
                "18-22", "18 to 22", "18 TO 22", "18 until 22", "18 till 22", "18 til 22", "from 18 to 22", "From 18 - 22", "between 18 and 22",
                "18~22", "18\xE2\x80\x94" "22", "18\xE2\x88\x92" "22", "18 \xE2\x86\x92 22", "  18  -  22  ",
        };

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                is(texts[i], "18:00-22:00");
        (void) state;
}

static void several_at_once(void **state) {
        is("18-20, 21-23", "18:00-20:00, 21:00-23:00");
        is("18-20 and 21-23", "18:00-20:00, 21:00-23:00");
        is("18-20\n21-23", "18:00-20:00, 21:00-23:00");
        is("18-20; 21-23", "18:00-20:00, 21:00-23:00");
        is("18-20 & 21-23", "18:00-20:00, 21:00-23:00");
        is("18-20 / 21-23", "18:00-20:00, 21:00-23:00");
        (void) state;
}

static void pieces_are_kept_once_and_in_order(void **state) {
        is("21-23, 18-20, 9pm-11pm", "21:00-23:00, 18:00-20:00");
        is(",, 18-20,\n, and ,", "18:00-20:00");
        is("between 18 and 20 and between 21 and 23", "18:00-20:00, 21:00-23:00");
        is("1-2,2-3,3-4,4-5,5-6,6-7,7-8,8-9,9-10,10-11", "01:00-02:00, 02:00-03:00, 03:00-04:00, 04:00-05:00, 05:00-06:00, 06:00-07:00, "
                                                         "07:00-08:00, 08:00-09:00, 09:00-10:00, 10:00-11:00");
        (void) state;
}

static void refusals_name_the_piece(void **state) {
        is_refused("", ANSWER_BLANK, "");
        is_refused(" , and \n", ANSWER_BLANK, "");
        is_refused("evenings", ANSWER_TIME_WORDS, "evenings");
        is_refused("18-20, evenings , 21-23", ANSWER_TIME_WORDS, "evenings");
        is_refused("Mon-Fri 18-20", ANSWER_TIME_WORDS, "Mon-Fri 18-20");
        is_refused("18:00-22:00 CET", ANSWER_TIME_WORDS, "18:00-22:00 CET");
        is_refused("18-20-22", ANSWER_TIME_WORDS, "18-20-22");
        is_refused("18:-20", ANSWER_TIME_WORDS, "18:-20");
        is_refused("6 at night to 11", ANSWER_TIME_WORDS, "6 at night to 11");
        is_refused("18000-22", ANSWER_TIME_WORDS, "18000-22");
        is_refused("-18-20", ANSWER_TIME_WORDS, "-18-20");
        is_refused("18:00", ANSWER_TIME_ONE, "18:00");
        is_refused("18-20 and 21", ANSWER_TIME_ONE, "21");
        is_refused("6pm to", ANSWER_TIME_ONE, "6pm to");
        is_refused("6 and 11pm", ANSWER_TIME_ONE, "6");
        is_refused("18-25", ANSWER_TIME_HOUR, "18-25");
        is_refused("18-24:30", ANSWER_TIME_HOUR, "18-24:30");
        is_refused("13pm-2pm", ANSWER_TIME_HOUR, "13pm-2pm");
        is_refused("0am-2am", ANSWER_TIME_HOUR, "0am-2am");
        is_refused("18:60-20", ANSWER_TIME_MINUTE, "18:60-20");
        is_refused("18:5-20", ANSWER_TIME_MINUTE, "18:5-20");
        is_refused("18:000-20", ANSWER_TIME_MINUTE, "18:000-20");
        is_refused("18-18:00", ANSWER_TIME_EMPTY, "18-18:00");
        is_refused("6pm-18:00", ANSWER_TIME_EMPTY, "6pm-18:00");
        is_refused("00:00-00:00", ANSWER_TIME_EMPTY, "00:00-00:00");
        (void) state;
}

static void long_pieces_are_cut_between_characters(void **state) {
        is_refused("whenever my two cats and the dog are asleep", ANSWER_TIME_WORDS, "whenever my two cats");
        is_refused("abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz", ANSWER_TIME_WORDS,
                   "abcdefghijklmnopqrstuvwxyz abcdefghijklm");
        is_refused("\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"
                   "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"
                   "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC",
                   ANSWER_TIME_WORDS,
                   "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"
                   "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC"
                   "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC");
        (void) state;
}

static void too_many_are_refused(void **state) {
        AnswerProblem problem = {};
        TimeSpan spans[ANSWER_SPANS_MAX];
        size_t n = 0;

        assert_int_equal(time_range_read("1-2,2-3,3-4,4-5,5-6,6-7,7-8,8-9,9-10,10-11,11-12", spans, &n, &problem), ANSWER_TIMES_MANY);
        assert_int_equal(problem.limit, ANSWER_SPANS_MAX);
        (void) state;
}

/* Every minute of the day against every other, in the form that is written. */
static void what_is_written_is_read(void **state) {
        for (int from = 0; from < MINUTES_PER_DAY; from += 7)
                for (int to = 0; to <= MINUTES_PER_DAY; to += 5) {
                        TimeSpan span = { from, to > from ? to : to + MINUTES_PER_DAY }, spans[ANSWER_SPANS_MAX];
                        AnswerProblem problem = {};
                        _strbuf_ StrBuf out = {};
                        size_t n = 0;

                        if (span.to_min - from > MINUTES_PER_DAY || span.to_min == from + MINUTES_PER_DAY)
                                continue;
                        time_range_append(&out, span, "-");
                        assert_int_equal(time_range_read(strbuf_text(&out), spans, &n, &problem), 0);
                        assert_int_equal(spans[0].from_min, span.from_min);
                        assert_int_equal(spans[0].to_min, span.to_min);
                }
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(twenty_four_hours),
                cmocka_unit_test(twelve_hours),
                cmocka_unit_test(the_missing_half_is_the_near_one),
                cmocka_unit_test(past_midnight),
                cmocka_unit_test(every_way_to_say_to),
                cmocka_unit_test(several_at_once),
                cmocka_unit_test(pieces_are_kept_once_and_in_order),
                cmocka_unit_test(refusals_name_the_piece),
                cmocka_unit_test(long_pieces_are_cut_between_characters),
                cmocka_unit_test(too_many_are_refused),
                cmocka_unit_test(what_is_written_is_read),
        };

        return cmocka_run_group_tests_name("time-range", tests, NULL, NULL);
}
