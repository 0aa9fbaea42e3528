/* The sandbox's requests: no target, content type or body trips the reader, and every file lies within the body. */

#include "sandbox/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes);

static void must(bool is_so) {
        if (!is_so)
                abort();
}

/* The input up to the next line break, as text; the rest stays in *data. */
static char *take_line(const uint8_t **data, size_t *n_bytes) {
        const uint8_t *end = *n_bytes > 0 ? memchr(*data, '\n', *n_bytes) : NULL;
        size_t n = end ? (size_t) (end - *data) : *n_bytes, used = end ? n + 1 : n;
        char *line = strndup((const char *) *data, n);

        must(line != NULL);
        *data += used;
        *n_bytes -= used;
        return line;
}

/* First line: target. Second: Content-Type. Then the body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes) {
        _free_ char *target = NULL, *type = NULL;
        _cleanup_(request_freep) Request *request = NULL;
        const SbxRequest *view;

        if (n_bytes == 0)
                return 0;
        target = take_line(&data, &n_bytes);
        type = take_line(&data, &n_bytes);
        request = request_new("POST", target);
        must(request != NULL);
        must(request_add_header(request, "Content-Type", type) == 0 && request_add_header(request, "X-Audit-Log-Reason", target) == 0);
        must(request_add_body(request, (const char *) data, n_bytes) == 0);
        (void) request_finish(request, false);
        (void) request_add_arg(request, target, strlen(target));

        view = request_view(request);
        (void) sbx_query_bool(view, "wait", true);
        (void) sbx_query_u64(view, "x", 0);
        must(view->reason && strlen(view->reason) <= strlen(target));
        for (size_t i = 0; i < view->n_files; i++)
                must(view->files[i].bytes >= view->raw && view->files[i].bytes + view->files[i].n_bytes <= view->raw + view->n_raw);
        return 0;
}
