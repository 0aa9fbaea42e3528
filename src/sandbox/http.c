/*
 * libmicrohttpd glue. The daemon runs inside our event loop through its epoll descriptor; each of its callbacks ends at once.
 * A request is read whole, then handed to the part its path names. Whoever cannot answer yet leaves the exchange unanswered:
 * the connection is suspended here, and resumed by the answer.
 */

#include "http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>

#include "gateway.h"
#include "uploads.h"

#define WAIT_MAX_MS 120000U     /* of a long poll */
#define CONNECTIONS_MAX 4096U
#define RUNS_MAX 32U            /* of the daemon, before others have their turn */
/* Headers of a request must fit; libmicrohttpd wipes all of it after each request. */
#define CONNECTION_MEMORY ((size_t) 16 * 1024)

typedef enum {
        EXCHANGE_READING,
        EXCHANGE_WORKING,       /* somebody owes an answer */
        EXCHANGE_ANSWERED,
        EXCHANGE_DROPPED,
} ExchangeState;

struct Exchange {
        Http *http;
        struct MHD_Connection *connection;
        char *target;
        Request *request;
        int request_outcome;
        ExchangeState state;
        bool is_suspended;

        struct MHD_Response *response;
        int status;
        struct {
                char *name, *value;
        } *headers;
        size_t n_headers;

        sd_event_source *timer;
        void (*later)(Sandbox *sandbox, Exchange *x);
        bool (*look)(Sandbox *sandbox, Exchange *x, bool is_last);
        bool (*take)(Exchange *x, const char *bytes, size_t n_bytes);
        char *host;
        void *data;
        void (*free_data)(void *data);
        uint64_t number;
        void (*opened)(Sandbox *sandbox, uint64_t number, const char *query, const char *host, WebSocket *take_ws);
        Exchange *previous, *next;
};

struct Http {
        Sandbox *sandbox;
        struct MHD_Daemon *daemon;
        sd_event_source *io, *timer, *wake, *kick;
        Exchange *exchanges;
        WebSocket *websockets;
        char address[80];
        bool is_stopping;
};

/* ---- the exchange --------------------------------------------------------------------------------------------------- */

static void exchange_free(Exchange *x) {
        if (x->next)
                x->next->previous = x->previous;
        if (x->previous)
                x->previous->next = x->next;
        else
                x->http->exchanges = x->next;
        sd_event_source_disable_unref(x->timer);
        if (x->response)
                MHD_destroy_response(x->response);
        for (size_t i = 0; i < x->n_headers; i++) {
                free(x->headers[i].name);
                free(x->headers[i].value);
        }
        free(x->headers);
        request_free(x->request);
        if (x->data)
                x->free_data(x->data);
        free(x->target);
        free(x->host);
        free(x);
}

Request *exchange_request(Exchange *x) {
        return x->request;
}

Request *exchange_take_request(Exchange *x) {
        return TAKE(x->request);
}

void exchange_set_data(Exchange *x, void *take_data, void (*free_data)(void *data)) {
        x->data = take_data;
        x->free_data = free_data;
}

void *exchange_data(Exchange *x) {
        return x->data;
}

