#pragma once

/* Discord's objects as the doctor knows them. Private to src/doctor. */

#include "magikal/doctor.h"
#include "magikal/json.h"
#include "magikal/keys.h"

/* Of a guild. What is no channel or role of ours to read is left out. Texts are the JSON's. -ENOMEM; the arrays are to be freed. */
int decode_channels(const Json *list, DoctorChannel **ret_channels, size_t *ret_n);
void channels_free(DoctorChannel *channels, size_t n);
int decode_roles(const Json *list, DoctorRole **ret_roles, size_t *ret_n);
/* "roles" of a member. */
int decode_role_ids(const Json *member, RoleId **ret_roles, size_t *ret_n);

/* Does a message have a control of ours that can be pressed today? */
bool has_live_control(const Keys *keys, GuildId guild, const Json *message, const char *control);
bool is_posted_by(const Json *message, UserId author);
