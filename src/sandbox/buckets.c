/*
 * Fixed windows that begin with their first request, as Discord's headers describe them. A key is the bucket's class and the
 * top-level resource; windows that ended are swept when the table has grown. Everything is counted in sandbox time.
 */

#include "buckets.h"

#include <errno.h>
#include <stdio.h>

#define TABLE_SIZE 1024U
#define SWEEP_AT 4096U

/*
 * Documented: the global limit and the invalid-request limit (Discord reference, "Rate Limits"); 1000 Identify per day and one
 * per 5 s ("Gateway", Session Start Limit). Reported by users of the API: message create 5 in 5 s, channel edit 5 in 15 s,
 * webhook 5 in 2 s, name and topic 2 in 10 min each. The other numbers are chosen, because clients must not depend on them.
 */
static const LimitOption defaults[_SBX_BUCKET_MAX] = {
        [SBX_BUCKET_DEFAULT]        = { 30, 10000 },
        [SBX_BUCKET_MESSAGE_CREATE] = { 5, 5000 },
        [SBX_BUCKET_MESSAGE_EDIT]   = { 5, 5000 },
        [SBX_BUCKET_MESSAGE_DELETE] = { 5, 1000 },
        [SBX_BUCKET_MESSAGE_READ]   = { 10, 5000 },
        [SBX_BUCKET_CHANNEL_CREATE] = { 20, 10000 },
        [SBX_BUCKET_CHANNEL_EDIT]   = { 5, 15000 },
        [SBX_BUCKET_CHANNEL_DELETE] = { 10, 15000 },
        [SBX_BUCKET_OVERWRITE]      = { 10, 10000 },
        [SBX_BUCKET_MEMBER]         = { 10, 10000 },
        [SBX_BUCKET_ROLE]           = { 10, 10000 },
        [SBX_BUCKET_DM_OPEN]        = { 10, 10000 },
        [SBX_BUCKET_COMMANDS]       = { 5, 20000 },
        [SBX_BUCKET_WEBHOOK]        = { 5, 2000 },
};
static const LimitOption global_default = { 50, 1000 };
static const LimitOption name_or_topic = { 2, 600 * 1000 };
static const LimitOption old_edits = { 30, 3600 * 1000 };
static const LimitOption invalid_requests = { 10000, 600 * 1000 };
static const LimitOption identify_pace = { 1, 5000 };
static const LimitOption identify_budget = { 1000, 24 * 3600 * 1000 };

#define OLD_MESSAGE_AGE (3600 * USEC_PER_SEC)

typedef struct Window {
        char *key;
        Usec ends_at;
        unsigned n_used;
        struct Window *next;
} Window;

struct Buckets {
        const Options *options;
        Window *table[TABLE_SIZE];
        size_t n_windows;
        Usec banned_until;
};

static const char *const scope_names[_SCOPE_MAX] = { "user", "global", "shared", "cloudflare" };

const char *scope_to_string(Scope scope) {
        return scope_names[scope];
}

int scope_from_string(const char *name, Scope *ret_scope) {
        for (Scope s = 0; s < _SCOPE_MAX; s++)
                if (streq(scope_names[s], name)) {
                        *ret_scope = s;
                        return 0;
                }
        return -EINVAL;
}

Buckets *buckets_new(const Options *options) {
        Buckets *b = new0(Buckets, 1);

        if (b)
                b->options = options;
        return b;
}

static void buckets_sweep(Buckets *b, Usec now) {
        for (size_t i = 0; i < TABLE_SIZE; i++)
                for (Window **at = &b->table[i]; *at;) {
                        Window *w = *at;

                        if (w->ends_at > now) {
                                at = &w->next;
                                continue;
                        }
                        *at = w->next;
                        free(w->key);
                        free(w);
                        b->n_windows--;
                }
}

void buckets_clear(Buckets *buckets) {
        buckets_sweep(buckets, USEC_INFINITY);
        buckets->banned_until = 0;
}

Buckets *buckets_free(Buckets *buckets) {
        if (!buckets)
                return NULL;
        buckets_clear(buckets);
        free(buckets);
        return NULL;
}

/* FNV-1a, 64 bits */
static uint64_t hash_of(const char *text) {
        uint64_t h = UINT64_C(14695981039346656037);

        for (; *text; text++)
                h = (h ^ (unsigned char) *text) * UINT64_C(1099511628211);
        return h;
}

/* The window of a key, begun anew when it has ended (or lies in a future that the clock left again). NULL: no memory. */
static Window *buckets_window(Buckets *b, Usec now, const char *key, LimitOption limit) {
        Window **at = &b->table[hash_of(key) % TABLE_SIZE];
        Usec length = limit.window_ms * USEC_PER_MSEC;
        Window *w;

        for (w = *at; w && !streq(w->key, key); w = w->next)
                ;
        if (!w) {
                if (b->n_windows >= SWEEP_AT)
                        buckets_sweep(b, now);
                w = new0(Window, 1);
                if (!w)
                        return NULL;
                w->key = strdup(key);
                if (!w->key) {
                        free(w);
                        return NULL;
                }
                w->next = *at;
                *at = w;
                b->n_windows++;
        }
        if (w->ends_at <= now || w->ends_at > now + length) {
                w->ends_at = now + length;
                w->n_used = 0;
        }
        return w;
}

static void verdict_limit(Verdict *v, Scope scope, Usec retry_after, int code, const char *message) {
        v->is_limited = true;
        v->scope = scope;
        v->retry_after = retry_after;
        v->code = code;
        v->message = message;
}

