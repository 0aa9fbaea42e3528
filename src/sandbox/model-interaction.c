/*
 * The ledger of interactions: each is answered exactly once and within three seconds, and its token works
 * for fifteen minutes (Discord reference, "Receiving and Responding"). Here they begin, time out, and are
 * shown to the person.
 *
 *   pending ──4,7──▶ answered             pending ──8──▶ answered with choices
 *      │ ├────9────▶ modal                pending ──5,6──▶ deferred ──@original edited──▶ answered (5)
 *      └──3 s──▶ failed
 */

#include "model.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

enum {
        LEDGER_MAX = 4096,   /* older ones whose token is dead are forgotten beyond this */
        LEDGER_LIMIT = 32768, /* and beyond this those that were answered, whatever their token: memory is not Discord's */
        TOKEN_RANDOM_BYTES =
                84, /* as text 112 characters; makes tokens of the length seen in public logs, about 200 */
        ATTACHMENT_SIZE_LIMIT = 10485760,
};

Interaction *model_interaction(const SbxModel *model, uint64_t id) {
        return table_find(&model->interactions, id);
}

/* ---- tokens: "interaction:<id>:<random>" in URL-safe base64, as Discord's ---- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void append_base64(StrBuf *out, const char *text) {
        size_t n = strlen(text);
        char *at = strbuf_extend(out, (n * 4 + 2) / 3);
        unsigned bits = 0, n_bits = 0;

        if (!at)
                return;
        for (size_t i = 0; i < n; i++) {
                bits = (bits << 8 | (unsigned char) text[i]) & 0xFFFF;
                for (n_bits += 8; n_bits >= 6; n_bits -= 6)
                        *at++ = alphabet[bits >> (n_bits - 6) & 63];
        }
        if (n_bits > 0)
                *at = alphabet[bits << (6 - n_bits) & 63];
}

/* The first bytes of a token in clear; stops at what is no base64. */
static void decode_base64(const char *token, char *out, size_t size) {
        unsigned bits = 0, n_bits = 0;
        size_t n = 0;

        for (; *token && n + 1 < size; token++) {
                const char *digit = strchr(alphabet, *token);

                if (!digit)
                        break;
                bits = (bits << 6 | (unsigned) (digit - alphabet)) & 0xFFFF;
                n_bits += 6;
                if (n_bits >= 8) {
                        n_bits -= 8;
                        out[n++] = (char) (bits >> n_bits & 0xFF);
                }
        }
        out[n] = '\0';
}

static char *token_new(const SbxModel *model, uint64_t id) {
        _strbuf_ StrBuf clear = {}, token = {};
        char *text = NULL;

        strbuf_appendf(&clear, "interaction:%" PRIu64 ":", id);
        sbx_random_text(model->sandbox, TOKEN_RANDOM_BYTES, &clear);
        append_base64(&token, strbuf_text(&clear));
        if (clear.error)
                return NULL;
        return strbuf_finish(&token, &text) == 0 ? text : NULL;
}

/* A token names its interaction's id, so the look-up needs no second index. */
Interaction *model_interaction_by_token(const SbxModel *model, const char *token) {
        char clear[40];
        uint64_t id = 0;
        Interaction *interaction;

        decode_base64(token, clear, sizeof(clear));
        if (sscanf(clear, "interaction:%" SCNu64, &id) != 1)
                return NULL;
        interaction = model_interaction(model, id);
        return interaction && streq(interaction->token, token) ? interaction : NULL;
}

bool interaction_is_dead(const SbxModel *model, const Interaction *interaction, Usec within) {
        return sbx_now(model->sandbox) > interaction->created_at + within;
}

/* ---- the person's view ---- */

static const char *state_text(InteractionState state) {
        switch (state) {
        case STATE_DEFERRED:
                return "deferred";
        case STATE_ANSWERED:
                return "answered";
        case STATE_MODAL:
                return "modal";
        case STATE_FAILED:
                return "failed";
        case STATE_PENDING:
        default:
                return "pending";
        }
}

