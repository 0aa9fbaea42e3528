/*
 * The sweeper compares tickets with channels. What it mends is safe to mend twice and on several hosts at once:
 *
 *      open ticket, channel gone              → the ticket is closed (a flow of its own)
 *      channel with a marker, ticket over     → the channel is deleted
 *      second channel with a live marker      → deleted; the ticket's own stays
 *      channel with a marker, ticket unknown  → rebuilt (a flow of its own)
 *      open ticket, its topic edited          → the markers are put back (a flow of its own)
 *      applicant gone, or back                → noted (a flow of its own)
 *
 * A channel is only deleted when our database knows its ticket: an unknown marker is all that is left of a ticket after a restore. And
 * only when it is one that we made: Discord does not tell who did, but a topic that is ours to the letter and our own overwrite, which no
 * channel of somebody else has both of, do. What people have changed since is left to them.
 */

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "magikal/log.h"
#include "magikal/topic.h"
#include "worker.h"

#define ORPHAN_AGE (2 * 60 * USEC_PER_SEC)      /* younger ones may belong to a flow whose reply is under way */
#define GUILD_PAUSE USEC_PER_SEC                /* at most one look a second, so that people's requests come first */

struct Sweep {
        Worker *worker;
        GuildId *guilds;
        size_t n_guilds, next;
        sd_event_source *timer;
};

/* ---- one guild ---------------------------------------------------------------------------------------------------------------------- */

typedef struct Comparison {
        Worker *worker;
        GuildId guild;
        Json *channels;
        bool looks;                     /* at applicants */
        LiveApplication *applications;
        size_t n_applications;
} Comparison;

static Comparison *comparison_free(Comparison *c) {
        if (c) {
                (void) json_free(c->channels);
                free(c->applications);
        }
        free(c);
        return NULL;
}
DEFINE_CLEANUP(Comparison *, comparison_free)

static void orphan_deleted(int outcome, const RestReply *reply, void *userdata) {
        (void) userdata;
        if (outcome != 0 && outcome != REST_GONE)
                log_event(LOG_NOTICE, "sweep.not_deleted", "A channel that belongs to no ticket could not be deleted yet.",
                          LOG_I64("code", reply ? reply->code : 0));
}

static void delete_orphan(Worker *worker, ChannelId channel) {
        log_event(LOG_WARNING, "sweep.orphan", "A channel that belongs to no live ticket is deleted.", LOG_CHANNEL(channel.v));
        (void) rest_send(worker->rest,
                         &(RestRequest) { .route = ROUTE_CHANNEL_DELETE, .ids = { channel.v }, .audit_reason = "Magikal: no ticket belongs to this" },
                         orphan_deleted, NULL);         /* not sent: the next sweep */
}

/* A channel that no live ticket has. */
typedef struct Suspect {
        Worker *worker;
        GuildId guild;
        ChannelId channel;
        Topic topic;
        bool is_ours;                   /* nobody has changed the topic that we made it with */
        int guild_no;
} Suspect;

/* The ticket's own channel is another one, or gone. Another opener: then the number was given twice, by two copies of the database. */
static void judge_duplicate(const Suspect *suspect, const Ticket *ticket) {
        if (suspect->is_ours && suspect->topic.opener.v == ticket->opener_user.v)
                delete_orphan(suspect->worker, suspect->channel);
}

static void suspect_judged(int outcome, const Facts *facts, void *userdata) {
        _free_ Suspect *suspect = userdata;

        if (outcome != 0 || facts->settings.has_left)
                return;         /* the next sweep: a guild that has us again opens its tickets first */
        if (facts->ticket.id.v == 0)
                lost_ticket_found(suspect->worker, suspect->guild, suspect->channel, &suspect->topic, suspect->guild_no);
        else if (!ticket_is_live(facts->ticket.state))
                judge_duplicate(suspect, &facts->ticket);
}

/* Not among the live: ask for the ticket itself before anything is done. */
static void judge_suspect(const Suspect *s) {
        Suspect *suspect = new0(Suspect, 1);

        if (!suspect)
                return;
        *suspect = *s;
        if (store_facts(s->worker->store, s->guild, s->topic.ticket, (ChannelId) { 0 }, suspect_judged, suspect) < 0)
                free(suspect);
}

