/* The message that a ticket channel begins with. Its control carries the ticket's id and nothing else: what it means is in the database. */

#include "magikal/views.h"

#include <errno.h>

#include "view-message.h"

/* Who is called: the opener, who is to find the channel, and the role, if there is one. */
static int call(Lang lang, const Ticket *ticket, RoleId ping, char **ret_text) {
        return text_format(lang, ping.v ? TEXT_TICKET_CALL : TEXT_TICKET_CALL_ALONE,
                           TEXT_ARGS(ARG_USER("opener", ticket->opener_user), ARG_ROLE("role", ping)), ret_text);
}

static int description(Lang lang, const Ticket *ticket, char **ret_text) {
        _strbuf_ StrBuf out = {};

        put_words(&out, lang, ticket->question, PART_MAX);
        strbuf_append(&out, "\n\n");
        text_put(&out, lang, TEXT_TICKET_NEXT, NULL);
        return strbuf_finish(&out, ret_text);
}

int view_ticket_opening(Lang lang, const Keys *keys, const Ticket *ticket, RoleId ping, const char *nonce, char **ret_body) {
        _free_ char *content = NULL, *title = NULL, *body = NULL, *opener = NULL;
        char custom_id[LIMIT_CUSTOM_ID + 1];
        int r;

        if (ticket->id.v == 0 || ticket->opener_user.v == 0)
                return -EINVAL;
        if ((r = custom_id_write(keys, ticket->guild, CONTROL_SUPPORT_RESOLVE, &ticket->id.v, 1, custom_id)) < 0 ||
            (r = call(lang, ticket, ping, &content)) < 0 ||
            (r = text_format(lang, TEXT_TICKET_TITLE, TEXT_ARGS(ARG_NUMBER("number", ticket->guild_no)), &title)) < 0 ||
            (r = description(lang, ticket, &body)) < 0 || (r = fact(lang, &ARG_USER("opener", ticket->opener_user), &opener)) < 0)
                return r;
        return message_body(
                &(Message) {
                        .lang = lang,
                        .content = content,
                        .embed = {
                                .title = title,
                                .description = body,
                                .color = COLOR_ASKS,
                                .fields = { { text_lookup(lang, TEXT_TICKET_OPENED_BY), opener, true } },
                                .n_fields = 1,
                        },
                        .rows = { { {
                                .style = BUTTON_SUCCESS,
                                .label = text_lookup(lang, TEXT_TICKET_RESOLVE_BUTTON),
                                .custom_id = custom_id,
                        } } },
                        .ping_user = ticket->opener_user,
                        .ping_role = ping,
                        .nonce = nonce,
                },
                ret_body);
}
