/* Views of support and settings: what people will see. */

#include "magikal/views.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "../lib/known-keys.h"
#include "views-rig.h"

#define GUILD ((GuildId) { UINT64_C(800000000000000001) })
#define OPENED_AT (UINT64_C(1770091506) * USEC_PER_SEC)

static int set_up(void **state) {
        *state = known_keys(KNOWN_KEY_K);
        return *state ? 0 : -1;
}

static int tear_down(void **state) {
        keys_free(*state);
        return 0;
}

static Ticket ticket(void) {
        return (Ticket) {
                .id = { 42 },
                .guild = GUILD,
                .guild_no = 7,
                .state = TICKET_CLOSING,
                .opener_user = { UINT64_C(700000000000000001) },
                .channel = { UINT64_C(820000000000000099) },
                .question = "I *cannot* log in.\nhttps://example.org/a_b says: <@1> error",
                .opened_at = OPENED_AT,
                .closer_user = { UINT64_C(700000000000000002) },
        };
}

static const char *first_custom_id(const Json *body) {
        return json_text(json_get(json_first(json_get(json_first(json_get(body, "components")), "components")), "custom_id"));
}

/* ---- the messages ------------------------------------------------------------------------------------------------------------------ */

static void the_support_panel(void **state) {
        _free_ char *body = NULL;
        _json_ Json *json = NULL;
        CustomId id;

        assert_int_equal(view_support_panel(TEST_LANG, *state, GUILD, NONCE, &body), 0);
        json = golden("support-panel", body);
        check_message(json);
        assert_int_equal(n_pinged(json), 0);
        assert_int_equal(custom_id_read(*state, GUILD, first_custom_id(json), &id), 0);
        assert_string_equal(id.control, CONTROL_SUPPORT_OPEN);
}

static void the_support_modal(void **state) {
        _free_ char *data = NULL, *anew = NULL;
        _json_ Json *json = NULL, *json_anew = NULL;
        CustomId id;

        assert_int_equal(view_support_modal(TEST_LANG, *state, GUILD, (TicketId) {}, &data), 0);
        json = golden("support-modal", data);
        assert_int_equal(custom_id_read(*state, GUILD, json_text(json_get(json, "custom_id")), &id), 0);
        assert_string_equal(id.control, CONTROL_SUPPORT_OPEN_FORM);
        assert_true(id.ids[0] == 0);

        assert_int_equal(view_support_modal(TEST_LANG, *state, GUILD, (TicketId) { 41 }, &anew), 0);
        assert_int_equal(json_parse(anew, strlen(anew), &json_anew), 0);
        assert_int_equal(custom_id_read(*state, GUILD, json_text(json_get(json_anew, "custom_id")), &id), 0);
        assert_true(id.ids[0] == 41);
}

static void a_ticket_calls_two(void **state) {
        const Ticket t = ticket();
        _free_ char *body = NULL, *alone = NULL;
        _json_ Json *json = NULL, *json_alone = NULL;
        CustomId id;

        assert_int_equal(view_ticket_opening(TEST_LANG, *state, &t, (RoleId) { UINT64_C(810000000000000002) }, NONCE, &body), 0);
        json = golden("ticket-opening", body);
        check_message(json);
        assert_int_equal(n_pinged(json), 2);
        assert_int_equal(custom_id_read(*state, GUILD, first_custom_id(json), &id), 0);
        assert_string_equal(id.control, CONTROL_SUPPORT_RESOLVE);
        assert_true(id.ids[0] == 42);

        assert_int_equal(view_ticket_opening(TEST_LANG, *state, &t, (RoleId) {}, NONCE, &alone), 0);
        assert_int_equal(json_parse(alone, strlen(alone), &json_alone), 0);
        assert_int_equal(n_pinged(json_alone), 1);
        assert_string_equal(json_text(json_get(json_alone, "content")), "<@700000000000000001>");
}

static void the_resolve_modal_says_where_it_goes(void **state) {
        const Ticket t = ticket();
        _free_ char *data = NULL, *none = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_resolve_modal(TEST_LANG, *state, &t, true, true, &data), 0);
        json = golden("resolve-modal", data);
        assert_int_equal(view_resolve_modal(TEST_LANG, *state, &t, false, false, &none), 0);
        assert_non_null(strstr(none, text_lookup(TEST_LANG, TEXT_RESOLVE_TO_NOBODY)));
}

