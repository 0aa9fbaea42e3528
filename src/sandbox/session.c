/* The replay buffer. Bounded by count and by bytes; what falls out makes an old resume impossible, as at Discord. */

#include "session.h"

#define BYTES_MAX (32U << 20)

Session *session_new(size_t n_frames_max) {
        Session *s = new0(Session, 1);

        if (!s)
                return NULL;
        s->frames = new0(char *, n_frames_max);
        if (!s->frames) {
                free(s);
                return NULL;
        }
        s->n_frames_max = n_frames_max;
        s->first = 1;
        return s;
}

Session *session_free(Session *session) {
        if (!session)
                return NULL;
        for (size_t i = 0; i < session->n_frames_max; i++)
                free(session->frames[i]);
        free(session->frames);
        free(session);
        return NULL;
}

static void session_forget_oldest(Session *s) {
        char **at = &s->frames[s->first++ % s->n_frames_max];

        if (*at)
                s->n_bytes -= strlen(*at);
        free(*at);
        *at = NULL;
}

const char *session_add(Session *session, const char *event, const char *d) {
        _json_writer_ JsonWriter w = {};
        char *text;

        session->seq++;
        if (session->seq - session->first >= session->n_frames_max)
                session_forget_oldest(session);

        json_open(&w);
        json_string(&w, "t", event);
        json_i64(&w, "s", (int64_t) session->seq);
        json_i64(&w, "op", 0);
        json_raw(&w, "d", d);
        json_close(&w);
        if (json_writer_finish(&w, &text) < 0) {
                /* A gap must not be resumed over. */
                while (session->first <= session->seq)
                        session_forget_oldest(session);
                return NULL;
        }
        session->frames[session->seq % session->n_frames_max] = text;
        session->n_bytes += strlen(text);
        while (session->n_bytes > BYTES_MAX && session->first < session->seq)
                session_forget_oldest(session);
        return text;
}

const char *session_frame(const Session *session, uint64_t seq) {
        return seq < session->first || seq > session->seq ? NULL : session->frames[seq % session->n_frames_max];
}

bool session_may_resume(const Session *session, uint64_t seq) {
        return seq <= session->seq && seq + 1 >= session->first;
}
