/*
 * Decodes interactions. Everything that arrives is checked here once: presence, type, range, count and length, so that nobody behind
 * has to. What we do not know (new keys, option types, component types) is passed over, as Discord adds such things at any time.
 *
 * This file does not judge: permissions, custom ids and command tables are other files' matter.
 *
 * All memory of an interaction hangs on it: the parsed document, whose strings are borrowed, and one list of arrays.
 */

#include "magikal/interaction.h"

#include <errno.h>
#include <stdio.h>

#include "magikal/limits.h"

#define LIMIT_OF_RESOLVED 250   /* things one payload may point at; 25 options or five selects of 25 stay far below */

typedef struct Chunk Chunk;
struct Chunk {
        Chunk *next;
        max_align_t bytes[];
};

typedef struct OwnedInteraction {
        Interaction shown;      /* first, so that the pointers are the same */
        Json *document;
        Chunk *chunks;
} OwnedInteraction;

typedef struct Decoder {
        OwnedInteraction *own;
        Interaction *ix;
        const char *why;        /* of the first refusal */
} Decoder;

/* ---- helpers: each returns 0, -EBADMSG with `why` set, or -ENOMEM ------------------------------------------------------------- */

static int refuse(Decoder *d, const char *why) {
        d->why = why;
        return -EBADMSG;
}

/* Zeroed array that lives as long as the interaction; at least one element, so that NULL means lack of memory. */
static void *own_array(Decoder *d, size_t n, size_t size) {
        Chunk *chunk = calloc(1, sizeof(Chunk) + MAX(n, (size_t) 1) * size);

        if (!chunk)
                return NULL;
        chunk->next = d->own->chunks;
        d->own->chunks = chunk;
        return chunk->bytes;
}

static int need_id(Decoder *d, const Json *object, const char *key, uint64_t *ret, const char *why) {
        uint64_t id;

        if (json_get_u64(object, key, &id) != 0 || id == 0)
                return refuse(d, why);
        *ret = id;
        return 0;
}

/* Missing and null leave the 0 that is there. */
static int may_id(Decoder *d, const Json *object, const char *key, uint64_t *ret, const char *why) {
        return json_get_u64(object, key, ret) < 0 ? refuse(d, why) : 0;
}

static bool length_is_within(const char *text, size_t n_min, size_t n_max) {
        size_t n = utf8_length(text);

        return n >= n_min && n <= n_max;
}

static int need_text(Decoder *d, const Json *object, const char *key, size_t n_min, size_t n_max,
                     const char **ret, const char *why) {
        const char *text;

        if (json_get_string(object, key, &text) != 0 || !length_is_within(text, n_min, n_max))
                return refuse(d, why);
        *ret = text;
        return 0;
}

static int may_text(Decoder *d, const Json *object, const char *key, size_t n_max, const char **ret, const char *why) {
        const char *text = NULL;

        if (json_get_string(object, key, &text) < 0 || (text && !length_is_within(text, 0, n_max)))
                return refuse(d, why);
        if (text)
                *ret = text;
        return 0;
}

static int need_small(Decoder *d, const Json *object, const char *key, int *ret, const char *why) {
        int64_t value;

        if (json_get_i64(object, key, &value) != 0 || value < 0 || value > INT32_MAX)
                return refuse(d, why);
        *ret = (int) value;
        return 0;
}

/* ---- envelope: who, where, how to answer ---------------------------------------------------------------------------------------- */

/* The token becomes part of a URL path; Discord's are base64url. */
static bool token_is_fine(const char *token) {
        size_t n = strlen(token);

        if (n == 0 || n > LIMIT_INTERACTION_TOKEN)
                return false;
        return strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~=") == n;
}

static int decode_address(Decoder *d, const Json *data) {
        int r;

        r = need_id(d, data, "id", &d->ix->id.v, "the interaction has no id");
        if (r < 0)
                return r;
        r = need_id(d, data, "application_id", &d->ix->application.v, "the interaction has no application id");
        if (r < 0)
                return r;
        if (json_get_string(data, "token", &d->ix->token) != 0 || !token_is_fine(d->ix->token))
                return refuse(d, "the interaction has no usable token");
        return 0;
}

