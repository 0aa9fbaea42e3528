/* What is said of an organisation: its page, and its list of members, which comes as HTML inside JSON. */

#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "magikal/json.h"
#include "magikal/rsi.h"
#include "magikal/text-clean.h"

#include "rsi-read.h"

#define MEMBERS_MAX 300         /* of one answer that are looked at; we ask for 32 */

RsiOrgPage *rsi_org_page_free(RsiOrgPage *page) {
        if (!page)
                return NULL;
        free(page->name);
        free(page->archetype);
        free(page->primary_focus);
        free(page->secondary_focus);
        free(page->logo_url);
        free(page);
        return NULL;
}

RsiMembership *rsi_membership_free(RsiMembership *membership) {
        if (!membership)
                return NULL;
        free(membership->rank);
        free(membership);
        return NULL;
}

/* ---- the page -------------------------------------------------------------------------------------------------------------- */

/* "Name / SID", where the name may have slashes of its own. False: it is not that. */
static bool read_heading(Reader *reader, const HtmlNode *heading, RsiOrgPage *page) {
        _free_ char *text = reader_line(reader, heading, RSI_NAME_MAX + RSI_SID_MAX + 3);
        char *slash = text ? strrchr(text, '/') : NULL;
        int r;

        if (!slash || slash == text || rsi_sid_from_text(slash + 1, page->sid) < 0)
                return false;
        *slash = '\0';
        r = text_clean(text, RSI_NAME_MAX, &page->name);
        if (r == -ENOMEM)
                reader->error = r;
        return r == 0;
}

static char *read_focus(Reader *reader, const HtmlNode *org, const char *step) {
        return reader_attribute(reader, html_find(reader->tree, org, step, "img", NULL), "alt", RSI_NAME_MAX);
}

int rsi_org_page_parse(const char *html, size_t n_bytes, const char *sid, RsiOrgPage **ret_page, RsiReason *ret_reason) {
        _cleanup_(rsi_org_page_freep) RsiOrgPage *page = NULL;
        _reader_ Reader reader;
        const HtmlNode *org;
        int r;

        r = reader_begin(&reader, html, n_bytes, ret_reason);
        if (r != 0)
                return r;
        page = new0(RsiOrgPage, 1);
        if (!page)
                return -ENOMEM;

        org = html_find(reader.tree, NULL, "*[@id='organization']", NULL);
        if (!org || !read_heading(&reader, html_find(reader.tree, org, "h1", NULL), page))
                return reader_give_up(&reader, ret_reason);
        if (strcasecmp(page->sid, sid) != 0) {
                *ret_reason = RSI_OTHER_REASON;
                return RSI_UNKNOWN;
        }
        page->n_members = reader_count(&reader, html_find(reader.tree, org, HTML_CLASS("count"), NULL));
        page->archetype = reader_line(&reader, html_find(reader.tree, org, "li[" HTML_HAS_CLASS("model") "]", NULL), RSI_NAME_MAX);
        page->primary_focus = read_focus(&reader, org, "*[" HTML_HAS_CLASS("primary") " and " HTML_HAS_CLASS("tooltip-wrap") "]");
        page->secondary_focus = read_focus(&reader, org, "*[" HTML_HAS_CLASS("secondary") " and " HTML_HAS_CLASS("tooltip-wrap") "]");
        page->logo_url = reader_picture(&reader, html_find(reader.tree, org, "*[" HTML_HAS_CLASS("logo") " and " HTML_HAS_CLASS("noshadow") "]", "img", NULL));
        r = reader_end(&reader, ret_reason);
        if (r != RSI_FOUND)
                return r;
        *ret_page = TAKE(page);
        return RSI_FOUND;
}

/* ---- the list of members -------------------------------------------------------------------------------------------------- */

