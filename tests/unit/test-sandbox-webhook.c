/* Webhooks of channels in the sandbox: who may make them, what their tokens allow, and that applications' are others. */

#include "model-rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define HOOKS "/channels/" GENERAL "/webhooks"

/* The bot may manage webhooks, besides what it may in the ready-made guild. */
static Sandbox *rig_with_right(void) {
        Sandbox *s = rig_new();

        (void) rig_worldf(s, 200, "{'do':'set_bot_permissions','permissions':'378896903248'}");
        return s;
}

/* "/webhooks/ID/TOKEN" of a new one. */
static void make(Sandbox *s, char *ret_path, size_t size) {
        const Json *r = rig_restf(s, 200, "POST", HOOKS, "{'name':'Herald'}");

        (void) snprintf(ret_path, size, "/webhooks/%s/%s", at(r, "id"), at(r, "token"));
}

static const Json *call(Sandbox *s, int status, const char *method, const char *path, const char *rest, const char *body) {
        _strbuf_ StrBuf whole = {};

        strbuf_append(&whole, path);
        strbuf_append(&whole, rest);
        return body ? rig_restf(s, status, method, strbuf_text(&whole), "%s", body) : rig_rest(s, method, strbuf_text(&whole), NULL, status);
}

static void a_webhook_is_made_listed_and_deleted(void **state _unused_) {
        _rig_ Sandbox *s = rig_with_right();
        char path[160], id[64];
        const Json *r;

        make(s, path, sizeof(path));
        assert_string_equal(at(rig_event(s, "WEBHOOKS_UPDATE"), "channel_id"), GENERAL);
        assert_int_equal(rig_event_intent(s, "WEBHOOKS_UPDATE"), SBX_INTENT_GUILD_WEBHOOKS);
        r = rig_rest(s, "GET", HOOKS, NULL, 200);
        assert_int_equal(json_array_size(r), 1);
        assert_string_equal(at(r, "0.name"), "Herald");
        assert_string_equal(at(r, "0.user.id"), APPLICATION);
        assert_int_equal(json_array_size(rig_rest(s, "GET", "/guilds/" GUILD "/webhooks", NULL, 200)), 1);
        assert_int_equal(json_array_size(rig_rest(s, "GET", "/channels/" PANEL "/webhooks", NULL, 200)), 0);

        /* its token shows it to anybody, without who made it */
        r = call(s, 200, "GET", path, "", NULL);
        assert_string_equal(at(r, "channel_id"), GENERAL);
        assert_null(node(r, "user"));
        (void) snprintf(id, sizeof(id), "/webhooks/%s", at(r, "id"));
        (void) rig_rest(s, "GET", id, NULL, 200);
        assert_string_equal(at(call(s, 401, "GET", id, "/wrong", NULL), "code"), "50027");
        (void) rig_rest(s, "DELETE", id, NULL, 204);
        assert_string_equal(at(call(s, 404, "GET", path, "", NULL), "code"), "10015");
        assert_int_equal(rig_n_effects(s, "webhook.delete"), 1);
}

static void who_has_the_token_posts_edits_and_deletes(void **state _unused_) {
        _rig_ Sandbox *s = rig_with_right();
        char path[160], message[80];
        const Json *r;

        make(s, path, sizeof(path));
        (void) call(s, 204, "POST", path, "", "{'content':'hear'}");
        assert_string_equal(at(rig_event(s, "MESSAGE_CREATE"), "author.username"), "Herald");
        r = call(s, 200, "POST", path, "?wait=true", "{'content':'hear again','username':'Crier','embeds':[{'title':'t'}]}");
        assert_string_equal(at(r, "author.username"), "Crier");
        assert_string_equal(at(r, "author.bot"), "true");
        assert_string_equal(at(r, "author.id"), at(r, "webhook_id"));
        (void) snprintf(message, sizeof(message), "/messages/%s", at(r, "id"));

        assert_string_equal(at(call(s, 200, "PATCH", path, message, "{'content':'heard'}"), "content"), "heard");
        assert_string_equal(at(call(s, 200, "GET", path, message, NULL), "author.username"), "Crier");
        (void) call(s, 204, "DELETE", path, message, NULL);
        assert_string_equal(at(call(s, 404, "GET", path, message, NULL), "code"), "10008");
        assert_string_equal(at(call(s, 404, "PATCH", path, "/messages/1", "{'content':'x'}"), "code"), "10008");
        assert_int_equal(rig_n_effects(s, "webhook.post"), 2);
        assert_int_equal(rig_n_effects(s, "webhook.edit"), 1);
        assert_int_equal(rig_n_effects(s, "webhook.remove"), 1);

        assert_string_equal(at(call(s, 400, "POST", path, "", "{}"), "code"), "50006");
        assert_string_equal(fault_at(call(s, 400, "POST", path, "", "{'content':'x','username':'Discord staff'}"), "username"),
                            "USERNAME_INVALID_CONTAINS");
        assert_string_equal(at(rig_restf(s, 404, "POST", "/webhooks/1/x", "{'content':'x'}"), "code"), "10015");
        /* the application's id is the other kind */
        assert_string_equal(at(rig_restf(s, 401, "POST", "/webhooks/" APPLICATION "/x", "{'content':'x'}"), "code"), "50027");
}

