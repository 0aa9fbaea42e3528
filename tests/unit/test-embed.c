/* Embeds and components: limits hold whatever is put in, cuts are honest and harmless, broken rules fail. */

#include "magikal/embed.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "magikal/component.h"
#include "magikal/cut.h"

#define MORE "\xE2\x80\xA6 {n} more characters"

static char *repeat(const char *piece, size_t n) {
        StrBuf out = {};
        char *text = NULL;

        for (size_t i = 0; i < n; i++)
                strbuf_append(&out, piece);
        assert_int_equal(strbuf_finish(&out, &text), 0);
        return text;
}

static void lengths_are_utf16_units(void **state) {
        assert_int_equal(utf16_length(""), 0);
        assert_int_equal(utf16_length("a\xC3\xA4\xE2\x82\xAC"), 3);
        assert_int_equal(utf16_length("\xF0\x9F\x98\x80"), 2);
        (void) state;
}

static void blanks_are_blank(void **state) {
        assert_true(text_is_blank(NULL));
        assert_true(text_is_blank(""));
        assert_true(text_is_blank(" \t\n\xC2\xA0"));
        assert_true(text_is_blank("\xE2\x80\x8B\xE2\x80\xAE\xEF\xBB\xBF"));
        assert_true(text_is_blank("\xE3\x85\xA4"));     /* U+3164, the Hangul filler people name themselves with */
        assert_false(text_is_blank(" a"));
        (void) state;
}

static void a_cut_says_what_is_missing(void **state) {
        _free_ char *long_text = repeat("a", 400);
        _strbuf_ StrBuf out = {};

        assert_int_equal(cut_append(&out, "short", 5, MORE), 0);
        assert_string_equal(strbuf_text(&out), "short");
        strbuf_clear(&out);
        assert_int_equal(cut_append(&out, long_text, 100, MORE), 321);
        assert_int_equal(utf16_length(strbuf_text(&out)), 100);
        assert_string_equal(strbuf_text(&out) + 79, "\xE2\x80\xA6 321 more characters");
        (void) state;
}

static void a_cut_never_breaks_a_character_or_an_escape(void **state) {
        _free_ char *emoji = repeat("\xF0\x9F\x98\x80", 100), *escapes = repeat("\\*", 100);

        for (size_t n = 0; n < 210; n++) {
                _strbuf_ StrBuf out = {};
                const char *note;

                (void) cut_append(&out, emoji, n, MORE);
                assert_true(utf8_is_valid(strbuf_text(&out), out.n_bytes));
                assert_true(utf16_length(strbuf_text(&out)) <= n);
                strbuf_clear(&out);
                (void) cut_append(&out, escapes, n, MORE);
                assert_true(utf16_length(strbuf_text(&out)) <= n);
                note = strstr(strbuf_text(&out), "\xE2\x80\xA6");
                if (note && note > out.text)
                        assert_int_equal(note[-1], '*');
        }
        (void) state;
}

static void escapes_are_no_characters(void **state) {
        _free_ char *escapes = repeat("\\*", 100);
        _strbuf_ StrBuf out = {};

        assert_int_equal(cut_append(&out, escapes, 121, MORE), 100 - 50);
        assert_non_null(strstr(strbuf_text(&out), "\xE2\x80\xA6 50 more characters"));
        (void) state;
}

static Json *parse(const char *text) {
        Json *json = NULL;

        assert_int_equal(json_parse(text, strlen(text), &json), 0);
        return json;
}

static size_t length_at(const Json *object, const char *key) {
        const char *text = json_text(json_get(object, key));

        return text ? utf16_length(text) : 0;
}

static void what_fits_ends_between_characters(void **state) {
        assert_int_equal(cut_fitting("abc", 5), 3);
        assert_int_equal(cut_fitting("abc", 2), 2);
        assert_int_equal(cut_fitting("a\xF0\x9F\x98\x80" "b", 2), 1);
        assert_int_equal(cut_fitting("a\xF0\x9F\x98\x80" "b", 3), 5);
        assert_int_equal(cut_fitting("a\\*b", 2), 1);
        assert_int_equal(cut_fitting("", 2), 0);
        (void) state;
}

