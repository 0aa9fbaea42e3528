/* See model-rig.h. */

#include "model-rig.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "sandbox/request.h"

#define TIMERS_MAX  256
#define EVENTS_MAX  4096
#define EFFECTS_MAX 4096

struct SbxTimer {
        Usec due;
        void (*callback)(Sandbox *sandbox, void *userdata);
        void *userdata;
        bool is_live;
};

typedef struct Event {
        char *name;
        int intent;
        Json *d, *bare;
} Event;

struct Sandbox {
        SbxModel *model;
        SbxGuildSize size;
        Usec now;
        uint64_t last_id;
        SbxTimer timers[TIMERS_MAX];
        Event events[EVENTS_MAX];
        unsigned n_events;
        char *effects[EFFECTS_MAX];
        unsigned n_effects;
        bool was_deduplicated;
        StrBuf text;
        Json *reply;
        Json *scene;
};

Sandbox *rig_new(void) {
        return rig_new_sized((SbxGuildSize){});
}

Sandbox *rig_new_sized(SbxGuildSize size) {
        Sandbox *sandbox = new0(Sandbox, 1);

        assert_non_null(sandbox);
        sandbox->size = size;
        sandbox->now = UINT64_C(1790000000) * USEC_PER_SEC;
        sandbox->model = model_new(sandbox);
        assert_non_null(sandbox->model);
        return sandbox;
}

void rig_forget_events(Sandbox *sandbox) {
        for (unsigned i = 0; i < sandbox->n_events; i++) {
                free(sandbox->events[i].name);
                (void) json_free(sandbox->events[i].d);
                (void) json_free(sandbox->events[i].bare);
        }
        sandbox->n_events = 0;
}

Sandbox *rig_free(Sandbox *sandbox) {
        (void) model_free(sandbox->model);
        rig_forget_events(sandbox);
        for (unsigned i = 0; i < sandbox->n_effects; i++)
                free(sandbox->effects[i]);
        strbuf_done(&sandbox->text);
        (void) json_free(sandbox->reply);
        (void) json_free(sandbox->scene);
        free(sandbox);
        return NULL;
}

/* ---- what the transport would offer ---- */

SbxModel *sbx_model(Sandbox *sandbox) {
        return sandbox->model;
}

SbxGuildSize sbx_guild_size(Sandbox *sandbox) {
        return sandbox->size;
}

int sbx_keep_file(Sandbox *sandbox _unused_, uint64_t id, const char *filename, const SbxFile *file, StrBuf *url,
                  const char **ret_content_type) {
        strbuf_appendf(url, "http://sandbox.invalid/attachments/1/%" PRIu64 "/", id);
        strbuf_append_percent(url, filename);
        *ret_content_type = streq(file->content_type, "image/png") ? "image/png" : "application/octet-stream";
        return 0;
}

Usec sbx_now(Sandbox *sandbox) {
        return sandbox->now;
}

uint64_t sbx_snowflake(Sandbox *sandbox) {
        uint64_t id = (sandbox->now / USEC_PER_MSEC - UINT64_C(1420070400000)) << 22;

        sandbox->last_id = MAX(id, sandbox->last_id + 1);
        return sandbox->last_id;
}

void sbx_random_text(Sandbox *sandbox, size_t n_bytes, StrBuf *out) {
        for (size_t i = 0; i < n_bytes; i++)
                strbuf_append_char(out, (char) ('a' + (sandbox->last_id + i) % 26));
}

SbxTimer *sbx_timer(Sandbox *sandbox, uint64_t ms, void (*callback)(Sandbox *sandbox, void *userdata),
                    void *userdata) {
        for (size_t i = 0; i < TIMERS_MAX; i++)
                if (!sandbox->timers[i].is_live) {
                        sandbox->timers[i] =
                                (SbxTimer){ sandbox->now + ms * USEC_PER_MSEC, callback, userdata, true };
                        return &sandbox->timers[i];
                }
        return NULL;
}

void sbx_timer_cancel(Sandbox *sandbox _unused_, SbxTimer *timer) {
        if (timer)
                timer->is_live = false;
}

static Json *parsed(const char *text) {
        Json *json = NULL;

        if (text)
                assert_int_equal(json_parse(text, strlen(text), &json), 0);
        return json;
}

void sbx_announce_guild(Sandbox *sandbox) {
        (void) sandbox;
}

unsigned sbx_dispatch(Sandbox *sandbox, const SbxDispatch *dispatch) {
        assert_true(sandbox->n_events < EVENTS_MAX);
        sandbox->events[sandbox->n_events++] = (Event){
                .name = strdup(dispatch->event),
                .intent = dispatch->intent,
                .d = parsed(dispatch->d),
                .bare = parsed(dispatch->d_without_content),
        };
        return 1;
}

