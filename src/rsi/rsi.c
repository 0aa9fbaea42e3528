/*
 * The client: a look-up waits until the site may be asked, becomes one request, and its page one answer for everybody who wanted it.
 *
 *      rsi_ask ──▶ waiting ──▶ running ──▶ ready ──▶ done()
 *                     │                      ▲
 *                     └── known already, held back, too late: without a request
 *
 * The host is the one of the settings and no other: redirects are followed here, by hand, because libcurl cannot be told to stay on a host.
 * What went wrong is an answer too, and never an error: whoever asks goes on without. Answers are given from the loop only, one turn later.
 *
 * The paths are those without language. "/en/…" exists and would pin the labels to English, but were it ever to go, every 404 would say
 * that somebody does not exist; a page in a wrong language is only unknown.
 */

#include "magikal/rsi.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <strings.h>
#include <sys/queue.h>
#include <time.h>

#include "config.h"
#include "magikal/curl-loop.h"
#include "magikal/json.h"
#include "magikal/log.h"
#include "magikal/strbuf.h"
#include "magikal/url.h"

#include "rsi-cache.h"
#include "rsi-pace.h"

#define USER_AGENT "magikal-tickets/" PACKAGE_VERSION " (+https://github.com/magikal-tickets/magikal-tickets)"

#define REDIRECTS_MAX 3
#define RUNNING_MAX 4
#define LOOKUPS_MAX 128
#define FOUND_KEPT (3600 * USEC_PER_SEC)
#define ABSENT_KEPT (300 * USEC_PER_SEC)
#define NOT_LISTED_KEPT (30 * USEC_PER_SEC)     /* somebody is about to be accepted there */
#define MEMBERS_PER_PAGE 32                     /* what the site's own page asks for */

typedef struct Waiter {
        STAILQ_ENTRY(Waiter) entry;
        RsiDone done;
        void *userdata;
} Waiter;

typedef struct Lookup {
        TAILQ_ENTRY(Lookup) entry;      /* in `waiting`, `running` or `ready` */
        Rsi *rsi;
        RsiKind kind;
        Handle handle;
        char sid[RSI_SID_MAX + 1];
        StrBuf key, url, post, page;
        STAILQ_HEAD(, Waiter) waiters;
        Usec deadline;
        CURL *easy;
        bool is_too_long;
        int n_redirects;

        /* the answer */
        RsiResult result;
        RsiReason reason;
        int status;
        bool is_cached, is_fresh;
        Usec wait;
        RsiFound *found;
} Lookup;

typedef TAILQ_HEAD(LookupList, Lookup) LookupList;

struct Rsi {
        sd_event *event;
        sd_event_source *turn;          /* the loop's next turn: look-ups have come or are ready */
        sd_event_source *timer;         /* one that waits may go, or is too late */
        CurlLoop *loop;
        RsiCache *cache;
        RsiPace pace;
        char *base_url, *ca_file;
        Url base;
        Usec timeout;
        bool is_off, is_curl_up;
        bool is_unreadable_told;        /* once, until something can be read again */
        struct curl_slist accept, language, json;       /* header lines */
        LookupList waiting, running, ready;
        int n_running, n_lookups, n_waiters;
};

/* ---- one look-up ----------------------------------------------------------------------------------------------------------- */

static Lookup *lookup_free(Lookup *lookup) {
        if (!lookup)
                return NULL;
        while (!STAILQ_EMPTY(&lookup->waiters)) {
                Waiter *waiter = STAILQ_FIRST(&lookup->waiters);

                STAILQ_REMOVE_HEAD(&lookup->waiters, entry);
                free(waiter);
        }
        strbuf_done(&lookup->key);
        strbuf_done(&lookup->url);
        strbuf_done(&lookup->post);
        strbuf_done(&lookup->page);
        if (lookup->easy)
                curl_easy_cleanup(lookup->easy);
        (void) rsi_found_unref(lookup->found);
        free(lookup);
        return NULL;
}
DEFINE_CLEANUP(Lookup *, lookup_free)