static void an_embed_cannot_exceed_its_limits(void **state) {
        _free_ char *huge = repeat("\xF0\x9F\x98\x80", 9000), *text = NULL;
        _json_writer_ JsonWriter w = {};
        _json_ Json *json = NULL;
        size_t budget = LIMIT_EMBED_SUM, sum;
        Embed embed = { .title = huge, .description = huge, .footer = "ref abc", .n_fields = LIMIT_EMBED_FIELDS };

        for (size_t i = 0; i < LIMIT_EMBED_FIELDS; i++)
                embed.fields[i] = (EmbedField) { huge, huge, false };
        assert_true(embed_put(&w, &embed, MORE, &budget) > 9000);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        json = parse(text);
        sum = length_at(json, "title") + length_at(json, "description") + length_at(json_get(json, "footer"), "text");
        assert_true(length_at(json, "title") <= LIMIT_EMBED_TITLE);
        assert_true(length_at(json, "description") <= LIMIT_EMBED_DESCRIPTION);
        assert_string_equal(json_text(json_path(json, "footer", "text", NULL)), "ref abc");
        JSON_FOREACH(field, json_get(json, "fields")) {
                assert_true(length_at(field, "name") > 0 && length_at(field, "name") <= LIMIT_EMBED_FIELD_NAME);
                assert_true(length_at(field, "value") > 0 && length_at(field, "value") <= LIMIT_EMBED_FIELD_VALUE);
                sum += length_at(field, "name") + length_at(field, "value");
        }
        assert_true(sum <= LIMIT_EMBED_SUM);
        assert_int_equal(budget, LIMIT_EMBED_SUM - sum);
        (void) state;
}

static void blank_parts_are_left_out(void **state) {
        _json_writer_ JsonWriter w = {}, none = {};
        _free_ char *text = NULL;
        size_t budget = LIMIT_EMBED_SUM;
        const Embed embed = {
                .title = " ",
                .description = "d",
                .color = 0xFF,
                .timestamp = UINT64_C(1770091506789000),
                .fields = { { "name", "", false }, { "", "value", false }, { "name", "value", true } },
                .n_fields = 3,
        };
        const Embed empty = { .title = "\n", .fields = { { "a", NULL, false } }, .n_fields = 1, .color = 1 };

        assert_int_equal(embed_put(&w, &embed, MORE, &budget), 0);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        assert_string_equal(text, "{\"description\":\"d\",\"color\":255,\"timestamp\":\"2026-02-03T04:05:06Z\","
                                  "\"fields\":[{\"name\":\"name\",\"value\":\"value\",\"inline\":true}]}");
        assert_int_equal(embed_put(&none, &empty, MORE, &budget), -EINVAL);
        (void) state;
}

static int finish(JsonWriter *w) {
        _free_ char *text = NULL;

        return json_writer_finish(w, &text);
}

static void broken_rules_fail(void **state) {
        const Button fine = { BUTTON_PRIMARY, "label", "id", NULL, NULL, false };
        const Button no_label = { BUTTON_PRIMARY, " ", "id", NULL, NULL, false };
        const Button no_id = { BUTTON_PRIMARY, "label", NULL, NULL, NULL, false };
        const Button no_url = { BUTTON_LINK, "label", NULL, NULL, NULL, false };
        const Button six[6] = { fine, fine, fine, fine, fine, fine };
        const SelectOption twice[] = { { .label = "a", .value = "x" }, { .label = "b", .value = "x" } };
        JsonWriter w = {};

        component_buttons(&w, &fine, 1);
        assert_int_equal(finish(&w), 0);
        component_buttons(&w, &no_label, 1);
        assert_int_equal(finish(&w), -EINVAL);
        component_buttons(&w, &no_id, 1);
        assert_int_equal(finish(&w), -EINVAL);
        component_buttons(&w, &no_url, 1);
        assert_int_equal(finish(&w), -EINVAL);
        component_buttons(&w, six, 6);
        assert_int_equal(finish(&w), -EINVAL);
        component_select(&w, &(StringSelect) { .custom_id = "id", .options = twice, .n_options = 2 });
        assert_int_equal(finish(&w), -EINVAL);
        component_select(&w, &(StringSelect) { .custom_id = "id", .options = twice, .n_options = 1 });
        assert_int_equal(finish(&w), 0);
        component_select(&w, &(StringSelect) { .custom_id = "id", .n_options = 0 });
        assert_int_equal(finish(&w), -EINVAL);
        (void) state;
}

static void emoji_are_of_two_kinds(void **state) {
        static const struct {
                const char *emoji, *json;
        } cases[] = {
                { "\xE2\x9B\x91", "\"emoji\":{\"name\":\"\xE2\x9B\x91\"}" },
                { "<:medic:123>", "\"emoji\":{\"id\":\"123\",\"name\":\"medic\"}" },
                { "<a:medic:123>", "\"emoji\":{\"id\":\"123\",\"name\":\"medic\",\"animated\":true}" },
                { "<:medic:12x>", "\"emoji\":{\"name\":\"<:medic:12x>\"}" },
                { "<:medic", "\"emoji\":{\"name\":\"<:medic\"}" },
                { "<::1>", "\"emoji\":{\"name\":\"<::1>\"}" },
        };

        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                const SelectOption option = { .label = "Medical", .value = "1", .emoji = cases[i].emoji };
                _json_writer_ JsonWriter w = {};
                _free_ char *text = NULL;

                component_select(&w, &(StringSelect) { .custom_id = "id", .options = &option, .n_options = 1 });
                assert_int_equal(json_writer_finish(&w, &text), 0);
                assert_non_null(strstr(text, cases[i].json));
        }
        (void) state;
}

