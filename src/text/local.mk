# Every sentence a person can read
noinst_LIBRARIES += src/libtext.a
src_libtext_a_SOURCES = src/text/text.c
EXTRA_DIST += src/text/de.def src/text/en.def

check_PROGRAMS += tests/unit/test-text
TESTS += tests/unit/test-text
tests_unit_test_text_SOURCES = tests/unit/test-text.c
tests_unit_test_text_LDADD = src/libtext.a $(BASE_LIBS) $(CMOCKA_LIBS)
