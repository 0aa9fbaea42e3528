#pragma once

/*
 * One flow in flight. Private to the engine.
 *
 * A run has at most one operation under way (a batch, a request, a look-up or a timer), whose continuation is the only place that may free it. The
 * acknowledgement is the exception: it travels beside the steps and finds its run by the flow's id.
 */

#include "magikal/engine.h"

typedef enum AckState {
        ACK_NONE,               /* nobody pressed: a timer's flow */
        ACK_UNKNOWN,            /* accepted elsewhere: may or may not have been acknowledged */
        ACK_SENT,               /* under way */
        ACK_DONE,
        ACK_LATE,               /* the token is dead; the words go nowhere */
} AckState;

typedef struct RunStep {
        enum { RUN_STEP_NONE, RUN_STEP_INTENT, RUN_STEP_DONE, RUN_STEP_UNDONE } state;
        Usec first_at, last_at;
        Json *result;
} RunStep;

typedef struct Run Run;
typedef struct LookUp LookUp;   /* one that was asked for; look-up.c */

struct Run {
        Engine *engine;
        const Flow *flow;
        FlowId id;
        GuildId guild;
        Pseudonym actor;
        UserId actor_user;
        char *subject;
        Json *args;
        TicketId ticket;                /* args.tid; 0: none, or the one this flow opens */
        bool is_undo;
        int next_step;
        int attempt;                    /* errors on this step in earlier leases */
        uint64_t epoch;
        Usec deadline;                  /* database clock; USEC_INFINITY: nobody waits, or there is no way back */
        char *why;                      /* with is_undo */

        bool is_lost;                   /* somebody else has the lease: stop at the next continuation */
        bool is_committing;             /* a write is under way: its outcome must be known before anything else happens */
        Usec leased_at;                 /* CLOCK_BOOTTIME when the newest confirmed renewal was asked for */
        Usec adopted_at;                /* database clock: whoever had the flow before had sent everything by then */
        Usec asked_at;                  /* the same of the write under way */

        InteractionId interaction;
        char *token;
        int ack_type;
        AckState ack;
        bool waits_for_ack;
        bool has_said_words;
        bool is_blocked;                /* a permission is missing that this step waits for */
        bool was_blocked;               /* that was so in an earlier lease: the person knows */
        bool is_ack_repeated;           /* sent again because the words found no acknowledgement */

        RunStep steps[FLOW_STEPS_MAX];
        int at;                         /* step at hand: next_step, or the one being taken back */
        char marker[FLOW_MARKER_CHARS + 1];
        Facts *facts;                   /* NULL: not read yet */
        Json *cursor;
        Usec first_at, last_at;         /* of the step at hand */
        int n_sends;
        bool is_refused;                /* its one send was refused: there is no effect to look for */
        int tries;                      /* of this step within this lease */
        StepRequest request;
        bool has_request;
        RouteId probe_route;
        void (*probed)(Run *run, uint64_t id);
        StepReply reply;                /* its body is ours */
        Json *reply_body;

        struct {                        /* of a step that waits for an edit; wait.c */
                ChannelId channel;
                MessageId message;
                uint64_t version;       /* that must be written; 0: not looked yet */
                Usec began_at, pause;
                bool is_hinted;         /* the editor wrote something since the last look began */
        } wait;

        LookUp *look_up;                /* under way; NULL: none */

        int (*commit_build)(Run *run, Batch *b);        /* builds the batch under way, again when it must be repeated */
        void (*committed)(Run *run);
        Checkpoint checkpoint;
        const char *give_back_why;
        Usec give_back_wait;

        unsigned n_steps_done;
        Usec began_at;                  /* the step at hand, where somebody watches; else 0 */
        sd_event_source *timer;
        void (*then)(Run *run);
};

typedef struct Ack Ack;         /* an acknowledgement that travels; ack.c */
typedef struct Claim Claim;     /* a claim that was asked for; engine.c */

