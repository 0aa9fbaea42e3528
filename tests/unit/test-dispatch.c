#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "supervisor/dispatch.h"

#define MIN_USEC (60 * USEC_PER_SEC)

typedef struct Fixture {
        Dispatch *d;
        struct {
                uint64_t worker, job;
                uint32_t attempt;
                char reference[DISPATCH_REFERENCE_MAX];
        } sent[2048];
        unsigned n_sent;
        unsigned n_wanted;
        char given_up[16];
        uint64_t given_up_job;
        uint64_t refuses;               /* worker that takes nothing */
} Fixture;

static int on_send(uint64_t worker, const Job *job, void *userdata) {
        Fixture *f = userdata;

        if (worker == f->refuses)
                return -ENOBUFS;
        f->sent[f->n_sent].worker = worker;
        f->sent[f->n_sent].job = job->id;
        f->sent[f->n_sent].attempt = job->attempt;
        memcpy(f->sent[f->n_sent].reference, job->reference, sizeof(job->reference));
        f->n_sent++;
        return 0;
}

static void on_want_quarantine(void *userdata) {
        ((Fixture *) userdata)->n_wanted++;
}

static void on_given_up(const Job *job, const char *why, void *userdata) {
        Fixture *f = userdata;

        (void) snprintf(f->given_up, sizeof(f->given_up), "%s", why);
        f->given_up_job = job->id;
}

static const DispatchOps ops = { .send = on_send, .want_quarantine = on_want_quarantine, .given_up = on_given_up };

static int set_up(void **state) {
        Fixture *f = new0(Fixture, 1);

        assert_non_null(f);
        assert_int_equal(dispatch_new(&ops, f, &f->d), 0);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;

        dispatch_free(f->d);
        free(f);
        return 0;
}

static int add(Fixture *f, int64_t seq) {
        return dispatch_add(f->d,
                            &(JobRequest) { .seq = seq,
                                           .subject = 1000 + (uint64_t) seq,
                                           .event = "INTERACTION_CREATE",
                                           .frame = "{}",
                                           .n_frame = 2 },
                            1);
}

static void test_fewest_in_flight(void **state) {
        Fixture *f = *state;

        assert_int_equal(add(f, 1), 0);
        assert_int_equal(f->n_sent, 0);                 /* nobody there yet */
        assert_int_equal(dispatch_worker_up(f->d, 11, false), 0);
        assert_int_equal(f->sent[0].worker, 11);
        assert_int_equal(dispatch_worker_up(f->d, 12, false), 0);
        assert_int_equal(add(f, 2), 0);
        assert_int_equal(f->sent[1].worker, 12);        /* 11 has one */
        dispatch_worker_load(f->d, 12, 10);
        assert_int_equal(add(f, 3), 0);
        assert_int_equal(f->sent[2].worker, 11);        /* flows count as well */
        assert_int_equal(dispatch_least_loaded(f->d), 11);
}

static void test_low_water(void **state) {
        Fixture *f = *state;

        assert_int_equal(dispatch_low_water(f->d, 0, 7), 7);
        assert_int_equal(dispatch_worker_up(f->d, 11, false), 0);
        for (int64_t seq = 8; seq <= 10; seq++)
                assert_int_equal(add(f, seq), 0);
        assert_int_equal(dispatch_low_water(f->d, 0, 12), 7);
        assert_int_equal(dispatch_settled(f->d, 11, 2), 0);     /* 9 is settled, 8 holds it back */
        assert_int_equal(dispatch_low_water(f->d, 0, 12), 7);
        assert_int_equal(dispatch_settled(f->d, 11, 1), 0);
        assert_int_equal(dispatch_low_water(f->d, 0, 12), 9);
        assert_int_equal(dispatch_low_water(f->d, 1, 12), 12);  /* another shard has its own numbers */
        dispatch_new_session(f->d, 0);
        assert_int_equal(dispatch_low_water(f->d, 0, 3),
                         3); /* the job goes on, its number means nothing any more */
        assert_int_equal(dispatch_settled(f->d, 11, 3), 0);
        assert_int_equal(dispatch_state(f->d).n_jobs, 0);
}

