/*
 * Rate limits shared by all our processes: one sealed memfd, mapped by each, guarded by one robust mutex.
 *
 * Any process may be killed between any two stores in here. So nothing in the table is a pointer or a list; each bucket stands alone
 * and is found by its key; and whoever inherits the mutex of a dead owner puts implausible values right before it goes on. The worst that a half
 * written bucket can cost is one 429.
 *
 * Buckets (Discord reference, "Rate Limits"): a route's hash comes with its first answer (X-RateLimit-Bucket) and together with the
 * major id names the bucket. Until then the route has a bucket of its own with a cautious guess. Requests are counted when they leave;
 * what an answer says counts only when it is less, because answers of parallel requests arrive late and in any order.
 *
 * Not for deciding what to do with a request that must wait: that is rest.c, and above it the engine.
 */

#include "magikal/ratelimit.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "magikal/cleanup.h"
#include "magikal/fault.h"
#include "magikal/rest.h"

#define MAGIC UINT64_C(0x6d61676b726c3031)      /* "magkrl01"; another layout is another number */
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW)

#define N_ROUTES 64
#define N_SETS 1024             /* × 8 buckets = 8192 channels, guilds and tokens at a time; pages nobody touched cost nothing */
#define N_WAYS 8

#define LIMIT_GUESS 5           /* until a route has answered once: the smallest per-channel limit that has been seen in public */
#define WINDOW_GUESS (5 * USEC_PER_SEC)
#define WINDOW_MAX (60 * USEC_PER_SEC)          /* longest window that is predicted; what an answer says may be longer */
#define NEWER_WINDOW USEC_PER_SEC               /* a reset moved by more than the network's delay is another window */
#define RESET_MAX (24 * 3600 * USEC_PER_SEC)    /* beyond this a time is damage, not a limit */

#define INVALID_SLOTS 60        /* of ten seconds: Discord counts over ten minutes */
#define INVALID_SLOT (10 * USEC_PER_SEC)

#define BREAKER_FAILURES 5
#define BREAKER_FIRST (5 * USEC_PER_SEC)
#define BREAKER_LONGEST (60 * USEC_PER_SEC)
#define BREAKER_DOUBLINGS 8             /* enough for the longest; a shift stays defined */
#define BREAKER_PROBE (10 * USEC_PER_SEC)       /* how long the one request that may try has for its answer */
#define BREAKER_ASK_AGAIN (250 * USEC_PER_MSEC)

#define LOCK_PATIENCE_NSEC (20 * 1000 * 1000)   /* the owner is frozen, not slow: an operation takes far less than a microsecond */

typedef struct Bucket {
        uint64_t key;           /* 0: free */
        Usec used_at;
        Usec reset_at;          /* when `remaining` is full again */
        int32_t limit, remaining;
        bool is_predicted;      /* reset_at is our guess, no answer of this window has come yet */
} Bucket;

typedef struct RouteInfo {
        uint64_t bucket;        /* hash of the newest X-RateLimit-Bucket; 0: none seen */
        Usec window;
        int32_t limit;
        bool is_free;           /* answers come without bucket headers: no limit known */
} RouteInfo;

typedef struct Breaker {
        int32_t n_failures;     /* in a row, while closed */
        int32_t level;          /* 0: closed; else how often it has opened without a success between */
        Usec open_until;
        Usec probe_until;       /* half open: one request is trying */
} Breaker;

struct Ratelimit {
        uint64_t magic, n_bytes;
        pthread_mutex_t mutex;
        int32_t global_per_second;
        Usec global_at;         /* GCRA: when the next request would leave if they left evenly spaced */
        Usec global_until;      /* a global 429 */
        Breaker breaker;
        struct {
                uint64_t slot;
                int32_t n;
        } invalid[INVALID_SLOTS];
        uint64_t n_requests, n_429, n_5xx;
        _Atomic uint64_t slots[RATELIMIT_SLOTS];
        RouteInfo routes[N_ROUTES];
        Bucket buckets[N_SETS][N_WAYS];
};

_Static_assert(_ROUTE_MAX <= N_ROUTES, "the shared table has a row for each route");

/* ---- making and mapping --------------------------------------------------------------------------------------------------- */

