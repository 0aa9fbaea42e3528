/* Reactions in the sandbox, people's own messages, typing, and commands of menus. */

#include "model-rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MESSAGES "/channels/" GENERAL "/messages"
#define CHECK    "%E2%9C%85" /* U+2705, as clients send it; the rig's handlers get it decoded */
#define MARK     "\xe2\x9c\x85"
#define CROSS    "\xe2\x9d\x8c"
#define KEYCAP   "1\xef\xb8\x8f\xe2\x83\xa3"

static void post(Sandbox *s, char *ret_id, size_t size) {
        (void) snprintf(ret_id, size, "%s", at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'choose'}"), "id"));
}

static const Json *react(Sandbox *s, const char *method, const char *message, const char *rest, int status) {
        _strbuf_ StrBuf path = {};

        strbuf_appendf(&path, MESSAGES "/%s/reactions%s", message, rest);
        return rig_rest(s, method, strbuf_text(&path), NULL, status);
}

static const Json *message_of(Sandbox *s, const char *id) {
        _strbuf_ StrBuf path = {};

        strbuf_appendf(&path, MESSAGES "/%s", id);
        return rig_rest(s, "GET", strbuf_text(&path), NULL, 200);
}

static void a_reaction_is_counted_once_per_person(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *r;
        char id[32];

        post(s, id, sizeof(id));
        assert_null(node(message_of(s, id), "reactions"));
        (void) react(s, "PUT", id, "/" CHECK "/@me", 204);
        (void) react(s, "PUT", id, "/" CHECK "/@me", 204);
        assert_int_equal(rig_n_events(s, "MESSAGE_REACTION_ADD"), 1);
        assert_int_equal(rig_n_effects(s, "reaction.add"), 1);
        r = rig_event(s, "MESSAGE_REACTION_ADD");
        assert_int_equal(rig_event_intent(s, "MESSAGE_REACTION_ADD"), SBX_INTENT_GUILD_MESSAGE_REACTIONS);
        assert_string_equal(at(r, "emoji.name"), MARK);
        assert_string_equal(at(r, "message_id"), id);
        assert_string_equal(at(r, "member.user.id"), APPLICATION);

        (void) rig_actf(s, 200, "{'as':'" STAFF "','action':'react','channel':'" GENERAL "','message':'%s','emoji':'" MARK "'}", id);
        (void) rig_actf(s, 200, "{'as':'" STAFF "','action':'react','channel':'" GENERAL "','message':'%s','emoji':'" KEYCAP "'}", id);
        r = rig_actf(s, 200, "{'as':'" STAFF "','action':'react','channel':'" GENERAL "','message':'%s','emoji':'" KEYCAP "'}", id);
        assert_string_equal(at(r, "changed"), "false");
        r = message_of(s, id);
        assert_int_equal(json_array_size(node(r, "reactions")), 2);
        assert_string_equal(at(r, "reactions.0.count"), "2");
        assert_string_equal(at(r, "reactions.0.me"), "true");
        assert_string_equal(at(r, "reactions.1.me"), "false");
        r = react(s, "GET", id, "/" CHECK, 200);
        assert_int_equal(json_array_size(r), 2);
        assert_string_equal(at(r, "0.id"), STAFF);
}

static void reactions_go_one_by_one_or_together(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        char id[32];

        post(s, id, sizeof(id));
        (void) react(s, "PUT", id, "/" CHECK "/@me", 204);
        (void) rig_actf(s, 200, "{'as':'" STAFF "','action':'react','channel':'" GENERAL "','message':'%s','emoji':'" CROSS "'}", id);
        (void) react(s, "DELETE", id, "/" CHECK "/@me", 204);
        (void) react(s, "DELETE", id, "/" CHECK "/@me", 204);
        assert_int_equal(rig_n_events(s, "MESSAGE_REACTION_REMOVE"), 1);
        assert_string_equal(at(rig_event(s, "MESSAGE_REACTION_REMOVE"), "user_id"), APPLICATION);
        assert_null(node(rig_event(s, "MESSAGE_REACTION_REMOVE"), "member"));

        (void) react(s, "DELETE", id, "/%E2%9D%8C/" STAFF, 204);
        assert_null(node(message_of(s, id), "reactions"));
        (void) rig_actf(s, 409, "{'as':'" STAFF "','action':'unreact','channel':'" GENERAL "','message':'%s','emoji':'" CROSS "'}", id);

        (void) react(s, "PUT", id, "/" CHECK "/@me", 204);
        (void) react(s, "PUT", id, "/%E2%9D%8C/@me", 204);
        (void) react(s, "DELETE", id, "/" CHECK, 204);
        assert_string_equal(at(rig_event(s, "MESSAGE_REACTION_REMOVE_EMOJI"), "emoji.name"), MARK);
        (void) react(s, "DELETE", id, "", 204);
        assert_int_equal(rig_n_events(s, "MESSAGE_REACTION_REMOVE_ALL"), 1);
        assert_null(node(message_of(s, id), "reactions"));
}

