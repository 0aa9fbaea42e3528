#pragma once

/* One question to the database itself, so that it is answered without the daemon. Private to this directory. */

#include "ctl.h"
#include "magikal/store.h"

typedef struct Query Query;
struct Query {
        int (*send)(Query *query);      /* once, when the store is connected; its done ends in query_finished() */
        bool has_keys;                  /* sealed columns are read, or people looked up */
        /* for send */
        Store *store;
        sd_event *event;
        /* the caller's own, for send and what comes back */
        void *userdata;
        /* private to ctl-query.c */
        sd_event_source *timer;
        bool is_sent;
        int outcome;
};

/*
 * Runs the query against the database of the settings; an exit status after a line when it did not work. STORE_CONFLICT is the caller's to
 * explain: it is given in *ret_outcome and the status is 0. ret_outcome may be NULL where nothing conflicts.
 */
int query_run(const Config *config, Query *query, int *ret_outcome);
void query_finished(Query *query, int outcome);
/* It has answered a part of it: the time for the rest begins anew. */
void query_goes_on(Query *query);
