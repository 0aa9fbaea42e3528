#include "engine-rig.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE (20 * USEC_PER_SEC)
#define CALLBACK "POST /api/interactions/"

/* ---- the flows of these tests -------------------------------------------------------------------------------------------------- */

static int note(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        store_add_audit(checkpoint->batch, &(Audit) { .flow = c->flow, .step_no = c->step_no, .guild = c->guild, .action = "noted", .subject = c->subject });
        return 0;
}

static int note_back(const StepContext *c, Checkpoint *checkpoint) {
        store_add_audit(checkpoint->batch, &(Audit) { .flow = c->flow, .step_no = c->step_no, .guild = c->guild, .action = "forgotten", .subject = c->subject });
        return 0;
}

static int make(const StepContext *c, StepRequest *ret) {
        *ret = (StepRequest) { .route = ROUTE_CHANNEL_CREATE, .ids = { c->guild.v } };
        return asprintf(&ret->body, "{\"name\":\"x\",\"topic\":\"%s\"}", c->marker) < 0 ? -ENOMEM : 0;
}

static int make_find(const StepContext *c, StepRequest *ret) {
        *ret = (StepRequest) { .route = ROUTE_GUILD_CHANNELS, .ids = { c->guild.v } };
        return 0;
}

static uint64_t make_match(const StepContext *c, const Json *body) {
        JSON_FOREACH(channel, body) {
                uint64_t id;

                if (streq_ptr(json_text(json_get(channel, "topic")), c->marker) && json_get_u64(channel, "id", &id) == 0)
                        return id;
        }
        return 0;
}

static const Flow flow_full;

static int make_back(const StepContext *c, StepRequest *ret) {
        uint64_t id = flow_result_id(c, "make");

        if (id == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_CHANNEL_DELETE, .ids = { id } };
        return 0;
}

static int say(const StepContext *c, StepRequest *ret) {
        *ret = (StepRequest) { .route = ROUTE_MESSAGE_CREATE, .ids = { 70 } };
        return asprintf(&ret->body, "{\"content\":\"x\",\"nonce\":\"%s\",\"enforce_nonce\":true}", c->marker) < 0 ? -ENOMEM : 0;
}

static int say_find(const StepContext *c, StepRequest *ret) {
        *ret = (StepRequest) { .route = ROUTE_MESSAGES_GET, .ids = { 70 } };
        (void) snprintf(ret->query, sizeof(ret->query), "after=%llu", (unsigned long long) snowflake_at(c->first_sent_at));
        return 0;
}

static uint64_t say_match(const StepContext *c, const Json *body) {
        JSON_FOREACH(message, body) {
                uint64_t id;

                if (streq_ptr(json_text(json_get(message, "nonce")), c->marker) && json_get_u64(message, "id", &id) == 0)
                        return id;
        }
        return 0;
}

static int say_back(const StepContext *c, StepRequest *ret) {
        uint64_t id;

        if (json_get_u64(c->results[c->step_no], "id", &id) != 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_MESSAGE_DELETE, .ids = { 70, id } };
        return 0;
}

static int hide(const StepContext *c, StepRequest *ret) {
        (void) c;
        *ret = (StepRequest) { .route = ROUTE_CHANNEL_DELETE, .ids = { 71 } };
        return 0;
}

static int spare(const StepContext *c, StepRequest *ret) {
        (void) c;
        (void) ret;
        return STEP_SKIP;
}

/* Deletes the messages 1, 2, 3, each in a turn of its own. */
static int wipe(const StepContext *c, StepRequest *ret) {
        int64_t at = 1;

        (void) json_get_i64(c->cursor, "at", &at);
        *ret = (StepRequest) { .route = ROUTE_MESSAGE_DELETE, .ids = { 72, (uint64_t) at } };
        return 0;
}

