/* Messages over REST: read, create with nonce, edit, delete (Discord reference, "Message Resource"). */

#include "model.h"

#include <errno.h>

#define PINS_MAX      250
#define BULK_AGE_USEC (14 * 24 * 3600 * USEC_PER_SEC)

/* The message of the route's second argument. Ephemeral ones do not exist here: 10008. */
static Message *request_message(const Channel *channel, const SbxRequest *request, SbxReply *reply) {
        Message *message = channel_message(channel, request->ids[1]);

        if (!message || message->viewer) {
                reply_code(reply, 10008);
                return NULL;
        }
        return message;
}

static void reply_message(const SbxModel *model, const Message *message, unsigned flags, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        put_message(model, &w, message, flags);
        sbx_reply_json(reply, 200, &w);
}

/* ---- reading ---- */

/* Newest first: up to `n` visible messages with ids below `end` (an index). */
static void put_downwards(const SbxModel *model, JsonWriter *w, const Channel *channel, size_t end,
                          int64_t n) {
        while (end > 0 && n > 0) {
                const Message *message = channel->messages.items[--end];

                if (message->viewer)
                        continue;
                put_message(model, w, message, 0);
                n--;
        }
}

/* Index behind the n-th visible message from `from` on. */
static size_t upwards(const Channel *channel, size_t from, int64_t n) {
        while (from < channel->messages.n && n > 0) {
                const Message *message = channel->messages.items[from++];

                if (!message->viewer)
                        n--;
        }
        return from;
}

void rest_get_messages(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = request_channel(model, request, 0, reply);
        _json_writer_ JsonWriter w = {};
        _form_ Form form = {};
        uint64_t before, after, around;
        int64_t limit = 50;
        size_t end;

        if (!channel || !bot_may(model, channel, 0, reply))
                return;
        if (!channel_takes_messages(channel)) {
                reply_code(reply, 50008);
                return;
        }
        before = request_query_id(request, "before", &form);
        after = request_query_id(request, "after", &form);
        around = request_query_id(request, "around", &form);
        request_query_limit(request, 100, &form, &limit);
        if (form_refuses(&form, reply))
                return;

        end = channel->messages.n;
        if (after)
                end = upwards(channel, table_lower_bound(&channel->messages, after + 1), limit);
        else if (around)
                end = upwards(channel, table_lower_bound(&channel->messages, around), limit / 2 + 1);
        else if (before)
                end = table_lower_bound(&channel->messages, before);

        json_open_array(&w);
        if (channel_rights(model, model_bot(model), channel) & PERM_READ_MESSAGE_HISTORY)
                put_downwards(model, &w, channel, end, limit);
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}

void rest_get_message(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = request_channel(model, request, 0, reply);
        Message *message;

        if (!channel || !bot_may(model, channel, PERM_READ_MESSAGE_HISTORY, reply))
                return;
        message = request_message(channel, request, reply);
        if (message)
                reply_message(model, message, 0, reply);
}

/* ---- creating ---- */

/* Whether the bot may write there at all. */
static bool may_post(const SbxModel *model, const Channel *channel, SbxReply *reply) {
        const User *recipient = channel_is_of_guild(channel) ? NULL : model_user(model, channel->recipient);

        if (!channel_takes_messages(channel))
                reply_code(reply, 50008);
        else if (!channel_is_of_guild(channel) && (!recipient || !recipient->is_member))
                reply_code(reply, 50278);
        else if (recipient && !recipient->has_open_dms)
                reply_code(reply, 50007);
        else
                return bot_may(model, channel, PERM_SEND_MESSAGES, reply);
        return false;
}

/* Rights that parts of the body need. */
static bool may_post_body(const SbxModel *model, const Channel *channel, const Body *body, SbxReply *reply) {
        uint64_t need = (body->is_tts ? PERM_SEND_TTS_MESSAGES : 0) |
                        (body->has_embeds && !streq(body->embeds, "[]") ? PERM_EMBED_LINKS : 0) |
                        (body->has_attachments && !streq(body->attachments, "[]") ? PERM_ATTACH_FILES : 0) |
                        (body->replies_to ? PERM_READ_MESSAGE_HISTORY : 0);

        return bot_may(model, channel, channel_is_of_guild(channel) ? need : 0, reply);
}

