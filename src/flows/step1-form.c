/* What is wrong with Step 1. Discord enforces what it can; a list of areas that changed while the form was open it cannot. */

#include "magikal/step1.h"

#include <errno.h>

#include "magikal/text-clean.h"

/* ---- forms and drafts ------------------------------------------------------------------------------------------------------------- */

Step1Form step1_form_read(const Json *json) {
        return (Step1Form) {
                .role = json_text(json_get(json, "role")), .area = json_text(json_get(json, "area")), .zone = json_text(json_get(json, "zone")),
                .handle = json_text(json_get(json, "handle")), .notes = json_text(json_get(json, "notes")),
        };
}

static void put(JsonWriter *w, const char *key, const char *text) {
        if (text)
                json_string(w, key, text);
}

void step1_form_write(JsonWriter *w, const Step1Form *form) {
        put(w, "role", form->role);
        put(w, "area", form->area);
        put(w, "zone", form->zone);
        put(w, "handle", form->handle);
        put(w, "notes", form->notes);
}

Step1Form step1_form_of(const Application *a) {
        return (Step1Form) {
                .role = requested_role_to_string(a->requested), .area = a->area, .zone = a->zone, .handle = a->handle, .notes = a->notes,
        };
}

static bool is_not_listed(const char *zone) {
        return streq_ptr(zone, ZONE_NOT_LISTED);
}

static bool is_in_menu(const char *zone) {
        const ZoneMenuRow *menu = timezone_menu();

        for (size_t i = 0; i < ZONE_MENU_MAX; i++)
                if (streq(menu[i].zone, zone))
                        return true;
        return false;
}

void step1_form_keep_zone(Step1Form *form, const Step1Form *former) {
        if (is_not_listed(form->zone) && former->zone && !is_not_listed(former->zone) && !is_in_menu(former->zone))
                form->zone = former->zone;
}

Step1Values step1_form_values(const Step1Form *form) {
        Step1Values values = { .area = form->area, .zone = form->zone, .handle = form->handle, .notes = form->notes };

        if (form->role)
                (void) requested_role_from_string(form->role, &values.requested);
        return values;
}

/* ---- checking ------------------------------------------------------------------------------------------------------------------------ */

static void add_problem(Step1Checked *checked, TextId label, TextId problem, const TextArg *args) {
        _strbuf_ StrBuf words = {};

        text_put(&words, checked->lang, problem, args);
        if (words.error < 0)
                checked->problems.error = words.error;
        text_put_line(&checked->problems, checked->lang, TEXT_STEP1_PROBLEM,
                      TEXT_ARGS(ARG_OURS("setting", text_lookup(checked->lang, label)), ARG_OURS("value", strbuf_text(&words))));
}

static void check_role(const Step1Form *form, Step1Checked *ret) {
        if (!form->role || requested_role_from_string(form->role, &ret->requested) < 0)
                add_problem(ret, TEXT_STEP1_ROLE, TEXT_STEP1_ROLE_MISSING, TEXT_ARGS());
}

static void check_area(const Step1Form *form, const RecruitSettings *settings, Step1Checked *ret) {
        const RecruitOption *option = form->area ? recruit_option_by_name(settings, form->area) : NULL;

        if (option)
                ret->area = option->name;
        else if (form->area)
                add_problem(ret, TEXT_STEP1_AREA, TEXT_STEP1_AREA_GONE, TEXT_ARGS(ARG_WORDS("area", form->area)));
        else
                add_problem(ret, TEXT_STEP1_AREA, TEXT_STEP1_AREA_MISSING, TEXT_ARGS());
}

static void check_zone(const Step1Form *form, Step1Checked *ret) {
        if (is_not_listed(form->zone))
                ret->needs_zone = true;
        else if (form->zone && strlen(form->zone) <= ZONE_NAME_MAX && timezone_is_name(form->zone))
                ret->zone = form->zone;
        else
                add_problem(ret, TEXT_STEP1_ZONE, TEXT_ZONE_BLANK, TEXT_ARGS());
}

static void check_handle(const Step1Form *form, Step1Checked *ret) {
        _free_ char *clean = NULL;
        int r = form->handle ? text_clean(form->handle, FIELD_HANDLE_MAX, &clean) : TEXT_CLEAN_BLANK;

        if (r == 0)
                r = handle_read(clean, &ret->handle);
        else if (r > 0)
                r = r == TEXT_CLEAN_LONG ? HANDLE_LONG : HANDLE_BLANK;
        else
                ret->problems.error = r;
        if (r > 0)
                add_problem(ret, TEXT_STEP1_HANDLE, handle_refusal_text(r), TEXT_ARGS(ARG_NUMBER("limit", HANDLE_MAX)));
}

static void check_notes(const Step1Form *form, Step1Checked *ret) {
        int r = form->notes ? text_clean(form->notes, FIELD_NOTES_MAX, &ret->notes) : TEXT_CLEAN_BLANK;

        if (r == TEXT_CLEAN_LONG)
                add_problem(ret, TEXT_STEP1_NOTES, TEXT_FIELD_LONG, TEXT_ARGS(ARG_NUMBER("limit", FIELD_NOTES_MAX)));
        else if (r < 0)
                ret->problems.error = r;
}

int step1_check(const Step1Form *form, const RecruitSettings *settings, Lang lang, Step1Checked *ret) {
        int r;

        *ret = (Step1Checked) { .lang = lang };
        check_role(form, ret);
        check_area(form, settings, ret);
        check_zone(form, ret);
        check_handle(form, ret);
        check_notes(form, ret);
        r = ret->problems.error;
        if (r == 0)
                return ret->problems.n_bytes > 0 || ret->needs_zone ? STEP1_WRONG : 0;
        step1_checked_done(ret);
        return r;
}

void step1_checked_done(Step1Checked *checked) {
        free(checked->notes);
        strbuf_done(&checked->problems);
        *checked = (Step1Checked) {};
}
