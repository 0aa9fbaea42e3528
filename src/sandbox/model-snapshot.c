/*
 * The state that survives a restart: guild, roles, people, channels with their messages, webhooks, commands.
 * Interactions do not: their tokens are dead sooner than anybody would miss them, and ephemeral messages
 * vanish with the client that saw them.
 */

#include "model.h"

#include <errno.h>

/* ---- saving ---- */

static void save_user(JsonWriter *w, const User *user) {
        json_open(w);
        json_id(w, "id", user->id);
        json_string(w, "name", user->name);
        json_string(w, "global_name", user->global_name);
        json_string(w, "locale", user->locale);
        json_bool(w, "is_bot", user->is_bot);
        json_bool(w, "has_open_dms", user->has_open_dms);
        json_bool(w, "is_member", user->is_member);
        json_bool(w, "is_banned", user->is_banned);
        json_string(w, "ban_reason", user->ban_reason);
        json_string(w, "nick", user->nick);
        put_ids(w, "roles", &user->roles);
        json_id(w, "joined_at", user->joined_at);
        json_id(w, "timed_out_until", user->timed_out_until);
        json_id(w, "dm_channel", user->dm_channel);
        json_close(w);
}

static void save_role(JsonWriter *w, const Role *role) {
        json_open(w);
        json_id(w, "id", role->id);
        json_string(w, "name", role->name);
        json_id(w, "permissions", role->permissions);
        json_i64(w, "position", role->position);
        json_i64(w, "color", role->color);
        json_bool(w, "is_hoisted", role->is_hoisted);
        json_bool(w, "is_managed", role->is_managed);
        json_bool(w, "is_mentionable", role->is_mentionable);
        json_id(w, "bot", role->bot);
        json_close(w);
}

static void save_message(JsonWriter *w, const Message *message) {
        json_open(w);
        json_id(w, "id", message->id);
        json_id(w, "author", message->author);
        json_i64(w, "type", message->type);
        json_i64(w, "flags", message->flags);
        json_string(w, "content", message->content);
        json_string(w, "embeds", message->embeds);
        json_string(w, "components", message->components);
        json_string(w, "attachments", message->attachments);
        json_string(w, "nonce", message->nonce);
        json_string(w, "metadata", message->metadata);
        json_string(w, "invocation", message->invocation);
        json_id(w, "created_at", message->created_at);
        json_id(w, "edited_at", message->edited_at);
        json_bool(w, "is_tts", message->is_tts);
        json_bool(w, "is_pinned", message->is_pinned);
        json_id(w, "pinned_at", message->pinned_at);
        json_bool(w, "mentions_everyone", message->mentions_everyone);
        put_ids(w, "mentions", &message->mentions);
        put_ids(w, "mention_roles", &message->mention_roles);
        json_id(w, "webhook", message->webhook);
        json_string(w, "webhook_name", message->webhook_name);
        json_array(w, "reactions");
        for (size_t i = 0; i < message->n_reactions; i++) {
                json_open(w);
                json_string(w, "emoji", message->reactions[i].emoji);
                put_ids(w, "users", &message->reactions[i].users);
                json_close(w);
        }
        json_close_array(w);
        json_id(w, "replies_to", message->replies_to);
        json_id(w, "interaction", message->interaction);
        json_close(w);
}

static void save_channel(JsonWriter *w, const Channel *channel) {
        json_open(w);
        json_id(w, "id", channel->id);
        json_i64(w, "type", channel->type);
        json_string(w, "name", channel->name);
        json_string(w, "topic", channel->topic);
        json_i64(w, "position", channel->position);
        json_id(w, "parent", channel->parent);
        json_bool(w, "is_nsfw", channel->is_nsfw);
        json_i64(w, "slowmode", channel->slowmode);
        json_id(w, "last_message", channel->last_message);
        json_id(w, "recipient", channel->recipient);
        json_put_key(w, "overwrites");
        put_overwrites(w, channel->overwrites, channel->n_overwrites);
        json_array(w, "messages");
        for (size_t i = 0; i < channel->messages.n; i++) {
                const Message *message = channel->messages.items[i];

                if (!message->viewer)
                        save_message(w, message);
        }
        json_close_array(w);
        json_close(w);
}

static void save_webhook(JsonWriter *w, const Webhook *webhook) {
        json_open(w);
        json_id(w, "id", webhook->id);
        json_id(w, "channel", webhook->channel);
        json_string(w, "name", webhook->name);
        json_string(w, "token", webhook->token);
        json_close(w);
}

