#pragma once

/*
 * The children: spawn, hear, kill, reap. Mechanism only; who is started when is decided by the supervisor with restart-policy.h.
 */

#include <systemd/sd-event.h>

#include "magikal/ipc.h"
#include "magikal/ratelimit.h"
#include "magikal/role.h"

#include "restart-policy.h"

typedef struct Pool Pool;

#define POOL_SILENCE_MAX (3 * USEC_PER_SEC)     /* no heartbeat for so long: SIGABRT */
#define POOL_ABORT_GRACE (2 * USEC_PER_SEC)     /* then SIGKILL */
#define POOL_LEAVE_SIGTERM (10 * USEC_PER_SEC)  /* after DRAIN */
#define POOL_LEAVE_SIGKILL (15 * USEC_PER_SEC)
#define POOL_START_MAX (15 * USEC_PER_SEC)      /* from spawn to the first word */

typedef struct Child {
        Role role;
        int slot;                               /* row of the shared table; 1 … RATELIMIT_SLOTS - 1, 0 is the supervisor */
        uint64_t incarnation;                   /* never reused; names it in the job table */
        pid_t pid;
        char owner[ROLE_OWNER_MAX];
        Usec started_at, heard_at;
        bool has_spoken;                        /* anything came */
        bool is_ready;                          /* READY came */
        bool is_asked;                          /* DRAIN or SIGTERM was sent */
        bool is_hung;                           /* being killed for silence */
        unsigned n_flows, n_jobs;               /* its last report */
        uint32_t rss_kib;
        uint64_t n_steps, n_flows_done;
        uint32_t seed;
        /* private to pool.c */
        Pool *pool;
        int pidfd;
        Usec kill_at, asked_at;
        bool was_terminated;
        Channel *channel;
        sd_event_source *death_source;
} Child;

typedef struct PoolOps {
        /* Anything but a heartbeat; READY is checked and noted already. LOAD comes after its numbers were noted. */
        void (*message)(Child *child, const IpcMessage *message, void *userdata);
        /* It is dead, what it had said was heard, the process not yet reaped; freed when this returns. */
        void (*died)(Child *child, const Death *death, void *userdata);
        /* One line about a child is to be logged by the owner of the pool: silence, wrong protocol. */
        void (*note)(Child *child, const char *event, const char *sentence, void *userdata);
} PoolOps;

typedef struct PoolConfig {
        const char *config_path;                /* handed to children; borrowed */
        const char *runtime_dir;                /* borrowed */
        int memfd;                              /* the table of limits; stays the caller's */
        Ratelimit *limits;                      /* a slot is cleared before its next user starts; borrowed */
} PoolConfig;

int pool_new(sd_event *event, const PoolConfig *config, const PoolOps *ops, void *userdata, Pool **ret_pool);
/* Kills what is left with SIGKILL and waits for it. */
Pool *pool_free(Pool *pool);
DEFINE_CLEANUP(Pool *, pool_free)

/* Starts one process. -EBUSY: no slot is free. HELLO is queued by the caller. */
int pool_spawn(Pool *pool, Role role, Child **ret_child);
int pool_send(Child *child, const IpcMessage *message);
size_t pool_n_queued_bytes(const Child *child);
/* DRAIN, once. */
void pool_ask_to_leave(Child *child);
void pool_signal(Child *child, int signal);

/* Slots in order, with gaps: NULL where none is. i < RATELIMIT_SLOTS. */
Child *pool_child(Pool *pool, unsigned i);
#define POOL_FOREACH(child, pool)                               \
        for (unsigned i_ = 0; i_ < RATELIMIT_SLOTS; i_++)       \
                for (Child *child = pool_child((pool), i_); child; child = NULL)
Child *pool_by_incarnation(Pool *pool, uint64_t incarnation);
unsigned pool_count(Pool *pool, Role role, bool only_ready);

/*
 * Children of a supervisor that died finish their step and may need ten seconds for it. True once none is left in this runtime directory;
 * call again until then. `gone` is told the pids of those that went since the last call (a predecessor's newest ones; a pid that one of
 * ours has by now is left out). Negative errno.
 */
int pool_orphans_are_gone(Pool *pool, void (*gone)(pid_t pid, void *userdata), void *userdata);
