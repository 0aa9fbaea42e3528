/*
 * Timers in sandbox time, for what Discord counts: three seconds to answer, fifteen minutes of a token. They follow the
 * movable clock, so a test need not wait. A heap by due time and one timer of the event loop for its head; nothing else lives
 * here, and nothing here is for delays that real bytes shall have (those are server_after()).
 */

#include "server.h"

#include <errno.h>
#include <time.h>

struct SbxTimer {
        Usec due;               /* boot time, with the skew */
        uint64_t number;        /* what is due at the same time comes in the order it was asked for */
        size_t at;              /* in the heap */
        void (*callback)(Sandbox *sandbox, void *userdata);
        void *userdata;
};

struct Timers {
        Sandbox *sandbox;
        SbxTimer **heap;        /* the children of i are 2i+1 and 2i+2, and due no sooner */
        size_t n, n_allocated;
        uint64_t last_number;
        sd_event_source *source;
};

Timers *timers_new(Sandbox *sandbox) {
        Timers *t = new0(Timers, 1);

        if (t)
                t->sandbox = sandbox;
        return t;
}

Timers *timers_free(Timers *timers) {
        if (!timers)
                return NULL;
        for (size_t i = 0; i < timers->n; i++)
                free(timers->heap[i]);
        free(timers->heap);
        sd_event_source_disable_unref(timers->source);
        free(timers);
        return NULL;
}

/* ---- the heap ---- */

static bool timer_is_sooner(const SbxTimer *a, const SbxTimer *b) {
        return a->due < b->due || (a->due == b->due && a->number < b->number);
}

static void heap_put(Timers *t, size_t at, SbxTimer *timer) {
        t->heap[at] = timer;
        timer->at = at;
}

/* Puts a timer where it belongs, from `at` towards the head. */
static void heap_rise(Timers *t, size_t at, SbxTimer *timer) {
        while (at > 0 && timer_is_sooner(timer, t->heap[(at - 1) / 2])) {
                heap_put(t, at, t->heap[(at - 1) / 2]);
                at = (at - 1) / 2;
        }
        heap_put(t, at, timer);
}

/* The same away from the head. */
static void heap_sink(Timers *t, size_t at, SbxTimer *timer) {
        for (size_t child; (child = 2 * at + 1) < t->n; at = child) {
                if (child + 1 < t->n && timer_is_sooner(t->heap[child + 1], t->heap[child]))
                        child++;
                if (!timer_is_sooner(t->heap[child], timer))
                        break;
                heap_put(t, at, t->heap[child]);
        }
        heap_put(t, at, timer);
}

static int heap_add(Timers *t, SbxTimer *timer) {
        if (t->n == t->n_allocated) {
                size_t n = t->n_allocated ? t->n_allocated * 2 : 64;
                SbxTimer **grown = reallocarray(t->heap, n, sizeof(SbxTimer *));

                if (!grown)
                        return -ENOMEM;
                t->heap = grown;
                t->n_allocated = n;
        }
        heap_rise(t, t->n++, timer);
        return 0;
}

static void heap_remove(Timers *t, const SbxTimer *timer) {
        SbxTimer *last = t->heap[--t->n];

        if (last == timer)
                return;
        if (timer_is_sooner(last, timer))
                heap_rise(t, timer->at, last);
        else
                heap_sink(t, timer->at, last);
}

/* ---- running ---- */

static int timers_run(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Timers *t = userdata;

        while (t->n > 0 && t->heap[0]->due <= clock_boottime()) {
                SbxTimer *due = t->heap[0];

                heap_remove(t, due);
                due->callback(t->sandbox, due->userdata);
                free(due);
        }
        timers_rearm(t);
        return 0;
}

void timers_rearm(Timers *timers) {
        Usec now;

        if (timers->n == 0) {
                (void) sd_event_source_set_enabled(timers->source, SD_EVENT_OFF);      /* NULL while there never was a timer */
                return;
        }
        now = clock_boottime();
        (void) server_after(timers->sandbox, timers->heap[0]->due > now ? (timers->heap[0]->due - now + 999) / USEC_PER_MSEC : 0,
                            timers_run, timers, &timers->source);
}

SbxTimer *sbx_timer(Sandbox *sandbox, uint64_t ms, void (*callback)(Sandbox *sandbox, void *userdata), void *userdata) {
        Timers *timers = sandbox->timers;
        SbxTimer *t = new0(SbxTimer, 1);

        if (!t)
                return NULL;
        *t = (SbxTimer) {
                .due = clock_boottime() + ms * USEC_PER_MSEC, .number = ++timers->last_number, .callback = callback, .userdata = userdata,
        };
        if (heap_add(timers, t) < 0) {
                free(t);
                return NULL;
        }
        if (t->at == 0)
                timers_rearm(timers);
        return t;
}

/* The loop's timer stays as it is: at worst it finds nothing due and is set again. */
void sbx_timer_cancel(Sandbox *sandbox, SbxTimer *timer) {
        if (!timer)
                return;
        heap_remove(sandbox->timers, timer);
        free(timer);
}

int server_after(Sandbox *sandbox, uint64_t ms, sd_event_time_handler_t handler, void *userdata, sd_event_source **source) {
        int r;

        if (!*source)
                return sd_event_add_time_relative(sandbox->event, source, CLOCK_MONOTONIC, ms * USEC_PER_MSEC, 1, handler, userdata);
        r = sd_event_source_set_time_relative(*source, ms * USEC_PER_MSEC);
        if (r < 0)
                return r;
        return sd_event_source_set_enabled(*source, SD_EVENT_ONESHOT);
}
