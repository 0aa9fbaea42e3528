#pragma once

/* What a guild's administrators have set. Ids are 0 where nothing is set. */

#include <stdbool.h>
#include <stddef.h>

#include "magikal/snowflake.h"
#include "magikal/text.h"

/* A category that we made because `base`, which is set, was full. */
typedef struct Overflow {
        ChannelId base, category;
        int no;                         /* in its name: 2 to OVERFLOW_NO_MAX */
} Overflow;
#define OVERFLOW_NO_MAX 10              /* 50 channels each, 500 in a guild (Discord reference, "Create Guild Channel") */
#define OVERFLOW_MAX (2 * (OVERFLOW_NO_MAX - 1))        /* of both kinds of tickets */

typedef struct GuildSettings {          /* cfg.ticket_panel_config and ping roles; all 0 in a guild not set up */
        GuildId guild;
        ChannelId support_panel, recruitment_panel, support_category, recruitment_category, log_channel;
        MessageId support_panel_message, recruitment_panel_message;
        RoleId support_role, recruitment_role;
        Overflow overflow[OVERFLOW_MAX];        /* by number; a former category's too, while they have channels */
        size_t n_overflow;
        bool dm_on_close;
        bool is_set_up;                 /* the guild has a row */
        bool has_left;                  /* the guild removed us: nothing of it is open */
        Lang lang;                      /* as its preferred_locale says */
} GuildSettings;
