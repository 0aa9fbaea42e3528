#pragma once

/* What a guild's administrators have set. Ids are 0 where nothing is set. */

#include <stdbool.h>

#include "magikal/snowflake.h"
#include "magikal/text.h"

typedef struct GuildSettings {          /* cfg.ticket_panel_config and ping roles; all 0 in a guild not set up */
        GuildId guild;
        ChannelId support_panel, recruitment_panel, support_category, recruitment_category, log_channel;
        MessageId support_panel_message, recruitment_panel_message;
        RoleId support_role, recruitment_role;
        bool dm_on_close;
        bool is_set_up;                 /* the guild has a row */
        Lang lang;                      /* as its preferred_locale says */
} GuildSettings;
