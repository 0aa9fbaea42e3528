/*
 * pg-run COMMAND [ARGUMENT…]: runs a command beside a private PostgreSQL, its connection string in MAGIKAL_TEST_DSN and its directory
 * in MAGIKAL_TEST_PG_DIR. Ends with the command's status; without PostgreSQL a TAP plan that skips, and 0.
 */

#include "pg.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv) {
        PgTest pg;
        int status = 0;
        pid_t pid;

        if (argc < 2) {
                fprintf(stderr, "usage: pg-run COMMAND [ARGUMENT...]\n");
                return 64;
        }
        if (!pg_test_start(&pg))
                return 0;
        (void) setenv("MAGIKAL_TEST_DSN", pg.dsn, 1);
        (void) setenv("MAGIKAL_TEST_PG_DIR", pg.dir, 1);

        pid = fork();
        if (pid == 0) {
                (void) prctl(PR_SET_PDEATHSIG, SIGTERM);
                (void) execvp(argv[1], argv + 1);
                _exit(127);
        }
        if (pid < 0 || waitpid(pid, &status, 0) < 0)
                return 1;
        pg_test_stop(&pg);
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
