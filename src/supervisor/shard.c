#include "shard.h"

#include <errno.h>
#include <sys/random.h>

#include "magikal/fault.h"
#include "magikal/gateway-conn.h"
#include "magikal/log.h"

/*
 * Glue between three things that do not know each other: gateway.h decides, gateway-conn.h carries, store.h remembers. What is saved is
 * the low-water mark, never the highest number seen, so a crash of this process makes Discord say again what could have been lost.
 */

#define SAVE_EVERY USEC_PER_SEC
#define SAVE_EVENTS 100
#define TAKE_AGAIN (5 * USEC_PER_SEC)           /* the lease is somebody else's */
#define RETRY USEC_PER_SEC                      /* the database did not answer */
#define STOP_MAX (2 * USEC_PER_SEC)
/* The session machine cuts a connection without acks within one interval; this is for when it does not. */
#define ACK_GRACE (10 * USEC_PER_SEC)
#define CLOSING_POLL (10 * USEC_PER_MSEC)

struct Shard {
        sd_event *event;
        ShardConfig config;
        const ShardOps *ops;
        void *userdata;

        uint64_t epoch;
        bool is_leased, is_elsewhere, is_taking;
        Gateway *gateway;
        GatewayConn *conn;
        int64_t highest;                        /* seen in this session; -1: none */

        bool is_saving;
        bool is_last_save; /* begun after the stop was asked for: what came before may lack the last words */
        unsigned n_unsaved;                     /* dispatches since the last save began */
        bool is_asking_identify;

        sd_event_source *take_timer, *save_timer, *gateway_timer, *identify_timer, *broken_source, *stop_timer;
        bool is_stopping, is_saved, is_closed;
        Usec stop_until;
        void (*stopped)(void *userdata);
        void *stopped_userdata;
};

/* ---- timers ---------------------------------------------------------------------------------------------------------------- */

static int set_timer(Shard *s, sd_event_source **source, Usec due, sd_event_time_handler_t handler) {
        int r;

        if (!*source)
                return sd_event_add_time(s->event, source, CLOCK_BOOTTIME, due, 1, handler, s);
        r = sd_event_source_set_time(*source, due);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(*source, SD_EVENT_ONESHOT);
}

static void set_timer_in(Shard *s, sd_event_source **source, Usec wait, sd_event_time_handler_t handler) {
        int r = set_timer(s, source, clock_boottime() + wait, handler);

        if (r < 0)
                log_event(LOG_ERR, "shard.timer_failed", "A timer could not be set; the shard stands still.",
                          LOG_ERRNO(r), LOG_I64("shard", s->config.shard));
}

/* ---- low-water mark -------------------------------------------------------------------------------------------------------- */

void shard_settled(Shard *shard) {
        if (shard->gateway && shard->highest >= 0)
                gateway_set_low_water(
                        shard->gateway,
                        shard->ops->low_water(shard->config.shard, shard->highest, shard->userdata));
}

/* ---- saving ---------------------------------------------------------------------------------------------------------------- */

static void lease_lost(Shard *s);
static void stop_step(Shard *s);
static int on_save_timer(sd_event_source *source, uint64_t usec, void *userdata);

static void on_saved(int outcome, _unused_ const StoreReply *reply, void *userdata) {
        Shard *s = userdata;

        s->is_saving = false;
        (void) FAULT("supervisor/after-seq-save");
        if (outcome == STORE_LEASE_LOST) {
                lease_lost(s);
                return;
        }
        if (s->is_stopping) {
                s->is_saved = outcome == 0 && s->is_last_save;
                if (s->is_saved)
                        stop_step(s);
                return;         /* else the stop's own timer tries again */
        }
        set_timer_in(s, &s->save_timer, SAVE_EVERY, on_save_timer);
}

static void save(Shard *s) {
        GatewaySession session = { .low_water = -1 };
        bool has_session;
        int r;

        if (!s->is_leased || s->is_saving || !s->gateway)
                return;
        shard_settled(s);
        has_session = gateway_session(s->gateway, &session);
        (void) FAULT("supervisor/before-seq-save");
        s->n_unsaved = 0;
        s->is_last_save = s->is_stopping;
        r = store_shard_save(
                s->config.store, s->config.shard, s->epoch, has_session ? session.session_id : NULL,
                has_session ? session.resume_url : NULL, has_session ? session.low_water : -1, on_saved, s);
        if (r < 0) {
                set_timer_in(s, &s->save_timer, RETRY, on_save_timer);
                return;
        }
        s->is_saving = true;
}

