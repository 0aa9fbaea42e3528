#pragma once

/*
 * An interaction as Discord sent it, decoded and validated: whoever holds an Interaction may trust counts, lengths and ranges,
 * but not intentions. Text is as people typed it. Unknown keys, option types and component types are kept out of the way, never refused.
 * Source: Discord reference, "Receiving and Responding to Interactions"; contract 3.1.
 */

#include <stdbool.h>
#include <stddef.h>

#include "magikal/json.h"
#include "magikal/snowflake.h"

typedef enum InteractionType {
        INTERACTION_COMMAND = 2,
        INTERACTION_COMPONENT = 3,
        INTERACTION_AUTOCOMPLETE = 4,
        INTERACTION_MODAL = 5,
} InteractionType;

typedef enum OptionType {
        OPTION_SUB_COMMAND = 1,
        OPTION_GROUP = 2,
        OPTION_STRING = 3,
        OPTION_INTEGER = 4,
        OPTION_BOOLEAN = 5,
        OPTION_USER = 6,
        OPTION_CHANNEL = 7,
        OPTION_ROLE = 8,
        OPTION_MENTIONABLE = 9,
        OPTION_NUMBER = 10,
        OPTION_ATTACHMENT = 11,
} OptionType;

typedef enum ComponentType {
        COMPONENT_ROW = 1,
        COMPONENT_BUTTON = 2,
        COMPONENT_STRING_SELECT = 3,
        COMPONENT_TEXT_INPUT = 4,
        COMPONENT_USER_SELECT = 5,
        COMPONENT_ROLE_SELECT = 6,
        COMPONENT_MENTIONABLE_SELECT = 7,
        COMPONENT_CHANNEL_SELECT = 8,
        COMPONENT_LABEL = 18,
        COMPONENT_FILE_UPLOAD = 19,
        COMPONENT_RADIO_GROUP = 21,
        COMPONENT_CHECKBOX_GROUP = 22,
        COMPONENT_CHECKBOX = 23,
} ComponentType;

typedef enum ChannelType {
        CHANNEL_TEXT = 0,
        CHANNEL_DM = 1,
        CHANNEL_VOICE = 2,
        CHANNEL_CATEGORY = 4,
        CHANNEL_ANNOUNCEMENT = 5,
} ChannelType;

typedef enum ResolvedKind { RESOLVED_USER, RESOLVED_ROLE, RESOLVED_CHANNEL } ResolvedKind;

/* One thing that an option or a select points at, described by Discord in the same payload. */
typedef struct Resolved {
        ResolvedKind kind;
        uint64_t id;
        const char *name;               /* user name, role name, channel name */
        int channel_type;               /* channels: Discord's number, may be none of ChannelType */
        ChannelId parent;               /* channels; 0: none or not said */
        uint64_t permissions;           /* roles: what it grants; channels: what the invoker may do there */
        uint64_t app_permissions;       /* channels: what we may do there; 0 when not said */
        int position;                   /* roles */
        bool is_managed;                /* roles: belongs to an integration, cannot be given */
        bool is_bot;                    /* users */
        bool is_member;                 /* users: is in the guild */
} Resolved;

typedef struct InteractionOption {
        const char *name;
        int type;                       /* OptionType, or a number we do not know; those and NUMBER have no value here */
        const char *text;               /* STRING; in autocomplete whatever was typed so far; else NULL */
        int64_t integer;                /* INTEGER */
        bool boolean;                   /* BOOLEAN */
        uint64_t id;                    /* USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT */
        bool is_focused;                /* autocomplete: the one being typed */
} InteractionOption;

/* One answered input of a modal. */
typedef struct InteractionField {
        const char *custom_id;
        int type;                       /* ComponentType, or a number we do not know */
        const char *text;               /* text input, radio group; NULL: none */
        const char *const *values;      /* selects, checkbox group, file upload */
        size_t n_values;
        bool is_checked;                /* checkbox */
} InteractionField;