/* The answer that the person can read; NULL: none yet, or it went with its channel. */
static const Message *readable_original(const SbxModel *model, const Interaction *interaction) {
        const Channel *channel = model_channel(model, interaction->channel);
        const Message *message = channel ? channel_message(channel, interaction->original) : NULL;

        return message && !(message->flags & MESSAGE_FLAG_LOADING) ? message : NULL;
}

static void put_original(const SbxModel *model, JsonWriter *w, const Interaction *interaction) {
        const Message *message = readable_original(model, interaction);

        json_put_key(w, "message");
        if (message)
                put_message(model, w, message, MESSAGE_OF_GATEWAY);
        else
                json_put_raw(w, interaction->seen ?: "null");
}

/* Whoever asks later what a person was told must get an answer after the message is gone, too. */
static void interaction_keep_seen(const SbxModel *model, Interaction *interaction) {
        const Message *message = readable_original(model, interaction);
        _json_writer_ JsonWriter w = {};
        char *text;

        if (!message)
                return;
        put_message(model, &w, message, MESSAGE_OF_GATEWAY);
        if (json_writer_finish(&w, &text) < 0)
                return;
        free(interaction->seen);
        interaction->seen = text;
}

void interactions_keep_seen(SbxModel *model, const Channel *channel, const Message *message) {
        for (size_t i = 0; i < model->interactions.n; i++) {
                Interaction *interaction = model->interactions.items[i];

                if (interaction->channel == channel->id && interaction->original && (!message || interaction->original == message->id))
                        interaction_keep_seen(model, interaction);
        }
}

void interaction_put(const SbxModel *model, JsonWriter *w, const Interaction *interaction) {
        json_open(w);
        json_id(w, "id", interaction->id);
        json_i64(w, "type", interaction->type);
        json_id(w, "user", interaction->user);
        json_id(w, "channel", interaction->channel);
        json_string(w, "state", state_text(interaction->state));
        if (interaction->acknowledged_at)
                json_i64(w, "acknowledged_us",
                         (int64_t) (interaction->acknowledged_at - interaction->created_at));
        else
                json_null(w, "acknowledged_us");
        json_i64(w, "callback", interaction->answer);
        json_raw(w, "modal", interaction->modal ?: "null");
        put_original(model, w, interaction);
        if (interaction->choices)
                json_raw(w, "choices", interaction->choices);
        json_i64(w, "edits", interaction->n_edits);
        json_close(w);
}

int model_interaction_view(Sandbox *sandbox, uint64_t id, JsonWriter *w, bool *ret_acknowledged,
                           bool *ret_final) {
        const SbxModel *model = sbx_model(sandbox);
        const Interaction *interaction = model_interaction(model, id);

        if (!interaction)
                return -ENOENT;
        interaction_put(model, w, interaction);
        *ret_acknowledged = interaction->state != STATE_PENDING;
        *ret_final = interaction->state != STATE_PENDING &&
                     (interaction->state != STATE_DEFERRED || interaction->n_edits > 0);
        return 0;
}

void interaction_tell(SbxModel *model, const Interaction *interaction) {
        _json_writer_ JsonWriter w = {};
        _free_ char *data = NULL;

        sbx_wake(model->sandbox);
        if (!sbx_is_watched(model->sandbox, interaction->user))
                return;
        interaction_put(model, &w, interaction);
        if (json_writer_finish(&w, &data) == 0)
                sbx_push(model->sandbox, interaction->user, 0, "interaction", data);
}

/* ---- what messages tell of where they come from ---- */

static void put_owners(const SbxModel *model, JsonWriter *w, const Channel *channel) {
        /* Key 0: installed to a guild; its id, or "0" in the bot's direct channel. */
        json_object(w, "authorizing_integration_owners");
        json_id(w, "0", channel_is_of_guild(channel) ? model->guild : 0);
        json_close(w);
}

