# What the site of the game says about people and organisations: pages into structs, and the client that fetches them
noinst_LIBRARIES += src/librsi.a
src_librsi_a_CPPFLAGS = $(AM_CPPFLAGS) $(XML2_CFLAGS)
src_librsi_a_SOURCES = \
	src/rsi/rsi.c \
	src/rsi/rsi-cache.c src/rsi/rsi-cache.h \
	src/rsi/rsi-citizen.c \
	src/rsi/rsi-html.c src/rsi/rsi-html.h \
	src/rsi/rsi-name.c \
	src/rsi/rsi-organisation.c \
	src/rsi/rsi-pace.c src/rsi/rsi-pace.h \
	src/rsi/rsi-read.c src/rsi/rsi-read.h

# Of src/librest.a only curl in the event loop is needed
RSI_LIBS = src/librsi.a src/libdomain.a src/librest.a $(CURL_LIBS) $(XML2_LIBS)

RSI_TESTS = tests/unit/test-rsi tests/unit/test-rsi-cache tests/unit/test-rsi-name tests/unit/test-rsi-pace tests/unit/test-rsi-page
check_PROGRAMS += $(RSI_TESTS)
TESTS += $(RSI_TESTS)
EXTRA_DIST += tests/unit/rsi
tests_unit_test_rsi_SOURCES = tests/unit/test-rsi.c tests/lib/scripted-http.c tests/lib/scripted-http.h
tests_unit_test_rsi_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_rsi_LDADD = $(RSI_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_rsi_cache_SOURCES = tests/unit/test-rsi-cache.c
tests_unit_test_rsi_cache_LDADD = $(RSI_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_rsi_pace_SOURCES = tests/unit/test-rsi-pace.c
tests_unit_test_rsi_pace_LDADD = $(RSI_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_rsi_name_SOURCES = tests/unit/test-rsi-name.c
tests_unit_test_rsi_name_LDADD = $(RSI_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_rsi_page_SOURCES = tests/unit/test-rsi-page.c
tests_unit_test_rsi_page_LDADD = $(RSI_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
