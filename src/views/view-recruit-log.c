/* The action log of recruitment: what was done to an application, by whom, and why. Pings nobody. */

#include "magikal/views-recruit.h"

#include <errno.h>

#include "view-application.h"
#include "view-message.h"

enum {
        WITH_PERSON = 1 << 0,   /* somebody of ours did it */
        WITH_REASON = 1 << 1,
};

/* clang-format off */
static const struct {
        TextId title;
        ApplicationStatus color;        /* that of this status */
        unsigned with;
} entries[_RECRUIT_LOG_MAX] = {
        [RECRUIT_LOG_OPENED]    = { TEXT_LOG_RECRUIT_OPENED,    APPLICATION_QNA_RECEIVED, 0 },
        [RECRUIT_LOG_APPROVED]  = { TEXT_LOG_RECRUIT_APPROVED,  APPLICATION_APPROVED,     WITH_PERSON },
        [RECRUIT_LOG_REJECTED]  = { TEXT_LOG_RECRUIT_REJECTED,  APPLICATION_DECLINED,     WITH_PERSON | WITH_REASON },
        [RECRUIT_LOG_CLOSED]    = { TEXT_LOG_RECRUIT_CLOSED,    APPLICATION_DRAFT,        WITH_PERSON },
        [RECRUIT_LOG_SHUT]      = { TEXT_LOG_RECRUIT_SHUT,      APPLICATION_DRAFT,        WITH_PERSON },
        [RECRUIT_LOG_FINALISED] = { TEXT_LOG_RECRUIT_FINALISED, APPLICATION_FINALISED,    WITH_PERSON },
        [RECRUIT_LOG_REMOVED]   = { TEXT_LOG_RECRUIT_REMOVED,   APPLICATION_REMOVED,      WITH_PERSON | WITH_REASON },
        [RECRUIT_LOG_LEFT]      = { TEXT_LOG_RECRUIT_LEFT,      APPLICATION_DRAFT,        0 },
        [RECRUIT_LOG_BACK]      = { TEXT_LOG_RECRUIT_BACK,      APPLICATION_DRAFT,        0 },
        [RECRUIT_LOG_VANISHED]  = { TEXT_LOG_RECRUIT_VANISHED,  APPLICATION_DRAFT,        0 },
};
/* clang-format on */

static int describe(const ApplicationShown *shown, unsigned with, char **ret_text) {
        _strbuf_ StrBuf out = {};

        if (with & WITH_REASON)
                put_section(&out, shown->lang, TEXT_RECRUIT_REASON, shown->application->reason);
        return strbuf_finish(&out, ret_text);
}

int view_recruit_log(RecruitLog what, const ApplicationShown *shown, UserId by, Usec at, const char *nonce, char **ret_body) {
        _free_ char *title = NULL, *body = NULL;
        _fields_ FieldList fields = { .lang = shown->lang };
        Message message;
        int r;

        if ((unsigned) what >= _RECRUIT_LOG_MAX || !is_shown(shown))
                return -EINVAL;
        message = (Message) { .lang = shown->lang, .embed = { .color = (int) application_status_color(entries[what].color) }, .nonce = nonce };
        fields_add_arg(&fields, TEXT_RECRUIT_APPLICANT, &ARG_USER("opener", shown->ticket->opener_user));
        if (entries[what].with & WITH_PERSON)
                fields_add_arg(&fields, TEXT_RECRUIT_BY, &ARG_USER("closer", by));
        fields_add_arg(&fields, TEXT_RECRUIT_WHEN, &ARG_TIME("time", at));
        fields_add_requested(&fields, shown->application);
        fields_add_ticket(&fields, shown->ticket);
        if ((r = fields_put(&fields, &message.embed)) < 0 ||
            (r = text_format(shown->lang, entries[what].title, TEXT_ARGS(ARG_NUMBER("number", shown->ticket->guild_no)), &title)) < 0 ||
            (r = describe(shown, entries[what].with, &body)) < 0)
                return r;
        message.embed.title = title;
        message.embed.description = body;
        return message_body(&message, ret_body);
}