/* The message that already has this nonce: answered instead of a new one. */
static bool reply_earlier(SbxModel *model, const SbxRequest *request, const Body *body, SbxReply *reply) {
        uint64_t channel_id = 0, id;
        const Channel *channel;
        const Message *message;

        if (!body->enforces_nonce || !body->nonce_text)
                return false;
        id = nonce_find(model->nonces, model->application, body->nonce_text, sbx_now(model->sandbox),
                        model->nonce_window, &channel_id);
        if (!id)
                return false;

        channel = model_channel(model, channel_id);
        message = channel ? channel_message(channel, id) : NULL;
        if (!message) {
                reply_code(reply, 10008);
                return true;
        }
        sbx_effect(model->sandbox, &(SbxEffect){
                                           .effect = "message.create",
                                           .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                           .channel = channel->id,
                                           .message = message->id,
                                           .id = message->id,
                                           .nonce = body->nonce_text,
                                           .deduplicated = true,
                                           .body = request->body,
                                   });
        reply_message(model, message, MESSAGE_WITH_NONCE, reply);
        return true;
}

static Message *create_message(SbxModel *model, Channel *channel, Body *body) {
        Usec now = sbx_now(model->sandbox);
        _cleanup_(message_freep) Message *message =
                message_new(sbx_snowflake(model->sandbox), channel->id, model->application);

        if (!message)
                return NULL;
        message->created_at = now;
        message->is_tts = body->is_tts;
        message->type = body->replies_to ? MESSAGE_REPLY : MESSAGE_DEFAULT;
        message->replies_to = body->replies_to;
        if (message_apply(model, message, body, false) < 0)
                return NULL;
        if (body->nonce_text && nonce_note(model->nonces, model->application, body->nonce_text, channel->id,
                                           message->id, now, model->nonce_window) < 0)
                return NULL;
        return TAKE(message);
}

void rest_create_message(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = request_channel(model, request, 0, reply);
        _form_ Form form = {};
        _body_ Body body = {};
        Message *message;

        if (!channel || !may_post(model, channel, reply) || !request_object(request, reply))
                return;
        if (!body_read(model, &form, NULL, request->body, request, BODY_CREATE, NULL, &body, reply)) {
                (void) form_refuses(&form, reply);
                return;
        }
        if (!may_post_body(model, channel, &body, reply) || reply_earlier(model, request, &body, reply))
                return;

        if (body.replies_to && !channel_message(channel, body.replies_to)) {
                if (!body.reply_may_fail) {
                        form_fault(&form, AT(NULL, "message_reference"), "REPLIES_UNKNOWN_MESSAGE",
                                   "Unknown message");
                        (void) form_refuses(&form, reply);
                        return;
                }
                body.replies_to = 0;
        }

        message = create_message(model, channel, &body);
        if (!message || message_publish(model, channel, message) < 0) {
                reply_no_memory(reply);
                return;
        }
        sbx_effect(sandbox, &(SbxEffect){
                                    .effect = "message.create",
                                    .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                    .channel = channel->id,
                                    .message = message->id,
                                    .id = message->id,
                                    .nonce = body.nonce_text,
                                    .body = request->body,
                            });
        reply_message(model, message, MESSAGE_WITH_NONCE, reply);
}

/* ---- editing and deleting ---- */

bool message_edit(SbxModel *model, Message *message, const SbxRequest *request, bool by_webhook, SbxReply *reply) {
        _form_ Form form = {};
        _body_ Body body = {};

        if (!request_object(request, reply))
                return false;
        if (!body_read(model, &form, NULL, request->body, request, BODY_EDIT, message, &body, reply)) {
                (void) form_refuses(&form, reply);
                return false;
        }
        if (message_apply(model, message, &body, by_webhook) < 0) {
                reply_no_memory(reply);
                return false;
        }
        message->edited_at = sbx_now(model->sandbox);
        return true;
}

void rest_edit_message(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = request_channel(model, request, 0, reply);
        Message *message;

        if (!channel || !bot_may(model, channel, 0, reply))
                return;
        message = request_message(channel, request, reply);
        if (!message)
                return;
        if (message->author != model->application) {
                reply_code(reply, 50005);
                return;
        }
        if (!message_edit(model, message, request, false, reply))
                return;
        message_tell_update(model, message);
        sbx_effect(sandbox, &(SbxEffect){
                                    .effect = "message.update",
                                    .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                    .channel = channel->id,
                                    .message = message->id,
                                    .id = message->id,
                                    .body = request->body,
                            });
        reply_message(model, message, 0, reply);
}

void rest_delete_message(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = request_channel(model, request, 0, reply);
        Message *message;

        if (!channel || !bot_may(model, channel, 0, reply))
                return;
        message = request_message(channel, request, reply);
        if (!message)
                return;
        if (message->author != model->application) {
                if (!channel_is_of_guild(channel)) {
                        reply_code(reply, 50003);
                        return;
                }
                if (!bot_may(model, channel, PERM_MANAGE_MESSAGES, reply))
                        return;
        }

        sbx_effect(sandbox, &(SbxEffect){
                                    .effect = "message.delete",
                                    .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                    .channel = channel->id,
                                    .message = message->id,
                                    .id = message->id,
                                    .reason = request->reason,
                            });
        message_remove(model, channel, message);
        sbx_reply_empty(reply);
}

