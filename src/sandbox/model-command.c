/* Application commands over REST: global and of the guild, one by one and all at once. */

#include "model.h"

#include <errno.h>

enum {
        CHAT_INPUT_MAX = 100,
        CONTEXT_MENU_MAX = 15,
};

/*
 * Scope of the route: /applications/{a}/commands or /applications/{a}/guilds/{g}/commands. False after
 * answering.
 */
static bool request_scope(const SbxModel *model, const SbxRequest *request, bool has_command,
                          uint64_t *ret_guild, uint64_t *ret_command, SbxReply *reply) {
        size_t n_of_global = has_command ? 2 : 1;
        bool is_of_guild = request->n_args > n_of_global;

        if (request->ids[0] != model->application) {
                reply_code(reply, 20012);
                return false;
        }
        if (is_of_guild && request->ids[1] != model->guild) {
                reply_code(reply, 50001);
                return false;
        }
        *ret_guild = is_of_guild ? model->guild : 0;
        *ret_command = has_command ? request->ids[is_of_guild ? 2 : 1] : 0;
        return true;
}

static Command *command_same(const SbxModel *model, uint64_t guild, int64_t type, const char *name) {
        for (size_t i = 0; i < model->commands.n; i++) {
                Command *command = model->commands.items[i];

                if (command->guild == guild && command->type == type && streq(command->name, name))
                        return command;
        }
        return NULL;
}

/* The guild's own command wins over a global one of the same name. */
Command *model_command(const SbxModel *model, const char *name, int64_t type, uint64_t guild) {
        Command *own = guild ? command_same(model, guild, type, name) : NULL;

        return own ?: command_same(model, 0, type, name);
}

static void reply_command(const SbxModel *model, int status, const Command *command, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        put_command(model, &w, command);
        sbx_reply_json(reply, status, &w);
}

/* As it is, or without what stands in other languages, at any depth. */
static void put_value(JsonWriter *w, const Json *value, bool with_localizations) {
        bool is_array = json_is_array(value);

        if (with_localizations || (!is_array && !json_is_object(value))) {
                json_put_value(w, value);
                return;
        }
        if (is_array)
                json_open_array(w);
        else
                json_open(w);
        JSON_FOREACH(item, value) {
                const char *key = is_array ? NULL : json_key(item);

                if (streq_ptr(key, "name_localizations") || streq_ptr(key, "description_localizations"))
                        continue;
                if (key)
                        json_put_key(w, key);
                put_value(w, item, false);
        }
        if (is_array)
                json_close_array(w);
        else
                json_close(w);
}

static void reply_commands(const SbxModel *model, const SbxRequest *request, uint64_t guild, bool is_whole,
                           SbxReply *reply) {
        bool with_localizations = is_whole || sbx_query_bool(request, "with_localizations", false);
        _json_writer_ JsonWriter all = {}, w = {};
        _free_ char *text = NULL;
        _json_ Json *list = NULL;

        json_open_array(&all);
        for (size_t i = 0; i < model->commands.n; i++) {
                const Command *command = model->commands.items[i];

                if (command->guild == guild)
                        put_command(model, &all, command);
        }
        json_close_array(&all);
        if (json_writer_finish(&all, &text) < 0 || json_parse(text, strlen(text), &list) < 0) {
                reply_no_memory(reply);
                return;
        }
        put_value(&w, list, with_localizations);
        sbx_reply_json(reply, 200, &w);
}

static bool commands_are_equal(const Command *a, const Command *b) {
        return streq(a->description, b->description) && streq_ptr(a->rest, b->rest) &&
               streq_ptr(a->options, b->options) && a->has_permissions == b->has_permissions &&
               a->permissions == b->permissions;
}

static void command_effect(SbxModel *model, const char *effect, uint64_t guild, uint64_t id,
                           const SbxRequest *request) {
        sbx_effect(model->sandbox, &(SbxEffect){
                                           .effect = effect,
                                           .guild = guild,
                                           .id = id,
                                           .body = request->body,
                                   });
        sbx_changed(model->sandbox);
}

