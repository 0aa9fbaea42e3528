#include "ctl.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>

/* What the daemon says about itself, for people and for Prometheus. */

static int64_t number(const Json *object, const char *key) {
        int64_t value = 0;

        (void) json_get_i64(object, key, &value);       /* what another version does not send is 0 */
        return value;
}

static const char *text(const Json *object, const char *key) {
        const char *value = "";

        (void) json_get_string(object, key, &value);
        return value;
}

static bool is_true(const Json *object, const char *key) {
        bool value = false;

        (void) json_get_bool(object, key, &value);
        return value;
}

static int ask(const CtlOptions *options, const char *question, Json **ret_answer, char **ret_text) {
        _cleanup_(config_freep) Config *config = NULL;
        int status;

        status = ctl_config(options, &config);
        return status != 0 ? status : ctl_ask(config, question, ret_answer, ret_text);
}

/* ---- status ---------------------------------------------------------------------------------------------------------------- */

static void print_children(const Json *children) {
        char age[CTL_DURATION_MAX];

        (void) printf("\n%-11s %8s  %-8s %6s %5s %8s %9s\n", "role", "pid", "state", "flows", "jobs", "MiB", "age");
        JSON_FOREACH(child, children)
                (void) printf("%-11s %8" PRId64 "  %-8s %6" PRId64 " %5" PRId64 " %8.1f %9s\n", text(child, "role"),
                              number(child, "pid"), text(child, "state"), number(child, "flows"), number(child, "jobs"),
                              (double) number(child, "rss_kib") / 1024, ctl_duration(number(child, "age_s") * 1000, age));
}

static void print_shards(const Json *shards) {
        JSON_FOREACH(shard, shards) {
                int64_t seq = number(shard, "seq"), unsafe = seq - number(shard, "low_water");

                (void) printf("shard %-5" PRId64 " %s, %" PRId64 " events, %" PRId64 " of them not yet safe", number(shard, "shard"),
                              text(shard, "gateway"), seq < 0 ? 0 : seq, unsafe);
                if (number(shard, "round_trip_ms") > 0)
                        (void) printf(", answers in %" PRId64 " ms", number(shard, "round_trip_ms"));
                (void) printf("\n");
        }
}

static void print_status(const Json *answer) {
        const Json *database = json_get(answer, "database"), *dispatch = json_get(answer, "dispatch"),
                   *limits = json_get(answer, "limits");
        const char *state = is_true(answer, "ready")      ? "ready"
                            : is_true(answer, "draining") ? "stopping"
                            : is_true(answer, "starting") ? "starting"
                                                          : "not ready";
        char time[CTL_DURATION_MAX];

        (void) printf("%s: %s\n\n", state, text(answer, "status"));
        (void) printf("daemon      %s, pid %" PRId64 ", up %s; children died: %" PRId64 ", of them crashed: %" PRId64 "\n",
                      text(answer, "version"), number(answer, "pid"), ctl_duration(number(answer, "uptime_s") * 1000, time),
                      number(answer, "deaths"), number(answer, "guilty_deaths"));
        print_shards(json_get(answer, "shards"));
        (void) printf("database    %s, schema %" PRId64 "; flows: %" PRId64 " waiting, %" PRId64
                      " running, %" PRId64 " given up\n",
                      is_true(database, "connected") ? "connected" : "away", number(database, "schema"),
                      number(database, "ready"), number(database, "running"), number(database, "dead"));
        (void) printf("jobs        %" PRId64 " open, %" PRId64 " of them waiting for a worker; %" PRId64 " settled, %" PRId64
                      " given up\n",
                      number(dispatch, "jobs"), number(dispatch, "queued"), number(dispatch, "settled"),
                      number(dispatch, "given_up"));
        (void) printf("requests    %" PRId64 " to Discord, %" PRId64 " answered 401, 403 or 429 in the last ten minutes\n",
                      number(limits, "requests"), number(limits, "invalid_10min"));
        if (number(limits, "breaker_ms") > 0)
                (void) printf("            Discord failed five times in a row: nothing is sent for %s\n",
                              ctl_duration(number(limits, "breaker_ms"), time));
        print_children(json_get(answer, "children"));
}

int ctl_status(const CtlOptions *options, _unused_ char *const args[]) {
        _json_ Json *answer = NULL;
        _free_ char *raw = NULL;
        int status;

        status = ask(options, "status", &answer, &raw);
        if (status != 0)
                return status;
        if (options->json)
                (void) puts(raw);
        else
                print_status(answer);
        return is_true(answer, "ready") ? 0 : EX_TEMPFAIL;
}

