/*
 * curl tells which sockets it watches and when it wants to be called; both become event sources. Contract: libcurl's
 * "curl_multi_socket_action(3)". The handler is only called when curl is not on the stack, so it may add transfers.
 *
 * Each request moves curl's next deadline, nearly always to a later time, and each move of a timer is a system call. So an armed timer is
 * left alone when it goes off early enough, and looks then whether there is anything to do yet.
 */

#include "magikal/curl-loop.h"

#include <errno.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <time.h>

#include "magikal/clock.h"

/*
 * Idle connections that are kept. libcurl's own number follows the transfers of the moment, so that a burst over HTTP/1.1 opened connections
 * only to close them and open them again; over HTTP/2 there is one anyway.
 */
#define CONNECTIONS_KEPT 32L

struct CurlLoop {
        sd_event *event;
        sd_event_source *timer;
        CURLM *multi;
        CurlLoopHandler handler;
        Usec wanted_at, armed_at;       /* when curl wants to be called, when the timer goes off; USEC_INFINITY: never */
        bool is_adding;
};

static void collect(CurlLoop *loop) {
        CURLMsg *message;
        int n;

        if (loop->handler.moved)
                loop->handler.moved(loop->handler.userdata);

        while ((message = curl_multi_info_read(loop->multi, &n))) {
                CURL *easy = message->easy_handle;
                CURLcode result = message->data.result;

                if (message->msg != CURLMSG_DONE)
                        continue;
                (void) curl_multi_remove_handle(loop->multi, easy);     /* `message` is gone with it */
                loop->handler.finished(easy, result, loop->handler.userdata);
        }
}

static void act(CurlLoop *loop, curl_socket_t fd, int what) {
        int n_running;
        CURLMcode m = curl_multi_socket_action(loop->multi, fd, what, &n_running);

        /* Only when a callback below failed for want of memory: curl refuses to go on, and so does the process */
        if (m == CURLM_ABORTED_BY_CALLBACK || m == CURLM_OUT_OF_MEMORY)
                (void) sd_event_exit(loop->event, -ENOMEM);
        collect(loop);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        int what = 0;

        (void) source;
        if (events & EPOLLIN)
                what |= CURL_CSELECT_IN;
        if (events & EPOLLOUT)
                what |= CURL_CSELECT_OUT;
        if (events & (EPOLLERR | EPOLLHUP))
                what |= CURL_CSELECT_ERR;
        act(userdata, fd, what);
        return 0;
}

static int arm(CurlLoop *loop, Usec now) {
        int r;

        if (loop->wanted_at >= loop->armed_at)
                return 0;
        loop->armed_at = loop->wanted_at;
        r = sd_event_source_set_time_relative(loop->timer, loop->wanted_at > now ? loop->wanted_at - now : 0);
        return r < 0 ? r : sd_event_source_set_enabled(loop->timer, SD_EVENT_ONESHOT);
}

static int on_timer(sd_event_source *source, uint64_t usec, void *userdata) {
        CurlLoop *loop = userdata;
        Usec now = clock_boottime();

        (void) source;
        (void) usec;
        loop->armed_at = USEC_INFINITY;
        if (now < loop->wanted_at)
                return arm(loop, now);
        loop->wanted_at = USEC_INFINITY;
        act(loop, CURL_SOCKET_TIMEOUT, 0);
        return 0;
}

static int on_curl_socket(CURL *easy, curl_socket_t fd, int what, void *userdata, void *socket_data) {
        CurlLoop *loop = userdata;
        sd_event_source *source = socket_data;
        uint32_t events = (what & CURL_POLL_IN ? EPOLLIN : 0) | (what & CURL_POLL_OUT ? EPOLLOUT : 0);

        (void) easy;
        if (what == CURL_POLL_REMOVE) {
                (void) sd_event_source_disable_unref(source);
                (void) curl_multi_assign(loop->multi, fd, NULL);
                return 0;
        }
        if (source)
                return sd_event_source_set_io_events(source, events) < 0 ? -1 : 0;

        if (sd_event_add_io(loop->event, &source, fd, events, on_io, loop) < 0)
                return -1;
        if (curl_multi_assign(loop->multi, fd, source) != CURLM_OK) {
                (void) sd_event_source_disable_unref(source);
                return -1;
        }
        return 0;
}

static int on_curl_timer(CURLM *multi, long timeout_ms, void *userdata) {
        CurlLoop *loop = userdata;
        Usec now = clock_boottime();

        (void) multi;
        loop->wanted_at = timeout_ms < 0 ? USEC_INFINITY : now + (Usec) timeout_ms * USEC_PER_MSEC;
        /* the kick that follows does what a new transfer wants at once */
        return loop->is_adding || arm(loop, now) >= 0 ? 0 : -1;
}

int curl_loop_new(sd_event *event, const CurlLoopHandler *handler, CurlLoop **ret_loop) {
        _cleanup_(curl_loop_freep) CurlLoop *loop = new0(CurlLoop, 1);
        int r;

        if (!loop)
                return -ENOMEM;
        loop->event = sd_event_ref(event);
        loop->handler = *handler;
        loop->wanted_at = loop->armed_at = USEC_INFINITY;

        r = sd_event_add_time_relative(event, &loop->timer, CLOCK_MONOTONIC, 0, 1, on_timer, loop);
        if (r < 0)
                return r;
        r = sd_event_source_set_enabled(loop->timer, SD_EVENT_OFF);
        if (r < 0)
                return r;

        loop->multi = curl_multi_init();
        if (!loop->multi || curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, on_curl_socket) != CURLM_OK ||
            curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop) != CURLM_OK ||
            curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, on_curl_timer) != CURLM_OK ||
            curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop) != CURLM_OK ||
            curl_multi_setopt(loop->multi, CURLMOPT_MAXCONNECTS, CONNECTIONS_KEPT) != CURLM_OK)
                return -ENOMEM;

        *ret_loop = TAKE(loop);
        return 0;
}

CurlLoop *curl_loop_free(CurlLoop *loop) {
        if (!loop)
                return NULL;
        /* closes cached connections, which still calls on_curl_socket: the sources go with them */
        if (loop->multi)
                (void) curl_multi_cleanup(loop->multi);
        (void) sd_event_source_disable_unref(loop->timer);
        (void) sd_event_unref(loop->event);
        free(loop);
        return NULL;
}

int curl_loop_add(CurlLoop *loop, CURL *easy) {
        CURLMcode m;

        loop->is_adding = true;
        m = curl_multi_add_handle(loop->multi, easy);
        loop->is_adding = false;
        return m == CURLM_OK ? 0 : -ENOMEM;
}

void curl_loop_remove(CurlLoop *loop, CURL *easy) {
        (void) curl_multi_remove_handle(loop->multi, easy);
}

void curl_loop_kick(CurlLoop *loop) {
        act(loop, CURL_SOCKET_TIMEOUT, 0);
}