/*
 * Puts a checked command in place of one with the same name, which keeps its id; a new one gets an id. 0 or
 * -ENOMEM.
 */
static int command_store(SbxModel *model, Command *take_command, bool *ret_is_new) {
        Command *old = command_same(model, take_command->guild, take_command->type, take_command->name);

        take_command->id = old ? old->id : sbx_snowflake(model->sandbox);
        take_command->version =
                old && commands_are_equal(old, take_command) ? old->version : sbx_snowflake(model->sandbox);
        if (old)
                (void) command_free(table_take(&model->commands, old->id));
        if (table_add(&model->commands, take_command) < 0) {
                (void) command_free(take_command);
                return -ENOMEM;
        }
        *ret_is_new = !old;
        return 0;
}

static size_t count_commands(const SbxModel *model, uint64_t guild, int64_t type) {
        size_t n = 0;

        for (size_t i = 0; i < model->commands.n; i++) {
                const Command *command = model->commands.items[i];

                n += command->guild == guild && command->type == type;
        }
        return n;
}

void rest_get_commands(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        uint64_t guild, id;

        if (request_scope(model, request, false, &guild, &id, reply))
                reply_commands(model, request, guild, false, reply);
}

static Command *request_command(const SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        uint64_t guild, id;
        Command *command;

        if (!request_scope(model, request, true, &guild, &id, reply))
                return NULL;
        command = table_find(&model->commands, id);
        if (command && command->guild == guild)
                return command;
        reply_code(reply, 10063);
        return NULL;
}

void rest_get_command(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        const Command *command = request_command(model, request, reply);

        if (command)
                reply_command(model, 200, command, reply);
}

void rest_create_command(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        _form_ Form form = {};
        uint64_t guild, id;
        Command *command;
        bool is_new = false;

        if (!request_scope(model, request, false, &guild, &id, reply) || !request_object(request, reply))
                return;
        command = command_read(&form, NULL, request->body, guild);
        if (form_refuses(&form, reply))
                return;
        if (!command_same(model, guild, command->type, command->name) &&
            count_commands(model, guild, command->type) >=
                    (command->type == 1 ? CHAT_INPUT_MAX : CONTEXT_MENU_MAX)) {
                (void) command_free(command);
                reply_code(reply, 30032);
                return;
        }
        if (command_store(model, command, &is_new) < 0) {
                reply_no_memory(reply);
                return;
        }
        command_effect(model, "commands.post", guild, command->id, request);
        reply_command(model, is_new ? 201 : 200, command, reply);
}

/* ---- PUT ---- */

static void free_read_command(void *item) {
        (void) command_free(item);
}

typedef struct CommandSet {
        Command **commands;
        size_t n;
        bool is_too_large;
} CommandSet;

static void command_set_done(CommandSet *set) {
        for (size_t i = 0; i < set->n; i++)
                free_read_command(set->commands[i]);
        free(set->commands);
}

/* Every command of the body, numbered "0", "1", … in the fault tree. */
static void read_all(Form *form, const Json *array, uint64_t guild, CommandSet *set) {
        size_t counts[4] = {}, i = 0;

        set->commands = new0(Command *, (size_t) json_array_size(array) + 1);
        if (!set->commands) {
                form->out_of_memory = true;
                return;
        }
        JSON_FOREACH(item, array) {
                const FormPath *here = AT_INDEX(NULL, i++);
                _form_ Form own = {};
                Command *command = command_read(&own, NULL, item, guild);

                if (!command) {
                        /* Read once more into the common tree, where the path begins with the index. */
                        (void) command_free(command_read(form, here, item, guild));
                        continue;
                }
                for (size_t k = 0; k < set->n; k++)
                        if (set->commands[k]->type == command->type &&
                            streq(set->commands[k]->name, command->name)) {
                                form_fault(form, here, "APPLICATION_COMMANDS_DUPLICATE_NAME",
                                           "Application command names must be unique");
                                break;
                        }
                counts[command->type]++;
                set->commands[set->n++] = command;
        }
        set->is_too_large = counts[1] > CHAT_INPUT_MAX || counts[2] > CONTEXT_MENU_MAX || counts[3] > CONTEXT_MENU_MAX;
}

