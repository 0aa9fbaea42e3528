/*
 * Headers: Discord reference, "Rate Limits" (seconds with decimals in X-RateLimit-Reset-After and in the body's retry_after, whole seconds in
 * Retry-After). A 429 without a JSON body comes from Cloudflare, not from Discord: it bans the address, so it is treated as global.
 */

#include "rest-reply.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "error-code.h"
#include "route.h"

#define BUCKET_NAME_MAX 128
#define WAIT_MIN USEC_PER_SEC                   /* of a 429 that does not say how long: never a tight loop */
#define WAIT_MAX (24 * 3600 * USEC_PER_SEC)

void reply_init(Reply *reply) {
        *reply = (Reply) { .limit = -1, .remaining = -1 };
}

void reply_done(Reply *reply) {
        strbuf_done(&reply->body);
        strbuf_done(&reply->bucket);
        strbuf_done(&reply->message);
        reply->json = json_free(reply->json);
}

/* Whole non-negative number, or -1. */
static int parse_count(const char *text) {
        int n = 0;

        if (*text == '\0')
                return -1;
        for (; *text; text++) {
                if (*text < '0' || *text > '9' || n > 100000000)
                        return -1;
                n = n * 10 + (*text - '0');
        }
        return n;
}

/* "64.57" in microseconds, rounded up; 0 when it is no number. Locales have no say in it. */
static Usec parse_seconds(const char *text) {
        Usec t = 0, unit = USEC_PER_SEC;

        if (*text < '0' || *text > '9')
                return 0;
        for (; *text >= '0' && *text <= '9'; text++)
                t = MIN(t * 10 + (Usec) (*text - '0') * USEC_PER_SEC, WAIT_MAX);
        if (*text == '.')
                for (text++; *text >= '0' && *text <= '9'; text++) {
                        unit /= 10;
                        t += (Usec) (*text - '0') * unit;
                        if (unit == 0 && *text != '0') {
                                t++;
                                break;
                        }
                }
        return MIN(t, WAIT_MAX);
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, "Date"); 0 when it is no time. */
static Usec parse_date(const char *text) {
        time_t seconds = curl_getdate(text, NULL);

        return seconds > 0 ? (Usec) seconds * USEC_PER_SEC : 0;
}

static void reply_status_line(Reply *reply, const char *line) {
        const char *status = strchr(line, ' ');

        reply_done(reply);
        reply_init(reply);
        if (status && strlen(status) >= 4)
                reply->status = parse_count((const char[]) { status[1], status[2], status[3], '\0' });
        if (reply->status < 100)
                reply->status = 0;
}

void reply_header(Reply *reply, const char *line, size_t n_bytes) {
        char text[512];
        char *value;

        /* What we read is short; a longer line is another one, or nonsense */
        if (n_bytes >= sizeof(text) || memchr(line, '\0', n_bytes))
                return;
        memcpy(text, line, n_bytes);
        text[n_bytes] = '\0';
        while (n_bytes > 0 && strchr(" \t\r\n", text[n_bytes - 1]))
                text[--n_bytes] = '\0';

        if (strncmp(text, "HTTP/", 5) == 0) {
                reply_status_line(reply, text);
                return;
        }
        value = strchr(text, ':');
        if (!value)
                return;
        *value++ = '\0';
        value += strspn(value, " \t");

        if (strcasecmp(text, "X-RateLimit-Bucket") == 0 && *value && strlen(value) <= BUCKET_NAME_MAX) {
                strbuf_clear(&reply->bucket);
                strbuf_append(&reply->bucket, value);
        } else if (strcasecmp(text, "X-RateLimit-Limit") == 0)
                reply->limit = parse_count(value);
        else if (strcasecmp(text, "X-RateLimit-Remaining") == 0)
                reply->remaining = parse_count(value);
        else if (strcasecmp(text, "X-RateLimit-Reset-After") == 0)
                reply->reset_after = parse_seconds(value);
        else if (strcasecmp(text, "Retry-After") == 0)
                reply->retry_after = parse_seconds(value);
        else if (strcasecmp(text, "Date") == 0)
                reply->date = parse_date(value);
        else if (strcasecmp(text, "X-RateLimit-Global") == 0)
                reply->is_global |= strcasecmp(value, "true") == 0;
        else if (strcasecmp(text, "X-RateLimit-Scope") == 0) {
                reply->is_global |= strcasecmp(value, "global") == 0;
                reply->is_shared |= strcasecmp(value, "shared") == 0;
        }
}

