#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "magikal/fault.h"
#include "magikal/log.h"

/*
 * Who runs: how many of each role, when a dead one is replaced, when a living one has lived long enough, and what is done about what a
 * dead one held. The mechanism is pool.c, the rule restart-policy.c.
 *
 * What children say is hearsay: a job they name is looked up among those they were given; everything else is counters and hints.
 */

#define QUARANTINE_IDLE (60 * USEC_PER_SEC)
#define TELL_BYTES_MAX (8u << 20)       /* of a channel's queue; the rest is kept free for jobs */
#define KEPT_FRAMES_MAX 64

/* A sanitizer's shadow and quarantine are no leak of ours. */
#ifdef __SANITIZE_ADDRESS__
#define WORKER_RSS_KIB_MAX UINT32_MAX
#else
#define WORKER_RSS_KIB_MAX (128 * 1024)
#endif

static bool takes_jobs(const Child *child) {
        return child->role == ROLE_WORKER || child->role == ROLE_QUARANTINE;
}

unsigned children_n_wanted(const Supervisor *s) {
        return (unsigned) config_n_workers(s->config, (int) sysconf(_SC_NPROCESSORS_ONLN));
}

/* ---- telling ---------------------------------------------------------------------------------------------------------------- */

void children_tell_workers(Supervisor *s, const IpcMessage *message) {
        POOL_FOREACH(child, s->pool)
                if (takes_jobs(child) && child->is_ready)
                        (void) pool_send(child, message);       /* a hint: who does not get it finds out by itself */
}

bool children_tell_one(Supervisor *s, const IpcMessage *message) {
        Child *child = pool_by_incarnation(s->pool, dispatch_least_loaded(s->dispatch));

        return child && pool_n_queued_bytes(child) < TELL_BYTES_MAX && pool_send(child, message) == 0;
}

static void tell_editor(Supervisor *s, const IpcMessage *message) {
        POOL_FOREACH(child, s->pool)
                if (child->role == ROLE_EDITOR && child->is_ready)
                        (void) pool_send(child, message);       /* it looks at what is due anyway */
}

/* ---- jobs ------------------------------------------------------------------------------------------------------------------- */

static int on_send_job(uint64_t worker, const Job *job, void *userdata) {
        Supervisor *s = userdata;
        Child *child = pool_by_incarnation(s->pool, worker);
        Usec now = clock_realtime();            /* before it is sent: the worker may be quicker than our next line */
        IpcMessage message;
        int r;

        if (!child)
                return -ESRCH;
        if (job->reference[0] != '\0')
                message = (IpcMessage) { .type = IPC_APOLOGISE, .apologise = {
                        .job = job->id,
                        .received_at = job->received_at,
                        .reference = job->reference,
                        .frame = (const uint8_t *) job->frame,
                        .n_frame = job->n_frame,
                } };
        else
                message = (IpcMessage) { .type = IPC_JOB, .job = {
                        .job = job->id,
                        .attempt = MIN(job->attempt, 16u),
                        .wants_answer = 1,
                        .received_at = job->received_at,
                        .guild = job->guild,
                        .event = job->event,
                        .frame = (const uint8_t *) job->frame,
                        .n_frame = job->n_frame,
                } };
        r = pool_send(child, &message);
        if (r == 0) {
                watching_job(s, child, job, now);
                (void) FAULT("supervisor/after-job-sent");
        }
        return r;
}

static void on_want_quarantine(void *userdata) {
        Supervisor *s = userdata;

        s->quarantine_until = clock_boottime() + QUARANTINE_IDLE;
        children_ensure(s);
}

/* An interaction's token has no shape that the redactor could know. */
static void blank_tokens(char *frame) {
        static const char key[] = "\"token\"";

        for (char *p = frame; (p = strstr(p, key));) {
                p += sizeof(key) - 1;
                p += strspn(p, " \t\r\n:");
                if (*p == '"')
                        for (p++; *p && *p != '"'; p++)
                                *p = '*';
        }
}

