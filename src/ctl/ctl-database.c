#include "ctl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "magikal/store.h"

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
                return r == -EPROTO ? EX_CONFIG : EX_UNAVAILABLE;
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

/* Runs the query against the database of the settings; an exit status after a line when it did not work. */
static int run_query(const Config *config, Query *q) {
        int r = run_loop(q, config->dsn);

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

static void on_queue(int outcome, const QueueState *state, void *userdata) {
        Query *q = userdata;

        if (outcome == 0)
                q->queue = *state;
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
        (void) printf("waiting   %d\nrunning   %d\ngiven up  %d\n", q.queue.n_ready, q.queue.n_running,
                      q.queue.n_dead);
        if (q.queue.n_ready > 0)
                (void) printf("the oldest has waited %" PRIu64 " ms\n", q.queue.oldest_ready / USEC_PER_MSEC);
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
