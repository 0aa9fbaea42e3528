/*
 * The body of a message, in any of the requests that carry one: read, checked, rendered as responses will
 * have it. Limits: Discord reference, "Create Message", "Edit Message", "Allowed Mentions".
 */

#include "model.h"

#include <errno.h>

enum {
        CONTENT_MAX = 2000,
        EMBEDS_MAX = 10,
        ATTACHMENTS_MAX = 10,
        NONCE_MAX = 25,
        ALLOWED_IDS_MAX = 100,
};

#define LEGACY_FIELD "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"

/* Flags that a request of each kind may set; others are ignored silently. */
static const int64_t settable_flags[] = {
        [BODY_CREATE] = MESSAGE_FLAG_SUPPRESS_EMBEDS | MESSAGE_FLAG_SUPPRESS_NOTIFICATIONS |
                        MESSAGE_FLAG_COMPONENTS_V2,
        [BODY_EDIT] = MESSAGE_FLAG_SUPPRESS_EMBEDS | MESSAGE_FLAG_COMPONENTS_V2,
        [BODY_ANSWER] = MESSAGE_FLAG_SUPPRESS_EMBEDS | MESSAGE_FLAG_SUPPRESS_NOTIFICATIONS |
                        MESSAGE_FLAG_COMPONENTS_V2 | MESSAGE_FLAG_EPHEMERAL,
        [BODY_UPDATE] = MESSAGE_FLAG_SUPPRESS_EMBEDS | MESSAGE_FLAG_COMPONENTS_V2,
};

void body_done(Body *body) {
        free(body->content);
        free(body->embeds);
        free(body->components);
        free(body->attachments);
        free(body->nonce);
        free(body->nonce_text);
        id_list_done(&body->users);
        id_list_done(&body->roles);
        *body = (Body){};
}

static bool keep_text(Form *form, char **where, const char *text) {
        *where = strdup(text);
        if (!*where)
                form->out_of_memory = true;
        return *where;
}

static void read_content(Form *form, const FormPath *at, const Json *json, Body *body) {
        const char *content = "";

        if (!form_has(json, "content"))
                return;
        (void) form_string(form, at, json, "content", FORM_TRIM, 0, CONTENT_MAX, &content);
        body->has_content = keep_text(form, &body->content, content);
}

static void finish_array(Form *form, JsonWriter *w, char **ret_text, bool *ret_has) {
        if (json_writer_finish(w, ret_text) < 0)
                form->out_of_memory = true;
        else
                *ret_has = true;
}

static void read_embeds(Form *form, const FormPath *at, const Json *json, Body *body) {
        _json_writer_ JsonWriter w = {};
        const Json *embeds = NULL;

        if (!form_has(json, "embeds"))
                return;
        if (!form_array(form, at, json, "embeds", 0, 0, EMBEDS_MAX, &embeds) &&
            !json_is_null(json_get(json, "embeds")))
                return;
        embeds_read(form, AT(at, "embeds"), embeds, &w);
        finish_array(form, &w, &body->embeds, &body->has_embeds);
}

static void read_components(Form *form, const FormPath *at, const Json *json, bool is_v2, Body *body) {
        _json_writer_ JsonWriter w = {};
        const Json *components = NULL;

        if (!form_has(json, "components"))
                return;
        if (!form_array(form, at, json, "components", 0, 0, SIZE_MAX, &components) &&
            !json_is_null(json_get(json, "components")))
                return;
        components_read(form, AT(at, "components"), components, is_v2 ? COMPONENTS_V2 : COMPONENTS_LEGACY,
                        &w);
        finish_array(form, &w, &body->components, &body->has_components);
}

/* ---- attachments ---- */

static void put_attachment(SbxModel *model, Form *form, JsonWriter *w, const SbxFile *file,
                           const Json *described) {
        uint64_t id = sbx_snowflake(model->sandbox);
        const char *filename = file->filename, *description = NULL, *content_type;
        _strbuf_ StrBuf url = {};

        (void) json_get_string(described, "filename", &filename);
        (void) json_get_string(described, "description", &description);
        if (!*filename)
                filename = "file";
        if (sbx_keep_file(model->sandbox, id, filename, file, &url, &content_type) < 0 || url.error) {
                form->out_of_memory = true;
                return;
        }

        json_open(w);
        json_id(w, "id", id);
        json_string(w, "filename", filename);
        json_i64(w, "size", (int64_t) file->n_bytes);
        json_string(w, "content_type", content_type);
        if (description)
                json_string(w, "description", description);
        json_string(w, "url", strbuf_text(&url));
        json_string(w, "proxy_url", strbuf_text(&url));
        json_close(w);
}

