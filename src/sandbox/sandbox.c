/* The process as a whole: putting the parts together, the clock, ids, and the state file. */

#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "magikal/snowflake.h"

#include "buckets.h"
#include "faults.h"
#include "gateway.h"
#include "http.h"
#include "journal.h"
#include "pages.h"
#include "uploads.h"

#define SAVE_AFTER_MS 200
#define SAVE_HERE_USEC (5 * USEC_PER_MSEC)      /* what takes longer is left to a child */
#define STATE_MAX (256U << 20)
#define STATE_VERSION 1

void options_init(Options *options) {
        *options = (Options) {
                .listen = "127.0.0.1:8780",
                .token = "sandbox-token",
                .web_dir = WEB_DIR,
                .has_rate_limits = true,
                .heartbeat_ms = 41250,
                .resume_ms = 300 * 1000,
                .resume_events = 4096,
        };
}

/* ---- state file ------------------------------------------------------------------------------------------------------ */

static int write_all(int fd, const char *bytes, size_t n) {
        while (n > 0) {
                ssize_t k = write(fd, bytes, n);

                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return -errno;
                bytes += k;
                n -= (size_t) k;
        }
        return 0;
}

/* Whole or not at all: readers and a crash see the old file or the new one. */
static int write_file(const char *path, const char *text) {
        _strbuf_ StrBuf temporary = {};
        _close_ int fd = -1;
        int r;

        strbuf_appendf(&temporary, "%s.new", path);
        if (temporary.error)
                return temporary.error;
        fd = open(strbuf_text(&temporary), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        if (fd < 0)
                return -errno;
        r = write_all(fd, text, strlen(text));
        if (r < 0)
                return r;
        return rename(strbuf_text(&temporary), path) < 0 ? -errno : 0;
}

static int sandbox_save(Sandbox *s) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        int r;

        json_open(&w);
        json_i64(&w, "version", STATE_VERSION);
        json_put_key(&w, "model");
        model_save(s, &w);
        json_close(&w);
        r = json_writer_finish(&w, &text);
        return r < 0 ? r : write_file(s->options->state_file, text);
}

static int read_file(const char *path, StrBuf *out) {
        _close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        char chunk[65536];
        ssize_t k;

        if (fd < 0)
                return -errno;
        while ((k = read(fd, chunk, sizeof(chunk))) != 0) {
                if (k < 0 && errno == EINTR)
                        continue;
                if (k < 0)
                        return -errno;
                strbuf_append_bytes(out, chunk, (size_t) k);
                if (out->n_bytes > STATE_MAX)
                        return -EFBIG;
        }
        return out->error;
}

static int sandbox_load(Sandbox *s) {
        _strbuf_ StrBuf text = {};
        _json_ Json *json = NULL;
        int64_t version;
        int r;

        r = read_file(s->options->state_file, &text);
        if (r == -ENOENT || (r == 0 && text.n_bytes == 0))
                return 0;       /* the first start */
        if (r < 0)
                return r;
        r = json_parse(text.text, text.n_bytes, &json);
        if (r < 0)
                return r;
        if (json_get_i64(json, "version", &version) != 0 || version != STATE_VERSION)
                return -EBADMSG;
        return model_load(s, json_get(json, "model"));
}

static int sandbox_save_here(Sandbox *s) {
        Usec begun = clock_boottime();
        int r = sandbox_save(s);

        s->save_took = clock_boottime() - begun;
        return r;
}

/* 0 when the state was written, else -EIO. Waits for the child if it still runs. */
static int saver_end(Sandbox *s) {
        int status = 0;
        pid_t pid;

        do
                pid = waitpid(s->saver, &status, 0);
        while (pid < 0 && errno == EINTR);
        s->saver = 0;
        s->save_watch = sd_event_source_disable_unref(s->save_watch);
        return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -EIO;
}

static int on_saver_gone(sd_event_source *source _unused_, int fd _unused_, uint32_t events _unused_, void *userdata) {
        Sandbox *s = userdata;

        if (saver_end(s) < 0)
                sbx_changed(s);
        return 0;
}

/*
 * A large guild takes a tenth of a second to write, in which nobody else is served; so a child writes it, as it is at this moment. The child
 * keeps no socket open: what is closed here must be closed. 0 or -errno, then nothing was begun.
 */
