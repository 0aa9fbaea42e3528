/*
 * Components (Discord reference, "Component Reference"): what may stand where, how many, how long, and the
 * shape in which responses give them back. A table says which types each place takes; one function per type
 * reads it.
 *
 * Every component gets an id: its own, or the next number that none in the message has.
 */

#include "model-component.h"

#include <stdio.h>

enum {
        LEGACY_ROWS_MAX = 5,
        V2_TOTAL_MAX = 40,
        MODAL_TOP_MAX = 5,
        ROW_WIDTH = 5,
        CUSTOM_ID_MAX = 100,
};

#define OF(type) (UINT32_C(1) << (type))
#define SELECTS                                                                                             \
        (OF(COMPONENT_STRING_SELECT) | OF(COMPONENT_USER_SELECT) | OF(COMPONENT_ROLE_SELECT) |              \
         OF(COMPONENT_MENTIONABLE_SELECT) | OF(COMPONENT_CHANNEL_SELECT))

/* Which types stand at the top of each place, and inside each type that holds others. */
static const uint32_t top_types[] = {
        [COMPONENTS_LEGACY] = OF(COMPONENT_ACTION_ROW),
        [COMPONENTS_V2] = OF(COMPONENT_ACTION_ROW) | OF(COMPONENT_SECTION) | OF(COMPONENT_TEXT_DISPLAY) |
                          OF(COMPONENT_MEDIA_GALLERY) | OF(COMPONENT_FILE) | OF(COMPONENT_SEPARATOR) |
                          OF(COMPONENT_CONTAINER),
        [COMPONENTS_MODAL] = OF(COMPONENT_ACTION_ROW) | OF(COMPONENT_TEXT_DISPLAY) | OF(COMPONENT_LABEL),
};
static const uint32_t row_types = OF(COMPONENT_BUTTON) | SELECTS;
static const uint32_t modal_row_types = OF(COMPONENT_TEXT_INPUT);
static const uint32_t container_types = OF(COMPONENT_ACTION_ROW) | OF(COMPONENT_SECTION) |
                                        OF(COMPONENT_TEXT_DISPLAY) | OF(COMPONENT_MEDIA_GALLERY) |
                                        OF(COMPONENT_FILE) | OF(COMPONENT_SEPARATOR);
static const uint32_t section_types = OF(COMPONENT_TEXT_DISPLAY);
static const uint32_t accessory_types = OF(COMPONENT_BUTTON) | OF(COMPONENT_THUMBNAIL);
static const uint32_t label_types = SELECTS | OF(COMPONENT_TEXT_INPUT) | OF(COMPONENT_FILE_UPLOAD) |
                                    OF(COMPONENT_RADIO_GROUP) | OF(COMPONENT_CHECKBOX_GROUP) |
                                    OF(COMPONENT_CHECKBOX);

/* ---- ids ---- */

static bool id_is_taken(const ComponentReader *r, int64_t id) {
        for (size_t i = 0; i < r->n_ids; i++)
                if (r->ids[i] == id)
                        return true;
        return false;
}

