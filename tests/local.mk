# Tests that belong to no single directory
include tests/schema/local.mk
