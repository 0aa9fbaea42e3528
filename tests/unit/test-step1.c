/* Step 1: what can be taken, what is named as wrong, and what of a form comes back into the form. */

#include "magikal/step1.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const RecruitOption options[] = { { .name = "Medical" }, { .name = "salvage" } };
static const RecruitSettings settings = { .options = options, .n_options = ELEMENTSOF(options) };

static const Step1Form good = { "member", "medical", "Europe/London", "Test_Pilot", "Hi." };

static void is_wrong(const Step1Form *form, const char *problem) {
        _step1_checked_ Step1Checked checked = {};

        if (step1_check(form, &settings, LANG_EN, &checked) != STEP1_WRONG)
                fail_msg("taken, though %s is wrong", problem);
        if (!strstr(strbuf_text(&checked.problems), problem))
                fail_msg("%s: does not name %s", strbuf_text(&checked.problems), problem);
}

static void a_good_form_is_taken_as_it_is_meant(void **state) {
        _step1_checked_ Step1Checked checked = {};

        (void) state;
        assert_int_equal(step1_check(&good, &settings, LANG_EN, &checked), 0);
        assert_int_equal(checked.requested, REQUESTED_MEMBER);
        assert_string_equal(checked.area, "Medical");           /* as the option is spelled */
        assert_string_equal(checked.zone, "Europe/London");
        assert_string_equal(checked.handle.text, "Test_Pilot");
        assert_string_equal(checked.notes, "Hi.");
        assert_int_equal(checked.problems.n_bytes, 0);
}

static void notes_are_optional_and_cleaned(void **state) {
        static const struct {
                const char *typed, *kept;
        } rows[] = {
                { NULL, NULL },
                { "", NULL },
                { " \n\t ", NULL },
                { "\xE2\x80\x8B", NULL },                       /* zero-width space alone shows nothing */
                { "  a  ", "a" },
                { "<@1> @everyone", "<@1> @everyone" },         /* harmless where it is shown, not here */
                { "a\xE2\x80\xAE" "b", "ab" },                  /* right-to-left override */
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _step1_checked_ Step1Checked checked = {};
                Step1Form form = good;

                form.notes = rows[i].typed;
                assert_int_equal(step1_check(&form, &settings, LANG_EN, &checked), 0);
                if (rows[i].kept)
                        assert_string_equal(checked.notes, rows[i].kept);
                else
                        assert_null(checked.notes);
        }
}

static void each_mistake_is_named(void **state) {
        static char long_notes[FIELD_NOTES_MAX + 2], long_handle[HANDLE_MAX + 2];
        const struct {
                Step1Form form;
                const char *problem;
        } rows[] = {
                { { NULL, "medical", "Europe/London", "a", NULL }, "Member or Affiliate" },
                { { "owner", "medical", "Europe/London", "a", NULL }, "Member or Affiliate" },
                { { "member", NULL, "Europe/London", "a", NULL }, "Main area" },
                { { "member", "piracy", "Europe/London", "a", NULL }, "piracy" },
                { { "member", "medical", NULL, "a", NULL }, "Time zone" },
                { { "member", "medical", "'; DROP TABLE", "a", NULL }, "Time zone" },
                { { "member", "medical", "Europe/London", NULL, NULL }, "RSI handle" },
                { { "member", "medical", "Europe/London", "  ", NULL }, "RSI handle" },
                { { "member", "medical", "Europe/London", "two words", NULL }, "RSI handle" },
                { { "member", "medical", "Europe/London", "../../x", NULL }, "RSI handle" },
                { { "member", "medical", "Europe/London", "<script>", NULL }, "RSI handle" },
                { { "member", "medical", "Europe/London", long_handle, NULL }, "RSI handle" },
                { { "member", "medical", "Europe/London", "https://example.com/citizens/a", NULL }, "RSI handle" },
                { { "member", "medical", "Europe/London", "a", long_notes }, "Short intro" },
        };

        (void) state;
        memset(long_notes, 'n', sizeof(long_notes) - 1);
        memset(long_handle, 'h', sizeof(long_handle) - 1);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                is_wrong(&rows[i].form, rows[i].problem);
}

static void all_mistakes_are_named_at_once(void **state) {
        const Step1Form form = { "member", "piracy", "Europe/London", "two words", NULL };

        (void) state;
        is_wrong(&form, "piracy");
        is_wrong(&form, "RSI handle");
}

