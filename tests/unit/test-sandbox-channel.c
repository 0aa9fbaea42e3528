/* Channels and overwrites in the sandbox: what is refused with which code, what follows, what is told. */

#include "model-rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CHANNELS "/guilds/" GUILD "/channels"
#define MESSAGES "/channels/" PANEL "/messages"

static void copy(char *into, size_t size, const char *text) {
        (void) snprintf(into, size, "%s", text);
}

static void a_ticket_channel_is_made_in_one_call(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *r;
        char id[32];

        r = rig_restf(s, 201, "POST", CHANNELS,
                      "{'name':'Support 1 Foo','parent_id':'" TICKET_CATEGORY
                      "','topic':'TID:1','permission_overwrites':["
                      "{'id':'" GUILD "','type':0,'deny':'1024'},{'id':'" APPLICANT
                      "','type':1,'allow':'117760'},{'id':'" APPLICATION "','type':1,'allow':117760}]}");
        assert_string_equal(at(r, "name"), "support-1-foo");
        assert_string_equal(at(r, "topic"), "TID:1");
        assert_string_equal(at(r, "permission_overwrites.0.deny"), "1024");
        assert_string_equal(at(r, "permission_overwrites.0.allow"), "0");
        copy(id, sizeof(id), at(r, "id"));
        assert_string_equal(at(rig_event(s, "CHANNEL_CREATE"), "id"), id);
        assert_int_equal(rig_event_intent(s, "CHANNEL_CREATE"), SBX_INTENT_GUILDS);
        assert_int_equal(rig_n_effects(s, "channel.create"), 1);
        assert_true(model_may_see(s, strtoull(APPLICANT, NULL, 10), strtoull(id, NULL, 10)));
        assert_false(model_may_see(s, strtoull(STAFF, NULL, 10), strtoull(id, NULL, 10)));
}

static void overwrites_are_copied_from_the_category_unless_given(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        assert_int_equal(json_array_size(node(rig_restf(s, 201, "POST", CHANNELS,
                                                        "{'name':'x','parent_id':'820000000000000004'}"),
                                              "permission_overwrites")),
                         5);
        assert_int_equal(json_array_size(node(rig_restf(s, 201, "POST", CHANNELS,
                                                        "{'name':'x','parent_id':'820000000000000004',"
                                                        "'permission_overwrites':[]}"),
                                              "permission_overwrites")),
                         0);
}

static void creating_asks_for_rights_and_only_gives_what_the_bot_has(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        /*
         * CONNECT (1 << 20) is not the bot's; MANAGE_ROLES (1 << 28) is, but only an administrator may hand
         * it on.
         */
        assert_string_equal(at(rig_restf(s, 403, "POST", CHANNELS,
                                         "{'name':'x','permission_overwrites':[{'id':'" APPLICANT
                                         "','type':1,'allow':'1048576'}]}"),
                               "code"),
                            "50013");
        assert_string_equal(at(rig_restf(s, 403, "POST", CHANNELS,
                                         "{'name':'x','permission_overwrites':[{'id':'" APPLICANT
                                         "','type':1,'deny':'268435456'}]}"),
                               "code"),
                            "50013");
        assert_string_equal(at(rig_restf(s, 404, "POST", CHANNELS,
                                         "{'name':'x','permission_overwrites':[{'id':'5','type':0}]}"),
                               "code"),
                            "10009");

        (void) rig_worldf(s, 200, "{'do':'set_bot_permissions','permissions':'8'}");
        (void) rig_restf(s, 201, "POST", CHANNELS,
                         "{'name':'x','permission_overwrites':[{'id':'" APPLICANT
                         "','type':1,'deny':'268435456'}]}");
        (void) rig_worldf(s, 200, "{'do':'set_bot_permissions','permissions':'1024'}");
        assert_string_equal(at(rig_restf(s, 403, "POST", CHANNELS, "{'name':'x'}"), "code"), "50013");
        assert_string_equal(at(rig_event(s, "GUILD_ROLE_UPDATE"), "role.permissions"), "1024");
}

