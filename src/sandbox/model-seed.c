/* The ready-made guild, as tables. Its ids are fixed so that tests can name them. */

#include "model.h"

#include <errno.h>
#include <stdio.h>

#define GUILD       UINT64_C(800000000000000001)
#define APPLICATION UINT64_C(900000000000000001)
#define OWNER       UINT64_C(700000000000000009)
#define ROLE(n)     (UINT64_C(810000000000000000) + (n))
#define USER(n)     (UINT64_C(700000000000000000) + (n))
#define CHANNEL(n)  (UINT64_C(820000000000000000) + (n))
#define CROWD_FIRST 100000U /* behind everybody and everything that tests name */
#define CROWD(n)    USER(CROWD_FIRST + (n))
#define JOINED_AT   (UINT64_C(1767312000) * USEC_PER_SEC) /* 2026-01-02 */

#define BOT_ROLE    ROLE(1)
#define SUPPORT     ROLE(2)
#define RECRUITMENT ROLE(3)
#define ADMIN       ROLE(4)

#define EVERYONE_MAY                                                                                        \
        (PERM_VIEW_CHANNEL | PERM_SEND_MESSAGES | PERM_READ_MESSAGE_HISTORY | PERM_ADD_REACTIONS |          \
         PERM_USE_APPLICATION_COMMANDS | PERM_EMBED_LINKS | PERM_ATTACH_FILES | PERM_CHANGE_NICKNAME)

/* clang-format off */
static const struct {
        uint64_t id;
        const char *name;
        int position;
        uint64_t permissions;
        int64_t color; /* of the palette that Discord's client offers; 0: none */
        bool is_mentionable;
        uint64_t bot;
} roles[] = {
        { GUILD,       "@everyone",   0, EVERYONE_MAY,                             0,        false, 0           },
        { BOT_ROLE,    "Magikal",     5, UINT64_C(378360032336),                   0x9B59B6, false, APPLICATION },
        { SUPPORT,     "Support",     3, PERM_MANAGE_CHANNELS,                     0x3498DB, true,  0           },
        { RECRUITMENT, "Recruitment", 2, PERM_MANAGE_CHANNELS,                     0xE67E22, false, 0           },
        { ADMIN,       "Admin",       4, PERM_MANAGE_GUILD | PERM_MANAGE_CHANNELS, 0xE74C3C, false, 0           },
        { ROLE(5),     "Member",      1, 0,                                        0x2ECC71, false, 0           },
        { ROLE(6),     "Affiliate",   1, 0,                                        0x1ABC9C, false, 0           },
};

static const struct {
        uint64_t id;
        const char *name;
        const char *global_name;
        uint64_t roles[2];
} users[] = {
        { USER(1),     "applicant", "Applicant", {} },
        { USER(2),     "staff",     "Staff",     { SUPPORT, RECRUITMENT } },
        { USER(3),     "admin",     "Admin",     { ADMIN } },
        { USER(4),     "outsider",  "Outsider",  {} },
        { USER(5),     "second",    "Second",    {} },
        { OWNER,       "owner",     "Owner",     {} },
        { APPLICATION, "magikal",   NULL,        { BOT_ROLE } },
};

static const struct {
        uint64_t id;
        int type;
        const char *name;
        int64_t position;
        uint64_t parent;
} channels[] = {
        { CHANNEL(1),  CHANNEL_CATEGORY, "Information",   0, 0          },
        { CHANNEL(2),  CHANNEL_CATEGORY, "Support",       1, 0          },
        { CHANNEL(3),  CHANNEL_CATEGORY, "Recruitment",   2, 0          },
        { CHANNEL(4),  CHANNEL_CATEGORY, "Staff",         3, 0          },
        { CHANNEL(11), CHANNEL_TEXT,     "welcome",       0, CHANNEL(1) },
        { CHANNEL(12), CHANNEL_TEXT,     "general",       1, CHANNEL(1) },
        { CHANNEL(21), CHANNEL_TEXT,     "open-a-ticket", 2, CHANNEL(2) },
        { CHANNEL(31), CHANNEL_TEXT,     "apply",         3, CHANNEL(3) },
        { CHANNEL(41), CHANNEL_TEXT,     "ticket-log",    4, CHANNEL(4) },
        { CHANNEL(42), CHANNEL_TEXT,     "records",       5, CHANNEL(4) },
};

/* The category "Staff" and what is in it. */
static const Overwrite staff_only[] = {
        { GUILD,       OVERWRITE_ROLE, 0,                 PERM_VIEW_CHANNEL },
        { SUPPORT,     OVERWRITE_ROLE, PERM_VIEW_CHANNEL, 0                 },
        { RECRUITMENT, OVERWRITE_ROLE, PERM_VIEW_CHANNEL, 0                 },
        { ADMIN,       OVERWRITE_ROLE, PERM_VIEW_CHANNEL, 0                 },
        { BOT_ROLE,    OVERWRITE_ROLE, PERM_VIEW_CHANNEL, 0                 },
};
/* clang-format on */

