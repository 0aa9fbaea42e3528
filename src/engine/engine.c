/*
 * The engine's clockwork: which flows to claim and when, whose lease to renew, who is told what became of them. It knows no step.
 */

#include <errno.h>

#include "magikal/fault.h"
#include "magikal/log.h"
#include "run.h"

#define CLAIM_EVERY (250 * USEC_PER_MSEC)
#define CLAIM_JITTER (100 * USEC_PER_MSEC)      /* ± 50 ms, so that workers do not march in step */
#define RENEW_EVERY (10 * USEC_PER_SEC)

/* ---- places ------------------------------------------------------------------------------------------------------------------- */

Run *engine_find(Engine *engine, FlowId flow) {
        for (int i = 0; i < engine->config.n_flows_max; i++)
                if (engine->runs[i] && engine->runs[i]->id.v == flow.v)
                        return engine->runs[i];
        return NULL;
}

static int engine_free_places(const Engine *engine) {
        return engine->config.n_flows_max - (int) engine->n_runs - (int) engine->n_asked;
}

/* Acknowledgements are waited for: who gave the flow back is the one that can keep the three seconds. */
void engine_tell_drained(Engine *engine) {
        if (engine->is_draining && engine->n_runs == 0 && !engine->claims && !ack_is_travelling(engine) && !engine->has_told_drained) {
                engine->has_told_drained = true;
                engine->config.drained(engine->config.userdata);
        }
}

/* The run is over here, whatever became of its flow. */
void engine_left(Engine *engine, Run *run) {
        FlowId flow = run->id;
        unsigned n_steps = run->n_steps_done;

        for (int i = 0; i < engine->config.n_flows_max; i++)
                if (engine->runs[i] == run) {
                        engine->runs[i] = run_free(run);
                        engine->n_runs--;
                        break;
                }
        ack_forget(engine, flow);
        if (engine->config.done)
                engine->config.done(flow, n_steps, engine->config.userdata);
        engine_wake(engine);
        engine_tell_drained(engine);
}

Usec engine_database_now(const Engine *engine) {
        return (Usec) ((int64_t) clock_realtime() + engine->clock_offset);
}

void engine_learn_clock(Engine *engine, Usec database_now) {
        engine->clock_offset = (int64_t) database_now - (int64_t) clock_realtime();
}

/* ---- claiming ------------------------------------------------------------------------------------------------------------------- */

static void engine_take(Engine *engine, const FlowRow *rows, size_t n_rows, Usec asked_at) {
        for (size_t i = 0; i < n_rows; i++) {
                Run *run = NULL;
                int place = 0;

                while (place < engine->config.n_flows_max && engine->runs[place])
                        place++;
                /* whatever these bytes do to us, it is this flow's doing */
                ratelimit_slot_set(engine->config.limits, engine->config.slot, rows[i].id);
                /* claims and places are counted, so there is one; without memory the lease runs out and another process takes it */
                if (place == engine->config.n_flows_max || run_new(engine, &rows[i], asked_at, &run) < 0) {
                        log_event(LOG_ERR, "flow.not_taken", "A claimed flow could not be taken; its lease will run out.",
                                  LOG_FLOW(rows[i].id.v));
                        continue;
                }
                (void) FAULT("engine/after-claim");
                engine->runs[place] = run;
                engine->n_runs++;
                run_start(run);
        }
        ratelimit_slot_set(engine->config.limits, engine->config.slot, (FlowId) { 0 });
}

struct Claim {
        Claim *next;
        Engine *engine;
        FlowId flow;            /* 0: any */
        int n_max;
        Usec asked_at;
};

static void claim_remove(Claim *claim) {
        for (Claim **p = &claim->engine->claims; *p; p = &(*p)->next)
                if (*p == claim) {
                        *p = claim->next;
                        break;
                }
        claim->engine->n_asked -= (unsigned) claim->n_max;
        if (claim->flow.v == 0)
                claim->engine->is_claiming = false;
}

