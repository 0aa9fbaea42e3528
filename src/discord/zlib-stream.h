#pragma once

/*
 * Discord's transport compression: one zlib stream a connection, each gateway message flushed with Z_SYNC_FLUSH, so that it ends in
 * 00 00 ff ff; a message may come in several WebSocket messages. Discord reference, "Transport Compression". Private to discord/.
 */

#include <stddef.h>

#include "magikal/cleanup.h"

typedef struct ZlibStream ZlibStream;

#define ZLIB_STREAM_MORE 1      /* the message is not whole yet */

int zlib_stream_new(size_t n_bytes_max, ZlibStream **ret_stream);
ZlibStream *zlib_stream_free(ZlibStream *z);
DEFINE_CLEANUP(ZlibStream *, zlib_stream_free)

/* A new connection begins: nothing of the old one may be left in the context. */
void zlib_stream_reset(ZlibStream *z);
/* 0 and one whole message, borrowed until the next call; ZLIB_STREAM_MORE; -EBADMSG (corrupt), -EFBIG (over n_bytes_max, either side), -ENOMEM. */
int zlib_stream_feed(ZlibStream *z, const void *bytes, size_t n_bytes, const char **ret_text, size_t *ret_n_bytes);