/* ---- jobs ------------------------------------------------------------------------------------------------------------------ */

static void print_jobs(const Json *jobs) {
        char age[CTL_DURATION_MAX];

        if (json_array_size(jobs) == 0) {
                (void) puts("Nothing waits: every dispatch is settled.");
                return;
        }
        (void) printf("%8s  %-24s %20s %8s %7s %6s  %-9s %9s\n", "job", "event", "guild", "worker", "attempt", "deaths",
                      "reference", "age");
        JSON_FOREACH(job, jobs)
                (void) printf("%8" PRId64 "  %-24s %20s %8" PRId64 " %7" PRId64 " %6" PRId64 "  %-9s %9s\n",
                              number(job, "job"), text(job, "event"), text(job, "guild"), number(job, "worker_pid"),
                              number(job, "attempt"), number(job, "deaths"), text(job, "reference"),
                              ctl_duration(number(job, "age_ms"), age));
}

/* What killed two processes each; the daemon names such a file after the reference that the person was given. */
static void print_kept(const char *runtime_dir) {
        _strbuf_ StrBuf pattern = {};
        glob_t found = {};

        strbuf_appendf(&pattern, "%s/deadly-*.json", runtime_dir);
        if (pattern.error == 0 && glob(strbuf_text(&pattern), 0, NULL, &found) == 0) {
                (void) puts("\nPresses that killed two processes each, without tokens and ids, to be reported:");
                for (size_t i = 0; i < found.gl_pathc; i++)
                        (void) printf("  %s\n", found.gl_pathv[i]);
        }
        globfree(&found);
}

int ctl_jobs(const CtlOptions *options, _unused_ char *const args[]) {
        _cleanup_(config_freep) Config *config = NULL;
        _json_ Json *answer = NULL;
        _free_ char *raw = NULL;
        int status;

        if ((status = ctl_config(options, &config)) != 0 || (status = ctl_ask(config, "jobs", &answer, &raw)) != 0)
                return status;
        if (options->json) {
                (void) puts(raw);
                return 0;
        }
        print_jobs(json_get(answer, "jobs"));
        print_kept(config->runtime_dir);
        return 0;
}

/* ---- metrics ---------------------------------------------------------------------------------------------------------------- */

typedef struct Metric {
        const char *section;            /* object in the answer; NULL: the answer itself */
        const char *key;
        const char *name, *type, *help;
} Metric;

