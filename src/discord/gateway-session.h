#pragma once

/* What a gateway session is remembered by, and how far it may be trusted. Private to gateway.c. */

#include <stdbool.h>
#include <stdint.h>

#include "magikal/skim.h"

#define SESSION_READY_ELSEWHERE 1       /* READY named no usable resume URL; the common one was taken */

typedef struct Session {
        char *id;               /* NULL: there is none */
        char *resume_url;
        int64_t seq;            /* highest seen, -1: none */
        int64_t low_water;      /* -1: none */
        int n_tries;            /* RESUMEs that ended without RESUMED and without a reason */
        int n_unreached;        /* connections to the resume URL that failed */
} Session;

/* Id, resume URL and sequence go together: a stale one of them spoils the next session. */
void session_clear(Session *s);
/* -EINVAL (an id that needs escapes or is over 256 bytes, a URL we may not speak to), -ENOMEM; the old one is untouched then. */
int session_set(Session *s, const char *id, const char *resume_url);
/* From the data of READY; 0, SESSION_READY_ELSEWHERE, or -EBADMSG, -EINVAL, -ENOMEM. */
int session_from_ready(Session *s, const SkimValue *data, const char *common_url);

/* wss://, or ws:// to a loopback address */
bool gateway_url_is_good(const char *text);
