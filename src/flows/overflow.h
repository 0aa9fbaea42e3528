#pragma once

/* Room for tickets where a category is full. Private to src/flows. */

#include "flows.h"

typedef enum Alert {
        ALERT_GUILD_FULL,               /* 500 channels */
        ALERT_CATEGORY_FULL,            /* 50 channels, and no other category could be made */
        _ALERT_MAX
} Alert;
/* Tells the action log, by a flow of its own that begins with this commit; once an hour is enough. */
void alert_add(const StepContext *c, Checkpoint *checkpoint, Alert alert);

/*
 * The category that a ticket is tried in: the one that is set, else the next one of ours. `full`: ids of those that have no room, or are gone;
 * also_full: one more, 0 for none. When none is left it is the first again, and *ret_is_over says so.
 */
ChannelId overflow_category(const GuildSettings *settings, ChannelId base, const Json *full, ChannelId also_full, bool *ret_is_over);
/* Is this one in a list of ids? */
bool overflow_is_among(const Json *ids, ChannelId id);
/* Another category beside `base` begins to be made with this commit; one that has room by then will do. */
void overflow_want(const StepContext *c, Checkpoint *checkpoint, ChannelId base);
