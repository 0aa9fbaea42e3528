/*
 * A modal as a person sends it. What was filled in before the person came (value, default options) stands
 * unless the values name the field; then the client's own checks: required, length, number of values, only
 * what is offered.
 */

#include "model-component.h"

#include <errno.h>

typedef struct Submission {
        const SbxModel *model;
        const User *user;
        JsonWriter *w;
        const Json *values;
        Resolved *resolved;
        SbxReply *reply;
} Submission;

static bool refuse(const Submission *s, const Json *component, const char *what) {
        sbx_reply_refuse(s->reply, 409, "Field \"%s\": %s.",
                         json_text(json_get(component, "custom_id")) ?: "", what);
        return false;
}

static bool field_is_required(const Json *component) {
        bool is_required = true;

        (void) json_get_bool(component, "required", &is_required);
        return is_required;
}

static bool submit_text(const Submission *s, const Json *component, const Json *given) {
        const char *text = given ? json_text(given) : json_text(json_get(component, "value")) ?: "";
        int64_t min = 0, max = 4000;

        if (!text)
                return refuse(s, component, "it takes text");
        (void) json_get_i64(component, "min_length", &min);
        (void) json_get_i64(component, "max_length", &max);
        if (!*text && field_is_required(component))
                return refuse(s, component, "it is required");
        if (*text && text_length(text) < (size_t) min)
                return refuse(s, component, "the text is too short");
        if (text_length(text) > (size_t) max)
                return refuse(s, component, "the text is too long");
        json_string(s->w, "value", text);
        return true;
}

static bool option_exists(const Json *component, const char *value) {
        JSON_FOREACH(option, json_get(component, "options")) {
                if (streq_ptr(json_text(json_get(option, "value")), value))
                        return true;
        }
        return false;
}

static bool value_is_offered(const Submission *s, const Json *component, int64_t type, const Json *value) {
        static const char kinds[] = {
                [COMPONENT_USER_SELECT] = 'u',
                [COMPONENT_ROLE_SELECT] = 'r',
                [COMPONENT_MENTIONABLE_SELECT] = 'm',
                [COMPONENT_CHANNEL_SELECT] = 'c',
        };

        if (type == COMPONENT_STRING_SELECT || type == COMPONENT_CHECKBOX_GROUP)
                return json_text(value) && option_exists(component, json_text(value));
        if (type == COMPONENT_FILE_UPLOAD)
                return false; /* nobody here has files */
        return resolved_add(s->model, s->resolved, kinds[type], value, json_get(component, "channel_types"),
                            s->user) == 0;
}

/* Values chosen beforehand, as the array of strings that they would be sent as. */
static int put_defaults(const Submission *s, const Json *component, int64_t type) {
        int n = 0;

        JSON_FOREACH(option, json_get(component, "options")) {
                bool is_default = false;

                (void) json_get_bool(option, "default", &is_default);
                if (is_default) {
                        json_put_value(s->w, json_get(option, "value"));
                        n++;
                }
        }
        JSON_FOREACH(value, json_get(component, "default_values")) {
                if (value_is_offered(s, component, type, json_get(value, "id"))) {
                        json_put_value(s->w, json_get(value, "id"));
                        n++;
                }
        }
        return n;
}

static bool submit_values(const Submission *s, const Json *component, int64_t type, const Json *given) {
        int64_t min = 1, max = 1;
        int n = 0;

        if (given && !json_is_array(given))
                return refuse(s, component, "it takes a list of values");
        json_array(s->w, "values");
        if (!given)
                n = put_defaults(s, component, type);
        JSON_FOREACH(value, given) {
                if (!value_is_offered(s, component, type, value))
                        return refuse(s, component, "it does not offer this value");
                json_put_value(s->w, value);
                n++;
        }
        json_close_array(s->w);

        (void) json_get_i64(component, "min_values", &min);
        (void) json_get_i64(component, "max_values", &max);
        if (n == 0 && field_is_required(component) && min > 0)
                return refuse(s, component, "it is required");
        if (n > 0 && n < min)
                return refuse(s, component, "more values are needed");
        if (n > max)
                return refuse(s, component, "there are too many values");
        return true;
}

static bool submit_radio(const Submission *s, const Json *component, const Json *given) {
        const char *value = json_text(given);

        if (given && !json_is_null(given) && (!value || !option_exists(component, value)))
                return refuse(s, component, "it does not offer this value");
        if (!given)
                JSON_FOREACH(option, json_get(component, "options")) {
                        bool is_default = false;

                        (void) json_get_bool(option, "default", &is_default);
                        if (is_default)
                                value = json_text(json_get(option, "value"));
                }
        if (!value && field_is_required(component))
                return refuse(s, component, "it is required");
        json_string(s->w, "value", value);
        return true;
}

static bool submit_checkbox(const Submission *s, const Json *component, const Json *given) {
        const char *custom_id = json_text(json_get(component, "custom_id"));
        bool value = false;

        (void) json_get_bool(component, "default", &value);
        if (given && json_get_bool(s->values, custom_id, &value) != 0)
                return refuse(s, component, "it takes true or false");
        json_bool(s->w, "value", value);
        return true;
}

