/*
 * Foreign HTML into a tree. libxml2's HTML parser takes no network and knows no entities but HTML's own, yet two of its habits cost time
 * that grows with the square of a hostile page: attributes of one element are compared with each other, and an end tag is looked for
 * through all open elements. So the bytes are copied first, which makes them UTF-8, drops what is never looked at (scripts, styles,
 * comments: most of a real page) and counts attributes; and the depth and number of elements are counted while the tree is built. The
 * third is in XPath: sets of nodes are merged one by one, so an expression here has a single step, and longer ways are walked in C.
 */

#include "rsi-html.h"

#include <errno.h>
#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <strings.h>

#include "magikal/json.h"

#define BYTES_MAX (2U << 20)            /* a page of 1 MiB whose every byte had to be replaced would be 3; it is no page then */
#define DEPTH_MAX 200                   /* real pages: about 30 */
#define ELEMENTS_MAX 20000              /* real pages: a few thousand */
#define ATTRIBUTES_MAX 100              /* of one element */
#define XPATH_STEPS_MAX 8000000         /* for all questions about one page; one needs about 20 an element */

#define RESERVE_BYTES (8U << 20)        /* the largest tree with its attributes */
#define RESERVE_FACTOR 4                /* its texts */

struct HtmlTree {
        xmlDoc *doc;
        xmlXPathContext *xpath;
        bool is_spent;
};

/* ---- bytes -------------------------------------------------------------------------------------------------------------- */

typedef struct Scanner {
        const char *at, *end;
        StrBuf out;
} Scanner;

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Bytes from `from` up to `at`, as UTF-8 without control characters; what is not becomes U+FFFD, as the HTML standard decodes. */
static void scanner_copy(Scanner *s, const char *from) {
        while (from < s->at) {
                unsigned char c = (unsigned char) *from;
                size_t n = c < 0x80 ? 1 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : 4;

                if (n <= (size_t) (s->at - from) && utf8_is_valid(from, n) && (c >= ' ' || is_blank(*from))) {
                        strbuf_append_bytes(&s->out, from, n);
                        from += n;
                } else {
                        strbuf_append(&s->out, "\xEF\xBF\xBD");
                        from++;
                }
        }
}

static bool scanner_sees(const Scanner *s, const char *word) {
        size_t n = strlen(word);

        return (size_t) (s->end - s->at) >= n && strncasecmp(s->at, word, n) == 0;
}

/* Goes to the next `word`, or to the end. */
static void scanner_skip_to(Scanner *s, const char *word) {
        while (s->at < s->end && !scanner_sees(s, word))
                s->at++;
}

static void scanner_skip_blanks(Scanner *s) {
        while (s->at < s->end && is_blank(*s->at))
                s->at++;
}

static void scanner_skip_value(Scanner *s) {
        char quote = s->at < s->end ? *s->at : '\0';

        if (quote == '"' || quote == '\'') {
                const char *closing = memchr(s->at + 1, quote, (size_t) (s->end - s->at) - 1);

                s->at = closing ? closing + 1 : s->end;
                return;
        }
        while (s->at < s->end && !is_blank(*s->at) && *s->at != '>')
                s->at++;
}

/* From behind the name to behind ">". Returns the number of attributes. */
static size_t scanner_skip_attributes(Scanner *s) {
        size_t n = 0;

        for (;;) {
                while (s->at < s->end && (is_blank(*s->at) || *s->at == '/'))
                        s->at++;
                if (s->at >= s->end)
                        return n;
                if (*s->at == '>') {
                        s->at++;
                        return n;
                }
                n++;
                s->at++;                /* also a "=" without a name before it */
                while (s->at < s->end && !is_blank(*s->at) && *s->at != '=' && *s->at != '>' && *s->at != '/')
                        s->at++;
                scanner_skip_blanks(s);
                if (s->at < s->end && *s->at == '=') {
                        s->at++;
                        scanner_skip_blanks(s);
                        scanner_skip_value(s);
                }
        }
}

static bool is_word(const char *text, size_t n, const char *word) {
        return n == strlen(word) && strncasecmp(text, word, n) == 0;
}

/* A start tag, and for a script or style sheet everything up to its end tag. False: too many attributes. */
static bool scanner_take_tag(Scanner *s) {
        const char *from = s->at, *name = from + 1;
        size_t n_name;

        s->at++;
        while (s->at < s->end && !is_blank(*s->at) && *s->at != '>' && *s->at != '/')
                s->at++;
        n_name = (size_t) (s->at - name);
        if (scanner_skip_attributes(s) > ATTRIBUTES_MAX)
                return false;

        /* libxml2 gathers the attributes of every <html> and <body> in one list */
        if (is_word(name, n_name, "html") || is_word(name, n_name, "body"))
                return true;
        if (is_word(name, n_name, "script"))
                scanner_skip_to(s, "</script");
        else if (is_word(name, n_name, "style"))
                scanner_skip_to(s, "</style");
        else
                scanner_copy(s, from);
        return true;
}

