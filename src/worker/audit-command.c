/* /tickets audit: the last actions, of all, of a member, or about a ticket. */

#include <errno.h>

#include "magikal/store-audit.h"
#include "magikal/views.h"
#include "worker.h"

#define ACTIONS_MAX 20

static void show(Job *job, const AuditRow *rows, size_t n_rows) {
        AuditShown actions[ACTIONS_MAX];
        char *data = NULL;
        size_t n = 0;

        for (; n < n_rows && n < ACTIONS_MAX; n++)
                actions[n] = (AuditShown) { .at = rows[n].at, .has_actor = rows[n].actor.text[0] != '\0', .actor = rows[n].actor_user,
                                            .action = rows[n].action, .detail = rows[n].detail };
        if (view_audit(job->lang, actions, n, &data) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
        else
                job_reply(job, CALLBACK_MESSAGE, data);
}

static void audit_known(int outcome, const AuditRow *rows, size_t n_rows, void *userdata) {
        if (outcome != 0)
                job_say(userdata, TEXT_TRY_AGAIN, TEXT_ARGS());
        else if (n_rows == 0)
                job_say(userdata, TEXT_AUDIT_NONE, TEXT_ARGS());
        else
                show(userdata, rows, n_rows);
}

void on_audit(Job *job) {
        const InteractionOption *member = interaction_option(job->ix, "member"), *ticket = interaction_option(job->ix, "ticket");
        AuditQuery query = { .guild = job->ix->guild, .n_max = ACTIONS_MAX };

        if (member && ticket) {
                job_say(job, TEXT_AUDIT_ONE_OF_TWO, TEXT_ARGS());
                return;
        }
        if (member)
                query.member.v = member->id;
        if (ticket)
                query.ticket_no = (int) ticket->integer;
        if (store_audit_newest(job->worker->store, &query, audit_known, job) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
}
