/* Commands: the registration keeps Discord's limits and the product's table; what comes in is checked against the same rows. */

#include "magikal/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "magikal/limits.h"
#include "magikal/text.h"

static Json *registration(void) {
        _free_ char *body = NULL;
        Json *json = NULL;

        size_t n;
        const CommandLanguage *languages = text_command_languages(&n);

        assert_int_equal(command_registration(languages, n, &body), 0);
        assert_int_equal(json_parse(body, strlen(body), &json), 0);
        return json;
}

/* Lower case, of letters, digits, - and _; of the letters that are no ASCII only those that our languages have. */
static bool name_is_fine(const char *name) {
        static const char *const letters[] = { "\xC3\xA4", "\xC3\xB6", "\xC3\xBC", "\xC3\x9F" };
        size_t n = utf8_length(name);

        while (*name) {
                size_t n_bytes = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_");

                for (size_t i = 0; i < ELEMENTSOF(letters) && n_bytes == 0; i++)
                        n_bytes = strncmp(name, letters[i], strlen(letters[i])) == 0 ? strlen(letters[i]) : 0;
                if (n_bytes == 0)
                        return false;
                name += n_bytes;
        }
        return n >= 1 && n <= LIMIT_COMMAND_NAME;
}

/* As a locale's reader has it; the table's where it has none of its own. NULL: what has no localisations. */
static const char *in_locale(const Json *object, const char *key, const char *localizations, const char *locale) {
        const char *text = locale ? json_text(json_path(object, localizations, locale, NULL)) : NULL;

        return text ? text : json_text(json_get(object, key));
}

static const char *name_of(const Json *object, const char *locale) {
        return in_locale(object, "name", "name_localizations", locale);
}

/* Discord counts names, descriptions and values of a whole command. Every level: ≤ 25 options, unique names, required ones first. */
static size_t check_level(const Json *level, int depth, const char *locale) {
        const char *description = in_locale(level, "description", "description_localizations", locale);
        size_t n_characters = 0;
        bool is_optional_seen = false;

        assert_true(depth < 4);
        assert_true(json_array_size(json_get(level, "options")) <= LIMIT_COMMAND_OPTIONS);
        assert_true(json_array_size(json_get(level, "choices")) <= LIMIT_COMMAND_CHOICES);
        if (!name_is_fine(name_of(level, locale)))
                fail_msg("%s is no name for a command", name_of(level, locale));
        if (utf8_length(description) < 1 || utf8_length(description) > LIMIT_COMMAND_DESCRIPTION)
                fail_msg("%zu characters are too many: %s", utf8_length(description), description);
        n_characters += utf8_length(name_of(level, locale)) + utf8_length(description);
        JSON_FOREACH(choice, json_get(level, "choices")) {
                assert_in_range(utf8_length(name_of(choice, locale)), 1, LIMIT_CHOICE);
                assert_in_range(utf8_length(json_text(json_get(choice, "value"))), 1, LIMIT_CHOICE);
                n_characters += utf8_length(name_of(choice, locale)) + utf8_length(json_text(json_get(choice, "value")));
        }
        JSON_FOREACH(option, json_get(level, "options")) {
                bool is_required = false;

                (void) json_get_bool(option, "required", &is_required);
                assert_false(is_required && is_optional_seen);
                is_optional_seen |= !is_required;
                JSON_FOREACH(other, json_get(level, "options"))
                        assert_true(other == option || !streq(name_of(other, locale), name_of(option, locale)));
                n_characters += check_level(option, depth + 1, locale);
        }
        return n_characters;
}

static void the_registration_keeps_discords_limits(void **state) {
        static const char *const locales[] = { NULL, "de" };
        _json_ Json *json = registration();

        assert_in_range(json_array_size(json), 1, LIMIT_COMMANDS);
        for (size_t i = 0; i < ELEMENTSOF(locales); i++)
                JSON_FOREACH(command, json) {
                        assert_true(check_level(command, 0, locales[i]) <= LIMIT_COMMAND_SIZE);
                        assert_int_equal(json_array_size(json_get(command, "contexts")), 1);
                        assert_int_equal(json_array_size(json_get(command, "integration_types")), 1);
                }
        (void) state;
}

