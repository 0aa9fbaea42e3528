/*
 * One WebSocket at a time in an event loop. libcurl resolves, connects, passes proxies and does TLS (CONNECT_ONLY), then its socket is
 * ours: curl_easy_send() and curl_easy_recv() until CURLE_AGAIN. Each socket is a Link of its own: when the next connection is already
 * being made, the old link may still be sending its close frame.
 *
 *   CONNECTING ──curl done──▶ UPGRADING ──101──▶ OPEN ──gateway_conn_close()──▶ CLOSING ──peer closed, 2 s──▶ gone
 *
 * Invariants: only the link that is conn->link speaks to the owner; a link is freed only when none of its callbacks is on the stack
 * (is_busy), because the owner may close or replace it from inside one.
 */

#include "magikal/gateway-conn.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/epoll.h>
#include <wslay/wslay.h>

#include "magikal/clock.h"
#include "magikal/gateway.h"
#include "magikal/strbuf.h"
#include "websocket-handshake.h"

#define OPEN_TIMEOUT (15 * USEC_PER_SEC)
#define CLOSE_TIMEOUT (2 * USEC_PER_SEC)
#define CONNECT_TIMEOUT_MS 10000L
#define READ_BUDGET (256u * 1024)       /* bytes of one turn of the loop, so that a flood of GUILD_CREATE never holds it for long */
#define CLOSING_MAX 4                   /* links that are still being closed; more are dropped */

typedef enum LinkState {
        CONNECTING,
        UPGRADING,
        OPEN,
        CLOSING,
} LinkState;

typedef struct Link Link;
struct Link {
        GatewayConn *conn;
        Link *next;                     /* in conn->closing */
        LinkState state;
        bool is_busy, is_dead;          /* see the invariants */

        /* Own multi handle: connecting another easy handle would let curl judge, and drop, the sockets that it keeps for us */
        CURLM *multi;
        CURL *easy;
        bool is_in_multi;
        sd_event_source *multi_timer;
        sd_event_source *deadline;

        char *url_text;                 /* what `url` points into */
        Url url;
        char key[WEBSOCKET_KEY_CHARS + 1];
        StrBuf request, response;
        size_t n_request_sent, n_response_taken;

        int fd;                         /* duplicate of curl's socket: one epoll set may hold the same descriptor only once */
        sd_event_source *io;
        sd_event_source *again;         /* runs when TLS may hold bytes that epoll does not see */
        size_t budget;
        wslay_event_context_ptr ws;
        char error[CURL_ERROR_SIZE];
};

struct GatewayConn {
        sd_event *event;
        char *ca_file, *user_agent;
        GatewayConnOps ops;
        void *userdata;
        Link *link;                     /* NULL: none */
        Link *closing;
};

/* ---- life of a link ------------------------------------------------------------------------------------------------------------ */

static sd_event_source *source_drop(sd_event_source *source) {
        return sd_event_source_disable_unref(source);
}

static void link_free(Link *l) {
        if (!l)
                return;
        if (l->ws)
                wslay_event_context_free(l->ws);
        /* Order matters: removing drops the sockets' sources by on_curl_socket() and winds the timer once more */
        if (l->is_in_multi)
                (void) curl_multi_remove_handle(l->multi, l->easy);
        curl_easy_cleanup(l->easy);
        if (l->multi)
                (void) curl_multi_cleanup(l->multi);
        source_drop(l->io);
        source_drop(l->again);
        source_drop(l->deadline);
        source_drop(l->multi_timer);
        if (l->fd >= 0)
                (void) close(l->fd);
        strbuf_done(&l->request);
        strbuf_done(&l->response);
        free(l->url_text);
        free(l);
}

static void link_unlist(Link *l) {
        Link **at = &l->conn->closing;

        if (l->conn->link == l)
                l->conn->link = NULL;
        while (*at && *at != l)
                at = &(*at)->next;
        if (*at)
                *at = l->next;
        l->next = NULL;
}

/* Gone for everybody; freed now or when its callback returns. */
static void link_drop(Link *l) {
        link_unlist(l);
        if (l->is_busy) {
                l->is_dead = true;
                if (l->ws)
                        wslay_event_shutdown_read(l->ws);
        } else
                link_free(l);
}

/* Brackets around everything that may call the owner. False: it is gone. */
static void link_enter(Link *l) {
        l->is_busy = true;
}

static bool link_leave(Link *l) {
        l->is_busy = false;
        if (!l->is_dead)
                return true;
        link_free(l);
        return false;
}

