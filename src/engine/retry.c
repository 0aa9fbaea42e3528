/* When to try again. Pure: the random bits come in as an argument. */

#include "magikal/engine.h"

#define RETRY_FIRST (USEC_PER_SEC / 2)
#define RETRY_PERSON_MAX (30 * USEC_PER_SEC)
#define RETRY_CLEANUP_MAX (15 * 60 * USEC_PER_SEC)
#define RETRY_CLEANUP_TRIES 20

Usec retry_wait(int attempt, bool is_cleanup, uint32_t random) {
        Usec longest = is_cleanup ? RETRY_CLEANUP_MAX : RETRY_PERSON_MAX, wait = RETRY_FIRST;

        for (int i = 0; i < attempt && wait < longest; i++)
                wait *= 2;
        wait = MIN(wait, longest);
        return wait - wait / 4 + (wait / 2) * (random >> 16) / 65536;
}

bool retry_is_over(int attempt, bool is_cleanup) {
        return is_cleanup && attempt >= RETRY_CLEANUP_TRIES;
}
