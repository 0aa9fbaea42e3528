/*
 * A person is forgotten, at an administrator's word. Subject: the guild. One step does it; that their records are written anew is the work of
 * flows of their own tickets (record-refresh.c), which also follow when the operator forgot somebody on the host.
 */

#include <errno.h>

#include "flows.h"

static int person_erase(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        UserId person = { args_id(c, "person") };

        (void) reply;
        if (person.v == 0)
                return -EBADMSG;
        store_add_person_erase(checkpoint->batch, c->guild, person, c->flow, c->step_no, c->actor);     /* and its audit */
        checkpoint->event = "person.erased";
        checkpoint->sentence = "A person is forgotten.";
        return 0;
}

static int erase_words(const StepContext *c, const char *why, char **ret_body) {
        TextArg person = ARG_USER("opener", ((UserId) { args_id(c, "person") }));

        if (!why)
                return say(c, ret_body, TEXT_ERASED, TEXT_ARGS(person));
        if (streq(why, "person_unknown"))
                return say(c, ret_body, TEXT_ERASE_NOBODY, TEXT_ARGS(person));
        if (streq(why, "person_has_ticket"))
                return say(c, ret_body, TEXT_ERASE_HAS_TICKET, TEXT_ARGS(person));
        return say_why(c, why, TEXT_TROUBLE, ret_body);
}

static const Step steps[] = {
        { .name = "erase", .kind = STEP_DB, .apply = person_erase },
};

const Flow flow_person_erase = {
        .name = "person.erase", .version = 1, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = ELEMENTSOF(steps), .words = erase_words,
};
