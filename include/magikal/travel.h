#pragma once

/*
 * How a press travels, told while somebody watches it (magikalctl watch). The places on the way tell a tap; the tap of a child process
 * (role.c) sends it to the supervisor, which keeps the newest for whoever asks (src/supervisor/watch.h).
 *
 * Nobody watching costs a branch: then travel_tell() returns at once, and travel_begin() reads no clock. What is told may be lost and
 * nothing may depend on it. It holds ids of interactions, flows, channels and messages and words of our own; never ids of people, tokens or
 * what somebody typed.
 */

#include <stdbool.h>

#include "magikal/snowflake.h"

typedef enum TravelWhat {
#define TRAVEL(number, ID, name, by) TRAVEL_##ID = (number),
#define TRAVEL_OUTCOME(number, ID, name)
#include "magikal/travels.def"
#undef TRAVEL
#undef TRAVEL_OUTCOME
        TRAVEL_MAX = TRAVEL_GIVEN_UP,
} TravelWhat;

typedef enum TravelOutcome {
        TRAVEL_NO_OUTCOME,
#define TRAVEL(number, ID, name, by)
#define TRAVEL_OUTCOME(number, ID, name) TRAVEL_IS_##ID = (number),
#include "magikal/travels.def"
#undef TRAVEL
#undef TRAVEL_OUTCOME
        TRAVEL_OUTCOME_MAX = TRAVEL_IS_FAILED,
} TravelOutcome;

#define TRAVEL_NAME_MAX 48      /* bytes; names of flows, steps, controls, events */
#define TRAVEL_WHY_MAX 96       /* a word or a short sentence of ours */

/* Zero where it does not apply. Texts are borrowed until travel_tell() returns; NULL: none. */
typedef struct Travel {
        TravelWhat what;
        TravelOutcome outcome;
        InteractionId interaction;
        FlowId flow;
        ChannelId channel;
        MessageId message;
        int route;                      /* of a call: RouteId + 1 */
        int status;                     /* HTTP */
        Usec at;                        /* when it was over, since 1970; travel_tell() knows */
        Usec took;                      /* how long before `at` it began */
        const char *name, *why;
} Travel;

/* Whose work a request to Discord is. */
typedef struct TravelOf {
        InteractionId interaction;
        FlowId flow;
} TravelOf;

typedef struct TravelTap {
        Usec until;                     /* CLOCK_BOOTTIME; 0: nobody watches */
        void (*tell)(const Travel *travel, void *userdata);
        void *userdata;
} TravelTap;

/* NULL is a tap that nobody watches, here and below. It closes by itself when its time is over. */
static inline bool travel_is_watched(TravelTap *tap) {
        if (!tap || tap->until == 0)
                return false;
        if (clock_boottime() >= tap->until)
                tap->until = 0;
        return tap->until != 0;
}

/* Something begins: for travel_took() at its end. 0 while nobody watches. */
static inline Usec travel_begin(TravelTap *tap) {
        return travel_is_watched(tap) ? clock_boottime() : 0;
}

/* 0 when nobody watched at the beginning. */
static inline Usec travel_took(Usec began) {
        return began ? clock_boottime() - began : 0;
}

static inline void travel_tell(TravelTap *tap, const Travel *travel) {
        Travel told;

        if (!travel_is_watched(tap))
                return;
        told = *travel;
        told.at = clock_realtime();
        tap->tell(&told, tap->userdata);
}
