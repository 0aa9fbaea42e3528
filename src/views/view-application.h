#pragma once

/* An application as the fields of an embed and the longer texts below each other: what the ticket and the record have in common. */

#include "magikal/embed.h"
#include "magikal/views-recruit.h"

#define APPLICATION_FIELDS_MAX 20

/* Fields whose values are made on the way. Zero-initialise but for the language; a failure sticks. */
typedef struct FieldList {
        Lang lang;
        EmbedField items[APPLICATION_FIELDS_MAX];
        char *values[APPLICATION_FIELDS_MAX];
        size_t n;
        int error;
} FieldList;

void fields_done(FieldList *fields);
#define _fields_ _cleanup_(fields_done)
/* Adds a field with what `value` holds, and empties it; nothing when that is blank. */
void fields_add(FieldList *fields, TextId name, StrBuf *value, bool is_inline);
void fields_add_arg(FieldList *fields, TextId name, const TextArg *arg);
void fields_add_text(FieldList *fields, TextId name, TextId id, const TextArg *args);
/* Copies them into the embed, which borrows the values. */
int fields_put(const FieldList *fields, Embed *embed);

void fields_add_applicant(FieldList *fields, const ApplicationShown *shown);
void fields_add_requested(FieldList *fields, const Application *application);
/* The channel, as long as it lives. */
void fields_add_ticket(FieldList *fields, const Ticket *ticket);
/* Where an application is shown: staff's reason is for their eyes, and a link to the ticket is of no use within it. */
typedef enum Place { IN_TICKET, ON_RECORD } Place;

/* Everything short that is known. */
void fields_add_application(FieldList *fields, const ApplicationShown *shown, Place place);

/*
 * Appends reason, notes and answers, n_max UTF-16 units at most in what is appended: where not everything fits, the long ones are cut to the same length and the
 * short ones stay whole. Returns the number of characters left out; lack of memory sticks to `out`.
 */
size_t sections_append(StrBuf *out, const ApplicationShown *shown, Place place, size_t n_max);

/* "★★★"; nothing for 0. */
void append_stars(StrBuf *out, int n_stars);
/* Is this an application that a view can show? */
bool is_shown(const ApplicationShown *shown);
/* The avatar, when RSI told one that Discord takes; NULL: none. */
const char *application_picture(const ApplicationShown *shown);
/* What is left for the description of an embed with this title and these fields, so that none of them has to give way. */
size_t description_room(const char *title, const FieldList *fields);