/* What killed two processes is kept for whoever looks for the reason; without tokens and ids of people. */
static void keep_frame(Supervisor *s, const Job *job) {
        _free_ char *frame = strndup(job->frame, job->n_frame), *redacted = NULL;
        char path[160];
        _close_ int fd = -1;

        if (!frame)
                return;
        blank_tokens(frame);
        redacted = log_redact("frame", frame);
        if (!redacted)
                return;
        (void) snprintf(path, sizeof(path), "%s/deadly-%s.json", s->started->runtime_dir, job->reference);
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd < 0 || write(fd, redacted, strlen(redacted)) < 0)
                log_event(LOG_WARNING, "job.not_kept", "The bytes of a deadly job could not be kept.",
                          LOG_ERRNO(-errno));
}

static void on_given_up(const Job *job, const char *why, void *userdata) {
        Supervisor *s = userdata;

        watching_given_up(s, job, why);
        log_event(LOG_ERR, "job.given_up", "A dispatch was not handled.", LOG_TEXT("why", why),
                  LOG_TEXT("dispatch", job->event), LOG_TEXT("reference", job->reference),
                  LOG_U64("deaths", job->n_deaths), LOG_GUILD(job->guild));
        if (job->reference[0] != '\0' && dispatch_state(s->dispatch).n_given_up < KEPT_FRAMES_MAX)
                keep_frame(s, job);
}

const DispatchOps children_dispatch_ops = {
        .send = on_send_job,
        .want_quarantine = on_want_quarantine,
        .given_up = on_given_up,
};

static void settle(Supervisor *s, Child *child, uint64_t job) {
        (void) FAULT("supervisor/after-accepted");
        if (dispatch_settled(s->dispatch, child->incarnation, job) < 0) {
                log_event(LOG_DEBUG, "job.unknown", "A worker spoke of a job that it does not have.",
                          LOG_I64("child", child->pid));
                return;
        }
        for (int i = 0; i < s->n_shards; i++)
                shard_settled(s->shards[i]);
}

/* ---- what children say -------------------------------------------------------------------------------------------------------- */

static void on_ready(Supervisor *s, Child *child) {
        log_event(LOG_INFO, "child.ready", "A child is ready.",
                  LOG_TEXT("child_role", role_row(child->role)->name), LOG_I64("child", child->pid));
        s->has_been_ready[child->role] = true;
        watching_ready(s, child);
        if (takes_jobs(child) && !child->is_asked &&
            dispatch_worker_up(s->dispatch, child->incarnation, child->role == ROLE_QUARANTINE) < 0)
                log_event(LOG_ERR, "child.no_row", "There is no room for another worker in the job table.",
                          LOG_I64("child", child->pid));
        supervisor_start_shards(s);
        upkeep_flush(s);
        lifecycle_step(s);
        children_ensure(s);
}

static void on_message(Child *child, const IpcMessage *message, void *userdata) {
        Supervisor *s = userdata;

        switch (message->type) {
        case IPC_READY:
                on_ready(s, child);
                break;
        case IPC_ACCEPTED:
                settle(s, child, message->accepted.job);
                break;
        case IPC_ANSWERED:
                settle(s, child, message->answered.job);
                break;
        case IPC_REFUSED:
                (void) dispatch_refused(s->dispatch, child->incarnation, message->refused.job);
                break;
        case IPC_DONE:
                if (message->done.n_steps > 0)
                        restart_progress(&s->classes[child->role]);
                break;
        case IPC_LOAD:
                if (message->load.n_steps > child->n_steps)
                        restart_progress(&s->classes[child->role]);
                dispatch_worker_load(s->dispatch, child->incarnation, message->load.n_flows);
                break;
        case IPC_EDIT_HINT:
                tell_editor(s, message);
                break;
        case IPC_APPLIED:
                children_tell_workers(s, message);
                break;
        case IPC_TRAVEL:
                watching_heard(s, child, message);
                break;
        default:
                break;
        }
}

static void on_note(Child *child, const char *event, const char *sentence, _unused_ void *userdata) {
        log_event(LOG_ERR, event, sentence, LOG_TEXT("child_role", role_row(child->role)->name),
                  LOG_I64("child", child->pid));
}

/* ---- the next look ---------------------------------------------------------------------------------------------------------------- */

static int on_children_timer(_unused_ sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        Supervisor *s = userdata;

        s->wake_at = 0;
        children_reap_step(s);
        children_ensure(s);
        return 0;
}

