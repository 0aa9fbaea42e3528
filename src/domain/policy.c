/*
 * Who may do what. A person passes with any one of the permissions or any one of the capabilities of a row; Administrator passes
 * everywhere. What Discord hides or shows is never asked.
 */

#include "magikal/policy.h"

#include "magikal/cleanup.h"
#include "magikal/permission.h"

typedef struct PolicyRow {
        bool is_for_all;
        uint64_t permissions;           /* any of these … */
        unsigned capabilities;          /* … or of these */
        TextId refusal;
} PolicyRow;

/* clang-format off */
static const PolicyRow table[_POLICY_ACTION_MAX] = {
        /*                                   for all  any permission              any capability                              refusal */
        [POLICY_SUPPORT_OPEN]            = { true,  0,                          0,                                          TEXT_REFUSED_NOTHING },
        [POLICY_SUPPORT_RESOLVE]         = { false, PERMISSION_MANAGE_CHANNELS, 0,                                          TEXT_REFUSED_MANAGE_CHANNELS },
        [POLICY_RECRUITMENT_OPEN]        = { true,  0,                          0,                                          TEXT_REFUSED_NOTHING },
        [POLICY_RECRUITMENT_DECIDE]      = { false, PERMISSION_MANAGE_CHANNELS, 0,                                          TEXT_REFUSED_MANAGE_CHANNELS },
        [POLICY_RECRUITMENT_FINALISE]    = { false, PERMISSION_MANAGE_GUILD,    0,                                          TEXT_REFUSED_MANAGE_GUILD },
        [POLICY_TICKETS_COMMAND]         = { false, PERMISSION_MANAGE_GUILD,    CAPABILITY_ADMIN,                           TEXT_REFUSED_ADMIN },
        [POLICY_RECRUIT_CONFIG_COMMAND]  = { false, PERMISSION_MANAGE_GUILD,    CAPABILITY_ADMIN | CAPABILITY_RECRUITMENT,  TEXT_REFUSED_RECRUITMENT },
        [POLICY_REOPEN_QNA]              = { false, PERMISSION_MANAGE_CHANNELS | PERMISSION_MANAGE_GUILD, CAPABILITY_ADMIN | CAPABILITY_RECRUITMENT, TEXT_REFUSED_REOPEN },
        [POLICY_ROLES_COMMAND]           = { false, PERMISSION_MANAGE_GUILD,    CAPABILITY_ADMIN,                           TEXT_REFUSED_ADMIN },
};
/* clang-format on */

int policy_check(PolicyAction action, const PolicyPerson *person, TextId *ret_refusal) {
        const PolicyRow *row;

        if ((unsigned) action >= _POLICY_ACTION_MAX) {
                *ret_refusal = TEXT_REFUSED_NOTHING;
                return POLICY_REFUSED;
        }
        row = &table[action];
        if (row->is_for_all || (person->permissions & (PERMISSION_ADMINISTRATOR | row->permissions)) ||
            (person->capabilities & row->capabilities))
                return 0;
        *ret_refusal = row->refusal;
        return POLICY_REFUSED;
}

bool policy_is_own(UserId actor, UserId opener) {
        return actor.v != 0 && actor.v == opener.v;
}

static const struct {
        unsigned capability;
        const char *name;
} capabilities[] = {
        { CAPABILITY_ADMIN, "admin" },
        { CAPABILITY_MODERATOR, "moderator" },
        { CAPABILITY_EVENTS, "events" },
        { CAPABILITY_RECRUITMENT, "recruitment" },
        { CAPABILITY_HELPER, "helper" },
};

const char *capability_to_string(unsigned capability) {
        for (size_t i = 0; i < ELEMENTSOF(capabilities); i++)
                if (capabilities[i].capability == capability)
                        return capabilities[i].name;
        return NULL;
}

unsigned capability_from_string(const char *text) {
        for (size_t i = 0; i < ELEMENTSOF(capabilities); i++)
                if (streq_ptr(capabilities[i].name, text))
                        return capabilities[i].capability;
        return 0;
}
