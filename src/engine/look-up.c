/*
 * Steps that look something up at RSI. The site is nobody's promise: whatever comes of it, also nothing, is the step's result, and the flow
 * goes on.
 */

#include <errno.h>

#include "magikal/log.h"
#include "run.h"

static void look_up_over(Run *run, const RsiAnswer *answer) {
        const Step *step = &run->flow->steps[run->at];
        int r;

        run->reply_body = json_free(run->reply_body);
        run->reply = (StepReply) {};
        run_enter(run);
        r = step->keep(answer, &run->reply_body);
        run_leave(run);
        if (r < 0) {
                run_give_back(run, "out of memory", run_retry_wait(run));
                return;
        }
        run->reply.body = run->reply_body;
        run_fault(run, "after-look-up");
        commit_checkpoint(run);
}

static void looked_up(const RsiAnswer *answer, void *userdata) {
        Run *run = userdata;

        if (run->is_lost)
                run_drop(run, "flow.lost", "lease lost");
        else
                look_up_over(run, answer);
}

/* With the facts read. */
void look_up_begin(Run *run) {
        const EngineConfig *config = &run->engine->config;
        const Json *results[FLOW_STEPS_MAX];
        StepContext c = run_context(run, results);
        RsiQuery query = {};
        int r;

        run_enter(run);
        r = run->flow->steps[run->at].ask(&c, &query);
        run_leave(run);
        if (r == STEP_SKIP) {
                run->reply.is_skipped = true;
                commit_checkpoint(run);
                return;
        }
        run_fault(run, "before-look-up");
        if (r == 0 && config->ask_rsi)
                r = config->ask_rsi(&query, looked_up, run, config->userdata);
        else if (r == 0)
                r = -ENOTSUP;
        if (r < 0)
                look_up_over(run, &(RsiAnswer) { .result = RSI_UNKNOWN, .reason = r == -ENOMEM ? RSI_MEMORY_REASON : RSI_OFF_REASON });
}
