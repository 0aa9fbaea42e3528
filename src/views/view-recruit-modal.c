/* Forms of recruitment. A form's own custom_id says which ticket it is about; its inputs are plain names. */

#include "magikal/views-recruit.h"

#include <errno.h>

#include "magikal/component.h"

static int open_modal(JsonWriter *w, const Keys *keys, const Ticket *ticket, const char *control, const char *title) {
        char custom_id[LIMIT_CUSTOM_ID + 1];
        int r;

        if (ticket->id.v == 0)
                return -EINVAL;
        r = custom_id_write(keys, ticket->guild, control, &ticket->id.v, 1, custom_id);
        if (r < 0)
                return r;
        component_modal(w, custom_id, title);
        return 0;
}

/* ---- Step 1 ----------------------------------------------------------------------------------------------------------------------------- */

static void put_role(JsonWriter *w, Lang lang, RequestedRole requested) {
        const SelectOption options[] = {
                {
                        .label = text_lookup(lang, TEXT_RECRUIT_MEMBER),
                        .value = requested_role_to_string(REQUESTED_MEMBER),
                        .is_default = requested == REQUESTED_MEMBER,
                },
                {
                        .label = text_lookup(lang, TEXT_RECRUIT_AFFILIATE),
                        .value = requested_role_to_string(REQUESTED_AFFILIATE),
                        .is_default = requested == REQUESTED_AFFILIATE,
                },
        };

        component_label_select(w, text_lookup(lang, TEXT_STEP1_ROLE), text_lookup(lang, TEXT_STEP1_ROLE_HINT),
                               &(StringSelect) { .custom_id = FIELD_ROLE, .options = options, .n_options = ELEMENTSOF(options) });
}

static void put_area(JsonWriter *w, Lang lang, const RecruitOption *areas, size_t n_areas, const char *chosen) {
        SelectOption options[RECRUIT_OPTIONS_MAX] = {};

        for (size_t i = 0; i < n_areas; i++)
                options[i] = (SelectOption) {
                        .label = areas[i].name,
                        .value = areas[i].name,
                        .emoji = areas[i].emoji,
                        .is_default = streq_ptr(chosen, areas[i].name),
                };
        component_label_select(w, text_lookup(lang, TEXT_STEP1_AREA), NULL,
                               &(StringSelect) { .custom_id = FIELD_AREA, .options = options, .n_options = n_areas });
}

static int put_zone(JsonWriter *w, Lang lang, const char *chosen) {
        const ZoneMenuRow *menu = timezone_menu();
        SelectOption options[ZONE_MENU_MAX + 1] = {};
        _free_ char *kept = NULL;
        bool is_listed = false;
        int r;

        for (size_t i = 0; i < ZONE_MENU_MAX; i++) {
                options[i] = (SelectOption) {
                        .label = text_lookup(lang, menu[i].label),
                        .value = menu[i].zone,
                        .is_default = streq_ptr(chosen, menu[i].zone),
                };
                is_listed |= options[i].is_default;
        }
        options[ZONE_MENU_MAX] = (SelectOption) {
                .label = text_lookup(lang, TEXT_STEP1_ZONE_OTHER),
                .value = ZONE_NOT_LISTED,
                .description = text_lookup(lang, TEXT_STEP1_ZONE_OTHER_HINT),
                .is_default = streq_ptr(chosen, ZONE_NOT_LISTED),
        };
        if (chosen && !is_listed && !streq(chosen, ZONE_NOT_LISTED)) {
                r = text_format(lang, TEXT_STEP1_ZONE_OTHER_KEPT, TEXT_ARGS(ARG_OURS("value", chosen)), &kept);
                if (r < 0)
                        return r;
                options[ZONE_MENU_MAX].description = kept;
                options[ZONE_MENU_MAX].is_default = true;
        }
        component_label_select(w, text_lookup(lang, TEXT_STEP1_ZONE), text_lookup(lang, TEXT_STEP1_ZONE_HINT),
                               &(StringSelect) { .custom_id = FIELD_ZONE, .options = options, .n_options = ELEMENTSOF(options) });
        return 0;
}

