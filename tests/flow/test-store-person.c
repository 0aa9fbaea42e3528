/* One person: forgetting them, handing over what is stored, texts whose time is over, records that show what is no more. */

#include "store-fixture.h"

#define GUILD ((GuildId) { 7 })
#define APPLICANT ((UserId) { 500000000000000001 })
#define STAFF ((UserId) { 600000000000000001 })

typedef struct Opened {
        Pseudonym who;
        TicketId tid;
} Opened;

static void send_it(StoreFixture *f, Batch *take_batch) {
        char constraint[64] = "";

        assert_int_equal(fixture_send(f, take_batch, constraint), 0);
}

/* An open ticket of recruitment, with Step 1, answers, drafts and a record. */
static Opened application(StoreFixture *f, const char *key, UserId user) {
        Opened o;
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, key, "actor", user), &o.who);
        Batch *b = batch_new(f->store);

        store_add_ticket_reserve(b, &(TicketReserve) { .flow = lease.flow, .guild = GUILD, .kind = TICKET_RECRUITMENT, .opener = o.who, .question = "ox" });
        store_add_ticket_channel(b, lease.flow, (ChannelId) { 70 + lease.flow.v });
        store_add_ticket_opened(b, lease.flow, (MessageId) { 90 + lease.flow.v });
        store_add_finish(b, &lease, "done");
        send_it(f, b);
        o.tid.v = (uint64_t) fixture_number(f, "SELECT tid FROM cfg.tickets WHERE open_flow = %llu", (unsigned long long) lease.flow.v);

        b = batch_new(f->store);
        store_add_application_step1(b, o.tid, &(Step1) { REQUESTED_MEMBER, "medical", "Europe/London", "Asterin-Vale", "I fly at night.", true });
        store_add_application_qna(b, o.tid, "[{\"question\":\"Why?\",\"answer\":{\"kind\":\"short\",\"text\":\"Because\"}}]");
        store_add_application_draft(b, o.tid, FORM_STEP1, "{\"notes\":\"half\"}");
        store_add_application_record(b, o.tid, (ChannelId) { 42 }, (MessageId) { 4200 + o.tid.v });
        send_it(f, b);
        return o;
}

static void decide(StoreFixture *f, TicketId tid, ApplicationStatus to, Pseudonym by) {
        Batch *b = batch_new(f->store);

        store_add_application_decide(b, tid, &(Decision) { .to = to, .decider = by, .reason = "The references did not hold." });
        send_it(f, b);
}

static void close_ticket(StoreFixture *f, TicketId tid, Pseudonym by) {
        Batch *b = batch_new(f->store);

        store_add_ticket_closing(b, tid, by, "declined");
        store_add_ticket_closed(b, tid);
        send_it(f, b);
}

/* What a flow's step asks for; the outcome and the constraint. */
static int erase(StoreFixture *f, UserId user, FlowId flow, char *ret_constraint) {
        Batch *b = batch_new(f->store);

        store_add_person_erase(b, GUILD, user, flow, 0, (Pseudonym) {});
        return fixture_send(f, b, ret_constraint);
}

static PersonKnown known_now;

static void got_known(int outcome, const PersonKnown *known, void *userdata) {
        Got *got = userdata;

        got->outcome = outcome;
        known_now = known ? *known : (PersonKnown) {};
        got->is_done = true;
}

/* ---- forgetting --------------------------------------------------------------------------------------------------------------------- */

