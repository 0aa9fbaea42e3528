/* What is set about recruitment, as lists for those who set it. */

#include "magikal/views-recruit.h"

#include <errno.h>

#include "magikal/cut.h"
#include "magikal/views.h"
#include "view-message.h"

static int finish(Lang lang, StrBuf *out, char **ret_data) {
        _free_ char *text = NULL;
        int r = strbuf_finish(out, &text);

        return r < 0 ? r : view_notice(lang, text, true, ret_data);
}

/* Lists are longer than a message's content may be, so they are what an embed describes. */
static int finish_list(Lang lang, const StrBuf *out, TextId title, char **ret_data) {
        return out->error < 0 ? out->error
                              : embed_data(lang, &(Embed) { .title = text_lookup(lang, title), .description = strbuf_text(out) }, true, ret_data);
}

int view_options(Lang lang, const RecruitSettings *settings, char **ret_data) {
        _strbuf_ StrBuf out = {};

        for (size_t i = 0; i < settings->n_options; i++) {
                const RecruitOption *o = &settings->options[i];
                _strbuf_ StrBuf emoji = {};

                if (o->emoji)
                        strbuf_appendf(&emoji, "%s ", o->emoji);
                if (emoji.error < 0)
                        return emoji.error;
                text_put_line(&out, lang, o->ping_role.v ? TEXT_OPTION_LINE_ROLE : TEXT_OPTION_LINE,
                              TEXT_ARGS(ARG_NUMBER("number", i + 1), ARG_OURS("value", strbuf_text(&emoji)), ARG_WORDS("name", o->name),
                                        ARG_ROLE("role", o->ping_role)));
        }
        return finish_list(lang, &out, TEXT_OPTION_LIST, ret_data);
}

static int write_questions(Lang lang, const QuestionList *list, bool with_hints, StrBuf *out) {
        for (size_t i = 0; i < list->n; i++) {
                const Question *q = &list->items[i];
                _strbuf_ StrBuf kind = {};

                text_put(&kind, lang, q->is_required ? TEXT_QUESTION_REQUIRED : TEXT_QUESTION_OPTIONAL,
                         TEXT_ARGS(ARG_OURS("value", text_lookup(lang, question_kind_text(q->kind)))));
                if (kind.error < 0)
                        return kind.error;
                text_put_line(out, lang, with_hints && q->placeholder[0] ? TEXT_QUESTION_LINE_HINT : TEXT_QUESTION_LINE,
                              TEXT_ARGS(ARG_NUMBER("number", i + 1), ARG_WORDS("name", q->label), ARG_OURS("value", strbuf_text(&kind)),
                                        ARG_WORDS("piece", q->placeholder)));
        }
        return out->error;
}

/* Twenty hints that are full of markdown may be too long; all questions matter more. */
int view_questions(Lang lang, const QuestionList *list, char **ret_data) {
        _strbuf_ StrBuf whole = {}, brief = {};
        int r;

        r = write_questions(lang, list, true, &whole);
        if (r < 0)
                return r;
        if (utf16_length(strbuf_text(&whole)) <= LIMIT_EMBED_DESCRIPTION)
                return finish_list(lang, &whole, TEXT_QUESTION_LIST, ret_data);
        r = write_questions(lang, list, false, &brief);
        if (r < 0)
                return r;
        text_put_line(&brief, lang, TEXT_QUESTION_LIST_BRIEF, NULL);
        return finish_list(lang, &brief, TEXT_QUESTION_LIST, ret_data);
}

static void put_setting(StrBuf *out, Lang lang, TextId setting, const TextArg *value) {
        _strbuf_ StrBuf text = {};

        text_put_arg(&text, lang, value);
        if (text.error < 0)
                out->error = text.error;
        text_put_line(out, lang, TEXT_SETTING_LINE, TEXT_ARGS(ARG_OURS("setting", text_lookup(lang, setting)), ARG_OURS("value", strbuf_text(&text))));
}

int view_org(Lang lang, const RecruitSettings *settings, char **ret_data) {
        const char *none = text_lookup(lang, TEXT_SETTING_NONE);
        _strbuf_ StrBuf out = {};

        put_setting(&out, lang, TEXT_SETTING_ORG_URL, &ARG_OURS("value", settings->org_url ? settings->org_url : none));
        put_setting(&out, lang, TEXT_SETTING_ORG_IMAGE, &ARG_OURS("value", settings->image_url ? settings->image_url : none));
        return finish(lang, &out, ret_data);
}

int view_autoroles(Lang lang, const RecruitSettings *settings, char **ret_data) {
        _strbuf_ StrBuf out = {};

        put_setting(&out, lang, TEXT_SETTING_MEMBER_ROLE, &ARG_ROLE("role", settings->member_role));
        put_setting(&out, lang, TEXT_SETTING_AFFILIATE_ROLE, &ARG_ROLE("role", settings->affiliate_role));
        return finish(lang, &out, ret_data);
}

int view_capabilities(Lang lang, const CapableRole *roles, size_t n_roles, char **ret_data) {
        _strbuf_ StrBuf out = {};

        for (unsigned capability = 1; capability_to_string(capability); capability <<= 1) {
                _strbuf_ StrBuf list = {};

                for (size_t i = 0; i < n_roles; i++)
                        if (roles[i].capabilities & capability) {
                                strbuf_append(&list, list.n_bytes > 0 ? ", " : "");
                                text_put_arg(&list, lang, &ARG_ROLE("role", roles[i].role));
                        }
                if (list.error < 0)
                        return list.error;
                text_put_line(&out, lang, TEXT_CAPABILITY_LINE,
                              TEXT_ARGS(ARG_OURS("value", capability_to_string(capability)),
                                        ARG_OURS("before", list.n_bytes > 0 ? strbuf_text(&list) : text_lookup(lang, TEXT_CAPABILITY_NOBODY))));
        }
        return finish(lang, &out, ret_data);
}

int view_ask_reset(Lang lang, const Keys *keys, GuildId guild, char **ret_data) {
        char custom_id[LIMIT_CUSTOM_ID + 1];
        int r;

        r = custom_id_write(keys, guild, CONTROL_QUESTIONS_RESET_SURE, (const uint64_t[]) { 0 }, 1, custom_id);
        if (r < 0)
                return r;
        return ask_data(lang, text_lookup(lang, TEXT_ASK_RESET),
                        &(Button) { .style = BUTTON_DANGER, .label = text_lookup(lang, TEXT_RECRUIT_CONFIRM_BUTTON), .custom_id = custom_id }, true,
                        ret_data);
}
