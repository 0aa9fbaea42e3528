/*
 * The game's site, as far as the daemon asks it: dossiers, organisations, and the search for members. Its people bring their own trouble
 * (rsi-people.c); rules of POST /sandbox/fault apply as well, by these routes. What was asked stands in the request log, and in no
 * traffic file: that one is for Discord's interface.
 */

#include <stdio.h>

#include "faults.h"
#include "http.h"
#include "journal.h"
#include "rsi-page.h"

#define RETRY_AFTER "30"
#define PAGE_SIZE 32
#define PAGE_SIZE_MAX 255

typedef struct Answer {
        int status;
        StrBuf body;
        const char *content_type;
        const char *retry_after;
        StrBuf location;                /* empty: none */
        RsiTrouble trouble;             /* of the person it is about */
} Answer;

static void answer_done(Answer *answer) {
        strbuf_done(&answer->body);
        strbuf_done(&answer->location);
}

typedef struct RsiRoute {
        const char *method, *template;
        void (*answer)(const SbxRequest *request, const char *name, Answer *answer);
} RsiRoute;

/* ---- what the pages say -------------------------------------------------------------------------------------------------------- */

static void answer_message(Answer *answer, int status, const char *sentence) {
        strbuf_clear(&answer->body);
        answer->status = status;
        rsi_put_message(&answer->body, status, sentence);
}

/* True: the person's trouble has made the answer. */
static bool answer_trouble(const SbxRequest *request, const RsiPerson *person, Answer *answer) {
        answer->trouble = person->trouble;
        switch (person->trouble) {
        case RSI_TROUBLE_BROKEN:
                answer_message(answer, 500, "Internal Server Error");
                return true;
        case RSI_TROUBLE_BLOCKED:
                answer_message(answer, 403, "Request blocked");
                return true;
        case RSI_TROUBLE_LIMITED:
                answer->retry_after = RETRY_AFTER;
                answer_message(answer, 429, "Too Many Requests");
                return true;
        case RSI_TROUBLE_LOGIN:
                rsi_put_login(&answer->body);
                return true;
        case RSI_TROUBLE_LAYOUT:
                rsi_put_new_layout(&answer->body, person);
                return true;
        case RSI_TROUBLE_MOVED:
                if (strncmp(request->path, "/en/", 4) == 0)
                        return false;
                answer_message(answer, 302, "Found");
                strbuf_appendf(&answer->location, "/en%s", request->path);
                return true;
        case RSI_TROUBLE_ELSEWHERE:
                answer_message(answer, 302, "Found");
                strbuf_append(&answer->location, "https://example.org/");
                return true;
        case RSI_TROUBLE_NONE:
        case RSI_TROUBLE_SLOW:
                break;
        }
        return false;
}

static void answer_citizen(const SbxRequest *request, const char *name, Answer *answer, void (*put)(StrBuf *out, const RsiPerson *person)) {
        const RsiPerson *person = rsi_person_find(name);

        if (!person)
                answer_message(answer, 404, "NAVIGATION FAULT");
        else if (!answer_trouble(request, person, answer))
                put(&answer->body, person);
}

static void answer_dossier(const SbxRequest *request, const char *name, Answer *answer) {
        answer_citizen(request, name, answer, rsi_put_dossier);
}

static void answer_organisations(const SbxRequest *request, const char *name, Answer *answer) {
        answer_citizen(request, name, answer, rsi_put_organisations);
}

static void answer_organisation(const SbxRequest *request _unused_, const char *name, Answer *answer) {
        const RsiOrganisation *organisation = rsi_organisation_find(name);

        if (organisation)
                rsi_put_organisation(&answer->body, organisation);
        else
                answer_message(answer, 404, "NAVIGATION FAULT");
}

static unsigned number_within(const Json *object, const char *key, unsigned most, unsigned otherwise) {
        uint64_t v;

        return json_get_u64(object, key, &v) == 0 && v >= 1 && v <= most ? (unsigned) v : otherwise;
}

