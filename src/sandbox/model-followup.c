/*
 * What an interaction's token allows after the first answer: @original, and follow-ups (Discord reference,
 * "Followup Messages"). For fifteen minutes; ephemeral messages can be reached by no other way.
 */

#include "model.h"

#include <errno.h>

/* The interaction whose token the route names; NULL after answering 10015 or 50027. */
static Interaction *request_interaction(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Interaction *interaction = model_interaction_by_token(model, request->args[1]);

        if (request->ids[0] != model->application)
                reply_code(reply, 10015);
        else if (!interaction || interaction_is_dead(model, interaction, INTERACTION_TOKEN_USEC))
                reply_code(reply, 50027);
        else if (!interaction->acknowledged_at)
                reply_code(reply, 10015);
        else
                return interaction;
        return NULL;
}

static Channel *interaction_channel(const SbxModel *model, const Interaction *interaction, SbxReply *reply) {
        Channel *channel = model_channel(model, interaction->channel);

        if (!channel)
                reply_code(reply, 10003);
        return channel;
}

static Message *request_original(SbxModel *model, const Interaction *interaction, SbxReply *reply) {
        const Channel *channel = interaction_channel(model, interaction, reply);
        Message *message;

        if (!channel)
                return NULL;
        message = channel_message(channel, interaction->original);
        if (!message)
                reply_code(reply, 10008);
        return message;
}

/* A follow-up of this interaction (or its original by id). */
static Message *request_followup(SbxModel *model, const Interaction *interaction, const SbxRequest *request,
                                 SbxReply *reply) {
        const Channel *channel = interaction_channel(model, interaction, reply);
        Message *message;

        if (!channel)
                return NULL;
        message = channel_message(channel, request->ids[2]);
        if (message && (message->interaction == interaction->id || message->id == interaction->original))
                return message;
        reply_code(reply, 10008);
        return NULL;
}

static void reply_message(const SbxModel *model, const Message *message, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        put_message(model, &w, message, 0);
        sbx_reply_json(reply, 200, &w);
}

static void followup_effect(SbxModel *model, const char *effect, const Interaction *interaction,
                            uint64_t message, const SbxRequest *request) {
        const Channel *channel = model_channel(model, interaction->channel);

        sbx_effect(model->sandbox,
                   &(SbxEffect){
                           .effect = effect,
                           .guild = channel && channel_is_of_guild(channel) ? model->guild : 0,
                           .channel = interaction->channel,
                           .message = message,
                           .id = interaction->id,
                           .body = request->body,
                   });
}

/* The placeholder of a deferred answer becomes a message with the first edit. */
static void message_arrived(Interaction *interaction, Message *message) {
        message->flags &= ~(int64_t) MESSAGE_FLAG_LOADING;
        if (message->id != interaction->original)
                return;
        interaction->owes_first_followup = false;
        interaction->n_edits++;
        if (interaction->state == STATE_DEFERRED && interaction->answer == 5)
                interaction->state = STATE_ANSWERED;
}

void webhook_edit(SbxModel *model, Interaction *interaction, Message *message, const SbxRequest *request,
                  const char *effect, SbxReply *reply) {
        if (!message_edit(model, message, request, true, reply))
                return;
        message_arrived(interaction, message);
        message_tell_update(model, message);
        followup_effect(model, effect, interaction, message->id, request);
        interaction_tell(model, interaction);
        reply_message(model, message, reply);
}

static void webhook_delete(SbxModel *model, Interaction *interaction, Message *message,
                           const SbxRequest *request, const char *effect, SbxReply *reply) {
        Channel *channel = model_channel(model, interaction->channel);

        followup_effect(model, effect, interaction, message->id, request);
        /* A deferred answer that is taken back has nothing more to come. */
        if (message->id == interaction->original && interaction->state == STATE_DEFERRED)
                interaction->state = STATE_ANSWERED;
        message_remove(model, channel, message);
        interaction_tell(model, interaction);
        sbx_reply_empty(reply);
}

