/*
 * What the owner does by hand in Discord's client: no permission is asked, but the bot hears of it as it
 * would.
 */

#include "model.h"
#include "model-name.h"

#include <errno.h>
#include <stdio.h>

/* The log's entry: made by the owner. */
static void world_effect(SbxModel *model, const char *effect, uint64_t channel, uint64_t message,
                         uint64_t id, const SbxRequest *request) {
        sbx_effect(model->sandbox, &(SbxEffect){
                                           .effect = effect,
                                           .guild = model->guild,
                                           .channel = channel,
                                           .message = message,
                                           .id = id,
                                           .by = model->owner,
                                           .body = request->body,
                                   });
}

static Channel *world_channel(const SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        uint64_t id = 0;
        Channel *channel;

        (void) json_get_u64(request->body, "channel", &id);
        channel = model_channel(model, id);
        if (channel)
                return channel;
        sbx_reply_refuse(reply, 404, "There is no such channel.");
        return NULL;
}

static User *world_user(const SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        uint64_t id = 0;
        User *user;

        (void) json_get_u64(request->body, "user", &id);
        user = model_user(model, id);
        if (user)
                return user;
        sbx_reply_refuse(reply, 404, "There is no such user.");
        return NULL;
}

static Role *world_role(const SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        uint64_t id = 0;
        Role *role;

        (void) json_get_u64(request->body, "role", &id);
        role = model_role(model, id);
        if (role)
                return role;
        sbx_reply_refuse(reply, 404, "There is no such role.");
        return NULL;
}

static void reply_done(SbxReply *reply) {
        sbx_reply_text(reply, 200, "{}");
}

/* ---- channels and messages ---- */

static void delete_channel(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = world_channel(model, request, reply);

        if (!channel)
                return;
        world_effect(model, "channel.delete", channel->id, 0, channel->id, request);
        channel_remove(model, channel);
        reply_done(reply);
}

static void delete_message(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = world_channel(model, request, reply);
        Message *message;
        uint64_t id = 0;

        if (!channel)
                return;
        (void) json_get_u64(request->body, "message", &id);
        message = channel_message(channel, id);
        if (!message) {
                sbx_reply_refuse(reply, 404, "There is no such message.");
                return;
        }
        world_effect(model, "message.delete", channel->id, id, id, request);
        message_remove(model, channel, message);
        reply_done(reply);
}

