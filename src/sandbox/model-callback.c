/*
 * POST /interactions/{id}/{token}/callback. Checked in Discord's order: known (10062), not answered yet
 * (40060), in time (10062), of a type that fits (BASE_TYPE_CHOICES), with a body that fits. Only what passes
 * all of it answers the interaction.
 */

#include "model.h"

#include <errno.h>

enum {
        ANSWER_MESSAGE = 4,
        ANSWER_DEFERRED_MESSAGE = 5,
        ANSWER_DEFERRED_UPDATE = 6,
        ANSWER_UPDATE = 7,
        ANSWER_CHOICES = 8,
        ANSWER_MODAL = 9,
};

/* Everything one callback needs while it is handled. */
typedef struct Callback {
        SbxModel *model;
        const SbxRequest *request;
        Interaction *interaction;
        Channel *channel;
        const Json *data; /* NULL: none */
        SbxReply *reply;
        const Message *message; /* of the answer, for with_response */
} Callback;

static const int64_t answers_to_command[] = { 4, 5, 9, 10, 12 };
static const int64_t answers_to_component[] = { 4, 5, 6, 7, 9, 10, 12 };
static const int64_t answers_to_autocomplete[] = { 8 };
static const int64_t answers_to_modal[] = { 4, 5, 6, 10, 12 };
static const int64_t answers_to_modal_of_component[] = { 4, 5, 6, 7, 10, 12 };

static bool read_type(Form *form, const SbxRequest *request, const Interaction *interaction, int64_t *ret) {
#define CHOOSE(list)                                                                                        \
        form_choice(form, NULL, request->body, "type", FORM_REQUIRED, (list), ELEMENTSOF(list), ret)
        switch (interaction->type) {
        case INTERACTION_COMMAND:
                return CHOOSE(answers_to_command);
        case INTERACTION_COMPONENT:
                return CHOOSE(answers_to_component);
        case INTERACTION_AUTOCOMPLETE:
                return CHOOSE(answers_to_autocomplete);
        default:
                return interaction->source ? CHOOSE(answers_to_modal_of_component)
                                           : CHOOSE(answers_to_modal);
        }
#undef CHOOSE
}

Message *interaction_message(SbxModel *model, const Interaction *interaction, bool is_ephemeral) {
        Message *message =
                message_new(sbx_snowflake(model->sandbox), interaction->channel, model->application);

        if (!message)
                return NULL;
        message->created_at = sbx_now(model->sandbox);
        message->interaction = interaction->id;
        message->metadata = interaction->metadata ? strdup(interaction->metadata) : NULL;
        message->invocation = interaction->invocation ? strdup(interaction->invocation) : NULL;
        if (is_ephemeral) {
                message->flags |= MESSAGE_FLAG_EPHEMERAL;
                message->viewer = interaction->user;
        }
        /* The answer to a control is a reply to its message; a command's says which command it was. */
        if (interaction->source) {
                message->type = MESSAGE_REPLY;
                message->replies_to = interaction->source;
        } else
                message->type = MESSAGE_CHAT_INPUT_COMMAND;
        return message;
}

/* ---- one function per type: each answers an error itself and then returns false ---- */

static bool publish_answer(Callback *c, Message *take_message, InteractionState state) {
        if (!take_message || message_publish(c->model, c->channel, take_message) < 0) {
                reply_no_memory(c->reply);
                return false;
        }
        c->interaction->state = state;
        c->message = take_message;
        c->interaction->original = take_message->id;
        return true;
}

static bool answer_message(Callback *c) {
        _form_ Form form = {};
        _body_ Body body = {};
        Message *message;

        if (!body_read(c->model, &form, AT(NULL, "data"), c->data, c->request, BODY_ANSWER, NULL, &body,
                       c->reply)) {
                (void) form_refuses(&form, c->reply);
                return false;
        }
        message = interaction_message(c->model, c->interaction, body.flags & MESSAGE_FLAG_EPHEMERAL);
        if (!message || message_apply(c->model, message, &body, true) < 0) {
                (void) message_free(message);
                reply_no_memory(c->reply);
                return false;
        }
        message->is_tts = body.is_tts;
        return publish_answer(c, message, STATE_ANSWERED);
}

