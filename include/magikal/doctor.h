#pragma once

/*
 * The doctor: from what is known of the installation and of one guild to what is wrong and how it is mended. Pure; who gathers the facts is
 * in doctor-gather.h. The checks are the rows of doctor.def.
 *
 * What nobody looked at is neither well nor wrong: a check that lacks its facts says nothing. That facts could not be had (no database, no
 * Discord) is a finding of the check that is about them.
 */

#include "magikal/application.h"
#include "magikal/guild-settings.h"
#include "magikal/permission.h"
#include "magikal/recruit-settings.h"
#include "magikal/text.h"
#include "magikal/ticket.h"

/* ---- what is known; 0, NULL and false where it is not --------------------------------------------------------------------------------- */

typedef enum DoctorLook {
        DOCTOR_NOT_LOOKED = 0,
        DOCTOR_SEEN,
        DOCTOR_UNSEEN,                  /* asked for in vain */
} DoctorLook;

typedef struct DoctorApplication {
        DoctorLook look;
        int status;                     /* HTTP; 0: no answer */
        ApplicationId wanted, found;    /* by the settings, by the token */
        bool has_members, has_content;  /* privileged intents, granted and wanted */
        bool has_interactions_url;
        bool is_clock_known;
        int64_t ahead_s;                /* Discord's clock against ours */
} DoctorApplication;

typedef struct DoctorFiles {            /* credentials, read by who is not part of the daemon; NULL: they can be */
        const char *token_why, *keys_why;
} DoctorFiles;

typedef struct DoctorDaemon {           /* asked by who is not part of it */
        DoctorLook look;                /* UNSEEN: it does not run */
        bool is_ready;
        const char *status;             /* its own sentence */
} DoctorDaemon;

typedef struct DoctorDatabase {
        DoctorLook look;
        bool is_schema_wrong;           /* then `why` says how, and nothing else of it is known */
        int schema, schema_min, schema_max;     /* this code runs on min to max */
        const char *why;                /* NULL: it just does not answer */
        int64_t ahead_s;                /* its clock against ours */
        bool are_commands_known, are_commands_registered;
        uint64_t broken_seal;           /* of the audit, the first that does not fit; 0: all do */
        int64_t unsealed_s;             /* how long its oldest row waits for a seal */
} DoctorDatabase;

typedef struct DoctorRsi {
        DoctorLook look;                /* UNSEEN: see reason */
        bool is_off, has_no_handle;     /* then nobody looked */
        bool is_absent;                 /* there is no such citizen */
        const char *reason;             /* "timeout", static */
} DoctorRsi;

typedef struct DoctorRole {
        RoleId id;                      /* the guild's id: @everyone */
        int position;
        uint64_t permissions;
        bool is_managed, is_mentionable;
        const char *name;
} DoctorRole;

typedef struct DoctorChannel {
        ChannelId id, parent;
        bool is_category;
        const char *name, *topic;
        const Overwrite *overwrites;
        size_t n_overwrites;
} DoctorChannel;

typedef struct DoctorPanel {
        DoctorLook look;
        bool is_there, can_be_pressed;
        int n_older;                    /* other panels of ours in its channel */
} DoctorPanel;

typedef struct DoctorTicket {
        Ticket ticket;
        Application application;        /* id 0: support */
        bool has_answers;
        bool is_topic_due, is_message_due;      /* what stands there is about to be changed by the editor */
        DoctorLook message_look;
        bool is_message_gone, has_qna_button;
} DoctorTicket;

typedef struct DoctorFlow {
        FlowId id;
        const char *kind, *op, *error;  /* op: of the step it stands at */
        bool is_dead;
        int attempt;
} DoctorFlow;

typedef struct DoctorEdit {
        ChannelId channel;
        MessageId message;              /* 0: the topic */
        bool is_blocked;
        const char *error;
} DoctorEdit;

typedef struct DoctorCapable {
        RoleId role;
        unsigned capabilities;
} DoctorCapable;

