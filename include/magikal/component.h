#pragma once

/*
 * Buttons, selects and modals over a JsonWriter. Labels and placeholders that are too long are cut with "…"; more items than Discord takes
 * make the writer fail (-EINVAL at its finish), as dropping a control silently would be worse.
 */

#include <stddef.h>

#include "magikal/interaction.h"
#include "magikal/json.h"
#include "magikal/limits.h"

typedef enum ButtonStyle { BUTTON_PRIMARY = 1, BUTTON_SECONDARY = 2, BUTTON_SUCCESS = 3, BUTTON_DANGER = 4, BUTTON_LINK = 5 } ButtonStyle;

typedef struct Button {
        ButtonStyle style;
        const char *label;
        const char *custom_id;          /* all but links */
        const char *url;                /* links */
        const char *emoji;              /* one unicode emoji, or a guild's own as people write it: <:name:id>; NULL: none */
        bool is_disabled;
} Button;

/* An action row with 1 to 5 buttons, as a value of "components". */
void component_buttons(JsonWriter *w, const Button *buttons, size_t n_buttons);

/* Opens a modal as callback data; close with component_modal_end(). */
void component_modal(JsonWriter *w, const char *custom_id, const char *title);
void component_modal_end(JsonWriter *w);

typedef struct TextInput {
        const char *custom_id;
        const char *label;
        const char *description;        /* NULL: none */
        const char *placeholder;        /* NULL: none */
        const char *value;              /* pre-filled; NULL: none */
        int min_length, max_length;     /* 0: Discord's own */
        bool is_paragraph;
        bool is_optional;
} TextInput;
void component_text_input(JsonWriter *w, const TextInput *input);

/*
 * May this be an emoji of a button or option: a guild's own as people write it, or what looks like one unicode emoji? Which of those there
 * are only Discord knows.
 */
bool component_emoji_is_fine(const char *text);

typedef struct SelectOption {
        const char *label;
        const char *value;
        const char *description;        /* NULL: none */
        const char *emoji;
        bool is_default;
} SelectOption;
typedef struct StringSelect {
        const char *custom_id;
        const char *placeholder;
        const SelectOption *options;    /* 1 to 25, values unique */
        size_t n_options;
        int min_values, max_values;     /* 0: Discord's own (1) */
        bool is_optional;               /* in a modal */
} StringSelect;
/* As an action row of a message, and inside a label of a modal. */
void component_select(JsonWriter *w, const StringSelect *select);
void component_label_select(JsonWriter *w, const char *label, const char *description, const StringSelect *select);

/* "allowed_mentions" that pings these people and roles and nobody else; ids of 0 are left out. */
void component_mentions(JsonWriter *w, const UserId *users, size_t n_users, const RoleId *roles, size_t n_roles);
/* "allowed_mentions" that pings nobody. */
void component_no_mentions(JsonWriter *w);
