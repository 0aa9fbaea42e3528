/*
 * Permissions of a member, in the guild and in one channel. The order of the steps is Discord's and matters.
 */

#include "model-permission.h"

uint64_t permission_base(const PermissionSubject *subject) {
        uint64_t p = subject->everyone;

        if (subject->is_owner)
                return PERM_ALL;
        for (size_t i = 0; i < subject->n_roles; i++)
                p |= subject->role_permissions[i];
        if (p & PERM_ADMINISTRATOR)
                return PERM_ALL;
        if (subject->is_timed_out)
                p &= PERM_VIEW_CHANNEL | PERM_READ_MESSAGE_HISTORY;
        return p;
}

static bool has_role(const PermissionSubject *subject, uint64_t role) {
        for (size_t i = 0; i < subject->n_roles; i++)
                if (subject->roles[i] == role)
                        return true;
        return false;
}

uint64_t permission_in_channel(const PermissionSubject *subject, const Overwrite *overwrites,
                               size_t n_overwrites) {
        uint64_t p = permission_base(subject), allow = 0, deny = 0;

        if (p & PERM_ADMINISTRATOR)
                return p;

        for (size_t i = 0; i < n_overwrites; i++)
                if (overwrites[i].type == OVERWRITE_ROLE && overwrites[i].id == subject->guild)
                        p = (p & ~overwrites[i].deny) | overwrites[i].allow;

        /* All roles together: their order plays no part, and one role's allow wins over another's deny. */
        for (size_t i = 0; i < n_overwrites; i++)
                if (overwrites[i].type == OVERWRITE_ROLE && overwrites[i].id != subject->guild &&
                    has_role(subject, overwrites[i].id)) {
                        allow |= overwrites[i].allow;
                        deny |= overwrites[i].deny;
                }
        p = (p & ~deny) | allow;

        for (size_t i = 0; i < n_overwrites; i++)
                if (overwrites[i].type == OVERWRITE_MEMBER && overwrites[i].id == subject->user)
                        p = (p & ~overwrites[i].deny) | overwrites[i].allow;

        if (subject->is_timed_out)
                p &= PERM_VIEW_CHANNEL | PERM_READ_MESSAGE_HISTORY;
        return p;
}

uint64_t permission_effective(const PermissionSubject *subject, const Overwrite *overwrites,
                              size_t n_overwrites, bool is_voice) {
        uint64_t p = permission_in_channel(subject, overwrites, n_overwrites);

        if (p & PERM_ADMINISTRATOR)
                return p;
        if (!(p & PERM_VIEW_CHANNEL))
                return 0;
        if (!(p & PERM_SEND_MESSAGES))
                p &= ~(PERM_MENTION_EVERYONE | PERM_SEND_TTS_MESSAGES | PERM_ATTACH_FILES |
                       PERM_EMBED_LINKS);
        if (is_voice && !(p & PERM_CONNECT))
                p &= ~PERM_MANAGE_CHANNELS;
        return p;
}

bool role_is_above(int position, uint64_t id, int other_position, uint64_t other_id) {
        if (position != other_position)
                return position > other_position;
        return id < other_id;
}
