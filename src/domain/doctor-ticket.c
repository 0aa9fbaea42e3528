/* Open tickets, one by one, and what does not get on. Many things mend themselves; then the remedy says so. */

#include "doctor-check.h"

#include "magikal/topic.h"

/* What we do in an open ticket: post and edit there, and delete the channel in the end. */
#define IN_TICKET (DOCTOR_POSTS | PERMISSION_MANAGE_CHANNELS)

/* An open ticket with its channel. */
typedef struct Open {
        const DoctorTicket *about;
        const Ticket *ticket;
        const Application *application; /* NULL: support */
        const DoctorChannel *channel;   /* NULL: Discord has none */
} Open;

/* Calls for each open ticket. What is being opened or closed is looked after by who does so. */
static void each_open(Examination *x, void (*check)(Examination *x, const Open *open)) {
        const DoctorGuild *g = x->guild;

        for (size_t i = 0; doctor_knows_guild(x) && i < g->n_tickets; i++) {
                const DoctorTicket *t = &g->tickets[i];

                if (ticket_may(t->ticket.state, TICKET_EVENT_CLOSE, NULL) && t->ticket.channel.v)
                        check(x, &(Open) { .about = t, .ticket = &t->ticket, .application = t->application.id.v ? &t->application : NULL,
                                           .channel = doctor_channel(g, t->ticket.channel) });
        }
}

static void find_ticket(Examination *x, const Open *open) {
        doctor_find(x, TEXT_ARGS(ARG_NUMBER("number", open->ticket->guild_no), ARG_CHANNEL("channel", open->ticket->channel)));
}

static void judge_there(Examination *x, const Open *open) {
        if (!open->channel)
                find_ticket(x, open);
}

void check_ticket_channel(Examination *x) {
        each_open(x, judge_there);
}

/* ---- who sees it -------------------------------------------------------------------------------------------------------------------------- */

/* What an approval left of the opener's access; the rest is not missing. */
static uint64_t openers_due(const Application *a) {
        bool is_approved = a && a->status == APPLICATION_APPROVED;

        if (is_approved && a->access == ACCESS_HIDE)
                return 0;
        return is_approved && a->access == ACCESS_READ_ONLY ? PERMISSION_VIEW_CHANNEL | PERMISSION_READ_MESSAGE_HISTORY
                                                            : PERMISSION_VIEW_CHANNEL | PERMISSION_SEND_MESSAGES | PERMISSION_READ_MESSAGE_HISTORY;
}

/*
 * The opener's own overwrite is applied last, so what their roles give or take plays no part where it decides; where it does not, somebody took
 * it away, and they are seen as a member without roles.
 */
static void judge_opener(Examination *x, const Open *open) {
        PermissionSubject opener = x->everyone;
        uint64_t lacks;

        if (!open->channel || open->ticket->opener_user.v == 0 || (open->application && open->application->has_left))
                return;
        opener.user = open->ticket->opener_user;
        lacks = openers_due(open->application) & ~doctor_rights(&opener, open->channel);
        if (lacks)
                doctor_find(x, TEXT_ARGS(ARG_USER("opener", opener.user), ARG_NUMBER("number", open->ticket->guild_no),
                                         ARG_CHANNEL("channel", open->channel->id), ARG_PERMISSIONS("permission", lacks)));
}

void check_ticket_opener(Examination *x) {
        each_open(x, judge_opener);
}

static void judge_staff(Examination *x, const Open *open) {
        RoleId role = doctor_ping_role(x, open->ticket->kind);

        if (open->channel && doctor_role(x->guild, role) && !(doctor_role_rights(x, role, open->channel) & PERMISSION_VIEW_CHANNEL))
                doctor_find(x, TEXT_ARGS(ARG_ROLE("role", role), ARG_NUMBER("number", open->ticket->guild_no), ARG_CHANNEL("channel", open->channel->id)));
}

void check_ticket_staff(Examination *x) {
        each_open(x, judge_staff);
}

static void judge_bot(Examination *x, const Open *open) {
        uint64_t lacks = open->channel ? doctor_lacks(x, open->channel, IN_TICKET) : 0;

        if (lacks)
                doctor_find(x, TEXT_ARGS(ARG_CHANNEL("channel", open->channel->id), ARG_PERMISSIONS("permission", lacks), ARG_ROLE("bot_role", x->bot_role)));
}

void check_ticket_permissions(Examination *x) {
        each_open(x, judge_bot);
}

/* ---- markers in the topic; of what the editor is about to write check_edit_stuck() tells when it does not get there ----------------------------- */

