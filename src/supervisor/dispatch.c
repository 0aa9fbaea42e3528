#include "dispatch.h"

#include <errno.h>
#include <stdio.h>

/*
 * A small dense table: at most a thousand jobs, which live for milliseconds. Everything is found by walking it; the order of the table
 * is the order in which Discord said it.
 */

#define WORKERS_MAX 32

typedef struct WorkerRow {
        uint64_t incarnation;           /* 0: free row */
        bool is_quarantine;
        bool is_stopped;                /* drains */
        bool is_full;                   /* refused; until its next report */
        unsigned n_jobs;                /* handed over and not settled */
        unsigned n_flows;               /* as reported */
} WorkerRow;

struct Dispatch {
        const DispatchOps *ops;
        void *userdata;
        WorkerRow workers[WORKERS_MAX];
        Job *jobs[DISPATCH_JOBS_MAX];
        unsigned n_jobs;
        size_t n_bytes;
        uint64_t last_id;
        bool is_running;                /* run() does not enter itself */
        DispatchState counts;
};

static Job *job_free(Job *job) {
        if (!job)
                return NULL;
        free(job->frame);
        free(job);
        return NULL;
}
DEFINE_CLEANUP(Job *, job_free)

int dispatch_new(const DispatchOps *ops, void *userdata, Dispatch **ret_dispatch) {
        Dispatch *d = new0(Dispatch, 1);

        if (!d)
                return -ENOMEM;
        d->ops = ops;
        d->userdata = userdata;
        *ret_dispatch = d;
        return 0;
}

Dispatch *dispatch_free(Dispatch *dispatch) {
        if (!dispatch)
                return NULL;
        for (unsigned i = 0; i < dispatch->n_jobs; i++)
                job_free(dispatch->jobs[i]);
        free(dispatch);
        return NULL;
}

static WorkerRow *find_worker(Dispatch *d, uint64_t incarnation) {
        if (incarnation == 0)
                return NULL;
        for (size_t i = 0; i < WORKERS_MAX; i++)
                if (d->workers[i].incarnation == incarnation)
                        return &d->workers[i];
        return NULL;
}

static int find_job(const Dispatch *d, uint64_t id) {
        for (unsigned i = 0; i < d->n_jobs; i++)
                if (d->jobs[i]->id == id)
                        return (int) i;
        return -1;
}

static void remove_job(Dispatch *d, unsigned i) {
        Job *job = d->jobs[i];
        WorkerRow *w = find_worker(d, job->worker);

        if (w && w->n_jobs > 0)
                w->n_jobs--;
        d->n_bytes -= job->n_frame;
        memmove(&d->jobs[i], &d->jobs[i + 1], (d->n_jobs - i - 1) * sizeof(d->jobs[0]));
        d->n_jobs--;
        job_free(job);
}

static void give_up(Dispatch *d, unsigned i, const char *why) {
        d->counts.n_given_up++;
        d->ops->given_up(d->jobs[i], why, d->userdata);
        remove_job(d, i);
}

/* Eight characters of Crockford's base 32, which has no letters that are taken for digits; from the id that Discord gave. */
static void make_reference(uint64_t subject, char ret[DISPATCH_REFERENCE_MAX]) {
        static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

        for (int i = DISPATCH_REFERENCE_MAX - 2; i >= 0; i--, subject >>= 5)
                ret[i] = digits[subject & 31];
        ret[DISPATCH_REFERENCE_MAX - 1] = '\0';
}

/* ---- who gets it ----------------------------------------------------------------------------------------------------------- */

static bool is_for_quarantine(const Job *job) {
        return job->n_deaths > 0 && job->reference[0] == '\0';
}

static const WorkerRow *choose(const Dispatch *d, bool is_quarantine, bool is_job) {
        const WorkerRow *best = NULL;

        for (size_t i = 0; i < WORKERS_MAX; i++) {
                const WorkerRow *w = &d->workers[i];

                if (w->incarnation == 0 || w->is_quarantine != is_quarantine || w->is_stopped)
                        continue;
                if (is_job && (w->is_full || w->n_jobs >= DISPATCH_PER_WORKER_MAX))
                        continue;
                if (!best || w->n_jobs + w->n_flows < best->n_jobs + best->n_flows)
                        best = w;
        }
        return best;
}

uint64_t dispatch_least_loaded(const Dispatch *d) {
        const WorkerRow *w = choose(d, false, false);

        return w ? w->incarnation : 0;
}

static bool has_quarantine_worker(const Dispatch *d) {
        for (size_t i = 0; i < WORKERS_MAX; i++)
                if (d->workers[i].incarnation != 0 && d->workers[i].is_quarantine && !d->workers[i].is_stopped)
                        return true;
        return false;
}

static void assign(Dispatch *d, Job *job) {
        WorkerRow *w = (WorkerRow *) choose(d, is_for_quarantine(job), true);

        if (!w)
                return;
        job->attempt++;
        if (d->ops->send(w->incarnation, job, d->userdata) < 0) {
                job->attempt--;
                w->is_full = true;
                return;
        }
        job->worker = w->incarnation;
        w->n_jobs++;
}

static void run(Dispatch *d) {
        bool wants_quarantine = false;

        if (d->is_running)
                return;
        d->is_running = true;
        for (unsigned i = 0; i < d->n_jobs; i++) {
                Job *job = d->jobs[i];

                if (job->worker == 0)
                        assign(d, job);
                wants_quarantine |= job->worker == 0 && is_for_quarantine(job);
        }
        d->is_running = false;
        if (wants_quarantine && !has_quarantine_worker(d))
                d->ops->want_quarantine(d->userdata);
}

