#pragma once

/* How often the site may be asked: so many requests in any minute, and a pause when it fails. Pure: time comes in. */

#include <stdbool.h>

#include "magikal/clock.h"

#define RSI_PER_MINUTE_MAX 60

typedef struct RsiPace {
        int per_minute;
        Usec sent[RSI_PER_MINUTE_MAX];  /* ring of the last per_minute requests, 0: none yet */
        int next;                       /* the oldest of them */
        int n_failures;                 /* in a row */
        Usec pause;                     /* the last one, doubled with each failure after it; 0: the site is well */
        Usec paused_until;
        bool is_probing;                /* one request is out to see whether the site is well again */
} RsiPace;

void rsi_pace_init(RsiPace *pace, int per_minute);      /* 1 to RSI_PER_MINUTE_MAX */
/* How long until one more request keeps within the minute; 0: now. */
Usec rsi_pace_wait(const RsiPace *pace, Usec now);
/* How long nothing may be asked because the site fails; 0: it may. While a probe is out, a second or so. */
Usec rsi_pace_held_back(const RsiPace *pace, Usec now);
void rsi_pace_sent(RsiPace *pace, Usec now);
/* The site has answered, in whatever way. */
void rsi_pace_went_well(RsiPace *pace);
/* It has not, or with an error. asked_for: a pause that it asked for, 0: none. */
void rsi_pace_failed(RsiPace *pace, Usec asked_for, Usec now);
