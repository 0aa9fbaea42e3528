#pragma once

/*
 * What a child process inherits from the supervisor and how its main begins.
 *
 *   magikald <role> --config FILE --slot N --url ipc://… --memfd 3 --lifeline 4
 *
 * fd 3 is the shared table of limits (ratelimit.h), fd 4 the read end of a pipe that nobody writes to: its end means that the supervisor is
 * gone, fd 5 a locked file that only has to stay open: it tells a successor of the supervisor that this process lives. Standard error is
 * inherited. The signal mask is empty. Everything else is closed.
 */

#include <systemd/sd-event.h>

#include "magikal/config.h"
#include "magikal/ipc.h"
#include "magikal/keys.h"
#include "magikal/ratelimit.h"
#include "magikal/secret.h"
#include "magikal/travel.h"

#define ROLE_MEMFD 3
#define ROLE_LIFELINE 4
#define ROLE_ORPHAN_LOCK 5
#define CODE_VERSION 1          /* of the flows' tables; a flow of a newer one is left to processes that know it */
#define ROLE_OWNER_MAX 96

typedef enum Role {
#define ROLE(id, name, entry, min, max, may) ROLE_##id,
#include "magikal/roles.def"
#undef ROLE
        _ROLE_MAX
} Role;

typedef enum RoleMay {
        MAY_GATEWAY = 1 << 0,
        MAY_REST = 1 << 1,
        MAY_DB = 1 << 2,
        MAY_SPAWN = 1 << 3,
} RoleMay;

typedef struct RoleRow {
        const char *name;               /* argv[1] */
        int n_min, n_max;
        unsigned may;                   /* RoleMay bits */
} RoleRow;

const RoleRow *role_row(Role role);     /* NULL when it is none */
/* 0, or -EINVAL. */
int role_from_string(const char *name, Role *ret);

/* Exit statuses of every role; 0 is "as asked". */
enum {
        ROLE_EXIT_FAILURE = 1,          /* start me again */
        ROLE_EXIT_CONFIG = 78,          /* EX_CONFIG: starting again would not help; one sentence was logged */
};

typedef struct RoleLoad {
        unsigned n_flows, n_jobs;
        uint64_t n_steps;               /* finished since the process started */
} RoleLoad;

typedef struct RoleContext RoleContext;

typedef struct RoleOps {
        /* A message from the supervisor, HELLO included (bot_user and application are set by then). */
        void (*message)(const IpcMessage *message, void *userdata);
        /* The supervisor is gone, or SIGTERM came: finish the current step of each flow, then role_exit(). Called once. DRAIN comes as a message. */
        void (*stop)(void *userdata);
        /* Asked every second for the heartbeat, which is sent by role.c. */
        void (*load)(RoleLoad *ret, void *userdata);
} RoleOps;

struct RoleContext {
        Role role;
        int slot;                       /* row in the shared table that is ours */
        char owner[ROLE_OWNER_MAX];     /* "machine:boot:pid", names our leases */
        sd_event *event;
        Config *config;
        Secret *token;
        Keys *keys;
        Ratelimit *limits;
        Channel *supervisor;
        UserId bot_user;                /* as HELLO said last; 0: not known yet */
        ApplicationId application;
        TravelTap travels;              /* to the supervisor; open while it says that somebody watches */
        /* private to role.c */
        const RoleOps *ops;
        void *userdata;
        sd_event_source *heartbeat;
        bool is_stopping;
        uint32_t n_travels_lost;        /* since the last one that was sent */
};

/*
 * Everything before the role's own work: signals blocked and taken as events, death of the parent watched, not dumpable, configuration and
 * keys loaded, limits mapped, channel dialled, heartbeat started, fault points armed, log named. Blocks; called first in worker_main() and
 * editor_main(). `ret` must stay where it is until role_done(); no operation is called before the loop runs.
 * Gives 0, or the exit status after logging one sentence; then there is nothing to clean up.
 */
int role_start(int argc, char *argv[], const RoleOps *ops, void *userdata, RoleContext *ret);
/* Tells the supervisor that jobs may come. Once, when database and all else stand. */
int role_ready(RoleContext *role);
/* Runs the loop until role_exit(); gives the process's exit status, for main to return after role_done(). */
int role_run(RoleContext *role);
void role_exit(RoleContext *role, int status);
/* Lets the last messages leave, then frees everything of the context. Copes with one that role_start() did not finish. */
void role_done(RoleContext *role);

/*
 * Owner names "machine:boot:pid". The prefix "machine:boot:" is the same for all processes of one runtime directory between two boots;
 * its first part is derived from the machine's id and the directory's name, and tells neither.
 */
int role_owner_prefix(const char *runtime_dir, char ret[ROLE_OWNER_MAX]);
int role_owner(const char *runtime_dir, pid_t pid, char ret[ROLE_OWNER_MAX]);

/* What every process of ours wants before its first thread: signals that are taken as events blocked, SIGPIPE ignored, not dumpable. */
int role_harden(void);

/* The entry points that roles.def names. */
int supervisor_main(int argc, char *argv[]);
int worker_main(int argc, char *argv[]);
int editor_main(int argc, char *argv[]);