/* ---- other languages ----------------------------------------------------------------------------------------------------------------- */

/* Every locale of every language has its own name and description at each level, and each choice a name. Counts them. */
static size_t check_words(const Json *level, const char *locale, const char *path) {
        bool is_choice = json_get(level, "value") != NULL;
        _strbuf_ StrBuf own = {};
        size_t n = 1;

        strbuf_appendf(&own, "%s%s%s", path, *path ? " " : "", json_text(json_get(level, is_choice ? "value" : "name")));
        if (!json_path(level, "name_localizations", locale, NULL) ||
            (!is_choice && !json_path(level, "description_localizations", locale, NULL)))
                fail_msg("commands.def has \"%s\", of which the language of %s has no COMMAND_%s() in src/text/", strbuf_text(&own), locale,
                         is_choice ? "CHOICE" : "TEXT");
        JSON_FOREACH(option, json_get(level, "options"))
                n += check_words(option, locale, strbuf_text(&own));
        JSON_FOREACH(choice, json_get(level, "choices"))
                n += check_words(choice, locale, strbuf_text(&own));
        return n;
}

static void every_language_has_the_whole_table(void **state) {
        size_t n_languages;
        const CommandLanguage *languages = text_command_languages(&n_languages);
        _json_ Json *json = registration();

        for (size_t i = 0; i < n_languages; i++) {
                size_t n_texts = 0, n_words = 0;

                JSON_FOREACH(command, json)
                        n_words += check_words(command, languages[i].locales, "");      /* each has one locale */
                for (const CommandText *text = languages[i].rows; text->path; text++) {
                        for (const CommandText *other = languages[i].rows; other < text; other++)
                                assert_string_not_equal(text->path, other->path);
                        n_texts++;
                }
                if (n_texts != n_words)
                        fail_msg("%s: %zu rows, but commands.def has %zu: a path is not in the table", languages[i].locales, n_texts, n_words);
        }
        (void) state;
}

/* "/tickets ziele-setzen" in a sentence must be what its reader finds among the commands. */
static void sentences_name_commands_that_are_there(void **state) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyz-\xC3\xA4\xB6\xBC\x9F";
        _json_ Json *json = registration();

        for (int lang = 0; lang < _LANG_MAX; lang++)
                for (int id = 0; id < _TEXT_MAX; id++)
                        for (const char *at = text_lookup((Lang) lang, (TextId) id); (at = strchr(at, '/')); at++) {
                                const char *locale = lang == LANG_EN ? NULL : lang_locales((Lang) lang);
                                size_t n = strspn(at + 1, letters), n_sub = at[n + 1] == ' ' ? strspn(at + n + 2, letters) : 0;
                                bool is_found = false, is_command = false;

                                JSON_FOREACH(command, json) {
                                        const char *name = name_of(command, locale);

                                        if (strlen(name) != n || strncmp(at + 1, name, n) != 0)
                                                continue;
                                        is_command = true;
                                        JSON_FOREACH(sub, json_get(command, "options"))
                                                is_found |= strlen(name_of(sub, locale)) == n_sub &&
                                                            strncmp(at + n + 2, name_of(sub, locale), n_sub) == 0;
                                }
                                /* an address, "Bereich/Schwerpunkt": a command stands behind a blank and has one in it */
                                if ((is_command || (n > 0 && n_sub > 0 && (at == text_lookup((Lang) lang, (TextId) id) || at[-1] == ' '))) && !is_found)
                                        fail_msg("%s.def: %s names %.*s, which is no command", lang_to_string((Lang) lang),
                                                 text_id_to_string((TextId) id), (int) (n + n_sub + 2), at);
                        }
        (void) state;
}

/* ---- the table ------------------------------------------------------------------------------------------------------------------------ */

