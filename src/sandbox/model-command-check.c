/*
 * Application commands as a request describes them, checked (Discord reference, "Application Commands"):
 * names, lengths, order, nesting, counts, total size.
 */

#include "model.h"
#include "model-name.h"

enum {
        OPTION_SUB_COMMAND = 1,
        OPTION_SUB_COMMAND_GROUP = 2,
        OPTION_STRING = 3,
        OPTION_INTEGER = 4,
        OPTION_CHANNEL = 7,
        OPTION_NUMBER = 10,
        OPTION_TYPE_MAX = 11,
        OPTIONS_MAX = 25,
        CHOICES_MAX = 25,
        COMMAND_SIZE_MAX = 8000,
        DEPTH_COMMAND = 0, /* options of the command itself, of a group, of a sub-command */
        DEPTH_GROUP = 1,
        DEPTH_SUB_COMMAND = 2,
};

#define INT53 ((INT64_C(1) << 53) - 1)

static void options_read(Form *form, const FormPath *at, const Json *object, int depth, size_t *size,
                         JsonWriter *w);

/*
 * A text and its localisations: written when present; returns the longest form's length (the one that
 * counts).
 */
static size_t localised_read(Form *form, const FormPath *at, const Json *json, const char *key,
                             const char *plain, size_t max, bool is_name, JsonWriter *w) {
        const Json *dictionary = NULL;
        size_t longest = plain ? text_length(plain) : 0;

        if (!form_object(form, at, json, key, 0, &dictionary))
                return longest;
        json_object(w, key);
        JSON_FOREACH(item, dictionary) {
                const char *text = json_text(item);
                const FormPath *here = AT(AT(at, key), json_key(item));

                if (json_is_null(item))
                        continue;
                if (!locale_is_known(json_key(item)))
                        form_fault(form, here, "BASE_TYPE_CHOICES", "This locale is not known.");
                else if (!text)
                        form_fault(form, here, "STRING_TYPE_CONVERT",
                                   "Could not interpret value as string.");
                else if (text_length(text) < 1 || text_length(text) > max)
                        form_fault(form, here, "BASE_TYPE_BAD_LENGTH",
                                   "Must be between 1 and %zu in length.", max);
                else if (is_name && !command_name_is_valid(text))
                        form_fault(form, here, "APPLICATION_COMMAND_INVALID_NAME",
                                   "Command name is invalid");
                else {
                        longest = MAX(longest, text_length(text));
                        json_string(w, json_key(item), text);
                }
        }
        json_close(w);
        return longest;
}

static void fault_name(Form *form, const FormPath *at) {
        form_fault(form, AT(at, "name"), "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid");
}

/* ---- options ---- */

static void choice_value(Form *form, const FormPath *at, const Json *choice, int64_t type, size_t *size,
                         JsonWriter *w) {
        const Json *value = json_get(choice, "value");
        const char *text = NULL;
        int64_t number = 0;

        if (type == OPTION_STRING) {
                if (!form_string(form, at, choice, "value", FORM_REQUIRED, 1, 100, &text))
                        return;
                *size += text_length(text);
                json_string(w, "value", text);
        } else if (type == OPTION_INTEGER) {
                if (form_i64(form, at, choice, "value", FORM_REQUIRED, -INT53, INT53, &number))
                        json_i64(w, "value", number);
        } else if (!value || json_is_string(value) || json_is_object(value) || json_is_array(value) ||
                   json_is_null(value))
                form_fault(form, AT(at, "value"), "NUMBER_TYPE_COERCE", "Value is not float.");
        else {
                json_put_key(w, "value");
                json_put_value(w, value);
        }
}

