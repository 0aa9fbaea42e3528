# The sandbox's page in a real browser
EXTRA_DIST += \
	tests/e2e/browser/behind.py \
	tests/e2e/browser/bot.mjs \
	tests/e2e/browser/browser.mjs \
	tests/e2e/browser/daemon.mjs \
	tests/e2e/browser/keys.mjs \
	tests/e2e/browser/package-lock.json \
	tests/e2e/browser/package.json \
	tests/e2e/browser/run.sh \
	tests/e2e/browser/sandbox.mjs \
	tests/e2e/browser/stage.mjs \
	tests/e2e/browser/story-recruit.mjs \
	tests/e2e/browser/story-support.mjs \
	tests/e2e/browser/story.py \
	tests/e2e/browser/tap.mjs \
	tests/e2e/browser/test-behind.mjs \
	tests/e2e/browser/test-faults.mjs \
	tests/e2e/browser/test-keyboard.mjs \
	tests/e2e/browser/test-page.mjs \
	tests/e2e/browser/test-story.mjs

# Fetches the packages of tests/e2e/browser into the source tree; needs the npm registry
.PHONY: browser-tools e2e-browser screenshots
browser-tools:
	cd $(srcdir)/tests/e2e/browser && npm ci --no-audit --no-fund

BROWSER_ENVIRONMENT = MAGIKAL_BUILD_DIR='$(abs_top_builddir)' MAGIKAL_SOURCE_DIR='$(abs_top_srcdir)' MAGIKAL_PG_BINDIR='$(PG_BINDIR)'

e2e-browser: all tests/schema/judge.stamp
	$(BROWSER_ENVIRONMENT) $(srcdir)/tests/e2e/browser/run.sh test-page.mjs
	$(BROWSER_ENVIRONMENT) $(srcdir)/tests/e2e/browser/run.sh test-story.mjs
	$(BROWSER_ENVIRONMENT) $(srcdir)/tests/e2e/browser/run.sh test-keyboard.mjs
	$(BROWSER_ENVIRONMENT) $(srcdir)/tests/e2e/browser/run.sh test-faults.mjs
	$(BROWSER_ENVIRONMENT) $(srcdir)/tests/e2e/browser/run.sh behind.py

# The same story, and its pictures for the documentation
screenshots: all tests/schema/judge.stamp
	$(MKDIR_P) $(srcdir)/docs/screenshots
	$(BROWSER_ENVIRONMENT) MAGIKAL_SCREENSHOTS='$(abs_top_srcdir)/docs/screenshots' $(srcdir)/tests/e2e/browser/run.sh test-story.mjs
	$(BROWSER_ENVIRONMENT) MAGIKAL_SCREENSHOTS='$(abs_top_srcdir)/docs/screenshots' $(srcdir)/tests/e2e/browser/run.sh behind.py

EXTRA_DIST += \
	docs/screenshots/answer.png \
	docs/screenshots/behind.png \
	docs/screenshots/behind-narrow.png \
	docs/screenshots/command.png \
	docs/screenshots/dm.png \
	docs/screenshots/fault.png \
	docs/screenshots/form.png \
	docs/screenshots/log.png \
	docs/screenshots/panel.png \
	docs/screenshots/record.png \
	docs/screenshots/records.png \
	docs/screenshots/recruit-approved.png \
	docs/screenshots/recruit-dm-narrow.png \
	docs/screenshots/recruit-finalise.png \
	docs/screenshots/recruit-fix.png \
	docs/screenshots/recruit-panel.png \
	docs/screenshots/recruit-qna.png \
	docs/screenshots/recruit-reject.png \
	docs/screenshots/recruit-step1.png \
	docs/screenshots/recruit-ticket.png \
	docs/screenshots/recruit-ticket-narrow.png \
	docs/screenshots/resolve-narrow.png \
	docs/screenshots/ticket.png \
	docs/screenshots/ticket-narrow.png
