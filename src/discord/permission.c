/*
 * Permission bits and what follows from roles and overwrites. The algorithm is Discord's (reference, "Permissions", "Permission
 * Overwrites"): @everyone's overwrite, then all roles' together, then the member's own.
 */

#include "magikal/permission.h"

bool permission_has(uint64_t permissions, uint64_t bits) {
        return (permissions & PERMISSION_ADMINISTRATOR) || (permissions & bits) == bits;
}

uint64_t permission_base(const PermissionSubject *subject) {
        uint64_t p = subject->everyone;

        if (subject->is_owner)
                return PERMISSION_ALL;
        for (size_t i = 0; i < subject->n_roles; i++)
                p |= subject->roles[i].permissions;
        return (p & PERMISSION_ADMINISTRATOR) ? PERMISSION_ALL : p;
}

static const Overwrite *find(const Overwrite *overwrites, size_t n, OverwriteType type, uint64_t id) {
        for (size_t i = 0; i < n; i++)
                if (overwrites[i].type == type && overwrites[i].id == id)
                        return &overwrites[i];
        return NULL;
}

static uint64_t apply(uint64_t permissions, const Overwrite *overwrite) {
        return overwrite ? (permissions & ~overwrite->deny) | overwrite->allow : permissions;
}

uint64_t permission_in_channel(const PermissionSubject *subject, const Overwrite *overwrites, size_t n_overwrites) {
        Overwrite roles = {};
        uint64_t p = permission_base(subject);

        if (p & PERMISSION_ADMINISTRATOR)
                return PERMISSION_ALL;
        p = apply(p, find(overwrites, n_overwrites, OVERWRITE_ROLE, subject->guild.v));
        for (size_t i = 0; i < subject->n_roles; i++) {
                const Overwrite *o = find(overwrites, n_overwrites, OVERWRITE_ROLE, subject->roles[i].id.v);

                if (o) {
                        roles.allow |= o->allow;
                        roles.deny |= o->deny;
                }
        }
        p = apply(p, &roles);
        return apply(p, find(overwrites, n_overwrites, OVERWRITE_MEMBER, subject->user.v));
}

uint64_t permission_effective(const PermissionSubject *subject, const Overwrite *overwrites, size_t n_overwrites) {
        uint64_t p = permission_in_channel(subject, overwrites, n_overwrites);

        if (p == PERMISSION_ALL)
                return p;
        if (subject->is_timed_out)
                p &= PERMISSION_VIEW_CHANNEL | PERMISSION_READ_MESSAGE_HISTORY;
        if (!(p & PERMISSION_VIEW_CHANNEL))
                return 0;
        if (!(p & PERMISSION_SEND_MESSAGES))
                p &= ~(PERMISSION_MENTION_EVERYONE | PERMISSION_SEND_TTS_MESSAGES | PERMISSION_ATTACH_FILES |
                       PERMISSION_EMBED_LINKS);
        return p;
}

bool permission_role_is_above(int position_a, RoleId a, int position_b, RoleId b) {
        return position_a != position_b ? position_a > position_b : a.v < b.v;
}

uint64_t overwrite_put(JsonWriter *w, const Overwrite *overwrite, uint64_t held) {
        /* Administrators hold every bit; Manage Roles as a bit is theirs alone at creation (contract 5.4) */
        uint64_t writable = (held & PERMISSION_ADMINISTRATOR) ? PERMISSION_ALL : held & ~PERMISSION_MANAGE_ROLES;

        json_open(w);
        json_id(w, "id", overwrite->id);
        json_i64(w, "type", overwrite->type);
        json_id(w, "allow", overwrite->allow & writable);
        json_id(w, "deny", overwrite->deny & writable);
        json_close(w);
        return (overwrite->allow | overwrite->deny) & ~writable;
}
