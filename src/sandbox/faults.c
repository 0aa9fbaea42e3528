/* The list of fault rules. First match wins; a rule that only skipped the request leaves it to the next one. */

#include "faults.h"

#include <errno.h>
#include <math.h>

#define RULES_MAX 1000

typedef struct Rule {
        uint64_t id;
        char *method, *template, *path; /* NULL: any */
        Fault fault;
        int64_t n_left;                 /* -1: for ever */
        int64_t n_skip;
        uint64_t n_hits;
        struct Rule *next;
} Rule;

struct Faults {
        Rule *first;
        size_t n_rules;
        uint64_t last_id;
};

static const char *const kind_names[_FAULT_MAX] = {
        [FAULT_SLOW] = "slow",
        [FAULT_HOLD] = "hold",
        [FAULT_STATUS] = "status",
        [FAULT_RATELIMIT] = "ratelimit",
        [FAULT_DROP_AFTER] = "drop_after",
        [FAULT_DROP_BEFORE] = "drop_before",
        [FAULT_LATE] = "late",
};

const char *fault_kind_to_string(FaultKind kind) {
        return kind_names[kind];
}

static FaultKind kind_from_string(const char *name) {
        for (FaultKind k = FAULT_NONE + 1; k < _FAULT_MAX; k++)
                if (streq(kind_names[k], name))
                        return k;
        return FAULT_NONE;
}

Faults *faults_new(void) {
        return new0(Faults, 1);
}

static Rule *rule_free(Rule *rule) {
        if (!rule)
                return NULL;
        free(rule->method);
        free(rule->template);
        free(rule->path);
        free(rule);
        return NULL;
}
DEFINE_CLEANUP(Rule *, rule_free)

void faults_clear(Faults *faults) {
        while (faults->first) {
                Rule *next = faults->first->next;

                rule_free(faults->first);
                faults->first = next;
        }
        faults->n_rules = 0;
}

Faults *faults_free(Faults *faults) {
        if (!faults)
                return NULL;
        faults_clear(faults);
        free(faults);
        return NULL;
}

static int copy_text(const Json *object, const char *key, char **ret_text) {
        const char *text;
        int r;

        r = json_get_string(object, key, &text);
        if (r == JSON_MISSING || r == JSON_NULL)
                return 0;
        if (r < 0)
                return -EINVAL;
        *ret_text = strdup(text);
        return *ret_text ? 0 : -ENOMEM;
}

/* An optional number between two bounds. 0 or -EINVAL. */
static int read_number(const Json *object, const char *key, int64_t least, int64_t most, int64_t *ret) {
        int64_t v;
        int r;

        r = json_get_i64(object, key, &v);
        if (r == JSON_MISSING || r == JSON_NULL)
                return 0;
        if (r < 0 || v < least || v > most)
                return -EINVAL;
        *ret = v;
        return 0;
}

/* Seconds with a fraction, as text or number: the only number of ours that is no integer. */
static int read_seconds(const Json *object, const char *key, Usec *ret) {
        const Json *v = json_get(object, key);
        _free_ char *text = NULL;
        char *end;
        double d;

        if (!v || json_is_null(v))
                return 0;
        if (json_print(v, &text) < 0)
                return -ENOMEM;
        d = strtod(text, &end);
        if (end == text || *end || !isfinite(d) || d < 0 || d > 86400)
                return -EINVAL;
        *ret = (Usec) (d * (double) USEC_PER_SEC);
        return 0;
}

static int rule_parse_status(const Json *json, Rule *rule, const char **ret_why) {
        int64_t status = 0, code = 0;

        *ret_why = "status must be 200 to 599, code one of Discord's JSON error codes";
        if (read_number(json, "status", 200, 599, &status) < 0 || read_number(json, "code", 0, 999999, &code) < 0)
                return -EINVAL;
        rule->fault.code = (int) code;
        if (code > 0 && error_code_lookup((int) code, &rule->fault.status, &rule->fault.message) < 0 && status == 0)
                return -EINVAL;
        if (status > 0)
                rule->fault.status = (int) status;
        return rule->fault.status > 0 ? 0 : -EINVAL;
}

