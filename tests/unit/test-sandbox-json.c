/* Ids that clients send as numbers keep all of their digits. */

#include "sandbox/sandbox.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void becomes(const char *text, const char *wanted) {
        _json_ Json *json = NULL;
        _free_ char *printed = NULL;

        assert_int_equal(sbx_parse_json(text, strlen(text), &json), 0);
        assert_int_equal(json_print(json, &printed), 0);
        assert_string_equal(printed, wanted);
}

static void long_numbers_become_strings(void **state) {
        (void) state;
        becomes("{\"a\":700000000000000005}", "{\"a\":\"700000000000000005\"}");
        becomes("[1234567890123456,18446744073709551615]", "[\"1234567890123456\",\"18446744073709551615\"]");
        becomes("{ \"a\" : [ 700000000000000005 ] }", "{\"a\":[\"700000000000000005\"]}");
}

static void everything_else_stays(void **state) {
        (void) state;
        becomes("{\"a\":123456789012345,\"b\":-1,\"c\":1.5,\"d\":null}", "{\"a\":123456789012345,\"b\":-1,\"c\":1.5,\"d\":null}");
        becomes("{\"a\":\"700000000000000005\",\"700000000000000006\":1}", "{\"a\":\"700000000000000005\",\"700000000000000006\":1}");
        becomes("[\"\\\"700000000000000005\\\\\",1]", "[\"\\\"700000000000000005\\\\\",1]");
        becomes("[1.0000000000000001]", "[1]");         /* a fraction is no id */
}

static void what_is_no_json_is_none(void **state) {
        static const char *const rows[] = { "", "700000000000000005x", "{\"a\":7000000000000000050", "\"700000000000000005" };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _json_ Json *json = NULL;

                assert_int_equal(sbx_parse_json(rows[i], strlen(rows[i]), &json), -EBADMSG);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(long_numbers_become_strings),
                cmocka_unit_test(everything_else_stays),
                cmocka_unit_test(what_is_no_json_is_none),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
