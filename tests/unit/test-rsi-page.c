/* The parsers of the site's pages, against pages of our own making that are built as the site's are. */

#include "magikal/rsi.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "magikal/strbuf.h"

static void read_page(const char *name, StrBuf *out) {
        _strbuf_ StrBuf path = {};
        char bytes[4096];
        size_t n;
        FILE *f;

        strbuf_appendf(&path, "%s/tests/unit/rsi/%s", getenv("MAGIKAL_SOURCE_DIR") ? getenv("MAGIKAL_SOURCE_DIR") : ".", name);
        f = fopen(strbuf_text(&path), "re");
        if (!f)
                fail_msg("%s is missing", strbuf_text(&path));
        while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
                strbuf_append_bytes(out, bytes, n);
        assert_int_equal(fclose(f), 0);
        assert_int_equal(out->error, 0);
}

static RsiCitizen *citizen_of_page(const char *name, const char *handle) {
        RsiReason reason = RSI_NONE_REASON;
        _strbuf_ StrBuf page = {};
        RsiCitizen *c = NULL;

        read_page(name, &page);
        assert_int_equal(rsi_citizen_parse(page.text, page.n_bytes, handle, &c, &reason), RSI_FOUND);
        assert_non_null(c);
        return c;
}

/* The bytes must be no dossier, for this reason. */
static void expect_unknown(const char *bytes, size_t n, RsiReason expected) {
        RsiReason reason = RSI_NONE_REASON;
        RsiCitizen *c = NULL;

        assert_int_equal(rsi_citizen_parse(bytes, n, "Asterin-Vale", &c, &reason), RSI_UNKNOWN);
        assert_null(c);
        assert_string_equal(rsi_reason_to_string(reason), rsi_reason_to_string(expected));
}

/* ---- dossiers -------------------------------------------------------------------------------------------------------------- */

static void a_dossier_tells_everything(void **state _unused_) {
        _cleanup_(rsi_citizen_freep) RsiCitizen *c = citizen_of_page("citizen.html", "asterin-VALE");

        assert_string_equal(c->handle, "Asterin-Vale");
        assert_string_equal(c->display_name, "Asterin of the Vale");
        assert_int_equal(c->record, 1204411);
        assert_string_equal(c->enlisted, "2021-02-17");
        assert_string_equal(c->title, "Civilian");
        assert_string_equal(c->location, "Iceland , Westfjords");
        assert_string_equal(c->fluency, "Icelandic, English");
        assert_string_equal(c->avatar_url, "https://robertsspaceindustries.com/media/7q4kx2vale1or/heap_infobox/asterin.jpg");
        assert_string_equal(c->website, "https://example.org/asterin");
        assert_string_equal(c->bio, "Hauls medicine.\nCode: K7QW2ZXA & nothing else.");
        assert_int_equal(c->main_org.visibility, RSI_VISIBLE);
        assert_true(c->main_org.is_main);
        assert_string_equal(c->main_org.sid, "LANTERN");
        assert_string_equal(c->main_org.name, "Lantern Company");
        assert_string_equal(c->main_org.rank, "Wayfarer");
        assert_int_equal(c->main_org.n_stars, 2);
}

static void who_never_enlisted_exists_too(void **state _unused_) {
        _cleanup_(rsi_citizen_freep) RsiCitizen *c = citizen_of_page("citizen-without-org.html", "Bram_Okoro");

        assert_string_equal(c->handle, "BRAM_OKORO");
        assert_string_equal(c->display_name, "BRAM_OKORO");     /* nothing of the name shows */
        assert_int_equal(c->record, 0);
        assert_string_equal(c->enlisted, "");
        assert_null(c->avatar_url);
        assert_null(c->title);
        assert_null(c->location);
        assert_null(c->bio);
        assert_int_equal(c->main_org.visibility, RSI_NO_ORG);
        assert_null(c->main_org.name);
}

static void a_redacted_organisation_has_no_name(void **state _unused_) {
        _cleanup_(rsi_citizen_freep) RsiCitizen *c = citizen_of_page("citizen-redacted.html", "corvid-7");

        assert_int_equal(c->main_org.visibility, RSI_REDACTED);
        assert_string_equal(c->main_org.sid, "");
        assert_null(c->main_org.name);
        assert_null(c->main_org.rank);
        assert_string_equal(c->avatar_url, "https://media.robertsspaceindustries.com/corvid7/avatar.png");
}

