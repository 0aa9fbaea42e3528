/*
 * A batch: statements with their parameters, built up with a sticky error. All parameters of a batch lie in one buffer; numbers travel
 * as text (nothing is ever rounded by a double), bytea in binary.
 */

#include "db.h"

#include <errno.h>
#include <inttypes.h>

struct Kept {
        Kept *next;
        char *text;
        Json *json;
};

#define WAIT_MAX ((Usec) 10 * 365 * 24 * 3600 * USEC_PER_SEC)

Batch *batch_new(Store *store) {
        Batch *b;

        b = new0(Batch, 1);
        if (b)
                b->store = store;
        return b;
}

Batch *batch_free(Batch *b) {
        if (!b)
                return NULL;

        for (size_t i = 0; i < b->n_calls; i++)
                PQclear(b->calls[i].result);
        while (b->kept) {
                Kept *k = b->kept;

                b->kept = k->next;
                free(k->text);
                (void) json_free(k->json);
                free(k);
        }
        strbuf_done(&b->data);
        free(b->values);
        free(b->calls);
        free(b->constraint);
        free(b);
        return NULL;
}

static void fail(Batch *b, int error) {
        if (b->error == 0)
                b->error = error;
}

static bool grow(Batch *b, void *array, size_t *n_allocated, size_t n, size_t n_bytes_each) {
        size_t n_more = *n_allocated ? *n_allocated * 2 : 8;
        void **p = array, *bigger;

        if (n < *n_allocated)
                return true;
        bigger = reallocarray(*p, n_more, n_bytes_each);
        if (!bigger) {
                fail(b, -ENOMEM);
                return false;
        }
        *p = bigger;
        *n_allocated = n_more;
        return true;
}

static void insert_call(Batch *b, StatementId id, size_t at) {
        if (!b || b->error < 0 || !grow(b, &b->calls, &b->n_calls_allocated, b->n_calls, sizeof(Call)))
                return;
        memmove(b->calls + at + 1, b->calls + at, (b->n_calls - at) * sizeof(Call));
        b->calls[at] = (Call) { .id = id, .first_value = b->n_values };
        b->n_calls++;
        b->i_open = at;
}

void batch_call(Batch *b, StatementId id) {
        insert_call(b, id, b ? b->n_calls : 0);
}

void batch_fence(Batch *b, StatementId id) {
        insert_call(b, id, b ? b->n_fences : 0);
        if (b && b->error == 0)
                b->n_fences++;
}

static void put(Batch *b, const void *bytes, size_t n_bytes, bool is_null, bool is_binary) {
        if (!b || b->error < 0 || !grow(b, &b->values, &b->n_values_allocated, b->n_values, sizeof(Value)))
                return;
        if (n_bytes > INT32_MAX)
                return fail(b, -E2BIG);

        b->values[b->n_values++] = (Value) {
                .offset = b->data.n_bytes,
                .n_bytes = is_null ? -1 : (int) n_bytes,
                .is_binary = is_binary,
        };
        b->calls[b->i_open].n_values++;
        if (is_null)
                return;
        strbuf_append_bytes(&b->data, bytes, n_bytes);
        strbuf_append_bytes(&b->data, "", 1);   /* libpq wants text parameters to end */
        if (b->data.error < 0)
                fail(b, b->data.error);
}

void batch_null(Batch *b) {
        put(b, NULL, 0, true, false);
}

void batch_text(Batch *b, const char *text) {
        put(b, text, text ? strlen(text) : 0, !text, false);
}

void batch_bytes(Batch *b, const void *bytes, size_t n_bytes) {
        put(b, bytes, n_bytes, false, true);
}

void batch_i64(Batch *b, int64_t value) {
        char text[24];

        (void) snprintf(text, sizeof(text), "%" PRIi64, value);
        batch_text(b, text);
}

void batch_u64(Batch *b, uint64_t value) {
        if (value > INT64_MAX) {
                if (b)
                        fail(b, -ERANGE);
                return;
        }
        batch_i64(b, (int64_t) value);
}

void batch_id(Batch *b, uint64_t value) {
        if (value == 0)
                batch_null(b);
        else
                batch_u64(b, value);
}

void batch_bool(Batch *b, bool value) {
        batch_text(b, value ? "t" : "f");
}

void batch_usec(Batch *b, Usec value) {
        batch_u64(b, MIN(value, WAIT_MAX));
}

void batch_pseudonym(Batch *b, const Pseudonym *who) {
        batch_text(b, who->text[0] ? who->text : NULL);
}

void batch_sealed(Batch *b, const char *text) {
        _strbuf_ StrBuf sealed = {};
        int r;

        if (!b)
                return;
        if (!text)
                return batch_null(b);
        if (!store_keys(b->store))
                return fail(b, -ENOKEY);

        r = keys_seal(store_keys(b->store), text, strlen(text), &sealed);
        if (r < 0)
                return fail(b, r);
        batch_bytes(b, sealed.text, sealed.n_bytes);
}

void batch_ids(Batch *b, const uint64_t *ids, size_t n_ids) {
        _strbuf_ StrBuf array = {};

        strbuf_append_char(&array, '{');
        for (size_t i = 0; i < n_ids; i++)
                strbuf_appendf(&array, "%s%llu", i > 0 ? "," : "", (unsigned long long) ids[i]);
        strbuf_append_char(&array, '}');
        if (b && array.error < 0)
                return fail(b, array.error);
        batch_text(b, strbuf_text(&array));
}

void batch_person(Batch *b, GuildId guild, UserId user) {
        uint8_t found_by[KEYS_LOOKUP_BYTES];

        if (!b)
                return;
        if (user.v == 0)
                return batch_null(b);
        if (!store_keys(b->store))
                return fail(b, -ENOKEY);
        keys_lookup(store_keys(b->store), guild.v, user.v, found_by);
        batch_bytes(b, found_by, sizeof(found_by));
}

static Kept *keep(Batch *b) {
        Kept *k;

        k = new0(Kept, 1);
        if (k) {
                k->next = b->kept;
                b->kept = k;
        }
        return k;
}

char *batch_keep(Batch *b, char *take_text) {
        Kept *k;

        if (!take_text)
                return NULL;
        k = keep(b);
        if (!k) {
                free(take_text);
                return NULL;
        }
        return k->text = take_text;
}

Json *batch_keep_json(Batch *b, Json *take_json) {
        Kept *k;

        if (!take_json)
                return NULL;
        k = keep(b);
        if (!k) {
                (void) json_free(take_json);
                return NULL;
        }
        return k->json = take_json;
}

static void finish_batch(Batch *b, int outcome) {
        StoreReply reply = {
                .constraint = outcome == STORE_CONFLICT ? b->constraint : NULL,
                .sqlstate = b->sqlstate[0] ? b->sqlstate : NULL,
        };

        b->batch_done(outcome, &reply, b->userdata);
}

int batch_send(Store *store, StoreLane lane, Batch *take_batch, BatchDone done, void *userdata) {
        if (!take_batch)
                return -ENOMEM;
        take_batch->batch_done = done;
        return batch_submit(store, lane, take_batch, finish_batch, NULL, userdata);
}

void finish_plain(Batch *b, int outcome) {
        b->batch_done = (BatchDone) b->done;
        finish_batch(b, outcome);
}

void finish_fenced(Batch *b, int outcome) {
        if (outcome == 0 && batch_n_changed(b, b->n_calls - 1) == 0)
                outcome = STORE_LEASE_LOST;
        finish_plain(b, outcome);
}
