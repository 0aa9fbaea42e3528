/* Members and roles in the sandbox: the hierarchy, joining and leaving. */

#include "model-rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CHANNELS    "/guilds/" GUILD "/channels"
#define BOT_ROLE    "810000000000000001"
#define MEMBER_ROLE "810000000000000005"

static void roles_and_nicknames_obey_the_hierarchy(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        (void) rig_rest(s, "PUT", "/guilds/" GUILD "/members/" APPLICANT "/roles/" MEMBER_ROLE, NULL, 204);
        (void) rig_rest(s, "PUT", "/guilds/" GUILD "/members/" APPLICANT "/roles/" MEMBER_ROLE, NULL, 204);
        assert_int_equal(rig_n_events(s, "GUILD_MEMBER_UPDATE"), 1);
        assert_string_equal(at(rig_event(s, "GUILD_MEMBER_UPDATE"), "roles.0"), MEMBER_ROLE);
        (void) rig_rest(s, "PUT", "/guilds/" GUILD "/members/" OWNER "/roles/" MEMBER_ROLE, NULL, 204);
        assert_string_equal(
                at(rig_rest(s, "PUT", "/guilds/" GUILD "/members/" APPLICANT "/roles/" BOT_ROLE, NULL, 403),
                   "code"),
                "50013");
        assert_string_equal(
                at(rig_rest(s, "PUT", "/guilds/" GUILD "/members/" APPLICANT "/roles/" GUILD, NULL, 403),
                   "code"),
                "50013");
        assert_string_equal(
                at(rig_rest(s, "PUT", "/guilds/" GUILD "/members/" APPLICANT "/roles/5", NULL, 404), "code"),
                "10011");
        assert_string_equal(
                at(rig_rest(s, "PUT", "/guilds/" GUILD "/members/5/roles/" MEMBER_ROLE, NULL, 404), "code"),
                "10013");

        assert_string_equal(
                at(rig_restf(s, 200, "PATCH", "/guilds/" GUILD "/members/" ADMIN, "{'nick':'Ann'}"), "nick"),
                "Ann");
        assert_string_equal(
                at(rig_restf(s, 200, "PATCH", "/guilds/" GUILD "/members/" ADMIN, "{'nick':''}"), "nick"),
                "null");
        assert_string_equal(
                at(rig_restf(s, 403, "PATCH", "/guilds/" GUILD "/members/" OWNER, "{'nick':'Ann'}"), "code"),
                "50013");
        assert_string_equal(fault_at(rig_restf(s, 400, "PATCH", "/guilds/" GUILD "/members/" ADMIN,
                                               "{'nick':'123456789012345678901234567890123'}"),
                                     "nick"),
                            "BASE_TYPE_MAX_LENGTH");
        (void) rig_worldf(s, 200, "{'do':'set_role_position','role':'810000000000000004','position':9}");
        assert_string_equal(
                at(rig_restf(s, 403, "PATCH", "/guilds/" GUILD "/members/" ADMIN, "{'nick':'Ann'}"), "code"),
                "50013");
        (void) rig_restf(s, 200, "PATCH", "/guilds/" GUILD "/members/@me", "{'nick':'Tickets'}");
}

static void the_application_is_as_its_owner_set_it(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        assert_string_equal(at(rig_rest(s, "GET", "/applications/@me", NULL, 200), "flags_new"), "557056");
        (void) rig_worldf(s, 200, "{'do':'set_application','flags':0,'interactions_endpoint_url':'https://example.org/i'}");
        assert_string_equal(at(rig_rest(s, "GET", "/applications/@me", NULL, 200), "flags_new"), "0");
        assert_string_equal(at(rig_rest(s, "GET", "/applications/@me", NULL, 200), "interactions_endpoint_url"), "https://example.org/i");
}

