/*
 * Key files, sealing and keyed hashes over libsodium. Keys live on libsodium's guarded heap: locked, outside of core dumps, read-only
 * once loaded, wiped when freed. Nothing here gives a key back to a caller.
 *
 * Sealed form: version byte '1', key id, 24 bytes nonce, ciphertext, 16 bytes tag. The two leading bytes are authenticated too.
 */

#include "magikal/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

#define KEY_BYTES 32
#define N_KEYS_MAX 36           /* one per id, [0-9a-z] */
#define FILE_BYTES_MAX 8192
#define SEAL_VERSION '1'
#define SEAL_HEAD 2
#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_BYTES crypto_aead_xchacha20poly1305_ietf_ABYTES
#define MAC_BYTES 12            /* 96 bits are KEYS_MAC_CHARS characters of base64 */

typedef struct KeyRow {
        char id;
        uint8_t bytes[KEY_BYTES];
} KeyRow;

typedef struct KeySet {
        int n;
        KeyRow rows[N_KEYS_MAX];        /* the first one writes */
} KeySet;

struct Keys {
        KeySet lookup, seal, control;
};

static const KeyRow *key_by_id(const KeySet *set, char id) {
        for (int i = 0; i < set->n; i++)
                if (set->rows[i].id == id)
                        return &set->rows[i];
        return NULL;
}

static bool is_key_id(char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

static _printf_(3, 4) int refuse(char **ret_why, int error, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        if (vasprintf(ret_why, format, ap) < 0)
                *ret_why = NULL;
        va_end(ap);
        return error;
}

/* One line without its line end: "<id> <64 hex digits>". Says what is wrong, never what stood there. */
static const char *parse_line(const char *line, size_t n_bytes, KeySet *set) {
        KeyRow *row;
        size_t n_key = 0;

        if (n_bytes != 2 + 2 * KEY_BYTES || line[1] != ' ' || !is_key_id(line[0]))
                return "is not \"<id> <64 hex digits>\" with one character of 0-9 a-z as id";
        if (key_by_id(set, line[0]))
                return "uses the id of an earlier line again";

        row = &set->rows[set->n];
        if (sodium_hex2bin(row->bytes, KEY_BYTES, line + 2, 2 * KEY_BYTES, NULL, &n_key, NULL) < 0 || n_key != KEY_BYTES)
                return "holds something that is not a hex digit";
        row->id = line[0];
        set->n++;
        return NULL;
}

static int parse_file(const char *path, const char *text, size_t n_bytes, KeySet *set, char **ret_why) {
        int line_no = 0;

        while (n_bytes > 0) {
                const char *end = memchr(text, '\n', n_bytes), *wrong;
                size_t n_line = end ? (size_t) (end - text) : n_bytes;

                line_no++;
                if (n_line > 0) {
                        wrong = parse_line(text, n_line, set);
                        if (wrong)
                                return refuse(ret_why, -EBADMSG, "%s:%d: the line %s.", path, line_no, wrong);
                }
                n_bytes -= end ? n_line + 1 : n_line;
                text += end ? n_line + 1 : n_line;
        }
        if (set->n == 0)
                return refuse(ret_why, -EBADMSG, "%s: there is no key in the file; \"magikalctl keygen\" makes one.", path);
        return 0;
}

static int load_file(const char *path, KeySet *set, char **ret_why) {
        _close_ int fd = -1;
        size_t n_bytes = 0;
        char *text;
        int r;

        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return refuse(ret_why, -errno, "%s: the key file cannot be opened: %s.", path, strerror(errno));

        text = sodium_malloc(FILE_BYTES_MAX);
        if (!text)
                return -ENOMEM;
        for (;;) {
                ssize_t n = read(fd, text + n_bytes, FILE_BYTES_MAX - n_bytes);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        r = refuse(ret_why, -errno, "%s: the key file cannot be read: %s.", path, strerror(errno));
                else if (n == 0)
                        r = parse_file(path, text, n_bytes, set, ret_why);
                else if ((n_bytes += (size_t) n) == FILE_BYTES_MAX)
                        r = refuse(ret_why, -EBADMSG, "%s: the key file is longer than any key file.", path);
                else
                        continue;
                break;
        }
        sodium_free(text);
        return r;
}

int keys_load(const char *lookup_file, const char *seal_file, const char *control_file, Keys **ret_keys, char **ret_why) {
        _cleanup_(keys_freep) Keys *keys = NULL;
        int r;

        *ret_why = NULL;
        if (sodium_init() < 0)
                return refuse(ret_why, -EIO, "libsodium cannot be started: no source of random numbers.");

        keys = sodium_malloc(sizeof(*keys));
        if (!keys)
                return -ENOMEM;
        memset(keys, 0, sizeof(*keys));

        if ((r = load_file(lookup_file, &keys->lookup, ret_why)) < 0 ||
            (r = load_file(seal_file, &keys->seal, ret_why)) < 0 ||
            (r = load_file(control_file, &keys->control, ret_why)) < 0)
                return r;
        if (sodium_mprotect_readonly(keys) < 0)
                return -errno;

        *ret_keys = TAKE(keys);
        return 0;
}

Keys *keys_free(Keys *keys) {
        sodium_free(keys);      /* wipes; NULL is fine */
        return NULL;
}

int keys_generate_file(const char *path) {
        _close_ int fd = -1;
        uint8_t key[KEY_BYTES];
        char line[2 + 2 * KEY_BYTES + 1];
        size_t n_written = 0;
        int r = 0;

        if (sodium_init() < 0)
                return -EIO;
        fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0)
                return -errno;

        randombytes_buf(key, sizeof(key));
        line[0] = '0';
        line[1] = ' ';
        sodium_bin2hex(line + 2, sizeof(line) - 2, key, sizeof(key));
        line[sizeof(line) - 1] = '\n';  /* in the place of the NUL */
        while (n_written < sizeof(line) && r == 0) {
                ssize_t n = write(fd, line + n_written, sizeof(line) - n_written);

                if (n >= 0)
                        n_written += (size_t) n;
                else if (errno != EINTR)
                        r = -errno;
        }
        if (r == 0 && fsync(fd) < 0)
                r = -errno;
        sodium_memzero(key, sizeof(key));
        sodium_memzero(line, sizeof(line));
        if (r < 0)
                (void) unlink(path);    /* half a key is worse than none */
        return r;
}

