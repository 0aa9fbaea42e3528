/* RSI handles: taken as typed, cut out of any form of a profile's address, refused for the right reason otherwise. */

#include "magikal/handle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SIXTY "abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ_012345"

static void is(const char *text, const char *expected) {
        Handle handle = {};
        int r = handle_read(text, &handle);

        if (r != 0 || !streq(handle.text, expected))
                fail_msg("%s: %d, %s", text, r, handle.text);
}

static void is_refused(const char *text, HandleRefusal reason) {
        Handle handle = { "before" };
        int r = handle_read(text, &handle);

        if (r != (int) reason || !streq(handle.text, "before"))
                fail_msg("%s: %d instead of %d", text, r, (int) reason);
}

static void a_handle_stays_as_it_is(void **state) {
        is("q-p", "q-p");
        is("Zyloh-CIG", "Zyloh-CIG");
        is("0F-8942-TS", "0F-8942-TS");
        is("PANDE_MONIUM", "PANDE_MONIUM");
        is(" \tx\n", "x");
        is("-", "-");
        assert_int_equal(strlen(SIXTY), HANDLE_MAX);
        is(SIXTY, SIXTY);
        (void) state;
}

static void an_address_gives_its_handle(void **state) {
        static const char *const addresses[] = {
                "https://robertsspaceindustries.com/citizens/Test_Pilot",
                "https://robertsspaceindustries.com/en/citizens/Test_Pilot",
                "https://robertsspaceindustries.com/de/citizens/Test_Pilot/",
                "https://robertsspaceindustries.com/pt-BR/citizens/Test_Pilot",
                "http://www.robertsspaceindustries.com/citizens/Test_Pilot?utm=1",
                "HTTPS://RobertsSpaceIndustries.com/Citizens/Test_Pilot#bio",
                "robertsspaceindustries.com/citizens/Test_Pilot",
                "www.robertsspaceindustries.com/en/citizens/Test_Pilot/organizations",
                "<https://robertsspaceindustries.com/citizens/Test_Pilot>",
                "  https://robertsspaceindustries.com/citizens/Test_Pilot/?a=/b  ",
                "/citizens/Test_Pilot", "/en/citizens/Test_Pilot/organizations",        /* links in the site's own pages */
        };

        for (size_t i = 0; i < ELEMENTSOF(addresses); i++)
                is(addresses[i], "Test_Pilot");
        is("https://robertsspaceindustries.com/citizens/" SIXTY, SIXTY);
        (void) state;
}

static void other_addresses_are_refused(void **state) {
        static const char *const addresses[] = {
                "https://robertsspaceindustries.com/", "https://robertsspaceindustries.com", "https://robertsspaceindustries.com/orgs/TEST",
                "https://robertsspaceindustries.com/citizens/", "https://robertsspaceindustries.com/citizens//x",
                "https://robertsspaceindustries.com/citizens?x", "https://robertsspaceindustries.com.evil.example/citizens/x",
                "https://evil.example/https://robertsspaceindustries.com/citizens/x", "https://evil.example/citizens/x", "citizens/x", "/x", "/orgs/x", "/en/citizens/",
                "https://", "https://x", "https://robertsspaceindustries.com:443/citizens/x", "https://me@robertsspaceindustries.com/citizens/x",
                "https://robertsspaceindustries.com/english/citizens/x", "https://robertsspaceindustries.com/en/en/citizens/x",
        };

        for (size_t i = 0; i < ELEMENTSOF(addresses); i++)
                is_refused(addresses[i], HANDLE_ADDRESS);
        (void) state;
}

static void what_is_no_handle_is_refused(void **state) {
        is_refused("", HANDLE_BLANK);
        is_refused("  \n", HANDLE_BLANK);
        is_refused("<>", HANDLE_BLANK);
        is_refused("two words", HANDLE_CHARACTER);
        is_refused("@name", HANDLE_CHARACTER);
        is_refused("na.me", HANDLE_CHARACTER);
        is_refused("n\xC3\xA4me", HANDLE_CHARACTER);
        is_refused("<name", HANDLE_CHARACTER);
        is_refused("<script>", HANDLE_CHARACTER);
        is_refused("https://robertsspaceindustries.com/citizens/na%20me", HANDLE_CHARACTER);
        is_refused("https://robertsspaceindustries.com/citizens/two words", HANDLE_CHARACTER);
        is_refused(SIXTY "x", HANDLE_LONG);
        is_refused("https://robertsspaceindustries.com/citizens/" SIXTY "x/", HANDLE_LONG);
        (void) state;
}

static void a_refusal_shows_an_example(void **state) {
        for (int reason = HANDLE_BLANK; reason <= HANDLE_ADDRESS; reason++) {
                _free_ char *text = NULL;

                assert_int_equal(text_format(LANG_EN, handle_refusal_text(reason), TEXT_ARGS(ARG_NUMBER("limit", HANDLE_MAX)), &text), 0);
                assert_non_null(strstr(text, "Test_Pilot"));
        }
        assert_int_equal(handle_refusal_text(99), TEXT_HANDLE_CHARACTER);
        (void) state;
}

static void case_makes_no_other_citizen(void **state) {
        assert_true(handle_is_same(&(Handle) { "Zyloh-CIG" }, &(Handle) { "zyloh-cig" }));
        assert_false(handle_is_same(&(Handle) { "Zyloh-CIG" }, &(Handle) { "Zyloh_CIG" }));
        (void) state;
}

static void an_address_leads_back(void **state) {
        _strbuf_ StrBuf out = {};

        handle_append_address(&out, &(Handle) { "0F-8942_TS" });
        assert_string_equal(strbuf_text(&out), "https://robertsspaceindustries.com/en/citizens/0F-8942_TS");
        is(strbuf_text(&out), "0F-8942_TS");
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_handle_stays_as_it_is),
                cmocka_unit_test(an_address_gives_its_handle),
                cmocka_unit_test(other_addresses_are_refused),
                cmocka_unit_test(what_is_no_handle_is_refused),
                cmocka_unit_test(a_refusal_shows_an_example),
                cmocka_unit_test(case_makes_no_other_citizen),
                cmocka_unit_test(an_address_leads_back),
        };

        return cmocka_run_group_tests_name("handle", tests, NULL, NULL);
}
