/*
 * One step forward (intent → probe → request) or one back (probe → request). The write behind it is commit.c's.
 */

#include <errno.h>
#include <stdio.h>

#include "magikal/fault.h"
#include "magikal/log.h"
#include "run.h"

#define NONCE_WINDOW (60 * USEC_PER_SEC)        /* Discord says "the past few minutes"; within one we rely on it */
#define TOKEN_REVOKED_WAIT (60 * USEC_PER_SEC)

static const Step *step_at_hand(const Run *run) {
        return &run->flow->steps[run->at];
}

/* The nonce of a step: the same after every crash, different in every installation, so that a restored copy repeats none. */
static void step_mark(Run *run) {
        char text[96];
        int n = snprintf(text, sizeof(text), "%llu/%llu/%d", (unsigned long long) run->engine->installation,
                         (unsigned long long) run->id.v, run->at);

        hash_base64url(text, (size_t) n, run->marker, FLOW_MARKER_CHARS);
}

static void step_forget_request(Run *run) {
        free(run->request.body);
        run->request = (StepRequest) {};
        run->has_request = false;
}

/* ---- requests ----------------------------------------------------------------------------------------------------------------- */

static void request_left(void *userdata) {
        run_fault(userdata, "request-sent");
}

static int request_send(Run *run, const StepRequest *request, bool is_effect, RestDone done) {
        RestRequest rest = {
                .route = request->route,
                .query = request->query[0] ? request->query : NULL,
                .body = request->body,
                .audit_reason = request->audit_reason[0] ? request->audit_reason : NULL,
                .sent = is_effect ? request_left : NULL,
                .of = { run->interaction, run->id },
        };

        memcpy(rest.ids, request->ids, sizeof(rest.ids));
        return rest_send(run->engine->config.rest, &rest, done, run);
}

/* Our token is refused: that is nobody's flow's fault, and the next token will do what this one may not. True: it was given back. */
static bool gave_back_for_token(Run *run, RouteId route, int outcome, const RestReply *reply) {
        if (outcome <= 0 || !rest_is_token_revoked(route, reply))
                return false;
        log_event(LOG_ERR, "discord.token_refused", "Discord does not accept the bot's token; flows wait for a valid one.",
                  LOG_FLOW(run->id.v));
        run_give_back(run, "Discord does not accept the bot's token", TOKEN_REVOKED_WAIT);
        return true;
}

/* ---- what Discord's no means -------------------------------------------------------------------------------------------------- */

static const char *refusal_reason(int outcome, const RestReply *reply) {
        static const struct {
                int code;
                const char *why;
        } codes[] = {
                { 10007, WHY_MEMBER_GONE },
                { 10011, WHY_ROLE_GONE },
                { 30013, WHY_GUILD_FULL },
                { 50001, WHY_FORBIDDEN },
                { 50013, WHY_FORBIDDEN },
                { 60003, WHY_FORBIDDEN },
        };
        const Json *first = json_first(json_path(reply->body, "errors", "parent_id", "_errors", NULL));
        const char *name = json_text(json_get(first, "code"));

        /* the limit of 50 has no code of its own: it is a form error on parent_id */
        if (streq_ptr(name, "CHANNEL_PARENT_MAX_CHANNELS"))
                return WHY_CATEGORY_FULL;
        for (size_t i = 0; i < ELEMENTSOF(codes); i++)
                if (codes[i].code == reply->code)
                        return codes[i].why;
        return outcome == REST_GONE ? WHY_GONE : outcome == REST_FORBIDDEN ? WHY_FORBIDDEN : WHY_REFUSED;
}

/* Keeps the parts of a reply that apply() may need again. */
static int step_keep_reply(Run *run, int outcome, const RestReply *reply) {
        run->reply_body = json_free(run->reply_body);
        if (reply->body) {
                run->reply_body = json_copy(reply->body);
                if (!run->reply_body)
                        return -ENOMEM;
        }
        run->reply = (StepReply) { .outcome = outcome, .code = reply->code, .body = run->reply_body };
        if (outcome == 0 && json_is_object(run->reply_body))
                (void) json_get_u64(run->reply_body, "id", &run->reply.id);     /* replies without an id made nothing */
        return 0;
}

