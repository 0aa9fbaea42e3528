/*
 * Channels of the guild over REST (Discord reference, "Channel Resource", "Create Guild Channel"): created,
 * changed, deleted, and told.
 */

#include "model.h"
#include "model-name.h"

#include <errno.h>

enum {
        NAME_MAX_LENGTH = 100,
        TOPIC_MAX_LENGTH = 1024,
        FORUM_TOPIC_MAX_LENGTH = 4096,
        SLOWMODE_MAX = 21600,
};

/* ---- telling ---- */

/* Who lost sight of a changed channel learns it as a deletion. */
static void push_unseen(SbxModel *model, const Channel *channel, const char *data) {
        if (!sbx_is_watched(model->sandbox, 0))
                return;
        for (size_t i = 0; i < model->users.n; i++) {
                const User *user = model->users.items[i];

                if (!user->is_bot && sbx_is_watched(model->sandbox, user->id) && !user_sees(model, user, channel))
                        sbx_push(model->sandbox, user->id, 0, "channel_delete", data);
        }
}

void channel_tell(SbxModel *model, const Channel *channel, const char *event, const char *page_event) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        put_channel(model, &w, channel, CHANNEL_FULL, NULL);
        if (json_writer_finish(&w, &d) < 0)
                return;
        (void) sbx_dispatch(model->sandbox, &(SbxDispatch){
                                                    .event = event,
                                                    .intent = SBX_INTENT_GUILDS,
                                                    .guild = model->guild,
                                                    .d = d,
                                            });
        sbx_push(model->sandbox, 0, channel->id, page_event, d);
        if (streq(page_event, "channel_update"))
                push_unseen(model, channel, d);
        sbx_changed(model->sandbox);
}

void channel_remove(SbxModel *model, Channel *channel) {
        uint64_t id = channel->id;

        interactions_keep_seen(model, channel, NULL);
        channel_tell(model, channel, "CHANNEL_DELETE", "channel_delete");
        (void) channel_free(table_take(&model->channels, id));

        for (size_t i = 0; i < model->channels.n; i++) {
                Channel *child = model->channels.items[i];

                if (child->parent != id)
                        continue;
                child->parent = 0;
                channel_tell(model, child, "CHANNEL_UPDATE", "channel_update");
        }
}

/* ---- counting and making ---- */

size_t category_size(const SbxModel *model, uint64_t category) {
        size_t n = 0;

        for (size_t i = 0; i < model->channels.n; i++)
                n += ((const Channel *) model->channels.items[i])->parent == category;
        return n;
}

size_t guild_size(const SbxModel *model) {
        size_t n = 0;

        for (size_t i = 0; i < model->channels.n; i++)
                n += channel_is_of_guild(model->channels.items[i]);
        return n;
}

Channel *channel_make(SbxModel *model, int type, const char *name, uint64_t parent) {
        _cleanup_(channel_freep) Channel *channel = channel_new(sbx_snowflake(model->sandbox), type, name);
        const Channel *category = model_channel(model, parent);

        if (!channel)
                return NULL;
        channel->parent = parent;
        for (size_t i = 0; i < model->channels.n; i++) {
                const Channel *other = model->channels.items[i];

                if (channel_is_of_guild(other) &&
                    (other->type == CHANNEL_CATEGORY) == (type == CHANNEL_CATEGORY))
                        channel->position = MAX(channel->position, other->position + 1);
        }
        if (category &&
            channel_set_overwrites(model, channel, category->overwrites, category->n_overwrites) < 0)
                return NULL;
        return TAKE(channel);
}

/* ---- what create and edit share ---- */

/* A channel as a body describes it, before anything is changed. */
typedef struct Wanted {
        int64_t type;
        StrBuf name; /* empty: not given */
        bool has_topic, has_position, has_nsfw, has_slowmode, has_parent, has_overwrites;
        const char *topic; /* NULL: none */
        int64_t position;
        bool is_nsfw;
        int64_t slowmode;
        uint64_t parent; /* 0: none */
        Overwrite *overwrites;
        size_t n_overwrites;
} Wanted;

