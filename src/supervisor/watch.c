#include "watch.h"

#include <errno.h>
#include <stdio.h>

#include "magikal/rest.h"

/*
 * The ring of travel events and what is told of them. Event n stands at n % WATCH_EVENTS_MAX; numbers begin with 1 and go on while the ring
 * is closed, so that a watcher who comes back is told how many it has missed, not given others for them.
 */

#define CLOCKS_APART_MAX (60 * USEC_PER_SEC)            /* of two processes of one machine; more is nonsense */
#define TOOK_MAX (24 * 60 * 60 * USEC_PER_SEC)

typedef struct WatchEvent {
        Travel travel;
        WatchPlace place;
        char name[TRAVEL_NAME_MAX + 1], why[TRAVEL_WHY_MAX + 1];
} WatchEvent;

struct Watch {
        Usec life;
        Usec asked_at, told_at;                         /* 0: not since it was closed */
        WatchEvent *events;                             /* NULL: closed */
        uint64_t first, last;                           /* kept; first > last: none */
        uint64_t n_lost;
};

/* ---- names -------------------------------------------------------------------------------------------------------------------- */

typedef enum By { BY_SUPERVISOR = 1, BY_CHILD } By;

static const struct {
        const char *name;
        By by;
} whats[TRAVEL_MAX + 1] = {
#define TRAVEL(number, ID, name, by) [number] = { (name), (by) },
#define TRAVEL_OUTCOME(number, ID, name)
#include "magikal/travels.def"
#undef TRAVEL
#undef TRAVEL_OUTCOME
};

static const char *const outcomes[TRAVEL_OUTCOME_MAX + 1] = {
#define TRAVEL(number, ID, name, by)
#define TRAVEL_OUTCOME(number, ID, name) [number] = (name),
#include "magikal/travels.def"
#undef TRAVEL
#undef TRAVEL_OUTCOME
};

/* ---- open and closed ------------------------------------------------------------------------------------------------------------ */

Watch *watch_new(Usec life) {
        Watch *watch = new0(Watch, 1);

        if (watch)
                *watch = (Watch) { .life = life, .first = 1 };
        return watch;
}

Watch *watch_free(Watch *watch) {
        if (!watch)
                return NULL;
        free(watch->events);
        free(watch);
        return NULL;
}

bool watch_is_open(const Watch *watch, Usec now) {
        return watch->events && now < watch->asked_at + WATCH_LAPSE;
}

int watch_ask(Watch *watch, Usec now) {
        bool is_due;

        if (!watch->events)
                watch->events = new0(WatchEvent, WATCH_EVENTS_MAX);
        if (!watch->events)
                return -ENOMEM;
        is_due = watch->told_at == 0 || now >= watch->told_at + WATCH_RENEW;
        watch->asked_at = now;
        if (is_due)
                watch->told_at = now;
        return is_due;
}

void watch_close_when_due(Watch *watch, Usec now) {
        if (!watch->events || watch_is_open(watch, now))
                return;
        free(TAKE(watch->events));
        watch->told_at = 0;
        watch->first = watch->last + 1;
}

/* ---- events in ------------------------------------------------------------------------------------------------------------------- */

void watch_tell(Watch *watch, const Travel *travel, const WatchPlace *place) {
        WatchEvent *event;

        if (!watch->events)
                return;
        if (++watch->last - watch->first >= WATCH_EVENTS_MAX)
                watch->first++;
        event = &watch->events[watch->last % WATCH_EVENTS_MAX];
        event->travel = *travel;
        event->place = *place;
        (void) snprintf(event->name, sizeof(event->name), "%s", travel->name ? travel->name : "");
        (void) snprintf(event->why, sizeof(event->why), "%s", travel->why ? travel->why : "");
        event->travel.name = event->name;
        event->travel.why = event->why;
}

/* Words of ours are plain; what is not was never a name of a step. */
static bool is_plain(const char *text) {
        for (; *text; text++)
                if (*text < ' ' || *text > '~')
                        return false;
        return true;
}