/* Everything is rendered, so that it can be looked at. */
bool sbx_is_wanted(Sandbox *sandbox _unused_, int intent _unused_, uint64_t guild _unused_) {
        return true;
}

bool sbx_is_watched(Sandbox *sandbox _unused_, uint64_t user _unused_) {
        return true;
}

void sbx_effect(Sandbox *sandbox, const SbxEffect *effect) {
        assert_true(sandbox->n_effects < EFFECTS_MAX);
        sandbox->effects[sandbox->n_effects++] = strdup(effect->effect);
        sandbox->was_deduplicated = effect->deduplicated;
}

void sbx_push(Sandbox *sandbox _unused_, uint64_t user _unused_, uint64_t channel _unused_,
              const char *type _unused_, const char *data) {
        (void) json_free(parsed(data)); /* it must be JSON */
}

void sbx_scene(Sandbox *sandbox, JsonWriter *take_writer) {
        _free_ char *text = NULL;

        assert_int_equal(json_writer_finish(take_writer, &text), 0);
        (void) json_free(sandbox->scene);
        sandbox->scene = parsed(text);
}

const Json *rig_scene(Sandbox *sandbox) {
        return sandbox->scene;
}

void sbx_wake(Sandbox *sandbox _unused_) {
}

void sbx_changed(Sandbox *sandbox _unused_) {
}

void sbx_put_gateway(Sandbox *sandbox _unused_, JsonWriter *w) {
        json_open(w);
        json_close(w);
}

uint32_t sbx_intents(Sandbox *sandbox _unused_) {
        return 0;
}

void sbx_get_gateway(Sandbox *sandbox _unused_, const SbxRequest *request _unused_, SbxReply *reply) {
        sbx_reply_empty(reply);
}

void sbx_get_gateway_bot(Sandbox *sandbox _unused_, const SbxRequest *request _unused_, SbxReply *reply) {
        sbx_reply_empty(reply);
}

/* ---- requests ---- */

/* True when the template takes the path; its arguments go into the request. */
static bool route_takes(const char *template, const char *path, Request *request) {
        while (*template && *path && *path != '?') {
                size_t n = strcspn(path, "/?");

                if (*template == '{') {
                        if (request)
                                assert_int_equal(request_add_arg(request, path, n), 0);
                        template += strcspn(template, "/");
                        path += n;
                } else if (*template ++ != *path++)
                        return false;
        }
        return !*template && (!*path || *path == '?');
}

static const SbxRoute *find_route(const char *method, const char *path) {
        for (size_t i = 0; i < sbx_n_routes; i++)
                if (streq(sbx_routes[i].method, method) && route_takes(sbx_routes[i].template, path, NULL))
                        return &sbx_routes[i];
        fail_msg("no route for %s %s", method, path);
        return NULL;
}

static Request *new_request(const char *method, const char *path, const char *body) {
        Request *request = request_new(method, path);

        assert_non_null(request);
        if (body) {
                assert_int_equal(request_add_header(request, "Content-Type", "application/json"), 0);
                assert_int_equal(request_add_body(request, body, strlen(body)), 0);
        }
        return request;
}

static const Json *take_reply(Sandbox *sandbox, const char *what, SbxReply *reply, int status) {
        sandbox->reply = json_free(sandbox->reply);
        strbuf_clear(&sandbox->text);
        strbuf_append(&sandbox->text, strbuf_text(&reply->body));
        if (reply->body.n_bytes > 0)
                assert_int_equal(json_parse(reply->body.text, reply->body.n_bytes, &sandbox->reply), 0);
        strbuf_done(&reply->body);
        if (reply->status != status)
                fail_msg("%s: %d instead of %d: %s", what, reply->status, status,
                         strbuf_text(&sandbox->text));
        return sandbox->reply;
}

const Json *rig_rest(Sandbox *sandbox, const char *method, const char *path, const char *body, int status) {
        const SbxRoute *route = find_route(method, path);
        Request *request = new_request(method, path, body);
        SbxReply reply = {};

        (void) route_takes(route->template, path, request);
        assert_int_equal(request_finish(request, false), 0);
        route->handler(sandbox, request_view(request), &reply);
        (void) request_free(request);
        return take_reply(sandbox, path, &reply, status);
}