/* Ends a look-up that is in `list`. Its waiters are told in the loop's next turn. */
static void lookup_end(Lookup *lookup, LookupList *list, RsiResult result, RsiReason reason, Usec wait) {
        Rsi *rsi = lookup->rsi;

        TAILQ_REMOVE(list, lookup, entry);
        TAILQ_INSERT_TAIL(&rsi->ready, lookup, entry);
        lookup->result = result;
        lookup->reason = reason;
        lookup->wait = wait;
        (void) sd_event_source_set_enabled(rsi->turn, SD_EVENT_ONESHOT);        /* fails only for a source that is gone */
}

static void lookup_tell(Lookup *lookup) {
        Rsi *rsi = lookup->rsi;
        RsiAnswer answer = {
                .result = lookup->result,
                .reason = lookup->reason,
                .status = lookup->status,
                .is_cached = lookup->is_cached,
                .wait = lookup->wait,
        };

        if (lookup->found)
                switch (lookup->kind) {
                case RSI_CITIZEN:
                        answer.citizen = lookup->found->citizen;
                        break;
                case RSI_ORG_LIST:
                        answer.org_list = lookup->found->org_list;
                        break;
                case RSI_ORG_PAGE:
                        answer.org_page = lookup->found->org_page;
                        break;
                case RSI_MEMBERSHIP:
                        answer.membership = lookup->found->membership;
                        break;
                case _RSI_KIND_MAX:
                        break;
                }
        log_event(LOG_DEBUG, "rsi.done", "A look-up at RSI has ended", LOG_I64("kind", lookup->kind), LOG_I64("result", lookup->result),
                  LOG_TEXT("reason", rsi_reason_to_string(lookup->reason)), LOG_I64("status", lookup->status));

        while (!STAILQ_EMPTY(&lookup->waiters)) {
                Waiter *waiter = STAILQ_FIRST(&lookup->waiters);
                RsiDone done = waiter->done;
                void *userdata = waiter->userdata;

                STAILQ_REMOVE_HEAD(&lookup->waiters, entry);
                free(waiter);
                rsi->n_waiters--;
                done(&answer, userdata);
        }
}

static int lookup_address(Lookup *lookup) {
        _json_writer_ JsonWriter w = {};
        _free_ char *post = NULL;
        int r;

        strbuf_append(&lookup->url, lookup->rsi->base_url);
        switch (lookup->kind) {
        case RSI_CITIZEN:
        case RSI_ORG_LIST:
                strbuf_append(&lookup->url, "/citizens/");
                strbuf_append_percent(&lookup->url, lookup->handle.text);
                if (lookup->kind == RSI_ORG_LIST)
                        strbuf_append(&lookup->url, "/organizations");
                return lookup->url.error;
        case RSI_ORG_PAGE:
                strbuf_append(&lookup->url, "/orgs/");
                strbuf_append_percent(&lookup->url, lookup->sid);
                return lookup->url.error;
        default:
                break;
        }

        strbuf_append(&lookup->url, "/api/orgs/getOrgMembers");
        json_open(&w);
        json_string(&w, "symbol", lookup->sid);
        json_string(&w, "search", lookup->handle.text);
        json_i64(&w, "page", 1);
        json_i64(&w, "pagesize", MEMBERS_PER_PAGE);
        json_close(&w);
        r = json_writer_finish(&w, &post);
        if (r < 0)
                return r;
        strbuf_append(&lookup->post, post);
        return lookup->url.error < 0 ? lookup->url.error : lookup->post.error;
}

/* ---- pages into answers --------------------------------------------------------------------------------------------------- */

/* RSI_FOUND with the page, RSI_UNKNOWN with the reason, -ENOMEM. */
static int lookup_parse(Lookup *lookup, RsiFound **ret_found, RsiReason *ret_reason) {
        _cleanup_(rsi_found_unrefp) RsiFound *found = new0(RsiFound, 1);
        const char *bytes = strbuf_text(&lookup->page);
        size_t n_bytes = lookup->page.n_bytes;
        int r = -EINVAL;

        if (!found)
                return -ENOMEM;
        *found = (RsiFound) { .n_refs = 1, .kind = lookup->kind };
        switch (lookup->kind) {
        case RSI_CITIZEN:
                r = rsi_citizen_parse(bytes, n_bytes, lookup->handle.text, &found->citizen, ret_reason);
                break;
        case RSI_ORG_LIST:
                r = rsi_org_list_parse(bytes, n_bytes, &found->org_list, ret_reason);
                break;
        case RSI_ORG_PAGE:
                r = rsi_org_page_parse(bytes, n_bytes, lookup->sid, &found->org_page, ret_reason);
                break;
        case RSI_MEMBERSHIP:
                r = rsi_membership_parse(bytes, n_bytes, lookup->handle.text, &found->membership, ret_reason);
                break;
        case _RSI_KIND_MAX:
                break;
        }
        if (r == RSI_FOUND)
                *ret_found = TAKE(found);
        return r;
}

