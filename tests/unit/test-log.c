/* base/log: the redactor. Shapes from the Discord reference: ids have 17 to 20 digits; a bot token has three dot-separated parts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "magikal/log.h"

static void expect(const char *key, const char *text, const char *wanted) {
        _free_ char *clean = log_redact(key, text);

        assert_non_null(clean);
        assert_string_equal(clean, wanted);
}

static void ids_of_people_never_leave(void **state) {
        (void) state;
        expect("reason", "member 700000000000000001 left", "member [redacted] left");
        expect("reason", "<@700000000000000001>", "<@[redacted]>");
        expect("path", "user-70000000000000001x", "user-[redacted]x");
        expect(NULL, "12345678901234567890", "[redacted]");
        expect("guild", "800000000000000001", "800000000000000001");
        expect("channel", "820000000000000001", "820000000000000001");
        expect("n", "1234567890123456 rows", "1234567890123456 rows");
}

static void tokens_never_leave(void **state) {
        (void) state;
        expect("guild", "OTAwMDAwMDAwMDAwMDAwMDAx.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB", "[redacted]");
        expect("url", "POST /interactions/840000000000000001/aW50ZXI/callback 204", "POST /[redacted]/callback 204");
        expect("url", "/webhooks/900000000000000001/short/messages/@original", "/[redacted]/messages/@original");
        expect("url", "token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "token=[redacted]");
        expect("actor", "0b25e6a4-3c55-4b1c-9d6e-0f6b8a0f1c2d", "0b25e6a4-3c55-4b1c-9d6e-0f6b8a0f1c2d");
}

static void levels_have_names(void **state) {
        int level;

        (void) state;
        assert_int_equal(log_level_from_string("debug", &level), 0);
        assert_int_equal(level, LOG_DEBUG);
        assert_true(log_level_from_string("loud", &level) < 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ids_of_people_never_leave),
                cmocka_unit_test(tokens_never_leave),
                cmocka_unit_test(levels_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
