/*
 * Permissions of one of the guild's members, and the gates in front of REST handlers: unknown, not visible
 * (50001), not allowed (50013).
 */

#include "model.h"

#define ROLES_MAX 250 /* a guild has no more (code 30005) */

typedef struct Subject {
        PermissionSubject subject;
        uint64_t role_permissions[ROLES_MAX];
} Subject;

static void subject_fill(const SbxModel *model, const User *user, Subject *ret) {
        const Role *everyone = model_role(model, model->guild);
        size_t n = MIN(user->roles.n, (size_t) ROLES_MAX);

        ret->subject = (PermissionSubject){
                .guild = model->guild,
                .user = user->id,
                .is_owner = user->id == model->owner,
                .is_timed_out = user->timed_out_until > sbx_now(model->sandbox),
                .everyone = everyone ? everyone->permissions : 0,
                .roles = user->roles.ids,
                .role_permissions = ret->role_permissions,
                .n_roles = n,
        };
        for (size_t i = 0; i < n; i++) {
                const Role *role = model_role(model, user->roles.ids[i]);

                ret->role_permissions[i] = role ? role->permissions : 0;
        }
}

uint64_t guild_permissions(const SbxModel *model, const User *user) {
        Subject s;

        if (!user->is_member)
                return 0;
        subject_fill(model, user, &s);
        return permission_base(&s.subject);
}

/* In a DM both sides may read and write; nothing there is configurable. */
static uint64_t dm_permissions(const User *user, const Channel *channel) {
        if (!user->is_bot && channel->recipient != user->id)
                return 0;
        return PERM_VIEW_CHANNEL | PERM_SEND_MESSAGES | PERM_EMBED_LINKS | PERM_ATTACH_FILES |
               PERM_READ_MESSAGE_HISTORY | PERM_ADD_REACTIONS | PERM_USE_APPLICATION_COMMANDS;
}

uint64_t channel_permissions(const SbxModel *model, const User *user, const Channel *channel) {
        Subject s;

        if (!channel_is_of_guild(channel))
                return dm_permissions(user, channel);
        if (!user->is_member)
                return 0;
        subject_fill(model, user, &s);
        return permission_in_channel(&s.subject, channel->overwrites, channel->n_overwrites);
}

uint64_t channel_rights(const SbxModel *model, const User *user, const Channel *channel) {
        bool is_voice = channel->type == CHANNEL_VOICE || channel->type == CHANNEL_STAGE;
        Subject s;

        if (!channel_is_of_guild(channel))
                return dm_permissions(user, channel);
        if (!user->is_member)
                return 0;
        subject_fill(model, user, &s);
        return permission_effective(&s.subject, channel->overwrites, channel->n_overwrites, is_voice);
}

bool user_sees(const SbxModel *model, const User *user, const Channel *channel) {
        return channel_rights(model, user, channel) & PERM_VIEW_CHANNEL;
}

bool model_may_see(Sandbox *sandbox, uint64_t user_id, uint64_t channel_id) {
        const SbxModel *model = sbx_model(sandbox);
        const User *user = model_user(model, user_id);
        const Channel *channel = model_channel(model, channel_id);

        return user && channel && user_sees(model, user, channel);
}

const Role *highest_role(const SbxModel *model, const User *user) {
        const Role *highest = model_role(model, model->guild);

        for (size_t i = 0; i < user->roles.n; i++) {
                const Role *role = model_role(model, user->roles.ids[i]);

                if (role &&
                    (!highest || role_is_above(role->position, role->id, highest->position, highest->id)))
                        highest = role;
        }
        return highest;
}

bool bot_is_above_role(const SbxModel *model, const Role *role) {
        const User *bot = model_bot(model);
        const Role *own = highest_role(model, bot);

        if (bot->id == model->owner)
                return true;
        return own && role_is_above(own->position, own->id, role->position, role->id);
}

bool bot_is_above_member(const SbxModel *model, const User *user) {
        const Role *role = highest_role(model, user);

        return user->id != model->owner && role && bot_is_above_role(model, role);
}

bool bot_may(const SbxModel *model, const Channel *channel, uint64_t need, SbxReply *reply) {
        uint64_t rights = channel_rights(model, model_bot(model), channel);

        if (!(rights & PERM_VIEW_CHANNEL))
                reply_code(reply, 50001);
        else if ((rights & need) != need)
                reply_code(reply, 50013);
        else
                return true;
        return false;
}

bool bot_may_in_guild(const SbxModel *model, uint64_t need, SbxReply *reply) {
        if ((guild_permissions(model, model_bot(model)) & need) == need)
                return true;
        reply_code(reply, 50013);
        return false;
}

Channel *request_channel(const SbxModel *model, const SbxRequest *request, unsigned arg, SbxReply *reply) {
        Channel *channel = model_channel(model, request->ids[arg]);

        if (!channel)
                reply_code(reply, 10003);
        return channel;
}

bool request_guild(const SbxModel *model, const SbxRequest *request, unsigned arg, SbxReply *reply) {
        if (request->ids[arg] == model->guild)
                return true;
        reply_code(reply, 10004);
        return false;
}

uint64_t request_query_id(const SbxRequest *request, const char *key, Form *form) {
        const char *text = sbx_query(request, key);
        uint64_t id = sbx_query_u64(request, key, 0);

        if (text && !id && !streq(text, "0"))
                form_fault(form, AT(NULL, key), "NUMBER_TYPE_COERCE", "Value \"%.40s\" is not snowflake.", text);
        return id;
}

void request_query_limit(const SbxRequest *request, int64_t max, Form *form, int64_t *ret) {
        const char *text = sbx_query(request, "limit");
        char *end;
        long n;

        if (!text)
                return;
        n = strtol(text, &end, 10);
        if (end == text || *end)
                form_fault(form, AT(NULL, "limit"), "NUMBER_TYPE_COERCE", "Value \"%.40s\" is not int.", text);
        else if (n < 1)
                form_fault(form, AT(NULL, "limit"), "NUMBER_TYPE_MIN",
                           "int value should be greater than or equal to 1.");
        else if (n > max)
                form_fault(form, AT(NULL, "limit"), "NUMBER_TYPE_MAX",
                           "int value should be less than or equal to %lld.", (long long) max);
        else
                *ret = n;
}

bool request_object(const SbxRequest *request, SbxReply *reply) {
        _form_ Form form = {};

        if (!request->body || json_is_object(request->body))
                return true;
        (void) form_is_object(&form, NULL, request->body);
        return !form_refuses(&form, reply);
}
