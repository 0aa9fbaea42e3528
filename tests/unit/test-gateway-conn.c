/*
 * The gateway's socket against a server in the same event loop: upgrade in pieces, frames glued to it, close codes both ways, closing and
 * reconnecting from inside a callback, floods and nonsense. Frames of the server are written byte by byte here, not by libwslay.
 */

#include "magikal/gateway-conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "discord/websocket-handshake.h"
#include "magikal/strbuf.h"

#define GUARD_USEC (20 * 1000 * 1000)
#define N_PEERS 8

typedef struct Server Server;

typedef struct Peer {
        Server *server;
        int fd;
        sd_event_source *io;
        StrBuf in, out;
        size_t n_out_sent;
        bool is_upgraded, is_closed_by_client;
        StrBuf heard;           /* what the client sent: "text:…" and "close:…", one a line */
} Peer;

struct Server {
        sd_event *event;
        int fd, port;
        sd_event_source *io;
        Peer peers[N_PEERS];
        int n_peers;
        const char *head;       /* instead of the right answer */
        StrBuf glued;           /* sent right behind the answer, in the same write */
        size_t piece;           /* bytes of one write; 0: all */
        bool hang_up;           /* close TCP when everything has been sent */
};

typedef struct World {
        sd_event *event;
        Server server;
        GatewayConn *conn;
        char url[64];
        StrBuf log;             /* what the connection reported */
        size_t n_binary;
        bool reconnect_on_text;
        sd_event_source *guard;
} World;

/* ---- server -------------------------------------------------------------------------------------------------------------------- */

static void frame_append(StrBuf *out, int opcode, const void *bytes, size_t n_bytes) {
        strbuf_append_char(out, (char) (0x80 | opcode));
        if (n_bytes < 126)
                strbuf_append_char(out, (char) n_bytes);
        else if (n_bytes < 65536) {
                strbuf_append_char(out, 126);
                strbuf_append_char(out, (char) (n_bytes >> 8));
                strbuf_append_char(out, (char) n_bytes);
        } else {
                strbuf_append_char(out, 127);
                for (int i = 7; i >= 0; i--)
                        strbuf_append_char(out, (char) ((uint64_t) n_bytes >> (8 * i)));
        }
        if (bytes)
                strbuf_append_bytes(out, bytes, n_bytes);
}

static void peer_write(Peer *p) {
        size_t n_left = p->out.n_bytes - p->n_out_sent, n_wanted = p->server->piece > 0 ? MIN(p->server->piece, n_left) : n_left;
        ssize_t n;

        if (n_wanted > 0) {
                n = send(p->fd, p->out.text + p->n_out_sent, n_wanted, MSG_NOSIGNAL);
                if (n > 0)
                        p->n_out_sent += (size_t) n;
        }
        (void) sd_event_source_set_io_events(p->io, EPOLLIN | (p->n_out_sent < p->out.n_bytes ? EPOLLOUT : 0u));
        if (p->server->hang_up && p->is_upgraded && p->n_out_sent == p->out.n_bytes) {
                p->io = sd_event_source_disable_unref(p->io);
                close(p->fd);
                p->fd = -1;
        }
}

