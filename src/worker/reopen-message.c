/*
 * "!reopen_qna", written in a recruitment ticket. A message carries no permissions: whoever has no capability costs a look at the guild's
 * roles and the channel. Staff's answer is a message of the flow; others are told nothing, as a message is no secret.
 */

#include <errno.h>
#include <stdio.h>

#include "magikal/application.h"
#include "magikal/log.h"
#include "magikal/permission.h"
#include "magikal/text-clean.h"
#include "worker.h"

#define COMMAND_TEXT "!reopen_qna"

typedef struct Wish {
        Worker *worker;
        uint64_t message;
        GuildId guild;
        ChannelId channel;
        UserId author;
        RoleId *roles;
        size_t n_roles;
        TicketId ticket;
        uint64_t everyone;              /* what @everyone may do in the guild */
        PermissionRole *permissions;    /* of the author's roles */
        size_t n_permissions;
} Wish;

static Wish *wish_free(Wish *wish) {
        if (!wish)
                return NULL;
        free(wish->roles);
        free(wish->permissions);
        free(wish);
        return NULL;
}
DEFINE_CLEANUP(Wish *, wish_free)

/* ---- accepting ------------------------------------------------------------------------------------------------------------------------- */

static void wish_accept(const Wish *wish) {
        char args[96];

        (void) snprintf(args, sizeof(args), "{\"tid\":\"%llu\",\"message\":\"%llu\"}", (unsigned long long) wish->ticket.v,
                        (unsigned long long) wish->message);
        if (unasked_accept(wish->worker,
                           &(Unasked) { .flow = &flow_recruit_reopen_qna, .guild = wish->guild, .user = wish->author,
                                        .ticket = wish->ticket, .args = args },
                           NULL, "msg:%llu", (unsigned long long) wish->message) < 0)
                log_event(LOG_NOTICE, "message.not_accepted", "A command that was written as a message could not be taken.",
                          LOG_GUILD(wish->guild.v), LOG_CHANNEL(wish->channel.v));
}

/* ---- may the author? ---------------------------------------------------------------------------------------------------------------------- */

static bool may(const Wish *wish, const Json *channel) {
        const Json *list = json_get(channel, "permission_overwrites");
        _free_ Overwrite *overwrites = new0(Overwrite, (size_t) json_array_size(list) + 1);
        PermissionSubject subject = { .guild = wish->guild, .user = wish->author, .everyone = wish->everyone, .roles = wish->permissions,
                                      .n_roles = wish->n_permissions };
        size_t n = 0;

        if (!overwrites)
                return false;
        JSON_FOREACH(item, list) {
                Overwrite *o = &overwrites[n];
                int64_t type;

                if (json_get_u64(item, "id", &o->id) == 0 && json_get_i64(item, "type", &type) == 0 && json_get_u64(item, "allow", &o->allow) == 0 &&
                    json_get_u64(item, "deny", &o->deny) == 0) {
                        o->type = (OverwriteType) type;
                        n++;
                }
        }
        return permission_has(permission_effective(&subject, overwrites, n), PERMISSION_MANAGE_CHANNELS);
}

static void channel_known(int outcome, const RestReply *reply, void *userdata) {
        _cleanup_(wish_freep) Wish *wish = userdata;

        if (outcome == 0 && may(wish, reply->body))
                wish_accept(wish);
}

static bool has_role(const Wish *wish, uint64_t role) {
        for (size_t i = 0; i < wish->n_roles; i++)
                if (wish->roles[i].v == role)
                        return true;
        return false;
}

static void roles_known(int outcome, const RestReply *reply, void *userdata) {
        _cleanup_(wish_freep) Wish *wish = userdata;

        if (outcome != 0)
                return;
        wish->permissions = new0(PermissionRole, wish->n_roles + 1);
        if (!wish->permissions)
                return;
        JSON_FOREACH(role, reply->body) {
                uint64_t id, permissions;

                if (json_get_u64(role, "id", &id) != 0 || json_get_u64(role, "permissions", &permissions) != 0)
                        continue;
                if (id == wish->guild.v)
                        wish->everyone = permissions;
                else if (has_role(wish, id) && wish->n_permissions < wish->n_roles)
                        wish->permissions[wish->n_permissions++] = (PermissionRole) { { id }, permissions };
        }
        if (rest_send(wish->worker->rest, &(RestRequest) { .route = ROUTE_CHANNEL_GET, .ids = { wish->channel.v } }, channel_known, wish) >= 0)
                (void) TAKE(wish);
}

static void ticket_known(int outcome, const Facts *facts, void *userdata) {
        _cleanup_(wish_freep) Wish *wish = userdata;
        PolicyPerson person = {};
        TextId ignored;

        if (outcome != 0 || facts->ticket.kind != TICKET_RECRUITMENT || !facts->recruit || facts->ticket.channel.v != wish->channel.v ||
            application_judge(&facts->recruit->application, APPLICATION_REOPEN_QNA) != 0)
                return;
        wish->ticket = facts->ticket.id;
        person.capabilities = facts->recruit->capabilities;
        if (policy_check(POLICY_REOPEN_QNA, &person, &ignored) == 0) {
                wish_accept(wish);
                return;
        }
        if (rest_send(wish->worker->rest, &(RestRequest) { .route = ROUTE_GUILD_ROLES, .ids = { wish->guild.v } }, roles_known, wish) >= 0)
                (void) TAKE(wish);
}

/* ---- the message ---------------------------------------------------------------------------------------------------------------------------- */

static int read_wish(Worker *worker, const Json *d, Wish **ret_wish) {
        const Json *roles = json_path(d, "member", "roles", NULL);
        _cleanup_(wish_freep) Wish *wish = new0(Wish, 1);

        if (!wish)
                return -ENOMEM;
        wish->worker = worker;
        if (json_get_u64(d, "id", &wish->message) != 0 || json_get_u64(d, "guild_id", &wish->guild.v) != 0 ||
            json_get_u64(d, "channel_id", &wish->channel.v) != 0 || json_get_u64(json_get(d, "author"), "id", &wish->author.v) != 0)
                return -EBADMSG;
        wish->roles = new0(RoleId, (size_t) json_array_size(roles) + 1);
        if (!wish->roles)
                return -ENOMEM;
        JSON_FOREACH(role, roles)
                if (json_to_u64(role, &wish->roles[wish->n_roles].v) == 0)
                        wish->n_roles++;
        *ret_wish = TAKE(wish);
        return 0;
}

void message_reopen_qna(Worker *worker, const Json *d) {
        const char *content = json_text(json_get(d, "content"));
        _cleanup_(wish_freep) Wish *wish = NULL;
        _free_ char *clean = NULL;
        RecruitQuery query;

        if (!content || text_clean_line(content, sizeof(COMMAND_TEXT), &clean) != 0 || !streq(clean, COMMAND_TEXT) ||
            read_wish(worker, d, &wish) < 0)
                return;
        query = (RecruitQuery) { .guild = wish->guild, .channel = wish->channel, .roles = wish->roles, .n_roles = wish->n_roles };
        if (store_recruit_facts(worker->store, &query, ticket_known, wish) >= 0)
                (void) TAKE(wish);
}
