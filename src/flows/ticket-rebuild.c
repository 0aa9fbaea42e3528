/*
 * The database does not know a ticket that a channel's topic names: an older copy of it was restored. Subject: the ticket; the flow's actor
 * is its opener, whom the topic names too.
 *
 * A topic can be written by anybody who may manage the channel. The proof is a message of ours in it with a control of this ticket: only our
 * key makes those. Then the topic gives the rows, and the record, or else that message, as far as it says so, what the applicant wrote.
 */

#include <errno.h>
#include <stdio.h>

#include "magikal/cut.h"
#include "magikal/custom-id.h"
#include "magikal/handle.h"
#include "magikal/limits.h"
#include "magikal/topic.h"
#include "recruit.h"

#define PAGE 100                /* most that Discord gives at once (its reference, "Get Channel Messages") */
#define PAGES_MAX 50            /* of records posted since the channel was made */
#define WHY_OVER "the record says that it is over"

static ChannelId channel_of(const StepContext *c) {
        return (ChannelId) { args_id(c, "channel") };
}

/* The channel is older than any message in it. */
static int messages_after(ChannelId channel, uint64_t after, int n_max, StepRequest *ret) {
        *ret = (StepRequest) { .route = ROUTE_MESSAGES_GET, .ids = { channel.v } };
        (void) snprintf(ret->query, sizeof(ret->query), "limit=%d&after=%llu", n_max, (unsigned long long) after);
        return 0;
}

static uint64_t message_id(const Json *message) {
        uint64_t id;

        return json_get_u64(message, "id", &id) == 0 ? id : 0;
}

/* ---- message: the proof ---------------------------------------------------------------------------------------------------------------- */

static int message_look(const StepContext *c, StepRequest *ret) {
        if (c->facts->ticket.id.v || c->actor_user.v == 0 || channel_of(c).v == 0)
                return STEP_SKIP;
        return messages_after(channel_of(c), channel_of(c).v, PAGE, ret);
}

static int put_result(uint64_t id, const char *status, Checkpoint *checkpoint) {
        _json_writer_ JsonWriter w = {};

        json_open(&w);
        if (id)
                json_id(&w, "id", id);
        if (status)
                json_string(&w, "status", status);
        json_close(&w);
        return json_writer_finish(&w, &checkpoint->result);
}

/* Each status has a colour of its own; an unknown one tells nothing. */
static const char *status_in(const Json *message) {
        int64_t color;

        if (json_get_i64(json_first(json_get(message, "embeds")), "color", &color) != 0)
                return NULL;
        for (int s = APPLICATION_PENDING; s < _APPLICATION_STATUS_MAX; s++)
                if (application_status_color((ApplicationStatus) s) == color)
                        return application_status_to_string((ApplicationStatus) s);
        return NULL;
}

/* Several: the first is the one that the ticket was opened with. */
static int message_looked(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const char *status = NULL;
        uint64_t found = 0;

        JSON_FOREACH(message, reply->outcome == 0 ? reply->body : NULL)
                if (message_has_control(c, message, NULL, args_id(c, "tid")) && (found == 0 || message_id(message) < found)) {
                        found = message_id(message);
                        status = status_in(message);
                }
        if (found == 0 && !reply->is_skipped) {
                checkpoint->event = "ticket.unknown";
                checkpoint->sentence = "A channel names a ticket that the database does not know, but has no message of ours to prove it; it is left alone.";
        }
        return put_result(found, status, checkpoint);
}

static MessageId proof(const StepContext *c) {
        return (MessageId) { flow_result_id(c, "message") };
}

/* ---- record: what became of the application ---------------------------------------------------------------------------------------------- */

static bool is_wanted(const StepContext *c) {
        return proof(c).v && args_id(c, "app") && record_channel(c).v;
}

static int record_look(const StepContext *c, StepRequest *ret) {
        uint64_t after;

        if (!is_wanted(c))
                return STEP_SKIP;
        if (json_get_u64(c->cursor, "after", &after) != 0)      /* the first page */
                after = channel_of(c).v;
        return messages_after(record_channel(c), after, PAGE, ret);
}

