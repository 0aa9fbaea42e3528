/* Flows that nobody pressed for: the world moved, or the sweeper found something. */

#include <stdarg.h>
#include <stdio.h>

#include "worker.h"

void unasked_accepted(int outcome, const Accepted *accepted, void *userdata) {
        Worker *worker = userdata;

        if (outcome == 0 && accepted->flow.v)
                (void) engine_accepted(worker->engine, accepted->flow, NULL);   /* nobody to answer; the claim timer runs it too */
}

int unasked_accept(Worker *worker, const Unasked *unasked, AcceptDone done, const char *idem_format, ...) {
        char idem[80], subject[40], args[48];
        AcceptRequest request = { .idem_key = idem, .kind = unasked->flow->name, .code_version = unasked->flow->version,
                                  .guild = unasked->guild, .user = unasked->user, .subject = subject,
                                  .args = unasked->args ? unasked->args : args, .ttl_s = unasked->flow->ttl_s };
        va_list ap;

        va_start(ap, idem_format);
        (void) vsnprintf(idem, sizeof(idem), idem_format, ap);
        va_end(ap);
        if (unasked->ticket.v)
                (void) snprintf(subject, sizeof(subject), "ticket:%llu", (unsigned long long) unasked->ticket.v);
        else
                (void) snprintf(subject, sizeof(subject), "guild:%llu", (unsigned long long) unasked->guild.v);
        (void) snprintf(args, sizeof(args), "{\"tid\":\"%llu\"}", (unsigned long long) unasked->ticket.v);
        return store_accept(worker->store, &request, done ? done : unasked_accepted, worker);
}
