/* One person: what is known of them, forgetting it, handing it over. */

#include "db.h"

#include <errno.h>

static Batch *begin(Store *store, StatementId id, GuildId guild, UserId user) {
        Batch *b = batch_new(store);

        batch_call(b, id);
        batch_u64(b, guild.v);
        batch_person(b, guild, user);
        return b;
}

static void finish_known(Batch *b, int outcome) {
        const PGresult *r = batch_result(b, 0);
        PersonKnown known = {};

        if (outcome == 0 && batch_n_rows(b, 0) == 1)
                known = (PersonKnown) {
                        .who = row_pseudonym(r, 0, 0),
                        .n_tickets = row_int(r, 0, 1),
                        .n_applications = row_int(r, 0, 2),
                        .n_live = row_int(r, 0, 3),
                };
        ((PersonKnownDone) b->done)(outcome, outcome == 0 ? &known : NULL, b->userdata);
}

int store_person_known(Store *store, GuildId guild, UserId user, PersonKnownDone done, void *userdata) {
        Batch *b = begin(store, SQL_PERSON_KNOWN, guild, user);

        return batch_submit(store, STORE_FRONT, b, finish_known, (AnyDone) done, userdata);
}

/* ---- forgetting ------------------------------------------------------------------------------------------------------------------------- */

void store_add_person_erase(Batch *b, GuildId guild, UserId user, FlowId flow, int step_no, Pseudonym actor) {
        batch_call(b, SQL_PERSON_ERASE);
        batch_u64(b, guild.v);
        batch_person(b, guild, user);
        batch_u64(b, flow.v);
        batch_i64(b, step_no);
        batch_pseudonym(b, &actor);
}

int store_person_erase(Store *store, GuildId guild, UserId user, BatchDone done, void *userdata) {
        Batch *b = begin(store, SQL_PERSON_ERASE_BY_OPERATOR, guild, user);

        return batch_submit(store, STORE_FLOW, b, finish_plain, (AnyDone) done, userdata);
}

void store_add_record_fresh(Batch *b, TicketId ticket) {
        batch_call(b, SQL_RECORD_FRESH);
        batch_u64(b, ticket.v);
}

/* ---- handing over ------------------------------------------------------------------------------------------------------------------------ */

/* All but how the interaction is answered: that is Discord's, and whoever has its token may speak in the person's name. */
static void put_members(JsonWriter *w, const Json *object) {
        JSON_FOREACH(member, object)
                if (!streq(json_key(member), "ix")) {
                        json_put_key(w, json_key(member));
                        json_put_value(w, member);
                }
}

/* Some sealed texts are JSON and some are what somebody typed, which may look like it. */
static void put_opened(JsonWriter *w, const char *name, const char *text) {
        _json_ Json *parsed = NULL;

        if (!name || !text)
                return;
        if (json_parse(text, strlen(text), &parsed) < 0 || !json_is_object(parsed)) {
                json_string(w, name, text);
                return;
        }
        json_object(w, name);
        put_members(w, parsed);
        json_close(w);
}

static void put_row(Batch *b, JsonWriter *w, const PGresult *r, size_t row) {
        json_open(w);
        put_members(w, row_json(b, r, row, 1));
        put_opened(w, row_text(r, row, 2), row_opened(b, r, row, 3));
        json_close(w);
}

/* Rows of one kind stand together: each kind is a list. */
static int put_rows(Batch *b, char **ret_json) {
        const PGresult *r = batch_result(b, 0);
        _json_writer_ JsonWriter w = {};
        const char *kind = NULL;

        json_open(&w);
        for (size_t i = 0; i < batch_n_rows(b, 0); i++) {
                const char *next = row_text(r, i, 0);

                if (!streq_ptr(kind, next)) {
                        if (kind)
                                json_close_array(&w);
                        json_array(&w, next);
                }
                kind = next;
                put_row(b, &w, r, i);
        }
        if (kind)
                json_close_array(&w);
        json_close(&w);
        return json_writer_finish(&w, ret_json);
}

static void finish_export(Batch *b, int outcome) {
        _free_ char *json = NULL;

        if (outcome == 0 && batch_n_rows(b, 0) > 0)
                outcome = put_rows(b, &json);
        ((PersonExportDone) b->done)(outcome, json, b->userdata);
}

int store_person_export(Store *store, GuildId guild, UserId user, PersonExportDone done, void *userdata) {
        Batch *b = begin(store, SQL_PERSON_EXPORT, guild, user);

        return batch_submit(store, STORE_FLOW, b, finish_export, (AnyDone) done, userdata);
}
