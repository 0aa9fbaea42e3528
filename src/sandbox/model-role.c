/*
 * Roles over REST (Discord reference, "Create Guild Role", "Modify Guild Role"): only below the bot's own
 * highest, only with rights it has.
 */

#include "model.h"

#include <errno.h>

enum {
        ROLES_MAX = 250,
        ROLE_NAME_MAX = 100,
};

typedef struct RoleWish {
        bool has_permissions, has_color, has_hoist, has_mentionable;
        const char *name; /* NULL: not given */
        uint64_t permissions;
        int64_t color;
        bool is_hoisted, is_mentionable;
} RoleWish;

static void wish_read(Form *form, const Json *json, RoleWish *wish) {
        (void) form_string(form, NULL, json, "name", FORM_TRIM, 1, ROLE_NAME_MAX, &wish->name);
        wish->has_permissions = form_bits(form, NULL, json, "permissions", 0, &wish->permissions);
        wish->has_color = form_i64(form, NULL, json, "color", 0, 0, 0xFFFFFF, &wish->color);
        wish->has_hoist = form_bool(form, NULL, json, "hoist", 0, &wish->is_hoisted);
        wish->has_mentionable = form_bool(form, NULL, json, "mentionable", 0, &wish->is_mentionable);
}

static int wish_apply(const RoleWish *wish, Role *role) {
        if (wish->name && replace_text(&role->name, wish->name) < 0)
                return -ENOMEM;
        if (wish->has_permissions)
                role->permissions = wish->permissions & PERM_ALL;
        if (wish->has_color)
                role->color = wish->color;
        if (wish->has_hoist)
                role->is_hoisted = wish->is_hoisted;
        if (wish->has_mentionable)
                role->is_mentionable = wish->is_mentionable;
        return 0;
}

/* A role cannot be given what the bot lacks. */
static bool may_grant(const SbxModel *model, const RoleWish *wish, const Role *role, SbxReply *reply) {
        uint64_t own = guild_permissions(model, model_bot(model));
        uint64_t more = wish->has_permissions ? wish->permissions & ~(role ? role->permissions : 0) : 0;

        if (own & PERM_ADMINISTRATOR || !(more & PERM_ALL & ~own))
                return true;
        reply_code(reply, 50013);
        return false;
}

void role_tell(SbxModel *model, const Role *role, const char *event) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        json_open(&w);
        json_id(&w, "guild_id", model->guild);
        json_put_key(&w, "role");
        put_role(&w, role);
        json_close(&w);
        if (json_writer_finish(&w, &d) < 0)
                return;
        (void) sbx_dispatch(model->sandbox, &(SbxDispatch){
                                                    .event = event,
                                                    .intent = SBX_INTENT_GUILDS,
                                                    .guild = model->guild,
                                                    .d = d,
                                            });
        sbx_push(model->sandbox, 0, 0, "role_update", d);
        sbx_changed(model->sandbox);
}

/* Holders just lose it: Discord sends no GUILD_MEMBER_UPDATE. Overwrites that name it stay. */
void role_remove(SbxModel *model, Role *role) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        for (size_t i = 0; i < model->users.n; i++)
                (void) id_list_remove(&((User *) model->users.items[i])->roles, role->id);
        json_open(&w);
        json_id(&w, "guild_id", model->guild);
        json_id(&w, "role_id", role->id);
        json_close(&w);
        (void) role_free(table_take(&model->roles, role->id));
        if (json_writer_finish(&w, &d) < 0)
                return;
        (void) sbx_dispatch(model->sandbox, &(SbxDispatch){
                                                    .event = "GUILD_ROLE_DELETE",
                                                    .intent = SBX_INTENT_GUILDS,
                                                    .guild = model->guild,
                                                    .d = d,
                                            });
        sbx_push(model->sandbox, 0, 0, "role_update", d);
        sbx_changed(model->sandbox);
}

static void role_effect(SbxModel *model, const char *effect, uint64_t role, const SbxRequest *request) {
        sbx_effect(model->sandbox, &(SbxEffect){
                                           .effect = effect,
                                           .guild = model->guild,
                                           .id = role,
                                           .reason = request->reason,
                                           .body = request->body,
                                   });
}

static void reply_role(const Role *role, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        put_role(&w, role);
        sbx_reply_json(reply, 200, &w);
}

/* New roles stand directly above @everyone. */
void rest_create_role(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        const Role *everyone = model_role(model, model->guild);
        _cleanup_(role_freep) Role *role = NULL;
        RoleWish wish = {};
        _form_ Form form = {};

        if (!request_guild(model, request, 0, reply) || !bot_may_in_guild(model, PERM_MANAGE_ROLES, reply) ||
            !request_object(request, reply))
                return;
        wish_read(&form, request->body, &wish);
        if (form_refuses(&form, reply) || !may_grant(model, &wish, NULL, reply))
                return;
        if (model->roles.n >= ROLES_MAX) {
                reply_code(reply, 30005);
                return;
        }
        role = role_new(sbx_snowflake(sandbox), "new role");
        if (role) {
                role->permissions = everyone ? everyone->permissions : 0;
                role->position = 1;
        }
        if (!role || wish_apply(&wish, role) < 0 || table_add(&model->roles, role) < 0) {
                reply_no_memory(reply);
                return;
        }
        role_tell(model, role, "GUILD_ROLE_CREATE");
        role_effect(model, "role.create", role->id, request);
        reply_role(role, reply);
        (void) TAKE(role);
}

/* The role of the second argument, below the bot's own; NULL after answering. */
static Role *request_role(const SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        Role *role;

        if (!request_guild(model, request, 0, reply))
                return NULL;
        role = model_role(model, request->ids[1]);
        if (!role) {
                reply_code(reply, 10011);
                return NULL;
        }
        if (!bot_may_in_guild(model, PERM_MANAGE_ROLES, reply))
                return NULL;
        if (!bot_is_above_role(model, role)) {
                reply_code(reply, 50013);
                return NULL;
        }
        return role;
}

void rest_edit_role(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Role *role = request_role(model, request, reply);
        RoleWish wish = {};
        _form_ Form form = {};

        if (!role || !request_object(request, reply))
                return;
        wish_read(&form, request->body, &wish);
        if (form_refuses(&form, reply) || !may_grant(model, &wish, role, reply))
                return;
        if (wish_apply(&wish, role) < 0) {
                reply_no_memory(reply);
                return;
        }
        role_tell(model, role, "GUILD_ROLE_UPDATE");
        role_effect(model, "role.update", role->id, request);
        reply_role(role, reply);
}

void rest_delete_role(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        Role *role = request_role(model, request, reply);

        if (!role)
                return;
        if (role->id == model->guild || role->is_managed) {
                reply_code(reply, 50028);
                return;
        }
        role_effect(model, "role.delete", role->id, request);
        role_remove(model, role);
        sbx_reply_empty(reply);
}
