/* Guilds too large to be given whole: what the page gets of them, and what a bot gets over its gateway. */

#include "model-rig.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define N_CHANNELS 1000
#define N_MEMBERS  2500

static Sandbox *rig_large(void) {
        return rig_new_sized((SbxGuildSize){ .n_channels = N_CHANNELS, .n_members = N_MEMBERS });
}

static int size_of(const Json *json, const char *path) {
        return json_array_size(node(json, path));
}

static int64_t number_at(const Json *json, const char *path) {
        int64_t n = -1;

        assert_int_equal(json_to_i64(node(json, path), &n), 0);
        return n;
}

static bool has_member(const Json *members, const char *user) {
        JSON_FOREACH(member, members)
                if (streq(at(member, "user.id"), user))
                        return true;
        return false;
}

static void the_ready_made_guild_can_be_large(void **state _unused_) {
        _rig_ Sandbox *s = rig_large();
        const Json *r;

        r = rig_rest(s, "GET", "/guilds/" GUILD "/channels", NULL, 200);
        assert_int_equal(json_array_size(r), N_CHANNELS);
        assert_string_equal(at(rig_rest(s, "GET", "/channels/820000000000100001", NULL, 200), "parent_id"), "820000000000100000");
        r = rig_rest(s, "GET", "/guilds/" GUILD "?with_counts=true", NULL, 200);
        assert_int_equal(number_at(r, "approximate_member_count"), N_MEMBERS);

        /* Pages of a thousand come to all of them. */
        r = rig_rest(s, "GET", "/guilds/" GUILD "/members?limit=1000", NULL, 200);
        assert_int_equal(json_array_size(r), 1000);
        r = rig_rest(s, "GET", "/guilds/" GUILD "/members?limit=1000&after=700000000000102000", NULL, 200);
        assert_int_equal(json_array_size(r), N_MEMBERS - 2000 + 1); /* the bot's id is the last */
}

static void what_is_made_of_a_large_guild_counts_from_there(void **state _unused_) {
        _rig_ Sandbox *s = rig_new_sized((SbxGuildSize){ .n_channels = 499 }), *large = rig_large();

        (void) rig_restf(s, 201, "POST", "/guilds/" GUILD "/channels", "{'name':'the 500th'}");
        assert_int_equal(number_at(rig_restf(s, 400, "POST", "/guilds/" GUILD "/channels", "{'name':'one more'}"), "code"), 30013);
        (void) rig_restf(large, 201, "POST", "/guilds/" GUILD "/channels", "{'name':'one more'}");
}

static void the_page_begins_with_those_it_needs(void **state _unused_) {
        _rig_ Sandbox *s = rig_large();
        const Json *r;

        r = rig_control(s, "GET", "state?as=700000000000101999", NULL, 200);
        assert_int_equal(size_of(r, "guild.members"), 200);
        assert_int_equal(size_of(r, "people"), 199);    /* all but the bot */
        assert_int_equal(number_at(r, "guild.member_count"), N_MEMBERS);
        assert_true(has_member(node(r, "guild.members"), "700000000000101999"));
        assert_true(has_member(node(r, "guild.members"), APPLICATION));
        assert_true(has_member(node(r, "guild.members"), OWNER));
        assert_true(has_member(node(r, "guild.members"), STAFF));

        r = rig_control(s, "GET", "state?as=" STAFF "&members=3", NULL, 200);
        assert_int_equal(size_of(r, "guild.members"), 3);
        assert_true(has_member(node(r, "guild.members"), STAFF));
        r = rig_control(s, "GET", "state?as=" STAFF "&members=5000", NULL, 200);
        assert_int_equal(size_of(r, "guild.members"), 1000);
}

static void people_are_searched_and_turned_over(void **state _unused_) {
        _rig_ Sandbox *s = rig_large();
        const Json *r;

        r = rig_control(s, "GET", "people?query=MEMBER-0123", NULL, 200);
        assert_int_equal(number_at(r, "total"), 10);
        assert_string_equal(at(r, "members.0.user.username"), "member-01230");
        r = rig_control(s, "GET", "people?query=member-0123&limit=4&after=700000000000101232", NULL, 200);
        assert_int_equal(number_at(r, "total"), 10);
        assert_int_equal(size_of(r, "members"), 4);
        assert_string_equal(at(r, "members.0.user.username"), "member-01233");

        r = rig_control(s, "GET", "people?channel=" TICKET_LOG, NULL, 200);
        assert_int_equal(number_at(r, "total"), 4);     /* staff, admin, owner, bot */
        assert_true(has_member(node(r, "members"), OWNER));

        r = rig_control(s, "GET", "people?ids=" STAFF ",5," ADMIN, NULL, 200);
        assert_int_equal(number_at(r, "total"), 2);
        assert_string_equal(at(r, "members.0.user.id"), STAFF);

        (void) rig_control(s, "GET", "people?ids=x", NULL, 400);
        (void) rig_control(s, "GET", "people?channel=5", NULL, 404);
        (void) rig_control(s, "POST", "people", "{}", 405);
}

