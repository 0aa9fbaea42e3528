/*
 * The limit is a window, not a bucket: of the last n requests the oldest must be a minute old. A bucket of 30 would let 60 pass in its
 * first minute.
 *
 *      well ──5 failures──▶ paused ──time──▶ one probe ──answer──▶ well
 *                             ▲                  │
 *                             └──twice as long───┘
 */

#include "rsi-pace.h"

#include "magikal/cleanup.h"

#define MINUTE (60 * USEC_PER_SEC)
#define FAILURES_MAX 5
#define PAUSE_FIRST (5 * USEC_PER_SEC)
#define PAUSE_MAX (600 * USEC_PER_SEC)
#define PROBE_PATIENCE USEC_PER_SEC

void rsi_pace_init(RsiPace *pace, int per_minute) {
        *pace = (RsiPace) { .per_minute = per_minute };
}

Usec rsi_pace_wait(const RsiPace *pace, Usec now) {
        Usec oldest = pace->sent[pace->next];

        return oldest == 0 || now >= oldest + MINUTE ? 0 : oldest + MINUTE - now;
}

Usec rsi_pace_held_back(const RsiPace *pace, Usec now) {
        if (now < pace->paused_until)
                return pace->paused_until - now;
        return pace->is_probing ? PROBE_PATIENCE : 0;
}

void rsi_pace_sent(RsiPace *pace, Usec now) {
        pace->sent[pace->next] = now;
        pace->next = (pace->next + 1) % pace->per_minute;
        if (pace->pause > 0)
                pace->is_probing = true;
}

void rsi_pace_went_well(RsiPace *pace) {
        pace->n_failures = 0;
        pace->pause = pace->paused_until = 0;
        pace->is_probing = false;
}

void rsi_pace_failed(RsiPace *pace, Usec asked_for, Usec now) {
        bool was_probing = TAKE(pace->is_probing);
        Usec until;

        pace->n_failures++;
        if (was_probing)
                pace->pause = MIN(pace->pause * 2, PAUSE_MAX);
        else if (pace->pause == 0 && (pace->n_failures >= FAILURES_MAX || asked_for > 0))
                pace->pause = PAUSE_FIRST;
        else if (asked_for == 0)
                return;         /* too few, or one that was under way when the pause began */
        until = MAX(pace->pause, asked_for);
        until = now + MIN(until, PAUSE_MAX);
        pace->paused_until = MAX(pace->paused_until, until);
}
