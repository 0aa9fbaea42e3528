noinst_LIBRARIES += src/libbase.a
src_libbase_a_SOURCES = \
	src/base/clock.c \
	src/base/fault.c \
	src/base/json.c \
	src/base/log.c \
	src/base/strbuf.c \
	src/base/unicode.c \
	src/base/url.c

check_PROGRAMS += tests/unit/test-json tests/unit/test-log tests/unit/test-fault
TESTS += tests/unit/test-json tests/unit/test-log tests/unit/test-fault
tests_unit_test_json_SOURCES = tests/unit/test-json.c
tests_unit_test_json_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_log_SOURCES = tests/unit/test-log.c
tests_unit_test_log_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_fault_SOURCES = tests/unit/test-fault.c
tests_unit_test_fault_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)

include src/base/keys.mk

include src/base/config.mk

check_PROGRAMS += tests/unit/test-unicode
TESTS += tests/unit/test-unicode
tests_unit_test_unicode_SOURCES = tests/unit/test-unicode.c
tests_unit_test_unicode_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
