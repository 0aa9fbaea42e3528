/*
 * bench-sandbox: the most trivial bot, and the person who presses its button, in one program that does as little as it can.
 *
 *      bench-sandbox HOST:PORT TOKEN SECONDS WINDOW BATCH CHANNEL MESSAGE CUSTOM_ID
 *
 * A round trip: the button is pressed by POST /sandbox/act, INTERACTION_CREATE comes over the gateway's WebSocket, the callback is posted,
 * and its 204 has come back. WINDOW of them are under way at any time; BATCH presses go in one call of the control interface (1: one call
 * each). Everything is sent ahead over kept connections, so that the figure belongs to the server. One line of JSON comes out.
 *
 * Presses go over one connection and are dispatched in their order, so the n-th event belongs to the n-th press: no table is needed here.
 * Any answer but the expected one ends the program with a sentence.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

#define N_ANSWERING 4                   /* connections over which callbacks go */
#define WINDOW_MAX 4096U                /* a power of two: rings of this size wrap by themselves */
#define SAMPLES_MAX 4000000U            /* of latency; what comes after is counted and not sampled */
#define WARM_UP_US 500000

typedef struct Text {
        char *bytes;
        size_t n, n_allocated;
} Text;

typedef struct Stream {
        int fd;
        Text in, out;
        uint64_t asked[WINDOW_MAX];     /* presses whose callback is under way, in order */
        size_t n_asked, n_answered;
} Stream;

typedef struct Bench {
        const char *host;
        struct sockaddr_in address;
        size_t window, batch;
        Text press;                     /* one action as JSON */
        Stream gateway, acting, answering[N_ANSWERING];
        uint64_t pressed_at[WINDOW_MAX];
        size_t n_pressed, n_heard, n_done;
        uint32_t *samples;
        size_t n_samples;
        bool is_ready, is_counted;
} Bench;

