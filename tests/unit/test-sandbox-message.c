/* Messages in the sandbox: nonces, mentions, limits, editing, lists, direct channels. */

#include "model-rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define MESSAGES    "/channels/" PANEL "/messages"
#define MEMBER_ROLE "810000000000000005"

static void copy(char *into, size_t size, const char *text) {
        (void) snprintf(into, size, "%s", text);
}

static void an_enforced_nonce_makes_one_message(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        char first[32], second[32];

        copy(first, sizeof(first),
             at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'a','nonce':'n1','enforce_nonce':true}"),
                "id"));
        rig_advance(s, 60000);
        assert_string_equal(
                at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'b','nonce':'n1','enforce_nonce':true}"),
                   "id"),
                first);
        assert_true(rig_effect_was_deduplicated(s));
        assert_int_equal(rig_n_events(s, "MESSAGE_CREATE"), 1);
        assert_string_not_equal(
                at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'b','nonce':'n2','enforce_nonce':true}"),
                   "id"),
                first);

        /* Without enforcement the nonce is an echo. */
        copy(second, sizeof(second),
             at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'b','nonce':'n1'}"), "id"));
        assert_string_not_equal(second, first);
        assert_string_equal(at(rig_event(s, "MESSAGE_CREATE"), "nonce"), "n1");

        rig_advance(s, 10 * 60000);
        assert_string_not_equal(
                at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'c','nonce':'n1','enforce_nonce':true}"),
                   "id"),
                second);
}

static void many_nonces_are_kept_apart(void **state _unused_) {
        enum { N = 300 };
        _rig_ Sandbox *s = rig_new();
        char ids[N][32];

        for (unsigned round = 0; round < 3; round++) {
                for (unsigned i = 0; i < N; i++) {
                        const char *id = at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'a','nonce':'n%u','enforce_nonce':true}", i), "id");

                        /* The second time it is the first one again; in the third the window is over. */
                        if (round == 1)
                                assert_string_equal(id, ids[i]);
                        if (round == 2)
                                assert_string_not_equal(id, ids[i]);
                        (void) snprintf(ids[i], sizeof(ids[i]), "%s", id);
                }
                if (round == 1)
                        rig_advance(s, 3 * 60 * 1000 + 1);
        }
}

static void a_nonce_whose_message_was_deleted_is_an_unknown_message(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        _strbuf_ StrBuf path = {};

        strbuf_appendf(
                &path, MESSAGES "/%s",
                at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'a','nonce':7,'enforce_nonce':true}"),
                   "id"));
        (void) rig_rest(s, "DELETE", strbuf_text(&path), NULL, 204);
        assert_string_equal(at(rig_event(s, "MESSAGE_DELETE"), "channel_id"), PANEL);
        assert_string_equal(
                at(rig_restf(s, 404, "POST", MESSAGES, "{'content':'a','nonce':7,'enforce_nonce':true}"),
                   "code"),
                "10008");
}

static void mentions_follow_allowed_mentions(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        const Json *r;
#define TEXT                                                                                                \
        "'content':'<@" APPLICANT "> <@!" STAFF "> <@&" SUPPORT_ROLE "> <@&" MEMBER_ROLE                    \
        "> <@5> @everyone `<@" ADMIN ">`'"

        r = rig_restf(s, 200, "POST", MESSAGES, "{" TEXT "}");
        assert_int_equal(json_array_size(node(r, "mentions")), 2);
        /* The bot has MENTION_EVERYONE, so roles that are not mentionable ring too. */
        assert_int_equal(json_array_size(node(r, "mention_roles")), 2);
        assert_string_equal(at(r, "mention_everyone"), "true");

        r = rig_restf(s, 200, "POST", MESSAGES, "{" TEXT ",'allowed_mentions':{'parse':[]}}");
        assert_string_equal(at(r, "mentions"), "[]");
        assert_string_equal(at(r, "mention_roles"), "[]");
        assert_string_equal(at(r, "mention_everyone"), "false");

        r = rig_restf(s, 200, "POST", MESSAGES,
                      "{" TEXT ",'allowed_mentions':{'parse':['roles'],'users':['" STAFF "']}}");
        assert_string_equal(at(r, "mentions.0.id"), STAFF);
        assert_int_equal(json_array_size(node(r, "mentions")), 1);

        (void) rig_worldf(s, 200, "{'do':'set_bot_permissions','permissions':'68608'}");
        r = rig_restf(s, 200, "POST", MESSAGES, "{" TEXT "}");
        assert_string_equal(at(r, "mention_roles"), "[\"" SUPPORT_ROLE "\"]");
        assert_string_equal(at(r, "mention_everyone"), "false");

        assert_string_equal(
                fault_at(rig_restf(s, 400, "POST", MESSAGES,
                                   "{" TEXT ",'allowed_mentions':{'parse':['users'],'users':['" STAFF
                                   "']}}"),
                         "allowed_mentions"),
                "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE");
#undef TEXT
}

