/* The upgrade: the RFC's own example, every way an answer can be wrong, and every cut. */

#include "discord/websocket-handshake.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define KEY "dGhlIHNhbXBsZSBub25jZQ=="              /* RFC 6455, 1.3 */
#define ACCEPT "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
#define GOOD "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n"

static void accept_of_the_rfc(void **state) {
        char accept[WEBSOCKET_ACCEPT_CHARS + 1];

        (void) state;
        websocket_accept(KEY, accept);
        assert_string_equal(accept, ACCEPT);
}

static void request_is_complete(void **state) {
        _strbuf_ StrBuf out = {};
        Url url;

        (void) state;
        assert_int_equal(url_parse("wss://gateway.example:8443?v=10&encoding=json", &url), 0);
        websocket_request(&url, KEY, "DiscordBot (x, 1)", &out);
        assert_string_equal(strbuf_text(&out), "GET /?v=10&encoding=json HTTP/1.1\r\nHost: gateway.example:8443\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                               "Sec-WebSocket-Key: " KEY "\r\nSec-WebSocket-Version: 13\r\nUser-Agent: DiscordBot (x, 1)\r\n\r\n");
}

static void good_answers(void **state) {
        static const char *const rows[] = {
                GOOD,
                "HTTP/1.1 101 \r\nsec-websocket-accept:" ACCEPT "  \r\nUPGRADE: WebSocket\r\nConnection: keep-alive, upgrade\r\nServer: x\r\n\r\n",
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _strbuf_ StrBuf text = {}, why = {};
                size_t n_head = 0;

                strbuf_append(&text, rows[i]);
                strbuf_append_bytes(&text, "\x81\x02hi", 4);
                assert_int_equal(websocket_response(text.text, text.n_bytes, KEY, &n_head, &why), 0);
                assert_int_equal(n_head, strlen(rows[i]));
                for (size_t n = 0; n < n_head; n++)
                        assert_int_equal(websocket_response(text.text, n, KEY, &n_head, &why), WEBSOCKET_MORE);
        }
}

static void wrong_answers(void **state) {
        static const struct {
                const char *text, *why;
        } rows[] = {
                { "HTTP/1.1 503 Service Unavailable\r\n\r\n", "status 503" },
                { "HTTP/1.1 1\r\n\r\n", "does not speak HTTP/1.1" },
                { "HTTP/1.1 <x>\r\n\r\n", "status ???" },
                { "HTTP/2 101\r\n\r\n", "does not speak HTTP/1.1" },
                { "\r\n\r\n", "does not speak HTTP/1.1" },
                { "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "does not prove" },
                { "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: t3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n", "does not prove" },
                { "HTTP/1.1 101 x\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n", "is not one" },
                { "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: keep-alive\r\nSec-WebSocket-Accept: " ACCEPT "\r\n\r\n", "is not one" },
                { "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Accept: " ACCEPT
                  "\r\n\r\n", "is not one" },
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _strbuf_ StrBuf why = {};
                size_t n_head = 77;

                assert_int_equal(websocket_response(rows[i].text, strlen(rows[i].text), KEY, &n_head, &why), -EPROTO);
                assert_int_equal(n_head, 77);
                if (!strstr(strbuf_text(&why), rows[i].why))
                        fail_msg("%s: %s", rows[i].text, strbuf_text(&why));
        }
}

static void endless_head_is_refused(void **state) {
        _strbuf_ StrBuf text = {}, why = {};
        size_t n_head;

        (void) state;
        strbuf_append(&text, "HTTP/1.1 101 x\r\n");
        while (text.n_bytes < WEBSOCKET_HEAD_MAX)
                strbuf_append(&text, "X: y\r\n");
        assert_int_equal(websocket_response(text.text, text.n_bytes, KEY, &n_head, &why), -EPROTO);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(accept_of_the_rfc),
                cmocka_unit_test(request_is_complete),
                cmocka_unit_test(good_answers),
                cmocka_unit_test(wrong_answers),
                cmocka_unit_test(endless_head_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
