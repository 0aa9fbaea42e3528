/*
 * Three bounded logs in memory and one file. Entries are rendered once, when they are written; readers get copies of the text.
 * The effect log is the judge of the tests: an entry is made in the call that makes the change, never later.
 */

#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "text-log.h"

/* Of each log; then the oldest go. A test run makes some thousands of a few hundred bytes. */
#define ENTRIES_MAX ((size_t) 100000)
#define BYTES_MAX   ((size_t) 64 << 20)

#define SCENES_MAX  ((size_t) 20000) /* some hundred presses, for eyes; and foreign bytes */

struct Journal {
        TextLog *effects, *requests, *scenes;
        FILE *traffic;
};

Journal *journal_free(Journal *journal) {
        if (!journal)
                return NULL;
        text_log_free(journal->effects);
        text_log_free(journal->requests);
        text_log_free(journal->scenes);
        if (journal->traffic)
                (void) fclose(journal->traffic);        /* every line was flushed */
        free(journal);
        return NULL;
}
DEFINE_CLEANUP(Journal *, journal_free)

int journal_new(const char *traffic_file, Journal **ret_journal) {
        _cleanup_(journal_freep) Journal *j = new0(Journal, 1);

        if (!j)
                return -ENOMEM;
        j->effects = text_log_new(ENTRIES_MAX, BYTES_MAX);
        j->requests = text_log_new(ENTRIES_MAX, BYTES_MAX);
        j->scenes = text_log_new(SCENES_MAX, BYTES_MAX);
        if (!j->effects || !j->requests || !j->scenes)
                return -ENOMEM;
        if (traffic_file) {
                j->traffic = fopen(traffic_file, "ae");
                if (!j->traffic)
                        return -errno;
        }
        *ret_journal = TAKE(j);
        return 0;
}

static const char *log_add(TextLog *log, JsonWriter *w) {
        _free_ char *text = NULL;

        if (json_writer_finish(w, &text) < 0)
                text = NULL;
        return text_log_add(log, text, text ? strlen(text) : 0);
}

static void put_id_if(JsonWriter *w, const char *key, uint64_t id) {
        if (id > 0)
                json_id(w, key, id);
}

const char *journal_effect(Journal *journal, Usec now, uint64_t application, const SbxEffect *effect) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_i64(&w, "n", (int64_t) text_log_last(journal->effects) + 1);
        json_i64(&w, "at_us", (int64_t) now);
        json_string(&w, "effect", effect->effect);
        put_id_if(&w, "guild", effect->guild);
        put_id_if(&w, "channel", effect->channel);
        put_id_if(&w, "message", effect->message);
        put_id_if(&w, "id", effect->id);
        if (effect->by > 0 && effect->by != application)
                json_id(&w, "by", effect->by);
        else
                json_string(&w, "by", "bot");
        if (effect->reason)
                json_string(&w, "reason", effect->reason);
        if (effect->nonce)
                json_string(&w, "nonce", effect->nonce);
        json_bool(&w, "deduplicated", effect->deduplicated);
        json_put_key(&w, "body");
        if (effect->body)
                json_put_value(&w, effect->body);
        else
                json_put_null(&w);
        json_close(&w);
        return log_add(journal->effects, &w);
}

/* A full disk costs the file its end, not the run: the validator sees a short file. */
static void traffic_add(Journal *journal, JsonWriter *w) {
        _free_ char *text = NULL;

        if (json_writer_finish(w, &text) < 0)
                return;
        (void) fprintf(journal->traffic, "%s\n", text);
        (void) fflush(journal->traffic);
}

static void journal_write_traffic(Journal *journal, Usec now, const Exchanged *x) {
        const char *content_type = sbx_header(x->request, "Content-Type");
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_i64(&w, "at_us", (int64_t) now);
        json_string(&w, "method", x->request->method);
        json_string(&w, "route", x->template);
        json_string(&w, "path", x->request->path);
        json_string(&w, "query", x->request->query);
        json_put_key(&w, "request");
        if (x->request->body)
                json_put_value(&w, x->request->body);
        else
                json_put_null(&w);
        if (content_type)
                json_string(&w, "content_type", content_type);
        if (x->request->n_files > 0)
                json_i64(&w, "files", (int64_t) x->request->n_files);
        json_i64(&w, "status", x->status);
        json_raw(&w, "response", *x->response ? x->response : "null");
        json_string(&w, "auth", x->request->has_bot_auth ? "bot" : "none");
        if (x->is_dropped)
                json_bool(&w, "dropped", true);
        if (x->fault)
                json_string(&w, "fault", x->fault);
        json_close(&w);
        traffic_add(journal, &w);
}

