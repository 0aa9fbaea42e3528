#pragma once

/* The pieces that several flows are made of. Private to src/flows. */

#include "magikal/flows.h"
#include "magikal/permission.h"
#include "magikal/text.h"

/* ---- pieces.c ----------------------------------------------------------------------------------------------------------------- */

/* A message of ours carries "ref <marker>" in its embed's footer; this finds it among a channel's newest since the first send. */
int message_find_build(ChannelId channel, const StepContext *c, StepRequest *ret);
uint64_t message_find_match(const StepContext *c, const Json *body);

/* Is it a message of ours with this control on a button? */
bool message_has_control(const StepContext *c, const Json *message, const char *control);

/* POST of a finished body (malloced; taken) to a channel. */
int message_create(ChannelId channel, char *take_body, StepRequest *ret);
/* "Magikal: <action> ticket <no>", the reason that the guild's audit log shows. */
void audit_reason(StepRequest *request, const char *action, const Ticket *ticket);
/* DELETE of a channel. */
int channel_delete(ChannelId channel, const StepContext *c, StepRequest *ret);

/* The DM channel of the ticket's opener; STEP_SKIP when there is nobody to write to. Discord gives the existing one: it may be repeated. */
int dm_open(const StepContext *c, StepRequest *ret);
/* 50007 and its like: the person takes no DMs, has left, or was erased. */
#define NO_DM (TOLERATES(REST_FORBIDDEN) | TOLERATES(REST_GONE) | TOLERATES(REST_REFUSED))

/* Appends an audit row for this step. */
void audit_add(const StepContext *c, Checkpoint *checkpoint, const char *action, const char *detail_json);

/* A step's apply notes that it changed something, for a later step of its flow that would only repeat itself otherwise. */
int note_changed(Checkpoint *checkpoint);
bool was_changed(const StepContext *c, const Flow *flow, const char *step);

/* A decimal id in the flow's arguments; 0 when it is not there. */
uint64_t args_id(const StepContext *c, const char *key);
const char *args_text(const StepContext *c, const char *key);

/* A sentence of text/ as the body of an edit. */
int say(char **ret_body, TextId id, const TextArg *args);
/* "F-17", what staff and operators look a flow up by. */
typedef struct FlowReference { char text[24]; } FlowReference;
FlowReference flow_reference(FlowId flow);
/* Sentences for the reasons that the engine gives; `otherwise` for all others ({reference} is known). A missing permission is named. */
int say_why(const StepContext *c, const Flow *flow, const char *why, TextId otherwise, char **ret_body);

/* What posting one of our messages needs. */
#define NEEDS_TO_POST (PERMISSION_VIEW_CHANNEL | PERMISSION_SEND_MESSAGES | PERMISSION_EMBED_LINKS)

/* ---- settings-step.c: save and restore what a command changed ------------------------------------------------------------------- */

int settings_save(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint);
int settings_restore(const StepContext *c, Checkpoint *checkpoint);
/* Before and after, as the step number `step` stored them. */
int settings_saved(const StepContext *c, int step, GuildSettings *ret_before, GuildSettings *ret_after);
