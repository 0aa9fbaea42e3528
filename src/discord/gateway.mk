# The gateway: session state machine and the socket under it
noinst_LIBRARIES += src/libgateway.a
src_libgateway_a_SOURCES = \
	src/discord/close-code.c \
	src/discord/close-code.h \
	src/discord/gateway.c \
	src/discord/gateway-conn.c \
	src/discord/gateway-session.c \
	src/discord/gateway-session.h \
	src/discord/skim.c \
	src/discord/websocket-handshake.c \
	src/discord/websocket-handshake.h \
	src/discord/zlib-stream.c \
	src/discord/zlib-stream.h

# The token is a Secret, so the settings' library comes along
GATEWAY_LIBS = src/libgateway.a $(CURL_LIBS) $(WSLAY_LIBS) $(ZLIB_LIBS) $(CONFIG_LIBS)

check_PROGRAMS += tests/unit/test-gateway tests/unit/test-gateway-conn tests/unit/test-skim tests/unit/test-websocket-handshake
TESTS += tests/unit/test-gateway tests/unit/test-gateway-conn tests/unit/test-skim tests/unit/test-websocket-handshake
tests_unit_test_gateway_SOURCES = tests/unit/test-gateway.c
tests_unit_test_gateway_LDADD = $(GATEWAY_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_gateway_conn_SOURCES = tests/unit/test-gateway-conn.c
tests_unit_test_gateway_conn_LDADD = $(GATEWAY_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_websocket_handshake_SOURCES = tests/unit/test-websocket-handshake.c
tests_unit_test_websocket_handshake_LDADD = $(GATEWAY_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_skim_SOURCES = tests/unit/test-skim.c
tests_unit_test_skim_LDADD = $(GATEWAY_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
