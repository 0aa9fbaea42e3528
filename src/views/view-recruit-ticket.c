/*
 * The one message of a recruitment ticket, from the welcome to the decision. Which buttons it has is asked of the application, so that a
 * press that is refused is the exception.
 */

#include "magikal/views-recruit.h"

#include <errno.h>

#include "magikal/cut.h"
#include "view-application.h"
#include "view-message.h"

/* clang-format off */
static const struct {
        size_t row;                     /* 0: the applicant's, 1: staff's */
        ApplicationAction action;
        const char *control;
        TextId label;
        ButtonStyle style;
} controls[] = {
        { 0, APPLICATION_STEP1,      CONTROL_RECRUIT_STEP1,      TEXT_RECRUIT_STEP1_BUTTON,    BUTTON_PRIMARY },
        { 0, APPLICATION_QNA,        CONTROL_RECRUIT_QNA,        TEXT_RECRUIT_QNA_BUTTON,      BUTTON_PRIMARY },
        { 0, APPLICATION_EDIT_STEP1, CONTROL_RECRUIT_STEP1_EDIT, TEXT_RECRUIT_EDIT_BUTTON,     BUTTON_SECONDARY },
        { 1, APPLICATION_APPROVE,    CONTROL_RECRUIT_APPROVE,    TEXT_RECRUIT_APPROVE_BUTTON,  BUTTON_SUCCESS },
        { 1, APPLICATION_REJECT,     CONTROL_RECRUIT_REJECT,     TEXT_RECRUIT_REJECT_BUTTON,   BUTTON_DANGER },
        { 1, APPLICATION_FINALISE,   CONTROL_RECRUIT_FINALISE,   TEXT_RECRUIT_FINALISE_BUTTON, BUTTON_SUCCESS },
        { 1, APPLICATION_CLOSE,      CONTROL_RECRUIT_CLOSE,      TEXT_RECRUIT_CLOSE_BUTTON,    BUTTON_SECONDARY },
};
/* clang-format on */

typedef struct ControlIds { char text[ELEMENTSOF(controls)][LIMIT_CUSTOM_ID + 1]; } ControlIds;

/* The buttons of what may be done now; a row has no more controls in the table than a row can hold. */
static int put_controls(const Keys *keys, const ApplicationShown *shown, ControlIds *ids, Button rows[static MESSAGE_ROWS][LIMIT_ROW_BUTTONS]) {
        size_t n[MESSAGE_ROWS] = {};
        int r;

        if (!ticket_is_live(shown->ticket->state))
                return 0;
        for (size_t i = 0; i < ELEMENTSOF(controls); i++) {
                if (application_judge(shown->application, controls[i].action) != 0)
                        continue;
                r = custom_id_write(keys, shown->ticket->guild, controls[i].control, &shown->ticket->id.v, 1, ids->text[i]);
                if (r < 0)
                        return r;
                rows[controls[i].row][n[controls[i].row]++] =
                        (Button) { .style = controls[i].style, .label = text_lookup(shown->lang, controls[i].label), .custom_id = ids->text[i] };
        }
        return 0;
}

/* What comes next, and for whom. */
static TextId next_sentence(const Application *a) {
        if (a->is_closed_undecided)
                return TEXT_RECRUIT_NEXT_NOTHING;
        switch (a->status) {
        case APPLICATION_DRAFT:
                return TEXT_RECRUIT_WELCOME;
        case APPLICATION_PENDING:
        case APPLICATION_QNA_RECEIVED:
                return a->is_qna_open ? TEXT_RECRUIT_NEXT_QNA : TEXT_RECRUIT_NEXT_STAFF;
        case APPLICATION_APPROVED:
                return TEXT_RECRUIT_NEXT_RSI;
        default:
                return TEXT_RECRUIT_NEXT_NOTHING;
        }
}

