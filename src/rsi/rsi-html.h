#pragma once

/*
 * HTML of strangers as a tree that is safe to walk, and the few questions the pages' parsers ask about it. The only file that sees
 * libxml2. Everything found is borrowed from the tree.
 */

#include <stdbool.h>
#include <stddef.h>

#include "magikal/cleanup.h"
#include "magikal/strbuf.h"

typedef struct HtmlTree HtmlTree;
typedef struct _xmlNode HtmlNode;       /* libxml2's */

#define HTML_ODD 1                      /* too big, too deep or otherwise no page anybody would write */

/* 0, HTML_ODD, -ENOMEM. A fragment is fine, and so are bytes that are no HTML at all: they make a small tree. */
int html_parse(const char *bytes, size_t n_bytes, HtmlTree **ret_tree);
HtmlTree *html_free(HtmlTree *tree);
DEFINE_CLEANUP(HtmlTree *, html_free)

/*
 * Elements below `from` (NULL: the whole page) in the order of the page. A step is a name test with conditions, as XPath writes them behind
 * "descendant::": "*[@id='x']", "li[" HTML_HAS_CLASS("y") "]". All questions about one tree draw on one budget of time; once it is spent,
 * or there was no memory, nothing is found any more and html_is_spent() says so.
 */
typedef struct HtmlNodes {
        void *found;
        size_t n;
} HtmlNodes;

void html_nodes_done(HtmlNodes *nodes);
#define _html_nodes_ _cleanup_(html_nodes_done)
void html_select(HtmlTree *tree, const HtmlNode *from, const char *step, HtmlNodes *ret_nodes);
const HtmlNode *html_nodes_at(const HtmlNodes *nodes, size_t i);
/* The first one, below that the first one of the next step, and so on up to NULL; or NULL. */
const HtmlNode *html_find(HtmlTree *tree, const HtmlNode *from, const char *step, ...) _sentinel_;
bool html_is_spent(const HtmlTree *tree);

/* XPath's way of saying that an element has a class. */
#define HTML_HAS_CLASS(name) "contains(concat(' ',normalize-space(@class),' '),' " name " ')"
#define HTML_CLASS(name) "*[" HTML_HAS_CLASS(name) "]"

bool html_has_class(const HtmlNode *node, const char *name);
/* Appends an attribute's value; nothing when there is none. */
void html_append_attribute(const HtmlNode *node, const char *name, StrBuf *out);
/* Appends the text people see, at most n_max bytes: white space becomes one space, a line break of the page a newline. NULL: nothing. */
void html_append_text(const HtmlNode *node, size_t n_max, StrBuf *out);
/* The element behind this one, or NULL. */
const HtmlNode *html_next(const HtmlNode *node);
