#pragma once

/* The few things this program needs to know about a URL. No escapes are undone; user names are refused. */

#include <stdbool.h>

#include "magikal/strbuf.h"

typedef struct Url {
        bool is_secure;         /* https, wss */
        bool is_websocket;      /* ws, wss */
        bool is_loopback;       /* localhost, 127.0.0.0/8, ::1 */
        char host[256];         /* without brackets */
        int port;               /* 443 or 80 when none was given */
        const char *target;     /* path with query, "" when there was none; points into the parsed text */
} Url;

/* 0, or -EINVAL: other scheme, no host, bad port, user name, fragment, a space or control character, or longer than 2048 bytes. */
int url_parse(const char *text, Url *ret_url);
/* May we speak to it? Encrypted, or plain to a loopback address. */
bool url_is_acceptable(const Url *url);
/* Appends host[:port] as a Host header wants it (brackets for IPv6, no default port). */
void url_append_host(const Url *url, StrBuf *out);
