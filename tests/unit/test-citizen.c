/* What RSI said: kept, shown, and replaced only by what is known. */

#include "magikal/citizen.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static Json *keep(const RsiAnswer *answer) {
        Json *kept = NULL;

        assert_int_equal(citizen_keep(answer, &kept), 0);
        return kept;
}

static const RsiCitizen pilot = {
        .handle = "Test_Pilot", .display_name = (char *) "Test \"Pilot\"", .record = 201886, .enlisted = "2021-02-17",
        .avatar_url = (char *) "https://media.robertsspaceindustries.com/a.png",
        .main_org = { .visibility = RSI_VISIBLE, .is_main = true, .sid = "TEST", .name = (char *) "Testers", .rank = (char *) "Chief", .n_stars = 4 },
};

static void what_was_found_is_shown(void **state) {
        _json_ Json *kept = keep(&(RsiAnswer) { .result = RSI_FOUND, .citizen = &pilot });
        Citizen c = citizen_of(kept);

        (void) state;
        assert_int_equal(c.result, CITIZEN_FOUND);
        assert_string_equal(c.display_name, "Test \"Pilot\"");
        assert_string_equal(c.record, "201886");
        assert_string_equal(citizen_record(kept), "201886");
        assert_string_equal(c.enlisted, "2021-02-17");
        assert_string_equal(c.avatar_url, "https://media.robertsspaceindustries.com/a.png");
        assert_int_equal(c.org, CITIZEN_ORG_NAMED);
        assert_string_equal(c.org_name, "Testers");
        assert_string_equal(c.org_sid, "TEST");
        assert_string_equal(c.org_rank, "Chief");
        assert_int_equal(c.n_stars, 4);
}

static void organisations_are_told_as_far_as_they_are(void **state) {
        static const struct {
                RsiVisibility visibility;
                CitizenOrg org;
        } rows[] = {
                { RSI_NOT_SAID, CITIZEN_ORG_NOT_TOLD }, { RSI_NO_ORG, CITIZEN_ORG_NONE }, { RSI_VISIBLE, CITIZEN_ORG_NAMED },
                { RSI_REDACTED, CITIZEN_ORG_CONCEALED }, { RSI_HIDDEN, CITIZEN_ORG_CONCEALED },
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                RsiCitizen citizen = { .handle = "a", .display_name = (char *) "a", .main_org = { .visibility = rows[i].visibility } };
                _json_ Json *kept = keep(&(RsiAnswer) { .result = RSI_FOUND, .citizen = &citizen });

                assert_int_equal(citizen_of(kept).org, rows[i].org);
                assert_null(citizen_record(kept));      /* never enlisted */
        }
}

static void absent_and_unknown_are_not_the_same(void **state) {
        _json_ Json *absent = keep(&(RsiAnswer) { .result = RSI_ABSENT });
        _json_ Json *unknown = keep(&(RsiAnswer) { .result = RSI_UNKNOWN, .reason = RSI_TIMEOUT_REASON });

        (void) state;
        assert_int_equal(citizen_of(absent).result, CITIZEN_ABSENT);
        assert_int_equal(citizen_of(unknown).result, CITIZEN_NOT_TOLD);
        assert_string_equal(json_text(json_get(unknown, "reason")), "timeout");
        assert_int_equal(citizen_of(NULL).result, CITIZEN_NOT_ASKED);
}

static void unknown_replaces_nothing_that_is_known(void **state) {
        _json_ Json *found = keep(&(RsiAnswer) { .result = RSI_FOUND, .citizen = &pilot });
        _json_ Json *absent = keep(&(RsiAnswer) { .result = RSI_ABSENT });
        _json_ Json *unknown = keep(&(RsiAnswer) { .result = RSI_UNKNOWN });
        const Json *all[] = { NULL, unknown, absent, found };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(all); i++) {
                assert_true(citizen_may_replace(all[i], found));
                assert_true(citizen_may_replace(all[i], absent));
                assert_int_equal(citizen_may_replace(all[i], unknown), all[i] == NULL);
        }
}

static void what_is_damaged_is_as_if_nobody_had_asked(void **state) {
        static const char *const rows[] = { "{}", "[]", "7", "{\"result\":7}", "{\"result\":\"perhaps\",\"name\":\"a\"}" };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _json_ Json *json = NULL;

                assert_int_equal(json_parse(rows[i], strlen(rows[i]), &json), 0);
                assert_int_equal(citizen_of(json).result, CITIZEN_NOT_ASKED);
        }
        {
                _json_ Json *json = NULL;
                const char *text = "{\"result\":\"found\",\"name\":7,\"org\":\"named\",\"stars\":99}";

                assert_int_equal(json_parse(text, strlen(text), &json), 0);
                assert_null(citizen_of(json).display_name);
                assert_int_equal(citizen_of(json).n_stars, 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_was_found_is_shown),
                cmocka_unit_test(organisations_are_told_as_far_as_they_are),
                cmocka_unit_test(absent_and_unknown_are_not_the_same),
                cmocka_unit_test(unknown_replaces_nothing_that_is_known),
                cmocka_unit_test(what_is_damaged_is_as_if_nobody_had_asked),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
