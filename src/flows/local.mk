# The product: one file for each thing that a person can do
noinst_LIBRARIES += src/libflows.a
src_libflows_a_SOURCES = \
	src/flows/alert.c \
	src/flows/citizen.c \
	src/flows/config-questions.c \
	src/flows/config-recruit.c \
	src/flows/config-tickets.c \
	src/flows/config.h \
	src/flows/flows.c \
	src/flows/flows.h \
	src/flows/guild-left.c \
	src/flows/overflow.c \
	src/flows/overflow.h \
	src/flows/panel.c \
	src/flows/person-erase.c \
	src/flows/pieces.c \
	src/flows/qna-form.c \
	src/flows/reconcile.c \
	src/flows/record-refresh.c \
	src/flows/recruit-approve.c \
	src/flows/recruit-close.c \
	src/flows/recruit-end.c \
	src/flows/recruit-finalise.c \
	src/flows/recruit-member.c \
	src/flows/recruit-qna.c \
	src/flows/recruit-reject.c \
	src/flows/recruit-remove.c \
	src/flows/recruit-reopen.c \
	src/flows/recruit-step1.c \
	src/flows/recruit-tail.c \
	src/flows/recruit.h \
	src/flows/rsi-refresh.c \
	src/flows/settings-step.c \
	src/flows/shown.c \
	src/flows/step1-form.c \
	src/flows/support-resolve.c \
	src/flows/target-gone.c \
	src/flows/ticket-open.c \
	src/flows/ticket-rebuild.c \
	src/flows/topic-mend.c

# Its pure parts
FLOWS_TESTS = tests/unit/test-citizen tests/unit/test-qna tests/unit/test-step1
check_PROGRAMS += $(FLOWS_TESTS)
TESTS += $(FLOWS_TESTS)
tests_unit_test_citizen_SOURCES = tests/unit/test-citizen.c
tests_unit_test_citizen_LDADD = src/libflows.a $(RSI_LIBS) $(VIEWS_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_qna_SOURCES = tests/unit/test-qna.c
tests_unit_test_qna_LDADD = src/libflows.a $(VIEWS_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_step1_SOURCES = tests/unit/test-step1.c
tests_unit_test_step1_LDADD = src/libflows.a $(VIEWS_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
