/*
 * Requests to Discord: checked, queued until their bucket lets them go, sent, and answered with one outcome.
 *
 * Two things are told apart with care, because flows depend on it: a request that surely was not executed (REST_LATER) and one that may
 * have been (REST_AMBIGUOUS). The line is drawn where the first byte of the request left for a connection that stood. For the same
 * reason libcurl must not send again by itself: when a kept-alive connection dies it repeats the request on a new one, also a POST. A body that
 * must not be sent twice is therefore handed over by a callback that refuses to rewind, which makes libcurl fail instead.
 *
 * Not for retrying, and not for knowing what a request was for.
 */

#include "magikal/rest.h"

#include <assert.h>
#include <curl/curl.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>

#include "config.h"
#include "magikal/cleanup.h"
#include "magikal/curl-loop.h"
#include "magikal/fault.h"
#include "magikal/log.h"
#include "rest-reply.h"
#include "route.h"

#define PROJECT_URL "https://github.com/magikal-tickets/magikal-tickets"
/* Discord reference, "User Agent": another form is blocked by Cloudflare */
#define USER_AGENT "DiscordBot (" PROJECT_URL ", " PACKAGE_VERSION ")"

#define QUEUE_PATIENCE (10 * USEC_PER_SEC)
#define CONNECT_TIMEOUT_MS 3000L
#define UNACKNOWLEDGED_MS 10000         /* a connection that swallows bytes for so long is dead, also for the requests after this one */
#define KEEPALIVE_S 30L
#define AUDIT_REASON_MAX 512            /* Discord reference, "Audit Logs": X-Audit-Log-Reason */
#define TOKEN_MAX 2048
#define JITTER (250 * USEC_PER_MSEC)    /* after a 429, so that processes do not come back together */

/* The bot token as a header line, in locked memory that stays out of core dumps */
typedef struct Secret {
        char *line;
        size_t n_mapped;
} Secret;

typedef struct Call {
        struct Call *previous, *next;   /* in `waiting` or `running` */
        Rest *rest;
        RouteId route;
        uint64_t major;
        StrBuf url, body, reason;
        size_t n_body_read;
        struct curl_slist headers[2];   /* of this call; they go on into the nodes shared by all */
        Usec queued_at, started_at;
        CURL *easy;
        Reply reply;
        void (*sent)(void *userdata);
        RestDone done;
        void *userdata;
        TravelOf of;
} Call;

typedef struct CallList {
        Call *first, *last;
} CallList;

struct Rest {
        sd_event *event;
        sd_event_source *start;         /* the loop's next turn: calls have come */
        sd_event_source *wake;          /* a bucket has room again */
        CurlLoop *loop;
        Ratelimit *limits;
        TravelTap *travels;
        char *base_url, *ca_file;
        bool is_tls;
        Secret token;
        struct curl_slist no_expect, user_agent, authorization;
        CallList waiting, running;
        int n_calls;
        bool is_curl_up;
};

/* ---- lists ---------------------------------------------------------------------------------------------------------------- */

static void list_append(CallList *list, Call *call) {
        call->previous = list->last;
        call->next = NULL;
        if (list->last)
                list->last->next = call;
        else
                list->first = call;
        list->last = call;
}

static void list_remove(CallList *list, Call *call) {
        if (call->previous)
                call->previous->next = call->next;
        else
                list->first = call->next;
        if (call->next)
                call->next->previous = call->previous;
        else
                list->last = call->previous;
        call->previous = call->next = NULL;
}

/* ---- the token ---------------------------------------------------------------------------------------------------------- */

static bool is_printable(const char *text, size_t n_max) {
        size_t n = strnlen(text, n_max + 1);

        if (n == 0 || n > n_max)
                return false;
        for (size_t i = 0; i < n; i++)
                if (text[i] <= ' ' || text[i] > '~')
                        return false;
        return true;
}

