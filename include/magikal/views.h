#pragma once

/*
 * Struct → JSON: one function per message that people see. Pure. Every function gives rendered JSON to free() and returns 0, -ENOMEM, or
 * -EINVAL (arguments that no caller should have: no ids, an empty nonce).
 *
 * What comes out is named in its comment: "message" is the body of POST /channels/{channel}/messages with nonce, enforce_nonce and
 * "ref <nonce>" in the footer of its embed, by which a probe finds it again; "data" is the data of an interaction callback (see
 * interaction_callback()), and, without the ephemeral flag, also the body of PATCH …/messages/@original.
 *
 * lang     of whoever reads it: the person's for data and DMs, the guild's for all other messages
 * nonce    1 to 25 characters
 */

#include <stdbool.h>

#include "magikal/custom-id.h"
#include "magikal/doctor.h"
#include "magikal/guild-settings.h"
#include "magikal/keys.h"
#include "magikal/text.h"
#include "magikal/ticket.h"

/* Controls, as custom_id_read() gives them. */
#define CONTROL_SUPPORT_OPEN "so"               /* button on the panel; id 0 */
#define CONTROL_SUPPORT_OPEN_FORM "sof"         /* its modal; id 0, or the ticket that it takes the place of */
#define CONTROL_SUPPORT_RESOLVE "sr"            /* button in the ticket; ticket id */
#define CONTROL_SUPPORT_RESOLVE_FORM "srf"      /* its modal; ticket id */

/* Inputs of the modals. */
#define FIELD_QUESTION "f.question"
#define FIELD_RESOLUTION "f.resolution"
#define FIELD_TEXT_MAX 1000                     /* question and resolution */

/* The panel: message. */
int view_support_panel(Lang lang, const Keys *keys, GuildId guild, const char *nonce, char **ret_body);
/* "Open a support ticket": data of a modal. replaces: the member's older ticket, whose channel turned out to be gone; 0: none. */
int view_support_modal(Lang lang, const Keys *keys, GuildId guild, TicketId replaces, char **ret_data);
/* The one message of a new ticket: message. ping 0: no role is called. */
int view_ticket_opening(Lang lang, const Keys *keys, const Ticket *ticket, RoleId ping, const char *nonce, char **ret_body);
/* "Resolve": data of a modal that says where the text will go. */
int view_resolve_modal(Lang lang, const Keys *keys, const Ticket *ticket, bool has_log, bool has_dm, char **ret_data);
/* The result for the ticket log: message. closer_user is who resolved it; now ends the duration. */
int view_resolved_log(Lang lang, const Ticket *ticket, const char *resolution, Usec now, const char *nonce, char **ret_body);
/* For the log: something that is set was deleted: message. text: what and how to mend it, without placeholders. */
int view_alert(Lang lang, TextId title, TextId text, const char *nonce, char **ret_body);
/* The result for the opener: message. guild_name may be NULL. */
int view_resolved_dm(Lang lang, const char *guild_name, const Ticket *ticket, const char *resolution, const char *nonce, char **ret_body);
/* What /tickets post-support-about posts: message. */
int view_support_about(Lang lang, const char *nonce, char **ret_body);

/*
 * A sentence: data. Pings nobody. With is_ephemeral it carries the flag; without it is meant for edits, and clears embeds and controls that
 * the message may have had. text is finished markdown, cut to Discord's limit.
 */
int view_notice(Lang lang, const char *text, bool is_ephemeral, char **ret_data);
/* The same from text/: view_say(&data, lang, true, TEXT_TICKET_YOURS, TEXT_ARGS(ARG_CHANNEL("channel", t.channel))). */
int view_say(char **ret_data, Lang lang, bool is_ephemeral, TextId id, const TextArg *args);

/*
 * What the doctor found, worst first, each with its remedy, and how many channels there are: data, for edits. What does not fit is counted.
 * n_checks: that were made.
 */
int view_doctor(Lang lang, const DoctorGuild *guild, const DoctorReport *report, size_t n_checks, char **ret_data);

/* One action as the audit has it. */
typedef struct AuditShown {
        Usec at;
        bool has_actor;
        UserId actor;                   /* 0: forgotten */
        const char *action;
        const char *detail;             /* JSON; NULL: none */
} AuditShown;
/* The newest first: data, ephemeral. What does not fit is cut. */
int view_audit(Lang lang, const AuditShown *actions, size_t n_actions, char **ret_data);

/* Answers of the settings commands: data, ephemeral. */
int view_targets(Lang lang, const GuildSettings *settings, char **ret_data);
int view_ping(Lang lang, const GuildSettings *settings, char **ret_data);
/* What changed from what to what; warns when tickets can be opened but no ping role is set. is_ephemeral as in view_notice(). */
int view_settings_change(Lang lang, const GuildSettings *before, const GuildSettings *after, bool is_ephemeral, char **ret_data);
