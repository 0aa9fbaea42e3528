/* A ticket that the database does not know, but a channel of ours does: what its topic says goes to the flow that rebuilds it. */

#include "magikal/topic.h"
#include "worker.h"

#define TRY_EVERY (24 * 60 * 60 * USEC_PER_SEC) /* what could not be rebuilt, e.g. while its opener has another ticket */

static int write_args(ChannelId channel, const Topic *topic, int guild_no, char **ret_args) {
        const char *role = requested_role_to_string(topic->requested);
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        json_id(&w, "tid", topic->ticket.v);
        json_id(&w, "channel", channel.v);
        json_id(&w, "no", (uint64_t) guild_no);
        if (topic->recruit.v)
                json_id(&w, "app", topic->recruit.v);
        if (role)
                json_string(&w, "role", role);
        if (topic->zone.text[0])
                json_string(&w, "zone", topic->zone.text);
        json_close(&w);
        return json_writer_finish(&w, ret_args);
}

void lost_ticket_found(Worker *worker, GuildId guild, ChannelId channel, const Topic *topic, int guild_no) {
        _free_ char *args = NULL;

        if (write_args(channel, topic, guild_no, &args) < 0)
                return;         /* the next sweep */
        (void) unasked_accept(worker,
                              &(Unasked) { .flow = &flow_ticket_rebuild, .guild = guild, .user = topic->opener, .ticket = topic->ticket,
                                           .args = args },
                              NULL, "rebuild:%llu:%llu", (unsigned long long) channel.v,
                              (unsigned long long) (clock_realtime() / TRY_EVERY));     /* lost now: the next sweep */
}
