#include "magikal/role.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <systemd/sd-id128.h>

#include "magikal/fault.h"
#include "magikal/log.h"

/*
 * How every child process begins and ends, so that worker and editor only do their own work. Also the names of roles and owners, which
 * the supervisor shares.
 */

#define HEARTBEAT_USEC USEC_PER_SEC
#define FLUSH_MS 200
#define TRAVELS_QUEUED_MAX 256         /* messages in the queue, a quarter of what it takes (CHANNEL_QUEUE_MAX) */

/* The leak checker looks at its own process from outside, which a process that is not dumpable does not allow. */
#ifdef __SANITIZE_ADDRESS__
enum { IS_DUMPABLE = 1 };
#else
enum { IS_DUMPABLE = 0 };
#endif

static const RoleRow rows[] = {
#define ROLE(id, name, entry, min, max, may) [ROLE_##id] = { (name), (min), (max), (may) },
#include "magikal/roles.def"
#undef ROLE
};

const RoleRow *role_row(Role role) {
        return (unsigned) role < ELEMENTSOF(rows) ? &rows[role] : NULL;
}

int role_from_string(const char *name, Role *ret) {
        for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                if (streq(rows[i].name, name)) {
                        *ret = (Role) i;
                        return 0;
                }
        return -EINVAL;
}

/* ---- owners ---------------------------------------------------------------------------------------------------------------- */

/* FNV-1a: two directories of one machine get different names; nothing depends on it being hard to guess. */
static uint32_t short_hash(const char *text) {
        uint32_t h = 2166136261u;

        for (; *text; text++)
                h = (h ^ (uint8_t) *text) * 16777619u;
        return h;
}

int role_owner_prefix(const char *runtime_dir, char ret[ROLE_OWNER_MAX]) {
        static const sd_id128_t application =
                SD_ID128_MAKE(5f, 1c, 83, 4e, 0b, 6a, 4c, 57, 9d, 2e, 77, 1b, c4, 60, a9, 38);
        char host[64] = "";
        sd_id128_t machine, boot;
        int r;

        /* machine-id(5): an id derived with a key may be shown to others, the id itself should not. A container may have none. */
        if (sd_id128_get_machine_app_specific(application, &machine) < 0) {
                if (gethostname(host, sizeof(host) - 1) < 0)
                        return -errno;
                machine = SD_ID128_NULL;
        }
        r = sd_id128_get_boot(&boot);
        if (r < 0)
                return r;

        /* The name must not hold what LIKE would take for a pattern. */
        (void) snprintf(ret, ROLE_OWNER_MAX, SD_ID128_FORMAT_STR "-%08" PRIx32 ":" SD_ID128_FORMAT_STR ":",
                        SD_ID128_FORMAT_VAL(machine), short_hash(host) ^ short_hash(runtime_dir),
                        SD_ID128_FORMAT_VAL(boot));
        return 0;
}

int role_owner(const char *runtime_dir, pid_t pid, char ret[ROLE_OWNER_MAX]) {
        size_t n;
        int r;

        r = role_owner_prefix(runtime_dir, ret);
        if (r < 0)
                return r;
        n = strlen(ret);
        (void) snprintf(ret + n, ROLE_OWNER_MAX - n, "%d", (int) pid);
        return 0;
}

/* ---- start ----------------------------------------------------------------------------------------------------------------- */

int role_harden(void) {
        sigset_t mask;

        if (sigemptyset(&mask) < 0 || sigaddset(&mask, SIGTERM) < 0 || sigaddset(&mask, SIGINT) < 0 ||
            sigaddset(&mask, SIGHUP) < 0 || sigaddset(&mask, SIGCHLD) < 0 || sigaddset(&mask, SIGUSR1) < 0 ||
            sigaddset(&mask, SIGUSR2) < 0 || sigprocmask(SIG_SETMASK, &mask, NULL) < 0)
                return -errno;
        if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
                return -errno;
        if (prctl(PR_SET_DUMPABLE, IS_DUMPABLE, 0, 0, 0) < 0)
                return -errno;
        return 0;
}

typedef struct Arguments {
        const char *config;
        const char *url;
        int slot, memfd, lifeline;
} Arguments;

static int parse_number(const char *text, int max, int *ret) {
        char *end;
        long value;

        errno = 0;
        value = strtol(text, &end, 10);
        if (errno != 0 || end == text || *end != '\0' || value < 0 || value > max)
                return -EINVAL;
        *ret = (int) value;
        return 0;
}