static void save_command(JsonWriter *w, const Command *command) {
        json_open(w);
        json_id(w, "id", command->id);
        json_id(w, "guild", command->guild);
        json_id(w, "version", command->version);
        json_i64(w, "type", command->type);
        json_string(w, "name", command->name);
        json_string(w, "description", command->description);
        json_string(w, "rest", command->rest);
        json_string(w, "options", command->options);
        json_bool(w, "has_permissions", command->has_permissions);
        json_id(w, "permissions", command->permissions);
        json_bool(w, "serves_dms", command->serves_dms);
        json_close(w);
}

void model_save(Sandbox *sandbox, JsonWriter *w) {
        const SbxModel *model = sbx_model(sandbox);

        json_open(w);
        json_id(w, "guild", model->guild);
        json_string(w, "guild_name", model->guild_name);
        json_string(w, "guild_locale", model->guild_locale);
        json_id(w, "owner", model->owner);
        json_id(w, "application", model->application);
        json_id(w, "system_channel", model->system_channel);
        json_i64(w, "channels_max", (int64_t) model->channels_max);
        json_array(w, "roles");
        for (size_t i = 0; i < model->roles.n; i++)
                save_role(w, model->roles.items[i]);
        json_close_array(w);
        json_array(w, "users");
        for (size_t i = 0; i < model->users.n; i++)
                save_user(w, model->users.items[i]);
        json_close_array(w);
        json_array(w, "channels");
        for (size_t i = 0; i < model->channels.n; i++)
                save_channel(w, model->channels.items[i]);
        json_close_array(w);
        json_array(w, "webhooks");
        for (size_t i = 0; i < model->webhooks.n; i++)
                save_webhook(w, model->webhooks.items[i]);
        json_close_array(w);
        json_array(w, "commands");
        for (size_t i = 0; i < model->commands.n; i++)
                save_command(w, model->commands.items[i]);
        json_close_array(w);
        json_close(w);
}

/* ---- loading ---- */

/* Reads members of one object; the first fault sticks. */
typedef struct Loader {
        const Json *object;
        int error;
} Loader;

static void note(Loader *l, int r) {
        if (r < 0 && l->error == 0)
                l->error = r;
}

static void load_u64(Loader *l, const char *key, uint64_t *ret) {
        note(l, json_get_u64(l->object, key, ret));
}

static void load_i64(Loader *l, const char *key, int64_t *ret) {
        note(l, json_get_i64(l->object, key, ret));
}

static void load_int(Loader *l, const char *key, int *ret) {
        int64_t value = *ret;

        load_i64(l, key, &value);
        if (value < INT32_MIN || value > INT32_MAX)
                note(l, -EBADMSG);
        else
                *ret = (int) value;
}

static void load_bool(Loader *l, const char *key, bool *ret) {
        note(l, json_get_bool(l->object, key, ret));
}

static void load_text(Loader *l, const char *key, char **ret) {
        const char *text = NULL;
        int r = json_get_string(l->object, key, &text);

        note(l, r);
        if (r == 0)
                note(l, replace_text(ret, text));
}

/* The same for a text that is a rendered value and will be written as one. */
static void load_rendered(Loader *l, const char *key, char **ret) {
        _json_ Json *parsed = NULL;

        load_text(l, key, ret);
        if (*ret && json_parse(*ret, strlen(*ret), &parsed) < 0)
                note(l, -EBADMSG);
}

static void load_ids(Loader *l, const char *key, IdList *ret) {
        JSON_FOREACH(item, json_get(l->object, key)) {
                uint64_t id = 0;

                note(l, json_to_u64(item, &id));
                note(l, id_list_add(ret, id));
        }
}

static int load_role(SbxModel *model, const Json *json) {
        _cleanup_(role_freep) Role *role = role_new(0, "");
        Loader l = { .object = json };

        if (!role)
                return -ENOMEM;
        load_u64(&l, "id", &role->id);
        load_text(&l, "name", &role->name);
        load_u64(&l, "permissions", &role->permissions);
        load_int(&l, "position", &role->position);
        load_i64(&l, "color", &role->color);
        load_bool(&l, "is_hoisted", &role->is_hoisted);
        load_bool(&l, "is_managed", &role->is_managed);
        load_bool(&l, "is_mentionable", &role->is_mentionable);
        load_u64(&l, "bot", &role->bot);
        if (l.error == 0)
                l.error = role->id ? table_add(&model->roles, role) : -EBADMSG;
        if (l.error == 0)
                (void) TAKE(role);
        return l.error;
}

