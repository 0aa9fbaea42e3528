/* Plain HTTP/1.1 over loopback, just enough of it: header, Content-Length, kept connections. */

#include "scripted-http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "magikal/cleanup.h"

#define ANSWERS_MAX 256
#define CONNECTIONS_MAX 128
#define REQUESTS_MAX 512

typedef struct Connection {
        ScriptedHttp *server;
        sd_event_source *io;
        int fd;
        StrBuf in, out;
        size_t n_written;
        ScriptedEnd end;
        bool is_hanging;
} Connection;

struct ScriptedHttp {
        sd_event *event;
        sd_event_source *listener;
        int fd;
        char url[64];
        struct {
                const char *bytes;
                size_t n_fill;
                ScriptedEnd end;
        } answers[ANSWERS_MAX];
        int n_answers, n_answered;
        const char *always_start, *always_bytes;
        Connection connections[CONNECTIONS_MAX];
        int n_connections, n_requests, n_hanging, n_at_once;
        char *requests[REQUESTS_MAX];
};

static void connection_close(Connection *c) {
        c->io = sd_event_source_disable_unref(c->io);
        if (c->fd >= 0)
                (void) close(TAKE_FD(c->fd));
        strbuf_done(&c->in);
        strbuf_done(&c->out);
}

static void connection_write(Connection *c) {
        while (c->n_written < c->out.n_bytes) {
                ssize_t n = send(c->fd, c->out.text + c->n_written, c->out.n_bytes - c->n_written, MSG_NOSIGNAL | MSG_DONTWAIT);

                if (n < 0 && errno == EAGAIN) {
                        (void) sd_event_source_set_io_events(c->io, EPOLLIN | EPOLLOUT);
                        return;
                }
                if (n < 0) {
                        connection_close(c);
                        return;
                }
                c->n_written += (size_t) n;
        }
        (void) sd_event_source_set_io_events(c->io, EPOLLIN);
        strbuf_clear(&c->out);
        c->n_written = 0;
        if (c->end == CLOSE_AFTER)
                connection_close(c);
}

/* Length of the complete request at the start of `in`; 0 when more must come. */
static size_t request_length(const StrBuf *in) {
        const char *text = strbuf_text(in), *end = strstr(text, "\r\n\r\n"), *length;
        size_t n;

        if (!end)
                return 0;
        n = (size_t) (end - text) + 4;
        length = strcasestr(text, "\r\nContent-Length:");
        if (length && length < end)
                n += strtoul(length + 17, NULL, 10);
        return in->n_bytes >= n ? n : 0;
}

static void connection_answer(Connection *c) {
        ScriptedHttp *s = c->server;
        int i = s->n_answered;

        if (s->always_start && strncmp(s->requests[s->n_requests - 1], s->always_start, strlen(s->always_start)) == 0) {
                c->end = KEEP_OPEN;
                strbuf_append(&c->out, s->always_bytes);
                connection_write(c);
                return;
        }
        s->n_hanging++;
        if (s->n_hanging > s->n_at_once)
                s->n_at_once = s->n_hanging;
        if (i >= s->n_answers) {
                c->is_hanging = true;
                return;
        }
        s->n_hanging--;
        s->n_answered++;
        c->end = s->answers[i].end;
        if (s->answers[i].bytes)
                strbuf_append(&c->out, s->answers[i].bytes);
        for (size_t n = 0; n < s->answers[i].n_fill; n++)
                strbuf_append_char(&c->out, 'x');
        connection_write(c);
}

static int on_connection(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Connection *c = userdata;
        char bytes[4096];
        ssize_t n;
        size_t length;

        (void) source;
        if (events & EPOLLOUT) {
                connection_write(c);
                if (c->fd < 0)
                        return 0;
        }
        if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
                return 0;
        n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (n <= 0) {
                if (n == 0 || errno != EAGAIN) {
                        c->server->n_hanging -= c->is_hanging;
                        c->is_hanging = false;
                        connection_close(c);
                }
                return 0;
        }
        strbuf_append_bytes(&c->in, bytes, (size_t) n);
        length = request_length(&c->in);
        if (length > 0) {
                assert(c->server->n_requests < REQUESTS_MAX);
                c->server->requests[c->server->n_requests++] = strndup(c->in.text, length);
                strbuf_clear(&c->in);
                connection_answer(c);
        }
        return 0;
}

