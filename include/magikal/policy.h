#pragma once

/* Who may do what: one table, action → permission or capability → the sentence for the refused. */

#include <stdbool.h>

#include "magikal/snowflake.h"
#include "magikal/text.h"

typedef enum PolicyAction {
        POLICY_SUPPORT_OPEN,            /* anybody */
        POLICY_SUPPORT_RESOLVE,         /* Manage Channels in the ticket channel */
        POLICY_RECRUITMENT_OPEN,        /* anybody */
        POLICY_RECRUITMENT_DECIDE,      /* Manage Channels in the ticket channel: approve, reject, close */
        POLICY_RECRUITMENT_FINALISE,    /* Manage Guild */
        POLICY_TICKETS_COMMAND,         /* /tickets …: admin */
        POLICY_RECRUIT_CONFIG_COMMAND,  /* /recruit-config …: recruitment or admin */
        POLICY_REOPEN_QNA,              /* Manage Channels in the ticket channel, recruitment or admin */
        POLICY_ROLES_COMMAND,           /* /roles, /autoroles: admin */
        _POLICY_ACTION_MAX
} PolicyAction;

/* Capabilities that a role can be mapped to, as a set. */
enum {
        CAPABILITY_ADMIN = 1 << 0,
        CAPABILITY_MODERATOR = 1 << 1,
        CAPABILITY_EVENTS = 1 << 2,
        CAPABILITY_RECRUITMENT = 1 << 3,
        CAPABILITY_HELPER = 1 << 4,
};

/* "recruitment" of one capability; NULL: no such. */
const char *capability_to_string(unsigned capability);
/* 0: there is none of that name. */
unsigned capability_from_string(const char *text);

typedef struct PolicyPerson {
        uint64_t permissions;           /* the interaction's own member.permissions */
        unsigned capabilities;          /* of the member's roles; 0 where none are mapped */
} PolicyPerson;

enum { POLICY_REFUSED = 1 };

/* 0, or POLICY_REFUSED and the sentence (without placeholders) that names what is missing and who can grant it. */
int policy_check(PolicyAction action, const PolicyPerson *person, TextId *ret_refusal) _warn_unused_;
/* Nobody decides on their own application. */
bool policy_is_own(UserId actor, UserId opener);
