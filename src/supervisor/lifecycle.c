#include "supervisor.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "magikal/fault.h"
#include "magikal/log.h"

/*
 * What the service manager sees (sd_notify(3)), and the three signals: SIGTERM and SIGINT drain, SIGHUP reloads.
 *
 * Drain: children take nothing new, finish the step they are in and give their flows back; what arrives meanwhile stays unanswered in the
 * job table and holds the saved sequence number, so that the successor hears it again. Then the session is saved and closed with 4000.
 */

#define DATABASE_SANE_FOR (30 * USEC_PER_SEC)   /* connected, and the last probe was answered not longer ago */
/* The unit's TimeoutStopSec, told again so that a shorter one does not cut the drain. */
#define STOP_TIMEOUT "25000000"

static bool all_shards_serve(const Supervisor *s) {
        if (s->n_shards == 0)
                return false;
        for (int i = 0; i < s->n_shards; i++) {
                ShardState state = shard_state(s->shards[i]);

                if (!state.is_live && !state.is_elsewhere)
                        return false;
        }
        return true;
}

bool lifecycle_is_serving(Supervisor *s) {
        unsigned n_min = MIN((unsigned) role_row(ROLE_WORKER)->n_min, children_n_wanted(s));

        return s->is_queue_known && s->facts.are_known && pool_count(s->pool, ROLE_WORKER, true) >= n_min &&
               pool_count(s->pool, ROLE_EDITOR, true) >= 1 && all_shards_serve(s);
}

/* ---- STATUS ---------------------------------------------------------------------------------------------------------------- */

static void describe_gateway(const Supervisor *s, StrBuf *out) {
        int n_live = 0;
        Usec round_trip = 0;
        const char *word = s->facts.are_known ? "waiting" : "asking Discord";

        for (int i = 0; i < s->n_shards; i++) {
                ShardState state = shard_state(s->shards[i]);

                n_live += state.is_live;
                round_trip = MAX(round_trip, state.round_trip);
                if (!state.is_live)
                        word = state.gateway;
        }
        if (s->n_shards == 0 || n_live < s->n_shards) {
                strbuf_appendf(out, "gateway %s", word);
                return;
        }
        strbuf_append(out, "gateway connected");
        if (round_trip >= USEC_PER_MSEC)
                strbuf_appendf(out, " %" PRIu64 " ms", round_trip / USEC_PER_MSEC);
}

static void make_status(Supervisor *s, StrBuf *out) {
        unsigned n_workers = pool_count(s->pool, ROLE_WORKER, true);

        if (s->is_draining) {
                strbuf_append(out, "stopping: children finish their steps");
                return;
        }
        strbuf_appendf(out, "%d guild%s, %u worker%s, ", s->n_guilds, s->n_guilds == 1 ? "" : "s", n_workers,
                       n_workers == 1 ? "" : "s");
        describe_gateway(s, out);
        if (!store_is_connected(s->store))
                strbuf_append(out, ", database away");
        else if (s->is_queue_known)
                strbuf_appendf(out, ", %d flow%s waiting", s->queue.n_ready, s->queue.n_ready == 1 ? "" : "s");
        if (s->queue.n_dead > 0)
                strbuf_appendf(out, ", %d given up", s->queue.n_dead);
}

static void tell_status(Supervisor *s) {
        _strbuf_ StrBuf text = {};
        char line[sizeof(s->status) + 8];

        make_status(s, &text);
        if (text.error != 0 || (s->is_status_told && streq(strbuf_text(&text), s->status)))
                return;
        (void) snprintf(s->status, sizeof(s->status), "%s", strbuf_text(&text));
        /* a manager that is behind gets the newest when it has caught up */
        s->is_status_told = !notify_is_pending(&s->notify);
        if (!s->is_status_told)
                return;
        (void) snprintf(line, sizeof(line), "STATUS=%s", s->status);
        notify_tell(&s->notify, line);
}

/* ---- WATCHDOG ---------------------------------------------------------------------------------------------------------------- */

/* A database that is known to be away, and a gateway that is known to be disconnected, are no reason to be restarted. */
static bool is_sane(const Supervisor *s, Usec now) {
        for (int i = 0; i < s->n_shards; i++)
                if (!shard_state(s->shards[i]).is_sane)
                        return false;
        return !store_is_connected(s->store) || !s->is_queue_known || now - s->queue_at < DATABASE_SANE_FOR;
}

static void feed_watchdog(Supervisor *s, Usec now) {
        if (s->watchdog_every == 0 || now < s->watchdog_at)
                return;
        if (!is_sane(s, now)) {
                log_event(LOG_WARNING, "supervisor.insane",
                          "Gateway or database does not answer; the watchdog is not fed.");
                s->watchdog_at = now + USEC_PER_SEC;
                return;
        }
        s->watchdog_at = now + s->watchdog_every;
        if (!notify_is_pending(&s->notify))
                notify_tell(&s->notify, "WATCHDOG=1");
}

/* ---- drain ------------------------------------------------------------------------------------------------------------------- */

static bool has_children(Supervisor *s) {
        POOL_FOREACH(child, s->pool)
                if (child->pid > 0)
                        return true;
        return false;
}

static int leave(Supervisor *s) {
        log_event(LOG_INFO, "supervisor.stopped", "Stopped: all children have left.",
                  LOG_I64("status", s->exit_status), LOG_U64("after_ms", (clock_boottime() - s->drained_at) / USEC_PER_MSEC));
        return sd_event_exit(s->event, s->exit_status);
}

static void on_shard_stopped(void *userdata) {
        Supervisor *s = userdata;

        if (--s->n_stopping == 0)
                (void) leave(s);
}

