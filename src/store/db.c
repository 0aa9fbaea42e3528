/*
 * Connections to PostgreSQL in pipeline mode: connecting, preparing, sending batches, matching results, time limits. Knows no statement.
 *
 *   DOWN ──retry time──▶ CONNECTING ──▶ PREPARING (all statements, one Sync) ──▶ READY
 *    ▲                        │              │                                     │
 *    └────── lost, too slow, refused: everything in flight becomes STORE_UNKNOWN ──┘
 *
 * Invariant: batches in `sent` are in the order of the server's answers. A batch is committed only when the answer to its Sync has
 * arrived: the answers to its statements come before the commit. One Sync makes one implicit transaction (libpq manual 34.5,
 * "Pipeline Mode"; PostgreSQL protocol, "Pipelining").
 *
 * Name resolution is libpq's and blocks; give addresses or a unix socket.
 */

#include "db.h"

#include <errno.h>
#include <sys/epoll.h>

#include "magikal/clock.h"
#include "magikal/log.h"

#include "dsn.h"

#define RETRY_FIRST (250 * USEC_PER_MSEC)
#define RETRY_MAX (5 * USEC_PER_SEC)
#define CONNECT_MAX (3 * USEC_PER_SEC)
#define PREPARE_MAX (5 * USEC_PER_SEC)
#define SCRUB_EVERY (20 * USEC_PER_SEC)
#define SCRUB_LEAST (16 * 1024)         /* what libpq's buffers begin with (fe-connect.c, makeEmptyPGconn) */
#define SCRUB_MOST (1024 * 1024)
#define N_SENT_MAX 64           /* what is in flight cannot be called back, what waits can */

typedef enum LaneState {
        LANE_DOWN,
        LANE_CONNECTING,
        LANE_PREPARING,
        LANE_READY,
} LaneState;

typedef struct Lane {
        Store *store;
        const struct LaneKind *kind;
        PGconn *conn;
        LaneState state;
        bool is_broken;         /* found while sending: taken down by the timer, because no `done` may run inside of a call */
        sd_event_source *io, *timer;

        Batch *waiting, **waiting_end;
        Batch *sent, **sent_end;
        size_t n_sent;

        Usec armed_for;         /* USEC_INFINITY: the timer is off */
        Usec since;             /* of CONNECTING, PREPARING; of the first in flight being the first */
        Usec retry_at, retry_delay;
        unsigned i_host;        /* of a list in the DSN: where the next attempt begins */
        size_t n_prepared;
        int prepare_outcome;

        size_t n_written, n_read;       /* bytes through libpq's buffers since they were overwritten */
} Lane;

static const struct LaneKind {
        const char *options;
        Usec unsent_max;        /* a batch that could not be sent → STORE_LATER */
        Usec total_max;         /* a batch that was sent, since it was given to us */
        Usec first_max;         /* since it is the server's turn to answer this one */
} lane_kinds[] = {
        [STORE_FRONT] = {
                "-c statement_timeout=2s -c lock_timeout=1s",
                2 * USEC_PER_SEC, 2300 * USEC_PER_MSEC, 2300 * USEC_PER_MSEC,
        },
        [STORE_FLOW] = {
                "-c statement_timeout=5s -c lock_timeout=2s",
                5 * USEC_PER_SEC, 15 * USEC_PER_SEC, 7 * USEC_PER_SEC,
        },
};
#define SESSION_OPTIONS \
        "-c idle_in_transaction_session_timeout=5s -c synchronous_commit=on -c bytea_output=hex -c client_min_messages=error"

struct Store {
        sd_event *event;
        Dsn dsn;
        char *name, *owner;
        const Keys *keys;
        sd_event_source *scrub_timer;
        bool is_complained;     /* one line for each outage, not for each attempt or lane */
        Lane lanes[2];
        bool has_front;
        void (*changed)(bool is_connected, void *userdata);
        void *changed_userdata;
};

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata);
static int on_timer(sd_event_source *source, uint64_t usec, void *userdata);

/* ---- queues ---------------------------------------------------------------------------------------------------------------- */

static void queue_append(Batch ***end, Batch *b) {
        b->next = NULL;
        **end = b;
        *end = &b->next;
}

static Batch *queue_take(Batch **first, Batch ***end) {
        Batch *b = *first;

        if (b) {
                *first = b->next;
                if (!*first)
                        *end = first;
                b->next = NULL;
        }
        return b;
}

