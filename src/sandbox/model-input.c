/*
 * What a person fills in or picks from: selects, text inputs, groups. In messages only selects; the rest
 * stand in modals.
 */

#include "model-component.h"

static void options_read(ComponentReader *r, const FormPath *at, const Json *component, size_t min,
                         size_t max, size_t *ret_n, size_t *ret_n_defaults) {
        const Json *options = NULL;
        size_t i = 0;

        if (!form_array(r->form, at, component, "options", FORM_REQUIRED, min, max, &options))
                return;
        at = AT(at, "options");
        *ret_n = (size_t) json_array_size(options);
        json_array(r->w, "options");
        JSON_FOREACH(option, options) {
                const FormPath *here = AT_INDEX(at, i++);
                const char *value = NULL;
                bool is_default = false;

                if (!form_is_object(r->form, here, option))
                        continue;
                json_open(r->w);
                component_text(r, here, option, "label", FORM_REQUIRED, 1, 100);
                if (form_string(r->form, here, option, "value", FORM_REQUIRED, 1, 100, &value))
                        json_string(r->w, "value", value);
                component_text(r, here, option, "description", 0, 0, 100);
                (void) component_emoji(r, here, option);
                if (form_bool(r->form, here, option, "default", 0, &is_default))
                        json_bool(r->w, "default", is_default);
                json_close(r->w);

                *ret_n_defaults += is_default;
                JSON_FOREACH(earlier, options) {
                        if (earlier == option)
                                break;
                        if (value && streq_ptr(json_text(json_get(earlier, "value")), value)) {
                                form_fault(r->form, AT(here, "value"),
                                           "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
                                           "The specified option value is already used");
                                break;
                        }
                }
        }
        json_close_array(r->w);
}

/*
 * min_values and max_values, and whether an answer may be missing. Modals: required by default, then not
 * fewer than one.
 */
