/* The registry: which names in the database mean which table. A new version of a flow is a new row; the old one stays until no row names it. */

#include "flows.h"

static const Flow *const flows[] = {
        &flow_support_open,     &flow_support_resolve, &flow_panel_refresh, &flow_settings_change,
        &flow_member_left,      &flow_member_back,     &flow_topic_mend,        &flow_target_gone,     &flow_ticket_rebuild,
        &flow_about_post,       &flow_channel_gone,    &flow_ticket_repair,
        &flow_recruit_open,     &flow_recruit_step1,   &flow_recruit_edit_step1,
        &flow_recruit_qna,      &flow_recruit_approve, &flow_recruit_reject, &flow_recruit_close,
        &flow_recruit_finalise, &flow_recruit_remove,  &flow_recruit_settings,
        &flow_rsi_refresh,      &flow_recruit_reopen_qna,
        &flow_person_erase,     &flow_record_refresh,  &flow_category_extend, &flow_category_retire, &flow_admin_alert,
        &flow_guild_left,       &flow_guild_back,
};

const Flow *flow_by_name(const char *name, int version) {
        for (size_t i = 0; i < ELEMENTSOF(flows); i++)
                if (flows[i]->version == version && streq(flows[i]->name, name))
                        return flows[i];
        return NULL;
}

const Flow *flow_at(size_t i) {
        return i < ELEMENTSOF(flows) ? flows[i] : NULL;
}
