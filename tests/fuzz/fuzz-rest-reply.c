/* Answers over HTTP: any header lines and any body end in one outcome, with times that are times. */

#include <stdlib.h>
#include <string.h>

#include "discord/rest-reply.h"
#include "discord/route.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

/* First byte: the route. Then header lines up to an empty one, then the body, in two pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        const char *text = (const char *) data + 1, *end = (const char *) data + n_bytes;
        RatelimitHeaders headers;
        RestReply told;
        Reply reply;
        int outcome;

        if (n_bytes == 0)
                return 0;
        reply_init(&reply);
        while (text < end) {
                const char *line = text;

                text = memchr(text, '\n', (size_t) (end - text));
                text = text ? text + 1 : end;
                if (text - line <= 2)
                        break;
                reply_header(&reply, line, (size_t) (text - line));
        }
        must(reply_body(&reply, text, (size_t) (end - text) / 2));
        must(reply_body(&reply, text + (end - text) / 2, (size_t) (end - text) - (size_t) (end - text) / 2));

        outcome = reply_finish(&reply, (RouteId) (data[0] % _ROUTE_MAX), &headers, &told);
        must(outcome >= 0 && outcome <= REST_TOO_LATE);
        must(told.status == 0 || (told.status >= 100 && told.status <= 999));
        must(outcome != 0 || (told.status >= 200 && told.status <= 299));
        must(outcome == 0 || told.message);
        must((told.status == 429) == headers.is_429 && (!headers.is_429 || (outcome == REST_LATER && told.wait > 0)));
        must(told.wait <= 24 * 3600 * USEC_PER_SEC && headers.reset_after <= 24 * 3600 * USEC_PER_SEC);
        must(headers.limit >= -1 && headers.remaining >= -1);
        reply_done(&reply);
        return 0;
}
