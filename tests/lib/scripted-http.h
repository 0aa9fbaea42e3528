#pragma once

/*
 * An HTTP server that answers what a test tells it to, in the test's own event loop. Each complete request takes the next answer of
 * the script; with none left it is left hanging. It shows what came, byte for byte.
 */

#include <stdbool.h>
#include <systemd/sd-event.h>

#include "magikal/strbuf.h"

typedef struct ScriptedHttp ScriptedHttp;

typedef enum ScriptedEnd {
        KEEP_OPEN,
        CLOSE_AFTER,            /* the answer, if there is one, is followed by the end of the connection */
} ScriptedEnd;

int scripted_http_new(sd_event *event, ScriptedHttp **ret_server);
ScriptedHttp *scripted_http_free(ScriptedHttp *server);

const char *scripted_http_url(const ScriptedHttp *server);      /* "http://127.0.0.1:PORT/api" */
/* Appends to the script: raw bytes (borrowed), "" or NULL for none. */
void scripted_http_answer(ScriptedHttp *server, const char *bytes, ScriptedEnd end);
/* The same with n_fill bytes 'x' behind it. */
void scripted_http_answer_filled(ScriptedHttp *server, const char *bytes, size_t n_fill);

/* Requests that begin with `start` get these bytes at once, whatever the script says. Both borrowed; one rule, the newest. */
void scripted_http_always(ScriptedHttp *server, const char *start, const char *bytes);

int scripted_http_n_requests(const ScriptedHttp *server);
int scripted_http_n_connections(const ScriptedHttp *server);    /* ever accepted */
int scripted_http_n_at_once(const ScriptedHttp *server);        /* most requests that were waiting for an answer together */
const char *scripted_http_request(const ScriptedHttp *server, int i);   /* whole text of one */
void scripted_http_stop_listening(ScriptedHttp *server);
/* Answers all that were left hanging. */
void scripted_http_release(ScriptedHttp *server, const char *bytes);
