/* Dispatches that are no interactions: the world moved, and our rows follow. */

#include <errno.h>
#include <stdio.h>

#include "magikal/log.h"
#include "worker.h"

/* ---- a ticket's channel is gone --------------------------------------------------------------------------------------------------- */

static void gone_accepted(int outcome, const Accepted *accepted, void *userdata) {
        unasked_accepted(outcome, accepted, userdata);
        if (outcome != 0)
                log_event(LOG_NOTICE, "ticket.channel_gone_later", "A deleted ticket channel could not be noted; the sweeper will find it.");
}

void world_channel_gone(Worker *worker, GuildId guild, TicketId ticket, ChannelId channel) {
        (void) unasked_accept(worker, &(Unasked) { .flow = &flow_channel_gone, .guild = guild, .ticket = ticket }, gone_accepted,
                              "gone:%llu", (unsigned long long) channel.v);             /* lost now: the sweeper finds it */
}

typedef struct Lookup {
        Worker *worker;
        ChannelId channel;
} Lookup;

static void gone_looked_up(int outcome, const Facts *facts, void *userdata) {
        _free_ Lookup *lookup = userdata;

        /* while it is opened or closed, the flow that does so finds out by itself; most often it is our own delete */
        if (outcome == 0 && facts->ticket.state == TICKET_OPEN && facts->ticket.id.v && facts->ticket.channel.v == lookup->channel.v)
                world_channel_gone(lookup->worker, facts->ticket.guild, facts->ticket.id, lookup->channel);
}

static void on_channel_delete(Worker *worker, const Json *d) {
        Lookup *lookup;
        uint64_t guild, channel;

        if (json_get_u64(d, "guild_id", &guild) != 0 || json_get_u64(d, "id", &channel) != 0)
                return;
        target_deleted(worker, (GuildId) { guild }, channel);
        lookup = new0(Lookup, 1);
        if (!lookup)
                return;         /* the sweeper finds it */
        *lookup = (Lookup) { worker, (ChannelId) { channel } };
        if (store_facts(worker->store, (GuildId) { guild }, (TicketId) { 0 }, lookup->channel, gone_looked_up, lookup) < 0)
                free(lookup);
}

/* ---- a guild arrives: what happened while nobody listened ---------------------------------------------------------------------------- */

static void name_kept(int outcome, const StoreReply *reply, void *userdata) {
        (void) reply;
        (void) userdata;
        if (outcome != 0)
                log_event(LOG_DEBUG, "guild.name_later", "A guild's name could not be kept; it comes again with the next GUILD_CREATE.");
}

static void keep_name(Worker *worker, GuildId guild, const Json *d) {
        const char *name = json_text(json_get(d, "name"));

        /* lost: the next GUILD_CREATE */
        if (name)
                (void) store_guild_name(worker->store, guild, name, json_text(json_get(d, "preferred_locale")), name_kept, NULL);
}

static void on_guild_update(Worker *worker, const Json *d) {
        uint64_t guild;

        if (json_get_u64(d, "id", &guild) == 0)
                keep_name(worker, (GuildId) { guild }, d);
}

static void on_guild_create(Worker *worker, const Json *d) {
        bool is_unavailable = false;
        const Json *channels;
        uint64_t guild;

        (void) json_get_bool(d, "unavailable", &is_unavailable);        /* absent: there */
        if (is_unavailable || json_get_u64(d, "id", &guild) != 0 || json_get_array(d, "channels", &channels) != 0)
                return;
        keep_name(worker, (GuildId) { guild }, d);
        targets_compare(worker, (GuildId) { guild }, channels, json_get(d, "roles"));
        sweep_guild(worker, (GuildId) { guild }, channels, false);      /* one guild after the other: the sweep after READY */
}

/* ---- roles or channels changed: somebody may have given what a flow waits for ------------------------------------------------------- */

static void woken(int outcome, const FlowId *flows, size_t n_flows, void *userdata) {
        Worker *worker = userdata;

        (void) flows;
        if (outcome == 0 && n_flows > 0)
                engine_wake(worker->engine);
}

static void on_rights_changed(Worker *worker, const Json *d) {
        uint64_t guild;

        if (json_get_u64(d, "guild_id", &guild) == 0)
                (void) store_wake_blocked(worker->store, (GuildId) { guild }, woken, worker);   /* lost: they look every five minutes */
}

static void on_role_delete(Worker *worker, const Json *d) {
        uint64_t guild, role;

        if (json_get_u64(d, "guild_id", &guild) == 0 && json_get_u64(d, "role_id", &role) == 0)
                target_deleted(worker, (GuildId) { guild }, role);
}

static void on_channel_update(Worker *worker, const Json *d) {
        on_rights_changed(worker, d);
        topic_updated(worker, d);
}

void world_event(Worker *worker, const char *event, const char *frame, size_t n_bytes) {
        static const struct {
                const char *event;
                void (*handle)(Worker *worker, const Json *d);
        } events[] = {
                { "CHANNEL_DELETE", on_channel_delete },
                { "CHANNEL_UPDATE", on_channel_update },
                { "MESSAGE_CREATE", message_reopen_qna },
                { "READY", guilds_listed },
                { "GUILD_CREATE", on_guild_create },
                { "GUILD_DELETE", guild_deleted },
                { "GUILD_UPDATE", on_guild_update },
                { "GUILD_MEMBER_ADD", member_added },
                { "GUILD_MEMBER_REMOVE", member_removed },
                { "GUILD_MEMBER_UPDATE", on_rights_changed },
                { "GUILD_ROLE_DELETE", on_role_delete },
                { "GUILD_ROLE_UPDATE", on_rights_changed },
        };
        _json_ Json *json = NULL;

        for (size_t i = 0; i < ELEMENTSOF(events); i++) {
                if (!streq(events[i].event, event) || n_bytes == 0)
                        continue;
                if (json_parse(frame, n_bytes, &json) == 0)
                        events[i].handle(worker, json_get(json, "d"));
                return;
        }
}
