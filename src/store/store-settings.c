/* Settings of a guild, and the few facts about the installation. */

#include "db.h"

#include <errno.h>

void batch_facts(Batch *b, GuildId guild, FlowId flow) {
        batch_call(b, SQL_FACTS);
        batch_u64(b, guild.v);
        batch_id(b, flow.v);
}

/* Rows that a hand in the database has damaged are left out. */
static void read_overflow(Batch *b, const PGresult *r, int column, GuildSettings *ret) {
        JSON_FOREACH(row, row_json(b, r, 0, column)) {
                Overflow *o = &ret->overflow[ret->n_overflow];
                int64_t no;

                if (ret->n_overflow == OVERFLOW_MAX)
                        break;
                if (json_get_u64(row, "base", &o->base.v) == 0 && json_get_u64(row, "id", &o->category.v) == 0 && json_get_i64(row, "no", &no) == 0 &&
                    no >= 2 && no <= OVERFLOW_NO_MAX) {
                        o->no = (int) no;
                        ret->n_overflow++;
                }
        }
}

void read_settings(Batch *b, const PGresult *r, GuildId guild, Facts *ret) {
        ret->installation = row_u64(r, 0, 0);
        ret->now = row_u64(r, 0, 1);
        ret->actor_ticket_channel.v = row_u64(r, 0, 13);
        ret->guild_name = row_text(r, 0, 14);
        ret->settings = (GuildSettings) {
                .guild = guild,
                .is_set_up = row_bool(r, 0, 2),
                .support_panel = { row_u64(r, 0, 3) },
                .recruitment_panel = { row_u64(r, 0, 4) },
                .support_category = { row_u64(r, 0, 5) },
                .recruitment_category = { row_u64(r, 0, 6) },
                .log_channel = { row_u64(r, 0, 7) },
                .support_panel_message = { row_u64(r, 0, 8) },
                .recruitment_panel_message = { row_u64(r, 0, 9) },
                .dm_on_close = row_bool(r, 0, 10),
                .support_role = { row_u64(r, 0, 11) },
                .recruitment_role = { row_u64(r, 0, 12) },
                .lang = lang_from_locale(row_text(r, 0, 15)),
        };
        read_overflow(b, r, 16, &ret->settings);
        ret->settings.has_left = row_bool(r, 0, 17);
}

static void put_change(Batch *b, bool is_changed, uint64_t id) {
        batch_bool(b, is_changed);
        batch_id(b, id);
}

static void add_role(Batch *b, GuildId guild, const char *kind, RoleId role) {
        batch_call(b, SQL_NOTIFY_ROLES_CLEAR);
        batch_u64(b, guild.v);
        batch_text(b, kind);
        if (role.v == 0)
                return;
        batch_call(b, SQL_NOTIFY_ROLE_SET);
        batch_u64(b, guild.v);
        batch_text(b, kind);
        batch_u64(b, role.v);
}

void store_add_settings(Batch *b, GuildId guild, const SettingsChange *change) {
        const GuildSettings *to = &change->to;

        batch_call(b, SQL_SETTINGS_NEW);
        batch_u64(b, guild.v);

        batch_call(b, SQL_SETTINGS_CHANGE);
        batch_u64(b, guild.v);
        put_change(b, change->set_support_panel, to->support_panel.v);
        put_change(b, change->set_recruitment_panel, to->recruitment_panel.v);
        put_change(b, change->set_support_category, to->support_category.v);
        put_change(b, change->set_recruitment_category, to->recruitment_category.v);
        put_change(b, change->set_log_channel, to->log_channel.v);
        put_change(b, change->set_support_panel_message, to->support_panel_message.v);
        put_change(b, change->set_recruitment_panel_message, to->recruitment_panel_message.v);
        batch_bool(b, change->set_dm_on_close);
        batch_bool(b, to->dm_on_close);

        if (change->set_support_role)
                add_role(b, guild, "support", to->support_role);
        if (change->set_recruitment_role)
                add_role(b, guild, "recruitment", to->recruitment_role);
}

int store_guild_name(Store *store, GuildId guild, const char *name, const char *locale, BatchDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_GUILD_NAME);
        batch_u64(b, guild.v);
        batch_text(b, name);
        batch_text(b, locale);
        return batch_submit(store, STORE_FLOW, b, finish_plain, (AnyDone) done, userdata);
}

static void finish_guilds(Batch *b, int outcome) {
        GuildsDone done = (GuildsDone) b->done;
        _free_ GuildId *guilds = NULL;
        size_t n = 0;

        if (outcome == 0 && batch_n_rows(b, 0) > 0) {
                n = batch_n_rows(b, 0);
                guilds = new0(GuildId, n);
                if (!guilds) {
                        done(-ENOMEM, NULL, 0, b->userdata);
                        return;
                }
                for (size_t i = 0; i < n; i++)
                        guilds[i].v = row_u64(batch_result(b, 0), i, 0);
        }
        done(outcome, guilds, n, b->userdata);
}

int store_guilds(Store *store, GuildsDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_GUILDS);
        return batch_submit(store, STORE_FLOW, b, finish_guilds, (AnyDone) done, userdata);
}

static void finish_text(Batch *b, int outcome) {
        const char *text = outcome == 0 && batch_n_rows(b, 0) == 1 ? row_text(batch_result(b, 0), 0, 0) : NULL;

        ((TextDone) b->done)(outcome, text, b->userdata);
}

int store_kv_get(Store *store, const char *key, TextDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_KV_GET);
        batch_text(b, key);
        return batch_submit(store, STORE_FLOW, b, finish_text, (AnyDone) done, userdata);
}

int store_kv_put(Store *store, const char *key, const char *text, BatchDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_KV_PUT);
        batch_text(b, key);
        batch_text(b, text);
        return batch_submit(store, STORE_FLOW, b, finish_plain, (AnyDone) done, userdata);
}

/* ---- categories that we made ------------------------------------------------------------------------------------------------------------ */

void store_add_overflow(Batch *b, GuildId guild, const Overflow *overflow) {
        batch_call(b, SQL_OVERFLOW_ADD);
        batch_u64(b, guild.v);
        batch_u64(b, overflow->base.v);
        batch_i64(b, overflow->no);
        batch_u64(b, overflow->category.v);
}

void store_add_overflow_forget(Batch *b, GuildId guild, ChannelId category) {
        batch_call(b, SQL_OVERFLOW_FORGET);
        batch_u64(b, guild.v);
        batch_u64(b, category.v);
}

/* ---- guilds that go and come ------------------------------------------------------------------------------------------------------------- */

void store_add_guild_left(Batch *b, GuildId guild) {
        batch_call(b, SQL_GUILD_LEFT);
        batch_u64(b, guild.v);
}

void store_add_guild_back(Batch *b, GuildId guild, const ChannelId *channels, size_t n_channels) {
        batch_call(b, SQL_GUILD_BACK);
        batch_u64(b, guild.v);
        batch_ids(b, (const uint64_t *) channels, n_channels);  /* every id type is a struct of one uint64_t */
}