static void what_is_no_emoji_is_unknown(void **state _unused_) {
        static const char *const none[] = { "/a/@me", "/1/@me", "/%20/@me", "/%C3%A9/@me", "/green:1/@me", "/%FF%FE/@me" };
        _rig_ Sandbox *s = rig_new();
        char id[32];

        post(s, id, sizeof(id));
        for (size_t i = 0; i < ELEMENTSOF(none); i++)
                assert_string_equal(at(react(s, "PUT", id, none[i], 404), "code"), "10014");
        assert_string_equal(at(react(s, "PUT", "1", "/" CHECK "/@me", 404), "code"), "10008");
        assert_string_equal(at(react(s, "DELETE", id, "/" CHECK, 404), "code"), "10014");
}

static void reactions_need_their_permissions(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        char id[32];

        post(s, id, sizeof(id));
        (void) rig_actf(s, 200, "{'as':'" STAFF "','action':'react','channel':'" GENERAL "','message':'%s','emoji':'" CROSS "'}", id);
        /* without ADD_REACTIONS and MANAGE_MESSAGES: what others have chosen may be chosen too */
        (void) rig_worldf(s, 200, "{'do':'set_overwrite','channel':'" GENERAL "','id':'" APPLICATION "','type':1,'allow':'0','deny':'8256'}");
        assert_string_equal(at(react(s, "PUT", id, "/" CHECK "/@me", 403), "code"), "50013");
        (void) react(s, "PUT", id, "/%E2%9D%8C/@me", 204);
        assert_string_equal(at(react(s, "DELETE", id, "/%E2%9D%8C/" STAFF, 403), "code"), "50013");
        assert_string_equal(at(react(s, "DELETE", id, "", 403), "code"), "50013");
}

static void a_message_has_at_most_twenty(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        char id[32], path[64];

        post(s, id, sizeof(id));
        for (unsigned i = 0; i < 20; i++) {
                (void) snprintf(path, sizeof(path), "/%%F0%%9F%%98%%%02X/@me", 0x80 + i);
                (void) react(s, "PUT", id, path, 204);
        }
        assert_string_equal(at(react(s, "PUT", id, "/" CHECK "/@me", 400), "code"), "30010");
}

static void reactions_survive_a_restart(void **state _unused_) {
        _rig_ Sandbox *s = rig_new(), *other = rig_new();
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        _json_ Json *saved = NULL;
        char id[32];

        post(s, id, sizeof(id));
        (void) react(s, "PUT", id, "/" CHECK "/@me", 204);
        model_save(s, &w);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        assert_int_equal(json_parse(text, strlen(text), &saved), 0);
        assert_int_equal(model_load(other, saved), 0);
        assert_string_equal(at(message_of(other, id), "reactions.0.emoji.name"), MARK);
        assert_string_equal(at(message_of(other, id), "reactions.0.me"), "true");
}

