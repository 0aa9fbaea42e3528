#pragma once

/*
 * A private PostgreSQL for one test program: a fresh cluster in a temporary directory, a unix socket and no TCP port. It runs as the
 * account "postgres" (or "nobody") when the test runs as root, without fsync, and dies with the test however that ends.
 */

#include <stdbool.h>
#include <sys/types.h>

typedef struct PgTest {
        char dir[64];
        char dsn[160];          /* superuser "postgres", database "postgres" */
        pid_t pid;
        uid_t uid;
        gid_t gid;
} PgTest;

/*
 * Makes and starts the cluster. Returns false when there is no PostgreSQL (MAGIKAL_PG_BINDIR or `pg_config --bindir`), or it could not
 * be started; the reason has then been printed as a TAP plan "1..0 # SKIP reason" and the program should end with 0.
 */
bool pg_test_start(PgTest *pg);
void pg_test_stop(PgTest *pg);          /* also done at exit */

/* An immediate shutdown: connections are cut, nothing is written back. Then a start with recovery, which returns when it answers. */
void pg_test_crash(PgTest *pg);
void pg_test_restart(PgTest *pg);
/* SIGSTOP and SIGCONT of the postmaster and all its backends. */
void pg_test_freeze(PgTest *pg, bool is_frozen);

/* Runs SQL as the superuser over a connection of its own. The first column of the first row, "" when there is none; to free(). */
char *pg_test_query(const PgTest *pg, const char *sql);
long long pg_test_number(const PgTest *pg, const char *sql);
/* The same for SQL that may fail: its SQLSTATE, "00000" for success. */
void pg_test_sqlstate(const char *dsn, const char *sql, char ret[6]);
