#pragma once

/*
 * Step 1 of an application as it was typed: between the form and the row. Pure.
 *
 * A form that cannot be taken as it is becomes a draft, {"role":…,"area":…,"zone":…,"handle":…,"notes":…}, each as it was typed and absent
 * when it was not; "zone" is one of the menu, another one that was typed and found, or ZONE_NOT_LISTED while that is still to be done.
 */

#include "magikal/recruit-settings.h"
#include "magikal/strbuf.h"
#include "magikal/handle.h"
#include "magikal/timezone.h"
#include "magikal/views-recruit.h"

typedef struct Step1Form {      /* borrowed; NULL: not given */
        const char *role, *area, *zone, *handle, *notes;
} Step1Form;

/* A draft, or what a flow was accepted with. NULL gives an empty form; what is no text is left out. */
Step1Form step1_form_read(const Json *json);
/* The members of an open object. */
void step1_form_write(JsonWriter *w, const Step1Form *form);
/* What the application says now. */
Step1Form step1_form_of(const Application *application);
/*
 * "Not listed" of a form that was filled with a typed zone means that the zone stays.
 *
 * former   what the form was filled with
 */
void step1_form_keep_zone(Step1Form *form, const Step1Form *former);
/* As the modal is filled with it. */
Step1Values step1_form_values(const Step1Form *form);

typedef struct Step1Checked {
        Lang lang;                      /* of the problems */
        RequestedRole requested;
        const char *area;               /* as the option is spelled; borrowed from the settings */
        const char *zone;               /* borrowed from the form */
        Handle handle;
        char *notes;                    /* cleaned; NULL: none */
        bool needs_zone;                /* "Not listed", and no other zone is known */
        StrBuf problems;                /* finished markdown, a line each; nothing: none */
} Step1Checked;

/*
 * settings   only the options are looked at
 *
 * 0 when the form can be taken, STEP1_WRONG when it has problems or needs a zone, -ENOMEM.
 */
enum { STEP1_WRONG = 1 };
int step1_check(const Step1Form *form, const RecruitSettings *settings, Lang lang, Step1Checked *ret) _warn_unused_;
void step1_checked_done(Step1Checked *checked);
#define _step1_checked_ _cleanup_(step1_checked_done)
