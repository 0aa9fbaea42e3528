/*
 * Slash commands as a person calls them, and their autocomplete. The client knows the registered command: it
 * lets nobody leave out a required option, name an unknown one, or give a value of another kind.
 */

#include "model.h"

#include <errno.h>

enum {
        OPTION_SUB_COMMAND = 1,
        OPTION_SUB_COMMAND_GROUP,
        OPTION_STRING,
        OPTION_INTEGER,
        OPTION_BOOLEAN,
        OPTION_USER,
        OPTION_CHANNEL,
        OPTION_ROLE,
        OPTION_MENTIONABLE,
        OPTION_NUMBER,
        OPTION_ATTACHMENT,
};

/* One call while its options are read. */
typedef struct Invocation {
        const SbxModel *model;
        const User *user;
        JsonWriter *w;
        Resolved *resolved;
        SbxReply *reply;
        const char *focused; /* autocomplete: the option being typed; NULL: a call */
        bool has_focused;
} Invocation;

static bool refuse(const Invocation *v, const char *what, const char *name) {
        sbx_reply_refuse(v->reply, 409, "Option \"%s\": %s.", name ?: "", what);
        return false;
}

static const Json *by_name(const Json *array, const char *name) {
        JSON_FOREACH(item, array) {
                if (name && streq_ptr(json_text(json_get(item, "name")), name))
                        return item;
        }
        return NULL;
}

static bool choice_exists(const Json *choices, const Json *value) {
        int64_t a, b;

        JSON_FOREACH(choice, choices) {
                const Json *offered = json_get(choice, "value");

                if (json_text(value)
                            ? streq_ptr(json_text(offered), json_text(value))
                            : json_to_i64(value, &a) == 0 && json_to_i64(offered, &b) == 0 && a == b)
                        return true;
        }
        return false;
}

static bool text_fits(const Invocation *v, const Json *definition, const char *name, const char *text) {
        int64_t min = 0, max = 6000;

        (void) json_get_i64(definition, "min_length", &min);
        (void) json_get_i64(definition, "max_length", &max);
        if (!*text || text_length(text) < (size_t) min || text_length(text) > (size_t) max)
                return refuse(v, "the text is too short or too long", name);
        return true;
}

static bool number_fits(const Invocation *v, const Json *definition, const char *name, int64_t number) {
        int64_t limit;

        if (json_get_i64(definition, "min_value", &limit) == 0 && number < limit)
                return refuse(v, "the number is too small", name);
        if (json_get_i64(definition, "max_value", &limit) == 0 && number > limit)
                return refuse(v, "the number is too large", name);
        return true;
}

static bool entity_fits(const Invocation *v, const Json *definition, const char *name, int64_t type,
                        const Json *value) {
        static const char kinds[] = {
                [OPTION_USER] = 'u',
                [OPTION_CHANNEL] = 'c',
                [OPTION_ROLE] = 'r',
                [OPTION_MENTIONABLE] = 'm',
        };

        if (resolved_add(v->model, v->resolved, kinds[type], value, json_get(definition, "channel_types"),
                         v->user) < 0)
                return refuse(v, "it cannot be picked", name);
        return true;
}

static bool value_fits(const Invocation *v, const Json *definition, const char *name, int64_t type,
                       const Json *value) {
        const Json *choices = json_get(definition, "choices");
        int64_t number;

        if (json_array_size(choices) > 0 && !choice_exists(choices, value))
                return refuse(v, "the value is none of the choices", name);
        switch (type) {
        case OPTION_STRING:
                return json_text(value) ? text_fits(v, definition, name, json_text(value))
                                        : refuse(v, "it takes text", name);
        case OPTION_INTEGER:
                return !json_is_string(value) && json_to_i64(value, &number) == 0
                               ? number_fits(v, definition, name, number)
                               : refuse(v, "it takes a whole number", name);
        case OPTION_NUMBER:
                return !json_is_string(value) && !json_is_object(value) && !json_is_array(value)
                               ? true
                               : refuse(v, "it takes a number", name);
        case OPTION_BOOLEAN:
                return true; /* looked at where the member is at hand */
        case OPTION_USER:
        case OPTION_CHANNEL:
        case OPTION_ROLE:
        case OPTION_MENTIONABLE:
                return entity_fits(v, definition, name, type, value);
        default:
                return refuse(v, "the sandbox cannot send it", name);
        }
}

static bool options_read(Invocation *v, const Json *definitions, const Json *given);

static bool option_read(Invocation *v, const Json *definition, const Json *option) {
        const char *name = json_text(json_get(option, "name"));
        const Json *value = json_get(option, "value");
        bool is_focused = v->focused && streq_ptr(name, v->focused), offers_completion = false, flag;
        int64_t type = 0;

        if (!definition)
                return refuse(v, "the command has no such option", name);
        (void) json_get_i64(definition, "type", &type);
        json_string(v->w, "name", name);
        json_i64(v->w, "type", type);
        if (type == OPTION_SUB_COMMAND || type == OPTION_SUB_COMMAND_GROUP)
                return options_read(v, json_get(definition, "options"), json_get(option, "options"));

        if (is_focused) {
                (void) json_get_bool(definition, "autocomplete", &offers_completion);
                if (!offers_completion)
                        return refuse(v, "it has no autocomplete", name);
                v->has_focused = true;
                json_string(v->w, "value", json_text(value) ?: "");
                json_bool(v->w, "focused", true);
                return true;
        }
        if (!value)
                return refuse(v, "it has no value", name);
        if (type == OPTION_BOOLEAN && json_get_bool(option, "value", &flag) != 0)
                return refuse(v, "it takes true or false", name);
        if (!v->focused && !value_fits(v, definition, name, type, value))
                return false;
        json_put_key(v->w, "value");
        json_put_value(v->w, value);
        return true;
}

