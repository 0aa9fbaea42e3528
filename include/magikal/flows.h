#pragma once

/* The flows: by name for those who accept them, and the registry for the engine. */

#include "magikal/flow.h"

extern const Flow flow_support_open, flow_support_resolve, flow_panel_refresh, flow_settings_change, flow_about_post,
        flow_channel_gone, flow_ticket_repair, flow_member_left, flow_member_back, flow_topic_mend, flow_target_gone, flow_ticket_rebuild;
extern const Flow flow_recruit_open, flow_recruit_step1, flow_recruit_edit_step1, flow_recruit_qna, flow_recruit_approve,
        flow_recruit_reject, flow_recruit_close, flow_recruit_finalise, flow_recruit_remove,
        flow_recruit_settings, flow_rsi_refresh, flow_recruit_reopen_qna;
extern const Flow flow_person_erase, flow_record_refresh, flow_category_extend, flow_category_retire, flow_admin_alert,
        flow_guild_left, flow_guild_back;

const Flow *flow_by_name(const char *name, int version);        /* NULL: not known to this code */
const Flow *flow_at(size_t i);                                  /* NULL behind the last */