static int on_save_timer(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        save(userdata);
        return 0;
}

/* ---- what the gateway wants ------------------------------------------------------------------------------------------------ */

/* The gateway may not be called from inside its own operations, so a failure there is told from the loop. */
static int on_broken(sd_event_source *source, void *userdata) {
        Shard *s = userdata;

        (void) sd_event_source_set_enabled(source, SD_EVENT_OFF);
        if (s->gateway)
                gateway_closed(s->gateway, 0, clock_boottime());
        return 0;
}

static void tell_broken(Shard *s) {
        if (s->broken_source)
                (void) sd_event_source_set_enabled(s->broken_source, SD_EVENT_ONESHOT);
        else
                (void) sd_event_add_defer(s->event, &s->broken_source, on_broken, s);
}

static void on_connect(const char *url, void *userdata) {
        Shard *s = userdata;
        int r = gateway_conn_connect(s->conn, url);

        if (r < 0) {
                log_event(LOG_WARNING, "gateway.connect_failed", "The gateway's address could not be used.",
                          LOG_ERRNO(r), LOG_I64("shard", s->config.shard));
                tell_broken(s);
        }
}

static void on_send(const char *frame, size_t n_bytes, void *userdata) {
        Shard *s = userdata;

        if (gateway_conn_send(s->conn, frame, n_bytes) < 0) {
                gateway_conn_close(s->conn, 0);
                tell_broken(s);
        }
}

static void on_close(int code, void *userdata) {
        gateway_conn_close(((Shard *) userdata)->conn, code);
}

static int on_gateway_timer(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Shard *s = userdata;

        if (s->gateway)
                gateway_timer(s->gateway, clock_boottime());
        return 0;
}

static void on_set_timer(Usec due, void *userdata) {
        Shard *s = userdata;

        if (due == USEC_INFINITY) {
                if (s->gateway_timer)
                        (void) sd_event_source_set_enabled(s->gateway_timer, SD_EVENT_OFF);
                return;
        }
        if (set_timer(s, &s->gateway_timer, due, on_gateway_timer) < 0)
                tell_broken(s);
}

static void ask_identify(Shard *s);

static int on_identify_timer(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        ask_identify(userdata);
        return 0;
}

static void on_identify_answer(int outcome, Usec wait, void *userdata) {
        Shard *s = userdata;

        if (outcome != 0 || wait > 0) {
                if (outcome == 0)
                        log_event(LOG_NOTICE, "gateway.identify_waits",
                                  "A new session has to wait for its turn.",
                                  LOG_U64("wait_ms", wait / USEC_PER_MSEC),
                                  LOG_I64("shard", s->config.shard));
                set_timer_in(s, &s->identify_timer, outcome == 0 ? wait : RETRY, on_identify_timer);
                return;
        }
        s->is_asking_identify = false;
        if (s->gateway)
                gateway_identify_granted(s->gateway, clock_boottime());
}

/* The bucket: shards with the same remainder identify one after the other (Discord reference, "Sharding", max_concurrency). */
static void ask_identify(Shard *s) {
        int bucket = s->config.shard % s->config.max_concurrency;

        if (store_identify_take(s->config.store, bucket, s->config.identifies_per_day, on_identify_answer, s) < 0)
                set_timer_in(s, &s->identify_timer, RETRY, on_identify_timer);
}

static void on_identify_wanted(void *userdata) {
        Shard *s = userdata;

        if (s->is_asking_identify)
                return;
        s->is_asking_identify = true;
        ask_identify(s);
}

static void on_ready(const GatewaySession *session, bool is_new, void *userdata) {
        Shard *s = userdata;

        if (is_new) {
                s->highest = -1;
                s->ops->new_session(s->config.shard, s->userdata);
        } else if (s->highest < 0)
                s->highest = session->low_water;
        s->n_unsaved = SAVE_EVENTS;             /* with the dispatch that follows it is saved at once */
        s->ops->live(s->config.shard, is_new, s->userdata);
}

static void on_session_lost(void *userdata) {
        Shard *s = userdata;

        s->highest = -1;
        s->n_unsaved = SAVE_EVENTS;
        s->ops->new_session(s->config.shard, s->userdata);
}

static void on_dispatch(const GatewayDispatch *dispatch, void *userdata) {
        Shard *s = userdata;

        (void) FAULT("supervisor/after-receive");
        s->ops->dispatch(s->config.shard, dispatch, s->userdata);
        if (dispatch->seq > s->highest)
                s->highest = dispatch->seq;
        shard_settled(s);
        if (++s->n_unsaved >= SAVE_EVENTS)
                save(s);
}

