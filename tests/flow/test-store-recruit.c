/* Recruitment: what is set, what happens to an application, who decides first, what a step and a question get to see. */

#include "store-fixture.h"

#define GUILD ((GuildId) { 7 })
#define APPLICANT ((UserId) { 500 })
#define STAFF ((UserId) { 600 })

/* ---- beginnings ------------------------------------------------------------------------------------------------------------------- */

typedef struct Opened {
        FlowLease lease;
        Pseudonym who;
        TicketId tid;
} Opened;

static void send_it(StoreFixture *f, Batch *take_batch) {
        char constraint[64] = "";

        assert_int_equal(fixture_send(f, take_batch, constraint), 0);
}

static void is_refused(StoreFixture *f, Batch *take_batch, const char *constraint) {
        char got[64] = "";

        assert_int_equal(fixture_send(f, take_batch, got), STORE_CONFLICT);
        assert_string_equal(got, constraint);
}

static int reserve(StoreFixture *f, const char *key, UserId user, Opened *ret) {
        Batch *b = batch_new(f->store);

        ret->lease = fixture_claim_one(f, fixture_accept(f, key, "actor", user), &ret->who);
        store_add_ticket_reserve(b, &(TicketReserve) { .flow = ret->lease.flow, .guild = GUILD, .kind = TICKET_RECRUITMENT, .opener = ret->who });
        store_add_checkpoint(b, &ret->lease, "reserve", NULL);
        return fixture_send(f, b, NULL);
}

/* An open ticket of recruitment in channel 70, its message 71. */
static Opened open_ticket(StoreFixture *f, const char *key, UserId user) {
        Opened o;
        Batch *b = batch_new(f->store);

        assert_int_equal(reserve(f, key, user, &o), 0);
        o.tid.v = (uint64_t) fixture_number(f, "SELECT tid FROM cfg.tickets WHERE open_flow = %llu", (unsigned long long) o.lease.flow.v);
        store_add_ticket_channel(b, o.lease.flow, (ChannelId) { o.tid.v * 100 });
        store_add_ticket_opened(b, o.lease.flow, (MessageId) { o.tid.v * 100 + 1 });
        o.lease.step_no++;
        store_add_finish(b, &o.lease, "done");
        send_it(f, b);
        return o;
}

static Pseudonym person(StoreFixture *f, UserId user) {
        static int n;
        Pseudonym who;
        FlowLease lease;
        char key[16];
        Batch *b = batch_new(f->store);

        (void) snprintf(key, sizeof(key), "p:%d", ++n);
        lease = fixture_claim_one(f, fixture_accept(f, key, "actor", user), &who);
        store_add_finish(b, &lease, "done");
        send_it(f, b);
        return who;
}

static const Step1 pilot = { .requested = REQUESTED_AFFILIATE, .area = "salvage", .zone = "Europe/Berlin", .handle = "Some-Pilot", .notes = "hello", .asks = true };

static void step1(StoreFixture *f, TicketId tid, const Step1 *what) {
        Batch *b = batch_new(f->store);

        store_add_application_step1(b, tid, what);
        send_it(f, b);
}

static Batch *decide(StoreFixture *f, TicketId tid, ApplicationStatus to, Pseudonym who, const char *reason) {
        Batch *b = batch_new(f->store);

        store_add_application_decide(b, tid, &(Decision) { .to = to, .decider = who, .reason = reason, .access = ACCESS_HIDE, .granted_role = { 31 } });
        return b;
}

static const RecruitFacts *look(StoreFixture *f, Got *got, TicketId tid) {
        DO(f, got, store_recruit_facts(f->store, &(RecruitQuery) { .guild = GUILD, .ticket = tid }, got_facts, got));
        assert_int_equal(got->outcome, 0);
        assert_non_null(got->facts.recruit);
        return got->facts.recruit;
}

static void text_is(const Json *json, const char *expected) {
        _free_ char *text = NULL;

        assert_non_null(json);
        assert_int_equal(json_print(json, &text), 0);
        assert_string_equal(text, expected);
}

/* ---- applications ------------------------------------------------------------------------------------------------------------------- */

