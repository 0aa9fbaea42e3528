#pragma once

/* Rules of POST /sandbox/fault: what goes wrong with which request, how often. */

#include "buckets.h"

typedef enum {
        FAULT_NONE,
        FAULT_SLOW,             /* wait, then apply and answer */
        FAULT_HOLD,             /* apply, then wait and answer */
        FAULT_STATUS,           /* refuse without applying */
        FAULT_RATELIMIT,
        FAULT_DROP_AFTER,       /* apply, then cut the connection */
        FAULT_DROP_BEFORE,      /* cut it without applying */
        FAULT_LATE,             /* cut it, apply later */
        _FAULT_MAX,
} FaultKind;

typedef struct Fault {
        FaultKind kind;
        uint64_t ms;
        int status, code;
        const char *message;    /* with code: Discord's sentence for it */
        Usec retry_after;
        Scope scope;
        uint64_t rule;          /* that it came from */
} Fault;

const char *fault_kind_to_string(FaultKind kind);

Faults *faults_new(void);
Faults *faults_free(Faults *faults);
void faults_clear(Faults *faults);

/* Adds the rule a control call describes. 0, or -EINVAL with a sentence in `why`, or -ENOMEM. */
int faults_add(Faults *faults, const Json *rule, uint64_t *ret_id, const char **ret_why);
/* The rule that takes this request, used up by one; FAULT_NONE when none does. template: NULL when no route matched. */
void faults_match(Faults *faults, const char *method, const char *template, const char *path, Fault *ret_fault);
/* It was not to be: the rule may take another request instead. */
void faults_give_back(Faults *faults, const Fault *fault);
/* All rules with their hits, one JSON array. */
void faults_put(Faults *faults, JsonWriter *w);

/* error-code.c: HTTP status and sentence of a JSON error code. 0 or -ENOENT. */
int error_code_lookup(int code, int *ret_status, const char **ret_message);