static void wake_up_at(Supervisor *s, Usec due) {
        int r;

        if (s->wake_at != 0 && s->wake_at <= due)
                return;
        s->wake_at = due;
        if (!s->children_timer)
                r = sd_event_add_time(s->event, &s->children_timer, CLOCK_BOOTTIME, due, 1, on_children_timer, s);
        else {
                r = sd_event_source_set_time(s->children_timer, due);
                if (r >= 0)
                        r = sd_event_source_set_enabled(s->children_timer, SD_EVENT_ONESHOT);
        }
        if (r < 0)
                log_event(LOG_WARNING, "child.timer_failed",
                          "A timer could not be set; the next second looks again.", LOG_ERRNO(r));
}

/* ---- leases of the dead ------------------------------------------------------------------------------------------------------- */

static void on_released(Supervisor *s, const Reaped *flows, size_t n_flows) {
        size_t n_dead = 0;

        (void) FAULT("supervisor/after-reap");
        for (size_t i = 0; i < n_flows; i++) {
                n_dead += flows[i].is_dead;
                watching_released(s, &flows[i]);
        }
        if (n_flows > 0)
                log_event(LOG_NOTICE, "flow.released", "Flows of a dead process go on elsewhere.",
                          LOG_U64("flows", n_flows - n_dead), LOG_U64("dead", n_dead));
        if (n_dead > 0)
                s->wants_tell_dead = true;
        if (n_flows > n_dead)
                children_tell_workers(s, &(IpcMessage) { .type = IPC_RESUME });
}

/*
 * When the leases of a dead process are released, counted from its death. Not once: what it had sent to the database before it died, a
 * claim for example, may still be executed after the first pass; a statement lives for five seconds at most.
 */
static const Usec reap_passes[] = {
        0, 20 * USEC_PER_MSEC, 80 * USEC_PER_MSEC, 250 * USEC_PER_MSEC, 1500 * USEC_PER_MSEC, 6 * USEC_PER_SEC,
};

static void on_reaped(int outcome, const Reaped *flows, size_t n_flows, void *userdata) {
        PendingReap *reap = userdata;
        Supervisor *s = reap->supervisor;

        reap->is_sent = false;
        if (outcome != 0)
                return;                 /* the next second tries again */
        if (++reap->n_done < ELEMENTSOF(reap_passes)) {
                reap->due = reap->died_at + reap_passes[reap->n_done];
                wake_up_at(s, reap->due);
        } else
                reap->is_used = false;
        on_released(s, flows, n_flows);
}

static void on_prefix_reaped(int outcome, const Reaped *flows, size_t n_flows, void *userdata) {
        Supervisor *s = userdata;

        s->is_reaping_prefix = false;
        if (outcome != 0)
                return;
        s->is_prefix_reaped = true;
        on_released(s, flows, n_flows);
        children_ensure(s);
}

static void reap_owner(Supervisor *s, const char *owner, pid_t pid, const char *why, FlowId culprit);

static void on_orphan_gone(pid_t pid, void *userdata) {
        Supervisor *s = userdata;
        char owner[ROLE_OWNER_MAX];

        if (role_owner(s->started->runtime_dir, pid, owner) == 0)
                reap_owner(s, owner, pid, "supervisor died", (FlowId) { 0 });
}

/*
 * Our dead self's children have finished their steps when the last of them is gone; then whatever any owner of our prefix still holds is
 * free. No child of ours may hold anything yet, for it would be taken from it: so the first ones wait for this, but not long. Should an
 * orphan need longer, its leases are released by its name when it is gone.
 */
static void reap_prefix_step(Supervisor *s) {
        if (!s->are_orphans_gone)
                s->are_orphans_gone = pool_orphans_are_gone(s->pool, on_orphan_gone, s) != 0;
        if (s->is_prefix_reaped || s->is_reaping_prefix || !store_is_connected(s->store))
                return;
        if (clock_boottime() >= s->hold_until)
                s->is_prefix_reaped = true;
        else if (s->are_orphans_gone)
                s->is_reaping_prefix = store_reap_prefix(s->store, s->owner_prefix, on_prefix_reaped, s) == 0;
}

