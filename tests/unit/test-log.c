/* base/log: the redactor. Shapes from the Discord reference: ids have 17 to 20 digits; a bot token has three dot-separated parts. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
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

/* One line as standard error gets it. */
static char *line_of(const LogField *fields) {
        static char line[1024];
        int ends[2], own = dup(STDERR_FILENO);
        ssize_t n;

        assert_true(own >= 0);
        assert_int_equal(pipe(ends), 0);
        assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
        log_event_fields(LOG_INFO, "ticket.opened", "A ticket is open.", fields);
        assert_true(dup2(own, STDERR_FILENO) >= 0);
        n = read(ends[0], line, sizeof(line) - 1);
        assert_true(n > 0);
        line[n] = '\0';
        (void) close(ends[0]);
        (void) close(ends[1]);
        (void) close(own);
        return line;
}

static void a_line_holds_what_is_known(void **state) {
        const char *line;
        int year, ms;

        (void) state;
        line = line_of((const LogField[]) { LOG_GUILD(800000000000000001), LOG_TICKET(0), LOG_TEXT("actor", NULL), LOG_ERRNO(0),
                                            LOG_TEXT("subject", "guild:800000000000000001"), LOG_U64("n", 0), { .key = NULL } });
        assert_int_equal(sscanf(line, "%4d-%*2d-%*2dT%*2d:%*2d:%*2d.%3dZ ", &year, &ms), 2);
        line = strchr(line, ' ');
        assert_non_null(line);
        assert_int_equal(strncmp(line, " ticket.opened level=info ", strlen(" ticket.opened level=info ")), 0);
        line = strstr(line, " msg=");
        assert_non_null(line);
        assert_string_equal(line, " msg=\"A ticket is open.\" guild=800000000000000001 subject=guild:800000000000000001 n=0\n");
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
                cmocka_unit_test(a_line_holds_what_is_known),
                cmocka_unit_test(levels_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
