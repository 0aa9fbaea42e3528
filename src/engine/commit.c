/*
 * Writes of a run. A batch is one transaction behind a fence; it is built again and repeated until its outcome is known.
 *
 * When the connection breaks between the batch and its answer, nobody can tell whether it was committed. The row can: under our epoch it
 * stands at the step that the batch would have left it at, or not.
 */

#include <errno.h>
#include <stdio.h>

#include "magikal/fault.h"
#include "magikal/log.h"
#include "run.h"

#define COMMIT_GIVE_UP (45 * USEC_PER_SEC)      /* the lease and its grace (30 + 10 s) are over: somebody else has the flow */

static void commit_send(Run *run);

static void commit_over(Run *run) {
        run->is_committing = false;
        if (run->at < run->flow->n_steps)
                run_fault(run, "after-commit");
        run->committed(run);
}

static void commit_read(Run *run);

/* Under our epoch: did the row move? Where it did not, repeating is right; where it is not ours any more, the fence would say so too. */
static void commit_was_read(int outcome, const FlowRow *flows, size_t n_flows, void *userdata) {
        Run *run = userdata;
        const FlowRow *row;

        if (outcome != 0) {
                run_wait(run, run_database_wait(run), commit_read);
                return;
        }
        if (n_flows == 0 || flows[0].epoch != run->epoch) {
                run_drop(run, "flow.lost", "lease lost");
                return;
        }
        row = &flows[0];
        if (row->next_step != run->next_step || row->is_undo != run->is_undo)
                commit_over(run);
        else
                commit_send(run);
}

static void commit_read(Run *run) {
        if (clock_boottime() - run->leased_at > COMMIT_GIVE_UP) {
                run_drop(run, "flow.dropped", "the database stayed away");
                return;
        }
        if (store_flow_read(run->engine->config.store, run->id, commit_was_read, run) < 0)
                run_drop(run, "flow.dropped", "out of memory");
}

static void commit_done(int outcome, const StoreReply *reply, void *userdata) {
        Run *run = userdata;

        switch (outcome) {
        case 0:
                commit_over(run);
                return;
        case STORE_LEASE_LOST:
                run_drop(run, "flow.lost", "lease lost");
                return;
        case STORE_LATER:
                if (clock_boottime() - run->leased_at > COMMIT_GIVE_UP)
                        run_drop(run, "flow.dropped", "the database stayed away");
                else
                        run_wait(run, run_database_wait(run), commit_send);
                return;
        case STORE_UNKNOWN:
                run_wait(run, run_database_wait(run), commit_read);
                return;
        case STORE_CONFLICT:
                /* a rule said no before any effect of this step; walking back, there is nobody to tell */
                if (!run->is_undo && reply->constraint) {
                        run_turn(run, reply->constraint);
                        return;
                }
                break;
        }
        log_event(LOG_ERR, "flow.sql_failed", "A checkpoint was refused by the database.", LOG_FLOW(run->id.v),
                  LOG_TEXT("kind", run->flow->name), LOG_TEXT("sqlstate", reply ? reply->sqlstate : NULL));
        run_drop(run, "flow.dropped", "SQL error");
}

static void commit_send(Run *run) {
        _cleanup_(batch_freep) Batch *b = batch_new(run->engine->config.store);
        bool is_step = run->at < run->flow->n_steps;
        int r = b ? run->commit_build(run, b) : -ENOMEM;

        if (r == STEP_TURN) {
                if (is_step && run->reply.outcome > 0)
                        log_event(LOG_WARNING, "flow.step_failed", "Discord refused a request.", LOG_FLOW(run->id.v),
                                  LOG_TEXT("kind", run->flow->name), LOG_TEXT("step", run->flow->steps[run->at].name),
                                  LOG_I64("code", run->reply.code));
                run_turn(run, run->checkpoint.why ? run->checkpoint.why : WHY_REFUSED);
                return;
        }
        if (r < 0) {
                log_event(LOG_ERR, "flow.build_failed", "A checkpoint could not be built.", LOG_FLOW(run->id.v), LOG_ERRNO(r));
                run_drop(run, "flow.dropped", "cannot build the checkpoint");
                return;
        }
        if (is_step)
                run_fault(run, "before-commit");
        run->asked_at = clock_boottime();
        r = batch_send(run->engine->config.store, STORE_FLOW, TAKE(b), commit_done, run);
        if (r < 0) {
                run_drop(run, "flow.dropped", "cannot send the checkpoint");
                return;
        }
        if (is_step)
                run_fault(run, "commit-sent");
}

