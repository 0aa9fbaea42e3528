/* The sandbox's pages of the game's site: as HTTP sees them, and as the daemon's parsers and client read them. */

#include "sandbox-rig.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "magikal/rsi.h"

static RsiCitizen *dossier(Rig *rig, const char *handle) {
        RsiReason reason = RSI_NONE_REASON;
        _strbuf_ StrBuf path = {};
        _reply_ HttpReply r = {};
        RsiCitizen *c = NULL;

        strbuf_appendf(&path, "/citizens/%s", handle);
        rig_call(rig, "GET", strbuf_text(&path), NULL, &r);
        assert_int_equal(r.status, 200);
        assert_string_equal(http_reply_header(&r, "Content-Type"), "text/html; charset=utf-8");
        assert_int_equal(rsi_citizen_parse(r.body, strlen(r.body), handle, &c, &reason), RSI_FOUND);
        return c;
}

/* ---- pages ---------------------------------------------------------------------------------------------------------------------- */

static void dossiers_can_be_read(void **state) {
        _cleanup_(rsi_citizen_freep) RsiCitizen *asterin = dossier(*state, "asterin-vale"), *bram = dossier(*state, "Bram_Okoro"),
                                                *corvid = dossier(*state, "Corvid-7"), *faye = dossier(*state, "Faye");

        assert_string_equal(asterin->handle, "Asterin-Vale");
        assert_string_equal(asterin->display_name, "Asterin of the Vale");
        assert_int_equal(asterin->record, 1204411);
        assert_string_equal(asterin->enlisted, "2021-02-17");
        assert_string_equal(asterin->title, "Civilian");
        assert_string_equal(asterin->location, "Iceland , Westfjords");
        assert_string_equal(asterin->fluency, "Icelandic, English");
        assert_string_equal(asterin->website, "https://example.org/asterin");
        assert_string_equal(asterin->bio, "Hauls medicine where nobody else goes.\nAsk for the night shift.");
        assert_non_null(asterin->avatar_url);
        assert_int_equal(asterin->main_org.visibility, RSI_VISIBLE);
        assert_string_equal(asterin->main_org.sid, "LANTERN");
        assert_string_equal(asterin->main_org.name, "Lantern Company");
        assert_string_equal(asterin->main_org.rank, "Wayfarer");
        assert_int_equal(asterin->main_org.n_stars, 2);

        assert_int_equal(bram->record, 0);
        assert_null(bram->avatar_url);
        assert_int_equal(bram->main_org.visibility, RSI_NO_ORG);
        assert_int_equal(corvid->main_org.visibility, RSI_REDACTED);

        assert_string_equal(faye->display_name, "@everyone <b>**Faye**</b> ||[free](https://evil.example)||");
        assert_string_equal(faye->title, "<Civilian>");
        assert_null(faye->website);
        assert_non_null(strstr(faye->bio, "<script>alert('bio')</script>\n"));
        assert_int_equal(faye->main_org.visibility, RSI_HIDDEN);
}

static void organisations_can_be_read(void **state) {
        _cleanup_(rsi_org_list_freep) RsiOrgList *list = NULL;
        _cleanup_(rsi_org_page_freep) RsiOrgPage *org = NULL;
        _reply_ HttpReply of_person = {}, page = {};
        RsiReason reason;

        rig_call(*state, "GET", "/en/citizens/Delphine_Roux/organizations", NULL, &of_person);
        assert_int_equal(rsi_org_list_parse(of_person.body, strlen(of_person.body), &list, &reason), RSI_FOUND);
        assert_int_equal(list->n_orgs, 3);
        assert_string_equal(list->orgs[0].sid, "KESTREL");
        assert_true(list->orgs[0].is_main);
        assert_string_equal(list->orgs[0].name, "Kestrel Survey / Deep Range");
        assert_string_equal(list->orgs[0].rank, "Surveyor & Scout");
        assert_int_equal(list->orgs[0].n_stars, 5);
        assert_string_equal(list->orgs[1].sid, "LANTERN");
        assert_false(list->orgs[1].is_main);
        assert_int_equal(list->orgs[2].visibility, RSI_REDACTED);

        rig_call(*state, "GET", "/orgs/kestrel/", NULL, &page);
        assert_int_equal(rsi_org_page_parse(page.body, strlen(page.body), "KESTREL", &org, &reason), RSI_FOUND);
        assert_string_equal(org->name, "Kestrel Survey / Deep Range");
        assert_int_equal(org->n_members, 1204);
        assert_string_equal(org->archetype, "Corporation");
        assert_string_equal(org->primary_focus, "Exploration");
        assert_string_equal(org->secondary_focus, "Scouting");
        assert_non_null(org->logo_url);
}

