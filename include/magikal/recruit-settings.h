#pragma once

/* What a guild's administrators have set about recruitment. Ids are 0 and texts NULL where nothing is set. */

#include <stdbool.h>
#include <stddef.h>

#include "magikal/access-mode.h"
#include "magikal/question.h"
#include "magikal/snowflake.h"

#define RECRUIT_OPTIONS_MAX 25          /* a select has no more (Discord reference, "String Select") */
#define RECRUIT_KEEP_DAYS_MAX 3650      /* ten years, as the schema has it */
#define RECRUIT_OPTION_NAME_MAX 100     /* characters; of a select option's label and value */

typedef struct RecruitOption {
        const char *name;
        const char *emoji;
        RoleId ping_role;               /* pinged for this area too */
} RecruitOption;

typedef struct RecruitSettings {
        ChannelId record_channel;
        AccessMode access;
        bool is_nick_sync;
        int keep_declined;              /* days until the texts of a declined application are removed; 0: they stay */
        const char *org_url, *image_url;
        RoleId member_role, affiliate_role;
        const RecruitOption *options;   /* in order; the default ones in a guild that changed nothing, so there is always one */
        size_t n_options;
        const QuestionList *questions;  /* the default ones in a guild that changed nothing */
} RecruitSettings;

/* What a new guild chooses from; static. */
const RecruitOption *recruit_default_options(size_t *ret_n_options);
/* By name, whatever its case; NULL: there is none. */
const RecruitOption *recruit_option_by_name(const RecruitSettings *settings, const char *name);
/* What an approval grants; 0: nobody has set it. */
RoleId recruit_role(const RecruitSettings *settings, bool is_affiliate);
/*
 * Whoever has the recruitment ping role sees every ticket, so hiding one from a member who is given that very role would hide nothing.
 * ping: 0: none
 */
bool recruit_hides_nothing(AccessMode access, RoleId member, RoleId affiliate, RoleId ping);
