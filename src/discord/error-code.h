#pragma once

/* What an answer of Discord means for whoever asked. */

#include <stdbool.h>

#include "magikal/rest.h"

/*
 * The outcome of one complete answer: 0 or a RestOutcome.
 *
 * status    HTTP status, 100 to 999
 * code      Discord's JSON error code; 0 when there was none
 * has_json  the body was a JSON object or array. Without one, a refusal comes from something between us and Discord and proves nothing
 */
int error_code_outcome(RouteId route, int status, int code, bool has_json);
