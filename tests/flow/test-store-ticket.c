/* Tickets and settings: numbers, the one live ticket, who closes first, what repairs are started. */

#include "store-fixture.h"

#define GUILD ((GuildId) { 7 })

typedef struct Opened {
        FlowLease lease;
        Pseudonym who;
} Opened;

/* A flow of this member, claimed. */
static Opened begin(StoreFixture *f, const char *key, uint64_t user) {
        Opened o = {};

        o.lease = fixture_claim_one(f, fixture_accept(f, key, "actor", (UserId) { user }), &o.who);
        return o;
}

static int reserve(StoreFixture *f, Opened *o, TicketReserve reserve, char *ret_constraint) {
        Batch *b = batch_new(f->store);
        int r;

        reserve.flow = o->lease.flow;
        reserve.guild = GUILD;
        reserve.opener = o->who;
        store_add_ticket_reserve(b, &reserve);
        store_add_checkpoint(b, &o->lease, "reserve", NULL);
        r = fixture_send(f, b, ret_constraint);
        if (r == 0)
                o->lease.step_no++;
        return r;
}

static void finish(StoreFixture *f, const Opened *o, const char *how) {
        Batch *b = batch_new(f->store);

        store_add_finish(b, &o->lease, how);
        assert_int_equal(fixture_send(f, b, NULL), 0);
}

static void open_wholly(StoreFixture *f, Opened *o, uint64_t channel) {
        Batch *b = batch_new(f->store);

        assert_int_equal(reserve(f, o, (TicketReserve) { .question = "why?", .opener_locale = "de" }, NULL), 0);
        store_add_ticket_channel(b, o->lease.flow, (ChannelId) { channel });
        store_add_ticket_opened(b, o->lease.flow, (MessageId) { channel + 1 });
        assert_int_equal(fixture_send(f, b, NULL), 0);
        finish(f, o, "done");
}

static TicketId ticket_of(StoreFixture *f, const Opened *o) {
        return (TicketId) { (uint64_t) fixture_number(f, "SELECT tid FROM cfg.tickets WHERE open_flow = %llu", (unsigned long long) o->lease.flow.v) };
}

static int do_close(StoreFixture *f, TicketId tid, Pseudonym who, bool is_closed_too) {
        Batch *b = batch_new(f->store);

        store_add_ticket_closing(b, tid, who, "resolved");
        if (is_closed_too)
                store_add_ticket_closed(b, tid);
        return fixture_send(f, b, NULL);
}