static bool scanner_run(Scanner *s) {
        while (s->at < s->end) {
                const char *from = s->at;

                if (scanner_sees(s, "<!--")) {
                        s->at += 4;
                        scanner_skip_to(s, "-->");
                        s->at += MIN((size_t) 3, (size_t) (s->end - s->at));
                } else if (*from == '<' && s->end - from > 1 && is_letter(from[1])) {
                        if (!scanner_take_tag(s))
                                return false;
                } else {
                        s->at++;
                        while (s->at < s->end && *s->at != '<')
                                s->at++;
                        scanner_copy(s, from);
                }
                if (s->out.error < 0 || s->out.n_bytes > BYTES_MAX)
                        return false;
        }
        return true;
}

/* ---- tree ---------------------------------------------------------------------------------------------------------------- */

typedef struct Watch {
        size_t n_elements;
        bool is_odd;
} Watch;

static void on_element(void *userdata, const xmlChar *name, const xmlChar **attributes) {
        htmlParserCtxt *parser = userdata;
        Watch *watch = parser->_private;

        if (watch->is_odd)
                return;
        if (++watch->n_elements > ELEMENTS_MAX || parser->nodeNr > DEPTH_MAX || parser->nameNr > DEPTH_MAX) {
                watch->is_odd = true;
                xmlStopParser(parser);
                return;
        }
        xmlSAX2StartElement(userdata, name, attributes);
}

/*
 * libxml2 before 2.13 loops for ever, or crashes, when memory runs out in the middle of HTML (measured with 2.9.14: a third of the places
 * where an allocation can fail). One that has just been had and given back is as good as promised to a process of one thread.
 */
static bool memory_is_enough(size_t n_bytes) {
        void *volatile reserve = malloc(RESERVE_BYTES + RESERVE_FACTOR * n_bytes);      /* volatile, or the pair is optimised away */

        free(reserve);
        return reserve != NULL;
}

int html_parse(const char *bytes, size_t n_bytes, HtmlTree **ret_tree) {
        _cleanup_(html_freep) HtmlTree *tree = new0(HtmlTree, 1);
        Scanner scanner = { .at = bytes, .end = bytes + n_bytes };
        _strbuf_ StrBuf text = {};
        htmlParserCtxt *parser;
        Watch watch = {};
        bool is_fine;

        if (!tree)
                return -ENOMEM;
        /* an element to stand on, even when nothing comes; it also keeps libxml2 from inventing a <p> around loose text */
        strbuf_append(&scanner.out, "<html><body>");
        is_fine = scanner_run(&scanner);
        text = scanner.out;             /* frees it from here on */
        if (text.error < 0)
                return text.error;
        if (!is_fine)
                return HTML_ODD;

        if (!memory_is_enough(text.n_bytes))
                return -ENOMEM;
        parser = htmlNewParserCtxt();
        if (!parser)
                return -ENOMEM;
        parser->_private = &watch;
        parser->sax->startElement = on_element;
        tree->doc = htmlCtxtReadMemory(parser, text.text, (int) text.n_bytes, NULL, "UTF-8",
                                       HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_RECOVER);
        is_fine = parser->errNo != XML_ERR_NO_MEMORY;   /* the tree would be there, but half of the page */
        htmlFreeParserCtxt(parser);
        if (watch.is_odd)
                return HTML_ODD;
        if (!tree->doc || !is_fine)
                return -ENOMEM;
        tree->xpath = xmlXPathNewContext(tree->doc);
        if (!tree->xpath)
                return -ENOMEM;
        *ret_tree = TAKE(tree);
        return 0;
}

HtmlTree *html_free(HtmlTree *tree) {
        if (!tree)
                return NULL;
        xmlXPathFreeContext(tree->xpath);
        if (tree->doc)
                xmlFreeDoc(tree->doc);
        free(tree);
        return NULL;
}

/* ---- questions ----------------------------------------------------------------------------------------------------------- */

#if LIBXML_VERSION >= 21200
typedef const xmlError *XPathError;
#else
typedef xmlError *XPathError;
#endif

/* libxml2 would print what it does not like, such as an expression that took too many steps. */
static void on_xpath_error(void *userdata _unused_, XPathError error _unused_) {
}

void html_nodes_done(HtmlNodes *nodes) {
        xmlXPathFreeObject(nodes->found);
        *nodes = (HtmlNodes) {};
}

