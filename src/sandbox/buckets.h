#pragma once

/* Discord's rate limits: global, per bucket and top-level resource, and the ones no header mentions. */

#include "server.h"

typedef enum {
        SCOPE_USER,
        SCOPE_GLOBAL,
        SCOPE_SHARED,
        SCOPE_CLOUDFLARE,       /* not Discord but what stands before it: HTML, no Via, no X-RateLimit headers */
        _SCOPE_MAX,
} Scope;

const char *scope_to_string(Scope scope);
int scope_from_string(const char *name, Scope *ret_scope);      /* 0 or -EINVAL */

/* What one request meets. Headers are for every reply of a bucketed route, the rest for a refusal. */
typedef struct Verdict {
        bool has_headers;
        char bucket[17];                /* opaque hash, the same for every top-level resource */
        unsigned limit, remaining;
        Usec reset_at;                  /* sandbox time */

        bool is_limited;
        Scope scope;
        Usec retry_after;
        int code;                       /* 0 for an ordinary 429 */
        const char *message;
} Verdict;

Buckets *buckets_new(const Options *options);
Buckets *buckets_free(Buckets *buckets);
void buckets_clear(Buckets *buckets);

/* Counts the request and says what it meets. Without limits (--no-rate-limits) nothing is counted and there are no headers. */
void buckets_take(Buckets *buckets, Usec now, const SbxRequest *request, Verdict *ret_verdict);
/* Counts a 401, 403 or 429 (but shared ones); true when the address is to be banned by now. */
bool buckets_count_invalid(Buckets *buckets, Usec now, int status);
bool buckets_is_banned(Buckets *buckets, Usec now);
/* One Identify: 0, or -EBUSY when it came within 5 seconds of another (max_concurrency is 1). */
int buckets_identify(Buckets *buckets, Usec now);
/* Of session_start_limit. */
unsigned buckets_identifies_left(Buckets *buckets, Usec now, uint64_t *ret_reset_after_ms);
