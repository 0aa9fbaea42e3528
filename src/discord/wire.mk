# Codecs: interactions, components, custom ids, permissions, commands
noinst_LIBRARIES += src/libwire.a
src_libwire_a_SOURCES = \
	src/discord/command.c \
	src/discord/component.c \
	src/discord/custom-id.c \
	src/discord/cut.c \
	src/discord/embed.c \
	src/discord/interaction.c \
	src/discord/permission.c

WIRE_LIBS = src/libwire.a $(KEYS_LIBS)

WIRE_TESTS = tests/unit/test-command tests/unit/test-custom-id tests/unit/test-embed tests/unit/test-interaction tests/unit/test-permission
check_PROGRAMS += $(WIRE_TESTS)
TESTS += $(WIRE_TESTS)
WIRE_TEST_LIBS = $(WIRE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_command_SOURCES = tests/unit/test-command.c
tests_unit_test_command_LDADD = src/libtext.a $(WIRE_TEST_LIBS)
tests_unit_test_custom_id_SOURCES = tests/unit/test-custom-id.c tests/lib/known-keys.h
tests_unit_test_custom_id_LDADD = $(WIRE_TEST_LIBS)
tests_unit_test_embed_SOURCES = tests/unit/test-embed.c
tests_unit_test_embed_LDADD = $(WIRE_TEST_LIBS)
tests_unit_test_interaction_SOURCES = tests/unit/test-interaction.c
tests_unit_test_interaction_LDADD = $(WIRE_TEST_LIBS)
tests_unit_test_permission_SOURCES = tests/unit/test-permission.c
tests_unit_test_permission_LDADD = $(WIRE_TEST_LIBS)
