/*
 * Interactions in the sandbox: what people can do, the exactly-once ledger, its clocks, and what the token
 * allows afterwards.
 */

#include "model-rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define PANEL_BODY                                                                                          \
        "{'content':'panel','components':[{'type':1,'components':[{'type':2,'style':1,'label':'Open','"     \
        "custom_id':'open'},"                                                                               \
        "{'type':2,'style':2,'label':'Off','custom_id':'off','disabled':true}]},"                           \
        "{'type':1,'components':[{'type':3,'custom_id':'kind','max_values':2,'options':[{'label':'A','"     \
        "value':'a'},{'label':'B','value':'b'}]}]},"                                                        \
        "{'type':1,'components':[{'type':8,'custom_id':'where','channel_types':[0]}]}]}"

typedef struct Press {
        char message[32], id[32], token[300];
} Press;

static void copy(char *into, size_t size, const char *text) {
        (void) snprintf(into, size, "%s", text);
}

static void post_panel(Sandbox *s, Press *p) {
        copy(p->message, sizeof(p->message),
             at(rig_restf(s, 200, "POST", "/channels/" PANEL "/messages", PANEL_BODY), "id"));
}

static void note_interaction(Sandbox *s, Press *p) {
        copy(p->id, sizeof(p->id), at(rig_event(s, "INTERACTION_CREATE"), "id"));
        copy(p->token, sizeof(p->token), at(rig_event(s, "INTERACTION_CREATE"), "token"));
}

static void press(Sandbox *s, Press *p) {
        post_panel(s, p);
        (void) rig_actf(s, 200,
                        "{'as':'" APPLICANT "','action':'press','channel':'" PANEL
                        "','message':'%s','custom_id':'open'}",
                        p->message);
        note_interaction(s, p);
}

static void command(Sandbox *s, Press *p) {
        (void) rig_restf(s, 200, "PUT", "/applications/" APPLICATION "/guilds/" GUILD "/commands",
                         "[{'name':'ping','description':'p'}]");
        (void) rig_actf(s, 200,
                        "{'as':'" STAFF "','action':'command','channel':'" GENERAL "','name':'ping'}");
        note_interaction(s, p);
}

static const Json *answer(Sandbox *s, const Press *p, const char *body, int status) {
        _strbuf_ StrBuf path = {};

        strbuf_appendf(&path, "/interactions/%s/%s/callback?with_response=true", p->id, p->token);
        return rig_restf(s, status, "POST", strbuf_text(&path), "%s", body);
}

static const Json *by_token(Sandbox *s, const Press *p, const char *method, const char *tail,
                            const char *body, int status) {
        _strbuf_ StrBuf path = {};

        strbuf_appendf(&path, "/webhooks/" APPLICATION "/%s%s", p->token, tail);
        if (body)
                return rig_restf(s, status, method, strbuf_text(&path), "%s", body);
        return rig_rest(s, method, strbuf_text(&path), NULL, status);
}

static char *view(Sandbox *s, const Press *p, bool *ret_acknowledged, bool *ret_final) {
        _json_writer_ JsonWriter w = {};
        char *text = NULL;

        assert_int_equal(
                model_interaction_view(s, strtoull(p->id, NULL, 10), &w, ret_acknowledged, ret_final), 0);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        return text;
}

static void assert_state(Sandbox *s, const Press *p, const char *state, bool is_final) {
        bool acknowledged, final;
        _free_ char *text = view(s, p, &acknowledged, &final);
        _json_ Json *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json), 0);
        assert_string_equal(at(json, "state"), state);
        assert_int_equal(final, is_final);
        assert_int_equal(acknowledged, !streq(state, "pending"));
}

/* ---- the event ---- */

