#pragma once

/*
 * PostgreSQL, asynchronously. Nothing here blocks except what says so. Every `done` is called exactly once, later, from the event
 * loop, never from inside the call that was given it. Rows handed to a `done` are borrowed until it returns.
 *
 * A Batch collects statements; sending it runs all of them in one implicit transaction and one round trip (libpq pipeline, one Sync).
 * Functions named store_add_* append to a batch; errors while appending stick and are reported by batch_send() once.
 */

#include <sys/types.h>
#include <systemd/sd-event.h>

#include "magikal/guild-settings.h"
#include "magikal/json.h"
#include "magikal/keys.h"
#include "magikal/snowflake.h"
#include "magikal/ticket.h"

typedef struct Store Store;
typedef struct Batch Batch;

/* What became of a batch (> 0); 0 means committed. A `done` may also get -ENOMEM: committed, but the rows could not be read. */
typedef enum StoreOutcome {
        STORE_LATER = 1,        /* surely not committed, and worth trying again: no connection, 40xxx, 55P03, 57xxx, too old for its time limit unsent */
        STORE_UNKNOWN,          /* sent, and the connection was lost or timed out before the answer: may have been committed */
        STORE_LEASE_LOST,       /* MF001: another owner has the flow, stop at once */
        STORE_CONFLICT,         /* a named constraint said no (23505, 23514, MF010); see StoreReply.constraint */
        STORE_REFUSED,          /* any other SQL error: a bug or a damaged row; logged with SQLSTATE by the store */
} StoreOutcome;

typedef enum StoreLane {
        STORE_FRONT,            /* accepts and questions; statement_timeout 2 s, a batch fails with STORE_LATER after 2 s unsent */
        STORE_FLOW,             /* the rest; 5 s */
} StoreLane;

typedef struct StoreConfig {
        const char *dsn;
        const char *name;       /* application_name, e.g. "magikald worker" */
        const char *owner;      /* lease owner "machine:boot:pid" */
        const Keys *keys;       /* borrowed for the store's life; NULL where nothing is sealed (supervisor) */
        bool has_front;         /* open the second connection */
} StoreConfig;

/* Starts connecting; reconnects by itself for ever (0.25 s doubling to 5 s). */
int store_new(sd_event *event, const StoreConfig *config, Store **ret_store);
Store *store_free(Store *store);        /* pending batches are dropped without their `done`; never from inside a `done` */
DEFINE_CLEANUP(Store *, store_free)
bool store_is_connected(const Store *store);
/* Called at each change of the connection state of the flow lane (true = usable). */
void store_on_state(Store *store, void (*changed)(bool is_connected, void *userdata), void *userdata);

/* ---- batches ---------------------------------------------------------------------------------------------------------- */

typedef struct StoreReply {
        const char *constraint; /* with STORE_CONFLICT */
        const char *sqlstate;   /* with any SQL error; NULL otherwise */
} StoreReply;
typedef void (*BatchDone)(int outcome, const StoreReply *reply, void *userdata);

Batch *batch_new(Store *store); /* NULL when out of memory: batch_send(NULL) then answers -ENOMEM */
Batch *batch_free(Batch *batch);
DEFINE_CLEANUP(Batch *, batch_free)
int batch_send(Store *store, StoreLane lane, Batch *take_batch, BatchDone done, void *userdata);

/* ---- the flow tables (sql/statements/flow.sql) ----------------------------------------------------------------------- */

typedef struct FlowRow {
        FlowId id;
        const char *kind;
        int code_version;
        GuildId guild;
        const char *subject;
        Pseudonym actor;        /* empty text: none */
        UserId actor_user;      /* 0: none or erased */
        const char *args;       /* opened JSON; NULL when the seal did not open or it is empty */
        bool is_undo;
        int next_step;
        int attempt;
        int crashes;
        uint64_t epoch;
        Usec created_at;        /* database clock, realtime */
        Usec deadline;          /* USEC_INFINITY: none */
        const char *last_error; /* NULL: none */
} FlowRow;

typedef struct AcceptRequest {
        const char *idem_key;   /* 'ix:<interaction id>' … */
        const char *kind;
        int code_version;
        GuildId guild;
        UserId user;            /* 0: no actor */
        const char *subject;    /* "actor" → 'user:<pid>'; else as it is */
        const char *args;       /* JSON; sealed before it leaves the process */
        int ttl_s;              /* 0: no deadline */
} AcceptRequest;

#define STORE_WAITING_MAX 20    /* unfinished flows of one subject */

