#pragma once

/*
 * What all processes must agree on while talking to Discord: buckets, the global limit, the count of invalid requests, the breaker, and
 * one "now executing" slot per process. It lives in a sealed memfd that the supervisor makes and every child maps; one robust
 * process-shared mutex guards it and survives the SIGKILL of its owner. Times are CLOCK_BOOTTIME microseconds, given as arguments.
 */

#include <stdbool.h>

#include "magikal/clock.h"
#include "magikal/snowflake.h"

typedef struct Ratelimit Ratelimit;

#define RATELIMIT_SLOTS 32      /* processes: supervisor, editor, quarantine worker and up to 16 workers, with room for overlap at replacement */

int ratelimit_create(int global_per_second, int *ret_fd, Ratelimit **ret_limits);      /* supervisor, tests */
int ratelimit_map(int fd, Ratelimit **ret_limits);                                      /* children; -EPROTO when it is not ours */
Ratelimit *ratelimit_unmap(Ratelimit *limits);

/*
 * Discord bans an address for a while after 10,000 answers 401, 403 or 429 (but shared ones) in ten minutes (reference, "Invalid Request
 * Limit"). At the first number somebody should look; at the second only interaction callbacks leave.
 */
#define RATELIMIT_INVALID_ALARM 500
#define RATELIMIT_INVALID_STOP 5000

/*
 * May a request of this route and major id leave now? 0 and counted as sent, or the time to wait (> 0).
 * route is the row number, major the channel / guild / webhook id the bucket belongs to (0: none). is_interaction: the global limit and
 * the breaker do not hold it up; the first does not count it (Discord reference), and the second would take a person's three seconds.
 */
Usec ratelimit_take(Ratelimit *limits, int route, uint64_t major, bool is_interaction, Usec now);

typedef struct RatelimitHeaders {
        const char *bucket;     /* NULL: no header */
        int limit, remaining;   /* -1: no header */
        Usec reset_after;       /* 0: no header */
        bool is_429, is_global, is_shared;
        Usec retry_after;       /* body's, else header's */
} RatelimitHeaders;
void ratelimit_learn(Ratelimit *limits, int route, uint64_t major, const RatelimitHeaders *headers, int status, Usec now);
/* Nothing came back (or 5xx): five in a row open the breaker, 5 s doubling to 60 s. */
void ratelimit_failed(Ratelimit *limits, Usec now);

typedef struct RatelimitState {
        int n_invalid_10min;
        Usec breaker_until;     /* 0: closed */
        uint64_t n_requests, n_429, n_5xx;
} RatelimitState;
RatelimitState ratelimit_state(Ratelimit *limits, Usec now);

/* The slot of a process: which flow's code runs at this moment. Written without a lock by its owner, read by the supervisor after a death. */
void ratelimit_slot_set(Ratelimit *limits, int slot, FlowId flow);
FlowId ratelimit_slot_get(const Ratelimit *limits, int slot);