typedef struct Interaction {
        InteractionId id;
        ApplicationId application;
        InteractionType type;
        const char *token;
        GuildId guild;                  /* 0: in a DM; then permissions and roles are empty */
        ChannelId channel;              /* 0: not said */
        ChannelId channel_parent;       /* 0: none or not said */
        int channel_type;               /* -1: not said */
        UserId user;
        const char *username;
        const char *global_name;        /* NULL: none */
        uint64_t permissions;           /* the invoker's in that channel, overwrites included */
        const RoleId *roles;            /* the invoker's, without @everyone */
        size_t n_roles;
        uint64_t app_permissions;       /* ours in that channel */
        const char *locale;             /* "en-US" …; "" when not said */
        const char *guild_locale;

        /* command and autocomplete */
        const char *command;            /* NULL otherwise */
        int command_type;               /* 1 chat input, 2 user, 3 message */
        const char *group;              /* NULL: none */
        const char *sub_command;        /* NULL: none */
        const InteractionOption *options;       /* of the innermost level */
        size_t n_options;
        uint64_t target;                /* user and message commands; 0: none */

        /* component and modal */
        const char *custom_id;          /* NULL otherwise; 1 to 100 characters */
        int component_type;             /* component */
        const char *const *values;      /* component: selects; ids are decimal strings */
        size_t n_values;
        const InteractionField *fields; /* modal */
        size_t n_fields;

        /* the message that carried the component, also with a modal opened from it */
        MessageId message;              /* 0: none */
        UserId message_author;
        Usec message_at;                /* when it was posted, to the millisecond, from its id */
        bool is_message_ephemeral;      /* only this person sees it */

        const Resolved *resolved;
        size_t n_resolved;
} Interaction;

/*
 * Decode one whole gateway frame {"op":0,"t":"INTERACTION_CREATE","d":{…}}. Everything in the result is owned by it and lives until
 * interaction_free().
 *
 * frame    n_bytes of JSON
 * ret_why  may be NULL; a static sentence for the log, set with -EBADMSG. It never quotes the frame
 *
 * Returns 0, -EBADMSG (no such frame, or a member that is missing, mistyped, too long or out of range), -ENOMEM.
 */
int interaction_decode(const char *frame, size_t n_bytes, Interaction **ret_interaction, const char **ret_why) _warn_unused_;
/*
 * The envelope only: id, application, token, guild, channel, user and locale, enough to apologise for a frame that interaction_decode()
 * refuses. type is set when it is one of ours, else 0; everything else stays empty. Same outcomes.
 */
int interaction_decode_address(const char *frame, size_t n_bytes, Interaction **ret_interaction, const char **ret_why) _warn_unused_;
Interaction *interaction_free(Interaction *interaction);        /* NULL is fine; returns NULL */
DEFINE_CLEANUP(Interaction *, interaction_free)

/* By name; NULL when it was not given. Borrowed. */
const InteractionOption *interaction_option(const Interaction *interaction, const char *name);
/* The autocomplete option being typed; NULL: none. Borrowed. */
const InteractionOption *interaction_focused(const Interaction *interaction);
/* By custom_id; NULL when the modal had no such input. Borrowed. */
const InteractionField *interaction_field(const Interaction *interaction, const char *custom_id);
/* NULL when Discord did not describe it. Borrowed. */
const Resolved *interaction_resolved(const Interaction *interaction, ResolvedKind kind, uint64_t id);
bool interaction_has_role(const Interaction *interaction, RoleId role);

/* How an interaction is answered. Contract 3.2. */
typedef enum CallbackType {
        CALLBACK_MESSAGE = 4,
        CALLBACK_DEFER = 5,             /* "thinking…"; the answer comes as an edit of @original */
        CALLBACK_DEFER_UPDATE = 6,      /* component: nothing visible, later edits go to its message */
        CALLBACK_UPDATE = 7,            /* component: edits its message */
        CALLBACK_CHOICES = 8,
        CALLBACK_MODAL = 9,
} CallbackType;

#define MESSAGE_EPHEMERAL 64            /* message flag 1 << 6; Discord reference, "Message Flags" */

/* {"type":…,"data":…}, to free(); data is rendered JSON or NULL for none. -ENOMEM. */
int interaction_callback(CallbackType type, const char *data, char **ret_body) _warn_unused_;
