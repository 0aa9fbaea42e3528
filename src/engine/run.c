/*
 * The life of a run: from the claimed row through its steps to the last words, or back.
 *
 *      start ──▶ next ──▶ step (intent → probe → request → checkpoint) ──▶ next … ──▶ words ──▶ finish
 *                 │  ▲                        │
 *                 │  └──── take back ◀── turn ┘      a step that cannot be: walk back, say why, finish as refused
 *                 └──▶ give back             too long a wait, or the process is asked to leave
 *
 * What holds at every line: before a request leaves, its intent is committed; before the next step begins, the effect and everything it
 * means are committed together; every write names the lease, so that a process which lost it cannot write; and a request that may have
 * left before is looked for before it is sent again. So the process may die anywhere: whoever claims the flow next does what is missing.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "magikal/fault.h"
#include "magikal/log.h"
#include "run.h"

#define BLOCKED_WAIT (5 * 60 * USEC_PER_SEC)
#define PARK_WAIT (60 * 60 * USEC_PER_SEC)
#define LEASE_SEND_MAX (15 * USEC_PER_SEC)      /* no effect leaves when the lease (30 s) has not been renewed for that long */

/* ---- making and unmaking ------------------------------------------------------------------------------------------------------ */

static int run_read_interaction(Run *run) {
        const Json *ix = json_get(run->args, "ix");
        const char *token;
        int64_t type;
        uint64_t id;

        run->ack = ACK_NONE;
        if (!ix)
                return 0;
        if (json_get_u64(ix, "id", &id) != 0 || json_get_string(ix, "token", &token) != 0 || json_get_i64(ix, "type", &type) != 0)
                return -EBADMSG;
        run->token = strdup(token);
        if (!run->token)
                return -ENOMEM;
        run->interaction = (InteractionId) { id };
        run->ack_type = (int) type;
        run->ack = ACK_UNKNOWN;
        return 0;
}

int run_new(Engine *engine, const FlowRow *row, Usec asked_at, Run **ret_run) {
        _cleanup_(run_freep) Run *run = new0(Run, 1);
        uint64_t tid = 0;
        int r;

        if (!run)
                return -ENOMEM;
        *run = (Run) {
                .engine = engine, .flow = engine->config.find(row->kind, row->code_version), .id = row->id, .guild = row->guild,
                .actor = row->actor, .actor_user = row->actor_user, .is_undo = row->is_undo, .next_step = row->next_step,
                .attempt = row->attempt, .epoch = row->epoch, .deadline = row->deadline, .leased_at = asked_at,
                .adopted_at = engine_database_now(engine),
        };
        run->subject = strdup(row->subject);
        run->why = strdup(row->is_undo && row->last_error ? row->last_error : "");
        run->was_blocked = !row->is_undo && streq_ptr(row->last_error, WHY_FORBIDDEN);
        if (!run->subject || !run->why)
                return -ENOMEM;
        if (row->args) {
                r = json_parse(row->args, strlen(row->args), &run->args);
                if (r == -ENOMEM)
                        return r;
        }
        if (run->args) {
                r = run_read_interaction(run);
                if (r == -ENOMEM)
                        return r;
                /* neither says it where the flow opens its own ticket */
                if (json_get_u64(run->args, "tid", &tid) != 0 && strncmp(run->subject, "ticket:", 7) == 0)
                        tid = strtoull(run->subject + 7, NULL, 10);
                run->ticket = (TicketId) { tid };
        }
        *ret_run = TAKE(run);
        return 0;
}

Run *run_free(Run *run) {
        if (!run)
                return NULL;
        look_up_leave(run);
        sd_event_source_disable_unref(run->timer);
        for (size_t i = 0; i < ELEMENTSOF(run->steps); i++)
                (void) json_free(run->steps[i].result);
        (void) facts_free(run->facts);
        (void) json_free(run->args);
        (void) json_free(run->cursor);
        (void) json_free(run->reply_body);
        free(run->request.body);
        free(run->checkpoint.result);
        free(run->subject);
        free(run->token);
        free(run->why);
        free(run);
        return NULL;
}

bool run_keep_facts(Run *run, const Facts *facts) {
        engine_learn_clock(run->engine, facts->now);
        run->facts = facts_free(run->facts);
        if (facts_copy(facts, &run->facts) == 0)
                return true;
        run_drop(run, "flow.dropped", "out of memory");
        return false;
}

/* ---- what the others use ------------------------------------------------------------------------------------------------------ */