bool reply_body(Reply *reply, const char *bytes, size_t n_bytes) {
        if (n_bytes > REST_BODY_MAX - reply->body.n_bytes) {
                reply->is_too_long = true;
                return false;
        }
        strbuf_append_bytes(&reply->body, bytes, n_bytes);
        return reply->body.error == 0;
}

/* Body's retry_after (seconds with decimals), else the header's. */
static Usec reply_retry_after(const Reply *reply) {
        double seconds;
        Usec wait = 0;

        if (json_to_double(json_get(reply->json, "retry_after"), &seconds) == 0 && seconds > 0)
                wait = seconds < 86400.0 ? (Usec) (seconds * 1e6) + 1 : WAIT_MAX;
        if (wait == 0)
                wait = reply->retry_after;
        return wait > 0 ? wait : WAIT_MIN;
}

static void reply_sentence(Reply *reply, int status) {
        const char *told;

        if (json_get_string(reply->json, "message", &told) == 0 && *told)
                strbuf_append(&reply->message, told);
        else
                strbuf_appendf(&reply->message, "HTTP status %d without an explanation", status);
}

int reply_finish(Reply *reply, RouteId route, RatelimitHeaders *ret_headers, RestReply *ret_reply) {
        bool is_429 = reply->status == 429, is_error = reply->status >= 400, is_cloudflare;
        int64_t code = 0;
        bool said_global;
        int r, outcome;

        if (reply->body.error < 0)
                return reply->body.error;

        reply->json = json_free(reply->json);
        if (reply->body.n_bytes > 0) {
                r = json_parse(strbuf_text(&reply->body), reply->body.n_bytes, &reply->json);
                if (r == -ENOMEM)
                        return r;
                if (r < 0 || (!json_is_object(reply->json) && !json_is_array(reply->json)))
                        reply->json = json_free(reply->json);
        }
        if (is_error || reply->status == 202)
                (void) json_get_i64(reply->json, "code", &code);        /* without one: 0, as documented */
        if (code < 0 || code > 100000000)
                code = 0;

        /* bytes that are no JSON behind a success: cut, or not Discord's */
        outcome = !is_error && reply->body.n_bytes > 0 && !reply->json
                          ? REST_AMBIGUOUS
                          : error_code_outcome(route, reply->status, (int) code, reply->json != NULL);

        is_cloudflare = is_429 && !reply->json;
        if (is_429 && json_get_bool(reply->json, "global", &said_global) == 0)
                reply->is_global |= said_global;

        strbuf_clear(&reply->message);
        if (outcome != 0)
                reply_sentence(reply, reply->status);

        *ret_headers = (RatelimitHeaders) {
                .bucket = reply->bucket.n_bytes > 0 ? strbuf_text(&reply->bucket) : NULL,
                .limit = reply->limit,
                .remaining = reply->remaining,
                .reset_after = reply->reset_after,
                .is_429 = is_429,
                .is_global = is_429 && (reply->is_global || is_cloudflare),
                .is_shared = reply->is_shared,
                .retry_after = is_429 ? reply_retry_after(reply) : 0,
        };
        *ret_reply = (RestReply) {
                .status = reply->status,
                .code = (int) code,
                .body = reply->json,
                .message = outcome != 0 ? strbuf_text(&reply->message) : NULL,
                .wait = ret_headers->retry_after,
                .is_global = ret_headers->is_global,
                .date = reply->date,
        };
        return outcome;
}