static bool set_has(const CommandSet *set, const Command *command) {
        for (size_t i = 0; i < set->n; i++)
                if (set->commands[i] && set->commands[i]->type == command->type &&
                    streq(set->commands[i]->name, command->name))
                        return true;
        return false;
}

void rest_put_commands(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        _cleanup_(command_set_done) CommandSet set = {};
        _form_ Form form = {};
        uint64_t guild, id;

        if (!request_scope(model, request, false, &guild, &id, reply))
                return;
        if (!json_is_array(request->body))
                form_fault(&form, NULL, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
        else
                read_all(&form, request->body, guild, &set);
        if (form_refuses(&form, reply))
                return;
        if (set.is_too_large) {
                reply_code(reply, 30032);
                return;
        }

        for (size_t i = model->commands.n; i > 0; i--) {
                const Command *old = model->commands.items[i - 1];

                if (old->guild == guild && !set_has(&set, old))
                        (void) command_free(table_take(&model->commands, old->id));
        }
        for (size_t i = 0; i < set.n; i++) {
                bool is_new;

                if (command_store(model, TAKE(set.commands[i]), &is_new) < 0) {
                        reply_no_memory(reply);
                        return;
                }
        }
        command_effect(model, "commands.put", guild, 0, request);
        reply_commands(model, request, guild, true, reply);
}

/* A member that the request leaves out keeps its value. */
static void merge_member(JsonWriter *w, const Json *patch, const Json *old, const char *key) {
        const Json *value = json_get(patch, key) ?: json_get(old, key);

        if (!value)
                return;
        json_put_key(w, key);
        json_put_value(w, value);
}

/* The whole command as it would be created anew: the old one, rendered, with the patch over it. */
static Json *command_merged(const SbxModel *model, const Command *command, const Json *patch) {
        static const char *const keys[] = {
                "type",
                "name",
                "name_localizations",
                "description",
                "description_localizations",
                "options",
                "default_member_permissions",
                "dm_permission",
                "nsfw",
                "contexts",
                "integration_types",
        };
        _json_writer_ JsonWriter old_writer = {}, w = {};
        _free_ char *old_text = NULL, *text = NULL;
        _json_ Json *old = NULL, *merged = NULL;

        put_command(model, &old_writer, command);
        if (json_writer_finish(&old_writer, &old_text) < 0 ||
            json_parse(old_text, strlen(old_text), &old) < 0)
                return NULL;
        json_open(&w);
        for (size_t i = 0; i < ELEMENTSOF(keys); i++)
                merge_member(&w, i == 0 ? NULL : patch, old, keys[i]);
        json_close(&w);
        if (json_writer_finish(&w, &text) < 0 || json_parse(text, strlen(text), &merged) < 0)
                return NULL;
        return TAKE(merged);
}

void rest_edit_command(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Command *command = request_command(model, request, reply), *edited;
        _json_ Json *merged = NULL;
        _form_ Form form = {};

        if (!command || !request_object(request, reply))
                return;
        merged = command_merged(model, command, request->body);
        if (!merged) {
                reply_no_memory(reply);
                return;
        }
        edited = command_read(&form, NULL, merged, command->guild);
        if (form_refuses(&form, reply))
                return;
        edited->id = command->id;
        edited->version = sbx_snowflake(sandbox);
        (void) command_free(table_take(&model->commands, edited->id));
        if (table_add(&model->commands, edited) < 0) {
                (void) command_free(edited);
                reply_no_memory(reply);
                return;
        }
        command_effect(model, "commands.patch", edited->guild, edited->id, request);
        reply_command(model, 200, edited, reply);
}

void rest_delete_command(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Command *command = request_command(model, request, reply);

        if (!command)
                return;
        command_effect(model, "commands.delete", command->guild, command->id, request);
        (void) command_free(table_take(&model->commands, command->id));
        sbx_reply_empty(reply);
}