FlowLease run_lease(const Run *run) {
        return (FlowLease) { .flow = run->id, .epoch = run->epoch, .step_no = run->next_step };
}

StepContext run_context(const Run *run, const Json *results[FLOW_STEPS_MAX]) {
        static const Facts nothing = {};

        for (int i = 0; i < FLOW_STEPS_MAX; i++)
                results[i] = run->steps[i].result;
        return (StepContext) {
                .env = &run->engine->config.env, .flow = run->id, .definition = run->flow, .guild = run->guild, .actor = run->actor,
                .actor_user = run->actor_user, .subject = run->subject, .args = run->args, .step_no = run->at,
                .marker = run->marker, .first_sent_at = run->first_at, .facts = run->facts ? run->facts : &nothing, .cursor = run->cursor,
                .results = results,
        };
}

const Json *flow_result(const StepContext *c, const char *step) {
        for (int i = 0; i < c->definition->n_steps; i++)
                if (streq(c->definition->steps[i].name, step))
                        return c->results[i];
        return NULL;
}

uint64_t flow_result_id(const StepContext *c, const char *step) {
        uint64_t id;

        return json_get_u64(flow_result(c, step), "id", &id) == 0 ? id : 0;
}

void run_enter(Run *run) {
        ratelimit_slot_set(run->engine->config.limits, run->engine->config.slot, run->id);
        if (run->at < run->flow->n_steps)       /* behind the last step it is the last words' turn, which have points of their own */
                run_fault(run, "in-code");
}

void run_leave(Run *run) {
        ratelimit_slot_set(run->engine->config.limits, run->engine->config.slot, (FlowId) { 0 });
}

void run_fault(const Run *run, const char *point) {
        (void) FAULT_STEP(run->flow->name, run->flow->steps[run->at].name, point);
}

void run_travel(const Run *run, const Travel *travel) {
        Travel told = *travel;

        told.flow = run->id;
        told.interaction = run->interaction;
        travel_tell(run->engine->config.travels, &told);
}

void run_step_begins(Run *run) {
        if (run->began_at == 0)
                run->began_at = travel_begin(run->engine->config.travels);
}

void run_step_ends(Run *run, TravelOutcome outcome, const char *why) {
        run_travel(run, &(Travel) { .what = TRAVEL_STEP, .name = run->flow->steps[run->at].name, .outcome = outcome, .why = why,
                                    .took = travel_took(TAKE(run->began_at)) });
}

bool run_is_patient(const Run *run) {
        return run->deadline == USEC_INFINITY || run->is_undo;
}

bool run_is_fresh(const Run *run) {
        return clock_boottime() - run->leased_at <= LEASE_SEND_MAX;
}

bool run_is_overdue(const Run *run) {
        return !run_is_patient(run) && engine_database_now(run->engine) > run->deadline;
}

Usec run_retry_wait(Run *run) {
        if (retry_is_over(run->attempt, run_is_patient(run)))
                return PARK_WAIT;
        return retry_wait(run->attempt + run->tries++, run_is_patient(run), arc4random());
}

/* Only what failed in this lease counts: how often Discord said no before says nothing about the database. */
Usec run_database_wait(Run *run) {
        return MIN(retry_wait(run->tries++, false, arc4random()), RETRY_KEEP_MAX / 2);
}

static int run_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Run *run = userdata;

        (void) source;
        (void) usec;
        run->timer = sd_event_source_disable_unref(run->timer);
        if (run->is_lost)
                run_drop(run, "flow.lost", "lease lost");
        else
                run->then(run);
        return 0;
}

/* Between two tries nothing is under way, and a look-up changes nothing: what the row says is true, and others may go on. */
void run_interrupt(Run *run) {
        if (run->is_committing || (!run->timer && !run->waits_for_ack && !run->look_up))
                return;
        look_up_leave(run);
        run->timer = sd_event_source_disable_unref(run->timer);
        run->waits_for_ack = false;
        if (run->is_lost)
                run_drop(run, "flow.lost", "lease lost");
        else
                run_give_back(run, "draining", 0);
}

void run_wait(Run *run, Usec wait, void (*then)(Run *run)) {
        int r;

        run->then = then;
        r = sd_event_add_time_relative(run->engine->config.event, &run->timer, CLOCK_BOOTTIME, wait, 1, run_timer, run);
        if (r < 0)
                run_drop(run, "flow.dropped", "no timer");      /* its lease runs out and somebody claims it */
}