static void names_topics_and_parents_are_checked(void **state _unused_) {
        /* clang-format off */
        static const struct {
                const char *body, *path, *code;
        } cases[] = {
                { "{}", "name", "BASE_TYPE_REQUIRED" },
                { "{'name':'x','type':99}", "type", "BASE_TYPE_CHOICES" },
                { "{'name':5}", "name", "STRING_TYPE_CONVERT" },
                { "{'name':'x','parent_id':'5'}", "parent_id", "CHANNEL_PARENT_INVALID" },
                { "{'name':'x','parent_id':'" PANEL "'}", "parent_id", "CHANNEL_PARENT_INVALID_TYPE" },
                { "{'name':'x','rate_limit_per_user':21601}", "rate_limit_per_user", "NUMBER_TYPE_MAX" },
                { "{'name':'x','permission_overwrites':5}", "permission_overwrites", "LIST_TYPE_CONVERT" },
                { "{'name':'x','permission_overwrites':[{'allow':'1'}]}", "permission_overwrites.0.id", "BASE_TYPE_REQUIRED" },
        };
        /* clang-format on */
        _rig_ Sandbox *s = rig_new();
        _strbuf_ StrBuf topic = {};

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(
                        fault_at(rig_restf(s, 400, "POST", CHANNELS, "%s", cases[i].body), cases[i].path),
                        cases[i].code);
        for (int i = 0; i < 1025; i++)
                strbuf_append_char(&topic, 't');
        assert_string_equal(fault_at(rig_restf(s, 400, "POST", CHANNELS, "{'name':'x','topic':'%s'}",
                                               strbuf_text(&topic)),
                                     "topic"),
                            "BASE_TYPE_MAX_LENGTH");
}

static void categories_and_guilds_are_full_at_their_limits(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        (void) rig_worldf(s, 400, "{'do':'add_channel','ago_ms':-1}");
        (void) rig_worldf(s, 404, "{'do':'add_channel','category':'12'}");
        (void) rig_worldf(s, 200, "{'do':'add_channels','n':48,'category':'" TICKET_CATEGORY "'}");
        (void) rig_restf(s, 201, "POST", CHANNELS, "{'name':'fiftieth','parent_id':'" TICKET_CATEGORY "'}");
        assert_string_equal(fault_at(rig_restf(s, 400, "POST", CHANNELS,
                                               "{'name':'x','parent_id':'" TICKET_CATEGORY "'}"),
                                     "parent_id"),
                            "CHANNEL_PARENT_MAX_CHANNELS");
        assert_string_equal(
                at(rig_restf(s, 400, "POST", CHANNELS, "{'name':'x','parent_id':'" TICKET_CATEGORY "'}"),
                   "errors.parent_id._errors.0.message"),
                "Maximum number of channels in category reached (50)");
        (void) rig_worldf(s, 200, "{'do':'add_channels','n':441}");
        assert_string_equal(at(rig_restf(s, 400, "POST", CHANNELS, "{'name':'x'}"), "code"), "30013");
}

static void deleting_returns_the_channel_and_frees_children(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        assert_string_equal(at(rig_rest(s, "DELETE", "/channels/" TICKET_CATEGORY, NULL, 200), "name"),
                            "Support");
        assert_string_equal(at(rig_event(s, "CHANNEL_DELETE"), "id"), TICKET_CATEGORY);
        assert_string_equal(at(rig_event(s, "CHANNEL_UPDATE"), "id"), PANEL);
        assert_string_equal(at(rig_event(s, "CHANNEL_UPDATE"), "parent_id"), "null");
        assert_string_equal(at(rig_rest(s, "GET", "/channels/" TICKET_CATEGORY, NULL, 404), "code"),
                            "10003");
}

static void what_the_bot_does_not_see_is_missing_access(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        (void) rig_worldf(s, 200,
                          "{'do':'set_overwrite','channel':'" PANEL "','id':'" GUILD
                          "','type':0,'deny':'1024'}");
        (void) rig_worldf(s, 200,
                          "{'do':'set_overwrite','channel':'" PANEL "','id':'" APPLICATION
                          "','type':1,'deny':'1024'}");
        assert_string_equal(at(rig_rest(s, "GET", "/channels/" PANEL, NULL, 403), "code"), "50001");
        assert_string_equal(at(rig_restf(s, 403, "POST", MESSAGES, "{'content':'x'}"), "code"), "50001");
        assert_string_equal(at(rig_rest(s, "DELETE", "/channels/" PANEL, NULL, 403), "code"), "50001");
        (void) rig_worldf(s, 200,
                          "{'do':'set_overwrite','channel':'" PANEL "','id':'" APPLICATION
                          "','type':1,'allow':'1024','deny':'2064'}");
        assert_string_equal(at(rig_restf(s, 403, "POST", MESSAGES, "{'content':'x'}"), "code"), "50013");
        assert_string_equal(at(rig_rest(s, "DELETE", "/channels/" PANEL, NULL, 403), "code"), "50013");
}

