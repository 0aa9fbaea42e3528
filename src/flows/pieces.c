/* What several flows are made of: our messages and how to find them again, a ticket's end, reasons, sentences. Pure. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "flows.h"
#include "magikal/custom-id.h"
#include "magikal/views.h"

#define PROBE_BACK (30 * USEC_PER_SEC)          /* Discord's clock against the database's, with room */
#define PROBE_MESSAGES 50

/* ---- messages ----------------------------------------------------------------------------------------------------------------- */

int message_find_build(ChannelId channel, const StepContext *c, StepRequest *ret) {
        if (channel.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_MESSAGES_GET, .ids = { channel.v } };
        (void) snprintf(ret->query, sizeof(ret->query), "limit=%d&after=%llu", PROBE_MESSAGES,
                        (unsigned long long) snowflake_at(c->first_sent_at - PROBE_BACK));
        return 0;
}

bool message_is_ours(const StepContext *c, const Json *message) {
        uint64_t author;

        return json_get_u64(json_get(message, "author"), "id", &author) == 0 && author == c->env->bot_user.v;
}

/* "… ref <marker>" at the end of a footer, or alone. */
static bool footer_has_marker(const char *footer, const char *marker) {
        size_t n = strlen(footer), n_marker = strlen(marker);

        return n >= n_marker + 4 && streq(footer + n - n_marker, marker) && strncmp(footer + n - n_marker - 4, "ref ", 4) == 0;
}

static bool message_has_marker(const Json *message, const char *marker) {
        JSON_FOREACH(embed, json_get(message, "embeds")) {
                const char *footer = json_text(json_path(embed, "footer", "text", NULL));

                if (footer && footer_has_marker(footer, marker))
                        return true;
        }
        return false;
}

/* Several would be a duplicate of another age: the lowest id is the first that was made. */
uint64_t message_find_match(const StepContext *c, const Json *body) {
        uint64_t found = 0;

        JSON_FOREACH(message, body) {
                uint64_t id;

                if (message_is_ours(c, message) && message_has_marker(message, c->marker) &&
                    json_get_u64(message, "id", &id) == 0 && (found == 0 || id < found))
                        found = id;
        }
        return found;
}

bool message_has_control(const StepContext *c, const Json *message, const char *control, uint64_t id) {
        if (!message_is_ours(c, message))
                return false;
        JSON_FOREACH(row, json_get(message, "components"))
                JSON_FOREACH(button, json_get(row, "components")) {
                        const char *text = json_text(json_get(button, "custom_id"));
                        CustomId found;

                        if (text && custom_id_read(c->env->keys, c->guild, text, &found) == 0 &&
                            (!control || streq(found.control, control)) && (id == 0 || found.ids[0] == id))
                                return true;
                }
        return false;
}

/* ---- the channels that most messages go to ---------------------------------------------------------------------------------------- */

ChannelId ticket_channel(const StepContext *c) {
        return c->facts->ticket.channel;
}

ChannelId log_channel(const StepContext *c) {
        return c->facts->settings.log_channel;
}

ChannelId dm_channel(const StepContext *c) {
        return (ChannelId) { flow_result_id(c, "dm-open") };
}

static int ticket_find(const StepContext *c, StepRequest *ret) {
        return message_find_build(ticket_channel(c), c, ret);
}

static int log_find(const StepContext *c, StepRequest *ret) {
        return message_find_build(log_channel(c), c, ret);
}

static int dm_find(const StepContext *c, StepRequest *ret) {
        return message_find_build(dm_channel(c), c, ret);
}

const StepProbe find_in_ticket = { ticket_find, message_find_match, true };
const StepProbe find_in_log = { log_find, message_find_match, true };
const StepProbe find_in_dm = { dm_find, message_find_match, true };

/* ---- requests -------------------------------------------------------------------------------------------------------------------- */

/* Discord keeps no audit log of posted messages, so there is no reason to give (Discord reference, "Audit Logs Resource"). */
int message_create(ChannelId channel, char *take_body, StepRequest *ret) {
        *ret = (StepRequest) { .route = ROUTE_MESSAGE_CREATE, .ids = { channel.v }, .body = take_body };
        return 0;
}

int message_delete(ChannelId channel, uint64_t message, StepRequest *ret) {
        if (message == 0 || channel.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_MESSAGE_DELETE, .ids = { channel.v, message } };
        return 0;
}

static int log_delete(const StepContext *c, StepRequest *ret) {
        return message_delete(log_channel(c), flow_result_id(c, "log"), ret);
}

const StepUndo log_back = { log_delete, NULL };

int channel_delete(ChannelId channel, const StepContext *c, StepRequest *ret) {
        if (channel.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_CHANNEL_DELETE, .ids = { channel.v } };
        audit_reason(ret, "close", &c->facts->ticket);
        return 0;
}

