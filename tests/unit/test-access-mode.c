/* Access modes: what the applicant keeps, and that nothing is asked for that the invite link does not give. */

#include "magikal/access-mode.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "magikal/permission.h"

static void keep_changes_nothing(void **state) {
        uint64_t allow = 7, deny = 7;

        assert_false(access_mode_overwrite(ACCESS_KEEP, &allow, &deny));
        assert_false(access_mode_overwrite((AccessMode) 99, &allow, &deny));
        assert_true(allow == 7 && deny == 7);
        (void) state;
}

static void a_reader_reads_and_says_nothing(void **state) {
        static const uint64_t silent[] = {
                PERMISSION_SEND_MESSAGES,          PERMISSION_SEND_MESSAGES_IN_THREADS, PERMISSION_CREATE_PUBLIC_THREADS,
                PERMISSION_CREATE_PRIVATE_THREADS, PERMISSION_ADD_REACTIONS,            PERMISSION_ATTACH_FILES,
        };
        uint64_t allow, deny;

        assert_true(access_mode_overwrite(ACCESS_READ_ONLY, &allow, &deny));
        assert_true(allow == (PERMISSION_VIEW_CHANNEL | PERMISSION_READ_MESSAGE_HISTORY));
        for (size_t i = 0; i < sizeof(silent) / sizeof(*silent); i++)
                assert_true(deny & silent[i]);
        (void) state;
}

static void the_hidden_see_nothing(void **state) {
        uint64_t allow, deny;

        assert_true(access_mode_overwrite(ACCESS_HIDE, &allow, &deny));
        assert_true(allow == 0 && deny == PERMISSION_VIEW_CHANNEL);
        (void) state;
}

/* A bot can only deny or allow what it holds itself. */
static void the_invite_link_is_enough(void **state) {
        for (int mode = 0; mode < _ACCESS_MODE_MAX; mode++) {
                uint64_t allow = 0, deny = 0;

                (void) access_mode_overwrite((AccessMode) mode, &allow, &deny);
                assert_true((allow & deny) == 0);
                assert_true(((allow | deny) & ~PERMISSION_INVITE) == 0);
        }
        (void) state;
}

static void names_go_both_ways(void **state) {
        AccessMode mode;

        for (int i = 0; i < _ACCESS_MODE_MAX; i++) {
                assert_int_equal(access_mode_from_string(access_mode_to_string((AccessMode) i), &mode), 0);
                assert_int_equal(mode, i);
        }
        assert_null(access_mode_to_string(_ACCESS_MODE_MAX));
        assert_int_equal(access_mode_from_string("Keep", &mode), -EINVAL);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(keep_changes_nothing),
                cmocka_unit_test(a_reader_reads_and_says_nothing),
                cmocka_unit_test(the_hidden_see_nothing),
                cmocka_unit_test(the_invite_link_is_enough),
                cmocka_unit_test(names_go_both_ways),
        };

        return cmocka_run_group_tests_name("access-mode", tests, NULL, NULL);
}
