#include "magikal/ipc.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <time.h>

#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>

#include "magikal/clock.h"

/*
 * Messages over nng inside an sd-event loop; the only file that knows nng. Its threads never run our code: we poll the descriptors it
 * offers (NNG_OPT_RECVFD, NNG_OPT_SENDFD) and call it without blocking.
 *
 * nng keeps no send buffer for us (NNG_OPT_SENDBUF 0), so that "may be sent now" means that the message before has reached the kernel;
 * what cannot go yet waits here, bounded, in order. Its receive buffer is generous: what a peer said before it died stays readable.
 *
 * Each message of nng's passes through five threads of both processes, which costs far more than what is in it. So what waits together
 * travels together: one nng message is a packet of ours, each message in it behind its length (32 bits, network order).
 */

#define CLOSE_PATIENCE (200 * 1000 * 1000)      /* nanoseconds; a close takes a few microseconds, or for ever */
#define RECEIVE_BUFFER 256              /* messages; nng's own bound is 8192 */
#define PACKETS_PER_WAKEUP 64           /* then other sources of the loop get their turn */
#define PACKET_MAX 32768                /* bytes; a larger message travels alone */
#define SOON (50 * USEC_PER_MSEC)       /* how long a message that is in no hurry waits for others */
#define SOON_ACCURACY (10 * USEC_PER_MSEC)
#define SOON_MESSAGES 32                /* so many do not wait any longer */
#define CONTROL_QUESTION_MAX 4096

typedef struct Packet Packet;
struct Packet {
        nng_msg *msg;
        size_t n_messages, n_bytes;     /* n_bytes: of the messages alone */
        Packet *next;
};

struct Channel {
        nng_socket socket;
        bool is_open;
        int receive_fd, send_fd;
        sd_event_source *receive_source, *send_source, *soon;
        bool is_soon_armed;
        ChannelHandler handler;
        void *userdata;
        pid_t peer;                     /* 0: not named yet */
        bool may_send;                  /* the peer was heard, or we are the one who dials */
        unsigned hears;
        uint64_t n_dropped;
        Packet *first, *last;
        size_t n_queued, n_queued_bytes;        /* messages */
        char *path;                     /* the listener's socket file */
        bool is_busy, is_doomed;        /* inside the handler; freed there */
};

static int error_from_nng(int r) {
        switch (r) {
        case 0:
                return 0;
        case NNG_EINTR:
                return -EINTR;
        case NNG_ENOMEM:
                return -ENOMEM;
        case NNG_EINVAL:
        case NNG_EADDRINVAL:
                return -EINVAL;
        case NNG_EBUSY:
                return -EBUSY;
        case NNG_ETIMEDOUT:
                return -ETIMEDOUT;
        case NNG_ECONNREFUSED:
                return -ECONNREFUSED;
        case NNG_ECLOSED:
        case NNG_ECONNRESET:
        case NNG_ECONNSHUT:
                return -ECONNRESET;
        case NNG_EAGAIN:
                return -EAGAIN;
        case NNG_EADDRINUSE:
                return -EADDRINUSE;
        case NNG_ENOENT:
                return -ENOENT;
        case NNG_EPERM:
                return -EPERM;
        case NNG_EMSGSIZE:
                return -EMSGSIZE;
        case NNG_ENOFILES:
                return -EMFILE;
        default:
                return (r & NNG_ESYSERR) ? -(r & ~NNG_ESYSERR) : -EIO;
        }
}

/* The path of an ipc:// address when a Unix socket can have it. nng cuts a longer one short without a word. */
static int path_of_url(const char *url, const char **ret_path) {
        static const char scheme[] = "ipc://";
        const char *path;

        if (strncmp(url, scheme, sizeof(scheme) - 1) != 0)
                return -EINVAL;
        path = url + sizeof(scheme) - 1;
        if (*path != '/')
                return -EINVAL;
        if (strlen(path) >= sizeof(((struct sockaddr_un *) NULL)->sun_path))
                return -ENAMETOOLONG;
        *ret_path = path;
        return 0;
}

static pid_t sender_of(nng_msg *msg) {
        uint64_t pid = 0;

        if (nng_pipe_get_uint64(nng_msg_get_pipe(msg), NNG_OPT_IPC_PEER_PID, &pid) != 0)
                return 0;
        return (pid_t) pid;
}

