#pragma once

/* What of the store belongs to recruitment. Included by store.h, whose opening comment holds here too. */

#include "magikal/application.h"
#include "magikal/policy.h"
#include "magikal/recruit-settings.h"
#include "magikal/store.h"
#include "magikal/timezone.h"
#include "magikal/zone-rules.h"

/* ---- facts ------------------------------------------------------------------------------------------------------------- */

/* What flows and questions of recruitment get beside the other facts; borrowed like them, copied by facts_copy(). */
struct RecruitFacts {
        RecruitSettings settings;
        Application application;        /* of the ticket that the facts are about; id 0: none */
        int revision;                   /* counts what the applicant changed: Step 1, answers */
        RoleId granted_role;            /* by the approval; 0: none, or not yet */
        Pseudonym finaliser;
        UserId finaliser_user;
        Usec created_at, finalised_at;  /* 0: not yet */
        const Json *rsi, *answers;      /* as they were given to store_add_application_rsi() and _qna(); NULL: none */
        const Json *step1_draft, *qna_draft;    /* NULL: none */
        bool is_zone_known;             /* the application has a zone whose clock is known; then `zone` is its clock */
        ZoneRules zone, uk;             /* right for two days before and after `now`; UTC where the zone is not known */
        unsigned capabilities;          /* of the roles that were asked for */
};

/* What a question is about: a ticket by its number, by its channel (then live), or the live one of a member; the first that is set. */
typedef struct RecruitQuery {
        GuildId guild;
        TicketId ticket;
        ChannelId channel;
        UserId member;
        const RoleId *roles;            /* of the person who asks, for `capabilities`; may be none */
        size_t n_roles;
} RecruitQuery;
/* Facts with `recruit`, for questions and policy outside of flows; front lane. A ticket found that is of support has no application. */
int store_recruit_facts(Store *store, const RecruitQuery *query, FactsDone done, void *userdata);
/*
 * The same about the newest application of a member that made them one (approved or finalised), else the newest of all, whatever became of
 * its ticket: for removing a member, also one who has left, and for showing somebody their own. Front lane.
 */
int store_recruit_of_applicant(Store *store, GuildId guild, UserId user, FactsDone done, void *userdata);

/* ---- who may -------------------------------------------------------------------------------------------------------------- */

/* Capabilities that these roles have in the guild, as a set. Front lane. */
typedef void (*CapabilitiesDone)(int outcome, unsigned capabilities, void *userdata);
int store_capabilities(Store *store, GuildId guild, const RoleId *roles, size_t n_roles, CapabilitiesDone done, void *userdata);

typedef struct RoleCapabilities { RoleId role; unsigned capabilities; } RoleCapabilities;
typedef void (*RoleCapabilitiesDone)(int outcome, const RoleCapabilities *roles, size_t n_roles, void *userdata);
/* Every role of the guild that has any; ordered by id. Front lane. */
int store_role_capabilities(Store *store, GuildId guild, RoleCapabilitiesDone done, void *userdata);

/* capability: one of CAPABILITY_… */
void store_add_capability(Batch *b, GuildId guild, RoleId role, unsigned capability);
/* role 0: every role loses it. */
void store_add_capability_clear(Batch *b, GuildId guild, RoleId role, unsigned capability);

/* ---- what administrators set; appended behind a fence ---------------------------------------------------------------------- */

typedef struct RecruitChange {          /* a member is changed when its flag is set; 0 and NULL clear */
        bool set_record_channel, set_access, set_nick_sync, set_keep_declined, set_org_url, set_image_url, set_member_role, set_affiliate_role;
        RecruitSettings to;             /* options and questions are not looked at */
} RecruitChange;
void store_add_recruit_settings(Batch *b, GuildId guild, const RecruitChange *change);

/* STORE_CONFLICT "option_name": there is one of that name, whatever its case. "option_full": RECRUIT_OPTIONS_MAX. */
void store_add_option(Batch *b, GuildId guild, const RecruitOption *option);
/* STORE_CONFLICT "option_none": there is none of that name. "option_last": the last one stays. */
void store_add_option_remove(Batch *b, GuildId guild, const char *name);

/* The whole list, as question_add() and its like have changed it. */
void store_add_questions(Batch *b, GuildId guild, const QuestionList *list);

/* ---- applications; appended behind a fence ----------------------------------------------------------------------------------- */

/*
 * The application itself is made by store_add_ticket_reserve() of a recruitment ticket. Conflicts:
 *
 * "application_decided"        somebody was first, or the ticket was closed undecided
 * "application_qna_closed"     nothing is asked (any more)
 * "application_own"            nobody decides on their own application
 * "application_not_approved"   finalise needs an approved one, remove an approved or finalised one
 */

typedef struct Step1 {
        RequestedRole requested;
        const char *area, *zone, *handle, *notes;       /* notes may be NULL */
        bool asks;                      /* there are questions: the Q&A opens with the first Step 1 */
} Step1;
/* Step 1, first or mended, until staff decide: draft → pending. Its draft goes; with another handle goes what RSI said of the old one. */
void store_add_application_step1(Batch *b, TicketId ticket, const Step1 *step1);