/* The entry of `attachments` whose id is a new file's index, or an old attachment's id. */
static const Json *attachment_named(const Json *attachments, uint64_t id) {
        JSON_FOREACH(item, attachments) {
                uint64_t named;

                if (json_get_u64(item, "id", &named) == 0 && named == id)
                        return item;
        }
        return NULL;
}

static void read_attachments(SbxModel *model, Form *form, const FormPath *at, const Json *json,
                             const SbxRequest *request, const Message *previous, Body *body) {
        _json_writer_ JsonWriter w = {};
        _json_ Json *old = NULL;
        const Json *attachments = NULL;
        size_t i = 0;

        if (!form_has(json, "attachments") && request->n_files == 0)
                return;
        (void) form_array(form, at, json, "attachments", 0, 0, ATTACHMENTS_MAX, &attachments);
        if (previous && previous->attachments &&
            json_parse(previous->attachments, strlen(previous->attachments), &old) < 0)
                form->out_of_memory = true;

        json_open_array(&w);
        JSON_FOREACH(kept, old) {
                uint64_t id = 0;

                (void) json_get_u64(kept, "id", &id);
                if (!attachments || attachment_named(attachments, id))
                        json_put_value(&w, kept);
        }
        for (size_t n = 0; n < request->n_files; n++)
                put_attachment(model, form, &w, &request->files[n],
                               attachment_named(attachments, request->files[n].index));
        json_close_array(&w);
        finish_array(form, &w, &body->attachments, &body->has_attachments);

        JSON_FOREACH(item, attachments) {
                const FormPath *here = AT_INDEX(AT(at, "attachments"), i++);
                uint64_t id = 0;
                bool is_known = false;

                if (!form_is_object(form, here, item) ||
                    !form_snowflake(form, here, item, "id", FORM_REQUIRED, &id))
                        continue;
                for (size_t n = 0; n < request->n_files; n++)
                        is_known |= request->files[n].index == id;
                if (!is_known && !attachment_named(old, id))
                        form_fault(form, AT(here, "id"), "ATTACHMENT_NOT_FOUND", "Attachment not found");
        }
        if (request->n_files > ATTACHMENTS_MAX)
                form_fault(form, AT(at, "files"), "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.",
                           ATTACHMENTS_MAX);
}

/* ---- allowed_mentions ---- */

static void read_allowed_ids(Form *form, const FormPath *at, const Json *allowed, const char *key,
                             IdList *ids) {
        const Json *array = NULL;
        size_t i = 0;

        if (!form_array(form, at, allowed, key, 0, 0, ALLOWED_IDS_MAX, &array))
                return;
        JSON_FOREACH(item, array) {
                uint64_t id;

                if (json_to_u64(item, &id) < 0)
                        form_fault(form, AT_INDEX(AT(at, key), i), "NUMBER_TYPE_COERCE",
                                   "Value is not snowflake.");
                else if (id_list_has(ids, id))
                        form_fault(form, AT(at, key), "SET_TYPE_ALREADY_CONTAINS_VALUE",
                                   "The set already contains this value");
                else if (id_list_add(ids, id) < 0)
                        form->out_of_memory = true;
                i++;
        }
}

static void read_allowed_mentions(Form *form, const FormPath *at, const Json *json, Body *body) {
        const Json *allowed = NULL, *parse = NULL;
        size_t i = 0;

        if (!form_object(form, at, json, "allowed_mentions", 0, &allowed))
                return;
        at = AT(at, "allowed_mentions");
        body->has_allowed = true;

        if (form_array(form, at, allowed, "parse", 0, 0, 1521, &parse))
                JSON_FOREACH(item, parse) {
                        const char *kind = json_text(item);
                        bool *flag = streq_ptr(kind, "users")      ? &body->parses_users
                                     : streq_ptr(kind, "roles")    ? &body->parses_roles
                                     : streq_ptr(kind, "everyone") ? &body->parses_everyone
                                                                   : NULL;

                        if (flag)
                                *flag = true;
                        else
                                form_fault(form, AT_INDEX(AT(at, "parse"), i), "BASE_TYPE_CHOICES",
                                           "Value must be one of ('everyone', 'roles', 'users').");
                        i++;
                }
        read_allowed_ids(form, at, allowed, "users", &body->users);
        read_allowed_ids(form, at, allowed, "roles", &body->roles);
        (void) form_bool(form, at, allowed, "replied_user", 0, &body->replied_user);

        if (body->parses_users && body->users.n > 0)
                form_fault(form, at, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                           "parse:[\"users\"] and users: [ids...] are mutually exclusive.");
        if (body->parses_roles && body->roles.n > 0)
                form_fault(form, at, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
                           "parse:[\"roles\"] and roles: [ids...] are mutually exclusive.");
}

