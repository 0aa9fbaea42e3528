/*
 * The upgrade from HTTP/1.1 to WebSocket, by hand: Debian 12's curl has no WebSocket API, and libwslay begins behind the upgrade.
 * SHA-1 is here because the handshake names it and libsodium rightly has none; it proves that the peer read our request, no more.
 */

#include "websocket-handshake.h"

#include <errno.h>
#include <sodium.h>
#include <stdint.h>
#include <strings.h>

/* ---- SHA-1 (RFC 3174), for messages of at most two blocks ---------------------------------------------------------------------- */

#define SHA1_BYTES 20
#define SHA1_BLOCK 64

static uint32_t rotate(uint32_t x, int n) {
        return x << n | x >> (32 - n);
}

static void sha1_block(uint32_t h[5], const uint8_t block[SHA1_BLOCK]) {
        static const uint32_t constants[] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
        uint32_t w[80], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];

        for (int i = 0; i < 16; i++)
                w[i] = (uint32_t) block[i * 4] << 24 | (uint32_t) block[i * 4 + 1] << 16 | (uint32_t) block[i * 4 + 2] << 8 | block[i * 4 + 3];
        for (int i = 16; i < 80; i++)
                w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);

        for (int i = 0; i < 80; i++) {
                uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 ? b ^ c ^ d : i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
                uint32_t t = rotate(a, 5) + f + e + constants[i / 20] + w[i];

                e = d;
                d = c;
                c = rotate(b, 30);
                b = a;
                a = t;
        }
        h[0] += a;
        h[1] += b;
        h[2] += c;
        h[3] += d;
        h[4] += e;
}

