/* magikal-sandbox: a local Discord. Options, signals, the loop; everything else is in sandbox.c and below. */

#include "server.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "magikal/log.h"

#include "http.h"

#define GUILD_SIZE_MAX 1000000U /* Discord's own largest guilds have some millions of members and no more than 500 channels */

static const struct {
        const char *name;
        SbxBucket bucket;
} bucket_names[] = {
        { "default",        SBX_BUCKET_DEFAULT        },
        { "message-create", SBX_BUCKET_MESSAGE_CREATE },
        { "message-edit",   SBX_BUCKET_MESSAGE_EDIT   },
        { "message-delete", SBX_BUCKET_MESSAGE_DELETE },
        { "message-read",   SBX_BUCKET_MESSAGE_READ   },
        { "channel-create", SBX_BUCKET_CHANNEL_CREATE },
        { "channel-edit",   SBX_BUCKET_CHANNEL_EDIT   },
        { "channel-delete", SBX_BUCKET_CHANNEL_DELETE },
        { "overwrite",      SBX_BUCKET_OVERWRITE      },
        { "member",         SBX_BUCKET_MEMBER         },
        { "role",           SBX_BUCKET_ROLE           },
        { "dm-open",        SBX_BUCKET_DM_OPEN        },
        { "commands",       SBX_BUCKET_COMMANDS       },
        { "webhook",        SBX_BUCKET_WEBHOOK        },
};

static void print_help(void) {
        printf("Usage: magikal-sandbox [OPTION…]\n"
               "\n"
               "A local Discord with one ready-made guild: gateway, REST, a page to act as its people, and /sandbox/ to control it.\n"
               "\n"
               "  --listen ADDRESS:PORT       where to serve (127.0.0.1:8780; port 0 picks a free one)\n"
               "  --address-file FILE         gets the address when everything is ready\n"
               "  --state FILE                keeps the guild between runs\n"
               "  --traffic FILE              appends every REST exchange and gateway event as a line of JSON\n"
               "  --token TOKEN               the bot's token (sandbox-token)\n"
               "  --web DIR                   the page's files\n"
               "  --no-rate-limits            no bucket headers, no 429 but by fault rule\n"
               "  --rate-limit NAME=N/MS      another limit for a class of routes, or for \"global\"\n"
               "  --disallow-intents BITS     privileged intents that are not enabled (close code 4014)\n"
               "  --heartbeat-interval MS     of Hello (41250)\n"
               "  --resume-window MS          how long a lost session can be resumed (300000)\n"
               "  --resume-events N           how many of its events are kept (4096)\n"
               "  --channels N                a ready-made guild of so many channels, whatever Discord's limit\n"
               "  --members N                 and of so many members\n"
               "  --list-routes               prints what of Discord's REST interface is served: method, path and who may ask, one a line\n"
               "  --help\n"
               "\n"
               "Classes of --rate-limit: global");
        for (size_t i = 0; i < ELEMENTSOF(bucket_names); i++)
                printf(" %s", bucket_names[i].name);
        printf("\n");
}

static void print_routes(void) {
        for (size_t i = 0; i < sbx_n_routes; i++)
                printf("%s\t%s\t%s\n", sbx_routes[i].method, sbx_routes[i].template, sbx_routes[i].auth == SBX_AUTH_BOT ? "bot" : "none");
}

/* A decimal number within bounds. 0 or -EINVAL. */
static int parse_number(const char *text, uint64_t least, uint64_t most, uint64_t *ret) {
        unsigned long long v;
        char *end;

        errno = 0;
        v = strtoull(text, &end, 10);
        if (*text < '0' || *text > '9' || *end || errno || v < least || v > most)
                return -EINVAL;
        *ret = v;
        return 0;
}

/* "message-create=5/5000" */
static int parse_limit(const char *text, Options *options) {
        const char *equals = strchr(text, '='), *slash = equals ? strchr(equals, '/') : NULL;
        _free_ char *name = NULL, *number = NULL;
        uint64_t n, ms;

        if (!slash)
                return -EINVAL;
        name = strndup(text, (size_t) (equals - text));
        number = strndup(equals + 1, (size_t) (slash - equals - 1));
        if (!name || !number)
                return -ENOMEM;
        if (parse_number(number, 1, 1000000, &n) < 0 || parse_number(slash + 1, 1, 86400000, &ms) < 0)
                return -EINVAL;
        if (streq(name, "global")) {
                options->global_limit = (LimitOption) { (unsigned) n, (unsigned) ms };
                return 0;
        }
        for (size_t i = 0; i < ELEMENTSOF(bucket_names); i++)
                if (streq(bucket_names[i].name, name)) {
                        options->limits[bucket_names[i].bucket] = (LimitOption) { (unsigned) n, (unsigned) ms };
                        return 0;
                }
        return -EINVAL;
}

enum { OPTION_LISTEN = 256, OPTION_ADDRESS_FILE, OPTION_STATE, OPTION_TRAFFIC, OPTION_TOKEN, OPTION_WEB, OPTION_NO_RATE_LIMITS,
       OPTION_RATE_LIMIT, OPTION_DISALLOW_INTENTS, OPTION_HEARTBEAT, OPTION_RESUME_WINDOW, OPTION_RESUME_EVENTS, OPTION_CHANNELS, OPTION_MEMBERS,
       OPTION_LIST_ROUTES, OPTION_HELP };

