/*
 * Somebody edited the topic of a ticket's channel by hand. Subject: the ticket. The database is the truth, so the markers are put back; what
 * people wrote around them stays, as far as there is room.
 *
 * Discord allows two changes of a topic in ten minutes, which the editor keeps; so a topic is mended at most once in that time, and nobody's
 * patience wins over anybody's.
 */

#include <errno.h>

#include "magikal/cut.h"
#include "magikal/limits.h"
#include "magikal/topic.h"
#include "recruit.h"

/* What the worker saw may have been mended meanwhile, or was our own change on its way. */
static int topic_look(const StepContext *c, StepRequest *ret) {
        const Ticket *ticket = &c->facts->ticket;

        if (!ticket_may(ticket->state, TICKET_EVENT_CLOSE, NULL) || ticket->opener_user.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_CHANNEL_GET, .ids = { ticket->channel.v } };
        return 0;
}

static int want_mended(const StepContext *c, const Topic *topic, const char *text, Checkpoint *checkpoint) {
        ChannelId channel = c->facts->ticket.channel;
        _json_writer_ JsonWriter w = {};
        _strbuf_ StrBuf mended = {};
        _free_ char *cut = NULL;
        char *body;
        int r;

        topic_mend(&mended, topic, text);
        if (mended.error < 0)
                return mended.error;
        cut = strndup(strbuf_text(&mended), cut_fitting(strbuf_text(&mended), LIMIT_CHANNEL_TOPIC));
        if (!cut)
                return -ENOMEM;
        json_open(&w);
        json_string(&w, "topic", cut);
        json_close(&w);
        r = json_writer_finish(&w, &body);
        if (r < 0)
                return r;
        store_add_overwritten(checkpoint->batch, channel, (MessageId) { 0 });
        return want_edit(c, checkpoint, channel, (MessageId) { 0 }, body);
}

static int topic_looked(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        Topic topic = topic_of(&c->facts->ticket, recruit_application(c));
        const char *text = json_text(json_get(reply->body, "topic"));

        if (reply->is_skipped || reply->outcome != 0 || topic_is_intact(text, &topic))
                return 0;
        audit_add(c, checkpoint, "ticket.topic_mended", NULL);
        return want_mended(c, &topic, text, checkpoint);
}

/* clang-format off */
static const Step steps[] = {
        /* stored name  kind       build       done already?  apply         take it back  tolerates                                         needs  where */
        { "look",       STEP_REST, topic_look, NULL,          topic_looked, NULL,         TOLERATES(REST_GONE) | TOLERATES(REST_FORBIDDEN), 0,     NULL },
};
/* clang-format on */

const Flow flow_topic_mend = {
        .name = "topic.mend", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 0, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = ELEMENTSOF(steps),
};
