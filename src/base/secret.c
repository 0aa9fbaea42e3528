/*
 * Secrets of one line in libsodium's guarded heap: pages of their own, locked, MADV_DONTDUMP, wiped by sodium_free() (libsodium,
 * "Secure memory"). The file is read straight into such memory, so no copy is left behind in a stdio buffer.
 */

#include "magikal/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include "magikal/strbuf.h"

struct Secret {
        size_t n_bytes;
        char text[SECRET_BYTES_MAX + 1];
};

/* Bytes of one line, its final newline already dropped. */
static bool text_is_plain(const char *text, size_t n_bytes) {
        for (size_t i = 0; i < n_bytes; i++)
                if (text[i] <= ' ' || text[i] > '~')
                        return false;
        return n_bytes > 0;
}

static int secret_allocate(Secret **ret_secret) {
        Secret *s;

        if (sodium_init() < 0)
                return -ENOSYS;
        /* sodium_malloc() puts the object at the end of a page, aligned only when its size is */
        s = sodium_allocarray(1, (sizeof(Secret) + 15) / 16 * 16);
        if (!s)
                return -ENOMEM;
        sodium_memzero(s, sizeof(Secret));
        *ret_secret = s;
        return 0;
}

int secret_new(const char *text, Secret **ret_secret) {
        size_t n_bytes = strlen(text);
        Secret *s;
        int r;

        if (n_bytes > SECRET_BYTES_MAX || !text_is_plain(text, n_bytes))
                return -EINVAL;
        r = secret_allocate(&s);
        if (r < 0)
                return r;

        memcpy(s->text, text, n_bytes);
        s->n_bytes = n_bytes;
        *ret_secret = s;
        return 0;
}

/* -EINVAL: too long, empty or not one printable line. */
static int secret_fill(int fd, Secret *s) {
        size_t n_bytes = 0;

        for (;;) {
                ssize_t n = read(fd, s->text + n_bytes, sizeof(s->text) - n_bytes);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                n_bytes += (size_t) n;
                if (n_bytes == sizeof(s->text))
                        break;
        }
        if (n_bytes > 0 && s->text[n_bytes - 1] == '\n')
                n_bytes--;
        if (n_bytes > SECRET_BYTES_MAX || !text_is_plain(s->text, n_bytes))
                return -EINVAL;
        s->text[n_bytes] = '\0';
        s->n_bytes = n_bytes;
        return 0;
}

static int explain(int r, const char *what, const char *path, const char *sentence, char **ret_why) {
        _strbuf_ StrBuf why = {};

        strbuf_append(&why, what);
        if (path)
                strbuf_appendf(&why, " (%s)", path);
        strbuf_appendf(&why, " %s", sentence);
        if (strbuf_finish(&why, ret_why) < 0)
                *ret_why = NULL;
        return r;
}

int secret_read_file(const char *path, const char *what, Secret **ret_secret, char **ret_why) {
        _cleanup_(secret_freep) Secret *s = NULL;
        _close_ int fd = -1;
        struct stat st;
        int r;

        if (!path)
                return explain(-ENOENT, what, NULL, "is not set and the service manager gave no credential; "
                               "set it, or give the credential with LoadCredential=.", ret_why);

        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        if (fd < 0 || fstat(fd, &st) < 0) {
                r = -errno;
                return explain(r, what, path, r == -ENOENT ? "does not exist; put the secret there, in one line."
                               : "cannot be read by this account; mend its owner or mode.", ret_why);
        }
        if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
                return explain(-EINVAL, what, path, "is not a file; name one that holds the secret.", ret_why);
        if (S_ISREG(st.st_mode) && (st.st_mode & S_IWOTH))
                return explain(-EPERM, what, path, "may be written by everybody; chmod it to 0400.", ret_why);

        r = secret_allocate(&s);
        if (r < 0)
                return explain(r, what, path, "does not fit into locked memory; raise LimitMEMLOCK=.", ret_why);
        r = secret_fill(fd, s);
        if (r < 0)
                return explain(r, what, path, "must hold exactly one line of printable ASCII, without blanks.", ret_why);

        *ret_secret = TAKE(s);
        return 0;
}

Secret *secret_free(Secret *secret) {
        sodium_free(secret);
        return NULL;
}

const char *secret_to_string(const Secret *secret) {
        (void) secret;
        return "***";
}

const char *secret_reveal(const Secret *secret) {
        return secret->text;
}