static int load_user(SbxModel *model, const Json *json) {
        _cleanup_(user_freep) User *user = user_new(0, "");
        Loader l = { .object = json };

        if (!user)
                return -ENOMEM;
        load_u64(&l, "id", &user->id);
        load_text(&l, "name", &user->name);
        load_text(&l, "global_name", &user->global_name);
        load_text(&l, "locale", &user->locale);
        load_bool(&l, "is_bot", &user->is_bot);
        load_bool(&l, "has_open_dms", &user->has_open_dms);
        load_bool(&l, "is_member", &user->is_member);
        load_bool(&l, "is_banned", &user->is_banned);
        load_text(&l, "ban_reason", &user->ban_reason);
        load_text(&l, "nick", &user->nick);
        load_ids(&l, "roles", &user->roles);
        load_u64(&l, "joined_at", &user->joined_at);
        load_u64(&l, "timed_out_until", &user->timed_out_until);
        load_u64(&l, "dm_channel", &user->dm_channel);
        if (l.error == 0)
                l.error = user->id ? table_add(&model->users, user) : -EBADMSG;
        if (l.error == 0)
                (void) TAKE(user);
        return l.error;
}

static int load_reaction(Message *message, const Json *json) {
        const char *emoji = json_text(json_get(json, "emoji"));
        _id_list_ IdList users = {};
        Loader l = { .object = json };

        load_ids(&l, "users", &users);
        if (l.error == 0 && !emoji)
                return -EBADMSG;
        return l.error ?: message_restore_reaction(message, emoji, &users);
}

static int load_message(Channel *channel, const Json *json) {
        _cleanup_(message_freep) Message *message = message_new(0, channel->id, 0);
        Loader l = { .object = json };

        if (!message)
                return -ENOMEM;
        load_u64(&l, "id", &message->id);
        load_u64(&l, "author", &message->author);
        load_int(&l, "type", &message->type);
        load_i64(&l, "flags", &message->flags);
        load_text(&l, "content", &message->content);
        load_rendered(&l, "embeds", &message->embeds);
        load_rendered(&l, "components", &message->components);
        load_rendered(&l, "attachments", &message->attachments);
        load_rendered(&l, "nonce", &message->nonce);
        load_rendered(&l, "metadata", &message->metadata);
        load_rendered(&l, "invocation", &message->invocation);
        load_u64(&l, "created_at", &message->created_at);
        load_u64(&l, "edited_at", &message->edited_at);
        load_bool(&l, "is_tts", &message->is_tts);
        load_bool(&l, "is_pinned", &message->is_pinned);
        load_u64(&l, "pinned_at", &message->pinned_at);
        if (message->is_pinned && message->pinned_at == 0)
                message->pinned_at = message->created_at; /* older files have none */
        load_bool(&l, "mentions_everyone", &message->mentions_everyone);
        load_ids(&l, "mentions", &message->mentions);
        load_ids(&l, "mention_roles", &message->mention_roles);
        load_u64(&l, "webhook", &message->webhook);
        load_text(&l, "webhook_name", &message->webhook_name);
        JSON_FOREACH(reaction, json_get(json, "reactions"))
                note(&l, load_reaction(message, reaction));
        load_u64(&l, "replies_to", &message->replies_to);
        load_u64(&l, "interaction", &message->interaction);
        if (l.error == 0)
                l.error = message->id ? table_add(&channel->messages, message) : -EBADMSG;
        if (l.error == 0)
                (void) TAKE(message);
        return l.error;
}

static void load_overwrites(Loader *l, Channel *channel) {
        const Json *array = json_get(l->object, "overwrites");

        channel->overwrites = new0(Overwrite, (size_t) json_array_size(array) + 1);
        if (!channel->overwrites || !json_is_array(array)) {
                note(l, channel->overwrites ? -EBADMSG : -ENOMEM);
                return;
        }
        JSON_FOREACH(item, array) {
                Overwrite *o = &channel->overwrites[channel->n_overwrites++];
                Loader one = { .object = item };
                int type = 0;

                load_u64(&one, "id", &o->id);
                load_int(&one, "type", &type);
                load_u64(&one, "allow", &o->allow);
                load_u64(&one, "deny", &o->deny);
                o->type = type == OVERWRITE_MEMBER ? OVERWRITE_MEMBER : OVERWRITE_ROLE;
                note(l, one.error);
        }
}

