/* What bots look up besides: their guilds, one role, members by name, pins; and the emoji and stickers that the guild does not have. */

#include "model.h"

#include <strings.h>

#define GUILDS_PAGE_MAX 200
#define PINS_PAGE_MAX 50
#define SEARCH_PAGE_MAX 1000

void rest_get_own_guilds(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        _json_writer_ JsonWriter w = {};
        _form_ Form form = {};
        int64_t limit = GUILDS_PAGE_MAX;
        uint64_t after, before;

        after = request_query_id(request, "after", &form);
        before = request_query_id(request, "before", &form);
        request_query_limit(request, GUILDS_PAGE_MAX, &form, &limit);
        if (form_refuses(&form, reply))
                return;
        json_open_array(&w);
        if (model_bot(model)->is_member && model->guild > after && (!before || model->guild < before)) {
                json_open(&w);
                json_id(&w, "id", model->guild);
                json_string(&w, "name", model->guild_name);
                json_null(&w, "icon");
                json_null(&w, "banner");
                json_bool(&w, "owner", model->owner == model->application);
                json_id(&w, "permissions", guild_permissions(model, model_bot(model)));
                json_array(&w, "features");
                json_close_array(&w);
                json_close(&w);
        }
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}

void rest_get_role(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        _json_writer_ JsonWriter w = {};
        const Role *role;

        if (!request_guild(model, request, 0, reply))
                return;
        role = model_role(model, request->ids[1]);
        if (!role) {
                reply_code(reply, 10011);
                return;
        }
        put_role(&w, role);
        sbx_reply_json(reply, 200, &w);
}

static bool begins_with(const char *name, const char *query) {
        return name && strncasecmp(name, query, strlen(query)) == 0;
}

/* "Search Guild Members": whose name or nickname begins so. */
void rest_search_members(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        const char *query = sbx_query(request, "query");
        _json_writer_ JsonWriter w = {};
        _form_ Form form = {};
        int64_t limit = 1;

        if (!request_guild(model, request, 0, reply))
                return;
        request_query_limit(request, SEARCH_PAGE_MAX, &form, &limit);
        if (!query || !*query)
                form_fault(&form, AT(NULL, "query"), "BASE_TYPE_REQUIRED", "This field is required");
        if (form_refuses(&form, reply))
                return;
        json_open_array(&w);
        for (size_t i = 0; i < model->users.n && limit > 0; i++) {
                const User *user = model->users.items[i];

                if (!user->is_member || (!begins_with(user->name, query) && !begins_with(user->nick, query)))
                        continue;
                put_member(model, &w, user, MEMBER_WITH_USER, NULL);
                limit--;
        }
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}

/* ---- pins, the newest first ---- */

/* The newest that was pinned before then; false when there is none. */
static bool next_pin(const Channel *channel, Usec before, const Message **ret) {
        const Message *found = NULL;

        for (size_t i = 0; i < channel->messages.n; i++) {
                const Message *message = channel->messages.items[i];

                if (message->is_pinned && message->pinned_at < before && (!found || message->pinned_at > found->pinned_at))
                        found = message;
        }
        *ret = found;
        return found;
}

static Channel *pins_channel(const SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = request_channel(model, request, 0, reply);

        return channel && bot_may(model, channel, 0, reply) ? channel : NULL;
}

void rest_get_pins(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        const Channel *channel = pins_channel(model, request, reply);
        const char *text = sbx_query(request, "before");
        _json_writer_ JsonWriter w = {};
        _form_ Form form = {};
        int64_t limit = PINS_PAGE_MAX;
        Usec before = UINT64_MAX;
        const Message *message;

        if (!channel)
                return;
        request_query_limit(request, PINS_PAGE_MAX, &form, &limit);
        if (text && timestamp_parse(text, &before) < 0)
                form_fault(&form, AT(NULL, "before"), "DATE_TIME_TYPE_PARSE", "Could not parse %s. Should be ISO8601.", text);
        if (form_refuses(&form, reply))
                return;
        json_open(&w);
        json_array(&w, "items");
        for (; limit > 0 && next_pin(channel, before, &message); limit--) {
                json_open(&w);
                put_time(&w, "pinned_at", message->pinned_at);
                json_put_key(&w, "message");
                put_message(model, &w, message, 0);
                json_close(&w);
                before = message->pinned_at;
        }
        json_close_array(&w);
        json_bool(&w, "has_more", next_pin(channel, before, &message));
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

/* The older call: all of them, at most fifty. */
void rest_get_pinned_messages(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        const Channel *channel = pins_channel(model, request, reply);
        _json_writer_ JsonWriter w = {};
        Usec before = UINT64_MAX;
        const Message *message;

        if (!channel)
                return;
        json_open_array(&w);
        for (unsigned n = 0; n < PINS_PAGE_MAX && next_pin(channel, before, &message); n++) {
                put_message(model, &w, message, 0);
                before = message->pinned_at;
        }
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}

/* ---- emoji and stickers: none ---- */

void rest_get_none(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        if (request_guild(sbx_model(sandbox), request, 0, reply))
                sbx_reply_text(reply, 200, "[]");
}
