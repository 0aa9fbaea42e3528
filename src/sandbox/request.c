/*
 * One HTTP request as handlers see it. Percent-decoding happens here once, per segment and per query value, after splitting:
 * a "%2F" inside a segment is no separator. What the bytes mean to Discord is the model's business.
 */

#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

typedef struct Header {
        char *name, *value;
} Header;

struct Request {
        SbxRequest view;                /* what handlers get */
        char *method, *path, *query;
        Header *headers;
        size_t n_headers;
        struct {
                char *key, *value;
        } *parameters;
        size_t n_parameters;
        char *args[SBX_ARGS_MAX];
        StrBuf body;
        Json *json;
        Part *parts;
        size_t n_parts;
        SbxFile *files;
        char *reason;
        int outcome;
        Usec finished_at;               /* CLOCK_BOOTTIME; 0: not yet */
};

static int hex_digit(char c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

char *percent_decode(const char *text, size_t n_bytes, bool plus_is_space) {
        char *out = malloc(n_bytes + 1);
        size_t n = 0;

        if (!out)
                return NULL;
        for (size_t i = 0; i < n_bytes; i++) {
                int high, low;

                if (text[i] == '%' && i + 2 < n_bytes && (high = hex_digit(text[i + 1])) >= 0 &&
                    (low = hex_digit(text[i + 2])) >= 0 && (high | low) != 0) {
                        out[n++] = (char) (high * 16 + low);
                        i += 2;
                } else
                        out[n++] = text[i] == '+' && plus_is_space ? ' ' : text[i];
        }
        out[n] = '\0';
        return out;
}

static int request_parse_query(Request *r) {
        const char *at = r->query;

        while (*at) {
                size_t n = strcspn(at, "&"), n_key = strcspn(at, "=&");
                void *grown;

                if (n > 0) {
                        grown = reallocarray(r->parameters, r->n_parameters + 1, sizeof(*r->parameters));
                        if (!grown)
                                return -ENOMEM;
                        r->parameters = grown;
                        r->parameters[r->n_parameters].key = percent_decode(at, n_key, true);
                        r->parameters[r->n_parameters].value =
                                n_key < n ? percent_decode(at + n_key + 1, n - n_key - 1, true) : strdup("");
                        r->n_parameters++;
                        if (!r->parameters[r->n_parameters - 1].key || !r->parameters[r->n_parameters - 1].value)
                                return -ENOMEM;
                }
                at += n;
                if (*at == '&')
                        at++;
        }
        return 0;
}

Request *request_new(const char *method, const char *target) {
        _cleanup_(request_freep) Request *r = new0(Request, 1);
        size_t n_path = strcspn(target, "?#");

        if (!r)
                return NULL;
        r->method = strdup(method);
        r->path = strndup(target, n_path);
        r->query = target[n_path] == '?' ? strndup(target + n_path + 1, strcspn(target + n_path + 1, "#")) : strdup("");
        if (!r->method || !r->path || !r->query || request_parse_query(r) < 0)
                return NULL;
        r->view.method = r->method;
        r->view.path = r->path;
        r->view.query = r->query;
        r->view.whole = r;
        return TAKE(r);
}

Request *request_free(Request *request) {
        if (!request)
                return NULL;
        free(request->method);
        free(request->path);
        free(request->query);
        for (size_t i = 0; i < request->n_headers; i++) {
                free(request->headers[i].name);
                free(request->headers[i].value);
        }
        free(request->headers);
        for (size_t i = 0; i < request->n_parameters; i++) {
                free(request->parameters[i].key);
                free(request->parameters[i].value);
        }
        free(request->parameters);
        for (size_t i = 0; i < SBX_ARGS_MAX; i++)
                free(request->args[i]);
        strbuf_done(&request->body);
        json_free(request->json);
        parts_free(request->parts, request->n_parts);
        free(request->files);
        free(request->reason);
        free(request);
        return NULL;
}

int request_add_header(Request *request, const char *name, const char *value) {
        _free_ char *n = strdup(name), *v = strdup(value);
        Header *grown;

        if (!n || !v)
                return -ENOMEM;
        grown = reallocarray(request->headers, request->n_headers + 1, sizeof(Header));
        if (!grown)
                return -ENOMEM;
        request->headers = grown;
        request->headers[request->n_headers++] = (Header) { .name = TAKE(n), .value = TAKE(v) };
        if (!request->reason && strcasecmp(name, "X-Audit-Log-Reason") == 0) {
                request->reason = percent_decode(value, strlen(value), false);
                if (!request->reason)
                        return -ENOMEM;
                request->view.reason = request->reason;
        }
        return 0;
}

int request_add_body(Request *request, const char *bytes, size_t n_bytes) {
        if (n_bytes > REQUEST_BODY_MAX - request->body.n_bytes)
                return -EFBIG;
        strbuf_append_bytes(&request->body, bytes, n_bytes);
        return request->body.error;
}

/* payload_json becomes the body, "files[n]" the files; other fields are ignored (Discord reference, "Uploading Files"). */
static int request_finish_multipart(Request *r, const char *content_type) {
        int k;

        k = multipart_split(content_type, strbuf_text(&r->body), r->body.n_bytes, &r->parts, &r->n_parts);
        if (k < 0)
                return k == -EBADMSG ? REQUEST_BAD_TYPE : k;
        r->files = new0(SbxFile, r->n_parts + 1);
        if (!r->files)
                return -ENOMEM;
        r->view.files = r->files;
        for (size_t i = 0; i < r->n_parts; i++) {
                const Part *p = &r->parts[i];
                unsigned index;

                if (streq_ptr(p->name, "payload_json") && !r->json) {
                        k = sbx_parse_json(p->bytes, p->n_bytes, &r->json);
                        if (k < 0)
                                return k == -EBADMSG ? REQUEST_BAD_JSON : k;
                } else if (p->name && sscanf(p->name, "files[%9u]", &index) == 1)
                        r->files[r->view.n_files++] = (SbxFile) {
                                .index = index,
                                .filename = p->filename ? p->filename : "",
                                .content_type = p->content_type ? p->content_type : "application/octet-stream",
                                .bytes = p->bytes,
                                .n_bytes = p->n_bytes,
                        };
        }
        return 0;
}

int request_finish(Request *request, bool any_type) {
        const char *type = sbx_header(&request->view, "Content-Type");
        int r = 0;

        request->finished_at = clock_boottime();
        request->view.raw = strbuf_text(&request->body);
        request->view.n_raw = request->body.n_bytes;
        if (request->body.n_bytes == 0)
                return 0;

        if (!any_type && type && strncasecmp(type, "multipart/form-data", strlen("multipart/form-data")) == 0)
                r = request_finish_multipart(request, type);
        else if (any_type || (type && strncasecmp(type, "application/json", strlen("application/json")) == 0)) {
                r = sbx_parse_json(request->view.raw, request->view.n_raw, &request->json);
                if (r == -EBADMSG)
                        r = REQUEST_BAD_JSON;
        } else if (!type || strncasecmp(type, "application/x-www-form-urlencoded", strlen("application/x-www-form-urlencoded")) != 0)
                r = REQUEST_BAD_TYPE;
        request->view.body = request->json;
        request->outcome = r;
        return r;
}

Usec request_age(const Request *request) {
        Usec now = clock_boottime();

        /* the clock may have been moved meanwhile */
        return request->finished_at > 0 && now > request->finished_at ? now - request->finished_at : 0;
}

int request_outcome(const Request *request) {
        return request->outcome;
}

SbxRequest *request_view(Request *request) {
        return &request->view;
}

void request_skip(Request *request, size_t skip) {
        request->view.path = request->path + skip;
}

/* An id as it stands in a path: only digits, no leading zero. */
static uint64_t snowflake_of(const char *text) {
        uint64_t v = 0;

        if (*text == '0')
                return 0;
        for (; *text; text++) {
                if (*text < '0' || *text > '9' || __builtin_mul_overflow(v, (uint64_t) 10, &v) ||
                    __builtin_add_overflow(v, (uint64_t) (*text - '0'), &v))
                        return 0;
        }
        return v;
}

int request_add_arg(Request *request, const char *text, size_t n_bytes) {
        SbxRequest *v = &request->view;
        char *decoded;

        if (v->n_args >= SBX_ARGS_MAX)
                return -E2BIG;
        decoded = percent_decode(text, n_bytes, false);
        if (!decoded)
                return -ENOMEM;
        request->args[v->n_args] = decoded;
        v->args[v->n_args] = decoded;
        v->ids[v->n_args] = snowflake_of(decoded);
        v->n_args++;
        return 0;
}

const char *sbx_query(const SbxRequest *request, const char *key) {
        const Request *r = request->whole;

        for (size_t i = 0; i < r->n_parameters; i++)
                if (streq(r->parameters[i].key, key))
                        return r->parameters[i].value;
        return NULL;
}

bool sbx_query_bool(const SbxRequest *request, const char *key, bool otherwise) {
        const char *v = sbx_query(request, key);

        if (!v)
                return otherwise;
        if (streq(v, "True") || streq(v, "true") || streq(v, "1"))
                return true;
        if (streq(v, "False") || streq(v, "false") || streq(v, "0"))
                return false;
        return otherwise;
}

uint64_t sbx_query_u64(const SbxRequest *request, const char *key, uint64_t otherwise) {
        const char *v = sbx_query(request, key);
        uint64_t id;

        if (!v)
                return otherwise;
        if (streq(v, "0"))
                return 0;
        id = snowflake_of(v);
        return id ? id : otherwise;
}

const char *sbx_header(const SbxRequest *request, const char *name) {
        const Request *r = request->whole;

        for (size_t i = 0; i < r->n_headers; i++)
                if (strcasecmp(r->headers[i].name, name) == 0)
                        return r->headers[i].value;
        return NULL;
}
