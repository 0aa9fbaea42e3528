/*
 * Scenes of our own: when a press left for the bot, as what the person saw it, and that three seconds went by. With the bot's requests
 * (GET /sandbox/requests) they are what can be shown of a press when the bot itself shows nothing.
 */

#include "model.h"

/* The text on a control of a message: label of a button, placeholder of a select. NULL: none. */
static const char *text_of_control(const Json *value, const char *custom_id) {
        const char *text = NULL;

        if (json_is_object(value) && streq_ptr(json_text(json_get(value, "custom_id")), custom_id)) {
                text = json_text(json_get(value, "label"));
                return text ? text : json_text(json_get(value, "placeholder"));
        }
        JSON_FOREACH(item, value)
                if (!text && (json_is_object(item) || json_is_array(item)))
                        text = text_of_control(item, custom_id);
        return text;
}

static void put_invoked(const Json *data, StrBuf *out) {
        const char *name = json_text(json_get(data, "name"));

        strbuf_appendf(out, "%s%s", out->n_bytes == 0 ? "/" : " ", name ? name : "");
        JSON_FOREACH(option, json_get(data, "options")) {
                int64_t type;

                /* 1, 2: sub-command, group (Discord reference, "Application Command Option Type") */
                if (json_get_i64(option, "type", &type) == 0 && (type == 1 || type == 2))
                        put_invoked(option, out);
        }
}

static void put_title(const InteractionWish *wish, const Json *data, StrBuf *out) {
        const char *custom_id = json_text(json_get(data, "custom_id"));
        const char *modal = wish->type == INTERACTION_MODAL_SUBMIT && wish->parent ? wish->parent->modal : NULL, *text;
        _json_ Json *form = NULL;

        if (!custom_id) {
                put_invoked(data, out);
                return;
        }
        if (modal && json_parse(modal, strlen(modal), &form) < 0)
                form = NULL;
        if (wish->type == INTERACTION_MODAL_SUBMIT)
                text = json_text(json_get(form, "title"));
        else
                text = wish->source ? text_of_control(message_components(wish->source), custom_id) : NULL;
        strbuf_append(out, text ? text : custom_id);
}

void interaction_show(SbxModel *model, const Interaction *interaction, const InteractionWish *wish, unsigned n_sessions) {
        _json_writer_ JsonWriter w = {};
        _strbuf_ StrBuf title = {};
        _json_ Json *data = NULL;

        if (json_parse(wish->data, strlen(wish->data), &data) == 0)
                put_title(wish, data, &title);
        json_open(&w);
        json_i64(&w, "at_us", (int64_t) sbx_now(model->sandbox));
        json_string(&w, "what", "frame");
        json_id(&w, "interaction", interaction->id);
        json_i64(&w, "type", interaction->type);
        json_id(&w, "user", interaction->user);
        json_id(&w, "channel", interaction->channel);
        json_string(&w, "title", strbuf_text(&title));
        json_i64(&w, "sessions", n_sessions);
        json_close(&w);
        sbx_scene(model->sandbox, &w);
}

void interaction_show_failed(SbxModel *model, const Interaction *interaction) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_i64(&w, "at_us", (int64_t) sbx_now(model->sandbox));
        json_string(&w, "what", "failed");
        json_id(&w, "interaction", interaction->id);
        json_close(&w);
        sbx_scene(model->sandbox, &w);
}

uint64_t model_interaction_of(Sandbox *sandbox, const SbxRequest *request) {
        static const char callback[] = "/interactions/", webhook[] = "/webhooks/";
        const Interaction *interaction;

        if (!request->route || request->n_args < 2)
                return 0;
        if (strncmp(request->route->template, callback, sizeof(callback) - 1) == 0)
                return request->ids[0];
        if (strncmp(request->route->template, webhook, sizeof(webhook) - 1) != 0)
                return 0;
        interaction = model_interaction_by_token(sbx_model(sandbox), request->args[1]);
        return interaction ? interaction->id : 0;
}
