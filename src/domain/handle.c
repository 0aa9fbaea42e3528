/*
 * RSI handles, typed or cut out of a profile's address. No escapes are undone: nothing that a handle may contain needs one.
 */

#include "magikal/handle.h"

#include <strings.h>

#define HOST "robertsspaceindustries.com"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define HANDLE_CHARACTERS LETTERS "0123456789_-"
#define BLANKS " \t\n"

/* Steps over `prefix`, whatever its case. */
static bool skip(const char **at, const char *prefix) {
        size_t n = strlen(prefix);

        if (strncasecmp(*at, prefix, n) != 0)
                return false;
        *at += n;
        return true;
}

/* "/en" or "/pt-br" in front of another part of the path. */
static void skip_language(const char **at) {
        const char *p = *at;
        size_t n;

        if (*p++ != '/' || strspn(p, LETTERS) != 2)
                return;
        p += 2;
        if (*p == '-' && (n = strspn(p + 1, LETTERS)) == 2)
                p += 1 + n;
        if (*p == '/')
                *at = p;
}

SiteAddress site_address_skip(const char **at, const char *folder) {
        const char *p = *at;
        bool has_scheme = skip(&p, "https://") || skip(&p, "http://");

        (void) skip(&p, "www.");
        if (!skip(&p, HOST)) {
                if (has_scheme || **at != '/')
                        return has_scheme || strchr(*at, '/') ? SITE_OTHER_ADDRESS : SITE_NO_ADDRESS;
                p = *at;
        }
        skip_language(&p);
        if (!skip(&p, folder))
                return SITE_OTHER_ADDRESS;
        *at = p;
        return SITE_ADDRESS;
}

/*
 * Bytes of the handle that begins at *at, after an address in front of it was stepped over. Handles have neither '.' nor '/', so whatever
 * has one and is not recognised is some other address.
 */
static int find_handle(const char **at, const char *end, size_t *ret_n) {
        switch (site_address_skip(at, "/citizens/")) {
        case SITE_ADDRESS:
                *ret_n = MIN(strcspn(*at, "/?#"), (size_t) (end - *at));
                return *ret_n > 0 ? 0 : HANDLE_ADDRESS;
        case SITE_NO_ADDRESS:
                *ret_n = (size_t) (end - *at);
                return 0;
        default:
                return HANDLE_ADDRESS;
        }
}

int handle_read(const char *text, Handle *ret_handle) {
        const char *at = text + strspn(text, BLANKS), *end = at + strlen(at);
        const char *bracketed = NULL;
        size_t n;
        int r;

        while (end > at && strchr(BLANKS, end[-1]))
                end--;
        if (end - at >= 2 && at[0] == '<' && end[-1] == '>') {
                bracketed = ++at;
                end--;
        }
        if (at == end)
                return HANDLE_BLANK;
        r = find_handle(&at, end, &n);
        if (r > 0)
                return r;
        /* people put brackets around addresses, not around names */
        if (at == bracketed || strspn(at, HANDLE_CHARACTERS) < n)
                return HANDLE_CHARACTER;
        if (n > HANDLE_MAX)
                return HANDLE_LONG;
        *ret_handle = (Handle) {};
        copy_bytes(ret_handle->text, at, n);
        return 0;
}

TextId handle_refusal_text(int refusal) {
        switch (refusal) {
        case HANDLE_BLANK:
                return TEXT_HANDLE_BLANK;
        case HANDLE_LONG:
                return TEXT_HANDLE_LONG;
        case HANDLE_ADDRESS:
                return TEXT_HANDLE_ADDRESS;
        default:
                return TEXT_HANDLE_CHARACTER;
        }
}

bool handle_is_same(const Handle *a, const Handle *b) {
        return strcasecmp(a->text, b->text) == 0;
}

void handle_append_address(StrBuf *out, const Handle *handle) {
        strbuf_append(out, "https://" HOST "/en/citizens/");
        strbuf_append_percent(out, handle->text);
}