/* What opened the modal. A form sent as it is ("raw") was opened by nothing: then a press that nobody saw stands for it. */
static void put_trigger(const SbxModel *model, JsonWriter *w, const Interaction *interaction, const Interaction *parent, const User *user,
                        const Channel *channel) {
        json_put_key(w, "triggering_interaction_metadata");
        if (parent && parent->metadata) {
                json_put_raw(w, parent->metadata);
                return;
        }
        json_open(w);
        json_id(w, "id", interaction->id - 1);
        json_i64(w, "type", INTERACTION_COMPONENT);
        if (user) {
                json_put_key(w, "user");
                put_user(w, user);
        }
        put_owners(model, w, channel);
        json_id(w, "interacted_message_id", interaction->source ? interaction->source : interaction->id - 1);
        json_close(w);
}

static char *render_metadata(const SbxModel *model, const Interaction *interaction, const Channel *channel,
                             const Interaction *parent) {
        const User *user = model_user(model, interaction->user);
        _json_writer_ JsonWriter w = {};
        char *text = NULL;

        json_open(&w);
        json_id(&w, "id", interaction->id);
        json_i64(&w, "type", interaction->type);
        if (user) {
                json_put_key(&w, "user");
                put_user(&w, user);
        }
        put_owners(model, &w, channel);
        if (interaction->type == INTERACTION_COMPONENT)
                json_id(&w, "interacted_message_id", interaction->source);
        if (interaction->type == INTERACTION_MODAL_SUBMIT)
                put_trigger(model, &w, interaction, parent, user, channel);
        json_close(&w);
        return json_writer_finish(&w, &text) == 0 ? text : NULL;
}

/* Deprecated in favour of the metadata and still sent (Discord reference, "Message Object"): some libraries find their views by it. */
static int render_invocation(const InteractionWish *wish, const Interaction *interaction, char **ret_text) {
        _json_writer_ JsonWriter w = {};
        _json_ Json *data = NULL;
        const char *name;
        int r;

        *ret_text = NULL;
        if (wish->type != INTERACTION_COMMAND)
                return 0;
        r = json_parse(wish->data, strlen(wish->data), &data);
        if (r < 0)
                return r;
        name = json_text(json_get(data, "name"));
        json_open(&w);
        json_id(&w, "id", interaction->id);
        json_i64(&w, "type", interaction->type);
        json_string(&w, "name", name ? name : "");
        json_put_key(&w, "user");
        put_user(&w, wish->user);
        json_close(&w);
        return json_writer_finish(&w, ret_text);
}

/* ---- INTERACTION_CREATE ---- */

static void put_place(const SbxModel *model, JsonWriter *w, const User *user, const Channel *channel) {
        uint64_t permissions = channel_permissions(model, user, channel);
        bool is_of_guild = channel_is_of_guild(channel);

        json_id(w, "channel_id", channel->id);
        json_put_key(w, "channel");
        put_channel(model, w, channel, CHANNEL_PARTIAL, user);
        json_id(w, "app_permissions", channel_permissions(model, model_bot(model), channel));
        json_i64(w, "context", is_of_guild ? 0 : 1);
        if (!is_of_guild) {
                json_put_key(w, "user");
                put_user(w, user);
                return;
        }

        json_id(w, "guild_id", model->guild);
        json_object(w, "guild");
        json_id(w, "id", model->guild);
        json_string(w, "locale", model->guild_locale ?: "en-US");
        json_array(w, "features");
        json_close_array(w);
        json_close(w);
        json_string(w, "guild_locale", model->guild_locale ?: "en-US");
        json_put_key(w, "member");
        put_member(model, w, user, MEMBER_WITH_USER, &permissions);
}

static char *render_interaction(const SbxModel *model, const Interaction *interaction,
                                const InteractionWish *wish) {
        _json_writer_ JsonWriter w = {};
        char *text = NULL;

        json_open(&w);
        json_id(&w, "id", interaction->id);
        json_id(&w, "application_id", model->application);
        json_i64(&w, "type", interaction->type);
        json_string(&w, "token", interaction->token);
        json_i64(&w, "version", 1);
        json_raw(&w, "data", wish->data);
        put_place(model, &w, wish->user, wish->channel);
        if (wish->source) {
                json_put_key(&w, "message");
                put_message(model, &w, wish->source, 0);
        }
        json_string(&w, "locale", wish->user->locale ?: "en-US");
        json_array(&w, "entitlements");
        json_close_array(&w);
        put_owners(model, &w, wish->channel);
        json_i64(&w, "attachment_size_limit", ATTACHMENT_SIZE_LIMIT);
        json_close(&w);
        return json_writer_finish(&w, &text) == 0 ? text : NULL;
}

