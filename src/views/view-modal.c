/* Forms. A form's own custom_id says which ticket it is about; its inputs are plain names. */

#include "magikal/views.h"

#include <errno.h>

#include "magikal/component.h"

static int paragraph_modal(const char *custom_id, const char *title, const TextInput *input, char **ret_data) {
        _json_writer_ JsonWriter w = {};

        component_modal(&w, custom_id, title);
        component_text_input(&w, input);
        component_modal_end(&w);
        return json_writer_finish(&w, ret_data);
}

int view_support_modal(Lang lang, const Keys *keys, GuildId guild, TicketId replaces, char **ret_data) {
        char custom_id[LIMIT_CUSTOM_ID + 1];
        int r;

        r = custom_id_write(keys, guild, CONTROL_SUPPORT_OPEN_FORM, &replaces.v, 1, custom_id);
        if (r < 0)
                return r;
        return paragraph_modal(custom_id, text_lookup(lang, TEXT_SUPPORT_MODAL_TITLE),
                               &(TextInput) {
                                       .custom_id = FIELD_QUESTION,
                                       .label = text_lookup(lang, TEXT_SUPPORT_MODAL_LABEL),
                                       .description = text_lookup(lang, TEXT_SUPPORT_MODAL_HINT),
                                       .placeholder = text_lookup(lang, TEXT_SUPPORT_MODAL_PLACEHOLDER),
                                       .min_length = 1,
                                       .max_length = FIELD_TEXT_MAX,
                                       .is_paragraph = true,
                               },
                               ret_data);
}

static TextId where_it_goes(bool has_log, bool has_dm) {
        if (has_log)
                return has_dm ? TEXT_RESOLVE_TO_LOG_AND_DM : TEXT_RESOLVE_TO_LOG;
        return has_dm ? TEXT_RESOLVE_TO_DM : TEXT_RESOLVE_TO_NOBODY;
}

int view_resolve_modal(Lang lang, const Keys *keys, const Ticket *ticket, bool has_log, bool has_dm, char **ret_data) {
        char custom_id[LIMIT_CUSTOM_ID + 1];
        _free_ char *title = NULL;
        int r;

        if (ticket->id.v == 0)
                return -EINVAL;
        r = custom_id_write(keys, ticket->guild, CONTROL_SUPPORT_RESOLVE_FORM, &ticket->id.v, 1, custom_id);
        if (r < 0)
                return r;
        r = text_format(lang, TEXT_RESOLVE_MODAL_TITLE, TEXT_ARGS(ARG_NUMBER("number", ticket->guild_no)), &title);
        if (r < 0)
                return r;
        return paragraph_modal(custom_id, title,
                               &(TextInput) {
                                       .custom_id = FIELD_RESOLUTION,
                                       .label = text_lookup(lang, TEXT_RESOLVE_MODAL_LABEL),
                                       .description = text_lookup(lang, where_it_goes(has_log, has_dm)),
                                       .min_length = 1,
                                       .max_length = FIELD_TEXT_MAX,
                                       .is_paragraph = true,
                               },
                               ret_data);
}