static int secret_init(Secret *s, const char *token) {
        const char prefix[] = "Authorization: Bot ";
        void *p;

        if (!is_printable(token, TOKEN_MAX))
                return -EINVAL;

        s->n_mapped = 4096;
        p = mmap(NULL, s->n_mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
                return -errno;
        /* Refused only by tight limits. The token works without; the process is not dumpable anyway */
        (void) mlock(p, s->n_mapped);
        (void) madvise(p, s->n_mapped, MADV_DONTDUMP);

        s->line = p;
        memcpy(s->line, prefix, sizeof(prefix));
        memcpy(s->line + sizeof(prefix) - 1, token, strlen(token) + 1);
        return 0;
}

static void secret_done(Secret *s) {
        if (!s->line)
                return;
        explicit_bzero(s->line, s->n_mapped);
        (void) munmap(s->line, s->n_mapped);
        s->line = NULL;
}

/* ---- one call --------------------------------------------------------------------------------------------------------------- */

static Call *call_free(Call *call) {
        if (!call)
                return NULL;
        strbuf_done(&call->url);
        strbuf_done(&call->body);
        strbuf_done(&call->reason);
        reply_done(&call->reply);
        free(call);
        return NULL;
}
DEFINE_CLEANUP(Call *, call_free)

/* Not kept for the next one: it would keep the address too, and with it an interaction's token. Connections are the loop's. */
static void easy_free(Call *call) {
        if (call->easy)
                curl_easy_cleanup(TAKE(call->easy));
}

static TravelOutcome travel_outcome(int outcome) {
        static const TravelOutcome outcomes[] = {
                [0] = TRAVEL_IS_OK,
                [REST_ALREADY] = TRAVEL_IS_OK,
                [REST_GONE] = TRAVEL_IS_GONE,
                [REST_LATER] = TRAVEL_IS_RETRY,
                [REST_AMBIGUOUS] = TRAVEL_IS_UNCLEAR,
                [REST_FORBIDDEN] = TRAVEL_IS_FORBIDDEN,
                [REST_REFUSED] = TRAVEL_IS_REFUSED,
                [REST_TOO_LATE] = TRAVEL_IS_LATE,
        };

        return outcome < 0 ? TRAVEL_IS_FAILED : outcomes[outcome];
}

/* The time in our own queue counts: it is what the person waits for. */
static void call_tell(const Call *call, int outcome, const RestReply *reply) {
        if (call->of.interaction.v != 0 || call->of.flow.v != 0)
                travel_tell(call->rest->travels,
                            &(Travel) { .what = TRAVEL_CALL, .interaction = call->of.interaction, .flow = call->of.flow,
                                        .outcome = travel_outcome(outcome), .route = (int) call->route + 1, .status = reply->status,
                                        .took = clock_boottime() - call->queued_at });
}

/* The one place where a call ends: out of its list, freed, and only then told, so that `done` may send the next one. */
static void call_end(Call *call, CallList *list, int outcome, const RestReply *reply) {
        Rest *rest = call->rest;

        list_remove(list, call);
        easy_free(call);
        rest->n_calls--;

        log_event(LOG_DEBUG, "rest.done", "A request to Discord has ended", LOG_TEXT("method", route_get(call->route)->method),
                  LOG_TEXT("route", route_get(call->route)->path), LOG_I64("outcome", outcome), LOG_I64("status", reply->status),
                  LOG_I64("code", reply->code), LOG_U64("usec", clock_boottime() - call->queued_at));
        call_tell(call, outcome, reply);
        call->done(outcome, reply, call->userdata);
        (void) call_free(call);
}

static void call_end_later(Call *call, CallList *list, Usec wait, const char *why) {
        call_end(call, list, REST_LATER, &(RestReply) { .message = why, .wait = wait });
}

static void call_tell_sent(Call *call) {
        void (*sent)(void *userdata) = TAKE(call->sent);

        if (sent)
                sent(call->userdata);
}

static bool call_has_begun(const Call *call) {
        long n_bytes = 0;

        (void) curl_easy_getinfo(call->easy, CURLINFO_REQUEST_SIZE, &n_bytes);
        return n_bytes > 0;
}

static bool call_has_left(const Call *call) {
        curl_off_t n_bytes = 0;

        if (!call_has_begun(call))
                return false;
        (void) curl_easy_getinfo(call->easy, CURLINFO_SIZE_UPLOAD_T, &n_bytes);
        return (size_t) n_bytes >= call->body.n_bytes;
}

/* ---- libcurl's callbacks --------------------------------------------------------------------------------------------------- */

static size_t on_header(char *line, size_t size, size_t n, void *userdata) {
        Call *call = userdata;

        reply_header(&call->reply, line, size * n);
        return size * n;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *userdata) {
        Call *call = userdata;

        return reply_body(&call->reply, bytes, size * n) ? size * n : 0;
}

static size_t on_read(char *to, size_t size, size_t n, void *userdata) {
        Call *call = userdata;
        size_t n_bytes = MIN(size * n, call->body.n_bytes - call->n_body_read);

        copy_bytes(to, call->body.text + call->n_body_read, n_bytes);
        call->n_body_read += n_bytes;
        return n_bytes;
}

/* Asked to rewind, libcurl wants to send the request a second time. From the start of a body that has not been touched it may. */
static int on_seek(void *userdata, curl_off_t offset, int origin) {
        const Call *call = userdata;

        return call->n_body_read == 0 && offset == 0 && origin == SEEK_SET ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

static int on_socket(void *userdata, curl_socket_t fd, curlsocktype purpose) {
        unsigned ms = UNACKNOWLEDGED_MS;

        (void) userdata;
        if (purpose == CURLSOCKTYPE_IPCXN)
                (void) setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &ms, sizeof(ms));  /* without it the request's own time limit remains */
        return CURL_SOCKOPT_OK;
}

/* ---- sending -------------------------------------------------------------------------------------------------------------- */

/* Chains the header lines: the call's own, then those of the route's kind. */
static struct curl_slist *call_headers(Call *call) {
        const Route *route = route_get(call->route);
        struct curl_slist *head = route->is_interaction ? &call->rest->user_agent : &call->rest->authorization;

        if (route->body != ROUTE_BODY_NONE || streq(route->method, "PUT")) {
                /* an empty one takes away the form type that libcurl gives to a PUT without body */
                call->headers[0].data = (char *) (call->body.n_bytes > 0 ? "Content-Type: application/json" : "Content-Type:");
                call->headers[0].next = head;
                head = &call->headers[0];
        }
        if (call->reason.n_bytes > 0) {
                call->headers[1].data = call->reason.text;
                call->headers[1].next = head;
                head = &call->headers[1];
        }
        return head;
}

#define SET(option, value)                                                        \
        do {                                                                      \
                if (c == CURLE_OK)                                                \
                        c = curl_easy_setopt(call->easy, (option), (value));      \
        } while (0)

static CURLcode call_set_body(Call *call) {
        const Route *route = route_get(call->route);
        CURLcode c = CURLE_OK;

        if (call->body.n_bytes == 0 && !streq(route->method, "POST") && !streq(route->method, "PUT")) {
                SET(CURLOPT_HTTPGET, 1L);
        } else {
                SET(CURLOPT_POST, 1L);
                SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) call->body.n_bytes);
                if (route->repeat <= REPEAT_IS_REFUSED)
                        SET(CURLOPT_POSTFIELDS, strbuf_text(&call->body));
                else {
                        SET(CURLOPT_READFUNCTION, on_read);
                        SET(CURLOPT_READDATA, call);
                        SET(CURLOPT_SEEKFUNCTION, on_seek);
                        SET(CURLOPT_SEEKDATA, call);
                }
        }
        SET(CURLOPT_CUSTOMREQUEST, route->method);
        return c;
}