static int load_channel(SbxModel *model, const Json *json) {
        _cleanup_(channel_freep) Channel *channel = channel_new(0, CHANNEL_TEXT, NULL);
        Loader l = { .object = json };

        if (!channel)
                return -ENOMEM;
        load_u64(&l, "id", &channel->id);
        load_int(&l, "type", &channel->type);
        load_text(&l, "name", &channel->name);
        load_text(&l, "topic", &channel->topic);
        load_i64(&l, "position", &channel->position);
        load_u64(&l, "parent", &channel->parent);
        load_bool(&l, "is_nsfw", &channel->is_nsfw);
        load_i64(&l, "slowmode", &channel->slowmode);
        load_u64(&l, "last_message", &channel->last_message);
        load_u64(&l, "recipient", &channel->recipient);
        load_overwrites(&l, channel);
        JSON_FOREACH(message, json_get(json, "messages"))
                note(&l, load_message(channel, message));
        if (l.error == 0)
                l.error = channel->id ? table_add(&model->channels, channel) : -EBADMSG;
        if (l.error == 0)
                (void) TAKE(channel);
        return l.error;
}

static int load_webhook(SbxModel *model, const Json *json) {
        _cleanup_(webhook_freep) Webhook *webhook = webhook_new(0, 0, "", "");
        Loader l = { .object = json };

        if (!webhook)
                return -ENOMEM;
        load_u64(&l, "id", &webhook->id);
        load_u64(&l, "channel", &webhook->channel);
        load_text(&l, "name", &webhook->name);
        load_text(&l, "token", &webhook->token);
        if (l.error == 0)
                l.error = webhook->id && *webhook->token ? table_add(&model->webhooks, webhook) : -EBADMSG;
        if (l.error == 0)
                (void) TAKE(webhook);
        return l.error;
}

static int load_command(SbxModel *model, const Json *json) {
        _cleanup_(command_freep) Command *command = new0(Command, 1);
        Loader l = { .object = json };

        if (!command)
                return -ENOMEM;
        load_u64(&l, "id", &command->id);
        load_u64(&l, "guild", &command->guild);
        load_u64(&l, "version", &command->version);
        load_i64(&l, "type", &command->type);
        load_text(&l, "name", &command->name);
        load_text(&l, "description", &command->description);
        load_text(&l, "rest", &command->rest);
        load_rendered(&l, "options", &command->options);
        load_bool(&l, "has_permissions", &command->has_permissions);
        load_u64(&l, "permissions", &command->permissions);
        load_bool(&l, "serves_dms", &command->serves_dms);
        if (l.error == 0)
                l.error = command->id && command->name && command->description
                                  ? table_add(&model->commands, command)
                                  : -EBADMSG;
        if (l.error == 0)
                (void) TAKE(command);
        return l.error;
}

static int load_each(SbxModel *model, const Json *state, const char *key,
                     int (*load)(SbxModel *model, const Json *json)) {
        JSON_FOREACH(item, json_get(state, key)) {
                int r = load(model, item);

                if (r < 0)
                        return r == -ENOMEM ? r : -EBADMSG;
        }
        return 0;
}

static int load_all(SbxModel *model, const Json *state) {
        Loader l = { .object = state };
        int r = 0;

        model->channels_max = GUILD_CHANNELS_MAX;
        load_u64(&l, "guild", &model->guild);
        load_text(&l, "guild_name", &model->guild_name);
        load_text(&l, "guild_locale", &model->guild_locale);
        load_u64(&l, "owner", &model->owner);
        load_u64(&l, "application", &model->application);
        (void) json_get_u64(state, "system_channel", &model->system_channel); /* older files have none */
        load_u64(&l, "channels_max", &model->channels_max);
        if (l.error < 0)
                return l.error;
        if ((r = load_each(model, state, "roles", load_role)) < 0 ||
            (r = load_each(model, state, "users", load_user)) < 0 ||
            (r = load_each(model, state, "channels", load_channel)) < 0 ||
            (r = load_each(model, state, "webhooks", load_webhook)) < 0 ||
            (r = load_each(model, state, "commands", load_command)) < 0)
                return r;

        /* Everything else may be missing; without these nothing works. */
        if (!model->guild_name || !model_bot(model) || !model_user(model, model->owner) ||
            !model_role(model, model->guild))
                return -EBADMSG;
        return 0;
}

int model_load(Sandbox *sandbox, const Json *state) {
        _cleanup_(model_freep) SbxModel *model = model_new_empty(sandbox);
        int r;

        if (!model)
                return -ENOMEM;
        r = load_all(model, state);
        if (r < 0)
                return r;
        model_become(sbx_model(sandbox), TAKE(model));
        return 0;
}