static void peer_answer(Peer *p) {
        const char *key = strstr(strbuf_text(&p->in), "Sec-WebSocket-Key: ");
        char accept[WEBSOCKET_ACCEPT_CHARS + 1], text[WEBSOCKET_KEY_CHARS + 1] = {};

        assert_non_null(key);
        assert_non_null(strstr(strbuf_text(&p->in), "User-Agent: DiscordBot (test, 1)\r\n"));
        assert_int_equal(strncmp(strbuf_text(&p->in), "GET /?v=10 HTTP/1.1\r\n", 21), 0);
        memcpy(text, key + 19, WEBSOCKET_KEY_CHARS);
        websocket_accept(text, accept);
        if (p->server->head)
                strbuf_append(&p->out, p->server->head);
        else
                strbuf_appendf(&p->out, "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
        strbuf_append_bytes(&p->out, p->server->glued.text, p->server->glued.n_bytes);
        strbuf_clear(&p->in);
        p->is_upgraded = true;
        peer_write(p);
}

/* Frames of the client are masked and small here. */
static void peer_hear(Peer *p) {
        while (p->in.n_bytes >= 6) {
                unsigned char *b = (unsigned char *) p->in.text;
                size_t n = b[1] & 0x7f, n_head = 6;
                unsigned char *mask = b + 2;

                assert_true(b[1] & 0x80);
                if (n == 126) {
                        n = (size_t) b[2] << 8 | b[3];
                        mask = b + 4;
                        n_head = 8;
                }
                if (p->in.n_bytes < n_head + n)
                        return;
                for (size_t i = 0; i < n; i++)
                        b[n_head + i] ^= mask[i % 4];
                if ((b[0] & 0x0f) == 1)
                        strbuf_appendf(&p->heard, "text:%.*s\n", (int) n, b + n_head);
                else if ((b[0] & 0x0f) == 8)
                        strbuf_appendf(&p->heard, "close:%d\n", n >= 2 ? b[n_head] << 8 | b[n_head + 1] : 0);
                else
                        strbuf_appendf(&p->heard, "op:%d\n", b[0] & 0x0f);
                memmove(b, b + n_head + n, p->in.n_bytes - n_head - n);
                p->in.n_bytes -= n_head + n;
        }
}

static int on_peer(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Peer *p = userdata;

        (void) source;
        if (events & EPOLLOUT)
                peer_write(p);
        if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
                char chunk[4096];
                ssize_t n = recv(fd, chunk, sizeof(chunk), MSG_DONTWAIT);

                if (n < 0 && errno == EAGAIN)
                        return 0;
                if (n <= 0) {
                        p->is_closed_by_client = true;
                        p->io = sd_event_source_disable_unref(p->io);
                        return 0;
                }
                strbuf_append_bytes(&p->in, chunk, (size_t) n);
                if (p->is_upgraded)
                        peer_hear(p);
                else if (strstr(strbuf_text(&p->in), "\r\n\r\n"))
                        peer_answer(p);
        }
        return 0;
}

static int on_accept(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Server *s = userdata;
        Peer *p = &s->peers[s->n_peers];

        (void) source;
        (void) events;
        assert_true(s->n_peers < N_PEERS);
        s->n_peers++;
        p->server = s;
        p->fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        assert_true(p->fd >= 0);
        return sd_event_add_io(s->event, &p->io, p->fd, EPOLLIN, on_peer, p);
}

static void server_listen(Server *s, sd_event *event) {
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t n_address = sizeof(address);

        s->event = event;
        s->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        assert_true(s->fd >= 0);
        assert_int_equal(bind(s->fd, (struct sockaddr *) &address, sizeof(address)), 0);
        assert_int_equal(getsockname(s->fd, (struct sockaddr *) &address, &n_address), 0);
        assert_int_equal(listen(s->fd, 8), 0);
        s->port = ntohs(address.sin_port);
        assert_true(sd_event_add_io(event, &s->io, s->fd, EPOLLIN, on_accept, s) >= 0);
}

/* ---- world --------------------------------------------------------------------------------------------------------------------- */

static void on_connected(void *userdata) {
        strbuf_append(&((World *) userdata)->log, "connected\n");
}

static void on_text(const char *bytes, size_t n_bytes, void *userdata) {
        World *w = userdata;

        strbuf_appendf(&w->log, "text:%.*s\n", (int) n_bytes, bytes);
        if (w->reconnect_on_text) {
                w->reconnect_on_text = false;
                gateway_conn_close(w->conn, 4000);
                assert_int_equal(gateway_conn_connect(w->conn, w->url), 0);
        }
}