static void hostile_text_is_only_text(void **state _unused_) {
        _cleanup_(rsi_citizen_freep) RsiCitizen *c = citizen_of_page("citizen-hostile.html", "Faye");

        /* tags, entities and marks of direction are gone; Markdown and mentions are escaped where they are shown */
        assert_string_equal(c->display_name, "@everyone <b>**Faye**</b> &xxe;txt");
        assert_null(c->avatar_url);
        assert_null(c->website);
        assert_string_equal(c->enlisted, "");
        assert_string_equal(c->bio, "line\n\nHandle name Mallory");
        assert_int_equal(c->main_org.visibility, RSI_REDACTED);
        assert_string_equal(c->main_org.sid, "");
}

static void a_page_about_another_is_not_the_answer(void **state _unused_) {
        _strbuf_ StrBuf page = {};

        read_page("citizen-redacted.html", &page);
        expect_unknown(page.text, page.n_bytes, RSI_OTHER_REASON);
}

/* ---- what is no dossier ------------------------------------------------------------------------------------------------------ */

static void other_pages_are_unknown_never_absent(void **state _unused_) {
        static const struct {
                const char *page;
                RsiReason reason;
        } rows[] = {
                { "login.html", RSI_LOGIN_REASON },
                { "changed.html", RSI_MARKUP_REASON },
                { "org.html", RSI_MARKUP_REASON },
                { "organisations.html", RSI_MARKUP_REASON },
                { "members.json", RSI_MARKUP_REASON },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _strbuf_ StrBuf page = {};

                read_page(rows[i].page, &page);
                expect_unknown(page.text, page.n_bytes, rows[i].reason);
        }
        expect_unknown("", 0, RSI_MARKUP_REASON);
        expect_unknown("\0\0\0", 3, RSI_MARKUP_REASON);
        expect_unknown("404 Not Found", 13, RSI_MARKUP_REASON);
        expect_unknown("<", 1, RSI_MARKUP_REASON);
        expect_unknown("<script>", 8, RSI_MARKUP_REASON);
        expect_unknown("<p a=\"", 6, RSI_MARKUP_REASON);
}

/* Cut anywhere, a page tells what it still has, or nothing; it never tells something else. */
static void half_pages_tell_half_or_nothing(void **state _unused_) {
        _strbuf_ StrBuf page = {};
        size_t n_found = 0;

        read_page("citizen.html", &page);
        for (size_t n = 0; n < page.n_bytes; n += 7) {
                _cleanup_(rsi_citizen_freep) RsiCitizen *c = NULL;
                RsiReason reason = RSI_NONE_REASON;
                char *half = memcpy(malloc(n + 1), page.text, n);       /* so that reading behind it shows */
                int r;

                r = rsi_citizen_parse(half, n, "Asterin-Vale", &c, &reason);
                free(half);
                if (r == RSI_UNKNOWN) {
                        assert_int_equal(n_found, 0);
                        assert_true(reason == RSI_MARKUP_REASON || reason == RSI_OTHER_REASON);
                        continue;
                }
                assert_int_equal(r, RSI_FOUND);
                n_found++;
                assert_int_equal(c->record, 1204411);
                assert_string_equal(c->handle, "Asterin-Vale");
                assert_memory_equal(c->display_name, "Asterin of the Vale", strlen(c->display_name));
        }
        assert_true(n_found > 100);
}

/* The same piece over and over is no dossier, and that is said soon. */
static void expect_odd(const char *piece, size_t n_times, RsiReason reason) {
        _strbuf_ StrBuf bytes = {};

        for (size_t i = 0; i < n_times; i++)
                strbuf_append(&bytes, piece);
        assert_true(bytes.n_bytes <= RSI_PAGE_MAX);
        expect_unknown(bytes.text, bytes.n_bytes, reason);
}