static void batch_end(Batch *take_batch, int outcome) {
        take_batch->finish(take_batch, outcome);
        (void) batch_free(take_batch);
}

/* ---- time ------------------------------------------------------------------------------------------------------------------ */

static Usec lane_next_time(const Lane *lane) {
        Usec next = USEC_INFINITY;

        if (lane->is_broken)
                return 0;
        if (lane->waiting)
                next = lane->waiting->queued_at + lane->kind->unsent_max;

        switch (lane->state) {
        case LANE_DOWN:
                return MIN(next, lane->retry_at);
        case LANE_CONNECTING:
                return MIN(next, lane->since + CONNECT_MAX);
        case LANE_PREPARING:
                return MIN(next, lane->since + PREPARE_MAX);
        case LANE_READY:
                if (lane->sent) {
                        next = MIN(next, lane->sent->queued_at + lane->kind->total_max);
                        next = MIN(next, lane->since + lane->kind->first_max);
                }
                return next;
        }
        return next;
}

/*
 * Times are clock_boottime()'s, which tests move; sd-event is told only how long to wait. A timer that is set too early is left
 * alone: it finds nothing to do and is set anew, which is cheaper than moving it with every batch.
 */
static void lane_arm(Lane *lane) {
        Usec next = lane_next_time(lane), now;

        if (next >= lane->armed_for)
                return;
        now = clock_boottime();
        lane->armed_for = next;
        (void) sd_event_source_set_time_relative(lane->timer, next > now ? next - now : 0);
        (void) sd_event_source_set_enabled(lane->timer, SD_EVENT_ONESHOT);
}

/* ---- going down -------------------------------------------------------------------------------------------------------------- */

static bool lane_is_watched(const Lane *lane) {
        return lane->kind == &lane_kinds[STORE_FLOW];
}

/* The first line of what libpq or the server said; the rest may quote values. */
static void lane_complain(Lane *lane, const char *what, const char *said) {
        _free_ char *line = strndup(said, strcspn(said, "\n"));
        bool was_ready = lane->state == LANE_READY;

        if (!lane->store->is_complained)
                log_event(LOG_WARNING, was_ready ? "database.lost" : "database.unreachable",
                          was_ready ? "The connection to the database is lost; it is tried again until it answers."
                                    : "The database does not answer; it is tried again until it does.",
                          LOG_TEXT("what", what), LOG_TEXT("said", line));
        lane->store->is_complained = true;
}

static void lane_disconnect(Lane *lane) {
        lane->io = sd_event_source_disable_unref(lane->io);     /* before libpq closes the descriptor under it */
        if (lane->conn)
                PQfinish(lane->conn);
        lane->conn = NULL;
}

static void lane_down(Lane *lane, const char *what) {
        bool was_ready = lane->state == LANE_READY;
        Batch *b, *lost = lane->sent;

        lane_complain(lane, what, lane->conn ? PQerrorMessage(lane->conn) : "");
        lane_disconnect(lane);
        lane->state = LANE_DOWN;
        lane->is_broken = false;
        lane->retry_delay = was_ready || lane->retry_delay == 0 ? RETRY_FIRST : MIN(lane->retry_delay * 2, RETRY_MAX);
        lane->retry_at = clock_boottime() + lane->retry_delay;
        lane->sent = NULL;
        lane->sent_end = &lane->sent;
        lane->n_sent = 0;

        if (was_ready && lane_is_watched(lane) && lane->store->changed)
                lane->store->changed(false, lane->store->changed_userdata);
        while ((b = lost)) {
                lost = b->next;
                /* a statement that failed has taken its transaction with it, whatever became of the connection afterwards */
                batch_end(b, b->outcome != 0 ? b->outcome : b->has_sync ? STORE_UNKNOWN : STORE_LATER);
        }
        lane_arm(lane);
}

/* ---- coming up --------------------------------------------------------------------------------------------------------------- */

static void ignore_notice(void *arg, const PGresult *result) {
        (void) arg;
        (void) result;
}

static void lane_watch(Lane *lane, uint32_t events) {
        if (lane->io) {
                (void) sd_event_source_set_io_events(lane->io, events);
                return;
        }
        if (sd_event_add_io(lane->store->event, &lane->io, PQsocket(lane->conn), events, on_io, lane) < 0)
                lane->is_broken = true;
}

