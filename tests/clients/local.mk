# Bots of libraries that we did not write, against the sandbox: make client-tools once, then make real-clients
EXTRA_DIST += \
	tests/clients/address.mjs \
	tests/clients/bot.mjs \
	tests/clients/bot.py \
	tests/clients/bots.py \
	tests/clients/clients.py \
	tests/clients/core.mjs \
	tests/clients/discordeno.mjs \
	tests/clients/example.py \
	tests/clients/examples.py \
	tests/clients/oceanic.mjs \
	tests/clients/package-lock.json \
	tests/clients/package.json \
	tests/clients/plain.py

# The sandbox's page of documentation; here with a bot that needs no library, below with those that the page names
TESTS += tests/clients/test-docs.py
dist_check_SCRIPTS += tests/clients/test-docs.py

# Fetches the libraries into the source tree; needs the npm registry. discord.py is Debian's python3-discord, its examples come with
# python-discord-doc. CLIENTS: those to play, all when it is empty
.PHONY: client-tools real-clients
client-tools:
	cd $(srcdir)/tests/clients && npm ci --omit=dev --no-audit --no-fund

real-clients: magikal-sandbox$(EXEEXT) tests/schema/judge.stamp
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/lib/python.sh $(srcdir)/tests/clients/clients.py $(CLIENTS)
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/lib/python.sh $(srcdir)/tests/clients/test-docs.py js py
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/lib/python.sh $(srcdir)/tests/clients/examples.py
