#pragma once

/*
 * The markers in a ticket channel's topic: "TID:<ticket id> OPENER:<user id>" for support,
 * "TID:<ticket id> REQ:member|affiliate|- APP:<application's id> TZ:<zone>|- OPENER:<user id>" for recruitment.
 * They are a hint for finding a channel, or rebuilding a ticket, again; the database is the truth. People may write around them: reading
 * looks for exact tokens between white space and ignores the rest.
 */

#include "magikal/application.h"
#include "magikal/snowflake.h"
#include "magikal/strbuf.h"
#include "magikal/ticket.h"
#include "magikal/timezone.h"

typedef struct Topic {
        TicketId ticket;                /* 0: no marker */
        UserId opener;                  /* 0: no marker */
        RecruitId recruit;              /* 0: no marker; a support ticket */
        RequestedRole requested;        /* REQUESTED_NONE: no marker, or "-" */
        ZoneName zone;                  /* "": no marker, or "-" */
} Topic;

/* What a ticket's topic says. application: NULL or with id 0 of a support ticket. */
Topic topic_of(const Ticket *ticket, const Application *application);
/* The markers of a support ticket, or of a recruitment ticket when topic->recruit is set. */
void topic_write(StrBuf *out, const Topic *topic);
/* The same, and behind them the words of `text` (NULL: none) that are no markers: what people wrote around those. May be longer than a topic. */
void topic_mend(StrBuf *out, const Topic *topic, const char *text);
/* NULL is an empty topic. The first well-formed marker of a kind counts; a malformed or repeated one is ignored. */
Topic topic_read(const char *text);
/* Does the text carry exactly this ticket's marker? */
bool topic_is_of(const char *text, TicketId ticket);
/* Does reading the text give exactly this? If not, somebody edited the markers. */
bool topic_is_intact(const char *text, const Topic *topic);
