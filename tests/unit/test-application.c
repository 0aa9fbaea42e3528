/* Applications: every action in every status, who wins, and what the second person is told. */

#include "magikal/application.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "magikal/cleanup.h"

#define ACTIONS "step1 edit qna reopen approve reject close finalise remove left back gone"

/* What the product says, in words: the status after each action of ACTIONS, "." for the same one, "!" and a verdict otherwise. */
static const struct {
        ApplicationStatus status;
        const char *outcomes;
} rules[] = {
        { APPLICATION_DRAFT, "pending !no-step1 !no-step1 !no-step1 !no-step1 !no-step1 . !not-approved !not-approved . . ." },
        { APPLICATION_PENDING, "!has-step1 . qna_received . approved declined . !not-approved !not-approved . . ." },
        { APPLICATION_QNA_RECEIVED, "!has-step1 . . . approved declined . !not-approved !not-approved . . ." },
        { APPLICATION_APPROVED, "!decided !decided . . !decided !decided . finalised removed . . ." },
        { APPLICATION_DECLINED,
          "!decided !decided !decided !decided !decided !decided !decided !decided !not-approved !decided !decided ." },
        { APPLICATION_FINALISED,
          "!finalised !finalised !finalised !finalised !finalised !finalised !finalised !finalised removed !finalised !finalised ." },
        { APPLICATION_REMOVED, "!removed !removed !removed !removed !removed !removed . !removed !removed !removed !removed ." },
};

static const char *const verdict_names[] = {
        [APPLICATION_NONE] = "none",
        [APPLICATION_NO_STEP1] = "no-step1",
        [APPLICATION_HAS_STEP1] = "has-step1",
        [APPLICATION_NO_QUESTIONS] = "no-questions",
        [APPLICATION_NOT_APPROVED] = "not-approved",
        [APPLICATION_DECIDED] = "decided",
        [APPLICATION_IS_CLOSED] = "closed",
        [APPLICATION_IS_FINALISED] = "finalised",
        [APPLICATION_IS_REMOVED] = "removed",
};

/* The outcome of one pair, in the words of `rules`. */
static void tell(ApplicationStatus status, ApplicationAction action, char *ret, size_t n) {
        const Application a = { .id = { 1 }, .status = status, .is_qna_open = true };
        int verdict = application_judge(&a, action);
        ApplicationStatus next = _APPLICATION_STATUS_MAX;

        assert_int_equal(application_may(status, action, &next), verdict == 0);
        if (verdict != 0)
                snprintf(ret, n, "!%s", verdict_names[verdict]);
        else
                snprintf(ret, n, "%s", next == status ? "." : application_status_to_string(next));
}

static void every_action_in_every_status(void **state) {
        assert_int_equal(ELEMENTSOF(rules), _APPLICATION_STATUS_MAX);
        for (size_t i = 0; i < ELEMENTSOF(rules); i++) {
                const char *expected = rules[i].outcomes, *action = ACTIONS;

                assert_int_equal(rules[i].status, i);
                for (int a = 0; a < _APPLICATION_ACTION_MAX; a++) {
                        size_t n = strcspn(expected, " "), n_action = strcspn(action, " ");
                        char got[32];

                        tell(rules[i].status, (ApplicationAction) a, got, sizeof(got));
                        if (strlen(got) != n || memcmp(got, expected, n) != 0)
                                fail_msg("%.*s in %s: %s instead of %.*s", (int) n_action, action,
                                         application_status_to_string(rules[i].status), got, (int) n, expected);
                        expected += n + (expected[n] == ' ');
                        action += n_action + (action[n_action] == ' ');
                }
                assert_string_equal(expected, "");
                assert_string_equal(action, "");
        }
        (void) state;
}

/* Two readings of one rule: draft to removed is the order of the enum, and nothing walks it backwards. */
static void a_status_never_goes_back(void **state) {
        for (int s = 0; s < _APPLICATION_STATUS_MAX; s++)
                for (int a = 0; a < _APPLICATION_ACTION_MAX; a++) {
                        ApplicationStatus next = (ApplicationStatus) s;

                        (void) application_may((ApplicationStatus) s, (ApplicationAction) a, &next);
                        assert_true((int) next >= s);
                }
        (void) state;
}

static void the_first_decision_wins(void **state) {
        Application a = { .id = { 1 }, .status = APPLICATION_QNA_RECEIVED };

        assert_int_equal(application_judge(&a, APPLICATION_APPROVE), 0);
        assert_true(application_may(a.status, APPLICATION_REJECT, &a.status));
        assert_int_equal(application_judge(&a, APPLICATION_APPROVE), APPLICATION_DECIDED);
        assert_int_equal(application_judge(&a, APPLICATION_REJECT), APPLICATION_DECIDED);
        (void) state;
}

static void questions_are_answered_once_unless_reopened(void **state) {
        static const ApplicationStatus with_questions[] = { APPLICATION_PENDING, APPLICATION_QNA_RECEIVED, APPLICATION_APPROVED };

        for (size_t i = 0; i < ELEMENTSOF(with_questions); i++) {
                Application a = { .id = { 1 }, .status = with_questions[i], .is_qna_open = false };

                assert_int_equal(application_judge(&a, APPLICATION_QNA), APPLICATION_NO_QUESTIONS);
                assert_int_equal(application_judge(&a, APPLICATION_REOPEN_QNA), 0);
                a.is_qna_open = true;
                assert_int_equal(application_judge(&a, APPLICATION_QNA), 0);
        }
        (void) state;
}