static void *close_it(void *userdata) {
        (void) nng_close((nng_socket) { .id = (uint32_t) (uintptr_t) userdata });
        return NULL;
}

/*
 * nng_close() waits until the socket's pipes are gone, and now and then (nng 1.5.2, a peer that dies while its socket is closed) that is
 * never. No event loop may wait for that: a thread does, which is left behind when it takes too long. It hears no signals; those are the
 * loop's.
 */
static void socket_close(nng_socket socket) {
        struct timespec until;
        sigset_t all, before;
        pthread_t thread;
        int r;

        (void) sigfillset(&all);
        (void) pthread_sigmask(SIG_SETMASK, &all, &before);
        r = pthread_create(&thread, NULL, close_it, (void *) (uintptr_t) socket.id);
        (void) pthread_sigmask(SIG_SETMASK, &before, NULL);
        if (r != 0)
                return;         /* no thread to be had: the socket stays open until the process ends */
        (void) clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += CLOSE_PATIENCE;
        if (until.tv_nsec >= 1000 * 1000 * 1000) {
                until.tv_nsec -= 1000 * 1000 * 1000;
                until.tv_sec++;
        }
        if (pthread_timedjoin_np(thread, NULL, &until) != 0)
                (void) pthread_detach(thread);
}

static void destroy(Channel *ch) {
        sd_event_source_disable_unref(ch->receive_source);
        sd_event_source_disable_unref(ch->send_source);
        sd_event_source_disable_unref(ch->soon);
        if (ch->is_open)
                socket_close(ch->socket);
        while (ch->first) {
                Packet *p = ch->first;

                ch->first = p->next;
                nng_msg_free(p->msg);
                free(p);
        }
        if (ch->path)
                (void) unlink(ch->path);        /* nng removes it too; whoever is second finds nothing */
        free(ch->path);
        free(ch);
}

Channel *channel_free(Channel *channel) {
        if (!channel)
                return NULL;
        if (channel->is_busy)
                channel->is_doomed = true;      /* deliver() does it when the handler has returned */
        else
                destroy(channel);
        return NULL;
}

/*
 * The pid is remembered by the pipe, and a pipe can be gone before its last message is read: then nobody can be asked. Such a message
 * is believed only from a peer that was heard before on this socket, which nobody else can have joined since (PAIR0 has one pipe, the
 * directory is ours alone).
 */
static bool is_from_peer(Channel *ch, nng_msg *msg) {
        pid_t pid = sender_of(msg);

        return ch->peer > 0 && (pid == ch->peer || (pid == 0 && ch->may_send));
}

static void deliver_message(Channel *ch, const void *bytes, size_t n_bytes) {
        IpcMessage message;

        if (ipc_decode(bytes, n_bytes, &message) < 0 || (ipc_type_directions(message.type) & ch->hears) == 0)
                ch->n_dropped++;
        else
                ch->handler(ch, &message, ch->userdata);
}

static void deliver(Channel *ch, nng_msg *msg) {
        uint32_t n_bytes;

        if (!is_from_peer(ch, msg)) {
                ch->n_dropped++;
                return;
        }
        if (!ch->may_send) {
                ch->may_send = true;
                (void) sd_event_source_set_enabled(ch->send_source, ch->first ? SD_EVENT_ON : SD_EVENT_OFF);
        }
        while (nng_msg_len(msg) > 0 && !ch->is_doomed) {
                if (nng_msg_trim_u32(msg, &n_bytes) != 0 || n_bytes > nng_msg_len(msg)) {
                        ch->n_dropped++;
                        return;
                }
                deliver_message(ch, nng_msg_body(msg), n_bytes);
                (void) nng_msg_trim(msg, n_bytes);      /* was compared above */
        }
}

/* True: there may be more. */
static bool receive_one(Channel *ch) {
        nng_msg *msg;

        if (nng_recvmsg(ch->socket, &msg, NNG_FLAG_NONBLOCK) != 0)
                return false;
        deliver(ch, msg);
        nng_msg_free(msg);
        return !ch->is_doomed;
}

static void receive(Channel *ch, int n_max) {
        if (ch->is_busy)
                return;

        ch->is_busy = true;
        while (n_max-- > 0 && receive_one(ch))
                ;
        ch->is_busy = false;

        if (ch->is_doomed)
                destroy(ch);
}

