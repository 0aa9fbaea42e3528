#pragma once

/*
 * Private to src/store: batches as they are built, and rows as they are read. db.c owns connections and time limits, batch.c the
 * parameters, row.c the results; the store-*.c files know statements and columns.
 */

#include <libpq-fe.h>

#include "magikal/store.h"

typedef enum StatementId {
#define X(id, name, text) SQL_##id,
#include "src/store/statements.inc"
#undef X
        N_STATEMENTS
} StatementId;

typedef struct Statement {
        const char *name, *text;
} Statement;
extern const Statement statements[N_STATEMENTS];

typedef struct Migration {
        int version;
        const char *name, *text;
} Migration;
extern const Migration migrations[];    /* version 0 first: the ledger, which runs every time */
extern const size_t n_migrations;

typedef struct Value {
        size_t offset;          /* in Batch.data */
        int n_bytes;            /* -1: NULL */
        bool is_binary;
} Value;

typedef struct Call {
        StatementId id;
        size_t first_value, n_values;
        PGresult *result;
} Call;

typedef struct Kept Kept;
typedef void (*BatchFinish)(Batch *b, int outcome);
typedef void (*AnyDone)(void);  /* a done of any shape; the finish that was stored beside it knows which */

struct Batch {
        Store *store;
        int error;              /* sticky, -errno */
        StrBuf data;            /* bytes of all parameters, each followed by NUL */
        Value *values;
        size_t n_values, n_values_allocated;
        Call *calls;
        size_t n_calls, n_calls_allocated;
        size_t n_fences;        /* the first so many calls */
        size_t i_open;          /* the call that gets the next parameter */

        BatchFinish finish;
        AnyDone done;
        void *userdata;
        BatchDone batch_done;
        uint64_t context;       /* one number for the finish, e.g. the guild asked about */

        /* while it is queued or in flight */
        Batch *next;
        Usec queued_at;
        size_t n_answered;
        bool has_sync;          /* all of it, with its Sync, was given to libpq */
        int outcome;            /* of the statement that failed */
        char sqlstate[6];
        char *constraint;

        Kept *kept;             /* memory lent to `done` */
};

/* ---- building (batch.c) -------------------------------------------------------------------------------------------------- */

void batch_call(Batch *b, StatementId id);      /* the parameters that follow are this statement's, in order */
void batch_fence(Batch *b, StatementId id);     /* the same, before everything but earlier fences: locks are taken in one order */
void batch_i64(Batch *b, int64_t value);
void batch_u64(Batch *b, uint64_t value);       /* above INT64_MAX: -ERANGE sticks, no id of Discord or ours gets there */
void batch_id(Batch *b, uint64_t value);        /* 0 → NULL */
void batch_bool(Batch *b, bool value);
void batch_usec(Batch *b, Usec value);          /* a length of time; longer than 10 years is 10 years */
void batch_null(Batch *b);
void batch_text(Batch *b, const char *text);    /* NULL → NULL */
void batch_bytes(Batch *b, const void *bytes, size_t n_bytes);
void batch_sealed(Batch *b, const char *text);  /* NULL → NULL */
void batch_person(Batch *b, GuildId guild, UserId user);        /* what finds their identity; 0 → NULL */
void batch_pseudonym(Batch *b, const Pseudonym *who);   /* empty → NULL */
void batch_ids(Batch *b, const uint64_t *ids, size_t n_ids);    /* as an array of bigint */
void batch_roles(Batch *b, const RoleId *roles, size_t n_roles);

/* Queues; takes the batch in every case. Negative errno: it was never queued and `finish` is not called. */
int batch_submit(Store *store, StoreLane lane, Batch *take_batch, BatchFinish finish, AnyDone done, void *userdata);

/* Memory that lives as long as the batch. NULL when there is none left (or given). */
char *batch_keep(Batch *b, char *take_text);
Json *batch_keep_json(Batch *b, Json *take_json);

/* Finishers for rows that more than one file gives. */
void finish_flows(Batch *b, int outcome);       /* done is a ClaimDone */
void finish_tickets(Batch *b, int outcome);     /* done is a TicketsDone */
void finish_wait(Batch *b, int outcome);        /* done is a DueDone; no row → USEC_INFINITY */
/* Finishers for statements whose rows do not matter. */
void finish_plain(Batch *b, int outcome);       /* done is a BatchDone */
void finish_fenced(Batch *b, int outcome);      /* the same; the last statement changed no row → STORE_LEASE_LOST */

/* ---- reading (row.c) ----------------------------------------------------------------------------------------------------- */

/* n_call-th statement of a committed batch */
const PGresult *batch_result(const Batch *b, size_t n_call);
size_t batch_n_rows(const Batch *b, size_t n_call);
int batch_n_changed(const Batch *b, size_t n_call);

/* NULL columns give 0, false, NULL, "" (pseudonym). What does not fit its type does too: the database is not trusted to be whole. */
uint64_t row_u64(const PGresult *result, size_t row, int column);
int64_t row_i64(const PGresult *result, size_t row, int column);
int row_int(const PGresult *result, size_t row, int column);
bool row_bool(const PGresult *result, size_t row, int column);
bool row_is_null(const PGresult *result, size_t row, int column);
bool row_is_empty_bytea(const PGresult *result, size_t row, int column);      /* NULL, or of no bytes */
const char *row_text(const PGresult *result, size_t row, int column);   /* borrowed from the result; NULL */
Pseudonym row_pseudonym(const PGresult *result, size_t row, int column);
const char *row_opened(Batch *b, const PGresult *result, size_t row, int column);       /* kept by the batch; NULL: empty or did not open */
UserId row_user(Batch *b, const PGresult *result, size_t row, int column);
unsigned row_capabilities(const PGresult *result, size_t row, int column);      /* words with commas between them */
const Json *row_json(Batch *b, const PGresult *result, size_t row, int column);

/*
 * Facts are SQL_FACTS as the n_call-th statement, a ticket statement behind it when a ticket was asked for, and behind that
 * SQL_RECRUIT_FACTS in matters of recruitment.
 */
void batch_facts(Batch *b, GuildId guild, FlowId flow);        /* flow 0: outside of flows */
void batch_recruit_of_flow(Batch *b, GuildId guild, TicketId tid, FlowId flow);
void batch_facts_of_step(Batch *b, GuildId guild, TicketId tid, FlowId flow, FactsScope scope);
int read_facts(Batch *b, size_t n_call, GuildId guild, Facts *ret, RecruitFacts *ret_recruit);          /* 0, -ENOMEM */
int read_recruit(Batch *b, size_t n_call, Facts *facts, RecruitFacts *ret);
Batch *facts_begin(Store *store, GuildId guild, FlowId flow);
void finish_facts(Batch *b, int outcome);       /* done is a FactsDone */
void read_settings(Batch *b, const PGresult *result, GuildId guild, Facts *ret);
void read_ticket(Batch *b, const PGresult *result, size_t row, Ticket *ret);

/* ---- the rest ------------------------------------------------------------------------------------------------------------ */

int sqlstate_outcome(const char *sqlstate);     /* NULL or empty: STORE_UNKNOWN */

const Keys *store_keys(const Store *store);
const char *store_owner(const Store *store);
