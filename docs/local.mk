# Man pages; without scdoc there are none. The documents keep their places to each other when installed, so that their links lead somewhere.

page_sources = docs/magikald.8.scd docs/magikald.conf.5.scd.in docs/magikalctl.8.scd docs/magikal-sandbox.1.scd
EXTRA_DIST += $(page_sources) docs/settings.awk docs/commands.awk

if HAVE_SCDOC
nodist_man_MANS = docs/magikald.8 docs/magikald.conf.5 docs/magikalctl.8 docs/magikal-sandbox.1
CLEANFILES += $(nodist_man_MANS) docs/magikald.conf.5.scd docs/settings.scd
endif

RUN_SCDOC = $(AM_V_GEN)$(MKDIR_P) $(@D) && $(SCDOC)

docs/magikald.8: docs/magikald.8.scd
	$(RUN_SCDOC) <$(srcdir)/docs/magikald.8.scd >$@.tmp && mv $@.tmp $@
docs/magikalctl.8: docs/magikalctl.8.scd
	$(RUN_SCDOC) <$(srcdir)/docs/magikalctl.8.scd >$@.tmp && mv $@.tmp $@
docs/magikal-sandbox.1: docs/magikal-sandbox.1.scd
	$(RUN_SCDOC) <$(srcdir)/docs/magikal-sandbox.1.scd >$@.tmp && mv $@.tmp $@

# The settings come from the one table that the program reads
docs/magikald.conf.5: docs/magikald.conf.5.scd.in docs/settings.awk include/magikal/settings.def
	$(AM_V_at)$(MKDIR_P) $(@D) && $(AWK) -f $(srcdir)/docs/settings.awk $(srcdir)/include/magikal/settings.def >docs/settings.scd
	$(AM_V_at)sed -e '/^@SETTINGS@$$/{' -e 'r docs/settings.scd' -e 'd' -e '}' $(srcdir)/docs/magikald.conf.5.scd.in >docs/magikald.conf.5.scd
	$(RUN_SCDOC) <docs/magikald.conf.5.scd >$@.tmp && mv $@.tmp $@

# What can be typed, from the tables that the program reads; check-docs.sh compares
COMMAND_TABLES = src/domain/policy.c src/worker/controls.c src/text/de.def include/magikal/commands.def
.PHONY: docs-commands
docs-commands:
	$(AM_V_GEN)cd $(srcdir) && $(AWK) -f docs/commands.awk $(COMMAND_TABLES) >docs/commands.md.tmp && mv docs/commands.md.tmp docs/commands.md

guidesdir = $(docdir)/docs
dist_guides_DATA = docs/administrator.md docs/architecture.md docs/commands.md docs/operator.md docs/press.svg docs/sandbox.md docs/sandbox-coverage.md docs/source-tour.md
screenshotsdir = $(guidesdir)/screenshots
dist_screenshots_DATA = docs/screenshots/record.png docs/screenshots/recruit-ticket.png docs/screenshots/ticket.png
dist_doc_DATA += README.md CHANGELOG.md CONTRIBUTING.md LICENSE

TESTS += tests/unit/check-docs.sh tests/unit/check-tour.sh
dist_check_SCRIPTS += tests/unit/check-docs.sh tests/unit/check-tour.sh