/* "TID 7 APP 3", perhaps with more behind it. */
static bool is_record(const StepContext *c, const Json *message) {
        const char *text = json_text(json_path(json_first(json_get(message, "embeds")), "footer", "text", NULL));
        char wanted[64];
        int n = snprintf(wanted, sizeof(wanted), "TID %llu APP %llu", (unsigned long long) args_id(c, "tid"),
                         (unsigned long long) args_id(c, "app"));

        return text && strncmp(text, wanted, (size_t) n) == 0 && (text[n] < '0' || text[n] > '9') &&
               message_is_ours(c, message);
}

static int record_next_page(const StepContext *c, uint64_t newest, Checkpoint *checkpoint) {
        _json_writer_ JsonWriter w = {};
        int64_t page;
        int r;

        if (json_get_i64(c->cursor, "page", &page) != 0)
                page = 1;
        if (page >= PAGES_MAX)
                return put_result(0, NULL, checkpoint);
        json_open(&w);
        json_id(&w, "after", newest);
        json_i64(&w, "page", page + 1);
        json_close(&w);
        r = json_writer_finish(&w, &checkpoint->result);
        return r < 0 ? r : STEP_AGAIN;
}

static int record_looked(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        uint64_t newest = 0;
        int n = 0;

        JSON_FOREACH(message, reply->outcome == 0 ? reply->body : NULL) {
                if (is_record(c, message))
                        return put_result(message_id(message), status_in(message), checkpoint);
                newest = MAX(newest, message_id(message));
                n++;
        }
        return n == PAGE ? record_next_page(c, newest, checkpoint) : put_result(0, NULL, checkpoint);
}

static MessageId record_of(const StepContext *c) {
        return (MessageId) { flow_result_id(c, "find-record") };
}

/* ---- rows ---------------------------------------------------------------------------------------------------------------------------------- */

enum { STEP_MESSAGE, STEP_RECORD };     /* places in the table below */

/* The record knows best, then the ticket's message; both show it as their colour. Without either the topic tells whether Step 1 is in. */
static ApplicationStatus status_of(const StepContext *c, RequestedRole requested) {
        const char *record = json_text(json_get(c->results[STEP_RECORD], "status"));
        const char *word = record ? record : json_text(json_get(c->results[STEP_MESSAGE], "status"));
        ApplicationStatus status;

        if (requested == REQUESTED_NONE)
                return APPLICATION_DRAFT;
        return word && application_status_from_string(word, &status) == 0 ? status : APPLICATION_PENDING;
}

static int rows_make(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        RecruitId app = { args_id(c, "app") };
        const char *role = args_text(c, "role");
        RequestedRole requested = REQUESTED_NONE;
        ApplicationStatus status;

        (void) reply;
        if (proof(c).v == 0)
                return 0;
        if (role)
                (void) requested_role_from_string(role, &requested);    /* another word is none */
        status = status_of(c, requested);
        if (!application_may(status, APPLICATION_MEMBER_LEFT, NULL)) {
                checkpoint->why = WHY_OVER;
                return STEP_TURN;
        }
        store_add_ticket_rebuild(checkpoint->batch, &(TicketRebuild) {
                .id = { args_id(c, "tid") }, .guild = c->guild, .guild_no = (int) MIN(args_id(c, "no"), (uint64_t) INT32_MAX - 1),
                .kind = app.v ? TICKET_RECRUITMENT : TICKET_SUPPORT, .opener = c->actor, .channel = channel_of(c), .message = proof(c),
                .opened_at = snowflake_time(channel_of(c).v), .application = app, .status = status, .requested = requested,
                .zone = args_text(c, "zone"),
                .granted_role = requested == REQUESTED_AFFILIATE ? c->facts->recruit->settings.affiliate_role :
                                                                   c->facts->recruit->settings.member_role,
        });
        if (record_of(c).v)
                store_add_application_record(checkpoint->batch, (TicketId) { args_id(c, "tid") }, record_channel(c), record_of(c));
        /* nobody's doing, and the opener's least */
        store_add_audit(checkpoint->batch, &(Audit) {
                .flow = c->flow, .step_no = c->step_no, .guild = c->guild, .action = "ticket.rebuilt", .subject = c->subject,
        });
        checkpoint->event = "ticket.rebuilt";
        checkpoint->sentence = "A ticket that the database did not know is rebuilt from its channel.";
        return 0;
}

/* ---- restore: what the record still says, or else the ticket's message, which shows the same ---------------------------------------------------- */

