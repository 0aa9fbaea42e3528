/* A small table, searched from end to end: it holds the applicants of an hour. The entry that ends first makes room. */

#include "rsi-cache.h"

#define ENTRIES_MAX 128

typedef struct Entry {
        char *key;              /* NULL: free */
        RsiFound *found;
        Usec until;
} Entry;

struct RsiCache {
        Entry entries[ENTRIES_MAX];
};

RsiFound *rsi_found_ref(RsiFound *found) {
        if (found)
                found->n_refs++;
        return found;
}

RsiFound *rsi_found_unref(RsiFound *found) {
        if (!found || --found->n_refs > 0)
                return NULL;
        switch (found->kind) {
        case RSI_CITIZEN:
                (void) rsi_citizen_free(found->citizen);
                break;
        case RSI_ORG_LIST:
                (void) rsi_org_list_free(found->org_list);
                break;
        case RSI_ORG_PAGE:
                (void) rsi_org_page_free(found->org_page);
                break;
        case RSI_MEMBERSHIP:
                (void) rsi_membership_free(found->membership);
                break;
        case _RSI_KIND_MAX:
                break;
        }
        free(found);
        return NULL;
}

RsiCache *rsi_cache_new(void) {
        return new0(RsiCache, 1);
}

static void entry_done(Entry *entry) {
        (void) rsi_found_unref(entry->found);
        free(entry->key);
        *entry = (Entry) {};
}

RsiCache *rsi_cache_free(RsiCache *cache) {
        if (!cache)
                return NULL;
        for (size_t i = 0; i < ENTRIES_MAX; i++)
                entry_done(&cache->entries[i]);
        free(cache);
        return NULL;
}

void rsi_cache_put(RsiCache *cache, const char *key, RsiFound *found, Usec until, Usec now) {
        _free_ char *copy = strdup(key);
        Entry *to = &cache->entries[0];

        if (!copy)
                return;
        for (size_t i = 0; i < ENTRIES_MAX; i++) {
                Entry *e = &cache->entries[i];

                if (e->key && e->until <= now)
                        entry_done(e);
                if (e->key && streq(e->key, key)) {
                        to = e;
                        break;
                }
                if (e->until < to->until)       /* free ones first: 0 */
                        to = e;
        }
        entry_done(to);
        *to = (Entry) { .key = TAKE(copy), .found = rsi_found_ref(found), .until = until };
}

bool rsi_cache_get(const RsiCache *cache, const char *key, Usec now, RsiFound **ret_found) {
        for (size_t i = 0; i < ENTRIES_MAX; i++) {
                const Entry *e = &cache->entries[i];

                if (e->key && e->until > now && streq(e->key, key)) {
                        *ret_found = e->found;
                        return true;
                }
        }
        return false;
}