static bool submit_field(const Submission *s, const Json *component) {
        const char *custom_id = json_text(json_get(component, "custom_id"));
        const Json *given = custom_id ? json_get(s->values, custom_id) : NULL;
        int64_t type = 0;

        (void) json_get_i64(component, "type", &type);
        if (custom_id)
                json_string(s->w, "custom_id", custom_id);
        switch (type) {
        case COMPONENT_TEXT_INPUT:
                return submit_text(s, component, given);
        case COMPONENT_RADIO_GROUP:
                return submit_radio(s, component, given);
        case COMPONENT_CHECKBOX:
                return submit_checkbox(s, component, given);
        case COMPONENT_STRING_SELECT:
        case COMPONENT_USER_SELECT:
        case COMPONENT_ROLE_SELECT:
        case COMPONENT_MENTIONABLE_SELECT:
        case COMPONENT_CHANNEL_SELECT:
        case COMPONENT_FILE_UPLOAD:
        case COMPONENT_CHECKBOX_GROUP:
                return submit_values(s, component, type, given);
        default:
                return true; /* text displays carry nothing back but type and id */
        }
}

static bool submit_component(const Submission *s, const Json *component) {
        int64_t type = 0, id = 0;
        bool is_fine = true;

        (void) json_get_i64(component, "type", &type);
        (void) json_get_i64(component, "id", &id);
        json_open(s->w);
        json_i64(s->w, "type", type);
        json_i64(s->w, "id", id);
        if (type == COMPONENT_LABEL) {
                json_put_key(s->w, "component");
                is_fine = submit_component(s, json_get(component, "component"));
        } else if (type == COMPONENT_ACTION_ROW) {
                json_array(s->w, "components");
                JSON_FOREACH(child, json_get(component, "components"))
                        is_fine = is_fine && submit_component(s, child);
                json_close_array(s->w);
        } else
                is_fine = submit_field(s, component);
        json_close(s->w);
        return is_fine;
}

static bool fields_exist(const Submission *s, const Json *components) {
        JSON_FOREACH(value, s->values) {
                if (!components_find(components, json_key(value))) {
                        sbx_reply_refuse(s->reply, 409, "The modal has no field \"%s\".", json_key(value));
                        return false;
                }
        }
        return true;
}

/*
 * The interaction whose modal this person has before them; a sent one comes back only when sending failed.
 */
static Interaction *open_modal(SbxModel *model, const User *user, const SbxRequest *request,
                               SbxReply *reply) {
        uint64_t id = 0;
        Interaction *opener;
        const Interaction *sent;

        (void) json_get_u64(request->body, "modal", &id);
        opener = model_interaction(model, id);
        sent = opener ? model_interaction(model, opener->submitted) : NULL;
        if (!opener || opener->state != STATE_MODAL || opener->user != user->id)
                sbx_reply_refuse(reply, 409, "%s has no such modal open.", user->name);
        else if (sent && sent->state != STATE_FAILED)
                sbx_reply_refuse(reply, 409, "The modal has been sent already.");
        else
                return opener;
        return NULL;
}

void act_submit(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply) {
        Interaction *opener = open_modal(model, user, request, reply);
        _json_writer_ JsonWriter w = {};
        _resolved_ Resolved resolved = {};
        _json_ Json *modal = NULL;
        _free_ char *data = NULL;
        const Interaction *interaction = NULL;
        _json_writer_ JsonWriter answer = {};
        Submission s = {
                .model = model,
                .user = user,
                .w = &w,
                .values = json_get(request->body, "values"),
                .resolved = &resolved,
                .reply = reply,
        };
        Channel *channel;

        if (!opener)
                return;
        channel = model_channel(model, opener->channel);
        if (!channel) {
                sbx_reply_refuse(reply, 409, "The channel is gone.");
                return;
        }
        if (json_parse(opener->modal, strlen(opener->modal), &modal) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        if (!fields_exist(&s, json_get(modal, "components")))
                return;

        json_open(&w);
        json_string(&w, "custom_id", json_text(json_get(modal, "custom_id")));
        json_array(&w, "components");
        JSON_FOREACH(component, json_get(modal, "components")) {
                if (!submit_component(&s, component))
                        return;
        }
        json_close_array(&w);
        resolved_put(model, &w, &resolved, user, channel);
        json_close(&w);
        if (json_writer_finish(&w, &data) < 0 ||
            interaction_begin(model,
                              &(InteractionWish){
                                      .type = INTERACTION_MODAL_SUBMIT,
                                      .user = user,
                                      .channel = channel,
                                      .source = channel_message(channel, opener->source),
                                      .data = data,
                                      .parent = opener,
                              },
                              &interaction) < 0) {
                sbx_reply_refuse(reply, 500, "Out of memory.");
                return;
        }
        opener->submitted = interaction->id;
        json_open(&answer);
        json_id(&answer, "interaction", interaction->id);
        json_close(&answer);
        sbx_reply_json(reply, 200, &answer);
}
