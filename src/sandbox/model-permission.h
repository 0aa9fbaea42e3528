#pragma once

/*
 * Who may do what (Discord reference, "Permissions"): the computation of a member's permissions and the
 * order of roles. Pure.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PERM_BIT(n)                   (UINT64_C(1) << (n))
#define PERM_CREATE_INSTANT_INVITE    PERM_BIT(0)
#define PERM_KICK_MEMBERS             PERM_BIT(1)
#define PERM_BAN_MEMBERS              PERM_BIT(2)
#define PERM_ADMINISTRATOR            PERM_BIT(3)
#define PERM_MANAGE_CHANNELS          PERM_BIT(4)
#define PERM_MANAGE_GUILD             PERM_BIT(5)
#define PERM_ADD_REACTIONS            PERM_BIT(6)
#define PERM_VIEW_CHANNEL             PERM_BIT(10)
#define PERM_SEND_MESSAGES            PERM_BIT(11)
#define PERM_SEND_TTS_MESSAGES        PERM_BIT(12)
#define PERM_MANAGE_MESSAGES          PERM_BIT(13)
#define PERM_EMBED_LINKS              PERM_BIT(14)
#define PERM_ATTACH_FILES             PERM_BIT(15)
#define PERM_READ_MESSAGE_HISTORY     PERM_BIT(16)
#define PERM_MENTION_EVERYONE         PERM_BIT(17)
#define PERM_CONNECT                  PERM_BIT(20)
#define PERM_CHANGE_NICKNAME          PERM_BIT(26)
#define PERM_MANAGE_NICKNAMES         PERM_BIT(27)
#define PERM_MANAGE_ROLES             PERM_BIT(28)
#define PERM_MANAGE_WEBHOOKS          PERM_BIT(29)
#define PERM_USE_APPLICATION_COMMANDS PERM_BIT(31)
#define PERM_MODERATE_MEMBERS         PERM_BIT(40)
#define PERM_PIN_MESSAGES             PERM_BIT(51)
/* Every assigned bit: 0 to 52 without 47. */
#define PERM_ALL ((PERM_BIT(53) - 1) & ~PERM_BIT(47))

typedef enum OverwriteType {
        OVERWRITE_ROLE = 0,
        OVERWRITE_MEMBER = 1,
} OverwriteType;

typedef struct Overwrite {
        uint64_t id;
        OverwriteType type;
        uint64_t allow;
        uint64_t deny;
} Overwrite;

/* What of a member the computation needs. */
typedef struct PermissionSubject {
        uint64_t guild; /* also @everyone's id */
        uint64_t user;
        bool is_owner;
        bool is_timed_out;
        uint64_t everyone;                /* permissions of @everyone */
        const uint64_t *roles;            /* the member's roles… */
        const uint64_t *role_permissions; /* …and what each grants */
        size_t n_roles;
} PermissionSubject;

/* In the guild as a whole: owner and ADMINISTRATOR have everything. */
uint64_t permission_base(const PermissionSubject *subject);
/*
 * In one channel, as payloads name it ("permissions", "app_permissions"): without the implied losses below.
 */
uint64_t permission_in_channel(const PermissionSubject *subject, const Overwrite *overwrites,
                               size_t n_overwrites);
/*
 * The same with what follows by implication: who cannot see the channel can do nothing in it, who cannot
 * send can neither mention everyone, …
 */
uint64_t permission_effective(const PermissionSubject *subject, const Overwrite *overwrites,
                              size_t n_overwrites, bool is_voice);

/*
 * True when the role at (position, id) stands above the other one: higher position, or the older id where
 * positions tie.
 */
bool role_is_above(int position, uint64_t id, int other_position, uint64_t other_id);
