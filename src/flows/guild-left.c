/*
 * A guild removed us, and perhaps invites us again. Subject: the guild. Nothing can be said or done there while we are out of it, so both only
 * write down what is so: tickets are over, and open again when their channels are still there.
 */

#include <errno.h>

#include "flows.h"

static int guild_left(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        (void) reply;
        if (c->facts->settings.has_left || !c->facts->settings.is_set_up)
                return 0;
        store_add_guild_left(checkpoint->batch, c->guild);
        audit_add(c, checkpoint, "guild.left", NULL);
        return 0;
}

static int guild_back(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const Json *list = json_get(c->args, "channels");
        _free_ ChannelId *channels = new0(ChannelId, (size_t) json_array_size(list) + 1);
        size_t n = 0;

        (void) reply;
        if (!channels)
                return -ENOMEM;
        if (!c->facts->settings.has_left)
                return 0;
        JSON_FOREACH(item, list)
                if (json_to_u64(item, &channels[n].v) == 0)
                        n++;
        store_add_guild_back(checkpoint->batch, c->guild, channels, n);
        audit_add(c, checkpoint, "guild.back", NULL);
        return 0;
}

static const Step left_steps[] = {
        { .name = "left", .kind = STEP_DB, .apply = guild_left },
};

static const Step back_steps[] = {
        { .name = "back", .kind = STEP_DB, .apply = guild_back },
};

const Flow flow_guild_left = {
        .name = "guild.left", .version = 1, .ttl_s = 0, .steps = left_steps, .n_steps = ELEMENTSOF(left_steps),
        .words_before = ELEMENTSOF(left_steps),
};

const Flow flow_guild_back = {
        .name = "guild.back", .version = 1, .ttl_s = 0, .steps = back_steps, .n_steps = ELEMENTSOF(back_steps),
        .words_before = ELEMENTSOF(back_steps),
};
