/* Forgetting a person: what is known of them is said first, and the press that confirms it is accepted as a flow. */

#include <errno.h>

#include "magikal/views-recruit.h"
#include "recruit.h"

static void person_known(int outcome, const PersonKnown *known, void *userdata) {
        Job *job = userdata;
        UserId person = { interaction_option(job->ix, "member")->id };
        TextArg arg = ARG_USER("opener", person);
        char *data = NULL;

        if (outcome != 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
        else if (!known->who.text[0])
                job_say(job, TEXT_ERASE_NOBODY, TEXT_ARGS(arg));
        else if (known->n_live > 0)
                job_say(job, TEXT_ERASE_HAS_TICKET, TEXT_ARGS(arg));
        else
                job_reply_view(job, CALLBACK_MESSAGE,
                               view_ask_erase(job->lang, job->worker->role.keys, job->ix->guild, person, known->n_tickets, known->n_applications, &data), &data);
}

void on_erase(Job *job) {
        UserId person = { interaction_option(job->ix, "member")->id };

        if (store_person_known(job->worker->store, job->ix->guild, person, person_known, job) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
}

void on_erase_sure(Job *job) {
        _json_writer_ JsonWriter w = {};

        job_args_begin(job, &w);
        json_id(&w, "person", job->custom_id.ids[0]);
        job_accept_for_guild(job, &flow_person_erase, &w);
}
