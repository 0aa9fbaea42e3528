/*
 * Where the category of a kind of tickets is full (50 channels), another one stands beside it: "Support 2", "Support 3". Subject: the guild, so
 * that of many tickets that found no room at once the first makes it, and the others find it. When it is empty it goes.
 *
 * Roles' permissions are those of the category that is set. Those of single members are left out: no row of ours may hold a user's id, and they
 * say nothing about the tickets within, each of which has its own.
 */

#include "overflow.h"

#include <errno.h>
#include <stdio.h>

#include "magikal/limits.h"
#include "magikal/permission.h"
#include "magikal/unicode.h"

#define CHANNEL_TYPE_CATEGORY 4
#define WANTED_EVERY (2 * USEC_PER_SEC) /* by all who find no room */
#define PROBE_BACK (60 * USEC_PER_SEC)  /* Discord's clock against the database's, with room */

/* ---- which one ------------------------------------------------------------------------------------------------------------------------- */

bool overflow_is_among(const Json *ids, ChannelId id) {
        JSON_FOREACH(item, ids) {
                uint64_t one;

                if (json_to_u64(item, &one) == 0 && one == id.v)
                        return true;
        }
        return false;
}

ChannelId overflow_category(const GuildSettings *settings, ChannelId base, const Json *full, ChannelId also_full, bool *ret_is_over) {
        *ret_is_over = false;
        if (base.v != also_full.v && !overflow_is_among(full, base))
                return base;
        for (size_t i = 0; i < settings->n_overflow; i++) {
                const Overflow *o = &settings->overflow[i];

                if (o->base.v == base.v && o->category.v != also_full.v && !overflow_is_among(full, o->category))
                        return o->category;
        }
        *ret_is_over = true;
        return base;
}

void overflow_want(const StepContext *c, Checkpoint *checkpoint, ChannelId base) {
        char args[48];

        (void) snprintf(args, sizeof(args), "{\"base\":\"%llu\"}", (unsigned long long) base.v);
        guild_flow_add(c, checkpoint, &flow_category_extend, args, "tmr:overflow:%llu:%zu:%llu", (unsigned long long) base.v,
                       c->facts->settings.n_overflow, (unsigned long long) (c->facts->now / WANTED_EVERY));
}

/* ---- looking --------------------------------------------------------------------------------------------------------------------------- */

static int guild_channels(const StepContext *c, StepRequest *ret) {
        *ret = (StepRequest) { .route = ROUTE_GUILD_CHANNELS, .ids = { c->guild.v } };
        return 0;
}

static const Json *channel_in(const Json *channels, ChannelId wanted) {
        JSON_FOREACH(channel, channels) {
                uint64_t id;

                if (json_get_u64(channel, "id", &id) == 0 && id == wanted.v)
                        return channel;
        }
        return NULL;
}

static int n_within(const Json *channels, ChannelId category) {
        int n = 0;

        JSON_FOREACH(channel, channels) {
                uint64_t parent;

                n += json_get_u64(channel, "parent_id", &parent) == 0 && parent == category.v;
        }
        return n;
}

static int nothing_to_do(Checkpoint *checkpoint) {
        checkpoint->result = strdup("{\"none\":true}");
        return checkpoint->result ? 0 : -ENOMEM;
}

static bool is_nothing_to_do(const StepContext *c) {
        return json_get(flow_result(c, "look"), "none") != NULL;
}

/* ---- another category ------------------------------------------------------------------------------------------------------------------- */

/* What is gone from Discord is forgotten. Is there one with room? */
static bool has_room(const StepContext *c, const Json *channels, ChannelId base, Checkpoint *checkpoint) {
        const GuildSettings *s = &c->facts->settings;
        bool has = n_within(channels, base) < LIMIT_CATEGORY_CHANNELS;

        for (size_t i = 0; i < s->n_overflow; i++) {
                if (s->overflow[i].base.v != base.v)
                        continue;
                if (!channel_in(channels, s->overflow[i].category))
                        store_add_overflow_forget(checkpoint->batch, c->guild, s->overflow[i].category);
                else
                        has |= n_within(channels, s->overflow[i].category) < LIMIT_CATEGORY_CHANNELS;
        }
        return has;
}

