/*
 * Writes wishes into flow.edit as a flow would, for tests of the editor as a process:
 *
 *      want DSN KEYS-DIRECTORY GUILD CHANNEL MESSAGE N INTERVAL-MS BODY
 *
 * N bodies, one each INTERVAL-MS; "#" in BODY becomes 1 … N. MESSAGE 0 is the topic. No hint is sent: the editor looks by itself.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "magikal/store.h"

#define QUIET (750 * USEC_PER_MSEC)
#define MOST (3 * USEC_PER_SEC)

typedef struct Want {
        sd_event *event;
        Store *store;
        GuildId guild;
        ChannelId channel;
        MessageId message;
        const char *body;
        int n, n_max;
        Usec interval;
        bool is_begun;
} Want;

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata);

static void want_next(Want *w) {
        if (w->n >= w->n_max)
                (void) sd_event_exit(w->event, 0);
        else if (sd_event_add_time_relative(w->event, NULL, CLOCK_MONOTONIC, w->interval, 1, on_timer, w) < 0)
                (void) sd_event_exit(w->event, 1);
}

static void on_written(int outcome, const StoreReply *reply, void *userdata) {
        Want *w = userdata;

        if (outcome != 0) {
                fprintf(stderr, "want: outcome %d, SQLSTATE %s\n", outcome, reply->sqlstate ? reply->sqlstate : "-");
                (void) sd_event_exit(w->event, 1);
                return;
        }
        want_next(w);
}

static void want_one(Want *w) {
        _strbuf_ StrBuf body = {};
        Batch *b = batch_new(w->store);

        w->n++;
        for (const char *p = w->body; *p; p++)
                if (*p == '#')
                        strbuf_appendf(&body, "%d", w->n);
                else
                        strbuf_append_char(&body, *p);
        store_add_want(b, w->guild, w->channel, w->message, strbuf_text(&body), QUIET, MOST);
        if (batch_send(w->store, STORE_FLOW, b, on_written, w) < 0)
                (void) sd_event_exit(w->event, 1);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) usec;
        (void) sd_event_source_unref(source);
        want_one(userdata);
        return 0;
}

static void on_state(bool is_connected, void *userdata) {
        Want *w = userdata;

        if (is_connected && !w->is_begun) {
                w->is_begun = true;
                want_one(w);
        }
}

static int keys_of(const char *directory, Keys **ret_keys) {
        _free_ char *lookup = NULL, *seal = NULL, *control = NULL, *why = NULL;
        int r;

        if (asprintf(&lookup, "%s/lookup-key", directory) < 0 || asprintf(&seal, "%s/seal-key", directory) < 0 ||
            asprintf(&control, "%s/control-key", directory) < 0)
                return -ENOMEM;
        r = keys_load(lookup, seal, control, ret_keys, &why);
        if (r < 0)
                fprintf(stderr, "want: %s\n", why ? why : strerror(-r));
        return r;
}

int main(int argc, char *argv[]) {
        Keys *keys = NULL;
        Want w = {};
        int r = 1;

        if (argc != 9)
                return 2;
        if (keys_of(argv[2], &keys) < 0 || sd_event_default(&w.event) < 0)
                return 1;
        w.guild.v = strtoull(argv[3], NULL, 10);
        w.channel.v = strtoull(argv[4], NULL, 10);
        w.message.v = strtoull(argv[5], NULL, 10);
        w.n_max = atoi(argv[6]);
        w.interval = strtoull(argv[7], NULL, 10) * USEC_PER_MSEC;
        w.body = argv[8];
        if (store_new(w.event, &(StoreConfig) { .dsn = argv[1], .name = "want", .owner = "test:want:1", .keys = keys }, &w.store) == 0) {
                store_on_state(w.store, on_state, &w);
                r = sd_event_loop(w.event);
        }
        w.store = store_free(w.store);
        keys = keys_free(keys);
        w.event = sd_event_unref(w.event);
        return r != 0;
}