static void the_result_goes_to_the_log(void **state) {
        const Ticket t = ticket();
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_resolved_log(TEST_LANG, &t, "Password reset.", OPENED_AT + 7500 * USEC_PER_SEC, NONCE, &body), 0);
        json = golden("resolved-log", body);
        check_message(json);
        assert_int_equal(n_pinged(json), 0);
        (void) state;
}

static void the_log_tells_of_what_was_deleted(void **state) {
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_alert(TEST_LANG, TEXT_TARGET_GONE, TEXT_TARGET_SUPPORT_CATEGORY, NONCE, &body), 0);
        json = golden("target-gone", body);
        check_message(json);
        assert_int_equal(n_pinged(json), 0);
        (void) state;
}

static void the_result_goes_to_the_member(void **state) {
        const Ticket t = ticket();
        _free_ char *body = NULL, *unnamed = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_resolved_dm(TEST_LANG, "The *best* guild", &t, "Password reset.", NONCE, &body), 0);
        json = golden("resolved-dm", body);
        check_message(json);
        assert_int_equal(n_pinged(json), 0);
        assert_int_equal(view_resolved_dm(TEST_LANG, NULL, &t, "Password reset.", NONCE, &unnamed), 0);
        assert_null(strstr(unnamed, text_lookup(TEST_LANG, TEXT_DM_GUILD)));
        (void) state;
}

static void the_explanation(void **state) {
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_support_about(TEST_LANG, NONCE, &body), 0);
        json = golden("support-about", body);
        check_message(json);
        (void) state;
}

/* The longest that forms take, in the characters that cost most: both texts must be in the log whole. */
static void long_texts_are_kept_whole(void **state) {
        static const char *const pieces[] = { "*", "\xF0\x9F\x98\x80", "a", "\\" };
        Ticket t = ticket();

        for (size_t i = 0; i < ELEMENTSOF(pieces); i++) {
                _strbuf_ StrBuf words = {};
                _free_ char *log = NULL, *dm = NULL, *opening = NULL;
                _json_ Json *json_log = NULL, *json_dm = NULL, *json_opening = NULL;

                for (int k = 0; k < FIELD_TEXT_MAX; k++)
                        strbuf_append(&words, pieces[i]);
                t.question = strbuf_text(&words);
                assert_int_equal(view_resolved_log(TEST_LANG, &t, t.question, OPENED_AT, NONCE, &log), 0);
                assert_int_equal(view_resolved_dm(TEST_LANG, t.question, &t, t.question, NONCE, &dm), 0);
                assert_int_equal(view_ticket_opening(TEST_LANG, *state, &t, (RoleId) { 5 }, NONCE, &opening), 0);
                assert_int_equal(json_parse(log, strlen(log), &json_log), 0);
                assert_int_equal(json_parse(dm, strlen(dm), &json_dm), 0);
                assert_int_equal(json_parse(opening, strlen(opening), &json_opening), 0);
                check_message(json_log);
                check_message(json_dm);
                check_message(json_opening);
                assert_null(strstr(log, "more characters"));
                assert_null(strstr(opening, "more characters"));
        }
}

static void longer_texts_are_cut_honestly(void **state) {
        _strbuf_ StrBuf words = {};
        _free_ char *log = NULL, *notice = NULL;
        _json_ Json *json = NULL;
        Ticket t = ticket();

        for (int k = 0; k < 4000; k++)
                strbuf_append_char(&words, 'a');
        t.question = strbuf_text(&words);
        assert_int_equal(view_resolved_log(TEST_LANG, &t, "short", OPENED_AT, NONCE, &log), 0);
        in_english(log, "\xE2\x80\xA6 2022 more characters");
        in_english(log, "**Resolution**\\nshort");
        assert_int_equal(view_notice(TEST_LANG, t.question, true, &notice), 0);
        assert_int_equal(json_parse(notice, strlen(notice), &json), 0);
        assert_int_equal(length_at(json, "content"), LIMIT_CONTENT);
        (void) state;
}

static void what_was_forgotten_is_said(void **state) {
        Ticket t = ticket();
        _free_ char *body = NULL;

        t.question = NULL;
        t.opener_user = t.closer_user = (UserId) {};
        assert_int_equal(view_resolved_log(TEST_LANG, &t, NULL, OPENED_AT - 1, NONCE, &body), 0);
        assert_non_null(strstr(body, text_lookup(TEST_LANG, TEXT_LOG_NOT_KEPT)));
        assert_non_null(strstr(body, text_lookup(TEST_LANG, TEXT_LOG_FORGOTTEN)));
        (void) state;
}

