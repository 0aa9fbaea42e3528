/* The areas of a new guild, and how one is found. */

#include "magikal/recruit-settings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "magikal/cleanup.h"

static void a_new_guild_has_areas(void **state) {
        size_t n = 0;
        const RecruitOption *options = recruit_default_options(&n);

        assert_int_equal(n, 6);
        assert_true(n <= RECRUIT_OPTIONS_MAX);
        assert_string_equal(options[0].name, "medical");
        for (size_t i = 0; i < n; i++)
                /* they are written into an array of SQL's, between quotation marks */
                assert_int_equal(strspn(options[i].name, "abcdefghijklmnopqrstuvwxyz "), strlen(options[i].name));
        (void) state;
}

static void case_does_not_matter(void **state) {
        static const RecruitOption options[] = { { .name = "Deep space" }, { .name = "b" } };
        const RecruitSettings settings = { .options = options, .n_options = ELEMENTSOF(options) };

        assert_ptr_equal(recruit_option_by_name(&settings, "deep SPACE"), &options[0]);
        assert_ptr_equal(recruit_option_by_name(&settings, "B"), &options[1]);
        assert_null(recruit_option_by_name(&settings, "deep"));
        assert_null(recruit_option_by_name(&settings, ""));
        (void) state;
}

static void each_wish_has_its_role(void **state) {
        const RecruitSettings settings = { .member_role = { 2 } };

        assert_int_equal(recruit_role(&settings, false).v, 2);
        assert_int_equal(recruit_role(&settings, true).v, 0);
        (void) state;
}

static void hiding_needs_another_ping_role(void **state) {
        const RoleId none = {}, ping = { 1 }, member = { 2 }, affiliate = { 3 };

        assert_true(recruit_hides_nothing(ACCESS_HIDE, ping, affiliate, ping));
        assert_true(recruit_hides_nothing(ACCESS_HIDE, member, ping, ping));
        assert_false(recruit_hides_nothing(ACCESS_HIDE, member, affiliate, ping));
        assert_false(recruit_hides_nothing(ACCESS_READ_ONLY, ping, ping, ping));
        assert_false(recruit_hides_nothing(ACCESS_HIDE, none, none, none));
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_new_guild_has_areas),
                cmocka_unit_test(case_does_not_matter),
                cmocka_unit_test(each_wish_has_its_role),
                cmocka_unit_test(hiding_needs_another_ping_role),
        };

        return cmocka_run_group_tests_name("recruit-settings", tests, NULL, NULL);
}