static void a_press_is_the_event_of_the_reference(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *e;
        Press p;

        press(s, &p);
        e = rig_event(s, "INTERACTION_CREATE");
        assert_string_equal(at(e, "type"), "3");
        assert_string_equal(at(e, "version"), "1");
        assert_string_equal(at(e, "application_id"), APPLICATION);
        assert_string_equal(at(e, "data.component_type"), "2");
        assert_string_equal(at(e, "data.custom_id"), "open");
        assert_string_equal(at(e, "data.id"), "2");
        assert_string_equal(at(e, "message.id"), p.message);
        assert_string_equal(at(e, "channel_id"), PANEL);
        assert_string_equal(at(e, "channel.id"), PANEL);
        assert_string_equal(at(e, "guild_id"), GUILD);
        assert_string_equal(at(e, "guild.id"), GUILD);
        assert_string_equal(at(e, "member.user.id"), APPLICANT);
        /* @everyone of the ready-made guild: bits 6 10 11 14 15 16 26 31 */
        assert_string_equal(at(e, "member.permissions"), "2214710336");
        /* the bot's role, or @everyone */
        assert_string_equal(at(e, "app_permissions"), "380574624848");
        assert_string_equal(at(e, "authorizing_integration_owners.0"), GUILD);
        assert_string_equal(at(e, "entitlements"), "[]");
        assert_string_equal(at(e, "context"), "0");
        assert_null(node(e, "user"));
        /* base64 of "interaction:" */
        assert_int_equal(strncmp(p.token, "aW50ZXJhY3Rpb246", 16), 0);
        assert_true(strlen(p.token) > 64);
        assert_int_equal(rig_event_intent(s, "INTERACTION_CREATE"), SBX_INTENT_ALWAYS);
}

static void nobody_presses_what_the_client_would_not_let_them(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        Press p;
        char hidden[32];

        post_panel(s, &p);
        (void) rig_actf(s, 409,
                        "{'as':'" APPLICANT "','action':'press','channel':'" PANEL
                        "','message':'%s','custom_id':'off'}",
                        p.message);
        (void) rig_actf(s, 409,
                        "{'as':'" APPLICANT "','action':'press','channel':'" PANEL
                        "','message':'%s','custom_id':'none'}",
                        p.message);
        (void) rig_actf(s, 409,
                        "{'as':'" APPLICANT "','action':'press','channel':'" PANEL
                        "','message':'%s','custom_id':'kind'}",
                        p.message);
        (void) rig_actf(s, 409,
                        "{'as':'" APPLICANT "','action':'press','channel':'" PANEL
                        "','message':'1','custom_id':'open'}");

        copy(hidden, sizeof(hidden),
             at(rig_restf(s, 200, "POST", "/channels/" TICKET_LOG "/messages", PANEL_BODY), "id"));
        (void) rig_actf(s, 409,
                        "{'as':'" APPLICANT "','action':'press','channel':'" TICKET_LOG
                        "','message':'%s','custom_id':'open'}",
                        hidden);
        (void) rig_actf(s, 200,
                        "{'as':'" STAFF "','action':'press','channel':'" TICKET_LOG
                        "','message':'%s','custom_id':'open'}",
                        hidden);
        assert_int_equal(rig_n_events(s, "INTERACTION_CREATE"), 1);
}

static void a_select_sends_only_what_it_offers(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *e;
        Press p;

        post_panel(s, &p);
#define SELECT "{'as':'" APPLICANT "','action':'select','channel':'" PANEL "','message':'%s',"
        (void) rig_actf(s, 409, SELECT "'custom_id':'kind','values':['c']}", p.message);
        (void) rig_actf(s, 409, SELECT "'custom_id':'kind','values':[]}", p.message);
        (void) rig_actf(s, 200, SELECT "'custom_id':'kind','values':['a','b']}", p.message);
        e = rig_event(s, "INTERACTION_CREATE");
        assert_string_equal(at(e, "data.component_type"), "3");
        assert_string_equal(at(e, "data.values.1"), "b");

        (void) rig_actf(s, 409, SELECT "'custom_id':'where','values':['" TICKET_CATEGORY "']}", p.message);
        (void) rig_actf(s, 409, SELECT "'custom_id':'where','values':['" TICKET_LOG "']}", p.message);
        (void) rig_actf(s, 200, SELECT "'custom_id':'where','values':['" GENERAL "']}", p.message);
        e = rig_event(s, "INTERACTION_CREATE");
        assert_string_equal(at(e, "data.resolved.channels." GENERAL ".name"), "general");
        assert_string_equal(at(e, "data.resolved.channels." GENERAL ".app_permissions"), "380574624848");
#undef SELECT
}

