#include "supervisor.h"

#include "magikal/log.h"

/*
 * What the supervisor itself sees of a press on its way, and who is told that somebody watches. The ring is watch.c; it is open only while
 * questions come, and all of this is nothing when it is not.
 */

static WatchPlace place_of(const Child *child) {
        return (WatchPlace) { .role = role_row(child->role)->name, .slot = child->slot, .pid = child->pid };
}

static void tell(Supervisor *s, Travel travel, const WatchPlace *place) {
        if (!watch_is_open(s->watch, clock_boottime()))
                return;
        if (travel.at == 0)
                travel.at = clock_realtime();
        watch_tell(s->watch, &travel, place);
}

/* ---- who is to tell ------------------------------------------------------------------------------------------------------------ */

/* A child that does not get it tells nothing until the next time. */
static void ask_child(Child *child) {
        (void) pool_send(child, &(IpcMessage) { .type = IPC_WATCH, .watch = { .for_ms = WATCH_LAPSE / USEC_PER_MSEC } });
}

int watching_asked(Supervisor *s) {
        int r = watch_ask(s->watch, clock_boottime());

        if (r <= 0)
                return r;
        POOL_FOREACH(child, s->pool)
                if (child->is_ready)
                        ask_child(child);
        return 0;
}

void watching_lapse(Supervisor *s) {
        watch_close_when_due(s->watch, clock_boottime());
}

/* ---- what is seen ------------------------------------------------------------------------------------------------------------------ */

/* What a job is about is an interaction's id only with this event. */
static InteractionId interaction_of(const char *event, uint64_t subject) {
        return (InteractionId) { streq(event, "INTERACTION_CREATE") ? subject : 0 };
}

void watching_dispatch(Supervisor *s, int shard, const GatewayDispatch *dispatch) {
        tell(s, (Travel) { .what = TRAVEL_DISPATCH, .interaction = interaction_of(dispatch->event, dispatch->id), .name = dispatch->event },
             &(WatchPlace) { .shard = shard + 1 });
}

void watching_job(Supervisor *s, const Child *child, const Job *job, Usec at) {
        WatchPlace place = place_of(child);

        place.job = job->id;
        place.attempt = job->attempt;
        tell(s, (Travel) { .what = TRAVEL_JOB, .at = at, .interaction = interaction_of(job->event, job->subject),
                           .outcome = job->attempt > 1 ? TRAVEL_IS_AGAIN : TRAVEL_NO_OUTCOME, .name = job->event,
                           .why = job->reference[0] != '\0' ? "only to apologise" : NULL },
             &place);
}

void watching_given_up(Supervisor *s, const Job *job, const char *why) {
        tell(s, (Travel) { .what = TRAVEL_GIVEN_UP, .interaction = interaction_of(job->event, job->subject), .outcome = TRAVEL_IS_FAILED,
                           .name = job->event, .why = why },
             &(WatchPlace) { .job = job->id, .attempt = job->attempt });
}

void watching_ready(Supervisor *s, Child *child) {
        WatchPlace place = place_of(child);

        if (!watch_is_open(s->watch, clock_boottime()))
                return;
        ask_child(child);
        tell(s, (Travel) { .what = TRAVEL_READY }, &place);
}

void watching_died(Supervisor *s, const Child *child, const char *how, bool is_planned, FlowId culprit) {
        WatchPlace place = place_of(child);

        tell(s, (Travel) { .what = TRAVEL_DIED, .flow = culprit, .name = how, .outcome = is_planned ? TRAVEL_IS_OK : TRAVEL_IS_FAILED }, &place);
}

void watching_released(Supervisor *s, const Reaped *flow) {
        tell(s, (Travel) { .what = TRAVEL_RELEASED, .flow = flow->flow, .outcome = flow->is_dead ? TRAVEL_IS_FAILED : TRAVEL_NO_OUTCOME },
             &(WatchPlace) {});
}

/* What it said is hearsay, and counted as lost where it cannot be. */
void watching_heard(Supervisor *s, const Child *child, const IpcMessage *message) {
        WatchPlace place = place_of(child);

        if (watch_hear(s->watch, message, &place, clock_realtime()) < 0)
                log_event(LOG_DEBUG, "watch.odd", "A child told of a press what cannot be.", LOG_I64("child", child->pid));
}
