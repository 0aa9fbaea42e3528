/*
 * wslay does the framing, this file the socket. A WebSocket dies in exactly one place, websocket_die(), from the loop and
 * never from inside a call of its owner: every function only says that it shall, so handlers may do what they like.
 */

#include "websocket.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <wslay/wslay.h>

#define MESSAGE_MAX (1U << 20)          /* wslay closes with 1009 above it; the gateway's own limit is far lower */
#define QUEUE_MAX (64U << 20)
#define OUT_MAX (256U << 10)            /* gathered before they are written */
#define GOODBYE_MS 2000                 /* for the peer's half of the closing handshake */

struct WebSocket {
        wslay_event_context_ptr frames;
        sd_event *event;
        sd_event_source *io, *die, *goodbye, *flush;
        int fd;
        void (*release)(void *owner);
        void *owner;
        char *early;
        size_t n_early, early_at;
        StrBuf out;                             /* frames on their way to the socket */
        size_t out_at;                          /* of which so many bytes have gone */
        const WebSocketHandler *handler;        /* NULL: nobody is interested any more */
        void *userdata;
        unsigned peer_code;
        bool is_dying;
        WebSocket **previous, *next;            /* what points to us, whom we point to */
};

/* ---- the way down -------------------------------------------------------------------------------------------------- */

static void websocket_destroy(WebSocket *ws) {
        *ws->previous = ws->next;
        if (ws->next)
                ws->next->previous = ws->previous;
        sd_event_source_disable_unref(ws->io);
        sd_event_source_disable_unref(ws->die);
        sd_event_source_disable_unref(ws->flush);
        sd_event_source_disable_unref(ws->goodbye);
        wslay_event_context_free(ws->frames);
        /* The owner closes the descriptor later; the peer shall know now. */
        (void) shutdown(ws->fd, SHUT_RDWR);
        ws->release(ws->owner);
        free(ws->early);
        strbuf_done(&ws->out);
        free(ws);
}

void websocket_destroy_all(WebSocket **list) {
        while (*list)
                websocket_destroy(*list);
}

static int websocket_die(sd_event_source *source _unused_, void *userdata) {
        WebSocket *ws = userdata;
        const WebSocketHandler *handler = TAKE(ws->handler);

        if (handler)
                handler->closed(ws, ws->peer_code, ws->userdata);
        websocket_destroy(ws);
        return 0;
}

static void websocket_doom(WebSocket *ws) {
        if (ws->is_dying)
                return;
        ws->is_dying = true;
        (void) sd_event_source_set_enabled(ws->io, SD_EVENT_OFF);
        (void) sd_event_source_set_enabled(ws->flush, SD_EVENT_OFF);
        (void) sd_event_source_set_enabled(ws->die, SD_EVENT_ONESHOT);
}

static int websocket_goodbye_over(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        websocket_doom(userdata);
        return 0;
}

/* ---- between wslay and the socket ---------------------------------------------------------------------------------- */

