#include "store-fixture.h"

#include <errno.h>

static PgTest cluster;
static int n_databases;         /* each test has a database of its own name */

static const ClaimFilter any_flow = { .crashes_min = 0, .crashes_max = 1, .code_version = 1 };

bool store_fixture_begin(void) {
        _free_ char *why = NULL;
        char dsn[256];
        int r;

        if (!pg_test_start(&cluster))
                return false;
        free(pg_test_query(&cluster, "CREATE DATABASE template_magikal"));
        (void) snprintf(dsn, sizeof(dsn), "host=%s user=postgres dbname=template_magikal", cluster.dir);
        r = store_migrate(dsn, false, &why);
        if (r == 0)
                return true;
        printf("Bail out! migrate: %s\n", why ? why : strerror(-r));
        return false;
}

void store_fixture_end(void) {
        pg_test_stop(&cluster);
}

PgTest *store_fixture_cluster(void) {
        return &cluster;
}

static Keys *make_keys(const char *dir) {
        _free_ char *why = NULL;
        char path[128];
        Keys *keys = NULL;

        (void) snprintf(path, sizeof(path), "%s/key", dir);
        (void) keys_generate_file(path);        /* the first test makes it */
        assert_int_equal(keys_load(path, path, path, &keys, &why), 0);
        return keys;
}

Store *store_fixture_store(StoreFixture *f, const char *owner) {
        StoreConfig config = { .dsn = f->db.dsn, .name = "test", .owner = owner, .keys = f->keys, .has_front = true };
        Store *store = NULL;

        assert_int_equal(store_new(f->event, &config, &store), 0);
        return store;
}

int store_fixture_set_up(void **state) {
        StoreFixture *f = new0(StoreFixture, 1);
        char sql[128];

        f->db = cluster;
        n_databases++;
        (void) snprintf(sql, sizeof(sql), "CREATE DATABASE t%d TEMPLATE template_magikal", n_databases);
        free(pg_test_query(&cluster, sql));
        (void) snprintf(f->db.dsn, sizeof(f->db.dsn), "host=%s user=postgres dbname=t%d", cluster.dir, n_databases);
        f->keys = make_keys(cluster.dir);
        if (sd_event_new(&f->event) < 0)
                return -1;
        f->store = store_fixture_store(f, FIXTURE_OWNER);
        *state = f;
        return 0;
}

int store_fixture_tear_down(void **state) {
        StoreFixture *f = *state;

        f->store = store_free(f->store);
        f->keys = keys_free(f->keys);
        f->event = sd_event_unref(f->event);
        free(f);
        clock_set_skew(0);      /* whatever the test did to it */
        return 0;
}

void fixture_skew(StoreFixture *f, const char *interval) {
        char sql[256];
        const char *name = strstr(f->db.dsn, "dbname=") + strlen("dbname=");

        (void) snprintf(sql, sizeof(sql), "ALTER DATABASE %s SET flow.skew = '%s'", name, interval);
        free(pg_test_query(&cluster, sql));
        f->store = store_free(f->store);
        f->store = store_fixture_store(f, FIXTURE_OWNER);
}

/* ---- waiting ------------------------------------------------------------------------------------------------------------------ */

void got_wait(StoreFixture *f, Got *got) {
        Usec until = clock_boottime() + 20 * USEC_PER_SEC;

        while (!got->is_done) {
                assert_true(clock_boottime() < until);
                assert_true(sd_event_run(f->event, 100 * USEC_PER_MSEC) >= 0);
        }
}

void got_clear(Got *got) {
        for (size_t i = 0; i < got->n_kept; i++)
                free(got->kept[i]);
        (void) facts_free(got->kept_facts);
        for (size_t i = 0; got->names && i < got->n; i++)
                free((char *) got->names[i]);
        free(got->names);
        *got = (Got) {};
}

static const char *copy(Got *got, const char *text) {
        if (!text)
                return NULL;
        assert_true(got->n_kept < ELEMENTSOF(got->kept));
        return got->kept[got->n_kept++] = strdup(text);
}

static void got_outcome(Got *got, int outcome, size_t n) {
        assert_false(got->is_done);     /* exactly once */
        assert_true(n <= 16);
        got->is_done = true;
        got->outcome = outcome;
        got->n = n;
}

void got_batch(int outcome, const StoreReply *reply, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        (void) snprintf(got->constraint, sizeof(got->constraint), "%s", reply->constraint ? reply->constraint : "");
        (void) snprintf(got->sqlstate, sizeof(got->sqlstate), "%s", reply->sqlstate ? reply->sqlstate : "");
}

void got_accept(int outcome, const Accepted *accepted, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        if (accepted)
                got->accepted = *accepted;
}

void got_flows(int outcome, const FlowRow *flows, size_t n_flows, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, n_flows);
        for (size_t i = 0; i < n_flows; i++) {
                got->flows[i] = flows[i];
                got->flows[i].kind = copy(got, flows[i].kind);
                got->flows[i].subject = copy(got, flows[i].subject);
                got->flows[i].args = copy(got, flows[i].args);
                got->flows[i].last_error = copy(got, flows[i].last_error);
        }
}

/* JSON is compared as text by the tests */
static const Json *text_of(Got *got, const Json *json) {
        char *text = NULL;

        if (!json)
                return NULL;
        assert_int_equal(json_print(json, &text), 0);
        got->kept[got->n_kept++] = text;
        return (const Json *) text;
}

void got_steps(int outcome, const StepRow *steps, size_t n_steps, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, n_steps);
        for (size_t i = 0; i < n_steps; i++) {
                got->steps[i] = steps[i];
                got->steps[i].op = copy(got, steps[i].op);
                got->steps[i].marker = copy(got, steps[i].marker);
                got->steps[i].result = text_of(got, steps[i].result);
        }
}

