/* What administrators have set is deleted: seen at once by the event, or later in what a guild has. */

#include "magikal/target.h"

#include <stdio.h>

#include "worker.h"

#define YOUNG (2 * 60 * USEC_PER_SEC)   /* made and set since the list was read */

/* ---- a flow that tells ----------------------------------------------------------------------------------------------------------------- */

static void tell_gone(Worker *worker, GuildId guild, const Target *target) {
        char args[96];

        (void) snprintf(args, sizeof(args), "{\"target\":\"%s\",\"id\":\"%llu\"}", target->name, (unsigned long long) target->id);
        (void) unasked_accept(worker, &(Unasked) { .flow = &flow_target_gone, .guild = guild, .args = args }, NULL, "target:%s:%llu",
                              target->name, (unsigned long long) target->id);           /* lost now: the sweeper finds it */
}

/* ---- what is missing --------------------------------------------------------------------------------------------------------------------- */

typedef struct Inventory {
        Worker *worker;
        uint64_t deleted;               /* this one is gone; 0: what is not in the lists is */
        Json *channels, *roles;         /* of the guild; NULL: not known */
} Inventory;

static Inventory *inventory_free(Inventory *inventory) {
        if (inventory) {
                (void) json_free(inventory->channels);
                (void) json_free(inventory->roles);
        }
        free(inventory);
        return NULL;
}
DEFINE_CLEANUP(Inventory *, inventory_free)

bool is_listed(const Json *list, uint64_t wanted) {
        JSON_FOREACH(item, list) {
                uint64_t id;

                if (json_get_u64(item, "id", &id) == 0 && id == wanted)
                        return true;
        }
        return false;
}

static bool is_parent(const Json *channels, ChannelId category) {
        JSON_FOREACH(channel, channels) {
                uint64_t parent;

                if (json_get_u64(channel, "parent_id", &parent) == 0 && parent == category.v)
                        return true;
        }
        return false;
}

static bool is_gone(const Inventory *inventory, const Target *target) {
        const Json *list = target->is_role ? inventory->roles : inventory->channels;

        if (inventory->deleted)
                return target->id == inventory->deleted;
        return list && !is_listed(list, target->id) && snowflake_time(target->id) + YOUNG < clock_realtime();
}

/* A category of ours beside a full one in which nothing is left, and was not made this moment. */
static void retire_empty(const Inventory *inventory, const GuildSettings *settings) {
        for (size_t i = 0; inventory->channels && i < settings->n_overflow; i++) {
                ChannelId category = settings->overflow[i].category;
                char args[48];

                if (is_parent(inventory->channels, category) || snowflake_time(category.v) + YOUNG > clock_realtime())
                        continue;
                (void) snprintf(args, sizeof(args), "{\"category\":\"%llu\"}", (unsigned long long) category.v);
                (void) unasked_accept(inventory->worker, &(Unasked) { .flow = &flow_category_retire, .guild = settings->guild, .args = args }, NULL,
                                      "retire:%llu:%llu", (unsigned long long) category.v,
                                      (unsigned long long) (clock_realtime() / YOUNG));        /* lost now: the next sweep */
        }
}

static void settings_known(int outcome, const Facts *facts, void *userdata) {
        _cleanup_(inventory_freep) Inventory *inventory = userdata;
        Target set[TARGETS_MAX];
        size_t n;

        if (outcome != 0 || !facts->settings.is_set_up)
                return;
        if (facts->settings.has_left) {
                if (inventory->channels)
                        guild_has_us_again(inventory->worker, facts->settings.guild, inventory->channels);
                return;
        }
        n = targets_of(facts, set);
        for (size_t i = 0; i < n; i++)
                if (is_gone(inventory, &set[i]))
                        tell_gone(inventory->worker, facts->settings.guild, &set[i]);
        retire_empty(inventory, &facts->settings);
}

static void look(GuildId guild, Inventory *take_inventory) {
        _cleanup_(inventory_freep) Inventory *inventory = take_inventory;

        if (store_recruit_facts(inventory->worker->store, &(RecruitQuery) { .guild = guild }, settings_known, inventory) >= 0)
                (void) TAKE(inventory);
}

void target_deleted(Worker *worker, GuildId guild, uint64_t id) {
        Inventory *inventory = new0(Inventory, 1);

        if (!inventory)
                return;         /* the sweeper finds it */
        *inventory = (Inventory) { .worker = worker, .deleted = id };
        look(guild, inventory);
}

void targets_compare(Worker *worker, GuildId guild, const Json *channels, const Json *roles) {
        _cleanup_(inventory_freep) Inventory *inventory = new0(Inventory, 1);

        if (!inventory)
                return;
        *inventory = (Inventory) { .worker = worker, .channels = json_copy(channels), .roles = json_copy(roles) };
        if (!inventory->channels)
                return;
        look(guild, TAKE(inventory));
}
