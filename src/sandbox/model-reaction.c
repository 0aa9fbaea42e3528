/*
 * Reactions: an emoji under a message, with the people who chose it. The guild has no emoji of its own, so
 * an emoji is a Unicode one and known by its text; whoever names a custom one hears that it is unknown.
 * Super reactions ("burst") cost people money and are left to Discord.
 */

#include "model.h"

#include <errno.h>

#include "magikal/unicode.h"

#define REACTIONS_MAX 20 /* JSON error code 30010, "Maximum number of reactions reached (20)" */
#define EMOJI_MAX 16     /* code points; the longest of Unicode's emoji-test.txt has 10 */
#define USERS_PAGE_MAX 100

void reaction_done(Reaction *reaction) {
        free(reaction->emoji);
        id_list_done(&reaction->users);
}

/*
 * Near enough to Unicode's list (UTS #51) without carrying it: digits, '#' and '*' only as keycaps, the two
 * signs of Latin-1, and nothing else below the first emoji of the symbol blocks.
 */
static bool is_emoji(const char *text) {
        bool is_keycap = *text && strchr("0123456789#*", *text) && strstr(text, "\xe2\x83\xa3");
        size_t n_points = 0;

        if (!utf8_is_valid(text, strlen(text)))
                return false;
        for (const char *at = text; *at; n_points++) {
                uint32_t c;
                size_t n = utf8_next(at, &c);

                if (c < 0x203c && c != 0xa9 && c != 0xae && c != 0x200d && !(is_keycap && at == text))
                        return false;
                at += n;
        }
        return n_points > 0 && n_points <= EMOJI_MAX;
}

static Reaction *message_reaction(const Message *message, const char *emoji) {
        for (size_t i = 0; i < message->n_reactions; i++)
                if (streq(message->reactions[i].emoji, emoji))
                        return &message->reactions[i];
        return NULL;
}

static Reaction *reaction_add(Message *message, const char *emoji) {
        size_t n = message->n_reactions;
        Reaction *grown = reallocarray(message->reactions, n + 1, sizeof(*grown));

        if (!grown)
                return NULL;
        message->reactions = grown;
        grown[n] = (Reaction) { .emoji = strdup(emoji) };
        if (!grown[n].emoji)
                return NULL;
        message->n_reactions++;
        return &grown[n];
}

static void reaction_take_away(Message *message, Reaction *reaction) {
        size_t at = (size_t) (reaction - message->reactions);

        reaction_done(reaction);
        message->n_reactions--;
        memmove(reaction, reaction + 1, (message->n_reactions - at) * sizeof(*reaction));
}

int message_restore_reaction(Message *message, const char *emoji, const IdList *users) {
        Reaction *reaction = reaction_add(message, emoji);

        for (size_t i = 0; reaction && i < users->n; i++)
                if (id_list_add(&reaction->users, users->ids[i]) < 0)
                        return -ENOMEM;
        return reaction ? 0 : -ENOMEM;
}

/* ---- as JSON ---- */

static void put_emoji(JsonWriter *w, const char *emoji) {
        json_object(w, "emoji");
        json_null(w, "id");
        json_string(w, "name", emoji);
        json_close(w);
}

void put_reactions(const SbxModel *model, JsonWriter *w, const Message *message) {
        json_array(w, "reactions");
        for (size_t i = 0; i < message->n_reactions; i++) {
                const Reaction *reaction = &message->reactions[i];

                json_open(w);
                put_emoji(w, reaction->emoji);
                json_i64(w, "count", (int64_t) reaction->users.n);
                json_object(w, "count_details");
                json_i64(w, "burst", 0);
                json_i64(w, "normal", (int64_t) reaction->users.n);
                json_close(w);
                json_array(w, "burst_colors");
                json_close_array(w);
                json_bool(w, "me", id_list_has(&reaction->users, model->application));
                json_bool(w, "me_burst", false);
                json_close(w);
        }
        json_close_array(w);
}

/* ---- telling ---- */

