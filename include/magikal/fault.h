#pragma once

/*
 * Named places where a test may make the process die, stop or fail. Always compiled in; one predictable branch when nothing is armed.
 *
 * Armed by the environment of the process:
 *   MAGIKAL_FAULT=name[:nth][:action][;…]     nth counts from 1 and defaults to 1; action defaults to kill
 *   MAGIKAL_FAULT_ROLE=worker                 only in that role (fault_init's argument); unset: everywhere
 *   MAGIKAL_FAULT_LOG=FILE                    every point passed is appended as one line "name action-or-dash"
 *   MAGIKAL_FAULT_ONCE=FILE                   the action happens only if FILE could be created (O_EXCL): once for all processes
 * Actions: kill (SIGKILL to itself), abort, stop (SIGSTOP), sleep=MS, errno=NAME (the point returns that negative errno), drop, dup
 * (returned as FAULT_DROP, FAULT_DUP for the caller to act on).
 */

#include <stdbool.h>

enum {
        FAULT_DROP = 1,
        FAULT_DUP = 2,
};

extern bool fault_is_armed;     /* set once by fault_init, read by the macros */

void fault_init(const char *role);
int fault_hit(const char *name);
/* For names built from parts ("support.open/channel/after-effect"); the text is only built when armed. */
int fault_hit_parts(const char *flow, const char *step, const char *point);

#define FAULT(name) (__builtin_expect(fault_is_armed, 0) ? fault_hit(name) : 0)
#define FAULT_STEP(flow, step, point) (__builtin_expect(fault_is_armed, 0) ? fault_hit_parts((flow), (step), (point)) : 0)
