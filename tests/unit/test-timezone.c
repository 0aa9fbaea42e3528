/* Zones: offsets and names as people type them, what is suggested when they are merely near, and the menu. */

#include "magikal/timezone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "magikal/cleanup.h"

/* A piece of the real list with its traps: old names, names in two regions, three-part names, and what is no zone for people. */
static const char *const names[] = {
        "Africa/Johannesburg", "Africa/Lagos", "America/Anchorage", "America/Argentina/Buenos_Aires", "America/Bogota",
        "America/Buenos_Aires", "America/Chicago", "America/Denver", "America/Halifax", "America/Indiana/Indianapolis",
        "America/Indiana/Knox", "America/Indianapolis", "America/Los_Angeles", "America/New_York", "America/North_Dakota/Center",
        "America/Port-au-Prince", "America/Sao_Paulo", "America/St_Johns", "Asia/Bangkok", "Asia/Dhaka", "Asia/Dubai", "Asia/Istanbul",
        "Asia/Jerusalem", "Asia/Karachi", "Asia/Kathmandu", "Asia/Kolkata", "Asia/Nicosia", "Asia/Shanghai", "Asia/Singapore", "Asia/Tokyo",
        "Australia/Sydney", "CET", "Canada/Central", "EST", "EST5EDT", "Etc/GMT+5", "Europe/Berlin", "Europe/Dublin", "Europe/Helsinki",
        "Europe/Istanbul", "Europe/London", "Europe/Nicosia", "Europe/Paris", "Europe/Warsaw", "Factory", "GMT", "Pacific/Auckland",
        "Pacific/Honolulu", "Poland", "Singapore", "US/Central", "UTC", "localtime", "posix/Europe/Oslo", "right/Europe/Oslo",
};

static void is(const char *typed, const char *zone) {
        ZoneMatch match;
        int r = timezone_find(typed, names, ELEMENTSOF(names), &match);

        if (r != 0 || !streq(match.zone.text, zone) || match.n_suggestions != 0)
                fail_msg("%s: %d, %s instead of %s", typed, r, match.zone.text, zone);
}

/* The suggestions, best first, separated by blanks. */
static void is_near(const char *typed, const char *expected) {
        _strbuf_ StrBuf got = {};
        ZoneMatch match;

        assert_int_equal(timezone_find(typed, names, ELEMENTSOF(names), &match), ZONE_UNKNOWN);
        assert_string_equal(match.zone.text, "");
        for (size_t i = 0; i < match.n_suggestions; i++)
                strbuf_appendf(&got, "%s%s", i > 0 ? " " : "", match.suggestions[i].text);
        if (!streq(strbuf_text(&got), expected))
                fail_msg("%s: %s instead of %s", typed, strbuf_text(&got), expected);
}

static void offsets_are_taken(void **state) {
        is("UTC+2", "UTC+2");
        is("utc +02:00", "UTC+2");
        is("GMT-3:30", "UTC-3:30");
        is("+05:45", "UTC+5:45");
        is("-0330", "UTC-3:30");
        is("+530", "UTC+5:30");
        is("UTC+5.5", "UTC+5:30");
        is("GMT+5.75", "UTC+5:45");
        is("GMT+5.45", "UTC+5:45");
        is("UTC\xE2\x88\x92" "8", "UTC-8");
        is("UTC\xE2\x80\x93" "8", "UTC-8");
        is("UTC", "UTC");
        is("gmt", "UTC");
        is("z", "UTC");
        is("UTC+0", "UTC");
        is("-0", "UTC");
        is("+14", "UTC+14");
        is("-12", "UTC-12");
        (void) state;
}

static void other_offsets_do_not_exist(void **state) {
        static const char *const texts[] = { "UTC+25", "UTC+15", "-13", "+14:15", "UTC+2:17", "+9999", "GMT-12:15" };
        ZoneMatch match;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (timezone_find(texts[i], names, ELEMENTSOF(names), &match) != ZONE_NO_OFFSET)
                        fail_msg("taken for an offset: %s", texts[i]);
        (void) state;
}

