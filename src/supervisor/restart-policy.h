#pragma once

/*
 * Whose fault was a death, and when may its successor start? Pure: times are given, nothing is done here.
 */

#include <stdbool.h>
#include <stdint.h>

#include "magikal/clock.h"

typedef enum Verdict {
        VERDICT_PLANNED,        /* we asked it to go and it went */
        VERDICT_INNOCENT,       /* killed from outside: nobody to blame */
        VERDICT_GUILTY,         /* it broke: the flow whose code was running is suspected */
        VERDICT_CONFIG,         /* it says that starting again would not help */
} Verdict;

typedef struct Death {
        int code;               /* siginfo_t.si_code: CLD_EXITED, CLD_KILLED, CLD_DUMPED */
        int status;             /* exit status or signal */
        bool was_asked;         /* by DRAIN or SIGTERM of ours */
        bool was_hung;          /* we killed it because its heart had stopped */
} Death;

Verdict death_judge(const Death *death);
#define DEATH_NAME_MAX 24
/* "SIGSEGV", "exit 3", "hang": what is stored with a flow and logged. */
void death_name(const Death *death, char ret[DEATH_NAME_MAX]);

#define RESTART_CRASHES 5                               /* so many … */
#define RESTART_WINDOW (30 * USEC_PER_SEC)              /* … within this time, and no step finished between them: slow down */
#define RESTART_DELAY_MIN (250 * USEC_PER_MSEC)
#define RESTART_DELAY_MAX (30 * USEC_PER_SEC)

/* Deaths of one class of processes (all workers together, the editor …). Zero-initialise. */
typedef struct RestartClass {
        Usec deaths[RESTART_CRASHES];                   /* ring of the last ones since a step was finished */
        unsigned n_deaths;
        Usec delay;                                     /* of the last restart; 0: at once */
} RestartClass;

/* A step was finished: the class is healthy. */
void restart_progress(RestartClass *class);
/* An unplanned death. How long to wait before the successor starts. */
Usec restart_after_death(RestartClass *class, Usec now);
/* More than RESTART_CRASHES in the window without progress: for what the daemon cannot do without, the end. */
bool restart_is_hopeless(const RestartClass *class, Usec now);

typedef struct RecycleLimits {
        uint64_t n_flows;       /* ± 20 % */
        uint32_t rss_kib;
        Usec age;               /* ± a twelfth: 24 h ± 2 h */
} RecycleLimits;
/* Is this worker to be replaced, for having lived? seed: any number of its own, spreads the replacements. */
bool recycle_is_due(const RecycleLimits *limits, uint64_t n_flows, uint32_t rss_kib, Usec age, uint32_t seed);