static void members_can_be_searched(void **state) {
        static const struct {
                const char *body, *handle;
                bool is_listed, is_affiliate;
                int64_t n_rows;
        } rows[] = {
                { "{\"symbol\":\"LANTERN\",\"search\":\"asterin-vale\"}", "Asterin-Vale", true, false, 1 },
                { "{\"symbol\":\"lantern\",\"search\":\"of the\",\"page\":1,\"pagesize\":32}", "Asterin-Vale", true, false, 1 },
                { "{\"symbol\":\"LANTERN\",\"search\":\"Delphine_Roux\"}", "delphine_roux", true, true, 1 },
                { "{\"symbol\":\"KESTREL\",\"search\":\"Delphine_Roux\"}", "delphine_roux", true, false, 2 },
                { "{\"symbol\":\"LANTERN\",\"search\":\"Corvid-7\"}", "Corvid-7", false, false, 1 },       /* redacted */
                { "{\"symbol\":\"LANTERN\",\"search\":\"Faye\"}", "Faye", false, false, 0 },               /* hidden */
                { "{\"symbol\":\"LANTERN\",\"search\":\"BRAM_OKORO\"}", "BRAM_OKORO", false, false, 0 },
                { "{\"symbol\":\"LANTERN\",\"page\":2,\"pagesize\":1}", "Asterin-Vale", false, false, 4 },
                { "{\"symbol\":\"LANTERN\",\"page\":9}", "Asterin-Vale", false, false, 4 },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(rsi_membership_freep) RsiMembership *m = NULL;
                _reply_ HttpReply r = {};
                RsiReason reason;
                int64_t n;

                rig_call(*state, "POST", "/api/orgs/getOrgMembers", rows[i].body, &r);
                assert_int_equal(r.status, 200);
                assert_int_equal(json_get_i64(json_get(r.json, "data"), "totalrows", &n), 0);
                assert_int_equal(n, rows[i].n_rows);
                if (!*json_text(json_path(r.json, "data", "html", NULL)))
                        assert_false(rows[i].is_listed);
                assert_int_equal(rsi_membership_parse(r.body, strlen(r.body), rows[i].handle, &m, &reason), RSI_FOUND);
                assert_int_equal(m->is_listed, rows[i].is_listed);
                assert_int_equal(m->is_affiliate, rows[i].is_affiliate);
        }
}

static void wrong_searches_are_refused_with_status_200(void **state) {
        static const char *const bodies[] = { "{}", "{\"symbol\":\"NOBODY\"}", "symbol=LANTERN" };

        for (size_t i = 0; i < ELEMENTSOF(bodies); i++) {
                _reply_ HttpReply r = {};
                int64_t success;

                rig_call(*state, "POST", "/api/orgs/getOrgMembers", bodies[i], &r);
                assert_int_equal(r.status, 200);
                assert_int_equal(json_get_i64(r.json, "success", &success), 0);
                assert_int_equal(success, 0);
        }
}