static void lane_connect(Lane *lane) {
        Store *store = lane->store;
        _free_ char *options = NULL, *host = NULL, *hostaddr = NULL, *port = NULL;
        const char *keys[] = { "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count",
                               "tcp_user_timeout", "target_session_attrs", "dbname", "application_name", "client_encoding",
                               "options", "host", "hostaddr", "port", NULL };
        const char *values[ELEMENTSOF(keys)] = { "3", "1", "5", "2", "3", "5000", "read-write", store->dsn.text, store->name, "UTF8" };

        lane->since = clock_boottime();
        lane->state = LANE_CONNECTING;
        /* the user's options come last and win */
        if (asprintf(&options, "%s " SESSION_OPTIONS " %s", lane->kind->options, store->dsn.options) < 0)
                options = NULL;
        if (!options || list_rotate(store->dsn.host, lane->i_host, &host) < 0 ||
            list_rotate(store->dsn.hostaddr, lane->i_host, &hostaddr) < 0 || list_rotate(store->dsn.port, lane->i_host, &port) < 0)
                return lane_down(lane, "out of memory");
        values[10] = options;
        values[11] = host;      /* NULL: as if not named at all */
        values[12] = hostaddr;
        values[13] = port;

        lane->conn = PQconnectStartParams(keys, values, 1);     /* 1: dbname is expanded where it stands, later keys win */
        if (!lane->conn || PQstatus(lane->conn) == CONNECTION_BAD)
                return lane_down(lane, "connect");
        PQsetNoticeReceiver(lane->conn, ignore_notice, NULL);
        lane_watch(lane, EPOLLOUT);
        lane_arm(lane);
}