const char *exchange_host(Exchange *x) {
        const char *host = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Host");

        if (x->host)
                return x->host;
        if (!host || !*host || strlen(host) > 255 ||
            strspn(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:[]") != strlen(host))
                host = x->http->address;
        x->host = strdup(host);
        return x->host ? x->host : x->http->address;
}

void exchange_add_header(Exchange *x, const char *name, const char *value) {
        _free_ char *n = strdup(name), *v = strdup(value);
        void *grown = reallocarray(x->headers, x->n_headers + 1, sizeof(*x->headers));

        if (!grown)
                return;
        x->headers = grown;
        if (!n || !v)
                return;
        x->headers[x->n_headers].name = TAKE(n);
        x->headers[x->n_headers++].value = TAKE(v);
}

/* The library would take the real time; ours can be moved. RFC 9110, "Date". */
static void exchange_add_date(Exchange *x) {
        time_t now = (time_t) (clock_realtime() / USEC_PER_SEC);
        char text[40];
        struct tm utc;

        if (gmtime_r(&now, &utc) && strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &utc) > 0)
                exchange_add_header(x, "Date", text);
}

/* What is resumed or closed outside MHD_run() waits for the next one; the epoll descriptor does not tell of it. */
static void http_kick(Http *http) {
        (void) sd_event_source_set_enabled(http->kick, SD_EVENT_ONESHOT);
}

static void exchange_resume(Exchange *x) {
        sd_event_source_disable_unref(TAKE(x->timer));
        x->look = NULL;
        if (x->is_suspended) {
                x->is_suspended = false;
                MHD_resume_connection(x->connection);
                http_kick(x->http);
        }
}

static void exchange_respond(Exchange *x, int status, struct MHD_Response *take_response) {
        if (!take_response) {
                exchange_drop(x);
                return;
        }
        for (size_t i = 0; i < x->n_headers; i++)
                (void) MHD_add_response_header(take_response, x->headers[i].name, x->headers[i].value);
        x->response = take_response;
        x->status = status;
        x->state = EXCHANGE_ANSWERED;
        exchange_resume(x);
}

void exchange_answer(Exchange *x, int status, const char *content_type, StrBuf *take_body) {
        size_t n = take_body->n_bytes;
        char *text;

        if (strbuf_finish(take_body, &text) < 0) {
                exchange_drop(x);
                return;
        }
        if (content_type)
                exchange_add_header(x, "Content-Type", content_type);
        exchange_add_date(x);
        exchange_respond(x, status, MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE));
}

void exchange_answer_file(Exchange *x, const char *content_type, int take_fd, uint64_t size) {
        struct MHD_Response *response = MHD_create_response_from_fd64(size, take_fd);

        if (!response)
                (void) close(take_fd);
        exchange_add_header(x, "Content-Type", content_type);
        exchange_respond(x, 200, response);
}

void exchange_drop(Exchange *x) {
        x->state = EXCHANGE_DROPPED;
        exchange_resume(x);
}

/* ---- bodies without an end ---------------------------------------------------------------------------------------------- */

void exchange_stream(Exchange *x, bool (*take)(Exchange *x, const char *bytes, size_t n_bytes)) {
        x->take = take;
}

/*
 * libmicrohttpd takes no answer before the body is over (MHD_queue_response(3)), and whoever sends line after line must not learn only at
 * the end that nobody takes them. So the answer is written beside it: few bytes, on a connection on which nothing was sent yet but perhaps a
 * whole "100 Continue". Should they not fit, the connection ends without a word.
 */
void exchange_refuse_early(Exchange *x, int status, const char *json) {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        _strbuf_ StrBuf out = {};

        x->state = EXCHANGE_DROPPED;
        strbuf_appendf(&out, "HTTP/1.1 %d Refused\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status,
                       strlen(json), json);
        if (!info || out.error != 0)
                return;
        (void) send(info->connect_fd, out.text, out.n_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
        (void) shutdown(info->connect_fd, SHUT_WR);
}

/* ---- waiting ---------------------------------------------------------------------------------------------------------- */

static int exchange_later(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Exchange *x = userdata;

        x->later(x->http->sandbox, x);
        return 0;
}

void exchange_wait(Exchange *x, uint64_t ms, void (*later)(Sandbox *sandbox, Exchange *x)) {
        x->later = later;
        if (server_after(x->http->sandbox, ms, exchange_later, x, &x->timer) < 0)
                exchange_drop(x);
}

static void exchange_last_look(Sandbox *sandbox, Exchange *x) {
        (void) x->look(sandbox, x, true);       /* answers, as it must */
}

void exchange_poll(Exchange *x, uint64_t ms, bool (*look)(Sandbox *sandbox, Exchange *x, bool is_last)) {
        if (look(x->http->sandbox, x, ms == 0))
                return;
        x->look = look;
        exchange_wait(x, MIN(ms, (uint64_t) WAIT_MAX_MS), exchange_last_look);
}

static int http_look_again(sd_event_source *source _unused_, void *userdata) {
        Http *http = userdata;

        for (Exchange *x = http->exchanges, *next; x; x = next) {
                next = x->next;
                if (x->look && x->state == EXCHANGE_WORKING)
                        (void) x->look(http->sandbox, x, false);
        }
        return 0;
}

void http_wake(Http *http) {
        if (http)
                (void) sd_event_source_set_enabled(http->wake, SD_EVENT_ONESHOT);
}

/* ---- upgrade ------------------------------------------------------------------------------------------------------------ */

static bool header_has_token(struct MHD_Connection *connection, const char *name, const char *token) {
        const char *at = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);

        while (at && *at) {
                size_t n;

                at += strspn(at, ", \t");
                n = strcspn(at, ",");
                while (n > 0 && (at[n - 1] == ' ' || at[n - 1] == '\t'))
                        n--;
                if (n == strlen(token) && strncasecmp(at, token, n) == 0)
                        return true;
                at += strcspn(at, ",");
        }
        return false;
}

