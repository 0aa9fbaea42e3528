#pragma once

/* One command of magikalctl each; a row of the table in main.c. Private to this directory. */

#include <stdbool.h>
#include <stdint.h>
#include <sysexits.h>

#include "magikal/config.h"
#include "magikal/json.h"

typedef struct CtlOptions {
        const char *config_path;
        const char *guild, *user, *since;       /* as they were typed; NULL: not */
        bool json, check, yes;
} CtlOptions;

/* args: what stands behind the command's name, NULL-terminated, their number checked. Gives an exit status of sysexits.h after one line
 * on standard error when it is not 0. */
typedef int (*CtlCommand)(const CtlOptions *options, char *const args[]);

int ctl_status(const CtlOptions *options, char *const args[]);
int ctl_metrics(const CtlOptions *options, char *const args[]);
int ctl_jobs(const CtlOptions *options, char *const args[]);
int ctl_watch(const CtlOptions *options, char *const args[]);
int ctl_migrate(const CtlOptions *options, char *const args[]);
int ctl_flows(const CtlOptions *options, char *const args[]);
int ctl_requeue(const CtlOptions *options, char *const args[]);
int ctl_audit(const CtlOptions *options, char *const args[]);
int ctl_erase(const CtlOptions *options, char *const args[]);
int ctl_export(const CtlOptions *options, char *const args[]);
/* Statuses besides: 1 when there are only warnings, 2 when something is broken. */
int ctl_doctor(const CtlOptions *options, char *const args[]);
int ctl_keygen(const CtlOptions *options, char *const args[]);

/* 0, or EX_CONFIG after a line. */
int ctl_config(const CtlOptions *options, Config **ret_config);
/* Asks the daemon. 0 and the answer, or an exit status after a line. text may be NULL. */
int ctl_ask(const Config *config, const char *question, Json **ret_answer, char **ret_text);

/* An id of Discord's, as it was typed; NULL and what is none: -EINVAL. */
int ctl_parse_id(const char *text, uint64_t *ret);
/* The same for an option of this name that must be there: 0, or EX_USAGE after a line. */
int ctl_id_option(const char *option, const char *text, uint64_t *ret);

/* Says why the daemon could not be asked, by the -errno of control_ask(); gives an exit status. */
int ctl_cannot_ask(int r);

/* A time as people say it, in the largest unit of which there are two: "90 min", "3 d". Returns the buffer. */
#define CTL_DURATION_MAX 32
const char *ctl_duration(int64_t ms, char buffer[CTL_DURATION_MAX]);

/* The values of a status answer as OpenMetrics text. */
void metrics_write(const Json *status, StrBuf *out);
