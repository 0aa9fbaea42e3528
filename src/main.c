#include <getopt.h>
#include <stdio.h>

#include "config.h"     /* PACKAGE_STRING, made by configure */

#include "magikal/config.h"
#include "magikal/engine.h"
#include "magikal/flows.h"
#include "magikal/role.h"

/*
 * argv[1] → role → its main; without a role it is the supervisor. The few options that only print are answered here.
 */

typedef struct Entry {
        const char *name;
        int (*main)(int argc, char *argv[]);
} Entry;

static const Entry entries[] = {
#define ROLE(id, name, entry, min, max, may) { (name), (entry) },
#include "magikal/roles.def"
#undef ROLE
};

static void list_faults(void) {
#define FAULT_POINT(name, role) (void) puts(name);
#include "magikal/fault-points.def"
#undef FAULT_POINT
        engine_list_faults(stdout, flow_at);
}

static void print_help(void) {
        (void) printf("Usage: magikald [--config FILE]\n"
                      "       magikald [--config FILE] --print-config\n"
                      "       magikald --list-faults | --version | --help\n"
                      "\n"
                      "  --config FILE    settings, instead of %s\n"
                      "  --print-config   every setting with its help, default and value\n"
                      "  --list-faults    names of all fault points\n"
                      "\n"
                      "It runs in the foreground until SIGTERM; SIGHUP reads the settings again.\n",
                      CONFIG_PATH_DEFAULT);
}

static int print_config(const char *path) {
        _cleanup_(config_freep) Config *config = NULL;
        _strbuf_ StrBuf text = {};
        _free_ char *why = NULL;

        if (config_load(path, &config, &why) < 0) {
                (void) fprintf(stderr, "%s\n", why ? why : "The settings could not be read.");
                return ROLE_EXIT_CONFIG;
        }
        config_print(config, &text);
        if (text.error != 0)
                return ROLE_EXIT_FAILURE;
        (void) fputs(strbuf_text(&text), stdout);
        return 0;
}

/* What the options ask for, or the supervisor. */
static int run_options(int argc, char *argv[]) {
        static const struct option options[] = {
                { "config", required_argument, NULL, 'c' },
                { "print-config", no_argument, NULL, 'p' },
                { "list-faults", no_argument, NULL, 'l' },
                { "version", no_argument, NULL, 'v' },
                { "help", no_argument, NULL, 'h' },
                {},
        };
        const char *path = CONFIG_PATH_DEFAULT;
        bool wants_config = false;
        int c;

        while ((c = getopt_long(argc, argv, "", options, NULL)) >= 0)
                switch (c) {
                case 'c':
                        path = optarg;
                        break;
                case 'p':
                        wants_config = true;
                        break;
                case 'l':
                        list_faults();
                        return 0;
                case 'v':
                        (void) puts(PACKAGE_STRING);
                        return 0;
                case 'h':
                        print_help();
                        return 0;
                default:
                        return ROLE_EXIT_FAILURE;
                }
        return wants_config ? print_config(path) : supervisor_main(argc, argv);
}

int main(int argc, char *argv[]) {
        if (argc > 1)
                for (size_t i = 0; i < ELEMENTSOF(entries); i++)
                        if (streq(argv[1], entries[i].name))
                                return entries[i].main(argc, argv);
        return run_options(argc, argv);
}
