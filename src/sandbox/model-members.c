/* What a client gets that asks for members over its gateway connection (Discord reference, "Request Guild Members"). */

#include "model.h"

#include <errno.h>
#include <strings.h>

#define CHUNK_MAX 1000          /* members of one answer; larger guilds are no matter of the sandbox's */

static bool is_wanted(const Json *request, const User *user) {
        const Json *ids = json_get(request, "user_ids");
        const char *query = json_text(json_get(request, "query"));
        uint64_t id;

        if (!user->is_member)
                return false;
        if (query)
                return strncasecmp(user->name, query, strlen(query)) == 0;
        if (json_to_u64(ids, &id) == 0)
                return id == user->id;
        JSON_FOREACH(item, ids)
                if (json_to_u64(item, &id) == 0 && id == user->id)
                        return true;
        return false;
}

void model_put_members_chunk(Sandbox *sandbox, JsonWriter *w, const Json *request) {
        const SbxModel *model = sbx_model(sandbox);
        const char *nonce = json_text(json_get(request, "nonce"));
        int64_t limit = 0, n = 0;

        (void) json_get_i64(request, "limit", &limit);
        json_open(w);
        json_id(w, "guild_id", model->guild);
        json_array(w, "members");
        for (size_t i = 0; i < model->users.n; i++) {
                const User *user = model->users.items[i];

                if (!is_wanted(request, user) || n >= CHUNK_MAX || (limit > 0 && n >= limit))
                        continue;
                put_member(model, w, user, MEMBER_WITH_USER, NULL);
                n++;
        }
        json_close_array(w);
        json_i64(w, "chunk_index", 0);
        json_i64(w, "chunk_count", 1);
        if (nonce)
                json_string(w, "nonce", nonce);
        json_close(w);
}