static void a_forged_control_is_sent_as_it_is(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        (void) rig_actf(s, 200,
                        "{'as':'" APPLICANT "','action':'raw','type':3,'channel':'" PANEL
                        "','data':{'component_type':2,'custom_id':'forged'}}");
        assert_string_equal(at(rig_event(s, "INTERACTION_CREATE"), "data.custom_id"), "forged");
        assert_null(node(rig_event(s, "INTERACTION_CREATE"), "message"));
}

/* ---- exactly once, in time ---- */

static void it_is_answered_exactly_once(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *r;
        Press p;

        press(s, &p);
        assert_state(s, &p, "pending", false);
        r = answer(s, &p, "{'type':4,'data':{'content':'hi','flags':64}}", 200);
        assert_string_equal(at(r, "interaction.response_message_ephemeral"), "true");
        assert_string_equal(at(r, "resource.message.content"), "hi");
        assert_string_equal(at(r, "resource.message.type"), "19");
        assert_string_equal(at(r, "resource.message.message_reference.message_id"), p.message);
        assert_string_equal(at(r, "resource.message.interaction_metadata.interacted_message_id"), p.message);
        assert_state(s, &p, "answered", true);

        r = answer(s, &p, "{'type':4,'data':{'content':'again'}}", 400);
        assert_string_equal(at(r, "code"), "40060");
        assert_int_equal(rig_n_effects(s, "interaction.callback"), 1);
}

static void after_three_seconds_it_is_unknown(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        Press p;

        press(s, &p);
        rig_advance(s, 3001);
        assert_state(s, &p, "failed", true);
        assert_string_equal(at(answer(s, &p, "{'type':6}", 404), "code"), "10062");
        assert_string_equal(at(by_token(s, &p, "POST", "", "{'content':'late'}", 404), "code"), "10015");

        press(s, &p);
        rig_advance(s, 2999);
        (void) answer(s, &p, "{'type':6}", 200);
}

static void a_wrong_token_is_an_unknown_interaction(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        Press p;

        press(s, &p);
        p.token[strlen(p.token) - 1] ^= 1;
        assert_string_equal(at(answer(s, &p, "{'type':6}", 404), "code"), "10062");
        assert_string_equal(
                at(by_token(s, &p, "PATCH", "/messages/@original", "{'content':'x'}", 401), "code"),
                "50027");
}

static void only_types_that_fit_answer(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *r;
        Press p;

        press(s, &p);
        r = answer(s, &p, "{'type':8,'data':{'choices':[]}}", 400);
        assert_string_equal(fault_at(r, "type"), "BASE_TYPE_CHOICES");
        assert_string_equal(at(r, "errors.type._errors.0.message"),
                            "Value must be one of {4, 5, 6, 7, 9, 10, 12}.");
        /* A refused answer leaves it open. */
        assert_state(s, &p, "pending", false);

        command(s, &p);
        assert_string_equal(fault_at(answer(s, &p, "{'type':6}", 400), "type"), "BASE_TYPE_CHOICES");
        assert_string_equal(
                fault_at(answer(s, &p, "{'type':4,'data':{'content':'x','embeds':[{'title':1}]}}", 400),
                         "data.embeds.0.title"),
                "STRING_TYPE_CONVERT");
        assert_string_equal(at(answer(s, &p, "{'type':4,'data':{'content':''}}", 400), "code"), "50006");
        assert_string_equal(
                at(answer(s, &p, "{'type':4,'data':{'content':'x'}}", 200), "resource.message.type"), "20");
}