static void wanted_done(Wanted *wanted) {
        strbuf_done(&wanted->name);
        free(wanted->overwrites);
}

static bool is_text_like(int64_t type) {
        return type == CHANNEL_TEXT || type == CHANNEL_ANNOUNCEMENT || type == CHANNEL_FORUM;
}

static void read_name(Form *form, const Json *json, unsigned flags, Wanted *wanted) {
        const char *name = NULL;

        if (!form_string(form, NULL, json, "name", flags | FORM_TRIM, 1, NAME_MAX_LENGTH, &name)) {
                if (!form->is_refused && form_has(json, "name"))
                        form_fault(form, AT(NULL, "name"), "BASE_TYPE_REQUIRED", "This field is required");
                return;
        }
        if (is_text_like(wanted->type))
                channel_name_normalise(name, &wanted->name);
        else
                strbuf_append(&wanted->name, name);
        if (wanted->name.n_bytes == 0)
                form_fault(form, AT(NULL, "name"), "BASE_TYPE_BAD_LENGTH",
                           "Must be between 1 and %d in length.", NAME_MAX_LENGTH);
        form->out_of_memory |= wanted->name.error != 0;
}

static void read_parent(const SbxModel *model, Form *form, const FormPath *at, const Json *json,
                        const Channel *self, Wanted *wanted) {
        uint64_t id = 0;
        const Channel *parent;

        wanted->has_parent = form_has(json, "parent_id");
        if (!form_snowflake(form, at, json, "parent_id", 0, &id))
                return;
        parent = model_channel(model, id);
        if (!parent || !channel_is_of_guild(parent))
                form_fault(form, AT(at, "parent_id"), "CHANNEL_PARENT_INVALID", "Category does not exist");
        else if (parent->type != CHANNEL_CATEGORY)
                form_fault(form, AT(at, "parent_id"), "CHANNEL_PARENT_INVALID_TYPE", "Not a category");
        else if (wanted->type == CHANNEL_CATEGORY)
                form_fault(form, AT(at, "parent_id"), "CHANNEL_PARENT_INVALID_PARENT",
                           "Categories cannot have subcategories");
        else if ((!self || self->parent != id) && category_size(model, id) >= CATEGORY_CHANNELS_MAX)
                form_fault(form, AT(at, "parent_id"), "CHANNEL_PARENT_MAX_CHANNELS",
                           "Maximum number of channels in category reached (%d)", CATEGORY_CHANNELS_MAX);
        else
                wanted->parent = id;
}

static void read_rest(const SbxModel *model, Form *form, const Json *json, const Channel *self,
                      Wanted *wanted) {
        size_t topic_max = wanted->type == CHANNEL_FORUM ? FORUM_TOPIC_MAX_LENGTH : TOPIC_MAX_LENGTH;

        wanted->has_topic = form_has(json, "topic");
        (void) form_string(form, NULL, json, "topic", FORM_TRIM, 0, topic_max, &wanted->topic);
        wanted->has_position = form_i64(form, NULL, json, "position", 0, 0, INT32_MAX, &wanted->position);
        wanted->has_nsfw = form_bool(form, NULL, json, "nsfw", 0, &wanted->is_nsfw);
        wanted->has_slowmode = form_has(json, "rate_limit_per_user");
        (void) form_i64(form, NULL, json, "rate_limit_per_user", 0, 0, SLOWMODE_MAX, &wanted->slowmode);
        read_parent(model, form, NULL, json, self, wanted);
}

/* 0, or positive after an answer was given. */
static int read_overwrites(SbxModel *model, Form *form, const Json *json, const Channel *self,
                           Wanted *wanted, SbxReply *reply) {
        const Json *array = NULL;

        if (!form_array(form, NULL, json, "permission_overwrites", 0, 0, SIZE_MAX, &array))
                return 0;
        if (overwrites_read(model, form, array, self ? OVERWRITES_OF_CHANNEL : OVERWRITES_AT_CREATE, self,
                            self && !wanted->has_parent ? self->parent : wanted->parent, reply,
                            &wanted->overwrites, &wanted->n_overwrites) != 0)
                return 1;
        wanted->has_overwrites = true;
        return 0;
}

