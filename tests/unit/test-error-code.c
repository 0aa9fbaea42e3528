/* discord/error-code: what every kind of answer means. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "discord/error-code.h"
#include "discord/route.h"
#include "magikal/cleanup.h"

static void codes_have_the_outcome_that_flows_rely_on(void **state) {
        static const struct {
                RouteId route;
                int status, code, outcome;
        } cases[] = {
                { ROUTE_CHANNEL_DELETE, 404, 10003, REST_ALREADY },
                { ROUTE_MESSAGE_DELETE, 404, 10008, REST_ALREADY },
                { ROUTE_MESSAGE_DELETE, 404, 10003, REST_ALREADY },
                { ROUTE_MESSAGE_CREATE, 404, 10008, REST_ALREADY },
                { ROUTE_INTERACTION_CALLBACK, 400, 40060, REST_ALREADY },
                { ROUTE_MESSAGE_CREATE, 404, 10003, REST_GONE },
                { ROUTE_MESSAGE_PATCH, 404, 10008, REST_GONE },
                { ROUTE_CHANNEL_PATCH, 404, 10003, REST_GONE },
                { ROUTE_MEMBER_ROLE_PUT, 404, 10007, REST_GONE },
                { ROUTE_MEMBER_ROLE_PUT, 404, 10011, REST_GONE },
                { ROUTE_ORIGINAL_PATCH, 404, 10008, REST_GONE },
                { ROUTE_INTERACTION_CALLBACK, 404, 10062, REST_TOO_LATE },
                { ROUTE_ORIGINAL_PATCH, 401, 50027, REST_TOO_LATE },
                { ROUTE_ORIGINAL_PATCH, 404, 10015, REST_TOO_LATE },
                { ROUTE_CHANNEL_CREATE, 403, 50013, REST_FORBIDDEN },
                { ROUTE_MESSAGE_CREATE, 403, 50001, REST_FORBIDDEN },
                { ROUTE_MESSAGE_CREATE, 403, 50007, REST_FORBIDDEN },
                { ROUTE_MESSAGE_CREATE, 403, 50278, REST_FORBIDDEN },
                { ROUTE_CHANNEL_DELETE, 403, 60003, REST_FORBIDDEN },
                { ROUTE_MEMBER_PATCH, 403, 99999, REST_FORBIDDEN },
                { ROUTE_CHANNEL_CREATE, 400, 30013, REST_REFUSED },
                { ROUTE_CHANNEL_CREATE, 400, 50035, REST_REFUSED },
                { ROUTE_CHANNEL_CREATE, 400, 99999, REST_REFUSED },
                { ROUTE_CHANNEL_GET, 404, 0, REST_REFUSED },
                { ROUTE_CHANNEL_GET, 401, 0, REST_REFUSED },
                { ROUTE_CHANNEL_GET, 401, 40001, REST_REFUSED },
                { ROUTE_CHANNEL_GET, 405, 0, REST_REFUSED },
                { ROUTE_MESSAGE_PATCH, 429, 30046, REST_LATER },
                { ROUTE_DM_CREATE, 429, 40003, REST_LATER },
                { ROUTE_MESSAGE_PATCH, 429, 0, REST_LATER },
                /* a known code does not make a 429 final */
                { ROUTE_CHANNEL_PATCH, 429, 50035, REST_LATER },
                { ROUTE_CHANNEL_GET, 403, 40333, REST_LATER },
                { ROUTE_MESSAGES_GET, 202, 110000, REST_LATER },
                { ROUTE_CHANNEL_CREATE, 503, 130000, REST_AMBIGUOUS },
                { ROUTE_CHANNEL_CREATE, 500, 50013, REST_AMBIGUOUS },
                /* "code" inside a success is somebody's data */
                { ROUTE_CHANNEL_CREATE, 201, 10003, 0 },
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(error_code_outcome(cases[i].route, cases[i].status, cases[i].code, true), cases[i].outcome);
}

static void answers_that_discord_did_not_write_prove_nothing(void **state) {
        (void) state;
        assert_int_equal(error_code_outcome(ROUTE_CHANNEL_CREATE, 404, 0, false), REST_AMBIGUOUS);
        assert_int_equal(error_code_outcome(ROUTE_CHANNEL_CREATE, 400, 0, false), REST_AMBIGUOUS);
        assert_int_equal(error_code_outcome(ROUTE_CHANNEL_CREATE, 408, 0, false), REST_AMBIGUOUS);
        for (int status = 500; status <= 526; status++)
                assert_int_equal(error_code_outcome(ROUTE_CHANNEL_CREATE, status, 0, status % 2), REST_AMBIGUOUS);
        /* Cloudflare's own refusals never reached Discord */
        assert_int_equal(error_code_outcome(ROUTE_CHANNEL_CREATE, 403, 0, false), REST_LATER);
        assert_int_equal(error_code_outcome(ROUTE_CHANNEL_CREATE, 429, 0, false), REST_LATER);
}

static void a_success_is_worth_its_body_where_one_is_needed(void **state) {
        (void) state;
        assert_int_equal(error_code_outcome(ROUTE_CHANNEL_CREATE, 201, 0, true), 0);
        assert_int_equal(error_code_outcome(ROUTE_CHANNEL_CREATE, 201, 0, false), REST_AMBIGUOUS);
        assert_int_equal(error_code_outcome(ROUTE_CHANNEL_DELETE, 200, 0, false), 0);
        assert_int_equal(error_code_outcome(ROUTE_MEMBER_ROLE_PUT, 204, 0, false), 0);
        assert_int_equal(error_code_outcome(ROUTE_INTERACTION_CALLBACK, 204, 0, false), 0);
}

static void every_status_on_every_route_has_an_outcome(void **state) {
        (void) state;
        for (int route = 0; route < _ROUTE_MAX; route++)
                for (int status = 0; status <= 999; status++)
                        for (int json = 0; json <= 1; json++) {
                                int outcome = error_code_outcome((RouteId) route, status, 0, json);

                                assert_in_range(outcome, 0, REST_TOO_LATE);
                                assert_true((outcome == 0) <= (status >= 200 && status <= 299));
                        }
}

static void only_our_own_token_can_be_revoked(void **state) {
        (void) state;
        assert_true(rest_is_token_revoked(ROUTE_CHANNEL_GET, &(RestReply) { .status = 401 }));
        assert_true(rest_is_token_revoked(ROUTE_CHANNEL_GET, &(RestReply) { .status = 401, .code = 50014 }));
        assert_false(rest_is_token_revoked(ROUTE_CHANNEL_GET, &(RestReply) { .status = 403, .code = 50001 }));
        assert_false(rest_is_token_revoked(ROUTE_ORIGINAL_PATCH, &(RestReply) { .status = 401, .code = 50027 }));
        assert_false(rest_is_token_revoked(ROUTE_INTERACTION_CALLBACK, &(RestReply) { .status = 401 }));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(codes_have_the_outcome_that_flows_rely_on),
                cmocka_unit_test(answers_that_discord_did_not_write_prove_nothing),
                cmocka_unit_test(a_success_is_worth_its_body_where_one_is_needed),
                cmocka_unit_test(every_status_on_every_route_has_an_outcome),
                cmocka_unit_test(only_our_own_token_can_be_revoked),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
