/*
 * Brings the schema up to date, or says why this program cannot run on it. Blocking: only for start-up and magikalctl.
 *
 * Forward only: one transaction a migration, an advisory lock around all of them, a checksum of each applied file in the ledger.
 * Code N runs on schemas N and N + 1, so that hosts can be upgraded one by one.
 */

#include "db.h"

#include <errno.h>
#include <stdio.h>

#define CHECKSUM_CHARS 43

typedef struct Migrator {
        PGconn *conn;
        bool is_applied[64];    /* by version */
        char **ret_why;
} Migrator;

static void clear_result(PGresult **result) {
        PQclear(*result);
}
#define _result_ _cleanup_(clear_result)

static _printf_(3, 4) int refuse(Migrator *m, int error, const char *format, ...) {
        va_list ap;

        va_start(ap, format);
        if (vasprintf(m->ret_why, format, ap) < 0)
                *m->ret_why = NULL;
        va_end(ap);
        return error;
}

/* One line of what libpq or the server said. */
static int refuse_said(Migrator *m, int error, const char *what) {
        const char *said = PQerrorMessage(m->conn);

        return refuse(m, error, "%s: %.*s", what, (int) strcspn(said, "\n"), said);
}

static bool is_fine(const PGresult *result) {
        ExecStatusType status = PQresultStatus(result);

        return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

static int run_text(Migrator *m, const char *text, const char *what) {
        _result_ PGresult *result = PQexec(m->conn, text);

        return is_fine(result) ? 0 : refuse_said(m, -EIO, what);
}

static int run_statement(Migrator *m, StatementId id, int n_values, const char *const *values, PGresult **ret_result) {
        PGresult *result = PQexecParams(m->conn, statements[id].text, n_values, NULL, values, NULL, NULL, 0);

        if (!is_fine(result)) {
                PQclear(result);
                return refuse_said(m, -EIO, statements[id].name);
        }
        *ret_result = result;
        return 0;
}

/* What libpq says of an option that it does not know may be shown; its other complaints may quote a password. */
static bool is_conninfo(const char *dsn, char **ret_unknown) {
        char *said = NULL;
        PQconninfoOption *options = PQconninfoParse(dsn, &said);
        bool is_fine = options;

        if (said && strncmp(said, "invalid connection option", strlen("invalid connection option")) == 0)
                *ret_unknown = strndup(said, strcspn(said, "\n"));
        PQfreemem(said);
        PQconninfoFree(options);
        return is_fine;
}

static int connect_to(Migrator *m, const char *dsn) {
        const char *keys[] = { "connect_timeout", "target_session_attrs", "dbname", "application_name", "client_encoding", NULL };
        const char *values[] = { "5", "read-write", dsn, "magikal migrate", "UTF8", NULL };
        _free_ char *unknown = NULL;

        if (!is_conninfo(dsn, &unknown))
                return refuse(m, -EINVAL, "The database's connection string (dsn, migrate_dsn) is not a libpq URI or keyword string%s%s.",
                              unknown ? ": " : "", unknown ? unknown : "");
        m->conn = PQconnectdbParams(keys, values, 1);
        if (!m->conn)
                return -ENOMEM;
        if (PQstatus(m->conn) != CONNECTION_OK)
                return refuse_said(m, -ENOTCONN, "The database cannot be reached");
        return run_text(m, "SET client_min_messages = error", "The session cannot be set up");
}

static const Migration *migration_by_version(int version) {
        for (size_t i = 0; i < n_migrations; i++)
                if (migrations[i].version == version)
                        return &migrations[i];
        return NULL;
}

static void checksum_of(const Migration *migration, char ret[CHECKSUM_CHARS + 1]) {
        hash_base64url(migration->text, strlen(migration->text), ret, CHECKSUM_CHARS);
}

static int check_applied(Migrator *m, const PGresult *list, size_t row) {
        int version = row_int(list, row, 0);
        const Migration *known = migration_by_version(version);
        const char *name = row_text(list, row, 1), *checksum = row_text(list, row, 2);
        char ours[CHECKSUM_CHARS + 1];

        if (version < 1 || version >= (int) ELEMENTSOF(m->is_applied) || version > STORE_SCHEMA_VERSION + 1)
                return refuse(m, -EPROTO,
                              "The database has schema %d (%s) and this program knows schema %d: install the newer version of the program.",
                              version, name ? name : "", STORE_SCHEMA_VERSION);
        m->is_applied[version] = true;
        if (!known)
                return 0;       /* one ahead of us */

        checksum_of(known, ours);
        if (!streq_ptr(checksum, ours))
                return refuse(m, -EPROTO,
                              "Migration %d (%s) was applied to the database with other contents than this program has: "
                              "restore the program that belongs to this database.", version, known->name);
        return 0;
}

static int read_applied(Migrator *m) {
        _result_ PGresult *exists = NULL, *list = NULL;
        int r;

        r = run_statement(m, SQL_MIGRATIONS_EXIST, 0, NULL, &exists);
        if (r < 0)
                return r;
        if (!row_bool(exists, 0, 0))
                return 0;

        r = run_statement(m, SQL_MIGRATIONS_APPLIED, 0, NULL, &list);
        if (r < 0)
                return r;
        for (size_t i = 0; i < (size_t) PQntuples(list); i++) {
                r = check_applied(m, list, i);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int apply(Migrator *m, const Migration *migration) {
        char version[16], checksum[CHECKSUM_CHARS + 1];
        const char *values[] = { version, migration->name, checksum };
        _result_ PGresult *noted = NULL;
        int r;

        (void) snprintf(version, sizeof(version), "%d", migration->version);
        checksum_of(migration, checksum);

        if ((r = run_text(m, "BEGIN", migration->name)) < 0 || (r = run_text(m, migration->text, migration->name)) < 0 ||
            (r = run_statement(m, SQL_MIGRATION_NOTE, ELEMENTSOF(values), values, &noted)) < 0 ||
            (r = run_text(m, "COMMIT", migration->name)) < 0)
                return r;       /* the connection is closed next, and the transaction with it */
        printf("applied %s\n", migration->name);
        return 0;
}

static int bring_up(Migrator *m) {
        _result_ PGresult *locked = NULL, *granted = NULL;
        int r;

        r = run_statement(m, SQL_MIGRATION_LOCK, 0, NULL, &locked);
        if (r < 0)
                return r;
        r = run_text(m, migrations[0].text, migrations[0].name);
        if (r < 0)
                return r;
        r = read_applied(m);
        if (r < 0)
                return r;
        for (size_t i = 1; i < n_migrations; i++)
                if (!m->is_applied[migrations[i].version] && (r = apply(m, &migrations[i])) < 0)
                        return r;
        return run_statement(m, SQL_MIGRATION_GRANT, 0, NULL, &granted);
}

static int check(Migrator *m) {
        int r;

        r = read_applied(m);
        if (r < 0)
                return r;
        for (size_t i = 1; i < n_migrations; i++)
                if (!m->is_applied[migrations[i].version])
                        return refuse(m, -EPROTO, "The database lacks migration %d (%s): run \"magikalctl migrate\" first.",
                                      migrations[i].version, migrations[i].name);
        return 0;
}

int store_migrate(const char *dsn, bool check_only, char **ret_why) {
        Migrator m = { .ret_why = ret_why };
        int r;

        *ret_why = NULL;
        r = connect_to(&m, dsn);
        if (r == 0)
                r = check_only ? check(&m) : bring_up(&m);
        PQfinish(m.conn);
        return r;
}

int store_check_schema(const char *dsn, char **ret_why) {
        return store_migrate(dsn, true, ret_why);
}
