#include "ctl-query.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DATABASE_TIMEOUT (10 * USEC_PER_SEC)

void query_finished(Query *q, int outcome) {
        q->outcome = outcome;
        (void) sd_event_exit(q->event, 0);
}

void query_goes_on(Query *q) {
        (void) sd_event_source_set_time(q->timer, clock_boottime() + DATABASE_TIMEOUT);         /* fails only when it is over already */
}

static void on_state(bool is_connected, void *userdata) {
        Query *q = userdata;
        int r;

        if (!is_connected || q->is_sent)
                return;
        q->is_sent = true;
        r = q->send(q);
        if (r < 0)
                query_finished(q, r);
}

static int on_timeout(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        query_finished(userdata, -ETIMEDOUT);
        return 0;
}

static int run_loop(Query *q, const char *dsn, const Keys *keys) {
        char owner[32];
        int r;

        (void) snprintf(owner, sizeof(owner), "ctl::%d", (int) getpid());
        r = sd_event_new(&q->event);
        if (r < 0)
                return r;
        r = store_new(q->event, &(StoreConfig) { .dsn = dsn, .name = "magikalctl", .owner = owner, .keys = keys }, &q->store);
        if (r < 0)
                return r;
        store_on_state(q->store, on_state, q);
        r = sd_event_add_time(q->event, &q->timer, CLOCK_BOOTTIME, clock_boottime() + DATABASE_TIMEOUT, 1, on_timeout, q);
        if (r < 0)
                return r;
        r = sd_event_loop(q->event);
        return r < 0 ? r : q->outcome;
}

static int load_keys(const Config *config, Keys **ret_keys) {
        _free_ char *why = NULL;

        if (keys_load(config->lookup_key_file, config->seal_key_file, config->control_key_file, ret_keys, &why) == 0)
                return 0;
        (void) fprintf(stderr, "magikalctl: %s\n", why ? why : "the keys cannot be read");
        return EX_NOPERM;
}

/*
 * The schema is looked at first: that says at once and in words what a connection of the store would try again until the time is over.
 */
int query_run(const Config *config, Query *q, int *ret_outcome) {
        _cleanup_(keys_freep) Keys *keys = NULL;
        _free_ char *why = NULL;
        int r, status = q->has_keys ? load_keys(config, &keys) : 0;

        if (status != 0)
                return status;
        r = store_check_schema(config->dsn, &why);
        if (r < 0) {
                (void) fprintf(stderr, "magikalctl: %s\n", why ? why : strerror(-r));
                return r == -EPROTO || r == -EINVAL ? EX_CONFIG : EX_UNAVAILABLE;
        }
        r = run_loop(q, config->dsn, keys);
        q->store = store_free(q->store);
        sd_event_source_disable_unref(TAKE(q->timer));
        q->event = sd_event_unref(q->event);
        if (ret_outcome)
                *ret_outcome = r;
        if (r == 0 || (ret_outcome && r == STORE_CONFLICT))
                return 0;
        (void) fprintf(stderr, "magikalctl: the database did not answer%s\n",
                       r == -ETIMEDOUT      ? " within ten seconds"
                       : r == STORE_REFUSED ? " as expected; see its log"
                                            : "");
        return r == STORE_REFUSED ? EX_SOFTWARE : EX_UNAVAILABLE;
}
