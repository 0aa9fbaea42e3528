/*
 * Users, members, roles, channels, messages and commands as Discord's JSON, with every key its description
 * requires of a response. REST and gateway differ in what surrounds a message and a channel; a shape says
 * which is meant.
 */

#include "model.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* n digits, the last one at `end` - 1 */
static void put_digits(char *end, unsigned n, unsigned value) {
        for (; n > 0; n--, value /= 10)
                *--end = (char) ('0' + value % 10);
}

/* By hand, since every message has several: strftime and printf would take half of the time of a message. */
const char *timestamp_text(Usec at, char out[static TIMESTAMP_SIZE]) {
        static const char shape[] = "0000-00-00T00:00:00.000000+00:00";
        time_t seconds = (time_t) (at / USEC_PER_SEC);
        struct tm tm;

        if (!gmtime_r(&seconds, &tm) || tm.tm_year > 9999 - 1900)
                return NULL;
        copy_bytes(out, shape, sizeof(shape));
        put_digits(out + 4, 4, (unsigned) tm.tm_year + 1900);
        put_digits(out + 7, 2, (unsigned) tm.tm_mon + 1);
        put_digits(out + 10, 2, (unsigned) tm.tm_mday);
        put_digits(out + 13, 2, (unsigned) tm.tm_hour);
        put_digits(out + 16, 2, (unsigned) tm.tm_min);
        put_digits(out + 19, 2, (unsigned) tm.tm_sec);
        put_digits(out + 26, 6, (unsigned) (at % USEC_PER_SEC));
        return out;
}

