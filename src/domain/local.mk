# The rules of tickets and applications: pure functions
noinst_LIBRARIES += src/libdomain.a
src_libdomain_a_SOURCES = \
	src/domain/access-mode.c \
	src/domain/answer-json.c \
	src/domain/answer.c \
	src/domain/application.c \
	src/domain/channel-name.c \
	src/domain/doctor-access.c \
	src/domain/doctor-check.h \
	src/domain/doctor-installation.c \
	src/domain/doctor-settings.c \
	src/domain/doctor-ticket.c \
	src/domain/doctor.c \
	src/domain/handle.c \
	src/domain/policy.c \
	src/domain/question-json.c \
	src/domain/question.c \
	src/domain/recruit-settings.c \
	src/domain/text-clean.c \
	src/domain/ticket.c \
	src/domain/time-range.c \
	src/domain/time-range.h \
	src/domain/timezone-find.c \
	src/domain/timezone.c \
	src/domain/topic.c \
	src/domain/zone-rules.c
EXTRA_DIST += src/domain/zone-words.def

DOMAIN_TESTS = \
	tests/unit/test-access-mode \
	tests/unit/test-answer \
	tests/unit/test-application \
	tests/unit/test-channel-name \
	tests/unit/test-doctor \
	tests/unit/test-handle \
	tests/unit/test-policy \
	tests/unit/test-question \
	tests/unit/test-recruit-settings \
	tests/unit/test-text-clean \
	tests/unit/test-ticket \
	tests/unit/test-time-range \
	tests/unit/test-timezone \
	tests/unit/test-topic \
	tests/unit/test-zone-rules
check_PROGRAMS += $(DOMAIN_TESTS)
TESTS += $(DOMAIN_TESTS)
DOMAIN_TEST_LIBS = src/libdomain.a src/libtext.a src/libwire.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_access_mode_SOURCES = tests/unit/test-access-mode.c
tests_unit_test_access_mode_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_application_SOURCES = tests/unit/test-application.c
tests_unit_test_application_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_channel_name_SOURCES = tests/unit/test-channel-name.c
tests_unit_test_channel_name_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_doctor_SOURCES = tests/unit/test-doctor.c
tests_unit_test_doctor_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_handle_SOURCES = tests/unit/test-handle.c
tests_unit_test_handle_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_policy_SOURCES = tests/unit/test-policy.c
tests_unit_test_policy_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_text_clean_SOURCES = tests/unit/test-text-clean.c
tests_unit_test_text_clean_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_ticket_SOURCES = tests/unit/test-ticket.c
tests_unit_test_ticket_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_timezone_SOURCES = tests/unit/test-timezone.c
tests_unit_test_timezone_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_topic_SOURCES = tests/unit/test-topic.c
tests_unit_test_topic_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_zone_rules_SOURCES = tests/unit/test-zone-rules.c
tests_unit_test_zone_rules_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_answer_SOURCES = tests/unit/test-answer.c
tests_unit_test_answer_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_time_range_SOURCES = tests/unit/test-time-range.c
tests_unit_test_time_range_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_question_SOURCES = tests/unit/test-question.c
tests_unit_test_question_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_recruit_settings_SOURCES = tests/unit/test-recruit-settings.c
tests_unit_test_recruit_settings_LDADD = $(DOMAIN_TEST_LIBS)
