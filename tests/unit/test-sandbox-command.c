/*
 * Application commands in the sandbox: registration checked at its paths, and calls as the client allows
 * them.
 */

#include "model-rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define COMMANDS "/applications/" APPLICATION "/guilds/" GUILD "/commands"

static void copy(char *into, size_t size, const char *text) {
        (void) snprintf(into, size, "%s", text);
}

#define SUB                                                                                                 \
        "{'type':1,'name':'set','description':'d','options':[{'type':7,'name':'where','description':'d','"  \
        "channel_types':[0],'required':true},"                                                              \
        "{'type':3,'name':'mode','description':'d','choices':[{'name':'One','value':'1'}]},{'type':4,'"     \
        "name':'n','description':'d','autocomplete':true}]}"

static void commands_are_checked_at_their_paths(void **state _unused_) {
        /* clang-format off */
        static const struct {
                const char *body, *path, *code;
        } cases[] = {
                { "[{'name':'Bad','description':'d'}]", "0.name", "APPLICATION_COMMAND_INVALID_NAME" },
                { "[{'name':'a'}]", "0.description", "BASE_TYPE_REQUIRED" },
                { "[{'name':'a','description':'d'},{'name':'a','description':'d'}]", "1", "APPLICATION_COMMANDS_DUPLICATE_NAME" },
                { "[{'name':'a','description':'d','options':[{'type':3,'name':'x','description':'d'},{'type':3,'name':'y','description':'d','required':true}]}]",
                  "0.options.1", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID" },
                { "[{'name':'a','description':'d','options':[{'type':1,'name':'x','description':'d','options':[{'type':1,'name':'y','description':'d'}]}]}]",
                  "0.options.0.options.0.type", "UNION_TYPE_CHOICES" },
                { "[{'name':'a','description':'d','options':[{'type':3,'name':'x','description':'d'},{'type':3,'name':'x','description':'d'}]}]",
                  "0.options.1.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS" },
        };
        /* clang-format on */
        _rig_ Sandbox *s = rig_new();

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(
                        fault_at(rig_restf(s, 400, "PUT", COMMANDS, "%s", cases[i].body), cases[i].path),
                        cases[i].code);
        assert_string_equal(at(rig_restf(s, 403, "PUT", "/applications/5/commands", "[]"), "code"), "20012");
}

static void a_bulk_overwrite_keeps_ids_of_names(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        char id[32], version[32];
        const Json *r;

        r = rig_restf(s, 200, "PUT", COMMANDS,
                      "[{'name':'a','description':'d'},{'name':'b','description':'d'}]");
        copy(id, sizeof(id), at(r, "0.id"));
        copy(version, sizeof(version), at(r, "0.version"));
        r = rig_restf(s, 200, "PUT", COMMANDS, "[{'name':'a','description':'d'}]");
        assert_int_equal(json_array_size(r), 1);
        assert_string_equal(at(r, "0.id"), id);
        assert_string_equal(at(r, "0.version"), version);
        assert_string_equal(at(r, "0.default_member_permissions"), "null");
        assert_string_not_equal(
                at(rig_restf(s, 200, "POST", COMMANDS, "{'name':'a','description':'other'}"), "version"),
                version);
        (void) rig_restf(s, 201, "POST", COMMANDS, "{'name':'c','description':'d'}");
}

static void a_command_is_called_as_it_was_registered(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *e;
#define CALL                                                                                                \
        "{'as':'" STAFF "','action':'command','channel':'" GENERAL                                          \
        "','name':'t','options':[{'name':'set','type':1,'options':["

        (void) rig_restf(s, 200, "PUT", COMMANDS, "[{'name':'t','description':'d','options':[" SUB "]}]");
        (void) rig_actf(s, 409, "{'as':'" STAFF "','action':'command','channel':'" GENERAL "','name':'t'}");
        (void) rig_actf(s, 409, CALL "]}]}");
        (void) rig_actf(s, 409, CALL "{'name':'where','value':'" TICKET_CATEGORY "'}]}]}");
        (void) rig_actf(s, 409, CALL "{'name':'where','value':'" PANEL "'},{'name':'mode','value':'2'}]}]}");
        (void) rig_actf(s, 409, CALL "{'name':'where','value':'" PANEL "'},{'name':'n','value':'2'}]}]}");
        (void) rig_actf(s, 200,
                        CALL "{'name':'where','value':'" PANEL
                             "'},{'name':'mode','value':'1'},{'name':'n','value':2}]}]}");
#undef CALL
        e = rig_event(s, "INTERACTION_CREATE");
        assert_string_equal(at(e, "type"), "2");
        assert_string_equal(at(e, "data.name"), "t");
        assert_string_equal(at(e, "data.guild_id"), GUILD);
        assert_string_equal(at(e, "data.options.0.name"), "set");
        assert_string_equal(at(e, "data.options.0.options.0.value"), PANEL);
        assert_string_equal(at(e, "data.options.0.options.2.value"), "2");
        assert_string_equal(at(e, "data.resolved.channels." PANEL ".name"), "open-a-ticket");
        assert_null(node(e, "message"));

        (void) rig_actf(s, 200,
                        "{'as':'" STAFF "','action':'autocomplete','channel':'" GENERAL
                        "','name':'t','focused':'n','options':[{'name':'set',"
                        "'type':1,'options':[{'name':'n','value':'4'}]}]}");
        e = rig_event(s, "INTERACTION_CREATE");
        assert_string_equal(at(e, "type"), "4");
        assert_string_equal(at(e, "data.options.0.options.0"),
                            "{\"name\":\"n\",\"type\":4,\"value\":\"4\",\"focused\":true}");
        (void) rig_actf(s, 409,
                        "{'as':'" STAFF "','action':'autocomplete','channel':'" GENERAL
                        "','name':'t','focused':'mode','options':[{'name':'set',"
                        "'type':1,'options':[]}]}");
}

static void default_member_permissions_hide_a_command(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        (void) rig_restf(s, 200, "PUT", COMMANDS,
                         "[{'name':'g','description':'d','default_member_permissions':'32'},{'name':'z','"
                         "description':'d',"
                         "'default_member_permissions':'0'}]");
#define CALL(who, name) "{'as':'" who "','action':'command','channel':'" GENERAL "','name':'" name "'}"
        (void) rig_actf(s, 409, CALL(STAFF, "g"));
        (void) rig_actf(s, 200, CALL(ADMIN, "g"));
        (void) rig_actf(s, 409, CALL(ADMIN, "z"));
        (void) rig_actf(s, 200, CALL(OWNER, "z"));
#undef CALL
}

#define LOCALISED                                                                                           \
        "[{'name':'a','name_localizations':{'de':'ä'},'description':'d','options':[{'type':3,'name':'x',"   \
        "'name_localizations':{'de':'y'},'description':'d','description_localizations':{'de':'Wort'}}]}]"

static void words_in_other_languages_are_kept_and_asked_for(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *r;

        assert_string_equal(at(rig_restf(s, 200, "PUT", COMMANDS, LOCALISED), "0.name_localizations.de"), "ä");
        r = rig_rest(s, "GET", COMMANDS "?with_localizations=true", NULL, 200);
        assert_string_equal(json_text(json_path(json_first(json_get(json_first(r), "options")), "name_localizations", "de", NULL)), "y");
        assert_string_equal(json_text(json_path(json_first(json_get(json_first(r), "options")), "description_localizations", "de", NULL)), "Wort");
        r = rig_rest(s, "GET", COMMANDS, NULL, 200);
        assert_string_equal(at(r, "0.options.0.name"), "x");
        assert_null(json_path(json_first(r), "name_localizations", NULL));
        assert_null(json_path(json_first(json_get(json_first(r), "options")), "description_localizations", NULL));
        assert_string_equal(fault_at(rig_restf(s, 400, "PUT", COMMANDS, "[{'name':'a','description':'d','name_localizations':{'xx':'b'}}]"),
                                     "0.name_localizations.xx"),
                            "BASE_TYPE_CHOICES");
        assert_string_equal(fault_at(rig_restf(s, 400, "PUT", COMMANDS, "[{'name':'a','description':'d','name_localizations':{'de':'Groß'}}]"),
                                     "0.name_localizations.de"),
                            "APPLICATION_COMMAND_INVALID_NAME");
}

static void people_and_the_guild_have_a_locale(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *d;

        (void) rig_restf(s, 200, "PUT", COMMANDS, "[{'name':'a','description':'d'}]");
        (void) rig_worldf(s, 200, "{'do':'set_locale','user':'" APPLICANT "','locale':'de'}");
        (void) rig_worldf(s, 200, "{'do':'set_locale','locale':'fr'}");
        (void) rig_worldf(s, 400, "{'do':'set_locale','user':'" APPLICANT "','locale':'xx'}");
        (void) rig_worldf(s, 400, "{'do':'set_locale'}");
        assert_string_equal(at(rig_event(s, "GUILD_UPDATE"), "preferred_locale"), "fr");
        (void) rig_actf(s, 200, "{'as':'" APPLICANT "','action':'command','name':'a','channel':'" GENERAL "','options':[]}");
        d = rig_event(s, "INTERACTION_CREATE");
        assert_string_equal(at(d, "locale"), "de");
        assert_string_equal(at(d, "guild_locale"), "fr");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(commands_are_checked_at_their_paths),
                cmocka_unit_test(a_bulk_overwrite_keeps_ids_of_names),
                cmocka_unit_test(a_command_is_called_as_it_was_registered),
                cmocka_unit_test(default_member_permissions_hide_a_command),
                cmocka_unit_test(words_in_other_languages_are_kept_and_asked_for),
                cmocka_unit_test(people_and_the_guild_have_a_locale),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