static void on_fatal(int close_code, const char *sentence, void *userdata) {
        Shard *s = userdata;

        s->ops->fatal(s->config.shard, close_code, sentence, s->userdata);
}

static void on_note(int level, const char *event, const char *sentence, const char *what, int64_t number, void *userdata) {
        Shard *s = userdata;

        if (what)
                log_event(level, event, sentence, LOG_I64(what, number), LOG_I64("shard", s->config.shard));
        else
                log_event(level, event, sentence, LOG_I64("shard", s->config.shard));
}

static const GatewayOps gateway_ops = {
        .connect = on_connect,
        .send = on_send,
        .close = on_close,
        .set_timer = on_set_timer,
        .identify_wanted = on_identify_wanted,
        .ready = on_ready,
        .session_lost = on_session_lost,
        .dispatch = on_dispatch,
        .fatal = on_fatal,
        .note = on_note,
};

/* ---- what the socket says -------------------------------------------------------------------------------------------------- */

static void on_conn_connected(void *userdata) {
        Shard *s = userdata;

        if (s->gateway)
                gateway_connected(s->gateway, clock_boottime());
}

static void on_conn_text(const char *bytes, size_t n_bytes, void *userdata) {
        Shard *s = userdata;

        if (s->gateway)
                gateway_text(s->gateway, bytes, n_bytes, clock_boottime());
}

static void on_conn_binary(const void *bytes, size_t n_bytes, void *userdata) {
        Shard *s = userdata;

        if (s->gateway)
                gateway_binary(s->gateway, bytes, n_bytes, clock_boottime());
}

static void on_conn_closed(int code, const char *why, void *userdata) {
        Shard *s = userdata;

        /* what a code means is noted by the session machine */
        log_event(code == 0 ? LOG_NOTICE : LOG_DEBUG, "gateway.closed", "The gateway connection ended.",
                  LOG_I64("code", code), LOG_TEXT("why", why), LOG_I64("shard", s->config.shard));
        if (s->gateway)
                gateway_closed(s->gateway, code, clock_boottime());
}

static const GatewayConnOps conn_ops = {
        .connected = on_conn_connected,
        .text = on_conn_text,
        .binary = on_conn_binary,
        .closed = on_conn_closed,
};

/* ---- lease ----------------------------------------------------------------------------------------------------------------- */

static void take(Shard *s);

static int on_take_timer(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        take(userdata);
        return 0;
}

static int open_gateway(Shard *s, const ShardRow *row) {
        const GatewayConfig config = {
                .token = s->config.token,
                .shard = s->config.shard,
                .n_shards = s->config.n_shards,
                .intents = s->config.intents,
                .compress = s->config.compress,
                .url = s->config.url,
        };
        uint64_t seed;
        int r;

        if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
                seed = clock_boottime();
        r = gateway_new(&config, &gateway_ops, s, seed, &s->gateway);
        if (r < 0)
                return r;
        s->highest = -1;
        if (row->session_id && row->resume_url &&
            gateway_restore(s->gateway, row->session_id, row->resume_url, row->seq) == 0)
                s->highest = row->seq;
        gateway_start(s->gateway, clock_boottime());
        return 0;
}

static void on_taken(int outcome, const ShardRow *row, void *userdata) {
        Shard *s = userdata;
        int r;

        s->is_taking = false;
        if (s->is_stopping)
                return;
        s->is_elsewhere = outcome == 0 && !row->is_ours;
        if (outcome != 0 || !row->is_ours) {
                set_timer_in(s, &s->take_timer, outcome == 0 ? TAKE_AGAIN : RETRY, on_take_timer);
                return;
        }
        s->epoch = row->epoch;
        s->is_leased = true;
        r = open_gateway(s, row);
        if (r < 0) {
                log_event(LOG_ERR, "gateway.open_failed", "The gateway session could not be made.",
                          LOG_ERRNO(r), LOG_I64("shard", s->config.shard));
                s->is_leased = false;
                set_timer_in(s, &s->take_timer, TAKE_AGAIN, on_take_timer);
                return;
        }
        set_timer_in(s, &s->save_timer, SAVE_EVERY, on_save_timer);
}

static void take(Shard *s) {
        if (s->is_taking || s->is_leased || s->is_stopping)
                return;
        if (store_shard_take(s->config.store, s->config.shard, s->config.n_shards, s->config.owner_prefix,
                             on_taken, s) < 0) {
                set_timer_in(s, &s->take_timer, RETRY, on_take_timer);
                return;
        }
        s->is_taking = true;
}