static Usec kept_for(const RsiFound *found) {
        if (!found)
                return ABSENT_KEPT;
        return found->kind == RSI_MEMBERSHIP && !found->membership->is_listed ? NOT_LISTED_KEPT : FOUND_KEPT;
}

/* Pages that this program does not know: somebody should look for a newer one. */
static void tell_unreadable(Rsi *rsi, RsiReason reason) {
        if ((reason != RSI_MARKUP_REASON && reason != RSI_LOGIN_REASON) || rsi->is_unreadable_told)
                return;
        rsi->is_unreadable_told = true;
        log_event(LOG_WARNING, "rsi.unreadable", "A page of RSI is not as it was; what it says is not known.",
                  LOG_TEXT("reason", rsi_reason_to_string(reason)));
}

static void lookup_read(Lookup *lookup) {
        Rsi *rsi = lookup->rsi;
        RsiReason reason = RSI_MEMORY_REASON;
        Usec now = clock_boottime();
        int r;

        r = lookup_parse(lookup, &lookup->found, &reason);
        if (r != RSI_FOUND) {
                tell_unreadable(rsi, reason);
                lookup_end(lookup, &rsi->running, RSI_UNKNOWN, reason, 0);
                return;
        }
        rsi->is_unreadable_told = false;
        rsi_cache_put(rsi->cache, strbuf_text(&lookup->key), lookup->found, now + kept_for(lookup->found), now);
        lookup_end(lookup, &rsi->running, RSI_FOUND, RSI_NONE_REASON, 0);
}

/* ---- requests --------------------------------------------------------------------------------------------------------------- */

static size_t on_page(char *bytes, size_t size, size_t n, void *userdata) {
        Lookup *lookup = userdata;

        if (lookup->page.n_bytes + size * n > RSI_PAGE_MAX) {
                lookup->is_too_long = true;
                return 0;
        }
        strbuf_append_bytes(&lookup->page, bytes, size * n);
        return lookup->page.error < 0 ? 0 : size * n;
}

#define SET(option, value)                                                          \
        do {                                                                        \
                if (c == CURLE_OK)                                                  \
                        c = curl_easy_setopt(lookup->easy, (option), (value));      \
        } while (0)

/* Takes one of the minute's requests and begins it. 0 or -ENOMEM. */
static int lookup_request(Lookup *lookup, Usec now) {
        Rsi *rsi = lookup->rsi;
        long timeout_ms = (long) ((lookup->deadline - now) / USEC_PER_MSEC);
        CURLcode c = CURLE_OK;
        int r;

        if (lookup->easy)
                curl_easy_reset(lookup->easy);
        else
                lookup->easy = curl_easy_init();
        if (!lookup->easy)
                return -ENOMEM;
        strbuf_clear(&lookup->page);
        lookup->is_too_long = false;

        SET(CURLOPT_PRIVATE, lookup);
        SET(CURLOPT_URL, strbuf_text(&lookup->url));
        SET(CURLOPT_USERAGENT, USER_AGENT);
        SET(CURLOPT_HTTPHEADER, lookup->post.n_bytes > 0 ? &rsi->json : &rsi->accept);
        SET(CURLOPT_ACCEPT_ENCODING, "gzip");
        SET(CURLOPT_WRITEFUNCTION, on_page);
        SET(CURLOPT_WRITEDATA, lookup);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_TIMEOUT_MS, MAX(timeout_ms, 1L));
        SET(CURLOPT_PROTOCOLS_STR, rsi->base.is_secure ? "https" : "http");
        if (rsi->base.is_secure) {
                SET(CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
                if (rsi->ca_file)
                        SET(CURLOPT_CAINFO, rsi->ca_file);
        } else
                SET(CURLOPT_NOPROXY, "*");
        if (lookup->post.n_bytes > 0) {
                SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) lookup->post.n_bytes);
                SET(CURLOPT_POSTFIELDS, lookup->post.text);
        }
        if (c != CURLE_OK)
                return -ENOMEM;
        r = curl_loop_add(rsi->loop, lookup->easy);
        if (r == 0)
                rsi_pace_sent(&rsi->pace, now);
        return r;
}

