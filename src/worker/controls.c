/* The index of the product: what a person can press, send or type, who may, and where it goes. */

#include "magikal/views-recruit.h"
#include "magikal/views.h"
#include "worker.h"

/* clang-format off */
static const Control controls[] = {
        /* type                  control                       command                           who may                 is told first             handler */
        { INTERACTION_COMPONENT, CONTROL_SUPPORT_OPEN,         0,                                POLICY_SUPPORT_OPEN,    JOB_LOAD_MEMBERS_TICKET,  on_support_press },
        { INTERACTION_MODAL,     CONTROL_SUPPORT_OPEN_FORM,    0,                                POLICY_SUPPORT_OPEN,    JOB_LOAD_SETTINGS,        on_support_form },
        { INTERACTION_COMPONENT, CONTROL_SUPPORT_RESOLVE,      0,                                POLICY_SUPPORT_RESOLVE, JOB_LOAD_TICKET,          on_resolve_press },
        { INTERACTION_MODAL,     CONTROL_SUPPORT_RESOLVE_FORM, 0,                                POLICY_SUPPORT_RESOLVE, JOB_LOAD_TICKET,          on_resolve_form },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_OPEN,         0,                                POLICY_RECRUITMENT_OPEN, JOB_LOAD_MEMBERS_APPLICATION, on_apply_press },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_STEP1,        0,                                POLICY_RECRUITMENT_OPEN, JOB_LOAD_RECRUIT,        on_step1_press },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_STEP1_EDIT,   0,                                POLICY_RECRUITMENT_OPEN, JOB_LOAD_RECRUIT,        on_step1_edit_press },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_STEP1_FIX,    0,                                POLICY_RECRUITMENT_OPEN, JOB_LOAD_RECRUIT,        on_step1_fix_press },
        { INTERACTION_MODAL,     CONTROL_RECRUIT_STEP1_FORM,   0,                                POLICY_RECRUITMENT_OPEN, JOB_LOAD_RECRUIT,        on_step1_form },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_ZONE,         0,                                POLICY_RECRUITMENT_OPEN, JOB_LOAD_RECRUIT,        on_zone_press },
        { INTERACTION_MODAL,     CONTROL_RECRUIT_ZONE_FORM,    0,                                POLICY_RECRUITMENT_OPEN, JOB_LOAD_RECRUIT,        on_zone_form },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_QNA,          0,                                POLICY_RECRUITMENT_OPEN, JOB_LOAD_RECRUIT,        on_qna_press },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_QNA_PAGE,     0,                                POLICY_RECRUITMENT_OPEN, JOB_LOAD_RECRUIT,        on_qna_press },
        { INTERACTION_MODAL,     CONTROL_RECRUIT_QNA_FORM,     0,                                POLICY_RECRUITMENT_OPEN, JOB_LOAD_RECRUIT,        on_qna_form },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_APPROVE,       0,                                POLICY_RECRUITMENT_DECIDE,   JOB_LOAD_RECRUIT,        on_approve_press },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_APPROVE_SURE,  0,                                POLICY_RECRUITMENT_DECIDE,   JOB_LOAD_RECRUIT,        on_approve_sure, true },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_REJECT,        0,                                POLICY_RECRUITMENT_DECIDE,   JOB_LOAD_RECRUIT,        on_reject_press },
        { INTERACTION_MODAL,     CONTROL_RECRUIT_REJECT_FORM,   0,                                POLICY_RECRUITMENT_DECIDE,   JOB_LOAD_RECRUIT,        on_reject_form },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_CLOSE,         0,                                POLICY_RECRUITMENT_DECIDE,   JOB_LOAD_RECRUIT,        on_close_press },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_CLOSE_SURE,    0,                                POLICY_RECRUITMENT_DECIDE,   JOB_LOAD_RECRUIT,        on_close_sure, true },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_FINALISE,      0,                                POLICY_RECRUITMENT_FINALISE, JOB_LOAD_RECRUIT,        on_finalise_press },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_FINALISE_SURE, 0,                                POLICY_RECRUITMENT_FINALISE, JOB_LOAD_RECRUIT,        on_finalise_sure, true },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SET_TARGETS,      POLICY_TICKETS_COMMAND, JOB_LOAD_SETTINGS,        on_set_targets },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SHOW_TARGETS,     POLICY_TICKETS_COMMAND, JOB_LOAD_SETTINGS,        on_show_targets },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SET_PING,         POLICY_TICKETS_COMMAND, JOB_LOAD_SETTINGS,        on_set_ping },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SHOW_PING,        POLICY_TICKETS_COMMAND, JOB_LOAD_SETTINGS,        on_show_ping },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SET_DM_ON_CLOSE,  POLICY_TICKETS_COMMAND, JOB_LOAD_NONE,            on_set_dm_on_close },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_POST_SUPPORT_ABOUT, POLICY_TICKETS_COMMAND, JOB_LOAD_NONE,          on_post_support_about },
};
/* clang-format on */

const Control *control_by_name(InteractionType type, const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(controls); i++)
                if (controls[i].type == type && streq_ptr(controls[i].name, name))
                        return &controls[i];
        return NULL;
}

const Control *control_by_command(Command command) {
        for (size_t i = 0; i < ELEMENTSOF(controls); i++)
                if (controls[i].type == INTERACTION_COMMAND && controls[i].command == command)
                        return &controls[i];
        return NULL;
}
