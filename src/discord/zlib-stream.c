/* Inflating the gateway: bytes are kept until the flush mark, then inflated with the connection's one context. */

#include "zlib-stream.h"

#include <errno.h>
#include <zlib.h>

#include "magikal/strbuf.h"

#define KEEP_BYTES (1u << 20)   /* buffers beyond this are given back after a message: one READY of 17 MiB must not stay for ever */

#define CHUNK_BYTES (32 * 1024)

struct ZlibStream {
        z_stream z;
        StrBuf in, out;
        size_t n_bytes_max;
};

int zlib_stream_new(size_t n_bytes_max, ZlibStream **ret_stream) {
        ZlibStream *z = new0(ZlibStream, 1);

        if (!z)
                return -ENOMEM;
        z->n_bytes_max = n_bytes_max;
        if (inflateInit(&z->z) != Z_OK) {
                free(z);
                return -ENOMEM;
        }
        *ret_stream = z;
        return 0;
}

ZlibStream *zlib_stream_free(ZlibStream *z) {
        if (!z)
                return NULL;
        (void) inflateEnd(&z->z);
        strbuf_done(&z->in);
        strbuf_done(&z->out);
        free(z);
        return NULL;
}

static void forget(StrBuf *b) {
        if (b->text)
                explicit_bzero(b->text, b->n_bytes);
        if (b->n_allocated > KEEP_BYTES)
                strbuf_done(b);
        else
                strbuf_clear(b);
}

void zlib_stream_reset(ZlibStream *z) {
        (void) inflateReset(&z->z);
        forget(&z->in);
        forget(&z->out);
}

static bool is_flushed(const unsigned char *bytes, size_t n_bytes) {
        static const unsigned char mark[4] = { 0x00, 0x00, 0xff, 0xff };

        return n_bytes >= sizeof(mark) && memcmp(bytes + n_bytes - sizeof(mark), mark, sizeof(mark)) == 0;
}

/* People's words have passed through it. */
static void wipe_chunk(unsigned char (*chunk)[CHUNK_BYTES]) {
        explicit_bzero(*chunk, sizeof(*chunk));
}

static int inflate_all(ZlibStream *z, const unsigned char *bytes, size_t n_bytes) {
        _cleanup_(wipe_chunk) unsigned char chunk[CHUNK_BYTES];

        z->z.next_in = (unsigned char *) bytes;
        z->z.avail_in = (unsigned) n_bytes;
        do {
                int e;

                z->z.next_out = chunk;
                z->z.avail_out = sizeof(chunk);
                e = inflate(&z->z, Z_SYNC_FLUSH);
                if (e == Z_BUF_ERROR)
                        break;          /* nothing more to be had: the output ended exactly with the chunk before */
                if (e == Z_MEM_ERROR)
                        return -ENOMEM;
                if (e != Z_OK)
                        return -EBADMSG;        /* Z_STREAM_END too: the stream lives as long as the connection */

                strbuf_append_bytes(&z->out, chunk, sizeof(chunk) - z->z.avail_out);
                if (z->out.error < 0)
                        return z->out.error;
                if (z->out.n_bytes > z->n_bytes_max)
                        return -EFBIG;
        } while (z->z.avail_in > 0 || z->z.avail_out == 0);
        return z->z.avail_in == 0 ? 0 : -EBADMSG;
}

int zlib_stream_feed(ZlibStream *z, const void *bytes, size_t n_bytes, const char **ret_text, size_t *ret_n_bytes) {
        int r;

        if (n_bytes > z->n_bytes_max || z->in.n_bytes > z->n_bytes_max - n_bytes)
                return -EFBIG;
        forget(&z->out);

        if (z->in.n_bytes == 0 && is_flushed(bytes, n_bytes))
                r = inflate_all(z, bytes, n_bytes);
        else {
                strbuf_append_bytes(&z->in, bytes, n_bytes);
                if (z->in.error < 0)
                        return z->in.error;
                if (!is_flushed((const unsigned char *) z->in.text, z->in.n_bytes))
                        return ZLIB_STREAM_MORE;
                r = inflate_all(z, (const unsigned char *) z->in.text, z->in.n_bytes);
                forget(&z->in);
        }
        if (r < 0)
                return r;
        *ret_text = strbuf_text(&z->out);
        *ret_n_bytes = z->out.n_bytes;
        return 0;
}