/* "channel-edit" and the like never leave the process; clients see the hash. */
static void key_of(const SbxRequest *request, StrBuf *key) {
        const char *t = request->route->template;

        strbuf_appendf(key, "%d:", (int) request->route->bucket);
        if (request->n_args == 0)
                return;
        if (strncmp(t, "/channels/{", strlen("/channels/{")) == 0 || strncmp(t, "/guilds/{", strlen("/guilds/{")) == 0)
                strbuf_append(key, request->args[0]);
        else if (strncmp(t, "/webhooks/{", strlen("/webhooks/{")) == 0 && request->n_args > 1)
                strbuf_appendf(key, "%s/%s", request->args[0], request->args[1]);
}

static LimitOption limit_of(const Options *options, SbxBucket bucket) {
        return options->limits[bucket].n > 0 ? options->limits[bucket] : defaults[bucket];
}

/* Limits that only the refusal tells of: Remaining stays above zero. */
static void buckets_take_hidden(Buckets *b, Usec now, const SbxRequest *request, Verdict *v) {
        static const char *const members[] = { "name", "topic" };

        if (request->route->bucket == SBX_BUCKET_CHANNEL_EDIT && request->n_args > 0)
                for (size_t i = 0; i < ELEMENTSOF(members); i++) {
                        _strbuf_ StrBuf key = {};
                        Window *w;

                        if (!json_get(request->body, members[i]))
                                continue;
                        strbuf_appendf(&key, "%s:%s", members[i], request->args[0]);
                        w = buckets_window(b, now, strbuf_text(&key), name_or_topic);
                        if (w && w->n_used++ >= name_or_topic.n)
                                verdict_limit(v, SCOPE_USER, w->ends_at - now, 0, "You are being rate limited.");
                }

        if (request->route->bucket == SBX_BUCKET_MESSAGE_EDIT && request->n_args > 1 && request->ids[1] > 0 &&
            ((request->ids[1] >> 22) + UINT64_C(1420070400000)) * USEC_PER_MSEC + OLD_MESSAGE_AGE < now) {
                _strbuf_ StrBuf key = {};
                Window *w;

                strbuf_appendf(&key, "old:%s", request->args[0]);
                w = buckets_window(b, now, strbuf_text(&key), old_edits);
                if (w && w->n_used++ >= old_edits.n)
                        verdict_limit(v, SCOPE_USER, w->ends_at - now, 30046,
                                      "Maximum number of edits to messages older than 1 hour reached. Try again later.");
        }
}

void buckets_take(Buckets *buckets, Usec now, const SbxRequest *request, Verdict *ret_verdict) {
        SbxBucket class = request->route->bucket;
        LimitOption limit = limit_of(buckets->options, class), global = buckets->options->global_limit;
        _strbuf_ StrBuf key = {};
        Verdict v = {};
        Window *w;

        *ret_verdict = v;
        if (!buckets->options->has_rate_limits || class == SBX_BUCKET_NONE)
                return;

        if (class != SBX_BUCKET_WEBHOOK) {
                if (global.n == 0)
                        global = global_default;
                w = buckets_window(buckets, now, "global", global);
                if (w && w->n_used++ >= global.n) {
                        verdict_limit(ret_verdict, SCOPE_GLOBAL, w->ends_at - now, 0, "You are being rate limited.");
                        return;
                }
        }

        key_of(request, &key);
        w = buckets_window(buckets, now, strbuf_text(&key), limit);
        if (!w)
                return;
        if (w->n_used >= limit.n)
                verdict_limit(&v, SCOPE_USER, w->ends_at - now, 0, "You are being rate limited.");
        else {
                w->n_used++;
                buckets_take_hidden(buckets, now, request, &v);
        }
        v.has_headers = true;
        v.limit = limit.n;
        v.remaining = limit.n - w->n_used;
        v.reset_at = w->ends_at;
        (void) snprintf(v.bucket, sizeof(v.bucket), "%016llx", (unsigned long long) (hash_of("bucket") + class * UINT64_C(0x9e3779b97f4a7c15)));
        *ret_verdict = v;
}

bool buckets_count_invalid(Buckets *buckets, Usec now, int status) {
        Window *w;

        if (!buckets->options->has_rate_limits || (status != 401 && status != 403 && status != 429))
                return false;
        w = buckets_window(buckets, now, "invalid", invalid_requests);
        if (w && ++w->n_used >= invalid_requests.n)
                buckets->banned_until = now + invalid_requests.window_ms * USEC_PER_MSEC;
        return buckets_is_banned(buckets, now);
}

bool buckets_is_banned(Buckets *buckets, Usec now) {
        return buckets->banned_until > now;
}

int buckets_identify(Buckets *buckets, Usec now) {
        Window *w;

        if (!buckets->options->has_rate_limits)
                return 0;
        w = buckets_window(buckets, now, "identify", identify_pace);
        if (w && w->n_used >= identify_pace.n)
                return -EBUSY;
        if (w)
                w->n_used++;
        w = buckets_window(buckets, now, "identifies", identify_budget);
        if (w)
                w->n_used++;
        return 0;
}

unsigned buckets_identifies_left(Buckets *buckets, Usec now, uint64_t *ret_reset_after_ms) {
        Window *w = buckets->options->has_rate_limits ? buckets_window(buckets, now, "identifies", identify_budget) : NULL;

        *ret_reset_after_ms = w && w->n_used > 0 ? (w->ends_at - now) / USEC_PER_MSEC : 0;
        return w ? identify_budget.n - MIN(w->n_used, identify_budget.n) : identify_budget.n;
}
