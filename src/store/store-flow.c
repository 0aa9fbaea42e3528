/* Flows: accept, claim, steps, intent, and the fences of a checkpoint. Upkeep of the queue is store-sweep.c. */

#include "db.h"

#include <errno.h>

/* ---- reading -------------------------------------------------------------------------------------------------------------- */

/* The columns that claim, claim_one, flow_read and dead_untold share. */
static void read_flow(Batch *b, const PGresult *r, size_t row, FlowRow *ret) {
        *ret = (FlowRow) {
                .id = { row_u64(r, row, 0) },
                .kind = row_text(r, row, 1),
                .code_version = row_int(r, row, 2),
                .guild = { row_u64(r, row, 3) },
                .subject = row_text(r, row, 4),
                .actor = row_pseudonym(r, row, 5),
                .actor_user = row_user(b, r, row, 6),
                /* a flow that a timer started has no arguments, which is nothing to be sealed */
                .args = row_is_empty_bytea(r, row, 7) ? "{}" : row_opened(b, r, row, 7),
                .is_undo = row_bool(r, row, 8),
                .next_step = row_int(r, row, 9),
                .attempt = row_int(r, row, 10),
                .crashes = row_int(r, row, 11),
                .epoch = row_u64(r, row, 12),
                .created_at = row_u64(r, row, 13),
                .deadline = row_is_null(r, row, 14) ? USEC_INFINITY : row_u64(r, row, 14),
                .last_error = row_text(r, row, 15),
        };
}

void finish_flows(Batch *b, int outcome) {
        ClaimDone done = (ClaimDone) b->done;
        _free_ FlowRow *flows = NULL;
        size_t n = 0;

        if (outcome == STORE_CONFLICT)
                outcome = STORE_LATER;  /* flow_one_running: two claims met over one subject */
        if (outcome == 0 && batch_n_rows(b, 0) > 0) {
                n = batch_n_rows(b, 0);
                flows = new0(FlowRow, n);
                if (!flows) {
                        done(-ENOMEM, NULL, 0, b->userdata);
                        return;
                }
                for (size_t i = 0; i < n; i++)
                        read_flow(b, batch_result(b, 0), i, &flows[i]);
        }
        done(outcome, flows, n, b->userdata);
}

/* ---- intake --------------------------------------------------------------------------------------------------------------- */

static void finish_accept(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 0);
        Accepted accepted = {};

        if (outcome == 0 && batch_n_rows(b, 0) == 1)
                accepted = (Accepted) {
                        .flow = { row_u64(r, 0, 0) },
                        .actor = row_pseudonym(r, 0, 1),
                        .is_fresh = row_bool(r, 0, 2),
                        .n_waiting = row_int(r, 0, 3),
                };
        ((AcceptDone) b->done)(outcome, outcome == 0 ? &accepted : NULL, b->userdata);
}

/* What finds a person, and what leads back to them. */
static void put_person(Batch *b, GuildId guild, UserId user) {
        char text[24];

        batch_person(b, guild, user);
        if (user.v == 0)
                return batch_null(b);
        (void) snprintf(text, sizeof(text), "%llu", (unsigned long long) user.v);
        batch_sealed(b, text);
}

void store_add_flow(Batch *b, const AcceptRequest *request) {
        batch_call(b, SQL_FLOW_ADD);
        batch_text(b, request->idem_key);
        batch_text(b, request->kind);
        batch_i64(b, request->code_version);
        batch_u64(b, request->guild.v);
        batch_text(b, request->subject);
        batch_sealed(b, request->args);
}

int store_accept(Store *store, const AcceptRequest *request, AcceptDone done, void *userdata) {
        Batch *b = batch_new(store);

        if (!b)
                return -ENOMEM;
        batch_call(b, SQL_ACCEPT);
        batch_text(b, request->idem_key);
        batch_text(b, request->kind);
        batch_i64(b, request->code_version);
        batch_u64(b, request->guild.v);
        put_person(b, request->guild, request->user);
        batch_text(b, request->subject);
        batch_sealed(b, request->args);
        if (request->ttl_s > 0)
                batch_i64(b, request->ttl_s);
        else
                batch_null(b);
        return batch_submit(store, STORE_FRONT, b, finish_accept, (AnyDone) done, userdata);
}

static Batch *claim_begin(Store *store, StatementId id, const ClaimFilter *filter) {
        Batch *b = batch_new(store);

        batch_call(b, id);
        batch_text(b, store_owner(store));
        batch_i64(b, filter->crashes_min);
        batch_i64(b, filter->crashes_max);
        batch_i64(b, filter->code_version);
        return b;
}

int store_claim(Store *store, const ClaimFilter *filter, int n_max, ClaimDone done, void *userdata) {
        Batch *b = claim_begin(store, SQL_CLAIM, filter);

        batch_i64(b, n_max);
        return batch_submit(store, STORE_FLOW, b, finish_flows, (AnyDone) done, userdata);
}

