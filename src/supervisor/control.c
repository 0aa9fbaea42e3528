#include "supervisor.h"

#include "config.h"     /* PACKAGE_VERSION, made by configure */

#include "magikal/json.h"
#include "magikal/log.h"

/*
 * Answers for magikalctl, from memory: a question never waits for the database or for a child. One row of the table is one question,
 * {"ask":"status"}, perhaps with members of its own; the answer is one JSON object, {"error":"…"} when there is nothing to say.
 */

typedef struct ControlQuestion {
        const char *name;
        void (*answer)(Supervisor *s, const Json *question, JsonWriter *w);
} ControlQuestion;

static void put_u64(JsonWriter *w, const char *key, uint64_t value) {
        json_i64(w, key, value > INT64_MAX ? INT64_MAX : (int64_t) value);
}

static void put_child(JsonWriter *w, const Child *child, Usec now) {
        json_open(w);
        json_string(w, "role", role_row(child->role)->name);
        json_i64(w, "pid", child->pid);
        json_i64(w, "slot", child->slot);
        json_string(w, "state",
                    child->is_hung    ? "hung"
                    : child->is_asked ? "leaving"
                    : child->is_ready ? "ready"
                                      : "starting");
        json_i64(w, "flows", child->n_flows);
        json_i64(w, "jobs", child->n_jobs);
        json_i64(w, "rss_kib", child->rss_kib);
        put_u64(w, "steps", child->n_steps);
        put_u64(w, "flows_done", child->n_flows_done);
        put_u64(w, "age_s", (now - child->started_at) / USEC_PER_SEC);
        json_close(w);
}

static void put_shard(JsonWriter *w, int i, const ShardState *state) {
        json_open(w);
        json_i64(w, "shard", i);
        json_string(w, "gateway", state->gateway);
        json_bool(w, "live", state->is_live);
        put_u64(w, "round_trip_ms", state->round_trip / USEC_PER_MSEC);
        json_i64(w, "seq", state->seq);
        json_i64(w, "low_water", state->low_water);
        put_u64(w, "messages", state->n_messages);
        put_u64(w, "reconnects", state->n_reconnects);
        put_u64(w, "resumes", state->n_resumes);
        put_u64(w, "identifies", state->n_identifies);
        json_close(w);
}

static void put_dispatch(Supervisor *s, JsonWriter *w) {
        DispatchState state = dispatch_state(s->dispatch);

        json_object(w, "dispatch");
        json_i64(w, "jobs", state.n_jobs);
        json_i64(w, "queued", state.n_queued);
        put_u64(w, "added", state.n_added);
        put_u64(w, "settled", state.n_settled);
        put_u64(w, "redispatched", state.n_redispatched);
        put_u64(w, "apologies", state.n_apologies);
        put_u64(w, "given_up", state.n_given_up);
        put_u64(w, "overflow", state.n_overflow);
        put_u64(w, "dropped", s->n_dropped);
        put_u64(w, "told", s->n_told);
        put_u64(w, "untold", s->n_untold);
        json_close(w);
}

static void put_queue(Supervisor *s, JsonWriter *w, Usec now) {
        json_object(w, "database");
        json_bool(w, "connected", store_is_connected(s->store));
        if (s->is_queue_known) {
                json_i64(w, "schema", s->queue.schema_version);
                json_i64(w, "ready", s->queue.n_ready);
                json_i64(w, "running", s->queue.n_running);
                json_i64(w, "dead", s->queue.n_dead);
                put_u64(w, "oldest_ready_ms", s->queue.oldest_ready / USEC_PER_MSEC);
                put_u64(w, "asked_ms_ago", (now - s->queue_at) / USEC_PER_MSEC);
        }
        json_close(w);
}

static void put_limits(Supervisor *s, JsonWriter *w, Usec now) {
        RatelimitState state = ratelimit_state(s->limits, now);

        json_object(w, "limits");
        json_i64(w, "invalid_10min", state.n_invalid_10min);
        put_u64(w, "breaker_ms", state.breaker_until > now ? (state.breaker_until - now) / USEC_PER_MSEC : 0);
        put_u64(w, "requests", state.n_requests);
        put_u64(w, "status_429", state.n_429);
        put_u64(w, "status_5xx", state.n_5xx);
        json_close(w);
}

