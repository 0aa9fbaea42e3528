/*
 * Named fault points. Armed by the environment once per process; the list of armed faults is small and searched linearly, which only
 * costs something in a process that is being tested.
 */

#include "magikal/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "magikal/cleanup.h"

#define FAULTS_MAX 8
#define FAULT_NAME_MAX 96

typedef enum FaultAction {
        ACTION_KILL,
        ACTION_ABORT,
        ACTION_STOP,
        ACTION_SLEEP,
        ACTION_ERRNO,
        ACTION_DROP,
        ACTION_DUP,
} FaultAction;

typedef struct Fault {
        char name[FAULT_NAME_MAX];
        unsigned nth;
        unsigned n_hits;
        FaultAction action;
        int number;             /* milliseconds, or a negative errno */
} Fault;

bool fault_is_armed;

/* What the environment asked for; written by fault_init() only, before the process starts its loop. */
static Fault faults[FAULTS_MAX];
static size_t n_faults;
static const char *log_path, *once_path;

static const struct {
        const char *name;
        int number;
} errnos[] = {
        { "EIO", EIO },       { "ENOMEM", ENOMEM },         { "ETIMEDOUT", ETIMEDOUT }, { "ECONNRESET", ECONNRESET },
        { "ENOSPC", ENOSPC }, { "ECONNREFUSED", ECONNREFUSED }, { "EPIPE", EPIPE },     { "EAGAIN", EAGAIN },
};

static bool fault_parse_action(Fault *f, const char *word) {
        static const struct {
                const char *word;
                FaultAction action;
        } plain[] = {
                { "kill", ACTION_KILL }, { "abort", ACTION_ABORT }, { "stop", ACTION_STOP },
                { "drop", ACTION_DROP }, { "dup", ACTION_DUP },
        };

        for (size_t i = 0; i < ELEMENTSOF(plain); i++)
                if (streq(word, plain[i].word)) {
                        f->action = plain[i].action;
                        return true;
                }
        if (strncmp(word, "sleep=", 6) == 0) {
                f->action = ACTION_SLEEP;
                f->number = (int) strtol(word + 6, NULL, 10);
                return f->number > 0;
        }
        if (strncmp(word, "errno=", 6) == 0)
                for (size_t i = 0; i < ELEMENTSOF(errnos); i++)
                        if (streq(word + 6, errnos[i].name)) {
                                f->action = ACTION_ERRNO;
                                f->number = -errnos[i].number;
                                return true;
                        }
        return false;
}

/* One "name[:nth][:action]"; the text is cut apart in place. */
static bool fault_parse(Fault *f, char *text) {
        char *rest = NULL, *word;

        *f = (Fault) { .nth = 1 };
        word = strtok_r(text, ":", &rest);
        if (!word || strlen(word) >= sizeof(f->name))
                return false;
        strcpy(f->name, word);
        while ((word = strtok_r(NULL, ":", &rest))) {
                char *end;
                unsigned long n = strtoul(word, &end, 10);

                if (*end == '\0' && n > 0 && n < 1000000)
                        f->nth = (unsigned) n;
                else if (!fault_parse_action(f, word))
                        return false;
        }
        return true;
}

void fault_init(const char *role) {
        const char *armed = getenv("MAGIKAL_FAULT"), *only = getenv("MAGIKAL_FAULT_ROLE");
        _free_ char *copy = NULL;
        char *rest = NULL;

        log_path = getenv("MAGIKAL_FAULT_LOG");
        once_path = getenv("MAGIKAL_FAULT_ONCE");
        n_faults = 0;
        if (armed && (!only || streq(only, role))) {
                copy = strdup(armed);
                for (char *one = copy ? strtok_r(copy, ";", &rest) : NULL; one; one = strtok_r(NULL, ";", &rest)) {
                        if (n_faults == FAULTS_MAX || !fault_parse(&faults[n_faults], one)) {
                                /* only a test sets this; a fault that silently stays away would make the test worthless */
                                fprintf(stderr, "MAGIKAL_FAULT: cannot understand \"%s\" in \"%s\"\n", one, armed);
                                exit(64);
                        }
                        n_faults++;
                }
        }
        fault_is_armed = n_faults > 0 || log_path;
}

static void fault_note(const char *name, const char *action) {
        char line[FAULT_NAME_MAX + 32];
        _close_ int fd = -1;
        int n;

        if (!log_path)
                return;
        n = snprintf(line, sizeof(line), "%s %s\n", name, action);
        if (n <= 0 || (size_t) n >= sizeof(line))
                return;
        fd = open(log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
        if (fd >= 0 && write(fd, line, (size_t) n) != n)
                fprintf(stderr, "MAGIKAL_FAULT_LOG: short write\n");
}

/* May the action happen? With a once-file only the first process that gets there may. */
static bool fault_is_first(void) {
        _close_ int fd = -1;

        if (!once_path)
                return true;
        fd = open(once_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        return fd >= 0;
}

static int fault_act(const Fault *f) {
        static const char *const names[] = { "kill", "abort", "stop", "sleep", "errno", "drop", "dup" };

        fault_note(f->name, names[f->action]);
        switch (f->action) {
        case ACTION_KILL:
                (void) kill(getpid(), SIGKILL);
                for (;;)
                        (void) pause();
        case ACTION_ABORT:
                abort();
        case ACTION_STOP:
                (void) raise(SIGSTOP);
                return 0;
        case ACTION_SLEEP: {
                struct timespec ts = { .tv_sec = f->number / 1000, .tv_nsec = (long) (f->number % 1000) * 1000000 };

                (void) nanosleep(&ts, NULL);
                return 0;
        }
        case ACTION_ERRNO:
                return f->number;
        case ACTION_DROP:
                return FAULT_DROP;
        case ACTION_DUP:
                return FAULT_DUP;
        }
        return 0;
}

int fault_hit(const char *name) {
        for (size_t i = 0; i < n_faults; i++)
                if (streq(faults[i].name, name) && ++faults[i].n_hits == faults[i].nth && fault_is_first())
                        return fault_act(&faults[i]);
        fault_note(name, "-");
        return 0;
}

int fault_hit_parts(const char *flow, const char *step, const char *point) {
        char name[FAULT_NAME_MAX];

        if (snprintf(name, sizeof(name), "%s/%s/%s", flow, step, point) >= (int) sizeof(name))
                return 0;
        return fault_hit(name);
}
