#pragma once

/* What happens to the applicant's own overwrite in the ticket channel when the application is approved. */

#include <stdbool.h>
#include <stdint.h>

typedef enum AccessMode { ACCESS_KEEP, ACCESS_READ_ONLY, ACCESS_HIDE, _ACCESS_MODE_MAX } AccessMode;

/*
 * The whole overwrite of a mode, to be put as it is; within what the invite link asks for. False, and nothing given, where the overwrite
 * stays as it was. Bits that the bot lacks are the caller's to leave out.
 */
bool access_mode_overwrite(AccessMode mode, uint64_t *ret_allow, uint64_t *ret_deny);

/* "read_only"; NULL for a number that is no mode. */
const char *access_mode_to_string(AccessMode mode);
int access_mode_from_string(const char *text, AccessMode *ret);         /* -EINVAL */
