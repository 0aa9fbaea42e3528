/*
 * One step for every command that changes settings: it stores what changes, remembers what was before (for the answer, the audit and the way
 * back) and can put it back. The arguments carry {"set":{"<key>":"<id>" | true | false}}; id 0 clears.
 */

#include <errno.h>
#include <stddef.h>

#include "flows.h"

typedef struct SettingRow {
        const char *key;
        bool is_flag;
        size_t offset;          /* in GuildSettings */
        size_t set_offset;      /* in SettingsChange */
} SettingRow;

#define ID_ROW(name) { #name, false, offsetof(GuildSettings, name), offsetof(SettingsChange, set_##name) }
#define FLAG_ROW(name) { #name, true, offsetof(GuildSettings, name), offsetof(SettingsChange, set_##name) }

static const SettingRow rows[] = {
        ID_ROW(support_panel), ID_ROW(recruitment_panel), ID_ROW(support_category), ID_ROW(recruitment_category),
        ID_ROW(log_channel),   ID_ROW(support_role),      ID_ROW(recruitment_role), FLAG_ROW(dm_on_close),
};

static uint64_t row_get(const SettingRow *row, const GuildSettings *s) {
        const char *at = (const char *) s + row->offset;

        return row->is_flag ? *(const bool *) at : *(const uint64_t *) at;     /* every id type is a struct of one uint64_t */
}

static void row_set(const SettingRow *row, GuildSettings *s, uint64_t value) {
        char *at = (char *) s + row->offset;

        if (row->is_flag)
                *(bool *) at = value != 0;
        else
                *(uint64_t *) at = value;
}

static void row_mark(const SettingRow *row, SettingsChange *change) {
        *(bool *) ((char *) change + row->set_offset) = true;
}

/* The value that `from` names for this row; false when it names none. */
static bool row_read(const SettingRow *row, const Json *from, uint64_t *ret) {
        bool flag;

        if (!row->is_flag)
                return json_get_u64(from, row->key, ret) == 0;
        if (json_get_bool(from, row->key, &flag) != 0)
                return false;
        *ret = flag;
        return true;
}

static void row_write(const SettingRow *row, JsonWriter *w, uint64_t value) {
        if (row->is_flag)
                json_bool(w, row->key, value != 0);
        else
                json_id(w, row->key, value);
}

/* {"before":{…},"after":{…}} of the rows that change */
static int change_json(const GuildSettings *before, const GuildSettings *after, const SettingsChange *change, char **ret_text) {
        const GuildSettings *sides[] = { before, after };
        static const char *const names[] = { "before", "after" };
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        for (size_t side = 0; side < ELEMENTSOF(sides); side++) {
                json_object(&w, names[side]);
                for (size_t i = 0; i < ELEMENTSOF(rows); i++)
                        if (*(const bool *) ((const char *) change + rows[i].set_offset))
                                row_write(&rows[i], &w, row_get(&rows[i], sides[side]));
                json_close(&w);
        }
        json_close(&w);
        return json_writer_finish(&w, ret_text);
}

int settings_save(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const Json *set = json_get(c->args, "set");
        SettingsChange change = { .to = c->facts->settings };
        int r;

        (void) reply;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                uint64_t value;

                if (row_read(&rows[i], set, &value)) {
                        row_set(&rows[i], &change.to, value);
                        row_mark(&rows[i], &change);
                }
        }
        r = change_json(&c->facts->settings, &change.to, &change, &checkpoint->result);
        if (r < 0)
                return r;
        store_add_settings(checkpoint->batch, c->guild, &change);
        audit_add(c, checkpoint, "settings.changed", checkpoint->result);
        return 0;
}

int settings_restore(const StepContext *c, Checkpoint *checkpoint) {
        const Json *before = json_get(c->results[c->step_no], "before");
        SettingsChange change = { .to = c->facts->settings };
        _free_ char *detail = NULL;
        int r;

        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                uint64_t value;

                if (row_read(&rows[i], before, &value)) {
                        row_set(&rows[i], &change.to, value);
                        row_mark(&rows[i], &change);
                }
        }
        r = change_json(&c->facts->settings, &change.to, &change, &detail);
        if (r < 0)
                return r;
        store_add_settings(checkpoint->batch, c->guild, &change);
        audit_add(c, checkpoint, "settings.restored", detail);
        return 0;
}

int settings_saved(const StepContext *c, int step, GuildSettings *ret_before, GuildSettings *ret_after) {
        const Json *saved = c->results[step];

        *ret_before = *ret_after = c->facts->settings;
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                uint64_t value;

                if (row_read(&rows[i], json_get(saved, "before"), &value))
                        row_set(&rows[i], ret_before, value);
                if (row_read(&rows[i], json_get(saved, "after"), &value))
                        row_set(&rows[i], ret_after, value);
        }
        return saved ? 0 : -ENODATA;
}