static void select_nodes(HtmlTree *tree, const HtmlNode *from, const char *step, const char *end, HtmlNodes *ret_nodes) {
        _strbuf_ StrBuf xpath = {};
        xmlXPathObject *object = NULL;

        *ret_nodes = (HtmlNodes) {};
        tree->xpath->node = from ? (xmlNode *) from : (xmlNode *) tree->doc;
        tree->xpath->error = on_xpath_error;
        tree->xpath->opLimit = XPATH_STEPS_MAX;         /* of opCount, which goes on from question to question */
        strbuf_appendf(&xpath, "descendant::%s%s", step, end);
        if (xpath.error == 0 && !tree->is_spent)
                object = xmlXPathEval((const xmlChar *) xpath.text, tree->xpath);
        if (!object) {
                tree->is_spent = true;
                return;
        }
        ret_nodes->found = object;
        if (object->type == XPATH_NODESET && object->nodesetval)
                ret_nodes->n = (size_t) object->nodesetval->nodeNr;
}

void html_select(HtmlTree *tree, const HtmlNode *from, const char *step, HtmlNodes *ret_nodes) {
        select_nodes(tree, from, step, "", ret_nodes);
}

const HtmlNode *html_nodes_at(const HtmlNodes *nodes, size_t i) {
        const xmlXPathObject *object = nodes->found;

        return i < nodes->n ? object->nodesetval->nodeTab[i] : NULL;
}

const HtmlNode *html_find(HtmlTree *tree, const HtmlNode *from, const char *step, ...) {
        const HtmlNode *node = from;
        va_list steps;

        va_start(steps, step);
        do {
                _html_nodes_ HtmlNodes nodes = {};

                select_nodes(tree, node, step, "[1]", &nodes);
                node = html_nodes_at(&nodes, 0);
                step = va_arg(steps, const char *);
        } while (node && step);
        va_end(steps);
        return node;
}

bool html_is_spent(const HtmlTree *tree) {
        return tree->is_spent;
}

void html_append_attribute(const HtmlNode *node, const char *name, StrBuf *out) {
        xmlChar *value = node ? xmlGetNoNsProp(node, (const xmlChar *) name) : NULL;

        if (value)
                strbuf_append(out, (const char *) value);
        xmlFree(value);
}

bool html_has_class(const HtmlNode *node, const char *name) {
        _strbuf_ StrBuf classes = {};
        const char *at;
        size_t n;

        html_append_attribute(node, "class", &classes);
        for (at = strbuf_text(&classes); *at; at += n) {
                at += strspn(at, " \t\r\n\f");
                n = strcspn(at, " \t\r\n\f");
                if (n == strlen(name) && strncmp(at, name, n) == 0)
                        return true;
        }
        return false;
}

static void append_space(StrBuf *out) {
        if (out->n_bytes > 0 && out->text[out->n_bytes - 1] != ' ' && out->text[out->n_bytes - 1] != '\n')
                strbuf_append_char(out, ' ');
}

static void append_words(const char *text, size_t n_max, StrBuf *out) {
        for (; *text && out->n_bytes < n_max; text++) {
                if (is_blank(*text))
                        append_space(out);
                else
                        strbuf_append_char(out, *text);
        }
        if (((unsigned char) *text & 0xC0) != 0x80)
                return;
        /* cut in the middle of a character: the rest of it goes too */
        while (out->n_bytes > 0 && ((unsigned char) out->text[out->n_bytes - 1] & 0xC0) == 0x80)
                out->n_bytes--;
        if (out->n_bytes > 0)
                out->text[--out->n_bytes] = '\0';
}

/* Elements whose ends part words, though no white space stands there. */
static bool is_block(const xmlNode *node) {
        static const char *const names[] = { "p", "div", "li", "ul", "h1", "h2", "h3", "h4", "td", "tr" };

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (streq((const char *) node->name, names[i]))
                        return true;
        return false;
}

void html_append_text(const HtmlNode *node, size_t n_max, StrBuf *out) {
        const xmlNode *at = node;

        /* depth first, without recursion */
        while (at && out->n_bytes < n_max) {
                if ((at->type == XML_TEXT_NODE || at->type == XML_CDATA_SECTION_NODE) && at->content)
                        append_words((const char *) at->content, n_max, out);
                else if (at->type == XML_ELEMENT_NODE && streq((const char *) at->name, "br"))
                        strbuf_append_char(out, '\n');

                if (at->type == XML_ELEMENT_NODE && at->children) {
                        at = at->children;
                        continue;
                }
                while (at != node && !at->next) {
                        at = at->parent;
                        if (at != node && is_block(at))
                                append_space(out);
                }
                at = at == node ? NULL : at->next;
        }
}

const HtmlNode *html_next(const HtmlNode *node) {
        return xmlNextElementSibling((xmlNode *) node);
}
