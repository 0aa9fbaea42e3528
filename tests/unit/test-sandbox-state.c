/* The state of the sandbox: what a person is shown, and what survives a restart. */

#include "model-rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CHANNELS "/guilds/" GUILD "/channels"
#define MESSAGES "/channels/" PANEL "/messages"
#define COMMANDS "/applications/" APPLICATION "/guilds/" GUILD "/commands"
#define SUB                                                                                                 \
        "{'type':1,'name':'set','description':'d','options':[{'type':7,'name':'where','description':'d','"  \
        "channel_types':[0],'required':true},"                                                              \
        "{'type':3,'name':'mode','description':'d','choices':[{'name':'One','value':'1'}]},{'type':4,'"     \
        "name':'n','description':'d','autocomplete':true}]}"

static char *saved(Sandbox *s) {
        _json_writer_ JsonWriter w = {};
        char *text = NULL;

        model_save(s, &w);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        return text;
}

static void the_state_survives_saving_and_loading(void **state _unused_) {
        _rig_ Sandbox *s = rig_new(), *other = rig_new();
        _free_ char *text = NULL, *again = NULL;
        _json_ Json *json = NULL, *broken = NULL;

        (void) rig_restf(s, 200, "POST", MESSAGES,
                         "{'content':'<@" APPLICANT
                         ">','embeds':[{'title':'t'}],'nonce':'n','components':[{'type':1,'components':["
                         "{'type':2,'style':1,'label':'x','custom_id':'c'}]}]}");
        (void) rig_restf(s, 201, "POST", CHANNELS,
                         "{'name':'x','topic':'t','permission_overwrites':[{'id':'" APPLICANT
                         "','type':1,'allow':'1024'}]}");
        (void) rig_restf(s, 200, "PUT", COMMANDS, "[{'name':'t','description':'d','options':[" SUB "]}]");
        (void) rig_restf(s, 200, "POST", "/users/@me/channels", "{'recipient_id':'" APPLICANT "'}");
        (void) rig_worldf(s, 200, "{'do':'remove_member','user':'" STAFF "'}");
        text = saved(s);
        assert_int_equal(json_parse(text, strlen(text), &json), 0);

        assert_int_equal(model_load(other, json), 0);
        again = saved(other);
        assert_string_equal(again, text);

        assert_int_equal(json_parse("{\"guild\":\"1\"}", 13, &broken), 0);
        assert_int_equal(model_load(other, broken), -EBADMSG);
        assert_int_equal(model_reset(other), 0);
        assert_string_equal(at(rig_rest(other, "GET", "/channels/" GENERAL, NULL, 200), "name"), "general");
}

static void a_person_is_shown_what_they_see(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *r;

        r = rig_control(s, "GET", "state?as=" APPLICANT, NULL, 200);
        assert_int_equal(json_array_size(node(r, "channels")), 7);
        assert_int_equal(json_array_size(node(r, "people")), 6);
        assert_string_equal(at(r, "me.username"), "applicant");
        assert_int_equal(
                json_array_size(node(rig_control(s, "GET", "state?as=" STAFF, NULL, 200), "channels")), 10);
        (void) rig_control(s, "GET", "messages?as=" APPLICANT "&channel=" TICKET_LOG, NULL, 409);
        (void) rig_control(s, "GET", "state?as=5", NULL, 404);
        (void) rig_control(s, "GET", "nothing", NULL, 404);
        (void) rig_actf(s, 409,
                        "{'as':'" APPLICANT "','action':'say','channel':'" TICKET_LOG "','content':'x'}");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_state_survives_saving_and_loading),
                cmocka_unit_test(a_person_is_shown_what_they_see),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
