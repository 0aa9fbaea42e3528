#include "ctl-query.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "magikal/strbuf.h"

/* What is asked of the database itself, so that it works without the daemon. */

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

/* ---- flows, requeue ------------------------------------------------------------------------------------------------------------ */

typedef struct Flows {
        FlowId flow;
        QueueState queue;
        int n_rows;
        StrBuf table;
} Flows;

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
        Flows *f = q->userdata;

        if (outcome == 0 && n_flows > 0)
                strbuf_appendf(&f->table, "\n%-10s %-18s %20s  %-8s %8s %8s %5s %6s  %s\n", "flow", "kind", "guild", "state", "age", "next try",
                               "tries", "deaths", "why");
        for (size_t i = 0; outcome == 0 && i < n_flows; i++)
                append_flow(&f->table, &flows[i]);
        query_finished(q, outcome);
}

static void on_queue(int outcome, const QueueState *state, void *userdata) {
        Query *q = userdata;
        Flows *f = q->userdata;

        if (outcome == 0)
                f->queue = *state;
        outcome = outcome == 0 ? store_flows_listed(q->store, on_listed, q) : outcome;
        if (outcome != 0)
                query_finished(q, outcome);
}

static int send_queue(Query *q) {
        return store_queue_state(q->store, on_queue, q);
}

int ctl_flows(const CtlOptions *options, _unused_ char *const args[]) {
        _cleanup_(config_freep) Config *config = NULL;
        Flows flows = {};
        Query q = { .send = send_queue, .userdata = &flows };
        int status;

        status = ctl_config(options, &config);
        if (status == 0)
                status = query_run(config, &q, NULL);
        if (status == 0 && flows.table.error != 0)
                status = EX_OSERR;
        if (status == 0)
                (void) printf("%d waiting, %d running, %d given up\n%s", flows.queue.n_ready, flows.queue.n_running, flows.queue.n_dead,
                              strbuf_text(&flows.table));
        strbuf_done(&flows.table);
        return status;
}

static void on_requeued(int outcome, int n_rows, void *userdata) {
        Query *q = userdata;

        ((Flows *) q->userdata)->n_rows = n_rows;
        query_finished(q, outcome);
}

static int send_requeue(Query *q) {
        return store_requeue(q->store, ((Flows *) q->userdata)->flow, on_requeued, q);
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
        Flows flows = {};
        Query q = { .send = send_requeue, .userdata = &flows };
        int status;

        if (parse_flow(args[0], &flows.flow) < 0) {
                (void) fprintf(stderr, "magikalctl: %s: a flow is a number, or F- and a number\n", args[0]);
                return EX_USAGE;
        }
        if ((status = ctl_config(options, &config)) != 0 || (status = query_run(config, &q, NULL)) != 0)
                return status;
        if (flows.n_rows == 0) {
                (void) fprintf(stderr,
                               "magikalctl: flow %" PRIu64
                               " neither was given up nor waits, or what it needs has been erased since\n",
                               flows.flow.v);
                return EX_DATAERR;
        }
        (void) printf("Flow %" PRIu64 " goes on where it stood.\n", flows.flow.v);
        (void) ctl_ask(config, "resume", &answer,
                       NULL); /* without a daemon it goes on when one starts; that was said */
        return 0;
}
