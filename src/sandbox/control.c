/*
 * /sandbox/…: the hand that tests and the page move the sandbox with. Calls about the guild go on to the model; those about
 * bytes, faults and time are here.
 */

#include "http.h"

#include <errno.h>

#include "faults.h"
#include "gateway.h"
#include "journal.h"
#include "pages.h"
#include "scenes.h"

#define PREFIX "/sandbox/"

static void control_answer(Exchange *x, SbxReply *take_reply) {
        exchange_add_header(x, "Cache-Control", "no-store");
        exchange_answer(x, take_reply->status, take_reply->body.n_bytes > 0 ? "application/json" : NULL, &take_reply->body);
        strbuf_done(&take_reply->body);
}

static void control_refuse(Exchange *x, int status, const char *sentence) {
        SbxReply reply = {};

        sbx_reply_refuse(&reply, status, "%s", sentence);
        control_answer(x, &reply);
}

static void control_json(Exchange *x, JsonWriter *take_writer) {
        SbxReply reply = {};

        sbx_reply_json(&reply, 200, take_writer);
        control_answer(x, &reply);
}

static void control_done(Exchange *x) {
        SbxReply reply = {};

        sbx_reply_text(&reply, 200, "{}");
        control_answer(x, &reply);
}

static void control_model(Sandbox *sandbox, Exchange *x) {
        const SbxRequest *request = request_view(exchange_request(x));
        SbxReply reply = {};

        model_control(sandbox, request->path + strlen(PREFIX), request, &reply);
        if (reply.status == 0 || reply.body.error)
                sbx_reply_refuse(&reply, 500, "the sandbox has no answer to this");
        control_answer(x, &reply);
}

/* ---- long polls ------------------------------------------------------------------------------------------------------- */

static bool look_at_interaction(Sandbox *sandbox, Exchange *x, bool is_last) {
        const SbxRequest *request = request_view(exchange_request(x));
        const char *until = sbx_query(request, "until");
        _json_writer_ JsonWriter w = {};
        bool is_acknowledged, is_final;

        if (model_interaction_view(sandbox, request->n_args > 0 ? request->ids[0] : 0, &w, &is_acknowledged, &is_final) < 0) {
                control_refuse(x, 404, "there is no such interaction");
                return true;
        }
        if (!is_last && !(streq_ptr(until, "acknowledged") ? is_acknowledged : is_final))
                return false;
        control_json(x, &w);
        return true;
}

static void control_interaction(Sandbox *sandbox _unused_, Exchange *x) {
        Request *request = exchange_request(x);
        const char *id = request_view(request)->path + strlen(PREFIX "interaction/");

        if (request_add_arg(request, id, strlen(id)) < 0) {
                exchange_drop(x);
                return;
        }
        exchange_poll(x, sbx_query_u64(request_view(request), "wait", 0), look_at_interaction);
}

static bool look_at_log(Exchange *x, bool is_last, Journal *journal,
                        size_t (*put)(Journal *journal, uint64_t after, const char *match, JsonWriter *w)) {
        const SbxRequest *request = request_view(exchange_request(x));
        _json_writer_ JsonWriter w = {};

        if (put(journal, sbx_query_u64(request, "after", 0), sbx_query(request, "match"), &w) == 0 && !is_last)
                return false;
        control_json(x, &w);
        return true;
}

static bool look_at_effects(Sandbox *sandbox, Exchange *x, bool is_last) {
        return look_at_log(x, is_last, sandbox->journal, journal_put_effects);
}

static bool look_at_requests(Sandbox *sandbox, Exchange *x, bool is_last) {
        return look_at_log(x, is_last, sandbox->journal, journal_put_requests);
}

static void control_effects(Sandbox *sandbox _unused_, Exchange *x) {
        exchange_poll(x, sbx_query_u64(request_view(exchange_request(x)), "wait", 0), look_at_effects);
}

static void control_requests(Sandbox *sandbox _unused_, Exchange *x) {
        exchange_poll(x, sbx_query_u64(request_view(exchange_request(x)), "wait", 0), look_at_requests);
}