/* ---- beginning and timing out ---- */

static void on_three_seconds(Sandbox *sandbox, void *userdata) {
        SbxModel *model = sbx_model(sandbox);
        Interaction *interaction = userdata;

        interaction->timer = NULL;
        if (interaction->state != STATE_PENDING)
                return;
        interaction->state = STATE_FAILED;
        interaction_show_failed(model, interaction);
        interaction_tell(model, interaction);
}

static bool may_forget(const SbxModel *model, const Interaction *interaction) {
        return interaction_is_dead(model, interaction, INTERACTION_TOKEN_USEC) ||
               (model->interactions.n > LEDGER_LIMIT && interaction->state != STATE_PENDING);
}

static void forget_ephemeral(Channel *channel, uint64_t id) {
        const Message *message = channel ? channel_message(channel, id) : NULL;

        if (message && message->viewer)
                (void) message_free(table_take(&channel->messages, id));
}

/* With it go its ephemeral messages, which nobody can reach any more and any client would have dropped. */
static void interaction_forget(SbxModel *model, Interaction *interaction) {
        Channel *channel = model_channel(model, interaction->channel);

        if (interaction->original != interaction->source)
                forget_ephemeral(channel, interaction->original);
        for (size_t i = 0; i < interaction->followups.n; i++)
                forget_ephemeral(channel, interaction->followups.ids[i]);
        (void) interaction_free(model->sandbox, table_take(&model->interactions, interaction->id));
}

static void forget_old(SbxModel *model) {
        while (model->interactions.n > LEDGER_MAX && may_forget(model, model->interactions.items[0]))
                interaction_forget(model, model->interactions.items[0]);
}

static Interaction *interaction_new(SbxModel *model, const InteractionWish *wish) {
        Interaction *interaction = new0(Interaction, 1);

        if (!interaction)
                return NULL;
        *interaction = (Interaction){
                .id = sbx_snowflake(model->sandbox),
                .type = wish->type,
                .user = wish->user->id,
                .channel = wish->channel->id,
                .source = wish->source ? wish->source->id : 0,
                .created_at = sbx_now(model->sandbox),
        };
        interaction->token = token_new(model, interaction->id);
        interaction->metadata = render_metadata(model, interaction, wish->channel, wish->parent);
        if (!interaction->token || !interaction->metadata || render_invocation(wish, interaction, &interaction->invocation) < 0)
                return interaction_free(model->sandbox, interaction);
        return interaction;
}

int interaction_begin(SbxModel *model, const InteractionWish *wish, const Interaction **ret_interaction) {
        Interaction *interaction = interaction_new(model, wish);
        _free_ char *d = interaction ? render_interaction(model, interaction, wish) : NULL;
        unsigned n_sessions;

        if (!d || table_add(&model->interactions, interaction) < 0) {
                (void) interaction_free(model->sandbox, interaction);
                return -ENOMEM;
        }
        interaction->timer = sbx_timer(model->sandbox, INTERACTION_ACKNOWLEDGE_USEC / USEC_PER_MSEC,
                                       on_three_seconds, interaction);
        if (!interaction->timer) {
                (void) interaction_free(model->sandbox, table_take(&model->interactions, interaction->id));
                return -ENOMEM;
        }

        forget_old(model);
        interaction_tell(model, interaction);
        n_sessions = sbx_dispatch(model->sandbox,
                                  &(SbxDispatch){
                                          .event = "INTERACTION_CREATE",
                                          .intent = SBX_INTENT_ALWAYS,
                                          .guild = channel_is_of_guild(wish->channel) ? model->guild : 0,
                                          .d = d,
                                  });
        interaction_show(model, interaction, wish, n_sessions);
        *ret_interaction = interaction;
        return 0;
}
