#pragma once

/*
 * Runs flows: claims them, drives each through intent, probe, request and checkpoint, says the last words, walks back what cannot be.
 * One engine a worker; dozens of flows in flight, all driven by callbacks of one event loop. What it promises is in the comment of run.c.
 */

#include <stdio.h>

#include "magikal/flow.h"

typedef struct Engine Engine;

typedef struct EngineConfig {
        sd_event *event;
        Store *store;
        Rest *rest;
        Ratelimit *limits;
        int slot;
        FlowEnv env;
        ClaimFilter filter;
        const Flow *(*find)(const char *name, int version);     /* the registry of flows; NULL: not known here */
        int n_flows_max;
        /* a flow ended or was given back */
        void (*done)(FlowId flow, unsigned n_steps, void *userdata);
        /* an edit was committed */
        void (*hint)(ChannelId channel, MessageId message, void *userdata);
        /* body of a message edit that tells a person that their flow was given up; malloced. locale: NULL when not told */
        int (*dead_words)(FlowId flow, const char *locale, char **ret_body);
        /* looks something up at RSI, as rsi_ask() does; whom it asks is gone before the engine. NULL: there is nobody, so nothing is known */
        int (*ask_rsi)(const RsiQuery *query, RsiDone done, void *done_userdata, void *userdata);
        TravelTap *travels;             /* is told what becomes of flows; borrowed, NULL: nobody is */
        /* the last flow left after engine_drain() */
        void (*drained)(void *userdata);
        void *userdata;
} EngineConfig;

int engine_new(const EngineConfig *config, Engine **ret_engine);
Engine *engine_free(Engine *engine);
DEFINE_CLEANUP(Engine *, engine_free)

/* The bot's ids became known (or changed); nothing is claimed before. */
void engine_set_identity(Engine *engine, ApplicationId application, UserId bot_user);

/* How a person's interaction is answered: what the flow's args carry under "ix". */
typedef struct Acknowledgement {
        InteractionId interaction;
        const char *token;
        const char *locale;             /* what the person reads; NULL: not told */
        int type;                       /* callback type: 5 deferred message (ephemeral), 6 deferred update */
} Acknowledgement;
/* Appends the member "ix" to an open object of args. */
void engine_put_acknowledgement(JsonWriter *args, const Acknowledgement *a);

/* A flow was accepted in this process: acknowledge at once, whatever the queue; then claim it if its subject is free. */
int engine_accepted(Engine *engine, FlowId flow, const Acknowledgement *a);
/* Something may be ready: claim soon. */
void engine_wake(Engine *engine);
/* The editor wrote a message (0: the topic): steps that wait for it look at once. A hint; it may be lost. */
void engine_applied(Engine *engine, ChannelId channel, MessageId message);
/* Tell the person of a dead flow; best effort, repeated by the caller until store_told(). `done` gets 0 when it was said or never can be. */
int engine_tell_dead(Engine *engine, const FlowRow *flow, void (*done)(int outcome, FlowId flow, void *userdata), void *userdata);

/* Finish the current step of each flow and give it back; claim no more. */
void engine_drain(Engine *engine);
unsigned engine_n_flows(const Engine *engine);
uint64_t engine_n_steps(const Engine *engine);

/* Names of all fault points of all flows' steps, one a line; `at` walks the registry of flows until NULL. The others are in fault-points.def. */
void engine_list_faults(FILE *out, const Flow *(*at)(size_t i));

/* ---- pure, in retry.c ------------------------------------------------------------------------------------------------------- */

#define RETRY_KEEP_MAX (10 * USEC_PER_SEC)      /* a wait below this keeps the lease; a longer one gives the flow back */
#define RETRY_SETTLE (2 * USEC_PER_SEC)         /* a request may still be executing at Discord that long after its connection broke */

/* Wait before try number attempt (from 0): 0.5 s doubling to 30 s (person waits) or 15 min (clean-up), ± 25 % by random (any 32 bits). */
Usec retry_wait(int attempt, bool is_cleanup, uint32_t random);
/* Clean-up gives up after 20 tries, about four hours. */
bool retry_is_over(int attempt, bool is_cleanup);
