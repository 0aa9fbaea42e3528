/* What people and pages call a citizen or an organisation, reduced to its name; and the names of reasons. */

#include "magikal/rsi.h"

#include <errno.h>
#include <strings.h>

#define HOST "robertsspaceindustries.com"

/* Several independent programs agree on these characters; the site publishes no rule. */
static const char name_characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

static bool skip(const char **at, const char *word) {
        size_t n = strlen(word);

        if (strncasecmp(*at, word, n) != 0)
                return false;
        *at += n;
        return true;
}

/* "en/", "de/", …: the language in front of a path */
static void skip_language(const char **at) {
        size_t n = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

        if (n == 2 && (*at)[2] == '/')
                *at += 3;
}

/* Goes to the name in an address whose path has it behind `folder`. False: it is no such address. */
static bool skip_address(const char **at, const char *folder) {
        const char *p = *at;
        bool has_scheme = skip(&p, "https://") || skip(&p, "http://");

        (void) skip(&p, "www.");
        if (skip(&p, HOST)) {
                if (!skip(&p, "/"))
                        return false;
        } else if (has_scheme || !skip(&p, "/"))
                return false;
        skip_language(&p);
        if (!skip(&p, folder))
                return false;
        *at = p;
        return true;
}

static int name_from_text(const char *text, const char *folder, size_t n_max, char *ret) {
        static const char blanks[] = " \t\r\n";
        const char *at = text + strspn(text, blanks);
        bool is_address;
        size_t n;

        is_address = skip_address(&at, folder);
        n = strspn(at, name_characters);
        if (n == 0 || n > n_max)
                return -EINVAL;
        /* what may come behind: nothing, or in an address more of it */
        if (at[n + strspn(at + n, blanks)] && !(is_address && strchr("/?#", at[n])))
                return -EINVAL;
        memcpy(ret, at, n);
        ret[n] = '\0';
        return 0;
}

int rsi_handle_from_text(const char *text, char ret_handle[static RSI_HANDLE_MAX + 1]) {
        return name_from_text(text, "citizens/", RSI_HANDLE_MAX, ret_handle);
}

int rsi_sid_from_text(const char *text, char ret_sid[static RSI_SID_MAX + 1]) {
        int r;

        r = name_from_text(text, "orgs/", RSI_SID_MAX, ret_sid);
        if (r < 0)
                return r;
        for (char *c = ret_sid; *c; c++)
                if (*c >= 'a' && *c <= 'z')
                        *c = (char) (*c - 'a' + 'A');
        return 0;
}

const char *rsi_reason_to_string(RsiReason reason) {
        static const char *const names[] = {
#define RSI_REASON_NAME(id, name) name,
                RSI_REASONS(RSI_REASON_NAME)
#undef RSI_REASON_NAME
        };

        return (unsigned) reason < ELEMENTSOF(names) ? names[reason] : "none";
}
