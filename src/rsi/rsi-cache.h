#pragma once

/* What has been found out, for as long as it holds: shared by everybody who was told. */

#include "magikal/rsi.h"

/* One parsed page. Counted, so that it may leave the cache while somebody reads it. */
typedef struct RsiFound {
        unsigned n_refs;
        RsiKind kind;
        union {
                RsiCitizen *citizen;
                RsiOrgList *org_list;
                RsiOrgPage *org_page;
                RsiMembership *membership;
        };
} RsiFound;

RsiFound *rsi_found_ref(RsiFound *found);       /* NULL is fine */
RsiFound *rsi_found_unref(RsiFound *found);     /* NULL is fine; returns NULL */
DEFINE_CLEANUP(RsiFound *, rsi_found_unref)

typedef struct RsiCache RsiCache;

RsiCache *rsi_cache_new(void);          /* NULL: no memory */
RsiCache *rsi_cache_free(RsiCache *cache);

/* found NULL: the thing is absent. Takes a reference of its own. Without memory nothing is kept. */
void rsi_cache_put(RsiCache *cache, const char *key, RsiFound *found, Usec until, Usec now);
/* True when it is known; *ret_found is borrowed, NULL: absent. */
bool rsi_cache_get(const RsiCache *cache, const char *key, Usec now, RsiFound **ret_found);
