/* Bans in the sandbox, and the look-ups of model-lists.c. */

#include "model-rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define BANS     "/guilds/" GUILD "/bans"
#define MESSAGES "/channels/" GENERAL "/messages"

/* What the bot may in the ready-made guild, and ban members and pin messages. */
static Sandbox *rig_with_rights(void) {
        Sandbox *s = rig_new();

        (void) rig_worldf(s, 200, "{'do':'set_bot_permissions','permissions':'2252178173717588'}");
        return s;
}

static void who_is_banned_is_gone_and_stays_away(void **state _unused_) {
        _rig_ Sandbox *s = rig_with_rights();
        const Json *r;

        (void) rig_actf(s, 200, "{'as':'" APPLICANT "','action':'say','channel':'" GENERAL "','content':'old'}");
        rig_advance(s, 2 * 3600 * 1000);
        (void) rig_actf(s, 200, "{'as':'" APPLICANT "','action':'say','channel':'" GENERAL "','content':'new'}");
        (void) rig_restf(s, 204, "PUT", BANS "/" APPLICANT, "{'delete_message_seconds':3600}");
        assert_string_equal(at(rig_event(s, "GUILD_BAN_ADD"), "user.id"), APPLICANT);
        assert_int_equal(rig_event_intent(s, "GUILD_BAN_ADD"), SBX_INTENT_GUILD_MODERATION);
        assert_string_equal(at(rig_event(s, "GUILD_MEMBER_REMOVE"), "user.id"), APPLICANT);
        assert_int_equal(json_array_size(node(rig_event(s, "MESSAGE_DELETE_BULK"), "ids")), 1);
        r = rig_rest(s, "GET", MESSAGES, NULL, 200);
        assert_int_equal(json_array_size(r), 1);
        assert_string_equal(at(r, "0.content"), "old");

        (void) rig_worldf(s, 409, "{'do':'add_member','user':'" APPLICANT "'}");
        assert_string_equal(at(rig_rest(s, "GET", BANS "/" APPLICANT, NULL, 200), "user.id"), APPLICANT);
        assert_int_equal(json_array_size(rig_rest(s, "GET", BANS, NULL, 200)), 1);
        (void) rig_rest(s, "DELETE", BANS "/" APPLICANT, NULL, 204);
        assert_string_equal(at(rig_event(s, "GUILD_BAN_REMOVE"), "user.id"), APPLICANT);
        assert_string_equal(at(rig_rest(s, "DELETE", BANS "/" APPLICANT, NULL, 404), "code"), "10026");
        (void) rig_worldf(s, 200, "{'do':'add_member','user':'" APPLICANT "'}");
}

static void not_everybody_can_be_banned(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        assert_string_equal(at(rig_restf(s, 403, "PUT", BANS "/" APPLICANT, "{}"), "code"), "50013");
        (void) rig_worldf(s, 200, "{'do':'set_bot_permissions','permissions':'2252178173717588'}");
        assert_string_equal(at(rig_restf(s, 403, "PUT", BANS "/" OWNER, "{}"), "code"), "50013");
        assert_string_equal(at(rig_restf(s, 404, "PUT", BANS "/1", "{}"), "code"), "10013");
        assert_string_equal(fault_at(rig_restf(s, 400, "PUT", BANS "/" APPLICANT, "{'delete_message_seconds':604801}"), "delete_message_seconds"),
                            "NUMBER_TYPE_MAX");
}

static void pins_are_listed_the_newest_first(void **state _unused_) {
        _rig_ Sandbox *s = rig_with_rights();
        char first[32] = "", path[96];
        const Json *r;

        for (unsigned i = 0; i < 3; i++) {
                r = rig_restf(s, 200, "POST", MESSAGES, "{'content':'%u'}", i);
                (void) snprintf(path, sizeof(path), MESSAGES "/pins/%s", at(r, "id"));
                if (i == 0)
                        (void) snprintf(first, sizeof(first), "%s", at(r, "id"));
                (void) rig_rest(s, "PUT", path, NULL, 204);
        }
        r = rig_rest(s, "GET", MESSAGES "/pins?limit=2", NULL, 200);
        assert_int_equal(json_array_size(node(r, "items")), 2);
        assert_string_equal(at(r, "items.0.message.content"), "2");
        assert_string_equal(at(r, "has_more"), "true");
        r = rig_rest(s, "GET", "/channels/" GENERAL "/pins", NULL, 200);
        assert_int_equal(json_array_size(r), 3);
        assert_string_equal(at(r, "2.id"), first);
}

static void members_are_found_by_the_beginning_of_a_name(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *r;

        (void) rig_restf(s, 200, "PATCH", "/guilds/" GUILD "/members/" APPLICANT, "{'nick':'Starling'}");
        r = rig_rest(s, "GET", "/guilds/" GUILD "/members/search?query=ST&limit=10", NULL, 200);
        assert_int_equal(json_array_size(r), 2);
        assert_string_equal(at(r, "0.user.username"), "applicant");
        assert_string_equal(at(r, "1.user.username"), "staff");
        assert_int_equal(json_array_size(rig_rest(s, "GET", "/guilds/" GUILD "/members/search?query=st", NULL, 200)), 1);
        (void) rig_rest(s, "GET", "/guilds/" GUILD "/members/search", NULL, 400);
}

static void a_bot_finds_its_guild_and_a_role(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *r = rig_rest(s, "GET", "/users/@me/guilds", NULL, 200);

        assert_string_equal(at(r, "0.id"), GUILD);
        assert_string_equal(at(r, "0.owner"), "false");
        assert_int_equal(json_array_size(rig_rest(s, "GET", "/users/@me/guilds?before=" GUILD, NULL, 200)), 0);
        assert_string_equal(at(rig_rest(s, "GET", "/guilds/" GUILD "/roles/" SUPPORT_ROLE, NULL, 200), "name"), "Support");
        assert_string_equal(at(rig_rest(s, "GET", "/guilds/" GUILD "/roles/1", NULL, 404), "code"), "10011");
        assert_int_equal(json_array_size(rig_rest(s, "GET", "/guilds/" GUILD "/emojis", NULL, 200)), 0);
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(who_is_banned_is_gone_and_stays_away),
                cmocka_unit_test(not_everybody_can_be_banned),
                cmocka_unit_test(pins_are_listed_the_newest_first),
                cmocka_unit_test(members_are_found_by_the_beginning_of_a_name),
                cmocka_unit_test(a_bot_finds_its_guild_and_a_role),
        };

        return cmocka_run_group_tests_name("sandbox bans and look-ups", tests, NULL, NULL);
}
