/*
 * What a client gets that asks for members over its gateway connection (Discord reference, "Request Guild Members"): chunks of
 * up to a thousand, all of one request numbered.
 */

#include "model.h"

#include <errno.h>
#include <strings.h>

enum {
        CHUNK_MAX = 1000,
        NAMED_MAX = 100, /* of what a prefix or user_ids may find */
};

/* Members in the order they are sent, borrowed. */
typedef struct Found {
        const User **users;
        size_t n;
        IdList missing; /* of the ids asked for */
} Found;

static void found_done(Found *found) {
        free(found->users);
        id_list_done(&found->missing);
}

/* ---- who is asked for ---- */

static void find_by_name(const SbxModel *model, const char *query, size_t limit, Found *found) {
        for (size_t i = 0; i < model->users.n && found->n < limit; i++) {
                const User *user = model->users.items[i];

                if (user->is_member && strncasecmp(user->name, query, strlen(query)) == 0)
                        found->users[found->n++] = user;
        }
}

static int find_by_id(const SbxModel *model, const Json *id_json, Found *found) {
        const User *user;
        uint64_t id;

        if (json_to_u64(id_json, &id) < 0)
                return 0;
        user = model_member(model, id);
        if (!user)
                return id_list_add(&found->missing, id);
        if (found->n < NAMED_MAX)
                found->users[found->n++] = user;
        return 0;
}

/* 0 or -ENOMEM */
static int find(const SbxModel *model, const Json *request, Found *found) {
        const char *query = json_text(json_get(request, "query"));
        const Json *ids = json_get(request, "user_ids");
        int64_t limit = 0;

        found->users = new0(const User *, MAX(model->users.n, (size_t) NAMED_MAX));
        if (!found->users)
                return -ENOMEM;
        (void) json_get_i64(request, "limit", &limit); /* absent or odd: all of them */
        if (query) {
                size_t most = *query ? NAMED_MAX : model->users.n;

                find_by_name(model, query, limit > 0 ? MIN((size_t) limit, most) : most, found);
                return 0;
        }
        if (!json_is_array(ids))
                return find_by_id(model, ids, found);
        JSON_FOREACH(item, ids)
                if (find_by_id(model, item, found) < 0)
                        return -ENOMEM;
        return 0;
}

/* ---- one chunk ---- */

static void put_chunk(const SbxModel *model, JsonWriter *w, const Json *request, const Found *found, size_t index, size_t n_chunks) {
        const char *nonce = json_text(json_get(request, "nonce"));
        size_t end = MIN(found->n, (index + 1) * CHUNK_MAX);

        json_open(w);
        json_id(w, "guild_id", model->guild);
        json_array(w, "members");
        for (size_t i = index * CHUNK_MAX; i < end; i++)
                put_member(model, w, found->users[i], MEMBER_WITH_USER, NULL);
        json_close_array(w);
        json_i64(w, "chunk_index", (int64_t) index);
        json_i64(w, "chunk_count", (int64_t) n_chunks);
        if (index == 0 && found->missing.n > 0)
                put_ids(w, "not_found", &found->missing);
        if (nonce)
                json_string(w, "nonce", nonce);
        json_close(w);
}

void model_each_members_chunk(Sandbox *sandbox, const Json *request, void (*send)(void *userdata, const char *d), void *userdata) {
        const SbxModel *model = sbx_model(sandbox);
        _cleanup_(found_done) Found found = {};
        size_t n_chunks;

        if (find(model, request, &found) < 0)
                return;
        n_chunks = found.n == 0 ? 1 : (found.n + CHUNK_MAX - 1) / CHUNK_MAX;
        for (size_t i = 0; i < n_chunks; i++) {
                _json_writer_ JsonWriter w = {};
                _free_ char *d = NULL;

                put_chunk(model, &w, request, &found, i, n_chunks);
                if (json_writer_finish(&w, &d) == 0)
                        send(userdata, d);
        }
}