/* user, emoji: 0 and NULL in events that have none. The bot hears of its own reactions too. */
static void reaction_tell(SbxModel *model, const Channel *channel, const Message *message, const char *event, const User *user,
                          const char *emoji) {
        bool is_of_guild = channel_is_of_guild(channel);
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        if (user)
                json_id(&w, "user_id", user->id);
        json_id(&w, "channel_id", channel->id);
        json_id(&w, "message_id", message->id);
        if (is_of_guild)
                json_id(&w, "guild_id", model->guild);
        if (emoji)
                put_emoji(&w, emoji);
        if (user) {
                json_bool(&w, "burst", false);
                json_i64(&w, "type", 0);
        }
        if (streq(event, "MESSAGE_REACTION_ADD")) {
                json_id(&w, "message_author_id", message->author);
                if (is_of_guild && user->is_member) {
                        json_put_key(&w, "member");
                        put_member(model, &w, user, MEMBER_WITH_USER, NULL);
                }
        }
        json_close(&w);
        if (json_writer_finish(&w, &d) == 0 && (!is_of_guild || user_sees(model, model_bot(model), channel)))
                (void) sbx_dispatch(model->sandbox, &(SbxDispatch) {
                                                            .event = event,
                                                            .intent = is_of_guild ? SBX_INTENT_GUILD_MESSAGE_REACTIONS
                                                                                  : SBX_INTENT_DIRECT_MESSAGE_REACTIONS,
                                                            .guild = is_of_guild ? model->guild : 0,
                                                            .d = d,
                                                    });
        message_show(model, message);
        sbx_changed(model->sandbox);
}

/* The log keeps who and which, as the request has neither in a body. */
static void reaction_note(SbxModel *model, const Channel *channel, const Message *message, const char *effect, uint64_t by, uint64_t whose,
                          const char *emoji) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        _json_ Json *body = NULL;

        json_open(&w);
        if (emoji)
                json_string(&w, "emoji", emoji);
        if (whose)
                json_id(&w, "user", whose);
        json_close(&w);
        if (json_writer_finish(&w, &text) < 0 || json_parse(text, strlen(text), &body) < 0)
                return;
        sbx_effect(model->sandbox, &(SbxEffect) {
                                           .effect = effect,
                                           .guild = channel_is_of_guild(channel) ? model->guild : 0,
                                           .channel = channel->id,
                                           .message = message->id,
                                           .by = by,
                                           .body = body,
                                   });
}

ReactionResult message_react(SbxModel *model, const Channel *channel, Message *message, const User *user, const char *emoji) {
        bool is_bot = user->id == model->application;
        Reaction *reaction;

        if (!is_emoji(emoji))
                return REACTION_UNKNOWN;
        reaction = message_reaction(message, emoji);
        if (reaction && id_list_has(&reaction->users, user->id))
                return REACTION_SAME;
        if (!reaction) {
                if (channel_is_of_guild(channel) && !(channel_rights(model, user, channel) & PERM_ADD_REACTIONS))
                        return REACTION_FORBIDDEN;
                if (message->n_reactions >= REACTIONS_MAX)
                        return REACTION_TOO_MANY;
                reaction = reaction_add(message, emoji);
        }
        if (!reaction || id_list_add(&reaction->users, user->id) < 0)
                return REACTION_NO_MEMORY;
        reaction_tell(model, channel, message, "MESSAGE_REACTION_ADD", user, emoji);
        reaction_note(model, channel, message, "reaction.add", is_bot ? 0 : user->id, user->id, emoji);
        return REACTION_DONE;
}

ReactionResult message_unreact(SbxModel *model, const Channel *channel, Message *message, const User *user, const char *emoji,
                               uint64_t by) {
        Reaction *reaction = is_emoji(emoji) ? message_reaction(message, emoji) : NULL;

        if (!reaction || !id_list_remove(&reaction->users, user->id))
                return REACTION_UNKNOWN;
        if (reaction->users.n == 0)
                reaction_take_away(message, reaction);
        reaction_tell(model, channel, message, "MESSAGE_REACTION_REMOVE", user, emoji);
        reaction_note(model, channel, message, "reaction.remove", by, user->id, emoji);
        return REACTION_DONE;
}

/* ---- REST ---- */

