#pragma once

/*
 * Embeds that cannot exceed Discord's limits. What does not fit is cut between two characters (never inside an escape or a code point)
 * and says how much is missing; a blank part is left out.
 */

#include <stddef.h>

#include "magikal/clock.h"
#include "magikal/json.h"
#include "magikal/limits.h"

typedef struct EmbedField {
        const char *name;               /* blank: the field is left out */
        const char *value;              /* blank: the field is left out */
        bool is_inline;
} EmbedField;

typedef struct Embed {                  /* texts are markdown, user text in it already escaped; NULL: none */
        const char *title;
        const char *url;
        const char *description;
        const char *footer;
        int color;                      /* 0: none */
        Usec timestamp;                 /* 0: none */
        const char *image_url;
        const char *thumbnail_url;
        EmbedField fields[LIMIT_EMBED_FIELDS];
        size_t n_fields;
} Embed;

/* Appends the embed as one value of an "embeds" array.
 *
 * more     how a cut is told, with "{n}" for the number of characters left out ("… {n} more characters")
 * budget   characters left in the message's sum, LIMIT_EMBED_SUM at first; lowered by what was written
 *
 * Returns the number of characters left out (0: all of it is there), or -EINVAL when nothing was left to show.
 */
int embed_put(JsonWriter *w, const Embed *embed, const char *more, size_t *budget);