typedef struct Accepted {
        FlowId flow;            /* 0: n_waiting is STORE_WAITING_MAX; or, when it is less, three flows of the subject died within the hour */
        Pseudonym actor;
        bool is_fresh;          /* false: this key was accepted before */
        int n_waiting;          /* unfinished flows of the subject before this one */
} Accepted;
typedef void (*AcceptDone)(int outcome, const Accepted *accepted, void *userdata);
int store_accept(Store *store, const AcceptRequest *request, AcceptDone done, void *userdata);     /* front lane */

typedef void (*ClaimDone)(int outcome, const FlowRow *flows, size_t n_flows, void *userdata);
typedef struct ClaimFilter {
        int crashes_min, crashes_max;   /* worker 0..1, quarantine worker 2..2 */
        int code_version;               /* newest this code knows */
} ClaimFilter;
int store_claim(Store *store, const ClaimFilter *filter, int n_max, ClaimDone done, void *userdata);
int store_claim_one(Store *store, const ClaimFilter *filter, FlowId flow, ClaimDone done, void *userdata);

typedef struct StepRow {
        int step_no;
        const char *op;
        enum { STEP_INTENT, STEP_DONE, STEP_UNDONE } state;
        const char *marker;
        int n_sends;
        Usec first_at, last_at; /* database clock */
        const Json *result;     /* NULL: none */
} StepRow;
typedef void (*StepsDone)(int outcome, const StepRow *steps, size_t n_steps, void *userdata);
int store_steps(Store *store, FlowId flow, StepsDone done, void *userdata);

/* Where a flow stands, for after STORE_UNKNOWN. n_flows is 0 when the row is gone. */
int store_flow_read(Store *store, FlowId flow, ClaimDone done, void *userdata);

typedef struct FlowLease {      /* names the write fence: the writer, and where it believes the flow to be */
        FlowId flow;
        uint64_t epoch;
        int step_no;            /* = next_step */
} FlowLease;

/* ---- facts: the rows a step may read; fetched together with the intent in one round trip ------------------------------- */

typedef struct RecruitFacts RecruitFacts;       /* store-recruit.h */

typedef enum FactsScope {
        FACTS_TICKET,                   /* settings and the ticket */
        FACTS_RECRUIT,                  /* the same and `recruit`, by one statement more */
} FactsScope;

typedef struct Facts {
        uint64_t installation;          /* made by the first migration; part of nonces */
        Usec now;                       /* database clock */
        GuildSettings settings;
        const char *guild_name;         /* NULL: Discord has not told it yet */
        Ticket ticket;                  /* by tid when one was asked for, else the one whose open_flow is the flow; id 0: none in this guild */
        ChannelId actor_ticket_channel; /* of a step: the live ticket of the flow's actor, of support or (FACTS_RECRUIT) recruitment; 0: none or not made yet */
        const RecruitFacts *recruit;    /* NULL with FACTS_TICKET. Its application is the ticket's; where a step has no ticket yet, that of its actor's live one */
} Facts;
typedef void (*FactsDone)(int outcome, const Facts *facts, void *userdata);
/* A copy of all of it that outlives `done`; to facts_free(). -ENOMEM. */
int facts_copy(const Facts *facts, Facts **ret_facts);
Facts *facts_free(Facts *facts);
DEFINE_CLEANUP(Facts *, facts_free)
/* For questions and policy outside of flows; front lane. tid may be 0; channel finds a live ticket when tid is 0 and channel is not. */
int store_facts(Store *store, GuildId guild, TicketId tid, ChannelId channel, FactsDone done, void *userdata);
/* The member's live ticket of a kind; ticket.id 0 when there is none. Front lane. */
int store_ticket_of_member(Store *store, GuildId guild, UserId user, TicketKind kind, FactsDone done, void *userdata);

typedef struct Intent {
        bool is_owned;                  /* false: lease lost, stop at once */
        int n_sends;                    /* 1: never sent before */
        Usec first_at, last_at;         /* database clock; last_at = the send before this one when n_sends > 1 */
        const char *marker;
        const Json *cursor;             /* result kept by AGAIN; NULL: none */
        const Facts *facts;
} Intent;
typedef void (*IntentDone)(int outcome, const Intent *intent, void *userdata);
/* Writes (or repeats) the intent row and reads the facts, one round trip. */
int store_intent(Store *store, const FlowLease *lease, const char *op, const char *marker, GuildId guild, TicketId tid, FactsScope scope,
                 IntentDone done, void *userdata);
/* Facts only, flow lane, for DB steps and the last words. */
int store_step_facts(Store *store, FlowId flow, GuildId guild, TicketId tid, FactsScope scope, FactsDone done, void *userdata);