static int channel_apply(SbxModel *model, Channel *channel, const Wanted *wanted) {
        if (wanted->name.n_bytes > 0 && replace_text(&channel->name, strbuf_text(&wanted->name)) < 0)
                return -ENOMEM;
        if (wanted->has_topic && replace_text(&channel->topic, wanted->topic) < 0)
                return -ENOMEM;
        if (wanted->has_position)
                channel->position = wanted->position;
        if (wanted->has_nsfw)
                channel->is_nsfw = wanted->is_nsfw;
        if (wanted->has_slowmode)
                channel->slowmode = wanted->slowmode;
        if (wanted->has_parent)
                channel->parent = wanted->parent;
        return wanted->has_overwrites
                       ? channel_set_overwrites(model, channel, wanted->overwrites, wanted->n_overwrites)
                       : 0;
}

static void reply_channel(const SbxModel *model, int status, const Channel *channel, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        put_channel(model, &w, channel, CHANNEL_FULL, NULL);
        sbx_reply_json(reply, status, &w);
}

static void channel_effect(SbxModel *model, const char *effect, const Channel *channel,
                           const SbxRequest *request) {
        sbx_effect(model->sandbox, &(SbxEffect){
                                           .effect = effect,
                                           .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                           .channel = channel->id,
                                           .id = channel->id,
                                           .reason = request->reason,
                                           .body = request->body,
                                   });
}

/* ---- handlers ---- */

void rest_get_channel(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        const Channel *channel = request_channel(model, request, 0, reply);

        if (channel && bot_may(model, channel, 0, reply))
                reply_channel(model, 200, channel, reply);
}

/* All of them, also those the bot does not see: so does Discord. */
void rest_get_channels(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        _json_writer_ JsonWriter w = {};

        if (!request_guild(model, request, 0, reply))
                return;
        json_open_array(&w);
        for (size_t i = 0; i < model->channels.n; i++)
                if (channel_is_of_guild(model->channels.items[i]))
                        put_channel(model, &w, model->channels.items[i], CHANNEL_FULL, NULL);
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}

static void create_channel(SbxModel *model, const SbxRequest *request, const Wanted *wanted,
                           SbxReply *reply) {
        _cleanup_(channel_freep) Channel *channel = NULL;
        const Channel *made;

        channel = channel_make(model, (int) wanted->type, strbuf_text(&wanted->name), wanted->parent);
        if (!channel || channel_apply(model, channel, wanted) < 0 ||
            table_add(&model->channels, channel) < 0) {
                reply_no_memory(reply);
                return;
        }
        made = TAKE(channel);
        channel_tell(model, made, "CHANNEL_CREATE", "channel_create");
        channel_effect(model, "channel.create", made, request);
        reply_channel(model, 201, made, reply);
}

void rest_create_channel(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        static const int64_t types[] = {
                CHANNEL_TEXT,     CHANNEL_VOICE,
                CHANNEL_CATEGORY, CHANNEL_ANNOUNCEMENT,
                CHANNEL_STAGE,    14,
                CHANNEL_FORUM,    16,
        };
        SbxModel *model = sbx_model(sandbox);
        _cleanup_(wanted_done) Wanted wanted = {};
        _form_ Form form = {};

        if (!request_guild(model, request, 0, reply) ||
            !bot_may_in_guild(model, PERM_MANAGE_CHANNELS, reply) || !request_object(request, reply))
                return;

        (void) form_choice(&form, NULL, request->body, "type", 0, types, ELEMENTSOF(types), &wanted.type);
        read_name(&form, request->body, FORM_REQUIRED, &wanted);
        read_rest(model, &form, request->body, NULL, &wanted);
        if (read_overwrites(model, &form, request->body, NULL, &wanted, reply) != 0 || form.is_refused ||
            form.out_of_memory) {
                (void) form_refuses(&form, reply);
                return;
        }
        if (guild_size(model) >= model->channels_max)
                reply_code(reply, 30013);
        else
                create_channel(model, request, &wanted, reply);
}

