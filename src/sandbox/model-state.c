/* GET /sandbox/state and /sandbox/messages: what one person's client has before it. */

#include "model.h"

static User *request_person(const SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        User *user = model_user(model, sbx_query_u64(request, "as", 0));

        if (user && !user->is_bot)
                return user;
        sbx_reply_refuse(reply, 404, "\"as\" names nobody.");
        return NULL;
}

static void put_guild(const SbxModel *model, JsonWriter *w, const Crowd *crowd) {
        json_object(w, "guild");
        json_id(w, "id", model->guild);
        json_string(w, "name", model->guild_name);
        json_id(w, "owner_id", model->owner);
        json_array(w, "roles");
        for (size_t i = 0; i < model->roles.n; i++)
                put_role(w, model->roles.items[i]);
        json_close_array(w);
        json_array(w, "members");
        for (size_t i = 0; i < crowd->n; i++)
                if (crowd->users[i]->is_member)
                        put_member(model, w, crowd->users[i], MEMBER_WITH_USER, NULL);
        json_close_array(w);
        json_i64(w, "member_count", (int64_t) guild_n_members(model));
        json_close(w);
}

static void put_dms(const SbxModel *model, JsonWriter *w, const User *user) {
        const Channel *dm = model_channel(model, user->dm_channel);

        json_array(w, "dms");
        /* An opened but empty direct channel is not shown: so does the client. */
        if (dm && dm->messages.n > 0) {
                json_open(w);
                json_put_key(w, "channel");
                put_channel(model, w, dm, CHANNEL_FULL, NULL);
                json_put_key(w, "user");
                put_user(w, model_bot(model));
                json_close(w);
        }
        json_close_array(w);
}

void state_get(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        const User *user = request_person(model, request, reply);
        _json_writer_ JsonWriter w = {};
        Crowd crowd;

        if (!user)
                return;
        crowd_gather(model, user, request, &crowd);
        json_open(&w);
        json_put_key(&w, "me");
        put_user(&w, user);
        json_string(&w, "locale", user->locale ?: "en-US");
        put_guild(model, &w, &crowd);
        json_array(&w, "channels");
        for (size_t i = 0; i < model->channels.n; i++) {
                const Channel *channel = model->channels.items[i];

                if (channel_is_of_guild(channel) && user_sees(model, user, channel))
                        put_channel(model, &w, channel, CHANNEL_FOR_PAGE, user);
        }
        json_close_array(&w);
        json_array(&w, "commands");
        for (size_t i = 0; i < model->commands.n; i++)
                put_command(model, &w, model->commands.items[i]);
        json_close_array(&w);
        put_dms(model, &w, user);
        json_array(&w, "people");
        for (size_t i = 0; i < crowd.n; i++)
                if (!crowd.users[i]->is_bot)
                        json_put_id(&w, crowd.users[i]->id);
        json_close_array(&w);
        json_put_key(&w, "gateway");
        sbx_put_gateway(model->sandbox, &w);
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

void messages_get(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        const User *user = request_person(model, request, reply);
        const Channel *channel;
        _json_writer_ JsonWriter w = {};

        if (!user)
                return;
        channel = model_channel(model, sbx_query_u64(request, "channel", 0));
        if (!channel) {
                sbx_reply_refuse(reply, 404, "There is no such channel.");
                return;
        }
        if (!user_sees(model, user, channel)) {
                sbx_reply_refuse(reply, 409, "%s does not see this channel.", user->name);
                return;
        }
        json_open_array(&w);
        for (size_t i = 0; i < channel->messages.n; i++) {
                const Message *message = channel->messages.items[i];

                if (message_is_visible(message, user->id))
                        put_message(model, &w, message, MESSAGE_OF_GATEWAY);
        }
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}