void rest_get_original(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        const Interaction *interaction = request_interaction(model, request, reply);
        const Message *message = interaction ? request_original(model, interaction, reply) : NULL;

        if (message)
                reply_message(model, message, reply);
}

void rest_edit_original(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Interaction *interaction = request_interaction(model, request, reply);
        Message *message = interaction ? request_original(model, interaction, reply) : NULL;

        if (message)
                webhook_edit(model, interaction, message, request, "original.edit", reply);
}

void rest_delete_original(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Interaction *interaction = request_interaction(model, request, reply);
        Message *message = interaction ? request_original(model, interaction, reply) : NULL;

        if (message)
                webhook_delete(model, interaction, message, request, "original.delete", reply);
}

static void get_followup(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        const Interaction *interaction = request_interaction(model, request, reply);
        const Message *message = interaction ? request_followup(model, interaction, request, reply) : NULL;

        if (message)
                reply_message(model, message, reply);
}

void rest_get_followup(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);

        if (request->ids[0] != model->application)
                webhook_get_message(model, request, reply);
        else
                get_followup(model, request, reply);
}

static void edit_followup(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Interaction *interaction = request_interaction(model, request, reply);
        Message *message = interaction ? request_followup(model, interaction, request, reply) : NULL;

        if (message)
                webhook_edit(model, interaction, message, request,
                             message->id == interaction->original ? "original.edit" : "followup.edit",
                             reply);
}

void rest_edit_followup(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);

        if (request->ids[0] != model->application)
                webhook_edit_message(model, request, reply);
        else
                edit_followup(model, request, reply);
}

static void delete_followup(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Interaction *interaction = request_interaction(model, request, reply);
        Message *message = interaction ? request_followup(model, interaction, request, reply) : NULL;

        if (message)
                webhook_delete(model, interaction, message, request, "followup.delete", reply);
}

void rest_delete_followup(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);

        if (request->ids[0] != model->application)
                webhook_delete_message(model, request, reply);
        else
                delete_followup(model, request, reply);
}

/* ---- new follow-ups ---- */

/*
 * The first follow-up after a deferral fills the placeholder, whose ephemeral flag stays as the deferral set
 * it.
 */
static bool fill_placeholder(SbxModel *model, Interaction *interaction, Channel *channel,
                             const SbxRequest *request, SbxReply *reply) {
        Message *message =
                interaction->owes_first_followup ? channel_message(channel, interaction->original) : NULL;

        if (!message || !(message->flags & MESSAGE_FLAG_LOADING))
                return false;
        webhook_edit(model, interaction, message, request, "original.edit", reply);
        return true;
}

static void create_followup(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Interaction *interaction = request_interaction(model, request, reply);
        Channel *channel = interaction ? interaction_channel(model, interaction, reply) : NULL;
        _form_ Form form = {};
        _body_ Body body = {};
        Message *message;

        if (!channel || fill_placeholder(model, interaction, channel, request, reply) ||
            !request_object(request, reply))
                return;
        if (!body_read(model, &form, NULL, request->body, request, BODY_ANSWER, NULL, &body, reply)) {
                (void) form_refuses(&form, reply);
                return;
        }
        message = interaction_message(model, interaction, body.flags & MESSAGE_FLAG_EPHEMERAL);
        if (!message || message_apply(model, message, &body, true) < 0) {
                (void) message_free(message);
                reply_no_memory(reply);
                return;
        }
        message->is_tts = body.is_tts;
        if (interaction->original) {
                message->type = MESSAGE_REPLY;
                message->replies_to = interaction->original;
        }
        if (message_publish(model, channel, message) < 0) {
                reply_no_memory(reply);
                return;
        }
        if (message->viewer)
                (void) id_list_add(&interaction->followups, message->id); /* without memory it stays longer */
        followup_effect(model, "followup.create", interaction, message->id, request);
        reply_message(model, message, reply);
}

void rest_create_followup(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);

        if (request->ids[0] != model->application)
                webhook_execute(model, request, reply);
        else
                create_followup(model, request, reply);
}
