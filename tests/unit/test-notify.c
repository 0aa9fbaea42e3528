#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "supervisor/notify.h"

typedef struct Manager {
        char dir[32];
        char path[48];
        int fd;
} Manager;

static int set_up(void **state) {
        static Manager m;
        struct sockaddr_un address = { .sun_family = AF_UNIX };

        m = (Manager) { .dir = "/tmp/test-notify-XXXXXX" };
        assert_non_null(mkdtemp(m.dir));
        (void) snprintf(m.path, sizeof(m.path), "%s/socket", m.dir);
        (void) snprintf(address.sun_path, sizeof(address.sun_path), "%s", m.path);
        m.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        assert_true(m.fd >= 0);
        assert_int_equal(bind(m.fd, (struct sockaddr *) &address, sizeof(address)), 0);
        assert_int_equal(setenv("NOTIFY_SOCKET", m.path, 1), 0);
        *state = &m;
        return 0;
}

static int tear_down(void **state) {
        Manager *m = *state;

        (void) close(m->fd);
        (void) unlink(m->path);
        (void) rmdir(m->dir);
        (void) unsetenv("NOTIFY_SOCKET");
        return 0;
}

static void expect(const Manager *m, const char *text) {
        char got[8192] = "";

        assert_true(recv(m->fd, got, sizeof(got) - 1, 0) >= 0);
        assert_string_equal(got, text);
}

static void test_told_at_once(void **state) {
        Manager *m = *state;
        Notify n;

        assert_int_equal(notify_open(&n), 0);
        notify_tell(&n, "READY=1\nSTATUS=fine");
        assert_false(notify_is_pending(&n));
        expect(m, "READY=1\nSTATUS=fine\n");
        notify_done(&n);
}

static void test_manager_that_does_not_read(void **state) {
        Manager *m = *state;
        int n_taken = 0;
        char got[64];
        Notify n;

        assert_int_equal(notify_open(&n), 0);
        while (!notify_is_pending(&n)) {
                notify_tell(&n, "WATCHDOG=1");
                n_taken++;
        }
        notify_tell(&n, "READY=1");             /* neither waits nor is lost */
        for (int i = 1; i < n_taken; i++)
                assert_true(recv(m->fd, got, sizeof(got), 0) > 0);
        notify_flush(&n);
        assert_false(notify_is_pending(&n));
        expect(m, "WATCHDOG=1\nREADY=1\n");
        notify_done(&n);
}

static void test_pending_lines_are_bounded(_unused_ void **state) {
        Notify n;

        assert_int_equal(notify_open(&n), 0);
        for (int i = 0; i < 20000; i++)
                notify_tell(&n, "STATUS=a sentence of some length");
        assert_true(n.pending.n_bytes <= 4096 + 64);
        notify_done(&n);
}

static void test_manager_that_went_away(void **state) {
        Manager *m = *state;
        Notify n;

        assert_int_equal(notify_open(&n), 0);
        (void) close(m->fd);
        m->fd = -1;
        notify_tell(&n, "READY=1");
        assert_false(notify_is_pending(&n));
        notify_done(&n);
}

static void test_no_manager(_unused_ void **state) {
        Notify n;

        assert_int_equal(setenv("NOTIFY_SOCKET", "relative", 1), 0);
        assert_true(notify_open(&n) < 0);
        assert_int_equal(setenv("NOTIFY_SOCKET", "@there-is-nobody-of-this-name", 1), 0);
        assert_true(notify_open(&n) < 0);
        assert_int_equal(unsetenv("NOTIFY_SOCKET"), 0);
        assert_int_equal(notify_open(&n), 0);
        notify_tell(&n, "READY=1");
        assert_false(notify_is_pending(&n));
        notify_done(&n);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_told_at_once, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_manager_that_does_not_read, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_pending_lines_are_bounded, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_manager_that_went_away, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_no_manager, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
