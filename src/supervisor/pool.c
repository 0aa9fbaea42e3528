#include "pool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "magikal/fault.h"

/*
 * A child is posix_spawn()ed from our own image: nng does not survive a fork that does not exec. It gets its descriptors by number
 * (role.h) and nothing else. The pidfd tells of its death; the channel is read out before the process is reaped, and never used again.
 *
 * Orphans are found by a lock that dies with its last holder: all children of one supervisor inherit one locked file, so a successor that
 * can lock the file knows that they are gone. Their pids are in it.
 */

#define CHECK_EVERY (500 * USEC_PER_MSEC)
#define LOCK_PREFIX "children-"
#define ORPHANS_MAX 48 /* newest pids of a predecessor that matter; all older ones died in its time */

struct Pool {
        sd_event *event;
        PoolConfig config;
        const PoolOps *ops;
        void *userdata;
        Child *children[RATELIMIT_SLOTS];
        uint64_t last_incarnation;
        int memfd, lifeline_read, lifeline_write, lock_fd, dir_fd;
        char lock_name[48];
        char **environment;
        sd_event_source *check_source;
        Usec checked_at;
};

/* ---- set-up ---------------------------------------------------------------------------------------------------------------- */

/* Children must not believe that the service manager's messages are meant for them. */
static bool is_inherited(const char *variable) {
        static const char *const ours[] = { "NOTIFY_SOCKET=", "WATCHDOG_PID=", "WATCHDOG_USEC=",
                                            "LISTEN_PID=",    "LISTEN_FDS=",   "LISTEN_FDNAMES=" };

        for (size_t i = 0; i < ELEMENTSOF(ours); i++)
                if (strncmp(variable, ours[i], strlen(ours[i])) == 0)
                        return false;
        return true;
}

static char **make_environment(void) {
        size_t n = 0, n_kept = 0;
        char **out;

        while (environ[n])
                n++;
        out = new0(char *, n + 1);
        if (!out)
                return NULL;
        for (size_t i = 0; i < n; i++)
                if (is_inherited(environ[i]))
                        out[n_kept++] = environ[i];
        return out;
}

/* A duplicate out of the way of the numbers that children expect, so that no dup2() of the spawn overwrites another's source. */
static int duplicate_high(int fd) {
        int r = fcntl(fd, F_DUPFD_CLOEXEC, 32);

        return r < 0 ? -errno : r;
}

static int make_lifeline(Pool *pool) {
        int fds[2];
        _close_ int low_read = -1, low_write = -1;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        low_read = fds[0];
        low_write = fds[1];
        pool->lifeline_read = duplicate_high(low_read);
        if (pool->lifeline_read < 0)
                return pool->lifeline_read;
        pool->lifeline_write = duplicate_high(low_write);
        return pool->lifeline_write < 0 ? pool->lifeline_write : 0;
}

