/* Cutting a URL into what a connection needs (RFC 3986, only the forms that we accept). Strict: what is not understood is refused. */

#include "magikal/url.h"

#include <errno.h>

#define URL_BYTES_MAX 2048

typedef struct Scheme {
        const char *prefix;
        bool is_secure, is_websocket;
} Scheme;

static const Scheme schemes[] = {
        { "https://", true, false },
        { "http://", false, false },
        { "wss://", true, true },
        { "ws://", false, true },
};

static bool host_is_loopback(const char *host) {
        const char *p = host;
        int n_parts = 0;

        if (streq(host, "localhost") || streq(host, "::1"))
                return true;
        if (strncmp(host, "127.", 4) != 0)
                return false;
        /* 127.evil.example begins so too: only four parts of digits are an address */
        for (;;) {
                size_t n_digits = strspn(p, "0123456789");

                if (n_digits < 1 || n_digits > 3)
                        return false;
                n_parts++;
                p += n_digits;
                if (*p == '\0')
                        return n_parts == 4;
                if (*p++ != '.')
                        return false;
        }
}

static bool host_is_plain(const char *host, bool is_bracketed) {
        const char *letters = is_bracketed ? "0123456789abcdefABCDEF:." : "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._";

        return host[0] != '\0' && host[strspn(host, letters)] == '\0';
}

static int port_parse(const char *text, size_t n_digits, int *ret_port) {
        int port = 0;

        if (n_digits < 1 || n_digits > 5)
                return -EINVAL;
        for (size_t i = 0; i < n_digits; i++) {
                if (text[i] < '0' || text[i] > '9')
                        return -EINVAL;
                port = port * 10 + (text[i] - '0');
        }
        if (port < 1 || port > 65535)
                return -EINVAL;
        *ret_port = port;
        return 0;
}

/* host, [v6], each with :port or without */
static int authority_parse(const char *text, size_t n_bytes, Url *url) {
        bool is_bracketed = n_bytes > 0 && text[0] == '[';
        const char *host = text + is_bracketed, *host_end, *after;

        host_end = is_bracketed ? memchr(text, ']', n_bytes) : memchr(text, ':', n_bytes);
        if (is_bracketed && !host_end)
                return -EINVAL;
        if (!host_end)
                host_end = text + n_bytes;
        if ((size_t) (host_end - host) >= sizeof(url->host))
                return -EINVAL;
        memcpy(url->host, host, (size_t) (host_end - host));
        url->host[host_end - host] = '\0';
        if (!host_is_plain(url->host, is_bracketed))
                return -EINVAL;

        after = host_end + is_bracketed;
        if (after == text + n_bytes)
                return 0;
        if (*after != ':')
                return -EINVAL;
        after++;
        return port_parse(after, (size_t) (text + n_bytes - after), &url->port);
}

int url_parse(const char *text, Url *ret_url) {
        Url url = {};
        const char *authority;
        size_t n_authority;
        int r;

        if (!text || strlen(text) > URL_BYTES_MAX)
                return -EINVAL;
        for (const char *p = text; *p; p++)
                if (*p <= ' ' || *p > '~' || *p == '#' || *p == '\\' || *p == '"')
                        return -EINVAL;

        for (size_t i = 0; i < ELEMENTSOF(schemes); i++) {
                size_t n_prefix = strlen(schemes[i].prefix);

                if (strncmp(text, schemes[i].prefix, n_prefix) != 0)
                        continue;
                url.is_secure = schemes[i].is_secure;
                url.is_websocket = schemes[i].is_websocket;
                url.port = url.is_secure ? 443 : 80;
                authority = text + n_prefix;
                n_authority = strcspn(authority, "/?");
                url.target = authority + n_authority;

                r = authority_parse(authority, n_authority, &url);
                if (r < 0)
                        return r;
                url.is_loopback = host_is_loopback(url.host);
                *ret_url = url;
                return 0;
        }
        return -EINVAL;
}

bool url_is_acceptable(const Url *url) {
        return url->is_secure || url->is_loopback;
}

void url_append_host(const Url *url, StrBuf *out) {
        strbuf_appendf(out, strchr(url->host, ':') ? "[%s]" : "%s", url->host);
        if (url->port != (url->is_secure ? 443 : 80))
                strbuf_appendf(out, ":%d", url->port);
}
