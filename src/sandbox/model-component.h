#pragma once

/*
 * Reading components: what model-component.c (places, layout, buttons) and model-input.c (selects, text,
 * groups) share.
 */

#include "model.h"

/* Discord reference, "Component Reference" */
typedef enum ComponentType {
        COMPONENT_ACTION_ROW = 1,
        COMPONENT_BUTTON,
        COMPONENT_STRING_SELECT,
        COMPONENT_TEXT_INPUT,
        COMPONENT_USER_SELECT,
        COMPONENT_ROLE_SELECT,
        COMPONENT_MENTIONABLE_SELECT,
        COMPONENT_CHANNEL_SELECT,
        COMPONENT_SECTION,
        COMPONENT_TEXT_DISPLAY,
        COMPONENT_THUMBNAIL,
        COMPONENT_MEDIA_GALLERY,
        COMPONENT_FILE,
        COMPONENT_SEPARATOR,
        COMPONENT_CONTAINER = 17,
        COMPONENT_LABEL,
        COMPONENT_FILE_UPLOAD,
        COMPONENT_RADIO_GROUP = 21,
        COMPONENT_CHECKBOX_GROUP,
        COMPONENT_CHECKBOX,
        _COMPONENT_MAX,
} ComponentType;

#define COMPONENTS_SEEN_MAX 128 /* read before we stop remembering; more are refused anyway */

typedef struct ComponentReader {
        Form *form;
        JsonWriter *w;
        ComponentPlace place;
        size_t n_total;
        size_t n_text;                    /* characters of all text displays */
        int64_t ids[COMPONENTS_SEEN_MAX]; /* given ones, then assigned ones */
        size_t n_ids;
        int64_t next_id;
        const char *custom_ids[COMPONENTS_SEEN_MAX];
        size_t n_custom_ids;
} ComponentReader;

/* One reader per type: checks the members it knows and writes them into the open object. */
typedef void (*ComponentRead)(ComponentReader *r, const FormPath *at, const Json *component,
                              bool is_in_label);
void input_select(ComponentReader *r, const FormPath *at, const Json *component, bool is_in_label);
void input_text(ComponentReader *r, const FormPath *at, const Json *component, bool is_in_label);
void input_file_upload(ComponentReader *r, const FormPath *at, const Json *component, bool is_in_label);
void input_radio_group(ComponentReader *r, const FormPath *at, const Json *component, bool is_in_label);
void input_checkbox_group(ComponentReader *r, const FormPath *at, const Json *component, bool is_in_label);
void input_checkbox(ComponentReader *r, const FormPath *at, const Json *component, bool is_in_label);

/* A whole component of one of the allowed types (bit n: type n), as one value. */
void component_read(ComponentReader *r, const FormPath *at, const Json *component, uint32_t allowed,
                    bool is_in_label);
/* Members that several types have. */
void component_custom_id(ComponentReader *r, const FormPath *at, const Json *component);
void component_text(ComponentReader *r, const FormPath *at, const Json *object, const char *key,
                    unsigned flags, size_t min, size_t max);
void component_flag(ComponentReader *r, const FormPath *at, const Json *object, const char *key);
bool component_emoji(ComponentReader *r, const FormPath *at, const Json *object); /* true: there is one */
