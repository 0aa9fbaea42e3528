/* What administrators read about recruitment's settings: lists that stay whole however long they are, and one question. */

#include "magikal/views-recruit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "../lib/known-keys.h"
#include "magikal/cut.h"
#include "magikal/views.h"
#include "views-rig.h"

#define GUILD ((GuildId) { UINT64_C(800000000000000001) })
#define ROLE_A ((RoleId) { UINT64_C(810000000000000002) })

static const char *description_of(const Json *data) {
        const Json *embed = json_first(json_get(data, "embeds"));

        assert_int_equal(json_array_size(json_get(data, "embeds")), 1);
        return json_text(json_get(embed, "description"));
}

static size_t n_lines(const char *text) {
        size_t n = 1;

        for (; *text; text++)
                n += *text == '\n';
        return n;
}

static void areas(void **state) {
        static const RecruitOption options[] = {
                { .name = "medical" },
                { .name = "*deep* space", .emoji = "\xF0\x9F\x9A\x80" },
                { .name = "racing", .emoji = "<:flag:850000000000000001>", .ping_role = { UINT64_C(810000000000000002) } },
        };
        const RecruitSettings settings = { .options = options, .n_options = ELEMENTSOF(options) };
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_options(TEST_LANG, &settings, &body), 0);
        json = golden("config-options", body);
        assert_int_equal(n_pinged(json), 0);
        (void) state;
}

static void questions(void **state) {
        QuestionList list = {};
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        question_reset(&list, TEST_LANG);
        assert_int_equal(view_questions(TEST_LANG, &list, &body), 0);
        json = golden("config-questions", body);
        (void) state;
}

static void organisation_and_roles(void **state) {
        const RecruitSettings settings = {
                .org_url = "https://robertsspaceindustries.com/orgs/EXAMPLE",
                .member_role = ROLE_A,
        };
        _free_ char *org = NULL, *roles = NULL;
        _json_ Json *org_json = NULL, *roles_json = NULL;

        assert_int_equal(view_org(TEST_LANG, &settings, &org), 0);
        org_json = golden("config-org", org);
        assert_int_equal(view_autoroles(TEST_LANG, &settings, &roles), 0);
        roles_json = golden("config-autoroles", roles);
        (void) state;
}

static void capabilities(void **state) {
        static const CapableRole roles[] = {
                { { UINT64_C(810000000000000002) }, CAPABILITY_RECRUITMENT | CAPABILITY_HELPER },
                { { UINT64_C(810000000000000003) }, CAPABILITY_RECRUITMENT },
        };
        _free_ char *body = NULL, *empty = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_capabilities(TEST_LANG, roles, ELEMENTSOF(roles), &body), 0);
        json = golden("config-capabilities", body);
        assert_int_equal(n_pinged(json), 0);
        assert_int_equal(view_capabilities(TEST_LANG, NULL, 0, &empty), 0);
        in_english(empty, "**admin**: no role");
        (void) state;
}

static void forgetting_says_what_goes_and_what_stays(void **state) {
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_ask_erase(TEST_LANG, *state, GUILD, (UserId) { UINT64_C(700000000000000001) }, 3, 1, &body), 0);
        json = golden("person-ask-erase", body);
        assert_int_equal(n_pinged(json), 0);
}

static void resetting_asks(void **state) {
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_ask_reset(TEST_LANG, *state, GUILD, &body), 0);
        json = golden("config-ask-reset", body);
}

/* As long as Discord lets a name be, and the most there may be of them. */
static void every_area_is_listed(void **state) {
        RecruitOption options[RECRUIT_OPTIONS_MAX];
        char names[RECRUIT_OPTIONS_MAX][RECRUIT_OPTION_NAME_MAX + 1];
        RecruitSettings settings = { .options = options, .n_options = ELEMENTSOF(options) };
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        for (size_t i = 0; i < ELEMENTSOF(options); i++) {
                memset(names[i], 'a' + (int) i, RECRUIT_OPTION_NAME_MAX);
                names[i][RECRUIT_OPTION_NAME_MAX] = '\0';
                options[i] = (RecruitOption) { .name = names[i], .emoji = "\xF0\x9F\x9A\x80", .ping_role = ROLE_A };
        }
        assert_int_equal(view_options(TEST_LANG, &settings, &body), 0);
        assert_int_equal(json_parse(body, strlen(body), &json), 0);
        assert_true(utf16_length(description_of(json)) <= LIMIT_EMBED_DESCRIPTION);
        assert_int_equal(n_lines(description_of(json)), RECRUIT_OPTIONS_MAX);
        assert_non_null(strstr(description_of(json), names[RECRUIT_OPTIONS_MAX - 1]));
        (void) state;
}

