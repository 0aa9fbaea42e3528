#pragma once

/*
 * A sandbox with a model of three lines, in the test's own process, and clients that speak HTTP and WebSocket byte by byte. The
 * clients share no code with the server: what they read is what a stranger would.
 */

#include "sandbox/http.h"
#include "sandbox/server.h"

typedef struct Rig {
        Options options;
        sd_event *event;
        Sandbox *sandbox;
        char dir[32];                   /* removed with what is in it */
        char state_file[64], traffic_file[64];
} Rig;

/* Starts with what `options` were set to, but for address and files. Failures end the test. */
void rig_prepare(Rig *rig);             /* options as a test wants them: no rate limits, files in `dir` */
void rig_start(Rig *rig);
void rig_stop(Rig *rig);                /* the files stay */
void rig_done(Rig *rig);
/* All of it around a test; *state: Rig* */
int rig_set_up(void **state);
int rig_tear_down(void **state);

/* Runs the server's loop until something happened or 20 ms passed. */
void rig_turn(Rig *rig);

typedef struct HttpReply {
        int status;                     /* 0: the connection ended without a byte */
        char head[4096];
        char *body;
        Json *json;                     /* NULL when the body is none */
} HttpReply;

int rig_connect(Rig *rig);
void rig_send(Rig *rig, int fd, const char *text);
void rig_receive(Rig *rig, int fd, HttpReply *ret_reply);
void http_reply_done(HttpReply *reply);
#define _reply_ _cleanup_(http_reply_done)
/* Value of a header of the reply, "" when absent; valid until the next call. */
const char *http_reply_header(const HttpReply *reply, const char *name);

/* One request on a connection of its own. body NULL: none. "GET /api/v10/…" as the bot when the path begins with /api. */
void rig_call(Rig *rig, const char *method, const char *path, const char *body, HttpReply *ret_reply);
/* The same, asserting the status. */
void rig_expect(Rig *rig, const char *method, const char *path, const char *body, int status);
void rig_write_request(StrBuf *out, const char *method, const char *path, const char *body);

/* A gateway or page connection. */
typedef struct Client {
        Rig *rig;
        int fd;
        unsigned close_code;            /* of the close frame received */
        bool is_over;                   /* no more bytes will come */
        Json *frame;                    /* the last one */
        StrBuf raw;                     /* bytes of the last message, for binary ones */
        bool is_binary;
} Client;

void client_open(Client *client, Rig *rig, const char *path);
void client_done(Client *client);
#define _client_ _cleanup_(client_done)
void client_send(Client *client, const char *text);
void client_send_bytes(Client *client, int opcode, const void *bytes, size_t n);
void client_close(Client *client, unsigned code);
/* Waits for the next message or the end; NULL at the end. Borrowed until the next call. */
const Json *client_next(Client *client);
/* The next frame must have this op (and event, unless NULL); returns its d. */
const Json *client_expect(Client *client, int op, const char *event);
/* The connection must end with this close code (0: without one). */
void client_expect_close(Client *client, unsigned code);
/* Hello read, Identify sent, READY and GUILD_CREATE read. */
void client_login(Client *client, Rig *rig, char ret_session[static 64]);

/* What the model of three lines has been asked to do. */
unsigned rig_n_applied(Rig *rig);
bool rig_timer_ran(Rig *rig);