static int call_prepare(Call *call) {
        Rest *rest = call->rest;
        CURLcode c = CURLE_OK;

        call->easy = curl_easy_init();
        if (!call->easy)
                return -ENOMEM;

        SET(CURLOPT_PRIVATE, call);
        SET(CURLOPT_URL, strbuf_text(&call->url));
        SET(CURLOPT_HTTPHEADER, call_headers(call));
        SET(CURLOPT_HEADERFUNCTION, on_header);
        SET(CURLOPT_HEADERDATA, call);
        SET(CURLOPT_WRITEFUNCTION, on_body);
        SET(CURLOPT_WRITEDATA, call);
        SET(CURLOPT_SOCKOPTFUNCTION, on_socket);
        SET(CURLOPT_NOSIGNAL, 1L);
        SET(CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
        SET(CURLOPT_TIMEOUT_MS, (long) route_get(call->route)->timeout_ms);
        SET(CURLOPT_TCP_KEEPALIVE, 1L);
        SET(CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S);
        SET(CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S);
        SET(CURLOPT_UPLOAD_BUFFERSIZE, 16384L);
        SET(CURLOPT_PROTOCOLS_STR, rest->is_tls ? "https" : "http");
        if (rest->is_tls) {
                SET(CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
                SET(CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_2TLS);
                SET(CURLOPT_PIPEWAIT, 1L);      /* one connection: wait for it instead of opening a second */
                if (rest->ca_file)
                        SET(CURLOPT_CAINFO, rest->ca_file);
        } else {
                SET(CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
                SET(CURLOPT_NOPROXY, "*");
        }
        if (c == CURLE_OK)
                c = call_set_body(call);
        return c == CURLE_OK ? 0 : -ENOMEM;
}

static void call_start(Call *call) {
        Rest *rest = call->rest;
        int r;

        if (FAULT("rest/before-send") != 0) {
                call_end_later(call, &rest->waiting, 0, "A fault was injected before the request was sent");
                return;
        }

        call->started_at = clock_boottime();
        r = call_prepare(call);
        if (r >= 0)
                r = curl_loop_add(rest->loop, call->easy);
        if (r < 0) {
                call_end(call, &rest->waiting, r, &(RestReply) { .message = "Out of memory" });
                return;
        }
        list_remove(&rest->waiting, call);
        list_append(&rest->running, call);
}

static void call_transfer_failed(Call *call, CURLcode result) {
        Rest *rest = call->rest;
        RestReply reply = { .status = call->reply.status, .message = curl_easy_strerror(result) };

        if (result == CURLE_OUT_OF_MEMORY && !call_has_begun(call)) {
                call_end(call, &rest->running, -ENOMEM, &reply);
                return;
        }

        ratelimit_failed(rest->limits, clock_boottime());
        if (call->reply.is_too_long)
                reply.message = "The answer is too long";
        call_end(call, &rest->running, call_has_begun(call) ? REST_AMBIGUOUS : REST_LATER, &reply);
}

static void on_finished(CURL *easy, CURLcode result, void *userdata) {
        RatelimitHeaders headers;
        RestReply reply;
        Rest *rest = userdata;
        Call *call = NULL;
        int outcome;

        (void) curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **) &call);
        assert(call && call->easy == easy);

        if (result == CURLE_OK || call_has_left(call))
                call_tell_sent(call);

        /* A 429 was refused whatever became of its body */
        if (result != CURLE_OK && call->reply.status != 429) {
                call_transfer_failed(call, result);
                return;
        }
        outcome = reply_finish(&call->reply, call->route, &headers, &reply);
        if (outcome < 0)
                reply = (RestReply) { .status = call->reply.status, .message = "Out of memory" };
        else if (reply.status >= 500)
                ratelimit_failed(rest->limits, clock_boottime());
        else
                ratelimit_learn(rest->limits, (int) call->route, call->major, &headers, reply.status, clock_boottime());

        if (reply.status == 429)
                reply.wait += arc4random_uniform(JITTER);
        call_end(call, &rest->running, outcome, &reply);
}

static void on_moved(void *userdata) {
        Rest *rest = userdata;

        for (Call *call = rest->running.first; call; call = call->next)
                if (call->sent && call_has_left(call))
                        call_tell_sent(call);
}

/* ---- the queue --------------------------------------------------------------------------------------------------------------- */

/* Starts or ends the call, or returns how long it has to wait. */
static Usec call_try(Call *call, Usec now) {
        Rest *rest = call->rest;
        bool is_interaction = route_get(call->route)->is_interaction;
        Usec wait, breaker_until;

        /* whoever asked counts on it: behind that time something else may have been decided. Late means that this process stood still. */
        if (now > call->queued_at + QUEUE_PATIENCE) {
                call_end_later(call, &rest->waiting, 0, "It has waited too long to be sent");
                return 0;
        }
        wait = ratelimit_take(rest->limits, (int) call->route, call->major, is_interaction, now);
        if (wait == 0) {
                call_start(call);
                return 0;
        }

        breaker_until = is_interaction ? 0 : ratelimit_state(rest->limits, now).breaker_until;
        if (breaker_until > now) {
                call_end_later(call, &rest->waiting, breaker_until - now, "Discord does not answer; requests are held back");
                return 0;
        }
        if (now + wait > call->queued_at + QUEUE_PATIENCE) {
                call_end_later(call, &rest->waiting, wait, "A rate limit is used up");
                return 0;
        }
        return wait;
}

/* Calls of one bucket stand in the order they came, so the first of them is asked first. */
static int queue_run(Rest *rest) {
        Usec now = clock_boottime(), shortest = USEC_INFINITY;
        int r;

        for (Call *call = rest->waiting.first, *next; call; call = next) {
                Usec wait;

                next = call->next;
                wait = call_try(call, now);
                if (wait > 0)
                        shortest = MIN(shortest, wait);
        }
        curl_loop_kick(rest->loop);

        if (shortest == USEC_INFINITY)
                return 0;
        r = sd_event_source_set_time_relative(rest->wake, shortest);
        return r < 0 ? r : sd_event_source_set_enabled(rest->wake, SD_EVENT_ONESHOT);
}

static int on_start(sd_event_source *source, void *userdata) {
        (void) source;
        return queue_run(userdata);
}

static int on_wake(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) source;
        (void) usec;
        return queue_run(userdata);
}

