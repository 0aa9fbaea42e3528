/* Areas to choose from, as a new guild has them, and what settings have to do with each other. */

#include "magikal/recruit-settings.h"

#include <strings.h>

#include "magikal/cleanup.h"

static const RecruitOption defaults[] = {
        { .name = "medical" }, { .name = "salvage" }, { .name = "logistics" }, { .name = "security" }, { .name = "industrial" }, { .name = "general" },
};

const RecruitOption *recruit_default_options(size_t *ret_n_options) {
        *ret_n_options = ELEMENTSOF(defaults);
        return defaults;
}

const RecruitOption *recruit_option_by_name(const RecruitSettings *settings, const char *name) {
        for (size_t i = 0; i < settings->n_options; i++)
                if (strcasecmp(settings->options[i].name, name) == 0)
                        return &settings->options[i];
        return NULL;
}

RoleId recruit_role(const RecruitSettings *settings, bool is_affiliate) {
        return is_affiliate ? settings->affiliate_role : settings->member_role;
}

bool recruit_hides_nothing(AccessMode access, RoleId member, RoleId affiliate, RoleId ping) {
        return access == ACCESS_HIDE && ping.v != 0 && (member.v == ping.v || affiliate.v == ping.v);
}
