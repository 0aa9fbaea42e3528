/*
 * The two pages about a person: the dossier, and the list of organisations. A page is one of them only when it has the label "UEE Citizen
 * Record"; without it a page with status 200 says nothing, least of all that somebody does not exist.
 */

#include <errno.h>
#include <stdio.h>
#include <strings.h>

#include "magikal/rsi.h"
#include "magikal/url.h"

#include "rsi-read.h"

#define RECORD_DIGITS_MAX 18
#define NAMES_MAX 20            /* entries beside the picture that are looked at; there are three */

RsiCitizen *rsi_citizen_free(RsiCitizen *citizen) {
        if (!citizen)
                return NULL;
        free(citizen->display_name);
        free(citizen->title);
        free(citizen->location);
        free(citizen->fluency);
        free(citizen->avatar_url);
        free(citizen->website);
        free(citizen->bio);
        org_done(&citizen->main_org);
        free(citizen);
        return NULL;
}

RsiOrgList *rsi_org_list_free(RsiOrgList *list) {
        if (!list)
                return NULL;
        for (size_t i = 0; i < list->n_orgs; i++)
                org_done(&list->orgs[i]);
        free(list);
        return NULL;
}

/* The part of the page that is about the person, and its labels; NULL when it is no page about a person. */
static const HtmlNode *find_profile(Reader *reader, Labels *ret_labels) {
        const HtmlNode *profile = html_find(reader->tree, NULL, "*[@id='public-profile']", NULL);

        if (!profile)
                return NULL;
        reader_labels(reader, profile, ret_labels);
        return ret_labels->values[LABEL_RECORD] ? profile : NULL;
}

/* "#201886", or "n/a" for an account that never enlisted: 0. */
static int record_parse(const char *text, uint64_t *ret) {
        uint64_t record = 0;
        size_t n;

        if (text && strcasecmp(text, "n/a") == 0) {
                *ret = 0;
                return 0;
        }
        if (!text || *text != '#')
                return -EINVAL;
        n = strspn(text + 1, "0123456789");
        if (n == 0 || n > RECORD_DIGITS_MAX || text[1 + n])
                return -EINVAL;
        for (const char *c = text + 1; *c; c++)
                record = record * 10 + (uint64_t) (*c - '0');
        *ret = record;
        return 0;
}

/* "Feb 17, 2021" */
static void date_parse(const char *text, char ret[static 11]) {
        static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
        char name[4], rest;
        int day, year;

        if (!text || sscanf(text, "%3[A-Za-z] %2d, %4d%c", name, &day, &year, &rest) != 3)
                return;
        for (int month = 0; month < 12; month++)
                if (strncasecmp(months + 3 * month, name, 3) == 0 && name[2] && day >= 1 && day <= 31 && year >= 1000 && year <= 9999)
                        (void) snprintf(ret, 11, "%04d-%02d-%02d", year, month + 1, day);
}

static char *read_website(Reader *reader, const HtmlNode *value) {
        char *text = reader_attribute(reader, value, "href", RSI_URL_MAX + 1);
        Url url;

        if (text && (strlen(text) > RSI_URL_MAX || strpbrk(text, "<>\"\\`") || url_parse(text, &url) < 0 || url.is_websocket)) {
                free(text);
                text = NULL;
        }
        return text;
}

static void read_rest(Reader *reader, const HtmlNode *profile, const Labels *labels, RsiCitizen *c) {
        const HtmlNode *box = html_find(reader->tree, profile, HTML_CLASS("main-org"), NULL);
        _free_ char *enlisted = reader_line(reader, labels->values[LABEL_ENLISTED], RSI_NAME_MAX);

        date_parse(enlisted, c->enlisted);
        c->location = reader_line(reader, labels->values[LABEL_LOCATION], RSI_LINE_MAX);
        c->fluency = reader_line(reader, labels->values[LABEL_FLUENCY], RSI_LINE_MAX);
        c->bio = reader_lines(reader, labels->values[LABEL_BIO], RSI_BIO_MAX);
        c->website = read_website(reader, labels->values[LABEL_WEBSITE]);
        c->avatar_url = reader_picture(reader, html_find(reader->tree, profile, HTML_CLASS("profile"), HTML_CLASS("thumb"), "img", NULL));
        if (box)
                reader_org(reader, box, true, &c->main_org);
}