static int make_orphan_lock(Pool *pool) {
        _close_ int fd = -1;

        (void) snprintf(pool->lock_name, sizeof(pool->lock_name), LOCK_PREFIX "%d-%" PRIu64, (int) getpid(),
                        clock_boottime());
        fd = openat(pool->dir_fd, pool->lock_name, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;
        if (flock(fd, LOCK_SH | LOCK_NB) < 0)
                return -errno;
        pool->lock_fd = duplicate_high(fd);
        return pool->lock_fd < 0 ? pool->lock_fd : 0;
}

static void check(Pool *pool, Usec now);

static int on_check(sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Usec now = clock_boottime();

        check(userdata, now);
        (void) sd_event_source_set_time(source, now + CHECK_EVERY);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int pool_new(sd_event *event, const PoolConfig *config, const PoolOps *ops, void *userdata, Pool **ret_pool) {
        _cleanup_(pool_freep) Pool *pool = new0(Pool, 1);
        int r;

        if (!pool)
                return -ENOMEM;
        pool->memfd = pool->lifeline_read = pool->lifeline_write = pool->lock_fd = pool->dir_fd = -1;
        pool->event = sd_event_ref(event);
        pool->config = *config;
        pool->ops = ops;
        pool->userdata = userdata;
        pool->checked_at = clock_boottime();

        pool->environment = make_environment();
        if (!pool->environment)
                return -ENOMEM;
        pool->dir_fd = open(config->runtime_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (pool->dir_fd < 0)
                return -errno;
        pool->memfd = duplicate_high(config->memfd);
        if (pool->memfd < 0)
                return pool->memfd;
        r = make_lifeline(pool);
        if (r < 0)
                return r;
        r = make_orphan_lock(pool);
        if (r < 0)
                return r;
        r = sd_event_add_time(event, &pool->check_source, CLOCK_BOOTTIME, clock_boottime() + CHECK_EVERY, 1,
                              on_check, pool);
        if (r < 0)
                return r;

        *ret_pool = TAKE(pool);
        return 0;
}

static void child_free(Child *child) {
        sd_event_source_disable_unref(child->death_source);
        channel_free(child->channel);
        if (child->pidfd >= 0)
                (void) close(child->pidfd);
        if (child->pool->children[child->slot] == child)
                child->pool->children[child->slot] = NULL;
        free(child);
}

Pool *pool_free(Pool *pool) {
        if (!pool)
                return NULL;
        sd_event_source_disable_unref(pool->check_source);
        for (unsigned i = 0; i < RATELIMIT_SLOTS; i++) {
                Child *child = pool->children[i];

                if (!child)
                        continue;
                sd_event_source_disable_unref(TAKE(child->death_source));
                if (child->pid > 0) {
                        pool_signal(child, SIGKILL);
                        (void) waitid(P_PID, (id_t) child->pid, &(siginfo_t) {}, WEXITED);
                }
                child_free(child);
        }
        if (pool->dir_fd >= 0 && pool->lock_name[0] != '\0')
                (void) unlinkat(pool->dir_fd, pool->lock_name, 0);
        closep(&pool->memfd);
        closep(&pool->lifeline_read);
        closep(&pool->lifeline_write);
        closep(&pool->lock_fd);
        closep(&pool->dir_fd);
        free(pool->environment);
        sd_event_unref(pool->event);
        free(pool);
        return NULL;
}

/* ---- spawn ----------------------------------------------------------------------------------------------------------------- */

static int add_descriptors(const Pool *pool, posix_spawn_file_actions_t *actions) {
        int r;

        if ((r = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0)) != 0 ||
            (r = posix_spawn_file_actions_adddup2(actions, pool->memfd, ROLE_MEMFD)) != 0 ||
            (r = posix_spawn_file_actions_adddup2(actions, pool->lifeline_read, ROLE_LIFELINE)) != 0 ||
            (r = posix_spawn_file_actions_adddup2(actions, pool->lock_fd, ROLE_ORPHAN_LOCK)) != 0 ||
            (r = posix_spawn_file_actions_addclosefrom_np(actions, ROLE_ORPHAN_LOCK + 1)) != 0)
                return -r;
        return 0;
}

/* Empty mask, SIGPIPE as usual: role_start() blocks what it wants for itself. */
static int set_signals(posix_spawnattr_t *attributes) {
        sigset_t none, defaults;
        int r;

        if (sigemptyset(&none) < 0 || sigemptyset(&defaults) < 0 || sigaddset(&defaults, SIGPIPE) < 0)
                return -errno;
        if ((r = posix_spawnattr_setsigmask(attributes, &none)) != 0 ||
            (r = posix_spawnattr_setsigdefault(attributes, &defaults)) != 0 ||
            (r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)) != 0)
                return -r;
        return 0;
}

static int spawn(Pool *pool, char *const argv[], pid_t *ret_pid) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        int r;

        r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        r = posix_spawnattr_init(&attributes);
        if (r != 0) {
                (void) posix_spawn_file_actions_destroy(&actions);
                return -r;
        }
        r = add_descriptors(pool, &actions);
        if (r == 0)
                r = set_signals(&attributes);
        if (r == 0)
                r = -posix_spawn(ret_pid, "/proc/self/exe", &actions, &attributes, argv, pool->environment);
        (void) posix_spawnattr_destroy(&attributes);
        (void) posix_spawn_file_actions_destroy(&actions);
        return r;
}

static void on_message(_unused_ Channel *channel, const IpcMessage *message, void *userdata) {
        Child *child = userdata;
        Pool *pool = child->pool;

        child->heard_at = clock_boottime();
        child->has_spoken = true;
        switch (message->type) {
        case IPC_READY:
                if (message->ready.protocol != IPC_PROTOCOL || message->ready.code_version != CODE_VERSION) {
                        pool->ops->note(child, "child.protocol", "A child of another version is killed.",
                                        pool->userdata);
                        pool_signal(child, SIGKILL);
                        return;
                }
                if (child->is_ready)
                        return;
                child->is_ready = true;
                break;
        case IPC_LOAD:
                child->n_flows = message->load.n_flows;
                child->n_jobs = message->load.n_jobs;
                child->rss_kib = message->load.rss_kib;
                break;
        case IPC_DONE:
                child->n_flows_done++;
                break;
        default:
                break;
        }
        pool->ops->message(child, message, pool->userdata);
        if (message->type == IPC_LOAD)
                child->n_steps = message->load.n_steps;
}