static bool answer_deferred_message(Callback *c) {
        _form_ Form form = {};
        int64_t flags = 0;
        Message *message;

        (void) form_i64(&form, AT(NULL, "data"), c->data, "flags", 0, 0, INT64_MAX, &flags);
        if (form_refuses(&form, c->reply))
                return false;
        message = interaction_message(c->model, c->interaction, flags & MESSAGE_FLAG_EPHEMERAL);
        if (message)
                message->flags |= MESSAGE_FLAG_LOADING;
        c->interaction->owes_first_followup = true;
        return publish_answer(c, message, STATE_DEFERRED);
}

static bool answer_deferred_update(Callback *c) {
        c->interaction->state = STATE_DEFERRED;
        c->interaction->original = c->interaction->source;
        return true;
}

static bool answer_update(Callback *c) {
        Message *message = channel_message(c->channel, c->interaction->source);
        _form_ Form form = {};
        _body_ Body body = {};

        if (!message) {
                reply_code(c->reply, 10008);
                return false;
        }
        if (!body_read(c->model, &form, AT(NULL, "data"), c->data, c->request, BODY_UPDATE, message, &body,
                       c->reply)) {
                (void) form_refuses(&form, c->reply);
                return false;
        }
        if (message_apply(c->model, message, &body, true) < 0) {
                reply_no_memory(c->reply);
                return false;
        }
        message->edited_at = sbx_now(c->model->sandbox);
        c->message = message;
        c->interaction->original = message->id;
        c->interaction->state = STATE_ANSWERED;
        message_tell_update(c->model, message);
        return true;
}

static void read_choices(Form *form, const Json *data, JsonWriter *w) {
        const FormPath *at = AT(NULL, "data");
        const Json *choices = NULL;
        size_t i = 0;

        json_open_array(w);
        if (form_array(form, at, data, "choices", FORM_REQUIRED, 0, 25, &choices))
                JSON_FOREACH(choice, choices) {
                        const FormPath *here = AT_INDEX(AT(at, "choices"), i++);
                        const Json *value = json_get(choice, "value");
                        const char *name = NULL;

                        if (!form_is_object(form, here, choice) ||
                            !form_string(form, here, choice, "name", FORM_REQUIRED, 1, 100, &name))
                                continue;
                        if (!value || json_is_null(value))
                                form_fault(form, AT(here, "value"), "BASE_TYPE_REQUIRED",
                                           "This field is required");
                        else if (json_text(value) &&
                                 (text_length(json_text(value)) > 100 || !*json_text(value)))
                                form_fault(form, AT(here, "value"), "BASE_TYPE_BAD_LENGTH",
                                           "Must be between 1 and 100 in length.");
                        else {
                                json_open(w);
                                json_string(w, "name", name);
                                json_put_key(w, "value");
                                json_put_value(w, value);
                                json_close(w);
                        }
                }
        json_close_array(w);
}

static bool answer_choices(Callback *c) {
        _json_writer_ JsonWriter w = {};
        _form_ Form form = {};

        read_choices(&form, c->data, &w);
        if (form_refuses(&form, c->reply))
                return false;
        if (json_writer_finish(&w, &c->interaction->choices) < 0) {
                reply_no_memory(c->reply);
                return false;
        }
        c->interaction->state = STATE_ANSWERED;
        return true;
}

static bool answer_modal(Callback *c) {
        const FormPath *at = AT(NULL, "data");
        const char *custom_id = NULL, *title = NULL;
        const Json *components = NULL;
        _json_writer_ JsonWriter w = {};
        _form_ Form form = {};

        json_open(&w);
        if (form_string(&form, at, c->data, "custom_id", FORM_REQUIRED, 1, 100, &custom_id))
                json_string(&w, "custom_id", custom_id);
        if (form_string(&form, at, c->data, "title", FORM_REQUIRED, 1, 45, &title))
                json_string(&w, "title", title);
        if (form_array(&form, at, c->data, "components", FORM_REQUIRED, 0, SIZE_MAX, &components)) {
                json_put_key(&w, "components");
                components_read(&form, AT(at, "components"), components, COMPONENTS_MODAL, &w);
        }
        json_close(&w);
        if (form_refuses(&form, c->reply))
                return false;
        if (json_writer_finish(&w, &c->interaction->modal) < 0) {
                reply_no_memory(c->reply);
                return false;
        }
        c->interaction->state = STATE_MODAL;
        return true;
}