void keys_lookup(const Keys *keys, uint64_t guild, uint64_t user, uint8_t ret[KEYS_LOOKUP_BYTES]) {
        char text[64];
        int n;

        n = snprintf(text, sizeof(text), "%llu/%llu", (unsigned long long) guild, (unsigned long long) user);
        (void) crypto_generichash(ret, KEYS_LOOKUP_BYTES, (const uint8_t *) text, (size_t) n,
                                  keys->lookup.rows[0].bytes, KEY_BYTES);
        sodium_memzero(text, sizeof(text));
}

int keys_seal(const Keys *keys, const void *bytes, size_t n_bytes, StrBuf *out) {
        const KeyRow *key = &keys->seal.rows[0];
        uint8_t head[SEAL_HEAD + NONCE_BYTES] = { SEAL_VERSION, (uint8_t) key->id };
        _free_ uint8_t *cipher = NULL;
        unsigned long long n_cipher = 0;

        if (n_bytes > SIZE_MAX - TAG_BYTES)
                return -ENOMEM;
        cipher = malloc(n_bytes + TAG_BYTES);
        if (!cipher)
                return -ENOMEM;

        randombytes_buf(head + SEAL_HEAD, NONCE_BYTES);
        (void) crypto_aead_xchacha20poly1305_ietf_encrypt(cipher, &n_cipher, bytes, n_bytes, head, SEAL_HEAD, NULL,
                                                          head + SEAL_HEAD, key->bytes);
        strbuf_append_bytes(out, head, sizeof(head));
        strbuf_append_bytes(out, cipher, (size_t) n_cipher);
        return out->error;
}

int keys_open(const Keys *keys, const void *sealed, size_t n_bytes, StrBuf *out) {
        const uint8_t *p = sealed;
        const KeyRow *key;
        uint8_t *clear;
        unsigned long long n_clear = 0;
        size_t n_room;
        int r;

        if (n_bytes < SEAL_HEAD + NONCE_BYTES + TAG_BYTES || p[0] != SEAL_VERSION)
                return -EBADMSG;
        key = key_by_id(&keys->seal, (char) p[1]);
        if (!key)
                return -EBADMSG;

        n_room = n_bytes - SEAL_HEAD - NONCE_BYTES - TAG_BYTES + 1;
        clear = malloc(n_room);
        if (!clear)
                return -ENOMEM;
        r = crypto_aead_xchacha20poly1305_ietf_decrypt(clear, &n_clear, NULL, p + SEAL_HEAD + NONCE_BYTES,
                                                       n_bytes - SEAL_HEAD - NONCE_BYTES, p, SEAL_HEAD, p + SEAL_HEAD, key->bytes);
        if (r == 0)
                strbuf_append_bytes(out, clear, (size_t) n_clear);
        sodium_memzero(clear, n_room);
        free(clear);
        return r < 0 ? -EBADMSG : out->error;
}

static void mac_by_key(const KeyRow *key, const char *text, size_t n_bytes, char ret[KEYS_MAC_CHARS + 1]) {
        uint8_t mac[crypto_generichash_BYTES_MIN];

        (void) crypto_generichash(mac, sizeof(mac), (const uint8_t *) text, n_bytes, key->bytes, KEY_BYTES);
        (void) sodium_bin2base64(ret, KEYS_MAC_CHARS + 1, mac, MAC_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void keys_mac(const Keys *keys, const char *text, size_t n_bytes, char ret[KEYS_MAC_CHARS + 1]) {
        mac_by_key(&keys->control.rows[0], text, n_bytes, ret);
}

char keys_mac_key_id(const Keys *keys) {
        return keys->control.rows[0].id;
}

bool keys_mac_is_right(const Keys *keys, char key_id, const char *text, size_t n_bytes, const char *mac) {
        const KeyRow *key = key_by_id(&keys->control, key_id);
        char expected[KEYS_MAC_CHARS + 1];

        if (!key || strlen(mac) != KEYS_MAC_CHARS)
                return false;
        mac_by_key(key, text, n_bytes, expected);
        return sodium_memcmp(expected, mac, KEYS_MAC_CHARS) == 0;
}

void hash_base64url(const void *bytes, size_t n_bytes, char *ret, size_t n_chars) {
        uint8_t hash[crypto_generichash_BYTES];
        char text[sodium_base64_ENCODED_LEN(sizeof(hash), sodium_base64_VARIANT_URLSAFE_NO_PADDING)];

        (void) crypto_generichash(hash, sizeof(hash), bytes, n_bytes, NULL, 0);
        (void) sodium_bin2base64(text, sizeof(text), hash, sizeof(hash), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        n_chars = MIN(n_chars, strlen(text));
        memcpy(ret, text, n_chars);
        ret[n_chars] = '\0';
}