_Noreturn __attribute__((format(printf, 1, 2))) static void die(const char *format, ...) {
        va_list list;

        va_start(list, format);
        fprintf(stderr, "bench-sandbox: ");
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

static void text_reserve(Text *t, size_t n) {
        if (t->n + n + 1 <= t->n_allocated)
                return;
        t->n_allocated = (t->n + n + 1) * 2;
        t->bytes = realloc(t->bytes, t->n_allocated);
        if (!t->bytes)
                die("out of memory");
}

static void text_append(Text *t, const char *bytes, size_t n) {
        text_reserve(t, n);
        memcpy(t->bytes + t->n, bytes, n);
        t->n += n;
        t->bytes[t->n] = '\0';
}

__attribute__((format(printf, 2, 3))) static void text_format(Text *t, const char *format, ...) {
        va_list list;
        int n;

        text_reserve(t, 4096);
        va_start(list, format);
        n = vsnprintf(t->bytes + t->n, 4096, format, list);
        va_end(list);
        if (n < 0 || n >= 4096)
                die("a request is too long");
        t->n += (size_t) n;
}

static void text_drop_front(Text *t, size_t n) {
        memmove(t->bytes, t->bytes + n, t->n - n);
        t->n -= n;
        t->bytes[t->n] = '\0';
}

/* ---- sockets ------------------------------------------------------------------------------------------------------------------ */

static void stream_open(const Bench *bench, Stream *s) {
        int on = 1;

        s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (s->fd < 0 || connect(s->fd, (const struct sockaddr *) &bench->address, sizeof(bench->address)) < 0)
                die("connect: %s", strerror(errno));
        (void) setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void stream_flush(Stream *s) {
        ssize_t n;

        if (s->out.n == 0)
                return;
        n = send(s->fd, s->out.bytes, s->out.n, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN)
                die("send: %s", strerror(errno));
        if (n > 0)
                text_drop_front(&s->out, (size_t) n);
}

static void stream_read(Stream *s) {
        ssize_t n;

        text_reserve(&s->in, 256 * 1024);
        n = recv(s->fd, s->in.bytes + s->in.n, 256 * 1024, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN))
                die("the connection broke: %s", n < 0 ? strerror(errno) : "end of file");
        if (n > 0)
                s->in.n += (size_t) n;
        s->in.bytes[s->in.n] = '\0';
}

/* Length of the whole HTTP answer at `at`, 0 when there is more to come. */
static size_t answer_at(const char *at, const char *end, const char **ret_body) {
        const char *head_end = strstr(at, "\r\n\r\n"), *length;
        size_t n = 0;

        if (!head_end)
                return 0;
        length = strcasestr(at, "\r\ncontent-length:");
        if (length && length < head_end)
                n = strtoull(length + strlen("\r\ncontent-length:"), NULL, 10);
        *ret_body = head_end + 4;
        return (size_t) (end - *ret_body) >= n ? (size_t) (*ret_body - at) + n : 0;
}

/* ---- the person ------------------------------------------------------------------------------------------------------------------ */

static void press(Bench *bench, uint64_t now) {
        bool is_alone = bench->batch == 1;
        size_t n_body = is_alone ? bench->press.n : bench->batch * (bench->press.n + 1) + 1;

        while (bench->n_pressed - bench->n_done + bench->batch <= bench->window) {
                text_format(&bench->acting.out, "POST /sandbox/act HTTP/1.1\r\nHost: %s\r\nContent-Length: %zu\r\n\r\n%s", bench->host, n_body,
                            is_alone ? "" : "[");
                for (size_t i = 0; i < bench->batch; i++) {
                        if (i > 0)
                                text_append(&bench->acting.out, ",", 1);
                        text_append(&bench->acting.out, bench->press.bytes, bench->press.n);
                        bench->pressed_at[bench->n_pressed++ % WINDOW_MAX] = now;
                }
                if (!is_alone)
                        text_append(&bench->acting.out, "]", 1);
        }
}

static void hear_of_presses(Bench *bench) {
        Stream *s = &bench->acting;
        const char *body;
        size_t at = 0, n;

        stream_read(s);
        while (at < s->in.n && (n = answer_at(s->in.bytes + at, s->in.bytes + s->in.n, &body)) > 0) {
                if (strncmp(s->in.bytes + at, "HTTP/1.1 200", 12) != 0 || strncmp(body, "[{\"status", 9) == 0)
                        die("a press was refused: %.300s", s->in.bytes + at);
                at += n;
        }
        text_drop_front(&s->in, at);
}

/* ---- the bot --------------------------------------------------------------------------------------------------------------------- */

static const char answer_body[] = "{\"type\":4,\"data\":{\"content\":\"pong\",\"flags\":64}}";

/* id and token of the event, which the frame holds in the order they are written. */
static void answer(Bench *bench, const char *frame) {
        Stream *s = &bench->answering[bench->n_heard % N_ANSWERING];
        const char *id = strstr(frame, "\"d\":{\"id\":\""), *token = id ? strstr(id, "\"token\":\"") : NULL;

        if (!token)
                die("an event without a token: %.200s", frame);
        id += strlen("\"d\":{\"id\":\"");
        token += strlen("\"token\":\"");
        text_format(&s->out, "POST /api/v10/interactions/%.*s/%.*s/callback HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                    (int) strcspn(id, "\""), id, (int) strcspn(token, "\""), token, bench->host, sizeof(answer_body) - 1, answer_body);
        s->asked[s->n_asked++ % WINDOW_MAX] = bench->n_heard++;
}

static void hear_of_answers(Bench *bench, Stream *s) {
        uint64_t now;
        const char *body;
        size_t at = 0, n;

        stream_read(s);
        now = now_us();
        while (at < s->in.n && (n = answer_at(s->in.bytes + at, s->in.bytes + s->in.n, &body)) > 0) {
                uint64_t press_number = s->asked[s->n_answered++ % WINDOW_MAX];

                if (strncmp(s->in.bytes + at, "HTTP/1.1 204", 12) != 0)
                        die("an answer was refused: %.300s", s->in.bytes + at);
                if (bench->is_counted && bench->n_samples < SAMPLES_MAX)
                        bench->samples[bench->n_samples++] = (uint32_t) (now - bench->pressed_at[press_number % WINDOW_MAX]);
                bench->n_done++;
                at += n;
        }
        text_drop_front(&s->in, at);
}

