#pragma once

/*
 * The real engine between a real PostgreSQL and a Discord that says what the test tells it, request by request. A flow of these tests does
 * little: "note" is a row, "make" a channel that is found again by its topic, "say" a message with a nonce, "hide" a delete, "spare"
 * nothing at all, "wish" an edit that the editor should make, "wait" is for that edit, "ask" looks somebody up.
 */

#include "engine/run.h"
#include "lib/scripted-http.h"
#include "store-fixture.h"

#define RIG_GUILD ((GuildId) { 7 })
#define RIG_APPLICATION ((ApplicationId) { 11 })
#define RIG_BOT ((UserId) { 12 })
#define RIG_PLACES 4

typedef struct Rig {
        StoreFixture *f;
        ScriptedHttp *server;
        Ratelimit *limits;
        int fd;
        Rest *rest;
        Engine *engine;
        int n_seen;                     /* requests that the test has looked at */
        int n_callbacks;                /* of them acknowledgements, which are always welcome */
        unsigned n_left;                /* runs that ended */
        bool is_drained;
        int n_asked;                    /* look-ups so far */
        bool is_nobody_to_ask;          /* the next one cannot even be begun */
        RsiDone looked_up;              /* of the one under way; NULL: none */
        void *looker;
} Rig;

/* cmocka's set-up and tear-down; *state is the Rig. The engine is not started. */
int rig_set_up(void **state);
int rig_tear_down(void **state);

void rig_start(Rig *rig);
/* The process dies: engine, requests and connections are gone, leases are released as the supervisor does it. */
void rig_crash(Rig *rig);
/* The database's clock from now on; before rig_start(). */
void rig_skew(Rig *rig, const char *interval);

/* Accepts a flow of that kind; subject "s<kind>" unless given. ix 0: nobody pressed. */
FlowId rig_accept(Rig *rig, const char *kind, const char *subject, uint64_t ix, int ttl_s);
/* The id of an interaction that was pressed so long ago by the test's clock. */
uint64_t rig_interaction(Usec ago);

/*
 * Waits for the next request, which must begin with `start` ("POST /api/…"); gives its text. It hangs until rig_answer(). Acknowledgements
 * travel beside the steps and are answered at once; they are only counted.
 */
const char *rig_request(Rig *rig, const char *start);
/* Waits until a flow looks somebody up; answered by rig_look_up(). */
void rig_until_asked(Rig *rig);
void rig_look_up(Rig *rig, RsiResult result);
/* Answers whatever hangs. */
void rig_answer(Rig *rig, int status, const char *body);
void rig_answer_429(Rig *rig, const char *retry_after);
/* Nothing comes for so long. */
void rig_quiet(Rig *rig, Usec time);

void rig_turn(Rig *rig);                /* one turn of the loop, at most 20 ms */
void rig_until(Rig *rig, FlowId flow, const char *sql_condition);       /* a condition on the row of flow.flow */
void rig_until_free(Rig *rig);          /* until no run is in flight */
long long rig_number(Rig *rig, const char *format, ...) _printf_(2, 3);
