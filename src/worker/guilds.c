/*
 * Guilds that remove us and invite us again. The gateway tells, as GUILD_DELETE without `unavailable`; for what happened while nobody listened
 * READY lists all guilds of its shard, and one that is not among them has removed us.
 */

#include "worker.h"

#define SAME_NEWS USEC_PER_SEC          /* the same of the same guild is not accepted twice within; what is missed the next READY tells */

static void accept_news(Worker *worker, const Flow *flow, GuildId guild, const char *args) {
        (void) unasked_accept(worker, &(Unasked) { .flow = flow, .guild = guild, .args = args }, NULL, "%s:%llu:%llu", flow->name,
                              (unsigned long long) guild.v, (unsigned long long) (clock_realtime() / SAME_NEWS));
}

void guild_removed_us(Worker *worker, GuildId guild) {
        accept_news(worker, &flow_guild_left, guild, "{}");
}

void guild_has_us_again(Worker *worker, GuildId guild, const Json *channels) {
        _json_writer_ JsonWriter w = {};
        _free_ char *args = NULL;

        json_open(&w);
        json_array(&w, "channels");
        JSON_FOREACH(channel, channels) {
                uint64_t id;

                if (json_get_u64(channel, "id", &id) == 0)
                        json_put_id(&w, id);
        }
        json_close_array(&w);
        json_close(&w);
        if (json_writer_finish(&w, &args) == 0)         /* else: the next GUILD_CREATE */
                accept_news(worker, &flow_guild_back, guild, args);
}

void guild_deleted(Worker *worker, const Json *d) {
        bool is_unavailable = false;
        uint64_t guild;

        (void) json_get_bool(d, "unavailable", &is_unavailable);        /* absent: we are out of it (Discord reference, "Guild Delete") */
        if (!is_unavailable && json_get_u64(d, "id", &guild) == 0)
                guild_removed_us(worker, (GuildId) { guild });
}

/* ---- READY ------------------------------------------------------------------------------------------------------------------------------ */

typedef struct Listing {
        Worker *worker;
        Json *guilds;                   /* of this shard, as READY lists them */
        int64_t shard, n_shards;
} Listing;

static Listing *listing_free(Listing *listing) {
        if (listing)
                (void) json_free(listing->guilds);
        free(listing);
        return NULL;
}
DEFINE_CLEANUP(Listing *, listing_free)

/* Discord reference, "Sharding": shard_id = (guild_id >> 22) % num_shards */
static bool is_of_shard(const Listing *listing, GuildId guild) {
        return (int64_t) ((guild.v >> 22) % (uint64_t) listing->n_shards) == listing->shard;
}

static void guilds_known(int outcome, const GuildId *guilds, size_t n_guilds, void *userdata) {
        _cleanup_(listing_freep) Listing *listing = userdata;

        for (size_t i = 0; outcome == 0 && i < n_guilds; i++)
                if (is_of_shard(listing, guilds[i]) && !is_listed(listing->guilds, guilds[i].v))
                        guild_removed_us(listing->worker, guilds[i]);
}

void guilds_listed(Worker *worker, const Json *d) {
        _cleanup_(listing_freep) Listing *listing = new0(Listing, 1);
        const Json *shard = json_get(d, "shard"), *guilds;

        if (!listing || json_get_array(d, "guilds", &guilds) != 0)
                return;
        *listing = (Listing) { .worker = worker, .guilds = json_copy(guilds), .n_shards = 1 };
        if (shard && (json_to_i64(json_first(shard), &listing->shard) < 0 || json_to_i64(json_next(json_first(shard)), &listing->n_shards) < 0 ||
                      listing->n_shards < 1))
                return;
        if (listing->guilds && store_guilds(worker->store, guilds_known, listing) >= 0)
                (void) TAKE(listing);
}
