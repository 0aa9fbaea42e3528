/*
 * The gateway session fed with anything: lines of the input are events, the first character says which.
 *
 *   T…  a text frame            B…  bytes of a binary frame      C<code>  the connection ended      > connected
 *   t<seconds>  time passes     g   IDENTIFY granted             w<seq>   low-water mark            s stop and start again
 *
 * What must hold whatever comes: frames that leave fit Discord's limit, what a dispatch points at lies inside its frame, and the
 * session never sends before it is connected.
 */

#include <stdint.h>
#include <stdlib.h>

#include "magikal/gateway.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);

typedef struct World {
        Gateway *g;
        Usec now;
        bool is_connecting, is_open;
        const char *line;
        size_t n_line;
} World;

static void must(bool what) {
        if (!what)
                abort();
}

static void on_connect(const char *url, void *userdata) {
        World *w = userdata;

        must(strncmp(url, "wss://", 6) == 0 && strstr(url, "v=10&encoding=json"));
        w->is_connecting = true;
        w->is_open = false;
}

static void on_send(const char *frame, size_t n_bytes, void *userdata) {
        must(((World *) userdata)->is_open && n_bytes <= GATEWAY_FRAME_MAX && frame[0] == '{' && frame[n_bytes - 1] == '}');
}

static void on_close(int code, void *userdata) {
        World *w = userdata;

        must(code == 0 || code == GATEWAY_CLOSE_RESUME || code == GATEWAY_CLOSE_END);
        must(w->is_open || w->is_connecting);
        w->is_open = w->is_connecting = false;
}

static void on_set_timer(Usec due, void *userdata) {
        (void) due;
        (void) userdata;
}

static void on_nothing(void *userdata) {
        (void) userdata;
}

static void on_ready(const GatewaySession *session, bool is_new, void *userdata) {
        (void) is_new;
        must(((World *) userdata)->is_open && session->session_id[0] != '\0' && strncmp(session->resume_url, "ws", 2) == 0);
}

static void on_dispatch(const GatewayDispatch *d, void *userdata) {
        must(((World *) userdata)->is_open && d->seq >= 0 && d->event[0] != '\0' && d->n_bytes > 0);
        if (d->data.type != SKIM_MISSING)
                must(d->data.text >= d->frame && d->data.text + d->data.n_bytes <= d->frame + d->n_bytes);
}

static void on_fatal(int code, const char *sentence, void *userdata) {
        (void) userdata;
        must(code >= 4004 && code <= 4014 && sentence[0] != '\0');
}

static const GatewayOps ops = {
        .connect = on_connect,
        .send = on_send,
        .close = on_close,
        .set_timer = on_set_timer,
        .identify_wanted = on_nothing,
        .ready = on_ready,
        .session_lost = on_nothing,
        .dispatch = on_dispatch,
        .fatal = on_fatal,
};

static long number_of(const World *w) {
        char text[12] = {};

        memcpy(text, w->line + 1, MIN(w->n_line - 1, sizeof(text) - 1));
        return strtol(text, NULL, 10);
}

static void play(World *w) {
        switch (w->line[0]) {
        case 'T':
                if (w->is_open)
                        gateway_text(w->g, w->line + 1, w->n_line - 1, w->now);
                break;
        case 'B':
                if (w->is_open)
                        gateway_binary(w->g, w->line + 1, w->n_line - 1, w->now);
                break;
        case 'C':
                if (!w->is_open && !w->is_connecting)
                        break;
                w->is_open = w->is_connecting = false;
                gateway_closed(w->g, (int) number_of(w), w->now);
                break;
        case '>':
                if (!w->is_connecting)
                        break;
                w->is_connecting = false;
                w->is_open = true;
                gateway_connected(w->g, w->now);
                break;
        case 't':
                w->now += (Usec) labs(number_of(w) % 100000) * USEC_PER_SEC;
                gateway_timer(w->g, w->now);
                break;
        case 'g':
                gateway_identify_granted(w->g, w->now);
                break;
        case 'w':
                gateway_set_low_water(w->g, number_of(w));
                break;
        case 's':
                gateway_stop(w->g, w->n_line > 1);
                w->is_open = w->is_connecting = false;
                gateway_start(w->g, w->now);
                break;
        }
}

/* The skimmer alone, on exactly these bytes. */
static void skim(const char *text, size_t n_bytes) {
        static const char *const keys[] = { "id", "content", "author" };
        _free_ char *copy = malloc(n_bytes > 0 ? n_bytes : 1);
        SkimValue values[ELEMENTSOF(keys)];
        SkimEnvelope e;
        char plain[16];
        uint64_t id;

        if (!copy)
                return;
        copy_bytes(copy, text, n_bytes);
        (void) skim_envelope(copy, n_bytes, &e);
        if (skim_object(copy, n_bytes, keys, values, ELEMENTSOF(keys)) < 0)
                return;
        for (size_t i = 0; i < ELEMENTSOF(keys); i++) {
                (void) skim_to_u64(&values[i], &id);
                (void) skim_begins_with(&values[i], "!");
                (void) skim_copy_plain(&values[i], plain, sizeof(plain));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes) {
        static Secret *token;           /* guarded pages are dear: one for all runs */
        const char *p = (const char *) bytes, *end = p + n_bytes;
        World w = { .now = USEC_PER_SEC };
        GatewayConfig config = { .n_shards = 1, .intents = 1, .url = "wss://g.example" };

        if (!token && secret_new("t", &token) < 0)
                abort();
        config.token = token;
        config.compress = n_bytes > 0 && bytes[0] == 'z';
        if (gateway_new(&config, &ops, &w, n_bytes, &w.g) < 0)
                abort();
        gateway_start(w.g, w.now);

        while (p < end) {
                const char *newline = memchr(p, '\n', (size_t) (end - p));

                w.line = p;
                w.n_line = (size_t) ((newline ? newline : end) - p);
                if (w.n_line > 0) {
                        skim(w.line + 1, w.n_line - 1);
                        play(&w);
                }
                p += w.n_line + 1;
        }
        gateway_free(w.g);
        return 0;
}