static void people_edit_and_delete_their_own(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        char id[32];

        (void) snprintf(id, sizeof(id), "%s",
                        at(rig_actf(s, 200, "{'as':'" APPLICANT "','action':'say','channel':'" GENERAL "','content':'one'}"), "message"));
        (void) rig_actf(s, 409, "{'as':'" STAFF "','action':'edit','channel':'" GENERAL "','message':'%s','content':'two'}", id);
        (void) rig_actf(s, 409, "{'as':'" APPLICANT "','action':'edit','channel':'" GENERAL "','message':'%s','content':''}", id);
        (void) rig_actf(s, 200, "{'as':'" APPLICANT "','action':'edit','channel':'" GENERAL "','message':'%s','content':'two'}", id);
        assert_string_equal(at(rig_event(s, "MESSAGE_UPDATE"), "content"), "two");
        assert_string_equal(at(rig_event_bare(s, "MESSAGE_UPDATE"), "content"), "");
        assert_string_not_equal(at(rig_event(s, "MESSAGE_UPDATE"), "edited_timestamp"), "");
        (void) rig_actf(s, 409, "{'as':'" STAFF "','action':'delete','channel':'" GENERAL "','message':'%s'}", id);
        (void) rig_actf(s, 200, "{'as':'" APPLICANT "','action':'delete','channel':'" GENERAL "','message':'%s'}", id);
        assert_string_equal(at(rig_event(s, "MESSAGE_DELETE"), "id"), id);
}

static void typing_is_told(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        (void) rig_rest(s, "POST", "/channels/" GENERAL "/typing", NULL, 204);
        assert_string_equal(at(rig_event(s, "TYPING_START"), "user_id"), APPLICATION);
        (void) rig_actf(s, 200, "{'as':'" STAFF "','action':'type','channel':'" GENERAL "'}");
        assert_string_equal(at(rig_event(s, "TYPING_START"), "member.user.id"), STAFF);
        assert_int_equal(rig_event_intent(s, "TYPING_START"), SBX_INTENT_GUILD_MESSAGE_TYPING);
        (void) rig_rest(s, "POST", "/channels/" TICKET_CATEGORY "/typing", NULL, 400);
}

static void a_menu_names_its_target(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *e;
        char id[32];

        (void) rig_restf(s, 200, "PUT", "/applications/" APPLICATION "/commands",
                         "[{'name':'look','type':2},{'name':'look','type':3},{'name':'look','description':'d'}]");
        post(s, id, sizeof(id));
        (void) rig_actf(s, 200, "{'as':'" STAFF "','action':'menu','channel':'" GENERAL "','name':'look','user':'" APPLICANT "'}");
        e = rig_event(s, "INTERACTION_CREATE");
        assert_string_equal(at(e, "data.type"), "2");
        assert_string_equal(at(e, "data.target_id"), APPLICANT);
        assert_string_equal(at(e, "data.resolved.users." APPLICANT ".username"), "applicant");
        assert_non_null(node(e, "data.resolved.members." APPLICANT ".permissions"));

        (void) rig_actf(s, 200, "{'as':'" STAFF "','action':'menu','channel':'" GENERAL "','name':'look','message':'%s'}", id);
        e = rig_event(s, "INTERACTION_CREATE");
        assert_string_equal(at(e, "data.type"), "3");
        assert_string_equal(at(json_get(node(e, "data.resolved.messages"), id), "content"), "choose");
        (void) rig_actf(s, 409, "{'as':'" STAFF "','action':'menu','channel':'" GENERAL "','name':'see','message':'%s'}", id);
        (void) rig_actf(s, 409, "{'as':'" STAFF "','action':'menu','channel':'" GENERAL "','name':'look','message':'1'}");
        (void) rig_actf(s, 409, "{'as':'" STAFF "','action':'menu','channel':'" GENERAL "','name':'look'}");
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_reaction_is_counted_once_per_person),
                cmocka_unit_test(reactions_go_one_by_one_or_together),
                cmocka_unit_test(what_is_no_emoji_is_unknown),
                cmocka_unit_test(reactions_need_their_permissions),
                cmocka_unit_test(a_message_has_at_most_twenty),
                cmocka_unit_test(reactions_survive_a_restart),
                cmocka_unit_test(people_edit_and_delete_their_own),
                cmocka_unit_test(typing_is_told),
                cmocka_unit_test(a_menu_names_its_target),
        };

        return cmocka_run_group_tests_name("sandbox reactions", tests, NULL, NULL);
}
