#pragma once

/*
 * A store over a database of its own for each test: copied from a template that the migrations made once. Calls are turned into
 * waiting ones: what a `done` got is copied into a Got.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "magikal/store.h"
#include "pg.h"

#define FIXTURE_OWNER "machine:boot:1"

typedef struct StoreFixture {
        PgTest db;              /* the cluster; dsn names this test's database */
        sd_event *event;
        Keys *keys;
        Store *store;
} StoreFixture;

/* The newest thing that a `done` got; texts are copied, at most 16 rows. */
typedef struct Got {
        bool is_done;
        int outcome;
        char constraint[64], sqlstate[8];
        size_t n;

        Accepted accepted;
        FlowRow flows[16];
        StepRow steps[16];
        Intent intent;
        Facts facts;
        Facts *kept_facts;      /* what `facts` leads to */
        unsigned capabilities;
        RoleCapabilities roles[16];
        const char **names;
        LiveApplication live;   /* the first */
        ZoneRules zone;         /* its transitions are kept too */
        bool has_zone;
        EditState edit;
        Ticket tickets[16];
        GuildId guilds[16];
        FlowId ids[16];
        Reaped reaped[16];
        EditRow edits[16];
        ShardRow shard;
        QueueState queue;
        Usec wait;
        int n_rows;
        const char *text;

        char *kept[256];
        size_t n_kept;
} Got;

/* Starts the cluster, migrates the template; false: a skip has been printed. Call once, in main(). */
bool store_fixture_begin(void);
void store_fixture_end(void);
PgTest *store_fixture_cluster(void);

int store_fixture_set_up(void **state);         /* *state: StoreFixture* */
int store_fixture_tear_down(void **state);

/* A second store on the same database, e.g. another process. To store_free(). */
Store *store_fixture_store(StoreFixture *f, const char *owner);
/* Runs the loop until the Got is filled; fails the test after 20 s. */
void got_wait(StoreFixture *f, Got *got);
void got_clear(Got *got);
#define _got_ _cleanup_(got_clear)

/* The callbacks; userdata is the Got. */
void got_batch(int outcome, const StoreReply *reply, void *userdata);
void got_accept(int outcome, const Accepted *accepted, void *userdata);
void got_flows(int outcome, const FlowRow *flows, size_t n_flows, void *userdata);
void got_steps(int outcome, const StepRow *steps, size_t n_steps, void *userdata);
void got_facts(int outcome, const Facts *facts, void *userdata);
void got_intent(int outcome, const Intent *intent, void *userdata);
void got_ids(int outcome, const FlowId *flows, size_t n_flows, void *userdata);
void got_reaped(int outcome, const Reaped *flows, size_t n_flows, void *userdata);
void got_count(int outcome, int n_rows, void *userdata);
void got_tickets(int outcome, const Ticket *tickets, size_t n_tickets, void *userdata);
void got_guilds(int outcome, const GuildId *guilds, size_t n_guilds, void *userdata);
void got_queue(int outcome, const QueueState *state, void *userdata);
void got_edits(int outcome, const EditRow *edits, size_t n_edits, void *userdata);
void got_due(int outcome, Usec wait, void *userdata);
void got_shard(int outcome, const ShardRow *row, void *userdata);
void got_capabilities(int outcome, unsigned capabilities, void *userdata);
void got_roles(int outcome, const RoleCapabilities *roles, size_t n_roles, void *userdata);
void got_names(int outcome, const char *const *names, size_t n_names, void *userdata);        /* as many as there are */
void got_zone(int outcome, const ZoneRules *rules, Usec now, void *userdata);
void got_live(int outcome, const LiveApplication *applications, size_t n_applications, void *userdata);
void got_edit_state(int outcome, const EditState *state, void *userdata);
void got_text(int outcome, const char *text, void *userdata);

/* A call that must be taken, then waited for: DO(f, &got, store_claim(f->store, &filter, 5, got_flows, &got)); */
#define DO(f, got, call)                         \
        do {                                     \
                got_clear(got);                  \
                assert_int_equal((call), 0);     \
                got_wait((f), (got));            \
        } while (0)

/* Things that many tests begin with. Each asserts success. */
FlowId fixture_accept(StoreFixture *f, const char *idem_key, const char *subject, UserId user);
FlowLease fixture_claim_one(StoreFixture *f, FlowId flow, Pseudonym *ret_actor);
/* Sends the batch on the flow lane and gives the outcome; the constraint's name lands in ret_constraint (64 bytes, may be NULL). */
int fixture_send(StoreFixture *f, Batch *take_batch, char *ret_constraint);
long long fixture_number(StoreFixture *f, const char *format, ...) _printf_(2, 3);
/* The SQL clock of the sessions that begin from now on, also of the store's: it is made anew. */
void fixture_skew(StoreFixture *f, const char *interval);
