/* Permissions: the order of overwrites, what the invite asks for. */

#include "magikal/permission.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define GUILD 100
#define STAFF 101
#define TRAINEE 102
#define USER 200

static const PermissionRole both_roles[] = { { { STAFF }, 0 }, { { TRAINEE }, 0 } };

static PermissionSubject subject(void) {
        return (PermissionSubject) {
                .guild = { GUILD },
                .user = { USER },
                .everyone = PERMISSION_VIEW_CHANNEL | PERMISSION_SEND_MESSAGES | PERMISSION_EMBED_LINKS | PERMISSION_ATTACH_FILES,
                .roles = both_roles,
                .n_roles = 2,
        };
}

static void the_invite_is_the_sum_of_what_is_needed(void **state) {
        assert_false(PERMISSION_INVITE & PERMISSION_ADMINISTRATOR);
        assert_true((PERMISSION_INVITE & PERMISSION_TICKET) == PERMISSION_TICKET);
        assert_true(PERMISSION_INVITE ==
                    (PERMISSION_MANAGE_CHANNELS | PERMISSION_ADD_REACTIONS | PERMISSION_TICKET | PERMISSION_MANAGE_MESSAGES |
                     PERMISSION_MENTION_EVERYONE | PERMISSION_MANAGE_NICKNAMES | PERMISSION_MANAGE_ROLES |
                     PERMISSION_CREATE_PUBLIC_THREADS | PERMISSION_CREATE_PRIVATE_THREADS | PERMISSION_SEND_MESSAGES_IN_THREADS));
        (void) state;
}

static void owner_and_administrator_may_all(void **state) {
        const PermissionRole admin = { { STAFF }, PERMISSION_ADMINISTRATOR };
        const Overwrite deny = { GUILD, OVERWRITE_ROLE, 0, PERMISSION_ALL };
        PermissionSubject s = subject();

        s.is_owner = true;
        assert_true(permission_in_channel(&s, &deny, 1) == PERMISSION_ALL);
        s = subject();
        s.roles = &admin;
        s.n_roles = 1;
        s.is_timed_out = true;
        assert_true(permission_base(&s) == PERMISSION_ALL);
        assert_true(permission_effective(&s, &deny, 1) == PERMISSION_ALL);
        (void) state;
}

static void overwrites_apply_everyone_then_roles_then_member(void **state) {
        const Overwrite overwrites[] = {
                { USER, OVERWRITE_MEMBER, PERMISSION_SEND_MESSAGES, 0 },
                { TRAINEE, OVERWRITE_ROLE, 0, PERMISSION_SEND_MESSAGES | PERMISSION_ATTACH_FILES },
                { STAFF, OVERWRITE_ROLE, PERMISSION_VIEW_CHANNEL | PERMISSION_ATTACH_FILES, 0 },
                { GUILD, OVERWRITE_ROLE, 0, PERMISSION_VIEW_CHANNEL },
                { USER, OVERWRITE_ROLE, 0, PERMISSION_ALL },            /* a role that happens to have the user's number */
                { STAFF, OVERWRITE_MEMBER, 0, PERMISSION_ALL },
        };
        PermissionSubject s = subject();
        uint64_t p = permission_in_channel(&s, overwrites, ELEMENTSOF(overwrites));

        assert_true(p & PERMISSION_VIEW_CHANNEL);               /* denied to everyone, allowed to a role */
        assert_true(p & PERMISSION_ATTACH_FILES);               /* among roles, allow wins, whatever their order */
        assert_true(p & PERMISSION_SEND_MESSAGES);              /* denied to a role, allowed to the member */
        assert_false(p & PERMISSION_MANAGE_CHANNELS);
        (void) state;
}

static void what_cannot_be_seen_cannot_be_used(void **state) {
        const Overwrite hidden = { GUILD, OVERWRITE_ROLE, 0, PERMISSION_VIEW_CHANNEL };
        const Overwrite silent = { GUILD, OVERWRITE_ROLE, 0, PERMISSION_SEND_MESSAGES };
        PermissionSubject s = subject();

        assert_true(permission_effective(&s, &hidden, 1) == 0);
        assert_true(permission_in_channel(&s, &hidden, 1) & PERMISSION_SEND_MESSAGES);
        assert_false(permission_effective(&s, &silent, 1) & (PERMISSION_EMBED_LINKS | PERMISSION_ATTACH_FILES));
        s.is_timed_out = true;
        assert_true(permission_effective(&s, NULL, 0) == PERMISSION_VIEW_CHANNEL);
        (void) state;
}

static void a_private_channel_is_private(void **state) {
        const Overwrite overwrites[] = {
                { GUILD, OVERWRITE_ROLE, 0, PERMISSION_VIEW_CHANNEL },
                { USER, OVERWRITE_MEMBER, PERMISSION_TICKET, 0 },
                { STAFF, OVERWRITE_ROLE, PERMISSION_TICKET, 0 },
        };
        PermissionSubject s = subject();

        assert_true(permission_has(permission_effective(&s, overwrites, 3), PERMISSION_TICKET));
        s.user.v = 201;
        assert_true(permission_has(permission_effective(&s, overwrites, 3), PERMISSION_TICKET));
        s.n_roles = 0;
        assert_true(permission_effective(&s, overwrites, 3) == 0);
        (void) state;
}

static void role_order_is_position_then_age(void **state) {
        assert_true(permission_role_is_above(2, (RoleId) { 9 }, 1, (RoleId) { 1 }));
        assert_false(permission_role_is_above(1, (RoleId) { 1 }, 2, (RoleId) { 9 }));
        assert_true(permission_role_is_above(1, (RoleId) { 1 }, 1, (RoleId) { 9 }));
        assert_false(permission_role_is_above(1, (RoleId) { 1 }, 1, (RoleId) { 1 }));
        (void) state;
}

static void what_we_lack_is_not_sent(void **state) {
        const Overwrite o = { USER, OVERWRITE_MEMBER, PERMISSION_TICKET | PERMISSION_MANAGE_ROLES, PERMISSION_ADD_REACTIONS };
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;

        json_open_array(&w);
        assert_true(overwrite_put(&w, &o, PERMISSION_INVITE & ~PERMISSION_ATTACH_FILES) ==
                    (PERMISSION_ATTACH_FILES | PERMISSION_MANAGE_ROLES));
        assert_true(overwrite_put(&w, &o, PERMISSION_ADMINISTRATOR) == 0);
        json_close_array(&w);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        assert_string_equal(text, "[{\"id\":\"200\",\"type\":1,\"allow\":\"84992\",\"deny\":\"64\"},"
                                  "{\"id\":\"200\",\"type\":1,\"allow\":\"268553216\",\"deny\":\"64\"}]");
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_invite_is_the_sum_of_what_is_needed),
                cmocka_unit_test(owner_and_administrator_may_all),
                cmocka_unit_test(overwrites_apply_everyone_then_roles_then_member),
                cmocka_unit_test(what_cannot_be_seen_cannot_be_used),
                cmocka_unit_test(a_private_channel_is_private),
                cmocka_unit_test(role_order_is_position_then_age),
                cmocka_unit_test(what_we_lack_is_not_sent),
        };

        return cmocka_run_group_tests_name("permission", tests, NULL, NULL);
}
