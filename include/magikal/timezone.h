#pragma once

/*
 * Names of time zones: the menu of a form, what people type, offsets in words. A zone has an IANA name, or is a fixed offset written
 * "UTC+2", "UTC-3:30" or "UTC". The latter is our own notation: PostgreSQL and POSIX read such text with the opposite sign, so it must
 * never reach them. What a zone's clocks show when: zone-rules.h.
 */

#include <stdbool.h>
#include <stddef.h>

#include "magikal/strbuf.h"
#include "magikal/text.h"

#define ZONE_NAME_MAX 64                /* the longest in the IANA list has 32 */
#define ZONE_MENU_MAX 24                /* a select has 25 options, and one is "Not listed" */
#define ZONE_SUGGESTIONS_MAX 5
#define ZONE_UK "Europe/London"

typedef struct ZoneName { char text[ZONE_NAME_MAX + 1]; } ZoneName;

typedef struct ZoneMenuRow {
        const char *zone;
        TextId label;
} ZoneMenuRow;

/* ZONE_MENU_MAX rows from west to east: wherever somebody lives, one is within an hour or so of their clock. Static. */
const ZoneMenuRow *timezone_menu(void);

typedef enum ZoneRefusal {
        ZONE_BLANK = 1,
        ZONE_NO_OFFSET,                 /* an offset, but none that any clock has: "UTC+25", "UTC+2:17" */
        ZONE_UNKNOWN,                   /* nothing, or more than one thing that could be meant: see the suggestions */
} ZoneRefusal;

typedef struct ZoneMatch {
        ZoneName zone;
        size_t n_suggestions;           /* best first; 0 unless ZONE_UNKNOWN, and perhaps then */
        ZoneName suggestions[ZONE_SUGGESTIONS_MAX];
} ZoneMatch;

/*
 * The zone somebody means: an offset ("UTC+2", "GMT-3:30", "+05:45"), a full name, a city, a country or abbreviation that has one zone.
 * Case, accents and punctuation do not matter.
 *
 * typed    as text_clean() leaves it
 * names    the zones that exist, e.g. PostgreSQL's pg_timezone_names; any order
 *
 * 0 and the zone, or a ZoneRefusal and the suggestions, -ENOMEM. A name comes back as `names` spells it.
 */
int timezone_find(const char *typed, const char *const *names, size_t n_names, ZoneMatch *ret_match) _warn_unused_;
/* Why, for a ZoneRefusal that is not ZONE_UNKNOWN with suggestions; without placeholders. */
TextId timezone_refusal_text(int refusal);

/* "UTC+2", "GMT-3:30", "+05:45", "utc", "Z": 0 and seconds east of Greenwich, ZONE_NO_OFFSET, or ZONE_UNKNOWN where it is no offset. */
int timezone_read_offset(const char *typed, int *ret_seconds);

/* Could this be a zone: 1 to ZONE_NAME_MAX letters, digits, and "/_+-:", beginning with a letter? Says nothing of its existence. */
bool timezone_is_name(const char *text);
/* Is this a fixed offset in our own notation, exactly as timezone_append_offset() writes it? Then its seconds east of Greenwich. */
bool timezone_is_fixed(const char *zone, int *ret_seconds);
/* Appends "UTC", "UTC+2", "UTC-3:30"; seconds that are left over are dropped. */
void timezone_append_offset(StrBuf *out, int seconds);
