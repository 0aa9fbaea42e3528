/* base/fault: what the environment arms happens at the named place, and only there. */

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "magikal/cleanup.h"
#include "magikal/fault.h"

static void nothing_armed_is_free(void **state) {
        (void) state;
        unsetenv("MAGIKAL_FAULT");
        fault_init("worker");
        assert_false(fault_is_armed);
        assert_int_equal(FAULT("anything"), 0);
}

static void nth_and_role_are_obeyed(void **state) {
        (void) state;
        setenv("MAGIKAL_FAULT", "a/b/c:2:errno=EIO;other:drop", 1);
        setenv("MAGIKAL_FAULT_ROLE", "worker", 1);
        fault_init("editor");
        assert_int_equal(FAULT("other"), 0);
        fault_init("worker");
        assert_int_equal(FAULT_STEP("a", "b", "c"), 0);
        assert_int_equal(FAULT_STEP("a", "b", "c"), -EIO);
        assert_int_equal(FAULT_STEP("a", "b", "c"), 0);
        assert_int_equal(FAULT("other"), FAULT_DROP);
        unsetenv("MAGIKAL_FAULT_ROLE");
}

static void kill_is_sigkill_and_once_is_once(void **state) {
        char path[] = "/tmp/fault-once-XXXXXX";
        int fd = mkstemp(path), status;

        (void) state;
        assert_true(fd >= 0);
        (void) close(fd);
        (void) unlink(path);
        setenv("MAGIKAL_FAULT", "here", 1);
        setenv("MAGIKAL_FAULT_ONCE", path, 1);
        for (int i = 0; i < 2; i++) {
                pid_t pid = fork();

                if (pid == 0) {
                        fault_init("worker");
                        (void) FAULT("here");
                        _exit(0);
                }
                assert_int_equal(waitpid(pid, &status, 0), pid);
                if (i == 0)
                        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
                else
                        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        }
        (void) unlink(path);
        unsetenv("MAGIKAL_FAULT_ONCE");
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_armed_is_free),
                cmocka_unit_test(nth_and_role_are_obeyed),
                cmocka_unit_test(kill_is_sigkill_and_once_is_once),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