/* Leaves without writing: the row says what is true, and the lease runs out. */
void run_drop(Run *run, const char *event, const char *why) {
        run_travel(run, &(Travel) { .what = TRAVEL_LEFT, .why = why });
        log_event(LOG_INFO, event, "The flow was left to another process.", LOG_FLOW(run->id.v), LOG_TEXT("kind", run->flow ? run->flow->name : "?"),
                  LOG_TEXT("why", why));
        engine_left(run->engine, run);
}

static int build_give_back(Run *run, Batch *b) {
        const Json *results[FLOW_STEPS_MAX];
        StepContext c = run_context(run, results);
        FlowLease lease = run_lease(run);
        Checkpoint checkpoint = { .batch = b };
        int r = run->is_blocked ? run->flow->steps[run->at].waits(&c, &checkpoint) : 0;

        free(checkpoint.result);
        if (r < 0)
                return r;
        /* while walking back last_error is the reason that the person will be told: it must stay */
        store_add_later(b, &lease, run->is_undo ? run->why : run->give_back_why, run->give_back_wait);
        return 0;
}

static void given_back(Run *run) {
        engine_left(run->engine, run);
}

/* why: a word that lives as long as the program, for the write may have to be repeated. */
void run_give_back(Run *run, const char *why, Usec wait) {
        if (wait >= PARK_WAIT && retry_is_over(run->attempt, run_is_patient(run)))
                log_event(LOG_ERR, "flow.stuck", "A flow has failed for hours and is tried once an hour from now on.",
                          LOG_FLOW(run->id.v), LOG_TEXT("kind", run->flow->name), LOG_TEXT("why", why));
        else
                log_event(LOG_INFO, "flow.later", "A flow goes back to the queue.", LOG_FLOW(run->id.v),
                          LOG_TEXT("kind", run->flow->name), LOG_TEXT("why", why), LOG_U64("wait_ms", wait / USEC_PER_MSEC));
        run_travel(run, &(Travel) { .what = TRAVEL_LATER, .why = why });
        run->give_back_why = why;
        run->give_back_wait = wait;
        commit_begin(run, build_give_back, given_back);
}

/* A permission is missing, and walking back would undo what people were told: wait until somebody gives it. */
void run_block(Run *run) {
        log_event(LOG_WARNING, "flow.blocked", "A flow waits for a permission that is missing.", LOG_FLOW(run->id.v), LOG_GUILD(run->guild.v),
                  LOG_TEXT("kind", run->flow->name), LOG_TEXT("step", run->flow->steps[run->at].name));
        run->is_blocked = true;
        run->has_said_words = run->was_blocked || run->ack == ACK_NONE || !run->flow->words;
        run_next(run);
}

static int build_turn(Run *run, Batch *b) {
        FlowLease lease = run_lease(run);

        store_add_turn(b, &lease, run->why);
        return 0;
}

static void turned(Run *run) {
        run->began_at = 0;
        run->is_undo = true;
        run->has_said_words = false;
        run->attempt = 0;
        run->tries = 0;
        run_next(run);
}

/* From here the flow only walks back. */
void run_turn(Run *run, const char *why) {
        char *copy = strdup(why);

        if (!copy) {
                run_drop(run, "flow.dropped", "out of memory");
                return;
        }
        free(run->why);
        run->why = copy;
        run_travel(run, &(Travel) { .what = TRAVEL_TURNED, .why = run->why });
        log_event(LOG_NOTICE, "flow.turned", "A flow is taken back.", LOG_FLOW(run->id.v), LOG_TEXT("kind", run->flow->name),
                  LOG_TEXT("step", run->next_step < run->flow->n_steps ? run->flow->steps[run->next_step].name : "end"),
                  LOG_TEXT("why", why));
        commit_begin(run, build_turn, turned);
}

/* ---- from step to step -------------------------------------------------------------------------------------------------------- */

/* The newest step that may have left an effect, or -1. */
static int step_to_take_back(const Run *run) {
        int k = MIN(run->next_step, run->flow->n_steps - 1);

        for (; k >= 0; k--)
                if (run->flow->steps[k].undo &&
                    (run->steps[k].state == RUN_STEP_DONE || run->steps[k].state == RUN_STEP_INTENT))
                        return k;
        return -1;
}