/* "width:40%": five stars are 100 */
static int stars_of(Reader *reader, const HtmlNode *item) {
        const HtmlNode *stars = html_find(reader->tree, item, HTML_CLASS("ranking-stars"), HTML_CLASS("stars"), NULL);
        _free_ char *style = reader_attribute(reader, stars, "style", RSI_NAME_MAX);
        const char *width = style ? strstr(style, "width:") : NULL;
        int percent;

        if (!width || sscanf(width, "width: %3d%%", &percent) != 1 || percent < 0 || percent > 100)
                return 0;
        return (percent + 10) / 20;
}

static bool item_is_affiliate(Reader *reader, const HtmlNode *item) {
        _free_ char *title = NULL;

        if (html_has_class(item, "org-affiliate"))
                return true;
        if (html_has_class(item, "org-main"))
                return false;
        title = reader_line(reader, html_find(reader->tree, item, HTML_CLASS("roles"), HTML_CLASS("title"), NULL), RSI_NAME_MAX);
        return title && strcasecmp(title, "Affiliate") == 0;
}

/* A redacted member has no link, so nobody is found behind it. */
static bool item_is(Reader *reader, const HtmlNode *item, const char *handle) {
        const HtmlNode *card = html_find(reader->tree, item, "a[" HTML_HAS_CLASS("membercard") "]", NULL);
        _strbuf_ StrBuf href = {};
        Handle found;

        return reader_href(reader, card, &href) && handle_read(href.text, &found) == 0 && strcasecmp(found.text, handle) == 0;
}

static int members_read(const char *html, const char *handle, bool is_empty, RsiMembership *m, RsiReason *ret_reason) {
        _html_nodes_ HtmlNodes items = {};
        _reader_ Reader reader;
        int r;

        r = reader_begin(&reader, html, strlen(html), ret_reason);
        if (r != 0)
                return r;
        html_select(reader.tree, NULL, "li[" HTML_HAS_CLASS("member-item") "]", &items);
        if (items.n == 0 && !is_empty)
                return reader_give_up(&reader, ret_reason);
        for (size_t i = 0; i < items.n && i < MEMBERS_MAX && !m->is_listed; i++) {
                const HtmlNode *item = html_nodes_at(&items, i);

                if (!item_is(&reader, item, handle))
                        continue;
                m->is_listed = true;
                m->is_affiliate = item_is_affiliate(&reader, item);
                m->rank = reader_line(&reader, html_find(reader.tree, item, HTML_CLASS("rank"), NULL), RSI_NAME_MAX);
                m->n_stars = stars_of(&reader, item);
        }
        return reader_end(&reader, ret_reason);
}

int rsi_membership_parse(const char *json, size_t n_bytes, const char *handle, RsiMembership **ret_membership, RsiReason *ret_reason) {
        _cleanup_(rsi_membership_freep) RsiMembership *m = NULL;
        _json_ Json *answer = NULL;
        const Json *data;
        const char *html;
        int64_t success = 0, n_rows = -1;
        bool is_yes = false;
        int r;

        if (n_bytes > RSI_PAGE_MAX) {
                *ret_reason = RSI_TOO_LONG_REASON;
                return RSI_UNKNOWN;
        }
        r = json_parse(json, n_bytes, &answer);
        if (r == -ENOMEM)
                return r;
        if (r < 0 || !json_get(answer, "success")) {
                *ret_reason = RSI_MARKUP_REASON;
                return RSI_UNKNOWN;
        }
        (void) json_get_i64(answer, "success", &success);
        (void) json_get_bool(answer, "success", &is_yes);
        if (success != 1 && !is_yes) {
                *ret_reason = RSI_REFUSED_REASON;
                return RSI_UNKNOWN;
        }
        data = json_get(answer, "data");
        if (json_get_string(data, "html", &html) != 0) {
                *ret_reason = RSI_MARKUP_REASON;
                return RSI_UNKNOWN;
        }

        m = new0(RsiMembership, 1);
        if (!m)
                return -ENOMEM;
        (void) json_get_i64(data, "totalrows", &n_rows);
        r = members_read(html, handle, n_rows == 0 || !html[strspn(html, " \t\r\n")], m, ret_reason);
        if (r != 0)
                return r;
        *ret_membership = TAKE(m);
        return RSI_FOUND;
}
