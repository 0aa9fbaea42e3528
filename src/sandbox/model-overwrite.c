/*
 * Permission overwrites: who may write which bits (Discord reference, "Create Guild Channel", "Modify
 * Channel", "Edit Channel Permissions"), and what a change of a category does to the channels that were in
 * step with it.
 */

#include "model.h"

#include <errno.h>

enum {
        OVERWRITES_PER_REQUEST = 100,
        OVERWRITES_PER_CHANNEL = 1000,
};

static const Overwrite *overwrite_of(const Channel *channel, uint64_t id) {
        for (size_t i = 0; channel && i < channel->n_overwrites; i++)
                if (channel->overwrites[i].id == id)
                        return &channel->overwrites[i];
        return NULL;
}

/*
 * True when an overwrite of that very channel gives the bot, by itself or through a role, the right to
 * manage permissions there.
 */
static bool bot_manages_by_overwrite(const SbxModel *model, const Channel *channel) {
        const User *bot = model_bot(model);

        for (size_t i = 0; channel && i < channel->n_overwrites; i++) {
                const Overwrite *o = &channel->overwrites[i];

                if ((o->allow & PERM_MANAGE_ROLES) && (o->id == bot->id || id_list_has(&bot->roles, o->id)))
                        return true;
        }
        return false;
}

/*
 * The bits the bot may allow or deny. At creation: those it has in the guild, and MANAGE_ROLES only as an
 * administrator. In a channel that exists: those it has in the guild or the parent category, or all where an
 * overwrite lets it manage permissions.
 */
static uint64_t grantable(const SbxModel *model, OverwriteRule rule, const Channel *channel,
                          uint64_t parent) {
        const User *bot = model_bot(model);
        uint64_t own = guild_permissions(model, bot);
        const Channel *category = model_channel(model, parent);

        if (own & PERM_ADMINISTRATOR)
                return UINT64_MAX;
        if (rule == OVERWRITES_AT_CREATE)
                return own & ~PERM_MANAGE_ROLES;
        if (bot_manages_by_overwrite(model, channel))
                return UINT64_MAX;
        return own | (category ? channel_permissions(model, bot, category) : 0);
}

/* Bits of an overwrite that are not already so: leaving a foreign bit as it is asks for no right. */
static uint64_t changed_bits(const Overwrite *before, const Overwrite *after) {
        uint64_t allow = before ? before->allow : 0, deny = before ? before->deny : 0;

        return (allow ^ after->allow) | (deny ^ after->deny);
}

static bool overwrite_read(const SbxModel *model, Form *form, const FormPath *at, const Json *json,
                           Overwrite *ret) {
        static const int64_t types[] = { OVERWRITE_ROLE, OVERWRITE_MEMBER };
        int64_t type = model_role(model, ret->id) ? OVERWRITE_ROLE : OVERWRITE_MEMBER;

        if (!form_is_object(form, at, json))
                return false;
        if (!ret->id && !form_snowflake(form, at, json, "id", FORM_REQUIRED, &ret->id))
                return false;
        if (!form_choice(form, at, json, "type", 0, types, ELEMENTSOF(types), &type))
                type = model_role(model, ret->id) ? OVERWRITE_ROLE : OVERWRITE_MEMBER;
        (void) form_bits(form, at, json, "allow", 0, &ret->allow);
        (void) form_bits(form, at, json, "deny", 0, &ret->deny);
        ret->type = (OverwriteType) type;
        ret->allow &= PERM_ALL;
        ret->deny &= PERM_ALL;
        return true;
}

int overwrites_read(SbxModel *model, Form *form, const Json *array, OverwriteRule rule,
                    const Channel *channel, uint64_t parent, SbxReply *reply, Overwrite **ret_overwrites,
                    size_t *ret_n) {
        uint64_t may = grantable(model, rule, channel, parent);
        size_t n = (size_t) json_array_size(array), n_read = 0, i = 0;
        _free_ Overwrite *overwrites = new0(Overwrite, n + 1);
        int code = 0;

        if (!overwrites) {
                form->out_of_memory = true;
                return 1;
        }
        if (n > OVERWRITES_PER_REQUEST) {
                form_fault(form, AT(NULL, "permission_overwrites"), "BASE_TYPE_MAX_LENGTH",
                           "Must be %d or fewer in length.", OVERWRITES_PER_REQUEST);
                return 1;
        }

        JSON_FOREACH(item, array) {
                Overwrite o = {};
                size_t k = 0;

                if (!overwrite_read(model, form, AT_INDEX(AT(NULL, "permission_overwrites"), i++), item, &o))
                        continue;
                if (o.type == OVERWRITE_ROLE && !model_role(model, o.id))
                        code = 10009;
                else if (changed_bits(overwrite_of(channel, o.id), &o) & ~may)
                        code = code ?: 50013;
                while (k < n_read && overwrites[k].id != o.id)
                        k++;
                overwrites[k] = o;
                if (k == n_read)
                        n_read++;
        }
        if (form->is_refused)
                return 1;
        if (code) {
                reply_code(reply, code);
                return 1;
        }

        *ret_overwrites = TAKE(overwrites);
        *ret_n = n_read;
        return 0;
}

