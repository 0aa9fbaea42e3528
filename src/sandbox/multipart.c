/* multipart/form-data (RFC 7578) as far as bots use it: flat parts, quoted parameters, no transfer encodings. */

#include "request.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

#define PARTS_MAX 32    /* payload_json and ten files; more is not a Discord request */

void parts_free(Part *parts, size_t n_parts) {
        for (size_t i = 0; i < n_parts; i++) {
                free(parts[i].name);
                free(parts[i].filename);
                free(parts[i].content_type);
        }
        free(parts);
}

/* The value of key="…" (or an unquoted token) in a header's parameters; NULL when absent or out of memory. */
static char *parameter_of(const char *header, size_t n_header, const char *key) {
        size_t n_key = strlen(key);

        for (size_t i = 0; i + n_key + 1 < n_header; i++) {
                const char *value = header + i + n_key + 1;
                size_t left = n_header - i - n_key - 1, n = 0;

                if (strncasecmp(header + i, key, n_key) != 0 || header[i + n_key] != '=')
                        continue;
                if (i > 0 && header[i - 1] != ' ' && header[i - 1] != ';' && header[i - 1] != '\t')
                        continue;
                if (*value == '"') {
                        value++;
                        left--;
                        while (n < left && value[n] != '"')
                                n++;
                } else
                        while (n < left && value[n] != ';' && value[n] != ' ' && value[n] != '\r')
                                n++;
                return strndup(value, n);
        }
        return NULL;
}

static void part_read_header(Part *p, const char *line, size_t n) {
        static const char disposition[] = "Content-Disposition:", type[] = "Content-Type:";

        if (n > strlen(disposition) && strncasecmp(line, disposition, strlen(disposition)) == 0 && !p->name && !p->filename) {
                p->name = parameter_of(line, n, "name");
                p->filename = parameter_of(line, n, "filename");
        } else if (n > strlen(type) && strncasecmp(line, type, strlen(type)) == 0 && !p->content_type) {
                line += strlen(type);
                n -= strlen(type);
                while (n > 0 && (*line == ' ' || *line == '\t')) {
                        line++;
                        n--;
                }
                p->content_type = strndup(line, n);
        }
}

/* Reads header lines up to the empty one; returns the bytes used, 0 when they do not end. */
static size_t part_read_headers(Part *p, const char *at, size_t n) {
        size_t used = 0;

        for (;;) {
                const char *end = memmem(at + used, n - used, "\r\n", 2);
                size_t n_line;

                if (!end)
                        return 0;
                n_line = (size_t) (end - (at + used));
                if (n_line == 0)
                        return used + 2;
                part_read_header(p, at + used, n_line);
                used += n_line + 2;
        }
}

int multipart_split(const char *content_type, const char *body, size_t n_body, Part **ret_parts, size_t *ret_n_parts) {
        _free_ char *boundary = parameter_of(content_type, strlen(content_type), "boundary"), *delimiter = NULL;
        const char *at, *end = body + n_body;
        size_t n_delimiter, n_parts = 0;
        Part *parts;

        if (!boundary || !*boundary)
                return -EBADMSG;
        if (asprintf(&delimiter, "\r\n--%s", boundary) < 0) {
                delimiter = NULL;
                return -ENOMEM;
        }
        n_delimiter = strlen(delimiter);
        parts = new0(Part, PARTS_MAX);
        if (!parts)
                return -ENOMEM;

        /* The first delimiter has no line break before it. */
        if (n_body < n_delimiter || memcmp(body, delimiter + 2, n_delimiter - 2) != 0)
                goto bad;
        at = body + n_delimiter - 2;
        while (end - at >= 2 && memcmp(at, "--", 2) != 0) {
                const char *next;
                size_t used;

                if (memcmp(at, "\r\n", 2) != 0 || n_parts == PARTS_MAX)
                        goto bad;
                at += 2;
                used = part_read_headers(&parts[n_parts++], at, (size_t) (end - at));
                if (used == 0)
                        goto bad;
                at += used;
                /* An empty part's delimiter begins with the line break that ended its headers. */
                next = memmem(at - 2, (size_t) (end - at) + 2, delimiter, n_delimiter);
                if (!next)
                        goto bad;
                parts[n_parts - 1].bytes = at;
                parts[n_parts - 1].n_bytes = next > at ? (size_t) (next - at) : 0;
                at = next + n_delimiter;
        }
        if (end - at < 2)
                goto bad;
        *ret_parts = parts;
        *ret_n_parts = n_parts;
        return 0;

bad:
        parts_free(parts, n_parts);
        return -EBADMSG;
}