/* The link ended by itself. Tells the owner, unless it is only waiting for its close frame. Inside link_enter(). */
static void link_ended(Link *l, int code, const char *why) {
        bool is_current = l->conn->link == l;
        GatewayConn *conn = l->conn;
        _free_ char *sentence = strdup(why);

        if (l->is_dead)
                return;
        link_drop(l);
        if (is_current)
                conn->ops.closed(code, sentence ? sentence : "the connection ended", conn->userdata);
}

/* ---- frames -------------------------------------------------------------------------------------------------------------------- */

static ssize_t on_ws_recv(wslay_event_context_ptr ws, uint8_t *to, size_t n_to, int flags, void *userdata) {
        Link *l = userdata;
        size_t n_early = l->response.n_bytes - l->n_response_taken, n = 0;
        CURLcode e;

        (void) flags;
        if (n_early > 0) {      /* came in one piece with the upgrade's answer */
                n = MIN(n_early, n_to);
                memcpy(to, l->response.text + l->n_response_taken, n);
                l->n_response_taken += n;
                return (ssize_t) n;
        }
        if (l->budget == 0) {
                (void) sd_event_source_set_enabled(l->again, SD_EVENT_ONESHOT);
                wslay_event_set_error(ws, WSLAY_ERR_WOULDBLOCK);
                return -1;
        }

        e = curl_easy_recv(l->easy, to, n_to, &n);
        if (e == CURLE_OK && n > 0) {
                l->budget -= MIN(n, l->budget);
                return (ssize_t) n;
        }
        if (e == CURLE_OK)
                (void) snprintf(l->error, sizeof(l->error), "the peer closed the connection without a close frame");
        else if (e != CURLE_AGAIN && l->error[0] == '\0')
                (void) snprintf(l->error, sizeof(l->error), "reading failed: %s", curl_easy_strerror(e));
        wslay_event_set_error(ws, e == CURLE_AGAIN ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
}

static ssize_t on_ws_send(wslay_event_context_ptr ws, const uint8_t *from, size_t n_from, int flags, void *userdata) {
        Link *l = userdata;
        size_t n = 0;
        CURLcode e = curl_easy_send(l->easy, from, n_from, &n);

        (void) flags;
        if (e == CURLE_OK && n > 0)
                return (ssize_t) n;
        if (e != CURLE_AGAIN && l->error[0] == '\0')
                (void) snprintf(l->error, sizeof(l->error), "writing failed: %s", curl_easy_strerror(e));
        wslay_event_set_error(ws, e == CURLE_OK || e == CURLE_AGAIN ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
}

static int on_ws_genmask(wslay_event_context_ptr ws, uint8_t *to, size_t n_to, void *userdata) {
        (void) ws;
        (void) userdata;
        randombytes_buf(to, n_to);
        return 0;
}

static void on_ws_message(wslay_event_context_ptr ws, const struct wslay_event_on_msg_recv_arg *message, void *userdata) {
        Link *l = userdata;
        GatewayConn *conn = l->conn;

        (void) ws;
        if (conn->link != l || l->is_dead)
                return;
        if (message->opcode == WSLAY_TEXT_FRAME)
                conn->ops.text((const char *) message->msg, message->msg_length, conn->userdata);
        else if (message->opcode == WSLAY_BINARY_FRAME)
                conn->ops.binary(message->msg, message->msg_length, conn->userdata);
}

static void io_update(Link *l) {
        bool wants_write = l->state == UPGRADING ? l->n_request_sent < l->request.n_bytes : l->ws && wslay_event_want_write(l->ws);

        if (l->io)
                (void) sd_event_source_set_io_events(l->io, EPOLLIN | (wants_write ? EPOLLOUT : 0u));
}

/* Reads and writes what can be; ends the link when it is over. Inside link_enter(). */
static void frames_work(Link *l) {
        int code;

        l->budget = READ_BUDGET;
        if ((wslay_event_want_read(l->ws) && wslay_event_recv(l->ws) < 0) ||
            (!l->is_dead && wslay_event_want_write(l->ws) && wslay_event_send(l->ws) < 0)) {
                link_ended(l, 0, l->error[0] ? l->error : "the connection broke");
                return;
        }
        if (l->is_dead)
                return;

        if (wslay_event_get_close_received(l->ws)) {
                code = wslay_event_get_status_code_received(l->ws);
                link_ended(l, code == WSLAY_CODE_NO_STATUS_RCVD ? 0 : code, "the peer closed the connection");
        } else if (!wslay_event_get_read_enabled(l->ws) && l->state != CLOSING && !wslay_event_want_write(l->ws))
                link_ended(l, 0, "the peer sent what is no WebSocket frame, or a message over 64 MiB");
        else
                io_update(l);
}

/* ---- upgrade ------------------------------------------------------------------------------------------------------------------- */

static int frames_begin(Link *l) {
        static const struct wslay_event_callbacks callbacks = {
                .recv_callback = on_ws_recv,
                .send_callback = on_ws_send,
                .genmask_callback = on_ws_genmask,
                .on_msg_recv_callback = on_ws_message,
        };

        if (wslay_event_context_client_init(&l->ws, &callbacks, l) != 0)
                return -ENOMEM;
        wslay_event_config_set_max_recv_msg_length(l->ws, GATEWAY_MESSAGE_MAX);
        return 0;
}

static int request_write(Link *l, StrBuf *why) {
        while (l->n_request_sent < l->request.n_bytes) {
                size_t n = 0;
                CURLcode e = curl_easy_send(l->easy, l->request.text + l->n_request_sent, l->request.n_bytes - l->n_request_sent, &n);

                if (e == CURLE_AGAIN)
                        return 0;
                if (e != CURLE_OK) {
                        strbuf_appendf(why, "writing failed: %s", curl_easy_strerror(e));
                        return -EPIPE;
                }
                l->n_request_sent += n;
        }
        return 0;
}

/* 0: upgraded; WEBSOCKET_MORE; negative with a sentence. */
static int response_read(Link *l, StrBuf *why) {
        for (;;) {
                char chunk[4096];
                size_t n = 0;
                CURLcode e = curl_easy_recv(l->easy, chunk, sizeof(chunk), &n);
                int r;

                if (e == CURLE_AGAIN)
                        return WEBSOCKET_MORE;
                if (e != CURLE_OK || n == 0) {
                        strbuf_append(why, e == CURLE_OK ? "the peer closed the connection during the upgrade" : curl_easy_strerror(e));
                        return -EPIPE;
                }
                strbuf_append_bytes(&l->response, chunk, n);
                if (l->response.error < 0)
                        return l->response.error;

                r = websocket_response(l->response.text, l->response.n_bytes, l->key, &l->n_response_taken, why);
                if (r != WEBSOCKET_MORE)
                        return r;
        }
}

/* Inside link_enter(). */
static void upgrade_work(Link *l) {
        _strbuf_ StrBuf why = {};
        int r;

        r = request_write(l, &why);
        if (r == 0)
                r = response_read(l, &why);
        if (r == 0)
                r = frames_begin(l);
        if (r < 0) {
                link_ended(l, 0, why.n_bytes > 0 ? strbuf_text(&why) : strerror(-r));
                return;
        }
        if (r == WEBSOCKET_MORE) {
                io_update(l);
                return;
        }

        l->state = OPEN;
        l->deadline = source_drop(l->deadline);
        l->conn->ops.connected(l->conn->userdata);
        if (!l->is_dead)
                frames_work(l);         /* frames may have come with the head */
}

static void link_work(Link *l) {
        link_enter(l);
        if (l->state == UPGRADING)
                upgrade_work(l);
        else if (l->state == OPEN || l->state == CLOSING)
                frames_work(l);
        (void) link_leave(l);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        (void) source;
        (void) fd;
        (void) events;
        link_work(userdata);
        return 0;
}

static int on_again(sd_event_source *source, void *userdata) {
        (void) source;
        link_work(userdata);
        return 0;
}

static int on_deadline(sd_event_source *source, uint64_t usec, void *userdata) {
        Link *l = userdata;

        (void) source;
        (void) usec;
        link_enter(l);
        link_ended(l, 0, "connecting and upgrading took longer than 15 s");
        (void) link_leave(l);
        return 0;
}

/* ---- libcurl's multi handle in the loop ---------------------------------------------------------------------------------------- */

/* curl has connected: from here on the socket is ours. Inside link_enter(). */
static int upgrade_begin(Link *l) {
        curl_socket_t fd = CURL_SOCKET_BAD;
        int r;

        if (curl_easy_getinfo(l->easy, CURLINFO_ACTIVESOCKET, &fd) != CURLE_OK || fd == CURL_SOCKET_BAD)
                return -ENOTCONN;
        l->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (l->fd < 0)
                return -errno;

        websocket_request(&l->url, l->key, l->conn->user_agent, &l->request);
        if (l->request.error < 0)
                return l->request.error;
        r = sd_event_add_defer(l->conn->event, &l->again, on_again, l);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(l->again, SD_EVENT_OFF);
        if (r < 0)
                return r;
        l->state = UPGRADING;
        return sd_event_add_io(l->conn->event, &l->io, l->fd, EPOLLIN | EPOLLOUT, on_io, l);
}

static void multi_work(Link *l, curl_socket_t fd, int what) {
        CURLMsg *message;
        int n_running, n_left;

        link_enter(l);
        (void) curl_multi_socket_action(l->multi, fd, what, &n_running);
        while (!l->is_dead && (message = curl_multi_info_read(l->multi, &n_left)) != NULL) {
                CURLcode e = message->data.result;
                int r;

                if (message->msg != CURLMSG_DONE || l->state != CONNECTING)
                        continue;
                if (e != CURLE_OK) {
                        link_ended(l, 0, l->error[0] ? l->error : curl_easy_strerror(e));
                        break;
                }
                r = upgrade_begin(l);
                if (r < 0)
                        link_ended(l, 0, strerror(-r));
        }
        (void) link_leave(l);
}

static int on_curl_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        int what = ((events & (EPOLLIN | EPOLLHUP)) ? CURL_CSELECT_IN : 0) | ((events & EPOLLOUT) ? CURL_CSELECT_OUT : 0) |
                   ((events & EPOLLERR) ? CURL_CSELECT_ERR : 0);

        (void) source;
        multi_work(userdata, fd, what);
        return 0;
}

static int on_curl_time(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) source;
        (void) usec;
        multi_work(userdata, CURL_SOCKET_TIMEOUT, 0);
        return 0;
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *source) {
        Link *l = userdata;
        uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0u) | (what & CURL_POLL_OUT ? EPOLLOUT : 0u);
        sd_event_source *io = source;

        (void) easy;
        if (what == CURL_POLL_REMOVE) {
                source_drop(io);
                (void) curl_multi_assign(l->multi, fd, NULL);
                return 0;
        }
        if (io)
                return sd_event_source_set_io_events(io, events) < 0 ? -1 : 0;
        if (sd_event_add_io(l->conn->event, &io, fd, events, on_curl_io, l) < 0)
                return -1;
        return curl_multi_assign(l->multi, fd, io) == CURLM_OK ? 0 : -1;
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *userdata) {
        Link *l = userdata;

        (void) multi;
        if (timeout_ms < 0)
                return sd_event_source_set_enabled(l->multi_timer, SD_EVENT_OFF) < 0 ? -1 : 0;
        if (sd_event_source_set_time_relative(l->multi_timer, (Usec) timeout_ms * USEC_PER_MSEC) < 0)
                return -1;
        return sd_event_source_set_enabled(l->multi_timer, SD_EVENT_ONESHOT) < 0 ? -1 : 0;
}

