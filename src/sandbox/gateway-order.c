/* POST /sandbox/gateway: what a healthy gateway seldom does, on order, to every live connection. */

#include "gateway.h"

#include <errno.h>

#include "gateway-private.h"

#define RECONNECT_CLOSE_MS 5000 /* op 7 is followed by a close if the client does not come first */

static int bye_now(sd_event_source *source _unused_, uint64_t usec _unused_, void *userdata) {
        connection_drop(userdata);
        return 0;
}

static void order_reconnect(Connection *c, const Json *order _unused_) {
        connection_send_op(c, 7, "null");
        (void) server_after(c->gateway->sandbox, RECONNECT_CLOSE_MS, bye_now, c, &c->bye);
}

static void order_invalid_session(Connection *c, const Json *order) {
        bool is_resumable = false;

        (void) json_get_bool(order, "resumable", &is_resumable);        /* absent: false */
        if (c->session)
                connection_invalidate(c, is_resumable);
}

static void order_cut(Connection *c, const Json *order) {
        bool is_half = false;

        (void) json_get_bool(order, "half", &is_half);                  /* absent: between frames */
        if (is_half)
                websocket_drop_inside_frame(c->ws, "{\"op\":0,\"s\":0,\"t\":\"MESSAGE_CREATE\",\"d\":{\"content\":\"the rest of this frame never comes");
        connection_drop(c);
}

static void order_close(Connection *c, const Json *order) {
        int64_t code = 4000;

        (void) json_get_i64(order, "code", &code);                      /* checked by gateway_control() */
        connection_close(c, (unsigned) code, "Closed by order.");
}

static void order_silence(Connection *c, const Json *order _unused_) {
        c->is_silent = true;
}

/* "Transport Compression": a payload may come in several messages, and ends with the one that ends in 00 00 ff ff. */
static void order_split(Connection *c, const Json *order) {
        int64_t n_bytes = 0;

        (void) json_get_i64(order, "bytes", &n_bytes);                  /* checked by gateway_control() */
        c->split_at = (size_t) n_bytes;
}

static void order_heartbeat(Connection *c, const Json *order _unused_) {
        connection_send_op(c, 1, "null");
}

/* A new frame with the event and data of an old one. */
static void connection_repeat(Connection *c, const char *old) {
        _json_ Json *frame = NULL;
        _free_ char *d = NULL;
        const char *event;

        if (json_parse(old, strlen(old), &frame) < 0 || json_get_string(frame, "t", &event) != 0 || json_print(json_get(frame, "d"), &d) < 0)
                return;
        if (!streq(event, "READY") && !streq(event, "RESUMED"))
                connection_dispatch(c, event, d);
}

static void order_replay(Connection *c, const Json *order) {
        int64_t n = 1;
        uint64_t last;

        (void) json_get_i64(order, "n", &n);                            /* absent or odd: one */
        if (!c->session || n < 1)
                return;
        last = c->session->seq;
        for (uint64_t s = last >= (uint64_t) n ? last - (uint64_t) n + 1 : 1; s <= last; s++) {
                _free_ char *old = session_frame(c->session, s) ? strdup(session_frame(c->session, s)) : NULL;

                if (old)
                        connection_repeat(c, old);
        }
}

static const struct {
        const char *name;
        void (*apply)(Connection *c, const Json *order);
} orders[] = {
        { "reconnect",       order_reconnect       },
        { "invalid_session", order_invalid_session },
        { "cut",             order_cut             },
        { "close",           order_close           },
        { "silence",         order_silence         },
        { "heartbeat",       order_heartbeat       },
        { "split",           order_split           },
        { "replay",          order_replay          },
};

int gateway_control(Gateway *gateway, const Json *order, const char **ret_why) {
        const char *name = json_text(json_get(order, "do"));
        int64_t code = 4000, ms = 0, n_bytes;

        *ret_why = "do is reconnect, invalid_session, cut, close, silence, heartbeat, split, replay, refuse or expire";
        if (!name)
                return -EINVAL;
        if (streq(name, "refuse")) {
                *ret_why = "ms is 0 to 600000";
                if (json_get_i64(order, "ms", &ms) < 0 || ms < 0 || ms > 600000)
                        return -EINVAL;
                gateway->refused_until = clock_boottime() + (Usec) ms * USEC_PER_MSEC;
                return 0;
        }
        if (streq(name, "expire")) {
                for (Session *s = gateway->sessions, *next; s; s = next) {
                        next = s->next;
                        if (!s->connection)
                                gateway_end_session(gateway, s);
                }
                gateway_tell_pages(gateway);
                return 0;
        }
        if (streq(name, "close") && (json_get_i64(order, "code", &code) < 0 || code < 1000 || code > 4999 || (code >= 1004 && code <= 1006))) {
                *ret_why = "code is a close code that may be sent, 1000 to 4999";
                return -EINVAL;
        }
        if (streq(name, "split") && (json_get_i64(order, "bytes", &n_bytes) != 0 || n_bytes > 65536 || (n_bytes != 0 && n_bytes < ZLIB_SUFFIX_SIZE))) {
                *ret_why = "bytes is 4 to 65536, or 0: whole again";
                return -EINVAL;
        }
        for (size_t i = 0; i < ELEMENTSOF(orders); i++)
                if (streq(orders[i].name, name)) {
                        for (Connection *c = gateway->connections, *next; c; c = next) {
                                next = c->next;
                                orders[i].apply(c, order);
                        }
                        return 0;
                }
        return -EINVAL;
}
