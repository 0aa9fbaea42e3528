/*
 * A record is written anew because what it shows is stored no more: its people were forgotten, or its time is over. Subject: the ticket, which
 * is long closed. Nobody waits. Where there is no record none is posted: there is nothing to be said any more.
 */

#include "recruit.h"

/* What is blanked from here on makes the record stale once more. */
static int record_fresh(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const Application *application = recruit_application(c);

        (void) reply;
        if (!application)
                return 0;
        store_add_record_fresh(checkpoint->batch, c->facts->ticket.id);
        if (application->blanked_at)
                audit_add(c, checkpoint, "application.blanked", NULL);
        return 0;
}

/* clang-format off */
static const Step steps[] = {
        { .name = "fresh", .kind = STEP_DB, .apply = record_fresh },
        RECRUIT_SHOW(recruit_show),
};
/* clang-format on */

const Flow flow_record_refresh = {
        .name = "record.refresh", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 0, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = ELEMENTSOF(steps),
};