/* One entry of the positions call: {id, position?, parent_id?}. */
typedef struct Move {
        Channel *channel;
        Wanted wanted;
} Move;

static void move_read(const SbxModel *model, Form *form, const FormPath *at, const Json *json, Move *move) {
        uint64_t id = 0;

        if (!form_is_object(form, at, json) || !form_snowflake(form, at, json, "id", FORM_REQUIRED, &id))
                return;
        move->channel = model_channel(model, id);
        if (!move->channel)
                return;
        move->wanted.type = move->channel->type;
        move->wanted.has_position =
                form_i64(form, at, json, "position", 0, 0, INT32_MAX, &move->wanted.position);
        read_parent(model, form, at, json, move->channel, &move->wanted);
}

/* Checked as a whole, then applied; one call may change the parent of one channel only (40009). */
void rest_move_channels(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        size_t n = (size_t) json_array_size(request->body), n_read = 0, n_parents = 0;
        _free_ Move *moves = new0(Move, n + 1);
        _form_ Form form = {};

        if (!request_guild(model, request, 0, reply) ||
            !bot_may_in_guild(model, PERM_MANAGE_CHANNELS, reply))
                return;
        if (!moves) {
                reply_no_memory(reply);
                return;
        }
        if (!json_is_array(request->body))
                form_fault(&form, NULL, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
        if (form_refuses(&form, reply))
                return;
        JSON_FOREACH(item, request->body) {
                Move *move = &moves[n_read];

                move_read(model, &form, AT_INDEX(NULL, n_read++), item, move);
                n_parents += move->channel && move->wanted.has_parent &&
                             move->wanted.parent != move->channel->parent;
        }
        if (form_refuses(&form, reply))
                return;
        if (n_parents > 1) {
                reply_code(reply, 40009);
                return;
        }

        for (size_t i = 0; i < n_read; i++) {
                if (!moves[i].channel || channel_apply(model, moves[i].channel, &moves[i].wanted) < 0)
                        continue;
                channel_tell(model, moves[i].channel, "CHANNEL_UPDATE", "channel_update");
        }
        sbx_effect(sandbox, &(SbxEffect){
                                    .effect = "channel.move",
                                    .guild = model->guild,
                                    .reason = request->reason,
                                    .body = request->body,
                            });
        sbx_reply_empty(reply);
}

void rest_edit_channel(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = request_channel(model, request, 0, reply);
        _cleanup_(wanted_done) Wanted wanted = {};
        _form_ Form form = {};
        uint64_t need = PERM_MANAGE_CHANNELS;

        if (!channel)
                return;
        if (!channel_is_of_guild(channel)) {
                reply_code(reply, 50003);
                return;
        }
        if (json_is_array(json_get(request->body, "permission_overwrites")))
                need |= PERM_MANAGE_ROLES;
        if (!bot_may(model, channel, need, reply) || !request_object(request, reply))
                return;

        wanted.type = channel->type;
        read_name(&form, request->body, 0, &wanted);
        read_rest(model, &form, request->body, channel, &wanted);
        if (read_overwrites(model, &form, request->body, channel, &wanted, reply) != 0 || form.is_refused ||
            form.out_of_memory) {
                (void) form_refuses(&form, reply);
                return;
        }
        if (channel_apply(model, channel, &wanted) < 0) {
                reply_no_memory(reply);
                return;
        }
        channel_tell(model, channel, "CHANNEL_UPDATE", "channel_update");
        channel_effect(model, "channel.update", channel, request);
        reply_channel(model, 200, channel, reply);
}

void rest_delete_channel(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = request_channel(model, request, 0, reply);

        if (!channel)
                return;
        /* A DM is only closed on the bot's side: it stays where it is. */
        if (!channel_is_of_guild(channel)) {
                reply_channel(model, 200, channel, reply);
                return;
        }
        if (!bot_may(model, channel, PERM_MANAGE_CHANNELS, reply))
                return;

        reply_channel(model, 200, channel, reply);
        channel_effect(model, "channel.delete", channel, request);
        channel_remove(model, channel);
}