static int sandbox_save_beside(Sandbox *s) {
        _close_ int fd = -1;
        int r;

        s->saver = fork();
        if (s->saver == 0)
                _exit(close_range(3, ~0U, 0) < 0 || sandbox_save(s) < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
        if (s->saver < 0) {
                s->saver = 0;
                return -errno;
        }
        fd = pidfd_open(s->saver, 0);
        r = fd < 0 ? -errno : sd_event_add_io(s->event, &s->save_watch, fd, EPOLLIN, on_saver_gone, s);
        if (r >= 0)
                r = sd_event_source_set_io_fd_own(s->save_watch, true);
        if (r < 0)
                return saver_end(s);    /* nobody would tell us of its end */
        (void) TAKE_FD(fd);
        return 0;
}

static int save_now(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        Sandbox *s = userdata;

        if (s->saver > 0 || ((s->save_took <= SAVE_HERE_USEC || sandbox_save_beside(s) < 0) && sandbox_save_here(s) < 0))
                sbx_changed(s); /* a full disk may have room again, and what changed while the child writes is not in its copy */
        return 0;
}

void sbx_changed(Sandbox *sandbox) {
        int enabled;

        if (!sandbox->options->state_file)
                return;
        if (sandbox->save_timer && sd_event_source_get_enabled(sandbox->save_timer, &enabled) > 0)
                return;         /* already planned */
        (void) server_after(sandbox, SAVE_AFTER_MS, save_now, sandbox, &sandbox->save_timer);
}

/* ---- life --------------------------------------------------------------------------------------------------------------- */

int sandbox_new(const Options *options, sd_event *event, Sandbox **ret_sandbox) {
        _cleanup_(sandbox_freep) Sandbox *s = new0(Sandbox, 1);
        Usec begun;
        int r;

        if (!s)
                return -ENOMEM;
        s->options = options;
        s->event = sd_event_ref(event);
        s->timers = timers_new(s);
        s->faults = faults_new();
        s->buckets = buckets_new(options);
        s->gateway = gateway_new(s);
        s->pages = pages_new();
        s->uploads = uploads_new();
        if (!s->timers || !s->faults || !s->buckets || !s->gateway || !s->pages || !s->uploads)
                return -ENOMEM;
        r = journal_new(options->traffic_file, &s->journal);
        if (r < 0)
                return r;
        begun = clock_boottime();
        s->model = model_new(s);
        if (!s->model)
                return -ENOMEM;
        if (options->state_file) {
                r = sandbox_load(s);
                s->save_took = clock_boottime() - begun;        /* writing it will take about as long */
                if (r < 0) {
                        /* Not to be overwritten by the empty guild on the way out. */
                        sd_event_source_disable_unref(TAKE(s->save_timer));
                        s->model = model_free(s->model);
                        return r;
                }
        }
        r = http_new(s, options->listen, &s->http);
        if (r < 0)
                return r;
        if (options->address_file) {
                _strbuf_ StrBuf line = {};

                strbuf_appendf(&line, "%s\n", http_address(s->http));
                r = write_file(options->address_file, strbuf_text(&line));
                if (r < 0)
                        return r;
        }
        *ret_sandbox = TAKE(s);
        return 0;
}

Sandbox *sandbox_free(Sandbox *sandbox) {
        if (!sandbox)
                return NULL;
        if (sandbox->saver > 0)
                (void) saver_end(sandbox);      /* it writes to the same file */
        if (sandbox->model && sandbox->http && sandbox->options->state_file)
                (void) sandbox_save(sandbox);   /* nobody is left to be told */
        if (sandbox->http)
                rest_done(sandbox);
        gateway_free(sandbox->gateway);
        pages_free(sandbox->pages);
        http_free(sandbox->http);
        sandbox->gateway = NULL;
        sandbox->pages = NULL;
        sandbox->http = NULL;
        model_free(sandbox->model);
        timers_free(sandbox->timers);
        buckets_free(sandbox->buckets);
        faults_free(sandbox->faults);
        journal_free(sandbox->journal);
        uploads_free(sandbox->uploads);
        sd_event_source_disable_unref(sandbox->save_timer);
        sd_event_unref(sandbox->event);
        free(sandbox);
        return NULL;
}

SbxModel *sbx_model(Sandbox *sandbox) {
        return sandbox->model;
}

SbxGuildSize sbx_guild_size(Sandbox *sandbox) {
        return sandbox->options->guild_size;
}

int sandbox_reset(Sandbox *sandbox) {
        int r;

        r = model_reset(sandbox);
        if (r < 0)
                return r;
        rest_done(sandbox);
        faults_clear(sandbox->faults);
        buckets_clear(sandbox->buckets);
        gateway_announce_guild(sandbox->gateway);
        sbx_push(sandbox, 0, 0, "reset", "{}");
        sbx_wake(sandbox);
        sbx_changed(sandbox);
        return 0;
}

/* ---- what the model is offered -------------------------------------------------------------------------------------------- */

void sbx_wake(Sandbox *sandbox) {
        http_wake(sandbox->http);
}

int sbx_keep_file(Sandbox *sandbox, uint64_t id, const char *filename, const SbxFile *file, StrBuf *url, const char **ret_content_type) {
        const char *type = uploads_type_of(filename, file->content_type);
        int r;

        r = uploads_add(sandbox->uploads, id, type, file->bytes, file->n_bytes);
        if (r < 0)
                return r;
        strbuf_appendf(url, "http://%s" UPLOADS_PREFIX "%" PRIu64 "/%" PRIu64 "/", http_address(sandbox->http), model_guild_id(sandbox), id);
        strbuf_append_percent(url, filename);
        *ret_content_type = type;
        return 0;
}

void sbx_effect(Sandbox *sandbox, const SbxEffect *effect) {
        const char *text = journal_effect(sandbox->journal, sbx_now(sandbox), model_application_id(sandbox), effect);

        if (text)
                sbx_push(sandbox, 0, 0, "effect", text);
        sbx_wake(sandbox);
}

void sbx_scene(Sandbox *sandbox, JsonWriter *take_writer) {
        _free_ char *text = NULL;

        if (json_writer_finish(take_writer, &text) == 0)
                journal_scene(sandbox, "sandbox", text);
}

Usec sbx_now(Sandbox *sandbox _unused_) {
        return clock_realtime();
}

int64_t sandbox_clock_skew_ms(const Sandbox *sandbox) {
        return sandbox->skew_ms;
}

void sandbox_set_clock(Sandbox *sandbox, int64_t skew_ms) {
        if (skew_ms < sandbox->skew_ms) {
                /* Ids of a time that comes a second time must differ from the first ones. */
                sandbox->id_ms = 0;
                sandbox->id_generation++;
        }
        clock_set_skew(skew_ms * (int64_t) USEC_PER_MSEC);
        sandbox->skew_ms = skew_ms;
        timers_rearm(sandbox->timers);
        sbx_wake(sandbox);
}

/* Discord reference, "Snowflakes": 42 bits of milliseconds, 10 bits of origin, 12 bits of counter. */
uint64_t sbx_snowflake(Sandbox *sandbox) {
        uint64_t ms = snowflake_at(sbx_now(sandbox)) >> 22;

        if (ms > sandbox->id_ms) {
                sandbox->id_ms = ms;
                sandbox->id_counter = 0;
        } else if (++sandbox->id_counter > 0xfff) {
                sandbox->id_ms++;       /* runs ahead of the clock rather than wait for it */
                sandbox->id_counter = 0;
        }
        return sandbox->id_ms << 22 | (sandbox->id_generation & 0x3ff) << 12 | sandbox->id_counter;
}

void sbx_random_text(Sandbox *sandbox, size_t n_bytes, StrBuf *out) {
        static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        size_t n_chars = (n_bytes * 4 + 2) / 3;
        char *at = strbuf_extend(out, n_chars);

        for (size_t i = 0; at && i < n_chars; i++) {
                if (sandbox->n_random == 0) {
                        /* Up to 256 bytes are never interrupted nor short once the pool is ready (getrandom(2)). */
                        if (getrandom(sandbox->random, sizeof(sandbox->random), 0) != (ssize_t) sizeof(sandbox->random)) {
                                out->error = -EIO;
                                return;
                        }
                        sandbox->n_random = sizeof(sandbox->random);
                }
                at[i] = alphabet[sandbox->random[--sandbox->n_random] & 63];
        }
}