static void test_gossip_changes_nothing(void **state) {
        Fixture *f = *state;

        assert_int_equal(dispatch_worker_up(f->d, 11, false), 0);
        assert_int_equal(add(f, 1), 0);
        assert_int_equal(dispatch_settled(f->d, 12, 1), -ENOENT);
        assert_int_equal(dispatch_settled(f->d, 11, 99), -ENOENT);
        assert_int_equal(dispatch_settled(f->d, 0, 1), -ENOENT);
        assert_int_equal(dispatch_refused(f->d, 12, 1), -ENOENT);
        assert_int_equal(dispatch_refused(f->d, 11, 99), -ENOENT);
        dispatch_worker_load(f->d, 99, 1);
        dispatch_worker_down(f->d, 99, false);
        assert_int_equal(dispatch_state(f->d).n_jobs, 1);
        assert_int_equal(dispatch_settled(f->d, 11, 1), 0);
        assert_int_equal(dispatch_settled(f->d, 11, 1), -ENOENT);
}

static void test_one_death_quarantine_two_deaths_apology(void **state) {
        Fixture *f = *state;

        assert_int_equal(dispatch_worker_up(f->d, 11, false), 0);
        assert_int_equal(dispatch_worker_up(f->d, 12, false), 0);
        assert_int_equal(add(f, 1), 0);
        dispatch_worker_down(f->d, 11, false);
        assert_int_equal(f->n_sent, 1);                 /* not to 12 */
        assert_int_equal(f->n_wanted, 1);
        assert_true(dispatch_quarantine_has_work(f->d));

        assert_int_equal(dispatch_worker_up(f->d, 13, true), 0);
        assert_int_equal(f->sent[1].worker, 13);
        assert_int_equal(f->sent[1].attempt, 2);
        assert_string_equal(f->sent[1].reference, "");

        dispatch_worker_down(f->d, 13, false);
        assert_int_equal(f->sent[2].worker, 12);
        assert_string_equal(f->sent[2].reference, "000000Z9");        /* 1001 in base 32 */
}

static void test_apology_is_settled(void **state) {
        Fixture *f = *state;

        assert_int_equal(dispatch_worker_up(f->d, 12, false), 0);
        assert_int_equal(dispatch_worker_up(f->d, 13, true), 0);
        assert_int_equal(add(f, 1), 0);
        dispatch_worker_down(f->d, 12, false);          /* → 13 */
        dispatch_worker_down(f->d, 13, false);          /* → whoever is healthy */
        assert_int_equal(dispatch_low_water(f->d, 0, 5), 0);
        assert_int_equal(dispatch_worker_up(f->d, 14, false), 0);
        assert_int_equal(strlen(f->sent[2].reference), 8);
        assert_int_equal(dispatch_settled(f->d, 14, 1), 0);
        assert_string_equal(f->given_up, "apologised");
        assert_int_equal(dispatch_low_water(f->d, 0, 5), 5);
        assert_int_equal(dispatch_state(f->d).n_apologies, 1);
}

static void test_third_death_gives_up(void **state) {
        Fixture *f = *state;

        assert_int_equal(dispatch_worker_up(f->d, 12, false), 0);
        assert_int_equal(dispatch_worker_up(f->d, 13, true), 0);
        assert_int_equal(add(f, 1), 0);
        dispatch_worker_down(f->d, 12, false);
        dispatch_worker_down(f->d, 13, false);
        assert_int_equal(dispatch_worker_up(f->d, 14, false), 0);
        dispatch_worker_down(f->d, 14, false);
        assert_string_equal(f->given_up, "deadly");
        assert_int_equal(dispatch_state(f->d).n_jobs, 0);
        assert_int_equal(dispatch_low_water(f->d, 0, 5), 5);
}