void children_reap_step(Supervisor *s) {
        reap_prefix_step(s);
        if (!store_is_connected(s->store))
                return;
        for (size_t i = 0; i < REAPS_MAX; i++) {
                PendingReap *reap = &s->reaps[i];

                if (reap->is_used && !reap->is_sent && clock_boottime() >= reap->due)
                        reap->is_sent = store_reap_owner(s->store, reap->owner, reap->why, reap->culprit,
                                                         on_reaped, reap) == 0;
        }
}

/* children_reap_step() sends it. */
static void reap_owner(Supervisor *s, const char *owner, pid_t pid, const char *why, FlowId culprit) {
        for (size_t i = 0; i < REAPS_MAX; i++) {
                PendingReap *reap = &s->reaps[i];

                if (reap->is_used)
                        continue;
                *reap = (PendingReap){
                        .supervisor = s, .culprit = culprit, .died_at = clock_boottime(), .is_used = true
                };
                (void) snprintf(reap->owner, sizeof(reap->owner), "%s", owner);
                (void) snprintf(reap->why, sizeof(reap->why), "%s", why);
                return;
        }
        log_event(LOG_WARNING, "flow.reap_later",
                  "Too many deaths wait for the database; leases will end by themselves.",
                  LOG_I64("child", pid));
}

/* ---- death --------------------------------------------------------------------------------------------------------------------- */

static void schedule(Supervisor *s, Role role, Usec delay) {
        Usec due = clock_boottime() + delay;

        if (due > s->not_before[role])
                s->not_before[role] = due;
}

/* What cannot be helped by starting the process again. True: the daemon ends. */
static bool is_the_end(Supervisor *s, const Child *child, Verdict verdict) {
        if (verdict == VERDICT_CONFIG && !s->has_been_ready[child->role]) {
                if (!s->is_draining)
                        log_event(LOG_ERR, "child.config",
                          "A child cannot work with this configuration; see its line above.",
                          LOG_TEXT("child_role", role_row(child->role)->name));
                lifecycle_drain(s, ROLE_EXIT_CONFIG);
                return true;
        }
        if (child->role == ROLE_EDITOR && restart_is_hopeless(&s->classes[ROLE_EDITOR], clock_boottime())) {
                log_event(LOG_ERR, "editor.hopeless", "The editor dies again and again; the daemon starts anew.");
                lifecycle_drain(s, ROLE_EXIT_FAILURE);
                return true;
        }
        return false;
}

static void on_died(Child *child, const Death *death, void *userdata) {
        Supervisor *s = userdata;
        Verdict verdict = death_judge(death);
        FlowId culprit = { 0 };
        char name[DEATH_NAME_MAX];

        death_name(death, name);
        if (verdict == VERDICT_GUILTY)
                culprit = ratelimit_slot_get(s->limits, child->slot);
        if (verdict == VERDICT_PLANNED)
                log_event(LOG_DEBUG, "child.left", "A child has ended as it was asked to.",
                          LOG_TEXT("child_role", role_row(child->role)->name), LOG_I64("child", child->pid));
        else if (verdict != VERDICT_CONFIG)
                log_event(LOG_WARNING, "child.died", "A child died; another takes its place.",
                          LOG_TEXT("child_role", role_row(child->role)->name), LOG_I64("child", child->pid),
                          LOG_TEXT("how", name), LOG_FLOW(culprit.v));

        watching_died(s, child, name, verdict == VERDICT_PLANNED, culprit);
        dispatch_worker_down(s->dispatch, child->incarnation, verdict == VERDICT_PLANNED);
        reap_owner(s, child->owner, child->pid, name, culprit);
        children_reap_step(s);
        child->is_asked = true;         /* it counts for nobody any more */

        if (verdict != VERDICT_PLANNED) {
                s->n_deaths++;
                s->n_guilty_deaths += verdict == VERDICT_GUILTY;
                schedule(s, child->role, restart_after_death(&s->classes[child->role], clock_boottime()));
                if (culprit.v != 0)
                        s->quarantine_until = clock_boottime() + QUARANTINE_IDLE;
                if (is_the_end(s, child, verdict))
                        return;
        }
        children_ensure(s);
        lifecycle_step(s);
}

const PoolOps children_ops = {
        .message = on_message,
        .died = on_died,
        .note = on_note,
};

/* ---- how many ------------------------------------------------------------------------------------------------------------------ */