static void on_binary(const void *bytes, size_t n_bytes, void *userdata) {
        World *w = userdata;

        assert_true(n_bytes == 0 || ((const char *) bytes)[n_bytes - 1] == 'z');
        w->n_binary++;
        strbuf_appendf(&w->log, "binary:%zu\n", n_bytes);
}

static void on_closed(int code, const char *why, void *userdata) {
        assert_true(strlen(why) > 5);
        strbuf_appendf(&((World *) userdata)->log, "closed:%d\n", code);
}

static int on_guard(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) source;
        (void) usec;
        fail_msg("waited too long; so far:\n%s", strbuf_text(&((World *) userdata)->log));
        return 0;
}

static World *world_new(void) {
        static const GatewayConnOps ops = { .connected = on_connected, .text = on_text, .binary = on_binary, .closed = on_closed };
        static const GatewayConnConfig config = { .user_agent = "DiscordBot (test, 1)" };
        World *w = new0(World, 1);

        assert_non_null(w);
        assert_true(sd_event_new(&w->event) >= 0);
        server_listen(&w->server, w->event);
        (void) snprintf(w->url, sizeof(w->url), "ws://127.0.0.1:%d/?v=10", w->server.port);
        assert_int_equal(gateway_conn_new(w->event, &config, &ops, w, &w->conn), 0);
        assert_true(sd_event_add_time_relative(w->event, &w->guard, CLOCK_MONOTONIC, GUARD_USEC, 1, on_guard, w) >= 0);
        return w;
}

static World *world_free(World *w) {
        if (!w)
                return NULL;
        gateway_conn_free(w->conn);
        for (int i = 0; i < w->server.n_peers; i++) {
                Peer *p = &w->server.peers[i];

                sd_event_source_disable_unref(p->io);
                if (p->fd >= 0)
                        close(p->fd);
                strbuf_done(&p->in);
                strbuf_done(&p->out);
                strbuf_done(&p->heard);
        }
        sd_event_source_disable_unref(w->server.io);
        close(w->server.fd);
        strbuf_done(&w->server.glued);
        strbuf_done(&w->log);
        sd_event_source_disable_unref(w->guard);
        sd_event_unref(w->event);
        free(w);
        return NULL;
}
DEFINE_CLEANUP(World *, world_free)
#define _world_ _cleanup_(world_freep)

#define run_until(w, condition)                                         \
        do {                                                            \
                while (!(condition))                                    \
                        assert_true(sd_event_run((w)->event, UINT64_MAX) >= 0); \
        } while (0)

static void expect(World *w, const char *lines) {
        while (w->log.n_bytes < strlen(lines))
                assert_true(sd_event_run(w->event, UINT64_MAX) >= 0);
        assert_string_equal(strbuf_text(&w->log), lines);
        strbuf_clear(&w->log);
}

static bool heard(const World *w, int peer, const char *text) {
        return w->server.n_peers > peer && strstr(strbuf_text(&w->server.peers[peer].heard), text);
}

static void connect_to(World *w) {
        assert_int_equal(gateway_conn_connect(w->conn, w->url), 0);
}

/* ---- tests --------------------------------------------------------------------------------------------------------------------- */

static void frames_glued_to_the_upgrade(void **state) {
        _world_ World *w = world_new();

        (void) state;
        frame_append(&w->server.glued, 1, "hello", 5);
        frame_append(&w->server.glued, 2, "z", 1);
        connect_to(w);
        expect(w, "connected\ntext:hello\nbinary:1\n");
        assert_int_equal(gateway_conn_send(w->conn, "ping", 4), 0);
        run_until(w, heard(w, 0, "text:ping\n"));
}

