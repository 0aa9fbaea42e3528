/* How a ticket ended: for the log channel, and for the member who opened it. Both ping nobody. */

#include "magikal/views.h"

#include <errno.h>

#include "view-message.h"

/* Question and resolution share the description: a field holds only half of what a form takes. */
static int both_texts(Lang lang, const Ticket *ticket, const char *resolution, char **ret_text) {
        _strbuf_ StrBuf out = {};

        put_section(&out, lang, TEXT_LOG_QUESTION, ticket->question);
        put_section(&out, lang, TEXT_LOG_RESOLUTION, resolution);
        return strbuf_finish(&out, ret_text);
}

int view_resolved_log(Lang lang, const Ticket *ticket, const char *resolution, Usec now, const char *nonce, char **ret_body) {
        _free_ char *title = NULL, *texts = NULL, *opener = NULL, *closer = NULL, *opened = NULL, *resolved = NULL, *lasted = NULL;
        int r;

        if (ticket->id.v == 0)
                return -EINVAL;
        if ((r = text_format(lang, TEXT_LOG_TITLE, TEXT_ARGS(ARG_NUMBER("number", ticket->guild_no)), &title)) < 0 ||
            (r = both_texts(lang, ticket, resolution, &texts)) < 0 ||
            (r = fact(lang, &ARG_USER("opener", ticket->opener_user), &opener)) < 0 ||
            (r = fact(lang, &ARG_USER("closer", ticket->closer_user), &closer)) < 0 ||
            (r = fact(lang, &ARG_TIME("time", ticket->opened_at), &opened)) < 0 || (r = fact(lang, &ARG_TIME("time", now), &resolved)) < 0 ||
            (r = fact(lang, &ARG_DURATION("duration", now > ticket->opened_at ? now - ticket->opened_at : 0), &lasted)) < 0)
                return r;
        return message_body(
                &(Message) {
                        .lang = lang,
                        .embed = {
                                .title = title,
                                .description = texts,
                                .color = COLOR_DONE,
                                .fields = {
                                        { text_lookup(lang, TEXT_LOG_OPENED_BY), opener, true },
                                        { text_lookup(lang, TEXT_LOG_RESOLVED_BY), closer, true },
                                        { text_lookup(lang, TEXT_LOG_DURATION), lasted, true },
                                        { text_lookup(lang, TEXT_LOG_OPENED_AT), opened, true },
                                        { text_lookup(lang, TEXT_LOG_RESOLVED_AT), resolved, true },
                                },
                                .n_fields = 5,
                        },
                        .nonce = nonce,
                },
                ret_body);
}

int view_alert(Lang lang, TextId title, TextId text, const char *nonce, char **ret_body) {
        _free_ char *body = NULL;
        int r = text_format(lang, text, NULL, &body);

        if (r < 0)
                return r;
        return message_body(
                &(Message) {
                        .lang = lang,
                        .embed = { .title = text_lookup(lang, title), .description = body, .color = COLOR_WARNS },
                        .nonce = nonce,
                },
                ret_body);
}

int view_resolved_dm(Lang lang, const char *guild_name, const Ticket *ticket, const char *resolution, const char *nonce, char **ret_body) {
        _free_ char *title = NULL, *texts = NULL, *guild = NULL, *number = NULL;
        int r;

        if (ticket->id.v == 0)
                return -EINVAL;
        if ((r = text_format(lang, TEXT_DM_TITLE, TEXT_ARGS(ARG_NUMBER("number", ticket->guild_no)), &title)) < 0 ||
            (r = both_texts(lang, ticket, resolution, &texts)) < 0 || (r = fact(lang, &ARG_WORDS("guild", guild_name), &guild)) < 0 ||
            (r = text_format(lang, TEXT_DM_TICKET_NUMBER, TEXT_ARGS(ARG_NUMBER("number", ticket->guild_no)), &number)) < 0)
                return r;
        return message_body(
                &(Message) {
                        .lang = lang,
                        .embed = {
                                .title = title,
                                .description = texts,
                                .color = COLOR_DONE,
                                .fields = {
                                        { text_lookup(lang, TEXT_DM_GUILD), guild, true },    /* left out when the name is not known */
                                        { text_lookup(lang, TEXT_DM_TICKET), number, true },
                                },
                                .n_fields = 2,
                        },
                        .nonce = nonce,
                },
                ret_body);
}