static ssize_t websocket_on_recv(wslay_event_context_ptr frames, uint8_t *buffer, size_t n, int flags _unused_, void *userdata) {
        WebSocket *ws = userdata;
        ssize_t k;

        if (ws->early_at < ws->n_early) {
                n = MIN(n, ws->n_early - ws->early_at);
                memcpy(buffer, ws->early + ws->early_at, n);
                ws->early_at += n;
                return (ssize_t) n;
        }
        do
                k = recv(ws->fd, buffer, n, MSG_DONTWAIT);
        while (k < 0 && errno == EINTR);
        if (k > 0)
                return k;
        wslay_event_set_error(frames, k < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
}

/* wslay writes the head and the body of each frame by themselves; here they are gathered, so that many frames cost one system call. */
static ssize_t websocket_on_send(wslay_event_context_ptr frames, const uint8_t *bytes, size_t n, int flags _unused_, void *userdata) {
        WebSocket *ws = userdata;

        if (ws->out.n_bytes >= OUT_MAX) {
                wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
                return -1;
        }
        strbuf_append_bytes(&ws->out, bytes, n);
        if (ws->out.error == 0)
                return (ssize_t) n;
        wslay_event_set_error(frames, WSLAY_ERR_CALLBACK_FAILURE);
        return -1;
}

/* 0 when all of `out` has gone, -EAGAIN when the socket takes no more for now, or another negative errno. */
static int websocket_write(WebSocket *ws) {
        while (ws->out_at < ws->out.n_bytes) {
                ssize_t k = send(ws->fd, ws->out.text + ws->out_at, ws->out.n_bytes - ws->out_at, MSG_DONTWAIT | MSG_NOSIGNAL);

                if (k >= 0)
                        ws->out_at += (size_t) k;
                else if (errno == EWOULDBLOCK)
                        return -EAGAIN;
                else if (errno != EINTR)
                        return -errno;
        }
        ws->out_at = 0;
        strbuf_clear(&ws->out);
        return 0;
}

static int websocket_send_frames(WebSocket *ws) {
        int r;

        do {
                if (wslay_event_want_write(ws->frames) && wslay_event_send(ws->frames) < 0)
                        return -EIO;
                r = websocket_write(ws);
        } while (r == 0 && wslay_event_want_write(ws->frames));
        return r == -EAGAIN ? 0 : r;
}

static void websocket_on_message(wslay_event_context_ptr frames _unused_, const struct wslay_event_on_msg_recv_arg *arg, void *userdata) {
        WebSocket *ws = userdata;

        if (arg->opcode == WSLAY_CONNECTION_CLOSE)
                ws->peer_code = arg->status_code == WSLAY_CODE_NO_STATUS_RCVD ? 0 : arg->status_code;
        else if (!wslay_is_ctrl_frame(arg->opcode) && ws->handler)
                ws->handler->message(ws, (const char *) arg->msg, arg->msg_length, ws->userdata);
}

static void websocket_watch(WebSocket *ws) {
        uint32_t events = 0;

        if (wslay_event_want_read(ws->frames))
                events |= EPOLLIN;
        if (wslay_event_want_write(ws->frames) || ws->out.n_bytes > 0)
                events |= EPOLLOUT;
        if (events == 0)        /* both close frames are through */
                websocket_doom(ws);
        else
                (void) sd_event_source_set_io_events(ws->io, events);
}

/* Sends what it can, and then waits for what is left to do. */
static void websocket_work(WebSocket *ws) {
        if (!ws->is_dying && websocket_send_frames(ws) < 0)
                websocket_doom(ws);
        if (!ws->is_dying)
                websocket_watch(ws);
}

static int websocket_on_flush(sd_event_source *source _unused_, void *userdata) {
        websocket_work(userdata);
        return 0;
}

/* At the end of this turn of the loop: by then there may be more to send. */
static void websocket_flush_later(WebSocket *ws) {
        (void) sd_event_source_set_enabled(ws->flush, SD_EVENT_ONESHOT);
}

static int websocket_on_io(sd_event_source *source _unused_, int fd _unused_, uint32_t events, void *userdata) {
        WebSocket *ws = userdata;

        if (((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) || ws->early_at < ws->n_early) && wslay_event_recv(ws->frames) < 0) {
                websocket_doom(ws);
                return 0;
        }
        websocket_work(ws);
        return 0;
}

int websocket_new(sd_event *event, WebSocket **list, int fd, void (*release)(void *owner), void *owner, const void *early,
                  size_t n_early, WebSocket **ret_ws) {
        static const struct wslay_event_callbacks callbacks = {
                .recv_callback = websocket_on_recv,
                .send_callback = websocket_on_send,
                .on_msg_recv_callback = websocket_on_message,
        };
        WebSocket *ws = new0(WebSocket, 1);
        int r;

        if (!ws) {
                release(owner);
                return -ENOMEM;
        }
        *ws = (WebSocket) { .event = event, .fd = fd, .release = release, .owner = owner };
        if (wslay_event_context_server_init(&ws->frames, &callbacks, ws) < 0) {
                release(owner);
                free(ws);
                return -ENOMEM;
        }
        ws->previous = list;
        ws->next = *list;
        if (ws->next)
                ws->next->previous = &ws->next;
        *list = ws;
        wslay_event_config_set_max_recv_msg_length(ws->frames, MESSAGE_MAX);
        if (n_early > 0) {
                ws->early = malloc(n_early);
                if (!ws->early) {
                        websocket_destroy(ws);
                        return -ENOMEM;
                }
                memcpy(ws->early, early, n_early);
                ws->n_early = n_early;
        }
        /* With early bytes the first look must not wait for more of them: EPOLLOUT is due at once. */
        r = sd_event_add_io(event, &ws->io, fd, EPOLLIN | (n_early > 0 ? EPOLLOUT : 0), websocket_on_io, ws);
        if (r >= 0)
                r = sd_event_add_defer(event, &ws->die, websocket_die, ws);
        if (r >= 0)
                r = sd_event_source_set_enabled(ws->die, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_add_defer(event, &ws->flush, websocket_on_flush, ws);
        if (r >= 0)
                r = sd_event_source_set_enabled(ws->flush, SD_EVENT_OFF);
        if (r < 0) {
                websocket_destroy(ws);
                return r;
        }
        *ret_ws = ws;
        return 0;
}

void websocket_set_handler(WebSocket *ws, const WebSocketHandler *handler, void *userdata) {
        ws->handler = handler;
        ws->userdata = userdata;
}

void websocket_send(WebSocket *ws, bool is_binary, const void *bytes, size_t n_bytes) {
        struct wslay_event_msg message = {
                .opcode = is_binary ? WSLAY_BINARY_FRAME : WSLAY_TEXT_FRAME, .msg = bytes, .msg_length = n_bytes,
        };

        if (ws->is_dying)
                return;
        if (wslay_event_get_queued_msg_length(ws->frames) + n_bytes > QUEUE_MAX || wslay_event_queue_msg(ws->frames, &message) < 0) {
                websocket_doom(ws);
                return;
        }
        websocket_flush_later(ws);
}

void websocket_close(WebSocket *ws, unsigned code, const char *reason) {
        ws->handler = NULL;
        if (ws->is_dying)
                return;
        if (wslay_event_queue_close(ws->frames, (uint16_t) code, (const uint8_t *) reason, strlen(reason)) < 0 ||
            sd_event_add_time_relative(ws->event, &ws->goodbye, CLOCK_MONOTONIC, GOODBYE_MS * USEC_PER_MSEC, 0, websocket_goodbye_over, ws) < 0)
                websocket_doom(ws);
        else
                websocket_flush_later(ws);
}

void websocket_drop(WebSocket *ws) {
        ws->handler = NULL;
        websocket_doom(ws);
}

void websocket_drop_inside_frame(WebSocket *ws, const char *text) {
        size_t n = strlen(text);
        /* RFC 6455, 5.2: final text frame whose 16-bit length promises twice what comes */
        const uint8_t head[4] = { 0x81, 126, (uint8_t) ((2 * n) >> 8), (uint8_t) (2 * n) };

        if (!ws->is_dying && ws->out.n_bytes == 0 && wslay_event_get_queued_msg_count(ws->frames) == 0 && n > 63 && n < 32768) {
                (void) send(ws->fd, head, sizeof(head), MSG_DONTWAIT | MSG_NOSIGNAL | MSG_MORE);
                (void) send(ws->fd, text, n, MSG_DONTWAIT | MSG_NOSIGNAL);
        }
        websocket_drop(ws);
}

/* ---- the handshake's digest ---------------------------------------------------------------------------------------- */

static uint32_t rotate(uint32_t v, unsigned n) {
        return v << n | v >> (32 - n);
}

static void sha1_block(uint32_t state[static 5], const uint8_t block[static 64]) {
        uint32_t w[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

        for (size_t i = 0; i < 16; i++)
                w[i] = (uint32_t) block[4 * i] << 24 | (uint32_t) block[4 * i + 1] << 16 | (uint32_t) block[4 * i + 2] << 8 | block[4 * i + 3];
        for (size_t i = 16; i < 80; i++)
                w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        for (size_t i = 0; i < 80; i++) {
                uint32_t f = i < 20   ? ((b & c) | (~b & d)) + 0x5a827999
                             : i < 40 ? (b ^ c ^ d) + 0x6ed9eba1
                             : i < 60 ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
                                      : (b ^ c ^ d) + 0xca62c1d6;
                uint32_t next = rotate(a, 5) + f + e + w[i];

                e = d;
                d = c;
                c = rotate(b, 30);
                b = a;
                a = next;
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
}

/* SHA-1 (FIPS 180-4) of a text below 119 bytes, enough for a key and the GUID; not for secrets. */
static void sha1_short(const char *text, uint8_t digest[static 20]) {
        uint32_t state[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
        uint8_t padded[128] = {};
        size_t n = strlen(text), n_padded = n < 56 ? 64 : 128;

        memcpy(padded, text, n);
        padded[n] = 0x80;
        padded[n_padded - 2] = (uint8_t) (n * 8 >> 8);
        padded[n_padded - 1] = (uint8_t) (n * 8);
        for (size_t i = 0; i < n_padded; i += 64)
                sha1_block(state, padded + i);
        for (size_t i = 0; i < 20; i++)
                digest[i] = (uint8_t) (state[i / 4] >> (24 - 8 * (i % 4)));
}

void websocket_accept(const char *key, char ret_accept[static 29]) {
        static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        uint8_t digest[21] = {};
        char text[64 + sizeof(guid)] = "";
        size_t n = MIN(strlen(key), (size_t) 64);

        memcpy(text, key, n);
        memcpy(text + n, guid, sizeof(guid));
        sha1_short(text, digest);
        for (size_t i = 0, at = 0; i < 21; i += 3, at += 4) {
                uint32_t v = (uint32_t) digest[i] << 16 | (uint32_t) digest[i + 1] << 8 | digest[i + 2];

                for (size_t k = 0; k < 4; k++)
                        ret_accept[at + k] = alphabet[v >> (18 - 6 * k) & 63];
        }
        ret_accept[27] = '=';           /* 20 bytes: the last of 7 triples is one short */
        ret_accept[28] = '\0';
}
