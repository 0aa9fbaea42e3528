#pragma once

/*
 * When may a message, or a channel's topic, be written again? Pure: times in, due time out. How long a wish waits for quiet is decided
 * where it is stored (sql/statements/edit.sql); this is what only the one who writes knows: what Discord has just refused, and how many
 * topics a channel has had lately.
 */

#include <stdbool.h>

#include "magikal/clock.h"

/* Not documented by Discord, seen everywhere: a third name or topic within ten minutes is answered with a 429 of up to ten minutes. */
#define TOPIC_WRITES 2
#define TOPIC_WINDOW (600 * USEC_PER_SEC)

typedef struct Debounce {
        Usec written_at[TOPIC_WRITES];  /* newest first; 0: never */
        Usec not_before;                /* 0: nothing was refused */
} Debounce;

/* `now`, or the later time at which it may be written. */
Usec debounce_due(const Debounce *d, bool is_topic, Usec now);
void debounce_written(Debounce *d, Usec now);
/*
 * It was not written. n_fails: how often in a row before this. asked: how long Discord wants us to wait, 0: it did not say. random: any
 * number, so that what failed together does not come back together. Returns the time to wait.
 */
Usec debounce_put_off(Debounce *d, unsigned n_fails, Usec asked, uint32_t random, Usec now);
/* It says nothing any more. */
bool debounce_is_over(const Debounce *d, Usec now);
