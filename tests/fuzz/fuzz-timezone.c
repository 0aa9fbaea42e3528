/* Time zones: what is found is on the list or a fixed offset, what is suggested is on the list and once, and both are found again. */

#include "magikal/timezone.h"

#include "magikal/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static const char *const names[] = {
        "America/Argentina/Buenos_Aires", "America/Buenos_Aires", "America/Indiana/Knox", "America/New_York", "America/Sao_Paulo",
        "Asia/Kolkata", "Asia/Nicosia", "Asia/Shanghai", "Australia/West", "Brazil/West", "CET", "EST5EDT", "Etc/GMT+5", "Europe/Berlin",
        "Europe/London", "Europe/Nicosia", "Factory", "Singapore", "UTC", "posix/Europe/Oslo",
};

static void must(bool is_so) {
        if (!is_so)
                abort();
}

static bool is_listed(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (streq(names[i], name))
                        return true;
        return false;
}

static void found_is_known(const char *zone) {
        ZoneMatch again;
        int seconds;

        must(timezone_is_name(zone) && (is_listed(zone) || timezone_is_fixed(zone, &seconds)));
        if (strchr(zone, '/') || !is_listed(zone))
                must(timezone_find(zone, names, ELEMENTSOF(names), &again) == 0 && streq(again.zone.text, zone));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        _free_ char *text = malloc(n_bytes + 1);
        ZoneMatch match;
        int r;

        must(text != NULL);
        copy_bytes(text, data, n_bytes);
        text[n_bytes] = '\0';
        if (!utf8_is_valid(text, strlen(text)))
                return 0;       /* everything else gets text from a parsed document */
        r = timezone_find(text, names, ELEMENTSOF(names), &match);
        must(r >= 0 && r <= ZONE_UNKNOWN && match.n_suggestions <= ZONE_SUGGESTIONS_MAX);
        must((r == 0) == (match.zone.text[0] != '\0') && (r == ZONE_UNKNOWN || match.n_suggestions == 0));
        if (r == 0)
                found_is_known(match.zone.text);
        for (size_t i = 0; i < match.n_suggestions; i++) {
                must(is_listed(match.suggestions[i].text));
                for (size_t k = 0; k < i; k++)
                        must(!streq(match.suggestions[i].text, match.suggestions[k].text));
        }
        return 0;
}
