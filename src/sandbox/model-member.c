/*
 * Members and their roles over REST (Discord reference, "Guild Resource"; hierarchy: "Permissions",
 * "Permission Hierarchy").
 */

#include "model.h"

#include <errno.h>

#define TIMEOUT_MAX_USEC (28 * 24 * 3600 * USEC_PER_SEC)
#define NICK_MAX         32

void member_tell(SbxModel *model, const User *user) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        put_member(model, &w, user, MEMBER_WITH_USER | MEMBER_WITH_GUILD_ID, NULL);
        if (json_writer_finish(&w, &d) < 0)
                return;
        (void) sbx_dispatch(model->sandbox,
                            &(SbxDispatch){
                                    .event = "GUILD_MEMBER_UPDATE",
                                    .intent = user->id == model->application ? SBX_INTENT_ALWAYS
                                                                             : SBX_INTENT_GUILD_MEMBERS,
                                    .guild = model->guild,
                                    .d = d,
                            });
        sbx_push(model->sandbox, 0, 0, "member_update", d);
        sbx_changed(model->sandbox);
}

void member_remove(SbxModel *model, User *user) {
        _json_writer_ JsonWriter w = {};
        _free_ char *d = NULL;

        user->is_member = false;
        id_list_done(&user->roles);
        free(TAKE(user->nick));
        json_open(&w);
        json_id(&w, "guild_id", model->guild);
        json_put_key(&w, "user");
        put_user(&w, user);
        json_close(&w);
        if (json_writer_finish(&w, &d) < 0)
                return;
        (void) sbx_dispatch(model->sandbox, &(SbxDispatch){
                                                    .event = "GUILD_MEMBER_REMOVE",
                                                    .intent = SBX_INTENT_GUILD_MEMBERS,
                                                    .guild = model->guild,
                                                    .d = d,
                                            });
        sbx_push(model->sandbox, 0, 0, "member_update", d);
        sbx_changed(model->sandbox);
}

static User *request_member(const SbxModel *model, const SbxRequest *request, SbxReply *reply) {
        User *user;

        if (!request_guild(model, request, 0, reply))
                return NULL;
        user = model_user(model, request->ids[1]);
        if (user && user->is_member)
                return user;
        reply_code(reply, user ? 10007 : 10013);
        return NULL;
}

static void reply_member(const SbxModel *model, const User *user, SbxReply *reply) {
        _json_writer_ JsonWriter w = {};

        put_member(model, &w, user, MEMBER_WITH_USER, NULL);
        sbx_reply_json(reply, 200, &w);
}

static void member_effect(SbxModel *model, const char *effect, uint64_t id, const SbxRequest *request) {
        sbx_effect(model->sandbox, &(SbxEffect){
                                           .effect = effect,
                                           .guild = model->guild,
                                           .id = id,
                                           .reason = request->reason,
                                           .body = request->body,
                                   });
}

void rest_get_member(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        const User *user = request_member(model, request, reply);

        if (user)
                reply_member(model, user, reply);
}

/* Pages of up to 1000, by id. Needs the GUILD_MEMBERS intent, which this application has. */
void rest_get_members(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        _json_writer_ JsonWriter w = {};
        _form_ Form form = {};
        int64_t limit = 1;
        uint64_t after;

        if (!request_guild(model, request, 0, reply))
                return;
        after = request_query_id(request, "after", &form);
        request_query_limit(request, 1000, &form, &limit);
        if (form_refuses(&form, reply))
                return;

        json_open_array(&w);
        for (size_t i = after ? table_lower_bound(&model->users, after + 1) : 0;
             i < model->users.n && limit > 0; i++) {
                const User *user = model->users.items[i];

                if (!user->is_member)
                        continue;
                put_member(model, &w, user, MEMBER_WITH_USER, NULL);
                limit--;
        }
        json_close_array(&w);
        sbx_reply_json(reply, 200, &w);
}

