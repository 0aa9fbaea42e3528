/* Tickets: facts about one, and the writes that stand behind a fence. */

#include "db.h"

#include <errno.h>

/* An unknown word comes from a newer schema: the nothing of its type, a ticket that may not be touched. */
static TicketKind row_kind(const PGresult *r, size_t row, int column) {
        const char *word = row_text(r, row, column);
        TicketKind kind;

        return word && ticket_kind_from_string(word, &kind) == 0 ? kind : TICKET_SUPPORT;
}

static TicketState row_state(const PGresult *r, size_t row, int column) {
        const char *word = row_text(r, row, column);
        TicketState state;

        return word && ticket_state_from_string(word, &state) == 0 ? state : TICKET_FAILED;
}

void read_ticket(Batch *b, const PGresult *r, size_t row, Ticket *ret) {
        *ret = (Ticket) {
                .id = { row_u64(r, row, 0) },
                .guild = { row_u64(r, row, 1) },
                .guild_no = row_int(r, row, 2),
                .kind = row_kind(r, row, 3),
                .state = row_state(r, row, 4),
                .opener = row_pseudonym(r, row, 5),
                .opener_user = row_user(b, r, row, 6),
                .channel = { row_u64(r, row, 7) },
                .message = { row_u64(r, row, 8) },
                .question = row_opened(b, r, row, 9),
                .opened_at = row_u64(r, row, 10),
                .closed_at = row_u64(r, row, 11),
                .closer = row_pseudonym(r, row, 12),
                .closer_user = row_user(b, r, row, 13),
                .outcome = row_text(r, row, 14),
                .open_flow = { row_u64(r, row, 15) },
                .repairs = row_int(r, row, 16),
                .opener_locale = row_text(r, row, 17),
        };
}

/* ---- facts ------------------------------------------------------------------------------------------------------------------ */

int read_facts(Batch *b, size_t n_call, GuildId guild, Facts *ret, RecruitFacts *ret_recruit) {
        int r;

        *ret = (Facts) {};
        if (batch_n_rows(b, n_call) == 1)
                read_settings(b, batch_result(b, n_call), guild, ret);
        if (batch_n_rows(b, n_call + 1) > 0)
                read_ticket(b, batch_result(b, n_call + 1), 0, &ret->ticket);
        if (n_call + 2 >= b->n_calls)
                return 0;
        r = read_recruit(b, n_call + 2, ret, ret_recruit);
        if (r == 0)
                ret->recruit = ret_recruit;
        return r;
}

void batch_facts_of_step(Batch *b, GuildId guild, TicketId tid, FlowId flow, FactsScope scope) {
        batch_facts(b, guild, flow);
        batch_call(b, tid.v != 0 ? SQL_TICKET_BY_ID : SQL_TICKET_BY_FLOW);
        batch_u64(b, guild.v);
        batch_u64(b, tid.v != 0 ? tid.v : flow.v);
        if (scope == FACTS_RECRUIT)
                batch_recruit_of_flow(b, guild, tid, flow);
}

void finish_facts(Batch *b, int outcome) {
        RecruitFacts recruit;
        Facts facts = {};

        if (outcome == 0)
                outcome = read_facts(b, 0, (GuildId) { b->context }, &facts, &recruit);
        ((FactsDone) b->done)(outcome, outcome == 0 ? &facts : NULL, b->userdata);
}

Batch *facts_begin(Store *store, GuildId guild, FlowId flow) {
        Batch *b = batch_new(store);

        if (b)
                b->context = guild.v;
        batch_facts(b, guild, flow);
        return b;
}

int store_facts(Store *store, GuildId guild, TicketId tid, ChannelId channel, FactsDone done, void *userdata) {
        Batch *b = facts_begin(store, guild, (FlowId) {});

        if (tid.v != 0 || channel.v != 0) {
                batch_call(b, tid.v != 0 ? SQL_TICKET_BY_ID : SQL_TICKET_BY_CHANNEL);
                batch_u64(b, guild.v);
                batch_u64(b, tid.v != 0 ? tid.v : channel.v);
        }
        return batch_submit(store, STORE_FRONT, b, finish_facts, (AnyDone) done, userdata);
}

int store_step_facts(Store *store, FlowId flow, GuildId guild, TicketId tid, FactsScope scope, FactsDone done, void *userdata) {
        Batch *b = batch_new(store);

        if (b)
                b->context = guild.v;
        batch_facts_of_step(b, guild, tid, flow, scope);
        return batch_submit(store, STORE_FLOW, b, finish_facts, (AnyDone) done, userdata);
}

int store_ticket_of_member(Store *store, GuildId guild, UserId user, TicketKind kind, FactsDone done, void *userdata) {
        Batch *b = facts_begin(store, guild, (FlowId) {});

        batch_call(b, SQL_TICKET_OF_MEMBER);
        batch_u64(b, guild.v);
        batch_person(b, guild, user);
        batch_text(b, ticket_kind_to_string(kind));
        return batch_submit(store, STORE_FRONT, b, finish_facts, (AnyDone) done, userdata);
}