/* ---- what only a new message has ---- */

static void read_nonce(Form *form, const FormPath *at, const Json *json, Body *body) {
        const Json *nonce = json_get(json, "nonce");
        const char *text = NULL;
        int64_t number = 0;

        (void) form_bool(form, at, json, "enforce_nonce", 0, &body->enforces_nonce);
        if (!nonce || json_is_null(nonce))
                return;
        if (json_is_string(nonce)) {
                if (!form_string(form, at, json, "nonce", 0, 0, NONCE_MAX, &text))
                        return;
        } else if (!form_i64(form, at, json, "nonce", 0, INT64_MIN, INT64_MAX, &number))
                return;

        if (json_print(nonce, &body->nonce) < 0) {
                form->out_of_memory = true;
                return;
        }
        (void) keep_text(form, &body->nonce_text, text ?: body->nonce);
}

static void read_reference(Form *form, const FormPath *at, const Json *json, Body *body) {
        static const int64_t types[] = { 0 };
        const Json *reference = NULL;
        int64_t type = 0;
        bool must_exist = true;

        if (!form_object(form, at, json, "message_reference", 0, &reference))
                return;
        at = AT(at, "message_reference");
        (void) form_choice(form, at, reference, "type", 0, types, ELEMENTSOF(types), &type);
        (void) form_snowflake(form, at, reference, "message_id", FORM_REQUIRED, &body->replies_to);
        (void) form_bool(form, at, reference, "fail_if_not_exists", 0, &must_exist);
        body->reply_may_fail = !must_exist;
}

/* ---- the whole ---- */

/* An embed in which nothing was given but its type says nothing. */
static bool array_has_items(const char *rendered) {
        return rendered && !streq(rendered, "[]") && !streq(rendered, "[{\"type\":\"rich\"}]");
}

/* A message of components has nothing else; what an edited one has must be cleared in the same request. */
static void check_legacy_fields(Form *form, const FormPath *at, const Json *json, const Message *previous,
                                const Body *body) {
        bool has_content = body->has_content ? *body->content : previous && *previous->content;
        bool has_embeds = body->has_embeds ? array_has_items(body->embeds)
                                           : previous && array_has_items(previous->embeds);

        if (has_content)
                form_fault(form, AT(at, "content"), LEGACY_FIELD,
                           "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
        if (has_embeds)
                form_fault(form, AT(at, "embeds"), LEGACY_FIELD,
                           "The 'embeds' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
        if (json_is_object(json_get(json, "poll")))
                form_fault(form, AT(at, "poll"), LEGACY_FIELD,
                           "The 'poll' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
        if (json_array_size(json_get(json, "sticker_ids")) > 0)
                form_fault(
                        form, AT(at, "sticker_ids"), LEGACY_FIELD,
                        "The 'sticker_ids' field cannot be used when using MessageFlags.IS_COMPONENTS_V2");
}

static bool is_empty(const Message *previous, const Body *body) {
        const char *content = body->has_content ? body->content : previous ? previous->content : "";
        const char *embeds = body->has_embeds ? body->embeds : previous ? previous->embeds : NULL;
        const char *components = body->has_components ? body->components
                                 : previous           ? previous->components
                                                      : NULL;
        const char *attachments = body->has_attachments ? body->attachments
                                  : previous            ? previous->attachments
                                                        : NULL;

        return !*content && !array_has_items(embeds) && !array_has_items(components) &&
               !array_has_items(attachments);
}

bool body_read(SbxModel *model, Form *form, const FormPath *at, const Json *json, const SbxRequest *request,
               BodyKind kind, const Message *previous, Body *body, SbxReply *reply) {
        int64_t flags = 0;
        bool is_v2;

        body->has_flags = form_i64(form, at, json, "flags", 0, 0, INT64_MAX, &flags);
        body->flags = flags & settable_flags[kind];
        is_v2 = ((previous ? previous->flags : 0) | body->flags) & MESSAGE_FLAG_COMPONENTS_V2;

        read_content(form, at, json, body);
        read_embeds(form, at, json, body);
        read_components(form, at, json, is_v2, body);
        read_attachments(model, form, at, json, request, previous, body);
        read_allowed_mentions(form, at, json, body);
        if (is_v2)
                check_legacy_fields(form, at, json, previous, body);
        if (kind == BODY_CREATE || kind == BODY_ANSWER)
                (void) form_bool(form, at, json, "tts", 0, &body->is_tts);
        if (kind == BODY_CREATE) {
                read_nonce(form, at, json, body);
                read_reference(form, at, json, body);
        }
        if (form->is_refused || form->out_of_memory)
                return false;

        if (is_empty(previous, body)) {
                reply_code(reply, 50006);
                return false;
        }
        return true;
}
