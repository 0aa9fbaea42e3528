/*
 * People as the page asks for them: GET /sandbox/people searches and turns pages; GET /sandbox/state names those whom a person would
 * look for first. A guild may have 50,000 members, so neither ever gives all of them unasked.
 */

#include "model.h"

enum { PEOPLE_DEFAULT = 200 };

static size_t read_limit(const SbxRequest *request, const char *key) {
        return (size_t) MIN(sbx_query_u64(request, key, PEOPLE_DEFAULT), (uint64_t) PEOPLE_MAX);
}

/* ---- search ---- */

typedef struct Search {
        const SbxModel *model;
        const char *query;      /* part of a name; NULL: all */
        const Channel *channel; /* only who sees it; NULL: all */
        IdList ids;             /* only these; empty: all */
} Search;

static bool name_has(const char *name, const char *query) {
        return name && strcasestr(name, query);
}

static bool search_finds(const Search *s, const User *user) {
        if (!user->is_member)
                return false;
        if (s->query && !name_has(user->name, s->query) && !name_has(user->global_name, s->query) && !name_has(user->nick, s->query))
                return false;
        return !s->channel || user_sees(s->model, user, s->channel);
}

/* "1,2,3". False for anything else. */
static bool read_ids(const char *text, IdList *ret) {
        while (*text) {
                char *end;
                uint64_t id = strtoull(text, &end, 10);

                if (*text < '0' || *text > '9' || (*end && *end != ',') || ret->n >= PEOPLE_MAX || id_list_add(ret, id) < 0)
                        return false;
                text = *end ? end + 1 : end;
        }
        return true;
}

static bool search_read(Search *s, const SbxRequest *request, SbxReply *reply) {
        const char *ids = sbx_query(request, "ids"), *channel = sbx_query(request, "channel");

        s->query = sbx_query(request, "query");
        if (ids && !read_ids(ids, &s->ids)) {
                sbx_reply_refuse(reply, 400, "ids is up to %d ids with commas between them.", PEOPLE_MAX);
                return false;
        }
        if (channel && !(s->channel = model_channel(s->model, sbx_query_u64(request, "channel", 0)))) {
                sbx_reply_refuse(reply, 404, "There is no such channel.");
                return false;
        }
        return true;
}

/* The n-th of those that may be found at all, in the order they are given. */
static const User *search_candidate(const Search *s, size_t n) {
        return s->ids.n > 0 ? model_user(s->model, s->ids.ids[n]) : s->model->users.items[n];
}

static void search_done(Search *s) {
        id_list_done(&s->ids);
}

void people_get(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        size_t limit = read_limit(request, "limit"), n_found = 0, n_given = 0, n_candidates;
        uint64_t after = sbx_query_u64(request, "after", 0);
        _cleanup_(search_done) Search s = { .model = model };
        _json_writer_ JsonWriter w = {};

        if (!search_read(&s, request, reply))
                return;
        n_candidates = s.ids.n > 0 ? s.ids.n : model->users.n;
        json_open(&w);
        json_array(&w, "members");
        for (size_t i = 0; i < n_candidates; i++) {
                const User *user = search_candidate(&s, i);

                if (!user || !search_finds(&s, user))
                        continue;
                n_found++;
                if (user->id <= after || n_given >= limit)
                        continue;
                put_member(model, &w, user, MEMBER_WITH_USER, NULL);
                n_given++;
        }
        json_close_array(&w);
        json_i64(&w, "total", (int64_t) n_found);
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

/* ---- the first ones ---- */

/* Whom a page needs to know by name comes before whom it is likely to be asked for. */
typedef enum Rank { RANK_NEEDED, RANK_PROMINENT, RANK_OTHERS, _RANK_MAX } Rank;

static Rank user_rank(const SbxModel *model, const User *user, const User *me) {
        if (user == me || user->is_bot || user->id == model->owner)
                return RANK_NEEDED;
        return user->roles.n > 0 ? RANK_PROMINENT : RANK_OTHERS;
}

static int by_id(const void *a, const void *b) {
        const User *x = *(const User *const *) a, *y = *(const User *const *) b;

        return (x->id > y->id) - (x->id < y->id);
}

void crowd_gather(const SbxModel *model, const User *me, const SbxRequest *request, Crowd *ret_crowd) {
        size_t limit = read_limit(request, "members");

        ret_crowd->n = 0;
        for (Rank rank = 0; rank < _RANK_MAX; rank++)
                for (size_t i = 0; i < model->users.n && ret_crowd->n < limit; i++) {
                        const User *user = model->users.items[i];

                        /* Who left is no member and can still be acted as. */
                        if ((user->is_member || !user->is_bot) && user_rank(model, user, me) == rank)
                                ret_crowd->users[ret_crowd->n++] = user;
                }
        qsort(ret_crowd->users, ret_crowd->n, sizeof(ret_crowd->users[0]), by_id);
}