static void test_nothing_leads_to_a_forgotten_person(void **state) {
        StoreFixture *f = *state;
        Opened o = application(f, "ix:1", APPLICANT), again;
        char why[64];
        long long pid_count;

        decide(f, o.tid, APPLICATION_DECLINED, (Pseudonym) {});
        close_ticket(f, o.tid, (Pseudonym) {});
        assert_int_equal(erase(f, APPLICANT, (FlowId) { 900 }, why), 0);

        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.identity WHERE pid = '%s' AND id_hmac IS NULL AND id_sealed IS NULL"
                                           " AND erased_at IS NOT NULL", o.who.text), 1);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.recruit_applications WHERE tid = %llu AND role = 'member' AND area = 'medical'"
                                           " AND status = 'declined' AND num_nonnulls(zone, handle, rsi, rsi_record, notes, answers, step1_draft,"
                                           " qna_draft) = 0 AND reason = '' AND blanked_at IS NOT NULL AND record_is_stale",
                                        (unsigned long long) o.tid.v), 1);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.tickets WHERE question_sealed IS NULL AND opener_pid = '%s'", o.who.text), 1);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.audit WHERE action = 'person.erased' AND flow_id = 900 AND subject = 'user:%s'"
                                           " AND detail = '{\"tickets\": 1, \"applications\": 1}'", o.who.text), 1);
        pid_count = fixture_number(f, "SELECT count(*) FROM flow.identity");

        /* they come again: somebody else for us */
        assert_int_equal(erase(f, APPLICANT, (FlowId) { 901 }, why), STORE_CONFLICT);
        assert_string_equal(why, "person_unknown");
        again = application(f, "ix:2", APPLICANT);
        assert_string_not_equal(again.who.text, o.who.text);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.identity"), pid_count + 1);
}

static void test_nobody_is_forgotten_while_their_ticket_is_open(void **state) {
        StoreFixture *f = *state;
        Opened o = application(f, "ix:1", APPLICANT);
        _got_ Got got = {};
        char why[64];

        assert_int_equal(erase(f, APPLICANT, (FlowId) { 900 }, why), STORE_CONFLICT);
        assert_string_equal(why, "person_has_ticket");
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.recruit_applications WHERE handle IS NOT NULL AND blanked_at IS NULL"), 1);
        DO(f, &got, store_person_known(f->store, GUILD, APPLICANT, got_known, &got));
        assert_int_equal(got.outcome, 0);
        assert_string_equal(known_now.who.text, o.who.text);
        assert_int_equal(known_now.n_tickets, 1);
        assert_int_equal(known_now.n_applications, 1);
        assert_int_equal(known_now.n_live, 1);
        /* another guild knows nothing of them */
        DO(f, &got, store_person_known(f->store, (GuildId) { 8 }, APPLICANT, got_known, &got));
        assert_string_equal(known_now.who.text, "");
}

static void test_whoever_decided_is_forgotten_in_records_of_others(void **state) {
        StoreFixture *f = *state;
        Opened theirs = application(f, "ix:1", APPLICANT), mine = application(f, "ix:2", STAFF);
        char why[64];

        decide(f, theirs.tid, APPLICATION_APPROVED, mine.who);
        close_ticket(f, mine.tid, (Pseudonym) {});
        assert_int_equal(erase(f, STAFF, (FlowId) { 900 }, why), 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.recruit_applications WHERE tid = %llu AND record_is_stale AND blanked_at IS NULL"
                                           " AND handle = 'Asterin-Vale'", (unsigned long long) theirs.tid.v), 1);
}