/* Same scheme, host and port as in the settings. */
static bool is_same_host(const Rsi *rsi, const char *url) {
        Url other;

        return url_parse(url, &other) == 0 && other.is_secure == rsi->base.is_secure && !other.is_websocket && other.port == rsi->base.port &&
               strcasecmp(other.host, rsi->base.host) == 0;
}

static void lookup_redirect(Lookup *lookup) {
        Rsi *rsi = lookup->rsi;
        Usec now = clock_boottime();
        char *to = NULL;

        (void) curl_easy_getinfo(lookup->easy, CURLINFO_REDIRECT_URL, &to);     /* absolute */
        /* a search is not repeated elsewhere: most redirects would make a GET of it */
        if (!to || lookup->post.n_bytes > 0 || lookup->n_redirects++ >= REDIRECTS_MAX || !is_same_host(rsi, to)) {
                lookup_end(lookup, &rsi->running, RSI_UNKNOWN, RSI_ELSEWHERE_REASON, 0);
                return;
        }
        strbuf_clear(&lookup->url);
        strbuf_append(&lookup->url, to);
        if (now >= lookup->deadline)
                lookup_end(lookup, &rsi->running, RSI_UNKNOWN, RSI_TIMEOUT_REASON, 0);
        else if (lookup->url.error < 0 || lookup_request(lookup, now) < 0)
                lookup_end(lookup, &rsi->running, RSI_UNKNOWN, RSI_MEMORY_REASON, 0);
        else
                rsi->n_running++;
}

static void rsi_is_well(Rsi *rsi) {
        if (rsi->pace.pause > 0)
                log_event(LOG_INFO, "rsi.answers", "RSI answers again.");
        rsi_pace_went_well(&rsi->pace);
}

static void lookup_fail(Lookup *lookup, RsiReason reason) {
        Rsi *rsi = lookup->rsi;
        bool was_well = rsi->pace.pause == 0;
        curl_off_t seconds = 0;
        Usec asked_for = 0, now = clock_boottime();

        if (reason == RSI_LIMITED_REASON && curl_easy_getinfo(lookup->easy, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0)
                asked_for = (Usec) MIN(seconds, (curl_off_t) 86400) * USEC_PER_SEC;
        rsi_pace_failed(&rsi->pace, asked_for, now);
        if (was_well && rsi->pace.pause > 0)
                log_event(LOG_NOTICE, "rsi.held_back", "RSI fails; it is asked again after a while, longer each time.",
                          LOG_TEXT("reason", rsi_reason_to_string(reason)), LOG_I64("status", lookup->status),
                          LOG_U64("wait_ms", rsi_pace_held_back(&rsi->pace, now) / USEC_PER_MSEC));
        lookup_end(lookup, &rsi->running, RSI_UNKNOWN, reason, rsi_pace_held_back(&rsi->pace, now));
}

static RsiReason reason_of_status(int status) {
        return status == 403 ? RSI_BLOCKED_REASON : status == 429 ? RSI_LIMITED_REASON : status >= 500 ? RSI_SERVER_REASON : RSI_STATUS_REASON;
}

static void lookup_answered(Lookup *lookup) {
        Rsi *rsi = lookup->rsi;
        RsiReason reason = reason_of_status(lookup->status);
        Usec now = clock_boottime();

        if (reason != RSI_STATUS_REASON) {
                lookup_fail(lookup, reason);
                return;
        }
        rsi_is_well(rsi);
        if (lookup->status == 200)
                lookup_read(lookup);
        else if (lookup->status >= 300 && lookup->status <= 399 && lookup->status != 304)
                lookup_redirect(lookup);
        else if (lookup->status == 404 && lookup->kind != RSI_MEMBERSHIP) {
                rsi_cache_put(rsi->cache, strbuf_text(&lookup->key), NULL, now + ABSENT_KEPT, now);
                lookup_end(lookup, &rsi->running, RSI_ABSENT, RSI_NONE_REASON, 0);
        } else
                lookup_end(lookup, &rsi->running, RSI_UNKNOWN, RSI_STATUS_REASON, 0);
}

static void on_finished(CURL *easy, CURLcode result, void *userdata) {
        Lookup *lookup = NULL;
        Rsi *rsi = userdata;
        long status = 0;

        (void) curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **) &lookup);
        assert(lookup && lookup->easy == easy);
        (void) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        lookup->status = (int) status;
        rsi->n_running--;

        if (result == CURLE_OK || (lookup->is_too_long && status != 200))       /* the page of an error does not matter */
                lookup_answered(lookup);
        else if (lookup->is_too_long) {
                rsi_is_well(rsi);
                lookup_end(lookup, &rsi->running, RSI_UNKNOWN, RSI_TOO_LONG_REASON, 0);
        } else if (lookup->page.error < 0 || result == CURLE_OUT_OF_MEMORY) {
                rsi_is_well(rsi);
                lookup_end(lookup, &rsi->running, RSI_UNKNOWN, RSI_MEMORY_REASON, 0);
        } else
                lookup_fail(lookup, result == CURLE_OPERATION_TIMEDOUT ? RSI_TIMEOUT_REASON : RSI_UNREACHABLE_REASON);
        /* what waits may take its place, and a redirect wants its kick: not from here */
        (void) sd_event_source_set_enabled(rsi->turn, SD_EVENT_ONESHOT);
}

