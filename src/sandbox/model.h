#pragma once

/*
 * The guild inside the sandbox: its structs, and which file does what with them. Private to the model half;
 * the transport knows only sandbox.h.
 *
 *   model.c                life, ids, who is a person      model-object.c         objects as Discord's JSON
 *   model-seed.c           the ready-made guild            model-access.c         permissions, gates
 *   model-error.c          JSON error codes                model-self.c           bot, guild, roles, DMs
 *   model-channel.c        channels                        model-overwrite.c      permission overwrites
 *   model-member.c         members and their roles         model-message.c        life of a message
 *   model-body.c           a message's body, checked       model-post.c           messages over REST
 *   model-embed.c          embeds, checked                 model-component.c      components, checked
 *   model-nonce.c          repeated nonces                 model-command.c        commands over REST
 *   model-command-check.c  commands, checked               model-interaction.c    ledger and view
 *   model-callback.c       answers                         model-followup.c       @original, follow-ups
 *   model-act.c            what people do                  model-invoke.c         commands as called
 *   model-submit.c         modals as sent                  model-world.c          changes made by hand
 *   model-input.c          selects, text inputs, groups    model-state.c          what a person sees
 *   model-role.c           roles                           model-snapshot.c       save and load
 *   model-reaction.c       reactions                       model-said.c           people's own messages, typing
 *   model-webhook.c        webhooks of channels            model-ban.c            bans
 *   model-lists.c          further look-ups
 *   model-menu.c           commands of menus
 *   model-members.c        members over the gateway        model-people.c         people for the page
 */

#include "model-form.h"
#include "model-permission.h"
#include "model-table.h"
#include "sandbox.h"

enum {
        CHANNEL_TEXT = 0,
        CHANNEL_DM = 1,
        CHANNEL_VOICE = 2,
        CHANNEL_CATEGORY = 4,
        CHANNEL_ANNOUNCEMENT = 5,
        CHANNEL_STAGE = 13,
        CHANNEL_FORUM = 15,
};

enum {
        MESSAGE_DEFAULT = 0,
        MESSAGE_REPLY = 19,
        MESSAGE_CHAT_INPUT_COMMAND = 20,
        MESSAGE_CONTEXT_MENU_COMMAND = 23,
};

enum {
        MESSAGE_FLAG_SUPPRESS_EMBEDS = 1 << 2,
        MESSAGE_FLAG_EPHEMERAL = 1 << 6,
        MESSAGE_FLAG_LOADING = 1 << 7,
        MESSAGE_FLAG_SUPPRESS_NOTIFICATIONS = 1 << 12,
        MESSAGE_FLAG_COMPONENTS_V2 = 1 << 15,
};

enum {
        INTERACTION_COMMAND = 2,
        INTERACTION_COMPONENT = 3,
        INTERACTION_AUTOCOMPLETE = 4,
        INTERACTION_MODAL_SUBMIT = 5,
};

typedef struct Role {
        uint64_t id;
        char *name;
        uint64_t permissions;
        int position;
        int64_t color;
        bool is_hoisted;
        bool is_managed;
        bool is_mentionable;
        uint64_t bot; /* of a bot's own role, else 0 */
} Role;

/* An account and, while it is in the guild, its membership. */
typedef struct User {
        uint64_t id;
        char *name;
        char *global_name; /* NULL: none */
        char *locale;      /* of the client; NULL: "en-US" */
        bool is_bot;
        bool has_open_dms;
        bool is_member;
        char *nick; /* NULL: none */
        IdList roles;
        Usec joined_at;
        Usec timed_out_until;
        uint64_t dm_channel; /* with the bot; 0 until opened */
        bool is_banned;
        char *ban_reason; /* NULL: none was given */
} User;

typedef struct Reaction {
        char *emoji; /* a Unicode one, as text */
        IdList users;
} Reaction;

