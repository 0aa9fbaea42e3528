/* Discord's objects, as far as the doctor looks at them. */

#include "decode.h"

#include <errno.h>
#include <stdlib.h>

#include "magikal/custom-id.h"

#define CHANNEL_CATEGORY 4      /* Discord reference, "Channel Types" */

static void *array_for(const Json *list, size_t n_bytes_each) {
        return calloc((size_t) json_array_size(list) + 1, n_bytes_each);
}

static int decode_overwrites(const Json *list, Overwrite **ret_overwrites, size_t *ret_n) {
        Overwrite *overwrites = array_for(list, sizeof(*overwrites));
        size_t n = 0;

        if (!overwrites)
                return -ENOMEM;
        JSON_FOREACH(item, list) {
                Overwrite *o = &overwrites[n];
                int64_t type;

                if (json_get_u64(item, "id", &o->id) != 0 || json_get_i64(item, "type", &type) != 0)
                        continue;
                o->type = type == OVERWRITE_MEMBER ? OVERWRITE_MEMBER : OVERWRITE_ROLE;
                (void) json_get_u64(item, "allow", &o->allow);  /* missing or null: nothing (reference, "Overwrite Object") */
                (void) json_get_u64(item, "deny", &o->deny);
                n++;
        }
        *ret_overwrites = overwrites;
        *ret_n = n;
        return 0;
}

int decode_channels(const Json *list, DoctorChannel **ret_channels, size_t *ret_n) {
        DoctorChannel *channels = array_for(list, sizeof(*channels));
        size_t n = 0;

        if (!channels)
                return -ENOMEM;
        JSON_FOREACH(item, list) {
                DoctorChannel *c = &channels[n];
                Overwrite *overwrites = NULL;
                int64_t type = 0;

                if (json_get_u64(item, "id", &c->id.v) != 0)
                        continue;
                (void) json_get_i64(item, "type", &type);
                (void) json_get_u64(item, "parent_id", &c->parent.v);
                c->is_category = type == CHANNEL_CATEGORY;
                c->name = json_text(json_get(item, "name"));
                c->topic = json_text(json_get(item, "topic"));
                if (decode_overwrites(json_get(item, "permission_overwrites"), &overwrites, &c->n_overwrites) < 0) {
                        channels_free(channels, n);
                        return -ENOMEM;
                }
                c->overwrites = overwrites;
                n++;
        }
        *ret_channels = channels;
        *ret_n = n;
        return 0;
}

void channels_free(DoctorChannel *channels, size_t n) {
        for (size_t i = 0; i < n; i++)
                free((void *) channels[i].overwrites);
        free(channels);
}

int decode_roles(const Json *list, DoctorRole **ret_roles, size_t *ret_n) {
        DoctorRole *roles = array_for(list, sizeof(*roles));
        size_t n = 0;

        if (!roles)
                return -ENOMEM;
        JSON_FOREACH(item, list) {
                DoctorRole *r = &roles[n];
                int64_t position = 0;

                if (json_get_u64(item, "id", &r->id.v) != 0 || json_get_u64(item, "permissions", &r->permissions) != 0)
                        continue;
                (void) json_get_i64(item, "position", &position);
                r->position = position < INT32_MAX ? (int) position : INT32_MAX;
                (void) json_get_bool(item, "managed", &r->is_managed);
                (void) json_get_bool(item, "mentionable", &r->is_mentionable);
                r->name = json_text(json_get(item, "name"));
                n++;
        }
        *ret_roles = roles;
        *ret_n = n;
        return 0;
}

int decode_role_ids(const Json *member, RoleId **ret_roles, size_t *ret_n) {
        const Json *list = json_get(member, "roles");
        RoleId *roles = array_for(list, sizeof(*roles));
        size_t n = 0;

        if (!roles)
                return -ENOMEM;
        JSON_FOREACH(item, list)
                if (json_to_u64(item, &roles[n].v) == 0)
                        n++;
        *ret_roles = roles;
        *ret_n = n;
        return 0;
}

bool has_live_control(const Keys *keys, GuildId guild, const Json *message, const char *control) {
        JSON_FOREACH(row, json_get(message, "components"))
                JSON_FOREACH(button, json_get(row, "components")) {
                        const char *text = json_text(json_get(button, "custom_id"));
                        CustomId found;

                        if (text && custom_id_read(keys, guild, text, &found) == 0 && streq(found.control, control))
                                return true;
                }
        return false;
}

bool is_posted_by(const Json *message, UserId author) {
        uint64_t id;

        return json_get_u64(json_get(message, "author"), "id", &id) == 0 && id == author.v;
}