static int rule_parse(const Json *json, Rule *rule, const char **ret_why) {
        const Json *match = json_get(json, "match");
        const char *name = json_text(json_get(json, "do")), *scope;
        int64_t ms = 0;
        int r;

        *ret_why = "match holds method, route and path, all text";
        if (match && !json_is_object(match) && !json_is_null(match))
                return -EINVAL;
        if ((r = copy_text(match, "method", &rule->method)) < 0 || (r = copy_text(match, "route", &rule->template)) < 0 ||
            (r = copy_text(match, "path", &rule->path)) < 0)
                return r;

        *ret_why = "do is slow, hold, status, ratelimit, drop_after, drop_before or late";
        rule->fault.kind = name ? kind_from_string(name) : FAULT_NONE;
        if (rule->fault.kind == FAULT_NONE)
                return -EINVAL;

        *ret_why = "ms is 0 to 600000, count -1 or more, skip 0 or more";
        rule->n_left = 1;
        if (read_number(json, "ms", 0, 600000, &ms) < 0 || read_number(json, "count", -1, INT32_MAX, &rule->n_left) < 0 ||
            read_number(json, "skip", 0, INT32_MAX, &rule->n_skip) < 0)
                return -EINVAL;
        rule->fault.ms = (uint64_t) ms;

        *ret_why = "retry_after is seconds, scope is user, global, shared or cloudflare";
        rule->fault.retry_after = USEC_PER_SEC;
        scope = json_text(json_get(json, "scope"));
        if (scope && scope_from_string(scope, &rule->fault.scope) < 0)
                return -EINVAL;
        r = read_seconds(json, "retry_after", &rule->fault.retry_after);
        return r < 0 || rule->fault.kind != FAULT_STATUS ? r : rule_parse_status(json, rule, ret_why);
}

int faults_add(Faults *faults, const Json *rule, uint64_t *ret_id, const char **ret_why) {
        _cleanup_(rule_freep) Rule *parsed = new0(Rule, 1);
        Rule **at = &faults->first;
        int r;

        if (!parsed)
                return -ENOMEM;
        if (faults->n_rules >= RULES_MAX) {
                *ret_why = "there are too many rules";
                return -EINVAL;
        }
        r = rule_parse(rule, parsed, ret_why);
        if (r < 0)
                return r;

        parsed->id = ++faults->last_id;
        *ret_id = parsed->id;
        while (*at)
                at = &(*at)->next;
        *at = TAKE(parsed);
        faults->n_rules++;
        return 0;
}

/* Whole, or up to a final "*". */
static bool path_matches(const char *pattern, const char *path) {
        size_t n = strlen(pattern);

        if (n > 0 && pattern[n - 1] == '*')
                return strncmp(pattern, path, n - 1) == 0;
        return streq(pattern, path);
}

void faults_match(Faults *faults, const char *method, const char *template, const char *path, Fault *ret_fault) {
        *ret_fault = (Fault) { .kind = FAULT_NONE };
        for (Rule *r = faults->first; r; r = r->next) {
                if (r->n_left == 0 || (r->method && !streq(r->method, method)) ||
                    (r->template && !streq_ptr(r->template, template)) || (r->path && !path_matches(r->path, path)))
                        continue;
                if (r->n_skip > 0) {
                        r->n_skip--;
                        continue;
                }
                if (r->n_left > 0)
                        r->n_left--;
                r->n_hits++;
                *ret_fault = r->fault;
                ret_fault->rule = r->id;
                return;
        }
}

void faults_give_back(Faults *faults, const Fault *fault) {
        for (Rule *r = faults->first; r; r = r->next)
                if (r->id == fault->rule) {
                        if (r->n_left >= 0)
                                r->n_left++;
                        r->n_hits--;
                }
}

void faults_put(Faults *faults, JsonWriter *w) {
        json_open_array(w);
        for (const Rule *r = faults->first; r; r = r->next) {
                json_open(w);
                json_i64(w, "id", (int64_t) r->id);
                json_object(w, "match");
                if (r->method)
                        json_string(w, "method", r->method);
                if (r->template)
                        json_string(w, "route", r->template);
                if (r->path)
                        json_string(w, "path", r->path);
                json_close(w);
                json_string(w, "do", kind_names[r->fault.kind]);
                json_i64(w, "ms", (int64_t) r->fault.ms);
                if (r->fault.kind == FAULT_STATUS) {
                        json_i64(w, "status", r->fault.status);
                        json_i64(w, "code", r->fault.code);
                }
                if (r->fault.kind == FAULT_RATELIMIT) {
                        json_string(w, "scope", scope_to_string(r->fault.scope));
                        json_put_key(w, "retry_after");
                        json_put_double(w, (double) r->fault.retry_after / (double) USEC_PER_SEC);
                }
                json_i64(w, "count", r->n_left);
                json_i64(w, "skip", r->n_skip);
                json_i64(w, "hits", (int64_t) r->n_hits);
                json_close(w);
        }
        json_close_array(w);
}
