/* The permanent record: staff's view of an application, which outlives its ticket. */

#include "magikal/views-recruit.h"

#include <errno.h>

#include "view-application.h"
#include "view-message.h"

/* Which ticket and application it is, as the topic of the channel says it too. */
static int footer(const ApplicationShown *shown, char **ret_text) {
        _strbuf_ StrBuf tid = {};

        text_put_arg(&tid, shown->lang, &ARG_NUMBER("number", shown->ticket->id.v));
        return text_format(shown->lang, TEXT_RECRUIT_FOOTER,
                           TEXT_ARGS(ARG_OURS("value", strbuf_text(&tid)), ARG_NUMBER("number", shown->application->id.v)), ret_text);
}

/* *ret_is_cut: not everything is there. */
static int describe(const ApplicationShown *shown, size_t n_max, char **ret_text, bool *ret_is_cut) {
        _strbuf_ StrBuf out = {};

        *ret_is_cut = sections_append(&out, shown, ON_RECORD, n_max) > 0;
        return strbuf_finish(&out, ret_text);
}

int view_record(const Keys *keys, const ApplicationShown *shown, const char *nonce, char **ret_body) {
        _free_ char *title = NULL, *body = NULL, *reference = NULL;
        char custom_id[LIMIT_CUSTOM_ID + 1];
        _fields_ FieldList fields = { .lang = shown->lang };
        Message message;
        bool is_cut;
        int r;

        if (!is_shown(shown) || shown->application->status == APPLICATION_DRAFT)
                return -EINVAL;
        message = (Message) {
                .lang = shown->lang,
                .embed = {
                        .color = (int) application_status_color(shown->application->status),
                        .thumbnail_url = application_picture(shown),
                },
                .nonce = nonce,
                .is_edit = !nonce,
        };
        fields_add_application(&fields, shown, ON_RECORD);
        if ((r = fields_put(&fields, &message.embed)) < 0 ||
            (r = text_format(shown->lang, TEXT_RECRUIT_TITLE, TEXT_ARGS(ARG_NUMBER("number", shown->ticket->guild_no)), &title)) < 0 ||
            (r = describe(shown, description_room(title, &fields), &body, &is_cut)) < 0 || (r = footer(shown, &reference)) < 0 ||
            (r = custom_id_write(keys, shown->ticket->guild, CONTROL_RECRUIT_ANSWERS, (const uint64_t[]) { shown->ticket->id.v, 0 }, 2,
                                 custom_id)) < 0)
                return r;
        message.embed.title = title;
        message.embed.description = body;
        message.reference = reference;
        if (is_cut)
                message.rows[0][0] =
                        (Button) { .style = BUTTON_SECONDARY, .label = text_lookup(shown->lang, TEXT_RECRUIT_ANSWERS_BUTTON), .custom_id = custom_id };
        return message_body(&message, ret_body);
}