static int on_death(_unused_ sd_event_source *source, const siginfo_t *si, void *userdata) {
        Child *child = userdata;
        Pool *pool = child->pool;
        Death death = { .code = si->si_code,
                        .status = si->si_status,
                        .was_asked = child->is_asked,
                        .was_hung = child->is_hung };

        channel_drain(child->channel);
        (void) FAULT("supervisor/before-reap");
        pool->ops->died(child, &death, pool->userdata);
        child->pid = 0;                 /* sd-event reaps it when we return */
        child_free(child);
        return 0;
}

static int find_slot(const Pool *pool) {
        for (int i = 1; i < RATELIMIT_SLOTS; i++)
                if (!pool->children[i])
                        return i;
        return -EBUSY;
}

int pool_spawn(Pool *pool, Role role, Child **ret_child) {
        _strbuf_ StrBuf url = {};
        const RoleRow *row = role_row(role);
        char slot_text[16], memfd_text[16], lifeline_text[16];
        Child *child;
        int slot, r;

        slot = find_slot(pool);
        if (slot < 0)
                return slot;
        child = new0(Child, 1);
        if (!child)
                return -ENOMEM;
        *child = (Child) { .role = role,
                          .slot = slot,
                          .pool = pool,
                          .pidfd = -1,
                          .incarnation = ++pool->last_incarnation };
        child->started_at = child->heard_at = clock_boottime();
        if (getrandom(&child->seed, sizeof(child->seed), GRND_NONBLOCK) < 0)
                child->seed = (uint32_t) child->started_at;

        /* Our pid is in the name: an orphan of our predecessor that redials must not find the address of one of ours. */
        strbuf_appendf(&url, "ipc://%s/%s-%d-%" PRIu64, pool->config.runtime_dir, row->name, (int) getpid(),
                       child->incarnation);
        r = url.error;
        if (r == 0)
                r = channel_listen(pool->event, strbuf_text(&url), on_message, child, &child->channel);
        if (r < 0) {
                child_free(child);
                return r;
        }
        channel_hear(child->channel, role == ROLE_EDITOR ? FROM_EDITOR : FROM_WORKER);
        ratelimit_slot_set(pool->config.limits, slot, (FlowId) { 0 });

        (void) snprintf(slot_text, sizeof(slot_text), "%d", slot);
        (void) snprintf(memfd_text, sizeof(memfd_text), "%d", ROLE_MEMFD);
        (void) snprintf(lifeline_text, sizeof(lifeline_text), "%d", ROLE_LIFELINE);
        /* clang-format off */
        char *argv[] = {
                (char *) "magikald", (char *) row->name,
                (char *) "--config", (char *) pool->config.config_path,
                (char *) "--slot", slot_text,
                (char *) "--url", url.text,
                (char *) "--memfd", memfd_text,
                (char *) "--lifeline", lifeline_text,
                NULL,
        };
        /* clang-format on */

        r = FAULT("supervisor/before-spawn");
        if (r == 0)
                r = spawn(pool, argv, &child->pid);
        if (r < 0) {
                child_free(child);
                return r;
        }
        r = role_owner(pool->config.runtime_dir, child->pid, child->owner);
        if (r == 0) {
                child->pidfd = pidfd_open(child->pid, 0);
                if (child->pidfd < 0)
                        r = -errno;
        }
        if (r == 0)
                r = sd_event_add_child_pidfd(pool->event, &child->death_source, child->pidfd, WEXITED,
                                             on_death, child);
        if (r < 0) {
                (void) kill(child->pid, SIGKILL);
                (void) waitid(P_PID, (id_t) child->pid, &(siginfo_t) {}, WEXITED);
                child_free(child);
                return r;
        }
        /* for a successor; without it leases end by time */
        (void) dprintf(pool->lock_fd, "%d\n", (int) child->pid);
        channel_expect(child->channel, child->pid);
        pool->children[slot] = child;
        *ret_child = child;
        return 0;
}

/* ---- life ------------------------------------------------------------------------------------------------------------------ */

int pool_send(Child *child, const IpcMessage *message) {
        return channel_send(child->channel, message);
}

size_t pool_n_queued_bytes(const Child *child) {
        return channel_n_queued_bytes(child->channel);
}

void pool_signal(Child *child, int signal) {
        (void) pidfd_send_signal(child->pidfd, signal, NULL, 0);        /* fails only when it is dead already */
}

void pool_ask_to_leave(Child *child) {
        if (child->is_asked)
                return;
        child->is_asked = true;
        child->asked_at = clock_boottime();
        if (pool_send(child, &(IpcMessage) { .type = IPC_DRAIN }) < 0)
                pool_signal(child, SIGTERM);    /* means the same to a child, and needs no room in a queue */
}

