/*
 * The way of a REST request: route → fault rule → authorisation → rate limit → body → handler → headers → logs. The handler
 * runs at most once per request, whatever the fault rule does to the connection. What the routes mean is the model's.
 */

#include "http.h"

#include <stdio.h>
#include <strings.h>

#include "faults.h"
#include "journal.h"

#define VERSION_PREFIX "/api/v10"

/* What a request came to. */
typedef struct Result {
        SbxReply reply;
        Verdict verdict;
        bool is_html;           /* the body is HTML, as from the proxy before Discord */
        const char *fault;
} Result;

static void result_done(Result *result) {
        strbuf_done(&result->reply.body);
}

static void result_free(void *data) {
        result_done(data);
        free(data);
}

struct Late {
        Sandbox *sandbox;
        Request *request;
        sd_event_source *timer;
        struct Late *next;
};

/* ---- routes --------------------------------------------------------------------------------------------------------- */

/* A literal may have been sent escaped ("%40me", "%40original"). */
static bool literal_matches(const char *literal, size_t n_literal, const char *sent, size_t n_sent) {
        _free_ char *decoded = NULL;

        if (n_literal == n_sent && strncmp(literal, sent, n_sent) == 0)
                return true;
        if (!memchr(sent, '%', n_sent))
                return false;
        decoded = percent_decode(sent, n_sent, false);
        return decoded && strlen(decoded) == n_literal && strncmp(literal, decoded, n_literal) == 0;
}

/* Matches segment by segment; with a request, its arguments are added. */
static bool template_matches(const char *template, const char *path, Request *request) {
        for (;;) {
                size_t n_template, n_path;

                if (template[1] != path[1] && template[1] != '{' && path[1] != '%')
                        return false;   /* most of the other rows, for the price of one look */
                n_template = strcspn(template + 1, "/");
                n_path = strcspn(path + 1, "/");
                if (template[1] == '{') {
                        if (n_path == 0 || (request && request_add_arg(request, path + 1, n_path) < 0))
                                return false;
                } else if (!literal_matches(template + 1, n_template, path + 1, n_path))
                        return false;
                template += 1 + n_template;
                path += 1 + n_path;
                if (!*template || !*path)
                        return *template == *path;
        }
}

/* The row, or NULL with *ret_known when the path exists for another method. */
static const SbxRoute *route_find(Request *request, bool *ret_known) {
        SbxRequest *view = request_view(request);

        *ret_known = false;
        for (size_t i = 0; i < sbx_n_routes; i++) {
                if (!template_matches(sbx_routes[i].template, view->path, NULL))
                        continue;
                *ret_known = true;
                if (streq(sbx_routes[i].method, view->method))
                        return template_matches(sbx_routes[i].template, view->path, request) ? &sbx_routes[i] : NULL;
        }
        return NULL;
}

/* ---- refusals ------------------------------------------------------------------------------------------------------- */

static void result_html(Result *result, int status, const char *title) {
        result->is_html = true;
        result->reply.status = status;
        strbuf_clear(&result->reply.body);
        strbuf_appendf(&result->reply.body, "<html>\r\n<head><title>%s</title></head>\r\n<body>\r\n<center><h1>%s</h1></center>\r\n</body>\r\n</html>\r\n", title, title);
}

static void result_limited(Result *result) {
        const Verdict *v = &result->verdict;
        _json_writer_ JsonWriter w = {};

        if (v->scope == SCOPE_CLOUDFLARE) {
                result_html(result, 429, "429 Too Many Requests");
                return;
        }
        json_open(&w);
        json_string(&w, "message", v->message ? v->message : v->scope == SCOPE_SHARED ? "The resource is being rate limited." : "You are being rate limited.");
        json_put_key(&w, "retry_after");
        json_put_double(&w, (double) v->retry_after / (double) USEC_PER_SEC);
        json_bool(&w, "global", v->scope == SCOPE_GLOBAL);
        if (v->code > 0)
                json_i64(&w, "code", v->code);
        json_close(&w);
        sbx_reply_json(&result->reply, 429, &w);
        result->reply.code = v->code;
}

