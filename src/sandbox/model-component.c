/*
 * Components (Discord reference, "Component Reference"): what may stand where, how many, how long, and the
 * shape in which responses give them back. A table says which types each place takes; one function per type
 * reads it.
 *
 * Every component gets an id: its own, or the next number that none in the message has.
 */

#include "model.h"

#include <stdio.h>

enum {
        TYPE_ACTION_ROW = 1,
        TYPE_BUTTON,
        TYPE_STRING_SELECT,
        TYPE_TEXT_INPUT,
        TYPE_USER_SELECT,
        TYPE_ROLE_SELECT,
        TYPE_MENTIONABLE_SELECT,
        TYPE_CHANNEL_SELECT,
        TYPE_SECTION,
        TYPE_TEXT_DISPLAY,
        TYPE_THUMBNAIL,
        TYPE_MEDIA_GALLERY,
        TYPE_FILE,
        TYPE_SEPARATOR,
        TYPE_CONTAINER = 17,
        TYPE_LABEL,
        TYPE_FILE_UPLOAD,
        TYPE_RADIO_GROUP = 21,
        TYPE_CHECKBOX_GROUP,
        TYPE_CHECKBOX,
        _TYPE_MAX,
};

enum {
        LEGACY_ROWS_MAX = 5,
        V2_TOTAL_MAX = 40,
        MODAL_TOP_MAX = 5,
        ROW_WIDTH = 5,
        CUSTOM_ID_MAX = 100,
        SEEN_MAX = 128, /* components read before we stop remembering; more are refused anyway */
};

#define OF(type) (UINT32_C(1) << (type))
#define SELECTS                                                                                             \
        (OF(TYPE_STRING_SELECT) | OF(TYPE_USER_SELECT) | OF(TYPE_ROLE_SELECT) |                             \
         OF(TYPE_MENTIONABLE_SELECT) | OF(TYPE_CHANNEL_SELECT))

/* Which types stand at the top of each place, and inside each type that holds others. */
static const uint32_t top_types[] = {
        [COMPONENTS_LEGACY] = OF(TYPE_ACTION_ROW),
        [COMPONENTS_V2] = OF(TYPE_ACTION_ROW) | OF(TYPE_SECTION) | OF(TYPE_TEXT_DISPLAY) |
                          OF(TYPE_MEDIA_GALLERY) | OF(TYPE_FILE) | OF(TYPE_SEPARATOR) | OF(TYPE_CONTAINER),
        [COMPONENTS_MODAL] = OF(TYPE_ACTION_ROW) | OF(TYPE_TEXT_DISPLAY) | OF(TYPE_LABEL),
};
static const uint32_t row_types = OF(TYPE_BUTTON) | SELECTS;
static const uint32_t modal_row_types = OF(TYPE_TEXT_INPUT);
static const uint32_t container_types = OF(TYPE_ACTION_ROW) | OF(TYPE_SECTION) | OF(TYPE_TEXT_DISPLAY) |
                                        OF(TYPE_MEDIA_GALLERY) | OF(TYPE_FILE) | OF(TYPE_SEPARATOR);
static const uint32_t section_types = OF(TYPE_TEXT_DISPLAY);
static const uint32_t accessory_types = OF(TYPE_BUTTON) | OF(TYPE_THUMBNAIL);
static const uint32_t label_types = SELECTS | OF(TYPE_TEXT_INPUT) | OF(TYPE_FILE_UPLOAD) |
                                    OF(TYPE_RADIO_GROUP) | OF(TYPE_CHECKBOX_GROUP) | OF(TYPE_CHECKBOX);

typedef struct Reader {
        Form *form;
        JsonWriter *w;
        ComponentPlace place;
        size_t n_total;
        size_t n_text;         /* characters of all text displays */
        int64_t ids[SEEN_MAX]; /* given ones, then assigned ones */
        size_t n_ids;
        int64_t next_id;
        const char *custom_ids[SEEN_MAX];
        size_t n_custom_ids;
} Reader;

static void component_read(Reader *r, const FormPath *at, const Json *component, uint32_t allowed,
                           bool is_in_label);