static int wiped(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        int64_t at = 1;

        (void) reply;
        (void) json_get_i64(c->cursor, "at", &at);
        if (at == 3)
                return 0;
        return asprintf(&checkpoint->result, "{\"at\":%lld}", (long long) at + 1) < 0 ? -ENOMEM : STEP_AGAIN;
}

/* Everything that a flow of recruitment does is given what belongs to recruitment. */
static int ask_facts(const StepContext *c, StepRequest *ret) {
        *ret = (StepRequest) { .route = ROUTE_MESSAGE_CREATE, .ids = { c->facts->recruit ? 70 : 71 } };
        return asprintf(&ret->body, "{\"content\":\"x\"}") < 0 ? -ENOMEM : 0;
}

static int note_facts(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        store_add_audit(checkpoint->batch, &(Audit) { .flow = c->flow, .step_no = c->step_no, .guild = c->guild, .subject = c->subject,
                                                      .action = c->facts->recruit ? "with facts" : "without facts" });
        return 0;
}

static int word_facts(const StepContext *c, const char *why, char **ret_body) {
        (void) why;
        return asprintf(ret_body, "{\"content\":\"%s\"}", c->facts->recruit ? "with facts" : "without facts") < 0 ? -ENOMEM : 0;
}

/* Message 81 in channel 80 should say something; what became of that is noted. */
static int wish(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        store_add_want(checkpoint->batch, c->guild, (ChannelId) { 80 }, (MessageId) { 81 }, "{\"content\":\"wished\"}", 0, 0);
        return 0;
}

static int await(const StepContext *c, ChannelId *ret_channel, MessageId *ret_message) {
        if (streq(c->subject, "nothing"))
                return STEP_SKIP;
        *ret_channel = (ChannelId) { 80 };
        *ret_message = (MessageId) { 81 };
        return 0;
}

static int awaited(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const char *what = reply->is_skipped ? "skipped" : reply->outcome == 0 ? "written" : reply->outcome == REST_GONE ? "gone"
                         : reply->outcome == REST_FORBIDDEN ? "blocked" : reply->outcome == REST_LATER ? "later" : "?";

        store_add_audit(checkpoint->batch, &(Audit) { .flow = c->flow, .step_no = c->step_no, .guild = c->guild, .action = what, .subject = c->subject });
        return 0;
}

static int ask_somebody(const StepContext *c, RsiQuery *ret) {
        if (streq(c->subject, "nothing"))
                return STEP_SKIP;
        *ret = (RsiQuery) { .kind = RSI_CITIZEN, .handle = "Somebody" };
        return 0;
}

static int keep_result(const RsiAnswer *answer, Json **ret_kept) {
        const char *text = answer->result == RSI_FOUND ? "\"found\"" : answer->result == RSI_ABSENT ? "\"absent\"" : "\"unknown\"";

        return json_parse(text, strlen(text), ret_kept);
}

static int asked(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        store_add_audit(checkpoint->batch, &(Audit) { .flow = c->flow, .step_no = c->step_no, .guild = c->guild, .subject = c->subject,
                                                      .action = reply->is_skipped ? "skipped" : json_text(reply->body) });
        return 0;
}

static int words(const StepContext *c, const char *why, char **ret_body) {
        (void) c;
        return asprintf(ret_body, "{\"content\":\"%s\"}", why ? why : "good") < 0 ? -ENOMEM : 0;
}

/* clang-format off */
static const StepProbe by_topic = { make_find, make_match, false };
static const StepProbe by_nonce = { say_find, say_match, true };
static const StepUndo unnote = { NULL, note_back };
static const StepUndo unmake = { make_back, NULL };
static const StepUndo unsay = { say_back, NULL };
static const StepUndo unspare = { hide, NULL };