static void engine_claimed(int outcome, const FlowRow *rows, size_t n_rows, void *userdata) {
        _free_ Claim *claim = userdata;
        Engine *engine = claim->engine;

        claim_remove(claim);
        if (outcome == 0 && n_rows > 0)
                engine_take(engine, rows, n_rows, claim->asked_at);
        else if (claim->flow.v)
                ack_forget(engine, claim->flow);
        /* a full hand means that there may be more; who found no place because of this claim is looked for too */
        if (TAKE(engine->is_claim_missed) ||
            (outcome == 0 && claim->flow.v == 0 && n_rows > 0 && engine_free_places(engine) > 0))
                engine_wake(engine);
        engine_tell_drained(engine);
}

/* True: it was asked for. Never for more than there are places: what is claimed and not taken stands until its lease is over. */
static bool engine_claim(Engine *engine, FlowId flow) {
        int n_free = engine_free_places(engine), r;
        Claim *claim;

        if (engine->is_draining || engine->installation == 0 || engine->config.env.bot_user.v == 0)
                return false;
        if (n_free <= 0 || (flow.v == 0 && engine->is_claiming)) {
                engine->is_claim_missed |= engine->claims != NULL;
                return false;
        }
        claim = new0(Claim, 1);
        if (!claim)
                return false;
        *claim = (Claim) { .engine = engine, .flow = flow, .n_max = flow.v ? 1 : n_free, .asked_at = clock_boottime() };
        r = flow.v ? store_claim_one(engine->config.store, &engine->config.filter, flow, engine_claimed, claim)
                   : store_claim(engine->config.store, &engine->config.filter, n_free, engine_claimed, claim);
        if (r < 0) {
                free(claim);
                return false;
        }
        claim->next = engine->claims;
        engine->claims = claim;
        engine->n_asked += (unsigned) claim->n_max;
        engine->is_claiming |= flow.v == 0;
        return true;
}

/* The installation's number is part of every nonce, so it comes before everything. */
static void engine_know_installation(int outcome, const Facts *facts, void *userdata) {
        Engine *engine = userdata;

        engine->is_asking_installation = false;
        if (outcome != 0)
                return;         /* asked again by the claim timer */
        engine->installation = facts->installation;
        engine_learn_clock(engine, facts->now);
        engine_wake(engine);
}

static int engine_claim_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Engine *engine = userdata;
        Usec wait = CLAIM_EVERY - CLAIM_JITTER / 2 + arc4random_uniform((uint32_t) CLAIM_JITTER);

        (void) usec;
        if (engine->installation == 0 && !engine->is_asking_installation && engine->config.env.application.v)
                engine->is_asking_installation = store_step_facts(engine->config.store, (FlowId) { 0 }, (GuildId) { 0 },
                                                                  (TicketId) { 0 }, FACTS_TICKET, engine_know_installation, engine) >= 0;
        (void) engine_claim(engine, (FlowId) { 0 });    /* not now: again in a moment */
        (void) sd_event_source_set_time_relative(source, wait);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

void engine_wake(Engine *engine) {
        if (engine->is_draining || !engine->claim_timer)
                return;
        (void) sd_event_source_set_time_relative(engine->claim_timer, 0);       /* fails only for a disabled clock; the period holds anyway */
        (void) sd_event_source_set_enabled(engine->claim_timer, SD_EVENT_ONESHOT);
}

void engine_applied(Engine *engine, ChannelId channel, MessageId message) {
        for (int i = 0; i < engine->config.n_flows_max; i++)
                if (engine->runs[i] && wait_is_for(engine->runs[i], channel, message))
                        wait_hint(engine->runs[i]);
}

/* ---- renewing ------------------------------------------------------------------------------------------------------------------- */

static void engine_renewed(int outcome, const FlowId *still_ours, size_t n_ours, void *userdata) {
        Engine *engine = userdata;

        engine->is_renewing = false;
        if (outcome != 0)
                return;         /* without renewal the runs stop sending by themselves */
        for (size_t i = 0; i < engine->n_renewed; i++) {
                Run *run = engine_find(engine, engine->renewed[i]);
                bool is_ours = false;

                for (size_t k = 0; k < n_ours && !is_ours; k++)
                        is_ours = still_ours[k].v == engine->renewed[i].v;
                if (!run || run->leased_at > engine->renewal_asked_at)
                        continue;       /* left, or written since */
                if (is_ours)
                        run->leased_at = engine->renewal_asked_at;
                else
                        run->is_lost = true;
        }
}

