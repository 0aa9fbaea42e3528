#pragma once

/*
 * sd_notify(3) without blocking: libsystemd's own waits while the service manager does not read, and then so would every press.
 */

#include <stdbool.h>

#include "magikal/strbuf.h"

typedef struct Notify {
        int fd;                 /* -1: there is no service manager */
        StrBuf pending;         /* lines it did not take yet, in order */
} Notify;

/* From NOTIFY_SOCKET: a path, or an abstract name behind "@". Without it everything else does nothing. Negative errno. */
int notify_open(Notify *notify);
void notify_done(Notify *notify);
/* One or more lines "NAME=value", without the last line feed. Sent now, or with what is sent later. */
void notify_tell(Notify *notify, const char *lines);
/* Tries again what was not taken. */
void notify_flush(Notify *notify);
bool notify_is_pending(const Notify *notify);
