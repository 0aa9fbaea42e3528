#pragma once

/* What administrators have set that can be deleted in Discord: channels, categories, roles. */

#include "magikal/store.h"

typedef struct Target {
        const char *name;               /* stored: "support_category"; static */
        bool is_role;
        uint64_t id;
} Target;

#define TARGETS_MAX (10 + RECRUIT_OPTIONS_MAX)

/* What is set, in facts that have `recruit`. Returns how many. */
size_t targets_of(const Facts *facts, Target ret[static TARGETS_MAX]);
