#pragma once

/* The frame that all messages share: content, one embed with the reference in its footer, buttons, who may be pinged, the nonce. */

#include "magikal/component.h"
#include "magikal/embed.h"
#include "magikal/text.h"

#define COLOR_ASKS 0x5865F2     /* something is open */
#define COLOR_DONE 0x57F287     /* something is settled */

/* Longest part of a user's text in an embed that shows two of them; two and their headings stay below LIMIT_EMBED_DESCRIPTION. */
#define PART_MAX 2000

typedef struct Message {
        const char *content;            /* NULL: none */
        Embed embed;                    /* its footer is set by message_body() */
        Button button;                  /* label NULL: none */
        UserId ping_user;               /* 0: nobody */
        RoleId ping_role;
        const char *nonce;
} Message;

int message_body(const Message *message, char **ret_body);

/* User text, escaped and cut; TEXT_LOG_NOT_KEPT for NULL and blanks. */
void put_words(StrBuf *out, const char *words, size_t n_max);
/* A heading and user text below it. */
void put_section(StrBuf *out, TextId heading, const char *words);
/* A fact for an embed field, to free(): the argument as its kind is shown. */
int fact(const TextArg *arg, char **ret_text);