static void edit_topic(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = world_channel(model, request, reply);

        if (!channel)
                return;
        if (replace_text(&channel->topic, json_text(json_get(request->body, "topic"))) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        channel_tell(model, channel, "CHANNEL_UPDATE", "channel_update");
        world_effect(model, "channel.update", channel->id, 0, channel->id, request);
        reply_done(reply);
}

static void rename_guild(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        const char *name = NULL;

        (void) json_get_string(request->body, "name", &name);
        if (!name || !*name) {
                sbx_reply_refuse(reply, 400, "The name is empty.");
                return;
        }
        if (replace_text(&model->guild_name, name) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        guild_tell(model);
        world_effect(model, "guild.update", 0, 0, model->guild, request);
        reply_done(reply);
}

static void rename_channel(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = world_channel(model, request, reply);
        const char *name = NULL;
        _strbuf_ StrBuf normal = {};

        if (!channel)
                return;
        (void) json_get_string(request->body, "name", &name);
        channel_name_normalise(name ?: "", &normal);
        if (normal.n_bytes == 0) {
                sbx_reply_refuse(reply, 400, "The name is empty.");
                return;
        }
        if (replace_text(&channel->name, channel->type == CHANNEL_CATEGORY ? name : strbuf_text(&normal)) <
            0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        channel_tell(model, channel, "CHANNEL_UPDATE", "channel_update");
        world_effect(model, "channel.update", channel->id, 0, channel->id, request);
        reply_done(reply);
}

/* Fills a category, or the guild, up to its limit. */
static void add_channels(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        uint64_t category = 0;
        int64_t n = 0;

        (void) json_get_u64(request->body, "category", &category);
        if (json_get_i64(request->body, "n", &n) != 0 || n < 1 || n > 500) {
                sbx_reply_refuse(reply, 400, "n is a number from 1 to 500.");
                return;
        }
        if (category && !model_channel(model, category)) {
                sbx_reply_refuse(reply, 404, "There is no such category.");
                return;
        }
        for (int64_t i = 0; i < n; i++) {
                _cleanup_(channel_freep) Channel *channel =
                        channel_make(model, CHANNEL_TEXT, "filler", category);
                const Channel *made;

                if (!channel || table_add(&model->channels, channel) < 0) {
                        sbx_reply_refuse(reply, 500, "Out of memory.");
                        return;
                }
                made = TAKE(channel);
                channel_tell(model, made, "CHANNEL_CREATE", "channel_create");
        }
        world_effect(model, "channel.create_many", 0, 0, category, request);
        reply_done(reply);
}

/* One channel, perhaps one that has been there for a while. */
static void add_channel(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        _cleanup_(channel_freep) Channel *channel = NULL;
        const char *name = "channel", *topic;
        uint64_t category = 0;
        int64_t ago_ms = 0, type = CHANNEL_TEXT;
        _json_writer_ JsonWriter w = {};

        (void) json_get_string(request->body, "name", &name);
        (void) json_get_i64(request->body, "type", &type);
        (void) json_get_u64(request->body, "category", &category);
        (void) json_get_i64(request->body, "ago_ms", &ago_ms);
        topic = json_text(json_get(request->body, "topic"));
        if (category && !model_channel(model, category)) {
                sbx_reply_refuse(reply, 404, "There is no such category.");
                return;
        }
        if (ago_ms < 0 || ago_ms > INT64_C(31536000000)) {
                sbx_reply_refuse(reply, 400, "ago_ms is a number of milliseconds, a year at most.");
                return;
        }
        if ((type != CHANNEL_TEXT && type != CHANNEL_CATEGORY) || (type == CHANNEL_CATEGORY && category)) {
                sbx_reply_refuse(reply, 400, "type is 0, a text channel, or 4, a category, which is in no other.");
                return;
        }
        channel = channel_make(model, (int) type, name, category);
        if (!channel || (topic && replace_text(&channel->topic, topic) < 0)) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        channel->id -= (uint64_t) ago_ms << 22;
        if (table_add(&model->channels, channel) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        json_open(&w);
        json_id(&w, "channel", channel->id);
        json_close(&w);
        channel_tell(model, channel, "CHANNEL_CREATE", "channel_create");
        world_effect(model, "channel.create", channel->id, 0, category, request);
        (void) TAKE(channel);
        sbx_reply_json(reply, 200, &w);
}

static void set_overwrite(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = world_channel(model, request, reply);
        _free_ Overwrite *set = NULL;
        Overwrite wanted = {};
        int64_t type = OVERWRITE_ROLE;
        size_t n = 0;

        if (!channel)
                return;
        (void) json_get_u64(request->body, "id", &wanted.id);
        (void) json_get_i64(request->body, "type", &type);
        (void) json_get_u64(request->body, "allow", &wanted.allow);
        (void) json_get_u64(request->body, "deny", &wanted.deny);
        wanted.type = type == OVERWRITE_MEMBER ? OVERWRITE_MEMBER : OVERWRITE_ROLE;
        set = new0(Overwrite, channel->n_overwrites + 1);
        if (!set) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        for (size_t i = 0; i < channel->n_overwrites; i++)
                if (channel->overwrites[i].id != wanted.id)
                        set[n++] = channel->overwrites[i];
        set[n++] = wanted;
        if (channel_set_overwrites(model, channel, set, n) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        channel_tell(model, channel, "CHANNEL_UPDATE", "channel_update");
        world_effect(model, "overwrite.put", channel->id, 0, wanted.id, request);
        reply_done(reply);
}

/* ---- people and roles ---- */

static void set_bot_permissions(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        uint64_t permissions = 0;

        if (json_get_u64(request->body, "permissions", &permissions) != 0) {
                sbx_reply_refuse(reply, 400, "permissions is a decimal bit set.");
                return;
        }
        for (size_t i = 0; i < model->roles.n; i++) {
                Role *role = model->roles.items[i];

                if (role->bot != model->application)
                        continue;
                role->permissions = permissions & PERM_ALL;
                role_tell(model, role, "GUILD_ROLE_UPDATE");
                world_effect(model, "role.update", 0, 0, role->id, request);
        }
        reply_done(reply);
}

static void set_role_position(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Role *role = world_role(model, request, reply);
        int64_t position = 0;

        if (!role)
                return;
        if (json_get_i64(request->body, "position", &position) != 0 || position < 0 || position > 250) {
                sbx_reply_refuse(reply, 400, "position is a number from 0 to 250.");
                return;
        }
        role->position = (int) position;
        role_tell(model, role, "GUILD_ROLE_UPDATE");
        world_effect(model, "role.update", 0, 0, role->id, request);
        reply_done(reply);
}

static void delete_role(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Role *role = world_role(model, request, reply);

        if (!role)
                return;
        if (role->id == model->guild || role->is_managed) {
                sbx_reply_refuse(reply, 409, "This role cannot be deleted.");
                return;
        }
        world_effect(model, "role.delete", 0, 0, role->id, request);
        role_remove(model, role);
        reply_done(reply);
}

static void set_dms(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        User *user = world_user(model, request, reply);

        if (!user)
                return;
        if (json_get_bool(request->body, "open", &user->has_open_dms) != 0) {
                sbx_reply_refuse(reply, 400, "open is true or false.");
                return;
        }
        sbx_changed(model->sandbox);
        reply_done(reply);
}

/* Discord's client is set to it by a person, and a community guild by its staff. */
static void set_locale(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        bool is_person = json_get(request->body, "user") != NULL;
        User *user = is_person ? world_user(model, request, reply) : NULL;
        const char *locale = NULL;

        if (is_person && !user)
                return;
        if (json_get_string(request->body, "locale", &locale) != 0 || !locale_is_known(locale)) {
                sbx_reply_refuse(reply, 400, "locale is one of Discord's, like \"de\" or \"en-US\".");
                return;
        }
        if (replace_text(user ? &user->locale : &model->guild_locale, locale) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        if (user)
                sbx_changed(model->sandbox);
        else {
                guild_tell(model);
                world_effect(model, "guild.update", 0, 0, model->guild, request);
        }
        reply_done(reply);
}

static int read_roles(const SbxModel *model, const SbxRequest *request, IdList *ret) {
        JSON_FOREACH(item, json_get(request->body, "roles")) {
                uint64_t id;

                if (json_to_u64(item, &id) < 0 || !model_role(model, id))
                        return -ENOENT;
                if (id_list_add(ret, id) < 0)
                        return -ENOMEM;
        }
        return 0;
}

static void set_roles(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        User *user = world_user(model, request, reply);
        _id_list_ IdList roles = {};

        if (!user)
                return;
        if (read_roles(model, request, &roles) < 0) {
                sbx_reply_refuse(reply, 404, "There is no such role.");
                return;
        }
        id_list_done(&user->roles);
        user->roles = roles;
        roles = (IdList){};
        member_tell(model, user);
        world_effect(model, "member.update", 0, 0, user->id, request);
        reply_done(reply);
}

static void remove_member(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        User *user = world_user(model, request, reply);

        if (!user)
                return;
        if (!user->is_member || user->id == model->owner || user->is_bot) {
                sbx_reply_refuse(reply, 409, "%s cannot leave.", user->name);
                return;
        }
        member_remove(model, user);
        world_effect(model, "member.remove", 0, 0, user->id, request);
        reply_done(reply);
}

/* Somebody new, or somebody who comes back. */
static void add_member(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        const char *name = "newcomer";
        _id_list_ IdList roles = {};
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;
        uint64_t id = 0;
        User *user;

        (void) json_get_u64(request->body, "user", &id);
        (void) json_get_string(request->body, "name", &name);
        if (read_roles(model, request, &roles) < 0) {
                sbx_reply_refuse(reply, 404, "There is no such role.");
                return;
        }
        user = model_user(model, id);
        if (user && user->is_banned) {
                sbx_reply_refuse(reply, 409, "%s is banned.", user->name);
                return;
        }
        if (!user) {
                user = user_new(id ? id : sbx_snowflake(model->sandbox), name);
                if (!user || table_add(&model->users, user) < 0) {
                        (void) user_free(user);
                        sbx_reply_refuse(reply, 500, "Out of memory.");
                        return;
                }
        }
        user->is_member = true;
        user->joined_at = sbx_now(model->sandbox);
        id_list_done(&user->roles);
        user->roles = roles;
        roles = (IdList){};

        put_member(model, &w, user, MEMBER_WITH_USER | MEMBER_WITH_GUILD_ID, NULL);
        if (json_writer_finish(&w, &d) == 0) {
                (void) sbx_dispatch(model->sandbox, &(SbxDispatch){
                                                            .event = "GUILD_MEMBER_ADD",
                                                            .intent = SBX_INTENT_GUILD_MEMBERS,
                                                            .guild = model->guild,
                                                            .d = d,
                                                    });
                sbx_push(model->sandbox, 0, 0, "member_update", d);
        }
        sbx_changed(model->sandbox);
        world_effect(model, "member.add", 0, 0, user->id, request);
        sbx_reply_text(reply, 200, d ?: "{}");
}

/* The bot is removed from the guild: the last it hears of it (Discord reference, "Guild Delete": without `unavailable`). */
static void kick_bot(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        User *bot = model_bot(model);
        char d[64];

        if (bot->is_member) {
                (void) snprintf(d, sizeof(d), "{\"id\":\"%llu\"}", (unsigned long long) model->guild);
                (void) sbx_dispatch(model->sandbox,
                                    &(SbxDispatch) { .event = "GUILD_DELETE", .intent = SBX_INTENT_GUILDS, .guild = model->guild, .d = d });
        }
        bot->is_member = false;
        sbx_changed(model->sandbox);
        world_effect(model, "bot.kick", 0, 0, bot->id, request);
        reply_done(reply);
}

/* And is invited again, with the role it had. */
static void invite_bot(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        User *bot = model_bot(model);

        bot->is_member = true;
        bot->joined_at = sbx_now(model->sandbox);
        sbx_announce_guild(model->sandbox);
        sbx_changed(model->sandbox);
        world_effect(model, "bot.invite", 0, 0, bot->id, request);
        reply_done(reply);
}

/* What the application's owner sets in the developer portal. */
static void set_application(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        const Json *url = json_get(request->body, "interactions_endpoint_url");
        int64_t flags;

        if (json_get_i64(request->body, "flags", &flags) == 0 && flags >= 0)
                model->application_flags = (uint64_t) flags;
        if (url && replace_text(&model->interactions_url, json_text(url)) < 0) {
                reply_no_memory(reply);
                return;
        }
        reply_done(reply);
}

static void set_nonce_window(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        int64_t ms = 0;

        if (json_get_i64(request->body, "ms", &ms) != 0 || ms < 0) {
                sbx_reply_refuse(reply, 400, "ms is a number of milliseconds.");
                return;
        }
        model->nonce_window = (Usec) ms * USEC_PER_MSEC;
        reply_done(reply);
}

void world_do(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        static const struct {
                const char *name;
                void (*call)(SbxModel *model, const SbxRequest *request, SbxReply *reply);
        } things[] = {
                { "delete_channel", delete_channel },
                { "delete_message", delete_message },
                { "edit_topic", edit_topic },
                { "rename_channel", rename_channel },
                { "rename_guild", rename_guild },
                { "add_channel", add_channel },
                { "add_channels", add_channels },
                { "set_overwrite", set_overwrite },
                { "set_bot_permissions", set_bot_permissions },
                { "set_role_position", set_role_position },
                { "delete_role", delete_role },
                { "set_dms", set_dms },
                { "set_locale", set_locale },
                { "set_roles", set_roles },
                { "remove_member", remove_member },
                { "add_member", add_member },
                { "kick_bot", kick_bot },
                { "invite_bot", invite_bot },
                { "set_nonce_window", set_nonce_window },
                { "set_application", set_application },
        };
        const char *what = NULL;

        (void) json_get_string(request->body, "do", &what);
        for (size_t i = 0; i < ELEMENTSOF(things); i++)
                if (streq_ptr(things[i].name, what)) {
                        things[i].call(model, request, reply);
                        return;
                }
        sbx_reply_refuse(reply, 400, "Nothing called \"%s\" can be done to the world.", what ?: "");
}
