/* Upkeep of the queue: leases renewed, taken back from the dead, given up; what is old is forgotten. */

#include "db.h"

#include <errno.h>

static void finish_ids(Batch *b, int outcome) {
        IdsDone done = (IdsDone) b->done;
        _free_ FlowId *ids = NULL;
        size_t n = 0;

        if (outcome == STORE_CONFLICT)
                outcome = STORE_LATER;  /* another host did the same at the same time */
        if (outcome == 0 && batch_n_rows(b, 0) > 0) {
                n = batch_n_rows(b, 0);
                ids = new0(FlowId, n);
                if (!ids) {
                        done(-ENOMEM, NULL, 0, b->userdata);
                        return;
                }
                for (size_t i = 0; i < n; i++)
                        ids[i].v = row_u64(batch_result(b, 0), i, 0);
        }
        done(outcome, ids, n, b->userdata);
}

static void finish_reap(Batch *b, int outcome) {
        ReapDone done = (ReapDone) b->done;
        _free_ Reaped *reaped = NULL;
        size_t n = 0;

        if (outcome == 0 && batch_n_rows(b, 0) > 0) {
                n = batch_n_rows(b, 0);
                reaped = new0(Reaped, n);
                if (!reaped) {
                        done(-ENOMEM, NULL, 0, b->userdata);
                        return;
                }
                for (size_t i = 0; i < n; i++)
                        reaped[i] = (Reaped) {
                                .flow = { row_u64(batch_result(b, 0), i, 0) },
                                .is_dead = row_bool(batch_result(b, 0), i, 1),
                        };
        }
        done(outcome, reaped, n, b->userdata);
}

static void finish_count(Batch *b, int outcome) {
        int n = 0;

        for (size_t i = 0; outcome == 0 && i < b->n_calls; i++)
                n += batch_n_changed(b, i);
        ((CountDone) b->done)(outcome, n, b->userdata);
}

int store_renew(Store *store, const FlowId *flows, size_t n_flows, IdsDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_RENEW);
        batch_text(b, store_owner(store));
        batch_ids(b, (const uint64_t *) flows, n_flows);        /* every id type is a struct of one uint64_t */
        return batch_submit(store, STORE_FLOW, b, finish_ids, (AnyDone) done, userdata);
}

int store_reap_owner(Store *store, const char *owner, const char *why, FlowId culprit, ReapDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_REAP_OWNER);
        batch_text(b, owner);
        batch_text(b, why);
        batch_id(b, culprit.v);
        batch_call(b, SQL_EDIT_RELEASE_OWNER);
        batch_text(b, owner);
        return batch_submit(store, STORE_FLOW, b, finish_reap, (AnyDone) done, userdata);
}

int store_reap_prefix(Store *store, const char *prefix, ReapDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_REAP_PREFIX);
        batch_text(b, prefix);
        batch_text(b, store_owner(store));
        batch_call(b, SQL_EDIT_RELEASE_PREFIX);
        batch_text(b, prefix);
        batch_text(b, store_owner(store));
        return batch_submit(store, STORE_FLOW, b, finish_reap, (AnyDone) done, userdata);
}

int store_reap_old(Store *store, ReapDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_REAP_OLD);
        return batch_submit(store, STORE_FLOW, b, finish_reap, (AnyDone) done, userdata);
}

int store_expire(Store *store, IdsDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_EXPIRE);
        return batch_submit(store, STORE_FLOW, b, finish_ids, (AnyDone) done, userdata);
}

int store_wake_blocked(Store *store, GuildId guild, IdsDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_WAKE_BLOCKED);
        batch_u64(b, guild.v);
        return batch_submit(store, STORE_FLOW, b, finish_ids, (AnyDone) done, userdata);
}

int store_dead_untold(Store *store, int n_max, ClaimDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_DEAD_UNTOLD);
        batch_i64(b, n_max);
        return batch_submit(store, STORE_FLOW, b, finish_flows, (AnyDone) done, userdata);
}

int store_told(Store *store, FlowId flow, BatchDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_TOLD);
        batch_u64(b, flow.v);
        return batch_submit(store, STORE_FLOW, b, finish_plain, (AnyDone) done, userdata);
}

int store_requeue(Store *store, FlowId flow, CountDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_REQUEUE);
        batch_u64(b, flow.v);
        return batch_submit(store, STORE_FLOW, b, finish_count, (AnyDone) done, userdata);
}

/* Accepts flows of one kind for all rows that need one. */
static int start_flows(Store *store, StatementId statement, const char *kind, int code_version, IdsDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, statement);
        batch_text(b, kind);
        batch_i64(b, code_version);
        return batch_submit(store, STORE_FLOW, b, finish_ids, (AnyDone) done, userdata);
}

int store_repair_tickets(Store *store, const char *kind, int code_version, IdsDone done, void *userdata) {
        return start_flows(store, SQL_REPAIR_TICKETS, kind, code_version, done, userdata);
}

int store_refresh_rsi(Store *store, const char *kind, int code_version, IdsDone done, void *userdata) {
        return start_flows(store, SQL_REFRESH_RSI, kind, code_version, done, userdata);
}

int store_refresh_records(Store *store, const char *kind, int code_version, IdsDone done, void *userdata) {
        return start_flows(store, SQL_REFRESH_RECORDS, kind, code_version, done, userdata);
}

int store_retention(Store *store, CountDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_FORGET_FLOWS);
        batch_call(b, SQL_FORGET_ARGS);
        batch_call(b, SQL_FORGET_EDITS);
        batch_call(b, SQL_FORGET_DRAFTS);
        batch_call(b, SQL_BLANK_DECLINED);
        return batch_submit(store, STORE_FLOW, b, finish_count, (AnyDone) done, userdata);
}

static void finish_queue(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 0);
        QueueState state = {};

        if (outcome == 0 && batch_n_rows(b, 0) == 1)
                state = (QueueState) {
                        .n_ready = row_int(r, 0, 0),
                        .n_running = row_int(r, 0, 1),
                        .n_dead = row_int(r, 0, 2),
                        .n_suspect = row_int(r, 0, 3),
                        .oldest_ready = row_u64(r, 0, 4),
                        .schema_version = row_int(r, 0, 5),
                };
        ((QueueDone) b->done)(outcome, outcome == 0 ? &state : NULL, b->userdata);
}

static void finish_listed(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 0);
        size_t n = outcome == 0 ? batch_n_rows(b, 0) : 0;
        _free_ FlowListed *flows = calloc(n + 1, sizeof(FlowListed));

        if (!flows) {
                ((FlowsListedDone) b->done)(-ENOMEM, NULL, 0, b->userdata);
                return;
        }
        for (size_t i = 0; i < n; i++)
                flows[i] = (FlowListed) {
                        .id = { row_u64(r, i, 0) },
                        .kind = row_text(r, i, 1),
                        .guild = { row_u64(r, i, 2) },
                        .state = row_text(r, i, 3),
                        .attempt = row_int(r, i, 4),
                        .crashes = row_int(r, i, 5),
                        .age = row_u64(r, i, 6),
                        .next_try = row_u64(r, i, 7),
                        .last_error = row_text(r, i, 8),
                };
        ((FlowsListedDone) b->done)(outcome, flows, n, b->userdata);
}

int store_flows_listed(Store *store, FlowsListedDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_FLOWS_LISTED);
        return batch_submit(store, STORE_FLOW, b, finish_listed, (AnyDone) done, userdata);
}

int store_queue_state(Store *store, QueueDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_QUEUE_STATE);
        return batch_submit(store, STORE_FLOW, b, finish_queue, (AnyDone) done, userdata);
}
