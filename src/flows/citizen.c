/* What RSI said of a handle, kept. */

#include "magikal/citizen.h"

#include <errno.h>
#include <stdio.h>

/* ---- keeping ----------------------------------------------------------------------------------------------------------------------- */

static void put(JsonWriter *w, const char *key, const char *text) {
        if (text && text[0])
                json_string(w, key, text);
}

static void put_org(JsonWriter *w, const RsiOrg *org) {
        switch (org->visibility) {
        case RSI_NOT_SAID:
                return;
        case RSI_NO_ORG:
                json_string(w, "org", "none");
                return;
        case RSI_REDACTED:
        case RSI_HIDDEN:
                json_string(w, "org", "concealed");
                return;
        case RSI_VISIBLE:
                json_string(w, "org", "named");
                put(w, "org_name", org->name);
                put(w, "sid", org->sid);
                put(w, "rank", org->rank);
                json_i64(w, "stars", org->n_stars);
                return;
        }
}

static void put_citizen(JsonWriter *w, const RsiCitizen *citizen) {
        char record[24];

        put(w, "name", citizen->display_name);
        if (citizen->record) {
                (void) snprintf(record, sizeof(record), "%llu", (unsigned long long) citizen->record);
                json_string(w, "record", record);
        }
        put(w, "enlisted", citizen->enlisted);
        put(w, "avatar", citizen->avatar_url);
        put_org(w, &citizen->main_org);
}

int citizen_keep(const RsiAnswer *answer, Json **ret_kept) {
        bool is_found = answer->result == RSI_FOUND && answer->citizen;
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        int r;

        json_open(&w);
        json_string(&w, "result", is_found ? "found" : answer->result == RSI_ABSENT ? "absent" : "unknown");
        if (is_found)
                put_citizen(&w, answer->citizen);
        else if (answer->result != RSI_ABSENT)
                put(&w, "reason", rsi_reason_to_string(answer->reason));
        json_close(&w);
        r = json_writer_finish(&w, &text);
        return r < 0 ? r : json_parse(text, strlen(text), ret_kept);
}

/* ---- reading it again --------------------------------------------------------------------------------------------------------------- */

static CitizenResult result_of(const Json *kept) {
        const char *result = json_text(json_get(kept, "result"));

        if (streq_ptr(result, "found"))
                return CITIZEN_FOUND;
        if (streq_ptr(result, "absent"))
                return CITIZEN_ABSENT;
        return streq_ptr(result, "unknown") ? CITIZEN_NOT_TOLD : CITIZEN_NOT_ASKED;
}

static CitizenOrg org_of(const Json *kept) {
        const char *org = json_text(json_get(kept, "org"));

        if (streq_ptr(org, "named"))
                return CITIZEN_ORG_NAMED;
        if (streq_ptr(org, "concealed"))
                return CITIZEN_ORG_CONCEALED;
        return streq_ptr(org, "none") ? CITIZEN_ORG_NONE : CITIZEN_ORG_NOT_TOLD;
}

Citizen citizen_of(const Json *kept) {
        Citizen citizen = { .result = result_of(kept) };
        int64_t stars;

        if (citizen.result != CITIZEN_FOUND)
                return citizen;
        citizen.display_name = json_text(json_get(kept, "name"));
        citizen.record = citizen_record(kept);
        citizen.enlisted = json_text(json_get(kept, "enlisted"));
        citizen.avatar_url = json_text(json_get(kept, "avatar"));
        citizen.org = org_of(kept);
        citizen.org_name = json_text(json_get(kept, "org_name"));
        citizen.org_sid = json_text(json_get(kept, "sid"));
        citizen.org_rank = json_text(json_get(kept, "rank"));
        if (json_get_i64(kept, "stars", &stars) == 0 && stars >= 0 && stars <= RSI_STARS_MAX)
                citizen.n_stars = (int) stars;
        return citizen;
}

const char *citizen_record(const Json *kept) {
        return json_text(json_get(kept, "record"));
}

bool citizen_may_replace(const Json *known, const Json *kept) {
        CitizenResult before = result_of(known), now = result_of(kept);

        return now == CITIZEN_FOUND || now == CITIZEN_ABSENT || (now == CITIZEN_NOT_TOLD && before == CITIZEN_NOT_ASKED);
}