static int describe(const ApplicationShown *shown, size_t n_max, char **ret_text) {
        const TextArg *opener = TEXT_ARGS(ARG_USER("opener", shown->ticket->opener_user));
        _strbuf_ StrBuf out = {}, next = {};

        text_put(&next, shown->lang, next_sentence(shown->application), opener);
        strbuf_append(&out, strbuf_text(&next));
        if (next.error < 0)
                return next.error;
        if (next.n_bytes + 2 < n_max)
                (void) sections_append(&out, shown, IN_TICKET, n_max - next.n_bytes - 2);
        return strbuf_finish(&out, ret_text);
}

static int call(Lang lang, const Ticket *ticket, RoleId ping, char **ret_text) {
        return text_format(lang, ping.v ? TEXT_TICKET_CALL : TEXT_TICKET_CALL_ALONE,
                           TEXT_ARGS(ARG_USER("opener", ticket->opener_user), ARG_ROLE("role", ping)), ret_text);
}

int view_recruit_ticket(const Keys *keys, const ApplicationShown *shown, RoleId ping, const char *nonce, char **ret_body) {
        _free_ char *content = NULL, *title = NULL, *body = NULL;
        _fields_ FieldList fields = { .lang = shown->lang };
        ControlIds ids;
        Message message;
        int r;

        if (!is_shown(shown))
                return -EINVAL;
        message = (Message) {
                .lang = shown->lang,
                .embed = {
                        .color = shown->application->status == APPLICATION_DRAFT ? COLOR_ASKS :
                                                                                   (int) application_status_color(shown->application->status),
                        .thumbnail_url = application_picture(shown),
                },
                .ping_user = shown->ticket->opener_user,
                .ping_role = ping,
                .nonce = nonce,
                .is_edit = !nonce,
        };
        if (shown->application->status == APPLICATION_DRAFT)
                fields_add_applicant(&fields, shown);
        else
                fields_add_application(&fields, shown, IN_TICKET);
        if ((r = fields_put(&fields, &message.embed)) < 0 || (r = call(shown->lang, shown->ticket, ping, &content)) < 0 ||
            (r = text_format(shown->lang, TEXT_RECRUIT_TITLE, TEXT_ARGS(ARG_NUMBER("number", shown->ticket->guild_no)), &title)) < 0 ||
            (r = describe(shown, description_room(title, &fields), &body)) < 0 || (r = put_controls(keys, shown, &ids, message.rows)) < 0)
                return r;
        message.content = content;
        message.embed.title = title;
        message.embed.description = body;
        return message_body(&message, ret_body);
}

int view_recruit_area_call(const ApplicationShown *shown, RoleId role, const char *nonce, char **ret_body) {
        _free_ char *words = NULL;
        int r;

        if (!is_shown(shown) || role.v == 0 || text_is_blank(shown->application->area))
                return -EINVAL;
        r = text_format(shown->lang, TEXT_RECRUIT_AREA_CALL,
                        TEXT_ARGS(ARG_ROLE("role", role), ARG_USER("opener", shown->ticket->opener_user),
                                  ARG_WORDS("area", shown->application->area)),
                        &words);
        if (r < 0)
                return r;
        return message_body(
                &(Message) {
                        .lang = shown->lang,
                        .content = words,
                        .ping_role = role,
                        .nonce = nonce,
                },
                ret_body);
}

int view_qna_reopened(Lang lang, const Ticket *ticket, const char *nonce, char **ret_body) {
        _free_ char *words = NULL;
        int r;

        r = text_format(lang, TEXT_QNA_REOPENED,
                        TEXT_ARGS(ARG_USER("opener", ticket->opener_user), ARG_OURS("button", text_lookup(lang, TEXT_RECRUIT_QNA_BUTTON))), &words);
        if (r < 0)
                return r;
        return message_body(&(Message) { .lang = lang, .content = words, .ping_user = ticket->opener_user, .nonce = nonce }, ret_body);
}