bool dispatch_quarantine_has_work(const Dispatch *d) {
        for (unsigned i = 0; i < d->n_jobs; i++)
                if (is_for_quarantine(d->jobs[i]))
                        return true;
        return false;
}

/* ---- jobs ------------------------------------------------------------------------------------------------------------------ */

int dispatch_add(Dispatch *d, const JobRequest *request, Usec now) {
        _cleanup_(job_freep) Job *job = NULL;

        if (d->n_jobs >= DISPATCH_JOBS_MAX || d->n_bytes + request->n_frame > DISPATCH_BYTES_MAX) {
                d->counts.n_overflow++;
                return -ENOBUFS;
        }
        job = new0(Job, 1);
        if (!job)
                return -ENOMEM;
        *job = (Job) {
                .shard = request->shard,
                .holds_seq = true,
                .seq = request->seq,
                .received_at = now,
                .subject = request->subject,
                .guild = request->guild,
                .n_frame = request->n_frame,
        };
        job->frame = malloc(request->n_frame > 0 ? request->n_frame : 1);
        if (!job->frame)
                return -ENOMEM;
        copy_bytes(job->frame, request->frame, request->n_frame);
        (void) snprintf(job->event, sizeof(job->event), "%s", request->event);

        job->id = ++d->last_id;
        d->n_bytes += job->n_frame;
        d->counts.n_added++;
        d->jobs[d->n_jobs++] = TAKE(job);
        run(d);
        return 0;
}

int dispatch_settled(Dispatch *d, uint64_t incarnation, uint64_t job) {
        int i = find_job(d, job);

        if (i < 0 || incarnation == 0 || d->jobs[i]->worker != incarnation)
                return -ENOENT;
        if (d->jobs[i]->reference[0] != '\0') {
                d->counts.n_apologies++;
                d->ops->given_up(d->jobs[i], "apologised", d->userdata);
        }
        d->counts.n_settled++;
        remove_job(d, (unsigned) i);
        run(d);
        return 0;
}

int dispatch_refused(Dispatch *d, uint64_t incarnation, uint64_t job) {
        int i = find_job(d, job);
        WorkerRow *w = find_worker(d, incarnation);

        if (i < 0 || !w || d->jobs[i]->worker != incarnation)
                return -ENOENT;
        d->jobs[i]->worker = 0;
        if (w->n_jobs > 0)
                w->n_jobs--;
        w->is_full = true;
        d->counts.n_redispatched++;
        run(d);
        return 0;
}

void dispatch_expire(Dispatch *d, Usec now) {
        for (unsigned i = 0; i < d->n_jobs;)
                if (now - d->jobs[i]->received_at > DISPATCH_JOB_AGE_MAX)
                        give_up(d, i, "expired");
                else
                        i++;
        run(d);
}

void dispatch_new_session(Dispatch *d, int shard) {
        for (unsigned i = 0; i < d->n_jobs; i++)
                if (d->jobs[i]->shard == shard)
                        d->jobs[i]->holds_seq = false;
}

int64_t dispatch_low_water(const Dispatch *d, int shard, int64_t highest) {
        int64_t low = highest;

        for (unsigned i = 0; i < d->n_jobs; i++) {
                const Job *job = d->jobs[i];

                if (job->shard == shard && job->holds_seq && job->seq - 1 < low)
                        low = job->seq - 1;
        }
        return low;
}

/* ---- workers --------------------------------------------------------------------------------------------------------------- */

int dispatch_worker_up(Dispatch *d, uint64_t incarnation, bool is_quarantine) {
        if (incarnation == 0 || find_worker(d, incarnation))
                return -EINVAL;
        for (size_t i = 0; i < WORKERS_MAX; i++)
                if (d->workers[i].incarnation == 0) {
                        d->workers[i] = (WorkerRow) { .incarnation = incarnation, .is_quarantine = is_quarantine };
                        run(d);
                        return 0;
                }
        return -ENOBUFS;
}

void dispatch_worker_load(Dispatch *d, uint64_t incarnation, unsigned n_flows) {
        WorkerRow *w = find_worker(d, incarnation);

        if (!w)
                return;
        w->n_flows = n_flows;
        w->is_full = false;
        run(d);
}

void dispatch_worker_stop(Dispatch *d, uint64_t incarnation) {
        WorkerRow *w = find_worker(d, incarnation);

        if (w)
                w->is_stopped = true;
}

void dispatch_worker_down(Dispatch *d, uint64_t incarnation, bool is_planned) {
        WorkerRow *w = find_worker(d, incarnation);

        if (!w)
                return;
        *w = (WorkerRow) {};

        for (unsigned i = 0; i < d->n_jobs;) {
                Job *job = d->jobs[i];

                if (job->worker != incarnation) {
                        i++;
                        continue;
                }
                job->worker = 0;
                d->counts.n_redispatched++;
                if (!is_planned)
                        job->n_deaths++;
                if (job->n_deaths > 2) {
                        give_up(d, i, "deadly");
                        continue;
                }
                if (job->n_deaths == 2)
                        make_reference(job->subject, job->reference);
                i++;
        }
        run(d);
}

/* ---- for the operator ------------------------------------------------------------------------------------------------------ */

DispatchState dispatch_state(const Dispatch *d) {
        DispatchState state = d->counts;

        state.n_jobs = d->n_jobs;
        state.n_queued = 0;
        for (unsigned i = 0; i < d->n_jobs; i++)
                state.n_queued += d->jobs[i]->worker == 0;
        for (size_t i = 0; i < WORKERS_MAX; i++)
                state.n_workers += d->workers[i].incarnation != 0;
        return state;
}

const Job *dispatch_job(const Dispatch *d, unsigned i) {
        return i < d->n_jobs ? d->jobs[i] : NULL;
}
