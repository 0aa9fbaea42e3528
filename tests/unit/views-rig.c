/* What tests of views share: the comparison with golden files, and what holds for every message. */

#include "views-rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "magikal/cut.h"
#include "magikal/limits.h"

/* ---- golden files ---------------------------------------------------------------------------------------------------------- */

static char *read_file(const char *path) {
        _strbuf_ StrBuf out = {};
        FILE *f = fopen(path, "r");
        char *text = NULL;
        int c;

        if (!f)
                return NULL;
        while ((c = fgetc(f)) != EOF)
                strbuf_append_char(&out, (char) c);
        (void) fclose(f);
        assert_int_equal(strbuf_finish(&out, &text), 0);
        return text;
}

/* One member or item a line, so that a review shows what changed. */
static void print_pretty(StrBuf *out, const Json *value, int depth) {
        bool is_array = json_is_array(value), is_first = true;

        if (!is_array && !json_is_object(value)) {
                _free_ char *text = NULL;

                assert_int_equal(json_print(value, &text), 0);
                strbuf_append(out, text);
                return;
        }
        strbuf_append(out, is_array ? "[" : "{");
        JSON_FOREACH(item, value) {
                strbuf_appendf(out, "%s\n%*s", is_first ? "" : ",", 2 * (depth + 1), "");
                if (!is_array)
                        strbuf_appendf(out, "\"%s\": ", json_key(item));
                print_pretty(out, item, depth + 1);
                is_first = false;
        }
        if (!is_first)
                strbuf_appendf(out, "\n%*s", 2 * depth, "");
        strbuf_append(out, is_array ? "]" : "}");
}

Json *golden(const char *name, const char *body) {
        _strbuf_ StrBuf path = {}, pretty = {};
        _free_ char *expected = NULL;
        Json *json = NULL;

        assert_int_equal(json_parse(body, strlen(body), &json), 0);
        print_pretty(&pretty, json, 0);
        strbuf_append_char(&pretty, '\n');
        strbuf_appendf(&path, "%s/tests/unit/golden/", getenv("MAGIKAL_SOURCE_DIR") ? getenv("MAGIKAL_SOURCE_DIR") : ".");
        if (TEST_LANG != LANG_EN)
                strbuf_appendf(&path, "%s/", lang_to_string(TEST_LANG));
        strbuf_appendf(&path, "%s.json", name);
        if (getenv("MAGIKAL_GOLDEN_WRITE")) {
                FILE *f = fopen(strbuf_text(&path), "w");

                assert_non_null(f);
                assert_true(fputs(strbuf_text(&pretty), f) >= 0);
                assert_int_equal(fclose(f), 0);
                return json;
        }
        expected = read_file(strbuf_text(&path));
        if (!expected)
                fail_msg("%s is missing", strbuf_text(&path));
        assert_string_equal(strbuf_text(&pretty), expected);
        return json;
}

void in_english(const char *body, const char *words) {
        if (TEST_LANG == LANG_EN && !strstr(body, words))
                fail_msg("\"%s\" is not in %s", words, body);
}

/* ---- what holds for every message ---------------------------------------------------------------------------------------------- */

size_t length_at(const Json *object, const char *key) {
        const char *text = json_text(json_get(object, key));

        return text ? utf16_length(text) : 0;
}

void check_embeds(const Json *body) {
        size_t sum = 0;

        JSON_FOREACH(embed, json_get(body, "embeds")) {
                const char *footer = json_text(json_path(embed, "footer", "text", NULL));

                assert_true(length_at(embed, "title") <= LIMIT_EMBED_TITLE);
                assert_true(length_at(embed, "description") <= LIMIT_EMBED_DESCRIPTION);
                assert_non_null(footer);
                assert_true(strlen(footer) >= sizeof("ref " NONCE) - 1);
                assert_string_equal(footer + strlen(footer) - (sizeof("ref " NONCE) - 1), "ref " NONCE);
                sum += length_at(embed, "title") + length_at(embed, "description") + utf16_length(footer);
                JSON_FOREACH(field, json_get(embed, "fields")) {
                        assert_in_range(length_at(field, "name"), 1, LIMIT_EMBED_FIELD_NAME);
                        assert_in_range(length_at(field, "value"), 1, LIMIT_EMBED_FIELD_VALUE);
                        sum += length_at(field, "name") + length_at(field, "value");
                }
        }
        assert_true(sum <= LIMIT_EMBED_SUM);
}

void check_message(const Json *body) {
        bool is_enforced = false;

        check_embeds(body);
        assert_string_equal(json_text(json_get(body, "nonce")), NONCE);
        assert_int_equal(json_get_bool(body, "enforce_nonce", &is_enforced), 0);
        assert_true(is_enforced);
        assert_true(length_at(body, "content") <= LIMIT_CONTENT);
        assert_true(json_is_array(json_path(body, "allowed_mentions", "parse", NULL)));
        assert_int_equal(json_array_size(json_path(body, "allowed_mentions", "parse", NULL)), 0);
}

int n_pinged(const Json *body) {
        return json_array_size(json_path(body, "allowed_mentions", "users", NULL)) +
               json_array_size(json_path(body, "allowed_mentions", "roles", NULL));
}
