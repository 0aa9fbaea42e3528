/*
 * The life of a message in the model: filled from a checked body, published, changed, removed; each told to
 * the bot and to pages.
 */

#include "model.h"

#include <ctype.h>
#include <errno.h>

bool message_is_visible(const Message *message, uint64_t user) {
        return !message->viewer || message->viewer == user;
}

/* ---- mentions ---- */

typedef struct Mentions {
        SbxModel *model;
        Message *message;
        const Body *body;
        bool parses_users, parses_roles, parses_everyone;
        bool may_mention_all; /* MENTION_EVERYONE: @everyone, and roles that are not mentionable */
        bool out_of_memory;
} Mentions;

static void mention_user(Mentions *m, uint64_t id) {
        if (!model_user(m->model, id) || (!m->parses_users && !id_list_has(&m->body->users, id)))
                return;
        m->out_of_memory |= id_list_add(&m->message->mentions, id) < 0;
}

static void mention_role(Mentions *m, uint64_t id) {
        const Role *role = model_role(m->model, id);

        if (!role || (!role->is_mentionable && !m->may_mention_all) ||
            (!m->parses_roles && !id_list_has(&m->body->roles, id)))
                return;
        m->out_of_memory |= id_list_add(&m->message->mention_roles, id) < 0;
}

/*
 * <@1>, <@!1>, <@&1>, @everyone, @here (Discord reference, "Message Formatting"). Text in code spans and
 * blocks mentions nobody.
 */
static void scan_mentions(void *userdata, const char *text) {
        Mentions *m = userdata;

        for (const char *p = text; *p; p++) {
                if (*p == '`') {
                        size_t n = strspn(p, "`");
                        char fence[4] = "```";
                        const char *end;

                        fence[MIN(n, (size_t) 3)] = '\0';
                        end = strstr(p + n, fence);
                        p = end ? end + strlen(fence) - 1 : p + n - 1;
                        continue;
                }
                if (strncmp(p, "@everyone", 9) == 0 || strncmp(p, "@here", 5) == 0) {
                        if (m->parses_everyone && m->may_mention_all)
                                m->message->mentions_everyone = true;
                        continue;
                }
                if (p[0] == '<' && p[1] == '@') {
                        bool is_role = p[2] == '&';
                        const char *digits = p + 2 + (is_role || p[2] == '!');
                        char *end;
                        uint64_t id;

                        if (!isdigit((unsigned char) *digits))
                                continue;
                        id = strtoull(digits, &end, 10);
                        if (*end != '>')
                                continue;
                        if (is_role)
                                mention_role(m, id);
                        else
                                mention_user(m, id);
                }
        }
}

static int message_find_mentions(SbxModel *model, Message *message, const Body *body, bool by_webhook) {
        const Channel *channel = model_channel(model, message->channel);
        const User *author = model_user(model, message->author);
        uint64_t rights = channel && author ? channel_rights(model, author, channel) : 0;
        bool is_default = !body->has_allowed;
        Mentions m = {
                .model = model,
                .message = message,
                .body = body,
                .parses_users = is_default || body->parses_users,
                .parses_roles = is_default ? !by_webhook : body->parses_roles,
                .parses_everyone = is_default ? !by_webhook : body->parses_everyone,
                .may_mention_all = rights & PERM_MENTION_EVERYONE,
        };
        const Message *target = channel ? channel_message(channel, message->replies_to) : NULL;
        _json_ Json *components = NULL;

        id_list_done(&message->mentions);
        id_list_done(&message->mention_roles);
        message->mentions_everyone = false;

        scan_mentions(&m, message->content);
        if ((message->flags & MESSAGE_FLAG_COMPONENTS_V2) && message->components) {
                if (json_parse(message->components, strlen(message->components), &components) < 0)
                        return -ENOMEM;
                components_each_text(components, scan_mentions, &m);
        }
        if (target && !by_webhook && (is_default || body->replied_user))
                m.out_of_memory |= id_list_add(&message->mentions, target->author) < 0;
        return m.out_of_memory ? -ENOMEM : 0;
}

static void take_text(char **into, char **from) {
        free(*into);
        *into = TAKE(*from);
}

int message_apply(SbxModel *model, Message *message, Body *body, bool by_webhook) {
        const int64_t changeable = MESSAGE_FLAG_SUPPRESS_EMBEDS;

        if (body->has_content)
                take_text(&message->content, &body->content);
        if (body->has_embeds)
                take_text(&message->embeds, &body->embeds);
        if (body->has_components) {
                take_text(&message->components, &body->components);
                message->parsed_components = json_free(message->parsed_components);
        }
        if (body->has_attachments)
                take_text(&message->attachments, &body->attachments);
        if (body->has_flags)
                message->flags = (message->flags & ~changeable) | body->flags;
        if (body->nonce)
                take_text(&message->nonce, &body->nonce);
        return message_find_mentions(model, message, body, by_webhook);
}

const Json *message_components(Message *message) {
        if (!message->parsed_components && message->components &&
            json_parse(message->components, strlen(message->components), &message->parsed_components) < 0)
                return NULL;
        return message->parsed_components;
}

/* ---- telling ---- */