static const Ticket *ticket_in(const Ticket *tickets, size_t n_tickets, TicketId id) {
        for (size_t i = 0; i < n_tickets; i++)
                if (tickets[i].id.v == id.v)
                        return &tickets[i];
        return NULL;
}

/* The number in "support-7-name"; 0: none. */
static int number_in(const char *name) {
        const char *dash = name ? strchr(name, '-') : NULL;
        long n = dash ? strtol(dash + 1, NULL, 10) : 0;

        return n > 0 && n < INT_MAX ? (int) n : 0;
}

/* What a channel with a marker says about itself; false for one without, and for one that we did not make. */
static bool read_suspect(const Comparison *c, const Json *channel, uint64_t id, Suspect *ret) {
        const char *text = json_text(json_get(channel, "topic"));
        Topic topic = topic_read(text);
        _strbuf_ StrBuf ours = {};

        if (topic.ticket.v == 0 || topic.opener.v == 0 || c->worker->role.bot_user.v == 0 || !channel_is_ours(c->worker, channel))
                return false;
        topic_write(&ours, &topic);
        *ret = (Suspect) {
                .worker = c->worker, .guild = c->guild, .channel = { id }, .topic = topic,
                .is_ours = ours.error == 0 && streq(strbuf_text(&ours), text), .guild_no = number_in(json_text(json_get(channel, "name"))),
        };
        return true;
}

static const LiveApplication *application_in(const Comparison *c, TicketId ticket) {
        for (size_t i = 0; i < c->n_applications; i++)
                if (c->applications[i].ticket.v == ticket.v)
                        return &c->applications[i];
        return NULL;
}

static void compare_topic(const Comparison *c, const Ticket *ticket, const Json *channel) {
        const LiveApplication *live = application_in(c, ticket->id);
        Application application = {};

        if (live)
                application = (Application) { .id = live->id, .requested = live->requested, .zone = live->zone.text };
        /* an application that is missing here was made, or its ticket opened, since the applications were read */
        if (live || ticket->kind != TICKET_RECRUITMENT)
                topic_compare(c->worker, ticket, &application, channel);
}

static const Ticket *ticket_of_channel(const Ticket *tickets, size_t n_tickets, uint64_t channel) {
        for (size_t i = 0; i < n_tickets; i++)
                if (tickets[i].channel.v == channel)
                        return &tickets[i];
        return NULL;
}

static void compare_channel(const Comparison *c, const Json *channel, const Ticket *tickets, size_t n_tickets) {
        const Ticket *ticket;
        Suspect suspect;
        uint64_t id;

        if (json_get_u64(channel, "id", &id) != 0)
                return;
        /* a ticket's own channel is that, whatever its topic says by now */
        ticket = ticket_of_channel(tickets, n_tickets, id);
        if (ticket) {
                compare_topic(c, ticket, channel);
                return;
        }
        if (snowflake_time(id) + ORPHAN_AGE > clock_realtime() || !read_suspect(c, channel, id, &suspect))
                return;
        ticket = ticket_in(tickets, n_tickets, suspect.topic.ticket);
        if (!ticket)
                judge_suspect(&suspect);
        else if (ticket->channel.v)
                judge_duplicate(&suspect, ticket);
}

static void look_at_applicant(const Comparison *c, const Ticket *ticket) {
        const LiveApplication *application = application_in(c, ticket->id);

        if (application && ticket->opener_user.v)
                members_look(c->worker, &(MemberLook) { c->guild, ticket->id, ticket->opener_user, application->has_left });
}

static void compare(int outcome, const Ticket *tickets, size_t n_tickets, void *userdata) {
        _cleanup_(comparison_freep) Comparison *c = userdata;

        if (outcome != 0)
                return;         /* the next sweep */
        for (size_t i = 0; i < n_tickets; i++)
                if (tickets[i].state == TICKET_OPEN && tickets[i].channel.v && !is_listed(c->channels, tickets[i].channel.v) &&
                    snowflake_time(tickets[i].channel.v) + ORPHAN_AGE < clock_realtime())
                        world_channel_gone(c->worker, c->guild, tickets[i].id, tickets[i].channel);
        JSON_FOREACH(channel, c->channels)
                compare_channel(c, channel, tickets, n_tickets);
        for (size_t i = 0; c->looks && i < n_tickets; i++)
                look_at_applicant(c, &tickets[i]);
}

