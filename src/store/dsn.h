#pragma once

/* Private to src/store: what db.c must know of a connection string beyond handing it to libpq. */

#include "magikal/cleanup.h"

typedef struct Dsn {
        char *text;
        char *options;                  /* the user's session options; "" */
        char *host, *hostaddr, *port;   /* lists with commas as libpq takes them; NULL: not given */
} Dsn;

int dsn_init(Dsn *dsn, const char *text);       /* -EINVAL: not a connection string */
void dsn_done(Dsn *dsn);

/* The list beginning with its n-th element, counted around: "a,b,c", 1 → "b,c,a". NULL stays NULL. To free(). -ENOMEM. */
int list_rotate(const char *list, unsigned n, char **ret_list);
