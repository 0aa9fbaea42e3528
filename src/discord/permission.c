/*
 * Permission bits and what follows from roles and overwrites. The algorithm is Discord's (reference, "Permissions", "Permission
 * Overwrites"): @everyone's overwrite, then all roles' together, then the member's own.
 */

#include "magikal/permission.h"

/* As Discord's English client shows them. Bit 47 is not assigned. */
static const char *const names[64] = {
        [0] = "Create Invite",
        [1] = "Kick Members",
        [2] = "Ban Members",
        [3] = "Administrator",
        [4] = "Manage Channels",
        [5] = "Manage Server",
        [6] = "Add Reactions",
        [7] = "View Audit Log",
        [8] = "Priority Speaker",
        [9] = "Video",
        [10] = "View Channel",
        [11] = "Send Messages",
        [12] = "Send Text-to-Speech Messages",
        [13] = "Manage Messages",
        [14] = "Embed Links",
        [15] = "Attach Files",
        [16] = "Read Message History",
        [17] = "Mention @everyone, @here, and All Roles",
        [18] = "Use External Emoji",
        [19] = "View Server Insights",
        [20] = "Connect",
        [21] = "Speak",
        [22] = "Mute Members",
        [23] = "Deafen Members",
        [24] = "Move Members",
        [25] = "Use Voice Activity",
        [26] = "Change Nickname",
        [27] = "Manage Nicknames",
        [28] = "Manage Roles",
        [29] = "Manage Webhooks",
        [30] = "Manage Expressions",
        [31] = "Use Application Commands",
        [32] = "Request to Speak",
        [33] = "Manage Events",
        [34] = "Manage Threads",
        [35] = "Create Public Threads",
        [36] = "Create Private Threads",
        [37] = "Use External Stickers",
        [38] = "Send Messages in Threads",
        [39] = "Use Activities",
        [40] = "Timeout Members",
        [41] = "View Server Subscription Insights",
        [42] = "Use Soundboard",
        [43] = "Create Expressions",
        [44] = "Create Events",
        [45] = "Use External Sounds",
        [46] = "Send Voice Messages",
        [48] = "Set Voice Channel Status",
        [49] = "Create Polls",
        [50] = "Use External Apps",
        [51] = "Pin Messages",
        [52] = "Bypass Slowmode",
};

const char *permission_name(uint64_t bit) {
        if (bit == 0 || (bit & (bit - 1)) != 0)
                return NULL;
        return names[__builtin_ctzll(bit)];
}

void permission_names(StrBuf *out, uint64_t bits) {
        bool is_first = true;

        for (unsigned i = 0; i < 64; i++) {
                if (!(bits & (UINT64_C(1) << i)))
                        continue;
                if (!is_first)
                        strbuf_append(out, ", ");
                is_first = false;
                if (names[i])
                        strbuf_append(out, names[i]);
                else
                        strbuf_appendf(out, "bit %u", i);
        }
}

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
