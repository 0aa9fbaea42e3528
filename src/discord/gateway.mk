# The gateway: session state machine and the socket under it
noinst_LIBRARIES += src/libgateway.a
src_libgateway_a_SOURCES = \
	src/discord/close-code.c \
	src/discord/close-code.h \
	src/discord/gateway.c \
	src/discord/skim.c \
	src/discord/zlib-stream.c \
	src/discord/zlib-stream.h

# The token is a Secret, so the settings' library comes along
GATEWAY_LIBS = src/libgateway.a $(CURL_LIBS) $(WSLAY_LIBS) $(ZLIB_LIBS) $(CONFIG_LIBS)

check_PROGRAMS += tests/unit/test-gateway tests/unit/test-skim
TESTS += tests/unit/test-gateway tests/unit/test-skim
tests_unit_test_gateway_SOURCES = tests/unit/test-gateway.c
tests_unit_test_gateway_LDADD = $(GATEWAY_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_skim_SOURCES = tests/unit/test-skim.c
tests_unit_test_skim_LDADD = $(GATEWAY_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
