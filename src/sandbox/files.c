/* The page's files, straight from one directory. Names are plain: no "..", no hidden files, no links out of it. */

#include "http.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static const struct {
        const char *suffix, *content_type;
} types[] = {
        { ".html", "text/html; charset=utf-8" },
        { ".css", "text/css; charset=utf-8" },
        { ".js", "text/javascript; charset=utf-8" },
        { ".mjs", "text/javascript; charset=utf-8" },
        { ".json", "application/json" },
        { ".svg", "image/svg+xml" },
        { ".png", "image/png" },
        { ".ico", "image/x-icon" },
        { ".woff2", "font/woff2" },
};

static const char *type_of(const char *path) {
        const char *dot = strrchr(path, '.');

        for (size_t i = 0; dot && i < ELEMENTSOF(types); i++)
                if (streq(dot, types[i].suffix))
                        return types[i].content_type;
        return "application/octet-stream";
}

static bool path_is_plain(const char *path) {
        static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./";

        return strspn(path, allowed) == strlen(path) && !strstr(path, "/.") && !strstr(path, "//");
}

/* 0 and an open regular file, or -errno. */
static int file_open(const char *dir, const char *path, int *ret_fd, uint64_t *ret_size) {
        _close_ int fd = -1, dir_fd = -1;
        struct stat st;

        dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (dir_fd < 0)
                return -errno;
        fd = openat(dir_fd, path + 1, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        if (fd < 0)
                return -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -ENOENT;
        *ret_size = (uint64_t) st.st_size;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

void files_handle(Sandbox *sandbox, Exchange *x) {
        const SbxRequest *request = request_view(exchange_request(x));
        const char *path = streq(request->path, "/") ? "/index.html" : request->path;
        StrBuf text = {};
        uint64_t size = 0;
        int fd = -1;

        if (!streq(request->method, "GET") && !streq(request->method, "HEAD")) {
                strbuf_append(&text, "This is a page; it can only be read.\n");
                exchange_answer(x, 405, "text/plain; charset=utf-8", &text);
                return;
        }
        if (!path_is_plain(path) || file_open(sandbox->options->web_dir, path, &fd, &size) < 0) {
                strbuf_append(&text, "There is no such page.\n");
                exchange_answer(x, 404, "text/plain; charset=utf-8", &text);
                return;
        }
        exchange_add_header(x, "Cache-Control", "no-cache");
        exchange_add_header(x, "X-Content-Type-Options", "nosniff");
        exchange_add_header(x, "Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'");
        exchange_answer_file(x, type_of(path), fd, size);
}
