#pragma once

/* The command table (commands.def) as an enum, as Discord's registration JSON, and as the check of what came in. */

#include <stddef.h>

#include "magikal/command-text.h"
#include "magikal/interaction.h"

/* Every thing a person can type: a command without sub-commands, or one sub-command. Not to be confused with CommandId, Discord's id of a registration. */
typedef enum Command {
#define COMMAND(...)
#define GROUP(...)
#define SUB(id, ...) COMMAND_##id,
#define OPTION(...)
#define LIMITS(...)
#define SUGGESTED()
#define CHOICE(...)
#include "magikal/commands.def"
#undef COMMAND
#undef GROUP
#undef SUB
#undef OPTION
#undef LIMITS
#undef SUGGESTED
#undef CHOICE
        _COMMAND_MAX
} Command;

/* Appends "/tickets set-targets", for sentences and logs; nothing for a number that is none. */
void command_append(StrBuf *out, Command command);

enum {
        COMMAND_UNKNOWN = 1,            /* no such command (a registration older or newer than this code) */
        COMMAND_MISFIT,                 /* the command is ours, but an option is missing, undeclared, mistyped or not among the choices */
};
/* Which command an interaction of type COMMAND or AUTOCOMPLETE means, its options checked against the table (autocomplete: only the name). */
int command_find(const Interaction *interaction, Command *ret) _warn_unused_;

/* The body of the bulk overwrite (a JSON array), to free(). languages: the table's words in other languages. -ENOMEM. */
int command_registration(const CommandLanguage *languages, size_t n_languages, char **ret_body) _warn_unused_;
#define COMMAND_HASH_CHARS 22
/* What tells one registration from another: base64url of a hash of that body, NUL-terminated. */
int command_registration_hash(const CommandLanguage *languages, size_t n_languages, char ret[COMMAND_HASH_CHARS + 1]) _warn_unused_;