static void fill_questions(QuestionList *list, char hint) {
        *list = (QuestionList) { .n = QUESTIONS_MAX, .next_id = QUESTIONS_MAX + 1 };
        for (int i = 0; i < QUESTIONS_MAX; i++) {
                Question *q = &list->items[i];

                *q = (Question) { .id = i + 1, .kind = ANSWER_TIME_RANGE, .is_required = true };
                memset(q->label, 'A' + i, LIMIT_LABEL);
                memset(q->placeholder, hint, LIMIT_INPUT_PLACEHOLDER);
        }
}

static void every_question_is_listed(void **state) {
        QuestionList list;
        _free_ char *whole = NULL, *brief = NULL;
        _json_ Json *whole_json = NULL, *brief_json = NULL;

        fill_questions(&list, 'x');
        assert_int_equal(view_questions(TEST_LANG, &list, &whole), 0);
        assert_int_equal(json_parse(whole, strlen(whole), &whole_json), 0);
        assert_int_equal(n_lines(description_of(whole_json)), QUESTIONS_MAX);
        assert_non_null(strstr(description_of(whole_json), list.items[QUESTIONS_MAX - 1].placeholder));

        /* each of its characters is escaped, which is too long: the hints go, no question does */
        fill_questions(&list, '*');
        assert_int_equal(view_questions(TEST_LANG, &list, &brief), 0);
        assert_int_equal(json_parse(brief, strlen(brief), &brief_json), 0);
        assert_int_equal(n_lines(description_of(brief_json)), QUESTIONS_MAX + 1);
        assert_null(strstr(description_of(brief_json), "\\*"));
        assert_non_null(strstr(description_of(brief_json), list.items[QUESTIONS_MAX - 1].label));
        assert_non_null(strstr(description_of(brief_json), text_lookup(TEST_LANG, TEXT_QUESTION_LIST_BRIEF)));
        (void) state;
}

/* ---- what the doctor found ----------------------------------------------------------------------------------------------------------- */

static const DoctorChannel doctor_channels[] = {
        { .id = { UINT64_C(820000000000000002) }, .is_category = true },
        { .id = { UINT64_C(820000000000000021) }, .parent = { UINT64_C(820000000000000002) } },
};
static const GuildSettings doctor_settings = { .support_panel = { UINT64_C(820000000000000021) }, .support_category = { UINT64_C(820000000000000002) } };
static const DoctorGuild doctor_guild = { .look = DOCTOR_SEEN, .channels = doctor_channels, .n_channels = 2, .settings = &doctor_settings };

static void the_doctor_names_remedies(void **state) {
        DoctorFinding findings[] = {
                { .check = DOCTOR_CHECK_BOT_PERMISSIONS, .severity = DOCTOR_BROKEN, .said = TEXT_DOCTOR_BOT_PERMISSIONS,
                  .mended = TEXT_DOCTOR_BOT_PERMISSIONS_FIX,
                  .args = { ARG_PERMISSIONS("permission", PERMISSION_MANAGE_CHANNELS), ARG_ROLE("bot_role", ROLE_A) } },
                { .check = DOCTOR_CHECK_PING_UNSET, .severity = DOCTOR_WARNING, .said = TEXT_DOCTOR_PING_UNSET_SUPPORT,
                  .mended = TEXT_DOCTOR_PING_UNSET_FIX, .has_setting = true, .setting = TEXT_SETTING_SUPPORT_ROLE },
                { .check = DOCTOR_CHECK_RSI, .severity = DOCTOR_NOTE, .said = TEXT_DOCTOR_RSI_OFF, .mended = TEXT_DOCTOR_RSI_OFF_FIX },
        };
        const DoctorReport report = { .findings = findings, .n = ELEMENTSOF(findings), .n_of = { 1, 1, 1 } };
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_doctor(TEST_LANG, &doctor_guild, &report, 50, &body), 0);
        json = golden("doctor", body);
        assert_int_equal(n_pinged(json), 0);
        (void) state;
}

static void a_healthy_guild_is_told_so(void **state) {
        const DoctorReport report = {};
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_doctor(TEST_LANG, &doctor_guild, &report, 50, &body), 0);
        json = golden("doctor-fine", body);
        (void) state;
}

