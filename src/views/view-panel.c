/* What stands in channels for everybody: the panel and the explanation. */

#include "magikal/views.h"

#include "view-message.h"

int view_support_panel(Lang lang, const Keys *keys, GuildId guild, const char *nonce, char **ret_body) {
        char custom_id[LIMIT_CUSTOM_ID + 1];
        int r;

        r = custom_id_write(keys, guild, CONTROL_SUPPORT_OPEN, (const uint64_t[]) { 0 }, 1, custom_id);
        if (r < 0)
                return r;
        return message_body(
                &(Message) {
                        .lang = lang,
                        .embed = {
                                .title = text_lookup(lang, TEXT_PANEL_SUPPORT_TITLE),
                                .description = text_lookup(lang, TEXT_PANEL_SUPPORT_BODY),
                                .color = COLOR_ASKS,
                        },
                        .rows = { { {
                                .style = BUTTON_PRIMARY,
                                .label = text_lookup(lang, TEXT_PANEL_SUPPORT_BUTTON),
                                .custom_id = custom_id,
                        } } },
                        .nonce = nonce,
                },
                ret_body);
}

int view_support_about(Lang lang, const char *nonce, char **ret_body) {
        return message_body(
                &(Message) {
                        .lang = lang,
                        .embed = {
                                .title = text_lookup(lang, TEXT_ABOUT_TITLE),
                                .description = text_lookup(lang, TEXT_ABOUT_BODY),
                                .color = COLOR_ASKS,
                        },
                        .nonce = nonce,
                },
                ret_body);
}
