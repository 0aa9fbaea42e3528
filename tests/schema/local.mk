# The sandbox's traffic judged by Discord's own description: validate.mjs TRAFFIC.jsonl
# named by their place in the source: the copies in the build tree have the same names below it, and make would take those
SCHEMA_JUDGE = \
	$(srcdir)/tests/schema/check.mjs \
	$(srcdir)/tests/schema/description.mjs \
	$(srcdir)/tests/schema/events.mjs \
	$(srcdir)/tests/schema/exceptions.mjs \
	$(srcdir)/tests/schema/judge.mjs \
	$(srcdir)/tests/schema/package-lock.json \
	$(srcdir)/tests/schema/package.json \
	$(srcdir)/tests/schema/test-validate.mjs \
	$(srcdir)/tests/schema/validate.mjs
TESTS += tests/schema/test-validate.sh
dist_check_SCRIPTS += tests/schema/test-validate.sh
EXTRA_DIST += $(SCHEMA_JUDGE)

# Node looks for packages beside the file that wants them, and they belong in the build tree: so the judge is copied there
check_DATA += tests/schema/judge.stamp
tests/schema/judge.stamp: $(SCHEMA_JUDGE)
	$(AM_V_GEN)$(MKDIR_P) tests/schema && \
	{ test '$(abs_srcdir)' = '$(abs_builddir)' || cp -f $(SCHEMA_JUDGE) tests/schema; } && \
	chmod u+w tests/schema/*.* && touch $@

# Fetches its packages; needs the npm registry
.PHONY: schema-tools
schema-tools: tests/schema/node_modules/.package-lock.json
tests/schema/node_modules/.package-lock.json: $(srcdir)/tests/schema/package-lock.json
	$(AM_V_at)$(MAKE) $(AM_MAKEFLAGS) tests/schema/judge.stamp
	cd tests/schema && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json

CLEANFILES += tests/schema/judge.stamp
clean-local: clean-schema
distclean-local: distclean-schema
.PHONY: clean-schema distclean-schema
clean-schema:
	test '$(abs_srcdir)' = '$(abs_builddir)' || rm -f tests/schema/*.mjs tests/schema/package.json tests/schema/package-lock.json
distclean-schema:
	rm -rf tests/schema/node_modules
