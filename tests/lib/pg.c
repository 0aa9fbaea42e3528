#include "pg.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "magikal/cleanup.h"

static PgTest *running;         /* for atexit() only */

static bool skip(const char *reason) {
        printf("1..0 # SKIP %s\n", reason);
        return false;
}

static bool find_bindir(char *ret, size_t n_bytes) {
        const char *given = getenv("MAGIKAL_PG_BINDIR");
        FILE *f;
        bool found;

        if (given && *given) {
                (void) snprintf(ret, n_bytes, "%s", given);
                return true;
        }
        f = popen("pg_config --bindir 2>/dev/null", "re");
        found = f && fgets(ret, (int) n_bytes, f);
        if (f)
                (void) pclose(f);
        if (found)
                ret[strcspn(ret, "\n")] = '\0';
        return found;
}

/* The child's way into another account, then the program. */
static _Noreturn void become_and_exec(const PgTest *pg, pid_t parent, const char *program, char *const argv[]) {
        int output;
        char path[128];
        sigset_t none;

        (void) sigemptyset(&none);
        (void) sigprocmask(SIG_SETMASK, &none, NULL);
        (void) snprintf(path, sizeof(path), "%s/log", pg->dir);
        output = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
        if (output >= 0) {
                (void) dup2(output, STDOUT_FILENO);
                (void) dup2(output, STDERR_FILENO);
        }
        if (getuid() == 0 && (setgroups(0, NULL) < 0 || setgid(pg->gid) < 0 || setuid(pg->uid) < 0))
                _exit(126);
        /* after the change of account, which would clear it. SIGQUIT is PostgreSQL's immediate shutdown */
        (void) prctl(PR_SET_PDEATHSIG, SIGQUIT);
        if (getppid() != parent || chdir(pg->dir) < 0)
                _exit(126);
        (void) execv(program, argv);
        _exit(127);
}

static pid_t start(const PgTest *pg, const char *program, char *const argv[]) {
        pid_t parent = getpid(), pid = fork();

        if (pid == 0)
                become_and_exec(pg, parent, program, argv);
        return pid;
}

static bool wait_for_answer(PgTest *pg) {
        for (int i = 0; i < 2000; i++) {
                if (PQping(pg->dsn) == PQPING_OK)
                        return true;
                if (waitpid(pg->pid, NULL, WNOHANG) == pg->pid) {
                        pg->pid = 0;
                        return false;
                }
                (void) poll(NULL, 0, 10);       /* a server that starts gives no event to wait for */
        }
        return false;
}

static bool start_server(PgTest *pg) {
        char bindir[256], program[300], data[80], sockets[96];
        char *argv[] = { program, "-D", data, "-c", "listen_addresses=", "-c", sockets, "-c", "fsync=off", "-c", "full_page_writes=off",
                         "-c", "shared_buffers=16MB", "-c", "max_connections=40", NULL };

        if (!find_bindir(bindir, sizeof(bindir)))
                return false;
        (void) snprintf(program, sizeof(program), "%s/postgres", bindir);
        (void) snprintf(data, sizeof(data), "%s/data", pg->dir);
        (void) snprintf(sockets, sizeof(sockets), "unix_socket_directories=%s", pg->dir);
        pg->pid = start(pg, program, argv);
        return pg->pid > 0 && wait_for_answer(pg);
}

