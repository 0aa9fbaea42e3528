include src/sandbox/web.mk
include src/sandbox/model.mk

# The local Discord. The transport, then the model (model-*.c, routes.c).
noinst_LIBRARIES += src/libsandbox.a
src_libsandbox_a_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(ZLIB_CFLAGS) -DWEB_DIR='"$(pkgdatadir)/sandbox"'
src_libsandbox_a_SOURCES = \
	src/sandbox/buckets.c src/sandbox/buckets.h \
	src/sandbox/control.c \
	src/sandbox/error-code.c \
	src/sandbox/exact-json.c \
	src/sandbox/faults.c src/sandbox/faults.h \
	src/sandbox/files.c \
	src/sandbox/gateway.c src/sandbox/gateway.h src/sandbox/gateway-private.h \
	src/sandbox/gateway-order.c \
	src/sandbox/http.c src/sandbox/http.h \
	src/sandbox/journal.c src/sandbox/journal.h \
	src/sandbox/multipart.c \
	src/sandbox/pages.c src/sandbox/pages.h \
	src/sandbox/reply.c \
	src/sandbox/request.c src/sandbox/request.h \
	src/sandbox/rest.c \
	src/sandbox/rsi.c \
	src/sandbox/rsi-page.c src/sandbox/rsi-page.h \
	src/sandbox/rsi-people.c \
	src/sandbox/sandbox.c src/sandbox/sandbox.h \
	src/sandbox/scenes.c src/sandbox/scenes.h \
	src/sandbox/server.h \
	src/sandbox/session.c src/sandbox/session.h \
	src/sandbox/text-log.c src/sandbox/text-log.h \
	src/sandbox/timer.c \
	src/sandbox/uploads.c src/sandbox/uploads.h \
	src/sandbox/websocket.c src/sandbox/websocket.h

SANDBOX_LIBS = src/libsandbox.a $(BASE_LIBS) $(MICROHTTPD_LIBS) $(WSLAY_LIBS) $(ZLIB_LIBS) -lm

SANDBOX_TESTS = tests/unit/test-sandbox-gateway tests/unit/test-sandbox-http tests/unit/test-sandbox-json tests/unit/test-sandbox-rsi \
	tests/unit/test-sandbox-scenes tests/unit/test-sandbox-uploads
check_PROGRAMS += $(SANDBOX_TESTS)
TESTS += $(SANDBOX_TESTS)
SANDBOX_RIG = tests/unit/sandbox-rig.c tests/unit/sandbox-rig.h
tests_unit_test_sandbox_gateway_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_sandbox_gateway_SOURCES = tests/unit/test-sandbox-gateway.c $(SANDBOX_RIG)
tests_unit_test_sandbox_gateway_LDADD = $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_unit_test_sandbox_http_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_sandbox_http_SOURCES = tests/unit/test-sandbox-http.c $(SANDBOX_RIG)
tests_unit_test_sandbox_http_LDADD = $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_unit_test_sandbox_json_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/src
tests_unit_test_sandbox_json_SOURCES = tests/unit/test-sandbox-json.c
tests_unit_test_sandbox_json_LDADD = $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_unit_test_sandbox_uploads_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_sandbox_uploads_SOURCES = tests/unit/test-sandbox-uploads.c $(SANDBOX_RIG)
tests_unit_test_sandbox_uploads_LDADD = $(SANDBOX_LIBS) $(CMOCKA_LIBS)
# The pages are judged by the daemon's parsers, which share nothing with what makes them
tests_unit_test_sandbox_rsi_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_sandbox_rsi_SOURCES = tests/unit/test-sandbox-rsi.c $(SANDBOX_RIG)
tests_unit_test_sandbox_rsi_LDADD = $(SANDBOX_LIBS) $(RSI_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_sandbox_scenes_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_sandbox_scenes_SOURCES = tests/unit/test-sandbox-scenes.c $(SANDBOX_RIG)
tests_unit_test_sandbox_scenes_LDADD = $(SANDBOX_LIBS) $(CMOCKA_LIBS)