/* The message of the first two arguments, where the bot has `need`; NULL after answering. */
static Message *reacted_message(SbxModel *model, const SbxRequest *request, uint64_t need, Channel **ret_channel, SbxReply *reply) {
        Channel *channel = request_channel(model, request, 0, reply);
        Message *message;

        if (!channel || !bot_may(model, channel, channel_is_of_guild(channel) ? need : 0, reply))
                return NULL;
        message = channel_message(channel, request->ids[1]);
        if (!message || message->viewer) {
                reply_code(reply, 10008);
                return NULL;
        }
        *ret_channel = channel;
        return message;
}

static void reply_result(ReactionResult result, SbxReply *reply) {
        static const int codes[] = {
                [REACTION_UNKNOWN] = 10014,
                [REACTION_FORBIDDEN] = 50013,
                [REACTION_TOO_MANY] = 30010,
        };

        if (result == REACTION_DONE || result == REACTION_SAME)
                sbx_reply_empty(reply);
        else if (result == REACTION_NO_MEMORY)
                reply_no_memory(reply);
        else
                reply_code(reply, codes[result]);
}

void rest_add_reaction(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel;
        Message *message = reacted_message(model, request, PERM_READ_MESSAGE_HISTORY, &channel, reply);

        if (message)
                reply_result(message_react(model, channel, message, model_bot(model), request->args[2]), reply);
}

/* Taking away what is not there changes nothing and is no error. */
static void remove_reaction(SbxModel *model, const SbxRequest *request, const User *user, uint64_t need, SbxReply *reply) {
        Channel *channel;
        Message *message = reacted_message(model, request, need, &channel, reply);

        if (!message)
                return;
        if (!is_emoji(request->args[2])) {
                reply_code(reply, 10014);
                return;
        }
        if (user)
                (void) message_unreact(model, channel, message, user, request->args[2], 0);
        sbx_reply_empty(reply);
}

void rest_remove_own_reaction(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);

        remove_reaction(model, request, model_bot(model), PERM_READ_MESSAGE_HISTORY, reply);
}

void rest_remove_reaction(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        const User *user = model_user(model, request->ids[3]);

        if (!user)
                reply_code(reply, 10013);
        else
                remove_reaction(model, request, user, user->id == model->application ? PERM_READ_MESSAGE_HISTORY : PERM_MANAGE_MESSAGES,
                                reply);
}

void rest_get_reactions(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        _form_ Form form = {};
        uint64_t after = request_query_id(request, "after", &form);
        int64_t limit = 25;
        _json_writer_ JsonWriter w = {};
        const Reaction *reaction;
        Channel *channel;
        Message *message = reacted_message(model, request, PERM_READ_MESSAGE_HISTORY, &channel, reply);
        int64_t n = 0;

        request_query_limit(request, USERS_PAGE_MAX, &form, &limit);
        if (!message || form_refuses(&form, reply))
                return;
        reaction = is_emoji(request->args[2]) ? message_reaction(message, request->args[2]) : NULL;
        if (!is_emoji(request->args[2])) {
                reply_code(reply, 10014);
                return;
        }
        json_open_array(&w);
        for (size_t i = 0; i < model->users.n && reaction; i++) {
                const User *user = model->users.items[i];

                if (user->id > after && n < limit && id_list_has(&reaction->users, user->id)) {
                        put_user(&w, user);
                        n++;
                }
        }
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}

void rest_clear_reactions(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        const char *emoji = request->n_args > 2 ? request->args[2] : NULL;
        Channel *channel;
        Message *message = reacted_message(model, request, PERM_MANAGE_MESSAGES, &channel, reply);
        Reaction *reaction = message && emoji ? message_reaction(message, emoji) : NULL;

        if (!message)
                return;
        if (emoji && !reaction) {
                reply_code(reply, 10014);
                return;
        }
        if (reaction)
                reaction_take_away(message, reaction);
        while (!emoji && message->n_reactions > 0)
                reaction_take_away(message, &message->reactions[message->n_reactions - 1]);
        reaction_tell(model, channel, message, emoji ? "MESSAGE_REACTION_REMOVE_EMOJI" : "MESSAGE_REACTION_REMOVE_ALL", NULL, emoji);
        reaction_note(model, channel, message, "reaction.clear", 0, 0, emoji);
        sbx_reply_empty(reply);
}