/* Deleting what is deleted is "gone", which the step tolerates: it may be repeated. */
int ticket_delete(const StepContext *c, StepRequest *ret) {
        return channel_delete(ticket_channel(c), c, ret);
}

int ticket_delete_waits(const StepContext *c, Checkpoint *checkpoint) {
        store_add_ticket_blocked(checkpoint->batch, c->facts->ticket.id, "manage_channels");
        return 0;
}

int opener_role(const StepContext *c, RouteId route, RoleId role, const char *action, StepRequest *ret) {
        UserId opener = c->facts->ticket.opener_user;

        if (role.v == 0 || opener.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = route, .ids = { c->guild.v, opener.v, role.v } };
        audit_reason(ret, action, &c->facts->ticket);
        return 0;
}

int opener_overwrite(const StepContext *c, uint64_t allow, uint64_t deny, const char *action, StepRequest *ret) {
        const Ticket *ticket = &c->facts->ticket;
        _json_writer_ JsonWriter w = {};

        *ret = (StepRequest) { .route = ROUTE_OVERWRITE_PUT, .ids = { ticket->channel.v, ticket->opener_user.v } };
        audit_reason(ret, action, ticket);
        json_open(&w);
        json_i64(&w, "type", OVERWRITE_MEMBER);
        json_id(&w, "allow", allow);
        json_id(&w, "deny", deny);
        json_close(&w);
        return json_writer_finish(&w, &ret->body);
}

int dm_open(const StepContext *c, StepRequest *ret) {
        _json_writer_ JsonWriter w = {};

        if (c->facts->ticket.opener_user.v == 0)
                return STEP_SKIP;
        *ret = (StepRequest) { .route = ROUTE_DM_CREATE };
        json_open(&w);
        json_id(&w, "recipient_id", c->facts->ticket.opener_user.v);
        json_close(&w);
        return json_writer_finish(&w, &ret->body);
}

/* ---- audit ---------------------------------------------------------------------------------------------------------------------- */

void audit_reason(StepRequest *request, const char *action, const Ticket *ticket) {
        if (ticket->id.v)
                (void) snprintf(request->audit_reason, sizeof(request->audit_reason), "Magikal: %s ticket %d", action, ticket->guild_no);
        else
                (void) snprintf(request->audit_reason, sizeof(request->audit_reason), "Magikal: %s", action);
}

/* The sentence of an action in the log. */
static const struct {
        const char *action, *sentence;
} log_lines[] = {
        /* clang-format off */
        { "ticket.opened",       "A ticket is open."                                                  },
        { "ticket.resolved",     "A ticket is resolved."                                              },
        { "ticket.failed",       "A ticket could not be opened and is given up."                      },
        { "ticket.channel_gone", "A ticket's channel was deleted by hand, so the ticket is closed."   },
        { "application.qna_reopened", "The questions of an application are asked again."              },
        { "application.qna",          "An applicant answered the questions."                          },
        { "ticket.topic_mended", "A ticket's topic was edited by hand; its markers are put back."    },
        { "ticket.reopened",     "Closing a ticket was left unfinished; it is open again."            },
        { "application.step1",        "An application is in."                                         },
        { "application.step1_edited", "An applicant changed their application."                       },
        { "application.left",         "An applicant left the guild."                                 },
        { "application.back",         "An applicant is back in the guild."                           },
        { "application.approved",     "An application is approved."                                   },
        { "application.declined",     "An application is declined."                                   },
        { "application.closed",       "An application is closed without a decision."                  },
        { "application.finalised",    "An application is finalised."                                  },
        { "application.removed",      "A member is removed."                                          },
        { "application.blanked",      "The texts of an application are gone, and its record says so." },
        { "ticket.closed",            "A ticket is closed."                                           },
        { "guild.left",          "A guild has removed us; its tickets are over."                       },
        { "guild.back",          "A guild has invited us again; tickets whose channels are there go on." },
        { "category.added",      "A category is full; another one stands beside it."                  },
        { "category.removed",    "A category that stood beside a full one is empty and was removed."  },
        { "settings.changed",    "Settings were changed."                                             },
        { "settings.restored",   "A change of settings could not be completed and was taken back."    },
        { "about.posted",        "The explanation of tickets was posted."                             },
        /* clang-format on */
};

void audit_add(const StepContext *c, Checkpoint *checkpoint, const char *action, const char *detail_json) {
        for (size_t i = 0; i < ELEMENTSOF(log_lines); i++)
                if (streq(log_lines[i].action, action)) {
                        checkpoint->event = log_lines[i].action;
                        checkpoint->sentence = log_lines[i].sentence;
                }
        store_add_audit(checkpoint->batch, &(Audit) {
                .flow = c->flow, .step_no = c->step_no, .guild = c->guild, .action = action, .actor = c->actor,
                .subject = c->subject, .detail_json = detail_json,
        });
}