const Json *rig_control(Sandbox *sandbox, const char *method, const char *what, const char *body,
                        int status) {
        _free_ char *name = strndup(what, strcspn(what, "?"));
        Request *request = new_request(method, what, body);
        SbxReply reply = {};

        assert_int_equal(request_finish(request, true), 0);
        model_control(sandbox, name, request_view(request), &reply);
        (void) request_free(request);
        return take_reply(sandbox, what, &reply, status);
}

static _printf_(1, 0) char *quoted(const char *format, va_list ap) {
        _strbuf_ StrBuf text = {};
        char *body = NULL;

        strbuf_appendv(&text, format, ap);
        assert_int_equal(strbuf_finish(&text, &body), 0);
        for (char *p = body; *p; p++)
                if (*p == '\'')
                        *p = '"';
        return body;
}

const Json *rig_restf(Sandbox *sandbox, int status, const char *method, const char *path, const char *format,
                      ...) {
        _free_ char *body = NULL;
        va_list ap;

        va_start(ap, format);
        body = quoted(format, ap);
        va_end(ap);
        return rig_rest(sandbox, method, path, body, status);
}

const Json *rig_actf(Sandbox *sandbox, int status, const char *format, ...) {
        _free_ char *body = NULL;
        va_list ap;

        va_start(ap, format);
        body = quoted(format, ap);
        va_end(ap);
        return rig_control(sandbox, "POST", "act", body, status);
}

const Json *rig_worldf(Sandbox *sandbox, int status, const char *format, ...) {
        _free_ char *body = NULL;
        va_list ap;

        va_start(ap, format);
        body = quoted(format, ap);
        va_end(ap);
        return rig_control(sandbox, "POST", "world", body, status);
}

const char *rig_text(Sandbox *sandbox) {
        return strbuf_text(&sandbox->text);
}

void rig_advance(Sandbox *sandbox, uint64_t ms) {
        sandbox->now += ms * USEC_PER_MSEC;
        for (size_t i = 0; i < TIMERS_MAX; i++) {
                SbxTimer *timer = &sandbox->timers[i];

                if (timer->is_live && timer->due <= sandbox->now) {
                        timer->is_live = false;
                        timer->callback(sandbox, timer->userdata);
                }
        }
}

/* ---- looking at it ---- */

static const Event *newest_event(const Sandbox *sandbox, const char *event) {
        for (unsigned i = sandbox->n_events; i > 0; i--)
                if (streq(sandbox->events[i - 1].name, event))
                        return &sandbox->events[i - 1];
        return NULL;
}

const Json *rig_event(Sandbox *sandbox, const char *event) {
        const Event *e = newest_event(sandbox, event);

        return e ? e->d : NULL;
}

const Json *rig_event_bare(Sandbox *sandbox, const char *event) {
        const Event *e = newest_event(sandbox, event);

        return e ? e->bare : NULL;
}

int rig_event_intent(Sandbox *sandbox, const char *event) {
        const Event *e = newest_event(sandbox, event);

        return e ? e->intent : -2;
}

unsigned rig_n_events(Sandbox *sandbox, const char *event) {
        unsigned n = 0;

        for (unsigned i = 0; i < sandbox->n_events; i++)
                n += streq(sandbox->events[i].name, event);
        return n;
}

unsigned rig_n_effects(Sandbox *sandbox, const char *effect) {
        unsigned n = 0;

        for (unsigned i = 0; i < sandbox->n_effects; i++)
                n += streq(sandbox->effects[i], effect);
        return n;
}

bool rig_effect_was_deduplicated(Sandbox *sandbox) {
        return sandbox->was_deduplicated;
}

const Json *node(const Json *json, const char *path) {
        while (json && *path) {
                size_t n = strcspn(path, ".");
                _free_ char *key = strndup(path, n);

                assert_non_null(key);
                if (json_is_array(json)) {
                        const Json *item = json_first(json);

                        for (long i = strtol(key, NULL, 10); i > 0 && item; i--)
                                item = json_next(item);
                        json = item;
                } else
                        json = json_get(json, key);
                path += n + (path[n] == '.');
        }
        return json;
}

const char *at(const Json *json, const char *path) {
        static char printed[64];
        const Json *value = node(json, path);
        _free_ char *text = NULL;

        if (!value)
                return "";
        if (json_text(value))
                return json_text(value);
        assert_int_equal(json_print(value, &text), 0);
        (void) snprintf(printed, sizeof(printed), "%s", text);
        return printed;
}

const char *fault_at(const Json *reply, const char *path) {
        _strbuf_ StrBuf whole = {};

        strbuf_appendf(&whole, "errors.%s%s_errors.0.code", path, *path ? "." : "");
        assert_string_equal(at(reply, "code"), "50035");
        return at(reply, strbuf_text(&whole));
}