static int decode_user(Decoder *d, const Json *user) {
        int r;

        r = need_id(d, user, "id", &d->ix->user.v, "the user has no id");
        if (r < 0)
                return r;
        r = need_text(d, user, "username", 1, LIMIT_USERNAME, &d->ix->username, "the user's name is missing or too long");
        if (r < 0)
                return r;
        return may_text(d, user, "global_name", LIMIT_USERNAME, &d->ix->global_name, "the user's global name is malformed");
}

static int decode_roles(Decoder *d, const Json *member) {
        const Json *list;
        size_t n = 0;
        RoleId *roles;

        if (json_get_array(member, "roles", &list) != 0 || json_array_size(list) > LIMIT_GUILD_ROLES)
                return refuse(d, "the member's roles are missing or too many");
        roles = own_array(d, (size_t) json_array_size(list), sizeof(*roles));
        if (!roles)
                return -ENOMEM;
        JSON_FOREACH(role, list)
                if (json_to_u64(role, &roles[n].v) < 0 || roles[n++].v == 0)
                        return refuse(d, "a role id of the member is malformed");
        d->ix->roles = roles;
        d->ix->n_roles = n;
        return 0;
}

static int decode_person(Decoder *d, const Json *data) {
        const Json *member, *user;
        int r;

        if (d->ix->guild.v == 0) {
                if (json_get_object(data, "user", &user) != 0)
                        return refuse(d, "an interaction outside of guilds has no user");
                return decode_user(d, user);
        }
        if (json_get_object(data, "member", &member) != 0 || json_get_object(member, "user", &user) != 0)
                return refuse(d, "an interaction in a guild has no member");
        r = decode_user(d, user);
        if (r < 0)
                return r;
        if (json_get_u64(member, "permissions", &d->ix->permissions) != 0)
                return refuse(d, "the member's permissions are missing or malformed");
        return decode_roles(d, member);
}

static int decode_place(Decoder *d, const Json *data) {
        const Json *channel = NULL;
        int r;

        r = may_id(d, data, "guild_id", &d->ix->guild.v, "the guild id is malformed");
        if (r < 0)
                return r;
        r = may_id(d, data, "channel_id", &d->ix->channel.v, "the channel id is malformed");
        if (r < 0)
                return r;
        r = json_get_object(data, "channel", &channel);
        if (r < 0)
                return refuse(d, "the channel is malformed");
        if (!channel)
                return 0;
        r = need_small(d, channel, "type", &d->ix->channel_type, "the channel's type is missing or malformed");
        if (r < 0)
                return r;
        return may_id(d, channel, "parent_id", &d->ix->channel_parent.v, "the channel's category is malformed");
}

static int decode_settings(Decoder *d, const Json *data) {
        int r;

        if (json_get_u64(data, "app_permissions", &d->ix->app_permissions) < 0)
                return refuse(d, "our own permissions are malformed");
        r = may_text(d, data, "locale", LIMIT_LOCALE, &d->ix->locale, "the locale is malformed");
        if (r < 0)
                return r;
        return may_text(d, data, "guild_locale", LIMIT_LOCALE, &d->ix->guild_locale, "the guild's locale is malformed");
}

/* ---- resolved: what ids in the data stand for ------------------------------------------------------------------------------------ */

static int decode_resolved_user(Decoder *d, const Json *user, const Json *members, Resolved *to) {
        char key[21];
        int r;

        to->kind = RESOLVED_USER;
        r = need_id(d, user, "id", &to->id, "a resolved user has no id");
        if (r < 0)
                return r;
        if (json_get_bool(user, "bot", &to->is_bot) < 0)
                return refuse(d, "a resolved user is malformed");
        (void) snprintf(key, sizeof(key), "%llu", (unsigned long long) to->id); /* 20 digits at most */
        to->is_member = json_get(members, key) != NULL;         /* a member lacks its user: the key is its id */
        return need_text(d, user, "username", 1, LIMIT_USERNAME, &to->name, "a resolved user has no name");
}

static int decode_resolved_role(Decoder *d, const Json *role, Resolved *to) {
        int r;

        to->kind = RESOLVED_ROLE;
        r = need_id(d, role, "id", &to->id, "a resolved role has no id");
        if (r < 0)
                return r;
        r = need_small(d, role, "position", &to->position, "a resolved role has no position");
        if (r < 0)
                return r;
        if (json_get_u64(role, "permissions", &to->permissions) != 0 || json_get_bool(role, "managed", &to->is_managed) < 0)
                return refuse(d, "a resolved role is malformed");
        return need_text(d, role, "name", 1, LIMIT_ROLE_NAME, &to->name, "a resolved role has no name");
}

