#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "supervisor/pool.h"

/*
 * Real children: this program again, which the pool starts as a "worker" or "editor". What such a child does is told by the name of the
 * configuration file it is given: "good", "mute" (connects, then says nothing), "stranger" (another protocol), "leaves" (exits on DRAIN), "stays".
 */

typedef struct Fixture {
        char dir[32];
        sd_event *event;
        int memfd;
        Ratelimit *limits;
        Pool *pool;
        int n_ready, n_died, n_notes;
        Death death;
        Role dead_role;
        bool was_ready;
} Fixture;

static void on_message(_unused_ Child *child, const IpcMessage *message, void *userdata) {
        ((Fixture *) userdata)->n_ready += message->type == IPC_READY;
}

static void on_died(Child *child, const Death *death, void *userdata) {
        Fixture *f = userdata;

        f->n_died++;
        f->death = *death;
        f->dead_role = child->role;
        f->was_ready = child->is_ready;
}

static void on_note(_unused_ Child *child, _unused_ const char *event, _unused_ const char *sentence,
                    void *userdata) {
        ((Fixture *) userdata)->n_notes++;
}

static const PoolOps ops = { .message = on_message, .died = on_died, .note = on_note };

static int set_up(void **state) {
        Fixture *f = new0(Fixture, 1);

        assert_non_null(f);
        *f = (Fixture) { .dir = "/tmp/test-pool-XXXXXX" };
        assert_non_null(mkdtemp(f->dir));
        assert_int_equal(sd_event_default(&f->event) >= 0, 1);
        assert_int_equal(ratelimit_create(45, &f->memfd, &f->limits), 0);
        *state = f;
        return 0;
}

static int tear_down(void **state) {
        Fixture *f = *state;

        pool_free(f->pool);
        ratelimit_unmap(f->limits);
        (void) close(f->memfd);
        sd_event_unref(f->event);
        assert_int_equal(rmdir(f->dir), 0);     /* no socket and no lock is left */
        free(f);
        return 0;
}

static void open_pool(Fixture *f, const char *behaviour) {
        const PoolConfig config = {
                .config_path = behaviour, .runtime_dir = f->dir, .memfd = f->memfd, .limits = f->limits
        };

        assert_int_equal(pool_new(f->event, &config, &ops, f, &f->pool), 0);
}

#define wait_until(f, condition)                                                                        \
        do {                                                                                            \
                Usec end_ = clock_boottime() + 30 * USEC_PER_SEC;                                       \
                while (!(condition)) {                                                                  \
                        assert_true(clock_boottime() < end_);                                           \
                        assert_true(sd_event_run((f)->event, USEC_PER_SEC) >= 0);                       \
                }                                                                                       \
        } while (0)

static void test_ready_then_killed(void **state) {
        Fixture *f = *state;
        Child *child;

        open_pool(f, "good");
        assert_int_equal(pool_spawn(f->pool, ROLE_WORKER, &child), 0);
        assert_int_equal(child->slot, 1);
        assert_int_equal(pool_count(f->pool, ROLE_WORKER, false), 1);
        assert_int_equal(pool_count(f->pool, ROLE_WORKER, true), 0);
        wait_until(f, f->n_ready == 1);         /* it has looked at its descriptors before it said so */
        assert_int_equal(pool_count(f->pool, ROLE_WORKER, true), 1);
        assert_ptr_equal(pool_by_incarnation(f->pool, child->incarnation), child);
        pool_signal(child, SIGSEGV);
        wait_until(f, f->n_died == 1);
        assert_true(f->was_ready);
        assert_int_equal(death_judge(&f->death), VERDICT_GUILTY);
        assert_null(pool_child(f->pool, 1));
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);       /* reaped */
}

static void test_asked_to_leave(void **state) {
        Fixture *f = *state;
        Child *child;

        open_pool(f, "leaves");
        assert_int_equal(pool_spawn(f->pool, ROLE_EDITOR, &child), 0);
        wait_until(f, f->n_ready == 1);
        pool_ask_to_leave(child);
        assert_int_equal(pool_count(f->pool, ROLE_EDITOR, false), 0);
        wait_until(f, f->n_died == 1);
        assert_int_equal(death_judge(&f->death), VERDICT_PLANNED);
        assert_int_equal(f->dead_role, ROLE_EDITOR);
}

static void test_who_stays_is_terminated_then_killed(void **state) {
        Fixture *f = *state;
        Child *child;

        open_pool(f, "stays");
        assert_int_equal(pool_spawn(f->pool, ROLE_WORKER, &child), 0);
        wait_until(f, f->n_ready == 1);
        pool_ask_to_leave(child);
        clock_set_skew((int64_t) POOL_LEAVE_SIGKILL);
        wait_until(f, f->n_died == 1);
        clock_set_skew(0);
        assert_int_equal(f->death.status, SIGKILL);
        assert_int_equal(death_judge(&f->death), VERDICT_PLANNED);
}

