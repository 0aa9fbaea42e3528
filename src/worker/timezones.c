/* What somebody may call their time zone is looked up in the names that PostgreSQL knows, so that whatever is found can be computed with. */

#include <errno.h>

#include "worker.h"

struct Timezones {
        char **names;
        size_t n;
};

Timezones *timezones_free(Timezones *timezones) {
        if (!timezones)
                return NULL;
        for (size_t i = 0; i < timezones->n; i++)
                free(timezones->names[i]);
        free(timezones->names);
        free(timezones);
        return NULL;
}
DEFINE_CLEANUP(Timezones *, timezones_free)

static int timezones_new(const char *const *names, size_t n_names, Timezones **ret) {
        _cleanup_(timezones_freep) Timezones *timezones = new0(Timezones, 1);

        if (!timezones)
                return -ENOMEM;
        timezones->names = new0(char *, n_names);
        if (!timezones->names)
                return -ENOMEM;
        for (; timezones->n < n_names; timezones->n++) {
                timezones->names[timezones->n] = strdup(names[timezones->n]);
                if (!timezones->names[timezones->n])
                        return -ENOMEM;
        }
        *ret = TAKE(timezones);
        return 0;
}

typedef struct Wish {
        Job *job;
        void (*done)(Job *job, const char *const *names, size_t n_names);
} Wish;

static void grant(Worker *worker, const Wish *wish) {
        Timezones *timezones = worker->timezones;

        wish->done(wish->job, timezones ? (const char *const *) timezones->names : NULL, timezones ? timezones->n : 0);
}

static void zones_read(int outcome, const char *const *names, size_t n_names, void *userdata) {
        _free_ Wish *wish = userdata;
        Worker *worker = wish->job->worker;

        /* several may have asked before the first answer came; without memory the next one asks again */
        if (outcome == 0 && n_names > 0 && !worker->timezones)
                (void) timezones_new(names, n_names, &worker->timezones);
        grant(worker, wish);
}

void timezones_with(Job *job, void (*done)(Job *job, const char *const *names, size_t n_names)) {
        Wish asked = { job, done };
        Wish *wish;

        if (job->worker->timezones) {
                grant(job->worker, &asked);
                return;
        }
        wish = new0(Wish, 1);
        if (wish)
                *wish = asked;
        if (!wish || store_timezones(job->worker->store, zones_read, wish) < 0) {
                free(wish);
                grant(job->worker, &asked);
        }
}