int timestamp_parse(const char *text, Usec *ret) {
        struct tm tm = {};
        const char *p = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
        int hours = 0, minutes = 0;
        Usec fraction = 0, unit = USEC_PER_SEC / 10;
        int64_t seconds;
        char sign;

        if (!p)
                return -EBADMSG;
        if (*p == '.')
                for (p++; *p >= '0' && *p <= '9'; p++, unit /= 10)
                        fraction += (Usec) (*p - '0') * unit;

        seconds = timegm(&tm);
        if (sscanf(p, "%c%2d:%2d", &sign, &hours, &minutes) == 3 && (sign == '+' || sign == '-'))
                seconds -= (sign == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
        else if (*p && !streq(p, "Z"))
                return -EBADMSG;
        if (seconds < 0)
                return -EBADMSG;

        *ret = (Usec) seconds * USEC_PER_SEC + fraction;
        return 0;
}

void put_time(JsonWriter *w, const char *key, Usec at) {
        char text[TIMESTAMP_SIZE];

        json_string(w, key, at ? timestamp_text(at, text) : NULL);
}

void put_ids(JsonWriter *w, const char *key, const IdList *list) {
        json_array(w, key);
        for (size_t i = 0; i < list->n; i++)
                json_put_id(w, list->ids[i]);
        json_close_array(w);
}

/* The members of a user object, without its braces. */
static void put_user_members(JsonWriter *w, const User *user) {
        json_id(w, "id", user->id);
        json_string(w, "username", user->name);
        json_string(w, "global_name", user->global_name);
        json_string(w, "discriminator", user->is_bot ? "0000" : "0");
        json_null(w, "avatar");
        json_null(w, "banner");
        json_null(w, "accent_color");
        json_null(w, "avatar_decoration_data");
        json_null(w, "collectibles");
        json_null(w, "primary_guild");
        if (user->is_bot)
                json_bool(w, "bot", true);
        json_i64(w, "public_flags", 0);
        json_i64(w, "flags", 0);
}

void put_user(JsonWriter *w, const User *user) {
        json_open(w);
        put_user_members(w, user);
        json_close(w);
}

/* The members of a member object that stand in every shape. */
static void put_member_members(JsonWriter *w, const User *user) {
        json_string(w, "nick", user->nick);
        json_null(w, "avatar");
        json_null(w, "banner");
        put_ids(w, "roles", &user->roles);
        put_time(w, "joined_at", user->joined_at);
        json_null(w, "premium_since");
        json_i64(w, "flags", 0);
        json_bool(w, "pending", false);
        put_time(w, "communication_disabled_until", user->timed_out_until);
}

void put_member(const SbxModel *model, JsonWriter *w, const User *user, unsigned flags,
                const uint64_t *permissions) {
        json_open(w);
        if (flags & MEMBER_WITH_USER) {
                json_put_key(w, "user");
                put_user(w, user);
        }
        put_member_members(w, user);
        if (!(flags & MEMBER_PARTIAL)) {
                json_bool(w, "deaf", false);
                json_bool(w, "mute", false);
        }
        if (permissions)
                json_id(w, "permissions", *permissions);
        if (flags & MEMBER_WITH_GUILD_ID)
                json_id(w, "guild_id", model->guild);
        json_close(w);
}

void put_role(JsonWriter *w, const Role *role) {
        json_open(w);
        json_id(w, "id", role->id);
        json_string(w, "name", role->name);
        json_id(w, "permissions", role->permissions);
        json_i64(w, "position", role->position);
        json_i64(w, "color", role->color);
        json_object(w, "colors");
        json_i64(w, "primary_color", role->color);
        json_null(w, "secondary_color");
        json_null(w, "tertiary_color");
        json_close(w);
        json_bool(w, "hoist", role->is_hoisted);
        json_bool(w, "managed", role->is_managed);
        json_bool(w, "mentionable", role->is_mentionable);
        json_null(w, "icon");
        json_null(w, "unicode_emoji");
        json_i64(w, "flags", 0);
        if (role->bot) {
                json_object(w, "tags");
                json_id(w, "bot_id", role->bot);
                json_close(w);
        }
        json_close(w);
}

void put_overwrites(JsonWriter *w, const Overwrite *overwrites, size_t n_overwrites) {
        json_open_array(w);
        for (size_t i = 0; i < n_overwrites; i++) {
                json_open(w);
                json_id(w, "id", overwrites[i].id);
                json_i64(w, "type", overwrites[i].type);
                json_id(w, "allow", overwrites[i].allow);
                json_id(w, "deny", overwrites[i].deny);
                json_close(w);
        }
        json_close_array(w);
}

static void put_dm_channel(const SbxModel *model, JsonWriter *w, const Channel *channel) {
        const User *recipient = model_user(model, channel->recipient);

        json_open(w);
        json_id(w, "id", channel->id);
        json_i64(w, "type", CHANNEL_DM);
        if (channel->last_message)
                json_id(w, "last_message_id", channel->last_message);
        else
                json_null(w, "last_message_id");
        json_i64(w, "flags", 0);
        json_array(w, "recipients");
        if (recipient)
                put_user(w, recipient);
        json_close_array(w);
        json_close(w);
}

static void put_optional_id(JsonWriter *w, const char *key, uint64_t id) {
        if (id)
                json_id(w, key, id);
        else
                json_null(w, key);
}

void put_channel(const SbxModel *model, JsonWriter *w, const Channel *channel, ChannelShape shape,
                 const User *viewer) {
        bool is_partial = shape == CHANNEL_PARTIAL || shape == CHANNEL_RESOLVED;

        if (!channel_is_of_guild(channel)) {
                put_dm_channel(model, w, channel);
                return;
        }

        json_open(w);
        json_id(w, "id", channel->id);
        json_i64(w, "type", channel->type);
        json_string(w, "name", channel->name);
        if (shape != CHANNEL_IN_GUILD)
                json_id(w, "guild_id", model->guild);
        json_i64(w, "position", channel->position);
        put_optional_id(w, "parent_id", channel->parent);
        json_bool(w, "nsfw", channel->is_nsfw);
        json_i64(w, "flags", 0);
        if (channel->type != CHANNEL_CATEGORY) {
                json_string(w, "topic", channel->topic);
                put_optional_id(w, "last_message_id", channel->last_message);
                json_i64(w, "rate_limit_per_user", channel->slowmode);
        }
        if (channel->type == CHANNEL_VOICE || channel->type == CHANNEL_STAGE) {
                json_i64(w, "bitrate", 64000);
                json_i64(w, "user_limit", 0);
                json_null(w, "rtc_region");
        }
        if (!is_partial) {
                json_put_key(w, "permission_overwrites");
                put_overwrites(w, channel->overwrites, channel->n_overwrites);
        }
        if (viewer && (is_partial || shape == CHANNEL_FOR_PAGE))
                json_id(w, "permissions", channel_permissions(model, viewer, channel));
        if (shape == CHANNEL_RESOLVED)
                json_id(w, "app_permissions", channel_permissions(model, model_bot(model), channel));
        json_close(w);
}

static void put_author(const SbxModel *model, JsonWriter *w, const Message *message, unsigned flags) {
        const User *author = model_user(model, message->author);
        const Channel *channel = model_channel(model, message->channel);

        json_put_key(w, "author");
        if (message->webhook)
                put_user(w, &(User) { .id = message->webhook, .name = message->webhook_name, .is_bot = true });
        else if (author)
                put_user(w, author);
        else
                json_put_null(w);

        if (!(flags & MESSAGE_OF_GATEWAY) || !channel)
                return;
        json_i64(w, "channel_type", channel->type);
        if (!channel_is_of_guild(channel) || message->viewer)
                return;
        json_id(w, "guild_id", model->guild);
        if (author && author->is_member) {
                json_put_key(w, "member");
                put_member(model, w, author, 0, NULL);
        }
}

static void put_mentions(const SbxModel *model, JsonWriter *w, const Message *message, unsigned flags) {
        const Channel *channel = model_channel(model, message->channel);
        bool with_member = (flags & MESSAGE_OF_GATEWAY) && channel && channel_is_of_guild(channel);

        json_array(w, "mentions");
        for (size_t i = 0; i < message->mentions.n; i++) {
                const User *user = model_user(model, message->mentions.ids[i]);

                if (!user)
                        continue;
                json_open(w);
                put_user_members(w, user);
                if (with_member && user->is_member) {
                        json_put_key(w, "member");
                        put_member(model, w, user, 0, NULL);
                }
                json_close(w);
        }
        json_close_array(w);
        put_ids(w, "mention_roles", &message->mention_roles);
        json_bool(w, "mention_everyone", message->mentions_everyone);
}

static void put_reference(const SbxModel *model, JsonWriter *w, const Message *message, unsigned flags) {
        const Channel *channel = model_channel(model, message->channel);
        const Message *target = channel ? channel_message(channel, message->replies_to) : NULL;

        json_object(w, "message_reference");
        json_i64(w, "type", 0);
        json_id(w, "channel_id", message->channel);
        json_id(w, "message_id", message->replies_to);
        if (channel && channel_is_of_guild(channel))
                json_id(w, "guild_id", model->guild);
        json_close(w);

        if (flags & MESSAGE_IS_REFERENCED)
                return;
        json_put_key(w, "referenced_message");
        if (target)
                put_message(model, w, target, (flags & MESSAGE_WITHOUT_CONTENT) | MESSAGE_IS_REFERENCED);
        else
                json_put_null(w);
}

void put_message(const SbxModel *model, JsonWriter *w, const Message *message, unsigned flags) {
        bool is_bare = flags & MESSAGE_WITHOUT_CONTENT;

        json_open(w);
        json_id(w, "id", message->id);
        json_id(w, "channel_id", message->channel);
        json_i64(w, "type", message->type);
        put_author(model, w, message, flags);
        json_string(w, "content", is_bare ? "" : message->content);
        json_raw(w, "embeds", !is_bare && message->embeds ? message->embeds : "[]");
        json_raw(w, "attachments", !is_bare && message->attachments ? message->attachments : "[]");
        json_raw(w, "components", !is_bare && message->components ? message->components : "[]");
        put_time(w, "timestamp", message->created_at);
        put_time(w, "edited_timestamp", message->edited_at);
        json_bool(w, "tts", message->is_tts);
        json_bool(w, "pinned", message->is_pinned);
        json_i64(w, "flags", message->flags);
        put_mentions(model, w, message, flags);
        if (message->n_reactions > 0)
                put_reactions(model, w, message);
        if (message->nonce && (flags & MESSAGE_WITH_NONCE))
                json_raw(w, "nonce", message->nonce);
        if (message->author == model->application || message->webhook)
                json_id(w, "application_id", model->application);
        if (message->interaction || message->webhook)
                json_id(w, "webhook_id", message->webhook ?: model->application);
        if (message->metadata)
                json_raw(w, "interaction_metadata", message->metadata);
        if (message->invocation)
                json_raw(w, "interaction", message->invocation);
        if (message->replies_to)
                put_reference(model, w, message, flags);
        json_close(w);
}

void put_command(const SbxModel *model, JsonWriter *w, const Command *command) {
        _strbuf_ StrBuf text = {};
        _json_writer_ JsonWriter head = {};
        _free_ char *known = NULL;

        json_open(&head);
        json_id(&head, "id", command->id);
        json_id(&head, "application_id", model->application);
        json_id(&head, "version", command->version);
        json_i64(&head, "type", command->type);
        json_string(&head, "name", command->name);
        json_string(&head, "description", command->description);
        if (command->guild)
                json_id(&head, "guild_id", command->guild);
        if (command->has_permissions)
                json_id(&head, "default_member_permissions", command->permissions);
        else
                json_null(&head, "default_member_permissions");
        if (command->options)
                json_raw(&head, "options", command->options);
        json_close(&head);
        if (json_writer_finish(&head, &known) < 0) {
                w->out.error = -ENOMEM;
                return;
        }

        /* What is only kept to be given back stands behind what we know. */
        strbuf_append_bytes(&text, known, strlen(known) - 1);
        strbuf_append(&text, command->rest ?: "");
        strbuf_append_char(&text, '}');
        if (text.error)
                w->out.error = text.error;
        else
                json_put_raw(w, strbuf_text(&text));
}

void model_put_self(Sandbox *sandbox, JsonWriter *w) {
        const SbxModel *model = sbx_model(sandbox);

        json_open(w);
        put_user_members(w, model_bot(model));
        json_bool(w, "verified", true);
        json_bool(w, "mfa_enabled", true);
        json_null(w, "email");
        json_string(w, "locale", "en-US");
        json_i64(w, "premium_type", 0);
        json_close(w);
}
