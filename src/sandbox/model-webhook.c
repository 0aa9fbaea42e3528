/*
 * Webhooks of channels: a name and a token with which anybody may post (Discord reference, "Webhook Resource"). Those of applications,
 * which answer interactions, are in model-followup.c and have the same addresses; the id tells them apart. Pictures are not kept.
 */

#include "model.h"

#define NAME_MAX_UNITS 80
#define WEBHOOKS_MAX 15 /* of a channel: JSON error code 30007 */

Webhook *webhook_free(Webhook *webhook) {
        if (!webhook)
                return NULL;
        free(webhook->name);
        free(webhook->token);
        free(webhook);
        return NULL;
}

Webhook *webhook_new(uint64_t id, uint64_t channel, const char *name, const char *token) {
        _cleanup_(webhook_freep) Webhook *webhook = new0(Webhook, 1);

        if (!webhook)
                return NULL;
        webhook->id = id;
        webhook->channel = channel;
        webhook->name = strdup(name);
        webhook->token = strdup(token);
        return webhook->name && webhook->token ? TAKE(webhook) : NULL;
}

/* One whose channel is gone went with it. */
static Webhook *model_webhook(const SbxModel *model, uint64_t id) {
        Webhook *webhook = table_find(&model->webhooks, id);

        return webhook && model_channel(model, webhook->channel) ? webhook : NULL;
}

/* ---- as JSON ---- */

static void put_webhook(const SbxModel *model, JsonWriter *w, const Webhook *webhook, bool has_user) {
        json_open(w);
        json_id(w, "id", webhook->id);
        json_i64(w, "type", 1);
        json_id(w, "guild_id", model->guild);
        json_id(w, "channel_id", webhook->channel);
        json_string(w, "name", webhook->name);
        json_null(w, "avatar");
        json_string(w, "token", webhook->token);
        json_id(w, "application_id", model->application);
        if (has_user) {
                json_put_key(w, "user");
                put_user(w, model_bot(model));
        }
        json_close(w);
}

static void reply_webhook(const SbxModel *model, const Webhook *webhook, bool has_user, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        put_webhook(model, &w, webhook, has_user);
        sbx_reply_json(reply, 200, &w);
}

/* channel: 0 for the whole guild's */
static void reply_webhooks(const SbxModel *model, uint64_t channel, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        json_open_array(&w);
        for (size_t i = 0; i < model->webhooks.n; i++) {
                const Webhook *webhook = model_webhook(model, *(const uint64_t *) model->webhooks.items[i]);

                if (webhook && (!channel || webhook->channel == channel))
                        put_webhook(model, &w, webhook, true);
        }
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}

static void webhook_tell(SbxModel *model, const Webhook *webhook, const char *effect, const SbxRequest *request) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        json_id(&w, "guild_id", model->guild);
        json_id(&w, "channel_id", webhook->channel);
        json_close(&w);
        if (json_writer_finish(&w, &d) == 0)
                (void) sbx_dispatch(model->sandbox, &(SbxDispatch) {
                                                            .event = "WEBHOOKS_UPDATE",
                                                            .intent = SBX_INTENT_GUILD_WEBHOOKS,
                                                            .guild = model->guild,
                                                            .d = d,
                                                    });
        sbx_effect(model->sandbox, &(SbxEffect) {
                                           .effect = effect,
                                           .guild = model->guild,
                                           .channel = webhook->channel,
                                           .id = webhook->id,
                                           .reason = request->reason,
                                           .body = request->body,
                                   });
        sbx_changed(model->sandbox);
}

/* ---- by the bot ---- */

/* "Create Webhook": neither name may contain these, in any case. */
static void check_name(Form *form, const char *key, const char *name) {
        static const char *const forbidden[] = { "clyde", "discord" };

        for (size_t i = 0; i < ELEMENTSOF(forbidden); i++)
                if (strcasestr(name, forbidden[i]))
                        form_fault(form, AT(NULL, key), "USERNAME_INVALID_CONTAINS", "Username cannot contain \"%s\"", forbidden[i]);
}

static bool is_full(const SbxModel *model, uint64_t channel) {
        size_t n = 0;

        for (size_t i = 0; i < model->webhooks.n; i++)
                n += ((const Webhook *) model->webhooks.items[i])->channel == channel;
        return n >= WEBHOOKS_MAX;
}

static Webhook *webhook_make(SbxModel *model, const Channel *channel, const char *name) {
        _cleanup_(webhook_freep) Webhook *webhook = NULL;
        _strbuf_ StrBuf token = {};

        sbx_random_text(model->sandbox, 51, &token); /* 68 characters, as Discord's have */
        if (token.error)
                return NULL;
        webhook = webhook_new(sbx_snowflake(model->sandbox), channel->id, name, strbuf_text(&token));
        if (!webhook || table_add(&model->webhooks, webhook) < 0)
                return NULL;
        return TAKE(webhook);
}

void rest_create_webhook(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        const Channel *channel = request_channel(model, request, 0, reply);
        const char *name = NULL;
        const Webhook *webhook;
        _form_ Form form = {};

        if (!channel)
                return;
        if (!channel_is_of_guild(channel) || !channel_takes_messages(channel)) {
                reply_code(reply, channel_is_of_guild(channel) ? 50024 : 50003);
                return;
        }
        if (!bot_may(model, channel, PERM_MANAGE_WEBHOOKS, reply) || !request_object(request, reply))
                return;
        if (form_string(&form, NULL, request->body, "name", FORM_REQUIRED | FORM_TRIM, 1, NAME_MAX_UNITS, &name))
                check_name(&form, "name", name);
        if (form_refuses(&form, reply))
                return;
        if (is_full(model, channel->id)) {
                reply_code(reply, 30007);
                return;
        }
        webhook = webhook_make(model, channel, name);
        if (!webhook) {
                reply_no_memory(reply);
                return;
        }
        webhook_tell(model, webhook, "webhook.create", request);
        reply_webhook(model, webhook, true, reply);
}

