#pragma once

/* Files that messages carry, to be read back at their address by bots and by the page. */

#include "server.h"

/*
 * Kept in memory only, the newest of them: when a new one makes them more than this, the oldest go. Twice what one request may
 * bring, so that a message can always be looked at once.
 */
#define UPLOADS_BYTES_MAX ((size_t) 50 * 1024 * 1024)

#define UPLOADS_PREFIX "/attachments/"

Uploads *uploads_new(void);
Uploads *uploads_free(Uploads *uploads);        /* NULL is fine; returns NULL */
DEFINE_CLEANUP(Uploads *, uploads_free)

/* Keeps a copy. 0 or -ENOMEM. */
int uploads_add(Uploads *uploads, uint64_t id, const char *content_type, const char *bytes, size_t n_bytes);

/* The file of an address below UPLOADS_PREFIX: "CHANNEL/ID/NAME". NULL when it is not kept. Valid until the next call. */
typedef struct Upload Upload;
struct Upload {
        uint64_t id;
        const char *content_type;       /* one of those a browser may show, else "application/octet-stream" */
        size_t n_bytes;
        Upload *next;
        char bytes[];
};
const Upload *uploads_find(const Uploads *uploads, const char *address);

/* The type that a file's name or its sender's word stands for. Static. */
const char *uploads_type_of(const char *filename, const char *said);
