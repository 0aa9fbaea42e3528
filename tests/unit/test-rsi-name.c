/* What people type or paste is reduced to a handle or SID, or refused. */

#include "magikal/rsi.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SIXTY "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"

static void handles(void **state _unused_) {
        static const struct {
                const char *text, *handle;      /* NULL: refused */
        } rows[] = {
                { "q-p", "q-p" },
                { "PANDE_MONIUM", "PANDE_MONIUM" },
                { "  0F-8942-TS \r\n", "0F-8942-TS" },
                { SIXTY, SIXTY },
                { "https://robertsspaceindustries.com/citizens/Asterin-Vale", "Asterin-Vale" },
                { "https://robertsspaceindustries.com/en/citizens/Asterin-Vale/", "Asterin-Vale" },
                { "HTTPS://WWW.RobertsSpaceIndustries.com/DE/Citizens/q-p/organizations?x=1#y", "q-p" },
                { "robertsspaceindustries.com/citizens/q-p", "q-p" },
                { "/citizens/q-p", "q-p" },
                { "/en/citizens/q-p", "q-p" },
                { "", NULL },
                { "  ", NULL },
                { SIXTY "g", NULL },
                { "two words", NULL },
                { "käfer", NULL },
                { "@q-p", NULL },
                { "q-p/", NULL },
                { "q-p?x", NULL },
                { "../etc", NULL },
                { "a%2Fb", NULL },
                { "https://robertsspaceindustries.com/citizens/", NULL },
                { "https://robertsspaceindustries.com/orgs/q-p", NULL },
                { "https://robertsspaceindustries.com.evil.example/citizens/q-p", NULL },
                { "https://evil.example/citizens/q-p", NULL },
                { "https://robertsspaceindustries.com/citizens/q-p x", NULL },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                char handle[RSI_HANDLE_MAX + 1] = "unset";

                assert_int_equal(rsi_handle_from_text(rows[i].text, handle), rows[i].handle ? 0 : -EINVAL);
                assert_string_equal(handle, rows[i].handle ? rows[i].handle : "unset");
        }
}

static void sids(void **state _unused_) {
        static const struct {
                const char *text, *sid;
        } rows[] = {
                { "lantern", "LANTERN" },
                { "https://robertsspaceindustries.com/orgs/Lantern", "LANTERN" },
                { "https://robertsspaceindustries.com/en/orgs/LANTERN/members", "LANTERN" },
                { "https://robertsspaceindustries.com/citizens/LANTERN", NULL },
                { "", NULL },
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
                cmocka_unit_test(handles),
                cmocka_unit_test(sids),
                cmocka_unit_test(reasons_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
