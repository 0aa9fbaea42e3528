# Struct → JSON: every message people see
noinst_LIBRARIES += src/libviews.a
src_libviews_a_SOURCES = \
	src/views/view-answers.c \
	src/views/view-application.c \
	src/views/view-application.h \
	src/views/view-audit.c \
	src/views/view-doctor.c \
	src/views/view-log.c \
	src/views/view-message.c \
	src/views/view-message.h \
	src/views/view-modal.c \
	src/views/view-notice.c \
	src/views/view-panel.c \
	src/views/view-person.c \
	src/views/view-qna.c \
	src/views/view-record.c \
	src/views/view-recruit-ask.c \
	src/views/view-recruit-log.c \
	src/views/view-recruit-modal.c \
	src/views/view-recruit-panel.c \
	src/views/view-recruit-settings.c \
	src/views/view-recruit-ticket.c \
	src/views/view-settings.c \
	src/views/view-ticket.c

# What a program needs that shows something, in the linker's order
VIEWS_LIBS = src/libviews.a src/libdomain.a src/libtext.a $(WIRE_LIBS)

check_PROGRAMS += tests/unit/test-views tests/unit/test-views-config tests/unit/test-views-recruit
TESTS += tests/unit/test-views tests/unit/test-views-config tests/unit/test-views-recruit
tests_unit_test_views_SOURCES = tests/unit/test-views.c tests/unit/views-rig.c tests/unit/views-rig.h
tests_unit_test_views_LDADD = $(VIEWS_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_views_config_SOURCES = tests/unit/test-views-config.c tests/unit/views-rig.c tests/unit/views-rig.h
tests_unit_test_views_config_LDADD = $(VIEWS_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_views_recruit_SOURCES = tests/unit/test-views-recruit.c tests/unit/views-rig.c tests/unit/views-rig.h
tests_unit_test_views_recruit_LDADD = $(VIEWS_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
# The same in German
check_PROGRAMS += tests/unit/test-views-de tests/unit/test-views-config-de tests/unit/test-views-recruit-de
TESTS += tests/unit/test-views-de tests/unit/test-views-config-de tests/unit/test-views-recruit-de
tests_unit_test_views_de_SOURCES = $(tests_unit_test_views_SOURCES)
tests_unit_test_views_de_CPPFLAGS = $(AM_CPPFLAGS) -DTEST_LANG=LANG_DE
tests_unit_test_views_de_LDADD = $(tests_unit_test_views_LDADD)
tests_unit_test_views_config_de_SOURCES = $(tests_unit_test_views_config_SOURCES)
tests_unit_test_views_config_de_CPPFLAGS = $(AM_CPPFLAGS) -DTEST_LANG=LANG_DE
tests_unit_test_views_config_de_LDADD = $(tests_unit_test_views_config_LDADD)
tests_unit_test_views_recruit_de_SOURCES = $(tests_unit_test_views_recruit_SOURCES)
tests_unit_test_views_recruit_de_CPPFLAGS = $(AM_CPPFLAGS) -DTEST_LANG=LANG_DE
tests_unit_test_views_recruit_de_LDADD = $(tests_unit_test_views_recruit_LDADD)
EXTRA_DIST += tests/unit/golden
