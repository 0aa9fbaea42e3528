# Messages between our processes
noinst_LIBRARIES += src/libipc.a
src_libipc_a_SOURCES = src/ipc/channel.c src/ipc/message.c
IPC_LIBS = src/libipc.a $(NNG_LIBS)

check_PROGRAMS += tests/unit/test-message tests/unit/test-channel
TESTS += tests/unit/test-message tests/unit/test-channel
tests_unit_test_message_SOURCES = tests/unit/test-message.c
tests_unit_test_message_LDADD = $(IPC_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_channel_SOURCES = tests/unit/test-channel.c
tests_unit_test_channel_LDADD = $(IPC_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
