#pragma once

/*
 * What people will see, compared with tests/unit/golden/<name>.json, or golden/<language>/<name>.json. MAGIKAL_GOLDEN_WRITE=1 writes the files instead; then read the
 * difference before committing it. Every message must keep Discord's limits, ping only whom it names, and be found again by its nonce.
 */

#include "magikal/json.h"
#include "magikal/text.h"

#define NONCE "abcdefghijklmnopqrstuvwx"

/* The body, parsed, to json_free(); the test has failed unless it is what the file says. */
/* The language that the views are tested in: each test is built once for each (src/views/local.mk). */
#ifndef TEST_LANG
#define TEST_LANG LANG_EN
#endif

Json *golden(const char *name, const char *body);
/* The body has these words; what stands there in other languages is for the golden files to show. */
void in_english(const char *body, const char *words);
/* The body of a new message with NONCE. */
void check_message(const Json *body);
/* Embeds within their limits, "ref " NONCE at the end of each footer. */
void check_embeds(const Json *body);
int n_pinged(const Json *body);
/* UTF-16 units of a string member; 0 when there is none. */
size_t length_at(const Json *object, const char *key);
