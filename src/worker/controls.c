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
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SET_PING,         POLICY_TICKETS_COMMAND, JOB_LOAD_RECRUIT_SETTINGS, on_set_ping },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SHOW_PING,        POLICY_TICKETS_COMMAND, JOB_LOAD_SETTINGS,        on_show_ping },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SET_DM_ON_CLOSE,  POLICY_TICKETS_COMMAND, JOB_LOAD_NONE,            on_set_dm_on_close },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_POST_SUPPORT_ABOUT, POLICY_TICKETS_COMMAND, JOB_LOAD_NONE,          on_post_support_about },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_AUDIT,            POLICY_TICKETS_COMMAND, JOB_LOAD_NONE,            on_audit },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_DOCTOR,           POLICY_TICKETS_COMMAND, JOB_LOAD_NONE,            on_doctor },
        { INTERACTION_COMPONENT, CONTROL_RECRUIT_ANSWERS,      0,                                POLICY_RECRUITMENT_DECIDE, JOB_LOAD_RECRUIT,      on_answers_press },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_REOPEN_QNA,       POLICY_REOPEN_QNA,      JOB_LOAD_RECRUIT_HERE,    on_reopen_qna },
        { INTERACTION_COMPONENT, CONTROL_QUESTIONS_RESET_SURE, 0,                                POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_NONE,   on_qa_reset_sure, true },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_ERASE,            POLICY_TICKETS_COMMAND, JOB_LOAD_NONE,            on_erase },
        { INTERACTION_COMPONENT, CONTROL_PERSON_ERASE_SURE,    0,                                POLICY_TICKETS_COMMAND, JOB_LOAD_NONE,            on_erase_sure, true },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SET_NICK_SYNC,   POLICY_TICKETS_COMMAND, JOB_LOAD_NONE, on_set_nick_sync },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SET_ORG,         POLICY_TICKETS_COMMAND, JOB_LOAD_NONE, on_set_org },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_SHOW_ORG,        POLICY_TICKETS_COMMAND, JOB_LOAD_RECRUIT_SETTINGS, on_show_org },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_ADD_OPTION,      POLICY_TICKETS_COMMAND, JOB_LOAD_NONE, on_add_option },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_REMOVE_OPTION,   POLICY_TICKETS_COMMAND, JOB_LOAD_RECRUIT_SETTINGS, on_remove_option, false, suggest_options },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_TICKETS_LIST_OPTIONS,    POLICY_TICKETS_COMMAND, JOB_LOAD_RECRUIT_SETTINGS, on_list_options },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_RECRUIT_SET_LOG_CHANNEL, POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_NONE, on_set_log_channel },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_RECRUIT_SET_ACCESS_MODE, POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_NONE, on_set_access_mode },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_RECRUIT_SET_RETENTION,   POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_NONE, on_set_retention },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_RECRUIT_QA_LIST,         POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_RECRUIT_SETTINGS, on_qa_list },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_RECRUIT_QA_ADD,          POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_NONE, on_qa_add },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_RECRUIT_QA_EDIT,         POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_RECRUIT_SETTINGS, on_qa_edit, false, suggest_questions },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_RECRUIT_QA_MOVE,         POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_RECRUIT_SETTINGS, on_qa_move, false, suggest_questions },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_RECRUIT_QA_REMOVE,       POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_RECRUIT_SETTINGS, on_qa_remove, false, suggest_questions },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_RECRUIT_QA_RESET_DEFAULTS, POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_NONE, on_qa_reset },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_RECRUIT_REMOVE_MEMBER,   POLICY_RECRUIT_CONFIG_COMMAND, JOB_LOAD_NONE, on_remove_member },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_ROLES_SET,               POLICY_ROLES_COMMAND, JOB_LOAD_NONE, on_roles_set },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_ROLES_CLEAR,             POLICY_ROLES_COMMAND, JOB_LOAD_NONE, on_roles_clear },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_ROLES_SHOW,              POLICY_ROLES_COMMAND, JOB_LOAD_NONE, on_roles_show },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_AUTOROLES_SET,           POLICY_ROLES_COMMAND, JOB_LOAD_NONE, on_autoroles_set },
        { INTERACTION_COMMAND,   NULL,                         COMMAND_AUTOROLES_SHOW,          POLICY_ROLES_COMMAND, JOB_LOAD_RECRUIT_SETTINGS, on_autoroles_show },
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
