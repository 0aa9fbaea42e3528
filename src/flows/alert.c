/* What administrators must know and nobody who pressed can mend: one entry in the action log. Subject: the guild. At most once an hour. */

#include "overflow.h"

#include <stdio.h>

#include "magikal/views.h"

#define ONCE_IN (60 * 60 * USEC_PER_SEC)

/* clang-format off */
static const struct {
        const char *name;               /* argument "what" */
        TextId title, text;
} alerts[_ALERT_MAX] = {
        [ALERT_GUILD_FULL]      = { "guild_full",      TEXT_ALERT_GUILD_FULL_TITLE,    TEXT_ALERT_GUILD_FULL },
        [ALERT_CATEGORY_FULL]   = { "category_full",   TEXT_ALERT_CATEGORY_FULL_TITLE, TEXT_ALERT_CATEGORY_FULL },
};
/* clang-format on */

void alert_add(const StepContext *c, Checkpoint *checkpoint, Alert alert) {
        char args[48];

        (void) snprintf(args, sizeof(args), "{\"what\":\"%s\"}", alerts[alert].name);
        guild_flow_add(c, checkpoint, &flow_admin_alert, args, "tmr:alert:%s:%llu:%llu", alerts[alert].name, (unsigned long long) c->guild.v,
                       (unsigned long long) (c->facts->now / ONCE_IN));
}

/* _ALERT_MAX: none that this version knows. */
static Alert alert_of(const StepContext *c) {
        const char *name = args_text(c, "what");
        Alert alert = 0;

        while (alert < _ALERT_MAX && !streq_ptr(alerts[alert].name, name))
                alert++;
        return alert;
}

static int alert_log(const StepContext *c, StepRequest *ret) {
        Alert alert = alert_of(c);
        char *body;
        int r;

        if (alert == _ALERT_MAX || log_channel(c).v == 0)
                return STEP_SKIP;
        r = view_alert(c->facts->settings.lang, alerts[alert].title, alerts[alert].text, c->marker, &body);
        return r < 0 ? r : message_create(log_channel(c), body, ret);
}

static int alert_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        Alert alert = alert_of(c);

        (void) reply;
        if (alert == _ALERT_MAX)
                return 0;
        checkpoint->event = "guild.full";
        checkpoint->sentence = text_lookup(LANG_EN, alerts[alert].text);        /* as the guild's log has it, where there is one */
        return 0;
}

static const Step steps[] = {
        { "log", STEP_REST, alert_log, &find_in_log, alert_known, NULL, EVERY_REFUSAL, NEEDS_TO_POST, log_channel, NULL, NULL, NULL, NULL },
};

const Flow flow_admin_alert = {
        .name = "admin.alert", .version = 1, .ttl_s = 0, .steps = steps, .n_steps = ELEMENTSOF(steps), .words_before = ELEMENTSOF(steps),
};