void finish_tickets(Batch *b, int outcome) {
        TicketsDone done = (TicketsDone) b->done;
        _free_ Ticket *tickets = NULL;
        size_t n = 0;

        if (outcome == 0 && batch_n_rows(b, 0) > 0) {
                n = batch_n_rows(b, 0);
                tickets = new0(Ticket, n);
                if (!tickets) {
                        done(-ENOMEM, NULL, 0, b->userdata);
                        return;
                }
                for (size_t i = 0; i < n; i++)
                        read_ticket(b, batch_result(b, 0), i, &tickets[i]);
        }
        done(outcome, tickets, n, b->userdata);
}

int store_live_tickets(Store *store, GuildId guild, TicketsDone done, void *userdata) {
        Batch *b = batch_new(store);

        batch_call(b, SQL_LIVE_TICKETS);
        batch_u64(b, guild.v);
        return batch_submit(store, STORE_FLOW, b, finish_tickets, (AnyDone) done, userdata);
}

/* ---- writes ------------------------------------------------------------------------------------------------------------------ */

void store_add_ticket_reserve(Batch *b, const TicketReserve *reserve) {
        batch_call(b, SQL_TICKET_RESERVE);
        batch_u64(b, reserve->flow.v);
        batch_u64(b, reserve->guild.v);
        batch_text(b, ticket_kind_to_string(reserve->kind));
        batch_pseudonym(b, &reserve->opener);
        batch_sealed(b, reserve->question);
        batch_id(b, (uint64_t) MAX(reserve->cooldown_s, 0));
        batch_id(b, (uint64_t) MAX(reserve->opens_per_day, 0));
        if (reserve->opener_locale) {
                batch_call(b, SQL_TICKET_OPENER_LOCALE);
                batch_u64(b, reserve->flow.v);
                batch_text(b, reserve->opener_locale);
        }
        if (reserve->kind != TICKET_RECRUITMENT)
                return;
        batch_call(b, SQL_APPLICATION_OPEN);
        batch_u64(b, reserve->flow.v);
}

void store_add_ticket_rebuild(Batch *b, const TicketRebuild *rebuild) {
        batch_call(b, SQL_TICKET_REBUILD);
        batch_u64(b, rebuild->id.v);
        batch_u64(b, rebuild->guild.v);
        batch_i64(b, rebuild->guild_no);
        batch_text(b, ticket_kind_to_string(rebuild->kind));
        batch_pseudonym(b, &rebuild->opener);
        batch_u64(b, rebuild->channel.v);
        batch_u64(b, rebuild->message.v);
        batch_u64(b, rebuild->opened_at);
        batch_id(b, rebuild->application.v);
        batch_text(b, application_status_to_string(rebuild->status));
        batch_text(b, requested_role_to_string(rebuild->requested));
        batch_text(b, rebuild->zone);
        batch_id(b, rebuild->granted_role.v);
}

void store_add_ticket_channel(Batch *b, FlowId open_flow, ChannelId channel) {
        batch_call(b, SQL_TICKET_CHANNEL);
        batch_u64(b, open_flow.v);
        batch_u64(b, channel.v);
}

void store_add_ticket_message(Batch *b, TicketId tid, MessageId message) {
        batch_call(b, SQL_TICKET_MESSAGE);
        batch_u64(b, tid.v);
        batch_id(b, message.v);
}

void store_add_ticket_opened(Batch *b, FlowId open_flow, MessageId message) {
        batch_call(b, SQL_TICKET_OPENED);
        batch_u64(b, open_flow.v);
        batch_id(b, message.v);
}

void store_add_ticket_failed(Batch *b, FlowId open_flow, const char *why) {
        batch_call(b, SQL_TICKET_FAILED);
        batch_u64(b, open_flow.v);
        batch_text(b, why);
}

void store_add_ticket_closing(Batch *b, TicketId tid, Pseudonym closer, const char *outcome) {
        batch_call(b, SQL_TICKET_CLOSING);
        batch_u64(b, tid.v);
        batch_pseudonym(b, &closer);
        batch_text(b, outcome);
}

void store_add_ticket_reopened(Batch *b, TicketId tid) {
        batch_call(b, SQL_TICKET_REOPENED);
        batch_u64(b, tid.v);
}

void store_add_ticket_blocked(Batch *b, TicketId tid, const char *on) {
        batch_call(b, SQL_TICKET_BLOCKED);
        batch_u64(b, tid.v);
        batch_text(b, on);
}

void store_add_ticket_closed(Batch *b, TicketId tid) {
        batch_call(b, SQL_TICKET_CLOSED);
        batch_u64(b, tid.v);
        batch_call(b, SQL_TICKET_EDITS_FORGET);
        batch_u64(b, tid.v);
}

void store_add_ticket_vanished(Batch *b, TicketId tid) {
        batch_call(b, SQL_TICKET_VANISHED);
        batch_u64(b, tid.v);
        batch_call(b, SQL_TICKET_EDITS_FORGET);
        batch_u64(b, tid.v);
}
