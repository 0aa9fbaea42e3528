/*
 * Access modes. An applicant who may only read must not find a side door: a thread, a reaction or a file says something too.
 */

#include "magikal/access-mode.h"

#include <errno.h>
#include <string.h>

#include "magikal/cleanup.h"
#include "magikal/permission.h"

#define SIDE_DOORS                                                                                              \
        (PERMISSION_SEND_MESSAGES_IN_THREADS | PERMISSION_CREATE_PUBLIC_THREADS |                               \
         PERMISSION_CREATE_PRIVATE_THREADS | PERMISSION_ADD_REACTIONS | PERMISSION_ATTACH_FILES)

/* clang-format off */
static const struct {
        const char *name;
        bool is_change;
        uint64_t allow, deny;
} modes[_ACCESS_MODE_MAX] = {
        [ACCESS_KEEP]      = { "keep",      false, 0, 0 },
        [ACCESS_READ_ONLY] = { "read_only", true,  PERMISSION_VIEW_CHANNEL | PERMISSION_READ_MESSAGE_HISTORY,
                                                   PERMISSION_SEND_MESSAGES | SIDE_DOORS },
        [ACCESS_HIDE]      = { "hide",      true,  0, PERMISSION_VIEW_CHANNEL },
};
/* clang-format on */

bool access_mode_overwrite(AccessMode mode, uint64_t *ret_allow, uint64_t *ret_deny) {
        if ((unsigned) mode >= _ACCESS_MODE_MAX || !modes[mode].is_change)
                return false;
        *ret_allow = modes[mode].allow;
        *ret_deny = modes[mode].deny;
        return true;
}

const char *access_mode_to_string(AccessMode mode) {
        return (unsigned) mode < _ACCESS_MODE_MAX ? modes[mode].name : NULL;
}

int access_mode_from_string(const char *text, AccessMode *ret) {
        for (int i = 0; i < _ACCESS_MODE_MAX; i++)
                if (streq(modes[i].name, text)) {
                        *ret = (AccessMode) i;
                        return 0;
                }
        return -EINVAL;
}