void run_next(Run *run) {
        Engine *engine = run->engine;
        int k;

        if (run->is_lost) {
                run_drop(run, "flow.lost", "lease lost");
                return;
        }
        if (engine->is_draining) {
                run_give_back(run, "draining", 0);
                return;
        }
        if (run->is_blocked) {
                if (run->has_said_words)
                        run_give_back(run, WHY_FORBIDDEN, BLOCKED_WAIT);
                else
                        words_say(run);
                return;
        }
        if (run->is_undo) {
                k = step_to_take_back(run);
                if (k >= 0) {
                        run->at = k;
                        step_take_back(run);
                        return;
                }
        } else if (run->next_step < run->flow->n_steps) {
                if (run->next_step < run->flow->words_before || run->has_said_words || run->ack == ACK_NONE) {
                        run->at = run->next_step;
                        step_begin(run);
                        return;
                }
        }
        if (!run->has_said_words && run->ack != ACK_NONE && run->flow->words)
                words_say(run);
        else
                commit_finish(run);
}

static void run_steps_read(int outcome, const StepRow *rows, size_t n_rows, void *userdata);

static void run_read_steps(Run *run) {
        if (store_steps(run->engine->config.store, run->id, run_steps_read, run) < 0)
                run_drop(run, "flow.dropped", "out of memory");
}

/* A table that does not fit the rows means another version of us wrote them: wait for it rather than guess. */
static bool run_fits(Run *run, const StepRow *rows, size_t n_rows) {
        for (size_t i = 0; i < n_rows; i++) {
                const StepRow *row = &rows[i];
                RunStep *step;

                if (row->step_no < 0 || row->step_no >= run->flow->n_steps ||
                    !streq(run->flow->steps[row->step_no].name, row->op))
                        return false;
                step = &run->steps[row->step_no];
                step->state = row->state == STEP_INTENT ? RUN_STEP_INTENT
                              : row->state == STEP_DONE ? RUN_STEP_DONE
                                                        : RUN_STEP_UNDONE;
                step->first_at = row->first_at;
                step->last_at = row->last_at;
                step->result = json_copy(row->result);
        }
        return run->next_step >= 0 && run->next_step <= run->flow->n_steps;
}

/* Taken over from another process: it may have died before the acknowledgement left. */
static void run_acknowledge(Run *run) {
        AckState state;

        if (run->ack == ACK_NONE)
                return;
        run->ack = ack_take(run->engine, run->id);
        if (run->ack != ACK_UNKNOWN)
                return;
        if (interaction_is_dead(run->engine, run->interaction)) {
                run->ack = ACK_LATE;
                return;
        }
        if (ack_send(run->engine, run->id,
                     &(Acknowledgement) { .interaction = run->interaction, .token = run->token, .type = run->ack_type },
                     &state) >= 0)
                run->ack = state;
}

static void run_steps_read(int outcome, const StepRow *rows, size_t n_rows, void *userdata) {
        Run *run = userdata;

        if (outcome == STORE_LATER || outcome == STORE_UNKNOWN) {
                run_wait(run, run_database_wait(run), run_read_steps);
                return;
        }
        if (outcome != 0) {
                run_give_back(run, "the steps cannot be read", run_retry_wait(run));
                return;
        }
        if (!run_fits(run, rows, n_rows)) {
                log_event(LOG_ERR, "flow.parked", "A flow's steps do not fit this version of the program.", LOG_FLOW(run->id.v),
                          LOG_TEXT("kind", run->flow->name));
                run_give_back(run, "steps of another version", PARK_WAIT);
                return;
        }
        run_acknowledge(run);
        run_next(run);
}

/* The flow cannot be run here: no code for it, or its arguments do not open. */
static const Flow flow_unknown = { .name = "unknown", .n_steps = 0 };

void run_start(Run *run) {
        if (!run->flow) {
                run->flow = &flow_unknown;
                log_event(LOG_ERR, "flow.parked", "A flow's kind is not known to this version of the program.", LOG_FLOW(run->id.v));
                run_give_back(run, "unknown kind", PARK_WAIT);
                return;
        }
        if (!run->args) {
                log_event(LOG_ERR, "flow.sealed", "A flow's arguments cannot be opened; is the seal key the one that wrote them?",
                          LOG_FLOW(run->id.v));
                run_give_back(run, "arguments cannot be opened", PARK_WAIT);
                return;
        }
        run_travel(run, &(Travel) { .what = TRAVEL_TAKEN, .name = run->flow->name,
                                    .outcome = run->epoch > 1 ? TRAVEL_IS_AGAIN : TRAVEL_NO_OUTCOME });
        run_read_steps(run);
}