static int decode_resolved_channel(Decoder *d, const Json *channel, Resolved *to) {
        int r;

        to->kind = RESOLVED_CHANNEL;
        r = need_id(d, channel, "id", &to->id, "a resolved channel has no id");
        if (r < 0)
                return r;
        r = need_small(d, channel, "type", &to->channel_type, "a resolved channel has no type");
        if (r < 0)
                return r;
        r = may_id(d, channel, "parent_id", &to->parent.v, "a resolved channel's category is malformed");
        if (r < 0)
                return r;
        if (json_get_u64(channel, "permissions", &to->permissions) < 0 ||
            json_get_u64(channel, "app_permissions", &to->app_permissions) < 0)
                return refuse(d, "a resolved channel's permissions are malformed");
        return need_text(d, channel, "name", 0, LIMIT_CHANNEL_NAME, &to->name, "a resolved channel has no name");
}

static size_t count_members(const Json *object) {
        size_t n = 0;

        JSON_FOREACH(member, object)
                n++;
        return n;
}

static int decode_resolved(Decoder *d, const Json *data) {
        const Json *resolved = NULL, *users = NULL, *members = NULL, *roles = NULL, *channels = NULL;
        size_t n_max, n = 0;
        Resolved *list;
        int r;

        if (json_get_object(data, "resolved", &resolved) < 0)
                return refuse(d, "what the data refers to is malformed");
        if (json_get_object(resolved, "users", &users) < 0 || json_get_object(resolved, "members", &members) < 0 ||
            json_get_object(resolved, "roles", &roles) < 0 || json_get_object(resolved, "channels", &channels) < 0)
                return refuse(d, "what the data refers to is malformed");
        n_max = count_members(users) + count_members(roles) + count_members(channels);
        if (n_max > LIMIT_OF_RESOLVED)
                return refuse(d, "the data refers to too many things");
        list = own_array(d, n_max, sizeof(*list));
        if (!list)
                return -ENOMEM;

        JSON_FOREACH(user, users) {
                r = decode_resolved_user(d, user, members, &list[n++]);
                if (r < 0)
                        return r;
        }
        JSON_FOREACH(role, roles) {
                r = decode_resolved_role(d, role, &list[n++]);
                if (r < 0)
                        return r;
        }
        JSON_FOREACH(channel, channels) {
                r = decode_resolved_channel(d, channel, &list[n++]);
                if (r < 0)
                        return r;
        }
        d->ix->resolved = list;
        d->ix->n_resolved = n;
        return 0;
}

/* ---- commands -------------------------------------------------------------------------------------------------------------------- */

/* While a person is still typing (autocomplete), any value may be text of any kind. */
static int decode_option_value(Decoder *d, const Json *option, InteractionOption *to) {
        bool is_typing = d->ix->type == INTERACTION_AUTOCOMPLETE;
        const Json *value = json_get(option, "value");

        if (!value && is_typing)
                return 0;
        if (is_typing || to->type == OPTION_STRING) {
                to->text = json_text(value);
                if ((!to->text && !is_typing) || (to->text && !length_is_within(to->text, 0, LIMIT_OPTION_STRING)))
                        return refuse(d, "an option's text is missing or too long");
                if (is_typing)
                        return 0;
        }
        switch (to->type) {
        case OPTION_INTEGER:
                return json_to_i64(value, &to->integer) < 0 ? refuse(d, "an option's number is malformed") : 0;
        case OPTION_BOOLEAN:
                return json_get_bool(option, "value", &to->boolean) != 0 ? refuse(d, "an option's yes or no is malformed") : 0;
        case OPTION_USER:
        case OPTION_CHANNEL:
        case OPTION_ROLE:
        case OPTION_MENTIONABLE:
        case OPTION_ATTACHMENT:
                return need_id(d, option, "value", &to->id, "an option's id is malformed");
        default:
                return 0;
        }
}