static void the_table_is_the_products(void **state) {
        _free_ char *body = NULL;

        assert_int_equal(command_registration(NULL, 0, &body), 0);
        assert_non_null(strstr(body, "[{\"type\":1,\"name\":\"tickets\","));
        assert_non_null(strstr(body, "\"default_member_permissions\":null,\"contexts\":[0],\"integration_types\":[0]"));
        assert_non_null(strstr(body, "{\"type\":7,\"name\":\"support_category\","));
        assert_non_null(strstr(body, "\"Category under which support tickets are made\",\"channel_types\":[4]}"));
        assert_non_null(strstr(body, "{\"type\":8,\"name\":\"support_role\","));
        assert_non_null(strstr(body, "\"choices\":[{\"name\":\"support\",\"value\":\"support\"},{\"name\":\"recruitment\","
                                     "\"value\":\"recruitment\"},{\"name\":\"both\",\"value\":\"both\"}]}"));
        assert_non_null(strstr(body, "{\"type\":5,\"name\":\"enabled\",\"description\":\"Send the resolution to the member who opened the "
                                     "ticket\",\"required\":true}"));
        assert_non_null(strstr(body, "\"name\":\"recruit-config\",\"description\":\"Set up recruitment\",\"default_member_permissions\":null"));
        assert_non_null(strstr(body, "\"name\":\"roles\",\"description\":\"Choose which roles may do what\",\"default_member_permissions\":\"32\""));
        assert_non_null(strstr(body, "\"default_member_permissions\":\"32\",\"contexts\":[0],\"integration_types\":[0],\"options\":[{\"type\":1,"
                                     "\"name\":\"set\",\"description\":\"Set the roles for Members and Affiliates\""));
        assert_non_null(strstr(body, "{\"type\":4,\"name\":\"number\",\"description\":\"Which question\",\"required\":true,\"min_value\":1,"
                                     "\"max_value\":20,\"autocomplete\":true}"));
        assert_non_null(strstr(body, "{\"type\":3,\"name\":\"name\",\"description\":\"Which one\",\"required\":true,\"min_length\":1,"
                                     "\"max_length\":100,\"autocomplete\":true}"));
        assert_non_null(strstr(body, "{\"type\":6,\"name\":\"member\",\"description\":\"Who; also one who has left\",\"required\":true}"));
        (void) state;
}

/* Discord refuses a whole registration for one option that has both choices and completion, or limits that its type does not know. */
static void check_option_kinds(const Json *level) {
        JSON_FOREACH(option, json_get(level, "options")) {
                bool is_completed = false;
                int64_t type = 0;

                assert_int_equal(json_get_i64(option, "type", &type), 0);
                (void) json_get_bool(option, "autocomplete", &is_completed);
                if (is_completed) {
                        assert_null(json_get(option, "choices"));
                        assert_true(type == OPTION_STRING || type == OPTION_INTEGER);
                }
                assert_true(!json_get(option, "max_length") || type == OPTION_STRING);
                assert_true(!json_get(option, "max_value") || type == OPTION_INTEGER);
                assert_true(!json_get(option, "choices") || type == OPTION_STRING);
                check_option_kinds(option);
        }
}

static void options_are_of_a_kind(void **state) {
        _json_ Json *json = registration();

        JSON_FOREACH(command, json)
                check_option_kinds(command);
        (void) state;
}

static void the_hash_is_stable(void **state) {
        size_t n;
        const CommandLanguage *languages = text_command_languages(&n);
        char a[COMMAND_HASH_CHARS + 1], b[COMMAND_HASH_CHARS + 1];

        assert_int_equal(command_registration_hash(NULL, 0, a), 0);
        assert_int_equal(command_registration_hash(NULL, 0, b), 0);
        assert_string_equal(a, b);
        assert_int_equal(strlen(a), COMMAND_HASH_CHARS);
        assert_int_equal(command_registration_hash(languages, n, b), 0);
        assert_string_not_equal(a, b);
        (void) state;
}

static void commands_have_names(void **state) {
        for (int c = 0; c < _COMMAND_MAX; c++) {
                _strbuf_ StrBuf out = {};

                command_append(&out, (Command) c);
                assert_int_equal(strbuf_text(&out)[0], '/');
                assert_non_null(strchr(strbuf_text(&out), ' '));
        }
        (void) state;
}