/* ---- the queue -------------------------------------------------------------------------------------------------------------- */

/* Begins or ends the look-up, or returns how long it has to wait. */
static Usec lookup_try(Lookup *lookup, Usec now) {
        Rsi *rsi = lookup->rsi;
        Usec held_back = rsi_pace_held_back(&rsi->pace, now), wait;
        /* with less than a quarter of its time left a request would time out and be taken for a failure of the site's */
        Usec latest = lookup->deadline - rsi->timeout / 4;

        if (held_back > 0) {
                lookup_end(lookup, &rsi->waiting, RSI_UNKNOWN, RSI_HELD_BACK_REASON, held_back);
                return 0;
        }
        wait = rsi_pace_wait(&rsi->pace, now);
        if (now + wait > latest) {
                lookup_end(lookup, &rsi->waiting, RSI_UNKNOWN, RSI_BUSY_REASON, wait);
                return 0;
        }
        if (wait > 0)
                return wait;
        if (rsi->n_running >= RUNNING_MAX)
                return latest - now + 1;
        if (lookup_request(lookup, now) < 0) {
                lookup_end(lookup, &rsi->waiting, RSI_UNKNOWN, RSI_MEMORY_REASON, 0);
                return 0;
        }
        TAILQ_REMOVE(&rsi->waiting, lookup, entry);
        TAILQ_INSERT_TAIL(&rsi->running, lookup, entry);
        rsi->n_running++;
        return 0;
}

static int queue_run(Rsi *rsi) {
        Usec now = clock_boottime(), shortest = USEC_INFINITY;
        Lookup *next;
        int r;

        for (Lookup *lookup = TAILQ_FIRST(&rsi->waiting); lookup; lookup = next) {
                Usec wait;

                next = TAILQ_NEXT(lookup, entry);
                wait = lookup_try(lookup, now);
                if (wait > 0)
                        shortest = MIN(shortest, wait);
        }
        curl_loop_kick(rsi->loop);
        if (shortest == USEC_INFINITY)
                return 0;
        r = sd_event_source_set_time_relative(rsi->timer, shortest);
        return r < 0 ? r : sd_event_source_set_enabled(rsi->timer, SD_EVENT_ONESHOT);
}