static char *render_message(const SbxModel *model, const Message *message, unsigned flags) {
        _json_writer_ JsonWriter w = {};
        char *text = NULL;

        put_message(model, &w, message, flags);
        return json_writer_finish(&w, &text) == 0 ? text : NULL;
}

/* What the bot may read without the MESSAGE_CONTENT intent (Discord reference, "Message Content Intent"). */
static bool content_is_restricted(const SbxModel *model, const Channel *channel, const Message *message) {
        return channel_is_of_guild(channel) && message->author != model->application &&
               !id_list_has(&message->mentions, model->application);
}

static int message_intent(const Channel *channel, bool is_ephemeral) {
        return is_ephemeral || !channel_is_of_guild(channel) ? SBX_INTENT_DIRECT_MESSAGES : SBX_INTENT_GUILD_MESSAGES;
}

/* Somebody would get what is told of it. */
static bool message_is_heard_of(const SbxModel *model, const Channel *channel, const Message *message) {
        int intent = message_intent(channel, message->viewer);

        return sbx_is_watched(model->sandbox, message->viewer) ||
               sbx_is_wanted(model->sandbox, intent, intent == SBX_INTENT_GUILD_MESSAGES ? model->guild : 0);
}

/*
 * An event about a message goes to the bot when it sees the channel; ephemeral ones count as direct
 * messages.
 */
static void dispatch_message(SbxModel *model, const Channel *channel, bool is_ephemeral, const char *event,
                             const char *d, const char *bare) {
        bool is_direct = is_ephemeral || !channel_is_of_guild(channel);

        if (!d || (!is_direct && !user_sees(model, model_bot(model), channel)))
                return;
        (void) sbx_dispatch(model->sandbox, &(SbxDispatch){
                                                    .event = event,
                                                    .intent = message_intent(channel, is_ephemeral),
                                                    .guild = is_direct ? 0 : model->guild,
                                                    .d = d,
                                                    .d_without_content = bare,
                                            });
}

static void message_tell(SbxModel *model, const Message *message, const char *event, const char *page_event,
                         unsigned flags) {
        const Channel *channel = model_channel(model, message->channel);
        _free_ char *d = NULL, *bare = NULL;

        sbx_changed(model->sandbox);
        if (!channel || !message_is_heard_of(model, channel, message))
                return;
        d = render_message(model, message, MESSAGE_OF_GATEWAY | flags);
        if (!d)
                return;
        if (content_is_restricted(model, channel, message))
                bare = render_message(model, message, MESSAGE_OF_GATEWAY | MESSAGE_WITHOUT_CONTENT | flags);
        dispatch_message(model, channel, message->viewer, event, d, bare);
        sbx_push(model->sandbox, message->viewer, message->channel, page_event, d);
}

void message_show(SbxModel *model, const Message *message) {
        _free_ char *d = render_message(model, message, MESSAGE_OF_GATEWAY);

        if (d)
                sbx_push(model->sandbox, message->viewer, message->channel, "message_update", d);
}

int message_publish(SbxModel *model, Channel *channel, Message *take_message) {
        if (table_add(&channel->messages, take_message) < 0) {
                (void) message_free(take_message);
                return -ENOMEM;
        }
        if (!take_message->viewer)
                channel->last_message = take_message->id;
        message_tell(model, take_message, "MESSAGE_CREATE", "message_create", MESSAGE_WITH_NONCE);
        return 0;
}

void message_tell_update(SbxModel *model, const Message *message) {
        message_tell(model, message, "MESSAGE_UPDATE", "message_update", 0);
}

void message_remove(SbxModel *model, Channel *channel, Message *message) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        json_id(&w, "id", message->id);
        json_id(&w, "channel_id", channel->id);
        if (channel_is_of_guild(channel) && !message->viewer)
                json_id(&w, "guild_id", model->guild);
        json_close(&w);
        if (json_writer_finish(&w, &d) == 0) {
                dispatch_message(model, channel, message->viewer, "MESSAGE_DELETE", d, NULL);
                sbx_push(model->sandbox, message->viewer, channel->id, "message_delete", d);
        }
        interactions_keep_seen(model, channel, message);
        (void) message_free(table_take(&channel->messages, message->id));
        sbx_changed(model->sandbox);
}

static void push_deleted(SbxModel *model, const Channel *channel, uint64_t message) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        json_id(&w, "id", message);
        json_id(&w, "channel_id", channel->id);
        json_close(&w);
        if (json_writer_finish(&w, &d) == 0)
                sbx_push(model->sandbox, 0, channel->id, "message_delete", d);
}

void messages_remove(SbxModel *model, Channel *channel, const IdList *ids) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        put_ids(&w, "ids", ids);
        json_id(&w, "channel_id", channel->id);
        json_id(&w, "guild_id", model->guild);
        json_close(&w);
        if (json_writer_finish(&w, &d) == 0)
                dispatch_message(model, channel, false, "MESSAGE_DELETE_BULK", d, NULL);
        interactions_keep_seen(model, channel, NULL);
        for (size_t i = 0; i < ids->n; i++) {
                push_deleted(model, channel, ids->ids[i]);
                (void) message_free(table_take(&channel->messages, ids->ids[i]));
        }
        sbx_changed(model->sandbox);
}
