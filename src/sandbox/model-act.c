/*
 * What people do, with the checks that Discord's client makes: one cannot press what one does not see, what
 * is greyed out, or what is not there. A refusal is a 409 with a sentence. "raw" makes none of these checks:
 * it is a client that lies.
 */

#include "model-component.h"

#include <errno.h>

enum { ACTS_MAX = 1000 }; /* of one batch: the loop does nothing else meanwhile */

void act_begin(SbxModel *model, const InteractionWish *wish, SbxReply *reply) {
        const Interaction *interaction = NULL;
        _json_writer_ JsonWriter w = {};

        if (interaction_begin(model, wish, &interaction) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        json_open(&w);
        json_id(&w, "interaction", interaction->id);
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

Channel *act_channel(SbxModel *model, const User *user, const SbxRequest *request, SbxReply *reply) {
        uint64_t id = 0;
        Channel *channel;

        (void) json_get_u64(request->body, "channel", &id);
        channel = model_channel(model, id);
        if (!channel)
                sbx_reply_refuse(reply, 404, "There is no such channel.");
        else if (!user_sees(model, user, channel))
                sbx_reply_refuse(reply, 409, "%s does not see this channel.", user->name);
        else
                return channel;
        return NULL;
}

Message *act_message(const User *user, const Channel *channel, const SbxRequest *request, SbxReply *reply) {
        uint64_t id = 0;
        Message *message;

        (void) json_get_u64(request->body, "message", &id);
        message = channel_message(channel, id);
        if (message && message_is_visible(message, user->id))
                return message;
        sbx_reply_refuse(reply, 409, "%s sees no such message.", user->name);
        return NULL;
}

/* ---- resolved ---- */

void resolved_done(Resolved *resolved) {
        id_list_done(&resolved->users);
        id_list_done(&resolved->roles);
        id_list_done(&resolved->channels);
}

static bool type_is_allowed(const Json *types, int type) {
        if (json_array_size(types) == 0)
                return true;
        JSON_FOREACH(item, types) {
                int64_t value;

                if (json_to_i64(item, &value) == 0 && value == type)
                        return true;
        }
        return false;
}

int resolved_add(const SbxModel *model, Resolved *resolved, char kind, const Json *value,
                 const Json *channel_types, const User *user) {
        const Channel *channel;
        uint64_t id;

        if (json_to_u64(value, &id) < 0)
                return -ENOENT;
        switch (kind) {
        case 'u':
                return model_user(model, id) ? id_list_add(&resolved->users, id) : -ENOENT;
        case 'r':
                return model_role(model, id) ? id_list_add(&resolved->roles, id) : -ENOENT;
        case 'm':
                if (model_user(model, id))
                        return id_list_add(&resolved->users, id);
                return model_role(model, id) ? id_list_add(&resolved->roles, id) : -ENOENT;
        case 'c':
        default:
                channel = model_channel(model, id);
                if (!channel || !channel_is_of_guild(channel) || !user_sees(model, user, channel) ||
                    !type_is_allowed(channel_types, channel->type))
                        return -ENOENT;
                return id_list_add(&resolved->channels, id);
        }
}

static void put_id_key(JsonWriter *w, uint64_t id) {
        _strbuf_ StrBuf key = {};

        strbuf_appendf(&key, "%llu", (unsigned long long) id);
        json_put_key(w, strbuf_text(&key));
}

static void put_resolved_users(const SbxModel *model, JsonWriter *w, const Resolved *resolved,
                               const Channel *channel) {
        json_object(w, "users");
        for (size_t i = 0; i < resolved->users.n; i++) {
                put_id_key(w, resolved->users.ids[i]);
                put_user(w, model_user(model, resolved->users.ids[i]));
        }
        json_close(w);

        json_object(w, "members");
        for (size_t i = 0; i < resolved->users.n; i++) {
                const User *member = model_member(model, resolved->users.ids[i]);
                uint64_t permissions;

                if (!member || !channel_is_of_guild(channel))
                        continue;
                permissions = channel_permissions(model, member, channel);
                put_id_key(w, member->id);
                put_member(model, w, member, MEMBER_PARTIAL, &permissions);
        }
        json_close(w);
}

void resolved_put(const SbxModel *model, JsonWriter *w, const Resolved *resolved, const User *user,
                  const Channel *channel) {
        if (resolved->users.n + resolved->roles.n + resolved->channels.n == 0)
                return;

        json_object(w, "resolved");
        if (resolved->users.n > 0)
                put_resolved_users(model, w, resolved, channel);
        if (resolved->roles.n > 0) {
                json_object(w, "roles");
                for (size_t i = 0; i < resolved->roles.n; i++) {
                        put_id_key(w, resolved->roles.ids[i]);
                        put_role(w, model_role(model, resolved->roles.ids[i]));
                }
                json_close(w);
        }
        if (resolved->channels.n > 0) {
                json_object(w, "channels");
                for (size_t i = 0; i < resolved->channels.n; i++) {
                        put_id_key(w, resolved->channels.ids[i]);
                        put_channel(model, w, model_channel(model, resolved->channels.ids[i]),
                                    CHANNEL_RESOLVED, user);
                }
                json_close(w);
        }
        json_close(w);
}

/* ---- press and select ---- */

/* A control of a message, ready to be used. */
typedef struct Control {
        Channel *channel;
        Message *message;
        const Json *component; /* of the message */
        int64_t type;
} Control;

static bool control_find(SbxModel *model, const User *user, const SbxRequest *request, Control *ret,
                         SbxReply *reply) {
        const char *custom_id = NULL;
        bool is_disabled = false;

        ret->channel = act_channel(model, user, request, reply);
        if (!ret->channel)
                return false;
        ret->message = act_message(user, ret->channel, request, reply);
        if (!ret->message)
                return false;
        (void) json_get_string(request->body, "custom_id", &custom_id);
        ret->component = custom_id ? components_find(message_components(ret->message), custom_id) : NULL;
        if (!ret->component || json_get_i64(ret->component, "type", &ret->type) != 0) {
                sbx_reply_refuse(reply, 409, "The message has no such control.");
                return false;
        }
        (void) json_get_bool(ret->component, "disabled", &is_disabled);
        if (is_disabled) {
                sbx_reply_refuse(reply, 409, "The control is disabled.");
                return false;
        }
        return true;
}

static void put_component_head(JsonWriter *w, const Control *control) {
        int64_t id = 0;

        (void) json_get_i64(control->component, "id", &id);
        json_i64(w, "component_type", control->type);
        json_i64(w, "id", id);
        json_string(w, "custom_id", json_text(json_get(control->component, "custom_id")));
}

static void begin_component(SbxModel *model, User *user, const Control *control, JsonWriter *w,
                            SbxReply *reply) {
        _free_ char *data = NULL;

        if (json_writer_finish(w, &data) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        act_begin(model,
                  &(InteractionWish){
                          .type = INTERACTION_COMPONENT,
                          .user = user,
                          .channel = control->channel,
                          .source = control->message,
                          .data = data,
                  },
                  reply);
}

static void act_press(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        Control control = {};
        _json_writer_ JsonWriter w = {};

        if (!control_find(model, user, request, &control, reply))
                return;
        if (control.type != COMPONENT_BUTTON) {
                sbx_reply_refuse(reply, 409, "The control is no button.");
                return;
        }
        json_open(&w);
        put_component_head(&w, &control);
        json_close(&w);
        begin_component(model, user, &control, &w, reply);
}

static bool option_exists(const Json *component, const Json *value) {
        JSON_FOREACH(option, json_get(component, "options")) {
                if (json_text(value) && streq_ptr(json_text(json_get(option, "value")), json_text(value)))
                        return true;
        }
        return false;
}

static bool select_takes(const SbxModel *model, const Control *control, const Json *value, const User *user,
                         Resolved *resolved) {
        static const char kinds[] = {
                [COMPONENT_USER_SELECT] = 'u',
                [COMPONENT_ROLE_SELECT] = 'r',
                [COMPONENT_MENTIONABLE_SELECT] = 'm',
                [COMPONENT_CHANNEL_SELECT] = 'c',
        };

        if (control->type == COMPONENT_STRING_SELECT)
                return option_exists(control->component, value);
        return resolved_add(model, resolved, kinds[control->type], value,
                            json_get(control->component, "channel_types"), user) == 0;
}

static void act_select(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        Control control = {};
        _resolved_ Resolved resolved = {};
        _json_writer_ JsonWriter w = {};
        const Json *values = json_get(request->body, "values");
        int64_t min = 1, max = 1;

        if (!control_find(model, user, request, &control, reply))
                return;
        if (control.type < COMPONENT_STRING_SELECT || control.type > COMPONENT_CHANNEL_SELECT ||
            control.type == 4) {
                sbx_reply_refuse(reply, 409, "The control is no select.");
                return;
        }
        (void) json_get_i64(control.component, "min_values", &min);
        (void) json_get_i64(control.component, "max_values", &max);
        if (!json_is_array(values) || json_array_size(values) < min || json_array_size(values) > max) {
                sbx_reply_refuse(reply, 409, "The select takes between %d and %d values.", (int) min,
                                 (int) max);
                return;
        }

        json_open(&w);
        put_component_head(&w, &control);
        json_array(&w, "values");
        JSON_FOREACH(value, values) {
                if (!select_takes(model, &control, value, user, &resolved)) {
                        sbx_reply_refuse(reply, 409, "The select does not offer this value.");
                        return;
                }
                json_put_value(&w, value);
        }
        json_close_array(&w);
        resolved_put(model, &w, &resolved, user, control.channel);
        json_close(&w);
        begin_component(model, user, &control, &w, reply);
}

/* ---- say and raw ---- */

static Message *said_message(SbxModel *model, const User *user, Channel *channel, const char *content) {
        _cleanup_(message_freep) Message *message =
                message_new(sbx_snowflake(model->sandbox), channel->id, user->id);
        _body_ Body body = { .has_content = true, .content = strdup(content) };

        if (!message || !body.content || message_apply(model, message, &body, false) < 0)
                return NULL;
        message->created_at = sbx_now(model->sandbox);
        return TAKE(message);
}

static void act_say(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = act_channel(model, user, request, reply);
        const char *content = NULL;
        _json_writer_ JsonWriter w = {};
        Message *message;

        if (!channel)
                return;
        if (!channel_takes_messages(channel) ||
            !(channel_rights(model, user, channel) & PERM_SEND_MESSAGES)) {
                sbx_reply_refuse(reply, 409, "%s may not write here.", user->name);
                return;
        }
        if (json_get_string(request->body, "content", &content) != 0 || !*content ||
            text_length(content) > SAID_MAX) {
                sbx_reply_refuse(reply, 409, "A message has between 1 and %d characters.", SAID_MAX);
                return;
        }
        message = said_message(model, user, channel, content);
        if (!message || message_publish(model, channel, message) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        sbx_effect(model->sandbox, &(SbxEffect){
                                           .effect = "message.create",
                                           .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                           .channel = channel->id,
                                           .message = message->id,
                                           .id = message->id,
                                           .by = user->id,
                                           .body = request->body,
                                   });
        json_open(&w);
        json_id(&w, "message", message->id);
        json_close(&w);
        sbx_reply_json(reply, 200, &w);
}

/* Exactly the data that is given, true or not. */
static void act_raw(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        uint64_t channel_id = 0, message_id = 0;
        const Json *data = NULL;
        _free_ char *text = NULL;
        int64_t type = 0;
        Channel *channel;

        (void) json_get_u64(request->body, "channel", &channel_id);
        (void) json_get_u64(request->body, "message", &message_id);
        channel = model_channel(model, channel_id);
        if (!channel) {
                sbx_reply_refuse(reply, 404, "There is no such channel.");
                return;
        }
        if (json_get_i64(request->body, "type", &type) != 0 || type < INTERACTION_COMMAND ||
            type > INTERACTION_MODAL_SUBMIT || json_get_object(request->body, "data", &data) != 0 ||
            json_print(data, &text) < 0) {
                sbx_reply_refuse(reply, 400, "raw needs a type from 2 to 5 and an object \"data\".");
                return;
        }
        act_begin(model,
                  &(InteractionWish){
                          .type = (int) type,
                          .user = user,
                          .channel = channel,
                          .source = channel_message(channel, message_id),
                          .data = text,
                  },
                  reply);
}

static void act_one(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        static const struct {
                const char *action;
                void (*call)(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply);
        } actions[] = {
                { "press", act_press },     { "select", act_select },
                { "command", act_command }, { "autocomplete", act_autocomplete },
                { "submit", act_submit },   { "say", act_say },
                { "edit", act_edit },       { "delete", act_delete },
                { "react", act_react },     { "unreact", act_unreact },
                { "type", act_type },       { "menu", act_menu },
                { "raw", act_raw },
        };
        const char *action = NULL;
        uint64_t id = 0;
        User *user;

        (void) json_get_u64(request->body, "as", &id);
        user = model_user(model, id);
        if (!user || user->is_bot) {
                sbx_reply_refuse(reply, 404, "\"as\" names nobody who could act.");
                return;
        }
        (void) json_get_string(request->body, "action", &action);
        for (size_t i = 0; i < ELEMENTSOF(actions); i++)
                if (streq_ptr(actions[i].action, action)) {
                        actions[i].call(model, user, request, reply);
                        return;
                }
        sbx_reply_refuse(reply, 400, "There is no action \"%s\".", action ?: "");
}

/* An answer of a batch: what it would be alone, and its status when that is not 200. */
static void put_answer(JsonWriter *w, const SbxReply *reply) {
        const char *body = strbuf_text(&reply->body);

        if (reply->status == 200) {
                json_put_raw(w, body);
                return;
        }
        json_open(w);
        json_i64(w, "status", reply->status);
        json_raw(w, "refused", body);
        json_close(w);
}

/* One after the other, as if each had been a call of its own. */
static void act_many(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        if (json_array_size(request->body) > ACTS_MAX) {
                sbx_reply_refuse(reply, 400, "A batch has at most %d actions.", ACTS_MAX);
                return;
        }
        json_open_array(&w);
        JSON_FOREACH(item, request->body) {
                _cleanup_(sbx_reply_done) SbxReply one_reply = {};
                SbxRequest one = *request;

                one.body = item;
                if (json_is_object(item))
                        act_one(model, &one, &one_reply);
                else
                        sbx_reply_refuse(&one_reply, 400, "An action is an object.");
                put_answer(&w, &one_reply);
        }
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}

void act_do(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        if (json_is_array(request->body))
                act_many(model, request, reply);
        else
                act_one(model, request, reply);
}
