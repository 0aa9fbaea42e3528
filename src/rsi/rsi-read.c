/*
 * Reading the parts that several pages share. Everything is optional here: which parts a page must have, its own parser decides. Classes
 * are compared as whole words, since the site adds random ones ("data12") beside them; values are found by the label's text.
 */

#include "rsi-read.h"

#include <errno.h>
#include <strings.h>

#include "magikal/text-clean.h"
#include "magikal/unicode.h"
#include "magikal/url.h"

#define SITE_HOST "robertsspaceindustries.com"
#define SITE "https://" SITE_HOST
#define LABEL_BYTES_MAX 64
#define ENTRIES_MAX 60          /* labelled entries of a page that are looked at; a dossier has about ten */
#define ATTRIBUTE_BYTES_MAX 2048

static const char *const label_texts[_LABEL_MAX] = {
        [LABEL_RECORD] = "UEE Citizen Record",
        [LABEL_HANDLE] = "Handle name",
        [LABEL_ENLISTED] = "Enlisted",
        [LABEL_LOCATION] = "Location",
        [LABEL_FLUENCY] = "Fluency",
        [LABEL_WEBSITE] = "Website",
        [LABEL_BIO] = "Bio",
        [LABEL_SID] = "Spectrum Identification (SID)",
        [LABEL_RANK] = "Organization rank",
};

int reader_begin(Reader *reader, const char *html, size_t n_bytes, RsiReason *ret_reason) {
        int r;

        *reader = (Reader) {};
        if (n_bytes > RSI_PAGE_MAX) {
                *ret_reason = RSI_TOO_LONG_REASON;
                return RSI_UNKNOWN;
        }
        r = html_parse(html, n_bytes, &reader->tree);
        if (r == HTML_ODD) {
                *ret_reason = RSI_MARKUP_REASON;
                return RSI_UNKNOWN;
        }
        return r;
}

int reader_give_up(Reader *reader, RsiReason *ret_reason) {
        static const char password[] = "*[@type='password' or (@action and (contains(@action,'signin') or contains(@action,'login')))]";

        if (reader->error < 0)
                return reader->error;
        *ret_reason = html_find(reader->tree, NULL, password, NULL) ? RSI_LOGIN_REASON : RSI_MARKUP_REASON;
        return RSI_UNKNOWN;
}

int reader_end(Reader *reader, RsiReason *ret_reason) {
        if (reader->error < 0)
                return reader->error;
        if (!html_is_spent(reader->tree))
                return RSI_FOUND;
        *ret_reason = RSI_MARKUP_REASON;
        return RSI_UNKNOWN;
}

/* ---- texts ---------------------------------------------------------------------------------------------------------------- */

/* Cuts behind n_max code points; the text is valid UTF-8. */
static void cut_characters(StrBuf *text, size_t n_max) {
        const char *at = strbuf_text(text);
        uint32_t c;

        for (size_t step; n_max > 0 && (step = utf8_next(at, &c)) > 0; at += step)
                n_max--;
        if (*at) {
                text->n_bytes = (size_t) (at - text->text);
                text->text[text->n_bytes] = '\0';
        }
}

static char *clean(Reader *reader, StrBuf *text, size_t n_max) {
        char *cleaned = NULL;
        int r = text->error;

        if (r == 0) {
                /* Cut first: cleaning only makes it shorter, and a text that is too long still tells something */
                cut_characters(text, n_max);
                r = text_clean(strbuf_text(text), n_max, &cleaned);
        }
        if (r == -ENOMEM)
                reader->error = r;
        return r == 0 ? cleaned : NULL;
}

static void join_lines(StrBuf *text) {
        for (size_t i = 0; i < text->n_bytes; i++)
                if (text->text[i] == '\n')
                        text->text[i] = ' ';
}

char *reader_lines(Reader *reader, const HtmlNode *node, size_t n_max) {
        _strbuf_ StrBuf text = {};

        if (!node)
                return NULL;
        html_append_text(node, n_max * 4, &text);
        return clean(reader, &text, n_max);
}

char *reader_line(Reader *reader, const HtmlNode *node, size_t n_max) {
        _strbuf_ StrBuf text = {};

        if (!node)
                return NULL;
        html_append_text(node, n_max * 4, &text);
        join_lines(&text);
        return clean(reader, &text, n_max);
}

/* False when there is none, or it is too long to be looked at. */
static bool read_attribute(Reader *reader, const HtmlNode *node, const char *name, StrBuf *out) {
        html_append_attribute(node, name, out);
        if (out->error < 0)
                reader->error = out->error;
        return out->error == 0 && out->n_bytes > 0 && out->n_bytes <= ATTRIBUTE_BYTES_MAX;
}

char *reader_attribute(Reader *reader, const HtmlNode *node, const char *name, size_t n_max) {
        _strbuf_ StrBuf text = {};

        if (!read_attribute(reader, node, name, &text))
                return NULL;
        join_lines(&text);
        return clean(reader, &text, n_max);
}

int64_t reader_count(Reader *reader, const HtmlNode *node) {
        _free_ char *text = reader_line(reader, node, RSI_NAME_MAX);
        int64_t n = 0;

        if (!text || *text < '0' || *text > '9')
                return -1;
        for (const char *c = text; (*c >= '0' && *c <= '9') || ((*c == ',' || *c == '.') && c[1] >= '0' && c[1] <= '9'); c++)
                if (*c >= '0' && *c <= '9') {
                        n = n * 10 + (*c - '0');
                        if (n > INT32_MAX)
                                return -1;
                }
        return n;
}

/* ---- pictures and links ------------------------------------------------------------------------------------------------- */