static void every_trouble_has_its_person(void **state) {
        static const struct {
                const char *method, *path;
                int status;
        } rows[] = {
                { "GET", "/citizens/nobody", 404 },
                { "GET", "/citizens/nobody/organizations", 404 },
                { "GET", "/citizens/", 404 },
                { "GET", "/citizens/Asterin-Vale/posts", 404 },
                { "GET", "/citizens/%41sterin-Vale/", 200 },
                { "POST", "/citizens/Asterin-Vale", 404 },
                { "GET", "/orgs/NOBODY", 404 },
                { "GET", "/api/orgs/getOrgMembers", 404 },
                { "POST", "/api/orgs/getOrgs", 404 },
                { "GET", "/citizens/Broken-Drive", 500 },
                { "GET", "/citizens/Broken-Drive/organizations", 500 },
                { "GET", "/citizens/Blocked-Gate", 403 },
                { "GET", "/citizens/Busy-Port", 429 },
                { "GET", "/citizens/Login-Wall", 200 },
                { "GET", "/citizens/New-Layout", 200 },
                { "GET", "/citizens/Moved-House", 302 },
                { "GET", "/en/citizens/Moved-House", 200 },
                { "GET", "/citizens/Far-Away", 302 },
        };
        _reply_ HttpReply busy = {}, moved = {};

        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                rig_expect(*state, rows[i].method, rows[i].path, streq(rows[i].method, "POST") ? "{}" : NULL, rows[i].status);
        rig_call(*state, "GET", "/citizens/Busy-Port", NULL, &busy);
        assert_string_equal(http_reply_header(&busy, "Retry-After"), "30");
        rig_call(*state, "GET", "/citizens/Moved-House", NULL, &moved);
        assert_string_equal(http_reply_header(&moved, "Location"), "/en/citizens/Moved-House");
}

static void a_slow_page_is_slow(void **state) {
        Rig *rig = *state;
        _close_ int fd = rig_connect(rig);
        char byte;

        rig_send(rig, fd, "GET /citizens/Slow-Boat HTTP/1.1\r\nHost: x\r\n\r\n");
        for (int i = 0; i < 10; i++)
                rig_turn(rig);
        assert_int_equal(recv(fd, &byte, 1, MSG_DONTWAIT), -1);
        assert_int_equal(errno, EAGAIN);
}

/* ---- faults and logs ------------------------------------------------------------------------------------------------------------- */

static void fault_rules_apply(void **state) {
        static const struct {
                const char *rule;
                int status;             /* 0: cut */
        } rows[] = {
                { "{\"match\":{\"route\":\"/citizens/{handle}\"},\"do\":\"status\",\"status\":503}", 503 },
                { "{\"match\":{\"path\":\"/citizens/Asterin*\"},\"do\":\"ratelimit\",\"retry_after\":2.5}", 429 },
                { "{\"match\":{\"route\":\"/citizens/{handle}\"},\"do\":\"drop_before\"}", 0 },
                { "{\"match\":{\"route\":\"/citizens/{handle}\"},\"do\":\"drop_after\"}", 0 },
                { "{\"match\":{\"route\":\"/citizens/{handle}\"},\"do\":\"slow\",\"ms\":20}", 200 },
                { "{\"match\":{\"route\":\"/orgs/{sid}\"},\"do\":\"status\",\"status\":500}", 200 },
        };
        _reply_ HttpReply log = {};
        struct stat st;
        Rig *rig = *state;

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _reply_ HttpReply r = {};

                rig_expect(rig, "POST", "/sandbox/fault", rows[i].rule, 200);
                rig_call(rig, "GET", "/citizens/Asterin-Vale", NULL, &r);
                assert_int_equal(r.status, rows[i].status);
                if (r.status == 429)
                        assert_string_equal(http_reply_header(&r, "Retry-After"), "3");
        }

        rig_call(rig, "GET", "/sandbox/requests?match=/citizens/Asterin", NULL, &log);
        assert_int_equal(json_array_size(json_get(log.json, "requests")), ELEMENTSOF(rows));
        assert_string_equal(json_text(json_get(json_first(json_get(log.json, "requests")), "route")), "/citizens/{handle}");
        assert_string_equal(json_text(json_get(json_first(json_get(log.json, "requests")), "fault")), "status");
        assert_int_equal(stat(rig->traffic_file, &st), 0);
        assert_int_equal(st.st_size, 0);        /* that file is for Discord's interface */
}

