#pragma once

/*
 * RSI handles. The length rule is not published and validators in use disagree, so this takes generously what the site could: 1 to 60
 * letters, digits, '_' and '-'. Case is kept, but two handles that differ only in it are the same citizen.
 */

#include <stdbool.h>

#include "magikal/strbuf.h"
#include "magikal/text.h"

#define HANDLE_MAX 60

typedef struct Handle { char text[HANDLE_MAX + 1]; } Handle;

typedef enum HandleRefusal {
        HANDLE_BLANK = 1,
        HANDLE_LONG,                    /* more than HANDLE_MAX */
        HANDLE_CHARACTER,               /* something that no handle has, a blank among it */
        HANDLE_ADDRESS,                 /* a web address, but not one of a citizen's profile */
} HandleRefusal;

/*
 * A handle, or a pasted profile address reduced to its handle: with or without "https://", "www.", the host, a language ("/en"), further
 * path, query, fragment, and the angle brackets that keep Discord from drawing a preview. White space at both ends goes.
 *
 * text     as text_clean() leaves it
 *
 * 0 or a HandleRefusal; the handle is untouched unless 0.
 */
int handle_read(const char *text, Handle *ret_handle) _warn_unused_;
/* Why, with an example of what would do; for anything else than a HandleRefusal as for HANDLE_CHARACTER. Placeholder: {limit}. */
TextId handle_refusal_text(int refusal);
bool handle_is_same(const Handle *a, const Handle *b);
typedef enum SiteAddress {
        SITE_NO_ADDRESS,                /* nothing like one */
        SITE_ADDRESS,
        SITE_OTHER_ADDRESS,             /* of another site, or of something else there */
} SiteAddress;

/*
 * Steps over an address of the site, in any of those forms but for brackets, to what stands behind `folder`, "/citizens/" or "/orgs/". *at
 * moves with SITE_ADDRESS only.
 */
SiteAddress site_address_skip(const char **at, const char *folder);
/* The profile in English, so that what it says can be read by rule. */
void handle_append_address(StrBuf *out, const Handle *handle);