typedef struct Message {
        uint64_t id;
        uint64_t channel;
        uint64_t author;
        int type;
        int64_t flags;
        char *content; /* never NULL */
        char *embeds;  /* rendered arrays, NULL: [] */
        char *components;
        Json *parsed_components; /* the same, once somebody used one of them; NULL before */
        char *attachments;
        Usec created_at;
        Usec edited_at; /* 0: never */
        bool is_tts;
        bool is_pinned;
        Usec pinned_at; /* 0: it is not */
        bool mentions_everyone;
        IdList mentions;
        IdList mention_roles;
        char *nonce;          /* rendered JSON value; NULL: none */
        uint64_t replies_to;  /* message of the same channel; 0: none */
        uint64_t viewer;      /* ephemeral: the one person who sees it; else 0 */
        uint64_t interaction; /* an answer to it or a follow-up; else 0 */
        char *metadata;       /* rendered interaction_metadata; NULL: none */
        char *invocation;     /* rendered "interaction", of an answer to a command; NULL: none */
        Reaction *reactions;
        size_t n_reactions;
        uint64_t webhook;   /* of a channel, which is also the author; else 0 */
        char *webhook_name; /* as it called itself; NULL: no webhook */
} Message;

typedef struct Channel {
        uint64_t id;
        int type;
        char *name;  /* NULL in DMs */
        char *topic; /* NULL: none */
        int64_t position;
        uint64_t parent; /* 0: none */
        bool is_nsfw;
        int64_t slowmode;
        Overwrite *overwrites;
        size_t n_overwrites;
        Table messages; /* Message */
        uint64_t last_message;
        uint64_t recipient; /* of a DM */
} Channel;

enum {
        COMMAND_CHAT_INPUT = 1,
        COMMAND_USER,
        COMMAND_MESSAGE,
};

typedef struct Webhook {
        uint64_t id;
        uint64_t channel;
        char *name;
        char *token;
} Webhook;

typedef struct Command {
        uint64_t id;
        uint64_t guild; /* 0: global */
        uint64_t version;
        int64_t type;
        char *name;
        char *description;
        char *rest;           /* rendered members of the object behind these, beginning with "," or empty */
        char *options;        /* rendered array, NULL: none */
        bool has_permissions; /* default_member_permissions is not null */
        uint64_t permissions;
        bool serves_dms;
} Command;

typedef enum InteractionState {
        STATE_PENDING,
        STATE_DEFERRED,
        STATE_ANSWERED,
        STATE_MODAL,
        STATE_FAILED,
} InteractionState;

typedef struct Interaction {
        uint64_t id;
        char *token;
        int type;
        uint64_t user;
        uint64_t channel;
        uint64_t source; /* message with the control (also of a modal opened from one); 0: none */
        Usec created_at;
        Usec acknowledged_at; /* 0: not yet */
        InteractionState state;
        int64_t answer;           /* callback type; 0: none yet */
        uint64_t original;        /* message that @original names; 0: none */
        bool owes_first_followup; /* after type 5, the first follow-up fills the placeholder */
        IdList followups;         /* ephemeral ones: they go with it */
        unsigned n_edits;
        char *modal;        /* rendered, checked; NULL: none */
        uint64_t submitted; /* the newest interaction that sent the modal; 0: none */
        char *seen;     /* the original as the person last saw it, rendered when it went; else NULL */
        char *choices;  /* of an autocomplete answer */
        char *metadata; /* rendered interaction_metadata of messages it makes */
        char *invocation; /* the same in the older form, which only commands have: "interaction" */
        SbxTimer *timer; /* the three seconds */
} Interaction;

typedef struct NonceBook NonceBook;

struct SbxModel {
        Sandbox *sandbox;
        uint64_t guild;
        uint64_t owner;
        uint64_t application; /* also the bot's user id */
        uint64_t application_flags;
        char *interactions_url; /* where Discord would send presses instead of to the gateway; NULL: nowhere */
        uint64_t system_channel; /* where bots greet newcomers; it may be gone */
        char *guild_name;
        char *guild_locale; /* NULL: "en-US" */
        Table users;
        Table roles;
        Table channels; /* the guild's and DMs */
        Table commands;
        Table webhooks;
        Table interactions;
        NonceBook *nonces;
        Usec nonce_window;
        uint64_t channels_max; /* of the guild */
};

