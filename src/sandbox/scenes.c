#include "scenes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "journal.h"

/*
 * Lines become scenes. What a line says is not understood here, only whether it is an object that a page can place in time. Where scenes are
 * kept, and how many, is the journal's.
 */

struct SceneReader {
        Sandbox *sandbox;
        StrBuf line;                    /* its beginning, when the rest is still to come */
        uint64_t n_lines, n_taken;
        char why[160];
        int outcome;                    /* sticks */
};

SceneReader *scene_reader_new(Sandbox *sandbox) {
        SceneReader *reader = new0(SceneReader, 1);

        if (reader)
                reader->sandbox = sandbox;
        return reader;
}

SceneReader *scene_reader_free(SceneReader *reader) {
        if (!reader)
                return NULL;
        strbuf_done(&reader->line);
        free(reader);
        return NULL;
}

static int refuse(SceneReader *reader, const char *sentence) {
        (void) snprintf(reader->why, sizeof(reader->why), "line %" PRIu64 ": %s", reader->n_lines, sentence);
        reader->outcome = -EBADMSG;
        return reader->outcome;
}

/* NULL: it is a scene. */
static const char *what_is_wrong(const Json *scene) {
        const char *what;
        int64_t at;

        if (!json_is_object(scene))
                return "this is no JSON object";
        if (json_get_i64(scene, "at_us", &at) != 0 || at <= 0)
                return "at_us is a whole number of microseconds since 1970";
        if (json_get_string(scene, "what", &what) != 0 || !*what || strlen(what) > SCENE_WHAT_MAX)
                return "what is a word, at most 64 bytes long";
        return NULL;
}

static int take_line(SceneReader *reader) {
        const char *text = strbuf_text(&reader->line), *wrong;
        _json_ Json *scene = NULL;

        reader->n_lines++;
        if (reader->line.n_bytes == 0 || strspn(text, " \t\r") == reader->line.n_bytes)
                return 0;
        if (json_parse(text, reader->line.n_bytes, &scene) < 0)
                return refuse(reader, "this is no JSON");
        wrong = what_is_wrong(scene);
        if (wrong)
                return refuse(reader, wrong);
        journal_scene(reader->sandbox, "bot", text);
        reader->n_taken++;
        return 0;
}

/* One line, or what is there of it. */
static int take_part(SceneReader *reader, const char *bytes, size_t n_bytes, bool is_whole) {
        int r;

        if (reader->line.n_bytes + n_bytes > SCENE_LINE_MAX) {
                reader->n_lines++;
                return refuse(reader, "this is longer than 4096 bytes");
        }
        strbuf_append_bytes(&reader->line, bytes, n_bytes);
        if (reader->line.error != 0)
                return reader->outcome = -ENOMEM;
        if (!is_whole)
                return 0;
        r = take_line(reader);
        strbuf_clear(&reader->line);
        return r;
}

int scene_reader_take(SceneReader *reader, const char *bytes, size_t n_bytes) {
        while (n_bytes > 0 && reader->outcome == 0) {
                const char *end = memchr(bytes, '\n', n_bytes);
                size_t n = end ? (size_t) (end - bytes) : n_bytes;

                (void) take_part(reader, bytes, n, end != NULL);        /* its outcome sticks */
                bytes += end ? n + 1 : n;
                n_bytes -= end ? n + 1 : n;
        }
        return reader->outcome;
}

int scene_reader_end(SceneReader *reader) {
        if (reader->outcome == 0 && reader->line.n_bytes > 0)
                (void) take_part(reader, "", 0, true);
        return reader->outcome;
}

uint64_t scene_reader_n_taken(const SceneReader *reader) {
        return reader->n_taken;
}

const char *scene_reader_why(const SceneReader *reader) {
        return reader->why;
}