/* NULL with errno set when it fails. */
static Ratelimit *map(int fd) {
        void *p = mmap(NULL, sizeof(Ratelimit), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

        return p == MAP_FAILED ? NULL : p;
}

static int mutex_init(pthread_mutex_t *mutex) {
        pthread_mutexattr_t attr;
        int r;

        r = pthread_mutexattr_init(&attr);
        if (r == 0)
                r = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
        if (r == 0)
                r = pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
        if (r == 0)
                r = pthread_mutex_init(mutex, &attr);
        (void) pthread_mutexattr_destroy(&attr);
        return -r;
}

int ratelimit_create(int global_per_second, int *ret_fd, Ratelimit **ret_limits) {
        _close_ int fd = -1;
        Ratelimit *l;
        int r;

        if (global_per_second < 1 || global_per_second > 1000)
                return -EINVAL;

        fd = memfd_create("magikal-ratelimit", MFD_CLOEXEC | MFD_ALLOW_SEALING);
        if (fd < 0)
                return -errno;
        if (ftruncate(fd, sizeof(Ratelimit)) < 0 || fcntl(fd, F_ADD_SEALS, SEALS) < 0)
                return -errno;

        l = map(fd);
        if (!l)
                return -errno;

        r = mutex_init(&l->mutex);
        if (r < 0) {
                (void) ratelimit_unmap(l);
                return r;
        }
        l->n_bytes = sizeof(Ratelimit);
        l->global_per_second = global_per_second;
        l->magic = MAGIC;

        *ret_fd = TAKE_FD(fd);
        *ret_limits = l;
        return 0;
}

int ratelimit_map(int fd, Ratelimit **ret_limits) {
        struct stat st;
        Ratelimit *l;
        int seals;

        if (fstat(fd, &st) < 0)
                return -errno;
        seals = fcntl(fd, F_GET_SEALS);
        if (seals < 0 || (seals & SEALS) != SEALS || st.st_size != (off_t) sizeof(Ratelimit))
                return -EPROTO;

        l = map(fd);
        if (!l)
                return -errno;
        if (l->magic != MAGIC || l->n_bytes != sizeof(Ratelimit)) {
                (void) ratelimit_unmap(l);
                return -EPROTO;
        }
        *ret_limits = l;
        return 0;
}

Ratelimit *ratelimit_unmap(Ratelimit *limits) {
        if (limits)
                (void) munmap(limits, sizeof(Ratelimit));
        return NULL;
}

/* ---- the lock ----------------------------------------------------------------------------------------------------------- */

static bool is_beyond(Usec t, Usec now) {
        return t > now && t - now > RESET_MAX;
}

/* What a process that died in the middle may have left: anything, one word at a time. */
static void repair(Ratelimit *l, Usec now) {
        for (size_t s = 0; s < N_SETS; s++)
                for (size_t w = 0; w < N_WAYS; w++) {
                        Bucket *b = &l->buckets[s][w];

                        if (b->key != 0 && (b->limit < 1 || b->remaining > b->limit || is_beyond(b->reset_at, now)))
                                b->key = 0;
                }
        if (l->global_at > now + 2 * USEC_PER_SEC)      /* a burst lies within one second */
                l->global_at = now;
        if (is_beyond(l->global_until, now))
                l->global_until = now;
        if (l->breaker.level < 0 || l->breaker.level > BREAKER_DOUBLINGS || is_beyond(l->breaker.open_until, now) || is_beyond(l->breaker.probe_until, now))
                l->breaker = (Breaker) {};
}

/* False: not had within LOCK_PATIENCE. An event loop does not stand still because another process does. */
static _warn_unused_ bool lock(Ratelimit *l, Usec now) {
        int r = pthread_mutex_trylock(&l->mutex);

        if (r == EBUSY) {
                struct timespec until;

                (void) clock_gettime(CLOCK_MONOTONIC, &until);
                until.tv_nsec += LOCK_PATIENCE_NSEC;
                if (until.tv_nsec >= 1000000000) {
                        until.tv_nsec -= 1000000000;
                        until.tv_sec++;
                }
                r = pthread_mutex_clocklock(&l->mutex, CLOCK_MONOTONIC, &until);
        }
        if (r == EOWNERDEAD) {
                repair(l, now);
                r = pthread_mutex_consistent(&l->mutex);
        }
        return r == 0;
}

static void unlock(Ratelimit *l) {
        (void) pthread_mutex_unlock(&l->mutex);         /* fails only for somebody else's mutex */
}

/* ---- buckets ------------------------------------------------------------------------------------------------------------ */

/* splitmix64's finisher: neighbouring ids must not fall into neighbouring sets */
static uint64_t mix(uint64_t x) {
        x ^= x >> 30;
        x *= UINT64_C(0xbf58476d1ce4e5b9);
        x ^= x >> 27;
        x *= UINT64_C(0x94d049bb133111eb);
        x ^= x >> 31;
        return x;
}

static uint64_t bucket_hash(const char *name) {
        uint64_t h = UINT64_C(0xcbf29ce484222325);      /* FNV-1a */

        for (; *name; name++)
                h = (h ^ (unsigned char) *name) * UINT64_C(0x100000001b3);
        /* small numbers are kept for routes that have no bucket yet */
        return h < N_ROUTES + 1 ? h + N_ROUTES + 1 : h;
}

static uint64_t bucket_key(const Ratelimit *l, int route, uint64_t major) {
        uint64_t bucket = l->routes[route].bucket;
        uint64_t key = mix((bucket ? bucket : (uint64_t) route + 1) ^ mix(major));

        return key ? key : 1;
}

static Bucket *bucket_find(Ratelimit *l, uint64_t key) {
        Bucket *set = l->buckets[key % N_SETS];

        for (size_t w = 0; w < N_WAYS; w++)
                if (set[w].key == key)
                        return &set[w];
        return NULL;
}

/* What would be lost with it: nothing, a window that is over, a count, a prohibition. */
static int bucket_worth(const Bucket *b, Usec now) {
        if (b->key == 0)
                return 0;
        if (b->reset_at <= now)
                return 1;
        return b->remaining > 0 ? 2 : 3;
}

/* Takes the place of the bucket of least worth; among equals, of the one that was not used for longest. */
static Bucket *bucket_make(Ratelimit *l, uint64_t key, const RouteInfo *info, Usec now) {
        Bucket *set = l->buckets[key % N_SETS], *best = NULL;
        int best_worth = 0;

        for (size_t w = 0; w < N_WAYS; w++) {
                Bucket *b = &set[w];
                int worth = bucket_worth(b, now);

                if (!best || worth < best_worth || (worth == best_worth && b->used_at < best->used_at)) {
                        best = b;
                        best_worth = worth;
                }
        }

        best->key = 0;
        atomic_signal_fence(memory_order_seq_cst);      /* killed from here on: the place is free */
        (void) FAULT("ratelimit/half-made");
        best->used_at = now;
        best->reset_at = 0;
        best->limit = best->remaining = info->limit > 0 ? info->limit : LIMIT_GUESS;
        best->is_predicted = true;
        atomic_signal_fence(memory_order_seq_cst);
        best->key = key;
        return best;
}

static Usec route_window(const RouteInfo *info) {
        return info->window > 0 ? MIN(info->window, WINDOW_MAX) : WINDOW_GUESS;
}

/* ---- may it leave? -------------------------------------------------------------------------------------------------------- */

static int invalid_count(const Ratelimit *l, Usec now) {
        uint64_t slot = now / INVALID_SLOT;
        int n = 0;

        for (size_t i = 0; i < INVALID_SLOTS; i++)
                if (l->invalid[i].slot <= slot && slot - l->invalid[i].slot < INVALID_SLOTS)
                        n += l->invalid[i].n;
        return n;
}

static void invalid_add(Ratelimit *l, Usec now) {
        uint64_t slot = now / INVALID_SLOT;

        if (l->invalid[slot % INVALID_SLOTS].slot != slot) {
                l->invalid[slot % INVALID_SLOTS].n = 0;
                l->invalid[slot % INVALID_SLOTS].slot = slot;
        }
        l->invalid[slot % INVALID_SLOTS].n++;
}

static Usec breaker_wait(const Breaker *b, Usec now) {
        if (b->level == 0)
                return 0;
        if (now < b->open_until)
                return b->open_until - now;
        return now < b->probe_until ? MIN(b->probe_until - now, BREAKER_ASK_AGAIN) : 0;
}

/*
 * Evenly spaced with a burst of a ninth of the rate, so that no second sees more than 10/9 of it: with 45 a second at most 50, whatever
 * second Discord looks at.
 */
static Usec global_spacing(const Ratelimit *l) {
        return USEC_PER_SEC / (Usec) l->global_per_second;      /* 1 to 1000, written once */
}

static Usec global_wait(const Ratelimit *l, Usec now) {
        Usec slack = global_spacing(l) * (Usec) (MAX(l->global_per_second / 9, 1) - 1);
        Usec wait = l->global_at > now + slack ? l->global_at - now - slack : 0;

        if (l->global_until > now)
                wait = MAX(wait, l->global_until - now);
        return wait;
}

/* The bucket's wait; *ret_bucket is NULL when nothing limits the route. */
static Usec bucket_wait(Ratelimit *l, int route, uint64_t major, Usec now, Bucket **ret_bucket) {
        const RouteInfo *info = &l->routes[route];
        uint64_t key = bucket_key(l, route, major);
        Bucket *b = bucket_find(l, key);

        if (b && (now >= b->reset_at || is_beyond(b->reset_at, now))) {
                if (info->is_free) {
                        b->key = 0;     /* it only stood for a 429 that is over */
                        b = NULL;
                } else {
                        b->remaining = b->limit;
                        b->reset_at = now + route_window(info);
                        b->is_predicted = true;
                }
        }
        if (!b && !info->is_free) {
                b = bucket_make(l, key, info, now);
                b->reset_at = now + route_window(info);
        }
        *ret_bucket = b;
        return b && b->remaining <= 0 ? b->reset_at - now : 0;
}

Usec ratelimit_take(Ratelimit *limits, int route, uint64_t major, bool is_interaction, Usec now) {
        Bucket *bucket;
        Usec wait;

        assert(route >= 0 && route < _ROUTE_MAX);

        if (!lock(limits, now))
                return BREAKER_ASK_AGAIN;
        (void) FAULT("ratelimit/locked");       /* what it returns is of no use here: it is for dying and freezing */

        wait = bucket_wait(limits, route, major, now, &bucket);
        if (!is_interaction) {
                wait = MAX(wait, global_wait(limits, now));
                wait = MAX(wait, breaker_wait(&limits->breaker, now));
        }
        if (wait == 0 && route != ROUTE_INTERACTION_CALLBACK && invalid_count(limits, now) >= RATELIMIT_INVALID_STOP)
                wait = INVALID_SLOT;

        if (wait == 0) {
                if (bucket) {
                        bucket->remaining--;
                        bucket->used_at = now;
                }
                if (!is_interaction) {
                        limits->global_at = MAX(limits->global_at, now) + global_spacing(limits);
                        if (limits->breaker.level > 0)
                                limits->breaker.probe_until = now + BREAKER_PROBE;
                }
                limits->n_requests++;
        }
        unlock(limits);
        return wait;
}

/* ---- what an answer teaches ------------------------------------------------------------------------------------------------ */

/* The route answers from this bucket from now on. What was counted against the guess moves along; returns how many that were. */
static int route_moves(Ratelimit *l, int route, uint64_t major, uint64_t hash) {
        RouteInfo *info = &l->routes[route];
        int n_taken = 0;

        if (info->bucket == 0) {
                Bucket *guess = bucket_find(l, bucket_key(l, route, major));

                if (guess) {
                        n_taken = guess->limit - guess->remaining;
                        guess->key = 0;
                }
        }
        info->bucket = hash;
        info->window = 0;
        info->limit = 0;
        info->is_free = false;
        return n_taken;
}

static void learn_bucket(Ratelimit *l, int route, uint64_t major, const RatelimitHeaders *h, Usec now) {
        RouteInfo *info = &l->routes[route];
        uint64_t hash = bucket_hash(h->bucket);
        Usec reset_after = h->reset_after > 0 ? MIN(h->reset_after, RESET_MAX) : route_window(info);
        Bucket *b;
        int n_taken = 0;

        if (info->bucket != hash)
                n_taken = route_moves(l, route, major, hash);
        info->window = MAX(info->window, reset_after);
        if (h->limit > 0)
                info->limit = h->limit;

        b = bucket_find(l, bucket_key(l, route, major));
        if (!b) {
                b = bucket_make(l, bucket_key(l, route, major), info, now);
                b->remaining = b->limit - n_taken;
        } else if (now >= b->reset_at || (!b->is_predicted && now + reset_after > b->reset_at + NEWER_WINDOW))
                b->remaining = MAX(h->limit, b->limit);         /* another window: only what the answer says counts */

        if (h->limit > 0)
                b->limit = h->limit;
        if (h->remaining >= 0)
                b->remaining = MIN(b->remaining, h->remaining);
        b->remaining = MIN(b->remaining, b->limit);
        b->reset_at = now + reset_after;
        b->is_predicted = false;
        b->used_at = now;
}

static void learn_429(Ratelimit *l, int route, uint64_t major, const RatelimitHeaders *h, Usec now) {
        Usec wait = MAX(h->retry_after, USEC_PER_MSEC), until = now + MIN(wait, RESET_MAX);
        Bucket *b;

        l->n_429++;
        if (!h->is_shared)
                invalid_add(l, now);

        if (h->is_global) {
                l->global_until = MAX(l->global_until, until);
                return;
        }
        /* A sub-limit (the third topic of ten minutes): concerns this request, not its bucket (Discord says Remaining > 0) */
        if (h->remaining > 0 && !h->is_shared)
                return;

        b = bucket_find(l, bucket_key(l, route, major));
        if (!b)
                b = bucket_make(l, bucket_key(l, route, major), &l->routes[route], now);
        b->remaining = 0;
        b->reset_at = until;
        b->is_predicted = false;
}

void ratelimit_learn(Ratelimit *limits, int route, uint64_t major, const RatelimitHeaders *headers, int status, Usec now) {
        assert(route >= 0 && route < _ROUTE_MAX);

        if (!lock(limits, now))
                return;         /* one answer not learnt; the next one says it again */

        if (headers->bucket)
                learn_bucket(limits, route, major, headers, now);
        else if (status >= 200 && status <= 299 && limits->routes[route].bucket == 0 && !limits->routes[route].is_free) {
                Bucket *guess = bucket_find(limits, bucket_key(limits, route, major));

                limits->routes[route].is_free = true;
                if (guess)
                        guess->key = 0;
        }

        if (headers->is_429)
                learn_429(limits, route, major, headers, now);
        else if (status == 401 || status == 403)
                invalid_add(limits, now);

        if (status < 500)
                limits->breaker = (Breaker) {};
        unlock(limits);
}

void ratelimit_failed(Ratelimit *limits, Usec now) {
        Breaker *b = &limits->breaker;

        if (!lock(limits, now))
                return;

        limits->n_5xx++;
        if (b->level == 0 && ++b->n_failures >= BREAKER_FAILURES) {
                b->level = 1;
                b->open_until = now + BREAKER_FIRST;
                b->probe_until = 0;
        } else if (b->level > 0 && now >= b->open_until) {
                b->open_until = now + MIN(BREAKER_FIRST << b->level, BREAKER_LONGEST);
                b->level = MIN(b->level + 1, BREAKER_DOUBLINGS);
                b->probe_until = 0;
        }
        unlock(limits);
}

RatelimitState ratelimit_state(Ratelimit *limits, Usec now) {
        RatelimitState state = {};

        if (!lock(limits, now))
                return state;
        state = (RatelimitState) {
                .n_invalid_10min = invalid_count(limits, now),
                .breaker_until = limits->breaker.level > 0 ? limits->breaker.open_until : 0,
                .n_requests = limits->n_requests,
                .n_429 = limits->n_429,
                .n_5xx = limits->n_5xx,
        };
        unlock(limits);
        return state;
}

/* ---- who executes what ------------------------------------------------------------------------------------------------------ */

void ratelimit_slot_set(Ratelimit *limits, int slot, FlowId flow) {
        assert(slot >= 0 && slot < RATELIMIT_SLOTS);
        atomic_store_explicit(&limits->slots[slot], flow.v, memory_order_relaxed);
}

FlowId ratelimit_slot_get(const Ratelimit *limits, int slot) {
        assert(slot >= 0 && slot < RATELIMIT_SLOTS);
        return (FlowId) { atomic_load_explicit(&limits->slots[slot], memory_order_relaxed) };
}
