/*
 * A step that waits until the editor has written what is wanted of a message: a record must say how it ended before its channel is deleted.
 *
 * The row is looked at after 250 ms, then twice as long each time, at most every 2 s; the editor's word that it wrote something only makes
 * the next look come sooner, so it may be lost. Nothing is written while it waits: whoever takes the flow over begins to wait anew.
 */

#include "magikal/fault.h"
#include "magikal/log.h"
#include "run.h"

#define PAUSE_FIRST (250 * USEC_PER_MSEC)
#define PAUSE_MAX (2 * USEC_PER_SEC)
#define WAIT_MAX (5 * 60 * USEC_PER_SEC)

static void wait_over(Run *run, int outcome) {
        run_fault(run, "after-wait");
        run->reply = (StepReply) { .outcome = outcome };
        commit_checkpoint(run);
}

static void wait_look(Run *run);

/* Not yet. What was written while this answer was under way may be the very thing. */
static void wait_go_on(Run *run) {
        Usec pause = run->wait.is_hinted ? 0 : run->wait.pause;

        if (run->engine->is_draining) {
                run_give_back(run, "draining", 0);
                return;
        }
        if (clock_boottime() - run->wait.began_at > WAIT_MAX) {
                log_event(LOG_WARNING, "flow.edit_missing", "A flow waits for an edit that the editor has not written for minutes.",
                          LOG_FLOW(run->id.v), LOG_TEXT("kind", run->flow->name), LOG_CHANNEL(run->wait.channel.v));
                if (run->flow->steps[run->at].tolerates & TOLERATES(REST_LATER))
                        wait_over(run, REST_LATER);
                else
                        run_give_back(run, "an edit is not written yet", run_retry_wait(run));
                return;
        }
        run->wait.pause = MIN(run->wait.pause * 2, PAUSE_MAX);
        run_wait(run, pause, wait_look);
}

static void wait_looked(int outcome, const EditState *edit, void *userdata) {
        Run *run = userdata;

        if (outcome != 0) {
                step_store_failed(run, outcome, wait_look);
                return;
        }
        if (run->is_lost) {
                run_drop(run, "flow.lost", "lease lost");
                return;
        }
        if (!edit->is_known) {
                wait_over(run, 0);
                return;
        }
        /* later wishes are none of this step's business */
        if (run->wait.version == 0)
                run->wait.version = edit->want_version;
        if (edit->is_gone)
                wait_over(run, REST_GONE);
        else if (edit->have_version >= run->wait.version)
                wait_over(run, 0);
        else if (edit->is_blocked)
                wait_over(run, REST_FORBIDDEN);
        else
                wait_go_on(run);
}

static void wait_look(Run *run) {
        if (run_is_overdue(run)) {
                run_turn(run, WHY_DEADLINE);
                return;
        }
        run->wait.is_hinted = false;
        if (store_edit_state(run->engine->config.store, run->wait.channel, run->wait.message, wait_looked, run) < 0)
                run_drop(run, "flow.dropped", "out of memory");
}

/* With the facts read. */
void wait_begin(Run *run) {
        const Json *results[FLOW_STEPS_MAX];
        StepContext c = run_context(run, results);
        ChannelId channel = {};
        MessageId message = {};
        int r;

        run_enter(run);
        r = run->flow->steps[run->at].wait(&c, &channel, &message);
        run_leave(run);
        if (r == STEP_SKIP) {
                run->reply.is_skipped = true;
                commit_checkpoint(run);
                return;
        }
        if (r != 0) {
                log_event(LOG_ERR, "flow.build_failed", "A step does not know what it waits for.", LOG_FLOW(run->id.v),
                          LOG_TEXT("kind", run->flow->name), LOG_ERRNO(r));
                run_give_back(run, "unknown what to wait for", run_retry_wait(run));
                return;
        }
        run->wait = (__typeof__(run->wait)) {
                .channel = channel, .message = message, .began_at = clock_boottime(), .pause = PAUSE_FIRST,
        };
        run_travel(run, &(Travel) { .what = TRAVEL_WAIT, .name = run->flow->steps[run->at].name, .channel = channel, .message = message });
        run_fault(run, "before-wait");
        wait_look(run);
}

bool wait_is_for(const Run *run, ChannelId channel, MessageId message) {
        return run->wait.began_at != 0 && run->wait.channel.v == channel.v && run->wait.message.v == message.v;
}

/* Between two looks: look now. While one is under way: once more behind it. */
void wait_hint(Run *run) {
        run->wait.is_hinted = true;
        if (!run->timer || run->then != wait_look)
                return;
        run->timer = sd_event_source_disable_unref(run->timer);
        if (run->is_lost)
                run_drop(run, "flow.lost", "lease lost");
        else
                wait_look(run);
}