static void a_modal_is_a_first_answer_and_answers_no_modal(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const char *modal = "{'type':9,'data':{'custom_id':'m','title':'T','components':[{'type':18,'label':"
                            "'L','component':{'type':4,'custom_id':'t',"
                            "'style':2}}]}}";
        Press p, submit;

        press(s, &p);
        (void) answer(s, &p, "{'type':5}", 200);
        assert_string_equal(at(answer(s, &p, modal, 400), "code"), "40060");

        press(s, &p);
        (void) answer(s, &p, modal, 200);
        assert_state(s, &p, "modal", true);
        (void) rig_actf(s, 200,
                        "{'as':'" APPLICANT "','action':'submit','modal':'%s','values':{'t':'text'}}", p.id);
        note_interaction(s, &submit);
        assert_string_equal(fault_at(answer(s, &submit, modal, 400), "type"), "BASE_TYPE_CHOICES");
        (void) answer(s, &submit, "{'type':7,'data':{'content':'changed'}}", 200);
}

/* ---- modals ---- */

static void a_modal_comes_back_with_the_values(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *e;
        Press p;

        press(s, &p);
        (void) answer(
                s, &p,
                "{'type':9,'data':{'custom_id':'m','title':'T','components':["
                "{'type':10,'content':'Read this'},"
                "{'type':18,'label':'Title','component':{'type':4,'custom_id':'title','style':1,'min_length'"
                ":3,'max_length':10}},"
                "{'type':18,'label':'Kind','component':{'type':3,'custom_id':'kind','options':[{'label':'A',"
                "'value':'a'},{'label':'B','value':'b'}]}},"
                "{'type':18,'label':'Where','component':{'type':8,'custom_id':'where','required':false}},"
                "{'type':18,'label':'Prio','component':{'type':21,'custom_id':'prio','required':false,'"
                "options':[{'label':'H','value':'h'},"
                "{'label':'L','value':'l','default':true}]}}]}}",
                200);
#define SUBMIT "{'as':'" APPLICANT "','action':'submit','modal':'%s','values':{"
        (void) rig_actf(s, 409, SUBMIT "'title':'hello'}}", p.id);                     /* kind is required */
        (void) rig_actf(s, 409, SUBMIT "'title':'no','kind':['a']}}", p.id);           /* too short */
        (void) rig_actf(s, 409, SUBMIT "'title':'eleven chars','kind':['a']}}", p.id); /* too long */
        (void) rig_actf(s, 409, SUBMIT "'title':'hello','kind':['c']}}", p.id);
        (void) rig_actf(s, 409, SUBMIT "'title':'hello','kind':['a'],'other':'x'}}", p.id);
        (void) rig_actf(s, 409,
                        "{'as':'" STAFF
                        "','action':'submit','modal':'%s','values':{'title':'hello','kind':['a']}}",
                        p.id);
        (void) rig_actf(s, 200, SUBMIT "'title':'hello','kind':['a'],'where':['" GENERAL "']}}", p.id);
        (void) rig_actf(s, 409, SUBMIT "'title':'hello','kind':['a']}}", p.id); /* sent already */
#undef SUBMIT

        e = rig_event(s, "INTERACTION_CREATE");
        assert_string_equal(at(e, "type"), "5");
        assert_string_equal(at(e, "data.custom_id"), "m");
        assert_string_equal(at(e, "data.components.0"), "{\"type\":10,\"id\":1}");
        assert_string_equal(at(e, "data.components.1.component.value"), "hello");
        assert_string_equal(at(e, "data.components.1.component.type"), "4");
        assert_string_equal(at(e, "data.components.1.component.id"), "3");
        assert_string_equal(at(e, "data.components.2.component.values.0"), "a");
        assert_string_equal(at(e, "data.components.4.component.value"), "l");
        assert_string_equal(at(e, "data.resolved.channels." GENERAL ".id"), GENERAL);
        assert_string_equal(at(e, "message.id"), p.message);
}

