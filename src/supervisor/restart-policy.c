#include "restart-policy.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/*
 * Decisions only; pool.c is the mechanism. The rule that matters most: a crash slows down its class only while nothing at all gets done,
 * so that one poisonous flow, which is counted in its own row, cannot starve the others.
 */

#define EXIT_CONFIG 78          /* sysexits.h, EX_CONFIG */

static bool is_own_fault(int signal) {
        switch (signal) {
        case SIGSEGV:
        case SIGABRT:
        case SIGBUS:
        case SIGFPE:
        case SIGILL:
        case SIGSYS:
        case SIGTRAP:
                return true;
        default:
                return false;
        }
}

Verdict death_judge(const Death *death) {
        if (death->was_hung)
                return VERDICT_GUILTY;
        if (death->code == CLD_EXITED) {
                if (death->status == EXIT_CONFIG)
                        return VERDICT_CONFIG;
                if (death->status == 0)
                        return death->was_asked ? VERDICT_PLANNED : VERDICT_INNOCENT;
                return VERDICT_GUILTY;
        }
        if (is_own_fault(death->status))
                return VERDICT_GUILTY;
        return death->was_asked ? VERDICT_PLANNED : VERDICT_INNOCENT;
}

void death_name(const Death *death, char ret[DEATH_NAME_MAX]) {
        const char *name;

        if (death->was_hung)
                (void) snprintf(ret, DEATH_NAME_MAX, "hang");
        else if (death->code == CLD_EXITED)
                (void) snprintf(ret, DEATH_NAME_MAX, "exit %d", death->status);
        else if ((name = sigabbrev_np(death->status)))
                (void) snprintf(ret, DEATH_NAME_MAX, "SIG%s", name);
        else
                (void) snprintf(ret, DEATH_NAME_MAX, "signal %d", death->status);
}

/* Deaths of the ring that lie within the window. */
static unsigned n_recent(const RestartClass *class, Usec now) {
        unsigned n = 0;

        for (unsigned i = 0; i < class->n_deaths && i < RESTART_CRASHES; i++)
                n += now - class->deaths[i] < RESTART_WINDOW;
        return n;
}

void restart_progress(RestartClass *class) {
        *class = (RestartClass) {};
}

Usec restart_after_death(RestartClass *class, Usec now) {
        class->deaths[class->n_deaths % RESTART_CRASHES] = now;
        class->n_deaths++;

        if (n_recent(class, now) < RESTART_CRASHES && class->delay == 0)
                return 0;
        /* Once slowed down it stays so until a step is finished: a delay longer than the window would else undo itself. */
        class->delay = class->delay == 0 ? RESTART_DELAY_MIN : class->delay * 2;
        if (class->delay > RESTART_DELAY_MAX)
                class->delay = RESTART_DELAY_MAX;
        return class->delay;
}

bool restart_is_hopeless(const RestartClass *class, Usec now) {
        return class->n_deaths > RESTART_CRASHES && n_recent(class, now) >= RESTART_CRASHES;
}

/* value ± value / part, by the seed. */
static uint64_t spread(uint64_t value, uint64_t part, uint32_t seed) {
        uint64_t width = value / part;

        return value - width + (width > 0 ? (2 * width * (seed % 1024)) / 1023 : 0);
}

bool recycle_is_due(const RecycleLimits *limits, uint64_t n_flows, uint32_t rss_kib, Usec age, uint32_t seed) {
        return n_flows >= spread(limits->n_flows, 5, seed) || rss_kib > limits->rss_kib ||
               age >= spread(limits->age, 12, seed);
}
