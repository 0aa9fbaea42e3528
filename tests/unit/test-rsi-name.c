/* What people type or paste is reduced to a SID, or refused. */

#include "magikal/rsi.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void sids(void **state _unused_) {
        static const struct {
                const char *text, *sid;
        } rows[] = {
                { "lantern", "LANTERN" },
                { "https://robertsspaceindustries.com/orgs/Lantern", "LANTERN" },
                { "HTTPS://www.robertsspaceindustries.com/en/orgs/LANTERN/members?x=1#y", "LANTERN" },
                { "robertsspaceindustries.com/orgs/LANTERN", "LANTERN" },
                { "  /orgs/LAN_TERN-2 \r\n", "LAN_TERN-2" },
                { "aaaaaaaaaabbbbbbbbbbccccccccccdd", "AAAAAAAAAABBBBBBBBBBCCCCCCCCCCDD" },
                { "https://robertsspaceindustries.com/citizens/LANTERN", NULL },
                { "https://robertsspaceindustries.com/orgs/", NULL },
                { "https://robertsspaceindustries.com/orgs/LANTERN x", NULL },
                { "https://evil.example/orgs/LANTERN", NULL },
                { "LANTERN/", NULL },
                { "LANTERN?x", NULL },
                { "two words", NULL },
                { "", NULL },
                { "  ", NULL },
                { "aaaaaaaaaabbbbbbbbbbccccccccccddd", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char sid[RSI_SID_MAX + 1] = "unset";

                assert_int_equal(rsi_sid_from_text(rows[i].text, sid), rows[i].sid ? 0 : -EINVAL);
                assert_string_equal(sid, rows[i].sid ? rows[i].sid : "unset");
        }
}

static void reasons_have_names(void **state _unused_) {
        for (RsiReason r = 0; r < _RSI_REASON_MAX; r++) {
                assert_true(*rsi_reason_to_string(r));
                for (RsiReason k = 0; k < r; k++)
                        assert_string_not_equal(rsi_reason_to_string(r), rsi_reason_to_string(k));
        }
        assert_string_equal(rsi_reason_to_string(RSI_LOGIN_REASON), "login");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(sids),
                cmocka_unit_test(reasons_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