static void a_failed_submit_can_be_sent_again(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        Press p;

        press(s, &p);
        (void) answer(s, &p,
                      "{'type':9,'data':{'custom_id':'m','title':'T','components':[{'type':1,'components':[{"
                      "'type':4,'custom_id':'t','style':1,"
                      "'label':'L','value':'before'}]}]}}",
                      200);
        (void) rig_actf(s, 200, "{'as':'" APPLICANT "','action':'submit','modal':'%s','values':{}}", p.id);
        assert_string_equal(at(rig_event(s, "INTERACTION_CREATE"), "data.components.0.components.0.value"),
                            "before");
        rig_advance(s, 4000);
        (void) rig_actf(s, 200, "{'as':'" APPLICANT "','action':'submit','modal':'%s','values':{}}", p.id);
}

static void modal_rules_are_checked(void **state _unused_) {
        /* clang-format off */
        static const struct {
                const char *components, *path, *code;
        } cases[] = {
                { "[]", "data.components", "BASE_TYPE_BAD_LENGTH" },
                { "[{'type':2,'style':1,'label':'x','custom_id':'a'}]", "data.components.0.type", "UNION_TYPE_CHOICES" },
                { "[{'type':18,'label':'L','component':{'type':2,'style':1,'custom_id':'a'}}]", "data.components.0.component.type", "UNION_TYPE_CHOICES" },
                { "[{'type':18,'label':'L'}]", "data.components.0.component", "BASE_TYPE_REQUIRED" },
                { "[{'type':18,'label':'L','component':{'type':4,'custom_id':'a','style':1,'label':'inner'}}]", "data.components.0.component.label",
                  "TEXT_INPUT_COMPONENT_LABEL_IN_LABEL" },
                { "[{'type':1,'components':[{'type':4,'custom_id':'a','style':1}]}]", "data.components.0.components.0.label", "BASE_TYPE_REQUIRED" },
                { "[{'type':18,'label':'L','component':{'type':3,'custom_id':'a','min_values':0,'options':[{'label':'x','value':'x'}]}}]",
                  "data.components.0.component.min_values", "SELECT_COMPONENT_MIN_VALUES_REQUIRED" },
                { "[{'type':18,'label':'L','component':{'type':5,'custom_id':'a','disabled':true}}]", "data.components.0.component.disabled",
                  "SELECT_COMPONENT_DISABLED_IN_MODAL" },
                { "[{'type':18,'label':'L','component':{'type':4,'custom_id':'a','style':1}},{'type':18,'label':'L','component':{'type':4,'custom_id':'a',"
                  "'style':1}}]", "data.components.1.component.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED" },
                { "[{'type':10,'content':'1'},{'type':10,'content':'2'},{'type':10,'content':'3'},{'type':10,'content':'4'},{'type':10,'content':'5'},"
                  "{'type':10,'content':'6'}]", "data.components", "BASE_TYPE_BAD_LENGTH" },
        };
        /* clang-format on */
        _rig_ Sandbox *s = rig_new();
        Press p;

        press(s, &p);
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _strbuf_ StrBuf body = {};

                strbuf_appendf(&body, "{'type':9,'data':{'custom_id':'m','title':'T','components':%s}}",
                               cases[i].components);
                assert_string_equal(fault_at(answer(s, &p, strbuf_text(&body), 400), cases[i].path),
                                    cases[i].code);
        }
        assert_string_equal(fault_at(answer(s, &p,
                                            "{'type':9,'data':{'custom_id':'m','title':'"
                                            "1234567890123456789012345678901234567890123456',"
                                            "'components':[{'type':10,'content':'x'}]}}",
                                            400),
                                     "data.title"),
                            "BASE_TYPE_BAD_LENGTH");
}