static void who_left_is_an_unknown_member(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        (void) rig_worldf(s, 200, "{'do':'remove_member','user':'" APPLICANT "'}");
        assert_string_equal(at(rig_event(s, "GUILD_MEMBER_REMOVE"), "user.id"), APPLICANT);
        assert_int_equal(rig_event_intent(s, "GUILD_MEMBER_REMOVE"), SBX_INTENT_GUILD_MEMBERS);
        assert_string_equal(
                at(rig_rest(s, "GET", "/guilds/" GUILD "/members/" APPLICANT, NULL, 404), "code"), "10007");
        (void) rig_worldf(s, 200,
                          "{'do':'add_member','user':'" APPLICANT
                          "','name':'applicant','roles':['" MEMBER_ROLE "']}");
        assert_string_equal(at(rig_event(s, "GUILD_MEMBER_ADD"), "roles.0"), MEMBER_ROLE);
        assert_string_equal(
                at(rig_rest(s, "GET", "/guilds/" GUILD "/members/" APPLICANT, NULL, 200), "user.id"),
                APPLICANT);
}

static void roles_are_made_below_the_bot(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        _strbuf_ StrBuf path = {};

        strbuf_appendf(&path, "/guilds/" GUILD "/roles/%s",
                       at(rig_restf(s, 200, "POST", "/guilds/" GUILD "/roles",
                                    "{'name':'New','permissions':'1024','color':255}"),
                          "id"));
        assert_string_equal(at(rig_event(s, "GUILD_ROLE_CREATE"), "role.colors.primary_color"), "255");
        assert_string_equal(
                at(rig_restf(s, 200, "PATCH", strbuf_text(&path), "{'mentionable':true}"), "mentionable"),
                "true");
        /* MANAGE_GUILD is not the bot's to give. */
        assert_string_equal(
                at(rig_restf(s, 403, "PATCH", strbuf_text(&path), "{'permissions':'32'}"), "code"), "50013");
        (void) rig_rest(s, "DELETE", strbuf_text(&path), NULL, 204);
        assert_string_equal(at(rig_rest(s, "DELETE", strbuf_text(&path), NULL, 404), "code"), "10011");
        assert_string_equal(
                at(rig_rest(s, "DELETE", "/guilds/" GUILD "/roles/" BOT_ROLE, NULL, 403), "code"), "50013");
}

static void members_are_listed_and_kicked_with_the_right(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        assert_int_equal(
                json_array_size(rig_rest(s, "GET", "/guilds/" GUILD "/members?limit=1000", NULL, 200)), 7);
        assert_int_equal(json_array_size(rig_rest(
                                 s, "GET", "/guilds/" GUILD "/members?limit=10&after=" ADMIN, NULL, 200)),
                         4);
        assert_string_equal(
                at(rig_rest(s, "DELETE", "/guilds/" GUILD "/members/" APPLICANT, NULL, 403), "code"),
                "50013");
        (void) rig_worldf(s, 200, "{'do':'set_bot_permissions','permissions':'2'}");
        (void) rig_rest(s, "DELETE", "/guilds/" GUILD "/members/" APPLICANT, NULL, 204);
        assert_string_equal(at(rig_rest(s, "DELETE", "/guilds/" GUILD "/members/" OWNER, NULL, 403), "code"),
                            "50013");
}

static void a_deleted_role_just_goes(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        (void) rig_worldf(s, 200, "{'do':'delete_role','role':'" SUPPORT_ROLE "'}");
        assert_string_equal(at(rig_event(s, "GUILD_ROLE_DELETE"), "role_id"), SUPPORT_ROLE);
        assert_int_equal(rig_n_events(s, "GUILD_MEMBER_UPDATE"), 0);
        assert_int_equal(
                json_array_size(
                        node(rig_rest(s, "GET", "/guilds/" GUILD "/members/" STAFF, NULL, 200), "roles")),
                1);
        assert_string_equal(
                at(rig_restf(s, 404, "POST", CHANNELS,
                             "{'name':'x','permission_overwrites':[{'id':'" SUPPORT_ROLE "','type':0}]}"),
                   "code"),
                "10009");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(roles_and_nicknames_obey_the_hierarchy),
                cmocka_unit_test(the_application_is_as_its_owner_set_it),
                cmocka_unit_test(who_left_is_an_unknown_member),
                cmocka_unit_test(roles_are_made_below_the_bot),
                cmocka_unit_test(members_are_listed_and_kicked_with_the_right),
                cmocka_unit_test(a_deleted_role_just_goes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
