/*
 * /tickets doctor: a look, not a flow. The person sees that it is being looked at, then what was found. It reads and changes nothing, so
 * another process may begin anew when this one dies in between.
 */

#include "magikal/doctor-gather.h"
#include "magikal/views.h"
#include "worker.h"

static void looked(const DoctorWorld *world, void *userdata) {
        unsigned scopes = DOCTOR_OF_INSTALLATION | DOCTOR_OF_GUILD;
        Job *job = userdata;
        DoctorReport report;
        char *data = NULL;
        int r;

        r = doctor_examine(world, scopes, &report);
        if (r == 0) {
                r = view_doctor(job->lang, &world->guild, &report, doctor_n_checks(scopes), &data);
                doctor_report_done(&report);
        }
        job_edit(job, r < 0 ? NULL : data);
}

static void look(Job *job) {
        Worker *worker = job->worker;
        int r = doctor_gather(&(DoctorSources) { .event = worker->role.event, .config = worker->role.config, .keys = worker->role.keys,
                                                 .store = worker->store, .rest = worker->rest, .rsi = worker->rsi, .guild = job->ix->guild },
                              looked, job);

        if (r < 0)
                job_edit(job, NULL);
}

void on_doctor(Job *job) {
        job_defer(job, look);
}