/* ---- the token afterwards ---- */

static void a_deferral_shows_a_placeholder_until_the_edit(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *r;
        Press p;

        press(s, &p);
        assert_string_equal(
                at(by_token(s, &p, "PATCH", "/messages/@original", "{'content':'x'}", 404), "code"),
                "10015");
        r = answer(s, &p, "{'type':5,'data':{'flags':64}}", 200);
        assert_string_equal(at(r, "interaction.response_message_loading"), "true");
        assert_null(node(r, "resource"));
        assert_string_equal(at(rig_event(s, "MESSAGE_CREATE"), "flags"), "192");
        assert_null(node(rig_event(s, "MESSAGE_CREATE"), "guild_id"));
        assert_int_equal(rig_event_intent(s, "MESSAGE_CREATE"), SBX_INTENT_DIRECT_MESSAGES);
        assert_state(s, &p, "deferred", false);

        r = by_token(s, &p, "PATCH", "/messages/@original", "{'content':'done'}", 200);
        assert_string_equal(at(r, "flags"), "64");
        assert_string_equal(at(r, "content"), "done");
        assert_state(s, &p, "answered", true);
        assert_int_equal(rig_n_effects(s, "original.edit"), 1);

        rig_advance(s, 15 * 60 * 1000 + 1);
        assert_string_equal(
                at(by_token(s, &p, "PATCH", "/messages/@original", "{'content':'x'}", 401), "code"),
                "50027");
}

static void the_first_followup_fills_the_placeholder(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        char original[32];
        Press p;

        press(s, &p);
        copy(original, sizeof(original),
             at(answer(s, &p, "{'type':5,'data':{'flags':64}}", 200), "interaction.response_message_id"));
        /* Its own flag plays no part: the deferral decided. */
        assert_string_equal(at(by_token(s, &p, "POST", "", "{'content':'first'}", 200), "id"), original);
        assert_string_equal(at(by_token(s, &p, "GET", "/messages/@original", NULL, 200), "flags"), "64");
        assert_string_not_equal(
                at(by_token(s, &p, "POST", "", "{'content':'second','flags':64}", 200), "id"), original);
}

static void a_followup_can_be_edited_and_deleted(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        _strbuf_ StrBuf tail = {};
        Press p;

        press(s, &p);
        (void) answer(s, &p, "{'type':6}", 200);
        strbuf_appendf(&tail, "/messages/%s",
                       at(by_token(s, &p, "POST", "", "{'content':'more','flags':64}", 200), "id"));
        assert_string_equal(
                at(by_token(s, &p, "PATCH", strbuf_text(&tail), "{'content':'less'}", 200), "content"),
                "less");
        (void) by_token(s, &p, "DELETE", strbuf_text(&tail), NULL, 204);
        assert_string_equal(at(by_token(s, &p, "GET", strbuf_text(&tail), NULL, 404), "code"), "10008");
        /* For a deferred update, @original is the message with the control. */
        assert_string_equal(at(by_token(s, &p, "GET", "/messages/@original", NULL, 200), "id"), p.message);
}

static void ephemeral_messages_exist_for_one_person_and_the_token(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        _strbuf_ StrBuf path = {};
        Press p;

        press(s, &p);
        strbuf_appendf(&path, "/channels/" PANEL "/messages/%s",
                       at(answer(s, &p, "{'type':4,'data':{'content':'secret','flags':64}}", 200),
                          "interaction.response_message_id"));
        assert_string_equal(at(rig_rest(s, "GET", strbuf_text(&path), NULL, 404), "code"), "10008");
        assert_string_equal(at(rig_restf(s, 404, "PATCH", strbuf_text(&path), "{'content':'x'}"), "code"),
                            "10008");
        assert_int_equal(json_array_size(rig_rest(s, "GET", "/channels/" PANEL "/messages", NULL, 200)), 1);
        assert_int_equal(json_array_size(rig_control(s, "GET", "messages?as=" APPLICANT "&channel=" PANEL,
                                                     NULL, 200)),
                         2);
        assert_int_equal(
                json_array_size(rig_control(s, "GET", "messages?as=" STAFF "&channel=" PANEL, NULL, 200)),
                1);
}

