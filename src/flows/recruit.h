#pragma once

/*
 * What the flows around an application share. Private to src/flows.
 *
 * Their first step stores what changed; at its apply the facts still show what was before. So everything that people see is built in a
 * later step, from facts that were read again: RECRUIT_TAIL.
 */

#include "flows.h"
#include "magikal/application.h"
#include "magikal/citizen.h"
#include "magikal/shown.h"

/*
 * The last steps of every flow that changes an application:
 *
 * show     wants the ticket's message and the record to be edited
 * written  waits until the editor has written the record; one that somebody deleted by hand is forgotten
 * record   posts the record where there is none. Without a channel for it, or where it may not be posted, the change stands all the same
 *
 * Nothing of it can fail for good, so it belongs behind the last words, or before a step that deletes the channel.
 */
#define RECRUIT_TAIL(flow_show)                                                                                                      \
        RECRUIT_SHOW(flow_show),                                                                                                     \
        { .name = "record", .kind = STEP_REST, .build = record_post, .probe = &record_find, .apply = record_known,                   \
          .tolerates = EVERY_REFUSAL, .needs = NEEDS_TO_POST, .where = record_channel }

/* Its first two. */
#define RECRUIT_SHOW(flow_show)                                                                                                      \
        { .name = "show", .kind = STEP_DB, .apply = flow_show },                                                                     \
        { .name = "written", .kind = STEP_WAIT, .wait = record_wait, .apply = record_written,                                        \
          .tolerates = TOLERATES(REST_GONE) | TOLERATES(REST_FORBIDDEN) | TOLERATES(REST_LATER) }

/* Before the tail: looks the handle up where nothing is known of it yet. An outage never blocks: the field says so and is filled later. */
#define RECRUIT_RSI                                                                                                                  \
        { .name = "rsi", .kind = STEP_RSI, .ask = recruit_ask_rsi, .keep = citizen_keep, .apply = recruit_rsi_known }

/*
 * The last steps where the ticket ends with it, behind the tail so that the record is never lost with the channel:
 *
 * delete   deletes the channel; without the permission it waits until somebody gives it
 * closed   the ticket is over, and so is what was drafted
 */
#define RECRUIT_END                                                                                                                  \
        { .name = "delete", .kind = STEP_REST, .build = ticket_delete, .tolerates = TOLERATES(REST_GONE),                           \
          .needs = PERMISSION_MANAGE_CHANNELS, .where = ticket_channel, .waits = ticket_delete_waits },                             \
        { .name = "closed", .kind = STEP_DB, .apply = recruit_closed }

int recruit_ask_rsi(const StepContext *c, RsiQuery *ret);
int recruit_rsi_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint);

/* For "show": the ticket's message while the ticket is open, and the record. */
int recruit_show(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint);
/* The same and the topic, when requested role or zone may have changed. Discord allows two changes of a topic in ten minutes: not for less. */
int recruit_show_topic(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint);

int record_wait(const StepContext *c, ChannelId *ret_channel, MessageId *ret_message);
int record_written(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint);
int record_post(const StepContext *c, StepRequest *ret);
int record_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint);
ChannelId record_channel(const StepContext *c);
extern const StepProbe record_find;

/* Wants an edit, and tells the editor after the commit. take_body: malloced; NULL is -ENOMEM. */
int want_edit(const StepContext *c, Checkpoint *checkpoint, ChannelId channel, MessageId message, char *take_body);

/* The entry in the action log; STEP_SKIP without a log channel. by: who did it. */
int recruit_log_post(const StepContext *c, RecruitLog what, UserId by, StepRequest *ret);

int recruit_closed(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint);
/*
 * The words of a flow that ends a ticket. From RECRUIT_TAIL on what was decided is kept, and only the channel may still wait for a
 * permission.
 *
 * action    what it does to the application, for those who come second
 * done      the sentence when it went well; {number}
 */
int recruit_end_words(const StepContext *c, ApplicationAction action, TextId done, const char *why, char **ret_body);

/* The facts' application, if it is what the flow's arguments are about; else NULL. */
const Application *recruit_application(const StepContext *c);

/*
 * What a refusal of the store means for the person: "application_decided" and its like name who decided and when, from fresh facts. 1: said
 * (as the body of an edit in *ret_body), 0: another reason, or -errno.
 */
int recruit_say_refused(const StepContext *c, const char *why, ApplicationAction action, char **ret_body);
