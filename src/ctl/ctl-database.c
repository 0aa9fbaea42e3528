#include "ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "magikal/store.h"
#include "magikal/strbuf.h"

/* What is asked of the database itself, so that it works without the daemon. */

#define DATABASE_TIMEOUT (10 * USEC_PER_SEC)

/* ---- migrate, keygen -------------------------------------------------------------------------------------------------------- */

int ctl_migrate(const CtlOptions *options, _unused_ char *const args[]) {
        _cleanup_(config_freep) Config *config = NULL;
        _free_ char *why = NULL;
        bool only_check;
        int status, r;

        status = ctl_config(options, &config);
        if (status != 0)
                return status;
        only_check = options->check || !config->migrate_dsn;
        r = store_migrate(config->migrate_dsn ? config->migrate_dsn : config->dsn, only_check, &why);
        if (r < 0) {
                (void) fprintf(stderr, "magikalctl: %s\n", why ? why : strerror(-r));
                return r == -EPROTO || r == -EINVAL ? EX_CONFIG : EX_UNAVAILABLE;
        }
        if (only_check)
                (void) puts("The schema is up to date.");
        return 0;
}

int ctl_keygen(_unused_ const CtlOptions *options, char *const args[]) {
        int r = keys_generate_file(args[0]);

        if (r < 0) {
                (void) fprintf(stderr, "magikalctl: %s: %s\n", args[0],
                               r == -EEXIST ? "there is a file already, and a key in use is not overwritten"
                                            : strerror(-r));
                return EX_CANTCREAT;
        }
        (void) printf("%s is written. Keep a copy apart from the database's backups.\n", args[0]);
        return 0;
}

/* ---- one statement ------------------------------------------------------------------------------------------------------------ */

typedef struct Query {
        sd_event *event;
        Store *store;
        FlowId flow;
        int (*send)(struct Query *query);
        bool is_sent;
        int outcome;
        QueueState queue;
        int n_rows;
        StrBuf table;
} Query;

static void finished(Query *q, int outcome) {
        q->outcome = outcome;
        (void) sd_event_exit(q->event, 0);
}

static void on_state(bool is_connected, void *userdata) {
        Query *q = userdata;
        int r;

        if (!is_connected || q->is_sent)
                return;
        q->is_sent = true;
        r = q->send(q);
        if (r < 0)
                finished(q, r);
}

static int on_timeout(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        finished(userdata, -ETIMEDOUT);
        return 0;
}

static int run_loop(Query *q, const char *dsn) {
        char owner[32];
        int r;

        (void) snprintf(owner, sizeof(owner), "ctl::%d", (int) getpid());
        r = sd_event_new(&q->event);
        if (r < 0)
                return r;
        r = store_new(q->event, &(StoreConfig) { .dsn = dsn, .name = "magikalctl", .owner = owner }, &q->store);
        if (r < 0)
                return r;
        store_on_state(q->store, on_state, q);
        r = sd_event_add_time(q->event, NULL, CLOCK_BOOTTIME, clock_boottime() + DATABASE_TIMEOUT, 1, on_timeout, q);
        if (r < 0)
                return r;
        r = sd_event_loop(q->event);
        return r < 0 ? r : q->outcome;
}

/*
 * Runs the query against the database of the settings; an exit status after a line when it did not work. The schema is looked at first:
 * that says at once and in words what a connection of the store would try again until the time is over.
 */
static int run_query(const Config *config, Query *q) {
        _free_ char *why = NULL;
        int r = store_check_schema(config->dsn, &why);

        if (r < 0) {
                (void) fprintf(stderr, "magikalctl: %s\n", why ? why : strerror(-r));
                return r == -EPROTO || r == -EINVAL ? EX_CONFIG : EX_UNAVAILABLE;
        }
        r = run_loop(q, config->dsn);
        q->store = store_free(q->store);
        q->event = sd_event_unref(q->event);
        if (r == 0)
                return 0;
        (void) fprintf(stderr, "magikalctl: the database did not answer%s\n",
                       r == -ETIMEDOUT      ? " within ten seconds"
                       : r == STORE_REFUSED ? " as expected; see its log"
                                            : "");
        return r == STORE_REFUSED ? EX_SOFTWARE : EX_UNAVAILABLE;
}

/* ---- flows, requeue ------------------------------------------------------------------------------------------------------------ */