/* What can be shown of a press when the bot shows nothing. */
static void a_press_leaves_as_the_person_saw_it(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        Press p;

        press(s, &p);
        assert_string_equal(at(rig_scene(s), "what"), "frame");
        assert_string_equal(at(rig_scene(s), "title"), "Open");
        assert_string_equal(at(rig_scene(s), "interaction"), p.id);
        assert_string_equal(at(rig_scene(s), "user"), APPLICANT);
        assert_string_equal(at(rig_scene(s), "sessions"), "1");
        (void) answer(s, &p, "{'type':9,'data':{'custom_id':'m','title':'Your question','components':[{'type':18,'label':'L',"
                             "'component':{'type':4,'custom_id':'t','style':1}}]}}", 200);
        (void) rig_actf(s, 200, "{'as':'" APPLICANT "','action':'submit','modal':'%s','values':{'t':'hello'}}", p.id);
        assert_string_equal(at(rig_scene(s), "title"), "Your question");
        assert_string_equal(at(rig_scene(s), "type"), "5");

        command(s, &p);
        assert_string_equal(at(rig_scene(s), "title"), "/ping");
        rig_advance(s, 3001);
        assert_string_equal(at(rig_scene(s), "what"), "failed");
        assert_string_equal(at(rig_scene(s), "interaction"), p.id);
}

static void a_deleted_original_is_an_unknown_message(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        Press p;

        press(s, &p);
        (void) answer(s, &p, "{'type':4,'data':{'content':'x'}}", 200);
        (void) by_token(s, &p, "DELETE", "/messages/@original", NULL, 204);
        assert_string_equal(
                at(by_token(s, &p, "PATCH", "/messages/@original", "{'content':'y'}", 404), "code"),
                "10008");
}

/* ---- many at once ---- */

static void what_was_seen_outlives_its_message(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        bool acknowledged, final;
        _free_ char *before = NULL, *after = NULL, *later = NULL;
        Press p, q;

        press(s, &p);
        (void) answer(s, &p, "{'type':7,'data':{'content':'changed'}}", 200);
        before = view(s, &p, &acknowledged, &final);
        assert_non_null(strstr(before, "changed"));
        (void) rig_worldf(s, 200, "{'do':'delete_message','channel':'" PANEL "','message':'%s'}", p.message);
        after = view(s, &p, &acknowledged, &final);
        assert_string_equal(after, before);

        press(s, &q);
        (void) answer(s, &q, "{'type':4,'data':{'content':'told once','flags':64}}", 200);
        (void) rig_worldf(s, 200, "{'do':'delete_channel','channel':'" PANEL "'}");
        later = view(s, &q, &acknowledged, &final);
        assert_non_null(strstr(later, "told once"));
}

static unsigned n_messages(Sandbox *s) {
        return (unsigned) json_array_size(rig_control(s, "GET", "messages?as=" APPLICANT "&channel=" PANEL, NULL, 200));
}

static void press_again(Sandbox *s, Press *p) {
        rig_forget_events(s);
        (void) rig_actf(s, 200, "{'as':'" APPLICANT "','action':'press','channel':'" PANEL "','message':'%s','custom_id':'open'}", p->message);
        note_interaction(s, p);
}