static void not_everybody_makes_webhooks(void **state _unused_) {
        _rig_ Sandbox *s = rig_new();

        assert_string_equal(at(rig_restf(s, 403, "POST", HOOKS, "{'name':'x'}"), "code"), "50013");
        assert_string_equal(at(rig_rest(s, "GET", "/guilds/" GUILD "/webhooks", NULL, 403), "code"), "50013");
        (void) rig_worldf(s, 200, "{'do':'set_bot_permissions','permissions':'378896903248'}");
        assert_string_equal(fault_at(rig_restf(s, 400, "POST", HOOKS, "{'name':'clyDe 2'}"), "name"), "USERNAME_INVALID_CONTAINS");
        assert_string_equal(fault_at(rig_restf(s, 400, "POST", HOOKS, "{}"), "name"), "BASE_TYPE_REQUIRED");
        assert_string_equal(at(rig_restf(s, 400, "POST", "/channels/" TICKET_CATEGORY "/webhooks", "{'name':'x'}"), "code"), "50024");
        for (unsigned i = 0; i < 15; i++)
                (void) rig_restf(s, 200, "POST", HOOKS, "{'name':'x'}");
        assert_string_equal(at(rig_restf(s, 400, "POST", HOOKS, "{'name':'x'}"), "code"), "30007");
}

static void a_webhook_goes_with_its_channel(void **state _unused_) {
        _rig_ Sandbox *s = rig_with_right();
        char path[160];

        make(s, path, sizeof(path));
        (void) rig_worldf(s, 200, "{'do':'delete_channel','channel':'" GENERAL "'}");
        assert_string_equal(at(call(s, 404, "POST", path, "", "{'content':'x'}"), "code"), "10015");
        assert_int_equal(json_array_size(rig_rest(s, "GET", "/guilds/" GUILD "/webhooks", NULL, 200)), 0);
}

static void webhooks_survive_a_restart(void **state _unused_) {
        _rig_ Sandbox *s = rig_with_right(), *other = rig_new();
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        _json_ Json *saved = NULL;
        char path[160];

        make(s, path, sizeof(path));
        (void) call(s, 204, "POST", path, "", "{'content':'hear','username':'Crier'}");
        model_save(s, &w);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        assert_int_equal(json_parse(text, strlen(text), &saved), 0);
        assert_int_equal(model_load(other, saved), 0);
        assert_string_equal(at(rig_rest(other, "GET", "/channels/" GENERAL "/messages", NULL, 200), "0.author.username"), "Crier");
        (void) call(other, 204, "POST", path, "", "{'content':'hear more'}");
}

int main(void) {
        static const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_webhook_is_made_listed_and_deleted),
                cmocka_unit_test(who_has_the_token_posts_edits_and_deletes),
                cmocka_unit_test(not_everybody_makes_webhooks),
                cmocka_unit_test(a_webhook_goes_with_its_channel),
                cmocka_unit_test(webhooks_survive_a_restart),
        };

        return cmocka_run_group_tests_name("sandbox webhooks", tests, NULL, NULL);
}
