#pragma once

/*
 * The supervisor's one context struct and what its files do for each other. Private to this directory.
 *
 *   supervisor.c  set-up as a checklist, the loop, what the gateway says      facts.c      what Discord is asked at start
 *   children.c    who runs: policy over pool.c                               upkeep.c     what happens by the clock
 *   lifecycle.c   service manager, reload, drain                             control.c    answers for magikalctl
 *   watching.c    what it sees of presses on their way, over watch.c
 */

#include "magikal/config.h"
#include "magikal/rest.h"
#include "magikal/role.h"
#include "magikal/secret.h"
#include "magikal/store.h"

#include "dispatch.h"
#include "notify.h"
#include "pool.h"
#include "restart-policy.h"
#include "shard.h"
#include "watch.h"

#define REAPS_MAX 64

/* What Discord told about the application; see facts.c. */
typedef struct DiscordFacts {
        bool are_known;
        char *gateway_url;
        int n_shards;
        int max_concurrency, identifies_per_day;
        UserId bot_user;
        ApplicationId application;
        uint64_t application_flags;
} DiscordFacts;

typedef struct Supervisor Supervisor;

/* A dead owner whose leases are still to be released. */
typedef struct PendingReap {
        Supervisor *supervisor;
        char owner[ROLE_OWNER_MAX];
        char why[DEATH_NAME_MAX];
        FlowId culprit;
        Usec died_at, due;
        unsigned n_done;                /* passes that the database has answered */
        bool is_sent;
        bool is_used;
} PendingReap;

struct Supervisor {
        char *config_path;
        Config *started;                /* as at start: what only a restart changes; texts of it are borrowed all over */
        Config *config;                 /* in force */
        Secret *token;
        char owner[ROLE_OWNER_MAX], owner_prefix[ROLE_OWNER_MAX];
        int lock_fd, memfd;
        Ratelimit *limits;
        sd_event *event;
        Store *store;
        Rest *rest;
        Pool *pool;
        Dispatch *dispatch;
        ControlServer *control;
        Watch *watch;
        Usec started_at;

        DiscordFacts facts;
        int facts_missing;              /* answers still to come */
        Usec facts_wait;                /* of the next try */

        Shard **shards;
        int n_shards, n_stopping;
        bool has_started_shards;

        /* children.c */
        RestartClass classes[_ROLE_MAX];
        Usec not_before[_ROLE_MAX];
        bool has_been_ready[_ROLE_MAX];
        uint64_t roll_below;            /* incarnations under this one are to be replaced */
        Usec quarantine_until;
        PendingReap reaps[REAPS_MAX];
        bool is_prefix_reaped, is_reaping_prefix, are_orphans_gone;
        Usec hold_until;                /* no child is started before, unless the dead self's leases were released earlier */
        uint64_t n_deaths, n_guilty_deaths;
        Usec wake_at;                   /* of children_timer; 0: not set */

        /* upkeep.c */
        bool wants_sweep, wants_register, wants_tell_dead;
        QueueState queue;
        bool is_queue_known, is_asking_queue;
        Usec queue_at;                  /* when it was answered */
        int n_guilds;
        uint64_t n_dropped, n_told, n_untold;
        sd_event_source *second_timer, *children_timer, *facts_timer, *drain_timer;
        uint64_t n_seconds;

        /* lifecycle.c */
        bool is_ready_told, is_draining, has_stopped_shards, is_reloading;
        int exit_status;
        Usec drained_at;
        Notify notify;
        Usec watchdog_every, watchdog_at;
        char status[160];
        bool is_status_told;
};

/* supervisor.c */
/* Once Discord's facts, the database and a worker are there; and again when one of them came. */
void supervisor_start_shards(Supervisor *s);
void supervisor_send_hello(Supervisor *s, Child *child);

/* facts.c */
void facts_ask(Supervisor *s);

/* children.c */
extern const PoolOps children_ops;
extern const DispatchOps children_dispatch_ops;
/* Starts what is missing, replaces one that has lived long enough; safe to call at any time. */
void children_ensure(Supervisor *s);
void children_roll(Supervisor *s);
void children_leave(Supervisor *s);             /* drain: all of them */
unsigned children_n_wanted(const Supervisor *s);
void children_reap_step(Supervisor *s);
/* To every worker. */
void children_tell_workers(Supervisor *s, const IpcMessage *message);
/* To the worker with least to do; false when there is none. */
bool children_tell_one(Supervisor *s, const IpcMessage *message);

/* watching.c */
/* Somebody asks how presses travel: children are told to tell. -ENOMEM. */
int watching_asked(Supervisor *s);
void watching_lapse(Supervisor *s);             /* every second: has nobody asked for a while? */
void watching_dispatch(Supervisor *s, int shard, const GatewayDispatch *dispatch);
void watching_job(Supervisor *s, const Child *child, const Job *job, Usec at);        /* at: since 1970 */
void watching_given_up(Supervisor *s, const Job *job, const char *why);
void watching_ready(Supervisor *s, Child *child);
void watching_died(Supervisor *s, const Child *child, const char *how, bool is_planned, FlowId culprit);
void watching_released(Supervisor *s, const Reaped *flow);
void watching_heard(Supervisor *s, const Child *child, const IpcMessage *message);

/* upkeep.c */
int upkeep_start(Supervisor *s);
/* What a worker was to be told (wants_…) and could not yet. */
void upkeep_flush(Supervisor *s);
/* How the queue stands; on connecting, and every five seconds. */
void upkeep_ask_database(Supervisor *s);

/* lifecycle.c */
int lifecycle_start(Supervisor *s);
bool lifecycle_is_serving(Supervisor *s);       /* gateway, workers and editor stand, and the database was seen */
void lifecycle_step(Supervisor *s);             /* every second and at every change: READY, STATUS, WATCHDOG, end of a drain */
/* Children finish their steps, the session is saved; then the loop ends with this status. The first call counts. */
void lifecycle_drain(Supervisor *s, int status);

/* control.c */
int control_start(Supervisor *s);