/* ---- ids ---- */

static bool id_is_taken(const Reader *r, int64_t id) {
        for (size_t i = 0; i < r->n_ids; i++)
                if (r->ids[i] == id)
                        return true;
        return false;
}

/* Ids that the request names, so that assigned ones keep out of their way. */
static void collect_ids(Reader *r, const FormPath *at, const Json *value) {
        size_t i = 0;
        int64_t id;

        if (json_is_array(value)) {
                JSON_FOREACH(item, value)
                        collect_ids(r, AT_INDEX(at, i++), item);
                return;
        }
        if (!json_is_object(value))
                return;
        if (json_get_i64(value, "id", &id) == 0 && id > 0 && r->n_ids < SEEN_MAX) {
                if (id_is_taken(r, id))
                        form_fault(r->form, AT(at, "id"), "COMPONENT_ID_DUPLICATED",
                                   "Component id cannot be duplicated");
                else
                        r->ids[r->n_ids++] = id;
        }
        collect_ids(r, AT(at, "components"), json_get(value, "components"));
        collect_ids(r, AT(at, "component"), json_get(value, "component"));
        collect_ids(r, AT(at, "accessory"), json_get(value, "accessory"));
}

static void put_id(Reader *r, const FormPath *at, const Json *component) {
        int64_t id = 0;

        (void) form_i64(r->form, at, component, "id", 0, 0, INT32_MAX, &id);
        if (id == 0) {
                while (id_is_taken(r, r->next_id))
                        r->next_id++;
                id = r->next_id++;
        }
        json_i64(r->w, "id", id);
}