/* ---- the gateway (RFC 6455; what a server sends is not masked) --------------------------------------------------------------------- */

static void gateway_send(Bench *bench, const char *text) {
        size_t n = strlen(text);
        const unsigned char head[] = { 0x81, 0x80 | 126, (unsigned char) (n >> 8), (unsigned char) n, 0, 0, 0, 0 };

        text_append(&bench->gateway.out, (const char *) head, sizeof(head));
        text_append(&bench->gateway.out, text, n);
}

static void identify(Bench *bench, const char *token) {
        Text frame = {};

        text_format(&frame, "{\"op\":2,\"d\":{\"token\":\"%s\",\"intents\":0,\"properties\":{\"os\":\"linux\",\"browser\":\"bench\",\"device\":\"bench\"}}}%*s", token, 126, "");
        gateway_send(bench, frame.bytes);
        free(frame.bytes);
}

/* Length of the whole frame at `at`, 0 when there is more to come. */
static size_t frame_at(const unsigned char *at, size_t n, size_t *ret_head) {
        size_t n_head = 2, n_payload;

        if (n < 10)
                return 0;
        n_payload = at[1] & 127;
        if (n_payload == 126) {
                n_head = 4;
                n_payload = (size_t) at[2] << 8 | at[3];
        } else if (n_payload == 127) {
                n_head = 10;
                n_payload = 0;
                for (size_t i = 2; i < 10; i++)
                        n_payload = n_payload << 8 | at[i];
        }
        *ret_head = n_head;
        return n >= n_head + n_payload ? n_head + n_payload : 0;
}

static void take_event(Bench *bench, char *frame, size_t n) {
        char behind = frame[n];

        frame[n] = '\0';
        if (strncmp(frame, "{\"t\":\"INTERACTION_CREATE\"", 25) == 0)
                answer(bench, frame);
        else if (strncmp(frame, "{\"t\":\"READY\"", 12) == 0)
                bench->is_ready = true;
        frame[n] = behind;
}

static void hear_events(Bench *bench) {
        Text *in = &bench->gateway.in;
        size_t at = 0, n, n_head;

        stream_read(&bench->gateway);
        while ((n = frame_at((const unsigned char *) in->bytes + at, in->n - at, &n_head)) > 0) {
                if ((in->bytes[at] & 15) != 1)
                        die("the gateway closed the connection");
                take_event(bench, in->bytes + at + n_head, n - n_head);
                at += n;
        }
        text_drop_front(in, at);
}

static void gateway_open(Bench *bench, const char *token) {
        Stream *s = &bench->gateway;
        const char *end;

        stream_open(bench, s);
        text_format(&s->out, "GET /?v=10&encoding=json HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", bench->host);
        stream_flush(s);
        do {
                (void) poll(&(struct pollfd) { .fd = s->fd, .events = POLLIN }, 1, -1);
                stream_read(s);
        } while (!(end = strstr(s->in.bytes, "\r\n\r\n")));
        if (strncmp(s->in.bytes, "HTTP/1.1 101", 12) != 0)
                die("no WebSocket: %.100s", s->in.bytes);
        text_drop_front(&s->in, (size_t) (end + 4 - s->in.bytes));
        identify(bench, token);
}

/* ---- the run ------------------------------------------------------------------------------------------------------------------------ */