static void result_ratelimit(Sandbox *sandbox, Result *result, const Fault *fault) {
        result->verdict = (Verdict) {
                .has_headers = fault->scope == SCOPE_USER,
                .bucket = "00000000faceb00c",
                .limit = 5,
                .reset_at = sbx_now(sandbox) + fault->retry_after,
                .is_limited = true,
                .scope = fault->scope,
                .retry_after = fault->retry_after,
                .code = fault->code,
                .message = fault->message,
        };
        result_limited(result);
}

static void result_status(Sandbox *sandbox, Result *result, const Fault *fault) {
        const char *message = fault->message;
        char text[64];

        if (fault->status == 429)
                result_ratelimit(sandbox, result, fault);
        else if (fault->code == 0 && fault->status >= 502 && fault->status <= 504)
                result_html(result, fault->status,
                            fault->status == 502 ? "502 Bad Gateway" : fault->status == 503 ? "503 Service Unavailable" : "504 Gateway Timeout");
        else if (fault->status == 204)
                sbx_reply_empty(&result->reply);
        else {
                (void) snprintf(text, sizeof(text), "%d: %s", fault->status,
                                fault->status == 500   ? "Internal Server Error"
                                : fault->status == 401 ? "Unauthorized"
                                : fault->status == 403 ? "Forbidden"
                                : fault->status == 404 ? "Not Found"
                                                       : "Refused");
                sbx_reply_error(&result->reply, fault->status, fault->code, message ? message : text);
        }
}

/* ---- applying --------------------------------------------------------------------------------------------------------- */

static void form_error(SbxReply *reply) {
        sbx_reply_text(reply, 400,
                       "{\"message\":\"Invalid Form Body\",\"code\":50035,\"errors\":{\"_errors\":[{\"code\":\"CONTENT_TYPE_INVALID\","
                       "\"message\":\"Expected \\\"Content-Type\\\" header to be one of {'application/json', "
                       "'application/x-www-form-urlencoded', 'multipart/form-data'}.\"}]}}");
        reply->code = 50035;
}

static bool has_bot_agent(const SbxRequest *request) {
        /*
         * Discord reference, "User Agent": DiscordBot ($url, $versionNumber). Libraries that name themselves otherwise are let in; turned
         * away are a missing one, browsers (discord-api-docs issue 6473) and what HTTP libraries call themselves (issue 1504).
         */
        static const char *const blocked[] = { "Mozilla/", "Java/", "Python-urllib/" };
        const char *agent = sbx_header(request, "User-Agent");

        for (size_t i = 0; agent && i < ELEMENTSOF(blocked); i++)
                if (strncmp(agent, blocked[i], strlen(blocked[i])) == 0)
                        return false;
        return agent && *agent;
}

/* Discord reads the ids of a path like those of a body: what is none is a form error under the id's name. */
static bool path_ids_are_ids(const SbxRequest *request, SbxReply *reply) {
        const char *at = request->route->template;
        _json_writer_ JsonWriter w = {};
        bool all_are = true;

        json_open(&w);
        json_string(&w, "message", "Invalid Form Body");
        json_i64(&w, "code", 50035);
        json_object(&w, "errors");
        for (size_t i = 0; i < request->n_args; i++, at++) {
                _free_ char *key = NULL;
                _strbuf_ StrBuf message = {};

                at = strchr(at, '{');
                key = strndup(at + 1, strcspn(at + 1, "}"));
                if (!key || !strstr(key, "_id") || request->ids[i] || streq(request->args[i], "0"))
                        continue;
                strbuf_appendf(&message, "Value \"%.40s\" is not snowflake.", request->args[i]);
                json_object(&w, key);
                json_array(&w, "_errors");
                json_open(&w);
                json_string(&w, "code", "NUMBER_TYPE_COERCE");
                json_string(&w, "message", strbuf_text(&message));
                json_close(&w);
                json_close_array(&w);
                json_close(&w);
                all_are = false;
        }
        json_close(&w);
        json_close(&w);
        if (all_are)
                return true;
        sbx_reply_json(reply, 400, &w);
        reply->code = 50035;
        return false;
}