/* ---- over the gateway ---- */

typedef struct Chunks {
        unsigned n;
        int n_members;
        int64_t count;
        bool are_in_order;
        int n_missing;
} Chunks;

static void take_chunk(void *userdata, const char *d) {
        Chunks *chunks = userdata;
        _json_ Json *chunk = NULL;

        assert_int_equal(json_parse(d, strlen(d), &chunk), 0);
        chunks->are_in_order = (chunks->n == 0 || chunks->are_in_order) && number_at(chunk, "chunk_index") == (int64_t) chunks->n;
        chunks->count = number_at(chunk, "chunk_count");
        chunks->n_members += size_of(chunk, "members");
        chunks->n_missing += size_of(chunk, "not_found");
        chunks->n++;
}

static Chunks chunks_for(Sandbox *s, const char *text) {
        _json_ Json *request = NULL;
        Chunks chunks = {};

        assert_int_equal(json_parse(text, strlen(text), &request), 0);
        model_each_members_chunk(s, request, take_chunk, &chunks);
        return chunks;
}

static void members_come_in_chunks_of_a_thousand(void **state _unused_) {
        _rig_ Sandbox *s = rig_large();
        Chunks all = chunks_for(s, "{\"query\":\"\",\"limit\":0}");
        Chunks few = chunks_for(s, "{\"query\":\"member-\",\"limit\":0}");
        Chunks named = chunks_for(s, "{\"user_ids\":[\"" STAFF "\",\"5\",\"" ADMIN "\"]}");
        Chunks none = chunks_for(s, "{\"query\":\"nobody\",\"limit\":10}");

        assert_int_equal(all.n, 3);
        assert_int_equal(all.count, 3);
        assert_true(all.are_in_order);
        assert_int_equal(all.n_members, N_MEMBERS);

        assert_int_equal(few.n_members, 100);   /* of a prefix */
        assert_int_equal(named.n_members, 2);
        assert_int_equal(named.n_missing, 1);
        assert_int_equal(none.n, 1);
        assert_int_equal(none.n_members, 0);
}

static Json *guild_create(Sandbox *s, uint32_t intents, size_t large_threshold) {
        _json_writer_ JsonWriter w = {};
        _free_ char *text = NULL;
        Json *json = NULL;

        model_put_guild_create(s, &w, intents, large_threshold);
        assert_int_equal(json_writer_finish(&w, &text), 0);
        assert_int_equal(json_parse(text, strlen(text), &json), 0);
        return json;
}

static bool is_large(const Json *guild) {
        bool value = false;

        assert_int_equal(json_get_bool(guild, "large", &value), 0);
        return value;
}

static void a_large_guild_comes_without_its_members(void **state _unused_) {
        const uint32_t presences = UINT32_C(1) << 8;
        _rig_ Sandbox *large = rig_large(), *small = rig_new();
        _json_ Json *with_all = guild_create(small, presences, 50), *without = guild_create(small, 0, 50), *of_large = guild_create(large, presences, 250);

        assert_int_equal(size_of(with_all, "members"), 7);
        assert_int_equal(size_of(without, "members"), 1);
        assert_int_equal(size_of(of_large, "members"), 1);
        assert_string_equal(at(of_large, "members.0.user.id"), APPLICATION);
        assert_int_equal(number_at(of_large, "member_count"), N_MEMBERS);
        assert_int_equal(size_of(of_large, "channels"), N_CHANNELS);
        assert_true(is_large(of_large));
        assert_false(is_large(with_all));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_ready_made_guild_can_be_large),
                cmocka_unit_test(what_is_made_of_a_large_guild_counts_from_there),
                cmocka_unit_test(the_page_begins_with_those_it_needs),
                cmocka_unit_test(people_are_searched_and_turned_over),
                cmocka_unit_test(members_come_in_chunks_of_a_thousand),
                cmocka_unit_test(a_large_guild_comes_without_its_members),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