static void a_message_says_something_and_not_too_much(void **state _unused_) {
        /* clang-format off */
        static const struct {
                const char *body, *path, *code;
        } cases[] = {
                { "{'content':5}", "content", "STRING_TYPE_CONVERT" },
                { "{'embeds':[{'fields':[{'name':' ','value':'x'}]}]}", "embeds.0.fields.0.name", "BASE_TYPE_REQUIRED" },
                { "{'embeds':[{'color':16777216}]}", "embeds.0.color", "NUMBER_TYPE_MAX" },
                { "{'embeds':[{'url':'ftp://x'}]}", "embeds.0.url", "URL_TYPE_INVALID_SCHEME" },
                { "{'embeds':[{'title':'x','timestamp':'yesterday'}]}", "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE" },
                { "{'embeds':[{},{},{},{},{},{},{},{},{},{},{}]}", "embeds", "BASE_TYPE_MAX_LENGTH" },
                { "{'content':'x','components':[{'type':1,'components':[]}]}", "components.0.components", "BASE_TYPE_BAD_LENGTH" },
                { "{'content':'x','components':[{'type':10,'content':'x'}]}", "components.0.type", "UNION_TYPE_CHOICES" },
                { "{'content':'x','components':[{'type':1,'components':[{'type':2,'style':5,'label':'x'}]}]}", "components.0.components.0.url",
                  "BASE_TYPE_REQUIRED" },
                { "{'content':'x','components':[{'type':1,'components':[{'type':2,'style':1,'label':'x'}]}]}", "components.0.components.0.custom_id",
                  "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED" },
                { "{'content':'x','components':[{'type':1,'components':[{'type':3,'custom_id':'s','options':[{'label':'a','value':'v'},{'label':'b',"
                  "'value':'v'}]}]}]}", "components.0.components.0.options.1.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED" },
                { "{'content':'x','flags':32768,'components':[{'type':10,'content':'x'}]}", "content",
                  "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2" },
                { "{'content':'x','nonce':'12345678901234567890123456'}", "nonce", "BASE_TYPE_MAX_LENGTH" },
                { "{'content':'x','message_reference':{'message_id':'5'}}", "message_reference", "REPLIES_UNKNOWN_MESSAGE" },
        };
        /* clang-format on */
        _rig_ Sandbox *s = rig_new();

        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_string_equal(
                        fault_at(rig_restf(s, 400, "POST", MESSAGES, "%s", cases[i].body), cases[i].path),
                        cases[i].code);
        assert_string_equal(at(rig_restf(s, 400, "POST", MESSAGES, "{'content':'  '}"), "code"), "50006");
        assert_string_equal(at(rig_restf(s, 400, "POST", MESSAGES, "{}"), "code"), "50006");
        assert_int_equal(rig_n_effects(s, "message.create"), 0);
}

static void append_many(StrBuf *out, const char *what, int n) {
        for (int i = 0; i < n; i++)
                strbuf_append(out, what);
}

static void lengths_are_counted_over_all_embeds(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        _strbuf_ StrBuf text = {}, astral = {};

        append_many(&text, "d", 3000);
        (void) rig_restf(s, 200, "POST", MESSAGES, "{'embeds':[{'description':'%s'},{'description':'%s'}]}",
                         strbuf_text(&text), strbuf_text(&text));
        assert_string_equal(fault_at(rig_restf(s, 400, "POST", MESSAGES,
                                               "{'embeds':[{'description':'%s'},{'description':'%s','footer'"
                                               ":{'text':'f'}}]}",
                                               strbuf_text(&text), strbuf_text(&text)),
                                     "embeds"),
                            "MAX_EMBED_SIZE_EXCEEDED");
        append_many(&astral, "😀", 1000);
        (void) rig_restf(s, 200, "POST", MESSAGES, "{'content':'%s'}", strbuf_text(&astral));
        assert_string_equal(
                fault_at(rig_restf(s, 400, "POST", MESSAGES, "{'content':'%sx'}", strbuf_text(&astral)),
                         "content"),
                "BASE_TYPE_MAX_LENGTH");
}

static void only_own_messages_are_edited(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        _strbuf_ StrBuf own = {}, foreign = {};

        strbuf_appendf(
                &own, MESSAGES "/%s",
                at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'a','embeds':[{'title':'t'}]}"), "id"));
        assert_string_equal(
                at(rig_restf(s, 200, "PATCH", strbuf_text(&own), "{'content':'b'}"), "embeds.0.title"), "t");
        assert_string_not_equal(at(rig_event(s, "MESSAGE_UPDATE"), "edited_timestamp"), "null");
        assert_string_equal(
                at(rig_restf(s, 400, "PATCH", strbuf_text(&own), "{'content':null,'embeds':[]}"), "code"),
                "50006");

        strbuf_appendf(
                &foreign, MESSAGES "/%s",
                at(rig_actf(s, 200,
                            "{'as':'" APPLICANT "','action':'say','channel':'" PANEL "','content':'hello'}"),
                   "message"));
        assert_string_equal(at(rig_event(s, "MESSAGE_CREATE"), "author.id"), APPLICANT);
        assert_string_equal(at(rig_event_bare(s, "MESSAGE_CREATE"), "content"), "");
        assert_string_equal(at(rig_restf(s, 403, "PATCH", strbuf_text(&foreign), "{'content':'b'}"), "code"),
                            "50005");
        (void) rig_rest(s, "DELETE", strbuf_text(&foreign), NULL, 204);
        assert_string_equal(at(rig_rest(s, "GET", strbuf_text(&foreign), NULL, 404), "code"), "10008");
}

