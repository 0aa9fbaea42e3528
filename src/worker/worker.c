/*
 * A worker: takes jobs, decides, accepts, and drives flows. It knows no gateway; it never blocks after its start.
 *
 * Told to leave (DRAIN, SIGTERM, the supervisor's death) it takes nothing new, lets each flow finish its step and gives it back, answers
 * the jobs it has, and exits.
 */

#include "worker.h"

#include <errno.h>
#include <unistd.h>

#include "magikal/config.h"
#include "magikal/log.h"
#include "magikal/secret.h"
#include "magikal/views.h"

#define RSI_PER_MINUTE 30       /* for all workers together; rsi.h says why */
#define JOBS_MAX 512            /* jobs answered at the same time; more go to another worker */

/*
 * ANSWERED and DONE are in no hurry. A job that is answered again, because this process died before its word had left, costs nobody
 * anything: Discord takes one callback (40060).
 */
void worker_tell(Worker *worker, const IpcMessage *message) {
        bool has_time = message->type == IPC_ANSWERED || message->type == IPC_DONE;
        int r = has_time ? channel_send_soon(worker->role.supervisor, message) : channel_send(worker->role.supervisor, message);

        if (r < 0)
                log_event(LOG_WARNING, "worker.not_told", "The supervisor could not be told something; it will find out by itself.",
                          LOG_TEXT("message", ipc_type_to_string(message->type)), LOG_ERRNO(r));
}

void worker_may_leave(Worker *worker) {
        if (worker->is_draining && worker->are_flows_drained && worker->n_jobs == 0)
                role_exit(&worker->role, 0);
}

static void worker_drain(Worker *worker) {
        if (worker->is_draining)
                return;
        worker->is_draining = true;
        worker->sweep = sweep_free(worker->sweep);
        worker->members = members_free(worker->members);
        engine_drain(worker->engine);
        worker_may_leave(worker);
}

/* ---- what the engine tells ------------------------------------------------------------------------------------------------------- */

static void on_flow_done(FlowId flow, unsigned n_steps, void *userdata) {
        worker_tell(userdata, &(IpcMessage) { .type = IPC_DONE, .done = { .flow = flow.v, .n_steps = n_steps } });
}

static void on_edit_wanted(ChannelId channel, MessageId message, void *userdata) {
        worker_tell(userdata, &(IpcMessage) { .type = IPC_EDIT_HINT, .edit_hint = { .channel = channel.v, .message = message.v } });
}

static int ask_rsi(const RsiQuery *query, RsiDone done, void *done_userdata, void *userdata) {
        Worker *worker = userdata;

        return rsi_ask(worker->rsi, query, done, done_userdata);
}

static void on_flows_drained(void *userdata) {
        Worker *worker = userdata;

        worker->are_flows_drained = true;
        worker_may_leave(worker);
}

static int dead_words(FlowId flow, const char *locale, char **ret_body) {
        char reference[32];

        (void) snprintf(reference, sizeof(reference), "F-%llu", (unsigned long long) flow.v);
        return view_say(ret_body, lang_from_locale(locale), false, TEXT_TROUBLE, TEXT_ARGS(ARG_OURS("reference", reference)));
}

/* ---- what the supervisor says ---------------------------------------------------------------------------------------------------- */

static void worker_job(Worker *worker, const IpcMessage *m) {
        const char *frame = (const char *) m->job.frame;
        IpcRefusal refusal = worker->is_draining ? IPC_REFUSAL_DRAINING : worker->n_jobs >= JOBS_MAX ? IPC_REFUSAL_FULL : 0;

        if (refusal != 0) {
                worker_tell(worker, &(IpcMessage) { .type = IPC_REFUSED, .refused = { .job = m->job.job, .reason = refusal } });
                return;
        }
        if (streq(m->job.event, "INTERACTION_CREATE"))
                job_begin(worker, m->job.job, m->job.received_at, frame, m->job.n_frame);
        else {
                world_event(worker, m->job.event, frame, m->job.n_frame);
                if (m->job.wants_answer)
                        worker_tell(worker, &(IpcMessage) { .type = IPC_ANSWERED, .answered = { .job = m->job.job } });
        }
}

static void on_message(const IpcMessage *m, void *userdata) {
        Worker *worker = userdata;

        switch (m->type) {
        case IPC_HELLO:
                engine_set_identity(worker->engine, worker->role.application, worker->role.bot_user);
                return;
        case IPC_JOB:
                worker_job(worker, m);
                return;
        case IPC_APOLOGISE:
                job_apologise(worker, m->apologise.job, m->apologise.reference, (const char *) m->apologise.frame,
                              m->apologise.n_frame);
                return;
        case IPC_RESUME:
                engine_wake(worker->engine);
                return;
        case IPC_TICK:
                if (!worker->is_draining)
                        upkeep_tick(worker, m->tick.what);
                return;
        case IPC_DRAIN:
                worker_drain(worker);
                return;
        case IPC_APPLIED:
                engine_applied(worker->engine, (ChannelId) { m->applied.channel }, (MessageId) { m->applied.message });
                return;
        default:
                return;
        }
}