/* ---- the handler ---- */

static bool answer(Callback *c, int64_t type) {
        switch (type) {
        case ANSWER_MESSAGE:
                return answer_message(c);
        case ANSWER_DEFERRED_MESSAGE:
                return answer_deferred_message(c);
        case ANSWER_DEFERRED_UPDATE:
                return answer_deferred_update(c);
        case ANSWER_UPDATE:
                return answer_update(c);
        case ANSWER_CHOICES:
                return answer_choices(c);
        case ANSWER_MODAL:
                return answer_modal(c);
        default:
                /* PREMIUM_REQUIRED and LAUNCH_ACTIVITY are for applications that have such things. */
                sbx_reply_error(c->reply, 400, 0, "400: Bad Request");
                return false;
        }
}

static void reply_answered(const Callback *c, int64_t type) {
        _json_writer_ JsonWriter w = {};
        const Interaction *interaction = c->interaction;
        const Message *original = channel_message(c->channel, interaction->original);

        if (!sbx_query_bool(c->request, "with_response", false)) {
                sbx_reply_empty(c->reply);
                return;
        }
        json_open(&w);
        json_object(&w, "interaction");
        json_id(&w, "id", interaction->id);
        json_i64(&w, "type", interaction->type);
        json_id(&w, "channel_id", interaction->channel);
        if (channel_is_of_guild(c->channel))
                json_id(&w, "guild_id", c->model->guild);
        if (original) {
                json_id(&w, "response_message_id", original->id);
                json_bool(&w, "response_message_loading", original->flags & MESSAGE_FLAG_LOADING);
                json_bool(&w, "response_message_ephemeral", original->flags & MESSAGE_FLAG_EPHEMERAL);
        }
        json_close(&w);
        if (c->message && (type == ANSWER_MESSAGE || type == ANSWER_UPDATE)) {
                json_object(&w, "resource");
                json_i64(&w, "type", type);
                json_put_key(&w, "message");
                put_message(c->model, &w, c->message, 0);
                json_close(&w);
        }
        json_close(&w);
        sbx_reply_json(c->reply, 200, &w);
}

void rest_answer_interaction(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Interaction *interaction = model_interaction(model, request->ids[0]);
        Callback c = { .model = model, .request = request, .interaction = interaction, .reply = reply };
        _form_ Form form = {};
        int64_t type = 0;

        if (!interaction || !streq(interaction->token, request->args[1])) {
                reply_code(reply, 10062);
                return;
        }
        if (interaction->acknowledged_at) {
                reply_code(reply, 40060);
                return;
        }
        if (interaction->state == STATE_FAILED ||
            interaction_is_dead(model, interaction, INTERACTION_ACKNOWLEDGE_USEC)) {
                reply_code(reply, 10062);
                return;
        }
        if (!request_object(request, reply))
                return;
        (void) read_type(&form, request, interaction, &type);
        (void) form_object(&form, NULL, request->body, "data",
                           type == ANSWER_MODAL || type == ANSWER_CHOICES ? FORM_REQUIRED : 0, &c.data);
        if (form_refuses(&form, reply))
                return;
        c.channel = model_channel(model, interaction->channel);
        if (!c.channel) {
                reply_code(reply, 10003);
                return;
        }
        if (!answer(&c, type))
                return;

        interaction->acknowledged_at = sbx_now(sandbox);
        interaction->answer = type;
        sbx_timer_cancel(sandbox, TAKE(interaction->timer));
        sbx_effect(sandbox, &(SbxEffect){
                                    .effect = "interaction.callback",
                                    .guild = channel_is_of_guild(c.channel) ? model->guild : 0,
                                    .channel = interaction->channel,
                                    .message = interaction->original,
                                    .id = interaction->id,
                                    .body = request->body,
                            });
        interaction_tell(model, interaction);
        reply_answered(&c, type);
}