/* clang-format off */
static const Metric metrics[] = {
        { NULL,       "ready",           "magikal_ready",                  "gauge",   "1 while gateway, database and workers stand"         },
        { NULL,       "uptime_s",        "magikal_uptime_seconds",         "gauge",   "Since the supervisor started"                        },
        { NULL,       "guilds",          "magikal_guilds",                 "gauge",   "Guilds with settings or a live ticket"               },
        { NULL,       "deaths",          "magikal_child_deaths",           "counter", "Children that ended without being asked"             },
        { NULL,       "guilty_deaths",   "magikal_child_crashes",          "counter", "Of these, by their own fault"                        },
        { "dispatch", "jobs",            "magikal_jobs",                   "gauge",   "Dispatches not yet settled"                          },
        { "dispatch", "queued",          "magikal_jobs_queued",            "gauge",   "Of these, waiting for a worker"                      },
        { "dispatch", "added",           "magikal_dispatches",             "counter", "Dispatches that became jobs"                         },
        { "dispatch", "settled",         "magikal_dispatches_settled",     "counter", "Jobs that were accepted or answered"                 },
        { "dispatch", "redispatched",    "magikal_dispatches_repeated",    "counter", "Jobs handed out again after a death or a refusal"    },
        { "dispatch", "apologies",       "magikal_apologies",              "counter", "Jobs that killed two processes"                      },
        { "dispatch", "given_up",        "magikal_dispatches_given_up",    "counter", "Jobs that nobody settled"                            },
        { "dispatch", "overflow",        "magikal_dispatches_overflow",    "counter", "Dispatches that found the job table full"            },
        { "dispatch", "dropped",         "magikal_dispatches_dropped",     "counter", "Dispatches that do not concern us"                   },
        { "database", "connected",       "magikal_database_connected",     "gauge",   "1 while the database can be used"                    },
        { "database", "ready",           "magikal_flows_waiting",          "gauge",   "Flows that wait for a worker"                        },
        { "database", "running",         "magikal_flows_running",          "gauge",   "Flows that a worker holds"                           },
        { "database", "dead",            "magikal_flows_dead",             "gauge",   "Flows that were given up"                            },
        { "database", "oldest_ready_ms", "magikal_flow_oldest_waiting_ms", "gauge",   "Age of the flow that waits longest"                  },
        { "limits",   "requests",        "magikal_requests",               "counter", "Requests to Discord"                                 },
        { "limits",   "status_429",      "magikal_requests_limited",       "counter", "Answers 429"                                         },
        { "limits",   "status_5xx",      "magikal_requests_failed",        "counter", "Answers 5xx, or none"                                },
        { "limits",   "invalid_10min",   "magikal_requests_invalid",       "gauge",   "Answers 401, 403, 429 in ten minutes; 10000 is a ban" },
        { "limits",   "breaker_ms",      "magikal_breaker_open_ms",        "gauge",   "For how long nothing is sent after failures"         },
};
static const Metric shard_metrics[] = {
        { "shards",   "live",            "magikal_gateway_live",           "gauge",   "1 while the session stands"                          },
        { "shards",   "round_trip_ms",   "magikal_gateway_round_trip_ms",  "gauge",   "Heartbeat to its acknowledgement"                    },
        { "shards",   "messages",        "magikal_gateway_messages",       "counter", "Messages received"                                   },
        { "shards",   "reconnects",      "magikal_gateway_reconnects",     "counter", "Connections made after the first"                    },
        { "shards",   "identifies",      "magikal_gateway_identifies",     "counter", "New sessions begun"                                  },
};
static const Metric child_metrics[] = {
        { "children", "flows",           "magikal_child_flows",            "gauge",   "Flows in flight"                                     },
        { "children", "jobs",            "magikal_child_jobs",             "gauge",   "Jobs in flight"                                      },
        { "children", "rss_kib",         "magikal_child_resident_kib",     "gauge",   "Resident memory"                                     },
        { "children", "steps",           "magikal_child_steps",            "counter", "Steps finished"                                      },
};
/* clang-format on */

static int64_t value_of(const Json *object, const char *key) {
        return is_true(object, key) ? 1 : number(object, key);
}

static void write_head(const Metric *m, StrBuf *out) {
        strbuf_appendf(out, "# TYPE %s %s\n# HELP %s %s\n", m->name, m->type, m->name, m->help);
}

static const char *suffix(const Metric *m) {
        return streq(m->type, "counter") ? "_total" : "";
}

/* One sample for each item of an array, labelled by these members of it. */
static void write_family(const Metric *m, const Json *items, const char *label, const char *second_label,
                         StrBuf *out) {
        write_head(m, out);
        JSON_FOREACH(item, items) {
                strbuf_appendf(out, "%s%s{%s=\"%" PRId64 "\"", m->name, suffix(m), label, number(item, label));
                if (second_label)
                        strbuf_appendf(out, ",%s=\"%s\"", second_label, text(item, second_label));
                strbuf_appendf(out, "} %" PRId64 "\n", value_of(item, m->key));
        }
}

void metrics_write(const Json *status, StrBuf *out) {
        for (size_t i = 0; i < ELEMENTSOF(metrics); i++) {
                const Metric *m = &metrics[i];

                write_head(m, out);
                strbuf_appendf(out, "%s%s %" PRId64 "\n", m->name, suffix(m),
                               value_of(m->section ? json_get(status, m->section) : status, m->key));
        }
        for (size_t i = 0; i < ELEMENTSOF(shard_metrics); i++)
                write_family(&shard_metrics[i], json_get(status, "shards"), "shard", NULL, out);
        for (size_t i = 0; i < ELEMENTSOF(child_metrics); i++)
                write_family(&child_metrics[i], json_get(status, "children"), "slot", "role", out);
        strbuf_append(out, "# EOF\n");
}

int ctl_metrics(const CtlOptions *options, _unused_ char *const args[]) {
        _json_ Json *answer = NULL;
        _strbuf_ StrBuf out = {};
        int status;

        status = ask(options, "status", &answer, NULL);
        if (status != 0)
                return status;
        metrics_write(answer, &out);
        if (out.error != 0)
                return EX_OSERR;
        (void) fputs(strbuf_text(&out), stdout);
        return 0;
}