static int restore_look(const StepContext *c, StepRequest *ret) {
        if (proof(c).v == 0 || !recruit_application(c))
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_MESSAGE_GET, .ids = { channel_of(c).v, proof(c).v } };
        if (record_of(c).v) {
                ret->ids[0] = record_channel(c).v;
                ret->ids[1] = record_of(c).v;
        }
        return 0;
}

static const char *field(const Json *embed, TextId name) {
        JSON_FOREACH(item, json_get(embed, "fields")) {
                const char *text = json_text(json_get(item, "name"));

                if (text && text_is_one_of(text, name))
                        return json_text(json_get(item, "value"));
        }
        return NULL;
}

/* What text_escape() has put in front of marks goes again. */
static int plain(const char *markdown, char **ret_text) {
        _strbuf_ StrBuf out = {};

        for (const char *p = markdown ? markdown : ""; *p; p++) {
                if (*p == '\\' && p[1])
                        p++;
                strbuf_append_char(&out, *p);
        }
        return strbuf_finish(&out, ret_text);
}

/* "[name](address)", or the name alone; "" when it is neither. */
static Handle handle_in(const char *value) {
        const char *address = value ? strstr(value, "](") : NULL;
        _free_ char *text = NULL;
        Handle handle = {};

        if (address)
                text = strndup(address + 2, strcspn(address + 2, ")"));
        else if (plain(value, &text) < 0)
                text = NULL;
        if (!text || handle_read(text, &handle) != 0)
                return (Handle) {};
        return handle;
}

/* From the first heading on: what is before it are words of ours. NULL: there is none. */
static const char *sections_in(const Json *embed) {
        const char *text = json_text(json_get(embed, "description"));
        const char *first = text ? strstr(text, "\n\n**") : NULL;

        if (text && strncmp(text, "**", 2) == 0)
                return text;
        return first ? first + 2 : NULL;
}

/* Notes and answers as one text: which is which is not told for sure, and nothing of it may be lost. */
static int notes_in(const Json *embed, char **ret_text) {
        const char *text = sections_in(embed);
        _free_ char *heading = NULL;
        size_t n;
        int r;

        /* "**Notes**" on a line of its own */
        if (text && strncmp(text, "**", 2) == 0) {
                n = strcspn(text + 2, "*\n");
                heading = strndup(text + 2, n);
                if (!heading)
                        return -ENOMEM;
                if (strncmp(text + 2 + n, "**\n", 3) == 0 && text_is_one_of(heading, TEXT_RECRUIT_NOTES))
                        text += n + 5;
        }
        r = plain(text, ret_text);
        if (r == 0)
                (*ret_text)[cut_fitting(*ret_text, LIMIT_INPUT_VALUE)] = '\0';
        return r;
}

static int restored(const StepContext *c, const StepReply *reply, Checkpoint *checkpoint) {
        const Json *embed = json_first(json_get(reply->body, "embeds"));
        _free_ char *area = NULL, *notes = NULL;
        Handle handle;
        int r;

        if (reply->outcome != 0 || !embed)
                return 0;
        handle = handle_in(field(embed, TEXT_RECRUIT_HANDLE));
        r = plain(field(embed, TEXT_RECRUIT_AREA), &area);
        if (r == 0)
                r = notes_in(embed, &notes);
        if (r < 0)
                return r;
        store_add_application_restore(checkpoint->batch, c->facts->ticket.id, text_is_blank(area) ? NULL : area,
                                      handle.text[0] ? handle.text : NULL, text_is_blank(notes) ? NULL : notes);
        return 0;
}

/* clang-format off */
static const Step steps[] = {
        /* stored name   kind       build         done already?  apply           take it back  tolerates */
        { "message",     STEP_REST, message_look, NULL,          message_looked, NULL,         EVERY_REFUSAL },
        { "find-record", STEP_REST, record_look,  NULL,          record_looked,  NULL,         EVERY_REFUSAL },
        { "rows",        STEP_DB,   NULL,         NULL,          rows_make,      NULL,         0 },
        { "restore",     STEP_REST, restore_look, NULL,          restored,       NULL,         EVERY_REFUSAL },
        RECRUIT_RSI,
        RECRUIT_TAIL(recruit_show),
};
/* clang-format on */

const Flow flow_ticket_rebuild = {
        .name = "ticket.rebuild", .version = 1, .scope = FACTS_RECRUIT, .ttl_s = 0, .steps = steps, .n_steps = ELEMENTSOF(steps),
        .words_before = ELEMENTSOF(steps),
};
