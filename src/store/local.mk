# PostgreSQL. SQL lives in sql/; the build turns it into tables of C strings.
SQL_STATEMENTS = \
	sql/statements/application.sql \
	sql/statements/audit.sql \
	sql/statements/doctor.sql \
	sql/statements/edit.sql \
	sql/statements/flow.sql \
	sql/statements/migrate.sql \
	sql/statements/person.sql \
	sql/statements/recruit.sql \
	sql/statements/settings.sql \
	sql/statements/shard.sql \
	sql/statements/ticket.sql
SQL_MIGRATIONS = \
	sql/migrations/0000-ledger.sql \
	sql/migrations/0001-flows-and-tickets.sql \
	sql/migrations/0002-recruitment.sql \
	sql/migrations/0003-guild-names.sql \
	sql/migrations/0004-rebuild.sql \
	sql/migrations/0005-locales.sql \
	sql/migrations/0006-privacy.sql \
	sql/migrations/0007-overflow.sql \
	sql/migrations/0008-audit-seal.sql \
	sql/migrations/0009-guilds-left.sql
EXTRA_DIST += src/store/embed-sql.awk $(SQL_STATEMENTS) $(SQL_MIGRATIONS)

noinst_LIBRARIES += src/libstore.a
src_libstore_a_SOURCES = \
	src/store/batch.c \
	src/store/db.c \
	src/store/db.h \
	src/store/dsn.c \
	src/store/dsn.h \
	src/store/facts.c \
	src/store/migrate.c \
	src/store/row.c \
	src/store/sqlstate.c \
	src/store/statements.c \
	src/store/store-application.c \
	src/store/store-audit.c \
	src/store/store-doctor.c \
	src/store/store-edit.c \
	src/store/store-flow.c \
	src/store/store-person.c \
	src/store/store-recruit-settings.c \
	src/store/store-recruit.c \
	src/store/store-roles.c \
	src/store/store-settings.c \
	src/store/store-shard.c \
	src/store/store-sweep.c \
	src/store/store-ticket.c
STORE_LIBS = src/libstore.a src/libdomain.a src/libtext.a src/libwire.a $(KEYS_LIBS) $(LIBPQ_LIBS)

SQL_TABLES = src/store/statements.inc src/store/migrations.inc
BUILT_SOURCES += $(SQL_TABLES)
CLEANFILES += $(SQL_TABLES)
$(src_libstore_a_OBJECTS): $(SQL_TABLES)

src/store/statements.inc: src/store/embed-sql.awk $(SQL_STATEMENTS)
	$(AM_V_GEN)$(MKDIR_P) src/store && cd $(srcdir) && \
	$(AWK) -v mode=statements -f src/store/embed-sql.awk $(SQL_STATEMENTS) > $(abs_builddir)/$@.new && mv $(abs_builddir)/$@.new $(abs_builddir)/$@
src/store/migrations.inc: src/store/embed-sql.awk $(SQL_MIGRATIONS)
	$(AM_V_GEN)$(MKDIR_P) src/store && cd $(srcdir) && \
	$(AWK) -v mode=migrations -f src/store/embed-sql.awk $(SQL_MIGRATIONS) > $(abs_builddir)/$@.new && mv $(abs_builddir)/$@.new $(abs_builddir)/$@

# A private PostgreSQL for a test program, and the same for any command: "tests/lib/pg-run COMMAND…" sets MAGIKAL_TEST_DSN
check_LIBRARIES += tests/libpg.a
tests_libpg_a_SOURCES = tests/lib/pg.c tests/lib/pg.h
PG_TEST_LIBS = tests/libpg.a $(LIBPQ_LIBS)
check_PROGRAMS += tests/lib/pg-run
tests_lib_pg_run_SOURCES = tests/lib/pg-run.c
tests_lib_pg_run_LDADD = $(PG_TEST_LIBS) $(BASE_LIBS)

# What tests of anything over a store begin with
check_LIBRARIES += tests/libstorefixture.a
tests_libstorefixture_a_SOURCES = tests/lib/store-fixture.c tests/lib/store-fixture.h
tests_libstorefixture_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
STORE_TEST_LIBS = tests/libstorefixture.a $(STORE_LIBS) $(PG_TEST_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/flow/test-store-db
TESTS += tests/flow/test-store-db
tests_flow_test_store_db_SOURCES = tests/flow/test-store-db.c
tests_flow_test_store_db_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
tests_flow_test_store_db_LDADD = $(STORE_TEST_LIBS)
check_PROGRAMS += tests/flow/test-store-audit
TESTS += tests/flow/test-store-audit
tests_flow_test_store_audit_SOURCES = tests/flow/test-store-audit.c
tests_flow_test_store_audit_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
tests_flow_test_store_audit_LDADD = $(STORE_TEST_LIBS)
check_PROGRAMS += tests/flow/test-store-edit
TESTS += tests/flow/test-store-edit
tests_flow_test_store_edit_SOURCES = tests/flow/test-store-edit.c
tests_flow_test_store_edit_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
tests_flow_test_store_edit_LDADD = $(STORE_TEST_LIBS)
check_PROGRAMS += tests/flow/test-store-flow
TESTS += tests/flow/test-store-flow
tests_flow_test_store_flow_SOURCES = tests/flow/test-store-flow.c
tests_flow_test_store_flow_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
tests_flow_test_store_flow_LDADD = $(STORE_TEST_LIBS)
check_PROGRAMS += tests/flow/test-store-migrate
TESTS += tests/flow/test-store-migrate
tests_flow_test_store_migrate_SOURCES = tests/flow/test-store-migrate.c
tests_flow_test_store_migrate_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
tests_flow_test_store_migrate_LDADD = $(STORE_TEST_LIBS)
check_PROGRAMS += tests/flow/test-store-sweep
TESTS += tests/flow/test-store-sweep
tests_flow_test_store_sweep_SOURCES = tests/flow/test-store-sweep.c
tests_flow_test_store_sweep_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
tests_flow_test_store_sweep_LDADD = $(STORE_TEST_LIBS)
check_PROGRAMS += tests/flow/test-store-ticket
TESTS += tests/flow/test-store-ticket
tests_flow_test_store_ticket_SOURCES = tests/flow/test-store-ticket.c
tests_flow_test_store_ticket_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
tests_flow_test_store_ticket_LDADD = $(STORE_TEST_LIBS)
check_PROGRAMS += tests/flow/test-store-recruit
TESTS += tests/flow/test-store-recruit
tests_flow_test_store_recruit_SOURCES = tests/flow/test-store-recruit.c
tests_flow_test_store_recruit_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
tests_flow_test_store_recruit_LDADD = $(STORE_TEST_LIBS)
check_PROGRAMS += tests/flow/test-store-person
TESTS += tests/flow/test-store-person
tests_flow_test_store_person_SOURCES = tests/flow/test-store-person.c
tests_flow_test_store_person_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/lib
tests_flow_test_store_person_LDADD = $(STORE_TEST_LIBS)