/* Those that are ready now; what is asked meanwhile has the next turn. */
static void ready_tell(Rsi *rsi) {
        LookupList ready = TAILQ_HEAD_INITIALIZER(ready);

        TAILQ_CONCAT(&ready, &rsi->ready, entry);
        while (!TAILQ_EMPTY(&ready)) {
                Lookup *lookup = TAILQ_FIRST(&ready);

                TAILQ_REMOVE(&ready, lookup, entry);
                rsi->n_lookups--;
                lookup_tell(lookup);
                (void) lookup_free(lookup);
        }
}

static int on_turn(sd_event_source *source _unused_, void *userdata) {
        Rsi *rsi = userdata;
        int r;

        r = queue_run(rsi);
        ready_tell(rsi);
        return r;
}

static int on_timer(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        return queue_run(userdata);
}

/* ---- public ------------------------------------------------------------------------------------------------------------------ */

/* What the query is about, normalised: the same things have the same key. */
static int lookup_set_query(Lookup *lookup, const RsiQuery *q) {
        bool has_handle = q->kind != RSI_ORG_PAGE, has_sid = q->kind == RSI_ORG_PAGE || q->kind == RSI_MEMBERSHIP;

        if ((unsigned) q->kind >= _RSI_KIND_MAX || (has_handle && (!q->handle || handle_read(q->handle, &lookup->handle) != 0)) ||
            (has_sid && (!q->sid || rsi_sid_from_text(q->sid, lookup->sid) < 0)))
                return -EINVAL;
        lookup->kind = q->kind;
        lookup->is_fresh = q->is_fresh;
        strbuf_appendf(&lookup->key, "%d/%s/", (int) q->kind, lookup->sid);
        for (const char *c = lookup->handle.text; *c; c++)
                strbuf_append_char(&lookup->key, *c >= 'A' && *c <= 'Z' ? (char) (*c - 'A' + 'a') : *c);
        return lookup->key.error;
}

static Lookup *list_find(const LookupList *list, const char *key) {
        Lookup *lookup;

        TAILQ_FOREACH(lookup, list, entry)
                if (streq(strbuf_text(&lookup->key), key))
                        return lookup;
        return NULL;
}

/* Puts a new look-up where it belongs: most need no request. */
static int lookup_begin(Lookup *lookup) {
        Rsi *rsi = lookup->rsi;
        Usec now = clock_boottime();
        RsiFound *found;
        int r;

        r = lookup_address(lookup);
        if (r < 0)
                return r;
        lookup->deadline = now + rsi->timeout;
        TAILQ_INSERT_TAIL(&rsi->waiting, lookup, entry);
        rsi->n_lookups++;

        if (rsi->is_off)
                lookup_end(lookup, &rsi->waiting, RSI_UNKNOWN, RSI_OFF_REASON, 0);
        else if (!lookup->is_fresh && rsi_cache_get(rsi->cache, strbuf_text(&lookup->key), now, &found)) {
                lookup->found = rsi_found_ref(found);
                lookup->is_cached = true;
                lookup_end(lookup, &rsi->waiting, found ? RSI_FOUND : RSI_ABSENT, RSI_NONE_REASON, 0);
        } else if (rsi->n_lookups > LOOKUPS_MAX)
                lookup_end(lookup, &rsi->waiting, RSI_UNKNOWN, RSI_BUSY_REASON, rsi->timeout);
        return 0;
}

int rsi_ask(Rsi *rsi, const RsiQuery *query, RsiDone done, void *userdata) {
        _cleanup_(lookup_freep) Lookup *lookup = new0(Lookup, 1);
        _free_ Waiter *waiter = new0(Waiter, 1);
        Lookup *same;
        int r;

        if (!lookup || !waiter)
                return -ENOMEM;
        lookup->rsi = rsi;
        STAILQ_INIT(&lookup->waiters);
        r = lookup_set_query(lookup, query);
        if (r < 0)
                return r;
        *waiter = (Waiter) { .done = done, .userdata = userdata };

        same = list_find(&rsi->waiting, strbuf_text(&lookup->key));
        if (!same)
                same = list_find(&rsi->running, strbuf_text(&lookup->key));
        if (!same) {
                r = sd_event_source_set_enabled(rsi->turn, SD_EVENT_ONESHOT);
                if (r < 0)
                        return r;
                r = lookup_begin(lookup);
                if (r < 0)
                        return r;
                same = TAKE(lookup);
        }
        STAILQ_INSERT_TAIL(&same->waiters, waiter, entry);
        waiter = NULL;                  /* not by TAKE(): the macro names its argument more than once */
        rsi->n_waiters++;
        return 0;
}