static int seed_roles(SbxModel *model) {
        for (size_t i = 0; i < ELEMENTSOF(roles); i++) {
                _cleanup_(role_freep) Role *role = role_new(roles[i].id, roles[i].name);

                if (!role)
                        return -ENOMEM;
                role->position = roles[i].position;
                role->permissions = roles[i].permissions;
                role->color = roles[i].color;
                role->is_mentionable = roles[i].is_mentionable;
                role->bot = roles[i].bot;
                role->is_managed = roles[i].bot;
                if (table_add(&model->roles, role) < 0)
                        return -ENOMEM;
                (void) TAKE(role);
        }
        return 0;
}

static int seed_users(SbxModel *model) {
        for (size_t i = 0; i < ELEMENTSOF(users); i++) {
                _cleanup_(user_freep) User *user = user_new(users[i].id, users[i].name);

                if (!user || replace_text(&user->global_name, users[i].global_name) < 0)
                        return -ENOMEM;
                user->is_bot = user->id == APPLICATION;
                user->is_member = true;
                user->joined_at = JOINED_AT;
                for (size_t k = 0; k < ELEMENTSOF(users[i].roles); k++)
                        if (users[i].roles[k] && id_list_add(&user->roles, users[i].roles[k]) < 0)
                                return -ENOMEM;
                if (table_add(&model->users, user) < 0)
                        return -ENOMEM;
                (void) TAKE(user);
        }
        return 0;
}

static int seed_channels(SbxModel *model) {
        for (size_t i = 0; i < ELEMENTSOF(channels); i++) {
                _cleanup_(channel_freep) Channel *channel =
                        channel_new(channels[i].id, channels[i].type, channels[i].name);
                bool is_staff = channels[i].id == CHANNEL(4) || channels[i].parent == CHANNEL(4);

                if (!channel)
                        return -ENOMEM;
                channel->position = channels[i].position;
                channel->parent = channels[i].parent;
                if (is_staff) {
                        channel->overwrites = new0(Overwrite, ELEMENTSOF(staff_only));
                        if (!channel->overwrites)
                                return -ENOMEM;
                        copy_bytes(channel->overwrites, staff_only, sizeof(staff_only));
                        channel->n_overwrites = ELEMENTSOF(staff_only);
                }
                if (table_add(&model->channels, channel) < 0)
                        return -ENOMEM;
                (void) TAKE(channel);
        }
        return 0;
}

/* ---- a guild larger than the tables, for load ---- */

/* The n-th of the crowd, from 1: most have no role, some are members or affiliates. */
static int seed_member(SbxModel *model, size_t n) {
        _cleanup_(user_freep) User *user = NULL;
        char name[32];

        (void) snprintf(name, sizeof(name), "member-%05zu", n);
        user = user_new(CROWD(n), name);
        if (!user)
                return -ENOMEM;
        user->is_member = true;
        user->joined_at = JOINED_AT;
        if ((n % 10 == 0 && id_list_add(&user->roles, ROLE(5)) < 0) || (n % 100 == 0 && id_list_add(&user->roles, ROLE(6)) < 0) ||
            table_add(&model->users, user) < 0)
                return -ENOMEM;
        (void) TAKE(user);
        return 0;
}

static int seed_channel(SbxModel *model, uint64_t id, int type, const char *name, int64_t position, uint64_t parent) {
        _cleanup_(channel_freep) Channel *channel = channel_new(id, type, name);

        if (!channel)
                return -ENOMEM;
        channel->position = position;
        channel->parent = parent;
        if (table_add(&model->channels, channel) < 0)
                return -ENOMEM;
        (void) TAKE(channel);
        return 0;
}

/* Categories of fifty, each behind its category. */
static int seed_more_channels(SbxModel *model, size_t n_more) {
        uint64_t category = 0;
        int64_t n_categories = ELEMENTSOF(channels), n_texts = ELEMENTSOF(channels);

        for (size_t i = 0; i < n_more; i++) {
                bool is_category = i % (1 + CATEGORY_CHANNELS_MAX) == 0;
                char name[32];
                int r;

                (void) snprintf(name, sizeof(name), "%s-%05zu", is_category ? "category" : "channel", i + 1);
                if (is_category)
                        category = CHANNEL(CROWD_FIRST + i);
                r = seed_channel(model, CHANNEL(CROWD_FIRST + i), is_category ? CHANNEL_CATEGORY : CHANNEL_TEXT, name,
                                 is_category ? n_categories++ : n_texts++, is_category ? 0 : category);
                if (r < 0)
                        return r;
        }
        return 0;
}

int model_seed(SbxModel *model) {
        SbxGuildSize size = sbx_guild_size(model->sandbox);
        int r;

        model->guild = GUILD;
        model->owner = OWNER;
        model->application = APPLICATION;
        model->system_channel = CHANNEL(12);
        model->channels_max = GUILD_CHANNELS_MAX;
        if (replace_text(&model->guild_name, "Magikal Test Guild") < 0 || seed_roles(model) < 0 ||
            seed_users(model) < 0 || seed_channels(model) < 0)
                return -ENOMEM;

        for (size_t n = ELEMENTSOF(users) + 1; n <= size.n_members; n++) {
                r = seed_member(model, n);
                if (r < 0)
                        return r;
        }
        if (size.n_channels <= ELEMENTSOF(channels))
                return 0;
        /* What a bot may make on top of it is as much as in a guild that begins empty. */
        if (size.n_channels > GUILD_CHANNELS_MAX)
                model->channels_max = size.n_channels + GUILD_CHANNELS_MAX;
        return seed_more_channels(model, size.n_channels - ELEMENTSOF(channels));
}
