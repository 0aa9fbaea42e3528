/* Who did what: one row for an action, in the transaction that did it; read again, and sealed. What a seal is made of is in the schema. */

#include "magikal/store-audit.h"

#include <errno.h>

#include "db.h"

void store_add_audit(Batch *b, const Audit *audit) {
        batch_call(b, SQL_AUDIT);
        batch_u64(b, audit->flow.v);
        batch_i64(b, audit->step_no);
        batch_u64(b, audit->guild.v);
        batch_text(b, audit->action);
        batch_pseudonym(b, &audit->actor);
        batch_text(b, audit->subject);
        batch_text(b, audit->detail_json);
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------------------ */

static void finish_rows(Batch *b, int outcome) {
        AuditRowsDone done = (AuditRowsDone) b->done;
        const PGresult *r = batch_result(b, 0);
        size_t n = outcome == 0 ? batch_n_rows(b, 0) : 0;
        _free_ AuditRow *rows = calloc(n + 1, sizeof(AuditRow));

        if (!rows) {
                done(-ENOMEM, NULL, 0, b->userdata);
                return;
        }
        for (size_t i = 0; i < n; i++)
                rows[i] = (AuditRow) {
                        .id = row_u64(r, i, 0),
                        .flow = { row_u64(r, i, 1) },
                        .guild = { row_u64(r, i, 2) },
                        .action = row_text(r, i, 3),
                        .actor = row_pseudonym(r, i, 4),
                        .actor_user = row_user(b, r, i, 5),
                        .subject = row_text(r, i, 6),
                        .at = row_u64(r, i, 7),
                        .detail = row_text(r, i, 8),
                };
        done(outcome, rows, n, b->userdata);
}

static void begin(Batch *b, StatementId id, GuildId guild) {
        batch_call(b, id);
        batch_id(b, guild.v);
}

int store_audit_newest(Store *store, const AuditQuery *query, AuditRowsDone done, void *userdata) {
        Batch *b = batch_new(store);

        if (query->ticket_no > 0) {
                begin(b, SQL_AUDIT_OF_TICKET, query->guild);
                batch_i64(b, query->ticket_no);
        } else if (query->member.v) {
                begin(b, SQL_AUDIT_OF_MEMBER, query->guild);
                batch_person(b, query->guild, query->member);
        } else
                begin(b, SQL_AUDIT_OF_GUILD, query->guild);
        batch_i64(b, query->n_max);
        return batch_submit(store, STORE_FRONT, b, finish_rows, (AnyDone) done, userdata);
}

int store_audit_after(Store *store, GuildId guild, uint64_t after, Usec since, int n_max, AuditRowsDone done, void *userdata) {
        Batch *b = batch_new(store);

        begin(b, SQL_AUDIT_AFTER, guild);
        batch_u64(b, after);
        batch_u64(b, since);
        batch_i64(b, n_max);
        return batch_submit(store, STORE_FLOW, b, finish_rows, (AnyDone) done, userdata);
}

/* ---- seals -------------------------------------------------------------------------------------------------------------------------------- */

static void finish_seal(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 0);
        AuditSeal seal = {};

        if (outcome == 0 && batch_n_rows(b, 0) == 1)
                seal = (AuditSeal) { .no = row_u64(r, 0, 0), .n_rows = row_u64(r, 0, 1), .chain = row_text(r, 0, 2) };
        ((AuditSealDone) b->done)(outcome, outcome == 0 ? &seal : NULL, b->userdata);
}

int store_audit_seal(Store *store, AuditSealDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_AUDIT_SEAL);
        return batch_submit(store, STORE_FLOW, b, finish_seal, (AnyDone) done, userdata);
}

static void finish_state(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 0);
        AuditState state = {};

        if (outcome == 0 && batch_n_rows(b, 0) == 1)
                state = (AuditState) { .n_seals = row_u64(r, 0, 0), .chain = row_text(r, 0, 1), .broken = row_u64(r, 0, 2) };
        ((AuditStateDone) b->done)(outcome, outcome == 0 ? &state : NULL, b->userdata);
}

int store_audit_state(Store *store, AuditStateDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_AUDIT_STATE);
        return batch_submit(store, STORE_FLOW, b, finish_state, (AnyDone) done, userdata);
}

static void finish_check(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 0);
        AuditChecked checked = {};

        if (outcome == 0 && batch_n_rows(b, 0) == 1)
                checked = (AuditChecked) { .last = row_u64(r, 0, 0), .broken = row_u64(r, 0, 1) };
        ((AuditCheckedDone) b->done)(outcome, outcome == 0 ? &checked : NULL, b->userdata);
}

int store_audit_check(Store *store, uint64_t after, AuditCheckedDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_AUDIT_CHECK);
        batch_u64(b, after);
        return batch_submit(store, STORE_FLOW, b, finish_check, (AnyDone) done, userdata);
}