/* Removed from the guild, the bot knows neither it nor its channels. */
static bool is_of_a_guild_without_us(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const char *template = request->route->template;

        if (model_has_bot(sandbox))
                return false;
        if (strncmp(template, "/guilds/", strlen("/guilds/")) == 0)
                sbx_reply_error(reply, 404, 10004, "Unknown Guild");
        else if (strncmp(template, "/channels/", strlen("/channels/")) == 0)
                sbx_reply_error(reply, 403, 50001, "Missing Access");
        return reply->status != 0;
}

static void rest_apply(Sandbox *sandbox, Request *request, bool is_known, Result *result) {
        const SbxRequest *view = request_view(request);
        const SbxRoute *route = view->route;
        SbxReply *reply = &result->reply;

        if (!route) {
                sbx_reply_error(reply, is_known ? 405 : 404, 0, is_known ? "405: Method Not Allowed" : "404: Not Found");
                return;
        }
        if (route->auth == SBX_AUTH_BOT && !view->has_bot_auth) {
                sbx_reply_error(reply, 401, 0, "401: Unauthorized");
                return;
        }
        if (route->auth == SBX_AUTH_BOT && !has_bot_agent(view)) {
                sbx_reply_error(reply, 403, 40333, "internal network error");
                return;
        }
        buckets_take(sandbox->buckets, sbx_now(sandbox), view, &result->verdict);
        if (result->verdict.is_limited) {
                result_limited(result);
                return;
        }
        if (request_outcome(request) == REQUEST_BAD_JSON) {
                sbx_reply_error(reply, 400, 50109, "The request body contains invalid JSON.");
                return;
        }
        if (request_outcome(request) == REQUEST_BAD_TYPE) {
                form_error(reply);
                return;
        }
        if (!path_ids_are_ids(view, reply))
                return;
        if (is_of_a_guild_without_us(sandbox, view, reply))
                return;
        route->handler(sandbox, view, reply);
        if (reply->status == 0 || reply->body.error)
                sbx_reply_error(reply, 500, 0, "500: Internal Server Error");
}

static void rest_log(Sandbox *sandbox, const Request *request, const Result *result, bool is_dropped) {
        const SbxRequest *view = request_view((Request *) request);
        const char *entry;

        if (result->reply.status > 0 && !(result->verdict.is_limited && result->verdict.scope == SCOPE_SHARED))
                (void) buckets_count_invalid(sandbox->buckets, sbx_now(sandbox), result->reply.status);
        entry = journal_request(sandbox->journal, sbx_now(sandbox),
                        &(Exchanged) {
                                .request = view,
                                .template = view->route ? view->route->template : NULL,
                                .status = result->reply.status,
                                .code = result->reply.code,
                                .response = result->is_html ? "" : strbuf_text(&result->reply.body),
                                .fault = result->fault,
                                .is_dropped = is_dropped,
                                .took = request_age(request),
                                .interaction = model_interaction_of(sandbox, view),
                        });
        if (entry)
                sbx_push(sandbox, 0, 0, "request", entry);
}

/* ---- answering ---------------------------------------------------------------------------------------------------------- */

static void add_seconds(Exchange *x, const char *name, Usec usec) {
        char text[40];

        (void) snprintf(text, sizeof(text), "%llu.%03llu", (unsigned long long) (usec / USEC_PER_SEC), (unsigned long long) (usec % USEC_PER_SEC / USEC_PER_MSEC));
        exchange_add_header(x, name, text);
}

static void add_number(Exchange *x, const char *name, uint64_t number) {
        char text[24];

        (void) snprintf(text, sizeof(text), "%llu", (unsigned long long) number);
        exchange_add_header(x, name, text);
}