/* ---- model.c ---- */
User *user_new(uint64_t id, const char *name);
User *user_free(User *user);
Role *role_new(uint64_t id, const char *name);
Role *role_free(Role *role);
Channel *channel_new(uint64_t id, int type, const char *name);
Channel *channel_free(Channel *channel);
Message *message_new(uint64_t id, uint64_t channel, uint64_t author);
Message *message_free(Message *message);
Command *command_free(Command *command);
Interaction *interaction_free(Sandbox *sandbox, Interaction *interaction);
DEFINE_CLEANUP(User *, user_free)
DEFINE_CLEANUP(Role *, role_free)
DEFINE_CLEANUP(Channel *, channel_free)
DEFINE_CLEANUP(Message *, message_free)
DEFINE_CLEANUP(Command *, command_free)

/* A model with nobody in it. */
SbxModel *model_new_empty(Sandbox *sandbox);
/* What `from` holds becomes the content of `model`, whose address stays; `from` is freed. */
void model_become(SbxModel *model, SbxModel *take_from);
User *model_user(const SbxModel *model, uint64_t id);
User *model_member(const SbxModel *model, uint64_t id); /* NULL also when it is not in the guild */
Role *model_role(const SbxModel *model, uint64_t id);
Channel *model_channel(const SbxModel *model, uint64_t id);
Message *channel_message(const Channel *channel, uint64_t id);
bool channel_is_of_guild(const Channel *channel);
bool channel_takes_messages(const Channel *channel);
/* Replaces an owned text; 0 or -ENOMEM (unchanged then). NULL clears. */
int replace_text(char **text, const char *with);

/* ---- model-seed.c ---- */
enum {
        GUILD_CHANNELS_MAX = 500, /* code 30013 */
        CATEGORY_CHANNELS_MAX = 50,
};
int model_seed(SbxModel *model);

/* ---- model-error.c ---- */
/* Answers with a JSON error code and its HTTP status and sentence. */
void reply_code(SbxReply *reply, int code);
/* Answers 500: no memory. */
void reply_no_memory(SbxReply *reply);

/* ---- model-access.c ---- */
uint64_t guild_permissions(const SbxModel *model, const User *user);
/* As payloads name it, and as it is enforced. */
uint64_t channel_permissions(const SbxModel *model, const User *user, const Channel *channel);
uint64_t channel_rights(const SbxModel *model, const User *user, const Channel *channel);
bool user_sees(const SbxModel *model, const User *user, const Channel *channel);
User *model_bot(const SbxModel *model);
/* Highest role; @everyone when there is none. */
const Role *highest_role(const SbxModel *model, const User *user);
/* True when the bot stands above that role, or that member, in the hierarchy. */
bool bot_is_above_role(const SbxModel *model, const Role *role);
bool bot_is_above_member(const SbxModel *model, const User *user);
/*
 * True when the bot has every one of `need` in the channel; answers 50001 (cannot see it) or 50013
 * otherwise.
 */
bool bot_may(const SbxModel *model, const Channel *channel, uint64_t need, SbxReply *reply);
/* The same for the guild as a whole: 50013. */
bool bot_may_in_guild(const SbxModel *model, uint64_t need, SbxReply *reply);
/* The channel of a route's argument: NULL after answering 10003. */
Channel *request_channel(const SbxModel *model, const SbxRequest *request, unsigned arg, SbxReply *reply);
/* True when the argument names our guild; answers 10004 otherwise. */
bool request_guild(const SbxModel *model, const SbxRequest *request, unsigned arg, SbxReply *reply);
/* An id of the query; 0 when it is absent. What is no id is noted in the form. */
uint64_t request_query_id(const SbxRequest *request, const char *key, Form *form);
/* "limit" of the query, 1 to max; *ret stays when it is absent or faulty. */
void request_query_limit(const SbxRequest *request, int64_t max, Form *form, int64_t *ret);
/* The body, which must be an object; a missing one counts as {}. False after answering 50035. */
bool request_object(const SbxRequest *request, SbxReply *reply);