static int parse_arguments(int argc, char *argv[], Arguments *ret) {
        static const struct option options[] = {
                { "config", required_argument, NULL, 'c' },
                { "slot", required_argument, NULL, 's' },
                { "url", required_argument, NULL, 'u' },
                { "memfd", required_argument, NULL, 'm' },
                { "lifeline", required_argument, NULL, 'l' },
                {},
        };
        Arguments a = { .slot = -1, .memfd = -1, .lifeline = -1 };
        int c, r = 0;

        optind = 0;     /* getopt(3): start over, argv is another one than main's */
        while (r == 0 && (c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case 'c':
                        a.config = optarg;
                        break;
                case 's':
                        r = parse_number(optarg, RATELIMIT_SLOTS - 1, &a.slot);
                        break;
                case 'u':
                        a.url = optarg;
                        break;
                case 'm':
                        r = parse_number(optarg, 1023, &a.memfd);
                        break;
                case 'l':
                        r = parse_number(optarg, 1023, &a.lifeline);
                        break;
                default:
                        r = -EINVAL;
                }
        if (r < 0 || optind != argc || !a.config || !a.url || a.slot < 0 || a.memfd < 0 || a.lifeline < 0)
                return -EINVAL;
        *ret = a;
        return 0;
}

/* What the supervisor's death, its SIGTERM and PR_SET_PDEATHSIG's come down to. */
static void stop(RoleContext *role) {
        if (role->is_stopping)
                return;
        role->is_stopping = true;
        role->ops->stop(role->userdata);
}

static int on_sigterm(_unused_ sd_event_source *source, _unused_ const struct signalfd_siginfo *si, void *userdata) {
        stop(userdata);
        return 0;
}

/* SIGINT and SIGHUP from a terminal reach the whole process group; the supervisor decides what they mean. */
static int on_ignored(_unused_ sd_event_source *source, _unused_ const struct signalfd_siginfo *si,
                      _unused_ void *userdata) {
        return 0;
}

static int on_lifeline(sd_event_source *source, _unused_ int fd, _unused_ uint32_t revents, void *userdata) {
        (void) sd_event_source_set_enabled(source, SD_EVENT_OFF);
        stop(userdata);
        return 0;
}

static uint32_t resident_kib(void) {
        _cleanup_(closep) int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
        char text[128];
        unsigned long n_resident;
        ssize_t n;

        if (fd < 0)
                return 0;
        n = read(fd, text, sizeof(text) - 1);
        if (n <= 0)
                return 0;
        text[n] = '\0';
        if (sscanf(text, "%*u %lu", &n_resident) != 1)
                return 0;
        return (uint32_t) MIN(n_resident * ((unsigned long) sysconf(_SC_PAGESIZE) / 1024),
                              (unsigned long) UINT32_MAX);
}

static void send_load(RoleContext *role, const RoleLoad *load) {
        IpcMessage message = { .type = IPC_LOAD };

        message.load.n_flows = MIN(load->n_flows, 1000000u);
        message.load.n_jobs = MIN(load->n_jobs, 1000000u);
        message.load.n_steps = load->n_steps;
        message.load.rss_kib = resident_kib();
        (void) channel_send(role->supervisor,
                            &message); /* a supervisor that does not read misses a heartbeat, nothing else */
}

static int on_heartbeat(sd_event_source *source, _unused_ uint64_t usec, void *userdata) {
        RoleContext *role = userdata;
        RoleLoad load = {};

        role->ops->load(&load, role->userdata);
        send_load(role, &load);
        (void) sd_event_source_set_time(source, clock_boottime() + HEARTBEAT_USEC);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* Whoever has a flow, and how far it has come: should this process die in a moment, that is what a watcher wants to have read. */
static bool is_urgent(const Travel *travel) {
        return travel->what == TRAVEL_TAKEN || travel->what == TRAVEL_STEP;
}

/*
 * Never in the way: when the supervisor does not read, the queue stays free for what must not be lost, and what is left out is only counted.
 * Most of it is in no hurry either, and travels with others.
 */
static void on_travel(const Travel *travel, void *userdata) {
        RoleContext *role = userdata;
        IpcMessage message = { .type = IPC_TRAVEL, .travel = {
                .what = travel->what,
                .outcome = travel->outcome,
                .route = (uint32_t) travel->route,
                .status = (uint32_t) travel->status,
                .n_lost = role->n_travels_lost,
                .at = travel->at,
                .took = travel->took,
                .interaction = travel->interaction.v,
                .flow = travel->flow.v,
                .channel = travel->channel.v,
                .message = travel->message.v,
                .name = travel->name,
                .why = travel->why,
        } };

        if (channel_n_queued(role->supervisor) < TRAVELS_QUEUED_MAX &&
            (is_urgent(travel) ? channel_send : channel_send_soon)(role->supervisor, &message) >= 0)
                role->n_travels_lost = 0;
        else if (role->n_travels_lost < UINT32_MAX)
                role->n_travels_lost++;
}

static void on_message(_unused_ Channel *channel, const IpcMessage *message, void *userdata) {
        RoleContext *role = userdata;

        if (message->type == IPC_HELLO) {
                if (message->hello.protocol != IPC_PROTOCOL) {
                        log_event(LOG_ERR, "role.protocol", "The supervisor speaks another version of our protocol.",
                                  LOG_U64("theirs", message->hello.protocol), LOG_U64("ours", IPC_PROTOCOL));
                        role_exit(role, ROLE_EXIT_FAILURE);
                        return;
                }
                role->bot_user = (UserId) { message->hello.bot_user };
                role->application = (ApplicationId) { message->hello.application };
        }
        if (message->type == IPC_WATCH)
                role->travels.until = clock_boottime() + message->watch.for_ms * USEC_PER_MSEC;
        role->ops->message(message, role->userdata);
}

static int load_settings(RoleContext *role, const char *path, char **ret_why) {
        int r, level;

        r = config_load(path, &role->config, ret_why);
        if (r < 0)
                return r;
        level = role->config->log_level;
        log_init(rows[role->role].name, level);
        r = secret_read_file(role->config->token_file, "[discord] token_file", &role->token, ret_why);
        if (r < 0)
                return r;
        return keys_load(role->config->lookup_key_file, role->config->seal_key_file,
                         role->config->control_key_file, &role->keys, ret_why);
}

static int watch(RoleContext *role, const Arguments *arguments) {
        int r;

        r = sd_event_add_signal(role->event, NULL, SIGTERM, on_sigterm, role);
        if (r < 0)
                return r;
        r = sd_event_add_signal(role->event, NULL, SIGINT, on_ignored, role);
        if (r < 0)
                return r;
        r = sd_event_add_signal(role->event, NULL, SIGHUP, on_ignored, role);
        if (r < 0)
                return r;
        if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0)
                return -errno;
        r = sd_event_add_io(role->event, NULL, arguments->lifeline, EPOLLIN, on_lifeline, role);
        if (r < 0)
                return r;
        return sd_event_add_time(role->event, &role->heartbeat, CLOCK_BOOTTIME,
                                 clock_boottime() + HEARTBEAT_USEC, 1, on_heartbeat, role);
}

static int start(RoleContext *role, const Arguments *arguments) {
        pid_t parent = getppid();       /* the lifeline tells when it is no longer the supervisor */
        int r;

        r = role_owner(role->config->runtime_dir, getpid(), role->owner);
        if (r < 0)
                return r;
        role->slot = arguments->slot;
        r = ratelimit_map(arguments->memfd, &role->limits);
        if (r < 0)
                return r;
        r = sd_event_default(&role->event);
        if (r < 0)
                return r;
        r = watch(role, arguments);
        if (r < 0)
                return r;
        r = channel_dial(role->event, arguments->url, parent, on_message, role, &role->supervisor);
        if (r < 0)
                return r;
        channel_hear(role->supervisor, role->role == ROLE_EDITOR ? TO_EDITOR : TO_WORKER);
        send_load(role, &(RoleLoad) {});        /* a child speaks first; only then does the other end send */
        return 0;
}

int role_start(int argc, char *argv[], const RoleOps *ops, void *userdata, RoleContext *ret) {
        _free_ char *why = NULL;
        Arguments arguments;
        int r;

        *ret = (RoleContext) { .ops = ops, .userdata = userdata };
        ret->travels = (TravelTap) { .tell = on_travel, .userdata = ret };

        if (argc < 2 || role_from_string(argv[1], &ret->role) < 0 ||
            parse_arguments(argc - 1, argv + 1, &arguments) < 0) {
                log_event(LOG_ERR, "role.arguments", "This role is started by the supervisor, not by hand.");
                return ROLE_EXIT_FAILURE;
        }
        log_init(rows[ret->role].name, LOG_INFO);
        fault_init(rows[ret->role].name);

        r = role_harden();
        if (r < 0) {
                log_event(LOG_ERR, "role.start_failed", "The process could not be protected.", LOG_ERRNO(r));
                return ROLE_EXIT_FAILURE;
        }
        r = load_settings(ret, arguments.config, &why);
        if (r < 0) {
                log_event(LOG_ERR, "role.config", why ? why : "The configuration could not be read.",
                          LOG_ERRNO(why ? 0 : r));
                role_done(ret);
                return ROLE_EXIT_CONFIG;
        }
        r = start(ret, &arguments);
        if (r < 0) {
                log_event(LOG_ERR, "role.start_failed",
                          "What the supervisor hands down could not be taken over.", LOG_ERRNO(r));
                role_done(ret);
                return ROLE_EXIT_FAILURE;
        }
        return 0;
}

int role_ready(RoleContext *role) {
        return channel_send(role->supervisor, &(IpcMessage) { .type = IPC_READY,
                                                             .ready = { .protocol = IPC_PROTOCOL,
                                                                        .code_version = CODE_VERSION } });
}

int role_run(RoleContext *role) {
        int r = sd_event_loop(role->event);

        if (r < 0) {
                log_event(LOG_ERR, "role.loop_failed", "The event loop broke.", LOG_ERRNO(r));
                return ROLE_EXIT_FAILURE;
        }
        return r;
}

void role_exit(RoleContext *role, int status) {
        (void) sd_event_exit(role->event, status);      /* fails only after the loop has ended */
}

void role_done(RoleContext *role) {
        if (role->supervisor)
                channel_flush(role->supervisor, FLUSH_MS);
        sd_event_source_disable_unref(TAKE(role->heartbeat));
        role->supervisor = channel_free(role->supervisor);
        role->event = sd_event_unref(role->event);
        role->limits = ratelimit_unmap(role->limits);
        role->keys = keys_free(role->keys);
        role->token = secret_free(role->token);
        role->config = config_free(role->config);
}
