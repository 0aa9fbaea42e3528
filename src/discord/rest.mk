# REST: routes, error codes, shared rate limits, requests
noinst_LIBRARIES += src/librest.a
src_librest_a_SOURCES = \
	src/discord/curl-loop.c \
	src/discord/error-code.c src/discord/error-code.h \
	src/discord/ratelimit.c \
	src/discord/rest.c \
	src/discord/rest-reply.c src/discord/rest-reply.h \
	src/discord/route.c src/discord/route.h
REST_LIBS = src/librest.a $(CURL_LIBS) -lpthread

check_PROGRAMS += tests/unit/test-ratelimit tests/unit/test-route tests/unit/test-error-code
TESTS += tests/unit/test-ratelimit tests/unit/test-route tests/unit/test-error-code
tests_unit_test_ratelimit_SOURCES = tests/unit/test-ratelimit.c
tests_unit_test_ratelimit_LDADD = $(REST_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_route_SOURCES = tests/unit/test-route.c
tests_unit_test_route_LDADD = $(REST_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_error_code_SOURCES = tests/unit/test-error-code.c
tests_unit_test_error_code_LDADD = $(REST_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test-rest
TESTS += tests/unit/test-rest
tests_unit_test_rest_SOURCES = tests/unit/test-rest.c tests/lib/scripted-http.c tests/lib/scripted-http.h
tests_unit_test_rest_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_rest_LDADD = $(REST_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
