/* Which role may what: capabilities that administrators gave. */

#include "db.h"

#include <errno.h>
#include <string.h>

unsigned row_capabilities(const PGresult *r, size_t row, int column) {
        const char *at = row_text(r, row, column);
        unsigned capabilities = 0;

        while (at && *at) {
                size_t n = strcspn(at, ",");
                char word[24];

                if (n < sizeof(word)) {
                        copy_bytes(word, at, n);
                        word[n] = '\0';
                        capabilities |= capability_from_string(word);
                }
                at += n + (at[n] == ',');
        }
        return capabilities;
}

void batch_roles(Batch *b, const RoleId *roles, size_t n_roles) {
        batch_ids(b, (const uint64_t *) roles, n_roles);        /* every id type is a struct of one uint64_t */
}

static void finish_capabilities(Batch *b, int outcome) {
        unsigned capabilities = outcome == 0 && batch_n_rows(b, 0) == 1 ? row_capabilities(batch_result(b, 0), 0, 0) : 0;

        ((CapabilitiesDone) b->done)(outcome, capabilities, b->userdata);
}

int store_capabilities(Store *store, GuildId guild, const RoleId *roles, size_t n_roles, CapabilitiesDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_CAPABILITIES);
        batch_u64(b, guild.v);
        batch_roles(b, roles, n_roles);
        return batch_submit(store, STORE_FRONT, b, finish_capabilities, (AnyDone) done, userdata);
}

static void finish_role_capabilities(Batch *b, int outcome) {
        RoleCapabilitiesDone done = (RoleCapabilitiesDone) b->done;
        _free_ RoleCapabilities *roles = NULL;
        size_t n = 0;

        if (outcome == 0 && batch_n_rows(b, 0) > 0) {
                n = batch_n_rows(b, 0);
                roles = new0(RoleCapabilities, n);
                if (!roles) {
                        done(-ENOMEM, NULL, 0, b->userdata);
                        return;
                }
                for (size_t i = 0; i < n; i++)
                        roles[i] = (RoleCapabilities) {
                                .role = { row_u64(batch_result(b, 0), i, 0) },
                                .capabilities = row_capabilities(batch_result(b, 0), i, 1),
                        };
        }
        done(outcome, roles, n, b->userdata);
}

int store_role_capabilities(Store *store, GuildId guild, RoleCapabilitiesDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_ROLE_CAPABILITIES);
        batch_u64(b, guild.v);
        return batch_submit(store, STORE_FRONT, b, finish_role_capabilities, (AnyDone) done, userdata);
}

/* ---- writes ------------------------------------------------------------------------------------------------------------------ */

static void put_capability(Batch *b, StatementId id, GuildId guild, RoleId role, unsigned capability) {
        batch_call(b, id);
        batch_u64(b, guild.v);
        batch_id(b, role.v);
        batch_text(b, capability_to_string(capability));
}

void store_add_capability(Batch *b, GuildId guild, RoleId role, unsigned capability) {
        batch_call(b, SQL_SETTINGS_NEW);
        batch_u64(b, guild.v);
        put_capability(b, SQL_CAPABILITY_ADD, guild, role, capability);
}

void store_add_capability_clear(Batch *b, GuildId guild, RoleId role, unsigned capability) {
        put_capability(b, SQL_CAPABILITY_CLEAR, guild, role, capability);
}