typedef struct DoctorGuild {
        GuildId guild;                  /* 0: only the installation is looked at */
        DoctorLook look;                /* channels, roles and ourselves */
        int status;                     /* HTTP of what could not be seen */
        UserId bot;
        const RoleId *bot_roles;        /* without @everyone */
        size_t n_bot_roles;
        const DoctorRole *roles;
        size_t n_roles;
        const DoctorChannel *channels;
        size_t n_channels;

        const GuildSettings *settings;  /* NULL: not known */
        const RecruitSettings *recruit; /* the same */
        const DoctorCapable *capable;
        size_t n_capable;
        const DoctorTicket *tickets;    /* open ones */
        size_t n_tickets;
        const DoctorFlow *flows;        /* those that are given up, and those that do not get on */
        size_t n_flows;
        const DoctorEdit *edits;        /* that do not get on */
        size_t n_edits;
        DoctorPanel support_panel, recruitment_panel;
} DoctorGuild;

typedef struct DoctorWorld {
        DoctorApplication application;
        DoctorFiles files;
        DoctorDaemon daemon;
        DoctorDatabase database;
        DoctorRsi rsi;
        DoctorGuild guild;
        bool is_incomplete;             /* something was asked in vain that has no look of its own */
} DoctorWorld;

/* ---- the checks ------------------------------------------------------------------------------------------------------------------------- */

typedef enum DoctorSeverity { DOCTOR_NOTE, DOCTOR_WARNING, DOCTOR_BROKEN } DoctorSeverity;
typedef enum DoctorScope { DOCTOR_OF_INSTALLATION = 1 << 0, DOCTOR_OF_GUILD = 1 << 1 } DoctorScope;

typedef enum DoctorCheckId {
#define DOCTOR(id, name, scope, severity, decide, said, mended, tests) DOCTOR_CHECK_##id,
#include "magikal/doctor.def"
#undef DOCTOR
        _DOCTOR_CHECK_MAX
} DoctorCheckId;

#define DOCTOR_ARGS_MAX 6

typedef struct DoctorFinding {
        DoctorCheckId check;
        DoctorSeverity severity;
        size_t order;                   /* as they were found */
        TextId said, mended;
        TextArg args[DOCTOR_ARGS_MAX + 1];      /* of both sentences; texts are the world's */
        bool has_setting;
        TextId setting;                 /* the name of what it is about, in whatever language: {setting} of both sentences */
} DoctorFinding;

typedef struct DoctorReport {
        DoctorFinding *findings;        /* worst first; of the same severity as in doctor.def */
        size_t n;
        size_t n_of[DOCTOR_BROKEN + 1]; /* by severity */
} DoctorReport;

/* "panel-hidden"; what it tests, in words. Static; NULL for a number that is none. */
const char *doctor_check_name(DoctorCheckId check);
const char *doctor_check_tests(DoctorCheckId check);
DoctorScope doctor_check_scope(DoctorCheckId check);
/* How many there are in a set of scopes. */
size_t doctor_n_checks(unsigned scopes);
/* "warning" */
const char *doctor_severity_to_string(DoctorSeverity severity);

/* scopes: a set. 0 and the report, to doctor_report_done(), which is only valid as long as the world is; -ENOMEM. */
int doctor_examine(const DoctorWorld *world, unsigned scopes, DoctorReport *ret);
void doctor_report_done(DoctorReport *report);

/* What text_put() wants for the sentences of a finding in a language. */
void doctor_finding_args(const DoctorFinding *finding, Lang lang, TextArg ret[static DOCTOR_ARGS_MAX + 2]);

/* Channels in the category, or with 0 in the guild. */
size_t doctor_channels_in(const DoctorGuild *guild, ChannelId category);
/* NULL: there is none. */
const DoctorChannel *doctor_channel(const DoctorGuild *guild, ChannelId id);
const DoctorRole *doctor_role(const DoctorGuild *guild, RoleId id);
