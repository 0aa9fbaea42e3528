/* What is the same in every guild: the token, the application, the daemon, the database, clocks, RSI. */

#include <stdlib.h>

#include "doctor-check.h"

#define HTTP_UNAUTHORIZED 401

/*
 * A step that is not sure whether its message was posted looks for it from 30 seconds before (PROBE_BACK in flows/pieces.c); clocks that differ
 * by more would make it blind. A third of that is told in time, and is far more than what time synchronisation leaves.
 */
#define CLOCK_MAX_S 10

void check_token(Examination *x) {
        const DoctorApplication *a = &x->world->application;
        const char *why = x->world->files.token_why;

        if (why)
                doctor_find_as(x, DOCTOR_BROKEN, TEXT_DOCTOR_TOKEN_WHY, TEXT_DOCTOR_KEYS_FIX, TEXT_ARGS(ARG_OURS("value", why)));
        else if (a->look == DOCTOR_UNSEEN && a->status == HTTP_UNAUTHORIZED)
                doctor_find(x, TEXT_ARGS());
}

void check_discord(Examination *x) {
        const DoctorApplication *a = &x->world->application;

        if (a->look == DOCTOR_UNSEEN && a->status != HTTP_UNAUTHORIZED)
                doctor_find(x, TEXT_ARGS(ARG_NUMBER("number", a->status)));
}

void check_application(Examination *x) {
        const DoctorApplication *a = &x->world->application;

        if (a->look == DOCTOR_SEEN && a->wanted.v && a->found.v != a->wanted.v)
                doctor_find(x, TEXT_ARGS());
}

void check_interactions_url(Examination *x) {
        const DoctorApplication *a = &x->world->application;

        if (a->look == DOCTOR_SEEN && a->has_interactions_url)
                doctor_find(x, TEXT_ARGS());
}

void check_intent_members(Examination *x) {
        const DoctorApplication *a = &x->world->application;

        if (a->look == DOCTOR_SEEN && !a->has_members)
                doctor_find(x, TEXT_ARGS());
}

void check_intent_content(Examination *x) {
        const DoctorApplication *a = &x->world->application;

        if (a->look == DOCTOR_SEEN && !a->has_content)
                doctor_find(x, TEXT_ARGS());
}

void check_keys(Examination *x) {
        if (x->world->files.keys_why)
                doctor_find(x, TEXT_ARGS(ARG_OURS("value", x->world->files.keys_why)));
}

void check_daemon(Examination *x) {
        const DoctorDaemon *d = &x->world->daemon;

        if (d->look == DOCTOR_UNSEEN)
                doctor_find(x, TEXT_ARGS());
        else if (d->look == DOCTOR_SEEN && !d->is_ready)
                doctor_find_as(x, DOCTOR_BROKEN, TEXT_DOCTOR_DAEMON_BUSY, TEXT_DOCTOR_DAEMON_BUSY_FIX, TEXT_ARGS(ARG_OURS("value", d->status)));
}

void check_database(Examination *x) {
        const DoctorDatabase *d = &x->world->database;

        if (d->look != DOCTOR_UNSEEN || d->is_schema_wrong)
                return;
        if (d->why)
                doctor_find_as(x, DOCTOR_BROKEN, TEXT_DOCTOR_DATABASE_WHY, TEXT_DOCTOR_DATABASE_FIX, TEXT_ARGS(ARG_OURS("value", d->why)));
        else
                doctor_find(x, TEXT_ARGS());
}

void check_schema(Examination *x) {
        const DoctorDatabase *d = &x->world->database;

        if (d->is_schema_wrong)
                doctor_find_as(x, DOCTOR_BROKEN, TEXT_DOCTOR_SCHEMA_WHY, TEXT_DOCTOR_SCHEMA_FIX, TEXT_ARGS(ARG_OURS("value", d->why)));
        if (d->look != DOCTOR_SEEN || (d->schema >= d->schema_min && d->schema <= d->schema_max))
                return;
        if (d->schema < d->schema_min)
                doctor_find(x, TEXT_ARGS(ARG_NUMBER("number", d->schema), ARG_NUMBER("limit", d->schema_min)));
        else
                doctor_find_as(x, DOCTOR_BROKEN, TEXT_DOCTOR_SCHEMA_NEW, TEXT_DOCTOR_SCHEMA_NEW_FIX,
                               TEXT_ARGS(ARG_NUMBER("number", d->schema), ARG_NUMBER("limit", d->schema_max)));
}

void check_complete(Examination *x) {
        if (x->world->is_incomplete)
                doctor_find(x, TEXT_ARGS());
}

static void judge_clock(Examination *x, int64_t ahead_s) {
        if (llabs(ahead_s) > CLOCK_MAX_S)
                doctor_find(x, TEXT_ARGS(ARG_DURATION("duration", (Usec) llabs(ahead_s) * USEC_PER_SEC)));
}

void check_clock_database(Examination *x) {
        if (x->world->database.look == DOCTOR_SEEN)
                judge_clock(x, x->world->database.ahead_s);
}

void check_clock_discord(Examination *x) {
        if (x->world->application.is_clock_known)
                judge_clock(x, x->world->application.ahead_s);
}

/* Sealed once an hour, what is older than ten minutes; a second time is given to a daemon that was just restarted. */
#define UNSEALED_MAX_S (3 * 3600)

void check_audit(Examination *x) {
        const DoctorDatabase *d = &x->world->database;

        if (d->look != DOCTOR_SEEN)
                return;
        if (d->broken_seal)
                doctor_find(x, TEXT_ARGS(ARG_NUMBER("number", d->broken_seal)));
        else if (d->unsealed_s > UNSEALED_MAX_S)
                doctor_find_as(x, DOCTOR_WARNING, TEXT_DOCTOR_AUDIT_LATE, TEXT_DOCTOR_AUDIT_LATE_FIX,
                               TEXT_ARGS(ARG_DURATION("duration", (Usec) d->unsealed_s * USEC_PER_SEC)));
}

void check_commands(Examination *x) {
        if (x->world->database.are_commands_known && !x->world->database.are_commands_registered)
                doctor_find(x, TEXT_ARGS());
}

void check_rsi(Examination *x) {
        const DoctorRsi *r = &x->world->rsi;

        if (r->is_off)
                doctor_find_as(x, DOCTOR_NOTE, TEXT_DOCTOR_RSI_OFF, TEXT_DOCTOR_RSI_OFF_FIX, TEXT_ARGS());
        else if (r->has_no_handle && (!x->guild->settings || doctor_uses(x, TICKET_RECRUITMENT)))
                doctor_find_as(x, DOCTOR_NOTE, TEXT_DOCTOR_RSI_UNTRIED, TEXT_DOCTOR_RSI_UNTRIED_FIX, TEXT_ARGS());
        else if (r->look == DOCTOR_SEEN && r->is_absent)
                doctor_find_as(x, DOCTOR_WARNING, TEXT_DOCTOR_RSI_ABSENT, TEXT_DOCTOR_RSI_UNTRIED_FIX, TEXT_ARGS());
        else if (r->look == DOCTOR_UNSEEN)
                doctor_find(x, TEXT_ARGS(ARG_OURS("value", r->reason)));
}
