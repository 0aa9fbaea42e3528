/* Who did what: one row for an action, in the transaction that did it. */

#include "db.h"

void store_add_audit(Batch *b, const Audit *audit) {
        batch_call(b, SQL_AUDIT);
        batch_u64(b, audit->flow.v);
        batch_i64(b, audit->step_no);
        batch_u64(b, audit->guild.v);
        batch_text(b, audit->action);
        batch_pseudonym(b, &audit->actor);
        batch_text(b, audit->subject);
        batch_text(b, audit->detail_json);
}