/* Discord reference, "Rate Limits", Header Format */
static void add_limit_headers(Sandbox *sandbox, Exchange *x, const Verdict *v) {
        Usec now = sbx_now(sandbox);

        if (v->has_headers) {
                add_number(x, "X-RateLimit-Limit", v->limit);
                add_number(x, "X-RateLimit-Remaining", v->remaining);
                add_seconds(x, "X-RateLimit-Reset", v->reset_at);
                add_seconds(x, "X-RateLimit-Reset-After", v->reset_at > now ? v->reset_at - now : 0);
                exchange_add_header(x, "X-RateLimit-Bucket", v->bucket);
        }
        if (!v->is_limited)
                return;
        add_number(x, "Retry-After", (v->retry_after + USEC_PER_SEC - 1) / USEC_PER_SEC);
        if (v->scope == SCOPE_CLOUDFLARE)
                return;
        exchange_add_header(x, "X-RateLimit-Scope", scope_to_string(v->scope));
        if (v->scope == SCOPE_GLOBAL)
                exchange_add_header(x, "X-RateLimit-Global", "true");
}

static void rest_answer(Sandbox *sandbox, Exchange *x, Result *result) {
        bool is_cloudflare = result->verdict.is_limited && result->verdict.scope == SCOPE_CLOUDFLARE;

        add_limit_headers(sandbox, x, &result->verdict);
        /* Clients tell Discord's own 429 from the proxy's by this header. */
        if (!is_cloudflare)
                exchange_add_header(x, "Via", "1.1 google");
        exchange_answer(x, result->reply.status,
                        result->is_html ? "text/html" : result->reply.body.n_bytes > 0 ? "application/json" : NULL, &result->reply.body);
}

/* Logs first, so that whoever has the reply finds the entry. */
static void rest_finish(Sandbox *sandbox, Exchange *x, Result *result) {
        rest_log(sandbox, exchange_request(x), result, false);
        rest_answer(sandbox, x, result);
}

/* ---- faults that take time ------------------------------------------------------------------------------------------------ */

static void rest_after_slow(Sandbox *sandbox, Exchange *x) {
        _cleanup_(result_done) Result result = { .fault = fault_kind_to_string(FAULT_SLOW) };

        rest_apply(sandbox, exchange_request(x), false, &result);
        rest_finish(sandbox, x, &result);
}

static void rest_after_hold(Sandbox *sandbox, Exchange *x) {
        rest_answer(sandbox, x, exchange_data(x));
}

static void late_free(struct Late *late) {
        for (struct Late **at = &late->sandbox->lates; *at; at = &(*at)->next)
                if (*at == late) {
                        *at = late->next;
                        break;
                }
        request_free(late->request);
        sd_event_source_disable_unref(late->timer);
        free(late);
}

static int late_apply(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        _cleanup_(result_done) Result result = { .fault = fault_kind_to_string(FAULT_LATE) };
        struct Late *late = userdata;

        rest_apply(late->sandbox, late->request, false, &result);
        rest_log(late->sandbox, late->request, &result, true);
        late_free(late);
        return 0;
}

static void rest_later(Sandbox *sandbox, Exchange *x, uint64_t ms) {
        struct Late *late = new0(struct Late, 1);

        if (late) {
                *late = (struct Late) { .sandbox = sandbox, .request = exchange_take_request(x), .next = sandbox->lates };
                sandbox->lates = late;
                if (server_after(sandbox, ms, late_apply, late, &late->timer) < 0)
                        late_free(late);
        }
        exchange_drop(x);
}

void rest_done(Sandbox *sandbox) {
        while (sandbox->lates)
                late_free(sandbox->lates);
}

/* ---- entry -------------------------------------------------------------------------------------------------------------- */