typedef enum ApplicationForm { FORM_STEP1, FORM_QNA } ApplicationForm;
/* A refused or half-done form, sealed; JSON, or NULL to forget it. */
void store_add_application_draft(Batch *b, TicketId ticket, ApplicationForm form, const char *json);
/* The answers, all of them, as JSON in clear: pending → qna_received; their draft goes, and the Q&A closes. */
void store_add_application_qna(Batch *b, TicketId ticket, const char *answers_json);
/* The Q&A opens again; answers stay until there are new ones. "application_decided" when it is declined, finalised, removed or closed. */
void store_add_application_qna_reopen(Batch *b, TicketId ticket);

typedef struct Decision {
        ApplicationStatus to;           /* APPLICATION_APPROVED or APPLICATION_DECLINED */
        Pseudonym decider;
        const char *reason;             /* declined: must be there */
        AccessMode access;              /* approved */
        RoleId granted_role;            /* approved; 0: none */
} Decision;
/* The first wins. */
void store_add_application_decide(Batch *b, TicketId ticket, const Decision *decision);
/* A decision is taken back because its effect cannot be: to what it was before. */
void store_add_application_undecide(Batch *b, TicketId ticket);
void store_add_application_finalise(Batch *b, TicketId ticket, Pseudonym finaliser);
void store_add_application_unfinalise(Batch *b, TicketId ticket);
void store_add_application_remove(Batch *b, TicketId ticket, Pseudonym remover, const char *reason);

/* A ticket of which its channel still tells, but no row; open. */
typedef struct TicketRebuild {
        TicketId id;
        GuildId guild;
        int guild_no;                   /* as the channel's name has it; 0: not known. Taken by another one meanwhile: the next one */
        TicketKind kind;
        Pseudonym opener;
        ChannelId channel;
        MessageId message;
        Usec opened_at;                 /* realtime */
        RecruitId application;          /* recruitment: its id; else 0 */
        ApplicationStatus status;       /* not one that needs a reason */
        RequestedRole requested;
        const char *zone;               /* NULL: none */
        RoleId granted_role;            /* approved; 0: none */
} TicketRebuild;
/* Nothing when the row is there by now. "ticket_one": the opener has another live one of the kind; other conflicts: its ids are taken. */
void store_add_ticket_rebuild(Batch *b, const TicketRebuild *rebuild);

/* The ticket is being closed: an application that nobody decided on stays so. Nothing for the others. */
void store_add_application_closed_undecided(Batch *b, TicketId ticket);
void store_add_application_reopened(Batch *b, TicketId ticket);
/* The ticket is over: drafts are forgotten and nothing is asked. */
void store_add_application_over(Batch *b, TicketId ticket);

/* Where its permanent record is; message 0: nowhere (deleted by hand, to be posted again). */
void store_add_application_record(Batch *b, TicketId ticket, ChannelId channel, MessageId message);
/*
 * What RSI said of the handle, as JSON. record: the citizen's number; NULL keeps the known one. The handle is the one that was asked about:
 * when the application has another one by now, nothing is written.
 */
void store_add_application_rsi(Batch *b, TicketId ticket, const char *handle, const char *rsi_json, const char *record);
/* What a rebuilt application's record still tells; NULL: nothing. What the row knows already stays. */
void store_add_application_restore(Batch *b, TicketId ticket, const char *area, const char *handle, const char *notes);
/* The applicant left the guild, or is back. */
void store_add_application_left(Batch *b, TicketId ticket, bool has_left);

/* Other tickets of the guild whose application, live or approved, names the same handle or citizen's record; front lane. Ordered by tid. */
int store_same_citizen(Store *store, GuildId guild, TicketId ticket, const char *handle, const char *record, TicketsDone done, void *userdata);

/* What the sweeper compares with Discord of an application whose ticket is open; ordered by ticket. Flow lane. */
typedef struct LiveApplication {
        TicketId ticket;
        RecruitId id;
        RequestedRole requested;
        ZoneName zone;
        bool has_left;
} LiveApplication;
typedef void (*LiveApplicationsDone)(int outcome, const LiveApplication *applications, size_t n_applications, void *userdata);
int store_live_applications(Store *store, GuildId guild, LiveApplicationsDone done, void *userdata);

/*
 * Applications under way whose handle RSI could not be asked about: each gets a flow 'tmr:rsi:<tid>:<time>' of this kind, subject
 * 'ticket:<tid>', no actor, no args; once a quarter of an hour, after two hours once an hour, and 10 a call. Gives the new flows.
 */
int store_refresh_rsi(Store *store, const char *kind, int code_version, IdsDone done, void *userdata);

/* ---- time zones ------------------------------------------------------------------------------------------------------------ */

/* Every zone PostgreSQL knows by name; some 600, and slow (0.1 s): ask once a process. Flow lane. */
typedef void (*NamesDone)(int outcome, const char *const *names, size_t n_names, void *userdata);
int store_timezones(Store *store, NamesDone done, void *userdata);
/* The clock of a zone, right for two days before and after now; also of one that is fixed. NULL: there is no such zone. Front lane. */
typedef void (*ZoneRulesDone)(int outcome, const ZoneRules *rules, Usec now, void *userdata);
int store_zone_rules(Store *store, const char *zone, ZoneRulesDone done, void *userdata);
