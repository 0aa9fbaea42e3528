/*
 * Steps that look something up at RSI. The site is nobody's promise: whatever comes of it, also nothing, is the step's result, and the flow
 * goes on.
 *
 * Nothing is written while it is under way, and an answer cannot be called off. So a process that is asked to leave gives the flow back at
 * once, and the answer finds nobody: whoever claims the flow asks again.
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

struct LookUp {
        LookUp *next;
        Engine *engine;
        Run *run;               /* NULL: it has left */
};

static void look_up_free(LookUp *look_up) {
        for (LookUp **p = &look_up->engine->look_ups; *p; p = &(*p)->next)
                if (*p == look_up) {
                        *p = look_up->next;
                        break;
                }
        free(look_up);
}

void look_up_leave(Run *run) {
        if (run->look_up)
                TAKE(run->look_up)->run = NULL;
}

void look_up_free_all(Engine *engine) {
        while (engine->look_ups)
                look_up_free(engine->look_ups);
}

static void looked_up(const RsiAnswer *answer, void *userdata) {
        LookUp *look_up = userdata;
        Run *run = look_up->run;

        look_up_free(look_up);
        if (!run)
                return;
        run->look_up = NULL;
        if (run->is_lost)
                run_drop(run, "flow.lost", "lease lost");
        else
                look_up_over(run, answer);
}

static int look_up_ask(Run *run, const RsiQuery *query) {
        Engine *engine = run->engine;
        LookUp *look_up;
        int r;

        if (!engine->config.ask_rsi)
                return -ENOTSUP;
        look_up = new0(LookUp, 1);
        if (!look_up)
                return -ENOMEM;
        *look_up = (LookUp) { .next = engine->look_ups, .engine = engine, .run = run };
        engine->look_ups = run->look_up = look_up;
        r = engine->config.ask_rsi(query, looked_up, look_up, engine->config.userdata);
        if (r < 0) {
                run->look_up = NULL;
                look_up_free(look_up);
        }
        return r;
}

/* With the facts read. */
void look_up_begin(Run *run) {
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
        if (run->engine->is_draining) {
                run_give_back(run, "draining", 0);
                return;
        }
        run_fault(run, "before-look-up");
        if (r == 0)
                r = look_up_ask(run, &query);
        if (r < 0)
                look_up_over(run, &(RsiAnswer) { .result = RSI_UNKNOWN, .reason = r == -ENOMEM ? RSI_MEMORY_REASON : RSI_OFF_REASON });
}
