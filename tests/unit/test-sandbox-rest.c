/*
 * Channels, overwrites, members, messages and commands in the sandbox: what is refused with which code, and
 * what is told.
 */

#include "model-rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define CHANNELS    "/guilds/" GUILD "/channels"
#define MESSAGES    "/channels/" PANEL "/messages"
#define COMMANDS    "/applications/" APPLICATION "/guilds/" GUILD "/commands"
#define BOT_ROLE    "810000000000000001"
#define MEMBER_ROLE "810000000000000005"

static void copy(char *into, size_t size, const char *text) {
        (void) snprintf(into, size, "%s", text);
}

/* ---- channels ---- */

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

/* ---- members ---- */

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

/* ---- messages ---- */

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

/* ---- commands ---- */

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

/* ---- the state ---- */

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
                cmocka_unit_test(a_ticket_channel_is_made_in_one_call),
                cmocka_unit_test(overwrites_are_copied_from_the_category_unless_given),
                cmocka_unit_test(creating_asks_for_rights_and_only_gives_what_the_bot_has),
                cmocka_unit_test(names_topics_and_parents_are_checked),
                cmocka_unit_test(categories_and_guilds_are_full_at_their_limits),
                cmocka_unit_test(deleting_returns_the_channel_and_frees_children),
                cmocka_unit_test(what_the_bot_does_not_see_is_missing_access),
                cmocka_unit_test(one_overwrite_is_put_and_deleted),
                cmocka_unit_test(children_in_step_follow_their_category),
                cmocka_unit_test(roles_and_nicknames_obey_the_hierarchy),
                cmocka_unit_test(who_left_is_an_unknown_member),
                cmocka_unit_test(an_enforced_nonce_makes_one_message),
                cmocka_unit_test(a_nonce_whose_message_was_deleted_is_an_unknown_message),
                cmocka_unit_test(mentions_follow_allowed_mentions),
                cmocka_unit_test(a_message_says_something_and_not_too_much),
                cmocka_unit_test(lengths_are_counted_over_all_embeds),
                cmocka_unit_test(only_own_messages_are_edited),
                cmocka_unit_test(lists_are_newest_first_and_paged),
                cmocka_unit_test(a_closed_inbox_takes_no_message),
                cmocka_unit_test(commands_are_checked_at_their_paths),
                cmocka_unit_test(a_bulk_overwrite_keeps_ids_of_names),
                cmocka_unit_test(a_command_is_called_as_it_was_registered),
                cmocka_unit_test(default_member_permissions_hide_a_command),
                cmocka_unit_test(the_state_survives_saving_and_loading),
                cmocka_unit_test(a_person_is_shown_what_they_see),
                cmocka_unit_test(a_deleted_role_just_goes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
