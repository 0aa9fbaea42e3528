#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "magikal/clock.h"
#include "magikal/ipc.h"

/*
 * Two real processes over real sockets. The child is this program again ("child URL"): nng does not survive a fork without exec.
 * It says READY, then answers: RESUME(n) → DONE(n); APPLIED → stops reading for good; DRAIN → ANSWERED(7).
 */

/*
 * nng 1.5.2 now and then loses the one message that it was handing to a pipe while the peer hung up. That is once per death of a peer
 * and nothing of ours; the leak checker is told so.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
        return "leak:libnng.so";
}

#define MANY 75         /* messages: no multiple of what leaves at once */

static char dir[] = "/tmp/test-channel-XXXXXX";
static int n_urls;

typedef struct Heard {
        sd_event *event;
        int n_messages;
        IpcType last;
        uint64_t last_flow;
        uint64_t next_flow;             /* DONEs come in order */
        bool is_out_of_order;
        bool free_at_first;
} Heard;

static void on_heard(Channel *channel, const IpcMessage *message, void *userdata) {
        Heard *h = userdata;

        h->n_messages++;
        h->last = message->type;
        if (message->type == IPC_DONE) {
                h->is_out_of_order |= message->done.flow != h->next_flow;
                h->next_flow++;
                h->last_flow = message->done.flow;
        }
        if (h->free_at_first)
                channel_free(channel);
}

/* Runs until n more messages were heard; false after 20 s. */
static bool wait_for(Heard *h, int n) {
        int n_wanted = h->n_messages + n;
        Usec until = clock_boottime() + 20 * USEC_PER_SEC;

        while (h->n_messages < n_wanted && clock_boottime() < until)
                assert_true(sd_event_run(h->event, USEC_PER_SEC) >= 0);
        return h->n_messages >= n_wanted;
}

static void make_url(char *ret, size_t n) {
        (void) snprintf(ret, n, "ipc://%s/%d", dir, ++n_urls);
}

static pid_t spawn_child(const char *url) {
        char *argv[] = { (char *) "test-channel", (char *) "child", (char *) url, NULL };
        pid_t pid;

        assert_int_equal(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ), 0);
        return pid;
}

static void reap(pid_t pid, int expected_signal) {
        int status;

        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == expected_signal);
}

/* A channel with a child at the other end. */
static Channel *start(Heard *h, pid_t *ret_pid) {
        Channel *ch = NULL;
        char url[64];

        make_url(url, sizeof(url));
        assert_int_equal(channel_listen(h->event, url, on_heard, h, &ch), 0);
        *ret_pid = spawn_child(url);
        channel_expect(ch, *ret_pid);
        return ch;
}

static void send_resume(Channel *ch, uint64_t flow) {
        assert_int_equal(channel_send(ch, &(IpcMessage) { .type = IPC_RESUME, .resume.flow = flow }), 0);
}

static int set_up(void **state) {
        Heard *h = new0(Heard, 1);

        assert_non_null(h);
        h->next_flow = 1;
        assert_int_equal(sd_event_new(&h->event), 0);
        *state = h;
        return 0;
}

static int tear_down(void **state) {
        Heard *h = *state;

        sd_event_unref(h->event);
        free(h);
        return 0;
}

static void test_messages_keep_their_order(void **state) {
        Heard *h = *state;
        pid_t pid;
        _cleanup_(channel_freep) Channel *ch = start(h, &pid);

        for (uint64_t i = 1; i <= 500; i++)     /* the first of them before anybody listens */
                send_resume(ch, i);
        assert_true(wait_for(h, 501));
        assert_int_equal(h->last_flow, 500);
        assert_false(h->is_out_of_order);
        assert_int_equal(channel_n_queued(ch), 0);
        assert_int_equal(channel_n_dropped(ch), 0);
        assert_int_equal(kill(pid, SIGKILL), 0);
        reap(pid, SIGKILL);
}

