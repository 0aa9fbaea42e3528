# The daemon: every role in one binary
sbin_PROGRAMS += magikald
magikald_SOURCES = src/main.c src/base/wipe.c
magikald_LDADD = src/libsupervisor.a src/libworker.a src/libdoctor.a src/libeditor.a src/librole.a $(IPC_LIBS) \
	src/libengine.a src/libflows.a src/libengine.a $(VIEWS_LIBS) $(STORE_LIBS) $(GATEWAY_LIBS) $(RSI_LIBS) $(REST_LIBS) $(CONFIG_LIBS) $(KEYS_LIBS) $(BASE_LIBS)

TESTS += tests/unit/check-fault-points.sh
dist_check_SCRIPTS += tests/unit/check-fault-points.sh