struct Engine {
        EngineConfig config;
        uint64_t installation;          /* 0: not known yet; nothing is claimed before */
        bool is_asking_installation;
        bool is_claiming;               /* any flow, not a certain one */
        bool is_claim_missed;           /* there was no place because of claims under way */
        bool is_draining;
        bool has_told_drained;
        Run **runs;                     /* n_flows_max places */
        unsigned n_runs;
        unsigned n_asked;               /* places that claims under way may fill */
        Claim *claims;
        uint64_t n_steps;
        int64_t clock_offset;           /* database clock − ours, microseconds */
        sd_event_source *claim_timer, *renew_timer;
        bool is_renewing;
        Usec renewal_asked_at;
        size_t n_renewed;
        FlowId *renewed;                /* n_flows_max places: what the renewal under way asked for */
        Ack *acks;
        LookUp *look_ups;               /* whose answer is still to come */
};

/* engine.c */
Run *engine_find(Engine *engine, FlowId flow);
void engine_tell_drained(Engine *engine);
void engine_left(Engine *engine, Run *run);
Usec engine_database_now(const Engine *engine);
void engine_learn_clock(Engine *engine, Usec database_now);

/* run.c */
int run_new(Engine *engine, const FlowRow *row, Usec asked_at, Run **ret_run);
Run *run_free(Run *run);
DEFINE_CLEANUP(Run *, run_free)
void run_start(Run *run);
void run_next(Run *run);
void run_wait(Run *run, Usec wait, void (*then)(Run *run));
void run_drop(Run *run, const char *event, const char *why);
void run_give_back(Run *run, const char *why, Usec wait);
void run_turn(Run *run, const char *why);
void run_block(Run *run);
StepContext run_context(const Run *run, const Json *results[FLOW_STEPS_MAX]);
void run_enter(Run *run);               /* flow code begins: the process's slot names the flow */
void run_leave(Run *run);
Usec run_retry_wait(Run *run);          /* before Discord is asked again */
Usec run_database_wait(Run *run);       /* before the database is asked again; always below RETRY_KEEP_MAX */
bool run_is_patient(const Run *run);    /* nobody waits for it: tried until done */
bool run_is_fresh(const Run *run);      /* false: a frozen process has woken up too late; its flow may run elsewhere */
bool run_is_overdue(const Run *run);
void run_interrupt(Run *run);           /* drain: what only waits for a time, an acknowledgement or RSI waits no longer */
FlowLease run_lease(const Run *run);
bool run_keep_facts(Run *run, const Facts *facts);       /* false: there is no memory for them, and the run was dropped */
void run_fault(const Run *run, const char *point);
/* For whoever watches: something of this run, whose ids are filled in; the step at hand begins; it is over, for good or for now. */
void run_travel(const Run *run, const Travel *travel);
void run_step_begins(Run *run);
void run_step_ends(Run *run, TravelOutcome outcome, const char *why);

/* step.c */
void step_begin(Run *run);
void step_take_back(Run *run);
void step_store_failed(Run *run, int outcome, void (*again)(Run *run));

/* wait.c: a step that waits until the editor has written */
void wait_begin(Run *run);
bool wait_is_for(const Run *run, ChannelId channel, MessageId message);
void wait_hint(Run *run);

/* look-up.c: a step that looks something up at RSI */
void look_up_begin(Run *run);
void look_up_leave(Run *run);           /* what comes now finds nobody */
void look_up_free_all(Engine *engine);  /* nobody will answer any more */

/* commit.c: one batch, repeated until its outcome is known */
void commit_begin(Run *run, int (*build)(Run *run, Batch *b), void (*committed)(Run *run));
void commit_checkpoint(Run *run);
void commit_undone(Run *run);
void commit_finish(Run *run);

/* words.c */
void words_say(Run *run);

/* ack.c */
int ack_send(Engine *engine, FlowId flow, const Acknowledgement *a, AckState *ret_state);
AckState ack_take(Engine *engine, FlowId flow);         /* ACK_UNKNOWN when we never sent one */
void ack_forget(Engine *engine, FlowId flow);           /* the flow is not ours: nobody will take it */
void ack_free_all(Engine *engine);
bool ack_is_travelling(const Engine *engine);
bool interaction_is_dead(const Engine *engine, InteractionId interaction);