/* ---- public ----------------------------------------------------------------------------------------------------------------- */

static int request_check(const RestRequest *q) {
        const Route *route = route_get(q->route);
        int n_ids;

        if (!route)
                return -EINVAL;
        n_ids = route_n_ids(route);
        for (int i = 0; i < ROUTE_IDS_MAX; i++)
                if ((q->ids[i] != 0) != (i < n_ids))
                        return -EINVAL;
        if ((q->token != NULL) != route_has_token(route) || (q->token && !is_printable(q->token, TOKEN_MAX)))
                return -EINVAL;
        if (q->query && (!is_printable(q->query, TOKEN_MAX) || strpbrk(q->query, "#?")))
                return -EINVAL;
        if (q->body ? route->body == ROUTE_BODY_NONE || !*q->body : route->body == ROUTE_BODY_JSON)
                return -EINVAL;
        if (q->audit_reason && (!utf8_is_valid(q->audit_reason, strlen(q->audit_reason)) ||
                                utf8_length(q->audit_reason) > AUDIT_REASON_MAX))
                return -EINVAL;
        return 0;
}

int rest_send(Rest *rest, const RestRequest *request, RestDone done, void *userdata) {
        _cleanup_(call_freep) Call *call = NULL;
        const Route *route;
        int r;

        r = request_check(request);
        if (r < 0)
                return r;
        route = route_get(request->route);

        call = new0(Call, 1);
        if (!call)
                return -ENOMEM;
        call->rest = rest;
        call->route = request->route;
        call->major = route_major(route, request->ids, request->token);
        call->queued_at = clock_boottime();
        call->sent = request->sent;
        call->of = request->of;
        call->done = done;
        call->userdata = userdata;
        reply_init(&call->reply);

        strbuf_append(&call->url, rest->base_url);
        route_append_path(route, request->ids, request->token, &call->url);
        if (request->query)
                strbuf_appendf(&call->url, "?%s", request->query);
        if (request->body)
                strbuf_append(&call->body, request->body);
        if (request->audit_reason && *request->audit_reason) {
                strbuf_append(&call->reason, "X-Audit-Log-Reason: ");
                strbuf_append_percent(&call->reason, request->audit_reason);
        }
        if (call->url.error < 0 || call->body.error < 0 || call->reason.error < 0)
                return -ENOMEM;

        r = sd_event_source_set_enabled(rest->start, SD_EVENT_ONESHOT);
        if (r < 0)
                return r;
        list_append(&rest->waiting, TAKE(call));
        rest->n_calls++;
        return 0;
}

