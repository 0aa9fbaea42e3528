/* URLs: what is taken apart how, what is refused, and what counts as loopback. */

#include "magikal/url.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void parts(void **state) {
        static const struct {
                const char *text, *host, *header, *target;
                int port;
                bool is_secure, is_websocket, is_acceptable;
        } rows[] = {
                { "https://discord.com/api/v10", "discord.com", "discord.com", "/api/v10", 443, true, false, true },
                { "wss://gateway.discord.gg", "gateway.discord.gg", "gateway.discord.gg", "", 443, true, true, true },
                { "wss://g.example:8443/?v=10", "g.example", "g.example:8443", "/?v=10", 8443, true, true, true },
                { "ws://127.0.0.1:8780?x", "127.0.0.1", "127.0.0.1:8780", "?x", 8780, false, true, true },
                { "http://localhost/", "localhost", "localhost", "/", 80, false, false, true },
                { "http://[::1]:81", "::1", "[::1]:81", "", 81, false, false, true },
                { "ws://gateway.discord.gg/", "gateway.discord.gg", "gateway.discord.gg", "/", 80, false, true, false },
                { "ws://127.evil.example", "127.evil.example", "127.evil.example", "", 80, false, true, false },
                { "ws://127.0.0.1.example", "127.0.0.1.example", "127.0.0.1.example", "", 80, false, true, false },
                { "ws://127.0.0", "127.0.0", "127.0.0", "", 80, false, true, false },
        };

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _strbuf_ StrBuf header = {};
                Url url;

                assert_int_equal(url_parse(rows[i].text, &url), 0);
                assert_string_equal(url.host, rows[i].host);
                assert_string_equal(url.target, rows[i].target);
                assert_int_equal(url.port, rows[i].port);
                assert_int_equal(url.is_secure, rows[i].is_secure);
                assert_int_equal(url.is_websocket, rows[i].is_websocket);
                assert_int_equal(url_is_acceptable(&url), rows[i].is_acceptable);
                url_append_host(&url, &header);
                assert_string_equal(strbuf_text(&header), rows[i].header);
        }
}

static void refused(void **state) {
        static const char *const rows[] = {
                "", "discord.com", "ftp://a", "https://", "https:///x", "https://a b", "https://user@host", "https://a:b@host", "https://a:0",
                "https://a:65536", "https://a:", "https://a:1x", "https://[::1", "https://[::1]x", "https://[gg]", "https://a#b", "https://a/\r\nX: y",
                "https://a/\x7f", "HTTPS://a", "https://a\\b", "https://\xc3\xa4",
        };
        char big[3000];
        Url url;

        (void) state;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (url_parse(rows[i], &url) != -EINVAL)
                        fail_msg("accepted: %s", rows[i]);

        assert_int_equal(url_parse(NULL, &url), -EINVAL);
        memset(big, 'a', sizeof(big));
        memcpy(big, "https://", 8);
        big[8 + 300] = '\0';
        assert_int_equal(url_parse(big, &url), -EINVAL);        /* host too long */
        memset(big + 8, 'a', sizeof(big) - 8);
        big[20] = '/';
        big[sizeof(big) - 1] = '\0';
        assert_int_equal(url_parse(big, &url), -EINVAL);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(parts),
                cmocka_unit_test(refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