static void lists_are_newest_first_and_paged(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        char ids[5][32];
        _strbuf_ StrBuf path = {};

        for (int i = 0; i < 5; i++)
                copy(ids[i], sizeof(ids[i]),
                     at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'%d'}", i), "id"));
        assert_string_equal(at(rig_rest(s, "GET", MESSAGES, NULL, 200), "0.content"), "4");
        strbuf_appendf(&path, MESSAGES "?limit=2&before=%s", ids[3]);
        assert_string_equal(at(rig_rest(s, "GET", strbuf_text(&path), NULL, 200), "1.content"), "1");
        strbuf_clear(&path);
        strbuf_appendf(&path, MESSAGES "?limit=2&after=%s", ids[0]);
        assert_string_equal(at(rig_rest(s, "GET", strbuf_text(&path), NULL, 200), "0.content"), "2");
        assert_string_equal(fault_at(rig_rest(s, "GET", MESSAGES "?limit=101", NULL, 400), "limit"),
                            "NUMBER_TYPE_MAX");
        (void) rig_restf(s, 204, "POST", MESSAGES "/bulk-delete", "{'messages':['%s','%s']}", ids[0],
                         ids[1]);
        assert_int_equal(json_array_size(node(rig_event(s, "MESSAGE_DELETE_BULK"), "ids")), 2);
        rig_advance(s, UINT64_C(15) * 24 * 3600 * 1000);
        assert_string_equal(at(rig_restf(s, 400, "POST", MESSAGES "/bulk-delete", "{'messages':['%s','%s']}",
                                         ids[2], ids[3]),
                               "code"),
                            "50034");
}

static void a_closed_inbox_takes_no_message(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        _strbuf_ StrBuf path = {};
        char dm[32];

        copy(dm, sizeof(dm),
             at(rig_restf(s, 200, "POST", "/users/@me/channels", "{'recipient_id':'" APPLICANT "'}"), "id"));
        assert_string_equal(
                at(rig_restf(s, 200, "POST", "/users/@me/channels", "{'recipient_id':'" APPLICANT "'}"),
                   "id"),
                dm);
        strbuf_appendf(&path, "/channels/%s/messages", dm);
        (void) rig_restf(s, 200, "POST", strbuf_text(&path), "{'content':'closed'}");
        assert_int_equal(rig_event_intent(s, "MESSAGE_CREATE"), SBX_INTENT_DIRECT_MESSAGES);
        (void) rig_worldf(s, 200, "{'do':'set_dms','user':'" APPLICANT "','open':false}");
        assert_string_equal(at(rig_restf(s, 403, "POST", strbuf_text(&path), "{'content':'x'}"), "code"),
                            "50007");
        (void) rig_worldf(s, 200, "{'do':'remove_member','user':'" APPLICANT "'}");
        assert_string_equal(at(rig_restf(s, 403, "POST", strbuf_text(&path), "{'content':'x'}"), "code"),
                            "50278");
        assert_string_equal(
                at(rig_restf(s, 400, "POST", "/users/@me/channels", "{'recipient_id':'" APPLICATION "'}"),
                   "code"),
                "50033");
}

static void pinning_has_its_own_right(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();
        _strbuf_ StrBuf pin = {};

        strbuf_appendf(&pin, MESSAGES "/pins/%s",
                       at(rig_restf(s, 200, "POST", MESSAGES, "{'content':'a'}"), "id"));
        assert_string_equal(at(rig_rest(s, "PUT", strbuf_text(&pin), NULL, 403), "code"), "50013");
        /* VIEW_CHANNEL and PIN_MESSAGES (1 << 51) */
        (void) rig_worldf(s, 200, "{'do':'set_bot_permissions','permissions':'2251799813686272'}");
        (void) rig_rest(s, "PUT", strbuf_text(&pin), NULL, 204);
        assert_string_equal(at(rig_event(s, "MESSAGE_UPDATE"), "pinned"), "true");
        (void) rig_rest(s, "DELETE", strbuf_text(&pin), NULL, 204);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_enforced_nonce_makes_one_message),
                cmocka_unit_test(many_nonces_are_kept_apart),
                cmocka_unit_test(a_nonce_whose_message_was_deleted_is_an_unknown_message),
                cmocka_unit_test(mentions_follow_allowed_mentions),
                cmocka_unit_test(a_message_says_something_and_not_too_much),
                cmocka_unit_test(lengths_are_counted_over_all_embeds),
                cmocka_unit_test(only_own_messages_are_edited),
                cmocka_unit_test(lists_are_newest_first_and_paged),
                cmocka_unit_test(a_closed_inbox_takes_no_message),
                cmocka_unit_test(pinning_has_its_own_right),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