/* Ids that the request names, so that assigned ones keep out of their way. */
static void collect_ids(ComponentReader *r, const FormPath *at, const Json *value) {
        size_t i = 0;
        int64_t id;

        if (json_is_array(value)) {
                JSON_FOREACH(item, value)
                        collect_ids(r, AT_INDEX(at, i++), item);
                return;
        }
        if (!json_is_object(value))
                return;
        if (json_get_i64(value, "id", &id) == 0 && id > 0 && r->n_ids < COMPONENTS_SEEN_MAX) {
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

static void put_id(ComponentReader *r, const FormPath *at, const Json *component) {
        int64_t id = 0;

        (void) form_i64(r->form, at, component, "id", 0, 0, INT32_MAX, &id);
        if (id == 0) {
                while (id_is_taken(r, r->next_id))
                        r->next_id++;
                id = r->next_id++;
        }
        json_i64(r->w, "id", id);
}

void component_custom_id(ComponentReader *r, const FormPath *at, const Json *component) {
        const char *custom_id = NULL;

        if (!form_string(r->form, at, component, "custom_id", FORM_REQUIRED, 1, CUSTOM_ID_MAX, &custom_id))
                return;
        for (size_t i = 0; i < r->n_custom_ids; i++)
                if (streq(r->custom_ids[i], custom_id)) {
                        form_fault(r->form, AT(at, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED",
                                   "Component custom id cannot be duplicated");
                        return;
                }
        if (r->n_custom_ids < COMPONENTS_SEEN_MAX)
                r->custom_ids[r->n_custom_ids++] = custom_id;
        json_string(r->w, "custom_id", custom_id);
}

/* ---- parts ---- */

void component_text(ComponentReader *r, const FormPath *at, const Json *object, const char *key,
                    unsigned flags, size_t min, size_t max) {
        const char *text = NULL;

        if (form_string(r->form, at, object, key, flags, min, max, &text))
                json_string(r->w, key, text);
}

void component_flag(ComponentReader *r, const FormPath *at, const Json *object, const char *key) {
        bool flag = false;

        if (form_bool(r->form, at, object, key, 0, &flag))
                json_bool(r->w, key, flag);
}

bool component_emoji(ComponentReader *r, const FormPath *at, const Json *object) {
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
static void read_children(ComponentReader *r, const FormPath *at, const Json *component, uint32_t allowed,
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

static void read_media(ComponentReader *r, const FormPath *at, const Json *component, const char *key) {
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

static void read_row(ComponentReader *r, const FormPath *at, const Json *component,
                     bool is_in_label _unused_) {
        const Json *children = json_get(component, "components");
        unsigned width = 0;

        if (r->place == COMPONENTS_MODAL) {
                read_children(r, at, component, modal_row_types, 1);
                return;
        }
        /* Five buttons, or one select, which fills the row. */
        JSON_FOREACH(child, children) {
                int64_t type = 0;

                if (json_get_i64(child, "type", &type) == 0)
                        width += type == COMPONENT_BUTTON ? 1 : ROW_WIDTH;
        }
        if (width > ROW_WIDTH && json_array_size(children) <= ROW_WIDTH)
                form_fault(r->form, AT(at, "components"), "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
                           "The specified component exceeds the maximum width");
        read_children(r, at, component, row_types, ROW_WIDTH);
}

static void read_button(ComponentReader *r, const FormPath *at, const Json *component,
                        bool is_in_label _unused_) {
        static const int64_t styles[] = { 1, 2, 3, 4, 5, 6 };
        const char *url = NULL, *label = NULL;
        int64_t style = 0;
        uint64_t sku = 0;
        bool has_emoji;

        if (!form_choice(r->form, at, component, "style", FORM_REQUIRED, styles, ELEMENTSOF(styles), &style))
                return;
        json_i64(r->w, "style", style);

        if (form_string(r->form, at, component, "label", 0, 0, 80, &label) && *label)
                json_string(r->w, "label", label);
        has_emoji = component_emoji(r, at, component);
        component_flag(r, at, component, "disabled");

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
                component_custom_id(r, at, component);
}

static void read_section(ComponentReader *r, const FormPath *at, const Json *component,
                         bool is_in_label _unused_) {
        const Json *accessory = NULL;

        read_children(r, at, component, section_types, 3);
        if (!form_object(r->form, at, component, "accessory", FORM_REQUIRED, &accessory))
                return;
        json_put_key(r->w, "accessory");
        component_read(r, AT(at, "accessory"), accessory, accessory_types, false);
}

static void read_text_display(ComponentReader *r, const FormPath *at, const Json *component,
                              bool is_in_label _unused_) {
        const char *content = NULL;

        if (!form_string(r->form, at, component, "content", FORM_REQUIRED | FORM_TRIM, 1, 4000, &content))
                return;
        r->n_text += text_length(content);
        json_string(r->w, "content", content);
}

static void read_thumbnail(ComponentReader *r, const FormPath *at, const Json *component,
                           bool is_in_label _unused_) {
        const char *description = NULL;
        bool is_spoiler = false;

        read_media(r, at, component, "media");
        (void) form_string(r->form, at, component, "description", 0, 0, 1024, &description);
        (void) form_bool(r->form, at, component, "spoiler", 0, &is_spoiler);
        json_string(r->w, "description", description);
        json_bool(r->w, "spoiler", is_spoiler);
}

static void read_gallery(ComponentReader *r, const FormPath *at, const Json *component, bool is_in_label) {
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

static void read_file(ComponentReader *r, const FormPath *at, const Json *component,
                      bool is_in_label _unused_) {
        bool is_spoiler = false;

        read_media(r, at, component, "file");
        (void) form_bool(r->form, at, component, "spoiler", 0, &is_spoiler);
        json_null(r->w, "name");
        json_null(r->w, "size");
        json_bool(r->w, "spoiler", is_spoiler);
}

static void read_separator(ComponentReader *r, const FormPath *at, const Json *component,
                           bool is_in_label _unused_) {
        static const int64_t spacings[] = { 1, 2 };
        int64_t spacing = 1;
        bool has_divider = true;

        (void) form_choice(r->form, at, component, "spacing", 0, spacings, ELEMENTSOF(spacings), &spacing);
        (void) form_bool(r->form, at, component, "divider", 0, &has_divider);
        json_i64(r->w, "spacing", spacing);
        json_bool(r->w, "divider", has_divider);
}

static void read_container(ComponentReader *r, const FormPath *at, const Json *component,
                           bool is_in_label _unused_) {
        bool is_spoiler = false;
        int64_t color = 0;

        if (form_i64(r->form, at, component, "accent_color", 0, 0, 0xFFFFFF, &color))
                json_i64(r->w, "accent_color", color);
        else
                json_null(r->w, "accent_color");
        (void) form_bool(r->form, at, component, "spoiler", 0, &is_spoiler);
        json_bool(r->w, "spoiler", is_spoiler);
        read_children(r, at, component, container_types, V2_TOTAL_MAX);
}

static void read_label(ComponentReader *r, const FormPath *at, const Json *component,
                       bool is_in_label _unused_) {
        const Json *inner = NULL;

        component_text(r, at, component, "label", FORM_REQUIRED, 1, 45);
        component_text(r, at, component, "description", 0, 1, 100);
        if (!form_object(r->form, at, component, "component", FORM_REQUIRED, &inner))
                return;
        json_put_key(r->w, "component");
        component_read(r, AT(at, "component"), inner, label_types, true);
}

/* ---- dispatch ---- */

static const ComponentRead readers[_COMPONENT_MAX] = {
        [COMPONENT_ACTION_ROW] = read_row,
        [COMPONENT_BUTTON] = read_button,
        [COMPONENT_STRING_SELECT] = input_select,
        [COMPONENT_TEXT_INPUT] = input_text,
        [COMPONENT_USER_SELECT] = input_select,
        [COMPONENT_ROLE_SELECT] = input_select,
        [COMPONENT_MENTIONABLE_SELECT] = input_select,
        [COMPONENT_CHANNEL_SELECT] = input_select,
        [COMPONENT_SECTION] = read_section,
        [COMPONENT_TEXT_DISPLAY] = read_text_display,
        [COMPONENT_THUMBNAIL] = read_thumbnail,
        [COMPONENT_MEDIA_GALLERY] = read_gallery,
        [COMPONENT_FILE] = read_file,
        [COMPONENT_SEPARATOR] = read_separator,
        [COMPONENT_CONTAINER] = read_container,
        [COMPONENT_LABEL] = read_label,
        [COMPONENT_FILE_UPLOAD] = input_file_upload,
        [COMPONENT_RADIO_GROUP] = input_radio_group,
        [COMPONENT_CHECKBOX_GROUP] = input_checkbox_group,
        [COMPONENT_CHECKBOX] = input_checkbox,
};

static void fault_type(ComponentReader *r, const FormPath *at, uint32_t allowed) {
        _strbuf_ StrBuf list = {};

        for (int type = 1; type < _COMPONENT_MAX; type++)
                if (allowed & OF(type))
                        strbuf_appendf(&list, "%s%d", list.n_bytes ? ", " : "", type);
        form_fault(r->form, AT(at, "type"), "UNION_TYPE_CHOICES",
                   "Value of field \"type\" must be one of (%s).", strbuf_text(&list));
}

/* Writes exactly one value in every case, so that the document stays whole. */
void component_read(ComponentReader *r, const FormPath *at, const Json *component, uint32_t allowed,
                    bool is_in_label) {
        int64_t type = 0;

        json_open(r->w);
        r->n_total++;
        if (!form_is_object(r->form, at, component))
                ;
        else if (!form_has(component, "type"))
                form_fault(r->form, AT(at, "type"), "BASE_TYPE_REQUIRED", "This field is required");
        else if (json_get_i64(component, "type", &type) != 0 || type < 1 || type >= _COMPONENT_MAX ||
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
        ComponentReader r = {
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