/* ---- connecting ---------------------------------------------------------------------------------------------------------------- */

static int easy_prepare(Link *l) {
        const GatewayConn *conn = l->conn;
        _strbuf_ StrBuf origin = {};
        CURLcode e = CURLE_OK;

        l->easy = curl_easy_init();
        if (!l->easy)
                return -ENOMEM;

        strbuf_append(&origin, l->url.is_secure ? "https://" : "http://");
        url_append_host(&l->url, &origin);
        strbuf_append(&origin, "/");
        if (origin.error < 0)
                return origin.error;

        e |= curl_easy_setopt(l->easy, CURLOPT_URL, strbuf_text(&origin));
        e |= curl_easy_setopt(l->easy, CURLOPT_CONNECT_ONLY, 1L);
        e |= curl_easy_setopt(l->easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);    /* ALPN would choose h2, which has no such upgrade */
        e |= curl_easy_setopt(l->easy, CURLOPT_FRESH_CONNECT, 1L);
        e |= curl_easy_setopt(l->easy, CURLOPT_NOSIGNAL, 1L);
        e |= curl_easy_setopt(l->easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
        e |= curl_easy_setopt(l->easy, CURLOPT_ERRORBUFFER, l->error);
        if (l->url.is_loopback)
                e |= curl_easy_setopt(l->easy, CURLOPT_PROXY, "");
        if (conn->ca_file)
                e |= curl_easy_setopt(l->easy, CURLOPT_CAINFO, conn->ca_file);
        return e == CURLE_OK ? 0 : -ENOMEM;
}

static int multi_prepare(Link *l) {
        CURLMcode e = CURLM_OK;
        int r;

        l->multi = curl_multi_init();
        if (!l->multi)
                return -ENOMEM;
        r = sd_event_add_time_relative(l->conn->event, &l->multi_timer, CLOCK_MONOTONIC, 0, 1, on_curl_time, l);
        if (r < 0)
                return r;

        e |= curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket);
        e |= curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
        e |= curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer);
        e |= curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
        if (e != CURLM_OK || curl_multi_add_handle(l->multi, l->easy) != CURLM_OK)
                return -ENOMEM;
        l->is_in_multi = true;
        return 0;
}