/* ---- model-object.c: each writes one value ---- */
#define TIMESTAMP_SIZE 48
const char *timestamp_text(Usec at, char out[static TIMESTAMP_SIZE]);
int timestamp_parse(const char *text, Usec *ret);       /* ISO 8601; 0 or -EBADMSG */
void put_time(JsonWriter *w, const char *key, Usec at); /* 0 → null */
void put_ids(JsonWriter *w, const char *key, const IdList *list);
void put_user(JsonWriter *w, const User *user);
enum {
        MEMBER_WITH_USER = 1 << 0,
        MEMBER_PARTIAL = 1 << 1, /* as in `resolved`: without user, deaf and mute */
        MEMBER_WITH_GUILD_ID = 1 << 2,
};
/* permissions: rendered when not NULL */
void put_member(const SbxModel *model, JsonWriter *w, const User *user, unsigned flags,
                const uint64_t *permissions);
void put_role(JsonWriter *w, const Role *role);
void put_overwrites(JsonWriter *w, const Overwrite *overwrites, size_t n_overwrites);
typedef enum ChannelShape {
        CHANNEL_FULL,     /* REST, CHANNEL_* events */
        CHANNEL_IN_GUILD, /* in GUILD_CREATE: without guild_id */
        CHANNEL_PARTIAL,  /* in interactions: without overwrites, with permissions */
        CHANNEL_RESOLVED, /* in `resolved`: also with app_permissions */
        CHANNEL_FOR_PAGE, /* full, with permissions */
} ChannelShape;
/* viewer: whose permissions the shapes with permissions name */
void put_channel(const SbxModel *model, JsonWriter *w, const Channel *channel, ChannelShape shape,
                 const User *viewer);
enum {
        MESSAGE_OF_GATEWAY = 1 << 0, /* with guild_id, member, channel_type, mentions[].member */
        MESSAGE_WITHOUT_CONTENT = 1 << 1,
        MESSAGE_IS_REFERENCED = 1 << 2, /* inside referenced_message: does not follow the next reference */
        MESSAGE_WITH_NONCE = 1 << 3,
};
void put_message(const SbxModel *model, JsonWriter *w, const Message *message, unsigned flags);
void put_command(const SbxModel *model, JsonWriter *w, const Command *command);

/* ---- model-self.c: handlers ---- */
#define HANDLER(name) void name(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply)
HANDLER(rest_get_self);
HANDLER(rest_get_user);
HANDLER(rest_get_application);
HANDLER(rest_get_guild);
HANDLER(rest_get_roles);
HANDLER(rest_get_dm_channel);
size_t guild_n_members(const SbxModel *model);

/* ---- model-role.c ---- */
HANDLER(rest_create_role);
HANDLER(rest_edit_role);
HANDLER(rest_delete_role);
/* GUILD_ROLE_CREATE or _UPDATE, and "role_update" to pages. */
void guild_tell(SbxModel *model);
void role_tell(SbxModel *model, const Role *role, const char *event);
/* Deletes it and tells everybody. */
void role_remove(SbxModel *model, Role *role);

/* ---- model-channel.c ---- */
HANDLER(rest_get_channel);
HANDLER(rest_get_channels);
HANDLER(rest_create_channel);
HANDLER(rest_move_channels);
HANDLER(rest_edit_channel);
HANDLER(rest_delete_channel);
/* CHANNEL_CREATE, _UPDATE or _DELETE to the bot and "channel_…" to pages. */
void channel_tell(SbxModel *model, const Channel *channel, const char *event, const char *page_event);
/* Deletes it with its messages and tells everybody; a category's children lose their parent. */
void channel_remove(SbxModel *model, Channel *channel);
size_t category_size(const SbxModel *model, uint64_t category);
size_t guild_size(const SbxModel *model);
/* A new channel at the end of its siblings, in the model; told to nobody yet. */
Channel *channel_make(SbxModel *model, int type, const char *name, uint64_t parent);