static void test_what_dead_flows_were_asked_goes_too(void **state) {
        StoreFixture *f = *state;
        Opened o = application(f, "ix:1", APPLICANT);
        FlowLease lease = fixture_claim_one(f, fixture_accept(f, "ix:2", "guild:7", APPLICANT), NULL);
        Batch *b = batch_new(f->store);
        char why[64];

        store_add_finish(b, &lease, "dead");
        send_it(f, b);
        close_ticket(f, o.tid, (Pseudonym) {});
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE state = 'dead' AND args <> ''"), 1);
        assert_int_equal(erase(f, APPLICANT, (FlowId) { 900 }, why), 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE state = 'dead' AND args <> ''"), 0);
}

static void test_a_press_that_waited_opens_nothing_for_the_forgotten(void **state) {
        StoreFixture *f = *state;
        Opened o = application(f, "ix:1", APPLICANT);
        FlowId waiting = fixture_accept(f, "ix:2", "actor", APPLICANT);
        Pseudonym who;
        FlowLease lease;
        Batch *b;
        char why[64];

        close_ticket(f, o.tid, (Pseudonym) {});
        assert_int_equal(erase(f, APPLICANT, (FlowId) { 900 }, why), 0);
        lease = fixture_claim_one(f, waiting, &who);
        b = batch_new(f->store);
        store_add_ticket_reserve(b, &(TicketReserve) { .flow = lease.flow, .guild = GUILD, .kind = TICKET_SUPPORT, .opener = who, .question = "ox" });
        store_add_checkpoint(b, &lease, "reserve", NULL);
        assert_int_equal(fixture_send(f, b, why), STORE_CONFLICT);
        assert_string_equal(why, "person_unknown");
}

static void test_the_operator_forgets_without_a_flow(void **state) {
        StoreFixture *f = *state;
        Opened o = application(f, "ix:1", APPLICANT);
        _got_ Got got = {};

        DO(f, &got, store_person_erase(f->store, GUILD, APPLICANT, got_batch, &got));
        assert_int_equal(got.outcome, STORE_CONFLICT);
        assert_string_equal(got.constraint, "person_has_ticket");
        close_ticket(f, o.tid, (Pseudonym) {});
        DO(f, &got, store_person_erase(f->store, GUILD, APPLICANT, got_batch, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.audit u JOIN flow.flow f USING (flow_id)"
                                           " WHERE u.action = 'person.erased' AND u.subject = 'user:%s' AND f.state = 'done'", o.who.text), 1);
}

/* ---- handing over --------------------------------------------------------------------------------------------------------------------- */

static void test_all_that_is_stored_is_handed_over(void **state) {
        StoreFixture *f = *state;
        Opened o = application(f, "ix:1", APPLICANT);
        _got_ Got got = {};
        _json_ Json *all = NULL;
        const Json *row;

        (void) fixture_accept(f, "ix:2", "guild:7", APPLICANT);
        decide(f, o.tid, APPLICATION_DECLINED, (Pseudonym) {});
        DO(f, &got, store_person_export(f->store, GUILD, APPLICANT, got_text, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(json_parse(got.text, strlen(got.text), &all), 0);

        assert_string_equal(json_text(json_get(json_first(json_get(all, "person")), "pid")), o.who.text);
        row = json_first(json_get(all, "tickets"));
        assert_string_equal(json_text(json_get(row, "question")), "ox");
        row = json_first(json_get(all, "applications"));
        assert_string_equal(json_text(json_get(row, "handle")), "Asterin-Vale");
        assert_string_equal(json_text(json_get(row, "reason")), "The references did not hold.");
        assert_int_equal(json_array_size(json_get(row, "answers")), 1);
        assert_string_equal(json_text(json_path(json_first(json_get(all, "drafts")), "draft", "notes", NULL)), "half");
        assert_int_equal(json_array_size(json_get(all, "flows")), 2);
        /* what opens nothing for whoever reads it */
        assert_null(strstr(got.text, "sealed"));

        DO(f, &got, store_person_export(f->store, (GuildId) { 8 }, APPLICANT, got_text, &got));
        assert_int_equal(got.outcome, 0);
        assert_null(got.text);
}

static void test_nobody_can_act_with_what_is_handed_over(void **state) {
        StoreFixture *f = *state;
        _got_ Got got = {};
        AcceptRequest request = { .idem_key = "ix:1", .kind = "test.flow", .code_version = 1, .guild = GUILD, .user = APPLICANT, .subject = "actor",
                                  .args = "{\"ix\":{\"id\":\"1\",\"token\":\"aW50ZXJhY3Rpb24\"},\"question\":\"Where?\"}", .ttl_s = 600 };

        DO(f, &got, store_accept(f->store, &request, got_accept, &got));
        DO(f, &got, store_person_export(f->store, GUILD, APPLICANT, got_text, &got));
        assert_int_equal(got.outcome, 0);
        assert_non_null(strstr(got.text, "\"args\":{\"question\":\"Where?\"}"));
        assert_null(strstr(got.text, "aW50ZXJhY3Rpb24"));
}

/* ---- time is over ------------------------------------------------------------------------------------------------------------------------ */

static long long n_blanked(StoreFixture *f) {
        return fixture_number(f, "SELECT count(*) FROM cfg.recruit_applications WHERE blanked_at IS NOT NULL AND handle IS NULL AND reason = ''");
}

static void retention(StoreFixture *f) {
        _got_ Got got = {};

        DO(f, &got, store_retention(f->store, got_count, &got));
        assert_int_equal(got.outcome, 0);
}

static void keep_declined(StoreFixture *f, int days) {
        Batch *b = batch_new(f->store);

        store_add_recruit_settings(b, GUILD, &(RecruitChange) { .set_keep_declined = true, .to.keep_declined = days });
        send_it(f, b);
}

static void test_texts_of_declined_applications_are_kept_as_long_as_is_set(void **state) {
        StoreFixture *f = *state;
        Opened declined = application(f, "ix:1", APPLICANT), approved = application(f, "ix:2", STAFF);

        decide(f, declined.tid, APPLICATION_DECLINED, (Pseudonym) {});
        decide(f, approved.tid, APPLICATION_APPROVED, (Pseudonym) {});
        close_ticket(f, declined.tid, (Pseudonym) {});
        close_ticket(f, approved.tid, (Pseudonym) {});
        fixture_skew(f, "3000 days");
        retention(f);
        assert_int_equal(n_blanked(f), 0);      /* nobody has set anything */

        keep_declined(f, 30);
        fixture_skew(f, "29 days");
        retention(f);
        assert_int_equal(n_blanked(f), 0);
        fixture_skew(f, "31 days");
        retention(f);
        assert_int_equal(n_blanked(f), 1);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.recruit_applications WHERE status = 'approved' AND handle IS NOT NULL"), 1);
        /* who it was is still known: they may apply again, and are greeted as who they are */
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.identity WHERE id_hmac IS NULL"), 0);

        keep_declined(f, 0);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.recruit_settings WHERE keep_declined IS NULL"), 1);
}

static void test_a_stale_record_is_shown_anew_once(void **state) {
        StoreFixture *f = *state;
        Opened o = application(f, "ix:1", APPLICANT);
        _got_ Got got = {};
        Batch *b;
        char why[64];

        close_ticket(f, o.tid, (Pseudonym) {});
        assert_int_equal(erase(f, APPLICANT, (FlowId) { 900 }, why), 0);
        DO(f, &got, store_refresh_records(f->store, "record.refresh", 1, got_ids, &got));
        assert_int_equal(got.outcome, 0);
        assert_int_equal(got.n, 1);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM flow.flow WHERE kind = 'record.refresh' AND subject = 'ticket:%llu'",
                                        (unsigned long long) o.tid.v), 1);
        DO(f, &got, store_refresh_records(f->store, "record.refresh", 1, got_ids, &got));
        assert_int_equal(got.n, 0);     /* its flow is under way */

        b = batch_new(f->store);
        store_add_record_fresh(b, o.tid);
        send_it(f, b);
        assert_int_equal(fixture_number(f, "SELECT count(*) FROM cfg.recruit_applications WHERE record_is_stale"), 0);
}

int main(void) {
        const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, store_fixture_set_up, store_fixture_tear_down)
                T(test_nothing_leads_to_a_forgotten_person),
                T(test_nobody_is_forgotten_while_their_ticket_is_open),
                T(test_whoever_decided_is_forgotten_in_records_of_others),
                T(test_what_dead_flows_were_asked_goes_too),
                T(test_a_press_that_waited_opens_nothing_for_the_forgotten),
                T(test_the_operator_forgets_without_a_flow),
                T(test_all_that_is_stored_is_handed_over),
                T(test_nobody_can_act_with_what_is_handed_over),
                T(test_texts_of_declined_applications_are_kept_as_long_as_is_set),
                T(test_a_stale_record_is_shown_anew_once),
        };
        int r;

        if (!store_fixture_begin())
                return 0;
        r = cmocka_run_group_tests(tests, NULL, NULL);
        store_fixture_end();
        return r;
}