static void test_an_application_is_made_with_its_ticket(void **state) {
        StoreFixture *f = *state;
        _got_ Got got = {};
        Opened o, again;
        FlowLease lease;

        assert_int_equal(reserve(f, "ix:1", APPLICANT, &o), 0);
        lease = o.lease;
        lease.step_no = 1;
        DO(f, &got, store_intent(f->store, &lease, "channel", "m", GUILD, (TicketId) {}, FACTS_RECRUIT, got_intent, &got));
        assert_true(got.intent.is_owned);
        assert_int_equal(got.facts.ticket.kind, TICKET_RECRUITMENT);
        assert_true(got.facts.recruit->application.id.v != 0);
        assert_int_equal(got.facts.recruit->application.ticket.v, got.facts.ticket.id.v);
        assert_int_equal(got.facts.recruit->application.status, APPLICATION_DRAFT);
        assert_int_equal(got.facts.recruit->application.requested, REQUESTED_NONE);
        assert_false(got.facts.recruit->application.is_qna_open);
        assert_null(got.facts.recruit->application.area);
        assert_null(got.facts.recruit->answers);
        assert_true(got.facts.recruit->created_at > 0);
        assert_false(got.facts.recruit->is_zone_known);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.recruit_applications"), 1);

        /* a second one of the same person is refused, and sees the first one */
        again.lease = (FlowLease) {};
        assert_int_equal(reserve(f, "ix:2", (UserId) { 501 }, &again), 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.recruit_applications"), 2);
}

static void test_support_gets_what_it_always_got(void **state) {
        StoreFixture *f = *state;
        FlowLease lease;
        Pseudonym who;
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        lease = fixture_claim_one(f, fixture_accept(f, "ix:1", "actor", APPLICANT), &who);
        store_add_ticket_reserve(b, &(TicketReserve) { .flow = lease.flow, .guild = GUILD, .opener = who, .question = "why?" });
        store_add_checkpoint(b, &lease, "reserve", NULL);
        send_it(f, b);
        lease.step_no = 1;
        DO(f, &got, store_intent(f->store, &lease, "channel", "m", GUILD, (TicketId) {}, FACTS_TICKET, got_intent, &got));
        assert_null(got.facts.recruit);
        assert_string_equal(got.facts.ticket.question, "why?");
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.recruit_applications"), 0);
        DO(f, &got, store_step_facts(f->store, lease.flow, GUILD, (TicketId) {}, FACTS_RECRUIT, got_facts, &got));
        assert_non_null(got.facts.recruit);
        assert_int_equal(got.facts.recruit->application.id.v, 0);
}

static void test_a_refused_opening_sees_the_live_one(void **state) {
        StoreFixture *f = *state;
        Opened o = open_ticket(f, "ix:1", APPLICANT), second;
        _got_ Got got = {};

        assert_int_equal(reserve(f, "ix:2", APPLICANT, &second), STORE_CONFLICT);
        DO(f, &got, store_step_facts(f->store, second.lease.flow, GUILD, (TicketId) {}, FACTS_RECRUIT, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, 0);
        assert_int_equal(got.facts.actor_ticket_channel.v, o.tid.v * 100);
        assert_int_equal(got.facts.recruit->application.ticket.v, o.tid.v);
        DO(f, &got, store_step_facts(f->store, second.lease.flow, GUILD, (TicketId) {}, FACTS_TICKET, got_facts, &got));
        assert_int_equal(got.facts.actor_ticket_channel.v, 0);
}

static void test_step_1_is_stored_and_mended(void **state) {
        StoreFixture *f = *state;
        Opened o = open_ticket(f, "ix:1", APPLICANT);
        Step1 other = pilot;
        const RecruitFacts *facts;
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        store_add_application_draft(b, o.tid, FORM_STEP1, "{\"zone\":\"somewhere\"}");
        store_add_application_draft(b, o.tid, FORM_QNA, "{\"page\":1}");
        send_it(f, b);
        facts = look(f, &got, o.tid);
        text_is(facts->step1_draft, "{\"zone\":\"somewhere\"}");
        text_is(facts->qna_draft, "{\"page\":1}");
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.recruit_applications WHERE encode(step1_draft, 'escape') LIKE '%%somewhere%%'"), 0);

        step1(f, o.tid, &pilot);
        b = batch_new(f->store);
        store_add_application_rsi(b, o.tid, "some-pilot", "{\"result\":\"found\"}", "4711");
        send_it(f, b);
        facts = look(f, &got, o.tid);
        assert_int_equal(facts->application.status, APPLICATION_PENDING);
        assert_int_equal(facts->application.requested, REQUESTED_AFFILIATE);
        assert_string_equal(facts->application.area, "salvage");
        assert_string_equal(facts->application.zone, "Europe/Berlin");
        assert_string_equal(facts->application.handle, "Some-Pilot");
        assert_string_equal(facts->application.notes, "hello");
        assert_string_equal(facts->application.rsi_record, "4711");
        text_is(facts->rsi, "{\"result\":\"found\"}");
        assert_true(facts->application.is_qna_open);
        assert_null(facts->step1_draft);
        text_is(facts->qna_draft, "{\"page\":1}");
        assert_int_equal(facts->revision, 1);

        /* mended: another spelling of the handle is the same citizen, another handle is not */
        other.handle = "SOME-pilot";
        other.notes = NULL;
        step1(f, o.tid, &other);
        facts = look(f, &got, o.tid);
        assert_null(facts->application.notes);
        assert_string_equal(facts->application.rsi_record, "4711");
        other.handle = "Another";
        step1(f, o.tid, &other);
        facts = look(f, &got, o.tid);
        assert_null(facts->application.rsi_record);
        assert_null(facts->rsi);
        assert_int_equal(facts->application.status, APPLICATION_PENDING);
        assert_int_equal(facts->revision, 3);

        /* an answer about the handle before comes too late */
        b = batch_new(f->store);
        store_add_application_rsi(b, o.tid, "Some-Pilot", "{\"result\":\"found\"}", "4711");
        send_it(f, b);
        assert_null(look(f, &got, o.tid)->rsi);
}

static void test_answers_come_while_they_are_asked_for(void **state) {
        StoreFixture *f = *state;
        Opened o = open_ticket(f, "ix:1", APPLICANT);
        const RecruitFacts *facts;
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        store_add_application_qna(b, o.tid, "[]");
        is_refused(f, b, "application_qna_closed");
        step1(f, o.tid, &pilot);
        b = batch_new(f->store);
        store_add_application_draft(b, o.tid, FORM_QNA, "{\"page\":1}");
        store_add_application_qna(b, o.tid, "[{\"q\":1}]");
        send_it(f, b);
        facts = look(f, &got, o.tid);
        assert_int_equal(facts->application.status, APPLICATION_QNA_RECEIVED);
        assert_false(facts->application.is_qna_open);
        text_is(facts->answers, "[{\"q\":1}]");
        assert_null(facts->qna_draft);

        b = batch_new(f->store);
        store_add_application_qna(b, o.tid, "[]");
        is_refused(f, b, "application_qna_closed");
        step1(f, o.tid, &pilot);        /* mending Step 1 asks nothing anew */
        facts = look(f, &got, o.tid);
        assert_false(facts->application.is_qna_open);
        assert_int_equal(facts->application.status, APPLICATION_QNA_RECEIVED);

        b = batch_new(f->store);
        store_add_application_qna_reopen(b, o.tid);
        store_add_application_qna(b, o.tid, "[{\"q\":2}]");
        send_it(f, b);
        text_is(look(f, &got, o.tid)->answers, "[{\"q\":2}]");
}

static void test_the_first_who_decides_wins(void **state) {
        StoreFixture *f = *state;
        Opened o = open_ticket(f, "ix:1", APPLICANT);
        Pseudonym staff = person(f, STAFF);
        const RecruitFacts *facts;
        _got_ Got got = {};
        Batch *b;

        is_refused(f, decide(f, o.tid, APPLICATION_APPROVED, staff, NULL), "application_decided");     /* Step 1 is not in */
        step1(f, o.tid, &pilot);
        is_refused(f, decide(f, o.tid, APPLICATION_APPROVED, o.who, NULL), "application_own");
        send_it(f, decide(f, o.tid, APPLICATION_APPROVED, staff, NULL));
        is_refused(f, decide(f, o.tid, APPLICATION_DECLINED, staff, "no"), "application_decided");
        facts = look(f, &got, o.tid);
        assert_int_equal(facts->application.status, APPLICATION_APPROVED);
        assert_int_equal(facts->application.access, ACCESS_HIDE);
        assert_int_equal(facts->granted_role.v, 31);
        assert_string_equal(facts->application.decider.text, staff.text);
        assert_int_equal(facts->application.decider_user.v, STAFF.v);
        assert_true(facts->application.decided_at > 0);
        assert_null(facts->application.reason);

        b = batch_new(f->store);
        store_add_application_step1(b, o.tid, &pilot);
        is_refused(f, b, "application_decided");

        /* its effect could not be */
        b = batch_new(f->store);
        store_add_application_undecide(b, o.tid);
        send_it(f, b);
        facts = look(f, &got, o.tid);
        assert_int_equal(facts->application.status, APPLICATION_PENDING);
        assert_int_equal(facts->application.decider_user.v, 0);
        assert_int_equal(facts->application.decided_at, 0);
        assert_int_equal(facts->granted_role.v, 0);
        assert_true(facts->application.is_qna_open);

        send_it(f, decide(f, o.tid, APPLICATION_DECLINED, staff, "not now"));
        facts = look(f, &got, o.tid);
        assert_int_equal(facts->application.status, APPLICATION_DECLINED);
        assert_string_equal(facts->application.reason, "not now");
        assert_int_equal(facts->granted_role.v, 0);
        b = batch_new(f->store);
        store_add_application_finalise(b, o.tid, staff);
        is_refused(f, b, "application_not_approved");
}

static void test_a_reason_is_needed(void **state) {
        StoreFixture *f = *state;
        Opened o = open_ticket(f, "ix:1", APPLICANT);
        char constraint[64];

        step1(f, o.tid, &pilot);
        assert_int_equal(fixture_send(f, decide(f, o.tid, APPLICATION_DECLINED, person(f, STAFF), NULL), constraint), STORE_CONFLICT);
}

static void test_finalised_and_removed(void **state) {
        StoreFixture *f = *state;
        Opened o = open_ticket(f, "ix:1", APPLICANT);
        Pseudonym staff = person(f, STAFF);
        const RecruitFacts *facts;
        _got_ Got got = {};
        Batch *b;

        step1(f, o.tid, &pilot);
        send_it(f, decide(f, o.tid, APPLICATION_APPROVED, staff, NULL));
        b = batch_new(f->store);
        store_add_application_finalise(b, o.tid, o.who);
        is_refused(f, b, "application_own");
        for (int i = 0; i < 2; i++) {
                b = batch_new(f->store);
                store_add_application_finalise(b, o.tid, staff);
                send_it(f, b);
                b = batch_new(f->store);
                if (i == 0)
                        store_add_application_unfinalise(b, o.tid);
                send_it(f, b);
        }
        b = batch_new(f->store);
        store_add_application_finalise(b, o.tid, staff);
        is_refused(f, b, "application_not_approved");
        facts = look(f, &got, o.tid);
        assert_int_equal(facts->application.status, APPLICATION_FINALISED);
        assert_int_equal(facts->finaliser_user.v, STAFF.v);
        assert_string_equal(facts->finaliser.text, staff.text);
        assert_true(facts->finalised_at >= facts->application.decided_at);

        b = batch_new(f->store);
        store_add_application_remove(b, o.tid, staff, "left the organisation");
        send_it(f, b);
        b = batch_new(f->store);
        store_add_application_remove(b, o.tid, staff, "again");
        is_refused(f, b, "application_not_approved");
        facts = look(f, &got, o.tid);
        assert_int_equal(facts->application.status, APPLICATION_REMOVED);
        assert_string_equal(facts->application.reason, "left the organisation");
        assert_int_equal(facts->application.remover_user.v, STAFF.v);
        assert_true(facts->application.removed_at > 0);
        assert_int_equal(facts->granted_role.v, 31);    /* which is to be taken away */
}

static void test_closed_without_a_decision(void **state) {
        StoreFixture *f = *state;
        Opened o = open_ticket(f, "ix:1", APPLICANT);
        Pseudonym staff = person(f, STAFF);
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        step1(f, o.tid, &pilot);
        store_add_application_draft(b, o.tid, FORM_QNA, "{}");
        store_add_application_closed_undecided(b, o.tid);
        send_it(f, b);
        assert_true(look(f, &got, o.tid)->application.is_closed_undecided);
        is_refused(f, decide(f, o.tid, APPLICATION_APPROVED, staff, NULL), "application_decided");
        b = batch_new(f->store);
        store_add_application_qna_reopen(b, o.tid);
        is_refused(f, b, "application_decided");
        b = batch_new(f->store);
        store_add_application_reopened(b, o.tid);
        send_it(f, b);
        send_it(f, decide(f, o.tid, APPLICATION_APPROVED, staff, NULL));
        b = batch_new(f->store);
        store_add_application_closed_undecided(b, o.tid);       /* it was decided */
        store_add_application_over(b, o.tid);
        send_it(f, b);
        assert_false(look(f, &got, o.tid)->application.is_closed_undecided);
        assert_false(look(f, &got, o.tid)->application.is_qna_open);
        assert_null(look(f, &got, o.tid)->qna_draft);
}

static void test_no_draft_outlives_its_ticket(void **state) {
        StoreFixture *f = *state;
        Opened o = open_ticket(f, "ix:1", APPLICANT);
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        store_add_application_draft(b, o.tid, FORM_STEP1, "{}");
        store_add_application_draft(b, o.tid, FORM_QNA, "{}");
        send_it(f, b);
        DO(f, &got, store_retention(f->store, got_count, &got));
        assert_int_equal(got.n_rows, 0);
        b = batch_new(f->store);
        store_add_ticket_vanished(b, o.tid);
        send_it(f, b);
        DO(f, &got, store_retention(f->store, got_count, &got));
        assert_int_equal(got.n_rows, 1);
        assert_null(look(f, &got, o.tid)->step1_draft);
        assert_null(look(f, &got, o.tid)->qna_draft);
}

static void test_record_and_leaving(void **state) {
        StoreFixture *f = *state;
        Opened o = open_ticket(f, "ix:1", APPLICANT);
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        store_add_application_record(b, o.tid, (ChannelId) { 90 }, (MessageId) { 91 });
        store_add_application_left(b, o.tid, true);
        send_it(f, b);
        assert_int_equal(look(f, &got, o.tid)->application.record_channel.v, 90);
        assert_int_equal(look(f, &got, o.tid)->application.record_message.v, 91);
        assert_true(look(f, &got, o.tid)->application.has_left);
        b = batch_new(f->store);
        store_add_application_record(b, o.tid, (ChannelId) { 90 }, (MessageId) {});
        store_add_application_left(b, o.tid, false);
        send_it(f, b);
        assert_int_equal(look(f, &got, o.tid)->application.record_channel.v, 0);
        assert_false(look(f, &got, o.tid)->application.has_left);
}

/* ---- questions ---------------------------------------------------------------------------------------------------------------------- */

static void test_an_application_is_found_in_its_guild_only(void **state) {
        StoreFixture *f = *state;
        Opened o = open_ticket(f, "ix:1", APPLICANT);
        _got_ Got got = {};

        DO(f, &got, store_recruit_facts(f->store, &(RecruitQuery) { .guild = GUILD, .channel = { o.tid.v * 100 } }, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, o.tid.v);
        assert_int_equal(got.facts.recruit->application.ticket.v, o.tid.v);
        DO(f, &got, store_recruit_facts(f->store, &(RecruitQuery) { .guild = GUILD, .member = APPLICANT }, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, o.tid.v);
        assert_int_equal(got.facts.recruit->application.ticket.v, o.tid.v);
        DO(f, &got, store_recruit_facts(f->store, &(RecruitQuery) { .guild = GUILD, .member = STAFF }, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, 0);
        assert_int_equal(got.facts.recruit->application.id.v, 0);
        DO(f, &got, store_recruit_facts(f->store, &(RecruitQuery) { .guild = GUILD }, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, 0);
        assert_int_equal(got.facts.recruit->application.id.v, 0);
        DO(f, &got, store_recruit_facts(f->store, &(RecruitQuery) { .guild = { 8 }, .ticket = o.tid }, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, 0);
        assert_int_equal(got.facts.recruit->application.id.v, 0);
        assert_int_equal(got.facts.settings.guild.v, 8);
}

static void test_an_applicant_is_found_when_it_is_over(void **state) {
        StoreFixture *f = *state;
        Pseudonym staff = person(f, STAFF);
        Opened first = open_ticket(f, "ix:1", APPLICANT), second;
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        step1(f, first.tid, &pilot);
        send_it(f, decide(f, first.tid, APPLICATION_APPROVED, staff, NULL));
        store_add_application_finalise(b, first.tid, staff);
        store_add_ticket_closing(b, first.tid, staff, "finalised");
        store_add_ticket_closed(b, first.tid);
        send_it(f, b);
        second = open_ticket(f, "ix:2", APPLICANT);     /* newer, but it made nobody a member */

        DO(f, &got, store_recruit_of_applicant(f->store, GUILD, APPLICANT, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, first.tid.v);
        assert_int_equal(got.facts.recruit->application.status, APPLICATION_FINALISED);
        b = batch_new(f->store);
        store_add_application_remove(b, first.tid, staff, "gone");
        send_it(f, b);
        DO(f, &got, store_recruit_of_applicant(f->store, GUILD, APPLICANT, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, second.tid.v);
        DO(f, &got, store_recruit_of_applicant(f->store, GUILD, STAFF, got_facts, &got));
        assert_int_equal(got.facts.ticket.id.v, 0);
        assert_int_equal(got.facts.recruit->application.id.v, 0);
}

static void test_the_same_citizen_twice(void **state) {
        StoreFixture *f = *state;
        Opened one = open_ticket(f, "ix:1", APPLICANT), two = open_ticket(f, "ix:2", (UserId) { 501 });
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        step1(f, one.tid, &pilot);
        store_add_application_rsi(b, one.tid, pilot.handle, "{}", "4711");
        send_it(f, b);
        DO(f, &got, store_same_citizen(f->store, GUILD, two.tid, "some-PILOT", NULL, got_tickets, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.tickets[0].id.v, one.tid.v);
        DO(f, &got, store_same_citizen(f->store, GUILD, two.tid, "renamed", "4711", got_tickets, &got));
        assert_int_equal(got.n, 1);
        DO(f, &got, store_same_citizen(f->store, GUILD, one.tid, pilot.handle, "4711", got_tickets, &got));
        assert_int_equal(got.n, 0);
        b = batch_new(f->store);
        store_add_ticket_vanished(b, one.tid);
        send_it(f, b);
        DO(f, &got, store_same_citizen(f->store, GUILD, two.tid, pilot.handle, "4711", got_tickets, &got));
        assert_int_equal(got.n, 0);
}

static int rebuild(StoreFixture *f, const TicketRebuild *rebuild, char *ret_constraint) {
        Batch *b = batch_new(f->store);

        store_add_ticket_rebuild(b, rebuild);
        store_add_application_restore(b, rebuild->id, "medical", "Some-Pilot", NULL);
        return fixture_send(f, b, ret_constraint);
}

static void test_a_lost_ticket_is_rebuilt(void **state) {
        StoreFixture *f = *state;
        Opened first = open_ticket(f, "ix:1", APPLICANT);
        TicketRebuild lost = { .id = { 40 }, .guild = GUILD, .guild_no = 1, .kind = TICKET_RECRUITMENT, .opener = person(f, STAFF),
                               .channel = { 900 }, .message = { 901 }, .opened_at = UINT64_C(1770000000000000), .application = { 30 },
                               .status = APPLICATION_APPROVED, .requested = REQUESTED_MEMBER, .zone = "Europe/Berlin", .granted_role = { 77 } };
        char constraint[64];
        _got_ Got got = {};

        assert_int_equal(rebuild(f, &lost, constraint), 0);
        assert_int_equal(rebuild(f, &lost, constraint), 0);     /* once is enough */
        DO(f, &got, store_recruit_facts(f->store, &(RecruitQuery) { .guild = GUILD, .ticket = lost.id }, got_facts, &got));
        assert_int_equal(got.facts.ticket.state, TICKET_OPEN);
        assert_int_equal(got.facts.ticket.guild_no, 2);         /* the first has the number that its channel's name tells */
        assert_int_equal(got.facts.ticket.channel.v, 900);
        assert_int_equal(got.facts.ticket.message.v, 901);
        assert_int_equal(got.facts.ticket.opened_at, lost.opened_at);
        assert_int_equal(got.facts.ticket.opener_user.v, STAFF.v);
        assert_int_equal(got.facts.recruit->application.id.v, 30);
        assert_int_equal(got.facts.recruit->application.status, APPLICATION_APPROVED);
        assert_int_equal(got.facts.recruit->granted_role.v, 77);
        assert_string_equal(got.facts.recruit->application.area, "medical");
        assert_string_equal(got.facts.recruit->application.handle, "Some-Pilot");
        assert_null(got.facts.recruit->application.notes);

        /* the next have numbers behind those */
        assert_true(open_ticket(f, "ix:2", (UserId) { 501 }).tid.v > 40);
        assert_int_equal(fixture_number(f, "SELECT guild_no FROM cfg.tickets WHERE tid > 40"), 3);
        assert_true(fixture_number(f, "SELECT max(app_id) FROM cfg.recruit_applications") > 30);

        lost.id.v = 41 + 100;
        lost.application.v = 31 + 100;
        lost.channel.v = 910;
        assert_int_equal(rebuild(f, &lost, constraint), STORE_CONFLICT);
        assert_string_equal(constraint, "ticket_one");
        lost.opener = first.who;
        assert_int_equal(rebuild(f, &lost, constraint), STORE_CONFLICT);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.tickets WHERE tid > 100"), 0);
}

static void test_live_applications(void **state) {
        StoreFixture *f = *state;
        Opened one = open_ticket(f, "ix:1", APPLICANT);
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        step1(f, one.tid, &pilot);
        store_add_application_left(b, one.tid, true);
        send_it(f, b);
        DO(f, &got, store_live_applications(f->store, GUILD, got_live, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.live.ticket.v, one.tid.v);
        assert_true(got.live.id.v != 0 && got.live.has_left);
        assert_int_equal(got.live.requested, pilot.requested);
        assert_string_equal(got.live.zone.text, pilot.zone);

        b = batch_new(f->store);
        store_add_ticket_vanished(b, one.tid);
        send_it(f, b);
        DO(f, &got, store_live_applications(f->store, GUILD, got_live, &got));
        assert_int_equal(got.n, 0);
}

/* ---- what RSI could not tell ------------------------------------------------------------------------------------------------------------ */

/* How many are asked about now; their flows end at once when they may. */
static size_t refresh(StoreFixture *f, bool is_over) {
        _got_ Got got = {};

        DO(f, &got, store_refresh_rsi(f->store, "rsi.refresh", 1, got_ids, &got));
        assert_int_equal(got.outcome, 0);
        if (is_over)
                (void) fixture_number(f, "WITH x AS (UPDATE flow.flow SET state = 'done', finished_at = flow.now() WHERE state = 'ready' RETURNING 1)"
                                         " SELECT count(*) FROM x");
        return got.n;
}

static void rsi_said(StoreFixture *f, TicketId tid, const char *json) {
        Batch *b = batch_new(f->store);

        store_add_application_rsi(b, tid, pilot.handle, json, NULL);
        send_it(f, b);
}

static void test_what_rsi_could_not_tell_is_asked_again(void **state) {
        StoreFixture *f = *state;
        Opened never = open_ticket(f, "ix:1", APPLICANT), unknown = open_ticket(f, "ix:2", (UserId) { 501 }),
               known = open_ticket(f, "ix:3", (UserId) { 502 }), absent = open_ticket(f, "ix:4", (UserId) { 503 });

        (void) open_ticket(f, "ix:5", (UserId) { 504 });        /* has not sent Step 1 */
        assert_int_equal(refresh(f, false), 0);
        step1(f, never.tid, &pilot);
        step1(f, unknown.tid, &pilot);
        step1(f, known.tid, &pilot);
        step1(f, absent.tid, &pilot);
        rsi_said(f, unknown.tid, "{\"result\":\"unknown\",\"reason\":\"timeout\"}");
        rsi_said(f, known.tid, "{\"result\":\"found\"}");
        rsi_said(f, absent.tid, "{\"result\":\"absent\"}");
        assert_int_equal(refresh(f, false), 2);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE kind = 'rsi.refresh' AND code_ver = 1 AND guild_id = 7 AND actor_pid IS NULL"
                                           " AND idem_key LIKE 'tmr:rsi:%%' AND subject IN ('ticket:%llu', 'ticket:%llu')",
                                        (unsigned long long) never.tid.v, (unsigned long long) unknown.tid.v), 2);
        fixture_skew(f, "16 min");
        assert_int_equal(refresh(f, true), 0);          /* the first are not over */
        assert_int_equal(refresh(f, true), 2);
        assert_int_equal(refresh(f, true), 0);          /* once a quarter of an hour */
        rsi_said(f, unknown.tid, "{\"result\":\"found\"}");
        fixture_skew(f, "32 min");
        assert_int_equal(refresh(f, true), 1);

        fixture_skew(f, "3 hours");
        assert_int_equal(refresh(f, true), 1);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow"
                                           " WHERE idem_key = 'tmr:rsi:%llu:' || floor(extract(epoch FROM flow.now()) / 3600)::bigint",
                                        (unsigned long long) never.tid.v), 1);          /* once an hour by now */
}

static void test_whoever_is_no_applicant_any_more_is_not_asked_about(void **state) {
        StoreFixture *f = *state;
        Opened declined = open_ticket(f, "ix:1", APPLICANT), approved = open_ticket(f, "ix:2", (UserId) { 501 }),
               vanished = open_ticket(f, "ix:3", (UserId) { 502 });
        Pseudonym staff = person(f, STAFF);
        Batch *b = batch_new(f->store);

        step1(f, declined.tid, &pilot);
        step1(f, approved.tid, &pilot);
        step1(f, vanished.tid, &pilot);
        send_it(f, decide(f, declined.tid, APPLICATION_DECLINED, staff, "no"));
        send_it(f, decide(f, approved.tid, APPLICATION_APPROVED, staff, NULL));
        store_add_ticket_vanished(b, vanished.tid);
        send_it(f, b);
        assert_int_equal(refresh(f, true), 1);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE kind = 'rsi.refresh' AND subject = 'ticket:%llu'",
                                        (unsigned long long) approved.tid.v), 1);
}

static void test_whom_rsi_never_tells_of_stands_in_nobody_s_way(void **state) {
        StoreFixture *f = *state;

        for (unsigned i = 0; i < 12; i++) {
                char key[16];

                (void) snprintf(key, sizeof(key), "ix:%u", i);
                step1(f, open_ticket(f, key, (UserId) { 500 + i }).tid, &pilot);
        }
        assert_int_equal(refresh(f, true), 10);         /* some at a time */
        assert_int_equal(refresh(f, true), 2);
        assert_int_equal(refresh(f, true), 0);
        assert_int_equal(fixture_number(f, "SELECT count(DISTINCT subject) FROM flow.flow WHERE kind = 'rsi.refresh'"), 12);
}

/* ---- settings ------------------------------------------------------------------------------------------------------------------------- */

static void test_settings(void **state) {
        StoreFixture *f = *state;
        RecruitChange change = { .set_record_channel = true, .set_org_url = true, .set_member_role = true,
                                 .to = { .record_channel = { 40 }, .access = ACCESS_HIDE, .is_nick_sync = true, .org_url = "https://example.org",
                                         .image_url = "x", .member_role = { 41 }, .affiliate_role = { 42 } } };
        const RecruitSettings *settings;
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        settings = &look(f, &got, (TicketId) {})->settings;
        assert_int_equal(settings->record_channel.v, 0);
        assert_int_equal(settings->access, ACCESS_KEEP);
        assert_false(settings->is_nick_sync);
        assert_null(settings->org_url);

        store_add_recruit_settings(b, GUILD, &change);
        send_it(f, b);
        settings = &look(f, &got, (TicketId) {})->settings;
        assert_int_equal(settings->record_channel.v, 40);
        assert_int_equal(settings->access, ACCESS_KEEP);        /* not asked for */
        assert_false(settings->is_nick_sync);
        assert_string_equal(settings->org_url, "https://example.org");
        assert_null(settings->image_url);
        assert_int_equal(settings->member_role.v, 41);
        assert_int_equal(settings->affiliate_role.v, 0);

        change = (RecruitChange) { .set_access = true, .set_nick_sync = true, .set_org_url = true, .set_image_url = true, .set_affiliate_role = true,
                                   .to = { .access = ACCESS_READ_ONLY, .is_nick_sync = true, .image_url = "y", .affiliate_role = { 43 } } };
        b = batch_new(f->store);
        store_add_recruit_settings(b, GUILD, &change);
        send_it(f, b);
        settings = &look(f, &got, (TicketId) {})->settings;
        assert_int_equal(settings->record_channel.v, 40);
        assert_int_equal(settings->access, ACCESS_READ_ONLY);
        assert_true(settings->is_nick_sync);
        assert_null(settings->org_url);
        assert_string_equal(settings->image_url, "y");
        assert_int_equal(settings->member_role.v, 41);
        assert_int_equal(settings->affiliate_role.v, 43);
}

static void test_options(void **state) {
        StoreFixture *f = *state;
        const RecruitSettings *settings;
        _got_ Got got = {};
        size_t n_defaults;
        Batch *b;

        (void) recruit_default_options(&n_defaults);
        assert_int_equal(look(f, &got, (TicketId) {})->settings.n_options, n_defaults);

        b = batch_new(f->store);
        store_add_option(b, GUILD, &(RecruitOption) { .name = "Racing \"fast\"", .emoji = "x", .ping_role = { 51 } });
        send_it(f, b);
        settings = &look(f, &got, (TicketId) {})->settings;
        assert_int_equal(settings->n_options, n_defaults + 1);
        assert_string_equal(settings->options[0].name, "medical");
        assert_string_equal(settings->options[n_defaults].name, "Racing \"fast\"");
        assert_string_equal(settings->options[n_defaults].emoji, "x");
        assert_int_equal(settings->options[n_defaults].ping_role.v, 51);
        assert_ptr_equal(recruit_option_by_name(settings, "rACING \"fast\""), &settings->options[n_defaults]);
        assert_null(recruit_option_by_name(settings, "fishing"));

        b = batch_new(f->store);
        store_add_option(b, GUILD, &(RecruitOption) { .name = "MEDICAL" });
        is_refused(f, b, "option_name");
        b = batch_new(f->store);
        store_add_option_remove(b, GUILD, "fishing");
        is_refused(f, b, "option_none");
        for (size_t i = n_defaults + 1; i <= RECRUIT_OPTIONS_MAX; i++) {
                char name[16];

                (void) snprintf(name, sizeof(name), "area %zu", i);
                b = batch_new(f->store);
                store_add_option(b, GUILD, &(RecruitOption) { .name = name });
                if (i < RECRUIT_OPTIONS_MAX)
                        send_it(f, b);
                else
                        is_refused(f, b, "option_full");
        }
        for (;;) {
                _free_ char *name = NULL;

                settings = &look(f, &got, (TicketId) {})->settings;
                name = strdup(settings->options[0].name);
                b = batch_new(f->store);
                store_add_option_remove(b, GUILD, name);
                if (settings->n_options > 1) {
                        send_it(f, b);
                        continue;
                }
                is_refused(f, b, "option_last");
                break;
        }
}

static QuestionList questions_of(StoreFixture *f) {
        _got_ Got got = {};

        return *look(f, &got, (TicketId) {})->settings.questions;
}

static void set_questions(StoreFixture *f, const QuestionList *list) {
        Batch *b = batch_new(f->store);

        store_add_questions(b, GUILD, list);
        send_it(f, b);
}

static void test_questions(void **state) {
        StoreFixture *f = *state;
        QuestionList defaults = questions_of(f), list = {}, got;

        assert_int_equal(defaults.n, 4);
        assert_int_equal(defaults.next_id, 5);

        /* one goes, one moves, one is new */
        list.items[0] = defaults.items[2];
        list.items[1] = (Question) { .id = 5, .kind = ANSWER_SHORT, .label = "Your ship \"x\"", .placeholder = "y" };
        list.items[2] = defaults.items[0];
        list.n = 3;
        list.next_id = 6;
        set_questions(f, &list);
        got = questions_of(f);
        assert_int_equal(got.n, 3);
        assert_int_equal(got.next_id, 6);
        for (size_t i = 0; i < got.n; i++) {
                assert_int_equal(got.items[i].id, list.items[i].id);
                assert_int_equal(got.items[i].kind, list.items[i].kind);
                assert_int_equal(got.items[i].is_required, list.items[i].is_required);
                assert_string_equal(got.items[i].label, list.items[i].label);
                assert_string_equal(got.items[i].placeholder, list.items[i].placeholder);
        }

        /* a number that was given is not given again, whatever is left of the list */
        list.n = 1;
        list.next_id = 4;
        set_questions(f, &list);
        got = questions_of(f);
        assert_int_equal(got.n, 1);
        assert_int_equal(got.next_id, 6);
        question_reset(&got, LANG_EN);
        set_questions(f, &got);
        got = questions_of(f);
        assert_int_equal(got.n, 4);
        assert_int_equal(got.items[0].id, 6);
        assert_int_equal(got.next_id, 10);
}

static void test_capabilities(void **state) {
        StoreFixture *f = *state;
        RoleId some[] = { { 61 }, { 62 } }, none[] = { { 64 } };
        _got_ Got got = {};
        Batch *b = batch_new(f->store);

        store_add_capability(b, GUILD, (RoleId) { 61 }, CAPABILITY_RECRUITMENT);
        store_add_capability(b, GUILD, (RoleId) { 61 }, CAPABILITY_RECRUITMENT);
        store_add_capability(b, GUILD, (RoleId) { 62 }, CAPABILITY_HELPER);
        store_add_capability(b, GUILD, (RoleId) { 62 }, CAPABILITY_RECRUITMENT);
        store_add_capability(b, GUILD, (RoleId) { 63 }, CAPABILITY_ADMIN);
        store_add_capability(b, (GuildId) { 8 }, (RoleId) { 62 }, CAPABILITY_EVENTS);
        send_it(f, b);
        DO(f, &got, store_capabilities(f->store, GUILD, some, 2, got_capabilities, &got));
        assert_int_equal(got.capabilities, CAPABILITY_RECRUITMENT | CAPABILITY_HELPER);
        DO(f, &got, store_capabilities(f->store, GUILD, none, 1, got_capabilities, &got));
        assert_int_equal(got.capabilities, 0);
        DO(f, &got, store_capabilities(f->store, GUILD, NULL, 0, got_capabilities, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(got.capabilities, 0);
        DO(f, &got, store_recruit_facts(f->store, &(RecruitQuery) { .guild = GUILD, .roles = some, .n_roles = 1 }, got_facts, &got));
        assert_int_equal(got.facts.recruit->capabilities, CAPABILITY_RECRUITMENT);
        DO(f, &got, store_role_capabilities(f->store, GUILD, got_roles, &got));
        assert_int_equal(got.n, 3);
        assert_int_equal(got.roles[1].role.v, 62);
        assert_int_equal(got.roles[1].capabilities, CAPABILITY_RECRUITMENT | CAPABILITY_HELPER);

        b = batch_new(f->store);
        store_add_capability_clear(b, GUILD, (RoleId) { 62 }, CAPABILITY_HELPER);
        store_add_capability_clear(b, GUILD, (RoleId) {}, CAPABILITY_RECRUITMENT);
        send_it(f, b);
        DO(f, &got, store_role_capabilities(f->store, GUILD, got_roles, &got));
        assert_int_equal(got.n, 1);
        assert_int_equal(got.roles[0].role.v, 63);
}

/* ---- time zones ------------------------------------------------------------------------------------------------------------------------- */

static bool has_name(const Got *got, const char *name) {
        for (size_t i = 0; i < got->n; i++)
                if (streq(got->names[i], name))
                        return true;
        return false;
}

static void test_timezones(void **state) {
        StoreFixture *f = *state;
        _got_ Got got = {};

        DO(f, &got, store_timezones(f->store, got_names, &got));
        assert_int_equal(got.outcome, 0);
        assert_true(has_name(&got, "Europe/London"));
        assert_true(has_name(&got, "America/Argentina/Buenos_Aires"));
        assert_false(has_name(&got, "posix/Europe/London"));
}

/* The SQL clock, moved to a moment: seconds since 1970. */
static void move_clock(StoreFixture *f, int64_t to) {
        char interval[48];

        (void) snprintf(interval, sizeof(interval), "%lld s", (long long) (to - (int64_t) (clock_realtime() / USEC_PER_SEC)));
        fixture_skew(f, interval);
}

static void test_the_clock_of_a_zone(void **state) {
        StoreFixture *f = *state;
        const int64_t turn = 1774746000;        /* 2026-03-29 01:00 UTC, when Europe turns its clocks */
        _got_ Got got = {};

        move_clock(f, turn - 3600);
        DO(f, &got, store_zone_rules(f->store, "Europe/Berlin", got_zone, &got));
        assert_true(got.has_zone);
        assert_int_equal(got.wait / USEC_PER_SEC / 60, (turn - 3600) / 60);
        assert_int_equal(zone_offset_at(&got.zone, turn - 1), 3600);
        assert_int_equal(zone_offset_at(&got.zone, turn), 7200);
        assert_int_equal(got.zone.n_transitions, 1);
        DO(f, &got, store_zone_rules(f->store, "Asia/Kathmandu", got_zone, &got));
        assert_int_equal(zone_offset_at(&got.zone, turn), 20700);
        assert_int_equal(got.zone.n_transitions, 0);
        /* our notation, of which PostgreSQL would make the opposite */
        DO(f, &got, store_zone_rules(f->store, "UTC-3:30", got_zone, &got));
        assert_true(got.has_zone);
        assert_int_equal(zone_offset_at(&got.zone, turn), -12600);
        DO(f, &got, store_zone_rules(f->store, "Middle/Earth", got_zone, &got));
        assert_int_equal(got.outcome, 0);
        assert_false(got.has_zone);
}

static void test_the_clock_of_an_application(void **state) {
        StoreFixture *f = *state;
        const int64_t turn = 1774746000;
        Step1 fixed = pilot, lost = pilot;
        Opened o = open_ticket(f, "ix:1", APPLICANT);
        const RecruitFacts *facts;
        _got_ Got got = {};

        step1(f, o.tid, &pilot);
        move_clock(f, turn + 3600);
        facts = look(f, &got, o.tid);
        assert_true(facts->is_zone_known);
        assert_int_equal(zone_offset_at(&facts->zone, turn - 1), 3600);
        assert_int_equal(zone_offset_at(&facts->zone, turn), 7200);
        assert_int_equal(zone_offset_at(&facts->uk, turn - 1), 0);
        assert_int_equal(zone_offset_at(&facts->uk, turn), 3600);

        fixed.zone = "UTC+2";
        step1(f, o.tid, &fixed);
        facts = look(f, &got, o.tid);
        assert_true(facts->is_zone_known);
        assert_int_equal(zone_offset_at(&facts->zone, turn), 7200);
        assert_int_equal(zone_offset_at(&facts->uk, turn), 3600);

        /* a zone that a newer list of zones has no more */
        lost.zone = "Atlantis/Capital";
        step1(f, o.tid, &lost);
        facts = look(f, &got, o.tid);
        assert_false(facts->is_zone_known);
        assert_string_equal(facts->application.zone, "Atlantis/Capital");
}

/* ---- edits ------------------------------------------------------------------------------------------------------------------------------ */

static void test_how_far_an_edit_is(void **state) {
        StoreFixture *f = *state;
        _got_ Got got = {}, taken = {};
        Batch *b;

        DO(f, &got, store_edit_state(f->store, (ChannelId) { 1 }, (MessageId) { 2 }, got_edit_state, &got));
        assert_int_equal(got.outcome, 0);
        assert_false(got.edit.is_known);
        b = batch_new(f->store);
        store_add_want(b, GUILD, (ChannelId) { 1 }, (MessageId) { 2 }, "{}", 0, 0);
        send_it(f, b);
        DO(f, &got, store_edit_state(f->store, (ChannelId) { 1 }, (MessageId) { 2 }, got_edit_state, &got));
        assert_true(got.edit.is_known && !got.edit.is_gone && !got.edit.is_blocked);
        assert_true(got.edit.want_version > got.edit.have_version);
        DO(f, &taken, store_edit_take(f->store, 1, got_edits, &taken));
        DO(f, &got, store_edit_end(f->store, &taken.edits[0], "blocked", "why", got_batch, &got));
        DO(f, &got, store_edit_state(f->store, (ChannelId) { 1 }, (MessageId) { 2 }, got_edit_state, &got));
        assert_true(got.edit.is_blocked);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
                T(test_an_application_is_made_with_its_ticket),
                T(test_support_gets_what_it_always_got),
                T(test_a_refused_opening_sees_the_live_one),
                T(test_step_1_is_stored_and_mended),
                T(test_answers_come_while_they_are_asked_for),
                T(test_the_first_who_decides_wins),
                T(test_a_reason_is_needed),
                T(test_finalised_and_removed),
                T(test_closed_without_a_decision),
                T(test_no_draft_outlives_its_ticket),
                T(test_record_and_leaving),
                T(test_an_application_is_found_in_its_guild_only),
                T(test_an_applicant_is_found_when_it_is_over),
                T(test_the_same_citizen_twice),
                T(test_a_lost_ticket_is_rebuilt),
                T(test_live_applications),
                T(test_what_rsi_could_not_tell_is_asked_again),
                T(test_whoever_is_no_applicant_any_more_is_not_asked_about),
                T(test_whom_rsi_never_tells_of_stands_in_nobody_s_way),
                T(test_settings),
                T(test_options),
                T(test_questions),
                T(test_capabilities),
                T(test_timezones),
                T(test_the_clock_of_a_zone),
                T(test_the_clock_of_an_application),
                T(test_how_far_an_edit_is),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests(tests, NULL, NULL);
        store_fixture_end();
        return r;
}
