/*
 * An administrator chose where panels, tickets and the log live: save it, post a fresh panel, remove older panels of ours.
 * Subject: the guild. The panel's message is owned by it: only flows of the guild post, edit or delete panels.
 *
 * Recruitment's settings are saved; its panel is not posted as long as no flow stands behind its button.
 */

#include <errno.h>
#include <stdio.h>

#include "flows.h"
#include "magikal/views.h"

#define CLEAN_MESSAGES 50       /* how far back older panels are looked for in one channel */

enum { STEP_SAVE, STEP_PANEL, STEP_CLEAN };

/* ---- the fresh panel ------------------------------------------------------------------------------------------------------------ */

static int panel_post(const StepContext *c, StepRequest *ret) {
        ChannelId channel = c->facts->settings.support_panel;
        char *body;
        int r;

        if (channel.v == 0)
                return STEP_SKIP;
        r = view_support_panel(c->env->keys, c->guild, c->marker, &body);
        return r < 0 ? r : message_create(channel, body, ret);
}

/* The settings may be put back when the words are said: what was asked for is in the arguments. */
static ChannelId panel_channel(const StepContext *c) {
        return (ChannelId) { args_id(c, "panel_channel") };
}

static int panel_find_build(const StepContext *c, StepRequest *ret) {
        return message_find_build(c->facts->settings.support_panel, c, ret);
}

static int panel_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        SettingsChange change = { .set_support_panel_message = true, .to = c->facts->settings };

        if (reply->is_skipped)
                return 0;
        change.to.support_panel_message = (MessageId) { reply->id };
        store_add_settings(checkpoint->batch, c->guild, &change);
        return 0;
}

static int panel_undo(const StepContext *c, StepRequest *ret) {
        uint64_t message = flow_result_id(c, &flow_panel_refresh, "panel");

        if (message == 0 || c->facts->settings.support_panel.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_MESSAGE_DELETE, .ids = { c->facts->settings.support_panel.v, message } };
        return 0;
}

/* ---- older panels: look into each channel, delete one message a turn; all of it may be repeated ----------------------------------- */

/* The cursor: {"place":0|1,"delete":["…"]}; place 0 is the new panel channel, 1 the one before. Behind 1 everything is done. */
typedef struct Cleaning {
        int64_t place;
        const Json *victims;
} Cleaning;

static Cleaning cleaning(const StepContext *c) {
        Cleaning at = {};

        if (json_get_i64(c->cursor, "place", &at.place) != 0)
                at.place = 0;
        at.victims = json_get(c->cursor, "delete");
        return at;
}

static ChannelId cleaning_channel(const StepContext *c, int64_t place) {
        GuildSettings before, after;

        if (settings_saved(c, STEP_SAVE, &before, &after) < 0 || place > 1)
                return (ChannelId) { 0 };
        if (place == 0)
                return after.support_panel;
        return before.support_panel.v == after.support_panel.v ? (ChannelId) { 0 } : before.support_panel;
}

static int panels_clean(const StepContext *c, StepRequest *ret) {
        Cleaning at = cleaning(c);
        ChannelId channel = cleaning_channel(c, at.place);
        const Json *victim = json_first(at.victims);
        uint64_t message;

        if (channel.v == 0)
                return STEP_SKIP;
        if (victim && json_to_u64(victim, &message) == 0) {
                *ret = (StepRequest) { .route = ROUTE_MESSAGE_DELETE, .ids = { channel.v, message } };
                return 0;
        }
        *ret = (StepRequest) { .route = ROUTE_MESSAGES_GET, .ids = { channel.v } };
        (void) snprintf(ret->query, sizeof(ret->query), "limit=%d", CLEAN_MESSAGES);
        return 0;
}

/* Victims that are left: of the list just read, or of the cursor without its first. */
static size_t put_victims(const StepContext *c, const StepReply *reply, const Cleaning *at, JsonWriter *w) {
        uint64_t newest = flow_result_id(c, &flow_panel_refresh, "panel");
        size_t n = 0;

        json_array(w, "delete");
        if (at->victims) {
                for (const Json *victim = json_next(json_first(at->victims)); victim; victim = json_next(victim), n++)
                        json_put_value(w, victim);
        } else
                JSON_FOREACH(message, reply->body) {
                        uint64_t id;

                        if (json_get_u64(message, "id", &id) == 0 && id != newest &&
                            message_has_control(c, message, CONTROL_SUPPORT_OPEN)) {
                                json_put_id(w, id);
                                n++;
                        }
                }
        json_close_array(w);
        return n;
}

static int panels_cleaned(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        Cleaning at = cleaning(c);
        _json_writer_ JsonWriter list = {}, w = {};
        _free_ char *victims = NULL;
        size_t n;
        int r;

        if (reply->is_skipped)
                return 0;
        json_open(&list);
        n = put_victims(c, reply, &at, &list);
        json_close(&list);
        r = json_writer_finish(&list, &victims);
        if (r < 0)
                return r;
        if (n > 0) {
                /* the list already is {"delete":[…]}: put the place in front */
                _strbuf_ StrBuf cursor = {};

                strbuf_appendf(&cursor, "{\"place\":%lld,%s", (long long) at.place, victims + 1);
                r = strbuf_finish(&cursor, &checkpoint->result);
                return r < 0 ? r : STEP_AGAIN;
        }
        if (at.place >= 1)
                return 0;
        json_open(&w);
        json_i64(&w, "place", at.place + 1);
        json_close(&w);
        r = json_writer_finish(&w, &checkpoint->result);
        return r < 0 ? r : STEP_AGAIN;
}

/* ---- what the administrator reads ------------------------------------------------------------------------------------------------------ */

static int panel_words(const StepContext *c, const char *why, char **ret_body) {
        GuildSettings before, after;

        if (why)
                return say_why(c, &flow_panel_refresh, why, TEXT_TROUBLE, ret_body);
        (void) settings_saved(c, STEP_SAVE, &before, &after);   /* without a result before and after are alike, and it says so */
        return view_settings_change(&before, &after, false, ret_body);
}

/* clang-format off */
static const StepProbe panel_find = { panel_find_build, message_find_match, true };
static const StepUndo save_back = { NULL, settings_restore };
static const StepUndo panel_back = { panel_undo, NULL };

static const Step steps[] = {
        /* stored name        kind       build         done already?  apply           take it back  tolerates, needs, where */
        [STEP_SAVE]  = { "save",  STEP_DB,   NULL,         NULL,          settings_save,  &save_back,   0, 0, NULL },
        [STEP_PANEL] = { "panel", STEP_REST, panel_post,   &panel_find,   panel_known,    &panel_back,  0, NEEDS_TO_POST, panel_channel },
        [STEP_CLEAN] = { "clean", STEP_REST, panels_clean, NULL,          panels_cleaned, NULL,
                         TOLERATES(REST_GONE) | TOLERATES(REST_FORBIDDEN) | TOLERATES(REST_REFUSED) },
};
/* clang-format on */

const Flow flow_panel_refresh = {
        .name = "panel.refresh", .version = 1, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_CLEAN,     /* with the older panels gone there is no way back */
        .words = panel_words,
};
