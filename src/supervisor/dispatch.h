#pragma once

/*
 * The job table: which dispatch of the gateway is with which worker, what becomes of it when that worker dies, and up to which sequence
 * number nothing can be lost any more. Pure but for the bytes it keeps: sending is an operation, times are given.
 *
 *             dispatch_add             run                 accepted, answered
 *     (gateway) ───▶ queued ─────────────────▶ with a worker ───────────────▶ gone, its sequence number is free
 *                      ▲  ▲      refused, drained │  │ worker died
 *                      │  └──────────────────────-┘  │
 *                      │   1st death: only for the quarantine worker
 *                      └── 2nd death: no more run, a healthy worker apologises      3rd death, or 15 minutes: given up
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "magikal/clock.h"
#include "magikal/cleanup.h"

typedef struct Dispatch Dispatch;

#define DISPATCH_JOBS_MAX 1024
#define DISPATCH_BYTES_MAX (64u << 20)
#define DISPATCH_PER_WORKER_MAX 256             /* jobs handed to one worker and not yet settled */
#define DISPATCH_JOB_AGE_MAX (900 * USEC_PER_SEC) /* an interaction's token is valid for 15 minutes (Discord reference, "Receiving and Responding") */
#define DISPATCH_REFERENCE_MAX 9

typedef struct Job {
        uint64_t id;                            /* ours, never reused */
        int shard;
        bool holds_seq;                         /* false once its session is gone */
        int64_t seq;
        Usec received_at;
        uint64_t subject;                       /* d.id */
        uint64_t guild;
        char event[64];
        char *frame;
        size_t n_frame;
        uint64_t worker;                        /* incarnation it is with; 0: queued */
        uint32_t attempt;
        unsigned n_deaths;                      /* processes that died with it */
        char reference[DISPATCH_REFERENCE_MAX]; /* what the apology names; "" before it is needed */
} Job;

typedef struct DispatchOps {
        /* Hand it over: as APOLOGISE when job->reference is set, as JOB else. Negative: the worker takes nothing now. */
        int (*send)(uint64_t worker, const Job *job, void *userdata);
        /* A job waits for the quarantine worker and there is none. May be called again and again. */
        void (*want_quarantine)(void *userdata);
        /* Nobody will run it any more. why: one word. Its person has been told when it has a reference and why is "apologised". */
        void (*given_up)(const Job *job, const char *why, void *userdata);
} DispatchOps;

int dispatch_new(const DispatchOps *ops, void *userdata, Dispatch **ret_dispatch);
Dispatch *dispatch_free(Dispatch *dispatch);
DEFINE_CLEANUP(Dispatch *, dispatch_free)

typedef struct JobRequest {
        int shard;
        int64_t seq;
        uint64_t subject, guild;
        const char *event;
        const char *frame;                      /* copied */
        size_t n_frame;
} JobRequest;
/* -ENOBUFS: the table is full, -ENOMEM: then the sequence number is not held. */
int dispatch_add(Dispatch *d, const JobRequest *request, Usec now);

/* Workers come, report, stop taking jobs, and go. `incarnation` is never reused. */
int dispatch_worker_up(Dispatch *d, uint64_t incarnation, bool is_quarantine);
void dispatch_worker_load(Dispatch *d, uint64_t incarnation, unsigned n_flows);
void dispatch_worker_stop(Dispatch *d, uint64_t incarnation);
/* is_planned: it was asked to go; its jobs are under no suspicion. */
void dispatch_worker_down(Dispatch *d, uint64_t incarnation, bool is_planned);

/* What a worker says about a job. -ENOENT: there is no such job with that worker; it is gossip and nothing changed. */
int dispatch_settled(Dispatch *d, uint64_t incarnation, uint64_t job);
int dispatch_refused(Dispatch *d, uint64_t incarnation, uint64_t job);

/* Gives up what is older than DISPATCH_JOB_AGE_MAX. */
void dispatch_expire(Dispatch *d, Usec now);
/* A shard has a new session: sequence numbers of the old one mean nothing any more. */
void dispatch_new_session(Dispatch *d, int shard);
/* The last sequence number up to which everything is settled, when `highest` has been seen. */
int64_t dispatch_low_water(const Dispatch *d, int shard, int64_t highest);

/* The healthy worker with least to do, 0 when there is none; for what is not a job. */
uint64_t dispatch_least_loaded(const Dispatch *d);
bool dispatch_quarantine_has_work(const Dispatch *d);

typedef struct DispatchState {
        unsigned n_jobs, n_queued, n_workers;
        uint64_t n_added, n_settled, n_redispatched, n_apologies, n_given_up, n_overflow;
} DispatchState;
DispatchState dispatch_state(const Dispatch *d);
/* Jobs in the order they came, for the operator; NULL behind the last. Borrowed until the next call. */
const Job *dispatch_job(const Dispatch *d, unsigned i);
