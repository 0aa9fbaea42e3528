/*
 * Timers in sandbox time, for what Discord counts: three seconds to answer, fifteen minutes of a token. They follow the
 * movable clock, so a test need not wait. A list ordered by due time and one timer of the event loop for its head; nothing
 * else lives here, and nothing here is for delays that real bytes shall have (those are server_after()).
 */

#include "server.h"

#include <errno.h>
#include <time.h>

struct SbxTimer {
        Usec due;               /* boot time, with the skew */
        void (*callback)(Sandbox *sandbox, void *userdata);
        void *userdata;
        SbxTimer *next;
};

struct Timers {
        Sandbox *sandbox;
        SbxTimer *head;
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
        while (timers->head) {
                SbxTimer *next = timers->head->next;

                free(timers->head);
                timers->head = next;
        }
        sd_event_source_disable_unref(timers->source);
        free(timers);
        return NULL;
}

static int timers_run(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Timers *t = userdata;

        while (t->head && t->head->due <= clock_boottime()) {
                SbxTimer *due = t->head;

                t->head = due->next;
                due->callback(t->sandbox, due->userdata);
                free(due);
        }
        timers_rearm(t);
        return 0;
}

void timers_rearm(Timers *timers) {
        Usec now;

        if (!timers->head) {
                (void) sd_event_source_set_enabled(timers->source, SD_EVENT_OFF);      /* NULL while there never was a timer */
                return;
        }
        now = clock_boottime();
        (void) server_after(timers->sandbox, timers->head->due > now ? (timers->head->due - now + 999) / USEC_PER_MSEC : 0,
                            timers_run, timers, &timers->source);
}

SbxTimer *sbx_timer(Sandbox *sandbox, uint64_t ms, void (*callback)(Sandbox *sandbox, void *userdata), void *userdata) {
        SbxTimer *t = new0(SbxTimer, 1), **at = &sandbox->timers->head;

        if (!t)
                return NULL;
        t->due = clock_boottime() + ms * USEC_PER_MSEC;
        t->callback = callback;
        t->userdata = userdata;
        while (*at && (*at)->due <= t->due)
                at = &(*at)->next;
        t->next = *at;
        *at = t;
        if (sandbox->timers->head == t)
                timers_rearm(sandbox->timers);
        return t;
}

void sbx_timer_cancel(Sandbox *sandbox, SbxTimer *timer) {
        for (SbxTimer **at = &sandbox->timers->head; timer && *at; at = &(*at)->next)
                if (*at == timer) {
                        *at = timer->next;
                        free(timer);
                        return;
                }
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
