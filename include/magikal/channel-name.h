#pragma once

/* Names of ticket channels, from whatever people are called. */

#include "magikal/cleanup.h"
#include "magikal/ticket.h"

/*
 * "support-<n>-<username>" or "recruit-<n>-<username>" as Discord accepts text channel names: letters and digits of any script in lower
 * case, '-' and '_'; everything else becomes one '-'; at most 100 characters. A name of which nothing is left is left out.
 * The result is what Discord will answer for ASCII and Latin names; for others it may lower-case more than we do, so read it back.
 * Appended to `ret` (to free()). -ENOMEM.
 */
int channel_name(TicketKind kind, int guild_no, const char *username, char **ret_name) _warn_unused_;