bool exchange_is_upgrade(Exchange *x) {
        const char *key = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Sec-WebSocket-Key");
        const char *version = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Sec-WebSocket-Version");

        return streq(request_view(x->request)->method, "GET") && header_has_token(x->connection, "Upgrade", "websocket") &&
               header_has_token(x->connection, "Connection", "upgrade") && key && strlen(key) == 24 && version && streq(version, "13");
}

typedef struct Upgraded {
        Http *http;
        struct MHD_UpgradeResponseHandle *handle;
} Upgraded;

static void upgraded_release(void *owner) {
        Upgraded *u = owner;

        (void) MHD_upgrade_action(u->handle, MHD_UPGRADE_ACTION_CLOSE);
        http_kick(u->http);
        free(u);
}

static void exchange_upgraded(void *userdata, struct MHD_Connection *connection _unused_, void *request_context _unused_,
                              const char *early, size_t n_early, MHD_socket fd, struct MHD_UpgradeResponseHandle *handle) {
        Exchange *x = userdata;
        Sandbox *sandbox = x->http->sandbox;
        int on = 1, flags = fcntl(fd, F_GETFL);
        Upgraded *upgraded = new0(Upgraded, 1);
        WebSocket *ws;

        (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));       /* only speed */
        if (!upgraded) {
                (void) MHD_upgrade_action(handle, MHD_UPGRADE_ACTION_CLOSE);
                return;
        }
        *upgraded = (Upgraded) { .http = x->http, .handle = handle };
        if (x->http->is_stopping || flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0) {
                upgraded_release(upgraded);
                return;
        }
        if (websocket_new(sandbox->event, &x->http->websockets, fd, upgraded_release, upgraded, early, n_early, &ws) == 0)
                x->opened(sandbox, x->number, request_view(x->request)->query, exchange_host(x), ws);
}

void exchange_upgrade(Exchange *x, uint64_t number,
                      void (*opened)(Sandbox *sandbox, uint64_t number, const char *query, const char *host, WebSocket *take_ws)) {
        const char *key = MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, "Sec-WebSocket-Key");
        char accept[29];

        x->number = number;
        x->opened = opened;
        websocket_accept(key, accept);
        exchange_add_header(x, "Upgrade", "websocket");
        exchange_add_header(x, "Sec-WebSocket-Accept", accept);
        exchange_respond(x, 101, MHD_create_response_for_upgrade(exchange_upgraded, x));
}

static void gateway_opened(Sandbox *sandbox, uint64_t number _unused_, const char *query, const char *host, WebSocket *take_ws) {
        gateway_open(sandbox->gateway, query, host, take_ws);
}

static void gateway_handle(Sandbox *sandbox, Exchange *x) {
        int status = gateway_may_open(sandbox->gateway, request_view(x->request));
        StrBuf nothing = {};

        if (status > 0)
                exchange_answer(x, status, NULL, &nothing);
        else
                exchange_upgrade(x, 0, gateway_opened);
}

/* ---- libmicrohttpd's callbacks ---------------------------------------------------------------------------------------- */

/* The first callback of a request; the only one that sees the target as it was sent. */
static void *on_target(void *userdata, const char *target, struct MHD_Connection *connection) {
        Http *http = userdata;
        Exchange *x = new0(Exchange, 1);

        if (!x)
                return NULL;
        *x = (Exchange) { .http = http, .connection = connection, .target = strdup(target), .next = http->exchanges };
        if (http->exchanges)
                http->exchanges->previous = x;
        http->exchanges = x;
        return x;
}

static void on_completed(void *userdata _unused_, struct MHD_Connection *connection _unused_, void **context,
                         enum MHD_RequestTerminationCode why _unused_) {
        if (*context)
                exchange_free(*context);
        *context = NULL;
}

