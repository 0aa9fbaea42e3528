/* A member asks for a second ticket of a kind: is the first one's channel still there? Whichever comes first, the answer or the time, decides. */

#include <errno.h>

#include "worker.h"

#define CHANNEL_LOOK_MAX USEC_PER_SEC   /* it must not cost the answer to the press, which has three */

typedef struct Look {
        Job *job;                       /* NULL: decided; the other finds nobody */
        void (*gone)(Job *job);
        sd_event_source *timer;
} Look;

static Job *look_decide(Look *look) {
        look->timer = sd_event_source_disable_unref(look->timer);
        return TAKE(look->job);
}

static void say_it_is_there(Job *job) {
        const Ticket *ticket = &job->facts->ticket;

        job_say(job, ticket->kind == TICKET_RECRUITMENT ? TEXT_APPLICATION_ALREADY_OPEN : TEXT_TICKET_ALREADY_OPEN,
                TEXT_ARGS(ARG_CHANNEL("channel", ticket->channel)));
}

static int look_timed_out(sd_event_source *source, uint64_t usec, void *userdata) {
        (void) source;
        (void) usec;
        say_it_is_there(look_decide(userdata));
        return 0;
}

static void looked(int outcome, const RestReply *reply, void *userdata) {
        _free_ Look *look = userdata;
        Job *job = look_decide(look);

        (void) reply;
        if (!job)
                return;
        if (outcome == REST_GONE)
                look->gone(job);
        else
                say_it_is_there(job);
}

static int look_begin(Job *job, void (*gone)(Job *job)) {
        _free_ Look *look = new0(Look, 1);
        int r;

        if (!look)
                return -ENOMEM;
        *look = (Look) { .job = job, .gone = gone };
        r = sd_event_add_time_relative(job->worker->role.event, &look->timer, CLOCK_BOOTTIME, CHANNEL_LOOK_MAX, 1, look_timed_out, look);
        if (r < 0)
                return r;
        r = rest_send(job->worker->rest, &(RestRequest) { .route = ROUTE_CHANNEL_GET, .ids = { job->facts->ticket.channel.v } }, looked,
                      look);
        if (r < 0) {
                sd_event_source_disable_unref(look->timer);
                return r;
        }
        (void) TAKE(look);
        return 0;
}

void job_look_at_ticket(Job *job, void (*gone)(Job *job)) {
        if (look_begin(job, gone) < 0)
                say_it_is_there(job);
}