int gateway_conn_connect(GatewayConn *conn, const char *url) {
        uint8_t nonce[16];
        Link *l;
        int r;

        if (conn->link)
                link_drop(conn->link);

        l = new0(Link, 1);
        if (!l)
                return -ENOMEM;
        l->conn = conn;
        l->fd = -1;
        l->url_text = strdup(url);
        r = l->url_text ? url_parse(l->url_text, &l->url) : -ENOMEM;
        if (r == 0 && (!l->url.is_websocket || !url_is_acceptable(&l->url)))
                r = -EINVAL;
        if (r == 0)
                r = easy_prepare(l);
        if (r == 0)
                r = multi_prepare(l);
        if (r == 0)
                r = sd_event_add_time_relative(conn->event, &l->deadline, CLOCK_BOOTTIME, OPEN_TIMEOUT, 1, on_deadline, l);
        if (r < 0) {
                link_free(l);
                return r;
        }

        randombytes_buf(nonce, sizeof(nonce));
        sodium_bin2base64(l->key, sizeof(l->key), nonce, sizeof(nonce), sodium_base64_VARIANT_ORIGINAL);
        conn->link = l;
        return 0;
}

/* Usually the socket takes a small frame at once; what it does not take, and errors, are left to the loop. */
static void flush(Link *l) {
        if (!l->is_busy)
                (void) wslay_event_send(l->ws);
        io_update(l);
}

