#pragma once

/* Who did what, read and sealed. Rows are written by store_add_audit() in the transaction of what they tell. */

#include "magikal/store.h"

typedef struct AuditRow {
        uint64_t id;
        FlowId flow;
        GuildId guild;
        const char *action, *subject;
        Pseudonym actor;                /* empty: nobody */
        UserId actor_user;              /* 0: nobody, forgotten, or the store has no keys */
        Usec at;                        /* database clock, realtime */
        const char *detail;             /* JSON; NULL: none */
} AuditRow;
typedef void (*AuditRowsDone)(int outcome, const AuditRow *rows, size_t n_rows, void *userdata);

/* The newest first, of one ticket by its number in the guild, of one member (what they did, and what was done with their tickets), or of all. Front lane. */
typedef struct AuditQuery {
        GuildId guild;
        int ticket_no;                  /* 0: not of a ticket */
        UserId member;                  /* 0: not of a member; ticket_no goes first */
        int n_max;
} AuditQuery;
int store_audit_newest(Store *store, const AuditQuery *query, AuditRowsDone done, void *userdata);
/* The oldest first, behind row `after`. guild 0: all. Flow lane. */
int store_audit_after(Store *store, GuildId guild, uint64_t after, Usec since, int n_max, AuditRowsDone done, void *userdata);

typedef struct AuditSeal {
        uint64_t no;                    /* 0: nothing was old enough to be sealed */
        uint64_t n_rows;
        const char *chain;              /* 64 hexadecimal digits */
} AuditSeal;
typedef void (*AuditSealDone)(int outcome, const AuditSeal *seal, void *userdata);
int store_audit_seal(Store *store, AuditSealDone done, void *userdata);

typedef struct AuditState {
        uint64_t n_seals;
        const char *chain;              /* of the newest; NULL: there is none */
        uint64_t broken;                /* the first that does not fit the one before it; 0: all do */
} AuditState;
typedef void (*AuditStateDone)(int outcome, const AuditState *state, void *userdata);
int store_audit_state(Store *store, AuditStateDone done, void *userdata);

typedef struct AuditChecked {
        uint64_t last;                  /* the last block that was looked at; 0: there are no more */
        uint64_t broken;                /* the first whose rows do not fit its seal; 0: all do */
} AuditChecked;
typedef void (*AuditCheckedDone)(int outcome, const AuditChecked *checked, void *userdata);
/* Compares rows with their seals, behind block `after`, as many as take about a second. Flow lane. */
int store_audit_check(Store *store, uint64_t after, AuditCheckedDone done, void *userdata);