static void rest_work(Sandbox *sandbox, Exchange *x, bool is_known, const Fault *fault) {
        _cleanup_(result_done) Result result = { .fault = fault_kind_to_string(fault->kind) };
        Request *request = exchange_request(x);
        Result *held;

        switch (fault->kind) {
        case FAULT_SLOW:
                exchange_wait(x, fault->ms, rest_after_slow);
                return;
        case FAULT_LATE:
                rest_later(sandbox, x, fault->ms);
                return;
        case FAULT_DROP_BEFORE:
                rest_log(sandbox, request, &result, true);
                exchange_drop(x);
                return;
        case FAULT_DROP_AFTER:
                rest_apply(sandbox, request, is_known, &result);
                if (result.verdict.is_limited) {        /* nothing was carried out whose answer could be lost */
                        faults_give_back(sandbox->faults, fault);
                        result.fault = NULL;
                        break;
                }
                rest_log(sandbox, request, &result, true);
                exchange_drop(x);
                return;
        case FAULT_HOLD:
                rest_apply(sandbox, request, is_known, &result);
                rest_log(sandbox, request, &result, false);
                held = new0(Result, 1);
                if (!held) {
                        exchange_drop(x);
                        return;
                }
                *held = result;
                result.reply.body = (StrBuf) {};
                exchange_set_data(x, held, result_free);
                exchange_wait(x, fault->ms, rest_after_hold);
                return;
        case FAULT_STATUS:
                result_status(sandbox, &result, fault);
                break;
        case FAULT_RATELIMIT:
                result_ratelimit(sandbox, &result, fault);
                break;
        default:
                rest_apply(sandbox, request, is_known, &result);
        }
        rest_finish(sandbox, x, &result);
}

static bool token_is_valid(Sandbox *sandbox, const SbxRequest *request) {
        const char *value = sbx_header(request, "Authorization");

        return value && strncmp(value, "Bot ", 4) == 0 && streq(value + 4, sandbox->options->token);
}

void rest_handle(Sandbox *sandbox, Exchange *x) {
        Request *request = exchange_request(x);
        SbxRequest *view = request_view(request);
        Fault fault;
        bool is_known;

        if (buckets_is_banned(sandbox->buckets, sbx_now(sandbox))) {
                _cleanup_(result_done) Result result = { .verdict = { .is_limited = true, .scope = SCOPE_CLOUDFLARE, .retry_after = 600 * USEC_PER_SEC } };

                result_limited(&result);
                rest_answer(sandbox, x, &result);
                return;
        }
        if (strncmp(view->path, VERSION_PREFIX "/", strlen(VERSION_PREFIX) + 1) != 0) {
                _cleanup_(result_done) Result result = {};

                sbx_reply_error(&result.reply, 400, 50041, "Invalid API version provided");
                rest_finish(sandbox, x, &result);
                return;
        }
        request_skip(request, strlen(VERSION_PREFIX));
        if (request_finish(request, false) < 0) {
                exchange_drop(x);       /* no memory */
                return;
        }
        view->has_bot_auth = token_is_valid(sandbox, view);
        view->route = route_find(request, &is_known);
        faults_match(sandbox->faults, view->method, view->route ? view->route->template : NULL, view->path, &fault);
        rest_work(sandbox, x, is_known, &fault);
}

/* ---- the two routes about the gateway -------------------------------------------------------------------------------------- */

static void put_gateway_url(Sandbox *sandbox, const SbxRequest *request, JsonWriter *w) {
        const char *host = sbx_header(request, "Host");
        _strbuf_ StrBuf url = {};

        strbuf_appendf(&url, "ws://%s/", host && *host ? host : http_address(sandbox->http));
        json_string(w, "url", strbuf_text(&url));
}

void sbx_get_gateway(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        put_gateway_url(sandbox, request, &w);
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

void sbx_get_gateway_bot(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};
        uint64_t reset_after;
        unsigned left = buckets_identifies_left(sandbox->buckets, sbx_now(sandbox), &reset_after);

        json_open(&w);
        put_gateway_url(sandbox, request, &w);
        json_i64(&w, "shards", 1);
        json_object(&w, "session_start_limit");
        json_i64(&w, "total", 1000);
        json_i64(&w, "remaining", left);
        json_i64(&w, "reset_after", (int64_t) reset_after);
        json_i64(&w, "max_concurrency", 1);
        json_close(&w);
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}
