/* Bans: who is banned leaves the guild and cannot come back (Discord reference, "Create Guild Ban"). */

#include "model.h"

#define DELETE_SECONDS_MAX 604800 /* seven days */
#define PAGE_MAX 1000

static void put_ban(JsonWriter *w, const User *user) {
        json_open(w);
        json_put_key(w, "user");
        put_user(w, user);
        json_string(w, "reason", user->ban_reason);
        json_close(w);
}

static void ban_tell(SbxModel *model, const User *user, const char *event) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        json_id(&w, "guild_id", model->guild);
        json_put_key(&w, "user");
        put_user(&w, user);
        json_close(&w);
        if (json_writer_finish(&w, &d) == 0)
                (void) sbx_dispatch(model->sandbox, &(SbxDispatch) {
                                                            .event = event,
                                                            .intent = SBX_INTENT_GUILD_MODERATION,
                                                            .guild = model->guild,
                                                            .d = d,
                                                    });
        sbx_changed(model->sandbox);
}

static void ban_note(SbxModel *model, const char *effect, uint64_t user, const SbxRequest *request) {
        sbx_effect(model->sandbox, &(SbxEffect) {
                                           .effect = effect,
                                           .guild = model->guild,
                                           .id = user,
                                           .reason = request->reason,
                                           .body = request->body,
                                   });
}

/* Somebody whom the bot may ban or unban; NULL after answering. */
static User *request_user(const SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        User *user;

        if (!request_guild(model, request, 0, reply) || !bot_may_in_guild(model, PERM_BAN_MEMBERS, reply))
                return NULL;
        user = model_user(model, request->ids[1]);
        if (!user)
                reply_code(reply, 10013);
        return user;
}

/* Of one person in one channel, newer than that. -ENOMEM leaves them. */
static void delete_messages(SbxModel *model, Channel *channel, uint64_t author, Usec since) {
        _id_list_ IdList ids = {};

        for (size_t i = 0; i < channel->messages.n; i++) {
                const Message *message = channel->messages.items[i];

                if (message->author == author && message->created_at >= since && id_list_add(&ids, message->id) < 0)
                        return;
        }
        if (ids.n > 0)
                messages_remove(model, channel, &ids);
}

void rest_put_ban(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        User *user = request_user(model, request, reply);
        Usec now = sbx_now(sandbox);
        _form_ Form form = {};
        int64_t seconds = 0;

        if (!user || !request_object(request, reply))
                return;
        (void) form_i64(&form, NULL, request->body, "delete_message_seconds", 0, 0, DELETE_SECONDS_MAX, &seconds);
        if (form_refuses(&form, reply))
                return;
        if (user->is_member && !bot_is_above_member(model, user)) {
                reply_code(reply, 50013);
                return;
        }
        if (replace_text(&user->ban_reason, request->reason) < 0) {
                reply_no_memory(reply);
                return;
        }
        user->is_banned = true;
        ban_tell(model, user, "GUILD_BAN_ADD");
        if (user->is_member)
                member_remove(model, user);
        for (size_t i = 0; i < model->channels.n && seconds > 0; i++)
                if (channel_is_of_guild(model->channels.items[i]))
                        delete_messages(model, model->channels.items[i], user->id, now - (Usec) seconds * USEC_PER_SEC);
        ban_note(model, "ban.add", user->id, request);
        sbx_reply_empty(reply);
}

void rest_delete_ban(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        User *user = request_user(model, request, reply);

        if (!user)
                return;
        if (!user->is_banned) {
                reply_code(reply, 10026);
                return;
        }
        user->is_banned = false;
        ban_tell(model, user, "GUILD_BAN_REMOVE");
        ban_note(model, "ban.remove", user->id, request);
        sbx_reply_empty(reply);
}

void rest_get_ban(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        const User *user = request_user(model, request, reply);
        _json_writer_ JsonWriter w = {};

        if (!user)
                return;
        if (!user->is_banned) {
                reply_code(reply, 10026);
                return;
        }
        put_ban(&w, user);
        sbx_reply_json(reply, 200, &w);
}

void rest_get_bans(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        _json_writer_ JsonWriter w = {};
        _form_ Form form = {};
        int64_t limit = PAGE_MAX;
        uint64_t after, before;

        if (!request_guild(model, request, 0, reply) || !bot_may_in_guild(model, PERM_BAN_MEMBERS, reply))
                return;
        after = request_query_id(request, "after", &form);
        before = request_query_id(request, "before", &form);
        request_query_limit(request, PAGE_MAX, &form, &limit);
        if (form_refuses(&form, reply))
                return;
        json_open_array(&w);
        for (size_t i = 0; i < model->users.n && limit > 0; i++) {
                const User *user = model->users.items[i];

                if (!user->is_banned || user->id <= after || (before && user->id >= before))
                        continue;
                put_ban(&w, user);
                limit--;
        }
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}