/* Reads 2 to 100 different ids. */
static void read_bulk(Form *form, const Json *json, IdList *ids) {
        const Json *array = NULL;
        size_t i = 0;

        if (!form_array(form, NULL, json, "messages", FORM_REQUIRED, 2, 100, &array))
                return;
        JSON_FOREACH(item, array) {
                uint64_t id;

                if (json_to_u64(item, &id) < 0)
                        form_fault(form, AT_INDEX(AT(NULL, "messages"), i), "NUMBER_TYPE_COERCE",
                                   "Value is not snowflake.");
                else if (id_list_has(ids, id))
                        form_fault(form, AT(NULL, "messages"), "SET_TYPE_ALREADY_CONTAINS_VALUE",
                                   "The set already contains this value");
                else if (id_list_add(ids, id) < 0)
                        form->out_of_memory = true;
                i++;
        }
}

void rest_bulk_delete(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = request_channel(model, request, 0, reply);
        Usec now = sbx_now(sandbox);
        _form_ Form form = {};
        _id_list_ IdList ids = {}, known = {};

        if (!channel)
                return;
        if (!channel_is_of_guild(channel)) {
                reply_code(reply, 50003);
                return;
        }
        if (!bot_may(model, channel, PERM_MANAGE_MESSAGES, reply) || !request_object(request, reply))
                return;
        read_bulk(&form, request->body, &ids);
        if (form_refuses(&form, reply))
                return;

        for (size_t i = 0; i < ids.n; i++) {
                const Message *message = channel_message(channel, ids.ids[i]);

                if (!message || message->viewer)
                        continue;
                if (now > message->created_at + BULK_AGE_USEC) {
                        reply_code(reply, 50034);
                        return;
                }
                if (id_list_add(&known, message->id) < 0) {
                        reply_no_memory(reply);
                        return;
                }
        }
        sbx_effect(sandbox, &(SbxEffect){
                                    .effect = "message.bulk_delete",
                                    .guild = model->guild,
                                    .channel = channel->id,
                                    .reason = request->reason,
                                    .body = request->body,
                            });
        if (known.n > 0)
                messages_remove(model, channel, &known);
        sbx_reply_empty(reply);
}

/* ---- pins ---- */

/* Not for a pinned message that is deleted (Discord reference, "Channel Pins Update"). */
static void tell_pins(SbxModel *model, const Channel *channel, bool is_pinned) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        json_id(&w, "channel_id", channel->id);
        if (channel_is_of_guild(channel))
                json_id(&w, "guild_id", model->guild);
        if (is_pinned)
                put_time(&w, "last_pin_timestamp", sbx_now(model->sandbox));
        json_close(&w);
        if (json_writer_finish(&w, &d) < 0)
                return;
        (void) sbx_dispatch(model->sandbox, &(SbxDispatch){
                                                    .event = "CHANNEL_PINS_UPDATE",
                                                    .intent = channel_is_of_guild(channel) ? SBX_INTENT_GUILDS : SBX_INTENT_DIRECT_MESSAGES,
                                                    .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                                    .d = d,
                                            });
}

static void change_pin(Sandbox *sandbox, const SbxRequest *request, bool is_pinned, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = request_channel(model, request, 0, reply);
        Message *message;
        size_t n_pins = 0;
        Usec newest = 0;

        if (!channel ||
            !bot_may(model, channel, channel_is_of_guild(channel) ? PERM_PIN_MESSAGES : 0, reply))
                return;
        message = request_message(channel, request, reply);
        if (!message)
                return;
        for (size_t i = 0; i < channel->messages.n; i++) {
                const Message *other = channel->messages.items[i];

                n_pins += other->is_pinned;
                newest = MAX(newest, other->pinned_at);
        }
        if (is_pinned && !message->is_pinned && n_pins >= PINS_MAX) {
                reply_code(reply, 30003);
                return;
        }
        if (message->is_pinned != is_pinned) {
                message->is_pinned = is_pinned;
                message->pinned_at = is_pinned ? MAX(sbx_now(sandbox), newest + 1) : 0; /* each at a time of its own */
                message_tell_update(model, message);
                tell_pins(model, channel, is_pinned);
        }
        sbx_effect(sandbox, &(SbxEffect){
                                    .effect = is_pinned ? "message.pin" : "message.unpin",
                                    .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                    .channel = channel->id,
                                    .message = message->id,
                                    .id = message->id,
                                    .reason = request->reason,
                            });
        sbx_reply_empty(reply);
}

void rest_pin_message(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        change_pin(sandbox, request, true, reply);
}

void rest_unpin_message(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        change_pin(sandbox, request, false, reply);
}