static void a_modal_has_labels(void **state) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        const SelectOption options[] = { { .label = "Medical", .value = "1", .emoji = "\xE2\x9B\x91", .is_default = true } };

        component_modal(&w, "id", "A title that is longer than the forty-five which Discord takes");
        component_text_input(&w, &(TextInput) { .custom_id = "f.a", .label = "L", .value = "abcdef", .max_length = 4, .is_optional = true });
        component_label_select(&w, "Area", NULL, &(StringSelect) { .custom_id = "f.b", .options = options, .n_options = 1 });
        component_modal_end(&w);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        assert_string_equal(
                text,
                "{\"custom_id\":\"id\",\"title\":\"A title that is longer than the forty-five w\xE2\x80\xA6\",\"components\":["
                "{\"type\":18,\"label\":\"L\",\"component\":{\"type\":4,\"custom_id\":\"f.a\",\"style\":1,\"max_length\":4,"
                "\"required\":false,\"value\":\"abc\xE2\x80\xA6\"}},"
                "{\"type\":18,\"label\":\"Area\",\"component\":{\"type\":3,\"custom_id\":\"f.b\",\"required\":true,\"options\":["
                "{\"label\":\"Medical\",\"value\":\"1\",\"emoji\":{\"name\":\"\xE2\x9B\x91\"},\"default\":true}]}}]}");
        (void) state;
}

static void mentions_name_those_who_are_pinged(void **state) {
        const UserId users[] = { { 5 }, { 0 } };
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;

        json_open(&w);
        component_mentions(&w, users, 2, NULL, 0);
        json_close(&w);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        assert_string_equal(text, "{\"allowed_mentions\":{\"parse\":[],\"users\":[\"5\"],\"roles\":[]}}");
        (void) state;
}

static void emoji_are_told_from_text(void **state) {
        static const char *const emoji[] = {
                "\xF0\x9F\x8F\x81",                                   /* a chequered flag */
                "\xE2\x9D\xA4\xEF\xB8\x8F",                         /* a heart, as a picture */
                "\xF0\x9F\x91\x8D\xF0\x9F\x8F\xBD",               /* thumbs up, with a skin tone */
                "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x9A\x80",     /* an astronaut, joined */
                "\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA",               /* the flag of two letters */
                "1\xEF\xB8\x8F\xE2\x83\xA3",                        /* a keycap */
                "<:flag:850000000000000001>",
                "<a:Wave_2:850000000000000001>",
        };
        static const char *const text[] = {
                "", " ", "x", "1", "#", "abc", ":flag:", "\xC3\xA4", "<:flag>", "<:flag:>", "<:flag:12", "<:flag:12>x", "<:f:12>", "<:fl ag:12>",
                "<:flag:0>", "<:flag:99999999999999999999>", "<b:flag:12>", "<@700000000000000001>", "<:flag:12> ",
                "\xF0\x9F\x8F\x81\xF0\x9F\x8F\x81",               /* two */
                "\xF0\x9F\x8F\x81x", "x\xF0\x9F\x8F\x81", "\xF0\x9F\x8F\x81 ",
                "\xF0\x9F\x91\xA9\xE2\x80\x8D",                    /* joined to nothing */
                "\xF0\x9F\x87\xA9",                                /* half a flag */
                "\xEF\xB8\x8F",                                     /* a style of nothing */
                "\xF0\x9F\x8F",                                     /* half a character */
        };

        for (size_t i = 0; i < ELEMENTSOF(emoji); i++)
                if (!component_emoji_is_fine(emoji[i]))
                        fail_msg("%s is an emoji", emoji[i]);
        for (size_t i = 0; i < ELEMENTSOF(text); i++)
                if (component_emoji_is_fine(text[i]))
                        fail_msg("\"%s\" (%zu) is no emoji", text[i], i);
        assert_false(component_emoji_is_fine(NULL));
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lengths_are_utf16_units),
                cmocka_unit_test(blanks_are_blank),
                cmocka_unit_test(a_cut_says_what_is_missing),
                cmocka_unit_test(a_cut_never_breaks_a_character_or_an_escape),
                cmocka_unit_test(escapes_are_no_characters),
                cmocka_unit_test(what_fits_ends_between_characters),
                cmocka_unit_test(an_embed_cannot_exceed_its_limits),
                cmocka_unit_test(blank_parts_are_left_out),
                cmocka_unit_test(broken_rules_fail),
                cmocka_unit_test(emoji_are_of_two_kinds),
                cmocka_unit_test(a_modal_has_labels),
                cmocka_unit_test(mentions_name_those_who_are_pinged),
                cmocka_unit_test(emoji_are_told_from_text),
        };

        return cmocka_run_group_tests_name("embed", tests, NULL, NULL);
}
