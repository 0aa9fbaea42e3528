#pragma once

/*
 * The three secret keys: `lookup` finds a person's row (keyed BLAKE2b), `seal` hides what is stored (XChaCha20-Poly1305), `control`
 * signs custom ids (keyed BLAKE2b, truncated). A key file holds one or more lines "<id> <64 hex digits>", id one of [0-9a-z]; the
 * first line writes, all lines read. Memory is locked, kept out of core dumps and wiped when freed (libsodium's guarded heap).
 */

#include <stdbool.h>

#include "magikal/strbuf.h"

typedef struct Keys Keys;

#define KEYS_LOOKUP_BYTES 32
#define KEYS_MAC_CHARS 16       /* base64url characters of a truncated MAC: 96 bits */

/* Reads the three files once. Negative errno; -EBADMSG with one sentence (file, line, what is wrong) in *ret_why, to free(). Blocks: start-up only. */
int keys_load(const char *lookup_file, const char *seal_file, const char *control_file, Keys **ret_keys, char **ret_why);
/* Writes a new key file of one line, mode 0600. -EEXIST when there is a file already: a key in use is never overwritten. Blocks. */
int keys_generate_file(const char *path);
Keys *keys_free(Keys *keys);
DEFINE_CLEANUP(Keys *, keys_free)

/* What finds the identity row of a user in a guild, by the writing lookup key. */
void keys_lookup(const Keys *keys, uint64_t guild, uint64_t user, uint8_t ret[KEYS_LOOKUP_BYTES]);

/* Sealed form: key id, nonce, ciphertext, tag. Appends to `out`; n_bytes may be 0. -ENOMEM. */
int keys_seal(const Keys *keys, const void *bytes, size_t n_bytes, StrBuf *out);
/* Appends the clear bytes; -EBADMSG when forged, cut or sealed with a key we do not have. */
int keys_open(const Keys *keys, const void *sealed, size_t n_bytes, StrBuf *out);

/* MAC of text under the writing control key; `ret` is NUL-terminated. */
void keys_mac(const Keys *keys, const char *text, size_t n_bytes, char ret[KEYS_MAC_CHARS + 1]);
char keys_mac_key_id(const Keys *keys);
/* Constant time. False for an unknown key id too. */
bool keys_mac_is_right(const Keys *keys, char key_id, const char *text, size_t n_bytes, const char *mac);

/* BLAKE2b of bytes, unkeyed, as base64url text of n_chars ≤ 43 (`ret` holds n_chars + 1, NUL added). For nonces and body hashes, not for secrets. */
void hash_base64url(const void *bytes, size_t n_bytes, char *ret, size_t n_chars);
