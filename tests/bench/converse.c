/*
 * bench-converse: many people at one HTTP server, over keep-alive connections, so that who measures is not what is measured.
 *
 *      bench-converse HOST:PORT CONNECTIONS RATE < conversations > answers
 *
 * A conversation is one line: requests separated by tabs, each "METHOD PATH" or "METHOD PATH JSON". They follow each other on one connection;
 * "@" stands for the newest "interaction" id that the conversation was told. RATE conversations begin each second, whether or not earlier ones
 * have ended; 0: each connection begins the next when it has ended one. One line of output for each, in the order of the input: the bodies of
 * its answers, separated by tabs; the last line tells what the program itself cost, as JSON.
 *
 * Answers need a Content-Length. Any status but 2xx, and any broken connection, ends the program with a sentence: a benchmark of refusals
 * measures something else.
 */

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 512
#define ID_MAX 24

typedef struct Text {
        char *bytes;
        size_t n, n_allocated;
} Text;

typedef struct Conversation {
        char *at;                       /* the rest of its requests */
        char id[ID_MAX];
        Text answers;
} Conversation;

typedef struct Connection {
        int fd;
        Conversation *with;             /* NULL: free */
        Text in;
} Connection;

typedef struct Bench {
        const char *host;
        struct sockaddr_in address;
        Conversation *all;
        size_t n_all, n_begun, n_ended;
        Connection connections[CONNECTIONS_MAX];
        size_t n_connections;
        uint64_t began_at, latest_us;   /* the most that a conversation began too late */
        double rate;
} Bench;

_Noreturn __attribute__((format(printf, 1, 2))) static void die(const char *format, ...) {
        va_list list;

        va_start(list, format);
        fprintf(stderr, "bench-converse: ");
        vfprintf(stderr, format, list);
        fprintf(stderr, "\n");
        va_end(list);
        exit(1);
}