static void test_planned_end_is_no_suspicion(void **state) {
        Fixture *f = *state;

        assert_int_equal(dispatch_worker_up(f->d, 11, false), 0);
        assert_int_equal(add(f, 1), 0);
        assert_int_equal(dispatch_worker_up(f->d, 12, false), 0);
        dispatch_worker_stop(f->d, 11);
        assert_int_equal(add(f, 2), 0);
        assert_int_equal(add(f, 3), 0);
        assert_int_equal(f->sent[1].worker, 12);        /* a draining worker gets nothing */
        assert_int_equal(f->sent[2].worker, 12);
        dispatch_worker_down(f->d, 11, true);
        assert_int_equal(f->sent[3].worker, 12);
        assert_int_equal(f->sent[3].job, 1);
        assert_int_equal(f->n_wanted, 0);
}

static void test_refused_goes_to_another(void **state) {
        Fixture *f = *state;

        assert_int_equal(dispatch_worker_up(f->d, 11, false), 0);
        assert_int_equal(dispatch_worker_up(f->d, 12, false), 0);
        assert_int_equal(add(f, 1), 0);
        assert_int_equal(f->sent[0].worker, 11);
        assert_int_equal(dispatch_refused(f->d, 11, 1), 0);
        assert_int_equal(f->sent[1].worker, 12);
        assert_int_equal(dispatch_refused(f->d, 12, 1), 0);
        assert_int_equal(f->n_sent, 2);                 /* both are full: it waits */
        dispatch_worker_load(f->d, 12, 0);
        assert_int_equal(f->n_sent, 3);
        assert_int_equal(f->sent[2].worker, 12);
}

static void test_full_channel_waits_for_a_report(void **state) {
        Fixture *f = *state;

        f->refuses = 11;
        assert_int_equal(dispatch_worker_up(f->d, 11, false), 0);
        assert_int_equal(add(f, 1), 0);
        assert_int_equal(add(f, 2), 0);
        assert_int_equal(f->n_sent, 0);
        f->refuses = 0;
        dispatch_worker_load(f->d, 11, 0);
        assert_int_equal(f->n_sent, 2);
        assert_int_equal(f->sent[0].job, 1);            /* in order */
        assert_int_equal(f->sent[0].attempt, 1);
}

static void test_table_is_bounded(void **state) {
        Fixture *f = *state;

        assert_int_equal(dispatch_worker_up(f->d, 11, false), 0);
        for (int i = 0; i < DISPATCH_JOBS_MAX; i++)
                assert_int_equal(add(f, i), 0);
        assert_int_equal(f->n_sent, DISPATCH_PER_WORKER_MAX);
        assert_int_equal(add(f, 5000), -ENOBUFS);
        assert_int_equal(dispatch_state(f->d).n_overflow, 1);
        assert_int_equal(dispatch_settled(f->d, 11, 1), 0);
        assert_int_equal(f->n_sent, DISPATCH_PER_WORKER_MAX + 1);
        assert_int_equal(add(f, 5000), 0);
}

static void test_fifteen_minutes(void **state) {
        Fixture *f = *state;

        assert_int_equal(add(f, 1), 0);
        dispatch_expire(f->d, 15 * MIN_USEC + 1);
        assert_int_equal(dispatch_state(f->d).n_jobs, 1);
        dispatch_expire(f->d, 15 * MIN_USEC + 2);
        assert_string_equal(f->given_up, "expired");
        assert_int_equal(dispatch_state(f->d).n_jobs, 0);
        assert_int_equal(dispatch_low_water(f->d, 0, 4), 4);
}

static void test_workers_are_bounded(void **state) {
        Fixture *f = *state;

        assert_int_equal(dispatch_worker_up(f->d, 0, false), -EINVAL);
        for (uint64_t i = 1; i <= 32; i++)
                assert_int_equal(dispatch_worker_up(f->d, i, false), 0);
        assert_int_equal(dispatch_worker_up(f->d, 5, false), -EINVAL);
        assert_int_equal(dispatch_worker_up(f->d, 33, false), -ENOBUFS);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_fewest_in_flight, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_low_water, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_gossip_changes_nothing, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_one_death_quarantine_two_deaths_apology, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_apology_is_settled, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_third_death_gives_up, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_planned_end_is_no_suspicion, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_refused_goes_to_another, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_full_channel_waits_for_a_report, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_table_is_bounded, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_fifteen_minutes, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_workers_are_bounded, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
