/*
 * What a guild has set, and what just changed. One table says which settings there are; answers are lists of its rows.
 */

#include "magikal/views.h"

#include <stddef.h>

typedef enum Shown { SHOWN_CHANNEL, SHOWN_ROLE, SHOWN_SWITCH } Shown;

enum {
        OF_TARGETS = 1 << 0,
        OF_PING = 1 << 1,
        OF_DM = 1 << 2,
};

typedef struct Setting {
        TextId name;
        Shown shown;
        unsigned belongs;
        size_t offset;
} Setting;

static const Setting settings_table[] = {
        { TEXT_SETTING_SUPPORT_PANEL, SHOWN_CHANNEL, OF_TARGETS, offsetof(GuildSettings, support_panel) },
        { TEXT_SETTING_RECRUITMENT_PANEL, SHOWN_CHANNEL, OF_TARGETS, offsetof(GuildSettings, recruitment_panel) },
        { TEXT_SETTING_SUPPORT_CATEGORY, SHOWN_CHANNEL, OF_TARGETS, offsetof(GuildSettings, support_category) },
        { TEXT_SETTING_RECRUITMENT_CATEGORY, SHOWN_CHANNEL, OF_TARGETS, offsetof(GuildSettings, recruitment_category) },
        { TEXT_SETTING_LOG_CHANNEL, SHOWN_CHANNEL, OF_TARGETS, offsetof(GuildSettings, log_channel) },
        { TEXT_SETTING_SUPPORT_ROLE, SHOWN_ROLE, OF_PING, offsetof(GuildSettings, support_role) },
        { TEXT_SETTING_RECRUITMENT_ROLE, SHOWN_ROLE, OF_PING, offsetof(GuildSettings, recruitment_role) },
        { TEXT_SETTING_DM_ON_CLOSE, SHOWN_SWITCH, OF_DM, offsetof(GuildSettings, dm_on_close) },
};

static uint64_t value_of(const GuildSettings *settings, const Setting *setting) {
        const char *at = (const char *) settings + setting->offset;

        return setting->shown == SHOWN_SWITCH ? *(const bool *) at : *(const uint64_t *) at;
}

/* The value as people see it; to free(). */
static int show(Lang lang, const GuildSettings *settings, const Setting *setting, char **ret_text) {
        _strbuf_ StrBuf out = {};
        uint64_t value = value_of(settings, setting);

        if (setting->shown == SHOWN_SWITCH)
                strbuf_append(&out, text_lookup(lang, value ? TEXT_SETTING_ON : TEXT_SETTING_OFF));
        else if (setting->shown == SHOWN_ROLE)
                text_put_arg(&out, lang, &ARG_ROLE("role", (RoleId) { value }));
        else
                text_put_arg(&out, lang, &ARG_CHANNEL("channel", (ChannelId) { value }));
        return strbuf_finish(&out, ret_text);
}

/* A lack of memory in a part is a lack of memory of the whole. */
static bool has_failed(StrBuf *out, int r) {
        if (r < 0 && out->error == 0)
                out->error = r;
        return out->error < 0;
}

static void list(StrBuf *out, Lang lang, const GuildSettings *settings, unsigned belongs) {
        for (size_t i = 0; i < ELEMENTSOF(settings_table); i++) {
                const Setting *setting = &settings_table[i];
                _free_ char *value = NULL;

                if (!(setting->belongs & belongs))
                        continue;
                if (has_failed(out, show(lang, settings, setting, &value)))
                        return;
                text_put_line(out, lang, TEXT_SETTING_LINE,
                              TEXT_ARGS(ARG_OURS("setting", text_lookup(lang, setting->name)), ARG_OURS("value", value)));
        }
}

/* A kind of ticket that can be opened but calls nobody is worth a word; one that is not set up is not. */
static void warn_of_pings(StrBuf *out, Lang lang, const GuildSettings *s) {
        if (s->support_role.v == 0 && (s->support_panel.v || s->support_category.v))
                text_put_line(out, lang, TEXT_SETTING_WARN_SUPPORT_ROLE, NULL);
        if (s->recruitment_role.v == 0 && (s->recruitment_panel.v || s->recruitment_category.v))
                text_put_line(out, lang, TEXT_SETTING_WARN_RECRUITMENT_ROLE, NULL);
}

static void warn_of_log(StrBuf *out, Lang lang, const GuildSettings *s) {
        if (s->log_channel.v == 0 && (s->support_panel.v || s->recruitment_panel.v))
                text_put_line(out, lang, TEXT_SETTING_WARN_LOG, NULL);
}

static int finish(Lang lang, StrBuf *out, bool is_ephemeral, char **ret_data) {
        _free_ char *text = NULL;
        int r;

        r = strbuf_finish(out, &text);
        return r < 0 ? r : view_notice(lang, text, is_ephemeral, ret_data);
}

int view_targets(Lang lang, const GuildSettings *settings, char **ret_data) {
        _strbuf_ StrBuf out = {};

        list(&out, lang, settings, OF_TARGETS | OF_DM);
        warn_of_log(&out, lang, settings);
        return finish(lang, &out, true, ret_data);
}

int view_ping(Lang lang, const GuildSettings *settings, char **ret_data) {
        _strbuf_ StrBuf out = {};

        list(&out, lang, settings, OF_PING);
        if (settings->support_role.v == 0)
                text_put_line(&out, lang, TEXT_SETTING_WARN_SUPPORT_ROLE, NULL);
        if (settings->recruitment_role.v == 0)
                text_put_line(&out, lang, TEXT_SETTING_WARN_RECRUITMENT_ROLE, NULL);
        return finish(lang, &out, true, ret_data);
}

int view_settings_change(Lang lang, const GuildSettings *before, const GuildSettings *after, bool is_ephemeral, char **ret_data) {
        _strbuf_ StrBuf out = {};
        unsigned changed = 0;

        for (size_t i = 0; i < ELEMENTSOF(settings_table); i++) {
                const Setting *setting = &settings_table[i];
                _free_ char *from = NULL, *to = NULL;

                if (value_of(before, setting) == value_of(after, setting))
                        continue;
                changed |= setting->belongs;
                if (has_failed(&out, show(lang, before, setting, &from)) || has_failed(&out, show(lang, after, setting, &to)))
                        break;
                text_put_line(&out, lang, TEXT_SETTING_CHANGED,
                              TEXT_ARGS(ARG_OURS("setting", text_lookup(lang, setting->name)), ARG_OURS("before", from), ARG_OURS("after", to)));
        }
        if (changed == 0)
                text_put_line(&out, lang, TEXT_SETTING_UNCHANGED, NULL);
        if (changed != OF_DM) {
                warn_of_pings(&out, lang, after);
                warn_of_log(&out, lang, after);
        }
        return finish(lang, &out, is_ephemeral, ret_data);
}