static int decode_options(Decoder *d, const Json *list) {
        InteractionOption *options;
        size_t n = 0;
        int r;

        if (json_array_size(list) > LIMIT_COMMAND_OPTIONS)
                return refuse(d, "there are too many options");
        options = own_array(d, (size_t) json_array_size(list), sizeof(*options));
        if (!options)
                return -ENOMEM;
        JSON_FOREACH(item, list) {
                InteractionOption *to = &options[n++];

                r = need_text(d, item, "name", 1, LIMIT_COMMAND_NAME, &to->name, "an option's name is missing or too long");
                if (r < 0)
                        return r;
                r = need_small(d, item, "type", &to->type, "an option's type is missing or malformed");
                if (r < 0)
                        return r;
                if (to->type == OPTION_SUB_COMMAND || to->type == OPTION_GROUP)
                        return refuse(d, "sub-commands and options are mixed");
                if (json_get_bool(item, "focused", &to->is_focused) < 0)
                        return refuse(d, "an option is malformed");
                r = decode_option_value(d, item, to);
                if (r < 0)
                        return r;
        }
        d->ix->options = options;
        d->ix->n_options = n;
        return 0;
}

/* Steps from a list of options into the only member of it, when that is of the given type. *list becomes that member's own options. */
static int step_into(Decoder *d, OptionType type, const Json **list, const char **ret_name) {
        const Json *first = json_first(*list), *inner = NULL;
        int64_t first_type;
        int r;

        if (!first || json_get_i64(first, "type", &first_type) != 0 || first_type != type)
                return 0;
        if (json_array_size(*list) != 1)
                return refuse(d, "more than one sub-command was chosen");
        r = need_text(d, first, "name", 1, LIMIT_COMMAND_NAME, ret_name, "a sub-command's name is missing or too long");
        if (r < 0)
                return r;
        if (json_get_array(first, "options", &inner) < 0)
                return refuse(d, "a sub-command's options are malformed");
        *list = inner;
        return 0;
}

static int decode_command(Decoder *d, const Json *data) {
        const Json *list = NULL;
        int r;

        r = need_text(d, data, "name", 1, LIMIT_COMMAND_NAME, &d->ix->command, "the command's name is missing or too long");
        if (r < 0)
                return r;
        r = need_small(d, data, "type", &d->ix->command_type, "the command's type is missing or malformed");
        if (r < 0)
                return r;
        r = may_id(d, data, "target_id", &d->ix->target, "the command's target is malformed");
        if (r < 0)
                return r;
        if (json_get_array(data, "options", &list) < 0)
                return refuse(d, "the command's options are malformed");
        r = step_into(d, OPTION_GROUP, &list, &d->ix->group);
        if (r < 0)
                return r;
        r = step_into(d, OPTION_SUB_COMMAND, &list, &d->ix->sub_command);
        if (r < 0)
                return r;
        if (d->ix->group && !d->ix->sub_command)
                return refuse(d, "a group came without a sub-command");
        return decode_options(d, list);
}

/* ---- components and modals --------------------------------------------------------------------------------------------------------- */

static int decode_values(Decoder *d, const Json *object, const char *const **ret, size_t *ret_n) {
        const Json *list = NULL;
        const char **values;
        size_t n = 0;

        if (json_get_array(object, "values", &list) < 0 || json_array_size(list) > LIMIT_SELECT_VALUES)
                return refuse(d, "the chosen values are malformed or too many");
        if (!list)
                return 0;
        values = own_array(d, (size_t) json_array_size(list), sizeof(*values));
        if (!values)
                return -ENOMEM;
        JSON_FOREACH(item, list) {
                const char *text = json_text(item);

                if (!text || !length_is_within(text, 0, LIMIT_SELECT_TEXT))
                        return refuse(d, "a chosen value is malformed or too long");
                values[n++] = text;
        }
        *ret = values;
        *ret_n = n;
        return 0;
}

static int decode_component(Decoder *d, const Json *data) {
        int r;

        r = need_text(d, data, "custom_id", 1, LIMIT_CUSTOM_ID, &d->ix->custom_id, "the custom id is missing or too long");
        if (r < 0)
                return r;
        r = need_small(d, data, "component_type", &d->ix->component_type, "the component's type is missing or malformed");
        if (r < 0)
                return r;
        return decode_values(d, data, &d->ix->values, &d->ix->n_values);
}

/* A checkbox has a bool where text inputs and radio groups have text; null is "nothing chosen". */
static int decode_field(Decoder *d, const Json *input, InteractionField *to) {
        int r;

        r = need_small(d, input, "type", &to->type, "an input's type is missing or malformed");
        if (r < 0)
                return r;
        r = need_text(d, input, "custom_id", 1, LIMIT_CUSTOM_ID, &to->custom_id, "an input's custom id is missing or too long");
        if (r < 0)
                return r;
        switch (to->type) {
        case COMPONENT_TEXT_INPUT:
        case COMPONENT_RADIO_GROUP:
                return may_text(d, input, "value", LIMIT_INPUT_VALUE, &to->text, "an input's text is malformed or too long");
        case COMPONENT_CHECKBOX:
                return json_get_bool(input, "value", &to->is_checked) < 0 ? refuse(d, "a checkbox is malformed") : 0;
        default:
                return decode_values(d, input, &to->values, &to->n_values);
        }
}