static void read_custom_id(Reader *r, const FormPath *at, const Json *component) {
        const char *custom_id = NULL;

        if (!form_string(r->form, at, component, "custom_id", FORM_REQUIRED, 1, CUSTOM_ID_MAX, &custom_id))
                return;
        for (size_t i = 0; i < r->n_custom_ids; i++)
                if (streq(r->custom_ids[i], custom_id)) {
                        form_fault(r->form, AT(at, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED",
                                   "Component custom id cannot be duplicated");
                        return;
                }
        if (r->n_custom_ids < SEEN_MAX)
                r->custom_ids[r->n_custom_ids++] = custom_id;
        json_string(r->w, "custom_id", custom_id);
}

/* ---- parts ---- */

static void read_text(Reader *r, const FormPath *at, const Json *object, const char *key, unsigned flags,
                      size_t min, size_t max) {
        const char *text = NULL;

        if (form_string(r->form, at, object, key, flags, min, max, &text))
                json_string(r->w, key, text);
}

static void read_flag(Reader *r, const FormPath *at, const Json *object, const char *key) {
        bool flag = false;

        if (form_bool(r->form, at, object, key, 0, &flag))
                json_bool(r->w, key, flag);
}

static bool read_emoji(Reader *r, const FormPath *at, const Json *object) {
        const Json *emoji = NULL;
        const char *name = NULL;
        uint64_t id = 0;
        bool is_animated = false;

        if (!form_object(r->form, at, object, "emoji", 0, &emoji))
                return false;
        at = AT(at, "emoji");
        (void) form_snowflake(r->form, at, emoji, "id", 0, &id);
        (void) form_string(r->form, at, emoji, "name", 0, 1, 32, &name);
        if (!id && !name) {
                form_fault(r->form, AT(at, "name"), "BUTTON_COMPONENT_INVALID_EMOJI", "Invalid emoji");
                return false;
        }
        json_object(r->w, "emoji");
        if (id) {
                json_id(r->w, "id", id);
                if (form_bool(r->form, at, emoji, "animated", 0, &is_animated))
                        json_bool(r->w, "animated", is_animated);
        }
        json_string(r->w, "name", name ?: "_");
        json_close(r->w);
        return true;
}

/* Children under "components". */
static void read_children(Reader *r, const FormPath *at, const Json *component, uint32_t allowed,
                          size_t max) {
        const Json *children = NULL;
        size_t i = 0;

        if (!form_array(r->form, at, component, "components", FORM_REQUIRED, 1, max, &children))
                return;
        json_array(r->w, "components");
        JSON_FOREACH(child, children)
                component_read(r, AT_INDEX(AT(at, "components"), i++), child, allowed, false);
        json_close_array(r->w);
}

static void read_media(Reader *r, const FormPath *at, const Json *component, const char *key) {
        const Json *media = NULL;
        const char *url = NULL;

        if (!form_object(r->form, at, component, key, FORM_REQUIRED, &media) ||
            !form_url(r->form, AT(at, key), media, "url", FORM_REQUIRED, 2048, true, &url))
                return;
        json_object(r->w, key);
        json_id(r->w, "id", 0);
        json_string(r->w, "url", url);
        json_string(r->w, "proxy_url", url);
        json_close(r->w);
}

/* ---- one function per type ---- */

static void read_row(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        const Json *children = json_get(component, "components");
        unsigned width = 0;

        (void) is_in_label;
        if (r->place == COMPONENTS_MODAL) {
                read_children(r, at, component, modal_row_types, 1);
                return;
        }
        /* Five buttons, or one select, which fills the row. */
        JSON_FOREACH(child, children) {
                int64_t type = 0;

                if (json_get_i64(child, "type", &type) == 0)
                        width += type == TYPE_BUTTON ? 1 : ROW_WIDTH;
        }
        if (width > ROW_WIDTH && json_array_size(children) <= ROW_WIDTH)
                form_fault(r->form, AT(at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                           "The specified component exceeds the maximum width");
        read_children(r, at, component, row_types, ROW_WIDTH);
}

static void read_button(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        static const int64_t styles[] = { 1, 2, 3, 4, 5, 6 };
        const char *url = NULL, *label = NULL;
        int64_t style = 0;
        uint64_t sku = 0;
        bool has_emoji;

        (void) is_in_label;
        if (!form_choice(r->form, at, component, "style", FORM_REQUIRED, styles, ELEMENTSOF(styles), &style))
                return;
        json_i64(r->w, "style", style);

        if (form_string(r->form, at, component, "label", 0, 0, 80, &label) && *label)
                json_string(r->w, "label", label);
        has_emoji = read_emoji(r, at, component);
        read_flag(r, at, component, "disabled");

        if (style == 6) {
                if (form_snowflake(r->form, at, component, "sku_id", FORM_REQUIRED, &sku))
                        json_id(r->w, "sku_id", sku);
                return;
        }
        if ((!label || !*label) && !has_emoji && !json_is_object(json_get(component, "emoji")))
                form_fault(r->form, AT(at, "label"), "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
                           "A label or emoji is required");
        if (style == 5) {
                if (form_has(component, "custom_id") && !json_is_null(json_get(component, "custom_id")))
                        form_fault(r->form, AT(at, "custom_id"),
                                   "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                                   "A custom id and url cannot both be specified");
                if (form_url(r->form, at, component, "url", FORM_REQUIRED, 512, false, &url))
                        json_string(r->w, "url", url);
                return;
        }
        if (form_has(component, "url") && !json_is_null(json_get(component, "url")))
                form_fault(r->form, AT(at, "url"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE",
                           "A custom id and url cannot both be specified");
        if (!json_text(json_get(component, "custom_id")) || !*json_text(json_get(component, "custom_id")))
                form_fault(r->form, AT(at, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED",
                           "A custom id is required");
        else
                read_custom_id(r, at, component);
}

static void read_options(Reader *r, const FormPath *at, const Json *component, size_t min, size_t max,
                         size_t *ret_n, size_t *ret_n_defaults) {
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
                read_text(r, here, option, "label", FORM_REQUIRED, 1, 100);
                if (form_string(r->form, here, option, "value", FORM_REQUIRED, 1, 100, &value))
                        json_string(r->w, "value", value);
                read_text(r, here, option, "description", 0, 0, 100);
                (void) read_emoji(r, here, option);
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
static void read_range(Reader *r, const FormPath *at, const Json *component, int64_t max_allowed,
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

static void read_default_values(Reader *r, const FormPath *at, const Json *component, int64_t type) {
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
                        (type == TYPE_USER_SELECT || type == TYPE_MENTIONABLE_SELECT)) ||
                       (streq(kind, "role") &&
                        (type == TYPE_ROLE_SELECT || type == TYPE_MENTIONABLE_SELECT)) ||
                       (streq(kind, "channel") && type == TYPE_CHANNEL_SELECT);
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

static void read_channel_types(Reader *r, const FormPath *at, const Json *component) {
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

static void read_select(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        size_t n_options = 0, n_defaults = 0;
        bool is_disabled = false;
        int64_t type = 0;

        (void) is_in_label;
        (void) json_get_i64(component, "type", &type);
        read_custom_id(r, at, component);
        read_text(r, at, component, "placeholder", 0, 0, 150);
        if (type == TYPE_STRING_SELECT)
                read_options(r, at, component, 1, 25, &n_options, &n_defaults);
        else
                read_default_values(r, at, component, type);
        if (type == TYPE_CHANNEL_SELECT)
                read_channel_types(r, at, component);
        read_range(r, at, component, 25, n_options, n_defaults);

        if (form_bool(r->form, at, component, "disabled", 0, &is_disabled)) {
                if (r->place == COMPONENTS_MODAL && is_disabled)
                        form_fault(r->form, AT(at, "disabled"), "SELECT_COMPONENT_DISABLED_IN_MODAL",
                                   "A select in a modal cannot be disabled");
                json_bool(r->w, "disabled", is_disabled);
        }
}

static void read_text_input(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        static const int64_t styles[] = { 1, 2 };
        int64_t style = 0, min = 0, max = 4000;
        const char *value = NULL;
        bool is_required = true;

        read_custom_id(r, at, component);
        if (form_choice(r->form, at, component, "style", FORM_REQUIRED, styles, ELEMENTSOF(styles), &style))
                json_i64(r->w, "style", style);
        if (!is_in_label)
                read_text(r, at, component, "label", FORM_REQUIRED, 1, 45);
        else if (json_text(json_get(component, "label")))
                form_fault(r->form, AT(at, "label"), "TEXT_INPUT_COMPONENT_LABEL_IN_LABEL",
                           "A text input inside a label cannot have a label");
        read_text(r, at, component, "placeholder", 0, 0, 100);

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

static void read_section(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        const Json *accessory = NULL;

        (void) is_in_label;
        read_children(r, at, component, section_types, 3);
        if (!form_object(r->form, at, component, "accessory", FORM_REQUIRED, &accessory))
                return;
        json_put_key(r->w, "accessory");
        component_read(r, AT(at, "accessory"), accessory, accessory_types, false);
}

static void read_text_display(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        const char *content = NULL;

        (void) is_in_label;
        if (!form_string(r->form, at, component, "content", FORM_REQUIRED | FORM_TRIM, 1, 4000, &content))
                return;
        r->n_text += text_length(content);
        json_string(r->w, "content", content);
}

static void read_thumbnail(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        const char *description = NULL;
        bool is_spoiler = false;

        (void) is_in_label;
        read_media(r, at, component, "media");
        (void) form_string(r->form, at, component, "description", 0, 0, 1024, &description);
        (void) form_bool(r->form, at, component, "spoiler", 0, &is_spoiler);
        json_string(r->w, "description", description);
        json_bool(r->w, "spoiler", is_spoiler);
}

static void read_gallery(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        const Json *items = NULL;
        size_t i = 0;

        if (!form_array(r->form, at, component, "items", FORM_REQUIRED, 1, 10, &items))
                return;
        json_array(r->w, "items");
        JSON_FOREACH(item, items) {
                const FormPath *here = AT_INDEX(AT(at, "items"), i++);

                if (!form_is_object(r->form, here, item))
                        continue;
                json_open(r->w);
                read_thumbnail(r, here, item, is_in_label);
                json_close(r->w);
        }
        json_close_array(r->w);
}

static void read_file(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        bool is_spoiler = false;

        (void) is_in_label;
        read_media(r, at, component, "file");
        (void) form_bool(r->form, at, component, "spoiler", 0, &is_spoiler);
        json_null(r->w, "name");
        json_null(r->w, "size");
        json_bool(r->w, "spoiler", is_spoiler);
}

static void read_separator(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        static const int64_t spacings[] = { 1, 2 };
        int64_t spacing = 1;
        bool has_divider = true;

        (void) is_in_label;
        (void) form_choice(r->form, at, component, "spacing", 0, spacings, ELEMENTSOF(spacings), &spacing);
        (void) form_bool(r->form, at, component, "divider", 0, &has_divider);
        json_i64(r->w, "spacing", spacing);
        json_bool(r->w, "divider", has_divider);
}

static void read_container(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        bool is_spoiler = false;
        int64_t color = 0;

        (void) is_in_label;
        if (form_i64(r->form, at, component, "accent_color", 0, 0, 0xFFFFFF, &color))
                json_i64(r->w, "accent_color", color);
        else
                json_null(r->w, "accent_color");
        (void) form_bool(r->form, at, component, "spoiler", 0, &is_spoiler);
        json_bool(r->w, "spoiler", is_spoiler);
        read_children(r, at, component, container_types, V2_TOTAL_MAX);
}

static void read_label(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        const Json *inner = NULL;

        (void) is_in_label;
        read_text(r, at, component, "label", FORM_REQUIRED, 1, 45);
        read_text(r, at, component, "description", 0, 1, 100);
        if (!form_object(r->form, at, component, "component", FORM_REQUIRED, &inner))
                return;
        json_put_key(r->w, "component");
        component_read(r, AT(at, "component"), inner, label_types, true);
}

static void read_file_upload(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        (void) is_in_label;
        read_custom_id(r, at, component);
        read_range(r, at, component, 10, 0, 0);
}

static void read_radio_group(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        size_t n_options = 0, n_defaults = 0;
        bool is_required = true;

        (void) is_in_label;
        read_custom_id(r, at, component);
        read_options(r, at, component, 2, 10, &n_options, &n_defaults);
        if (n_defaults > 1)
                form_fault(r->form, AT(at, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS",
                           "Only one option can be default");
        (void) form_bool(r->form, at, component, "required", 0, &is_required);
        json_bool(r->w, "required", is_required);
}

static void read_checkbox_group(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        size_t n_options = 0, n_defaults = 0;

        (void) is_in_label;
        read_custom_id(r, at, component);
        read_options(r, at, component, 1, 10, &n_options, &n_defaults);
        read_range(r, at, component, 10, n_options, 0);
}

static void read_checkbox(Reader *r, const FormPath *at, const Json *component, bool is_in_label) {
        (void) is_in_label;
        read_custom_id(r, at, component);
        read_flag(r, at, component, "default");
}

/* ---- dispatch ---- */

static void (*const readers[_TYPE_MAX])(Reader *r, const FormPath *at, const Json *component,
                                        bool is_in_label) = {
        [TYPE_ACTION_ROW] = read_row,
        [TYPE_BUTTON] = read_button,
        [TYPE_STRING_SELECT] = read_select,
        [TYPE_TEXT_INPUT] = read_text_input,
        [TYPE_USER_SELECT] = read_select,
        [TYPE_ROLE_SELECT] = read_select,
        [TYPE_MENTIONABLE_SELECT] = read_select,
        [TYPE_CHANNEL_SELECT] = read_select,
        [TYPE_SECTION] = read_section,
        [TYPE_TEXT_DISPLAY] = read_text_display,
        [TYPE_THUMBNAIL] = read_thumbnail,
        [TYPE_MEDIA_GALLERY] = read_gallery,
        [TYPE_FILE] = read_file,
        [TYPE_SEPARATOR] = read_separator,
        [TYPE_CONTAINER] = read_container,
        [TYPE_LABEL] = read_label,
        [TYPE_FILE_UPLOAD] = read_file_upload,
        [TYPE_RADIO_GROUP] = read_radio_group,
        [TYPE_CHECKBOX_GROUP] = read_checkbox_group,
        [TYPE_CHECKBOX] = read_checkbox,
};

static void fault_type(Reader *r, const FormPath *at, uint32_t allowed) {
        _strbuf_ StrBuf list = {};

        for (int type = 1; type < _TYPE_MAX; type++)
                if (allowed & OF(type))
                        strbuf_appendf(&list, "%s%d", list.n_bytes ? ", " : "", type);
        form_fault(r->form, AT(at, "type"), "UNION_TYPE_CHOICES",
                   "Value of field \"type\" must be one of (%s).", strbuf_text(&list));
}

/* Writes exactly one value in every case, so that the document stays whole. */
static void component_read(Reader *r, const FormPath *at, const Json *component, uint32_t allowed,
                           bool is_in_label) {
        int64_t type = 0;

        json_open(r->w);
        r->n_total++;
        if (!form_is_object(r->form, at, component))
                ;
        else if (!form_has(component, "type"))
                form_fault(r->form, AT(at, "type"), "BASE_TYPE_REQUIRED", "This field is required");
        else if (json_get_i64(component, "type", &type) != 0 || type < 1 || type >= _TYPE_MAX ||
                 !(allowed & OF(type)))
                fault_type(r, at, allowed);
        else {
                json_i64(r->w, "type", type);
                put_id(r, at, component);
                readers[type](r, at, component, is_in_label);
        }
        json_close(r->w);
}

void components_read(Form *form, const FormPath *at, const Json *array, ComponentPlace place,
                     JsonWriter *w) {
        static const size_t top_max[] = {
                [COMPONENTS_LEGACY] = LEGACY_ROWS_MAX,
                [COMPONENTS_V2] = V2_TOTAL_MAX,
                [COMPONENTS_MODAL] = MODAL_TOP_MAX,
        };
        size_t n = (size_t) json_array_size(array), i = 0;
        Reader r = {
                .form = form,
                .w = w,
                .place = place,
                .next_id = 1,
        };

        json_open_array(w);
        collect_ids(&r, at, array);
        if (n > top_max[place] || (n == 0 && place == COMPONENTS_MODAL))
                form_fault(form, at, "BASE_TYPE_BAD_LENGTH", "Must be between %d and %zu in length.",
                           place == COMPONENTS_MODAL ? 1 : 0, top_max[place]);
        else
                JSON_FOREACH(component, array)
                        component_read(&r, AT_INDEX(at, i++), component, top_types[place], false);
        json_close_array(w);

        if (place == COMPONENTS_V2 && r.n_total > V2_TOTAL_MAX)
                form_fault(form, at, "COMPONENT_TOTAL_EXCEEDED",
                           "The total number of components cannot exceed %d", V2_TOTAL_MAX);
        if (place == COMPONENTS_V2 && r.n_text > 4000)
                form_fault(form, at, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
                           "Displayable text size exceeds the maximum size of 4000");
}

/* ---- looking into them ---- */

const Json *components_find(const Json *value, const char *custom_id) {
        const Json *found = NULL;

        if (json_is_array(value)) {
                JSON_FOREACH(item, value) {
                        found = components_find(item, custom_id);
                        if (found)
                                return found;
                }
                return NULL;
        }
        if (!json_is_object(value))
                return NULL;
        if (streq_ptr(json_text(json_get(value, "custom_id")), custom_id))
                return value;

        found = components_find(json_get(value, "components"), custom_id);
        if (!found)
                found = components_find(json_get(value, "component"), custom_id);
        return found ?: components_find(json_get(value, "accessory"), custom_id);
}

void components_each_text(const Json *value, void (*text)(void *userdata, const char *content),
                          void *userdata) {
        if (json_is_array(value)) {
                JSON_FOREACH(item, value)
                        components_each_text(item, text, userdata);
                return;
        }
        if (!json_is_object(value))
                return;
        if (json_text(json_get(value, "content")))
                text(userdata, json_text(json_get(value, "content")));
        components_each_text(json_get(value, "components"), text, userdata);
}