static void leave(Supervisor *s, Child *child) {
        dispatch_worker_stop(s->dispatch, child->incarnation);
        pool_ask_to_leave(child);
}

static bool spawn(Supervisor *s, Role role) {
        Child *child;
        int r;

        r = pool_spawn(s->pool, role, &child);
        if (r < 0) {
                log_event(LOG_ERR, "child.spawn_failed", "A child could not be started; trying again.",
                          LOG_TEXT("child_role", role_row(role)->name), LOG_ERRNO(r));
                schedule(s, role, USEC_PER_SEC);
                return false;
        }
        supervisor_send_hello(s, child);
        return true;
}

static void fill_up(Supervisor *s, Role role, unsigned n_wanted) {
        unsigned n = pool_count(s->pool, role, false);
        Usec now = clock_boottime();

        while (n < n_wanted && now >= s->not_before[role] && spawn(s, role))
                n++;
        if (n < n_wanted)
                wake_up_at(s, MAX(s->not_before[role], now + 10 * USEC_PER_MSEC));
        if (n > n_wanted)
                for (unsigned i = RATELIMIT_SLOTS; i-- > 0 && n > n_wanted;) {
                        Child *child = pool_child(s->pool, i);

                        if (child && child->role == role && !child->is_asked) {
                                leave(s, child);
                                n--;
                        }
                }
}

static bool has_lived(const Supervisor *s, const Child *child) {
        const RecycleLimits limits = { .n_flows = (uint64_t) s->config->recycle_flows,
                                       .rss_kib = WORKER_RSS_KIB_MAX,
                                       .age = 24 * 3600 * USEC_PER_SEC };

        if (child->incarnation < s->roll_below)
                return true;
        return takes_jobs(child) && recycle_is_due(&limits, child->n_flows_done, child->rss_kib,
                                                   clock_boottime() - child->started_at, child->seed);
}

/* One at a time: while one of a role is on its way in or out, the others stay. */
static void replace_one(Supervisor *s, Role role, unsigned n_wanted) {
        if (pool_count(s->pool, role, true) < n_wanted)
                return;
        POOL_FOREACH(child, s->pool)
                if (child->role == role && child->is_asked)
                        return;
        POOL_FOREACH(child, s->pool)
                if (child->role == role && has_lived(s, child)) {
                        log_event(LOG_INFO, "child.replaced", "A child is replaced.",
                                  LOG_TEXT("child_role", role_row(role)->name), LOG_I64("child", child->pid),
                                  LOG_U64("flows", child->n_flows_done), LOG_U64("rss_kib", child->rss_kib));
                        leave(s, child);
                        fill_up(s, role, n_wanted);
                        return;
                }
}

static unsigned n_quarantine_wanted(Supervisor *s) {
        /* a flow that has killed two processes waits for this one, also when they were those of an earlier life of ours */
        if (dispatch_quarantine_has_work(s->dispatch) || s->queue.n_suspect > 0 || clock_boottime() < s->quarantine_until)
                return 1;
        POOL_FOREACH(child, s->pool)
                if (child->role == ROLE_QUARANTINE && !child->is_asked && child->n_flows + child->n_jobs > 0)
                        return 1;
        return 0;
}

void children_ensure(Supervisor *s) {
        unsigned n_workers = children_n_wanted(s);

        if (s->is_draining)
                return;
        if (!s->is_prefix_reaped && clock_boottime() < s->hold_until) {
                wake_up_at(s, clock_boottime() + 20 * USEC_PER_MSEC);
                reap_prefix_step(s);
                return;
        }
        fill_up(s, ROLE_WORKER, n_workers);
        fill_up(s, ROLE_EDITOR, 1);
        fill_up(s, ROLE_QUARANTINE, n_quarantine_wanted(s));
        replace_one(s, ROLE_WORKER, n_workers);
        replace_one(s, ROLE_EDITOR, 1);
}

void children_roll(Supervisor *s) {
        uint64_t newest = 0;

        POOL_FOREACH(child, s->pool)
                newest = MAX(newest, child->incarnation);
        s->roll_below = newest + 1;
        children_ensure(s);
}

void children_leave(Supervisor *s) {
        POOL_FOREACH(child, s->pool)
                leave(s, child);
}
