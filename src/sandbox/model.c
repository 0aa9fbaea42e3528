/* The model's objects: made, found, freed. What they mean is in the other files. */

#include "model.h"

#include <errno.h>

User *user_free(User *user) {
        if (!user)
                return NULL;
        free(user->name);
        free(user->global_name);
        free(user->locale);
        free(user->ban_reason);
        free(user->nick);
        id_list_done(&user->roles);
        free(user);
        return NULL;
}

User *user_new(uint64_t id, const char *name) {
        _cleanup_(user_freep) User *user = new0(User, 1);

        if (!user)
                return NULL;
        user->id = id;
        user->has_open_dms = true;
        user->name = strdup(name);
        return user->name ? TAKE(user) : NULL;
}

Role *role_free(Role *role) {
        if (!role)
                return NULL;
        free(role->name);
        free(role);
        return NULL;
}

Role *role_new(uint64_t id, const char *name) {
        _cleanup_(role_freep) Role *role = new0(Role, 1);

        if (!role)
                return NULL;
        role->id = id;
        role->name = strdup(name);
        return role->name ? TAKE(role) : NULL;
}

Message *message_free(Message *message) {
        if (!message)
                return NULL;
        free(message->content);
        free(message->embeds);
        free(message->components);
        (void) json_free(message->parsed_components);
        free(message->attachments);
        id_list_done(&message->mentions);
        id_list_done(&message->mention_roles);
        free(message->nonce);
        for (size_t i = 0; i < message->n_reactions; i++)
                reaction_done(&message->reactions[i]);
        free(message->reactions);
        free(message->webhook_name);
        free(message->metadata);
        free(message->invocation);
        free(message);
        return NULL;
}

Message *message_new(uint64_t id, uint64_t channel, uint64_t author) {
        _cleanup_(message_freep) Message *message = new0(Message, 1);

        if (!message)
                return NULL;
        message->id = id;
        message->channel = channel;
        message->author = author;
        message->content = strdup("");
        return message->content ? TAKE(message) : NULL;
}

static void free_message(void *item) {
        (void) message_free(item);
}

Channel *channel_free(Channel *channel) {
        if (!channel)
                return NULL;
        free(channel->name);
        free(channel->topic);
        free(channel->overwrites);
        table_done(&channel->messages, free_message);
        free(channel);
        return NULL;
}

Channel *channel_new(uint64_t id, int type, const char *name) {
        _cleanup_(channel_freep) Channel *channel = new0(Channel, 1);

        if (!channel)
                return NULL;
        channel->id = id;
        channel->type = type;
        channel->name = name ? strdup(name) : NULL;
        return channel->name || !name ? TAKE(channel) : NULL;
}

Command *command_free(Command *command) {
        if (!command)
                return NULL;
        free(command->name);
        free(command->description);
        free(command->rest);
        free(command->options);
        free(command);
        return NULL;
}

Interaction *interaction_free(Sandbox *sandbox, Interaction *interaction) {
        if (!interaction)
                return NULL;
        sbx_timer_cancel(sandbox, interaction->timer);
        id_list_done(&interaction->followups);
        free(interaction->token);
        free(interaction->modal);
        free(interaction->choices);
        free(interaction->seen);
        free(interaction->metadata);
        free(interaction->invocation);
        free(interaction);
        return NULL;
}

static void free_user(void *item) {
        (void) user_free(item);
}

static void free_role(void *item) {
        (void) role_free(item);
}

static void free_channel(void *item) {
        (void) channel_free(item);
}

static void free_command(void *item) {
        (void) command_free(item);
}

static void free_webhook(void *item) {
        (void) webhook_free(item);
}

static void model_done(SbxModel *model) {
        for (size_t i = 0; i < model->interactions.n; i++)
                (void) interaction_free(model->sandbox, model->interactions.items[i]);
        table_done(&model->interactions, NULL);
        table_done(&model->users, free_user);
        table_done(&model->roles, free_role);
        table_done(&model->channels, free_channel);
        table_done(&model->commands, free_command);
        table_done(&model->webhooks, free_webhook);
        (void) nonce_book_free(model->nonces);
        free(model->guild_name);
        free(model->guild_locale);
        free(model->interactions_url);
}

