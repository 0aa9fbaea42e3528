/* Tickets: which state may follow which, and what the second of two people is told. */

#include "magikal/ticket.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "magikal/cleanup.h"

static void the_way_of_a_ticket(void **state) {
        TicketState s = TICKET_OPENING;

        assert_true(ticket_may(s, TICKET_EVENT_OPENED, &s));
        assert_int_equal(s, TICKET_OPEN);
        assert_true(ticket_may(s, TICKET_EVENT_CLOSE, &s));
        assert_int_equal(s, TICKET_CLOSING);
        assert_true(ticket_may(s, TICKET_EVENT_REOPEN, &s));
        assert_int_equal(s, TICKET_OPEN);
        assert_true(ticket_may(s, TICKET_EVENT_CLOSE, &s));
        assert_true(ticket_may(s, TICKET_EVENT_CLOSED, &s));
        assert_int_equal(s, TICKET_CLOSED);
        (void) state;
}

static void what_is_over_stays_over(void **state) {
        for (int e = 0; e < _TICKET_EVENT_MAX; e++) {
                assert_false(ticket_may(TICKET_CLOSED, (TicketEvent) e, NULL));
                assert_false(ticket_may(TICKET_FAILED, (TicketEvent) e, NULL));
        }
        assert_false(ticket_may((TicketState) 99, TICKET_EVENT_CLOSE, NULL));
        assert_false(ticket_may(TICKET_OPEN, (TicketEvent) 99, NULL));
        (void) state;
}

static void a_channel_may_vanish_at_any_time(void **state) {
        static const TicketState live[] = { TICKET_OPENING, TICKET_OPEN, TICKET_CLOSING };
        TicketState next;

        for (size_t i = 0; i < ELEMENTSOF(live); i++) {
                assert_true(ticket_is_live(live[i]));
                assert_true(ticket_may(live[i], TICKET_EVENT_VANISHED, &next));
                assert_int_equal(next, TICKET_CLOSED);
        }
        assert_false(ticket_is_live(TICKET_CLOSED));
        assert_false(ticket_is_live(TICKET_FAILED));
        (void) state;
}

static void the_first_wins(void **state) {
        Ticket t = { .id = { 1 }, .state = TICKET_OPEN };

        assert_int_equal(ticket_judge(&t, TICKET_EVENT_CLOSE), 0);
        t.state = TICKET_CLOSING;
        assert_int_equal(ticket_judge(&t, TICKET_EVENT_CLOSE), TICKET_BEING_CLOSED);
        t.state = TICKET_CLOSED;
        assert_int_equal(ticket_judge(&t, TICKET_EVENT_CLOSE), TICKET_IS_CLOSED);
        t.state = TICKET_OPENING;
        assert_int_equal(ticket_judge(&t, TICKET_EVENT_CLOSE), TICKET_NOT_YET);
        t.state = TICKET_FAILED;
        assert_int_equal(ticket_judge(&t, TICKET_EVENT_CLOSE), TICKET_NONE);
        t = (Ticket) { .state = TICKET_OPEN };
        assert_int_equal(ticket_judge(&t, TICKET_EVENT_CLOSE), TICKET_NONE);
        (void) state;
}

static void names_go_both_ways(void **state) {
        for (int i = TICKET_OPENING; i <= TICKET_FAILED; i++) {
                TicketState s;

                assert_int_equal(ticket_state_from_string(ticket_state_to_string((TicketState) i), &s), 0);
                assert_int_equal(s, i);
        }
        for (int i = TICKET_SUPPORT; i <= TICKET_RECRUITMENT; i++) {
                TicketKind k;

                assert_int_equal(ticket_kind_from_string(ticket_kind_to_string((TicketKind) i), &k), 0);
                assert_int_equal(k, i);
        }
        assert_null(ticket_state_to_string((TicketState) 99));
        assert_null(ticket_kind_to_string((TicketKind) 99));
        assert_int_equal(ticket_state_from_string("Open", &(TicketState) { 0 }), -EINVAL);
        assert_int_equal(ticket_kind_from_string("", &(TicketKind) { 0 }), -EINVAL);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_way_of_a_ticket),
                cmocka_unit_test(what_is_over_stays_over),
                cmocka_unit_test(a_channel_may_vanish_at_any_time),
                cmocka_unit_test(the_first_wins),
                cmocka_unit_test(names_go_both_ways),
        };

        return cmocka_run_group_tests_name("ticket", tests, NULL, NULL);
}
