/*
 * What RSI says of an applicant, looked up once more because it could not be told when they applied. Subject: the ticket. Nobody waits.
 */

#include <errno.h>

#include "recruit.h"

static bool is_known(const Json *rsi) {
        CitizenResult result = citizen_of(rsi).result;

        return result == CITIZEN_FOUND || result == CITIZEN_ABSENT;
}

int recruit_ask_rsi(const StepContext *c, RsiQuery *ret) {
        const Application *application = recruit_application(c);

        if (!application || !application->handle || is_known(c->facts->recruit->rsi))
                return STEP_SKIP;
        *ret = (RsiQuery) { .kind = RSI_CITIZEN, .handle = application->handle };
        return 0;
}

/* Should the applicant have changed the handle meanwhile, nothing is written: the change looks up its own. */
int recruit_rsi_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        _free_ char *kept = NULL;
        int r;

        if (reply->is_skipped || !recruit_application(c) || !citizen_may_replace(c->facts->recruit->rsi, reply->body))
                return 0;
        r = json_print(reply->body, &kept);
        if (r < 0)
                return r;
        store_add_application_rsi(checkpoint->batch, c->facts->ticket.id, recruit_application(c)->handle, kept, citizen_record(reply->body));
        return 0;
}

/* clang-format off */
static const Step steps[] = {
        RECRUIT_RSI,
        RECRUIT_TAIL(recruit_show),
};
/* clang-format on */

const Flow flow_rsi_refresh = {
        .name = "rsi.refresh", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 0, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = ELEMENTSOF(steps),
};