/* ---- model-overwrite.c ---- */
HANDLER(rest_put_overwrite);
HANDLER(rest_delete_overwrite);
typedef enum OverwriteRule {
        OVERWRITES_AT_CREATE,
        OVERWRITES_OF_CHANNEL,
} OverwriteRule;
/*
 * Reads permission_overwrites. 0 and the array (to free()), or a positive number after a fault was noted in
 * the form or, for codes without a path, an answer was given in `reply`.
 */
int overwrites_read(SbxModel *model, Form *form, const Json *array, OverwriteRule rule,
                    const Channel *channel, uint64_t parent, SbxReply *reply, Overwrite **ret_overwrites,
                    size_t *ret_n);
bool overwrites_are_equal(const Overwrite *a, size_t n_a, const Overwrite *b, size_t n_b);
/*
 * Puts a set (copied) in place of a channel's; a category's synchronised children follow, each told. 0 or
 * -ENOMEM.
 */
int channel_set_overwrites(SbxModel *model, Channel *channel, const Overwrite *overwrites,
                           size_t n_overwrites);

/* ---- model-member.c ---- */
HANDLER(rest_get_member);
HANDLER(rest_get_members);
HANDLER(rest_remove_member);
HANDLER(rest_edit_member);
HANDLER(rest_edit_self_member);
HANDLER(rest_add_member_role);
HANDLER(rest_remove_member_role);
/* GUILD_MEMBER_UPDATE, and "member_update" to pages. */
void member_tell(SbxModel *model, const User *user);
/* GUILD_MEMBER_REMOVE: the person keeps the account, not the membership. */
void member_remove(SbxModel *model, User *user);

/* ---- model-nonce.c ---- */
/* "a few minutes" (Discord reference, "Create Message") */
/* GATEWAY_GUILD_MEMBERS_LIMITED and GATEWAY_MESSAGE_CONTENT_LIMITED: both privileged intents are switched on. */
#define APPLICATION_FLAGS (UINT64_C(1) << 15 | UINT64_C(1) << 19)
#define NONCE_WINDOW_USEC (3 * 60 * USEC_PER_SEC)
NonceBook *nonce_book_new(void);
NonceBook *nonce_book_free(NonceBook *book);
/* The message made with that nonce by that author within the window, or 0. */
uint64_t nonce_find(NonceBook *book, uint64_t author, const char *nonce, Usec now, Usec window,
                    uint64_t *ret_channel);
/* 0 or -ENOMEM */
int nonce_note(NonceBook *book, uint64_t author, const char *nonce, uint64_t channel, uint64_t message,
               Usec now, Usec window);

/* ---- model-embed.c ---- */
/* Checks `embeds` and appends them as responses have them, an array, to `w`. */
void embeds_read(Form *form, const FormPath *at, const Json *array, JsonWriter *w);

/* ---- model-component.c ---- */
typedef enum ComponentPlace {
        COMPONENTS_LEGACY, /* a message without IS_COMPONENTS_V2 */
        COMPONENTS_V2,
        COMPONENTS_MODAL,
} ComponentPlace;
/* Checks `components` and appends them as responses have them, an array with every id assigned. */
void components_read(Form *form, const FormPath *at, const Json *array, ComponentPlace place, JsonWriter *w);
/* The interactive component with that custom_id, at any depth; NULL when there is none. */
const Json *components_find(const Json *components, const char *custom_id);
/* Calls back for the content of every text display. */
void components_each_text(const Json *components, void (*text)(void *userdata, const char *content),
                          void *userdata);