static void test_last_words_of_the_dead_are_heard(void **state) {
        Heard *h = *state;
        pid_t pid;
        _cleanup_(channel_freep) Channel *ch = start(h, &pid);

        assert_true(wait_for(h, 1));
        assert_int_equal(channel_send(ch, &(IpcMessage) { .type = IPC_DRAIN }), 0);
        struct pollfd arrived = { .fd = sd_event_get_fd(h->event), .events = POLLIN };
        assert_int_equal(poll(&arrived, 1, 20000), 1);  /* there, but not looked at before its sender is dead */
        assert_int_equal(kill(pid, SIGKILL), 0);
        reap(pid, SIGKILL);
        channel_drain(ch);
        assert_int_equal(h->last, IPC_ANSWERED);

        /* and a dead peer is no error */
        for (uint64_t i = 1; i <= 10; i++)
                send_resume(ch, i);
        channel_drain(ch);
        assert_int_equal(h->n_messages, 2);
}

static void test_what_is_in_no_hurry_leaves_too(void **state) {
        Heard *h = *state;
        pid_t pid;
        _cleanup_(channel_freep) Channel *ch = start(h, &pid);

        assert_true(wait_for(h, 1));
        assert_int_equal(channel_send(ch, &(IpcMessage) { .type = IPC_TICK, .tick.what = IPC_TICK_REAP }), 0);
        assert_true(wait_for(h, MANY));         /* by their number, and the rest by time */
        assert_int_equal(h->last_flow, MANY);
        assert_false(h->is_out_of_order);

        h->next_flow = 1;
        assert_int_equal(channel_send(ch, &(IpcMessage) { .type = IPC_EDIT_HINT, .edit_hint.channel = 1 }), 0);
        assert_true(wait_for(h, 4));
        assert_int_equal(h->last, IPC_ANSWERED);        /* it was in a hurry and took the others with it, in front of it */
        assert_int_equal(h->last_flow, 3);
        assert_false(h->is_out_of_order);
        assert_int_equal(kill(pid, SIGKILL), 0);
        reap(pid, SIGKILL);
}

static void test_queue_is_bounded(void **state) {
        Heard *h = *state;
        char url[64];
        Channel *ch = NULL;
        static uint8_t frame[IPC_FRAME_MAX];
        IpcMessage big = { .type = IPC_JOB, .job = { .job = 1, .attempt = 1, .received_at = 1, .event = "X", .frame = frame, .n_frame = sizeof(frame) } };
        int n = 0, r;

        make_url(url, sizeof(url));
        assert_int_equal(channel_listen(h->event, url, on_heard, h, &ch), 0);
        while ((r = channel_send(ch, &(IpcMessage) { .type = IPC_DRAIN })) == 0)
                n++;
        assert_int_equal(r, -ENOBUFS);
        assert_int_equal(n, CHANNEL_QUEUE_MAX);
        channel_free(ch);

        make_url(url, sizeof(url));
        assert_int_equal(channel_listen(h->event, url, on_heard, h, &ch), 0);
        for (n = 0; (r = channel_send(ch, &big)) == 0; n++)
                ;
        assert_int_equal(r, -ENOBUFS);
        assert_int_equal(n, 15);        /* with its envelope the sixteenth does not fit */
        channel_free(ch);
}

static void test_reader_that_stops_fills_the_queue_only(void **state) {
        Heard *h = *state;
        static uint8_t frame[IPC_FRAME_MAX];
        IpcMessage big = { .type = IPC_JOB, .job = { .job = 1, .attempt = 1, .received_at = 1, .event = "X", .frame = frame, .n_frame = sizeof(frame) } };
        pid_t pid;
        _cleanup_(channel_freep) Channel *ch = start(h, &pid);

        assert_true(wait_for(h, 1));
        assert_int_equal(channel_send(ch, &(IpcMessage) { .type = IPC_APPLIED, .applied = { .channel = 1 } }), 0);
        for (int i = 0; i < 2000; i++)
                if (channel_send(ch, &big) == -ENOBUFS)
                        break;
        assert_int_equal(channel_send(ch, &big), -ENOBUFS);
        assert_int_equal(kill(pid, SIGKILL), 0);
        reap(pid, SIGKILL);
}

