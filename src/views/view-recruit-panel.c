/* The panel on which members apply, and what tells them to apply on RSI as well. */

#include "magikal/views-recruit.h"

#include <errno.h>

#include "view-application.h"
#include "view-message.h"

/* No button without an address. */
static Button rsi_link(Lang lang, const char *org_url) {
        const char *url = https_or_none(org_url, LIMIT_BUTTON_URL);

        return (Button) { .style = BUTTON_LINK, .label = url ? text_lookup(lang, TEXT_RECRUIT_RSI_BUTTON) : NULL, .url = url };
}

int view_recruit_panel(Lang lang, const Keys *keys, GuildId guild, const char *org_url, const char *image_url, const char *nonce, char **ret_body) {
        char custom_id[LIMIT_CUSTOM_ID + 1];
        int r;

        r = custom_id_write(keys, guild, CONTROL_RECRUIT_OPEN, (const uint64_t[]) { 0 }, 1, custom_id);
        if (r < 0)
                return r;
        return message_body(
                &(Message) {
                        .lang = lang,
                        .embed = {
                                .title = text_lookup(lang, TEXT_PANEL_RECRUIT_TITLE),
                                .description = text_lookup(lang, TEXT_PANEL_RECRUIT_BODY),
                                .color = COLOR_ASKS,
                                .image_url = https_or_none(image_url, LIMIT_URL),
                        },
                        .rows = { {
                                { .style = BUTTON_PRIMARY, .label = text_lookup(lang, TEXT_PANEL_RECRUIT_BUTTON), .custom_id = custom_id },
                                rsi_link(lang, org_url),
                        } },
                        .nonce = nonce,
                        .is_edit = !nonce,
                },
                ret_body);
}

static TextId way(const Application *a, bool has_link) {
        if (!has_link)
                return TEXT_INSTRUCTIONS_NO_URL;
        return a->requested == REQUESTED_AFFILIATE ? TEXT_INSTRUCTIONS_AFFILIATE : TEXT_INSTRUCTIONS_MEMBER;
}

/* Nobody is told to write where the access mode lets them only read. */
static int instruct(Lang lang, const Application *a, bool has_link, char **ret_text) {
        _strbuf_ StrBuf out = {};

        text_put(&out, lang, way(a, has_link), TEXT_ARGS(ARG_WORDS("name", a->handle)));
        strbuf_append(&out, "\n\n");
        text_put(&out, lang, a->access == ACCESS_KEEP ? TEXT_INSTRUCTIONS_WRITE : TEXT_INSTRUCTIONS_WAIT, NULL);
        return strbuf_finish(&out, ret_text);
}

int view_rsi_instructions(const ApplicationShown *shown, const char *org_url, const char *nonce, char **ret_body) {
        _free_ char *content = NULL, *body = NULL;
        const Button link = rsi_link(shown->lang, org_url);
        int r;

        if (!is_shown(shown))
                return -EINVAL;
        if ((r = text_format(shown->lang, TEXT_INSTRUCTIONS_CALL, TEXT_ARGS(ARG_USER("opener", shown->ticket->opener_user)), &content)) < 0 ||
            (r = instruct(shown->lang, shown->application, link.label != NULL, &body)) < 0)
                return r;
        return message_body(
                &(Message) {
                        .lang = shown->lang,
                        .content = content,
                        .embed = {
                                .title = text_lookup(shown->lang, TEXT_INSTRUCTIONS_TITLE),
                                .description = body,
                                .color = (int) application_status_color(APPLICATION_APPROVED),
                        },
                        .rows = { { link } },
                        .ping_user = shown->ticket->opener_user,
                        .nonce = nonce,
                },
                ret_body);
}

/* ---- DMs ------------------------------------------------------------------------------------------------------------------------------ */

static int dm(Lang lang, const char *guild_name, TextId title, TextId body, int color, Button link, const char *nonce, char **ret_body) {
        _free_ char *guild = NULL;
        int r;

        r = fact(lang, &ARG_WORDS("guild", guild_name), &guild);
        if (r < 0)
                return r;
        return message_body(
                &(Message) {
                        .lang = lang,
                        .embed = {
                                .title = text_lookup(lang, title),
                                .description = text_lookup(lang, body),
                                .color = color,
                                .fields = { { text_lookup(lang, TEXT_DM_GUILD), guild, true } },      /* left out when the name is not known */
                                .n_fields = 1,
                        },
                        .rows = { { link } },
                        .nonce = nonce,
                },
                ret_body);
}

/* Grey, as red would say more than the words do. */
int view_declined_dm(Lang lang, const char *guild_name, const char *nonce, char **ret_body) {
        return dm(lang, guild_name, TEXT_DM_DECLINED_TITLE, TEXT_DM_DECLINED_BODY, (int) application_status_color(APPLICATION_DRAFT), (Button) {},
                  nonce, ret_body);
}

int view_approved_dm(Lang lang, const char *guild_name, const char *org_url, const char *nonce, char **ret_body) {
        const Button link = rsi_link(lang, org_url);

        return dm(lang, guild_name, TEXT_DM_APPROVED_TITLE, link.label ? TEXT_DM_APPROVED_BODY : TEXT_DM_APPROVED_NO_URL,
                  (int) application_status_color(APPLICATION_APPROVED), link, nonce, ret_body);
}
