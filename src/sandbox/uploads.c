/*
 * Attachments. A bot's file is given back from the same origin as the control interface, so that nothing in it may ever run: only
 * pictures are shown by a browser, everything else is saved by it, and neither may load or do anything.
 */

#include "uploads.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#include "http.h"

struct Uploads {
        Upload *oldest, *newest;
        size_t n_bytes;
};

/* Types that discord.js and discord.py send as nothing in particular, or not at all; Discord looks at the file. */
static const struct {
        const char *suffix, *content_type;
        bool is_picture;
} types[] = {
        { ".png", "image/png", true },   { ".jpg", "image/jpeg", true },  { ".jpeg", "image/jpeg", true },
        { ".gif", "image/gif", true },   { ".webp", "image/webp", true }, { ".avif", "image/avif", true },
        { ".txt", "text/plain", false }, { ".log", "text/plain", false }, { ".json", "application/json", false },
        { ".csv", "text/csv", false },   { ".html", "text/html", false }, { ".pdf", "application/pdf", false },
};

static bool is_picture(const char *content_type) {
        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (streq(types[i].content_type, content_type))
                        return types[i].is_picture;
        return false;
}

const char *uploads_type_of(const char *filename, const char *said) {
        const char *dot = strrchr(filename, '.');

        for (size_t i = 0; i < ELEMENTSOF(types); i++)
                if (strcasecmp(said, types[i].content_type) == 0)
                        return types[i].content_type;
        for (size_t i = 0; dot && i < ELEMENTSOF(types); i++)
                if (strcasecmp(dot, types[i].suffix) == 0)
                        return types[i].content_type;
        return "application/octet-stream";
}

Uploads *uploads_new(void) {
        return new0(Uploads, 1);
}

static void uploads_drop_oldest(Uploads *uploads) {
        Upload *gone = uploads->oldest;

        uploads->oldest = gone->next;
        if (!uploads->oldest)
                uploads->newest = NULL;
        uploads->n_bytes -= gone->n_bytes;
        free(gone);
}

Uploads *uploads_free(Uploads *uploads) {
        if (!uploads)
                return NULL;
        while (uploads->oldest)
                uploads_drop_oldest(uploads);
        free(uploads);
        return NULL;
}

int uploads_add(Uploads *uploads, uint64_t id, const char *content_type, const char *bytes, size_t n_bytes) {
        Upload *u;

        while (uploads->oldest && uploads->n_bytes + n_bytes > UPLOADS_BYTES_MAX)
                uploads_drop_oldest(uploads);
        u = malloc(sizeof(Upload) + n_bytes);
        if (!u)
                return -ENOMEM;
        *u = (Upload) { .id = id, .content_type = is_picture(content_type) ? content_type : "application/octet-stream", .n_bytes = n_bytes };
        memcpy(u->bytes, bytes, n_bytes);
        if (uploads->newest)
                uploads->newest->next = u;
        else
                uploads->oldest = u;
        uploads->newest = u;
        uploads->n_bytes += n_bytes;
        return 0;
}

const Upload *uploads_find(const Uploads *uploads, const char *address) {
        const char *id = strchr(address, '/');
        uint64_t wanted;
        char *end;

        if (!id)
                return NULL;
        wanted = strtoull(id + 1, &end, 10);
        if (*end != '/')
                return NULL;
        for (const Upload *u = uploads->oldest; u; u = u->next)
                if (u->id == wanted)
                        return u;
        return NULL;
}

void uploads_handle(Sandbox *sandbox, Exchange *x) {
        const SbxRequest *request = request_view(exchange_request(x));
        const Upload *upload = NULL;
        StrBuf body = {};

        if (streq(request->method, "GET") || streq(request->method, "HEAD"))
                upload = uploads_find(sandbox->uploads, request->path + strlen(UPLOADS_PREFIX));
        exchange_add_header(x, "X-Content-Type-Options", "nosniff");
        exchange_add_header(x, "Content-Security-Policy", "default-src 'none'; sandbox");
        if (!upload) {
                strbuf_append(&body, "This file is not kept, or no longer.\n");
                exchange_answer(x, 404, "text/plain; charset=utf-8", &body);
                return;
        }
        if (!is_picture(upload->content_type))
                exchange_add_header(x, "Content-Disposition", "attachment");
        strbuf_append_bytes(&body, upload->bytes, upload->n_bytes);
        exchange_answer(x, 200, upload->content_type, &body);
}
