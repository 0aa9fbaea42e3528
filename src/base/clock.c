/* The only file that reads a clock. */

#include "magikal/clock.h"

#include <time.h>

static int64_t clock_skew;      /* set by tests and by the sandbox's control API */

static Usec clock_read(clockid_t id) {
        struct timespec ts;

        (void) clock_gettime(id, &ts);  /* cannot fail for these two clocks on Linux */
        return (Usec) ((int64_t) ((Usec) ts.tv_sec * USEC_PER_SEC + (Usec) ts.tv_nsec / 1000) + clock_skew);
}

Usec clock_realtime(void) {
        return clock_read(CLOCK_REALTIME);
}

Usec clock_boottime(void) {
        return clock_read(CLOCK_BOOTTIME);
}

void clock_set_skew(int64_t skew_usec) {
        clock_skew = skew_usec;
}
