/* What people do with messages that are there: edit and delete their own, react to any; and typing, which comes before them. */

#include "model.h"

static void reply_done(const char *key, uint64_t id, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_id(&w, key, id);
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

void act_edit(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = act_channel(model, user, request, reply);
        Message *message = channel ? act_message(user, channel, request, reply) : NULL;
        const char *content = NULL;
        _body_ Body body = { .has_content = true };

        if (!message)
                return;
        if (message->author != user->id) {
                sbx_reply_refuse(reply, 409, "The message is not %s's.", user->name);
                return;
        }
        if (json_get_string(request->body, "content", &content) != 0 || !*content || text_length(content) > SAID_MAX) {
                sbx_reply_refuse(reply, 409, "A message has between 1 and %d characters.", SAID_MAX);
                return;
        }
        body.content = strdup(content);
        if (!body.content || message_apply(model, message, &body, false) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        message->edited_at = sbx_now(model->sandbox);
        message_tell_update(model, message);
        sbx_effect(model->sandbox, &(SbxEffect) {
                                           .effect = "message.update",
                                           .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                           .channel = channel->id,
                                           .message = message->id,
                                           .id = message->id,
                                           .by = user->id,
                                           .body = request->body,
                                   });
        reply_done("message", message->id, reply);
}

void act_delete(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = act_channel(model, user, request, reply);
        Message *message = channel ? act_message(user, channel, request, reply) : NULL;
        uint64_t id;

        if (!message)
                return;
        if (message->author != user->id &&
            !(channel_is_of_guild(channel) && (channel_rights(model, user, channel) & PERM_MANAGE_MESSAGES))) {
                sbx_reply_refuse(reply, 409, "The message is not %s's.", user->name);
                return;
        }
        id = message->id;
        sbx_effect(model->sandbox, &(SbxEffect) {
                                           .effect = "message.delete",
                                           .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                           .channel = channel->id,
                                           .message = id,
                                           .id = id,
                                           .by = user->id,
                                   });
        message_remove(model, channel, message);
        reply_done("message", id, reply);
}

/* ---- reactions ---- */

static void reply_reaction(const Message *message, bool is_changed, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_id(&w, "message", message->id);
        json_bool(&w, "changed", is_changed);
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

static void act_on_reaction(SbxModel *model, User *user, const SbxRequest *request, bool is_added, SbxReply *reply) {
        static const char *const whys[] = {
                [REACTION_UNKNOWN] = "There is no such emoji, or no such reaction of theirs.",
                [REACTION_FORBIDDEN] = "They may not add reactions here.",
                [REACTION_TOO_MANY] = "A message has at most 20 reactions.",
                [REACTION_NO_MEMORY] = "Out of memory.",
        };
        Channel *channel = act_channel(model, user, request, reply);
        Message *message = channel ? act_message(user, channel, request, reply) : NULL;
        const char *emoji = json_text(json_get(request->body, "emoji")) ?: "";
        ReactionResult result;

        if (!message)
                return;
        if (message->viewer) {
                sbx_reply_refuse(reply, 409, "Nobody reacts to a message for one person.");
                return;
        }
        result = is_added ? message_react(model, channel, message, user, emoji)
                          : message_unreact(model, channel, message, user, emoji, user->id);
        if (result == REACTION_DONE || result == REACTION_SAME)
                reply_reaction(message, result == REACTION_DONE, reply);
        else
                sbx_reply_refuse(reply, result == REACTION_NO_MEMORY ? 500 : 409, "%s", whys[result]);
}

void act_react(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        act_on_reaction(model, user, request, true, reply);
}

void act_unreact(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        act_on_reaction(model, user, request, false, reply);
}

/* ---- typing ---- */

/* TYPING_START to the bot (of people) and to the pages that see the channel. */
static void typing_tell(SbxModel *model, const Channel *channel, const User *user) {
        bool is_of_guild = channel_is_of_guild(channel);
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        json_id(&w, "channel_id", channel->id);
        json_id(&w, "user_id", user->id);
        json_i64(&w, "timestamp", (int64_t) (sbx_now(model->sandbox) / USEC_PER_SEC));
        if (is_of_guild) {
                json_id(&w, "guild_id", model->guild);
                json_put_key(&w, "member");
                put_member(model, &w, user, MEMBER_WITH_USER, NULL);
        }
        json_close(&w);
        if (json_writer_finish(&w, &d) < 0)
                return;
        if (!is_of_guild || user_sees(model, model_bot(model), channel))
                (void) sbx_dispatch(model->sandbox,
                                    &(SbxDispatch) {
                                            .event = "TYPING_START",
                                            .intent = is_of_guild ? SBX_INTENT_GUILD_MESSAGE_TYPING : SBX_INTENT_DIRECT_MESSAGE_TYPING,
                                            .guild = is_of_guild ? model->guild : 0,
                                            .d = d,
                                    });
        sbx_push(model->sandbox, 0, channel->id, "typing", d);
}

void act_type(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = act_channel(model, user, request, reply);

        if (!channel)
                return;
        typing_tell(model, channel, user);
        reply_done("channel", channel->id, reply);
}

void rest_start_typing(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = request_channel(model, request, 0, reply);

        if (!channel || !bot_may(model, channel, channel_is_of_guild(channel) ? PERM_SEND_MESSAGES : 0, reply))
                return;
        if (!channel_takes_messages(channel)) {
                reply_code(reply, 50008);
                return;
        }
        typing_tell(model, channel, model_bot(model));
        sbx_effect(sandbox, &(SbxEffect) {
                                    .effect = "typing",
                                    .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                    .channel = channel->id,
                            });
        sbx_reply_empty(reply);
}
