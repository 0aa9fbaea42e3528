#pragma once

/*
 * The transport's view of the process. Each part below is opaque outside its own file; the model sees none of this.
 */

#include <systemd/sd-event.h>

#include "sandbox.h"

typedef struct Buckets Buckets;
typedef struct Faults Faults;
typedef struct Gateway Gateway;
typedef struct Http Http;
typedef struct Journal Journal;
typedef struct Pages Pages;
typedef struct Timers Timers;
typedef struct Uploads Uploads;

/* A limit of one bucket class given on the command line: n requests per window. n 0: not given. */
typedef struct LimitOption {
        unsigned n;
        unsigned window_ms;
} LimitOption;

/* Texts are borrowed and outlive the Sandbox. */
typedef struct Options {
        const char *listen;             /* "127.0.0.1:8780"; port 0 picks a free one */
        const char *state_file;         /* NULL: nothing survives */
        const char *traffic_file;       /* NULL: not written */
        const char *token;              /* the bot's */
        const char *web_dir;
        const char *address_file;       /* NULL: not written */
        bool has_rate_limits;
        LimitOption limits[_SBX_BUCKET_MAX];
        LimitOption global_limit;
        uint32_t disallowed_intents;    /* privileged intents not enabled for the application: close 4014 */
        uint64_t heartbeat_ms;
        uint64_t resume_ms;             /* how long a session without connection can be resumed */
        size_t resume_events;           /* how many dispatches it keeps */
        SbxGuildSize guild_size;
} Options;

/* What is used where no option says otherwise. */
void options_init(Options *options);

struct Sandbox {
        const Options *options;
        sd_event *event;
        Timers *timers;
        Journal *journal;
        Faults *faults;
        Buckets *buckets;
        Gateway *gateway;
        Pages *pages;
        Uploads *uploads;
        Http *http;
        SbxModel *model;
        struct Late *lates;             /* requests to be applied after their connection was cut (rest.c) */

        int64_t skew_ms;
        uint64_t id_ms, id_counter, id_generation;      /* of the last snowflake */
        unsigned char random[256];      /* bytes fetched ahead, used from the end */
        size_t n_random;
        sd_event_source *save_timer, *save_watch;
        pid_t saver;                    /* the child that writes the state; 0: none */
        Usec save_took;                 /* to write it ourselves, or before that to make it */
};

/* Opens the files and the port and loads the state. 0 or a negative errno. The address is then http_address(). */
int sandbox_new(const Options *options, sd_event *event, Sandbox **ret_sandbox);
Sandbox *sandbox_free(Sandbox *sandbox);        /* saves the state; NULL is fine; returns NULL */
DEFINE_CLEANUP(Sandbox *, sandbox_free)

/* Sets the clock ahead of the real one; due timers run from the loop. skew_ms is not negative. */
void sandbox_set_clock(Sandbox *sandbox, int64_t skew_ms);
int64_t sandbox_clock_skew_ms(const Sandbox *sandbox);
/* The ready-made guild again, no fault rules, full buckets; sessions are told by a new GUILD_CREATE. */
int sandbox_reset(Sandbox *sandbox);

Timers *timers_new(Sandbox *sandbox);
Timers *timers_free(Timers *timers);
void timers_rearm(Timers *timers);              /* the clock was moved */

/* One-shot callback in real time, whatever the sandbox's clock says. Replaces what *source was. 0 or -errno. */
int server_after(Sandbox *sandbox, uint64_t ms, sd_event_time_handler_t handler, void *userdata, sd_event_source **source);
