/* A ticket that the database does not know, but a channel of ours does: what its topic says goes to the flow that rebuilds it. */

#include <stdio.h>

#include "magikal/topic.h"
#include "worker.h"

#define TRY_EVERY (24 * 60 * 60 * USEC_PER_SEC) /* what could not be rebuilt, e.g. while its opener has another ticket */

static void rebuild_accepted(int outcome, const Accepted *accepted, void *userdata) {
        Worker *worker = userdata;

        if (outcome == 0 && accepted->flow.v)
                (void) engine_accepted(worker->engine, accepted->flow, NULL);   /* nobody to answer; the claim timer runs it too */
}

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
        char idem[80], subject[40];
        _free_ char *args = NULL;
        AcceptRequest request = { .idem_key = idem, .kind = flow_ticket_rebuild.name, .code_version = flow_ticket_rebuild.version,
                                  .guild = guild, .user = topic->opener, .subject = subject };

        if (write_args(channel, topic, guild_no, &args) < 0)
                return;         /* the next sweep */
        request.args = args;
        (void) snprintf(idem, sizeof(idem), "rebuild:%llu:%llu", (unsigned long long) channel.v,
                        (unsigned long long) (clock_realtime() / TRY_EVERY));
        (void) snprintf(subject, sizeof(subject), "ticket:%llu", (unsigned long long) topic->ticket.v);
        (void) store_accept(worker->store, &request, rebuild_accepted, worker); /* lost now: the next sweep */
}