/* ---- forward ------------------------------------------------------------------------------------------------------------------- */

static void step_send(Run *run);

/* "Created, and deleted since": what an enforced nonce answers for a message that was there. */
static bool was_made_and_is_gone(const Run *run, int outcome, const RestReply *reply) {
        return outcome == REST_GONE && run->request.route == ROUTE_MESSAGE_CREATE && reply->code == 10008;
}

static void step_sent(int outcome, const RestReply *reply, void *userdata) {
        Run *run = userdata;
        const Step *step = step_at_hand(run);
        Usec wait;

        if (run->is_lost) {
                run_drop(run, "flow.lost", "lease lost");
                return;
        }
        if (outcome == 0)
                run_fault(run, "after-effect");
        if (outcome < 0) {
                run_give_back(run, "no memory for the request", run_retry_wait(run));
                return;
        }
        if (gave_back_for_token(run, run->request.route, outcome, reply))
                return;
        if (outcome == REST_ALREADY || was_made_and_is_gone(run, outcome, reply))
                outcome = 0;
        if (outcome == 0 || (step->tolerates & TOLERATES(outcome))) {
                run->is_refused = outcome != 0 && run->n_sends == 1;    /* should apply turn the flow */
                if (step_keep_reply(run, outcome, reply) < 0)
                        run_give_back(run, "out of memory", run_retry_wait(run));
                else
                        commit_checkpoint(run);
                return;
        }

        switch (outcome) {
        case REST_LATER:        /* it did not happen: the same intent covers the next try */
                run_step_ends(run, TRAVEL_IS_RETRY, reply->status == 429 ? "Discord asks to wait" : NULL);
                wait = reply->wait ? reply->wait : run_retry_wait(run);
                if (wait < RETRY_KEEP_MAX)
                        run_wait(run, wait, step_send);
                else
                        run_give_back(run, reply->status == 429 ? "Discord asks to wait" : "Discord cannot be asked now", wait);
                return;
        case REST_AMBIGUOUS:    /* it may have happened: look, after it had time to */
                run_step_ends(run, TRAVEL_IS_UNCLEAR, NULL);
                wait = MAX(RETRY_SETTLE, run_retry_wait(run));
                log_event(LOG_NOTICE, "flow.ambiguous", "Discord's answer to a request was lost; looking before sending again.",
                          LOG_FLOW(run->id.v), LOG_TEXT("kind", run->flow->name), LOG_TEXT("step", step->name),
                          LOG_I64("status", reply->status));
                if (wait < RETRY_KEEP_MAX)
                        run_wait(run, wait, step_begin);
                else
                        run_give_back(run, "an answer of Discord was lost", wait);
                return;
        case REST_FORBIDDEN:
                if (step->waits) {
                        run_step_ends(run, TRAVEL_IS_FORBIDDEN, NULL);
                        run_block(run);
                        return;
                }
                /* fall through */
        default:
                log_event(LOG_WARNING, "flow.step_failed", "Discord refused a request.", LOG_FLOW(run->id.v),
                          LOG_TEXT("kind", run->flow->name), LOG_TEXT("step", step->name), LOG_I64("status", reply->status),
                          LOG_I64("code", reply->code), LOG_TEXT("reason", reply->message));
                run->is_refused = run->n_sends == 1;
                run_step_ends(run, TRAVEL_IS_REFUSED, refusal_reason(outcome, reply));
                run_turn(run, refusal_reason(outcome, reply));
        }
}