static void a_pasted_address_is_reduced_to_its_handle(void **state) {
        _step1_checked_ Step1Checked checked = {};
        Step1Form form = good;

        (void) state;
        form.handle = " <https://robertsspaceindustries.com/en/citizens/Test_Pilot/organizations> ";
        assert_int_equal(step1_check(&form, &settings, LANG_EN, &checked), 0);
        assert_string_equal(checked.handle.text, "Test_Pilot");
}

static void not_listed_asks_for_the_zone_and_for_nothing_else(void **state) {
        _step1_checked_ Step1Checked checked = {};
        Step1Form form = good;

        (void) state;
        form.zone = ZONE_NOT_LISTED;
        assert_int_equal(step1_check(&form, &settings, LANG_EN, &checked), STEP1_WRONG);
        assert_true(checked.needs_zone);
        assert_int_equal(checked.problems.n_bytes, 0);
}

static void a_typed_zone_stays_until_another_is_chosen(void **state) {
        const Step1Form typed = { .zone = "Europe/Kyiv" }, listed = { .zone = "Europe/London" }, open = { .zone = ZONE_NOT_LISTED }, none = {};
        Step1Form form = { .zone = ZONE_NOT_LISTED };

        (void) state;
        step1_form_keep_zone(&form, &none);
        step1_form_keep_zone(&form, &open);
        step1_form_keep_zone(&form, &listed);   /* the menu would have shown it as chosen: the person left it */
        assert_string_equal(form.zone, ZONE_NOT_LISTED);
        step1_form_keep_zone(&form, &typed);
        assert_string_equal(form.zone, "Europe/Kyiv");
        form.zone = "Asia/Tokyo";
        step1_form_keep_zone(&form, &typed);
        assert_string_equal(form.zone, "Asia/Tokyo");
}

static void a_draft_comes_back_as_it_was(void **state) {
        const Step1Form rows[] = { good, { 0 }, { .handle = "two words", .notes = "\"\\\n" }, { .zone = ZONE_NOT_LISTED } };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _json_writer_ JsonWriter w = {};
                _free_ char *text = NULL;
                _json_ Json *json = NULL;
                Step1Form form;

                json_open(&w);
                step1_form_write(&w, &rows[i]);
                json_close(&w);
                assert_int_equal(json_writer_finish(&w, &text), 0);
                assert_int_equal(json_parse(text, strlen(text), &json), 0);
                form = step1_form_read(json);
                assert_true(streq_ptr(form.role, rows[i].role) && streq_ptr(form.area, rows[i].area) && streq_ptr(form.zone, rows[i].zone) &&
                            streq_ptr(form.handle, rows[i].handle) && streq_ptr(form.notes, rows[i].notes));
        }
}

static void a_damaged_draft_is_an_empty_form(void **state) {
        static const char *const rows[] = { "[]", "3", "{\"role\":7,\"area\":{},\"zone\":null,\"handle\":[\"a\"]}" };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _json_ Json *json = NULL;
                Step1Form form;

                assert_int_equal(json_parse(rows[i], strlen(rows[i]), &json), 0);
                form = step1_form_read(json);
                assert_true(!form.role && !form.area && !form.zone && !form.handle && !form.notes);
        }
        assert_null(step1_form_read(NULL).role);
}

static void the_form_is_filled_with_what_is_known(void **state) {
        const Step1Form wrong = { .role = "owner", .zone = ZONE_NOT_LISTED };
        Step1Values values = step1_form_values(&good);

        (void) state;
        assert_int_equal(values.requested, REQUESTED_MEMBER);
        assert_string_equal(values.handle, "Test_Pilot");
        values = step1_form_values(&wrong);
        assert_int_equal(values.requested, REQUESTED_NONE);
        assert_string_equal(values.zone, ZONE_NOT_LISTED);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_good_form_is_taken_as_it_is_meant),
                cmocka_unit_test(notes_are_optional_and_cleaned),
                cmocka_unit_test(each_mistake_is_named),
                cmocka_unit_test(all_mistakes_are_named_at_once),
                cmocka_unit_test(a_pasted_address_is_reduced_to_its_handle),
                cmocka_unit_test(not_listed_asks_for_the_zone_and_for_nothing_else),
                cmocka_unit_test(a_typed_zone_stays_until_another_is_chosen),
                cmocka_unit_test(a_draft_comes_back_as_it_was),
                cmocka_unit_test(a_damaged_draft_is_an_empty_form),
                cmocka_unit_test(the_form_is_filled_with_what_is_known),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
