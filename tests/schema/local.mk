# The sandbox's traffic judged by Discord's own description: validate.mjs TRAFFIC.jsonl
TESTS += tests/schema/test-validate.sh
EXTRA_DIST += \
	tests/schema/description.mjs \
	tests/schema/judge.mjs \
	tests/schema/package-lock.json \
	tests/schema/package.json \
	tests/schema/test-validate.mjs \
	tests/schema/test-validate.sh \
	tests/schema/validate.mjs

# Fetches the packages of tests/schema into the source tree; the only target that needs a registry
.PHONY: schema-tools
schema-tools:
	cd $(srcdir)/tests/schema && npm ci --no-audit --no-fund
