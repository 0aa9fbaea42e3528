# Tests that belong to no single directory
include tests/schema/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
include tests/clients/local.mk

TESTS += tests/unit/check-includes.sh tests/unit/check-shell.sh tests/unit/check-sentences.py
dist_check_SCRIPTS += tests/unit/check-includes.sh tests/unit/check-shell.sh tests/unit/check-sentences.py
EXTRA_DIST += tests/lib/python.sh tests/lib/leaks.supp

# The whole system: each with its own PostgreSQL, sandbox and daemon
E2E_TESTS = \
	tests/fault/test-kill.sh \
	tests/e2e/test-contract.py \
	tests/e2e/test-support.py \
	tests/e2e/test-mended.py tests/e2e/test-doctor.py tests/e2e/test-audit.py \
	tests/e2e/test-languages.py \
	tests/e2e/test-recruit.py \
	tests/e2e/test-recruit-decide.py \
	tests/e2e/test-recruit-ends.py \
	tests/e2e/test-recruit-step1.py \
	tests/e2e/test-recruit-settings.py \
	tests/e2e/test-recruit-trouble.py \
	tests/e2e/test-recruit-world.py \
	tests/e2e/test-commands.py \
	tests/e2e/test-privacy.py \
	tests/e2e/test-permissions.py \
	tests/e2e/test-overflow.py \
	tests/e2e/test-guilds.py \
	tests/e2e/test-tour.py \
	tests/e2e/test-demo.py
SLOW_TESTS += $(E2E_TESTS)
dist_check_SCRIPTS += $(E2E_TESTS)
EXTRA_DIST += \
	tests/e2e/contract.py \
	tests/e2e/coverage.py \
	tests/e2e/recruitstory.py \
	tests/e2e/storyteller.py \
	tests/e2e/supportstory.py \
	tests/e2e/tour.py \
	tests/fault/matrix.py \
	tests/fault/recruitment.py \
	tests/lib/postgres.py \
	tests/lib/recruit.py \
	tests/lib/stack.py \
	tests/lib/wirebot.py

# Tables that tests have printed, when all of them are over
check-local: check-TESTS
	@sed -n 's/^#| //p' $(TEST_LOGS) /dev/null

# A process dies at every point that the daemon lists
FAULT_JOBS = 6
.PHONY: fault-matrix
fault-matrix: all tests/schema/judge.stamp
	$(AM_TESTS_ENVIRONMENT) $(PYTHON) $(srcdir)/tests/fault/matrix.py --jobs $(FAULT_JOBS) $(FAULT_POINTS)

# What the sandbox serves and what of it was judged, into the source tree; needs the packages of "make schema-tools"
.PHONY: sandbox-coverage
sandbox-coverage: all tests/schema/judge.stamp
	$(AM_TESTS_ENVIRONMENT) $(PYTHON) $(srcdir)/tests/e2e/test-contract.py --write

# One line of defence less: which test sees it?
EXTRA_DIST += tests/fault/mutations.sh
.PHONY: mutations
mutations:
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/fault/mutations.sh $(MUTATIONS)

include tests/e2e/browser/local.mk
include tests/e2e/systemd/local.mk
