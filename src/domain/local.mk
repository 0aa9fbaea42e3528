# The rules of tickets: pure functions
noinst_LIBRARIES += src/libdomain.a
src_libdomain_a_SOURCES = \
	src/domain/channel-name.c \
	src/domain/policy.c \
	src/domain/text-clean.c \
	src/domain/ticket.c \
	src/domain/topic.c

check_PROGRAMS += tests/unit/test-channel-name tests/unit/test-policy tests/unit/test-text-clean tests/unit/test-ticket \
	tests/unit/test-topic
TESTS += tests/unit/test-channel-name tests/unit/test-policy tests/unit/test-text-clean tests/unit/test-ticket \
	tests/unit/test-topic
DOMAIN_TEST_LIBS = src/libdomain.a src/libtext.a src/libwire.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_channel_name_SOURCES = tests/unit/test-channel-name.c
tests_unit_test_channel_name_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_policy_SOURCES = tests/unit/test-policy.c
tests_unit_test_policy_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_text_clean_SOURCES = tests/unit/test-text-clean.c
tests_unit_test_text_clean_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_ticket_SOURCES = tests/unit/test-ticket.c
tests_unit_test_ticket_LDADD = $(DOMAIN_TEST_LIBS)
tests_unit_test_topic_SOURCES = tests/unit/test-topic.c
tests_unit_test_topic_LDADD = $(DOMAIN_TEST_LIBS)
