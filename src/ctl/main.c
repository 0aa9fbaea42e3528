#include "ctl.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "config.h"     /* PACKAGE_STRING, made by configure */

#include "magikal/ipc.h"
#include "magikal/log.h"

/*
 * magikalctl: the operator's program. Commands are a table; what the daemon knows is asked over its control socket, what the database knows
 * is asked there. Exit statuses are those of sysexits(3).
 */

#define ASK_TIMEOUT_MS 3000

typedef struct Command {
        const char *name;
        CtlCommand run;
        int n_args;
        const char *usage, *help;
} Command;

/* clang-format off */
static const Command commands[] = {
        { "status",  ctl_status,  0, "status [--json]",   "what the daemon and its children do; status 75 while it is not ready" },
        { "metrics", ctl_metrics, 0, "metrics",           "the same as OpenMetrics text" },
        { "doctor",  ctl_doctor,  0, "doctor [--json] [--guild ID]", "check everything and say how to mend it; status 1: warnings, 2: broken" },
        { "jobs",    ctl_jobs,    0, "jobs [--json]",     "dispatches of the gateway that no worker has settled yet" },
        { "watch",   ctl_watch,   0, "watch [--json]",    "how presses travel, live: gateway, worker, steps, calls, edits" },
        { "flows",   ctl_flows,   0, "flows",             "which flows wait, run and are given up, and why" },
        { "requeue", ctl_requeue, 1, "requeue FLOW",      "try a flow again that was given up or waits for its next try" },
        { "migrate", ctl_migrate, 0, "migrate [--check]", "bring the database's schema up to date, or only say whether it is" },
        { "audit",   ctl_audit,   0, "audit [--guild ID] [--since TIME] [--json]", "who did what; with --check: is it what it was when it was sealed?" },
        { "erase",   ctl_erase,   0, "erase --guild ID --user ID [--yes]", "forget a person: their texts, and the way from their tickets to them" },
        { "export",  ctl_export,  0, "export --guild ID --user ID", "everything that is stored about a person, as JSON" },
        { "keygen",  ctl_keygen,  1, "keygen FILE",       "write a new key file" },
};
/* clang-format on */

const char *ctl_duration(int64_t ms, char buffer[CTL_DURATION_MAX]) {
        static const struct {
                int64_t ms;
                const char *unit;
        } units[] = { { 86400000, "d" }, { 3600000, "h" }, { 60000, "min" }, { 1000, "s" }, { 1, "ms" } };

        for (size_t i = 0; i < ELEMENTSOF(units); i++)
                /* 90 minutes say more than 1 hour */
                if (ms >= 2 * units[i].ms || i + 1 == ELEMENTSOF(units)) {
                        (void) snprintf(buffer, CTL_DURATION_MAX, "%" PRId64 " %s", ms / units[i].ms, units[i].unit);
                        break;
                }
        return buffer;
}

static void print_help(void) {
        (void) printf("Usage: magikalctl [--config FILE] COMMAND\n\n");
        for (size_t i = 0; i < ELEMENTSOF(commands); i++)
                (void) printf("  %-28s %s\n", commands[i].usage, commands[i].help);
        (void) printf(
                "\n  --config FILE        settings of the daemon, instead of %s\n  --version, --help\n",
                CONFIG_PATH_DEFAULT);
}

int ctl_parse_id(const char *text, uint64_t *ret) {
        char *end;

        errno = 0;
        *ret = text && text[0] >= '1' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
        return *ret == 0 || errno != 0 || *end != '\0' ? -EINVAL : 0;
}

int ctl_id_option(const char *option, const char *text, uint64_t *ret) {
        if (ctl_parse_id(text, ret) == 0)
                return 0;
        (void) fprintf(stderr, "magikalctl: --%s needs an id, a number such as 800000000000000001 (in Discord: Copy %s ID)\n", option,
                       streq(option, "user") ? "User" : "Server");
        return EX_USAGE;
}

/*
 * systemd gives credentials to the daemon, not to whoever types a command. Root finds them where the running unit has them, opened if they
 * were encrypted, else where the unit that we ship takes them from.
 */
static void find_credentials(void) {
        static const char *const directories[] = { "/run/credentials/magikald.service", "/etc/magikal/credentials" };

        for (size_t i = 0; i < ELEMENTSOF(directories) && !getenv("CREDENTIALS_DIRECTORY"); i++)
                if (access(directories[i], R_OK | X_OK) == 0)
                        (void) setenv("CREDENTIALS_DIRECTORY", directories[i], 0);
}