/* ---- model-body.c ---- */
typedef enum BodyKind {
        BODY_CREATE, /* POST message */
        BODY_EDIT,   /* PATCH message, @original */
        BODY_ANSWER, /* callback type 4, follow-up */
        BODY_UPDATE, /* callback type 7 */
} BodyKind;
/* A message's body, checked. NULL texts and false flags: the member was missing and nothing changes. */
typedef struct Body {
        bool has_content, has_embeds, has_components, has_flags, has_attachments;
        char *content; /* "" when cleared */
        char *embeds;  /* rendered arrays; "[]" when cleared */
        char *components;
        char *attachments;
        int64_t flags;
        bool is_tts;
        bool has_allowed; /* allowed_mentions was given */
        bool parses_users, parses_roles, parses_everyone, replied_user;
        IdList users, roles;
        char *nonce; /* rendered */
        char *nonce_text;
        bool enforces_nonce;
        uint64_t replies_to;
        bool reply_may_fail; /* fail_if_not_exists is false */
} Body;
void body_done(Body *body);
/*
 * `previous`: the message that is edited, else NULL. False after a fault was noted, or an answer (50006) was
 * given in `reply`.
 */
bool body_read(SbxModel *model, Form *form, const FormPath *at, const Json *json, const SbxRequest *request,
               BodyKind kind, const Message *previous, Body *body, SbxReply *reply);
static inline void body_donep(Body *body) {
        body_done(body);
}
#define _body_ _cleanup_(body_donep)

/* ---- model-message.c ---- */
/*
 * Moves the body's parts into the message and computes its mentions. by_webhook: the default of
 * allowed_mentions is users only. 0 or -ENOMEM.
 */
int message_apply(SbxModel *model, Message *message, Body *body, bool by_webhook);
/* PATCH of a message: takes over what the request says. False when it was answered with a refusal. Nobody is told yet. */
bool message_edit(SbxModel *model, Message *message, const SbxRequest *request, bool by_webhook, SbxReply *reply);
/* Adds it to its channel (which then owns it) and tells the bot and the pages. 0 or -ENOMEM. */
int message_publish(SbxModel *model, Channel *channel, Message *take_message);
void message_tell_update(SbxModel *model, const Message *message);
/* To the pages only, as it is now. */
void message_show(SbxModel *model, const Message *message);
/* Removes it and tells everybody. */
void message_remove(SbxModel *model, Channel *channel, Message *message);
/* Removes several: MESSAGE_DELETE_BULK. */
void messages_remove(SbxModel *model, Channel *channel, const IdList *ids);
bool message_is_visible(const Message *message, uint64_t user);
/* Its components, parsed when they are first asked for; borrowed until they change. NULL: none, or no memory. */
const Json *message_components(Message *message);

/* ---- model-post.c ---- */
HANDLER(rest_get_messages);
HANDLER(rest_get_message);
HANDLER(rest_create_message);
HANDLER(rest_edit_message);
HANDLER(rest_delete_message);
HANDLER(rest_bulk_delete);
HANDLER(rest_pin_message);
HANDLER(rest_unpin_message);

/* ---- model-reaction.c ---- */
HANDLER(rest_add_reaction);
HANDLER(rest_remove_own_reaction);
HANDLER(rest_remove_reaction);
HANDLER(rest_get_reactions);
HANDLER(rest_clear_reactions); /* all, or with a third argument those of one emoji */
typedef enum ReactionResult {
        REACTION_DONE,
        REACTION_SAME, /* it was so before */
        REACTION_UNKNOWN,
        REACTION_FORBIDDEN,
        REACTION_TOO_MANY,
        REACTION_NO_MEMORY,
} ReactionResult;
ReactionResult message_react(SbxModel *model, const Channel *channel, Message *message, const User *user,
                             const char *emoji);
/* by: the person who takes it away, 0 for the bot. */
ReactionResult message_unreact(SbxModel *model, const Channel *channel, Message *message, const User *user,
                               const char *emoji, uint64_t by);