static void what_the_doctor_cannot_show_is_counted(void **state) {
        DoctorFinding findings[40];
        const DoctorReport report = { .findings = findings, .n = ELEMENTSOF(findings), .n_of = { [DOCTOR_WARNING] = ELEMENTSOF(findings) } };
        _free_ char *body = NULL;
        _json_ Json *json = NULL;
        size_t n_shown = 0;
        char missing[12];

        for (size_t i = 0; i < ELEMENTSOF(findings); i++)
                findings[i] = (DoctorFinding) { .check = DOCTOR_CHECK_EDIT_STUCK, .severity = DOCTOR_WARNING, .said = TEXT_DOCTOR_EDIT_BLOCKED,
                                                .mended = TEXT_DOCTOR_EDIT_BLOCKED_FIX,
                                                .args = { ARG_CHANNEL("channel", doctor_channels[1].id), ARG_WORDS("piece", "50013"), ARG_ROLE("bot_role", ROLE_A) } };
        assert_int_equal(view_doctor(TEST_LANG, &doctor_guild, &report, 50, &body), 0);
        assert_int_equal(json_parse(body, strlen(body), &json), 0);
        assert_true(utf16_length(description_of(json)) <= LIMIT_EMBED_DESCRIPTION);
        for (const char *at = description_of(json); (at = strstr(at, "50013")); at++)
                n_shown++;
        assert_in_range(n_shown, 5, ELEMENTSOF(findings) - 1);
        (void) snprintf(missing, sizeof(missing), " %zu ", ELEMENTSOF(findings) - n_shown);
        assert_non_null(strstr(description_of(json), missing));
        (void) state;
}

/* ---- what the audit tells ---------------------------------------------------------------------------------------------------------------- */

static void the_audit_tells_from_what_to_what(void **state) {
        static const AuditShown actions[] = {
                { .at = UINT64_C(1770091506789000), .has_actor = true, .actor = { 700 }, .action = "settings.changed",
                  .detail = "{\"before\":{\"support_panel\":\"0\",\"dm_on_close\":false},\"after\":{\"support_panel\":\"820\",\"dm_on_close\":true}}" },
                { .at = UINT64_C(1770091506789000), .has_actor = true, .action = "settings.changed",
                  .detail = "{\"change\":\"access-mode\",\"before\":\"keep\",\"after\":\"read_only\"}" },
                { .at = UINT64_C(1770091506789000), .has_actor = true, .actor = { 700 }, .action = "settings.changed",
                  .detail = "{\"change\":\"autoroles\",\"member_role\":{\"before\":\"0\",\"after\":\"810\"}}" },
                { .at = UINT64_C(1770091506789000), .has_actor = true, .actor = { 700 }, .action = "settings.changed",
                  .detail = "{\"change\":\"capability-set\",\"capability\":\"helper\",\"role\":\"810\",\"before\":false,\"after\":true}" },
                { .at = UINT64_C(1770091506789000), .action = "ticket.channel_gone" },
                { .at = UINT64_C(1770091506789000), .action = "odd", .detail = "{\"a\":null,\"b\":[1],\"c\":7,\"after\":\"**x**\"}" },
                { .at = UINT64_C(1770091506789000), .action = "damaged", .detail = "{" },
        };
        _free_ char *body = NULL;
        _json_ Json *json = NULL;

        assert_int_equal(view_audit(TEST_LANG, actions, ELEMENTSOF(actions), &body), 0);
        json = golden("audit", body);
        assert_int_equal(n_pinged(json), 0);
        (void) state;
}

static int set_up(void **state) {
        *state = known_keys(KNOWN_KEY_K);
        return *state ? 0 : -1;
}

static int tear_down(void **state) {
        keys_free(*state);
        return 0;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(areas),
                cmocka_unit_test(questions),
                cmocka_unit_test(organisation_and_roles),
                cmocka_unit_test(capabilities),
                cmocka_unit_test(forgetting_says_what_goes_and_what_stays),
                cmocka_unit_test(resetting_asks),
                cmocka_unit_test(every_area_is_listed),
                cmocka_unit_test(every_question_is_listed),
                cmocka_unit_test(the_doctor_names_remedies),
                cmocka_unit_test(a_healthy_guild_is_told_so),
                cmocka_unit_test(what_the_doctor_cannot_show_is_counted),
                cmocka_unit_test(the_audit_tells_from_what_to_what),
        };

        return cmocka_run_group_tests_name("views-config", tests, set_up, tear_down);
}