static void on_stop(void *userdata) {
        worker_drain(userdata);
}

static void on_load(RoleLoad *ret, void *userdata) {
        const Worker *worker = userdata;

        *ret = (RoleLoad) { .n_flows = engine_n_flows(worker->engine), .n_jobs = worker->n_jobs, .n_steps = engine_n_steps(worker->engine) };
}

/* ---- start ------------------------------------------------------------------------------------------------------------------------- */

/* Jobs may come when the database stands for the first time; when it goes away later, people are told. */
static void on_store_state(bool is_connected, void *userdata) {
        Worker *worker = userdata;

        if (!is_connected)
                return;
        engine_wake(worker->engine);
        if (!worker->is_ready && role_ready(&worker->role) >= 0)
                worker->is_ready = true;
}

static int rsi_share(const Config *config) {
        int share = RSI_PER_MINUTE / config_n_workers(config, (int) sysconf(_SC_NPROCESSORS_ONLN));

        return share > 0 ? share : 1;
}

static int worker_start(Worker *worker) {
        const Config *config = worker->role.config;
        bool is_quarantine = worker->role.role == ROLE_QUARANTINE;
        int r;

        r = store_new(worker->role.event,
                      &(StoreConfig) { .dsn = config->dsn, .name = is_quarantine ? "magikald quarantine" : "magikald worker",
                                       .owner = worker->role.owner, .keys = worker->role.keys, .has_front = true },
                      &worker->store);
        if (r < 0)
                return r;
        r = rest_new(worker->role.event,
                     &(RestConfig) { .base_url = config->rest_base_url, .ca_file = config->ca_file,
                                     .token = secret_reveal(worker->role.token), .limits = worker->role.limits,
                                     .travels = &worker->role.travels },
                     &worker->rest);
        if (r < 0)
                return r;
        r = rsi_new(worker->role.event,
                    &(RsiConfig) { .base_url = config->rsi_base_url, .timeout_ms = config->rsi_timeout_ms, .is_off = !config->rsi_enabled,
                                   .requests_per_minute = rsi_share(config) },
                    &worker->rsi);
        if (r < 0)
                return r;
        r = engine_new(&(EngineConfig) {
                               .event = worker->role.event, .store = worker->store, .rest = worker->rest, .limits = worker->role.limits,
                               .slot = worker->role.slot,
                               .env = { .keys = worker->role.keys, .open_cooldown_s = config->open_cooldown_s,
                                        .opens_per_day = config->opens_per_day,
                                        .edit_quiet = (Usec) config->edit_quiet_ms * USEC_PER_MSEC,
                                        .edit_max = (Usec) config->edit_max_ms * USEC_PER_MSEC },
                               /* a flow that has killed two processes is only run where it can kill no other */
                               .filter = { .crashes_min = is_quarantine ? 2 : 0, .crashes_max = is_quarantine ? 2 : 1,
                                           .code_version = CODE_VERSION },
                               .find = flow_by_name,
                               .n_flows_max = is_quarantine ? 1 : config->flows_per_worker,
                               .done = on_flow_done, .hint = on_edit_wanted, .dead_words = dead_words, .drained = on_flows_drained,
                               .ask_rsi = ask_rsi, .travels = &worker->role.travels, .userdata = worker,
                       },
                       &worker->engine);
        if (r < 0)
                return r;
        store_on_state(worker->store, on_store_state, worker);
        return 0;
}

int worker_main(int argc, char *argv[]) {
        static const RoleOps ops = { .message = on_message, .stop = on_stop, .load = on_load };
        Worker worker = {};
        int status, r;

        status = role_start(argc, argv, &ops, &worker, &worker.role);
        if (status != 0)
                return status;
        r = worker_start(&worker);
        if (r < 0) {
                log_event(LOG_ERR, "worker.start_failed", "The worker could not start.", LOG_ERRNO(r));
                status = ROLE_EXIT_FAILURE;
        } else
                status = role_run(&worker.role);

        worker.members = members_free(worker.members);
        worker.sweep = sweep_free(worker.sweep);
        worker.timezones = timezones_free(worker.timezones);
        worker.rsi = rsi_free(worker.rsi);      /* what it is asked by flows ends with them, unanswered */
        worker.engine = engine_free(worker.engine);
        worker.rest = rest_free(worker.rest);
        worker.store = store_free(worker.store);
        role_done(&worker.role);
        return status;
}