static int on_receivable(_unused_ sd_event_source *source, _unused_ int fd, _unused_ uint32_t revents, void *userdata) {
        receive(userdata, PACKETS_PER_WAKEUP);
        return 0;
}

void channel_drain(Channel *channel) {
        receive(channel, INT32_MAX);
}

static void send_queued(Channel *ch) {
        while (ch->may_send && ch->first) {
                Packet *p = ch->first;
                int r = nng_sendmsg(ch->socket, p->msg, NNG_FLAG_NONBLOCK);

                if (r == NNG_EAGAIN)
                        break;
                if (r != 0)
                        nng_msg_free(p->msg);   /* nothing will take it; the peer's death is told by its pidfd */
                ch->first = p->next;
                if (!ch->first)
                        ch->last = NULL;
                ch->n_queued -= p->n_messages;
                ch->n_queued_bytes -= p->n_bytes;
                free(p);
        }
        (void) sd_event_source_set_enabled(ch->send_source, ch->may_send && ch->first ? SD_EVENT_ON : SD_EVENT_OFF);
}

static int on_sendable(_unused_ sd_event_source *source, _unused_ int fd, _unused_ uint32_t revents, void *userdata) {
        send_queued(userdata);
        return 0;
}

static int on_soon(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Channel *ch = userdata;

        ch->is_soon_armed = false;
        send_queued(ch);
        return 0;
}

static int packet_append(Packet *p, const StrBuf *bytes) {
        size_t n = nng_msg_len(p->msg);

        if (nng_msg_append_u32(p->msg, (uint32_t) bytes->n_bytes) != 0)
                return -ENOMEM;
        if (nng_msg_append(p->msg, bytes->text, bytes->n_bytes) != 0) {
                (void) nng_msg_chop(p->msg, nng_msg_len(p->msg) - n);
                return -ENOMEM;
        }
        p->n_messages++;
        p->n_bytes += bytes->n_bytes;
        return 0;
}

static int queue_packet(Channel *ch, const StrBuf *bytes) {
        Packet *p = new0(Packet, 1);

        if (!p)
                return -ENOMEM;
        if (nng_msg_alloc(&p->msg, 0) != 0) {
                free(p);
                return -ENOMEM;
        }
        if (packet_append(p, bytes) < 0) {
                nng_msg_free(p->msg);
                free(p);
                return -ENOMEM;
        }
        if (ch->last)
                ch->last->next = p;
        else
                ch->first = p;
        ch->last = p;
        return 0;
}

static int queue(Channel *ch, const IpcMessage *message) {
        _strbuf_ StrBuf bytes = {};
        int r;

        r = ipc_encode(message, &bytes);
        if (r < 0)
                return r;
        if (ch->n_queued >= CHANNEL_QUEUE_MAX || ch->n_queued_bytes + bytes.n_bytes > CHANNEL_QUEUE_BYTES_MAX)
                return -ENOBUFS;

        if (ch->last && nng_msg_len(ch->last->msg) + bytes.n_bytes <= PACKET_MAX)
                r = packet_append(ch->last, &bytes);
        else
                r = queue_packet(ch, &bytes);
        if (r < 0)
                return r;
        ch->n_queued++;
        ch->n_queued_bytes += bytes.n_bytes;
        return 0;
}

int channel_send(Channel *channel, const IpcMessage *message) {
        int r = queue(channel, message);

        if (r >= 0)
                send_queued(channel);
        return r;
}

int channel_send_soon(Channel *channel, const IpcMessage *message) {
        int r = queue(channel, message);

        if (r < 0)
                return r;
        if (channel->is_soon_armed && channel->n_queued < SOON_MESSAGES)
                return 0;
        if (channel->n_queued >= SOON_MESSAGES || sd_event_source_set_time_relative(channel->soon, SOON) < 0 ||
            sd_event_source_set_enabled(channel->soon, SD_EVENT_ONESHOT) < 0)
                send_queued(channel);
        else
                channel->is_soon_armed = true;
        return 0;
}