void rest_remove_member(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        User *user = request_member(model, request, reply);

        if (!user || !bot_may_in_guild(model, PERM_KICK_MEMBERS, reply))
                return;
        if (!bot_is_above_member(model, user)) {
                reply_code(reply, 50013);
                return;
        }
        member_remove(model, user);
        member_effect(model, "member.remove", user->id, request);
        sbx_reply_empty(reply);
}

/* ---- PATCH ---- */

typedef struct MemberWish {
        bool has_nick, has_roles, has_timeout;
        const char *nick; /* NULL: none */
        IdList roles;
        Usec timed_out_until;
} MemberWish;

static void wish_done(MemberWish *wish) {
        id_list_done(&wish->roles);
}

static void read_nick(Form *form, const Json *json, MemberWish *wish) {
        wish->has_nick = form_has(json, "nick");
        (void) form_string(form, NULL, json, "nick", FORM_TRIM, 0, NICK_MAX, &wish->nick);
}

static void read_roles(Form *form, const Json *json, MemberWish *wish) {
        const Json *roles = NULL;
        size_t i = 0;

        wish->has_roles = form_has(json, "roles");
        if (!form_array(form, NULL, json, "roles", 0, 0, 350, &roles))
                return;
        JSON_FOREACH(item, roles) {
                uint64_t id;

                if (json_to_u64(item, &id) < 0)
                        form_fault(form, AT_INDEX(AT(NULL, "roles"), i), "NUMBER_TYPE_COERCE",
                                   "Value is not snowflake.");
                else if (id_list_add(&wish->roles, id) < 0)
                        form->out_of_memory = true;
                i++;
        }
}

static void read_timeout(Form *form, const Json *json, Usec now, MemberWish *wish) {
        const char *text = NULL;

        wish->has_timeout = form_has(json, "communication_disabled_until");
        if (!form_string(form, NULL, json, "communication_disabled_until", 0, 0, 64, &text))
                return;
        if (timestamp_parse(text, &wish->timed_out_until) < 0)
                form_fault(form, AT(NULL, "communication_disabled_until"), "DATE_TIME_TYPE_PARSE",
                           "Could not parse %s. Should be ISO8601.", text);
        else if (wish->timed_out_until > now + TIMEOUT_MAX_USEC)
                form_fault(form, AT(NULL, "communication_disabled_until"),
                           "INVALID_COMMUNICATION_DISABLED_TIMESTAMP",
                           "The communication disabled timestamp must be at most 28 days in the future");
}

/* The bot may give or take this role; 0 or a JSON code. */
static int may_move_role(const SbxModel *model, uint64_t id) {
        const Role *role = model_role(model, id);

        if (!role)
                return 10011;
        if (role->id == model->guild || role->is_managed || !bot_is_above_role(model, role))
                return 50013;
        return 0;
}

static int may_change_roles(const SbxModel *model, const User *user, const IdList *wanted) {
        int code = 0;

        for (size_t i = 0; i < wanted->n && !code; i++)
                if (!id_list_has(&user->roles, wanted->ids[i]))
                        code = may_move_role(model, wanted->ids[i]);
        for (size_t i = 0; i < user->roles.n && !code; i++)
                if (!id_list_has(wanted, user->roles.ids[i]))
                        code = may_move_role(model, user->roles.ids[i]);
        return code;
}

/* Everything is decided before anything is changed; 0 or a JSON code. */
static int may_edit(const SbxModel *model, const User *user, const MemberWish *wish) {
        uint64_t rights = guild_permissions(model, model_bot(model));
        bool is_self = user->id == model->application;
        int code;

        if (wish->has_nick) {
                if (user->id == model->owner)
                        return 50013;
                if (is_self ? !(rights & (PERM_CHANGE_NICKNAME | PERM_MANAGE_NICKNAMES))
                            : !(rights & PERM_MANAGE_NICKNAMES))
                        return 50013;
                if (!is_self && !bot_is_above_member(model, user))
                        return 50013;
        }
        if (wish->has_roles) {
                if (!(rights & PERM_MANAGE_ROLES))
                        return 50013;
                code = may_change_roles(model, user, &wish->roles);
                if (code)
                        return code;
        }
        if (wish->has_timeout) {
                if (!(rights & PERM_MODERATE_MEMBERS) || !bot_is_above_member(model, user) ||
                    (guild_permissions(model, user) & PERM_ADMINISTRATOR))
                        return 50013;
        }
        return 0;
}

