#pragma once

/* What the checks of the doctor share. Private to src/domain. */

#include "magikal/doctor.h"

#include "magikal/cleanup.h"

/* Posting, and finding again what was posted (a probe reads the channel). */
#define DOCTOR_POSTS (PERMISSION_VIEW_CHANNEL | PERMISSION_SEND_MESSAGES | PERMISSION_EMBED_LINKS | PERMISSION_READ_MESSAGE_HISTORY)

typedef struct Examination {
        const DoctorWorld *world;
        const DoctorGuild *guild;
        DoctorCheckId check;            /* the one under way */
        PermissionRole *bot_roles;
        PermissionSubject bot, everyone;        /* valid where the guild was seen */
        RoleId bot_role;                /* which to give permissions to: the bot's own, else its highest; 0: it has none */
        DoctorFinding *findings;
        size_t n, n_allocated;
        int error;                      /* sticky */
} Examination;

#define DOCTOR(id, name, scope, severity, decide, said, mended, tests) void decide(Examination *x);
#include "magikal/doctor.def"
#undef DOCTOR

/* A finding as the check's row has it. args: as for text_put(), of both sentences. */
void doctor_find(Examination *x, const TextArg *args);
/* The same, but not as bad, or in other words. */
void doctor_find_as(Examination *x, DoctorSeverity severity, TextId said, TextId mended, const TextArg *args);

/* Names what the last finding is about. */
void doctor_about(Examination *x, TextId setting);

/* Discord showed us the guild, and the database what is set there. */
bool doctor_knows_guild(const Examination *x);
/* What somebody can really do in a channel. */
uint64_t doctor_rights(const PermissionSubject *subject, const DoctorChannel *channel);
/* The same for a member who has just this role; one that is gone gives nothing. */
uint64_t doctor_role_rights(const Examination *x, RoleId role, const DoctorChannel *channel);
uint64_t doctor_role_base(const Examination *x, RoleId role);
/* Which of these we lack in the channel; 0: none. */
uint64_t doctor_lacks(const Examination *x, const DoctorChannel *channel, uint64_t needed);
/* Is there anything set for that kind of ticket? */
bool doctor_uses(const Examination *x, TicketKind kind);
RoleId doctor_ping_role(const Examination *x, TicketKind kind);