static uint64_t now_us(void) {
        struct timespec t;

        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

static void text_append(Text *t, const char *bytes, size_t n) {
        if (t->n + n + 1 > t->n_allocated) {
                t->n_allocated = (t->n + n + 1) * 2;
                t->bytes = realloc(t->bytes, t->n_allocated);
                if (!t->bytes)
                        die("out of memory");
        }
        memcpy(t->bytes + t->n, bytes, n);
        t->n += n;
        t->bytes[t->n] = '\0';
}

/* ---- requests ---------------------------------------------------------------------------------------------------------------- */

/* Appends text with every "@" replaced by the id. */
static void append_with_id(Text *out, const char *text, size_t n, const char *id) {
        for (size_t i = 0; i < n; i++)
                if (text[i] == '@')
                        text_append(out, id, strlen(id));
                else
                        text_append(out, text + i, 1);
}

static void send_all(int fd, const Text *text) {
        size_t n_sent = 0;

        while (n_sent < text->n) {
                ssize_t n = send(fd, text->bytes + n_sent, text->n - n_sent, MSG_NOSIGNAL);

                if (n < 0)
                        die("send: %s", strerror(errno));
                n_sent += (size_t) n;
        }
}

static void ask_next(const Bench *bench, Connection *c) {
        Conversation *talk = c->with;
        size_t n = strcspn(talk->at, "\t"), n_head, n_method = strcspn(talk->at, " ");
        Text request = {}, body = {};
        const char *path, *json;
        char length[48];

        if (n_method >= n)
                die("a request without a path: %.*s", (int) n, talk->at);
        path = talk->at + n_method + 1;
        n_head = n_method + 1 + strcspn(path, " \t");
        json = n_head < n ? talk->at + n_head + 1 : NULL;
        if (json)
                append_with_id(&body, json, n - n_head - 1, talk->id);

        text_append(&request, talk->at, n_method + 1);
        append_with_id(&request, path, n_head - n_method - 1, talk->id);
        text_append(&request, " HTTP/1.1\r\nHost: ", strlen(" HTTP/1.1\r\nHost: "));
        text_append(&request, bench->host, strlen(bench->host));
        (void) snprintf(length, sizeof(length), "\r\nContent-Length: %zu\r\n", body.n);
        text_append(&request, length, strlen(length));
        text_append(&request, "Content-Type: application/json\r\n\r\n", strlen("Content-Type: application/json\r\n\r\n"));
        if (body.n > 0)
                text_append(&request, body.bytes, body.n);
        send_all(c->fd, &request);
        free(request.bytes);
        free(body.bytes);

        talk->at += n;
        if (*talk->at == '\t')
                talk->at++;
}

/* ---- answers ----------------------------------------------------------------------------------------------------------------- */

static void learn_id(Conversation *talk, const char *body) {
        static const char key[] = "\"interaction\":\"";
        const char *at = strstr(body, key);
        size_t n;

        if (!at)
                return;
        at += sizeof(key) - 1;
        n = strspn(at, "0123456789");
        if (n < ID_MAX)
                (void) snprintf(talk->id, sizeof(talk->id), "%.*s", (int) n, at);
}

/* Length of the head and of the body of a whole answer; false when there is more to come. */
static bool answer_is_whole(const Text *in, size_t *ret_head, size_t *ret_body) {
        const char *end = in->n > 0 ? strstr(in->bytes, "\r\n\r\n") : NULL, *length;

        if (!end)
                return false;
        length = strcasestr(in->bytes, "\r\ncontent-length:");
        if (!length || length > end)
                die("an answer without a length: %.200s", in->bytes);
        *ret_head = (size_t) (end - in->bytes) + 4;
        *ret_body = strtoull(length + strlen("\r\ncontent-length:"), NULL, 10);
        return in->n >= *ret_head + *ret_body;
}

static void converse(Bench *bench, Connection *c) {
        size_t n_head, n_body;
        char buffer[65536];
        ssize_t n = recv(c->fd, buffer, sizeof(buffer), 0);

        if (n <= 0)
                die("the connection broke: %s", n < 0 ? strerror(errno) : "end of file");
        text_append(&c->in, buffer, (size_t) n);
        if (!answer_is_whole(&c->in, &n_head, &n_body))
                return;
        if (strncmp(c->in.bytes, "HTTP/1.1 2", 10) != 0)
                die("refused: %.15s… %s", c->in.bytes, c->in.bytes + n_head);
        if (c->with->answers.n > 0)
                text_append(&c->with->answers, "\t", 1);
        text_append(&c->with->answers, c->in.bytes + n_head, n_body);
        learn_id(c->with, c->in.bytes + n_head);
        c->in.n = 0;
        if (*c->with->at) {
                ask_next(bench, c);
                return;
        }
        c->with = NULL;
        bench->n_ended++;
}

/* ---- the day ------------------------------------------------------------------------------------------------------------------ */

static Connection *free_connection(Bench *bench) {
        for (size_t i = 0; i < bench->n_connections; i++)
                if (!bench->connections[i].with)
                        return &bench->connections[i];
        return NULL;
}

/* Begins what is due. Returns the microseconds until the next is; UINT64_MAX: an answer has to come first. */
static uint64_t begin_due(Bench *bench) {
        while (bench->n_begun < bench->n_all) {
                uint64_t due = bench->rate > 0 ? bench->began_at + (uint64_t) ((double) bench->n_begun * 1e6 / bench->rate) : 0;
                uint64_t now = now_us();
                Connection *c;

                if (now < due)
                        return due - now;
                c = free_connection(bench);
                if (!c)
                        return UINT64_MAX;
                if (bench->rate > 0 && now - due > bench->latest_us)
                        bench->latest_us = now - due;
                c->with = &bench->all[bench->n_begun++];
                ask_next(bench, c);
        }
        return UINT64_MAX;
}

static void run(Bench *bench) {
        struct pollfd fds[CONNECTIONS_MAX];

        bench->began_at = now_us();
        while (bench->n_ended < bench->n_all) {
                uint64_t wait = begin_due(bench);
                struct timespec time = { .tv_sec = (time_t) (wait / 1000000), .tv_nsec = (long) (wait % 1000000) * 1000 };

                for (size_t i = 0; i < bench->n_connections; i++)
                        fds[i] = (struct pollfd) { .fd = bench->connections[i].fd, .events = POLLIN };
                if (ppoll(fds, (nfds_t) bench->n_connections, wait == UINT64_MAX ? NULL : &time, NULL) < 0 && errno != EINTR)
                        die("poll: %s", strerror(errno));
                for (size_t i = 0; i < bench->n_connections; i++)
                        if (fds[i].revents && bench->connections[i].with)
                                converse(bench, &bench->connections[i]);
                        else if (fds[i].revents)
                                die("the server closed an idle connection");
        }
}

static void read_conversations(Bench *bench) {
        char *line = NULL;
        size_t n_allocated = 0;
        ssize_t n;

        while ((n = getline(&line, &n_allocated, stdin)) > 0) {
                if (line[n - 1] == '\n')
                        line[n - 1] = '\0';
                bench->all = reallocarray(bench->all, bench->n_all + 1, sizeof(Conversation));
                if (!bench->all)
                        die("out of memory");
                bench->all[bench->n_all++] = (Conversation) { .at = line };
                line = NULL;
                n_allocated = 0;
        }
        free(line);
}

static void connect_all(Bench *bench) {
        for (size_t i = 0; i < bench->n_connections; i++) {
                int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

                if (fd < 0 || connect(fd, (const struct sockaddr *) &bench->address, sizeof(bench->address)) < 0)
                        die("connect: %s", strerror(errno));
                (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
                bench->connections[i] = (Connection) { .fd = fd };
        }
}

static void print_cost(const Bench *bench) {
        struct rusage used;
        double cpu, wall = (double) (now_us() - bench->began_at) / 1e6;

        (void) getrusage(RUSAGE_SELF, &used);
        cpu = (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
        printf("{\"n\":%zu,\"wall_s\":%.6f,\"cpu_s\":%.6f,\"latest_us\":%" PRIu64 "}\n", bench->n_all, wall, cpu, bench->latest_us);
}

int main(int argc, char **argv) {
        static Bench bench;
        char *colon;

        if (argc != 4 || !(colon = strrchr(argv[1], ':')))
                die("usage: bench-converse HOST:PORT CONNECTIONS RATE");
        bench.host = argv[1];
        bench.address = (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons((uint16_t) atoi(colon + 1)) };
        bench.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bench.n_connections = strtoul(argv[2], NULL, 10);
        bench.rate = strtod(argv[3], NULL);
        if (bench.n_connections < 1 || bench.n_connections > CONNECTIONS_MAX)
                die("1 to %d connections", CONNECTIONS_MAX);

        read_conversations(&bench);
        connect_all(&bench);
        run(&bench);
        for (size_t i = 0; i < bench.n_all; i++)
                printf("%s\n", bench.all[i].answers.n > 0 ? bench.all[i].answers.bytes : "");
        print_cost(&bench);
        return 0;
}