/* ---- fences: the first statement of a checkpoint's batch ---------------------------------------------------------------- */

/* A fence goes to the front of its batch, whenever it is appended: what it guards may be collected first. */
void store_add_checkpoint(Batch *b, const FlowLease *lease, const char *op, const char *result_json);   /* result may be NULL */
void store_add_again(Batch *b, const FlowLease *lease, const char *cursor_json);
void store_add_turn(Batch *b, const FlowLease *lease, const char *why);
void store_add_undone(Batch *b, const FlowLease *lease, int step_no);
void store_add_finish(Batch *b, const FlowLease *lease, const char *state);                              /* "done" | "refused" | "dead": parked, args kept */
void store_add_later(Batch *b, const FlowLease *lease, const char *why, Usec wait);
/* Behind a fence: nobody's patience ends this flow any more. */
void store_add_no_deadline(Batch *b, FlowId flow);

/*
 * Another flow begins with this commit, with no actor and no deadline; request->user and ->ttl_s are not looked at, and the subject is as it is.
 * One of the same key is enough.
 */
void store_add_flow(Batch *b, const AcceptRequest *request);

/* ---- domain writes, audit, wanted edits; appended behind a fence --------------------------------------------------------- */

typedef struct TicketReserve {
        FlowId flow;
        GuildId guild;
        TicketKind kind;
        Pseudonym opener;
        const char *question;           /* sealed by the store */
        const char *opener_locale;      /* NULL: not known */
        int cooldown_s;                 /* 0: none. Too early → STORE_CONFLICT "ticket_cooldown" */
        int opens_per_day;              /* 0: no limit. → STORE_CONFLICT "ticket_per_day" */
} TicketReserve;
/* Takes the guild's next number and makes the row in state opening, and with it the application of a recruitment ticket; the flow's ticket from now on. "ticket_one": there is one already. */
void store_add_ticket_reserve(Batch *b, const TicketReserve *reserve);
void store_add_ticket_channel(Batch *b, FlowId open_flow, ChannelId channel);                   /* channel known, still opening */
void store_add_ticket_opened(Batch *b, FlowId open_flow, MessageId message);                    /* → open */
void store_add_ticket_message(Batch *b, TicketId tid, MessageId message);                        /* posted again, as the first was deleted by hand */
void store_add_ticket_failed(Batch *b, FlowId open_flow, const char *why);                      /* → failed, question blanked */
/* open → closing; STORE_CONFLICT "ticket_not_open" when somebody was first. Remembers who and the outcome word; the resolution text is never stored here. */
void store_add_ticket_closing(Batch *b, TicketId tid, Pseudonym closer, const char *outcome);
/* What a closing ticket waits for; forgotten when it is closed. */
void store_add_ticket_blocked(Batch *b, TicketId tid, const char *on);
void store_add_ticket_reopened(Batch *b, TicketId tid);                                          /* closing → open: undo */
void store_add_ticket_closed(Batch *b, TicketId tid);                                            /* closing → closed, question blanked, its edit rows deleted */

/* Any live state → closed, outcome "deleted by hand": somebody else deleted the channel. Nothing when it is closed already. */
void store_add_ticket_vanished(Batch *b, TicketId tid);

typedef struct SettingsChange {         /* a member is changed when its flag is set; id 0 clears */
        bool set_support_panel, set_recruitment_panel, set_support_category, set_recruitment_category, set_log_channel;
        bool set_support_role, set_recruitment_role, set_dm_on_close, set_support_panel_message, set_recruitment_panel_message;
        GuildSettings to;
} SettingsChange;
void store_add_settings(Batch *b, GuildId guild, const SettingsChange *change);

void store_add_overflow(Batch *b, GuildId guild, const Overflow *overflow);
/* It is gone. */
void store_add_overflow_forget(Batch *b, GuildId guild, ChannelId category);

/* The guild removed us: its tickets are over and nothing is written there any more. Settings and applications stay. */
void store_add_guild_left(Batch *b, GuildId guild);
/* We are in it again: tickets whose channel is among these are open as they were. */
void store_add_guild_back(Batch *b, GuildId guild, const ChannelId *channels, size_t n_channels);

typedef struct Audit {
        FlowId flow;
        int step_no;
        GuildId guild;
        const char *action;             /* "ticket.opened" … */
        Pseudonym actor;                /* empty: nobody */
        const char *subject;
        const char *detail_json;        /* before → after; ids of channels and roles, never a user id or free text; NULL: none */
} Audit;
void store_add_audit(Batch *b, const Audit *audit);