/* The focused option before anything is typed. */
static bool put_untyped(Invocation *v, const Json *definition, const char *name) {
        bool offers_completion = false;
        int64_t type = 0;

        (void) json_get_bool(definition, "autocomplete", &offers_completion);
        if (!offers_completion)
                return refuse(v, "it has no autocomplete", name);
        (void) json_get_i64(definition, "type", &type);
        json_open(v->w);
        json_string(v->w, "name", name);
        json_i64(v->w, "type", type);
        json_string(v->w, "value", "");
        json_bool(v->w, "focused", true);
        json_close(v->w);
        v->has_focused = true;
        return true;
}

/*
 * Writes "options":[…]. Sub-commands: exactly one. Otherwise every required one, unless the person is still
 * typing.
 */
static bool options_read(Invocation *v, const Json *definitions, const Json *given) {
        int64_t first_type = 0;
        bool needs_one;

        (void) json_get_i64(json_first(definitions), "type", &first_type);
        needs_one = first_type == OPTION_SUB_COMMAND || first_type == OPTION_SUB_COMMAND_GROUP;
        if (needs_one && json_array_size(given) != 1) {
                sbx_reply_refuse(v->reply, 409, "The command needs exactly one sub-command.");
                return false;
        }

        json_array(v->w, "options");
        JSON_FOREACH(option, given) {
                bool is_read;

                json_open(v->w);
                is_read = option_read(v, by_name(definitions, json_text(json_get(option, "name"))), option);
                json_close(v->w);
                if (!is_read)
                        return false;
        }
        JSON_FOREACH(definition, definitions) {
                const char *name = json_text(json_get(definition, "name"));
                bool is_required = false;

                if (by_name(given, name))
                        continue;
                (void) json_get_bool(definition, "required", &is_required);
                if (is_required && !v->focused)
                        return refuse(v, "it is required", name);
                if (v->focused && !needs_one && streq_ptr(name, v->focused) &&
                    !put_untyped(v, definition, name))
                        return false;
        }
        json_close_array(v->w);
        return true;
}

/* default_member_permissions: all its bits; "0" is for administrators. */
bool user_may_call(const SbxModel *model, const User *user, const Channel *channel, const Command *command) {
        uint64_t rights = channel_rights(model, user, channel);

        if (!channel_is_of_guild(channel))
                return command->serves_dms;
        if (!(rights & PERM_USE_APPLICATION_COMMANDS))
                return false;
        if (!command->has_permissions || rights & PERM_ADMINISTRATOR)
                return true;
        return command->permissions != 0 && (rights & command->permissions) == command->permissions;
}

static void put_data(Invocation *v, const Command *command, const Channel *channel, const Json *definitions,
                     const Json *given, bool *ret_is_read) {
        json_open(v->w);
        json_id(v->w, "id", command->id);
        json_string(v->w, "name", command->name);
        json_i64(v->w, "type", command->type);
        if (command->guild)
                json_id(v->w, "guild_id", command->guild);
        *ret_is_read = options_read(v, definitions, given);
        resolved_put(v->model, v->w, v->resolved, v->user, channel);
        json_close(v->w);
}

static void invoke(SbxModel *model, User *user, const SbxRequest *request, int type, const char *focused,
                   SbxReply *reply) {
        Channel *channel = act_channel(model, user, request, reply);
        const char *name = NULL;
        _json_writer_ JsonWriter w = {};
        _resolved_ Resolved resolved = {};
        _json_ Json *definitions = NULL;
        _free_ char *data = NULL;
        Invocation v = { .model = model,
                         .user = user,
                         .w = &w,
                         .resolved = &resolved,
                         .reply = reply,
                         .focused = focused };
        const Command *command;
        bool is_read = false;

        if (!channel)
                return;
        (void) json_get_string(request->body, "name", &name);
        command = name ? model_command(model, name, COMMAND_CHAT_INPUT, channel_is_of_guild(channel) ? model->guild : 0) : NULL;
        if (!command) {
                sbx_reply_refuse(reply, 409, "There is no command \"%s\".", name ?: "");
                return;
        }
        if (!user_may_call(model, user, channel, command)) {
                sbx_reply_refuse(reply, 409, "%s may not use this command here.", user->name);
                return;
        }
        if (command->options && json_parse(command->options, strlen(command->options), &definitions) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }

        put_data(&v, command, channel, definitions, json_get(request->body, "options"), &is_read);
        if (!is_read)
                return;
        if (focused && !v.has_focused) {
                sbx_reply_refuse(reply, 409, "The command has no option \"%s\" to complete.", focused);
                return;
        }
        if (json_writer_finish(&w, &data) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        act_begin(model,
                  &(InteractionWish){
                          .type = type,
                          .user = user,
                          .channel = channel,
                          .data = data,
                  },
                  reply);
}

void act_command(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        invoke(model, user, request, INTERACTION_COMMAND, NULL, reply);
}

void act_autocomplete(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        const char *focused = NULL;

        if (json_get_string(request->body, "focused", &focused) != 0)
                sbx_reply_refuse(reply, 400, "\"focused\" names the option that is being typed.");
        else
                invoke(model, user, request, INTERACTION_AUTOCOMPLETE, focused, reply);
}