static const Step full_steps[] = {
        { "note", STEP_DB,   NULL, NULL,      note, &unnote, 0 },
        { "make", STEP_REST, make, &by_topic, NULL, &unmake, 0 },
        { "say",  STEP_REST, say,  &by_nonce, NULL, NULL,    0 },
};
static const Step parting_steps[] = {
        { "say",  STEP_REST, say,  &by_nonce, NULL, &unsay,  0 },
        { "hide", STEP_REST, hide, NULL,      NULL, NULL,    TOLERATES(REST_GONE) },
};
static const Step spare_steps[] = {
        { "spare", STEP_REST, spare, NULL,    NULL, &unspare, 0 },
        { "say",  STEP_REST, say,  &by_nonce, NULL, NULL,    0 },
};
static const Step wipe_steps[] = {
        { "wipe", STEP_REST, wipe, NULL,      wiped, NULL,   0 },
};
static const Step note_steps[] = {
        { "note", STEP_DB,   NULL, NULL,      note, NULL,    0 },
};
static const Step await_steps[] = {
        { "wish", STEP_DB,   NULL, NULL,      wish, NULL,    0 },
        { "wait", STEP_WAIT, NULL, NULL,      awaited, NULL, 0, .wait = await },
        { "say",  STEP_REST, say,  &by_nonce, NULL, NULL,    0 },
};
static const Step ask_steps[] = {
        { "ask",  STEP_RSI,  NULL, NULL,      asked, NULL,   0, .ask = ask_somebody, .keep = keep_result },
        { "say",  STEP_REST, say,  &by_nonce, NULL, NULL,    0 },
};
static const Step recruit_steps[] = {
        { "note", STEP_DB,   NULL,      NULL, note_facts, NULL, 0 },
        { "say",  STEP_REST, ask_facts, NULL, note_facts, NULL, 0 },
};
static const Step glance_steps[] = {
        { "wish", STEP_DB,   NULL, NULL,      wish, NULL,    0 },
        { "wait", STEP_WAIT, NULL, NULL,      awaited, NULL, TOLERATES(REST_LATER), .wait = await },
};
/* clang-format on */

#define FLOW(n, s, before, t) { .name = (n), .version = 1, .ttl_s = (t), .steps = (s), .n_steps = ELEMENTSOF(s), .words_before = (before), .words = words }

static const Flow flow_full = FLOW("full", full_steps, 3, 600);
static const Flow flow_parting = FLOW("parting", parting_steps, 1, 600);
static const Flow flow_spare = FLOW("spare", spare_steps, 2, 600);
static const Flow flow_wipe = FLOW("wipe", wipe_steps, 1, 0);
static const Flow flow_note = FLOW("note", note_steps, 1, 600);

static const Flow flow_await = FLOW("await", await_steps, 3, 0);
static const Flow flow_ask = FLOW("ask", ask_steps, 2, 600);
static const Flow flow_glance = FLOW("glance", glance_steps, 2, 600);

static const Flow flow_recruit = {
        .name = "recruit", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = recruit_steps, .n_steps = ELEMENTSOF(recruit_steps),
        .words_before = ELEMENTSOF(recruit_steps), .words = word_facts,
};

static const Flow *find(const char *name, int version) {
        static const Flow *const flows[] = {
                &flow_full, &flow_parting, &flow_spare, &flow_wipe, &flow_note, &flow_await, &flow_glance, &flow_ask, &flow_recruit
        };

        for (size_t i = 0; i < ELEMENTSOF(flows); i++)
                if (streq(flows[i]->name, name) && flows[i]->version == version)
                        return flows[i];
        return NULL;
}

/* ---- life ----------------------------------------------------------------------------------------------------------------------- */

static void on_left(FlowId flow, unsigned n_steps, void *userdata) {
        (void) flow;
        (void) n_steps;
        ((Rig *) userdata)->n_left++;
}

static void on_drained(void *userdata) {
        Rig *rig = userdata;

        assert_false(rig->is_drained);
        rig->is_drained = true;
}

static int ask_rsi(const RsiQuery *query, RsiDone done, void *done_userdata, void *userdata) {
        Rig *rig = userdata;

        assert_string_equal(query->handle, "Somebody");
        rig->n_asked++;
        if (rig->is_nobody_to_ask)
                return -ENOMEM;
        rig->looked_up = done;
        rig->looker = done_userdata;
        return 0;
}