/* message 0 = the channel's topic. The body is sealed. Returns nothing: a message known to be gone is left alone. */
void store_add_want(Batch *b, GuildId guild, ChannelId channel, MessageId message, const char *body_json, Usec quiet, Usec max_wait);

/* What stands there is not what the editor wrote last: the next wish is written even if it is the same. */
void store_add_overwritten(Batch *b, ChannelId channel, MessageId message);

/* ---- queue upkeep -------------------------------------------------------------------------------------------------------- */

typedef void (*CountDone)(int outcome, int n_rows, void *userdata);
typedef void (*IdsDone)(int outcome, const FlowId *flows, size_t n_flows, void *userdata);
int store_renew(Store *store, const FlowId *flows, size_t n_flows, IdsDone done, void *userdata);      /* still ours */
typedef struct Reaped { FlowId flow; bool is_dead; } Reaped;
typedef void (*ReapDone)(int outcome, const Reaped *flows, size_t n_flows, void *userdata);
/* owner: of the dead process; culprit.v 0: nobody is to blame. Edits it had taken are free again too, also with the next one. */
int store_reap_owner(Store *store, const char *owner, const char *why, FlowId culprit, ReapDone done, void *userdata);
/* Every owner whose name begins with `prefix` ("machine:boot:"), but the caller's own; nobody is to blame. */
int store_reap_prefix(Store *store, const char *prefix, ReapDone done, void *userdata);
int store_reap_old(Store *store, ReapDone done, void *userdata);
/* Past its deadline: turned to walk back (with nothing begun that is just the last words and 'refused'). */
int store_expire(Store *store, IdsDone done, void *userdata);
/* Something changed about the guild's roles or channels: flows that wait for a permission try again now. */
int store_wake_blocked(Store *store, GuildId guild, IdsDone done, void *userdata);
/* Dead flows whose person has not been told; up to n_max. Then store_told(). */
int store_dead_untold(Store *store, int n_max, ClaimDone done, void *userdata);
int store_told(Store *store, FlowId flow, BatchDone done, void *userdata);
/*
 * An operator's second chance: a dead flow becomes ready again where it stood, and one that waits for its next try need not wait. n_rows 0: it
 * is neither, or its args are emptied already.
 */
int store_requeue(Store *store, FlowId flow, CountDone done, void *userdata);
/*
 * Tickets in opening or closing that no unfinished flow works on: each gets a flow 'tmr:repair:<tid>:<repairs>' of this kind, subject
 * 'ticket:<tid>', no actor, no args, in one statement. After five repairs of a ticket: once an hour. Gives the new flows.
 */
int store_repair_tickets(Store *store, const char *kind, int code_version, IdsDone done, void *userdata);
/*
 * Removes flows 30 days after their end, empties args of dead flows 7 days after their person was told, drafts of applications whose ticket is
 * over, and texts of declined applications after the days that their guild has set; 1,000 rows of each a call, n_rows tells how many.
 */
int store_retention(Store *store, CountDone done, void *userdata);

/* Live tickets of a guild with a channel, for the sweeper; ordered by tid. */
typedef void (*TicketsDone)(int outcome, const Ticket *tickets, size_t n_tickets, void *userdata);
int store_live_tickets(Store *store, GuildId guild, TicketsDone done, void *userdata);
/* What Discord calls the guild, cut to 100 characters; an empty name is not kept. locale: its preferred one; NULL: not told. */
int store_guild_name(Store *store, GuildId guild, const char *name, const char *locale, BatchDone done, void *userdata);
typedef void (*GuildsDone)(int outcome, const GuildId *guilds, size_t n_guilds, void *userdata);
int store_guilds(Store *store, GuildsDone done, void *userdata);       /* every guild with settings or a live ticket */

typedef struct QueueState {
        int n_ready, n_running, n_dead;
        int n_suspect;                  /* of the ready: due, and only for the quarantine worker */
        Usec oldest_ready;              /* how long the one that is due longest has waited */
        int schema_version;
} QueueState;
typedef void (*QueueDone)(int outcome, const QueueState *state, void *userdata);
int store_queue_state(Store *store, QueueDone done, void *userdata);

/* What is not done, first what was given up; 100 at most. Texts are borrowed until `done` returns. */
typedef struct FlowListed {
        FlowId id;
        const char *kind, *state;       /* state: "ready", "running", "dead" */
        GuildId guild;
        int attempt, crashes;
        Usec age, next_try;             /* next_try: from now, of the ready; 0: due */
        const char *last_error;         /* NULL: none */
} FlowListed;
typedef void (*FlowsListedDone)(int outcome, const FlowListed *flows, size_t n_flows, void *userdata);
int store_flows_listed(Store *store, FlowsListedDone done, void *userdata);