void channel_flush(Channel *channel, int timeout_ms) {
        Usec until = clock_boottime() + (Usec) timeout_ms * USEC_PER_MSEC;

        if (!channel->may_send)
                return;
        for (;;) {
                struct pollfd fd = { .fd = channel->send_fd, .events = POLLIN };
                Usec now = clock_boottime();

                if (now >= until || poll(&fd, 1, (int) ((until - now) / USEC_PER_MSEC)) <= 0)
                        return;
                if (!channel->first)
                        return;
                send_queued(channel);
        }
}

size_t channel_n_queued(const Channel *channel) {
        return channel->n_queued;
}

size_t channel_n_queued_bytes(const Channel *channel) {
        return channel->n_queued_bytes;
}

uint64_t channel_n_dropped(const Channel *channel) {
        return channel->n_dropped;
}

void channel_expect(Channel *channel, pid_t pid) {
        channel->peer = pid;
        (void) sd_event_source_set_enabled(channel->receive_source, SD_EVENT_ON);
}

void channel_hear(Channel *channel, unsigned directions) {
        channel->hears = directions;
}

/* Everything but the connection itself. */
static int channel_new(sd_event *event, ChannelHandler handler, void *userdata, Channel **ret_channel) {
        _cleanup_(channel_freep) Channel *ch = new0(Channel, 1);
        int r;

        if (!ch)
                return -ENOMEM;
        ch->handler = handler;
        ch->userdata = userdata;
        ch->hears = ~0u;

        r = error_from_nng(nng_pair0_open(&ch->socket));
        if (r < 0)
                return r;
        ch->is_open = true;

        if ((r = nng_socket_set_size(ch->socket, NNG_OPT_RECVMAXSZ, IPC_MESSAGE_MAX)) != 0 ||
            (r = nng_socket_set_int(ch->socket, NNG_OPT_SENDBUF, 0)) != 0 ||
            (r = nng_socket_set_int(ch->socket, NNG_OPT_RECVBUF, RECEIVE_BUFFER)) != 0 ||
            (r = nng_socket_set_ms(ch->socket, NNG_OPT_RECONNMINT, 10)) != 0 ||
            (r = nng_socket_set_ms(ch->socket, NNG_OPT_RECONNMAXT, 100)) != 0 ||
            (r = nng_socket_get_int(ch->socket, NNG_OPT_RECVFD, &ch->receive_fd)) != 0 ||
            (r = nng_socket_get_int(ch->socket, NNG_OPT_SENDFD, &ch->send_fd)) != 0)
                return error_from_nng(r);

        r = sd_event_add_io(event, &ch->receive_source, ch->receive_fd, EPOLLIN, on_receivable, ch);
        if (r < 0)
                return r;
        r = sd_event_add_io(event, &ch->send_source, ch->send_fd, EPOLLIN, on_sendable, ch);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(ch->send_source, SD_EVENT_OFF);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(event, &ch->soon, CLOCK_MONOTONIC, SOON, SOON_ACCURACY, on_soon, ch);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(ch->soon, SD_EVENT_OFF);
        if (r < 0)
                return r;

        *ret_channel = TAKE(ch);
        return 0;
}

int channel_listen(sd_event *event, const char *url, ChannelHandler handler, void *userdata, Channel **ret_channel) {
        _cleanup_(channel_freep) Channel *ch = NULL;
        const char *path;
        int r;

        r = path_of_url(url, &path);
        if (r < 0)
                return r;
        r = channel_new(event, handler, userdata, &ch);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(ch->receive_source, SD_EVENT_OFF);
        if (r < 0)
                return r;
        r = error_from_nng(nng_listen(ch->socket, url, NULL, 0));
        if (r < 0)
                return r;
        ch->path = strdup(path);
        if (!ch->path)
                return -ENOMEM;

        *ret_channel = TAKE(ch);
        return 0;
}

int channel_dial(sd_event *event, const char *url, pid_t pid, ChannelHandler handler, void *userdata, Channel **ret_channel) {
        _cleanup_(channel_freep) Channel *ch = NULL;
        const char *path;
        int r;

        r = path_of_url(url, &path);
        if (r < 0)
                return r;
        r = channel_new(event, handler, userdata, &ch);
        if (r < 0)
                return r;
        ch->peer = pid;
        ch->may_send = true;
        r = error_from_nng(nng_dial(ch->socket, url, NULL, NNG_FLAG_NONBLOCK));
        if (r < 0)
                return r;

        *ret_channel = TAKE(ch);
        return 0;
}