static void check_child(Pool *pool, Child *child, Usec now) {
        Usec silence = now - child->heard_at;

        if (child->is_asked && now >= child->asked_at + POOL_LEAVE_SIGKILL)
                pool_signal(child, SIGKILL);
        else if (child->is_asked && !child->was_terminated && now >= child->asked_at + POOL_LEAVE_SIGTERM) {
                child->was_terminated = true;
                pool_signal(child, SIGTERM);
        }
        if (child->is_hung) {
                if (now >= child->kill_at)
                        pool_signal(child, SIGKILL);
                return;
        }
        if (silence < (child->has_spoken ? POOL_SILENCE_MAX : POOL_START_MAX))
                return;
        child->is_hung = true;
        child->kill_at = now + POOL_ABORT_GRACE;
        pool->ops->note(child, "child.silent", "A child gave no sign of life and is killed.", pool->userdata);
        pool_signal(child, SIGABRT);
}

static void check(Pool *pool, Usec now) {
        /* When we were stopped ourselves, silence proves nothing: what the children said is still to be read. */
        if (now - pool->checked_at > 3 * CHECK_EVERY)
                POOL_FOREACH(child, pool)
                        child->heard_at = MAX(child->heard_at, now);
        pool->checked_at = now;

        POOL_FOREACH(child, pool)
                check_child(pool, child, now);
}

Child *pool_child(Pool *pool, unsigned i) {
        return i < RATELIMIT_SLOTS ? pool->children[i] : NULL;
}

Child *pool_by_incarnation(Pool *pool, uint64_t incarnation) {
        POOL_FOREACH(child, pool)
                if (child->incarnation == incarnation)
                        return child;
        return NULL;
}

unsigned pool_count(Pool *pool, Role role, bool only_ready) {
        unsigned n = 0;

        POOL_FOREACH(child, pool)
                n += child->role == role && !child->is_asked && (child->is_ready || !only_ready);
        return n;
}

/* ---- orphans --------------------------------------------------------------------------------------------------------------- */

/* The pids that a predecessor wrote into its lock. */
static void tell_pids(Pool *pool, int fd, void (*gone)(pid_t pid, void *userdata), void *userdata) {
        char text[ORPHANS_MAX * 12 + 1];
        struct stat st;
        ssize_t n;

        if (fstat(fd, &st) < 0)
                return;
        n = pread(fd, text, sizeof(text) - 1, MAX(st.st_size - (off_t) (sizeof(text) - 1), (off_t) 0));
        if (n <= 0)
                return;
        text[n] = '\0';
        for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
                long pid = strtol(line, NULL, 10);
                bool is_ours = false;

                /* the first line may be cut at its beginning: then it names nobody, or somebody without leases */
                POOL_FOREACH(child, pool)
                        is_ours |= child->pid == pid;
                if (pid > 1 && pid <= INT32_MAX && !is_ours)
                        gone((pid_t) pid, userdata);
        }
}

/* Is this left-over lock free? Then it is removed. */
static bool is_free(Pool *pool, const char *name, void (*gone)(pid_t pid, void *userdata), void *userdata) {
        _close_ int fd = openat(pool->dir_fd, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

        if (fd < 0)
                return errno == ENOENT;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return false;
        tell_pids(pool, fd, gone, userdata);
        (void) unlinkat(pool->dir_fd, name, 0);
        return true;
}

/* Sockets of the dead; a live one is ours and carries our pid. */
static void remove_stale_socket(Pool *pool, const char *name) {
        struct stat st;
        char ours[32];

        (void) snprintf(ours, sizeof(ours), "-%d-", (int) getpid());
        if (strstr(name, ours) || !strchr(name, '-'))
                return;
        if (fstatat(pool->dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(st.st_mode))
                (void) unlinkat(pool->dir_fd, name, 0);
}

int pool_orphans_are_gone(Pool *pool, void (*gone)(pid_t pid, void *userdata), void *userdata) {
        bool are_gone = true;
        int fd;
        DIR *dir;

        fd = openat(pool->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        dir = fdopendir(fd);
        if (!dir) {
                int r = -errno;

                (void) close(fd);
                return r;
        }
        for (const struct dirent *entry; (entry = readdir(dir));) {
                if (strncmp(entry->d_name, LOCK_PREFIX, strlen(LOCK_PREFIX)) != 0)
                        remove_stale_socket(pool, entry->d_name);
                else if (!streq(entry->d_name, pool->lock_name) && !is_free(pool, entry->d_name, gone, userdata))
                        are_gone = false;
        }
        (void) closedir(dir);
        return are_gone;
}
