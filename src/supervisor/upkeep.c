#include "supervisor.h"

#include "magikal/log.h"

/*
 * What happens by the clock. The supervisor knows no flow: it only says to one worker at a time that it is time to look.
 */

typedef struct Rhythm {
        IpcTick what;
        unsigned every_s;
} Rhythm;

static const Rhythm rhythms[] = {
        { IPC_TICK_REAP, 5 },
        { IPC_TICK_EXPIRE, 5 },
        { IPC_TICK_RECORDS, 10 },
        { IPC_TICK_TELL_DEAD, 60 },
        { IPC_TICK_SWEEP, 300 },
        { IPC_TICK_RETENTION, 3600 },
};

static bool tick(Supervisor *s, IpcTick what) {
        return children_tell_one(s, &(IpcMessage) { .type = IPC_TICK, .tick.what = what });
}

static void tick_if_wanted(Supervisor *s, bool *wanted, IpcTick what) {
        if (*wanted && tick(s, what))
                *wanted = false;
}

void upkeep_flush(Supervisor *s) {
        if (s->is_draining)
                return;
        tick_if_wanted(s, &s->wants_register, IPC_TICK_REGISTER);
        tick_if_wanted(s, &s->wants_sweep, IPC_TICK_SWEEP);
        tick_if_wanted(s, &s->wants_tell_dead, IPC_TICK_TELL_DEAD);
}

static void on_queue(int outcome, const QueueState *state, void *userdata) {
        Supervisor *s = userdata;

        s->is_asking_queue = false;
        if (outcome != 0)
                return;
        s->queue = *state;
        s->is_queue_known = true;
        s->queue_at = clock_boottime();
        lifecycle_step(s);
}

static void on_guilds(int outcome, _unused_ const GuildId *guilds, size_t n_guilds, void *userdata) {
        Supervisor *s = userdata;

        if (outcome == 0)
                s->n_guilds = (int) n_guilds;
}

void upkeep_ask_database(Supervisor *s) {
        if (!store_is_connected(s->store))
                return;
        if (!s->is_asking_queue)
                s->is_asking_queue = store_queue_state(s->store, on_queue, s) == 0;
        if (s->n_seconds % 60 == 0)
                (void) store_guilds(s->store, on_guilds, s);    /* a number for people; the next minute asks again */
}

static void second(Supervisor *s) {
        s->n_seconds++;
        children_reap_step(s);
        children_ensure(s);
        if (s->n_seconds % 5 == 0 || !s->is_queue_known)
                upkeep_ask_database(s);
        if (s->n_seconds % 60 == 0)
                dispatch_expire(s->dispatch, clock_boottime());
        for (size_t i = 0; !s->is_draining && i < ELEMENTSOF(rhythms); i++)
                if (s->n_seconds % rhythms[i].every_s == 0)
                        (void) tick(s, rhythms[i].what);        /* the next one comes */
        upkeep_flush(s);
        watching_lapse(s);
        lifecycle_step(s);
}

static int on_second(sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        second(userdata);
        (void) sd_event_source_set_time(source, clock_boottime() + USEC_PER_SEC);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int upkeep_start(Supervisor *s) {
        return sd_event_add_time(s->event, &s->second_timer, CLOCK_BOOTTIME, clock_boottime() + USEC_PER_SEC,
                                 1, on_second, s);
}
