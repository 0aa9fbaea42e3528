/* Sentences: each within the limit of its place, placeholders known, facts shown as their kind, user text without power. */

#include "magikal/text.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "magikal/json.h"
#include "magikal/limits.h"
#include "magikal/permission.h"

/* Places shorter than a message, by the sentences that stand there, placeholders filled with their longest value. */
static const struct {
        TextId id;
        size_t n_max;
} places[] = {
        { TEXT_PANEL_SUPPORT_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_TICKET_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_LOG_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_DM_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_ABOUT_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_PANEL_SUPPORT_BUTTON, LIMIT_BUTTON_LABEL },
        { TEXT_TICKET_RESOLVE_BUTTON, LIMIT_BUTTON_LABEL },
        { TEXT_SUPPORT_MODAL_TITLE, LIMIT_MODAL_TITLE },
        { TEXT_RESOLVE_MODAL_TITLE, LIMIT_MODAL_TITLE },
        { TEXT_SUPPORT_MODAL_LABEL, LIMIT_LABEL },
        { TEXT_RESOLVE_MODAL_LABEL, LIMIT_LABEL },
        { TEXT_SUPPORT_MODAL_HINT, LIMIT_LABEL_DESCRIPTION },
        { TEXT_RESOLVE_TO_LOG_AND_DM, LIMIT_LABEL_DESCRIPTION },
        { TEXT_RESOLVE_TO_LOG, LIMIT_LABEL_DESCRIPTION },
        { TEXT_RESOLVE_TO_DM, LIMIT_LABEL_DESCRIPTION },
        { TEXT_RESOLVE_TO_NOBODY, LIMIT_LABEL_DESCRIPTION },
        { TEXT_SUPPORT_MODAL_PLACEHOLDER, LIMIT_INPUT_PLACEHOLDER },
        { TEXT_PANEL_RECRUIT_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_RECRUIT_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_INSTRUCTIONS_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_DM_DECLINED_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_DM_APPROVED_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_PANEL_RECRUIT_BUTTON, LIMIT_BUTTON_LABEL },
        { TEXT_RECRUIT_RSI_BUTTON, LIMIT_BUTTON_LABEL },
        { TEXT_RECRUIT_MEMBER, LIMIT_SELECT_TEXT },
        { TEXT_RECRUIT_AFFILIATE, LIMIT_SELECT_TEXT },
        { TEXT_STEP1_TITLE, LIMIT_MODAL_TITLE },
        { TEXT_STEP1_ROLE, LIMIT_LABEL },
        { TEXT_STEP1_ROLE_HINT, LIMIT_LABEL_DESCRIPTION },
        { TEXT_STEP1_AREA, LIMIT_LABEL },
        { TEXT_STEP1_ZONE, LIMIT_LABEL },
        { TEXT_STEP1_ZONE_HINT, LIMIT_LABEL_DESCRIPTION },
        { TEXT_STEP1_ZONE_OTHER, LIMIT_SELECT_TEXT },
        { TEXT_STEP1_ZONE_OTHER_HINT, LIMIT_SELECT_TEXT },
        { TEXT_STEP1_HANDLE, LIMIT_LABEL },
        { TEXT_STEP1_HANDLE_HINT, LIMIT_LABEL_DESCRIPTION },
        { TEXT_STEP1_HANDLE_PLACEHOLDER, LIMIT_INPUT_PLACEHOLDER },
        { TEXT_STEP1_NOTES, LIMIT_LABEL },
        { TEXT_STEP1_NOTES_PLACEHOLDER, LIMIT_INPUT_PLACEHOLDER },
        { TEXT_QNA_MODAL_TITLE, LIMIT_MODAL_TITLE },
        { TEXT_QNA_MODAL_TITLE_PAGE, LIMIT_MODAL_TITLE },
        { TEXT_ZONE_MODAL_TITLE, LIMIT_MODAL_TITLE },
        { TEXT_ZONE_MODAL_LABEL, LIMIT_LABEL },
        { TEXT_ZONE_MODAL_HINT, LIMIT_LABEL_DESCRIPTION },
        { TEXT_REJECT_MODAL_TITLE, LIMIT_MODAL_TITLE },
        { TEXT_REJECT_MODAL_LABEL, LIMIT_LABEL },
        { TEXT_REJECT_MODAL_HINT, LIMIT_LABEL_DESCRIPTION },
        { TEXT_MORE_CHARACTERS, 60 },           /* cut.c's NOTE_MAX bytes */
};