/* Every element is everything at once: questions about it must not multiply. Sets of nodes merged by XPath took half a minute here. */
static void expect_nested(size_t depth) {
        _strbuf_ StrBuf bytes = {};

        strbuf_append(&bytes, "<div id='public-profile'><p class='entry'><span class='label'>UEE Citizen Record</span><b class='value'>#1</b></p>"
                              "<p class='entry'><span class='label'>Handle name</span><b class='value'>x</b></p>");
        for (size_t n = 0; n + depth < 19000; n += depth) {
                for (size_t i = 0; i < depth; i++)
                        strbuf_append(&bytes, "<div class='profile info entry'>");
                for (size_t i = 0; i < depth; i++)
                        strbuf_append(&bytes, "</div>");
        }
        assert_true(bytes.n_bytes <= RSI_PAGE_MAX);
        expect_unknown(bytes.text, bytes.n_bytes, RSI_MARKUP_REASON);
}

static void monstrous_pages_end_soon(void **state _unused_) {
        _strbuf_ StrBuf attributes = {}, longest = {};

        expect_nested(1);
        expect_nested(150);

        expect_odd("<b>", RSI_PAGE_MAX / 3, RSI_MARKUP_REASON);
        expect_odd("<b></i>", RSI_PAGE_MAX / 7, RSI_MARKUP_REASON);
        expect_odd("<p class='entry label value'>", RSI_PAGE_MAX / 29, RSI_MARKUP_REASON);
        expect_odd("<a b=\"", RSI_PAGE_MAX / 6, RSI_MARKUP_REASON);
        expect_odd("<!--", RSI_PAGE_MAX / 4, RSI_MARKUP_REASON);
        expect_odd("<script>", RSI_PAGE_MAX / 8, RSI_MARKUP_REASON);
        expect_odd("&#x1F600;", RSI_PAGE_MAX / 9, RSI_MARKUP_REASON);
        expect_odd("\xff", RSI_PAGE_MAX, RSI_MARKUP_REASON);
        expect_odd("<div id='public-profile'><p class='entry'><span class='label'>x</span>", RSI_PAGE_MAX / 72, RSI_MARKUP_REASON);

        strbuf_append(&attributes, "<div");
        for (int i = 0; attributes.n_bytes < RSI_PAGE_MAX - 16; i++)
                strbuf_appendf(&attributes, " a%d", i);
        expect_unknown(attributes.text, attributes.n_bytes, RSI_MARKUP_REASON);

        for (size_t i = 0; i <= RSI_PAGE_MAX; i++)
                strbuf_append_char(&longest, ' ');
        expect_unknown(longest.text, longest.n_bytes, RSI_TOO_LONG_REASON);
}

/* A page that carries `name` where the display name stands. */
static RsiCitizen *citizen_named(const char *name) {
        RsiReason reason = RSI_NONE_REASON;
        _strbuf_ StrBuf page = {};
        RsiCitizen *c = NULL;

        strbuf_append(&page, "<div id='public-profile'><p class='entry'><span class='label'>UEE Citizen Record</span><b class='value'>#1</b></p>"
                             "<div class='profile left-col'><div class='info'><p class='entry'><strong class='value'>");
        strbuf_append(&page, name);
        strbuf_append(&page, "</strong></p><p class='entry'><span class='label'>Handle name</span><strong class='value'>x</strong></p></div></div></div>");
        assert_int_equal(rsi_citizen_parse(page.text, page.n_bytes, "X", &c, &reason), RSI_FOUND);
        return c;
}

static void expect_name(const char *bytes, const char *expected) {
        _cleanup_(rsi_citizen_freep) RsiCitizen *c = citizen_named(bytes);

        assert_string_equal(c->display_name, expected);
}

