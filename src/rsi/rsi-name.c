/* What people and pages call an organisation, reduced to its name; and the names of reasons. Handles are handle.h's. */

#include "magikal/rsi.h"

#include <errno.h>

#include "magikal/handle.h"

#define BLANKS " \t\r\n"

/* Several independent programs agree on these characters; the site publishes no rule. */
#define SID_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

int rsi_sid_from_text(const char *text, char ret_sid[static RSI_SID_MAX + 1]) {
        const char *at = text + strspn(text, BLANKS);
        SiteAddress address = site_address_skip(&at, "/orgs/");
        size_t n = strspn(at, SID_CHARACTERS);

        if (address == SITE_OTHER_ADDRESS || n == 0 || n > RSI_SID_MAX)
                return -EINVAL;
        /* what may come behind: nothing, or in an address more of it */
        if (at[n + strspn(at + n, BLANKS)] && !(address == SITE_ADDRESS && strchr("/?#", at[n])))
                return -EINVAL;
        for (size_t i = 0; i < n; i++)
                ret_sid[i] = at[i] >= 'a' && at[i] <= 'z' ? (char) (at[i] - 'a' + 'A') : at[i];
        ret_sid[n] = '\0';
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
