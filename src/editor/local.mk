# The one process that edits posted messages
noinst_LIBRARIES += src/libeditor.a
src_libeditor_a_SOURCES = \
	src/editor/debounce.c \
	src/editor/debounce.h \
	src/editor/editor.c \
	src/editor/edits.c \
	src/editor/edits.h
check_PROGRAMS += tests/unit/test-debounce tests/flow/test-editor
TESTS += tests/unit/test-debounce tests/flow/test-editor
tests_unit_test_debounce_SOURCES = tests/unit/test-debounce.c
tests_unit_test_debounce_LDADD = src/libeditor.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_flow_test_editor_SOURCES = tests/flow/test-editor.c tests/lib/scripted-http.c tests/lib/scripted-http.h
tests_flow_test_editor_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests -I$(top_srcdir)/tests/lib
tests_flow_test_editor_LDADD = src/libeditor.a $(REST_LIBS) $(STORE_TEST_LIBS)

# The editor as a process: needs the daemon, the sandbox and PostgreSQL
check_PROGRAMS += tests/lib/want
tests_lib_want_SOURCES = tests/lib/want.c
tests_lib_want_LDADD = $(STORE_LIBS) $(BASE_LIBS)
SLOW_TESTS += tests/e2e/test-editor.py
dist_check_SCRIPTS += tests/e2e/test-editor.py
