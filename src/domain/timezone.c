/*
 * The menu of zones, and offsets in words. Fixed offsets are kept in the range that clocks have anywhere (IANA: -12 to +14 hours, all in
 * quarters since 1972).
 */

#include "magikal/timezone.h"

#include <strings.h>

#include "magikal/cleanup.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define OFFSET_MIN (-12 * 3600)
#define OFFSET_MAX (14 * 3600)

/* clang-format off */
static const ZoneMenuRow menu[] = {
        { "Pacific/Honolulu",    TEXT_ZONE_HONOLULU },
        { "America/Anchorage",   TEXT_ZONE_ANCHORAGE },
        { "America/Los_Angeles", TEXT_ZONE_LOS_ANGELES },
        { "America/Denver",      TEXT_ZONE_DENVER },
        { "America/Chicago",     TEXT_ZONE_CHICAGO },
        { "America/Bogota",      TEXT_ZONE_BOGOTA },
        { "America/New_York",    TEXT_ZONE_NEW_YORK },
        { "America/Halifax",     TEXT_ZONE_HALIFAX },
        { "America/Sao_Paulo",   TEXT_ZONE_SAO_PAULO },
        { "Europe/London",       TEXT_ZONE_LONDON },
        { "Africa/Lagos",        TEXT_ZONE_LAGOS },
        { "Europe/Paris",        TEXT_ZONE_PARIS },
        { "Africa/Johannesburg", TEXT_ZONE_JOHANNESBURG },
        { "Europe/Helsinki",     TEXT_ZONE_HELSINKI },
        { "Europe/Istanbul",     TEXT_ZONE_ISTANBUL },
        { "Asia/Dubai",          TEXT_ZONE_DUBAI },
        { "Asia/Karachi",        TEXT_ZONE_KARACHI },
        { "Asia/Kolkata",        TEXT_ZONE_KOLKATA },
        { "Asia/Dhaka",          TEXT_ZONE_DHAKA },
        { "Asia/Bangkok",        TEXT_ZONE_BANGKOK },
        { "Asia/Shanghai",       TEXT_ZONE_SHANGHAI },
        { "Asia/Tokyo",          TEXT_ZONE_TOKYO },
        { "Australia/Sydney",    TEXT_ZONE_SYDNEY },
        { "Pacific/Auckland",    TEXT_ZONE_AUCKLAND },
};
/* clang-format on */

_Static_assert(ELEMENTSOF(menu) == ZONE_MENU_MAX, "a full menu");

const ZoneMenuRow *timezone_menu(void) {
        return menu;
}

TextId timezone_refusal_text(int refusal) {
        switch (refusal) {
        case ZONE_BLANK:
                return TEXT_ZONE_BLANK;
        case ZONE_NO_OFFSET:
                return TEXT_ZONE_NO_OFFSET;
        default:
                return TEXT_ZONE_UNKNOWN;
        }
}

bool timezone_is_name(const char *text) {
        size_t n = strspn(text, LETTERS "0123456789/_+-:");

        return n > 0 && n <= ZONE_NAME_MAX && text[n] == '\0' && strspn(text, LETTERS) > 0;
}

void timezone_append_offset(StrBuf *out, int seconds) {
        int minutes = (seconds < 0 ? -seconds : seconds) / 60;

        strbuf_append(out, "UTC");
        if (minutes == 0)
                return;
        strbuf_appendf(out, "%c%d", seconds < 0 ? '-' : '+', minutes / 60);
        if (minutes % 60 > 0)
                strbuf_appendf(out, ":%02d", minutes % 60);
}

/* Steps over '+', '-', or what is typed for the latter: a minus sign or an en dash. 1, -1, or 0 when there is none. */
static int skip_sign(const char **at) {
        static const char *const minuses[] = { "-", "\xE2\x88\x92", "\xE2\x80\x93" };

        if (**at == '+') {
                (*at)++;
                return 1;
        }
        for (size_t i = 0; i < ELEMENTSOF(minuses); i++)
                if (strncmp(*at, minuses[i], strlen(minuses[i])) == 0) {
                        *at += strlen(minuses[i]);
                        return -1;
                }
        return 0;
}

/* A number of n digits. */
static int number(const char *digits, size_t n) {
        int v = 0;

        for (size_t i = 0; i < n; i++)
                v = v * 10 + (digits[i] - '0');
        return v;
}

/* "2", "0530", "530", "5:45", "5.5", "5.45": minutes, up to 99 hours; -1 when it is something else. */
static int read_hours(const char *text) {
        size_t n = strspn(text, "0123456789"), n_more;
        const char *more = text + n + 1;

        if (n == 0 || n > 4)
                return -1;
        if (text[n] == '\0')
                return n <= 2 ? number(text, n) * 60 : number(text, n - 2) * 60 + number(text + n - 2, 2);
        if (n > 2 || !strchr(":.", text[n]))
                return -1;
        n_more = strspn(more, "0123456789");
        if (more[n_more] != '\0' || n_more == 0 || n_more > 2 || (text[n] == ':' && n_more == 1))
                return -1;
        if (n_more == 1)
                return number(text, n) * 60 + number(more, 1) * 6;      /* tenths */
        if (text[n] == '.' && number(more, 2) % 50 == 25)
                return number(text, n) * 60 + number(more, 2) * 60 / 100;
        return number(text, n) * 60 + number(more, 2);
}

int timezone_read_offset(const char *typed, int *ret_seconds) {
        const char *at = typed;
        bool has_name = strncasecmp(at, "utc", 3) == 0 || strncasecmp(at, "gmt", 3) == 0;
        int sign, minutes, seconds;

        if (has_name)
                at += 3;
        at += strspn(at, " ");
        if ((has_name && *at == '\0') || strcasecmp(typed, "z") == 0) {
                *ret_seconds = 0;
                return 0;
        }
        sign = skip_sign(&at);
        at += strspn(at, " ");
        minutes = sign == 0 ? -1 : read_hours(at);
        if (minutes < 0)
                return ZONE_UNKNOWN;
        seconds = sign * minutes * 60;
        if (minutes % 15 != 0 || seconds < OFFSET_MIN || seconds > OFFSET_MAX)
                return ZONE_NO_OFFSET;
        *ret_seconds = seconds;
        return 0;
}

bool timezone_is_fixed(const char *zone, int *ret_seconds) {
        _strbuf_ StrBuf written = {};
        int seconds;

        if (timezone_read_offset(zone, &seconds) != 0)
                return false;
        timezone_append_offset(&written, seconds);
        if (!streq(strbuf_text(&written), zone))
                return false;
        *ret_seconds = seconds;
        return true;
}