/* ---- scenes --------------------------------------------------------------------------------------------------------------- */

static void free_reader(void *reader) {
        (void) scene_reader_free(reader);
}

static bool refused_scenes(Exchange *x, int outcome) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;

        if (outcome == 0)
                return false;
        json_open(&w);
        json_string(&w, "error", outcome == -EBADMSG ? scene_reader_why(exchange_data(x)) : "out of memory");
        json_close(&w);
        if (json_writer_finish(&w, &text) < 0)
                exchange_drop(x);
        else
                exchange_refuse_early(x, outcome == -EBADMSG ? 400 : 500, text);
        return true;
}

static bool take_scenes(Exchange *x, const char *bytes, size_t n_bytes) {
        return !refused_scenes(x, scene_reader_take(exchange_data(x), bytes, n_bytes));
}

/* curl -T makes a PUT of it, and whoever thinks in verbs a POST. */
static bool is_scenes(const SbxRequest *request) {
        return streq(request->path, PREFIX "scenes") && (streq(request->method, "POST") || streq(request->method, "PUT"));
}

void control_begin(Sandbox *sandbox, Exchange *x) {
        SceneReader *reader;

        if (!is_scenes(request_view(exchange_request(x))))
                return;
        reader = scene_reader_new(sandbox);
        if (!reader)
                return;         /* control_scenes_end() says so */
        exchange_set_data(x, reader, free_reader);
        exchange_stream(x, take_scenes);
}

static void control_scenes_end(Sandbox *sandbox _unused_, Exchange *x) {
        SceneReader *reader = exchange_data(x);
        _json_writer_ JsonWriter w = {};

        if (!reader || scene_reader_end(reader) != 0) {
                control_refuse(x, reader ? 400 : 500, reader ? scene_reader_why(reader) : "out of memory");
                return;
        }
        json_open(&w);
        json_i64(&w, "taken", (int64_t) scene_reader_n_taken(reader));
        json_close(&w);
        control_json(x, &w);
}

static bool look_at_scenes(Sandbox *sandbox, Exchange *x, bool is_last) {
        return look_at_log(x, is_last, sandbox->journal, journal_put_scenes);
}

static void control_scenes(Sandbox *sandbox _unused_, Exchange *x) {
        exchange_poll(x, sbx_query_u64(request_view(exchange_request(x)), "wait", 0), look_at_scenes);
}

/* ---- faults, gateway, time ---------------------------------------------------------------------------------------------- */

static void control_fault_add(Sandbox *sandbox, Exchange *x) {
        _json_writer_ JsonWriter w = {};
        const char *why = "";
        uint64_t id;
        int r;

        r = faults_add(sandbox->faults, request_view(exchange_request(x))->body, &id, &why);
        if (r < 0) {
                control_refuse(x, r == -EINVAL ? 400 : 500, why);
                return;
        }
        json_open(&w);
        json_i64(&w, "id", (int64_t) id);
        json_close(&w);
        control_json(x, &w);
}

static void control_fault_list(Sandbox *sandbox, Exchange *x) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_put_key(&w, "rules");
        faults_put(sandbox->faults, &w);
        json_close(&w);
        control_json(x, &w);
}

static void control_fault_clear(Sandbox *sandbox, Exchange *x) {
        faults_clear(sandbox->faults);
        control_done(x);
}

static void control_gateway(Sandbox *sandbox, Exchange *x) {
        const char *why;

        if (gateway_control(sandbox->gateway, request_view(exchange_request(x))->body, &why) < 0)
                control_refuse(x, 400, why);
        else
                control_done(x);
}

static void put_clock(Sandbox *sandbox, Exchange *x) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_i64(&w, "skew_ms", sandbox_clock_skew_ms(sandbox));
        json_i64(&w, "now_us", (int64_t) sbx_now(sandbox));
        json_close(&w);
        control_json(x, &w);
}

