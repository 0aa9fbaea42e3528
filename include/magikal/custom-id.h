#pragma once

/*
 * The only place that writes or reads a custom_id. It is text that travels through people's clients and comes back as they like, so
 * it is a closed grammar with a MAC, checked before anything is looked up:
 *
 *      1<key id>.<control>.<a>[.<b>[.<c>]].<mac>
 *
 * 1 is the version; the key id one of [0-9a-z]; control 1 to 12 of [a-z0-9] beginning with a letter; ids base 36, lower case, no leading
 * zero ("0" itself is fine); mac KEYS_MAC_CHARS of base64url over guild, key id, control and ids. At most 76 bytes of Discord's 100.
 * A custom_id signed in one guild is forged in every other.
 */

#include <stddef.h>

#include "magikal/keys.h"
#include "magikal/limits.h"
#include "magikal/snowflake.h"

#define CUSTOM_ID_CONTROL_MAX 12
#define CUSTOM_ID_IDS_MAX 3

typedef struct CustomId {
        char control[CUSTOM_ID_CONTROL_MAX + 1];
        uint64_t ids[CUSTOM_ID_IDS_MAX];        /* 0 beyond n_ids */
        size_t n_ids;                           /* 1 to 3 */
} CustomId;

enum {
        CUSTOM_ID_FOREIGN = 1,  /* not our grammar: an older version's, or nobody's */
        CUSTOM_ID_FORGED = 2,   /* our grammar, but the MAC is wrong: another guild's, a retired key's, or made up */
};

/* The custom_id as text, NUL-terminated, in `ret`. -EINVAL when control or the number of ids is outside the grammar: a bug of the caller. */
int custom_id_write(const Keys *keys, GuildId guild, const char *control, const uint64_t *ids, size_t n_ids,
                    char ret[LIMIT_CUSTOM_ID + 1]) _warn_unused_;
/* 0, CUSTOM_ID_FOREIGN, CUSTOM_ID_FORGED. */
int custom_id_read(const Keys *keys, GuildId guild, const char *text, CustomId *ret) _warn_unused_;