static bool init_cluster(const PgTest *pg) {
        char bindir[256], program[300], data[80];
        char *argv[] = { program, "-D", data, "-A", "trust", "-U", "postgres", "--no-sync", "--encoding=UTF8", "--locale=C", NULL };
        int status = -1;
        pid_t pid;

        if (!find_bindir(bindir, sizeof(bindir)))
                return skip("pg_config not found");
        (void) snprintf(program, sizeof(program), "%s/initdb", bindir);
        if (access(program, X_OK) < 0)
                return skip("initdb not found");
        (void) snprintf(data, sizeof(data), "%s/data", pg->dir);
        pid = start(pg, program, argv);
        if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0)
                return skip("initdb failed");
        return true;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw) {
        (void) st;
        (void) type;
        (void) ftw;
        return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

static void stop_at_exit(void) {
        if (running)
                pg_test_stop(running);
}

bool pg_test_start(PgTest *pg) {
        struct passwd *account = NULL;

        *pg = (PgTest) {};
        if (getuid() == 0) {
                account = getpwnam("postgres");
                if (!account)
                        account = getpwnam("nobody");
                if (!account)
                        return skip("no account to run PostgreSQL as");
                pg->uid = account->pw_uid;
                pg->gid = account->pw_gid;
        }

        strcpy(pg->dir, "/tmp/magikal-pg-XXXXXX");
        if (!mkdtemp(pg->dir))
                return skip("no temporary directory");
        if (account && chown(pg->dir, pg->uid, pg->gid) < 0)
                return skip("chown failed");
        (void) snprintf(pg->dsn, sizeof(pg->dsn), "host=%s user=postgres dbname=postgres", pg->dir);

        running = pg;
        (void) atexit(stop_at_exit);
        if (!init_cluster(pg))
                return false;
        return start_server(pg) || skip("PostgreSQL did not start");
}

void pg_test_stop(PgTest *pg) {
        if (pg->pid > 0) {
                pg_test_freeze(pg, false);
                pg_test_crash(pg);
        }
        if (pg->dir[0])
                (void) nftw(pg->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        pg->dir[0] = '\0';
        running = NULL;
}

void pg_test_crash(PgTest *pg) {
        (void) kill(pg->pid, SIGQUIT);
        (void) waitpid(pg->pid, NULL, 0);
        pg->pid = 0;
}

void pg_test_restart(PgTest *pg) {
        bool is_up = start_server(pg);

        assert(is_up);
}

void pg_test_freeze(PgTest *pg, bool is_frozen) {
        char path[64], pids[4096] = "", *save = NULL;
        FILE *f;

        (void) snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int) pg->pid, (int) pg->pid);
        f = fopen(path, "re");
        if (f) {
                if (!fgets(pids, sizeof(pids), f))
                        pids[0] = '\0';
                (void) fclose(f);
        }
        (void) kill(pg->pid, is_frozen ? SIGSTOP : SIGCONT);
        for (char *p = strtok_r(pids, " ", &save); p; p = strtok_r(NULL, " ", &save))
                (void) kill((pid_t) strtol(p, NULL, 10), is_frozen ? SIGSTOP : SIGCONT);
}

static PGresult *run(const char *dsn, const char *sql, char ret_sqlstate[6]) {
        PGconn *conn = PQconnectdb(dsn);
        PGresult *result = PQexec(conn, sql);
        ExecStatusType status = PQresultStatus(result);
        const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        bool is_fine = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;

        (void) snprintf(ret_sqlstate, 6, "%s", is_fine ? "00000" : sqlstate ? sqlstate : "08006");
        if (!is_fine)
                fprintf(stderr, "# %s", PQerrorMessage(conn));
        PQfinish(conn);
        return result;
}

char *pg_test_query(const PgTest *pg, const char *sql) {
        char sqlstate[6], *text;
        PGresult *result = run(pg->dsn, sql, sqlstate);

        assert(strcmp(sqlstate, "00000") == 0);
        text = strdup(PQntuples(result) > 0 && PQnfields(result) > 0 ? PQgetvalue(result, 0, 0) : "");
        assert(text);
        PQclear(result);
        return text;
}

long long pg_test_number(const PgTest *pg, const char *sql) {
        _free_ char *text = pg_test_query(pg, sql);

        return strtoll(text, NULL, 10);
}

void pg_test_sqlstate(const char *dsn, const char *sql, char ret[6]) {
        PQclear(run(dsn, sql, ret));
}