static void test_silence_is_death(void **state) {
        Fixture *f = *state;
        Child *child;

        open_pool(f, "mute");
        assert_int_equal(pool_spawn(f->pool, ROLE_WORKER, &child), 0);
        wait_until(f, child->heard_at != child->started_at);
        wait_until(f, f->n_died == 1);
        assert_int_equal(f->n_notes, 1);
        assert_true(f->death.was_hung);
        assert_int_equal(f->death.status, SIGABRT);
        assert_int_equal(death_judge(&f->death), VERDICT_GUILTY);
}

static void test_other_protocol_is_not_kept(void **state) {
        Fixture *f = *state;
        Child *child;

        open_pool(f, "stranger");
        assert_int_equal(pool_spawn(f->pool, ROLE_WORKER, &child), 0);
        wait_until(f, f->n_died == 1);
        assert_int_equal(f->n_ready, 0);
        assert_false(f->was_ready);
}

static void test_slots_run_out(void **state) {
        Fixture *f = *state;
        Child *child;

        open_pool(f, "good");
        for (int i = 1; i < RATELIMIT_SLOTS; i++) {
                assert_int_equal(pool_spawn(f->pool, ROLE_WORKER, &child), 0);
                assert_int_equal(child->slot, i);
        }
        assert_int_equal(pool_spawn(f->pool, ROLE_WORKER, &child), -EBUSY);
}

static void on_gone(pid_t pid, void *userdata) {
        int *sum = userdata;

        *sum += pid;
}

static void test_orphans_of_a_predecessor(void **state) {
        Fixture *f = *state;
        char path[80];
        int fd, sum = 0;

        open_pool(f, "good");
        assert_int_equal(pool_orphans_are_gone(f->pool, on_gone, &sum), 1);

        /* what a killed supervisor leaves: a lock that its children hold, and their sockets */
        (void) snprintf(path, sizeof(path), "%s/children-1-1", f->dir);
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        assert_true(fd >= 0);
        assert_int_equal(flock(fd, LOCK_SH), 0);
        assert_true(dprintf(fd, "100\n20\nnonsense\n-7\n") > 0);
        assert_int_equal(pool_orphans_are_gone(f->pool, on_gone, &sum), 0);
        assert_int_equal(sum, 0);
        (void) close(fd);
        assert_int_equal(pool_orphans_are_gone(f->pool, on_gone, &sum), 1);
        assert_int_equal(access(path, F_OK), -1);
        assert_int_equal(sum, 120);
}

/* ---- the child -------------------------------------------------------------------------------------------------------------- */

static const char *behaviour;
static Channel *channel;

static void child_hears(_unused_ Channel *ch, const IpcMessage *message, _unused_ void *userdata) {
        if (message->type == IPC_DRAIN && streq(behaviour, "leaves")) {
                channel_flush(channel, 1000);
                _exit(0);
        }
}

static int child_beats(sd_event_source *source, uint64_t usec, _unused_ void *userdata) {
        (void) channel_send(channel, &(IpcMessage) { .type = IPC_LOAD });
        (void) sd_event_source_set_time(source, usec + USEC_PER_SEC);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

/* Standard streams, the two that it was promised and the lock; nothing of its parent's. */
static bool has_only_promised_descriptors(void) {
        for (int fd = 0; fd <= 5; fd++)
                if (fcntl(fd, F_GETFD) < 0)
                        return false;
        for (int fd = 6; fd < 256; fd++)
                if (fcntl(fd, F_GETFD) >= 0)
                        return false;
        return true;
}

static const char *argument(int argc, char *argv[], const char *name) {
        for (int i = 2; i + 1 < argc; i++)
                if (streq(argv[i], name))
                        return argv[i + 1];
        return "";
}

static int child_main(int argc, char *argv[]) {
        uint32_t protocol = IPC_PROTOCOL;
        sd_event *event;
        Ratelimit *limits;

        if (!has_only_promised_descriptors() || getenv("NOTIFY_SOCKET") || ratelimit_map(ROLE_MEMFD, &limits) < 0)
                return 3;
        behaviour = argument(argc, argv, "--config");
        if (streq(behaviour, "stranger"))
                protocol++;
        if (streq(behaviour, "stays"))
                (void) signal(SIGTERM, SIG_IGN);
        if (sd_event_new(&event) < 0 ||
            channel_dial(event, argument(argc, argv, "--url"), getppid(), child_hears, NULL, &channel) < 0)
                return 4;
        (void) channel_send(channel, &(IpcMessage) { .type = IPC_LOAD });
        if (!streq(behaviour, "mute")) {
                (void) channel_send(channel,
                                    &(IpcMessage) { .type = IPC_READY, .ready = { protocol, CODE_VERSION } });
                (void) sd_event_add_time_relative(event, NULL, CLOCK_BOOTTIME, USEC_PER_SEC, 1, child_beats, NULL);
        }
        return sd_event_loop(event) < 0;
}

int main(int argc, char *argv[]) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_ready_then_killed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_asked_to_leave, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_who_stays_is_terminated_then_killed, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_silence_is_death, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_other_protocol_is_not_kept, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_slots_run_out, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_orphans_of_a_predecessor, set_up, tear_down),
        };

        if (argc > 2)
                return child_main(argc, argv);
        assert_int_equal(setenv("NOTIFY_SOCKET", "/nowhere", 1), 0);
        assert_int_equal(role_harden(), 0);
        return cmocka_run_group_tests(tests, NULL, NULL);
}