int rsi_n_in_flight(const Rsi *rsi) {
        return rsi->n_waiters;
}

static int config_check(const RsiConfig *config, Url *ret_base) {
        if (!config->base_url || url_parse(config->base_url, ret_base) < 0 || !url_is_acceptable(ret_base) || ret_base->is_websocket ||
            strchr(config->base_url, '?'))
                return -EINVAL;
        if (config->timeout_ms < 1 || config->requests_per_minute < 1 || config->requests_per_minute > RSI_PER_MINUTE_MAX)
                return -EINVAL;
        return 0;
}

static int event_sources_new(Rsi *rsi) {
        int r;

        r = curl_loop_new(rsi->event, &(CurlLoopHandler) { .finished = on_finished, .userdata = rsi }, &rsi->loop);
        if (r < 0)
                return r;
        r = sd_event_add_defer(rsi->event, &rsi->turn, on_turn, rsi);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(rsi->turn, SD_EVENT_OFF);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(rsi->event, &rsi->timer, CLOCK_MONOTONIC, 0, 1, on_timer, rsi);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(rsi->timer, SD_EVENT_OFF);
}

int rsi_new(sd_event *event, const RsiConfig *config, Rsi **ret_rsi) {
        _cleanup_(rsi_freep) Rsi *rsi = new0(Rsi, 1);
        size_t n;
        int r;

        if (!rsi)
                return -ENOMEM;
        TAILQ_INIT(&rsi->waiting);
        TAILQ_INIT(&rsi->running);
        TAILQ_INIT(&rsi->ready);
        rsi->event = sd_event_ref(event);
        r = config_check(config, &rsi->base);
        if (r < 0)
                return r;
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return -ENOMEM;
        rsi->is_curl_up = true;

        rsi->base_url = strdup(config->base_url);
        rsi->cache = rsi_cache_new();
        if (!rsi->base_url || !rsi->cache || (config->ca_file && !(rsi->ca_file = strdup(config->ca_file))))
                return -ENOMEM;
        n = strlen(rsi->base_url);
        while (n > 0 && rsi->base_url[n - 1] == '/')
                rsi->base_url[--n] = '\0';
        rsi->base.target = NULL;                /* pointed into the caller's text */
        rsi->timeout = (Usec) config->timeout_ms * USEC_PER_MSEC;
        rsi->is_off = config->is_off;
        rsi_pace_init(&rsi->pace, config->requests_per_minute);

        /* labels are read in English */
        rsi->language = (struct curl_slist) { .data = (char *) "Accept-Language: en" };
        rsi->accept = (struct curl_slist) { .data = (char *) "Accept: text/html", .next = &rsi->language };
        rsi->json = (struct curl_slist) { .data = (char *) "Content-Type: application/json", .next = &rsi->language };

        r = event_sources_new(rsi);
        if (r < 0)
                return r;
        *ret_rsi = TAKE(rsi);
        return 0;
}

static void list_free(LookupList *list) {
        while (!TAILQ_EMPTY(list)) {
                Lookup *lookup = TAILQ_FIRST(list);

                TAILQ_REMOVE(list, lookup, entry);
                (void) lookup_free(lookup);
        }
}

Rsi *rsi_free(Rsi *rsi) {
        Lookup *lookup;

        if (!rsi)
                return NULL;
        TAILQ_FOREACH(lookup, &rsi->running, entry)
                curl_loop_remove(rsi->loop, lookup->easy);
        list_free(&rsi->running);
        list_free(&rsi->waiting);
        list_free(&rsi->ready);
        (void) sd_event_source_disable_unref(rsi->turn);
        (void) sd_event_source_disable_unref(rsi->timer);
        (void) curl_loop_free(rsi->loop);
        (void) rsi_cache_free(rsi->cache);
        free(rsi->base_url);
        free(rsi->ca_file);
        (void) sd_event_unref(rsi->event);
        if (rsi->is_curl_up)
                curl_global_cleanup();
        free(rsi);
        return NULL;
}
