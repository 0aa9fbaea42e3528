/* /tickets: what an administrator asks and sets. */

#include <errno.h>
#include <stdio.h>

#include "magikal/views.h"
#include "worker.h"

void on_set_targets(Job *job) {
        static const char *const names[] = {
                "support_panel", "recruitment_panel", "support_category", "recruitment_category", "log_channel",
        };
        const InteractionOption *panel = interaction_option(job->ix, "support_panel");
        _json_writer_ JsonWriter w = {};
        int n = 0;

        if (job->ix->n_options == 0) {
                job_say(job, TEXT_OPTION_NEEDED, TEXT_ARGS());
                return;
        }
        job_args_begin(job, &w);
        json_id(&w, "panel_channel", panel ? panel->id : job->facts->settings.support_panel.v);
        panel = interaction_option(job->ix, "recruitment_panel");
        json_id(&w, "recruit_panel_channel", panel ? panel->id : job->facts->settings.recruitment_panel.v);
        json_object(&w, "set");
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                const InteractionOption *option = interaction_option(job->ix, names[i]);

                if (option) {
                        json_id(&w, names[i], option->id);
                        n++;
                }
        }
        json_close(&w);
        if (n == 0)
                job_say(job, TEXT_OPTION_NEEDED, TEXT_ARGS());
        else
                job_accept_for_guild(job, &flow_panel_refresh, &w);
}

static void reply_view(Job *job, int (*view)(Lang lang, const GuildSettings *settings, char **ret_data)) {
        char *data = NULL;

        if (view(job->lang, &job->facts->settings, &data) < 0)
                job_say(job, TEXT_TRY_AGAIN, TEXT_ARGS());
        else
                job_reply(job, CALLBACK_MESSAGE, data);
}

void on_show_targets(Job *job) {
        reply_view(job, view_targets);
}

void on_show_ping(Job *job) {
        reply_view(job, view_ping);
}

/* A ticket is to be hidden from its applicant at the approval, which gives them a role that would see it. */
static bool hides_nothing(const Job *job, uint64_t ping) {
        const RecruitSettings *settings = &job->facts->recruit->settings;

        return recruit_hides_nothing(settings->access, settings->member_role, settings->affiliate_role, (RoleId) { ping });
}

void on_set_ping(Job *job) {
        static const char *const names[] = { "support", "recruitment" };
        const InteractionOption *clear = interaction_option(job->ix, "clear");
        _json_writer_ JsonWriter w = {};
        int n = 0;

        job_args_begin(job, &w);
        json_object(&w, "set");
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char key[32];
                const InteractionOption *role;

                (void) snprintf(key, sizeof(key), "%s_role", names[i]);
                role = interaction_option(job->ix, key);
                if (role && role->id == job->ix->guild.v) {     /* @everyone has the guild's id; pinging it is never meant */
                        job_say(job, TEXT_PING_EVERYONE, TEXT_ARGS());
                        return;
                }
                if (role && i == 1 && hides_nothing(job, role->id)) {
                        job_say(job, TEXT_HIDES_NOTHING, TEXT_ARGS());
                        return;
                }
                if (role)
                        json_id(&w, key, role->id);
                else if (clear && (streq(clear->text, names[i]) || streq(clear->text, "both")))
                        json_id(&w, key, 0);
                else
                        continue;
                n++;
        }
        json_close(&w);
        if (n == 0)
                job_say(job, TEXT_OPTION_NEEDED, TEXT_ARGS());
        else
                job_accept_for_guild(job, &flow_settings_change, &w);
}

void on_set_dm_on_close(Job *job) {
        const InteractionOption *enabled = interaction_option(job->ix, "enabled");
        _json_writer_ JsonWriter w = {};

        if (!enabled) {
                job_say(job, TEXT_OPTION_NEEDED, TEXT_ARGS());
                return;
        }
        job_args_begin(job, &w);
        json_object(&w, "set");
        json_bool(&w, "dm_on_close", enabled->boolean);
        json_close(&w);
        job_accept_for_guild(job, &flow_settings_change, &w);
}

void on_post_support_about(Job *job) {
        const InteractionOption *channel = interaction_option(job->ix, "channel");
        _json_writer_ JsonWriter w = {};

        job_args_begin(job, &w);
        json_id(&w, "channel", channel ? channel->id : job->ix->channel.v);
        job_accept_for_guild(job, &flow_about_post, &w);
}
