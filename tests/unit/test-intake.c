#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "magikal/cleanup.h"
#include "supervisor/intake.h"

static IntakeUse use(const char *event, const char *d) {
        const GatewayDispatch dispatch = {
                .event = event, .data = { .type = SKIM_OBJECT, .text = d, .n_bytes = strlen(d) }
        };

        return intake_use(&dispatch, (UserId) { 42 });
}

static void test_people_wait(_unused_ void **state) {
        assert_int_equal(use("INTERACTION_CREATE", "{}"), INTAKE_JOB);
        assert_int_equal(use("INTERACTION_CREATED", "{}"), INTAKE_DROP);
        assert_int_equal(use("", "{}"), INTAKE_DROP);
}

static void test_commands_in_messages(_unused_ void **state) {
        assert_int_equal(
                use("MESSAGE_CREATE", "{\"content\":\"!tickets doctor\",\"author\":{\"id\":\"1\"}}"),
                INTAKE_JOB);
        assert_int_equal(
                use("MESSAGE_CREATE", "{\"author\":{\"id\":\"1\",\"bot\":false},\"content\":\"!x\"}"),
                INTAKE_JOB);
        assert_int_equal(use("MESSAGE_CREATE", "{\"content\":\"!x\",\"author\":{\"bot\":true}}"), INTAKE_DROP);
        assert_int_equal(use("MESSAGE_CREATE", "{\"content\":\"hello\",\"author\":{\"id\":\"1\"}}"), INTAKE_DROP);
        assert_int_equal(use("MESSAGE_CREATE", "{\"content\":\"\",\"author\":{\"id\":\"1\"}}"), INTAKE_DROP);
        assert_int_equal(use("MESSAGE_CREATE", "{\"content\":\"!x\"}"), INTAKE_DROP);
        assert_int_equal(use("MESSAGE_CREATE", "{\"content\":17,\"author\":{}}"), INTAKE_DROP);
        assert_int_equal(use("MESSAGE_CREATE", "{\"content\":\"!x\",\"author\":"), INTAKE_DROP);
}

static void test_only_our_own_member(_unused_ void **state) {
        assert_int_equal(use("GUILD_MEMBER_UPDATE", "{\"user\":{\"id\":\"42\"}}"), INTAKE_TELL);
        assert_int_equal(use("GUILD_MEMBER_UPDATE", "{\"user\":{\"id\":\"43\"}}"), INTAKE_DROP);
        assert_int_equal(use("GUILD_MEMBER_UPDATE", "{\"user\":{}}"), INTAKE_DROP);
        assert_int_equal(use("GUILD_MEMBER_UPDATE", "{}"), INTAKE_DROP);
        assert_int_equal(intake_use(&(GatewayDispatch) { .event = "GUILD_MEMBER_UPDATE",
                                                        .data = { .type = SKIM_OBJECT,
                                                                  .text = "{\"user\":{\"id\":\"0\"}}",
                                                                  .n_bytes = 19 } },
                                    (UserId) { 0 }),
                         INTAKE_DROP);
}

static void test_the_world_moves(_unused_ void **state) {
        static const char *const told[] = {
                "GUILD_CREATE",        "GUILD_DELETE",      "CHANNEL_DELETE",       "GUILD_UPDATE",
                "CHANNEL_UPDATE",      "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE",
                "GUILD_MEMBER_REMOVE", "MESSAGE_DELETE",    "MESSAGE_DELETE_BULK", "READY",
        };
        static const char *const dropped[] = { "RESUMED",        "PRESENCE_UPDATE",
                                               "TYPING_START", "MESSAGE_UPDATE", "VOICE_STATE_UPDATE" };

        for (size_t i = 0; i < ELEMENTSOF(told); i++)
                assert_int_equal(use(told[i], "{}"), INTAKE_TELL);
        for (size_t i = 0; i < ELEMENTSOF(dropped); i++)
                assert_int_equal(use(dropped[i], "{}"), INTAKE_DROP);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_people_wait),
                cmocka_unit_test(test_commands_in_messages),
                cmocka_unit_test(test_only_our_own_member),
                cmocka_unit_test(test_the_world_moves),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