/* ---- control socket -------------------------------------------------------------------------------------------------------- */

struct ControlServer {
        nng_socket socket;
        bool is_open;
        sd_event_source *source;
        ControlHandler handler;
        void *userdata;
        char *path;
};

ControlServer *control_free(ControlServer *server) {
        if (!server)
                return NULL;
        sd_event_source_disable_unref(server->source);
        if (server->is_open)
                socket_close(server->socket);
        if (server->path)
                (void) unlink(server->path);
        free(server->path);
        free(server);
        return NULL;
}

/* Who asks and does not wait for the answer does not get it: REP drops what its peer cannot take. */
static void answer(ControlServer *server, nng_msg *question) {
        _strbuf_ StrBuf text = {};
        _strbuf_ StrBuf reply = {};
        nng_msg *msg;

        strbuf_append_bytes(&text, nng_msg_body(question), nng_msg_len(question));
        if (text.error == 0)
                server->handler(strbuf_text(&text), text.n_bytes, &reply, server->userdata);
        if (nng_msg_alloc(&msg, 0) != 0)
                return;
        if (nng_msg_append(msg, strbuf_text(&reply), reply.error == 0 ? reply.n_bytes : 0) != 0 ||
            nng_sendmsg(server->socket, msg, NNG_FLAG_NONBLOCK) != 0)
                nng_msg_free(msg);
}

static int on_question(_unused_ sd_event_source *source, _unused_ int fd, _unused_ uint32_t revents, void *userdata) {
        ControlServer *server = userdata;
        nng_msg *msg;

        if (nng_recvmsg(server->socket, &msg, NNG_FLAG_NONBLOCK) != 0)
                return 0;
        answer(server, msg);
        nng_msg_free(msg);
        return 0;
}

int control_listen(sd_event *event, const char *url, ControlHandler handler, void *userdata, ControlServer **ret_server) {
        _cleanup_(control_freep) ControlServer *server = new0(ControlServer, 1);
        const char *path;
        int fd, r;

        if (!server)
                return -ENOMEM;
        server->handler = handler;
        server->userdata = userdata;

        r = path_of_url(url, &path);
        if (r < 0)
                return r;
        if (unlink(path) < 0 && errno != ENOENT)
                return -errno;

        r = error_from_nng(nng_rep0_open(&server->socket));
        if (r < 0)
                return r;
        server->is_open = true;
        if ((r = nng_socket_set_size(server->socket, NNG_OPT_RECVMAXSZ, CONTROL_QUESTION_MAX)) != 0 ||
            (r = nng_socket_get_int(server->socket, NNG_OPT_RECVFD, &fd)) != 0 ||
            (r = nng_listen(server->socket, url, NULL, 0)) != 0)
                return error_from_nng(r);
        server->path = strdup(path);
        if (!server->path)
                return -ENOMEM;

        r = sd_event_add_io(event, &server->source, fd, EPOLLIN, on_question, server);
        if (r < 0)
                return r;
        *ret_server = TAKE(server);
        return 0;
}

int control_ask(const char *url, const char *question, int timeout_ms, char **ret_answer) {
        _strbuf_ StrBuf text = {};
        const char *path;
        nng_socket socket;
        nng_msg *msg;
        int r;

        r = path_of_url(url, &path);
        if (r < 0)
                return r;
        r = error_from_nng(nng_req0_open(&socket));
        if (r < 0)
                return r;

        if ((r = nng_socket_set_ms(socket, NNG_OPT_SENDTIMEO, timeout_ms)) == 0 &&
            (r = nng_socket_set_ms(socket, NNG_OPT_RECVTIMEO, timeout_ms)) == 0 &&
            (r = nng_dial(socket, url, NULL, 0)) == 0 &&
            (r = nng_send(socket, (void *) question, strlen(question), 0)) == 0 &&
            (r = nng_recvmsg(socket, &msg, 0)) == 0) {
                strbuf_append_bytes(&text, nng_msg_body(msg), nng_msg_len(msg));
                nng_msg_free(msg);
        }
        socket_close(socket);           /* the answer is here or will not come */
        if (r != 0)
                return error_from_nng(r);
        return strbuf_finish(&text, ret_answer);
}
