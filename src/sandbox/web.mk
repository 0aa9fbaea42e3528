# The page of the sandbox: served as it stands, no build step
sandboxwebdir = $(pkgdatadir)/sandbox
dist_sandboxweb_DATA = \
	src/sandbox/web/api.js \
	src/sandbox/web/app.js \
	src/sandbox/web/commands.js \
	src/sandbox/web/components.js \
	src/sandbox/web/composer.js \
	src/sandbox/web/dom.js \
	src/sandbox/web/format.js \
	src/sandbox/web/icon.svg \
	src/sandbox/web/index.html \
	src/sandbox/web/markdown.js \
	src/sandbox/web/messages.js \
	src/sandbox/web/modal.js \
	src/sandbox/web/permissions.js \
	src/sandbox/web/select.js \
	src/sandbox/web/sidebar.js \
	src/sandbox/web/style.css \
	src/sandbox/web/tools.js \
	src/sandbox/web/world.js