static void closed_without_a_decision_stays_undecided(void **state) {
        const Application a = { .id = { 1 }, .status = APPLICATION_PENDING, .is_qna_open = true, .is_closed_undecided = true };

        assert_int_equal(application_judge(&a, APPLICATION_APPROVE), APPLICATION_IS_CLOSED);
        assert_int_equal(application_judge(&a, APPLICATION_QNA), APPLICATION_IS_CLOSED);
        assert_int_equal(application_judge(&a, APPLICATION_CLOSE), APPLICATION_IS_CLOSED);
        assert_int_equal(application_judge(&a, APPLICATION_REMOVE), APPLICATION_NOT_APPROVED);
        assert_int_equal(application_judge(&a, APPLICATION_CHANNEL_GONE), 0);
        (void) state;
}

static void what_is_not_there_is_refused(void **state) {
        assert_int_equal(application_judge(&(Application) { .status = APPLICATION_PENDING }, APPLICATION_APPROVE), APPLICATION_NONE);
        assert_int_equal(application_judge(&(Application) { .id = { 1 } }, (ApplicationAction) 99), APPLICATION_NONE);
        assert_int_equal(application_judge(&(Application) { .id = { 1 }, .status = (ApplicationStatus) -1 }, APPLICATION_CLOSE),
                         APPLICATION_NONE);
        assert_false(application_may((ApplicationStatus) 99, APPLICATION_CLOSE, NULL));
        (void) state;
}

static void who_must_be_sure(void **state) {
        Application a = { .id = { 1 }, .status = APPLICATION_PENDING };

        assert_true(application_must_confirm(&a, APPLICATION_APPROVE));
        assert_true(application_must_confirm(&a, APPLICATION_CLOSE));
        assert_false(application_must_confirm(&a, APPLICATION_REJECT));
        a.status = APPLICATION_QNA_RECEIVED;
        assert_false(application_must_confirm(&a, APPLICATION_APPROVE));
        a.status = APPLICATION_APPROVED;
        assert_true(application_must_confirm(&a, APPLICATION_FINALISE));
        (void) state;
}

static void decisions_are_three(void **state) {
        int n = 0;

        for (int a = 0; a < _APPLICATION_ACTION_MAX; a++)
                n += application_is_decision((ApplicationAction) a);
        assert_int_equal(n, 3);
        assert_true(application_is_decision(APPLICATION_APPROVE) && application_is_decision(APPLICATION_REJECT) &&
                    application_is_decision(APPLICATION_FINALISE));
        (void) state;
}

static void every_status_looks_like_no_other(void **state) {
        for (int i = 0; i < _APPLICATION_STATUS_MAX; i++) {
                ApplicationStatus s;

                assert_int_equal(application_status_from_string(application_status_to_string((ApplicationStatus) i), &s), 0);
                assert_int_equal(s, i);
                for (int k = 0; k < i; k++) {
                        assert_int_not_equal(application_status_color((ApplicationStatus) i),
                                             application_status_color((ApplicationStatus) k));
                        assert_int_not_equal(application_status_text((ApplicationStatus) i),
                                             application_status_text((ApplicationStatus) k));
                }
        }
        assert_null(application_status_to_string(_APPLICATION_STATUS_MAX));
        assert_int_equal(application_status_from_string("Pending", &(ApplicationStatus) { 0 }), -EINVAL);
        (void) state;
}

static void roles_go_both_ways(void **state) {
        RequestedRole role;

        assert_int_equal(requested_role_from_string("member", &role), 0);
        assert_string_equal(requested_role_to_string(role), "member");
        assert_int_equal(requested_role_from_string("affiliate", &role), 0);
        assert_string_equal(requested_role_to_string(role), "affiliate");
        assert_null(requested_role_to_string(REQUESTED_NONE));
        assert_null(requested_role_to_string((RequestedRole) 99));
        assert_int_equal(requested_role_from_string("", &role), -EINVAL);
        (void) state;
}

static void every_verdict_has_words(void **state) {
        for (int v = APPLICATION_NONE; v <= APPLICATION_IS_REMOVED; v++) {
                _free_ char *text = NULL;

                assert_int_equal(text_format(LANG_EN, application_verdict_text(v),
                                             TEXT_ARGS(ARG_USER("decider", (UserId) { 5 }), ARG_USER("remover", (UserId) { 6 }),
                                                       ARG_USER("finaliser", (UserId) { 7 }), ARG_OURS("button", "Edit"),
                                                       ARG_TIME("time", USEC_PER_SEC)),
                                             &text),
                                 0);
                assert_int_equal(strstr(text, "<@5>") != NULL, v == APPLICATION_DECIDED);
                assert_int_equal(strstr(text, "<@6>") != NULL, v == APPLICATION_IS_REMOVED);
                assert_int_equal(strstr(text, "<@7>") != NULL, v == APPLICATION_IS_FINALISED);
        }
        assert_int_equal(application_verdict_text(0), TEXT_APPLICATION_NONE);
        assert_int_equal(application_verdict_text(99), TEXT_APPLICATION_NONE);
        (void) state;
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_action_in_every_status),
                cmocka_unit_test(a_status_never_goes_back),
                cmocka_unit_test(the_first_decision_wins),
                cmocka_unit_test(questions_are_answered_once_unless_reopened),
                cmocka_unit_test(closed_without_a_decision_stays_undecided),
                cmocka_unit_test(what_is_not_there_is_refused),
                cmocka_unit_test(who_must_be_sure),
                cmocka_unit_test(decisions_are_three),
                cmocka_unit_test(every_status_looks_like_no_other),
                cmocka_unit_test(roles_go_both_ways),
                cmocka_unit_test(every_verdict_has_words),
        };

        return cmocka_run_group_tests_name("application", tests, NULL, NULL);
}
