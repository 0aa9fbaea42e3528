#pragma once

/* The pieces that several flows are made of. Private to src/flows. */

#include "magikal/flows.h"
#include "magikal/permission.h"
#include "magikal/text.h"

/* ---- pieces.c ----------------------------------------------------------------------------------------------------------------- */

/* A message of ours carries "ref <marker>" in its embed's footer; this finds it among a channel's newest since the first send. */
int message_find_build(ChannelId channel, const StepContext *c, StepRequest *ret);
uint64_t message_find_match(const StepContext *c, const Json *body);
/* The same where most messages go: to the ticket's channel, the action log, the DM channel that the flow's step "dm-open" opened. */
extern const StepProbe find_in_ticket, find_in_log, find_in_dm;
ChannelId ticket_channel(const StepContext *c);
ChannelId log_channel(const StepContext *c);
ChannelId dm_channel(const StepContext *c);

bool message_is_ours(const StepContext *c, const Json *message);
/* Is it a message of ours with a button of this control, about this id? NULL, 0: any. */
bool message_has_control(const StepContext *c, const Json *message, const char *control, uint64_t id);

/* POST of a finished body (malloced; taken) to a channel. */
int message_create(ChannelId channel, char *take_body, StepRequest *ret);
/* "Magikal: <action> ticket <no>", the reason that the guild's audit log shows. */
void audit_reason(StepRequest *request, const char *action, const Ticket *ticket);
/* DELETE of a message; of message or channel 0 there is nothing to delete. */
int message_delete(ChannelId channel, uint64_t message, StepRequest *ret);
/* Takes back what the flow's step "log" posted. */
extern const StepUndo log_back;
/* DELETE of a channel. */
int channel_delete(ChannelId channel, const StepContext *c, StepRequest *ret);
/* The ticket's, and what to note while the permission for it is missing: a step's build and waits. */
int ticket_delete(const StepContext *c, StepRequest *ret);
int ticket_delete_waits(const StepContext *c, Checkpoint *checkpoint);

/* PUT or DELETE of a role of the ticket's opener; STEP_SKIP without either. Both are states, so they may be set again. */
int opener_role(const StepContext *c, RouteId route, RoleId role, const char *action, StepRequest *ret);
/* PUT of what the opener, who must be known, may do in the ticket's channel beyond everybody. */
int opener_overwrite(const StepContext *c, uint64_t allow, uint64_t deny, const char *action, StepRequest *ret);

/* The DM channel of the ticket's opener; STEP_SKIP when there is nobody to write to. Discord gives the existing one: it may be repeated. */
int dm_open(const StepContext *c, StepRequest *ret);

/*
 * For steps that a flow can do without: whatever Discord says no to is left out. A DM: the person takes none (50007), has left, or was
 * erased. An entry in the log behind the last words, where nothing may fail for good.
 */
#define EVERY_REFUSAL (TOLERATES(REST_GONE) | TOLERATES(REST_FORBIDDEN) | TOLERATES(REST_REFUSED))

/*
 * Another flow of the guild begins with this commit. args: JSON; the key makes a repetition harmless, at most 79 bytes.
 */
void guild_flow_add(const StepContext *c, Checkpoint *checkpoint, const Flow *flow, const char *args, const char *key_format, ...) _printf_(5, 6);

/* Appends an audit row for this step. */
void audit_add(const StepContext *c, Checkpoint *checkpoint, const char *action, const char *detail_json);

/* A step's apply notes that it changed something, for a later step of its flow that would only repeat itself otherwise. */
int note_changed(Checkpoint *checkpoint);
bool was_changed(const StepContext *c, const char *step);

/* A decimal id in the flow's arguments; 0 when it is not there. */
uint64_t args_id(const StepContext *c, const char *key);
const char *args_text(const StepContext *c, const char *key);

/*
 * Whose language: of whoever pressed, as the interaction said; of the ticket's opener, for DMs, as it was when the ticket was opened. The
 * guild's (c->facts->settings.lang, for what several read) where nobody pressed or nobody has told.
 */
Lang person_lang(const StepContext *c);
Lang opener_lang(const StepContext *c);
/* A button of a message that several read, as a sentence to one person has to name it. */
const char *guild_label(const StepContext *c, TextId label);

/* A sentence of text/ to whoever pressed, as the body of an edit. */
int say(const StepContext *c, char **ret_body, TextId id, const TextArg *args);
/* "F-17", what staff and operators look a flow up by. */
typedef struct FlowReference { char text[24]; } FlowReference;
FlowReference flow_reference(FlowId flow);
/* Sentences for the reasons that the engine gives; `otherwise` for all others ({reference} is known). A missing permission is named. */
int say_why(const StepContext *c, const char *why, TextId otherwise, char **ret_body);

/* What posting one of our messages needs. */
#define NEEDS_TO_POST (PERMISSION_VIEW_CHANNEL | PERMISSION_SEND_MESSAGES | PERMISSION_EMBED_LINKS)

/* ---- settings-step.c: save and restore what a command changed ------------------------------------------------------------------- */

int settings_save(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint);
int settings_restore(const StepContext *c, Checkpoint *checkpoint);
/* Before and after, as the step number `step` stored them. */
int settings_saved(const StepContext *c, int step, GuildSettings *ret_before, GuildSettings *ret_after);