int watch_hear(Watch *watch, const IpcMessage *message, const WatchPlace *place, Usec realtime) {
        const __typeof__(message->travel) *said = &message->travel;
        Travel travel = {
                .what = (TravelWhat) said->what, .outcome = (TravelOutcome) said->outcome, .interaction = { said->interaction },
                .flow = { said->flow }, .channel = { said->channel }, .message = { said->message }, .route = (int) said->route,
                .status = (int) said->status, .at = said->at, .took = said->took, .name = said->name, .why = said->why,
        };

        if (!watch->events)
                return 0;               /* said before it heard that nobody watches any more */
        watch->n_lost += said->n_lost;
        if (said->what > TRAVEL_MAX || whats[said->what].by != BY_CHILD || said->route > _ROUTE_MAX || !is_plain(said->name) ||
            !is_plain(said->why)) {
                watch->n_lost++;
                return -EBADMSG;
        }
        if (travel.at > realtime + CLOCKS_APART_MAX || travel.at + CLOCKS_APART_MAX < realtime)
                travel.at = realtime;
        if (travel.took > TOOK_MAX)
                travel.took = 0;
        watch_tell(watch, &travel, place);
        return 0;
}

/* ---- answers out ------------------------------------------------------------------------------------------------------------------- */

static void put_id_if(JsonWriter *w, const char *key, uint64_t id) {
        if (id > 0)
                json_id(w, key, id);
}

static void put_i64_if(JsonWriter *w, const char *key, int64_t value) {
        if (value > 0)
                json_i64(w, key, value);
}

static void put_text_if(JsonWriter *w, const char *key, const char *text) {
        if (text && *text)
                json_string(w, key, text);
}

static void put_event(JsonWriter *w, uint64_t n, const WatchEvent *event) {
        const Travel *t = &event->travel;
        const WatchPlace *place = &event->place;
        const char *method, *path;

        json_open(w);
        json_i64(w, "n", (int64_t) n);
        json_i64(w, "at_us", (int64_t) t->at);
        put_i64_if(w, "took_us", (int64_t) t->took);
        json_string(w, "what", whats[t->what].name);
        put_text_if(w, "name", t->name);
        put_text_if(w, "outcome", outcomes[t->outcome]);
        put_text_if(w, "why", t->why);
        if (t->route > 0 && rest_route_name((RouteId) (t->route - 1), &method, &path)) {
                json_string(w, "method", method);
                json_string(w, "route", path);
        }
        put_i64_if(w, "status", t->status);
        put_id_if(w, "interaction", t->interaction.v);
        put_id_if(w, "flow", t->flow.v);
        put_id_if(w, "channel", t->channel.v);
        put_id_if(w, "message", t->message.v);
        put_i64_if(w, "job", (int64_t) place->job);
        put_i64_if(w, "attempt", place->attempt);
        if (place->shard > 0)
                json_i64(w, "shard", place->shard - 1);
        put_text_if(w, "role", place->role);
        put_i64_if(w, "slot", place->slot);
        put_i64_if(w, "pid", place->pid);
        json_close(w);
}

void watch_put(const Watch *watch, int64_t life, int64_t after, JsonWriter *w) {
        uint64_t from = after < 0 ? watch->last + 1 : (uint64_t) life != watch->life ? 1 : MIN((uint64_t) after, watch->last) + 1;
        uint64_t first = MAX(from, watch->first), end = MIN(watch->last + 1, first + WATCH_ANSWER_MAX);

        json_i64(w, "life", (int64_t) watch->life);
        json_array(w, "events");
        for (uint64_t n = first; n < end; n++)
                put_event(w, n, &watch->events[n % WATCH_EVENTS_MAX]);
        json_close_array(w);
        json_i64(w, "last", (int64_t) end - 1);
        json_i64(w, "missed", (int64_t) (first - from));
        json_i64(w, "lost", (int64_t) watch->n_lost);
        json_bool(w, "more", end <= watch->last);
}
