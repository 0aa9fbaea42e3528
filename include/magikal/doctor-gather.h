#pragma once

/*
 * The doctor's eyes: what the database, Discord and RSI tell, as a world for doctor_examine(). Reads only. Asks Discord at most 18 things (the
 * application, channels, roles, ourselves, two panels twice each, DOCTOR_MESSAGES_MAX messages of tickets), each three times at most, so nobody
 * can make a flood of it.
 */

#include <systemd/sd-event.h>

#include "magikal/config.h"
#include "magikal/doctor.h"
#include "magikal/rest.h"
#include "magikal/rsi.h"
#include "magikal/store.h"

#define DOCTOR_MESSAGES_MAX 10

typedef struct DoctorSources {          /* all borrowed, for longer than the gathering lasts */
        sd_event *event;
        const Config *config;
        const Keys *keys;               /* NULL: buttons are not judged */
        Store *store;                   /* NULL: the database is not asked, and its part of the world is `database` below */
        Rest *rest;                     /* NULL: Discord is not asked */
        Rsi *rsi;                       /* NULL: not asked */
        GuildId guild;                  /* 0: only what is the same in every guild */
        DoctorFiles files;              /* as they are */
        DoctorDaemon daemon;
        DoctorDatabase database;        /* with store NULL as it is */
} DoctorSources;

/* world: borrowed until `done` returns, with everything in it. */
typedef void (*DoctorGathered)(const DoctorWorld *world, void *userdata);

/*
 * `done` is called exactly once, later, from the event loop, within ten seconds; what has not come by then counts as not to be had, and
 * world->is_incomplete is set. -ENOMEM, or what sd-event says.
 */
int doctor_gather(const DoctorSources *sources, DoctorGathered done, void *userdata);