/* One look at every socket. */
static void turn(Bench *bench) {
        Stream *streams[2 + N_ANSWERING] = { &bench->gateway, &bench->acting };
        struct pollfd fds[2 + N_ANSWERING];

        for (size_t i = 0; i < N_ANSWERING; i++)
                streams[2 + i] = &bench->answering[i];
        for (size_t i = 0; i < 2 + N_ANSWERING; i++) {
                stream_flush(streams[i]);
                fds[i] = (struct pollfd) { .fd = streams[i]->fd, .events = (short) (POLLIN | (streams[i]->out.n > 0 ? POLLOUT : 0)) };
        }
        if (poll(fds, 2 + N_ANSWERING, 5000) <= 0)
                die("nothing came for five seconds");
        if (fds[0].revents & (POLLIN | POLLHUP))
                hear_events(bench);
        if (fds[1].revents & (POLLIN | POLLHUP))
                hear_of_presses(bench);
        for (size_t i = 0; i < N_ANSWERING; i++)
                if (fds[2 + i].revents & (POLLIN | POLLHUP))
                        hear_of_answers(bench, &bench->answering[i]);
}

static void run_for(Bench *bench, uint64_t usec) {
        for (uint64_t now = now_us(), end = now + usec; now < end; now = now_us()) {
                press(bench, now);
                turn(bench);
        }
}

static int by_value(const void *a, const void *b) {
        uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;

        return (x > y) - (x < y);
}

static double own_cpu_s(void) {
        struct rusage used;

        (void) getrusage(RUSAGE_SELF, &used);
        return (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* "counting" is said when the warm-up is over and "counted" when the time is, so that whoever listens can read the server's clock. */
static void measure(Bench *bench, double seconds) {
        uint64_t began;
        size_t n_before;
        double wall, cpu;

        run_for(bench, WARM_UP_US);
        bench->is_counted = true;
        n_before = bench->n_done;
        cpu = own_cpu_s();
        printf("counting\n");
        fflush(stdout);
        began = now_us();
        run_for(bench, (uint64_t) (seconds * 1e6));
        wall = (double) (now_us() - began) / 1e6;
        cpu = own_cpu_s() - cpu;
        printf("counted\n");
        fflush(stdout);

        qsort(bench->samples, bench->n_samples, sizeof(uint32_t), by_value);
        printf("{\"n\":%zu,\"wall_s\":%.6f,\"cpu_s\":%.6f,\"p50_us\":%u,\"p99_us\":%u}\n", bench->n_done - n_before, wall, cpu,
               bench->n_samples ? bench->samples[bench->n_samples / 2] : 0, bench->n_samples ? bench->samples[bench->n_samples * 99 / 100] : 0);
}

int main(int argc, char **argv) {
        static Bench bench;
        char *colon;

        if (argc != 9 || !(colon = strrchr(argv[1], ':')))
                die("usage: bench-sandbox HOST:PORT TOKEN SECONDS WINDOW BATCH CHANNEL MESSAGE CUSTOM_ID");
        bench.host = argv[1];
        bench.address = (struct sockaddr_in) { .sin_family = AF_INET, .sin_port = htons((uint16_t) atoi(colon + 1)) };
        bench.address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bench.window = strtoul(argv[4], NULL, 10);
        bench.batch = strtoul(argv[5], NULL, 10);
        if (bench.batch < 1 || bench.window < bench.batch || bench.window > WINDOW_MAX)
                die("BATCH is at least 1, WINDOW at least BATCH and at most %u", WINDOW_MAX);
        text_format(&bench.press, "{\"as\":\"700000000000000001\",\"action\":\"press\",\"channel\":\"%s\",\"message\":\"%s\",\"custom_id\":\"%s\"}", argv[6], argv[7], argv[8]);
        bench.samples = calloc(SAMPLES_MAX, sizeof(uint32_t));
        if (!bench.samples)
                die("out of memory");

        gateway_open(&bench, argv[2]);
        stream_open(&bench, &bench.acting);
        for (size_t i = 0; i < N_ANSWERING; i++)
                stream_open(&bench, &bench.answering[i]);
        while (!bench.is_ready)
                turn(&bench);
        measure(&bench, strtod(argv[3], NULL));
        return 0;
}
