#include "supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "magikal/fault.h"
#include "magikal/keys.h"
#include "magikal/log.h"

#include "intake.h"

/*
 * The supervisor: owns the gateway and the children, and knows no business. It reads a frame's envelope, hands the bytes to a worker and
 * remembers the frame until the worker says that it is safe; everything else is care for processes.
 */

#define HOLD_CHILDREN (3 * USEC_PER_SEC)
#define TELL_JOB (UINT64_C(1) << 63)            /* numbers of jobs that nobody answers; never in the job table */

/* ---- what the gateway says --------------------------------------------------------------------------------------------------- */

static void tell(Supervisor *s, const GatewayDispatch *dispatch, bool fits) {
        const IpcMessage message = { .type = IPC_JOB, .job = {
                .job = TELL_JOB | ++s->n_told,
                .attempt = 1,
                .received_at = clock_boottime(),
                .guild = dispatch->guild.v,
                .event = dispatch->event,
                .frame = fits ? (const uint8_t *) dispatch->frame : NULL,
                .n_frame = fits ? dispatch->n_bytes : 0,
        } };

        if (children_tell_one(s, &message))
                return;
        s->n_untold++;
        s->wants_sweep = true;          /* the sweep looks at every guild, so at this one too */
}

static void add_job(Supervisor *s, int shard, const GatewayDispatch *dispatch, bool fits) {
        int r;

        watching_dispatch(s, shard, dispatch);
        r = dispatch_add(s->dispatch,
                         &(JobRequest) {
                                 .shard = shard,
                                 .seq = dispatch->seq,
                                 .subject = dispatch->id,
                                 .guild = dispatch->guild.v,
                                 .event = dispatch->event,
                                 .frame = fits ? dispatch->frame : NULL,
                                 .n_frame = fits ? dispatch->n_bytes : 0,
                         },
                         clock_boottime());
        if (r < 0)
                log_event(LOG_ERR, "job.overflow",
                          "A dispatch could not be taken; who pressed sees Discord's own error.",
                          LOG_ERRNO(r), LOG_TEXT("dispatch", dispatch->event), LOG_GUILD(dispatch->guild.v));
}

static void on_dispatch(int shard, const GatewayDispatch *dispatch, void *userdata) {
        Supervisor *s = userdata;
        bool fits = dispatch->n_bytes <= IPC_FRAME_MAX;

        /* What this process has heard before is in the table, or settled. */
        if (dispatch->is_replay) {
                s->n_dropped++;
                return;
        }
        switch (intake_use(dispatch, s->facts.bot_user)) {
        case INTAKE_JOB:
                add_job(s, shard, dispatch, fits);
                break;
        case INTAKE_TELL:
                tell(s, dispatch, fits);
                break;
        case INTAKE_DROP:
                s->n_dropped++;
                break;
        }
}

static void on_new_session(int shard, void *userdata) {
        dispatch_new_session(((Supervisor *) userdata)->dispatch, shard);
}

static int64_t on_low_water(int shard, int64_t highest, void *userdata) {
        return dispatch_low_water(((Supervisor *) userdata)->dispatch, shard, highest);
}

static void on_live(int shard, bool is_new, void *userdata) {
        Supervisor *s = userdata;

        log_event(LOG_INFO, is_new ? "gateway.ready" : "gateway.resumed",
                  is_new ? "A new gateway session stands." : "The gateway session goes on.",
                  LOG_I64("shard", shard));
        s->wants_sweep = s->wants_register = s->wants_tell_dead = true;
        upkeep_flush(s);
        lifecycle_step(s);
}

static void on_fatal(int shard, int close_code, const char *sentence, void *userdata) {
        log_event(LOG_ERR, "gateway.refused", sentence, LOG_I64("code", close_code), LOG_I64("shard", shard));
        lifecycle_drain(userdata, ROLE_EXIT_CONFIG);
}

static const ShardOps shard_ops = {
        .dispatch = on_dispatch,
        .new_session = on_new_session,
        .low_water = on_low_water,
        .live = on_live,
        .fatal = on_fatal,
};