/* Tokens live for 15 minutes; some thousand interactions are remembered longer. */
static void forgotten_interactions_take_their_ephemeral_messages_along(void **state _unused_) {
        enum { REMEMBERED = 4096 };
        _rig_ Sandbox *s = rig_new();
        Press p;

        post_panel(s, &p);
        for (unsigned i = 0; i < REMEMBERED; i++) {
                press_again(s, &p);
                if (i < 2) {
                        (void) answer(s, &p, "{'type':4,'data':{'content':'x','flags':64}}", 200);
                        (void) by_token(s, &p, "POST", "", "{'content':'y','flags':64}", 200);
                }
                rig_advance(s, 3001);
        }
        assert_int_equal(n_messages(s), 1 + 4);
        press_again(s, &p);
        assert_int_equal(n_messages(s), 1 + 2);
        press_again(s, &p);
        assert_int_equal(n_messages(s), 1);
}

static void controls_are_those_that_the_message_has_now(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        Press p;

        press(s, &p);
        (void) answer(s, &p,
                      "{'type':7,'data':{'components':[{'type':1,'components':[{'type':2,'style':1,'label':'Shut','custom_id':'shut'}]}]}}", 200);
        (void) rig_actf(s, 409, "{'as':'" APPLICANT "','action':'press','channel':'" PANEL "','message':'%s','custom_id':'open'}", p.message);
        (void) rig_actf(s, 200, "{'as':'" APPLICANT "','action':'press','channel':'" PANEL "','message':'%s','custom_id':'shut'}", p.message);
}

static void a_batch_is_its_actions_one_after_the_other(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        unsigned n_before;
        const Json *r;
        Press p;

        post_panel(s, &p);
        n_before = rig_n_events(s, "INTERACTION_CREATE");
        r = rig_actf(s, 200,
                     "[{'as':'" APPLICANT "','action':'press','channel':'" PANEL "','message':'%s','custom_id':'open'},"
                     "{'as':'" APPLICANT "','action':'press','channel':'" PANEL "','message':'%s','custom_id':'off'},"
                     "{'as':'" APPLICANT "','action':'say','channel':'" GENERAL "','content':'hello'},17]",
                     p.message, p.message);
        assert_int_equal(json_array_size(r), 4);
        assert_true(*at(r, "0.interaction"));
        assert_string_equal(at(r, "1.status"), "409");
        assert_string_equal(at(r, "1.refused.error"), "The control is disabled.");
        assert_true(*at(r, "2.message"));
        assert_string_equal(at(r, "3.status"), "400");
        assert_int_equal(rig_n_events(s, "INTERACTION_CREATE"), n_before + 1);
        assert_int_equal(json_array_size(rig_actf(s, 200, "[]")), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_press_is_the_event_of_the_reference),
                cmocka_unit_test(nobody_presses_what_the_client_would_not_let_them),
                cmocka_unit_test(a_select_sends_only_what_it_offers),
                cmocka_unit_test(a_forged_control_is_sent_as_it_is),
                cmocka_unit_test(it_is_answered_exactly_once),
                cmocka_unit_test(after_three_seconds_it_is_unknown),
                cmocka_unit_test(a_wrong_token_is_an_unknown_interaction),
                cmocka_unit_test(only_types_that_fit_answer),
                cmocka_unit_test(a_modal_is_a_first_answer_and_answers_no_modal),
                cmocka_unit_test(a_modal_comes_back_with_the_values),
                cmocka_unit_test(a_failed_submit_can_be_sent_again),
                cmocka_unit_test(modal_rules_are_checked),
                cmocka_unit_test(a_deferral_shows_a_placeholder_until_the_edit),
                cmocka_unit_test(the_first_followup_fills_the_placeholder),
                cmocka_unit_test(a_followup_can_be_edited_and_deleted),
                cmocka_unit_test(ephemeral_messages_exist_for_one_person_and_the_token),
                cmocka_unit_test(a_press_leaves_as_the_person_saw_it),
                cmocka_unit_test(a_deleted_original_is_an_unknown_message),
                cmocka_unit_test(what_was_seen_outlives_its_message),
                cmocka_unit_test(forgotten_interactions_take_their_ephemeral_messages_along),
                cmocka_unit_test(controls_are_those_that_the_message_has_now),
                cmocka_unit_test(a_batch_is_its_actions_one_after_the_other),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