SbxModel *model_free(SbxModel *model) {
        if (!model)
                return NULL;
        model_done(model);
        free(model);
        return NULL;
}

SbxModel *model_new_empty(Sandbox *sandbox) {
        _cleanup_(model_freep) SbxModel *model = new0(SbxModel, 1);

        if (!model)
                return NULL;
        model->sandbox = sandbox;
        model->nonce_window = NONCE_WINDOW_USEC;
        model->application_flags = APPLICATION_FLAGS;
        model->nonces = nonce_book_new();
        return model->nonces ? TAKE(model) : NULL;
}

SbxModel *model_new(Sandbox *sandbox) {
        _cleanup_(model_freep) SbxModel *model = model_new_empty(sandbox);

        return model && model_seed(model) == 0 ? TAKE(model) : NULL;
}

void model_become(SbxModel *model, SbxModel *take_from) {
        model_done(model);
        *model = *take_from;
        free(take_from);
}

int model_reset(Sandbox *sandbox) {
        SbxModel *fresh = model_new(sandbox);

        if (!fresh)
                return -ENOMEM;
        model_become(sbx_model(sandbox), fresh);
        return 0;
}

uint64_t model_application_id(Sandbox *sandbox) {
        return sbx_model(sandbox)->application;
}

uint64_t model_guild_id(Sandbox *sandbox) {
        return sbx_model(sandbox)->guild;
}

bool model_has_bot(Sandbox *sandbox) {
        return model_bot(sbx_model(sandbox))->is_member;
}

User *model_user(const SbxModel *model, uint64_t id) {
        return table_find(&model->users, id);
}

User *model_member(const SbxModel *model, uint64_t id) {
        User *user = model_user(model, id);

        return user && user->is_member ? user : NULL;
}

User *model_bot(const SbxModel *model) {
        return model_user(model, model->application);
}

Role *model_role(const SbxModel *model, uint64_t id) {
        return table_find(&model->roles, id);
}

Channel *model_channel(const SbxModel *model, uint64_t id) {
        return table_find(&model->channels, id);
}

Message *channel_message(const Channel *channel, uint64_t id) {
        return table_find(&channel->messages, id);
}

bool channel_is_of_guild(const Channel *channel) {
        return channel->type != CHANNEL_DM;
}

bool channel_takes_messages(const Channel *channel) {
        return channel->type != CHANNEL_CATEGORY && channel->type != CHANNEL_FORUM;
}

bool model_is_person(Sandbox *sandbox, uint64_t id) {
        const User *user = model_user(sbx_model(sandbox), id);

        return user && !user->is_bot;
}

int replace_text(char **text, const char *with) {
        char *copy = with ? strdup(with) : NULL;

        if (with && !copy)
                return -ENOMEM;
        free(*text);
        *text = copy;
        return 0;
}

void model_control(Sandbox *sandbox, const char *what, const SbxRequest *request, SbxReply *reply) {
        static const struct {
                const char *what;
                const char *method;
                void (*call)(SbxModel *model, const SbxRequest *request, SbxReply *reply);
        } calls[] = {
                { "state", "GET", state_get },
                { "messages", "GET", messages_get },
                { "people", "GET", people_get },
                { "act", "POST", act_do },
                { "world", "POST", world_do },
        };

        for (size_t i = 0; i < ELEMENTSOF(calls); i++)
                if (streq(calls[i].what, what)) {
                        if (streq(calls[i].method, request->method))
                                calls[i].call(sbx_model(sandbox), request, reply);
                        else
                                sbx_reply_refuse(reply, 405, "%s is called with %s.", what, calls[i].method);
                        return;
                }
        sbx_reply_refuse(reply, 404, "There is no control call \"%s\".", what);
}
