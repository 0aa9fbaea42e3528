# The supervisor: owns the gateway and the children
noinst_LIBRARIES += src/libsupervisor.a
src_libsupervisor_a_SOURCES = \
	src/supervisor/dispatch.c src/supervisor/dispatch.h \
	src/supervisor/pool.c src/supervisor/pool.h \
	src/supervisor/shard.c src/supervisor/shard.h \
	src/supervisor/children.c src/supervisor/control.c src/supervisor/facts.c src/supervisor/intake.c src/supervisor/intake.h \
	src/supervisor/lifecycle.c src/supervisor/supervisor.c src/supervisor/supervisor.h src/supervisor/upkeep.c \
	src/supervisor/restart-policy.c src/supervisor/restart-policy.h

check_PROGRAMS += tests/unit/test-dispatch tests/unit/test-restart-policy
TESTS += tests/unit/test-dispatch tests/unit/test-restart-policy
tests_unit_test_dispatch_SOURCES = tests/unit/test-dispatch.c
tests_unit_test_dispatch_LDADD = src/libsupervisor.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_restart_policy_SOURCES = tests/unit/test-restart-policy.c
tests_unit_test_restart_policy_LDADD = src/libsupervisor.a $(BASE_LIBS) $(CMOCKA_LIBS)