static int engine_renew_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Engine *engine = userdata;

        (void) usec;
        (void) sd_event_source_set_time_relative(source, RENEW_EVERY);
        if (engine->n_runs == 0 || engine->is_renewing)
                return 0;
        engine->n_renewed = 0;
        for (int i = 0; i < engine->config.n_flows_max; i++)
                if (engine->runs[i])
                        engine->renewed[engine->n_renewed++] = engine->runs[i]->id;
        engine->renewal_asked_at = clock_boottime();
        engine->is_renewing = store_renew(engine->config.store, engine->renewed, engine->n_renewed, engine_renewed, engine) >= 0;
        return 0;
}

/* ---- making ----------------------------------------------------------------------------------------------------------------------- */

int engine_new(const EngineConfig *config, Engine **ret_engine) {
        _cleanup_(engine_freep) Engine *engine = new0(Engine, 1);
        int r;

        if (!engine)
                return -ENOMEM;
        engine->config = *config;
        engine->runs = new0(Run *, (size_t) config->n_flows_max);
        engine->renewed = new0(FlowId, (size_t) config->n_flows_max);
        if (!engine->runs || !engine->renewed)
                return -ENOMEM;
        r = sd_event_add_time_relative(config->event, &engine->claim_timer, CLOCK_BOOTTIME, 0, 1, engine_claim_timer, engine);
        if (r < 0)
                return r;
        r = sd_event_add_time_relative(config->event, &engine->renew_timer, CLOCK_BOOTTIME, RENEW_EVERY, 1, engine_renew_timer,
                                       engine);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(engine->renew_timer, SD_EVENT_ON);
        if (r < 0)
                return r;
        *ret_engine = TAKE(engine);
        return 0;
}

Engine *engine_free(Engine *engine) {
        if (!engine)
                return NULL;
        sd_event_source_disable_unref(engine->claim_timer);
        sd_event_source_disable_unref(engine->renew_timer);
        for (int i = 0; engine->runs && i < engine->config.n_flows_max; i++)
                (void) run_free(engine->runs[i]);
        ack_free_all(engine);
        look_up_free_all(engine);
        while (engine->claims) {
                Claim *next = engine->claims->next;

                free(engine->claims);
                engine->claims = next;
        }
        free(engine->runs);
        free(engine->renewed);
        free(engine);
        return NULL;
}

void engine_set_identity(Engine *engine, ApplicationId application, UserId bot_user) {
        engine->config.env.application = application;
        engine->config.env.bot_user = bot_user;
        engine_wake(engine);
}

void engine_put_acknowledgement(JsonWriter *args, const Acknowledgement *a) {
        json_object(args, "ix");
        json_id(args, "id", a->interaction.v);
        json_string(args, "token", a->token);
        if (a->locale)
                json_string(args, "locale", a->locale);
        json_i64(args, "type", a->type);
        json_close(args);
}

int engine_accepted(Engine *engine, FlowId flow, const Acknowledgement *a) {
        AckState state;
        int r = 0;

        if (a && !engine_find(engine, flow))
                r = ack_send(engine, flow, a, &state);
        /* a claim that is under way may bring it; else another worker is as likely to take it, and sends it again if it must */
        if (!engine_claim(engine, flow) && !engine->is_claim_missed)
                ack_forget(engine, flow);
        return r;
}

void engine_drain(Engine *engine) {
        engine->is_draining = true;
        for (int i = 0; i < engine->config.n_flows_max; i++)
                if (engine->runs[i])
                        run_interrupt(engine->runs[i]);
        engine_tell_drained(engine);
}

unsigned engine_n_flows(const Engine *engine) {
        return engine->n_runs;
}

uint64_t engine_n_steps(const Engine *engine) {
        return engine->n_steps;
}

/* ---- the dead ----------------------------------------------------------------------------------------------------------------------- */

