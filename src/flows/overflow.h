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
 * The category that a ticket is tried in: the one that is set, else the next one of ours. `full`: ids of those that have no room, or are gone.
 * When none is left it is the first again, and *ret_is_last says so.
 */
ChannelId overflow_category(const GuildSettings *settings, ChannelId base, const Json *full, bool *ret_is_last);
/* Another category beside `base` begins to be made with this commit; one that has room by then will do. */
void overflow_want(const StepContext *c, Checkpoint *checkpoint, ChannelId base);
