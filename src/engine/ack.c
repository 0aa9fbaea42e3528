/*
 * The acknowledgement: the callback that must reach Discord within three seconds of the press. It is sent right after the flow's row is
 * committed, whatever the queue, and again by whoever takes the flow over: "already acknowledged" (40060) is as good as done.
 */

#include <errno.h>
#include <stdio.h>

#include "magikal/fault.h"
#include "magikal/log.h"
#include "run.h"

#define ACK_TRIES 4
#define ACK_RETRY_WAIT (250 * USEC_PER_MSEC)
#define ACK_KEEP (10 * USEC_PER_SEC)            /* settled, and no run has asked: another process has the flow */
#define TOKEN_LIFE (15 * 60 * USEC_PER_SEC)     /* Discord, "Receiving and Responding": tokens are valid for 15 minutes */
#define TOKEN_MARGIN (15 * USEC_PER_SEC)

struct Ack {
        Engine *engine;
        Ack *next;
        FlowId flow;
        AckState state;
        Usec settled_at;        /* CLOCK_BOOTTIME */
        int tries;
        InteractionId interaction;
        int type;
        char *token;
        bool is_forgotten;
        sd_event_source *timer;
};

bool interaction_is_dead(const Engine *engine, InteractionId interaction) {
        return engine_database_now(engine) > snowflake_time(interaction.v) + TOKEN_LIFE - TOKEN_MARGIN;
}

static Ack *ack_free(Ack *ack) {
        sd_event_source_disable_unref(ack->timer);
        free(ack->token);
        free(ack);
        return NULL;
}

static void ack_remove(Ack *ack) {
        for (Ack **p = &ack->engine->acks; *p; p = &(*p)->next)
                if (*p == ack) {
                        *p = ack->next;
                        break;
                }
        (void) ack_free(ack);
}

bool ack_is_travelling(const Engine *engine) {
        for (const Ack *ack = engine->acks; ack; ack = ack->next)
                if (ack->state == ACK_SENT)
                        return true;
        return false;
}

void ack_free_all(Engine *engine) {
        while (engine->acks) {
                Ack *next = engine->acks->next;

                (void) ack_free(engine->acks);
                engine->acks = next;
        }
}

static Ack *ack_find(Engine *engine, FlowId flow) {
        for (Ack *ack = engine->acks; ack; ack = ack->next)
                if (ack->flow.v == flow.v)
                        return ack;
        return NULL;
}

/* Over, one way or the other: the run that waits for it goes on. */
static void ack_settled(Ack *ack, AckState state) {
        Engine *engine = ack->engine;
        Run *run = engine_find(engine, ack->flow);

        ack->state = state;
        ack->settled_at = clock_boottime();
        if (run && run->ack == ACK_SENT) {
                run->ack = state;
                ack_remove(ack);
                if (run->waits_for_ack) {
                        run->waits_for_ack = false;
                        run_next(run);
                }
        } else if (ack->is_forgotten)
                ack_remove(ack);
        engine_tell_drained(engine);
}

static int ack_transmit(Ack *ack);

static int ack_again(sd_event_source *source, uint64_t usec, void *userdata) {
        Ack *ack = userdata;

        (void) source;
        (void) usec;
        ack->timer = sd_event_source_disable_unref(ack->timer);
        if (ack_transmit(ack) < 0)
                ack_settled(ack, ACK_UNKNOWN);
        return 0;
}

static void ack_travel(const Ack *ack, TravelOutcome outcome, const RestReply *reply) {
        travel_tell(ack->engine->config.travels,
                    &(Travel) { .what = TRAVEL_ACKNOWLEDGED, .interaction = ack->interaction, .flow = ack->flow, .outcome = outcome,
                                .name = ack->type == 6 ? "deferred update" : "deferred", .status = reply ? reply->status : 0 });
}

static void ack_done(int outcome, const RestReply *reply, void *userdata) {
        Ack *ack = userdata;

        (void) FAULT("ack/after-send");
        switch (outcome) {
        case 0:
        case REST_ALREADY:
                ack_travel(ack, TRAVEL_IS_OK, reply);
                ack_settled(ack, ACK_DONE);
                return;
        case -ENOMEM:
        case REST_LATER:
        case REST_AMBIGUOUS:
                if (++ack->tries < ACK_TRIES &&
                    sd_event_add_time_relative(ack->engine->config.event, &ack->timer, CLOCK_BOOTTIME, ACK_RETRY_WAIT, 1,
                                               ack_again, ack) >= 0)
                        return;
                ack_settled(ack, ACK_UNKNOWN);
                return;
        default:
                log_event(LOG_NOTICE, "interaction.late", "The interaction could not be acknowledged, going on without its token.",
                          LOG_FLOW(ack->flow.v), LOG_I64("code", reply ? reply->code : 0));
                ack_travel(ack, TRAVEL_IS_LATE, reply);
                ack_settled(ack, ACK_LATE);
        }
}

static int ack_transmit(Ack *ack) {
        char body[64];
        RestRequest request = { .route = ROUTE_INTERACTION_CALLBACK,
                                .ids = { ack->interaction.v },
                                .token = ack->token,
                                .body = body,
                                .of = { ack->interaction, ack->flow } };

        /* 64: EPHEMERAL, the only flag a deferral takes; a deferred update (6) takes none */
        (void) snprintf(body, sizeof(body), ack->type == 6 ? "{\"type\":6}" : "{\"type\":%d,\"data\":{\"flags\":64}}", ack->type);
        (void) FAULT("ack/before-send");
        return rest_send(ack->engine->config.rest, &request, ack_done, ack);
}

static void ack_forget_old(Engine *engine) {
        Usec now = clock_boottime();

        for (Ack *ack = engine->acks, *next; ack; ack = next) {
                next = ack->next;
                if (ack->state != ACK_SENT && ack->settled_at + ACK_KEEP < now)
                        ack_remove(ack);
        }
}

int ack_send(Engine *engine, FlowId flow, const Acknowledgement *a, AckState *ret_state) {
        Ack *ack = ack_find(engine, flow);
        int r;

        if (ack) {              /* the same press twice: one callback is enough */
                *ret_state = ack->state;
                return 0;
        }
        ack_forget_old(engine);
        ack = new0(Ack, 1);
        if (!ack)
                return -ENOMEM;
        *ack = (Ack) { .engine = engine, .flow = flow, .state = ACK_SENT, .interaction = a->interaction, .type = a->type };
        ack->token = strdup(a->token);
        r = ack->token ? ack_transmit(ack) : -ENOMEM;
        if (r < 0) {
                (void) ack_free(ack);
                return r;
        }
        ack->next = engine->acks;
        engine->acks = ack;
        *ret_state = ACK_SENT;
        return 0;
}

AckState ack_take(Engine *engine, FlowId flow) {
        Ack *ack = ack_find(engine, flow);
        AckState state;

        if (!ack)
                return ACK_UNKNOWN;
        state = ack->state;
        if (state != ACK_SENT)
                ack_remove(ack);
        return state;
}

void ack_forget(Engine *engine, FlowId flow) {
        Ack *ack = ack_find(engine, flow);

        if (!ack)
                return;
        if (ack->state == ACK_SENT)
                ack->is_forgotten = true;
        else
                ack_remove(ack);
}
