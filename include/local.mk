# Contracts between directories. Not installed: there is no library for others.
noinst_HEADERS = \
	include/magikal/cleanup.h \
	include/magikal/clock.h \
	include/magikal/config.h \
	include/magikal/fault.h \
	include/magikal/gateway-conn.h \
	include/magikal/gateway.h \
	include/magikal/guild-settings.h \
	include/magikal/ipc.h \
	include/magikal/json.h \
	include/magikal/keys.h \
	include/magikal/limits.h \
	include/magikal/log.h \
	include/magikal/messages.def \
	include/magikal/ratelimit.h \
	include/magikal/rest.h \
	include/magikal/role.h \
	include/magikal/roles.def \
	include/magikal/secret.h \
	include/magikal/settings.def \
	include/magikal/skim.h \
	include/magikal/snowflake.h \
	include/magikal/store.h \
	include/magikal/strbuf.h \
	include/magikal/ticket.h \
	include/magikal/url.h
