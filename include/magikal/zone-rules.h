#pragma once

/*
 * What the clocks of a zone show when, from a table of its transitions: pure, correct on the days that have 23 or 25 hours. Times are
 * seconds since 1970 UTC, local times the same as if the local clock were UTC, days are counted since 1970-01-01.
 */

#include <stddef.h>
#include <stdint.h>

#define MINUTES_PER_DAY 1440

typedef struct ZoneTransition {
        int64_t at;                     /* from here on … */
        int offset;                     /* … clocks show UTC plus so many seconds */
} ZoneTransition;

typedef struct ZoneRules {              /* borrowed; {} is UTC, and { .offset = 7200 } a zone that is fixed */
        int offset;                     /* before the first transition */
        size_t n_transitions;
        const ZoneTransition *transitions;      /* in order of time */
} ZoneRules;

/* Minutes after midnight of a day that both know: "18:00-22:30". Ends after it begins, so past midnight is above MINUTES_PER_DAY. */
typedef struct TimeSpan {
        int from_min, to_min;
} TimeSpan;

/* Seconds east of Greenwich. */
int zone_offset_at(const ZoneRules *zone, int64_t utc);
/*
 * When do the clocks first show this time, or a later one? A time that comes twice is the first of the two, one that is skipped is the
 * moment of the skip; so what is in order locally is in order here.
 */
int64_t zone_to_utc(const ZoneRules *zone, int64_t local);
/* Which day is it there? */
int64_t zone_day_at(const ZoneRules *zone, int64_t utc);

/*
 * A span of `from`'s clocks on that day, as `to`'s clocks show it: minutes after `to`'s midnight of the same day, so from_min may be
 * negative (the day before) or above MINUTES_PER_DAY. Where `to` turns its clocks back within the span, it may seem to end too early,
 * as it does to those who look at them.
 */
TimeSpan zone_convert(const ZoneRules *from, const ZoneRules *to, int64_t day, TimeSpan span);
