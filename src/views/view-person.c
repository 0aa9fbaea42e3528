/* "Forget this person?": what goes, and what stays. */

#include "magikal/views-recruit.h"

#include <errno.h>

#include "view-message.h"

int view_ask_erase(Lang lang, const Keys *keys, GuildId guild, UserId person, int n_tickets, int n_applications, char **ret_data) {
        char custom_id[LIMIT_CUSTOM_ID + 1];
        _free_ char *text = NULL;
        int r;

        if ((r = custom_id_write(keys, guild, CONTROL_PERSON_ERASE_SURE, &person.v, 1, custom_id)) < 0 ||
            (r = text_format(lang, TEXT_ASK_ERASE,
                             TEXT_ARGS(ARG_USER("opener", person), ARG_NUMBER("number", n_tickets), ARG_NUMBER("n", n_applications)), &text)) < 0)
                return r;
        return ask_data(lang, text, &(Button) { .style = BUTTON_DANGER, .label = text_lookup(lang, TEXT_ERASE_BUTTON), .custom_id = custom_id }, true, ret_data);
}