static void notices(void **state) {
        _free_ char *ephemeral = NULL, *edit = NULL;
        char *none = NULL;
        _json_ Json *a = NULL, *b = NULL;

        assert_int_equal(view_say(&ephemeral, TEST_LANG, true, TEXT_TICKET_YOURS, TEXT_ARGS(ARG_CHANNEL("channel", ticket().channel))), 0);
        a = golden("notice-ephemeral", ephemeral);
        assert_int_equal(view_say(&edit, TEST_LANG, false, TEXT_TICKET_RESOLVED, TEXT_ARGS(ARG_NUMBER("number", 7))), 0);
        b = golden("notice-edit", edit);
        assert_int_equal(view_notice(TEST_LANG, " \n", true, &none), -EINVAL);
        assert_int_equal(view_say(&none, TEST_LANG, true, TEXT_TICKET_YOURS, NULL), -EINVAL);
        assert_null(none);
        (void) state;
}

static const GuildSettings some_settings = {
        .guild = { UINT64_C(800000000000000001) },
        .support_panel = { UINT64_C(820000000000000021) },
        .support_category = { UINT64_C(820000000000000002) },
        .support_role = { UINT64_C(810000000000000002) },
        .dm_on_close = true,
        .is_set_up = true,
};

static void settings_are_shown(void **state) {
        _free_ char *targets = NULL, *ping = NULL;
        _json_ Json *a = NULL, *b = NULL;

        assert_int_equal(view_targets(TEST_LANG, &some_settings, &targets), 0);
        a = golden("targets", targets);
        assert_int_equal(view_ping(TEST_LANG, &some_settings, &ping), 0);
        b = golden("ping", ping);
        (void) state;
}

static void changes_are_told(void **state) {
        GuildSettings after = some_settings;
        _free_ char *change = NULL, *same = NULL, *dm = NULL;
        _json_ Json *json = NULL;

        after.log_channel.v = UINT64_C(820000000000000041);
        after.support_panel.v = UINT64_C(820000000000000011);
        after.support_role.v = 0;
        assert_int_equal(view_settings_change(TEST_LANG, &some_settings, &after, false, &change), 0);
        json = golden("settings-change", change);
        assert_non_null(strstr(change, text_lookup(TEST_LANG, TEXT_SETTING_WARN_SUPPORT_ROLE)));

        assert_int_equal(view_settings_change(TEST_LANG, &some_settings, &some_settings, true, &same), 0);
        assert_non_null(strstr(same, text_lookup(TEST_LANG, TEXT_SETTING_UNCHANGED)));
        after = some_settings;
        after.dm_on_close = false;
        assert_int_equal(view_settings_change(TEST_LANG, &some_settings, &after, true, &dm), 0);
        in_english(dm, "**DM on close**: on \xE2\x86\x92 off\",");
        (void) state;
}

static void bad_arguments_are_refused(void **state) {
        const Ticket none = {};
        char *body = NULL;

        assert_int_equal(view_support_about(TEST_LANG, "", &body), -EINVAL);
        assert_int_equal(view_support_about(TEST_LANG, "abcdefghijklmnopqrstuvwxyz", &body), -EINVAL);
        assert_int_equal(view_ticket_opening(TEST_LANG, *state, &none, (RoleId) {}, NONCE, &body), -EINVAL);
        assert_int_equal(view_resolve_modal(TEST_LANG, *state, &none, true, true, &body), -EINVAL);
        assert_int_equal(view_resolved_log(TEST_LANG, &none, "x", 1, NONCE, &body), -EINVAL);
        assert_null(body);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(the_support_panel, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_support_modal, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_ticket_calls_two, set_up, tear_down),
                cmocka_unit_test_setup_teardown(the_resolve_modal_says_where_it_goes, set_up, tear_down),
                cmocka_unit_test(the_result_goes_to_the_log),
                cmocka_unit_test(the_log_tells_of_what_was_deleted),
                cmocka_unit_test(the_result_goes_to_the_member),
                cmocka_unit_test(the_explanation),
                cmocka_unit_test_setup_teardown(long_texts_are_kept_whole, set_up, tear_down),
                cmocka_unit_test(longer_texts_are_cut_honestly),
                cmocka_unit_test(what_was_forgotten_is_said),
                cmocka_unit_test(notices),
                cmocka_unit_test(settings_are_shown),
                cmocka_unit_test(changes_are_told),
                cmocka_unit_test_setup_teardown(bad_arguments_are_refused, set_up, tear_down),
        };

        return cmocka_run_group_tests_name("views", tests, NULL, NULL);
}
