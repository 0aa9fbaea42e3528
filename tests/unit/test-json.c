/* base/json and base/strbuf: strict reading, sticky writing. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "magikal/json.h"

static int parse(const char *text, Json **ret) {
        return json_parse(text, strlen(text), ret);
}

static void parses_one_document_only(void **state) {
        static const char *const bad[] = {
                "", " ", "{", "{} x", "{}{}", "[1,]", "{\"a\":}", "\"\xff\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "nul",
        };
        _json_ Json *json = NULL;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(parse(bad[i], &json), -EBADMSG);
        assert_int_equal(json_parse("{}\0", 3, &json), -EBADMSG);
        assert_int_equal(parse(" {\"a\":1} \n", &json), 0);
}

static void depth_is_bounded(void **state) {
        char deep[2 * (JSON_DEPTH_MAX + 1) + 1];
        _json_ Json *json = NULL;
        int n = JSON_DEPTH_MAX + 1;

        (void) state;
        memset(deep, '[', (size_t) n);
        memset(deep + n, ']', (size_t) n);
        deep[2 * n] = '\0';
        assert_int_equal(parse(deep, &json), -EBADMSG);
        assert_int_equal(json_parse(deep + 1, (size_t) (2 * n - 2), &json), 0);
}

static void missing_null_and_wrong_differ(void **state) {
        _json_ Json *json = NULL;
        const char *text = "untouched";
        uint64_t id = 7;
        bool flag = false;

        (void) state;
        assert_int_equal(parse("{\"n\":null,\"s\":\"x\",\"b\":true,\"S\":\"upper\"}", &json), 0);
        assert_int_equal(json_get_string(json, "none", &text), JSON_MISSING);
        assert_int_equal(json_get_string(json, "n", &text), JSON_NULL);
        assert_int_equal(json_get_string(json, "b", &text), -EBADMSG);
        assert_string_equal(text, "untouched");
        assert_int_equal(json_get_string(json, "s", &text), 0);
        assert_string_equal(text, "x");
        assert_int_equal(json_get_u64(json, "s", &id), -EBADMSG);
        assert_int_equal(id, 7);
        assert_int_equal(json_get_bool(json, "b", &flag), 0);
        assert_true(flag);
}

static void ids_never_pass_a_double(void **state) {
        static const char *const bad[] = { "\"\"", "\"-1\"", "\"1x\"", "\"01\"", "\"18446744073709551616\"", "\" 1\"", "1.5", "-1",
                                           "9007199254740993" };
        _json_ Json *json = NULL;
        uint64_t id;

        (void) state;
        assert_int_equal(parse("[\"18446744073709551615\",\"9007199254740993\",\"0\",42]", &json), 0);
        assert_int_equal(json_to_u64(json_first(json), &id), 0);
        assert_true(id == UINT64_MAX);
        assert_int_equal(json_to_u64(json_next(json_first(json)), &id), 0);
        assert_true(id == UINT64_C(9007199254740993));
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _json_ Json *one = NULL;

                assert_int_equal(parse(bad[i], &one), 0);
                assert_int_equal(json_to_u64(one, &id), -EBADMSG);
        }
}

static void writer_writes_what_was_said(void **state) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;

        (void) state;
        json_open(&w);
        json_string(&w, "text", "a\"b\\\n\x01\xff\xc3\xa9");
        json_id(&w, "id", UINT64_MAX);
        json_array(&w, "list");
        json_put_i64(&w, -1);
        json_put_bool(&w, true);
        json_open(&w);
        json_close(&w);
        json_close_array(&w);
        json_null(&w, "none");
        json_string(&w, "also_none", NULL);
        json_close(&w);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        assert_string_equal(text, "{\"text\":\"a\\\"b\\\\\\n\\u0001\xef\xbf\xbd\xc3\xa9\",\"id\":\"18446744073709551615\","
                                  "\"list\":[-1,true,{}],\"none\":null,\"also_none\":null}");
}

/* Texts are looked at eight bytes at a time: every byte must be met at every place. */
static void every_byte_is_written_as_what_it_is(void **state) {
        (void) state;
        for (unsigned c = 1; c < 256; c++)
                for (size_t at = 0; at < 20; at++) {
                        char text[] = "abcdefghijklmnopqrst";
                        char expected[32] = "";
                        _json_writer_ JsonWriter w = {};
                        _free_ char *written = NULL;
                        _json_ Json *json = NULL;

                        text[at] = (char) c;
                        (void) snprintf(expected, sizeof(expected), "%.*s%s%s", (int) at, text, c < 0x80 ? (char[]) { (char) c, '\0' } : "\xef\xbf\xbd", text + at + 1);
                        json_open(&w);
                        json_string(&w, text, text);
                        json_close(&w);
                        assert_int_equal(json_writer_finish(&w, &written), 0);
                        assert_int_equal(json_parse(written, strlen(written), &json), 0);
                        assert_string_equal(json_text(json_get(json, expected)), expected);

                        /* The same in a document that is read. */
                        assert_int_equal(utf8_is_valid(text, strlen(text)), c < 0x80);
                }
        assert_false(utf8_is_valid("abcdefgh\0bcdefgh", 16));
}

static void whole_numbers_are_written_to_their_ends(void **state) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;

        (void) state;
        json_open_array(&w);
        json_put_i64(&w, INT64_MIN);
        json_put_i64(&w, INT64_MAX);
        json_put_i64(&w, 0);
        json_put_i64(&w, -10);
        json_put_id(&w, 0);
        json_close_array(&w);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        assert_string_equal(text, "[-9223372036854775808,9223372036854775807,0,-10,\"0\"]");
}

static void writer_misuse_sticks(void **state) {
        _json_writer_ JsonWriter w = {};
        char *text = NULL;

        (void) state;
        json_open(&w);
        json_put_i64(&w, 1);            /* no key */
        json_close(&w);
        assert_int_equal(json_writer_finish(&w, &text), -EINVAL);
        json_open(&w);
        assert_int_equal(json_writer_finish(&w, &text), -EINVAL);       /* not closed */
        json_open(&w);
        json_close_array(&w);
        assert_int_equal(json_writer_finish(&w, &text), -EINVAL);       /* closed as something else */
        assert_int_equal(json_writer_finish(&w, &text), -EINVAL);       /* nothing written */
        assert_null(text);
}

static void strbuf_percent_encodes(void **state) {
        _strbuf_ StrBuf b = {};

        (void) state;
        strbuf_append_percent(&b, "aZ9-._~ %/\xc3\xa9\n");
        assert_string_equal(strbuf_text(&b), "aZ9-._~%20%25%2F%C3%A9%0A");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(parses_one_document_only),     cmocka_unit_test(depth_is_bounded),
                cmocka_unit_test(missing_null_and_wrong_differ), cmocka_unit_test(ids_never_pass_a_double),
                cmocka_unit_test(every_byte_is_written_as_what_it_is), cmocka_unit_test(whole_numbers_are_written_to_their_ends),
                cmocka_unit_test(writer_writes_what_was_said),  cmocka_unit_test(writer_misuse_sticks),
                cmocka_unit_test(strbuf_percent_encodes),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