/* The first number that no category of ours has; 0: there are as many as a guild can fill. */
static int next_number(const StepContext *c, const Json *channels, ChannelId base) {
        const GuildSettings *s = &c->facts->settings;
        bool is_taken[OVERFLOW_NO_MAX + 1] = {};

        for (size_t i = 0; i < s->n_overflow; i++)
                if (s->overflow[i].base.v == base.v && channel_in(channels, s->overflow[i].category))
                        is_taken[s->overflow[i].no] = true;
        for (int no = 2; no <= OVERFLOW_NO_MAX; no++)
                if (!is_taken[no])
                        return no;
        return 0;
}

static void put_overwrites(JsonWriter *w, const StepContext *c, const Json *base) {
        json_array(w, "overwrites");
        JSON_FOREACH(item, json_get(base, "permission_overwrites")) {
                Overwrite o = {};
                int64_t type;

                if (json_get_u64(item, "id", &o.id) != 0 || json_get_i64(item, "type", &type) != 0 || json_get_u64(item, "allow", &o.allow) != 0 ||
                    json_get_u64(item, "deny", &o.deny) != 0)
                        continue;
                o.type = type == OVERWRITE_MEMBER ? OVERWRITE_MEMBER : OVERWRITE_ROLE;
                if (o.type == OVERWRITE_ROLE || o.id == c->env->bot_user.v)
                        (void) overwrite_put(w, &o, PERMISSION_INVITE);
        }
        json_close_array(w);
}

/* "Support 2"; a long name gives way to its number. */
static int name_of(const char *base, int no, char **ret_name) {
        _strbuf_ StrBuf out = {};
        char number[16];
        uint32_t c;

        (void) snprintf(number, sizeof(number), " %d", no);
        for (size_t step, n = strlen(number); base && (step = utf8_next(base, &c)) > 0; base += step) {
                n += c >= 0x10000 ? 2 : 1;      /* UTF-16 units, the larger of the two counts that Discord may mean */
                if (n > LIMIT_CHANNEL_NAME)
                        break;
                strbuf_append_code_point(&out, c);
        }
        strbuf_append(&out, number);
        return strbuf_finish(&out, ret_name);
}

static int extend_look(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        ChannelId base = { args_id(c, "base") };
        const Json *channel = channel_in(reply->body, base);
        int no = next_number(c, reply->body, base), r;
        _json_writer_ JsonWriter w = {};
        _free_ char *name = NULL;
        int64_t position;

        if (has_room(c, reply->body, base, checkpoint) || !channel)
                return nothing_to_do(checkpoint);
        if (no == 0) {
                alert_add(c, checkpoint, ALERT_GUILD_FULL);
                return nothing_to_do(checkpoint);
        }
        r = name_of(json_text(json_get(channel, "name")), no, &name);
        if (r < 0)
                return r;
        json_open(&w);
        json_i64(&w, "no", no);
        json_string(&w, "name", name);
        if (json_get_i64(channel, "position", &position) == 0)
                json_i64(&w, "position", position);     /* those of equal position stand by age: right behind it */
        put_overwrites(&w, c, channel);
        json_close(&w);
        return json_writer_finish(&w, &checkpoint->result);
}

static int category_create(const StepContext *c, StepRequest *ret) {
        const Json *look = flow_result(c, "look");
        _json_writer_ JsonWriter w = {};
        int64_t position;

        if (is_nothing_to_do(c) || !json_get(look, "name"))
                return STEP_SKIP;
        json_open(&w);
        json_string(&w, "name", json_text(json_get(look, "name")));
        json_i64(&w, "type", CHANNEL_TYPE_CATEGORY);
        if (json_get_i64(look, "position", &position) == 0)
                json_i64(&w, "position", position);
        json_put_key(&w, "permission_overwrites");
        json_put_value(&w, json_get(look, "overwrites"));
        json_close(&w);
        *ret = (StepRequest) { .route = ROUTE_CHANNEL_CREATE, .ids = { c->guild.v }, .audit_reason = "Magikal: the category for tickets is full" };
        return json_writer_finish(&w, &ret->body);
}

