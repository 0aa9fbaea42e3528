# Crash-safe steps; knows no ticket
noinst_LIBRARIES += src/libengine.a
src_libengine_a_SOURCES = \
	src/engine/ack.c \
	src/engine/commit.c \
	src/engine/engine.c \
	src/engine/retry.c \
	src/engine/run.c \
	src/engine/run.h \
	src/engine/step.c \
	src/engine/words.c

check_PROGRAMS += tests/unit/test-retry
TESTS += tests/unit/test-retry
tests_unit_test_retry_SOURCES = tests/unit/test-retry.c
tests_unit_test_retry_LDADD = src/libengine.a $(BASE_LIBS) $(CMOCKA_LIBS)