void rest_get_channel_webhooks(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        const Channel *channel = request_channel(model, request, 0, reply);

        if (channel && bot_may(model, channel, PERM_MANAGE_WEBHOOKS, reply))
                reply_webhooks(model, channel->id, reply);
}

void rest_get_guild_webhooks(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);

        if (request_guild(model, request, 0, reply) && bot_may_in_guild(model, PERM_MANAGE_WEBHOOKS, reply))
                reply_webhooks(model, 0, reply);
}

/*
 * The webhook of the first argument: where there is a second one, it must be its token; where not, the bot must be allowed to manage it.
 * NULL after answering.
 */
static Webhook *request_webhook(const SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Webhook *webhook = model_webhook(model, request->ids[0]);

        if (!webhook)
                reply_code(reply, 10015);
        else if (request->n_args > 1 && !streq(webhook->token, request->args[1]))
                reply_code(reply, 50027);
        else if (request->n_args > 1 || bot_may(model, model_channel(model, webhook->channel), PERM_MANAGE_WEBHOOKS, reply))
                return webhook;
        return NULL;
}

void rest_get_webhook(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        const Webhook *webhook = request_webhook(model, request, reply);

        if (webhook)
                reply_webhook(model, webhook, request->n_args == 1, reply);
}

void rest_delete_webhook(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Webhook *webhook = request_webhook(model, request, reply);

        if (!webhook)
                return;
        webhook_tell(model, webhook, "webhook.delete", request);
        (void) webhook_free(table_take(&model->webhooks, webhook->id));
        sbx_reply_empty(reply);
}

/* ---- by whoever has the token ---- */

static void message_effect(SbxModel *model, const char *effect, const Message *message, const SbxRequest *request) {
        sbx_effect(model->sandbox, &(SbxEffect) {
                                           .effect = effect,
                                           .guild = model->guild,
                                           .channel = message->channel,
                                           .message = message->id,
                                           .id = message->webhook,
                                           .body = request->body,
                                   });
}

static void reply_message(const SbxModel *model, const Message *message, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        put_message(model, &w, message, 0);
        sbx_reply_json(reply, 200, &w);
}

static Message *webhook_message(SbxModel *model, const Webhook *webhook, const char *name, Body *body) {
        _cleanup_(message_freep) Message *message = message_new(sbx_snowflake(model->sandbox), webhook->channel, webhook->id);

        if (!message)
                return NULL;
        message->created_at = sbx_now(model->sandbox);
        message->is_tts = body->is_tts;
        message->webhook = webhook->id;
        message->webhook_name = strdup(name);
        if (!message->webhook_name || message_apply(model, message, body, false) < 0)
                return NULL;
        return TAKE(message);
}

void webhook_execute(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        const Webhook *webhook = request_webhook(model, request, reply);
        const char *name = NULL;
        Message *message;
        _form_ Form form = {};
        _body_ Body body = {};

        if (!webhook || !request_object(request, reply))
                return;
        if (form_string(&form, NULL, request->body, "username", FORM_TRIM, 1, NAME_MAX_UNITS, &name))
                check_name(&form, "username", name);
        if (!body_read(model, &form, NULL, request->body, request, BODY_CREATE, NULL, &body, reply)) {
                (void) form_refuses(&form, reply);
                return;
        }
        message = webhook_message(model, webhook, name ?: webhook->name, &body);
        if (!message || message_publish(model, model_channel(model, webhook->channel), message) < 0) {
                reply_no_memory(reply);
                return;
        }
        message_effect(model, "webhook.post", message, request);
        if (sbx_query_bool(request, "wait", false))
                reply_message(model, message, reply);
        else
                sbx_reply_empty(reply);
}

/* The webhook's own message of the third argument. */
static Message *request_webhook_message(const SbxModel *model, const SbxRequest *request, Channel **ret_channel, SbxReply *reply) {
        const Webhook *webhook = request_webhook(model, request, reply);
        Message *message;

        if (!webhook)
                return NULL;
        *ret_channel = model_channel(model, webhook->channel);
        message = channel_message(*ret_channel, request->ids[2]);
        if (message && message->webhook == webhook->id)
                return message;
        reply_code(reply, 10008);
        return NULL;
}

void webhook_get_message(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Channel *channel;
        const Message *message = request_webhook_message(model, request, &channel, reply);

        if (message)
                reply_message(model, message, reply);
}

void webhook_edit_message(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Channel *channel;
        Message *message = request_webhook_message(model, request, &channel, reply);

        if (!message || !message_edit(model, message, request, false, reply))
                return;
        message_tell_update(model, message);
        message_effect(model, "webhook.edit", message, request);
        reply_message(model, message, reply);
}

void webhook_delete_message(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Channel *channel;
        Message *message = request_webhook_message(model, request, &channel, reply);

        if (!message)
                return;
        message_effect(model, "webhook.remove", message, request);
        message_remove(model, channel, message);
        sbx_reply_empty(reply);
}