/* Another host answers now; what it resumed must not be ended by us, and Discord has dropped our connection anyway. */
static void lease_lost(Shard *s) {
        log_event(LOG_WARNING, "shard.lease_lost", "Another process holds this shard now.",
                  LOG_I64("shard", s->config.shard));
        s->is_leased = false;
        s->is_elsewhere = true;
        gateway_stop(s->gateway, true);
        s->gateway = gateway_free(s->gateway);
        s->ops->new_session(s->config.shard, s->userdata);
        s->highest = -1;
        if (s->is_stopping) {
                s->is_saved = s->is_closed = true;
                stop_step(s);
                return;
        }
        set_timer_in(s, &s->take_timer, TAKE_AGAIN, on_take_timer);
}

/* ---- life ------------------------------------------------------------------------------------------------------------------ */

int shard_new(sd_event *event, const ShardConfig *config, const ShardOps *ops, void *userdata, Shard **ret_shard) {
        _cleanup_(shard_freep) Shard *s = new0(Shard, 1);
        int r;

        if (!s)
                return -ENOMEM;
        s->event = sd_event_ref(event);
        s->config = *config;
        s->ops = ops;
        s->userdata = userdata;
        s->highest = -1;

        r = gateway_conn_new(
                event, &(GatewayConnConfig) { .ca_file = config->ca_file, .user_agent = config->user_agent },
                &conn_ops, s, &s->conn);
        if (r < 0)
                return r;
        *ret_shard = TAKE(s);
        return 0;
}

Shard *shard_free(Shard *shard) {
        if (!shard)
                return NULL;
        sd_event_source_disable_unref(shard->take_timer);
        sd_event_source_disable_unref(shard->save_timer);
        sd_event_source_disable_unref(shard->gateway_timer);
        sd_event_source_disable_unref(shard->identify_timer);
        sd_event_source_disable_unref(shard->broken_source);
        sd_event_source_disable_unref(shard->stop_timer);
        gateway_free(shard->gateway);
        gateway_conn_free(shard->conn);
        sd_event_unref(shard->event);
        free(shard);
        return NULL;
}

void shard_start(Shard *shard) {
        take(shard);
}

static int on_stop_timer(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        stop_step(userdata);
        return 0;
}

/* Save, close, wait for the close frame to leave; each step may be overtaken by the deadline. */
static void stop_step(Shard *s) {
        bool is_late = clock_boottime() >= s->stop_until;

        if (!s->is_saved && !is_late && s->is_leased) {
                save(s);
                set_timer_in(s, &s->stop_timer, CLOSING_POLL, on_stop_timer);
                return;
        }
        if (!s->is_closed) {
                s->is_closed = true;
                if (s->gateway)
                        gateway_stop(s->gateway, true);
        }
        if (gateway_conn_is_closing(s->conn) && !is_late) {
                set_timer_in(s, &s->stop_timer, CLOSING_POLL, on_stop_timer);
                return;
        }
        if (s->stopped) {
                void (*stopped)(void *userdata) = TAKE(s->stopped);

                stopped(s->stopped_userdata);
        }
}

void shard_stop(Shard *shard, void (*done)(void *userdata), void *userdata) {
        shard->is_stopping = true;
        shard->stop_until = clock_boottime() + STOP_MAX;
        shard->stopped = done;
        shard->stopped_userdata = userdata;
        set_timer_in(shard, &shard->stop_timer, 0, on_stop_timer);
}

ShardState shard_state(const Shard *shard) {
        ShardState state = {
                .is_leased = shard->is_leased,
                .is_elsewhere = shard->is_elsewhere,
                .gateway = shard->is_leased ? "stopped" : shard->is_elsewhere ? "elsewhere" : "taking",
                .is_sane = true,
                .seq = -1,
                .low_water = -1,
        };
        GatewaySession session;
        GatewayStatus status;

        if (!shard->gateway)
                return state;
        gateway_status(shard->gateway, &status);
        state.gateway = status.state;
        state.is_live = status.is_live;
        state.is_sane = status.last_ack == 0 ||
                        clock_boottime() - status.last_ack < 2 * status.beat_interval + ACK_GRACE;
        state.round_trip = status.round_trip;
        state.seq = status.seq;
        state.n_messages = status.n_messages;
        state.n_reconnects = status.n_reconnects;
        state.n_resumes = status.n_resumes;
        state.n_identifies = status.n_identifies;
        if (gateway_session(shard->gateway, &session))
                state.low_water = session.low_water;
        return state;
}
