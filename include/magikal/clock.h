#pragma once

/* The only road to a clock. Everything is microseconds. Pure code takes times as arguments instead of calling these. */

#include <stdint.h>

typedef uint64_t Usec;

#define USEC_PER_MSEC ((Usec) 1000)
#define USEC_PER_SEC ((Usec) 1000000)
#define USEC_INFINITY UINT64_MAX

Usec clock_realtime(void);      /* since 1970, UTC; may jump */
Usec clock_boottime(void);      /* since boot, counts suspend; never goes back. For deadlines and leases */
/* Tests and the sandbox's time travel: added to both clocks from now on. */
void clock_set_skew(int64_t skew_usec);