int store_claim_one(Store *store, const ClaimFilter *filter, FlowId flow, ClaimDone done, void *userdata) {
        Batch *b = claim_begin(store, SQL_CLAIM_ONE, filter);

        batch_u64(b, flow.v);
        return batch_submit(store, STORE_FLOW, b, finish_flows, (AnyDone) done, userdata);
}

int store_flow_read(Store *store, FlowId flow, ClaimDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_FLOW_READ);
        batch_u64(b, flow.v);
        return batch_submit(store, STORE_FLOW, b, finish_flows, (AnyDone) done, userdata);
}

/* ---- steps ---------------------------------------------------------------------------------------------------------------- */

static void finish_steps(Batch *b, int outcome) {
        StepsDone done = (StepsDone) b->done;
        const PGresult *r = batch_result(b, 0);
        _free_ StepRow *steps = NULL;
        size_t n = 0;

        if (outcome == 0 && batch_n_rows(b, 0) > 0) {
                n = batch_n_rows(b, 0);
                steps = new0(StepRow, n);
                if (!steps) {
                        done(-ENOMEM, NULL, 0, b->userdata);
                        return;
                }
        }
        for (size_t i = 0; i < n; i++) {
                const char *state = row_text(r, i, 2);

                steps[i] = (StepRow) {
                        .step_no = row_int(r, i, 0),
                        .op = row_text(r, i, 1),
                        .state = streq_ptr(state, "done") ? STEP_DONE : streq_ptr(state, "undone") ? STEP_UNDONE : STEP_INTENT,
                        .marker = row_text(r, i, 3),
                        .n_sends = row_int(r, i, 4),
                        .first_at = row_u64(r, i, 5),
                        .last_at = row_u64(r, i, 6),
                        .result = row_json(b, r, i, 7),
                };
        }
        done(outcome, steps, n, b->userdata);
}

int store_steps(Store *store, FlowId flow, StepsDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_STEPS);
        batch_u64(b, flow.v);
        return batch_submit(store, STORE_FLOW, b, finish_steps, (AnyDone) done, userdata);
}

static void put_lease(Batch *b, const FlowLease *lease) {
        batch_u64(b, lease->flow.v);
        batch_u64(b, lease->epoch);
        batch_i64(b, lease->step_no);
}

static void finish_intent(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 0);
        GuildId guild = { b->context };
        RecruitFacts recruit;
        Intent intent = {};
        Facts facts = {};

        if (outcome == 0 && batch_n_rows(b, 0) == 1) {
                outcome = read_facts(b, 1, guild, &facts, &recruit);
                intent = (Intent) {
                        .is_owned = true,
                        .n_sends = row_int(r, 0, 0),
                        .first_at = row_u64(r, 0, 1),
                        .last_at = row_u64(r, 0, 2),
                        .marker = row_text(r, 0, 3),
                        .cursor = row_json(b, r, 0, 4),
                        .facts = &facts,
                };
        }
        ((IntentDone) b->done)(outcome, outcome == 0 ? &intent : NULL, b->userdata);
}

int store_intent(Store *store, const FlowLease *lease, const char *op, const char *marker, GuildId guild, TicketId tid,
                 FactsScope scope, IntentDone done, void *userdata) {
        Batch *b = batch_new(store);

        if (!b)
                return -ENOMEM;
        b->context = guild.v;
        batch_call(b, SQL_INTENT);
        put_lease(b, lease);
        batch_text(b, op);
        batch_text(b, marker);
        batch_facts_of_step(b, guild, tid, lease->flow, scope);
        return batch_submit(store, STORE_FLOW, b, finish_intent, (AnyDone) done, userdata);
}

/* ---- fences ----------------------------------------------------------------------------------------------------------------- */

static void add_fence(Batch *b, StatementId id, const FlowLease *lease) {
        batch_fence(b, id);
        put_lease(b, lease);
}

void store_add_checkpoint(Batch *b, const FlowLease *lease, const char *op, const char *result_json) {
        add_fence(b, SQL_CHECKPOINT, lease);
        batch_text(b, op);
        batch_text(b, result_json);
}

void store_add_again(Batch *b, const FlowLease *lease, const char *cursor_json) {
        add_fence(b, SQL_AGAIN, lease);
        batch_text(b, cursor_json);
}

void store_add_turn(Batch *b, const FlowLease *lease, const char *why) {
        add_fence(b, SQL_TURN, lease);
        batch_text(b, why);
}

void store_add_undone(Batch *b, const FlowLease *lease, int step_no) {
        add_fence(b, SQL_UNDONE, lease);
        batch_i64(b, step_no);
}

void store_add_finish(Batch *b, const FlowLease *lease, const char *state) {
        add_fence(b, SQL_FINISH, lease);
        batch_text(b, state);
}

void store_add_no_deadline(Batch *b, FlowId flow) {
        batch_call(b, SQL_NO_DEADLINE);
        batch_u64(b, flow.v);
}

void store_add_later(Batch *b, const FlowLease *lease, const char *why, Usec wait) {
        add_fence(b, SQL_LATER, lease);
        batch_text(b, why);
        batch_usec(b, wait);
}
