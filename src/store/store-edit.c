/* The editor's table: wishes written by flows, taken and answered by the editor. */

#include "db.h"

#include <errno.h>

void store_add_want(Batch *b, GuildId guild, ChannelId channel, MessageId message, const char *body_json, Usec quiet, Usec max_wait) {
        batch_call(b, SQL_WANT);
        batch_u64(b, channel.v);
        batch_u64(b, message.v);
        batch_u64(b, guild.v);
        batch_sealed(b, body_json);
        batch_usec(b, quiet);
        batch_usec(b, max_wait);
}

void store_add_overwritten(Batch *b, ChannelId channel, MessageId message) {
        batch_call(b, SQL_EDIT_OVERWRITTEN);
        batch_u64(b, channel.v);
        batch_u64(b, message.v);
}

static void finish_edits(Batch *b, int outcome) {
        EditsDone done = (EditsDone) b->done;
        const PGresult *r = batch_result(b, 0);
        _free_ EditRow *edits = NULL;
        size_t n = 0;

        if (outcome == 0 && batch_n_rows(b, 0) > 0) {
                n = batch_n_rows(b, 0);
                edits = new0(EditRow, n);
                if (!edits) {
                        done(-ENOMEM, NULL, 0, b->userdata);
                        return;
                }
        }
        for (size_t i = 0; i < n; i++) {
                const char *hash = row_text(r, i, 7);

                edits[i] = (EditRow) {
                        .channel = { row_u64(r, i, 0) },
                        .message = { row_u64(r, i, 1) },
                        .guild = { row_u64(r, i, 2) },
                        .want = row_opened(b, r, i, 3),
                        .want_version = row_u64(r, i, 4),
                        .have_version = row_u64(r, i, 5),
                        .epoch = row_u64(r, i, 6),
                        .have_hash = hash ? hash : "",
                        .fails = row_int(r, i, 8),
                };
        }
        done(outcome, edits, n, b->userdata);
}

int store_edit_take(Store *store, int n_max, EditsDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_EDIT_TAKE);
        batch_text(b, store_owner(store));
        batch_i64(b, n_max);
        return batch_submit(store, STORE_FLOW, b, finish_edits, (AnyDone) done, userdata);
}

void finish_wait(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 0);
        Usec wait = USEC_INFINITY;

        if (outcome == 0 && batch_n_rows(b, 0) == 1 && !row_is_null(r, 0, 0))
                wait = row_u64(r, 0, 0);
        ((DueDone) b->done)(outcome, wait, b->userdata);
}

int store_edit_next_due(Store *store, DueDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_EDIT_NEXT_DUE);
        return batch_submit(store, STORE_FLOW, b, finish_wait, (AnyDone) done, userdata);
}

/* Every answer names the lease it was taken with. */
static Batch *answer_begin(Store *store, StatementId id, const EditRow *edit) {
        Batch *b = batch_new(store);

        batch_call(b, id);
        batch_u64(b, edit->channel.v);
        batch_u64(b, edit->message.v);
        batch_u64(b, edit->epoch);
        return b;
}

int store_edit_done(Store *store, const EditRow *edit, const char *hash, Usec quiet, BatchDone done, void *userdata) {
        Batch *b = answer_begin(store, SQL_EDIT_DONE, edit);

        batch_u64(b, edit->want_version);
        batch_text(b, hash);
        batch_usec(b, quiet);
        return batch_submit(store, STORE_FLOW, b, finish_fenced, (AnyDone) done, userdata);
}

int store_edit_later(Store *store, const EditRow *edit, Usec wait, const char *why, BatchDone done, void *userdata) {
        Batch *b = answer_begin(store, SQL_EDIT_LATER, edit);

        batch_usec(b, wait);
        batch_text(b, why);
        return batch_submit(store, STORE_FLOW, b, finish_fenced, (AnyDone) done, userdata);
}

int store_edit_end(Store *store, const EditRow *edit, const char *state, const char *why, BatchDone done, void *userdata) {
        Batch *b = answer_begin(store, SQL_EDIT_END, edit);

        batch_text(b, state);
        batch_text(b, why);
        return batch_submit(store, STORE_FLOW, b, finish_fenced, (AnyDone) done, userdata);
}

static void finish_edit_state(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 0);
        EditState state = {};

        if (outcome == 0 && batch_n_rows(b, 0) == 1)
                state = (EditState) {
                        .is_known = true,
                        .is_gone = streq_ptr(row_text(r, 0, 2), "gone"),
                        .is_blocked = streq_ptr(row_text(r, 0, 2), "blocked"),
                        .want_version = row_u64(r, 0, 0),
                        .have_version = row_u64(r, 0, 1),
                };
        ((EditStateDone) b->done)(outcome, outcome == 0 ? &state : NULL, b->userdata);
}

int store_edit_state(Store *store, ChannelId channel, MessageId message, EditStateDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_EDIT_STATE);
        batch_u64(b, channel.v);
        batch_u64(b, message.v);
        return batch_submit(store, STORE_FLOW, b, finish_edit_state, (AnyDone) done, userdata);
}

int store_edit_unblock(Store *store, Usec age, BatchDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_EDIT_UNBLOCK);
        batch_usec(b, age);
        return batch_submit(store, STORE_FLOW, b, finish_plain, (AnyDone) done, userdata);
}
