/*
 * An administrator chose where panels, tickets and the log live: save it, post fresh panels, remove older panels of ours.
 * Subject: the guild. The panels' messages are owned by it: only flows of the guild post, edit or delete panels.
 */

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#include "magikal/views-recruit.h"
#include "magikal/views.h"
#include "recruit.h"

#define CLEAN_MESSAGES 50       /* how far back older panels are looked for in one channel */

enum { STEP_SAVE, STEP_PANEL, STEP_RECRUIT_PANEL, STEP_CLEAN };

/* ---- the two panels --------------------------------------------------------------------------------------------------------------- */

typedef struct Panel {
        const char *step, *control, *asked;     /* asked: the argument that names the channel */
        size_t channel_offset;                  /* in GuildSettings */
} Panel;

static const Panel support = { "panel", CONTROL_SUPPORT_OPEN, "panel_channel", offsetof(GuildSettings, support_panel) };
static const Panel recruitment = { "recruit-panel", CONTROL_RECRUIT_OPEN, "recruit_panel_channel", offsetof(GuildSettings, recruitment_panel) };

static ChannelId channel_of(const Panel *panel, const GuildSettings *settings) {
        return *(const ChannelId *) ((const char *) settings + panel->channel_offset);
}

/* The settings may be put back when the words are said: what was asked for is in the arguments. */
static ChannelId support_channel(const StepContext *c) {
        return (ChannelId) { args_id(c, support.asked) };
}

static ChannelId recruitment_channel(const StepContext *c) {
        return (ChannelId) { args_id(c, recruitment.asked) };
}

static int panel_find_build(const Panel *panel, const StepContext *c, StepRequest *ret) {
        return message_find_build(channel_of(panel, &c->facts->settings), c, ret);
}

static int panel_undo(const Panel *panel, const StepContext *c, StepRequest *ret) {
        uint64_t message = flow_result_id(c, panel->step);

        return message_delete(channel_of(panel, &c->facts->settings), message, ret);
}

static int support_post(const StepContext *c, StepRequest *ret) {
        ChannelId channel = c->facts->settings.support_panel;
        char *body;
        int r;

        if (channel.v == 0)
                return STEP_SKIP;
        r = view_support_panel(c->facts->settings.lang, c->env->keys, c->guild, c->marker, &body);
        return r < 0 ? r : message_create(channel, body, ret);
}

static int support_find_build(const StepContext *c, StepRequest *ret) {
        return panel_find_build(&support, c, ret);
}

static int support_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        SettingsChange change = { .set_support_panel_message = true, .to = c->facts->settings };

        if (reply->is_skipped)
                return 0;
        change.to.support_panel_message = (MessageId) { reply->id };
        store_add_settings(checkpoint->batch, c->guild, &change);
        return 0;
}

static int support_undo(const StepContext *c, StepRequest *ret) {
        return panel_undo(&support, c, ret);
}

static int recruitment_post(const StepContext *c, StepRequest *ret) {
        ChannelId channel = c->facts->settings.recruitment_panel;
        const RecruitSettings *settings = &c->facts->recruit->settings;
        char *body;
        int r;

        if (channel.v == 0)
                return STEP_SKIP;
        r = view_recruit_panel(c->facts->settings.lang, c->env->keys, c->guild, settings->org_url, settings->image_url, c->marker, &body);
        return r < 0 ? r : message_create(channel, body, ret);
}

static int recruitment_find_build(const StepContext *c, StepRequest *ret) {
        return panel_find_build(&recruitment, c, ret);
}

static int recruitment_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        SettingsChange change = { .set_recruitment_panel_message = true, .to = c->facts->settings };

        if (reply->is_skipped)
                return 0;
        change.to.recruitment_panel_message = (MessageId) { reply->id };
        store_add_settings(checkpoint->batch, c->guild, &change);
        return 0;
}

static int recruitment_undo(const StepContext *c, StepRequest *ret) {
        return panel_undo(&recruitment, c, ret);
}

/* ---- older panels: look into each channel, delete one message a turn; all of it may be repeated ----------------------------------- */

enum { PLACES = 4 };    /* of each panel the channel it is in now, and the one before */

/* The cursor: {"place":0…3,"delete":["…"]}. Behind the last place everything is done. */
typedef struct Cleaning {
        int64_t place;
        const Json *victims;
} Cleaning;

static const Panel *panel_at(int64_t place) {
        return place < PLACES / 2 ? &support : &recruitment;
}

