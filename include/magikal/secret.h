#pragma once

/*
 * A secret of one line, such as the bot's token. It lives in libsodium's guarded heap: locked, kept out of core dumps, wiped when
 * freed. It prints as "***"; the clear text is reached only by secret_reveal(), which only the code that speaks to Discord calls.
 */

#include "magikal/cleanup.h"

typedef struct Secret Secret;

#define SECRET_BYTES_MAX 512    /* a bot token has about 72 */

/*
 * Reads a file that holds one line of printable ASCII; one final newline is dropped. `what` names it in sentences ("[discord] token_file");
 * path may be NULL (not set). 0, or negative errno with one sentence and its mending in *ret_why, to free(). Blocks: start-up only.
 */
int secret_read_file(const char *path, const char *what, Secret **ret_secret, char **ret_why);
/* From text, copied; for tests. -EINVAL when it is empty, too long or not printable ASCII. -ENOMEM. */
int secret_new(const char *text, Secret **ret_secret);
Secret *secret_free(Secret *secret);    /* NULL is fine; returns NULL */
DEFINE_CLEANUP(Secret *, secret_free)

const char *secret_to_string(const Secret *secret);     /* always "***" */
/* Clear text, borrowed. Never to be logged, stored or put where it outlives the secret unwiped. */
const char *secret_reveal(const Secret *secret);