static void control_clock(Sandbox *sandbox, Exchange *x) {
        int64_t skew;

        /* Never behind the real time: time since boot, which carries the deadlines, has no room before zero. */
        if (json_get_i64(request_view(exchange_request(x))->body, "skew_ms", &skew) != 0 || skew < 0 || skew > INT64_C(36500) * 86400000) {
                control_refuse(x, 400, "skew_ms is milliseconds ahead of the real time, at most a century");
                return;
        }
        sandbox_set_clock(sandbox, skew);
        put_clock(sandbox, x);
}

static void control_reset(Sandbox *sandbox, Exchange *x) {
        if (sandbox_reset(sandbox) < 0)
                control_refuse(x, 500, "out of memory");
        else
                control_done(x);
}

/* ---- the page's WebSocket ------------------------------------------------------------------------------------------------ */

static void events_opened(Sandbox *sandbox, uint64_t user, const char *query _unused_, const char *host _unused_, WebSocket *take_ws) {
        pages_open(sandbox->pages, user, take_ws);
}

static void control_events(Sandbox *sandbox, Exchange *x) {
        uint64_t user = sbx_query_u64(request_view(exchange_request(x)), "as", 0);

        if (!exchange_is_upgrade(x))
                control_refuse(x, 426, "this is a WebSocket");
        else if (!model_is_person(sandbox, user))
                control_refuse(x, 400, "as is the id of a person of the guild");
        else
                exchange_upgrade(x, user, events_opened);
}

/* ---- table ---------------------------------------------------------------------------------------------------------------- */

static const struct {
        const char *method, *name;      /* a name ending in "/" is a prefix */
        void (*handle)(Sandbox *sandbox, Exchange *x);
} calls[] = {
        { "GET",    "state",        control_model       },
        { "GET",    "messages",     control_model       },
        { "GET",    "people",       control_model       },
        { "POST",   "act",          control_model       },
        { "POST",   "world",        control_model       },
        { "GET",    "interaction/", control_interaction },
        { "GET",    "effects",      control_effects     },
        { "GET",    "requests",     control_requests    },
        { "POST",   "scenes",       control_scenes_end  },
        { "PUT",    "scenes",       control_scenes_end  },
        { "GET",    "scenes",       control_scenes      },
        { "POST",   "fault",        control_fault_add   },
        { "GET",    "fault",        control_fault_list  },
        { "DELETE", "fault",        control_fault_clear },
        { "POST",   "gateway",      control_gateway     },
        { "POST",   "clock",        control_clock       },
        { "GET",    "clock",        put_clock           },
        { "POST",   "reset",        control_reset       },
        { "GET",    "events",       control_events      },
};

static bool name_matches(const char *name, const char *path) {
        size_t n = strlen(name);

        return name[n - 1] == '/' ? strncmp(name, path, n) == 0 && path[n] : streq(name, path);
}

/* Actions may come in batches, and a reset needs no body. */
static bool body_is_fine(const char *name, const Json *body) {
        return json_is_object(body) || streq(name, "reset") || (streq(name, "act") && json_is_array(body));
}

void control_handle(Sandbox *sandbox, Exchange *x) {
        Request *request = exchange_request(x);
        const SbxRequest *view = request_view(request);
        bool is_known = false;
        int r;

        r = request_finish(request, true);
        if (r != 0) {
                control_refuse(x, r > 0 ? 400 : 500, r > 0 ? "the body is no JSON" : "out of memory");
                return;
        }
        for (size_t i = 0; i < ELEMENTSOF(calls); i++) {
                if (!name_matches(calls[i].name, view->path + strlen(PREFIX)))
                        continue;
                is_known = true;
                if (!streq(calls[i].method, view->method))
                        continue;
                if (streq(view->method, "POST") && !body_is_fine(calls[i].name, view->body) && !is_scenes(view))
                        control_refuse(x, 400, "the body is no JSON object");
                else
                        calls[i].handle(sandbox, x);
                return;
        }
        control_refuse(x, is_known ? 405 : 404, is_known ? "this call takes another method" : "there is no such call");
}