static void applications_known(int outcome, const LiveApplication *applications, size_t n_applications, void *userdata) {
        _cleanup_(comparison_freep) Comparison *c = userdata;

        if (outcome != 0)
                return;         /* the next sweep */
        c->applications = new0(LiveApplication, n_applications + 1);
        if (!c->applications)
                return;
        copy_bytes(c->applications, applications, n_applications * sizeof(*applications));
        c->n_applications = n_applications;
        if (store_live_tickets(c->worker->store, c->guild, compare, c) < 0)
                return;
        (void) TAKE(c);
}

void sweep_guild(Worker *worker, GuildId guild, const Json *channels, bool looks) {
        _cleanup_(comparison_freep) Comparison *c = new0(Comparison, 1);

        if (!c)
                return;
        *c = (Comparison) { .worker = worker, .guild = guild, .channels = json_copy(channels), .looks = looks };
        if (!c->channels || store_live_applications(worker->store, guild, applications_known, c) < 0)
                return;
        (void) TAKE(c);
}

/* ---- all guilds, one after the other ------------------------------------------------------------------------------------------------- */

Sweep *sweep_free(Sweep *sweep) {
        if (!sweep)
                return NULL;
        sd_event_source_disable_unref(sweep->timer);
        free(sweep->guilds);
        free(sweep);
        return NULL;
}

static void sweep_next(Sweep *sweep);

static int sweep_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Sweep *sweep = userdata;

        (void) source;
        (void) usec;
        sweep->timer = sd_event_source_disable_unref(sweep->timer);
        sweep_next(sweep);
        return 0;
}

typedef struct GuildLook {
        Worker *worker;
        GuildId guild;
} GuildLook;

static void guild_looked(int outcome, const RestReply *reply, void *userdata) {
        _free_ GuildLook *look = userdata;

        if (outcome != 0 || !json_is_array(reply->body))
                return;
        targets_compare(look->worker, look->guild, reply->body, NULL);
        sweep_guild(look->worker, look->guild, reply->body, true);
}

static void sweep_next(Sweep *sweep) {
        Worker *worker = sweep->worker;
        GuildLook *look;

        if (sweep->next >= sweep->n_guilds) {
                worker->sweep = sweep_free(sweep);
                return;
        }
        look = new0(GuildLook, 1);
        if (look) {
                *look = (GuildLook) { worker, sweep->guilds[sweep->next] };
                if (rest_send(worker->rest, &(RestRequest) { .route = ROUTE_GUILD_CHANNELS, .ids = { look->guild.v } }, guild_looked, look) < 0)
                        free(look);
        }
        sweep->next++;
        if (sd_event_add_time_relative(worker->role.event, &sweep->timer, CLOCK_BOOTTIME, GUILD_PAUSE, 1, sweep_timer, sweep) < 0)
                worker->sweep = sweep_free(sweep);
}

static void sweep_guilds_known(int outcome, const GuildId *guilds, size_t n_guilds, void *userdata) {
        Worker *worker = userdata;
        Sweep *sweep;

        if (outcome != 0 || n_guilds == 0 || worker->sweep || worker->is_draining)
                return;
        sweep = new0(Sweep, 1);
        if (!sweep)
                return;
        *sweep = (Sweep) { .worker = worker, .guilds = new0(GuildId, n_guilds), .n_guilds = n_guilds };
        if (!sweep->guilds) {
                (void) sweep_free(sweep);
                return;
        }
        copy_bytes(sweep->guilds, guilds, n_guilds * sizeof(*guilds));
        worker->sweep = sweep;
        sweep_next(sweep);
}

void sweep_start(Worker *worker) {
        if (!worker->sweep)
                (void) store_guilds(worker->store, sweep_guilds_known, worker);         /* not now: the next tick */
}