static void everything_byte_by_byte(void **state) {
        _world_ World *w = world_new();

        (void) state;
        w->server.piece = 1;
        frame_append(&w->server.glued, 1, "hello", 5);
        frame_append(&w->server.glued, 9, "x", 1);              /* ping: answered by libwslay */
        frame_append(&w->server.glued, 8, "\x0f\xa4", 2);       /* 4004 */
        connect_to(w);
        expect(w, "connected\ntext:hello\nclosed:4004\n");
        run_until(w, heard(w, 0, "op:10\n"));
        run_until(w, heard(w, 0, "close:4004\n"));              /* the close is answered */
        run_until(w, w->server.peers[0].is_closed_by_client);
        assert_int_equal(gateway_conn_send(w->conn, "x", 1), -ENOTCONN);
}

static void close_codes_are_seen(void **state) {
        static const int codes[] = { 1000, 1001, 4000, 4009, 4014 };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(codes); i++) {
                _world_ World *w = world_new();
                char bytes[2] = { (char) (codes[i] >> 8), (char) codes[i] }, wanted[64];

                frame_append(&w->server.glued, 8, bytes, 2);
                connect_to(w);
                (void) snprintf(wanted, sizeof(wanted), "connected\nclosed:%d\n", codes[i]);
                expect(w, wanted);
        }
}

static void end_without_a_word(void **state) {
        _world_ World *w = world_new();

        (void) state;
        frame_append(&w->server.glued, 1, "a", 1);
        w->server.hang_up = true;
        connect_to(w);
        expect(w, "connected\ntext:a\nclosed:0\n");
}

static void close_without_a_code(void **state) {
        _world_ World *w = world_new();

        (void) state;
        frame_append(&w->server.glued, 8, NULL, 0);
        connect_to(w);
        expect(w, "connected\nclosed:0\n");
}

static void refused_upgrades(void **state) {
        static const char *const heads[] = {
                "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
                "garbage\r\n\r\n",
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(heads); i++) {
                _world_ World *w = world_new();

                w->server.head = heads[i];
                connect_to(w);
                expect(w, "closed:0\n");
                run_until(w, w->server.peers[0].is_closed_by_client);
        }
}

static void nobody_listens(void **state) {
        _world_ World *w = world_new();

        (void) state;
        assert_int_equal(gateway_conn_connect(w->conn, "ws://127.0.0.1:1/?v=10"), 0);
        expect(w, "closed:0\n");
        connect_to(w);
        expect(w, "connected\n");
}

static void bad_urls(void **state) {
        _world_ World *w = world_new();

        (void) state;
        assert_int_equal(gateway_conn_connect(w->conn, "ws://gateway.example/"), -EINVAL);
        assert_int_equal(gateway_conn_connect(w->conn, "https://gateway.example/"), -EINVAL);
        assert_int_equal(gateway_conn_connect(w->conn, "nonsense"), -EINVAL);
        assert_int_equal(gateway_conn_send(w->conn, "x", 1), -ENOTCONN);
        gateway_conn_close(w->conn, 4000);
}

static void our_close_reaches_the_peer(void **state) {
        _world_ World *w = world_new();

        (void) state;
        connect_to(w);
        expect(w, "connected\n");
        assert_int_equal(gateway_conn_send(w->conn, "last words", 10), 0);
        gateway_conn_close(w->conn, 4000);
        assert_true(gateway_conn_is_closing(w->conn));
        connect_to(w);                                          /* while the old one is still closing */
        expect(w, "connected\n");
        run_until(w, heard(w, 0, "text:last words\nclose:4000\n"));
        frame_append(&w->server.peers[0].out, 8, "\x0f\xa0", 2);
        peer_write(&w->server.peers[0]);
        run_until(w, w->server.peers[0].is_closed_by_client);
        assert_false(gateway_conn_is_closing(w->conn));
        assert_int_equal(gateway_conn_send(w->conn, "new", 3), 0);
        run_until(w, heard(w, 1, "text:new\n"));
        expect(w, "");                                          /* nothing of the old one was reported */
}