/* ---- the editor's table ------------------------------------------------------------------------------------------------- */

typedef struct EditRow {
        ChannelId channel;
        MessageId message;      /* 0: the topic */
        GuildId guild;
        const char *want;       /* opened body; NULL when the seal did not open */
        uint64_t want_version, have_version, epoch;
        const char *have_hash;  /* "" when never written */
        int fails;
} EditRow;
typedef void (*EditsDone)(int outcome, const EditRow *edits, size_t n_edits, void *userdata);
int store_edit_take(Store *store, int n_max, EditsDone done, void *userdata);
/* due_at of the earliest edit that waits, in microseconds from now; USEC_INFINITY when none (given as one EditRow-less call). */
typedef void (*DueDone)(int outcome, Usec wait, void *userdata);
int store_edit_next_due(Store *store, DueDone done, void *userdata);
/* This version stands now. A newer wish waits for `quiet` first. */
int store_edit_done(Store *store, const EditRow *edit, const char *hash, Usec quiet, BatchDone done, void *userdata);
int store_edit_later(Store *store, const EditRow *edit, Usec wait, const char *why, BatchDone done, void *userdata);
/* state: "gone" | "blocked" */
int store_edit_end(Store *store, const EditRow *edit, const char *state, const char *why, BatchDone done, void *userdata);
/* How far the editor is with a message (0: the topic), for those who wait for it. */
typedef struct EditState {
        bool is_known;          /* false: nobody ever wanted anything there, or it is long forgotten */
        bool is_gone;           /* the message is gone: nothing will ever be written */
        bool is_blocked;        /* a permission is missing; the wish is kept */
        uint64_t want_version, have_version;
} EditState;
typedef void (*EditStateDone)(int outcome, const EditState *state, void *userdata);
int store_edit_state(Store *store, ChannelId channel, MessageId message, EditStateDone done, void *userdata);
/* Blocked edits that nobody wanted or tried for so long are live again. */
int store_edit_unblock(Store *store, Usec age, BatchDone done, void *userdata);

/* ---- the supervisor's table ------------------------------------------------------------------------------------------------ */

typedef struct ShardRow {
        bool is_ours;           /* false: somebody else holds a valid lease */
        uint64_t epoch;
        const char *session_id; /* NULL: none */
        const char *resume_url;
        int64_t seq;            /* -1: none */
} ShardRow;
typedef void (*ShardDone)(int outcome, const ShardRow *row, void *userdata);
/* own_prefix: our dead self may be replaced at once; pass only while holding the runtime directory's lock. */
int store_shard_take(Store *store, int shard, int n_shards, const char *own_prefix, ShardDone done, void *userdata);
/* Saves and renews (15 s). STORE_LEASE_LOST when the epoch is no longer ours. session_id NULL forgets the session. */
int store_shard_save(Store *store, int shard, uint64_t epoch, const char *session_id, const char *resume_url, int64_t seq, BatchDone done, void *userdata);
/* Takes one IDENTIFY from the day's budget; outcome 0 and wait 0 = go, wait > 0 = ask again after so many microseconds. */
int store_identify_take(Store *store, int bucket, int per_day, DueDone done, void *userdata);

/* ---- what is registered with Discord ----------------------------------------------------------------------------------------- */
typedef void (*TextDone)(int outcome, const char *text, void *userdata);        /* NULL: no row */
int store_kv_get(Store *store, const char *key, TextDone done, void *userdata);
int store_kv_put(Store *store, const char *key, const char *text, BatchDone done, void *userdata);

/* ---- start-up, blocking ------------------------------------------------------------------------------------------------------ */

#define STORE_SCHEMA_VERSION 9  /* the newest migration this code was built with */
/*
 * Applies what is missing from the built-in migrations under an advisory lock; prints one line each to stdout. -errno and a sentence (to free()).
 * Rights go to the roles that the session setting magikal.runtime_role names, separated by commas (options=-c magikal.runtime_role=… in the
 * DSN), else to "magikal", the account of the unit, and "magikal_runtime", as far as there are such roles.
 */
int store_migrate(const char *dsn, bool check_only, char **ret_why);
/* 0 when this code may run on the schema, else -EPROTO and one sentence with the command to run. */
int store_check_schema(const char *dsn, char **ret_why);

#include "magikal/store-person.h"
#include "magikal/store-recruit.h"
