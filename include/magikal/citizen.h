#pragma once

/*
 * What RSI said of a handle: from its answer to what an application keeps of it, and from there to what is shown.
 *
 * {"result":"found"|"absent"|"unknown","reason":"…","name":"…","record":"…","enlisted":"…","avatar":"…",
 *  "org":"none"|"named"|"concealed","org_name":"…","sid":"…","rank":"…","stars":n}, all but the first only where they were told; texts as
 * the site has them.
 */

#include "magikal/json.h"
#include "magikal/rsi.h"
#include "magikal/views-recruit.h"

/* An answer to RSI_CITIZEN; a step's keep(). 0 or -ENOMEM. */
int citizen_keep(const RsiAnswer *answer, Json **ret_kept);
/* What is shown of it; texts are borrowed from `kept`. NULL, or what is damaged: not asked. */
Citizen citizen_of(const Json *kept);
/* The citizen's number; NULL: none. */
const char *citizen_record(const Json *kept);
/* "Unknown" never takes the place of anything that is known. */
bool citizen_may_replace(const Json *known, const Json *kept);
