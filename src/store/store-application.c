/* What happens to an application; the writes that stand behind a fence. What may follow what is in the functions of the schema. */

#include "db.h"

#include <errno.h>

static void begin(Batch *b, StatementId id, TicketId ticket) {
        batch_call(b, id);
        batch_u64(b, ticket.v);
}

void store_add_application_step1(Batch *b, TicketId ticket, const Step1 *step1) {
        begin(b, SQL_APPLICATION_STEP1, ticket);
        batch_text(b, requested_role_to_string(step1->requested));
        batch_text(b, step1->area);
        batch_text(b, step1->zone);
        batch_text(b, step1->handle);
        batch_text(b, step1->notes);
        batch_bool(b, step1->asks);
}

void store_add_application_draft(Batch *b, TicketId ticket, ApplicationForm form, const char *json) {
        begin(b, form == FORM_STEP1 ? SQL_APPLICATION_STEP1_DRAFT : SQL_APPLICATION_QNA_DRAFT, ticket);
        batch_sealed(b, json);
}

void store_add_application_qna(Batch *b, TicketId ticket, const char *answers_json) {
        begin(b, SQL_APPLICATION_QNA, ticket);
        batch_text(b, answers_json);
}

void store_add_application_qna_reopen(Batch *b, TicketId ticket) {
        begin(b, SQL_APPLICATION_QNA_REOPEN, ticket);
}

void store_add_application_decide(Batch *b, TicketId ticket, const Decision *decision) {
        bool is_approved = decision->to == APPLICATION_APPROVED;

        begin(b, SQL_APPLICATION_DECIDE, ticket);
        batch_text(b, application_status_to_string(decision->to));
        batch_pseudonym(b, &decision->decider);
        batch_text(b, decision->reason);
        batch_text(b, is_approved ? access_mode_to_string(decision->access) : NULL);
        batch_id(b, is_approved ? decision->granted_role.v : 0);
}

void store_add_application_undecide(Batch *b, TicketId ticket) {
        begin(b, SQL_APPLICATION_UNDECIDE, ticket);
}

void store_add_application_finalise(Batch *b, TicketId ticket, Pseudonym finaliser) {
        begin(b, SQL_APPLICATION_FINALISE, ticket);
        batch_pseudonym(b, &finaliser);
}

void store_add_application_unfinalise(Batch *b, TicketId ticket) {
        begin(b, SQL_APPLICATION_UNFINALISE, ticket);
}

void store_add_application_remove(Batch *b, TicketId ticket, Pseudonym remover, const char *reason) {
        begin(b, SQL_APPLICATION_REMOVE, ticket);
        batch_pseudonym(b, &remover);
        batch_text(b, reason);
}

void store_add_application_closed_undecided(Batch *b, TicketId ticket) {
        begin(b, SQL_APPLICATION_CLOSED_UNDECIDED, ticket);
}

void store_add_application_reopened(Batch *b, TicketId ticket) {
        begin(b, SQL_APPLICATION_REOPENED, ticket);
}

void store_add_application_over(Batch *b, TicketId ticket) {
        begin(b, SQL_APPLICATION_OVER, ticket);
}

void store_add_application_record(Batch *b, TicketId ticket, ChannelId channel, MessageId message) {
        begin(b, SQL_APPLICATION_RECORD, ticket);
        batch_id(b, message.v ? channel.v : 0);
        batch_id(b, message.v);
}

void store_add_application_rsi(Batch *b, TicketId ticket, const char *handle, const char *rsi_json, const char *record) {
        begin(b, SQL_APPLICATION_RSI, ticket);
        batch_text(b, handle);
        batch_text(b, rsi_json);
        batch_text(b, record);
}

void store_add_application_restore(Batch *b, TicketId ticket, const char *area, const char *handle, const char *notes) {
        begin(b, SQL_APPLICATION_RESTORE, ticket);
        batch_text(b, area);
        batch_text(b, handle);
        batch_text(b, notes);
}

void store_add_application_left(Batch *b, TicketId ticket, bool has_left) {
        begin(b, SQL_APPLICATION_LEFT, ticket);
        batch_bool(b, has_left);
}
