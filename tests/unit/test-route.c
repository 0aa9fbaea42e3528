/* discord/route: every row is whole, and paths come out as Discord writes them. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "discord/route.h"

static void every_route_has_a_row(void **state) {
        (void) state;
        for (int i = 0; i < _ROUTE_MAX; i++) {
                const Route *r = route_get((RouteId) i);
                int n_ids;

                assert_non_null(r);
                assert_non_null(r->method);
                assert_true(r->path && r->path[0] == '/');
                n_ids = route_n_ids(r);
                assert_in_range(n_ids, 0, ROUTE_IDS_MAX);
                assert_true(r->major < n_ids);
                assert_in_range(r->timeout_ms, 1000, 10000);
                assert_int_equal(route_has_token(r), r->is_interaction);
                if (strcmp(r->method, "GET") == 0) {
                        assert_int_equal(r->repeat, REPEAT_READS);
                        assert_int_equal(r->body, ROUTE_BODY_NONE);
                }
                /* channel, guild and webhook ids are the top-level resources that Discord counts by */
                if (strncmp(r->path, "/channels/{", 11) == 0 || strncmp(r->path, "/guilds/{", 9) == 0 ||
                    strncmp(r->path, "/webhooks/{", 11) == 0)
                        assert_int_equal(r->major, 0);
        }
        assert_null(route_get(_ROUTE_MAX));
        assert_null(route_get((RouteId) -1));
}

static void paths_are_filled_in_order(void **state) {
        static const struct {
                RouteId route;
                const char *path;
        } cases[] = {
                { ROUTE_GATEWAY_BOT, "/gateway/bot" },
                { ROUTE_CHANNEL_PATCH, "/channels/11" },
                { ROUTE_OVERWRITE_PUT, "/channels/11/permissions/22" },
                { ROUTE_MEMBER_ROLE_PUT, "/guilds/11/members/22/roles/18446744073709551615" },
                { ROUTE_MESSAGE_PATCH, "/channels/11/messages/22" },
                { ROUTE_DM_CREATE, "/users/@me/channels" },
                { ROUTE_COMMANDS_PUT, "/applications/11/commands" },
                { ROUTE_INTERACTION_CALLBACK, "/interactions/11/a%2Fb%20c/callback" },
                { ROUTE_ORIGINAL_PATCH, "/webhooks/11/a%2Fb%20c/messages/@original" },
        };
        const uint64_t ids[] = { 11, 22, UINT64_MAX };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                _strbuf_ StrBuf b = {};

                route_append_path(route_get(cases[i].route), ids, "a/b c", &b);
                assert_string_equal(strbuf_text(&b), cases[i].path);
        }
}

static void the_major_is_what_the_bucket_belongs_to(void **state) {
        const uint64_t ids[] = { 11, 22, 33 };
        uint64_t a, b;

        (void) state;
        assert_int_equal(route_major(route_get(ROUTE_GATEWAY_BOT), ids, NULL), 0);
        assert_int_equal(route_major(route_get(ROUTE_MESSAGE_PATCH), ids, NULL), 11);
        assert_int_equal(route_major(route_get(ROUTE_MEMBER_PATCH), ids, NULL), 11);
        a = route_major(route_get(ROUTE_ORIGINAL_PATCH), ids, "one");
        b = route_major(route_get(ROUTE_ORIGINAL_PATCH), ids, "two");
        assert_int_not_equal(a, b);
        assert_int_not_equal(a, 0);
        assert_int_equal(a, route_major(route_get(ROUTE_ORIGINAL_PATCH), ids, "one"));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_route_has_a_row),
                cmocka_unit_test(paths_are_filled_in_order),
                cmocka_unit_test(the_major_is_what_the_bucket_belongs_to),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
