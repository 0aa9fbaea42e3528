#pragma once

/*
 * Takes wanted bodies out of the database and writes them to Discord, each message by one request at a time, different messages side by
 * side. Knows no process: what wakes it and whom to tell comes from editor.c.
 */

#include "magikal/rest.h"
#include "magikal/store.h"

typedef struct Edits Edits;

typedef struct EditsConfig {
        sd_event *event;
        Store *store;           /* borrowed, like `rest` */
        Rest *rest;
        Usec quiet;             /* of [tickets] edit_quiet_ms */
        TravelTap *travels;     /* is told of edits; borrowed, NULL: nobody is */
        /* The row's state has changed: this version stands, or never will; message 0 is the topic. */
        void (*applied)(ChannelId channel, MessageId message, uint64_t version, void *userdata);
        /* After edits_drain(): nothing is in flight any more. */
        void (*drained)(void *userdata);
        void *userdata;
} EditsConfig;

/* 0 or negative errno. Looks at the database at once, and then by itself for ever. */
int edits_new(const EditsConfig *config, Edits **ret_edits);
/* Right before its store and rest, which still know what is in flight; that is dropped, which is harmless. Or after `drained`. */
Edits *edits_free(Edits *edits);
DEFINE_CLEANUP(Edits *, edits_free)

void edits_wake(Edits *edits);          /* look now: the database is back */
void edits_hint(Edits *edits);          /* something has just been wanted: look when its quiet is over */
void edits_drain(Edits *edits);         /* take nothing more, finish what was begun, then `drained`, perhaps from inside this call */

unsigned edits_n_in_flight(const Edits *edits);
uint64_t edits_n_written(const Edits *edits);   /* answered in the database since the start */
