/*
 * The last words: what the person who pressed reads in place of "thinking…". An edit of a state, so it may be repeated; it is said before
 * the flow is finished, because finishing empties the arguments and the token with them.
 */

#include <errno.h>
#include <stdlib.h>

#include "magikal/fault.h"
#include "magikal/log.h"
#include "run.h"

#define WORDS_TRIES 6

static void words_facts(Run *run);

/* A person reads them: even when nobody waits for the rest of the flow, these come as soon as they can. */
static Usec words_wait(Run *run) {
        return retry_wait(run->attempt + run->tries++, false, arc4random());
}

/* outcome: TRAVEL_IS_OK when they were said; TRAVEL_NO_OUTCOME: there was nobody to say them to */
static void words_over(Run *run, TravelOutcome outcome) {
        if (outcome != TRAVEL_NO_OUTCOME)
                run_travel(run, &(Travel) { .what = TRAVEL_WORDS, .outcome = outcome });
        run->has_said_words = true;
        (void) FAULT_STEP(run->flow->name, "words", "after");
        run_next(run);
}

/* Unknown webhook: nothing was acknowledged yet, or too late. Once more with a callback in front, then the words go nowhere. */
static void words_too_late(Run *run) {
        Acknowledgement a = { .interaction = run->interaction, .token = run->token, .type = run->ack_type };

        if (run->is_ack_repeated || interaction_is_dead(run->engine, run->interaction) ||
            ack_send(run->engine, run->id, &a, &run->ack) < 0) {
                log_event(LOG_NOTICE, "flow.words_late", "The interaction's token is dead; the person is not told there.",
                          LOG_FLOW(run->id.v), LOG_TEXT("kind", run->flow->name));
                run->ack = ACK_LATE;
                words_over(run, TRAVEL_IS_LATE);
                return;
        }
        run->is_ack_repeated = true;
        run->waits_for_ack = true;
}

static void words_sent(int outcome, const RestReply *reply, void *userdata) {
        Run *run = userdata;
        Usec wait;

        if (run->is_lost) {
                run_drop(run, "flow.lost", "lease lost");
                return;
        }
        switch (outcome) {
        case -ENOMEM:
        case REST_LATER:
        case REST_AMBIGUOUS:
                wait = reply->wait ? reply->wait : words_wait(run);
                if (run->tries >= WORDS_TRIES || wait >= RETRY_KEEP_MAX)
                        run_give_back(run, "the last words cannot be said yet", wait);
                else
                        run_wait(run, wait, words_say);
                return;
        case REST_TOO_LATE:
                words_too_late(run);
                return;
        case 0:
        case REST_ALREADY:
        case REST_GONE:         /* dismissed by the person: they have seen it end */
                break;
        default:
                log_event(LOG_WARNING, "flow.words_refused", "Discord refused the last words.", LOG_FLOW(run->id.v),
                          LOG_TEXT("kind", run->flow->name), LOG_I64("code", reply ? reply->code : 0));
        }
        words_over(run, outcome == 0 || outcome == REST_ALREADY ? TRAVEL_IS_OK : outcome == REST_GONE ? TRAVEL_IS_GONE : TRAVEL_IS_REFUSED);
}

static void words_send(Run *run) {
        const Json *results[FLOW_STEPS_MAX];
        StepContext c = run_context(run, results);
        _free_ char *body = NULL;
        RestRequest request = { .route = ROUTE_ORIGINAL_PATCH, .ids = { c.env->application.v }, .token = run->token,
                                .of = { run->interaction, run->id } };
        int r;

        /* whoever took the flow over may have told another end */
        if (!run_is_fresh(run)) {
                run_drop(run, "flow.lost", "the lease was not renewed in time");
                return;
        }
        run_enter(run);
        r = run->flow->words(&c, run->is_undo ? run->why : run->is_blocked ? WHY_FORBIDDEN : NULL, &body);
        run_leave(run);
        request.body = body;
        (void) FAULT_STEP(run->flow->name, "words", "before");
        if (r == 0)
                r = rest_send(run->engine->config.rest, &request, words_sent, run);
        if (r < 0) {
                log_event(LOG_ERR, "flow.words_failed", "The last words could not be built.", LOG_FLOW(run->id.v),
                          LOG_TEXT("kind", run->flow->name), LOG_ERRNO(r));
                run_give_back(run, "the last words cannot be built", words_wait(run));
        }
}

static void words_facts_read(int outcome, const Facts *facts, void *userdata) {
        Run *run = userdata;

        if (outcome != 0) {
                if (outcome == STORE_LATER || outcome == STORE_UNKNOWN)
                        run_wait(run, run_database_wait(run), words_facts);
                else
                        run_drop(run, "flow.dropped", "the facts cannot be read");
                return;
        }
        if (run_keep_facts(run, facts))
                words_send(run);
}

static void words_facts(Run *run) {
        if (store_step_facts(run->engine->config.store, run->id, run->guild, run->ticket, run->flow->scope, words_facts_read, run) < 0)
                run_drop(run, "flow.dropped", "out of memory");
}

void words_say(Run *run) {
        switch (run->ack) {
        case ACK_SENT:
                run->waits_for_ack = true;      /* its arrival calls run_next(), which comes back here */
                return;
        case ACK_LATE:
                words_over(run, TRAVEL_IS_LATE);
                return;
        case ACK_NONE:
                words_over(run, TRAVEL_NO_OUTCOME);
                return;
        case ACK_UNKNOWN:
        case ACK_DONE:
                if (interaction_is_dead(run->engine, run->interaction))
                        words_over(run, TRAVEL_IS_LATE);
                else
                        words_facts(run);
                return;
        }
}