/* 0: nothing to look for in this place. */
static ChannelId channel_at(const StepContext *c, int64_t place) {
        const Panel *panel = panel_at(place);
        GuildSettings before, after;

        if (settings_saved(c, STEP_SAVE, &before, &after) < 0)
                return (ChannelId) { 0 };
        if (place % 2 == 0)
                return channel_of(panel, &after);
        return channel_of(panel, &before).v == channel_of(panel, &after).v ? (ChannelId) { 0 } : channel_of(panel, &before);
}

static int64_t place_from(const StepContext *c, int64_t place) {
        while (place < PLACES && channel_at(c, place).v == 0)
                place++;
        return place;
}

static Cleaning cleaning(const StepContext *c) {
        Cleaning at = { .victims = json_get(c->cursor, "delete") };

        if (json_get_i64(c->cursor, "place", &at.place) != 0 || at.place < 0)
                at.place = 0;
        at.place = place_from(c, at.place);
        return at;
}

static int panels_clean(const StepContext *c, StepRequest *ret) {
        Cleaning at = cleaning(c);
        const Json *victim = json_first(at.victims);
        uint64_t message;

        if (at.place >= PLACES)
                return STEP_SKIP;
        if (victim && json_to_u64(victim, &message) == 0) {
                *ret = (StepRequest) { .route = ROUTE_MESSAGE_DELETE, .ids = { channel_at(c, at.place).v, message } };
                return 0;
        }
        *ret = (StepRequest) { .route = ROUTE_MESSAGES_GET, .ids = { channel_at(c, at.place).v } };
        (void) snprintf(ret->query, sizeof(ret->query), "limit=%d", CLEAN_MESSAGES);
        return 0;
}

/* Victims that are left: of the list just read, or of the cursor without its first. */
static size_t put_victims(const StepContext *c, const StepReply *reply, const Cleaning *at, JsonWriter *w) {
        const Panel *panel = panel_at(at->place);
        uint64_t newest = flow_result_id(c, panel->step);
        size_t n = 0;

        json_array(w, "delete");
        if (at->victims) {
                for (const Json *victim = json_next(json_first(at->victims)); victim; victim = json_next(victim), n++)
                        json_put_value(w, victim);
        } else
                JSON_FOREACH(message, reply->body) {
                        uint64_t id;

                        if (json_get_u64(message, "id", &id) == 0 && id != newest && message_has_control(c, message, panel->control, 0)) {
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
        int64_t next;
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
        next = place_from(c, at.place + 1);
        if (next >= PLACES)
                return 0;
        json_open(&w);
        json_i64(&w, "place", next);
        json_close(&w);
        r = json_writer_finish(&w, &checkpoint->result);
        return r < 0 ? r : STEP_AGAIN;
}

/* ---- what the administrator reads ------------------------------------------------------------------------------------------------------ */

static int panel_words(const StepContext *c, const char *why, char **ret_body) {
        GuildSettings before, after;

        if (why)
                return say_why(c, why, TEXT_TROUBLE, ret_body);
        (void) settings_saved(c, STEP_SAVE, &before, &after);   /* without a result before and after are alike, and it says so */
        return view_settings_change(person_lang(c), &before, &after, false, ret_body);
}

/* clang-format off */
static const StepProbe support_find = { support_find_build, message_find_match, true };
static const StepProbe recruitment_find = { recruitment_find_build, message_find_match, true };
static const StepUndo save_back = { NULL, settings_restore };
static const StepUndo support_back = { support_undo, NULL };
static const StepUndo recruitment_back = { recruitment_undo, NULL };

static const Step steps[] = {
        /* stored name                        kind       build              done already?      apply              take it back       tolerates, needs, where */
        [STEP_SAVE]          = { "save",          STEP_DB,   NULL,              NULL,              settings_save,     &save_back,        0, 0, NULL },
        [STEP_PANEL]         = { "panel",         STEP_REST, support_post,      &support_find,     support_known,     &support_back,     0, NEEDS_TO_POST, support_channel },
        [STEP_RECRUIT_PANEL] = { "recruit-panel", STEP_REST, recruitment_post,  &recruitment_find, recruitment_known, &recruitment_back, 0, NEEDS_TO_POST, recruitment_channel },
        [STEP_CLEAN]         = { "clean",         STEP_REST, panels_clean,      NULL,              panels_cleaned,    NULL, EVERY_REFUSAL },
};
/* clang-format on */

const Flow flow_panel_refresh = {
        .name = "panel.refresh", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 600, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = STEP_CLEAN,     /* with the older panels gone there is no way back */
        .words = panel_words,
};
