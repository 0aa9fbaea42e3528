#pragma once

/* A ticket: its row, its states and what may follow what. Pure. */

#include <stdbool.h>

#include "magikal/snowflake.h"

typedef enum TicketKind { TICKET_SUPPORT, TICKET_RECRUITMENT } TicketKind;
typedef enum TicketState { TICKET_OPENING, TICKET_OPEN, TICKET_CLOSING, TICKET_CLOSED, TICKET_FAILED } TicketState;

typedef struct Ticket {
        TicketId id;                    /* 0: no such ticket */
        GuildId guild;
        int guild_no;
        TicketKind kind;
        TicketState state;
        Pseudonym opener;
        UserId opener_user;             /* 0: erased */
        const char *opener_locale;      /* when the ticket was opened; NULL: not known */
        ChannelId channel;
        MessageId message;
        const char *question;           /* opened; NULL: blanked or unreadable */
        Usec opened_at, closed_at;      /* 0: not yet */
        Pseudonym closer;
        UserId closer_user;
        const char *outcome;            /* "resolved", "deleted by staff"…; NULL: none */
        FlowId open_flow;               /* the flow that made it */
        int repairs;                    /* repair flows started so far */
} Ticket;

/* What can happen to a ticket. */
typedef enum TicketEvent {
        TICKET_EVENT_OPENED,            /* channel and first message exist */
        TICKET_EVENT_FAILED,            /* it could not be opened and everything was taken back */
        TICKET_EVENT_CLOSE,             /* somebody closes it: the first wins */
        TICKET_EVENT_REOPEN,            /* closing was taken back */
        TICKET_EVENT_CLOSED,            /* the channel is gone at our hand */
        TICKET_EVENT_VANISHED,          /* the channel is gone at somebody else's hand */
        _TICKET_EVENT_MAX
} TicketEvent;

/* May this happen in that state? The only comparison of states in the program; *ret_next (may be NULL) is the state after it. */
bool ticket_may(TicketState state, TicketEvent event, TicketState *ret_next);
/* Opening, open or closing: it occupies the member's one place of its kind. */
bool ticket_is_live(TicketState state);

/* Who wins when a person asks for something: 0 go on, or why not. */
typedef enum TicketVerdict {
        TICKET_NONE = 1,                /* no such ticket, or it could never be opened */
        TICKET_NOT_YET,                 /* still being opened */
        TICKET_BEING_CLOSED,            /* somebody was first: closer_user, and the channel is about to go */
        TICKET_IS_CLOSED,               /* over: closer_user (0: deleted by hand or erased), closed_at */
} TicketVerdict;
int ticket_judge(const Ticket *ticket, TicketEvent event);

/* "support"; NULL for a number that is no kind. */
const char *ticket_kind_to_string(TicketKind kind);
int ticket_kind_from_string(const char *text, TicketKind *ret);         /* -EINVAL */
const char *ticket_state_to_string(TicketState state);
int ticket_state_from_string(const char *text, TicketState *ret);       /* -EINVAL */
