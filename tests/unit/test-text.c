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
        { TEXT_DOCTOR_TITLE, LIMIT_EMBED_TITLE },
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
        { TEXT_ALERT_GUILD_FULL_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_ALERT_CATEGORY_FULL_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_AUDIT_TITLE, LIMIT_EMBED_TITLE },
        { TEXT_ERASE_BUTTON, LIMIT_BUTTON_LABEL },
        { TEXT_TARGET_GONE, LIMIT_EMBED_TITLE },
        { TEXT_DM_GUILD, LIMIT_EMBED_FIELD_NAME },
        { TEXT_DM_TICKET, LIMIT_EMBED_FIELD_NAME },
        { TEXT_TICKET_OPENED_BY, LIMIT_EMBED_FIELD_NAME },
        { TEXT_OPTION_LIST, LIMIT_EMBED_TITLE },
        { TEXT_QUESTION_LIST, LIMIT_EMBED_TITLE },
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
        { TEXT_LOG_OPENED_BY, TEXT_LOG_DURATION, LIMIT_EMBED_FIELD_NAME },
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
        for (int n = 0; n < _LANG_MAX * _TEXT_MAX; n++) {
                const Lang lang = (Lang) (n / _TEXT_MAX);
                const TextId id = (TextId) (n % _TEXT_MAX);
                _free_ char *text = NULL;

                if (text_format(lang, id, args, &text) < 0)
                        fail_msg("%s.def: %s has a placeholder that is not known", lang_to_string(lang), text_id_to_string(id));
                if (utf8_length(text) < 1 || utf8_length(text) > limit_of(id))
                        fail_msg("%s.def: %s does not fit its place: %zu of %zu characters", lang_to_string(lang), text_id_to_string(id),
                                 utf8_length(text), limit_of(id));
                assert_null(strchr(text, '{'));
        }
        (void) state;
}

/* Whoever adds a sentence adds it to every language. */
static void every_language_has_every_sentence(void **state) {
        int n_missing = 0;

        for (int lang = 0; lang < _LANG_MAX; lang++)
                for (int id = 0; id < _TEXT_MAX; id++)
                        if (!text_is_there((Lang) lang, (TextId) id)) {
                                print_error("src/text/%s.def has no sentence %s, which en.def has: \"%s\"\n", lang_to_string((Lang) lang),
                                            text_id_to_string((TextId) id), text_lookup(LANG_EN, (TextId) id));
                                n_missing++;
                        }
        assert_int_equal(n_missing, 0);
        (void) state;
}

static size_t count(const char *text, const char *piece, size_t n) {
        size_t n_found = 0;

        for (; (text = strchr(text, '{')); text++)
                n_found += strncmp(text, piece, n) == 0;
        return n_found;
}

/* The same facts are told in every language, each as often. */
static void placeholders_are_the_same_in_every_language(void **state) {
        for (int n = 0; n < _LANG_MAX * _TEXT_MAX; n++) {
                const Lang lang = (Lang) (n / _TEXT_MAX);
                const TextId id = (TextId) (n % _TEXT_MAX);
                const char *here = text_lookup(lang, id), *there = text_lookup(LANG_EN, id);

                if (count(here, "{", 1) != count(there, "{", 1))
                        fail_msg("%s.def: %s has not as many placeholders as in English", lang_to_string(lang), text_id_to_string(id));
                for (const char *at = here; (at = strchr(at, '{')); at++) {
                        size_t n_bytes = strcspn(at, "}") + 1;

                        if (count(here, at, n_bytes) != count(there, at, n_bytes))
                                fail_msg("%s.def: %s has %.*s not as often as in English", lang_to_string(lang), text_id_to_string(id),
                                         (int) n_bytes, at);
                }
        }
        (void) state;
}

/* Our own messages are found again by these, whatever language they were written in. */
static void what_is_read_back_is_the_same_in_every_language(void **state) {
        static const TextId ids[] = { TEXT_REFERENCE, TEXT_RECRUIT_FOOTER, TEXT_RECRUIT_HANDLE_LINK };

        for (int lang = 0; lang < _LANG_MAX; lang++)
                for (size_t i = 0; i < ELEMENTSOF(ids); i++)
                        assert_string_equal(text_lookup((Lang) lang, ids[i]), text_lookup(LANG_EN, ids[i]));
        assert_true(text_is_one_of("Notes", TEXT_RECRUIT_NOTES));
        assert_true(text_is_one_of(text_lookup(LANG_DE, TEXT_RECRUIT_NOTES), TEXT_RECRUIT_NOTES));
        assert_false(text_is_one_of("Notes", TEXT_RECRUIT_REASON));
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
        _strbuf_ StrBuf german = {};
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
        text_duration(&german, LANG_DE, 7500 * USEC_PER_SEC);
        assert_string_equal(strbuf_text(&german), "2 Std. 5 Min.");
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
        assert_int_equal(lang_from_locale("en-US"), LANG_EN);
        assert_int_equal(lang_from_locale("de"), LANG_DE);
        assert_int_equal(lang_from_locale("d"), LANG_EN);
        assert_int_equal(lang_from_locale("de-AT"), LANG_EN);           /* none of Discord's */
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_sentence_fits_its_place),
                cmocka_unit_test(every_language_has_every_sentence),
                cmocka_unit_test(placeholders_are_the_same_in_every_language),
                cmocka_unit_test(what_is_read_back_is_the_same_in_every_language),
                cmocka_unit_test(facts_are_shown_as_their_kind),
                cmocka_unit_test(a_wrong_argument_is_a_bug_that_shows),
                cmocka_unit_test(user_text_has_no_power),
                cmocka_unit_test(durations_have_two_units),
                cmocka_unit_test(permissions_are_named_as_discord_does),
                cmocka_unit_test(a_locale_has_a_language),
        };

        return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