void commit_begin(Run *run, int (*build)(Run *run, Batch *b), void (*committed)(Run *run)) {
        run->commit_build = build;
        run->committed = committed;
        run->is_committing = true;
        commit_send(run);
}

/* ---- a step is done ------------------------------------------------------------------------------------------------------------- */

static int checkpoint_result(Run *run) {
        _json_writer_ JsonWriter w = {};

        if (run->checkpoint.result)
                return 0;
        json_open(&w);
        if (run->reply.id)
                json_id(&w, "id", run->reply.id);
        if (run->reply.is_skipped)
                json_bool(&w, "skipped", true);
        if (run->reply.outcome)
                json_i64(&w, "code", run->reply.code);
        json_close(&w);
        return json_writer_finish(&w, &run->checkpoint.result);
}

/* NULL: nobody, a flow of the system's own. */
static const char *run_actor(const Run *run) {
        return run->actor.text[0] ? run->actor.text : NULL;
}

static void checkpoint_reset(Run *run, Batch *b) {
        free(run->checkpoint.result);
        run->checkpoint = (Checkpoint) { .batch = b };
}

static void checkpoint_committed(Run *run);
static void again_committed(Run *run);

/*
 * Behind this step the good news is told: from there on it is true. What is left is clean-up, and taking everything back because
 * that, or the telling, takes long would take it from somebody who has it already.
 */
static bool is_last_before_words(const Run *run) {
        return run->at + 1 == run->flow->words_before;
}

static int build_checkpoint(Run *run, Batch *b) {
        const Step *step = &run->flow->steps[run->at];
        const Json *results[FLOW_STEPS_MAX];
        StepContext c = run_context(run, results);
        FlowLease lease = run_lease(run);
        int r = 0, r2;

        checkpoint_reset(run, b);
        if (step->apply) {
                run_enter(run);
                r = step->apply(&c, &run->reply, &run->checkpoint);
                run_leave(run);
                if (r < 0 || r == STEP_TURN)
                        return r;
        }
        r2 = checkpoint_result(run);
        if (r2 < 0)
                return r2;
        /* the store puts a fence in front of whatever apply has appended */
        if (r == STEP_AGAIN) {
                store_add_again(b, &lease, run->checkpoint.result);
                run->committed = again_committed;
        } else {
                store_add_checkpoint(b, &lease, step->name, run->checkpoint.result);
                if (is_last_before_words(run))
                        store_add_no_deadline(b, run->id);
                run->committed = checkpoint_committed;
        }
        return 0;
}

/* After a commit. The line and the hint may be lost with the process: the audit has the fact, and the editor looks by itself too. */
static void run_tell(Run *run) {
        if (run->checkpoint.event)
                log_event(LOG_INFO, run->checkpoint.event, run->checkpoint.sentence, LOG_GUILD(run->guild.v),
                          LOG_TICKET(run->facts ? run->facts->ticket.id.v : 0), LOG_CHANNEL(run->facts ? run->facts->ticket.channel.v : 0),
                          LOG_TEXT("actor", run_actor(run)), LOG_FLOW(run->id.v));
        for (int i = 0; i < run->checkpoint.n_hints && run->engine->config.hint; i++) {
                run_travel(run, &(Travel) { .what = TRAVEL_WANTED, .channel = run->checkpoint.hints[i].channel,
                                            .message = run->checkpoint.hints[i].message });
                run->engine->config.hint(run->checkpoint.hints[i].channel, run->checkpoint.hints[i].message, run->engine->config.userdata);
        }
}

