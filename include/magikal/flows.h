#pragma once

/* The flows by name, for those who accept them. */

#include "magikal/flow.h"

extern const Flow flow_support_open, flow_support_resolve, flow_panel_refresh, flow_settings_change, flow_about_post,
        flow_channel_gone, flow_ticket_repair;