static int on_drain_timer(sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Supervisor *s = userdata;

        if (has_children(s)) {
                (void) sd_event_source_set_time(source, clock_boottime() + 20 * USEC_PER_MSEC);
                return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        }
        if (s->has_stopped_shards)
                return 0;
        s->has_stopped_shards = true;
        if (s->n_shards == 0)
                return leave(s);
        s->n_stopping = s->n_shards;
        for (int i = 0; i < s->n_shards; i++)
                shard_stop(s->shards[i], on_shard_stopped, s);
        return 0;
}

void lifecycle_drain(Supervisor *s, int status) {
        if (s->is_draining)
                return;
        s->is_draining = true;
        s->exit_status = status;
        s->drained_at = clock_boottime();
        log_event(LOG_INFO, "supervisor.stopping", "Stopping: children finish their steps.",
                  LOG_I64("status", status));
        notify_tell(&s->notify, "STOPPING=1\nEXTEND_TIMEOUT_USEC=" STOP_TIMEOUT);
        tell_status(s);
        children_leave(s);
        if (sd_event_add_time(s->event, &s->drain_timer, CLOCK_BOOTTIME, 0, 1, on_drain_timer, s) < 0)
                (void) sd_event_exit(s->event, status);
}

static int on_terminate(_unused_ sd_event_source *source, _unused_ const struct signalfd_siginfo *si,
                        void *userdata) {
        lifecycle_drain(userdata, 0);
        return 0;
}

/* ---- reload ------------------------------------------------------------------------------------------------------------------ */

static void tell_reloading(Supervisor *s) {
        struct timespec ts;
        char lines[64];

        /* sd_notify(3): RELOADING=1 goes with the monotonic time at which it began */
        (void) clock_gettime(CLOCK_MONOTONIC, &ts);
        (void) snprintf(lines, sizeof(lines), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64,
                        (uint64_t) ts.tv_sec * USEC_PER_SEC + (uint64_t) ts.tv_nsec / 1000);
        notify_tell(&s->notify, lines);
}

static void reload(Supervisor *s) {
        _cleanup_(config_freep) Config *loaded = NULL;
        _strbuf_ StrBuf restart = {};
        _free_ char *why = NULL;
        int r;

        r = config_load(s->config_path, &loaded, &why);
        if (r < 0) {
                log_event(LOG_ERR, "config.kept",
                          why ? why : "The configuration could not be read; the old one stays in force.",
                          LOG_ERRNO(why ? 0 : r));
                return;
        }
        config_needs_restart(s->started, loaded, &restart);
        if (restart.n_bytes > 0)
                log_event(LOG_WARNING, "config.needs_restart",
                          "Some settings need a restart and keep their old values until then.",
                          LOG_TEXT("settings", strbuf_text(&restart)));
        if (s->config != s->started)
                config_free(s->config);
        s->config = TAKE(loaded);
        log_init(role_row(ROLE_SUPERVISOR)->name, s->config->log_level);
        log_event(LOG_INFO, "config.reloaded", "The configuration was read again; children are replaced one by one.");
        children_roll(s);
}

static int on_reload(_unused_ sd_event_source *source, _unused_ const struct signalfd_siginfo *si, void *userdata) {
        Supervisor *s = userdata;

        if (s->is_draining)
                return 0;
        tell_reloading(s);
        reload(s);
        if (s->is_ready_told)
                notify_tell(&s->notify, "READY=1");
        return 0;
}

/* ---- life -------------------------------------------------------------------------------------------------------------------- */

static bool check_schema(Supervisor *s) {
        /* The schema was checked at start if the database could be reached; this is for when it could not. */
        if (!s->is_queue_known || s->queue.schema_version == STORE_SCHEMA_VERSION ||
            s->queue.schema_version == STORE_SCHEMA_VERSION + 1)
                return true;
        log_event(LOG_ERR, "database.schema",
                  "The database's schema is not of this version; run: magikalctl migrate",
                  LOG_I64("schema", s->queue.schema_version), LOG_I64("expected", STORE_SCHEMA_VERSION));
        lifecycle_drain(s, ROLE_EXIT_CONFIG);
        return false;
}

void lifecycle_step(Supervisor *s) {
        Usec now = clock_boottime();

        if (!s->is_draining && check_schema(s) && !s->is_ready_told && lifecycle_is_serving(s)) {
                (void) FAULT("supervisor/before-ready");
                s->is_ready_told = true;
                log_event(LOG_INFO, "supervisor.ready", "Ready: presses are answered from now on.",
                          LOG_U64("after_ms", (now - s->started_at) / USEC_PER_MSEC));
                notify_tell(&s->notify, "READY=1");
        }
        notify_flush(&s->notify);
        tell_status(s);
        feed_watchdog(s, now);
}

int lifecycle_start(Supervisor *s) {
        uint64_t watchdog;
        int r;

        r = notify_open(&s->notify);
        if (r < 0)
                log_event(LOG_WARNING, "supervisor.no_notify",
                          "The service manager's socket cannot be used; it will not hear of us.",
                          LOG_ERRNO(r));
        r = sd_event_add_signal(s->event, NULL, SIGTERM, on_terminate, s);
        if (r < 0)
                return r;
        r = sd_event_add_signal(s->event, NULL, SIGINT, on_terminate, s);
        if (r < 0)
                return r;
        r = sd_event_add_signal(s->event, NULL, SIGHUP, on_reload, s);
        if (r < 0)
                return r;
        r = sd_watchdog_enabled(false, &watchdog);
        if (r < 0)
                return r;
        s->watchdog_every = r > 0 ? watchdog / 3 : 0;
        return 0;
}
