# The guild inside the local Discord, and the program of both halves
noinst_LIBRARIES += src/libsandboxmodel.a
src_libsandboxmodel_a_SOURCES = \
	src/sandbox/model.c src/sandbox/model.h \
	src/sandbox/model-access.c \
	src/sandbox/model-act.c \
	src/sandbox/model-ban.c \
	src/sandbox/model-body.c \
	src/sandbox/model-callback.c \
	src/sandbox/model-channel.c \
	src/sandbox/model-command.c \
	src/sandbox/model-command-check.c \
	src/sandbox/model-component.c src/sandbox/model-component.h \
	src/sandbox/model-embed.c \
	src/sandbox/model-error.c \
	src/sandbox/model-followup.c \
	src/sandbox/model-form.c src/sandbox/model-form.h \
	src/sandbox/model-input.c \
	src/sandbox/model-interaction.c \
	src/sandbox/model-invoke.c \
	src/sandbox/model-lists.c \
	src/sandbox/model-member.c \
	src/sandbox/model-members.c \
	src/sandbox/model-menu.c \
	src/sandbox/model-message.c \
	src/sandbox/model-name.c src/sandbox/model-name.h \
	src/sandbox/model-nonce.c \
	src/sandbox/model-object.c \
	src/sandbox/model-overwrite.c \
	src/sandbox/model-people.c \
	src/sandbox/model-permission.c src/sandbox/model-permission.h \
	src/sandbox/model-post.c \
	src/sandbox/model-reaction.c \
	src/sandbox/model-role.c \
	src/sandbox/model-said.c \
	src/sandbox/model-scene.c \
	src/sandbox/model-seed.c \
	src/sandbox/model-self.c \
	src/sandbox/model-snapshot.c \
	src/sandbox/model-state.c \
	src/sandbox/model-submit.c \
	src/sandbox/model-table.c src/sandbox/model-table.h \
	src/sandbox/model-webhook.c \
	src/sandbox/model-world.c \
	src/sandbox/routes.c

bin_PROGRAMS += magikal-sandbox
magikal_sandbox_SOURCES = src/sandbox/main.c
# Each half calls the other
magikal_sandbox_LDADD = src/libsandbox.a src/libsandboxmodel.a $(SANDBOX_LIBS)

MODEL_TESTS = \
	tests/unit/test-sandbox-ban \
	tests/unit/test-sandbox-channel \
	tests/unit/test-sandbox-command \
	tests/unit/test-sandbox-interaction \
	tests/unit/test-sandbox-member \
	tests/unit/test-sandbox-message \
	tests/unit/test-sandbox-people \
	tests/unit/test-sandbox-permission \
	tests/unit/test-sandbox-reaction \
	tests/unit/test-sandbox-state \
	tests/unit/test-sandbox-table \
	tests/unit/test-sandbox-webhook
MODEL_TEST_LIBS = src/libsandboxmodel.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
MODEL_RIG = tests/unit/model-rig.c tests/unit/model-rig.h
check_PROGRAMS += $(MODEL_TESTS)
TESTS += $(MODEL_TESTS)
tests_unit_test_sandbox_channel_SOURCES = tests/unit/test-sandbox-channel.c $(MODEL_RIG)
tests_unit_test_sandbox_channel_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_command_SOURCES = tests/unit/test-sandbox-command.c $(MODEL_RIG)
tests_unit_test_sandbox_command_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_interaction_SOURCES = tests/unit/test-sandbox-interaction.c $(MODEL_RIG)
tests_unit_test_sandbox_interaction_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_member_SOURCES = tests/unit/test-sandbox-member.c $(MODEL_RIG)
tests_unit_test_sandbox_member_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_message_SOURCES = tests/unit/test-sandbox-message.c $(MODEL_RIG)
tests_unit_test_sandbox_message_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_people_SOURCES = tests/unit/test-sandbox-people.c $(MODEL_RIG)
tests_unit_test_sandbox_people_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_permission_SOURCES = tests/unit/test-sandbox-permission.c
tests_unit_test_sandbox_permission_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_reaction_SOURCES = tests/unit/test-sandbox-reaction.c $(MODEL_RIG)
tests_unit_test_sandbox_reaction_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_state_SOURCES = tests/unit/test-sandbox-state.c $(MODEL_RIG)
tests_unit_test_sandbox_state_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_table_SOURCES = tests/unit/test-sandbox-table.c
tests_unit_test_sandbox_table_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_webhook_SOURCES = tests/unit/test-sandbox-webhook.c $(MODEL_RIG)
tests_unit_test_sandbox_webhook_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_ban_SOURCES = tests/unit/test-sandbox-ban.c $(MODEL_RIG)
tests_unit_test_sandbox_ban_LDADD = $(MODEL_TEST_LIBS)
