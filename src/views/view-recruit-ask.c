/* Sentences to one person with a button below: a form to mend, or "are you sure?". What the button does is checked anew when it is pressed. */

#include "magikal/views-recruit.h"

#include <errno.h>

#include "magikal/cut.h"
#include "view-application.h"
#include "view-message.h"

/* clang-format off */
static const struct {
        TextId sentence;                /* _TEXT_MAX: none of its own */
        TextId label;
        const char *control;
        ButtonStyle style;
} asks[_RECRUIT_ASK_MAX] = {
        [RECRUIT_ASK_STEP1]         = { _TEXT_MAX,              TEXT_RECRUIT_FIX_BUTTON,     CONTROL_RECRUIT_STEP1_FIX,     BUTTON_PRIMARY },
        [RECRUIT_ASK_ZONE]          = { _TEXT_MAX,              TEXT_RECRUIT_ZONE_BUTTON,    CONTROL_RECRUIT_ZONE,          BUTTON_PRIMARY },
        [RECRUIT_ASK_APPROVE]       = { TEXT_ASK_APPROVE,       TEXT_RECRUIT_CONFIRM_BUTTON, CONTROL_RECRUIT_APPROVE_SURE,  BUTTON_SUCCESS },
        [RECRUIT_ASK_FINALISE]      = { TEXT_ASK_FINALISE,      TEXT_RECRUIT_CONFIRM_BUTTON, CONTROL_RECRUIT_FINALISE_SURE, BUTTON_SUCCESS },
        [RECRUIT_ASK_CLOSE]         = { TEXT_ASK_CLOSE,         TEXT_RECRUIT_CONFIRM_BUTTON, CONTROL_RECRUIT_CLOSE_SURE,    BUTTON_DANGER },
        [RECRUIT_ASK_CLOSE_DECIDED] = { TEXT_ASK_CLOSE_DECIDED, TEXT_RECRUIT_CONFIRM_BUTTON, CONTROL_RECRUIT_CLOSE_SURE,    BUTTON_DANGER },
};
/* clang-format on */

/* The caller's words give way when both are too long: the question itself must stand. */
static int compose(Lang lang, const Ticket *ticket, TextId sentence, const char *words, char **ret_text) {
        _strbuf_ StrBuf out = {}, own = {};
        size_t n_own;

        if (sentence != _TEXT_MAX)
                text_put(&own, lang, sentence, TEXT_ARGS(ARG_NUMBER("number", ticket->guild_no)));
        if (own.error < 0)
                return own.error;
        n_own = utf16_length(strbuf_text(&own));
        if (!text_is_blank(words))
                (void) cut_append(&out, words, LIMIT_CONTENT - n_own - 2, text_lookup(lang, TEXT_MORE_CHARACTERS));
        if (out.n_bytes > 0 && n_own > 0)
                strbuf_append(&out, "\n\n");
        strbuf_append(&out, strbuf_text(&own));
        return strbuf_finish(&out, ret_text);
}

int view_recruit_ask(Lang lang, const Keys *keys, const Ticket *ticket, RecruitAsk ask, const char *words, bool is_ephemeral, char **ret_data) {
        char custom_id[LIMIT_CUSTOM_ID + 1];
        _free_ char *text = NULL;
        int r;

        if (ticket->id.v == 0 || (unsigned) ask >= _RECRUIT_ASK_MAX || (asks[ask].sentence == _TEXT_MAX && text_is_blank(words)))
                return -EINVAL;
        if ((r = custom_id_write(keys, ticket->guild, asks[ask].control, &ticket->id.v, 1, custom_id)) < 0 ||
            (r = compose(lang, ticket, asks[ask].sentence, words, &text)) < 0)
                return r;
        return ask_data(lang, text, &(Button) { .style = asks[ask].style, .label = text_lookup(lang, asks[ask].label), .custom_id = custom_id },
                        is_ephemeral, ret_data);
}

int view_membership(Lang lang, MembershipResult result, const char *handle, const char *rank, int n_stars, char **ret_text) {
        static const TextId sentences[] = {
                [MEMBERSHIP_NO_ORG] = TEXT_MEMBERSHIP_NO_ORG,
                [MEMBERSHIP_MAIN] = TEXT_MEMBERSHIP_MAIN,
                [MEMBERSHIP_AFFILIATE] = TEXT_MEMBERSHIP_AFFILIATE,
                [MEMBERSHIP_NOT_LISTED] = TEXT_MEMBERSHIP_NOT_LISTED,
                [MEMBERSHIP_NOT_TOLD] = TEXT_MEMBERSHIP_NOT_TOLD,
        };
        bool is_listed = result == MEMBERSHIP_MAIN || result == MEMBERSHIP_AFFILIATE;
        _strbuf_ StrBuf out = {};

        if ((size_t) result >= ELEMENTSOF(sentences))
                return -EINVAL;
        text_put(&out, lang, sentences[result], TEXT_ARGS(ARG_WORDS("name", handle)));
        if (is_listed && !text_is_blank(rank)) {
                strbuf_append_char(&out, ' ');
                text_put(&out, lang, TEXT_CITIZEN_RANK, TEXT_ARGS(ARG_WORDS("rank", rank)));
        }
        if (is_listed && n_stars > 0) {
                strbuf_append_char(&out, ' ');
                append_stars(&out, n_stars);
        }
        return strbuf_finish(&out, ret_text);
}