static bool has_id(const Open *open) {
        return topic_is_of(open->channel->topic, open->ticket->id);
}

static void judge_id(Examination *x, const Open *open) {
        if (open->channel && !open->about->is_topic_due && !has_id(open))
                find_ticket(x, open);
}

void check_ticket_id(Examination *x) {
        each_open(x, judge_id);
}

static void judge_requested(Examination *x, const Open *open) {
        const Application *a = open->application;

        if (!open->channel || !a || a->requested == REQUESTED_NONE || open->about->is_topic_due)
                return;
        if (has_id(open) && topic_read(open->channel->topic).requested != a->requested)
                find_ticket(x, open);
}

void check_requested_role(Examination *x) {
        each_open(x, judge_requested);
}

/* ---- the questions ------------------------------------------------------------------------------------------------------------------------- */

/* The button was deleted with its message, or never got there; or the questions were closed although nobody has answered them. */
static void judge_qna(Examination *x, const Open *open) {
        const Application *a = open->application;
        bool waits = a && (a->status == APPLICATION_PENDING || a->status == APPLICATION_QNA_RECEIVED || a->status == APPLICATION_APPROVED);

        if (!open->channel || !waits || open->about->is_message_due || !x->guild->recruit->questions || x->guild->recruit->questions->n == 0)
                return;
        if (a->is_qna_open ? open->about->message_look == DOCTOR_SEEN && (open->about->is_message_gone || !open->about->has_qna_button)
                           : a->status == APPLICATION_PENDING && !open->about->has_answers)
                find_ticket(x, open);
}

void check_qna_button(Examination *x) {
        each_open(x, judge_qna);
}

/* ---- what does not get on ------------------------------------------------------------------------------------------------------------------ */

static bool is_dm(const DoctorFlow *flow) {
        return flow->op && (streq(flow->op, "dm") || streq(flow->op, "dm-open"));
}

static bool is_forbidden(const DoctorFlow *flow) {
        return streq_ptr(flow->error, "forbidden");
}

static void find_flow(Examination *x, const DoctorFlow *flow, TextId said, TextId mended) {
        doctor_find_as(x, DOCTOR_WARNING, said, mended,
                       TEXT_ARGS(ARG_NUMBER("number", flow->id.v), ARG_OURS("value", flow->kind), ARG_OURS("after", flow->op ? flow->op : "-"),
                                 ARG_WORDS("piece", flow->error ? flow->error : "-")));
}

void check_flow_dead(Examination *x) {
        for (size_t i = 0; i < x->guild->n_flows; i++)
                if (x->guild->flows[i].is_dead)
                        find_flow(x, &x->guild->flows[i], TEXT_DOCTOR_FLOW_DEAD, TEXT_DOCTOR_FLOW_DEAD_FIX);
}

void check_flow_stuck(Examination *x) {
        for (size_t i = 0; i < x->guild->n_flows; i++) {
                const DoctorFlow *flow = &x->guild->flows[i];

                if (flow->is_dead || is_dm(flow))
                        continue;
                if (is_forbidden(flow))
                        find_flow(x, flow, TEXT_DOCTOR_FLOW_FORBIDDEN, TEXT_DOCTOR_FLOW_FORBIDDEN_FIX);
                else
                        find_flow(x, flow, TEXT_DOCTOR_FLOW_LATE, TEXT_DOCTOR_FLOW_LATE_FIX);
        }
}

void check_dm_stuck(Examination *x) {
        for (size_t i = 0; i < x->guild->n_flows; i++)
                if (!x->guild->flows[i].is_dead && is_dm(&x->guild->flows[i]))
                        find_flow(x, &x->guild->flows[i], TEXT_DOCTOR_DM_STUCK, TEXT_DOCTOR_FLOW_LATE_FIX);
}

void check_edit_stuck(Examination *x) {
        for (size_t i = 0; i < x->guild->n_edits; i++) {
                const DoctorEdit *e = &x->guild->edits[i];
                const TextArg *args = TEXT_ARGS(ARG_CHANNEL("channel", e->channel), ARG_WORDS("piece", e->error ? e->error : "-"),
                                                ARG_ROLE("bot_role", x->bot_role));

                if (e->is_blocked)
                        doctor_find_as(x, DOCTOR_WARNING, TEXT_DOCTOR_EDIT_BLOCKED, TEXT_DOCTOR_EDIT_BLOCKED_FIX, args);
                else
                        doctor_find(x, args);
        }
}