/* A category has no topic to mark it by: its name and its age do, as no other flow of the guild runs meanwhile. */
static uint64_t category_find_match(const StepContext *c, const Json *body) {
        const char *name = json_text(json_get(flow_result(c, "look"), "name"));
        uint64_t found = 0;

        JSON_FOREACH(channel, body) {
                uint64_t id;
                int64_t type;

                if (json_get_u64(channel, "id", &id) == 0 && json_get_i64(channel, "type", &type) == 0 && type == CHANNEL_TYPE_CATEGORY &&
                    streq_ptr(json_text(json_get(channel, "name")), name) && snowflake_time(id) + PROBE_BACK >= c->first_sent_at &&
                    (found == 0 || id < found))
                        found = id;
        }
        return found;
}

static int category_known(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        int64_t no;

        if (reply->is_skipped)
                return 0;
        if (reply->outcome != 0) {
                alert_add(c, checkpoint, reply->code == 30013 ? ALERT_GUILD_FULL : ALERT_CATEGORY_FULL);
                return 0;
        }
        if (reply->id == 0 || json_get_i64(flow_result(c, "look"), "no", &no) != 0)
                return -EBADMSG;
        store_add_overflow(checkpoint->batch, c->guild, &(Overflow) { { args_id(c, "base") }, { reply->id }, (int) no });
        audit_add(c, checkpoint, "category.added", NULL);
        return 0;
}

/* ---- an empty one goes ------------------------------------------------------------------------------------------------------------------- */

static int retire_look(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        ChannelId category = { args_id(c, "category") };
        const GuildSettings *s = &c->facts->settings;
        bool is_ours = false;

        for (size_t i = 0; i < s->n_overflow; i++)
                is_ours |= s->overflow[i].category.v == category.v;
        /* one that an administrator has set by now is theirs */
        if (category.v == s->support_category.v || category.v == s->recruitment_category.v)
                is_ours = false;
        return is_ours && n_within(reply->body, category) == 0 ? 0 : nothing_to_do(checkpoint);
}

static int category_delete(const StepContext *c, StepRequest *ret) {
        if (is_nothing_to_do(c))
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_CHANNEL_DELETE, .ids = { args_id(c, "category") }, .audit_reason = "Magikal: no ticket is in it any more" };
        return 0;
}

/* Where we may not delete it, it stays and is used again. */
static int category_gone(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        if (reply->is_skipped || (reply->outcome != 0 && reply->outcome != REST_GONE))
                return 0;
        store_add_overflow_forget(checkpoint->batch, c->guild, (ChannelId) { args_id(c, "category") });
        audit_add(c, checkpoint, "category.removed", NULL);
        return 0;
}

/* clang-format off */
static const StepProbe category_find = { guild_channels, category_find_match, false };

static const Step extend_steps[] = {
        /* stored name  kind       build            done already?   apply           take it back  tolerates      needs                       where */
        { "look",       STEP_REST, guild_channels,  NULL,           extend_look,    NULL,         0,             0,                          NULL },
        { "create",     STEP_REST, category_create, &category_find, category_known, NULL,         EVERY_REFUSAL, PERMISSION_MANAGE_CHANNELS, NULL },
};

static const Step retire_steps[] = {
        { "look",       STEP_REST, guild_channels,  NULL,           retire_look,    NULL,         0,             0,                          NULL },
        { "delete",     STEP_REST, category_delete, NULL,           category_gone,  NULL,         EVERY_REFUSAL, PERMISSION_MANAGE_CHANNELS, NULL },
};
/* clang-format on */

const Flow flow_category_extend = {
        .name = "category.extend", .version = 1, .ttl_s = 0, .steps = extend_steps, .n_steps = ELEMENTSOF(extend_steps),
        .words_before = ELEMENTSOF(extend_steps),
};

const Flow flow_category_retire = {
        .name = "category.retire", .version = 1, .ttl_s = 0, .steps = retire_steps, .n_steps = ELEMENTSOF(retire_steps),
        .words_before = ELEMENTSOF(retire_steps),
};
