/* Topics that somebody edited by hand: seen at once by the event, or by the sweeper. */

#include <stdio.h>

#include "magikal/permission.h"
#include "magikal/topic.h"
#include "worker.h"

#define MEND_EVERY (10 * 60 * USEC_PER_SEC)     /* Discord allows two changes in that time; the other one is the applicant's */

bool channel_is_ours(const Worker *worker, const Json *channel) {
        JSON_FOREACH(overwrite, json_get(channel, "permission_overwrites")) {
                int64_t type;
                uint64_t id;

                if (json_get_i64(overwrite, "type", &type) == 0 && type == OVERWRITE_MEMBER && json_get_u64(overwrite, "id", &id) == 0 &&
                    id == worker->role.bot_user.v)
                        return true;
        }
        return false;
}

/* ---- a flow that looks and mends ----------------------------------------------------------------------------------------------------- */

typedef struct Broken {
        Worker *worker;
        GuildId guild;
        TicketId ticket;
        ChannelId channel;
} Broken;

static void mend(const Broken *broken) {
        (void) unasked_accept(broken->worker,
                              &(Unasked) { .flow = &flow_topic_mend, .guild = broken->guild, .ticket = broken->ticket }, NULL,
                              "topic:%llu:%llu", (unsigned long long) broken->channel.v,
                              (unsigned long long) (clock_realtime() / MEND_EVERY));    /* lost now: the sweeper finds it */
}

static void edit_known(int outcome, const EditState *edit, void *userdata) {
        _free_ Broken *broken = userdata;

        /* ours is on its way, and says what the row says */
        if (outcome == 0 && !(edit->is_known && edit->want_version > edit->have_version))
                mend(broken);
}

void topic_compare(Worker *worker, const Ticket *ticket, const Application *application, const Json *channel) {
        Topic topic = topic_of(ticket, application);
        Broken *broken;

        if (!ticket_may(ticket->state, TICKET_EVENT_CLOSE, NULL) || ticket->opener_user.v == 0 ||
            topic_is_intact(json_text(json_get(channel, "topic")), &topic))
                return;
        broken = new0(Broken, 1);
        if (!broken)
                return;         /* the next sweep */
        *broken = (Broken) { worker, ticket->guild, ticket->id, ticket->channel };
        if (store_edit_state(worker->store, ticket->channel, (MessageId) { 0 }, edit_known, broken) < 0)
                free(broken);
}

/* ---- the event ----------------------------------------------------------------------------------------------------------------------------- */

typedef struct Update {
        Worker *worker;
        Json *channel;
} Update;

static Update *update_free(Update *update) {
        if (update)
                (void) json_free(update->channel);
        free(update);
        return NULL;
}
DEFINE_CLEANUP(Update *, update_free)

static void update_looked_up(int outcome, const Facts *facts, void *userdata) {
        _cleanup_(update_freep) Update *update = userdata;

        if (outcome == 0 && facts->ticket.id.v)
                topic_compare(update->worker, &facts->ticket, &facts->recruit->application, update->channel);
}

void topic_updated(Worker *worker, const Json *d) {
        _cleanup_(update_freep) Update *update = NULL;
        uint64_t guild, channel;

        if (!channel_is_ours(worker, d) || json_get_u64(d, "guild_id", &guild) != 0 || json_get_u64(d, "id", &channel) != 0)
                return;
        update = new0(Update, 1);
        if (!update)
                return;         /* the sweeper finds it */
        *update = (Update) { worker, json_copy(d) };
        if (update->channel &&
            store_recruit_facts(worker->store, &(RecruitQuery) { .guild = { guild }, .channel = { channel } }, update_looked_up, update) >= 0)
                (void) TAKE(update);
}
