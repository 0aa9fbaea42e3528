/* What the doctor asks: one round trip, and rows that outlive it, for there is more to look at elsewhere. */

#include "magikal/store-doctor.h"

#include <errno.h>

#include "db.h"

enum { CALL_INSTALLATION, CALL_CAPABLE, CALL_TICKETS, CALL_FLOWS, CALL_EDITS };

#define FIRST_APPLICATION 17            /* column of doctor_tickets */

DoctorRows *doctor_rows_free(DoctorRows *rows) {
        if (!rows)
                return NULL;
        for (size_t i = 0; i < rows->n_texts; i++)
                free(rows->texts[i]);
        free(rows->texts);
        free(rows->commands);
        free(rows->known_handle);
        free(rows->capable);
        free(rows->tickets);
        free(rows->flows);
        free(rows->edits);
        free(rows);
        return NULL;
}

/* ---- reading ------------------------------------------------------------------------------------------------------------------------------ */

/* The column as the rows' own text. A lack of memory leaves it out: the doctor goes on with what there is. */
static const char *keep_text(DoctorRows *rows, const PGresult *r, size_t row, int column) {
        const char *text = row_text(r, row, column);
        char **grown, *copy;

        if (!text)
                return NULL;
        grown = reallocarray(rows->texts, rows->n_texts + 1, sizeof(*grown));
        if (!grown)
                return NULL;
        rows->texts = grown;
        copy = strdup(text);
        if (copy)
                rows->texts[rows->n_texts++] = copy;
        return copy;
}

static char *copy_column(const PGresult *r, int column) {
        const char *text = row_text(r, 0, column);

        return text ? strdup(text) : NULL;
}

static int read_installation(const Batch *b, DoctorRows *rows) {
        const PGresult *r = batch_result(b, CALL_INSTALLATION);

        if (batch_n_rows(b, CALL_INSTALLATION) != 1)
                return STORE_REFUSED;
        rows->schema = row_int(r, 0, 0);
        rows->now = row_u64(r, 0, 1);
        rows->commands = copy_column(r, 2);
        rows->known_handle = copy_column(r, 3);
        rows->broken_seal = row_u64(r, 0, 4);
        rows->unsealed = row_u64(r, 0, 5);
        return 0;
}

static int read_capable(const Batch *b, DoctorRows *rows) {
        const PGresult *r = batch_result(b, CALL_CAPABLE);
        size_t n = batch_n_rows(b, CALL_CAPABLE);

        rows->capable = new0(DoctorCapable, n + 1);
        if (!rows->capable)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                rows->capable[i] = (DoctorCapable) { .role = { row_u64(r, i, 0) }, .capabilities = row_capabilities(r, i, 1) };
        rows->n_capable = n;
        return 0;
}

/* Unknown words come from a newer schema: the nothing of their type. */
static void read_application(DoctorRows *rows, const PGresult *r, size_t row, Application *ret) {
        const int c = FIRST_APPLICATION;
        const char *status = row_text(r, row, c + 1), *role = row_text(r, row, c + 2), *access = row_text(r, row, c + 5);

        if (row_is_null(r, row, c))
                return;
        *ret = (Application) {
                .id = { row_u64(r, row, c) },
                .ticket = { row_u64(r, row, 0) },
                .is_qna_open = row_bool(r, row, c + 3),
                .has_left = row_bool(r, row, c + 4),
                .zone = keep_text(rows, r, row, c + 6),
        };
        if (!status || application_status_from_string(status, &ret->status) < 0)
                ret->status = APPLICATION_DRAFT;
        if (!role || requested_role_from_string(role, &ret->requested) < 0)
                ret->requested = REQUESTED_NONE;
        if (!access || access_mode_from_string(access, &ret->access) < 0)
                ret->access = ACCESS_KEEP;
}

