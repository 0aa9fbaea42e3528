#include "ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "magikal/clock.h"
#include "magikal/ipc.h"

/*
 * magikalctl watch: asks the daemon again and again what presses do, and prints it, for people grouped by press, or as it is, one JSON
 * object a line. The daemon keeps the newest events only while somebody asks; what was missed is said. When it goes away, that is said too,
 * and waited for. Ends by SIGINT, SIGTERM, or when nobody reads any more.
 */

#define ASK_TIMEOUT_MS 1000
#define PAUSE_MS 200            /* watch.h counts on five questions a second */
#define PAUSE_AWAY_MS 500
#define PRESSES_MAX 64          /* remembered for grouping; of older ones a line stands alone */
#define EVENTS_MAX 256          /* of one answer (WATCH_ANSWER_MAX) */

/* What people see as one thing: what a press set going, or a flow that nobody pressed for. */
typedef struct Press {
        uint64_t interaction, flow;             /* 0: not known */
        uint64_t channel, message;              /* of the edit that it wanted last */
        int64_t began_us;
} Press;

typedef struct Watcher {
        StrBuf url;
        bool is_json, is_away, has_begun, is_over;
        int64_t life, last, n_lost;
        Press presses[PRESSES_MAX];
        unsigned n_presses;                     /* ever; the newest stands at (n_presses - 1) % PRESSES_MAX */
        const Press *shown;                     /* whose lines were printed last */
} Watcher;

static volatile sig_atomic_t has_signal;        /* the handler's only word */

static void on_signal(_unused_ int signal) {
        has_signal = 1;
}

/* ---- writing -------------------------------------------------------------------------------------------------------------------- */

/* A pipe that nobody reads any more is the usual end of it. */
static void write_line(Watcher *w, StrBuf *line) {
        const char *at = strbuf_text(line);
        size_t n_left = line->n_bytes + 1;

        strbuf_append_char(line, '\n');
        if (line->error != 0)
                return;
        at = strbuf_text(line);
        while (n_left > 0 && !w->is_over) {
                ssize_t n = write(STDOUT_FILENO, at, n_left);

                if (n < 0 && errno != EINTR)
                        w->is_over = true;
                else if (n > 0) {
                        at += n;
                        n_left -= (size_t) n;
                }
        }
}

/* Something of the watching itself. count 0: none. */
static void say(Watcher *w, const char *what, int64_t count, const char *sentence) {
        _json_writer_ JsonWriter json = {};
        _strbuf_ StrBuf line = {};
        _free_ char *text = NULL;

        if (!w->is_json) {
                w->shown = NULL;
                strbuf_append(&line, sentence);
                write_line(w, &line);
                return;
        }
        json_open(&json);
        json_i64(&json, "at_us", (int64_t) clock_realtime());
        json_string(&json, "what", what);
        if (count > 0)
                json_i64(&json, "count", count);
        json_close(&json);
        if (json_writer_finish(&json, &text) < 0)
                return;
        strbuf_append(&line, text);
        write_line(w, &line);
}

/* ---- reading an event ---------------------------------------------------------------------------------------------------------- */

static const char *text_of(const Json *event, const char *key) {
        const char *value = "";

        (void) json_get_string(event, key, &value);     /* absent: does not apply */
        return value;
}

static int64_t number_of(const Json *event, const char *key) {
        int64_t value = 0;

        (void) json_get_i64(event, key, &value);
        return value;
}

static uint64_t id_of(const Json *event, const char *key) {
        uint64_t value = 0;

        (void) json_get_u64(event, key, &value);
        return value;
}

/* ---- grouping -------------------------------------------------------------------------------------------------------------------- */

static Press *press_find(Watcher *w, const Json *event) {
        uint64_t interaction = id_of(event, "interaction"), flow = id_of(event, "flow"), channel = id_of(event, "channel");
        bool is_edit = streq(text_of(event, "what"), "edit");

        /* the newest first: a ticket's message is edited for one press after the other */
        for (unsigned i = w->n_presses; i > 0 && i + PRESSES_MAX > w->n_presses; i--) {
                Press *p = &w->presses[(i - 1) % PRESSES_MAX];

                if ((interaction && p->interaction == interaction) || (flow && p->flow == flow) ||
                    (is_edit && p->channel == channel && p->message == id_of(event, "message")))
                        return p;
        }
        return NULL;
}

/* NULL: it belongs to no press. */
static Press *press_of(Watcher *w, const Json *event) {
        uint64_t interaction = id_of(event, "interaction"), flow = id_of(event, "flow");
        bool is_new = interaction || streq(text_of(event, "what"), "taken");
        Press *p = press_find(w, event);

        if (!p && is_new) {
                p = &w->presses[w->n_presses++ % PRESSES_MAX];
                if (w->shown == p)
                        w->shown = NULL;
                *p = (Press) { .began_us = number_of(event, "at_us") - number_of(event, "took_us") };
        }
        if (!p)
                return NULL;
        p->interaction = interaction ? interaction : p->interaction;
        p->flow = flow ? flow : p->flow;
        if (streq(text_of(event, "what"), "wanted")) {
                p->channel = id_of(event, "channel");
                p->message = id_of(event, "message");
        }
        return p;
}