static void choices_read(Form *form, const FormPath *at, const Json *option, int64_t type, size_t *size,
                         JsonWriter *w) {
        const Json *choices = NULL;
        size_t i = 0;

        if (!form_array(form, at, option, "choices", 0, 0, CHOICES_MAX, &choices))
                return;
        at = AT(at, "choices");
        json_array(w, "choices");
        JSON_FOREACH(choice, choices) {
                const FormPath *here = AT_INDEX(at, i++);
                const char *name = NULL;

                if (!form_is_object(form, here, choice))
                        continue;
                json_open(w);
                if (form_string(form, here, choice, "name", FORM_REQUIRED, 1, 100, &name)) {
                        json_string(w, "name", name);
                        JSON_FOREACH(earlier, choices) {
                                if (earlier == choice)
                                        break;
                                if (streq_ptr(json_text(json_get(earlier, "name")), name))
                                        form_fault(form, AT(here, "name"),
                                                   "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS",
                                                   "Option choice name already exists");
                        }
                }
                *size += localised_read(form, here, choice, "name_localizations", name, 100, false, w);
                choice_value(form, here, choice, type, size, w);
                json_close(w);
        }
        json_close_array(w);
}

static void string_limits(Form *form, const FormPath *at, const Json *option, JsonWriter *w) {
        int64_t min = 0, max = 6000;

        if (form_i64(form, at, option, "min_length", 0, 0, 6000, &min))
                json_i64(w, "min_length", min);
        if (form_i64(form, at, option, "max_length", 0, 1, 6000, &max))
                json_i64(w, "max_length", max);
        if (min > max)
                form_fault(form, AT(at, "min_length"), "APPLICATION_COMMAND_OPTIONS_MIN_LENGTH_INVALID",
                           "min_length must not exceed max_length");
}

static void number_limits(Form *form, const FormPath *at, const Json *option, JsonWriter *w) {
        int64_t min = -INT53, max = INT53;

        if (form_i64(form, at, option, "min_value", 0, -INT53, INT53, &min))
                json_i64(w, "min_value", min);
        if (form_i64(form, at, option, "max_value", 0, -INT53, INT53, &max))
                json_i64(w, "max_value", max);
        if (min > max)
                form_fault(form, AT(at, "min_value"), "APPLICATION_COMMAND_OPTIONS_MIN_VALUE_INVALID",
                           "min_value must not exceed max_value");
}

static void channel_types_read(Form *form, const FormPath *at, const Json *option, JsonWriter *w) {
        const Json *types = NULL;
        size_t i = 0;

        if (!form_array(form, at, option, "channel_types", 0, 0, OPTIONS_MAX, &types))
                return;
        json_array(w, "channel_types");
        JSON_FOREACH(type, types) {
                int64_t value;

                if (json_to_i64(type, &value) < 0 || value < 0 || value > 16)
                        form_fault(form, AT_INDEX(AT(at, "channel_types"), i), "NUMBER_TYPE_COERCE",
                                   "Value is not a channel type.");
                else
                        json_put_i64(w, value);
                i++;
        }
        json_close_array(w);
}

/* Which types may stand at a depth. */
static bool option_type_fits(int64_t type, int depth) {
        if (type < 1 || type > OPTION_TYPE_MAX)
                return false;
        if (depth == DEPTH_GROUP)
                return type == OPTION_SUB_COMMAND;
        return depth == DEPTH_COMMAND || type > OPTION_SUB_COMMAND_GROUP;
}