/* ---- the daemon's client ----------------------------------------------------------------------------------------------------------- */

typedef struct Asked {
        bool is_done;
        RsiResult result;
        RsiReason reason;
} Asked;

static void on_done(const RsiAnswer *answer, void *userdata) {
        *(Asked *) userdata = (Asked) { .is_done = true, .result = answer->result, .reason = answer->reason };
}

static void the_client_gets_along_with_it(void **state) {
        static const struct {
                RsiQuery query;
                RsiResult result;
                RsiReason reason;
        } rows[] = {
                { { RSI_CITIZEN, "Asterin-Vale", NULL }, RSI_FOUND, RSI_NONE_REASON },
                { { RSI_CITIZEN, "nobody", NULL }, RSI_ABSENT, RSI_NONE_REASON },
                { { RSI_CITIZEN, "Moved-House", NULL }, RSI_FOUND, RSI_NONE_REASON },
                { { RSI_ORG_LIST, "Moved-House", NULL }, RSI_FOUND, RSI_NONE_REASON },
                { { RSI_ORG_PAGE, NULL, "LANTERN" }, RSI_FOUND, RSI_NONE_REASON },
                { { RSI_ORG_PAGE, NULL, "NOBODY" }, RSI_ABSENT, RSI_NONE_REASON },
                { { RSI_MEMBERSHIP, "Moved-House", "LANTERN" }, RSI_FOUND, RSI_NONE_REASON },
                { { RSI_MEMBERSHIP, "Moved-House", "NOBODY" }, RSI_UNKNOWN, RSI_REFUSED_REASON },
                { { RSI_CITIZEN, "Login-Wall", NULL }, RSI_UNKNOWN, RSI_LOGIN_REASON },
                { { RSI_CITIZEN, "New-Layout", NULL }, RSI_UNKNOWN, RSI_MARKUP_REASON },
                { { RSI_CITIZEN, "Far-Away", NULL }, RSI_UNKNOWN, RSI_ELSEWHERE_REASON },
                { { RSI_CITIZEN, "Broken-Drive", NULL }, RSI_UNKNOWN, RSI_SERVER_REASON },
                { { RSI_MEMBERSHIP, "Blocked-Gate", "LANTERN" }, RSI_UNKNOWN, RSI_BLOCKED_REASON },
                { { RSI_CITIZEN, "Busy-Port", NULL }, RSI_UNKNOWN, RSI_LIMITED_REASON },
                { { RSI_CITIZEN, "Bram_Okoro", NULL }, RSI_UNKNOWN, RSI_HELD_BACK_REASON },
        };
        _cleanup_(rsi_freep) Rsi *rsi = NULL;
        _strbuf_ StrBuf url = {};
        Rig *rig = *state;

        strbuf_appendf(&url, "http://%s", http_address(rig->sandbox->http));
        assert_int_equal(rsi_new(rig->event, &(RsiConfig) { .base_url = strbuf_text(&url), .timeout_ms = 3000, .requests_per_minute = 60 }, &rsi), 0);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                Asked a = {};

                assert_int_equal(rsi_ask(rsi, &rows[i].query, on_done, &a), 0);
                for (int n = 0; !a.is_done && n < 500; n++)
                        rig_turn(rig);
                assert_true(a.is_done);
                assert_int_equal(a.result, rows[i].result);
                assert_string_equal(rsi_reason_to_string(a.reason), rsi_reason_to_string(rows[i].reason));
        }
}

#define test(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

int main(void) {
        const struct CMUnitTest tests[] = {
                test(dossiers_can_be_read),
                test(organisations_can_be_read),
                test(members_can_be_searched),
                test(wrong_searches_are_refused_with_status_200),
                test(every_trouble_has_its_person),
                test(a_slow_page_is_slow),
                test(fault_rules_apply),
                test(the_client_gets_along_with_it),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
