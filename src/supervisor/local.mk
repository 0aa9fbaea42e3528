# The supervisor: owns the gateway and the children
noinst_LIBRARIES += src/libsupervisor.a
src_libsupervisor_a_SOURCES = \
	src/supervisor/dispatch.c src/supervisor/dispatch.h \
	src/supervisor/notify.c src/supervisor/notify.h \
	src/supervisor/pool.c src/supervisor/pool.h \
	src/supervisor/shard.c src/supervisor/shard.h \
	src/supervisor/children.c src/supervisor/control.c src/supervisor/facts.c src/supervisor/intake.c src/supervisor/intake.h \
	src/supervisor/lifecycle.c src/supervisor/supervisor.c src/supervisor/supervisor.h src/supervisor/upkeep.c \
	src/supervisor/restart-policy.c src/supervisor/restart-policy.h \
	src/supervisor/watch.c src/supervisor/watch.h src/supervisor/watching.c

SUPERVISOR_TESTS = tests/unit/test-dispatch tests/unit/test-intake tests/unit/test-notify tests/unit/test-pool tests/unit/test-restart-policy \
	tests/unit/test-watch
check_PROGRAMS += $(SUPERVISOR_TESTS)
TESTS += $(SUPERVISOR_TESTS) tests/e2e/test-supervision.py tests/e2e/test-watch.py
dist_check_SCRIPTS += tests/e2e/test-supervision.py tests/e2e/test-watch.py
tests_unit_test_dispatch_SOURCES = tests/unit/test-dispatch.c
tests_unit_test_dispatch_LDADD = src/libsupervisor.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_restart_policy_SOURCES = tests/unit/test-restart-policy.c
tests_unit_test_restart_policy_LDADD = src/libsupervisor.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_intake_SOURCES = tests/unit/test-intake.c
tests_unit_test_intake_LDADD = src/libsupervisor.a $(GATEWAY_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_notify_SOURCES = tests/unit/test-notify.c
tests_unit_test_notify_LDADD = src/libsupervisor.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_pool_SOURCES = tests/unit/test-pool.c
tests_unit_test_pool_LDADD = src/libsupervisor.a src/librole.a $(IPC_LIBS) $(REST_LIBS) $(KEYS_LIBS) $(CONFIG_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_watch_SOURCES = tests/unit/test-watch.c
tests_unit_test_watch_LDADD = src/libsupervisor.a $(IPC_LIBS) $(REST_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
