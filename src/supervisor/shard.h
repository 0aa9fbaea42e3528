#pragma once

/*
 * One shard of the gateway: its lease in the database, the session machine, the socket under it, and the saving of both so that
 * whoever comes after us resumes where nothing is lost.
 *
 *     taking ──lease──▶ leased: gateway runs, saved and renewed every second ──lease lost──▶ taking
 */

#include <systemd/sd-event.h>

#include "magikal/gateway.h"
#include "magikal/secret.h"
#include "magikal/store.h"

typedef struct Shard Shard;

typedef struct ShardConfig {
        int shard, n_shards;
        const Secret *token;            /* borrowed, as all texts here */
        uint32_t intents;
        bool compress;
        const char *url;                /* gateway for new sessions */
        const char *ca_file;            /* NULL: the system's */
        const char *user_agent;
        const char *owner_prefix;       /* "machine:boot:"; we hold the runtime directory's lock */
        int identifies_per_day, max_concurrency;
        Store *store;
} ShardConfig;

typedef struct ShardOps {
        /* One dispatch, in order. Whether its sequence number is free afterwards is answered by low_water. */
        void (*dispatch)(int shard, const GatewayDispatch *dispatch, void *userdata);
        /* Sequence numbers begin anew. */
        void (*new_session)(int shard, void *userdata);
        /* The last number up to which all is settled, when `highest` was seen. */
        int64_t (*low_water)(int shard, int64_t highest, void *userdata);
        /* READY (is_new) or RESUMED. */
        void (*live)(int shard, bool is_new, void *userdata);
        /* Discord will not have us; nothing follows. */
        void (*fatal)(int shard, int close_code, const char *sentence, void *userdata);
} ShardOps;

int shard_new(sd_event *event, const ShardConfig *config, const ShardOps *ops, void *userdata, Shard **ret_shard);
Shard *shard_free(Shard *shard);
DEFINE_CLEANUP(Shard *, shard_free)

/* Begins taking the lease, then connecting. */
void shard_start(Shard *shard);
/* A job was settled: heartbeats may name a higher sequence number. */
void shard_settled(Shard *shard);
/* Saves for the last time, closes with 4000 and calls `done`, once, from the loop; not later than 2 s. */
void shard_stop(Shard *shard, void (*done)(void *userdata), void *userdata);

typedef struct ShardState {
        bool is_leased;                 /* the lease is ours */
        bool is_elsewhere;              /* another host has it */
        bool is_live;
        bool is_sane;                   /* not connected, or heartbeats are answered */
        const char *gateway;            /* its state in one word */
        Usec round_trip;
        int64_t seq, low_water;
        uint64_t n_messages, n_reconnects, n_resumes, n_identifies;
} ShardState;
ShardState shard_state(const Shard *shard);