static void step_send(Run *run) {
        if (!run_is_fresh(run)) {
                run_drop(run, "flow.lost", "the lease was not renewed in time");
                return;
        }
        if (run_is_overdue(run)) {
                run_turn(run, WHY_DEADLINE);
                return;
        }
        run_step_begins(run);
        run_fault(run, "before-send");
        if (request_send(run, &run->request, true, step_sent) < 0)
                run_give_back(run, "the request could not be sent", run_retry_wait(run));
}

/* ---- looking for an effect --------------------------------------------------------------------------------------------------- */

static void step_probe(Run *run);

static void step_probed(int outcome, const RestReply *reply, void *userdata) {
        Run *run = userdata;
        const Json *results[FLOW_STEPS_MAX];
        StepContext c = run_context(run, results);
        uint64_t id = 0;
        Usec wait;

        if (run->is_lost) {
                run_drop(run, "flow.lost", "lease lost");
                return;
        }
        if (outcome < 0 || outcome == REST_LATER || outcome == REST_AMBIGUOUS) {
                wait = outcome > 0 && reply->wait ? reply->wait : run_retry_wait(run);
                if (wait < RETRY_KEEP_MAX)
                        run_wait(run, wait, step_probe);
                else
                        run_give_back(run, "an earlier effect cannot be looked for", wait);
                return;
        }
        if (gave_back_for_token(run, run->probe_route, outcome, reply))
                return;
        if (outcome == 0) {
                run_enter(run);
                id = step_at_hand(run)->probe->match(&c, reply->body);
                run_leave(run);
        }
        /* where looking is refused, or the place is gone, the request itself will be told so */
        run->probed(run, id);
}

static void step_probe(Run *run) {
        const Json *results[FLOW_STEPS_MAX];
        StepContext c = run_context(run, results);
        StepRequest request = {};
        int r;

        run_enter(run);
        r = step_at_hand(run)->probe->build(&c, &request);
        run_leave(run);
        if (r == STEP_SKIP) {
                run->probed(run, 0);
                return;
        }
        run->probe_route = request.route;
        if (r == 0)
                r = request_send(run, &request, false, step_probed);
        free(request.body);
        if (r < 0)
                run_give_back(run, "an earlier effect cannot be looked for", run_retry_wait(run));
}

/*
 * An earlier request may still be executing at Discord: when did it have time to be seen? The intent tells when it was to be sent, but it
 * may have waited for a bucket; of another process only is known that it had sent everything when the flow became ours.
 */
static Usec step_is_ripe_at(const Run *run) {
        return MAX(run->last_at, run->adopted_at) + RETRY_SETTLE;
}

static void step_probe_settled(Run *run, void (*probed)(Run *run, uint64_t id)) {
        Usec now = engine_database_now(run->engine), ripe = step_is_ripe_at(run);

        run->probed = probed;
        if (now < ripe)
                run_wait(run, ripe - now, step_probe);
        else
                step_probe(run);
}

/* ---- forward, from the intent ------------------------------------------------------------------------------------------------- */

static void step_probed_forward(Run *run, uint64_t id) {
        if (id == 0) {
                step_send(run);
                return;
        }
        log_event(LOG_NOTICE, "flow.adopted", "An effect of an earlier attempt was found and is kept.", LOG_FLOW(run->id.v),
                  LOG_TEXT("kind", run->flow->name), LOG_TEXT("step", step_at_hand(run)->name));
        run->reply_body = json_free(run->reply_body);
        run->reply = (StepReply) { .id = id };
        commit_checkpoint(run);
}