/* Discord reference, "Application Flags": an intent is granted in full, or as "limited" to applications in few guilds. */
static bool is_granted(AutoBool setting, uint64_t flags, unsigned full_bit) {
        if (setting != AUTO_BOOL_AUTO)
                return setting == AUTO_BOOL_YES;
        return (flags & (UINT64_C(1) << full_bit | UINT64_C(1) << (full_bit + 1))) != 0;
}

static uint32_t intents(const Supervisor *s) {
        uint32_t bits = INTENT_GUILDS | INTENT_GUILD_MESSAGES;

        if (is_granted(s->started->intents_members, s->facts.application_flags, 14))
                bits |= INTENT_GUILD_MEMBERS;
        if (is_granted(s->started->intents_message_content, s->facts.application_flags, 18))
                bits |= INTENT_MESSAGE_CONTENT;
        return bits;
}

static int make_shard(Supervisor *s, int i) {
        return shard_new(s->event,
                         &(ShardConfig) {
                                 .shard = i,
                                 .n_shards = s->facts.n_shards,
                                 .token = s->token,
                                 .intents = intents(s),
                                 .compress = s->started->compression == COMPRESSION_ZLIB_STREAM,
                                 .url = s->facts.gateway_url,
                                 .ca_file = s->started->ca_file,
                                 .user_agent = rest_user_agent(),
                                 .owner_prefix = s->owner_prefix,
                                 .identifies_per_day = s->facts.identifies_per_day,
                                 .max_concurrency = s->facts.max_concurrency,
                                 .store = s->store,
                         },
                         &shard_ops, s, &s->shards[i]);
}

void supervisor_start_shards(Supervisor *s) {
        int r = 0;

        if (s->has_started_shards || s->is_draining || !s->facts.are_known ||
            !store_is_connected(s->store) || pool_count(s->pool, ROLE_WORKER, true) == 0)
                return;
        s->has_started_shards = true;
        s->shards = new0(Shard *, (size_t) s->facts.n_shards);
        if (!s->shards)
                r = -ENOMEM;
        for (int i = 0; r == 0 && i < s->facts.n_shards; i++) {
                r = make_shard(s, i);
                s->n_shards += r == 0;
        }
        if (r < 0) {
                log_event(LOG_ERR, "gateway.start_failed", "The gateway could not be started.", LOG_ERRNO(r));
                lifecycle_drain(s, ROLE_EXIT_FAILURE);
                return;
        }
        for (int i = 0; i < s->n_shards; i++)
                shard_start(s->shards[i]);
}

void supervisor_send_hello(Supervisor *s, Child *child) {
        (void) pool_send(
                child,
                &(IpcMessage) {
                        .type = IPC_HELLO,
                        .hello = {
                                .protocol = IPC_PROTOCOL,
                                .code_version = CODE_VERSION,
                                .slot = (uint32_t) child->slot,
                                .bot_user = s->facts.bot_user.v,
                                .application = s->facts.are_known ? s->facts.application.v
                                                                  : s->started->application_id.v,
                        } }); /* a queue that is full of older messages belongs to a child that is about to be killed for its silence */
}

/* ---- set-up: each gives 0 or an exit status after one line in the log ------------------------------------------------------------- */

static int failed(const char *sentence, int r) {
        log_event(LOG_ERR, "supervisor.start_failed", sentence, LOG_ERRNO(r));
        return ROLE_EXIT_FAILURE;
}

static int parse_arguments(Supervisor *s, int argc, char *argv[]) {
        static const struct option options[] = { { "config", required_argument, NULL, 'c' }, {} };
        const char *path = CONFIG_PATH_DEFAULT;
        int c;

        optind = 0;
        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                if (c == 'c')
                        path = optarg;
                else
                        return ROLE_EXIT_FAILURE;       /* getopt has said why */
        if (optind != argc) {
                log_event(LOG_ERR, "supervisor.arguments", "There is an argument that means nothing here.",
                          LOG_TEXT("argument", argv[optind]));
                return ROLE_EXIT_FAILURE;
        }
        /* children read it again, whatever our working directory */
        s->config_path = realpath(path, NULL);
        if (!s->config_path) {
                log_event(LOG_ERR, "config.missing", "The configuration file cannot be found.",
                          LOG_TEXT("file", path), LOG_ERRNO(-errno));
                return ROLE_EXIT_CONFIG;
        }
        return 0;
}

