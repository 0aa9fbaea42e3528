#pragma once

/* What the doctor asks the database. */

#include "magikal/doctor.h"
#include "magikal/store.h"

typedef struct DoctorRows {
        int schema;
        Usec now;                       /* the database's clock */
        char *commands;                 /* hash of what was registered; NULL: nothing was */
        uint64_t broken_seal;           /* of the audit's newest blocks; 0: none */
        Usec unsealed;                  /* age of the oldest row without a seal; 0: none */
        char *known_handle;             /* of the newest applicant whom RSI knew; NULL: none */
        DoctorCapable *capable;
        size_t n_capable;
        DoctorTicket *tickets;          /* as far as rows tell; their texts are `texts`' */
        size_t n_tickets;
        DoctorFlow *flows;
        size_t n_flows;
        DoctorEdit *edits;
        size_t n_edits;
        char **texts;                   /* private */
        size_t n_texts;
} DoctorRows;

DoctorRows *doctor_rows_free(DoctorRows *rows);
DEFINE_CLEANUP(DoctorRows *, doctor_rows_free)

/* With outcome 0 the rows are the callee's, to doctor_rows_free(); else NULL. */
typedef void (*DoctorRowsDone)(int outcome, DoctorRows *take_rows, void *userdata);
/* guild 0: only what is about the installation. Front lane. */
int store_doctor(Store *store, GuildId guild, ApplicationId application, DoctorRowsDone done, void *userdata);