static void copy_ticket(Got *got, const Ticket *from, Ticket *to) {
        *to = *from;
        to->question = copy(got, from->question);
        to->outcome = copy(got, from->outcome);
}

static void copy_facts(Got *got, const Facts *facts) {
        assert_int_equal(facts_copy(facts, &got->kept_facts), 0);
        got->facts = *got->kept_facts;
}

void got_facts(int outcome, const Facts *facts, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        if (facts)
                copy_facts(got, facts);
}

void got_intent(int outcome, const Intent *intent, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        if (!intent)
                return;
        got->intent = *intent;
        got->intent.marker = copy(got, intent->marker);
        got->intent.cursor = text_of(got, intent->cursor);
        if (intent->is_owned)
                copy_facts(got, intent->facts);
        got->intent.facts = &got->facts;
}

void got_ids(int outcome, const FlowId *flows, size_t n_flows, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, n_flows);
        copy_bytes(got->ids, flows, n_flows * sizeof(*flows));
}

void got_reaped(int outcome, const Reaped *flows, size_t n_flows, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, n_flows);
        copy_bytes(got->reaped, flows, n_flows * sizeof(*flows));
}

void got_count(int outcome, int n_rows, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        got->n_rows = n_rows;
}

void got_live(int outcome, const LiveApplication *applications, size_t n_applications, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, n_applications);
        if (n_applications > 0)
                got->live = applications[0];
}

void got_tickets(int outcome, const Ticket *tickets, size_t n_tickets, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, n_tickets);
        for (size_t i = 0; i < n_tickets; i++)
                copy_ticket(got, &tickets[i], &got->tickets[i]);
}

void got_guilds(int outcome, const GuildId *guilds, size_t n_guilds, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, n_guilds);
        copy_bytes(got->guilds, guilds, n_guilds * sizeof(*guilds));
}

void got_queue(int outcome, const QueueState *state, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        if (state)
                got->queue = *state;
}

void got_edits(int outcome, const EditRow *edits, size_t n_edits, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, n_edits);
        for (size_t i = 0; i < n_edits; i++) {
                got->edits[i] = edits[i];
                got->edits[i].want = copy(got, edits[i].want);
                got->edits[i].have_hash = copy(got, edits[i].have_hash);
        }
}

void got_due(int outcome, Usec wait, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        got->wait = wait;
}

void got_shard(int outcome, const ShardRow *row, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        if (!row)
                return;
        got->shard = *row;
        got->shard.session_id = copy(got, row->session_id);
        got->shard.resume_url = copy(got, row->resume_url);
}

void got_capabilities(int outcome, unsigned capabilities, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        got->capabilities = capabilities;
}

void got_roles(int outcome, const RoleCapabilities *roles, size_t n_roles, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, n_roles);
        copy_bytes(got->roles, roles, n_roles * sizeof(*roles));
}

void got_names(int outcome, const char *const *names, size_t n_names, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        got->n = n_names;
        got->names = new0(const char *, n_names + 1);
        for (size_t i = 0; i < n_names; i++)
                got->names[i] = strdup(names[i]);
}

void got_zone(int outcome, const ZoneRules *rules, Usec now, void *userdata) {
        Got *got = userdata;
        ZoneTransition *transitions;

        got_outcome(got, outcome, 0);
        got->has_zone = rules != NULL;
        got->wait = now;
        if (!rules)
                return;
        got->zone = *rules;
        transitions = new0(ZoneTransition, rules->n_transitions + 1);
        copy_bytes(transitions, rules->transitions, rules->n_transitions * sizeof(*transitions));
        got->zone.transitions = transitions;
        got->kept[got->n_kept++] = (char *) transitions;
}

void got_edit_state(int outcome, const EditState *state, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        if (state)
                got->edit = *state;
}

void got_text(int outcome, const char *text, void *userdata) {
        Got *got = userdata;

        got_outcome(got, outcome, 0);
        got->text = copy(got, text);
}

/* ---- beginnings ---------------------------------------------------------------------------------------------------------------- */

FlowId fixture_accept(StoreFixture *f, const char *idem_key, const char *subject, UserId user) {
        AcceptRequest request = {
                .idem_key = idem_key, .kind = "test.flow", .code_version = 1, .guild = { 7 }, .user = user,
                .subject = subject, .args = "{\"a\":1}", .ttl_s = 600,
        };
        _got_ Got got = {};

        DO(f, &got, store_accept(f->store, &request, got_accept, &got));
        assert_int_equal(got.outcome, 0);
        assert_true(got.accepted.flow.v != 0);
        return got.accepted.flow;
}

FlowLease fixture_claim_one(StoreFixture *f, FlowId flow, Pseudonym *ret_actor) {
        _got_ Got got = {};

        DO(f, &got, store_claim_one(f->store, &any_flow, flow, got_flows, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(got.n, 1);
        if (ret_actor)
                *ret_actor = got.flows[0].actor;
        return (FlowLease) { .flow = flow, .epoch = got.flows[0].epoch, .step_no = got.flows[0].next_step };
}

int fixture_send(StoreFixture *f, Batch *take_batch, char *ret_constraint) {
        _got_ Got got = {};

        DO(f, &got, batch_send(f->store, STORE_FLOW, take_batch, got_batch, &got));
        if (ret_constraint)
                strcpy(ret_constraint, got.constraint);
        return got.outcome;
}

long long fixture_number(StoreFixture *f, const char *format, ...) {
        _free_ char *sql = NULL;
        va_list ap;

        va_start(ap, format);
        assert_true(vasprintf(&sql, format, ap) >= 0);
        va_end(ap);
        return pg_test_number(&f->db, sql);
}