int view_step1_modal(Lang lang, const Keys *keys, const Ticket *ticket, const RecruitSettings *settings, const Step1Values *values, char **ret_data) {
        _json_writer_ JsonWriter w = {};
        int r;

        if (settings->n_options < 1 || settings->n_options > RECRUIT_OPTIONS_MAX)
                return -EINVAL;
        r = open_modal(&w, keys, ticket, CONTROL_RECRUIT_STEP1_FORM, text_lookup(lang, TEXT_STEP1_TITLE));
        if (r < 0)
                return r;
        put_role(&w, lang, values->requested);
        put_area(&w, lang, settings->options, settings->n_options, values->area);
        r = put_zone(&w, lang, values->zone);
        if (r < 0)
                return r;
        component_text_input(&w, &(TextInput) {
                                         .custom_id = FIELD_HANDLE,
                                         .label = text_lookup(lang, TEXT_STEP1_HANDLE),
                                         .description = text_lookup(lang, TEXT_STEP1_HANDLE_HINT),
                                         .placeholder = text_lookup(lang, TEXT_STEP1_HANDLE_PLACEHOLDER),
                                         .value = values->handle,
                                         .min_length = 1,
                                         .max_length = FIELD_HANDLE_MAX,
                                 });
        component_text_input(&w, &(TextInput) {
                                         .custom_id = FIELD_NOTES,
                                         .label = text_lookup(lang, TEXT_STEP1_NOTES),
                                         .placeholder = text_lookup(lang, TEXT_STEP1_NOTES_PLACEHOLDER),
                                         .value = values->notes,
                                         .max_length = FIELD_NOTES_MAX,
                                         .is_paragraph = true,
                                         .is_optional = true,
                                 });
        component_modal_end(&w);
        return json_writer_finish(&w, ret_data);
}

/* ---- the others -------------------------------------------------------------------------------------------------------------------------- */

int view_zone_modal(Lang lang, const Keys *keys, const Ticket *ticket, const char *typed, char **ret_data) {
        _json_writer_ JsonWriter w = {};
        int r;

        r = open_modal(&w, keys, ticket, CONTROL_RECRUIT_ZONE_FORM, text_lookup(lang, TEXT_ZONE_MODAL_TITLE));
        if (r < 0)
                return r;
        component_text_input(&w, &(TextInput) {
                                         .custom_id = FIELD_ZONE_TYPED,
                                         .label = text_lookup(lang, TEXT_ZONE_MODAL_LABEL),
                                         .description = text_lookup(lang, TEXT_ZONE_MODAL_HINT),
                                         .value = typed,
                                         .min_length = 1,
                                         .max_length = FIELD_ZONE_TYPED_MAX,
                                 });
        component_modal_end(&w);
        return json_writer_finish(&w, ret_data);
}

int view_reject_modal(Lang lang, const Keys *keys, const Ticket *ticket, char **ret_data) {
        _json_writer_ JsonWriter w = {};
        _free_ char *title = NULL;
        int r;

        if ((r = text_format(lang, TEXT_REJECT_MODAL_TITLE, TEXT_ARGS(ARG_NUMBER("number", ticket->guild_no)), &title)) < 0 ||
            (r = open_modal(&w, keys, ticket, CONTROL_RECRUIT_REJECT_FORM, title)) < 0)
                return r;
        component_text_input(&w, &(TextInput) {
                                         .custom_id = FIELD_REASON,
                                         .label = text_lookup(lang, TEXT_REJECT_MODAL_LABEL),
                                         .description = text_lookup(lang, TEXT_REJECT_MODAL_HINT),
                                         .min_length = 1,
                                         .max_length = FIELD_REASON_MAX,
                                         .is_paragraph = true,
                                 });
        component_modal_end(&w);
        return json_writer_finish(&w, ret_data);
}
