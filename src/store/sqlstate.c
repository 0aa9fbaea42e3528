/* SQLSTATE → outcome, the only place that knows one. Source: PostgreSQL manual, appendix A, "Error Codes". */

#include "db.h"

static const struct {
        const char *prefix;     /* a class of two characters or a whole code; the first match counts */
        int outcome;
} table[] = {
        { "MF001", STORE_LEASE_LOST },  /* ours: the fence */
        { "MF010", STORE_CONFLICT   },  /* ours: a rule of the product */
        { "23505", STORE_CONFLICT   },  /* unique_violation */
        { "23514", STORE_CONFLICT   },  /* check_violation */
        { "25006", STORE_LATER      },  /* read_only_sql_transaction: a primary that became a standby */
        { "55P03", STORE_LATER      },  /* lock_not_available */
        { "08P01", STORE_REFUSED    },  /* protocol_violation: a statement got the wrong number of parameters */
        { "08",    STORE_LATER      },  /* connection exceptions, said by the server: nothing was committed */
        { "25P03", STORE_LATER      },  /* idle_in_transaction_session_timeout */
        { "40",    STORE_LATER      },  /* serialization failures, deadlocks */
        { "53",    STORE_LATER      },  /* disk full, out of memory, too many connections */
        { "57",    STORE_LATER      },  /* cancelled, shutting down, starting up */
        { "58",    STORE_LATER      },  /* system errors of the host */
};

int sqlstate_outcome(const char *sqlstate) {
        if (!sqlstate || !*sqlstate)
                return STORE_UNKNOWN;   /* libpq made the error itself: the connection broke */

        for (size_t i = 0; i < ELEMENTSOF(table); i++)
                if (strncmp(sqlstate, table[i].prefix, strlen(table[i].prefix)) == 0)
                        return table[i].outcome;
        return STORE_REFUSED;
}