/* "reactions":[…] */
void put_reactions(const SbxModel *model, JsonWriter *w, const Message *message);
/* One of a saved message (copied); 0 or -ENOMEM. */
int message_restore_reaction(Message *message, const char *emoji, const IdList *users);
void reaction_done(Reaction *reaction);

/* ---- model-ban.c ---- */
HANDLER(rest_get_bans);
HANDLER(rest_get_ban);
HANDLER(rest_put_ban);
HANDLER(rest_delete_ban);

/* ---- model-lists.c ---- */
HANDLER(rest_get_own_guilds);
HANDLER(rest_get_role);
HANDLER(rest_search_members);
HANDLER(rest_get_pins);
HANDLER(rest_get_pinned_messages);
HANDLER(rest_get_none); /* of the guild: emoji, stickers */

/* ---- model-webhook.c ---- */
Webhook *webhook_new(uint64_t id, uint64_t channel, const char *name, const char *token);
Webhook *webhook_free(Webhook *webhook);
DEFINE_CLEANUP(Webhook *, webhook_free)
HANDLER(rest_create_webhook);
HANDLER(rest_get_channel_webhooks);
HANDLER(rest_get_guild_webhooks);
HANDLER(rest_get_webhook);
HANDLER(rest_delete_webhook);
/* With an id that is not the application's, at the addresses of follow-ups. */
void webhook_execute(SbxModel *model, const SbxRequest *request, SbxReply *reply);
void webhook_get_message(SbxModel *model, const SbxRequest *request, SbxReply *reply);
void webhook_edit_message(SbxModel *model, const SbxRequest *request, SbxReply *reply);
void webhook_delete_message(SbxModel *model, const SbxRequest *request, SbxReply *reply);

/* ---- model-command.c, model-command-check.c ---- */
HANDLER(rest_get_commands);
HANDLER(rest_put_commands);
HANDLER(rest_create_command);
HANDLER(rest_get_command);
HANDLER(rest_edit_command);
HANDLER(rest_delete_command);
/* Checks one command; NULL after a fault or without memory (noted in the form). id, version: 0. */
Command *command_read(Form *form, const FormPath *at, const Json *json, uint64_t guild);
Command *model_command(const SbxModel *model, const char *name, int64_t type, uint64_t guild);

/* ---- model-interaction.c ---- */
#define INTERACTION_ACKNOWLEDGE_USEC (3 * USEC_PER_SEC) /* Discord reference, "Receiving and Responding" */
#define INTERACTION_TOKEN_USEC       (15 * 60 * USEC_PER_SEC)
/* What a person's client sends; texts are rendered JSON. */
typedef struct InteractionWish {
        int type;
        User *user;
        Channel *channel;
        Message *source;           /* NULL: none */
        const char *data;          /* the object "data" */
        const Interaction *parent; /* of a modal submit: the one that opened it */
} InteractionWish;
/* Makes it, sends INTERACTION_CREATE and starts the three seconds. 0 or -ENOMEM. */
int interaction_begin(SbxModel *model, const InteractionWish *wish, const Interaction **ret_interaction);
Interaction *model_interaction(const SbxModel *model, uint64_t id);
Interaction *model_interaction_by_token(const SbxModel *model, const char *token);
void interaction_put(const SbxModel *model, JsonWriter *w, const Interaction *interaction);
/* Something the person sees of it changed: pushed to their pages, long polls wake. */
void interaction_tell(SbxModel *model, const Interaction *interaction);
/* A message, or with NULL all of a channel, is about to go: what people saw of their interactions is kept. */
void interactions_keep_seen(SbxModel *model, const Channel *channel, const Message *message);
bool interaction_is_dead(const SbxModel *model, const Interaction *interaction, Usec within);

/* ---- model-scene.c ---- */
/* It left for so many live sessions of the bot. */
void interaction_show(SbxModel *model, const Interaction *interaction, const InteractionWish *wish, unsigned n_sessions);
/* Three seconds went by. */
void interaction_show_failed(SbxModel *model, const Interaction *interaction);