bool overwrites_are_equal(const Overwrite *a, size_t n_a, const Overwrite *b, size_t n_b) {
        if (n_a != n_b)
                return false;
        for (size_t i = 0; i < n_a; i++) {
                bool is_found = false;

                for (size_t k = 0; k < n_b && !is_found; k++)
                        is_found = a[i].id == b[k].id && a[i].type == b[k].type &&
                                   a[i].allow == b[k].allow && a[i].deny == b[k].deny;
                if (!is_found)
                        return false;
        }
        return true;
}

static int copy_overwrites(Channel *channel, const Overwrite *overwrites, size_t n) {
        Overwrite *copy = new0(Overwrite, n + 1);

        if (!copy)
                return -ENOMEM;
        copy_bytes(copy, overwrites, n * sizeof(Overwrite));
        free(channel->overwrites);
        channel->overwrites = copy;
        channel->n_overwrites = n;
        return 0;
}

int channel_set_overwrites(SbxModel *model, Channel *channel, const Overwrite *overwrites,
                           size_t n_overwrites) {
        _free_ Overwrite *before = new0(Overwrite, channel->n_overwrites + 1);
        size_t n_before = channel->n_overwrites;

        if (!before)
                return -ENOMEM;
        copy_bytes(before, channel->overwrites, n_before * sizeof(Overwrite));
        if (copy_overwrites(channel, overwrites, n_overwrites) < 0)
                return -ENOMEM;
        if (channel->type != CHANNEL_CATEGORY)
                return 0;

        for (size_t i = 0; i < model->channels.n; i++) {
                Channel *child = model->channels.items[i];

                if (child->parent != channel->id ||
                    !overwrites_are_equal(child->overwrites, child->n_overwrites, before, n_before))
                        continue;
                if (copy_overwrites(child, overwrites, n_overwrites) < 0)
                        return -ENOMEM;
                channel_tell(model, child, "CHANNEL_UPDATE", "channel_update");
        }
        return 0;
}

/* The channel's set with one overwrite put in, or (with = NULL) taken out. To free(). */
static Overwrite *overwrites_with(const Channel *channel, uint64_t id, const Overwrite *with,
                                  size_t *ret_n) {
        Overwrite *set = new0(Overwrite, channel->n_overwrites + 1);
        size_t n = 0;

        if (!set)
                return NULL;
        for (size_t i = 0; i < channel->n_overwrites; i++)
                if (channel->overwrites[i].id != id)
                        set[n++] = channel->overwrites[i];
                else if (with) {
                        set[n++] = *with;
                        with = NULL;
                }
        if (with)
                set[n++] = *with;
        *ret_n = n;
        return set;
}

static void change_overwrite(SbxModel *model, Channel *channel, uint64_t id, const Overwrite *with,
                             const SbxRequest *request, SbxReply *reply) {
        size_t n = 0;
        _free_ Overwrite *set = overwrites_with(channel, id, with, &n);

        if (!set || channel_set_overwrites(model, channel, set, n) < 0) {
                reply_no_memory(reply);
                return;
        }
        channel_tell(model, channel, "CHANNEL_UPDATE", "channel_update");
        sbx_effect(model->sandbox, &(SbxEffect){
                                           .effect = with ? "overwrite.put" : "overwrite.delete",
                                           .guild = model->guild,
                                           .channel = channel->id,
                                           .id = id,
                                           .reason = request->reason,
                                           .body = request->body,
                                   });
        sbx_reply_empty(reply);
}

/* Gates shared by both calls. */
static Channel *overwrite_channel(SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Channel *channel = request_channel(model, request, 0, reply);

        if (!channel)
                return NULL;
        if (!channel_is_of_guild(channel)) {
                reply_code(reply, 50003);
                return NULL;
        }
        return bot_may(model, channel, PERM_MANAGE_ROLES, reply) ? channel : NULL;
}

void rest_put_overwrite(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = overwrite_channel(model, request, reply);
        Overwrite o = { .id = request->ids[1] };
        const Overwrite *before;
        _form_ Form form = {};

        if (!channel || !request_object(request, reply))
                return;
        (void) overwrite_read(model, &form, NULL, request->body, &o);
        if (form_refuses(&form, reply))
                return;

        before = overwrite_of(channel, o.id);
        if (!o.id || (o.type == OVERWRITE_ROLE && !model_role(model, o.id)))
                reply_code(reply, 10009);
        else if (changed_bits(before, &o) &
                 ~grantable(model, OVERWRITES_OF_CHANNEL, channel, channel->parent))
                reply_code(reply, 50013);
        else if (!before && channel->n_overwrites >= OVERWRITES_PER_CHANNEL)
                reply_code(reply, 30060);
        else
                change_overwrite(model, channel, o.id, &o, request, reply);
}

void rest_delete_overwrite(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Channel *channel = overwrite_channel(model, request, reply);
        const Overwrite *before;

        if (!channel)
                return;
        before = overwrite_of(channel, request->ids[1]);
        if (!before)
                reply_code(reply, 10009);
        else if ((before->allow | before->deny) &
                 ~grantable(model, OVERWRITES_OF_CHANNEL, channel, channel->parent))
                reply_code(reply, 50013);
        else
                change_overwrite(model, channel, request->ids[1], NULL, request, reply);
}