static int dead_words(FlowId flow, const char *locale, char **ret_body) {
        (void) locale;
        return asprintf(ret_body, "{\"content\":\"dead %llu\"}", (unsigned long long) flow.v) < 0 ? -ENOMEM : 0;
}

int rig_set_up(void **state) {
        Rig *rig = new0(Rig, 1);
        void *fixture = NULL;

        assert_non_null(rig);
        assert_int_equal(store_fixture_set_up(&fixture), 0);
        rig->f = fixture;
        assert_int_equal(scripted_http_new(rig->f->event, &rig->server), 0);
        assert_int_equal(ratelimit_create(1000, &rig->fd, &rig->limits), 0);
        scripted_http_always(rig->server, CALLBACK, "HTTP/1.1 204 No Content\r\n\r\n");
        *state = rig;
        return 0;
}

static void rig_stop(Rig *rig) {
        rig->engine = engine_free(rig->engine);
        rig->rest = rest_free(rig->rest);
        rig->f->store = store_free(rig->f->store);
}

int rig_tear_down(void **state) {
        Rig *rig = *state;
        void *fixture = rig->f;

        rig_stop(rig);
        (void) scripted_http_free(rig->server);
        (void) ratelimit_unmap(rig->limits);
        (void) close(rig->fd);
        free(rig);
        return store_fixture_tear_down(&fixture);
}

void rig_start(Rig *rig) {
        EngineConfig config = {
                .event = rig->f->event, .store = rig->f->store, .limits = rig->limits, .slot = 1, .env = { .keys = rig->f->keys },
                .filter = { .crashes_min = 0, .crashes_max = 1, .code_version = 1 }, .find = find, .n_flows_max = RIG_PLACES,
                .done = on_left, .dead_words = dead_words, .ask_rsi = ask_rsi, .drained = on_drained, .userdata = rig,
        };

        assert_int_equal(rest_new(rig->f->event, &(RestConfig) { .base_url = scripted_http_url(rig->server), .token = "t", .limits = rig->limits }, &rig->rest), 0);
        config.rest = rig->rest;
        assert_int_equal(engine_new(&config, &rig->engine), 0);
        engine_set_identity(rig->engine, RIG_APPLICATION, RIG_BOT);
}

void rig_crash(Rig *rig) {
        static int n;
        char owner[32];

        rig_stop(rig);
        (void) rig_number(rig, "WITH r AS (UPDATE flow.flow SET state = 'ready', lease_owner = NULL, lease_until = NULL WHERE state = 'running' RETURNING 1)"
                               " SELECT count(*) FROM r");
        (void) snprintf(owner, sizeof(owner), "machine:boot:%d", 100 + ++n);
        rig->f->store = store_fixture_store(rig->f, owner);
}

void rig_skew(Rig *rig, const char *interval) {
        fixture_skew(rig->f, interval);
}

/* ---- flows ---------------------------------------------------------------------------------------------------------------------- */

uint64_t rig_interaction(Usec ago) {
        return snowflake_at(clock_realtime() - ago) | 5;
}

FlowId rig_accept(Rig *rig, const char *kind, const char *subject, uint64_t ix, int ttl_s) {
        static int n;
        char idem[32], own_subject[32], args[160] = "{}";
        AcceptRequest request = { .idem_key = idem, .kind = kind, .code_version = 1, .guild = RIG_GUILD, .args = args, .ttl_s = ttl_s };
        _got_ Got got = {};

        (void) snprintf(idem, sizeof(idem), "t:%d", ++n);
        (void) snprintf(own_subject, sizeof(own_subject), "s%s", kind);
        request.subject = subject ? subject : own_subject;
        if (ix)
                (void) snprintf(args, sizeof(args), "{\"ix\":{\"id\":\"%llu\",\"token\":\"tok\",\"type\":5}}", (unsigned long long) ix);
        DO(rig->f, &got, store_accept(rig->f->store, &request, got_accept, &got));
        assert_int_equal(got.outcome, 0);
        assert_true(got.accepted.flow.v != 0);
        return got.accepted.flow;
}