typedef struct Farewell {
        Engine *engine;
        FlowId flow;
        void (*done)(int outcome, FlowId flow, void *userdata);
        void *userdata;
} Farewell;

static void farewell_sent(int outcome, const RestReply *reply, void *userdata) {
        _free_ Farewell *f = userdata;
        bool is_worth_repeating = outcome == REST_LATER || outcome == REST_AMBIGUOUS || outcome < 0;

        (void) reply;
        f->done(is_worth_repeating ? outcome : 0, f->flow, f->userdata);
}

int engine_tell_dead(Engine *engine, const FlowRow *row, void (*done)(int outcome, FlowId flow, void *userdata), void *userdata) {
        _json_ Json *args = NULL;
        _free_ char *body = NULL;
        _free_ Farewell *f = NULL;
        const char *token = NULL;
        uint64_t id = 0;
        int r;

        if (row->args)
                (void) json_parse(row->args, strlen(row->args), &args);         /* unreadable: nobody to tell */
        if (json_get_string(json_get(args, "ix"), "token", &token) != 0 || json_get_u64(json_get(args, "ix"), "id", &id) != 0 ||
            interaction_is_dead(engine, (InteractionId) { id })) {
                done(0, row->id, userdata);
                return 0;
        }
        r = engine->config.dead_words(row->id, json_text(json_path(args, "ix", "locale", NULL)), &body);
        if (r < 0)
                return r;
        f = new0(Farewell, 1);
        if (!f)
                return -ENOMEM;
        *f = (Farewell) { .engine = engine, .flow = row->id, .done = done, .userdata = userdata };
        r = rest_send(engine->config.rest,
                      &(RestRequest) { .route = ROUTE_ORIGINAL_PATCH, .ids = { engine->config.env.application.v }, .token = token,
                                       .body = body },
                      farewell_sent, f);
        if (r < 0)
                return r;
        (void) TAKE(f);
        return 0;
}

/* ---- fault points ----------------------------------------------------------------------------------------------------------------- */

void engine_list_faults(FILE *out, const Flow *(*at)(size_t i)) {
        static const char *const rest_points[] = { "before-intent", "after-intent", "before-send", "request-sent", "after-effect" };
        static const char *const wait_points[] = { "before-wait", "after-wait" };
        static const char *const look_up_points[] = { "before-look-up", "after-look-up" };
        static const char *const commit_points[] = { "before-commit", "commit-sent", "after-commit" };
        static const char *const end_points[] = { "words/before", "words/after", "finish/before-commit", "finish/after-commit" };
        const Flow *flow;

        for (size_t i = 0; (flow = at(i)); i++) {
                for (int k = 0; k < flow->n_steps; k++) {
                        const Step *step = &flow->steps[k];

                        if (step->build || step->apply || step->wait || step->ask)
                                fprintf(out, "%s/%s/in-code\n", flow->name, step->name);
                        for (size_t p = 0; step->kind == STEP_REST && p < ELEMENTSOF(rest_points); p++)
                                fprintf(out, "%s/%s/%s\n", flow->name, step->name, rest_points[p]);
                        for (size_t p = 0; step->kind == STEP_WAIT && p < ELEMENTSOF(wait_points); p++)
                                fprintf(out, "%s/%s/%s\n", flow->name, step->name, wait_points[p]);
                        for (size_t p = 0; step->kind == STEP_RSI && p < ELEMENTSOF(look_up_points); p++)
                                fprintf(out, "%s/%s/%s\n", flow->name, step->name, look_up_points[p]);
                        for (size_t p = 0; p < ELEMENTSOF(commit_points); p++)
                                fprintf(out, "%s/%s/%s\n", flow->name, step->name, commit_points[p]);
                        if (step->undo && step->undo->build)
                                fprintf(out, "%s/%s/undo-before-send\n%s/%s/undo-after-effect\n", flow->name, step->name, flow->name,
                                        step->name);
                }
                for (size_t p = 0; p < ELEMENTSOF(end_points); p++)
                        if (flow->words || p >= 2)
                                fprintf(out, "%s/%s\n", flow->name, end_points[p]);
        }
}