static void range_read(ComponentReader *r, const FormPath *at, const Json *component, int64_t max_allowed,
                       size_t n_options, size_t n_defaults) {
        int64_t min = 1, max = 1;
        bool is_required = r->place == COMPONENTS_MODAL, has_min;

        has_min = form_i64(r->form, at, component, "min_values", 0, 0, max_allowed, &min);
        (void) form_i64(r->form, at, component, "max_values", 0, 1, max_allowed, &max);
        (void) form_bool(r->form, at, component, "required", 0, &is_required);

        if (r->place == COMPONENTS_MODAL) {
                if (has_min && min == 0 && is_required)
                        form_fault(r->form, AT(at, "min_values"), "SELECT_COMPONENT_MIN_VALUES_REQUIRED",
                                   "min_values must be at least 1 while the component is required");
                if (!has_min && !is_required)
                        min = 0;
                json_bool(r->w, "required", is_required);
        }
        if (min > max)
                form_fault(r->form, AT(at, "min_values"), "SELECT_COMPONENT_MIN_VALUES_GREATER",
                           "min_values cannot be greater than max_values");
        if (n_options > 0 && (size_t) max > n_options)
                form_fault(r->form, AT(at, "max_values"), "SELECT_COMPONENT_MAX_VALUES_EXCEEDED",
                           "max_values cannot be greater than the number of options");
        if (n_defaults > (size_t) max)
                form_fault(r->form, AT(at, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS",
                           "More options are default than max_values allows");
        json_i64(r->w, "min_values", min);
        json_i64(r->w, "max_values", max);
}

static void default_values_read(ComponentReader *r, const FormPath *at, const Json *component,
                                int64_t type) {
        const Json *values = NULL;
        size_t i = 0;

        if (!form_array(r->form, at, component, "default_values", 0, 0, 25, &values))
                return;
        json_array(r->w, "default_values");
        JSON_FOREACH(value, values) {
                const FormPath *here = AT_INDEX(AT(at, "default_values"), i++);
                const char *kind = NULL;
                uint64_t id = 0;
                bool fits;

                if (!form_is_object(r->form, here, value) ||
                    !form_string(r->form, here, value, "type", FORM_REQUIRED, 1, 16, &kind) ||
                    !form_snowflake(r->form, here, value, "id", FORM_REQUIRED, &id))
                        continue;
                fits = (streq(kind, "user") &&
                        (type == COMPONENT_USER_SELECT || type == COMPONENT_MENTIONABLE_SELECT)) ||
                       (streq(kind, "role") &&
                        (type == COMPONENT_ROLE_SELECT || type == COMPONENT_MENTIONABLE_SELECT)) ||
                       (streq(kind, "channel") && type == COMPONENT_CHANNEL_SELECT);
                if (!fits) {
                        form_fault(r->form, AT(here, "type"), "ENUM_TYPE_COERCE",
                                   "Value \"%s\" is not a valid enum value.", kind);
                        continue;
                }
                json_open(r->w);
                json_id(r->w, "id", id);
                json_string(r->w, "type", kind);
                json_close(r->w);
        }
        json_close_array(r->w);
}

static void channel_types_read(ComponentReader *r, const FormPath *at, const Json *component) {
        const Json *types = NULL;
        size_t i = 0;

        if (!form_array(r->form, at, component, "channel_types", 0, 0, 25, &types))
                return;
        json_array(r->w, "channel_types");
        JSON_FOREACH(type, types) {
                int64_t value;

                if (json_to_i64(type, &value) < 0 || value < 0 || value > 16)
                        form_fault(r->form, AT_INDEX(AT(at, "channel_types"), i), "NUMBER_TYPE_COERCE",
                                   "Value is not a channel type.");
                else
                        json_put_i64(r->w, value);
                i++;
        }
        json_close_array(r->w);
}

void input_select(ComponentReader *r, const FormPath *at, const Json *component, bool is_in_label _unused_) {
        size_t n_options = 0, n_defaults = 0;
        bool is_disabled = false;
        int64_t type = 0;

        (void) json_get_i64(component, "type", &type);
        component_custom_id(r, at, component);
        component_text(r, at, component, "placeholder", 0, 0, 150);
        if (type == COMPONENT_STRING_SELECT)
                options_read(r, at, component, 1, 25, &n_options, &n_defaults);
        else
                default_values_read(r, at, component, type);
        if (type == COMPONENT_CHANNEL_SELECT)
                channel_types_read(r, at, component);
        range_read(r, at, component, 25, n_options, n_defaults);

        if (form_bool(r->form, at, component, "disabled", 0, &is_disabled)) {
                if (r->place == COMPONENTS_MODAL && is_disabled)
                        form_fault(r->form, AT(at, "disabled"), "SELECT_COMPONENT_DISABLED_IN_MODAL",
                                   "A select in a modal cannot be disabled");
                json_bool(r->w, "disabled", is_disabled);
        }
}

void input_text(ComponentReader *r, const FormPath *at, const Json *component, bool is_in_label) {
        static const int64_t styles[] = { 1, 2 };
        int64_t style = 0, min = 0, max = 4000;
        const char *value = NULL;
        bool is_required = true;

        component_custom_id(r, at, component);
        if (form_choice(r->form, at, component, "style", FORM_REQUIRED, styles, ELEMENTSOF(styles), &style))
                json_i64(r->w, "style", style);
        if (!is_in_label)
                component_text(r, at, component, "label", FORM_REQUIRED, 1, 45);
        else if (json_text(json_get(component, "label")))
                form_fault(r->form, AT(at, "label"), "TEXT_INPUT_COMPONENT_LABEL_IN_LABEL",
                           "A text input inside a label cannot have a label");
        component_text(r, at, component, "placeholder", 0, 0, 100);

        if (form_i64(r->form, at, component, "min_length", 0, 0, 4000, &min))
                json_i64(r->w, "min_length", min);
        if (form_i64(r->form, at, component, "max_length", 0, 1, 4000, &max))
                json_i64(r->w, "max_length", max);
        if (min > max)
                form_fault(r->form, AT(at, "min_length"), "TEXT_INPUT_COMPONENT_MIN_LENGTH_GREATER",
                           "min_length cannot be greater than max_length");
        (void) form_bool(r->form, at, component, "required", 0, &is_required);
        json_bool(r->w, "required", is_required);

        if (!form_string(r->form, at, component, "value", 0, 0, 4000, &value))
                return;
        if (*value && (text_length(value) < (size_t) min || text_length(value) > (size_t) max))
                form_fault(r->form, AT(at, "value"), "BASE_TYPE_BAD_LENGTH",
                           "Must be between %d and %d in length.", (int) min, (int) max);
        json_string(r->w, "value", value);
}

void input_file_upload(ComponentReader *r, const FormPath *at, const Json *component,
                       bool is_in_label _unused_) {
        component_custom_id(r, at, component);
        range_read(r, at, component, 10, 0, 0);
}

void input_radio_group(ComponentReader *r, const FormPath *at, const Json *component,
                       bool is_in_label _unused_) {
        size_t n_options = 0, n_defaults = 0;
        bool is_required = true;

        component_custom_id(r, at, component);
        options_read(r, at, component, 2, 10, &n_options, &n_defaults);
        if (n_defaults > 1)
                form_fault(r->form, AT(at, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS",
                           "Only one option can be default");
        (void) form_bool(r->form, at, component, "required", 0, &is_required);
        json_bool(r->w, "required", is_required);
}

void input_checkbox_group(ComponentReader *r, const FormPath *at, const Json *component,
                          bool is_in_label _unused_) {
        size_t n_options = 0, n_defaults = 0;

        component_custom_id(r, at, component);
        options_read(r, at, component, 1, 10, &n_options, &n_defaults);
        range_read(r, at, component, 10, n_options, 0);
}

void input_checkbox(ComponentReader *r, const FormPath *at, const Json *component,
                    bool is_in_label _unused_) {
        component_custom_id(r, at, component);
        component_flag(r, at, component, "default");
}