/* Children load them; here they are only tried, so that a wrong file is one sentence and not one from each child. */
static int try_keys(const Config *config, char **ret_why) {
        _cleanup_(keys_freep) Keys *keys = NULL;

        return keys_load(config->lookup_key_file, config->seal_key_file, config->control_key_file, &keys, ret_why);
}

static int read_settings(Supervisor *s) {
        _free_ char *why = NULL;
        int r;

        r = config_load(s->config_path, &s->started, &why);
        if (r == 0) {
                s->config = s->started;
                log_init(role_row(ROLE_SUPERVISOR)->name, s->started->log_level);
                r = secret_read_file(s->started->token_file, "[discord] token_file", &s->token, &why);
                if (r >= 0)
                        r = try_keys(s->started, &why);
        }
        if (r < 0) {
                log_event(LOG_ERR, "config.wrong", why ? why : "The configuration could not be read.",
                          LOG_ERRNO(why ? 0 : r));
                return ROLE_EXIT_CONFIG;
        }
        return 0;
}

/* Sockets and locks lie here; whoever may write to it may speak to our processes. */
static int open_runtime_dir(Supervisor *s) {
        const char *dir = s->started->runtime_dir;
        struct stat st;

        if (mkdir(dir, 0700) < 0 && errno != EEXIST)
                return failed("[process] runtime_dir cannot be made.", -errno);
        if (stat(dir, &st) < 0)
                return failed("[process] runtime_dir cannot be looked at.", -errno);
        if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
                log_event(LOG_ERR, "supervisor.runtime_dir",
                          "[process] runtime_dir must be a directory of our own with mode 0700.",
                          LOG_TEXT("dir", dir));
                return ROLE_EXIT_CONFIG;
        }
        return 0;
}