/* ---- for people -------------------------------------------------------------------------------------------------------------------- */

static void put_time(StrBuf *line, int64_t at_us) {
        time_t seconds = (time_t) (at_us / (int64_t) USEC_PER_SEC);
        char text[16];
        struct tm tm;

        if (!localtime_r(&seconds, &tm) || strftime(text, sizeof(text), "%H:%M:%S", &tm) == 0)
                return;
        strbuf_appendf(line, "%s.%03d", text, (int) (at_us % (int64_t) USEC_PER_SEC / (int64_t) USEC_PER_MSEC));
}

static void put_where(StrBuf *line, const Json *event) {
        if (number_of(event, "job") > 0)
                strbuf_appendf(line, " %" PRId64, number_of(event, "job"));
        if (id_of(event, "message") > 0)
                strbuf_appendf(line, " message %" PRIu64, id_of(event, "message"));
        if (id_of(event, "channel") > 0)
                strbuf_appendf(line, " %s %" PRIu64, id_of(event, "message") > 0 ? "in" : "topic of", id_of(event, "channel"));
        if (*text_of(event, "route"))
                strbuf_appendf(line, " %s %s", text_of(event, "method"), text_of(event, "route"));
        if (json_get(event, "shard"))
                strbuf_appendf(line, " by shard %" PRId64, number_of(event, "shard"));
}

/* "step channel: ok (why), 12.3 ms, worker 4711" */
static void put_event(StrBuf *line, const Json *event) {
        const char *separator = ": ";

        strbuf_append(line, text_of(event, "what"));
        if (*text_of(event, "name"))
                strbuf_appendf(line, " %s", text_of(event, "name"));
        put_where(line, event);
        if (id_of(event, "flow") > 0 && (streq(text_of(event, "what"), "accepted") || streq(text_of(event, "what"), "taken")))
                strbuf_appendf(line, " as flow %" PRIu64, id_of(event, "flow"));
        if (number_of(event, "status") > 0) {
                strbuf_appendf(line, "%s%" PRId64, separator, number_of(event, "status"));
                separator = ", ";
        }
        if (*text_of(event, "outcome")) {
                strbuf_appendf(line, "%s%s", separator, text_of(event, "outcome"));
                separator = ", ";
        }
        if (*text_of(event, "why"))
                strbuf_appendf(line, " (%s)", text_of(event, "why"));
        if (number_of(event, "took_us") > 0) {
                strbuf_appendf(line, "%s%.1f ms", separator, (double) number_of(event, "took_us") / (double) USEC_PER_MSEC);
                separator = ", ";
        }
        if (number_of(event, "pid") > 0)
                strbuf_appendf(line, "%s%s %" PRId64, separator, text_of(event, "role"), number_of(event, "pid"));
}

static void print_head(Watcher *w, const Press *p) {
        _strbuf_ StrBuf line = {};

        put_time(&line, p->began_us);
        if (p->interaction)
                strbuf_appendf(&line, "  press %" PRIu64, p->interaction);
        else
                strbuf_appendf(&line, "  flow %" PRIu64 ", which nobody pressed for", p->flow);
        write_line(w, &line);
}

static void print_event(Watcher *w, const Json *event) {
        const Press *p = press_of(w, event);
        _strbuf_ StrBuf line = {};

        if (p && p != w->shown)
                print_head(w, p);
        w->shown = p;
        if (p)
                strbuf_appendf(&line, "%+12.1f ms  ", (double) (number_of(event, "at_us") - p->began_us) / (double) USEC_PER_MSEC);
        else {
                put_time(&line, number_of(event, "at_us"));
                strbuf_append(&line, "  ");
        }
        put_event(&line, event);
        write_line(w, &line);
}

/* ---- asking ------------------------------------------------------------------------------------------------------------------------ */

static int ask(const Watcher *w, Json **ret_answer) {
        _json_writer_ JsonWriter json = {};
        _free_ char *question = NULL, *text = NULL;
        int r;

        json_open(&json);
        json_string(&json, "ask", "watch");
        if (w->has_begun) {
                json_i64(&json, "life", w->life);
                json_i64(&json, "after", w->last);
        }
        json_close(&json);
        r = json_writer_finish(&json, &question);
        if (r >= 0)
                r = control_ask(strbuf_text(&w->url), question, ASK_TIMEOUT_MS, &text);
        return r < 0 ? r : json_parse(text, strlen(text), ret_answer);
}

