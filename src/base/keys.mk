# Keys stand apart from src/libbase.a, so that what needs no keys needs no libsodium
noinst_LIBRARIES += src/libkeys.a
src_libkeys_a_SOURCES = src/base/keys.c

KEYS_LIBS = src/libkeys.a $(SODIUM_LIBS)

check_PROGRAMS += tests/unit/test-keys
TESTS += tests/unit/test-keys
tests_unit_test_keys_SOURCES = tests/unit/test-keys.c
tests_unit_test_keys_LDADD = $(KEYS_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