static void step_is_over(Run *run) {
        run->leased_at = run->asked_at;         /* a checkpoint renews the lease */
        run->attempt = 0;
        run->tries = 0;
        run->cursor = json_free(run->cursor);
        run->reply_body = json_free(run->reply_body);
        run->reply = (StepReply) {};
        run->n_steps_done++;
        run->engine->n_steps++;
}

static void checkpoint_committed(Run *run) {
        RunStep *step = &run->steps[run->at];

        run_step_ends(run, run->reply.is_skipped ? TRAVEL_IS_SKIPPED : TRAVEL_IS_OK, NULL);
        run_tell(run);
        step->state = RUN_STEP_DONE;
        step->result = json_free(step->result);
        /* small and just written by us; without memory the later steps read it as "made nothing" and are tried again from the row */
        if (json_parse(run->checkpoint.result, strlen(run->checkpoint.result), &step->result) < 0) {
                run_drop(run, "flow.dropped", "out of memory");
                return;
        }
        if (is_last_before_words(run))
                run->deadline = USEC_INFINITY;
        run->next_step++;
        step_is_over(run);
        run_next(run);
}

static void again_committed(Run *run) {
        run_step_ends(run, TRAVEL_IS_AGAIN, NULL);
        run_tell(run);
        step_is_over(run);
        if (run->checkpoint.again_after > 0)
                run_wait(run, run->checkpoint.again_after, run_next);
        else
                run_next(run);
}

void commit_checkpoint(Run *run) {
        commit_begin(run, build_checkpoint, checkpoint_committed);
}

/* ---- a step is taken back --------------------------------------------------------------------------------------------------------- */

static int build_undone(Run *run, Batch *b) {
        const StepUndo *undo = run->flow->steps[run->at].undo;
        const Json *results[FLOW_STEPS_MAX];
        StepContext c = run_context(run, results);
        FlowLease lease = run_lease(run);
        int r = 0;

        checkpoint_reset(run, b);
        if (undo->apply) {
                run_enter(run);
                r = undo->apply(&c, &run->checkpoint);
                run_leave(run);
        }
        if (r < 0)
                return r;
        store_add_undone(b, &lease, run->at);
        return 0;
}

static void undone_committed(Run *run) {
        run_step_ends(run, TRAVEL_IS_UNDONE, NULL);
        run_tell(run);
        run->steps[run->at].state = RUN_STEP_UNDONE;
        run->next_step = run->at;
        step_is_over(run);
        run_next(run);
}

void commit_undone(Run *run) {
        commit_begin(run, build_undone, undone_committed);
}

/* ---- the end ------------------------------------------------------------------------------------------------------------------------ */

static int build_finish(Run *run, Batch *b) {
        FlowLease lease = run_lease(run);

        store_add_finish(b, &lease, run->is_undo ? "refused" : "done");
        return 0;
}

static void finished(Run *run) {
        run_travel(run, &(Travel) { .what = TRAVEL_DONE, .name = run->flow->name, .outcome = run->is_undo ? TRAVEL_IS_UNDONE : TRAVEL_IS_OK,
                                    .why = run->is_undo ? run->why : NULL });
        (void) FAULT_STEP(run->flow->name, "finish", "after-commit");
        log_event(run->is_undo ? LOG_INFO : LOG_DEBUG, run->is_undo ? "flow.refused" : "flow.done",
                  run->is_undo ? "A flow was refused; nothing is left of it." : "A flow is done.",
                  LOG_FLOW(run->id.v), LOG_TEXT("kind", run->flow->name), LOG_GUILD(run->guild.v), LOG_TEXT("subject", run->subject),
                  LOG_TEXT("actor", run_actor(run)), LOG_TEXT("why", run->is_undo ? run->why : NULL));
        engine_left(run->engine, run);
}

void commit_finish(Run *run) {
        run->at = run->flow->n_steps;
        (void) FAULT_STEP(run->flow->name, "finish", "before-commit");
        commit_begin(run, build_finish, finished);
}