/* ---- turning the loop ------------------------------------------------------------------------------------------------------------- */

void rig_turn(Rig *rig) {
        assert_true(sd_event_run(rig->f->event, 20 * USEC_PER_MSEC) >= 0);
}

/* Real time: the tests move clock_boottime(). */
static Usec real_now(void) {
        struct timespec ts;

        (void) clock_gettime(CLOCK_MONOTONIC, &ts);
        return (Usec) ts.tv_sec * USEC_PER_SEC + (Usec) ts.tv_nsec / 1000;
}

/* Requests that have come and that the test has to look at; acknowledgements are counted on the way. */
static const char *unseen(Rig *rig) {
        while (scripted_http_n_requests(rig->server) > rig->n_seen) {
                const char *text = scripted_http_request(rig->server, rig->n_seen);

                if (strncmp(text, CALLBACK, strlen(CALLBACK)) != 0)
                        return text;
                rig->n_callbacks++;
                rig->n_seen++;
        }
        return NULL;
}

const char *rig_request(Rig *rig, const char *start) {
        Usec until = real_now() + PATIENCE;
        const char *text;

        while (!(text = unseen(rig))) {
                if (real_now() > until)
                        fail_msg("no request came; awaited was %s", start);
                rig_turn(rig);
        }
        rig->n_seen++;
        if (strncmp(text, start, strlen(start)) != 0)
                fail_msg("awaited was %s, but %.200s came", start, text);
        return text;
}

void rig_until_asked(Rig *rig) {
        Usec until = real_now() + PATIENCE;

        while (!rig->looked_up) {
                assert_true(real_now() < until);
                rig_turn(rig);
        }
}

void rig_look_up(Rig *rig, RsiResult result) {
        RsiDone done = TAKE(rig->looked_up);

        done(&(RsiAnswer) { .result = result }, rig->looker);
}

void rig_answer(Rig *rig, int status, const char *body) {
        _free_ char *text = NULL;

        assert_true(asprintf(&text, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body), body) > 0);
        scripted_http_release(rig->server, text);
}

void rig_answer_429(Rig *rig, const char *retry_after) {
        char body[96];

        (void) snprintf(body, sizeof(body), "{\"message\":\"You are being rate limited.\",\"retry_after\":%s,\"global\":false}", retry_after);
        rig_answer(rig, 429, body);
}

void rig_quiet(Rig *rig, Usec time) {
        Usec until = real_now() + time;

        while (real_now() < until) {
                const char *text;

                rig_turn(rig);
                text = unseen(rig);
                if (text)
                        fail_msg("nothing was awaited, but %.200s came", text);
        }
}

void rig_until(Rig *rig, FlowId flow, const char *sql_condition) {
        Usec until = real_now() + PATIENCE;

        while (rig_number(rig, "SELECT count(*) FROM flow.flow WHERE flow_id = %llu AND (%s)", (unsigned long long) flow.v, sql_condition) == 0) {
                if (real_now() > until)
                        fail_msg("the flow never was: %s", sql_condition);
                rig_turn(rig);
        }
}

void rig_until_free(Rig *rig) {
        Usec until = real_now() + PATIENCE;

        while (engine_n_flows(rig->engine) > 0) {
                assert_true(real_now() < until);
                rig_turn(rig);
        }
}

long long rig_number(Rig *rig, const char *format, ...) {
        _free_ char *sql = NULL;
        va_list ap;

        va_start(ap, format);
        assert_true(vasprintf(&sql, format, ap) >= 0);
        va_end(ap);
        return pg_test_number(&rig->f->db, sql);
}
