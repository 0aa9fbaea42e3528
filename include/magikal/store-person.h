#pragma once

/* What of the store is about one person: what is known, forgetting it, handing it over. Included by store.h, whose opening comment holds here too. */

#include "magikal/store.h"

typedef struct PersonKnown {
        Pseudonym who;                  /* empty: nothing is stored */
        int n_tickets, n_applications;
        int n_live;                     /* of the tickets */
} PersonKnown;
typedef void (*PersonKnownDone)(int outcome, const PersonKnown *known, void *userdata);
/* Front lane, where the store has one. */
int store_person_known(Store *store, GuildId guild, UserId user, PersonKnownDone done, void *userdata);

/*
 * Nothing leads to the person any more: the way from the pseudonym to the user id is gone, and every text of theirs. Tickets, decisions and
 * the audit stay, and name nobody; records of theirs are written anew by flows. It writes its own audit, "person.erased" about 'user:<pid>'.
 *
 * Conflicts: "person_unknown", nothing is stored about them; "person_has_ticket", one of theirs is live.
 */
void store_add_person_erase(Batch *b, GuildId guild, UserId user, FlowId flow, int step_no, Pseudonym actor);
/* The same without a flow, for the operator. Flow lane. */
int store_person_erase(Store *store, GuildId guild, UserId user, BatchDone done, void *userdata);

/*
 * All of it as one JSON object, {"person":{…},"tickets":[…], …}, sealed texts opened. NULL: nothing is stored. Tokens of interactions are left
 * out: whoever reads this may not act for Discord's user. Flow lane.
 */
typedef void (*PersonExportDone)(int outcome, const char *json, void *userdata);
int store_person_export(Store *store, GuildId guild, UserId user, PersonExportDone done, void *userdata);

/*
 * Applications whose record shows what is stored no more: each gets a flow of this kind, subject 'ticket:<tid>', no actor, no args, 50 a call
 * and each once a minute. Gives the new flows.
 */
int store_refresh_records(Store *store, const char *kind, int code_version, IdsDone done, void *userdata);
/* That flow reads what is stored now: what is blanked behind this makes the record stale once more. */
void store_add_record_fresh(Batch *b, TicketId ticket);
