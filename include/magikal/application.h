#pragma once

/* An application: its row, its status, which is also that of its permanent record, and what may be done in which. Pure. */

#include <stdbool.h>

#include "magikal/access-mode.h"
#include "magikal/snowflake.h"
#include "magikal/text.h"

typedef enum ApplicationStatus {
        APPLICATION_DRAFT,              /* the ticket is open, Step 1 is not in; no record yet */
        APPLICATION_PENDING,
        APPLICATION_QNA_RECEIVED,
        APPLICATION_APPROVED,
        APPLICATION_DECLINED,
        APPLICATION_FINALISED,
        APPLICATION_REMOVED,
        _APPLICATION_STATUS_MAX
} ApplicationStatus;

typedef enum RequestedRole { REQUESTED_NONE, REQUESTED_MEMBER, REQUESTED_AFFILIATE } RequestedRole;

typedef struct Application {
        RecruitId id;                   /* 0: no such application */
        TicketId ticket;
        ApplicationStatus status;
        RequestedRole requested;
        bool is_qna_open;               /* the Q&A waits for answers: from Step 1 until answered, and again when reopened */
        bool is_closed_undecided;       /* staff closed the ticket without a decision */
        bool has_left;                  /* the applicant left the guild */
        AccessMode access;              /* as it was at approval */
        const char *area, *zone, *handle, *rsi_record, *notes;  /* NULL: not known */
        const char *reason;             /* declined or removed */
        ChannelId record_channel;
        MessageId record_message;       /* 0: not posted yet */
        Pseudonym decider;              /* approved or declined it */
        UserId decider_user;            /* 0: nobody, or erased */
        Usec decided_at;                /* 0: not yet */
        Pseudonym remover;
        UserId remover_user;
        Usec removed_at;
        Usec blanked_at;                /* its texts have been removed since; 0: they are there */
} Application;

/* What can be done with an application, or happen to it. */
typedef enum ApplicationAction {
        APPLICATION_STEP1,
        APPLICATION_EDIT_STEP1,
        APPLICATION_QNA,
        APPLICATION_REOPEN_QNA,
        APPLICATION_APPROVE,
        APPLICATION_REJECT,
        APPLICATION_CLOSE,
        APPLICATION_FINALISE,
        APPLICATION_REMOVE,
        APPLICATION_MEMBER_LEFT,        /* the applicant is no longer in the guild */
        APPLICATION_MEMBER_BACK,
        APPLICATION_CHANNEL_GONE,       /* at somebody else's hand */
        _APPLICATION_ACTION_MAX
} ApplicationAction;

/* May this be done in that status? *ret_next (may be NULL) is the status after it, often the same. */
bool application_may(ApplicationStatus status, ApplicationAction action, ApplicationStatus *ret_next);

/* Who wins when a person asks for something: 0 go on, or why not. */
typedef enum ApplicationVerdict {
        APPLICATION_NONE = 1,           /* no such application */
        APPLICATION_NO_STEP1,           /* Step 1 is not in yet */
        APPLICATION_HAS_STEP1,          /* Step 1 is in: Edit Step 1 changes it */
        APPLICATION_NO_QUESTIONS,       /* the Q&A is in and was not reopened */
        APPLICATION_NOT_APPROVED,       /* that needs an approved application */
        APPLICATION_DECIDED,            /* somebody was first: decider_user, decided_at */
        APPLICATION_IS_CLOSED,          /* closed without a decision */
        APPLICATION_IS_FINALISED,       /* RecruitFacts has who and when */
        APPLICATION_IS_REMOVED,         /* remover_user, removed_at */
} ApplicationVerdict;
int application_judge(const Application *application, ApplicationAction action);
/* The verdict for the person; DECIDED has {decider} and {time}, IS_FINALISED {finaliser} and {time}, IS_REMOVED {remover} and {time}. */
TextId application_verdict_text(int verdict);

/* Approve, reject, finalise: nobody does these to their own application. */
bool application_is_decision(ApplicationAction action);
/* Does this ask "are you sure?" first: close and finalise always, approve while the Q&A is not in. */
bool application_must_confirm(const Application *application, ApplicationAction action);

/* Status as the record shows it, without placeholders, and the colour of its embed. */
TextId application_status_text(ApplicationStatus status);
uint32_t application_status_color(ApplicationStatus status);

/* "qna_received"; NULL for a number that is no status. */
const char *application_status_to_string(ApplicationStatus status);
int application_status_from_string(const char *text, ApplicationStatus *ret);   /* -EINVAL */
/* "member", "affiliate"; NULL for none. */
const char *requested_role_to_string(RequestedRole role);
int requested_role_from_string(const char *text, RequestedRole *ret);           /* -EINVAL */
/* "Member", "Affiliate"; of none that of a member, which is what is given. */
TextId requested_role_text(RequestedRole role);
