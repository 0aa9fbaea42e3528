/*
 * Local time and UTC. Between two transitions a local clock is UTC plus a constant; each stretch is tried in order of time, and the first
 * that reaches the wanted local time has it: at once, if the clock jumped over it.
 */

#include "magikal/zone-rules.h"

#define SECONDS_PER_DAY 86400

static int64_t floor_div(int64_t a, int64_t b) {
        return a / b - (a % b < 0);
}

int zone_offset_at(const ZoneRules *zone, int64_t utc) {
        int offset = zone->offset;

        for (size_t i = 0; i < zone->n_transitions && zone->transitions[i].at <= utc; i++)
                offset = zone->transitions[i].offset;
        return offset;
}

int64_t zone_to_utc(const ZoneRules *zone, int64_t local) {
        int64_t utc = local - zone->offset;

        for (size_t i = 0; i < zone->n_transitions; i++) {
                const ZoneTransition *t = &zone->transitions[i];

                if (utc < t->at)
                        return utc;
                utc = local - t->offset;
                if (utc < t->at)
                        return t->at;
        }
        return utc;
}

int64_t zone_day_at(const ZoneRules *zone, int64_t utc) {
        return floor_div(utc + zone_offset_at(zone, utc), SECONDS_PER_DAY);
}

static int convert(const ZoneRules *from, const ZoneRules *to, int64_t day, int minute) {
        int64_t utc = zone_to_utc(from, day * SECONDS_PER_DAY + (int64_t) minute * 60);

        return (int) floor_div(utc + zone_offset_at(to, utc) - day * SECONDS_PER_DAY, 60);
}

TimeSpan zone_convert(const ZoneRules *from, const ZoneRules *to, int64_t day, TimeSpan span) {
        return (TimeSpan) { convert(from, to, day, span.from_min), convert(from, to, day, span.to_min) };
}
