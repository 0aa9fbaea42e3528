/*
 * What a bot reads about itself and its guild: user, application, guild, roles; and the direct channel it
 * opens with a person.
 */

#include "model.h"

#include <errno.h>

void rest_get_self(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        (void) request;
        model_put_self(sandbox, &w);
        sbx_reply_json(reply, 200, &w);
}

void rest_get_user(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const User *user = model_user(sbx_model(sandbox), request->ids[0]);
        _json_writer_ JsonWriter w = {};

        if (!user) {
                reply_code(reply, 10013);
                return;
        }
        put_user(&w, user);
        sbx_reply_json(reply, 200, &w);
}

void rest_get_application(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        const User *owner = model_user(model, model->owner);
        _json_writer_ JsonWriter w = {};

        (void) request;
        json_open(&w);
        json_id(&w, "id", model->application);
        json_string(&w, "name", model_bot(model)->name);
        json_null(&w, "icon");
        json_string(&w, "description", "");
        json_null(&w, "type");
        json_put_key(&w, "bot");
        put_user(&w, model_bot(model));
        json_bool(&w, "bot_public", false);
        json_bool(&w, "bot_require_code_grant", false);
        json_string(&w, "verify_key", "0000000000000000000000000000000000000000000000000000000000000000");
        json_i64(&w, "flags", (int64_t) model->application_flags);
        json_id(&w, "flags_new", model->application_flags);
        json_array(&w, "rpc_origins");
        json_close_array(&w);
        json_array(&w, "redirect_uris");
        json_close_array(&w);
        if (model->interactions_url)
                json_string(&w, "interactions_endpoint_url", model->interactions_url);
        else
                json_null(&w, "interactions_endpoint_url");
        json_null(&w, "role_connections_verification_url");
        json_put_key(&w, "owner");
        put_user(&w, owner ?: model_bot(model));
        json_i64(&w, "approximate_guild_count", 1);
        json_i64(&w, "approximate_user_install_count", 0);
        json_i64(&w, "approximate_user_authorization_count", 0);
        json_i64(&w, "explicit_content_filter", 0);
        json_null(&w, "team");
        json_array(&w, "eligible_oauth2_scopes");
        json_close_array(&w);
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

static void put_roles(const SbxModel *model, JsonWriter *w) {
        json_open_array(w);
        for (size_t i = 0; i < model->roles.n; i++)
                put_role(w, model->roles.items[i]);
        json_close_array(w);
}

/* The members of a guild object that REST and GUILD_CREATE share. */
static void put_guild_members(const SbxModel *model, JsonWriter *w) {
        static const char *const nulls[] = {
                "icon",
                "splash",
                "discovery_splash",
                "home_header",
                "description",
                "banner",
                "application_id",
                "afk_channel_id",
                "rules_channel_id",
                "public_updates_channel_id",
                "safety_alerts_channel_id",
                "vanity_url_code",
                "max_presences",
                "incidents_data",
                "widget_channel_id",
        };
        static const struct {
                const char *key;
                int value;
        } numbers[] = {
                { "afk_timeout", 300 },
                /* every notice of Discord's own is off: 0 to 5 of "System Channel Flags" */
                { "system_channel_flags", 63 },
                { "verification_level", 1 },
                { "default_message_notifications", 1 },
                { "explicit_content_filter", 0 },
                { "mfa_level", 0 },
                { "nsfw_level", 0 },
                { "premium_tier", 0 },
                { "premium_subscription_count", 0 },
                { "max_members", 500000 },
                { "max_video_channel_users", 25 },
                { "max_stage_video_channel_users", 50 },
        };
        static const char *const empty[] = { "features", "emojis", "stickers" };

        json_id(w, "id", model->guild);
        json_string(w, "name", model->guild_name);
        json_id(w, "owner_id", model->owner);
        json_string(w, "region", "deprecated");
        json_string(w, "preferred_locale", model->guild_locale ?: "en-US");
        json_bool(w, "premium_progress_bar_enabled", false);
        json_bool(w, "widget_enabled", false);
        json_bool(w, "nsfw", false);
        for (size_t i = 0; i < ELEMENTSOF(nulls); i++)
                json_null(w, nulls[i]);
        for (size_t i = 0; i < ELEMENTSOF(numbers); i++)
                json_i64(w, numbers[i].key, numbers[i].value);
        for (size_t i = 0; i < ELEMENTSOF(empty); i++) {
                json_array(w, empty[i]);
                json_close_array(w);
        }
        if (model_channel(model, model->system_channel))
                json_id(w, "system_channel_id", model->system_channel);
        else
                json_null(w, "system_channel_id");
        json_put_key(w, "roles");
        put_roles(model, w);
}

size_t guild_n_members(const SbxModel *model) {
        size_t n = 0;

        for (size_t i = 0; i < model->users.n; i++)
                n += ((const User *) model->users.items[i])->is_member;
        return n;
}

void rest_get_guild(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        _json_writer_ JsonWriter w = {};

        if (!request_guild(model, request, 0, reply))
                return;
        json_open(&w);
        put_guild_members(model, &w);
        if (sbx_query_bool(request, "with_counts", false)) {
                json_i64(&w, "approximate_member_count", (int64_t) guild_n_members(model));
                json_i64(&w, "approximate_presence_count", (int64_t) guild_n_members(model));
        }
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

void rest_get_roles(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        const SbxModel *model = sbx_model(sandbox);
        _json_writer_ JsonWriter w = {};

        if (!request_guild(model, request, 0, reply))
                return;
        put_roles(model, &w);
        sbx_reply_json(reply, 200, &w);
}

void guild_tell(SbxModel *model) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        put_guild_members(model, &w);
        json_close(&w);
        if (json_writer_finish(&w, &d) < 0)
                return;
        (void) sbx_dispatch(model->sandbox, &(SbxDispatch){
                                                    .event = "GUILD_UPDATE",
                                                    .intent = SBX_INTENT_GUILDS,
                                                    .guild = model->guild,
                                                    .d = d,
                                            });
        sbx_changed(model->sandbox);
}

/*
 * Without GUILD_PRESENCES the event names only the bot itself, as everybody else may be absent from
 * `members` (Discord reference, "Guild Create"). A large guild leaves out who is offline ("Identify", large_threshold), and here
 * nobody has a presence.
 */
void model_put_guild_create(Sandbox *sandbox, JsonWriter *w, uint32_t intents, size_t large_threshold) {
        static const char *const empty[] = {
                "voice_states",           "threads",           "presences", "stage_instances",
                "guild_scheduled_events", "soundboard_sounds",
        };
        const SbxModel *model = sbx_model(sandbox);
        size_t n_members = guild_n_members(model);
        bool is_large = n_members > large_threshold, names_all = !is_large && (intents & (UINT32_C(1) << 8));

        json_open(w);
        put_guild_members(model, w);
        put_time(w, "joined_at", model_bot(model)->joined_at);
        json_bool(w, "large", is_large);
        json_bool(w, "unavailable", false);
        json_i64(w, "member_count", (int64_t) n_members);
        json_array(w, "members");
        if (!names_all)
                put_member(model, w, model_bot(model), MEMBER_WITH_USER, NULL);
        for (size_t i = 0; names_all && i < model->users.n; i++) {
                const User *user = model->users.items[i];

                if (user->is_member)
                        put_member(model, w, user, MEMBER_WITH_USER, NULL);
        }
        json_close_array(w);
        json_array(w, "channels");
        for (size_t i = 0; i < model->channels.n; i++)
                if (channel_is_of_guild(model->channels.items[i]))
                        put_channel(model, w, model->channels.items[i], CHANNEL_IN_GUILD, NULL);
        json_close_array(w);
        for (size_t i = 0; i < ELEMENTSOF(empty); i++) {
                json_array(w, empty[i]);
                json_close_array(w);
        }
        json_close(w);
}

/* ---- POST /users/@me/channels ---- */

static Channel *open_dm(SbxModel *model, User *recipient) {
        _cleanup_(channel_freep) Channel *channel = NULL;

        if (recipient->dm_channel)
                return model_channel(model, recipient->dm_channel);

        channel = channel_new(sbx_snowflake(model->sandbox), CHANNEL_DM, NULL);
        if (!channel)
                return NULL;
        channel->recipient = recipient->id;
        if (table_add(&model->channels, channel) < 0)
                return NULL;
        recipient->dm_channel = channel->id;
        return TAKE(channel);
}

void rest_get_dm_channel(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        _json_writer_ JsonWriter w = {};
        _form_ Form form = {};
        const Channel *channel;
        uint64_t id = 0;
        User *recipient;

        if (!request_object(request, reply))
                return;
        (void) form_snowflake(&form, NULL, request->body, "recipient_id", FORM_REQUIRED, &id);
        if (form_refuses(&form, reply))
                return;

        recipient = model_user(model, id);
        if (!recipient || recipient->is_bot) {
                reply_code(reply, 50033);
                return;
        }
        channel = open_dm(model, recipient);
        if (!channel) {
                reply_no_memory(reply);
                return;
        }
        sbx_changed(sandbox);
        sbx_effect(sandbox, &(SbxEffect){
                                    .effect = "dm.open",
                                    .channel = channel->id,
                                    .id = recipient->id,
                                    .body = request->body,
                            });
        put_channel(model, &w, channel, CHANNEL_FULL, NULL);
        sbx_reply_json(reply, 200, &w);
}
