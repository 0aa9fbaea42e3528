/*
 * The sandbox's permission algorithm and role order, against the rules of the Discord reference
 * ("Permissions").
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "magikal/cleanup.h"
#include "sandbox/model-name.h"
#include "sandbox/model-permission.h"

#define SEE      PERM_VIEW_CHANNEL
#define SEND     PERM_SEND_MESSAGES
#define ME       7
#define EVERYONE 1

static const uint64_t two_roles[] = { 20, 21 };

typedef struct Case {
        const char *what;
        uint64_t everyone, roles[2];
        bool is_owner, is_timed_out;
        Overwrite overwrites[4];
        uint64_t explicit_bits, effective_bits;
} Case;

/* clang-format off */
static const Case cases[] = {
        { "base is everyone or the roles", SEE, { SEND, PERM_MANAGE_CHANNELS }, false, false, {},
          SEE | SEND | PERM_MANAGE_CHANNELS, SEE | SEND | PERM_MANAGE_CHANNELS },
        { "the owner has everything", 0, {}, true, false, { { EVERYONE, OVERWRITE_ROLE, 0, SEE } }, PERM_ALL, PERM_ALL },
        { "an administrator is bound by no overwrite", SEE, { PERM_ADMINISTRATOR, 0 }, false, false, { { ME, OVERWRITE_MEMBER, 0, SEE } },
          PERM_ALL, PERM_ALL },
        { "everyone's overwrite: deny, then allow", SEE | SEND, {}, false, false, { { EVERYONE, OVERWRITE_ROLE, PERM_ATTACH_FILES, SEND } },
          SEE | PERM_ATTACH_FILES, SEE },
        { "a role's allow wins over everyone's deny", SEE, {}, false, false,
          { { EVERYONE, OVERWRITE_ROLE, 0, SEE }, { 20, OVERWRITE_ROLE, SEE, 0 } }, SEE, SEE },
        { "one role's allow wins over another's deny", SEE | SEND, {}, false, false,
          { { 21, OVERWRITE_ROLE, 0, SEND }, { 20, OVERWRITE_ROLE, SEND, 0 } }, SEE | SEND, SEE | SEND },
        { "the member's overwrite comes last", SEE | SEND, {}, false, false,
          { { ME, OVERWRITE_MEMBER, 0, SEND }, { 20, OVERWRITE_ROLE, SEND, 0 } }, SEE, SEE },
        { "a role that is not held plays no part", SEE, {}, false, false, { { 22, OVERWRITE_ROLE, 0, SEE } }, SEE, SEE },
        { "a user id under a role overwrite plays no part", SEE, {}, false, false, { { ME, OVERWRITE_ROLE, 0, SEE } }, SEE, SEE },
        { "who does not see can do nothing", SEE | SEND | PERM_MANAGE_CHANNELS, {}, false, false, { { EVERYONE, OVERWRITE_ROLE, 0, SEE } },
          SEND | PERM_MANAGE_CHANNELS, 0 },
        { "who cannot send cannot attach or mention", SEE | SEND | PERM_EMBED_LINKS | PERM_ATTACH_FILES | PERM_MENTION_EVERYONE, {}, false, false,
          { { EVERYONE, OVERWRITE_ROLE, 0, SEND } }, SEE | PERM_EMBED_LINKS | PERM_ATTACH_FILES | PERM_MENTION_EVERYONE, SEE },
        { "timed out: see and read", SEE | SEND | PERM_READ_MESSAGE_HISTORY, { PERM_MANAGE_CHANNELS, 0 }, false, true, {},
          SEE | PERM_READ_MESSAGE_HISTORY, SEE | PERM_READ_MESSAGE_HISTORY },
        { "timed out: no overwrite gives it back", SEE, {}, false, true, { { ME, OVERWRITE_MEMBER, SEND, 0 } }, SEE, SEE },
        { "an administrator cannot be timed out", SEE, { PERM_ADMINISTRATOR, 0 }, false, true, {}, PERM_ALL, PERM_ALL },
};
/* clang-format on */

static void the_algorithm_follows_the_reference(void **state _unused_) {
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const Case *c = &cases[i];
                const PermissionSubject subject = {
                        .guild = EVERYONE,
                        .user = ME,
                        .is_owner = c->is_owner,
                        .is_timed_out = c->is_timed_out,
                        .everyone = c->everyone,
                        .roles = two_roles,
                        .role_permissions = c->roles,
                        .n_roles = ELEMENTSOF(two_roles),
                };
                size_t n = 0;

                while (n < ELEMENTSOF(c->overwrites) && c->overwrites[n].id)
                        n++;
                if (permission_in_channel(&subject, c->overwrites, n) != c->explicit_bits)
                        fail_msg("%s: permissions", c->what);
                if (permission_effective(&subject, c->overwrites, n, false) != c->effective_bits)
                        fail_msg("%s: what follows", c->what);
        }
}

static void voice_without_connect_cannot_be_managed(void **state _unused_) {
        const PermissionSubject subject = { .guild = EVERYONE,
                                            .user = ME,
                                            .everyone = SEE | PERM_MANAGE_CHANNELS };

        assert_int_equal(permission_effective(&subject, NULL, 0, true), SEE);
        assert_int_equal(permission_effective(&subject, NULL, 0, false), SEE | PERM_MANAGE_CHANNELS);
}

static void of_equal_positions_the_older_role_is_higher(void **state _unused_) {
        assert_true(role_is_above(2, 50, 1, 10));
        assert_false(role_is_above(1, 10, 2, 50));
        assert_true(role_is_above(1, 10, 1, 50));
        assert_false(role_is_above(1, 50, 1, 10));
        assert_false(role_is_above(1, 50, 1, 50));
}

static void channel_names_become_what_discord_makes_of_them(void **state _unused_) {
        static const struct {
                const char *asked, *given;
        } names[] = {
                { "general", "general" },
                { "Support 12 Foo.Bar", "support-12-foobar" },
                { "  a   b--c  ", "a-b-c" },
                { "--x--", "x" },
                { "under_score!", "under_score" },
                { "ÉCOLE Ünder", "école-ünder" },
                { "지원-티켓", "지원-티켓" },
                { "🎫 ticket", "🎫-ticket" },
                { "!!!", "" },
        };

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                _strbuf_ StrBuf out = {};

                channel_name_normalise(names[i].asked, &out);
                assert_string_equal(strbuf_text(&out), names[i].given);
        }
}

static void command_names_follow_the_pattern(void **state _unused_) {
        static const char *const good[] = { "tickets", "set-targets", "a_b",
                                            "won't",   "지원",        "ß",
                                            "ไทย",     "हिन्दी",       "12345678901234567890123456789012" };
        static const char *const bad[] = { "",      "Tickets", "two words",
                                           "a.b",   "é!",      "123456789012345678901234567890123",
                                           "ÉCOLE", "😀" };

        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                if (!command_name_is_valid(good[i]))
                        fail_msg("%s is a name", good[i]);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                if (command_name_is_valid(bad[i]))
                        fail_msg("%s is no name", bad[i]);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_algorithm_follows_the_reference),
                cmocka_unit_test(voice_without_connect_cannot_be_managed),
                cmocka_unit_test(of_equal_positions_the_older_role_is_higher),
                cmocka_unit_test(channel_names_become_what_discord_makes_of_them),
                cmocka_unit_test(command_names_follow_the_pattern),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