void journal_dispatch(Journal *journal, Usec now, const char *event, const char *d) {
        _json_writer_ JsonWriter w = {};

        if (!journal->traffic)
                return;
        json_open(&w);
        json_i64(&w, "at_us", (int64_t) now);
        json_string(&w, "event", event);
        json_raw(&w, "d", d);
        json_close(&w);
        traffic_add(journal, &w);
}

/* The id that stands for a placeholder of the route's template; 0: it has none of that name. */
static uint64_t id_in_path(const SbxRequest *request, const char *template, const char *placeholder) {
        size_t i = 0;

        for (const char *p = template ? strchr(template, '{') : NULL; p && i < request->n_args; p = strchr(p + 1, '{'), i++)
                if (strncmp(p, placeholder, strlen(placeholder)) == 0)
                        return request->ids[i];
        return 0;
}

const char *journal_request(Journal *journal, Usec now, const Exchanged *exchanged) {
        _json_writer_ JsonWriter w = {};
        const char *text;

        json_open(&w);
        json_i64(&w, "n", (int64_t) text_log_last(journal->requests) + 1);
        json_i64(&w, "at_us", (int64_t) now);
        json_string(&w, "method", exchanged->request->method);
        json_string(&w, "path", exchanged->request->path);
        json_string(&w, "route", exchanged->template);
        json_i64(&w, "status", exchanged->status);
        json_i64(&w, "code", exchanged->code);
        json_string(&w, "fault", exchanged->fault);
        json_i64(&w, "took_us", (int64_t) exchanged->took);
        put_id_if(&w, "interaction", exchanged->interaction);
        put_id_if(&w, "channel", id_in_path(exchanged->request, exchanged->template, "{channel_id}"));
        put_id_if(&w, "message", id_in_path(exchanged->request, exchanged->template, "{message_id}"));
        if (exchanged->is_dropped)
                json_bool(&w, "dropped", true);
        json_close(&w);
        text = log_add(journal->requests, &w);          /* without memory there is one entry less */
        if (journal->traffic && !exchanged->is_rsi)
                journal_write_traffic(journal, now, exchanged);
        return text;
}

void journal_scene(Sandbox *sandbox, const char *from, const char *scene) {
        TextLog *log = sandbox->journal->scenes;
        _json_writer_ JsonWriter w = {};
        const char *text;

        json_open(&w);
        json_i64(&w, "n", (int64_t) text_log_last(log) + 1);
        json_string(&w, "from", from);
        json_i64(&w, "skew_ms", sandbox_clock_skew_ms(sandbox));
        json_raw(&w, "scene", scene);
        json_close(&w);
        text = log_add(log, &w);
        if (text)
                sbx_push(sandbox, 0, 0, "scene", text);
        sbx_wake(sandbox);
}

static size_t log_put(const TextLog *log, const char *key, uint64_t after, const char *match, JsonWriter *w) {
        uint64_t first = text_log_first(log), last = text_log_last(log);
        size_t n = 0;

        json_open(w);
        json_array(w, key);
        for (uint64_t i = MAX(first, after < UINT64_MAX ? after + 1 : after); i <= last; i++) {
                const char *text = text_log_get(log, i);

                if (match && !strstr(text, match))
                        continue;
                json_put_raw(w, text);
                n++;
        }
        json_close_array(w);
        json_i64(w, "last", (int64_t) last);
        json_close(w);
        return n;
}

size_t journal_put_effects(Journal *journal, uint64_t after, const char *match, JsonWriter *w) {
        return log_put(journal->effects, "effects", after, match, w);
}

size_t journal_put_requests(Journal *journal, uint64_t after, const char *match, JsonWriter *w) {
        return log_put(journal->requests, "requests", after, match, w);
}

size_t journal_put_scenes(Journal *journal, uint64_t after, const char *match, JsonWriter *w) {
        return log_put(journal->scenes, "scenes", after, match, w);
}