static void lane_flush(Lane *lane) {
        int r = PQflush(lane->conn);

        if (r < 0)
                lane->is_broken = true;
        else
                lane_watch(lane, r > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void lane_prepare(Lane *lane) {
        bool ok = PQsetnonblocking(lane->conn, 1) == 0 && PQenterPipelineMode(lane->conn) == 1;

        lane->state = LANE_PREPARING;
        lane->since = clock_boottime();
        lane->n_prepared = 0;
        lane->prepare_outcome = 0;
        for (size_t i = 0; ok && i < N_STATEMENTS; i++)
                ok = PQsendPrepare(lane->conn, statements[i].name, statements[i].text, 0, NULL) == 1;
        if (!ok || PQpipelineSync(lane->conn) != 1)
                return lane_down(lane, "prepare");
        lane_flush(lane);
        lane_arm(lane);
}

static void lane_poll_connect(Lane *lane) {
        PostgresPollingStatusType next;

        lane->io = sd_event_source_disable_unref(lane->io);     /* libpq may change descriptors at each call */
        next = PQconnectPoll(lane->conn);
        switch (next) {
        case PGRES_POLLING_OK:
                return lane_prepare(lane);
        case PGRES_POLLING_READING:
                return lane_watch(lane, EPOLLIN);
        case PGRES_POLLING_WRITING:
                return lane_watch(lane, EPOLLOUT);
        default:
                return lane_down(lane, "connect");
        }
}

/* ---- sending ----------------------------------------------------------------------------------------------------------------- */

static bool send_call(PGconn *conn, const Batch *b, const Call *call) {
        const char *values[32];
        int lengths[ELEMENTSOF(values)], formats[ELEMENTSOF(values)];

        if (call->n_values > ELEMENTSOF(values))
                return false;
        for (size_t i = 0; i < call->n_values; i++) {
                const Value *v = &b->values[call->first_value + i];

                values[i] = v->n_bytes < 0 ? NULL : b->data.text + v->offset;
                lengths[i] = MAX(v->n_bytes, 0);
                formats[i] = v->is_binary;
        }
        return PQsendQueryPrepared(conn, statements[call->id].name, (int) call->n_values, values, lengths, formats, 0) == 1;
}

static void lane_pump(Lane *lane) {
        bool is_sent = false;

        while (lane->state == LANE_READY && !lane->is_broken && lane->waiting && lane->n_sent < N_SENT_MAX) {
                Batch *b = queue_take(&lane->waiting, &lane->waiting_end);
                bool ok = true;

                if (!lane->sent)
                        lane->since = clock_boottime();
                queue_append(&lane->sent_end, b);
                lane->n_sent++;
                lane->n_written += b->data.n_bytes;
                for (size_t i = 0; ok && i < b->n_calls; i++)
                        ok = send_call(lane->conn, b, &b->calls[i]);
                if (ok)
                        b->has_sync = PQpipelineSync(lane->conn) == 1;
                lane->is_broken = !b->has_sync;
                is_sent = true;
        }
        if (is_sent && !lane->is_broken)
                lane_flush(lane);
        lane_arm(lane);
}

int batch_submit(Store *store, StoreLane which, Batch *take_batch, BatchFinish finish, AnyDone done, void *userdata) {
        Lane *lane = &store->lanes[which == STORE_FRONT && store->has_front ? STORE_FRONT : STORE_FLOW];
        int r;

        if (!take_batch)
                return -ENOMEM;
        if (take_batch->error < 0) {
                r = take_batch->error;
                (void) batch_free(take_batch);
                return r;
        }
        take_batch->finish = finish;
        take_batch->done = done;
        take_batch->userdata = userdata;
        take_batch->queued_at = clock_boottime();
        queue_append(&lane->waiting_end, take_batch);
        lane_pump(lane);
        return 0;
}

/* ---- answers ----------------------------------------------------------------------------------------------------------------- */

static void log_refused(const Batch *b, const char *statement, const PGresult *result) {
        const char *said = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

        log_event(LOG_ERR, "database.refused", "The database refused a statement; this is a defect of the program or of a row.",
                  LOG_TEXT("statement", statement), LOG_TEXT("sqlstate", b->sqlstate), LOG_TEXT("said", said),
                  LOG_TEXT("constraint", b->constraint));
}

static void batch_note_error(Batch *b, const PGresult *result) {
        const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const char *constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

        if (b->outcome != 0)
                return;
        b->outcome = sqlstate_outcome(sqlstate);
        if (sqlstate && strlen(sqlstate) < sizeof(b->sqlstate))
                strcpy(b->sqlstate, sqlstate);
        if (constraint)
                b->constraint = strdup(constraint);     /* NULL when out of memory: an unnamed conflict */

        /* All statements were answered, so this came from the commit, or instead of its answer: a shutdown says nothing about it */
        if (b->n_answered >= b->n_calls && b->outcome == STORE_LATER && strncmp(b->sqlstate, "57", 2) == 0)
                b->outcome = STORE_UNKNOWN;
        if (b->outcome == STORE_REFUSED)
                log_refused(b, b->n_answered < b->n_calls ? statements[b->calls[b->n_answered].id].name : "commit", result);
}

static void lane_take_result(Lane *lane, PGresult *take_result) {
        Batch *b = lane->sent;
        ExecStatusType status = PQresultStatus(take_result);

        switch (status) {
        case PGRES_PIPELINE_SYNC:
                PQclear(take_result);
                (void) queue_take(&lane->sent, &lane->sent_end);
                lane->n_sent--;
                lane->since = clock_boottime();
                if (strcmp(b->sqlstate, "25006") == 0)
                        lane->is_broken = true;         /* a standby now: the DSN may name the new primary */
                batch_end(b, b->outcome);
                return;
        case PGRES_TUPLES_OK:
        case PGRES_COMMAND_OK:
                lane->n_read += PQresultMemorySize(take_result);
                if (b->n_answered < b->n_calls) {
                        b->calls[b->n_answered++].result = take_result;
                        return;
                }
                break;
        case PGRES_PIPELINE_ABORTED:
                b->n_answered++;
                break;
        default:
                batch_note_error(b, take_result);
                if (b->n_answered >= b->n_calls)
                        lane->is_broken = true;         /* out of step with the server from here on */
                b->n_answered++;
                break;
        }
        PQclear(take_result);
}

static bool store_is_whole(const Store *store) {
        for (size_t i = 0; i < ELEMENTSOF(store->lanes); i++)
                if (store->lanes[i].kind && store->lanes[i].state != LANE_READY)
                        return false;
        return true;
}

static void lane_take_prepared(Lane *lane, PGresult *take_result) {
        ExecStatusType status = PQresultStatus(take_result);

        if (status == PGRES_FATAL_ERROR && lane->prepare_outcome == 0) {
                const char *said = PQresultErrorField(take_result, PG_DIAG_MESSAGE_PRIMARY);

                lane->prepare_outcome = sqlstate_outcome(PQresultErrorField(take_result, PG_DIAG_SQLSTATE));
                if (lane->prepare_outcome != STORE_REFUSED)
                        lane_complain(lane, "prepare", said ? said : PQresultErrorMessage(take_result));
                else if (!lane->store->is_complained && lane->n_prepared < N_STATEMENTS) {
                        log_event(LOG_ERR, "database.statement_refused",
                                  "A statement does not fit the schema; \"magikalctl migrate\" brings the schema up to date.",
                                  LOG_TEXT("statement", statements[lane->n_prepared].name), LOG_TEXT("said", said));
                        lane->store->is_complained = true;
                }
        }
        PQclear(take_result);
        if (status != PGRES_PIPELINE_SYNC) {
                lane->n_prepared++;
                return;
        }
        if (lane->prepare_outcome != 0)
                return lane_down(lane, "prepare");

        lane->state = LANE_READY;
        lane->retry_delay = 0;
        if (store_is_whole(lane->store)) {
                log_event(lane->store->is_complained ? LOG_NOTICE : LOG_DEBUG, "database.connected",
                          lane->store->is_complained ? "The database answers again." : "The database is connected.");
                lane->store->is_complained = false;
        }
        lane_pump(lane);
        if (lane_is_watched(lane) && lane->store->changed)
                lane->store->changed(true, lane->store->changed_userdata);
}

/* Every result that can be had without waiting. libpq puts a NULL behind each statement's results, none behind a Sync's. */
static void lane_read(Lane *lane) {
        int n_nulls = 0;

        while (!lane->is_broken && (lane->state == LANE_PREPARING || (lane->state == LANE_READY && lane->sent)) && !PQisBusy(lane->conn)) {
                PGresult *result = PQgetResult(lane->conn);

                if (!result) {
                        if (++n_nulls > 2)
                                lane->is_broken = true;         /* results are due and libpq knows of none */
                        continue;
                }
                n_nulls = 0;
                if (lane->state == LANE_PREPARING)
                        lane_take_prepared(lane, result);
                else
                        lane_take_result(lane, result);
        }
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Lane *lane = userdata;

        (void) source;
        (void) fd;
        if (lane->state == LANE_CONNECTING) {
                lane_poll_connect(lane);
                return 0;
        }
        if (events & ~(uint32_t) EPOLLOUT) {
                int r = PQconsumeInput(lane->conn);

                lane_read(lane);        /* what arrived before the connection broke still counts */
                if (r == 0 && lane->conn)
                        lane->is_broken = true;
        }
        if (lane->conn && !lane->is_broken && lane->state != LANE_CONNECTING)
                lane_flush(lane);
        if (lane->conn && (lane->is_broken || PQstatus(lane->conn) == CONNECTION_BAD))
                lane_down(lane, "lost");
        lane_pump(lane);
        return 0;
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Lane *lane = userdata;
        Usec now = clock_boottime();

        (void) source;
        (void) usec;
        lane->armed_for = USEC_INFINITY;
        while (lane->waiting && lane->waiting->queued_at + lane->kind->unsent_max <= now)
                batch_end(queue_take(&lane->waiting, &lane->waiting_end), STORE_LATER);

        if (lane->is_broken)
                lane_down(lane, "lost");
        else if (lane->state == LANE_DOWN && lane->retry_at <= now)
                lane_connect(lane);
        else if ((lane->state == LANE_CONNECTING || lane->state == LANE_PREPARING || lane->sent) && lane_next_time(lane) <= now) {
                lane->i_host += lane->state != LANE_READY;      /* deaf from the beginning: another host next time */
                lane_down(lane, "time-out");
        }
        lane_pump(lane);
        return 0;
}

/* ---- life ---------------------------------------------------------------------------------------------------------------------- */

static int lane_init(Lane *lane, Store *store, StoreLane which) {
        *lane = (Lane) { .store = store, .kind = &lane_kinds[which] };
        lane->waiting_end = &lane->waiting;
        lane->sent_end = &lane->sent;
        /* the first attempt is made by the loop, so that nothing happens inside of store_new(); armed_for is 0 until then */
        return sd_event_add_time_relative(store->event, &lane->timer, CLOCK_BOOTTIME, 0, 1, on_timer, lane);
}

/* ---- what libpq keeps ------------------------------------------------------------------------------------------------------------ */

/*
 * A connection's buffers grow with what passes through them and are never wiped: answers, notes and what finds a person would stay there as
 * long as nothing longer comes by. So something longer is sent by and by.
 */
static void scrubbed(Batch *b, int outcome) {
        Lane *lane = &b->store->lanes[b->context];
        const PGresult *result = batch_result(b, 0);

        if (outcome != 0)
                return;         /* the next time */
        lane->n_written -= MIN(lane->n_written, b->data.n_bytes);
        lane->n_read -= MIN(lane->n_read, result ? PQresultMemorySize(result) : 0);
}

static void lane_scrub(Store *store, StoreLane which) {
        Lane *lane = &store->lanes[which];
        size_t n_passed = MAX(lane->n_written, lane->n_read), n = MIN(n_passed + SCRUB_LEAST, (size_t) SCRUB_MOST);
        _free_ char *blanks = NULL;
        Batch *b;

        if (lane->state != LANE_READY || lane->n_written + lane->n_read == 0)
                return;
        blanks = malloc(n + 1);
        b = batch_new(store);
        if (!blanks || !b) {
                (void) batch_free(b);
                return;
        }
        memset(blanks, ' ', n);
        blanks[n] = '\0';
        b->context = which;
        lane->n_written = lane->n_read = 0;
        batch_call(b, SQL_SCRUB);
        batch_u64(b, n);
        batch_text(b, blanks);
        (void) batch_submit(store, which, b, scrubbed, NULL, NULL);
}

static int on_scrub(sd_event_source *source, uint64_t usec, void *userdata) {
        Store *store = userdata;

        (void) usec;
        lane_scrub(store, STORE_FLOW);
        if (store->has_front)
                lane_scrub(store, STORE_FRONT);
        (void) sd_event_source_set_time_relative(source, SCRUB_EVERY);
        return 0;
}

static void lane_done(Lane *lane) {
        lane_disconnect(lane);
        lane->timer = sd_event_source_disable_unref(lane->timer);
        while (lane->sent)
                (void) batch_free(queue_take(&lane->sent, &lane->sent_end));
        while (lane->waiting)
                (void) batch_free(queue_take(&lane->waiting, &lane->waiting_end));
}

int store_new(sd_event *event, const StoreConfig *config, Store **ret_store) {
        _cleanup_(store_freep) Store *store = NULL;
        int r;

        store = new0(Store, 1);
        if (!store)
                return -ENOMEM;
        store->event = sd_event_ref(event);
        store->keys = config->keys;
        store->has_front = config->has_front;
        store->name = strdup(config->name);
        store->owner = strdup(config->owner);
        if (!store->name || !store->owner)
                return -ENOMEM;
        r = dsn_init(&store->dsn, config->dsn);
        if (r < 0)
                return r;

        if ((r = lane_init(&store->lanes[STORE_FLOW], store, STORE_FLOW)) < 0 ||
            (store->has_front && (r = lane_init(&store->lanes[STORE_FRONT], store, STORE_FRONT)) < 0))
                return r;
        r = sd_event_add_time_relative(store->event, &store->scrub_timer, CLOCK_BOOTTIME, SCRUB_EVERY, USEC_PER_SEC, on_scrub, store);
        if (r < 0 || (r = sd_event_source_set_enabled(store->scrub_timer, SD_EVENT_ON)) < 0)
                return r;
        *ret_store = TAKE(store);
        return 0;
}

Store *store_free(Store *store) {
        if (!store)
                return NULL;
        for (size_t i = 0; i < ELEMENTSOF(store->lanes); i++)
                lane_done(&store->lanes[i]);
        sd_event_source_disable_unref(store->scrub_timer);
        store->event = sd_event_unref(store->event);
        dsn_done(&store->dsn);
        free(store->name);
        free(store->owner);
        free(store);
        return NULL;
}

bool store_is_connected(const Store *store) {
        return store->lanes[STORE_FLOW].state == LANE_READY && !store->lanes[STORE_FLOW].is_broken;
}

void store_on_state(Store *store, void (*changed)(bool is_connected, void *userdata), void *userdata) {
        store->changed = changed;
        store->changed_userdata = userdata;
}

const Keys *store_keys(const Store *store) {
        return store->keys;
}

const char *store_owner(const Store *store) {
        return store->owner;
}
