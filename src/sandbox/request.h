#pragma once

/* Reading one HTTP request: target, headers and body into an SbxRequest that owns everything. */

#include "sandbox.h"

#define REQUEST_BODY_MAX (25U * 1024 * 1024)    /* Discord reference, "Uploading Files": 25 MiB per request */

typedef struct Request Request;

/* target: the request line's, with query. Later calls keep what they are given by copy. NULL: no memory. */
Request *request_new(const char *method, const char *target);
Request *request_free(Request *request);        /* NULL is fine; returns NULL */
DEFINE_CLEANUP(Request *, request_free)

int request_add_header(Request *request, const char *name, const char *value);
/* 0, -EFBIG past REQUEST_BODY_MAX, -ENOMEM. */
int request_add_body(Request *request, const char *bytes, size_t n_bytes);

typedef enum {
        REQUEST_BAD_JSON = 1,           /* 50109 */
        REQUEST_BAD_TYPE,               /* a body that is neither JSON, nor a form, nor multipart: 50035 */
} RequestOutcome;

/*
 * Body complete. any_type reads a body as JSON whatever its Content-Type says (control calls made by hand).
 * 0, a RequestOutcome, or -ENOMEM. After an outcome the body is NULL, everything else is usable.
 */
int request_finish(Request *request, bool any_type);
/* How long ago that was; 0 before. */
Usec request_age(const Request *request);
/* What request_finish() returned; 0 before. */
int request_outcome(const Request *request);

/* The request as handlers see it. Valid as long as `request`. */
SbxRequest *request_view(Request *request);
/* The part of `path` after `skip` bytes becomes the path handlers see. */
void request_skip(Request *request, size_t skip);
/* Adds one argument, percent-decoding n bytes of the path. 0, -E2BIG, -ENOMEM. */
int request_add_arg(Request *request, const char *text, size_t n_bytes);

/* Percent-decodes; what is no escape stays, and so does "%00". To free(); NULL: no memory. */
char *percent_decode(const char *text, size_t n_bytes, bool plus_is_space);

/* multipart.c: splits a body at its boundary. Each part's bytes are borrowed from the body. */
typedef struct Part {
        char *name, *filename, *content_type;   /* NULL when not given */
        const char *bytes;
        size_t n_bytes;
} Part;

/* 0, -EBADMSG, -ENOMEM. Free with parts_free(). */
int multipart_split(const char *content_type, const char *body, size_t n_body, Part **ret_parts, size_t *ret_n_parts);
void parts_free(Part *parts, size_t n_parts);