static int on_listener(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        ScriptedHttp *s = userdata;
        Connection *c = &s->connections[s->n_connections];

        (void) source;
        (void) events;
        assert(s->n_connections < CONNECTIONS_MAX);
        *c = (Connection) { .server = s, .fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) };
        if (c->fd < 0)
                return 0;
        s->n_connections++;
        return sd_event_add_io(s->event, &c->io, c->fd, EPOLLIN, on_connection, c);
}

int scripted_http_new(sd_event *event, ScriptedHttp **ret_server) {
        struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
        socklen_t n = sizeof(address);
        ScriptedHttp *s = new0(ScriptedHttp, 1);
        int r;

        if (!s)
                return -ENOMEM;
        s->event = sd_event_ref(event);
        s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (s->fd < 0 || bind(s->fd, (struct sockaddr *) &address, sizeof(address)) < 0 || listen(s->fd, 128) < 0 ||
            getsockname(s->fd, (struct sockaddr *) &address, &n) < 0) {
                r = -errno;
                (void) scripted_http_free(s);
                return r;
        }
        (void) snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u/api", ntohs(address.sin_port));
        r = sd_event_add_io(event, &s->listener, s->fd, EPOLLIN, on_listener, s);
        if (r < 0) {
                (void) scripted_http_free(s);
                return r;
        }
        *ret_server = s;
        return 0;
}

void scripted_http_stop_listening(ScriptedHttp *s) {
        s->listener = sd_event_source_disable_unref(s->listener);
        if (s->fd >= 0)
                (void) close(TAKE_FD(s->fd));
}

ScriptedHttp *scripted_http_free(ScriptedHttp *s) {
        if (!s)
                return NULL;
        scripted_http_stop_listening(s);
        for (int i = 0; i < s->n_connections; i++)
                connection_close(&s->connections[i]);
        for (int i = 0; i < s->n_requests; i++)
                free(s->requests[i]);
        (void) sd_event_unref(s->event);
        free(s);
        return NULL;
}

const char *scripted_http_url(const ScriptedHttp *s) {
        return s->url;
}

void scripted_http_answer(ScriptedHttp *s, const char *bytes, ScriptedEnd end) {
        assert(s->n_answers < ANSWERS_MAX);
        s->answers[s->n_answers].bytes = bytes;
        s->answers[s->n_answers++].end = end;
}

void scripted_http_answer_filled(ScriptedHttp *s, const char *bytes, size_t n_fill) {
        scripted_http_answer(s, bytes, CLOSE_AFTER);
        s->answers[s->n_answers - 1].n_fill = n_fill;
}

void scripted_http_always(ScriptedHttp *s, const char *start, const char *bytes) {
        s->always_start = start;
        s->always_bytes = bytes;
}

int scripted_http_n_requests(const ScriptedHttp *s) {
        return s->n_requests;
}

int scripted_http_n_connections(const ScriptedHttp *s) {
        return s->n_connections;
}

int scripted_http_n_at_once(const ScriptedHttp *s) {
        return s->n_at_once;
}

const char *scripted_http_request(const ScriptedHttp *s, int i) {
        return i < s->n_requests ? s->requests[i] : "";
}

void scripted_http_release(ScriptedHttp *s, const char *bytes) {
        for (int i = 0; i < s->n_connections; i++) {
                Connection *c = &s->connections[i];

                if (!c->is_hanging || c->fd < 0)
                        continue;
                c->is_hanging = false;
                s->n_hanging--;
                strbuf_append(&c->out, bytes);
                connection_write(c);
        }
}
