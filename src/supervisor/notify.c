#include "notify.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

/*
 * A connected datagram socket that never waits. Several assignments may stand in one datagram (sd_notify(3)), so what was refused
 * is simply put before what comes next.
 */

#define PENDING_MAX 4096        /* far beyond what a service manager that comes back is owed */

int notify_open(Notify *notify) {
        const char *name = getenv("NOTIFY_SOCKET");
        struct sockaddr_un address = { .sun_family = AF_UNIX };
        _close_ int fd = -1;
        size_t n;

        *notify = (Notify) { .fd = -1 };
        if (!name || *name == '\0')
                return 0;
        n = strlen(name);
        if ((name[0] != '/' && name[0] != '@') || n >= sizeof(address.sun_path))
                return -EINVAL;
        memcpy(address.sun_path, name, n);
        if (name[0] == '@')
                address.sun_path[0] = '\0';

        fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (connect(fd, (const struct sockaddr *) &address,
                    (socklen_t) (offsetof(struct sockaddr_un, sun_path) + n)) < 0)
                return -errno;
        notify->fd = TAKE_FD(fd);
        return 0;
}

void notify_done(Notify *notify) {
        closep(&notify->fd);
        notify->fd = -1;
        strbuf_done(&notify->pending);
}

void notify_flush(Notify *notify) {
        if (notify->fd < 0 || notify->pending.n_bytes == 0)
                return;
        if (send(notify->fd, notify->pending.text, notify->pending.n_bytes, MSG_NOSIGNAL | MSG_DONTWAIT) <
                    0 &&
            (errno == EAGAIN || errno == ENOBUFS))
                return;
        strbuf_clear(&notify->pending); /* sent, or nobody is there any more */
}

void notify_tell(Notify *notify, const char *lines) {
        if (notify->fd < 0)
                return;
        if (notify->pending.n_bytes + strlen(lines) < PENDING_MAX) {
                strbuf_append(&notify->pending, lines);
                strbuf_append_char(&notify->pending, '\n');
        }
        notify_flush(notify);
}

bool notify_is_pending(const Notify *notify) {
        return notify->fd >= 0 && notify->pending.n_bytes > 0;
}