/* With the intent committed: build, and send or look first. */
static void step_go(Run *run) {
        const Step *step = step_at_hand(run);
        const Json *results[FLOW_STEPS_MAX];
        StepContext c = run_context(run, results);
        Usec now = engine_database_now(run->engine);
        int r;

        step_forget_request(run);
        run->reply = (StepReply) {};
        run_enter(run);
        r = step->build(&c, &run->request);
        run_leave(run);
        if (r == STEP_SKIP) {
                run->reply.is_skipped = true;
                commit_checkpoint(run);
                return;
        }
        if (r != 0) {
                log_event(LOG_ERR, "flow.build_failed", "A request could not be built.", LOG_FLOW(run->id.v),
                          LOG_TEXT("kind", run->flow->name), LOG_TEXT("step", step->name), LOG_ERRNO(r));
                if (r == STEP_TURN || (r != -ENOMEM && !run_is_patient(run)))
                        run_turn(run, WHY_REFUSED);
                else
                        run_give_back(run, "the request could not be built", run_retry_wait(run));
                return;
        }
        run->has_request = true;
        if (run->n_sends > 1 && step->probe) {
                if (!step->probe->is_nonce_enough || now - run->first_at > NONCE_WINDOW) {
                        step_probe_settled(run, step_probed_forward);
                        return;
                }
                /* the nonce makes a second send harmless, once the first is surely over */
                if (now < step_is_ripe_at(run)) {
                        run_wait(run, step_is_ripe_at(run) - now, step_send);
                        return;
                }
        }
        step_send(run);
}

/* The database did not do it: try again within the lease, else give the flow back. */
void step_store_failed(Run *run, int outcome, void (*again)(Run *run)) {
        if ((outcome == STORE_LATER || outcome == STORE_UNKNOWN) && run_is_fresh(run))
                run_wait(run, run_database_wait(run), again);
        else
                run_drop(run, "flow.dropped", "the database stayed away");
}

static void step_intended(int outcome, const Intent *intent, void *userdata) {
        Run *run = userdata;

        if (outcome != 0) {
                step_store_failed(run, outcome, step_begin);
                return;
        }
        if (!intent->is_owned || run->is_lost) {
                run_drop(run, "flow.lost", "lease lost");
                return;
        }
        run_fault(run, "after-intent");
        run->steps[run->at].state = RUN_STEP_INTENT;
        run->steps[run->at].first_at = intent->first_at;
        run->steps[run->at].last_at = intent->facts->now;
        run->n_sends = intent->n_sends;
        run->is_refused = false;
        run->first_at = intent->first_at;
        run->last_at = intent->last_at;
        run->cursor = json_free(run->cursor);
        run->cursor = json_copy(intent->cursor);
        if (run_keep_facts(run, intent->facts))
                step_go(run);
}

static void step_facts_read(int outcome, const Facts *facts, void *userdata) {
        Run *run = userdata;

        if (outcome != 0) {
                step_store_failed(run, outcome, step_begin);
                return;
        }
        if (!run_keep_facts(run, facts))
                return;
        run->reply = (StepReply) {};
        if (step_at_hand(run)->kind == STEP_WAIT)
                wait_begin(run);
        else if (step_at_hand(run)->kind == STEP_RSI)
                look_up_begin(run);
        else
                commit_checkpoint(run);
}

void step_begin(Run *run) {
        const Step *step = step_at_hand(run);
        Store *store = run->engine->config.store;
        FlowLease lease = run_lease(run);
        int r;

        if (!run_is_fresh(run)) {
                run_drop(run, "flow.lost", "the lease was not renewed in time");
                return;
        }
        if (run_is_overdue(run)) {
                run_turn(run, WHY_DEADLINE);
                return;
        }
        run_step_begins(run);
        step_mark(run);
        if (step->kind != STEP_REST)
                r = store_step_facts(store, run->id, run->guild, run->ticket, run->flow->scope, step_facts_read, run);
        else {
                run_fault(run, "before-intent");
                r = store_intent(store, &lease, step->name, run->marker, run->guild, run->ticket, run->flow->scope, step_intended, run);
        }
        if (r < 0)
                run_drop(run, "flow.dropped", "out of memory");
}

/* ---- back ------------------------------------------------------------------------------------------------------------------------ */

static void step_undo_send(Run *run);

