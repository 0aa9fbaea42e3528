/* The editor's table and the supervisor's: wishes coalesce and win by age, answers are fenced; a shard has one owner. */

#include "store-fixture.h"

#define GUILD ((GuildId) { 7 })

static void want(StoreFixture *f, uint64_t channel, uint64_t message, const char *body, Usec quiet, Usec max_wait) {
        Batch *b = batch_new(f->store);

        store_add_want(b, GUILD, (ChannelId) { channel }, (MessageId) { message }, body, quiet, max_wait);
        assert_int_equal(fixture_send(f, b, NULL), 0);
}

static void take_one(StoreFixture *f, Got *got) {
        DO(f, got, store_edit_take(f->store, 5, got_edits, got));
        assert_int_equal(got->outcome, 0);
        assert_int_equal(got->n, 1);
}

static void test_newest_wins(void **state) {
        StoreFixture *f = *state;
        _got_ Got edit = {}, got = {};

        want(f, 1, 2, "{\"v\":1}", 0, 0);
        want(f, 1, 2, "{\"v\":2}", 0, 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.edit WHERE position('v'::bytea in want) > 0 AND octet_length(want) < 30"), 0);
        take_one(f, &edit);
        assert_string_equal(edit.edits[0].want, "{\"v\":2}");
        assert_int_equal(edit.edits[0].want_version, 2);
        assert_int_equal(edit.edits[0].have_version, 0);
        assert_string_equal(edit.edits[0].have_hash, "");
        assert_int_equal(edit.edits[0].guild.v, 7);
        DO(f, &got, store_edit_take(f->store, 5, got_edits, &got));
        assert_int_equal(got.n, 0);             /* leased */

        want(f, 1, 2, "{\"v\":3}", 0, 0);       /* while it is being written */
        DO(f, &got, store_edit_done(f->store, &edit.edits[0], "hash2", 0, got_batch, &got));
        assert_int_equal(got.outcome, 0);
        DO(f, &got, store_edit_done(f->store, &edit.edits[0], "hash2", 0, got_batch, &got));
        assert_int_equal(got.outcome, STORE_LEASE_LOST);
        take_one(f, &edit);
        assert_string_equal(edit.edits[0].want, "{\"v\":3}");
        assert_string_equal(edit.edits[0].have_hash, "hash2");
        assert_int_equal(edit.edits[0].have_version, 2);
        DO(f, &got, store_edit_done(f->store, &edit.edits[0], "hash3", 0, got_batch, &got));
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.edit WHERE want IS NULL AND have_ver = 3 AND lease_until IS NULL"), 1);
        DO(f, &got, store_edit_take(f->store, 5, got_edits, &got));
        assert_int_equal(got.n, 0);
}

static void overwritten(StoreFixture *f) {
        Batch *b = batch_new(f->store);

        store_add_overwritten(b, (ChannelId) { 1 }, (MessageId) { 2 });
        assert_int_equal(fixture_send(f, b, NULL), 0);
}

static void test_what_was_overwritten_is_written_again(void **state) {
        StoreFixture *f = *state;
        _got_ Got edit = {}, got = {};

        overwritten(f);                         /* never written: nothing to forget */
        want(f, 1, 2, "{}", 0, 0);
        take_one(f, &edit);
        overwritten(f);                         /* what is under way will be what stands */
        DO(f, &got, store_edit_done(f->store, &edit.edits[0], "h", 0, got_batch, &got));
        want(f, 1, 2, "{}", 0, 0);
        take_one(f, &edit);
        assert_string_equal(edit.edits[0].have_hash, "h");
        DO(f, &got, store_edit_done(f->store, &edit.edits[0], "h", 0, got_batch, &got));
        overwritten(f);
        want(f, 1, 2, "{}", 0, 0);
        take_one(f, &edit);
        assert_string_equal(edit.edits[0].have_hash, "");
}

static void test_quiet_has_an_end(void **state) {
        StoreFixture *f = *state;
        Usec quiet = 20 * USEC_PER_SEC, most = 30 * USEC_PER_SEC;
        _got_ Got got = {};

        DO(f, &got, store_edit_next_due(f->store, got_due, &got));
        assert_true(got.wait == USEC_INFINITY);
        want(f, 1, 0, "{}", quiet, most);
        DO(f, &got, store_edit_next_due(f->store, got_due, &got));
        assert_true(got.wait > 19 * USEC_PER_SEC && got.wait <= quiet);
        fixture_skew(f, "15 s");
        want(f, 1, 0, "{}", quiet, most);       /* due at 30, not at 35 */
        DO(f, &got, store_edit_next_due(f->store, got_due, &got));
        assert_true(got.wait > 14 * USEC_PER_SEC && got.wait <= 15 * USEC_PER_SEC);
        fixture_skew(f, "31 s");
        take_one(f, &got);
        assert_int_equal(got.edits[0].message.v, 0);
        DO(f, &got, store_edit_next_due(f->store, got_due, &got));
        assert_true(got.wait > 29 * USEC_PER_SEC);      /* after the lease */
}

static void test_a_newer_wish_waits_for_quiet_after_a_write(void **state) {
        StoreFixture *f = *state;
        _got_ Got edit = {}, got = {};

        want(f, 1, 2, "{\"v\":1}", 0, 0);
        take_one(f, &edit);
        want(f, 1, 2, "{\"v\":2}", 0, 0);
        DO(f, &got, store_edit_done(f->store, &edit.edits[0], "h", 20 * USEC_PER_SEC, got_batch, &got));
        DO(f, &got, store_edit_next_due(f->store, got_due, &got));
        assert_true(got.wait > 19 * USEC_PER_SEC && got.wait <= 20 * USEC_PER_SEC);
        /* and the longest wait begins anew with it */
        fixture_skew(f, "15 s");
        want(f, 1, 2, "{\"v\":3}", 20 * USEC_PER_SEC, 30 * USEC_PER_SEC);
        DO(f, &got, store_edit_next_due(f->store, got_due, &got));
        assert_true(got.wait > 14 * USEC_PER_SEC && got.wait <= 15 * USEC_PER_SEC);
}

static void test_later_gone_and_blocked(void **state) {
        StoreFixture *f = *state;
        _got_ Got edit = {}, got = {};

        want(f, 1, 1, "{}", 0, 0);
        take_one(f, &edit);
        DO(f, &got, store_edit_later(f->store, &edit.edits[0], 60 * USEC_PER_SEC, "429", got_batch, &got));
        assert_int_equal(got.outcome, 0);
        DO(f, &got, store_edit_take(f->store, 5, got_edits, &got));
        assert_int_equal(got.n, 0);
        fixture_skew(f, "61 s");
        take_one(f, &edit);
        assert_int_equal(edit.edits[0].fails, 1);
        DO(f, &got, store_edit_end(f->store, &edit.edits[0], "blocked", "50013", got_batch, &got));
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.edit WHERE state = 'blocked' AND want IS NOT NULL AND error = '50013'"), 1);
        want(f, 1, 1, "{}", 0, 0);              /* remembered, not tried */
        DO(f, &got, store_edit_take(f->store, 5, got_edits, &got));
        assert_int_equal(got.n, 0);
        DO(f, &got, store_edit_unblock(f->store, 300 * USEC_PER_SEC, got_batch, &got));
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.edit WHERE state = 'blocked'"), 1);
        fixture_skew(f, "365 s");
        DO(f, &got, store_edit_unblock(f->store, 300 * USEC_PER_SEC, got_batch, &got));
        take_one(f, &edit);

        want(f, 2, 2, "{}", 0, 0);
        take_one(f, &edit);
        DO(f, &got, store_edit_end(f->store, &edit.edits[0], "gone", "10008", got_batch, &got));
        want(f, 2, 2, "{}", 0, 0);              /* left alone */
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.edit WHERE state = 'gone' AND want IS NULL"), 1);
        DO(f, &got, store_edit_take(f->store, 5, got_edits, &got));
        assert_int_equal(got.n, 0);
        fixture_skew(f, "31 days");
        DO(f, &got, store_retention(f->store, got_count, &got));
        assert_int_equal(got.n_rows, 1);
}

static void test_two_editors_never_share_a_message(void **state) {
        StoreFixture *f = *state;
        _cleanup_(store_freep) Store *other = store_fixture_store(f, "machine:boot:2");
        _got_ Got a = {}, b = {}, got = {};

        for (uint64_t i = 1; i <= 6; i++)
                want(f, i, 1, "{}", 0, 0);
        assert_int_equal(store_edit_take(f->store, 4, got_edits, &a), 0);
        assert_int_equal(store_edit_take(other, 4, got_edits, &b), 0);
        got_wait(f, &a);
        got_wait(f, &b);
        assert_true(a.n + b.n <= 6);
        for (size_t i = 0; i < a.n; i++)
                for (size_t k = 0; k < b.n; k++)
                        assert_int_not_equal(a.edits[i].channel.v, b.edits[k].channel.v);

        /* a dead editor's messages are free at once, and its late answers count no more */
        DO(f, &got, store_reap_owner(f->store, FIXTURE_OWNER, "SIGKILL", (FlowId) {}, got_reaped, &got));
        DO(f, &got, store_edit_done(f->store, &a.edits[0], "h", 0, got_batch, &got));
        assert_int_equal(got.outcome, STORE_LEASE_LOST);
        DO(f, &got, store_reap_prefix(f->store, "machine:boot:", got_reaped, &got));
        DO(f, &got, store_edit_take(f->store, 10, got_edits, &got));
        assert_int_equal(got.n, 6);
}

static void test_a_shard_has_one_owner(void **state) {
        StoreFixture *f = *state;
        _cleanup_(store_freep) Store *other = store_fixture_store(f, "machine:boot:2");
        _got_ Got got = {};
        uint64_t epoch;

        DO(f, &got, store_shard_take(f->store, 0, 1, NULL, got_shard, &got));
        assert_true(got.shard.is_ours);
        assert_null(got.shard.session_id);
        assert_int_equal(got.shard.seq, -1);
        epoch = got.shard.epoch;
        DO(f, &got, store_shard_save(f->store, 0, epoch, "session", "wss://resume", 0, got_batch, &got));
        assert_int_equal(got.outcome, 0);
        DO(f, &got, store_shard_save(f->store, 0, epoch, "session", "wss://resume", 41, got_batch, &got));

        DO(f, &got, store_shard_take(other, 0, 1, "other:", got_shard, &got));
        assert_int_equal(got.outcome, 0);
        assert_false(got.shard.is_ours);
        DO(f, &got, store_shard_take(other, 0, 1, "machine:boot:", got_shard, &got));   /* holding the lock: we are its new life */
        assert_true(got.shard.is_ours);
        assert_int_equal(got.shard.epoch, epoch + 1);
        assert_string_equal(got.shard.session_id, "session");
        assert_string_equal(got.shard.resume_url, "wss://resume");
        assert_int_equal(got.shard.seq, 41);
        DO(f, &got, store_shard_save(f->store, 0, epoch, "session", "wss://resume", 99, got_batch, &got));
        assert_int_equal(got.outcome, STORE_LEASE_LOST);
        assert_int_equal(fixture_number(f, "SELECT seq FROM flow.shard"), 41);

        fixture_skew(f, "16 s");
        DO(f, &got, store_shard_take(f->store, 0, 2, NULL, got_shard, &got));   /* run out; and another number of shards */
        assert_true(got.shard.is_ours);
        assert_null(got.shard.session_id);
        DO(f, &got, store_shard_save(f->store, 0, got.shard.epoch, NULL, NULL, 5, got_batch, &got));
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.shard WHERE session_id IS NULL AND seq IS NULL"), 1);
}

static void test_identify_budget(void **state) {
        StoreFixture *f = *state;
        _got_ Got got = {};

        DO(f, &got, store_identify_take(f->store, 0, 2, got_due, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(got.wait, 0);
        DO(f, &got, store_identify_take(f->store, 0, 2, got_due, &got));
        assert_true(got.wait > 4 * USEC_PER_SEC && got.wait <= 5 * USEC_PER_SEC + 1);
        DO(f, &got, store_identify_take(f->store, 1, 2, got_due, &got));
        assert_int_equal(got.wait, 0);
        fixture_skew(f, "6 s");
        DO(f, &got, store_identify_take(f->store, 0, 2, got_due, &got));
        assert_true(got.wait > 86390 * USEC_PER_SEC && got.wait <= 86400 * USEC_PER_SEC);
        fixture_skew(f, "24 h 1 s");
        DO(f, &got, store_identify_take(f->store, 0, 2, got_due, &got));
        assert_int_equal(got.wait, 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
                T(test_newest_wins),
                T(test_what_was_overwritten_is_written_again),
                T(test_quiet_has_an_end),
                T(test_a_newer_wish_waits_for_quiet_after_a_write),
                T(test_later_gone_and_blocked),
                T(test_two_editors_never_share_a_message),
                T(test_a_shard_has_one_owner),
                T(test_identify_budget),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests(tests, NULL, NULL);
        store_fixture_end();
        return r;
}
