# Tests that belong to no single directory
include tests/schema/local.mk
include tests/fuzz/local.mk

TESTS += tests/unit/check-includes.sh
dist_check_SCRIPTS += tests/unit/check-includes.sh
include tests/e2e/browser/local.mk
include tests/e2e/systemd/local.mk
