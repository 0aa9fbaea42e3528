#pragma once

/*
 * How presses travel, for whoever watches: a ring of the newest events. Open from a question until WATCH_LAPSE after the last one; closed it keeps
 * nothing, not even its memory. Pure: times are given. What children say is checked here, for it is hearsay.
 */

#include <sys/types.h>

#include "magikal/ipc.h"
#include "magikal/json.h"
#include "magikal/travel.h"

typedef struct Watch Watch;

/* A watcher asks five times a second. Heaviest load of the benchmark: 200 presses a second of about fifteen events each, so one second fits. */
#define WATCH_EVENTS_MAX 4096
#define WATCH_ANSWER_MAX 256                    /* events of one answer, about 80 KiB */
#define WATCH_LAPSE (5 * USEC_PER_SEC)
#define WATCH_RENEW (2 * USEC_PER_SEC)          /* how often children are told that it goes on, at most */

/* Where it happened. Zero where it does not apply. */
typedef struct WatchPlace {
        const char *role;                       /* of a child, static; NULL: the supervisor */
        int slot;
        pid_t pid;
        int shard;                              /* counted from 1 */
        uint64_t job;
        unsigned attempt;
} WatchPlace;

/* life: a number that no other process of ours has had, so that a watcher notices the change; since 1970. NULL: no memory. */
Watch *watch_new(Usec life);
Watch *watch_free(Watch *watch);
DEFINE_CLEANUP(Watch *, watch_free)

bool watch_is_open(const Watch *watch, Usec now);
/* Somebody asks. True: children are to be told that it goes on. -ENOMEM: there is no room for the ring. */
int watch_ask(Watch *watch, Usec now);
/* Forgets all when nobody has asked for WATCH_LAPSE. */
void watch_close_when_due(Watch *watch, Usec now);

/* Adds an event of our own; nothing while it is closed. */
void watch_tell(Watch *watch, const Travel *travel, const WatchPlace *place);
/* The same for what a child said. -EBADMSG: it may not say that, or not so; it is counted as lost. realtime: now, since 1970. */
int watch_hear(Watch *watch, const IpcMessage *message, const WatchPlace *place, Usec realtime);

/*
 * Appends the members of an answer to an open object: life, events (at most WATCH_ANSWER_MAX of those after number `after`), last (the
 * number of the last of these, for the next question), missed (how many in between are forgotten), lost (how many children could not
 * tell, since the start), more. Of another life every event counts as new; after -1: only what comes from now on.
 */
void watch_put(const Watch *watch, int64_t life, int64_t after, JsonWriter *w);
