/* The other /tickets commands that change something: ping roles and the DM switch (rows only), and the explanation for members (one message). */

#include <errno.h>

#include "flows.h"
#include "magikal/views.h"

/* ---- settings.change ------------------------------------------------------------------------------------------------------------- */

static int change_words(const StepContext *c, const char *why, char **ret_body) {
        GuildSettings before, after;

        if (why)
                return say_why(c, why, TEXT_TROUBLE, ret_body);
        (void) settings_saved(c, 0, &before, &after);   /* without a result before and after are alike, and it says so */
        return view_settings_change(person_lang(c), &before, &after, false, ret_body);
}

/* clang-format off */
static const Step change_steps[] = {
        /* stored name  kind     build  done already?  apply          take it back  tolerates */
        { "save",       STEP_DB, NULL,  NULL,          settings_save, NULL,         0 },
};
/* clang-format on */

const Flow flow_settings_change = {
        .name = "settings.change", .version = 1, .ttl_s = 600, .steps = change_steps, .n_steps = ELEMENTSOF(change_steps),
        .words_before = ELEMENTSOF(change_steps), .words = change_words,
};

/* ---- about.post ------------------------------------------------------------------------------------------------------------------- */

static ChannelId about_channel(const StepContext *c) {
        return (ChannelId) { args_id(c, "channel") };
}

static int about_post(const StepContext *c, StepRequest *ret) {
        char *body;
        int r = view_support_about(c->facts->settings.lang, c->marker, &body);

        return r < 0 ? r : message_create(about_channel(c), body, ret);
}

static int about_find_build(const StepContext *c, StepRequest *ret) {
        return message_find_build(about_channel(c), c, ret);
}

static int about_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        audit_add(c, checkpoint, "about.posted", NULL);
        return 0;
}

static int about_words(const StepContext *c, const char *why, char **ret_body) {
        if (why)
                return say_why(c, why, TEXT_TROUBLE, ret_body);
        return say(c, ret_body, TEXT_ABOUT_POSTED, TEXT_ARGS(ARG_CHANNEL("channel", about_channel(c))));
}

/* clang-format off */
static const StepProbe about_find = { about_find_build, message_find_match, true };

static const Step about_steps[] = {
        /* stored name  kind       build       done already?  apply        take it back  tolerates  needs          where */
        { "post",       STEP_REST, about_post, &about_find,   about_known, NULL,         0,         NEEDS_TO_POST, about_channel },
};
/* clang-format on */

const Flow flow_about_post = {
        .name = "about.post", .version = 1, .ttl_s = 600, .steps = about_steps, .n_steps = ELEMENTSOF(about_steps),
        .words_before = ELEMENTSOF(about_steps), .words = about_words,
};