static bool host_is_the_sites(const char *host) {
        size_t n = strlen(host), n_site = strlen(SITE_HOST);
        const char *end = n > n_site ? host + n - n_site : host;

        return strcasecmp(end, SITE_HOST) == 0 && (end == host || end[-1] == '.');
}

static bool is_plain_url(const char *text) {
        for (; *text; text++)
                if (*text <= ' ' || *text > '~' || strchr("\"'<>\\^`{|}()[]", *text))
                        return false;
        return true;
}

char *reader_picture(Reader *reader, const HtmlNode *img) {
        _strbuf_ StrBuf source = {}, whole = {};
        char *text = NULL;
        Url url;

        if (!read_attribute(reader, img, "src", &source))
                return NULL;
        if (strncmp(source.text, "//", 2) == 0)
                strbuf_append(&whole, "https:");
        else if (*source.text == '/')
                strbuf_append(&whole, SITE);
        strbuf_append(&whole, source.text);
        if (whole.error < 0)
                reader->error = whole.error;

        if (whole.n_bytes <= RSI_URL_MAX && is_plain_url(strbuf_text(&whole)) && !strstr(strbuf_text(&whole), "avatar_default") &&
            url_parse(strbuf_text(&whole), &url) == 0 && url.is_secure && !url.is_websocket && url.port == 443 && host_is_the_sites(url.host) &&
            strbuf_finish(&whole, &text) < 0)
                reader->error = -ENOMEM;
        return text;
}

bool reader_href(Reader *reader, const HtmlNode *a, StrBuf *href) {
        return read_attribute(reader, a, "href", href);
}

/* ---- labels ---------------------------------------------------------------------------------------------------------------- */

static const HtmlNode *value_beside(Reader *reader, const HtmlNode *entry, const HtmlNode *label) {
        const HtmlNode *value = html_find(reader->tree, entry, HTML_CLASS("value"), NULL);

        if (value)
                return value;
        value = html_next(label);
        if (value)
                return value;
        /* a <div> cannot stand in a <p>: the tree has it behind the entry */
        value = html_next(entry);
        return value && html_has_class(value, "value") ? value : NULL;
}

void reader_labels(Reader *reader, const HtmlNode *from, Labels *ret_labels) {
        _html_nodes_ HtmlNodes entries = {};

        *ret_labels = (Labels) {};
        html_select(reader->tree, from, HTML_CLASS("entry"), &entries);
        for (size_t i = 0; i < entries.n && i < ENTRIES_MAX; i++) {
                const HtmlNode *entry = html_nodes_at(&entries, i), *label;
                _free_ char *text = NULL;

                label = html_find(reader->tree, entry, HTML_CLASS("label"), NULL);
                text = reader_line(reader, label, LABEL_BYTES_MAX);
                for (size_t k = 0; text && k < _LABEL_MAX; k++)
                        if (!ret_labels->has[k] && strcasecmp(text, label_texts[k]) == 0) {
                                ret_labels->has[k] = true;
                                ret_labels->values[k] = value_beside(reader, entry, label);
                        }
        }
}

/* ---- memberships ----------------------------------------------------------------------------------------------------------- */

static RsiVisibility visibility_of(Reader *reader, const HtmlNode *box) {
        static const struct {
                const char *class;
                RsiVisibility visibility;
        } classes[] = {
                { "visibility-V", RSI_VISIBLE  },
                { "visibility-R", RSI_REDACTED },
                { "visibility-H", RSI_HIDDEN   },
                { "visibility-",  RSI_NO_ORG   },
        };

        for (size_t i = 0; i < ELEMENTSOF(classes); i++)
                if (html_has_class(box, classes[i].class))
                        return classes[i].visibility;
        return html_find(reader->tree, box, HTML_CLASS("empty"), NULL) ? RSI_NO_ORG : RSI_NOT_SAID;
}

static int sid_of(Reader *reader, const HtmlNode *value, const HtmlNode *link, char *ret) {
        _free_ char *text = reader_line(reader, value, RSI_NAME_MAX);
        _strbuf_ StrBuf href = {};

        if (text && rsi_sid_from_text(text, ret) == 0)
                return 0;
        return reader_href(reader, link, &href) ? rsi_sid_from_text(href.text, ret) : -EINVAL;
}

void reader_org(Reader *reader, const HtmlNode *box, bool is_main, RsiOrg *ret) {
        const HtmlNode *link, *ranking;
        _html_nodes_ HtmlNodes stars = {};
        Labels labels;

        *ret = (RsiOrg) { .visibility = visibility_of(reader, box), .is_main = is_main };
        if (ret->visibility != RSI_VISIBLE && ret->visibility != RSI_NOT_SAID)
                return;

        reader_labels(reader, box, &labels);
        link = html_find(reader->tree, box, HTML_CLASS("info"), "a[contains(@href,'/orgs/')]", NULL);
        if (sid_of(reader, labels.values[LABEL_SID], link, ret->sid) < 0) {
                /* The site shows a redacted one as blank; without its class nothing can be said */
                if (ret->visibility == RSI_VISIBLE)
                        ret->visibility = RSI_REDACTED;
                return;
        }
        ret->visibility = RSI_VISIBLE;
        ret->name = reader_line(reader, link, RSI_NAME_MAX);
        ret->rank = reader_line(reader, labels.values[LABEL_RANK], RSI_NAME_MAX);
        ranking = html_find(reader->tree, box, HTML_CLASS("ranking"), NULL);
        if (ranking)
                html_select(reader->tree, ranking, HTML_CLASS("active"), &stars);
        ret->n_stars = (int) MIN(stars.n, (size_t) RSI_STARS_MAX);
}

void org_done(RsiOrg *org) {
        free(org->name);
        free(org->rank);
        *org = (RsiOrg) {};
}
