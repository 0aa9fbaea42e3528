#pragma once

/*
 * Every sentence a person can read, by name and language. A sentence has named, typed placeholders, "{opener}"; user text is escaped at
 * substitution, so that nobody can forget. Languages: languages.def; sentences: src/text/<language>.def; placeholders: placeholders.def.
 *
 * Whose language? What only one person reads (answers, forms, DMs) is in that person's: the "locale" of the interaction, which flows keep
 * with their arguments and a ticket with its opener. What several read (panels, tickets, records, logs) is in the guild's
 * "preferred_locale". So every view is given a Lang, and nothing here remembers one.
 */

#include <stdbool.h>

#include "magikal/command-text.h"
#include "magikal/snowflake.h"
#include "magikal/strbuf.h"

typedef enum Lang {
#define TEXT(...)
#define LANGUAGE(id, ...) LANG_##id,
#define LANGUAGE_END
#define COMMAND_TEXT(...)
#define COMMAND_CHOICE(...)
#include "magikal/languages.def"
#undef TEXT
#undef LANGUAGE
#undef LANGUAGE_END
#undef COMMAND_TEXT
#undef COMMAND_CHOICE
        _LANG_MAX
} Lang;

/* The language of one of Discord's locales ("de", "en-GB"): English for one that has no row, and for NULL. */
Lang lang_from_locale(const char *locale);
/* "en", "de", as its file is named; "" for a number that is none. Static. */
const char *lang_to_string(Lang lang);
/* Its locales with blanks between, as languages.def has them. Static. */
const char *lang_locales(Lang lang);

typedef enum TextId {
#define TEXT(id, sentence) TEXT_##id,
#include "text/en.def"
#undef TEXT
        _TEXT_MAX
} TextId;

typedef enum TextKind {
        TEXT_KIND_END = 0,
        TEXT_KIND_WORDS,                /* what people typed: escaped */
        TEXT_KIND_OURS,                 /* a sentence or name of ours, as it is */
        TEXT_KIND_NUMBER,
        TEXT_KIND_USER,                 /* <@id> */
        TEXT_KIND_ROLE,                 /* <@&id> */
        TEXT_KIND_CHANNEL,              /* <#id> */
        TEXT_KIND_TIME,                 /* <t:seconds:f>, shown in the reader's own zone */
        TEXT_KIND_DURATION,             /* "2 h 5 min" */
        TEXT_KIND_PERMISSIONS,          /* a set of bits (permission.h): "Manage Channels, Manage Roles", as Discord's client says it */
} TextKind;

typedef struct TextArg {
        const char *name;
        TextKind kind;
        const char *text;
        uint64_t number;
} TextArg;

#define ARG_WORDS(n, t) ((TextArg) { .name = (n), .kind = TEXT_KIND_WORDS, .text = (t) })
#define ARG_OURS(n, t) ((TextArg) { .name = (n), .kind = TEXT_KIND_OURS, .text = (t) })
#define ARG_NUMBER(n, v) ((TextArg) { .name = (n), .kind = TEXT_KIND_NUMBER, .number = (uint64_t) (v) })
#define ARG_USER(n, id) ((TextArg) { .name = (n), .kind = TEXT_KIND_USER, .number = (id).v })
#define ARG_ROLE(n, id) ((TextArg) { .name = (n), .kind = TEXT_KIND_ROLE, .number = (id).v })
#define ARG_CHANNEL(n, id) ((TextArg) { .name = (n), .kind = TEXT_KIND_CHANNEL, .number = (id).v })
#define ARG_TIME(n, usec) ((TextArg) { .name = (n), .kind = TEXT_KIND_TIME, .number = (usec) })
#define ARG_DURATION(n, usec) ((TextArg) { .name = (n), .kind = TEXT_KIND_DURATION, .number = (usec) })
#define ARG_PERMISSIONS(n, bits) ((TextArg) { .name = (n), .kind = TEXT_KIND_PERMISSIONS, .number = (bits) })
/* A list for text_put(): TEXT_ARGS(ARG_USER("opener", t->opener_user), ARG_NUMBER("number", t->guild_no)), or TEXT_ARGS() */
#define TEXT_ARGS(...) ((const TextArg[]) { __VA_ARGS__ __VA_OPT__(, ) { .kind = TEXT_KIND_END } })

/* The sentence as it stands, placeholders and all; "" for a number that is none. Static. */
const char *text_lookup(Lang lang, TextId id);
/* Has the language one of its own? */
bool text_is_there(Lang lang, TextId id);
/* Is this the sentence in any language? For what we read back from Discord, as a guild's language may have changed since. */
bool text_is_one_of(const char *words, TextId id);
/* "TICKET_ALREADY_OPEN", for tests and logs. */
const char *text_id_to_string(TextId id);

/*
 * Appends the sentence with its placeholders filled in. A placeholder without an argument, or one of another kind than
 * placeholders.def says, is a bug of the caller and sticks to `out` as -EINVAL. args may be NULL.
 */
void text_put(StrBuf *out, Lang lang, TextId id, const TextArg *args);
/* The same on a line of its own: behind a newline where something stands already. */
void text_put_line(StrBuf *out, Lang lang, TextId id, const TextArg *args);
/* Appends one argument as its kind is shown. */
void text_put_arg(StrBuf *out, Lang lang, const TextArg *arg);
/* text_put() as text to free(). -EINVAL, -ENOMEM. */
int text_format(Lang lang, TextId id, const TextArg *args, char **ret_text) _warn_unused_;

/*
 * Appends user text so that Discord shows it as it was typed: markdown, mentions, timestamps, emoji and masked links lose their meaning
 * through backslashes. Web addresses stay as they are, so that they can still be followed.
 */
void text_escape(StrBuf *out, const char *words);
/* Appends "3 d 2 h", "5 min", "12 s": the two largest units. */
void text_duration(StrBuf *out, Lang lang, Usec duration);

/* The words of the command table in all languages but the first, which the table itself is in. Static. */
const CommandLanguage *text_command_languages(size_t *ret_n);

/* What a placeholder takes; TEXT_KIND_END for an unknown name. */
TextKind text_placeholder_kind(const char *name, size_t n_bytes);