int gateway_conn_send(GatewayConn *conn, const char *text, size_t n_bytes) {
        Link *l = conn->link;
        struct wslay_event_msg message = { .opcode = WSLAY_TEXT_FRAME, .msg = (const uint8_t *) text, .msg_length = n_bytes };

        if (!l || l->state != OPEN)
                return -ENOTCONN;
        switch (wslay_event_queue_msg(l->ws, &message)) {
        case 0:
                break;
        case WSLAY_ERR_NOMEM:
                return -ENOMEM;
        default:
                return -ENOTCONN;       /* a close frame is on its way */
        }
        flush(l);
        return 0;
}

static void closing_add(GatewayConn *conn, Link *l) {
        Link **at = &conn->closing;
        int n = 0;

        for (; *at; at = &(*at)->next)
                n++;
        *at = l;
        if (n >= CLOSING_MAX)
                link_drop(conn->closing);       /* the oldest */
}

void gateway_conn_close(GatewayConn *conn, int code) {
        Link *l = conn->link;

        if (!l)
                return;
        conn->link = NULL;
        if (l->state != OPEN || code == 0 || wslay_event_queue_close(l->ws, (uint16_t) code, NULL, 0) != 0 ||
            sd_event_add_time_relative(conn->event, &l->deadline, CLOCK_BOOTTIME, CLOSE_TIMEOUT, 1, on_deadline, l) < 0) {
                link_drop(l);
                return;
        }
        l->state = CLOSING;
        flush(l);
        closing_add(conn, l);
}

bool gateway_conn_is_closing(const GatewayConn *conn) {
        return conn->closing != NULL;
}

/* ---- life ---------------------------------------------------------------------------------------------------------------------- */

int gateway_conn_new(sd_event *event, const GatewayConnConfig *config, const GatewayConnOps *ops, void *userdata, GatewayConn **ret_conn) {
        _cleanup_(gateway_conn_freep) GatewayConn *conn = NULL;

        if (sodium_init() < 0)
                return -ENOSYS;
        conn = new0(GatewayConn, 1);
        if (!conn)
                return -ENOMEM;
        conn->event = sd_event_ref(event);
        conn->ops = *ops;
        conn->userdata = userdata;
        if ((config->ca_file && !(conn->ca_file = strdup(config->ca_file))) ||
            (config->user_agent && !(conn->user_agent = strdup(config->user_agent))))
                return -ENOMEM;
        *ret_conn = TAKE(conn);
        return 0;
}

GatewayConn *gateway_conn_free(GatewayConn *conn) {
        if (!conn)
                return NULL;
        if (conn->link)
                link_drop(conn->link);
        while (conn->closing)
                link_drop(conn->closing);
        sd_event_unref(conn->event);
        free(conn->ca_file);
        free(conn->user_agent);
        free(conn);
        return NULL;
}