static void what_is_no_offset_is_a_name(void **state) {
        static const char *const texts[] = { "2", "UTC2", "+", "UTC+", "+2h", "+2:", "+2:3", "+:30", "++2", "+12345", "+2:345", "UTC+2 Berlin", "+1.234" };
        int seconds = 7;

        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (timezone_read_offset(texts[i], &seconds) != ZONE_UNKNOWN)
                        fail_msg("taken for an offset: %s", texts[i]);
        assert_int_equal(seconds, 7);
        (void) state;
}

static void full_names_are_taken(void **state) {
        is("Europe/Berlin", "Europe/Berlin");
        is("europe/berlin", "Europe/Berlin");
        is("America/New York", "America/New_York");
        is("america/argentina/buenos_aires", "America/Argentina/Buenos_Aires");
        is("Etc/GMT+5", "Etc/GMT+5");
        is("CET", "CET");
        is("EST5EDT", "EST5EDT");
        (void) state;
}

static void cities_are_taken(void **state) {
        is("Berlin", "Europe/Berlin");
        is("  BERLIN", "Europe/Berlin");
        is("new york", "America/New_York");
        is("New-York", "America/New_York");
        is("S\xC3\xA3o Paulo", "America/Sao_Paulo");
        is("St. John's", "America/St_Johns");
        is("port au prince", "America/Port-au-Prince");
        is("knox", "America/Indiana/Knox");
        (void) state;
}

static void one_city_with_many_names_has_one_zone(void **state) {
        is("Singapore", "Asia/Singapore");
        is("Indianapolis", "America/Indianapolis");
        is("Buenos Aires", "America/Buenos_Aires");
        is("Istanbul", "Europe/Istanbul");              /* it is in the menu */
        (void) state;
}

static void countries_and_abbreviations(void **state) {
        is("Germany", "Europe/Berlin");
        is("uk", "Europe/London");
        is("U.K.", "Europe/London");
        is("Poland", "Europe/Warsaw");
        is("M\xC3\xBCnich", "Europe/Berlin");
        is("EST", "America/New_York");
        is("pdt", "America/Los_Angeles");
        is_near("CST", "America/Chicago Asia/Shanghai");
        is_near("IST", "Asia/Kolkata Europe/Dublin Asia/Jerusalem");
        is_near("Spain", "");                           /* its zone is not in this list */
        (void) state;
}

static void one_name_for_several_is_asked_back(void **state) {
        is_near("Nicosia", "Asia/Nicosia Europe/Nicosia");
        is_near("Central", "Canada/Central US/Central");
        (void) state;
}

static void what_is_near_is_suggested(void **state) {
        is_near("Londn", "Europe/London");
        is_near("Brelin", "Europe/Berlin");
        is_near("Nwe York", "America/New_York");
        is_near("York", "America/New_York");
        is_near("los", "America/Los_Angeles");
        is_near("Berlin, Germany", "Europe/Berlin");
        is_near("Europe/Brlin", "Europe/Berlin Europe/Dublin");
        is_near("mnich", "Europe/Berlin");
        is_near("germny", "Europe/Berlin");
        is_near("dakota", "America/North_Dakota/Center");
        is_near("indiana", "America/Indiana/Indianapolis America/Indiana/Knox America/Indianapolis");
        (void) state;
}

static void nothing_is_near_to_nonsense(void **state) {
        is_near("xyzzy", "");
        is_near("Europe", "");
        is_near("!!!", "");
        is_near("\xE6\x9D\xB1\xE4\xBA\xAC", "");
        is_near("Oslo", "");                            /* only as what is no zone for people */
        is_near("Factory", "");
        is_near("a name that is far longer than any name of any zone on any list that anybody has ever published anywhere", "");
        (void) state;
}

static void blank_is_blank(void **state) {
        ZoneMatch match;

        assert_int_equal(timezone_find("", names, ELEMENTSOF(names), &match), ZONE_BLANK);
        assert_int_equal(timezone_find("  ", names, ELEMENTSOF(names), &match), ZONE_BLANK);
        assert_int_equal(timezone_find("Berlin", NULL, 0, &match), ZONE_UNKNOWN);
        (void) state;
}