/* ---- other flows ------------------------------------------------------------------------------------------------------------------ */

void guild_flow_add(const StepContext *c, Checkpoint *checkpoint, const Flow *flow, const char *args, const char *key_format, ...) {
        char key[80], subject[40];
        va_list ap;

        va_start(ap, key_format);
        (void) vsnprintf(key, sizeof(key), key_format, ap);
        va_end(ap);
        (void) snprintf(subject, sizeof(subject), "guild:%llu", (unsigned long long) c->guild.v);
        store_add_flow(checkpoint->batch, &(AcceptRequest) { .idem_key = key, .kind = flow->name, .code_version = flow->version, .guild = c->guild,
                                                             .subject = subject, .args = args });
}

/* ---- results --------------------------------------------------------------------------------------------------------------------- */

int note_changed(Checkpoint *checkpoint) {
        checkpoint->result = strdup("{\"changed\":true}");
        return checkpoint->result ? 0 : -ENOMEM;
}

bool was_changed(const StepContext *c, const char *step) {
        bool changed = false;

        (void) json_get_bool(flow_result(c, step), "changed", &changed);        /* absent: it was so already */
        return changed;
}

/* ---- arguments ------------------------------------------------------------------------------------------------------------------ */

uint64_t args_id(const StepContext *c, const char *key) {
        uint64_t id;

        return json_get_u64(c->args, key, &id) == 0 ? id : 0;
}

const char *args_text(const StepContext *c, const char *key) {
        return json_text(json_get(c->args, key));
}

/* ---- sentences -------------------------------------------------------------------------------------------------------------------- */

Lang person_lang(const StepContext *c) {
        const char *locale = json_text(json_path(c->args, "ix", "locale", NULL));

        return locale ? lang_from_locale(locale) : c->facts->settings.lang;
}

Lang opener_lang(const StepContext *c) {
        const char *locale = c->facts->ticket.opener_locale;

        return locale ? lang_from_locale(locale) : c->facts->settings.lang;
}

const char *guild_label(const StepContext *c, TextId label) {
        return text_lookup(c->facts->settings.lang, label);
}

int say(const StepContext *c, char **ret_body, TextId id, const TextArg *args) {
        return view_say(ret_body, person_lang(c), false, id, args);
}

FlowReference flow_reference(FlowId flow) {
        FlowReference r;

        (void) snprintf(r.text, sizeof(r.text), "F-%llu", (unsigned long long) flow.v);
        return r;
}

/* The step that was refused: the first without a result. */
static const Step *refused_step(const StepContext *c) {
        for (int i = 0; i < c->definition->n_steps; i++)
                if (!c->results[i] && c->definition->steps[i].kind == STEP_REST)
                        return &c->definition->steps[i];
        return NULL;
}

/*
 * Discord only says that something is missing. Guild-wide permissions are known from the press itself, so the missing one can be named;
 * in another channel an overwrite may take any of those that the request needs.
 */
static int say_forbidden(const StepContext *c, char **ret_body) {
        const Step *step = refused_step(c);
        uint64_t held = args_id(c, "held"), needs = step ? step->needs : 0, missing = held ? needs & ~held : 0;
        ChannelId where = step && step->where ? step->where(c) : (ChannelId) { 0 };

        if (needs == 0)
                return say(c, ret_body, TEXT_BOT_LACKS_SOMETHING, TEXT_ARGS());
        if (where.v)
                return say(c, ret_body, missing ? TEXT_BOT_LACKS_IN_CHANNEL : TEXT_BOT_NEEDS_IN_CHANNEL,
                           TEXT_ARGS(ARG_PERMISSIONS("permission", missing ? missing : needs), ARG_CHANNEL("channel", where)));
        return say(c, ret_body, missing ? TEXT_BOT_LACKS : TEXT_BOT_NEEDS, TEXT_ARGS(ARG_PERMISSIONS("permission", missing ? missing : needs)));
}

int say_why(const StepContext *c, const char *why, TextId otherwise, char **ret_body) {
        FlowReference reference = flow_reference(c->flow);

        if (streq(why, WHY_GUILD_FULL))
                return say(c, ret_body, TEXT_GUILD_FULL, TEXT_ARGS());
        if (streq(why, WHY_CATEGORY_FULL))
                return say(c, ret_body, TEXT_CATEGORY_FULL, TEXT_ARGS());
        if (streq(why, WHY_DEADLINE))
                return say(c, ret_body, TEXT_TOOK_TOO_LONG, TEXT_ARGS(ARG_OURS("reference", reference.text)));
        if (streq(why, WHY_FORBIDDEN))
                return say_forbidden(c, ret_body);
        return say(c, ret_body, otherwise, TEXT_ARGS(ARG_OURS("reference", reference.text)));
}
