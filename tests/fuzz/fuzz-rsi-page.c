/* Pages of the site: any bytes end in a result, and what is found is text within its limits. */

#include <stdlib.h>
#include <string.h>

#include "magikal/json.h"
#include "magikal/rsi.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static void check_text(const char *text, size_t n_max, bool may_have_lines) {
        if (!text)
                return;
        must(*text && utf8_is_valid(text, strlen(text)) && utf8_length(text) <= n_max);
        must(may_have_lines || !strchr(text, '\n'));
}

static void check_url(const char *url, bool is_ours) {
        if (!url)
                return;
        must(strlen(url) <= RSI_URL_MAX && strspn(url, "htps") >= 4 && !strpbrk(url, " \"<>\n"));
        must(!is_ours || (strncmp(url, "https://", 8) == 0 && strcasestr(url, "robertsspaceindustries.com")));
}

static void check_org(const RsiOrg *org) {
        check_text(org->name, RSI_NAME_MAX, false);
        check_text(org->rank, RSI_NAME_MAX, false);
        must(org->n_stars >= 0 && org->n_stars <= RSI_STARS_MAX);
        must((org->visibility == RSI_VISIBLE) == (*org->sid != '\0') && (*org->sid || (!org->name && !org->rank)));
}

static int citizen(const char *bytes, size_t n_bytes, RsiReason *ret_reason) {
        _cleanup_(rsi_citizen_freep) RsiCitizen *c = NULL;
        int r = rsi_citizen_parse(bytes, n_bytes, "Asterin-Vale", &c, ret_reason);

        if (r != RSI_FOUND)
                return r;
        must(strcasecmp(c->handle, "Asterin-Vale") == 0 && c->display_name);
        check_text(c->display_name, RSI_NAME_MAX, false);
        check_text(c->title, RSI_NAME_MAX, false);
        check_text(c->location, RSI_LINE_MAX, false);
        check_text(c->fluency, RSI_LINE_MAX, false);
        check_text(c->bio, RSI_BIO_MAX, true);
        check_url(c->avatar_url, true);
        check_url(c->website, false);
        must(strlen(c->enlisted) == 0 || strlen(c->enlisted) == 10);
        check_org(&c->main_org);
        return r;
}

static int org_list(const char *bytes, size_t n_bytes, RsiReason *ret_reason) {
        _cleanup_(rsi_org_list_freep) RsiOrgList *list = NULL;
        int r = rsi_org_list_parse(bytes, n_bytes, &list, ret_reason);

        for (size_t i = 0; r == RSI_FOUND && i < list->n_orgs; i++)
                check_org(&list->orgs[i]);
        return r;
}

static int org_page(const char *bytes, size_t n_bytes, RsiReason *ret_reason) {
        _cleanup_(rsi_org_page_freep) RsiOrgPage *page = NULL;
        int r = rsi_org_page_parse(bytes, n_bytes, "LANTERN", &page, ret_reason);

        if (r != RSI_FOUND)
                return r;
        must(page->name && strcmp(page->sid, "LANTERN") == 0 && page->n_members >= -1);
        check_text(page->name, RSI_NAME_MAX, false);
        check_text(page->archetype, RSI_NAME_MAX, false);
        check_text(page->primary_focus, RSI_NAME_MAX, false);
        check_text(page->secondary_focus, RSI_NAME_MAX, false);
        check_url(page->logo_url, true);
        return r;
}

static int membership(const char *bytes, size_t n_bytes, RsiReason *ret_reason) {
        _cleanup_(rsi_membership_freep) RsiMembership *m = NULL;
        int r = rsi_membership_parse(bytes, n_bytes, "Asterin-Vale", &m, ret_reason);

        if (r != RSI_FOUND)
                return r;
        check_text(m->rank, RSI_NAME_MAX, false);
        must(m->n_stars >= 0 && m->n_stars <= RSI_STARS_MAX && (m->is_listed || !m->rank));
        return r;
}

/* First byte: which page. The rest: what came. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        static int (*const parsers[])(const char *bytes, size_t n_bytes, RsiReason *ret_reason) = { citizen, org_list, org_page, membership };
        RsiReason reason = RSI_NONE_REASON;
        int r;

        if (n_bytes == 0)
                return 0;
        r = parsers[data[0] % ELEMENTSOF(parsers)]((const char *) data + 1, n_bytes - 1, &reason);
        must(r == RSI_FOUND || r == RSI_UNKNOWN);
        must((r == RSI_UNKNOWN) == (reason != RSI_NONE_REASON));
        return 0;
}
