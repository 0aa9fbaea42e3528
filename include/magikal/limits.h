#pragma once

/*
 * Every number Discord imposes on us. Lengths are in characters; Discord does not say whether it counts code points or UTF-16 units
 * (discord-api-docs#1173), so builders count UTF-16 units, which are never fewer, and stay below both.
 * The source stands behind each number; "reference" is Discord's developer documentation.
 */

/* Messages: reference, "Message Resource", "Embed Limits" and "Allowed Mentions Object" */
#define LIMIT_CONTENT 2000
#define LIMIT_EMBEDS 10
#define LIMIT_EMBED_TITLE 256
#define LIMIT_EMBED_DESCRIPTION 4096
#define LIMIT_EMBED_FIELDS 25
#define LIMIT_EMBED_FIELD_NAME 256
#define LIMIT_EMBED_FIELD_VALUE 1024
#define LIMIT_EMBED_FOOTER 2048
#define LIMIT_EMBED_AUTHOR 256
#define LIMIT_EMBED_SUM 6000            /* over all embeds of a message */
#define LIMIT_EMBED_COLOR 0xFFFFFF
#define LIMIT_ALLOWED_MENTIONS 100      /* ids in each of users and roles */
#define LIMIT_NONCE 25
#define LIMIT_URL 2048

/* Components: reference, "Component Reference" */
#define LIMIT_CUSTOM_ID 100             /* we write ASCII only, so bytes and characters are the same */
#define LIMIT_ROWS 5                    /* action rows of a message */
#define LIMIT_ROW_BUTTONS 5
#define LIMIT_BUTTON_LABEL 80
#define LIMIT_BUTTON_URL 512
#define LIMIT_SELECT_OPTIONS 25
#define LIMIT_SELECT_TEXT 100           /* label, value and description of an option */
#define LIMIT_SELECT_PLACEHOLDER 150
#define LIMIT_SELECT_VALUES 25
#define LIMIT_MODAL_TITLE 45
#define LIMIT_MODAL_COMPONENTS 5
#define LIMIT_LABEL 45
#define LIMIT_LABEL_DESCRIPTION 100
#define LIMIT_INPUT_PLACEHOLDER 100
#define LIMIT_INPUT_VALUE 4000

/* Application commands: reference, "Application Commands" */
#define LIMIT_LOCALE 16                 /* "zh-TW", "es-419"; "Locales" */
#define LIMIT_COMMAND_NAME 32
#define LIMIT_COMMAND_DESCRIPTION 100
#define LIMIT_COMMAND_OPTIONS 25        /* per level */
#define LIMIT_COMMAND_CHOICES 25
#define LIMIT_CHOICE 100                /* name and string value */
#define LIMIT_COMMAND_SIZE 8000         /* names, descriptions and values of one command together */
#define LIMIT_COMMANDS 100              /* of type CHAT_INPUT */
#define LIMIT_OPTION_STRING 6000

/* Guilds and channels: reference, "Guild Resource", "Channel Resource"; the two counts: contract 5.2, 5.4 */
#define LIMIT_CHANNEL_NAME 100
#define LIMIT_CHANNEL_TOPIC 1024
#define LIMIT_OVERWRITES 100            /* in one request (OpenAPI description) */
#define LIMIT_CATEGORY_CHANNELS 50
#define LIMIT_GUILD_CHANNELS 500
#define LIMIT_GUILD_ROLES 250
#define LIMIT_NICK 32
#define LIMIT_USERNAME 32               /* reference, "Usernames and Nicknames"; also global names */
#define LIMIT_ROLE_NAME 100
#define LIMIT_AUDIT_REASON 512          /* reference, "Audit Logs Resource" */

/* Interactions: reference, "Receiving and Responding". Tokens are opaque; about 200 characters are seen, we accept up to this. */
#define LIMIT_INTERACTION_TOKEN 2048
#define INTERACTION_ACK_USEC (UINT64_C(3) * 1000 * 1000)
#define INTERACTION_TOKEN_USEC (UINT64_C(15) * 60 * 1000 * 1000)