int rest_n_in_flight(const Rest *rest) {
        return rest->n_calls;
}

bool rest_is_token_revoked(RouteId route, const RestReply *reply) {
        /* 50027 and its like concern an interaction's token, never ours */
        return reply->status == 401 && !route_get(route)->is_interaction &&
               (reply->code == 0 || reply->code == 40001 || reply->code == 50014);
}

/* "https://…", or "http://…" to this machine; no credentials, query or fragment. */
static int base_url_check(const char *url, bool *ret_is_tls) {
        CURLU *parsed = curl_url();
        char *scheme = NULL, *host = NULL, *other = NULL;
        bool is_tls, is_loopback;
        int r = -EINVAL;

        if (!parsed)
                return -ENOMEM;
        if (curl_url_set(parsed, CURLUPART_URL, url, 0) == CURLUE_OK &&
            curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
            curl_url_get(parsed, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
            curl_url_get(parsed, CURLUPART_USER, &other, 0) != CURLUE_OK &&
            curl_url_get(parsed, CURLUPART_QUERY, &other, 0) != CURLUE_OK &&
            curl_url_get(parsed, CURLUPART_FRAGMENT, &other, 0) != CURLUE_OK) {
                is_tls = streq(scheme, "https");
                is_loopback = streq(host, "localhost") || streq(host, "[::1]") ||
                              (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
                if (is_tls || (streq(scheme, "http") && is_loopback)) {
                        *ret_is_tls = is_tls;
                        r = 0;
                }
        }
        curl_free(scheme);
        curl_free(host);
        curl_free(other);
        curl_url_cleanup(parsed);
        return r;
}

int rest_new(sd_event *event, const RestConfig *config, Rest **ret_rest) {
        _cleanup_(rest_freep) Rest *rest = NULL;
        size_t n;
        int r;

        if (!config->base_url || !config->token || !config->limits)
                return -EINVAL;

        rest = new0(Rest, 1);
        if (!rest)
                return -ENOMEM;
        if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
                return -ENOMEM;
        rest->is_curl_up = true;
        rest->event = sd_event_ref(event);
        rest->limits = config->limits;
        rest->travels = config->travels;

        r = base_url_check(config->base_url, &rest->is_tls);
        if (r < 0)
                return r;
        rest->base_url = strdup(config->base_url);
        if (!rest->base_url || (config->ca_file && !(rest->ca_file = strdup(config->ca_file))))
                return -ENOMEM;
        n = strlen(rest->base_url);
        while (n > 0 && rest->base_url[n - 1] == '/')
                rest->base_url[--n] = '\0';

        r = secret_init(&rest->token, config->token);
        if (r < 0)
                return r;
        /* libcurl waits for a 100 Continue before a long body, which Discord never sends */
        rest->no_expect = (struct curl_slist) { .data = (char *) "Expect:" };
        rest->user_agent = (struct curl_slist) { .data = (char *) "User-Agent: " USER_AGENT, .next = &rest->no_expect };
        rest->authorization = (struct curl_slist) { .data = rest->token.line, .next = &rest->user_agent };

        r = curl_loop_new(event, &(CurlLoopHandler) { .moved = on_moved, .finished = on_finished, .userdata = rest }, &rest->loop);
        if (r < 0)
                return r;
        r = sd_event_add_defer(event, &rest->start, on_start, rest);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(rest->start, SD_EVENT_OFF);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(event, &rest->wake, CLOCK_MONOTONIC, 0, 1, on_wake, rest);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(rest->wake, SD_EVENT_OFF);
        if (r < 0)
                return r;

        *ret_rest = TAKE(rest);
        return 0;
}

Rest *rest_free(Rest *rest) {
        if (!rest)
                return NULL;

        while (rest->running.first) {
                Call *call = rest->running.first;

                list_remove(&rest->running, call);
                curl_loop_remove(rest->loop, call->easy);
                curl_easy_cleanup(TAKE(call->easy));
                (void) call_free(call);
        }
        while (rest->waiting.first) {
                Call *call = rest->waiting.first;

                list_remove(&rest->waiting, call);
                (void) call_free(call);
        }
        (void) sd_event_source_disable_unref(rest->start);
        (void) sd_event_source_disable_unref(rest->wake);
        (void) curl_loop_free(rest->loop);
        secret_done(&rest->token);
        free(rest->base_url);
        free(rest->ca_file);
        (void) sd_event_unref(rest->event);
        if (rest->is_curl_up)
                curl_global_cleanup();
        free(rest);
        return NULL;
}

const char *rest_user_agent(void) {
        return USER_AGENT;
}
