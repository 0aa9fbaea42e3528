/*
 * Connection strings. libpq tries the hosts of a list in order, but when it is driven without blocking it stays with a host that
 * does not answer for as long as we let it (libpq manual, connect_timeout: not used by PQconnectPoll). So a connection that took
 * too long begins the next time with the next host; for that the lists are taken out here and given back turned.
 */

#include "dsn.h"

#include <errno.h>
#include <libpq-fe.h>
#include <stdio.h>

static int take(const char *value, char **ret) {
        char *text;

        if (!value || !*value)
                return 0;
        text = strdup(value);
        if (!text)
                return -ENOMEM;
        free(*ret);
        *ret = text;
        return 0;
}

static int take_option(Dsn *dsn, const PQconninfoOption *o) {
        if (streq(o->keyword, "options"))
                return take(o->val, &dsn->options);
        if (streq(o->keyword, "host"))
                return take(o->val, &dsn->host);
        if (streq(o->keyword, "hostaddr"))
                return take(o->val, &dsn->hostaddr);
        if (streq(o->keyword, "port"))
                return take(o->val, &dsn->port);
        return 0;
}

int dsn_init(Dsn *dsn, const char *text) {
        PQconninfoOption *all;
        char *why = NULL;
        int r = 0;

        *dsn = (Dsn) { .text = strdup(text), .options = strdup("") };
        if (!dsn->text || !dsn->options)
                return -ENOMEM;
        all = PQconninfoParse(text, &why);
        if (!all) {
                r = why ? -EINVAL : -ENOMEM;
                PQfreemem(why);
                return r;
        }
        for (const PQconninfoOption *o = all; o->keyword && r == 0; o++)
                r = take_option(dsn, o);
        PQconninfoFree(all);
        return r;
}

void dsn_done(Dsn *dsn) {
        free(dsn->text);
        free(dsn->options);
        free(dsn->host);
        free(dsn->hostaddr);
        free(dsn->port);
        *dsn = (Dsn) {};
}

int list_rotate(const char *list, unsigned n, char **ret_list) {
        const char *from = list;
        unsigned n_items = 1;
        char *turned;

        if (!list) {
                *ret_list = NULL;
                return 0;
        }
        for (const char *p = list; *p; p++)
                n_items += *p == ',';
        for (n %= n_items; n > 0; n--)
                from = strchr(from, ',') + 1;

        if (from == list)
                turned = strdup(list);
        else if (asprintf(&turned, "%s,%.*s", from, (int) (from - list - 1), list) < 0)
                turned = NULL;
        if (!turned)
                return -ENOMEM;
        *ret_list = turned;
        return 0;
}
