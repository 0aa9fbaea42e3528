# The sandbox's page in a real browser
EXTRA_DIST += \
	tests/e2e/browser/bot.mjs \
	tests/e2e/browser/browser.mjs \
	tests/e2e/browser/package-lock.json \
	tests/e2e/browser/package.json \
	tests/e2e/browser/run.sh \
	tests/e2e/browser/sandbox.mjs \
	tests/e2e/browser/test-page.mjs

# Fetches the packages of tests/e2e/browser into the source tree; needs the npm registry
.PHONY: browser-tools e2e-browser
browser-tools:
	cd $(srcdir)/tests/e2e/browser && npm ci --no-audit --no-fund

e2e-browser: magikal-sandbox
	MAGIKAL_BUILD_DIR='$(abs_top_builddir)' MAGIKAL_SOURCE_DIR='$(abs_top_srcdir)' $(srcdir)/tests/e2e/browser/run.sh test-page.mjs