static int member_apply(User *user, MemberWish *wish) {
        if (wish->has_nick && replace_text(&user->nick, wish->nick) < 0)
                return -ENOMEM;
        if (wish->has_roles) {
                id_list_done(&user->roles);
                user->roles = wish->roles;
                wish->roles = (IdList){};
        }
        if (wish->has_timeout)
                user->timed_out_until = wish->timed_out_until;
        return 0;
}

static void edit_member(SbxModel *model, User *user, MemberWish *wish, const SbxRequest *request,
                        SbxReply *reply) {
        int code = may_edit(model, user, wish);

        if (code) {
                reply_code(reply, code);
                return;
        }
        if (member_apply(user, wish) < 0) {
                reply_no_memory(reply);
                return;
        }
        member_tell(model, user);
        member_effect(model, "member.update", user->id, request);
        reply_member(model, user, reply);
}

void rest_edit_member(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        User *user = request_member(model, request, reply);
        _cleanup_(wish_done) MemberWish wish = {};
        _form_ Form form = {};

        if (!user || !request_object(request, reply))
                return;
        read_nick(&form, request->body, &wish);
        read_roles(&form, request->body, &wish);
        read_timeout(&form, request->body, sbx_now(sandbox), &wish);
        if (!form_refuses(&form, reply))
                edit_member(model, user, &wish, request, reply);
}

void rest_edit_self_member(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        _cleanup_(wish_done) MemberWish wish = {};
        _form_ Form form = {};

        if (!request_guild(model, request, 0, reply) || !request_object(request, reply))
                return;
        read_nick(&form, request->body, &wish);
        if (!form_refuses(&form, reply))
                edit_member(model, model_bot(model), &wish, request, reply);
}

/* ---- one role ---- */

/* The request has no body; the log's entry names user and role in its place. */
static void role_effect(SbxModel *model, const char *effect, uint64_t user, uint64_t role,
                        const SbxRequest *request) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        _json_ Json *body = NULL;

        json_open(&w);
        json_id(&w, "user_id", user);
        json_id(&w, "role_id", role);
        json_close(&w);
        /* Without memory the entry has a null body. */
        if (json_writer_finish(&w, &text) < 0 || json_parse(text, strlen(text), &body) < 0)
                body = NULL;
        sbx_effect(model->sandbox, &(SbxEffect){
                                           .effect = effect,
                                           .guild = model->guild,
                                           .id = user,
                                           .reason = request->reason,
                                           .body = body,
                                   });
}

static void change_role(Sandbox *sandbox, const SbxRequest *request, bool adds, SbxReply *reply) {
        SbxModel *model = sbx_model(sandbox);
        User *user = request_member(model, request, reply);
        uint64_t role = request->ids[2];
        bool had;
        int code;

        if (!user || !bot_may_in_guild(model, PERM_MANAGE_ROLES, reply))
                return;
        code = may_move_role(model, role);
        if (code) {
                reply_code(reply, code);
                return;
        }

        had = id_list_has(&user->roles, role);
        if (adds && id_list_add(&user->roles, role) < 0) {
                reply_no_memory(reply);
                return;
        }
        if (!adds)
                (void) id_list_remove(&user->roles, role);
        if (had != adds)
                member_tell(model, user);
        role_effect(model, adds ? "role.add" : "role.remove", user->id, role, request);
        sbx_reply_empty(reply);
}

void rest_add_member_role(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        change_role(sandbox, request, true, reply);
}

void rest_remove_member_role(Sandbox *sandbox, const SbxRequest *request, SbxReply *reply) {
        change_role(sandbox, request, false, reply);
}