static void names_are_text_in_every_encoding(void **state _unused_) {
        _strbuf_ StrBuf many = {}, cut = {};

        expect_name("Zo\xC3\xAB", "Zo\xC3\xAB");
        expect_name("Zo&euml; &#x1F680;", "Zo\xC3\xAB \xF0\x9F\x9A\x80");
        expect_name("Zo\xEB", "Zo\xEF\xBF\xBD");                /* Latin-1 */
        expect_name("<meta charset='iso-8859-1'>Zo\xC3\xAB", "Zo\xC3\xAB");
        expect_name("\xED\xA0\x80\xC0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
        expect_name("a&#0;b&#xD800;c&#9999999999;d", "abcd");
        expect_name(" \t\n ", "x");
        expect_name("\xE3\x83\xA6\xE3\x83\xBC\xE3\x82\xB6\xE3\x83\xBC", "\xE3\x83\xA6\xE3\x83\xBC\xE3\x82\xB6\xE3\x83\xBC");

        for (size_t i = 0; i < 3000; i++)
                strbuf_append(&many, "\xE3\x83\xA6");
        for (size_t i = 0; i < RSI_NAME_MAX; i++)
                strbuf_append(&cut, "\xE3\x83\xA6");
        expect_name(many.text, cut.text);
}

/* ---- lists of organisations ---------------------------------------------------------------------------------------------------- */

static void organisations_are_listed(void **state _unused_) {
        _cleanup_(rsi_org_list_freep) RsiOrgList *list = NULL;
        RsiReason reason = RSI_NONE_REASON;
        _strbuf_ StrBuf page = {};

        read_page("organisations.html", &page);
        assert_int_equal(rsi_org_list_parse(page.text, page.n_bytes, &list, &reason), RSI_FOUND);
        assert_int_equal(list->n_orgs, 4);
        assert_int_equal(list->orgs[0].visibility, RSI_VISIBLE);
        assert_true(list->orgs[0].is_main);
        assert_string_equal(list->orgs[0].sid, "KESTREL");
        assert_string_equal(list->orgs[0].name, "Kestrel Survey");
        assert_string_equal(list->orgs[0].rank, "Pathfinder");
        assert_int_equal(list->orgs[0].n_stars, 5);
        assert_int_equal(list->orgs[1].visibility, RSI_VISIBLE);
        assert_false(list->orgs[1].is_main);
        assert_string_equal(list->orgs[1].sid, "LANTERN");      /* from the link: the label is missing */
        assert_string_equal(list->orgs[1].rank, "Guest & Friend");
        assert_int_equal(list->orgs[1].n_stars, 0);
        assert_int_equal(list->orgs[2].visibility, RSI_REDACTED);
        assert_null(list->orgs[2].name);
        assert_int_equal(list->orgs[3].visibility, RSI_HIDDEN);
}

static void a_list_may_be_empty_but_must_be_one(void **state _unused_) {
        _cleanup_(rsi_org_list_freep) RsiOrgList *list = NULL;
        RsiReason reason = RSI_NONE_REASON;
        _strbuf_ StrBuf page = {};
        RsiOrgList *none = NULL;

        read_page("citizen-without-org.html", &page);
        assert_int_equal(rsi_org_list_parse(page.text, page.n_bytes, &list, &reason), RSI_FOUND);
        assert_int_equal(list->n_orgs, 0);

        strbuf_clear(&page);
        read_page("changed.html", &page);
        assert_int_equal(rsi_org_list_parse(page.text, page.n_bytes, &none, &reason), RSI_UNKNOWN);
        assert_int_equal(reason, RSI_MARKUP_REASON);
        strbuf_clear(&page);
        read_page("login.html", &page);
        assert_int_equal(rsi_org_list_parse(page.text, page.n_bytes, &none, &reason), RSI_UNKNOWN);
        assert_int_equal(reason, RSI_LOGIN_REASON);
        assert_null(none);
}

/* ---- organisations ------------------------------------------------------------------------------------------------------------- */

static void an_organisations_page_tells_what_it_is(void **state _unused_) {
        _cleanup_(rsi_org_page_freep) RsiOrgPage *org = NULL;
        RsiReason reason = RSI_NONE_REASON;
        _strbuf_ StrBuf page = {};
        RsiOrgPage *none = NULL;

        read_page("org.html", &page);
        assert_int_equal(rsi_org_page_parse(page.text, page.n_bytes, "lantern", &org, &reason), RSI_FOUND);
        assert_string_equal(org->sid, "LANTERN");
        assert_string_equal(org->name, "Lantern Company / Deep");
        assert_int_equal(org->n_members, 1234);
        assert_string_equal(org->archetype, "Organization");
        assert_string_equal(org->primary_focus, "Medical");
        assert_string_equal(org->secondary_focus, "Transport");
        assert_string_equal(org->logo_url, "https://robertsspaceindustries.com/media/lantern1/logo/LANTERN-Logo.png");

        assert_int_equal(rsi_org_page_parse(page.text, page.n_bytes, "KESTREL", &none, &reason), RSI_UNKNOWN);
        assert_int_equal(reason, RSI_OTHER_REASON);
        strbuf_clear(&page);
        read_page("citizen.html", &page);
        assert_int_equal(rsi_org_page_parse(page.text, page.n_bytes, "LANTERN", &none, &reason), RSI_UNKNOWN);
        assert_null(none);
}

static void members_are_found_by_their_whole_handle(void **state _unused_) {
        static const struct {
                const char *handle;
                bool is_listed, is_affiliate;
                const char *rank;
                int n_stars;
        } rows[] = {
                { "ASTERIN-vale", true, false, "Wayfarer", 2 },
                { "Asterin-Vale-II", true, true, "Guest", 5 },
                { "Asterin", false, false, NULL, 0 },
        };
        _strbuf_ StrBuf page = {};

        read_page("members.json", &page);
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(rsi_membership_freep) RsiMembership *m = NULL;
                RsiReason reason = RSI_NONE_REASON;

                assert_int_equal(rsi_membership_parse(page.text, page.n_bytes, rows[i].handle, &m, &reason), RSI_FOUND);
                assert_int_equal(m->is_listed, rows[i].is_listed);
                assert_int_equal(m->is_affiliate, rows[i].is_affiliate);
                if (rows[i].rank)
                        assert_string_equal(m->rank, rows[i].rank);
                else
                        assert_null(m->rank);
                assert_int_equal(m->n_stars, rows[i].n_stars);
        }
}

