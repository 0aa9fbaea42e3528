#pragma once

/*
 * The markers in a ticket channel's topic, "TID:<ticket id> OPENER:<user id>" for support. They are a hint for finding a channel again;
 * the database is the truth. People may write around them: reading looks for exact tokens between white space and ignores the rest.
 */

#include "magikal/snowflake.h"
#include "magikal/strbuf.h"

typedef struct Topic {
        TicketId ticket;                /* 0: no marker */
        UserId opener;                  /* 0: no marker */
} Topic;

void topic_write(StrBuf *out, const Topic *topic);
/* NULL is an empty topic. The first well-formed marker of a kind counts; a malformed or repeated one is ignored. */
Topic topic_read(const char *text);
/* Does the text carry exactly this ticket's marker? */
bool topic_is_of(const char *text, TicketId ticket);