/* ---- model-callback.c, model-followup.c ---- */
HANDLER(rest_answer_interaction);
HANDLER(rest_get_original);
HANDLER(rest_edit_original);
HANDLER(rest_delete_original);
HANDLER(rest_create_followup);
HANDLER(rest_get_followup);
HANDLER(rest_edit_followup);
HANDLER(rest_delete_followup);
/* A message of the bot's that answers an interaction, not yet published. NULL: no memory. */
Message *interaction_message(SbxModel *model, const Interaction *interaction, bool is_ephemeral);
/* Edits a message through its token: the whole PATCH with its answer. */
void webhook_edit(SbxModel *model, Interaction *interaction, Message *message, const SbxRequest *request,
                  const char *effect, SbxReply *reply);

/* ---- model-act.c and its parts: each answers the control call ---- */
void act_do(SbxModel *model, const SbxRequest *request, SbxReply *reply);
void act_command(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply);
void act_autocomplete(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply);
/* Whether the command is offered to them there. */
bool user_may_call(const SbxModel *model, const User *user, const Channel *channel, const Command *command);
void act_menu(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply);
void act_submit(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply);
/* Begins it and answers {"interaction":"id"}. */
void act_begin(SbxModel *model, const InteractionWish *wish, SbxReply *reply);
/* The channel the person names, seen by them and of messages; NULL after refusing with 404 or 409. */
Channel *act_channel(SbxModel *model, const User *user, const SbxRequest *request, SbxReply *reply);
/* The message of it that they name, if they see it; NULL after refusing with 409. */
Message *act_message(const User *user, const Channel *channel, const SbxRequest *request, SbxReply *reply);

/* ---- model-said.c ---- */
#define SAID_MAX 2000 /* characters of a person's message (Discord reference, "Create Message") */
void act_edit(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply);
void act_delete(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply);
void act_react(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply);
void act_unreact(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply);
void act_type(SbxModel *model, User *user, const SbxRequest *request, SbxReply *reply);
HANDLER(rest_start_typing);

/* Ids named by an interaction's values, gathered to be written as "resolved". */
typedef struct Resolved {
        IdList users, roles, channels;
} Resolved;
void resolved_done(Resolved *resolved);
static inline void resolved_donep(Resolved *resolved) {
        resolved_done(resolved);
}
#define _resolved_ _cleanup_(resolved_donep)
/*
 * Adds the entity that a component or option of that kind may name: 'u'ser, 'r'ole, 'c'hannel,
 * 'm'entionable. 0, -ENOENT when there is none, or it is a channel of a type not in `channel_types` (NULL:
 * any) or not seen by the person; -ENOMEM.
 */
int resolved_add(const SbxModel *model, Resolved *resolved, char kind, const Json *value,
                 const Json *channel_types, const User *user);
/* "resolved":{…}, nothing when it is empty. */
void resolved_put(const SbxModel *model, JsonWriter *w, const Resolved *resolved, const User *user,
                  const Channel *channel);

/* ---- model-world.c, model-state.c, model-snapshot.c ---- */
void world_do(SbxModel *model, const SbxRequest *request, SbxReply *reply);
void state_get(SbxModel *model, const SbxRequest *request, SbxReply *reply);
void messages_get(SbxModel *model, const SbxRequest *request, SbxReply *reply);

/* ---- model-people.c ---- */
enum { PEOPLE_MAX = 1000 }; /* of one answer, as of Discord's own lists of members */
/* The people that one person's page begins with, by id: oneself, the bot and the owner, then those with a role, then anybody. */
typedef struct Crowd {
        const User *users[PEOPLE_MAX];
        size_t n;
} Crowd;
/* As many as the query's "members" says. */
void crowd_gather(const SbxModel *model, const User *me, const SbxRequest *request, Crowd *ret_crowd);
void people_get(SbxModel *model, const SbxRequest *request, SbxReply *reply);
