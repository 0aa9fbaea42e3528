#include "debounce.h"

#include "magikal/cleanup.h"

#define WAIT_FIRST USEC_PER_SEC
#define WAIT_LONGEST (300 * USEC_PER_SEC)
#define JITTER_MAX USEC_PER_SEC
#define DOUBLINGS_MAX 9

Usec debounce_due(const Debounce *d, bool is_topic, Usec now) {
        Usec due = MAX(now, d->not_before), oldest = d->written_at[TOPIC_WRITES - 1];

        if (is_topic && oldest > 0)
                due = MAX(due, oldest + TOPIC_WINDOW);
        return due;
}

void debounce_written(Debounce *d, Usec now) {
        for (int i = TOPIC_WRITES - 1; i > 0; i--)
                d->written_at[i] = d->written_at[i - 1];
        d->written_at[0] = now;
        d->not_before = 0;
}

Usec debounce_put_off(Debounce *d, unsigned n_fails, Usec asked, uint32_t random, Usec now) {
        Usec wait = WAIT_FIRST << MIN(n_fails, (unsigned) DOUBLINGS_MAX), jitter;

        wait = asked > 0 ? asked : MIN(wait, WAIT_LONGEST);
        jitter = MIN(wait / 4, JITTER_MAX);
        wait += random % (jitter + 1);
        d->not_before = now + wait;
        return wait;
}

bool debounce_is_over(const Debounce *d, Usec now) {
        return d->not_before <= now && (d->written_at[0] == 0 || d->written_at[0] + TOPIC_WINDOW <= now);
}