static void test_fresh_url_for_each_incarnation(void **state) {
        Heard *h = *state;
        pid_t pid;
        Channel *first = start(h, &pid), *second;

        assert_true(wait_for(h, 1));
        assert_int_equal(kill(pid, SIGKILL), 0);
        reap(pid, SIGKILL);
        send_resume(first, 77);         /* meant for the dead */
        channel_free(first);

        second = start(h, &pid);
        send_resume(second, 1);
        assert_true(wait_for(h, 2));
        assert_int_equal(h->last_flow, 1);
        assert_int_equal(kill(pid, SIGKILL), 0);
        reap(pid, SIGKILL);
        channel_free(second);
}

static void test_other_process_is_not_heard(void **state) {
        Heard *h = *state;
        char url[64];
        Channel *ch = NULL;
        pid_t pid;

        make_url(url, sizeof(url));
        assert_int_equal(channel_listen(h->event, url, on_heard, h, &ch), 0);
        pid = spawn_child(url);
        channel_expect(ch, getpid());
        send_resume(ch, 1);
        for (uint64_t until = clock_boottime() + 20 * USEC_PER_SEC; channel_n_dropped(ch) == 0 && clock_boottime() < until;)
                assert_true(sd_event_run(h->event, USEC_PER_SEC) >= 0);
        assert_int_equal(channel_n_dropped(ch), 1);
        assert_int_equal(h->n_messages, 0);
        assert_int_equal(channel_n_queued(ch), 1);      /* and nothing is told to it */
        assert_int_equal(kill(pid, SIGKILL), 0);
        reap(pid, SIGKILL);
        channel_free(ch);
}

static void test_wrong_direction_is_dropped(void **state) {
        Heard *h = *state;
        pid_t pid;
        _cleanup_(channel_freep) Channel *ch = start(h, &pid);

        assert_true(wait_for(h, 1));
        channel_hear(ch, FROM_EDITOR);
        send_resume(ch, 1);             /* DONE is a worker's word */
        for (uint64_t until = clock_boottime() + 20 * USEC_PER_SEC; channel_n_dropped(ch) == 0 && clock_boottime() < until;)
                assert_true(sd_event_run(h->event, USEC_PER_SEC) >= 0);
        assert_int_equal(channel_n_dropped(ch), 1);
        assert_int_equal(h->n_messages, 1);
        assert_int_equal(kill(pid, SIGKILL), 0);
        reap(pid, SIGKILL);
}

static void test_freed_inside_its_handler(void **state) {
        Heard *h = *state;
        pid_t pid;

        h->free_at_first = true;
        (void) start(h, &pid);
        assert_true(wait_for(h, 1));
        assert_int_equal(kill(pid, SIGKILL), 0);
        reap(pid, SIGKILL);
}

static void test_addresses(void **state) {
        Heard *h = *state;
        Channel *ch = NULL;
        char url[200];

        assert_int_equal(channel_listen(h->event, "tcp://127.0.0.1:1", on_heard, h, &ch), -EINVAL);
        assert_int_equal(channel_listen(h->event, "ipc://relative", on_heard, h, &ch), -EINVAL);
        (void) snprintf(url, sizeof(url), "ipc:///%0150d", 0);
        assert_int_equal(channel_listen(h->event, url, on_heard, h, &ch), -ENAMETOOLONG);
        assert_null(ch);
}

static void on_question(const char *question, size_t n_bytes, StrBuf *answer, _unused_ void *userdata) {
        strbuf_appendf(answer, "%zu bytes: %s", n_bytes, question);
}