static int lock_runtime_dir(Supervisor *s) {
        _strbuf_ StrBuf path = {};

        strbuf_appendf(&path, "%s/lock", s->started->runtime_dir);
        if (path.error != 0)
                return failed("Out of memory.", path.error);
        s->lock_fd = open(strbuf_text(&path), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (s->lock_fd < 0)
                return failed("The lock in [process] runtime_dir cannot be opened.", -errno);
        if (flock(s->lock_fd, LOCK_EX | LOCK_NB) < 0)
                return failed("Another supervisor works in this [process] runtime_dir.", 0);
        return 0;
}

/* A database that is away is waited for; one of another schema is not. */
static int check_schema(Supervisor *s) {
        _free_ char *why = NULL;
        int r;

        r = store_check_schema(s->started->dsn, &why);
        if (r == -EPROTO) {
                log_event(LOG_ERR, "database.schema",
                          why ? why
                              : "The database's schema is not of this version; run: magikalctl migrate");
                return ROLE_EXIT_CONFIG;
        }
        if (r == -EINVAL) {
                log_event(LOG_ERR, "config.wrong", why ? why : "[database] dsn is no connection string.");
                return ROLE_EXIT_CONFIG;
        }
        return 0;
}

static void on_store_state(bool is_connected, void *userdata) {
        Supervisor *s = userdata;

        if (is_connected) {
                upkeep_ask_database(s);
                children_reap_step(s);
                children_ensure(s);
                supervisor_start_shards(s);
        }
        lifecycle_step(s);
}

static int open_parts(Supervisor *s) {
        int r;

        r = role_owner_prefix(s->started->runtime_dir, s->owner_prefix);
        if (r == 0)
                r = role_owner(s->started->runtime_dir, getpid(), s->owner);
        if (r < 0)
                return failed("This machine and its boot have no name (machine-id, boot_id).", r);
        r = ratelimit_create(s->started->global_rate, &s->memfd, &s->limits);
        if (r < 0)
                return failed("The shared table of limits could not be made.", r);
        r = sd_event_default(&s->event);
        if (r < 0)
                return failed("The event loop could not be made.", r);
        r = dispatch_new(&children_dispatch_ops, s, &s->dispatch);
        if (r < 0)
                return failed("The job table could not be made.", r);
        s->watch = watch_new(clock_realtime());
        if (!s->watch)
                return failed("The ring for watchers could not be made.", -ENOMEM);
        r = pool_new(s->event,
                     &(PoolConfig) { .config_path = s->config_path,
                                    .runtime_dir = s->started->runtime_dir,
                                    .memfd = s->memfd,
                                    .limits = s->limits },
                     &children_ops, s, &s->pool);
        if (r < 0)
                return failed("The pool of children could not be made.", r);
        r = store_new(
                s->event,
                &(StoreConfig) { .dsn = s->started->dsn, .name = "magikald supervisor", .owner = s->owner },
                &s->store);
        if (r < 0)
                return failed("The database client could not be made.", r);
        store_on_state(s->store, on_store_state, s);
        r = rest_new(s->event,
                     &(RestConfig) { .base_url = s->started->rest_base_url,
                                    .ca_file = s->started->ca_file,
                                    .token = secret_reveal(s->token),
                                    .limits = s->limits },
                     &s->rest);
        if (r < 0)
                return failed("The client for Discord's REST interface could not be made.", r);
        return 0;
}

static int start_parts(Supervisor *s) {
        int r;

        r = control_start(s);
        if (r < 0)
                return failed("The control socket could not be opened.", r);
        r = lifecycle_start(s);
        if (r < 0)
                return failed("Signals could not be taken.", r);
        r = upkeep_start(s);
        if (r < 0)
                return failed("The clock could not be started.", r);
        s->facts_missing = 2;
        facts_ask(s);
        s->hold_until = clock_boottime() + HOLD_CHILDREN;
        children_ensure(s);
        return 0;
}

static int start(Supervisor *s, int argc, char *argv[]) {
        int r;

        if ((r = parse_arguments(s, argc, argv)) != 0 ||
            (r = read_settings(s)) != 0 ||
            (r = open_runtime_dir(s)) != 0 ||
            (r = lock_runtime_dir(s)) != 0 ||
            (r = check_schema(s)) != 0 ||
            (r = open_parts(s)) != 0 ||
            (r = start_parts(s)) != 0)
                return r;
        return 0;
}

static void done(Supervisor *s) {
        s->control = control_free(s->control);
        for (int i = 0; i < s->n_shards; i++)
                shard_free(s->shards[i]);
        free(s->shards);
        pool_free(s->pool);
        dispatch_free(s->dispatch);
        watch_free(s->watch);
        rest_free(s->rest);
        store_free(s->store);
        sd_event_source_disable_unref(s->second_timer);
        sd_event_source_disable_unref(s->children_timer);
        sd_event_source_disable_unref(s->facts_timer);
        sd_event_source_disable_unref(s->drain_timer);
        sd_event_unref(s->event);
        ratelimit_unmap(s->limits);
        closep(&s->memfd);
        closep(&s->lock_fd);
        secret_free(s->token);
        free(s->facts.gateway_url);
        if (s->config != s->started)
                config_free(s->config);
        config_free(s->started);
        free(s->config_path);
        notify_done(&s->notify);
}

int supervisor_main(int argc, char *argv[]) {
        Supervisor s = { .lock_fd = -1,  .memfd = -1, .notify.fd = -1, .started_at = clock_boottime() };
        int status;

        log_init(role_row(ROLE_SUPERVISOR)->name, LOG_INFO);
        fault_init(role_row(ROLE_SUPERVISOR)->name);
        if (role_harden() < 0)
                return ROLE_EXIT_FAILURE;

        status = start(&s, argc, argv);
        if (status == 0) {
                status = sd_event_loop(s.event);
                if (status < 0)
                        status = failed("The event loop broke.", status);
        }
        done(&s);
        return status;
}
