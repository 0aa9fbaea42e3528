#pragma once

/* Names: how Discord rewrites a channel's, and which ones commands may have. Pure. */

#include <stdbool.h>

#include "magikal/strbuf.h"

/*
 * The name a text channel gets when this one is asked for: lower case, white space to dashes, ASCII
 * punctuation but "-" and "_" dropped, runs of dashes to one, none at the ends. Appends to `out`; nothing
 * when nothing is left.
 */
void channel_name_normalise(const char *name, StrBuf *out);

/*
 * ^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$, and lower case where there is one (Discord reference,
 * "Application Command Naming"). Context menu names are free.
 */
bool command_name_is_valid(const char *name);
/* One of Discord's ("Locales"; AvailableLocalesEnum of its description). NULL is none. */
bool locale_is_known(const char *locale);
