/* Policy: every action for every kind of person; refusals name what is missing. */

#include "magikal/policy.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "magikal/cleanup.h"
#include "magikal/permission.h"

typedef struct Case {
        PolicyAction action;
        bool member, channels, guild, admin, cap_admin, cap_recruitment;
} Case;

/* clang-format off */
static const Case cases[] = {
        /*                                nobody  Manage    Manage  Adminis-  capability  capability */
        /*                                special Channels  Guild   trator    admin       recruitment */
        { POLICY_SUPPORT_OPEN,            true,   true,     true,   true,     true,       true  },
        { POLICY_SUPPORT_RESOLVE,         false,  true,     false,  true,     false,      false },
        { POLICY_RECRUITMENT_OPEN,        true,   true,     true,   true,     true,       true  },
        { POLICY_RECRUITMENT_DECIDE,      false,  true,     false,  true,     false,      false },
        { POLICY_RECRUITMENT_FINALISE,    false,  false,    true,   true,     false,      false },
        { POLICY_TICKETS_COMMAND,         false,  false,    true,   true,     true,       false },
        { POLICY_RECRUIT_CONFIG_COMMAND,  false,  false,    true,   true,     true,       true  },
        { POLICY_REOPEN_QNA,              false,  true,     true,   true,     true,       true  },
        { POLICY_ROLES_COMMAND,           false,  false,    true,   true,     true,       false },
};
/* clang-format on */

static void check(PolicyAction action, uint64_t permissions, unsigned capabilities, bool expected) {
        const PolicyPerson person = { permissions, capabilities };
        TextId refusal = _TEXT_MAX;
        int r = policy_check(action, &person, &refusal);

        if ((r == 0) != expected)
                fail_msg("action %d with permissions %llu and capabilities %u", action, (unsigned long long) permissions, capabilities);
        if (r == 0)
                assert_int_equal(refusal, _TEXT_MAX);
        else {
                assert_int_equal(r, POLICY_REFUSED);
                assert_non_null(strstr(text_lookup(LANG_EN, refusal), "can"));
                assert_null(strchr(text_lookup(LANG_EN, refusal), '{'));
        }
}

static void everybody_may_what_the_table_says(void **state) {
        const uint64_t ordinary = PERMISSION_TICKET | PERMISSION_MANAGE_MESSAGES | PERMISSION_MANAGE_ROLES;

        assert_int_equal(ELEMENTSOF(cases), _POLICY_ACTION_MAX);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Case *c = &cases[i];

                check(c->action, ordinary, 0, c->member);
                check(c->action, ordinary | PERMISSION_MANAGE_CHANNELS, 0, c->channels);
                check(c->action, ordinary | PERMISSION_MANAGE_GUILD, 0, c->guild);
                check(c->action, PERMISSION_ADMINISTRATOR, 0, c->admin);
                check(c->action, ordinary, CAPABILITY_ADMIN, c->cap_admin);
                check(c->action, ordinary, CAPABILITY_RECRUITMENT, c->cap_recruitment);
                check(c->action, ordinary, CAPABILITY_MODERATOR | CAPABILITY_EVENTS | CAPABILITY_HELPER, c->member);
        }
        (void) state;
}

static void refusals_name_what_is_missing(void **state) {
        const PolicyPerson nobody = {};
        TextId refusal;

        assert_int_equal(policy_check(POLICY_SUPPORT_RESOLVE, &nobody, &refusal), POLICY_REFUSED);
        assert_non_null(strstr(text_lookup(LANG_EN, refusal), "Manage Channels"));
        assert_int_equal(policy_check(POLICY_TICKETS_COMMAND, &nobody, &refusal), POLICY_REFUSED);
        assert_non_null(strstr(text_lookup(LANG_EN, refusal), text_lookup(LANG_EN, TEXT_PERMISSION_MANAGE_SERVER)));
        assert_int_equal(policy_check((PolicyAction) 99, &(PolicyPerson) { PERMISSION_ALL, ~0u }, &refusal), POLICY_REFUSED);
        (void) state;
}

static void nobody_decides_on_their_own(void **state) {
        assert_true(policy_is_own((UserId) { 5 }, (UserId) { 5 }));
        assert_false(policy_is_own((UserId) { 5 }, (UserId) { 6 }));
        assert_false(policy_is_own((UserId) { 0 }, (UserId) { 0 }));
        (void) state;
}

static void capabilities_have_names(void **state) {
        static const unsigned all[] = { CAPABILITY_ADMIN, CAPABILITY_MODERATOR, CAPABILITY_EVENTS, CAPABILITY_RECRUITMENT, CAPABILITY_HELPER };

        for (size_t i = 0; i < ELEMENTSOF(all); i++)
                assert_int_equal(capability_from_string(capability_to_string(all[i])), all[i]);
        assert_string_equal(capability_to_string(CAPABILITY_RECRUITMENT), "recruitment");
        assert_null(capability_to_string(0));
        assert_null(capability_to_string(CAPABILITY_ADMIN | CAPABILITY_HELPER));
        assert_int_equal(capability_from_string("Admin"), 0);
        assert_int_equal(capability_from_string(NULL), 0);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(everybody_may_what_the_table_says),
                cmocka_unit_test(refusals_name_what_is_missing),
                cmocka_unit_test(nobody_decides_on_their_own),
                cmocka_unit_test(capabilities_have_names),
        };

        return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