static void test_control_socket(void **state) {
        Heard *h = *state;
        _cleanup_(control_freep) ControlServer *server = NULL;
        char url[64];
        char out[128] = "";
        int status, pipe_fds[2];
        posix_spawn_file_actions_t actions;
        pid_t pid;

        make_url(url, sizeof(url));
        assert_int_equal(control_listen(h->event, url, on_question, NULL, &server), 0);

        assert_int_equal(pipe(pipe_fds), 0);
        assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
        assert_int_equal(posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], 1), 0);
        char *argv[] = { (char *) "test-channel", (char *) "ask", url, NULL };
        assert_int_equal(posix_spawn(&pid, "/proc/self/exe", &actions, NULL, argv, environ), 0);
        (void) posix_spawn_file_actions_destroy(&actions);
        (void) close(pipe_fds[1]);

        assert_true(sd_event_run(h->event, 20 * USEC_PER_SEC) > 0);
        assert_true(read(pipe_fds[0], out, sizeof(out) - 1) > 0);
        (void) close(pipe_fds[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_string_equal(out, "5 bytes: hello");
}

static void test_nobody_to_ask(_unused_ void **state) {
        _free_ char *answer = NULL;
        char url[64];

        make_url(url, sizeof(url));
        assert_true(control_ask(url, "hello", 1000, &answer) < 0);
        assert_null(answer);
}

/* ---- the other process ------------------------------------------------------------------------------------------------------ */

static void child_hears(Channel *channel, const IpcMessage *message, _unused_ void *userdata) {
        switch (message->type) {
        case IPC_RESUME:
                (void) channel_send(channel, &(IpcMessage) { .type = IPC_DONE, .done.flow = message->resume.flow });
                break;
        case IPC_TICK:
                for (uint64_t i = 1; i <= MANY; i++)
                        (void) channel_send_soon(channel, &(IpcMessage) { .type = IPC_DONE, .done.flow = i });
                break;
        case IPC_EDIT_HINT:
                for (uint64_t i = 1; i <= 3; i++)
                        (void) channel_send_soon(channel, &(IpcMessage) { .type = IPC_DONE, .done.flow = i });
                (void) channel_send(channel, &(IpcMessage) { .type = IPC_ANSWERED, .answered.job = 7 });
                break;
        case IPC_APPLIED:
                for (;;)
                        (void) pause();
        case IPC_DRAIN:
                (void) channel_send(channel, &(IpcMessage) { .type = IPC_ANSWERED, .answered.job = 7 });
                channel_flush(channel, 5000);
                break;
        default:
                break;
        }
}

static int child_main(const char *url) {
        sd_event *event = NULL;
        Channel *channel = NULL;

        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);        /* a test that is interrupted leaves nobody behind */
        if (sd_event_new(&event) < 0 || channel_dial(event, url, getppid(), child_hears, NULL, &channel) < 0 ||
            channel_send(channel, &(IpcMessage) { .type = IPC_READY, .ready = { 1, 1 } }) < 0)
                return 1;
        return sd_event_loop(event) < 0;
}

static int ask_main(const char *url) {
        _free_ char *answer = NULL;

        if (control_ask(url, "hello", 10000, &answer) < 0)
                return 1;
        (void) fputs(answer, stdout);
        return 0;
}

int main(int argc, char *argv[]) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_messages_keep_their_order, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_last_words_of_the_dead_are_heard, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_what_is_in_no_hurry_leaves_too, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_queue_is_bounded, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_reader_that_stops_fills_the_queue_only, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_fresh_url_for_each_incarnation, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_other_process_is_not_heard, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_wrong_direction_is_dropped, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_freed_inside_its_handler, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_addresses, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_control_socket, set_up, tear_down),
                cmocka_unit_test_setup_teardown(test_nobody_to_ask, set_up, tear_down),
        };
        int r;

        if (argc == 3 && streq(argv[1], "child"))
                return child_main(argv[2]);
        if (argc == 3 && streq(argv[1], "ask"))
                return ask_main(argv[2]);
        if (!mkdtemp(dir))
                return 1;
        r = cmocka_run_group_tests(tests, NULL, NULL);
        (void) rmdir(dir);      /* fails, and shows it, when a socket file was left */
        return access(dir, F_OK) == 0 ? 1 : r;
}