static void answers_of_the_interface_have_their_meaning(void **state _unused_) {
        static const struct {
                const char *json;
                int result;
                RsiReason reason;
        } rows[] = {
                { "{\"success\":1,\"code\":\"OK\",\"data\":{\"totalrows\":0,\"html\":\"\"}}", RSI_FOUND, RSI_NONE_REASON },
                { "{\"success\":1,\"code\":\"OK\",\"data\":{\"totalrows\":0,\"html\":\"<p>None</p>\"}}", RSI_FOUND, RSI_NONE_REASON },
                { "{\"success\":true,\"data\":{\"html\":\" \\n\"}}", RSI_FOUND, RSI_NONE_REASON },
                { "{\"success\":0,\"code\":\"ErrNoOrg\",\"msg\":\"ErrNoOrg\"}", RSI_UNKNOWN, RSI_REFUSED_REASON },
                { "{\"success\":false}", RSI_UNKNOWN, RSI_REFUSED_REASON },
                { "{\"success\":1,\"data\":{\"totalrows\":2,\"html\":\"<tr class=row>x</tr>\"}}", RSI_UNKNOWN, RSI_MARKUP_REASON },
                { "{\"success\":1,\"data\":{\"totalrows\":2}}", RSI_UNKNOWN, RSI_MARKUP_REASON },
                { "{\"success\":1,\"data\":[]}", RSI_UNKNOWN, RSI_MARKUP_REASON },
                { "{\"success\":1}", RSI_UNKNOWN, RSI_MARKUP_REASON },
                { "{}", RSI_UNKNOWN, RSI_MARKUP_REASON },
                { "[]", RSI_UNKNOWN, RSI_MARKUP_REASON },
                { "", RSI_UNKNOWN, RSI_MARKUP_REASON },
                { "<html>", RSI_UNKNOWN, RSI_MARKUP_REASON },
        };

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_(rsi_membership_freep) RsiMembership *m = NULL;
                RsiReason reason = RSI_NONE_REASON;

                assert_int_equal(rsi_membership_parse(rows[i].json, strlen(rows[i].json), "q-p", &m, &reason), rows[i].result);
                assert_int_equal(reason, rows[i].reason);
                assert_true(rows[i].result != RSI_FOUND || !m->is_listed);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_dossier_tells_everything),
                cmocka_unit_test(who_never_enlisted_exists_too),
                cmocka_unit_test(a_redacted_organisation_has_no_name),
                cmocka_unit_test(hostile_text_is_only_text),
                cmocka_unit_test(a_page_about_another_is_not_the_answer),
                cmocka_unit_test(other_pages_are_unknown_never_absent),
                cmocka_unit_test(half_pages_tell_half_or_nothing),
                cmocka_unit_test(monstrous_pages_end_soon),
                cmocka_unit_test(names_are_text_in_every_encoding),
                cmocka_unit_test(organisations_are_listed),
                cmocka_unit_test(a_list_may_be_empty_but_must_be_one),
                cmocka_unit_test(an_organisations_page_tells_what_it_is),
                cmocka_unit_test(members_are_found_by_their_whole_handle),
                cmocka_unit_test(answers_of_the_interface_have_their_meaning),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