/* The display name stands in an entry without label, the title in one with a badge. False: there is no such entry for the name. */
static bool read_names(Reader *reader, const HtmlNode *profile, RsiCitizen *c) {
        const HtmlNode *info = html_find(reader->tree, profile, HTML_CLASS("profile"), HTML_CLASS("info"), NULL);
        _html_nodes_ HtmlNodes entries = {};
        bool has_name = false;

        if (!info)
                return false;
        html_select(reader->tree, info, HTML_CLASS("entry"), &entries);
        for (size_t i = 0; i < entries.n && i < NAMES_MAX; i++) {
                const HtmlNode *entry = html_nodes_at(&entries, i), *value;

                value = html_find(reader->tree, entry, HTML_CLASS("value"), NULL);
                if (!value || html_find(reader->tree, entry, HTML_CLASS("label"), NULL))
                        continue;
                if (html_find(reader->tree, entry, HTML_CLASS("icon"), NULL)) {
                        if (!c->title)
                                c->title = reader_line(reader, value, RSI_NAME_MAX);
                } else if (!has_name) {
                        has_name = true;
                        c->display_name = reader_line(reader, value, RSI_NAME_MAX);
                }
        }
        return has_name;
}

/* What makes it a dossier. False: the page has changed. */
static bool read_identity(Reader *reader, const HtmlNode *profile, const Labels *labels, RsiCitizen *c) {
        _free_ char *record = reader_line(reader, labels->values[LABEL_RECORD], RSI_NAME_MAX);
        _free_ char *text = reader_line(reader, labels->values[LABEL_HANDLE], RSI_NAME_MAX);
        Handle handle;

        if (record_parse(record, &c->record) < 0 || !text || handle_read(text, &handle) != 0 || !read_names(reader, profile, c))
                return false;
        memcpy(c->handle, handle.text, sizeof(c->handle));
        if (!c->display_name && !(c->display_name = strdup(c->handle)))
                reader->error = -ENOMEM;
        return true;
}

int rsi_citizen_parse(const char *html, size_t n_bytes, const char *handle, RsiCitizen **ret_citizen, RsiReason *ret_reason) {
        _cleanup_(rsi_citizen_freep) RsiCitizen *c = NULL;
        _reader_ Reader reader;
        const HtmlNode *profile;
        Labels labels;
        int r;

        r = reader_begin(&reader, html, n_bytes, ret_reason);
        if (r != 0)
                return r;
        c = new0(RsiCitizen, 1);
        if (!c)
                return -ENOMEM;

        profile = find_profile(&reader, &labels);
        if (!profile || !read_identity(&reader, profile, &labels, c))
                return reader_give_up(&reader, ret_reason);
        if (strcasecmp(c->handle, handle) != 0) {
                *ret_reason = RSI_OTHER_REASON;
                return RSI_UNKNOWN;
        }
        read_rest(&reader, profile, &labels, c);
        r = reader_end(&reader, ret_reason);
        if (r != RSI_FOUND)
                return r;
        *ret_citizen = TAKE(c);
        return RSI_FOUND;
}

int rsi_org_list_parse(const char *html, size_t n_bytes, RsiOrgList **ret_list, RsiReason *ret_reason) {
        _cleanup_(rsi_org_list_freep) RsiOrgList *list = NULL;
        _html_nodes_ HtmlNodes boxes = {};
        _reader_ Reader reader;
        const HtmlNode *profile;
        Labels labels;
        int r;

        r = reader_begin(&reader, html, n_bytes, ret_reason);
        if (r != 0)
                return r;
        list = new0(RsiOrgList, 1);
        if (!list)
                return -ENOMEM;

        profile = find_profile(&reader, &labels);
        if (!profile)
                return reader_give_up(&reader, ret_reason);
        html_select(reader.tree, profile, "*[" HTML_HAS_CLASS("org") " and (" HTML_HAS_CLASS("main") " or " HTML_HAS_CLASS("affiliation") ")]", &boxes);
        for (size_t i = 0; i < boxes.n && list->n_orgs < RSI_ORGS_MAX; i++) {
                const HtmlNode *box = html_nodes_at(&boxes, i);
                RsiOrg *org = &list->orgs[list->n_orgs];

                reader_org(&reader, box, html_has_class(box, "main"), org);
                if (org->visibility != RSI_NO_ORG)
                        list->n_orgs++;
        }
        r = reader_end(&reader, ret_reason);
        if (r != RSI_FOUND)
                return r;
        *ret_list = TAKE(list);
        return RSI_FOUND;
}
