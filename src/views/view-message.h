#pragma once

/* The frame that all messages share: content, one embed with the reference in its footer, buttons, who may be pinged, the nonce. */

#include "magikal/component.h"
#include "magikal/embed.h"
#include "magikal/text.h"

#define COLOR_ASKS 0x5865F2     /* something is open */
#define COLOR_WARNS 0xFEE75C    /* something needs to be mended */
#define COLOR_DONE 0x57F287     /* something is settled */

/* Longest part of a user's text in an embed that shows two of them; two and their headings stay below LIMIT_EMBED_DESCRIPTION. */
#define PART_MAX 2000

#define MESSAGE_ROWS 2          /* one for the member, one for staff */

typedef struct Message {
        Lang lang;                      /* of what is ours in it */
        const char *content;            /* NULL: none */
        Embed embed;                    /* its footer is set by message_body() */
        Button rows[MESSAGE_ROWS][LIMIT_ROW_BUTTONS];   /* label NULL: left out, like a row that has no buttons */
        UserId ping_user;               /* 0: nobody */
        RoleId ping_role;
        const char *reference;          /* a sentence of ours in front of the nonce in the footer; NULL: none */
        const char *nonce;
        bool is_edit;                   /* the body of PATCH …/messages/{message}: nonce may be NULL, buttons that are not here go */
} Message;

int message_body(const Message *message, char **ret_body);
/* "components", buttons without a label left out; an edit has them even when there are none, so that older ones go. */
void put_rows(JsonWriter *w, const Button rows[static MESSAGE_ROWS][LIMIT_ROW_BUTTONS], bool is_edit);

/* One embed and nothing else, as the data of an answer, or of what stands in place of one; for lists longer than a content may be. */
int embed_data(Lang lang, const Embed *embed, bool is_ephemeral, char **ret_data);
/* A sentence with one button below it, as the data of an answer. text: finished markdown, cut to Discord's limit. */
int ask_data(Lang lang, const char *text, const Button *button, bool is_ephemeral, char **ret_data);
/* The address if Discord takes it (its reference: https, and no longer than its place); a wrong one would cost the whole message. Else NULL. */
const char *https_or_none(const char *url, size_t n_max);
/* User text, escaped and cut; TEXT_LOG_NOT_KEPT for NULL and blanks. */
void put_words(StrBuf *out, Lang lang, const char *words, size_t n_max);
/* A heading and user text below it. */
void put_section(StrBuf *out, Lang lang, TextId heading, const char *words);
/* A fact for an embed field, to free(): the argument as its kind is shown. */
int fact(Lang lang, const TextArg *arg, char **ret_text);