static void the_menu_covers_the_world(void **state) {
        const ZoneMenuRow *menu = timezone_menu();

        for (size_t i = 0; i < ZONE_MENU_MAX; i++) {
                ZoneMatch match;

                assert_true(timezone_is_name(menu[i].zone));
                assert_int_equal(timezone_find(menu[i].zone, names, ELEMENTSOF(names), &match), 0);
                assert_string_equal(match.zone.text, menu[i].zone);
                for (size_t k = 0; k < i; k++) {
                        assert_string_not_equal(menu[i].zone, menu[k].zone);
                        assert_string_not_equal(text_lookup(LANG_EN, menu[i].label), text_lookup(LANG_EN, menu[k].label));
                }
        }
        (void) state;
}

static void what_could_be_a_name(void **state) {
        static const char *const no[] = { "", "+2", "2", "Europe/Ber lin", "a\n", "\xC3\xA4",
                                          "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklm" };

        assert_true(timezone_is_name("America/Argentina/ComodRivadavia"));
        assert_true(timezone_is_name("Etc/GMT+5"));
        assert_true(timezone_is_name("UTC-3:30"));
        for (size_t i = 0; i < ELEMENTSOF(no); i++)
                assert_false(timezone_is_name(no[i]));
        (void) state;
}

static void fixed_offsets_are_one_notation(void **state) {
        static const char *const no[] = { "utc+2", "UTC+02", "GMT+2", "UTC+0", "UTC+2:00", "+2", "UTC+15", "Europe/Berlin", "", "UTC +2" };
        int seconds = 7;

        for (size_t i = 0; i < ELEMENTSOF(no); i++)
                assert_false(timezone_is_fixed(no[i], &seconds));
        assert_int_equal(seconds, 7);
        for (int s = -12 * 3600; s <= 14 * 3600; s += 900) {
                _strbuf_ StrBuf out = {};

                timezone_append_offset(&out, s);
                assert_true(timezone_is_name(strbuf_text(&out)));
                assert_true(timezone_is_fixed(strbuf_text(&out), &seconds));
                assert_int_equal(seconds, s);
        }
        (void) state;
}

/* Each word is findable as it stands, given its zones. */
static void every_word_leads_somewhere(void **state) {
        static const struct {
                const char *word, *zone;
        } words[] = {
#define ZONE_WORD(word, zone) { word, zone },
#include "domain/zone-words.def"
#undef ZONE_WORD
        };

        for (size_t i = 0; i < ELEMENTSOF(words); i++) {
                ZoneMatch match;

                assert_int_equal(timezone_find(words[i].word, &words[i].zone, 1, &match), 0);
                assert_string_equal(match.zone.text, words[i].zone);
        }
        (void) state;
}

static void every_refusal_has_words(void **state) {
        for (int r = ZONE_BLANK; r <= ZONE_UNKNOWN; r++) {
                _free_ char *text = NULL;

                assert_int_equal(text_format(LANG_EN, timezone_refusal_text(r), NULL, &text), 0);
        }
        assert_int_equal(timezone_refusal_text(99), TEXT_ZONE_UNKNOWN);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(offsets_are_taken),
                cmocka_unit_test(other_offsets_do_not_exist),
                cmocka_unit_test(what_is_no_offset_is_a_name),
                cmocka_unit_test(full_names_are_taken),
                cmocka_unit_test(cities_are_taken),
                cmocka_unit_test(one_city_with_many_names_has_one_zone),
                cmocka_unit_test(countries_and_abbreviations),
                cmocka_unit_test(one_name_for_several_is_asked_back),
                cmocka_unit_test(what_is_near_is_suggested),
                cmocka_unit_test(nothing_is_near_to_nonsense),
                cmocka_unit_test(blank_is_blank),
                cmocka_unit_test(the_menu_covers_the_world),
                cmocka_unit_test(what_could_be_a_name),
                cmocka_unit_test(fixed_offsets_are_one_notation),
                cmocka_unit_test(every_word_leads_somewhere),
                cmocka_unit_test(every_refusal_has_words),
        };

        return cmocka_run_group_tests_name("timezone", tests, NULL, NULL);
}