static void close_that_nobody_answers_ends_after_2_s(void **state) {
        _world_ World *w = world_new();

        (void) state;
        connect_to(w);
        expect(w, "connected\n");
        gateway_conn_close(w->conn, 4000);
        run_until(w, w->server.peers[0].is_closed_by_client);
        assert_false(gateway_conn_is_closing(w->conn));
        expect(w, "");
}

static void reconnecting_inside_a_callback(void **state) {
        _world_ World *w = world_new();

        (void) state;
        w->reconnect_on_text = true;
        frame_append(&w->server.glued, 1, "one", 3);
        frame_append(&w->server.glued, 1, "two", 3);            /* of the first connection: never reported */
        connect_to(w);
        expect(w, "connected\ntext:one\nconnected\ntext:one\ntext:two\n");
        run_until(w, heard(w, 0, "close:4000\n"));
}

static void dropping_and_connecting_again_and_again(void **state) {
        _world_ World *w = world_new();

        (void) state;
        for (int i = 0; i < 6; i++) {
                connect_to(w);
                for (int turn = 0; turn < i; turn++)
                        assert_true(sd_event_run(w->event, UINT64_MAX) >= 0);
                if (i % 2)
                        gateway_conn_close(w->conn, i % 3 ? 4000 : 0);
        }
        strbuf_clear(&w->log);
        connect_to(w);
        expect(w, "connected\n");
}

static void big_messages_come_whole(void **state) {
        _world_ World *w = world_new();
        const size_t n_bytes = 5u << 20;
        _free_ char *bytes = malloc(n_bytes);

        (void) state;
        assert_non_null(bytes);
        memset(bytes, 'z', n_bytes);
        for (int i = 0; i < 3; i++)
                frame_append(&w->server.glued, 2, bytes, n_bytes);
        connect_to(w);
        run_until(w, w->n_binary == 3);
        expect(w, "connected\nbinary:5242880\nbinary:5242880\nbinary:5242880\n");
}

static void too_big_and_unmaskable_frames(void **state) {
        static const struct {
                const char *bytes;
                size_t n_bytes;
        } rows[] = {
                { "\x82\x7f\x00\x00\x00\x00\x04\x00\x00\x01z", 11 },    /* a message of 64 MiB + 1 */
                { "\x81\x81\x00\x00\x00\x00x", 7 },                     /* a server must not mask */
                { "\xf1\x01x", 3 },                                     /* reserved bits */
                { "\x81\x02\xff\xfe", 4 },                              /* no UTF-8 */
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _world_ World *w = world_new();

                strbuf_append_bytes(&w->server.glued, rows[i].bytes, rows[i].n_bytes);
                connect_to(w);
                expect(w, "connected\nclosed:0\n");
        }
}

static void free_at_any_moment(void **state) {
        (void) state;
        for (int n_turns = 0; n_turns < 12; n_turns++) {
                _world_ World *w = world_new();

                frame_append(&w->server.glued, 1, "hello", 5);
                connect_to(w);
                for (int i = 0; i < n_turns && w->log.n_bytes == 0; i++)
                        assert_true(sd_event_run(w->event, UINT64_MAX) >= 0);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(frames_glued_to_the_upgrade),
                cmocka_unit_test(everything_byte_by_byte),
                cmocka_unit_test(close_codes_are_seen),
                cmocka_unit_test(end_without_a_word),
                cmocka_unit_test(close_without_a_code),
                cmocka_unit_test(refused_upgrades),
                cmocka_unit_test(nobody_listens),
                cmocka_unit_test(bad_urls),
                cmocka_unit_test(our_close_reaches_the_peer),
                cmocka_unit_test(close_that_nobody_answers_ends_after_2_s),
                cmocka_unit_test(reconnecting_inside_a_callback),
                cmocka_unit_test(dropping_and_connecting_again_and_again),
                cmocka_unit_test(big_messages_come_whole),
                cmocka_unit_test(too_big_and_unmaskable_frames),
                cmocka_unit_test(free_at_any_moment),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