static void option_read(Form *form, const FormPath *at, const Json *option, int depth, size_t *size,
                        bool *ret_is_required, int64_t *ret_type, JsonWriter *w) {
        const char *name = NULL, *description = NULL;
        bool has_autocomplete = false;
        int64_t type = 0;

        if (!form_is_object(form, at, option))
                return;
        if (!form_i64(form, at, option, "type", FORM_REQUIRED, INT64_MIN, INT64_MAX, &type))
                return;
        *ret_type = type;
        if (!option_type_fits(type, depth)) {
                form_fault(form, AT(at, "type"), "UNION_TYPE_CHOICES",
                           "Value of field \"type\" must be one of %s.",
                           depth == DEPTH_GROUP         ? "(1)"
                           : depth == DEPTH_SUB_COMMAND ? "(3, 4, 5, 6, 7, 8, 9, 10, 11)"
                                                        : "(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)");
                return;
        }
        json_i64(w, "type", type);

        if (form_string(form, at, option, "name", FORM_REQUIRED, 1, 32, &name)) {
                if (!command_name_is_valid(name))
                        fault_name(form, at);
                json_string(w, "name", name);
        }
        *size += localised_read(form, at, option, "name_localizations", name, 32, true, w);
        if (form_string(form, at, option, "description", FORM_REQUIRED, 1, 100, &description))
                json_string(w, "description", description);
        *size += localised_read(form, at, option, "description_localizations", description, 100, false, w);

        if (type == OPTION_SUB_COMMAND || type == OPTION_SUB_COMMAND_GROUP) {
                options_read(form, at, option, type == OPTION_SUB_COMMAND ? DEPTH_SUB_COMMAND : DEPTH_GROUP,
                             size, w);
                return;
        }
        if (form_bool(form, at, option, "required", 0, ret_is_required))
                json_bool(w, "required", *ret_is_required);
        if (type == OPTION_CHANNEL)
                channel_types_read(form, at, option, w);
        if (type == OPTION_STRING)
                string_limits(form, at, option, w);
        if (type == OPTION_INTEGER || type == OPTION_NUMBER)
                number_limits(form, at, option, w);
        if (type != OPTION_STRING && type != OPTION_INTEGER && type != OPTION_NUMBER)
                return;
        if (form_bool(form, at, option, "autocomplete", 0, &has_autocomplete))
                json_bool(w, "autocomplete", has_autocomplete);
        if (has_autocomplete && json_array_size(json_get(option, "choices")) > 0)
                form_fault(form, at, "APPLICATION_COMMAND_OPTIONS_CHOICES_AUTOCOMPLETE",
                           "Choices are not allowed for autocomplete options");
        choices_read(form, at, option, type, size, w);
}

static void options_read(Form *form, const FormPath *at, const Json *object, int depth, size_t *size,
                         JsonWriter *w) {
        const Json *options = NULL;
        bool has_optional = false, has_plain = false, has_sub = false;
        size_t i = 0;

        if (!form_array(form, at, object, "options", 0, 0, OPTIONS_MAX, &options))
                return;
        at = AT(at, "options");
        json_array(w, "options");
        JSON_FOREACH(option, options) {
                const FormPath *here = AT_INDEX(at, i++);
                bool is_required = false;
                int64_t type = 0;

                json_open(w);
                option_read(form, here, option, depth, size, &is_required, &type, w);
                json_close(w);

                if (type == OPTION_SUB_COMMAND || type == OPTION_SUB_COMMAND_GROUP)
                        has_sub = true;
                else {
                        has_plain = true;
                        if (is_required && has_optional)
                                form_fault(form, here, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
                                           "Required options must be placed before non-required options");
                        has_optional |= !is_required;
                }
                if (has_sub && has_plain)
                        form_fault(form, here, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                                   "Sub-command and sub-command group option types are mutually exclusive "
                                   "to all other types");
                JSON_FOREACH(earlier, options) {
                        if (earlier == option)
                                break;
                        if (json_text(json_get(option, "name")) &&
                            streq_ptr(json_text(json_get(earlier, "name")),
                                      json_text(json_get(option, "name")))) {
                                form_fault(form, AT(here, "name"),
                                           "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
                                           "Option name already exists");
                                break;
                        }
                }
        }
        json_close_array(w);
}

/* ---- the command ---- */

static void small_set_read(Form *form, const FormPath *at, const Json *json, const char *key, int64_t max,
                           JsonWriter *w) {
        const Json *array = NULL;
        size_t i = 0;

        if (!form_array(form, at, json, key, 0, 1, (size_t) max + 1, &array))
                return;
        json_array(w, key);
        JSON_FOREACH(item, array) {
                int64_t value;

                if (json_to_i64(item, &value) < 0 || value < 0 || value > max)
                        form_fault(form, AT_INDEX(AT(at, key), i), "NUMBER_TYPE_COERCE",
                                   "Value is not a valid choice.");
                else
                        json_put_i64(w, value);
                i++;
        }
        json_close_array(w);
}

/* Whether a global command can be used in the bot's direct channel. */
static bool serves_dms(const Json *json, uint64_t guild) {
        const Json *contexts = NULL;
        bool in_dms = true;

        if (guild)
                return false;
        if (json_get_array(json, "contexts", &contexts) == 0) {
                JSON_FOREACH(item, contexts) {
                        int64_t value;

                        if (json_to_i64(item, &value) == 0 && value == 1)
                                return true;
                }
                return false;
        }
        (void) json_get_bool(json, "dm_permission", &in_dms);
        return in_dms;
}

