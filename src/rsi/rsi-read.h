#pragma once

/* What the pages of the site have in common: labelled entries, boxes that show a membership, pictures, and texts to be cleaned. */

#include "magikal/rsi.h"

#include "rsi-html.h"

/* A page being read. Lack of memory sticks and is asked for once, at the end. */
typedef struct Reader {
        HtmlTree *tree;
        int error;
} Reader;

/* The labels people see beside a value, which have outlived every change of the markup around them. */
typedef enum Label {
        LABEL_RECORD,
        LABEL_HANDLE,
        LABEL_ENLISTED,
        LABEL_LOCATION,
        LABEL_FLUENCY,
        LABEL_WEBSITE,
        LABEL_BIO,
        LABEL_SID,
        LABEL_RANK,
        _LABEL_MAX
} Label;

typedef struct Labels {
        const HtmlNode *values[_LABEL_MAX];     /* NULL: no such label, or nothing beside it */
        bool has[_LABEL_MAX];
} Labels;

void reader_labels(Reader *reader, const HtmlNode *from, Labels *ret_labels);

/* One line, cleaned and cut; NULL when nothing of it shows, or `node` is NULL. To free(). */
char *reader_line(Reader *reader, const HtmlNode *node, size_t n_max);
/* The same with its line breaks. */
char *reader_lines(Reader *reader, const HtmlNode *node, size_t n_max);
char *reader_attribute(Reader *reader, const HtmlNode *node, const char *name, size_t n_max);
/* https URL of a picture on the site's own hosts, NULL for others and for the default picture. To free(). */
char *reader_picture(Reader *reader, const HtmlNode *img);
/* A number with or without separators and words behind it ("1,234 members"), or -1. */
int64_t reader_count(Reader *reader, const HtmlNode *node);

/* A box that shows one membership; *ret is whole afterwards, and to be freed with org_done(). */
void reader_org(Reader *reader, const HtmlNode *box, bool is_main, RsiOrg *ret);
void org_done(RsiOrg *org);

/* The page lacks what it must have: RSI_UNKNOWN with the reason (login, markup), or -ENOMEM when that was why. */
int reader_give_up(Reader *reader, RsiReason *ret_reason);
/* Everything has been read: RSI_FOUND, or RSI_UNKNOWN with the reason when it took too long to be a real page, or -ENOMEM. */
int reader_end(Reader *reader, RsiReason *ret_reason);

/*
 * Begins to read: 0, RSI_UNKNOWN with the reason (too long, nothing a tree could be made of), -ENOMEM.
 * The tree is the caller's.
 */
int reader_begin(Reader *reader, const char *html, size_t n_bytes, RsiReason *ret_reason);
static inline void reader_done(Reader *reader) {
        reader->tree = html_free(reader->tree);
}
#define _reader_ _cleanup_(reader_done)

/* Where a link leads; false: nowhere, or `a` is NULL. */
bool reader_href(Reader *reader, const HtmlNode *a, StrBuf *href);