static void one_overwrite_is_put_and_deleted(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        (void) rig_restf(s, 204, "PUT", "/channels/" PANEL "/permissions/" APPLICANT,
                         "{'type':1,'allow':'66560','deny':'2048'}");
        assert_string_equal(at(rig_event(s, "CHANNEL_UPDATE"), "permission_overwrites.0.deny"), "2048");
        assert_string_equal(at(rig_restf(s, 403, "PUT", "/channels/" PANEL "/permissions/" APPLICANT,
                                         "{'type':1,'allow':'1048576'}"),
                               "code"),
                            "50013");
        assert_string_equal(
                at(rig_restf(s, 404, "PUT", "/channels/" PANEL "/permissions/5", "{'type':0}"), "code"),
                "10009");
        (void) rig_rest(s, "DELETE", "/channels/" PANEL "/permissions/" APPLICANT, NULL, 204);
        assert_string_equal(
                at(rig_rest(s, "DELETE", "/channels/" PANEL "/permissions/" APPLICANT, NULL, 404), "code"),
                "10009");
}

static void children_in_step_follow_their_category(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        (void) rig_restf(s, 204, "PUT", "/channels/" TICKET_CATEGORY "/permissions/" SUPPORT_ROLE,
                         "{'type':0,'allow':'1024'}");
        assert_string_equal(
                at(rig_rest(s, "GET", "/channels/" PANEL, NULL, 200), "permission_overwrites.0.id"),
                SUPPORT_ROLE);
        (void) rig_restf(s, 204, "PUT", "/channels/" PANEL "/permissions/" APPLICANT,
                         "{'type':1,'allow':'1024'}");
        (void) rig_rest(s, "DELETE", "/channels/" TICKET_CATEGORY "/permissions/" SUPPORT_ROLE, NULL, 204);
        assert_int_equal(json_array_size(node(rig_rest(s, "GET", "/channels/" PANEL, NULL, 200),
                                              "permission_overwrites")),
                         2);
}

static void channels_move_but_one_parent_at_a_time(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        assert_string_equal(fault_at(rig_restf(s, 400, "PATCH", CHANNELS, "{'id':'1','position':1}"), ""),
                            "LIST_TYPE_CONVERT");
        (void) rig_restf(s, 204, "PATCH", CHANNELS,
                         "[{'id':'" GENERAL "','position':9},{'id':'" PANEL "','parent_id':null}]");
        assert_string_equal(at(rig_rest(s, "GET", "/channels/" GENERAL, NULL, 200), "position"), "9");
        assert_string_equal(at(rig_rest(s, "GET", "/channels/" PANEL, NULL, 200), "parent_id"), "null");
        assert_string_equal(at(rig_restf(s, 400, "PATCH", CHANNELS,
                                         "[{'id':'" GENERAL "','parent_id':null},{'id':'" PANEL
                                         "','parent_id':'" TICKET_CATEGORY "'}]"),
                               "code"),
                            "40009");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_ticket_channel_is_made_in_one_call),
                cmocka_unit_test(overwrites_are_copied_from_the_category_unless_given),
                cmocka_unit_test(creating_asks_for_rights_and_only_gives_what_the_bot_has),
                cmocka_unit_test(names_topics_and_parents_are_checked),
                cmocka_unit_test(categories_and_guilds_are_full_at_their_limits),
                cmocka_unit_test(deleting_returns_the_channel_and_frees_children),
                cmocka_unit_test(what_the_bot_does_not_see_is_missing_access),
                cmocka_unit_test(one_overwrite_is_put_and_deleted),
                cmocka_unit_test(children_in_step_follow_their_category),
                cmocka_unit_test(channels_move_but_one_parent_at_a_time),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