static enum MHD_Result on_header(void *userdata, enum MHD_ValueKind kind _unused_, const char *name, const char *value) {
        Exchange *x = userdata;

        if (request_add_header(x->request, name, value ? value : "") < 0)
                x->request_outcome = -ENOMEM;
        return x->request_outcome < 0 ? MHD_NO : MHD_YES;
}

static bool exchange_is_control(Exchange *x) {
        return strncmp(request_view(x->request)->path, "/sandbox/", 9) == 0;
}

/* A page of another origin must not act on the sandbox through somebody's browser. */
static bool exchange_is_foreign(Exchange *x) {
        const char *origin = sbx_header(request_view(x->request), "Origin");

        return origin && (strncmp(origin, "http://", 7) != 0 || !streq(origin + 7, exchange_host(x)));
}

static int exchange_begin(Exchange *x, const char *method) {
        if (!x->target)
                return -ENOMEM;
        x->request = request_new(method, x->target);
        if (!x->request)
                return -ENOMEM;
        (void) MHD_get_connection_values(x->connection, MHD_HEADER_KIND, on_header, x);
        if (x->request_outcome == 0 && exchange_is_control(x) && !exchange_is_foreign(x))
                control_begin(x->http->sandbox, x);
        return x->request_outcome;
}

static void exchange_start(Exchange *x) {
        const char *path = request_view(x->request)->path;
        Sandbox *sandbox = x->http->sandbox;
        StrBuf nothing = {};

        x->state = EXCHANGE_WORKING;
        if (x->request_outcome == -EFBIG) {
                strbuf_append(&nothing, "{\"message\":\"Request entity too large\",\"code\":40005}");
                exchange_answer(x, 413, "application/json", &nothing);
        } else if (rsi_is_path(path))
                rsi_handle(sandbox, x);         /* some of it is below /api/ too */
        else if (strncmp(path, "/api/", 5) == 0)
                rest_handle(sandbox, x);
        else if (exchange_is_control(x)) {
                if (exchange_is_foreign(x))
                        exchange_answer(x, 403, NULL, &nothing);
                else
                        control_handle(sandbox, x);
        } else if (exchange_is_upgrade(x))
                gateway_handle(sandbox, x);
        else if (strncmp(path, UPLOADS_PREFIX, strlen(UPLOADS_PREFIX)) == 0)
                uploads_handle(sandbox, x);
        else
                files_handle(sandbox, x);
}

static enum MHD_Result exchange_finish(Exchange *x) {
        if (x->state == EXCHANGE_ANSWERED)
                return MHD_queue_response(x->connection, (unsigned) x->status, x->response);
        if (x->state == EXCHANGE_DROPPED)
                return MHD_NO;
        MHD_suspend_connection(x->connection);
        x->is_suspended = true;
        return MHD_YES;
}

static void exchange_take_body(Exchange *x, const char *bytes, size_t n_bytes) {
        if (x->take && (x->state == EXCHANGE_DROPPED || x->take(x, bytes, n_bytes)))
                return;         /* used, or nobody wants it any more */
        if (!x->take && x->request_outcome == 0)
                x->request_outcome = request_add_body(x->request, bytes, n_bytes);
}

static enum MHD_Result on_request(void *userdata _unused_, struct MHD_Connection *connection _unused_, const char *url _unused_,
                                  const char *method, const char *version _unused_, const char *bytes, size_t *n_bytes, void **context) {
        Exchange *x = *context;

        if (!x)
                return MHD_NO;
        if (!x->request)                /* first call: headers are there, the body is not */
                return exchange_begin(x, method) < 0 ? MHD_NO : MHD_YES;
        if (*n_bytes > 0) {
                exchange_take_body(x, bytes, *n_bytes);
                *n_bytes = 0;
                return x->request_outcome == -ENOMEM ? MHD_NO : MHD_YES;
        }
        if (x->state == EXCHANGE_READING)
                exchange_start(x);
        return exchange_finish(x);
}

/* ---- the daemon in the loop --------------------------------------------------------------------------------------------- */

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata);