/* Places of rows that follow each other, first and last. */
static const struct {
        TextId first, last;
        size_t n_max;
} ranges[] = {
        { TEXT_STATUS_DRAFT, TEXT_STATUS_REMOVED, LIMIT_EMBED_FIELD_VALUE },
        { TEXT_QUESTION_STRENGTHS, TEXT_QUESTION_ELSE, LIMIT_LABEL },
        { TEXT_QUESTION_STRENGTHS_HINT, TEXT_QUESTION_ELSE_HINT, LIMIT_INPUT_PLACEHOLDER },
        { TEXT_ZONE_HONOLULU, TEXT_ZONE_AUCKLAND, LIMIT_SELECT_TEXT },
        { TEXT_RECRUIT_STEP1_BUTTON, TEXT_RECRUIT_NEXT_BUTTON, LIMIT_BUTTON_LABEL },
        { TEXT_RECRUIT_STATUS, TEXT_RECRUIT_WHEN, LIMIT_EMBED_FIELD_NAME },
        { TEXT_LOG_RECRUIT_OPENED, TEXT_LOG_RECRUIT_VANISHED, LIMIT_EMBED_TITLE },
};

static size_t limit_of(TextId id) {
        for (size_t i = 0; i < ELEMENTSOF(places); i++)
                if (places[i].id == id)
                        return places[i].n_max;
        for (size_t i = 0; i < ELEMENTSOF(ranges); i++)
                if (id >= ranges[i].first && id <= ranges[i].last)
                        return ranges[i].n_max;
        return LIMIT_CONTENT;
}

/* The longest thing a placeholder of a kind can become. */
static TextArg longest(const char *name, TextKind kind) {
        static const char words[] = "a name that somebody gave to a guild; Discord allows one hundred characters, and this is as many !!";

        return (TextArg) {
                .name = name,
                .kind = kind,
                .text = words,
                .number = kind == TEXT_KIND_NUMBER ? 2147483647 : UINT64_MAX,
        };
}

static void every_sentence_fits_its_place(void **state) {
        static const char *const names[] = {
#define PLACEHOLDER(name, kind) #name,
#include "magikal/placeholders.def"
#undef PLACEHOLDER
        };
        TextArg args[ELEMENTSOF(names) + 1] = {};

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                args[i] = longest(names[i], text_placeholder_kind(names[i], strlen(names[i])));
        for (int id = 0; id < _TEXT_MAX; id++) {
                _free_ char *text = NULL;

                if (text_format(LANG_EN, (TextId) id, args, &text) < 0)
                        fail_msg("%s has a placeholder that is not known", text_id_to_string((TextId) id));
                if (utf8_length(text) < 1 || utf8_length(text) > limit_of((TextId) id))
                        fail_msg("%s does not fit its place: %zu", text_id_to_string((TextId) id), utf8_length(text));
                assert_null(strchr(text, '{'));
        }
        (void) state;
}

static void facts_are_shown_as_their_kind(void **state) {
        _free_ char *text = NULL, *time = NULL, *nobody = NULL;

        assert_int_equal(text_format(LANG_EN, TEXT_TICKET_YOURS, TEXT_ARGS(ARG_CHANNEL("channel", (ChannelId) { 5 })), &text), 0);
        assert_string_equal(text, "Your ticket: <#5>");
        assert_int_equal(text_format(LANG_EN, TEXT_TICKET_CLOSED_BY,
                                     TEXT_ARGS(ARG_NUMBER("number", 3), ARG_USER("closer", (UserId) { 7 }),
                                               ARG_TIME("time", UINT64_C(1770091506789000))),
                                     &time),
                         0);
        assert_string_equal(time, "Ticket #3 was closed by <@7> on <t:1770091506:f>.");
        assert_int_equal(text_format(LANG_EN, TEXT_TICKET_BEING_CLOSED_BY,
                                     TEXT_ARGS(ARG_NUMBER("number", 3), ARG_USER("closer", (UserId) { 0 })), &nobody), 0);
        assert_string_equal(nobody, "(somebody who has been forgotten) was first and is closing ticket #3 right now.");
        (void) state;
}

static void a_wrong_argument_is_a_bug_that_shows(void **state) {
        char *text = NULL;

        assert_int_equal(text_format(LANG_EN, TEXT_TICKET_YOURS, NULL, &text), -EINVAL);
        assert_int_equal(text_format(LANG_EN, TEXT_TICKET_YOURS, TEXT_ARGS(ARG_OURS("channel", "#x")), &text), -EINVAL);
        assert_int_equal(text_format(LANG_EN, TEXT_TICKET_YOURS, TEXT_ARGS(ARG_CHANNEL("chan", (ChannelId) { 1 })), &text), -EINVAL);
        assert_null(text);
        assert_string_equal(text_lookup(LANG_EN, (TextId) 9999), "");
        (void) state;
}