static void sha1(const char *text, size_t n_bytes, uint8_t ret[SHA1_BYTES]) {
        uint32_t h[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
        uint8_t blocks[2 * SHA1_BLOCK] = {};
        size_t n_blocks = n_bytes + 9 <= SHA1_BLOCK ? 1 : 2, n_bits = n_bytes * 8;

        memcpy(blocks, text, n_bytes);
        blocks[n_bytes] = 0x80;
        blocks[n_blocks * SHA1_BLOCK - 2] = (uint8_t) (n_bits >> 8);
        blocks[n_blocks * SHA1_BLOCK - 1] = (uint8_t) n_bits;
        for (size_t i = 0; i < n_blocks; i++)
                sha1_block(h, blocks + i * SHA1_BLOCK);
        for (int i = 0; i < 5; i++)
                for (int j = 0; j < 4; j++)
                        ret[i * 4 + j] = (uint8_t) (h[i] >> (24 - 8 * j));
}

void websocket_accept(const char *key, char ret[WEBSOCKET_ACCEPT_CHARS + 1]) {
        static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";      /* RFC 6455, 1.3 */
        char text[WEBSOCKET_KEY_CHARS + sizeof(guid)];
        uint8_t digest[SHA1_BYTES];
        size_t n_key = MIN(strlen(key), (size_t) WEBSOCKET_KEY_CHARS);

        memcpy(text, key, n_key);
        memcpy(text + n_key, guid, sizeof(guid));
        sha1(text, n_key + sizeof(guid) - 1, digest);
        sodium_bin2base64(ret, WEBSOCKET_ACCEPT_CHARS + 1, digest, sizeof(digest), sodium_base64_VARIANT_ORIGINAL);
}

/* ---- request and response ------------------------------------------------------------------------------------------------------ */

void websocket_request(const Url *url, const char *key, const char *user_agent, StrBuf *out) {
        strbuf_appendf(out, "GET %s%s HTTP/1.1\r\nHost: ", url->target[0] == '/' ? "" : "/", url->target);
        url_append_host(url, out);
        strbuf_appendf(out, "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n", key);
        if (user_agent)
                strbuf_appendf(out, "User-Agent: %s\r\n", user_agent);
        strbuf_append(out, "\r\n");
}

typedef struct Text {
        const char *p;
        size_t n;
} Text;

static Text trim(Text t) {
        while (t.n > 0 && (t.p[0] == ' ' || t.p[0] == '\t')) {
                t.p++;
                t.n--;
        }
        while (t.n > 0 && (t.p[t.n - 1] == ' ' || t.p[t.n - 1] == '\t'))
                t.n--;
        return t;
}

static bool text_is(Text t, const char *wanted) {
        return t.n == strlen(wanted) && strncasecmp(t.p, wanted, t.n) == 0;
}

/* Is the word one of a comma-separated list? */
static bool list_has(Text list, const char *wanted) {
        while (list.n > 0) {
                const char *comma = memchr(list.p, ',', list.n);
                Text word = { list.p, comma ? (size_t) (comma - list.p) : list.n };

                if (text_is(trim(word), wanted))
                        return true;
                list.p += word.n + (comma != NULL);
                list.n -= word.n + (comma != NULL);
        }
        return false;
}

typedef struct Head {
        bool has_upgrade, has_connection, has_accept, has_more;
} Head;

static void take_header(Head *head, Text line, const char *accept) {
        const char *colon = memchr(line.p, ':', line.n);
        Text name, value;

        if (!colon)
                return;
        name = (Text) { line.p, (size_t) (colon - line.p) };
        value = trim((Text) { colon + 1, line.n - name.n - 1 });

        if (text_is(name, "Upgrade"))
                head->has_upgrade = text_is(value, "websocket");
        else if (text_is(name, "Connection"))
                head->has_connection = list_has(value, "upgrade");
        else if (text_is(name, "Sec-WebSocket-Accept"))
                head->has_accept = value.n == WEBSOCKET_ACCEPT_CHARS && memcmp(value.p, accept, value.n) == 0;
        else if (text_is(name, "Sec-WebSocket-Extensions") || text_is(name, "Sec-WebSocket-Protocol"))
                head->has_more = true;          /* we asked for none: RFC 6455, 4.1 (5), (6) */
}

static int status_check(Text line, StrBuf *why) {
        if (line.n < 12 || memcmp(line.p, "HTTP/1.1 ", 9) != 0) {
                strbuf_append(why, "the peer does not speak HTTP/1.1");
                return -EPROTO;
        }
        if (memcmp(line.p + 9, "101", 3) != 0) {
                char status[4] = { line.p[9], line.p[10], line.p[11] };

                for (int i = 0; i < 3; i++)
                        if (status[i] < '0' || status[i] > '9')
                                status[i] = '?';
                strbuf_appendf(why, "the upgrade to WebSocket was answered with HTTP status %s", status);
                return -EPROTO;
        }
        return 0;
}

int websocket_response(const char *bytes, size_t n_bytes, const char *key, size_t *ret_n_head, StrBuf *why) {
        const char *end = memmem(bytes, n_bytes, "\r\n\r\n", 4), *p = bytes;
        char accept[WEBSOCKET_ACCEPT_CHARS + 1];
        Head head = {};
        bool is_first = true;

        if (!end && n_bytes < WEBSOCKET_HEAD_MAX)
                return WEBSOCKET_MORE;
        if (!end) {
                strbuf_append(why, "the answer to the upgrade has no end");
                return -EPROTO;
        }

        websocket_accept(key, accept);
        while (p <= end) {      /* the first line is looked at even when it is empty */
                const char *line_end = memmem(p, (size_t) (end + 2 - p), "\r\n", 2);
                Text line = { p, (size_t) (line_end - p) };

                if (is_first && status_check(line, why) < 0)
                        return -EPROTO;
                if (!is_first)
                        take_header(&head, line, accept);
                is_first = false;
                p = line_end + 2;
        }

        if (!head.has_upgrade || !head.has_connection || !head.has_accept || head.has_more) {
                strbuf_append(why, head.has_accept ? "the answer to the upgrade is not one" : "the answer to the upgrade does not prove that it was read");
                return -EPROTO;
        }
        *ret_n_head = (size_t) (end + 4 - bytes);
        return 0;
}