static void http_run(Http *http) {
        MHD_UNSIGNED_LONG_LONG ms = 0;
        bool has_timeout = true;

        /* Timeout 0: there are more requests in what was read already, one of which a run takes from each connection. */
        for (unsigned n = 0; n < RUNS_MAX && has_timeout && ms == 0; n++) {
                (void) MHD_run(http->daemon);   /* fails only for a daemon with its own threads */
                has_timeout = MHD_get_timeout(http->daemon, &ms) == MHD_YES;
        }
        if (has_timeout && ms == 0)
                http_kick(http);
        else if (has_timeout)
                (void) server_after(http->sandbox, ms, on_timer, http, &http->timer);
}

static int on_timer(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        http_run(userdata);
        return 0;
}

static int on_io(sd_event_source *source _unused_, int fd _unused_, uint32_t events _unused_, void *userdata) {
        http_run(userdata);
        return 0;
}

static int on_kick(sd_event_source *source _unused_, void *userdata) {
        http_run(userdata);
        return 0;
}

static int listen_parse(const char *text, struct sockaddr_in *ret) {
        const char *colon = strrchr(text, ':');
        _free_ char *host = colon ? strndup(text, (size_t) (colon - text)) : NULL;
        struct sockaddr_in address = { .sin_family = AF_INET };
        char *end;
        unsigned long port;

        if (!host || inet_pton(AF_INET, host, &address.sin_addr) != 1 || colon[1] < '0' || colon[1] > '9')
                return -EINVAL;
        port = strtoul(colon + 1, &end, 10);
        if (*end || port > 65535)
                return -EINVAL;
        address.sin_port = htons((uint16_t) port);
        *ret = address;
        return 0;
}

static int listen_open(const char *text, int *ret_fd, char *ret_address, size_t n_address) {
        struct sockaddr_in address;
        socklen_t n = sizeof(address);
        _close_ int fd = -1;
        int on = 1, r;
        char host[INET_ADDRSTRLEN];

        r = listen_parse(text, &address);
        if (r < 0)
                return r;
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 || bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 ||
            listen(fd, 511) < 0 || getsockname(fd, (struct sockaddr *) &address, &n) < 0)
                return -errno;
        (void) inet_ntop(AF_INET, &address.sin_addr, host, sizeof(host));
        (void) snprintf(ret_address, n_address, "%s:%u", host, ntohs(address.sin_port));
        *ret_fd = TAKE_FD(fd);
        return 0;
}

int http_new(Sandbox *sandbox, const char *listen, Http **ret_http) {
        _cleanup_(http_freep) Http *http = new0(Http, 1);
        const union MHD_DaemonInfo *info;
        _close_ int fd = -1;
        int r;

        if (!http)
                return -ENOMEM;
        http->sandbox = sandbox;
        r = listen_open(listen, &fd, http->address, sizeof(http->address));
        if (r < 0)
                return r;
        http->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_UPGRADE | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, http,
                                        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_URI_LOG_CALLBACK, on_target, http,
                                        MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL, MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS_MAX,
                                        MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, MHD_OPTION_END);
        if (!http->daemon)
                return -EIO;
        (void) TAKE_FD(fd);             /* closed by the daemon from here on */
        info = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
        if (!info)
                return -EIO;
        r = sd_event_add_io(sandbox->event, &http->io, info->epoll_fd, EPOLLIN, on_io, http);
        if (r >= 0)
                r = sd_event_add_defer(sandbox->event, &http->kick, on_kick, http);
        if (r >= 0)
                r = sd_event_add_defer(sandbox->event, &http->wake, http_look_again, http);
        if (r >= 0)
                r = sd_event_source_set_enabled(http->wake, SD_EVENT_OFF);
        if (r < 0)
                return r;
        *ret_http = TAKE(http);
        return 0;
}

Http *http_free(Http *http) {
        if (!http)
                return NULL;
        http->is_stopping = true;
        sd_event_source_disable_unref(http->io);
        sd_event_source_disable_unref(http->wake);
        if (http->daemon) {
                websocket_destroy_all(&http->websockets);
                /* A suspended connection must be resumed before the daemon may stop. */
                for (Exchange *x = http->exchanges; x; x = x->next)
                        if (x->is_suspended)
                                exchange_drop(x);
                (void) MHD_run(http->daemon);
                MHD_stop_daemon(http->daemon);
        }
        sd_event_source_disable_unref(http->timer);
        sd_event_source_disable_unref(http->kick);
        free(http);
        return NULL;
}

const char *http_address(const Http *http) {
        return http->address;
}