int ctl_config(const CtlOptions *options, Config **ret_config) {
        _free_ char *why = NULL;

        find_credentials();
        if (config_load(options->config_path, ret_config, &why) < 0) {
                (void) fprintf(stderr, "magikalctl: %s\n", why ? why : "the settings cannot be read");
                return EX_CONFIG;
        }
        return 0;
}

int ctl_cannot_ask(int r) {
        if (r == -ECONNREFUSED || r == -ENOENT)
                (void) fprintf(stderr, "magikalctl: the daemon does not run, or in another [process] runtime_dir\n");
        else if (r == -EPERM || r == -EACCES)
                (void) fprintf(stderr, "magikalctl: only the daemon's user and root may ask it\n");
        else
                (void) fprintf(stderr, "magikalctl: the daemon does not answer: %s\n", strerror(-r));
        return r == -ETIMEDOUT ? EX_TEMPFAIL : EX_UNAVAILABLE;
}

int ctl_ask(const Config *config, const char *question, Json **ret_answer, char **ret_text) {
        _strbuf_ StrBuf url = {};
        _json_writer_ JsonWriter w = {};
        _free_ char *request = NULL, *text = NULL;
        _json_ Json *answer = NULL;
        const char *error;
        int r;

        strbuf_appendf(&url, "ipc://%s/control", config->runtime_dir);
        json_open(&w);
        json_string(&w, "ask", question);
        json_close(&w);
        if (url.error != 0 || json_writer_finish(&w, &request) < 0)
                return EX_OSERR;

        r = control_ask(strbuf_text(&url), request, ASK_TIMEOUT_MS, &text);
        if (r < 0)
                return ctl_cannot_ask(r);
        if (json_parse(text, strlen(text), &answer) < 0) {
                (void) fprintf(stderr, "magikalctl: the daemon's answer cannot be read; is it of another version?\n");
                return EX_PROTOCOL;
        }
        if (json_get_string(answer, "error", &error) == 0) {
                (void) fprintf(stderr, "magikalctl: %s\n", error);
                return EX_PROTOCOL;
        }
        *ret_answer = TAKE(answer);
        if (ret_text)
                *ret_text = TAKE(text);
        return 0;
}

static int wrong_usage(const char *sentence, const char *word) {
        (void) fprintf(stderr, "magikalctl: %s%s%s\nTry: magikalctl --help\n", sentence, word ? ": " : "",
                       word ? word : "");
        return EX_USAGE;
}

static int run_command(const CtlOptions *options, char *const words[], int n_words) {
        if (n_words == 0)
                return wrong_usage("a command is missing", NULL);
        for (size_t i = 0; i < ELEMENTSOF(commands); i++) {
                if (!streq(commands[i].name, words[0]))
                        continue;
                if (n_words - 1 != commands[i].n_args)
                        return wrong_usage("usage", commands[i].usage);
                return commands[i].run(options, words + 1);
        }
        return wrong_usage("there is no such command", words[0]);
}

int main(int argc, char *argv[]) {
        static const struct option options[] = {
                { "config", required_argument, NULL, 'c' },
                { "json", no_argument, NULL, 'j' },
                { "check", no_argument, NULL, 'k' },
                { "guild", required_argument, NULL, 'g' },
                { "user", required_argument, NULL, 'u' },
                { "since", required_argument, NULL, 's' },
                { "yes", no_argument, NULL, 'y' },
                { "version", no_argument, NULL, 'v' },
                { "help", no_argument, NULL, 'h' },
                {},
        };
        CtlOptions chosen = { .config_path = CONFIG_PATH_DEFAULT };
        int c, status;

        log_init("magikalctl", LOG_ERR);        /* what does not work is said in one sentence by who knows what was asked */
        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case 'c':
                        chosen.config_path = optarg;
                        break;
                case 'j':
                        chosen.json = true;
                        break;
                case 'k':
                        chosen.check = true;
                        break;
                case 'g':
                        chosen.guild = optarg;
                        break;
                case 's':
                        chosen.since = optarg;
                        break;
                case 'u':
                        chosen.user = optarg;
                        break;
                case 'y':
                        chosen.yes = true;
                        break;
                case 'v':
                        (void) puts(PACKAGE_STRING);
                        return 0;
                case 'h':
                        print_help();
                        return 0;
                default:
                        return EX_USAGE;        /* getopt has said why */
                }
        status = run_command(&chosen, argv + optind, argc - optind);
        if (fflush(stdout) != 0 && status == 0) {
                (void) fprintf(stderr, "magikalctl: the output could not be written: %s\n", strerror(errno));
                return EX_IOERR;
        }
        return status;
}
