/* The session as data: what is taken from READY or from the database is checked here, so that it can be put into frames as it stands. */

#include "gateway-session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "magikal/cleanup.h"
#include "magikal/url.h"

#define SESSION_ID_MAX 256

void session_clear(Session *s) {
        free(s->id);
        free(s->resume_url);
        *s = (Session) { .seq = -1, .low_water = -1 };
}

bool gateway_url_is_good(const char *text) {
        Url url;

        return url_parse(text, &url) == 0 && url.is_websocket && url_is_acceptable(&url);
}

static bool id_is_plain(const char *id) {
        for (const char *p = id; *p; p++)
                if (*p <= ' ' || *p > '~' || *p == '"' || *p == '\\')
                        return false;
        return id[0] != '\0' && strlen(id) <= SESSION_ID_MAX;
}

int session_set(Session *s, const char *id, const char *resume_url) {
        _free_ char *own_id = NULL, *own_url = NULL;

        if (!id_is_plain(id) || !gateway_url_is_good(resume_url))
                return -EINVAL;
        own_id = strdup(id);
        own_url = strdup(resume_url);
        if (!own_id || !own_url)
                return -ENOMEM;

        session_clear(s);
        s->id = TAKE(own_id);
        s->resume_url = TAKE(own_url);
        return 0;
}

/* JSON allows "wss:\/\/…"; nothing else in a URL of ours could be escaped. */
static int copy_url(const SkimValue *value, char *ret, size_t n_bytes) {
        size_t n = 0;

        if (value->type != SKIM_STRING || value->n_bytes > n_bytes)
                return -EBADMSG;
        for (size_t i = 1; i < value->n_bytes - 1; i++)
                if (value->text[i] != '\\')
                        ret[n++] = value->text[i];
                else if (value->text[i + 1] != '/')
                        return -EBADMSG;
        ret[n] = '\0';
        return 0;
}

int session_from_ready(Session *s, const SkimValue *data, const char *common_url) {
        static const char *const keys[] = { "session_id", "resume_gateway_url" };
        SkimValue values[2];
        char id[SESSION_ID_MAX + 1], url[1024];
        int r;

        if (skim_object(data->text, data->n_bytes, keys, values, 2) < 0 || skim_copy_plain(&values[0], id, sizeof(id)) < 0)
                return -EBADMSG;
        if (copy_url(&values[1], url, sizeof(url)) == 0 && gateway_url_is_good(url))
                return session_set(s, id, url);
        r = session_set(s, id, common_url);
        return r < 0 ? r : SESSION_READY_ELSEWHERE;
}