/* The input that a top-level component of a modal carries: a label's, or the legacy row's. NULL: it only shows something. */
static const Json *input_of(const Json *component) {
        int64_t type;

        if (json_get_i64(component, "type", &type) != 0)
                return NULL;
        if (type == COMPONENT_LABEL)
                return json_get(component, "component");
        if (type == COMPONENT_ROW)
                return json_first(json_get(component, "components"));
        return NULL;
}

static int decode_modal(Decoder *d, const Json *data) {
        const Json *list;
        InteractionField *fields;
        size_t n = 0;
        int r;

        r = need_text(d, data, "custom_id", 1, LIMIT_CUSTOM_ID, &d->ix->custom_id, "the custom id is missing or too long");
        if (r < 0)
                return r;
        if (json_get_array(data, "components", &list) != 0 || json_array_size(list) > LIMIT_MODAL_COMPONENTS)
                return refuse(d, "the modal's components are missing or too many");
        fields = own_array(d, LIMIT_MODAL_COMPONENTS, sizeof(*fields));
        if (!fields)
                return -ENOMEM;
        JSON_FOREACH(component, list) {
                const Json *input = input_of(component);

                if (!input)
                        continue;
                r = decode_field(d, input, &fields[n]);
                if (r < 0)
                        return r;
                d->ix->fields = fields;
                d->ix->n_fields = n;
                if (interaction_field(d->ix, fields[n].custom_id))
                        return refuse(d, "two inputs have one custom id");
                n++;
        }
        d->ix->fields = fields;
        d->ix->n_fields = n;
        return 0;
}

static int decode_message(Decoder *d, const Json *data) {
        const Json *message = NULL;
        int64_t flags = 0;
        int r;

        if (json_get_object(data, "message", &message) < 0)
                return refuse(d, "the message is malformed");
        if (!message)
                return 0;
        r = need_id(d, message, "id", &d->ix->message.v, "the message has no id");
        if (r < 0)
                return r;
        d->ix->message_at = snowflake_time(d->ix->message.v);
        d->ix->is_message_ephemeral = json_get_i64(message, "flags", &flags) == 0 && (flags & MESSAGE_EPHEMERAL);
        return need_id(d, json_get(message, "author"), "id", &d->ix->message_author.v, "the message has no author");
}

/* ---- the whole ----------------------------------------------------------------------------------------------------------------------- */

static int decode_data(Decoder *d, const Json *event) {
        const Json *data;
        int r;

        if (json_get_object(event, "data", &data) != 0)
                return refuse(d, "the interaction has no data");
        r = decode_resolved(d, data);
        if (r < 0)
                return r;
        switch (d->ix->type) {
        case INTERACTION_COMMAND:
        case INTERACTION_AUTOCOMPLETE:
                return decode_command(d, data);
        case INTERACTION_COMPONENT:
                r = decode_component(d, data);
                return r < 0 ? r : decode_message(d, event);
        case INTERACTION_MODAL:
                r = decode_modal(d, data);
                return r < 0 ? r : decode_message(d, event);
        }
        return refuse(d, "the interaction's type is none that we know");
}

static bool type_is_ours(int64_t type) {
        return type >= INTERACTION_COMMAND && type <= INTERACTION_MODAL;
}

static int decode_event(Decoder *d, const Json *event) {
        int64_t type;
        int r;

        r = decode_address(d, event);
        if (r < 0)
                return r;
        if (json_get_i64(event, "type", &type) != 0 || !type_is_ours(type))
                return refuse(d, "the interaction's type is none that we know");
        d->ix->type = (InteractionType) type;
        r = decode_place(d, event);
        if (r < 0)
                return r;
        r = decode_person(d, event);
        if (r < 0)
                return r;
        r = decode_settings(d, event);
        if (r < 0)
                return r;
        return decode_data(d, event);
}

