/* Commands in the menu over a message or a member ("Apps"): no options, one target (Discord reference, "User Commands"). */

#include "model.h"

#include <errno.h>

/* The person or the message that the request names, one of them. False after refusing. */
static bool menu_target(const SbxModel *model, const User *user, const Channel *channel, const SbxRequest *request, const User **ret_user,
                        const Message **ret_message, SbxReply *reply) {
        uint64_t id = 0;

        if (form_has(request->body, "message")) {
                *ret_message = act_message(user, channel, request, reply);
                return *ret_message;
        }
        (void) json_get_u64(request->body, "user", &id);
        *ret_user = model_user(model, id);
        if (!*ret_user)
                sbx_reply_refuse(reply, 409, "A menu is opened over a \"message\" or a \"user\".");
        return *ret_user;
}

static int put_menu_data(const SbxModel *model, JsonWriter *w, const Command *command, const User *user, const Channel *channel,
                         const User *person, const Message *message) {
        _resolved_ Resolved resolved = {};

        json_open(w);
        json_id(w, "id", command->id);
        json_string(w, "name", command->name);
        json_i64(w, "type", command->type);
        if (command->guild)
                json_id(w, "guild_id", command->guild);
        json_id(w, "target_id", message ? message->id : person->id);
        if (message) {
                _strbuf_ StrBuf key = {};

                strbuf_appendf(&key, "%llu", (unsigned long long) message->id);
                json_object(w, "resolved");
                json_object(w, "messages");
                json_put_key(w, strbuf_text(&key));
                put_message(model, w, message, 0);
                json_close(w);
                json_close(w);
        } else {
                if (id_list_add(&resolved.users, person->id) < 0)
                        return -ENOMEM;
                resolved_put(model, w, &resolved, user, channel);
        }
        json_close(w);
        return 0;
}

void act_menu(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = act_channel(model, user, request, reply);
        const Message *message = NULL;
        const User *person = NULL;
        const char *name = NULL;
        const Command *command;
        _json_writer_ JsonWriter w = {};
        _free_ char *data = NULL;

        if (!channel || !menu_target(model, user, channel, request, &person, &message, reply))
                return;
        (void) json_get_string(request->body, "name", &name);
        command =
                name ? model_command(model, name, message ? COMMAND_MESSAGE : COMMAND_USER, channel_is_of_guild(channel) ? model->guild : 0)
                     : NULL;
        if (!command) {
                sbx_reply_refuse(reply, 409, "The menu over a %s has no command \"%s\".", message ? "message" : "user", name ?: "");
                return;
        }
        if (!user_may_call(model, user, channel, command)) {
                sbx_reply_refuse(reply, 409, "%s may not use this command here.", user->name);
                return;
        }
        if (put_menu_data(model, &w, command, user, channel, person, message) < 0 || json_writer_finish(&w, &data) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        act_begin(model,
                  &(InteractionWish) {
                          .type = INTERACTION_COMMAND,
                          .user = user,
                          .channel = channel,
                          .data = data,
                  },
                  reply);
}
