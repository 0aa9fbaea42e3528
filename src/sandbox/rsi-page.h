#pragma once

/* Pages built as the game's site builds its own, for people and organisations that do not exist. Pure. */

#include <stdbool.h>

#include "magikal/cleanup.h"
#include "magikal/strbuf.h"

#define RSI_MEMBERSHIPS_MAX 4

/* What a person's pages do instead of simply being there. */
typedef enum RsiTrouble {
        RSI_TROUBLE_NONE,
        RSI_TROUBLE_SLOW,               /* RSI_SLOW_MS before the page comes */
        RSI_TROUBLE_BROKEN,             /* 500 */
        RSI_TROUBLE_BLOCKED,            /* 403, as from a firewall */
        RSI_TROUBLE_LIMITED,            /* 429 with Retry-After */
        RSI_TROUBLE_LOGIN,              /* 200, but a page that wants a password */
        RSI_TROUBLE_LAYOUT,             /* 200, but built differently */
        RSI_TROUBLE_MOVED,              /* redirected to the same page under /en/ */
        RSI_TROUBLE_ELSEWHERE,          /* redirected to another host */
} RsiTrouble;

#define RSI_SLOW_MS 10000

typedef struct RsiOrganisation {
        const char *sid, *name, *archetype, *primary, *secondary;
        unsigned n_members;
} RsiOrganisation;

typedef struct RsiMember {
        const char *sid;                /* NULL: none */
        char visibility;                /* 'V'isible, 'R'edacted, 'H'idden */
        const char *rank;
        unsigned n_stars;
} RsiMember;

typedef struct RsiPerson {
        const char *handle, *moniker;
        unsigned record;                /* 0: "n/a" */
        const char *title, *enlisted, *location, *fluency, *website, *bio;      /* NULL: the page has no such entry */
        RsiMember memberships[RSI_MEMBERSHIPS_MAX];     /* the first is the main organisation */
        RsiTrouble trouble;
} RsiPerson;

/* By handle or SID, ignoring case; NULL when there is none. */
const RsiPerson *rsi_person_find(const char *handle);
const RsiOrganisation *rsi_organisation_find(const char *sid);

/* Text as HTML. */
void rsi_put_escaped(StrBuf *out, const char *text);

void rsi_put_dossier(StrBuf *out, const RsiPerson *person);
void rsi_put_organisations(StrBuf *out, const RsiPerson *person);
void rsi_put_organisation(StrBuf *out, const RsiOrganisation *organisation);
void rsi_put_login(StrBuf *out);
void rsi_put_new_layout(StrBuf *out, const RsiPerson *person);
void rsi_put_message(StrBuf *out, int status, const char *sentence);
/*
 * One page of members whose handle or moniker contains `search`, as list items; those with visibility 'H' are left out. page counts from 1.
 * Returns how many members there are on all pages.
 */
unsigned rsi_put_members(StrBuf *out, const RsiOrganisation *organisation, const char *search, unsigned page, unsigned page_size);