/* The address alone must be right; the rest is taken where it happens to be. */
static int decode_event_address(Decoder *d, const Json *event) {
        const Json *user = json_path(event, "member", "user", NULL);
        int64_t type;
        int r;

        r = decode_address(d, event);
        if (r < 0)
                return r;
        if (json_get_i64(event, "type", &type) == 0 && type_is_ours(type))
                d->ix->type = (InteractionType) type;
        (void) json_get_u64(event, "guild_id", &d->ix->guild.v);
        (void) json_get_u64(event, "channel_id", &d->ix->channel.v);
        (void) json_get_u64(user ? user : json_get(event, "user"), "id", &d->ix->user.v);
        (void) may_text(d, event, "locale", LIMIT_LOCALE, &d->ix->locale, "the locale is malformed");
        return 0;
}

static int decode_frame(const char *frame, size_t n_bytes, int (*decode)(Decoder *d, const Json *event),
                        Interaction **ret_interaction, const char **ret_why) {
        _cleanup_(interaction_freep) Interaction *ix = NULL;
        OwnedInteraction *own = new0(OwnedInteraction, 1);
        const Json *event;
        const char *name;
        Decoder d;
        int64_t op;
        int r;

        if (!own)
                return -ENOMEM;
        ix = &own->shown;
        ix->channel_type = -1;
        ix->locale = ix->guild_locale = "";
        d = (Decoder) { .own = own, .ix = ix };

        r = json_parse(frame, n_bytes, &own->document);
        if (r == -EBADMSG)
                (void) refuse(&d, "the frame is no JSON");
        else if (r == 0 && (json_get_i64(own->document, "op", &op) != 0 || op != 0 ||
                            json_get_string(own->document, "t", &name) != 0 || !streq(name, "INTERACTION_CREATE") ||
                            json_get_object(own->document, "d", &event) != 0))
                r = refuse(&d, "the frame is no INTERACTION_CREATE");
        else if (r == 0)
                r = decode(&d, event);
        if (r < 0) {
                if (ret_why && r == -EBADMSG)
                        *ret_why = d.why;
                return r;
        }
        *ret_interaction = TAKE(ix);
        return 0;
}

int interaction_decode(const char *frame, size_t n_bytes, Interaction **ret_interaction, const char **ret_why) {
        return decode_frame(frame, n_bytes, decode_event, ret_interaction, ret_why);
}

int interaction_decode_address(const char *frame, size_t n_bytes, Interaction **ret_interaction, const char **ret_why) {
        return decode_frame(frame, n_bytes, decode_event_address, ret_interaction, ret_why);
}

Interaction *interaction_free(Interaction *interaction) {
        OwnedInteraction *own = (OwnedInteraction *) interaction;

        if (!own)
                return NULL;
        while (own->chunks) {
                Chunk *chunk = own->chunks;

                own->chunks = chunk->next;
                free(chunk);
        }
        (void) json_free(own->document);
        free(own);
        return NULL;
}

/* ---- looking things up ------------------------------------------------------------------------------------------------------------------ */

const InteractionOption *interaction_option(const Interaction *ix, const char *name) {
        for (size_t i = 0; i < ix->n_options; i++)
                if (streq(ix->options[i].name, name))
                        return &ix->options[i];
        return NULL;
}

const InteractionOption *interaction_focused(const Interaction *ix) {
        for (size_t i = 0; i < ix->n_options; i++)
                if (ix->options[i].is_focused)
                        return &ix->options[i];
        return NULL;
}

const InteractionField *interaction_field(const Interaction *ix, const char *custom_id) {
        for (size_t i = 0; i < ix->n_fields; i++)
                if (streq(ix->fields[i].custom_id, custom_id))
                        return &ix->fields[i];
        return NULL;
}

const Resolved *interaction_resolved(const Interaction *ix, ResolvedKind kind, uint64_t id) {
        for (size_t i = 0; i < ix->n_resolved; i++)
                if (ix->resolved[i].kind == kind && ix->resolved[i].id == id)
                        return &ix->resolved[i];
        return NULL;
}

bool interaction_has_role(const Interaction *ix, RoleId role) {
        for (size_t i = 0; i < ix->n_roles; i++)
                if (ix->roles[i].v == role.v)
                        return true;
        return false;
}

int interaction_callback(CallbackType type, const char *data, char **ret_body) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_i64(&w, "type", type);
        if (data)
                json_raw(&w, "data", data);
        json_close(&w);
        return json_writer_finish(&w, ret_body);
}