static int read_tickets(Batch *b, DoctorRows *rows) {
        const PGresult *r = batch_result(b, CALL_TICKETS);
        size_t n = batch_n_rows(b, CALL_TICKETS);

        rows->tickets = new0(DoctorTicket, n + 1);
        if (!rows->tickets)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                DoctorTicket *t = &rows->tickets[i];

                read_ticket(b, r, i, &t->ticket);
                t->ticket.question = t->ticket.outcome = NULL;  /* would be the batch's; not asked for */
                read_application(rows, r, i, &t->application);
                t->has_answers = row_bool(r, i, FIRST_APPLICATION + 7);
                t->is_topic_due = row_bool(r, i, FIRST_APPLICATION + 8);
                t->is_message_due = row_bool(r, i, FIRST_APPLICATION + 9);
        }
        rows->n_tickets = n;
        return 0;
}

static int read_flows(const Batch *b, DoctorRows *rows) {
        const PGresult *r = batch_result(b, CALL_FLOWS);
        size_t n = batch_n_rows(b, CALL_FLOWS);

        rows->flows = new0(DoctorFlow, n + 1);
        if (!rows->flows)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                rows->flows[i] = (DoctorFlow) {
                        .id = { row_u64(r, i, 0) },
                        .kind = keep_text(rows, r, i, 1),
                        .op = keep_text(rows, r, i, 2),
                        .error = keep_text(rows, r, i, 3),
                        .is_dead = row_bool(r, i, 4),
                        .attempt = row_int(r, i, 5),
                };
        rows->n_flows = n;
        return 0;
}

static int read_edits(const Batch *b, DoctorRows *rows) {
        const PGresult *r = batch_result(b, CALL_EDITS);
        size_t n = batch_n_rows(b, CALL_EDITS);

        rows->edits = new0(DoctorEdit, n + 1);
        if (!rows->edits)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                rows->edits[i] = (DoctorEdit) {
                        .channel = { row_u64(r, i, 0) },
                        .message = { row_u64(r, i, 1) },
                        .is_blocked = row_bool(r, i, 2),
                        .error = keep_text(rows, r, i, 3),
                };
        rows->n_edits = n;
        return 0;
}

static int read_rows(Batch *b, DoctorRows *rows) {
        int r = read_installation(b, rows);

        if (r != 0 || b->n_calls <= CALL_CAPABLE)
                return r;
        if ((r = read_capable(b, rows)) != 0 || (r = read_tickets(b, rows)) != 0 || (r = read_flows(b, rows)) != 0)
                return r;
        return read_edits(b, rows);
}

static void finish_doctor(Batch *b, int outcome) {
        _cleanup_(doctor_rows_freep) DoctorRows *rows = new0(DoctorRows, 1);

        if (outcome == 0)
                outcome = rows ? read_rows(b, rows) : -ENOMEM;
        ((DoctorRowsDone) b->done)(outcome, outcome == 0 ? TAKE(rows) : NULL, b->userdata);
}

/* ---- asking ------------------------------------------------------------------------------------------------------------------------------- */

static void call_of_guild(Batch *b, StatementId id, GuildId guild) {
        batch_call(b, id);
        batch_u64(b, guild.v);
}

int store_doctor(Store *store, GuildId guild, ApplicationId application, DoctorRowsDone done, void *userdata) {
        Batch *b = batch_new(store);
        char id[24];

        (void) snprintf(id, sizeof(id), "%llu", (unsigned long long) application.v);
        batch_call(b, SQL_DOCTOR_INSTALLATION);
        batch_text(b, id);
        batch_id(b, guild.v);
        if (guild.v != 0) {
                call_of_guild(b, SQL_ROLE_CAPABILITIES, guild);
                call_of_guild(b, SQL_DOCTOR_TICKETS, guild);
                call_of_guild(b, SQL_DOCTOR_FLOWS, guild);
                call_of_guild(b, SQL_DOCTOR_EDITS, guild);
        }
        return batch_submit(store, STORE_FRONT, b, finish_doctor, (AnyDone) done, userdata);
}