static const struct option long_options[] = {
        { "listen", required_argument, NULL, OPTION_LISTEN },
        { "address-file", required_argument, NULL, OPTION_ADDRESS_FILE },
        { "state", required_argument, NULL, OPTION_STATE },
        { "traffic", required_argument, NULL, OPTION_TRAFFIC },
        { "token", required_argument, NULL, OPTION_TOKEN },
        { "web", required_argument, NULL, OPTION_WEB },
        { "no-rate-limits", no_argument, NULL, OPTION_NO_RATE_LIMITS },
        { "rate-limit", required_argument, NULL, OPTION_RATE_LIMIT },
        { "disallow-intents", required_argument, NULL, OPTION_DISALLOW_INTENTS },
        { "heartbeat-interval", required_argument, NULL, OPTION_HEARTBEAT },
        { "resume-window", required_argument, NULL, OPTION_RESUME_WINDOW },
        { "resume-events", required_argument, NULL, OPTION_RESUME_EVENTS },
        { "channels", required_argument, NULL, OPTION_CHANNELS },
        { "members", required_argument, NULL, OPTION_MEMBERS },
        { "list-routes", no_argument, NULL, OPTION_LIST_ROUTES },
        { "help", no_argument, NULL, OPTION_HELP },
        {},
};

static int option_apply(Options *options, int option, const char *value) {
        uint64_t number;
        int r = 0;

        switch (option) {
        case OPTION_LISTEN:
                options->listen = value;
                return 0;
        case OPTION_ADDRESS_FILE:
                options->address_file = value;
                return 0;
        case OPTION_STATE:
                options->state_file = value;
                return 0;
        case OPTION_TRAFFIC:
                options->traffic_file = value;
                return 0;
        case OPTION_TOKEN:
                options->token = value;
                return 0;
        case OPTION_WEB:
                options->web_dir = value;
                return 0;
        case OPTION_NO_RATE_LIMITS:
                options->has_rate_limits = false;
                return 0;
        case OPTION_RATE_LIMIT:
                return parse_limit(value, options);
        case OPTION_DISALLOW_INTENTS:
                r = parse_number(value, 0, UINT32_MAX, &number);
                if (r == 0)
                        options->disallowed_intents = (uint32_t) number;
                return r;
        case OPTION_HEARTBEAT:
                return parse_number(value, 10, 3600000, &options->heartbeat_ms);
        case OPTION_RESUME_WINDOW:
                return parse_number(value, 0, 86400000, &options->resume_ms);
        case OPTION_RESUME_EVENTS:
                r = parse_number(value, 1, 1000000, &number);
                if (r == 0)
                        options->resume_events = (size_t) number;
                return r;
        case OPTION_CHANNELS:
        case OPTION_MEMBERS:
                r = parse_number(value, 0, GUILD_SIZE_MAX, &number);
                if (r == 0 && option == OPTION_CHANNELS)
                        options->guild_size.n_channels = (size_t) number;
                else if (r == 0)
                        options->guild_size.n_members = (size_t) number;
                return r;
        default:
                return -EINVAL;
        }
}

/* 0, 1 after having printed what was asked for, or -EINVAL after having said why. */
static int parse_options(int argc, char **argv, Options *options) {
        int option;

        options_init(options);
        while ((option = getopt_long(argc, argv, "", long_options, NULL)) >= 0) {
                if (option == OPTION_HELP) {
                        print_help();
                        return 1;
                }
                if (option == OPTION_LIST_ROUTES) {
                        print_routes();
                        return 1;
                }
                if (option == '?')
                        return -EINVAL;
                if (option_apply(options, option, optarg) < 0) {
                        fprintf(stderr, "magikal-sandbox: \"%s\" is no value for --%s; see --help\n", optarg, long_options[option - OPTION_LISTEN].name);
                        return -EINVAL;
                }
        }
        if (optind < argc) {
                fprintf(stderr, "magikal-sandbox: unexpected \"%s\"\n", argv[optind]);
                return -EINVAL;
        }
        return 0;
}

static int run(const Options *options) {
        _cleanup_(sd_event_unrefp) sd_event *event = NULL;
        _cleanup_(sandbox_freep) Sandbox *sandbox = NULL;
        struct rlimit files;
        sigset_t signals;
        int r;

        /* A load test opens more sockets than the usual soft limit allows; failing that, the limit stays. */
        if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
                files.rlim_cur = files.rlim_max;
                (void) setrlimit(RLIMIT_NOFILE, &files);
        }
        (void) sigemptyset(&signals);
        (void) sigaddset(&signals, SIGTERM);
        (void) sigaddset(&signals, SIGINT);
        if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
                return -errno;

        r = sd_event_new(&event);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
        if (r < 0)
                return r;

        r = sandbox_new(options, event, &sandbox);
        if (r < 0)
                return r;
        log_event(LOG_INFO, "sandbox.ready", "The sandbox is ready.", LOG_TEXT("address", http_address(sandbox->http)));
        return sd_event_loop(event);
}

int main(int argc, char **argv) {
        Options options;
        int r;

        log_init("sandbox", LOG_INFO);
        r = parse_options(argc, argv, &options);
        if (r != 0)
                return r > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        r = run(&options);
        if (r < 0) {
                log_event(LOG_ERR, "sandbox.failed",
                          r == -EADDRINUSE ? "Another program has this address; choose another with --listen." : "The sandbox cannot run.",
                          LOG_TEXT("address", options.listen), LOG_ERRNO(r));
                return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
