#pragma once

/*
 * The sandbox's model without its transport: requests go straight to the handlers of the route table, time
 * stands still until a test moves it, and what the model sends is kept for the test to look at.
 */

#include "magikal/json.h"
#include "sandbox/sandbox.h"

#define GUILD           "800000000000000001"
#define APPLICATION     "900000000000000001"
#define OWNER           "700000000000000009"
#define APPLICANT       "700000000000000001"
#define STAFF           "700000000000000002"
#define ADMIN           "700000000000000003"
#define SUPPORT_ROLE    "810000000000000002"
#define GENERAL         "820000000000000012"
#define PANEL           "820000000000000021"
#define TICKET_CATEGORY "820000000000000002"
#define TICKET_LOG      "820000000000000041"

/* The ready-made guild, at a fixed time. Ends the test when there is no memory. */
Sandbox *rig_new(void);
/* The same with that many channels and members. */
Sandbox *rig_new_sized(SbxGuildSize size);
Sandbox *rig_free(Sandbox *sandbox);
DEFINE_CLEANUP(Sandbox *, rig_free)
#define _rig_ _cleanup_(rig_freep)

/*
 * A REST request by the bot: the reply's status must be this one. Its JSON, NULL for 204; borrowed until the
 * next request.
 */
const Json *rig_rest(Sandbox *sandbox, const char *method, const char *path, const char *body, int status);
/* A control call: `what` is the path below /sandbox/ with its query. */
const Json *rig_control(Sandbox *sandbox, const char *method, const char *what, const char *body,
                        int status);
/* The same two with printf-like paths and bodies, single quotes standing for double ones. */
const Json *rig_restf(Sandbox *sandbox, int status, const char *method, const char *path, const char *format,
                      ...) _printf_(5, 6);
const Json *rig_actf(Sandbox *sandbox, int status, const char *format, ...) _printf_(3, 4);
const Json *rig_worldf(Sandbox *sandbox, int status, const char *format, ...) _printf_(3, 4);
/* Body of the last reply as text. */
const char *rig_text(Sandbox *sandbox);

/* Moves the clock and runs the timers that are due. */
void rig_advance(Sandbox *sandbox, uint64_t ms);

/* As if nothing had been sent yet: there is room for some thousand events. */
void rig_forget_events(Sandbox *sandbox);
/* The newest event of that name sent to the bot, NULL when there was none; and how many there were. */
const Json *rig_event(Sandbox *sandbox, const char *event);
const Json *rig_event_bare(Sandbox *sandbox,
                           const char *event); /* as sessions without MESSAGE_CONTENT get it */
int rig_event_intent(Sandbox *sandbox, const char *event);
unsigned rig_n_events(Sandbox *sandbox, const char *event);
unsigned rig_n_effects(Sandbox *sandbox, const char *effect);
bool rig_effect_was_deduplicated(Sandbox *sandbox);

/* The newest scene of the model's own, NULL when there was none; borrowed until the next. */
const Json *rig_scene(Sandbox *sandbox);

/* Member at a path of keys, as text; "" when it is none. Numbers in the path index arrays. Dots separate. */
const char *at(const Json *json, const char *path);
const Json *node(const Json *json, const char *path);
/* The string code of the first fault at a path of the last reply's error tree. */
const char *fault_at(const Json *reply, const char *path);