static void step_undo_sent(int outcome, const RestReply *reply, void *userdata) {
        Run *run = userdata;
        Usec wait;

        if (run->is_lost) {
                run_drop(run, "flow.lost", "lease lost");
                return;
        }
        if (outcome < 0 || outcome == REST_LATER || outcome == REST_AMBIGUOUS) {
                wait = outcome > 0 && reply->wait ? reply->wait : run_retry_wait(run);
                if (wait < RETRY_KEEP_MAX)
                        run_wait(run, wait, step_undo_send);
                else
                        run_give_back(run, run->why, wait);
                return;
        }
        if (gave_back_for_token(run, run->request.route, outcome, reply))
                return;
        if (outcome != 0 && outcome != REST_ALREADY && outcome != REST_GONE)
                log_event(LOG_WARNING, "flow.undo_refused", "An effect could not be taken back; the sweeper will look after it.",
                          LOG_FLOW(run->id.v), LOG_TEXT("kind", run->flow->name), LOG_TEXT("step", step_at_hand(run)->name),
                          LOG_I64("code", reply->code));
        run_fault(run, "undo-after-effect");
        commit_undone(run);
}

static void step_undo_send(Run *run) {
        if (!run_is_fresh(run)) {
                run_drop(run, "flow.lost", "the lease was not renewed in time");
                return;
        }
        run_fault(run, "undo-before-send");
        if (request_send(run, &run->request, false, step_undo_sent) < 0)
                run_give_back(run, run->why, run_retry_wait(run));
}

/* A step that had nothing to do has left nothing that could be taken back. */
static bool step_was_skipped(const RunStep *step) {
        bool is_skipped;

        return step->state == RUN_STEP_DONE && json_get_bool(step->result, "skipped", &is_skipped) == 0 && is_skipped;
}

static void step_undo_go(Run *run) {
        const StepUndo *undo = step_at_hand(run)->undo;
        const Json *results[FLOW_STEPS_MAX];
        StepContext c = run_context(run, results);
        int r = STEP_SKIP;

        step_forget_request(run);
        if (undo->build && !step_was_skipped(&run->steps[run->at])) {
                run_enter(run);
                r = undo->build(&c, &run->request);
                run_leave(run);
        }
        if (r == 0)
                step_undo_send(run);
        else if (r == STEP_SKIP)
                commit_undone(run);
        else
                run_give_back(run, run->why, run_retry_wait(run));
}

/* An intent without an answer: was there an effect? Its id is what the undo needs. */
static void step_probed_back(Run *run, uint64_t id) {
        RunStep *step = &run->steps[run->at];
        char text[48];

        if (id == 0) {
                commit_undone(run);
                return;
        }
        (void) snprintf(text, sizeof(text), "{\"id\":\"%llu\"}", (unsigned long long) id);
        step->result = json_free(step->result);
        if (json_parse(text, strlen(text), &step->result) < 0) {
                run_drop(run, "flow.dropped", "out of memory");
                return;
        }
        step_undo_go(run);
}

static void step_undo_facts_read(int outcome, const Facts *facts, void *userdata) {
        Run *run = userdata;
        const RunStep *step = &run->steps[run->at];

        if (outcome != 0) {
                step_store_failed(run, outcome, step_take_back);
                return;
        }
        if (!run_keep_facts(run, facts))
                return;
        if (step->state == RUN_STEP_INTENT && run->is_refused) {
                run->is_refused = false;        /* the steps before this one have effects */
                commit_undone(run);
        } else if (step->state == RUN_STEP_INTENT && step_at_hand(run)->probe) {
                run->first_at = step->first_at;
                run->last_at = step->last_at;
                step_probe_settled(run, step_probed_back);
        } else
                step_undo_go(run);
}

void step_take_back(Run *run) {
        if (!run_is_fresh(run)) {
                run_drop(run, "flow.lost", "the lease was not renewed in time");
                return;
        }
        run_step_begins(run);
        step_mark(run);
        if (store_step_facts(run->engine->config.store, run->id, run->guild, run->ticket, run->flow->scope, step_undo_facts_read, run) < 0)
                run_drop(run, "flow.dropped", "out of memory");
}
