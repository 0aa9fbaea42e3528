/* The people and organisations of the pages. All of them are made up. */

#include <strings.h>

#include "rsi-page.h"

static const RsiOrganisation organisations[] = {
        { "LANTERN", "Lantern Company", "Organization", "Medical", "Transport", 148 },
        { "KESTREL", "Kestrel Survey / Deep Range", "Corporation", "Exploration", "Scouting", 1204 },
};

static const RsiPerson people[] = {
        {
                .handle = "Asterin-Vale", .moniker = "Asterin of the Vale", .record = 1204411, .title = "Civilian", .enlisted = "Feb 17, 2021",
                .location = "Iceland\n        , Westfjords", .fluency = "Icelandic,\n          English", .website = "https://example.org/asterin",
                .bio = "Hauls medicine where nobody else goes.\nAsk for the night shift.",
                .memberships = { { "LANTERN", 'V', "Wayfarer", 2 } },
        },
        {
                .handle = "BRAM_OKORO", .moniker = "Bram", .fluency = "English",
        },
        {
                .handle = "Corvid-7", .moniker = "Corvid Seven", .record = 77, .title = "Vice Admiral", .enlisted = "Nov 3, 2012",
                .memberships = { { "LANTERN", 'R', "Keeper", 4 } },
        },
        {
                .handle = "Delphine_Roux", .moniker = "Delphine Roux \xE2\x9C\xA8", .record = 3310092, .title = "Pathfinder", .enlisted = "Jul 29, 2023",
                .location = "France", .fluency = "French, English", .bio = "Maps first, questions later.",
                .memberships = { { "KESTREL", 'V', "Surveyor & Scout", 5 }, { "LANTERN", 'V', "Guest", 0 }, { "KESTREL", 'R', "", 0 }, { "LANTERN", 'H', "", 0 } },
        },
        {
                .handle = "Faye", .moniker = "@everyone <b>**Faye**</b> ||[free](https://evil.example)||", .record = 666, .title = "<Civilian>",
                .enlisted = "Apr 1, 2024", .website = "javascript:alert(1)",
                .bio = "<script>alert('bio')</script>\n</div></div><p class=\"entry\"><span class=\"label\">Handle name</span><b class=\"value\">Mallory</b></p>",
                .memberships = { { "LANTERN", 'H', "Shade", 3 } },
        },
        { .handle = "Slow-Boat", .moniker = "Slow Boat", .record = 1001, .trouble = RSI_TROUBLE_SLOW },
        { .handle = "Broken-Drive", .moniker = "Broken Drive", .record = 1002, .trouble = RSI_TROUBLE_BROKEN },
        { .handle = "Blocked-Gate", .moniker = "Blocked Gate", .record = 1003, .trouble = RSI_TROUBLE_BLOCKED },
        { .handle = "Busy-Port", .moniker = "Busy Port", .record = 1004, .trouble = RSI_TROUBLE_LIMITED },
        { .handle = "Login-Wall", .moniker = "Login Wall", .record = 1005, .trouble = RSI_TROUBLE_LOGIN },
        { .handle = "New-Layout", .moniker = "New Layout", .record = 1006, .trouble = RSI_TROUBLE_LAYOUT },
        {
                .handle = "Moved-House", .moniker = "Moved House", .record = 1007, .title = "Civilian", .enlisted = "Dec 31, 2019",
                .memberships = { { "LANTERN", 'V', "Wayfarer", 1 } }, .trouble = RSI_TROUBLE_MOVED,
        },
        { .handle = "Far-Away", .moniker = "Far Away", .record = 1008, .trouble = RSI_TROUBLE_ELSEWHERE },
};

const RsiPerson *rsi_person_find(const char *handle) {
        for (size_t i = 0; i < ELEMENTSOF(people); i++)
                if (strcasecmp(people[i].handle, handle) == 0)
                        return &people[i];
        return NULL;
}

const RsiOrganisation *rsi_organisation_find(const char *sid) {
        for (size_t i = 0; i < ELEMENTSOF(organisations); i++)
                if (strcasecmp(organisations[i].sid, sid) == 0)
                        return &organisations[i];
        return NULL;
}

/* ---- lists of members --------------------------------------------------------------------------------------------------------- */

static void put_item(StrBuf *out, const RsiPerson *person, const RsiMember *member, bool is_main) {
        bool is_visible = member->visibility == 'V';

        strbuf_appendf(out, "<li class=\"member-item js-member-item org-%s org-visibility-%c\" data-org-sid=\"%s\">\n", is_main ? "main" : "affiliate",
                       member->visibility, member->sid);
        if (is_visible)
                strbuf_appendf(out, "  <a class=\"membercard js-edit-member\" href=\"/citizens/%s\">\n", person->handle);
        else
                strbuf_append(out, "  <a class=\"membercard js-edit-member\">\n");
        strbuf_append(out, "    <span class=\"thumb\"><img src=\"/media/member/thumb.jpg\" alt=\"\"></span>\n    <span class=\"right\"><span class=\"name-wrap\"><span class=\"trans-03s name\">");
        rsi_put_escaped(out, is_visible ? person->moniker : "\xC2\xA0");
        strbuf_appendf(out, "</span><span class=\"trans-03s nick\">%s</span></span>\n", is_visible ? person->handle : "\xC2\xA0");
        strbuf_appendf(out, "    <span class=\"ranking-stars\"><span class=\"empty\"></span><span class=\"stars\" style=\"width: %u%%;\"></span></span><span class=\"rank\">",
                       is_visible ? member->n_stars * 20 : 0);
        rsi_put_escaped(out, is_visible ? member->rank : "\xC2\xA0");
        strbuf_appendf(out, "</span></span>\n    <ul class=\"roles\">%s</ul>\n  </a>\n</li>\n", is_visible && !is_main ? "<li class=\"title\">Affiliate</li>" : "");
}

unsigned rsi_put_members(StrBuf *out, const RsiOrganisation *organisation, const char *search, unsigned page, unsigned page_size) {
        unsigned n = 0;

        for (size_t i = 0; i < ELEMENTSOF(people); i++)
                for (size_t k = 0; k < RSI_MEMBERSHIPS_MAX; k++) {
                        const RsiMember *m = &people[i].memberships[k];

                        if (!m->sid || !streq(m->sid, organisation->sid) || m->visibility == 'H' ||
                            (!strcasestr(people[i].handle, search) && !strcasestr(people[i].moniker, search)))
                                continue;
                        if (n / page_size + 1 == page)
                                put_item(out, &people[i], m, k == 0);
                        n++;
                }
        return n;
}
