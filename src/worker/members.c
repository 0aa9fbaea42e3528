/*
 * Applicants who left or came back. The gateway tells at once, where the application has the privileged intent; without it, and for what
 * happened while nobody listened, the sweeper asks for each applicant of an open ticket, one a second, so that people's requests come first.
 */

#include "magikal/log.h"
#include "worker.h"

#define LOOK_PAUSE USEC_PER_SEC
#define LOOKS_MAX 4096          /* in line; who finds no place is looked at by the next sweep */
#define SAME_NEWS (10 * USEC_PER_SEC)   /* the same of the same ticket is not accepted twice within; what is missed the sweeper finds */

struct Members {
        Worker *worker;
        MemberLook *looks;
        size_t n_looks, next;
        sd_event_source *timer;
};

/* ---- a flow that looks and stores ------------------------------------------------------------------------------------------------------ */

void member_news(Worker *worker, const Flow *flow, GuildId guild, TicketId ticket) {
        (void) unasked_accept(worker, &(Unasked) { .flow = flow, .guild = guild, .ticket = ticket }, NULL, "%s:%llu:%llu", flow->name,
                              (unsigned long long) ticket.v,
                              (unsigned long long) (clock_realtime() / SAME_NEWS));     /* lost now: the sweeper finds it */
}

/* ---- what the gateway tells -------------------------------------------------------------------------------------------------------------- */

typedef struct Event {
        Worker *worker;
        const Flow *flow;
} Event;

static void event_looked_up(int outcome, const Facts *facts, void *userdata) {
        _free_ Event *event = userdata;

        if (outcome == 0 && facts->ticket.id.v)
                member_news(event->worker, event->flow, facts->ticket.guild, facts->ticket.id);
}

static void member_event(Worker *worker, const Flow *flow, const Json *d) {
        uint64_t guild, user;
        Event *event;

        if (json_get_u64(d, "guild_id", &guild) != 0 || json_get_u64(json_get(d, "user"), "id", &user) != 0)
                return;
        event = new0(Event, 1);
        if (!event)
                return;         /* the sweeper finds it */
        *event = (Event) { worker, flow };
        if (store_ticket_of_member(worker->store, (GuildId) { guild }, (UserId) { user }, TICKET_RECRUITMENT, event_looked_up, event) < 0)
                free(event);
}

void member_removed(Worker *worker, const Json *d) {
        member_event(worker, &flow_member_left, d);
}

void member_added(Worker *worker, const Json *d) {
        member_event(worker, &flow_member_back, d);
}

/* ---- looking, one after the other -------------------------------------------------------------------------------------------------------- */

typedef struct Looked {
        Worker *worker;
        MemberLook look;
} Looked;

static void looked(int outcome, const RestReply *reply, void *userdata) {
        _free_ Looked *l = userdata;

        (void) reply;
        if (outcome == REST_GONE && !l->look.has_left)
                member_news(l->worker, &flow_member_left, l->look.guild, l->look.ticket);
        else if (outcome == 0 && l->look.has_left)
                member_news(l->worker, &flow_member_back, l->look.guild, l->look.ticket);
}

static void look_at(Worker *worker, const MemberLook *look) {
        Looked *l = new0(Looked, 1);

        if (!l)
                return;         /* the next sweep */
        *l = (Looked) { worker, *look };
        if (rest_send(worker->rest, &(RestRequest) { .route = ROUTE_MEMBER_GET, .ids = { look->guild.v, look->user.v } }, looked, l) < 0)
                free(l);
}

static void look_next(Members *members);

static int look_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        Members *members = userdata;

        (void) source;
        (void) usec;
        members->timer = sd_event_source_disable_unref(members->timer);
        look_next(members);
        return 0;
}

static void look_next(Members *members) {
        Worker *worker = members->worker;

        if (members->next >= members->n_looks || worker->is_draining) {
                worker->members = members_free(members);
                return;
        }
        look_at(worker, &members->looks[members->next++]);
        if (sd_event_add_time_relative(worker->role.event, &members->timer, CLOCK_BOOTTIME, LOOK_PAUSE, 1, look_timer, members) < 0)
                worker->members = members_free(members);
}

Members *members_free(Members *members) {
        if (!members)
                return NULL;
        sd_event_source_disable_unref(members->timer);
        free(members->looks);
        free(members);
        return NULL;
}

static bool is_in_line(const Members *members, TicketId ticket) {
        for (size_t i = members->next; i < members->n_looks; i++)
                if (members->looks[i].ticket.v == ticket.v)
                        return true;
        return false;
}

void members_look(Worker *worker, const MemberLook *look) {
        Members *members = worker->members;
        bool is_first = !members;

        if (is_first) {
                members = new0(Members, 1);
                if (!members)
                        return;
                *members = (Members) { .worker = worker, .looks = new0(MemberLook, LOOKS_MAX) };
                if (!members->looks) {
                        (void) members_free(members);
                        return;
                }
                worker->members = members;
        }
        if (members->n_looks == LOOKS_MAX || is_in_line(members, look->ticket))
                return;
        members->looks[members->n_looks++] = *look;
        if (is_first)
                look_next(members);
}