/* What a person could send: a sub-command with options, and what Discord resolved. */
static int find_of(InteractionType type, const char *command, const char *sub, const InteractionOption *options, size_t n, const Resolved *resolved,
                   size_t n_resolved, Command *ret) {
        const Interaction ix = {
                .type = type,
                .command = command,
                .command_type = 1,
                .sub_command = sub,
                .options = options,
                .n_options = n,
                .resolved = resolved,
                .n_resolved = n_resolved,
        };

        return command_find(&ix, ret);
}

static int find(const char *sub, const InteractionOption *options, size_t n, const Resolved *resolved, size_t n_resolved, Command *ret) {
        return find_of(INTERACTION_COMMAND, "tickets", sub, options, n, resolved, n_resolved, ret);
}

static void what_fits_is_found(void **state) {
        const InteractionOption log = { .name = "log_channel", .type = OPTION_CHANNEL, .id = 5 };
        const InteractionOption clear = { .name = "clear", .type = OPTION_STRING, .text = "both" };
        const InteractionOption enabled = { .name = "enabled", .type = OPTION_BOOLEAN };
        const Resolved channel = { .kind = RESOLVED_CHANNEL, .id = 5, .channel_type = CHANNEL_TEXT };
        Command command;

        assert_int_equal(find("set-targets", &log, 1, &channel, 1, &command), 0);
        assert_int_equal(command, COMMAND_TICKETS_SET_TARGETS);
        assert_int_equal(find("set-ping", &clear, 1, NULL, 0, &command), 0);
        assert_int_equal(command, COMMAND_TICKETS_SET_PING);
        assert_int_equal(find("set-dm-on-close", &enabled, 1, NULL, 0, &command), 0);
        assert_int_equal(command, COMMAND_TICKETS_SET_DM_ON_CLOSE);
        assert_int_equal(find("show-ping", NULL, 0, NULL, 0, &command), 0);
        assert_int_equal(command, COMMAND_TICKETS_SHOW_PING);
        (void) state;
}

static void what_does_not_fit_is_a_misfit(void **state) {
        const InteractionOption log = { .name = "log_channel", .type = OPTION_CHANNEL, .id = 5 };
        const InteractionOption twice[] = { log, log };
        const InteractionOption as_role = { .name = "log_channel", .type = OPTION_ROLE, .id = 5 };
        const InteractionOption foreign = { .name = "foreign", .type = OPTION_BOOLEAN };
        const InteractionOption clear = { .name = "clear", .type = OPTION_STRING, .text = "everything" };
        const Resolved category = { .kind = RESOLVED_CHANNEL, .id = 5, .channel_type = CHANNEL_CATEGORY };
        const Resolved text = { .kind = RESOLVED_CHANNEL, .id = 5, .channel_type = CHANNEL_TEXT };
        Command command;

        assert_int_equal(find("set-targets", &log, 1, &category, 1, &command), COMMAND_MISFIT);
        assert_int_equal(find("set-targets", &log, 1, NULL, 0, &command), COMMAND_MISFIT);
        assert_int_equal(find("set-targets", &as_role, 1, &text, 1, &command), COMMAND_MISFIT);
        assert_int_equal(find("set-targets", &foreign, 1, NULL, 0, &command), COMMAND_MISFIT);
        assert_int_equal(find("set-targets", twice, 2, &text, 1, &command), COMMAND_MISFIT);
        assert_int_equal(find("set-ping", &clear, 1, NULL, 0, &command), COMMAND_MISFIT);
        assert_int_equal(find("set-dm-on-close", NULL, 0, NULL, 0, &command), COMMAND_MISFIT);
        assert_int_equal(find("explode", NULL, 0, NULL, 0, &command), COMMAND_UNKNOWN);
        assert_int_equal(find(NULL, NULL, 0, NULL, 0, &command), COMMAND_UNKNOWN);
        (void) state;
}

