#pragma once

/*
 * Scenes: what a bot shows of its insides, lines of JSON that it sends to POST /sandbox/scenes while it works. Each line is an object with at
 * least at_us and what; the rest is for whoever looks at it. A reader takes one upload, as its bytes come.
 */

#include "server.h"

#define SCENE_LINE_MAX 4096     /* bytes; the daemon's longest is below 700 */
#define SCENE_WHAT_MAX 64

typedef struct SceneReader SceneReader;

SceneReader *scene_reader_new(Sandbox *sandbox);        /* NULL: no memory */
SceneReader *scene_reader_free(SceneReader *reader);    /* NULL is fine; returns NULL */

/*
 * Keeps the scenes that are complete with these bytes. 0; -EBADMSG: a line is wrong, scene_reader_why() says which and how, and nothing more
 * is taken; -ENOMEM.
 */
int scene_reader_take(SceneReader *reader, const char *bytes, size_t n_bytes);
/* The upload is over: its last line needs no newline. As before. */
int scene_reader_end(SceneReader *reader);
uint64_t scene_reader_n_taken(const SceneReader *reader);
/* A sentence with the number of the line. */
const char *scene_reader_why(const SceneReader *reader);
