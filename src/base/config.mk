# Settings and one-line secrets: apart from libbase, whose other users need neither inih nor libsodium
noinst_LIBRARIES += src/libconfig.a
src_libconfig_a_SOURCES = \
	src/base/config.c \
	src/base/config-type.c \
	src/base/config-type.h \
	src/base/secret.c

CONFIG_LIBS = src/libconfig.a $(INIH_LIBS) $(SODIUM_LIBS)

check_PROGRAMS += tests/unit/test-config tests/unit/test-secret tests/unit/test-url
TESTS += tests/unit/test-config tests/unit/test-secret tests/unit/test-url
tests_unit_test_config_SOURCES = tests/unit/test-config.c
tests_unit_test_config_LDADD = $(CONFIG_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_secret_SOURCES = tests/unit/test-secret.c
tests_unit_test_secret_LDADD = $(CONFIG_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_url_SOURCES = tests/unit/test-url.c
tests_unit_test_url_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
