# The guild inside the local Discord, and the program of both halves
noinst_LIBRARIES += src/libsandboxmodel.a
src_libsandboxmodel_a_SOURCES = \
	src/sandbox/model.c src/sandbox/model.h \
	src/sandbox/model-access.c \
	src/sandbox/model-act.c \
	src/sandbox/model-body.c \
	src/sandbox/model-callback.c \
	src/sandbox/model-channel.c \
	src/sandbox/model-command.c \
	src/sandbox/model-command-check.c \
	src/sandbox/model-component.c \
	src/sandbox/model-embed.c \
	src/sandbox/model-error.c \
	src/sandbox/model-followup.c \
	src/sandbox/model-form.c src/sandbox/model-form.h \
	src/sandbox/model-interaction.c \
	src/sandbox/model-invoke.c \
	src/sandbox/model-member.c \
	src/sandbox/model-message.c \
	src/sandbox/model-name.c src/sandbox/model-name.h \
	src/sandbox/model-nonce.c \
	src/sandbox/model-object.c \
	src/sandbox/model-overwrite.c \
	src/sandbox/model-permission.c src/sandbox/model-permission.h \
	src/sandbox/model-post.c \
	src/sandbox/model-seed.c \
	src/sandbox/model-self.c \
	src/sandbox/model-snapshot.c \
	src/sandbox/model-state.c \
	src/sandbox/model-submit.c \
	src/sandbox/model-table.c src/sandbox/model-table.h \
	src/sandbox/model-world.c \
	src/sandbox/routes.c

bin_PROGRAMS += magikal-sandbox
magikal_sandbox_SOURCES = src/sandbox/main.c
# Each half calls the other
magikal_sandbox_LDADD = src/libsandbox.a src/libsandboxmodel.a $(SANDBOX_LIBS)

MODEL_TESTS = tests/unit/test-sandbox-permission tests/unit/test-sandbox-interaction tests/unit/test-sandbox-rest
MODEL_TEST_LIBS = src/libsandboxmodel.a $(SANDBOX_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += $(MODEL_TESTS)
TESTS += $(MODEL_TESTS)
tests_unit_test_sandbox_permission_SOURCES = tests/unit/test-sandbox-permission.c
tests_unit_test_sandbox_permission_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_interaction_SOURCES = tests/unit/test-sandbox-interaction.c tests/unit/model-rig.c tests/unit/model-rig.h
tests_unit_test_sandbox_interaction_LDADD = $(MODEL_TEST_LIBS)
tests_unit_test_sandbox_rest_SOURCES = tests/unit/test-sandbox-rest.c tests/unit/model-rig.c tests/unit/model-rig.h
tests_unit_test_sandbox_rest_LDADD = $(MODEL_TEST_LIBS)