static void answer_status(Supervisor *s, _unused_ const Json *question, JsonWriter *w) {
        Usec now = clock_boottime();

        json_string(w, "status", s->status);
        json_bool(w, "ready", s->is_ready_told && !s->is_draining && lifecycle_is_serving(s) && store_is_connected(s->store));
        json_bool(w, "starting", !s->is_ready_told);
        json_bool(w, "draining", s->is_draining);
        json_string(w, "version", PACKAGE_VERSION);
        json_i64(w, "pid", getpid());
        put_u64(w, "uptime_s", (now - s->started_at) / USEC_PER_SEC);
        json_i64(w, "guilds", s->n_guilds);
        put_u64(w, "deaths", s->n_deaths);
        put_u64(w, "guilty_deaths", s->n_guilty_deaths);
        json_array(w, "shards");
        for (int i = 0; i < s->n_shards; i++) {
                ShardState state = shard_state(s->shards[i]);

                put_shard(w, i, &state);
        }
        json_close_array(w);
        json_array(w, "children");
        POOL_FOREACH(child, s->pool)
                put_child(w, child, now);
        json_close_array(w);
        put_dispatch(s, w);
        put_queue(s, w, now);
        put_limits(s, w, now);
}

static void answer_jobs(Supervisor *s, _unused_ const Json *question, JsonWriter *w) {
        Usec now = clock_boottime();
        const Job *job;

        json_array(w, "jobs");
        for (unsigned i = 0; (job = dispatch_job(s->dispatch, i)); i++) {
                const Child *child = pool_by_incarnation(s->pool, job->worker);

                json_open(w);
                put_u64(w, "job", job->id);
                json_string(w, "event", job->event);
                json_id(w, "guild", job->guild);
                json_i64(w, "worker_pid", child ? child->pid : 0);
                json_i64(w, "attempt", job->attempt);
                json_i64(w, "deaths", job->n_deaths);
                json_string(w, "reference", job->reference);
                put_u64(w, "age_ms", (now - job->received_at) / USEC_PER_MSEC);
                json_close(w);
        }
        json_close_array(w);
}

/* Flows were made ready by somebody else (magikalctl requeue). */
static void answer_resume(Supervisor *s, _unused_ const Json *question, JsonWriter *w) {
        children_tell_workers(s, &(IpcMessage) { .type = IPC_RESUME });
        json_bool(w, "done", true);
}

/* A number that a question may leave out. False: it is no number, or less than the least. */
static bool read_number(const Json *question, const char *name, int64_t least, int64_t otherwise, int64_t *ret) {
        *ret = otherwise;
        return !json_get(question, name) || (json_get_i64(question, name, ret) == 0 && *ret >= least);
}

/* {"ask":"watch","life":…,"after":…} with both numbers of the answer before; without them, what comes from now on. */
static void answer_watch(Supervisor *s, const Json *question, JsonWriter *w) {
        int64_t life, after;

        if (!read_number(question, "life", 0, 0, &life) || !read_number(question, "after", 0, -1, &after))
                json_string(w, "error", "life and after are numbers of an earlier answer.");
        else if (watching_asked(s) < 0)
                json_string(w, "error", "There is no memory for it.");
        else
                watch_put(s->watch, life, after, w);
}

static const ControlQuestion questions[] = {
        { "status", answer_status },
        { "jobs", answer_jobs },
        { "resume", answer_resume },
        { "watch", answer_watch },
};

static void answer(Supervisor *s, const char *name, const Json *question, JsonWriter *w) {
        for (size_t i = 0; i < ELEMENTSOF(questions); i++)
                if (streq(questions[i].name, name)) {
                        questions[i].answer(s, question, w);
                        return;
                }
        json_string(w, "error", "This daemon does not know the question; is magikalctl of another version?");
}

static void on_question(const char *question, size_t n_bytes, StrBuf *out, void *userdata) {
        _json_ Json *parsed = NULL;
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        const char *name;

        json_open(&w);
        if (json_parse(question, n_bytes, &parsed) < 0 || json_get_string(parsed, "ask", &name) != 0)
                json_string(&w, "error", "The question is not {\"ask\":\"…\"}.");
        else
                answer(userdata, name, parsed, &w);
        json_close(&w);
        if (json_writer_finish(&w, &text) == 0)
                strbuf_append(out, text);
}

int control_start(Supervisor *s) {
        _strbuf_ StrBuf url = {};

        strbuf_appendf(&url, "ipc://%s/control", s->started->runtime_dir);
        if (url.error != 0)
                return url.error;
        return control_listen(s->event, strbuf_text(&url), on_question, s, &s->control);
}
