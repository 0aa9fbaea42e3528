# The page of the sandbox: served as it stands, no build step
sandboxwebdir = $(pkgdatadir)/sandbox
dist_sandboxweb_DATA = \
	src/sandbox/web/acting.js \
	src/sandbox/web/api.js \
	src/sandbox/web/app.js \
	src/sandbox/web/attachments.js \
	src/sandbox/web/behind-story.js \
	src/sandbox/web/behind.css \
	src/sandbox/web/behind.js \
	src/sandbox/web/channels.js \
	src/sandbox/web/colours.js \
	src/sandbox/web/command-line.js \
	src/sandbox/web/commands.js \
	src/sandbox/web/components.js \
	src/sandbox/web/composer.js \
	src/sandbox/web/dom.js \
	src/sandbox/web/effects.js \
	src/sandbox/web/embed.js \
	src/sandbox/web/faults.js \
	src/sandbox/web/format.js \
	src/sandbox/web/forms.css \
	src/sandbox/web/guild.js \
	src/sandbox/web/icon.svg \
	src/sandbox/web/index.html \
	src/sandbox/web/inputs.js \
	src/sandbox/web/markdown.js \
	src/sandbox/web/members.js \
	src/sandbox/web/message.js \
	src/sandbox/web/messages.css \
	src/sandbox/web/messages.js \
	src/sandbox/web/modal.js \
	src/sandbox/web/names.js \
	src/sandbox/web/options.js \
	src/sandbox/web/pane.js \
	src/sandbox/web/people.js \
	src/sandbox/web/permissions.js \
	src/sandbox/web/person.js \
	src/sandbox/web/reactions.js \
	src/sandbox/web/select.js \
	src/sandbox/web/style.css \
	src/sandbox/web/suggestions.js \
	src/sandbox/web/tools.css \
	src/sandbox/web/world.js
