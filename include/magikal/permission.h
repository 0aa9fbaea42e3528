#pragma once

/* Permission bits by name, and Discord's computation over roles and overwrites. Source: Discord reference, "Permissions". */

#include <stdbool.h>
#include <stddef.h>

#include "magikal/json.h"
#include "magikal/snowflake.h"

#define PERMISSION_KICK_MEMBERS (UINT64_C(1) << 1)
#define PERMISSION_BAN_MEMBERS (UINT64_C(1) << 2)
#define PERMISSION_ADMINISTRATOR (UINT64_C(1) << 3)
#define PERMISSION_MANAGE_CHANNELS (UINT64_C(1) << 4)
#define PERMISSION_MANAGE_GUILD (UINT64_C(1) << 5)
#define PERMISSION_ADD_REACTIONS (UINT64_C(1) << 6)
#define PERMISSION_VIEW_CHANNEL (UINT64_C(1) << 10)
#define PERMISSION_SEND_MESSAGES (UINT64_C(1) << 11)
#define PERMISSION_SEND_TTS_MESSAGES (UINT64_C(1) << 12)
#define PERMISSION_MANAGE_MESSAGES (UINT64_C(1) << 13)
#define PERMISSION_EMBED_LINKS (UINT64_C(1) << 14)
#define PERMISSION_ATTACH_FILES (UINT64_C(1) << 15)
#define PERMISSION_READ_MESSAGE_HISTORY (UINT64_C(1) << 16)
#define PERMISSION_MENTION_EVERYONE (UINT64_C(1) << 17)
#define PERMISSION_CONNECT (UINT64_C(1) << 20)
#define PERMISSION_CHANGE_NICKNAME (UINT64_C(1) << 26)
#define PERMISSION_MANAGE_NICKNAMES (UINT64_C(1) << 27)
#define PERMISSION_MANAGE_ROLES (UINT64_C(1) << 28)
#define PERMISSION_MANAGE_THREADS (UINT64_C(1) << 34)
#define PERMISSION_CREATE_PUBLIC_THREADS (UINT64_C(1) << 35)
#define PERMISSION_CREATE_PRIVATE_THREADS (UINT64_C(1) << 36)
#define PERMISSION_SEND_MESSAGES_IN_THREADS (UINT64_C(1) << 38)
#define PERMISSION_ALL UINT64_MAX       /* owner and Administrator: every bit, also those not invented yet */

/* What the invite link asks for, the doctor demands and the sandbox's bot role holds. Never Administrator. */
#define PERMISSION_INVITE UINT64_C(378360032336)

/* What the opener, the ping role and we ourselves are allowed in a ticket channel. */
#define PERMISSION_TICKET                                                                              \
        (PERMISSION_VIEW_CHANNEL | PERMISSION_SEND_MESSAGES | PERMISSION_READ_MESSAGE_HISTORY |         \
         PERMISSION_ATTACH_FILES | PERMISSION_EMBED_LINKS)

typedef enum OverwriteType { OVERWRITE_ROLE = 0, OVERWRITE_MEMBER = 1 } OverwriteType;

typedef struct Overwrite {
        uint64_t id;                    /* role id (the guild's id for @everyone) or user id */
        OverwriteType type;
        uint64_t allow, deny;
} Overwrite;

typedef struct PermissionRole {
        RoleId id;
        uint64_t permissions;
} PermissionRole;

typedef struct PermissionSubject {      /* somebody in a guild */
        GuildId guild;
        UserId user;
        bool is_owner;
        uint64_t everyone;              /* permissions of @everyone */
        const PermissionRole *roles;    /* the member's, without @everyone */
        size_t n_roles;
        bool is_timed_out;
} PermissionSubject;

/* Guild-wide. PERMISSION_ALL for the owner and administrators. */
uint64_t permission_base(const PermissionSubject *subject);
/* In one channel, without the implicit step: what `permissions` in payloads says. */
uint64_t permission_in_channel(const PermissionSubject *subject, const Overwrite *overwrites, size_t n_overwrites);
/* What can really be done there: without View Channel nothing, without Send Messages no embeds or files, timed out only reading. */
uint64_t permission_effective(const PermissionSubject *subject, const Overwrite *overwrites, size_t n_overwrites);

/* permissions contains all bits asked for (or Administrator). */
bool permission_has(uint64_t permissions, uint64_t bits);

/*
 * Role order: is `a` above `b`? Positions first; equal positions are decided by the id, the older role being higher.
 * Source: Discord reference, "Permission Hierarchy"; contract 5.5.
 */
bool permission_role_is_above(int position_a, RoleId a, int position_b, RoleId b);

/* One overwrite as a member of "permission_overwrites". Bits we do not hold guild-wide are left out, as Discord refuses them (50013); they are returned. */
uint64_t overwrite_put(JsonWriter *w, const Overwrite *overwrite, uint64_t held);