static const char *state_word(const char *state) {
        return streq_ptr(state, "dead") ? "given up" : streq_ptr(state, "ready") ? "waiting" : state ? state : "";
}

static void append_flow(StrBuf *out, const FlowListed *f) {
        char name[24], age[CTL_DURATION_MAX], next[CTL_DURATION_MAX] = "";

        (void) snprintf(name, sizeof(name), "F-%" PRIu64, f->id.v);
        (void) ctl_duration((int64_t) (f->age / USEC_PER_MSEC), age);
        if (f->next_try > 0)
                (void) ctl_duration((int64_t) (f->next_try / USEC_PER_MSEC), next);
        strbuf_appendf(out, "%-10s %-18s %20" PRIu64 "  %-8s %8s %8s %5d %6d  %s\n", name, f->kind ? f->kind : "", f->guild.v,
                       state_word(f->state), age, next, f->attempt, f->crashes, f->last_error ? f->last_error : "");
}

static void on_listed(int outcome, const FlowListed *flows, size_t n_flows, void *userdata) {
        Query *q = userdata;

        if (outcome == 0 && n_flows > 0)
                strbuf_appendf(&q->table, "\n%-10s %-18s %20s  %-8s %8s %8s %5s %6s  %s\n", "flow", "kind", "guild", "state", "age", "next try",
                               "tries", "deaths", "why");
        for (size_t i = 0; outcome == 0 && i < n_flows; i++)
                append_flow(&q->table, &flows[i]);
        finished(q, outcome);
}

static void on_queue(int outcome, const QueueState *state, void *userdata) {
        Query *q = userdata;

        if (outcome == 0)
                q->queue = *state;
        outcome = outcome == 0 ? store_flows_listed(q->store, on_listed, q) : outcome;
        if (outcome != 0)
                finished(q, outcome);
}

static int send_queue(Query *q) {
        return store_queue_state(q->store, on_queue, q);
}

int ctl_flows(const CtlOptions *options, _unused_ char *const args[]) {
        _cleanup_(config_freep) Config *config = NULL;
        Query q = { .send = send_queue };
        int status;

        if ((status = ctl_config(options, &config)) != 0 || (status = run_query(config, &q)) != 0)
                return status;
        if (q.table.error != 0) {
                strbuf_done(&q.table);
                return EX_OSERR;
        }
        (void) printf("%d waiting, %d running, %d given up\n%s", q.queue.n_ready, q.queue.n_running, q.queue.n_dead,
                      strbuf_text(&q.table));
        strbuf_done(&q.table);
        return 0;
}

static void on_requeued(int outcome, int n_rows, void *userdata) {
        Query *q = userdata;

        q->n_rows = n_rows;
        finished(q, outcome);
}

static int send_requeue(Query *q) {
        return store_requeue(q->store, q->flow, on_requeued, q);
}

/* "123", or "F-123" as people are told. */
static int parse_flow(const char *text, FlowId *ret) {
        char *end;

        if (strncmp(text, "F-", 2) == 0)
                text += 2;
        if (text[0] < '0' || text[0] > '9')
                return -EINVAL;
        errno = 0;
        ret->v = strtoull(text, &end, 10);
        return errno != 0 || *end != '\0' || ret->v == 0 ? -EINVAL : 0;
}

int ctl_requeue(const CtlOptions *options, char *const args[]) {
        _cleanup_(config_freep) Config *config = NULL;
        _json_ Json *answer = NULL;
        Query q = { .send = send_requeue };
        int status;

        if (parse_flow(args[0], &q.flow) < 0) {
                (void) fprintf(stderr, "magikalctl: %s: a flow is a number, or F- and a number\n", args[0]);
                return EX_USAGE;
        }
        if ((status = ctl_config(options, &config)) != 0 || (status = run_query(config, &q)) != 0)
                return status;
        if (q.n_rows == 0) {
                (void) fprintf(stderr,
                               "magikalctl: flow %" PRIu64
                               " neither was given up nor waits, or what it needs has been erased since\n",
                               q.flow.v);
                return EX_DATAERR;
        }
        (void) printf("Flow %" PRIu64 " goes on where it stood.\n", q.flow.v);
        (void) ctl_ask(config, "resume", &answer,
                       NULL); /* without a daemon it goes on when one starts; that was said */
        return 0;
}