/* As it came. A number is always a whole one, and cJSON would print some of these with an exponent. */
static int render(const Json *event, char **ret_text) {
        _json_writer_ JsonWriter json = {};
        int64_t number;

        json_open(&json);
        JSON_FOREACH(member, event)
                if (json_to_i64(member, &number) == 0)
                        json_i64(&json, json_key(member), number);
                else
                        json_string(&json, json_key(member), json_text(member));
        json_close(&json);
        return json_writer_finish(&json, ret_text);
}

static int compare_times(const void *a, const void *b) {
        int64_t x = number_of(*(const Json *const *) a, "at_us"), y = number_of(*(const Json *const *) b, "at_us");
        int64_t n = number_of(*(const Json *const *) a, "n"), m = number_of(*(const Json *const *) b, "n");

        return x != y ? (x > y) - (x < y) : (n > m) - (n < m);
}

/* Children tell in packets, so the ring's order is not quite that of time. */
static void print_events(Watcher *w, const Json *events) {
        const Json *sorted[EVENTS_MAX];
        size_t n = 0;

        JSON_FOREACH(event, events)
                if (n < ELEMENTSOF(sorted))
                        sorted[n++] = event;
        qsort(sorted, n, sizeof(sorted[0]), compare_times);
        for (size_t i = 0; i < n; i++) {
                _strbuf_ StrBuf line = {};
                _free_ char *text = NULL;

                if (!w->is_json) {
                        print_event(w, sorted[i]);
                        continue;
                }
                if (render(sorted[i], &text) < 0)
                        continue;       /* no memory: one line less */
                strbuf_append(&line, text);
                write_line(w, &line);
        }
}

static void use_answer(Watcher *w, const Json *answer) {
        int64_t life = number_of(answer, "life"), n_gone;

        if (!w->has_begun)
                say(w, "watching", 0, "Watching; Ctrl-C ends it.");
        else if (life != w->life) {
                w->n_lost = 0;
                say(w, "restarted", 0, "The daemon was started anew.");
        } else if (w->is_away)
                say(w, "back", 0, "The daemon answers again.");
        n_gone = number_of(answer, "missed") + (w->has_begun ? number_of(answer, "lost") - w->n_lost : 0);
        w->is_away = false;
        w->has_begun = true;
        w->life = life;
        w->last = number_of(answer, "last");
        w->n_lost = number_of(answer, "lost");
        if (n_gone > 0)
                say(w, "missed", n_gone, "Some events are missing here.");
        print_events(w, json_get(answer, "events"));
}

/* Until the time is over, a signal comes, or nobody reads any more. */
static void rest(Watcher *w, int ms) {
        struct pollfd out = { .fd = STDOUT_FILENO };
        struct timespec pause = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
        sigset_t none;

        (void) sigemptyset(&none);
        if (ppoll(&out, 1, &pause, &none) > 0 && (out.revents & (POLLERR | POLLHUP | POLLNVAL)))
                w->is_over = true;
}

static int watch(Watcher *w) {
        while (!has_signal && !w->is_over) {
                _json_ Json *answer = NULL;
                bool has_more = false;
                int r = ask(w, &answer);

                if (r == -EPERM || r == -EACCES)
                        return ctl_cannot_ask(r);
                if (r < 0) {
                        if (!w->is_away)
                                say(w, "away", 0, "The daemon does not answer; waiting for it.");
                        w->is_away = true;
                } else if (*text_of(answer, "error")) {
                        (void) fprintf(stderr, "magikalctl: %s\n", text_of(answer, "error"));
                        return EX_PROTOCOL;
                } else {
                        use_answer(w, answer);
                        (void) json_get_bool(answer, "more", &has_more);
                }
                if (!has_more)
                        rest(w, w->is_away ? PAUSE_AWAY_MS : PAUSE_MS);
        }
        return 0;
}

/* Signals come only while resting, so that no line is cut and no question left open. */
static void take_signals(void) {
        struct sigaction action = { .sa_handler = on_signal };
        static const int signals[] = { SIGINT, SIGTERM };
        sigset_t blocked;

        (void) sigemptyset(&blocked);
        for (size_t i = 0; i < ELEMENTSOF(signals); i++) {
                (void) sigaddset(&blocked, signals[i]);
                (void) sigaction(signals[i], &action, NULL);
        }
        (void) sigprocmask(SIG_BLOCK, &blocked, NULL);
        (void) signal(SIGPIPE, SIG_IGN);
}

int ctl_watch(const CtlOptions *options, _unused_ char *const args[]) {
        _cleanup_(config_freep) Config *config = NULL;
        Watcher w = { .is_json = options->json };
        int status;

        status = ctl_config(options, &config);
        if (status != 0)
                return status;
        strbuf_appendf(&w.url, "ipc://%s/control", config->runtime_dir);
        if (w.url.error == 0) {
                take_signals();
                status = watch(&w);
        } else
                status = EX_OSERR;
        strbuf_done(&w.url);
        return status;
}
