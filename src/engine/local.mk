# Crash-safe steps; knows no ticket
noinst_LIBRARIES += src/libengine.a
src_libengine_a_SOURCES = \
	src/engine/ack.c \
	src/engine/commit.c \
	src/engine/engine.c \
	src/engine/retry.c \
	src/engine/look-up.c \
	src/engine/run.c \
	src/engine/run.h \
	src/engine/step.c \
	src/engine/wait.c \
	src/engine/words.c

check_PROGRAMS += tests/unit/test-retry
TESTS += tests/unit/test-retry
tests_unit_test_retry_SOURCES = tests/unit/test-retry.c
tests_unit_test_retry_LDADD = src/libengine.a $(BASE_LIBS) $(CMOCKA_LIBS)

# The engine between a real PostgreSQL and a scripted Discord
ENGINE_TEST_SOURCES = tests/lib/engine-rig.c tests/lib/engine-rig.h tests/lib/scripted-http.c tests/lib/scripted-http.h
ENGINE_TEST_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -I$(top_srcdir)/tests/lib
ENGINE_TEST_LIBS = src/libengine.a $(REST_LIBS) $(STORE_TEST_LIBS)
check_PROGRAMS += tests/flow/test-engine tests/flow/test-engine-end tests/flow/test-engine-look-up tests/flow/test-engine-wait
TESTS += tests/flow/test-engine tests/flow/test-engine-end tests/flow/test-engine-look-up tests/flow/test-engine-wait
tests_flow_test_engine_SOURCES = tests/flow/test-engine.c $(ENGINE_TEST_SOURCES)
tests_flow_test_engine_CPPFLAGS = $(ENGINE_TEST_CPPFLAGS)
tests_flow_test_engine_LDADD = $(ENGINE_TEST_LIBS)
tests_flow_test_engine_end_SOURCES = tests/flow/test-engine-end.c $(ENGINE_TEST_SOURCES)
tests_flow_test_engine_end_CPPFLAGS = $(ENGINE_TEST_CPPFLAGS)
tests_flow_test_engine_end_LDADD = $(ENGINE_TEST_LIBS)
tests_flow_test_engine_look_up_SOURCES = tests/flow/test-engine-look-up.c $(ENGINE_TEST_SOURCES)
tests_flow_test_engine_look_up_CPPFLAGS = $(ENGINE_TEST_CPPFLAGS)
tests_flow_test_engine_look_up_LDADD = $(ENGINE_TEST_LIBS)
tests_flow_test_engine_wait_SOURCES = tests/flow/test-engine-wait.c $(ENGINE_TEST_SOURCES)
tests_flow_test_engine_wait_CPPFLAGS = $(ENGINE_TEST_CPPFLAGS)
tests_flow_test_engine_wait_LDADD = $(ENGINE_TEST_LIBS)