/* The members that are only kept to be given back, as ",…" behind what a command object begins with. */
static void rest_read(Form *form, const FormPath *at, const Json *json, const char *name,
                      const char *description, size_t *size, Command *command) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        bool is_nsfw = false, in_dms = true;

        json_open(&w);
        *size += localised_read(form, at, json, "name_localizations", name, 32, command->type == 1, &w);
        *size += localised_read(form, at, json, "description_localizations", description, 100, false, &w);
        (void) form_bool(form, at, json, "nsfw", 0, &is_nsfw);
        json_bool(&w, "nsfw", is_nsfw);
        if (!command->guild) {
                (void) form_bool(form, at, json, "dm_permission", 0, &in_dms);
                json_bool(&w, "dm_permission", in_dms);
                small_set_read(form, at, json, "contexts", 2, &w);
                small_set_read(form, at, json, "integration_types", 1, &w);
        }
        json_close(&w);
        if (json_writer_finish(&w, &text) < 0) {
                form->out_of_memory = true;
                return;
        }
        text[0] = ',';
        text[strlen(text) - 1] = '\0';
        command->rest = TAKE(text);
}

static void command_options(Form *form, const FormPath *at, const Json *json, size_t *size,
                            Command *command) {
        _json_writer_ JsonWriter w = {};
        _free_ char *wrapped = NULL;
        _json_ Json *parsed = NULL;

        if (!json_is_array(json_get(json, "options")) && !form_has(json, "options"))
                return;
        json_open(&w);
        options_read(form, at, json, DEPTH_COMMAND, size, &w);
        json_close(&w);
        if (json_writer_finish(&w, &wrapped) < 0 || json_parse(wrapped, strlen(wrapped), &parsed) < 0) {
                form->out_of_memory = true;
                return;
        }
        if (json_array_size(json_get(parsed, "options")) > 0 &&
            json_print(json_get(parsed, "options"), &command->options) < 0)
                form->out_of_memory = true;
}

Command *command_read(Form *form, const FormPath *at, const Json *json, uint64_t guild) {
        static const int64_t types[] = { 1, 2, 3 };
        _cleanup_(command_freep) Command *command = new0(Command, 1);
        const char *name = "", *description = "";
        size_t size = 0;

        if (!command) {
                form->out_of_memory = true;
                return NULL;
        }
        if (!form_is_object(form, at, json))
                return NULL;
        command->guild = guild;
        command->type = 1;
        (void) form_choice(form, at, json, "type", 0, types, ELEMENTSOF(types), &command->type);

        if (form_string(form, at, json, "name", FORM_REQUIRED, 1, 32, &name) && command->type == 1 &&
            !command_name_is_valid(name))
                fault_name(form, at);
        if (command->type == 1)
                (void) form_string(form, at, json, "description", FORM_REQUIRED, 1, 100, &description);
        else if (json_text(json_get(json, "description")) && *json_text(json_get(json, "description")))
                form_fault(form, AT(at, "description"), "APPLICATION_COMMAND_INVALID_DESCRIPTION",
                           "Context menu commands cannot have a description");
        command->has_permissions =
                form_bits(form, at, json, "default_member_permissions", 0, &command->permissions);
        command->serves_dms = serves_dms(json, guild);

        rest_read(form, at, json, name, description, &size, command);
        if (command->type == 1)
                command_options(form, at, json, &size, command);
        else if (json_array_size(json_get(json, "options")) > 0)
                form_fault(form, AT(at, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
                           "Context menu commands cannot have options");
        if (size > COMMAND_SIZE_MAX)
                form_fault(form, at, "APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (%d)",
                           COMMAND_SIZE_MAX);

        if (replace_text(&command->name, name) < 0 || replace_text(&command->description, description) < 0)
                form->out_of_memory = true;
        return form->is_refused || form->out_of_memory ? NULL : TAKE(command);
}
