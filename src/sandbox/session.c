/* The replay buffer. Bounded by count and by bytes; what falls out makes an old resume impossible, as at Discord. */

#include "session.h"

#include <inttypes.h>

#define BYTES_MAX ((size_t) 32 << 20)

Session *session_new(size_t n_frames_max) {
        Session *s = new0(Session, 1);

        if (!s)
                return NULL;
        s->frames = text_log_new(n_frames_max, BYTES_MAX);
        return s->frames ? s : session_free(s);
}

Session *session_free(Session *session) {
        if (!session)
                return NULL;
        text_log_free(session->frames);
        strbuf_done(&session->draft);
        free(session);
        return NULL;
}

const char *session_add(Session *session, const char *event, const char *d) {
        StrBuf *draft = &session->draft;

        session->seq++;
        strbuf_clear(draft);
        strbuf_appendf(draft, "{\"t\":\"%s\",\"s\":%" PRIu64 ",\"op\":0,\"d\":", event, session->seq);
        strbuf_append(draft, d);
        strbuf_append_char(draft, '}');
        return text_log_add(session->frames, draft->error == 0 ? draft->text : NULL, draft->n_bytes);
}

const char *session_frame(const Session *session, uint64_t seq) {
        return text_log_get(session->frames, seq);
}

bool session_may_resume(const Session *session, uint64_t seq) {
        return seq <= session->seq && seq + 1 >= text_log_first(session->frames);
}