static void values_are_within_their_limits(void **state) {
        char label[LIMIT_LABEL + 2] = "";
        InteractionOption add[] = {
                { .name = "label", .type = OPTION_STRING, .text = label },
                { .name = "type", .type = OPTION_STRING, .text = "short" },
                { .name = "position", .type = OPTION_INTEGER, .integer = 20 },
        };
        Command command;

        assert_int_equal(find_of(INTERACTION_COMMAND, "recruit-config", "qa-add", add, 3, NULL, 0, &command), COMMAND_MISFIT);
        memset(label, 'x', LIMIT_LABEL);
        assert_int_equal(find_of(INTERACTION_COMMAND, "recruit-config", "qa-add", add, 3, NULL, 0, &command), 0);
        assert_int_equal(command, COMMAND_RECRUIT_QA_ADD);
        label[LIMIT_LABEL] = 'x';
        assert_int_equal(find_of(INTERACTION_COMMAND, "recruit-config", "qa-add", add, 3, NULL, 0, &command), COMMAND_MISFIT);
        label[LIMIT_LABEL] = '\0';
        add[2].integer = 21;
        assert_int_equal(find_of(INTERACTION_COMMAND, "recruit-config", "qa-add", add, 3, NULL, 0, &command), COMMAND_MISFIT);
        add[2].integer = 0;
        assert_int_equal(find_of(INTERACTION_COMMAND, "recruit-config", "qa-add", add, 3, NULL, 0, &command), COMMAND_MISFIT);
        add[2].integer = INT64_MIN;
        assert_int_equal(find_of(INTERACTION_COMMAND, "recruit-config", "qa-add", add, 3, NULL, 0, &command), COMMAND_MISFIT);
        add[2].integer = 1;
        add[1].text = "essay";
        assert_int_equal(find_of(INTERACTION_COMMAND, "recruit-config", "qa-add", add, 3, NULL, 0, &command), COMMAND_MISFIT);
        (void) state;
}

static void people_are_described(void **state) {
        const InteractionOption remove[] = {
                { .name = "member", .type = OPTION_USER, .id = 7 },
                { .name = "reason", .type = OPTION_STRING, .text = "Away for a year" },
        };
        const Resolved user = { .kind = RESOLVED_USER, .id = 7 };
        Command command;

        assert_int_equal(find_of(INTERACTION_COMMAND, "recruit-config", "remove-member", remove, 2, &user, 1, &command), 0);
        assert_int_equal(find_of(INTERACTION_COMMAND, "recruit-config", "remove-member", remove, 2, NULL, 0, &command), COMMAND_MISFIT);
        (void) state;
}

/* Who is still typing has not filled in the rest, and what stands there may be anything. */
static void what_is_typed_need_not_fit(void **state) {
        const InteractionOption number = { .name = "number", .type = OPTION_INTEGER, .text = "not a number", .is_focused = true };
        Command command;

        assert_int_equal(find_of(INTERACTION_AUTOCOMPLETE, "recruit-config", "qa-move", &number, 1, NULL, 0, &command), 0);
        assert_int_equal(command, COMMAND_RECRUIT_QA_MOVE);
        assert_int_equal(find_of(INTERACTION_AUTOCOMPLETE, "recruit-config", "explode", &number, 1, NULL, 0, &command), COMMAND_UNKNOWN);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_registration_keeps_discords_limits),
                cmocka_unit_test(every_language_has_the_whole_table),
                cmocka_unit_test(sentences_name_commands_that_are_there),
                cmocka_unit_test(the_table_is_the_products),
                cmocka_unit_test(options_are_of_a_kind),
                cmocka_unit_test(the_hash_is_stable),
                cmocka_unit_test(commands_have_names),
                cmocka_unit_test(what_fits_is_found),
                cmocka_unit_test(what_does_not_fit_is_a_misfit),
                cmocka_unit_test(values_are_within_their_limits),
                cmocka_unit_test(people_are_described),
                cmocka_unit_test(what_is_typed_need_not_fit),
        };

        return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
