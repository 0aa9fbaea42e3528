/* Gateway sessions: taking a shard, saving where it stands, and the budget of IDENTIFYs. */

#include "db.h"

#include <errno.h>

static void finish_shard(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 1);
        ShardRow row = { .seq = -1 };

        if (outcome == 0 && batch_n_rows(b, 1) == 1)
                row = (ShardRow) {
                        .is_ours = true,
                        .epoch = row_u64(r, 0, 0),
                        .session_id = row_text(r, 0, 1),
                        .resume_url = row_text(r, 0, 2),
                        .seq = row_is_null(r, 0, 3) ? -1 : row_i64(r, 0, 3),
                };
        ((ShardDone) b->done)(outcome, outcome == 0 ? &row : NULL, b->userdata);
}

int store_shard_take(Store *store, int shard, int n_shards, const char *own_prefix, ShardDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_SHARD_NEW);
        batch_i64(b, shard);
        batch_i64(b, n_shards);
        batch_call(b, SQL_SHARD_TAKE);
        batch_i64(b, shard);
        batch_i64(b, n_shards);
        batch_text(b, store_owner(store));
        batch_text(b, own_prefix);
        return batch_submit(store, STORE_FLOW, b, finish_shard, (AnyDone) done, userdata);
}

int store_shard_save(Store *store, int shard, uint64_t epoch, const char *session_id, const char *resume_url, int64_t seq,
                     BatchDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_SHARD_SAVE);
        batch_i64(b, shard);
        batch_u64(b, epoch);
        batch_text(b, session_id);
        batch_text(b, session_id ? resume_url : NULL);
        if (session_id && seq >= 0)
                batch_i64(b, seq);
        else
                batch_null(b);
        return batch_submit(store, STORE_FLOW, b, finish_fenced, (AnyDone) done, userdata);
}

int store_identify_take(Store *store, int bucket, int per_day, DueDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_IDENTIFY_TAKE);
        batch_i64(b, bucket);
        batch_i64(b, per_day);
        return batch_submit(store, STORE_FLOW, b, finish_wait, (AnyDone) done, userdata);
}
