# Bots of libraries that we did not write, against the sandbox: make client-tools once, then make real-clients
EXTRA_DIST += \
	tests/clients/bot.mjs \
	tests/clients/bot.py \
	tests/clients/clients.py \
	tests/clients/package-lock.json \
	tests/clients/package.json

# Fetches discord.js into the source tree; needs the npm registry. discord.py is Debian's python3-discord
.PHONY: client-tools real-clients
client-tools:
	cd $(srcdir)/tests/clients && npm ci --omit=dev --no-audit --no-fund

real-clients: src/magikal-sandbox
	MAGIKAL_BUILD_DIR='$(abs_top_builddir)' MAGIKAL_SOURCE_DIR='$(abs_top_srcdir)' $(srcdir)/tests/lib/python.sh $(srcdir)/tests/clients/clients.py $(CLIENTS)