static void answer_json(Answer *answer, JsonWriter *take_writer) {
        _free_ char *text = NULL;

        answer->content_type = "application/json";
        if (json_writer_finish(take_writer, &text) == 0)
                strbuf_append(&answer->body, text);
}

static void answer_refusal(Answer *answer, const char *code) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_i64(&w, "success", 0);
        json_string(&w, "code", code);
        json_string(&w, "msg", code);
        json_close(&w);
        answer_json(answer, &w);
}

static void answer_members(const SbxRequest *request, const char *name _unused_, Answer *answer) {
        const char *symbol = json_text(json_get(request->body, "symbol")), *search = json_text(json_get(request->body, "search"));
        const RsiOrganisation *organisation = symbol ? rsi_organisation_find(symbol) : NULL;
        const RsiPerson *person = search ? rsi_person_find(search) : NULL;
        _json_writer_ JsonWriter w = {};
        _strbuf_ StrBuf html = {};
        unsigned n;

        /* a redirect is for pages */
        if (person && person->trouble != RSI_TROUBLE_MOVED && answer_trouble(request, person, answer))
                return;
        if (!organisation) {
                answer_refusal(answer, symbol ? "ErrNoSuchOrganization" : "ErrValidationFailed");
                return;
        }
        n = rsi_put_members(&html, organisation, search ? search : "", number_within(request->body, "page", UINT16_MAX, 1),
                            number_within(request->body, "pagesize", PAGE_SIZE_MAX, PAGE_SIZE));
        json_open(&w);
        json_i64(&w, "success", 1);
        json_string(&w, "code", "OK");
        json_string(&w, "msg", "OK");
        json_object(&w, "data");
        json_i64(&w, "totalrows", n);
        json_string(&w, "html", strbuf_text(&html));
        json_close(&w);
        json_close(&w);
        answer_json(answer, &w);
}

/* ---- routes ---------------------------------------------------------------------------------------------------------------------- */

static const RsiRoute routes[] = {
        { "GET",  "/citizens/{handle}/organizations", answer_organisations },
        { "GET",  "/citizens/{handle}",               answer_dossier       },
        { "GET",  "/orgs/{sid}",                      answer_organisation  },
        { "POST", "/api/orgs/getOrgMembers",          answer_members       },
};

static const char *without_language(const char *path) {
        return strncmp(path, "/en/", 4) == 0 ? path + 3 : path;
}

bool rsi_is_path(const char *path) {
        path = without_language(path);
        return strncmp(path, "/citizens/", 10) == 0 || strncmp(path, "/orgs/", 6) == 0 || strncmp(path, "/api/orgs/", 10) == 0;
}

/* Whether the path is the template's; its one {name} is returned as it stands in the path. A slash at the end is ignored. */
static bool route_matches(const char *template, const char *path, const char **ret_name, size_t *ret_n_name) {
        const char *open = strchr(template, '{');
        size_t n_before = open ? (size_t) (open - template) : strlen(template), n_after;
        const char *after = open ? strchr(open, '}') + 1 : "";

        *ret_name = path + n_before;
        *ret_n_name = 0;
        if (strncmp(path, template, n_before) != 0)
                return false;
        if (open) {
                *ret_n_name = strcspn(*ret_name, "/");
                if (*ret_n_name == 0)
                        return false;
        }
        path = *ret_name + *ret_n_name;
        n_after = strlen(after);
        return strncmp(path, after, n_after) == 0 && (!path[n_after] || streq(path + n_after, "/"));
}

/* The row and the decoded name (to free()); NULL: no such page. */
static const RsiRoute *route_find(const SbxRequest *request, char **ret_name) {
        const char *path = without_language(request->path), *method = streq(request->method, "HEAD") ? "GET" : request->method, *name;
        size_t n_name;

        for (size_t i = 0; i < ELEMENTSOF(routes); i++)
                if (streq(routes[i].method, method) && route_matches(routes[i].template, path, &name, &n_name)) {
                        *ret_name = percent_decode(name, n_name, false);
                        return *ret_name ? &routes[i] : NULL;
                }
        return NULL;
}

/* ---- answering -------------------------------------------------------------------------------------------------------------------- */

