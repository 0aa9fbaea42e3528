#pragma once

/* What happened: the effect log, the request log, and the traffic file for schema validation. */

#include "server.h"

/* traffic_file: NULL, or appended to. NULL in *ret: never. 0 or -errno. */
int journal_new(const char *traffic_file, Journal **ret_journal);
Journal *journal_free(Journal *journal);

/* Adds an effect and returns the entry's JSON, borrowed until the next one; NULL when there was no memory. */
const char *journal_effect(Journal *journal, Usec now, uint64_t application, const SbxEffect *effect);

typedef struct Exchanged {
        const SbxRequest *request;
        const char *template;           /* NULL: no route matched */
        int status;                     /* 0: dropped before it was applied */
        int code;
        const char *response;           /* JSON text, "" for none */
        const char *fault;              /* NULL: none */
        bool is_dropped;                /* the reply was never sent */
        bool is_rsi;                    /* no request to Discord: kept out of the traffic file */
        Usec took;                      /* from its last byte to this entry, waiting by a fault rule included */
        uint64_t interaction;           /* that it answers; 0: none */
} Exchanged;
/* Returns the entry's JSON, borrowed until the next one; NULL when there was no memory. */
const char *journal_request(Journal *journal, Usec now, const Exchanged *exchanged);
/* Adds a scene, a rendered object, and tells pages; from: "sandbox" or "bot". */
void journal_scene(Sandbox *sandbox, const char *from, const char *scene);
/* One event as a session gets it; d is rendered. Only the traffic file has it. */
void journal_dispatch(Journal *journal, Usec now, const char *event, const char *d);

/* {"effects":[…],"last":n} with the entries after a number whose text contains `match` (NULL: all). Returns how many. */
size_t journal_put_effects(Journal *journal, uint64_t after, const char *match, JsonWriter *w);
/* {"scenes":[…],"last":n} */
size_t journal_put_scenes(Journal *journal, uint64_t after, const char *match, JsonWriter *w);
/* {"requests":[…],"last":n} */
size_t journal_put_requests(Journal *journal, uint64_t after, const char *match, JsonWriter *w);