static void test_reserve_is_seen_by_its_flow(void **state) {
        StoreFixture *f = *state;
        Opened o = begin(f, "ix:1", 500);
        _got_ Got got = {};
        Batch *b;

        assert_int_equal(reserve(f, &o, (TicketReserve) { .question = "why?" }, NULL), 0);
        DO(f, &got, store_intent(f->store, &o.lease, "channel", "TID:1", GUILD, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        assert_true(got.intent.is_owned);
        assert_int_equal(got.facts.ticket.guild_no, 1);
        assert_int_equal(got.facts.ticket.state, TICKET_OPENING);
        assert_int_equal(got.facts.ticket.kind, TICKET_SUPPORT);
        assert_string_equal(got.facts.ticket.question, "why?");
        assert_string_equal(got.facts.ticket.opener.text, o.who.text);
        assert_int_equal(got.facts.ticket.opener_user.v, 500);
        assert_int_equal(got.facts.ticket.open_flow.v, o.lease.flow.v);
        assert_int_equal(got.facts.ticket.channel.v, 0);
        assert_int_equal(got.facts.ticket.opened_at, 0);
        assert_int_equal(got.facts.actor_ticket_channel.v, 0);
        assert_true(got.facts.settings.is_set_up);
        assert_null(got.facts.guild_name);
        assert_null(got.facts.ticket.opener_locale);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.tickets WHERE position('why'::bytea in question_sealed) > 0"), 0);

        b = batch_new(f->store);
        store_add_ticket_channel(b, o.lease.flow, (ChannelId) { 77 });
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_step_facts(f->store, o.lease.flow, GUILD, (TicketId) {}, FACTS_TICKET, got_facts, &got));
        assert_int_equal(got.facts.ticket.channel.v, 77);
        assert_int_equal(got.facts.actor_ticket_channel.v, 77);
        DO(f, &got, store_facts(f->store, GUILD, ticket_of(f, &o), (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.facts.ticket.channel.v, 77);

        /* the same flow asking again gets the same ticket */
        (void) fixture_number(f, "UPDATE flow.flow SET next_step = 0 RETURNING 1");
        o.lease.step_no = 0;
        assert_int_equal(reserve(f, &o, (TicketReserve) { .question = "why?", .cooldown_s = 60, .opens_per_day = 1 }, NULL), 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.tickets"), 1);
}

static void test_one_live_ticket_of_a_kind(void **state) {
        StoreFixture *f = *state;
        Opened first = begin(f, "ix:1", 500), second, other;
        char constraint[64];

        open_wholly(f, &first, 100);
        second = begin(f, "ix:2", 500);
        assert_int_equal(reserve(f, &second, (TicketReserve) {}, constraint), STORE_CONFLICT);
        assert_string_equal(constraint, "ticket_one");
        assert_int_equal(reserve(f, &second, (TicketReserve) { .kind = TICKET_RECRUITMENT }, NULL), 0);
        other = begin(f, "ix:3", 501);
        assert_int_equal(reserve(f, &other, (TicketReserve) {}, NULL), 0);
        /* refused ones take no number away */
        assert_int_equal(fixture_number(f, "SELECT max(guild_no) FROM cfg.tickets"), 3);
}

static void test_the_index_alone_keeps_it_at_one(void **state) {
        StoreFixture *f = *state;
        Opened first = begin(f, "ix:1", 500);
        char sqlstate[6], sql[400];

        assert_int_equal(reserve(f, &first, (TicketReserve) {}, NULL), 0);
        (void) snprintf(sql, sizeof(sql),
                        "INSERT INTO cfg.tickets (guild_id, guild_no, kind, opener_pid, state) VALUES (7, 9, 'support', '%s', 'open')",
                        first.who.text);
        pg_test_sqlstate(f->db.dsn, sql, sqlstate);
        assert_string_equal(sqlstate, "23505");
}

static void test_cooldown_and_number_a_day(void **state) {
        StoreFixture *f = *state;
        TicketReserve limits = { .cooldown_s = 60, .opens_per_day = 2 };
        Opened o = begin(f, "ix:1", 500);
        char constraint[64];

        open_wholly(f, &o, 100);
        assert_int_equal(do_close(f, ticket_of(f, &o), o.who, true), 0);
        o = begin(f, "ix:2", 500);
        assert_int_equal(reserve(f, &o, limits, constraint), STORE_CONFLICT);
        assert_string_equal(constraint, "ticket_cooldown");
        finish(f, &o, "refused");

        fixture_skew(f, "61 s");
        o = begin(f, "ix:3", 500);
        assert_int_equal(reserve(f, &o, limits, NULL), 0);
        finish(f, &o, "done");
        (void) fixture_number(f, "UPDATE cfg.tickets SET state = 'closed', closed_at = '-infinity' RETURNING 1");
        o = begin(f, "ix:4", 500);
        assert_int_equal(reserve(f, &o, limits, constraint), STORE_CONFLICT);
        assert_string_equal(constraint, "ticket_per_day");
        finish(f, &o, "refused");
        fixture_skew(f, "1 day 62 s");
        o = begin(f, "ix:5", 500);
        assert_int_equal(reserve(f, &o, limits, NULL), 0);
}

static void test_a_ticket_that_vanished_makes_room_at_once(void **state) {
        StoreFixture *f = *state;
        Opened o = begin(f, "ix:1", 500);
        TicketId tid;
        _got_ Got got = {};
        Batch *b;

        open_wholly(f, &o, 100);
        tid = ticket_of(f, &o);
        o = begin(f, "ix:2", 500);
        b = batch_new(f->store);
        store_add_ticket_vanished(b, tid);
        store_add_ticket_reserve(b, &(TicketReserve) { .flow = o.lease.flow, .guild = GUILD, .opener = o.who, .cooldown_s = 60 });
        store_add_checkpoint(b, &o.lease, "reserve", NULL);
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_facts(f->store, GUILD, tid, (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.facts.ticket.state, TICKET_CLOSED);
        assert_string_equal(got.facts.ticket.outcome, "deleted by hand");
        assert_null(got.facts.ticket.question);
}

static void test_what_vanishes_while_it_is_closed_keeps_its_outcome(void **state) {
        StoreFixture *f = *state;
        Opened o = begin(f, "ix:1", 500);
        _got_ Got got = {};
        TicketId tid;
        Batch *b;

        open_wholly(f, &o, 100);
        tid = ticket_of(f, &o);
        b = batch_new(f->store);
        store_add_ticket_closing(b, tid, o.who, "resolved");
        store_add_ticket_vanished(b, tid);
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_facts(f->store, GUILD, tid, (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.facts.ticket.state, TICKET_CLOSED);
        assert_string_equal(got.facts.ticket.outcome, "resolved");
}

static void test_the_first_who_closes_wins(void **state) {
        StoreFixture *f = *state;
        _cleanup_(store_freep) Store *other = store_fixture_store(f, "machine:boot:2");
        Opened o = begin(f, "ix:1", 500), staff = begin(f, "ix:2", 600), staff2 = begin(f, "ix:3", 601);
        Batch *a, *b;
        _got_ Got got_a = {}, got_b = {}, got = {};
        TicketId tid;

        open_wholly(f, &o, 100);
        tid = ticket_of(f, &o);
        a = batch_new(f->store);
        store_add_ticket_closing(a, tid, staff.who, "resolved");
        b = batch_new(other);
        store_add_ticket_closing(b, tid, staff2.who, "resolved");
        assert_int_equal(batch_send(f->store, STORE_FLOW, a, got_batch, &got_a), 0);
        assert_int_equal(batch_send(other, STORE_FLOW, b, got_batch, &got_b), 0);
        got_wait(f, &got_a);
        got_wait(f, &got_b);
        assert_true((got_a.outcome == 0) != (got_b.outcome == 0));
        assert_string_equal(got_a.outcome == 0 ? got_b.constraint : got_a.constraint, "ticket_not_open");
        assert_int_equal(got_a.outcome == 0 ? got_b.outcome : got_a.outcome, STORE_CONFLICT);

        DO(f, &got, store_facts(f->store, GUILD, tid, (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.facts.ticket.state, TICKET_CLOSING);
        assert_string_equal(got.facts.ticket.closer.text, got_a.outcome == 0 ? staff.who.text : staff2.who.text);
        assert_int_equal(got.facts.ticket.closer_user.v, got_a.outcome == 0 ? 600 : 601);
        assert_string_equal(got.facts.ticket.outcome, "resolved");
        assert_true(got.facts.ticket.opened_at > 0);
        assert_int_equal(got.facts.ticket.closed_at, 0);

        /* taken back, then done for good */
        a = batch_new(f->store);
        store_add_ticket_reopened(a, tid);
        assert_int_equal(fixture_send(f, a, NULL), 0);
        a = batch_new(f->store);
        store_add_want(a, GUILD, (ChannelId) { 100 }, (MessageId) { 101 }, "{}", 0, 0);
        store_add_ticket_closing(a, tid, staff.who, "resolved");
        store_add_ticket_closed(a, tid);
        assert_int_equal(fixture_send(f, a, NULL), 0);
        DO(f, &got, store_facts(f->store, GUILD, tid, (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.facts.ticket.state, TICKET_CLOSED);
        assert_null(got.facts.ticket.question);
        assert_true(got.facts.ticket.closed_at >= got.facts.ticket.opened_at);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.edit"), 0);
}

/* Known before the guild is set up, bounded, and written only when it changes. */
static void test_a_guilds_name_is_kept(void **state) {
        StoreFixture *f = *state;
        char much[3 * 150 + 1] = "";
        _got_ Got got = {};

        for (size_t i = 0; i < 150; i++)
                memcpy(much + 3 * i, "\xe2\x82\xac", 4);
        DO(f, &got, store_guild_name(f->store, GUILD, "", NULL, got_batch, &got));
        assert_int_equal(got.outcome, 0);
        DO(f, &got, store_guild_name(f->store, GUILD, "Hangar 7", NULL, got_batch, &got));
        DO(f, &got, store_facts(f->store, GUILD, (TicketId) {}, (ChannelId) {}, got_facts, &got));
        assert_string_equal(got.facts.guild_name, "Hangar 7");
        assert_int_equal(got.facts.settings.lang, LANG_EN);
        assert_false(got.facts.settings.is_set_up);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.ticket_panel_config"), 0);
        DO(f, &got, store_guild_name(f->store, GUILD, "Hangar 7", "", got_batch, &got));
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.guild_names WHERE ctid = '(0,1)'"), 1);
        DO(f, &got, store_guild_name(f->store, GUILD, much, "de", got_batch, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(fixture_number(f, "SELECT char_length(name) FROM cfg.guild_names"), 100);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.guild_names WHERE locale = 'de'"), 1);
        DO(f, &got, store_guild_name(f->store, GUILD, "Hangar 7", "no locale of Discord's", got_batch, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.guild_names WHERE locale IS NULL"), 1);
        DO(f, &got, store_facts(f->store, (GuildId) { 8 }, (TicketId) {}, (ChannelId) {}, got_facts, &got));
        assert_null(got.facts.guild_name);
}

static void test_facts_find_only_what_belongs_to_the_guild(void **state) {
        StoreFixture *f = *state;
        Opened o = begin(f, "ix:1", 500);
        TicketId tid;
        _got_ Got got = {};

        open_wholly(f, &o, 100);
        tid = ticket_of(f, &o);
        DO(f, &got, store_facts(f->store, (GuildId) { 8 }, tid, (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(got.facts.ticket.id.v, 0);
        assert_false(got.facts.settings.is_set_up);
        assert_int_equal(got.facts.settings.guild.v, 8);
        DO(f, &got, store_facts(f->store, GUILD, (TicketId) {}, (ChannelId) { 100 }, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, tid.v);
        assert_int_equal(got.facts.ticket.message.v, 101);
        assert_string_equal(got.facts.ticket.opener_locale, "de");
        DO(f, &got, store_ticket_of_member(f->store, GUILD, (UserId) { 500 }, TICKET_SUPPORT, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, tid.v);
        DO(f, &got, store_ticket_of_member(f->store, GUILD, (UserId) { 500 }, TICKET_RECRUITMENT, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, 0);
        DO(f, &got, store_ticket_of_member(f->store, GUILD, (UserId) { 501 }, TICKET_SUPPORT, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, 0);
        DO(f, &got, store_live_tickets(f->store, GUILD, got_tickets, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.tickets[0].channel.v, 100);

        assert_int_equal(do_close(f, tid, o.who, true), 0);
        DO(f, &got, store_facts(f->store, GUILD, (TicketId) {}, (ChannelId) { 100 }, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, 0);
        DO(f, &got, store_live_tickets(f->store, GUILD, got_tickets, &got));
        assert_int_equal(got.n, 0);
}

static void test_failed_forgets_the_question(void **state) {
        StoreFixture *f = *state;
        Opened o = begin(f, "ix:1", 500);
        Batch *b = batch_new(f->store);
        _got_ Got got = {};

        assert_int_equal(reserve(f, &o, (TicketReserve) { .question = "why?" }, NULL), 0);
        store_add_ticket_failed(b, o.lease.flow, "could not be opened");
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_step_facts(f->store, o.lease.flow, GUILD, (TicketId) {}, FACTS_TICKET, got_facts, &got));
        assert_int_equal(got.facts.ticket.state, TICKET_FAILED);
        assert_null(got.facts.ticket.question);
        finish(f, &o, "refused");
        o = begin(f, "ix:2", 500);      /* neither cooldown nor count */
        assert_int_equal(reserve(f, &o, (TicketReserve) { .cooldown_s = 60, .opens_per_day = 1 }, NULL), 0);
}

static void test_repairs(void **state) {
        StoreFixture *f = *state;
        Opened o = begin(f, "ix:1", 500);
        _got_ Got got = {};
        unsigned long long tid;

        assert_int_equal(reserve(f, &o, (TicketReserve) {}, NULL), 0);
        DO(f, &got, store_repair_tickets(f->store, "ticket.repair", 1, got_ids, &got));
        assert_int_equal(got.n, 0);             /* its own flow works on it */
        finish(f, &o, "done");
        tid = ticket_of(f, &o).v;

        for (int i = 0; i < 6; i++) {
                DO(f, &got, store_repair_tickets(f->store, "ticket.repair", 1, got_ids, &got));
                assert_int_equal(got.outcome, 0);
                assert_int_equal(got.n, i < 5 ? 1 : 0);         /* then one an hour */
                assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE idem_key = 'tmr:repair:%llu:%d' AND subject = 'ticket:%llu' AND guild_id = 7",
                                                tid, i, tid), i < 5 ? 1 : 0);
                DO(f, &got, store_repair_tickets(f->store, "ticket.repair", 1, got_ids, &got));
                assert_int_equal(got.n, 0);     /* one at a time */
                (void) fixture_number(f, "UPDATE flow.flow SET state = 'done', finished_at = flow.now() WHERE state = 'ready' RETURNING 1");
        }
        fixture_skew(f, "61 min");
        DO(f, &got, store_repair_tickets(f->store, "ticket.repair", 1, got_ids, &got));
        assert_int_equal(got.n, 1);
        DO(f, &got, store_facts(f->store, GUILD, (TicketId) { tid }, (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.facts.ticket.repairs, 6);
}

static void test_settings(void **state) {
        StoreFixture *f = *state;
        SettingsChange change = {
                .set_support_panel = true, .set_log_channel = true, .set_support_role = true, .set_dm_on_close = true,
                .to = { .support_panel = { 11 }, .recruitment_panel = { 12 }, .log_channel = { 13 }, .support_role = { 14 },
                        .recruitment_role = { 15 }, .dm_on_close = true },
        };
        _got_ Got got = {};
        Batch *b;

        b = batch_new(f->store);
        store_add_settings(b, GUILD, &change);
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_facts(f->store, GUILD, (TicketId) {}, (ChannelId) {}, got_facts, &got));
        assert_true(got.facts.settings.is_set_up);
        assert_int_equal(got.facts.settings.support_panel.v, 11);
        assert_int_equal(got.facts.settings.recruitment_panel.v, 0);    /* not asked for */
        assert_int_equal(got.facts.settings.log_channel.v, 13);
        assert_int_equal(got.facts.settings.support_role.v, 14);
        assert_int_equal(got.facts.settings.recruitment_role.v, 0);
        assert_true(got.facts.settings.dm_on_close);

        change = (SettingsChange) { .set_support_role = true, .set_recruitment_role = true, .set_log_channel = true,
                                    .set_support_panel_message = true, .set_recruitment_panel_message = true,
                                    .set_support_category = true, .set_recruitment_category = true, .set_recruitment_panel = true,
                                    .to = { .recruitment_role = { 21 }, .support_panel_message = { 22 }, .recruitment_panel_message = { 23 },
                                            .support_category = { 24 }, .recruitment_category = { 25 }, .recruitment_panel = { 26 } } };
        b = batch_new(f->store);
        store_add_settings(b, GUILD, &change);
        assert_int_equal(fixture_send(f, b, NULL), 0);
        DO(f, &got, store_facts(f->store, GUILD, (TicketId) {}, (ChannelId) {}, got_facts, &got));
        assert_int_equal(got.facts.settings.support_panel.v, 11);
        assert_int_equal(got.facts.settings.log_channel.v, 0);          /* cleared */
        assert_int_equal(got.facts.settings.support_role.v, 0);
        assert_int_equal(got.facts.settings.recruitment_role.v, 21);
        assert_int_equal(got.facts.settings.support_panel_message.v, 22);
        assert_int_equal(got.facts.settings.recruitment_panel_message.v, 23);
        assert_int_equal(got.facts.settings.support_category.v, 24);
        assert_int_equal(got.facts.settings.recruitment_category.v, 25);
        assert_int_equal(got.facts.settings.recruitment_panel.v, 26);
        assert_true(got.facts.settings.dm_on_close);

        DO(f, &got, store_guilds(f->store, got_guilds, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.guilds[0].v, 7);
}

static void test_audit_once(void **state) {
        StoreFixture *f = *state;
        Opened o = begin(f, "ix:1", 500);
        Audit audit = { .flow = o.lease.flow, .step_no = 2, .guild = GUILD, .action = "ticket.opened", .actor = o.who, .subject = "ticket:1",
                        .detail_json = "{\"channel\":\"5\"}" };

        for (int i = 0; i < 2; i++) {
                Batch *b = batch_new(f->store);

                store_add_audit(b, &audit);
                assert_int_equal(fixture_send(f, b, NULL), 0);
        }
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.audit WHERE actor_pid = '%s' AND detail->>'channel' = '5'", o.who.text), 1);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
                T(test_reserve_is_seen_by_its_flow),
                T(test_one_live_ticket_of_a_kind),
                T(test_the_index_alone_keeps_it_at_one),
                T(test_cooldown_and_number_a_day),
                T(test_a_ticket_that_vanished_makes_room_at_once),
                T(test_what_vanishes_while_it_is_closed_keeps_its_outcome),
                T(test_the_first_who_closes_wins),
                T(test_a_guilds_name_is_kept),
                T(test_facts_find_only_what_belongs_to_the_guild),
                T(test_failed_forgets_the_question),
                T(test_repairs),
                T(test_settings),
                T(test_audit_once),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests(tests, NULL, NULL);
        store_fixture_end();
        return r;
}