static void rsi_make(const SbxRequest *request, Answer *answer) {
        _free_ char *name = NULL;
        const RsiRoute *route = route_find(request, &name);

        *answer = (Answer) { .status = 200, .content_type = "text/html; charset=utf-8" };
        if (route)
                route->answer(request, name, answer);
        else
                answer_message(answer, 404, "NAVIGATION FAULT");
}

static void rsi_log(Sandbox *sandbox, const SbxRequest *request, int status, FaultKind fault) {
        _free_ char *name = NULL;
        const RsiRoute *route = route_find(request, &name);

        (void) journal_request(sandbox->journal, sbx_now(sandbox),
                        &(Exchanged) { .request = request, .template = route ? route->template : NULL, .status = status, .response = "",
                                       .fault = fault_kind_to_string(fault), .is_dropped = status == 0, .is_rsi = true });
}

static void rsi_answer(Sandbox *sandbox, Exchange *x, Answer *answer, FaultKind fault) {
        rsi_log(sandbox, request_view(exchange_request(x)), answer->status, fault);
        /* the people are made up, but their texts are as bad as texts get */
        exchange_add_header(x, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
        exchange_add_header(x, "X-Content-Type-Options", "nosniff");
        if (answer->retry_after)
                exchange_add_header(x, "Retry-After", answer->retry_after);
        if (answer->location.n_bytes > 0)
                exchange_add_header(x, "Location", strbuf_text(&answer->location));
        exchange_answer(x, answer->status, answer->content_type, &answer->body);
}

static void rsi_after_wait(Sandbox *sandbox, Exchange *x) {
        _cleanup_(answer_done) Answer answer = {};

        rsi_make(request_view(exchange_request(x)), &answer);
        rsi_answer(sandbox, x, &answer, FAULT_NONE);
}

static void rsi_after_fault(Sandbox *sandbox, Exchange *x) {
        _cleanup_(answer_done) Answer answer = {};

        rsi_make(request_view(exchange_request(x)), &answer);
        rsi_answer(sandbox, x, &answer, FAULT_SLOW);
}

/* True: the rule has taken the request. */
static bool rsi_fault(Sandbox *sandbox, Exchange *x, const Fault *fault) {
        _cleanup_(answer_done) Answer answer = { .content_type = "text/html; charset=utf-8" };
        char seconds[24];

        switch (fault->kind) {
        case FAULT_NONE:
                return false;
        case FAULT_SLOW:
        case FAULT_HOLD:
                exchange_wait(x, fault->ms, rsi_after_fault);
                return true;
        case FAULT_STATUS:
                answer_message(&answer, fault->status, "The sandbox was told to answer this");
                break;
        case FAULT_RATELIMIT:
                (void) snprintf(seconds, sizeof(seconds), "%llu", (unsigned long long) ((fault->retry_after + USEC_PER_SEC - 1) / USEC_PER_SEC));
                answer.retry_after = seconds;
                answer_message(&answer, 429, "Too Many Requests");
                break;
        default:                        /* nothing is applied here, so when it is cut makes no difference */
                rsi_log(sandbox, request_view(exchange_request(x)), 0, fault->kind);
                exchange_drop(x);
                return true;
        }
        rsi_answer(sandbox, x, &answer, fault->kind);
        return true;
}

void rsi_handle(Sandbox *sandbox, Exchange *x) {
        _cleanup_(answer_done) Answer answer = {};
        Request *request = exchange_request(x);
        const SbxRequest *view = request_view(request);
        _free_ char *name = NULL;
        const RsiRoute *route;
        Fault fault;

        if (request_finish(request, true) < 0) {
                exchange_drop(x);       /* no memory */
                return;
        }
        route = route_find(view, &name);
        faults_match(sandbox->faults, view->method, route ? route->template : NULL, view->path, &fault);
        if (rsi_fault(sandbox, x, &fault))
                return;

        rsi_make(view, &answer);
        if (answer.trouble == RSI_TROUBLE_SLOW)
                exchange_wait(x, RSI_SLOW_MS, rsi_after_wait);
        else
                rsi_answer(sandbox, x, &answer, FAULT_NONE);
}
