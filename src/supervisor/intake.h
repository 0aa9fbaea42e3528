#pragma once

/*
 * Which dispatches matter, and how much. Pure; reads the frame without parsing what is not asked for.
 */

#include <stdbool.h>

#include "magikal/gateway.h"
#include "magikal/snowflake.h"

typedef enum IntakeUse {
        INTAKE_DROP,            /* counted, nothing else */
        INTAKE_JOB,             /* a person waits: a worker must accept or answer it */
        INTAKE_TELL,            /* the world moved: a worker may look; told once, nothing is lost without it (the sweep finds it) */
} IntakeUse;

IntakeUse intake_use(const GatewayDispatch *dispatch, UserId bot_user);