static void escaped(const char *words, const char *expected) {
        _strbuf_ StrBuf out = {};

        text_escape(&out, words);
        assert_string_equal(strbuf_text(&out), expected);
}

static void user_text_has_no_power(void **state) {
        escaped("plain text, 3 < 4", "plain text, 3 < 4");
        escaped("*a* _b_ ~~c~~ `d` ||e||", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\` \\|\\|e\\|\\|");
        escaped("[click](https://evil.example/)", "\\[click](https://evil.example/)");
        escaped("<@123> <#5> <@&7> <:x:1> <a:x:1> <t:1> </x:1>", "\\<@123> \\<#5> \\<@&7> \\<:x:1> \\<a:x:1> \\<t:1> \\</x:1>");
        escaped("# title\n> quote\n- item\n-# small\na # b > c - d", "\\# title\n\\> quote\n\\- item\n\\-# small\na # b > c - d");
        escaped("  # title", "  \\# title");
        escaped("\\*", "\\\\\\*");
        escaped("https://x.example/a_b_c*d and a_b", "https://x.example/a_b_c*d and a\\_b");
        escaped("https://x.example/<@1>", "https://x.example/\\<@1>");
        (void) state;
}

static void durations_have_two_units(void **state) {
        static const struct {
                Usec usec;
                const char *text;
        } cases[] = {
                { 0, "0 s" },
                { 999999, "0 s" },
                { 59 * USEC_PER_SEC, "59 s" },
                { 60 * USEC_PER_SEC, "1 min" },
                { 61 * USEC_PER_SEC, "1 min 1 s" },
                { 3600 * USEC_PER_SEC, "1 h" },
                { 3659 * USEC_PER_SEC, "1 h" },
                { 7500 * USEC_PER_SEC, "2 h 5 min" },
                { 90000 * USEC_PER_SEC, "1 d 1 h" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _strbuf_ StrBuf out = {};

                text_duration(&out, LANG_EN, cases[i].usec);
                assert_string_equal(strbuf_text(&out), cases[i].text);
        }
        (void) state;
}

static void permissions_are_named_as_discord_does(void **state) {
        _strbuf_ StrBuf invite = {}, unnamed = {}, none = {};

        text_put_arg(&invite, LANG_EN, &ARG_PERMISSIONS("permission", PERMISSION_INVITE));
        assert_string_equal(strbuf_text(&invite),
                            "Manage Channels, Add Reactions, View Channel, Send Messages, Manage Messages, Embed Links, Attach Files, "
                            "Read Message History, Mention @everyone, @here, and All Roles, Manage Nicknames, Manage Roles, "
                            "Create Public Threads, Create Private Threads, Send Messages in Threads");
        text_put_arg(&unnamed, LANG_EN, &ARG_PERMISSIONS("permission", UINT64_C(1) << 47 | UINT64_C(1) << 63));
        assert_string_equal(strbuf_text(&unnamed), "bit 47, bit 63");
        text_put_arg(&none, LANG_EN, &ARG_PERMISSIONS("permission", 0));
        assert_string_equal(strbuf_text(&none), "");
        (void) state;
}

static void a_locale_has_a_language(void **state) {
        assert_int_equal(lang_from_locale(NULL), LANG_EN);
        assert_int_equal(lang_from_locale(""), LANG_EN);
        assert_int_equal(lang_from_locale("en-GB"), LANG_EN);
        assert_int_equal(lang_from_locale("fr"), LANG_EN);
        assert_int_equal(lang_from_locale("english"), LANG_EN);
        for (int lang = 0; lang < _LANG_MAX; lang++)
                assert_int_equal(lang_from_locale(lang_to_string((Lang) lang)), lang);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_sentence_fits_its_place),
                cmocka_unit_test(facts_are_shown_as_their_kind),
                cmocka_unit_test(a_wrong_argument_is_a_bug_that_shows),
                cmocka_unit_test(user_text_has_no_power),
                cmocka_unit_test(durations_have_two_units),
                cmocka_unit_test(permissions_are_named_as_discord_does),
                cmocka_unit_test(a_locale_has_a_language),
        };

        return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
