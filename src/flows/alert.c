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
        char key[80], subject[40], args[48];

        (void) snprintf(key, sizeof(key), "tmr:alert:%s:%llu:%llu", alerts[alert].name, (unsigned long long) c->guild.v,
                        (unsigned long long) (c->facts->now / ONCE_IN));
        (void) snprintf(subject, sizeof(subject), "guild:%llu", (unsigned long long) c->guild.v);
        (void) snprintf(args, sizeof(args), "{\"what\":\"%s\"}", alerts[alert].name);
        store_add_flow(checkpoint->batch, &(AcceptRequest) { .idem_key = key, .kind = flow_admin_alert.name, .code_version = flow_admin_alert.version,
                                                             .guild = c->guild, .subject = subject, .args = args });
}

static int alert_log(const StepContext *c, StepRequest *ret) {
        const char *name = args_text(c, "what");
        char *body;

        for (size_t i = 0; i < ELEMENTSOF(alerts); i++)
                if (streq_ptr(alerts[i].name, name) && log_channel(c).v) {
                        int r = view_alert(c->facts->settings.lang, alerts[i].title, alerts[i].text, c->marker, &body);

                        return r < 0 ? r : message_create(log_channel(c), body, ret);
                }
        return STEP_SKIP;
}

static int alert_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const char *name = args_text(c, "what");

        (void) reply;
        for (size_t i = 0; i < ELEMENTSOF(alerts); i++)
                if (streq_ptr(alerts[i].name, name)) {
                        checkpoint->event = "guild.full";
                        checkpoint->sentence = text_lookup(LANG_EN, alerts[i].text);    /* as the guild's log has it, where there is one */
                }
        return 0;
}

static const Step steps[] = {
        { "log", STEP_REST, alert_log, &find_in_log, alert_known, NULL, EVERY_REFUSAL, NEEDS_TO_POST, log_channel, NULL, NULL, NULL, NULL },
};

const Flow flow_admin_alert = {
        .name = "admin.alert", .version = 1, .ttl_s = 0, .steps = steps, .n_steps = ELEMENTSOF(steps), .words_before = ELEMENTSOF(steps),
};
